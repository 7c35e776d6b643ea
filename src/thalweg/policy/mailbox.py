"""What one party may read: its own statements, the notices to it, and what follows from those two alone (D7).

Interface, live stream, e-mail, webhooks and exports all read here. A function that wants more of the world than the
party's own mailbox says in its docstring why it may.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from math import inf
from typing import NamedTuple

import numpy as np

from thalweg.engine import compared, preview
from thalweg.engine.batch import in_order
from thalweg.engine.explain import Describe
from thalweg.engine.reach import reach_of, within_reach
from thalweg.formats.event import ASIDE_MEDIA, Erasure, Statement
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.errors import InputError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    ByDesk,
    ChannelState,
    DecisionStated,
    Delivered,
    LineProposed,
    MessageSent,
    Notice,
    NoticeKind,
    Participation,
    Proposed,
    QuietProposed,
    Refused,
    SitesRead,
    Taken,
    Term,
)
from thalweg.model.findings import Finding, Suggestions
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.sourced import Force
from thalweg.model.theatre import Theatre
from thalweg.model.words import EXERCISE, HYPOTHETICAL, STALE
from thalweg.policy.arrivals import Arrivals
from thalweg.policy.asof.readings import AsOfs
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.holding import Holding
from thalweg.policy.incident_reads import EVERYTHING, IncidentPage, IncidentRead, IncidentReads, Wanted
from thalweg.policy.lines import AT_ONCE as LINES_AT_ONCE
from thalweg.policy.lines import Lines
from thalweg.policy.listed import Line, Listed
from thalweg.policy.nearby import AT_ONCE as BOXED_AT_ONCE
from thalweg.policy.nearby import Boxes
from thalweg.policy.sealing import seal
from thalweg.policy.source_reads import Claims, SourcePage, SourceRead, SourceReads, Then
from thalweg.policy.tell import Policy
from thalweg.policy.told_findings import Place as Told
from thalweg.policy.told_findings import ToldFindings
from thalweg.policy.view import cell_terms, in_cells, view
from thalweg.state.agreements import Agreement
from thalweg.state.exchange import Commitment, Emergency, Fact, NoticeState
from thalweg.state.membership import OnWatch, WatchSaid
from thalweg.state.owing import SEVERITIES, Place
from thalweg.state.picture import Chain, Standing
from thalweg.state.recorded import KeyFact, Recorded, notice_in
from thalweg.state.world import World


class Shown(StrEnum):
    """Where something stands, as far as its reader has been told."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    ENDED = "ended"  # its time, as far as shown, is over
    REVOKED = "revoked"  # no longer shared; this is the last that was


@dataclass(frozen=True, slots=True)
class NoticeRead:
    """A notice, what it shows, and what became of it."""

    id: str
    notice: Notice
    index: int
    event: str
    declaration: Declaration | None
    kind: Kind | None  # None where the level does not show it
    step: int
    outstanding: bool
    delivered: tuple[Fact, ...]
    responses: tuple[Fact, ...]
    read_back: tuple[Fact, ...]
    disseminated: tuple[Fact, ...]
    relayed: tuple[Fact, ...]
    exercise: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """What one recipient has of one's own declaration: the five facts of the newest notice to it (R14, R35)."""

    to: str
    level: Level  # now, for what comes next
    notice: str
    held: Level  # the most it was ever shown
    sent: Instant
    delivered: tuple[Fact, ...]
    responses: tuple[Fact, ...]
    read_back: tuple[Fact, ...]
    disseminated: tuple[Fact, ...]
    relayed: tuple[Fact, ...]
    outstanding: bool


@dataclass(frozen=True, slots=True)
class DeclarationRead:
    """A declaration as its reader knows it. For one's own, `copies` tells who has what."""

    subject: str
    version: str
    of: str
    level: Level
    kind: Kind | None
    declaration: Declaration | None
    shown: Shown
    statement: str
    notice: str
    late: bool
    received: Instant
    marks: tuple[str, ...]
    consented: bool = True
    verification: tuple[str, str, str] = ("", "", "")
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One's own declaration, and a recipient of it that owes an answer."""

    subject: str
    title: str
    kind: Kind
    copy: Copy


@dataclass(frozen=True, slots=True)
class DeclarationPage:
    """Some of them, and what to ask after for the following ones; None at the end."""

    declarations: tuple[DeclarationRead, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class FindingRead:
    """An open finding as its reader was told of it, and by which notice. `cite`: by what a statement names it."""

    finding: Finding
    notice: str
    told: Instant
    parties: tuple[str, str]
    place: Told  # among what the party was told
    cite: str


@dataclass(frozen=True, slots=True)
class LineRead:
    party: str
    state: ChannelState
    since: Instant | None


@dataclass(frozen=True, slots=True)
class ChannelRead:
    channel: str
    name: str
    room: bool
    opened_by: str
    invited: tuple[str, ...]
    joined: tuple[str, ...]
    line_check_s: int
    lines: tuple[LineRead, ...]  # as each side sees the line
    terms: tuple[tuple[str, str, Term], ...]  # by, to ("" is everybody), term
    checks: tuple[tuple[str, str], ...]  # open line checks: event, by


@dataclass(frozen=True, slots=True)
class SaidRead:
    """Something in the log of a channel."""

    event: str
    index: int
    by: str
    officer: str
    at: Instant
    decision: bool
    text: str
    language: str
    about: str


@dataclass(frozen=True, slots=True)
class PartyRead:
    party: str
    name: str
    member_of: str
    state: bool
    contact: str
    stated: tuple[tuple[str, Participation, Instant], ...]  # by whom, what, since when


@dataclass(frozen=True, slots=True)
class AgreementRead:
    agreement: Agreement
    changed: Declaration | None
    words: str


@dataclass(frozen=True, slots=True)
class WatchRead:
    """Who is on watch for one's own party, in the order in which they are asked, and how it changed hands."""

    on: tuple[OnWatch, ...]
    said: tuple[WatchSaid, ...]


@dataclass(frozen=True, slots=True)
class StatementRead:
    """The desk's answer to a statement of one's own, and the notices to oneself that followed from it."""

    event: str
    index: int
    said_at: Instant  # by its author's clock
    answer: Taken | Refused
    answer_index: int
    notices: tuple[NoticeRead, ...]
    talk_to: tuple[str, ...]
    rules: str

    @property
    def clock_off_s(self) -> int | None:
        """How far ahead of the desk's clock (less than 0: behind) the time that its author claims is, in seconds, where
        that is more than a few minutes; else None. Behind is also what was signed without a line and sent later. A mark
        and no more: the desk's time counts, and nobody is kept from saying anything."""
        off_s = round(self.said_at.epoch_s - self.answer.received.epoch_s)
        return off_s if abs(off_s) > _CLOCK_OFF_S else None


@dataclass(frozen=True, slots=True)
class Page:
    """Notices after a number, and whether there are more."""

    notices: tuple[NoticeRead, ...]
    more: bool


class Seen(NamedTuple):
    """What is shown of a declaration, at which level, and its kind where that is told."""

    declaration: Declaration
    level: Level
    kind: Kind | None


class Comparing:
    """What a declaration would meet, and what is left to be done until that can be said. `name` gives that of a
    party."""

    def __init__(
        self,
        declaration: Declaration,
        theatre: Theatre,
        places: Sequence[int],
        line: Callable[[int], Line],
        boxes: Boxes,
        shown_by: Callable[[Line], Seen | None],
        party: str,
        name: Callable[[str], str],
    ) -> None:
        self.declaration = declaration
        self.shown: list[Declaration] = []
        """Those of them that it could meet at all."""
        self._theatre, self._places, self._boxes, self._party = theatre, places, boxes, party
        self._line, self._shown_by, self._name = line, shown_by, name
        self._in_cells: dict[str, Kind | None] = {}  # of those shown below footprint, by version
        self._missing = boxes.missing(places)
        self._near: list[int] | None = None

    @property
    def count(self) -> int:
        """With how many it is compared."""
        return len(self._places)

    def step(self) -> bool:
        """Some milliseconds of gathering; whether all is gathered."""
        if self._missing:
            self._boxes.add(map(self._line, self._missing[-BOXED_AT_ONCE:]))
            del self._missing[-BOXED_AT_ONCE:]
            return False
        if self._near is None:
            self._missing = self._boxes.missing(self._places)
            if self._missing:
                return False  # boxes of others were let go of meanwhile
            self._near = self._boxes.near(self._places, reach_of(self.declaration, self._theatre))
            return not self._near
        shown = map(self._shown_by, map(self._line, self._near[:BOXED_AT_ONCE]))
        for each in shown:
            if each is not None:
                self.shown.append(each.declaration)
                if not each.level.at_least(Level.FOOTPRINT):
                    self._in_cells[each.declaration.version_id] = each.kind
        del self._near[:BOXED_AT_ONCE]
        return not self._near

    def preview(self, describe: Describe | None = None) -> Disclosed[tuple[tuple[Finding, ...], Suggestions | None]]:
        """It reads nothing more, and may be called in a thread."""
        near = within_reach(self.declaration, self.shown, self._theatre)
        found, ways = preview(self.declaration, near, self._theatre, describe=describe)
        if any(each.version_id in self._in_cells for each in near):
            sure = [each for each in found if self._in_cells.keys().isdisjoint(each.versions)]
            found = in_order([*sure, *self._with_cells(near, describe)])
        return seal((found, ways if found else None), self._party)

    def _with_cells(self, near: Sequence[Declaration], describe: Describe | None) -> Iterator[Finding]:
        """As a warning of it would say it: what is shown in cells lies somewhere in them, and its margins are in
        them."""
        cells = {each.version_id: each for each in near if each.version_id in self._in_cells}
        for told in (True, False):
            group = {name: each for name, each in cells.items() if (self._in_cells[name] is not None) is told}
            if not group:
                continue
            theatre = cell_terms(next(self._in_cells[name] for name in group), self._theatre)
            for finding in compared(self.declaration, group.values(), theatre, describe=describe)[0]:
                name = next(each for each in finding.versions if each in group)
                yield in_cells(finding, self.declaration, self._name(group[name].party), self._in_cells[name])


class Mailboxes:
    """Readings over one world. Make a new one after the world was folded again."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy
        self._holding: dict[str, Holding] = {}
        self._told: dict[str, ToldFindings] = {}
        self._listed: dict[str, Listed] = {}
        self._boxes: dict[str, Boxes] = {}
        self._unboxed: dict[str, list[int]] = {}  # what is to be given a box yet
        self._lines: dict[str, Lines] = {}
        self._unlooked: dict[str, list[int]] = {}  # what may be a line
        self._titles: dict[int, str] = {}  # of declarations that were searched, by the entry that states or shows them
        self._incidents = IncidentReads(world)
        self._sources = SourceReads(world)
        self.as_of = AsOfs.over(world)

    # --- notices ---

    def notices(self, party: str, after: int, most: int) -> Disclosed[Page]:
        """The notices to a party with numbers above `after`, oldest first."""
        ids = self._world.exchange.mailboxes.get(party, [])
        found = ids[after : after + most]
        read = tuple(self._read(self._world.exchange.notices[each]) for each in found)
        return seal(Page(read, after + most < len(ids)), party)

    def unreached(self, party: str, most: int) -> Disclosed[tuple[str, ...]]:
        """The oldest notices to a party of which nothing on record shows that they reached it."""
        reached = np.array(self._world.history.of(party).columns["told"]["reached"])
        ids = self._world.exchange.mailboxes.get(party, [])
        return seal(tuple(ids[row] for row in np.flatnonzero(np.isinf(reached))[:most]), party)

    def undelivered(self, party: str, notices: Iterable[str]) -> Disclosed[tuple[str, ...]]:
        """Of these, the notices to the party that no bearer is on record to have brought."""
        states = self._world.exchange.notices
        held = (states.get(each) for each in notices)
        return seal(
            tuple(each.id for each in held if each is not None and each.to == party and not each.delivered), party
        )

    def notice(self, party: str, notice: str) -> Disclosed[NoticeRead] | None:
        """One notice to the party."""
        state = self._world.exchange.notices.get(notice)
        return seal(self._read(state), party) if state is not None and state.to == party else None

    def inbox(
        self, party: str, most: int | None = None, *, after: Place | None = None, severity: str = "", of: str = ""
    ) -> Disclosed[tuple[NoticeRead, ...]]:
        """What the party still owes an answer to: the most severe first, then the soonest due; of these, those behind a
        place (`place_of` of the last one that was read), of one severity, and about a party's."""
        pressing = self._world.exchange.owed(party).pressing(most, after=after, severity=severity, of=of)
        return seal(tuple(self._read(self._world.exchange.notices[each]) for each in pressing), party)

    def owed(self, party: str, *, severity: str = "", of: str = "") -> Disclosed[tuple[int, str]]:
        """How many answers the party owes, and the worst severity among them; no notice is read for it."""
        owed = self._world.exchange.owed(party)
        worst = next((owed[each].severity for each in owed.pressing(1, severity=severity, of=of)), "")
        return seal((owed.count(severity=severity, of=of), worst), party)

    def waiting(self, party: str, most: int) -> Disclosed[tuple[Waiting, ...]]:
        """Who has not answered for its copy of one's own declarations yet, as `Copy.outstanding` tells of each: of
        those that were shown last. At most so many declarations are given."""
        chains: dict[str, Chain] = {}
        for other in self._world.membership.parties:
            subjects = self._world.exchange.owed(other).subjects(party) if other != party else {}
            for subject in islice(reversed(subjects), most):
                chain = self._policy.told_of(other, subject)
                if chain is not None and chain.notifier == party:
                    chains[chain.key] = chain
        newest = sorted(chains.values(), key=lambda chain: chain.index, reverse=True)[:most]
        found = [
            Waiting(chain.key, self._world.picture.declaration(chain.version).title, chain.kind, copy)
            for chain in newest
            for copy in self._copies(chain, self._world.latest)
            if copy.outstanding
        ]
        return seal(tuple(found), party)

    def about(self, party: str, subject: str) -> Disclosed[tuple[NoticeRead, ...]]:
        """Every notice to the party about a thing that it knows by this id, oldest first."""
        ids = self._world.exchange.told_of(party, subject)
        return seal(tuple(self._read(self._world.exchange.notices[each]) for each in ids), party)

    def resting_on(self, party: str, notice: str) -> Disclosed[tuple[int, ...]]:
        """The entries that a notice to the party rests on: the notice itself, which the desk signed, and the statement
        that it shows in full."""
        state = self._world.exchange.notices.get(notice)
        if state is None or state.to != party:
            return seal((), party)
        answered = self._world.answers.get(state.statement) if state.statement else None
        shown = None if answered is None else self._statement(state.statement, answered)
        return seal((state.index,) if shown is None else (state.index, shown.index), party)

    def count(self, party: str) -> int:
        """How many notices the party has been sent: what the live stream counts by."""
        return self._world.exchange.count(party)

    def _read(self, state: NoticeState) -> NoticeRead:
        body = notice_in(self._world.load(state.index))
        declaration = self._declaration(body)
        return NoticeRead(
            state.id,
            body,
            state.index,
            state.event,
            declaration,
            _kind(body, declaration),
            state.step,
            state.outstanding,
            tuple(state.delivered),
            tuple(state.responses),
            tuple(state.read_back),
            tuple(state.disseminated),
            tuple(state.relayed),
            self._world.membership.theatre.exercise,
        )

    def sides(self, party: str, notice: str, known: Instant | None = None) -> Disclosed[Mapping[str, Declaration]]:
        """The declarations that the findings of a notice to the party are between, as far as the party has them: its
        own, what it was shown in full, and the views that it was shown; and the window or line that it proposes. By
        `version_id`. With `known` as far as it had them then, at the level that had reached it."""
        state = self._world.exchange.notices.get(notice)
        found: dict[str, Declaration] = {}
        if state is None or state.to != party:
            return seal(found, party)
        body = notice_in(self._world.load(state.index))
        wanted = {each for finding in body.findings for each in finding.versions}
        if body.what in (NoticeKind.QUIET_WINDOW, NoticeKind.LINE):
            answered = self._world.answers.get(body.statement)
            asked = None if answered is None else self._statement(body.statement, answered)
            match None if asked is None else asked.body:
                case QuietProposed(window=proposed) | LineProposed(line=proposed):
                    found[proposed.version_id] = proposed
                case _:
                    pass
        for version in sorted(wanted):
            chain = self._world.picture.chain_of(version)
            if chain is not None and (chain.notifier == party or self._has_in_full(party, chain, version, known)):
                found[version] = self._world.picture.declaration(version)
        missing = wanted - found.keys()
        if missing:
            for index in reversed(self._viewed(party, known)):
                view = notice_in(self._world.load(index)).view
                if view is not None and view.version_id in missing:
                    found[view.version_id] = view
                    missing.discard(view.version_id)
                if not missing:
                    break
        return seal(found, party)

    def _viewed(self, party: str, known: Instant | None) -> list[int]:
        """The entries of the newest notices that showed the party views."""
        had = self._world.history.of(party)
        told = {name: np.array(had.columns["told"][name]) for name in ("level", "version", "reached", "index")}
        meant = np.isin(told["level"], [had.number(each.value) for each in _VIEWS]) & (told["version"] != 0)
        if known is not None:
            meant &= told["reached"] <= known.epoch_s
        found: list[int] = told["index"][meant][-_LOOKED_AT:].tolist()
        return found

    def _of_kind(self, party: str, what: NoticeKind) -> list[NoticeState]:
        """The notices of a kind to the party; no others are looked at."""
        had = self._world.history.of(party)
        rows = np.flatnonzero(np.array(had.columns["told"]["what"]) == had.number(what.value)).tolist()
        ids = self._world.exchange.mailboxes.get(party, [])
        return [self._world.exchange.notices[ids[row]] for row in rows]

    def _has_in_full(self, party: str, chain: Chain, version: str, known: Instant | None) -> bool:
        told = self._world.exchange.known.get(party, {}).get(chain.key, ())
        states = (self._world.exchange.notices[each] for each in told)
        return any(each.version == version and self._had(party, each, known) for each in states)

    def _had(self, party: str, state: NoticeState, known: Instant | None) -> bool:
        """Whether a notice to the party had reached it by a time; without one, whatever it was sent."""
        if known is None:
            return True
        reached_s: float = self._world.history.of(party).columns["told"]["reached"][state.n - 1]
        return reached_s <= known.epoch_s

    def _declaration(self, notice: Notice) -> Declaration | None:
        """What the notice shows: its own view, or the statement that it names, to be read in full."""
        if notice.view is not None:
            return notice.view
        if notice.level is Level.FULL and notice.version:
            return self._world.picture.declaration(notice.version)
        return None

    # --- declarations ---

    def declarations(
        self, party: str, now: Instant, *, own: bool | None = None, after: int = 0, most: int | None = None
    ) -> Disclosed[DeclarationPage]:
        """Everything in force that the party declared or was shown, in the order of the log: that which was declared or
        shown last comes last. `own` restricts it to one of the two.

        `after` is `next` of the page before. Whoever goes on to the end misses nothing that was in force meanwhile:
        what changes goes to the end. A page may hold fewer than `most`, since what is over is passed by.
        """
        lines = self._listed_of(party).after(after - 1, most, now, own=own)
        following = lines[-1].at + 1 if most is not None and len(lines) == most else None
        return seal(DeclarationPage(self._standing(party, lines, now), following), party)

    def newest(
        self, party: str, now: Instant, *, own: bool | None = None, before: int | None = None, most: int
    ) -> Disclosed[DeclarationPage]:
        """The same for a reader: the newest first. `before` is `next` of the page before."""
        lines = self._listed_of(party).before(before, most, now, own=own)
        following = lines[-1].at if len(lines) == most else None
        return seal(DeclarationPage(self._standing(party, lines, now), following), party)

    def lines(self, party: str, now: Instant) -> Disclosed[tuple[DeclarationRead, ...]]:
        """Of those in force the lines, in the order of the log."""
        listed, lines = self._listed_of(party), self._lines_of(party)
        places = listed.places(now)
        lines.look(map(listed.line, lines.missing(places)))
        read = self._standing(party, list(map(listed.line, lines.among(places))), now)
        return seal(tuple(each for each in read if each.kind is Kind.LINE), party)

    def in_force(self, party: str, versions: Iterable[str]) -> Disclosed[frozenset[str]]:
        """Of these versions those that are one's own and in force."""
        chains = ((each, self._world.picture.chain_of(each)) for each in versions)
        return seal(
            frozenset(
                version
                for version, chain in chains
                if chain is not None
                and chain.notifier == party
                and chain.version == version
                and chain.standing is Standing.IN_FORCE
            ),
            party,
        )

    def counted(self, party: str, now: Instant) -> Disclosed[tuple[int, int]]:
        """How many are in force of its own, and of those it was shown."""
        return seal(self._listed_of(party).count(now), party)

    def titled(
        self, party: str, now: Instant, text: str, *, own: bool | None = None, before: int | None = None, most: int
    ) -> Disclosed[DeclarationPage]:
        """Of so many of `newest`, those whose title or id has all words of a text in it, however they are written.
        `next` is where to look further."""
        lines = self._listed_of(party).before(before, most, now, own=own)
        words = text.casefold().split()
        meant = [line for line in lines if all(word in self._titled(line) for word in words)]
        following = lines[-1].at if len(lines) == most else None
        return seal(DeclarationPage(self._standing(party, meant, now), following), party)

    def _titled(self, line: Line) -> str:
        known = self._titles.get(line.at)
        if known is None:
            shown = self._declared_by(line)
            known = f"{line.subject}\n{shown.title if shown is not None else ''}".casefold()
            self._titles[line.at] = known
            if len(self._titles) > _TITLES:
                del self._titles[next(iter(self._titles))]
        return known

    def _listed_of(self, party: str) -> Listed:
        known = self._listed.get(party)
        if known is None:
            known = self._listed[party] = Listed(self._world, party)
        return known

    def _standing(self, party: str, lines: Iterable[Line], now: Instant) -> tuple[DeclarationRead, ...]:
        chains = self._world.picture.chains
        read = (
            self._own(chains[each.subject], now) if each.own else self._others(party, each.subject, now)
            for each in lines
        )
        return tuple(each for each in read if each is not None and each.shown is Shown.IN_FORCE)

    def declaration(self, party: str, subject: str, now: Instant) -> Disclosed[DeclarationRead] | None:
        """One declaration by the id under which the party knows it, over or not."""
        key = subject if subject in self._world.picture.chains else self._world.picture.key(party, subject)
        chain = self._world.picture.chains.get(key)
        if chain is not None and chain.notifier == party:
            return seal(self._own(chain, now), party)
        read = self._others(party, subject, now)
        return None if read is None else seal(read, party)

    def _own(self, chain: Chain, now: Instant) -> DeclarationRead:
        declaration = self._world.picture.declaration(chain.version)
        outcome, by, method = chain.verification
        return DeclarationRead(
            chain.key,
            chain.version,
            chain.notifier,
            Level.FULL,
            chain.kind,
            declaration,
            Shown(chain.standing.value) if chain.standing is not Standing.IN_FORCE else Shown.IN_FORCE,
            chain.event,
            "",
            chain.late,
            chain.received,
            self._marks(declaration, now, chain.valid_until),
            self._policy.consented(chain),
            (outcome.value, by, method),
            self._copies(chain, now),
        )

    def _copies(self, chain: Chain, now: Instant) -> tuple[Copy, ...]:
        """What became of one's own notice at each recipient: facts about it that its notifier is owed (R14, R35). Not
        by when an answer is due: that rests on what the recipient was warned of."""
        held = dict(self._policy.copies(chain))
        unseen = dict(self._policy.holders(chain)).keys() - held.keys()
        copies = []
        for party, subjects in self._policy.known_as(chain).items():
            if party == chain.notifier or party in unseen:
                continue
            met = self._policy.only_met(chain, party)
            states = [
                self._world.exchange.notices[each]
                for subject in subjects
                for each in self._world.exchange.known[party][subject]
                if each not in met
            ]
            showing = [state for state in states if state.version] or states
            newest = max(showing, key=lambda state: state.index)
            copies.append(
                Copy(
                    party,
                    self._policy.level(chain, party),
                    newest.id,
                    held.get(party, Level.NOTHING),
                    newest.at,
                    tuple(newest.delivered),
                    tuple(newest.responses),
                    tuple(newest.read_back),
                    tuple(newest.disseminated),
                    tuple(newest.relayed),
                    self._policy.awaited(chain, newest, now),
                )
            )
        return tuple(sorted(copies, key=lambda copy: copy.to))

    def _others(self, party: str, subject: str, now: Instant) -> DeclarationRead | None:
        """As told: by the newest notice that shows it, and by what was said of it since."""
        states = [
            self._world.exchange.notices[each] for each in self._world.exchange.known.get(party, {}).get(subject, ())
        ]
        showing = [state for state in states if state.version]
        if not showing or showing[-1].of == party:
            return None
        last = showing[-1]
        notice = notice_in(self._world.load(last.index))
        declaration = self._declaration(notice)
        later = [state.what for state in states if state.index > last.index]
        shown = Shown.IN_FORCE
        if NoticeKind.CANCELLED in later:
            shown = Shown.CANCELLED
        elif NoticeKind.REVOKED in later:
            shown = Shown.REVOKED
        elif declaration is not None and _over(declaration, now):
            shown = Shown.ENDED
        full = last.level is Level.FULL and declaration is not None
        return DeclarationRead(
            subject,
            last.version,
            last.of,
            last.level,
            _kind(notice, declaration),
            declaration,
            shown,
            last.statement,
            last.id,
            notice.facts.get("late") == "1",
            last.at,
            self._marks(declaration, now, self._vouched(declaration, states, last) if full and declaration else None),
        )

    def _vouched(self, declaration: Declaration, states: Sequence[NoticeState], last: NoticeState) -> Instant | None:
        """Until when its notifier vouches for it, as the party was told: with the version, or again since (R8)."""
        until = declaration.valid_until
        for state in states:
            if state.what is NoticeKind.REVALIDATED and state.index > last.index:
                told = notice_in(self._world.load(state.index))
                if "valid_until" in told.facts:
                    until = Instant.of(datetime.fromisoformat(told.facts["valid_until"].replace("Z", "+00:00")))
        return until

    def _marks(self, declaration: Declaration | None, now: Instant, until: Instant | None) -> tuple[str, ...]:
        said = (
            (EXERCISE, self._world.membership.theatre.exercise),
            (HYPOTHETICAL, declaration is not None and declaration.hypothetical),
            (STALE, until is not None and until <= now),
        )
        return tuple(mark for mark, holds in said if holds)

    def _seen_by(self, line: Line, now: Instant) -> Seen | None:
        """What a line shows, in force; None where nothing of it is shown."""
        shown = self._declared_by(line)
        if shown is None or (not line.own and _over(shown, now)):
            return None
        if line.own or "/" in line.subject:  # an alias has none
            return Seen(shown, Level.FULL, shown.kind)
        notice = notice_in(self._world.load(line.at))
        return Seen(shown, notice.level, _kind(notice, shown))

    def _declared_by(self, line: Line) -> Declaration | None:
        if line.own or line.shown >= 0:
            return self._world.picture.declared_at(line.at if line.own else line.shown)
        return self._declaration(notice_in(self._world.load(line.at)))

    def comparing(self, party: str, declaration: Declaration, now: Instant) -> Comparing:
        """What a declaration would meet among what the party declared and was shown, in force, and ways out of that
        (D13): gathered step by step, and to be computed beside the event loop."""
        listed = self._listed_of(party)
        places = listed.places(now)
        return Comparing(
            declaration, self._world.membership.theatre, places, listed.line, self._boxes_of(party),
            lambda line: self._seen_by(line, now), party, self._world.membership.name,
        )  # fmt: skip

    def _lines_of(self, party: str) -> Lines:
        known = self._lines.get(party)
        if known is None:
            known = self._lines[party] = Lines(self._world, self._policy, party, self._declared_by)
        return known

    def _boxes_of(self, party: str) -> Boxes:
        known = self._boxes.get(party)
        if known is None:
            known = self._boxes[party] = Boxes(self._declared_by)
        return known

    # --- findings ---

    def findings(
        self, party: str, now: Instant, *, before: Told | None = None, most: int | None = None
    ) -> Disclosed[tuple[FindingRead, ...]]:
        """The findings that the party was told of and that still stand, by what it was told since: those told last
        first. `before` is `FindingRead.place` of the last one that was read."""
        found = self._told_to(party).before(before, most, now)
        return seal(tuple(self._finding(party, place) for place, _ in found), party)

    def finding(self, party: str, finding: str, now: Instant) -> Disclosed[FindingRead] | None:
        """One of them, by its id."""
        place = self._told_to(party).where(finding, now)
        return None if place is None else seal(self._finding(party, place), party)

    def standing(self, party: str, now: Instant) -> Disclosed[int]:
        """How many they are."""
        return seal(self._told_to(party).count(now), party)

    def _told_to(self, party: str) -> ToldFindings:
        known = self._told.get(party)
        if known is None:
            known = self._told[party] = ToldFindings(self._world, party)
        return known

    def _finding(self, party: str, place: Told) -> FindingRead:
        body = notice_in(self._world.load(self._world.history.of(party).columns["told"]["index"][place.row]))
        found = body.findings[place.number]
        cite = self._policy.finding_cited(party, found)
        return FindingRead(found, body.id, body.at, (party, body.of), place, cite)

    def proposable(self, party: str, to: str, changed: Declaration) -> Disclosed[Declaration | None]:
        """How a changed declaration can be proposed to another party without showing it more than it is shown anyway:
        as it reads where that party is shown all of it or it is its own, where and when at footprint, and below that in
        words alone (None)."""
        chain = self._world.picture.chains.get(self._world.picture.key(party, changed.declaration_id))
        if changed.party == to or chain is None or chain.notifier != party:
            return seal(changed if changed.party == to else None, party)
        at = self._policy.level(chain, to)
        if at is Level.FULL or not at.at_least(Level.FOOTPRINT):
            return seal(changed if at is Level.FULL else None, party)
        return seal(view(changed, Level.FOOTPRINT, self._policy.grid, changed.kind.value).declaration, party)

    # --- keeping up ---

    def ready(self, party: str) -> bool:
        """Some of what has to be done before what is in force, and what was found, can be read; whether all is done.
        A few milliseconds: whoever answers others meanwhile calls it until it is, and else it is done at the first
        reading."""
        return self._listed_of(party).step() and self._told_to(party).step()

    def gathered(self, party: str) -> bool:
        """The same for which entries the party may hold."""
        return self._held_by(party).step()

    def boxed(self, party: str) -> bool:
        """The same for what a preview rests on."""
        boxes, pending = self._boxes_of(party), self._unboxed.setdefault(party, [])
        if not pending:
            pending += boxes.missing(self._listed_of(party).places(self._world.latest))
            return not pending
        boxes.add(map(self._listed_of(party).line, pending[-BOXED_AT_ONCE:]))
        del pending[-BOXED_AT_ONCE:]
        return False

    def lined(self, party: str) -> bool:
        """The same for `lines`."""
        listed, lines, pending = self._listed_of(party), self._lines_of(party), self._unlooked.setdefault(party, [])
        if not pending:
            pending += lines.missing(listed.places(self._world.latest))
            return not pending
        lines.look(map(listed.line, pending[-LINES_AT_ONCE:]))
        del pending[-LINES_AT_ONCE:]
        return False

    # --- statements ---

    def statement(self, party: str, event: str) -> Disclosed[StatementRead] | None:
        """The desk's answer to a statement of one of the party's officers."""
        index = self._world.answers.get(event)
        if index is None:
            return None
        said = self._statement(event, index)
        if said is None or _by(said) != party:
            return None
        answer = self._world.load(index).body
        if not isinstance(answer, Taken | Refused):
            raise InputError("entry-kind", f"Entry {index} is no answer.", index=index)
        states = [self._world.exchange.notices[each] for each in self._world.exchange.about.get(event, ())]
        lacking = answer.lacking if isinstance(answer, Refused) else ()
        states = [state for state in states if state.to == party]
        states += [self._world.exchange.notices[each] for each in lacking if each not in {s.id for s in states}]
        read = tuple(self._read(state) for state in states)
        talk = set(answer.talk_to) if isinstance(answer, Refused) else set()
        talk |= {each for notice in read for each in notice.notice.talk_to}
        rules = self._world.membership.theatre.rules_hash
        return seal(
            StatementRead(event, said.index, said.said_at, answer, index, read, tuple(sorted(talk)), rules), party
        )

    def _statement(self, event: str, answer: int) -> Recorded | None:
        """A statement stands before what the desk said of it; between them is only what the desk put on record about
        it, such as the questions that it asked, one for each region that it came near."""
        for index in range(answer - 1, -1, -1):
            record = self._world.load(index)
            if record.event == event:
                return record
            if record.author != DESK:
                break
        return None

    # --- watches ---

    def watches(self, party: str, most: int) -> Disclosed[WatchRead]:
        """Who is on watch for the party, and the newest of its watches that were taken and ended; of no other party."""
        membership = self._world.membership
        return seal(WatchRead(membership.on_watch(party), membership.watches(party)[-most:]), party)

    # --- channels, parties, agreements ---

    def channels(self, party: str) -> Disclosed[tuple[ChannelRead, ...]]:
        """The channels that the party is on or invited to; the secretariat runs all of them and sees no terms."""
        channels = self._world.channels.channels.values()
        found = [
            ChannelRead(
                each.channel,
                each.name,
                each.room,
                each.opened_by,
                each.invited,
                tuple(sorted(each.joined)),
                each.line_check_s,
                tuple(
                    LineRead(name, line.state, line.stated_since or line.answered)
                    for name, line in sorted(each.lines.items())
                ),
                tuple(
                    (by, to, term)
                    for (by, to), terms in sorted(each.terms.items())
                    if party == by or (party in each.joined and to in ("", party))
                    for _, term in sorted(terms.items())
                ),
                tuple((event, by) for event, (by, _) in each.checks.items()),
            )
            for each in channels
            if party in each.invited or party == SECRETARIAT
        ]
        return seal(tuple(found), party)

    def channel_log(self, party: str, channel: str) -> Disclosed[tuple[SaidRead, ...]] | None:
        """What was said on a channel that the party is on, since it joined: what it said itself, and what it was told.
        To say something is to say it to those who are there; who comes later is not shown what others said before.
        The secretariat, which runs the channels and is on none, reads all of it."""
        held = self._world.channels.channels.get(channel)
        if held is None or (party not in held.joined and party != SECRETARIAT):
            return None
        notices = self._world.exchange.notices
        told = {notices[each].statement for each in self._world.exchange.told_of(party, channel)}
        said = (self._world.load(index) for index in held.log)
        mine = (each for each in said if party == SECRETARIAT or _by(each) == party or each.event in told)
        return seal(tuple(self._said(each) for each in mine), party)

    @staticmethod
    def _said(record: Recorded) -> SaidRead:
        body = record.body
        if not isinstance(body, MessageSent | DecisionStated):
            raise InputError("entry-kind", f"Entry {record.index} is nothing that was said.", index=record.index)
        return SaidRead(
            record.event,
            record.index,
            body.by,
            record.author,
            record.said_at,
            isinstance(body, DecisionStated),
            body.text,
            body.language,
            body.about,
        )

    def parties(self, party: str) -> Disclosed[tuple[PartyRead, ...]]:
        """Everyone in the theatre: each member knows the members, and what each stated of the others (R22)."""
        found = [
            PartyRead(
                each.party,
                each.name,
                each.member_of,
                each.state,
                each.contact,
                tuple((by, status, since) for by, (status, since) in sorted(each.stated.items())),
            )
            for each in self._world.membership.parties.values()
        ]
        return seal(tuple(sorted(found, key=lambda each: each.party)), party)

    def agreements(self, party: str) -> Disclosed[tuple[AgreementRead, ...]]:
        """What the party proposed or was asked to agree to."""
        found = []
        for agreement in self._world.agreements.of(party):
            body = self._world.load(agreement.index).body
            changed: Declaration | None = None
            words = ""
            if isinstance(body, Proposed):
                changed, words = body.changed, body.words
            elif isinstance(body, QuietProposed):
                changed, words = body.window, body.task
            elif isinstance(body, LineProposed):
                changed = body.line
            found.append(AgreementRead(agreement, changed, words))
        return seal(tuple(found), party)

    def commitments(self, party: str) -> Disclosed[tuple[Commitment, ...]]:
        """Promises that the party made or was told of."""
        told = {state.answers for state in self._of_kind(party, NoticeKind.COMMITMENT)}
        found = [each for each in self._world.exchange.commitments.values() if each.by == party or each.event in told]
        return seal(tuple(found), party)

    def emergencies(self, party: str) -> Disclosed[tuple[Emergency, ...]]:
        """Emergencies that the party called, or was called by."""
        told = {state.answers for state in self._of_kind(party, NoticeKind.EMERGENCY)}
        found = [each for each in self._world.exchange.emergencies.values() if each.by == party or each.event in told]
        return seal(tuple(found), party)

    # --- incidents ---

    def incidents(
        self, party: str, wanted: Wanted = EVERYTHING, *, before: int | None = None, most: int = 50
    ) -> Disclosed[IncidentPage]:
        """See `IncidentReads.page`."""
        return self._incidents.page(party, wanted, before=before, most=most)

    def incident(self, party: str, reference: str, now: Instant) -> Disclosed[IncidentRead] | None:
        """See `IncidentReads.one`."""
        return self._incidents.one(party, reference, now)

    # --- sources ---

    def sources(
        self, party: str, *, text: str = "", before: int | None = None, most: int = 50
    ) -> Disclosed[SourcePage]:
        """See `SourceReads.page`."""
        return self._sources.page(party, text=text, before=before, most=most)

    def source(self, party: str, sha256: str) -> Disclosed[SourceRead] | None:
        """See `SourceReads.one`."""
        return self._sources.one(party, sha256)

    def claims(
        self, party: str, *, incident: str = "", force: Force | None = None, before: int | None = None, most: int = 50
    ) -> Disclosed[Claims] | None:
        """See `SourceReads.claims`."""
        made = self.claiming(party, incident=incident, force=force, before=before, most=most)
        return None if made is None else made()

    def claiming(
        self,
        party: str,
        *,
        incident: str = "",
        force: Force | None = None,
        before: int | None = None,
        most: int = 50,
        known: Instant | None = None,
    ) -> Callable[[], Disclosed[Claims]] | None:
        """`claims` to be computed beside the event loop: what it rests on is gathered now. With `known` as the party
        had them at that time."""
        then = None
        if known is not None:
            arrived = self.arrived(party).value
            then = Then(known, arrived, arrived.retracted())
        return self._sources.claims(party, incident=incident, force=force, before=before, most=most, then=then)

    # --- evidence ---

    def arrived(self, party: str) -> Disclosed[Arrivals]:
        """When notices to the party reached it, as the as-of picture has it."""
        return seal(Arrivals(self._world, party), party)

    def telling(self, party: str, statements: Collection[str]) -> Disclosed[tuple[str, ...]]:
        """The notices to the party that tell of these sources and claims, or that a claim among them was taken
        back."""
        return seal(Arrivals(self._world, party).telling(statements), party)

    def entries(self, party: str, *, after: int = -1, most: int | None = None) -> Disclosed[tuple[int, ...]]:
        """The indexes of every entry that the party may hold: what its officers signed and the desk's answers to it,
        the notices to it and by what they reached it, and the statements of others that a notice shows it in full. In
        the order of the log; of these so many behind an index."""
        return seal(tuple(self._held_by(party).after(after, most)), party)

    def newest_entries(self, party: str, *, before: int | None = None, most: int) -> Disclosed[tuple[int, ...]]:
        """The same for a reader: the newest first."""
        return seal(tuple(self._held_by(party).before(before, most)), party)

    def every_entry(self, party: str, step: int) -> Disclosed[tuple[int, ...]]:
        """See `Holding.every`."""
        return seal(tuple(self._held_by(party).every(step)), party)

    def holds(self, party: str) -> Disclosed[int]:
        """How many entries the party may hold."""
        return seal(self._held_by(party).count(), party)

    def _held_by(self, party: str) -> Holding:
        known = self._holding.get(party)
        if known is None:
            known = self._holding[party] = Holding(self._world, party)
        return known

    def payloads(
        self, party: str, index: int, commitments: Iterable[tuple[bytes, str]]
    ) -> Disclosed[tuple[bytes, ...]]:
        """Of an entry that the party may hold, the digests of the payloads that it may hold too, given (digest, media)
        of each. What somebody else had been shown before declaring is theirs alone."""
        own = _by(self._world.load(index)) == party
        return seal(tuple(digest for digest, media in commitments if own or media != ASIDE_MEDIA), party)

    def may_hold(self, party: str, index: int) -> bool:
        """Whether an entry is among `entries` of the party."""
        return self.holds_by_itself(party, index) or self._held_by(party).shown(self._world.load(index).event)

    def holds_by_itself(self, party: str, index: int) -> bool:
        """The same, as far as the entry alone says so; a statement of another's may be shown by a notice besides."""
        record = self._world.load(index)
        body = record.body
        if isinstance(body, Notice):
            return body.to == party
        if isinstance(body, Delivered) and record.author == DESK:
            return {self._world.exchange.notices[each].to for each in body.notices} == {party}
        if isinstance(body, Taken | Refused):
            said = self._statement(body.statement, index)
            return said is not None and _by(said) == party
        if isinstance(body, SitesRead):
            return body.by == party
        if isinstance(body, ByDesk | KeyFact | Statement | Erasure):
            return False  # they name no party, and are not the secretariat's for that
        return _by(record) == party


_VIEWS = (Level.FOOTPRINT, Level.COARSE)
_ENDS = frozenset((NoticeKind.CANCELLED, NoticeKind.REVOKED))
_TITLES = 300_000
_CLOCK_OFF_S = 300.0
_LOOKED_AT = 500  # of the newest views that a party was shown
_TELLS_FINDINGS = frozenset(
    (
        NoticeKind.WARNING,
        NoticeKind.DECLARED,
        NoticeKind.REPLACED,
        NoticeKind.CANCELLED,
        NoticeKind.RELEASED,
        NoticeKind.REVOKED,
    )
)


def place_of(read: NoticeRead) -> Place:
    """Where something that is owed stands in the order of the inbox: what to ask behind for the following ones."""
    notice = read.notice
    severity = SEVERITIES.index(notice.severity) if notice.severity in SEVERITIES else len(SEVERITIES)
    return severity, inf if notice.due is None else notice.due.epoch_s, notice.n


def written_place(place: Place) -> str:
    """A place as a cursor of the inbox: digits, points and underlines."""
    severity, due_s, n = place
    return f"{severity}_{due_s!r}_{n}"


def read_place(text: str) -> Place:
    """The place that a cursor is. `InputError` for anything else."""
    severity, _, rest = text.partition("_")
    due, _, n = rest.partition("_")
    try:
        return int(severity), float(due), int(n)
    except ValueError as error:
        raise InputError("cursor-unreadable", "This is no cursor that an answer gave.", found=text) from error


def _kind(notice: Notice, declaration: Declaration | None) -> Kind | None:
    """Below coarse the kind is not shown, and the view's own is only there because every declaration has one."""
    if declaration is None or not notice.level.at_least(Level.COARSE):
        return None
    if notice.level is Level.COARSE and "kind" not in notice.facts:
        return None
    return declaration.kind


def _over(declaration: Declaration, now: Instant) -> bool:
    ends: Iterable[float] = [volume.window.end_s + volume.uncertainty.time_s for volume in declaration.volumes]
    return bool(declaration.volumes) and all(end <= now.epoch_s for end in ends)


def _passed(finding: Finding, now: Instant) -> bool:
    return (
        finding.last is not None and finding.last < now and finding.margin.time_s + finding.last.epoch_s < now.epoch_s
    )


def _by(record: Recorded) -> str:
    return str(getattr(record.body, "by", SECRETARIAT))
