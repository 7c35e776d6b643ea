"""Heights keep their datum, lengths their unit; what is not said is not assumed (R27)."""

from __future__ import annotations

import pytest

from thalweg.drafts.heights import read_band, read_datum, read_height, read_length
from thalweg.drafts.texts import number
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.measures import Band, Datum


@pytest.mark.parametrize(
    ("text", "metres", "datum"),
    [
        ("3300 m AMSL", 3300.0, Datum.EGM96),
        ("3300m MSL", 3300.0, Datum.EGM96),
        ("1000 ft AGL", 304.8, Datum.AGL),
        ("10,000 ft AMSL", 3048.0, Datum.EGM96),
        ("FL100", 3048.0, Datum.FL),
        ("fl 330", 10058.4, Datum.FL),
        ("GND", 0.0, Datum.AGL),
        ("SFC", 0.0, Datum.AGL),
        ("UNL", None, None),
        ("450", 450.0, None),
        ("-400 m AMSL", -400.0, Datum.EGM96),
        ("1 200 m (EGM2008)", 1200.0, Datum.EGM2008),
        ("120,5 m WGS84", 120.5, Datum.WGS84),
        ("٣٣٠٠ م", 3300.0, None),
        ("3300 м над уровнем моря", 3300.0, Datum.EGM96),
        ("500 pieds", 152.4, None),
        ("200 m above my head", 200.0, Datum.UNKNOWN),
    ],
)
def test_a_height_is_metres_above_what_it_says(text: str, metres: float | None, datum: Datum | None) -> None:
    height = read_height(text)
    assert height.metres == (None if metres is None else pytest.approx(metres))
    assert height.datum is datum


@pytest.mark.parametrize("text", ["high", "", "m", "FL", "1e400 m", "1,500 m"])
def test_what_is_no_height_or_two_heights_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_height(text)
    assert refused.value.code in {"height-unreadable", "number-ambiguous", "number-unreadable"}


def test_limits_may_have_two_datums() -> None:
    band, flags = read_band("GND", "FL100")
    assert band == Band(0.0, 3048.0, Datum.AGL, Datum.FL)
    assert flags == ()


def test_a_missing_datum_is_unknown_and_asked_about_once() -> None:
    band, flags = read_band("100", "500 m")
    assert band == Band(100.0, 500.0, Datum.UNKNOWN)
    assert [flag.code for flag in flags] == ["height-datum-missing"]


def test_an_unknown_datum_is_kept_as_written_in_the_flag() -> None:
    band, flags = read_band("100", "", datum="Alexandria 1907")
    assert band == Band(100.0, None, Datum.UNKNOWN)
    assert [(flag.code, flag.fields["datum"]) for flag in flags] == [("height-datum-unknown", "Alexandria 1907")]


def test_the_datum_in_the_text_wins_over_the_field() -> None:
    band, _ = read_band("100 m AGL", "500", datum="AMSL")
    assert band == Band(100.0, 500.0, Datum.AGL, Datum.EGM96)


def test_no_limits_are_no_band() -> None:
    assert read_band("", " ") == (None, ())
    assert read_band("", "UNL") == (None, ())


def test_a_band_upside_down_is_refused() -> None:
    with pytest.raises(ValueRefused):
        read_band("500 m AMSL", "100 m AMSL")


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("500", 500),
        ("500 m", 500),
        ("0,5 km", 500),
        ("3 NM", 5556),
        ("1500 ft", 457.2),
        ("2 mi", 3218.688),
        ("5 км", 5000),
    ],
)
def test_lengths_have_units(text: str, metres: float) -> None:
    assert read_length(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["far", "-5 m", "5 parsec", "", "nan", "1,500"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_length(text)


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    assert read_height("1000", unit="ft").metres == pytest.approx(304.8)
    assert read_datum("msl") == (Datum.EGM96, "")


def test_decimal_commas_are_read_and_thousands_are_not_guessed() -> None:
    assert number("3,5") == 3.5
    assert number("0,125") == 0.125
    assert number("12 500") == 12500
    with pytest.raises(InputError) as refused:
        number("1,500")
    assert refused.value.code == "number-ambiguous"


@pytest.mark.parametrize("text", ["100 fathoms", "30 m/40 m", "0x10 m", "100 yd AMSL", "5 kft"])
def test_a_height_in_another_unit_is_refused_and_never_read_as_metres_above_an_unknown_datum(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_height(text)
    assert refused.value.code == "unit-unknown"


def test_a_datum_of_heights_that_is_not_known_stays_a_question() -> None:
    assert read_height("100 m Baltic 1977").odd_datum == "Baltic 1977"
    assert read_height("100 NAVD88").odd_datum == "NAVD88"
