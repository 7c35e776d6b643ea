"""`World`: everything the log says, folded in the order of the log.

A statement has no effect until the desk's `Taken` about it follows; one that is `Refused` never has any. The fold
asks neither clock nor store: it is told entries, and it reads an entry again through `load` where it keeps only where
the content stands.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from typing import assert_never

from thalweg.formats.event import Body, Erasure, Statement
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    RiskAssessed,
)
from thalweg.model.declarations import Declaration
from thalweg.model.errors import EngineError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    Acknowledged,
    ByDesk,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelStated,
    ClockFact,
    ClockTold,
    Committed,
    ConsentStated,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    DecisionStated,
    Declared,
    Delivered,
    Disseminated,
    DuplicateJudged,
    EmergencySent,
    Exported,
    LineAnswered,
    LineChecked,
    LineJudged,
    LineProposed,
    MessageSent,
    Notice,
    NoticeKind,
    OfficerAdded,
    OfficerEnded,
    OutcomeStated,
    ParticipationStated,
    PartyNamed,
    Probed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Relayed,
    Released,
    Revalidated,
    Said,
    SitesRead,
    Taken,
    TermsSet,
    TheatreSet,
    Verified,
    WatchEnded,
    WatchTaken,
    Weighed,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, SourceEntered, SourceShared
from thalweg.state import settled
from thalweg.state.agreements import Agreement, Agreements, AgreementState, Matter
from thalweg.state.cases import Cases
from thalweg.state.channels import Channels
from thalweg.state.exchange import Exchange, NoticeState
from thalweg.state.history import History, fact_of, speaker
from thalweg.state.membership import Membership
from thalweg.state.picture import Picture, Standing
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.sourced import PREFIX, Sources

_RECENT = 2_048  # entries kept as they were read
_PROBES_S = 60 * 86_400.0  # longer than any window that they are counted in
_ROLES = ("grant/1", "grant.end/1")
_OF_TIME = frozenset((NoticeKind.ESCALATED, NoticeKind.REMINDER))  # told by a clock alone, and after no statement


class World:
    """The fold over the whole log. `load(index)` reads an entry of it again."""

    def __init__(self, load: Callable[[int], Recorded]) -> None:
        self._load = load
        self.ahead: dict[int, Recorded] = {}  # folded, and perhaps not in the log yet: `Book` sees to it
        self._recent: OrderedDict[int, Recorded] = OrderedDict()  # the newest: they are read again soon, if ever
        self.size = 0  # entries folded
        self.latest = Instant(0.0)  # the desk's clock, as far as the log tells
        self.membership = Membership()
        self.channels = Channels()
        self.picture = Picture(self.load)
        self.exchange = Exchange()
        self.agreements = Agreements()
        self.history = History()
        self.cases = Cases()
        self.sourced = Sources()
        # salt -> statement, of officers whose key the server holds
        self.said_for: MutableMapping[bytes, str] = {}
        self.answers: MutableMapping[str, int] = {}  # statement -> index of the desk's answer
        self.probes: deque[Probed] = deque()  # of the last weeks
        self._waiting: dict[str, Recorded] = {}  # said, and not yet taken or refused
        self._weighed: Weighed | None = None  # what was found about the statement that is taken next
        self._about = ""  # the statement that the notices after it follow from
        self._about_index = -1  # where it stands

    def load(self, index: int) -> Recorded:
        """An entry that was folded, read again. What is said in one batch may be about what stands in the same one."""
        record = self.ahead.get(index) or self._recent.get(index)
        return record if record is not None else self._load(index)

    def apply(self, record: Recorded) -> None:
        """The next entry. `EngineError` if it is not the next, or is the desk's own and not in order."""
        if record.index != self.size:
            raise EngineError("fold-order", f"Entry {record.index} came where {self.size} was next.")
        self.size += 1
        self._recent[record.index] = record
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        body = record.body
        match body:
            case KeyFact():
                if body.kind in _ROLES:
                    self.membership.grant(body)
            case Weighed():
                self._weigh(body, record)
            case Probed():
                self.probes.append(body)
                while self.probes[0].at.epoch_s < body.at.epoch_s - _PROBES_S:
                    self.probes.popleft()
            case Taken():
                self._taken(body, record)
            case Refused():
                said = self._waiting.pop(body.statement, None)
                if said is not None:
                    self.history.to(speaker(said.body)).said(said, body, record.index, self.load)
                    self._about_index = said.index
                self.answers.setdefault(body.statement, record.index)
                self._about = body.statement
                self._time(body.received)
            case Notice():
                self._time(body.at)
                # Else it stood with the last statement.
                alone = body.what in _OF_TIME or (body.what is NoticeKind.WATCH and not body.statement)
                about = "" if alone else self._about
                self.exchange.noticed(body, record, about, in_case=self._in_case(body.subject))
                declaration, shown = self._shows(body, record.index)
                self.history.to(body.to).told(body, record.index, declaration, shown, self.load)
                if body.what is NoticeKind.RULES:
                    self._settle(settled.compared_anew(self.exchange, body.to, shown))
            case ClockTold():
                self._about = ""
                self._clock(body)
            case SitesRead():
                self.history.to(body.by).read(body.chains, body.first, record)
            case Exported() | Statement() | Erasure():
                pass  # on record; nothing follows from them
            case Delivered() if record.author == DESK:
                self._time(record.said_at)
                self.exchange.delivered(body, record, record.said_at)
                self._became(body, record, record.said_at, ())
            case _:
                self._waiting[record.event] = record
                if record.holder == "server":
                    self.said_for[record.salt] = record.event

    def _in_case(self, subject: str) -> bool:
        return subject in self.cases.incidents or subject.removeprefix(PREFIX) in self.sourced.sources

    def answered_last(self) -> Body | KeyFact | None:
        """The newest statement that was taken or refused."""
        return None if self._about_index < 0 else self.load(self._about_index).body

    def statement(self, event: str) -> Recorded | None:
        """A statement that is not yet taken or refused."""
        return self._waiting.get(event)

    def _time(self, at: Instant) -> None:
        self.latest = max(self.latest, at)

    def subjects(self, said: Said) -> tuple[str, ...]:
        """The chains that a statement is about, as far as it names them by their own ids."""
        match said:
            case Declared():
                return (self.picture.key(said.by, said.declaration.declaration_id),)
            case Withdrawn() | Revalidated() | Released() | ConsentStated() | CustodyOffered() | Verified():
                return (self._key(said.by, said.chain),)
            case CrossingLogged():
                return (self._key(said.by, said.line),)
            case DuplicateJudged():
                return (self._key(said.by, said.first), self._key(said.by, said.second))
            case EvidenceLaid(what=Evidence.DECLARATION):
                return (self._key(said.by, said.name),)
            case _:
                return ()

    def _key(self, party: str, name: str) -> str:
        return name if name in self.picture.chains else self.picture.key(party, name)

    def _weigh(self, weighed: Weighed, record: Recorded) -> None:
        if weighed.statement not in self.answers:
            self._weighed = weighed
            return
        # It goes on with what did not fit into the one before, or says what is open under new rules.
        chain = self.picture.chains[weighed.subjects[0]]
        self.picture.met(chain.version, weighed, self.latest, record.index)

    def _taken(self, taken: Taken, record: Recorded) -> None:
        said = self._waiting.pop(taken.statement, None)
        if said is None:
            raise EngineError("fold-taken", f"Entry {record.index} takes a statement that nobody made.")
        self.answers[taken.statement] = record.index
        self._about, self._about_index = taken.statement, said.index
        self._time(taken.received)
        weighed, self._weighed = self._weighed, None
        if weighed is None or weighed.statement != taken.statement:
            weighed = Weighed(taken.statement)
        self.history.to(speaker(said.body)).said(said, taken, record.index, self.load)
        self._effect(said, taken, weighed)

    def _shows(self, notice: Notice, index: int) -> tuple[Declaration | None, int]:
        """The declaration that a notice shows, as it shows it, and the entry in which that, or the statement that it
        shows in full, stands; -1 where it shows neither."""
        if notice.view is not None:
            return notice.view, index
        if notice.level is Level.FULL and notice.version and notice.statement:
            chain = self.picture.chain_of(notice.version)
            if chain is not None and notice.of != notice.to:
                return self.picture.declaration(notice.version), self.picture.where(notice.version)
        if notice.statement and notice.statement == self._about:
            return None, self._about_index
        incident = self.cases.incidents.get(notice.subject)
        if incident is not None:  # reported to more parties later, with all that was said in it
            return None, next((each.index for each in incident.items if each.event == notice.statement), -1)
        held = (
            self.exchange.emergencies.get(notice.statement)
            or self.exchange.commitments.get(notice.statement)
            or self.agreements.agreements.get(notice.statement)
        )
        return None, -1 if held is None else held.index

    def _became(self, said: Said, record: Recorded, at: Instant, differs: Sequence[str]) -> None:
        """A fact about notices, for what their recipients had."""
        found = fact_of(said, differs)
        if found is not None:
            notices, kind, what = found
            states = [self.exchange.notices[each] for each in notices]
            # An entry about notices to several parties would tell each of the others': none of them may hold it.
            index = record.index if len({each.to for each in states}) == 1 else -1
            for state in states:
                self.history.to(state.to).became(state.n, kind, at, index, record.author, what)

    def _settle(self, notices: Iterable[NoticeState]) -> None:
        """What these asked for was done, or cannot be done any more: no answer is owed."""
        self.exchange.close([each.id for each in notices if each.owed])

    def _reminded(self, key: str) -> bool:
        chain = self.picture.chains.get(key)
        return chain is not None and (chain.reminded or chain.stale_told)

    def _effect(self, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        said = record.body
        if isinstance(said, KeyFact | Statement | Erasure | ByDesk):
            raise EngineError("fold-taken", f"Entry {record.index} is nothing that can be taken.")
        now = taken.received
        match said:
            case TheatreSet():
                self.membership.theatre_set(said, record.index)
                self.picture.compared_anew()
            case PartyNamed():
                if self.membership.party_named(said):
                    self.picture.compared_anew()
            case OfficerAdded() | OfficerEnded():
                pass  # the registrar's grant, an entry of its own, makes it so
            case ParticipationStated():
                self.membership.participation(said)
            case WatchTaken():
                self.membership.watch_taken(said, record)
            case WatchEnded():
                self.membership.watch_ended(said, record)
            case ChannelOpened():
                self.channels.opened(said, now)
            case ChannelJoined():
                self.channels.joined(said, now)
                self._settle(settled.joined(self.exchange, said.by, said.channel))
            case ChannelLeft():
                self.channels.left(said)
            case TermsSet():
                self.channels.terms_set(said)
            case LineChecked():
                self.channels.line_checked(said, record, now)
            case LineAnswered():
                self.channels.line_answered(said, now)
                self._settle(settled.checked(self.exchange, said.check))
            case ChannelStated():
                self.channels.stated(said)
            case MessageSent() | DecisionStated():
                self.channels.logged(said, record)
            case _:
                self._about_things(said, record, taken, weighed)

    def _about_things(self, said: Said, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        subjects = weighed.subjects or self.subjects(said)
        match said:
            case Declared():
                before, said_anew = said.declaration.replaces, said.declaration.revision > 0
                names = ((said.declaration.declaration_id,) if said_anew else ()) + ((before,) if before else ())
                keys = [self.picture.key(said.by, name) for name in names]
                reminded = [key for key in keys if self._reminded(key)]
                self.picture.declared(said, record, taken, weighed)
                for key in keys:
                    self._settle(settled.rethought(self.exchange, said.by, key))
                for key in reminded:
                    self._settle(settled.vouched(self.exchange, said.by, key))
            case Withdrawn():
                self._settle(settled.rethought(self.exchange, said.by, subjects[0]))
                self._settle(settled.vouched(self.exchange, said.by, subjects[0]))
                self.picture.ended(subjects[0], Standing.CANCELLED)
            case Revalidated():
                self._settle(settled.vouched(self.exchange, said.by, subjects[0]))
                self.picture.revalidated(subjects[0], said)
            case Verified():
                self.picture.verified(subjects[0], said)
            case DuplicateJudged():
                pass  # it stands on record: whoever acted on it would merge, or tell others what its author is shown
            case Released():
                self.picture.released(subjects[0], said)
            case ConsentStated():
                self.picture.consent(subjects[0], given=said.given)
            case CrossingLogged():
                self.picture.crossing(subjects[0])
            case Delivered():
                self.exchange.delivered(said, record, taken.received)
                self._became(said, record, taken.received, taken.mismatch)
            case Acknowledged():
                self.exchange.acknowledged(said, record, taken)
                self._became(said, record, taken.received, taken.mismatch)
            case ReadBack():
                self.exchange.read_back(said, record, taken)
                self._became(said, record, taken.received, taken.mismatch)
                if not taken.mismatch:
                    for each in settled.wrong(self.exchange.notices[said.notice]):
                        event = self.load(each.index).event
                        self._settle(settled.differed(self.exchange, event))
            case Disseminated():
                self.exchange.disseminated(said, record, taken)
                self._became(said, record, taken.received, taken.mismatch)
            case Relayed():
                self.exchange.relayed(said, record, taken)
                self._became(said, record, taken.received, taken.mismatch)
            case EmergencySent():
                self.exchange.emergency(said, record, taken)
            case Committed():
                self.exchange.committed(said, record, taken)
                self.cases.committed(said, record, taken.received)
                self._settle(settled.promised(self.exchange, said.by, said.about))
            case OutcomeStated():
                self.exchange.outcome(said)
                self.cases.outcome(said, record, taken.received)
                commitment = self.exchange.commitments[said.commitment]
                parties = (*self.membership.parties, SECRETARIAT)
                self._settle(settled.came_of(self.exchange, commitment, parties))
            case Proposed() | QuietProposed() | LineProposed() | CustodyOffered():
                self.agreements.opened(said, record, taken, subjects)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                agreement = self.agreements.answered(said, taken.received)
                self._settle(settled.agreed(self.exchange, agreement, said.by))
                if agreement.matter is Matter.CUSTODY and agreement.state is AgreementState.ACCEPTED:
                    self._settle(settled.vouched(self.exchange, agreement.by, agreement.about))
                self._agreed(agreement, taken, weighed)
            case IncidentReported() | IncidentShared() | IncidentWithdrawn() | AccountGiven() | ExplanationAsked():
                self.cases.said(said, record, taken, subjects)
            case ExplanationGiven():
                self.cases.said(said, record, taken, subjects)
                self.exchange.explained(said.request)
            case CauseAssessed() | RiskAssessed() | EvidenceLaid():
                self.cases.said(said, record, taken, subjects)
            case SourceEntered() | SourceShared() | ClaimConfirmed() | ClaimWithdrawn():
                self.sourced.said(said, record, taken)
            case _:
                raise EngineError("fold-taken", f"Entry {record.index} is nothing that can be taken.")

    def _agreed(self, agreement: Agreement, taken: Taken, weighed: Weighed) -> None:
        """What the last acceptance brings into force; and what a guarantee withdrawn takes out of it."""
        if agreement.state is AgreementState.DECLINED and agreement.matter is Matter.QUIET_WINDOW:
            chain = self.picture.chains.get(self.picture.key(agreement.by, agreement.about))
            if chain is not None and chain.index == agreement.index and chain.standing is Standing.IN_FORCE:
                self.picture.ended(chain.key, Standing.CANCELLED)
        if agreement.state is not AgreementState.ACCEPTED:
            return
        record = self.load(agreement.index)
        match agreement.matter:
            case Matter.FIX:
                pass  # its notifier declares the change; nobody changes another's declaration
            case Matter.QUIET_WINDOW:
                if isinstance(record.body, QuietProposed):
                    self.picture.quiet_in_force(record.body, record, taken, weighed)
            case Matter.LINE:
                if isinstance(record.body, LineProposed):
                    self.picture.line_in_force(record.body, record, taken, weighed)
            case Matter.CUSTODY:
                self.picture.handed_over(agreement.about, agreement.to[0])
            case _:
                assert_never(agreement.matter)

    def _clock(self, told: ClockTold) -> None:
        self._time(told.at)
        match told.what:
            case ClockFact.ESCALATED:
                self.exchange.escalated(told.subject, told.step, told.at)
            case ClockFact.REMINDED:
                self.picture.chains[told.subject].reminded = True
                self.picture.chains[told.subject].stale_told |= told.step > 0
            case ClockFact.REPEATED:
                self.exchange.repeated(told.subject, told.step, told.at)
            case ClockFact.LAPSED:
                if told.subject in self.exchange.commitments:
                    self.exchange.lapsed(told.subject)
                else:
                    self.agreements.lapsed(told.subject)
                    agreement = self.agreements.agreements[told.subject]
                    self._settle(settled.agreed(self.exchange, agreement, ""))
            case ClockFact.ENDED:
                if told.step == 0:  # else only the time for which it was told in cells
                    self.picture.ended(told.subject, Standing.ENDED)
                self.exchange.close(told.facts.get("closes", "").split())
            case ClockFact.SHOWN:
                pass  # that it is so late now is what follows from it: `latest`
            case ClockFact.EXPLANATION:
                self.cases.due(told.subject, told.step)
            case ClockFact.JUMPED:
                pass  # on record: from then on times may be other than those of clocks elsewhere
            case ClockFact.CHANNEL:
                self.channels.line_unanswered(told.facts["channel"], told.subject)
                self._settle(settled.checked(self.exchange, told.subject))
            case _:
                assert_never(told.what)
