"""Thalweg's engine, asked by the benchmarks. `find` has the shape of a peer's."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench.accounting import Meter
from bench.generate import Floats, Ints, Pairs, World, canonical
from bench.stream import Kind as Event
from bench.stream import Stream
from thalweg.engine import explain as explaining
from thalweg.engine.batch import batch
from thalweg.engine.columns import Columns, assemble, pack
from thalweg.engine.ends import Ends
from thalweg.engine.live import Live
from thalweg.engine.online import Cancelled, Declared, Online, Tick
from thalweg.geometry import kernel
from thalweg.model.declarations import EXACT, Cancellation, Declaration, Kind, Medium, Uncertainty, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Polygon, Position
from thalweg.model.theatre import KindOf, Margin, Relation, Rule, Selector, Theatre

PACKAGES = ("thalweg", "numpy")

COMMAND = (sys.executable, "-m", "thalweg")
KIND = KindOf(Kind.OPERATION, None, Medium.AIR)
NO_MARGIN = Margin()
MARGIN = Margin(horizontal_m=500.0, vertical_m=150.0, time_s=900.0)


def theatre(*, margins: bool) -> Theatre:
    """Operations keep apart: by nothing, or by the margins of a plausible air rule."""
    anyone = Selector(Kind.OPERATION)
    margin = MARGIN if margins else NO_MARGIN
    return Theatre("bench", (Rule("apart", anyone, anyone, Relation.NOT_PERMITTED, margin),))


def columns(world: World, *, margins: bool) -> Columns:
    """The world's declarations as the engine's columns; with margins, with their stated uncertainties too."""
    count = world.count
    bounds: dict[str, Any] = {"u": world.horizontal_m, "zu": world.vertical_m, "tu": world.time_s} if margins else {}
    return assemble(
        first=world.offsets,
        closed=np.ones(count, np.uint8),
        lon=world.lon_deg,
        lat=world.lat_deg,
        string=np.arange(count + 1),
        core=np.full(count, kernel.AREA, np.uint8),
        declaration=np.arange(count, dtype=np.int32),
        kind=np.zeros(count, np.int32),
        party=np.zeros(count, np.int32),
        kinds=(KIND,),
        parties=("anyone",),
        t0=world.start_s,
        t1=world.end_s,
        lower=world.lower_m,
        upper=world.upper_m,
        **bounds,
    )


def find(world: World, meter: Meter, *, margins: bool) -> Pairs:
    rules = theatre(margins=margins)
    with meter.phase("assemble"):
        given = columns(world, margins=margins)
    with meter.phase("join"):
        matrix, _ = given.matrix(rules)
        found = kernel.batch(given.parts, matrix, given.growth(matrix))
    with meter.phase("fetch"):
        declaration = given.parts.declaration
        return np.column_stack([declaration[found.a], declaration[found.b]]).astype(np.int64)


def replay(world: World, given: Stream, meter: Meter) -> tuple[Floats, Floats, Pairs, bool]:
    """Replay a history on the engine's index of what is live, fed with prepared columns.

    Microseconds of each event on the clock and on this thread's processor, the pairs told, and whether the open
    pairs at the end are those of a batch over what is live then.
    """
    with meter.phase("load"):
        source = columns(part_of(world, np.arange(given.live, world.count)), margins=False).parts
        first = columns(part_of(world, np.arange(given.live)), margins=False)
        matrix, _ = first.matrix(theatre(margins=False))
    with meter.phase("index"):
        live = Live(matrix, first.growth(matrix))
        live.load(first.parts, np.arange(given.live), first.parts.kind, first.parts.party)
        del first
        end_s = world.end_s.tolist()
        ends: Ends[int] = Ends()
        for member in range(given.live):
            ends.add(end_s[member], member)
        present = bytearray(b"\1" * given.live + b"\0" * (world.count - given.live))
    count = len(given.kind)
    spent_us, thread_us = np.empty(count), np.empty(count)
    told: list[Pairs] = []
    history = zip(given.kind.tolist(), given.row.tolist(), given.old.tolist(), given.now_s.tolist(), strict=True)
    with meter.phase("feed"):
        for event, (kind, row, old, now_s) in enumerate(history):
            clock, thread = time.perf_counter_ns(), time.thread_time_ns()
            if kind == Event.TICK:
                for member in ends.until(now_s):
                    if present[member]:
                        present[member] = 0
                        live.remove(member)
            if old >= 0:
                present[old] = 0
                live.remove(old)
            if row >= 0:
                spare = row - given.live
                met = live.meet(source, (spare, spare + 1), kind=0, party=0, rank=row)
                pairs, declaration = met.pairs, met.parts.declaration
                about = np.column_stack([met.numbers[declaration[pairs.a]], met.numbers[declaration[pairs.b]]])
                live.add(source, (spare, spare + 1), row, kind=0, party=0, rank=row)
                present[row] = 1
                ends.add(end_s[row], row)
            thread_us[event] = (time.thread_time_ns() - thread) / 1e3
            spent_us[event] = (time.perf_counter_ns() - clock) / 1e3
            if row >= 0:
                told.append(np.where(about < 0, row, about))
    found = np.concatenate(told) if told else np.empty((0, 2), np.int64)
    return spent_us, thread_us, found, _agrees(world, given, found)


def replay_explained(world: World, given: Stream, meter: Meter) -> tuple[Floats, Floats, Pairs, bool]:
    """The same through the public face, from declarations to findings with their sentences."""
    rules = theatre(margins=False)
    with meter.phase("load"):
        said = declarations(world, range(world.count))
        row_of = {each.version_id: row for row, each in enumerate(said)}
    online = Online(rules)
    with meter.phase("index"):
        for each in said[: given.live]:
            online.feed(Declared(each))
    count = len(given.kind)
    spent_us, thread_us = np.empty(count), np.empty(count)
    told: list[tuple[int, int]] = []
    with meter.phase("feed"):
        for event in range(count):
            row, old = int(given.row[event]), int(given.old[event])
            events: list[Declared | Cancelled | Tick] = []
            if given.kind[event] == Event.TICK:
                events.append(Tick(Instant(float(given.now_s[event]))))
            if old >= 0:
                events.append(Cancelled(Cancellation(said[old].declaration_id, said[old].party)))
            if row >= 0:
                events.append(Declared(said[row]))
            clock, thread = time.perf_counter_ns(), time.thread_time_ns()
            changes = [online.feed(each) for each in events]
            thread_us[event] = (time.thread_time_ns() - thread) / 1e3
            spent_us[event] = (time.perf_counter_ns() - clock) / 1e3
            told += [
                (row_of[finding.versions[0]], row_of[finding.versions[1]])
                for change in changes
                for finding in change.opened
            ]
    still = [said[row] for row in np.flatnonzero(given.still)]
    agrees = {each.id for each in online.findings} == {each.id for each in batch(still, rules)}
    return spent_us, thread_us, np.array(told, np.int64).reshape(-1, 2), agrees


def explain(world: World, meter: Meter, *, margins: bool) -> int:
    """Findings with all that a person is told; the pairs are known already. Returns how many there are."""
    rules = theatre(margins=margins)
    with meter.phase("load"):
        said = declarations(world, range(world.count), margins=margins)
        given = pack(said, rules)
    with meter.phase("join"):
        matrix, named = given.matrix(rules)
        pairs = kernel.batch(given.parts, matrix, given.growth(matrix))
    with meter.phase("explain"):
        return len(explaining.findings(said, given, matrix, named, pairs, explaining.Words(rules, named), None))


def part_of(world: World, rows: Ints) -> World:
    """The world of some of the rows only, in that order."""
    counts = np.diff(world.offsets)[rows]
    offsets = np.append(0, np.cumsum(counts))
    vertices = np.repeat(world.offsets[rows] - offsets[:-1], counts) + np.arange(offsets[-1])
    chosen: dict[str, Any] = {"offsets": offsets}
    for column in fields(World):
        if column.name != "offsets":
            given = getattr(world, column.name)
            picked = vertices if column.name in ("lon_deg", "lat_deg", "x_m", "y_m") else rows
            chosen[column.name] = given[picked] if len(given) else given
    return World(**chosen)


def declarations(world: World, rows: Iterable[int], *, margins: bool = False) -> list[Declaration]:
    """The rows as the model's values."""
    return [
        Declaration(
            kind=KIND.kind,
            medium=KIND.medium,
            party="anyone",
            declaration_id=f"row-{row}",
            volumes=(
                Volume(
                    Polygon(tuple(Position(*at) for at in _ring(world, row))),
                    Window(Instant(float(world.start_s[row])), Instant(float(world.end_s[row]))),
                    Band(float(world.lower_m[row]), float(world.upper_m[row]), Datum.WGS84),
                    Uncertainty(world.horizontal_m[row], world.vertical_m[row], world.time_s[row])
                    if margins
                    else EXACT,
                ),
            ),
        )
        for row in rows
    ]


def as_geojson(world: World, rows: Iterable[int]) -> dict[str, Any]:
    """The rows as a file that `thalweg check` reads; parties in turn, so that they are others to each other."""
    features = []
    for row in rows:
        ring = _ring(world, row)
        features.append(
            {
                "type": "Feature",
                "id": f"row-{row}",
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
                "properties": {
                    "kind": "operation",
                    "medium": "air",
                    "party": f"party-{row % 3}",
                    "start": _told(world.start_s[row]),
                    "end": _told(world.end_s[row]),
                    "lower": f"{world.lower_m[row]:g} m WGS84",
                    "upper": f"{world.upper_m[row]:g} m WGS84",
                },
            }
        )
    return {"type": "FeatureCollection", "edges": "geodesic", "features": features}


def _ring(world: World, row: int) -> list[tuple[float, float]]:
    at = slice(world.offsets[row], world.offsets[row + 1])
    return list(zip(world.lon_deg[at].tolist(), world.lat_deg[at].tolist(), strict=True))


def _told(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()


def _agrees(world: World, given: Stream, found: Pairs) -> bool:
    """Are the pairs told, of what is still live, those of a batch over it that the history could have told?"""
    rows = np.flatnonzero(given.still)
    last = columns(part_of(world, rows), margins=False)
    matrix, _ = last.matrix(theatre(margins=False))
    pairs = kernel.batch(last.parts, matrix, last.growth(matrix))
    expected = np.column_stack([rows[pairs.a], rows[pairs.b]])
    expected = expected[(expected >= given.live).any(axis=1)]
    still = found[given.still[found].all(axis=1)]
    return np.array_equal(canonical(expected), canonical(still))
