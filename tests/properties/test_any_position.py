"""Whatever the position, it can be described, doubted and written. Proves R3, R4."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from thalweg.places import flags
from thalweg.places.areas import Box
from thalweg.places.banks import Bank, river_side
from thalweg.places.describe import describe
from thalweg.places.gazetteer import packaged

lons, lats = st.floats(-180, 180), st.floats(-90, 90)
VALLEY = Box(38.0, 34.0, 41.5, 36.5)


@given(lon=lons, lat=lats)
@settings(max_examples=200)
@example(lon=180.0, lat=0.0)
@example(lon=0.0, lat=90.0)
@example(lon=-180.0, lat=-90.0)
def test_every_position_on_the_earth_is_described(lon: float, lat: float) -> None:
    """R4."""
    found = describe(lon, lat)
    assert found.town is not None
    assert 0 <= found.town.distance_m < 8_000_000
    assert 0 <= found.town.bearing_deg <= 360
    assert found.town.place.name in found.text


@given(lon=lons, lat=lats, uncertainty_m=st.floats(0, 1e6))
@settings(max_examples=200)
def test_a_flag_never_changes_the_position_that_it_is_about(lon: float, lat: float, uncertainty_m: float) -> None:
    """R3: flags repeat the position as entered, and the same question gets the same answer."""
    named = packaged().lookup("Deir ez-Zor")
    stated = flags.read_bank("left bank of the Euphrates")
    ask = {"area": VALLEY, "named": named, "stated_bank": stated, "uncertainty_m": uncertainty_m}
    found = flags.check_position(lon, lat, **ask)  # type: ignore[arg-type]  # keywords of several types
    for flag in found:
        assert flag.sentence.endswith((".", "?"))
        assert (flag.fields["latitude"], flag.fields["longitude"]) == (f"{lat:.6f}", f"{lon:.6f}")
    again = flags.check_position(lon, lat, **ask)  # type: ignore[arg-type]  # keywords of several types
    assert again == found


@given(lon=st.floats(38, 42), lat=st.floats(34, 37), a=st.floats(0, 20_000), b=st.floats(0, 20_000))
@settings(max_examples=200)
def test_more_uncertainty_never_makes_a_bank_certain(lon: float, lat: float, a: float, b: float) -> None:
    """R4: and never turns one bank into the other."""
    less, more = (river_side(lon, lat, uncertainty_m=u) for u in sorted((a, b)))
    assert (less is None) == (more is None)
    if less and more:
        assert less.side is more.side
        if more.bank is not Bank.UNCERTAIN:
            assert less.bank is more.bank is less.side
