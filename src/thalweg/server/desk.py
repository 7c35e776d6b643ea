"""What the routes of the desk are given, kept on the application: made by wiring, read by `Depends`."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from typing_extensions import override

from thalweg.desk.intake import Intake
from thalweg.desk.office import Office, Reading
from thalweg.engine.explain import Describe
from thalweg.ledger.errors import StoreFailed
from thalweg.ledger.promise import AuthorTip, StoredPayload
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.ledger.sequencer import Log
from thalweg.model.declarations import Declaration
from thalweg.model.events import Role
from thalweg.model.instants import Instant
from thalweg.model.theatre import Theatre
from thalweg.policy.mailbox import Comparing, Mailboxes
from thalweg.policy.whole import Steps
from thalweg.reports import wire
from thalweg.server.doors import Principal
from thalweg.server.problems import Refusal
from thalweg.server.reads import Reads
from thalweg.server.sessions import principal
from thalweg.server.streams import Streams
from thalweg.state.membership import Membership

T = TypeVar("T")
_MISSED: Final = ("not-found", "not-for-party")
_PIECE: Final = 1 << 18  # bytes


@dataclass(frozen=True, slots=True)
class DeskRoutes:
    """`log` is read by worker threads; `tip`, `payload` and `review` wait for the store and are called in one."""

    office: Office
    streams: Streams
    reads: Reads
    log: Log
    tip: Callable[[str], AuthorTip | None]
    payload: Callable[[bytes], StoredPayload | None]
    now: Callable[[], Instant]
    review: Callable[[bytes, str, str, Theatre], Intake]
    describe: Describe | None
    trust: ReceiptPolicy
    holds_key: Callable[[str], bool]
    version: str


class Abreast(APIRoute):
    """Of several servers one may not have read yet what another has answered for. That nothing of some id is known, or
    that somebody is not on the rolls, is said by one that has read all that was durable when it was asked; where it
    cannot, it says that instead."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            try:
                return await handle(request)
            except Refusal as refusal:
                if refusal.code not in _MISSED or request.method not in ("GET", "HEAD"):
                    raise
            desk = await desk_of(request)
            await desk.office.abreast()
            return await handle(request)

        return read


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, for which party, and when."""

    principal: Principal
    party: str
    now: Instant


async def desk_of(request: Request) -> DeskRoutes:
    """The desk behind this application. Asynchronous, because anything else is called in a thread."""
    routes: DeskRoutes = request.app.state.desk
    return routes


async def asking(
    desk: Annotated[DeskRoutes, Depends(desk_of)], who: Annotated[Principal, Depends(principal)]
) -> Asking:
    """Whoever asks holds a role of the party that the account names, by the grants in the ledger, now."""
    reading = await desk.office.reading()
    if not on_the_rolls(reading.world.membership, who):
        raise Refusal("not-for-party", f"You are not on the rolls of {who.party}.")
    # A clock that was set back takes nothing from what is known now: the record holds the desk at its latest time.
    return Asking(who, who.party, max(desk.now(), reading.world.latest))


def on_the_rolls(membership: Membership, who: Principal) -> bool:
    """Whether somebody holds a role of the party that the account names."""
    return membership.speaks_for(who.author, who.party) or membership.holds(who.author, Role.OBSERVER, who.party)


Desk = Annotated[DeskRoutes, Depends(desk_of)]
Who = Annotated[Principal, Depends(principal)]
Asked = Annotated[Asking, Depends(asking)]
MembersOnly = Depends(asking)


def answer(
    request: Request, value: Mapping[str, object], status: int = 200, media_type: str = "application/json"
) -> Response:
    """JSON with an ETag; 304 where the asker has exactly that."""
    return answer_spelled(request, wire.spelled(value), status, media_type)


def answer_but_for(request: Request, value: Mapping[str, object], passing: str) -> Response:
    """As `answer`, but 304 also where nothing differs but a field that is never the same: the ETag is a weak one."""
    lasting = {name: each for name, each in value.items() if name != passing}
    return answer_spelled(request, wire.spelled(value), tag=f"W/{_tag(wire.spelled(lasting))}")


def answer_spelled(
    request: Request, body: bytes, status: int = 200, media_type: str = "application/json", *, tag: str = ""
) -> Response:
    """As `answer`, of what is JSON already."""
    tag = tag or _tag(body)
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if status == 200 and _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers=headers, media_type=media_type)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _has(if_none_match: str, tag: str) -> bool:
    """RFC 9110 section 13.1.2: compared weakly, because a proxy that compresses makes a tag weak; `*` is any."""
    given = [each.strip() for each in if_none_match.split(",")]
    return given == ["*"] or tag.removeprefix("W/") in [each.removeprefix("W/") for each in given]


async def ordered(desk: DeskRoutes, party: str, ready: Callable[[Mailboxes, str], bool] = Mailboxes.ready) -> Reading:
    """The reading, once what is in force of a party's and what it was told of is in order: at once but for the first
    time after the desk began, and then step by step, so that others are answered meanwhile. With `ready` once that is
    (`Mailboxes.gathered`: which entries it may hold)."""
    reading = await desk.office.reading()
    while not ready(reading.mailboxes, party):
        await asyncio.sleep(0)
        reading = await desk.office.reading()
    return reading


async def compared(desk: DeskRoutes, party: str, declaration: Declaration, now: Instant) -> Comparing:
    """What a preview of a declaration rests on, gathered step by step."""
    comparing = (await ordered(desk, party)).mailboxes.comparing(party, declaration, now)
    while not comparing.step():
        await asyncio.sleep(0)
    return comparing


async def stepwise(desk: DeskRoutes, begin: Callable[[Reading], Steps[T]]) -> T:
    """What a long reading comes to, made a step at a time: between two of them others are answered, and what is read
    is in the log. StoreFailed where the log was read anew meanwhile."""
    began = await desk.office.reading()
    steps = begin(began)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            made: T = done.value
            return made
        await asyncio.sleep(0)
        if (await desk.office.reading()).world is not began.world:
            raise StoreFailed(
                "desk.store_away", "The log was read anew meanwhile; ask again.", happened="no", retry_after_s=1
            )


def in_pieces(data: bytes, headers: Mapping[str, str], media_type: str) -> Response:
    """What may be long, sent a piece at a time: whoever asks meanwhile is answered between two of them."""

    async def pieces() -> AsyncIterator[bytes]:
        for begin in range(0, len(data), _PIECE):
            yield data[begin : begin + _PIECE]
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), headers={**headers, "content-length": str(len(data))}, media_type=media_type)
