"""The store that forgets: for tests and exercises. Durable for as long as the process lives."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence

from thalweg.ledger.errors import Refused
from thalweg.ledger.promise import Append, AuthorTip, StoredHead, StoredPayload
from thalweg.ledger.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH
from thalweg.stores.bell import Bell


class MemoryStore:
    """Keeps the promise of `thalweg.ledger.promise` in lists and dicts under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bell = Bell()
        self._fence = 0
        self._held = False
        self._head: StoredHead | None = None
        self._entries: list[bytes] = []
        self._leaves = bytearray()
        self._tiles: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        self._events: dict[tuple[str, int], AuthorTip] = {}
        self._tips: dict[str, AuthorTip] = {}
        self._identity: list[int] = []
        self._checkpoints: dict[int, bytes] = {}
        self._payloads: dict[bytes, StoredPayload] = {}

    def acquire(self, *, take_over: bool = False) -> int:
        with self._lock:
            if self._held and not take_over:
                raise Refused("store.held", "Another writer has this log open.")
            self._held = True
            self._fence += 1
            return self._fence

    def leads(self) -> bool:
        with self._lock:
            return self._held

    def beat(self) -> None:
        """Nobody stands by."""

    def hangs(self, silent_s: float, *, end: bool = False) -> bool:  # noqa: ARG002  # the promise: nobody can tell
        """One that hangs is on this very machine, and is ended there."""
        return False

    def release(self) -> None:
        with self._lock:
            self._held = False

    def append(self, batch: Append, fence: int) -> None:
        with self._lock:
            if fence != self._fence:
                raise Refused("store.fenced", "Another writer has taken over this log.", fence=fence)
            if batch.start != len(self._entries):
                raise Refused("store.moved", "The log is not at the size this append starts from.")
            for index, item in enumerate(batch.entries, batch.start):
                self._entries.append(item.data)
                self._leaves += item.leaf
                tip = AuthorTip(item.seq, item.event_hash, index)
                self._events[item.author, item.seq] = tip
                self._tips[item.author] = tip
                if item.identity:
                    self._identity.append(index)
            for tile in batch.tiles:
                self._tiles[tile.level, tile.index] = (tile.hashes, tile.root)
            for payload in batch.payloads:
                self._payloads[payload.digest] = payload
            self._checkpoints[batch.head.size] = batch.checkpoint
            self._head = StoredHead(batch.head, batch.checkpoint)
        self._bell.ring("grown")

    def wait(self, size: int, timeout_s: float) -> int:
        with self._bell.expect("grown") as grown:
            if self._size() <= size:
                grown.wait(timeout_s)
        return self._size()

    def _size(self) -> int:
        with self._lock:
            return len(self._entries)

    def head(self) -> StoredHead | None:
        with self._lock:
            return self._head

    def entry(self, index: int) -> bytes | None:
        with self._lock:
            return self._entries[index] if 0 <= index < len(self._entries) else None

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        with self._lock:
            found = self._entries[start:stop]
        return iter(found)

    def leaves(self, start: int, stop: int) -> bytes:
        with self._lock:
            return bytes(self._leaves[start * HASH_BYTES : stop * HASH_BYTES])

    def tile(self, level: int, index: int) -> bytes:
        with self._lock:
            full = self._tiles.get((level, index))
            if full is not None:
                return full[0]
            start = index * TILE_WIDTH
            if level == 0:
                return bytes(self._leaves[start * HASH_BYTES : (start + TILE_WIDTH) * HASH_BYTES])
            stop = min(start + TILE_WIDTH, len(self._entries) >> (TILE_HEIGHT * level))
            return b"".join(self._tiles[level - 1, below][1] for below in range(start, stop))

    def find(self, author: str, seq: int) -> AuthorTip | None:
        with self._lock:
            return self._events.get((author, seq))

    def tip(self, author: str) -> AuthorTip | None:
        with self._lock:
            return self._tips.get(author)

    def identity(self) -> Iterator[tuple[int, bytes]]:
        with self._lock:
            found = [(index, self._entries[index]) for index in self._identity]
        return iter(found)

    def checkpoint(self, size: int) -> bytes | None:
        with self._lock:
            return self._checkpoints.get(size)

    def checkpoint_sizes(self) -> Sequence[int]:
        with self._lock:
            return sorted(self._checkpoints)

    def cosign(self, size: int, checkpoint: bytes) -> None:
        with self._lock:
            if size not in self._checkpoints:
                raise Refused("log.checkpoint", f"No checkpoint of {size} entries was made.", size=size)
            self._checkpoints[size] = checkpoint
            if self._head is not None and self._head.head.size == size:
                self._head = StoredHead(self._head.head, checkpoint)

    def payload(self, digest: bytes) -> StoredPayload | None:
        with self._lock:
            return self._payloads.get(digest)

    def payloads(self, digests: Sequence[bytes]) -> Mapping[bytes, bytes]:
        held = (self.payload(digest) for digest in digests)  # each is found here without a journey
        return {each.digest: each.payload for each in held if each is not None}

    def erase(self, digest: bytes) -> bool:
        with self._lock:
            return self._payloads.pop(digest, None) is not None

    def close(self) -> None:
        self._bell.ring_all()
        self.release()
