"""What each side said of an incident: accounts, formal questions and their answers, assessments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from thalweg.model.cases import CauseAssessed, Joined
from thalweg.model.dossier import Account, Assessment, Fact, Known, Request, Value
from thalweg.model.events import SECRETARIAT, NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.dossier.near import apart_m
from thalweg.policy.dossier.scene import Scene

_REMINDING: Final = (NoticeKind.REMINDER, NoticeKind.EXPLANATION_REQUEST, NoticeKind.LAPSED)


def accounts(scene: Scene) -> tuple[Account, ...]:
    """The report first, then every other account in the order of the log."""
    later: dict[str, Instant] = {}
    for entry, body in scene.case.accounts:
        if body.supersedes:
            later.setdefault(body.supersedes, entry.at)
    said, reported = scene.said, scene.reported
    first = Account(
        said.by, reported.at, said.text, said.language, scene.at, later.get(reported.event), reported.rests_on
    )
    others = (
        Account(body.by, entry.at, body.text, body.language, body.particulars, later.get(entry.event), entry.rests_on)
        for entry, body in scene.case.accounts
    )
    return (first, *others)


def requests(scene: Scene) -> tuple[Request, ...]:
    """Each formal question, with its first answer and how often it was reminded of."""
    found = []
    for entry, body in scene.case.asked:
        answered = [each for each in scene.case.explained if each[1].request == entry.event]
        first, given = answered[0] if answered else (None, None)
        reminders = [
            each.index for each, notice in scene.case.notices
            if notice.answers == entry.event and notice.statement != entry.event and notice.what in _REMINDING
        ]  # fmt: skip
        found.append(
            Request(
                by=body.by,
                to=body.to,
                at=entry.at,
                question=body.question,
                language=body.language,
                due=body.due,
                answered=None if first is None else first.at,
                answer="" if given is None else given.text,
                answer_language="" if given is None else given.language,
                reminders=len(reminders),
                entries=(*entry.rests_on, *(() if first is None else first.rests_on), *reminders),
            )
        )
    return tuple(found)


def assessments(scene: Scene) -> tuple[Assessment, ...]:
    """Of cause and of risk. A finding of cause says which one it supersedes; of risk the same side's next one does."""
    found = []
    for number, (entry, body) in enumerate(scene.case.assessed):
        cause = isinstance(body, CauseAssessed)
        superseded = next(
            (
                each.at
                for each, later in scene.case.assessed[number + 1 :]
                if isinstance(later, CauseAssessed) == cause
                and (later.supersedes == entry.event if isinstance(later, CauseAssessed) else later.by == body.by)
            ),
            None,
        )
        what, grade, text = (
            ("cause", body.grade.value, body.finding)
            if isinstance(body, CauseAssessed)
            else ("risk", body.risk.value, body.text)
        )
        found.append(Assessment(what, body.by, entry.at, grade, text, body.language, superseded, entry.rests_on))
    return tuple(found)


def silent(scene: Scene, accounts: Iterable[Account], requests: Iterable[Request]) -> tuple[str, ...]:
    """Those concerned of whom no account is known: nothing more follows from that."""
    told = {each.by for each in accounts}
    concerned = {*scene.at.affected.parties, *scene.at.alleged.parties, *(each.to for each in requests)}
    for each in accounts:
        concerned |= {*each.particulars.affected.parties, *each.particulars.alleged.parties}
    return tuple(sorted(concerned - told - {SECRETARIAT}))


def differences(one: Account, other: Account) -> Iterator[Fact]:
    """In when, where and who, as far as both sides state it."""
    a, b = one.particulars, other.particulars
    sides: dict[str, Value] = {"of": one.by, "other": other.by}
    rests = (*one.entries, *other.entries)
    if (a.latest and b.earliest and a.latest < b.earliest) or (b.latest and a.earliest and b.latest < a.earliest):
        yield Fact("differ_time", sides, rests, Known.DISPUTED)
    if a.place is not None and b.place is not None:
        away_m = apart_m(a.place, b.place)
        if away_m > a.radius_m + b.radius_m:
            yield Fact("differ_place", {**sides, "away": round(away_m, 1)}, rests, Known.DISPUTED)
    for key, first, second in (("alleged", a.alleged, b.alleged), ("affected", a.affected, b.affected)):
        named_a, named_b = {*first.parties, *first.others}, {*second.parties, *second.others}
        joined = Joined.UNKNOWN in (first.joined, second.joined) or first.joined is second.joined
        if named_a and named_b and (named_a != named_b or not joined):
            names: dict[str, Value] = {
                "names": "\n".join((*first.parties, *first.others)), "joined": first.joined.value,
                "other_names": "\n".join((*second.parties, *second.others)), "other_joined": second.joined.value,
            }  # fmt: skip
            yield Fact(f"differ_{key}", {**sides, **names}, rests, Known.DISPUTED)
