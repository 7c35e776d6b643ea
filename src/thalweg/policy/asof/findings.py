"""The findings that a party had been told of and that stood, by what it had been told since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Columns, Cut
from thalweg.policy.asof.had import FindingHad
from thalweg.policy.asof.standing import Standing
from thalweg.policy.asof.valid import Valid
from thalweg.policy.whole import Steps
from thalweg.state import history
from thalweg.state.history import Had

_HEARD: Final = 500  # notices of one step
_READ: Final = 20  # read again at one step


def findings(cut: Cut, standing: Standing, valid: Valid) -> Steps[tuple[FindingHad, ...]]:
    """The findings that the party had been told of and that stood, by what it had been told since, and that were
    not over before the time asked for."""
    numbers = _compared(cut)
    yield
    named = _own_versions(cut, numbers)
    said = standing.own_versions(numbers)
    found = _Findings(named)
    for number, row in enumerate(_about_findings(cut, numbers, named), 1):
        found.hear(cut.had, row, cut.told)
        if not number % _HEARD:
            yield
    yield
    had = []
    for number, (row, names) in enumerate(found.by_notice(valid.bounds[0], said, named.keys()).items(), 1):
        if not number % _READ:
            yield
        body = cut.load(int(cut.told["index"][row])).body
        if not isinstance(body, Notice):
            continue
        for finding in body.findings:
            if finding.id in names:
                reached = Instant(float(cut.told["reached"][row]))
                had.append(FindingHad(finding, body.id, body.of, body.at, reached))
    return tuple(had)


def _compared(cut: Cut) -> list[int]:
    """The versions that findings which the party had been told of are between."""
    rows = np.flatnonzero(cut.known & cut.has(history.FINDS)).tolist()
    words = {version for row in rows for _, *both, _ in cut.had.found[row] for version in both}
    return [number for number in map(cut.had.number, words) if number > 0]


def _own_versions(cut: Cut, numbers: Sequence[int]) -> dict[str, str]:
    """The own ones among these versions, with their subjects."""
    columns, known, _ = cut.table("own")
    meant = known & np.isin(columns["version"], numbers)
    pairs = zip(columns["version"][meant].tolist(), columns["subject"][meant].tolist(), strict=True)
    return {cut.had.word(version): cut.had.word(subject) for version, subject in pairs}


def _about_findings(cut: Cut, numbers: Sequence[int], named: Mapping[str, str]) -> Iterable[int]:
    """The notices that any finding hangs on: those that tell of one, that name a version in one, and that say
    something of the subject of one. The others change nothing here, and there may be very many."""
    told = cut.told
    finds = cut.known & cut.has(history.FINDS)
    names = cut.known & (np.isin(told["version"], numbers) | np.isin(told["view"], numbers))
    subjects = {*told["subject"][names].tolist(), *told["subject"][finds].tolist()}
    subjects |= {cut.had.number(each) for each in named.values()}
    meant = cut.known & cut.has(history.TELLS) & np.isin(told["subject"], list(subjects))
    return np.flatnonzero(names | meant | finds).tolist()


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

    def by_notice(self, since_s: float, own: Set[str], owned: Set[str]) -> dict[int, set[str]]:
        """The findings that stand and are not over by then, by the notice that told of them last; notices in order.
        `owned`: the party's own versions; `own`: those of them that are in force."""
        found: dict[int, set[str]] = {}
        for finding, (row, versions, over_s) in self.open.items():
            replaced = any(each in owned and each not in own for each in versions)
            if over_s >= since_s and not replaced:
                found.setdefault(row, set()).add(finding)
        return dict(sorted(found.items()))

    def _name(self, version: str, subject: str) -> None:
        before = self.subject_of.get(version)
        if before is not None:
            self.versions[before].discard(version)
        self.subject_of[version] = subject
        self.versions.setdefault(subject, set()).add(version)

    def _forget(self, subject: str) -> None:
        for version in self.versions.get(subject, ()):
            for finding in tuple(self.about.get(version, ())):
                for each in self.open.pop(finding)[1]:
                    self.about[each].pop(finding, None)
