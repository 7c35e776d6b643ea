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
    "fourteen": 14,
    "twenty": 20,
}
_COUNT: Final = rf"\d{{1,2}}|{'|'.join(_NUMBERS)}"

_FULL: Final = (
    re.compile(
        rf"\b(?P<M>{_MONTH})\.? (?P<D>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<Y>(?:19|20|21)\d\d))?\b"
        r"(?! ?(?:km|metres|per))",
        re.I,
    ),
    re.compile(
        rf"\b(?P<D>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<M>{_MONTH})\b"
        r"(?:(?<=[^A-Za-z][A-Za-z]{3})\.)?(?:,? (?P<Y>(?:19|20|21)\d\d))?",
        re.I,
    ),
    re.compile(r"\b(?P<Y>(?:19|20|21)\d\d)-(?P<m>\d\d)-(?P<D>\d\d)\b"),
)
_TWO_NUMBERS: Final = re.compile(r"\b(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<Y>(?:19|20|21)\d\d)\b")
_TWO_DAYS: Final = re.compile(rf"\b(?P<D>\d{{1,2}}) (?:and|to|or) (?=\d{{1,2}} (?P<M>{_MONTH})\b)", re.I)
_FROM_TO: Final = re.compile(
    rf"\b(?:(?P<lead>from|between) )?(?P<D>\d{{1,2}})(?P<join> to | until | and |-| or )(?P<E>\d{{1,2}}) "
    rf"(?P<M>{_MONTH})\b(?:(?<=[^A-Za-z][A-Za-z]{{3}})\.)?(?:,? (?P<Y>(?:19|20|21)\d\d))?",
    re.I,
)
_NAMED: Final = re.compile(
    rf"\b(?:(?P<which>last|next|this|the previous|the following) )?(?P<day>{_WEEKDAY})s?\b", re.I
)
_NEAR: Final = re.compile(
    r"\b(?:the day before yesterday|the day after tomorrow|yesterday|today|tomorrow|overnight|tonight|last night|"
    r"this (?:morning|afternoon|evening))\b",
    re.I,
)
_WEEKEND: Final = re.compile(r"\b(?:(?P<which>last|next|this|the following) |(?:at|on|over) the )weekend\b", re.I)
_NIGHT_TO: Final = re.compile(
    rf"\b(?:the )?night (?:of|from|between) (?P<one>{_WEEKDAY}) (?:to|and) (?P<two>{_WEEKDAY})\b", re.I
)
_YEAR: Final = re.compile(r"\b(?:in|since|until) (?P<Y>(?:19|20|21)\d\d)\b(?! ?(?:km|m|metres|people|hours|tonnes))")
_OF_MONTH: Final = re.compile(
    r"\bon the (?P<D>\d{1,2})(?:st|nd|rd|th)\b(?=[,.;:]|$| (?:and|at|in|he|she|it|they|when|said|was|were|but|"
    r"of this month)\b)"
)
_END_OF: Final = re.compile(
    r"\b(?:(?P<bound>by|before|until|till) )?(?:the )?(?P<part>end|beginning|start|middle) of (?P<which>the|"
    r"this|next|last) "
    r"(?P<what>week|month|year)\b",
    re.I,
)
# Days told from another day: "three days later", "the same night", "two days before the encounter".
_FROM_ANOTHER: Final = re.compile(
    rf"\b(?P<n>{_COUNT}) (?P<what>day|week|month)s? (?P<how>later|earlier|afterwards|before that|after that|"
    r"(?:before|after) (?:the|that|this) (?P<event>[a-z]+))\b|"
    r"\b(?:on |in |by |from )?(?P<same>(?:the|that) (?:same|very) (?:day|night|morning|afternoon|evening)|"
    r"that same (?:day|night)|that week)\b|"
    r"\b(?:on |in |by |from )?(?P<next>the (?:next|following) (?:day|night|morning|afternoon|evening)|"
    r"the day after(?! tomorrow| the\b))\b|"
    r"\b(?:on |in |by |from )?(?P<before>the (?:previous|preceding) (?:day|night|morning|evening)|the (?:day|"
    r"night) before(?! yesterday| the\b|\w))\b",
    re.I,
)
_PERIOD: Final = re.compile(r"\b(?P<which>last|next|this|earlier this|later this) (?P<what>week|month|year)\b", re.I)
_AGO: Final = re.compile(rf"\b(?P<n>{_COUNT}) (?P<what>day|week|month|year|fortnight)s? ago\b", re.I)
_IN: Final = re.compile(rf"\bin (?P<n>{_COUNT}) (?P<what>day|week)s?\b(?! of)", re.I)
_MONTH_ALONE: Final = re.compile(
    r"\b(?:(?:in|since|until|by|during|throughout|before|at|from) |(?:early|mid-?|late|last|next) ?|"
    r"the (?:end|beginning|start|middle) of )+"
    rf"(?P<M>{'|'.join(m.capitalize() for m in _MONTHS)})"
    r"(?: (?P<Y>(?:19|20|21)\d\d))?\b(?! \d{1,2}\b)"
)
_HOURS: Final = re.compile(
    r"\b(?:before|around|at|after) (?:dawn|noon|midnight|dusk|sunrise|sunset)\b|\bovernight\b|"
    r"\b(?:early|late)(?= on)|\b(?:in the )?(?:morning|afternoon|evening|night)\b|"
    r"\b\d{1,2}[:.]\d{2}(?: ?(?:[ap]\.?m\.?|GMT|UTC|local time))?|\b\d{4} (?:GMT|UTC|hours)\b",
    re.I,
)
_FUTURE: Final = re.compile(
    r"\b(?:will|would|shall|plans? to|planned (?:for|to)|intends? to|is to|are to|is also to|are also to|due|"
    r"scheduled|until|next|"
    r"promised to|asked|ready to|takes? effect|comes? into force|takes? place|from midnight|"
    r"(?:re-?opens|closes|begins|starts|ends|resumes|meets|expires|leaves|arrives|suspends|lifts|halts|returns))\b|"
    r"\bby(?=\s*(?:the\s*)?$)",
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


@dataclass(frozen=True, slots=True)
class Told:
    """A day that an article has told, with the words of the sentence it stands in: others are reckoned from it."""

    day: date
    text: str
    sentence: str


def days_in(text: str, within: Span, bases: Sequence[date], told: Sequence[Told] = ()) -> tuple[Day, ...]:
    """Every day told in `text[within]`, reckoned from `bases`: the day of publication, and of the update
    if there is one; and "three days later" from the last day of `told`, the latest last.
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
    found = list(_with_weekday(sorted(found, key=lambda each: each.span.start), text))
    return tuple(sorted((*found, *_from_another(said, within, text, found, told)), key=lambda each: each.span.start))


def anchor(day: Day, sentence: str) -> Told | None:
    """A day from which others may be reckoned: one day, or the night to the next, with no other reading."""
    if len(day.readings) != 1 or (day.readings[0].last - day.readings[0].first).days > 1:
        return None
    return Told(day.readings[0].first, day.text, sentence)


def _from_another(said: str, within: Span, text: str, found: list[Day], told: Sequence[Told]) -> Iterable[Day]:
    for match in _FROM_ANOTHER.finditer(said):
        span = Span(within.start + match.start(), within.start + match.end())
        if any(span.meets(each.span) for each in found):
            continue
        if re.match(r", (?:on )?", said[match.end() :]) and any(
            0 <= each.span.start - span.end <= len(", on ") for each in found
        ):
            continue  # "a week earlier, on 23 March": the day is told
        here = [each for day in found if day.span.end <= span.start and (each := anchor(day, said))]
        if event := match["event"]:
            if event in ("day", "week", "month", "year", "time", "moment", "end", "start"):
                continue
            base = next((each for each in reversed(told) if re.search(rf"\b{event}\b", each.sentence, re.I)), None)
        else:
            base = here[-1] if here else told[-1] if told else None
        if base is None:
            continue
        first, last = _away(match, base.day)
        reason = f"reckoned from “{base.text}”, {base.day}"
        yield Day(span, span.of(text), (Reading(first, last, reason),), reason)


def _away(match: re.Match[str], base: date) -> tuple[date, date]:
    if match["same"]:
        if match["same"].casefold().endswith("week"):
            monday = base - timedelta(days=base.weekday())
            return monday, monday + timedelta(days=6)
        return base, base
    if match["next"] or match["before"]:
        day = base + timedelta(days=1 if match["next"] else -1)
        return day, day
    count = _counted(match["n"])
    length = {"day": 1, "week": 7, "month": 30}[match["what"].lower()]
    back = re.match(r"earlier|before", match["how"], re.I) is not None
    day = base + timedelta(days=count * length * (-1 if back else 1))
    spread = timedelta(days={"day": 0, "week": 1, "month": 10}[match["what"].lower()])
    return day - spread, day + spread


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
        (_NIGHT_TO, _night_to), (_END_OF, _end_of), (_AGO, _ago), (_IN, _ahead), (_WEEKEND, _weekend),
        (_OF_MONTH, _of_month), (_NEAR, _near), (_PERIOD, _period), (_NAMED, _weekday), (_MONTH_ALONE, _month),
    )  # fmt: skip
    for match in _YEAR.finditer(said):
        year = int(match["Y"])
        yield match, ((Reading(date(year, 1, 1), date(year, 12, 31), "a year"),), "a year")
    for pattern, read in simple:
        for match in pattern.finditer(said):
            if not bases:
                yield match, ((), "the article has no date to reckon from")
                continue
            if match[0][0].isupper() and re.search(r"[A-Z][\w'-]* $", said[: match.start()]) and pattern is _NEAR:
                continue  # "Deir Today" is a name
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
    if which == "last" and not back:
        return [*one, Reading(base, base, f"{own} itself, which “last” may also mean")]
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
    if re.search(r"\bmidnight(?: local time)?(?: on| of)? $", said[: match.start()], re.I) and _said_to_come(
        said, match
    ):
        day = base if not back else after
        nights = [Reading(day, day, f"{own}: the {name} that midnight begins")]
        ends = day + timedelta(days=1)
        return [*nights, Reading(ends, ends, f"or the midnight that ends that {name}")]
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
    if word == "the day before yesterday":
        return [Reading(base - 2 * night, base - 2 * night, f"two days before the article of {base}")]
    if word == "the day after tomorrow":
        return [Reading(base + 2 * night, base + 2 * night, f"two days after the article of {base}")]
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
    first, last = _stretch(what, step, base)
    if which == "earlier this":
        last = base
    elif which == "later this":
        first = base
    return [Reading(first, last, f"“{match[0]}” in an article of {base}, weeks from Monday to Sunday")]


def _night_to(match: re.Match[str], said: str, base: date) -> list[Reading]:
    """ "The night from Friday to Saturday": the last one, or the next where the words say that it is to come."""
    wanted = _WEEKDAYS.index(match["two"].lower())
    if (_WEEKDAYS.index(match["one"].lower()) + 1) % 7 != wanted:
        return []
    ahead = _is_ahead(said, match)
    away = (wanted - base.weekday()) % 7 or 7 if ahead else -((base.weekday() - wanted) % 7)
    last = base + timedelta(days=away)
    return [Reading(last - timedelta(days=1), last, f"the night nearest to the article of {base}")]


def _end_of(match: re.Match[str], _said: str, base: date) -> list[Reading]:
    """ "By the end of the month": from the article to that day. Without "by", a part of the month is the month."""
    step = {"last": -1, "next": 1}.get(match["which"].lower(), 0)
    first, last = _stretch(match["what"].lower(), step, base)
    if match["bound"] and match["part"].lower() == "end" and first <= base <= last:
        first = base
    return [Reading(first, last, f"“{match[0]}” in an article of {base}")]


def _weekend(match: re.Match[str], said: str, base: date) -> list[Reading]:
    which = (match["which"] or "").lower()
    ahead = which in ("next", "the following") or (which != "last" and _is_ahead(said, match))
    saturday = base - timedelta(days=(base.weekday() - 5) % 7)
    if ahead:
        saturday += timedelta(days=7)
    return [Reading(saturday, saturday + timedelta(days=1), f"the weekend nearest to the article of {base}")]


def _of_month(match: re.Match[str], said: str, base: date) -> list[Reading]:
    """ "On the 16th": of the month of the article, or of the one before, or after, as the words have it."""
    ahead = _is_ahead(said, match)
    for step in (0, 1) if ahead else (0, -1):
        month = base.month - 1 + step
        try:
            day = date(base.year + month // 12, month % 12 + 1, int(match["D"]))
        except ValueError:
            continue
        if day >= base if ahead else day <= base:
            return [Reading(day, day, f"the one nearest to the article of {base}")]
    return []


def _stretch(what: str, step: int, base: date) -> tuple[date, date]:
    """The first and last day of the week, month or year of `base`, or of one `step` away."""
    if what == "week":
        monday = base - timedelta(days=base.weekday()) + timedelta(days=7 * step)
        return monday, monday + timedelta(days=6)
    if what == "month":
        month = base.month - 1 + step
        first = date(base.year + month // 12, month % 12 + 1, 1)
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return date(base.year + step, 1, 1), date(base.year + step, 12, 31)


def _ago(match: re.Match[str], _said: str, base: date) -> list[Reading]:
    count = _counted(match["n"])
    what = match["what"].lower()
    if what == "year":
        year = base.year - count
        return [Reading(date(year, 1, 1), date(year, 12, 31), f"{match[0]}, from the article of {base}")]
    length = {"day": 1, "week": 7, "fortnight": 14, "month": 30}[what]
    about = base - timedelta(days=count * length)
    spread = timedelta(days={"day": 0, "week": 1, "fortnight": 1, "month": 10}[what])
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
        ahead = _is_ahead(said, match) or 0 < (month - base.month) % 12 <= _SOON
        year = base.year + (1 if ahead and month < base.month else 0) - (0 if ahead or month <= base.month else 1)
    first = date(year, month, 1)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    if first <= base <= last and re.search(r"\b(?:by|before|until|till) the end of ", match[0], re.I):
        first = base
    return [Reading(first, last, f"that month, as an article of {base} means it")]


_SOON: Final = 2  # months ahead, without a word for what is to come: "a new round in May" in an article of March


def _counted(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


def _hour_by(said: str, match: re.Match[str]) -> str:
    """What tells the hour within a few words of the day."""
    near = said[max(0, match.start() - 30) : match.end() + 24]
    found = _HOURS.search(near)
    return found[0] if found else ""
