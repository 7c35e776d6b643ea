"""Handing the watch over: who is on, what is owed and promised, what is open; signed by both, or taken over unanswered.

Whoever comes on signs `WatchTaken`, whoever goes off `WatchEnded`. Nobody ends another's watch: where the one before
has not signed, the page says so, and that the watch was taken over unanswered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Response

from thalweg.model.events import WatchEnded, WatchTaken
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.inbox import level, open_emergencies
from thalweg.server.pages.shell import Filled, Opened, Page, say
from thalweg.server.problems import Refusal
from thalweg.state.membership import WatchSaid

router = APIRouter(include_in_schema=False, route_class=Abreast)

_SHOWN: Final = 12
_LOG: Final = 40
_HANDOVERS: Final = 10
_LONGEST: Final = 2_000


@dataclass(slots=True)
class Handover:
    """A watch that was taken, from whom, and what they signed. `waits` are those who have not signed yet."""

    taken: WatchSaid
    before: tuple[str, ...]
    signed: list[WatchSaid] = field(default_factory=list)

    @property
    def waits(self) -> tuple[str, ...]:
        done = {each.officer for each in self.signed}
        return tuple(each for each in self.before if each not in done)


@router.get("/watch")
async def watch(page: Opened) -> Response:
    """Everything that one takes over, and the two signatures."""
    mailboxes, party = page.reading.mailboxes, page.party
    read = mailboxes.watches(party, _LOG).value
    owed = mailboxes.inbox(party, _SHOWN).value
    page.desk.reads.notices(party, page.asked.principal.author, owed)
    count, _ = mailboxes.owed(party).value
    promises = [each for each in mailboxes.commitments(party).value if each.outcome is None]
    asked = [
        each
        for each in mailboxes.agreements(party).value
        if each.agreement.state.value == "proposed"
        and party in each.agreement.to
        and party not in each.agreement.answers
    ]
    me = page.asked.principal.author
    return page.render(
        "watch.html",
        on=read.on,
        me=me,
        mine=any(each.officer == me for each in read.on),
        handovers=handovers(read.said)[-_HANDOVERS:][::-1],
        owed=[(each, level(each), telling.heading(page, each)) for each in owed],
        count=count,
        promises=sorted(promises, key=lambda each: each.due.epoch_s),
        asked=asked,
        emergencies=open_emergencies(page),
        waiting=mailboxes.waiting(party, _SHOWN).value,
        channels=[each for each in mailboxes.channels(party).value if party in each.joined],
        speaks=_speaks(page),
    )


@router.post("/watch/take")
async def take(page: Opened, filled: Filled) -> Response:
    """Comes on watch, having read what stands there."""
    if filled["read"] != "yes":
        raise Refusal("request-invalid", "Say first that you have read what you take over.", field="read")
    order = filled["order"] or "0"
    if not order.isdecimal() or len(order) > 2:
        raise Refusal("request-invalid", "The place in the order is a number, 0 to 99.", field="order")
    said = WatchTaken(page.party, int(order), filled["words"][:_LONGEST])
    return await say(page, filled, said, "/watch", "watch_taken")


@router.post("/watch/end")
async def end(page: Opened, filled: Filled) -> Response:
    """Goes off watch."""
    if filled["sure"] != "yes":
        raise Refusal("request-invalid", "Say that you hand the watch over.", field="sure")
    return await say(page, filled, WatchEnded(page.party, filled["words"][:_LONGEST]), "/watch", "watch_ended")


def handovers(said: Sequence[WatchSaid]) -> list[Handover]:
    """Each watch that was taken, oldest first, with who was on before and whether they signed, before it or since."""
    on: dict[str, WatchSaid] = {}
    ended: WatchSaid | None = None
    found: list[Handover] = []
    for each in said:
        if each.taken:
            before = tuple(officer for officer in on if officer != each.officer)
            made = Handover(each, before)
            if not before and ended is not None and ended.officer != each.officer:
                made.before, made.signed = (ended.officer,), [ended]
            found.append(made)
            on[each.officer] = each
            ended = None
            continue
        on.pop(each.officer, None)
        ended = each
        for handover in found:
            if each.officer in handover.waits:
                handover.signed.append(each)
    return found


def _speaks(page: Page) -> bool:
    return page.reading.world.membership.speaks_for(page.asked.principal.author, page.party)
