"""Several server processes and one writer: who stands by takes over, and knows how far the log had come (R39)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import psycopg
import pyrage
import pytest

from tests.conformance.test_stores import Writer as Feed
from tests.ledger_world import ORIGIN, REGISTRAR, seed
from tests.pgserver import PgServer
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import Inconsistent, Refused, StoreFailed
from thalweg.stores import sqlite
from thalweg.stores.files import Unlocked, write_durably
from thalweg.stores.home import Home, Writer, create
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.postgres_line import connect
from thalweg.stores.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
AT_MS = 1_510_000_000_000


class Site:
    """A log whose home is copied to as many machines as are wanted, with the one identity that opens its keys."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder = folder
        self.identity = folder / "identity"
        secret = pyrage.x25519.Identity.generate()
        self.identity.write_text(str(secret))
        counter = iter(range(1000))
        create(
            folder / "first",
            origin=ORIGIN,
            registrar=REGISTRAR,
            store=store,
            passphrase=None,
            recipient=str(secret.to_public()),
            random_bytes=lambda count: seed(f"key {next(counter)}")[:count],
            at_ms=AT_MS,
        ).close()

    def machine(self, name: str) -> Home:
        """On SQLite the same machine; on PostgreSQL another one, with a copy of the home."""
        home = Home(self.folder / "first")
        if home.settings.store.startswith("sqlite"):
            return home
        home.close()
        shutil.copytree(self.folder / "first", self.folder / name)
        return Home(self.folder / name)

    def unlocked(self, home: Home) -> Unlocked:
        return home.keys.unlock(identity=self.identity.read_text())

    def leader(self, home: Home, *told: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.leading", str(home.folder), str(self.identity), *told],
            cwd=ROOT,
            stdin=subprocess.PIPE if told else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "leads\n"
        return child


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    server = request.getfixturevalue("pg_server") if request.param == "postgres" else None
    return Site(tmp_path, "sqlite:log.db" if server is None else f"postgres:{server.database()}")


def say(writer: Writer, text: str = "x") -> int:
    return writer.say(REGISTRAR, "note/1", {"text": text}, at_ms=AT_MS, salt=seed(text)).index


def last_number(child: subprocess.Popen[str]) -> int:
    rest, _ = child.communicate()
    return max(int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n"))


def test_who_stands_by_takes_over_within_a_second_of_a_kill(site: Site) -> None:
    first, second = site.machine("a"), site.machine("b")
    child = site.leader(first)
    unlocked = site.unlocked(second)
    assert second.writer_in_turn(unlocked, 0.3) is None
    assert child.stdout is not None
    while int(child.stdout.readline()) < 10:
        second.move_mark()
    took: list[float] = []
    killed: list[float] = []

    def kill() -> None:
        time.sleep(0.5)
        killed.append(time.monotonic())
        child.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    writer = second.writer_in_turn(unlocked, 30.0)
    took.append(time.monotonic())
    thread.join()
    assert writer is not None
    promised = last_number(child)
    assert writer.log.size >= promised
    assert took[0] - killed[0] < 1.0
    assert say(writer) >= promised
    writer.close()
    for home in (first, second):
        home.close()


def test_a_leader_that_slept_through_its_replacement_is_refused(site: Site) -> None:
    """A stopped process keeps its lock; whoever is sure that it hangs takes over, and it can do nothing any more."""
    first, second = site.machine("a"), site.machine("b")
    child = site.leader(first, "told")
    assert child.stdout is not None
    assert child.stdin is not None
    print(file=child.stdin, flush=True)
    assert child.stdout.readline() == "2\n"
    os.kill(child.pid, signal.SIGSTOP)
    unlocked = site.unlocked(second)
    assert second.writer_in_turn(unlocked, 0.3) is None
    second.store.acquire(take_over=True)
    assert second.store.head() is not None
    os.kill(child.pid, signal.SIGCONT)
    rest, _ = child.communicate("\n")
    assert (rest, child.returncode) == ("", 1)  # its next append was refused, and that ended it
    second.store.release()
    writer = second.writer_in_turn(unlocked, 5.0)
    assert writer is not None
    say(writer)
    assert writer.log.scrub().size == writer.log.size
    writer.close()
    for home in (first, second):
        home.close()


def test_a_follower_that_moved_its_mark_refuses_an_older_copy_of_the_log(site: Site) -> None:
    leader, follower = site.machine("a"), site.machine("b")
    writer = leader.writer(site.unlocked(leader))
    say(writer)
    older = follower.move_mark()
    assert older is not None
    for i in range(3):
        say(writer, f"more {i}")
    moved = follower.move_mark()
    assert moved is not None
    assert moved == writer.log.head()
    assert follower.mark.read() == moved
    assert follower.move_mark() == moved
    writer.close()
    mark = follower.folder / "keys" / "mark"
    ahead = moved.encode().replace(b"\n5\n", b"\n9\n", 1)
    write_durably(mark, ahead)
    assert SignedCheckpoint.parse(ahead).head.size == 9
    with pytest.raises(Inconsistent) as caught:
        follower.move_mark()
    assert caught.value.code == "signer.rollback"
    with pytest.raises(Inconsistent) as caught:
        follower.writer(site.unlocked(follower))
    assert caught.value.code == "signer.rollback"
    for home in (leader, follower):
        home.close()


def test_a_mark_is_not_moved_to_a_head_that_the_log_did_not_sign(site: Site) -> None:
    home = site.machine("a")
    writer = home.writer(site.unlocked(home))
    say(writer)
    good = home.move_mark()
    assert good is not None
    say(writer)
    signed = writer.log.head()
    assert signed is not None
    unsigned = signed.encode()
    line = unsigned.index(b"\n\n") + 30
    home.store.cosign(signed.head.size, unsigned[:line] + bytes([unsigned[line] ^ 1]) + unsigned[line + 1 :])
    (home.folder / "keys" / "mark").unlink()
    home.mark.write(good)
    with pytest.raises(Refused):
        home.move_mark()
    assert home.mark.read() == good
    (home.folder / "keys" / "mark").unlink()
    with pytest.raises(Refused):
        home.move_mark()
    writer.close()
    home.close()


def test_a_mark_moves_forward_only_whoever_writes_it(site: Site) -> None:
    home = site.machine("a")
    writer = home.writer(site.unlocked(home))
    heads = []
    for i in range(12):
        say(writer, f"text {i}")
        head = writer.log.head()
        assert head is not None
        heads.append(head)

    def write(order: list[SignedCheckpoint]) -> None:
        for head in order:
            home.mark.write(head)

    threads = [threading.Thread(target=write, args=(order,)) for order in (heads, heads[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert home.mark.read() == heads[-1]
    writer.close()
    home.close()


def test_a_follower_goes_along_when_another_machine_changes_the_log_key(site: Site) -> None:
    leader, follower = site.machine("a"), site.machine("b")
    assert follower.move_mark() is not None
    leader.rotate_log_key(site.unlocked(leader), seed("new log key"), at_ms=AT_MS, salt=seed("salt"))
    writer = leader.writer(site.unlocked(leader))
    say(writer)
    assert follower.move_mark() == writer.log.head()
    writer.close()
    for home in (leader, follower):
        home.close()


def test_a_writer_whose_connection_broke_takes_its_lock_again_or_learns_that_it_is_too_late(
    pg_server: PgServer,
) -> None:
    where = pg_server.database()
    leader = PostgresStore(where)
    fence = leader.acquire()
    break_connections(where)
    assert leader.leads()
    late = PostgresStore(where)
    with pytest.raises(Refused) as caught:
        late.acquire()
    assert caught.value.code == "store.held"
    late.close()
    break_connections(where)
    other = PostgresStore(where)
    assert other.acquire() > fence
    assert not leader.leads()
    assert other.leads()
    for store in (leader, other):
        store.close()


def test_a_leader_that_hangs_within_an_append_is_ended_by_who_takes_over(pg_server: PgServer) -> None:
    """It holds the row that says where the log stands, so waiting for it could take for ever."""
    where = pg_server.database()
    leader, other, writer = PostgresStore(where), PostgresStore(where), Feed()
    fence = leader.acquire()
    writer.append(leader, fence, 3)
    late = writer.batch(2)
    leader._fill(late, fence)  # all but the COMMIT
    with ThreadPoolExecutor(1) as pool:
        heir = pool.submit(other.acquire, take_over=True).result(timeout=20)
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            leader.append(late, fence)
        assert caught.value.code == "store.fenced"
    writer.append(other, heir, 2)
    assert other.leads()
    for store in (leader, other):
        store.close()


def test_a_database_that_goes_away_while_one_becomes_the_writer_leaves_the_lock_to_everybody(
    pg_server: PgServer,
) -> None:
    """Between the lock and the number under which it writes; else neither this process nor another would ever write."""
    where = pg_server.database()
    store, other = PostgresStore(where), PostgresStore(where)
    with psycopg.connect(where) as row, ThreadPoolExecutor(1) as pool:
        row.execute("SELECT fence FROM log FOR UPDATE")
        waiting = pool.submit(store.acquire)
        waits = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(where, autocommit=True) as server:
            while not server.execute(waits).fetchall():
                time.sleep(0.01)
        with pytest.raises(StoreFailed):
            waiting.result(timeout=20)
    assert not store.leads()
    fence = store.acquire()
    assert store.leads()
    store.release()
    assert other.acquire() > fence
    for each in (store, other):
        each.close()


def test_a_file_that_cannot_be_written_while_one_becomes_the_writer_leaves_the_lock_to_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_MS", 20)
    store, other = SqliteStore(tmp_path / "log.db"), SqliteStore(tmp_path / "log.db")
    busy = apsw.Connection(str(tmp_path / "log.db"))
    busy.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed):
        store.acquire()
    busy.execute("ROLLBACK")
    fence = other.acquire()
    other.release()
    assert store.acquire() > fence
    for each in (store, other):
        each.close()


def test_a_home_that_cannot_settle_its_keys_lets_go_of_the_lock(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = site.machine("a"), site.machine("b")
    unlocked = site.unlocked(first)

    def away(*_: object) -> None:
        raise StoreFailed("store.failed", "Not now.", happened="no")

    with monkeypatch.context() as broken:
        broken.setattr(Home, "_settle", away)
        with pytest.raises(StoreFailed):
            first.writer(unlocked)
    for home in (second, first):
        writer = home.writer_in_turn(unlocked, 0.1)
        assert writer is not None
        say(writer)
        writer.close()
        home.close()


def break_connections(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_vanishes_is_given_up_after_seconds_unless_told_otherwise(pg_server: PgServer) -> None:
    where = pg_server.database()
    with connect(where) as connection:
        told = connection.info.get_parameters()
        assert (told["tcp_user_timeout"], told["keepalives_idle"], told["connect_timeout"]) == ("10000", "5", "5")
    with connect(where + " tcp_user_timeout=1234") as connection:
        assert connection.info.get_parameters()["tcp_user_timeout"] == "1234"


def test_limits_that_are_set_for_all_sessions_do_not_end_those_of_a_server(pg_server: PgServer) -> None:
    where = pg_server.database()
    with psycopg.connect(where, autocommit=True) as server:
        (name,) = server.execute("SELECT current_database()").fetchall()[0]
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            server.execute(f"ALTER DATABASE {name} SET {limit} = '100ms'".encode())
    with connect(where) as connection:
        connection.execute("SELECT pg_sleep(0.3)")
        set_so = connection.execute("SELECT name, setting FROM pg_settings WHERE name LIKE '%_timeout'").fetchall()
    held = {name: setting for name, setting in set_so if name in ("statement_timeout", "lock_timeout")}
    assert set(held.values()) == {"0"}
