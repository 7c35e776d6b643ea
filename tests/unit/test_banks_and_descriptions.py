"""Banks of rivers, and positions in words. Proves R4."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import example, given
from hypothesis import strategies as st

from thalweg.places import around, banks, basemap
from thalweg.places.banks import Bank, river_side
from thalweg.places.describe import describe, describe_all, texts
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place, packaged

RIVERS = {river.id: river for river in banks.rivers()}


@pytest.mark.parametrize(
    ("place", "lon", "lat", "side"),
    [
        ("Deir ez-Zor airport", 40.1760, 35.2854, Bank.RIGHT),
        ("Salhiya opposite Deir ez-Zor", 40.17391, 35.35252, Bank.LEFT),
        ("industrial zone", 40.185, 35.385, Bank.LEFT),
        ("Khusham", 40.28916, 35.30088, Bank.LEFT),
        ("Muh Hasan", 40.3166, 35.23349, Bank.RIGHT),
        ("Raqqa", 39.00788, 35.95283, Bank.LEFT),
    ],
)
def test_known_places_are_on_their_bank_of_the_euphrates(place: str, lon: float, lat: float, side: Bank) -> None:
    """R4: the Euphrates runs north-west to south-east here, so its left bank is the north-eastern one."""
    found = river_side(lon, lat)
    assert found is not None
    assert (found.river, found.bank) == ("Euphrates", side)
    assert found.source == "WDBII"


@pytest.mark.parametrize(
    ("lon", "lat"), [(40.45154, 35.01982), (40.91854, 34.45226), (40.73842, 34.74422), (40.25908, 35.30839)]
)
def test_within_a_kilometre_of_the_channel_the_bank_is_uncertain(lon: float, lat: float) -> None:
    """R4: Mayadin, Abu Kamal, the other Salhiya, Mazlum."""
    found = river_side(lon, lat)
    assert found is not None
    assert found.distance_m < 1000
    assert found.bank is Bank.UNCERTAIN
    assert found.side in (Bank.LEFT, Bank.RIGHT)
    assert "uncertain" in describe(lon, lat).text
    assert "from the channel" in describe(lon, lat).text


def test_a_vague_position_makes_the_bank_uncertain_farther_out() -> None:
    """R4."""
    near = river_side(40.185, 35.385, uncertainty_m=100)
    vague = river_side(40.185, 35.385, uncertainty_m=6000)
    assert near is not None
    assert vague is not None
    assert (near.bank, vague.bank) == (Bank.LEFT, Bank.UNCERTAIN)
    assert vague.side is Bank.LEFT


def test_the_two_sides_of_the_line_are_opposite_all_along_it() -> None:
    """A step to the left of the flow is on the left bank, a step to the right on the right one."""
    river = RIVERS["euphrates"]
    line = river.parts[1].line
    for i in range(100, len(line) - 100, 40):
        (x1, y1), (x2, y2) = line[i], line[i + 1]
        length = np.hypot(x2 - x1, y2 - y1)
        across = (-(y2 - y1) / length * 3e-4, (x2 - x1) / length * 3e-4)
        middle = ((x1 + x2) / 2, (y1 + y2) / 2)
        left = river_side(middle[0] + across[0], middle[1] + across[1], river=river)
        right = river_side(middle[0] - across[0], middle[1] - across[1], river=river)
        assert left is not None
        assert right is not None
        assert (left.side, right.side) == (Bank.LEFT, Bank.RIGHT)


def test_rivers_run_downstream() -> None:
    """Every part of a river begins upstream: the Euphrates ends in the south-east, the Khabur in it."""
    for river in banks.rivers():
        assert river.parts
        for part in river.parts:
            if part.source == "WDBII":
                gaps = [
                    Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"]
                    for a, b in zip(part.line[:-1], part.line[1:], strict=True)
                ]
                assert max(gaps) < 5000
    euphrates, khabur = RIVERS["euphrates"], RIVERS["khabur"]
    assert euphrates.parts[1].line[-1][0] > euphrates.parts[1].line[0][0]
    mouth = khabur.parts[0].line[-1]
    assert np.hypot(*(euphrates.parts[1].line - mouth).T).min() < 0.02


def test_no_river_far_from_all_and_none_past_the_end_of_a_line() -> None:
    assert river_side(-8.15, 39.92) is None
    end = banks.rivers()[2].parts[0].line[-1]
    assert banks._pass(banks.rivers()[2].parts[0], end[0] + 0.1, end[1] - 0.1, 90_000, 111_000) is None


def test_on_a_lake_the_bank_is_uncertain() -> None:
    found = river_side(38.15, 36.0)
    assert found is not None
    assert found.lake == "Buhayrat al-Assad"
    assert found.bank is Bank.UNCERTAIN
    assert "within Buhayrat al-Assad" in describe(38.15, 36.0).text


def test_a_position_is_described_by_town_settlement_and_bank() -> None:
    """R4: nearest place, distance, bearing, bank."""
    found = describe(40.215, 35.36)
    assert found.text == "7.3 km ENE of Deir ez-Zor (2.5 km NE of Hatla), left bank of the Euphrates"
    assert found.town is not None
    true = Geodesic.WGS84.Inverse(35.33588, 40.14084, 35.36, 40.215)
    assert found.town.distance_m == pytest.approx(true["s12"], abs=1)
    assert found.town.bearing_deg == pytest.approx(true["azi1"], abs=0.3)


def test_a_description_works_far_from_the_carried_region() -> None:
    """R4: as useful over a forest fire in Portugal."""
    text = describe(-8.15, 39.92).text
    assert " of " in text
    assert "bank" not in text


def test_descriptions_come_in_the_order_of_the_positions() -> None:
    asked = [(40.215, 35.36), (-8.15, 39.92), (40.215, 35.36)]
    found = describe_all(asked)
    assert [(d.lon, d.lat) for d in found] == asked
    assert found[0] == found[2]
    assert describe_all([]) == []


@given(st.lists(st.tuples(st.floats(36.0, 46.0), st.floats(32.0, 37.5)), max_size=5))
@example([(38.15, 36.0), (-8.15, 39.92), (40.05, 35.2), (40.185, 35.385)])
def test_texts_alone_are_those_of_the_descriptions(asked: list[tuple[float, float]]) -> None:
    nothing = Gazetteer(MemoryShelf([]))
    for known in (None, nothing):
        assert texts(asked, gazetteer=known) == [each.text for each in describe_all(asked, gazetteer=known)]


def test_an_empty_gazetteer_still_describes_the_river() -> None:
    nothing = Gazetteer(MemoryShelf([]))
    assert describe(40.185, 35.385, gazetteer=nothing).text == ("no known place near, left bank of the Euphrates")
    one = Gazetteer(MemoryShelf([Place("x", "Xtown", "", 0.0, 0.0, Kind.TOWN)]))
    assert describe(0.0, 0.0, gazetteer=one).text == "at Xtown"
    assert describe(0.0, 18.0, gazetteer=one).text == "1 991 km N of Xtown"


def test_every_layer_of_the_basemap_is_geojson() -> None:
    for name in basemap.LAYERS:
        assert basemap.layer(name)["type"] == "FeatureCollection"
    with pytest.raises(KeyError):
        basemap.layer("secrets")


def test_far_from_the_river_the_side_and_the_distance_are_told() -> None:
    """R4: nobody calls a camp 20 km out in the steppe "on the bank"."""
    assert "on the right-bank side of the Euphrates, " in describe(40.05, 35.2).text


@given(st.floats(36.0, 46.0), st.floats(32.0, 37.5), st.floats(0.0, 0.03), st.floats(0.0, 0.03))
def test_what_is_remembered_of_a_cell_gives_the_river_that_asking_afresh_gives(
    lon: float, lat: float, dx: float, dy: float
) -> None:
    around.river_side(lon, lat)
    side, afresh = around.river_side(lon + dx, lat + dy), banks.river_side(lon + dx, lat + dy)
    assert (side is None) == (afresh is None)
    if side is not None and afresh is not None:
        assert side.distance_m == pytest.approx(afresh.distance_m, abs=1e-6)
        assert replace(side, distance_m=0.0) == replace(afresh, distance_m=0.0)


@given(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_what_is_remembered_of_a_cell_gives_the_places_that_asking_afresh_gives(
    lon: float, lat: float, dx: float, dy: float
) -> None:
    """R4: everywhere, over an ocean and at the poles and the antimeridian too."""
    known = packaged()
    near = around.Neighbourhood(known)
    near.nearest(lon, lat)
    x, y = max(-180.0, min(180.0, lon + dx)), max(-90.0, min(90.0, lat + dy))
    for found, towns_only in zip(near.nearest(x, y), (True, False), strict=True):
        assert found is not None
        afresh = known.nearest(np.array([x]), np.array([y]), towns_only=towns_only)
        assert found[1] == pytest.approx(float(afresh.distance_m[0]), rel=1e-9, abs=1e-6)
