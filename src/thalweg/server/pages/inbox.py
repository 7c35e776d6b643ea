"""What is owed, most pressing first: an emergency before everything, then by severity and by the clock.

The first of them stand open, with their words and the four answers; the others are a line each. Nothing owed, and no
emergency open, are said as plainly as the opposite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from thalweg.model.instants import Instant
from thalweg.policy.mailbox import NoticeRead, place_of, read_place, written_place
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.shell import Opened, Page
from thalweg.server.pages.telling import Told
from thalweg.state.exchange import Emergency

router = APIRouter(include_in_schema=False, route_class=Abreast)

SEVERITIES: Final = ("emergency", "warning", "caution", "information")
_MOST: Final = 40  # lines of one page
_OPEN: Final = 3  # that stand open, besides emergencies
_WAITING: Final = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One line, or one that stands open (`texts`)."""

    read: NoticeRead
    level: str
    title: str
    of: str
    name: str
    start: Instant | None
    texts: tuple[Told, ...]


@router.get("/inbox")
async def inbox(page: Opened) -> Response:
    """What one's party owes an answer to, a page at a time. `severity` and `of` leave out the rest, and say so."""
    asked = page.request.query_params
    severity, of = asked.get("severity", ""), asked.get("of", "")
    mailboxes = page.reading.mailboxes
    cursor = asked.get("after", "")
    after = read_place(cursor[:60]) if cursor else None
    shown = mailboxes.inbox(page.party, _MOST, after=after, severity=severity, of=of).value
    fitting, _ = mailboxes.owed(page.party, severity=severity, of=of).value
    page.desk.reads.notices(page.party, page.asked.principal.author, shown)
    await page.arrived(each.id for each in shown)
    items = [_item(page, each, place) for place, each in enumerate(shown)]
    behind = mailboxes.inbox(page.party, 1, after=place_of(shown[-1]), severity=severity, of=of) if shown else None

    def here(place: str = "") -> str:
        query = {"severity": severity, "of": of, "after": place}
        told = urlencode({name: text for name, text in query.items() if text})
        return f"/inbox?{told}" if told else "/inbox"

    total = page.strip.owed if page.strip is not None else fitting
    return page.render(
        "inbox.html",
        items=items,
        total=total,
        more=max(0, fitting - len(items)) if after is None else 0,
        first=after is None,
        next=written_place(place_of(shown[-1])) if behind is not None and behind.value else "",
        here=here,
        severity=severity,
        of=of,
        severities=SEVERITIES,
        parties=sorted(page.reading.world.membership.parties),
        emergencies=[each for each in open_emergencies(page) if each[1] not in {item.read.id for item in items}],
        calm=not open_emergencies(page),
        waiting=mailboxes.waiting(page.party, _WAITING).value,
        lines=_line_checks(page),
    )


def level(read: NoticeRead) -> str:
    """The severity of a notice; information where it has none."""
    return read.notice.severity if read.notice.severity in SEVERITIES else "information"


def open_emergencies(page: Page) -> list[tuple[Emergency, str]]:
    """Those that one called or was called by and that are open, each with the notice to oneself (empty: one's own)."""
    found = []
    for emergency in page.reading.mailboxes.emergencies(page.party).value:
        if emergency.open:
            mine = (page.reading.mailboxes.notice(page.party, each) for each in reversed(emergency.notices))
            found.append((emergency, next((read.value.id for read in mine if read is not None), "")))
    return found


def _item(page: Page, read: NoticeRead, place: int) -> Item:
    shown = level(read)
    texts: Sequence[Told] = ()
    if place < _OPEN or shown == "emergency":
        disclosed = page.reading.mailboxes.notice(page.party, read.id)
        texts = () if disclosed is None else telling.texts(page, disclosed)[:1]  # the others are on its own page
    of = read.notice.of
    return Item(
        read, shown, telling.heading(page, read), of, page.name(of) if of else "", telling.begins(read.declaration),
        tuple(texts),
    )  # fmt: skip


def _line_checks(page: Page) -> list[tuple[str, str, str]]:
    """Open line checks: the channel, its name, and who asked; those of others are owed, and stand among the notices."""
    return [
        (channel.channel, channel.name, by)
        for channel in page.reading.mailboxes.channels(page.party).value
        for _, by in channel.checks
        if by == page.party
    ]
