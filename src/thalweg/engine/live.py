"""What is live now, as columns that a kernel can search: the index below the online face.

Trees of rising size hold the parts, and a short tail the newest of them (the logarithmic method: Bentley and Saxe,
"Decomposable searching problems", 1980). What ends is marked and left out when its tree is next made anew.

    trees  [ 65,536 parts ][ 4,096 ][ 256 ]   tail [ 17 parts ]
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.geometry.kernel import Growth, Herd, Matrix, Pairs, Parts, Tree

_TAIL = 192  # parts that are compared one by one before they become a tree
_RATIO = 4  # a tree is merged with the next smaller ones once it is not this many times larger


def empty_parts() -> Parts:
    """A table without rows."""
    rows: dict[str, Any] = {
        name: np.zeros(0)
        for name in (
            *("lon", "lat", "radius", "u", "t0", "t1", "tu", "lower", "upper", "zu", "z0", "z1", "half", "geoid"),
            *("ex", "ey", "ez", "cx", "cy", "cz", "reach", "inner", "edge"),
        )
    }
    rows |= {name: np.zeros(0, np.uint8) for name in ("core", "lower_datum", "upper_datum", "unstated")}
    rows |= {name: np.zeros(0, np.int32) for name in ("declaration", "kind", "party")}
    rows |= {name: np.zeros(1, np.int64) for name in ("first", "ring", "ring_first")}
    return Parts(n_parts=0, rank=np.zeros(0, np.uint64), **rows)


class Live:
    """Declarations by number, each a run of parts."""

    def __init__(self, matrix: Matrix, growth: Growth) -> None:
        self.herd = Herd(empty_parts(), matrix, growth)
        self._trees: list[tuple[Tree, npt.NDArray[np.int32]]] = []
        self._tail = 0  # the first part that no tree holds
        self._rows: dict[int, tuple[int, int]] = {}

    def add(self, source: Parts, rows: tuple[int, int], number: int, *, kind: int, party: int, rank: int) -> Pairs:
        """Take in prepared parts as declaration `number`, and pair them with all that is live. `kind` and `party`
        are indexes of the matrix."""
        added = self.herd.append(source, rows, number, kind, party, rank)
        self._rows[number] = added
        self.herd.alive[added[0] : added[1]] = 1
        pairs = self.herd.near([tree for tree, _ in self._trees], self._tail, added)
        if added[1] - self._tail >= _TAIL:
            self._plant()
        return pairs

    def load(self, source: Parts, kinds: npt.NDArray[np.int32], parties: npt.NDArray[np.int32]) -> None:
        """Take in many declarations at once, numbered as in `source`, without pairing them: for a restart."""
        starts = np.searchsorted(source.declaration[: source.n_parts], np.arange(len(kinds) + 1)).tolist()
        for number in range(len(kinds)):
            rows = (starts[number], starts[number + 1])
            self._rows[number] = self.herd.append(
                source, rows, number, int(kinds[number]), int(parties[number]), int(source.rank[number])
            )
        self._plant()

    def remove(self, number: int) -> None:
        """It is no longer live."""
        first, last = self._rows.pop(number)
        self.herd.alive[first:last] = 0

    def _plant(self) -> None:
        """Make a tree of the tail, merged with every tree that is not much larger."""
        end = self.herd.parts.n_parts
        items = np.arange(self._tail, end, dtype=np.int32)
        items = items[self.herd.alive[items] != 0]
        while self._trees and len(self._trees[-1][1]) < _RATIO * max(len(items), 1):
            _, older = self._trees.pop()
            items = np.concatenate([older[self.herd.alive[older] != 0], items])
        if len(items):
            self._trees.append((self.herd.tree(items), items))
        self._tail = end
