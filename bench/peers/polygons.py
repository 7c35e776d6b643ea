"""A world's rings as GEOS polygons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from bench.generate import World

Polygons = npt.NDArray[np.object_]


def polygons(world: World) -> Polygons:
    """GEOS polygons in the plane, metres."""
    ring = np.repeat(np.arange(world.count), np.diff(world.offsets))
    rings = shapely.linearrings(np.column_stack([world.x_m, world.y_m]), indices=ring)
    return np.asarray(shapely.polygons(rings))
