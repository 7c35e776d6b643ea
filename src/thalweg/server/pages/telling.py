"""A notice and a declaration as pages show them: headings, sentences, facts, places, and who signed what.

Takes disclosed readings. A heading comes from the kind of a notice alone; its sentences are those of
`reports.messages`, with the English beside them while nobody fluent has reviewed the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool

from thalweg.ledger.entry import Entry
from thalweg.model.declarations import Declaration, Volume
from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.model.measures import Band
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Route,
)
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports.json import first_position
from thalweg.reports.messages.kinds import AnswerOwed, Declared, Message, TalkTo, Warned
from thalweg.reports.messages.notices import of_notice
from thalweg.reports.messages.render import render_with_source
from thalweg.reports.messages.slots import Mark
from thalweg.server.pages.shell import Page

_HEADINGS: Final = {
    NoticeKind.DECLARED: "declared",
    NoticeKind.REPLACED: "declared",
    NoticeKind.CANCELLED: "cancelled",
    NoticeKind.REVALIDATED: "revalidated",
    NoticeKind.VERIFIED: "checked",
    NoticeKind.WARNING: "warned",
    NoticeKind.LACKING: "lacking",
    NoticeKind.RELEASED: "released",
    NoticeKind.REVOKED: "revoked",
    NoticeKind.CONSENT: "consent_withdrawn",
    NoticeKind.DUPLICATE: "duplicate_suspected",
    NoticeKind.ACKNOWLEDGED: "acknowledged",
    NoticeKind.READ_BACK: "read_back_matches",
    NoticeKind.DISSEMINATED: "disseminated",
    NoticeKind.DELIVERED: "delivered",
    NoticeKind.RELAYED: "relayed",
    NoticeKind.ESCALATED: "escalated",
    NoticeKind.REMINDER: "expiring",
    NoticeKind.EMERGENCY: "emergency",
    NoticeKind.COMMITMENT: "commitment_made",
    NoticeKind.OUTCOME: "outcome",
    NoticeKind.LAPSED: "commitment_lapsed",
    NoticeKind.PROPOSAL: "proposed",
    NoticeKind.QUIET_WINDOW: "quiet_proposed",
    NoticeKind.LINE: "line_proposed",
    NoticeKind.CROSSING: "crossing_recorded",
    NoticeKind.CUSTODY: "custody_offered",
    NoticeKind.CHANNEL: "channel_state",
    NoticeKind.LINE_CHECK: "line_check",
    NoticeKind.MESSAGE: "note",
    NoticeKind.DECISION: "decision",
    NoticeKind.PARTICIPATION: "participation",
    NoticeKind.PROBING: "probing",
    NoticeKind.RULES: "rules_changed",
    NoticeKind.WATCH: "roll_changed",
    NoticeKind.INCIDENT: "incident",
    NoticeKind.ACCOUNT: "account",
    NoticeKind.EXPLANATION_REQUEST: "explanation_asked",
    NoticeKind.EXPLANATION: "explanation_given",
    NoticeKind.ASSESSMENT: "incident",
    NoticeKind.EVIDENCE: "incident",
    NoticeKind.SOURCE: "source_told",
    NoticeKind.CLAIM: "claim_told",
}
_SEVERITIES: Final = frozenset(("caution", "information"))
_SHORT: Final = 10  # characters of an id that are read
_MOST_PLACES: Final = 60  # of one declaration; the rest is in its file


@dataclass(frozen=True, slots=True)
class Told:
    """One text of a notice, and its English while nobody fluent has reviewed the language."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of the table of a declaration's places. `number` counts within its volume."""

    number: int
    at: Position
    time: Instant | None


@dataclass(frozen=True, slots=True)
class Part:
    """A volume as rows: its shape in a word, when, between which heights, how sure, and its positions."""

    shape: str
    extent_m: float
    start: Instant | None
    end: Instant | None
    band: Band | None
    off_m: float
    spots: tuple[Spot, ...]
    more: int


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry that a page rests on: where it stands, who signed it, who holds the key, and when they say it was."""

    index: int
    author: str
    holder: str
    kind: str
    at: Instant


def heading(page: Page, read: NoticeRead) -> str:
    """What a notice is, in a few words; nothing of where, when or whose."""
    notice = read.notice
    name = _HEADINGS.get(notice.what, "told")
    if notice.what is NoticeKind.READ_BACK and notice.facts.get("differs"):
        name = "mismatch"
    elif notice.what is NoticeKind.ANSWERED:
        name = "proposal_accepted" if notice.facts.get("answer") == "accept" else "proposal_declined"
    elif notice.what is NoticeKind.CHANNEL and "state" not in notice.facts:
        name = "channel_changed"
    elif notice.what is NoticeKind.WATCH and "role" not in notice.facts:
        name = "key_changed"
    elif notice.what is NoticeKind.WARNING and not notice.version:
        name = "talk_to"
    elif notice.what is NoticeKind.REMINDER and notice.facts.get("stale") == "1":
        name = "stale"
    said = page.words.plain(f"subject.{name}")
    if name == "warned" and notice.severity in _SEVERITIES:
        # What begins the line for an e-mail is the word of a warning; here it is that of the notice's own severity.
        word = said.partition(":")[0].rstrip()
        return page.words.plain(f"severity.{notice.severity}") + said.removeprefix(word)
    return said


def texts(page: Page, disclosed: Disclosed[NoticeRead], known: Instant | None = None) -> tuple[Told, ...]:
    """The sentences of a notice, made from what it shows; at a time gone by (`known`) with what was shown besides by
    then."""
    sides = page.reading.mailboxes.sides(page.party, disclosed.value.id, known)
    theatre = page.reading.world.membership.theatre
    messages = of_notice(disclosed, theatre, names=page.names, known=sides.value)
    said = [each for each in messages if not isinstance(each, AnswerOwed)] or messages
    said = sorted(said, key=lambda each: not isinstance(each, Warned | TalkTo))  # what is pressing comes first
    rendered = (render_with_source(_on_page(each), page.reader.language, zone=page.reader.zone) for each in said)
    return tuple(Told(each.text, each.source) for each in rendered)


def _on_page(message: Message) -> Message:
    """Without what stands on the page already: that it is an exercise, and ids in all their length."""
    marks = tuple(mark for mark in message.marks if mark is not Mark.EXERCISE)
    if isinstance(message, Declared):
        return replace(message, marks=marks, version=_short(message.version))
    if isinstance(message, Warned | TalkTo):
        return replace(message, marks=marks, finding=_short(message.finding))
    return replace(message, marks=marks)


def _short(name: str) -> str:
    return f"{name[:_SHORT]}…" if len(name) > _SHORT + 1 else name


def begins(declaration: Declaration | None) -> Instant | None:
    """When the first of it is there."""
    if declaration is None:
        return None
    starts = [each.window.start for each in declaration.volumes if each.window.start is not None]
    return min(starts, default=None)


def ends(declaration: Declaration | None) -> Instant | None:
    """When the last of it is over; None where it stays."""
    if declaration is None or any(each.window.end is None for each in declaration.volumes):
        return None
    return max((each.window.end for each in declaration.volumes if each.window.end is not None), default=None)


def where(declaration: Declaration | None) -> Position | None:
    """The position to speak of it by."""
    return None if declaration is None else first_position(declaration)


def parts(declaration: Declaration | None) -> tuple[Part, ...]:
    """All its places as rows of a table, volume by volume; of a line, its segments."""
    if declaration is None:
        return ()
    found, left = [], _MOST_PLACES
    for volume in declaration.volumes:
        made = _part(volume, left)
        left = max(0, left - len(made.spots))
        found.append(made)
    for segment in declaration.segments:
        rows = _spots(((at, None) for at in segment.path.points), left)
        left -= len(rows)
        window = segment.window
        off_m = segment.uncertainty.horizontal_m
        more = len(segment.path.points) - len(rows)
        found.append(Part("line", 0.0, window.start, window.end, None, off_m, rows, more))
    return tuple(found)


async def signed(page: Page, indexes: Sequence[int]) -> list[SignedEntry]:
    """Who signed the entries that the party may hold."""

    def read() -> list[SignedEntry]:
        found = []
        for index in indexes:
            event = Entry.parse(page.desk.log.entry(index)).event
            found.append(SignedEntry(index, event.author, event.holder, event.kind, Instant(event.at / 1000)))
        return found

    return await run_in_threadpool(read)


def _part(volume: Volume, most: int) -> Part:
    shape = volume.shape
    positions: list[tuple[Position, Instant | None]]
    extent_m = 0.0
    match shape:
        case Point(at=at):
            name, positions = "point", [(at, None)]
        case Circle(centre=at, radius_m=extent_m):
            name, positions = "circle", [(at, None)]
        case Polygon(outer=ring):
            name, positions = "area", [(at, None) for at in ring]
        case MultiPolygon(polygons=polygons):
            name, positions = "area", [(at, None) for polygon in polygons for at in polygon.outer]
        case Corridor(path=path, half_width_m=extent_m):
            name, positions = "corridor", [(at, None) for at in path]
        case Path(points=points):
            name, positions = "line", [(at, None) for at in points]
        case Route(waypoints=waypoints, radius_m=extent_m):
            name, positions = "route", [(each.at, each.time) for each in waypoints]
    rows = _spots(positions, most)
    return Part(
        name, extent_m, volume.window.start, volume.window.end, volume.band, volume.uncertainty.horizontal_m, rows,
        len(positions) - len(rows),
    )  # fmt: skip


def _spots(positions: Iterable[tuple[Position, Instant | None]], most: int) -> tuple[Spot, ...]:
    return tuple(Spot(number, at, time) for number, (at, time) in enumerate(positions, 1) if number <= most)
