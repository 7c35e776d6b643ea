"""Coarse regions: what may be said about a place and a time without telling them (D13, R36).

The Earth is cut once and for all into cells, in rows of latitude. What is shown of a declaration is a set of whole
cells that contains it, with its uncertainty, its buffers and the widest margin of any rule, so that whoever keeps
clear of the cells keeps clear of the thing. How it is made decides what it tells:

1. The *anchor* is the mean of the declaration's vertices. It lies in one cell, the anchor cell.
2. The whole declaration is moved, unturned, by the step that brings its anchor to the centre of that cell.
3. Everything within a reach of where it then lies is taken, in whole cells. The reach is the widest step that any
   anchor in that cell would have needed, and the declaration's uncertainty, buffer and margin.

          true anchor x                        +---+---+---+
        +-------+          +-------+           | # | # | # |   all cells that come within the reach of the
        |     x |   -->    |   o   |   -->     +---+---+---+   centre: the same wherever in its cell x was,
        |       |          |       |           | # | o | # |   and so also if it was at an edge
        +-------+          +-------+           +---+---+---+
                                               | # | # | # |
                                               +---+---+---+

So the cells are a function of the anchor's cell and of the declaration's own form, and of nothing else. Whoever knows
the form and sees the cells knows the anchor's cell; no number of questions about the cells tells more. The same is
done with time: the earliest moment is taken to the start of its time cell, and all others keep their places to it.

What is told about the *form* is its extent in whole cells; a form wider than `_ACROSS` cells is told in cells of twice
the size, or four times, and so on. docs/explanation/no-oracle.md has the bounds, and what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.engine.columns import assemble, hard_bounds
from thalweg.geometry import kernel
from thalweg.geometry.kernel import AREA, PATH, POINT
from thalweg.geometry.plane import A_M, E2, earth_centred, lonlat
from thalweg.model.declarations import Declaration, Uncertainty
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Ring, Route, Shape
from thalweg.model.theatre import Theatre

Floats = npt.NDArray[np.float64]

_HALF_MERIDIAN_M = 20_003_931.0  # pole to pole on WGS84
_ACROSS = 16  # cells from the anchor to the farthest that a region is told in; beyond, in cells of twice the size
# A rotation about the Earth's centre moves no point of the surface by more than this times what it moves the anchor:
# the ratio of the longest to the shortest distance from the centre.
_UNEVEN = 1.0035
_DEGREES = 1e-6  # moved vertices are rounded to this, so that where they came from is not in their last digits
_ROUNDED_M = 0.2  # how far that moves them, at most
_STEP_M = 100.0  # buffers and margins are rounded up to this


@dataclass(frozen=True, slots=True)
class Grid:
    """The settings of a theatre or channel: sizes of cells, and what a coarse region must allow for.

    `margin_m` and `margin_s` are the widest of any rule, `buffer_m` the widest of movements that state none: `of` takes
    them from the theatre. All that see one declaration coarsely must be shown it by one grid.
    """

    coarse_m: float = 5_000.0
    exists_m: float = 20_000.0
    coarse_s: float = 6 * 3600.0
    exists_s: float = 24 * 3600.0
    margin_m: float = 0.0
    margin_s: float = 0.0
    buffer_m: float = 0.0

    def __post_init__(self) -> None:
        if not 100.0 <= self.coarse_m <= self.exists_m <= 1e6:
            raise ValueRefused(
                "grid-cells", f"Cells of {self.coarse_m:g} m, then {self.exists_m:g} m, are not: from 100 m to 1000 km."
            )
        if not 60.0 <= self.coarse_s <= self.exists_s <= 1e8:
            raise ValueRefused(
                "grid-cells", f"Time cells of {self.coarse_s:g} s, then {self.exists_s:g} s, are not: from a minute up."
            )

    @classmethod
    def of(
        cls,
        theatre: Theatre,
        *,
        coarse_m: float = 5_000.0,
        exists_m: float = 20_000.0,
        coarse_s: float = 6 * 3600.0,
        exists_s: float = 24 * 3600.0,
    ) -> Grid:
        """Cells of these sizes, with room for every rule and every buffer of the theatre."""
        return cls(
            coarse_m=coarse_m,
            exists_m=exists_m,
            coarse_s=coarse_s,
            exists_s=exists_s,
            margin_m=max((rule.margin.horizontal_m for rule in theatre.rules), default=0.0),
            margin_s=max((rule.margin.time_s for rule in theatre.rules), default=0.0),
            buffer_m=max(theatre.moving_buffers_m.values(), default=0.0),
        )


class Cell(NamedTuple):
    """One cell of the world. `size_m` names the division; rows count from the south pole, columns from 180 W.

    Rows have equal heights in latitude, about `size_m`. A row has as many columns as its shorter edge has room for, so
    a cell is `size_m` wide there and at its longer edge somewhat wider: cells of 5 km are square to within 2 % up to
    85 degrees, and in the row next to a pole up to 2.1 times as wide as high. A row at a pole is one cell.
    """

    size_m: float
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Patch:
    """Whole cells, and the whole time cells for which they are told."""

    cells: frozenset[Cell]
    window: Window


@dataclass(frozen=True, slots=True)
class Coarse:
    """All that is told of a place and a time below footprint. `anchor` is the cell that it rests on: whoever knows the
    declaration's form can tell it from the cells anyway, and nothing finer (docs/explanation/no-oracle.md).

    `wide` is what is told at `exists`; it has none of its own.
    """

    anchor: Cell
    patches: tuple[Patch, ...]
    wide: Coarse | None = None

    @property
    def cells(self) -> frozenset[Cell]:
        return frozenset().union(*(patch.cells for patch in self.patches))


def coarsen(declaration: Declaration, grid: Grid, *, held: Coarse | None = None) -> Coarse:
    """The coarse region of a declaration, by the three steps above.

    `held`: what was told of the chain's version before. It stands as long as it contains this version and is not
    twice too large, so that a thing that moves to and fro across an edge does not tell where the edge is. Fold it over
    the versions of a chain, once for all recipients.
    """
    pieces = list(_pieces(declaration, grid))
    fresh = _coarse(pieces, grid)
    if held is not None and _still_fits(held, fresh, pieces):
        return held
    return fresh


def widen(coarse: Coarse) -> Coarse:
    """The region for `exists`, in one patch.

    It is a function of the larger cell in which the *centre* of the anchor cell lies, and of the declaration's form. It
    cannot be made from the coarse cells: what these look like differs from cell to cell, by how the rows are set off
    against each other, and so would tell in which of the smaller cells the anchor is. For the same reason it contains
    the declaration with its margins, but not necessarily all of the coarse cells: an index that is to find whatever
    meets either needs both.
    """
    return coarse if coarse.wide is None else coarse.wide


def cells(declaration: Declaration, grid: Grid, level: Level = Level.COARSE) -> frozenset[Cell]:
    """The cells that contain a declaration, as told at `coarse` or `exists`."""
    coarse = coarsen(declaration, grid)
    return coarse.cells if level is Level.COARSE else widen(coarse).cells


def middle(declaration: Declaration) -> Position:
    """The anchor of a declaration: the mean of its vertices. What it tells is the truth, not a cell."""
    pieces = _pieces(declaration, Grid())
    return _position(_middle(np.concatenate([piece.vertices for piece in pieces])))


# ---- the world in cells ----


def cell_at(position: Position, size_m: float) -> Cell:
    """The cell of that size with the position in it; on an edge, the northern or eastern one."""
    rows = _rows(size_m)
    row = min(rows - 1, int((position.lat + 90.0) * rows / 180.0))
    columns = _columns(size_m, row)
    return Cell(size_m, row, int((position.lon + 180.0) * columns / 360.0) % columns)


def centre(cell: Cell) -> Position:
    """Its middle in longitude and latitude; of a cell around a pole, the pole."""
    columns = _columns(cell.size_m, cell.row)
    south, north = _edges(cell.size_m, cell.row)
    if columns == 1:
        return Position(0.0, -90.0 if cell.row == 0 else 90.0)
    return Position((cell.column + 0.5) * 360.0 / columns - 180.0, (south + north) / 2.0)


def outline(of: Iterable[Cell]) -> MultiPolygon:
    """Polygons with geodesic edges that contain the cells, one for each run of neighbours in a row.

    An edge along a parallel is not a geodesic. It is drawn in pieces so short that they leave the parallel by at most
    1/500 of a cell, and twice that outside of the cell: so nothing of a cell is missed, and nothing between two rows.
    Edges along meridians are geodesics, drawn a metre outside: the engine follows long ones to a centimetre.
    """
    polygons = []
    for size_m, row, first, count in sorted(_runs(of)):
        south, north = _edges(size_m, row)
        grow = math.degrees(2.0 * size_m / 500.0 / 6.33e6)
        south, north = max(-90.0, south - grow), min(90.0, north + grow)
        columns = _columns(size_m, row)
        if columns == 1:
            around = _parallel(north if row == 0 else south, -180.0, 180.0, size_m)
            polygons.append(Polygon(around[:-1]))
            continue
        aside = math.degrees(1.0 / (6.33e6 * math.cos(math.radians(max(abs(south), abs(north))))))
        west = first * 360.0 / columns - 180.0 - aside
        east = (first + count) * 360.0 / columns - 180.0 + aside
        ring = _parallel(south, west, east, size_m) + _parallel(north, west, east, size_m)[::-1]
        polygons.append(Polygon(ring))
    return MultiPolygon(tuple(polygons))


def cell_area_m2(cell: Cell) -> float:
    """Its area on the ellipsoid."""
    south, north = _edges(cell.size_m, cell.row)
    return (_zone_m2(north) - _zone_m2(south)) / _columns(cell.size_m, cell.row)


def _zone_m2(lat: float) -> float:
    """The area between the equator and a parallel (Snyder, Map Projections, 1987, eq. 3-12)."""
    e, s = math.sqrt(E2), math.sin(math.radians(lat))
    q = (1 - E2) * (s / (1 - E2 * s * s) - math.log((1 - e * s) / (1 + e * s)) / (2 * e))
    return math.pi * A_M * A_M * q


def _rows(size_m: float) -> int:
    return int(_HALF_MERIDIAN_M // size_m)


def _edges(size_m: float, row: int) -> tuple[float, float]:
    height = 180.0 / _rows(size_m)
    return row * height - 90.0, (row + 1) * height - 90.0


@lru_cache(maxsize=1 << 16)
def _columns(size_m: float, row: int) -> int:
    lat = math.radians(max(map(abs, _edges(size_m, row))))
    around = 2.0 * math.pi * A_M * math.cos(lat) / math.sqrt(1.0 - E2 * math.sin(lat) ** 2)
    return max(1, int(around / size_m))


@lru_cache(maxsize=1 << 16)
def _circumradius(size_m: float, row: int) -> float:
    """No point of a cell in that row is farther from its centre; metres. Sampled along the edges, and 1 % more for what
    lies between the samples."""
    south, north = _edges(size_m, row)
    middle = centre(Cell(size_m, row, 0))
    columns = _columns(size_m, row)
    steps = np.linspace(0.0, 1.0, 9)
    if columns == 1:
        lat = np.array([north if row == 0 else south])
        lon = np.zeros(1)
    else:
        half = 180.0 / columns
        lon = middle.lon + half * np.concatenate([steps, steps, np.ones(9)])
        lat = np.concatenate([np.full(9, south), np.full(9, north), south + (north - south) * steps])
    far = kernel.geodesic(np.full(len(lon), middle.lon), np.full(len(lon), middle.lat), lon, lat)
    return 1.01 * float(far.max())


def _runs(of: Iterable[Cell]) -> Iterator[tuple[float, int, int, int]]:
    """Neighbours in a row, as size, row, first column, count; none longer than a quarter of the way around."""
    rows: dict[tuple[float, int], set[int]] = {}
    for cell in of:
        rows.setdefault((cell.size_m, cell.row), set()).add(cell.column)
    for (size_m, row), taken in rows.items():
        columns = _columns(size_m, row)
        longest = max(1, columns // 4)
        starts = sorted(c for c in taken if (c - 1) % columns not in taken) or [0]  # none: all the way around
        for start in starts:
            length = 1
            while length < len(taken) and (start + length) % columns in taken:
                length += 1
            for offset in range(0, length, longest):
                yield size_m, row, (start + offset) % columns, min(longest, length - offset)


def _parallel(lat: float, west: float, east: float, size_m: float) -> Ring:
    """Vertices along a parallel, so many that geodesics between them leave it by at most 1/500 of a cell."""
    lean = math.tan(math.radians(min(abs(lat), 89.999_999)))
    step_m = math.sqrt(8.0 * 6.33e6 / max(lean, 1e-9) * size_m / 500.0)  # a chord of a circle of radius R / tan(lat)
    along_m = math.radians(east - west) * 6.4e6 * math.cos(math.radians(lat))
    pieces = max(1 if east - west < 90.0 else 8, math.ceil(along_m / step_m))
    return tuple(Position(_wrapped(west + (east - west) * k / pieces), lat) for k in range(pieces + 1))


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


# ---- from a declaration to cells ----


class _Piece(NamedTuple):
    """One core with a reach around it, and when. Longitude and latitude in degrees, shape (n, 2); metres; milliseconds
    since the epoch, margins included, None where open."""

    core: int
    vertices: Floats
    reach_m: float
    when: tuple[int | None, int | None]


def _pieces(declaration: Declaration, grid: Grid) -> Iterator[_Piece]:
    for volume in declaration.volumes:
        for core, points, radius_m in _cores(volume.shape, grid):
            yield _piece(core, points, radius_m, volume.uncertainty, volume.window, grid)
    for segment in declaration.segments:
        yield _piece(PATH, segment.path.points, 0.0, segment.uncertainty, segment.window, grid)


def _cores(shape: Shape, grid: Grid) -> Iterator[tuple[int, Sequence[Position], float]]:
    """Core, vertices and radius. Holes are filled, and a movement is all the time everywhere on its way."""
    match shape:
        case Point():
            yield POINT, (shape.at,), 0.0
        case Circle():
            yield POINT, (shape.centre,), shape.radius_m
        case Path():
            yield PATH, shape.points, 0.0
        case Corridor():
            yield PATH, shape.path, shape.half_width_m
        case Polygon():
            yield AREA, shape.outer, 0.0
        case MultiPolygon():
            for polygon in shape.polygons:
                yield AREA, polygon.outer, 0.0
        case Route():
            yield PATH, tuple(point.at for point in shape.waypoints), shape.radius_m or grid.buffer_m


def _piece(
    core: int, points: Sequence[Position], radius_m: float, uncertainty: Uncertainty, window: Window, grid: Grid
) -> _Piece:
    u_m, _, u_s = hard_bounds(uncertainty)
    reach_m = math.ceil((radius_m + u_m + grid.margin_m) / _STEP_M) * _STEP_M
    return _Piece(core, _degrees(points), reach_m, _ms(window, u_s + grid.margin_s))


def _degrees(points: Sequence[Position]) -> Floats:
    return np.array([(point.lon, point.lat) for point in points], np.float64)


def _ms(window: Window, more_s: float) -> tuple[int | None, int | None]:
    return (
        None if window.start is None else math.floor((window.start_s - more_s) * 1000.0),
        None if window.end is None else math.ceil((window.end_s + more_s) * 1000.0),
    )


def _coarse(pieces: Sequence[_Piece], grid: Grid) -> Coarse:
    start = _middle(np.concatenate([piece.vertices for piece in pieces]))
    start /= np.linalg.norm(start)
    cut = [_cut(piece) for piece in pieces]
    # How far it spreads from its anchor is the same wherever it lies, and so is the size of the cells.
    spread_m = max(
        6.4e6 * float(np.arccos(np.clip(_units(each.vertices) @ start, -1.0, 1.0)).max()) + each.reach_m for each in cut
    )
    anchor = cell_at(_position(start), _size(spread_m, grid.coarse_m))
    taken = _step(cut, start, anchor, _circumradius(anchor.size_m, anchor.row))
    windows = _windows([piece.when for piece in pieces], grid.coarse_s)
    patches: dict[Window, frozenset[Cell]] = {}
    for window, of_piece in zip(windows, taken, strict=True):
        patches[window] = patches.get(window, frozenset()) | of_piece
    order = sorted(patches, key=lambda window: (window.start_s, window.end_s))

    large = cell_at(centre(anchor), _size(spread_m, grid.exists_m))
    taken = _step(cut, start, large, _circumradius(large.size_m, large.row) + _beyond(large, anchor.size_m))
    whole = _windows([_hull(windows)], grid.exists_s)[0]
    wide = Coarse(large, (Patch(frozenset().union(*taken), whole),))
    return Coarse(anchor, tuple(Patch(patches[window], window) for window in order), wide)


def _size(spread_m: float, size_m: float) -> float:
    while spread_m > _ACROSS * size_m and size_m < 1e6:
        size_m *= 2.0
    return size_m


def _step(pieces: Sequence[_Piece], start: Floats, cell: Cell, at_most_m: float) -> list[frozenset[Cell]]:
    """The cells within reach of the pieces, moved so that the unit vector `start` comes to the centre of the cell, from
    which no anchor that is told by this cell is farther than `at_most_m`."""
    step_m = _UNEVEN * at_most_m + _ROUNDED_M
    goal = centre(cell)
    moved = [
        piece._replace(vertices=_moved(piece.vertices, start, goal), reach_m=piece.reach_m + step_m) for piece in pieces
    ]
    return _within(moved, goal, cell.size_m)


def _beyond(large: Cell, size_m: float) -> float:
    """How far outside a larger cell an anchor can be whose own cell has its centre inside; metres. By the rows that the
    larger cell covers, and so the same wherever in it the smaller cell is."""
    south, north = _edges(large.size_m, large.row)
    rows = _rows(size_m)
    first, last = int((south + 90.0) * rows / 180.0), min(rows - 1, int((north + 90.0) * rows / 180.0))
    return max(_circumradius(size_m, row) for row in range(first, last + 1))


def _hull(windows: Iterable[Window]) -> tuple[int | None, int | None]:
    given = [_ms(window, 0.0) for window in windows]
    starts = [start for start, _ in given if start is not None]
    ends = [end for _, end in given if end is not None]
    return (
        min(starts) if len(starts) == len(given) else None,
        max(ends) if len(ends) == len(given) else None,
    )


def _middle(stated: Floats) -> Floats:
    """The mean of the vertices, Earth-centred; of vertices all around the Earth, which have none, the first."""
    ecef = earth_centred(stated[:, 0], stated[:, 1])
    mean: Floats = ecef.mean(axis=0)
    first: Floats = ecef[0]
    return mean if float(np.linalg.norm(mean)) > 1e3 else first


def _position(ecef: Floats) -> Position:
    lon, lat = lonlat(ecef[None, :])
    return Position(_wrapped(float(lon[0])), float(np.clip(lat[0], -90.0, 90.0)))


def _units(vertices: Floats) -> Floats:
    ecef = earth_centred(vertices[:, 0], vertices[:, 1])
    units: Floats = ecef / np.linalg.norm(ecef, axis=1)[:, None]
    return units


def _cut(piece: _Piece) -> _Piece:
    """With edges of at most 10 km, which a rotation leaves geodesics to within millimetres."""
    if piece.core == POINT:
        return piece
    first, closed = np.array([0, len(piece.vertices)], np.int64), np.array([piece.core == AREA], np.uint8)
    _, lon, lat = kernel.cut(first, closed, piece.vertices[:, 0].copy(), piece.vertices[:, 1].copy())
    return piece._replace(vertices=np.stack([lon, lat], axis=1))


def _moved(vertices: Floats, start: Floats, goal: Position) -> Floats:
    """Turned about the Earth's centre by the least rotation that takes the unit vector `start` to `goal`."""
    end = _units(np.array([[goal.lon, goal.lat]]))[0]
    ecef = earth_centred(vertices[:, 0], vertices[:, 1])
    axis = np.cross(start, end)
    once = np.cross(axis, ecef)
    turned = ecef + once + np.cross(axis, once) / (1.0 + float(start @ end))  # Rodrigues
    lon, lat = lonlat(turned)
    rounded = np.round(np.stack([lon, lat], axis=1) / _DEGREES) * _DEGREES
    return np.clip(rounded, (-180.0, -90.0), (180.0, 90.0))


def _still_fits(held: Coarse, fresh: Coarse, pieces: Sequence[_Piece]) -> bool:
    """Whether what was told before contains all of it, and is neither in space nor in time twice what is needed."""
    if held.anchor.size_m != fresh.anchor.size_m or len(held.cells) > 2 * len(fresh.cells):
        return False
    if _span_s(held) > 2.0 * _span_s(fresh):
        return False
    cut = [_cut(piece) for piece in pieces]
    return all(_contains(each, cut) for each in (held, widen(held)))


def _contains(told: Coarse, pieces: Sequence[_Piece]) -> bool:
    taken = _within(pieces, centre(told.anchor), told.anchor.size_m)
    for piece, of_piece in zip(pieces, taken, strict=True):
        start = -math.inf if piece.when[0] is None else piece.when[0] / 1000.0
        end = math.inf if piece.when[1] is None else piece.when[1] / 1000.0
        then: frozenset[Cell] = frozenset().union(
            *(p.cells for p in told.patches if p.window.start_s <= start and end <= p.window.end_s)
        )
        if not of_piece <= then:
            return False
    return True


def _span_s(coarse: Coarse) -> float:
    return max(p.window.end_s for p in coarse.patches) - min(p.window.start_s for p in coarse.patches)


def _windows(when: Sequence[tuple[int | None, int | None]], time_s: float) -> list[Window]:
    """Each window in whole time cells: the earliest moment of all goes to the start of its cell, and the others keep
    their places to it, with room for a whole cell's step."""
    cell = round(time_s * 1000.0)
    given = [start for start, _ in when if start is not None] or [end for _, end in when if end is not None]
    earliest = min(given, default=0)
    base = earliest // cell * cell
    return [
        Window(
            None if start is None else _instant(base + (start - earliest) // cell * cell),
            None if end is None else _instant(base - (earliest - end) // cell * cell + cell),
        )
        for start, end in when
    ]


def _instant(ms: int) -> Instant | None:
    """None, and so open, where no calendar reaches."""
    return Instant(ms / 1000.0) if Instant.possible(ms / 1000.0) else None


def _within(pieces: Sequence[_Piece], around: Position, size_m: float) -> list[frozenset[Cell]]:
    """For each piece the cells of which any point may be within its reach: those whose centre is within the reach and
    the cell's own radius. The kernel measures, so the edges are the engine's geodesics."""
    goal = _units(np.array([[around.lon, around.lat]]))[0]
    far_m = max(
        6.4e6 * float(np.arccos(np.clip(_units(each.vertices) @ goal, -1.0, 1.0)).max()) + each.reach_m
        for each in pieces
    )
    candidates = list(_around(around, far_m, size_m))
    middles = _degrees([centre(cell) for cell in candidates])
    count = len(pieces)
    vertices = np.concatenate([*(piece.vertices for piece in pieces), middles])
    lengths = [*(len(piece.vertices) for piece in pieces), *([1] * len(candidates))]
    parts = assemble(
        first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        closed=np.array([piece.core == AREA for piece in pieces] + [False] * len(candidates), np.uint8),
        lon=np.ascontiguousarray(vertices[:, 0]),
        lat=np.ascontiguousarray(vertices[:, 1]),
        string=np.arange(len(lengths) + 1, dtype=np.int64),
        core=np.array([piece.core for piece in pieces] + [POINT] * len(candidates), np.uint8),
        declaration=np.array([0] * count + [1] * len(candidates), np.int32),
        kind=np.array([0, 1], np.int32),
        party=np.array([0, 1], np.int32),
        kinds=(),
        parties=(),
        radius=np.array(
            [piece.reach_m for piece in pieces] + [_circumradius(size_m, cell.row) for cell in candidates], np.float64
        ),
    ).parts
    found = kernel.batch(parts, _MEETING, _UNGROWN)
    taken: list[set[Cell]] = [set() for _ in pieces]
    for a, b in zip(found.a.tolist(), found.b.tolist(), strict=True):
        taken[a].add(candidates[b - count])
    return [frozenset(each) for each in taken]


# Anything that meets anything of another declaration, whatever the height and the time.
_MEETING = kernel.Matrix(
    rule=np.zeros((2, 2, 2), np.int32),
    same_party=np.zeros((0, 0), np.uint8),
    h=np.zeros(1),
    v=np.full(1, -1.0),
    t=np.zeros(1),
    ground_low=0.0,
    ground_high=0.0,
    pressure=0.0,
    egm2008=0.0,
)
_UNGROWN = kernel.Growth(h=np.zeros(2), v=np.full(2, -1.0), t=np.zeros(2), t_zero=0.0)


def _around(position: Position, far_m: float, size_m: float) -> Iterator[Cell]:
    """All cells that may come within `far_m` of the position, and some more."""
    rows = _rows(size_m)
    reach = math.degrees(1.02 * far_m / 6.33e6) + 1.5 * 180.0 / rows
    first = max(0, int((position.lat - reach + 90.0) * rows / 180.0))
    last = min(rows - 1, int((position.lat + reach + 90.0) * rows / 180.0))
    polar = abs(position.lat) + reach >= 90.0
    for row in range(first, last + 1):
        columns = _columns(size_m, row)
        if polar:
            yield from (Cell(size_m, row, column) for column in range(columns))
            continue
        sine = math.sin(math.radians(reach)) / math.cos(math.radians(position.lat))
        half = math.degrees(math.asin(sine)) if sine < 1.0 else 180.0
        west = math.floor((position.lon - half + 180.0) * columns / 360.0) - 1
        east = math.floor((position.lon + half + 180.0) * columns / 360.0) + 1
        for column in range(west, min(east, west + columns - 1) + 1):
            yield Cell(size_m, row, column % columns)
