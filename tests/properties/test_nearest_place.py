"""The tiled search for the nearest place against comparing with every place. Proves R4."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from thalweg.places import ground, names
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place, packaged

Angles = NDArray[np.float64]
positions = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(places=st.lists(positions, min_size=1, max_size=40), asked=st.lists(positions, min_size=1, max_size=20))
@settings(max_examples=200)
def test_the_nearest_of_a_few_places_is_the_nearest(
    places: list[tuple[float, float]], asked: list[tuple[float, float]]
) -> None:
    """R4."""
    gazetteer = Gazetteer(
        MemoryShelf(Place(str(i), f"p{i}", "", lon, lat, Kind.TOWN) for i, (lon, lat) in enumerate(places))
    )
    lons, lats = np.array(asked).T
    found = gazetteer.nearest(lons, lats)
    for i, (lon, lat) in enumerate(asked):
        least = min(_sphere(lon, lat, *place) for place in places)
        chosen = gazetteer.place(int(found.number[i]))
        assert _sphere(lon, lat, chosen.lon, chosen.lat) <= least + 1e-9


@pytest.mark.parametrize("towns_only", [False, True])
def test_the_nearest_of_the_packaged_places_is_the_nearest(*, towns_only: bool) -> None:
    """R4: seeded positions over the world, and thick over the region that is carried in depth."""
    seeded = np.random.default_rng(20170916)
    lons = np.concatenate((seeded.uniform(-180, 180, 150), seeded.uniform(36, 42, 150)))
    lats = np.concatenate((np.degrees(np.arcsin(seeded.uniform(-1, 1, 150))), seeded.uniform(32.5, 37, 150)))
    gazetteer = packaged()
    index = gazetteer.towns if towns_only else gazetteer.settlements
    found = gazetteer.nearest(lons, lats, towns_only=towns_only)
    for i in range(len(lons)):
        every = _spheres(lons[i], lats[i], index._lon, index._lat)
        chosen = gazetteer.place(int(found.number[i]))
        assert _sphere(lons[i], lats[i], chosen.lon, chosen.lat) <= every.min() + 1e-7


@given(a=positions, b=positions)
@settings(max_examples=500)
def test_distances_agree_with_the_geodesic_oracle(a: tuple[float, float], b: tuple[float, float]) -> None:
    true = Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])
    ours, bearing, _ = ground.inverse(a[0], a[1], b[0], b[1])
    bound = 20.0 if true["a12"] < 90 else 120.0 if true["a12"] < 150 else 60_000.0
    assert abs(float(ours) - true["s12"]) <= bound
    if 1.0 < true["s12"] < 5e6 and max(abs(a[1]), abs(b[1])) < 80:
        assert abs((float(bearing) - true["azi1"] + 180) % 360 - 180) < 0.3


@given(st.text(max_size=40))
@settings(max_examples=500)
def test_folding_is_stable_and_never_fails(text: str) -> None:
    """R5: a folded name folds to itself, and upper case folds as lower case does."""
    folded = names.fold(text)
    assert names.fold(folded) == folded
    assert " " not in folded
    names.wanted(text)
    packaged().lookup(text)


def _sphere(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    return float(_spheres(lon1, lat1, np.array([lon2]), np.array([lat2]))[0])


def _spheres(lon: float, lat: float, lons: Angles, lats: Angles) -> Angles:
    """Great-circle angles, by haversines: exact where the others are close."""
    x, y, xs, ys = np.radians(lon), np.radians(lat), np.radians(lons), np.radians(lats)
    h = np.sin((ys - y) / 2) ** 2 + np.cos(y) * np.cos(ys) * np.sin((xs - x) / 2) ** 2
    angles: Angles = 2 * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    return angles
