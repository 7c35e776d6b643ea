"""Which of what a party has in force are lines on the ground, found without reading what is declared: a hundred
thousand declarations are read in minutes, and hardly any of them is a line.

What is found of each is kept by the entry that states or shows it, for as long as that stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from thalweg.model.declarations import Declaration, Kind
from thalweg.policy.listed import Line
from thalweg.policy.tell import Policy
from thalweg.state.world import World

AT_ONCE: Final = 50  # of one step: a few milliseconds
_SPARE: Final = 50_000  # looked at, and in force no longer


class Lines:
    """Of one party. Among those found may be some that do not show it that they are lines: whoever reads them sees."""

    def __init__(
        self, world: World, policy: Policy, party: str, declared: Callable[[Line], Declaration | None]
    ) -> None:
        self._world, self._policy, self._party, self._declared = world, policy, party, declared
        self._looked: set[int] = set()  # the entries that state or show what was looked at
        self._lines: set[int] = set()

    def missing(self, places: Sequence[int]) -> list[int]:
        """Of what stands in these places of the log, what was not looked at yet."""
        if len(self._looked) > len(places) + _SPARE:
            self._looked, self._lines = set(), set()
        return [each for each in places if each not in self._looked]

    def look(self, some: Iterable[Line]) -> None:
        """At these."""
        for each in some:
            self._looked.add(each.at)
            if self._may_be(each):
                self._lines.add(each.at)

    def among(self, places: Sequence[int]) -> list[int]:
        """Those of these, all of them looked at, that are lines."""
        return [each for each in places if each in self._lines] if self._lines else []

    def _may_be(self, line: Line) -> bool:
        chain = (
            self._world.picture.chains[line.subject] if line.own else self._policy.told_of(self._party, line.subject)
        )
        if chain is not None and (chain.index in (line.at, line.shown) or len(chain.versions) == 1):
            return chain.kind is Kind.LINE
        shown = self._declared(line)  # an older version, which may have been of another kind
        return shown is not None and shown.kind is Kind.LINE
