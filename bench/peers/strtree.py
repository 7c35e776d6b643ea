"""shapely's STRtree: one tree over everything, or one tree for each slab of time and height."""

from __future__ import annotations

import numpy as np
import shapely

from bench.accounting import Meter
from bench.generate import CEILING_M, FIRST_S, WEEK_S, Ints, Pairs, World
from bench.peers.polygons import polygons

PACKAGES = ("shapely", "numpy")
ROWS_AT_ONCE = 20_000  # bounds the memory that the two-dimensional candidates of one query take


def find(world: World, meter: Meter, *, slab_h: float = 0.0, slab_m: float = 0.0) -> Pairs:
    """slab_h, slab_m: hours and metres of each tree; 0 means one slab for the whole week or height."""
    meter.versions = {"geos": shapely.geos_version_string}
    with meter.phase("load"):
        shapes = polygons(world)
    found = []
    for members, first_s, first_m in _slabs(world, slab_h, slab_m):
        with meter.phase("index"):
            tree = shapely.STRtree(shapes[members])
        with meter.phase("join"):
            for begin in range(0, len(members), ROWS_AT_ONCE):
                asked = members[begin : begin + ROWS_AT_ONCE]
                near = tree.query(shapes[asked])
                a, b = asked[near[0]], members[near[1]]
                # A pair that shares several slabs is reported where both are present for the first time.
                keep = a < b
                a, b = a[keep], b[keep]
                later_s = np.maximum(world.start_s[a], world.start_s[b])
                higher_m = np.maximum(world.lower_m[a], world.lower_m[b])
                keep = (later_s < np.minimum(world.end_s[a], world.end_s[b])) & (
                    higher_m <= np.minimum(world.upper_m[a], world.upper_m[b])
                )
                if slab_h:
                    keep &= (later_s >= first_s) & (later_s < first_s + slab_h * 3_600.0)
                if slab_m:
                    keep &= (higher_m >= first_m) & (higher_m < first_m + slab_m)
                a, b = a[keep], b[keep]
                # Prepared geometries were tried: at a few pairs each, preparing costs more than it saves.
                hit = shapely.intersects(shapes[a], shapes[b])
                found.append(np.column_stack([a[hit], b[hit]]))
    with meter.phase("fetch"):
        return np.concatenate(found) if found else np.empty((0, 2), np.int64)


def _slabs(world: World, slab_h: float, slab_m: float) -> list[tuple[Ints, float, float]]:
    """Members of each slab, with the time and height at which it begins."""
    slabs = []
    for first_s, last_s in _steps(FIRST_S, FIRST_S + WEEK_S, slab_h * 3_600.0):
        now = np.flatnonzero((world.start_s < last_s) & (world.end_s > first_s))
        for first_m, last_m in _steps(0.0, CEILING_M + 1.0, slab_m):
            here = now[(world.lower_m[now] < last_m) & (world.upper_m[now] >= first_m)]
            if len(here) > 1:
                slabs.append((here, first_s, first_m))
    return slabs


def _steps(first: float, last: float, step: float) -> list[tuple[float, float]]:
    if not step:
        return [(first, last)]
    return [(float(at), float(at) + step) for at in np.arange(first, last, step)]
