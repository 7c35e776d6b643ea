"""The benchmarks are only worth what their world and their referee are worth."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from bench import adapter, chart, generate, online
from bench.accounting import Meter
from bench.peers import strtree
from bench.peers.polygons import polygons
from bench.stream import Kind, latencies, stream

from thalweg.engine import batch
from thalweg.formats.theatre import default_theatre


@pytest.fixture(scope="module")
def world() -> generate.World:
    return generate.world(1_500, seed=7)


def brute_force(world: generate.World) -> generate.Pairs:
    """Every pair, tested one by one in the plane."""
    a, b = np.triu_indices(world.count, 1)
    keep = (world.start_s[a] < world.end_s[b]) & (world.start_s[b] < world.end_s[a])
    keep &= (world.lower_m[a] <= world.upper_m[b]) & (world.lower_m[b] <= world.upper_m[a])
    a, b = a[keep], b[keep]
    shapes = polygons(world)
    hit = shapely.intersects(shapes[a], shapes[b])
    return np.column_stack([a[hit], b[hit]])


def test_the_same_seed_draws_the_same_world_and_another_seed_another(world: generate.World) -> None:
    again, other = generate.world(1_500, seed=7), generate.world(1_500, seed=8)
    assert np.array_equal(world.lon_deg, again.lon_deg)
    assert np.array_equal(world.start_s, again.start_s)
    assert not np.array_equal(world.start_s, other.start_s)


def test_every_ring_is_simple_with_4_to_40_corners_and_is_at_most_20_km_across(world: generate.World) -> None:
    shapes = polygons(world)
    assert shapely.is_valid(shapes).all()
    corners = np.diff(world.offsets)
    assert corners.min() == 4
    assert corners.max() == 40
    across_m = 2.0 * shapely.minimum_bounding_radius(shapes)
    assert across_m.max() <= 20_000.0
    convex = shapely.area(shapes) > 0.999 * shapely.area(shapely.convex_hull(shapes))
    assert convex.mean() < 0.1


def test_windows_last_10_minutes_to_12_hours_within_the_week(world: generate.World) -> None:
    lasts_s = world.end_s - world.start_s
    assert lasts_s.min() >= 600.0
    assert lasts_s.max() <= 43_200.0
    assert world.start_s.min() >= generate.FIRST_S
    assert world.end_s.max() <= generate.FIRST_S + generate.WEEK_S


def test_a_four_dimensional_test_hands_on_dozens_of_times_fewer_pairs(world: generate.World) -> None:
    told = generate.statistics(world)
    assert 50.0 < told["ratio_2d_to_4d"] < 120.0


def test_slabs_find_what_brute_force_finds_each_pair_once(world: generate.World) -> None:
    expected = generate.canonical(brute_force(world))
    for slab_h, slab_m in [(0.0, 0.0), (6.0, 0.0), (5.0, 1_700.0), (0.0, 900.0)]:
        found = strtree.find(world, Meter(), slab_h=slab_h, slab_m=slab_m)
        assert np.array_equal(generate.canonical(found), expected)


def test_pairs_in_any_order_have_one_digest_and_a_missing_pair_another() -> None:
    pairs = np.array([[3, 1], [0, 2], [5, 4]])
    assert generate.digest(pairs) == generate.digest(pairs[::-1, ::-1])
    assert generate.digest(pairs) != generate.digest(pairs[1:])
    assert generate.digest(np.empty((0, 2), np.int64)) == generate.digest(np.empty((0, 2), np.int64))


def test_a_stream_replaces_and_cancels_only_what_is_live(world: generate.World) -> None:
    given = stream(world, live=1_000, events=400, seed=3)
    live = set(range(1_000))
    for kind, row, old, now_s in zip(given.kind, given.row, given.old, given.now_s, strict=True):
        live = {member for member in live if world.end_s[member] > now_s}
        if kind in (Kind.REPLACE, Kind.CANCEL):
            live.remove(int(old))
        if kind in (Kind.DECLARE, Kind.REPLACE):
            assert row not in live
            live.add(int(row))
    assert live == set(np.flatnonzero(given.still).tolist())


def test_latencies_are_told_for_all_events_and_for_each_kind(world: generate.World) -> None:
    given = stream(world, live=1_000, events=400, seed=3)
    told = latencies(given, np.arange(400, dtype=float))
    assert told["all"]["events"] == 400
    assert told["all"]["p50_us"] == pytest.approx(199.5)
    assert sum(told[kind.name.lower()]["events"] for kind in Kind) == 400


def test_processor_time_of_children_is_counted() -> None:
    import subprocess
    import sys

    meter = Meter()
    with meter.phase("join"):
        subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True)
    assert meter.counted_cpu_s() > 0.02
    assert meter.peak_mb > 5.0


def test_the_engine_finds_on_the_ellipsoid_what_brute_force_finds_in_the_plane(world: generate.World) -> None:
    found = adapter.find(world, Meter(), margins=False)
    assert np.array_equal(generate.canonical(found), generate.canonical(brute_force(world)))


def test_margins_and_uncertainty_only_add_pairs(world: generate.World) -> None:
    plain = {tuple(pair) for pair in generate.canonical(adapter.find(world, Meter(), margins=False)).tolist()}
    wide = {tuple(pair) for pair in generate.canonical(adapter.find(world, Meter(), margins=True)).tolist()}
    assert plain < wide


def test_a_replayed_history_ends_where_a_batch_over_what_is_left_begins(world: generate.World) -> None:
    given = stream(world, live=1_100, events=400, seed=5)
    _, _, found, agrees = adapter.replay(world, given, Meter())
    assert agrees
    _, _, explained, agrees = adapter.replay_explained(world, given, Meter())
    assert agrees
    assert np.array_equal(generate.canonical(found), generate.canonical(explained))


def test_the_engine_of_a_restart_has_every_finding_of_its_busy_place() -> None:
    filled, names = online._filled(1_500)
    said = [online.declaration(row, 1_500) for row in range(1_500)]
    assert sorted(zip(names["version"].tolist(), names["row"].tolist(), strict=True)) == sorted(
        (each.version_id.encode(), row) for row, each in enumerate(said)
    )
    a, b, _ = online._insides(filled)[1].pairs()
    told = {frozenset((filled.versions[i], filled.versions[j])) for i, j in zip(a.tolist(), b.tolist(), strict=True)}
    assert told == {frozenset(finding.versions) for finding in batch(said, default_theatre())}


def test_the_busy_place_is_told_in_a_table() -> None:
    record = online.feed(300, 20, described=False) | {"date": "2017-09-16", "commit": "c"}
    page = chart.served({"cores": 2, "cpu": "a processor"}, [record])
    assert "| without | 300 | " in page
    assert record["conflicts_each"] > 0
