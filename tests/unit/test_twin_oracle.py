"""The oracle against published numbers, against itself the even slower way, and against hand-worked cases."""

from __future__ import annotations

import math
import random

import pytest

from tests.twin.moving import closest_together_m, closest_within_m, legs, position_at
from tests.twin.oracle import (
    Edge,
    at_least_m,
    direct,
    distance_m,
    edge,
    edge_to_edge_m,
    edges_apart_at_least_m,
    foot_m,
    gap_m,
    in_polygon,
    point_to_edge_m,
    region,
    side_of,
    signed_gap_m,
    winds_around,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Ring,
    Route,
    Waypoint,
)

PLACES = [(40.14, 35.33), (179.95, 10.0), (-179.99, -66.5), (12.0, 89.6), (-40.0, -89.8), (0.0, 0.0)]


def ring_about(centre: Position, radius_m: float, corners: int, *, turn: float = 0.0) -> Ring:
    return tuple(direct(centre, turn + 360.0 * k / corners, radius_m) for k in range(corners))


def slowest_point_to_edge_m(p: Position, e: Edge, *, within_m: float) -> float:
    """By halving: a stretch of half-length w cannot be nearer than its middle less w."""
    best = min(distance_m(p, e.a), distance_m(p, e.b))
    stretches = [(0.0, e.length_m)]
    while stretches:
        low, high = stretches.pop()
        middle = (low + high) / 2.0
        away = distance_m(p, e.at(middle))
        best = min(best, away)
        if away - (high - low) / 2.0 < best - within_m:
            stretches += [(low, middle), (middle, high)]
    return best


def test_published_geodesics_come_out_to_the_nanometre() -> None:
    # C. F. F. Karney, GeographicLib, GeodTest.dat: lat1 azi1 (lon1 = 0), lat2 lon2, s12.
    for lat1, azi1, lat2, lon2, s12 in [
        (36.530042355041, 176.125875162171, -48.164270779097, 5.762344694677, 9398502.0434687),
    ]:
        reached = direct(Position(0.0, lat1), azi1, s12)
        assert abs(reached.lat - lat2) < 1e-10
        assert abs(reached.lon - lon2) < 1e-10
        assert abs(distance_m(Position(0.0, lat1), Position(lon2, lat2)) - s12) < 1e-6


def test_the_quarter_meridian_and_the_equator_have_their_known_lengths() -> None:
    assert abs(distance_m(Position(7.0, 0.0), Position(7.0, 90.0)) - 10_001_965.729) < 1e-3
    assert abs(distance_m(Position(0.0, 0.0), Position(1.0, 0.0)) - 6378137.0 * math.pi / 180.0) < 1e-6


def test_vincentys_line_from_flinders_peak_to_buninyong_is_54972_271_metres() -> None:
    # Geocentric Datum of Australia technical manual, worked example on GRS80, whose flattening differs from
    # that of WGS84 in the tenth digit: the length agrees to the millimetre.
    flinders = Position(144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600))
    buninyong = Position(143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600))
    assert abs(distance_m(flinders, buninyong) - 54_972.271) < 1e-3


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_the_foot_on_an_edge_is_where_dense_halving_finds_it(lon: float, lat: float) -> None:
    rng = random.Random(f"{lon} {lat}")
    centre = Position(lon, lat)
    for length_m in (50.0, 5e3, 5e5):
        for _ in range(4):
            e = edge(
                direct(centre, rng.uniform(0, 360), rng.uniform(0, length_m)),
                direct(centre, rng.uniform(0, 360), rng.uniform(0, length_m)),
            )
            p = direct(centre, rng.uniform(0, 360), rng.uniform(0, length_m))
            within_m = max(0.01, length_m * 1e-6)
            assert abs(point_to_edge_m(p, e) - slowest_point_to_edge_m(p, e, within_m=within_m)) < 1.1 * within_m


def test_two_edges_that_do_not_cross_come_closest_at_an_end() -> None:
    rng = random.Random(2)
    for lon, lat in PLACES:
        centre = Position(lon, lat)
        for size_m in (3e3, 3e5):
            corners = [direct(centre, rng.uniform(0, 360), size_m * rng.random()) for _ in range(4)]
            e, f = edge(corners[0], corners[1]), edge(corners[2], corners[3])
            claimed = edge_to_edge_m(e, f)
            sampled = min(point_to_edge_m(e.at(e.length_m * k / 40.0), f) for k in range(41))
            assert claimed <= sampled + 1e-4
            assert sampled <= claimed + e.length_m / 80.0 + 1e-4


def test_the_bounds_that_skip_work_never_exceed_the_distance() -> None:
    rng = random.Random(3)
    for _ in range(400):
        a = Position(rng.uniform(-180, 180), math.degrees(math.asin(rng.uniform(-1, 1))))
        b = direct(a, rng.uniform(0, 360), 10 ** rng.uniform(-1, 7))
        assert at_least_m(a, b) <= distance_m(a, b) * (1 + 1e-9) + 1e-6
        c, d = direct(a, rng.uniform(0, 360), 2e4), direct(b, rng.uniform(0, 360), 1e4)
        assert edges_apart_at_least_m(edge(a, c), edge(b, d)) <= edge_to_edge_m(edge(a, c), edge(b, d)) + 1e-3


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_a_point_is_inside_a_ring_when_it_is_nearer_to_its_middle_than_every_edge(lon: float, lat: float) -> None:
    centre = Position(lon, lat)
    for radius_m in (200.0, 40e3, 500e3):
        ring = ring_about(centre, radius_m, 7, turn=11.0)
        inner_m = min(point_to_edge_m(centre, edge(a, b)) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
        for azimuth in range(0, 360, 17):
            assert winds_around(ring, direct(centre, azimuth, inner_m * 0.999))
            assert winds_around(tuple(reversed(ring)), direct(centre, azimuth, inner_m * 0.999))
            assert not winds_around(ring, direct(centre, azimuth, radius_m * 1.001))
        assert not winds_around(ring, direct(centre, 45.0, 8e6))


def test_the_inside_of_a_ring_around_the_pole_is_the_side_with_the_pole() -> None:
    cap = Polygon(tuple(Position(lon, 70.0) for lon in (-180.0, -90.0, 0.0, 90.0)))
    assert in_polygon(Position(0.0, 90.0), cap)
    assert in_polygon(Position(123.0, 90.0), cap)
    assert in_polygon(Position(37.0, 84.0), cap)
    # The geodesic between 0 and 90 east bulges towards the pole: 75.6 degrees north is its highest.
    assert not in_polygon(Position(45.0, 72.0), cap)
    assert in_polygon(Position(45.0, 76.0), cap)
    assert not in_polygon(Position(0.0, -90.0), cap)
    assert not in_polygon(Position(0.0, -80.0), cap)


def test_a_hole_is_outside_and_its_rim_is_inside() -> None:
    centre = Position(179.99, 5.0)
    ring, hole = ring_about(centre, 2000.0, 6), ring_about(centre, 500.0, 6)
    yard = Polygon(ring, (hole,))
    assert not in_polygon(centre, yard)
    assert in_polygon(direct(centre, 30.0, 1000.0), yard)
    rim_m = min(point_to_edge_m(centre, edge(a, b)) for a, b in zip(hole, (*hole[1:], hole[0]), strict=True))
    assert abs(gap_m(region(Point(centre)), region(yard)) - rim_m) < 1e-6
    # A disc in the hole that is small stays clear, one that is larger than the hole does not.
    assert gap_m(region(Circle(centre, rim_m - 1.0)), region(yard)) == pytest.approx(1.0, abs=1e-6)
    assert gap_m(region(Circle(centre, rim_m + 1.0)), region(yard)) == 0.0


def test_diagonal_neighbours_whose_boxes_overlap_are_apart() -> None:
    upper = Polygon((Position(40.0, 35.0), Position(40.1, 35.1), Position(40.0, 35.1)))
    lower = Polygon((Position(40.02, 35.0), Position(40.12, 35.0), Position(40.12, 35.1)))
    away_m = gap_m(region(upper), region(lower))
    # In the plane: the diagonal of a box of 9.12 km by 11.09 km, shifted by 1.82 km eastward.
    assert 1300.0 < away_m < 1500.0


@pytest.mark.parametrize("lat", [0.0, 30.0, 60.0, 85.0, 89.9, -89.9])
@pytest.mark.parametrize("azimuth", [0.0, 45.0, 133.0, 270.0])
def test_a_buffer_is_the_same_at_every_latitude_and_bearing(lat: float, azimuth: float) -> None:
    centre = Position(179.999, lat)
    disc = region(Circle(centre, 500.0))
    assert gap_m(disc, region(Point(direct(centre, azimuth, 1500.0)))) == pytest.approx(1000.0, abs=1e-6)
    assert signed_gap_m(disc, region(Point(direct(centre, azimuth, 400.0)))) == pytest.approx(-100.0, abs=1e-6)
    track = Corridor((centre, direct(centre, azimuth, 20e3)), 500.0)
    beside = direct(direct(centre, azimuth, 10e3), edge(*track.path).heading(10e3)[1] + 90.0, 1500.0)
    assert gap_m(region(track), region(Point(beside))) == pytest.approx(1000.0, abs=1e-3)


def test_one_inside_another_has_no_gap_and_a_depth() -> None:
    centre = Position(-179.9999, -45.0)
    big, small = Polygon(ring_about(centre, 5e3, 5)), Polygon(ring_about(centre, 50.0, 5))
    assert gap_m(region(big), region(small)) == 0.0
    assert gap_m(region(small), region(big)) == 0.0
    assert signed_gap_m(region(small), region(big)) < -3000.0


def test_a_multipolygon_is_as_near_as_its_nearest_part() -> None:
    here, there = Position(10.0, 50.0), Position(11.0, 50.0)
    parts = MultiPolygon((Polygon(ring_about(here, 100.0, 4)), Polygon(ring_about(there, 100.0, 4))))
    assert gap_m(region(parts), region(Circle(there, 1.0))) == 0.0
    assert gap_m(region(parts), region(Point(direct(here, 0.0, 350.0)))) == pytest.approx(250.0, abs=1e-6)


def test_sides_of_a_line_are_told_along_it_at_its_bends_and_not_beyond_its_ends() -> None:
    line = region(Path((Position(40.0, 35.0), Position(40.0, 35.1), Position(40.1, 35.1)))).edges
    assert side_of(Position(39.99, 35.05), line) == 1
    assert side_of(Position(40.01, 35.05), line) == -1
    assert side_of(Position(39.99, 35.11), line) == 1  # outside the bend
    assert side_of(Position(40.05, 35.11), line) == 1
    assert side_of(Position(40.02, 35.08), line) == -1  # inside the bend
    assert side_of(Position(40.0, 34.99), line) == 0
    assert side_of(Position(40.01, 34.99), line) == 0
    assert side_of(Position(40.11, 35.101), line) == 0


def test_a_foot_stays_on_the_edge() -> None:
    e = edge(Position(0.0, 10.0), Position(1.0, 10.0))
    assert foot_m(Position(-1.0, 10.0), e) == 0.0
    assert foot_m(Position(2.0, 10.0), e) == e.length_m


def test_two_aircraft_that_meet_head_on_pass_at_the_offset_of_their_tracks() -> None:
    start, end = Position(40.0, 35.0), Position(40.5, 35.0)
    one = Route((Waypoint(start, Instant(0.0)), Waypoint(end, Instant(300.0))))
    other = Route((Waypoint(end, Instant(0.0)), Waypoint(start, Instant(300.0))))
    assert distance_m(position_at(one, 150.0), position_at(other, 150.0)) < 1e-3
    assert closest_together_m(legs(one)[0], legs(other)[0], -math.inf, math.inf) < 1e-2
    # 200 s later the second is at that place after the first has left it.
    late = Route((Waypoint(end, Instant(400.0)), Waypoint(start, Instant(700.0))))
    assert closest_together_m(legs(one)[0], legs(late)[0], -math.inf, math.inf) == math.inf
    assert closest_within_m(legs(one)[0], legs(late)[0], 101.0, -math.inf, math.inf) < 1e-2
    assert closest_within_m(legs(one)[0], legs(late)[0], 99.0, -math.inf, math.inf) == math.inf


def test_crossing_tracks_are_near_in_space_and_far_in_time() -> None:
    centre = Position(0.0, 60.0)
    west, east = direct(centre, 270.0, 10e3), direct(centre, 90.0, 10e3)
    south, north = direct(centre, 180.0, 10e3), direct(centre, 0.0, 10e3)
    first = Route((Waypoint(west, Instant(0.0)), Waypoint(east, Instant(200.0))))  # 100 m/s
    second = Route((Waypoint(south, Instant(50.0)), Waypoint(north, Instant(250.0))))
    # At 100 s the first is at the crossing, the second 5 km short of it; both at 100 m/s, the closest is
    # where both are 2.5 km away: 2.5 km times the square root of 2.
    together = closest_together_m(legs(first)[0], legs(second)[0], -math.inf, math.inf)
    assert together == pytest.approx(2500.0 * math.sqrt(2.0), abs=0.5)
    assert closest_within_m(legs(first)[0], legs(second)[0], 50.5, -math.inf, math.inf) < 0.1
    # Within 30 s the gap shrinks to that of a delay of 20 s: 1 km times the square root of 2.
    within = closest_within_m(legs(first)[0], legs(second)[0], 30.0, -math.inf, math.inf)
    assert within == pytest.approx(1000.0 * math.sqrt(2.0), abs=0.5)


def test_heights_that_cross_before_the_tracks_do_keep_them_apart() -> None:
    centre = Position(100.0, -30.0)
    west, east = direct(centre, 270.0, 10e3), direct(centre, 90.0, 10e3)
    climb = Route((Waypoint(west, Instant(0.0), 0.0), Waypoint(east, Instant(200.0), 2000.0)))
    level = Route((Waypoint(east, Instant(0.0), 500.0), Waypoint(west, Instant(200.0), 500.0)))
    # They meet at 100 s at 1,000 m against 500 m. The heights are within 300 m from 20 s to 80 s; at 80 s
    # the tracks are 2 * 20 s * 100 m/s = 4 km apart.
    assert closest_together_m(legs(climb)[0], legs(level)[0], -300.0, 300.0) == pytest.approx(4000.0, abs=1.0)
    assert closest_together_m(legs(climb)[0], legs(level)[0], -501.0, 501.0) < 0.1
    # Within 10 s of each other: the climber as it leaves 800 m at 80 s, the other of 90 s.
    within = closest_within_m(legs(climb)[0], legs(level)[0], 10.0, -300.0, 300.0)
    assert within == pytest.approx(3000.0, abs=1.0)
