"""Names of places and of parties in a text, each with everything that it may mean.

A name of several places stays one of several; a name in no gazetteer is said to be in none. What a name
means is shown and never decided: two villages of one name may lie on two banks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from thalweg.model.theatre import Party
from thalweg.places.areas import Area
from thalweg.places.basemap import packaged_json
from thalweg.places.gazetteer import Lookup
from thalweg.sources.article import Span, comparable
from thalweg.sources.lexicon import lexicon


class Names(Protocol):
    """What is asked where a name lies: a gazetteer."""

    def lookup(self, name: str, *, within: Area | None = None) -> Lookup: ...


@dataclass(frozen=True, slots=True)
class PlaceNamed:
    """`looked_up.candidates` are all the places of that name in the area of interest; see `gazetteer.Lookup`.

    `kind` is the word beside the name that says what it is ("district", "river"), "" where none stands there.
    """

    span: Span
    name: str
    kind: str
    looked_up: Lookup


@dataclass(frozen=True, slots=True)
class PartyNamed:
    """Ids of the theatre's parties that go by these words: more than one where two do."""

    span: Span
    name: str
    parties: tuple[str, ...]


_LONGEST: Final = 60  # characters of a place's name
_WORD: Final = r"[A-Z][\w'-]*[\w]|[A-Z]{2,}"
_NAME: Final = re.compile(rf"(?:al-|el-)?(?:{_WORD})(?:(?: |-)(?:al-|el-|ez-|ez |al |el )?(?:{_WORD}))*")


def parties_in(text: str, within: Span, parties: Sequence[Party]) -> tuple[PartyNamed, ...]:
    """Every name or alias of a party, the longest where one holds another. An alias in capitals is found
    in capitals only.
    """
    said = comparable(text)
    found: list[PartyNamed] = []
    for alias, ids in _aliases(tuple(parties)):
        shape = rf"(?<![\w-]){re.escape(alias)}(?![\w-])"
        flags = re.IGNORECASE if " " in alias and not alias.isupper() else 0
        for match in re.compile(shape, flags).finditer(said, within.start, within.end):
            span = Span(*match.span())
            if not any(span.meets(other.span) for other in found):
                found.append(PartyNamed(span, span.of(text), ids))
    return tuple(sorted(found, key=lambda each: each.span.start))


@lru_cache(maxsize=16)
def _aliases(parties: tuple[Party, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_name: dict[str, list[str]] = {}
    for party in parties:
        for name in (party.name, *party.aliases):
            bare = comparable(re.sub(r"\s*\(.*?\)", "", name)).strip()
            shown = re.findall(r"\(([A-Z][\w-]{1,11})\)", name)
            for each in (bare, *shown):
                if len(each) > 1 and party.id not in by_name.setdefault(each, []):
                    by_name[each].append(party.id)
    return tuple((name, tuple(by_name[name])) for name in sorted(by_name, key=len, reverse=True))


@lru_cache(maxsize=1)
def _rivers() -> frozenset[str]:
    """The names of the rivers that the package knows, in every language, as one writes them after "the"."""
    known: list[dict[str, Any]] = packaged_json("rivers.json.gz")
    names = [name for river in known for name in (river["name"], *river["aliases"])]
    return frozenset(comparable(name).casefold().removesuffix(" river").removeprefix("river ") for name in names)


def places_in(
    text: str,
    within: Span,
    gazetteer: Names,
    *,
    area: Area | None = None,
    taken: Sequence[Span] = (),
    told: frozenset[str] = frozenset(),
) -> tuple[PlaceNamed, ...]:
    """The names of places in `text[within]`, but for what is inside `taken` (parties, speakers, media).

    A name in capitals is a place's where the words around it say so ("in", "district", "east of"), and
    the gazetteer knows it; or where the word beside it says what it is, known or not; or where the article has told of
    a place of that name elsewhere (`told`, in lower case).
    """
    known = lexicon("en")
    said = comparable(text)
    never = known.set_of("capitals_no_place") - {"at"}
    kinds = known.set_of("places", "kinds")
    before_name = known.set_of("places", "prepositions")
    of = known.set_of("places", "of")
    found: list[PlaceNamed] = []
    last_end = -1  # of the last place: "between Teral and Hollin"
    for match in _NAME.finditer(said, within.start, within.end):
        for bare in _trimmed(said, match, never, taken):
            span = bare
            if numbered := re.search(r"\d{1,4}(?:st|nd|rd|th) $", said[within.start : span.start]):
                span = Span(span.start - len(numbered[0]), span.end)  # the 113th Brigade Base
            before = said[within.start : span.start]
            after = re.match(r" ([A-Za-z]+)\b", said[span.end :])
            kind = after[1].casefold() if after and after[1].casefold() in kinds else ""
            end = span.end + (len(after[0]) if kind and after and after[1][0].isupper() else 0)
            words = re.findall(r"[\w-]+|[^\w\s]", before)[-3:]
            last = words[-1].casefold() if words else ""
            led = last in before_name - {"of", "and"}
            led = led or (last == "the" and len(words) > 1 and words[-2].casefold() in before_name and bool(kind))
            led = led or (last == "of" and len(words) > 1 and words[-2].casefold() in of)
            led = led or (
                last in ("and", ",", "or")
                and last_end >= 0
                and said[last_end : span.start].strip() in ("and", ",", "or", ", and")
            )
            led = led or span.of(said).casefold() in told
            led = led or re.search(known.table["before_place"], before, re.I) is not None
            dateline = (
                not before.strip() and re.match(r",? [A-Z]?[a-z]* ?\d{0,2},? ?\([A-Z]", said[span.end :]) is not None
            )
            states = (
                not before.strip()
                and re.match(r" (?:lies|is located|was besieged|fell to|stands)\b", said[span.end :]) is not None
            )
            name = span.of(said)
            if name.casefold() in _rivers() and (kind in ("", "river") or not kind):
                whole = Span(span.start, end if kind else span.end)
                found.append(PlaceNamed(whole, whole.of(text), "river", Lookup(name)))
                last_end = whole.end
                continue
            if not (led or kind or dateline or states):
                continue
            whole = Span(span.start, max(end, span.end))
            looked_up = _looked_up(gazetteer, name, kind, area)
            known_place = bool(looked_up.candidates or looked_up.areas or (looked_up.similar and len(name) > 4))
            if area is not None and not known_place and looked_up.elsewhere and kind:
                known_place = True
            proper_kind = bool(kind) and after is not None and after[1][0].isupper()
            if known_place or proper_kind:
                found.append(
                    PlaceNamed(
                        whole if kind else span, whole.of(text) if proper_kind else span.of(text), kind, looked_up
                    )
                )
                last_end = whole.end
    return tuple(found)


def _looked_up(gazetteer: Names, name: str, kind: str, area: Area | None) -> Lookup:
    if kind in ("river", "valley"):
        return Lookup(name)  # the gazetteer has settlements and areas; a river is no town of its name
    return gazetteer.lookup(name, within=area)


def _trimmed(said: str, match: re.Match[str], never: frozenset[str], taken: Sequence[Span]) -> list[Span]:
    """The name without words that are no place's at its ends; nothing where it is somebody else's name."""
    start, end = match.span()
    words = list(re.finditer(r"[^\s]+", said[start:end]))
    while words and words[0][0].casefold() in never:
        words.pop(0)
    kinds = lexicon("en").set_of("places", "kinds")
    while words and (words[-1][0].casefold() in never or (len(words) > 1 and words[-1][0].casefold() in kinds)):
        words.pop()
    if not words:
        return []
    span = Span(start + words[0].start(), start + words[-1].end())
    if said[span.start : span.end].endswith("'s"):
        span = Span(span.start, span.end - 2)
    if span.end - span.start > _LONGEST:
        return []
    return [] if any(span.meets(each) for each in taken) else [span]
