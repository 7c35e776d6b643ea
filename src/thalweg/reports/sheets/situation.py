"""The situation of one party on paper: what is open, what it owes, what conflicts, what stands where."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult, CopyFor
from thalweg.model.theatre import Theatre
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import ChannelRead, NoticeRead
from thalweg.reports import map as maps
from thalweg.reports import phrases
from thalweg.reports.messages.findings import warning, who
from thalweg.reports.messages.notices import of_notice
from thalweg.reports.messages.render import render, subject
from thalweg.reports.setting import inked, pdf, settable, spoken
from thalweg.reports.sheets.words import Tongue, minute, qr, spots, tongues, window
from thalweg.reports.told import Sides
from thalweg.state.exchange import Emergency

_TEMPLATE: Final = "sheets/situation.typ"
_WIDE_MAP: Final = 820.0
_SHAPE: Final = (0.45, 0.62)
MOST_LINES: Final = 40
_MOST_ROWS: Final = 120
_MOST_WINDOWS: Final = 3


@dataclass(frozen=True, slots=True)
class Left:
    """How many more there are of each than were handed over."""

    owed: int = 0
    findings: int = 0
    declared: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """What a party has before it, each part as policy disclosed it to that party."""

    copy: Disclosed[CheckResult]  # marked (`policy.export`)
    inbox: tuple[tuple[Disclosed[NoticeRead], Sides], ...]
    """What it owes, most pressing first, each with the declarations that its findings are between."""
    emergencies: Disclosed[tuple[Emergency, ...]]
    channels: Disclosed[tuple[ChannelRead, ...]]
    left: Left = Left()


def render_situation(
    situation: Situation,
    theatre: Theatre,
    names: Mapping[str, str],
    languages: Sequence[str],
    origin: str,
    ground: maps.Ground | None = None,
) -> bytes:
    """The situation report as PDF/A-2b, in one language or two side by side. What does not fit on it is counted.

    Raises InputError (`sheet-languages`, `language-unknown`), PdfError.
    """
    said = tongues(languages)
    result, left = situation.copy.value, situation.left
    copy = result.copy or CopyFor("", situation.copy.reader, "", result.checked_at)
    party = names.get(copy.party, copy.party)
    owed, emergencies = situation.inbox, [each for each in situation.emergencies.value if each.open]
    drawing = (
        maps.draw(result, ground, wide=_WIDE_MAP, shape=_SHAPE, languages=languages) if result.declarations else None
    )
    number = f"EX-SIT {minute(result.checked_at)}" if result.exercise else f"SIT {minute(result.checked_at)}"
    fingerprint = hashlib.sha256("\n".join(sorted(result.declarations)).encode()).hexdigest()
    tags = phrases.tags(each.party for each in result.declarations.values())
    data = {
        "tongues": [{"language": each.language, "direction": each.direction} for each in said],
        "exercise": [each("subject.exercise") for each in said] if result.exercise else [],
        "titles": [each("sheet.situation") for each in said],
        "information": [each("disclaimer.information") for each in said],
        "number": number,
        "of": [spoken(each("sheet.of_party", party=party)) for each in said],
        "heads": {
            name: [each(f"sheet.{name}") for each in said]
            for name in ("emergencies", "owed", "findings", "declared", "channels", "whose", "until", "reference")
        },
        "none": {
            name: [each(f"sheet.{name}.none") for each in said]
            for name in ("emergencies", "owed", "findings", "channels")
        },
        "emergencies": [
            {"head": f"{minute(each.at)}  {settable(names.get(each.by, each.by))}", "texts": _urgent(said)}
            for each in emergencies
        ],
        "owed": [_owed(each, theatre, names, said) for each in owed[:MOST_LINES]],
        "findings": [_finding(each, result, theatre, names, said) for each in result.findings[:MOST_LINES]],
        "more": {
            "owed": _more(max(0, len(owed) - MOST_LINES) + left.owed, said),
            "findings": _more(max(0, len(result.findings) - MOST_LINES) + left.findings, said),
            "declared": _more(max(0, len(result.declarations) - _MOST_ROWS) + left.declared, said),
        },
        "map": None if drawing is None else {"svg": inked(drawing.svg), "credit": drawing.credit},
        "map_alt": " ".join(each("sheet.map") for each in said),
        "declared": [
            _row(f"{tags[each.party]} {index}", each, result.marks(version), names, said)
            for index, (version, each) in enumerate(list(result.declarations.items())[:_MOST_ROWS], 1)
        ],
        "channels": [_channel(each, names, said) for each in situation.channels.value],
        "qr": qr(f"thalweg {origin} situation {copy.mark} {result.checked_at}"),
        "hash": f"sha256 {' '.join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))}",
        "foot": [each.disclaimers() for each in said],
        "recorded": [
            " · ".join(
                (
                    each("sheet.known_at", at=minute(result.checked_at)),
                    each("sheet.copy", mark=copy.mark, party=copy.party),
                )
            )
            for each in said
        ],
        "page": [each("sheet.page", page="@", pages="#") for each in said],
    }
    return pdf(_TEMPLATE, data, result.checked_at)


def _urgent(said: Sequence[Tongue]) -> list[str]:
    return [each("severity.emergency") for each in said]


def _more(count: int, said: Sequence[Tongue]) -> list[str]:
    return [each("sheet.left_out", number=str(count)) for each in said] if count > 0 else []


def _owed(
    owing: tuple[Disclosed[NoticeRead], Sides], theatre: Theatre, names: Mapping[str, str], said: Sequence[Tongue]
) -> dict[str, object]:
    """Its subject is enough to find it by; the notice itself is a sheet of its own."""
    disclosed, sides = owing
    message = of_notice(disclosed, theatre, names=names, known=sides.value)[0]
    notice = disclosed.value.notice
    head = f"{minute(notice.due)}  {disclosed.value.id}  {names.get(notice.of, notice.of)}"
    return {"head": settable(head), "texts": [settable(subject(message, each.language)) for each in said]}


def _finding(
    finding: Finding, result: CheckResult, theatre: Theatre, names: Mapping[str, str], said: Sequence[Tongue]
) -> dict[str, object]:
    first, second = (result.declarations[version] for version in finding.versions)
    message = warning(finding, first, second, theatre, names=names)
    return {"head": "", "texts": [spoken(render(message, each.language)) for each in said]}


def _row(
    tag: str, declared: Declaration, marks: Sequence[str], names: Mapping[str, str], said: Sequence[Tongue]
) -> dict[str, object]:
    place = spots(declared)
    windows = [volume.window for volume in declared.volumes] + [segment.window for segment in declared.segments]
    first = place[0].at if place else None
    return {
        "tag": settable(tag),
        "whats": [spoken(each.say(who(declared, names))) for each in said],
        "marks": [[settable(mark)] for mark in marks],
        "dms": "" if first is None else phrases.dms(first),
        "mgrs": "" if first is None else phrases.mgrs(first),
        "when": list(dict.fromkeys(map(window, windows)))[:_MOST_WINDOWS],
        "references": [] if first is None else [each.reference(first) for each in said],
    }


def _channel(read: ChannelRead, names: Mapping[str, str], said: Sequence[Tongue]) -> dict[str, object]:
    """As each side sees the line."""
    seen = [
        " · ".join(
            f"{names.get(line.party, line.party)}: {each(f'state.{line.state.value}')} {minute(line.since)}"
            for line in read.lines
        )
        for each in said
    ]
    return {"head": settable(read.name), "texts": [settable(each) for each in seen]}
