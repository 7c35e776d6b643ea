"""What a party had, as values: the picture and its parts, its notices, how much was known when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Answer, ChannelState, Notice, NoticeKind, Shown
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.asof.valid import Valid
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.exchange import Fact
from thalweg.state.history import Spans


class Stood(StrEnum):
    """Where a declaration stood, as its reader had it."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    REVOKED = "revoked"  # no longer shared; this is the last that was


@dataclass(frozen=True, slots=True)
class Became:
    """What the party had been told became of its own declaration: by whom, what, and since when it knew."""

    by: str
    what: NoticeKind
    facts: tuple[tuple[str, str], ...]
    at: Instant
    reached: Instant
    notice: str


@dataclass(frozen=True, slots=True)
class DeclarationHad:
    """A declaration as the party had it. `at` is when it was said or told, `reached` when the party had it, `over`
    when it ceased to hold, by what the party had been told."""

    subject: str
    version: str
    of: str
    own: bool
    level: Level
    kind: Kind | None
    stood: Stood
    over: Instant | None
    spans: Spans
    at: Instant
    reached: Instant
    notice: str
    statement: str
    late: bool
    marks: tuple[str, ...]
    declaration: Declaration
    not_cited: tuple[Shown, ...] = ()
    became: tuple[Became, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingHad:
    finding: Finding
    notice: str
    of: str
    told: Instant
    reached: Instant


@dataclass(frozen=True, slots=True)
class CrossingHad:
    line: str
    at: Instant
    who: str
    by: str
    medium: str
    position: Position | None
    to_side: str
    told: Instant
    reached: Instant
    notice: str


@dataclass(frozen=True, slots=True)
class LineHad:
    party: str
    state: ChannelState
    since: Instant | None


@dataclass(frozen=True, slots=True)
class ChannelHad:
    """A channel as far as the party had been told; who joined before it did is told by no notice, and not here."""

    channel: str
    name: str
    room: bool
    opened_by: str
    invited: tuple[str, ...]
    joined: tuple[tuple[str, Instant], ...]
    lines: tuple[LineHad, ...]


@dataclass(frozen=True, slots=True)
class AgreementHad:
    event: str
    matter: Matter
    by: str
    to: tuple[str, ...]
    state: AgreementState
    at: Instant
    expires: Instant | None
    answers: tuple[tuple[str, Answer, Instant], ...]
    words: str
    changed: Declaration | None


@dataclass(frozen=True, slots=True)
class CommitmentHad:
    event: str
    by: str
    about: str
    action: str
    due: Instant
    at: Instant
    outcome: str
    lapsed: bool


@dataclass(frozen=True, slots=True)
class EmergencyHad:
    """`open` is None where the party had not been told of which emergency a promise was kept."""

    event: str
    by: str
    at: Instant
    text: str
    place: Position | None
    radius_m: int
    repeated: int
    open: bool | None


@dataclass(frozen=True, slots=True)
class ParticipationHad:
    party: str
    by: str
    status: str
    since: Instant
    told: Instant


@dataclass(frozen=True, slots=True)
class SaidHad:
    """Something said in an incident, as far as the party had it. `what` is the kind of entry; `text` and `grade` are
    empty where it was not shown them. `answered`: when a request for an explanation was, by what it had."""

    what: str
    by: str
    at: Instant
    reached: Instant
    notice: str
    statement: str
    text: str = ""
    language: str = ""
    grade: str = ""
    to: str = ""
    due: Instant | None = None
    answered: Instant | None = None


@dataclass(frozen=True, slots=True)
class IncidentHad:
    """`reference` is empty where the party had reported it and had not been told its reference yet."""

    reference: str
    title: str
    by: str
    at: Instant
    withdrawn: Instant | None
    said: tuple[SaidHad, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """`known`: declarations, whatever their time; `own`: of these; `valid`: those that hold when it was asked for;
    `findings`: those that stand."""

    known: int
    own: int
    valid: int
    findings: int
    notices: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class AsOf:
    """The picture. `next`: where the following declarations begin; None at the end; `findings_next` the same of the
    findings."""

    party: str
    known: Instant
    valid: Valid
    exercise: bool
    counts: Counts
    declarations: tuple[DeclarationHad, ...]
    next: int | None
    findings: tuple[FindingHad, ...]
    findings_next: int | None
    crossings: tuple[CrossingHad, ...]
    channels: tuple[ChannelHad, ...]
    agreements: tuple[AgreementHad, ...]
    commitments: tuple[CommitmentHad, ...]
    emergencies: tuple[EmergencyHad, ...]
    participation: tuple[ParticipationHad, ...]
    incidents: tuple[IncidentHad, ...]


@dataclass(frozen=True, slots=True)
class NoticeHad:
    """A notice that had reached the party: when, by what, and what it had done about it by then."""

    notice: Notice
    index: int
    reached: Instant
    by: str
    outstanding: bool
    delivered: tuple[Fact, ...]
    responses: tuple[Fact, ...]
    read_back: tuple[Fact, ...]
    disseminated: tuple[Fact, ...]
    relayed: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class NoticesHad:
    party: str
    known: Instant
    notices: tuple[NoticeHad, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Times:
    """Counts over time. `valid[i]`: declarations that hold at some time of the i-th part; `known[i]`: statements taken
    and notices that reached the party in it."""

    party: str
    known_at: Instant
    since: Instant
    step_s: float
    valid: tuple[int, ...]
    known: tuple[int, ...]


Token = tuple[object, ...]
"""What all that a map shows of a row follows from, but for the time: equal tokens, equal rows."""


@dataclass(frozen=True, slots=True)
class Drawable:
    """A declaration as the party had it, as far as a map shows it. `stale_from_s`: from when nobody vouches for it, in
    seconds since the epoch."""

    subject: str
    version: str
    of: str
    own: bool
    level: Level
    kind: Kind | None
    late: bool
    declaration: Declaration
    stale_from_s: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture for a map: everything of it but the declarations, and of each of these its token, with what it says
    where the reader has not read it before."""

    picture: AsOf
    rows: tuple[tuple[Token, Drawable | None], ...]
    moment_s: float  # what is not vouched for by then is stale
