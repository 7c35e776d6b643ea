"""Which bank of which river a position is on, and when that cannot be told.

Left and right are those of somebody looking downstream. The channel carried in the package is a line
some way off the true one: within its accuracy the bank is `Bank.UNCERTAIN`, and `side` still says on
which side of the line the position is. Rivers are carried for the region of the reference scenario only:
docs/reference/places.md lists them.

        left bank   |   distance_m > uncertainty_m
      - - - - - - - + - - - - - - -        the band in which the bank is uncertain:
      ~~~~~~~~~~ channel ~~~~~~~~~▶        the line's accuracy plus the position's own
      - - - - - - - + - - - - - - -
        right bank  |
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thalweg.places import basemap, ground

RANGE_M = 30_000.0  # farther from a river than this nobody gives a bank
RUN = 32  # segments that are passed over together
SMOOTH_M = 5000.0  # the compass word follows the valley over this length either way, not a meander


class Bank(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class RiverSide:
    """Where a position lies by a river.

    `bank` is what may be relied on, `side` the side of the carried line. `compass` is the direction of
    that side from the river, one of eight points ("NE"), as in "the north-eastern bank". `lake` names a
    lake or reservoir that holds the position: there the bank is uncertain too.
    """

    river: str
    bank: Bank
    side: Bank
    distance_m: float
    uncertainty_m: float
    compass: str
    source: str
    lake: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """A directed line of one source, with what every question about it needs."""

    source: str
    accuracy_m: float
    line: NDArray[np.float64]  # (n, 2) longitude, latitude, downstream
    along_m: NDArray[np.float64]  # (n,) distance downstream of the first vertex
    bounds: tuple[float, float, float, float]  # west, south, east, north
    runs: NDArray[np.float64]  # (k, 4) the same of each run of RUN segments


@dataclass(frozen=True, eq=False)
class River:
    id: str
    name: str
    aliases: tuple[str, ...]
    parts: tuple[Part, ...]


@cache
def rivers() -> tuple[River, ...]:
    """The named rivers that the package carries."""
    return tuple(
        River(
            river["id"],
            river["name"],
            tuple(river["aliases"]),
            tuple(_part(part["source"], part["accuracy_m"], np.array(part["line"], float)) for part in river["parts"]),
        )
        for river in basemap.packaged_json("rivers.json.gz")
    )


def _part(source: str, accuracy_m: float, line: NDArray[np.float64]) -> Part:
    per_lon, per_lat = ground.metres_per_degree((line[1:, 1] + line[:-1, 1]) / 2)
    steps = np.hypot(np.diff(line[:, 0]) * per_lon, np.diff(line[:, 1]) * per_lat)
    (west, south), (east, north) = line.min(axis=0).tolist(), line.max(axis=0).tolist()
    starts = np.arange(0, len(line) - 1, RUN)
    ends = np.append(line[starts[1:]], line[-1:], axis=0)  # a run's last segment ends where the next one begins
    runs = np.column_stack(
        (
            np.minimum(np.minimum.reduceat(line, starts), ends),
            np.maximum(np.maximum.reduceat(line, starts), ends),
        )
    )
    along_m = np.concatenate(([0.0], np.cumsum(steps)))
    return Part(source, accuracy_m, line, along_m, (west, south, east, north), runs)


def river_side(
    lon: float,
    lat: float,
    *,
    uncertainty_m: float = 0.0,
    river: River | None = None,
    range_m: float = RANGE_M,
) -> RiverSide | None:
    """The nearest carried river within `range_m`, or the given one, and the bank; None if none is near.

    `uncertainty_m` is the position's own. Where the finer line (World Data Bank II) passes, it answers;
    beyond its ends the coarser one (Natural Earth); beyond both, nothing does.
    """
    found: list[tuple[float, River, Part, Bank, float]] = []
    per_lon, per_lat = (float(each) for each in ground.metres_per_degree(lat))
    nearby = _nearby(lon, lat, per_lon, per_lat, range_m)
    within_m = range_m  # what lies farther is out of range, or not the nearest
    for candidate in (river,) if river else rivers():
        if candidate.id not in nearby:
            continue
        reached = [part for part, _ in nearby[candidate.id]]
        if all(beyond_m > within_m for _, beyond_m in nearby[candidate.id]):
            continue
        for accuracy_m in sorted({part.accuracy_m for part in reached}):
            passing = [
                (part, _pass(part, lon, lat, per_lon, per_lat)) for part in reached if part.accuracy_m == accuracy_m
            ]
            fits = [(part, result) for part, result in passing if result is not None and result[0] <= range_m]
            if fits:
                part, (distance, side, here_m) = min(fits, key=lambda fit: fit[1][0])
                found.append((distance, candidate, part, side, here_m))
                within_m = min(within_m, distance)
                break
    if not found:
        return None
    distance, nearest, part, side, here_m = min(found, key=lambda f: f[0])
    doubt = part.accuracy_m + uncertainty_m
    lake = lake_at(lon, lat)
    across = (_flow_deg(part, here_m, per_lon, per_lat) + (-90 if side is Bank.LEFT else 90)) % 360
    return RiverSide(
        nearest.name,
        Bank.UNCERTAIN if distance <= doubt or lake else side,
        side,
        distance,
        doubt,
        ground.COMPASS[round(across / 45) % 8 * 2],
        part.source,
        lake,
    )


def _nearby(
    lon: float, lat: float, per_lon: float, per_lat: float, range_m: float
) -> dict[str, list[tuple[Part, float]]]:
    """By river its parts within range, each with the metres by which the position is outside its box."""
    parts, (west, south, east, north) = _boxes()
    along = np.maximum((west - lon) * per_lon, (lon - east) * per_lon)
    beyond_m = np.maximum(along, np.maximum((south - lat) * per_lat, (lat - north) * per_lat))
    found: dict[str, list[tuple[Part, float]]] = {}
    for at in np.flatnonzero(beyond_m <= range_m).tolist():
        river, part = parts[at]
        found.setdefault(river, []).append((part, float(beyond_m[at])))
    return found


@cache
def _boxes() -> tuple[list[tuple[str, Part]], NDArray[np.float64]]:
    """All parts of all rivers, by the river's id, and their bounds as four rows."""
    parts = [(river.id, part) for river in rivers() for part in river.parts]
    return parts, np.array([part.bounds for _, part in parts]).T.copy()


def _pass(part: Part, lon: float, lat: float, per_lon: float, per_lat: float) -> tuple[float, Bank, float] | None:
    """Distance to the line, its side, and how far downstream.

    None where the nearest point is an end of the line, past which there is no telling. Planar metres about the
    position: within 0.1 % at 50 km, far below the line's accuracy.
    """
    scale = np.array((per_lon, per_lat))
    # Only the runs of segments that can hold the nearest point: no farther than the far corner of another.
    west_m, east_m = (part.runs[:, 0] - lon) * per_lon, (part.runs[:, 2] - lon) * per_lon
    south_m, north_m = (part.runs[:, 1] - lat) * per_lat, (part.runs[:, 3] - lat) * per_lat
    near2 = np.maximum(np.maximum(west_m, -east_m), 0.0) ** 2 + np.maximum(np.maximum(south_m, -north_m), 0.0) ** 2
    far2 = np.maximum(-west_m, east_m) ** 2 + np.maximum(-south_m, north_m) ** 2
    kept = np.flatnonzero(near2 <= far2.min() * (1 + 1e-9))
    first, last = int(kept[0]) * RUN, min((int(kept[-1]) + 1) * RUN, len(part.line) - 1)
    # with a neighbour on either side, for the vertices at the ends
    before, after = max(first - 1, 0), min(last + 1, len(part.line) - 1)
    xy = (part.line[before : after + 1] - (lon, lat)) * scale
    a, d = xy[:-1], xy[1:] - xy[:-1]
    length2 = np.maximum(np.einsum("ij,ij->i", d, d), 1e-6)
    t = np.clip(-np.einsum("ij,ij->i", a, d) / length2, 0.0, 1.0)
    foot = a + t[:, None] * d
    away2 = np.einsum("ij,ij->i", foot, foot)
    i = int(np.argmin(away2))
    distance = float(np.sqrt(away2[i]))
    at = before + i
    if (at == 0 and t[i] == 0.0) or (at == len(part.line) - 2 and t[i] == 1.0):
        return None
    # At a vertex the two segments may disagree; the sum of their unit normals does not.
    direction = d[i] / np.sqrt(length2[i])
    if t[i] == 1.0:
        direction = direction + d[i + 1] / np.sqrt(length2[i + 1])
    elif t[i] == 0.0:
        direction = direction + d[i - 1] / np.sqrt(length2[i - 1])
    left = direction[0] * -foot[i, 1] - direction[1] * -foot[i, 0] > 0
    here = part.along_m[at] + t[i] * (part.along_m[at + 1] - part.along_m[at])
    return distance, Bank.LEFT if left else Bank.RIGHT, float(here)


def _flow_deg(part: Part, here_m: float, per_lon: float, per_lat: float) -> float:
    """The bearing of the flow so far downstream."""
    (lon, lat), (lon2, lat2) = _along(part, here_m - SMOOTH_M), _along(part, here_m + SMOOTH_M)
    return math.degrees(math.atan2((lon2 - lon) * per_lon, (lat2 - lat) * per_lat)) % 360


def _along(part: Part, so_far_m: float) -> tuple[float, float]:
    """The point so far downstream, or the end."""
    at = int(np.searchsorted(part.along_m, so_far_m, side="right")) - 1
    if at < 0 or at >= len(part.line) - 1:
        lon, lat = part.line[min(max(at, 0), len(part.line) - 1)].tolist()
        return lon, lat
    (lon, lat), (lon2, lat2) = part.line[at : at + 2].tolist()
    begin, end = part.along_m[at : at + 2].tolist()
    return (lon2 - lon) / (end - begin) * (so_far_m - begin) + lon, (lat2 - lat) / (end - begin) * (
        so_far_m - begin
    ) + lat


@cache
def _lakes() -> tuple[tuple[str, NDArray[np.float64], tuple[float, float, float, float]], ...]:
    lakes = []
    for feature in basemap.layer("lakes")["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0], float)[:, :2]
        (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
        lakes.append((str(feature["properties"]["name"]), ring, (west, south, east, north)))
    return tuple(lakes)


@cache
def lake_bounds() -> tuple[tuple[float, float, float, float], ...]:
    """West, south, east and north of each lake that is carried."""
    return tuple(bounds for _, _, bounds in _lakes())


def lake_at(lon: float, lat: float) -> str:
    """The name of the lake whose outline holds the position, or "" (even-odd rule on the outer ring)."""
    for name, ring, (west, south, east, north) in _lakes():
        if not (west <= lon <= east and south <= lat <= north):
            continue
        x, y = ring[:, 0], ring[:, 1]
        x2, y2 = np.roll(x, -1), np.roll(y, -1)
        spans = (y > lat) != (y2 > lat)
        crossing = x[spans] + (lat - y[spans]) / (y2[spans] - y[spans]) * (x2[spans] - x[spans])
        if np.count_nonzero(crossing > lon) % 2:
            return name
    return ""
