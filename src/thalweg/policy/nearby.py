"""Which declarations a preview has to read: of each that a party has, a box around it in space and time is kept once it
has been read, so that of a hundred thousand only those near it are read again.

A box is of what the party itself was shown, at the level at which it was shown it; what it was not shown is in none.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from thalweg.engine.reach import EVERYWHERE, Box, box_of
from thalweg.model.declarations import Declaration
from thalweg.policy.listed import Line

AT_ONCE: Final = 40  # declarations that are read in one step: some ten milliseconds
_SPARE: Final = 50_000  # boxes of what is in force no longer


class Boxes:
    """Of one party. `declared` reads what a line shows."""

    def __init__(self, declared: Callable[[Line], Declaration | None]) -> None:
        self._declared = declared
        self._row: dict[int, int] = {}  # the entry that states or shows it -> row
        self._columns = [array("d") for _ in EVERYWHERE]

    def missing(self, places: Sequence[int]) -> list[int]:
        """Of what stands in these places of the log, what has no box yet."""
        if len(self._row) > len(places) + _SPARE:
            self._row, self._columns = {}, [array("d") for _ in EVERYWHERE]
        return [each for each in places if each not in self._row]

    def add(self, lines: Iterable[Line]) -> None:
        """Boxes of these."""
        for line in lines:
            declaration = self._declared(line)
            box = EVERYWHERE if declaration is None else box_of(declaration)
            self._row[line.at] = len(self._columns[0])
            for column, value in zip(self._columns, box, strict=True):
                column.append(value)

    def near(self, places: Sequence[int], reach: Sequence[Box]) -> list[int]:
        """Those whose box meets one of these, in their order."""
        west, south, east, north, start, end = (np.array(each) for each in self._columns)
        met = np.zeros(len(west), np.bool_)
        for a in reach:
            met |= (west <= a[2]) & (a[0] <= east) & (south <= a[3]) & (a[1] <= north) & (start <= a[5]) & (a[4] <= end)
        there = met[np.fromiter((self._row[each] for each in places), np.int64, len(places))]
        return [places[each] for each in np.flatnonzero(there).tolist()]
