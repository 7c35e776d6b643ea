"""Two offices over one log: who decides, who stands by, and what happens between the two (R39)."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from tests.desk_world import ORIGIN, SECRET, Room, circle, seed
from tests.unit.test_live_desk import signed
from thalweg.desk.decide import Desk
from thalweg.desk.live import LiveDesk
from thalweg.desk.office import KeyEntry, Reading, WayIn
from thalweg.desk.shared import SharedOffice, Shelf
from thalweg.engine import Online
from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.errors import LedgerError, Refused, StoreFailed
from thalweg.ledger.identity import KEY_ADD, key_add_body
from thalweg.ledger.note import NoteKey
from thalweg.ledger.sequencer import Sequencer
from thalweg.model.events import Declared, MessageSent, Notice
from thalweg.policy.alias import Aliases
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import Policy
from thalweg.server import desk as routes
from thalweg.server.desk import Abreast
from thalweg.server.problems import Refusal
from thalweg.state.recorded import Recorded, recorded
from thalweg.state.world import World
from thalweg.stores.memory_desk import MemoryDesk
from thalweg.stores.sqlite import SqliteStore


@dataclass
class Process:
    """One server process, in this one: a store and an office of its own."""

    house: House
    store: SqliteStore
    office: SharedOffice = field(init=False)
    before_start: list[Callable[[], None]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        shelf = Shelf(self.store.wait, self.read, self.fold, self.become, self.reading)
        numbers = itertools.count()
        self.office = SharedOffice(
            shelf,
            self.house.desk.requests,
            lambda: 0,
            lambda count: next(numbers).to_bytes(count, "big"),
            lambda what, _: self.faults.append(what),
        )

    def payload(self, digest: bytes) -> bytes | None:
        held = self.store.payload(digest)
        return None if held is None else held.payload

    def read(self, start: int, stop: int) -> list[Recorded]:
        entries = enumerate(self.store.entries(start, stop), start)
        return [recorded(index, Entry.parse(data), self.payload) for index, data in entries]

    def fold(self) -> World:
        world = World(lambda index: self.read(index, index + 1)[0])
        self.onward(world)
        return world

    def onward(self, world: World) -> None:
        head = self.store.head()
        assert head is not None
        for record in self.read(world.size, head.head.size):
            world.apply(record)

    def reading(self, world: World) -> Reading:
        policy = Policy(world, Aliases(SECRET))
        return Reading(world, policy, Mailboxes(world, policy))

    def become(self, world: World) -> LiveDesk | None:
        try:
            log = Sequencer(self.store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log"))], None))
        except Refused as error:
            if error.code != "store.held":
                raise
            return None
        first = [world]

        def opened() -> Desk:
            if self.before_start:
                self.before_start.pop(0)()
            held = first.pop() if first else self.fold()
            self.onward(held)
            return Desk(held, Policy(held, Aliases(SECRET)), lambda theatre: Online(theatre, regions=False), "test")

        room = self.house.room
        return LiveDesk(log, room.hands, opened, lambda: room.now, time.monotonic, self.store.leads)


class House:
    """A room's log in an SQLite file, and as many processes over it as are wanted."""

    def __init__(self, folder: Path) -> None:
        self.room = Room()
        self.room.channel("alpha", "bravo", room=True)
        self.path = folder / "log.db"
        self.desk = MemoryDesk()
        self.stores: list[SqliteStore] = []
        store = SqliteStore(self.path)
        log = Sequencer(store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log"))], None))
        for entry in self.room.store.entries(0, self.room.log.size):
            log.append(entry)
        store.close()

    def process(self) -> Process:
        store = SqliteStore(self.path)
        self.stores.append(store)
        return Process(self, store)

    def message(self, text: str, party: str = "alpha") -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
        return signed(self.room, self.room.of(party), MessageSent(party, "line", text))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    for store in made.stores:
        store.close()
    made.desk.close()


def play(house: House, act: Callable[[Process, Process], object]) -> None:
    async def whole() -> None:
        first, second = house.process(), house.process()
        await first.office.start()
        await second.office.start()
        assert (first.office.decides, second.office.decides) == (True, False)
        try:
            await asyncio.wait_for(act(first, second), 40.0)  # type: ignore[arg-type]  # a coroutine
        finally:
            await asyncio.wait_for(second.office.stop(), 10.0)
            await asyncio.wait_for(first.office.stop(), 10.0)

    asyncio.run(whole())


async def has(process: Process, event: str) -> bool:
    return event in (await process.office.reading()).world.answers


def test_what_comes_to_who_stands_by_is_decided_and_read_there(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        event = await second.office.take(*house.message("hello"))
        assert await has(second, event)
        assert await has(first, event)
        assert second.faults == []

    play(house, act)


def test_a_key_and_a_way_in_that_come_to_who_stands_by_are_told(house: House) -> None:
    """R16: an account changes where its officer is connected, which need not be where the desk decides."""
    key = AuthorSigner(b"k" * 32).key

    async def act(first: Process, second: Process) -> None:
        await second.office.register([KeyEntry(KEY_ADD, key_add_body("alpha-1", key), tells=True)])
        await second.office.tell(WayIn("alpha-1", "program", "a name", "alpha-2"))
        for process in (first, second):
            world = (await process.office.reading()).world
            told = [world.load(each.index).body for each in world.exchange.mailbox("alpha")[-2:]]
            assert [each.facts for each in told if isinstance(each, Notice)] == [
                {"what": "added", "key": key.key_id, "officer": "alpha-1", "by": "registrar"},
                {"what": "program", "key": "a name", "officer": "alpha-1", "by": "alpha-2"},
            ]

    play(house, act)


def test_a_refusal_does_not_stick_to_an_entry_that_was_passed_on(house: House) -> None:
    """The same bytes are decided anew when they are sent again: here an author's second entry came before the first."""

    async def act(first: Process, second: Process) -> None:
        one, two = house.message("one"), house.message("two")
        with pytest.raises(LedgerError) as caught:
            await second.office.take(*two)
        assert caught.value.code == "admit.sequence"
        await second.office.take(*one)
        assert await has(second, await second.office.take(*two))

    play(house, act)


def test_who_stands_by_takes_over_while_statements_are_on_their_way(house: House) -> None:
    """Every one of them is taken once, whichever process it was handed to."""

    async def act(first: Process, second: Process) -> None:
        sent = []

        async def until_taken(process: Process, message: tuple[bytes, tuple[tuple[bytes, bytes], ...]]) -> str:
            other = second
            while True:
                try:
                    return await process.office.take(*message)
                except LedgerError as error:
                    if error.code not in ("desk.closed", "desk.replaced", "desk.nobody", "admit.sequence"):
                        raise
                    process, other = other, process
                    await asyncio.sleep(0.05)

        for number in range(12):
            party = ("alpha", "bravo")[number % 2]
            process = (first, second)[number // 2 % 2]
            sent.append(asyncio.ensure_future(until_taken(process, house.message(f"{number}", party))))
            if number == 6:
                await asyncio.sleep(0.01)
                stopping = asyncio.ensure_future(first.office.stop())
        events = await asyncio.gather(*sent)
        await stopping
        assert second.office.decides
        assert len(set(events)) == 12
        world = second.fold()
        assert set(events) <= world.answers.keys()
        hashes = [world.load(index).event for index in range(world.size)]
        assert len(hashes) == len(set(hashes))

    play(house, act)


def test_who_was_replaced_shows_only_what_is_in_the_log_and_follows(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        before = (await first.office.reading()).world.size
        fence = second.store.acquire(take_over=True)
        assert fence
        # Nothing is appended here, and it learns of it all the same.
        lost, sizes = house.message("to nobody yet"), []
        taking = asyncio.ensure_future(first.office.take(*lost))
        for _ in range(30):
            sizes.append((await first.office.reading()).world.size)
            if not first.office.decides:
                break
            await asyncio.sleep(0.1)
        assert not first.office.decides
        assert sizes == sorted(sizes)
        assert sizes[-1] == before
        second.store.release()
        event = await taking  # passed on by itself to whoever decides in the end
        assert await has(first, event)
        assert first.office.decides != second.office.decides
        assert (first.office.fault, second.office.fault) == (None, None)

    play(house, act)


def test_who_was_replaced_and_does_not_know_it_is_abreast_once_it_has_read_what_the_other_took(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R41: it went on for up to a second from what it had, and told a client whom the other had told more that the
    desk had been restored."""

    async def act(first: Process, second: Process) -> None:
        await first.office.abreast()
        before = (await first.office.reading()).world.size
        fence = second.store.acquire(take_over=True)
        monkeypatch.setattr(second.store, "acquire", lambda: fence)
        log = Sequencer(second.store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log"))], None))
        log.append(house.message("said by the other")[0])
        sizes = [(await first.office.reading()).world.size]  # it does not know it yet
        await first.office.abreast()
        sizes.append((await first.office.reading()).world.size)
        assert sizes == [before, before + 1]
        second.store.release()

    play(house, act)


def test_who_stands_by_is_abreast_once_it_has_read_what_was_taken_elsewhere(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        event = await first.office.take(*house.message("one"))
        await second.office.abreast()
        assert await has(second, event)

    play(house, act)


def asking(process: Process) -> httpx2.AsyncClient:
    """A client of a server over this office, which has statements to read."""
    router = APIRouter(route_class=Abreast)

    @router.get("/statements/{event}")
    @router.post("/statements/{event}")
    async def read(desk: routes.Desk, event: str) -> str:
        if event not in (await desk.office.reading()).world.answers:
            raise Refusal("not-found", "Nothing of that id is known to you.")
        return event

    async def refused(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, LedgerError | Refusal)
        return PlainTextResponse(refusal.code, 503 if isinstance(refusal, StoreFailed) else 404)

    app = FastAPI(exception_handlers={LedgerError: refused, Refusal: refused})
    app.include_router(router)
    app.state.desk = SimpleNamespace(office=process.office)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://desk.example")


def test_what_another_server_took_is_not_unknown_here(house: House) -> None:
    """R41: whoever declared at one, and asked for it where the address led next, was told that there is none."""

    async def act(first: Process, second: Process) -> None:
        async with asking(second) as client:
            for number in range(10):
                event = await first.office.take(*house.message(str(number)))
                answer = await client.get(f"/statements/{event}")
                assert (answer.status_code, answer.json()) == (200, event)
            answer = await client.get("/statements/none")
            assert (answer.status_code, answer.text) == (404, "not-found")

            def away(*_: float) -> int:
                raise StoreFailed("store.failed", "Not now.", happened="no")

            second.office.shelf = replace(second.office.shelf, wait=away)
            answer = await client.get(f"/statements/{event}")
            assert (answer.status_code, answer.json()) == (200, event)
            answer = await client.get("/statements/none")
            assert (answer.status_code, answer.text) == (503, "store.failed")
            answer = await client.post("/statements/none")  # nothing is done twice
            assert (answer.status_code, answer.text) == (404, "not-found")

    play(house, act)


def test_nobody_is_abreast_while_the_store_cannot_be_asked(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        live = first.office.deciding
        assert live is not None

        def away(*_: float) -> int:
            raise StoreFailed("store.failed", "Not now.", happened="no")

        live.leads = lambda: bool(away())
        second.office.shelf = replace(second.office.shelf, wait=away)
        for process in (first, second):
            with pytest.raises(StoreFailed):
                await process.office.abreast()

    play(house, act)


def test_a_desk_that_cannot_begin_lets_go_of_the_lock(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        def away() -> None:
            raise StoreFailed("store.failed", "Not now.", happened="no")

        second.before_start += [away, away]
        await first.office.stop()
        event = await second.office.take(*house.message("after all"))
        assert second.office.decides
        assert await has(second, event)
        assert "store-away" in second.faults

    play(house, act)


def test_listeners_hear_every_entry_once_through_a_change_of_who_decides(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        heard: list[int] = []
        second.office.listen(lambda records: heard.extend(record.index for record in records))
        start = (await second.office.reading()).world.size
        await first.office.take(*house.message("one"))
        await first.office.stop()
        await second.office.take(*house.message("two"))
        other = house.process()
        await other.office.start()
        other.store.acquire(take_over=True)
        while second.office.decides:
            await asyncio.sleep(0.05)
        other.store.release()
        await second.office.take(*house.message("three"))
        end = (await second.office.reading()).world.size
        assert heard == list(range(start, end))
        await other.office.stop()

    play(house, act)


def test_an_error_that_nobody_foresaw_while_standing_by_ends_the_office(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        world = (await second.office.reading()).world

        def broken(_record: Recorded) -> None:
            raise ZeroDivisionError

        world.apply = broken  # type: ignore[method-assign, assignment]  # as a fold that is wrong
        await first.office.take(*house.message("one"))
        await asyncio.wait_for(second.office.over.wait(), 30.0)
        assert isinstance(second.office.fault, ZeroDivisionError)
        assert second.office.trouble() == ("desk-failed",)

    play(house, act)


def test_conflicting_declarations_through_both_are_warned_of_on_both_sides(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        room = house.room
        one = signed(room, room.of("alpha"), Declared("alpha", circle("one", "alpha"), declines=True))
        two = signed(room, room.of("bravo"), Declared("bravo", circle("two", "bravo"), declines=True))
        await asyncio.gather(first.office.take(*one), second.office.take(*two))
        for process in (first, second):
            reading = await process.office.reading()
            for party in ("alpha", "bravo"):
                notices = reading.mailboxes.notices(party, 0, 200).value.notices
                assert any(each.notice.findings for each in notices), party

    play(house, act)
