"""When what is live ends: a queue that does not mind how many end together.

People write whole minutes and hours, so many declarations end at one moment. One bucket for each distinct moment
keeps the heap short: in a week of whole minutes it holds ten thousand entries, however many declarations there are.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

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

    def load(self, ends_s: npt.NDArray[np.float64], keys: Sequence[Key]) -> None:
        """Many at once, into a queue that is empty."""
        order = np.argsort(ends_s, kind="stable")
        moments, first = np.unique(ends_s[order], return_index=True)
        sorted_ = [keys[at] for at in order.tolist()]
        bounds = [*first.tolist(), len(sorted_)]
        for moment, begin, end in zip(moments.tolist(), bounds, bounds[1:], strict=False):
            if moment != math.inf:
                self._moments.append(moment)  # rising, and so a heap
                self._keys[moment] = sorted_[begin:end]

    def items(self) -> Iterator[tuple[Key, float]]:
        """All that will come out, in no order."""
        for moment, keys in self._keys.items():
            for key in keys:
                yield key, moment

    def until(self, now_s: float) -> Iterator[Key]:
        """Take out all that end at `now_s` or before, by time and then as they came."""
        while self._moments and self._moments[0] <= now_s:
            yield from self._keys.pop(heapq.heappop(self._moments))
