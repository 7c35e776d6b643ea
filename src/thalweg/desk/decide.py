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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from thalweg.desk.book import Book
from thalweg.desk.checks import Checks, No
from thalweg.desk.clocks import Clocks, Due
from thalweg.desk.probes import Asked, Probes
from thalweg.desk.shades import Shades
from thalweg.engine import Cancelled, Online, Tick, batch
from thalweg.engine import Declared as Fed
from thalweg.engine.online import Comparison
from thalweg.formats.event import Erasure, Statement
from thalweg.model.declarations import Cancellation, Declaration, Kind
from thalweg.model.events import (
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
    ParticipationStated,
    PartyNamed,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Released,
    Revalidated,
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
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.exchange import notice_id
from thalweg.state.picture import Chain, Standing
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.world import World

LACKING: Final = "knowledge-lacking"
OVER_BUDGET: Final = "budget-over"
_MET_IN_ONE: Final = 250  # findings that one `Taken` has room for
_FINDINGS_IN_ONE: Final = 24  # findings that one `Notice` has room for
_NOT_CITED: Final = 500


_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Relevant:
    """A chain of another party that a declaration meets, as far as its author may know."""

    chain: Chain
    level: Level
    version: str  # as its author knows it
    subject: str


class Desk:
    """The deciding desk over one world, its engine and its clocks."""

    def __init__(
        self,
        world: World,
        policy: Policy,
        make_engine: Callable[[Theatre], Online],
        engine_version: str,
        limits: Limits = _LIMITS,
    ) -> None:
        self.world = world
        self.policy = policy
        self.clocks = Clocks()
        self._make_engine = make_engine
        self._engine = engine_version
        self._checks = Checks(world, policy)
        self._shades = Shades(world, policy)
        self._probes = Probes(world, policy, self._shades, limits)
        self._telling = Telling(world, policy)
        self.online, _ = self._everything_anew()
        self.clocks.everything(world)
        self._shades.changed()

    # --- statements ---

    def decide(self, record: Recorded, said: Said, book: Book) -> None:
        """Take or refuse a statement that is in the book already, and write down what follows."""
        subjects = self._checks.check(said, book.now)
        if isinstance(subjects, No):
            self._refuse(record, subjects, book)
            return
        match said:
            case Declared():
                self._declared(record, said, subjects[0], book)
            case OfficerAdded() | OfficerEnded():
                self._take(record, subjects, book)
                kind = "grant/1" if isinstance(said, OfficerAdded) else "grant.end/1"
                scope = "" if said.role.value == "secretariat" else said.scope
                book.register(kind, {"author": said.officer, "role": said.role.value, "scope": scope})
            case QuietGuaranteed() | LineJudged() | CustodyAnswered():
                self._agreed(record, said, subjects, book)
            case _:
                self._other(record, said, subjects, book)

    def _other(self, record: Recorded, said: Said, subjects: tuple[str, ...], book: Book) -> None:
        before = self._seen_before(said, subjects)
        ending = self.world.picture.chains.get(subjects[0]) if subjects else None
        mismatch: tuple[str, ...] = ()
        if isinstance(said, ReadBack):
            mismatch = self._telling.compare(said)
        taken = self._take(record, subjects, book, mismatch=mismatch)
        if isinstance(said, Withdrawn) and ending is not None:
            self._leave(ending)
        if isinstance(said, TheatreSet) or (isinstance(said, PartyNamed) and said.member_of):
            self._rules_changed(record, book)
        elif isinstance(said, PartyNamed):
            self.online, _ = self._everything_anew()  # its sentences name the parties
        self._timers(record, said, subjects, book.now)
        self._write(self._telling.about(record, said, subjects, taken, before), book)
        if before and isinstance(said, TermsSet | Released | ConsentStated | ChannelJoined | ChannelLeft):
            self._shades.changed()
        if isinstance(said, ParticipationStated):
            self._shades.changed()

    def _seen_before(self, said: Said, subjects: tuple[str, ...]) -> dict[str, dict[str, Level]]:
        """What each party saw of the chains whose disclosure the statement may change."""
        chains: Iterable[Chain] = ()
        match said:
            case Released() | ConsentStated():
                chains = (self.world.picture.chains[subjects[0]],)
            case TermsSet() | ChannelLeft():
                chains = self._in_force_of(said.by)
            case ChannelJoined() | ChannelOpened():
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
        trial = self.online.compare(declaration)  # 2
        mine = self._shades.met_by(declaration, said.by)
        asked = self._probes.ask(declaration, said.by, book.now)
        for probed in self._probes.record(asked, record.event):
            book.say(probed)
        alerts = self._probes.alerts(book.now, [trial.about for trial in asked.trials])
        if not asked.verdict.within and self._must_cite(declaration):
            self._over_budget(record, asked, mine, book)
            self._write(alerts, book)
            return
        relevant = self._relevant(declaration, said.by, trial.findings, mine)
        lacking = [each for each in relevant if not self._cited(each, said.cites)]
        shown = {each.subject: self._when_shown(each, said.by) for each in lacking}
        if self._must_cite(declaration) and lacking:  # 3
            unseen = [each for each in lacking if shown[each.subject] is None]
            if unseen or not said.declines:
                self._lacks(record, said, lacking, shown, book)
                self._write(alerts, book)
                return
        not_cited = tuple(when for when in shown.values() if when is not None)
        taken = self._taken_with(record, said, key, trial.findings, not_cited, book)  # 4
        self._enter(declaration, key, trial)  # 5
        self._tell_of(self.world.picture.chains[key], trial.findings, mine, taken, book)  # 6
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
                talk_to=tuple(sorted({meeting.theirs.notifier for meeting in mine})),
            )
        )

    def _taken_with(
        self,
        record: Recorded,
        said: Declared,
        key: str,
        findings: Sequence[Finding],
        not_cited: tuple[Shown, ...],
        book: Book,
    ) -> Taken:
        declaration = said.declaration
        lead_s, needed_s = self._lead(declaration, book.now)
        met = [_met(finding, declaration.version_id) for finding in findings]
        rest = self._weigh(record, (key,), met, book)
        taken = Taken(
            record.event,
            book.now,
            lead_s=lead_s,
            needed_s=needed_s,
            late=lead_s is not None and needed_s is not None and lead_s < needed_s,
            not_cited=not_cited[:_NOT_CITED],
        )
        book.say(taken)
        self._weigh_on(record, key, rest, book)
        return taken

    def _weigh(self, record: Recorded, subjects: tuple[str, ...], met: Sequence[Met], book: Book) -> Sequence[Met]:
        """What was found, before the statement is taken; and what did not fit."""
        if met:
            book.say(self._weighed(record, subjects, met[:_MET_IN_ONE]))
        return met[_MET_IN_ONE:]

    def _weigh_on(self, record: Recorded, key: str, met: Sequence[Met], book: Book) -> None:
        """What did not fit, or is open under new rules, once the statement is taken."""
        for start in range(0, len(met), _MET_IN_ONE):
            book.say(self._weighed(record, (key,), met[start : start + _MET_IN_ONE]))

    def _weighed(self, record: Recorded, subjects: tuple[str, ...], met: Sequence[Met]) -> Weighed:
        rules = self.world.membership.theatre.rules_hash
        return Weighed(record.event, subjects, opened=tuple(met), engine=self._engine, rules=rules)

    def _enter(self, declaration: Declaration, key: str, trial: Comparison | None) -> None:
        chain = self.world.picture.chains[key]
        older = chain.versions[-2][0] if len(chain.versions) > 1 else ""
        if older and self.world.picture.declaration(older).party != declaration.party:
            # It has changed hands: the engine knows the older version under its former notifier.
            self.online.feed(Cancelled(Cancellation(chain.declaration_id, self.world.picture.declaration(older).party)))
            trial = None
        self.online.feed(Fed(declaration), trial)
        self._shades.taken(chain)
        self.clocks.chain(chain, self.world)

    def _tell_of(
        self, chain: Chain, findings: Sequence[Finding], mine: Sequence[Meeting], taken: Taken, book: Book
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
        replaced = self.world.picture.declaration(chain.version).replaces
        old = self.world.picture.chains.get(self.world.picture.key(chain.notifier, replaced)) if replaced else None
        if old is not None and old.key != chain.key and old.standing is Standing.REPLACED:
            self._leave(old)
            self._write(self.policy.over(NoticeKind.CANCELLED, old, taken.received), book)

    def _relevant(
        self, declaration: Declaration, by: str, findings: Iterable[Finding], meetings: Iterable[Meeting]
    ) -> list[Relevant]:
        chains: dict[str, Chain] = {}
        for finding in findings:
            other = self.world.picture.chain_of(_met(finding, declaration.version_id).other)
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
            notice = self.world.exchange.notices[each]
            if notice.version == relevant.version:
                return Shown(notice.id, notice.at)
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
            ids.append(notice_id(said.by, count + len(notices)))
        talk = sorted({each.chain.notifier for each in lacking if not each.level.at_least(Level.COARSE)})
        book.say(
            Refused(
                record.event,
                now,
                LACKING,
                f"This operation meets {len(lacking)} declaration(s) that it does not cite. Read them, then declare"
                " again citing them, or say that you decline to.",
                lacking=tuple(ids[:1000]),
                talk_to=tuple(talk),
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

    def _leave(self, chain: Chain) -> None:
        """A chain is over: it leaves the indexes."""
        declared = self.world.picture.declaration(chain.version)
        self.online.feed(Cancelled(Cancellation(chain.declaration_id, declared.party)))
        self._shades.ended(chain)

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
            before = self._seen_before(said, subjects)
            taken = self._take(record, subjects, book)
            if last and agreement.matter is Matter.CUSTODY:
                self._shades.changed()
            self._write(self._telling.about(record, said, subjects, taken, before), book)
            return
        trial = self.online.compare(declaration)
        mine = self._shades.met_by(declaration, agreement.by)
        key = subjects[1]
        met = [_met(finding, declaration.version_id) for finding in trial.findings]
        rest = self._weigh(record, (key,), met, book)
        taken = Taken(record.event, book.now)
        book.say(taken)
        self._weigh_on(record, key, rest, book)
        self._enter(declaration, key, trial)
        self._write(self._telling.about(record, said, subjects, taken, {}), book)
        self._tell_of(self.world.picture.chains[key], trial.findings, mine, taken, book)

    # --- time ---

    def tick(self, book: Book, most: int = 500) -> bool:
        """What has come due by the book's time; whether there may be more."""
        now = book.now
        due = self.clocks.due(now, most)
        for timer in due:
            match timer.what:
                case Due.ANSWER:
                    self._unanswered(timer.subject, timer.step, book)
                case Due.REPEAT:
                    self._repeat(timer.subject, book)
                case Due.COMMITMENT:
                    self._commitment_due(timer.subject, book)
                case Due.PROPOSAL:
                    self._proposal_due(timer.subject, book)
                case Due.REMIND | Due.STALE:
                    self._validity(timer.subject, timer.what, book)
                case Due.END:
                    self._end(timer.subject, timer.step, book)
                case Due.LINE_CHECK:
                    self._line_check_due(timer.subject, book)
                case Due.BEAT:
                    self._beat(timer.subject, book)
        if due and now.epoch_s >= self.world.latest.epoch_s:
            self.online.feed(Tick(now))
        return len(due) == most

    def _clock(self, what: ClockFact, subject: str, book: Book, step: int = 0, **facts: str) -> None:
        book.say(ClockTold(book.now, what, subject, step, facts))

    def _unanswered(self, notice_name: str, step: int, book: Book) -> None:
        notice = self.world.exchange.notices[notice_name]
        if not notice.outstanding or step != notice.step + 1:
            return
        steps = self.world.membership.theatre.clock(notice.severity or "information")
        to_secretariat = step >= len(steps)
        watches = self.world.membership.on_watch(notice.to)
        officer = watches[(step - 1) % len(watches)].officer if watches else ""
        self._clock(
            ClockFact.ESCALATED, notice.id, book, step, to="secretariat" if to_secretariat else "watch", officer=officer
        )
        self._write(self._telling.escalated(notice, step, book.now, officer, everyone=to_secretariat), book)
        self.clocks.notice(notice, self.world)

    def _repeat(self, event: str, book: Book) -> None:
        emergency = self.world.exchange.emergencies[event]
        if not emergency.open:
            return
        repeat_s = self.world.membership.theatre.clock("repeat")[0]
        promised = [self.world.exchange.commitments[each] for each in emergency.commitments]
        running = [each.due for each in promised if each.outcome is None and not each.lapsed]
        if running:
            # Somebody has promised to act: be quiet until then.
            self.clocks.set(max(due.epoch_s for due in running), Due.REPEAT, event)
            return
        self._clock(ClockFact.REPEATED, event, book, emergency.repeated + 1)
        self._write(self._telling.repeated(emergency, book.now), book)
        self.clocks.set(book.now.epoch_s + repeat_s, Due.REPEAT, event)

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
        if not stale and chain.reminded:
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
                if (notice := self.world.exchange.notices[each]).outstanding
            ]
            self._clock(ClockFact.ENDED, key, book, closes=" ".join(owed))
            self._leave(chain)

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
        self.clocks.set(book.now.epoch_s + channel.line_check_s, Due.BEAT, channel_id)

    def _timers(self, record: Recorded, said: Said, subjects: tuple[str, ...], now: Instant) -> None:
        """The timers that a statement sets going; those of notices are set as they are written."""
        theatre = self.world.membership.theatre
        match said:
            case Revalidated():
                self.clocks.chain(self.world.picture.chains[subjects[0]], self.world)
            case EmergencySent():
                self.clocks.set(now.epoch_s + theatre.clock("repeat")[0], Due.REPEAT, record.event)
            case Committed():
                self.clocks.set(said.due.epoch_s, Due.COMMITMENT, record.event)
            case Proposed() | QuietProposed() | LineProposed():
                self.clocks.set(said.expires.epoch_s, Due.PROPOSAL, record.event)
            case LineChecked():
                self.clocks.set(now.epoch_s + theatre.clock("line_check")[0], Due.LINE_CHECK, record.event)
            case ChannelOpened(line_check_s=beat_s) if beat_s:
                self.clocks.set(now.epoch_s + beat_s, Due.BEAT, said.channel)
            case _:
                pass

    def _everything_anew(self) -> tuple[Online, tuple[Finding, ...]]:
        """An engine with everything in force, compared in one go; and all the findings."""
        theatre = self.world.membership.theatre
        in_force = [self.world.picture.declaration(chain.version) for chain in self.world.picture.in_force()]
        online = self._make_engine(theatre)
        findings = batch(in_force, theatre) if in_force else ()
        online.load(in_force, findings)
        return online, findings

    def _rules_changed(self, record: Recorded, book: Book) -> None:
        """Everything in force is compared anew under the rules that hold now, and everyone concerned is told."""
        self.online, findings = self._everything_anew()
        self._shades.changed()
        self.clocks.everything(self.world)
        by_chain: dict[str, list[Finding]] = {}
        for finding in findings:
            chain = self.world.picture.chain_of(finding.versions[0])
            if chain is not None:
                by_chain.setdefault(chain.key, []).append(finding)
        for key in sorted(by_chain):
            chain = self.world.picture.chains[key]
            met = [_met(finding, chain.version) for finding in by_chain[key]]
            self._weigh_on(record, key, met, book)
            meetings = self._shades.meeting_with(chain)
            self._write(self.policy.declared(chain, book.now, by_chain[key], meetings), book)

    # --- writing ---

    def _write(self, notices: Iterable[Notice], book: Book) -> None:
        for notice in notices:
            for part in _parts(notice):
                self._say(replace(part, n=self.world.exchange.count(part.to) + 1), book)

    def _say(self, body: ByDesk, book: Book) -> None:
        if isinstance(body, Notice):
            body = self._with_due(body)
        book.say(body)
        if isinstance(body, Notice) and body.owed:
            self.clocks.notice(self.world.exchange.notices[notice_id(body.to, body.n)], self.world)

    def _with_due(self, notice: Notice) -> Notice:
        """When an answer is owed by: the first step of its clock, and half the lead time if that is sooner and the
        recipient may know it."""
        if not notice.owed or notice.due is not None:
            return notice
        steps = self.world.membership.theatre.clock(notice.severity or "information")
        due_s = notice.at.epoch_s + steps[0]
        starts = self._start_shown(notice)
        if starts is not None and starts > notice.at.epoch_s:
            soonest_s = self.world.membership.theatre.clock("emergency")[0]
            due_s = min(due_s, notice.at.epoch_s + max(soonest_s, (starts - notice.at.epoch_s) / 2))
        return replace(notice, due=Instant(due_s))

    def _start_shown(self, notice: Notice) -> float | None:
        if not notice.level.at_least(Level.FOOTPRINT) or not notice.version:
            return None
        chain = self.world.picture.chains.get(self.policy.resolve(notice.to, notice.subject))
        return chain.starts.epoch_s if chain is not None and chain.starts is not None else None


def _met(finding: Finding, version: str) -> Met:
    first, second = finding.versions
    other = second if first == version else first
    return Met(finding.id, other, finding.rule, finding.certainty.value)


def _parts(notice: Notice) -> Iterable[Notice]:
    """A notice in as many parts as its findings need."""
    if len(notice.findings) <= _FINDINGS_IN_ONE:
        return (notice,)
    rest = range(_FINDINGS_IN_ONE, len(notice.findings), _FINDINGS_IN_ONE)
    following = (
        replace(
            notice,
            what=NoticeKind.WARNING,
            view=None,
            statement="",
            owed=False,
            findings=notice.findings[start : start + _FINDINGS_IN_ONE],
            part=part,
        )
        for part, start in enumerate(rest, start=1)
    )
    return (replace(notice, findings=notice.findings[:_FINDINGS_IN_ONE]), *following)
