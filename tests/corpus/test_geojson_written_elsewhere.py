"""GeoJSON as standards and other programs write it, with what it declares worked out by hand.

`rfc7946_*` are the examples of RFC 7946. `as_*` have the members, number formats and time formats that
GDAL's ogr2ogr and togeojson write.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.drafts import Context
from thalweg.formats.geojson import read
from thalweg.model.declarations import Declaration, Kind, LineStatus, Sides, Standing, Uncertainty, Zone
from thalweg.model.instants import ALWAYS, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, MultiPolygon, Point, Polygon, Position, Route
from thalweg.model.shapes import Path as Line
from thalweg.model.theatre import Theatre

FOLDER = Path(__file__).parent / "geojson"


def reading(name: str, *, kind: Kind | None = None) -> Reading:
    return read((FOLDER / name).read_bytes(), name, Context(Theatre("plain", ()), default_kind=kind))


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags}


def window(volume_window: Window) -> tuple[str, str]:
    return str(volume_window.start), str(volume_window.end)


def test_the_example_of_the_standard_needs_to_be_told_what_it_is() -> None:
    found = reading("rfc7946_section_1_5.geojson")
    assert [(p.code, p.source.path) for p in found.problems] == [
        ("kind-missing", "features[0]"),
        ("kind-missing", "features[1]"),
        ("kind-missing", "features[2]"),
    ]
    assert found.seen == 3


def test_the_example_of_the_standard_told_to_be_operations() -> None:
    point, line, area = reading("rfc7946_section_1_5.geojson", kind=Kind.OPERATION).declarations
    assert point.volumes[0].shape == Point(Position(102.0, 0.5))
    assert point.party == "rfc7946_section_1_5"
    assert codes(point) == {"kind-assumed", "party-assumed", "window-open", "precision-coarse"}
    assert isinstance(line.volumes[0].shape, Line)
    assert line.details == {"prop0": "value0", "prop1": "0.0"}
    assert isinstance(area.volumes[0].shape, Polygon)
    assert area.details["prop1"] == '{"this": "that"}'
    # The parallel at 1 degree north leaves its geodesic by 111.3 km squared, tan 1 degree, over 8 R: 4.2 m,
    # so it takes sqrt(4.2 / 0.05) = 9.2, hence 10 pieces. The equator and the meridians need none.
    assert len(area.volumes[0].shape.outer) == pytest.approx(4 + 9, abs=1)


def test_an_area_cut_at_the_antimeridian_is_one_region_without_a_flag_about_it() -> None:
    (made,) = reading("rfc7946_section_3_1_9_multipolygon.geojson", kind=Kind.OPERATION).declarations
    shape = made.volumes[0].shape
    assert isinstance(shape, MultiPolygon)
    assert len(shape.polygons) == 2
    assert not codes(made) & {"antimeridian-jump", "ring-huge"}


def test_a_file_of_ogr2ogr_reads_with_its_own_names() -> None:
    found = reading("as_ogr2ogr_writes.geojson")
    box, repair = found.declarations
    assert (box.kind, box.party, box.title) == (Kind.OPERATION, "North District", "Tanker box")
    assert window(box.volumes[0].window) == ("2024-08-14T08:00:00Z", "2024-08-14T11:30:00Z")
    assert box.volumes[0].band == Band(500 * 0.3048, 2500 * 0.3048, Datum.AGL)
    assert box.details == {"fid": "1"}
    assert box.flags == ()
    assert (repair.kind, repair.zone) == (Kind.RESTRICTED_ZONE, Zone.QUIET_WINDOW)
    assert repair.volumes[0].shape == Point(Position(-8.1934127, 40.1187702))
    assert repair.volumes[0].band is None
    assert [(p.code, p.source.path) for p in found.problems] == [("geometry-missing", "features[2]")]
    assert found.seen == 3


def test_tracks_converted_from_gpx_are_routes() -> None:
    track, legs = reading("as_togeojson_writes.geojson").declarations
    route = track.volumes[0].shape
    assert isinstance(route, Route)
    times = [
        str(w.time)
        for w in route.waypoints
        if w.at
        in (Position(40.1408412, 35.3358811), Position(40.1987321, 35.3022017), Position(40.2711034, 35.2541188))
    ]
    assert times == ["2017-09-16T05:00:00Z", "2017-09-16T05:20:00Z", "2017-09-16T05:50:00Z"]
    assert (route.datum, route.waypoints[0].height_m, route.radius_m) == (Datum.WGS84, 208.0, 120.0)
    assert track.flags == ()
    assert [window(volume.window) for volume in legs.volumes] == [
        ("2017-09-17T05:00:00Z", "2017-09-17T05:20:00Z"),
        ("2017-09-17T06:00:00Z", "2017-09-17T06:20:00Z"),
    ]


def test_one_feature_a_line_loses_only_its_broken_lines() -> None:
    found = reading("one_a_line.geojsonl")
    assert [d.declaration_id for d in found.declarations] == ["A-1"]
    assert [c.declaration_id for c in found.cancellations] == ["A-1"]
    assert [(p.code, p.source.path) for p in found.problems] == [
        ("coordinates-unreadable", "line 3"),
        ("json-syntax", "line 4"),
    ]
    assert found.seen == 4


def test_the_whole_profile() -> None:
    """R1, R12, R13, R27, R28, R29, R34"""
    found = reading("whole_profile.geojson")
    assert found.problems == ()
    operation, movement, line, zone, negative = found.declarations
    assert all(made.hypothetical for made in found.declarations)

    volume = operation.volumes[0]
    assert volume.shape == Point(Position(40.2104412, 35.3858811))
    assert window(volume.window) == ("2017-09-16T00:00:00Z", "2017-09-16T12:00:00Z")
    assert volume.band == Band(0.0, 3048.0, Datum.AGL, Datum.FL)
    assert volume.uncertainty == Uncertainty(1500.0, 500 * 0.3048, 600.0, at_95=True)
    assert (operation.revision, operation.details) == (2, {"armed": "stays a detail"})
    assert str(operation.submitted) == "2017-09-14T08:00:00Z"

    route = movement.volumes[0].shape
    assert isinstance(route, Route)
    assert [str(w.time) for w in route.waypoints] == [
        "2017-09-16T05:00:00Z",
        "2017-09-16T06:00:00Z",
        "2017-09-16T07:00:00Z",
    ]
    assert [w.height_m for w in route.waypoints] == [205.0, 210.0, 208.0]
    assert (route.radius_m, route.datum, route.half_height_m) == (150.0, Datum.EGM96, 5.0)

    assert [s.status for s in line.segments] == [LineStatus.TACIT, LineStatus.DISPUTED]
    assert str(line.segments[0].window.start) == "2017-08-31T21:00:00Z"
    assert line.segments[0].uncertainty.horizontal_m == 2000.0
    assert line.sides == Sides(frozenset({"coalition", "partners"}), frozenset({"others"}), "left bank", "right bank")

    assert (zone.standing, zone.zone) == (Standing.RUMOURED, Zone.NO_ENTRY)
    assert isinstance(zone.volumes[0].shape, Polygon)
    assert len(zone.volumes[0].shape.holes) == 1
    assert zone.volumes[0].window == ALWAYS

    area, circle = negative.volumes
    assert isinstance(area.shape, Polygon)
    assert len(area.shape.outer) == 3  # geodesic edges, as the feature says: nothing to add
    assert window(area.window) == ("2018-02-06T21:00:00Z", "2018-02-07T21:00:00Z")
    assert circle.shape == Circle(Position(40.3104412, 35.2858811), 5000.0)
    assert window(circle.window) == ("2018-02-07T10:00:00Z", "2018-02-08T10:00:00Z")
