"""Positions that are said not to be on WGS84 are never read as if they were, wherever it is said."""

from __future__ import annotations

import json

import pytest

from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.drafts import Context
from thalweg.formats.theatre import default_theatre

SPAN = "2031-05-01T06:00Z,2031-05-01T09:00Z"


def table(name: str, value: str) -> Intake:
    text = (
        f"id,kind,party,coordinates,radius_m,start,end,{name}\na,operation,alpha,35.3300N 40.1400E,500,{SPAN},{value}\n"
    )
    return intake_blobs([Blob("row.csv", text.encode())], Context(default_theatre()))


def feature(**properties: str) -> Intake:
    told = {"kind": "static_site", "party": "alpha", "id": "a", **properties}
    value = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [40.1400, 35.3300]},
        "properties": told,
    }
    return intake_blobs([Blob("a.geojson", json.dumps(value).encode())], Context(default_theatre()))


def codes(found: Intake) -> tuple[list[str], list[str]]:
    flags = [flag.code for each in found.declarations for flag in each.flags]
    return [each.code for each in found.problems], [each for each in flags if each.startswith("position-datum")]


@pytest.mark.parametrize(
    "name", ["crs", "SRID", "coordinate system", "Geodetic Datum", "ellipsoid", "система координат"]
)
@pytest.mark.parametrize("value", ["Pulkovo 1942", "СК-42", "ED50", "EPSG:4284", "NAD27", "GCJ-02"])
def test_another_datum_in_a_column_is_a_problem(name: str, value: str) -> None:
    assert codes(table(name, value)) == (["datum-unsupported"], [])


@pytest.mark.parametrize("value", ["ED50", "Pulkovo 1942", "EPSG:4230"])
def test_a_datum_of_positions_in_the_column_of_heights_is_one_too(value: str) -> None:
    assert codes(table("datum", value)) == (["datum-unsupported"], [])


@pytest.mark.parametrize("value", ["Hayford", "Clarke 1880", "EPSG:3857", "32637", "urn:ogc:def:crs:EPSG::4284"])
def test_ellipsoids_and_codes_of_others_are_problems(value: str) -> None:
    assert codes(feature(crs=value)) == (["datum-unsupported"], [])


@pytest.mark.parametrize(
    "value",
    ["WGS84", "WGS 84", "wgs-84", "EPSG:4326", "4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "WGS 84 / UTM zone 37N", "GPS",
     "lat/long", "MGRS", ""],
)  # fmt: skip
def test_wgs84_and_words_for_how_it_is_written_are_read_without_a_question(value: str) -> None:
    assert codes(table("crs", value)) == ([], [])
    assert codes(feature(crs=value)) == ([], [])


def test_what_is_not_known_is_read_and_asked_about() -> None:
    assert codes(table("crs", "grid of the ministry")) == ([], ["position-datum-unknown"])


@pytest.mark.parametrize("properties", [{"remarks": "taken from the СК-42 sheet"}, {"title": "Depot (ED50)"}])
def test_a_datum_that_is_named_elsewhere_is_asked_about(properties: dict[str, str]) -> None:
    assert codes(feature(**properties)) == ([], ["position-datum-named"])


@pytest.mark.parametrize("datum", ["AMSL", "WGS84", "AGL", "Baltic 1977"])
def test_datums_of_heights_are_none_of_positions(datum: str) -> None:
    assert codes(table("datum", datum)) == ([], [])
