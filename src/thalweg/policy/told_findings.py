"""The findings that a party was told of and that stand, in the order in which it was told, so that a page of them is
read and not all of them.

Folded from the party's own side (`state.history`): which findings each notice names, and whose word takes the place of
whose. A notice is read again only where one of its findings is shown. What of it follows from the party's own chains
(that one was replaced, or is over) is looked at as they change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import Final, NamedTuple

from typing_extensions import override

from thalweg.model.errors import InputError
from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.following import Following
from thalweg.state.history import FINDS, FIRST, HANDED_OVER, TELLS
from thalweg.state.in_force import InForce
from thalweg.state.picture import Standing
from thalweg.state.world import World

_LONGEST: Final = 30
AT_ONCE: Final = 250  # notices of one step: some ten milliseconds


class Place(NamedTuple):
    """Where a finding was told: the row of the notice, from 0, and which of the findings in it."""

    row: int
    number: int

    @property
    def cursor(self) -> str:
        """What to ask before for the following ones."""
        return f"{self.row}_{self.number}"

    @classmethod
    def read(cls, text: str) -> Place:
        """The place that a cursor is. `InputError` for anything else."""
        row, _, number = text.partition("_")
        if not (row.isdecimal() and number.isdecimal() and len(text) <= _LONGEST):
            raise InputError("cursor-unreadable", "This is no cursor that an answer gave.", found=text)
        return cls(int(row), int(number))


class _Open(NamedTuple):
    place: Place
    versions: tuple[str, str]
    over_s: float


class ToldFindings(Following):
    """Of one party."""

    def __init__(self, world: World, party: str) -> None:
        super().__init__(world, party, chains=AT_ONCE, notices=AT_ONCE)
        self._open: dict[str, _Open] = {}
        self._order: list[tuple[Place, str]] = []  # of those that stand
        self._over: list[tuple[float, str]] = []
        self._subject_of: dict[str, int] = {}  # version -> the number of its subject
        self._versions: dict[int, set[str]] = {}
        self._about: dict[str, dict[str, None]] = {}  # version -> findings
        self._mine: dict[str, int] = {}  # version of the party's own -> the number of its subject
        self._newest: set[str] = set()  # of these, those in force

    # --- keeping up ---

    @override
    def _gather(self, held: InForce) -> Iterator[None]:
        had = self._had()
        columns = had.columns["own"]
        newest: dict[int, tuple[str, bool]] = {}
        rows = zip(*(columns[name][:] for name in ("subject", "version", "answer")), strict=True)
        for row, (subject, version, answer) in enumerate(rows, 1):
            newest[subject] = had.word(version), answer >= 0
            if answer >= 0:
                self._mine[newest[subject][0]] = subject
            if not row % AT_ONCE:
                yield
        for number, (subject, (version_of, said)) in enumerate(newest.items(), 1):
            key = had.word(subject)
            if not said:  # a site that it took over, a line that was agreed
                self._look(key)
            elif key in held:
                self._newest.add(version_of)
            if not number % AT_ONCE:
                yield
        over = had.columns["over"]
        for subject, how in zip(over["subject"][:], over["how"][:], strict=True):
            if how == HANDED_OVER:
                self._look(had.word(subject))

    @override
    def _look(self, key: str) -> None:
        chain = self._world.picture.chains[key]
        number = self._had().number(key)
        for version, _ in chain.versions:
            self._newest.discard(version)
            if chain.notifier == self._party:
                self._mine[version] = number
            else:
                self._mine.pop(version, None)
        if chain.notifier == self._party and chain.standing is Standing.IN_FORCE:
            self._newest.add(chain.version)
        for version, _ in chain.versions:
            for name in self._about.get(version, ()):
                self._place(name)

    def _place(self, name: str) -> None:
        """In the order if it stands, and else not."""
        known, order = self._open[name], self._order
        entry = (known.place, name)
        if not order or order[-1] < entry:  # what was told last, as nearly always: nothing is searched for it
            if not self._replaced(known.versions):
                order.append(entry)
            return
        at = bisect_left(order, entry)
        there = at < len(order) and order[at] == entry
        if self._replaced(known.versions) == there:
            if there:
                del order[at]
            else:
                order.insert(at, entry)

    def _replaced(self, versions: tuple[str, str]) -> bool:
        """Whether the party's own side of it was replaced or is over."""
        for version in versions:
            if version in self._mine:
                return version not in self._newest
        return False

    @override
    def _hear(self, first: int, last: int) -> None:
        """Each takes the place of what was told of its subject before; that the rules changed, of what was told of
        everything."""
        had = self._had()
        told, rules = had.columns["told"], had.number(NoticeKind.RULES.value)
        rows = zip(*(told[name][first:last] for name in ("subject", "version", "view", "flags", "what")), strict=True)
        for row, (subject, version, view, flags, what) in enumerate(rows, first):
            if what == rules:
                self._forget_before(bisect_left(told["index"], told["shown"][row]))
            if version:
                self._name(had.word(version), subject)
            if not flags & TELLS:
                continue
            if view:
                self._name(had.word(view), subject)
            if flags & FIRST:
                self._forget(subject)
            if flags & FINDS:
                for number, (name, *versions, over_s) in enumerate(had.found[row]):
                    self._told(name, Place(row, number), (versions[0], versions[1]), over_s)

    def _told(self, name: str, place: Place, versions: tuple[str, str], over_s: float) -> None:
        if name in self._open:
            self._drop(name)
        about = self._about
        for version in versions:
            if version not in self._subject_of:
                subject = self._mine.get(version, -1)
                if subject < 0:
                    chain = self._world.picture.chain_of(version)
                    subject = -1 if chain is None else self._had().number(chain.key)
                if subject >= 0:
                    self._name(version, subject)
            if version in about:
                about[version][name] = None
            else:
                about[version] = {name: None}
        self._open[name] = _Open(place, versions, over_s)
        if over_s < inf:
            heappush(self._over, (over_s, name))
        self._place(name)

    def _name(self, version: str, subject: int) -> None:
        """The party knows the version as one of this subject."""
        before = self._subject_of.get(version)
        if before == subject:
            return
        if before is not None:
            self._versions[before].discard(version)
        self._subject_of[version] = subject
        self._versions.setdefault(subject, set()).add(version)

    def _forget(self, subject: int) -> None:
        """What was told of the subject holds no longer."""
        for version in self._versions.get(subject, ()):
            for name in tuple(self._about.get(version, ())):
                self._drop(name)

    def _forget_before(self, row: int) -> None:
        """What was told before that row holds no longer. Of many at once each is not looked for in the order."""
        del self._order[: bisect_left(self._order, (Place(row, 0), ""))]
        for name in [name for name, known in self._open.items() if known.place.row < row]:
            self._take_out(name)

    def _drop(self, name: str) -> None:
        entry = (self._take_out(name).place, name)
        at = bisect_left(self._order, entry)
        if at < len(self._order) and self._order[at] == entry:
            del self._order[at]

    def _take_out(self, name: str) -> _Open:
        """Out of all but the order."""
        known = self._open.pop(name)
        for version in known.versions:
            self._about[version].pop(name, None)
        return known

    def _pass(self, now: Instant) -> None:
        """What is over by now stands no longer."""
        while self._over and self._over[0][0] < now.epoch_s:
            over_s, name = heappop(self._over)
            if name in self._open and self._open[name].over_s == over_s:
                self._drop(name)

    # --- reading ---

    def count(self, now: Instant) -> int:
        """How many stand."""
        self.whole()
        self._pass(now)
        return len(self._order)

    def before(self, place: Place | None, most: int | None, now: Instant) -> list[tuple[Place, str]]:
        """So many that were told before a place, the newest first."""
        self.whole()
        self._pass(now)
        last = len(self._order) if place is None else bisect_left(self._order, (place, ""))
        return self._order[0 if most is None else max(0, last - most) : last][::-1]

    def where(self, name: str, now: Instant) -> Place | None:
        """Where one of them that stands was told."""
        self.whole()
        self._pass(now)
        known = self._open.get(name)
        return None if known is None or self._replaced(known.versions) else known.place
