"""Shapes as they are drawn, against an independent geodesic library."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from geographiclib.polygonarea import PolygonArea

from thalweg.model.shapes import Circle, Corridor, Point, Polygon, Position, Shape
from thalweg.reports import outlines

WGS84 = Geodesic.WGS84


def _area_m2(shape: Shape) -> float:
    drawn = outlines.area(shape)
    assert drawn is not None
    total = 0.0
    for part in shapely.get_parts(outlines.cut(drawn)).tolist():
        for sign, ring in [(1, part.exterior), *((-1, hole) for hole in part.interiors)]:
            area = PolygonArea(WGS84)
            for lon, lat in list(ring.coords)[:-1]:
                area.AddPoint(lat, lon)
            total += sign * abs(area.Compute(reverse=False, sign=True)[2])
    return total


@pytest.mark.parametrize("centre", [(40.0, 35.0), (179.99, -40.0), (0.0, 89.9), (12.0, -90.0), (-180.0, 0.0)])
def test_a_drawn_circle_holds_the_true_one_and_is_hardly_larger(centre: tuple[float, float]) -> None:
    circle = Circle(Position(*centre), 50_000.0)
    drawn = outlines.area(circle)
    assert drawn is not None
    assert drawn.is_valid
    home = outlines.cut(drawn)
    for azimuth in range(0, 360, 7):
        edge = WGS84.Direct(centre[1], centre[0], azimuth, 49_999.0)
        lon = edge["lon2"]
        assert shapely.intersects_xy(home, lon, edge["lat2"]), azimuth
    assert _area_m2(circle) == pytest.approx(math.pi * 50_000.0**2, rel=2e-3)


@pytest.mark.parametrize(
    "path",
    [
        ((40.0, 35.0), (40.4, 35.2), (40.5, 35.0)),
        ((179.8, 10.0), (-179.8, 10.1)),
        ((0.0, 89.0), (90.0, 89.0)),
        ((0.0, 0.0), (12.0, 9.0)),
    ],
)
def test_a_drawn_corridor_is_as_wide_on_the_ground_as_it_says(path: tuple[tuple[float, float], ...]) -> None:
    positions = tuple(Position(*point) for point in path)
    corridor = Corridor(positions, 2000.0)
    drawn = outlines.cut(outlines.area(corridor) or shapely.Point())
    assert drawn.is_valid
    for a, b in pairwise(positions):
        leg = WGS84.InverseLine(a.lat, a.lon, b.lat, b.lon)
        for share in (0.2, 0.5, 0.8):
            at = leg.Position(share * leg.s13)
            for side in (-90, 90):
                inside = WGS84.Direct(at["lat2"], at["lon2"], at["azi2"] + side, 1995.0)
                outside = WGS84.Direct(at["lat2"], at["lon2"], at["azi2"] + side, 2010.0)
                assert shapely.intersects_xy(drawn, inside["lon2"], inside["lat2"])
                assert not shapely.intersects_xy(drawn, outside["lon2"], outside["lat2"])


def test_a_drawn_edge_stays_within_a_metre_of_the_geodesic() -> None:
    a, b = Position(-3.7, 40.4), Position(2.35, 48.86)
    drawn = outlines.along((a, b))
    line = WGS84.InverseLine(a.lat, a.lon, b.lat, b.lon)
    for (lon1, lat1), (lon2, lat2) in pairwise(drawn.tolist()):
        middle_lon, middle_lat = (lon1 + lon2) / 2, (lat1 + lat2) / 2
        along = WGS84.Inverse(a.lat, a.lon, middle_lat, middle_lon)["s12"]
        on = line.Position(along)
        assert WGS84.Inverse(on["lat2"], on["lon2"], middle_lat, middle_lon)["s12"] < 2 * outlines.TOLERANCE_M
    assert tuple(drawn[0]) == (a.lon, a.lat)
    assert tuple(drawn[-1]) == (b.lon, b.lat)


def test_what_crosses_the_antimeridian_is_cut_and_keeps_its_area_and_its_hole() -> None:
    outer = tuple(Position(lon, lat) for lon, lat in ((179, 10), (-179, 10), (-179, 11), (179, 11)))
    hole = tuple(Position(lon, lat) for lon, lat in ((-179.9, 10.2), (-179.5, 10.2), (-179.5, 10.5)))
    drawn = outlines.oriented(outlines.cut(outlines.polygon(Polygon(outer, (hole,)))))
    assert drawn.geom_type == "MultiPolygon"
    west, south, east, north = drawn.bounds
    assert (west, south, east) == (-180.0, 10.0, 180.0)
    assert north == pytest.approx(11.0, abs=0.01)
    holes = [ring for part in shapely.get_parts(drawn).tolist() for ring in part.interiors]
    assert len(holes) == 1
    for part in shapely.get_parts(drawn).tolist():
        assert part.exterior.is_ccw
        assert not any(ring.is_ccw for ring in part.interiors)


def test_a_ring_round_the_pole_holds_the_pole() -> None:
    ring = tuple(Position(lon, 80.0) for lon in (0.0, 90.0, 180.0, -90.0))
    drawn = outlines.cut(outlines.polygon(Polygon(ring)))
    assert shapely.intersects_xy(drawn, 33.0, 89.99)
    area = PolygonArea(WGS84)
    for position in ring:
        area.AddPoint(position.lat, position.lon)
    # The drawn edges lie within a metre of the geodesics, over a perimeter of some 6,000 km.
    assert _area_m2(Polygon(ring)) == pytest.approx(abs(area.Compute()[2]), rel=1e-5)


def test_a_ring_that_crosses_itself_is_drawn_as_what_it_encloses() -> None:
    bow = Polygon(tuple(Position(lon, lat) for lon, lat in ((0, 0), (1, 1), (1, 0), (0, 1))))
    drawn = outlines.polygon(bow)
    assert drawn.is_valid
    assert drawn.geom_type == "MultiPolygon"


def test_a_ring_that_encloses_nothing_is_drawn_as_a_line() -> None:
    flat = Polygon(tuple(Position(lon, 0.0) for lon in (0.0, 1.0, 2.0)))
    assert outlines.polygon(flat).geom_type == "LineString"


def test_points_and_paths_have_no_area() -> None:
    assert outlines.area(Point(Position(0.0, 0.0))) is None
    assert outlines.line(Point(Position(0.0, 0.0))) is None


def test_distances_in_a_frame_are_true_from_its_centre() -> None:
    frame = outlines.Frame((40.0, 35.0))
    far = WGS84.Direct(35.0, 40.0, 77.0, 300_000.0)
    x, y = frame.to_plane(np.array([[far["lon2"], far["lat2"]]]))[0]
    assert math.hypot(x, y) == pytest.approx(300_000.0, abs=1e-3)


def test_an_edge_that_is_short_enough_to_be_left_unmeasured_would_not_have_been_cut() -> None:
    told, unmeasured = random.Random(7), 0
    for _ in range(2_000):
        lon, lat, wide = told.uniform(-180, 180), told.uniform(-85, 85), 10 ** told.uniform(-4, -0.7)
        lons = np.array([lon, lon + told.uniform(-wide, wide) / math.cos(math.radians(lat))])
        lats = np.array([lat, lat + told.uniform(-wide, wide)])
        azimuth, _, length = outlines.GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
        if outlines._straight_enough(lats, length):
            unmeasured += 1
            assert outlines._pieces_needed(lons, lats, azimuth, length).max() == 1
    assert 1_000 < unmeasured < 2_000
