"""One notice on a sheet of A4, to be printed, pinned up, read back over a telephone, and handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thalweg.model.declarations import Declaration
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.result import CheckResult
from thalweg.model.theatre import Theatre
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports import map as maps
from thalweg.reports import told
from thalweg.reports.messages.kinds import Message
from thalweg.reports.messages.notices import heights, of_notice
from thalweg.reports.messages.render import render, subject
from thalweg.reports.setting import inked, pdf, settable, spoken
from thalweg.reports.sheets.words import (
    MOST_POSITIONS,
    Spot,
    Tongue,
    doubt_m,
    extent,
    minute,
    qr,
    row,
    spots,
    tongues,
    window,
)

_TEMPLATE = "sheets/notice.typ"
_MOST = 4  # windows, bands and extents that a line says; the record has all
_WIDE_MAP = 820.0
_FLAT = 0.37  # height over width of the map, so that most notices fit on one page


@dataclass(frozen=True, slots=True)
class Copy:
    """Whose copy it is: `mark` is in the log (R37). `origin` is that of the log; `at` the time at the desk."""

    mark: str
    party: str
    origin: str
    at: Instant


def render_notice(
    disclosed: Disclosed[NoticeRead],
    sides: told.Sides,
    theatre: Theatre,
    names: Mapping[str, str],
    languages: Sequence[str],
    copy: Copy,
    ground: maps.Ground | None = None,
) -> bytes:
    """The notice as its reader was shown it, as PDF/A-2b, in one language or two side by side.

    `sides` are the declarations that its findings are between, as its reader has them; `names` those of the parties.
    Raises InputError (`sheet-languages`, `language-unknown`), PdfError.
    """
    said = tongues(languages)
    read = disclosed.value
    messages = of_notice(disclosed, theatre, names=names, known=sides.value)
    number = f"EX-{read.id}" if read.exercise else read.id
    shown = read.declaration
    places = _spots(read)
    data = {
        "tongues": [{"language": each.language, "direction": each.direction} for each in said],
        "exercise": [each("subject.exercise") for each in said] if read.exercise else [],
        "titles": [settable(_title(messages[0], each)) for each in said],
        "information": [each("disclaimer.information") for each in said],
        "number": settable(number),
        "sentences": [[_sentence(message, each) for message in messages] for each in said],
        "source": _source(messages, said),
        "words": {"text": settable(read.notice.words), "language": read.notice.language} if read.notice.words else None,
        "rows": _rows(read, shown, names, said),
        "map": _map(read, sides.value, theatre, names, ground, languages),
        "map_alt": " ".join(each("sheet.map") for each in said),
        "cells": [each("sheet.cells") for each in said] if _in_cells(read) and places else [],
        "heads": {
            "utc": [each("sheet.utc") for each in said],
            "reference": [each("sheet.reference") for each in said],
        },
        "positions": [row(spot, index, said) for index, spot in enumerate(places[:MOST_POSITIONS], 1)],
        "more": [each("sheet.more", number=str(len(places) - MOST_POSITIONS)) for each in said]
        if len(places) > MOST_POSITIONS
        else [],
        "boxes": [
            [each(f"sheet.{name}") for each in said]
            for name in ("read_back", "position", "when", "altitude", "identity", "at", "by", "unit_told")
        ],
        "aloud": [each("sheet.aloud") for each in said],
        "lines": _halves(_lines(disclosed, said[0].language)),
        "qr": qr(f"thalweg {copy.origin} {read.index} {read.event}"),
        "hash": f"sha256 {' '.join(read.event[at : at + 4] for at in range(0, len(read.event), 4))}",
        "foot": [each.disclaimers() for each in said],
        "unreviewed": [_unreviewed(each) for each in said],
        "recorded": [
            " · ".join(
                (
                    each("sheet.known_at", at=minute(copy.at)),
                    each("sheet.recorded", index=str(read.index)),
                    each("sheet.copy", mark=copy.mark, party=copy.party),
                )
            )
            for each in said
        ],
        "page": [each("sheet.page", page="@", pages="#") for each in said],
    }
    return pdf(_TEMPLATE, data, copy.at)


def _sentence(message: Message, tongue: Tongue) -> str:
    return spoken(render(message, tongue.language))


def _title(message: Message, tongue: Tongue) -> str:
    """What it is, without the word that the band above says."""
    return subject(message, tongue.language).removeprefix(f"{tongue('subject.exercise')}: ")


def _source(messages: Sequence[Message], said: Sequence[Tongue]) -> list[str]:
    """The English, where no language of the sheet is one that a fluent reader has been through."""
    return [] if any(each.reviewed for each in said) else [spoken(render(each, "en")) for each in messages]


def _unreviewed(tongue: Tongue) -> str:
    return "" if tongue.reviewed else tongue("source.not_reviewed")


def _in_cells(read: NoticeRead) -> bool:
    return not read.notice.level.at_least(Level.FOOTPRINT)


def _spots(read: NoticeRead) -> tuple[Spot, ...]:
    if read.declaration is not None:
        return spots(read.declaration)
    return () if read.notice.place is None else (Spot(read.notice.place, read.notice.at),)


def _rows(
    read: NoticeRead, shown: Declaration | None, names: Mapping[str, str], said: Sequence[Tongue]
) -> list[dict[str, object]]:
    """Label, what stands for both languages or each one's own words, label."""
    notice = read.notice

    def line(key: str, *shared: str, own: Sequence[Sequence[str]] = ()) -> dict[str, object]:
        """`shared` reads the same in both languages; `own` are lines in each."""
        return {
            "labels": [each(key) for each in said],
            "shared": list(dict.fromkeys(shared)),
            "own": [list(dict.fromkeys(each)) for each in own],
        }

    rows = [
        line("sheet.from", settable(f"{names.get(notice.of, notice.of)} ({notice.of})") if notice.of else "—"),
        line("sheet.to", settable(f"{names.get(notice.to, notice.to)} ({notice.to})")),
    ]
    if shown is not None:
        windows = [volume.window for volume in shown.volumes] + [segment.window for segment in shown.segments]
        rows.append(line("sheet.time", *list(dict.fromkeys(map(window, windows)))[:_MOST]))
        bands = [each for each in (heights(volume.band) for volume in shown.volumes) if each is not None]
        if bands:
            rows.append(line("sheet.height", own=[[spoken(each.say(band)) for band in bands[:_MOST]] for each in said]))
        wide = [[text for volume in shown.volumes[:_MOST] if (text := extent(volume.shape, each))] for each in said]
        if any(wide):
            rows.append(line("sheet.extent", own=wide))
        doubt = doubt_m(shown)
        if doubt:
            told_doubt = [[spoken(each("sheet.unsure.is", distance=each.distance(doubt)))] for each in said]
            rows.append(line("sheet.unsure", own=told_doubt))
        if shown.valid_until is not None:
            rows.append(line("sheet.valid_until", minute(shown.valid_until)))
    rows.append(line("sheet.shown", own=[[each(f"level.{notice.level.value}")] for each in said]))
    if notice.owed and notice.due is not None:
        rows.append(line("sheet.answer_by", minute(notice.due)))
    if notice.version:
        rows.append(line("sheet.version", settable(notice.version)))
    return rows


def _map(
    read: NoticeRead,
    sides: Mapping[str, Declaration],
    theatre: Theatre,
    names: Mapping[str, str],
    ground: maps.Ground | None,
    languages: Sequence[str],
) -> dict[str, str] | None:
    """What the notice shows and, of a conflict, what of one's own it is with."""
    drawn = {each.version_id: each for each in (read.declaration, *sides.values()) if each is not None}
    if not drawn:
        return None
    result = CheckResult(
        declarations=drawn,
        findings=tuple(each for each in read.notice.findings if set(each.versions) <= drawn.keys()),
        checked_at=Instant(0.0),
        theatre=theatre.name,
        rules_hash=theatre.rules_hash,
        engine_version="",
        party_names=names,
    )
    drawing = maps.draw(result, ground, wide=_WIDE_MAP, shape=(_FLAT, _FLAT), languages=languages)
    return {"svg": inked(drawing.svg), "credit": drawing.credit}


def _lines(disclosed: Disclosed[NoticeRead], language: str) -> list[str]:
    """The voice form, where the notice has one."""
    made = told.voice_of_shown(disclosed, language)
    if made is None:
        return []
    return [settable(each) for each in made["lines"]]


def _halves(lines: list[str]) -> list[list[str]]:
    middle = -(-len(lines) // 2)
    return [lines[:middle], lines[middle:]] if lines else []
