"""What a party may read of sources: those that it entered or is shown, their claims, and in what these differ (R43).

Sources that go back to one another are one: two outlets that carry one report count once. Where claims differ, both
sides are given and nothing is decided. Nothing here is read by whatever finds conflicts or chooses alerts (R13).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from thalweg.model.cases import Evidence
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.model.sourced import ClaimConfirmed, DayTold, Descent, Force, SourceEntered
from thalweg.places.gazetteer import packaged, reach_m
from thalweg.places.names import words
from thalweg.policy.arrivals import Arrivals
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.incident_reads import IncidentReads
from thalweg.policy.sealing import seal
from thalweg.state.cases import InCase
from thalweg.state.sourced import Claim, Source
from thalweg.state.world import World

_DAYS_APART: Final = 10  # what lies farther apart is another event
_MOST: Final = 500  # differences told
_KEPT: Final = 4_096  # entries that were read last
_MOST_COMPARED: Final = 1_000  # claims that are compared with each other: the newest
_NAMED_HERE: Final = (Evidence.SOURCE, Evidence.STATEMENT)
_MOST_PLACES: Final = 500  # that are named with one page of claims
_ONE: Final = (Descent.COPY, Descent.EXCERPT, Descent.TRANSLATION)
Mask = npt.NDArray[np.bool_]
_Key = TypeVar("_Key", bound=Hashable)
_DENIED: Final = (Force.ASSERTION, Force.ANNOUNCEMENT, Force.RUMOUR)


class Differ(StrEnum):
    """In what two claims differ."""

    NUMBER = "number"
    DAY = "day"
    PLACE = "place"
    DENIAL = "denial"


@dataclass(frozen=True, slots=True)
class ClaimRead:
    """A claim as its entry says it, by whom and when it was confirmed, and what became of it."""

    event: str
    index: int
    at: Instant  # when the desk took it
    by: str
    officer: str
    said: ClaimConfirmed
    superseded_by: str
    withdrawn: Instant | None

    @property
    def stands(self) -> bool:
        """Whether nothing superseded it and nobody took it back."""
        return not self.superseded_by and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class EnteredRead:
    """A source as one party entered it, with the claims that this party confirmed in it, oldest first."""

    event: str
    index: int
    at: Instant
    officer: str
    said: SourceEntered
    shown_to: tuple[str, ...]  # to its own party alone
    claims: tuple[ClaimRead, ...]


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One source, by whoever entered it and shows it to the reader. `one_with` are other sources that the reader is
    shown and that are the same report."""

    sha256: str
    entered: tuple[EnteredRead, ...]
    one_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Some of the sources, the newest first; how many there are, and how many they are if each report counts once."""

    lines: tuple[SourceRead, ...]
    total: int
    reports: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two claims that cannot both hold as they were confirmed, and why they are held to be about one matter."""

    differ: Differ
    a: str
    b: str
    told: tuple[str, str]  # what either says
    why: str
    copy: bool  # one is a copy of the other's source, and was changed on the way


@dataclass(frozen=True, slots=True)
class Then:
    """A time past, and when things had reached the party; that a claim was taken back by that claim."""

    at: Instant
    arrived: Arrivals
    retracted: Mapping[str, Instant]

    def had(self, at: Instant | None) -> bool:
        """Whether something that came at this time, or never, had come by then."""
        return at is not None and at <= self.at


@dataclass(frozen=True, slots=True)
class PlaceKnown:
    """What the carried gazetteer says of an id that a claim names: a public name, and where it lies."""

    id: str
    name: str
    kind: str
    country: str  # ISO 3166 alpha-2, "" if unknown
    position: Position
    radius_m: float  # how far from there something may be and still be at it


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims, the newest first, and in what they differ. `places` are those that they may be about, as far as the
    carried gazetteer has them: of the claims given here, and of no other."""

    claims: tuple[ClaimRead, ...]
    total: int
    differ: tuple[Difference, ...]
    next: int | None
    places: tuple[PlaceKnown, ...] = ()


class SourceReads:
    """Readings over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read_before: OrderedDict[int, SourceEntered | ClaimConfirmed] = OrderedDict()  # entries never change

    def page(self, party: str, *, text: str = "", before: int | None = None, most: int = 50) -> Disclosed[SourcePage]:
        """The sources that the party entered or is shown, the newest first. `before` counts those on earlier pages."""
        terms = words(text).split()
        names = [name for name in self._world.sourced.by_party.get(party, {}) if self._says(party, name, terms)]
        names.reverse()
        first = before or 0
        shown = names[first : first + most]
        more = first + most if len(names) > first + most else None
        groups = self._groups(party)
        reports = len({groups.get(name, name) for name in names})
        return seal(
            SourcePage(tuple(self._read(party, each, groups) for each in shown), len(names), reports, more), party
        )

    def one(self, party: str, source: str) -> Disclosed[SourceRead] | None:
        """One source that the party entered or is shown."""
        if not self._world.sourced.shown(party, source):
            return None
        return seal(self._read(party, source, self._groups(party)), party)

    def claims(
        self,
        party: str,
        *,
        incident: str = "",
        force: Force | None = None,
        before: int | None = None,
        most: int = 50,
        then: Then | None = None,
    ) -> Callable[[], Disclosed[Claims]] | None:
        """The claims that the party confirmed or is shown; of an incident, those that are laid beside it, or whose
        source is. None for an incident that it does not have. With `then` those that it had at that time, laid as they
        were and standing as they stood, by what had reached it. To be computed beside the event loop: what it rests on
        is gathered now, and comparing them reads nothing more."""
        shown = [each for each in self._claims(party) if force is None or each.said.force is force]
        one_matter = False
        if incident:
            case = self._world.cases.has(party, incident)
            read = None if case is None else IncidentReads(self._world).one(party, incident, case.at)
            if read is None:
                return None
            # As the party was told of what was laid: what was withheld from it stays so, whatever it was shown since.
            laid = {
                each.name
                for each in read.value.said(InCase.EVIDENCE)
                if each.evidence in _NAMED_HERE
                and (then is None or then.had(then.arrived.of_notice(each.notice) if each.notice else each.at))
            }
            shown = [each for each in shown if each.event in laid or each.said.source in laid]
            one_matter = True
        if then is not None:
            shown = list(_as_then(party, shown, then))
        shown.sort(key=lambda each: -each.index)
        rest = shown if before is None else [each for each in shown if each.index < before]
        page = rest[:most]
        following = page[-1].index if len(rest) > most else None
        compared, groups = shown[:_MOST_COMPARED], self._groups(party)

        def made() -> Disclosed[Claims]:
            differ = tuple(_differences(compared, groups, one_matter=one_matter))
            return seal(Claims(tuple(page), len(shown), differ, following, tuple(_known_places(page))), party)

        return made

    def _says(self, party: str, source: str, terms: Sequence[str]) -> bool:
        if not terms:
            return True
        told = [self._entered(each) for each in self._world.sourced.shown(party, source)]
        said = " " + words("\n".join(f"{each.title}\n{each.outlet}\n{each.address}\n{each.words}" for each in told))
        return all(f" {term}" in said for term in terms)

    def _claims(self, party: str) -> list[ClaimRead]:
        sourced = self._world.sourced
        return [
            self._claim(sourced.claims[event])
            for name in sourced.by_party.get(party, {})
            for source in sourced.shown(party, name)
            for event in source.claims
        ]

    def _read(self, party: str, name: str, groups: dict[str, str]) -> SourceRead:
        entered = []
        for source in self._world.sourced.shown(party, name):
            entered.append(
                EnteredRead(
                    source.event,
                    source.index,
                    source.at,
                    source.officer,
                    self._entered(source),
                    tuple(sorted(source.held)) if source.by == party else (),
                    tuple(self._claim(self._world.sourced.claims[event]) for event in source.claims),
                )
            )
        group = groups.get(name, name)
        return SourceRead(
            name, tuple(entered), tuple(sorted(each for each, of in groups.items() if of == group and each != name))
        )

    def _entered(self, source: Source) -> SourceEntered:
        body = self._body(source.index)
        if not isinstance(body, SourceEntered):
            raise EngineError("fold-taken", f"Entry {source.index} enters no source.")
        return body

    def _claim(self, claim: Claim) -> ClaimRead:
        body = self._body(claim.index)
        if not isinstance(body, ClaimConfirmed):
            raise EngineError("fold-taken", f"Entry {claim.index} confirms no claim.")
        return ClaimRead(
            claim.event, claim.index, claim.at, claim.by, claim.officer, body, claim.superseded_by, claim.withdrawn
        )

    def _body(self, index: int) -> SourceEntered | ClaimConfirmed:
        body = self._read_before.get(index)
        if body is None:
            read = self._world.load(index).body
            if not isinstance(read, SourceEntered | ClaimConfirmed):
                raise EngineError("fold-taken", f"Entry {index} says nothing of a source.")
            body = self._read_before[index] = read
            if len(self._read_before) > _KEPT:
                self._read_before.popitem(last=False)
        return body

    def _groups(self, party: str) -> dict[str, str]:
        """Each source that the party is shown → the least of those that are one report with it, by the lineage that
        those say who show it."""
        names = self._world.sourced.by_party.get(party, {})
        group = {name: name for name in names}
        for name in names:
            for source in self._world.sourced.shown(party, name):
                for back in self._entered(source).lineage:
                    if back.how in _ONE and back.source in group:
                        old, new = sorted((group[name], group[back.source]), reverse=True)
                        group = {each: new if of == old else of for each, of in group.items()}
        return group


def _known_places(claims: Iterable[ClaimRead]) -> Iterator[PlaceKnown]:
    """The places that the claims may be about, each once. A claim is shown whole or not at all: whoever reads its ids
    reads what the carried gazetteer says of them, and an id of somebody's own list stays an id."""
    gazetteer = packaged()
    ids = dict.fromkeys(name for each in claims for told in each.said.places for name in told.may_be)
    for name in islice(ids, _MOST_PLACES):
        place = gazetteer.by_id(name)
        if place is not None and place.id == name:
            yield PlaceKnown(
                place.id, place.name, place.kind.value, place.country, Position(place.lon, place.lat), reach_m(place)
            )


def _as_then(party: str, claims: Iterable[ClaimRead], then: Then) -> Iterator[ClaimRead]:
    """Those that the party had at a time, and of what became of them what it knew."""
    had = [each for each in claims if then.had(each.at if each.by == party else then.arrived.of_source(each.event))]
    events = {each.event for each in had}
    for each in had:
        over = each.withdrawn if each.by == party else then.retracted.get(each.event)
        yield replace(
            each,
            superseded_by=each.superseded_by if each.superseded_by in events else "",
            withdrawn=each.withdrawn if then.had(over) else None,
        )


def _differences(claims: Sequence[ClaimRead], groups: Mapping[str, str], *, one_matter: bool) -> list[Difference]:
    """Pairs of standing claims of different voices that differ, at most `_MOST`, those of the newest claims first.
    `one_matter`: they are laid beside one incident."""
    standing = [each for each in claims if each.stands]
    table = _Compared([each.said for each in standing], groups)
    found: list[Difference] = []
    for place in range(len(standing)):
        for other, differs, about, told in table.differ(place, one_matter=one_matter):
            a, b = standing[other], standing[place]  # the older first
            copy = a.said.source != b.said.source and groups.get(a.said.source) == groups.get(b.said.source)
            found.append(Difference(differs, a.event, b.event, told, about, copy))
            if len(found) == _MOST:
                return found
    return found


class _Compared:
    """Claims in columns, so that each is compared with all older ones at once: which have its places, its units and
    values, a day of its own, one near it."""

    def __init__(self, said: Sequence[ClaimConfirmed], groups: Mapping[str, str]) -> None:
        self.said, self.groups = said, groups
        size = len(said)
        self._none = np.zeros(size, np.bool_)
        self._place: dict[str, Mask] = {}
        self._unit: dict[str, Mask] = {}
        self._value: dict[tuple[str, str], Mask] = {}
        self._same: dict[tuple[str, tuple[str, str]], Mask] = {}  # of one source, by one voice: it says both
        self._by: dict[tuple[str, str], Mask] = {}
        self._placed = self._none.copy()
        self._denies = self._none.copy()
        self._deniable = self._none.copy()
        self._spans: list[tuple[tuple[date, date], ...]] = []
        of_span: list[int] = []
        first: list[int] = []
        last: list[int] = []
        for number, each in enumerate(said):
            for place in {name for told in each.places for name in told.may_be}:
                self._mark(self._place, place, number)
            for told in each.numbers:
                if told.unit:
                    self._mark(self._unit, told.unit, number)
                    self._mark(self._value, (told.unit, told.value), number)
            self._mark(self._same, (each.source, _voice(each)), number)
            self._mark(self._by, _voice(each), number)
            self._placed[number] = bool(_placed(each))
            self._denies[number] = each.force is Force.DENIAL
            self._deniable[number] = each.force in _DENIED
            spans = tuple(_spans(each.about))
            self._spans.append(spans)
            of_span += [number] * len(spans)
            first += [span[0].toordinal() for span in spans]
            last += [span[1].toordinal() for span in spans]
        self._of_span = np.array(of_span, np.int64)
        self._first, self._last = np.array(first, np.int64), np.array(last, np.int64)
        self._days: dict[tuple[tuple[date, date], ...], tuple[Mask, Mask]] = {}

    def differ(self, place: int, *, one_matter: bool) -> Iterator[tuple[int, Differ, str, tuple[str, str]]]:
        """In what the claim differs from each one after it: that one's place, in what, why they are held to be about
        one matter, and what either says; the other first."""
        one = self.said[place]
        after = np.arange(len(self.said)) > place
        after &= ~self._same[one.source, _voice(one)]
        places = self._any(self._place, {name for told in one.places for name in told.may_be})
        units = sorted({told.unit for told in one.numbers if told.unit})
        values = {(told.unit, told.value) for told in one.numbers if told.unit}
        same_numbers = self._any(self._value, values)
        meets, near = self._when(self._spans[place])
        both_matter = after if one_matter else self._none
        number = {
            unit: after
            & self._unit[unit]
            & (both_matter | places | meets)
            & ~self._any(self._value, {each for each in values if each[0] == unit})
            for unit in units
        }
        day = after & (both_matter | (places & same_numbers)) & near & ~meets
        where = after & (both_matter | (meets & same_numbers)) & ~places & self._placed
        if not self._placed[place]:
            where = self._none
        denied = after & (both_matter | (meets & places)) & ~self._by[_voice(one)]
        denied &= self._deniable if self._denies[place] else self._denies & bool(self._deniable[place])
        any_of = day | where | denied
        for each in number.values():
            any_of = any_of | each
        for other in np.flatnonzero(any_of).tolist():
            two = self.said[other]
            why = "laid beside one incident" if one_matter else ""
            for unit in units:
                if number[unit][other]:
                    told = (", ".join(_values(two, unit)) + f" {unit}", ", ".join(_values(one, unit)) + f" {unit}")
                    yield other, Differ.NUMBER, why or ("the same place" if places[other] else "the same day"), told
            if day[other]:
                yield other, Differ.DAY, why or "the same place and number", (_days(two.about), _days(one.about))
            if where[other]:
                yield other, Differ.PLACE, why or "the same day and number", (_placed(two), _placed(one))
            if denied[other]:
                yield other, Differ.DENIAL, why or "the same day and place", (two.quote, one.quote)

    def _mark(self, table: dict[_Key, Mask], key: _Key, number: int) -> None:
        held = table.get(key)
        if held is None:
            held = table[key] = self._none.copy()
        held[number] = True

    def _any(self, table: Mapping[_Key, Mask], keys: Iterable[_Key]) -> Mask:
        found = self._none.copy()
        for key in keys:
            found |= table[key]
        return found

    def _when(self, spans: tuple[tuple[date, date], ...]) -> tuple[Mask, Mask]:
        """Which claims are about one of these days, and which about one near enough to be meant for the same event."""
        known = self._days.get(spans)
        if known is None:
            meets, near = self._none.copy(), self._none.copy()
            for begins, ends in spans:
                at, to = begins.toordinal(), ends.toordinal()
                meets[self._of_span[(self._first <= to) & (self._last >= at)]] = True
                near[self._of_span[np.abs(self._first - at) <= _DAYS_APART]] = True
            known = self._days[spans] = (meets, near)
        return known


def _voice(said: ClaimConfirmed) -> tuple[str, str]:
    return said.party, "" if said.party else said.said_by.casefold()


def _values(said: ClaimConfirmed, unit: str) -> list[str]:
    return sorted({each.value for each in said.numbers if each.unit == unit})


def _spans(days: Iterable[DayTold]) -> list[tuple[date, date]]:
    return [(date.fromisoformat(each.first), date.fromisoformat(each.last)) for each in days if each.first]


def _days(days: Iterable[DayTold]) -> str:
    told = (each.first if each.first == each.last else f"{each.first} to {each.last}" for each in days if each.first)
    return " or ".join(told)


def _placed(said: ClaimConfirmed) -> str:
    return ", ".join(dict.fromkeys(each.words for each in said.places if each.may_be))
