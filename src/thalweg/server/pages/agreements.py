"""What was proposed and agreed: ways out, quiet windows, lines, sites that change hands; and crossings of lines.

A proposal is a dialogue with a state: the other sides agree or do not, or it lapses. A crossing is a neutral fact with
a count, judged by nobody here (R33).
"""

from __future__ import annotations

from asyncio import sleep
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from thalweg.model.declarations import Declaration, LineStatus, Medium
from thalweg.model.events import (
    Answer,
    CrossingLogged,
    CustodyAnswered,
    LineJudged,
    NoticeKind,
    ProposalAnswered,
    QuietGuaranteed,
    Said,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import AgreementRead, DeclarationRead
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.shell import SIGN_WITH, Filled, Form, Opened, Page, in_field, say
from thalweg.server.pages.typed import Echo, beside, echo, moment
from thalweg.server.problems import Refusal
from thalweg.state.agreements import AgreementState, Matter

router = APIRouter(include_in_schema=False, route_class=Abreast)

_LONGEST: Final = 2_000
_SETTLED: Final = 30
_CROSSINGS: Final = 200  # of the newest notices, looked through for them
_MEDIA: Final = (Medium.AIR, Medium.GROUND, Medium.WATER)


@dataclass(frozen=True, slots=True)
class Item:
    """A proposal: how it would then read, whether one's own answer is awaited, and whether one may take it back."""

    read: AgreementRead
    parts: tuple[telling.Part, ...]
    mine: bool
    guaranteed: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A dated piece of a line."""

    status: LineStatus
    start: Instant | None
    end: Instant | None
    points: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that one declared or was shown, piece by piece, and how often it was crossed as far as one was told."""

    read: DeclarationRead
    pieces: tuple[Piece, ...]
    left: str
    right: str
    count: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing that one was told of."""

    notice: str
    line: str
    who: str
    at: str
    told: Instant


@router.get("/agreements")
async def agreements(page: Opened) -> Response:
    """Proposals that wait, those that are settled, lines piece by piece, and crossings."""
    await _gathered(page)
    return _page(page, None, None)


@router.post("/agreements/crossings")
async def crossing(page: Opened, filled: Filled) -> Response:
    """Logs that somebody or something crossed a line; a position is read back first (R4)."""
    await _gathered(page)
    lines = _lines(page)
    line = filled.need("line", 200)
    if line not in {each.read.subject for each in lines}:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    known = beside(page.reading.world.membership.theatre)
    read = echo(1, filled["position"], known, choice=filled["choice"]) if filled["position"] else None
    if read is not None and (read.at is None or read.token not in filled.all("sure")):
        if filled[SIGN_WITH]:
            raise Refusal("request-invalid", "Confirm the position first.", field="sure")
        return _page(page, read, filled)
    who = filled["who"] if filled["who"] in page.reading.world.membership.parties else "unknown"
    with in_field("at"):
        at = moment(filled["at"], page.now, "at")
    said = CrossingLogged(
        page.party,
        line,
        at,
        who,
        filled["medium"] if filled["medium"] in {each.value for each in _MEDIA} else "",
        None if read is None else read.at,
        filled["side"] if filled["side"] in ("left", "right") else "",
        filled["words"][:_LONGEST],
    )
    return await say(page, filled, said, "/agreements#crossings", "said")


@router.post("/agreements/{event}")
async def answer(page: Opened, filled: Filled, event: str) -> Response:
    """Agrees to a proposal, or does not; of a quiet window in force, takes one's guarantee back."""
    held = page.reading.mailboxes.agreements(page.party).value
    read = next((each for each in held if each.agreement.event == event), None)
    if read is None or page.party not in read.agreement.to:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    if filled["answer"] not in set(Answer):
        raise Refusal("request-invalid", "Say whether you agree.", field="answer")
    said = _answer(page.party, read, Answer(filled["answer"]), filled["words"][:_LONGEST])
    return await say(page, filled, said, "/agreements", "answered")


def _answer(party: str, read: AgreementRead, given: Answer, words: str) -> Said:
    event = read.agreement.event
    match read.agreement.matter:
        case Matter.FIX:
            return ProposalAnswered(party, event, given, words)
        case Matter.QUIET_WINDOW:
            return QuietGuaranteed(party, event, given, words)
        case Matter.LINE:
            return LineJudged(party, event, given, words)
        case Matter.CUSTODY:
            return CustodyAnswered(party, event, given, words)


def _page(page: Page, read: Echo | None, filled: Form | None) -> Response:
    held = page.reading.mailboxes.agreements(page.party).value
    items = [_item(page, each) for each in reversed(held)]
    names = page.names
    return page.render(
        "agreements.html",
        asked=[each for each in items if each.mine],
        ours=[each for each in items if not each.mine and each.read.agreement.state is AgreementState.PROPOSED],
        settled=[each for each in items if each.read.agreement.state is not AgreementState.PROPOSED][:_SETTLED],
        lines=_lines(page),
        crossings=_crossings(page),
        read=read,
        filled=filled,
        who=[("unknown", page.words.plain("agreements.unknown"))] + [(each, names[each]) for each in sorted(names)],
        media=[("", page.words.plain("medium.unstated"))]
        + [(each.value, page.words.plain(f"medium.{each.value}")) for each in _MEDIA],
        status=200,
    )


def _item(page: Page, read: AgreementRead) -> Item:
    agreement, party = read.agreement, page.party
    asked = party in agreement.to and party not in agreement.answers
    mine = asked and agreement.state is AgreementState.PROPOSED
    guaranteed = (
        agreement.matter is Matter.QUIET_WINDOW
        and agreement.state is AgreementState.ACCEPTED
        and party in agreement.to
        and not _over(read.changed, page.now)
    )
    return Item(read, telling.parts(read.changed), mine, guaranteed)


def _over(declaration: Declaration | None, now: Instant) -> bool:
    end = telling.ends(declaration)
    return end is not None and end <= now


async def _gathered(page: Page) -> None:
    """Until it is known which of all that is in force are lines; others are answered meanwhile."""
    mailboxes = await page.ordered()
    while not mailboxes.lined(page.party):
        await sleep(0)


def _lines(page: Page) -> list[Line]:
    """Those in force that the party declared or was shown with their pieces."""
    mailboxes = page.reading.mailboxes
    counted = {each.subject: each.facts.get("count", "") for each in _told(page)}
    found = []
    for read in mailboxes.lines(page.party, page.now).value:
        declared = read.declaration
        if declared is None or not declared.segments:
            continue
        pieces = tuple(
            Piece(each.status, each.window.start, each.window.end, each.path.points) for each in declared.segments
        )
        sides = declared.sides
        left, right = ("", "") if sides is None else (sides.left_name, sides.right_name)
        count = counted.get(read.subject, "")
        found.append(Line(read, pieces, left, right, int(count) if count.isdecimal() else 0))
    return found


def _told(page: Page) -> list[_Notice]:
    count = page.reading.mailboxes.count(page.party)
    newest = page.reading.mailboxes.notices(page.party, max(0, count - _CROSSINGS), _CROSSINGS).value.notices
    return [
        _Notice(each.id, each.notice.subject, dict(each.notice.facts), each.notice.at)
        for each in newest
        if each.notice.what is NoticeKind.CROSSING
    ]


@dataclass(frozen=True, slots=True)
class _Notice:
    id: str
    subject: str
    facts: dict[str, str]
    at: Instant


def _crossings(page: Page) -> list[Crossing]:
    return [
        Crossing(each.id, each.subject, each.facts.get("who", ""), each.facts.get("at", ""), each.at)
        for each in reversed(_told(page))
    ]
