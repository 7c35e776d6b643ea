"""What the stores on PostgreSQL share: a guarded connection, a schema brought forward, and a bell that
rings when another process has notified."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier
from typing_extensions import override

from thalweg.ledger.errors import Damaged, Refused, StoreFailed
from thalweg.stores.bell import Bell
from thalweg.stores.sql import Migration

Connection = psycopg.Connection[TupleRow]
T = TypeVar("T")

# A machine that vanished without a word gives up its locks within some eight seconds. Sockets on one machine need
# none of this, and the server ignores it there.
_NOTICE_A_LOST_MACHINE = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
)
# What an administrator may have set for everybody's sessions is not for these: the lock goes with its connection, and a
# fold that is broken off begins anew. Servers know some of them only.
_NO_LIMITS = """SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',
'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')"""
_BREATH_S = 0.25
_FIRST_S = 5.0


# A server that vanished is given up within some ten seconds, where the conninfo does not say otherwise.
_NOTICE_A_LOST_SERVER = {
    "connect_timeout": "10",
    "keepalives_idle": "5",
    "keepalives_interval": "1",
    "keepalives_count": "5",
    "tcp_user_timeout": "10000",
}


def connect(conninfo: str, *, durable: bool = True) -> Connection:
    """A connection in autocommit. Unless `durable`, a commit does not wait for the disk."""
    told = {**_NOTICE_A_LOST_SERVER, **conninfo_to_dict(conninfo)}
    connection = psycopg.connect(make_conninfo("", **told), autocommit=True)
    try:
        connection.execute("SET synchronous_commit = on" if durable else "SET synchronous_commit = off")
        for setting in (_NO_LIMITS, *_NOTICE_A_LOST_MACHINE):
            connection.execute(setting)
    except psycopg.Error:
        connection.close()
        raise
    return connection


def guard(happened: str, act: Callable[[], T]) -> T:
    """Runs `act`; what the driver raises leaves here as an error of the ledger's family."""
    try:
        return act()
    except psycopg.errors.DataCorrupted as error:
        raise Damaged("store.damaged", f"PostgreSQL reports damage: {error}") from error
    except psycopg.Error as error:
        raise StoreFailed("store.failed", f"PostgreSQL failed: {error}", happened=happened) from error


def bring_forward(connection: Connection, sql: Mapping[str, str], steps: Sequence[Migration]) -> None:
    """Bring the schema to the newest of `steps`; Refused if it is newer than that."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(1414024279)")
        if connection.execute(sql["schema-version"]).fetchall() == [(None,)]:
            connection.execute(sql["make-version"])
            connection.execute(sql["first-version"])
        version = connection.execute(sql["version"]).fetchall()[0][0]
        newest = steps[-1].version
        if version > newest:
            raise Refused(
                "store.newer",
                f"The database has schema {version}, this program knows {newest}: use the newer program.",
                found=version,
                known=newest,
            )
        for step in steps:
            if step.version > version:
                connection.execute(step.text.encode())
        connection.execute(sql["set-version"], (newest,))


class Line:
    """One connection for one thread at a time, made when first needed and again after it broke."""

    def __init__(self, conninfo: str, sql: Mapping[str, str], *, durable: bool = True) -> None:
        self._conninfo = conninfo
        self._sql = sql
        self._durable = durable
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._closed = False

    def rows(self, name: str, *values: object) -> list[TupleRow]:
        """The rows of a named statement, one transaction of its own."""

        def act() -> list[TupleRow]:
            with self._open().cursor(binary=True) as cursor:
                cursor.execute(self._sql[name], values or None)
                return cursor.fetchall() if cursor.description else []

        with self._lock:
            return guard("unknown", act)

    def count(self, name: str, *values: object) -> int:
        """How many rows a named statement changed."""
        with self._lock:
            return guard("unknown", lambda: self._open().execute(self._sql[name], values or None).rowcount)

    def tell(self, name: str, values: Sequence[object], notices: Sequence[Sequence[object]]) -> None:
        """A named statement, then `notify` with each of `notices`, in one round trip.

        The notices are transactions of their own, after the change: PostgreSQL lets notifying transactions commit
        one at a time only, and these have nothing that waits for the disk. If the process dies in between, nobody
        is woken, and whoever waits finds the change when their wait runs out.
        """

        def act() -> None:
            connection = self._open()
            with connection.pipeline() as pipeline:
                connection.execute(self._sql[name], values)
                pipeline.sync()
                for notice in notices:
                    connection.execute(self._sql["notify"], notice)

        with self._lock:
            guard("unknown", act)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The connection, inside a transaction; the caller guards."""
        with self._lock:
            connection = self._open()
            with connection.transaction():
                yield connection

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._closed:
            raise StoreFailed("store.closed", "These tables have been closed.", happened="no")
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._drop()
            self._connection = connect(self._conninfo, durable=self._durable)
        return self._connection


class PostgresBell(Bell):
    """A bell that also rings for what other processes notify: a connection and a thread of its own, from the first
    time that somebody waits. The payload of a notification is the topics, with spaces between."""

    def __init__(self, conninfo: str, sql: Mapping[str, str]) -> None:
        super().__init__()
        self._conninfo = conninfo
        self._sql = sql
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()

    @override
    def listen(self) -> None:
        """Called before waiting: from when this returns, nothing that is notified is missed."""
        with self._starting:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
        # While the database is away nobody listens, and everybody is woken when somebody does again.
        self._listening.wait(_FIRST_S)

    @override
    def close(self) -> None:
        super().close()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error:
                # Whoever waits asks the database themselves when their wait is over, and hears of it then.
                self._stop.wait(_BREATH_S)

    def _listen(self) -> None:
        with connect(self._conninfo) as connection:
            (channel,) = connection.execute(self._sql["channel"]).fetchall()[0]
            connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            self.ring_all()
            self._listening.set()
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=_BREATH_S):
                    self.ring(*notice.payload.split())
