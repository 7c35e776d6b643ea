"""Notices and what became of each: sent, delivered, acknowledged, read back, disseminated (R14), by whom and when.

Five separate facts. An acknowledgement is a receipt and never permission (D8).
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from thalweg.model.events import (
    Acknowledged,
    Committed,
    Delivered,
    Disseminated,
    EmergencySent,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    ReadBack,
    Relayed,
    Taken,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.state.owing import Owing
from thalweg.state.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about a notice: who said it, when the desk took it, and where it stands in the log."""

    officer: str
    at: Instant
    index: int
    what: str  # a response, a bearer, a unit, or what did not agree


@dataclass(slots=True)
class NoticeState:
    """A notice to one party and what became of it. Its content stays in the log, at `index`."""

    id: str
    to: str
    n: int
    index: int
    event: str
    what: NoticeKind
    of: str
    subject: str
    version: str
    statement: str
    level: Level
    at: Instant
    owed: bool
    due: Instant | None
    severity: str
    answers: str
    step: int = 0  # how far it has been escalated
    counted: Instant | None = None  # from when the next step counts: the last one, or a wrong read-back (R15)
    closed: bool = False  # nothing is owed any more: answered, or what it is about is over
    delivered: list[Fact] = field(default_factory=list)
    responses: list[Fact] = field(default_factory=list)
    read_back: list[Fact] = field(default_factory=list)
    disseminated: list[Fact] = field(default_factory=list)
    relayed: list[Fact] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Somebody on the other side has answered; a wrong read-back since then opens it again (R15)."""
        if not self.responses or self.what is NoticeKind.EXPLANATION_REQUEST:
            return False  # a receipt is no explanation: `Exchange.explained`
        wrong = [each.index for each in self.read_back if each.what]
        right = [each.index for each in self.read_back if not each.what]
        return not wrong or bool(right and right[-1] > wrong[-1])

    @property
    def outstanding(self) -> bool:
        """An answer is owed and has not come."""
        return self.owed and not self.closed and not self.answered


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that its party has not answered, as far as that is asked of all of them at once."""

    notice: str
    n: int
    of: str
    subject: str
    version: str
    severity: str
    due: Instant | None


@dataclass(slots=True)
class Emergency:
    """Open until a commitment about it has an outcome (R17)."""

    event: str
    by: str
    at: Instant
    index: int
    notices: list[str] = field(default_factory=list)
    commitments: list[str] = field(default_factory=list)
    repeated: int = 0
    last: Instant | None = None
    open: bool = True


@dataclass(slots=True)
class Commitment:
    event: str
    by: str
    about: str
    due: Instant
    at: Instant
    index: int
    outcome: Outcome | None = None
    lapsed: bool = False


class Exchange:
    """The fold."""

    def __init__(self) -> None:
        self.notices: MutableMapping[str, NoticeState] = {}
        self.mailboxes: dict[str, list[str]] = {}  # party -> notice ids, oldest first
        self.emergencies: dict[str, Emergency] = {}
        self.commitments: dict[str, Commitment] = {}
        self.owing: dict[str, Owing] = {}  # party -> notice -> what is outstanding
        self.unanswered: dict[str, int] = {}  # severity -> how many those are, of all parties
        self.alarms: dict[str, float] = {}  # the emergencies among them -> when they were sent, in epoch seconds
        # party -> subject -> the notices about it, oldest first
        self.known: dict[str, MutableMapping[str, list[str]]] = {}
        self.about: MutableMapping[str, list[str]] = {}  # statement -> the notices that it led to
        self._asked: dict[str, str] = {}  # request for an explanation -> the notice by which its addressee owes it
        # party -> incident -> the notices in it, oldest first
        self.of_incident: dict[str, MutableMapping[str, list[str]]] = {}

    def count(self, party: str) -> int:
        """How many notices a party has been sent."""
        return len(self.mailboxes.get(party, ()))

    def mailbox(self, party: str) -> tuple[NoticeState, ...]:
        """Every notice to a party, oldest first."""
        return tuple(self.notices[each] for each in self.mailboxes.get(party, ()))

    def told_of(self, party: str, subject: str) -> Sequence[str]:
        """The notices by which a party was told of a subject, oldest first."""
        found = self.known.get(party, {}).get(subject)
        return self.of_incident.get(party, {}).get(subject, ()) if found is None else found

    def outstanding(self, party: str) -> tuple[NoticeState, ...]:
        """What the party still owes an answer to, oldest first."""
        return tuple(self.notices[each.notice] for each in sorted(self.owed(party).values(), key=attrgetter("n")))

    def owed(self, party: str) -> Owing:
        """The same in short, and in the order in which it presses: no notice is looked at for it."""
        return self.owing.get(party, Owing())

    def order(self) -> None:
        """Put what is owed in order: else that is done when somebody asks first."""
        for owing in self.owing.values():
            owing.order()

    def noticed(self, notice: Notice, record: Recorded, about: str, *, in_case: bool) -> None:
        """`about` is the statement that the notice follows from; empty if time brought it about. `in_case`: its
        subject is an incident, and nothing that is declared."""
        state = NoticeState(
            notice.id,
            notice.to,
            notice.n,
            record.index,
            record.event,
            notice.what,
            notice.of,
            notice.subject,
            notice.version,
            notice.statement,
            notice.level,
            notice.at,
            notice.owed,
            notice.due,
            notice.severity,
            notice.answers,
        )
        self.notices[state.id] = state
        self.mailboxes.setdefault(notice.to, []).append(state.id)
        if about:
            self.about.setdefault(about, []).append(state.id)
        if notice.subject and notice.what in _SAYS_ANEW and notice.part == 0:
            # What was owed for what was said before of this subject is owed for this now.
            self.close(self.known.get(notice.to, {}).get(notice.subject, ()))
        if in_case:
            self.of_incident.setdefault(notice.to, {}).setdefault(notice.subject, []).append(state.id)
            if notice.what is NoticeKind.EXPLANATION_REQUEST and notice.owed:
                self._asked[notice.answers] = state.id
        elif notice.subject:
            self.known.setdefault(notice.to, {}).setdefault(notice.subject, []).append(state.id)
        if notice.what is NoticeKind.EMERGENCY and notice.answers in self.emergencies:
            self.emergencies[notice.answers].notices.append(state.id)
        self._look_again(state)

    def delivered(self, said: Delivered, record: Recorded, taken_at: Instant) -> None:
        for each in said.notices:
            self.notices[each].delivered.append(Fact(record.author, taken_at, record.index, said.bearer.value))

    def acknowledged(self, said: Acknowledged, record: Recorded, taken: Taken) -> None:
        notice = self.notices[said.notice]
        notice.responses.append(Fact(record.author, taken.received, record.index, said.response.value))
        self._look_again(notice)
        emergency = self.emergency_about(said.notice) if notice.what is NoticeKind.EMERGENCY else None
        if emergency is not None:
            # Whichever of its bells was answered, the party has answered the call.
            others = (each for each in emergency.notices if each != said.notice)
            self.close(each for each in others if self.notices[each].to == notice.to)

    def read_back(self, said: ReadBack, record: Recorded, taken: Taken) -> None:
        notice = self.notices[said.notice]
        notice.read_back.append(Fact(record.author, taken.received, record.index, ", ".join(taken.mismatch)))
        if taken.mismatch:
            notice.counted = taken.received  # it is open again, and its clock runs from now on
            emergency = self.emergency_about(said.notice) if notice.what is NoticeKind.EMERGENCY else None
            if emergency is not None and emergency.open:
                notice.closed = False  # a promise to act at the wrong place
        self._look_again(notice)

    def disseminated(self, said: Disseminated, record: Recorded, taken: Taken) -> None:
        self.notices[said.notice].disseminated.append(Fact(record.author, taken.received, record.index, said.unit))

    def relayed(self, said: Relayed, record: Recorded, taken: Taken) -> None:
        hop = f"{said.to} by {said.bearer.value}"
        self.notices[said.notice].relayed.append(Fact(record.author, taken.received, record.index, hop))

    def emergency(self, said: EmergencySent, record: Recorded, taken: Taken) -> None:
        self.emergencies[record.event] = Emergency(record.event, said.by, taken.received, record.index)

    def committed(self, said: Committed, record: Recorded, taken: Taken) -> None:
        self.commitments[record.event] = Commitment(
            record.event, said.by, said.about, said.due, taken.received, record.index
        )
        emergency = self.emergency_about(said.about)
        if emergency is not None:
            emergency.commitments.append(record.event)

    def explained(self, request: str) -> None:
        """The addressee of a request for an explanation has given one."""
        self.close((self._asked[request],))

    def outcome(self, said: OutcomeStated) -> None:
        """An emergency is over when something promised about it was kept, or was overtaken by events."""
        commitment = self.commitments[said.commitment]
        commitment.outcome = said.outcome
        emergency = self.emergency_about(commitment.about)
        if emergency is not None and said.outcome is not Outcome.BROKEN:
            emergency.open = False
            self.close(emergency.notices)

    def emergency_about(self, about: str) -> Emergency | None:
        """The emergency that an event hash, or a notice of it, names."""
        notice = self.notices.get(about)
        return self.emergencies.get(notice.answers if notice is not None else about)

    def escalated(self, notice: str, step: int, at: Instant) -> None:
        self.notices[notice].step, self.notices[notice].counted = step, at

    def repeated(self, emergency: str, step: int, at: Instant) -> None:
        self.emergencies[emergency].repeated, self.emergencies[emergency].last = step, at

    def lapsed(self, commitment: str) -> None:
        self.commitments[commitment].lapsed = True

    def close(self, notices: Iterable[str]) -> None:
        """What these are about is over: no answer to them is owed."""
        for each in notices:
            self.notices[each].closed = True
            self._look_again(self.notices[each])

    def _look_again(self, notice: NoticeState) -> None:
        """Something was said about it that may have answered it, or opened it again."""
        owing = self.owing.setdefault(notice.to, Owing())
        known = notice.id in owing
        if notice.outstanding:
            owing[notice.id] = Owed(
                notice.id, notice.n, notice.of, notice.subject, notice.version, notice.severity, notice.due
            )
        elif known:
            del owing[notice.id]
        self.unanswered[notice.severity] = (
            self.unanswered.get(notice.severity, 0) + int(notice.outstanding) - int(known)
        )
        if notice.severity == _EMERGENCY:
            if notice.outstanding:
                self.alarms[notice.id] = notice.at.epoch_s
            else:
                self.alarms.pop(notice.id, None)


_EMERGENCY = "emergency"  # a severity
_SAYS_ANEW = frozenset(
    (
        NoticeKind.DECLARED,
        NoticeKind.REPLACED,
        NoticeKind.CANCELLED,
        NoticeKind.WARNING,
        NoticeKind.RELEASED,
    )
)
