"""Levels of disclosure: how much of a declaration one recipient is shown (DESIGN.md D7; R35, R36)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Level(StrEnum):
    """From most to least. What each shows is told by `thalweg.policy.view` and docs/reference/levels.md."""

    FULL = "full"  # everything that the notifier stated
    FOOTPRINT = "footprint"  # where, when, how high and of what kind; nothing in words
    COARSE = "coarse"  # of what kind, in cells of a fixed grid and of the day
    EXISTS = "exists"  # larger cells only: talk to this party about this area
    NOTHING = "nothing"

    @property
    def rank(self) -> int:
        """4 for `full` down to 0 for `nothing`. A `StrEnum` compares as text, so never compare levels with < or >."""
        return _RANK[self]

    def at_least(self, other: Level) -> bool:
        """Whether this level shows all that `other` shows."""
        return self.rank >= other.rank


_RANK = {level: rank for rank, level in enumerate(reversed(Level))}


def highest(levels: Iterable[Level]) -> Level:
    """The one among them that shows most; of none, nothing."""
    return max(levels, key=lambda level: level.rank, default=Level.NOTHING)
