"""A row of a table that names its place twice: the same place once, or a problem, and never one of them silently."""

from __future__ import annotations

import csv
import io

import pytest

from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.drafts import Context
from thalweg.formats.theatre import default_theatre
from thalweg.model.shapes import Circle, Corridor, Polygon

ROW = {
    "id": "a",
    "kind": "operation",
    "party": "alpha",
    "radius_m": "500",
    "start": "2031-05-01T06:00Z",
    "end": "2031-05-01T09:00Z",
}
SQUARE = "POLYGON((40 35, 40.2 35, 40.2 35.2, 40 35.2, 40 35))"


def read(**cells: str) -> Intake:
    row, text = {**ROW, **cells}, io.StringIO()
    csv.writer(text).writerows([row.keys(), row.values()])
    return intake_blobs([Blob("row.csv", text.getvalue().encode())], Context(default_theatre()))


@pytest.mark.parametrize(
    "cells",
    [
        {"coordinates": "35.3N 40.1E"},
        {"coordinates": SQUARE},
        {"coordinates": "37SFV0367810888"},
        {"route": "35.1, 40.1; 35.2, 40.2", "kind": "movement"},
    ],
)
def test_two_different_places_are_a_problem_and_neither_is_taken(cells: dict[str, str]) -> None:
    found = read(lat="45.0", lon="50.0", **cells)
    assert [each.code for each in found.problems] == ["field-twice"]
    assert not found.declarations


@pytest.mark.parametrize(
    "coordinates", ["35.30000, 40.10000", "40.10000, 35.30000", "35°18'00\"N 40°06'00\"E", "35.3 40.1", "35.3 40.1 0 5"]
)
def test_one_place_written_twice_is_one(coordinates: str) -> None:
    found = read(lat="35.30000", lon="40.10000", coordinates=coordinates)
    assert not found.problems
    (shape,) = [each.shape for each in found.declarations[0].volumes]
    assert isinstance(shape, Circle)
    assert (shape.centre.lon, shape.centre.lat) == pytest.approx((40.1, 35.3), abs=1e-6)


def test_of_a_shape_and_its_label_the_shape_is_tested() -> None:
    found = read(lat="35.1", lon="40.1", wkt=SQUARE, radius_m="")
    assert isinstance(found.declarations[0].volumes[0].shape, Polygon)
    found = read(lat="35.15", lon="40.15", route="35.1, 40.1; 35.2, 40.2", kind="movement")
    assert isinstance(found.declarations[0].volumes[0].shape, Corridor)


def test_coordinates_that_cannot_be_read_beside_those_that_can_are_flagged() -> None:
    found = read(lat="35.3", lon="40.1", gps="see the map")
    assert "coordinates-unread" in [flag.code for flag in found.declarations[0].flags]
