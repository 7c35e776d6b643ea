"""Counts and measures in a text: value, unit, and what is counted. Dates, times, ordinals and names of
machines are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from thalweg.sources.article import Span, comparable
from thalweg.sources.lexicon import Lexicon, lexicon


@dataclass(frozen=True, slots=True)
class Number:
    """`value` of `unit`: a measure ("km", "h", "%") or the singular of the noun that is counted ("drone",
    "" if none stands by it).

    `counted` are the words that say what, as written; `about` where the text hedges ("about", "more
    than"), as written.
    """

    span: Span
    value: float
    unit: str
    counted: str
    about: str = ""
    upper: float | None = None  # of a range, "between 400 and 600 litres": `value` is its lower end
    understood: bool = False  # `unit` is that of a figure before it: "Norland says 900"


_DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d ,.]*\d)|\d+(?:\.\d+)?"
_NOT_AFTER: Final = re.compile(r"(?:[A-Za-z]-?|[#/:]|\bNo\.? |\d[.,:/]|-)$")
_MONEY: Final = {"$": "dollar", "€": "euro", "£": "pound"}
_MEASURES: Final = (
    "year|day|week|month|hour|minute|second|metre|meter|kilomet|mile|km|tonne|ton|kilogram|kg|litre|liter|foot|feet|per"
)
_NOT_BEFORE: Final = re.compile(
    rf"(?:st|nd|rd|th)\b|-years?-old|[:/]\d|-(?!(?:{_MEASURES})\w*\b)\w|[a-zA-Z]{{3,}}\d|"
    r"[ -](?:third|half|halves|quarter|fifth|sixth|eighth|tenth)s?\b|(?: \d{3,})+\b"
)
_CLOCK: Final = re.compile(
    r"(?:[01]?\d|2[0-3])[.:]?[0-5]\d (?:hours|hrs|h|[ap]\.?m\b|local|GMT|UTC)|(?:1[0-2]|0?[1-9]) ?[ap]\.?m\b|"
    r"\w+ o'clock"
)
# A number after one of these is a name: "Highway 7", "Resolution 2254", "Post 12".
_NAMES: Final = re.compile(
    r"\b(?:highway|route|road|street|avenue|post|checkpoint|room|page|pages|flight|resolution|article|articles|section|chapter|"
    r"paragraph|annex|sector|zone|area|phase|stage|version|camp|unit|gate|pier|platform|building|block|level|grade|channel|"
    r"frequency|no|nos|number|numbers|item|part|volume|issue|edition|km|kilometre|marker|mile|point|site|well|line|squadron|"
    r"frame|image|picture|photo|slide|serial|lot|entry|order|decree|law|group|team|crew|bed|ward|cell|seat|platform|"
    r"battalion|brigade|division|regiment|company|hangar|berth|ward|district|exercise|document|form|table|figure|fig|season|"
    r"channel|episode|bus|train|tram|vessel|call|dial|phone|tel|fax|room)\.? $",
    re.IGNORECASE,
)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    known = lexicon(language)
    words = "|".join(sorted(known.table["number_words"], key=len, reverse=True))
    hedges = "|".join(sorted(map(re.escape, known.list_of("number_after")), key=len, reverse=True))
    return re.compile(
        rf"(?:\b(?P<about>{hedges}) )?(?P<n>{_DIGITS}|"
        rf"\b(?:half an? dozen|(?:{words})\b(?:(?<=hundred) and (?:{words})\b|[- ](?:{words})\b)*))"
        r"(?P<half> and a half)?(?P<times> (?:hundred|thousand|million|billion))?",
        re.I,
    )


@cache
def _units(language: str) -> dict[str, str]:
    known = lexicon(language)
    return {form: unit for unit in known.table["units"] for form in known.list_of("units", unit)}


def numbers_in(
    text: str, within: Span, taken: Sequence[Span] = (), before: Sequence[Number] = ()
) -> tuple[Number, ...]:
    """The numbers in `text[within]`, but for those inside `taken` (the days). A figure without a noun has that of the
    last one of its size, here or in `before`, the latest last; where there is none, it is left out.
    """
    known = lexicon("en")
    said = comparable(text)
    found: list[Number] = []
    for match in _pattern("en").finditer(said, within.start, within.end):
        span = Span(*match.span("n"))
        if any(span.meets(each) for each in taken) or _NOT_AFTER.search(said[max(0, span.start - 4) : span.start]):
            continue
        rest = said[match.end() : within.end]
        if _named(said, span, rest, within):
            continue
        if _NO_COUNT.match(rest) or (found and found[-1].span.meets(span)):
            continue  # of a position, of a day; or the upper end of a range
        if (
            _NOT_BEFORE.match(rest)
            or re.fullmatch(r"(?:19|20|21)\d\d", match["n"])
            or re.match(r"\d{4} (?:GMT|UTC)", match["n"] + rest)
        ):
            continue
        if match["n"].lower() == "one" and re.match(r" (?:day|morning|evening|night)\b\W*(?:$|[,.;:\"\x01])", rest):
            continue  # "might, one day"
        if (
            match["n"].lower() == "one"
            and not rest.startswith(" of ")
            and _NO_ONE.search(said[max(within.start, span.start - 9) : span.start])
        ):
            continue  # "no one", "the one"
        value = _value(match["n"], known) + (0.5 if match["half"] else 0)
        value *= _TIMES[(match["times"] or "").strip().lower()]
        if money := _MONEY.get(said[span.start - 1 : span.start]):
            found.append(Number(Span(span.start - 1, match.end()), value, money, "", (match["about"] or "").strip()))
            continue
        unit, counted = _counted(rest, known)
        upper = _upper(said, match, within, known) if not unit else None
        if upper is not None:
            end, high, unit, counted = upper
            found.append(Number(Span(match.start(), end), value, unit, counted, (match["about"] or "").strip(), high))
            continue
        if not unit and (noun := _of_what(said, match.start(), within)):
            unit = noun
        alone = match["n"].lower() in ("one", "a")
        if alone and not unit:
            continue
        if not unit:
            if like := _understood(said, match, value, within, [*before, *found]):
                what = Span(match.start(), match.end())
                found.append(Number(what, value, like.unit, "", (match["about"] or "").strip(), understood=True))
            continue  # "the two", "at six": a word that counts nothing
        end = match.end() + len(counted) + (len(rest) - len(rest.lstrip(" -")) if counted else 0)
        found.append(Number(Span(match.start(), end), value, unit, counted, (match["about"] or "").strip()))
    for match in _OFTEN.finditer(said, within.start, within.end):
        if not any(match.start() < each.span.end and each.span.start < match.end() for each in found):
            found.append(Number(Span(*match.span()), _HOW_OFTEN[match[0].lower()], "time", "time", ""))
    return tuple(sorted(found, key=lambda each: each.span.start))


_NO_ONE: Final = re.compile(r"\b(?:no|the|this|that|another|each|every|which|any|some|only)[ -]$", re.IGNORECASE)
_AT_HOUR: Final = re.compile(
    r"\b(?:at|until|till|by|before|after|past|quarter to|half|aged?|page|around|since) $", re.IGNORECASE
)
_ALONE: Final = re.compile(r"\s*(?:$|[.,;:!?)\"\x01]|or more\b|in all\b|each\b|instead\b)")
_LEADS_TO: Final = re.compile(
    r"\b(?:is|was|are|were|be|been|than|of|to|from|as|say|says|said|about|nearly|only|just|perhaps|even|least|most|not|but|"
    r"rather|now|over|under|by|put it at|at|gave|counted|found|saw|had|has|have)(?: (?:about|some|nearly|only|"
    r"just|at least))? $",
    re.IGNORECASE,
)
_HOURS: Final = 24
_ALIKE: Final = 12.0  # how many times one figure may be another of which it is understood to be the like


def _understood(said: str, match: re.Match[str], value: float, within: Span, before: Sequence[Number]) -> Number | None:
    """The figure before it whose unit is understood: "… 270 metres; Norland says 900"."""
    lead = said[max(within.start, match.start() - 24) : match.start()]
    if (
        value <= _HOURS
        and _AT_HOUR.search(lead)
        and not re.search(r"\b(?:stood|stands|figure|number|cost|share|price|count|total|it) at $", lead)
    ):
        return None
    if re.search(r"[A-Z][\w'-]+, $", lead):
        return None  # "Yusuf, 34, a mechanic"
    if not _ALONE.match(said[match.end() : within.end]) or not _LEADS_TO.search(lead) or not value:
        return None
    near = (each for each in reversed(before) if each.unit and each.unit not in ("time", "%") and each.value)
    return next((each for each in near if 1 / _ALIKE <= value / each.value <= _ALIKE), None)


_HOW_OFTEN: Final = {"twice": 2.0, "thrice": 3.0}
_OFTEN: Final = re.compile(r"\b(?:twice|thrice)\b(?! (?:as|the)\b)", re.I)
_OF_WHAT: Final = re.compile(
    r"\b(?:numbers?|tolls?|count|total|tally|figures?) (?:of|for) (?:the |its |their )?"
    r"(?P<noun>[a-z-]+)\b[^.;\x01]{0,40}?"
    r"\b(?:at|as|to|was|is|were|from|reached|stood at|rose to|fell to)(?: (?:about|some|nearly|at least|over))? $"
)


_TOLL: Final = re.compile(
    r"\bdeath toll (?:at|of|to|was|is|stood at|stands at|rose to|has risen to|reached|"
    r"had reached)(?: (?:about|some|nearly|at least|over))? $"
)


def _of_what(said: str, at: int, within: Span) -> str:
    """What a number counts that is told before it: "put the number of dead at 12"."""
    if _TOLL.search(said[max(within.start, at - 40) : at]):
        return "dead"
    match = _OF_WHAT.search(said[max(within.start, at - 90) : at])
    return singular(match["noun"]) if match else ""


_MACHINE: Final = re.compile(r"[A-Z][A-Za-z]{0,5}-\d{1,4}[A-Za-z]{0,3}")
_NO_COUNT: Final = re.compile(
    r"°| (?:degrees )?(?:north|south|east|west)\b(?! of)|"
    r" (?:day|week|month|year)s? (?:ago|before|after|earlier|later)\b",
    re.I,
)


def _named(said: str, span: Span, rest: str, within: Span) -> bool:
    """Whether the number is part of a name, a telephone number or a time of day, and counts nothing."""
    written = said[span.start : span.end]
    if written[0].isdigit() and len(written) > 1 and written[0] == "0" and "." not in written:
        return True  # "0963 555 1234"
    if _CLOCK.match(said, span.start, within.end):
        return True
    if not written[0].isdigit() or not _NAMES.search(said[max(within.start, span.start - 16) : span.start]):
        return False
    unit, _ = _counted(rest, lexicon("en"))
    return unit not in lexicon("en").table["units"]  # "the road 4 km long" is measured


def _upper(said: str, match: re.Match[str], within: Span, known: Lexicon) -> tuple[int, float, str, str] | None:
    """Where a range ends, its upper end, and what is counted: "15 to 20 minutes", "between 400 and 600 litres"."""
    between = re.search(r"\bbetween $", said[max(within.start, match.start() - 8) : match.start()], re.I)
    joined = re.compile(r"( ?- ?| to | or )" if not between else r"( and )").match(said, match.end(), within.end)
    other = _pattern("en").match(said, joined.end(), within.end) if joined else None
    if other is None:
        return None
    rest = said[other.end() : within.end]
    unit, counted = _counted(rest, known)
    if not unit or _NO_COUNT.match(rest):
        return None
    high = _value(other["n"], known) * _TIMES[(other["times"] or "").strip().lower()]
    end = other.end() + len(counted) + (len(rest) - len(rest.lstrip(" -")) if counted else 0)
    return end, high, unit, counted


_TIMES: Final = {"": 1, "hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}


def _value(text: str, known: Lexicon) -> float:
    if text[0].isdigit():
        return float(text.replace(",", "").replace(" ", ""))
    if text.lower().startswith("half"):
        return 6.0
    total = group = 0.0
    for word in re.split(r"[- ](?:and )?", text.lower()):
        number = known.table["number_words"][word]
        if word == "dozen":
            group = max(1.0, group) * number
        elif number >= _THOUSAND:
            total, group = total + max(1.0, group) * number, 0.0
        elif number == _HUNDRED:
            group = max(1.0, group) * number
        else:
            group += number
    return total + group


_THOUSAND: Final = 1000
_HUNDRED: Final = 100


def _counted(rest: str, known: Lexicon) -> tuple[str, str]:
    """The unit, and the words after a number that say what it counts."""
    units = _units("en")
    match = re.match(
        r"[ -]?(nautical miles?|square kilomet(?:re|er)s|per cent|km2|km²|%|[A-Za-z]+)\b|[ ]?(%|km²)", rest
    )
    if match and (form := (match[1] or match[2])) in units and not (form == "m" and rest.startswith(" m-")):
        return units[form], form
    if hurt := _HURT.match(rest):
        return (hurt[1] or singular(hurt[2])), hurt[0].strip()
    stop, number_words = known.set_of("number_stop"), known.table["number_words"]
    of = re.match(rf" (?:of )?(?:(?:its|their|his|her|the|our)\b)? ?(?:(?:{_DIGITS}) )?", rest)
    head = rest[of.end() :] if of and of[0].strip() else rest[1:] if rest.startswith(" ") else ""
    words: list[str] = []
    for word in re.findall(r"[\w'-]+|[^\w\s]", head)[:5]:
        lower = word.casefold()
        if (
            not word[0].isalpha()
            or word == "I"
            or lower in stop
            or lower in number_words
            or re.search(r"(?:ly|ing)$", lower)
        ):
            break
        if words and (re.search(r"ed$", lower) or _plural(words[-1])):
            break
        if (
            not words
            and re.search(r"[^e]ed$", lower)
            and not re.match(r"[\w'-]+ed (?:\w+ )?\w+(?:s|en|people|aircraft)\b", head)
        ):
            break  # "one belonged to them"; but "three damaged trucks"
        words.append(word)
    lead = len(rest) - len(head)
    if words and _MACHINE.fullmatch(words[0]) and not any(word[0].islower() for word in words[1:]):
        return words[0].removesuffix("s"), rest[: lead + head.index(words[0]) + len(words[0])].strip()  # "two Su-24s"
    while words and (words[-1][0].isupper() or "-" in words[-1]):
        words.pop()
    if not words:
        return "", ""
    end = lead + head.index(words[-1], _offset(head, words)) + len(words[-1])
    return singular(words[-1]), rest[:end].strip()  # as written: whoever asked counts its characters


_HURT: Final = re.compile(  # "30 wounded", "six of them children"
    r" (?:(wounded|injured|dead|missing)\b(?! (?:\w+s|people|men|women)\b)|"
    r"of (?:them|whom) (?:are |were )?(?!is\b|was\b|has\b|does\b|this\b)(\w+(?:s|ren|men))\b)"
)


def _offset(head: str, words: list[str]) -> int:
    at = 0
    for word in words[:-1]:
        at = head.index(word, at) + len(word)
    return at


def _plural(word: str) -> bool:
    lower = word.casefold()
    return lower in lexicon("en").set_of("invariant") or (lower.endswith("s") and not lower.endswith("ss"))


def singular(noun: str) -> str:
    """The singular of a counted noun, by rule: "parcels" is "parcel", "batteries" is "battery",
    "aircraft" is itself.
    """
    lower = noun.casefold()
    if lower in lexicon("en").set_of("invariant"):
        return lower
    if lower in (irregular := lexicon("en").table["irregular"]):
        return str(irregular[lower])
    for ending, becomes in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if lower.endswith(ending):
            return lower[: -len(ending)] + becomes
    return lower[:-1] if lower.endswith("s") and not lower.endswith("ss") else lower
