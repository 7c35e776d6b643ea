"""What lies around a position, for positions that come one after the other out of one neighbourhood.

The answers are those of `Gazetteer.nearest` and `banks.river_side`. What they rest on is looked for once for each
small cell of the map, and is little: only the places, and only the stretches of river, that are the nearest of some
position in the cell. A live desk is told of the same square kilometres all day long.

    +-------+      c centre of the cell, r from there to its corners
    |   c   |      a place can be the nearest of some position in the cell only if it is
    +-------+      no farther from c than the place nearest to c, and 2 r
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from thalweg.places import banks, ground
from thalweg.places.banks import RANGE_M, Bank, Part, RiverSide
from thalweg.places.gazetteer import Gazetteer, Index

_A_DEGREE: Final = 96  # cells to a degree either way: 1.2 km
_KEPT: Final = 2_048  # cells
_WIDER: Final = 1.02  # what a plane about the centre may be off over 50 km, and more

Found = tuple[int, float, float]
"""A place's number in its gazetteer, how far it is, and in which direction the position lies from it."""
T = TypeVar("T")


class Cells(Generic[T]):
    """What `make` gives for the centre of a cell, found out once for each that is asked about, and then remembered."""

    def __init__(self, make: Callable[[float, float], T]) -> None:
        self._make = make
        self._known: dict[tuple[int, int], T] = {}

    def at(self, lon: float, lat: float) -> T:
        """Of the cell that holds the position, in degrees."""
        column, row = math.floor(lon * _A_DEGREE), math.floor(lat * _A_DEGREE)
        try:
            return self._known[column, row]
        except KeyError:
            if len(self._known) >= _KEPT:
                self._known.clear()
            made = self._make((column + 0.5) / _A_DEGREE, (row + 0.5) / _A_DEGREE)
            self._known[column, row] = made
            return made


class Neighbourhood:
    """The nearest town and settlement of positions, out of one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._cells = Cells(self._of_cell)

    def nearest(self, lon: float, lat: float) -> tuple[Found | None, Found | None]:
        """The nearest town, and the nearest settlement of any size; None where the gazetteer has none."""
        towns, settlements = self._cells.at(lon, lat)
        x, y = math.radians(lon), math.radians(lat)
        here = (math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y))
        town, settlement = _closest(towns, here), _closest(settlements, here)
        found = _found(town, lon, lat)
        # Where the nearest of any size is the town itself, it is as far.
        same = town is not None and settlement is not None and town[3] == settlement[3]
        return found, found if same else _found(settlement, lon, lat)

    def _of_cell(self, lon: float, lat: float) -> tuple[Sequence[_Spot], Sequence[_Spot]]:
        return _spots(self._gazetteer.towns, lon, lat), _spots(self._gazetteer.settlements, lon, lat)


_Spot = tuple[float, float, float, int, float, float]
"""On the unit sphere, number, degrees."""


def _spots(index: Index, lon: float, lat: float) -> Sequence[_Spot]:
    half = 0.5 / _A_DEGREE
    reach = 2 * math.sin(math.radians(half * math.sqrt(2)) / 2) * _WIDER
    return index.around(lon, lat, reach)


def _closest(spots: Sequence[_Spot], here: tuple[float, float, float]) -> _Spot | None:
    x, y, z = here
    best, least = None, math.inf
    for spot in spots:
        d2 = (x - spot[0]) ** 2 + (y - spot[1]) ** 2 + (z - spot[2]) ** 2
        if d2 <= least:
            best, least = spot, d2
    return best


def _found(spot: _Spot | None, lon: float, lat: float) -> Found | None:
    if spot is None:
        return None
    return spot[3], *ground.from_to(spot[4], spot[5], lon, lat)


# --- rivers ---


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The segments of one part of a river that may be the nearest, those nearest to the centre of the cell first: how
    near any position in the cell can be, their numbers, and where each begins and ends."""

    part: Part
    segments: tuple[tuple[float, int, float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class _River:
    """What a cell has of a river, the stretches of the finest line first. No position in the cell is nearer to it than
    `least_m`."""

    name: str
    least_m: float
    stretches: tuple[tuple[_Stretch, ...], ...]


@dataclass(frozen=True, slots=True)
class _Water:
    rivers: tuple[_River, ...]
    lakes: bool  # whether a lake's bounds reach into the cell


class Beside(NamedTuple):
    """As much of a `RiverSide` as is found on the way to one."""

    river: str
    bank: Bank
    distance_m: float
    lake: str
    side: Bank
    uncertainty_m: float
    part: Part
    here_m: float  # so far downstream


def river_side(lon: float, lat: float, uncertainty_m: float = 0.0) -> RiverSide | None:
    """As `banks.river_side`, of any river."""
    found = river_beside(lon, lat, uncertainty_m)
    if found is None:
        return None
    river, bank, distance_m, lake, side, doubt, part, here_m = found
    flow_deg = _flow_deg(part, here_m, *ground.metres_per_degree_at(lat))
    across = (flow_deg + (-90 if side is Bank.LEFT else 90)) % 360
    compass = ground.COMPASS[round(across / 45) % 8 * 2]
    return RiverSide(river, bank, side, distance_m, doubt, compass, part.source, lake)


def river_beside(lon: float, lat: float, uncertainty_m: float = 0.0) -> Beside | None:
    """Of the river that `river_side` tells of, what does not take its course."""
    water = _waters.at(lon, lat)
    if not water.rivers:
        return None
    per_lon, per_lat = ground.metres_per_degree_at(lat)
    best: tuple[float, str, Part, Bank, float] | None = None
    for river in water.rivers:  # the nearest first
        if best is not None and river.least_m > best[0]:
            break
        for stretches in river.stretches:  # where the finer line passes, it answers
            found: tuple[float, str, Part, Bank, float] | None = None
            for stretch in stretches:
                west, south, east, north = stretch.part.bounds
                if max((west - lon) * per_lon, (lon - east) * per_lon) > RANGE_M:
                    continue
                if max((south - lat) * per_lat, (lat - north) * per_lat) > RANGE_M:
                    continue
                passed = _passed(stretch, lon, lat, per_lon, per_lat)
                if passed is not None and passed[0] <= RANGE_M and (found is None or passed[0] < found[0]):
                    found = (passed[0], river.name, stretch.part, passed[1], passed[2])
            if found is not None:
                if best is None or found[0] < best[0]:
                    best = found
                break
    if best is None:
        return None
    distance_m, name, part, side, here_m = best
    lake = banks.lake_at(lon, lat) if water.lakes else ""
    doubt = part.accuracy_m + uncertainty_m
    bank = Bank.UNCERTAIN if distance_m <= doubt or lake else side
    return Beside(name, bank, distance_m, lake, side, doubt, part, here_m)


def _passed(
    stretch: _Stretch, lon: float, lat: float, per_lon: float, per_lat: float
) -> tuple[float, Bank, float] | None:
    """Distance to the line, its side, and how far downstream; None where the nearest point is an end of the line."""
    least, best, best_share = math.inf, -1, 0.0
    for nearest2, number, lon1, lat1, lon2, lat2 in stretch.segments:
        if nearest2 > least:
            break  # so are all that follow
        ax, ay = (lon1 - lon) * per_lon, (lat1 - lat) * per_lat
        dx, dy = (lon2 - lon) * per_lon - ax, (lat2 - lat) * per_lat - ay
        length2 = dx * dx + dy * dy
        t = -(ax * dx + ay * dy) / (length2 if length2 > 1e-6 else 1e-6)
        t = 0.0 if t < 0.0 else 1.0 if t > 1.0 else t
        fx, fy = ax + t * dx, ay + t * dy
        away2 = fx * fx + fy * fy
        if away2 < least or (away2 == least and number < best):  # of those that are as near, the first downstream
            least, best, best_share = away2, number, t
    part = stretch.part
    along, lons, lats = _listed(part)
    if (best == 0 and best_share == 0.0) or (best == len(along) - 2 and best_share == 1.0):
        return None
    # At a vertex the two segments may disagree; the sum of their unit normals does not.
    ways = (best, best + 1) if best_share == 1.0 else (best, best - 1) if best_share == 0.0 else (best,)
    way_x = way_y = 0.0
    for i in ways:
        dx, dy = (lons[i + 1] - lons[i]) * per_lon, (lats[i + 1] - lats[i]) * per_lat
        length = math.sqrt(max(dx * dx + dy * dy, 1e-6))
        way_x, way_y = way_x + dx / length, way_y + dy / length
    fx = (lons[best] - lon) * per_lon + best_share * (lons[best + 1] - lons[best]) * per_lon
    fy = (lats[best] - lat) * per_lat + best_share * (lats[best + 1] - lats[best]) * per_lat
    side = Bank.LEFT if way_x * -fy - way_y * -fx > 0 else Bank.RIGHT
    return math.sqrt(least), side, along[best] + best_share * (along[best + 1] - along[best])


def _water(lon: float, lat: float) -> _Water:
    """What a cell can be asked about, from its centre."""
    per_lon, per_lat = ground.metres_per_degree_at(lat)
    half = 0.5 / _A_DEGREE
    reach_m = math.hypot(half * per_lon, half * per_lat) * _WIDER
    found = []
    for river in banks.rivers():
        reached = [part for part in river.parts if _outside_m(part, lon, lat, per_lon, per_lat) <= RANGE_M + reach_m]
        if reached:
            made = [(part.accuracy_m, *_stretch(part, lon, lat, per_lon, per_lat, reach_m)) for part in reached]
            by_accuracy = tuple(
                tuple(stretch for accuracy_m, _, stretch in made if accuracy_m == each)
                for each in sorted({part.accuracy_m for part in reached})
            )
            least_m = min(away_m for _, away_m, _ in made) / _WIDER - 2 * reach_m
            found.append(_River(river.name, least_m, by_accuracy))
    found.sort(key=lambda river: river.least_m)
    lakes = any(
        west - half <= lon <= east + half and south - half <= lat <= north + half
        for west, south, east, north in banks.lake_bounds()
    )
    return _Water(tuple(found), lakes)


_waters: Final = Cells(_water)


def _outside_m(part: Part, lon: float, lat: float, per_lon: float, per_lat: float) -> float:
    west, south, east, north = part.bounds
    aside = max((west - lon) * per_lon, (lon - east) * per_lon) / _WIDER
    return max(aside, (south - lat) * per_lat, (lat - north) * per_lat)


def _stretch(
    part: Part, lon: float, lat: float, per_lon: float, per_lat: float, reach_m: float
) -> tuple[float, _Stretch]:
    """How far the part is from the centre of a cell, and its segments that are the nearest of some position in it."""
    centre, scale = np.array((lon, lat)), np.array((per_lon, per_lat))
    # Whole runs of segments first: none can hold the nearest that is farther than the far corner of another.
    low, high = (part.runs[:, :2] - centre) * scale, (part.runs[:, 2:] - centre) * scale
    near_m = np.hypot(*np.maximum(np.maximum(low, -high), 0.0).T)
    far_m = np.hypot(*np.maximum(-low, high).T)
    runs = np.flatnonzero(near_m <= (far_m.min() + 2 * reach_m) * _WIDER)
    first, last = int(runs[0]) * banks.RUN, min((int(runs[-1]) + 1) * banks.RUN, len(part.line) - 1)
    line = part.line[first : last + 1]
    x, y = ((line - centre) * scale).T
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    length2 = np.maximum(dx * dx + dy * dy, 1e-6)
    t = np.minimum(np.maximum(-(x[:-1] * dx + y[:-1] * dy) / length2, 0.0), 1.0)
    away_m = np.hypot(x[:-1] + t * dx, y[:-1] + t * dy)
    least_m = float(away_m.min())
    kept = np.flatnonzero(away_m <= (least_m + 2 * reach_m) * _WIDER)
    kept = kept[np.argsort(away_m[kept], kind="stable")]
    nearest_m = np.maximum(away_m[kept] / _WIDER - reach_m, 0.0)
    rows = zip(
        (nearest_m * nearest_m).tolist(),
        (kept + first).tolist(),
        line[kept].tolist(),
        line[kept + 1].tolist(),
        strict=True,
    )
    return least_m, _Stretch(part, tuple((near2, number, *begin, *end) for near2, number, begin, end in rows))


def _flow_deg(part: Part, here_m: float, per_lon: float, per_lat: float) -> float:
    """The bearing of the flow so far downstream."""
    lines = _listed(part)
    (lon, lat), (lon2, lat2) = _along(lines, here_m - banks.SMOOTH_M), _along(lines, here_m + banks.SMOOTH_M)
    return math.degrees(math.atan2((lon2 - lon) * per_lon, (lat2 - lat) * per_lat)) % 360


_Listed = tuple[list[float], list[float], list[float]]


@cache
def _listed(part: Part) -> _Listed:
    return part.along_m.tolist(), part.line[:, 0].tolist(), part.line[:, 1].tolist()


def _along(lines: _Listed, so_far_m: float) -> tuple[float, float]:
    """The point so far downstream, or the end."""
    along, lons, lats = lines
    at = bisect_right(along, so_far_m) - 1
    if at < 0 or at >= len(lons) - 1:
        end = min(max(at, 0), len(lons) - 1)
        return lons[end], lats[end]
    share = (so_far_m - along[at]) / (along[at + 1] - along[at])
    return lons[at] + share * (lons[at + 1] - lons[at]), lats[at] + share * (lats[at + 1] - lats[at])
