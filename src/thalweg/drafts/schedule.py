"""Weekly schedules of ED-269 and ED-318, unrolled into windows.

A schedule says "every Saturday and Sunday, 17:00Z to 23:59Z". The engine compares windows, so the weeks
are written out. Whatever cannot be told exactly is kept **longer**, never shorter and never dropped:

    a daily period without a zone      in force at that hour in every zone of the Earth
    sunrise, sunset, twilight          in force for the whole of that day, everywhere on the Earth; and of
                                       the next, unless it is from a morning to an evening
    beyond HORIZON_DAYS                in force throughout
    open on both sides, no period      in force throughout

Each of these is flagged, so that nobody takes the wide answer for the stated one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from thalweg.model.instants import Instant, Window
from thalweg.model.notes import Flag

HORIZON_DAYS = 400  # a year and the notice period of the next one
DAY_S = 86_400.0
# Local days begin between UTC+14 and UTC-12.
_EARLIEST_ZONE_S = 14 * 3600.0
_LATEST_ZONE_S = 12 * 3600.0
_MORNING = frozenset({"SR", "BMCT"})
_EVENING = frozenset({"SS", "EECT"})
_LAST_S = 253_402_214_400.0  # 9999-12-31, the last day that a calendar here can name

DAYS = {"MON": 0, "TUE": 1, "WED": 2, "THU": 3, "FRI": 4, "SAT": 5, "SUN": 6}


@dataclass(frozen=True, slots=True)
class DailyTime:
    """An hour of the day: seconds after local midnight, and the zone's offset from UTC in seconds (None:
    not stated). `event` is set instead of the hour where the schedule names sunrise or the like."""

    second: float = 0.0
    offset_s: float | None = 0.0
    event: str = ""


@dataclass(frozen=True, slots=True)
class DailyPeriod:
    """On these days (0 is Monday), from `start` to `end`; an `end` not after `start` is the next day's."""

    days: frozenset[int]
    start: DailyTime
    end: DailyTime


def unroll(
    daily: Sequence[DailyPeriod], bounds: Window, period: Window | None
) -> tuple[tuple[Window, ...], tuple[Flag, ...]]:
    """The windows of a schedule within `bounds`, sorted and disjoint, and what had to be kept longer.

    `period` is the time that the check is about, where it is known; it only decides which HORIZON_DAYS
    are written out. An empty schedule gives `bounds` itself.
    """
    if not daily:
        return (bounds,), ()
    flags = [_event_flag(daily), _unzoned_flag(daily)]
    exact = _exact_part(bounds, period)
    if exact is None:
        flags.append(
            Flag(
                "schedule-unbounded",
                "The weekly schedule has neither a beginning nor an end and the period of the check is not"
                " known, so it is kept as in force at all times. State the period to have it unrolled.",
                where="schedule",
            )
        )
        return (bounds,), tuple(flag for flag in flags if flag)
    first, last = exact
    windows = [w for w in _days(daily, first, last) if w[1] > first and w[0] < last]
    clipped = [(max(a, first), min(b, last)) for a, b in windows]
    if bounds.start_s < first:
        clipped.append((bounds.start_s, first))
    if bounds.end_s > last:
        clipped.append((last, bounds.end_s))
    if bounds.start_s < first or bounds.end_s > last:
        flags.append(
            Flag(
                "schedule-horizon",
                f"The weekly schedule is unrolled from {_stamp(first)} to {_stamp(last)}; before and after,"
                " it is kept as in force throughout.",
                where="schedule",
                fields={"from": _stamp(first), "to": _stamp(last)},
            )
        )
    return tuple(_window(a, b) for a, b in _merged(clipped)), tuple(flag for flag in flags if flag)


def _exact_part(bounds: Window, period: Window | None) -> tuple[float, float] | None:
    """The stretch of at most HORIZON_DAYS that is written out, as seconds since the epoch."""
    horizon = HORIZON_DAYS * DAY_S
    if period is not None and period.start is not None:
        first = max(bounds.start_s, period.start_s)
        if first >= bounds.end_s:  # all of it is over before the check begins
            first = bounds.start_s
    else:
        first = bounds.start_s
    if first == float("-inf"):
        if bounds.end is None:
            return None
        first = bounds.end_s - horizon
    return first, min(bounds.end_s, first + horizon, max(_LAST_S, first + 1.0))


def _days(daily: Sequence[DailyPeriod], first: float, last: float) -> list[tuple[float, float]]:
    # Days are counted from 1970-01-01, a Thursday, so that no calendar can overflow. Two days of slack on
    # either side: zones, and periods that end on the next day.
    return [
        _on(entry, day * DAY_S)
        for day in range(math.floor(first / DAY_S) - 2, math.floor(last / DAY_S) + 3)
        for entry in daily
        if (day + 3) % 7 in entry.days
    ]


def _on(entry: DailyPeriod, midnight: float) -> tuple[float, float]:
    """One day's window; `midnight` is 00:00Z of that date."""
    start, end = entry.start, entry.end
    begins = midnight - _EARLIEST_ZONE_S
    if not start.event:
        begins = midnight + start.second - (_EARLIEST_ZONE_S if start.offset_s is None else start.offset_s)
    if start.event or end.event:
        by_day = start.event in _MORNING and end.event in _EVENING
        return begins, midnight + DAY_S + _LATEST_ZONE_S + (0.0 if by_day else DAY_S)
    ends = midnight + end.second - (-_LATEST_ZONE_S if end.offset_s is None else end.offset_s)
    if end.second <= start.second:
        ends += DAY_S
    while ends <= begins:  # the two are in different zones
        ends += DAY_S
    return begins, ends


def _merged(windows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def _event_flag(daily: Sequence[DailyPeriod]) -> Flag | None:
    events = sorted({time.event for entry in daily for time in (entry.start, entry.end) if time.event})
    if not events:
        return None
    return Flag(
        "schedule-daylight-event",
        f"The schedule depends on {', '.join(events)}, which are not computed; each such day is kept as in"
        " force for the whole of it, and a night for the next day too, everywhere on the Earth.",
        where="schedule",
        fields={"events": ", ".join(events)},
    )


def _unzoned_flag(daily: Sequence[DailyPeriod]) -> Flag | None:
    if all(time.event or time.offset_s is not None for entry in daily for time in (entry.start, entry.end)):
        return None
    return Flag(
        "schedule-unzoned",
        "The schedule gives an hour without a time zone; it is kept as in force at that hour in every zone"
        " of the Earth.",
        where="schedule",
    )


def _window(start: float, end: float) -> Window:
    return Window(None if start == float("-inf") else Instant(start), None if end == float("inf") else Instant(end))


def _stamp(epoch_s: float) -> str:
    return str(Instant(epoch_s))
