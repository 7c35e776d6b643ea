"""What the desk keeps beside the ledger, in memory: for tests and exercises."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from thalweg.model.keeping import (
    REQUESTS_AT_ONCE,
    Ended,
    Message,
    NoSnapshot,
    Queued,
    Snapshot,
)
from thalweg.stores.bell import Bell
from thalweg.stores.snapshot import KEPT


class MemoryDesk:
    """Keeps the promises of `thalweg.model.keeping` in dicts, for as long as the process lives."""

    def __init__(self) -> None:
        self._bell = Bell()
        self.requests = _Requests(self._bell)
        self.snapshots = _Snapshots()
        self.outbox = _Outbox()

    def close(self) -> None:
        """Wakes whoever waits; the tables stay, as a file would."""
        self._bell.ring_all()


class _Requests:
    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._lock = threading.Lock()
        self._bodies: dict[bytes, bytes] = {}
        self._waiting: dict[bytes, None] = {}
        self._answers: dict[bytes, tuple[bytes, int]] = {}

    def offer(self, requests: Sequence[tuple[bytes, bytes]]) -> None:
        with self._lock:
            for request_id, body in requests:
                if request_id not in self._bodies:
                    self._bodies[request_id] = body
                    self._waiting[request_id] = None
        self._bell.ring("offered")

    def waiting(
        self, limit: int = REQUESTS_AT_ONCE, *, besides: Collection[bytes] = (), timeout_s: float = 0.0
    ) -> list[tuple[bytes, bytes]]:
        def look() -> list[tuple[bytes, bytes]]:
            with self._lock:
                ids = [item for item in self._waiting if item not in besides]
                return [(item, self._bodies[item]) for item in ids[:limit]]

        return self._bell.watch(("offered",), look, timeout_s, max(timeout_s, 1))

    def answer(self, answers: Sequence[tuple[bytes, bytes]], at_ms: int) -> None:
        with self._lock:
            for request_id, said in answers:
                if request_id in self._waiting:
                    del self._waiting[request_id]
                    self._answers[request_id] = (said, at_ms)
        self._bell.ring(*(request_id.hex() for request_id, _ in answers))

    def answered(self, ids: Collection[bytes], timeout_s: float = 0.0) -> dict[bytes, bytes]:
        def look() -> dict[bytes, bytes]:
            with self._lock:
                return {item: self._answers[item][0] for item in ids if item in self._answers}

        return self._bell.watch([item.hex() for item in ids], look, timeout_s, max(timeout_s, 1))

    def wait(self, request_id: bytes, timeout_s: float) -> bytes | None:
        return self.answered((request_id,), timeout_s).get(request_id)

    def clean(self, before_ms: int) -> int:
        with self._lock:
            old = [item for item, (_, at_ms) in self._answers.items() if at_ms < before_ms]
            for item in old:
                del self._answers[item], self._bodies[item]
        return len(old)


class _Snapshots:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[Snapshot, ...]] = {}

    def save(self, name: str, size: int, root: bytes, data: Iterable[bytes]) -> None:
        made = Snapshot(size, root, b"".join(data))
        others = [item for item in self._kept.get(name, ()) if item.size != size]
        self._kept[name] = (made, *others)[:KEPT]

    def newest(self, name: str) -> Snapshot | NoSnapshot:
        kept = self._kept.get(name)
        return kept[0] if kept else NoSnapshot(f"No snapshot of {name} was ever kept.")


@dataclass(slots=True)
class _Row:
    queued: Queued
    free_ms: int
    owner: str = ""
    ended: Ended | None = None


class _Outbox:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, _Row] = {}

    def put(self, messages: Sequence[Message]) -> int:
        with self._lock:
            before = len(self._rows)
            for message in messages:
                self._rows.setdefault(message.id, _Row(Queued(message, 0, ""), message.due_ms))
            return len(self._rows) - before

    def due(self, now_ms: int, limit: int) -> list[Queued]:
        with self._lock:
            return [row.queued for row in self._due(now_ms, limit)]

    def claim(self, owner: str, now_ms: int, lease_ms: int, limit: int) -> list[Queued]:
        with self._lock:
            found = self._due(now_ms, limit)
            for row in found:
                row.owner, row.free_ms = owner, now_ms + lease_ms
                row.queued = replace(row.queued, tries=row.queued.tries + 1)
            return [row.queued for row in found]

    def done(self, message_id: str, fact: str) -> bool:
        return self._end(message_id, fact, done=True)

    def retry(self, message_id: str, at_ms: int, why: str, *, owner: str) -> bool:
        with self._lock:
            row = self._rows.get(message_id)
            if row is None or row.ended is not None or row.owner != owner:
                return False
            row.owner, row.free_ms = "", at_ms
            row.queued = replace(row.queued, message=replace(row.queued.message, due_ms=at_ms), why=why)
            return True

    def dead(self, message_id: str, why: str) -> bool:
        return self._end(message_id, why, done=False)

    def ended(self, message_id: str) -> Ended | None:
        with self._lock:
            row = self._rows.get(message_id)
            return None if row is None else row.ended

    def queued(self) -> list[Queued]:
        with self._lock:
            return [row.queued for row in self._in_order()]

    def clean(self, before_ms: int) -> int:
        with self._lock:
            old = [
                name
                for name, row in self._rows.items()
                if row.ended is not None and row.queued.message.due_ms < before_ms
            ]
            for name in old:
                del self._rows[name]
        return len(old)

    def _end(self, message_id: str, said: str, *, done: bool) -> bool:
        with self._lock:
            row = self._rows.get(message_id)
            if row is None or row.ended is not None:
                return False
            row.owner = ""
            row.ended = Ended(row.queued.message, row.queued.tries, done, said)
            return True

    def _due(self, now_ms: int, limit: int) -> list[_Row]:
        rows = [row for row in self._in_order() if row.free_ms <= now_ms and row.queued.message.due_ms <= now_ms]
        return rows[:limit]

    def _in_order(self) -> list[_Row]:
        rows = [row for row in self._rows.values() if row.ended is None]
        return sorted(rows, key=lambda row: row.queued.message.due_ms)
