"""The answers of the first page, each with the facts that it rests on.

"Yes" and "no" stand only where an entry says so; that something is not in this part of the record is never a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from thalweg.model.declarations import Kind
from thalweg.model.dossier import Account, Answer, Asked, Assessment, Fact, Known, Request, SourceRead, Value
from thalweg.model.events import Acknowledged, NoticeKind, Taken
from thalweg.model.levels import Level
from thalweg.model.sourced import Force
from thalweg.policy.dossier.accounts import differences
from thalweg.policy.dossier.exchanged import Exchanged
from thalweg.policy.dossier.near import NearBy
from thalweg.policy.dossier.scene import Scene

_BEGINNING: Final = 160  # characters of an account on the first page
_EXCHANGED: Final[Mapping[Asked, str]] = {
    Asked.FOUND: "found_none",
    Asked.WARNED: "warned_none",
    Asked.ACKNOWLEDGED: "acknowledged_none",
    Asked.READ_BACK: "read_back_none",
    Asked.PASSED_ON: "passed_on_none",
}


def declarations(scene: Scene) -> Iterator[tuple[NearBy, Fact]]:
    """What was declared near it, nearest in time first, each with the fact that it was."""
    for near in sorted(scene.near, key=lambda each: (each.gap_s, each.away_m, each.number)):
        version = near.version
        values = {
            **version.about, "away": round(near.away_m, 1), "gap": round(near.gap_s, 1), "level": version.level.value,
            "at": version.at,
        }  # fmt: skip
        yield near, Fact("declared" if version.at < scene.ends else "declared_after", values, version.entries)


def declared(scene: Scene) -> Answer:
    """What had been declared, and still stood when it began."""
    if scene.at.place is None:
        return Answer(Asked.DECLARED, Known.UNKNOWN, (scene.no_place,))
    facts = tuple(
        fact
        for near, fact in declarations(scene)
        if near.version.at < scene.ends and (near.version.until is None or near.version.until > scene.begins)
    )
    if not facts:
        return Answer(Asked.DECLARED, Known.NOT_ON_RECORD, (Fact("declared_none", known=Known.NOT_ON_RECORD),))
    return Answer(Asked.DECLARED, Known.YES, facts)


def of_exchange(scene: Scene, facts: Sequence[Exchanged]) -> Iterator[Answer]:
    """What had been found, told, answered, read back and passed on by the end of it."""
    for asked, none in _EXCHANGED.items():
        by_then = sorted(
            (each for each in facts if each.asked is asked and each.at < scene.ends),
            key=lambda each: (each.at, each.fact.entries),
        )
        if scene.at.place is None:
            yield Answer(asked, Known.UNKNOWN, (scene.no_place,))
        elif by_then:
            yield Answer(asked, _sum(each.fact for each in by_then), tuple(each.fact for each in by_then))
        else:
            yield Answer(asked, Known.NOT_ON_RECORD, (Fact(none, known=Known.NOT_ON_RECORD),))


def late(scene: Scene, requests: Iterable[Request]) -> Answer:
    """What came late, or without what its author had been shown."""
    facts = [
        *(each for request in requests for each in _explanation_late(scene, request)),
        *_declared_late(scene),
        *_answered_late(scene),
    ]
    if scene.at.place is None and not facts:
        return Answer(Asked.LATE, Known.UNKNOWN, (scene.no_place,))
    if not facts:
        return Answer(Asked.LATE, Known.NOT_ON_RECORD, (Fact("late_none", known=Known.NOT_ON_RECORD),))
    return Answer(Asked.LATE, _sum(facts), tuple(sorted(facts, key=lambda each: each.known is not Known.YES)))


def _explanation_late(scene: Scene, request: Request) -> Iterator[Fact]:
    """An explanation that came after it was due; or had not come, where the desk says so."""
    values: dict[str, Value] = {"to": request.to, "due": request.due}
    if request.answered is not None:
        if request.answered > request.due:
            yield Fact("explained_late", {**values, "at": request.answered}, request.entries)
        return
    for entry, notice in scene.case.notices:
        asked = scene.statements.get(notice.answers)
        if notice.what is NoticeKind.LAPSED and asked is not None and asked.index in request.entries:
            yield Fact("unexplained", {**values, "at": entry.at}, (*asked.rests_on, *entry.rests_on))


def _declared_late(scene: Scene) -> Iterator[Fact]:
    for near in sorted(scene.near, key=lambda each: each.number):
        version = near.version
        if version.declaration.kind not in (Kind.OPERATION, Kind.MOVEMENT):
            continue
        values: dict[str, Value] = {**version.about, "at": version.at}
        if version.late:
            yield Fact("late", values, version.entries)
        elif version.level is Level.FULL:
            yield Fact("in_time", values, version.entries, Known.NO)
        if version.not_cited:
            yield Fact("not_cited", {**values, "n": version.not_cited}, version.entries)


def _answered_late(scene: Scene) -> Iterator[Fact]:
    for entry in scene.held:
        if not isinstance(entry.body, Acknowledged) or not isinstance(entry.answer, Taken):
            continue
        told, notice = scene.notices.get(entry.body.notice, (None, None))
        if told is None or notice is None or notice.subject not in scene.subjects or notice.due is None:
            continue
        if entry.at > notice.due:
            values = {
                "to": scene.party, **scene.subjects[notice.subject].about, "at": entry.at, "due": notice.due,
            }  # fmt: skip
            yield Fact("answer_late", values, (told.index, *entry.rests_on))


def said(accounts: Iterable[Account], silent: Iterable[str]) -> Answer:
    """What each side says, in the beginning of its words; and who has not said anything."""
    facts = [
        Fact("says", {"of": each.by, "at": each.at, "words": _begun(each.text)}, each.entries)
        for each in accounts
        if each.superseded is None
    ]
    facts += [Fact("said_none", {"of": each}, (), Known.NOT_ON_RECORD) for each in silent]
    return Answer(Asked.SAID, Known.YES, tuple(facts))


def disputed(accounts: Iterable[Account], assessments: Iterable[Assessment], sources: Iterable[SourceRead]) -> Answer:
    """What of the accounts can be compared, and differs. Words are for people to compare."""
    standing = [each for each in accounts if each.superseded is None]
    facts = [
        # Two of one side as well: both stand.
        *(each for one, other in combinations(standing, 2) for each in differences(one, other)),
        *_graded_otherwise(assessments),
        *_gainsaid(sources),
    ]
    if facts:
        return Answer(Asked.DISPUTED, Known.DISPUTED, tuple(facts))
    entries = tuple(index for each in standing for index in each.entries)
    sides = len({each.by for each in standing})
    if sides > 1:
        return Answer(Asked.DISPUTED, Known.UNKNOWN, (Fact("several", {"n": sides}, entries, Known.UNKNOWN),))
    return Answer(Asked.DISPUTED, Known.NOT_ON_RECORD, (Fact("one_side", {}, entries, Known.NOT_ON_RECORD),))


def _graded_otherwise(assessments: Iterable[Assessment]) -> Iterator[Fact]:
    for first, second in combinations([each for each in assessments if each.superseded is None], 2):
        if first.what == second.what and first.by != second.by and first.grade != second.grade:
            values = {"of": first.by, "grade": first.grade, "other": second.by, "other_grade": second.grade}
            yield Fact(f"differ_{first.what}", values, (*first.entries, *second.entries), Known.DISPUTED)


def _gainsaid(sources: Iterable[SourceRead]) -> Iterator[Fact]:
    for source in sources:
        for claim in source.claims:
            if claim.force == Force.DENIAL.value:
                values = {"who": claim.who or source.outlet, "words": claim.text}
                yield Fact("gainsaid", values, (*source.entries, *claim.entries), Known.DISPUTED)


def _begun(text: str) -> str:
    """The beginning of an account, for the first page; all of it is in its column."""
    line = " ".join(text.split())
    return line if len(line) <= _BEGINNING else line[: _BEGINNING - 1].rstrip() + "…"


def _sum(facts: Iterable[Fact]) -> Known:
    known = {fact.known for fact in facts}
    if {Known.YES, Known.NO} <= known:
        return Known.IN_PART
    if Known.YES in known:
        return Known.YES
    return Known.NO if Known.NO in known else Known.NOT_ON_RECORD
