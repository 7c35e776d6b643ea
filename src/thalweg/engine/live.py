"""What is live now, as columns that a kernel can search: the index below the online face.

    shelf   [ 16,384 parts ][ 16,384 ] ...  sealed: one tree each
            [ 4,096 ][ 256 ] tail [ 17 ]    the open one: trees of rising size, and the newest parts

The open shelf grows by the logarithmic method (Bentley and Saxe, "Decomposable searching problems", 1980). It is
sealed once it is full, and the next is begun; so no step takes longer than one tree over a full shelf, however many are
live. What ends is marked. A sealed shelf of which more than half has ended is emptied, a few declarations at each
addition, into the open one, and dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.geometry.kernel import Growth, Herd, Matrix, Pairs, Parts, Reached, Shelves, Tree, prepare

Ints = npt.NDArray[np.int64]

_TAIL = 192  # parts that are compared one by one before they become a tree
_RATIO = 4  # a tree is merged with the next smaller ones once it is not this many times larger
_SHELF = 16_384  # parts after which a shelf is full
_VERTICES = 262_144  # or vertices, which are copied when it grows
_MOVED = 4  # declarations that are moved at each addition, while a shelf is being emptied
_LOOKED_AT = 256  # declarations that are looked at for that


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


# What is put away: as stated, the geoid included; the rest is made anew.
_STATED = (
    *("core", "radius", "u", "t0", "t1", "tu", "lower", "upper", "lower_datum", "upper_datum"),
    *("zu", "z0", "z1", "half", "geoid", "unstated"),
)
_OF_DECLARATION = ("kind", "party", "rank")


@dataclass(frozen=True, slots=True)
class Met:
    """One declaration and all that it may conflict with, in a small table of their own, good until the next question.

    Declaration 0 of `parts` is the one asked about; `numbers` are what the others, from 1 on, are known by.
    """

    parts: Parts
    numbers: Ints  # of declaration k at k; of the first -1
    pairs: Pairs


@dataclass(slots=True, eq=False)
class _Shelf:
    at: int  # where the kernel knows it
    herd: Herd
    numbers: Ints  # of its declarations, with room at the end
    begin: Ints  # their first parts; one entry more
    count: int = 0  # declarations, those that have ended included
    living: int = 0  # parts
    trees: list[tuple[Tree, npt.NDArray[np.int32]]] = field(default_factory=list)
    tail: int = 0  # the first part that no tree holds
    emptied: int = 0  # declarations that were looked at to be moved away

    def rows(self, local: int) -> tuple[int, int]:
        return int(self.begin[local]), int(self.begin[local + 1])


class Live:
    """Declarations by number, each a run of parts."""

    def __init__(self, matrix: Matrix, growth: Growth) -> None:
        self.matrix = matrix
        self.growth = growth
        self._question = Herd(empty_parts(), matrix, growth)
        self._shelves: list[_Shelf] = []
        self._asked = Shelves()
        self._place = _Places()
        self._sparse: list[_Shelf] = []  # more than half ended: to be emptied
        self._open = self._begin_shelf()

    @property
    def parts(self) -> int:
        """How many are kept, of what has ended and is not cleared away yet included."""
        return sum(shelf.herd.parts.n_parts for shelf in self._shelves)

    def meet(
        self,
        source: Parts,
        rows: tuple[int, int],
        *,
        kind: int,
        party: int,
        rank: int,
        without: Collection[int] = (),
    ) -> Met:
        """Pair prepared parts with all that is live but lines and `without`. Nothing is taken in. `kind` and
        `party` are indexes of the matrix."""
        herd = self._question
        herd.clear()
        own = herd.append(source, rows, 0, kind, party, rank)
        reached = self._asked.reach(herd, own)
        if without and len(reached.a):
            reached = reached.where(~np.isin(reached.number, list(without)))
        if not len(reached.a):
            nothing = herd.judge(np.empty(0, np.int32), np.empty(0, np.int32))
            return Met(herd.parts, np.array([-1]), nothing)
        # each row once, in the order of their declarations
        order = np.lexsort((reached.row, reached.number))
        number, row = reached.number[order], reached.row[order]
        first = np.empty(len(order), np.bool_)
        first[0] = True
        next_ = number[1:] != number[:-1]
        first[1:] = next_ | (row[1:] != row[:-1])
        copied = order[first]
        local = np.empty(len(copied), np.int32)
        local[0] = 1
        numbers = number[first]
        local[1:] = 1 + np.cumsum(numbers[1:] != numbers[:-1])
        self._asked.gather(herd, reached.where(copied), local)
        place = np.empty(len(order), np.int32)
        place[order] = own[1] - 1 + np.cumsum(first)
        pairs = herd.judge(reached.a, place)
        known = np.full(int(local[-1]) + 1, -1, np.int64)
        known[local] = numbers
        return Met(herd.parts, known, pairs)

    def beside(
        self,
        source: Parts,
        rows: tuple[int, int],
        *,
        kind: int,
        party: int,
        rank: int,
        kinds: Collection[int],
        without: Collection[int] = (),
    ) -> Iterator[Met]:
        """The prepared parts beside everything live of those kinds, however far, a shelf at a time: not to be gone on
        with before the last one is done with."""
        for shelf in self._shelves:
            parts = shelf.herd.parts
            of = parts.declaration[: parts.n_parts]
            wanted = (shelf.herd.alive[: parts.n_parts] != 0) & np.isin(parts.kind[of], list(kinds))
            row = np.flatnonzero(wanted).astype(np.int32)
            number = shelf.numbers[of[row]]
            if without and len(row):
                keep = ~np.isin(number, list(without))
                row, number = row[keep], number[keep]
            if not len(row):
                continue
            herd = self._question
            herd.clear()
            own = herd.append(source, rows, 0, kind, party, rank)
            known, local = np.unique(of[row], return_inverse=True)
            lengths = (bounds[row + 1] - bounds[row] for bounds in (parts.first, parts.ring))
            reached = Reached(row, np.full(len(row), shelf.at, np.int32), row, number, *lengths)
            self._asked.gather(herd, reached, (local + 1).astype(np.int32))
            mine, theirs = np.arange(*own, dtype=np.int32), np.arange(own[1], own[1] + len(row), dtype=np.int32)
            pairs = herd.judge(np.repeat(mine, len(theirs)), np.tile(theirs, len(mine)))
            yield Met(herd.parts, np.concatenate([[-1], shelf.numbers[known]]), pairs)

    def add(self, source: Parts, rows: tuple[int, int], number: int, *, kind: int, party: int, rank: int) -> None:
        """Take in prepared parts as declaration `number`, unpaired."""
        self._append(source, rows, number, kind, party, rank)
        self._plant_if_due()
        self._empty()
        self._show(self._open)

    def load(self, source: Parts, numbers: Ints, kinds: npt.NDArray[np.int32], parties: npt.NDArray[np.int32]) -> None:
        """Take in many declarations at once, unpaired: for a restart. Declaration k of `source` gets number k of
        `numbers`; kinds and parties are indexes of the matrix."""
        starts = np.searchsorted(source.declaration[: source.n_parts], np.arange(len(kinds) + 1)).tolist()
        ranks = source.rank.tolist()
        rest = zip(numbers.tolist(), kinds.tolist(), parties.tolist(), ranks, starts, starts[1:], strict=False)
        for number, kind, party, rank, first, last in rest:
            self._append(source, (first, last), number, kind, party, rank)
            if self._full():
                self._seal()
        self._plant()
        self._show(self._open)

    def remove(self, number: int) -> None:
        """It is no longer live."""
        place = self._place.pop(number)
        if place is None:
            return  # it has no parts
        shelf, local = place
        first, last = shelf.rows(local)
        shelf.herd.alive[first:last] = 0
        before = 2 * shelf.living > shelf.herd.parts.n_parts
        shelf.living -= last - first
        if before and 2 * shelf.living <= shelf.herd.parts.n_parts and shelf is not self._open:
            self._sparse.append(shelf)

    def columns(self) -> tuple[dict[str, npt.NDArray[Any]], Ints]:
        """All that is live as the columns that `restore` takes, sorted by when each declaration begins, and the
        numbers of the declarations in that order. Those without parts are not among them."""
        pieces: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in (*_STATED, *_OF_DECLARATION)}
        pieces |= {name: [] for name in ("number", "vertices", "rings", "lon", "lat", "ring_length")}
        for parts, number, alive in self.tables():
            rows = np.flatnonzero(alive)
            for name in _STATED:
                pieces[name].append(getattr(parts, name)[rows])
            for name in _OF_DECLARATION:
                pieces[name].append(getattr(parts, name)[parts.declaration[rows]])
            pieces["number"].append(number[rows])
            vertices, rings = (bounds[rows + 1] - bounds[rows] for bounds in (parts.first, parts.ring))
            pieces["vertices"].append(vertices)
            pieces["rings"].append(rings)
            at = _runs(parts.first[rows], vertices)
            pieces["lon"].append(parts.lon[at])
            pieces["lat"].append(parts.lat[at])
            ring = _runs(parts.ring[rows], rings)
            pieces["ring_length"].append(parts.ring_first[ring + 1] - parts.ring_first[ring])
        table = {name: np.concatenate(each) for name, each in pieces.items()}
        number = table.pop("number")
        # by when their first parts begin: what is asked about is near in time to a few shelves, not to all
        numbers, first, of = np.unique(number, return_index=True, return_inverse=True)
        place = np.empty(len(numbers), np.int64)
        by_time = np.lexsort((numbers, table["t0"][first]))
        place[by_time] = np.arange(len(numbers))
        order = np.argsort(place[of], kind="stable")
        starts = {"lon": "vertices", "lat": "vertices", "ring_length": "rings"}
        begin = {name: np.cumsum(table[name]) - table[name] for name in ("vertices", "rings")}
        runs = {name: _runs(begin[name][order], table[name][order]) for name in begin}
        out: dict[str, npt.NDArray[Any]] = {}
        for name, column in table.items():
            out[name] = column[runs[starts[name]] if name in starts else order]
        out["declaration"] = place[of][order].astype(np.int32)
        return out, numbers[by_time]

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], prefix: str = "") -> None:
        """Take in what `columns` gave, by names with that prefix, into an index that is empty; declarations get the
        numbers from `first_number` on (0, if there is none)."""
        columns = {name.removeprefix(prefix): each for name, each in arrays.items() if name.startswith(prefix)}
        number = int(columns["first_number"][0]) if "first_number" in columns else 0
        of = columns["declaration"]
        count = int(of[-1]) + 1 if len(of) else 0
        begin = np.searchsorted(of, np.arange(count + 1))  # of each declaration its first part
        vertex = np.concatenate([[0], np.cumsum(columns["vertices"])])
        ring = np.concatenate([[0], np.cumsum(columns["rings"])])
        ring_vertex = np.concatenate([[0], np.cumsum(columns["ring_length"])])
        done = 0
        while done < count:
            p0 = int(begin[done])
            full = min(
                int(np.searchsorted(begin, p0 + _SHELF)),
                int(np.searchsorted(vertex[begin], vertex[p0] + _VERTICES)),
            )
            upto = min(max(full, done + 1), count)
            p1 = int(begin[upto])
            v0, v1, r0, r1 = (int(each) for each in (vertex[p0], vertex[p1], ring[p0], ring[p1]))
            n = p1 - p0
            rows: dict[str, Any] = {name: columns[name][p0:p1].copy() for name in _STATED}
            # of each declaration what its first part says; one entry more where a kernel looks past the end
            rows |= {name: columns[name][begin[done:upto]].copy() for name in _OF_DECLARATION}
            rows |= {name: columns[name][v0:v1].copy() for name in ("lon", "lat")}
            rows |= {name: np.empty(v1 - v0) for name in ("ex", "ey", "ez")}
            rows |= {name: np.empty(n) for name in ("cx", "cy", "cz", "reach", "inner", "edge")}
            parts = Parts(
                n_parts=n,
                declaration=(of[p0:p1] - done).astype(np.int32),
                first=vertex[p0 : p1 + 1] - v0,
                ring=ring[p0 : p1 + 1] - r0,
                ring_first=ring_vertex[r0 : r1 + 1] - v0,
                **rows,
            )
            prepare(parts)
            herd = Herd(parts, self.matrix, self.growth)
            numbers = np.arange(number + done, number + upto)
            tree = herd.tree(np.arange(n, dtype=np.int32))
            shelf = _Shelf(
                self._open.at, herd, numbers, begin[done : upto + 1] - p0, len(numbers), n,
                [(tree, np.empty(0, np.int32))], n,
            )  # fmt: skip
            self._shelves[-1] = shelf
            self._show(shelf)
            self._place.restored(shelf)
            self._open = self._begin_shelf()
            done = upto

    def tables(self) -> Iterator[tuple[Parts, Ints, npt.NDArray[np.bool_]]]:
        """Shelf by shelf: the parts, the number of each part's declaration, and which of them are alive."""
        for shelf in self._shelves:
            parts = shelf.herd.parts
            n = parts.n_parts
            yield parts, shelf.numbers[parts.declaration[:n]], shelf.herd.alive[:n] != 0

    def _begin_shelf(self) -> _Shelf:
        herd = Herd(empty_parts(), self.matrix, self.growth)
        shelf = _Shelf(len(self._shelves), herd, np.empty(1024, np.int64), np.zeros(1025, np.int64))
        self._shelves.append(shelf)
        self._show(shelf)
        return shelf

    def _append(self, source: Parts, rows: tuple[int, int], number: int, kind: int, party: int, rank: int) -> None:
        if rows[0] == rows[1]:
            return  # a rumour
        shelf = self._open
        local = shelf.count
        if local == len(shelf.numbers):
            shelf.numbers = np.concatenate([shelf.numbers, np.empty_like(shelf.numbers)])
            shelf.begin = np.concatenate([shelf.begin, np.empty_like(shelf.numbers)])
        added = shelf.herd.append(source, rows, local, kind, party, rank)
        shelf.herd.alive[added[0] : added[1]] = 1
        shelf.numbers[local] = number
        shelf.begin[local + 1] = added[1]
        shelf.count += 1
        shelf.living += added[1] - added[0]
        self._place[number] = (shelf, local)

    def _full(self) -> bool:
        herd = self._open.herd
        return herd.parts.n_parts >= _SHELF or herd.vertices >= _VERTICES

    def _plant_if_due(self) -> None:
        shelf = self._open
        if self._full():
            self._seal()
        elif shelf.herd.parts.n_parts - shelf.tail >= _TAIL:
            self._plant()

    def _seal(self) -> None:
        """One tree over all of the open shelf, no room left over, and the next shelf."""
        shelf = self._open
        shelf.herd.trim()
        shelf.numbers, shelf.begin = shelf.numbers[: shelf.count].copy(), shelf.begin[: shelf.count + 1].copy()
        self._plant(everything=True)
        shelf.trees = [(tree, np.empty(0, np.int32)) for tree, _ in shelf.trees]
        self._show(shelf)
        if 2 * shelf.living <= shelf.herd.parts.n_parts:
            self._sparse.append(shelf)
        self._open = self._begin_shelf()

    def _plant(self, *, everything: bool = False) -> None:
        """Make a tree of the open shelf's tail, merged with every tree that is not much larger, or with all."""
        shelf = self._open
        end = shelf.herd.parts.n_parts
        items = np.arange(shelf.tail, end, dtype=np.int32)
        items = items[shelf.herd.alive[items] != 0]
        while shelf.trees and (everything or len(shelf.trees[-1][1]) < _RATIO * max(len(items), 1)):
            _, older = shelf.trees.pop()
            items = np.concatenate([older[shelf.herd.alive[older] != 0], items])
        if len(items):
            shelf.trees.append((shelf.herd.tree(items), items))
        shelf.tail = end

    def _show(self, shelf: _Shelf) -> None:
        """Tell the kernel how the shelf stands."""
        self._asked.put(shelf.at, shelf.herd, shelf.numbers, [tree for tree, _ in shelf.trees], shelf.tail)

    def _empty(self) -> None:
        """Move a few declarations from a sparse shelf to the open one, or drop it when nothing is left."""
        if not self._sparse:
            return
        shelf = self._sparse[-1]
        parts, moved = shelf.herd.parts, 0
        for local in range(shelf.emptied, min(shelf.emptied + _LOOKED_AT, shelf.count)):
            if moved == _MOVED:
                break
            shelf.emptied += 1
            number = int(shelf.numbers[local])
            if self._place.get(number) != (shelf, local):
                continue
            first, last = shelf.rows(local)
            kind, party, rank = (int(each[local]) for each in (parts.kind, parts.party, parts.rank))
            self._append(parts, (first, last), number, kind, party, rank)
            shelf.herd.alive[first:last] = 0
            shelf.living -= last - first
            moved += 1
            self._plant_if_due()
        if not shelf.living:
            self._sparse.pop()
            self._asked.drop(shelf.at)
            self._place.drop(shelf)
            last_one = self._shelves.pop()
            if last_one is not shelf:
                last_one.at = shelf.at
                self._shelves[shelf.at] = last_one


class _Places:
    """Where each declaration is: its shelf, and which of the shelf's it is. What was taken back in one piece needs no
    entry of its own, for its numbers rise by one from each to the next, and from each shelf to the next."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[_Shelf, int]] = {}  # that came since, or were moved
        self._first: list[int] = []  # numbers of the shelves that were taken back; one more at the end
        self._shelves: list[_Shelf | None] = []  # None: dropped
        self._gone: set[int] = set()  # of what was taken back

    def restored(self, shelf: _Shelf) -> None:
        """All of a shelf, which follows on the one before."""
        first = int(shelf.numbers[0])
        self._first[-1:] = [first, first + shelf.count]
        self._shelves.append(shelf)

    def get(self, number: int) -> tuple[_Shelf, int] | None:
        known = self._since.get(number)
        if known is not None or not self._was_restored(number) or number in self._gone:
            return known
        at = bisect_right(self._first, number) - 1
        shelf = self._shelves[at]
        return None if shelf is None else (shelf, number - self._first[at])

    def pop(self, number: int) -> tuple[_Shelf, int] | None:
        known = self.get(number)
        self._since.pop(number, None)
        if self._was_restored(number):
            self._gone.add(number)
        return known

    def drop(self, shelf: _Shelf) -> None:
        """Nothing is on it any more."""
        self._shelves[:] = [None if each is shelf else each for each in self._shelves]

    def _was_restored(self, number: int) -> bool:
        return bool(self._first) and self._first[0] <= number < self._first[-1]

    def __setitem__(self, number: int, place: tuple[_Shelf, int]) -> None:
        self._since[number] = place


def _runs(start: Ints, length: Ints) -> Ints:
    """The indexes of the runs that begin at `start` and are so long, one after the other."""
    before = np.cumsum(length) - length
    return np.repeat(start - before, length) + np.arange(int(length.sum()))
