"""Accounts on PostgreSQL, through psycopg 3, beside the log in one database: several server processes share them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.stores.accounts_tables import AccountTables, Row
from thalweg.stores.postgres_line import Connection, bring_forward, connect, guard
from thalweg.stores.sql import migrations, queries


class PostgresAccounts(AccountTables):
    """An `AccountStore` in the first schema of the connection's search_path."""

    def __init__(self, conninfo: str) -> None:
        """Connects and brings the schema forward; Refused if it is newer than ours."""
        super().__init__(_Database(conninfo))


class _Database:
    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._sql = queries("postgres_accounts")
        self._lock = threading.RLock()
        self._held: Connection | None = None
        self._within = False
        try:
            guard("no", lambda: bring_forward(self._connected(), self._sql, migrations("postgres_accounts")))
        except LedgerError:
            self.close()
            raise

    def read(self, name: str, *values: object) -> list[Row]:
        return self._fetch("no", name, values)

    def change(self, name: str, *values: object) -> int:
        with self._lock:
            return guard("unknown", lambda: self._connected().execute(self._sql[name], values).rowcount)

    def change_returning(self, name: str, *values: object) -> list[Row]:
        return self._fetch("unknown", name, values)

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._lock:
            guard("no", lambda: self._connected().execute("BEGIN"))
            connection = self._connected()
            done, self._within = False, True
            try:
                yield
                guard("unknown", lambda: connection.execute("COMMIT"))
                done = True
            finally:
                self._within = False
                if not done and not connection.broken:
                    guard("unknown", lambda: connection.execute("ROLLBACK"))

    def wipe_contacts(self) -> None:
        # A deleted row stays in its page until the table is written anew. The server's WAL and its backups keep it
        # for as long as their owner lets them: docs/explanation/sign-in.md says so.
        with self._lock:
            guard("unknown", lambda: self._connected().execute(self._sql["rewrite-contacts"]))

    def close(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.close()
            self._held = None

    def _fetch(self, happened: str, name: str, values: tuple[object, ...]) -> list[Row]:
        def act() -> list[Row]:
            with self._connected().cursor(binary=True) as cursor:
                return [*cursor.execute(self._sql[name], values or None).fetchall()]

        with self._lock:
            return guard(happened, act)

    def _connected(self) -> Connection:
        held = self._held
        if held is None or held.broken or held.closed:
            if self._within:  # a new connection would be outside of the transaction
                raise StoreFailed("store.failed", "The connection broke within a transaction.", happened="no")
            held = self._held = connect(self._conninfo)
        return held
