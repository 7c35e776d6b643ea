"""A seeded world of declarations, as columns of numbers.

Every vertex is drawn in one plane and then carried to the ellipsoid. The plane is the ellipsoidal gnomonic
projection (C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87, 2013, section 8), in which a geodesic
is a straight line to within millimetres over the edges drawn here. So a planar peer and the ellipsoidal
engine are asked the same question, and equal pair sets are a fair thing to demand of them.

    python -m bench.generate 100000          writes the world and prints its statistics
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pairs = npt.NDArray[np.int64]

FIRST_S = 1_505_001_600.0  # 2017-09-10T00:00:00Z
WEEK_S = 7 * 86_400.0
CEILING_M = 10_000.0
GROUND_M2_EACH = 0.12e6  # area of the world for each declaration: sets how many conflicts each one has
SHARE_IN_HOT_SPOTS = 0.6
DECLARATIONS_PER_HOT_SPOT = 500
WORLD_VERSION = 1  # part of the file name: raise it when the same seed would draw another world


@dataclass(frozen=True, slots=True)
class World:
    """N declarations as columns. Ring i has the vertices offsets[i]:offsets[i + 1], not closed; it is simple.

    lon_deg/lat_deg: WGS84 degrees. x_m/y_m: the same vertices in the gnomonic plane, metres true at its
    centre. start_s/end_s: POSIX seconds, half-open. lower_m/upper_m: one datum, closed. horizontal_m,
    vertical_m, time_s: stated uncertainty, hard bounds, used only where a run says so.
    """

    offsets: Ints
    lon_deg: Floats
    lat_deg: Floats
    x_m: Floats
    y_m: Floats
    start_s: Floats
    end_s: Floats
    lower_m: Floats
    upper_m: Floats
    horizontal_m: Floats
    vertical_m: Floats
    time_s: Floats

    @property
    def count(self) -> int:
        return len(self.offsets) - 1

    def boxes_m(self) -> tuple[Floats, Floats, Floats, Floats]:
        """West, south, east, north of every ring in the plane."""
        first = self.offsets[:-1]
        return (
            np.minimum.reduceat(self.x_m, first),
            np.minimum.reduceat(self.y_m, first),
            np.maximum.reduceat(self.x_m, first),
            np.maximum.reduceat(self.y_m, first),
        )


def world(count: int, *, seed: int = 1, lat_deg: float = 35.0, lon_deg: float = 40.0) -> World:
    """Draw `count` declarations; the same arguments give the same numbers."""
    rng = np.random.default_rng([seed, count])
    corners = rng.integers(4, 41, count)
    offsets = np.concatenate([[0], np.cumsum(corners)]).astype(np.int64)
    across_m = 100.0 * 200.0 ** rng.random(count)  # log-uniform, 100 m to 20 km
    ring = np.repeat(np.arange(count), corners)
    place = np.arange(offsets[-1]) - offsets[ring]
    ribbon = rng.random(count) < 0.1
    east, north = np.where(ribbon[ring], _ribbons(rng, corners, ring, place), _stars(rng, corners, ring, place))
    turn = rng.uniform(0.0, 2.0 * np.pi, count)[ring]
    east, north = east * np.cos(turn) - north * np.sin(turn), east * np.sin(turn) + north * np.cos(turn)
    centre_x_m, centre_y_m = _centres(rng, count)
    x_m = centre_x_m[ring] + east * across_m[ring] / 2.0
    y_m = centre_y_m[ring] + north * across_m[ring] / 2.0
    lon, lat = gnomonic(lon_deg, lat_deg)(x_m, y_m, inverse=True)

    # Whole minutes and tens of metres, as people write them: so that many windows touch without overlapping
    # (half-open: no conflict) and many bands touch (closed: a conflict).
    lasts_s = np.round(rng.uniform(600.0, 43_200.0, count) / 60.0) * 60.0
    start_s = FIRST_S + np.floor(rng.random(count) * (WEEK_S - lasts_s) / 60.0) * 60.0
    thick_m = np.round(rng.uniform(50.0, 1_500.0, count), -1)
    lower_m = np.floor(rng.random(count) * (CEILING_M - thick_m) / 10.0) * 10.0
    return World(
        offsets=offsets,
        lon_deg=lon,
        lat_deg=lat,
        x_m=x_m,
        y_m=y_m,
        start_s=start_s,
        end_s=start_s + lasts_s,
        lower_m=lower_m,
        upper_m=lower_m + thick_m,
        horizontal_m=np.round(rng.uniform(10.0, 200.0, count)),
        vertical_m=np.round(rng.uniform(5.0, 60.0, count)),
        time_s=np.round(rng.uniform(0.0, 300.0, count)),
    )


def gnomonic(lon_deg: float, lat_deg: float) -> pyproj.Proj:
    return pyproj.Proj(proj="gnom", lon_0=lon_deg, lat_0=lat_deg, ellps="WGS84")


def _stars(rng: np.random.Generator, corners: Ints, ring: Ints, place: Ints) -> Floats:
    """Non-convex rings, star-shaped about the origin, within the unit circle: shape (2, vertices).

    No two neighbours are 180 degrees apart or more (even at 4 corners), which keeps the origin inside.
    """
    angle = 2.0 * np.pi * (place + rng.uniform(-0.4, 0.4, len(ring))) / corners[ring]
    radius = rng.uniform(0.35, 1.0, len(ring))
    squeeze = rng.uniform(0.3, 1.0, len(corners))[ring]  # an affine image of a star is a star
    return np.stack([radius * np.cos(angle), radius * np.sin(angle) * squeeze])


def _ribbons(rng: np.random.Generator, corners: Ints, ring: Ints, place: Ints) -> Floats:
    """Bent ribbons within the unit circle, not star-shaped: out along an arc, back along a smaller one.

    Both arcs use the same angles, so one is a scaled copy of the other and they cannot cross. An odd corner
    stands in the middle of the far end.
    """
    half = (corners // 2)[ring]
    back = place >= half
    step = np.where(back, 2 * half - 1 - place, place)  # 0..half-1 out, then half-1..0 back; -1 is the odd one
    span = rng.uniform(0.5, np.minimum(4.5, corners // 2 - 1.0))[ring]  # a radian at most for each step
    inner = rng.uniform(0.5, 0.85, len(corners))[ring]
    angle = np.where(step < 0, -0.05, span * step / (half - 1))
    radius = np.where(step < 0, (1.0 + inner) / 2.0, np.where(back, inner, 1.0))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)])


def _centres(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Two in five anywhere in a square that grows with the count, the others around unequal hot spots."""
    side_m = np.sqrt(count * GROUND_M2_EACH)
    x_m, y_m = rng.uniform(-side_m / 2.0, side_m / 2.0, (2, count))
    spots = max(1, count // DECLARATIONS_PER_HOT_SPOT)
    weight = rng.lognormal(0.0, 0.5, spots)
    spot = rng.choice(spots, count, p=weight / weight.sum())
    at_m = rng.uniform(-0.45 * side_m, 0.45 * side_m, (2, spots))
    # A hot spot of more declarations is wider, so that the crowding is the same at every count.
    spread_m = rng.uniform(1_500.0, 3_000.0, spots) * np.sqrt(weight)
    hot = rng.random(count) < SHARE_IN_HOT_SPOTS
    return (
        np.where(hot, at_m[0][spot] + spread_m[spot] * rng.standard_normal(count), x_m),
        np.where(hot, at_m[1][spot] + spread_m[spot] * rng.standard_normal(count), y_m),
    )


def kept(count: int, *, seed: int = 1, folder: Path | None = None) -> Path:
    """The folder of one world's columns as .npy files, drawn now if it is not there yet."""
    parent = folder or Path(gettempdir()) / "thalweg-bench"
    here = parent / f"world-v{WORLD_VERSION}-{count}-{seed}"
    if not here.is_dir():
        drawn = world(count, seed=seed)
        making = parent / f"{here.name}.making"
        making.mkdir(parents=True, exist_ok=True)
        for column in fields(World):
            np.save(making / f"{column.name}.npy", getattr(drawn, column.name))
        making.rename(here)
    return here


def load(here: Path, *, without: tuple[str, ...] = ()) -> World:
    """The world of one folder; the columns named in `without` come back empty, to cost no memory."""
    columns: dict[str, Any] = {
        column.name: np.empty(0) if column.name in without else np.load(here / f"{column.name}.npy")
        for column in fields(World)
    }
    return World(**columns)


def canonical(pairs: Pairs) -> Pairs:
    """Pairs of row numbers, shape (M, 2): the smaller first, in ascending order."""
    low, high = pairs.min(axis=1, initial=2**62), pairs.max(axis=1, initial=0)
    order = np.lexsort((high, low))
    return np.column_stack([low, high])[order].astype(np.int64)


def digest(pairs: Pairs) -> str:
    """Two runs that found the same pairs have the same digest."""
    return hashlib.sha256(np.ascontiguousarray(canonical(pairs)).tobytes()).hexdigest()[:16]


def candidate_pairs(given: World, *, with_time_and_height: bool) -> int:
    """How many pairs have overlapping boxes: slow and obvious, for the statistics only."""
    return sum(len(found) for found in _overlapping(given, with_time_and_height=with_time_and_height))


def _overlapping(given: World, *, with_time_and_height: bool) -> Iterator[Ints]:
    west, south, east, north = given.boxes_m()
    order = np.argsort(west)
    last = np.searchsorted(west[order], east[order], side="right")
    for place, row in enumerate(order):
        other = order[place + 1 : last[place]]
        keep = (south[other] <= north[row]) & (north[other] >= south[row])
        if with_time_and_height:
            keep &= (given.start_s[other] < given.end_s[row]) & (given.end_s[other] > given.start_s[row])
            keep &= (given.lower_m[other] <= given.upper_m[row]) & (given.upper_m[other] >= given.lower_m[row])
        yield other[keep]


def statistics(given: World) -> dict[str, Any]:
    flat = candidate_pairs(given, with_time_and_height=False)
    full = candidate_pairs(given, with_time_and_height=True)
    return {
        "declarations": given.count,
        "vertices": len(given.x_m),
        "candidate_pairs_2d": flat,
        "candidate_pairs_4d": full,
        "ratio_2d_to_4d": round(flat / max(full, 1), 1),
        "candidate_pairs_4d_each": round(full / given.count, 2),
        "extent_lon_deg": [round(float(v), 3) for v in (given.lon_deg.min(), given.lon_deg.max())],
        "extent_lat_deg": [round(float(v), 3) for v in (given.lat_deg.min(), given.lat_deg.max())],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    here = kept(told.count, seed=told.seed, folder=told.folder)
    print(json.dumps({"folder": str(here), **statistics(load(here))}, indent=1))


if __name__ == "__main__":
    main()
