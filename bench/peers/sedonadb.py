"""SedonaDB: Apache Sedona's engine in one process (PyPI sedonadb)."""

from __future__ import annotations

import warnings

import numpy as np
import pyarrow as pa

from bench.accounting import Meter
from bench.generate import Pairs, World
from bench.peers.arrow import arrow_table

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # at import it says that GDAL is missing; nothing here needs it
    import sedonadb

PACKAGES = ("sedonadb", "pyarrow")

QUERY = """
SELECT a.id AS a, b.id AS b
FROM declaration a JOIN declaration b
  ON ST_Intersects(a.ground, b.ground)
 AND a.id < b.id AND a.start_s < b.end_s AND b.start_s < a.end_s
 AND a.lower_m <= b.upper_m AND b.lower_m <= a.upper_m
"""


def find(world: World, meter: Meter) -> Pairs:
    session = sedonadb.connect()
    with meter.phase("load"):
        session.create_data_frame(arrow_table(world)).to_view("given")
        session.sql(
            "SELECT id, ST_GeomFromWKB(ring) AS ground, start_s, end_s, lower_m, upper_m FROM given"
        ).to_memtable().to_view("declaration")
    with meter.phase("join"):
        hit = pa.table(session.sql(QUERY))
    with meter.phase("fetch"):
        return np.column_stack([hit["a"].to_numpy(), hit["b"].to_numpy()])
