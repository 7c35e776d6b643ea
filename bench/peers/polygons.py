"""A world's rings in the forms that the peers read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from bench.generate import World

Polygons = npt.NDArray[np.object_]


def polygons(world: World) -> Polygons:
    """GEOS polygons in the plane, metres."""
    ring = np.repeat(np.arange(world.count), np.diff(world.offsets))
    rings = shapely.linearrings(np.column_stack([world.x_m, world.y_m]), indices=ring)
    return np.asarray(shapely.polygons(rings))


def arrow_table(world: World) -> pa.Table:
    """An Arrow table: id, ring (WKB), start_s, end_s, lower_m, upper_m."""
    return pa.table(
        {
            "id": np.arange(world.count),
            "ring": pa.array(shapely.to_wkb(polygons(world)), pa.binary()),
            "start_s": world.start_s,
            "end_s": world.end_s,
            "lower_m": world.lower_m,
            "upper_m": world.upper_m,
        }
    )
