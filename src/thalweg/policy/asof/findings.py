"""The findings that a party had been told of and that stood, by what it had been told since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Columns, Cut
from thalweg.policy.asof.had import FindingHad
from thalweg.policy.asof.standing import Standing
from thalweg.policy.asof.valid import Valid
from thalweg.policy.whole import Steps
from thalweg.state import history
from thalweg.state.history import Had
from thalweg.state.recorded import notice_in

_HEARD: Final = 500  # notices of one step
_READ: Final = 20  # read again at one step
_SORTED: Final = 5_000  # findings of one step


@dataclass(frozen=True, slots=True)
class Some:
    """Which of the findings are read: so many after the first `after`, in the order in which they were told; or of the
    newest first. `also`: the id of one that is read whether or not it is among them."""

    after: int = 0
    most: int | None = None
    newest: bool = False
    also: str = ""


ALL: Final = Some()


@dataclass(frozen=True, slots=True)
class FindingsHad:
    """Some of them, how many there are, and where the following ones begin; None at the end."""

    read: tuple[FindingHad, ...]
    count: int
    next: int | None


def findings(cut: Cut, standing: Standing, valid: Valid, some: Some = ALL) -> Steps[FindingsHad]:
    """The findings that the party had been told of and that stood, by what it had been told since, and that were
    not over before the time asked for. Only those that are asked for are read again."""
    numbers = yield from _compared(cut)
    yield
    named = _own_versions(cut, numbers)
    said = standing.own_versions(numbers)
    found = _Findings(named)
    for number, row in enumerate(_about_findings(cut, numbers, named), 1):
        found.hear(cut.had, row, cut.told)
        if not number % _HEARD:
            yield
    yield
    places = yield from found.places(cut.had, valid.bounds[0], said, named.keys())
    end = len(places) if some.most is None else min(len(places), some.after + some.most)
    chosen = places[::-1][some.after : end] if some.newest else places[some.after : end]
    if some.also in found.open and not any(name == some.also for _, name in chosen):
        chosen += [place for place in places if place[1] == some.also]
    had: list[FindingHad] = []
    for number, (row, group) in enumerate(groupby(chosen, itemgetter(0)), 1):
        if not number % _READ:
            yield
        body = notice_in(cut.load(int(cut.told["index"][row])))
        told, reached = {each.id: each for each in body.findings}, Instant(float(cut.told["reached"][row]))
        had += [FindingHad(told[name], body.id, body.of, body.at, reached) for _, name in group]
    return FindingsHad(tuple(had), len(places), end if end < len(places) else None)


def _compared(cut: Cut) -> Steps[list[int]]:
    """The versions that findings which the party had been told of are between."""
    words: set[str] = set()
    for number, row in enumerate(np.flatnonzero(cut.known & cut.has(history.FINDS)).tolist(), 1):
        for _, first, second, _ in cut.had.found[row]:
            words.add(first)
            words.add(second)
        if not number % _SORTED:
            yield
    return [number for number in map(cut.had.number, words) if number > 0]


def _own_versions(cut: Cut, numbers: Sequence[int]) -> dict[str, str]:
    """The own ones among these versions, with their subjects."""
    columns, known, _ = cut.table("own")
    meant = known & np.isin(columns["version"], numbers)
    pairs = zip(columns["version"][meant].tolist(), columns["subject"][meant].tolist(), strict=True)
    return {cut.had.word(version): cut.had.word(subject) for version, subject in pairs}


def _about_findings(cut: Cut, numbers: Sequence[int], named: Mapping[str, str]) -> Iterable[int]:
    """The notices that any finding hangs on: those that tell of one, that name a version in one, that say something of
    the subject of one, and that say that the rules changed. The others change nothing here, and there may be very
    many."""
    told = cut.told
    finds = cut.known & cut.has(history.FINDS)
    names = cut.known & (np.isin(told["version"], numbers) | np.isin(told["view"], numbers))
    subjects = {*told["subject"][names].tolist(), *told["subject"][finds].tolist()}
    subjects |= {cut.had.number(each) for each in named.values()}
    meant = cut.known & cut.has(history.TELLS) & np.isin(told["subject"], list(subjects))
    return np.flatnonzero(names | meant | finds | (cut.known & cut.is_what(NoticeKind.RULES))).tolist()


@dataclass(slots=True)
class _Findings:
    """What was told of findings, notice by notice: what is said of a subject takes the place of what was."""

    own: dict[str, str]  # own version -> its subject
    subject_of: dict[str, str] = field(default_factory=dict)
    versions: dict[str, set[str]] = field(default_factory=dict)
    open: dict[str, tuple[int, tuple[str, str], float]] = field(default_factory=dict)
    about: dict[str, dict[str, None]] = field(default_factory=dict)

    def hear(self, had: Had, row: int, told: Columns) -> None:
        subject, flags = had.word(int(told["subject"][row])), int(told["flags"][row])
        version, view = had.word(int(told["version"][row])), had.word(int(told["view"][row]))
        if told["what"][row] == had.number(NoticeKind.RULES.value):
            self._forget_before(int(np.searchsorted(told["index"], told["shown"][row])))
        if version:
            self._name(version, subject)
        if not flags & history.TELLS:
            return
        if view:
            self._name(view, subject)
        if flags & history.FIRST:
            self._forget(subject)
        for finding, first, second, over_s in had.found.get(row, ()):
            for each in (first, second):
                if each not in self.subject_of and each in self.own:
                    self._name(each, self.own[each])
                self.about.setdefault(each, {})[finding] = None
            self.open[finding] = (row, (first, second), over_s)

    def places(self, had: Had, since_s: float, own: Set[str], owned: Set[str]) -> Steps[list[tuple[int, str]]]:
        """The findings that stand and are not over by then, each with the notice that told of it last, in the order in
        which they were told. `owned`: the party's own versions; `own`: those of them that are in force."""
        found: dict[int, set[str]] = {}
        for number, (finding, (row, versions, over_s)) in enumerate(self.open.items(), 1):
            replaced = any(each in owned and each not in own for each in versions)
            if over_s >= since_s and not replaced:
                found.setdefault(row, set()).add(finding)
            if not number % _SORTED:
                yield
        places: list[tuple[int, str]] = []
        for number, row in enumerate(sorted(found), 1):
            names = found[row]
            places += [(row, finding) for finding, *_ in had.found[row] if finding in names]
            if not number % _SORTED:
                yield
        return places

    def _name(self, version: str, subject: str) -> None:
        before = self.subject_of.get(version)
        if before is not None:
            self.versions[before].discard(version)
        self.subject_of[version] = subject
        self.versions.setdefault(subject, set()).add(version)

    def _forget(self, subject: str) -> None:
        for version in self.versions.get(subject, ()):
            for finding in tuple(self.about.get(version, ())):
                self._drop(finding)

    def _forget_before(self, row: int) -> None:
        """The rules changed: what was told before that row holds no longer."""
        for finding in [finding for finding, (told, *_) in self.open.items() if told < row]:
            self._drop(finding)

    def _drop(self, finding: str) -> None:
        for each in self.open.pop(finding)[1]:
            self.about[each].pop(finding, None)
