"""The log on PostgreSQL, through psycopg 3: one sequencer under an advisory lock, with a fencing number.

Several server processes may point at one database; one of them writes. The advisory lock tells the others
to stand by while it lives. The fencing number makes it safe: every append moves the row in `log` only if
the number and the size are still what the writer believes, so a writer that slept through its own
replacement changes nothing. Indexes are dense because the writer counts them; a database sequence would
leave holes.

Nothing is ever decided from a replica, and a server told to skip fsync is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from psycopg.rows import TupleRow

from thalweg.ledger.errors import LedgerError, Refused, StoreFailed
from thalweg.ledger.promise import Append, AuthorTip, StoredHead, StoredPayload
from thalweg.ledger.tree import TILE_WIDTH, Head
from thalweg.stores.postgres_line import Connection, PostgresBell, bring_forward, connect, guard
from thalweg.stores.sql import Migration, migrations, queries

T = TypeVar("T")


class PostgresStore:
    """Keeps the promise of `thalweg.ledger.promise` in the first schema of the connection's search_path."""

    def __init__(self, conninfo: str, *, steps: Sequence[Migration] | None = None) -> None:
        """Connects and brings the schema forward; Refused if it is newer than ours, or the server unsafe.

        `conninfo` is libpq's, for example `host=/run/postgresql dbname=thalweg options='-c
        search_path=theatre'`."""
        self._conninfo = conninfo
        self._sql = queries("postgres")
        self._steps = migrations("postgres") if steps is None else tuple(steps)
        # psycopg lets one thread at a time on a connection by itself; these keep a transaction whole and a
        # connection from being made twice.
        self._writing_lock = threading.RLock()
        self._reading_lock = threading.RLock()
        self._writer: Connection | None = None
        self._reader: Connection | None = None
        self._holding = False
        self._fence: int | None = None
        self._closed = False
        self._bell = PostgresBell(conninfo, self._sql)
        try:
            self._guard("no", self._check)
            self._guard("no", self._migrate)
        except LedgerError:
            self._drop()
            raise

    def acquire(self, *, take_over: bool = False) -> int:
        def act() -> int:
            if self._holding and not take_over:
                raise Refused("store.held", "This store is the writer already.")
            locked = self._holding or self._lock()
            if not locked and not take_over:
                raise Refused("store.held", "Another process writes this log.")
            if not locked:
                # One that hangs within an append holds the row that the fence is in, and would hold it for ever.
                self._writing().execute(self._sql["end-the-writer"])
            self._holding = locked
            with self._writing().transaction():
                return int(self._writing().execute(self._sql["take-fence"]).fetchall()[0][0])

        with self._writing_lock:
            try:
                self._fence = self._guard("no", act)
            except StoreFailed:
                # With the lock and no number it would take itself for the writer for ever, and so would the others.
                self._drop()
                raise
            return self._fence

    def leads(self) -> bool:
        def act() -> bool:
            # Asked first: this finds out that the connection broke, and the lock went with it.
            if self._standing()[0] != self._fence:
                return False
            if not self._holding:
                self._holding = self._lock()
            # Whoever had the lock in between has moved the fence.
            return self._standing()[0] == self._fence

        with self._writing_lock:
            if self._fence is None:
                return False
            try:
                return self._guard("no", act)
            except StoreFailed:
                # A connection that broke is made anew, once: the database may be there all the same.
                return self._guard("no", act)

    def _standing(self) -> tuple[int, int]:
        fence, size = self._writing().execute(self._sql["standing"]).fetchall()[0]
        return fence, size

    def _lock(self) -> bool:
        return self._writing().execute(self._sql["lock"]).fetchall() == [(True,)]

    def beat(self) -> None:
        with self._writing_lock:
            writer = self._writer
            if self._holding and writer is not None and not writer.broken and not writer.closed:
                self._guard("no", lambda: writer.execute(self._sql["beat"]))

    def hangs(self, silent_s: float, *, end: bool = False) -> bool:
        return bool(self._read("end-silent-writer" if end else "silent-writer", silent_s))

    def release(self) -> None:
        self._fence = None
        if self._holding:
            self._holding = False
            with self._writing_lock:
                self._guard("no", lambda: self._writing().execute(self._sql["unlock"]))

    def append(self, batch: Append, fence: int) -> None:
        with self._writing_lock:
            self._append(batch, fence)

    def _append(self, batch: Append, fence: int) -> None:
        try:
            moved = self._guard("no", lambda: self._fill(batch, fence))
        except StoreFailed:
            self._roll_back()
            # A writer that was replaced may trip over the other's rows before it learns why.
            self._refuse_if_moved(batch, fence)
            raise
        if moved != 1:
            self._roll_back()
            self._refuse_if_moved(batch, fence)
            raise StoreFailed("store.failed", "The row that says where the log stands is gone.", happened="no")
        try:
            self._guard("unknown", lambda: self._writing().execute("COMMIT"))
        except StoreFailed:
            # The server may have committed before the line went dead: ask it afresh.
            self._drop()
            raise

    def wait(self, size: int, timeout_s: float) -> int:
        self._bell.listen()
        with self._bell.expect("grown") as grown:
            if self._size(size) <= size:
                grown.wait(timeout_s)
        return self._size(size)

    def head(self) -> StoredHead | None:
        rows = self._read("head")
        return StoredHead(Head(rows[0][0], rows[0][1]), rows[0][2]) if rows else None

    def entry(self, index: int) -> bytes | None:
        return self._one("entry", index)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        return (row[0] for row in self._read("entries", start, stop))

    def leaves(self, start: int, stop: int) -> bytes:
        return b"".join(row[0] for row in self._read("leaves", start, stop))

    def tile(self, level: int, index: int) -> bytes:
        full = self._one("tile", level, index)
        if full is not None:
            return full
        start = index * TILE_WIDTH
        if level == 0:
            return self.leaves(start, start + TILE_WIDTH)
        return b"".join(row[0] for row in self._read("roots", level - 1, start, start + TILE_WIDTH))

    def find(self, author: str, seq: int) -> AuthorTip | None:
        return _tip(self._read("find", author, seq))

    def tip(self, author: str) -> AuthorTip | None:
        return _tip(self._read("tip", author))

    def identity(self) -> Iterator[tuple[int, bytes]]:
        return ((row[0], row[1]) for row in self._read("identity"))

    def checkpoint(self, size: int) -> bytes | None:
        return self._one("checkpoint", size)

    def checkpoint_sizes(self) -> Sequence[int]:
        return [row[0] for row in self._read("sizes")]

    def cosign(self, size: int, checkpoint: bytes) -> None:
        if self._change("cosign", checkpoint, size) != 1:
            raise Refused("log.checkpoint", f"No checkpoint of {size} entries was made.", size=size)

    def payload(self, digest: bytes) -> StoredPayload | None:
        rows = self._read("payload", digest)
        return StoredPayload(digest, *rows[0]) if rows else None

    def payloads(self, digests: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return dict(self._read("payloads", list(digests))) if digests else {}

    def erase(self, digest: bytes) -> bool:
        gone = self._change("erase", digest) == 1
        # A deleted row stays in its page until the table is written anew. The server's WAL and its backups
        # keep it for as long as their owner lets them: docs/how-to/ledger.md says so.
        with self._writing_lock:
            self._guard("unknown", lambda: self._writing().execute(self._sql["rewrite-payloads"]))
        return gone

    def close(self) -> None:
        self._closed = True
        self._bell.close()
        if self._writer is not None and not self._writer.broken:
            self.release()
        self._drop()

    def _check(self) -> None:
        replica, fsync, pages = self._reading().execute(self._sql["safe"]).fetchall()[0]
        if replica:
            raise Refused("store.replica", "This server is a replica; a log is never decided from one.")
        if fsync != "on" or pages != "on":
            raise Refused("store.unsafe", "This server does not write safely (fsync, full_page_writes are off).")

    def _migrate(self) -> None:
        bring_forward(self._writing(), self._sql, self._steps)

    def _fill(self, batch: Append, fence: int) -> int:
        """Send the whole transaction but its COMMIT in one go; returns how many rows the move touched."""
        connection = self._writing()
        with connection.pipeline():
            connection.execute("BEGIN")
            moved = connection.execute(self._sql["move"], (batch.head.size, batch.head.root, fence, batch.start))
            self._insert(connection, batch)
            # Sent by the server when the transaction commits, and not at all if it does not.
            connection.execute(self._sql["notify-grown"])
        return moved.rowcount

    def _refuse_if_moved(self, batch: Append, fence: int) -> None:
        held, size = self._guard("no", self._standing)
        if held != fence:
            raise Refused("store.fenced", "Another writer has taken over this log.", fence=fence, held=held)
        if size != batch.start:
            raise Refused("store.moved", "The log is not at the size this append starts from.", size=size)

    def _insert(self, connection: Connection, batch: Append) -> None:
        sql = self._sql
        new = batch.entries
        numbers = list(range(batch.start, batch.start + len(new)))
        connection.execute(sql["add-entries"], (numbers, [item.leaf for item in new], [item.data for item in new]))
        connection.execute(
            sql["add-events"],
            (
                [item.author for item in new],
                [item.seq for item in new],
                [item.event_hash for item in new],
                numbers,
            ),
        )
        identity = [i for i, item in zip(numbers, new, strict=True) if item.identity]
        if identity:
            connection.execute(sql["add-identity"], (identity,))
        if batch.tiles:
            connection.execute(
                sql["add-tiles"],
                (
                    [tile.level for tile in batch.tiles],
                    [tile.index for tile in batch.tiles],
                    [tile.root for tile in batch.tiles],
                    [tile.hashes for tile in batch.tiles],
                ),
            )
        if batch.payloads:
            connection.execute(
                sql["add-payloads"],
                (
                    [item.digest for item in batch.payloads],
                    [item.salt for item in batch.payloads],
                    [item.payload for item in batch.payloads],
                ),
            )
        connection.execute(sql["add-checkpoint"], (batch.head.size, batch.checkpoint))

    def _roll_back(self) -> None:
        try:
            self._guard("no", lambda: self._writing().execute("ROLLBACK"))
        except StoreFailed:
            self._drop()

    def _drop(self) -> None:
        """Let go of both connections; the next use makes new ones. The advisory lock goes with the
        writer's."""
        with self._writing_lock, self._reading_lock:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None
            self._holding = False

    def _writing(self) -> Connection:
        if self._writer is None or self._writer.broken or self._writer.closed:
            self._holding = False
            self._writer = connect(self._conninfo)
        return self._writer

    def _reading(self) -> Connection:
        if self._reader is None or self._reader.broken or self._reader.closed:
            self._reader = connect(self._conninfo)
        return self._reader

    def _change(self, name: str, *values: object) -> int:
        with self._writing_lock:
            return self._guard("unknown", lambda: self._writing().execute(self._sql[name], values).rowcount)

    def _read(self, name: str, *values: object) -> list[TupleRow]:
        def act() -> list[TupleRow]:
            with self._reading().cursor(binary=True) as cursor:
                return cursor.execute(self._sql[name], values or None).fetchall()

        with self._reading_lock:
            had = self._reader is not None
            try:
                return self._guard("no", act)
            except StoreFailed:
                # A server that was away leaves a dead line behind, and nobody knows before the first question on it.
                if not had or self._reader is None or not self._reader.broken:
                    raise
            return self._guard("no", act)

    def _size(self, closed: int) -> int:
        """The durable size; `closed` if the store has been closed, whose connections must not come back."""
        with self._reading_lock:
            return closed if self._closed else int(self._read("size")[0][0])

    def _one(self, name: str, *values: object) -> bytes | None:
        rows = self._read(name, *values)
        return bytes(rows[0][0]) if rows else None

    def _guard(self, happened: str, act: Callable[[], T]) -> T:
        return guard(happened, act)


def _tip(rows: list[TupleRow]) -> AuthorTip | None:
    return AuthorTip(*rows[0]) if rows else None
