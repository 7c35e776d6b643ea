"""When notices to a party reached it, as the as-of picture has it, looked up without reading its mailbox.

A notice by its id is found at once. Of the notices that tell of sources and claims there are few, and which of all they
are stands in a column of the party's own side (`state.history`): none of the others is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import inf
from typing import Final

import numpy as np

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.state.exchange import NoticeState
from thalweg.state.world import World

_OF_SOURCES: Final = (NoticeKind.SOURCE, NoticeKind.CLAIM)


class Arrivals:
    """To one party."""

    def __init__(self, world: World, party: str) -> None:
        self._world = world
        self._party = party
        self._by_statement: Mapping[str, Instant] | None = None

    def of_notice(self, notice: str) -> Instant | None:
        """When that one did; None where nothing on record shows that it did, or there is none of that id to the
        party."""
        state = self._world.exchange.notices.get(notice)
        return None if state is None or state.to != self._party else self._came(state)

    def of_source(self, statement: str) -> Instant | None:
        """When the first notice did that tells of a source or of a claim by this statement; None as above."""
        if self._by_statement is None:
            found: dict[str, Instant] = {}
            for state in self._about_sources():
                at = self._came(state)
                if at is not None and state.statement:
                    found[state.statement] = min(found.get(state.statement, at), at)
            self._by_statement = found
        return self._by_statement.get(statement)

    def retracted(self) -> Mapping[str, Instant]:
        """When it reached the party that others took claims back, by these claims."""
        found: dict[str, Instant] = {}
        for state in self._about_sources():
            at = self._came(state)
            if at is not None and _takes_back(state):
                found.setdefault(state.answers, at)
        return found

    def telling(self, statements: Collection[str]) -> tuple[str, ...]:
        """The notices that tell of these sources and claims, or that a claim among them was taken back, in order."""
        return tuple(
            state.id
            for state in self._about_sources()
            if state.statement in statements or (state.what is NoticeKind.CLAIM and state.answers in statements)
        )

    def _about_sources(self) -> Iterator[NoticeState]:
        had = self._world.history.of(self._party)
        whats = np.array(had.columns["told"]["what"])
        sent = self._world.exchange.mailboxes.get(self._party, ())
        for row in np.flatnonzero(np.isin(whats, [had.number(each.value) for each in _OF_SOURCES])).tolist():
            yield self._world.exchange.notices[sent[row]]

    def _came(self, state: NoticeState) -> Instant | None:
        reached_s = self._world.history.of(self._party).columns["told"]["reached"][state.n - 1]
        return None if reached_s == inf else Instant(reached_s)


def _takes_back(state: NoticeState) -> bool:
    return state.what is NoticeKind.CLAIM and bool(state.answers) and state.answers != state.statement
