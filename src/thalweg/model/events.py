"""What is said on a channel, one frozen value for each kind of entry (D1).

A statement is signed by an officer (`by` names the party that the officer acts for, or the secretariat) or by
the desk itself. How each is written down is `thalweg.formats.event`; what it does to the state is `thalweg.state`.
Ids: a *chain* is a declaration id, a *version* a version id, a *notice* the id of a notice to one party
(`n-4kq7w2m9xb`); events are cited by their hash in hexadecimal. Where a party was shown less than everything, what it
cites are the opaque ids that it was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from thalweg.model.cases import Case
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.limits import Document, Id, Most, Short, Text
from thalweg.model.shapes import Position
from thalweg.model.sourced import Sourced

SECRETARIAT: Final = "secretariat"  # stands where a party's id does, for the neutral secretariat
DESK: Final = "desk"  # the author id under which the server itself signs


# --- words with few values ---


class Role(StrEnum):
    """What an officer may do. Roles are grants in the key history; scope is a party."""

    WATCH = "watch"  # any of them may send, accept and answer (R16)
    ADMIN = "admin"  # adds and ends officers of the party, takes it in and out of channels
    SECRETARIAT = "secretariat"  # runs the channel, can alter nothing (R48)
    OBSERVER = "observer"  # reads what the party reads, and says nothing


class Participation(StrEnum):
    JOINED = "joined"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Response(StrEnum):
    """An acknowledgement is a receipt, never permission (D8)."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    NEED_MORE = "need_more"
    OBJECT = "object"


class ChannelState(StrEnum):
    UNKNOWN = "unknown"
    NORMAL = "normal"
    DOWN = "down"


class Bearer(StrEnum):
    """What carried a notice to its recipient."""

    STREAM = "stream"  # live stream or a call of the interface
    WEBHOOK = "webhook"
    EMAIL = "email"
    VOICE = "voice"
    PAPER = "paper"


class Answer(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    OVERTAKEN = "overtaken"  # by events: neither kept nor broken


class Verification(StrEnum):
    """R11: kept apart from the notice. "We do not verify" is `NOT_VERIFIED_BY_US`."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    DOUBTED = "doubted"
    NOT_VERIFIED_BY_US = "not_verified_by_us"


class NoticeKind(StrEnum):
    """What a notice tells its recipient."""

    DECLARED = "declared"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    REVALIDATED = "revalidated"
    VERIFIED = "verified"
    WARNING = "warning"
    LACKING = "lacking"  # "you had not cited these"
    RELEASED = "released"  # shown at another level than before
    REVOKED = "revoked"  # no longer shared; what was given cannot be taken back
    CONSENT = "consent"
    DUPLICATE = "duplicate"
    ACKNOWLEDGED = "acknowledged"
    READ_BACK = "read_back"
    DISSEMINATED = "disseminated"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    ESCALATED = "escalated"
    REMINDER = "reminder"
    EMERGENCY = "emergency"
    COMMITMENT = "commitment"
    OUTCOME = "outcome"
    LAPSED = "lapsed"
    PROPOSAL = "proposal"
    ANSWERED = "answered"
    QUIET_WINDOW = "quiet_window"
    LINE = "line"
    CROSSING = "crossing"
    CUSTODY = "custody"
    CHANNEL = "channel"
    LINE_CHECK = "line_check"
    MESSAGE = "message"
    DECISION = "decision"
    PARTICIPATION = "participation"
    PROBING = "probing"
    RULES = "rules"
    WATCH = "watch"  # of who is on the recipient's own rolls: the role, a key, or a way in is new or has ended
    INCIDENT = "incident"  # reported, reported to more, or withdrawn
    ACCOUNT = "account"
    EXPLANATION_REQUEST = "explanation_request"
    EXPLANATION = "explanation"
    ASSESSMENT = "assessment"  # of the cause, or of the risk
    EVIDENCE = "evidence"
    SOURCE = "source"  # entered, or shown to more
    CLAIM = "claim"  # confirmed in a source, or withdrawn


class ClockFact(StrEnum):
    """What the desk's clock brought about, nobody having said anything."""

    ESCALATED = "escalated"
    REMINDED = "reminded"
    REPEATED = "repeated"  # an emergency, until a commitment has an outcome
    LAPSED = "lapsed"  # a proposal, a commitment, a validity
    ENDED = "ended"  # the window of a declaration is over
    CHANNEL = "channel"  # a line check went unanswered
    SHOWN = "shown"  # the delay of a coarse view is over
    EXPLANATION = "explanation"  # one is due soon, or was due and has not come
    JUMPED = "jumped"  # the desk's clock was set, by `facts["by_s"]` seconds; its time never runs backwards


# --- membership ---


@dataclass(frozen=True, slots=True)
class TheatreSet:
    """The rule set in force: the text of a theatre file, and the name it is read under."""

    text: Document
    name: Short


@dataclass(frozen=True, slots=True)
class PartyNamed:
    """The secretariat enters a party. `state` says whether it is one; nothing follows from that here (R50)."""

    party: Id
    name: Short
    member_of: Id = ""
    state: bool = False
    contact: Short = ""  # how to be reached about an area, as the party wants it shown to the others


@dataclass(frozen=True, slots=True)
class OfficerAdded:
    """An admin or the secretariat asks that an officer be given a role; the registrar's grant follows."""

    by: Id
    officer: Id
    role: Role
    scope: Id


@dataclass(frozen=True, slots=True)
class OfficerEnded:
    by: Id
    officer: Id
    role: Role
    scope: Id


@dataclass(frozen=True, slots=True)
class ParticipationStated:
    """`by` states since when `party` (itself, or another as it sees it) takes part, is suspended or withdrawn (R22)."""

    by: Id
    party: Id
    status: Participation
    since: Instant
    words: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class WatchTaken:
    """An officer is on watch for the party from now on."""

    by: Id
    order: int = 0  # who is asked next when the watch does not answer
    words: Text = ""


@dataclass(frozen=True, slots=True)
class WatchEnded:
    by: Id
    words: Text = ""


# --- channels ---


@dataclass(frozen=True, slots=True)
class Term:
    """What the others see of the notifier's declarations of one kind; an empty kind is every kind not named."""

    level: Level
    kind: Short = ""  # a Kind
    delay_s: int = 0  # of `coarse`: how long after it was taken


Terms = Annotated[tuple[Term, ...], Most(32)]


@dataclass(frozen=True, slots=True)
class ChannelOpened:
    """A channel between parties, by one of them or by the secretariat. With `room` it is a joint operation room."""

    by: Id
    channel: Id
    name: Short
    parties: Annotated[tuple[Id, ...], Most(64)]
    room: bool = False
    line_check_s: int = 0  # the beat of line checks; 0: none
    terms: Terms = ()  # of `by`, if it is a party


@dataclass(frozen=True, slots=True)
class ChannelJoined:
    by: Id
    channel: Id
    terms: Terms = ()


@dataclass(frozen=True, slots=True)
class ChannelLeft:
    by: Id
    channel: Id
    words: Text = ""


@dataclass(frozen=True, slots=True)
class TermsSet:
    """What the others on this channel, or only `to`, see of what `by` declares from now on, and of what is in force."""

    by: Id
    channel: Id
    terms: Terms
    to: Id = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One notice, one recipient, at a level of its own; it goes before the terms of any channel."""

    to: Id
    level: Level


@dataclass(frozen=True, slots=True)
class Released:
    """The notifier changes what `to` is shown of one chain. `nothing` revokes: no further version is shared."""

    by: Id
    chain: Id
    releases: Annotated[tuple[Release, ...], Most(64)]
    words: Text = ""


@dataclass(frozen=True, slots=True)
class ConsentStated:
    """Whether the organisation that a notice is about agrees to its being shared (R35)."""

    by: Id
    chain: Id
    given: bool
    of: Short = ""  # the organisation, where `by` passes on for it
    words: Text = ""


@dataclass(frozen=True, slots=True)
class LineChecked:
    by: Id
    channel: Id


@dataclass(frozen=True, slots=True)
class LineAnswered:
    by: Id
    channel: Id
    check: Id  # hash of the LineChecked event


@dataclass(frozen=True, slots=True)
class ChannelStated:
    """The state of a channel as one side sees it (R21)."""

    by: Id
    channel: Id
    state: ChannelState
    since: Instant
    words: Text = ""


@dataclass(frozen=True, slots=True)
class MessageSent:
    """Free words in the shared log of a channel; they stay in their language."""

    by: Id
    channel: Id
    text: Text
    language: Short = "en"
    about: Id = ""  # a chain, notice or event


@dataclass(frozen=True, slots=True)
class DecisionStated:
    """A decision of a joint operation room, on its log as one side states it; the others concur or not by message."""

    by: Id
    channel: Id
    text: Text
    language: Short = "en"
    about: Id = ""


# --- intake ---


@dataclass(frozen=True, slots=True)
class Row:
    """Where in a file a declaration of a bulk stood: the file's SHA-256 and the row."""

    sha256: Short
    path: Short


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration or a new version of one (R9), with what its author had been shown (R30).

    `declines`: its author was shown what it lacks and will not cite it; that is on record.
    """

    by: Id
    declaration: Declaration
    cites: Annotated[tuple[Id, ...], Most(2000)] = ()
    declines: bool = False
    consent: Short = ""  # who agreed to its being shared, where somebody had to
    releases: Annotated[tuple[Release, ...], Most(64)] = ()
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The notifier cancels a chain of its own: the only thing that ends a protection."""

    by: Id
    chain: Id
    words: Text = ""


@dataclass(frozen=True, slots=True)
class Revalidated:
    """Still true, and vouched for until then (R8)."""

    by: Id
    chain: Id
    valid_until: Instant


@dataclass(frozen=True, slots=True)
class Verified:
    by: Id
    chain: Id
    outcome: Verification
    method: Text = ""


@dataclass(frozen=True, slots=True)
class DuplicateJudged:
    """Two chains are, or are not, the same thing. A link and nothing more: neither is merged or ended (R10)."""

    by: Id
    first: Id
    second: Id
    same: bool


# --- exchange ---


@dataclass(frozen=True, slots=True)
class Delivered:
    """Machine receipt: these notices reached the recipient's device (`by` the recipient), or were handed to a bearer
    that took them (signed by the desk, `by` empty)."""

    by: Id
    notices: Annotated[tuple[Id, ...], Most(1000)]
    bearer: Bearer
    device: Short = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    by: Id
    notice: Id
    response: Response
    text: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the receiver has down, to be compared with what was said (R15). Absent: not read back."""

    by: Id
    notice: Id
    identity: Short = ""  # whose and what: a party id, a chain or a title
    position: Position | None = None
    start: Instant | None = None
    end: Instant | None = None
    lower_mm: int | None = None
    upper_mm: int | None = None
    datum: Short = ""


@dataclass(frozen=True, slots=True)
class Disseminated:
    """A unit below the recipient has it."""

    by: Id
    notice: Id
    unit: Short
    how: Short = ""


@dataclass(frozen=True, slots=True)
class Relayed:
    """Passed on by `by`, hop by hop (R20). A relay's receipt is not the end recipient's."""

    by: Id
    notice: Id
    to: Short
    bearer: Bearer
    words: Text = ""


@dataclass(frozen=True, slots=True)
class EmergencySent:
    """ "Cease, we are being hit": overtakes everything, repeats until a commitment has an outcome (R17)."""

    by: Id
    text: Text = ""
    language: Short = "en"
    about: Id = ""  # a chain of one's own
    place: Position | None = None
    radius_m: int = 0
    to: Annotated[tuple[Id, ...], Most(64)] = ()  # empty: every party of every channel of `by`


@dataclass(frozen=True, slots=True)
class Committed:
    """A promise to do something by a time ("we stop by 02:25"), with an outcome to come."""

    by: Id
    about: Id  # a notice, the hash of an emergency or proposal, or the reference of an incident
    action: Text
    due: Instant
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class OutcomeStated:
    by: Id
    commitment: Id  # hash of the Committed event
    outcome: Outcome
    words: Text = ""


# --- agreeing ---


@dataclass(frozen=True, slots=True)
class Proposed:
    """A way out of a conflict, addressed to the other sides. `changed` is how the proposer's own, or the other's,
    declaration would then read; nothing is changed until its notifier declares it."""

    by: Id
    to: Annotated[tuple[Id, ...], Most(64)]
    about: Id  # id of a notice, or what cites a finding; in older entries also its id
    expires: Instant
    changed: Declaration | None = None
    fix: Short = ""  # "time", "altitude", "offset", "trim", or empty
    words: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class ProposalAnswered:
    by: Id
    proposal: Id
    answer: Answer
    words: Text = ""


@dataclass(frozen=True, slots=True)
class QuietProposed:
    """A quiet window for a named task; in force when `by` and everyone in `to` guarantee it (R32)."""

    by: Id
    to: Annotated[tuple[Id, ...], Most(64)]
    window: Declaration
    task: Text
    expires: Instant


@dataclass(frozen=True, slots=True)
class QuietGuaranteed:
    by: Id
    quiet: Id
    answer: Answer = Answer.ACCEPT
    words: Text = ""


@dataclass(frozen=True, slots=True)
class LineProposed:
    """A line, or a change of one, between parties: in force as agreed once all in `to` accept (R34)."""

    by: Id
    to: Annotated[tuple[Id, ...], Most(64)]
    line: Declaration
    expires: Instant


@dataclass(frozen=True, slots=True)
class LineJudged:
    """An answer to a proposed line."""

    by: Id
    line: Id
    answer: Answer
    words: Text = ""


@dataclass(frozen=True, slots=True)
class CrossingLogged:
    """Somebody or something crossed a line: a neutral fact, without intent (R33). `who` is a party or `unknown`."""

    by: Id
    line: Id
    at: Instant
    who: Id
    medium: Short = ""
    position: Position | None = None
    to_side: Short = ""  # left or right
    words: Text = ""


@dataclass(frozen=True, slots=True)
class CustodyOffered:
    """A facility goes over to another party, by two signatures; its declaration goes on without a gap."""

    by: Id
    chain: Id
    to: Id
    words: Text = ""


@dataclass(frozen=True, slots=True)
class CustodyAnswered:
    by: Id
    offer: Id
    answer: Answer
    words: Text = ""


# --- the desk's own ---


@dataclass(frozen=True, slots=True)
class Met:
    """One open finding, for the record: enough to make it again with the rule set and engine named in the log."""

    finding: Id
    other: Id  # version id
    rule: Short
    certainty: Short


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that had been shown to a party before it spoke: which notice, and when it was made."""

    notice: Id
    at: Instant


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the desk found about a statement, for the record and for nobody's eyes: written just before its `Taken`.

    `subjects` are the chains that it is about, under their own names and in the order in which it names them, for its
    author may have known them by opaque ids; empty where the statement itself names them. After its `Taken`, another
    one goes on with what did not fit, or says what is open on the chain `subjects[0]` under new rules.
    """

    statement: Id
    subjects: Annotated[tuple[Id, ...], Most(100)] = ()
    opened: Annotated[tuple[Met, ...], Most(250)] = ()
    suspects: Annotated[tuple[Id, ...], Most(64)] = ()  # chains that may be the same thing (R10)
    engine: Short = ""
    rules: Short = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """A declaration came near a region that its author is not shown: a question on record, for nobody's eyes (D13).

    `form` is the same for all versions that ask the same; `about` is the chain of the region, `told` whether it was
    met; `areas` are the cells that the budget is counted in.
    """

    statement: Id
    at: Instant
    party: Id
    form: Id
    about: Id
    told: bool
    place: Position
    start: Instant | None
    areas: Annotated[tuple[Short, ...], Most(400)] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The desk took a statement: when by its clock, and what of that its author may know. Shown to its author."""

    statement: Id
    received: Instant
    lead_s: int | None = None  # from taking to the start; negative: it had begun
    needed_s: int | None = None
    late: bool = False  # for ever (R7)
    not_cited: Annotated[tuple[Shown, ...], Most(500)] = ()
    mismatch: Annotated[tuple[Short, ...], Most(16)] = ()  # of a read-back: position, time, altitude, identity


@dataclass(frozen=True, slots=True)
class Refused:
    """The desk did not take a statement, and said why; that it was made stays on record (D13)."""

    statement: Id
    received: Instant
    code: Short
    sentence: Text
    lacking: Annotated[tuple[Id, ...], Most(1000)] = ()  # notices that the author was shown and has not cited
    talk_to: Annotated[tuple[Id, ...], Most(1000)] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one party is told. Made by policy alone; everything that a party ever sees of others stands in one.

    `n` counts the notices to this party from 1, which is its own business: others know the notice by `id`, which tells
    nothing. `subject` is the id under which this party knows the thing: the
    chain's own id where it is shown in full, an opaque one otherwise. `version` likewise. `view` is what it is shown
    of a declaration below full; at full the author's own signed entry, named by `statement`, is shown instead.
    `findings` are all that are open between this subject and the recipient's declarations, or, where the subject is the
    recipient's own, between it and the others': they take the place of what earlier notices said of the subject. What
    does not fit goes on in the next notices, with `part` counting from 0.
    """

    to: Id
    n: int
    what: NoticeKind
    at: Instant
    level: Level = Level.FULL
    of: Id = ""  # the party it is about
    subject: Id = ""
    version: Id = ""
    statement: Id = ""  # hash of the event shown in full
    view: Declaration | None = None
    findings: Annotated[tuple[Finding, ...], Most(64)] = ()
    answers: Id = ""  # the notice, commitment or proposal that this is an answer to
    severity: Short = ""  # emergency, warning, caution, information
    owed: bool = False  # an acknowledgement is owed
    due: Instant | None = None
    talk_to: Annotated[tuple[Id, ...], Most(1000)] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    words: Text = ""
    language: Short = ""
    place: Position | None = None
    bell: int = 0  # how often it has been repeated or escalated
    part: int = 0
    id: Id = ""


@dataclass(frozen=True, slots=True)
class ClockTold:
    """Time brought something about."""

    at: Instant
    what: ClockFact
    subject: Id
    step: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """A marked copy was made for somebody (R37)."""

    to: Id
    officer: Id
    mark: Short
    form: Short
    items: int
    sha256: Short


@dataclass(frozen=True, slots=True)
class SitesRead:
    """Who looked at protected sites (audit), gathered over a while: by the ids under which their party knows them, and
    by version where it was not the newest that was shown, or only a finding about it."""

    by: Id
    officer: Id
    chains: Annotated[tuple[Id, ...], Most(1000)]
    first: Instant
    last: Instant


Membership = TheatreSet | PartyNamed | OfficerAdded | OfficerEnded | ParticipationStated | WatchTaken | WatchEnded
Channels = (
    ChannelOpened
    | ChannelJoined
    | ChannelLeft
    | TermsSet
    | Released
    | ConsentStated
    | LineChecked
    | LineAnswered
    | ChannelStated
    | MessageSent
    | DecisionStated
)
IntakeSaid = Declared | Withdrawn | Revalidated | Verified | DuplicateJudged
ExchangeSaid = Delivered | Acknowledged | ReadBack | Disseminated | Relayed | EmergencySent | Committed | OutcomeStated
Agreeing = (
    Proposed
    | ProposalAnswered
    | QuietProposed
    | QuietGuaranteed
    | LineProposed
    | LineJudged
    | CrossingLogged
    | CustodyOffered
    | CustodyAnswered
)
ByDesk = Weighed | Probed | Taken | Refused | Notice | ClockTold | Exported | SitesRead
Said = Membership | Channels | IntakeSaid | ExchangeSaid | Agreeing | Case | Sourced
"""What a person says. Everything but `Membership` names the party it is said for."""
