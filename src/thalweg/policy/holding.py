"""Which entries of the log a party may hold, in order, so that a page of them is read and not all of them.

What its officers signed and the desk's answers to it, the notices to it and by what they reached it, and the
statements of others that a notice shows it in full. Of each table of the party's own side (`state.history`) only rows
are looked at that were not there before; nothing of it is kept with the state.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Final

from typing_extensions import override

from thalweg.policy.whole import KeptUp
from thalweg.state.world import World

AT_ONCE: Final = 500  # notices of one step: some milliseconds
_ROWS: Final = 10_000  # of a table at one step
_COLUMNS: Final = (("said", "index"), ("said", "answer"), ("looked", "index"), ("fact", "index"))
"""What became of notices (`fact`) was said by its officers or, of a bearer, by the desk."""


class Holding(KeptUp):
    """Of one party."""

    def __init__(self, world: World, party: str) -> None:
        self._world = world
        self._party = party
        self._indexes = array("q")
        self._done = dict.fromkeys(_COLUMNS, 0)  # rows
        self._heard = 0  # notices
        self._statements: set[str] = set()  # of others, that it was shown in full
        self._steps = self._gather()

    # --- keeping up ---

    def _gather(self) -> Iterator[None]:
        """As `_follow`, for the first time: merged once, and not put in entry by entry."""
        runs: list[list[int]] = [[]]
        for some in self._fresh():
            # What is taken from a table comes in order; so does what notices show, but for a few.
            if runs[-1] and some and some[0] < runs[-1][-1]:
                runs.append([])
            runs[-1] += sorted(some)
            yield
        for number, index in enumerate(merge(*runs), 1):
            if not self._indexes or index != self._indexes[-1]:
                self._indexes.append(index)
            if not number % _ROWS:
                yield

    @override
    def _follow(self) -> Iterator[None]:
        for some in self._fresh():
            for index in some:
                self._put(index)
            yield

    def _put(self, index: int) -> None:
        if not self._indexes or index > self._indexes[-1]:
            self._indexes.append(index)
        elif not self.has(index):
            insort(self._indexes, index)

    def _fresh(self) -> Iterator[list[int]]:
        """The entries that came since, a few at a time; some of them again."""
        had = self._world.history.of(self._party)
        for table, name in _COLUMNS:
            column = had.columns[table][name]
            while (first := self._done[table, name]) < len(column):
                some = column[first : first + _ROWS]
                self._done[table, name] = first + len(some)
                yield [index for index in some if index >= 0]
        ids, notices = self._world.exchange.mailboxes.get(self._party, []), self._world.exchange.notices
        while self._heard < len(ids):
            given: list[int] = []
            for name in islice(ids, self._heard, self._heard + AT_ONCE):
                state = notices[name]
                given.append(state.index)
                if state.statement and state.statement not in self._statements:
                    self._statements.add(state.statement)
                    shown = self._stated(state.statement, state.of)
                    if shown >= 0:
                        given.append(shown)
            self._heard = min(self._heard + AT_ONCE, len(ids))
            yield given

    def _stated(self, statement: str, of: str) -> int:
        """Where a statement stands, by the desk's answer to it, which its speaker has on the same row; -1 where it was
        answered nowhere. Asked of what the party was shown in full alone."""
        answer = self._world.answers.get(statement)
        if answer is None:
            return -1
        parties = self._world.history.parties
        for party in dict.fromkeys((of, *parties)):
            if party not in parties:
                continue
            said = parties[party].columns["said"]
            row = bisect_left(said["answer"], answer)
            if row < len(said["answer"]) and said["answer"][row] == answer:
                return int(said["index"][row])
        return -1

    # --- reading ---

    def count(self) -> int:
        """How many they are."""
        self.whole()
        return len(self._indexes)

    def has(self, index: int) -> bool:
        """Whether an entry is among them, as far as was looked at."""
        at = bisect_left(self._indexes, index)
        return at < len(self._indexes) and self._indexes[at] == index

    def shown(self, statement: str) -> bool:
        """Whether a statement of another's was shown to the party in full."""
        self.whole()
        return statement in self._statements

    def after(self, index: int, most: int | None) -> list[int]:
        """So many behind an index, in the order of the log."""
        self.whole()
        begin = bisect_right(self._indexes, index)
        return self._indexes[begin : None if most is None else begin + most].tolist()

    def before(self, index: int | None, most: int) -> list[int]:
        """So many before an index, the newest first."""
        self.whole()
        end = len(self._indexes) if index is None else bisect_left(self._indexes, index)
        return self._indexes[max(0, end - most) : end][::-1].tolist()

    def every(self, step: int) -> list[int]:
        """The last of each so many of them, where more follow: where a file of so many ends."""
        self.whole()
        return self._indexes[step - 1 : -1 : step].tolist()
