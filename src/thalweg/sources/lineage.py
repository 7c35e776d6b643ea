"""Copies and republications: which articles are one source, and what each copy changed.

Words are compared without case, spaces (no-break or not), quotation marks and punctuation, in runs of
five. Articles are few, so every pair is compared exactly; nothing is hashed. (datasketch's MinHash
estimates the same figure for
millions of texts, and would bring scipy.)

    copy     at least 60 % of the shorter one's runs stand in the other, and these are at least 40 % of
    the longer one's:
             a headline, a credit, a trimmed end or an added opening change nothing of that
    quotes   no copy, but a run of words of one stands in quotation marks in the other, which names it
    shares   no copy, and such a run stands in both; a third may be the origin of both
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from typing import Final

from thalweg.model.sourced import Descent, GoesBack
from thalweg.sources.abroad import PARTLY
from thalweg.sources.abroad import days_in as days_abroad
from thalweg.sources.abroad import numbers_in as numbers_abroad
from thalweg.sources.article import Article, Span, comparable
from thalweg.sources.days import days_in
from thalweg.sources.lexicon import lexicon
from thalweg.sources.numbers import numbers_in
from thalweg.sources.sentences import quotations

_RUN: Final = 5
_OF_SHORTER: Final = 0.6
_OF_LONGER: Final = 0.4
_QUOTED_WORDS: Final = 5  # in quotation marks, by an article that names the other
_SHARED_WORDS: Final = 12
_OF_EXCERPT: Final = 0.8  # of an excerpt's runs stand in what it is taken from
_LEAST_EXCERPT: Final = 40  # runs: shorter, and it may be a statement that the longer one quotes
_MOST_BEGINS: Final = 20  # places of one run that are looked at: prose has few, a page made to keep us busy has many
_FACTS: Final = 3  # days and figures that a translation has in common with what it translates, at least
_OF_FACTS: Final = 0.6  # of those of the one that has fewer
_FIGURE: Final = 5  # smaller ones are in every report
_EXACT: Final = 4_000  # words up to which figures are compared word by word, the commonest too


class Relation(StrEnum):
    QUOTES = "quotes"
    SHARES = "shares"
    TRANSLATION = "translation"  # perhaps: the same days, numbers and names in another language


@dataclass(frozen=True, slots=True)
class Copy:
    """One article of a source, by its place in the given order, and how it differs from the first.

    `added` and `left_out` are paragraphs (of this one, of the first one).
    """

    article: int
    alike: float  # share of the shorter one's runs that both have
    changes: tuple[str, ...]  # sentences
    added: tuple[Span, ...]
    left_out: tuple[Span, ...]
    excerpt: bool = False  # nearly all of it stands in the first, which has much more


@dataclass(frozen=True, slots=True)
class Source:
    """Articles that are one report. `first` is the one the others go back to, None where nothing tells
    which that is.

    `why_first` says what tells: a credit, or the earlier day.
    """

    articles: tuple[int, ...]
    first: int | None
    why_first: str
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that two articles have in common: `of_later` in the one that `later` names, `of_earlier` in
    the other.
    """

    relation: Relation
    later: int
    earlier: int
    of_later: Span
    of_earlier: Span
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Every article is in exactly one source; passages are between articles of different sources."""

    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]

    def source_of(self, article: int) -> int:
        """The place of its source in `sources`."""
        return next(at for at, source in enumerate(self.sources) if article in source.articles)


def lineage(articles: Sequence[Article]) -> Lineage:
    """Sources and passages; the order of the articles does not change what is found."""
    count = len(articles)
    runs = [frozenset(_runs(article.text)) for article in articles]
    group = list(range(count))
    for a in range(count):
        for b in range(a):
            one_report = _is_copy(runs[a], runs[b]) or _is_excerpt(articles, runs, a, b)
            if one_report or articles[a].sha256 == articles[b].sha256:
                old, new = group[a], group[b]
                group = [new if each == old else each for each in group]
    sources = tuple(
        _source(articles, runs, [at for at in range(count) if group[at] == one]) for one in dict.fromkeys(group)
    )
    passages = [
        p for a in range(count) for b in range(a) if group[a] != group[b] for p in _passages(articles, runs, a, b)
    ]
    passages += [p for a in range(count) for b in range(a) if group[a] != group[b] for p in _translated(articles, a, b)]
    return Lineage(sources, tuple(sorted(passages, key=lambda p: (p.later, p.earlier, p.of_later.start))))


def _translated(articles: Sequence[Article], a: int, b: int) -> list[Passage]:
    """Whether one may be a translation of the other: another language, and the same days and figures. It may be another
    report of the same matter, so that it stays a source of its own and a person is told.
    """
    one, two = articles[a], articles[b]
    if one.language == two.language or not one.language or not two.language:
        return []
    first, second = _facts(one), _facts(two)
    common = first & second
    if len(common) < _FACTS or len(common) < _OF_FACTS * min(len(first), len(second)):
        return []
    why = f"perhaps: both have {', '.join(sorted(common)[:8])}"
    whole = (Span(0, len(one.text)), Span(0, len(two.text)))
    if _after(two, one):
        return [Passage(Relation.TRANSLATION, b, a, whole[1], whole[0], why)]
    return [Passage(Relation.TRANSLATION, a, b, whole[0], whole[1], why)]


@lru_cache(maxsize=512)
def _facts(article: Article) -> frozenset[str]:
    """The days of the calendar and the larger figures of an article, in whatever language."""
    every = Span(0, min(len(article.text), 40_000))
    found: set[str] = set()
    if article.language in PARTLY:
        told = days_abroad(article.text, every, article.language, article.published)
        counted = numbers_abroad(article.text, every, article.language, [each.span for each in told])
    else:
        told = days_in(article.text, every, [article.published] if article.published else [])
        counted = numbers_in(article.text, every, [each.span for each in told])
    for day in told:
        found |= {each.first.isoformat() for each in day.readings[:1] if each.first == each.last}
    return frozenset(found | {f"{each.value:g}" for each in counted if each.value >= _FIGURE})


def _words(text: str) -> list[tuple[str, int, int]]:
    """Words in lower case with their offsets; apostrophes belong to them."""
    folded = comparable(text)
    return [(m[0].casefold(), m.start(), m.end()) for m in re.finditer(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*", folded)]


@lru_cache(maxsize=512)
def _runs(text: str) -> tuple[tuple[str, ...], ...]:
    words = [word for word, _, _ in _words(text)]
    return tuple(tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))


def _is_copy(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> bool:
    both = len(a & b)
    return both >= _OF_SHORTER * min(len(a), len(b)) and both >= _OF_LONGER * max(len(a), len(b))


def _is_excerpt(articles: Sequence[Article], runs: list[frozenset[tuple[str, ...]]], a: int, b: int) -> bool:
    """Whether the shorter is taken from the longer: nearly all of it stands there; it credits the other, or is later.
    A statement that a longer report carries whole stands in it too, and is its own source.
    """
    short, long = (a, b) if len(runs[a]) < len(runs[b]) else (b, a)
    if len(runs[short]) < _LEAST_EXCERPT or len(runs[short] & runs[long]) < _OF_EXCERPT * len(runs[short]):
        return False
    one, two = articles[short], articles[long]
    if any(_names(each.name, two) for each in one.credits):
        return True
    return bool(one.published and two.published and one.published > two.published)


def _source(articles: Sequence[Article], runs: list[frozenset[tuple[str, ...]]], members: list[int]) -> Source:
    if len(members) == 1:
        return Source((members[0],), members[0], "it has no copy here")
    first, why = _first(articles, members)
    against = members[0] if first is None else first
    copies = tuple(_copy(articles, runs, against, each) for each in members if each != against)
    return Source(tuple(members), first, why, copies)


def _first(articles: Sequence[Article], members: list[int]) -> tuple[int | None, str]:
    credited = {
        each
        for each in members
        for other in members
        if each != other and any(_names(c.name, articles[each]) for c in articles[other].credits)
    }
    if len(credited) == 1:
        one = credited.pop()
        return one, f"another credits {articles[one].name}"
    bare = [each for each in members if not articles[each].credits]
    if len(bare) == 1 and len(members) > 1:
        return bare[0], "all others credit somebody"
    dated = [(day, each) for each in members if (day := articles[each].published)]
    if len(dated) == len(members):
        days = sorted(day for day, _ in dated)
        if days[0] != days[1]:
            return min(dated)[1], f"it is the earliest, of {days[0]}"
    return None, "neither a credit nor the days tell which was first"


def _names(credit: str, article: Article) -> bool:
    folded = re.sub(r"^the ", "", comparable(credit).casefold())
    outlet = re.sub(r"^the ", "", comparable(article.outlet).casefold())
    return bool(outlet) and (folded in outlet or outlet in folded)


def _copy(articles: Sequence[Article], runs: list[frozenset[tuple[str, ...]]], first: int, other: int) -> Copy:
    one, two = articles[first], articles[other]
    both = len(runs[first] & runs[other])
    added = tuple(span for span in two.paragraphs if _foreign(span.of(two.text), runs[first]))
    left_out = tuple(span for span in one.paragraphs if _foreign(span.of(one.text), runs[other]))
    changes = []
    if comparable(one.headline).casefold() != comparable(two.headline).casefold():
        changes.append(f"Another headline: “{two.headline}”.")
    if two.credits:
        changes.append(f"It credits {', '.join(each.name for each in two.credits)}.")
    if added:
        changes.append(f"{len(added)} of its paragraphs are not in the first.")
    if left_out:
        changes.append(f"{len(left_out)} of the first's paragraphs are not in it.")
    spaces = two.text.count("\u00a0") + two.text.count("\u202f")
    if spaces and spaces != one.text.count("\u00a0") + one.text.count("\u202f"):
        changes.append("Spaces were made no-break spaces, or the other way round.")
    changes += _numbers_changed(one.text, two.text)
    short = len(runs[other]) < _OF_LONGER * len(runs[first])
    if short:
        changes.insert(0, "It is an excerpt.")
    alike = both / max(1, min(len(runs[first]), len(runs[other])))
    return Copy(other, alike, tuple(changes), added, left_out, short)


def _foreign(paragraph: str, runs: frozenset[tuple[str, ...]]) -> bool:
    own = set(_runs(paragraph))
    return len(own & runs) < 0.3 * len(own)


def _numbers_changed(one: str, two: str) -> list[str]:
    """Figures that differ where all words around them are the same."""
    a, b = _words(one), _words(two)
    changes = []
    for tag, a0, a1, b0, b1 in SequenceMatcher(
        None, [w for w, _, _ in a], [w for w, _, _ in b], autojunk=max(len(a), len(b)) > _EXACT
    ).get_opcodes():
        if tag == "replace" and a1 - a0 == b1 - b0 <= 2:
            old, new = one[a[a0][1] : a[a1 - 1][2]], two[b[b0][1] : b[b1 - 1][2]]
            if re.search(r"\d", old) and re.search(r"\d", new):
                changes.append(f"“{old}” has become “{new}”.")
    return changes


def _passages(articles: Sequence[Article], runs: list[frozenset[tuple[str, ...]]], a: int, b: int) -> list[Passage]:
    if not runs[a] & runs[b]:
        return []
    words = [_words(articles[each].text) for each in (a, b)]
    found = []
    for at_a, at_b, size in _common_runs([w for w, _, _ in words[0]], [w for w, _, _ in words[1]]):
        if _is_common([w for w, _, _ in words[0][at_a : at_a + size]]):
            continue
        spans = (
            Span(words[0][at_a][1], words[0][at_a + size - 1][2]),
            Span(words[1][at_b][1], words[1][at_b + size - 1][2]),
        )
        there = _in_quotation(articles[a], spans[0]) and _mentions(articles[a], articles[b])
        back = _in_quotation(articles[b], spans[1]) and _mentions(articles[b], articles[a])
        if there != back:
            relation, a_later = Relation.QUOTES, there
        elif size >= _SHARED_WORDS:
            relation, a_later = Relation.SHARES, _after(articles[a], articles[b])
        else:
            continue
        found.append(Passage(relation, a, b, *spans) if a_later else Passage(relation, b, a, spans[1], spans[0]))
    return found


def _common_runs(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int]]:
    """Longest runs that both have, from left to right in the first: where each begins, and how many words
    it has.
    """
    begins: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(b) - _QUOTED_WORDS + 1):
        begins.setdefault(tuple(b[at : at + _QUOTED_WORDS]), []).append(at)
    at = 0
    while at <= len(a) - _QUOTED_WORDS:
        best = (0, 0)
        for other in begins.get(tuple(a[at : at + _QUOTED_WORDS]), ())[:_MOST_BEGINS]:
            size = _QUOTED_WORDS
            while at + size < len(a) and other + size < len(b) and a[at + size] == b[other + size]:
                size += 1
            best = max(best, (size, other))
        if best[0]:
            yield at, best[1], best[0]
        at += best[0] or 1


def _after(one: Article, two: Article) -> bool:
    return bool(one.published and two.published and one.published > two.published)


def _is_common(words: list[str]) -> bool:
    stop = lexicon("en").set_of("stop_words")
    return sum(word not in stop for word in words) < 3


def _in_quotation(article: Article, span: Span) -> bool:
    middle = (span.start + span.end) // 2
    paragraph = next((each for each in article.paragraphs if each.start <= middle < each.end), None)
    return paragraph is not None and any(
        q.whole.start <= middle < q.whole.end for q in quotations(article.text, paragraph)
    )


def _mentions(article: Article, other: Article) -> bool:
    outlet = re.sub(r"^the ", "", comparable(other.outlet).casefold())
    return bool(outlet) and outlet in comparable(article.text).casefold()


def goes_back(articles: Sequence[Article]) -> tuple[tuple[GoesBack, ...], ...]:
    """Of each article, which others of these it goes back to, as the desk is told."""
    lines = lineage(articles)
    found: list[list[GoesBack]] = [[] for _ in articles]
    for source in lines.sources:
        for copy in source.copies:
            first = source.articles[0] if source.first is None else source.first
            why = f"{copy.alike:.0%} of the shorter one's runs of five words; {source.why_first}"
            how = Descent.EXCERPT if copy.excerpt else Descent.COPY
            if articles[first].sha256 != articles[copy.article].sha256:
                found[copy.article].append(GoesBack(articles[first].sha256, how, why[:300]))
    for passage in lines.passages:
        how = Descent(passage.relation.value)
        earlier = articles[passage.earlier].sha256
        if all((each.source, each.how) != (earlier, how) for each in found[passage.later]):
            words = passage.of_later.end - passage.of_later.start
            found[passage.later].append(GoesBack(earlier, how, passage.why or f"{words} characters in common"))
    return tuple(tuple(each[:32]) for each in found)
