"""The log on SQLite, through apsw: WAL, synchronous=FULL, one writer.

Not Python's own sqlite3: the SQLite it carries on many machines (3.7.0 to 3.51.2) has a fault in which a
reset of the WAL can corrupt the file. FULL is not a setting: under simulated loss of power NORMAL loses
entries that were acknowledged and OFF loses the file; tests/conformance/test_power_loss.py shows all three.

A second connection reads, so that no reader sees a transaction before it is committed. In WAL mode a
commit becomes visible only after the WAL has been synced, so what is visible is durable.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import IO, Any, TypeVar

import apsw

from thalweg.ledger.errors import Damaged, Refused, StoreFailed
from thalweg.ledger.promise import Append, AuthorTip, StoredHead, StoredPayload
from thalweg.ledger.tree import TILE_WIDTH, Head
from thalweg.stores.bell import Bell
from thalweg.stores.sql import Migration, migrations, queries

APPLICATION_ID = 0x54484C57  # "THLW"
_LEVEL = 1 << 48
_BUSY_MS = 5_000
_OLDEST_SQLITE = (3, 51, 3)
_LOOK_S = 0.05

T = TypeVar("T")


class SqliteStore:
    """Keeps the promise of `thalweg.ledger.promise` in one SQLite file (and its WAL beside it)."""

    def __init__(
        self,
        path: Path,
        *,
        vfs: str | None = None,
        synchronous: str = "FULL",
        steps: Sequence[Migration] | None = None,
    ) -> None:
        """Opens or creates the file and brings its schema forward; Refused if its schema is newer than ours.

        `vfs`, `synchronous` and `steps` are there for the tests that show what they are worth.
        """
        if tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) < _OLDEST_SQLITE:
            raise Refused("store.sqlite", "This SQLite can corrupt a log (WAL reset); 3.51.3 or newer is needed.")
        self._path = path
        self._vfs = vfs
        self._synchronous = synchronous
        self._sql = queries("sqlite")
        self._steps = migrations("sqlite") if steps is None else tuple(steps)
        self._lock_file: IO[bytes] | None = None
        self._fence: int | None = None
        # One thread at a time on each connection. Readers do not wait for a writer's sync: only letting go of
        # both connections takes both locks, the writer's first.
        self._writing_lock = threading.RLock()
        self._reading_lock = threading.RLock()
        self._connections: tuple[apsw.Connection, apsw.Connection] | None = None
        self._closed = False
        self._bell = Bell()
        self._guard("no", self._connected)

    def acquire(self, *, take_over: bool = False) -> int:
        if self._lock_file is None:
            file = self._path.with_name(self._path.name + ".writer").open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if not take_over:
                    file.close()
                    raise Refused("store.held", "Another process writes this log.", path=str(self._path)) from error
            self._lock_file = file
        elif not take_over:
            raise Refused("store.held", "This store is the writer already.", path=str(self._path))
        with self._writing_lock:
            try:
                self._fence = int(self._guard("no", lambda: self._write("take-fence")[0][0]))
            except (StoreFailed, Damaged):
                # With the lock and no number it would take itself for the writer for ever, and so would the others.
                self.release()
                raise
            return self._fence

    def leads(self) -> bool:
        return self._fence is not None and self._read("standing")[0][0] == self._fence

    def beat(self) -> None:
        """Nobody stands by."""

    def hangs(self, silent_s: float, *, end: bool = False) -> bool:  # noqa: ARG002  # the promise: nobody can tell
        """One that hangs is on this very machine, and is ended there."""
        return False

    def release(self) -> None:
        self._fence = None
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def append(self, batch: Append, fence: int) -> None:
        with self._writing_lock:
            self._append(batch, fence)

    def _append(self, batch: Append, fence: int) -> None:
        self._guard("no", self._begin)
        try:
            self._guard("no", lambda: self._fill(batch, fence))
        except (Refused, StoreFailed, Damaged):
            self._roll_back()
            raise
        try:
            self._guard("unknown", lambda: self._writing().execute("COMMIT"))
        except (StoreFailed, Damaged):
            # Whether the commit reached the disk is decided by the disk: start from the file again.
            self._drop()
            raise
        self._bell.ring("grown")

    def wait(self, size: int, timeout_s: float) -> int:
        with self._bell.expect("grown") as grown:
            # The bell rings for this very store; who else may have the file open is asked of the file.
            for _ in range(max(1, ceil(timeout_s / _LOOK_S))):
                if self._size(size) > size or grown.wait(min(timeout_s, _LOOK_S)):
                    break
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
        full = self._one("tile", level * _LEVEL + index)
        if full is not None:
            return full
        start = index * TILE_WIDTH
        if level == 0:
            return self.leaves(start, start + TILE_WIDTH)
        below = (level - 1) * _LEVEL + start
        return b"".join(row[0] for row in self._read("roots", below, below + TILE_WIDTH))

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
        with self._writing_lock:
            self._guard("unknown", lambda: self._write("cosign", checkpoint, size))
            changed = self._changes()
        if changed != 1:
            raise Refused("log.checkpoint", f"No checkpoint of {size} entries was made.", size=size)

    def payload(self, digest: bytes) -> StoredPayload | None:
        rows = self._read("payload", digest)
        return StoredPayload(digest, *rows[0]) if rows else None

    def payloads(self, digests: Sequence[bytes]) -> Mapping[bytes, bytes]:
        held = (self.payload(digest) for digest in digests)  # each is found here without a journey
        return {each.digest: each.payload for each in held if each is not None}

    def erase(self, digest: bytes) -> bool:
        with self._writing_lock:
            self._guard("unknown", lambda: self._write("erase", digest))
            gone = self._changes() == 1
            # secure_delete has overwritten the page; the WAL still holds older ones until it is truncated.
            self._guard("unknown", lambda: self._writing().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        return gone

    def close(self) -> None:
        self._closed = True
        self._bell.ring_all()
        self.release()
        self._drop()

    def _open(self) -> tuple[apsw.Connection, apsw.Connection]:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        writer = apsw.Connection(str(self._path), flags=flags, vfs=self._vfs)
        try:
            writer.set_busy_timeout(_BUSY_MS)
            writer.execute("PRAGMA journal_mode = WAL")
            writer.execute(f"PRAGMA synchronous = {self._synchronous}")
            writer.execute("PRAGMA secure_delete = ON")
            self._migrate(writer)
            reader = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=self._vfs)
        except (apsw.Error, Refused):
            writer.close(force=True)
            raise
        reader.set_busy_timeout(_BUSY_MS)
        reader.execute("PRAGMA query_only = ON")
        return writer, reader

    def _migrate(self, connection: apsw.Connection) -> None:
        bring_forward(connection, self._path, self._steps, APPLICATION_ID)

    def _begin(self) -> None:
        self._writing().execute("BEGIN IMMEDIATE")

    def _fill(self, batch: Append, fence: int) -> None:
        connection, sql = self._writing(), self._sql
        connection.execute(sql["move"], (batch.head.size, batch.head.root, fence, batch.start))
        if connection.changes() != 1:
            held, size = next(iter(connection.execute(sql["standing"])))
            if held != fence:
                raise Refused("store.fenced", "Another writer has taken over this log.", fence=fence, held=held)
            raise Refused("store.moved", "The log is not at the size this append starts from.", size=size)
        numbered = list(enumerate(batch.entries, batch.start))
        connection.executemany(sql["add-entry"], [(i, item.leaf, item.data) for i, item in numbered])
        connection.executemany(sql["add-event"], [(item.author, item.seq, item.event_hash, i) for i, item in numbered])
        identity = [(i,) for i, item in numbered if item.identity]
        if identity:
            connection.executemany(sql["add-identity"], identity)
        if batch.tiles:
            connection.executemany(
                sql["add-tile"],
                [(tile.level * _LEVEL + tile.index, tile.root, tile.hashes) for tile in batch.tiles],
            )
        if batch.payloads:
            connection.executemany(
                sql["add-payload"], [(item.digest, item.salt, item.payload) for item in batch.payloads]
            )
        connection.execute(sql["add-checkpoint"], (batch.head.size, batch.checkpoint))

    def _roll_back(self) -> None:
        if self._connections is not None and self._connections[0].in_transaction:
            self._guard("no", lambda: self._writing().execute("ROLLBACK"))

    def _drop(self) -> None:
        with self._writing_lock, self._reading_lock:
            connections, self._connections = self._connections, None
            for connection in reversed(connections or ()):
                connection.close(force=True)

    def _writing(self) -> apsw.Connection:
        return self._connected()[0]

    def _reading(self) -> apsw.Connection:
        return self._connected()[1]

    def _connected(self) -> tuple[apsw.Connection, apsw.Connection]:
        """Writer and reader, opened again if a failed commit has closed them."""
        connections = self._connections
        if connections is None:
            with self._reading_lock:
                connections = self._connections = self._connections or self._open()
        return connections

    def _size(self, closed: int) -> int:
        """The durable size; `closed` if the store has been closed, whose connections must not come back."""
        with self._reading_lock:
            return closed if self._closed else int(self._read("size")[0][0])

    def _changes(self) -> int:
        return self._writing().changes()

    def _write(self, name: str, *values: apsw.SQLiteValue) -> list[Any]:
        return self._writing().execute(self._sql[name], values).fetchall()

    def _read(self, name: str, *values: apsw.SQLiteValue) -> list[Any]:
        with self._reading_lock:
            return self._guard("no", lambda: self._reading().execute(self._sql[name], values).fetchall())

    def _one(self, name: str, *values: apsw.SQLiteValue) -> bytes | None:
        rows = self._read(name, *values)
        return bytes(rows[0][0]) if rows else None

    def _guard(self, happened: str, act: Callable[[], T]) -> T:
        return guard(happened, self._path, act)


def guard(happened: str, path: Path, act: Callable[[], T]) -> T:
    """Runs `act`; what the driver raises leaves here as an error of the ledger's family."""
    try:
        return act()
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise Damaged("store.damaged", f"SQLite cannot read the file: {error}", path=str(path)) from error
    except apsw.BusyError as error:
        raise StoreFailed("store.busy", "The file is locked by another program.", happened="no") from error
    except apsw.Error as error:
        raise StoreFailed("store.failed", f"SQLite failed: {error}", happened=happened) from error


def bring_forward(connection: apsw.Connection, path: Path, steps: Sequence[Migration], application_id: int) -> None:
    """Bring the schema of a file to the newest of `steps`; Refused if it is newer than that, or not of this kind."""
    newest = steps[-1].version
    if (connection.pragma("user_version"), connection.pragma("application_id")) == (newest, application_id):
        return  # nothing to write, so whoever writes the file now is not in the way
    connection.execute("BEGIN IMMEDIATE")
    try:
        _go_forward(connection, path, steps, application_id)
        connection.execute("COMMIT")
    except (apsw.Error, Refused):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _go_forward(connection: apsw.Connection, path: Path, steps: Sequence[Migration], application_id: int) -> None:
    version, newest = connection.pragma("user_version"), steps[-1].version
    owner = connection.pragma("application_id")
    if owner not in (0, application_id) or (owner == 0 and version):
        raise Refused("store.foreign", "This SQLite file is not ours, or not of this kind.", path=str(path))
    if version > newest:
        raise Refused(
            "store.newer",
            f"The file has schema {version}, this program knows {newest}: use the newer program.",
            found=version,
            known=newest,
        )
    for step in steps:
        if step.version > version:
            connection.execute(step.text)
    connection.execute(f"PRAGMA application_id = {application_id}")
    connection.execute(f"PRAGMA user_version = {newest}")


def _tip(rows: list[Any]) -> AuthorTip | None:
    return AuthorTip(*rows[0]) if rows else None
