"""What each party is told of what is said in an incident (R41, R42, R44).

An incident is shared whole or not at all: everybody that it was reported to has every statement in it, each as its
author signed it, one beside the other. Whoever gets it later gets all that was said until then. It goes to nobody that
its reporter did not name, the parties that are said to have caused it included. Of what is laid beside it as evidence
everybody learns only what it is shown otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from thalweg.formats.event import Erasure, Statement
from thalweg.model.cases import (
    AccountGiven,
    Case,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Particulars,
    RiskAssessed,
)
from thalweg.model.errors import EngineError
from thalweg.model.events import DESK, ByDesk, Committed, Declared, Notice, NoticeKind, OutcomeStated
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimConfirmed, SourceEntered
from thalweg.policy.tell import CAUTION, INFORMATION, WARNING, Policy
from thalweg.state.cases import DUE, Incident, Item, Request
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.sourced import subject_of
from thalweg.state.world import World

WORDS_IN_NOTICE: Final = 2_000  # characters of an account that stand in the notice itself; all of it is in the entry


class Incidents:
    """Over one world and its policy."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy

    def about(self, record: Recorded, said: Case, now: Instant) -> list[Notice]:
        """The notices that follow from a statement, after it took effect: to everybody that has the incident."""
        incident = incident_of(self._world, said, record.event)
        item = incident.items[-1]
        new = {party for party, held in incident.held.items() if held.event == record.event} - {incident.by}
        others = [party for party in sorted(incident.held) if party not in new and party != said.by]
        told = [self._told(incident, item, said, party, now) for party in others]
        if isinstance(said, IncidentReported):
            told.append(self._told(incident, item, said, said.by, now))  # its reference, to whoever reported it
        for party in sorted(new):
            told += self._everything(incident, party, now)
        return told

    def promised(self, said: Committed | OutcomeStated, event: str, incident: Incident, now: Instant) -> list[Notice]:
        """A promise about an incident, or what came of one: to everybody else that has it."""
        return [
            replace(self._promise(said, event, incident.reference, now), to=party)
            for party in sorted(incident.held)
            if party != said.by
        ]

    def explanation_due(self, request: Request, now: Instant) -> list[Notice]:
        """Its addressee is reminded before it is due; when it was due everybody learns that there is no answer."""
        incident = self._world.cases.incidents[request.incident]
        facts = {
            "what": "explanation",
            "due": str(request.due),
            "title": incident.title,
            "by": request.by,
            "to": request.to,
        }
        made = Notice(
            request.to, 0, NoticeKind.REMINDER, now, of=request.by, subject=incident.reference, answers=request.event,
            severity=CAUTION, facts=facts,
        )  # fmt: skip
        if request.step < DUE:
            return [made]
        made = replace(made, what=NoticeKind.LAPSED, of=request.to, severity=INFORMATION)
        return [
            replace(made, to=party, severity=CAUTION if party in (request.by, request.to) else INFORMATION)
            for party in sorted(incident.held)
        ]

    def _everything(self, incident: Incident, party: str, now: Instant) -> list[Notice]:
        """All that was said in it until now, in its order, to a party that did not have it."""
        told = []
        for item in incident.items:
            said = self._world.load(item.index).body
            if isinstance(said, Committed | OutcomeStated):
                made = self._promise(said, item.event, incident.reference, item.at)
                told.append(replace(made, to=party, at=now, owed=False))
            elif isinstance(said, KeyFact | Statement | Erasure | ByDesk) or not isinstance(said, Case):
                raise EngineError("fold-taken", f"Entry {item.index} is nothing that is said in an incident.")
            else:
                told.append(self._told(incident, item, said, party, now, late=item.at < now))
        return told

    def _told(self, incident: Incident, item: Item, said: Case, to: str, now: Instant, *, late: bool = False) -> Notice:
        """One statement, to one party. `late`: said before it was reported to that party."""
        made = Notice(
            to, 0, NoticeKind.INCIDENT, now, of=said.by, subject=incident.reference, statement=item.event,
            severity=INFORMATION, language=said.language,
        )  # fmt: skip
        facts = {"title": incident.title, **({"said": str(item.at)} if late else {})}
        match said:
            case IncidentReported():
                own = to == said.by
                made = replace(_worded(made, said.text), severity=INFORMATION if own else CAUTION, owed=not own)
                made = replace(made, place=said.particulars.place)
                facts |= {"what": "reported", **_when_where(said.particulars)}
            case IncidentShared():
                made = _worded(made, said.words)
                facts |= {"what": "shared", "with": ", ".join(_got_by(incident, item.event))}
            case IncidentWithdrawn():
                made = replace(_worded(made, said.words), severity=CAUTION)
                facts["what"] = "withdrawn"
            case AccountGiven():
                made = replace(_worded(made, said.text), what=NoticeKind.ACCOUNT, owed=not late)
                made = replace(made, place=said.particulars.place)
                facts |= _when_where(said.particulars)
                if said.supersedes:
                    facts["supersedes"] = said.supersedes
            case ExplanationAsked():
                made = replace(_worded(made, said.question), what=NoticeKind.EXPLANATION_REQUEST, answers=item.event)
                facts |= {"to": said.to, "due": str(said.due)}
                if to == said.to:
                    made = replace(made, severity=CAUTION, owed=True, due=said.due)
            case ExplanationGiven():
                request = self._world.cases.requests[said.request]
                made = replace(_worded(made, said.text), what=NoticeKind.EXPLANATION, answers=said.request)
                made = replace(made, owed=to == request.by)
                facts |= {"late": "1"} if item.at > request.due else {}
            case CauseAssessed():
                made = replace(_worded(made, said.finding), what=NoticeKind.ASSESSMENT)
                facts |= {"what": "cause", "grade": said.grade.value}
            case RiskAssessed():
                made = replace(_worded(made, said.text), what=NoticeKind.ASSESSMENT)
                facts |= {"what": "risk", "grade": said.risk.value}
            case EvidenceLaid():
                name, plain = self._laid(said, item.subject, to)
                made = replace(_worded(made, said.words), what=NoticeKind.EVIDENCE)
                made = replace(made, statement=item.event if plain else "")
                facts |= {"what": said.what.value, **({"name": name} if name else {"withheld": "1"})}
        return replace(made, facts={**made.facts, **facts})

    def _promise(self, said: Committed | OutcomeStated, event: str, reference: str, now: Instant) -> Notice:
        made = Notice("", 0, NoticeKind.COMMITMENT, now, of=said.by, subject=reference, statement=event)
        made = replace(made, severity=WARNING)
        if isinstance(said, Committed):
            return replace(
                made, answers=event, words=said.action, language=said.language, due=said.due,
                facts={"due": str(said.due)},
            )  # fmt: skip
        made = replace(made, what=NoticeKind.OUTCOME, answers=said.commitment, words=said.words)
        return replace(made, facts={"outcome": said.outcome.value})

    def _laid(self, said: EvidenceLaid, subject: str, to: str) -> tuple[str, bool]:
        """What the recipient knows what is laid by, empty if it is not shown it; and whether it may hold the entry that
        names it. One party's opaque id is not for another, and the desk does not say which of its own it is: two could
        compare what they hold."""
        match said.what:
            case Evidence.DECLARATION:
                chain = self._world.picture.chains[subject]
                plain = said.name in (subject, chain.declaration_id)
                if chain.notifier == to:
                    return subject, plain
                held = self._policy.known_as(chain).get(to, ())
                if subject in held:
                    return (subject, True) if plain else ("", False)
                return (held[0] if held and chain.notifier == said.by else ""), False
            case Evidence.NOTICE:
                return "", False
            case Evidence.STATEMENT:
                known = may_hold(self._world, to, said.name)
                return (said.name if known else ""), known
            case Evidence.SOURCE:
                return said.name, True


def _got_by(incident: Incident, event: str) -> list[str]:
    """Whom it was reported to by that statement."""
    return sorted(party for party, held in incident.held.items() if held.event == event)


def may_hold(world: World, party: str, event: str) -> bool:
    """Whether a party may hold a statement: it said it, or a notice shows it that entry in full."""
    said = statement(world, event)
    if said is None:
        return False
    if str(getattr(said.body, "by", "")) == party:
        return True
    told: list[str] = [*world.exchange.about.get(event, ())]
    if isinstance(said.body, Declared):
        # One that was released later, or is shown again.
        key = world.picture.key(said.body.by, said.body.declaration.declaration_id)
        told += world.exchange.told_of(party, key)
    elif isinstance(said.body, Case):
        told += world.exchange.told_of(party, incident_of(world, said.body, event).reference)
    elif isinstance(said.body, SourceEntered | ClaimConfirmed):
        told += world.exchange.told_of(party, subject_of(said.body.source))  # one that was shown it later
    states = (world.exchange.notices[each] for each in told)
    return any(state.to == party and state.statement == event for state in states)


def statement(world: World, event: str) -> Recorded | None:
    """A statement that the desk has answered. It stands before the answer, and between them is only what the desk put
    on record about it."""
    for index in range(world.answers.get(event, 0) - 1, -1, -1):
        record = world.load(index)
        if record.event == event:
            return record
        if record.author != DESK:
            break
    return None


def incident_of(world: World, said: Case, event: str) -> Incident:
    """The incident that something taken is said in."""
    if isinstance(said, IncidentReported):
        return world.cases.incidents[world.cases.reference(event)]
    if isinstance(said, ExplanationGiven):
        return world.cases.incidents[world.cases.requests[said.request].incident]
    return world.cases.incidents[said.incident]


def _when_where(particulars: Particulars) -> dict[str, str]:
    """What a notice says of when and where; whatever was not said is not there."""
    told = {"earliest": particulars.earliest, "latest": particulars.latest}
    facts = {name: str(at) for name, at in told.items() if at is not None}
    if particulars.where:
        facts["where"] = particulars.where
    if particulars.place is not None:
        facts["radius_m"] = str(particulars.radius_m)
    return facts


def _worded(made: Notice, words: str) -> Notice:
    """The notice with the words; with as many of them as stand in a notice, and that there are more."""
    if len(words) <= WORDS_IN_NOTICE:
        return replace(made, words=words)
    return replace(made, words=words[:WORDS_IN_NOTICE], facts={**made.facts, "more": "1"})
