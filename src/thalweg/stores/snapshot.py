"""Snapshots as every store keeps them: cut into pieces, under one seal, the damaged passed over aloud.

Each piece has a digest of its own, and the seal is over these: so a start reads one piece while another thread hashes
the one before, and every byte is hashed once.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from thalweg.model.keeping import NoSnapshot, Snapshot

PIECE_BYTES: Final = 1 << 20
KEPT: Final = 2
_SEAL_BYTES: Final = 1 + hashlib.sha256().digest_size
_FORM: Final = b"\2"
"""Which form of the seal it is: stands before it, and is under it."""
_AHEAD: Final = 64  # pieces that are read and not hashed yet
_THREADS: Final = 2  # that hash, while a third reads


class Checksum:
    """HMAC-SHA256 over name, size, root, and the SHA-256 of each piece in order; with an empty seal a checksum, with a
    secret one a proof that whoever knows the secret made it."""

    def __init__(self, seal: bytes, name: str, size: int, root: bytes) -> None:
        text = name.encode()
        self._mac = hmac.new(
            seal, _FORM + b"thalweg snapshot\n" + len(text).to_bytes(4) + text + size.to_bytes(8) + root, hashlib.sha256
        )
        self.bytes = 0

    def add(self, piece: bytes) -> None:
        """Every piece has `PIECE_BYTES` but the last."""
        self.seen(len(piece), hashlib.sha256(piece).digest())

    def seen(self, length: int, digest: bytes) -> None:
        """The same, from whoever has hashed it."""
        self.bytes += length
        self._mac.update(digest)

    def digest(self) -> bytes:
        last = self._mac.copy()
        last.update(self.bytes.to_bytes(8))
        return _FORM + last.digest()


def pieces(data: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, the last one shorter."""
    held = bytearray()
    for part in data:
        held += part
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)


def read(
    kept: Iterable[tuple[int, int, bytes, int, bytes]],
    piece: Callable[[int, int, memoryview], bool],
    seal: bytes,
    name: str,
) -> Snapshot | NoSnapshot:
    """The first of (id, size, root, bytes, checksum) that is whole. `piece` reads a piece of a snapshot into memory
    that is as long as it must be; False if it is not there, or of another length."""
    passed_over: list[str] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="hash") as pool:
        for number, size, root, count, checksum in kept:
            if not checksum.startswith(_FORM) or len(checksum) != _SEAL_BYTES:
                passed_over.append(f"The snapshot of {size} entries was kept by another version of this program.")
                continue
            data = _room(count)
            found = Checksum(seal, name, size, root)
            waiting = []  # hashing lets other threads run
            for place, at in enumerate(range(0, len(data), PIECE_BYTES)):
                part = data[at : at + PIECE_BYTES]
                if not piece(number, place, part):
                    break
                waiting.append((len(part), pool.submit(_digest, part)))
                if len(waiting) >= _AHEAD:
                    length, hashed = waiting.pop(0)
                    found.seen(length, hashed.result())
            for length, hashed in waiting:
                found.seen(length, hashed.result())
            if found.bytes == count and hmac.compare_digest(found.digest(), checksum):
                return Snapshot(size, root, data.toreadonly(), " ".join(passed_over))
            passed_over.append(f"The snapshot of {size} entries is damaged: it is not what was saved.")
    return NoSnapshot(" ".join(passed_over) or f"No snapshot of {name} was ever kept.")


def _digest(part: memoryview) -> bytes:
    return hashlib.sha256(part).digest()


def _room(count: int) -> memoryview:
    """So much memory of our own, in large pages where the system has them: of a million declarations it has gigabytes,
    and to be given them by four kilobytes each takes as long as to hash them. No map of the file itself: what was
    checked must not change afterwards, nor have to be read again from a disk that fails. Nothing if there is not as
    much to be had: how long a snapshot is may be part of what is damaged."""
    try:
        held = mmap.mmap(-1, count)
    except (OSError, ValueError, OverflowError):
        return memoryview(bytearray())
    if hasattr(mmap, "MADV_HUGEPAGE"):
        held.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(held)
