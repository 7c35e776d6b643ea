"""How long an answer took tells nothing finer than a step, on a told clock (D7, D13; R36)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.desk_world import Room
from tests.telling_world import HIDER, MIDDLE, READER, SIDE, History, RoomOffice, Said2, application, circle_at, play
from tests.telling_world import Declare as Declaring
from thalweg.desk.office import Office
from thalweg.ledger.canonical import b64
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.declarations import Kind
from thalweg.model.errors import ValueRefused
from thalweg.model.events import Declared, MessageSent
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.server.doors import Principal
from thalweg.server.sessions import principal
from thalweg.server.shell import Message, Shell, ShellSettings
from thalweg.server.steps import STEP_S, Steps, rest_s
from thalweg.server.streams import Streams

_ENTRY_S = 0.0007  # what an entry costs on the told clock: signed, folded, made durable


class Told:
    """A clock that moves by the work that is done, and by what is waited for."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    async def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now_s += seconds


def took_s(hidden: bool, step_s: float) -> float:
    """From the last byte of READER's declaration to the first of the answer to it. HIDER, of which READER knows
    nothing, has something in the cells of it in one of the two: so there it is told of it, by an entry more."""
    at = Position(MIDDLE.lon + (-0.34 if hidden else 4.0), MIDDLE.lat)
    history = History(
        ((READER, SIDE, Level.FULL, Level.FULL), (READER, HIDER, Level.NOTHING, Level.NOTHING)),
        shared=False,
        unseen=(Level.FULL, Level.FULL),
        steps=(Said2(*(2 * (Declaring(circle_at("post", HIDER, at, 400.0, Kind.STATIC_SITE, 1.0, 3.0)),))),),
    )
    rooms: list[Room] = []
    play(history, 0, rooms.append)
    answer, clock = handed_in(rooms[0], step_s)
    assert answer == 201
    return clock.now_s


def handed_in(room: Room, step_s: float) -> tuple[int, Told]:
    clock = Told()
    app, _ = application(room, READER)
    settings: ShellSettings = app.state.shell
    told = ShellSettings(log=settings.log, ticks=clock, statuses=settings.statuses, steps=Steps(step_s, clock.pause))
    for each in app.user_middleware:
        if "settings" in each.kwargs:
            each.kwargs["settings"] = told
    asker: Principal = app.dependency_overrides.pop(principal)()

    async def known(request: Request) -> Principal:
        request.state.principal = asker
        return asker

    app.dependency_overrides[principal] = known
    app.state.desk.office.take = _working(room, app.state.desk.office, clock)
    site = circle_at("op-0", READER, MIDDLE, 300.0, Kind.STATIC_SITE, 2.0, 8.0)
    officer = room.of(READER)
    entry = officer.entry(Declared(READER, site), room.log.last_signed or Head(0, EMPTY_ROOT), room.now, room.salt(32))
    held = officer.beside[entry.event.hash()]
    sent = {
        "entry": b64(entry.encode()),
        "payloads": [{"payload": b64(payload), "salt": salt.hex()} for payload, salt in held],
    }
    with TestClient(app, base_url="https://desk.example") as client:
        return _posted(client, sent), clock


def _posted(client: TestClient, sent: dict[str, Any]) -> int:
    # Not the straight route, which does not ask for the principal as FastAPI does.
    answer = client.post("/v1/statements", json=sent, headers={"content-type": "application/json; charset=utf-8"})
    return answer.status_code


def _working(room: Room, office: RoomOffice, clock: Told) -> Callable[..., Awaitable[str]]:
    async def take(data: bytes, payloads: Any = (), **_: object) -> str:
        before = room.desk.world.size
        event = await RoomOffice.take(office, data, payloads)
        clock.now_s += _ENTRY_S * (room.desk.world.size - before)
        return event

    return take


def test_an_answer_begins_on_the_same_step_whatever_its_asker_was_not_shown() -> None:
    assert took_s(True, STEP_S) == took_s(False, STEP_S) == STEP_S


def test_without_steps_what_was_not_shown_can_be_seen_by_the_clock() -> None:
    """The protection taken out: the test above would find it."""
    assert took_s(True, 0.0) > took_s(False, 0.0) > 0.0


@given(st.floats(0.0, 100.0), st.floats(0.001, 1.0))
def test_the_rest_of_a_step_ends_on_one(since_s: float, step_s: float) -> None:
    steps = (since_s + rest_s(since_s, step_s)) / step_s
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert round(steps) >= 1
    assert -1e-9 <= rest_s(since_s, step_s) <= step_s


def test_steps_longer_than_a_second_are_refused() -> None:
    for wrong in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueRefused):
            Steps(wrong)


# --- the shell alone ---


async def _through(
    clock: Told, body: list[tuple[float, bytes]], work_s: float, *, known: bool, lines: list[str]
) -> float:
    """When the answer begins to a body that comes in pieces, each so long after the one before."""
    begun: list[float] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        if known:
            scope["state"]["principal"] = Principal("a", "alpha", "alpha-1", "alpha", "en", "token", frozenset(), b"")
        clock.now_s += work_s
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    pieces = iter(body)

    async def receive() -> Message:
        after_s, data = next(pieces)
        clock.now_s += after_s
        return {"type": "http.request", "body": data, "more_body": data != body[-1][1]}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.append(clock.now_s)

    room = Room()
    inside, _ = application(room, "alpha")
    settings = ShellSettings(log=lines.append, ticks=clock, steps=Steps(STEP_S, clock.pause))
    shell = Shell(app, inside.state.doors, settings, inside.state.metrics)
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/anything", "query_string": b"",
        "client": ("192.0.2.1", 1), "headers": [(b"host", b"desk.example")], "scheme": "https",
        "server": ("desk.example", 443), "app": inside,
    }  # fmt: skip
    await shell(scope, receive, send)
    return begun[0]


@pytest.mark.parametrize("work_s", [0.0, 0.003, 0.011, 0.0199])
@pytest.mark.parametrize("late_s", [0.0, 0.004, 0.0185, 3.3])
def test_steps_are_counted_from_the_last_byte_of_the_question(work_s: float, late_s: float) -> None:
    """Else whoever asks would choose, by when the last byte comes, how near to the end of a step the work begins."""
    body = [(0.001, b"{"), (late_s, b"}")]
    began = asyncio.run(_through(Told(), body, work_s, known=True, lines=[]))
    assert began == pytest.approx(0.001 + late_s + STEP_S)


def test_longer_work_takes_more_steps_and_strangers_do_not_wait() -> None:
    assert asyncio.run(_through(Told(), [(0.0, b"x")], 0.0501, known=True, lines=[])) == pytest.approx(3 * STEP_S)
    assert asyncio.run(_through(Told(), [(0.0, b"x")], 0.0501, known=False, lines=[])) == pytest.approx(0.0501)


# --- the stream ---


def test_a_notice_is_sent_a_whole_number_of_steps_after_its_time_and_in_order() -> None:
    """The second append is ready before the first has reached its step."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FULL)
    office = RoomOffice(room)
    late_s = [0.003, 0.019]
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        await asyncio.sleep(0.02 if len(paused) == 1 else 0.0)

    streams = Streams(cast(Office, office), Steps(STEP_S, pause), lambda: Instant(room.now.epoch_s + late_s.pop(0)))

    async def follow() -> list[bytes]:
        before = room.desk.world.exchange.count("bravo")
        stream = streams.follow("bravo", before)
        assert await anext(stream) == b"retry: 1000\n\n"
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        for words in ("first", "second"):
            start = room.desk.world.size
            room.say("alpha", MessageSent("alpha", "line", words))
            for listener in office.listeners:
                listener([room.desk.world.load(index) for index in range(start, room.desk.world.size)])
        found = [await first]
        while b"second" not in b"".join(found):
            found.append(await asyncio.wait_for(anext(stream), 5.0))
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
        return found

    text = b"".join(asyncio.run(follow()))
    assert paused == pytest.approx([STEP_S - 0.003, STEP_S - 0.019], abs=1e-6)
    assert text.index(b"first") < text.index(b"second")
