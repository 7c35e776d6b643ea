"""Times as people write them: read or refused, never guessed (R26)."""

from __future__ import annotations

import pytest

from thalweg.drafts.times import Side, read_duration, read_time
from thalweg.model.errors import InputError


def utc(text: str, *, side: Side = Side.START, zone: str = "", stated_zone: str = "") -> str:
    return str(read_time(text, side=side, what="start", zone=zone, stated_zone=stated_zone).instant)


def codes(text: str, *, side: Side = Side.START, zone: str = "") -> list[str]:
    return [flag.code for flag in read_time(text, side=side, what="start", zone=zone).flags]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-09-16T00:30:00Z", "2017-09-16T00:30:00Z"),
        ("2017-09-16t00:30:00z", "2017-09-16T00:30:00Z"),
        ("2017-09-16T03:30+03:00", "2017-09-16T00:30:00Z"),
        ("2017-09-16T03:30+03", "2017-09-16T00:30:00Z"),
        ("2017-09-16 03:30 +0300", "2017-09-16T00:30:00Z"),
        ("2017-09-15T20:00-04:30", "2017-09-16T00:30:00Z"),
        ("2017-09-16 03:30 UTC+3", "2017-09-16T00:30:00Z"),
        ("2017-09-16 00:30 UTC", "2017-09-16T00:30:00Z"),
        ("2017-09-16T03:30 Asia/Damascus", "2017-09-16T00:30:00Z"),
        ("2017-09-16T03:30+03:00[Asia/Damascus]", "2017-09-16T00:30:00Z"),
        ("2017-09-16T03:30[Asia/Damascus]", "2017-09-16T00:30:00Z"),
        ("20170916T003000Z", "2017-09-16T00:30:00Z"),
        ("2017/09/16 00:30:00+00", "2017-09-16T00:30:00Z"),
        ("16.09.2017 03:30 +03:00", "2017-09-16T00:30:00Z"),
        ("16/09/2017 00:30Z", "2017-09-16T00:30:00Z"),
        ("09/16/2017 12:30 am Z", "2017-09-16T00:30:00Z"),
        ("16 Sep 2017 00:30 UTC", "2017-09-16T00:30:00Z"),
        ("16 сентября 2017 03:30 +03:00", "2017-09-16T00:30:00Z"),
        ("16 septembre 2017 00:30 GMT", "2017-09-16T00:30:00Z"),
        ("160030ZSEP17", "2017-09-16T00:30:00Z"),
        ("160330C SEP 2017", "2017-09-16T00:30:00Z"),
        ("2017-09-15T24:00Z", "2017-09-16T00:00:00Z"),
        ("٢٠١٧-٠٩-١٦T٠٠:٣٠Z", "2017-09-16T00:30:00Z"),
        ("2017-09-16T00:30:00.250Z", "2017-09-16T00:30:00.250Z"),
    ],
)
def test_a_time_with_its_zone_is_one_instant_however_it_is_written(text: str, expected: str) -> None:
    assert utc(text) == expected
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2017-09-16T03:30", "time-unzoned"),
        ("2017-09-16", "time-unzoned"),
        ("05/06/2017 03:30Z", "time-date-ambiguous"),
        ("2017-13-01T00:00Z", "time-unreadable"),
        ("2017-02-29T00:00Z", "time-unreadable"),
        ("2017-09-16T25:00Z", "time-unreadable"),
        ("2017-09-16T24:30Z", "time-unreadable"),
        ("2017-09-16T10:61Z", "time-unreadable"),
        ("tomorrow", "time-unreadable"),
        ("1505521800", "time-unreadable"),
        ("16 Foo 2017 00:30Z", "time-unreadable"),
        ("2017-09-16T03:30 EET", "time-zone-unknown"),
        ("2017-09-16T03:30 Asia/Nowhere", "time-zone-unknown"),
        ("2017-09-16T03:30 ../etc/passwd", "time-zone-unknown"),
        ("1017-09-16T03:30Z", "time-range"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        utc(text)
    assert refused.value.code == code
    assert refused.value.fields["expected"]


def test_a_time_without_zone_is_local_where_the_theatre_says_so_and_is_flagged() -> None:
    assert utc("2017-09-16T03:30", zone="Asia/Damascus") == "2017-09-16T00:30:00Z"
    assert codes("2017-09-16T03:30", zone="Asia/Damascus") == ["time-zone-assumed"]


def test_a_zone_stated_in_another_cell_is_used_without_a_flag() -> None:
    read = read_time("2017-09-16 03:30", side=Side.START, what="start", stated_zone="+03:00")
    assert str(read.instant) == "2017-09-16T00:30:00Z"
    assert not read.flags


def test_a_date_alone_begins_with_its_day_and_ends_with_it() -> None:
    assert utc("2017-09-16", zone="UTC") == "2017-09-16T00:00:00Z"
    assert utc("2017-09-16", zone="UTC", side=Side.END) == "2017-09-17T00:00:00Z"
    assert "time-date-only" in codes("2017-09-16", zone="UTC")


def test_an_hour_that_came_twice_is_read_the_wider_way_and_flagged() -> None:
    # Damascus left summer time on 27 October 2017 at midnight: 23:30 on the 26th came twice.
    text = "2017-10-26 23:30"
    assert utc(text, zone="Asia/Damascus") == "2017-10-26T20:30:00Z"
    assert utc(text, zone="Asia/Damascus", side=Side.END) == "2017-10-26T21:30:00Z"
    assert "time-twice" in codes(text, zone="Asia/Damascus")


def test_an_hour_that_never_came_is_read_the_wider_way_and_flagged() -> None:
    # Lisbon went to summer time on 26 March 2017 at 01:00 UTC: 01:30 never came.
    text = "2017-03-26 01:30 Europe/Lisbon"
    assert utc(text) == "2017-03-26T00:30:00Z"
    assert utc(text, side=Side.END) == "2017-03-26T01:30:00Z"
    assert codes(text) == ["time-skipped"]


def test_a_way_point_at_an_hour_that_came_twice_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        utc("2017-10-26 23:30", zone="Asia/Damascus", side=Side.MOMENT)
    assert refused.value.code == "time-ambiguous"


def test_years_that_mean_never_ends_are_read_as_open_and_flagged() -> None:
    read = read_time("9999-12-31T23:59:59Z", side=Side.END, what="end")
    assert read.instant is None
    assert [flag.code for flag in read.flags] == ["time-sentinel"]
    assert read_time("UFN", side=Side.END, what="end").instant is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("600", 600), ("10 min", 600), ("1,5 h", 5400), ("3 days", 259200), ("48 ч", 172800)]
)
def test_durations_have_units(text: str, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "5 fortnights", "1:30"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_duration(text)


@pytest.mark.parametrize("offset", ["+15:00", "-13:00", "+14:30", "+99:00", "-12:30", "+24:00"])
def test_an_offset_that_no_place_has_is_a_slip_and_refused(offset: str) -> None:
    for text in (f"2031-05-01T06:00{offset}", f"2031-05-01 06:00 UTC{offset}"):
        with pytest.raises(InputError) as refused:
            read_time(text, side=Side.START, what="start")
        assert refused.value.code in ("time-zone-unknown", "time-unreadable")
        assert "timedelta" not in refused.value.sentence


@pytest.mark.parametrize("offset", ["+14:00", "-12:00", "+05:45"])
def test_the_widest_offsets_that_there_are_are_read(offset: str) -> None:
    assert read_time(f"2031-05-01T06:00{offset}", side=Side.START, what="start").instant is not None


def test_an_offset_beside_a_zone_that_does_not_have_it_is_refused_and_one_that_has_is_read() -> None:
    with pytest.raises(InputError) as refused:
        read_time("2031-05-01T06:00+03:00[Europe/Paris]", side=Side.START, what="start")
    assert refused.value.code == "time-ambiguous"
    for text in ("2031-05-01T08:00+02:00[Europe/Paris]", "2031-05-01T06:00Z[Europe/Paris]"):
        assert str(read_time(text, side=Side.START, what="start").instant) == "2031-05-01T06:00:00Z"
