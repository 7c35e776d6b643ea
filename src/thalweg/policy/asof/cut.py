"""What a party had, cut off at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.asof.valid import Mask
from thalweg.state.history import Had
from thalweg.state.recorded import Recorded

Columns = dict[str, npt.NDArray[Any]]


class Cut:
    """What a party had, cut off at a time: of each table the rows that were known by then, as the tables were when this
    was made. Others may be answered, and more be said, before all of it is read."""

    def __init__(self, had: Had, known: Instant, load: Callable[[int], Recorded]) -> None:
        self.had = had
        self.party = had.party
        self.at_s = known.epoch_s
        self.load = load
        self.lengths = {name: len(next(iter(columns.values()))) for name, columns in had.columns.items()}
        self.told: Columns = self.columns("told")
        self.known: Mask = self.told["reached"] <= self.at_s
        self._tables: dict[str, tuple[Columns, Mask, npt.NDArray[np.float64]]] = {}
        self._facts: Columns | None = None

    def columns(self, name: str) -> Columns:
        """All rows of a table."""
        length = self.lengths[name]
        return {each: column[:length] for each, column in self.had.table(name).items()}

    def table(self, name: str) -> tuple[Columns, Mask, npt.NDArray[np.float64]]:
        """A table of things said by the party or told to it: its columns, which of its rows were known, and since
        when."""
        held = self._tables.get(name)
        if held is None:
            columns = self.columns(name)
            row, at = columns["row"], columns["at"]
            reached = np.append(self.told["reached"], math.inf)[row]
            since = np.where(row < 0, at, reached)
            held = self._tables[name] = (columns, since <= self.at_s, since)
        return held

    def has(self, flag: int) -> Mask:
        """Which notices have that flag."""
        held: Mask = (self.told["flags"] & flag) != 0
        return held

    def is_what(self, *whats: NoticeKind) -> Mask:
        """Which notices are of these kinds."""
        return np.isin(self.told["what"], [self.had.number(each.value) for each in whats])

    def came(self) -> npt.NDArray[np.float64]:
        """When each thing came to be known, in seconds since the epoch."""
        said = self.columns("said")["at"]
        return np.concatenate([self.told["reached"][self.known], said[said <= self.at_s]])

    def facts(self) -> Columns:
        """The facts about notices that were on record by then."""
        if self._facts is None:
            columns = self.columns("fact")
            kept = columns["at"] <= self.at_s
            self._facts = {name: column[kept] for name, column in columns.items()}
        return self._facts

    def asked(self, name: str) -> int:
        """See `Had.asked`."""
        row = self.had.asked(name)
        return row if row < self.lengths["told"] else -1
