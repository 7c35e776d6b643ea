"""When what is live ends: a queue that does not mind how many end together.

People write whole minutes and hours, so many declarations end at one moment. One bucket for each distinct moment
keeps the heap short: in a week of whole minutes it holds ten thousand entries, however many declarations there are.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Ends(Generic[Key]):
    """Keys by the moment, in seconds since the epoch, at which they end."""

    def __init__(self) -> None:
        self._moments: list[float] = []
        self._keys: dict[float, list[Key]] = {}

    def add(self, end_s: float, key: Key) -> None:
        """It ends then; what ends at infinity never comes out."""
        if end_s == math.inf:
            return
        if end_s not in self._keys:
            self._keys[end_s] = []
            heapq.heappush(self._moments, end_s)
        self._keys[end_s].append(key)

    def until(self, now_s: float) -> Iterator[Key]:
        """Take out all that end at `now_s` or before, by time and then as they came."""
        while self._moments and self._moments[0] <= now_s:
            yield from self._keys.pop(heapq.heappop(self._moments))
