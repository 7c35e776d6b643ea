"""`Desk`: what follows from a statement, and from time passing. All of it is written to the book as it is decided.

For a declaration, in an order that must not change:

1. the rules for its kind are looked at (`checks`), and what they refuse is refused on record;
2. it is compared with everything in force: exactly, and with the regions that stand for what its author may not see;
3. an operation whose author has not cited what it was entitled to know is refused, and shown what it lacks (R30);
4. it is taken, with its lead time, what had been shown and was not cited, and what it conflicts with;
5. it goes into the indexes, so that the next one in the very same batch is compared with it;
6. both sides of every conflict, and everyone that may see it, are told, each at the detail that the terms allow.

There is one desk for a log, and it decides one statement at a time: of two that conflict the second always meets the
first. Nothing of a batch is shown to anybody before all of it is durable.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from thalweg.desk.book import Book
from thalweg.desk.checks import Checks
from thalweg.desk.clocks import Clocks, Due, Timer, beats_s, escalates_s, remind_s
from thalweg.desk.duplicates import Duplicates, Suspect
from thalweg.desk.kept import KeptDesk, wind_their_own
from thalweg.desk.no import No
from thalweg.desk.probes import Asked, Probes
from thalweg.desk.shades import Shades
from thalweg.desk.sizes import (
    CLOSED_IN_ONE,
    LACKING_IN_ONE,
    MET_IN_ONE,
    NOT_CITED_IN_ONE,
    PARTIES_IN_ONE,
    SUSPECTS_IN_ONE,
    in_parts,
)
from thalweg.engine import Cancelled, Online, Tick, batch
from thalweg.engine import Declared as Fed
from thalweg.engine.online import Comparison
from thalweg.formats.event import Erasure, Statement
from thalweg.ledger.identity import GRANT, GRANT_END
from thalweg.model.bulk import hash_of
from thalweg.model.cases import ExplanationAsked
from thalweg.model.declarations import Cancellation, Declaration, Kind
from thalweg.model.errors import EngineError, ThalwegError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    ByDesk,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ClockFact,
    ClockTold,
    Committed,
    ConsentStated,
    CustodyAnswered,
    Declared,
    EmergencySent,
    LineChecked,
    LineJudged,
    LineProposed,
    Met,
    Notice,
    NoticeKind,
    OfficerAdded,
    OfficerEnded,
    OutcomeStated,
    ParticipationStated,
    PartyNamed,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Released,
    Revalidated,
    Role,
    Said,
    Shown,
    Taken,
    TermsSet,
    TheatreSet,
    Weighed,
    Withdrawn,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.theatre import Theatre
from thalweg.policy.budget import Limits
from thalweg.policy.tell import Meeting, Policy
from thalweg.policy.telling import Telling
from thalweg.policy.terms import delayed
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.exchange import NoticeState
from thalweg.state.packed import glance, hashes_of, passing
from thalweg.state.picture import Chain, Standing
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.world import World

LACKING: Final = "knowledge-lacking"
OVER_BUDGET: Final = "budget-over"
_QUIETEST_S: Final = 900.0  # the longest that an emergency is not repeated because somebody has promised to act
_LOADED_AT_ONCE: Final = 4096  # declarations
_AWAY_S: Final = 1.0  # by how much the clock has been set, to be put on record


_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Relevant:
    """A chain of another party that a declaration meets, as far as its author may know."""

    chain: Chain
    level: Level
    version: str  # as its author knows it
    subject: str


def _from_nothing(_theatre: Theatre) -> Online | None:
    return None


def _untold(_loaded: int) -> None:
    """Nobody wants to know."""


class Desk:
    """The deciding desk over one world, its engine and its clocks."""

    def __init__(
        self,
        world: World,
        policy: Policy,
        make_engine: Callable[[Theatre], Online],
        engine_version: str,
        limits: Limits = _LIMITS,
        *,
        exercise_only: bool = False,
        resume: Callable[[Theatre], Online | None] = _from_nothing,
        kept: KeptDesk | None = None,
        since: Sequence[Recorded] = (),
        on_the_way: Callable[[int], None] = _untold,
    ) -> None:
        """`resume` gives an engine for the theatre as it was put away at some time, if there is one. `kept` is what
        else was put away, at the same time as that engine and that world, and `since` what the log has said since.
        `EngineError` (`snapshot-apart`) if these contradict each other. `on_the_way` is told again and again how many
        declarations are in an engine that is made from the log."""
        self.world = world
        self._exercise_only = exercise_only  # its clock is told, so nothing of it may be taken for live
        self.policy = policy
        self.clocks = Clocks()
        self.looking_at: Timer | None = None  # while something that came due is looked at
        self.passed_over: set[tuple[Due, str]] = set()  # what cannot be decided and must not hold up the rest
        self._behind = False
        self._make_engine = make_engine
        self._engine = engine_version
        self._checks = Checks(world, policy)
        self._shades = Shades(world, policy)
        self._probes = Probes(world, policy, self._shades, limits)
        self._telling = Telling(world, policy)
        online = resume(world.membership.theatre)
        if online is not None and kept is not None and wind_their_own(since):
            self._duplicates = Duplicates(world, kept.things)
            self.online = online
            if kept.casts:
                self._shades.changed()
            self.clocks.resume(kept.timers, world)
            self._went_on(since)
            self._require_together()
            return
        self._duplicates = Duplicates(world)
        self.online = self._resumed(online) or self._from_the_log(on_the_way)
        self._shades.changed()
        self._clocks_anew()
        self.clocks.settle()

    def kept(self) -> KeptDesk:
        """What is worked out here, to be put away with the world and the engine."""
        return KeptDesk(self.world.size, self.clocks.kept(), self._shades.casts, self._duplicates.keys)

    # --- statements ---

    def decide(self, record: Recorded, said: Said, book: Book) -> None:
        """Take or refuse a statement that is in the book already, and write down what follows."""
        subjects: tuple[str, ...] | No | None = self._outside_of_exercise(said)
        if subjects is None:
            subjects = self._checks.check(said, book.now)
        if isinstance(subjects, No):
            self._refuse(record, subjects, book)
            return
        match said:
            case Declared():
                self._declared(record, said, subjects[0], book)
            case OfficerAdded() | OfficerEnded():
                taken = self._take(record, subjects, book)
                self._write(self._telling.about(record, said, subjects, taken, {}), book)
                asked = _asked(said)
                book.register(asked.kind, asked.fields)
            case QuietGuaranteed() | LineJudged() | CustodyAnswered():
                self._agreed(record, said, subjects, book)
            case _:
                self._other(record, said, subjects, book)

    def entered(self, record: Recorded, book: Book) -> None:
        """A role or a key was entered or ended that no statement asked for: those on whose rolls the officer is are
        told."""
        if isinstance(record.body, KeyFact):
            self._write(self._telling.entered(record.body, record.author, book.now), book)

    def way_in(self, author: str, what: str, key: str, by: str, book: Book) -> None:
        """The account of an officer has a new way in, or is closed or opened again, of which the log has nothing
        else."""
        self._write(self._telling.way_in(author, what, key, by or DESK, book.now), book)

    def entered_beside(self, book: Book) -> None:
        """The same of what was entered while no desk decided, as by `thalweg ledger keys`: it stands behind the desk's
        last word, and behind what an officer's statement asked for there. To be called once, before anything is
        decided."""
        size, load = self.world.size, self.world.load
        first = next((index + 1 for index in reversed(range(size)) if load(index).author == DESK), 0)
        said = self.world.answered_last()
        if first < size and isinstance(said, OfficerAdded | OfficerEnded) and load(first).body == _asked(said):
            first += 1
        for index in range(first, size):
            self.entered(load(index), book)

    def _outside_of_exercise(self, said: Said) -> No | None:
        """Why a desk whose clock is told does not take this (R49)."""
        if not self._exercise_only:
            return None
        theatre = self.world.membership.theatre
        if isinstance(said, TheatreSet):
            with contextlib.suppress(ThalwegError):  # what cannot be read is refused by the rules for theatres
                theatre = self.world.membership.reading(said)
        if theatre.exercise:
            return None
        return No(
            "exercise-clock",
            "This desk's clock is told, which only an exercise may have: the secretariat sets a theatre with"
            " “exercise: true” before anything else.",
        )

    def _other(self, record: Recorded, said: Said, subjects: tuple[str, ...], book: Book) -> None:
        before = self._seen_before(said, subjects)
        ending = self.world.picture.chains.get(subjects[0]) if subjects else None
        rules = isinstance(said, TheatreSet) or (isinstance(said, PartyNamed) and self._moves(said))
        returns = isinstance(said, ParticipationStated) and said.by == said.party and not self._takes_part(said.party)
        mismatch: tuple[str, ...] = ()
        if isinstance(said, ReadBack):
            mismatch = self._telling.compare(said)
        taken = self._take(record, subjects, book, mismatch=mismatch)
        if isinstance(said, Withdrawn) and ending is not None:
            self._leave(ending)
            self._offers_lapse(ending, book)
        if before or isinstance(said, PartyNamed | ParticipationStated):
            self._shades.changed()  # who sees what of whom
            self._fade_all()
        if rules:
            self._rules_changed(record, book)
        elif isinstance(said, PartyNamed):
            self.online, _ = self._everything_anew()  # its sentences name the parties
        self._timers(record, said, subjects, book.now)
        self._write(map(self._with_meetings, self._telling.about(record, said, subjects, taken, before)), book)
        if isinstance(said, PartyNamed):
            self._write(map(self._with_meetings, self._changed(before, book.now)), book)
        if returns and isinstance(said, ParticipationStated) and self._takes_part(said.party):
            self._returned(said.party, book)

    def _offers_lapse(self, chain: Chain, book: Book) -> None:
        """Nobody takes over what is over."""
        for agreement in list(self.world.agreements.agreements.values()):
            custody = agreement.matter is Matter.CUSTODY and agreement.about == chain.key
            if custody and agreement.state is AgreementState.PROPOSED:
                self._clock(ClockFact.LAPSED, agreement.event, book)
                self._write(self._telling.proposal_lapsed(agreement, book.now), book)

    def _changed(self, before: dict[str, dict[str, Level]], now: Instant) -> list[Notice]:
        chains = self.world.picture.chains
        return [notice for key, levels in before.items() for notice in self.policy.changed(chains[key], now, levels)]

    def _moves(self, said: PartyNamed) -> bool:
        """Whether the party will belong to another than before."""
        known = self.world.membership.parties.get(said.party)
        return said.member_of != (known.member_of if known is not None else "")

    def _takes_part(self, party: str) -> bool:
        return self.world.membership.parties[party].taking_part

    def _with_meetings(self, notice: Notice) -> Notice:
        """What is shown anew takes the place of what was told of it, so it says again what it conflicts with."""
        chain = self.policy.told_of(notice.to, notice.subject) if notice.what is NoticeKind.RELEASED else None
        if chain is None:
            return notice
        if notice.level.at_least(Level.FOOTPRINT):
            return self.policy.warned(notice, self._findings_with(chain, notice.to), set())
        meetings = [each for each in self._shades.meeting_with(chain) if self._notifier(each.mine) == notice.to]
        findings = [finding for each in meetings for finding in each.findings]
        talk = {chain.notifier for each in meetings if not each.findings}
        return self.policy.warned(notice, findings, talk)

    def _findings_with(self, theirs: Chain, party: str) -> list[Finding]:
        """What the party may be told of the open findings between its own declarations and a chain."""
        found: list[Finding] = []
        for each in self.world.picture.findings_of(theirs.version):
            first, second = each.versions
            mine = self.world.picture.chain_of(second if first == theirs.version else first)
            if mine is not None and mine.notifier == party:
                found += self.policy.as_seen(mine, theirs, party)
        return found

    def _notifier(self, version: str) -> str:
        chain = self.world.picture.chain_of(version)
        return "" if chain is None else chain.notifier

    def _returned(self, party: str, book: Book) -> None:
        """A party takes part again: it is told what its own declarations conflict with, and shown what it has not been
        shown."""
        known = self.world.exchange.known.get(party, {})
        notices: list[Notice] = []
        for chain in list(self.world.picture.in_force()):
            if chain.notifier == party:
                notices += self._warned_of(chain, book.now)
                continue
            at = self.policy.level(chain, party)
            version = self.policy.version(chain, at, party)
            shown = False
            for each in known.get(self.policy.subject(chain, at, party), ()):
                what, which = glance(self.world.exchange.notices, each, "what", "version")
                shown = which == version or (shown and what is not NoticeKind.REVOKED)
            if at is not Level.NOTHING and not shown:
                notices.append(self._with_meetings(self.policy.shown(NoticeKind.RELEASED, chain, party, at, book.now)))
        self._write(notices, book)

    def _warned_of(self, chain: Chain, now: Instant, known: Mapping[str, Finding] | None = None) -> list[Notice]:
        """To the notifier of a chain, what it conflicts with, as far as it may see that: nothing but what it is shown
        of the other side decides whether it is told, and how. All of it, for it takes the place of what was told of
        the chain: of two of its own that conflict each says so. `known` are findings by their ids that were made."""
        party = chain.notifier
        found: list[Finding] = []
        for each in self.world.picture.findings_of(chain.version):
            other = self._other_side(each.versions, chain)
            if other is not None:
                found += self.policy.as_seen(chain, other, party, (known or {}).get(each.finding))
        meetings = self._shades.met_by(self.world.picture.declaration(chain.version), party)
        found += [finding for each in meetings for finding in each.findings]
        talk = {each.theirs.notifier for each in meetings if not each.findings}
        if not found and not talk:
            return []
        return [self.policy.warned(self.policy.shown(NoticeKind.WARNING, chain, party, Level.FULL, now), found, talk)]

    def _other_side(self, versions: tuple[str, str], chain: Chain) -> Chain | None:
        first, second = versions
        return self.world.picture.chain_of(second if first == chain.version else first)

    def _seen_before(self, said: Said, subjects: tuple[str, ...]) -> dict[str, dict[str, Level]]:
        """What each party saw of the chains whose disclosure the statement may change."""
        chains: Iterable[Chain] = ()
        match said:
            case Released():
                chains = (self.world.picture.chains[subjects[0]],)
            case ConsentStated():
                # Consent may be withdrawn from what is over: copies of it are held all the same.
                chain = self.world.picture.chains[subjects[0]]
                chains = (chain,) if chain.standing is Standing.IN_FORCE or not said.given else ()
            case TermsSet():
                chains = self._in_force_of(said.by)
            case PartyNamed():
                chains = self._in_force_of(said.party)  # consent may rest on its name
            case ChannelJoined() | ChannelOpened() | ChannelLeft():
                channel = self.world.channels.channels.get(said.channel)
                parties = {said.by, *(channel.joined if channel is not None else ())}
                chains = [chain for party in sorted(parties) for chain in self._in_force_of(party)]
            case _:
                pass
        return {chain.key: self.policy.levels(chain) for chain in chains}

    def _in_force_of(self, party: str) -> list[Chain]:
        return [self.world.picture.chains[key] for key in self.world.picture.by_party.get(party, ())]

    def _take(
        self, record: Recorded, subjects: tuple[str, ...], book: Book, *, mismatch: tuple[str, ...] = ()
    ) -> Taken:
        if subjects and subjects != self._plain(record):
            book.say(Weighed(record.event, subjects))
        taken = Taken(record.event, book.now, mismatch=mismatch)
        book.say(taken)
        return taken

    def _plain(self, record: Recorded) -> tuple[str, ...]:
        """The chains that a statement names by their own ids."""
        body = record.body
        return () if isinstance(body, KeyFact | Statement | Erasure | ByDesk) else self.world.subjects(body)

    def _refuse(self, record: Recorded, no: No, book: Book) -> None:
        book.say(Refused(record.event, book.now, no.code, no.sentence))

    # --- declarations ---

    def _declared(self, record: Recorded, said: Declared, key: str, book: Book) -> None:
        declaration = said.declaration
        before = self._takes_place_of(declaration, said.by, key)
        trial = self.online.compare(declaration)  # 2
        findings = self._without(trial.findings, declaration, before)
        mine = self._shades.met_by(declaration, said.by)
        asked = self._probes.ask(declaration, said.by, book.now)
        for probed in self._probes.record(asked, record.event):
            book.say(probed)
        alerts = self._probes.alerts(book.now, [trial.about for trial in asked.trials])
        if not asked.verdict.within and self._must_cite(declaration):
            self._over_budget(record, asked, mine, book)
            self._write(alerts, book)
            return
        relevant = self._relevant(declaration, said.by, findings, mine)
        lacking = [each for each in relevant if not self._cited(each, said.cites)]
        shown = {each.subject: self._when_shown(each, said.by) for each in lacking}
        if self._must_cite(declaration) and lacking:  # 3
            unseen = [each for each in lacking if shown[each.subject] is None]
            if unseen or not said.declines:
                self._lacks(record, said, lacking, shown, book)
                self._write(alerts, book)
                return
        not_cited = tuple(when for when in shown.values() if when is not None)
        suspects = self._duplicates.of(declaration, key)  # nobody's share of them is cut short by what it is not shown
        taken = self._taken_with(record, said, key, findings, suspects, not_cited, book)  # 4
        self._enter(declaration, key, trial, before)  # 5
        self._tell_of(self.world.picture.chains[key], findings, mine, taken, book, before)  # 6
        self._propose(key, suspects, book)
        self._write(alerts, book)

    def _over_budget(self, record: Recorded, asked: Asked, mine: Sequence[Meeting], book: Book) -> None:
        """Refused, and warned all the same: with whom to talk (D13)."""
        again = f" again from {asked.verdict.again} on" if asked.verdict.again is not None else ""
        book.say(
            Refused(
                record.event,
                book.now,
                OVER_BUDGET,
                f"Your party has declared {asked.verdict.used} different operations over areas that it is not shown;"
                f" {asked.verdict.limit} are taken in a week. Talk to the parties named, or declare{again}.",
                talk_to=tuple(sorted({meeting.theirs.notifier for meeting in mine}))[:PARTIES_IN_ONE],
            )
        )

    def _taken_with(
        self,
        record: Recorded,
        said: Declared,
        key: str,
        findings: Sequence[Finding],
        suspects: Sequence[Suspect],
        not_cited: tuple[Shown, ...],
        book: Book,
    ) -> Taken:
        declaration = said.declaration
        lead_s, needed_s = self._lead(declaration, book.now)
        met = [_met(finding, declaration.version_id) for finding in findings]
        rest = self._weigh(record, (key,), met, book, suspects)
        taken = Taken(
            record.event,
            book.now,
            lead_s=lead_s,
            needed_s=needed_s,
            late=lead_s is not None and needed_s is not None and lead_s < needed_s,
            not_cited=not_cited[:NOT_CITED_IN_ONE],
        )
        book.say(taken)
        self._weigh_on(record, key, rest, book)
        return taken

    def _weigh(
        self,
        record: Recorded,
        subjects: tuple[str, ...],
        met: Sequence[Met],
        book: Book,
        suspects: Sequence[Suspect] = (),
    ) -> Sequence[Met]:
        """What was found, before the statement is taken; and what did not fit."""
        if met or suspects:
            weighed = self._weighed(record, subjects, met[:MET_IN_ONE])
            book.say(replace(weighed, suspects=tuple(each.key for each in suspects[:SUSPECTS_IN_ONE])))
        return met[MET_IN_ONE:]

    def _weigh_on(self, record: Recorded, key: str, met: Sequence[Met], book: Book) -> None:
        """What did not fit, or is open under new rules, once the statement is taken."""
        for start in range(0, len(met), MET_IN_ONE):
            book.say(self._weighed(record, (key,), met[start : start + MET_IN_ONE]))

    def _weighed(self, record: Recorded, subjects: tuple[str, ...], met: Sequence[Met]) -> Weighed:
        rules = self.world.membership.theatre.rules_hash
        return Weighed(record.event, subjects, opened=tuple(met), engine=self._engine, rules=rules)

    def _takes_place_of(self, declaration: Declaration, by: str, key: str) -> dict[str, Declaration]:
        """What is in force and a declaration takes the place of: chain -> its newest version. That of a site that has
        changed hands is still one of its former notifier."""
        names = {key, self.world.picture.key(by, declaration.replaces)} if declaration.replaces else {key}
        chains = (self.world.picture.chains.get(name) for name in sorted(names))
        return {
            chain.key: self.world.picture.declaration(chain.version)
            for chain in chains
            if chain is not None and chain.standing is Standing.IN_FORCE and chain.notifier == by
        }

    def _without(
        self, findings: Sequence[Finding], declaration: Declaration, before: dict[str, Declaration]
    ) -> tuple[Finding, ...]:
        """The findings but for those with what the declaration takes the place of."""
        gone = {each.version_id for each in before.values()}
        return tuple(each for each in findings if _other(each, declaration.version_id) not in gone)

    def _enter(
        self, declaration: Declaration, key: str, trial: Comparison | None, before: dict[str, Declaration]
    ) -> None:
        chain = self.world.picture.chains[key]
        for older in before.values():
            if older.party != declaration.party:
                # It has changed hands: the engine knows it under its former notifier.
                self.online.feed(Cancelled(Cancellation(older.declaration_id, older.party)))
                trial = None
        self.online.feed(Fed(declaration), trial)
        self._duplicates.taken(chain, declaration)
        self._shades.taken(chain)
        self.clocks.chain(chain, self.world)
        self._fading(chain)

    def _tell_of(
        self,
        chain: Chain,
        findings: Sequence[Finding],
        mine: Sequence[Meeting],
        taken: Taken,
        book: Book,
        before: dict[str, Declaration],
    ) -> None:
        theirs = self._shades.meeting_with(chain)
        notices = self.policy.declared(
            chain,
            taken.received,
            findings,
            (*mine, *theirs),
            quick=self.world.picture.declaration(chain.version).emergency,
        )
        self._write(notices, book)
        for key in before.keys() - {chain.key}:
            old = self.world.picture.chains[key]
            self._leave(old)
            self._write(self.policy.over(NoticeKind.CANCELLED, old, taken.received), book)

    def _propose(self, key: str, suspects: Sequence[Suspect], book: Book) -> None:
        """To whoever may see both, and has not been told: that they may be one (R10)."""
        chain = self.world.picture.chains[key]
        told: Counter[str] = Counter()
        for each in suspects:
            other = self.world.picture.chains[each.key]
            made = self._telling.alike(chain, other, each.away_m, book.now, named=each.named)
            told.update(notice.to for notice in made)
            self._write([notice for notice in made if told[notice.to] <= SUSPECTS_IN_ONE], book)

    def _relevant(
        self, declaration: Declaration, by: str, findings: Iterable[Finding], meetings: Iterable[Meeting]
    ) -> list[Relevant]:
        chains: dict[str, Chain] = {}
        for finding in findings:
            other = self.world.picture.chain_of(_other(finding, declaration.version_id))
            if other is not None and other.notifier != by and self.policy.level(other, by).at_least(Level.FOOTPRINT):
                chains[other.key] = other
        chains.update({meeting.theirs.key: meeting.theirs for meeting in meetings})
        found = []
        for chain in chains.values():
            at = self.policy.level(chain, by)
            at = Level.EXISTS if at is Level.NOTHING else at
            found.append(Relevant(chain, at, self.policy.version(chain, at, by), self.policy.subject(chain, at, by)))
        return sorted(found, key=lambda each: each.subject)

    @staticmethod
    def _cited(relevant: Relevant, cites: tuple[str, ...]) -> bool:
        return relevant.version in cites

    @staticmethod
    def _must_cite(declaration: Declaration) -> bool:
        """Nobody is kept from saying where the hospital is, or that people are in danger."""
        return declaration.kind is Kind.OPERATION and not declaration.emergency

    def _when_shown(self, relevant: Relevant, party: str) -> Shown | None:
        """The notice by which the party was shown exactly this version, if it was."""
        for each in reversed(self.world.exchange.known.get(party, {}).get(relevant.subject, [])):
            version, at = glance(self.world.exchange.notices, each, "version", "at")
            if version == relevant.version:
                return Shown(each, at)
        return None

    def _lacks(
        self,
        record: Recorded,
        said: Declared,
        lacking: Sequence[Relevant],
        shown: dict[str, Shown | None],
        book: Book,
    ) -> None:
        now, notices, ids = book.now, [], []
        count = self.world.exchange.count(said.by)
        for each in lacking:
            when = shown[each.subject]
            if when is not None:
                ids.append(when.notice)
                continue
            notices.append(self.policy.shown(NoticeKind.LACKING, each.chain, said.by, each.level, now))
            ids.append(self.policy.notice_id(said.by, count + len(notices)))
        talk = sorted({each.chain.notifier for each in lacking if not each.level.at_least(Level.COARSE)})
        book.say(
            Refused(
                record.event,
                now,
                LACKING,
                f"This operation meets {len(lacking)} declaration(s) that it does not cite. Read them, then declare"
                " again citing them, or say that you decline to.",
                lacking=tuple(ids[:LACKING_IN_ONE]),
                talk_to=tuple(talk[:PARTIES_IN_ONE]),
            )
        )
        self._write(notices, book)

    def _lead(self, declaration: Declaration, now: Instant) -> tuple[int | None, int | None]:
        """Seconds from now to the start, and how many the theatre asks for (R7)."""
        leads = self.world.membership.theatre.lead_times_s
        name = declaration.kind.value
        needed = leads.get(f"{name}.emergency", leads.get(name)) if declaration.emergency else leads.get(name)
        starts = [volume.window.start for volume in declaration.volumes]
        first = min((start.epoch_s for start in starts if start is not None), default=None)
        if first is None or None in starts:
            return None, None if needed is None else int(needed)
        return int(first - now.epoch_s), None if needed is None else int(needed)

    def _leave(self, chain: Chain, *, fading: bool = False) -> None:
        """A chain is over: it leaves the indexes. `fading`: but for its region, until the time told of that is over."""
        declared = self.world.picture.declaration(chain.version)
        self.online.feed(Cancelled(Cancellation(chain.declaration_id, declared.party)))
        self._duplicates.ended(chain)
        self._shades.ended(chain, lingers=fading and self._shades.lingers(chain))

    # --- agreements that bring something into force ---

    def _agreed(
        self,
        record: Recorded,
        said: QuietGuaranteed | LineJudged | CustodyAnswered,
        subjects: tuple[str, ...],
        book: Book,
    ) -> None:
        agreement = self.world.agreements.agreements[subjects[0]]
        made = self.world.load(agreement.index).body
        last = said.answer.value == "accept" and not [
            each for each in agreement.to if each != said.by and each not in agreement.answers
        ]
        declaration: Declaration | None = None
        if last and isinstance(made, QuietProposed):
            declaration = made.window
        elif last and isinstance(made, LineProposed):
            declaration = made.line
        if declaration is None:
            withdrawn = self.world.picture.chains[subjects[1]] if self._checks.in_force_by(agreement) else None
            custody = self.world.picture.chains[subjects[1]] if last and agreement.matter is Matter.CUSTODY else None
            before = {} if custody is None else self.policy.levels(custody)
            taken = self._take(record, subjects, book)
            self._write(self._telling.about(record, said, subjects, taken, {}), book)
            if custody is not None:
                self._shades.changed()
                shown = self.policy.changed(custody, book.now, before)
                self._write(map(self._with_meetings, shown), book)
            if withdrawn is not None:
                self._leave(withdrawn)
                self._write(self.policy.over(NoticeKind.CANCELLED, withdrawn, book.now), book)
            return
        key = subjects[1]
        older = self._takes_place_of(declaration, agreement.by, key)
        trial = self.online.compare(declaration)
        findings = self._without(trial.findings, declaration, older)
        mine = self._shades.met_by(declaration, agreement.by)
        met = [_met(finding, declaration.version_id) for finding in findings]
        rest = self._weigh(record, (key,), met, book)
        taken = Taken(record.event, book.now)
        book.say(taken)
        self._weigh_on(record, key, rest, book)
        self._enter(declaration, key, trial, older)
        self._write(self._telling.about(record, said, subjects, taken, {}), book)
        self._tell_of(self.world.picture.chains[key], findings, mine, taken, book, older)

    # --- time ---

    def tick(self, book: Book, most: int = 500) -> bool:
        """What has come due by the book's time; whether there may be more."""
        self._watch_the_clock(book)
        due = self.clocks.due(book.now, most)
        for timer in due:
            if (timer.what, timer.subject) in self.passed_over:
                continue
            self.looking_at = timer
            self._came_due(timer, book)
        self.looking_at = None
        if due:
            self.online.feed(Tick(book.now))
        return len(due) == most

    def _came_due(self, timer: Timer, book: Book) -> None:
        match timer.what:
            case Due.ANSWER:
                self._unanswered(timer.subject, timer.step, book)
            case Due.REPEAT:
                self._repeat(timer.subject, timer.step, book)
            case Due.COMMITMENT:
                self._commitment_due(timer.subject, book)
            case Due.PROPOSAL:
                self._proposal_due(timer.subject, book)
            case Due.REMIND | Due.STALE:
                self._validity(timer.subject, timer.what, book)
            case Due.END:
                self._end(timer.subject, timer.step, book)
            case Due.SHOW:
                self._show(timer.subject, timer.step, book)
            case Due.FADE:
                self._fade(timer.subject, timer.step, book)
            case Due.SILENCE:
                self._silent(timer.subject, book)
            case Due.LINE_CHECK:
                self._line_check_due(timer.subject, book)
            case Due.BEAT:
                self._beat(timer.subject, book)
            case Due.EXPLANATION:
                self._explanation_due(timer.subject, timer.step, book)

    def _watch_the_clock(self, book: Book) -> None:
        """The desk's time never runs backwards (`Book`). That its clock was set is put on record, once each time."""
        if book.moved_s >= _AWAY_S:
            self._clock(ClockFact.JUMPED, "clock", book, by_s=f"{book.moved_s:.3f}")
        behind = book.behind_s >= _AWAY_S
        if behind and not self._behind:
            self._clock(ClockFact.JUMPED, "clock", book, by_s=f"{-book.behind_s:.3f}")
        self._behind = behind

    def _clock(self, what: ClockFact, subject: str, book: Book, step: int = 0, **facts: str) -> None:
        book.say(ClockTold(book.now, what, subject, step, facts))

    def _unanswered(self, notice_name: str, step: int, book: Book) -> None:
        notice = self.world.exchange.notices[notice_name]
        if not notice.outstanding or step != notice.step + 1:
            return
        if escalates_s(notice, self.world) > book.now.epoch_s:
            self.clocks.notice(notice, self.world)  # its clock was begun again meanwhile
            return
        steps = self.world.membership.theatre.clock(notice.severity or "information")
        watches = self.world.membership.on_watch(notice.to)
        # Where nobody is on watch there is no next watch to go to, and the secretariat knows it at once (R16).
        to_secretariat = step >= len(steps) or (step == 1 and not watches and notice.to != SECRETARIAT)
        officer = watches[(step - 1) % len(watches)].officer if watches else ""
        self._clock(
            ClockFact.ESCALATED, notice.id, book, step, to="secretariat" if to_secretariat else "watch", officer=officer
        )
        self._write(self._telling.escalated(notice, step, book.now, officer, everyone=to_secretariat), book)
        self.clocks.notice(notice, self.world)

    def _repeat(self, event: str, step: int, book: Book) -> None:
        """An emergency, once more: to everyone that was called and has not promised to act by a time to come."""
        emergency = self.world.exchange.emergencies[event]
        if not emergency.open or step != emergency.repeated + 1:
            return
        now_s = book.now.epoch_s
        repeat_s = self.world.membership.theatre.clock("repeat")[0]
        again_s = (emergency.last or emergency.at).epoch_s + repeat_s
        if again_s > now_s:
            self.clocks.set(again_s, Due.REPEAT, event, step)
            return
        promised = [self.world.exchange.commitments[each] for each in emergency.commitments]
        running = {each.by: each.due.epoch_s for each in promised if each.outcome is None and not each.lapsed}
        called = {self.world.exchange.notices[each].to for each in emergency.notices}
        if not (called - {SECRETARIAT} or called) - running.keys():
            # All have promised: be quiet until the first of it is due, but never for long.
            self.clocks.set(min(*running.values(), now_s + max(repeat_s, _QUIETEST_S)), Due.REPEAT, event, step)
            return
        self._clock(ClockFact.REPEATED, event, book, step)
        self._write(self._telling.repeated(emergency, called - running.keys(), book.now), book)
        self.clocks.set(now_s + repeat_s, Due.REPEAT, event, step + 1)

    def _commitment_due(self, event: str, book: Book) -> None:
        commitment = self.world.exchange.commitments[event]
        if commitment.outcome is None and not commitment.lapsed:
            self._clock(ClockFact.LAPSED, event, book)
            self._write(self._telling.commitment_lapsed(commitment, book.now), book)

    def _proposal_due(self, event: str, book: Book) -> None:
        agreement = self.world.agreements.agreements[event]
        if agreement.state is AgreementState.PROPOSED:
            self._clock(ClockFact.LAPSED, event, book)
            self._write(self._telling.proposal_lapsed(agreement, book.now), book)

    def _validity(self, key: str, what: Due, book: Book) -> None:
        chain = self.world.picture.chains[key]
        until = chain.valid_until
        if chain.standing is not Standing.IN_FORCE or until is None:
            return
        stale = what is Due.STALE
        if stale and (until > book.now or chain.stale_told):
            return  # it was vouched for again meanwhile, or has been told
        if not stale and (chain.reminded or remind_s(chain, self.world) > book.now.epoch_s):
            return
        self._clock(ClockFact.REMINDED, key, book, int(stale))
        self._write(self._telling.validity(chain, book.now, stale=stale), book)

    def _end(self, key: str, revision: int, book: Book) -> None:
        chain = self.world.picture.chains[key]
        if chain.standing is Standing.IN_FORCE and chain.revision == revision:
            owed = [
                notice.id
                for party, subjects in self.policy.known_as(chain).items()
                for subject in subjects
                for each in self.world.exchange.known[party][subject]
                if (notice := self.world.exchange.notices[each]).outstanding and notice.level.at_least(Level.FOOTPRINT)
            ]
            for start in range(0, max(1, len(owed)), CLOSED_IN_ONE):
                closes = " ".join(owed[start : start + CLOSED_IN_ONE])
                self._clock(ClockFact.ENDED, key, book, closes=closes)
            self._leave(chain, fading=True)

    def _fade(self, key: str, revision: int, book: Book) -> None:
        """The time for which a chain is told in cells is over: so is the chain, for those who see no more of it. When
        it is over itself they must not learn, nor whether it ends by itself at all, which would tell its kind (D13)."""
        chain = self.world.picture.chains[key]
        if chain.standing not in (Standing.IN_FORCE, Standing.ENDED) or chain.revision != revision:
            return
        over = {at for at, until_s in self.policy.shown_until_s(chain).items() if until_s <= book.now.epoch_s}
        owed = [
            notice.id
            for party, subjects in self.policy.known_as(chain).items()
            for subject in subjects
            for each in self.world.exchange.known[party][subject]
            if (notice := self.world.exchange.notices[each]).outstanding and notice.level in over
        ]
        for start in range(0, len(owed), CLOSED_IN_ONE):
            self._clock(ClockFact.ENDED, key, book, 1, closes=" ".join(owed[start : start + CLOSED_IN_ONE]))
        if chain.standing is Standing.ENDED and len(over) == len((Level.COARSE, Level.EXISTS)):
            self._shades.ended(chain)

    def _fading(self, chain: Chain) -> None:
        """The timers of `_fade`, where anybody sees the chain in cells."""
        if self._shades.cast_by(chain):
            for until_s in sorted(set(self.policy.shown_until_s(chain).values())):
                self.clocks.set(until_s, Due.FADE, chain.key, chain.revision)

    def _silent(self, notice_name: str, book: Book) -> None:
        """Whether the notifier is to be told that nobody has answered: by the clock of what it may know."""
        notice = self.world.exchange.notices[notice_name]
        chain = self.policy.told_of(notice.to, notice.subject)
        owed = notice.outstanding if chain is None else self.policy.awaited(chain, notice, book.now)
        if not owed or notice.of in ("", notice.to, SECRETARIAT):
            return
        tells_s = self._silence_s(notice, self.policy.as_notifier_knows(notice)[1])
        if tells_s > book.now.epoch_s:
            self.clocks.set(tells_s, Due.SILENCE, notice_name, rank=f"{notice.of}/{notice.to}")
            return
        if chain is not None and notice.id in self.policy.only_met(chain, notice.to):
            return
        subject = self.policy.known_to(notice.of, notice.to, notice.subject)
        for each in reversed(self.world.exchange.told_of(notice.of, subject)):
            told = self.world.exchange.notices[each]
            if told.what is NoticeKind.ESCALATED and told.of == notice.to and told.at.epoch_s >= tells_s:
                return
        self._write(self._telling.silent(notice, book.now), book)

    def _silence_s(self, notice: NoticeState, severity: str) -> float:
        """When the clock of a severity is at its last step, from when the notice was made, or was last read back
        wrongly."""
        wrong = [each.at.epoch_s for each in notice.read_back if each.what]
        begun_s = max(notice.at.epoch_s, *wrong) if wrong else notice.at.epoch_s
        return begun_s + self.world.membership.theatre.clock(severity or "information")[-1]

    def _listen(self, notice: NoticeState, *, unread: bool = False) -> None:
        """The timer of `_silent`. `unread`: set by the clock of the notice itself, which is never slower than the one
        that counts, and is known without reading the notice again."""
        if notice.what is NoticeKind.EXPLANATION_REQUEST:
            return  # it has a clock of its own, which its author set
        if notice.outstanding and notice.of not in ("", notice.to, SECRETARIAT) and notice.to != SECRETARIAT:
            severity = notice.severity if unread else self.policy.as_notifier_knows(notice)[1]
            self.clocks.set(self._silence_s(notice, severity), Due.SILENCE, notice.id, rank=f"{notice.of}/{notice.to}")

    def _show(self, key: str, revision: int, book: Book) -> None:
        """The delay of a coarse view is over: to those who are shown it now and have not been."""
        chain = self.world.picture.chains[key]
        if chain.standing is not Standing.IN_FORCE or chain.revision != revision:
            return
        waiting = [party for party, at_s in delayed(self.world, chain) if at_s <= book.now.epoch_s]
        waiting = [party for party in waiting if not self._was_shown(chain, party, Level.COARSE)]
        if not waiting:
            return
        self._clock(ClockFact.SHOWN, key, book)
        notices = [
            self._with_meetings(self.policy.shown(NoticeKind.RELEASED, chain, party, Level.COARSE, book.now))
            for party in waiting
            if self.policy.level(chain, party) is Level.COARSE
        ]
        self._write([replace(each, owed=True) for each in notices], book)

    def _was_shown(self, chain: Chain, party: str, at: Level) -> bool:
        """Whether the party was shown the newest version at that level or above."""
        for level in (at, Level.FULL):
            version, subject = self.policy.version(chain, level, party), self.policy.subject(chain, level, party)
            for each in self.world.exchange.known.get(party, {}).get(subject, ()):
                notice = self.world.exchange.notices[each]
                if notice.version == version and notice.level.at_least(at):
                    return True
        return False

    def _explanation_due(self, event: str, step: int, book: Book) -> None:
        """Its addressee is reminded once; when it was due it is unanswered, on record and for all that have it."""
        request = self.world.cases.requests[event]
        if request.answers or step != request.step + 1:
            return
        self._clock(ClockFact.EXPLANATION, event, book, step)
        self._write(self._telling.explanation_due(request, book.now), book)
        self.clocks.request(request, self.world)

    def _line_check_due(self, check: str, book: Book) -> None:
        for channel in self.world.channels.channels.values():
            if check in channel.checks:
                asker, _ = channel.checks[check]
                self._clock(ClockFact.CHANNEL, check, book, channel=channel.channel)
                self._write(self._telling.line_down(channel, asker, book.now), book)
                return

    def _beat(self, channel_id: str, book: Book) -> None:
        channel = self.world.channels.channels[channel_id]
        since = book.now.epoch_s - channel.line_check_s
        silent = [
            party for party, line in channel.lines.items() if line.answered is None or line.answered.epoch_s <= since
        ]
        self._write(self._telling.line_check_owed(channel, silent, book.now), book)
        self.clocks.set(beats_s(channel, book.now), Due.BEAT, channel_id)

    def _timers(self, record: Recorded, said: Said, subjects: tuple[str, ...], now: Instant) -> None:
        """The timers that a statement sets going; those of notices are set as they are written."""
        theatre = self.world.membership.theatre
        match said:
            case Revalidated():
                self.clocks.chain(self.world.picture.chains[subjects[0]], self.world)
            case EmergencySent():
                self.clocks.set(now.epoch_s + theatre.clock("repeat")[0], Due.REPEAT, record.event, 1)
            case ReadBack():
                self.clocks.notice(self.world.exchange.notices[said.notice], self.world)
                self._listen(self.world.exchange.notices[said.notice])
            case OutcomeStated():
                emergency = self.world.exchange.emergency_about(self.world.exchange.commitments[said.commitment].about)
                if emergency is not None and emergency.open:
                    self.clocks.set(now.epoch_s, Due.REPEAT, emergency.event, emergency.repeated + 1)
            case Committed():
                self.clocks.set(said.due.epoch_s, Due.COMMITMENT, record.event)
            case ExplanationAsked():
                self.clocks.request(self.world.cases.requests[record.event], self.world)
            case Proposed() | QuietProposed() | LineProposed():
                self.clocks.set(said.expires.epoch_s, Due.PROPOSAL, record.event)
            case LineChecked():
                self.clocks.set(now.epoch_s + theatre.clock("line_check")[0], Due.LINE_CHECK, record.event)
            case ChannelOpened() | ChannelJoined() | TermsSet():
                for party in sorted(self.world.channels.channels[said.channel].joined):
                    for chain in self._in_force_of(party):
                        self.clocks.delays(chain, self.world)
                if isinstance(said, ChannelOpened) and said.line_check_s:
                    self.clocks.set(now.epoch_s + said.line_check_s, Due.BEAT, said.channel)
            case ConsentStated() | Released():
                self.clocks.delays(self.world.picture.chains[subjects[0]], self.world)
            case ParticipationStated():
                for chain in self.world.picture.in_force():
                    self.clocks.delays(chain, self.world)
            case _:
                pass

    def _clocks_anew(self) -> None:
        self.clocks.everything(self.world)
        for notice in passing(self.world.exchange.notices):
            self._listen(notice, unread=True)
        self._fade_all()

    def _fade_all(self) -> None:
        for chain in self._shades.standing():
            self._fading(chain)

    def _went_on(self, since: Sequence[Recorded]) -> None:
        """What was said since everything was put away: its chains in the indexes, and its clocks wound."""
        picture, notices = self.world.picture, self.world.exchange.notices
        touched: dict[str, None] = {}
        for record in since:
            match record.body:
                case Declared(by=by, declaration=declaration):
                    touched[picture.key(by, declaration.declaration_id)] = None
                    if declaration.replaces:
                        touched[picture.key(by, declaration.replaces)] = None
                case Withdrawn(by=by, chain=name):
                    touched[name if name in picture.chains else picture.key(by, name)] = None
                case Revalidated(by=by, chain=name):
                    touched[name if name in picture.chains else picture.key(by, name)] = None
                case Notice(id=name):
                    self._wind(notices[name])
                case ReadBack(notice=name) if name in notices:
                    self._wind(notices[name])
                case ClockTold(subject=name):
                    if name in notices:
                        self._wind(notices[name])
                    elif name in picture.chains:
                        touched[name] = None
                case _:
                    pass
        for chain in sorted((picture.chains[key] for key in touched if key in picture.chains), key=_age):
            self._stands(chain)

    def _wind(self, notice: NoticeState) -> None:
        if notice.owed:
            self.clocks.notice(notice, self.world)
            self._listen(notice, unread=True)

    def _stands(self, chain: Chain) -> None:
        """A chain of which something was said since: in the indexes as it is now."""
        picture, in_force = self.world.picture, chain.standing is Standing.IN_FORCE
        for version, _ in chain.versions:
            if self.online.holds(version) and not (in_force and version == chain.version):
                gone = picture.declaration(version)
                self.online.feed(Cancelled(Cancellation(gone.declaration_id, gone.party)))
        if in_force:
            declaration = picture.declaration(chain.version)
            if not self.online.holds(chain.version):
                self.online.feed(Fed(declaration))
            self._duplicates.taken(chain, declaration)
            self._shades.taken(chain)
            self.clocks.chain(chain, self.world)
        else:
            self._duplicates.ended(chain)
        self._fading(chain)

    def _require_together(self) -> None:
        """Everything in force is in the index, but for what is over by its clock, and nothing else is: by the hashes of
        the chains' names, since rows are not to be read for it. `EngineError` (`snapshot-apart`)."""
        picture, online = self.world.picture, self.online
        known = self._chains_held()
        standing = np.concatenate([np.empty(0, np.uint64), *map(hashes_of, picture.by_party.values())])
        known.sort()
        standing.sort()
        if np.array_equal(known, standing):
            return
        absent = set(np.setdiff1d(standing, known).tolist())
        chains = (picture.chains[key] for held in picture.by_party.values() for key in held if hash_of(key) in absent)
        left = [each.key for each in chains if each.over_s + online.widest_s > online.latest_s]
        more = len(np.setdiff1d(known, standing))
        if left or more:
            raise EngineError(
                "snapshot-apart",
                f"The kept index misses {len(left)} of the declarations in force, and has {more} that are not.",
            )

    def _chains_held(self) -> npt.NDArray[np.uint64]:
        """The hashes of the keys of all chains that the engine holds. It knows a chain by its notifier, and the state
        by its first one: those that changed hands are looked up, for they are few."""
        known = self.online.chain_hashes()
        for (party, name), key in self.world.picture.handed():
            if self.online.holds_chain(party, name):
                found = np.flatnonzero(known == hash_of(f"{party}/{name}"))
                known[found[:1]] = hash_of(key)
        return known

    def _resumed(self, online: Online | None) -> Online | None:
        """An engine that was put away, brought to what is in force now."""
        if online is None:
            return None
        picture = self.world.picture
        standing = {chain.version: chain for chain in picture.passing()}
        for version in online.versions:
            if version not in standing:
                gone = picture.declaration(version)
                online.feed(Cancelled(Cancellation(gone.declaration_id, gone.party)))
        missing = [standing[version] for version in standing.keys() - set(online.versions)]
        for chain in sorted(missing, key=lambda each: each.index):
            online.feed(Fed(picture.declaration(chain.version)))
        return online

    def _from_the_log(self, on_the_way: Callable[[int], None]) -> Online:
        """An engine with everything in force, and what the log says is open between it: nothing is compared again.
        Some at a time, for the declarations themselves would have gigabytes."""
        picture = self.world.picture
        online = self._make_engine(self.world.membership.theatre)
        if not online.asks:
            return self._everything_anew()[0]
        standing, loaded = picture.passing(), 0
        while some := [picture.declaration(each.version) for each in islice(standing, _LOADED_AT_ONCE)]:
            online.load(some, ())
            loaded += len(some)
            on_the_way(loaded)
        online.link((each.versions, each.rule) for each in passing(picture.open))
        return online

    def _everything_anew(self) -> tuple[Online, tuple[Finding, ...]]:
        """An engine with everything in force, compared in one go; and all the findings."""
        theatre = self.world.membership.theatre
        in_force = [self.world.picture.declaration(chain.version) for chain in self.world.picture.passing()]
        online = self._make_engine(theatre)
        findings = batch(in_force, theatre) if in_force else ()
        online.load(in_force, findings)
        return online, findings

    def _rules_changed(self, record: Recorded, book: Book) -> None:
        """Everything in force is compared anew under the rules that hold now. Everybody is told that they are others,
        which ends all that was told to be in conflict; then everyone concerned, of what is."""
        self._write(self._telling.rules(record, book.now), book)
        self.online, findings = self._everything_anew()
        self._shades.changed()
        self._clocks_anew()
        by_chain: dict[str, list[Finding]] = {}
        for finding in findings:
            chain = self.world.picture.chain_of(finding.versions[0])
            if chain is not None:
                by_chain.setdefault(chain.key, []).append(finding)
        for key in sorted(by_chain):
            chain = self.world.picture.chains[key]
            self._weigh_on(record, key, [_met(finding, chain.version) for finding in by_chain[key]], book)
        # Each notifier of its own. Were what conflicts shown anew to all that see it, these would learn that it does;
        # and which of two sides a finding begins with hangs on hashes of both.
        known = {each.id: each for each in findings}
        for chain in sorted(self.world.picture.in_force(), key=lambda each: each.key):
            self._write(self._warned_of(chain, book.now, known), book)

    # --- writing ---

    def _write(self, notices: Iterable[Notice], book: Book) -> None:
        exercise = self.world.membership.theatre.exercise
        for notice in notices:
            if exercise:
                notice = replace(notice, facts={**notice.facts, "exercise": "1"})  # unmistakably (R49)
            for part in in_parts(notice):
                n = self.world.exchange.count(part.to) + 1
                due = self._due(part)
                self._say(replace(part, n=n, id=self.policy.notice_id(part.to, n), due=due), book)

    def _say(self, said: Notice, book: Book) -> None:
        book.say(said)
        if said.owed:
            notice = self.world.exchange.notices[said.id]
            self.clocks.notice(notice, self.world)
            self._listen(notice)

    def _due(self, notice: Notice) -> Instant | None:
        """When an answer is owed by: the first step of its clock, and half the lead time if that is sooner and the
        recipient may know it."""
        if not notice.owed or notice.due is not None:
            return notice.due
        steps = self.world.membership.theatre.clock(notice.severity or "information")
        due_s = notice.at.epoch_s + steps[0]
        starts = self._start_shown(notice)
        if starts is not None and starts > notice.at.epoch_s:
            soonest_s = self.world.membership.theatre.clock("emergency")[0]
            due_s = min(due_s, notice.at.epoch_s + max(soonest_s, (starts - notice.at.epoch_s) / 2))
        return Instant(round(due_s, 3))

    def _start_shown(self, notice: Notice) -> float | None:
        if not notice.level.at_least(Level.FOOTPRINT) or not notice.version:
            return None
        chain = self.policy.told_of(notice.to, notice.subject)
        return chain.starts.epoch_s if chain is not None and chain.starts is not None else None


def _asked(said: OfficerAdded | OfficerEnded) -> KeyFact:
    """What the registrar enters when that is taken."""
    kind = GRANT if isinstance(said, OfficerAdded) else GRANT_END
    scope = "" if said.role is Role.SECRETARIAT else said.scope
    return KeyFact(kind, {"author": said.officer, "role": said.role.value, "scope": scope})


def _age(chain: Chain) -> int:
    return chain.index


def _other(finding: Finding, version: str) -> str:
    first, second = finding.versions
    return second if first == version else first


def _met(finding: Finding, version: str) -> Met:
    return Met(finding.id, _other(finding, version), finding.rule, finding.certainty.value)
