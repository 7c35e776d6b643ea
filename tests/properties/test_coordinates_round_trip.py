"""Properties of reading and writing coordinates. Proves R2."""

from __future__ import annotations

import contextlib
import math

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from thalweg.model.errors import InputError
from thalweg.places import coordinates, grids
from thalweg.places.coordinates import Form, read_position, write_position

lons = st.floats(-180, 180)
lats = st.floats(-90, 90)
utm_lats = st.floats(-80, 84)


@pytest.mark.parametrize("form", Form)
@given(lon=lons, lat=lats, more=st.integers(0, 5))
@settings(max_examples=400)
@example(lon=180.0, lat=0.0, more=5)
@example(lon=-180.0, lat=83.9999999, more=5)
@example(lon=0.0, lat=90.0, more=5)
@example(lon=-45.0, lat=-90.0, more=3)
def test_what_is_written_is_read_back_to_within_its_digits(form: Form, lon: float, lat: float, more: int) -> None:
    """R2: the round trip stays within one unit of the last digit written."""
    if (form is Form.UTM and not -80 <= lat <= 84) or (form is Form.MGRS and not more):
        return
    read = read_position(write_position(lon, lat, form, digits=more))
    apart = Geodesic.WGS84.Inverse(lat, lon, read.lat, read.lon)["s12"]
    # Half a unit on each axis; a square's centre is half a diagonal from its corner, and 0.7 % for scale.
    assert apart <= read.precision_m * math.sqrt(0.5) * 1.007 + 1e-3
    if form not in (Form.MGRS, Form.UTM):
        assert read.form in (form, Form.DECIMAL, Form.DDM)
        assert not read.assumed


@given(lon=lons, lat=utm_lats)
@settings(max_examples=300, deadline=None)
def test_utm_agrees_with_proj(lon: float, lat: float) -> None:
    zone = grids.zone_of(lon, lat)
    transformer = _proj(32600 + zone if lat >= 0 else 32700 + zone)
    easting, northing = transformer.transform(lon, lat)
    ours = grids.to_utm(lon, lat, zone)
    assert math.hypot(ours.easting - easting, ours.northing - northing) < 1e-6
    back_lon, back_lat = grids.from_utm(ours)
    assert abs(back_lat - lat) < 1e-11
    assert abs((back_lon - lon + 180) % 360 - 180) * math.cos(math.radians(lat)) < 1e-11


@given(lon=lons, lat=st.floats(60, 90), north=st.booleans())
@settings(max_examples=300)
def test_ups_agrees_with_proj(lon: float, lat: float, *, north: bool) -> None:
    signed = lat if north else -lat
    easting, northing = _proj(32661 if north else 32761).transform(lon, signed)
    ours = grids.to_ups(lon, signed, north=north)
    assert math.hypot(ours.easting - easting, ours.northing - northing) < 1e-6
    assert abs(grids.from_ups(ours)[1] - signed) < 1e-11


def test_whole_metres_are_those_of_what_is_rounded_to_a_micrometre() -> None:
    """Truncated as the standard wants; a float that misses its whole metre by its last bits has not missed it."""
    for metre in (0.0, 1.0, 166_021.0, 500_000.0, 833_978.0, 9_999_999.0, 10_000_000.0):
        for off in (0.0, 1e-9, 4.9e-7, 5.1e-7, 9.9e-6, 1.1e-5, 0.5, 1 - 1.1e-5, 1 - 9.9e-6, 1 - 5.1e-7, 1 - 4.9e-7):
            for value in (metre + off, math.nextafter(metre + off, math.inf), math.nextafter(metre + off, -math.inf)):
                assert grids._whole(value) == math.floor(round(value, 6))


@given(lon=lons, lat=lats, digits=st.integers(1, 5))
@settings(max_examples=500)
def test_an_mgrs_square_holds_the_position_that_it_was_made_from(lon: float, lat: float, digits: int) -> None:
    """R2."""
    read = read_position(write_position(lon, lat, Form.MGRS, digits=digits))
    assert read.precision_m == 10 ** (5 - digits)
    apart = Geodesic.WGS84.Inverse(lat, lon, read.lat, read.lon)["s12"]
    assert apart <= read.precision_m * math.sqrt(0.5) * 1.007 + 1e-3


ALPHABET = st.sampled_from([*"0123456789.,;:+-°'\"NSEWnsewdmsOZABFVU /|()", "ش", "ق", "٣", "С", "В", "″", "\u200f"])
PIECES = st.sampled_from(
    [
        *("35", "20", "09", "40.14", "N", "E", "S", "W", "lat", "lon", "°", "'", '"', ",", " ", "-", "+", ":", ";"),
        *("37S", "FV", "03678", "10888", "UTM", "north", "с. ш.", "в. д.", "ش", "غ", "٤٠٫١", "352009N", "0400827E"),
        *("s", "m", "d"),
    ]
)


@given(st.one_of(st.text(max_size=40), st.text(ALPHABET, max_size=30), st.lists(PIECES, max_size=12).map("".join)))
@settings(max_examples=3000)
def test_whatever_is_read_is_on_the_earth_or_refused_with_our_error(text: str) -> None:
    """R2, R3: hostile input raises InputError and nothing else."""
    for read in (read_position, coordinates.read_latitude, coordinates.read_longitude):
        with contextlib.suppress(InputError):
            found = read(text)
            if isinstance(found, coordinates.Written):
                assert -180 <= found.lon <= 180
                assert -90 <= found.lat <= 90
                assert found.precision_m > 0
                assert found.text == text


def _proj(epsg: int) -> Transformer:
    return Transformer.from_crs(4326, epsg, always_xy=True)
