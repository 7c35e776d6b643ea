"""The geoid that ships with the package against the test values that its makers publish (R27)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.properties.geoid import geoid_m
from tests.twin.oracle import wrap
from thalweg.geometry.geoid import undulation

# NGA, EGM96 interpolation program F477: OUTF477.DAT, latitude, longitude east, undulation in metres.
PUBLISHED = [
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
]


@pytest.mark.parametrize(("lat", "lon_east", "undulation_m"), PUBLISHED)
def test_the_geoid_is_where_its_makers_say(lat: float, lon_east: float, undulation_m: float) -> None:
    assert geoid_m(wrap(lon_east), lat) == pytest.approx(undulation_m, abs=0.5)


def test_the_geoid_has_no_seam_and_no_hole() -> None:
    assert geoid_m(180.0, 12.0) == pytest.approx(geoid_m(-180.0, 12.0), abs=1e-9)
    for lat in (90.0, -90.0):
        assert geoid_m(0.0, lat) == pytest.approx(geoid_m(123.0, lat), abs=0.05)
    assert geoid_m(0.0, 90.0) == pytest.approx(13.606, abs=0.1)
    assert geoid_m(0.0, -90.0) == pytest.approx(-29.535, abs=0.1)


def test_a_position_has_the_same_height_to_the_last_bit_alone_and_among_many() -> None:
    """What a declaration is compared with must not depend on how many are converted at once."""
    drawn = np.random.default_rng(4)
    lon = np.append(drawn.uniform(-180.0, 180.0, 2_000), (-180.0, 180.0, 0.0, -0.0, 35.25))
    lat = np.append(drawn.uniform(-90.0, 90.0, 2_000), (90.0, -90.0, 0.0, 89.99999, 35.25))
    alone = [undulation(lon[at : at + 1], lat[at : at + 1]) for at in range(len(lon))]
    assert np.concatenate(alone).tobytes() == undulation(lon, lat).tobytes()
