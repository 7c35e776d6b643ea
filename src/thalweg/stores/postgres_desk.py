"""What the desk keeps beside the ledger, on PostgreSQL: the tables of `thalweg.model.keeping`, in the schema of the
ledger, with numbered steps of their own.

Each part has a connection of its own, so that an e-mail put into the queue does not wait for a snapshot. Where the
promise lets loss of power take something, its commits do not wait for the disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from psycopg.rows import TupleRow

from thalweg.model.keeping import (
    REQUESTS_AT_ONCE,
    Ended,
    Message,
    NoSnapshot,
    Queued,
    Snapshot,
)
from thalweg.stores.postgres_line import Line, PostgresBell, bring_forward, connect, guard
from thalweg.stores.snapshot import KEPT, Checksum, pieces, read
from thalweg.stores.sql import Migration, migrations, queries

_LOOK_S = 0.5
# A notification is at most 8000 bytes; a topic is 32.
_TOPICS = 200


class PostgresDesk:
    """Keeps the promises of `thalweg.model.keeping` in the first schema of the connection's search_path."""

    def __init__(self, conninfo: str, *, seal: bytes = b"", steps: Sequence[Migration] | None = None) -> None:
        """Connects and brings the schema forward; Refused if it is newer than ours. `seal` is the secret under
        which snapshots are checked, if there is one."""
        sql = queries("postgres_desk")
        steps = migrations("postgres_desk") if steps is None else steps
        connection = guard("no", lambda: connect(conninfo))
        try:
            guard("no", lambda: bring_forward(connection, sql, steps))
        finally:
            connection.close()
        self._bell = PostgresBell(conninfo, sql)
        self._lines = [Line(conninfo, sql, durable=durable) for durable in (True, False, True)]
        offered, answered, outbox = self._lines
        self.requests = _Requests(offered, answered, self._bell)
        self.snapshots = _Snapshots(conninfo, sql, seal)
        self.outbox = _Outbox(outbox)

    def close(self) -> None:
        self._bell.close()
        for line in self._lines:
            line.close()


class _Requests:
    def __init__(self, durable: Line, loose: Line, bell: PostgresBell) -> None:
        self._durable = durable
        self._loose = loose
        self._bell = bell

    def offer(self, requests: Sequence[tuple[bytes, bytes]]) -> None:
        if requests:
            ids, bodies = zip(*requests, strict=True)
            self._durable.tell("offer", (list(ids), list(bodies)), [("offered",)])

    def waiting(
        self, limit: int = REQUESTS_AT_ONCE, *, besides: Collection[bytes] = (), timeout_s: float = 0.0
    ) -> list[tuple[bytes, bytes]]:
        def look() -> list[tuple[bytes, bytes]]:
            return [(row[0], row[1]) for row in self._loose.rows("waiting", list(besides), limit)]

        return look() if timeout_s <= 0 else self._bell.watch(("offered",), look, timeout_s, _LOOK_S)

    def answer(self, answers: Sequence[tuple[bytes, bytes]], at_ms: int) -> None:
        if answers:
            ids, said = zip(*answers, strict=True)
            topics = [_topic(item) for item in ids]
            notices = [(" ".join(topics[i : i + _TOPICS]),) for i in range(0, len(topics), _TOPICS)]
            self._loose.tell("answer", (at_ms, list(ids), list(said)), notices)

    def answered(self, ids: Collection[bytes], timeout_s: float = 0.0) -> dict[bytes, bytes]:
        def look() -> dict[bytes, bytes]:
            return {row[0]: row[1] for row in self._loose.rows("answered", list(ids))}

        return look() if timeout_s <= 0 else self._bell.watch([*map(_topic, ids)], look, timeout_s, _LOOK_S)

    def wait(self, request_id: bytes, timeout_s: float) -> bytes | None:
        return self.answered((request_id,), timeout_s).get(request_id)

    def clean(self, before_ms: int) -> int:
        return self._loose.count("clean-requests", before_ms)


class _Snapshots:
    """Each call has a connection of its own: snapshots are rare, long, and in nobody's way."""

    def __init__(self, conninfo: str, sql: Mapping[str, str], seal: bytes) -> None:
        self._conninfo = conninfo
        self._sql = sql
        self._seal = seal

    def save(self, name: str, size: int, root: bytes, data: Iterable[bytes]) -> None:
        def act() -> None:
            sql = self._sql
            with connect(self._conninfo, durable=False) as connection, connection.transaction():
                connection.execute(sql["forget-same"], (name, size))
                number = connection.execute(sql["add-snapshot"], (name, size, root)).fetchall()[0][0]
                checksum = Checksum(self._seal, name, size, root)
                for place, piece in enumerate(pieces(data)):
                    checksum.add(piece)
                    connection.execute(sql["add-piece"], (number, place, piece))
                connection.execute(sql["seal-snapshot"], (checksum.bytes, checksum.digest(), number))
                connection.execute(sql["forget-older"], (name, name, KEPT))

        guard("unknown", act)

    def newest(self, name: str) -> Snapshot | NoSnapshot:
        def act() -> Snapshot | NoSnapshot:
            with (
                connect(self._conninfo) as connection,
                connection.transaction(),
                connection.cursor(binary=True) as cursor,
            ):
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

                def piece(number: int, place: int, into: memoryview) -> bool:
                    rows = cursor.execute(self._sql["piece"], (number, place)).fetchall()
                    if not rows or len(rows[0][0]) != len(into):
                        return False
                    into[:] = rows[0][0]
                    return True

                kept = cursor.execute(self._sql["snapshots"], (name,)).fetchall()
                return read([(*row,) for row in kept], piece, self._seal, name)

        return guard("no", act)


class _Outbox:
    def __init__(self, line: Line) -> None:
        self._line = line

    def put(self, messages: Sequence[Message]) -> int:
        if not messages:
            return 0
        columns = zip(*((m.id, m.recipient, m.bearer, m.address_ref, m.body, m.due_ms) for m in messages), strict=True)
        return self._line.count("put", *map(list, columns))

    def due(self, now_ms: int, limit: int) -> list[Queued]:
        return [_queued(row) for row in self._line.rows("due", now_ms, now_ms, limit)]

    def claim(self, owner: str, now_ms: int, lease_ms: int, limit: int) -> list[Queued]:
        return [_queued(row) for row in self._line.rows("claim", now_ms, now_ms, limit, owner, now_ms + lease_ms)]

    def done(self, message_id: str, fact: str) -> bool:
        return self._line.count("end-message", "done", fact, message_id) == 1

    def retry(self, message_id: str, at_ms: int, why: str, *, owner: str) -> bool:
        return self._line.count("retry", at_ms, at_ms, why, message_id, owner) == 1

    def dead(self, message_id: str, why: str) -> bool:
        return self._line.count("end-message", "dead", why, message_id) == 1

    def ended(self, message_id: str) -> Ended | None:
        rows = self._line.rows("ended", message_id)
        return Ended(Message(*rows[0][:6]), rows[0][6], rows[0][7] == "done", rows[0][8]) if rows else None

    def queued(self) -> list[Queued]:
        return [_queued(row) for row in self._line.rows("queued")]

    def clean(self, before_ms: int) -> int:
        return self._line.count("clean-outbox", before_ms)


def _topic(request_id: bytes) -> str:
    """What a waiter listens for. Two ids with one topic wake each other for nothing, and no more."""
    return request_id.hex()[:32]


def _queued(row: TupleRow) -> Queued:
    return Queued(Message(*row[:6]), row[6], row[7])
