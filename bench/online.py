"""The online face as a live server needs it: one busy place, no step that takes long, a quick restart.

python -m bench.online all                          everything, kept in bench/results/online.json
python -m bench.online feed --count 100000          one of them, printed
python -m bench.online restart --count 1000000

Operations in one town of 20 km, 150 to 600 m across, ten minutes to two hours long, below 180 m; so many to a day that
each conflicts with six to nine others under the built-in rules. One in three states an uncertainty.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.accounting import keep, versions
from bench.engine import ROOT
from bench.generate import FIRST_S
from bench.run import RESULTS
from thalweg.desk.check import references
from thalweg.engine import live as index
from thalweg.engine.links import Links
from thalweg.engine.online import Cancelled, Declared, Online, Tick
from thalweg.formats.theatre import default_theatre
from thalweg.geometry import kernel
from thalweg.model.declarations import EXACT, Cancellation, Declaration, Kind, Medium, Uncertainty, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Polygon, Position

Record = dict[str, Any]

_EACH_DAY = 4_500
_CHUNK = 20_000


def declaration(row: int, count: int) -> Declaration:
    """Row `row` of a busy place in which `count` are live; the same whenever it is asked for."""
    rng = np.random.default_rng([7, row])
    corners = int(rng.integers(4, 13))
    x, y = rng.uniform(-10_000.0, 10_000.0, 2)
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, corners))
    reach = rng.uniform(75.0, 300.0) * rng.uniform(0.6, 1.0, corners)
    lon = 40.14 + (x + reach * np.sin(turn)) / 90_800.0
    lat = 35.33 + (y + reach * np.cos(turn)) / 110_950.0
    start_s = FIRST_S + round(rng.uniform(0.0, max(count / _EACH_DAY, 0.5) * 86_400.0) / 60.0) * 60.0
    end_s = start_s + round(rng.uniform(600.0, 7_200.0) / 60.0) * 60.0
    low_m = 10.0 * int(rng.integers(0, 13))
    volume = Volume(
        Polygon(tuple(map(Position, lon.tolist(), lat.tolist()))),
        Window(Instant(start_s), Instant(end_s)),
        Band(low_m, low_m + 60.0, Datum.AGL),
        Uncertainty(20.0, 10.0, 60.0) if row % 3 == 0 else EXACT,
    )
    party = f"party-{row % 7}"
    return Declaration(
        Kind.OPERATION, party, f"operation {row}", (volume,), medium=Medium.AIR, declaration_id=f"row-{row}"
    )


def feed(count: int, events: int, *, described: bool) -> Record:
    """Fill up one by one, then `events` times: compare one, feed it with what was found, end one that is live."""
    said: dict[str, Declaration] = {}
    describe = references() if described else None
    online = Online(default_theatre(), declaration_of=said.__getitem__)
    filling = Watch(count)
    given = [declaration(row, count) for row in range(count + events)]
    for each in given:
        said[each.version_id] = each
    gc.collect()
    gc.freeze()
    for row in range(count):
        with filling:
            online.feed(Declared(given[row]))
    if described:
        kept = online.snapshot()
        online = Online.restore(kept, default_theatre(), declaration_of=said.__getitem__, describe=describe)
        online.compare(given[count])
    compare, take, end = (Watch(events) for _ in range(3))
    found = np.empty(events)
    rng = np.random.default_rng(11)
    living = list(range(count))
    for event in range(events):
        each = given[count + event]
        with compare:
            trial = online.compare(each)
        with take:
            change = online.feed(Declared(each), trial)
        at = int(rng.integers(0, len(living)))
        old, living[at] = given[living[at]], count + event
        cancelled = Cancellation(old.declaration_id, old.party)
        with end:
            online.feed(Cancelled(cancelled))
        found[event] = len(change.opened)
    return {
        "what": "feed described" if described else "feed",
        "subject": "thalweg",
        "count": count,
        "events": events,
        "conflicts_each": round(float(found.mean()), 2),
        "filling": filling.told(),
        "compare": compare.told(),
        "feed_compared": take.told(),
        "end": end.told(),
        "peak_mb": _peak_mb(),
        "versions": versions("thalweg", "numpy", "shapely"),
    }


def restart(count: int, events: int) -> Record:
    """A snapshot of `count` live declarations with all their links; read back by a new process, and then fed."""
    with TemporaryDirectory() as folder:
        at = Path(folder)
        began = time.perf_counter()
        online, names = _filled(count)
        filled_s = time.perf_counter() - began
        began = time.perf_counter()
        data = online.snapshot()
        snapshot_s = time.perf_counter() - began
        (at / "snapshot").write_bytes(data)
        np.save(at / "names.npy", names)
        size, links = len(data), len(_insides(online)[1].pairs()[0])
        del online, data
        done = subprocess.run(
            [sys.executable, "-m", "bench.online", "again", str(at), "--count", str(count), "--events", str(events)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        again: Record = json.loads(done.stdout.splitlines()[-1])
    return {
        "what": "restart",
        "subject": "thalweg",
        "count": count,
        "events": events,
        "open_findings": links,
        "fill_s": round(filled_s, 1),
        "snapshot_s": round(snapshot_s, 2),
        "snapshot_mb": round(size / 2**20, 1),
        **again,
        "versions": versions("thalweg", "numpy"),
    }


def again(folder: Path, count: int, events: int) -> Record:
    """The new process of `restart`."""
    names = np.load(folder / "names.npy", mmap_mode="r")
    fed: dict[str, Declaration] = {}

    def declaration_of(version: str) -> Declaration:
        if version in fed:
            return fed[version]
        at = int(np.searchsorted(names["version"], version.encode()))
        return declaration(int(names["row"][at]), count)

    before_mb = _peak_mb()
    began, processor_s = time.perf_counter(), time.process_time()
    data = (folder / "snapshot").read_bytes()
    read_s = time.perf_counter() - began
    online = Online.restore(data, default_theatre(), declaration_of=declaration_of)
    restore_s, processor_s = time.perf_counter() - began, time.process_time() - processor_s
    del data
    peak_mb = _peak_mb()
    gc.collect()
    gc.freeze()
    new = [declaration(count + event, count) for event in range(events)]
    compare, found = Watch(events), np.empty(events)
    for event, each in enumerate(new):
        fed[each.version_id] = each
        with compare:
            trial = online.compare(each)
        found[event] = len(online.feed(Declared(each), trial).opened)
    tick_s = time.perf_counter()
    ended = online.feed(Tick(Instant(FIRST_S + 86_400.0)))
    return {
        "read_s": round(read_s, 2),
        "restore_s": round(restore_s, 2),
        "restore_processor_s": round(processor_s, 2),
        "peak_mb": peak_mb,
        "before_mb": before_mb,
        "compare_afterwards_with_declarations_made_anew": compare.told(),
        "conflicts_each": round(float(found.mean()), 2),
        "a_day_over_s": round(time.perf_counter() - tick_s, 2),
        "findings_closed_then": len(ended.closed),
    }


def _filled(count: int) -> tuple[Online, Any]:
    """Loaded chunk by chunk, for a million as values at once are more than the memory; the links from one batch."""
    theatre = default_theatre()
    online = Online(theatre, declaration_of=lambda version: declaration(rows[version], count))
    rows: dict[str, int] = {}
    for chunk in _chunks(count):
        given = [declaration(row, count) for row in chunk]
        rows |= {each.version_id: row for each, row in zip(given, chunk, strict=True)}
        online.load(given, [])
    live, links, matrix, growth = _insides(online)
    table, numbers = live.columns()
    with patch.multiple(index, _SHELF=1 << 40, _VERTICES=1 << 40):  # all in one table, to find the pairs at once
        whole = index.Live(matrix, growth)
        whole.restore(table)
    parts = next(whole.tables())[0]
    pairs = kernel.batch(parts, matrix, growth)
    first, second = (numbers[parts.declaration[rows]] for rows in (pairs.a, pairs.b))
    links.load(first, second, pairs.rule.astype(np.int64), count)
    names = np.array(
        sorted((version.encode(), row) for version, row in rows.items()), [("version", "S34"), ("row", "i8")]
    )
    return online, names


def _insides(online: Online) -> tuple[index.Live, Links, kernel.Matrix, kernel.Growth]:
    """A million feeds would take a quarter of an hour: so the links are put where they belong."""
    live = online._live  # noqa: SLF001  as said above
    assert live is not None
    return live, online._links, online._matrix, online._growth  # noqa: SLF001  as said above


def _chunks(count: int) -> Iterator[range]:
    for first in range(0, count, _CHUNK):
        yield range(first, min(first + _CHUNK, count))


class Watch:
    """What each of a number of blocks took: on the clock, which measures others on the same machine too, and of this
    thread's processor."""

    def __init__(self, blocks: int) -> None:
        self._us = np.empty((2, blocks))
        self._at = 0
        self._began = (0, 0)

    def __enter__(self) -> None:
        self._began = time.perf_counter_ns(), time.thread_time_ns()

    def __exit__(self, *_: object) -> None:
        thread, clock = time.thread_time_ns(), time.perf_counter_ns()
        self._us[:, self._at] = (clock - self._began[0]) / 1e3, (thread - self._began[1]) / 1e3
        self._at += 1

    def told(self) -> dict[str, dict[str, float]]:
        """Percentiles in microseconds."""
        return {
            name: {
                **{f"p{q}_us": round(float(np.percentile(spent_us, q)), 1) for q in (50, 90, 99)},
                "max_us": round(float(spent_us.max()), 1),
            }
            for name, spent_us in zip(("clock", "processor"), self._us[:, : self._at], strict=True)
        }


def _peak_mb() -> float:
    """Of this process alone: what getrusage says is inherited from a parent that was larger."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024.0, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one_feed = commands.add_parser("feed")
    one_feed.add_argument("--described", action="store_true")
    one_restart = commands.add_parser("restart")
    one_again = commands.add_parser("again")
    one_again.add_argument("folder", type=Path)
    for each, count, events in ((one_feed, 10_000, 2_000), (one_restart, 1_000_000, 1_000), (one_again, 0, 0)):
        each.add_argument("--count", type=int, default=count)
        each.add_argument("--events", type=int, default=events)
    everything = commands.add_parser("all")
    everything.add_argument("--date", default=datetime.now(tz=UTC).date().isoformat())
    everything.add_argument("--out", type=Path, default=RESULTS / "online.json")
    everything.add_argument("--parts", default="feed,feed --described,feed --count 100000,restart")
    told = parser.parse_args()
    if told.command == "all":
        for part in told.parts.split(","):
            command = [sys.executable, "-m", "bench.online", *part.split()]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
            record: Record = json.loads(done.stdout.splitlines()[-1])
            keep(told.out, told.date, [record], ("what", "subject", "count"))
            print(json.dumps({k: v for k, v in record.items() if k != "versions"}), flush=True)
        return 0
    if told.command == "feed":
        print(json.dumps(feed(told.count, told.events, described=told.described)))
    elif told.command == "restart":
        print(json.dumps(restart(told.count, told.events)))
    else:
        print(json.dumps(again(told.folder, told.count, told.events)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
