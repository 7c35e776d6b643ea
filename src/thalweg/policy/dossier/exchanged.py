"""Findings, warnings, and what became of the notices about what was near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from thalweg.model.dossier import Asked, Fact, Known, Value
from thalweg.model.events import Acknowledged, Delivered, Disseminated, Notice, NoticeKind, ReadBack, Taken
from thalweg.model.instants import Instant
from thalweg.policy.dossier.scene import Scene
from thalweg.policy.dossier.versions import Version
from thalweg.policy.held import Entered

_SEVERITIES: Final = ("emergency", "warning", "caution", "information")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A fact of the exchange: the question that it answers, when it came on record, and when it was said. `again`:
    another fact tells the same on the timeline."""

    asked: Asked
    at: Instant
    fact: Fact
    said: Instant
    again: bool = False


def exchanged(scene: Scene) -> tuple[Exchanged, ...]:
    """What the notices say first, then what the party itself said about them."""
    delivered, answered = _receipts(scene)
    found: list[Exchanged] = []
    for entry, notice in scene.notices.values():
        if notice.subject in scene.subjects:
            found += _told(scene, entry, notice, delivered.get(notice.id), answered)
    for entry in scene.held:
        found += _own(scene, entry)
    return tuple(found)


def _receipts(scene: Scene) -> tuple[dict[str, Entered], set[str]]:
    """By notice: the first receipt that this party signed; and which notices it answered."""
    delivered: dict[str, Entered] = {}
    answered: set[str] = set()
    for entry in scene.held:
        match entry.body:
            case Delivered(notices=notices) if isinstance(entry.answer, Taken):
                for notice in notices:
                    delivered.setdefault(notice, entry)
            case Acknowledged(notice=notice) if isinstance(entry.answer, Taken):
                delivered.setdefault(notice, entry)
                answered.add(notice)
            case _:
                pass
    return delivered, answered


def _told(
    scene: Scene, entry: Entered, notice: Notice, receipt: Entered | None, answered: Set[str]
) -> Iterator[Exchanged]:
    """What a notice says became of another one, or the warning that it is."""
    version = _other_side(scene, notice)
    about = version.about
    at, ours = notice.at, version.of == scene.party
    match notice.what:
        case NoticeKind.ACKNOWLEDGED if ours:
            rests = _with_statement(scene, entry, notice)
            yield _fact(Asked.WARNED, at, Fact("had", {"to": notice.of, **about, "at": at}, rests), again=True)
            response = notice.facts.get("response", "")
            values: dict[str, Value] = {"to": notice.of, **about, "response": response, "at": at}
            yield _fact(Asked.ACKNOWLEDGED, at, Fact("acknowledged", values, rests))
        case NoticeKind.READ_BACK if ours and notice.of != scene.party:
            differs = notice.facts.get("differs", "")
            rests = _with_statement(scene, entry, notice)
            yield _fact(Asked.READ_BACK, at, _read_back(notice.of, about, differs, at, rests))
        case NoticeKind.DISSEMINATED if ours:
            values = {"to": notice.of, **about, "unit": notice.facts.get("unit", ""), "at": at}
            yield _fact(Asked.PASSED_ON, at, Fact("passed_on", values, _with_statement(scene, entry, notice)))
        case NoticeKind.ESCALATED:
            values = {"to": notice.facts.get("owes", "") or scene.party, **about, "at": at}
            yield _fact(Asked.ACKNOWLEDGED, at, Fact("unanswered", values, entry.rests_on, Known.NO))
        case _ if notice.version != "" or len(notice.findings) > 0:
            yield from _warned(scene, entry, notice, about, receipt)
            if notice.owed and not ours and notice.id not in answered:
                values = {"to": scene.party, **about}
                fact = Fact("no_answer", values, entry.rests_on, Known.NOT_ON_RECORD)
                yield _fact(Asked.ACKNOWLEDGED, at, fact)
        case _:
            pass


def _warned(
    scene: Scene, entry: Entered, notice: Notice, about: Mapping[str, Value], receipt: Entered | None
) -> Iterator[Exchanged]:
    """The finding that a notice tells of, and that the party was told."""
    near = {each.version.version for each in (*scene.near, *scene.refused)}
    found = any(near & set(each.versions) for each in notice.findings)
    if found:
        values = {"party": scene.party, **about, "severity": _worst(notice.severity), "at": notice.at}
        yield _fact(Asked.FOUND, notice.at, Fact("found", values, entry.rests_on))
    if found or notice.what is NoticeKind.WARNING:
        told: dict[str, Value] = {"party": scene.party, **about, "at": notice.at}
        if receipt is None:
            fact = Fact("told", told, entry.rests_on)
        else:
            fact = Fact("warned", {**told, "received": receipt.at}, (*entry.rests_on, *receipt.rests_on))
        yield _fact(Asked.WARNED, notice.at, fact)


def _own(scene: Scene, entry: Entered) -> Iterator[Exchanged]:
    """What the party itself said about a notice of what was near."""
    said = entry.body
    if not isinstance(entry.answer, Taken) or not isinstance(said, Acknowledged | ReadBack | Disseminated):
        return
    notice, told = scene.notices.get(said.notice, (None, None))
    if notice is None or told is None or told.subject not in scene.subjects:
        return
    about = scene.subjects[told.subject].about
    rests = (notice.index, *entry.rests_on)
    match said:
        case Acknowledged():
            values: dict[str, Value] = {
                "to": scene.party, **about, "response": said.response.value, "at": entry.at,
            }  # fmt: skip
            yield Exchanged(Asked.ACKNOWLEDGED, entry.at, Fact("acknowledged", values, rests), entry.said_at)
        case ReadBack():
            fact = _read_back(scene.party, about, ", ".join(entry.answer.mismatch), entry.at, rests)
            yield Exchanged(Asked.READ_BACK, entry.at, fact, entry.said_at)
        case Disseminated():
            values = {"to": scene.party, **about, "unit": said.unit, "at": entry.at}
            yield Exchanged(Asked.PASSED_ON, entry.at, Fact("passed_on", values, rests), entry.said_at)


def _fact(asked: Asked, at: Instant, fact: Fact, *, again: bool = False) -> Exchanged:
    return Exchanged(asked, at, fact, at, again)


def _other_side(scene: Scene, notice: Notice) -> Version:
    """What the notice is about; of a conflict of the party's own, what it is a conflict with."""
    subject = scene.subjects[notice.subject]
    if subject.of == scene.party and notice.findings:
        for near in scene.near:
            version = near.version
            if version.of != scene.party and any(version.version in each.versions for each in notice.findings):
                return version
    return subject


def _with_statement(scene: Scene, entry: Entered, notice: Notice) -> tuple[int, ...]:
    stated = scene.statements.get(notice.statement)
    return tuple(sorted({entry.index} if stated is None else {entry.index, *stated.rests_on}))


def _worst(severity: str) -> str:
    return severity if severity in _SEVERITIES else "warning"


def _read_back(to: str, about: Mapping[str, Value], differs: str, at: Instant, rests: tuple[int, ...]) -> Fact:
    values: dict[str, Value] = {"to": to, **about, "at": at}
    if differs:
        return Fact("read_back_wrong", {**values, "differs": differs}, rests, Known.NO)
    return Fact("read_back", values, rests)
