"""What the two formats for UAS geographical zones, ED-269 and ED-318, have in common.

Restrictions, applicability with weekly schedules, authorities with their lead times. Both formats know
zones that restrict nothing (`NO_RESTRICTION`): such a zone is reported, and never becomes a declaration,
for a map of where nothing is forbidden is not a protection (DESIGN.md, "No oracle").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from thalweg.drafts.documents import list_of, object_of, scalar_of, text_of
from thalweg.drafts.outlines import LonLat, flag_open
from thalweg.drafts.schedule import DAYS, DailyPeriod, DailyTime, unroll
from thalweg.drafts.texts import yes_or_no
from thalweg.drafts.times import Side, offset_of, read_time
from thalweg.model.errors import InputError
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.notes import Flag, Omission, Source

RESTRICTING = frozenset({"PROHIBITED", "REQ_AUTHORISATION", "REQ_AUTHORIZATION", "CONDITIONAL", "USPACE"})
NO_RESTRICTION = "NO_RESTRICTION"

# More windows than this in one zone are joined into one, for every window is a volume to test.
MOST_WINDOWS = 2_000

_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}T)?(?P<h>\d{2}):?(?P<m>\d{2})(?::?(?P<s>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"P(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?(?:T(?:(?P<H>\d+)H)?(?:(?P<M>\d+)M)?(?:(?P<S>\d+)S)?)?", re.IGNORECASE
)


def zone_id(zone: object) -> str:
    """Country and identifier: what names a zone across files; empty where it has no identifier."""
    if not isinstance(zone, dict) or not text_of(zone.get("identifier")).strip():
        return ""
    return f"{text_of(zone.get('country')).strip()}-{text_of(zone.get('identifier')).strip()}"


def unrestricting(source: Source, name: str) -> Omission:
    """What is said of a zone with `NO_RESTRICTION`; `name` is its `zone_id`."""
    return Omission(
        source, f"the zone {name} with NO_RESTRICTION", "it restricts nothing, and is no zone", harmless=True
    )


def contacts_in(file: str) -> Omission:
    """What is said of a file whose zones name whom to ask."""
    return Omission(
        Source(file),
        "names, telephone numbers and addresses of contacts",
        "they are personal and say nothing about where; look them up in the file",
        harmless=True,
    )


def zone_fields(zone: Mapping[str, object], restriction: str, flags: list[Flag], *, unique: bool) -> dict[str, str]:
    """The fields of a zone's draft that both formats give alike; `unique` says that no other zone of the file has its
    identifier. Flags an identifier that is repeated, and a restriction that neither format has: such a zone is kept as
    restricting."""
    if restriction not in RESTRICTING:
        flags.append(
            Flag(
                "zone-restriction-unknown",
                f"Its restriction is “{restriction}”, which the format does not have: it is kept as a restricted zone."
                if restriction
                else "It does not say what it restricts: it is kept as a restricted zone.",
                "restriction",
                {"restriction": restriction},
            )
        )
    title = one_language(zone.get("name")) or text_of(zone.get("identifier"))
    fields = {"kind": "restricted_zone", "zone": "restricted_airspace", "medium": "air", "title": title}
    for member in ("country", "identifier"):
        scalar_of(zone.get(member), member)
    name = zone_id(zone)
    if name and unique:
        fields["id"] = name
    elif name:
        flags.append(
            Flag(
                "zone-identifier-repeated",
                f"The file has more than one zone {name}: each is a declaration of its own.",
                "identifier",
                {"identifier": name},
            )
        )
    return fields


def rings_of(rings: Sequence[Sequence[LonLat]], flags: list[Flag]) -> tuple[tuple[LonLat, ...], ...]:
    """The rings of a polygon; one that does not return to its first position is flagged."""
    for number, ring in enumerate(rings):
        flag_open(ring, number, flags)
    return tuple([tuple(ring) for ring in rings])


def pair_only(numbers: Sequence[object], flags: list[Flag]) -> None:
    """Flags a third value of a position: the heights of a zone are those of its limits."""
    if len(numbers) > 2 and not any(flag.code == "coordinates-extra" for flag in flags):
        flags.append(
            Flag(
                "coordinates-extra",
                "Positions have a third value. It is not used: the heights of a zone are those of its limits.",
                "coordinates",
            )
        )


def windows_of(
    periods: Sequence[object], *, zone: str, checked: Window | None, schedules: Sequence[str]
) -> tuple[tuple[Window, ...], tuple[Flag, ...]]:
    """When a zone applies: the union of its time periods, each with its own weekly schedule.

    `zone` is the theatre's time zone, `checked` the period that the check is about, `schedules` the member
    names under which files keep the schedule. No periods at all: always. Raises InputError, ValueRefused.
    """
    windows: list[Window] = []
    flags: list[Flag] = []
    for number, period in enumerate(periods, start=1):
        made, found = _period(object_of(period, f"time period {number}"), zone, checked, schedules)
        windows += made
        flags += found
    if not periods:
        return (ALWAYS,), ()
    joined = _joined(windows)
    if len(joined) > MOST_WINDOWS:
        flags.append(
            Flag(
                "schedule-joined",
                f"Its schedule gives {len(joined)} windows: they are joined into one, from the first to the last.",
                "schedule",
                {"windows": str(len(joined))},
            )
        )
        joined = (Window(joined[0].start, joined[-1].end),)
    return joined, tuple(flags)


def _period(
    period: Mapping[str, object], zone: str, checked: Window | None, schedules: Sequence[str]
) -> tuple[tuple[Window, ...], tuple[Flag, ...]]:
    flags: list[Flag] = []
    ends = []
    for name, side in (("startDateTime", Side.START), ("endDateTime", Side.END)):
        text = text_of(period.get(name)).strip()
        instant: Instant | None = None
        if text:
            read = read_time(text, side=side, what=name, zone=zone)
            flags += read.flags
            instant = read.instant
        ends.append(instant)
    daily = [
        entry
        for name in schedules
        for item in list_of(period.get(name), name)
        if (entry := _daily(object_of(item, name), flags)) is not None
    ]
    if _permanent(period.get("permanent"), flags):
        if ends != [None, None] or daily:
            flags.append(
                Flag(
                    "zone-permanent-and-dated",
                    "It says that it is permanent and gives dates or a schedule: it is kept as permanent.",
                    "applicability",
                )
            )
        return (ALWAYS,), tuple(flags)
    bounds = Window(ends[0], ends[1])
    if bounds == ALWAYS and not daily:
        flags.append(
            Flag(
                "zone-applicability-missing",
                "A time period gives neither dates nor a schedule: it is kept as permanent.",
                "applicability",
            )
        )
    windows, found = unroll(daily, bounds, checked)
    if not windows:
        raise InputError(
            "schedule-empty",
            f"Its schedule has no hour within {bounds}, so it would never apply.",
            expected="a day of the schedule between its dates",
            found=str(bounds),
        )
    return windows, (*flags, *found)


def _permanent(value: object, flags: list[Flag]) -> bool:
    """Whether the period is permanent; what is neither yes nor no is, for whatever it means, that is the longest."""
    text = text_of(value)
    try:
        return yes_or_no(text)
    except InputError:
        flags.append(
            Flag(
                "zone-permanent-unknown",
                f"“{text[:40]}” does not say whether it is permanent: it is kept as permanent.",
                "permanent",
            )
        )
        return True


def _daily(item: Mapping[str, object], flags: list[Flag]) -> DailyPeriod | None:
    """One entry of a schedule; None for one that is there and says nothing."""
    given = item.get("day")
    names = [text_of(given)] if isinstance(given, str) else [text_of(day) for day in list_of(given, "day")]
    start, end = _clock(item, "start", flags), _clock(item, "end", flags)
    if not names and start is None and end is None:
        return None
    days: set[int] = set()
    for name in names:
        word = name.strip().upper()
        if word == "ANY":
            days |= set(range(7))
        elif word[:3] in DAYS and word in (word[:3], _WHOLE[word[:3]]):
            days.add(DAYS[word[:3]])
        else:
            raise InputError("schedule-day", f"“{name}” is no day.", expected=", ".join((*DAYS, "ANY")), found=name)
    if not days:
        days = set(range(7))
        flags.append(Flag("schedule-days-missing", "The schedule names no day: every day is meant.", "schedule"))
    midnight = (start or end or DailyTime()).offset_s
    return DailyPeriod(frozenset(days), start or DailyTime(0.0, midnight), end or DailyTime(86_400.0, midnight))


_WHOLE = {name[:3]: name for name in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")}


def _clock(item: Mapping[str, object], side: str, flags: list[Flag]) -> DailyTime | None:
    event = text_of(item.get(f"{side}Event")).strip()
    text = text_of(item.get(f"{side}Time")).strip()
    if event or text.upper() in ("SR", "SS", "BMCT", "EECT"):
        return DailyTime(event=(event or text).upper())
    if not text:
        return None
    match = _TIME.fullmatch(text)
    second = _second_of_day(match) if match else None
    if match is None or second is None:
        raise InputError("schedule-time", f"“{text}” is no time of day.", expected="17:00Z, SR or SS", found=text)
    if match["date"] and not any(flag.code == "schedule-dated" for flag in flags):  # of a schedule, one question
        flags.append(
            Flag(
                "schedule-dated",
                f"The schedule gives a date with an hour, “{text}”: the hour holds on every day that it names.",
                "schedule",
            )
        )
    zone = (match["zone"] or "").upper()
    if not zone:
        return DailyTime(second, None)
    return DailyTime(second, 0.0 if zone in ("Z", "UTC") else offset_of(zone).total_seconds())


def _second_of_day(match: re.Match[str]) -> float | None:
    """From midnight; None where no day has that hour. 24:00 is the end of the day."""
    minute, second = int(match["m"]), float((match["s"] or "0").replace(",", "."))
    of_day = int(match["h"]) * 3600.0 + minute * 60.0 + second
    return of_day if minute < 60 and second < 60.0 and of_day <= 86_400.0 else None


def _joined(windows: Sequence[Window]) -> tuple[Window, ...]:
    """The union, sorted and disjoint."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.start_s, w.end_s)):
        if joined and window.start_s <= joined[-1].end_s:
            last = joined[-1]
            later = window if window.end_s > last.end_s else last
            joined[-1] = Window(last.start, later.end)
        else:
            joined.append(window)
    return tuple(joined)


def authority_details(authorities: Sequence[object], flags: list[Flag]) -> tuple[dict[str, str], bool]:
    """Who is to be asked and how long before, as details; and whether contacts of persons were left out.

    Of several authorities the longest lead time counts, so that nobody is asked too late.
    """
    details: dict[str, str] = {}
    longest: float | None = None
    contacts = False
    for number, item in enumerate(authorities, start=1):
        authority = object_of(item, f"zoneAuthority {number}")
        contacts |= any(authority.get(name) for name in ("email", "phone", "contactName"))
        suffix = f" {number}" if number > 1 else ""
        for name, member in (("authority", "name"), ("service", "service"), ("site", "siteURL")):
            if text := one_language(authority.get(member)):
                details[name + suffix] = text
        if purpose := text_of(authority.get("purpose")):
            details["purpose" + suffix] = purpose
        if interval := text_of(authority.get("intervalBefore")).strip():
            details["interval_before" + suffix] = interval
            seconds = duration_s(interval)
            if seconds is None:
                flags.append(
                    Flag(
                        "lead-time-unreadable",
                        f"The lead time “{interval}” is no ISO 8601 duration; it is kept as written.",
                        "intervalBefore",
                    )
                )
            else:
                longest = seconds if longest is None else max(longest, seconds)
    if longest is not None:
        details["lead_time_s"] = f"{longest:g}"
    return details, contacts


def duration_s(text: str) -> float | None:
    """Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; None where it is none."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groupdict().values()):
        return None
    units = {"W": 604_800.0, "D": 86_400.0, "H": 3600.0, "M": 60.0, "S": 1.0}
    return sum(int(count) * units[unit] for unit, count in match.groupdict().items() if count)


def one_language(value: object, prefer: Sequence[str] = ("en",)) -> str:
    """Plain text, or one of `[{"text": …, "lang": …}, …]`: the first in a preferred language, else the first."""
    if not isinstance(value, list):
        if isinstance(value, dict):
            return text_of(value.get("text"))
        return text_of(value)
    items = [object_of(item, "text") for item in value if isinstance(item, dict)]
    texts = [(text_of(item.get("lang")).lower(), text_of(item.get("text"))) for item in items]
    if not texts:
        return text_of(value) if value else ""
    for wanted in prefer:
        for lang, text in texts:
            if text and lang.split("-")[0] == wanted:
                return text
    return next((text for _, text in texts if text), "")
