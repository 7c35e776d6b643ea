"""What stands in a dossier, in the order in which it is read, said in one language or in two; for paper and for pages.

Whatever is said is a list with one text for each language, in the order in which they stand from left to right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import segno

from thalweg.model.cases import Named, Particulars
from thalweg.model.dossier import Account, Answer, Assessment, Cited, Claim, Dossier, Fact, Moment, SourceRead, Spot
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.result import CheckResult, CopyFor
from thalweg.model.words import HYPOTHETICAL
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import phrases
from thalweg.reports.dossier.digest import digest
from thalweg.reports.dossier.words import Words
from thalweg.reports.messages.catalogue import LANGUAGES

Said = list[str]
_FIRST_PAGE: Final = (3, 2)  # facts of one answer, in one language and in two; all are in the timeline
_DISCLAIMERS: Final = ("voluntary", "absence", "guarantee", "information")
_HEADS: Final = (
    "section.proves", "section.cannot", "section.timeline", "section.map", "section.places", "section.accounts",
    "section.requests", "section.assessments", "section.sources", "section.entries", "label.words", "head.no",
    "head.who", "head.utc", "head.reference", "head.valid", "head.known", "head.registered", "head.what",
    "head.entries", "head.index", "head.kind", "head.author", "head.hash", "accounts.note", "requests.none",
    "assess.cause", "assess.risk", "sources.note", "entries.note", "entries.withheld", "map.note", "map.none",
    "foot.qr", "not_stated",
)  # fmt: skip
_LATER_S: Final = 86_400  # known so much later than it was, a moment is marked
_COLUMNS: Final = 4  # accounts beside each other
_WIDE: Final = 760.0
_PLACES: Final = 120  # rows of the table of coordinates


def languages(text: str) -> tuple[str, ...]:
    """One language or two, as `ar,en` names them. `InputError` for more, for none and for one that there is not."""
    found = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    unknown = [each for each in found if each not in LANGUAGES]
    if unknown or not 1 <= len(found) <= 2:
        raise InputError(
            "dossier-languages",
            f"A dossier is in one language or two of: {', '.join(LANGUAGES)}.",
            found=text,
            expected=", ".join(LANGUAGES),
        )
    return found


def content(
    disclosed: Disclosed[Dossier],
    chosen: Sequence[str],
    clean: Callable[[str], str],
    ground: maps.Ground | None,
    copy: CopyFor | None = None,
) -> dict[str, Any]:
    """Everything that is set. Of two languages one of which is written from right to left, that one stands right."""
    value = disclosed.value
    spoken = sorted((Words(each, value.names, clean) for each in chosen), key=lambda each: each.right_to_left)
    return _Page(value, spoken, clean, digest(disclosed)).content(ground, copy)


def around(
    dossier: Dossier,
    ground: maps.Ground | None,
    languages: Sequence[str],
    *,
    wide: float = _WIDE,
    most: int | None = None,
) -> maps.Drawing | None:
    """The incident, how uncertain its place is, and what was declared near it, the nearest so `most`; None where it has
    no position. `languages`: of what is written on it, one or two."""
    at = dossier.incident.particulars
    if at.place is None:
        return None
    near = dossier.near[:most]
    result = CheckResult(
        declarations={each.declaration.version_id: each.declaration for each in near},
        findings=(),
        checked_at=dossier.known_at,
        theatre=dossier.theatre,
        rules_hash="",
        engine_version="",
        party_names=dossier.names,
        exercise=dossier.exercise,
        marked={each.declaration.version_id: each.marks for each in near},
    )
    star = maps.Star(at.place, float(at.radius_m), dossier.margins.near_m)
    return maps.draw_around(result, star, ground, wide=wide, languages=languages)


class _Page:
    def __init__(self, dossier: Dossier, spoken: Sequence[Words], clean: Callable[[str], str], sha256: str) -> None:
        self.dossier, self.spoken, self.clean, self.sha256 = dossier, spoken, clean, sha256
        self.reference = f"EX-{dossier.incident.reference}" if dossier.exercise else dossier.incident.reference

    def say(self, key: str, **values: Any) -> Said:  # noqa: ANN401  # values of a fact
        return [each.text(key, **values) for each in self.spoken]

    def fact(self, fact: Fact, family: str = "fact") -> Said:
        return [each.fact(fact, family) for each in self.spoken]

    def own(self, text: str) -> str:
        """What a person wrote, as it stands."""
        return self.clean(text)

    def content(self, ground: maps.Ground | None, copy: CopyFor | None) -> dict[str, Any]:
        dossier = self.dossier
        return {
            **self._frame(copy),
            **self._cover(),
            "heads": {each: self.say(each) for each in _HEADS},
            "answers": [self._answer(each) for each in dossier.answers],
            "cannot": [self.fact(each, "cannot") for each in dossier.cannot],
            "timeline": [self._moment(each) for each in dossier.timeline],
            "map": self._map(ground),
            "spots": self._spots(),
            "spots_left": self.say("spots.left", n=len(dossier.spots) - _PLACES)
            if len(dossier.spots) > _PLACES
            else [],
            "accounts": self._accounts(),
            "requests": [self._request(number) for number in range(len(dossier.requests))],
            "assessments": {
                what: [self._assessment(each) for each in dossier.assessments if each.what == what]
                for what in ("cause", "risk")
            },
            "sources": [self._source(each) for each in dossier.sources],
            "entries": [self._cited(each) for each in dossier.entries],
            "keys": [self._cited(each) for each in dossier.keys],
            "keys_note": [
                " ".join((each.text("keys.note"), *([each.text("keys.exercise")] if dossier.exercise else [])))
                for each in self.spoken
            ],
            "withheld": [
                {"what": self.say(f"withheld.{each.what}"), "count": str(each.count)} for each in dossier.withheld
            ],
        }

    # --- the head ---

    def _frame(self, copy: CopyFor | None) -> dict[str, Any]:
        """What stands on every page: which dossier it is and whose copy, its bands and its foot."""
        hypothetical = any(HYPOTHETICAL in each.marks for each in self.dossier.near)
        code = segno.make(f"THALWEG:{self.reference}:SHA256:{self.sha256}", error="m")
        return {
            "languages": [
                {"code": each.language, "dir": "rtl" if each.right_to_left else "ltr"} for each in self.spoken
            ],
            "rtl": len(self.spoken) == 1 and self.spoken[0].right_to_left,
            "reference": self.reference,
            "sha256": self.sha256,
            "short": self.sha256[:16],
            "qr": code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None),
            "exercise": self.say("band.exercise") if self.dossier.exercise else [],
            "hypothetical": self.say("band.hypothetical") if hypothetical else [],
            "foot-alt": " / ".join(self.say("foot.qr")),
            "copy": "" if copy is None else str(copy),
            "page": self.say("foot.page", page="@", pages="#"),
        }

    def _cover(self) -> dict[str, Any]:
        """What it is, of when, and the incident as it was reported."""
        dossier = self.dossier
        return {
            "title": self.say("title"),
            "subtitle": self.say("subtitle"),
            "live": self.say("live"),
            "known_at": self.say("known_at" if dossier.reached is None else "reached_by", at=dossier.known_at),
            "unreviewed": [each.text("unreviewed") if not each.reviewed else "" for each in self.spoken],
            "incident": self.own(dossier.incident.title),
            "facts": self._facts(),
            "words": self._quoted(dossier.incident.text, dossier.incident.language),
            "disclaimers": [" ".join(each.text(f"disclaimer.{name}") for name in _DISCLAIMERS) for each in self.spoken],
        }

    def _facts(self) -> list[dict[str, Any]]:
        dossier, report = self.dossier, self.dossier.incident
        at = report.particulars
        rows: list[tuple[str, Said]] = [
            ("label.holder", self._parties_each((dossier.party,))),
            ("label.reported_by", [f"{each.party(report.by)}, {each.instant(report.at)}" for each in self.spoken]),
            ("label.when", [self._when(at, each) for each in self.spoken]),
            ("label.where", [self._where(at, each) for each in self.spoken]),
            ("label.affected", [self._named(at.affected, each) for each in self.spoken]),
            ("label.alleged", [self._named(at.alleged, each) for each in self.spoken]),
            ("label.looked", self.say("looked", away=dossier.margins.near_m, gap=dossier.margins.around_s)),
        ]
        if report.withdrawn is not None:
            rows.append(("label.withdrawn", [each.instant(report.withdrawn) for each in self.spoken]))
        return [{"label": self.say(key), "value": said} for key, said in rows]

    def _parties_each(self, named: Iterable[str]) -> Said:
        chosen = tuple(named)
        return [each.parties(chosen) for each in self.spoken]

    def _party(self, party: str) -> str:
        return self.own(self.dossier.name(party))

    def _when(self, at: Particulars, words: Words) -> str:
        if at.earliest is None and at.latest is None:
            return words.text("not_stated")
        if at.earliest is None or at.latest is None or at.earliest == at.latest:
            return words.instant(at.earliest or at.latest or self.dossier.incident.at)
        return f"{words.instant(at.earliest)} – {words.instant(at.latest)}"

    def _where(self, at: Particulars, words: Words) -> str:
        said = [words.name(at.where)] if at.where else []
        if at.place is not None:
            said += [words.place(at.place.lon, at.place.lat), *([words.doubt(at.radius_m)] if at.radius_m else [])]
        return words.text("list.separator").join(said) if said else words.text("not_stated")

    def _named(self, named: Named, words: Words) -> str:
        everyone = (*named.parties, *named.others)
        if not everyone:
            return words.text("not_stated")
        said = words.parties(everyone, named.joined.value if len(everyone) > 1 else "")
        if len(everyone) > 1 and named.joined.value == "unknown":
            said += f" ({words.text('joined.unknown')})"
        return said

    def _quoted(self, text: str, language: str) -> dict[str, Any]:
        return {
            "text": self.own(text),
            "dir": phrases.direction(text),
            "note": [each.text("original", language=each.text(f"language.{language}")) for each in self.spoken]
            if text and language in LANGUAGES
            else [],
        }

    # --- the first page ---

    def _answer(self, answer: Answer) -> dict[str, Any]:
        most = _FIRST_PAGE[len(self.spoken) - 1]
        left = len(answer.facts) - most
        return {
            "asked": self.say(f"asked.{answer.asked.value}"),
            "known": answer.known.value,
            "answer": self.say(f"known.{answer.known.value}"),
            "facts": [
                {"said": self.fact(each), "known": each.known.value, "entries": _indexes(each.entries)}
                for each in answer.facts[:most]
            ],
            "more": self.say("more", n=left) if left > 0 else [],
            "entries": _indexes(answer.entries),
        }

    def _moment(self, moment: Moment) -> dict[str, Any]:
        return {
            "valid": self._time(moment.valid),
            "until": "" if moment.until is None or moment.until == moment.valid else self._time(moment.until),
            "known": self._time(moment.known),
            "what": self.fact(moment.fact),
            "entries": _indexes(moment.fact.entries),
            "later": moment.known.epoch_s - moment.valid.epoch_s > _LATER_S,
        }

    # --- map and coordinates ---

    def _spots(self) -> list[dict[str, Any]]:
        """The positions, those of one statement together: who states them, what they are of, and where that is in words
        stand once, above."""
        groups: list[dict[str, Any]] = []
        for number, spot in enumerate(self.dossier.spots[:_PLACES], 1):
            said = {
                "label": self.say(f"spot.{spot.label}"),
                "who": self._party(spot.who),
                "title": self.own(spot.title),
                "entries": _indexes(spot.entries),
            }
            if not groups or any(groups[-1][key] != value for key, value in said.items()):
                reference = [each.place(spot.at.lon, spot.at.lat) for each in self.spoken]
                groups.append({**said, "reference": reference, "rows": []})
            groups[-1]["rows"].append(self._spot(number, spot))
        return groups

    def _spot(self, number: int, spot: Spot) -> dict[str, Any]:
        return {
            "number": str(number),
            "utc": "" if spot.when is None else self._time(spot.when),
            "dms": phrases.dms(spot.at),
            "decimal": phrases.decimal(spot.at),
            "mgrs": phrases.mgrs(spot.at),
            "radius": [each.doubt(spot.radius_m) for each in self.spoken],
        }

    def _map(self, ground: maps.Ground | None) -> dict[str, Any]:
        drawing = around(self.dossier, ground, [each.language for each in self.spoken])
        if drawing is None:
            return {"svg": "", "alt": "", "credit": ""}
        return {"svg": drawing.svg, "alt": " / ".join(self.say("map.note")), "credit": drawing.credit}

    # --- accounts and requests ---

    def _accounts(self) -> list[dict[str, Any]]:
        """Tables of a few columns each: one for every account that stands, so that two of one side stand beside each
        other too, and one for every side that has said nothing."""
        sides: dict[str, list[Account]] = {}
        for account in self.dossier.accounts:
            sides.setdefault(account.by, []).append(account)
        columns = [column for by, accounts in sides.items() for column in self._columns(by, accounts)]
        columns += [
            {
                "who": self._party(each),
                "silent": self.say("account.none"),
                "given": [],
                "rows": [],
                "earlier": [],
                "entries": "",
                "text": {"text": "", "dir": "ltr", "note": []},
            }
            for each in self.dossier.silent
        ]
        labels = [self.say(key) for key in ("label.when", "label.where", "label.affected", "label.alleged")]
        return [
            {"labels": labels, "columns": columns[start : start + _COLUMNS]}
            for start in range(0, len(columns), _COLUMNS)
        ]

    def _columns(self, by: str, accounts: Sequence[Account]) -> list[dict[str, Any]]:
        """Those that stand; under the newest of them what it, or another, superseded."""
        standing = [each for each in accounts if each.superseded is None] or list(accounts[-1:])
        fallen = [each for each in accounts if each not in standing]
        return [self._column(by, each, fallen if each is standing[-1] else ()) for each in standing]

    def _column(self, by: str, account: Account, earlier: Sequence[Account]) -> dict[str, Any]:
        at = account.particulars
        return {
            "who": self._party(by),
            "silent": [],
            "given": self.say("account.given", at=account.at),
            "rows": [
                [self._when(at, each) for each in self.spoken],
                [self._where(at, each) for each in self.spoken],
                [self._named(at.affected, each) for each in self.spoken],
                [self._named(at.alleged, each) for each in self.spoken],
            ],
            "text": self._quoted(account.text, account.language),
            "earlier": [
                {
                    "text": self._quoted(each.text, each.language),
                    "given": self.say("account.given", at=each.at),
                    "note": [] if each.superseded is None else self.say("account.superseded", at=each.superseded),
                    "entries": _indexes(each.entries),
                }
                for each in earlier
            ],
            "entries": _indexes(account.entries),
        }

    def _request(self, number: int) -> dict[str, Any]:
        each = self.dossier.requests[number]
        if each.answered is not None:
            key = "request.answered" if each.answered <= each.due else "request.answered_late"
            state = self.say(key, at=each.answered)
        else:
            state = self.say("request.unanswered" if self.dossier.known_at > each.due else "request.open")
        return {
            "line": self.say("request.line", by=each.by, to=each.to, at=each.at, due=each.due),
            "state": state,
            "question": self._quoted(each.question, each.language),
            "answer": self._quoted(each.answer, each.answer_language) if each.answer else None,
            "entries": _indexes(each.entries),
        }

    # --- assessments, sources, entries ---

    def _assessment(self, each: Assessment) -> dict[str, Any]:
        return {
            "by": self._party(each.by),
            "grade": self.say(f"grade.{each.grade}"),
            "at": self._time(each.at),
            "text": self._quoted(each.text, each.language),
            "superseded": [] if each.superseded is None else self.say("account.superseded", at=each.superseded),
            "entries": _indexes(each.entries),
        }

    def _source(self, source: SourceRead) -> dict[str, Any]:
        return {
            "outlet": self.own(source.outlet),
            "title": self.own(source.title),
            "published": source.published,
            "sha256": source.sha256,
            "copies": [self.own(name) for name in source.copies],
            "counted": self.say("source.copies"),
            "claims": [self._claim(each, source) for each in source.claims],
            "entries": _indexes(source.entries),
        }

    def _claim(self, claim: Claim, source: SourceRead) -> dict[str, Any]:
        return {
            "who": self.own(claim.who or ("" if claim.through else source.outlet)),
            "through": self.say("source.through", names="\n".join(claim.through)) if claim.through else [],
            "force": self.say(f"force.{claim.force}"),
            "text": self.own(claim.text),
            "chars": self.say("source.chars", first=claim.first, last=claim.last),
            "entries": _indexes(claim.entries),
        }

    def _cited(self, each: Cited) -> dict[str, str]:
        return {
            "index": str(each.index),
            "event": each.event,
            "kind": each.kind,
            "author": self.own(each.author),
            "at": self._time(each.at),
        }

    @staticmethod
    def _time(when: Instant) -> str:
        """To the minute, where it is a whole one."""
        said = phrases.instant(when)
        return f"{said.removesuffix(':00Z')}Z" if said.endswith(":00Z") else said


def _indexes(entries: Iterable[int]) -> str:
    return ", ".join(str(each) for each in dict.fromkeys(entries))
