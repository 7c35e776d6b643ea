"""Following a log from its hashes: what a party does to hold all of them and to notice a second history.

Pure: `pull` is given a way to fetch the static files of C2SP tlog-tiles and says what to keep. A log
whose new head does not contain the head held before is `Inconsistent`, and `fields["fork"]` is the proof
to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from thalweg.ledger.checkpoint import SignedCheckpoint, require_log_signature
from thalweg.ledger.errors import Inconsistent, Refused
from thalweg.ledger.fork import compare
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.tree import (
    HASH_BYTES,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    GrowingTree,
    Nodes,
    ReadsTiles,
    root_of,
    tile_levels,
    tile_path,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Hashes to keep under (level, index): 256 of them, or as many as there are."""

    level: int
    index: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull found: the new checkpoint, and every tile that changed by it."""

    checkpoint: SignedCheckpoint
    tiles: Sequence[Tile]


def pull(
    fetch: Callable[[str], bytes],
    origin: str,
    log_keys: Sequence[VerifierKey],
    have: SignedCheckpoint | None,
    held: ReadsTiles,
) -> Pulled | None:
    """Fetch the newest head and the leaf hashes since `have`; None if there is nothing newer.

    1. the checkpoint is this log's and signed, 2. it is not behind the one held, 3. the held leaves followed by
    the fetched ones have exactly its root, so it contains the one held, 4. or the two are made into a proof.
    """
    signed = SignedCheckpoint.parse(fetch("checkpoint"))
    key = require_log_signature(signed, origin, log_keys)  # 1
    size, old = signed.head.size, 0 if have is None else have.head.size
    if have is not None and size <= old:  # 2
        if size < old and size and root_of(size, Nodes(held)) == signed.head.root:
            return None
        if signed.head == have.head:
            return None
        raise _forked(have, signed, key, held)
    tree = GrowingTree.resume(old, _unfinished(held, old))
    fetched = _Fetched(fetch, size)
    leaves = b"".join(fetched.tile(0, index) for index in range(old // TILE_WIDTH, -(-size // TILE_WIDTH)))
    new = leaves[(old % TILE_WIDTH) * HASH_BYTES :]
    full = tree.extend(new[i : i + HASH_BYTES] for i in range(0, len(new), HASH_BYTES))
    if tree.head() != signed.head:  # 3
        if have is None:
            raise Refused("mirror.root", "The hashes served do not have the root that the log signed.", size=size)
        raise _forked(have, signed, key, fetched)  # 4
    tiles = [Tile(item.level, item.index, item.hashes) for item in full]
    for level in range(tile_levels(size)):
        rest = tree.unfinished(level)
        if rest:
            tiles.append(Tile(level, size >> (TILE_HEIGHT * (level + 1)), rest))
    return Pulled(signed, tiles)


def _unfinished(held: ReadsTiles, size: int) -> list[bytes]:
    out = []
    for level in range(tile_levels(size)):
        width = (size >> (TILE_HEIGHT * level)) % TILE_WIDTH
        out.append(held.tile(level, size >> (TILE_HEIGHT * (level + 1)))[: width * HASH_BYTES] if width else b"")
    return out


def _forked(have: SignedCheckpoint, signed: SignedCheckpoint, key: VerifierKey, larger: ReadsTiles) -> Inconsistent:
    """The error to raise, with the proof if the hashes served are those of the head served."""
    try:
        fork = compare(have, signed, key, Nodes(larger))
    except Refused:
        fork = None
    return Inconsistent(
        "mirror.fork",
        f"The log now signs {signed.head.size} entries that do not contain the {have.head.size} it signed before.",
        first=have.encode(),
        second=signed.encode(),
        fork=None if fork is None else fork.encode(),
    )


class _Fetched:
    """Tiles of a tree of a known size, fetched when asked for; upper levels are fetched too, not believed."""

    def __init__(self, fetch: Callable[[str], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size

    def tile(self, level: int, index: int) -> bytes:
        there = (self._size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH
        width = min(there, TILE_WIDTH)
        if width <= 0:
            return b""
        hashes = self._fetch(tile_path(level, index, width))
        if len(hashes) != width * HASH_BYTES or len(hashes) > TILE_BYTES:
            raise Refused("mirror.tile", f"Tile {level}/{index} was served with the wrong width.", level=level)
        return hashes
