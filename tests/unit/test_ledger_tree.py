"""The tree against a naive recursion written from RFC 6962 section 2.1, and against its own tiles."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.ledger.errors import Damaged, Refused
from thalweg.ledger.tree import (
    EMPTY_ROOT,
    TILE_BYTES,
    GrowingTree,
    Head,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    tile_levels,
    tile_path,
    verify_consistency,
    verify_inclusion,
)

EDGES = (255, 256, 257, 511, 512, 513)
LEAVES = [leaf_hash(b"leaf %d" % i) for i in range(66_000)]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


@cache
def naive_root(low: int, high: int) -> bytes:
    """MTH(D[low:high]) of RFC 6962 section 2.1, word for word."""
    if high == low:
        return hashlib.sha256(b"").digest()
    if high - low == 1:
        return LEAVES[low]
    k = split(high - low)
    return hashlib.sha256(b"\x01" + naive_root(low, low + k) + naive_root(low + k, high)).digest()


def naive_path(m: int, low: int, high: int) -> list[bytes]:
    """PATH(m, D[low:high]) of section 2.1.1, m counted from low."""
    if high - low == 1:
        return []
    k = split(high - low)
    if m < k:
        return [*naive_path(m, low, low + k), naive_root(low + k, high)]
    return [*naive_path(m - k, low + k, high), naive_root(low, low + k)]


def naive_subproof(m: int, low: int, high: int, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[low:high], b) of section 2.1.2."""
    if m == high - low:
        return [] if whole else [naive_root(low, high)]
    k = split(high - low)
    if m <= k:
        return [*naive_subproof(m, low, low + k, whole), naive_root(low + k, high)]
    return [*naive_subproof(m - k, low + k, high, False), naive_root(low, low + k)]


class Tiles:
    """A tree with its finished tiles in a dict."""

    def __init__(self, size: int = 0) -> None:
        self.tree = GrowingTree()
        self.full: dict[tuple[int, int], bytes] = {}
        self.grow(size)

    def grow(self, size: int) -> None:
        for tile in self.tree.extend(LEAVES[self.tree.size : size]):
            self.full[tile.level, tile.index] = tile.hashes

    def tile(self, level: int, index: int) -> bytes:
        full = self.full.get((level, index))
        if full is not None:
            return full
        return self.tree.unfinished(level) if index == self.tree.size >> (8 * (level + 1)) else b""


def test_the_hashes_of_a_leaf_a_node_and_the_empty_tree_are_those_of_the_rfc() -> None:
    # Test data of the Certificate Transparency project: the leaf hash of the empty string.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert GrowingTree().root() == EMPTY_ROOT
    both = node_hash(leaf_hash(b""), leaf_hash(b"\x00"))
    assert both.hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"


@pytest.mark.parametrize("size", range(1, 66))
def test_every_root_and_proof_of_a_small_tree_is_that_of_the_naive_recursion(size: int) -> None:
    tiles = Tiles(size)
    node = Nodes(tiles)
    head = Head(size, naive_root(0, size))
    assert tiles.tree.head() == head
    assert root_of(size, node) == head.root
    for index in range(size):
        path = inclusion_proof(index, size, node)
        assert path == naive_path(index, 0, size)
        verify_inclusion(LEAVES[index], index, head, path)
    for old in range(size + 1):
        proof = consistency_proof(old, size, node)
        assert proof == (naive_subproof(old, 0, size, True) if old else [])
        verify_consistency(Head(old, naive_root(0, old)), head, proof)


@pytest.mark.parametrize("size", [*EDGES, 65_535, 65_536, 65_537])
def test_around_the_width_of_a_tile_roots_and_proofs_are_those_of_the_naive_recursion(size: int) -> None:
    tiles = Tiles(size)
    node = Nodes(tiles)
    head = Head(size, naive_root(0, size))
    assert tiles.tree.head() == head
    near = {0, 1, 254, 255, 256, 257, 510, 511, 512, size // 2, size - 2, size - 1}
    for index in sorted(i for i in near if i < size):
        path = inclusion_proof(index, size, node)
        assert path == naive_path(index, 0, size)
        verify_inclusion(LEAVES[index], index, head, path)
    for old in sorted(i for i in near if 0 < i <= size):
        proof = consistency_proof(old, size, node)
        assert proof == naive_subproof(old, 0, size, True)
        verify_consistency(Head(old, naive_root(0, old)), head, proof)
        assert root_of(old, node) == naive_root(0, old)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100, *EDGES, 65_536, 65_793])
def test_a_tree_resumed_from_its_unfinished_tiles_goes_on_as_if_it_had_never_stopped(size: int) -> None:
    tiles = Tiles(size)
    unfinished = [tiles.tree.unfinished(level) for level in range(tile_levels(size))]
    resumed = GrowingTree.resume(size, unfinished)
    assert resumed.head() == tiles.tree.head()
    more = [leaf_hash(b"more %d" % i) for i in range(300)]
    assert resumed.extend(more) == tiles.tree.extend(more)
    assert resumed.head() == tiles.tree.head()


def test_an_edge_of_the_wrong_width_is_damage() -> None:
    tiles = Tiles(300)
    good = [tiles.tree.unfinished(level) for level in range(2)]
    for bad in ([good[0]], [good[0][:-32], good[1]], [good[0], b""], [*good, b""]):
        with pytest.raises(Damaged):
            GrowingTree.resume(300, bad)


def test_full_tiles_are_as_wide_as_the_format_says_and_carry_the_node_above_them() -> None:
    tree = GrowingTree()
    full = tree.extend(LEAVES[:65_536])
    assert [tile.index for tile in full if tile.level == 0] == list(range(256))
    assert [(tile.index, tile.root) for tile in full if tile.level == 1] == [(0, naive_root(0, 65_536))]
    for tile in full:
        assert len(tile.hashes) == TILE_BYTES
        span = 256 ** (tile.level + 1)
        assert tile.root == naive_root(tile.index * span, (tile.index + 1) * span)


@given(st.integers(1, 600), st.data())
def test_adding_leaves_one_by_one_or_in_batches_makes_no_difference(size: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, size), max_size=6)))
    tree, start = GrowingTree(), 0
    for cut in [*cuts, size]:
        tree.extend(LEAVES[start:cut])
        start = cut
    assert tree.head() == Head(size, naive_root(0, size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, *EDGES])
def test_the_nodes_of_the_edge_are_nodes_of_the_tree(size: int) -> None:
    tiles = Tiles(size)
    edge = tiles.tree.edge()
    assert sum(1 << level for level, _ in edge) == size
    for (level, index), node in edge.items():
        assert node == naive_root(index << level, (index + 1) << level)


def test_a_copy_grows_without_its_original() -> None:
    tree = GrowingTree()
    tree.extend(LEAVES[:300])
    before = (tree.head(), tree.unfinished(0))
    tree.copy().extend(LEAVES[300:900])
    assert (tree.head(), tree.unfinished(0)) == before


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 257])
def test_a_proof_with_any_hash_changed_dropped_added_or_swapped_is_refused(size: int) -> None:
    node = Nodes(Tiles(size))
    head = Head(size, naive_root(0, size))
    for index in {0, size // 2, size - 1}:
        path = inclusion_proof(index, size, node)
        for bad in spoilt(path):
            with pytest.raises(Refused):
                verify_inclusion(LEAVES[index], index, head, bad)
        with pytest.raises(Refused):
            verify_inclusion(LEAVES[index + 1], index, head, path)
        with pytest.raises(Refused):
            verify_inclusion(LEAVES[index], size, head, path)
        if index + 1 < size:
            with pytest.raises(Refused):
                verify_inclusion(LEAVES[index], index + 1, head, path)
    for old in {1, size // 2, size - 1, size} - {0}:
        proof = consistency_proof(old, size, node)
        for bad in spoilt(proof):
            with pytest.raises(Refused):
                verify_consistency(Head(old, naive_root(0, old)), head, bad)
        with pytest.raises(Refused):
            verify_consistency(Head(old, naive_root(1, old + 1)), head, proof)


def spoilt(path: list[bytes]) -> list[list[bytes]]:
    out = [[*path, LEAVES[0]], [LEAVES[0], *path]]
    for i, item in enumerate(path):
        out.append(path[:i] + path[i + 1 :])
        out.append([*path[:i], bytes([item[0] ^ 1]) + item[1:], *path[i + 1 :]])
        if i and path[i - 1] != item:
            out.append([*path[: i - 1], item, path[i - 1], *path[i + 1 :]])
    return out


def test_what_is_outside_the_log_has_no_proof() -> None:
    node = Nodes(Tiles(10))
    attempts: list[tuple[Any, ...]] = [(inclusion_proof, 10, 10), (inclusion_proof, -1, 10)]
    attempts += [(consistency_proof, 11, 10), (consistency_proof, -1, 10)]
    for prove, first, second in attempts:
        with pytest.raises(Refused):
            prove(first, second, node)
    with pytest.raises(Damaged):
        root_of(11, node)


def test_nodes_that_are_not_kept_are_the_same_nodes() -> None:
    tiles = Tiles(1000)
    kept, unkept = Nodes(tiles), Nodes(tiles, keep=0)
    for level in range(10):
        for index in range(1000 >> level):
            assert kept(level, index) == unkept(level, index) == naive_root(index << level, (index + 1) << level)
    with pytest.raises(Damaged):
        unkept(3, 125)


def test_many_threads_may_read_the_same_nodes() -> None:
    """One tile is kept, so each thread pushes out what another has just found. Two runs in three find a lookup and
    its renewal that are not whole together."""
    tiles = Tiles(256 * 3)
    nodes = Nodes(tiles, keep=1)

    def read(first: int) -> None:
        for i in range(1500):
            index = (first * 5 + i * 7) // 3 % 3 * 256
            assert nodes(0, index) == LEAVES[index]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(read, range(8)))
    finally:
        sys.setswitchinterval(before)


def test_tile_paths_are_those_of_the_c2sp_examples() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path(0, 5, entries=True) == "tile/entries/005"
