"""What is in force of what a party declared or was shown, in order, so that a page of it is read and not all of it.

The order is that of the log: one's own stand where their newest version was declared, another's where the notice stands
that shows them last. So the newest come first when it is read from the end; and whoever goes through it from the
beginning with the place of the last one read (`next` of a page) misses nothing: what is declared anew, or shown anew,
goes to the end.

It is made of columns of the party's own side (`state.history`) when it is first asked for, a few thousand rows at a
step, and goes on from there with what has come since. Nothing of it is kept with the state.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import islice
from math import inf
from typing import Final, NamedTuple

from typing_extensions import override

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.following import Following
from thalweg.state.history import SHOWS
from thalweg.state.in_force import InForce
from thalweg.state.world import World

AT_ONCE: Final = 500  # rows of one step: some ten milliseconds
_GONE: Final = 10_000
_ENDS: Final = (NoticeKind.CANCELLED, NoticeKind.REVOKED)


class Line(NamedTuple):
    """One of those in force: where it stands in the log, and the id under which the party knows it."""

    at: int
    subject: str
    own: bool
    shown: int = -1
    """Of another's, the entry in which that which it shows stands; -1 where the notice alone tells."""


class Listed(Following):
    """Of one party."""

    def __init__(self, world: World, party: str) -> None:
        super().__init__(world, party, chains=AT_ONCE, notices=AT_ONCE * 5)
        self._own: list[int] = []  # indexes of the log, in order
        self._key_at: dict[int, str] = {}
        self._gone: dict[int, str] = {}  # what of these stands there no longer, for whoever goes on with it still
        self._index_of: dict[str, int] = {}
        self._rows: list[int] = []  # of notices to the party, in order: of each subject in force the one that shows it
        self._row_of: dict[int, int] = {}  # subject -> row
        self._ends: list[tuple[float, int, int]] = []  # when the time of what a row shows is over, subject, row

    # --- keeping up ---

    @override
    def _gather(self, held: InForce) -> Iterator[None]:
        had, chains = self._had(), self._world.picture.chains
        columns = had.columns["own"]
        shown: dict[int, int] = {}
        for subject, index, answer in zip(*(columns[name][:] for name in ("subject", "shown", "answer")), strict=True):
            # What it did not say itself, a site that it took over or a line that was agreed, is looked up.
            shown[subject] = index if answer >= 0 else -1
        for number, (subject, index) in enumerate(shown.items(), 1):
            key = had.word(subject)
            if key in held:
                self._put(key, index if index >= 0 else chains[key].index)
            if not number % AT_ONCE:
                yield
        self._own.sort()

    @override
    def _look(self, key: str) -> None:
        before = self._index_of.pop(key, None)
        if before is not None:
            self._gone[before] = self._key_at.pop(before)
            if len(self._gone) > _GONE:
                del self._gone[next(iter(self._gone))]
            del self._own[bisect_left(self._own, before)]
        if key in (self._in_force() or ()):
            index = self._world.picture.chains[key].index
            self._index_of[key] = index
            self._key_at[index] = key
            insort(self._own, index)

    def _put(self, key: str, index: int) -> None:
        self._index_of[key] = index
        self._key_at[index] = key
        self._own.append(index)

    @override
    def _hear(self, first: int, last: int) -> None:
        had = self._had()
        told = had.columns["told"]
        mine = had.number(self._party)
        ends = [had.number(each.value) for each in _ENDS]
        whats, subjects, versions, ofs, flags, untils = (
            told[name][first:last] for name in ("what", "subject", "version", "of", "flags", "until")
        )
        for row, (what, subject, version, of, flag, until) in enumerate(
            zip(whats, subjects, versions, ofs, flags, untils, strict=True), first
        ):
            if not subject or not (version or what in ends):
                continue
            self._drop(subject)
            if version and of != mine:
                self._rows.append(row)
                self._row_of[subject] = row
                if flag & SHOWS and until < inf:
                    heappush(self._ends, (until, subject, row))

    def _drop(self, subject: int) -> None:
        before = self._row_of.pop(subject, None)
        if before is not None:
            del self._rows[bisect_left(self._rows, before)]

    def _pass(self, now: Instant) -> None:
        """What is over by now is in force no longer."""
        while self._ends and self._ends[0][0] <= now.epoch_s:
            _, subject, row = heappop(self._ends)
            if self._row_of.get(subject) == row:
                self._drop(subject)

    # --- reading ---

    def count(self, now: Instant) -> tuple[int, int]:
        """How many of one's own, and of others', are in force."""
        self.whole()
        self._pass(now)
        return len(self._own), len(self._rows)

    def after(self, index: int, most: int | None, now: Instant, *, own: bool | None = None) -> list[Line]:
        """So many that stand behind an index of the log, the oldest first."""
        self.whole()
        self._pass(now)
        indexes = self._had().columns["told"]["index"]
        mine, begin = self._own, bisect_right(self._own, index)
        row = bisect_left(self._rows, bisect_right(indexes, index))
        found = [] if own is False else [self._mine(each) for each in islice(mine, begin, _end(begin, most))]
        if own is not True:
            found += [self._other(each) for each in islice(self._rows, row, _end(row, most))]
        return sorted(found)[:most]

    def places(self, now: Instant) -> list[int]:
        """Where all of them stand in the log, in order."""
        self.whole()
        self._pass(now)
        indexes = self._had().columns["told"]["index"]
        return sorted([*self._own, *(indexes[row] for row in self._rows)])

    def line(self, place: int) -> Line:
        """What stands there, or stood there not long ago."""
        if place in self._key_at or place in self._gone:
            return self._mine(place)
        return self._other(bisect_left(self._had().columns["told"]["index"], place))

    def before(self, index: int | None, most: int, now: Instant, *, own: bool | None = None) -> list[Line]:
        """So many that stand before an index of the log, the newest first."""
        self.whole()
        self._pass(now)
        indexes = self._had().columns["told"]["index"]
        last = len(self._own) if index is None else bisect_left(self._own, index)
        row = len(self._rows) if index is None else bisect_left(self._rows, bisect_left(indexes, index))
        found = [] if own is False else [self._mine(each) for each in self._own[max(0, last - most) : last]]
        if own is not True:
            found += [self._other(each) for each in self._rows[max(0, row - most) : row]]
        return sorted(found, reverse=True)[:most]

    def _mine(self, index: int) -> Line:
        return Line(index, self._key_at.get(index) or self._gone[index], own=True)

    def _other(self, row: int) -> Line:
        had = self._had()
        told = had.columns["told"]
        shown = told["shown"][row] if told["flags"][row] & SHOWS else -1
        return Line(told["index"][row], had.word(told["subject"][row]), own=False, shown=shown)


def _end(begin: int, most: int | None) -> int | None:
    return None if most is None else begin + most
