"""A desk that works goes on answering, whatever hangs or is slow around it, and whoever should hear of something does
(R23, R31, R39).

Each of these was once a desk that answered nobody, or a notice that nobody was told of, until something else happened.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typing_extensions import override

from tests.conformance.test_desk_trouble import rooms, states, within
from tests.conformance.test_stores import Writer as Feed
from tests.desk_site import Clients, Patience, Served, Site, Voice, judge
from tests.desk_world import ORIGIN, Room, circle, seed
from tests.pgserver import PgServer
from tests.unit.test_live_desk import Stage, away, refusal
from tests.unit.test_live_desk import run as staged
from tests.unit.test_shared_office import House, Process, has, play
from tests.unit.test_shared_office import house as house
from thalweg.desk import live, shared
from thalweg.desk.office import Reading
from thalweg.ledger.errors import Refused, StoreFailed
from thalweg.ledger.note import NoteKey
from thalweg.ledger.promise import ReadStore
from thalweg.ledger.receipt import Policy
from thalweg.ledger.sequencer import Batch, Log, Sequencer
from thalweg.model.events import MessageSent
from thalweg.server.streams import Streams
from thalweg.state.world import World
from thalweg.stores.postgres import PostgresStore
from thalweg.wiring.desk import fold_world


async def until(holds: Callable[[], bool], longest_s: float = 20.0) -> None:
    end_s = time.monotonic() + longest_s
    while not holds():
        assert time.monotonic() < end_s
        await asyncio.sleep(0.01)


def test_listeners_are_told_of_what_was_appended_although_the_store_said_nothing() -> None:
    """Streams and bearers hear of a notice this way only: a warning would have stayed in the log."""

    async def act(stage: Stage) -> None:
        heard: list[int] = []
        stage.live.listen(lambda records: heard.extend(record.index for record in records))
        start = stage.room.log.size

        def done_and_lost(batch: Batch) -> None:
            Sequencer.commit(stage.room.log, batch)
            stage.room.log._unsure = True
            raise away("unknown")

        stage.on_commit.append(done_and_lost)
        message = stage.message("hello")
        await refusal(stage.live.take(*message))
        await stage.live.take(*message)
        await stage.live.take(*stage.message("and again"))
        assert heard == list(range(start, stage.room.log.size))

    staged(act)


class Away:
    """A live desk whose readings fail for a while after each append."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.fails = 0

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        return self._stage.live.listen(listener)

    async def reading(self) -> Reading:
        if self.fails:
            self.fails -= 1
            raise away()
        return await self._stage.live.reading()


def test_a_stream_is_sent_a_notice_though_the_store_goes_away_just_after_it() -> None:
    async def act(stage: Stage) -> None:
        office = Away(stage)
        streams = Streams(office)  # type: ignore[arg-type]  # what a stream needs of an office
        before = (await office.reading()).mailboxes.count("bravo")
        came = bytearray()
        idle = asyncio.Event()

        async def follow() -> None:
            async for some in streams.follow("bravo", before):
                came.extend(some)
                idle.set()

        following = asyncio.create_task(follow())
        await idle.wait()
        await asyncio.sleep(0.05)  # it has read that there is nothing, and sleeps
        office.fails = 3
        await stage.live.take(*stage.message("hello"))
        await until(lambda: b"event: notice" in came, 5.0)
        streams.close()
        await following

    staged(act)


def test_whoever_reads_or_states_is_answered_while_an_append_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_READ_S", 0.2)
    monkeypatch.setattr(live, "_ANSWER_S", 0.5)

    async def act(stage: Stage) -> None:
        go_on = threading.Event()

        def hang(_batch: Batch) -> None:
            go_on.wait(20.0)

        stage.on_commit.append(hang)
        message = stage.message("hello")
        stating = asyncio.ensure_future(stage.live.take(*message))
        try:
            await until(lambda: not stage.on_commit)
            assert (await refusal(stage.live.reading())).code == "desk.slow"
            assert stage.live.trouble() == ("store-away",)
            assert (await refusal(stating)).code == "desk.slow"
        finally:
            go_on.set()
        event = await stage.live.take(*message)
        assert event in (await stage.live.reading()).world.answers
        assert stage.live.trouble() == ()
        stage.refolded()

    staged(act)


def test_a_process_far_behind_answers_what_was_taken_as_soon_as_it_has_read_so_far(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not only once it has read all that was said since, which on a busy desk may be never."""
    monkeypatch.setattr(shared, "_NEAR", 6)

    async def act(first: Process, second: Process) -> None:
        read = second.read
        message = house.message("hello")
        await first.office.take(*message)
        after = first.store.head()
        assert after is not None
        # It reads no further than the answer, however much there is.
        second.office.shelf = replace(
            second.office.shelf, read=lambda start, stop: read(start, min(stop, after.head.size))
        )
        for number in range(12):
            await first.office.take(*house.message(f"{number}", "bravo"))
        event = await second.office.take(*message)
        assert await has(second, event)
        assert (await second.office.reading()).world.size == after.head.size < first.store.wait(0, 0.0)

    play(house, act)


def test_a_process_whose_desk_broke_lets_another_decide_before_it_has_ended(house: House) -> None:
    """It may have to wait for long downloads before it ends; until then it would hold the lock."""

    async def act(first: Process, second: Process) -> None:
        deciding = first.office.deciding
        assert deciding is not None

        def broken(_batch: Batch) -> None:
            raise ZeroDivisionError

        deciding.log.commit = broken  # type: ignore[method-assign, assignment]  # what nobody foresaw
        with pytest.raises(StoreFailed):
            await first.office.take(*house.message("hello"))
        await until(lambda: second.office.decides)
        assert isinstance(first.office.fault, ZeroDivisionError)

    play(house, act)


def test_a_store_that_goes_away_while_a_server_begins_does_not_end_it(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        other = house.process()
        gone = [away(), away()]

        def fold() -> World:
            if gone:
                raise gone.pop()
            return other.fold()

        other.office.shelf = replace(other.office.shelf, fold=fold)
        await other.office.start()
        assert other.office.trouble() == ("desk-starting",)
        await until(lambda: not other.office.trouble())
        assert await has(other, await other.office.take(*house.message("hello")))
        assert (other.faults, other.office.fault) == (["store-away"], None)
        await other.office.stop()

    play(house, act)


class Counted:
    """A store that counts what is read of it."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.asked[name] += 1
        return getattr(self._store, name)


def test_a_bundle_reads_each_part_of_the_tree_once() -> None:
    """It was read again for every node of every proof: a bundle of some thousand entries took most of a minute."""
    room = Room()
    room.channel("alpha", "bravo", room=True)
    for number in range(120):
        room.say("alpha", MessageSent("alpha", "line", f"{number}"))
    store = Counted(room.store)
    indexes = range(0, room.log.size, 2)
    policy = Policy(ORIGIN, NoteKey(ORIGIN, seed("log")).verifier(), (), 0)
    bundle = Log(store, ORIGIN).bundle(indexes, policy)
    assert len(bundle.entries) == len(indexes)
    assert room.log.size > 256
    assert store.asked["tile"] <= room.log.size // 256 + 2, store.asked


def test_a_fold_asks_the_store_for_what_stands_beside_a_thousand_entries_at_once() -> None:
    """Where each question waits for its turn, one for each entry made a start take minutes."""
    room = Room()
    for number in range(30):
        room.declare("alpha", circle(f"{number}", "alpha"))
    store = Counted(room.store)
    world = fold_world(store)
    assert world.size == room.log.size > 60
    assert (store.asked["payloads"], store.asked["payload"], store.asked["entry"]) == (1, 0, 0)


def test_a_writer_that_hangs_is_told_from_one_that_lives_and_its_hold_can_be_ended(pg_server: PgServer) -> None:
    where = pg_server.database()
    leader, other = PostgresStore(where), PostgresStore(where)

    def heard() -> bool:
        leader.beat()
        return not other.hangs(1.5)

    assert not other.hangs(0.0), "nobody writes"
    leader.acquire()
    assert not other.hangs(3600.0, end=True)
    time.sleep(1.7)
    assert other.hangs(1.5)
    assert any(heard() for _ in range(20)), "a beat that nobody hears leaves it silent for longer and longer"
    assert leader.leads()
    time.sleep(0.3)
    assert other.hangs(0.2, end=True)
    end_s = time.monotonic() + 10.0
    while not _became(other):
        assert time.monotonic() < end_s
        time.sleep(0.02)
    assert not leader.leads()
    assert other.leads()
    for store in (leader, other):
        store.close()


def test_a_writer_for_which_the_database_is_at_work_does_not_hang(pg_server: PgServer) -> None:
    """Here it waits for a row: whoever took over would wait too."""
    where = pg_server.database()
    leader, other, writer = PostgresStore(where), PostgresStore(where), Feed()
    fence = leader.acquire()
    with psycopg.connect(where) as row:
        row.execute("SELECT fence FROM log FOR UPDATE")
        appending = threading.Thread(target=writer.append, args=(leader, fence, 2))
        appending.start()
        time.sleep(0.4)
        assert not other.hangs(0.1)
    appending.join()
    for store in (leader, other):
        store.close()


def _became(store: PostgresStore) -> bool:
    try:
        return bool(store.acquire())
    except Refused:
        return False


def test_who_stands_by_decides_when_whoever_decides_hangs_and_it_follows_when_it_goes_on(
    tmp_path: Path, pg_server: PgServer
) -> None:
    """Stopped as by a machine that pauses: its connections live, and its lock with them."""
    site = Site(tmp_path, f"postgres:{pg_server.database()}")
    around = ("-m", "tests.desk_impatient", "2.0")
    servers = [Served(site, around=around), Served(site, site.copy("second"), around=around)]
    with ExitStack() as stack:
        for served in servers:
            stack.enter_context(served)
        first, second = servers
        one, two = Voice("alpha-1"), Voice("bravo-1")
        states(first, one, "before")
        states(second, two, "before, through the one that stands by")
        assert first.child is not None
        os.kill(first.child.pid, signal.SIGSTOP)
        try:
            found = states(second, two, "while the other hangs")
        finally:
            os.kill(first.child.pid, signal.SIGCONT)
        within("the server that decides hangs, another stands by", found, {"200"})
        assert [fault["what"] for fault in second.faults()] == ["leader-silent"]
        states(first, one, "after, through the one that hung")
        first.ready()
        judge(Clients(site, []), servers)
        assert [served.stop() for served in servers] == [0, 0]
    assert rooms(site) == 4


def test_a_desk_that_begins_for_long_is_not_taken_for_one_that_hangs(house: House) -> None:
    """It shows that it lives while it folds, so that who stands by does not take over, and over again."""

    async def act(first: Process, second: Process) -> None:
        beats: list[float] = []
        second.office.shelf = replace(second.office.shelf, beat=lambda: beats.append(time.monotonic()))
        second.before_start.append(lambda: time.sleep(2.5))
        await first.office.stop()
        await until(lambda: second.office.decides)
        assert len(beats) >= 2

    play(house, act)


def test_whoever_ends_a_hold_is_more_patient_the_next_time(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        asked: list[tuple[str, float]] = []

        def hangs(silent_s: float) -> bool:
            asked.append(("looks", silent_s))
            return True

        def end_hold(silent_s: float) -> bool:
            asked.append(("ends", silent_s))
            return True

        second.office.silence_s = 0.05
        second.office.shelf = replace(second.office.shelf, hangs=hangs, end_hold=end_hold)
        await until(lambda: len(asked) >= 8)
        ended = [silent_s for what, silent_s in asked if what == "ends"]
        assert asked[:3] == [("looks", 0.05), ("looks", 0.05), ("ends", 0.05)]
        assert ended == [0.05 * 2**number for number in range(len(ended))]
        assert "leader-silent" in second.faults

    play(house, act)


def test_a_test_that_waits_for_a_desk_runs_out_of_patience_with_one_that_hangs() -> None:
    words = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hangs:
        assert hangs.stdout is not None
        assert hangs.stdout.readline()
        patience = Patience(0.3)
        while patience.lasts([hangs, None]):
            time.sleep(0.02)
        assert patience.left_s <= 0
        hangs.kill()


class Waits(Patience):
    """Its processes waited for a processor all of the time."""

    @override
    def _starved_s(self, children: object) -> float:
        time.sleep(0.05)
        return 60.0


def test_what_was_waited_for_a_processor_is_not_counted_but_nobody_waits_for_ever() -> None:
    patience = Waits(0.1)
    while patience.lasts([]):
        pass
    assert patience.left_s > 0, "it ended because it had taken too long altogether"
