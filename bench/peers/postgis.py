"""PostgreSQL with PostGIS: a server of our own, from Debian's packages, in a folder that is thrown away.

    apt-get install postgresql-15-postgis-3

Two indexes are tried: GiST on (geometry, time range, altitude range), as one would write it first, and GiST
on one four-dimensional box for each declaration, which PostGIS can also do.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg
import shapely

from bench.accounting import Meter
from bench.generate import Floats, Pairs, World
from bench.peers.polygons import polygons
from bench.stream import Kind, Stream

PACKAGES = ("psycopg", "shapely")
ACCOUNT = "postgres"  # initdb refuses root; Debian's package makes this account

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "4GB",
    "max_parallel_workers_per_gather": "2",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
}

TABLE = """
CREATE UNLOGGED TABLE given
  (id int, ring text, start_s float8, end_s float8, lower_m float8, upper_m float8);
CREATE UNLOGGED TABLE declaration
  (id int, ground geometry(Polygon), span tsrange, band numrange, box geometry);
"""
# The four-dimensional box is a line from its lowest corner to its highest, with height as Z and time as M.
FILL = """
INSERT INTO declaration
SELECT id, ground, tsrange(to_timestamp(start_s)::timestamp, to_timestamp(end_s)::timestamp, '[)'),
       numrange(lower_m::numeric, upper_m::numeric, '[]'),
       ST_MakeLine(ST_MakePoint(ST_XMin(ground), ST_YMin(ground), lower_m, start_s),
                   ST_MakePoint(ST_XMax(ground), ST_YMax(ground), upper_m, end_s))
FROM (SELECT *, ST_GeomFromWKB(decode(ring, 'hex')) AS ground FROM given) AS read
"""
INDEX = {
    "columns": "CREATE INDEX ON declaration USING gist (ground, span, band)",
    "box": "CREATE INDEX ON declaration USING gist (box gist_geometry_ops_nd)",
}
MEETS = {
    "columns": "a.ground && b.ground AND a.span && b.span AND a.band && b.band",
    "box": "a.box &&& b.box AND a.span && b.span AND a.band && b.band",
}


def find(world: World, meter: Meter, *, index: str) -> Pairs:
    with server() as address, psycopg.connect(address, autocommit=True) as connection:
        with meter.phase("load"):
            fill(connection, world)
        meter.versions = _versions(connection)
        with meter.phase("index"):
            connection.execute(INDEX[index])
            connection.execute("ANALYZE declaration")
        with meter.phase("join"):
            connection.execute(
                "CREATE UNLOGGED TABLE hit AS SELECT a.id AS a, b.id AS b "
                "FROM declaration a JOIN declaration b "
                f"ON a.id < b.id AND {MEETS[index]} AND ST_Intersects(a.ground, b.ground)"
            )
        with meter.phase("fetch"), connection.cursor().copy("COPY hit TO STDOUT") as copy:
            told = b"".join(bytes(part) for part in copy)
            return np.array(told.split(), np.int64).reshape(-1, 2)


# One call for each event, in one transaction, as a desk would write it: change, then ask what it meets.
FUNCTIONS = """
CREATE FUNCTION declare_one(
  new_id int, ring bytea, start_s float8, end_s float8, lower_m float8, upper_m float8, gone int,
  OUT met int[], OUT spent_us float8) LANGUAGE plpgsql AS $$
DECLARE
  began timestamptz := clock_timestamp();
  here geometry := ST_GeomFromWKB(ring);
  during tsrange := tsrange(to_timestamp(start_s)::timestamp, to_timestamp(end_s)::timestamp, '[)');
  between_m numrange := numrange(lower_m::numeric, upper_m::numeric, '[]');
BEGIN
  DELETE FROM declaration WHERE id = gone;
  SELECT array_agg(d.id) INTO met FROM declaration d
  WHERE d.ground && here AND d.span && during AND d.band && between_m AND ST_Intersects(d.ground, here);
  INSERT INTO declaration VALUES (new_id, here, during, between_m, NULL);
  spent_us := 1e6 * extract(epoch FROM clock_timestamp() - began);
END $$;
CREATE FUNCTION cancel_one(gone int, OUT met int[], OUT spent_us float8) LANGUAGE plpgsql AS $$
DECLARE began timestamptz := clock_timestamp();
BEGIN
  DELETE FROM declaration WHERE id = gone;
  spent_us := 1e6 * extract(epoch FROM clock_timestamp() - began);
END $$;
-- A generic plan would read the whole table, or gather a bitmap over all that ended before and is not yet vacuumed.
CREATE FUNCTION expire_until(now_s float8, OUT met int[], OUT spent_us float8) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE began timestamptz := clock_timestamp();
BEGIN
  DELETE FROM declaration WHERE upper(span) <= to_timestamp(now_s)::timestamp;
  spent_us := 1e6 * extract(epoch FROM clock_timestamp() - began);
END $$;
"""
CALL = {
    Kind.DECLARE: "SELECT * FROM declare_one(%s, %b, %s, %s, %s, %s, NULL)",
    Kind.REPLACE: "SELECT * FROM declare_one(%s, %b, %s, %s, %s, %s, %s)",
    Kind.CANCEL: "SELECT * FROM cancel_one(%s)",
    Kind.TICK: "SELECT * FROM expire_until(%s)",
}


def replay(world: World, given: Stream, meter: Meter) -> tuple[Floats, Floats, Pairs]:
    """Microseconds of each event as the client sees it and inside the server, and the pairs found."""
    ring = shapely.to_wkb(polygons(world))
    client_us, server_us = np.empty(len(given.kind)), np.empty(len(given.kind))
    found: list[tuple[int, int]] = []
    with server() as address, psycopg.connect(address, autocommit=True) as connection:
        with meter.phase("load"):
            fill(connection, world, given.live)
        with meter.phase("index"):
            connection.execute(INDEX["columns"])
            connection.execute("CREATE UNIQUE INDEX ON declaration (id)")
            connection.execute("CREATE INDEX ON declaration (upper(span))")
            connection.execute("VACUUM ANALYZE declaration")
            connection.execute(FUNCTIONS)
        cursor = connection.cursor()
        with meter.phase("feed"):
            for event, (kind, row, old, now_s) in enumerate(_told(given)):
                values: tuple[object, ...]
                if row >= 0:
                    columns = (world.start_s, world.end_s, world.lower_m, world.upper_m)
                    values = (row, ring[row], *(float(c[row]) for c in columns))
                    values += (old,) if kind is Kind.REPLACE else ()
                else:
                    values = (old,) if kind is Kind.CANCEL else (now_s,)
                began = time.perf_counter_ns()
                answer = cursor.execute(CALL[kind], values, prepare=True).fetchall()
                client_us[event] = (time.perf_counter_ns() - began) / 1e3
                met, server_us[event] = answer[0]
                found += [(row, other) for other in met or ()]
    return client_us, server_us, np.array(found, np.int64).reshape(-1, 2)


def _versions(connection: psycopg.Connection) -> dict[str, str]:
    told = connection.execute("SELECT current_setting('server_version'), postgis_lib_version(), postgis_geos_version()")
    return dict(zip(("postgresql", "postgis", "geos"), told.fetchall()[0], strict=True))


def _told(given: Stream) -> Iterator[tuple[Kind, int, int, float]]:
    for kind, row, old, now_s in zip(given.kind, given.row, given.old, given.now_s, strict=True):
        yield Kind(kind), int(row), int(old), float(now_s)


def fill(connection: psycopg.Connection, world: World, count: int | None = None) -> None:
    """Load the first `count` rows, or all."""
    connection.execute(TABLE)
    rows = range(world.count if count is None else count)
    ring = shapely.to_wkb(polygons(world)[: len(rows)], hex=True)
    columns = [world.start_s, world.end_s, world.lower_m, world.upper_m]
    with connection.cursor().copy("COPY given FROM STDIN") as copy:
        for row in zip(rows, ring, *(c[: len(rows)].tolist() for c in columns), strict=True):
            copy.write_row(row)
    connection.execute(FILL)
    connection.execute("DROP TABLE given")


@contextmanager
def server() -> Iterator[str]:
    """A new server as a child of this process, so that its processor time is counted; yields its address."""
    programs = _programs()
    account = ACCOUNT if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="thalweg-pg-") as folder:
        if account:
            shutil.chown(folder, account)
        data = Path(folder) / "data"
        groups: list[str] | None = [] if account else None
        subprocess.run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "bench", "--no-sync", "-E", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=account,
            group=account,
            extra_groups=groups,
        )
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        running = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            stderr=subprocess.DEVNULL,
            cwd=folder,
            user=account,
            group=account,
            extra_groups=groups,
        )
        try:
            address = f"host={folder} user=bench dbname=postgres"
            _wait(programs, folder)
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
            yield address
        finally:
            running.send_signal(signal.SIGINT)  # "fast" shutdown: does not wait for clients
            running.wait(timeout=120)


def _wait(programs: Path, folder: str) -> None:
    for _ in range(300):
        told = subprocess.run([programs / "pg_isready", "-q", "-h", folder, "-t", "1"], check=False)
        if told.returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("the PostgreSQL server did not start")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise RuntimeError("no PostgreSQL server: apt-get install postgresql-15-postgis-3")
    return Path(on_path).parent
