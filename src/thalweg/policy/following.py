"""Keeping an order of what a party has beside the state: made when it is first asked for, some milliseconds at a step,
and gone on with from there as the party's own chains change and notices come to it. Nothing of it is put away.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from typing_extensions import override

from thalweg.policy.whole import KeptUp
from thalweg.state.history import Had
from thalweg.state.in_force import InForce
from thalweg.state.world import World


class Following(KeptUp):
    """Of one party. Whoever keeps an order says how it begins, and what a change of one's own and a notice mean to it.
    `chains` of the party's own, and `notices` to it, are looked at in one step: some ten milliseconds."""

    def __init__(self, world: World, party: str, *, chains: int, notices: int) -> None:
        self._world = world
        self._party = party
        self._chains_at_once, self._notices_at_once = chains, notices
        self._changed: list[str] | None = None  # see `InForce`
        self._changes = 0  # of these that were looked at
        self._done = 0  # notices

    @abstractmethod
    def _gather(self, held: InForce) -> Iterator[None]:
        """What the party has of its own, as it stands when this begins: when this is first gone on with after there was
        anything, some of which may be over again. Yields after each step."""

    @abstractmethod
    def _look(self, key: str) -> None:
        """One of the party's own chains is another than it was."""

    @abstractmethod
    def _hear(self, first: int, last: int) -> None:
        """The notices to the party in these rows, the last one not included."""

    def _in_force(self) -> InForce | None:
        return self._world.picture.by_party.get(self._party)

    def _had(self) -> Had:
        return self._world.history.of(self._party)

    @override
    def _follow(self) -> Iterator[None]:
        held = self._in_force()
        if self._changed is None and held is not None:
            self._changed = held.follow()
            self._changes = len(self._changed)
            yield from self._gather(held)
        changed = self._changed or []
        while self._changes < len(changed):
            for key in changed[self._changes : self._changes + self._chains_at_once]:
                self._look(key)
            self._changes = min(len(changed), self._changes + self._chains_at_once)
            if self._changes < len(changed):
                yield
        while self._done < len(self._had()):
            last = min(len(self._had()), self._done + self._notices_at_once)
            self._hear(self._done, last)
            self._done = last
            if self._done < len(self._had()):
                yield
