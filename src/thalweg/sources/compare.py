"""Where sources differ: numbers, days, places, and what one says and another denies. Listed with both
sides, never decided.

Two claims are held to be about one matter where they have enough words in common that tell something:
that is a guess, and a person looks at both. A word that many claims have tells little, a party's name
half as much as another
word. Copies do not speak again: of a copy only the paragraphs are compared that the first does not have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from thalweg.model.sourced import Force
from thalweg.sources.article import Article, Span, comparable
from thalweg.sources.claims import Claim
from thalweg.sources.days import Day
from thalweg.sources.lexicon import lexicon
from thalweg.sources.lineage import Lineage
from thalweg.sources.numbers import Number, singular

_LIMIT: Final = 500  # contradictions listed
# How much two claims must have in common: weight of words, and its share of the lighter claim's. Judged
# on the labelled set.
_NUMBER: Final = 1.0
_MATTER: Final = (1.4, 0.3)
_DENIAL: Final = (1.2, 0.25)
_DRIFT: Final = (1.0, 0.15)  # of what a copy adds, against the article it copies
_DAYS_APART: Final = 10  # what lies farther apart is another event
_BACK: Final = 3  # claims that a bare denial looks back over


class Differ(StrEnum):
    """In what two claims differ."""

    NUMBER = "number"
    DAY = "day"
    PLACE = "place"
    DENIAL = "denial"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two claims that cannot both hold as they are read. `a` and `b` are places in the list that was
    given: article, claim.
    """

    differ: Differ
    a: tuple[int, int]
    b: tuple[int, int]
    sentence: str
    in_common: tuple[str, ...]  # the words for which they are held to be about one matter


def contradictions(
    articles: Sequence[Article], claims: Sequence[Sequence[Claim]], lines: Lineage
) -> tuple[Contradiction, ...]:
    """All pairs that differ, in the order of the articles; at most 500."""
    told = [
        _Told(article, at, claim, _words(articles[article], claim))
        for article in range(len(articles))
        for at, claim in enumerate(claims[article])
        if _speaks(article, claim, lines)
    ]
    often = Counter(word for each in told for word in each.words)
    found: list[Contradiction] = []
    for second, b in enumerate(told):
        for a in told[:second]:
            one_source = lines.source_of(a.article) == lines.source_of(b.article)
            if one_source and a.article == b.article and _one_voice(a.claim, b.claim):
                continue
            if not a.words.keys() & b.words.keys():
                continue
            names = articles[a.article].name, articles[b.article].name
            for differ, sentence, common in _differences(
                a, b, names, often, one_article=a.article == b.article, drift=one_source
            ):
                found.append(Contradiction(differ, (a.article, a.at), (b.article, b.at), sentence, common))
        found += _bare_denial(told, second)
    unique = {(each.a, each.b, each.differ, each.sentence): each for each in found}
    return tuple(sorted(unique.values(), key=lambda each: (each.a, each.b, each.differ))[:_LIMIT])


@dataclass(frozen=True, slots=True)
class _Told:
    article: int
    at: int
    claim: Claim
    words: dict[str, tuple[float, bool]]  # stem → weight, and whether it is of a place's name


def _speaks(article: int, claim: Claim, lines: Lineage) -> bool:
    source = lines.sources[lines.source_of(article)]
    copy = next((each for each in source.copies if each.article == article), None)
    return copy is None or any(span.holds(claim.sentence) for span in copy.added)


def _one_voice(a: Claim, b: Claim) -> bool:
    if set(a.speaker_parties) & set(b.speaker_parties):
        return True
    return (a.speaker.name.casefold() if a.speaker else "") == (b.speaker.name.casefold() if b.speaker else "")


def _words(article: Article, claim: Claim) -> dict[str, tuple[float, bool]]:
    """The telling words of a sentence, stemmed; not those that say who speaks, or when."""
    stop = lexicon("en").set_of("stop_words") | lexicon("en").set_of("tells_little")
    named = [each.span for each in claim.parties]
    placed = [each.span for each in claim.places]
    framed = [each.span for each in (claim.speaker, *claim.via) if each] + [
        each.span for each in (*claim.said, *claim.about)
    ]
    words: dict[str, tuple[float, bool]] = {}
    for match in re.finditer(r"[^\W\d][\w'-]+", comparable(claim.sentence.of(article.text))):
        at = claim.sentence.start + match.start()
        word = _stem(match[0])
        if match[0].casefold() in stop or len(word) < 3 or _inside(at, framed):
            continue
        words[word] = (0.5 if _inside(at, named) else 1.0, _inside(at, placed))
    return words


def _inside(at: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= at < span.end for span in spans)


def _stem(word: str) -> str:
    lower = singular(word.casefold().removesuffix("'s"))
    return re.sub(r"(?:ing|ed)$", "", lower) if len(lower) > 5 else lower


def _common(a: _Told, b: _Told, often: Counter[str], *, places: bool) -> tuple[float, float, tuple[str, ...]]:
    """The weight of the words in common, its share of the lighter claim's, and the words."""

    def weights(of: _Told) -> dict[str, float]:
        return {
            word: weight * min(1.0, 4 / often[word])
            for word, (weight, place) in of.words.items()
            if places or not place
        }

    first, second = weights(a), weights(b)
    both = {word: min(weight, second[word]) for word, weight in first.items() if word in second}
    lighter = min(sum(first.values()), sum(second.values()))
    return sum(both.values()), sum(both.values()) / lighter if lighter else 0.0, tuple(sorted(both))


def _differences(
    a: _Told, b: _Told, names: tuple[str, str], often: Counter[str], *, one_article: bool, drift: bool
) -> list[tuple[Differ, str, tuple[str, ...]]]:
    found: list[tuple[Differ, str, tuple[str, ...]]] = []
    weight, share, common = _common(a, b, often, places=True)
    for one in a.claim.numbers:
        for two in b.claim.numbers:
            if _numbers_differ(one, two, common, weight):
                found.append((Differ.NUMBER, _number_sentence(one, two, names), common))
    weight_all, share_all, common_all = weight, share, common
    wanted = _MATTER if not drift else _DRIFT
    alike = weight >= wanted[0] and share >= wanted[1]
    if (
        alike
        and not one_article
        and _apart(_event_days(a.claim), _event_days(b.claim))
        and Force.INTENT not in (a.claim.force, b.claim.force)
    ):
        found.append(
            (Differ.DAY, f"{names[0]} has {_days_told(a.claim)}, {names[1]} has {_days_told(b.claim)}.", common)
        )
    places_a, places_b = _places(a.claim), _places(b.claim)
    if not one_article and places_a and places_b and not places_a & places_b:
        weight, share, common = _common(a, b, often, places=False)
        if weight >= max(wanted[0], 1.9 if not drift else 0) and share >= wanted[1]:
            told = [" and ".join(dict.fromkeys(place.name for place in each.claim.places)) for each in (a, b)]
            found.append((Differ.PLACE, f"{names[0]} names {told[0]}, {names[1]} names {told[1]}.", common))
    if (a.claim.force is Force.DENIAL) != (b.claim.force is Force.DENIAL) and not _one_voice(a.claim, b.claim):
        denial, other = (a, b) if a.claim.force is Force.DENIAL else (b, a)
        if (
            weight_all >= _DENIAL[0]
            and share_all >= _DENIAL[1]
            and denial.claim.speaker
            and other.claim.force in _DENIED
        ):
            found.append((Differ.DENIAL, _denial_sentence(denial.claim, other.claim), common_all))
    return found


_DENIED: Final = (Force.ASSERTION, Force.RUMOUR, Force.ANNOUNCEMENT)


def _bare_denial(told: list[_Told], at: int) -> list[Contradiction]:
    """ "He denied it", "those claims are incorrect": what is denied is what somebody else said just
    before.
    """
    denial = told[at]
    if (
        denial.claim.force is not Force.DENIAL
        or denial.claim.speaker is None
        or set(denial.words) - {_stem(word) for word in lexicon("en").list_of("bare_denial")}
    ):
        return []
    for other in reversed(told[max(0, at - _BACK) : at]):
        if other.article != denial.article:
            return []
        if (
            other.claim.force in _DENIED
            and (other.claim.speaker or other.claim.via or other.claim.force is Force.RUMOUR)
            and not _one_voice(other.claim, denial.claim)
        ):
            sentence = _denial_sentence(denial.claim, other.claim)
            return [Contradiction(Differ.DENIAL, (other.article, other.at), (denial.article, denial.at), sentence, ())]
    return []


def _denial_sentence(denial: Claim, other: Claim) -> str:
    by = (
        other.speaker.name
        if other.speaker
        else other.via[0].name
        if other.via
        else "a rumour"
        if other.force is Force.RUMOUR
        else "the outlet itself"
    )
    who = denial.speaker.name if denial.speaker else "somebody"
    return f"{who} contests what {by} says, or something near it."


def _numbers_differ(one: Number, two: Number, common: tuple[str, ...], weight: float) -> bool:
    if not one.unit or one.unit != two.unit or one.value == two.value:
        return False
    beside = [word for word in common if word != _stem(one.unit)]
    measure = one.unit in lexicon("en").table["units"]
    return bool(beside) and weight >= (2.5 if measure else _NUMBER)


def _number_sentence(one: Number, two: Number, names: tuple[str, str]) -> str:
    digits = [f"{each.value:g}" for each in (one, two)]
    same = sorted(digits[0]) == sorted(digits[1]) and len(digits[0]) > 1
    more = " The digits are the same in another order: one of them may be a slip." if same else ""
    return f"{names[0]} has {_figure(one)}, {names[1]} has {_figure(two)}.{more}"


def _figure(number: Number) -> str:
    return f"{number.value:,g} {number.counted or number.unit}"


def _event_days(claim: Claim) -> list[tuple[date, date]]:
    """The days that a claim is about, where it says a day and no more than two."""
    return [
        (each.first, each.last)
        for day in claim.about
        if not day.bound
        for each in day.readings
        if (each.last - each.first).days <= 1
    ]


def _apart(one: list[tuple[date, date]], two: list[tuple[date, date]]) -> bool:
    """Whether no day of one is a day of the other, and they lie near enough to be meant for one event."""
    if not one or not two or any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in two):
        return False
    return min(abs((a[0] - b[0]).days) for a in one for b in two) <= _DAYS_APART


def _days_told(claim: Claim) -> str:
    days: list[Day] = [day for day in claim.about if not day.bound]
    return "; ".join(
        " or ".join(
            str(each.first) if each.first == each.last else f"{each.first} to {each.last}" for each in day.readings
        )
        for day in days
    )


def _places(claim: Claim) -> frozenset[str]:
    return frozenset(
        each.place.id for place in claim.places for each in (*place.looked_up.candidates, *place.looked_up.areas)
    )
