"""Times as people write them → instants. An unzoned time is never guessed (R26).

Read are: ISO 8601 and RFC 3339 in their extended and basic forms, dates alone, `24:00`, year-first and
day-first dates with points or slashes, month names in English, French and Russian, and military
date-time groups (`160030ZSEP17`). After the time may stand `Z`, `UTC`, an offset (`+03`, `+0300`, `+03:00`,
`UTC+3`), an IANA zone (`Asia/Damascus`, also in brackets), a military letter, or `local`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from thalweg.drafts.texts import folded, number, plain
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.notes import Flag

EXPECTED_TIME = "a time such as 2017-09-16T03:30+03:00 or 2017-09-16 00:30 UTC"


class Side(Enum):
    """What a time is for. It decides which of two readings is the wider one."""

    START = "start"  # of two readings, the earlier
    END = "end"  # of two readings, the later; a date alone means the whole of that day
    MOMENT = "moment"  # of a way-point: two readings are refused


@dataclass(frozen=True, slots=True)
class ReadTime:
    """`instant` is None where the text says that this side is open."""

    instant: Instant | None
    flags: tuple[Flag, ...] = ()


_TIME = r"(?:[T\s,]\s*(?P<h>\d{1,2})(?:[:hч](?P<m>\d{2}))(?::(?P<s>\d{2})(?:[.,](?P<f>\d+))?)?)?"
_REST = r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>[^\d\s].*)?"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_ISO = re.compile(r"(?P<Y>\d{4})(?P<sep>[-/.])(?P<M>\d{1,2})(?P=sep)(?P<D>\d{1,2})" + _TIME + _REST, re.I)
_BASIC = re.compile(
    r"(?P<Y>\d{4})(?P<M>\d{2})(?P<D>\d{2})(?:T(?P<h>\d{2})(?P<m>\d{2})(?:(?P<s>\d{2})(?:[.,](?P<f>\d+))?)?)?" + _REST,
    re.I,
)
_DAY_FIRST = re.compile(r"(?P<D>\d{1,2})(?P<sep>[-/.])(?P<M>\d{1,2})(?P=sep)(?P<Y>\d{4})" + _TIME + _REST, re.I)
_NAMED = re.compile(r"(?P<D>\d{1,2})[\s-](?P<name>[^\W\d]+)\.?[\s-](?P<Y>\d{4})" + _TIME + _REST, re.I)
_GROUP = re.compile(
    r"(?P<D>\d{2})(?P<h>\d{2})(?P<m>\d{2})\s*(?P<zone>[A-Z])\s*(?P<name>[A-Z]{3})\s*(?P<Y>\d{4}|\d{2})", re.I
)
_MONTHS = {
    folded(name): month
    for month, names in enumerate(
        (
            "jan january janvier janv янв января январь",
            "feb february février févr fev фев февраля февраль",
            "mar march mars мар марта март",
            "apr april avril avr апр апреля апрель",
            "may mai мая май",
            "jun june juin июн июня июнь",
            "jul july juillet juil июл июля июль",
            "aug august août авг августа август",
            "sep sept september septembre сен сент сентября сентябрь",
            "oct october octobre окт октября октябрь",
            "nov november novembre ноя нояб ноября ноябрь",
            "dec december décembre déc дек декабря декабрь",
        ),
        start=1,
    )
    for name in names.split()
}
_OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?::?00)?", re.I)
_LETTERS = {letter: hours for hours, letter in enumerate("ABCDEFGHIKLM", start=1)} | {
    letter: -hours for hours, letter in enumerate("NOPQRSTUVWXY", start=1)
}
_OPEN = frozenset({"open", "unl", "permanent", "perm", "ufn", "until further notice", "indefinite", ".."})
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  subtracted from times whose offset is applied by hand


def read_time(text: str, *, side: Side, what: str, zone: str = "", stated_zone: str = "") -> ReadTime:
    """The instant that `text` names.

    `what` names the field in flags and errors. `stated_zone` is a zone that the input gives elsewhere
    (a column "time zone"); `zone` is the theatre's, whose use is flagged. Raises `InputError` with one
    of the codes `time-unreadable`, `time-unzoned`, `time-zone-unknown`, `time-range`, `time-ambiguous`,
    `time-date-ambiguous`; its fields hold `expected` and `found`.
    """
    return _read(plain(text), side, what, zone, stated_zone)


@lru_cache(maxsize=65536)
def _read(text: str, side: Side, what: str, zone: str, stated_zone: str) -> ReadTime:
    if _RFC_3339.fullmatch(text) and "1900" <= text[:4] <= "2200" and text[11:13] < "24":
        # Nine times of ten it is this, and the standard library reads it much faster than what follows.
        if not text.endswith("Z"):
            offset_of(text[-6:])
        try:
            return ReadTime(Instant.of(datetime.fromisoformat(text)))
        except ValueError as error:
            raise _unreadable(text, what, str(error)) from error
    if text.casefold() in _OPEN:
        return ReadTime(None)
    parts = _parts(text, what)
    year = int(parts["Y"]) + (2000 if len(parts["Y"]) == 2 else 0)
    flags: list[Flag] = []
    sentinel = (side is Side.END and year == 9999) or (side is Side.START and year <= 1)
    if sentinel:
        flag = Flag("time-sentinel", f"“{text}” is a way of saying that the {what} is open; it is read so.", what)
        return ReadTime(None, (flag,))
    if not 1900 <= year <= 2200:
        raise InputError(
            "time-range",
            f"The {what} lies in the year {year}.",
            expected="a year from 1900 to 2200",
            found=text,
        )
    naive, dated = _naive(parts, year, text, what)
    if dated:
        if side is Side.MOMENT:
            raise _unreadable(text, what, "a date alone is no moment")
        if side is Side.END:
            naive += timedelta(days=1)
        day = "the end of that day" if side is Side.END else "the beginning of that day"
        flags.append(Flag("time-date-only", f"The {what} “{text}” has no hour: it is read as {day}.", what))
    written = (parts.get("zone") or "").strip()
    if written.casefold() in ("local", "lt", "j", "местное"):
        written = ""
    name = written or stated_zone
    if not name:
        if not zone:
            raise InputError(
                "time-unzoned",
                f"The {what} “{text}” has no time zone, and the theatre names none. It is not guessed.",
                expected=EXPECTED_TIME,
                found=text,
            )
        name = zone
        flags.append(
            Flag(
                "time-zone-assumed",
                f"The {what} “{text}” has no time zone: it is read as local time of the theatre, {zone}.",
                what,
                {"zone": zone},
            )
        )
    offset = _fixed_offset(name)
    if offset is not None:
        _require_one_zone(naive, name, offset, text, what)
        return ReadTime(_instant(naive, offset), tuple(flags))
    first, second = _offsets(naive, name, what)
    if first == second:
        return ReadTime(_instant(naive, first), tuple(flags))
    return ReadTime(*_of_two(naive, first, second, flags, side, text, what, name))


_SECONDS = {
    unit: seconds
    for units, seconds in (
        ("s sec secs second seconds с сек secondes ثانية", 1.0),
        ("min mins minute minutes мин минут دقيقة دقائق", 60.0),
        ("h hr hrs hour hours heure heures ч час часов ساعة ساعات", 3600.0),
        ("d day days j jour jours д дней сутки يوم أيام", 86400.0),
    )
    for unit in units.split()
}


def read_duration(text: str, *, what: str = "duration") -> float:
    """Seconds from `600`, `600 s`, `10 min`, `1,5 h`, `3 days`. `InputError` (`duration-unreadable`)."""
    match = re.fullmatch(r"(\d[\d.,\s]*)([^\W\d]*)\.?", plain(text))
    factor = _SECONDS.get(match[2].casefold() or "s") if match else None
    if match is None or factor is None:
        raise InputError(
            "duration-unreadable",
            f"The {what} “{text}” is not a duration.",
            expected="a duration such as 600, 10 min or 48 h",
            found=text,
        )
    return number(match[1].strip()) * factor


def _of_two(
    naive: datetime, first: timedelta, second: timedelta, flags: list[Flag],
    side: Side, text: str, what: str, zone: str,
) -> tuple[Instant, tuple[Flag, ...]]:  # fmt: skip
    """A local time that the clocks showed twice (the first offset is the larger) or skipped."""
    twice = first > second
    told = "came twice" if twice else "never came"
    if side is Side.MOMENT:
        raise InputError(
            "time-ambiguous",
            f"The {what} “{text}” {told} in {zone}: the clocks were changed.",
            expected="the offset beside the time, such as +02:00",
            found=text,
        )
    earlier, later = sorted((_instant(naive, first), _instant(naive, second)))
    chosen = earlier if side is Side.START else later
    sentence = (
        f"The {what} “{text}” {told} in {zone}, for the clocks were changed; "
        f"the {'earlier' if side is Side.START else 'later'} reading is taken, {chosen}."
    )
    return chosen, (*flags, Flag("time-twice" if twice else "time-skipped", sentence, what))


def _parts(text: str, what: str) -> dict[str, str]:
    for pattern in (_ISO, _BASIC, _DAY_FIRST, _NAMED, _GROUP):
        match = pattern.fullmatch(text)
        if match:
            break
    else:
        raise _unreadable(text, what)
    parts = {name: value for name, value in match.groupdict().items() if value}
    if "name" in parts:
        month = _MONTHS.get(folded(parts["name"]))
        if month is None:
            raise _unreadable(text, what, f"“{parts['name']}” is no month")
        parts["M"] = str(month)
    elif pattern is _DAY_FIRST:
        day, month = int(parts["D"]), int(parts["M"])
        if day <= 12 < month:
            parts["D"], parts["M"] = parts["M"], parts["D"]
        elif parts["sep"] != "." and day <= 12 and day != month:
            raise InputError(
                "time-date-ambiguous",
                f"The {what} “{text}” may be day and month, or month and day. It is not guessed.",
                expected="the year first, such as 2017-09-16",
                found=text,
            )
    return parts


def _naive(parts: dict[str, str], year: int, text: str, what: str) -> tuple[datetime, bool]:
    """The local date and time, and whether it was a date alone."""
    hour = int(parts.get("h", "0"))
    half = parts.get("half", "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise _unreadable(text, what)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    minute, second = int(parts.get("m", "0")), int(parts.get("s", "0"))
    microsecond = int((parts.get("f", "") + "000000")[:6])
    next_day = hour == 24 and minute == second == microsecond == 0
    try:
        naive = datetime(  # noqa: DTZ001  the zone is applied by the caller, who may have to ask about it
            year, int(parts["M"]), int(parts["D"]), 0 if next_day else hour, minute, second, microsecond
        )
    except ValueError as error:
        raise _unreadable(text, what, str(error)) from error
    return naive + timedelta(days=1 if next_day else 0), "h" not in parts


def _unreadable(text: str, what: str, why: str = "") -> InputError:
    tail = f" ({why})" if why else ""
    return InputError(
        "time-unreadable", f"The {what} “{text}” is not a time{tail}.", expected=EXPECTED_TIME, found=text
    )


def _fixed_offset(zone: str) -> timedelta | None:
    name = (zone.split("[")[0] or zone).strip(" []()").upper()
    if name in ("Z", "UTC", "GMT", "UT", "ZULU"):
        return timedelta(0)
    if len(name) == 1 and name in _LETTERS:
        return timedelta(hours=_LETTERS[name])
    return offset_of(name) if _OFFSET.fullmatch(name) else None


def offset_of(text: str) -> timedelta:
    """The offset that a text says. `InputError` for one that no place has: a slip, by hours."""
    match = _OFFSET.fullmatch(text)
    if match is not None and int(match[3] or 0) < 60:
        size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if size <= timedelta(hours=12 if match[1] == "-" else 14):
            return -size if match[1] == "-" else size
    raise InputError(
        "time-zone-unknown",
        f"“{text}” is an offset that no place on Earth has.",
        expected="an offset from -12:00 to +14:00",
        found=text,
    )


def _require_one_zone(naive: datetime, name: str, offset: timedelta, text: str, what: str) -> None:
    """`2031-05-01T06:00+03:00[Europe/Paris]` says two things (RFC 9557, section 3.4)."""
    before, bracket, inner = name.partition("[")
    if not bracket or not _OFFSET.fullmatch(before.strip()):
        return
    zone = inner.rstrip("] ")
    if offset not in _offsets(naive, zone, what):
        raise InputError(
            "time-ambiguous",
            f"The {what} “{text}” has an offset that {zone} does not have then.",
            expected="the offset alone, or the zone alone",
            found=text,
        )


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; `InputError` (`time-zone-unknown`) where there is none.

    Names without a slash are refused, for they look like abbreviations and are not: `EET` and `CET` are
    zones with summer time, and `EST` is one without.
    """
    if "/" not in name and name not in ("UTC", "GMT"):
        raise _unknown_zone(name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unknown_zone(name) from error


def _unknown_zone(name: str) -> InputError:
    return InputError(
        "time-zone-unknown",
        f"“{name}” is not a time zone that can be told apart from others.",
        expected="an offset such as +03:00, UTC, or an IANA name such as Asia/Damascus",
        found=name,
    )


def _offsets(naive: datetime, zone: str, what: str) -> tuple[timedelta, timedelta]:
    info = zone_named(zone.strip(" []()"))
    first = naive.replace(tzinfo=info, fold=0).utcoffset()
    second = naive.replace(tzinfo=info, fold=1).utcoffset()
    if first is None or second is None:
        raise InputError("time-zone-unknown", f"The {what} has a zone without offset, {zone}.", found=zone)
    return first, second


def _instant(naive: datetime, offset: timedelta) -> Instant:
    return Instant((naive - offset - _EPOCH).total_seconds())
