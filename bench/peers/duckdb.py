"""DuckDB with its spatial extension, as PyPI carries it: duckdb-extension-spatial (nothing is fetched)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np

from bench.accounting import Meter
from bench.generate import Pairs, World
from bench.peers.arrow import arrow_table

PACKAGES = ("duckdb", "duckdb-extension-spatial", "pyarrow")

# DuckDB plans this as its SPATIAL_JOIN (an R-tree built for the query), the rest being a filter after it.
# That operator takes one spatial predicate, so the exact test sees every pair of boxes that overlap on the
# ground, whatever their times and heights.
QUERY = """
CREATE TABLE hit AS
SELECT a.id AS a, b.id AS b
FROM declaration a JOIN declaration b ON ST_Intersects(a.ground, b.ground)
WHERE a.id < b.id AND a.start_s < b.end_s AND b.start_s < a.end_s
  AND a.lower_m <= b.upper_m AND b.lower_m <= a.upper_m
"""


def find(world: World, meter: Meter) -> Pairs:
    connection = duckdb.connect()
    connection.execute(f"LOAD '{_extension()}'")
    with meter.phase("load"):
        connection.register("given", arrow_table(world))
        connection.execute(
            "CREATE TABLE declaration AS "
            "SELECT id, ST_GeomFromWKB(ring) AS ground, start_s, end_s, lower_m, upper_m FROM given"
        )
    with meter.phase("join"):
        connection.execute(QUERY)
    with meter.phase("fetch"):
        hit = connection.execute("SELECT a, b FROM hit").fetchnumpy()
        return np.column_stack([hit["a"], hit["b"]])


def _extension() -> Path:
    package = find_spec("duckdb_extension_spatial")
    if package is None or package.origin is None:
        raise RuntimeError("no spatial extension: pip install duckdb-extension-spatial")
    return next(Path(package.origin).parent.glob("extensions/*/spatial.duckdb_extension"))
