"""The shortest form there is: "we are being hit, stop". It overtakes everything, and repeats until a promise about it
has an outcome (R17). Below it, what is open, and the promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from thalweg.model.events import EmergencySent, Outcome, OutcomeStated
from thalweg.server.desk import Abreast
from thalweg.server.pages.inbox import open_emergencies
from thalweg.server.pages.shell import SIGN_WITH, Filled, Form, Opened, Page, say
from thalweg.server.pages.typed import Echo, beside, echo
from thalweg.server.problems import Refusal
from thalweg.state.exchange import Commitment, Emergency

router = APIRouter(include_in_schema=False, route_class=Abreast)

_FARTHEST_M: Final = 200_000
_PROMISES: Final = 20


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment, and what this reader's party may say of how it went."""

    held: Commitment
    may_say: tuple[str, ...]


@router.get("/emergency")
async def emergency_page(page: Opened) -> Response:
    """Where one calls, and what is open."""
    return _page(page, None, None)


def _page(page: Page, read: Echo | None, filled: Form | None) -> Response:
    others = _others(page)
    called = page.reading.mailboxes.emergencies(page.party).value
    held = page.reading.mailboxes.commitments(page.party).value
    return page.render(
        "emergency.html",
        others=[(each, page.name(each)) for each in others],
        emergencies=open_emergencies(page),
        promises=[Promise(each, _may_say(page.party, each, called)) for each in reversed(held)][:_PROMISES],
        read=read,
        filled=filled,
        chosen=None if filled is None else set(filled.all("to")),
        status=200 if read is None else 422,
    )


@router.post("/emergency")
async def call(page: Opened, filled: Filled) -> Response:
    """Calls everybody on every channel, or those who are marked. A place that reads plainly goes out at once; one that
    does not, or that can be read in two ways, is asked about first (R3)."""
    near = beside(page.reading.world.membership.theatre)
    read = echo(1, filled["position"], near, choice=filled["choice"]) if filled["position"] else None
    if read is not None and read.at is None:
        if filled[SIGN_WITH]:
            raise Refusal("request-invalid", read.sentence or "The place can be read in two ways.", field="position")
        return _page(page, read, filled)
    known = set(_others(page))
    to = tuple(each for each in filled.all("to") if each in known)
    said = EmergencySent(
        page.party,
        filled.within("text", 16_000),
        page.reader.language,
        place=None if read is None else read.at,
        radius_m=_radius(filled["radius_km"]),
        to=() if len(to) == len(known) else to,
    )
    return await say(page, filled, said, "/emergency", "called")


@router.post("/commitments/{commitment}/outcome")
async def outcome(page: Opened, commitment: str, filled: Filled) -> Response:
    """How a promise went: kept, broken, or overtaken by events."""
    held = page.reading.mailboxes.commitments(page.party).value
    if commitment not in {each.event for each in held}:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    if filled["outcome"] not in {each.value for each in Outcome}:
        raise Refusal("request-invalid", "Say kept, broken or overtaken.")
    said = OutcomeStated(page.party, commitment, Outcome(filled["outcome"]), filled.within("words", 16_000))
    return await say(page, filled, said, "/emergency", "said")


def _may_say(party: str, held: Commitment, called: Sequence[Emergency]) -> tuple[str, ...]:
    """Whoever called for help says whether a promise about it was kept; who made it says alone that it was not."""
    if held.outcome is not None:
        return ()
    emergency = next((each for each in called if held.event in each.commitments), None)
    if emergency is not None and held.by == party != emergency.by:
        return (Outcome.BROKEN.value,)
    return tuple(each.value for each in Outcome)


def _others(page: Page) -> list[str]:
    """Whom one shares a channel with."""
    joined = {
        party
        for channel in page.reading.mailboxes.channels(page.party).value
        if page.party in channel.joined
        for party in channel.joined
    }
    return sorted(joined - {page.party})


def _radius(text: str) -> int:
    if not text:
        return 0
    try:
        metres = round(float(text.replace(",", ".")) * 1000)
    except (ValueError, OverflowError):
        metres = -1
    if not 0 <= metres <= _FARTHEST_M:
        raise Refusal("request-invalid", "The radius is a number of kilometres, 200 at most.", field="radius_km")
    return metres
