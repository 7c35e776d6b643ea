"""Coordinates as people write them. Proves R2; refusals prove R3 (never guess, never repair)."""

from __future__ import annotations

import math

import pytest

from thalweg.model.errors import InputError
from thalweg.places.coordinates import (
    Assumed,
    AxisOrder,
    Form,
    Written,
    join_cells,
    read_latitude,
    read_longitude,
    read_position,
    write_position,
)

LAT, LON = 35.33588, 40.14084  # Deir ez-Zor, GeoNames 170794

# Every form of the one point, by hand from 35.33588 N 40.14084 E: 35°20'09.168" 40°08'27.024".
ONE_POINT = {
    "decimal, bare": "35.33588, 40.14084",
    "decimal, letters": "35.33588N 40.14084E",
    "decimal, letters first": "N35.33588 E40.14084",
    "decimal, longitude first by letters": "40.14084°E 35.33588°N",
    "decimal commas": "35,33588 40,14084",
    "decimal commas, semicolon": "35,33588; 40,14084",
    "decimal commas, comma and space": "35,33588, 40,14084",
    "labels": "lat: 35.33588 lon: 40.14084",
    "labels, longitude first": "longitude=40.14084, latitude=35.33588",
    "DMS": "35°20'09.17\"N 40°08'27.02\"E",
    "DMS, typographic": "35°20′09.17″ N, 40°08′27.02″ E",
    "DMS, other signs": "35º20’09,17” N 40º08’27,02” E",
    "DMS, two apostrophes": "35°20'09.17''N 40°08'27.02''E",
    "DMS, spaces": "35 20 09.17 N 40 08 27.02 E",
    "DMS, bare": "35 20 09.17, 40 08 27.02",
    "DMS, colons": "35:20:09.17 40:08:27.02",
    "DMS, hyphens": "35-20-09.17N 040-08-27.02E",
    "DMS, letters d m s": "35d20m09.17sN 40d08m27.02sE",
    "DDM": "35°20.1528'N 40°08.4504'E",
    "DDM, words": "35 deg 20.1528 min N 40 deg 8.4504 min E",
    "packed DDMMSS": "352009.17N 0400827.02E",
    "packed DDMM": "3520.1528N04008.4504E",
    "packed, letters first": "N352009.17 E0400827.02",
    "ISO 6709": "+35.33588+040.14084/",
    "ISO 6709, packed": "+352009.17+0400827.02/",
    "MGRS": "37S FV 03678 10888",
    "MGRS, unspaced": "37SFV0367810888",
    "UTM": "UTM 37 north 603678.6 3910888.9",
    "UTM, band letter": "37S 603678.6 3910888.9",
    "UTM, zone last": "603678.6E 3910888.9N 37N",
    "Arabic": "٣٥٫٣٣٥٨٨ ش ٤٠٫١٤٠٨٤ ق",
    "Arabic DMS": "٣٥°٢٠'٩٫١٧\" شمالاً، ٤٠°٨'٢٧٫٠٢\" شرقاً",
    "Arabic labels": "خط العرض 35.33588 خط الطول 40.14084",
    "Persian digits": "۳۵٫۳۳۵۸۸ N ۴۰٫۱۴۰۸۴ E",
    "Russian": "35,33588° с. ш., 40,14084° в. д.",
    "Russian letters": "С 35.33588 В 40.14084",
    "no-break spaces and direction marks": "\u200e35.33588\u00a0N\u202c \u200f40.14084\u00a0E\u200e",
}


@pytest.mark.parametrize("text", ONE_POINT.values(), ids=ONE_POINT.keys())
def test_every_form_of_one_point_agrees(text: str) -> None:
    """R2: ten formats of one point agree (here over thirty)."""
    read = read_position(text)
    away_m = math.hypot((read.lat - LAT) * 110_950, (read.lon - LON) * 90_900)
    assert away_m < 1.0
    assert read.text == text


def test_the_text_is_kept_exactly_as_entered() -> None:
    """R2: the as-entered text is kept, marks and all."""
    text = " \u200f٣٥٫٣ ش ٤٠٫١ ق\u00a0"
    assert read_position(text).text == text


@pytest.mark.parametrize(
    ("text", "form", "order", "precision_m"),
    [
        ("35.33588N 40.14084E", Form.DECIMAL, AxisOrder.LAT_LON, 1.11),
        ("40.1E 35.3N", Form.DECIMAL, AxisOrder.LON_LAT, 11_095),
        ("35°20'N 40°08'E", Form.DDM, AxisOrder.LAT_LON, 1849),
        ("35°20'09\"N 40°08'27\"E", Form.DMS, AxisOrder.LAT_LON, 30.8),
        ("3520N 04008E", Form.PACKED, AxisOrder.LAT_LON, 1849),
        ("37S FV", Form.MGRS, AxisOrder.EASTING_NORTHING, 100_000),
        ("37S FV 03 10", Form.MGRS, AxisOrder.EASTING_NORTHING, 1000),
        ("37S FV 03678 10888", Form.MGRS, AxisOrder.EASTING_NORTHING, 1),
        ("UTM 37 north 603678.6 3910888.9", Form.UTM, AxisOrder.EASTING_NORTHING, 0.1),
    ],
)
def test_form_axis_order_and_precision_are_told(text: str, form: Form, order: AxisOrder, precision_m: float) -> None:
    """R2."""
    read = read_position(text)
    assert (read.form, read.axis_order) == (form, order)
    assert read.precision_m == pytest.approx(precision_m, rel=0.01)


def test_an_mgrs_reference_is_a_square_and_its_position_the_centre() -> None:
    """R2."""
    coarse, fine = read_position("37S FV 0 1"), read_position("37S FV 05000 15000")
    assert coarse.precision_m == 10_000
    assert math.hypot((coarse.lat - fine.lat) * 110_950, (coarse.lon - fine.lon) * 90_900) < 2


def test_two_bare_numbers_are_latitude_first_and_marked_as_assumed() -> None:
    """R2, R3."""
    read = read_position("35.3 40.1")
    assert (read.lat, read.lon) == (35.3, 40.1)
    assert read.assumed == (Assumed.AXIS_ORDER,)


def test_a_caller_that_knows_better_says_so_and_it_is_still_marked() -> None:
    read = read_position("40.1 35.3", order=AxisOrder.LON_LAT)
    assert (read.lat, read.lon) == (35.3, 40.1)
    assert read.axis_order is AxisOrder.LON_LAT
    assert read.assumed == (Assumed.AXIS_ORDER,)


def test_a_latitude_beyond_the_pole_is_refused_and_not_exchanged() -> None:
    """R3: the only reading that fits is not taken for the one that was meant."""
    with pytest.raises(InputError) as refusal:
        read_position("140.1, 35.3")
    assert refusal.value.code == "coordinate-range"
    assert "lat, then lon" in refusal.value.sentence


def test_the_s_of_a_utm_zone_is_a_band_where_the_northing_fits_and_is_marked() -> None:
    band = read_position("37S 603678 3910888")
    assert band.lat > 0
    assert band.assumed == (Assumed.UTM_BAND,)
    assert read_position("37S 603678 6910888").lat < 0
    assert read_position("UTM 37 south 603678 3910888").lat < 0
    assert read_position("37N 603678 3910888").lat > 0


def test_a_longitude_counted_all_the_way_east_is_marked() -> None:
    read = read_position("10N 200.5E")
    assert read.lon == -159.5
    assert read.assumed == (Assumed.LONGITUDE_TURN,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "coordinate-empty"),
        ("\u200e \u00a0", "coordinate-empty"),
        ("Salhiya", "coordinate-not-understood"),
        ("35.33588", "coordinate-not-understood"),
        ("35.3.3 40", "coordinate-not-understood"),
        (".5 .5", "coordinate-not-understood"),
        ("35.3N 40.1", "coordinate-not-understood"),
        ("35.3N 40.1N", "coordinate-axis"),
        ("lat 35.3 lat 40.1", "coordinate-axis"),
        ("-35.3S 40.1E", "coordinate-sign"),
        ("35°61'N 40°E", "coordinate-range"),
        ("35°20'60\"N 40°E", "coordinate-range"),
        ("91N 0E", "coordinate-range"),
        ("35N 361E", "coordinate-range"),
        ("35N 190W", "coordinate-range"),
        ("352009 0400827", "coordinate-range"),
        ("35200N 0400827E", "coordinate-not-understood"),
        ("35.3O 40.1N", "coordinate-ambiguous"),
        ("35D20M09S 40D08M27S", "coordinate-ambiguous"),
        ("35,5,40,5", "coordinate-not-understood"),
        ("35.5°20'N 40E", "coordinate-not-understood"),
        ("35'20°N 40E", "coordinate-not-understood"),
        ("37S FV 123", "mgrs-digits"),
        ("37S FV 1234 56", "mgrs-digits"),
        ("37S FV 123456 123456", "mgrs-digits"),
        ("37S FI 12345 12345", "mgrs-square"),
        ("37S ZV 12345 12345", "mgrs-square"),
        ("31F DQ 48251 11932", "mgrs-square"),
        ("61S FV 12345 12345", "mgrs-square"),
        ("61N 603678 3910888", "utm-range"),
        ("37T 603678 3910888", "utm-range"),
        ("37N 950000 3910888", "utm-range"),
        ("1" * 500, "coordinate-not-understood"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(text: str, code: str) -> None:
    """R3."""
    with pytest.raises(InputError) as refusal:
        read_position(text)
    assert refusal.value.code == code
    assert refusal.value.sentence
    if code not in ("coordinate-empty",):
        assert refusal.value.fields["expected"]


def test_commas_that_could_be_decimal_or_separating_are_refused() -> None:
    """R3: 35.5 and 40, or 35 and 5°40'?"""
    with pytest.raises(InputError) as refusal:
        read_position("35,5 40")
    assert refusal.value.code == "coordinate-ambiguous"


def test_separate_cells_are_read_and_joined() -> None:
    """R2: two columns of a table."""
    joined = join_cells(read_latitude("35° 20' 09\""), read_longitude("40,14084"))
    assert isinstance(joined, Written)
    assert joined.axis_order is AxisOrder.CELLS
    assert joined.lat == pytest.approx(35.33583, abs=1e-5)
    assert joined.lon == 40.14084
    assert joined.precision_m == pytest.approx(30.8, rel=0.01)


@pytest.mark.parametrize("text", ["40.14084E", "E 40.14084", "lon 40.14084"])
def test_a_longitude_in_a_latitude_cell_is_refused(text: str) -> None:
    """R3: swapped columns are caught, not exchanged."""
    with pytest.raises(InputError) as refusal:
        read_latitude(text)
    assert refusal.value.code == "coordinate-axis"


def test_signs_in_cells() -> None:
    assert read_latitude("-35.5").degrees == -35.5
    assert read_latitude("−35.5").degrees == -35.5  # a minus sign, not a hyphen
    assert read_latitude("35.5S").degrees == -35.5
    assert read_longitude("0.5 غ").degrees == -0.5
    assert read_longitude("0071512E").degrees == pytest.approx(7.25333, abs=1e-5)


def test_joining_the_cells_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(InputError):
        join_cells(read_longitude("40"), read_latitude("35"))


def test_positions_are_written_in_every_form() -> None:
    assert {form.value: write_position(LON, LAT, form) for form in Form} == {
        "decimal": "35.33588°N 40.14084°E",
        "dms": "35°20'09.2\"N 40°08'27.0\"E",
        "ddm": "35°20.153'N 40°08.450'E",
        "packed": "352009N 0400827E",
        "mgrs": "37S FV 03678 10888",
        "utm": "UTM 37 north 603679 3910889",
    }


def test_rounding_up_never_writes_sixty() -> None:
    assert write_position(-7.9999999, -59.9999999, Form.DMS) == "60°00'00.0\"S 8°00'00.0\"W"
    assert write_position(7.9999999, 59.9999999, Form.PACKED) == "600000N 0080000E"
    assert write_position(7.9999999, 59.9999999, Form.DDM) == "60°00.000'N 8°00.000'E"


def test_utm_has_no_pole_and_mgrs_has_one() -> None:
    with pytest.raises(InputError) as refusal:
        write_position(0, 89, Form.UTM)
    assert refusal.value.code == "utm-range"
    assert write_position(0, 90, Form.MGRS) == "Z AH 00000 00000"


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (math.nan, 0), (0, math.inf)])
def test_what_is_not_on_the_earth_is_not_written(lon: float, lat: float) -> None:
    with pytest.raises(InputError):
        write_position(lon, lat, Form.DECIMAL)


def test_a_square_outside_the_band_of_its_letter_is_read_and_marked() -> None:
    """R3: the 100 km square FA of zone 37 straddles the edge of bands S and T."""
    inside = read_position(write_position(41.0, 40.2, Form.MGRS))
    assert not inside.assumed
    other = read_position(inside.text.replace("37T", "37S"))
    assert other.assumed == (Assumed.GRID_BAND,)
    assert (other.lon, other.lat) == (inside.lon, inside.lat)
