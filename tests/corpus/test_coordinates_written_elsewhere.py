"""Coordinates that others published, with what they said these mean. Proves R2."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic

from thalweg.places.coordinates import read_position
from thalweg.places.grids import to_mgrs

HERE = Path(__file__).parent / "coordinates"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", _rows("written_elsewhere.csv"), ids=lambda row: row["text"])
def test_a_published_coordinate_means_what_its_publisher_said(row: dict[str, str]) -> None:
    """R2."""
    read = read_position(row["text"])
    metres = Geodesic.WGS84.Inverse(read.lat, read.lon, float(row["lat"]), float(row["lon"]))["s12"]
    assert metres <= float(row["within_m"])
    assert " ".join(read.assumed) == row["assumed"]
    assert read.text == row["text"]


@pytest.mark.parametrize("row", _rows("mgrs_of_positions.csv"), ids=lambda row: row["mgrs"])
def test_a_position_has_the_mgrs_reference_that_others_give_it(row: dict[str, str]) -> None:
    """R2."""
    ours = to_mgrs(float(row["lon"]), float(row["lat"]))
    assert ours == row["mgrs"]
