"""Densified edges against geodesics: never further off than the tolerance, never more vertices than twice needed."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, sqrt

from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.drafts.outlines import TOLERANCE_M, densify_rhumb_like

WGS84 = Geodesic.WGS84


def off_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far the line straight in lon/lat from a to b leaves the geodesic, at nine points of it."""
    line = WGS84.InverseLine(a[1], a[0], b[1], b[0])
    worst = 0.0
    for step in range(1, 10):
        share = step / 10
        lon, lat = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        # The distance of a point from a geodesic: search along it by golden section.
        low, high = 0.0, line.s13
        for _ in range(60):
            first, second = low + 0.382 * (high - low), low + 0.618 * (high - low)
            d1, d2 = (_distance(line.Position(s), lon, lat) for s in (first, second))
            low, high = (low, second) if d1 < d2 else (first, high)
        worst = max(worst, _distance(line.Position((low + high) / 2), lon, lat))
    return worst


def _distance(position: dict[str, float], lon: float, lat: float) -> float:
    return float(WGS84.Inverse(position["lat2"], position["lon2"], lat, lon)["s12"])


latitudes = st.floats(-89.9, 89.9)
spans = st.floats(-3.0, 3.0)


@given(lon=st.floats(-170, 170), lat=latitudes, wide=spans, high=st.floats(-1.0, 1.0))
@settings(max_examples=150, deadline=None)
def test_geodesics_between_the_vertices_stay_within_the_tolerance(
    lon: float, lat: float, wide: float, high: float
) -> None:
    """The bound that docs/reference/formats/geojson.md states, for edges up to some 300 km."""
    a, b = (lon, lat), (lon + wide, max(-90.0, min(90.0, lat + high)))
    made = densify_rhumb_like((a, b), closed=False)
    assert made[0] == a
    assert made[-1] == b
    pieces = list(pairwise(made))
    # The worst pieces are those with the most curvature: at the ends and in the middle.
    for index in {0, len(pieces) // 2, len(pieces) - 1}:
        assert off_m(*pieces[index]) <= TOLERANCE_M


@given(lat=st.floats(-80, 80), wide=st.floats(0.05, 2.0), high=st.floats(-1.0, 1.0))
@settings(max_examples=100, deadline=None)
def test_an_edge_is_not_cut_more_often_than_the_tolerance_asks(lat: float, wide: float, high: float) -> None:
    a, b = (0.0, lat), (wide, max(-85.0, min(85.0, lat + high)))
    made = densify_rhumb_like((a, b), closed=False)
    # Uncut, the edge is off by d; n equal pieces are each off by about d / n**2.
    least = ceil(sqrt(off_m(a, b) / TOLERANCE_M))
    assert len(made) - 1 <= 1.5 * least + 6


@given(lat=latitudes, high=spans)
def test_meridians_and_the_equator_are_geodesics_already(lat: float, high: float) -> None:
    up = max(-90.0, min(90.0, lat + high))
    assert densify_rhumb_like(((10.0, lat), (10.0, up)), closed=False) == [(10.0, lat), (10.0, up)]
    assert len(densify_rhumb_like(((10.0, 0.0), (50.0, 0.0)), closed=False)) == 2


def test_over_the_antimeridian_it_goes_the_short_way() -> None:
    made = densify_rhumb_like(((179.0, 50.0), (-179.0, 50.0)), closed=False)
    assert len(made) > 10
    assert all(abs(lon) >= 179.0 and lat == 50.0 for lon, lat in made)


def test_to_the_pole_the_number_of_vertices_stays_bounded() -> None:
    made = densify_rhumb_like(((0.0, 80.0), (120.0, 90.0)), closed=False)
    assert 2 < len(made) < 30_000
