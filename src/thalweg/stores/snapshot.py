"""Snapshots as every store keeps them: cut into pieces, under one checksum, the damaged passed over aloud."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator

from thalweg.model.keeping import NoSnapshot, Snapshot

PIECE_BYTES = 1 << 20
KEPT = 2


class Checksum:
    """HMAC-SHA256 over name, size, root and data; with an empty seal a checksum, with a secret one a proof that
    whoever knows the secret made it."""

    def __init__(self, seal: bytes, name: str, size: int, root: bytes) -> None:
        text = name.encode()
        self._mac = hmac.new(seal, len(text).to_bytes(4) + text + size.to_bytes(8) + root, hashlib.sha256)
        self.bytes = 0

    def add(self, piece: bytes) -> None:
        self._mac.update(piece)
        self.bytes += len(piece)

    def digest(self) -> bytes:
        return self._mac.digest()


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
    piece: Callable[[int, int], bytes | None],
    seal: bytes,
    name: str,
) -> Snapshot | NoSnapshot:
    """The first of (id, size, root, bytes, checksum) that is whole, read piece by piece."""
    passed_over: list[str] = []
    for number, size, root, count, checksum in kept:
        found = Checksum(seal, name, size, root)
        data = bytearray(count)  # made once: of a million declarations it has gigabytes
        for place in range(-(-count // PIECE_BYTES)):
            part = piece(number, place)
            if part is None:
                break
            data[found.bytes : found.bytes + len(part)] = part
            found.add(part)
        if found.bytes == count and hmac.compare_digest(found.digest(), checksum):
            return Snapshot(size, root, data, " ".join(passed_over))
        passed_over.append(f"The snapshot of {size} entries is damaged: it is not what was saved.")
    return NoSnapshot(" ".join(passed_over) or f"No snapshot of {name} was ever kept.")
