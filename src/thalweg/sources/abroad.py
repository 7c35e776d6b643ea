"""Claims in Arabic, Russian, French and Turkish, as far as they can be drafted honestly: by sentences, with the days,
numbers and names that are recognised, and a force that a word in the sentence tells.

Who speaks is not looked for: that takes the grammar of each language, and a wrong name is worse than none. Every draft
says so (`claim-language-partly`). Inflected names are found where taking off an ending gives a name of the gazetteer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from thalweg.model.notes import Flag
from thalweg.model.sourced import Force
from thalweg.model.theatre import Party
from thalweg.places.areas import Area
from thalweg.sources.article import Article, Span, comparable
from thalweg.sources.days import Day, Reading
from thalweg.sources.mentions import Names, PartyNamed, PlaceNamed, parties_in
from thalweg.sources.numbers import Number
from thalweg.sources.sentences import quotations

PARTLY: Final = {"ar": "Arabic", "ru": "Russian", "fr": "French", "tr": "Turkish"}
_LONGEST: Final = 2_000  # characters of a sentence
_NAMES: Final = 40  # names of places that are looked up for one sentence
# Endings of names, and what the name has instead: "в Ракке" is Ракка. What the gazetteer does not know is no name.
_ENDINGS: Final = {
    "ru": (("", ""), ("е", "а"), ("ы", "а"), ("у", "а"), ("и", "я"), ("ии", "ия"), ("а", ""), ("у", ""), ("е", ""),
           ("ом", "")),
    "tr": (("", ""),), "fr": (("", ""),), "ar": (("", ""),),
}  # fmt: skip


@cache
def table(language: str) -> dict[str, Any]:
    """The words of a language that is read in part."""
    text = (resources.files("thalweg.sources.lexicon") / "abroad.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)[language]
    for name in ("months", "weekdays"):
        found[name] = found[name].split(", ")
    for name in ("near", "units", "words"):
        pairs = [each.split(" = ") for each in found[name].split(", ")]
        found[name] = {words: value if name == "units" else int(value) for words, value in pairs}
    return found


def told_in(article: Article, names: Names, parties: Sequence[Party], area: Area | None) -> Iterator[Told]:
    """What each sentence says that says a day, a number, or that somebody said something."""
    for paragraph in article.paragraphs:
        if paragraph in article.headings:
            continue
        for sentence in _sentences(article.text, paragraph, article.language):
            if sentence.end - sentence.start <= _LONGEST:
                told = _told(article, sentence, names, parties, area)
                if told:
                    yield told


class Told:
    """One sentence: its force and the word that tells it, and what was recognised in it."""

    def __init__(self, sentence: Span, force: Force, why: str) -> None:
        self.sentence, self.force, self.why = sentence, force, why
        self.days: tuple[Day, ...] = ()
        self.numbers: tuple[Number, ...] = ()
        self.places: tuple[PlaceNamed, ...] = ()
        self.parties: tuple[PartyNamed, ...] = ()
        self.flags: tuple[Flag, ...] = ()


def _told(article: Article, sentence: Span, names: Names, parties: Sequence[Party], area: Area | None) -> Told | None:
    text, language = article.text, article.language
    said = comparable(text)[sentence.start : sentence.end]
    days = days_in(text, sentence, language, article.published)
    numbers = numbers_in(text, sentence, language, [each.span for each in days])
    found = next(
        (
            (Force(force), match[0])
            for force, pattern in table(language)["force"].items()
            if (match := re.search(pattern, said, re.IGNORECASE))
        ),
        None,
    )
    if found is None and not days and not numbers:
        return None
    force, word = found or (Force.ASSERTION, "")
    told = Told(sentence, force, f"“{word}”" if word else "the outlet's own words")
    told.days, told.numbers = days, numbers
    told.parties = parties_in(text, sentence, parties)
    told.places = tuple(places_in(text, sentence, language, names, area, [each.span for each in told.parties]))
    told.flags = (
        Flag(
            "claim-language-partly",
            f"{PARTLY[language]} is read in part: who speaks, and through whom, was not looked for: a person says so.",
            "speaker",
        ),
        *(
            Flag("claim-place-several", f"“{each.name}” is the name of several places. None was chosen.", "places")
            for each in told.places
            if each.looked_up.ambiguous
        ),
        *(
            Flag("claim-day-several", f"“{each.text}” has two readings. Neither was chosen.", "days")
            for each in told.days
            if each.ambiguous
        ),
    )
    return told


def _sentences(text: str, within: Span, language: str) -> Iterator[Span]:
    """Sentences, and quotations whole: a full stop inside a quotation ends none."""
    end = re.compile(table(language)["sentence"] + r"+[\"')\]»]*(?=\s)")
    said = comparable(text)
    quoted = quotations(text, within)
    start = within.start
    for match in end.finditer(said, within.start, within.end):
        if any(each.span.start <= match.start() and match.end() < each.whole.end for each in quoted):
            continue
        if re.search(r"(?:^|[ .(])[^\W\d]$", said[max(start, match.start() - 3) : match.start()]):
            continue  # an initial
        yield Span(start, match.end())
        start = match.end()
        while start < within.end and said[start].isspace():
            start += 1
    if start < within.end:
        yield Span(start, within.end)


# --- days ---


def days_in(text: str, within: Span, language: str, published: date | None) -> tuple[Day, ...]:
    """The days that a sentence tells: stated ones, weekdays, and the day before or after."""
    known = table(language)
    said = comparable(text)[within.start : within.end]
    found: list[Day] = []

    def add(match: re.Match[str], readings: list[Reading], reason: str) -> None:
        span = Span(within.start + match.start(), within.start + match.end())
        if not any(span.meets(each.span) for each in found):
            found.append(Day(span, span.of(text), tuple(readings), reason))

    months = "|".join(f"(?P<m{at}>{month})" for at, month in enumerate(known["months"], 1))
    stated = re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:er)? (?:{months})(?:['’]\w+)?(?: (?P<y>(?:19|20|21)\d\d))?(?!\w)", re.IGNORECASE
    )
    for match in stated.finditer(said):
        month = next(at for at in range(1, 13) if match[f"m{at}"])
        readings = _stated(int(match["d"]), month, match["y"], published)
        if readings is not None:
            add(match, readings, readings[0].reason if readings else "no year is stated, and the article has no date")
    for words, days in known["near"].items():
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", said, re.I):
            if published is None:
                add(match, [], "the article has no date to reckon from")
            else:
                day = published + timedelta(days=days)
                add(match, [Reading(day, day, f"from the article of {published}")], f"from the article of {published}")
    for number, words in enumerate(known["weekdays"]):
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", said, re.I):
            if published is None:
                add(match, [], "the article has no date to reckon from")
                continue
            near = said[max(0, match.start() - 16) : match.end() + 16]
            ahead = re.search(rf"(?<!\w){known['ahead']}(?!\w)", near, re.I) is not None
            readings = _weekday(number, published, ahead=ahead)
            add(match, readings, "; or ".join(each.reason for each in readings))
    return tuple(sorted(found, key=lambda each: each.span.start))


def _stated(day: int, month: int, year: str | None, published: date | None) -> list[Reading] | None:
    """None for what is no day; an empty list where nothing tells the year."""
    try:
        if year:
            return [Reading(date(int(year), month, day), date(int(year), month, day), "stated in full")]
        if published is None:
            date(2000, month, day)
            return []
        near = [date(published.year + more, month, day) for more in (-1, 0, 1) if (month, day) != (2, 29)]
    except ValueError:
        return None
    if not near:
        return []
    best = min(near, key=lambda each: abs((each - published).days))
    return [Reading(best, best, f"no year is stated: the nearest to the article of {published}")]


def _weekday(number: int, published: date, *, ahead: bool) -> list[Reading]:
    own = f"the article is of {published}"
    before = published - timedelta(days=(published.weekday() - number) % 7 or 7)
    after = published + timedelta(days=(number - published.weekday()) % 7 or 7)
    if ahead:
        return [Reading(after, after, f"{own}: that weekday after it")]
    past = Reading(before, before, f"{own}: that weekday before it")
    if published.weekday() == number:
        return [Reading(published, published, f"{own} itself"), past]
    return [past]


# --- numbers ---


def numbers_in(text: str, within: Span, language: str, taken: Sequence[Span]) -> tuple[Number, ...]:
    """Counts and measures: digits of any script and the words for two to ten, with a unit or the word that follows.

    The word is as written: it is not brought to its singular.
    """
    known = table(language)
    said = comparable(text)
    words = "|".join(f"(?P<w{at}>{word})" for at, word in enumerate(known["words"]))
    values = list(known["words"].values())
    units = [(re.compile(rf"(?:{word})(?!\w)", re.I), unit) for word, unit in known["units"].items()]
    found = []
    digits = r"(?P<n>\d{1,3}(?:[ .]\d{3})+|\d+(?:[,.]\d+)?)"
    pattern = re.compile(rf"(?<![\w.,:/-])(?:{digits}|(?:{words}))(?![\w:/-]|[.,]\d)", re.IGNORECASE)
    for match in pattern.finditer(said, within.start, within.end):
        span = Span(*match.span())
        if any(span.meets(each) for each in taken):
            continue
        if match["n"]:
            bare = re.sub(r"[ .](?=\d{3}(?:\D|$))", "", match["n"]) if language != "ar" else match["n"]
            value = float(bare.replace(",", "."))
            if re.fullmatch(r"(?:19|20|21)\d\d", bare):
                continue
        else:
            value = float(next(values[at] for at in range(len(values)) if match[f"w{at}"]))
        rest = re.match(r" ?([^\W\d_]+)", said[match.end() : within.end])
        follows = rest[1] if rest else ""
        unit = next((name for each, name in units if follows and each.fullmatch(follows)), follows.casefold())
        end = match.end() + (len(rest[0]) if rest and unit else 0)
        found.append(Number(Span(match.start(), end), value, unit, follows))
    return tuple(found)


# --- places ---


def places_in(
    text: str, within: Span, language: str, names: Names, area: Area | None, taken: Sequence[Span]
) -> Iterator[PlaceNamed]:
    """Names that the gazetteer knows, after a word that leads to a place, or in capitals inside a sentence."""
    said = comparable(text)
    asked = 0
    last = within.start
    lead = re.compile(rf"(?<!\w){table(language)['place']}", re.I) if table(language)["place"] else None
    word = r"[^\W\d_]+(?:-[^\W\d_]+)*"
    for match in re.finditer(word, said[within.start : within.end]):
        start = within.start + match.start()
        if start < last or asked >= _NAMES:
            continue
        before = said[max(within.start, start - 24) : start]
        led = lead is not None and any(each.end() == len(before) for each in lead.finditer(before))
        if not led and not (language == "tr" and match[0][0].isupper() and start > within.start):
            continue
        if language != "ar" and not match[0][0].isupper():
            continue
        for count in (3, 2, 1):
            several = re.compile(rf"{word}(?: {word}){{{count - 1}}}").match(said, start, within.end)
            if several is None or any(Span(*several.span()).meets(each) for each in taken):
                continue
            asked += 1
            looked_up = next(
                (
                    found
                    for ending, instead in _ENDINGS[language]
                    if several[0].endswith(ending)
                    and (found := names.lookup(several[0].removesuffix(ending) + instead, within=area)).candidates
                ),
                None,
            )
            if looked_up is not None:
                span = Span(*several.span())
                yield PlaceNamed(span, span.of(text), "", looked_up)
                last = span.end
                break
