"""A world as an Arrow table, for the peers that read one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from bench.generate import World
from bench.peers.polygons import polygons


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
