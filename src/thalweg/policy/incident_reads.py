"""What a party may read of incidents: those that it reported or that were reported to it (R41, R42, R44; D7).

Everybody that has an incident was told every statement in it, so that what is read here is what the party said and what
the notices to it tell. What became of a notice, whoever it tells of reads, as of a declaration's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Final

import numpy as np

from thalweg.formats.event import Erasure, Statement
from thalweg.geometry import kernel
from thalweg.model.cases import (
    NO_PARTICULARS,
    AccountGiven,
    Case,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    Particulars,
    RiskAssessed,
)
from thalweg.model.errors import EngineError
from thalweg.model.events import ByDesk, Committed, NoticeKind, OutcomeStated
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.places.names import words
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.sealing import seal
from thalweg.state.cases import ACCOUNTS, ASSESSMENTS, InCase, Incident, Item, Request, Sought
from thalweg.state.exchange import Fact, NoticeState
from thalweg.state.recorded import KeyFact, notice_in
from thalweg.state.world import World

MOST_WORDS: Final = 20  # of a search


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: all of it at once, and each of it in whatever anybody said in the incident.

    `text`: every word of it, or the beginning of one. `since` and `until`: it may have happened between them. `party`:
    it reported it, has it, or is said to be affected or to have caused it. `near`: it may have happened within
    `within_m` metres of there. `owed`: whether its reader owes an explanation in it.
    """

    text: str = ""
    since: Instant | None = None
    until: Instant | None = None
    party: str = ""
    near: Position | None = None
    within_m: float = 0.0
    withdrawn: bool | None = None
    owed: bool | None = None


EVERYTHING: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one's own statement at one of those that were told of it."""

    to: str
    notice: str
    sent: Instant
    delivered: tuple[Fact, ...]
    responses: tuple[Fact, ...]
    outstanding: bool


@dataclass(frozen=True, slots=True)
class ItemRead:
    """One thing said in an incident. Of evidence that is `withheld` there is neither event nor name to be read.

    `at` is when the desk took it, `said_at` what its author claims, `told` when its reader was told. `notice` is the
    one that told it, empty for one's own.
    """

    event: str
    index: int
    at: Instant
    said_at: Instant
    by: str
    officer: str
    what: InCase
    text: str
    language: str
    notice: str
    told: Instant
    about: str = ""  # the request that is explained, the commitment that has an outcome
    to: tuple[str, ...] = ()  # whom it was reported to; who is asked
    due: Instant | None = None
    grade: str = ""
    particulars: Particulars = NO_PARTICULARS
    supersedes: str = ""
    superseded_by: str = ""
    evidence: Evidence | None = None
    name: str = ""  # what the evidence is known by to its reader
    withheld: bool = False
    received: tuple[Received, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestRead:
    """A request for an explanation, answered or not. `notice` is the one by which it is owed, for its addressee."""

    event: str
    by: str
    to: str
    at: Instant
    due: Instant
    question: str
    language: str
    reminded: bool
    unanswered: bool  # it was due, and there is no answer yet
    answered: Instant | None
    late: bool
    answers: tuple[str, ...]  # events of the explanations
    notice: str = ""


@dataclass(frozen=True, slots=True)
class HeldRead:
    """Who has it: since when, and by which statement it was reported to it."""

    party: str
    since: Instant
    event: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in a list."""

    reference: str
    title: str
    by: str
    at: Instant
    index: int
    particulars: Particulars
    withdrawn: Instant | None
    sides: tuple[str, ...]  # the parties that gave an account, in the order in which they did
    accounts: int
    open_requests: int
    owed: int  # of them, by the reader
    grades: tuple[tuple[str, InCase, str], ...]  # what stands: by whom, cause or risk, grade
    newest: Instant  # when something was last said in it


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Some of those found, the newest report first; how many there are; and what to ask before for the following."""

    lines: tuple[IncidentLine, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class IncidentRead:
    """An incident with everything that was said in it, in order."""

    reference: str
    event: str
    index: int
    title: str
    by: str
    at: Instant
    particulars: Particulars
    withdrawn: Instant | None
    held: tuple[HeldRead, ...]
    items: tuple[ItemRead, ...]
    requests: tuple[RequestRead, ...]

    @property
    def accounts(self) -> dict[str, tuple[ItemRead, ...]]:
        """Each side's accounts, the superseded ones too, oldest first; the reporter's report is its first."""
        found: dict[str, tuple[ItemRead, ...]] = {}
        for each in self.items:
            if each.what in ACCOUNTS:
                found[each.by] = (*found.get(each.by, ()), each)
        return found

    def said(self, *what: InCase) -> tuple[ItemRead, ...]:
        """What was said of these kinds, oldest first."""
        return tuple(each for each in self.items if each.what in what)


_Told = dict[str, dict[str, NoticeState]]


class IncidentReads:
    """Readings over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    # --- many ---

    def page(self, party: str, wanted: Wanted, *, before: int | None = None, most: int = 50) -> Disclosed[IncidentPage]:
        """The incidents that the party has and that are searched for, the newest report first. `before` is the index
        of the last one on the page before."""
        index = self._world.cases.by_party.get(party, {})
        found = sorted(self._found(party, wanted), key=lambda each: -index[each])
        rest = found if before is None else [each for each in found if index[each] < before]
        incidents = [self._world.cases.incidents[each] for each in rest[:most]]
        more = incidents[-1].index if len(rest) > most else None
        return seal(IncidentPage(tuple(self._line(each, party) for each in incidents), len(found), more), party)

    def _found(self, party: str, wanted: Wanted) -> list[str]:
        """The references of those that fit."""
        sought, found = self._world.cases.sought, self._world.cases.by_party.get(party, {}).keys()
        kept = list(found)
        if wanted.owed is not None:
            requests = self._world.cases.requests.values()
            owed = {each.incident for each in requests if each.to == party and not each.answers}
            kept = [each for each in kept if (each in owed) is wanted.owed]
        if wanted.withdrawn is not None:
            kept = [each for each in kept if (each in self._world.cases.withdrawn) is wanted.withdrawn]
        if wanted.party:
            kept = [each for each in kept if wanted.party in sought.parties[each]]
        if wanted.since is not None or wanted.until is not None:
            since = -inf if wanted.since is None else wanted.since.epoch_s
            until = inf if wanted.until is None else wanted.until.epoch_s
            kept = [
                each
                for each in kept
                if any(begins <= until and ends >= since for begins, ends in sought.times.get(each, ()))
            ]
        if wanted.near is not None:
            kept = _near(sought, kept, wanted.near, wanted.within_m)
        named = wanted.text.strip().casefold()
        if named in found:
            return [each for each in kept if each == named]
        for term in words(wanted.text).split()[:MOST_WORDS]:
            kept = [each for each in kept if f" {term}" in sought.words[each]]
        return kept

    def _owed(self, incident: Incident, party: str) -> int:
        requests = self._world.cases.requests
        return sum(requests[each].to == party and not requests[each].answers for each in incident.requests)

    def _line(self, incident: Incident, party: str) -> IncidentLine:
        accounts = [each for each in incident.items if each.what in ACCOUNTS]
        requests = self._world.cases.requests
        return IncidentLine(
            incident.reference,
            incident.title,
            incident.by,
            incident.at,
            incident.index,
            incident.particulars,
            incident.withdrawn,
            tuple(dict.fromkeys(each.by for each in accounts)),
            len(accounts),
            sum(not requests[each].answers for each in incident.requests),
            self._owed(incident, party),
            tuple(
                (each.by, each.what, each.grade)
                for each in incident.items
                if each.what in ASSESSMENTS and not each.superseded_by
            ),
            incident.items[-1].at,
        )

    # --- one ---

    def one(self, party: str, reference: str, now: Instant) -> Disclosed[IncidentRead] | None:
        """One incident that the party has, with all that was said in it."""
        incident = self._world.cases.has(party, reference)
        if incident is None:
            return None
        told = [self._world.exchange.notices[each] for each in self._world.exchange.told_of(party, reference)]
        by_statement = {state.statement: state for state in told if state.statement and state.what in _TELLS}
        # What names its evidence only to those that are shown it names no statement to the others; all are told all.
        laid = iter([state for state in told if state.what is NoticeKind.EVIDENCE])
        all_told = self._told(incident)
        items = []
        for item in incident.items:
            state: NoticeState | None = None
            if item.by != party:
                state = next(laid) if item.what is InCase.EVIDENCE else by_statement[item.event]
            items.append(self._item(incident, item, party, state, all_told))
        read = IncidentRead(
            incident.reference,
            incident.event,
            incident.index,
            incident.title,
            incident.by,
            incident.at,
            incident.particulars,
            incident.withdrawn,
            tuple(HeldRead(name, held.since, held.event) for name, held in incident.held.items()),
            tuple(_superseding(items)),
            tuple(self._request(self._world.cases.requests[each], party, now, items) for each in incident.requests),
        )
        return seal(read, party)

    def _item(self, incident: Incident, item: Item, party: str, state: NoticeState | None, all_told: _Told) -> ItemRead:
        record = self._world.load(item.index)
        said = record.body
        if isinstance(said, KeyFact | Statement | Erasure | ByDesk) or not isinstance(
            said, Case | Committed | OutcomeStated
        ):
            raise EngineError("fold-taken", f"Entry {item.index} is nothing that is said in an incident.")
        text, language = _words(said)
        read = ItemRead(
            item.event,
            item.index,
            item.at,
            record.said_at,
            item.by,
            item.officer,
            item.what,
            text,
            language,
            "" if state is None else state.id,
            item.at if state is None else state.at,
            about=item.about,
            grade=item.grade,
            particulars=item.particulars,
            superseded_by=item.superseded_by,
        )
        match said:
            case ExplanationAsked():
                read = replace(read, to=(said.to,), due=said.due)
            case Committed():
                read = replace(read, due=said.due)
            case EvidenceLaid():
                read = self._evidence(read, said, state)
            case AccountGiven() | CauseAssessed():
                read = replace(read, supersedes=said.supersedes)
            case IncidentReported() | IncidentShared():
                read = replace(read, to=said.to)
            case _:
                pass
        return read if item.by != party else replace(read, received=self._received(incident, item, all_told))

    def _evidence(self, read: ItemRead, said: EvidenceLaid, state: NoticeState | None) -> ItemRead:
        read = replace(read, evidence=said.what)
        if state is None:
            return replace(read, name=said.name)
        name = notice_in(self._world.load(state.index)).facts.get("name", "")
        if not state.statement:
            # Its entry is not for this reader: what there is to read of it is the notice.
            read = replace(read, event="", index=state.index)
        return replace(read, name=name, withheld=not name)

    def _received(self, incident: Incident, item: Item, told: _Told) -> tuple[Received, ...]:
        """Who was told of one's own statement, with it or since, and what became of the notice."""
        exchange = self._world.exchange
        at_once = {exchange.notices[each].to: exchange.notices[each] for each in exchange.about.get(item.event, ())}
        found = []
        for party in sorted(incident.held.keys() - {item.by}):
            state = told[party].get(item.event) or at_once.get(party)
            if state is not None:
                found.append(
                    Received(
                        party, state.id, state.at, tuple(state.delivered), tuple(state.responses), state.outstanding
                    )
                )
        return tuple(found)

    def _told(self, incident: Incident) -> _Told:
        """By party and statement, the first notice that tells that party of it; looked through once for all items."""
        exchange = self._world.exchange
        found: _Told = {}
        for party in incident.held:
            first = found[party] = {}
            for each in exchange.told_of(party, incident.reference):
                state = exchange.notices[each]
                first.setdefault(state.statement, state)
        return found

    def _request(self, request: Request, party: str, now: Instant, items: Iterable[ItemRead]) -> RequestRead:
        asked = next(each for each in items if each.event == request.event)
        return RequestRead(
            request.event,
            request.by,
            request.to,
            request.at,
            request.due,
            asked.text,
            asked.language,
            request.step > 0,
            not request.answers and request.due <= now,
            request.answered,
            request.late,
            tuple(request.answers),
            asked.notice if request.to == party else "",
        )


def _superseding(items: list[ItemRead]) -> Iterator[ItemRead]:
    """A risk supersedes the one before of the same side without naming it."""
    before = {each.superseded_by: each.event for each in items if each.superseded_by}
    for each in items:
        yield each if each.supersedes or not each.event else replace(each, supersedes=before.get(each.event, ""))


def _words(said: Case | Committed | OutcomeStated) -> tuple[str, str]:
    match said:
        case IncidentReported() | AccountGiven() | ExplanationGiven() | RiskAssessed():
            return said.text, said.language
        case ExplanationAsked():
            return said.question, said.language
        case CauseAssessed():
            return said.finding, said.language
        case Committed():
            return said.action, said.language
        case OutcomeStated():
            return said.words, ""
        case _:
            return said.words, said.language


def _near(sought: Sought, references: list[str], near: Position, within_m: float) -> list[str]:
    """Those that may have happened within so many metres, by what any side says of where."""
    places = [(name, *spot) for name in references for spot in sought.places.get(name, ())]
    if not places:
        return []
    lon, lat, radius_m = (np.array([each[at] for each in places], float) for at in (1, 2, 3))
    away_m = kernel.geodesic(np.full(len(lon), near.lon), np.full(len(lat), near.lat), lon, lat)
    close = {places[at][0] for at in np.flatnonzero(away_m <= within_m + radius_m)}
    return [name for name in references if name in close]


_TELLS: Final = frozenset(
    (
        NoticeKind.INCIDENT,
        NoticeKind.ACCOUNT,
        NoticeKind.EXPLANATION_REQUEST,
        NoticeKind.EXPLANATION,
        NoticeKind.ASSESSMENT,
        NoticeKind.COMMITMENT,
        NoticeKind.OUTCOME,
    )
)
