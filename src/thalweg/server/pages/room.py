"""The room: what is owed, the map, the card of what is selected, and one bar of time for all of them.

The whole view stands in the query: `on` (what is selected), `valid` and `known` (the two times), `without` (layers that
are off). The page is complete without a script: the map is then a table, and the bar of time a form.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.asof.findings import Some
from thalweg.policy.asof.had import AsOf, Chart, NoticesHad, Token
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports import charts
from thalweg.reports.asof_map import MOST_FOUND
from thalweg.reports.json import first_position
from thalweg.server.as_of import known_of, valid_of
from thalweg.server.desk import Abreast, stepwise
from thalweg.server.pages import telling
from thalweg.server.pages.finding import Card, card_of
from thalweg.server.pages.inbox import SEVERITIES, level, open_emergencies
from thalweg.server.pages.landmarks import landmarks
from thalweg.server.pages.shell import Opened, Page
from thalweg.server.pages.telling import Told

router = APIRouter(include_in_schema=False, route_class=Abreast)

_MOST: Final = 30  # lines of what is owed
_ROWS: Final = 40  # of the table that stands for the map
_FOUND: Final = 80  # conflicts that the page itself names, the newest
_DRAWN: Final = 20_000  # declarations on the map
_WAITING: Final = 6
_PAST: Final = 1_000  # lines of what was owed at a time gone by, which no other page lists
_TAG: Final = 4
_REGION: Final = (38.5, 33.8, 42.5, 36.8)
_ARRIVES: Final = 500  # notices that the page alone puts on record as shown; its map puts all of them there
_SWIFTLY: Final = 1  # of gzip's nine: rows are alike, and somebody waits
_PREPARED: Final = 60_000  # rows of maps that are kept, of all parties
_CLOSELY: Final = 2_000  # outlines at once
_AHEAD_S: Final = 86_400.0
_AROUND_DEG: Final = 0.25
_WIDEST_DEG: Final = 170.0


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of what is owed; the one that is selected stands open, with the four answers."""

    notice: Notice
    id: str
    level: str
    title: str
    about: str
    on: str  # what selecting it shows: its finding, or itself
    chosen: bool
    due: Instant | None


@dataclass(frozen=True, slots=True)
class Selected:
    """What the card shows: a finding in full, or a notice or a declaration in short with where to read all of it."""

    card: Card | None = None
    beside: bool = False  # whether its answers stand in the list of what is owed
    notice: NoticeRead | None = None
    title: str = ""
    texts: tuple[Told, ...] = ()
    subject: str = ""
    had: Any = None
    gone: bool = False


@router.get("/room")
async def room(page: Opened) -> Response:
    """The screen of the officer on watch."""
    asked = page.request.query_params
    await page.ordered()
    known, valid, past = await _times(page, _ARRIVES)
    party = page.party
    some = Some(most=_FOUND, newest=True, also=asked.get("on", ""))
    made = await stepwise(
        page.desk, lambda now: now.mailboxes.as_of.picturing(party, known, valid, most=_ROWS, some=some)
    )
    picture = made.value
    had = await _owed_then(page, known) if past else None
    page.reading = await page.desk.office.reading()
    mailboxes = page.reading.mailboxes
    page.desk.reads.had(party, page.asked.principal.author, picture.declarations)
    _looked(page, picture)
    owed = _now(page) if had is None else _then(page, had.value)
    on = asked.get("on", "")
    if not on and owed and not past:
        on = owed[0].on
    owed = [_chosen(each, on) for each in owed]
    urgent = [] if past else open_emergencies(page)
    bounds = _bounds(picture)
    marks = await run_in_threadpool(landmarks, bounds, page.reader.language)
    return page.render(
        "room.html",
        owed=owed,
        total=picture.counts.outstanding if past else len(owed) if page.strip is None else page.strip.owed,
        past=past,
        known=known,
        ahead=not asked.get("valid"),
        fields={"known": _field(asked.get("known", "")), "valid": _field(asked.get("valid", ""))},
        picture=picture,
        drawn=MOST_FOUND,
        on=on,
        asked_on=asked.get("on", ""),
        selected=_selected(page, on, picture, past=past, beside=any(each.chosen for each in owed)),
        emergencies=urgent,
        waiting=[] if past else mailboxes.waiting(party, _WAITING).value,
        parties=_parties(page),
        bounds=bounds,
        landmarks=marks,
    )


@router.get("/room/map")
async def chart(page: Opened) -> Response:
    """What the map draws (`reports.charts`), for the room's own script. Like the page, it puts on record what reached
    the party by it."""
    known, valid, _ = await _times(page, _DRAWN)
    drawn, kept = await _chart(page, known, valid)
    packs = "gzip" in page.request.headers.get("accept-encoding", "")

    def made() -> bytes:
        data = charts.spelled(drawn, kept)
        return gzip.compress(data, _SWIFTLY, mtime=0) if packs else data

    data = await run_in_threadpool(made)
    page.desk.reads.sites(page.party, page.asked.principal.author, charts.sites(drawn, kept))
    _looked(page, drawn.value.picture)
    headers = {"vary": "accept-encoding, cookie", "cache-control": "no-store"}
    if packs:
        headers["content-encoding"] = "gzip"
    return Response(data, headers=headers, media_type="application/json")


class Exactly(BaseModel):
    """Which outlines somebody looks at closely, at which times."""

    known: Annotated[str, Field(max_length=40)] = ""
    valid: Annotated[str, Field(max_length=90)] = ""
    subjects: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=_CLOSELY)]


@router.post("/room/outlines")
async def outlines(page: Opened, exactly: Exactly) -> Response:
    """Outlines in full, by the ids of what is in view: a position is in no request."""
    known = known_of(exactly.known, page.asked)
    drawn, kept = await _chart(page, known, valid_of(exactly.valid, known) if exactly.valid else _ahead(known))
    meant = frozenset(exactly.subjects)
    data = await run_in_threadpool(lambda: orjson.dumps(charts.exact(drawn, kept, meant)))
    shown = (site for site in charts.sites(drawn, kept) if site[0] in meant)
    page.desk.reads.sites(page.party, page.asked.principal.author, shown)
    return Response(data, headers={"cache-control": "no-store"}, media_type="application/json")


def _looked(page: Page, picture: AsOf) -> None:
    """The findings of a picture were shown."""
    page.desk.reads.findings(page.party, page.asked.principal.author, (each.finding for each in picture.findings))


async def _chart(page: Page, known: Instant, valid: Valid) -> tuple[Disclosed[Chart], dict[Token, Any]]:
    as_of = page.reading.mailboxes.as_of
    if len(as_of.prepared) > _PREPARED:
        as_of.prepared = {}
    kept = as_of.prepared  # the thread goes on with this one
    some = Some(most=MOST_FOUND, newest=True)
    drawn = await stepwise(
        page.desk, lambda now: now.mailboxes.as_of.charting(page.party, known, valid, kept, _DRAWN, some)
    )
    return drawn, kept


async def _times(page: Page, arrives: int) -> tuple[Instant, Valid, bool]:
    """The two times that the address asks for, and whether the first is gone by. Otherwise the screen shows all that
    was ever shown to the party, of which so many notices are put on record at once as having reached it."""
    asked = page.request.query_params
    # A time that cannot be read is refused: the present must not be taken for the time that somebody asked for.
    known = known_of(_zoned(asked.get("known", "")), page.asked)
    valid = valid_of(_zoned(asked["valid"]), known) if asked.get("valid") else _ahead(known)
    past = known < known_of("", page.asked)
    if not past:
        await page.arrived(page.reading.mailboxes.unreached(page.party, arrives).value)
        known = max(known, page.desk.now(), page.reading.world.latest)
    return known, valid, past


def _ahead(known: Instant) -> Valid:
    """Unless a time is chosen: what holds then or within a day, so that nobody misses what is about to begin."""
    return Valid(known, Instant(known.epoch_s + _AHEAD_S))


def _now(page: Page) -> list[Owed]:
    """What one's party owes an answer to, most pressing first."""
    owed = page.reading.mailboxes.inbox(page.party, _MOST).value
    page.desk.reads.notices(page.party, page.asked.principal.author, owed)
    return [_line(page, each.notice, each.id, level(each), telling.heading(page, each)) for each in owed]


async def _owed_then(page: Page, known: Instant) -> Disclosed[NoticesHad]:
    return await stepwise(
        page.desk, lambda now: now.mailboxes.as_of.noticing(page.party, known, 0, _PAST, owed_only=True)
    )


def _then(page: Page, had: NoticesHad) -> list[Owed]:
    """What it owed then, by what had reached it."""
    mailboxes, found = page.reading.mailboxes, []
    for each in had.notices:
        read = mailboxes.notice(page.party, each.notice.id)
        if read is not None:
            shown = each.notice.severity if each.notice.severity in SEVERITIES else "information"
            found.append(_line(page, each.notice, each.notice.id, shown, telling.heading(page, read.value)))
    return sorted(found, key=lambda each: (SEVERITIES.index(each.level), each.due.epoch_s if each.due else 0.0))


def _line(page: Page, notice: Notice, name: str, shown: str, title: str) -> Owed:
    about = page.name(notice.of) if notice.of else ""
    on = notice.findings[0].id if notice.findings else name
    return Owed(notice, name, shown, title, about, on, chosen=False, due=notice.due)


def _chosen(line: Owed, on: str) -> Owed:
    chosen = on in (line.id, line.on)
    return (
        line
        if not chosen
        else Owed(line.notice, line.id, line.level, line.title, line.about, line.on, chosen=True, due=line.due)
    )


def _selected(page: Page, on: str, picture: AsOf, *, past: bool, beside: bool) -> Selected | None:
    """What is selected, as one's party knows it; `gone` where nothing of that id is known at that time."""
    if not on:
        return None
    then = next((each for each in picture.findings if each.finding.id == on), None) if past else None
    if then is not None or not past:
        card = card_of(page, on, had=then, known=picture.known if past else None)
        if card is not None:
            return Selected(card=card, beside=beside)
    disclosed, then_known = page.reading.mailboxes.notice(page.party, on), picture.known if past else None
    if disclosed is not None and not (past and not _had(page, disclosed.value, picture.known)):
        read = disclosed.value
        texts = telling.texts(page, disclosed, then_known)
        return Selected(notice=read, title=telling.heading(page, read), texts=texts)
    had = next((each for each in picture.declarations if each.subject == on), None)
    if had is not None:
        return Selected(had=had, subject=had.subject)
    if not past and page.reading.mailboxes.declaration(page.party, on, page.now) is not None:
        return Selected(subject=on)
    return Selected(gone=True)


def _had(page: Page, read: NoticeRead, known: Instant) -> bool:
    """Whether a notice had reached the party by a time."""
    before = read.notice.n - 1
    had = page.reading.mailboxes.as_of.notices(page.party, known, before, 1).value.notices
    return any(each.notice.id == read.id for each in had)


def _parties(page: Page) -> dict[str, dict[str, str]]:
    """For the map: the letters, the name and the side of each party. One's own side is one's party and its members; the
    other desks are those on a channel with it; all others are third parties."""
    membership, found = page.reading.world.membership, {}
    channels = page.reading.mailboxes.channels(page.party).value
    desks = {party for each in channels if page.party in each.joined for party in each.joined}
    for party in sorted(membership.parties):
        own = page.party in (party, membership.parties[party].member_of)
        side = "own" if own else "other" if party in desks else "third"
        found[party] = {"tag": party[:_TAG].upper(), "name": page.name(party), "side": side}
    return found


def _bounds(picture: AsOf) -> list[float]:
    """West, south, east and north of where what is shown begins, with room around it; the region of the theatre's
    first places where nothing is shown."""
    firsts = [first_position(each.declaration) for each in picture.declarations]
    lons, lats = [each.lon for each in firsts if each], [each.lat for each in firsts if each]
    if not lons or max(lons) - min(lons) > _WIDEST_DEG:
        return list(_REGION)
    return [min(lons) - _AROUND_DEG, min(lats) - _AROUND_DEG, max(lons) + _AROUND_DEG, max(lats) + _AROUND_DEG]


def _zoned(text: str) -> str:
    """A time as a form gives it is UTC; an interval stays as it is."""
    if not text or "/" in text or text.endswith("Z") or "+" in text[10:]:
        return text
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{text}Z"


def _field(text: str) -> str:
    return text[:16].replace("T", " ")
