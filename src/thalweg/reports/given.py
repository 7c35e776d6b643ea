"""The shapes of the interface's answers: what docs/reference/api.md tells in words, as types.

`reports.wire`, `asof`, `incidents` and `sources` make values of these types, and the description of the interface takes
its schemas from them, so that whoever generates a client gets what is sent. Metres, seconds and degrees as numbers,
WGS 84; instants as ISO 8601 in UTC; a field that has no value is null, and none is left out unless it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict

from thalweg.model.cases import Evidence, Joined
from thalweg.model.declarations import Kind as Kinds
from thalweg.model.declarations import LineStatus, Medium
from thalweg.model.declarations import Standing as Standings
from thalweg.model.events import Answer, ChannelState, NoticeKind, Outcome, Participation
from thalweg.model.events import Role as Roles
from thalweg.model.findings import Certainty, FindingType
from thalweg.model.levels import Level as Levels
from thalweg.model.measures import Datum as Datums
from thalweg.model.sourced import Descent, Force
from thalweg.model.theatre import Relation
from thalweg.policy.asof.had import Stood
from thalweg.policy.mailbox import Shown
from thalweg.policy.source_reads import Differ
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.cases import InCase

T = TypeVar("T")
_Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text that is one of these; said in the schema."""

    of: type[StrEnum]

    def __get_pydantic_json_schema__(self, core: T, handler: Callable[[T], _Schema]) -> _Schema:
        return {**handler(core), "enum": [each.value for each in self.of]}


@dataclass(frozen=True, slots=True)
class Written:
    """A text in a form that has a name; said in the schema."""

    format: str

    def __get_pydantic_json_schema__(self, core: T, handler: Callable[[T], _Schema]) -> _Schema:
        return {**handler(core), "format": self.format}


At = Annotated[str, Written("date-time")]
Level = Annotated[str, OneOf(Levels)]
Kind = Annotated[str, OneOf(Kinds)]
Line = Annotated[str, OneOf(ChannelState)]
Datum = Annotated[str, OneOf(Datums)]
Xy = list[float]
"""Longitude and latitude in degrees."""
Rings = list[list[Xy]]
"""The outer ring and the holes, without the first vertex repeated."""


# --- parts ---


class Place(TypedDict):
    """A position in the three ways in which people read it."""

    position: Xy
    dms: str
    decimal: str
    mgrs: str


class PlaceWithin(Place):
    """A position, and how far from there it may be."""

    radius_m: float


class Words(TypedDict):
    """What somebody said, in their language."""

    text: str
    language: str


class Fact(TypedDict):
    """One fact about a notice: who said it, when the desk took it, where it stands in the log."""

    officer: str
    at: At
    index: int
    what: str


class Span(TypedDict):
    """Null is open."""

    start: At | None
    end: At | None


Bounds = TypedDict("Bounds", {"from": At | None, "until": At | None})
Bounds.__doc__ = "An interval of time; null is open."


class Band(TypedDict):
    """Two heights, each with what it is measured from; null is open."""

    lower_m: float | None
    lower_datum: Datum
    upper_m: float | None
    upper_datum: Datum


class Doubt(TypedDict):
    """How unsure a place, height or time is, as its notifier says; `at_95`: at 95 percent, otherwise a bound."""

    horizontal_m: float
    vertical_m: float
    time_s: float
    at_95: bool


class PointShape(TypedDict):
    type: Literal["point"]
    at: Xy


class PolygonShape(TypedDict):
    type: Literal["polygon"]
    rings: Rings


class MultiPolygonShape(TypedDict):
    type: Literal["multipolygon"]
    polygons: list[Rings]


class CircleShape(TypedDict):
    type: Literal["circle"]
    centre: Xy
    radius_m: float


class CorridorShape(TypedDict):
    type: Literal["corridor"]
    path: list[Xy]
    half_width_m: float


class PathShape(TypedDict):
    type: Literal["path"]
    points: list[Xy]


class Waypoint(TypedDict):
    at: Xy
    time: At
    height_m: float | None


class RouteShape(TypedDict):
    type: Literal["route"]
    waypoints: list[Waypoint]
    radius_m: float
    datum: Datum
    half_height_m: float


Shape = PointShape | PolygonShape | MultiPolygonShape | CircleShape | CorridorShape | PathShape | RouteShape


class Volume(TypedDict):
    shape: Shape
    window: Span
    band: Band | None
    uncertainty: Doubt


class Segment(TypedDict):
    shape: Shape
    status: Annotated[str, OneOf(LineStatus)]
    window: Span
    uncertainty: Doubt


class Sides(TypedDict):
    """Who is on which side of a line."""

    left: list[str]
    right: list[str]
    left_name: str
    right_name: str


class SourceFile(TypedDict):
    """The file and the place in it that something was read from; empty where it was not read from one."""

    file: str
    path: str


class Flag(TypedDict):
    code: str
    sentence: str
    where: str
    fields: dict[str, str]


class DeclarationFacts(TypedDict):
    """A declaration as it is shown; `kind` is null and `zone` empty where the level does not show them."""

    version_id: str
    declaration_id: str
    revision: int
    replaces: str
    kind: Kind | None
    zone: str
    medium: Annotated[str, OneOf(Medium)]
    party: str
    title: str
    standing: Annotated[str, OneOf(Standings)]
    hypothetical: bool
    emergency: bool
    marks: list[str]
    volumes: list[Volume]
    segments: list[Segment]
    sides: Sides | None
    valid_from: At | None
    valid_until: At | None
    submitted: At | None
    details: dict[str, str]
    entered: dict[str, str]
    source: SourceFile
    flags: list[Flag]


class RuleMargin(TypedDict):
    horizontal_m: float
    vertical_m: float | None
    time_s: float


class Finding(TypedDict):
    """A conflict or a crossing, as it is told to one who knows nothing besides."""

    id: str
    type: Annotated[str, OneOf(FindingType)]
    severity: str
    sentence: str
    rule_sentence: str
    versions: list[str]
    rule: str
    relation: Annotated[str, OneOf(Relation)]
    certainty: Annotated[str, OneOf(Certainty)]
    certainty_word: str
    share: float
    can_tell: bool
    reasons: list[str]
    horizontal_m: float
    vertical_m: float | None
    time_gap_s: float
    datum_allowance_m: float
    rule_margin: RuleMargin
    closest: list[Place]
    reference: str
    first: At | None
    closest_at: At | None
    last: At | None
    marks: list[str]
    line_status: str


class FindingTold(Finding):
    """A finding that stands, the notice that told of it, and by what a statement names it."""

    notice: str
    told: At
    cite: str


class Fix(TypedDict):
    """A way out of a conflict."""

    version: str
    change: str
    amount: float
    cost: float
    sentence: str
    resolves: list[str]
    changed_version: str
    changed_volumes: list[Volume]


class NotCited(TypedDict):
    """A notice that an author had been shown and did not cite."""

    notice: str
    shown: At


# --- who asks, and the theatre ---


class RoleHeld(TypedDict):
    role: Annotated[str, OneOf(Roles)]
    scope: str


class Tip(TypedDict):
    """One's newest entry in the log."""

    seq: int
    hash: str


class Me(TypedDict):
    author: str
    party: str
    name: str
    language: str
    roles: list[RoleHeld]
    on_watch: list[str]
    origin: str
    tip: Tip | None
    checkpoint: str | None
    signs: Literal["server", "author"]
    notices: int
    theatre: str
    rules: str
    exercise: bool
    now: At
    version: str


class Theatre(TypedDict):
    name: str
    rules: str
    exercise: bool
    text: str


class Stated(TypedDict):
    by: str
    status: Annotated[str, OneOf(Participation)]
    since: At


class Party(TypedDict):
    id: str
    name: str
    member_of: str
    state: bool
    contact: str
    participation: list[Stated]


class Parties(TypedDict):
    parties: list[Party]


# --- what is told ---


class Notice(TypedDict):
    """What one's party is told, as far as it is shown, and what became of it."""

    id: str
    n: int
    to: str
    index: int
    event: str
    what: Annotated[str, OneOf(NoticeKind)]
    at: At
    level: Level
    of: str
    subject: str
    version: str
    statement: str
    kind: Kind | None
    declaration: DeclarationFacts | None
    findings: list[Finding]
    answers: str
    severity: str
    owed: bool
    outstanding: bool
    due: At | None
    step: int
    talk_to: list[str]
    facts: dict[str, str]
    words: Words | None
    place: Place | None
    bell: int
    part: int
    exercise: bool
    delivered: list[Fact]
    responses: list[Fact]
    read_back: list[Fact]
    disseminated: list[Fact]
    relayed: list[Fact]


class Notices(TypedDict):
    notices: list[Notice]
    next: int | None
    more: bool
    disclaimers: list[str]


class Inbox(TypedDict):
    """`next` is `after` of the question for the following ones; null at the end."""

    owed: list[Notice]
    count: int
    next: str | None
    disclaimers: list[str]


class TextTold(TypedDict):
    """A text, and its English source while the language is unreviewed."""

    text: str
    source: str


class NoticeText(TypedDict):
    notice: str
    language: str
    name: str
    direction: Literal["rtl", "ltr"]
    reviewed: bool
    zone: str
    exercise: bool
    subject: str
    texts: list[TextTold]
    note: str
    disclaimers: list[str]


class Voice(TypedDict):
    notice: str
    language: str
    lines: list[str]
    sms: list[str]


# --- statements ---


class Statement(TypedDict):
    """The desk's answer. The fields that are about taking are absent where it refused, and the other way round."""

    statement: str
    index: int
    said_at: At
    received: At
    clock_off_s: int | None
    taken: bool
    notices: list[Notice]
    talk_to: list[str]
    rules: str
    lead_s: NotRequired[float | None]
    needed_s: NotRequired[float | None]
    late: NotRequired[bool]
    not_cited: NotRequired[list[NotCited]]
    differs: NotRequired[list[str]]
    code: NotRequired[str]
    sentence: NotRequired[str]
    lacking: NotRequired[list[str]]


class BesideTold(TypedDict):
    """Base64, and the salt of its commitment in hexadecimal."""

    payload: str
    salt: str


class Prepared(TypedDict):
    event: str
    hash: str
    payloads: list[BesideTold]


# --- declarations and findings ---


class Copy(TypedDict):
    """Who has a copy of one's declaration, and what became of it."""

    to: str
    level: Level
    held: Level
    notice: str
    sent: At
    delivered: list[Fact]
    responses: list[Fact]
    read_back: list[Fact]
    disseminated: list[Fact]
    relayed: list[Fact]
    outstanding: bool


class Verified(TypedDict):
    outcome: str
    by: str
    method: str


class Declaration(TypedDict):
    subject: str
    version: str
    of: str
    level: Level
    kind: Kind | None
    state: Annotated[str, OneOf(Shown)]
    statement: str
    notice: str
    late: bool
    at: At
    marks: list[str]
    consented: bool
    verification: Verified | None
    declaration: DeclarationFacts | None
    copies: list[Copy]


class Declarations(TypedDict):
    declarations: list[Declaration]
    next: int | None
    disclaimers: list[str]


class Findings(TypedDict):
    """`next` is `before` of the question for the following ones; null at the end."""

    findings: list[FindingTold]
    count: int
    next: str | None
    disclaimers: list[str]


class Preview(TypedDict):
    findings: list[Finding]
    fixes: list[Fix]
    searched: str
    sentence: str
    disclaimers: list[str]


class RowFlag(TypedDict):
    code: str
    sentence: str
    where: str


class Row(TypedDict):
    """A declaration that was read in a file: as it would be said (docs/spec/events.md), as it would be shown, and its
    place in independent words."""

    source: str
    declaration: Mapping[str, Any]
    shown: DeclarationFacts
    reference: str
    flags: list[RowFlag]


class RowProblem(TypedDict):
    source: str
    code: str
    sentence: str


class RowOmission(TypedDict):
    source: str
    what: str
    why: str
    harmless: bool


class FileRead(TypedDict):
    rows: list[Row]
    problems: list[RowProblem]
    omissions: list[RowOmission]
    complete: bool
    sha256: list[str]


class FeedbackTotals(TypedDict):
    notices: int
    told: int
    answered: int
    changed: int


class FeedbackParty(TypedDict):
    to: str
    notices: int
    answered: int
    median_s: float | None
    passed_on: int
    incidents: int


class FeedbackCopy(TypedDict):
    to: str
    level: Level
    sent: At
    delivered: At | None
    answered: At | None
    response: str
    read_back: At | None
    differs: str
    passed_on: At | None


class FeedbackChange(TypedDict):
    of: str
    what: Annotated[str, OneOf(NoticeKind)]
    at: At
    notice: str


class FeedbackNotice(TypedDict):
    subject: str
    title: str
    kind: Kind
    taken: At
    late: bool
    findings: int
    recipients: list[FeedbackCopy]
    changed: list[FeedbackChange]


class FeedbackValue(TypedDict):
    party: str
    since: At
    until: At
    exercise: bool
    more: bool
    totals: FeedbackTotals
    recipients: list[FeedbackParty]
    notices: list[FeedbackNotice]


class Feedback(FeedbackValue):
    """What came of one's declarations, in numbers, and as `text` to read."""

    language: str
    text: list[str]


# --- channels and agreements ---


class LineSeen(TypedDict):
    """The line as one side sees it."""

    party: str
    state: Line
    since: At | None


class TermTold(TypedDict):
    by: str
    to: str
    kind: str
    level: Level
    delay_s: int


class LineCheck(TypedDict):
    event: str
    by: str


class Channel(TypedDict):
    id: str
    name: str
    room: bool
    opened_by: str
    invited: list[str]
    joined: list[str]
    line_check_s: int
    lines: list[LineSeen]
    terms: list[TermTold]
    line_checks: list[LineCheck]


class Channels(TypedDict):
    channels: list[Channel]
    always_told: str


class Said(TypedDict):
    event: str
    index: int
    by: str
    officer: str
    at: At
    decision: bool
    text: str
    language: str
    about: str


class ChannelLog(TypedDict):
    said: list[Said]


class AgreementAnswer(TypedDict):
    by: str
    answer: Annotated[str, OneOf(Answer)]
    at: At


class Agreement(TypedDict):
    """A proposal, quiet window, line or change of custody."""

    id: str
    matter: Annotated[str, OneOf(Matter)]
    by: str
    to: list[str]
    state: Annotated[str, OneOf(AgreementState)]
    at: At
    expires: At | None
    answers: list[AgreementAnswer]
    words: str
    declaration: DeclarationFacts | None


class Agreements(TypedDict):
    agreements: list[Agreement]


class Commitment(TypedDict):
    """A promise and its outcome; null while there is none."""

    id: str
    by: str
    about: str
    at: At
    due: At
    outcome: Annotated[str, OneOf(Outcome)] | None
    lapsed: bool


class Commitments(TypedDict):
    commitments: list[Commitment]


class Emergency(TypedDict):
    id: str
    by: str
    at: At
    open: bool
    repeated: int
    commitments: list[str]


class Emergencies(TypedDict):
    emergencies: list[Emergency]


# --- incidents ---


class Named(TypedDict):
    """Parties and others that somebody named, and how they belong together."""

    parties: list[str]
    others: list[str]
    joined: Annotated[str, OneOf(Joined)]


class Particulars(TypedDict):
    """When, where, whom it befell and who is said to have caused it; null where nothing was said."""

    earliest: At | None
    latest: At | None
    place: PlaceWithin | None
    where: str
    affected: Named
    alleged: Named


class Graded(TypedDict):
    by: str
    what: Annotated[str, OneOf(InCase)]
    grade: str


class IncidentLine(Particulars):
    reference: str
    title: str
    by: str
    at: At
    withdrawn: At | None
    sides: list[str]
    accounts: int
    open_requests: int
    owed: int
    grades: list[Graded]
    newest: At


class Incidents(TypedDict):
    incidents: list[IncidentLine]
    total: int
    next: int | None
    disclaimers: list[str]


class HasIt(TypedDict):
    party: str
    since: At
    statement: str


class ReceivedTold(TypedDict):
    to: str
    notice: str
    sent: At
    delivered: list[Fact]
    responses: list[Fact]
    outstanding: bool


class IncidentItem(Particulars):
    """One thing that was said in an incident."""

    what: Annotated[str, OneOf(InCase)]
    statement: str
    index: int
    by: str
    officer: str
    at: At
    said_at: At
    told: At
    notice: str
    words: Words | None
    about: str
    to: list[str]
    due: At | None
    grade: str
    supersedes: str
    superseded_by: str
    evidence: Annotated[str, OneOf(Evidence)] | None
    name: str
    withheld: bool
    received: list[ReceivedTold]


class IncidentRequest(TypedDict):
    """An explanation that was asked for."""

    statement: str
    by: str
    to: str
    at: At
    due: At
    question: Words
    reminded: bool
    unanswered: bool
    answered: At | None
    late: bool
    answers: list[str]
    notice: str


class Incident(Particulars):
    reference: str
    statement: str
    index: int
    title: str
    by: str
    at: At
    withdrawn: At | None
    has_it: list[HasIt]
    accounts: dict[str, list[str]]
    said: list[IncidentItem]
    requests: list[IncidentRequest]
    status: str
    disclaimers: list[str]


# --- sources and claims ---


class LineageTold(TypedDict):
    source: str
    how: Annotated[str, OneOf(Descent)]
    why: str


class DayTold(TypedDict):
    words: str
    first: str
    last: str
    why: str


class ClaimPlace(TypedDict):
    words: str
    may_be: list[str]
    place: PlaceWithin | None


class ClaimNumber(TypedDict):
    value: str
    unit: str
    words: str


class Claim(TypedDict):
    """A claim that a person has read in a source and confirmed to be there."""

    statement: str
    index: int
    at: At
    by: str
    officer: str
    source: str
    text: str
    characters: list[int]
    force: Annotated[str, OneOf(Force)]
    quote: str
    said_by: str
    party: str
    through: list[str]
    said: list[DayTold]
    about: list[DayTold]
    places: list[ClaimPlace]
    numbers: list[ClaimNumber]
    inserted: list[str]
    draft: str
    corrected: bool
    supersedes: str
    superseded_by: str
    withdrawn: At | None
    words: Words | None


class EnteredTold(TypedDict):
    """A source as one party entered it."""

    by: str
    officer: str
    statement: str
    index: int
    at: At
    size: int
    media: str
    title: str
    outlet: str
    address: str
    obtained: At | None
    published: str
    language: str
    text: str
    text_sha256: str
    characters: int
    lineage: list[LineageTold]
    words: str
    shown_to: list[str]
    claims: list[Claim]


class SourceLine(TypedDict):
    sha256: str
    one_with: list[str]
    entered: list[EnteredTold]


class Sources(TypedDict):
    sources: list[SourceLine]
    total: int
    reports: int
    next: int | None
    status: str
    disclaimers: list[str]


class Source(SourceLine):
    status: str
    disclaimers: list[str]


class Difference(TypedDict):
    """Two claims that cannot both hold as they were confirmed, by the events of them."""

    differ: Annotated[str, OneOf(Differ)]
    a: str
    b: str
    told: list[str]
    why: str
    copy: bool


class ClaimMayBe(PlaceWithin):
    """What the carried gazetteer says of an id that a claim names."""

    name: str
    kind: str
    country: str


class Claims(TypedDict):
    """`places` has the ids of `may_be` that the carried gazetteer knows; one of somebody's own list stays an id."""

    claims: list[Claim]
    total: int
    places: dict[str, ClaimMayBe]
    differ: list[Difference]
    next: int | None
    status: str
    disclaimers: list[str]


# --- who knew what when ---


class AsOfCounts(TypedDict):
    declarations: int
    own: int
    valid: int
    findings: int
    notices: int
    outstanding: int


class AsOfDeclaration(TypedDict):
    """A declaration as it was known then. `answers` have `by`, `what`, `at`, `reached`, `notice`, and what is told
    besides."""

    subject: str
    version: str
    of: str
    own: bool
    level: Level
    kind: Kind | None
    state: Annotated[str, OneOf(Stood)]
    over: At | None
    valid: Bounds
    at: At
    reached: At
    notice: str
    statement: str
    late: bool
    marks: list[str]
    not_cited: list[NotCited]
    answers: list[dict[str, str]]
    declaration: DeclarationFacts


class AsOfFinding(Finding):
    of: str
    notice: str
    told: At
    reached: At


class AsOfCrossing(TypedDict):
    line: str
    at: At
    who: str
    by: str
    medium: str
    position: Place | None
    to_side: str
    told: At
    reached: At
    notice: str


class JoinedSince(TypedDict):
    party: str
    told: At


class AsOfChannel(TypedDict):
    id: str
    name: str
    room: bool
    opened_by: str
    invited: list[str]
    joined: list[JoinedSince]
    lines: list[LineSeen]


class AsOfCommitment(TypedDict):
    id: str
    by: str
    about: str
    action: str
    due: At
    at: At
    outcome: Annotated[str, OneOf(Outcome)] | None
    lapsed: bool


class AsOfEmergency(TypedDict):
    id: str
    by: str
    at: At
    text: str
    place: Place | None
    radius_m: float
    repeated: int
    open: bool | None


class AsOfParticipation(TypedDict):
    party: str
    by: str
    status: Annotated[str, OneOf(Participation)]
    since: At
    told: At


class AsOfSaid(TypedDict):
    what: str
    by: str
    at: At
    reached: At
    notice: str
    statement: str
    text: str
    language: str
    grade: str
    to: str
    due: At | None
    answered: At | None


class AsOfIncident(TypedDict):
    reference: str
    title: str
    by: str
    at: At
    withdrawn: At | None
    said: list[AsOfSaid]


class AsOfHead(TypedDict):
    party: str
    known: At
    valid: Bounds
    exercise: bool


class AsOf(AsOfHead):
    """The picture as one's party had it."""

    counts: AsOfCounts
    declarations: list[AsOfDeclaration]
    next: int | None
    findings: list[AsOfFinding]
    findings_next: int | None
    crossings: list[AsOfCrossing]
    channels: list[AsOfChannel]
    agreements: list[Agreement]
    commitments: list[AsOfCommitment]
    emergencies: list[AsOfEmergency]
    participation: list[AsOfParticipation]
    incidents: list[AsOfIncident]
    disclaimers: list[str]


class AsOfNotice(TypedDict):
    id: str
    n: int
    index: int
    what: Annotated[str, OneOf(NoticeKind)]
    at: At
    reached: At
    reached_by: str
    of: str
    subject: str
    version: str
    level: Level
    severity: str
    owed: bool
    outstanding: bool
    due: At | None
    answers: str
    findings: int
    talk_to: list[str]
    facts: dict[str, str]
    words: Words | None
    delivered: list[Fact]
    responses: list[Fact]
    read_back: list[Fact]
    disseminated: list[Fact]
    relayed: list[Fact]


class AsOfNotices(TypedDict):
    party: str
    known: At
    notices: list[AsOfNotice]
    next: int | None
    more: bool
    disclaimers: list[str]


AsOfTimes = TypedDict(
    "AsOfTimes",
    {
        "party": str,
        "known": At,
        "from": At,
        "until": At,
        "step_s": float,
        "valid": list[int],
        "known_counts": list[int],
    },
)
AsOfTimes.__doc__ = "What a time bar draws: `step_s` seconds each, from `from` on."


class Feature(TypedDict):
    """A GeoJSON feature (RFC 7946); `record` of its properties says what it is."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class MapHead(AsOfHead):
    left_out: int
    next: int | None
    findings_left_out: int
    findings_next: int | None
    note: str
    disclaimers: list[str]


class Link(TypedDict):
    rel: Literal["next"]
    type: str
    href: str


class Map(TypedDict):
    type: Literal["FeatureCollection"]
    thalweg: MapHead
    links: list[Link]
    features: list[Feature]


# --- evidence ---


class Entries(TypedDict):
    """Indexes of the log. `next` is what to ask `after` for the following ones; null at the end."""

    entries: list[int]
    next: int | None
    count: int


class Consistency(TypedDict):
    """Hashes in base64 (RFC 6962)."""

    path: list[str]
