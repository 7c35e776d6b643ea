"""Days as an article tells them → days of the calendar, with the reason, and with every reading that holds.

"On Saturday" in an article of a Tuesday is the Saturday before; in an article of a Saturday it is that
day or one a week before, and both are kept. A day is never more exact than the words: "last week" is
seven days. Where an
article has no date, what depends on it stays open. Nothing here decides between readings.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from thalweg.sources.article import Span, comparable

_MONTHS: Final = [
    *[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
]
_MONTH: Final = "|".join(
    [*_MONTHS, *([r"jan", r"feb", r"mar", r"apr", r"jun", r"jul", r"aug", r"sept?", r"oct", r"nov", r"dec"])]
)
_WEEKDAYS: Final = [*["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]]
_WEEKDAY: Final = "|".join(_WEEKDAYS)
_NUMBERS: Final = {
    w: n
    for n, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
} | {
    "a": 1,
    "an": 1,
}
_COUNT: Final = rf"\d{{1,2}}|{'|'.join(_NUMBERS)}"

_FULL: Final = (
    re.compile(
        rf"\b(?P<M>{_MONTH})\.? (?P<D>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<Y>(?:19|20|21)\d\d))?\b"
        r"(?! ?(?:km|metres|per))",
        re.I,
    ),
    re.compile(
        rf"\b(?P<D>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<M>{_MONTH})\b\.?(?:,? (?P<Y>(?:19|20|21)\d\d))?", re.I
    ),
    re.compile(r"\b(?P<Y>(?:19|20|21)\d\d)-(?P<m>\d\d)-(?P<D>\d\d)\b"),
)
_TWO_NUMBERS: Final = re.compile(r"\b(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<Y>(?:19|20|21)\d\d)\b")
_TWO_DAYS: Final = re.compile(rf"\b(?P<D>\d{{1,2}}) (?:and|to|or) (?=\d{{1,2}} (?P<M>{_MONTH})\b)", re.I)
_FROM_TO: Final = re.compile(
    rf"\b(?:(?P<lead>from|between) )?(?P<D>\d{{1,2}})(?P<join> to | until | and |-| or )(?P<E>\d{{1,2}}) "
    rf"(?P<M>{_MONTH})\b\.?(?:,? (?P<Y>(?:19|20|21)\d\d))?",
    re.I,
)
_NAMED: Final = re.compile(
    rf"\b(?:(?P<which>last|next|this|the previous|the following) )?(?P<day>{_WEEKDAY})s?\b", re.I
)
_NEAR: Final = re.compile(
    r"\b(?:yesterday|today|tomorrow|overnight|tonight|last night|this (?:morning|afternoon|evening))\b", re.I
)
_PERIOD: Final = re.compile(r"\b(?P<which>last|next|this|earlier this|later this) (?P<what>week|month|year)\b", re.I)
_AGO: Final = re.compile(rf"\b(?P<n>{_COUNT}) (?P<what>day|week|month|year)s? (?:ago|earlier)\b", re.I)
_IN: Final = re.compile(rf"\bin (?P<n>{_COUNT}) (?P<what>day|week)s?\b(?! of)", re.I)
_MONTH_ALONE: Final = re.compile(
    r"\b(?:(?:in|since|until|by|during|throughout) |(?:early|mid-?|late|last|next) ?)+"
    rf"(?P<M>{'|'.join(m.capitalize() for m in _MONTHS)})"
    r"(?: (?P<Y>(?:19|20|21)\d\d))?\b(?! \d{1,2}\b)"
)
_HOURS: Final = re.compile(
    r"\b(?:before|around|at|after) (?:dawn|noon|midnight|dusk|sunrise|sunset)\b|\bovernight\b|"
    r"\b(?:early|late)(?= on)|\b(?:in the )?(?:morning|afternoon|evening|night)\b|"
    r"\b\d{1,2}[:.]\d{2}(?: ?(?:[ap]\.?m\.?|GMT|UTC|local time))?|\b\d{4} (?:GMT|UTC|hours)\b", re.I
)  # fmt: skip
_FUTURE: Final = re.compile(
    r"\b(?:will|would|shall|plans? to|planned (?:for|to)|intends? to|is to|are to|due|scheduled|by|until|next|"
    r"promised to|asked|ready to)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of words that tell a day: from the first day to the last, both included."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """Words that tell a day, and every reading of them; none where the article has no date to reckon from.

    `bound` is "by", "since" or "until" where the words say no more than that; `hour` is what stands by it
    of the hour, as written.
    """

    span: Span
    text: str
    readings: tuple[Reading, ...]
    reason: str
    bound: str = ""
    hour: str = ""

    @property
    def ambiguous(self) -> bool:
        return len(self.readings) > 1


def days_in(text: str, within: Span, bases: Sequence[date]) -> tuple[Day, ...]:
    """Every day told in `text[within]`, reckoned from `bases`: the day of publication, and of the update
    if there is one.
    """
    said = comparable(text)[within.start : within.end]
    found: list[Day] = []
    for match, day in _matches(said, bases):
        span = Span(within.start + match.start(), within.start + match.end())
        if any(span.meets(other.span) for other in found):
            continue
        before = re.search(r"\b(by|since|until|before|after)\s+$", said[: match.start()], re.I)
        hour = _hour_by(said, match)
        readings, reason = day
        found.append(Day(span, span.of(text), readings, reason, before[1].lower() if before else "", hour))
    return tuple(_with_weekday(sorted(found, key=lambda each: each.span.start), text))


def _with_weekday(days: list[Day], text: str) -> Iterable[Day]:
    """ "Sunday, March 9" is one day; where the weekday does not fit the date, the reason says so and the
    date stands.
    """
    at = 0
    while at < len(days):
        day, after = days[at], days[at + 1] if at + 1 < len(days) else None
        name = day.text.casefold().split()[-1]
        between = text[day.span.end : after.span.start] if after else ""
        if (
            after
            and name in _WEEKDAYS
            and re.fullmatch(r",? (?:on )?", between)
            and len(after.readings) == 1
            and any(p.match(comparable(after.text)) for p in _FULL)
        ):
            on = after.readings[0].first
            fits = on.weekday() == _WEEKDAYS.index(name)
            reason = after.reason if fits else f"{after.reason}; but {on} is a {_WEEKDAYS[on.weekday()].capitalize()}"
            span = Span(day.span.start, after.span.end)
            yield Day(
                span,
                span.of(text),
                (Reading(on, after.readings[0].last, reason),),
                reason,
                day.bound,
                day.hour or after.hour,
            )
            at += 2
        else:
            yield day
            at += 1


def stated_days(texts: Iterable[str]) -> tuple[date | None, date | None]:
    """The days of publication and update that lines near a headline state in full, None for what they do
    not.
    """
    published = updated = None
    for text in texts:
        plain = comparable(text)
        for match in sorted((m for pattern in _FULL for m in pattern.finditer(plain)), key=lambda m: m.start()):
            if len(plain) > 140 or not match.group("Y") or not (day := _full(match, int(match["Y"]))):
                continue
            if re.search(r"\b(?:updated|modified)\b[^.]{0,12}$", plain[: match.start()], re.I):
                updated = updated or day
            else:
                published = published or day
    return published, updated


_Readings = tuple[tuple[Reading, ...], str]


def _matches(said: str, bases: Sequence[date]) -> Iterable[tuple[re.Match[str], _Readings]]:
    for match in _FROM_TO.finditer(said):
        if readings := _from_to(match, said, bases):
            yield match, readings
    for pattern in _FULL:
        for match in pattern.finditer(said):
            if readings := _dated(match, said, bases):
                yield match, readings
    for match in _TWO_NUMBERS.finditer(said):
        yield match, _numeric(match)
    for match in _TWO_DAYS.finditer(said):
        if readings := _dated(match, said, bases):
            yield match, readings
    simple = (
        (_AGO, _ago), (_IN, _ahead), (_NEAR, _near), (_PERIOD, _period), (_NAMED, _weekday), (_MONTH_ALONE, _month),
    )  # fmt: skip
    for pattern, read in simple:
        for match in pattern.finditer(said):
            if not bases:
                yield match, ((), "the article has no date to reckon from")
                continue
            several = [each for base in bases for each in read(match, said, base)]
            unique = list({(each.first, each.last): each for each in several}.values())
            if unique:
                reason = "; or ".join(each.reason for each in unique)
                yield match, (tuple(unique), reason)


def _full(match: re.Match[str], year: int) -> date | None:
    month = int(match["m"]) if "m" in match.re.groupindex else _month_number(match["M"])
    try:
        return date(year, month, int(match["D"]))
    except ValueError:
        return None


def _month_number(name: str) -> int:
    return next(n for n, each in enumerate(_MONTHS, 1) if each.startswith(name.lower().rstrip(".")[:3]))


def _dated(match: re.Match[str], said: str, bases: Sequence[date]) -> _Readings | None:
    """A day and month; without a year, the one nearest to the article's date that the tense allows."""
    stated = match.groupdict().get("Y")
    if stated:
        day = _full(match, int(stated))
        return ((Reading(day, day, "stated in full"),), "stated in full") if day else None
    if _full(match, 2000) is None:
        return None
    if not bases:
        return (), "no year is stated, and the article has no date"
    base = bases[0]
    near = [day for year in (base.year - 1, base.year, base.year + 1) if (day := _full(match, year))]
    ahead = _is_ahead(said, match)
    best = min(
        near,
        key=lambda day: (
            abs((day - base).days)
            if ahead or abs((day - base).days) < 46
            else abs((day - base).days) + 400 * (day > base)
        ),
    )
    reason = f"no year is stated: the nearest to the article of {base}"
    readings = [Reading(best, best, reason)]
    if abs((best - base).days) > 150:
        other = min((day for day in near if day != best), key=lambda day: abs((day - base).days))
        readings.append(Reading(other, other, f"or of {other.year}, for no year is stated"))
    return tuple(readings), reason


def _from_to(match: re.Match[str], said: str, bases: Sequence[date]) -> _Readings | None:
    """ "From 15 to 30 March" is one stretch of days, and so is "6 or 7 March"; "6 and 7 March" are two days."""
    join = match["join"].strip().lower()
    if join == "and" and (match["lead"] or "").lower() != "between":
        return None
    whole = f"{match['E']} {match['M']}" + (f" {match['Y']}" if match["Y"] else "")
    last = next((p.match(whole) for p in _FULL[1:2]), None)
    readings = _dated(last, said[: match.start()] + whole, bases) if last else None
    if not readings or not readings[0]:
        return readings
    found = []
    for each in readings[0]:
        try:
            first = each.first.replace(day=int(match["D"]))
        except ValueError:
            return None
        if first > each.last:
            return None
        found.append(Reading(first, each.last, each.reason))
    return tuple(found), readings[1]


def _numeric(match: re.Match[str]) -> _Readings:
    """Two numbers and a year: day and month, or month and day. Both where both hold."""
    readings: list[Reading] = []
    for day, month, how in ((match["a"], match["b"], "day first"), (match["b"], match["a"], "month first")):
        try:
            each = date(int(match["Y"]), int(month), int(day))
        except ValueError:
            continue
        if all(each != other.first for other in readings):
            readings.append(Reading(each, each, f"read {how}"))
    return tuple(readings), "; or ".join(each.reason for each in readings)


def _is_ahead(said: str, match: re.Match[str]) -> bool:
    """Whether the words around speak of what is to come. Looked for in the same clause, before the day."""
    clause = re.split(r"[;.!?]|, (?:and|but) ", said[: match.start()])[-1]
    return bool(_FUTURE.search(clause))


def _weekday(match: re.Match[str], said: str, base: date) -> list[Reading]:
    wanted = _WEEKDAYS.index(match["day"].lower())
    which = (match["which"] or "").lower()
    name = match["day"]
    back = (base.weekday() - wanted) % 7
    before, after = base - timedelta(days=back or 7), base + timedelta(days=(wanted - base.weekday()) % 7 or 7)
    own = f"the article is of {_WEEKDAYS[base.weekday()].capitalize()} {base}"
    one = [Reading(before, before, f"{own}: the {name} before it")]
    next_one = Reading(after, after, f"{own}: the {name} after it")
    if which in ("last", "the previous"):
        week_before = base - timedelta(days=base.weekday() + 7 - wanted)
        if week_before != before:
            one.append(Reading(week_before, week_before, f"{own}: “last” may also mean the {name} of the week before"))
        return one
    if which in ("next", "the following"):
        week_after = base + timedelta(days=7 - base.weekday() + wanted)
        return (
            [next_one]
            if week_after == after
            else [
                next_one,
                Reading(week_after, week_after, f"{own}: “next” may also mean the {name} of the week after"),
            ]
        )
    if not back and not re.search(rf"{name}, (?:{_MONTH})\b", said, re.I):
        today = Reading(base, base, f"{own} itself")
        return [today, next_one] if _said_to_come(said, match) else [today, *one]
    return [next_one] if _said_to_come(said, match) else one


_PAST: Final = re.compile(
    r"\b(?:said|told|was|were|had|broke|took|fell)\b|\b\w+ed\b",
    re.I,
)


def _said_to_come(said: str, match: re.Match[str]) -> bool:
    """The last word before the day that tells a time: "would open on Tuesday" is to come, "said on
    Tuesday" is not.
    """
    clause = re.split(r"[.!?;]", said[: match.start()])[-1]
    ahead = max((m.start() for m in _FUTURE.finditer(clause)), default=-1)
    past = max((m.start() for m in _PAST.finditer(clause)), default=-1)
    if re.search(r"\b(?:by|until) $", said[: match.start()], re.I):
        # "promised to stay until Wednesday"; but "by Saturday they broke through", "by Saturday, forces
        # had taken"
        after = re.split(r"[.!?;]", said[match.end() :])[0]
        return (ahead >= 0 and ahead < len(clause.rstrip()) - 8) or not _PAST.search(after)
    if re.match(r"\s*(?:on\s*)?$", clause, re.I) or ahead < 0:
        head = re.split(r"[,.!?;]", said[match.end() :])[0]
        return ahead < 0 and past < 0 and bool(re.search(r"\bwill\b", head)) and not _PAST.search(head)
    return ahead > past or bool(re.match(r"planned for", clause[ahead:], re.I))


def _near(match: re.Match[str], _said: str, base: date) -> list[Reading]:
    word = match[0].lower()
    night = timedelta(days=1)
    if word == "yesterday":
        return [Reading(base - night, base - night, f"the day before the article of {base}")]
    if word == "tomorrow":
        return [Reading(base + night, base + night, f"the day after the article of {base}")]
    if word in ("overnight", "last night"):
        return [Reading(base - night, base, f"the night to the day of the article, {base}")]
    return [Reading(base, base, f"the day of the article, {base}")]


def _period(match: re.Match[str], _said: str, base: date) -> list[Reading]:
    which, what = match["which"].lower(), match["what"].lower()
    step = -1 if which == "last" else 1 if which == "next" else 0
    if what == "week":
        monday = base - timedelta(days=base.weekday()) + timedelta(days=7 * step)
        first, last = monday, monday + timedelta(days=6)
    elif what == "month":
        month = base.month - 1 + step
        first = date(base.year + month // 12, month % 12 + 1, 1)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    else:
        first, last = date(base.year + step, 1, 1), date(base.year + step, 12, 31)
    if which == "earlier this":
        last = base
    elif which == "later this":
        first = base
    return [Reading(first, last, f"“{match[0]}” in an article of {base}, weeks from Monday to Sunday")]


def _ago(match: re.Match[str], _said: str, base: date) -> list[Reading]:
    count = _counted(match["n"])
    what = match["what"].lower()
    if what == "year":
        year = base.year - count
        return [Reading(date(year, 1, 1), date(year, 12, 31), f"{match[0]}, from the article of {base}")]
    length = {"day": 1, "week": 7, "month": 30}[what]
    about = base - timedelta(days=count * length)
    spread = timedelta(days={"day": 0, "week": 1, "month": 10}[what])
    return [Reading(about - spread, about + spread, f"{match[0]}, from the article of {base}")]


def _ahead(match: re.Match[str], said: str, base: date) -> list[Reading]:
    if not _is_ahead(said, match):
        return []  # "it took them in two days" is a length of time
    count = _counted(match["n"]) * {"day": 1, "week": 7}[match["what"].lower()]
    about = base + timedelta(days=count)
    spread = timedelta(days=1 if match["what"].lower() == "week" else 0)
    return [Reading(about - spread, about + spread, f"{match[0]}, from the article of {base}")]


def _month(match: re.Match[str], said: str, base: date) -> list[Reading]:
    month = _month_number(match["M"])
    if match["Y"]:
        year = int(match["Y"])
    else:
        ahead = _is_ahead(said, match)
        year = base.year + (1 if ahead and month < base.month else 0) - (0 if ahead or month <= base.month else 1)
    first = date(year, month, 1)
    return [
        Reading(
            first,
            first.replace(day=calendar.monthrange(year, month)[1]),
            f"that month, as an article of {base} means it",
        )
    ]


def _counted(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


def _hour_by(said: str, match: re.Match[str]) -> str:
    """What tells the hour within a few words of the day."""
    near = said[max(0, match.start() - 30) : match.end() + 24]
    found = _HOURS.search(near)
    return found[0] if found else ""
