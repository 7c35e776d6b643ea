"""What the desk keeps beside the ledger, on SQLite: `desk.db` and `snapshots.db` beside the ledger's file, so that
addresses and caches are apart from evidence.

One process serves. Two connections on `desk.db`, one of which waits for the disk and one of which does not, where the
promise of `thalweg.model.keeping` lets loss of power take something; one lock for both, since SQLite writes for
one at a time anyway and would wait by sleeping.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import apsw

from thalweg.ledger.errors import Damaged, StoreFailed
from thalweg.model.keeping import (
    REQUESTS_AT_ONCE,
    Ended,
    Message,
    NoSnapshot,
    Queued,
    Snapshot,
)
from thalweg.stores.bell import Bell
from thalweg.stores.snapshot import KEPT, Checksum, pieces, read
from thalweg.stores.sql import migrations, queries
from thalweg.stores.sqlite import bring_forward, guard

DESK_ID = 0x54484C44  # "THLD"
SNAPSHOTS_ID = 0x54484C53  # "THLS"
DESK_FILE, SNAPSHOTS_FILE = "desk.db", "snapshots.db"
_BUSY_MS = 5_000
_LOOK_S = 0.05
_PAGE_BYTES = 65_536  # of snapshots: gigabytes that are read in one go

T = TypeVar("T")


class SqliteDesk:
    """Keeps the promises of `thalweg.model.keeping` in two files in `folder`."""

    def __init__(self, folder: Path, *, seal: bytes = b"") -> None:
        """Opens or makes the files and brings their schemas forward; Refused if one is newer than ours. `seal` is
        the secret under which snapshots are checked, if there is one."""
        lock = threading.RLock()
        file = folder / DESK_FILE
        self._bell = Bell()
        self._files: list[_File] = []
        for path, dialect, kind, durable, shared in (
            (file, "sqlite_desk", DESK_ID, True, lock),
            (file, "sqlite_desk", DESK_ID, False, lock),
            (folder / SNAPSHOTS_FILE, "sqlite_snapshots", SNAPSHOTS_ID, False, threading.RLock()),
        ):
            self._files.append(_File(path, dialect, kind, shared, durable=durable))
        durable_file, loose_file, snapshots = self._files
        try:
            for opened in self._files:
                opened.open()
        except (Damaged, StoreFailed):
            self.close()
            raise
        self.requests = _Requests(durable_file, loose_file, self._bell)
        self.snapshots = _Snapshots(snapshots, seal)
        self.outbox = _Outbox(durable_file)

    def close(self) -> None:
        self._bell.close()
        for file in self._files:
            file.close()


class _File:
    """One connection to one file, for one thread at a time."""

    def __init__(self, path: Path, dialect: str, kind: int, lock: threading.RLock, *, durable: bool) -> None:
        self.sql = queries(dialect)
        self._path = path
        self._steps = migrations(dialect)
        self._kind = kind
        self._durable = durable
        self._lock: Any = lock
        self._connection: apsw.Connection | None = None
        self._closed = False

    def open(self) -> None:
        with self._lock:
            guard("no", self._path, self._opened)

    def rows(self, name: str, *values: apsw.SQLiteValue) -> list[Any]:
        """The rows of one named statement that only reads."""
        with self._lock:
            return guard("no", self._path, lambda: self._opened().execute(self.sql[name], values).fetchall())

    def count(self, name: str, *values: apsw.SQLiteValue) -> int:
        """How many rows one named statement changed."""
        return self.change(lambda connection: _run(connection, self.sql[name], values))

    def change(self, act: Callable[[apsw.Connection], T]) -> T:
        """`act` in one transaction, all of it or nothing."""
        with self._lock:
            connection = guard("no", self._path, self._begun)
            try:
                made = guard("no", self._path, lambda: act(connection))
            except (Damaged, StoreFailed):
                self._drop()
                raise
            try:
                guard("unknown", self._path, lambda: connection.execute("COMMIT"))
            except (Damaged, StoreFailed):
                self._drop()
                raise
            return made

    def read(self, act: Callable[[apsw.Connection], T]) -> T:
        """`act` on one state of the file."""

        def whole() -> T:
            connection = self._opened()
            connection.execute("BEGIN")
            try:
                return act(connection)
            finally:
                connection.execute("ROLLBACK")

        with self._lock:
            return guard("no", self._path, whole)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(force=True)

    def _begun(self) -> apsw.Connection:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        return connection

    def _opened(self) -> apsw.Connection:
        if self._closed:
            raise StoreFailed("store.closed", "These tables have been closed.", happened="no")
        if self._connection is None:
            # Whom to reach and where is nobody else's on this machine.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = apsw.Connection(str(self._path))
            try:
                connection.set_busy_timeout(_BUSY_MS)
                if self._kind == SNAPSHOTS_ID:
                    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # of a file that is new
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
                bring_forward(connection, self._path, self._steps, self._kind)
                # Addresses and messages that were deleted are overwritten, not left in the file.
                connection.execute(f"PRAGMA secure_delete = {'ON' if self._kind == DESK_ID else 'OFF'}")
            except BaseException:
                connection.close(force=True)
                raise
            self._connection = connection
        return self._connection


class _Requests:
    def __init__(self, durable: _File, loose: _File, bell: Bell) -> None:
        self._durable = durable
        self._loose = loose
        self._bell = bell

    def offer(self, requests: Sequence[tuple[bytes, bytes]]) -> None:
        statement = self._durable.sql["offer"]
        self._durable.change(lambda connection: connection.executemany(statement, list(requests)))
        self._bell.ring("offered")

    def waiting(
        self, limit: int = REQUESTS_AT_ONCE, *, besides: Collection[bytes] = (), timeout_s: float = 0.0
    ) -> list[tuple[bytes, bytes]]:
        passed = frozenset(besides)

        def take(connection: apsw.Connection) -> list[tuple[bytes, bytes]]:
            found: list[tuple[bytes, bytes]] = []
            for request_id, body in connection.execute(self._loose.sql["waiting"]):
                if len(found) >= limit:
                    break
                if request_id not in passed:
                    found.append((bytes(request_id), bytes(body)))
            return found

        return self._bell.watch(("offered",), lambda: self._loose.read(take), timeout_s, _LOOK_S)

    def answer(self, answers: Sequence[tuple[bytes, bytes]], at_ms: int) -> None:
        values = [(said, at_ms, request_id) for request_id, said in answers]
        statement = self._loose.sql["answer"]
        self._loose.change(lambda connection: connection.executemany(statement, values))
        self._bell.ring(*(request_id.hex() for request_id, _ in answers))

    def answered(self, ids: Collection[bytes], timeout_s: float = 0.0) -> dict[bytes, bytes]:
        def look() -> dict[bytes, bytes]:
            found = {}
            for request_id in ids:
                rows = self._loose.rows("answered", request_id)
                if rows:
                    found[request_id] = bytes(rows[0][0])
            return found

        return self._bell.watch([item.hex() for item in ids], look, timeout_s, _LOOK_S)

    def wait(self, request_id: bytes, timeout_s: float) -> bytes | None:
        return self.answered((request_id,), timeout_s).get(request_id)

    def clean(self, before_ms: int) -> int:
        return self._loose.count("clean-requests", before_ms)


class _Snapshots:
    """Pieces go in one transaction each, so that the file's WAL stays small; the last one makes them a snapshot."""

    def __init__(self, file: _File, seal: bytes) -> None:
        self._file = file
        self._seal = seal

    def save(self, name: str, size: int, root: bytes, data: Iterable[bytes]) -> None:
        file, sql = self._file, self._file.sql
        self._drop([row[0] for row in file.rows("unfinished", name)])
        for row in file.rows("orphan"):
            self._empty(row[0])
        number: int = file.change(lambda connection: connection.execute(sql["add-snapshot"], (name, size, root)).get)
        checksum = Checksum(self._seal, name, size, root)
        for place, piece in enumerate(pieces(data)):
            checksum.add(piece)
            file.count("add-piece", number, place, piece)
        file.count("seal-snapshot", checksum.bytes, checksum.digest(), number)
        self._drop([row[0] for row in file.rows("superseded", name, size, KEPT)])

    def newest(self, name: str) -> Snapshot | NoSnapshot:
        def act(connection: apsw.Connection) -> Snapshot | NoSnapshot:
            def piece(number: int, place: int, into: memoryview) -> bool:
                rows = _all(connection, self._file.sql["piece"], (number, place))
                if not rows or rows[0][1] != len(into):
                    return False
                with connection.blob_open("main", "piece", "data", rows[0][0], writeable=False) as blob:
                    blob.read_into(into)
                return True

            kept = _all(connection, self._file.sql["snapshots"], (name,))
            return read(kept, piece, self._seal, name)

        try:
            return self._file.read(act)
        except Damaged as error:
            return NoSnapshot(error.sentence)

    def _drop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._file.count("drop-snapshot", number)
            self._empty(number)

    def _empty(self, number: int) -> None:
        while self._file.count("drop-piece", number):
            pass


class _Outbox:
    def __init__(self, file: _File) -> None:
        self._file = file

    def put(self, messages: Sequence[Message]) -> int:
        def act(connection: apsw.Connection) -> int:
            return sum(
                _run(connection, self._file.sql["put"], (m.id, m.recipient, m.bearer, m.address_ref, m.body, m.due_ms))
                for m in messages
            )

        return self._file.change(act)

    def due(self, now_ms: int, limit: int) -> list[Queued]:
        return [_queued(row) for row in self._file.rows("due", now_ms, limit)]

    def claim(self, owner: str, now_ms: int, lease_ms: int, limit: int) -> list[Queued]:
        def act(connection: apsw.Connection) -> list[Queued]:
            found = _all(connection, self._file.sql["due"], (now_ms, limit))
            connection.executemany(self._file.sql["lease"], [(owner, now_ms + lease_ms, row[0]) for row in found])
            return [_queued((*row[:6], row[6] + 1, row[7])) for row in found]

        return self._file.change(act)

    def done(self, message_id: str, fact: str) -> bool:
        return self._file.count("end-message", "done", fact, message_id) == 1

    def retry(self, message_id: str, at_ms: int, why: str, *, owner: str) -> bool:
        return self._file.count("retry", at_ms, why, message_id, owner) == 1

    def dead(self, message_id: str, why: str) -> bool:
        return self._file.count("end-message", "dead", why, message_id) == 1

    def ended(self, message_id: str) -> Ended | None:
        rows = self._file.rows("ended", message_id)
        return Ended(Message(*rows[0][:6]), rows[0][6], rows[0][7] == "done", rows[0][8]) if rows else None

    def queued(self) -> list[Queued]:
        return [_queued(row) for row in self._file.rows("queued")]

    def clean(self, before_ms: int) -> int:
        return self._file.count("clean-outbox", before_ms)


def _run(connection: apsw.Connection, statement: str, values: Sequence[apsw.SQLiteValue]) -> int:
    before = connection.total_changes()
    connection.execute(statement, values)
    return connection.total_changes() - before


def _all(connection: apsw.Connection, statement: str, values: Sequence[apsw.SQLiteValue]) -> list[Any]:
    return connection.execute(statement, values).fetchall()


def _queued(row: Sequence[Any]) -> Queued:
    return Queued(Message(*row[:6]), row[6], row[7])
