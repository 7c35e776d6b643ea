"""GeoJSON: what is broken is named with its place, and everything else is still read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from tests.samples import ALL as SAMPLES
from thalweg.drafts import Context
from thalweg.drafts.names import FIELDS, VOLUME_FIELDS
from thalweg.formats.geojson import read, write
from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Standing, Zone
from thalweg.model.notes import Problem
from thalweg.model.reading import Reading
from thalweg.model.shapes import MultiPolygon, Point, Polygon, Position
from thalweg.model.shapes import Path as Line
from thalweg.model.theatre import Theatre

POINT = {"type": "Point", "coordinates": [40.1408412, 35.3358811]}
SCHEMAS = Path(__file__).parents[2] / "src/thalweg/formats/schemas"
CORPUS = Path(__file__).parents[1] / "corpus/geojson"


def reading(data: bytes | str) -> Reading:
    return read(data if isinstance(data, bytes) else data.encode(), "x.geojson", Context(Theatre("plain", ())))


def of(geometry: object, properties: Mapping[str, object] | None = None, **members: object) -> Reading:
    told = {"kind": "restricted_zone", "zone": "no_entry", "party": "p", **(properties or {})}
    return reading(json.dumps({"type": "Feature", "properties": told, "geometry": geometry, **members}))


def problem(found: Reading) -> Problem:
    assert found.declarations == ()
    (one,) = found.problems
    return one


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json-empty"),
        (b"\xef\xbb\xbf  ", "json-empty"),
        (b'{"type": "FeatureCollection",\n "features": [}', "json-syntax"),
        (b"{\x00}\x00", "json-encoding"),
        (b"\xff\xfe{\x00}\x00\x00", "json-encoding"),
        (b"\xff\xfe{\x00}\x00", "geojson-type"),
        (b'{"type": "Feature", "x": "\xe9"}', "json-encoding"),
        (b"[" * 100_000, "json-depth"),
        (b"[1, 2]", "geojson-type"),
        (b'"text"', "geojson-type"),
        (b'{"type": "Topology", "objects": {}}', "geojson-type"),
        (b'{"features": []}', "geojson-type"),
        (b'{"type": "FeatureCollection"}', "geojson-features"),
        (b'{"type": "FeatureCollection", "features": {}}', "geojson-features"),
        (b'{"type": "FeatureCollection", "type": "Feature", "features": []}', "json-twice"),
        (b'{"type": "FeatureCollection", "defaults": {"id": "x"}, "features": []}', "geojson-defaults"),
        (b'{"type": "FeatureCollection", "defaults": 3, "features": []}', "geojson-defaults"),
        (b'{"type": "FeatureCollection", "edges": "wiggly", "features": []}', "edges-unknown"),
        (
            b'{"type": "FeatureCollection", "features": [], "crs": {"type": "name", '
            b'"properties": {"name": "urn:ogc:def:crs:EPSG::32637"}}}',
            "crs-unsupported",
        ),
    ],
)
def test_a_file_that_is_no_geojson_is_a_problem_of_the_file(data: bytes, code: str) -> None:
    assert problem(reading(data)).code == code


@pytest.mark.parametrize(("deep", "read_it"), [(5, True), (6, False), (60, False)])
def test_collections_in_one_another_are_read_so_deep_and_then_refused_as_what_they_are(
    deep: int, read_it: bool
) -> None:
    geometry: dict[str, object] = {"type": "Point", "coordinates": [40.1, 35.3]}
    for _ in range(deep):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    found = of(geometry)
    if read_it:
        assert len(found.declarations) == 1
        return
    refused = problem(found)
    assert refused.code == "geometry-depth"
    assert "nested deeper than 5" in refused.sentence


def test_broken_json_is_located() -> None:
    found = problem(reading('{"type": "FeatureCollection",\n "features": [}'))
    assert "line 2, column 15" in found.sentence


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry-missing"),
        ([], "geometry-type"),
        ({"type": "Circle", "coordinates": [40, 35]}, "geometry-type"),
        ({"type": "Point"}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": []}, "geometry-empty"),
        ({"type": "Point", "coordinates": [40]}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": ["40.1", "35.3"]}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": [True, 35.3]}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": [40.1, None]}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": [400.1, 35.3]}, "position-range"),
        ({"type": "Point", "coordinates": [10**400, 35.3]}, "coordinates-unreadable"),
        ({"type": "Point", "coordinates": [float("nan"), 35.3]}, "position-range"),
        ({"type": "LineString", "coordinates": [[40.1, 35.3]]}, "path-short"),
        ({"type": "LineString", "coordinates": [[40.1, 35.3], [40.1, 35.3]]}, "path-short"),
        ({"type": "Polygon", "coordinates": [[40.1, 35.3]]}, "coordinates-unreadable"),
        ({"type": "Polygon", "coordinates": [[]]}, "ring-short"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}, "ring-short"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "ring-missing"),
        ({"type": "GeometryCollection", "geometries": {}}, "geometry-type"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry-empty"),
        ({"type": "Point", "coordinates": [40.1, 35.3], "crs": "EPSG:3857"}, "crs-unsupported"),
    ],
)
def test_a_broken_geometry_is_a_problem_of_its_feature(geometry: object, code: str) -> None:
    assert problem(of(geometry)).code == code


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"begin": "2017-09-16T00:00Z", "start": "2017-09-17T00:00Z", "end": "2017-09-18T00:00Z"}, ""),
        ({"begin": "2017-09-16T00:00Z", "effective_from": "2017-09-17T00:00Z"}, "field-twice"),
        ({"volumes": [{}, {}]}, "volumes-count"),
        ({"volumes": [{"kind": "line"}]}, "volumes-entry"),
        ({"volumes": ["x"]}, "volumes-entry"),
        ({"volumes": "[{}]"}, ""),
        ({"times": ["2017-09-16T00:00Z"]}, "times-count"),
        ({"times": 7}, "times-unreadable"),
        ({"heights_m": [1]}, "heights-count"),
        ({"edges": "wavy"}, "edges-unknown"),
        ({"start": 1505521800}, "time-unreadable"),
        ({"lower": {"value": 100}}, "height-unreadable"),
    ],
)
def test_properties_that_contradict_themselves_are_a_problem(properties: dict[str, object], code: str) -> None:
    found = of(POINT, properties)
    assert [p.code for p in found.problems] == ([code] if code else [])


def test_a_member_given_twice_is_not_guessed() -> None:
    text = '{"type": "Feature", "properties": {"kind": "line", "kind": "operation"}, "geometry": null}'
    assert problem(reading(text)).code == "json-twice"


def test_one_broken_feature_leaves_the_others() -> None:
    good = {"type": "Feature", "properties": {"kind": "static_site", "party": "p"}, "geometry": POINT}
    features = [good, {"type": "Feature", "properties": 7, "geometry": POINT}, "feature", None, {**good, "id": "last"}]
    found = reading(json.dumps({"type": "FeatureCollection", "features": features}))
    assert len(found.declarations) == 2
    assert [(p.code, p.source.path) for p in found.problems] == [
        ("geojson-properties", "features[1]"),
        ("geojson-feature", "features[2]"),
        ("geojson-feature", "features[3]"),
    ]
    assert found.seen == 5


def test_unknown_members_of_a_collection_are_named_and_harmless() -> None:
    found = reading('{"type": "FeatureCollection", "features": [], "timestamp": 1}')
    assert [(o.what, o.harmless) for o in found.omissions] == [("members timestamp", True)]


def test_straight_edges_get_vertices_and_geodesic_ones_none() -> None:
    ring = [[40.1234, 60.0], [41.1234, 60.0], [41.1234, 60.5], [40.1234, 60.0]]
    straight = of({"type": "Polygon", "coordinates": [ring]}).declarations[0].volumes[0].shape
    geodesic = of({"type": "Polygon", "coordinates": [ring]}, edges="geodesic").declarations[0].volumes[0].shape
    assert isinstance(straight, Polygon)
    assert isinstance(geodesic, Polygon)
    assert len(geodesic.outer) == 3
    assert len(straight.outer) > 20
    assert set(geodesic.outer) <= set(straight.outer)


def test_an_open_ring_is_closed_and_flagged_and_a_fourth_value_is_flagged() -> None:
    ring = [[40.1234, 35.1, 0, 9], [40.1834, 35.1, 0, 9], [40.1834, 35.2, 0, 9]]
    (made,) = of({"type": "Polygon", "coordinates": [ring]}).declarations
    assert {flag.code for flag in made.flags} == {"ring-open", "coordinates-extra"}


def test_every_geometry_of_the_standard_is_read() -> None:
    square = [[[40.12345, 35.1], [40.13345, 35.1], [40.13345, 35.11], [40.12345, 35.1]]]
    shapes = {
        "Point": ([40.12345, 35.1], [Point]),
        "MultiPoint": ([[40.12345, 35.1], [40.2, 35.1]], [Point, Point]),
        "LineString": ([[40.12345, 35.1], [40.2, 35.1]], [Line]),
        "MultiLineString": ([[[40.12345, 35.1], [40.2, 35.1]], [[40.3, 35.1], [40.4, 35.1]]], [Line, Line]),
        "Polygon": (square, [Polygon]),
        "MultiPolygon": ([square, square], [MultiPolygon]),
    }
    for kind, (coordinates, expected) in shapes.items():
        (made,) = of({"type": kind, "coordinates": coordinates}).declarations
        assert [type(volume.shape) for volume in made.volumes] == expected
    members = [{"type": kind, "coordinates": coordinates} for kind, (coordinates, _) in shapes.items()]
    (made,) = of({"type": "GeometryCollection", "geometries": members}).declarations
    assert len(made.volumes) == 8


def test_the_order_is_longitude_first_and_the_text_is_kept() -> None:
    """R2"""
    (made,) = of(POINT).declarations
    assert made.volumes[0].shape == Point(Position(40.1408412, 35.3358811))
    assert made.entered["coordinates"] == "[40.1408412, 35.3358811]"


# --- the published schema ---


def schema() -> dict[str, object]:
    loaded: dict[str, object] = json.loads((SCHEMAS / "geojson-profile.schema.json").read_text())
    return loaded


@pytest.mark.parametrize("name", ["whole_profile.geojson"])
def test_the_example_of_the_profile_keeps_the_published_schema(name: str) -> None:
    jsonschema.Draft202012Validator(schema()).validate(json.loads((CORPUS / name).read_text()))


def test_the_published_schema_refuses_what_is_not_in_the_profile() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for properties in ({"kind": "target"}, {"zone": "free_fire"}, {"action": "approve"}, {"segments": [{"id": "x"}]}):
        assert not validator.is_valid({"type": "Feature", "properties": properties, "geometry": None})


def test_the_published_schema_has_exactly_the_fields_and_words_that_are_read() -> None:
    """R38: and no others; a word that is not read is not published."""
    definitions = schema()["$defs"]
    assert isinstance(definitions, dict)
    properties = definitions["feature"]["properties"]["properties"]["properties"]
    assert set(properties) == {*FIELDS, "times", "heights_m", "segments", "volumes", "edges"} - {"id"} | {"id"}
    assert set(definitions["part"]["properties"]) == {*VOLUME_FIELDS, "times"}
    for name, words in (
        ("kind", Kind),
        ("zone", Zone),
        ("medium", Medium),
        ("standing", Standing),
        ("status", LineStatus),
    ):
        assert set(properties[name]["enum"]) == {word.value for word in words}


@pytest.mark.parametrize("declaration", SAMPLES, ids=lambda declaration: declaration.title)
def test_what_is_written_is_read_as_the_same_version(declaration: Declaration) -> None:
    """R24: but for a rumour of nobody's, whose party has no name in the profile."""
    found = reading(write([declaration]))
    assert not found.problems
    assert not found.omissions
    (again,) = found.declarations
    if declaration.standing is Standing.RUMOURED:
        declaration = replace(declaration, party=again.party)
    assert again.version_id == declaration.version_id


def test_a_detail_that_has_the_name_of_a_field_stays_a_detail() -> None:
    named = replace(SAMPLES[0], details={"kind": "line", "beds": "120"})
    (again,) = reading(write([named])).declarations
    assert again.kind is named.kind
    assert dict(again.details) == {"detail kind": "line", "beds": "120"}
