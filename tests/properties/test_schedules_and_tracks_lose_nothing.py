"""Weekly schedules against their definition, second by second; tracks against their points."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.drafts.outlines import PathOutline, PointOutline
from thalweg.drafts.schedule import DAY_S, DailyPeriod, DailyTime, unroll
from thalweg.drafts.tracks import Fix, track_volumes
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Datum

MONDAY = 1_704_067_200.0  # 2024-01-01T00:00:00Z
QUARTERS = st.integers(0, 95).map(lambda quarter: quarter * 900.0)
OFFSETS = st.integers(-48, 56).map(lambda quarter: quarter * 900.0)


@st.composite
def daily_periods(draw: st.DrawFn) -> DailyPeriod:
    offset = draw(st.one_of(st.none(), OFFSETS))
    days = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
    return DailyPeriod(days, DailyTime(draw(QUARTERS), offset), DailyTime(draw(QUARTERS), offset))


def applies(entry: DailyPeriod, t: float, offset: float) -> bool:
    """By the words: on these days, from start to end; an end not after the start is the next day's."""
    local = t + offset
    day = math.floor(local / DAY_S)
    second = local - day * DAY_S
    today, yesterday = (day + 3) % 7 in entry.days, (day + 2) % 7 in entry.days
    if entry.start.second < entry.end.second:
        return today and entry.start.second <= second < entry.end.second
    return (today and second >= entry.start.second) or (yesterday and second < entry.end.second)


def within(windows: tuple[Window, ...], t: float) -> bool:
    return any(window.start_s <= t < window.end_s for window in windows)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(daily_periods(), min_size=1, max_size=3),
    st.integers(0, 7 * 96),
    st.integers(1, 30 * 96),
    st.lists(st.floats(0, 0.999), min_size=5, max_size=20),
)
def test_a_schedule_is_in_force_when_its_words_say_so(
    daily: list[DailyPeriod], begin: int, length: int, shares: list[float]
) -> None:
    start = MONDAY + begin * 900.0
    bounds = Window(Instant(start), Instant(start + length * 900.0))
    windows, _ = unroll(daily, bounds, None)
    assert all(a.end_s < b.start_s for a, b in pairwise(windows))
    for share in shares:
        t = start + share * length * 900.0
        known = [entry for entry in daily if entry.start.offset_s is not None]
        said = any(applies(entry, t, entry.start.offset_s or 0.0) for entry in known)
        if len(known) == len(daily):
            assert within(windows, t) == said
        else:
            unzoned = [entry for entry in daily if entry.start.offset_s is None]
            anywhere = any(applies(e, t, zone * 900.0) for e in unzoned for zone in range(-48, 57))
            assert within(windows, t) or not (said or anywhere)  # longer at most, never shorter


@settings(max_examples=200, deadline=None)
@given(
    st.lists(daily_periods(), min_size=1, max_size=2),
    st.one_of(st.none(), st.floats(-2e9, 4e9)),
    st.one_of(st.none(), st.floats(1, 4e8)),
    st.one_of(st.none(), st.floats(-2e9, 4e9)),
    # Whole milliseconds: of a sliver of a second before midnight the twin's own sums would lose the sliver.
    st.lists(st.integers(-2 * 10**12, 5 * 10**12).map(lambda ms: ms / 1000.0), min_size=5, max_size=10),
)
def test_a_schedule_of_any_length_is_never_shorter_than_its_words(
    daily: list[DailyPeriod], start: float | None, length: float | None, checked: float | None, times: list[float]
) -> None:
    end = None if length is None else Instant((start or 0.0) + length)
    bounds = Window(None if start is None else Instant(start), end)
    period = None if checked is None else Window(Instant(checked), None)
    windows, _ = unroll(daily, bounds, period)
    for t in times:
        inside = bounds.start_s <= t < bounds.end_s
        said = any(applies(entry, t, entry.start.offset_s or 0.0) for entry in daily)
        assert within(windows, t) or not (inside and said)
        assert inside or not within(windows, t)


EVENTS = {"BMCT": (0.0, 0.5), "SR": (0.0, 0.5), "SS": (0.5, 1.0), "EECT": (0.5, 1.0)}  # shares of the local day
CLOCKS = st.one_of(
    st.builds(DailyTime, QUARTERS, OFFSETS), st.sampled_from(sorted(EVENTS)).map(lambda event: DailyTime(event=event))
)


@settings(max_examples=400, deadline=None)
@given(CLOCKS, CLOCKS, st.integers(0, 6), OFFSETS, st.floats(0, 0.999), st.floats(0, 0.999), st.floats(0, 0.999))
def test_what_begins_or_ends_with_the_light_is_never_shorter_in_any_zone(
    start: DailyTime, end: DailyTime, weekday: int, zone_s: float, rises: float, sets: float, share: float
) -> None:
    """From its beginning to the first such end after it, wherever on the Earth, and whenever it gets light there."""

    def moment(time: DailyTime, day: float) -> float:
        if not time.event:
            return MONDAY + day * DAY_S + time.second - (time.offset_s or 0.0)
        low, high = EVENTS[time.event]
        lit = low + (rises if low == 0.0 else sets) * (high - low)
        return MONDAY + (day + lit) * DAY_S - zone_s

    begins = moment(start, weekday)
    ends = next(found for day in range(weekday - 2, weekday + 6) if (found := moment(end, day)) > begins)
    if start.event and start.event == end.event:
        ends = begins  # at one moment
    bounds = Window(Instant(MONDAY - 14 * DAY_S), Instant(MONDAY + 21 * DAY_S))
    windows, _ = unroll([DailyPeriod(frozenset({weekday}), start, end)], bounds, None)
    assert within(windows, begins + share * (ends - begins))


def test_a_night_of_one_day_goes_on_into_the_next() -> None:
    """It ended at two in the morning of the day at whose sunset it was to begin."""
    night = DailyPeriod(frozenset({5}), DailyTime(event="SS"), DailyTime(2 * 3600.0))
    windows, _ = unroll([night], Window(Instant(MONDAY), Instant(MONDAY + 7 * DAY_S)), None)
    saturday_evening = MONDAY + 5 * DAY_S + 20 * 3600.0
    assert within(windows, saturday_evening)


FIXES = st.builds(
    lambda place, minute, height: Fix(
        (40 + place / 100, 35.0), "" if minute is None else f"2024-01-01T10:{minute:02}:00Z", height
    ),
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(0, 5)),
    st.one_of(st.none(), st.just(100.0)),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIXES, min_size=1, max_size=8))
def test_every_point_of_a_track_is_where_it_says_at_the_time_it_says(fixes: list[Fix]) -> None:
    volumes, _ = track_volumes(fixes, "track", datum=Datum.EGM96, zone="")
    for fix in fixes:
        assert any(_tells(volume.outline, volume.times, volume.window, fix) for volume in volumes)


def _tells(outline: object, times: tuple[str, ...], window: Window | None, fix: Fix) -> bool:
    if isinstance(outline, PointOutline):
        places: tuple[tuple[float, float], ...] = (outline.at,)
    else:
        assert isinstance(outline, PathOutline)
        places = outline.points
    if times:
        return any(place == fix.at and time == fix.time for place, time in zip(places, times, strict=True))
    if fix.at not in places:
        return False
    if window is None or not fix.time:
        return True
    at = MONDAY + 36_000.0 + int(fix.time[14:16]) * 60.0
    return window.start_s <= at <= window.end_s


def test_a_zone_that_was_assumed_is_told_of_where_the_track_becomes_a_window() -> None:
    """Of a route it is told when its way-points are read."""
    backwards = [Fix((40.0, 35.0), "2024-01-01T10:05:00"), Fix((40.1, 35.0), "2024-01-01T10:00:00")]
    for fixes in (backwards, backwards[:1]):
        (volume,), flags = track_volumes(fixes, "track", datum=Datum.EGM96, zone="Asia/Damascus")
        assert volume.window is not None
        assert [flag.code for flag in flags].count("time-zone-assumed") == 1
    _, flags = track_volumes(backwards[::-1], "track", datum=Datum.EGM96, zone="Asia/Damascus")
    assert flags == ()
