"""The compiled kernel: numpy arrays in, numpy arrays out.

The C sources are in the folder `kernel/` beside this file; each function here states shapes and units. The
library is compiled at installation, needs no Python headers, and is loaded with ctypes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from thalweg.model.errors import EngineError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

POINT, PATH, AREA, LEG = range(4)
DATUMS = ("WGS84", "EGM96", "EGM2008", "AGL", "FL", "unknown")


def _load() -> ctypes.CDLL:
    for suffix in EXTENSION_SUFFIXES:
        path = Path(__file__).with_name("_kernel" + suffix)
        if path.exists():
            return ctypes.CDLL(str(path))
    raise EngineError(
        "kernel-missing",
        "The geometry kernel was not built with this installation. Install Thalweg again with a C compiler at "
        "hand, or with network to the package registry, from which the build takes one.",
    )


_lib = _load()
_pointer = ctypes.c_void_p


_COLUMNS = (
    *(
        "declaration",
        "core",
        "first",
        "ring",
        "ring_first",
        "lon",
        "lat",
        "radius",
        "u",
        "t0",
        "t1",
    ),
    *("tu", "lower", "upper", "lower_datum", "upper_datum", "zu", "z0", "z1", "half", "geoid"),
    *("unstated", "kind", "party", "rank", "ex", "ey", "ez", "cx", "cy", "cz", "reach", "inner", "edge"),
)


class _Parts(ctypes.Structure):
    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("n_parts", ctypes.c_int64),
        ("n_vertices", ctypes.c_int64),
        *((name, _pointer) for name in _COLUMNS),
    ]


class _Rules(ctypes.Structure):
    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("n_kinds", ctypes.c_int64),
        ("n_parties", ctypes.c_int64),
        *((name, _pointer) for name in ("rule", "same_party", "h", "v", "t")),
        *((name, ctypes.c_double) for name in ("ground_low", "ground_high", "pressure", "egm2008")),
    ]


class _Setting(ctypes.Structure):
    _fields_: ClassVar[list[tuple[str, Any]]] = [
        *((name, _pointer) for name in ("grow_h", "grow_v", "grow_t")),
        ("t_zero", ctypes.c_double),
    ]


class _Results(ctypes.Structure):
    _fields_: ClassVar[list[tuple[str, Any]]] = [
        *((name, ctypes.c_int64) for name in ("n", "room", "candidates")),
        *((name, _pointer) for name in ("a", "b", "rule", "certain")),
    ]


class _Shelf(ctypes.Structure):
    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("p", _pointer),
        ("trees", _pointer),
        *((name, ctypes.c_int64) for name in ("n_trees", "tail_from", "tail_to")),
        ("alive", _pointer),
        ("number", _pointer),
    ]


_lib.thalweg_prepare.argtypes = [_pointer, ctypes.c_int64, ctypes.c_int64]
_lib.thalweg_cut.restype = ctypes.c_int64
_lib.thalweg_cut.argtypes = [ctypes.c_int64, *[_pointer] * 4, ctypes.c_int64, *[_pointer] * 5]
_lib.thalweg_geodesic.argtypes = [ctypes.c_int64, *[_pointer] * 5]
_lib.thalweg_batch.argtypes = [_pointer] * 4
_lib.thalweg_tree.restype = _pointer
_lib.thalweg_tree.argtypes = [_pointer, _pointer, _pointer, ctypes.c_int64, _pointer]
_lib.thalweg_free_tree.argtypes = [_pointer]
_lib.thalweg_append.restype = None
_lib.thalweg_append.argtypes = [_pointer, _pointer, ctypes.c_int64, ctypes.c_int64, ctypes.c_int32]
_lib.thalweg_query.argtypes = [
    *[_pointer] * 4,
    *[ctypes.c_int64] * 3,
    _pointer,
    ctypes.c_int64,
    ctypes.c_int64,
    _pointer,
]
_lib.thalweg_reach.argtypes = [
    *[_pointer] * 3,
    *[ctypes.c_int64] * 2,
    _pointer,
    ctypes.c_int64,
    _pointer,
]
_lib.thalweg_named.restype = None
_lib.thalweg_named.argtypes = [_pointer, ctypes.c_int64, *[_pointer] * 5]
_lib.thalweg_gather.restype = None
_lib.thalweg_gather.argtypes = [_pointer, _pointer, ctypes.c_int64, *[_pointer] * 3]
_lib.thalweg_judge.argtypes = [_pointer, _pointer, ctypes.c_int64, *[_pointer] * 3]
_lib.thalweg_neighbours.argtypes = [*[_pointer] * 4, *[ctypes.c_int64] * 2, *[ctypes.c_double] * 3, _pointer]
_lib.thalweg_free_results.argtypes = [_pointer]
_lib.thalweg_explain.argtypes = [_pointer, _pointer, ctypes.c_int64, *[_pointer] * 13]
_lib.thalweg_shares.argtypes = [_pointer, _pointer, ctypes.c_int64, *[_pointer] * 6]
_lib.thalweg_first_clear.restype = ctypes.c_int64
_lib.thalweg_first_clear.argtypes = [
    *[_pointer] * 2,
    ctypes.c_int64,
    *[_pointer] * 3,
    ctypes.c_int64,
    *[_pointer] * 4,
]
_lib.thalweg_sides.argtypes = [
    _pointer,
    _pointer,
    ctypes.c_int64,
    _pointer,
    _pointer,
    ctypes.c_int64,
    *[_pointer] * 4,
]


_byte_of = ctypes.c_char.from_buffer


def _at(array: npt.NDArray[Any]) -> int:
    if not array.flags.c_contiguous:
        raise EngineError("kernel-array", "The kernel takes contiguous arrays only.")
    if array.size and array.flags.writeable:
        return ctypes.addressof(_byte_of(array.data))  # half of what the other way costs
    address: int = array.__array_interface__["data"][0]
    return address


def _degrees(*arrays: npt.NDArray[Any]) -> list[Floats]:
    """As the kernel reads them: whole degrees from a file may have become an array of integers."""
    return [np.ascontiguousarray(each, np.float64) for each in arrays]


def _check(ok: int) -> None:
    if not ok:
        raise EngineError("out-of-memory", "There was not enough memory to compare everything. Nothing was decided.")


@dataclass(slots=True)
class Parts:
    """The columns of kernel/parts.h, one row a part, one row a vertex, one row a declaration.

    The last nine are filled by `prepare`. Arrays may have spare room at their ends (the online engine
    grows them); `n_parts` says how many rows are in use.
    """

    n_parts: int
    declaration: Ints32  # of each part
    core: Bytes
    first: Ints  # n_parts + 1, into vertices
    ring: Ints  # n_parts + 1, into ring_first
    ring_first: Ints  # rings + 1, into vertices
    lon: Floats  # degrees
    lat: Floats
    radius: Floats  # metres
    u: Floats
    t0: Floats  # seconds since the epoch, -inf and inf where open
    t1: Floats
    tu: Floats
    lower: Floats  # metres above the datum, -inf and inf where open
    upper: Floats
    lower_datum: Bytes  # indexes into DATUMS
    upper_datum: Bytes
    zu: Floats
    z0: Floats  # heights at the ends of a leg, NaN where it has none
    z1: Floats
    half: Floats
    geoid: Floats  # metres, undulation of EGM96
    unstated: Bytes
    kind: Ints32  # of each declaration
    party: Ints32
    rank: npt.NDArray[np.uint64]  # which of a pair is `a`, whatever their numbers
    ex: Floats
    ey: Floats
    ez: Floats
    cx: Floats
    cy: Floats
    cz: Floats
    reach: Floats
    inner: Floats
    edge: Floats

    _struct: _Parts | None = field(init=False, default=None, repr=False, compare=False)

    def struct(self) -> _Parts:
        """The structure that the kernel reads, laid out once: whoever puts another array in calls `changed`."""
        if self._struct is None:
            at = [_at(getattr(self, name)) for name in _COLUMNS]
            self._struct = _Parts(self.n_parts, len(self.lon), *at)
        self._struct.n_parts = self.n_parts
        return self._struct

    def changed(self) -> None:
        """An array was exchanged for another."""
        self._struct = None

    @classmethod
    def of_blocks(
        cls, values: Floats, vertices: Floats, codes: Bytes, columns: Mapping[str, npt.NDArray[np.generic]]
    ) -> Parts:
        """Columns that are the rows of a few arrays, by `VALUES`, `VERTICES` and `CODES`; the others by their names.
        For few parts: where an array is costs more to ask for than what stands in it."""
        blocks = ((VALUES, values), (VERTICES, vertices), (CODES, codes))
        arrays: dict[str, Any] = dict(columns)
        at = {name: _at(column) for name, column in columns.items()}
        for names, block in blocks:
            arrays.update(zip(names, block, strict=True))
            begin, step = _at(block), block.strides[0]
            at.update({name: begin + step * row for row, name in enumerate(names)})
        made = cls(n_parts=values.shape[1], **arrays)
        made._struct = _Parts(made.n_parts, vertices.shape[1], *map(at.__getitem__, _COLUMNS))
        return made


VALUES = (
    *("radius", "u", "zu", "tu", "t0", "t1", "lower", "upper", "z0", "z1", "half"),
    *("geoid", "cx", "cy", "cz", "reach", "inner", "edge"),
)
"""The numbers of each part."""
VERTICES = ("lon", "lat", "ex", "ey", "ez")
CODES = ("core", "lower_datum", "upper_datum", "unstated")


@dataclass(frozen=True, slots=True)
class Matrix:
    """The compatibility matrix compiled for the kinds and parties at hand."""

    rule: Ints32  # [same party: 2][kinds][kinds], -1 permitted
    same_party: Bytes  # [parties][parties]; parties beyond these are the same as themselves only
    h: Floats  # of each rule
    v: Floats  # negative: height is no separation
    t: Floats
    ground_low: float
    ground_high: float
    pressure: float
    egm2008: float

    _struct: _Rules | None = field(init=False, default=None, repr=False, compare=False)

    def struct(self) -> _Rules:
        """The structure that the kernel reads, laid out once: the arrays are not exchanged."""
        if self._struct is None:
            struct = _Rules(
                n_kinds=self.rule.shape[1],
                n_parties=len(self.same_party),
                **{name: _at(getattr(self, name)) for name in ("rule", "same_party", "h", "v", "t")},
                **{name: getattr(self, name) for name in ("ground_low", "ground_high", "pressure", "egm2008")},
            )
            object.__setattr__(self, "_struct", struct)
            return struct
        return self._struct


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much boxes grow for each kind (half of its widest margin), and where times count from."""

    h: Floats
    v: Floats
    t: Floats
    t_zero: float

    def struct(self) -> _Setting:
        return _Setting(
            grow_h=_at(self.h),
            grow_v=_at(self.v),
            grow_t=_at(self.t),
            t_zero=self.t_zero,
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of parts that may conflict; `a` belongs to the declaration with the lower rank."""

    a: Ints32
    b: Ints32
    rule: Ints32
    certain: npt.NDArray[np.bool_]  # every value within the bounds conflicts; else `shares` tells how many do
    candidates: int  # how many pairs the tree offered

    def where(self, keep: npt.NDArray[np.bool_]) -> Pairs:
        """Those that are kept, as contiguous arrays."""
        kept = np.flatnonzero(keep)
        return Pairs(self.a[kept], self.b[kept], self.rule[kept], self.certain[kept], self.candidates)


def cut(first: Ints, closed: Bytes, lon: Floats, lat: Floats) -> tuple[Ints, Floats, Floats]:
    """Paths and rings with every geodesic above 10 km cut into equal pieces; the arrays themselves if there is none.

    String k has the vertices first[k] to first[k + 1] (CSR, so one more entry than strings).
    """
    n = len(closed)
    lon, lat = _degrees(lon, lat)
    args = (n, _at(first), _at(closed), _at(lon), _at(lat))
    room = _lib.thalweg_cut(*args, 0, None, None, None, None, None)
    if room == len(lon):
        return first, lon, lat
    out_first, out_lon, out_lat = np.empty(n + 1, np.int64), np.empty(room), np.empty(room)
    _lib.thalweg_cut(*args, room, _at(out_first), _at(out_lon), _at(out_lat), None, None)
    return out_first, out_lon, out_lat


def cut_path(lon: Floats, lat: Floats) -> tuple[Floats, Floats, Ints, Floats]:
    """One path so cut, with for each vertex the old vertex that its edge began with and how far along that edge it
    lies (0 to 1), so that times and heights can follow."""
    lon, lat = _degrees(lon, lat)
    first, closed = np.array([0, len(lon)], np.int64), np.zeros(1, np.uint8)
    args = (1, _at(first), _at(closed), _at(lon), _at(lat))
    room = _lib.thalweg_cut(*args, 0, None, None, None, None, None)
    out_lon, out_lat, along, edge_of = np.empty(room), np.empty(room), np.empty(room), np.empty(room, np.int64)
    out_first = np.empty(2, np.int64)
    _lib.thalweg_cut(*args, room, _at(out_first), _at(out_lon), _at(out_lat), _at(edge_of), _at(along))
    return out_lon, out_lat, edge_of, along


def geodesic(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """Geodesic distances in metres between n pairs of points in degrees (Vincenty's inverse formula)."""
    lon0, lat0, lon1, lat1 = _degrees(lon0, lat0, lon1, lat1)
    out = np.empty(len(lon0))
    _lib.thalweg_geodesic(len(lon0), _at(lon0), _at(lat0), _at(lon1), _at(lat1), _at(out))
    return out


def prepare(parts: Parts, from_part: int = 0, to_part: int | None = None) -> None:
    """Fill the derived columns of the parts in the range."""
    to = parts.n_parts if to_part is None else to_part
    _check(_lib.thalweg_prepare(ctypes.byref(parts.struct()), from_part, to))


def _take(results: _Results) -> Pairs:
    def column(pointer: int | None, kind: type[np.generic]) -> npt.NDArray[Any]:
        if not results.n or pointer is None:
            return np.empty(0, kind)
        size = results.n * np.dtype(kind).itemsize
        return np.frombuffer(ctypes.string_at(pointer, size), kind)

    try:
        return Pairs(
            column(results.a, np.int32),
            column(results.b, np.int32),
            column(results.rule, np.int32),
            column(results.certain, np.bool_),
            results.candidates,
        )
    finally:
        _lib.thalweg_free_results(ctypes.byref(results))


def batch(parts: Parts, matrix: Matrix, growth: Growth) -> Pairs:
    """Every pair of parts of different declarations that may conflict under the matrix."""
    out = _Results()
    _check(
        _lib.thalweg_batch(
            ctypes.byref(parts.struct()),
            ctypes.byref(matrix.struct()),
            ctypes.byref(growth.struct()),
            ctypes.byref(out),
        )
    )
    return _take(out)


class Tree:
    """A packed tree over some of the parts; freed with the object."""

    def __init__(self, parts: Parts, matrix: Matrix, growth: Growth, items: Ints32) -> None:
        self.size = len(items)
        self.handle = _lib.thalweg_tree(
            ctypes.byref(parts.struct()),
            ctypes.byref(matrix.struct()),
            ctypes.byref(growth.struct()),
            len(items),
            _at(items),
        )
        _check(self.handle is not None)

    def __del__(self) -> None:
        if getattr(self, "handle", None):
            _lib.thalweg_free_tree(self.handle)


def explain(parts: Parts, matrix: Matrix, a: Ints32, b: Ints32, rule: Ints32) -> dict[str, Floats]:
    """For n pairs of parts that may conflict, arrays of n: distance between the regions `d` (metres; NaN: they do
    not meet), the closest places (degrees), vertical gap and what datums allow for (metres, NaN where height is no
    separation), and the first, closest and last moment (seconds since the epoch)."""
    names = ("d", "lon_a", "lat_a", "lon_b", "lat_b", "vertical", "allowance", "first", "closest", "last")
    out = np.empty((len(names), len(a)))
    begin, step = _at(out), out.strides[0]
    _check(
        _lib.thalweg_explain(
            ctypes.byref(parts.struct()),
            ctypes.byref(matrix.struct()),
            len(a),
            _at(a),
            _at(b),
            _at(rule),
            *(begin + row * step for row in range(len(names))),
        )
    )
    return dict(zip(names, out, strict=True))


def shares(parts: Parts, matrix: Matrix, start: Ints, a: Ints32, b: Ints32, rule: Ints32) -> tuple[Floats, Bytes]:
    """For groups of part pairs (CSR `start`), the share of the cases within the stated bounds in which any of them
    conflicts, and whether that can be told at all (no height unstated, no datum unknown)."""
    groups = len(start) - 1
    share, told = np.empty(groups), np.empty(groups, np.uint8)
    _check(
        _lib.thalweg_shares(
            ctypes.byref(parts.struct()),
            ctypes.byref(matrix.struct()),
            groups,
            _at(start),
            _at(a),
            _at(b),
            _at(rule),
            _at(share),
            _at(told),
        )
    )
    return share, told


def neighbours(
    parts: Parts,
    matrix: Matrix,
    growth: Growth,
    tree: Tree,
    rows: tuple[int, int],
    *,
    side_m: float = 0.0,
    up_m: float = 0.0,
    late_s: float = 0.0,
) -> Pairs:
    """Pairs of the parts in the range (as `a`) with everything in the tree that they could conflict with after being
    moved by up to so much over the ground, in height and in time, either way."""
    out = _Results()
    _check(
        _lib.thalweg_neighbours(
            ctypes.byref(parts.struct()),
            ctypes.byref(matrix.struct()),
            ctypes.byref(growth.struct()),
            tree.handle,
            *rows,
            side_m,
            up_m,
            late_s,
            ctypes.byref(out),
        )
    )
    return _take(out)


def first_clear(
    parts: Parts, matrix: Matrix, pairs: Pairs, east: Floats, north: Floats, higher: Floats, later: Floats
) -> int | None:
    """The first of n changes (metres east, north, up; seconds later) to what the parts `a` belong to, under which
    none of the pairs may conflict; None if there is none."""
    found: int = _lib.thalweg_first_clear(
        ctypes.byref(parts.struct()),
        ctypes.byref(matrix.struct()),
        len(pairs.a),
        _at(pairs.a),
        _at(pairs.b),
        _at(pairs.rule),
        len(east),
        *map(_at, (east, north, higher, later)),
    )
    _check(int(found >= 0))
    return found if found < len(east) else None


def sides(line_lon: Floats, line_lat: Floats, lon: Floats, lat: Floats) -> tuple[Floats, Ints, Floats]:
    """For n points: metres to the path, positive on its left, NaN beyond its ends; the nearest edge; how far along."""
    line_lon, line_lat, lon, lat = _degrees(line_lon, line_lat, lon, lat)
    n = len(lon)
    signed, edge, along, room = np.empty(n), np.empty(n, np.int64), np.empty(n), np.empty(3 * len(line_lon))
    _lib.thalweg_sides(
        _at(line_lon),
        _at(line_lat),
        len(line_lon),
        _at(lon),
        _at(lat),
        n,
        _at(room),
        _at(signed),
        _at(edge),
        _at(along),
    )
    return signed, edge, along


class Herd:
    """Parts that come and go: columns with room to grow, asked about again and again.

    Rows are only ever appended; what is gone is marked so in `alive` and left out by the caller's trees. Structures are
    laid out once and again only when the room is used up.
    """

    def __init__(self, parts: Parts, matrix: Matrix, growth: Growth) -> None:
        """Takes over `parts` (typically empty), which must be the only view of its arrays."""
        self.parts = parts
        self.matrix = matrix
        self.growth = growth
        self.alive = np.ones(len(parts.declaration), np.uint8)
        self._vertices = int(parts.first[parts.n_parts])
        self._lay_out()

    def _lay_out(self) -> None:
        self.parts.changed()
        self.laid_out = self.parts.struct()
        self.laid_out.n_vertices = self._vertices
        self._matrix_struct = self.matrix.struct()
        self._growth_struct = self.growth.struct()
        self.refs = tuple(map(ctypes.byref, (self.laid_out, self._matrix_struct, self._growth_struct)))

    def tree(self, items: Ints32) -> Tree:
        """A tree over those of the parts."""
        return Tree(self.parts, self.matrix, self.growth, items)

    def append(
        self, source: Parts, rows: tuple[int, int], number: int, kind: int, party: int, rank: int
    ) -> tuple[int, int]:
        """Copy prepared parts of another table behind these, as declaration `number`; returns their rows."""
        first, last = rows
        more = last - first
        vertices = int(source.first[last] - source.first[first])
        rings = int(source.ring[last] - source.ring[first])
        parts = self.parts
        n = parts.n_parts
        self.make_room(more, vertices, rings, number + 1)
        parts.kind[number] = kind
        parts.party[number] = party
        parts.rank[number] = rank
        _lib.thalweg_append(self.refs[0], ctypes.byref(source.struct()), first, last, number)
        parts.n_parts = n + more
        self._vertices += vertices
        return n, n + more

    def make_room(self, parts: int, vertices: int, rings: int, declarations: int) -> None:
        """For so many more parts with so many vertices and rings, and that many declarations in all."""
        have = self.parts
        n = have.n_parts
        room = (len(have.declaration), len(have.lon), len(have.ring_first), len(have.kind))
        need = (n + parts, self._vertices + vertices, int(have.ring[n]) + rings + 1, declarations)
        if any(here < want for here, want in zip(room, need, strict=True)):
            self._grow(need)

    def took(self) -> None:
        """The kernel has written behind the parts."""
        self.parts.n_parts = self.laid_out.n_parts
        self._vertices = self.laid_out.n_vertices

    @property
    def vertices(self) -> int:
        """How many are in use."""
        return self._vertices

    def forget(self, rows: tuple[int, int]) -> None:
        """Take back what was appended last."""
        self.parts.n_parts = rows[0]
        self._vertices = int(self.parts.first[rows[0]])
        self.laid_out.n_parts, self.laid_out.n_vertices = rows[0], self._vertices

    def clear(self) -> None:
        """Forget everything; the room stays."""
        self.forget((0, 0))

    def trim(self) -> None:
        """Give back the room that is not used."""
        parts = self.parts
        n, declarations = parts.n_parts, int(parts.declaration[parts.n_parts - 1]) + 1 if parts.n_parts else 0
        sizes = {
            **dict.fromkeys(("lon", "lat", "ex", "ey", "ez"), self._vertices),
            **dict.fromkeys(("kind", "party", "rank"), declarations),
            **dict.fromkeys(("first", "ring"), n + 1),
            "ring_first": int(parts.ring[n]) + 1,
        }
        for name in _COLUMNS:
            setattr(parts, name, getattr(parts, name)[: sizes.get(name, n)].copy())
        self.alive = self.alive[:n].copy()
        self._lay_out()

    def judge(self, a: Ints32, b: Ints32) -> Pairs:
        """Those of the pairs of parts that may conflict."""
        out = _Results()
        _check(_lib.thalweg_judge(self.refs[0], self.refs[1], len(a), _at(a), _at(b), ctypes.byref(out)))
        return _take(out)

    def near(self, trees: Sequence[Tree], tail: int, rows: tuple[int, int]) -> Pairs:
        """Pairs between the parts in the range and everything alive in the trees and from row `tail` on."""
        out = _Results()
        handles = (ctypes.c_void_p * len(trees))(*(tree.handle for tree in trees))
        _check(
            _lib.thalweg_query(
                *self.refs,
                handles,
                len(trees),
                tail,
                self.parts.n_parts,
                _at(self.alive),
                *rows,
                ctypes.byref(out),
            )
        )
        return _take(out)

    def _grow(self, need: tuple[int, int, int, int]) -> None:
        """Room for twice as much as is needed."""
        parts, (n_parts, n_vertices, n_rings, n_declarations) = self.parts, need
        sizes = {
            **dict.fromkeys(("lon", "lat", "ex", "ey", "ez"), 2 * n_vertices),
            **dict.fromkeys(("kind", "party", "rank"), 2 * n_declarations),
            **dict.fromkeys(("first", "ring"), 2 * n_parts + 1),
            "ring_first": 2 * n_rings,
        }
        for name in _COLUMNS:
            setattr(parts, name, _grown(getattr(parts, name), sizes.get(name, 2 * n_parts)))
        self.alive = _grown(self.alive, 2 * n_parts)
        self._lay_out()


@dataclass(frozen=True, slots=True)
class Reached:
    """What boxes met: part `a` of the question met row `row` of shelf `of`; which is of declaration `number`, and has
    so many vertices and rings."""

    a: Ints32
    of: Ints32
    row: Ints32
    number: Ints
    vertices: Ints
    rings: Ints

    def where(self, keep: npt.NDArray[Any]) -> Reached:
        """Those rows, by a mask or in the order of their indexes."""
        columns = (self.a, self.of, self.row, self.number, self.vertices, self.rings)
        return Reached(*(each[keep] for each in columns))


class Shelves:
    """Herds that are asked together, each with its trees; a small herd is the question, and gets what it reaches."""

    def __init__(self) -> None:
        self._structs = (_Shelf * 8)()
        self._kept: list[tuple[object, ...]] = []  # what the structures point at

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, at: int, herd: Herd, numbers: Ints, trees: Sequence[Tree], tail: int) -> None:
        """Shelf `at` (or the one after the last) is now that herd: its trees, and the rows from `tail` on that none
        of them holds. `numbers` are those of its declarations. To be told again whenever any of it has changed."""
        if at == len(self._kept):
            self._kept.append(())
            if at == len(self._structs):
                more = (_Shelf * (2 * at))()
                ctypes.memmove(more, self._structs, ctypes.sizeof(self._structs))
                self._structs = more
        handles = (ctypes.c_void_p * len(trees))(*(tree.handle for tree in trees))
        struct = self._structs[at]
        struct.p = ctypes.addressof(herd.laid_out)
        struct.trees, struct.n_trees = ctypes.addressof(handles), len(trees)
        struct.tail_from, struct.tail_to = tail, herd.parts.n_parts
        struct.alive, struct.number = _at(herd.alive), _at(numbers)
        self._kept[at] = (herd, herd.laid_out, herd.alive, numbers, handles, tuple(trees))

    def drop(self, at: int) -> None:
        """Shelf `at` is gone, and the last one has its place."""
        self._kept[at] = self._kept[-1]
        self._structs[at] = self._structs[len(self._kept) - 1]
        self._kept.pop()

    def reach(self, question: Herd, rows: tuple[int, int]) -> Reached:
        """What is alive on the shelves, has a rule with the question's parts in the range and may be near enough;
        rule 0, which hands over to lines, does not count."""
        out = _Results()
        _check(
            _lib.thalweg_reach(
                *question.refs,
                *rows,
                self._structs,
                len(self._kept),
                ctypes.byref(out),
            )
        )
        met = _take(out)
        n = len(met.a)
        number, vertices, rings = (np.empty(n, np.int64) for _ in range(3))
        if n:
            _lib.thalweg_named(self._structs, n, _at(met.rule), _at(met.b), _at(number), _at(vertices), _at(rings))
        return Reached(met.a, met.rule, met.b, number, vertices, rings)

    def gather(self, into: Herd, rows: Reached, numbers: Ints32) -> None:
        """Copy the rows behind the parts of that herd, as its declarations of those numbers."""
        into.make_room(len(rows.a), int(rows.vertices.sum()), int(rows.rings.sum()), int(numbers[-1]) + 1)
        _lib.thalweg_gather(into.refs[0], self._structs, len(rows.a), _at(rows.of), _at(rows.row), _at(numbers))
        into.took()


def _grown(old: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    if len(old) >= size:
        return old
    new = np.ones(size, old.dtype)
    new[: len(old)] = old
    return new
