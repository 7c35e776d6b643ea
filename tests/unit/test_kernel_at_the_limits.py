"""The kernel where a distance, a height or a time is exactly what a rule asks, and where things are large."""

from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from thalweg.engine import batch
from thalweg.geometry import kernel
from thalweg.model.declarations import Declaration, Kind, Uncertainty, Volume
from thalweg.model.findings import Certainty
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, MultiPolygon, Point, Polygon, Position, Route, Shape, Waypoint
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

EXACT = Uncertainty()


def apart(horizontal_m: float = 0.0, vertical_m: float | None = 0.0, time_s: float = 0.0) -> Theatre:
    margin = Margin(horizontal_m, vertical_m, time_s)
    return Theatre("limits", (Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, margin),))


def area(
    party: str, shape: Shape, window: Window = ALWAYS, band: Band | None = None, known: Uncertainty = EXACT
) -> Declaration:
    return Declaration(Kind.OPERATION, party, party, (Volume(shape, window, band, known),))


def flight(party: str, *points: tuple[float, float, float, float | None]) -> Declaration:
    """Way-points as longitude, latitude, seconds, metres."""
    route = Route(tuple(Waypoint(Position(x, y), Instant(t), z) for x, y, t, z in points), 0.0, Datum.WGS84)
    window = Window(route.waypoints[0].time, route.waypoints[-1].time)
    return Declaration(Kind.MOVEMENT, party, party, (Volume(route, window),))


def ring(lon: float, lat: float, radius_m: float, vertices: int = 24) -> tuple[Position, ...]:
    turns = [Geodesic.WGS84.Direct(lat, lon, 360.0 * k / vertices, radius_m) for k in range(vertices)]
    return tuple(Position(each["lon2"], each["lat2"]) for each in turns)


@pytest.mark.parametrize("radius_m", [50e3, 100e3, 250e3, 499e3, 2e6, 4.9e6])
@pytest.mark.parametrize("bearing", [0.0, 77.0, 200.0])
def test_a_wide_circle_ends_where_the_geodesic_ends(radius_m: float, bearing: float) -> None:
    """R1. The chord is shorter than the arc by 130 m in 500 km: what is outside stays outside."""
    for off_m in (-10.0, -0.1, 0.1, 10.0):
        at = Geodesic.WGS84.Direct(35.0, 40.0, bearing, radius_m + off_m)
        world = (
            area("a", Circle(Position(40.0, 35.0), radius_m)),
            area("b", Point(Position(at["lon2"], at["lat2"]))),
        )
        assert bool(batch(world, apart())) is (off_m < 0.0), off_m


def test_level_flights_exactly_one_separation_apart_do_not_conflict() -> None:
    """R28. A gap of 300 m is not less than 300 m, whether the two are compared together or within a time margin."""
    low = flight("a", (40.0, 35.0, 0.0, 1000.0), (40.1, 35.0, 600.0, 1000.0))
    for above, conflict in ((300.0, False), (299.9, True)):
        high = flight("b", (40.0, 35.0, 0.0, 1000.0 + above), (40.1, 35.0, 600.0, 1000.0 + above))
        for time_s in (0.0, 60.0):
            assert bool(batch((low, high), apart(500.0, 300.0, time_s))) is conflict
        zone = area(
            "z", Circle(Position(40.05, 35.0), 5e3), Window(Instant(0), Instant(600)), high_band(1000.0 - above)
        )
        assert bool(batch((low, zone), apart(500.0, 300.0))) is conflict


def high_band(upper_m: float) -> Band:
    return Band(None, upper_m, Datum.WGS84)


def test_a_climb_that_only_reaches_the_separation_does_not_conflict() -> None:
    climbing = flight("a", (40.0, 35.0, 0.0, 500.0), (40.1, 35.0, 600.0, 1000.0))
    level = flight("b", (40.0, 35.0, 0.0, 1300.0), (40.1, 35.0, 600.0, 1300.0))
    zone = area("z", Circle(Position(40.05, 35.0), 50e3), band=Band(1300.0, None, Datum.WGS84))
    assert not batch((climbing, level), apart(500.0, 300.0))
    assert not batch((climbing, zone), apart(500.0, 300.0))
    assert batch((climbing, level), apart(500.0, 301.0))
    assert batch((climbing, zone), apart(500.0, 301.0))


def test_bands_in_common_at_one_height_only_overlap() -> None:
    """At a margin of 0 bands are closed, for what moves as for what stands."""
    one = flight("a", (40.0, 35.0, 0.0, 1000.0), (40.1, 35.0, 600.0, 1000.0))
    other = flight("b", (40.1, 35.0, 0.0, 1000.0), (40.0, 35.0, 600.0, 1000.0))
    assert batch((one, other), apart())
    assert batch((one, area("z", Circle(Position(40.05, 35.0), 5e3), band=high_band(1000.0))), apart())


def test_departures_exactly_one_interval_after_arrivals_do_not_conflict() -> None:
    first = flight("a", (40.0, 35.0, 0.0, None), (40.1, 35.0, 600.0, None))
    second = flight("b", (40.1, 35.0, 1200.0, None), (40.2, 35.0, 1800.0, None))
    assert not batch((first, second), apart(500.0, None, 600.0))
    assert batch((first, second), apart(500.0, None, 601.0))


def test_heights_of_one_datum_are_compared_as_they_stand_where_the_geoid_is_steep() -> None:
    """R27. South of the Himalaya the geoid rises by 9.7 m in 28 km; the boxes of the tree must allow for that."""
    other = area("c", Point(Position(10.0, 50.0)), band=Band(0.0, 1.0, Datum.WGS84))
    for lat in (29.76, 29.84):
        for south, north in (((0.0, 100.0), (249.9, 300.0)), ((249.9, 300.0), (0.0, 100.0))):
            one = area("a", Point(Position(79.5, lat)), band=Band(*south, Datum.EGM96))
            two = area("b", Point(Position(79.5, lat + 0.15)), band=Band(*north, Datum.EGM96))
            assert batch((one, two, other), apart(17e3, 150.0))


def test_a_shift_into_a_far_arm_counts_towards_the_share() -> None:
    """R29. A point between the arms of a C, nearer to the one, is inside the other in many of the cases."""
    c = Polygon(
        tuple(
            Position(lon / 100.0, lat / 100.0)
            for lon, lat in ((-30, -40), (30, -40), (30, 40), (2, 40), (2, -20), (-1, -20), (-1, 40), (-30, 40))
        )
    )
    point = area("a", Point(Position(0.0, 0.1)), known=Uncertainty(20e3))
    (finding,) = batch((point, area("b", c)), apart())
    # the gap is a strip 3.3 km wide across a disc of 20 km, 1.1 km to one side of its middle
    half = (math.asin(2 * 0.1113 / 2) + 2 * 0.1113 / 2 * math.sqrt(1 - 0.1113**2)) / math.pi
    quarter = (math.asin(0.0557) + 0.0557 * math.sqrt(1 - 0.0557**2)) / math.pi
    assert finding.certainty is Certainty.LIKELY
    assert abs(finding.share - (1.0 - half - quarter)) < 0.05


@pytest.mark.parametrize("parts", [1, 2, 15, 16, 17, 255, 256, 257, 4096, 4097])
def test_every_pair_is_found_whatever_the_number_of_parts(parts: int) -> None:
    """Blocks of the tree are of sixteen: nothing gets lost where one is full, or the last holds a single part."""
    squares = [
        Polygon(tuple(Position(lon + 0.001 * x, 0.02 * row + 0.001 * y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))))
        for row in range(64)
        for lon in (0.02 * k - 180.0 for k in range(64))
    ]
    many = area("many", MultiPolygon(tuple(squares[: parts - 1] or squares[:1])))
    for at in {0, max(0, parts - 2), max(0, parts // 2 - 1)}:
        corner = squares[at].outer[0]
        assert batch((many, area("one", Point(corner))), apart()), at
        beside = Position(corner.lon + 0.01, corner.lat + 0.01)
        assert not batch((many, area("one", Point(beside))), apart()), at


def test_whole_degrees_are_degrees() -> None:
    """A file may say 35 and not 35.0."""
    one = flight("a", (40, 35, 0, None), (41, 35, 600, None))
    other = flight("b", (40, 36, 0, None), (41, 34, 600, None))
    assert batch((one, other), apart(2000.0, None))
    whole = np.array([0, 1])
    assert abs(kernel.geodesic(whole, whole, whole, whole + 1)[0] - 110_574.4) < 0.1
    assert np.isfinite(kernel.sides(whole, whole, np.array([0]), np.array([1]))[0]).all()
    assert kernel.cut_path(whole, whole)[1][-1] == 1.0
