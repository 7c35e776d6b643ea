"""The Merkle tree of RFC 6962, its tiles (C2SP tlog-tiles), and its two proofs.

docs/spec/tree.md is the text to implement from. Nothing here keeps anything: a tree is a number of leaves
and a way to read tiles, and `GrowingTree` is the right-hand edge that is needed to add more leaves.

A node is named (level, index): the hash over the complete subtree of 2**level leaves that starts at leaf
index * 2**level. A tile is named (tile level, tile index) and holds up to 256 nodes, 8 levels apart::

    level 16  ┐ tile (2, 0)            one hash of 65,536 leaves each
    ...       │
    level  8  ┘ tile (1, 0)            one hash of 256 leaves each
    ...
    level  0    tile (0, 0) (0, 1) …   one leaf hash each
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from thalweg.ledger.errors import Damaged, Refused

TILE_WIDTH = 256
TILE_HEIGHT = 8
HASH_BYTES = 32
TILE_BYTES = TILE_WIDTH * HASH_BYTES
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → the hash of that complete subtree."""

_sha256 = hashlib.sha256


class ReadsTiles(Protocol):
    """Where tiles come from: a store, a mirror, a directory, a bundle."""

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of tile (level, index), concatenated, as many as there are now (1 to 256).

        An absent tile is the empty string. A tile only ever grows to the right, so a longer answer than
        an older tree had is fine.
        """


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that will never change again. `root` is the node above it, the hash of all its leaves."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """How many leaves, and the root over them."""

    size: int
    root: bytes


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 || data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


class GrowingTree:
    """The right-hand edge of a tree: enough to add leaves, give the root, and hand out finished tiles.

    The edge holds one hash for each complete subtree (at most one per bit of the size) and the unfinished
    tile of each tile level. Adding a leaf costs one node hash on average. A writer works on a `copy` and
    keeps it only once the store has said that the leaves are durable.
    """

    __slots__ = ("_edge", "_tiles", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []
        self._tiles: list[bytearray] = []

    @classmethod
    def resume(cls, size: int, unfinished: Sequence[bytes]) -> GrowingTree:
        """The edge of a tree of `size` leaves from its unfinished tiles, lowest tile level first.

        Raises Damaged if a tile's width is not what the size demands.
        """
        tree = cls()
        tree.size = size
        levels = tile_levels(size)
        if len(unfinished) != levels:
            raise Damaged("tree.edge", "The edge of the tree has the wrong number of levels.", size=size)
        for level, hashes in enumerate(unfinished):
            width = (size >> (TILE_HEIGHT * level)) % TILE_WIDTH
            if len(hashes) != width * HASH_BYTES:
                raise Damaged(
                    "tree.edge",
                    f"The unfinished tile at level {level} should hold {width} hashes.",
                    level=level,
                )
            tree._tiles.append(bytearray(hashes))
        # The complete subtrees of the edge, tallest first, each found within one unfinished tile.
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                inner = level % TILE_HEIGHT
                end = (size >> level) << inner  # in hashes of this tile level, absolute
                start = (end - (1 << inner)) % TILE_WIDTH
                tile = tree._tiles[level // TILE_HEIGHT]
                tree._edge.append(_fold(bytes(tile[start * 32 : (start + (1 << inner)) * 32])))
        return tree

    def copy(self) -> GrowingTree:
        twin = GrowingTree()
        twin.size = self.size
        twin._edge = list(self._edge)
        twin._tiles = [bytearray(tile) for tile in self._tiles]
        return twin

    def extend(self, leaves: Iterable[bytes]) -> list[FullTile]:
        """Add leaf hashes in order; returns the tiles that became full, in the order they did."""
        full: list[FullTile] = []
        edge, size = self._edge, self.size
        for leaf in leaves:
            self._append(0, leaf)
            node, level, index = leaf, 0, size
            while index & 1:
                node = _sha256(b"\x01" + edge.pop() + node).digest()
                index >>= 1
                level += 1
                if level % TILE_HEIGHT == 0:
                    tile_level = level // TILE_HEIGHT
                    done = self._tiles[tile_level - 1]
                    full.append(FullTile(tile_level - 1, index, bytes(done), node))
                    done.clear()
                    self._append(tile_level, node)
            edge.append(node)
            size += 1
        self.size = size
        return full

    def root(self) -> bytes:
        if not self._edge:
            return EMPTY_ROOT
        root = self._edge[-1]
        for node in reversed(self._edge[:-1]):
            root = node_hash(node, root)
        return root

    def head(self) -> Head:
        return Head(self.size, self.root())

    def edge(self) -> dict[tuple[int, int], bytes]:
        """The nodes over the complete subtrees of the edge, by (level, index)."""
        levels = [level for level in range(self.size.bit_length() - 1, -1, -1) if self.size >> level & 1]
        names = [(level, (self.size >> level) - 1) for level in levels]
        return dict(zip(names, self._edge, strict=True))

    def unfinished(self, level: int) -> bytes:
        """The hashes of the unfinished tile at a tile level; empty where there is none."""
        return bytes(self._tiles[level]) if level < len(self._tiles) else b""

    def _append(self, tile_level: int, node: bytes) -> None:
        if tile_level == len(self._tiles):
            self._tiles.append(bytearray())
        self._tiles[tile_level] += node


def tile_levels(size: int) -> int:
    """How many tile levels a tree of `size` leaves has begun."""
    return 0 if size == 0 else (size.bit_length() - 1) // TILE_HEIGHT + 1


class Nodes:
    """Nodes read through tiles, with the inner hashes of the most recently used tiles kept.

    `keep` tiles of at most 16 KiB each are remembered, so the bound on memory is 16 KiB * keep. Only full
    tiles are remembered: an unfinished one would go stale.
    """

    __slots__ = ("_keep", "_kept", "_source", "_unfinished")

    def __init__(self, source: ReadsTiles, keep: int = 256) -> None:
        self._source = source
        self._keep = keep
        self._kept: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()
        self._unfinished: dict[tuple[int, int], list[bytes]] | None = None

    def still(self) -> Nodes:
        """The same for many proofs at sizes that the source holds now: each unfinished tile is read and hashed once,
        and not for every node in it. Let go of it afterwards."""
        other = Nodes(self._source, self._keep)
        other._kept = self._kept
        other._unfinished = {}
        return other

    def __call__(self, level: int, index: int) -> bytes:
        inner = level % TILE_HEIGHT
        start = index << inner
        tile_level, tile_index = level // TILE_HEIGHT, start // TILE_WIDTH
        at = (start % TILE_WIDTH) >> inner
        if self._keep:
            node = self._layers(tile_level, tile_index)[inner][at * HASH_BYTES : (at + 1) * HASH_BYTES]
        else:
            # Nothing is remembered, so only the hashes under this one node are worked on.
            width = HASH_BYTES << inner
            run = self._source.tile(tile_level, tile_index)[at * width : (at + 1) * width]
            node = _fold(run) if len(run) == width else b""
        if len(node) != HASH_BYTES:
            raise Damaged(
                "tree.tile",
                f"Tile {tile_level}/{tile_index} is shorter than the tree.",
                level=tile_level,
                index=tile_index,
            )
        return node

    def _layers(self, tile_level: int, tile_index: int) -> list[bytes]:
        name = (tile_level, tile_index)
        # Taken out and put back as the newest. Several threads may prove from one log: each step is whole by
        # itself, and whoever comes in between works the tile out again.
        kept = self._kept.pop(name, None)
        if kept is not None:
            self._kept[name] = kept
            return kept
        if self._unfinished is not None and name in self._unfinished:
            return self._unfinished[name]
        hashes = self._source.tile(tile_level, tile_index)
        layers = [hashes]
        for _ in range(TILE_HEIGHT - 1):
            below = layers[-1]
            whole = len(below) - len(below) % (2 * HASH_BYTES)
            layers.append(b"".join([_sha256(b"\x01" + below[i : i + 64]).digest() for i in range(0, whole, 64)]))
        if len(hashes) == TILE_BYTES:
            self._kept[name] = layers
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        elif self._unfinished is not None:
            self._unfinished[name] = layers
        return layers


def root_of(size: int, node: ReadNode) -> bytes:
    """The root over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range(0, size, node)


def inclusion_proof(index: int, size: int, node: ReadNode) -> list[bytes]:
    """RFC 6962 section 2.1.1: the path from leaf `index` to the root, the leaf's sibling first."""
    if not 0 <= index < size:
        raise Refused("tree.range", f"Entry {index} is not in a log of {size} entries.", index=index, size=size)
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, node: ReadNode) -> list[bytes]:
    """RFC 6962 section 2.1.2: that the first `old` leaves of the tree of `new` leaves are unchanged.

    Empty when old is 0 or equal to new: there is then nothing to show.
    """
    if not 0 <= old <= new:
        raise Refused("tree.range", f"A log of {new} entries has no earlier size {old}.", old=old, new=new)
    if old in (0, new):
        return []
    path: list[bytes] = []
    low, high = 0, new
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low = middle
    if low:
        path.append(_range(low, high, node))
    path.reverse()
    return path


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); Refused if too short or long."""
    if not 0 <= index < size:
        raise Refused("proof.range", f"Entry {index} is not in a log of {size} entries.", index=index, size=size)
    here, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Refused("proof.length", "The inclusion proof is too long.", index=index, size=size)
        if here & 1 or here == last:
            root = node_hash(sibling, root)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        here >>= 1
        last >>= 1
    if last:
        raise Refused("proof.length", "The inclusion proof is too short.", index=index, size=size)
    return root


def verify_inclusion(leaf: bytes, index: int, head: Head, path: Sequence[bytes]) -> None:
    """Refused unless `path` proves that `leaf` is entry `index` of the tree with that head."""
    if root_from_inclusion(leaf, index, head.size, path) != head.root:
        raise Refused("proof.inclusion", f"The proof does not place this entry at {index}.", index=index)


def verify_consistency(old: Head, new: Head, path: Sequence[bytes]) -> None:
    """Refused unless `path` proves that `new` only adds to `old` (RFC 9162 section 2.1.4.2)."""
    if old.size > new.size:
        raise Refused("proof.range", "The later tree is the smaller one.", old=old.size, new=new.size)
    if old.size == 0:
        if path or old.root != EMPTY_ROOT:
            raise Refused("proof.consistency", "An empty tree has one root and needs no proof.")
        return
    if old.size == new.size:
        if path or old.root != new.root:
            raise Refused("proof.consistency", "Two trees of one size differ.", size=old.size)
        return
    steps = list(path)
    if old.size & (old.size - 1) == 0:
        steps.insert(0, old.root)
    if not steps:
        raise Refused("proof.length", "The consistency proof is empty.", old=old.size, new=new.size)
    here, last = old.size - 1, new.size - 1
    while here & 1:
        here >>= 1
        last >>= 1
    old_root = new_root = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise Refused("proof.length", "The consistency proof is too long.", old=old.size, new=new.size)
        if here & 1 or here == last:
            old_root = node_hash(sibling, old_root)
            new_root = node_hash(sibling, new_root)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            new_root = node_hash(new_root, sibling)
        here >>= 1
        last >>= 1
    if last or old_root != old.root or new_root != new.root:
        raise Refused(
            "proof.consistency",
            "The later tree does not contain the earlier one.",
            old=old.size,
            new=new.size,
        )


def tile_path(level: int, index: int, width: int = TILE_WIDTH, *, entries: bool = False) -> str:
    """The path of a tile under a log's prefix: `tile/0/x001/x234/067`, with `.p/W` where it is partial."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([f"x{group}" for group in groups[:-1]] + [groups[-1]])
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{'entries' if entries else level}/{name}{partial}"


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(low: int, high: int, node: ReadNode) -> bytes:
    """The RFC 6962 hash over leaves low..high-1, where low is a multiple of the tallest subtree within."""
    parts: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        parts.append(node(level, low >> level))
        low += 1 << level
    root = parts[-1]
    for part in reversed(parts[:-1]):
        root = node_hash(part, root)
    return root


def _fold(hashes: bytes) -> bytes:
    """The node over a run of 2**n hashes."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join([_sha256(b"\x01" + hashes[i : i + 64]).digest() for i in range(0, len(hashes), 64)])
    return hashes
