"""The closed set of messages that the desk sends: each a frozen value of typed slots, and nothing else.

A message is made from what was disclosed to its reader, so it holds ids as that reader knows them. Its text is
made from its slots alone (`render`), in any of the languages, and so means the same in each (R24, R25).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from typing_extensions import override

from thalweg.model import events
from thalweg.model.cases import Evidence as Laid
from thalweg.model.errors import ValueRefused
from thalweg.model.events import Bearer, Verification
from thalweg.model.events import ChannelState as State
from thalweg.model.events import Outcome as Kept
from thalweg.model.events import Response as Answer
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.sourced import Force
from thalweg.reports.messages.slots import (
    Change,
    Counted,
    Distance,
    Duration,
    FreeText,
    Heights,
    Id,
    Ids,
    Locality,
    Mark,
    Meeting,
    Name,
    Names,
    Period,
    Phrase,
    Promise,
    RuleAsks,
    Severity,
    Who,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Phrase):
    """Anything that the desk says to a party. `marks` stand first in every text, in the order of `Mark`."""

    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if list(self.marks) != [mark for mark in Mark if mark in self.marks]:
            raise ValueRefused("message-marks", "Marks are given once each, in their order.")


# ------------------------------------------------------------- declarations


class Event(StrEnum):
    NEW = "new"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Message):
    """A declaration was made, or a new version of one."""

    variants: ClassVar[tuple[str, ...]] = tuple(Event)
    by: ClassVar[str] = "event"

    event: Event
    who: Who
    period: Period
    position: Position | None = None  # of something that stays in one place
    where: Locality | None = None
    heights: Heights | None = None
    uncertainty_m: Distance | None = None
    valid_until: Instant | None = None
    emergency: bool = False
    late: bool = False  # late is late for ever (R7)
    version: Id
    answer_by: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InCells(Message):
    """The same, to a reader that is shown cells only."""

    variants: ClassVar[tuple[str, ...]] = tuple(Event)
    by: ClassVar[str] = "event"

    event: Event
    who: Who
    period: Period
    where: Locality | None = None  # of the middle of the cells
    version: Id
    answer_by: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Message):
    """Its notifier ended a declaration; nothing else ends one."""

    who: Who
    version: Id
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalidated(Message):
    """Its notifier vouches for a declaration again."""

    who: Who
    version: Id
    valid_until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale(Message):
    """Nobody vouches for a declaration any longer; it is still tested (R8)."""

    who: Who
    version: Id
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring(Message):
    """A reminder to the notifier."""

    who: Who
    version: Id
    valid_until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LateNotice(Message):
    """A notice came with less lead time than was agreed, and stays marked so."""

    who: Who
    version: Id
    lead_s: Duration
    agreed_s: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking(Message):
    """An operation was not taken, because its author had not been shown these versions, or must talk to these parties
    first (R30)."""

    about: Id
    versions: Ids = ()
    talk_to: Names = ()

    @override
    def __post_init__(self) -> None:
        Message.__post_init__(self)
        if not (self.versions or self.talk_to):
            raise ValueRefused("lacking-nothing", "What is lacking is versions to be cited, or parties to talk to.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateSuspected(Message):
    """Two declarations may be of one thing; nothing was merged (R10)."""

    first: Who
    second: Who
    distance_m: Distance


# ----------------------------------------------------------------- findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Message):
    """A finding, as far as it was disclosed."""

    severity: Severity
    meeting: Meeting
    rule: RuleAsks | None = None
    finding: Id
    answer_by: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkTo(Message):
    """A finding at the least detail: something of another party is near; talk to it (`exists`)."""

    severity: Severity
    who: Who  # the reader's own
    other: Name
    period: Period | None = None  # coarse
    where: Locality | None = None  # coarse: of a fixed cell
    finding: Id
    answer_by: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingClosed(Message):
    """As the declarations now stand, the rule finds nothing between them."""

    first: Who
    second: Who
    finding: Id
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing(Message):
    """Somebody's declarations near a site were shifted again and again by little (D13)."""

    who: Who  # the reader's own
    party: Name | None = None
    changes: Annotated[int, Counted("changes")]
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingRecorded(Message):
    """A crossing of a line: a neutral fact (R33)."""

    party: Name
    line: Name
    at: Instant
    where: Locality | None = None
    total: Annotated[int, Counted("crossings")] | None = None  # of the day, by all


# ----------------------------------------------------------------- exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Message):
    """A notice reached a party's desk, which is not yet that anybody has read it."""

    party: Name
    about: Id
    at: Instant
    bearer: Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOwed(Message):
    """The reader owes an answer."""

    about: Id
    sender: Name
    by_when: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Message):
    """A party answered. A receipt, not permission (D8)."""

    variants: ClassVar[tuple[str, ...]] = tuple(Answer)
    by: ClassVar[str] = "answer"

    answer: Answer
    party: Name
    about: Id
    at: Instant
    remark: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBackMatches(Message):
    """Position, time, altitude and identity were repeated as they were sent (R15)."""

    party: Name
    about: Id
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDiffers(Message):
    """A hear-back error, which reopens the notice; so are the next three."""

    party: Name
    about: Id
    sent: Position
    read: Position
    apart_m: Distance


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDiffers(Message):
    party: Name
    about: Id
    sent: Period
    read: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class AltitudeDiffers(Message):
    party: Name
    about: Id
    sent: Heights
    read: Heights


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDiffers(Message):
    party: Name
    about: Id
    sent: FreeText
    read: FreeText


class Part(StrEnum):
    POSITION = "position"
    TIME = "time"
    ALTITUDE = "altitude"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch(Message):
    """The same, where the two values are not at hand."""

    variants: ClassVar[tuple[str, ...]] = tuple(Part)
    by: ClassVar[str] = "part"

    part: Part
    party: Name
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Disseminated(Message):
    """A party told one of its units."""

    party: Name
    unit: Name
    about: Id
    at: Instant


class To(StrEnum):
    NEXT_WATCH = "next_watch"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Message):
    """An answer that was due did not come; the next one is asked."""

    variants: ClassVar[tuple[str, ...]] = tuple(To)
    by: ClassVar[str] = "to"

    to: To
    party: Name  # that owes the answer
    about: Id
    due: Instant
    by_when: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Message):
    """A notice of a kind that has no message of its own, or not yet what its message needs."""

    about: Id
    party: Name
    at: Instant
    text: FreeText | None = None
    by_when: Instant | None = None


# ---------------------------------------------------- emergency, commitment


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency(Message):
    """We are being hit: the shortest message there is (R17)."""

    party: Name
    at: Instant
    position: Position | None = None
    where: Locality | None = None
    text: FreeText | None = None
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade(Message):
    party: Name
    promise: Promise
    text: FreeText | None = None
    by_when: Instant
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDue(Message):
    """To the party that made it."""

    promise: Promise
    by_when: Instant
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLapsed(Message):
    """Its time passed without an outcome on record."""

    party: Name
    promise: Promise
    by_when: Instant
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Message):
    """What became of a commitment, as a party states it."""

    variants: ClassVar[tuple[str, ...]] = tuple(Kept)
    by: ClassVar[str] = "kept"

    kept: Kept
    party: Name  # that states it
    about: Id
    at: Instant
    text: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Message):
    """A verification was stated, apart from the notice itself (R11)."""

    variants: ClassVar[tuple[str, ...]] = tuple(Verification)
    by: ClassVar[str] = "outcome"

    outcome: Verification
    about: Id
    party: Name
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Message):
    """The reader is shown a declaration, or is shown it at another level."""

    about: Id
    party: Name
    at: Instant
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Message):
    """A declaration is no longer shared with the reader (R35)."""

    about: Id
    party: Name
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed(Message):
    """One hop (R20)."""

    party: Name
    to: Name
    at: Instant
    bearer: Bearer
    about: Id


# ------------------------------------------------------------- incidents


class InIncident(StrEnum):
    REPORTED = "reported"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Message):
    """Something happened: reported, reported to more parties, or its report withdrawn (R41)."""

    variants: ClassVar[tuple[str, ...]] = tuple(InIncident)
    by: ClassVar[str] = "what"

    what: InIncident
    incident: Id
    title: Name
    party: Name
    at: Instant
    text: FreeText | None = None
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Message):
    """One side's account of an incident (R41)."""

    incident: Id
    party: Name
    at: Instant
    text: FreeText
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationAsked(Message):
    """A formal question (R42)."""

    incident: Id
    party: Name
    to: Name
    by_when: Instant
    text: FreeText
    about: Id


class Answered(StrEnum):
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationGiven(Message):
    variants: ClassVar[tuple[str, ...]] = tuple(Answered)
    by: ClassVar[str] = "when"

    when: Answered
    incident: Id
    party: Name
    at: Instant
    text: FreeText
    about: Id


class Due(StrEnum):
    SOON = "soon"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationDue(Message):
    """`to` owes `party` an explanation, or has not given it (R42)."""

    variants: ClassVar[tuple[str, ...]] = tuple(Due)
    by: ClassVar[str] = "state"

    state: Due
    incident: Id
    to: Name
    party: Name
    by_when: Instant
    about: Id


class Found(StrEnum):
    """Of the cause, how sure; of the risk, which class (R44)."""

    NOT_DETERMINED = "not_determined"
    PLAUSIBLE = "plausible"
    HIGHLY_PROBABLE = "highly_probable"
    RISK_A = "risk_a"
    RISK_B = "risk_b"
    RISK_C = "risk_c"
    RISK_D = "risk_d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Message):
    """Cause and risk are assessed apart, each as one side finds (R41, R44)."""

    variants: ClassVar[tuple[str, ...]] = tuple(Found)
    by: ClassVar[str] = "found"

    found: Found
    incident: Id
    party: Name
    at: Instant
    text: FreeText | None = None
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Message):
    """Something laid beside an incident; `withheld` where its reader is not shown it."""

    variants: ClassVar[tuple[str, ...]] = tuple(Laid)
    by: ClassVar[str] = "what"

    what: Laid
    incident: Id
    party: Name
    at: Instant
    withheld: bool = False
    text: FreeText | None = None
    about: Id


# ------------------------------------------------------- sources and claims


class OfSource(StrEnum):
    ENTERED = "entered"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTold(Message):
    """A source was entered, or shown to more."""

    variants: ClassVar[tuple[str, ...]] = tuple(OfSource)
    by: ClassVar[str] = "what"

    what: OfSource
    source: Id
    party: Name
    at: Instant
    title: Name | None = None
    outlet: Name | None = None
    published: Name | None = None  # as it is stated
    others: Names = ()
    text: FreeText | None = None
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTold(Message):
    """What somebody read in a source and confirmed; nobody is warned of it."""

    force: Force
    source: Id
    party: Name
    at: Instant
    quote: FreeText
    speaker: Name | None = None
    withdrawn: bool = False
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWithdrawn(Message):
    claim: Id
    party: Name
    at: Instant
    text: FreeText | None = None
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Message):
    """What a party writes on a channel."""

    party: Name
    channel: Name
    text: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Message):
    """In the log of a joint operation room."""

    channel: Name
    party: Name
    at: Instant
    text: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(Message):
    at: Instant


class Changed(StrEnum):
    OPENED = "opened"
    JOINED = "joined"
    LEFT = "left"
    TERMS = "terms"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChanged(Message):
    variants: ClassVar[tuple[str, ...]] = tuple(Changed)
    by: ClassVar[str] = "what"

    what: Changed
    channel: Name
    party: Name
    at: Instant


# ----------------------------------------------------------------- agreeing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(Message):
    party: Name
    who: Who  # whose declaration would change
    change: Change
    proposal: Id
    until: Instant


class By(StrEnum):
    """Which way out is proposed."""

    TIME = "time"
    ALTITUDE = "altitude"
    OFFSET = "offset"
    TRIM = "trim"
    OTHER = "other"

    @classmethod
    def of(cls, word: str) -> By:
        return cls(word) if word in set(cls) else cls.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class FixProposed(Message):
    """A way out of a conflict, as far as the notice of it says; what would change stands in the statement."""

    variants: ClassVar[tuple[str, ...]] = tuple(By)
    by: ClassVar[str] = "way"

    way: By
    party: Name
    proposal: Id
    text: FreeText | None = None
    until: Instant
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAccepted(Message):
    party: Name
    proposal: Id
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(Message):
    party: Name
    proposal: Id
    at: Instant
    reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLapsed(Message):
    proposal: Id
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietProposed(Message):
    """A window of silence for a named task (R32)."""

    party: Name
    task: FreeText
    period: Period
    where: Locality | None = None
    window: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietGuaranteed(Message):
    """One side guarantees it; it does not stand until both do."""

    party: Name
    period: Period
    window: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietStands(Message):
    """Both sides guarantee it."""

    first: Name
    second: Name
    period: Period
    where: Locality | None = None
    window: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProposed(Message):
    party: Name
    line: Name
    period: Period
    version: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAgreed(Message):
    """Only both sides change a line."""

    first: Name
    second: Name
    line: Name
    period: Period
    version: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDisputed(Message):
    party: Name
    line: Name
    since: Instant
    version: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyOffered(Message):
    """A site is to pass from one party to another; it takes both signatures."""

    giver: Name
    taker: Name
    site: Who
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Message):
    giver: Name
    taker: Name
    site: Who
    at: Instant


# ------------------------------------------------------ channel, membership


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCheck(Message):
    """Prove that the line works (R21)."""

    party: Name
    channel: Name
    by_when: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCheckOwed(Message):
    """The beat of line checks, to a side that has neither asked nor answered."""

    channel: Name
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChecked(Message):
    party: Name
    channel: Name
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState(Message):
    """As one side sees it; the other may see it otherwise."""

    variants: ClassVar[tuple[str, ...]] = tuple(State)
    by: ClassVar[str] = "state"

    state: State
    channel: Name
    party: Name
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation(Message):
    """Who takes part, dated as that side states it, and what it means for notices (R22)."""

    variants: ClassVar[tuple[str, ...]] = tuple(events.Participation)
    by: ClassVar[str] = "status"

    status: events.Participation
    party: Name
    since: Instant
    stated_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNamed(Message):
    party: Name
    at: Instant
    about: Id


class RollChange(StrEnum):
    ADDED = "added"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollChanged(Message):
    """Somebody else changed who is on the reader's own rolls (R16)."""

    variants: ClassVar[tuple[str, ...]] = tuple(RollChange)
    by: ClassVar[str] = "what"

    what: RollChange
    officer: Id
    role: events.Role
    party: Name
    entered_by: Id
    at: Instant
    about: Id


class KeyChange(StrEnum):
    """A key to sign with was added; or ended, and why. Or a way to sign in is new: the whole account, or one of its
    keys. Or the account is closed or opened again."""

    ADDED = "added"
    LOST = "lost"
    STOLEN = "stolen"
    RETIRED = "retired"
    ANEW = "anew"
    PASSKEY = "passkey"
    CODES = "codes"
    PROGRAM = "program"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChanged(Message):
    """With which keys an officer on the reader's own rolls signs, or signs in, was changed (R16)."""

    variants: ClassVar[tuple[str, ...]] = tuple(KeyChange)
    by: ClassVar[str] = "what"

    what: KeyChange
    officer: Id
    party: Name
    entered_by: Id
    at: Instant
    about: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Message):
    """A notifier lets a notice be shown, to these parties where they are named (R35)."""

    party: Name
    about: Id
    to: Names = ()
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Message):
    """Nothing more is shown; what was shown cannot be taken back."""

    party: Name
    about: Id
    at: Instant
    holders: Names = ()  # who still hold a copy


MESSAGES: Final[tuple[type[Message], ...]] = (
    Emergency, CommitmentMade, CommitmentDue, CommitmentLapsed, Outcome,
    Warned, TalkTo, FindingClosed, Probing, CrossingRecorded,
    Declared, InCells, Cancelled, Revalidated, Stale, Expiring, LateNotice, Lacking, DuplicateSuspected,
    Delivered, AnswerOwed, Acknowledged, ReadBackMatches, PositionDiffers, TimeDiffers, AltitudeDiffers,
    IdentityDiffers, Mismatch, Disseminated, Relayed, Escalated, Told, Checked, Released, Revoked,
    Proposed, FixProposed, ProposalAccepted, ProposalDeclined, ProposalLapsed,
    QuietProposed, QuietGuaranteed, QuietStands, LineProposed, LineAgreed, LineDisputed, CustodyOffered, HandedOver,
    Incident, Account, ExplanationAsked, ExplanationGiven, ExplanationDue, Assessment, Evidence,
    SourceTold, ClaimTold, ClaimWithdrawn,
    Note, Decision, RulesChanged, LineCheck, LineCheckOwed, LineChecked, ChannelState, ChannelChanged, Participation,
    PartyNamed, RollChanged, KeyChanged, ConsentGiven, ConsentWithdrawn,
)  # fmt: skip
