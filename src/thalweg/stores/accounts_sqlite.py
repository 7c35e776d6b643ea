"""Accounts in a SQLite file of their own, through apsw: never in the log's file, so that they can be erased.

One connection: accounts are read seldom (answers are remembered for a second by whoever asks at each request) and
written more seldom.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw

from thalweg.ledger.errors import Refused, StoreFailed
from thalweg.stores.accounts_tables import AccountTables, Row
from thalweg.stores.sql import migrations, queries
from thalweg.stores.sqlite import bring_forward, guard

APPLICATION_ID = 0x54484C41  # "THLA"
_BUSY_MS = 5_000

T = TypeVar("T")


class SqliteAccounts(AccountTables):
    """An `AccountStore` in one file; the file is readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file and brings its schema forward; Refused if its schema is newer than ours."""
        super().__init__(_File(path))


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._sql = queries("sqlite_accounts")
        self._lock = threading.RLock()
        if str(path) != ":memory:":
            # The contacts of whoever watches are nobody else's on this machine.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = self._guard("no", self._open)

    def read(self, name: str, *values: object) -> list[Row]:
        with self._lock:
            return self._guard("no", lambda: [*self._run(name, values).fetchall()])

    def change(self, name: str, *values: object) -> int:
        with self._lock:
            self._guard("unknown", lambda: self._run(name, values).fetchall())
            return self._connection.changes()

    def change_returning(self, name: str, *values: object) -> list[Row]:
        with self._lock:
            return self._guard("unknown", lambda: [*self._run(name, values).fetchall()])

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._lock:
            self._guard("no", lambda: self._connection.execute("BEGIN IMMEDIATE"))
            done = False
            try:
                yield
                self._guard("unknown", lambda: self._connection.execute("COMMIT"))
                done = True
            finally:
                if not done and self._connection.in_transaction:
                    self._guard("unknown", lambda: self._connection.execute("ROLLBACK"))

    def wipe_contacts(self) -> None:
        # secure_delete has overwritten the page; the WAL still holds older ones until it is truncated.
        with self._lock:
            rows = self._guard("unknown", self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall)
        if rows and rows[0][0] != 0:
            raise StoreFailed("store.busy", "Another program reads the file; erase again.", happened="unknown")

    def close(self) -> None:
        with self._lock:
            self._connection.close(force=True)

    def _run(self, name: str, values: tuple[Any, ...]) -> apsw.Cursor:
        return self._connection.execute(self._sql[name], values)

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self._path))
        try:
            connection.set_busy_timeout(_BUSY_MS)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            bring_forward(connection, self._path, migrations("sqlite_accounts"), APPLICATION_ID)
        except (apsw.Error, Refused):
            connection.close(force=True)
            raise
        return connection

    def _guard(self, happened: str, act: Callable[[], T]) -> T:
        return guard(happened, self._path, act)
