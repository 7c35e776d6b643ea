"""The timeline: when each thing was so, and when it was known by the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from thalweg.model.cases import ExplanationAsked
from thalweg.model.declarations import Declaration
from thalweg.model.dossier import Assessment, Fact, Known, Moment, Value
from thalweg.model.events import Committed, EmergencySent, OutcomeStated, Refused
from thalweg.model.instants import Instant
from thalweg.policy.dossier.answers import declarations
from thalweg.policy.dossier.exchanged import Exchanged
from thalweg.policy.dossier.near import apart_m
from thalweg.policy.dossier.scene import Scene
from thalweg.policy.held import Entered


def timeline(scene: Scene, facts: Iterable[Exchanged], assessments: Iterable[Assessment]) -> tuple[Moment, ...]:
    """Everything that has a time, in the order in which it was so."""
    moments = chain(
        _refused(scene), _declared(scene), _exchanged(facts), _told_in_case(scene, assessments), _called(scene)
    )
    return tuple(sorted(moments, key=lambda each: (each.valid, each.known, each.fact.entries)))


def _refused(scene: Scene) -> Iterator[Moment]:
    for near in scene.refused:
        version = near.version
        yield Moment(version.at, None, version.at, Fact("refused", version.about, version.entries))


def _declared(scene: Scene) -> Iterator[Moment]:
    for near, fact in declarations(scene):
        version = near.version
        start, until = _span(version.declaration)
        yield Moment(start or version.at, until, version.at, fact)
        if version.until is not None:
            ended = Fact("ended", {**version.about, "at": version.until}, version.ended)
            yield Moment(version.until, None, version.until, ended)


def _exchanged(facts: Iterable[Exchanged]) -> Iterator[Moment]:
    for each in facts:
        if each.fact.known in (Known.YES, Known.NO) and not each.again:
            yield Moment(each.said, None, each.at, each.fact)


def _told_in_case(scene: Scene, assessments: Iterable[Assessment]) -> Iterator[Moment]:
    report, case, reporter = scene.reported, scene.case, scene.said.by
    yield Moment(scene.begins, scene.ends, report.at, Fact("happened", {}, report.rests_on))
    yield _stated(report, "reported", {"of": reporter})
    for entry, shared in case.shared:
        yield _stated(entry, "shared", {"of": shared.by, "names": "\n".join(shared.to)})
    if case.withdrawn is not None:
        yield _stated(case.withdrawn, "withdrawn", {"of": reporter})
    for entry, account in case.accounts:
        yield _stated(entry, "said", {"of": account.by, "at": entry.at})
    for entry, asked in case.asked:
        yield _stated(entry, "asked", {"of": asked.by, "to": asked.to, "due": asked.due})
    for entry, explained in case.explained:
        yield _stated(entry, "explained", {"of": explained.by})
    for entry, notice in case.notices:
        request = scene.statements.get(notice.answers)
        about = None if request is None else request.body
        if isinstance(about, ExplanationAsked) and not notice.statement:
            fact = Fact("reminded", {"to": about.to, "due": about.due}, entry.rests_on)
            yield Moment(notice.at, None, notice.at, fact)
    for each in assessments:
        yield Moment(each.at, None, each.at, Fact(each.what, {"of": each.by, "grade": each.grade}, each.entries))
    for entry, laid in case.laid:
        yield _stated(entry, "laid", {"of": laid.by, "words": laid.words or laid.name})


def _stated(entry: Entered, key: str, values: dict[str, Value]) -> Moment:
    """Something that was so when it was stated, and known when the desk took it."""
    return Moment(entry.said_at, None, entry.at, Fact(key, values, entry.rests_on))


def _called(scene: Scene) -> Iterator[Moment]:
    """Emergencies around that time, and what was promised about them or about the incident."""
    from_s, to_s = scene.begins.epoch_s - scene.margins.around_s, scene.ends.epoch_s + scene.margins.around_s
    calls: set[str] = set()
    for entry in scene.held:
        body = entry.body
        if isinstance(body, EmergencySent) and from_s <= entry.at.epoch_s <= to_s and _is_near(scene, body):
            calls.add(entry.event)
            yield _stated(entry, "emergency", {"of": body.by})
    promised: set[str] = set()
    for entry in scene.held:
        body = entry.body
        if isinstance(body, Committed) and not isinstance(entry.answer, Refused):
            told, notice = scene.notices.get(body.about, (None, None))
            if body.about in (scene.case.reference, *calls) or (notice is not None and notice.answers in calls):
                promised.add(entry.event)
                rests = entry.rests_on if told is None else (told.index, *entry.rests_on)
                values: dict[str, Value] = {"of": body.by, "due": body.due, "words": body.action}
                yield Moment(entry.said_at, None, entry.at, Fact("committed", values, rests))
        elif isinstance(body, OutcomeStated) and body.commitment in promised:
            yield _stated(entry, f"outcome_{body.outcome.value}", {"of": body.by})


def _is_near(scene: Scene, said: EmergencySent) -> bool:
    if said.place is None or scene.at.place is None:
        return True
    return apart_m(said.place, scene.at.place) <= said.radius_m + scene.at.radius_m + scene.margins.near_m


def _span(declaration: Declaration) -> tuple[Instant | None, Instant | None]:
    windows = [volume.window for volume in declaration.volumes] + [each.window for each in declaration.segments]
    starts = [each.start for each in windows if each.start is not None]
    ends = [each.end for each in windows if each.end is not None]
    return (min(starts) if starts else None), (max(ends) if ends and len(ends) == len(windows) else None)
