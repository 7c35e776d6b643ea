"""Schemas go forward and never back; erased bytes are gone from the disk; unsafe servers are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw
import psycopg
import pytest
from typing_extensions import override

from tests.ledger_world import World, seed
from tests.pgserver import PgServer
from thalweg.ledger.entry import Commitment
from thalweg.ledger.errors import LedgerError, Refused, StoreFailed
from thalweg.ledger.sequencer import prepare
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.sql import Migration, migrations, queries
from thalweg.stores.sqlite import SqliteStore

T = TypeVar("T")
CANARY = b"CANARY-2f6d1c call +963 51 000 000"


def next_step(dialect: str) -> tuple[Migration, ...]:
    return (*migrations(dialect), Migration(2, "CREATE TABLE later (one integer)"))


def test_the_steps_of_both_schemas_are_numbered_without_a_gap_and_use_the_same_names() -> None:
    for dialect in ("sqlite", "postgres"):
        found = [step.version for step in migrations(dialect)]
        assert found == list(range(1, len(found) + 1))
        assert "head" in queries(dialect)


def test_sqlite_goes_forward_keeps_its_log_and_refuses_to_go_back(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    world = World(SqliteStore(file))
    head = world.head()
    world.log.close()
    world.store.close()
    newer = SqliteStore(file, steps=next_step("sqlite"))
    stored = newer.head()
    assert stored is not None
    assert stored.checkpoint == head.encode()
    newer.close()
    with pytest.raises(Refused) as caught:
        SqliteStore(file)
    assert caught.value.code == "store.newer"


def test_sqlite_refuses_a_file_that_is_not_its_own(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = apsw.Connection(str(file))
    connection.execute("CREATE TABLE t (x); PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(Refused) as caught:
        SqliteStore(file)
    assert caught.value.code == "store.foreign"
    (tmp_path / "noise.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerError):
        SqliteStore(tmp_path / "noise.db")


def test_postgres_goes_forward_keeps_its_log_and_refuses_to_go_back(pg_server: PgServer) -> None:
    where = pg_server.database()
    world = World(PostgresStore(where))
    head = world.head()
    world.store.close()
    newer = PostgresStore(where, steps=next_step("postgres"))
    stored = newer.head()
    assert stored is not None
    assert stored.checkpoint == head.encode()
    newer.close()
    with pytest.raises(Refused) as caught:
        PostgresStore(where)
    assert caught.value.code == "store.newer"


def keep_canary(world: World) -> bytes:
    salt = seed("canary salt")
    data = world.authors["blue"].say(payloads=(Commitment.to(CANARY, salt, "text/plain"),))
    world.log.submit([prepare(data, payloads=[(CANARY, salt)])])
    return Commitment.to(CANARY, salt, "text/plain").digest


def test_an_erased_payload_is_in_no_file_of_sqlite(tmp_path: Path) -> None:
    world = World(SqliteStore(tmp_path / "log.db"))
    digest = keep_canary(world)
    assert any(CANARY in file.read_bytes() for file in tmp_path.iterdir())
    world.fill(3)
    assert world.store.erase(digest)
    assert [file.name for file in tmp_path.iterdir() if CANARY in file.read_bytes()] == []
    world.log.scrub()
    world.log.close()
    world.store.close()


def test_an_erased_payload_is_in_no_table_of_postgres(pg_server: PgServer) -> None:
    world = World(PostgresStore(pg_server.database()))
    digest = keep_canary(world)
    pg_server.checkpoint()
    assert tables_with(pg_server, CANARY)
    assert world.store.erase(digest)
    pg_server.checkpoint()
    assert tables_with(pg_server, CANARY) == []
    world.store.close()


def tables_with(server: PgServer, needle: bytes) -> list[Path]:
    """Files under base/: the server's WAL keeps what its owner lets it, and the documentation says so."""
    return [file for file in (server.data / "base").rglob("*") if file.is_file() and needle in file.read_bytes()]


def test_a_line_cut_in_the_middle_of_a_commit_leaves_one_index_for_each_entry(pg_server: PgServer) -> None:
    """The server is told to end the writer's session just before, or just after, it commits."""
    for moment in ("before", "after"):
        where = pg_server.database()
        store = Cut(where)
        world = World(store)
        entries = [world.authors["blue"].say() for _ in range(3)]
        store.cut = moment
        with pytest.raises(StoreFailed) as caught:
            world.log.append(*entries)
        assert caught.value.fields["happened"] == "unknown"
        assert world.log.append(*entries) == [4, 5, 6]
        world.fill(2)
        assert world.log.scrub().size == 9
        store.close()


class Cut(PostgresStore):
    """Loses its connection around a COMMIT when told to."""

    cut = ""

    @override
    def _guard(self, happened: str, act: Callable[[], T]) -> T:
        if happened != "unknown" or not self.cut:
            return super()._guard(happened, act)
        moment, self.cut = self.cut, ""

        def broken() -> T:
            assert self._writer is not None
            done = act() if moment == "after" else None
            with psycopg.connect(self._conninfo, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (self._writer.info.backend_pid,))
            self._writer.execute("SELECT 1")
            raise AssertionError(done)

        return super()._guard(happened, broken)
