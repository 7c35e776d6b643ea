"""The series that the plots are drawn from, against an independent geodesic library."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from lxml import etree

from tests import samples
from thalweg.model.declarations import Declaration, Kind, Uncertainty, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Point, Polygon, Position, Route
from thalweg.reports import plots

WGS84 = Geodesic.WGS84


def _where(route: Route, time_s: float) -> tuple[float, float]:
    """By the definition: along the geodesic of the leg, at constant speed."""
    for a, b in zip(route.waypoints, route.waypoints[1:], strict=False):
        if a.time.epoch_s <= time_s <= b.time.epoch_s:
            leg = WGS84.InverseLine(a.at.lat, a.at.lon, b.at.lat, b.at.lon)
            share = (time_s - a.time.epoch_s) / (b.time.epoch_s - a.time.epoch_s)
            at = leg.Position(share * leg.s13)
            return at["lat2"], at["lon2"]
    raise AssertionError(time_s)


def _route(declaration: Declaration) -> Route:
    shape = declaration.volumes[0].shape
    assert isinstance(shape, Route)
    return shape


def test_two_routes_are_as_far_apart_as_their_interpolated_positions() -> None:
    a, b = samples.AIR_OPERATION, samples.CASUALTY_FLIGHT
    data = plots.series(a, b, Window(samples.at(0, 47), samples.at(0, 55)))
    there = ~np.isnan(data.distance_m)
    assert there.sum() > 100
    for time_s, distance_m in zip(data.times_s[there], data.distance_m[there], strict=True):
        p, q = _where(_route(a), time_s), _where(_route(b), time_s)
        assert distance_m == pytest.approx(WGS84.Inverse(*p, *q)["s12"], abs=1e-3)
    assert np.all(data.slack_m[there] == 2300.0)


def test_a_route_with_a_buffer_is_as_far_from_a_circle_as_the_buffers_leave() -> None:
    a, b = samples.CONVOY, samples.ZONE
    circle = b.volumes[0].shape
    assert isinstance(circle, Circle)
    data = plots.series(a, b, Window(samples.at(5), samples.at(8)))
    for time_s, distance_m in zip(data.times_s, data.distance_m, strict=True):
        lat, lon = _where(_route(a), time_s)
        apart = WGS84.Inverse(lat, lon, circle.centre.lat, circle.centre.lon)["s12"]
        true = max(apart - circle.radius_m - 1000.0, 0.0)
        # The drawn circle lies up to 0.1 % of its radius outside of the true one.
        assert distance_m == pytest.approx(true, abs=5.0)


def test_two_that_are_never_there_together_have_no_distance() -> None:
    late = replace(samples.ZONE, volumes=(replace(samples.ZONE.volumes[0], window=samples.during(20, 22)),))
    data = plots.series(samples.CONVOY, late, Window(samples.at(4), samples.at(23)))
    assert np.isnan(data.distance_m).all()
    assert data.present[0].any()
    assert data.present[1].any()


def test_the_nearest_of_several_volumes_counts_and_its_band_is_shown() -> None:
    low = Volume(Point(Position(1.0, 0.0)), samples.during(0, 10), Band(0.0, 50.0, Datum.AGL))
    near = Volume(
        Point(Position(0.5, 0.0)), samples.during(4, 6), Band(100.0, 200.0, Datum.AGL), Uncertainty(10.0, 5.0)
    )
    several = Declaration(Kind.OPERATION, "a", volumes=(low, near))
    site = Declaration(Kind.STATIC_SITE, "b", volumes=(Volume(Point(Position(0.0, 0.0))),))
    data = plots.series(several, site, Window(samples.at(0), samples.at(10)))
    early, middle = (
        int(np.searchsorted(data.times_s, samples.at(1).epoch_s)),
        int(np.searchsorted(data.times_s, samples.at(5).epoch_s)),
    )
    assert data.distance_m[early] == pytest.approx(WGS84.Inverse(0, 1, 0, 0)["s12"], abs=1e-3)
    assert data.distance_m[middle] == pytest.approx(WGS84.Inverse(0, 0.5, 0, 0)["s12"], abs=1e-3)
    assert (data.heights[0].upper_m[early], data.heights[0].upper_m[middle]) == (50.0, 200.0)
    assert data.slack_m[middle] == 10.0
    assert np.isnan(data.heights[1].upper_m).all()


def test_heights_of_a_route_are_interpolated_and_widened_by_its_half_height() -> None:
    data = plots.series(samples.CASUALTY_FLIGHT, samples.AIR_OPERATION, Window(samples.at(0, 47), samples.at(0, 51)))
    assert data.heights[0].lower_m[0] == 360.0
    assert data.heights[0].upper_m[-1] == pytest.approx(405.0)
    assert data.heights[0].datum == "AGL"


def test_overlapping_regions_are_at_no_distance() -> None:
    square = Polygon(tuple(Position(lon, lat) for lon, lat in ((0, 0), (1, 0), (1, 1), (0, 1))))
    a = Declaration(Kind.OPERATION, "a", volumes=(Volume(square, samples.during(0, 1)),))
    b = Declaration(Kind.OPERATION, "b", volumes=(Volume(Point(Position(0.5, 0.5)), samples.during(0, 1)),))
    assert set(plots.series(a, b, Window(samples.at(0), samples.at(0, 59))).distance_m) == {0.0}


@pytest.mark.parametrize("finding", samples.FINDINGS, ids=lambda finding: finding.id)
def test_every_kind_of_finding_gets_a_span_and_well_formed_plots(finding: Finding) -> None:
    result = samples.result()
    first, second = (result.declarations[version] for version in finding.versions)
    span = plots.span_of(finding, first, second)
    assert span is not None
    assert finding.first is not None
    assert span.start_s <= finding.first.epoch_s <= span.end_s
    data = plots.series(first, second, span)
    drawn = plots.distance_plot(data, finding, 'a "quoted" & <described> plot')
    root = etree.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Distance sideways over time. a "quoted" & <described> plot'
    height = plots.height_plot(data, finding, ("A <b>", "B &"), "")
    if height:
        etree.fromstring(height)


def test_a_finding_without_any_time_has_no_span() -> None:
    site = samples.HOSPITAL
    timeless = replace(samples.NEAR_HOSPITAL, first=None, closest_at=None, last=None)
    assert plots.span_of(timeless, site, site) is None


def test_the_rule_and_the_found_distance_are_written_on_the_plot() -> None:
    result = samples.result()
    first, second = (result.declarations[version] for version in samples.FLIGHTS.versions)
    span = plots.span_of(samples.FLIGHTS, first, second)
    assert span is not None
    drawn = plots.distance_plot(plots.series(first, second, span), samples.FLIGHTS, "")
    assert "rule 5 km" in drawn
    assert ">3.8 km<" in drawn
