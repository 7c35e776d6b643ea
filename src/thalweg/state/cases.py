"""Incidents and whatever is said in them (R41, R42, R44), in the order in which it was taken.

Nothing here is ever taken away: an account that is superseded says by which one, an incident that is withdrawn says
when, and either may be spoken of afterwards. The words themselves stay in the log, at `index`; kept here is what lists
and searches are made of.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final

from thalweg.model.cases import (
    NO_PARTICULARS,
    AccountGiven,
    Case,
    CauseAssessed,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Particulars,
    RiskAssessed,
)
from thalweg.model.events import Committed, OutcomeStated, Taken
from thalweg.model.instants import Instant
from thalweg.places.names import words
from thalweg.state.recorded import Recorded

PREFIX: Final = "i-"
REMINDED: Final = 1  # how far time brought a request: its addressee was reminded
DUE: Final = 2  # it was due, and there was no answer
_LETTERS: Final = 10  # fifty bits, few enough to be read aloud


class InCase(StrEnum):
    """What somebody said in an incident."""

    REPORT = "report"  # the reporter's own account; the first thing said in every incident
    SHARED = "shared"
    WITHDRAWN = "withdrawn"
    ACCOUNT = "account"
    REQUEST = "request"  # for an explanation
    EXPLANATION = "explanation"
    CAUSE = "cause"
    RISK = "risk"
    EVIDENCE = "evidence"
    COMMITMENT = "commitment"
    OUTCOME = "outcome"  # of a commitment


ACCOUNTS: Final = frozenset((InCase.REPORT, InCase.ACCOUNT))
ASSESSMENTS: Final = frozenset((InCase.CAUSE, InCase.RISK))


@dataclass(slots=True)
class Item:
    """One thing that was said in an incident: by which party, when the desk took it, and where it stands in the log."""

    event: str
    index: int
    at: Instant
    by: str
    officer: str
    what: InCase
    about: str = ""  # the request that is explained, the commitment that has an outcome
    subject: str = ""  # of evidence: the chain, notice, event or SHA-256, under its own name
    grade: str = ""  # of a finding; the class of a risk; the outcome of a commitment
    particulars: Particulars = NO_PARTICULARS
    superseded_by: str = ""  # event of what the same side said in its place


@dataclass(slots=True)
class Request:
    """A request for an explanation. `answers` are the events of the explanations, oldest first."""

    event: str
    incident: str
    by: str
    to: str
    index: int
    at: Instant
    due: Instant
    step: int = 0  # `REMINDED`, `DUE`
    answers: list[str] = field(default_factory=list)
    answered: Instant | None = None  # when the first of them was taken

    @property
    def late(self) -> bool:
        """Whether the answer came after it was due."""
        return self.answered is not None and self.answered > self.due


@dataclass(frozen=True, slots=True)
class Held:
    """Since when a party has an incident, and by which statement it was reported to it."""

    since: Instant
    event: str


@dataclass(slots=True)
class Incident:
    """It has no state but that its reporter may have withdrawn it: it stays open to what comes later."""

    reference: str
    event: str
    index: int
    at: Instant
    by: str
    title: str
    particulars: Particulars  # of the report
    held: dict[str, Held] = field(default_factory=dict)  # who has it, its reporter first
    items: list[Item] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # events, oldest first
    withdrawn: Instant | None = None

    def item(self, event: str) -> Item | None:
        """What was said in it by that event."""
        return next((each for each in self.items if each.event == event), None)


class Sought:
    """What incidents are searched by, whoever said it. Plain values, beside the incidents themselves: a search looks
    at all of them, and a state that was put away is made of plain values at once."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}  # of everything that was said, folded
        self.times: dict[str, list[tuple[float, float]]] = {}  # seconds since the epoch; infinite where not said
        self.places: dict[str, list[tuple[float, float, float]]] = {}  # longitude, latitude, and within how many metres
        self.parties: dict[str, dict[str, None]] = {}  # that have it, or are said to be affected or to have caused it

    def named(self, reference: str, parties: Iterable[str]) -> None:
        """These have to do with it."""
        self.parties.setdefault(reference, {}).update(dict.fromkeys(parties))

    def add(self, reference: str, told: Particulars, spoken: str) -> None:
        """One more thing that was said in it."""
        self.words[reference] = self.words.get(reference, "") + words(spoken)
        if told.earliest is not None or told.latest is not None:
            begins = -inf if told.earliest is None else told.earliest.epoch_s
            ends = inf if told.latest is None else told.latest.epoch_s
            self.times.setdefault(reference, []).append((begins, ends))
        if told.place is not None:
            spot = (told.place.lon, told.place.lat, float(told.radius_m))
            self.places.setdefault(reference, []).append(spot)
        self.named(reference, (*told.affected.parties, *told.alleged.parties))


class Cases:
    """The fold."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}  # oldest first
        self.requests: dict[str, Request] = {}  # event -> request for an explanation, oldest first
        self.by_party: dict[str, dict[str, int]] = {}  # party -> the incidents it has, in the order it got them: index
        self.withdrawn: dict[str, int] = {}  # incident -> the entry by which its reporter withdrew it
        self.sought = Sought()
        self._incident_of: dict[str, str] = {}  # event of a report, request or commitment -> incident

    def incident_of(self, event: str) -> Incident | None:
        """The incident in which that was said: a report, a request for an explanation or a commitment."""
        return self.incidents.get(self._incident_of.get(event, ""))

    def has(self, party: str, reference: str) -> Incident | None:
        """The incident of that reference, if it was reported by or to the party."""
        incident = self.incidents.get(reference)
        return incident if incident is not None and party in incident.held else None

    def reference(self, event: str) -> str:
        """The reference of an incident that is reported by that event: of its hash, which is salted, as many letters
        as set it apart. Whoever holds the report can tell that it is the right one."""
        name, letters = base64.b32encode(bytes.fromhex(event)).decode().lower(), _LETTERS
        while (made := PREFIX + name[:letters]) in self.incidents and self.incidents[made].event != event:
            letters += 1
        return made

    def said(self, said: Case, record: Recorded, taken: Taken, subjects: tuple[str, ...]) -> None:
        """Whatever is said about incidents, once it is taken. `subjects`: of evidence, what is laid, under its own
        name."""
        item = Item(record.event, record.index, taken.received, said.by, record.author, _WHAT[type(said)])
        match said:
            case IncidentReported():
                incident = self._reported(said, item)
            case IncidentShared():
                incident = self.incidents[said.incident]
                self._shared(incident, said.to, item)
            case IncidentWithdrawn():
                incident = self.incidents[said.incident]
                incident.withdrawn = taken.received
                self.withdrawn[incident.reference] = item.index
            case AccountGiven():
                incident = self.incidents[said.incident]
                item.particulars = said.particulars
                self._supersede(incident, said.supersedes, item)
            case ExplanationAsked():
                incident = self.incidents[said.incident]
                self._incident_of[item.event] = incident.reference
                incident.requests.append(item.event)
                self.requests[item.event] = Request(
                    item.event, incident.reference, said.by, said.to, item.index, item.at, said.due
                )
            case ExplanationGiven():
                request = self.requests[said.request]
                incident = self.incidents[request.incident]
                item.about = said.request
                request.answers.append(item.event)
                request.answered = request.answered or item.at
            case CauseAssessed():
                incident = self.incidents[said.incident]
                item.grade = said.grade.value
                self._supersede(incident, said.supersedes, item)
            case RiskAssessed():
                incident = self.incidents[said.incident]
                item.grade = said.risk.value
                for each in incident.items:
                    if each.what is InCase.RISK and each.by == said.by and not each.superseded_by:
                        each.superseded_by = item.event
            case EvidenceLaid():
                incident = self.incidents[said.incident]
                item.subject = subjects[0] if subjects else said.name
        self._add(incident, item, spoken(said))

    def committed(self, said: Committed, record: Recorded, at: Instant) -> None:
        """A promise about an incident; of one about anything else there is nothing to note here."""
        incident = self.incidents.get(said.about)
        if incident is not None:
            self._incident_of[record.event] = incident.reference
            made = Item(record.event, record.index, at, said.by, record.author, InCase.COMMITMENT)
            self._add(incident, made, said.action)

    def outcome(self, said: OutcomeStated, record: Recorded, at: Instant) -> None:
        """What came of a promise about an incident."""
        incident = self.incident_of(said.commitment)
        if incident is not None:
            made = Item(record.event, record.index, at, said.by, record.author, InCase.OUTCOME, about=said.commitment)
            made.grade = said.outcome.value
            self._add(incident, made, said.words)

    def due(self, request: str, step: int) -> None:
        """Time brought a request so far."""
        self.requests[request].step = step

    def _reported(self, said: IncidentReported, item: Item) -> Incident:
        made = Incident(
            self.reference(item.event), item.event, item.index, item.at, said.by, said.title, said.particulars
        )
        item.particulars = said.particulars
        self.incidents[made.reference] = made
        self._incident_of[item.event] = made.reference
        self._shared(made, (said.by, *said.to), item)
        return made

    def _shared(self, incident: Incident, to: tuple[str, ...], item: Item) -> None:
        for party in to:
            if party not in incident.held:
                incident.held[party] = Held(item.at, item.event)
                self.by_party.setdefault(party, {})[incident.reference] = incident.index
                self.sought.named(incident.reference, (party,))

    def _add(self, incident: Incident, item: Item, spoken: str) -> None:
        """One more thing, and what it says in words."""
        incident.items.append(item)
        self.sought.add(incident.reference, item.particulars, spoken)

    @staticmethod
    def _supersede(incident: Incident, event: str, item: Item) -> None:
        earlier = incident.item(event) if event else None
        if earlier is not None:
            earlier.superseded_by = item.event


def spoken(said: Case) -> str:
    """Everything that a statement about an incident says in words, to be searched."""
    match said:
        case IncidentReported():
            return "\n".join((said.title, said.text, *_spoken(said.particulars)))
        case AccountGiven():
            return "\n".join((said.text, *_spoken(said.particulars)))
        case IncidentShared() | IncidentWithdrawn() | EvidenceLaid():
            return said.words
        case ExplanationAsked():
            return said.question
        case ExplanationGiven() | RiskAssessed():
            return said.text
        case CauseAssessed():
            return said.finding


def _spoken(particulars: Particulars) -> tuple[str, ...]:
    return (particulars.where, *particulars.affected.others, *particulars.alleged.others)


_WHAT: Final = {
    IncidentReported: InCase.REPORT,
    IncidentShared: InCase.SHARED,
    IncidentWithdrawn: InCase.WITHDRAWN,
    AccountGiven: InCase.ACCOUNT,
    ExplanationAsked: InCase.REQUEST,
    ExplanationGiven: InCase.EXPLANATION,
    CauseAssessed: InCase.CAUSE,
    RiskAssessed: InCase.RISK,
    EvidenceLaid: InCase.EVIDENCE,
}
