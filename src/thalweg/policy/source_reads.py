"""What a party may read of sources: those that it entered or is shown, their claims, and in what these differ (R43).

Sources that go back to one another are one: two outlets that carry one report count once. Where claims differ, both
sides are given and nothing is decided. Nothing here is read by whatever finds conflicts or chooses alerts (R13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final

from thalweg.model.cases import Evidence
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimConfirmed, DayTold, Descent, Force, SourceEntered
from thalweg.places.names import words
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.incident_reads import IncidentReads
from thalweg.policy.sealing import seal
from thalweg.state.cases import InCase
from thalweg.state.sourced import Claim, Source
from thalweg.state.world import World

_DAYS_APART: Final = 10  # what lies farther apart is another event
_MOST: Final = 500  # differences told
_MOST_COMPARED: Final = 1_000  # claims that are compared with each other: the newest
_NAMED_HERE: Final = (Evidence.SOURCE, Evidence.STATEMENT)
_ONE: Final = (Descent.COPY, Descent.EXCERPT, Descent.TRANSLATION)
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
class Claims:
    """Claims, the newest first, and in what they differ."""

    claims: tuple[ClaimRead, ...]
    total: int
    differ: tuple[Difference, ...]
    next: int | None


class SourceReads:
    """Readings over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

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
    ) -> Disclosed[Claims] | None:
        """The claims that the party confirmed or is shown; of an incident, those that are laid beside it, or whose
        source is. None for an incident that it does not have."""
        shown = [each for each in self._claims(party) if force is None or each.said.force is force]
        one_matter = False
        if incident:
            case = self._world.cases.has(party, incident)
            read = None if case is None else IncidentReads(self._world).one(party, incident, case.at)
            if read is None:
                return None
            # As the party was told of what was laid: what was withheld from it stays so, whatever it was shown since.
            laid = {each.name for each in read.value.said(InCase.EVIDENCE) if each.evidence in _NAMED_HERE}
            shown = [each for each in shown if each.event in laid or each.said.source in laid]
            one_matter = True
        shown.sort(key=lambda each: -each.index)
        rest = shown if before is None else [each for each in shown if each.index < before]
        page = rest[:most]
        differ = _differences(shown[:_MOST_COMPARED], self._groups(party), one_matter=one_matter)
        return seal(
            Claims(tuple(page), len(shown), tuple(differ[:_MOST]), page[-1].index if len(rest) > most else None), party
        )

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
        body = self._world.load(source.index).body
        if not isinstance(body, SourceEntered):
            raise EngineError("fold-taken", f"Entry {source.index} enters no source.")
        return body

    def _claim(self, claim: Claim) -> ClaimRead:
        body = self._world.load(claim.index).body
        if not isinstance(body, ClaimConfirmed):
            raise EngineError("fold-taken", f"Entry {claim.index} confirms no claim.")
        return ClaimRead(
            claim.event, claim.index, claim.at, claim.by, claim.officer, body, claim.superseded_by, claim.withdrawn
        )

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


def _differences(claims: Iterable[ClaimRead], groups: dict[str, str], *, one_matter: bool) -> list[Difference]:
    """Pairs of standing claims of different voices that differ. `one_matter`: they are laid beside one incident."""
    standing = [each for each in claims if each.stands]
    found: list[Difference] = []
    for b, a in combinations(standing, 2):  # the older first
        if a.said.source == b.said.source and _voice(a.said) == _voice(b.said):
            continue
        copy = a.said.source != b.said.source and groups.get(a.said.source) == groups.get(b.said.source)
        places = {each for place in a.said.places for each in place.may_be} & {
            each for place in b.said.places for each in place.may_be
        }
        days = _meet(a.said.about, b.said.about)
        units = {each.unit for each in a.said.numbers} & {each.unit for each in b.said.numbers} - {""}
        why = "laid beside one incident" if one_matter else ""
        for unit in sorted(units):
            of_a, of_b = _values(a.said, unit), _values(b.said, unit)
            about = why or ("the same place" if places else "the same day" if days else "")
            if about and not set(of_a) & set(of_b):
                told = (", ".join(of_a) + f" {unit}", ", ".join(of_b) + f" {unit}")
                found.append(Difference(Differ.NUMBER, a.event, b.event, told, about, copy))
        same_numbers = any(set(_values(a.said, unit)) & set(_values(b.said, unit)) for unit in units)
        about = why or ("the same place and number" if places and same_numbers else "")
        if about and _apart(a.said.about, b.said.about):
            told = (_days(a.said.about), _days(b.said.about))
            found.append(Difference(Differ.DAY, a.event, b.event, told, about, copy))
        about = why or ("the same day and number" if days and same_numbers else "")
        if about and not places and _placed(a.said) and _placed(b.said):
            told = (_placed(a.said), _placed(b.said))
            found.append(Difference(Differ.PLACE, a.event, b.event, told, about, copy))
        about = why or ("the same day and place" if days and places else "")
        one_denies = (a.said.force is Force.DENIAL) is not (b.said.force is Force.DENIAL)
        other = b.said if a.said.force is Force.DENIAL else a.said
        if about and one_denies and other.force in _DENIED and _voice(a.said) != _voice(b.said):
            found.append(Difference(Differ.DENIAL, a.event, b.event, (a.said.quote, b.said.quote), about, copy))
    return found


def _voice(said: ClaimConfirmed) -> tuple[str, str]:
    return said.party, "" if said.party else said.said_by.casefold()


def _values(said: ClaimConfirmed, unit: str) -> list[str]:
    return sorted({each.value for each in said.numbers if each.unit == unit})


def _spans(days: Iterable[DayTold]) -> list[tuple[date, date]]:
    return [(date.fromisoformat(each.first), date.fromisoformat(each.last)) for each in days if each.first]


def _meet(one: Iterable[DayTold], two: Iterable[DayTold]) -> bool:
    theirs = _spans(two)
    return any(a[0] <= b[1] and b[0] <= a[1] for a in _spans(one) for b in theirs)


def _apart(one: Sequence[DayTold], two: Sequence[DayTold]) -> bool:
    """Whether no day of one is a day of the other, and they lie near enough to be meant for one event."""
    ours, theirs = _spans(one), _spans(two)
    if not ours or not theirs or _meet(one, two):
        return False
    return min(abs((a[0] - b[0]).days) for a in ours for b in theirs) <= _DAYS_APART


def _days(days: Iterable[DayTold]) -> str:
    told = (each.first if each.first == each.last else f"{each.first} to {each.last}" for each in days if each.first)
    return " or ".join(told)


def _placed(said: ClaimConfirmed) -> str:
    return ", ".join(dict.fromkeys(each.words for each in said.places if each.may_be))
