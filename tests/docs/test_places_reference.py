"""The reference pages on coordinates and places say what the code does. Proves R2, R3."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic

from thalweg.places.coordinates import Assumed, read_position

ROOT = Path(__file__).parents[2]
COORDINATES = (ROOT / "docs/reference/coordinates.md").read_text("utf-8")
PLACES = (ROOT / "docs/reference/places.md").read_text("utf-8")
# Of another point than the table's: their own publishers' examples, and squares too large to compare.
ELSEWHERE = {"46N078W", "4807.038,N,01131.000,E", "37SFV", "Z AH 1234 5678"}


def _examples() -> list[str]:
    table = COORDINATES.split("## Forms")[1].split("\n## ")[0]
    cells = [line.split("|")[2] for line in table.splitlines() if line.count("|") == 4]
    return re.findall(r"`([^`]+)`", " ".join(cells))


@pytest.mark.parametrize("text", _examples())
def test_every_example_in_the_table_of_forms_is_read_as_the_one_point(text: str) -> None:
    """R2."""
    read = read_position(text)
    if text not in ELSEWHERE:
        apart = Geodesic.WGS84.Inverse(read.lat, read.lon, 35.33588, 40.14084)["s12"]
        assert apart <= read.precision_m + 1


def test_there_are_examples_enough() -> None:
    assert len(_examples()) > 20
    assert set(_examples()) >= ELSEWHERE


def test_every_refusal_and_assumption_is_documented() -> None:
    source = "".join((ROOT / "src/thalweg/places" / name).read_text("utf-8") for name in ("coordinates.py", "grids.py"))
    codes = set(re.findall(r'"((?:coordinate|mgrs|utm)-[a-z-]+)"', source))
    assert len(codes) > 8
    for code in codes | {assumed.value for assumed in Assumed}:
        assert f"`{code}`" in COORDINATES, code


def test_every_refusal_of_a_gazetteer_file_is_documented() -> None:
    source = "".join((ROOT / "src/thalweg/places" / name).read_text("utf-8") for name in ("regions.py", "gazetteer.py"))
    codes = set(re.findall(r'"(gazetteer-[a-z]+)"', source))
    assert codes == {"gazetteer-row", "gazetteer-file", "gazetteer-format"}
    for code in codes:
        assert f"`{code}`" in PLACES, code


def test_every_flag_is_documented() -> None:
    source = (ROOT / "src/thalweg/places/flags.py").read_text("utf-8")
    codes = set(re.findall(r'"((?:position|place|bank|mgrs|precision|axis|utm|grid|longitude)-[a-z-]+)"', source))
    assert len(codes) > 12
    for code in codes:
        assert f"`{code}`" in PLACES, code
