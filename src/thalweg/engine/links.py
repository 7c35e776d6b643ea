"""Which declarations have an open finding with which: all that a restart and an end must know of findings.

A link is a partner's number and the index of a rule, in one integer. Links to what has ended since are not taken out
at once (an end would have to visit all its partners), but left out when they are read, and cleared away when a list
has doubled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_RULE_BITS = 12
_RULES = (1 << _RULE_BITS) - 1
_LONG = 64  # links after which a list is cleared whenever it has doubled


class Links:
    """Links by number; `live` are the numbers that have not ended, as somebody else keeps them."""

    def __init__(self, live: Collection[int]) -> None:
        self._live = live
        self._of: dict[int, list[int]] = {}
        self._start: Ints = np.zeros(1, np.int64)  # of those loaded: the run of number k in `_loaded`
        self._loaded: Ints = np.empty(0, np.int64)

    def add(self, a: int, b: int, rule: int) -> None:
        """There is a finding between the two, under that rule."""
        for one, other in ((a, b), (b, a)):
            links = self._of.setdefault(one, [])
            links.append(other << _RULE_BITS | rule)
            if len(links) >= _LONG and not len(links) & (len(links) - 1):
                links[:] = [each for each in links if each >> _RULE_BITS in self._live]

    def load(self, a: Ints, b: Ints, rule: Ints, count: int) -> None:
        """Many at once, each pair once, between the numbers 0 to `count`; what was known before is forgotten."""
        self.restore(self.columns(a, b, rule, count))

    @staticmethod
    def columns(a: Ints, b: Ints, rule: Ints, count: int) -> dict[str, Ints]:
        """The same as they are put away: of each number where its run of links begins, and all links."""
        one, other = np.concatenate([a, b]), np.concatenate([b, a])
        order = np.argsort(one, kind="stable")
        return {
            "link_start": np.searchsorted(one[order], np.arange(count + 1)),
            "link": (other << _RULE_BITS | np.concatenate([rule, rule]))[order],
        }

    def restore(self, columns: Mapping[str, Ints]) -> None:
        """Take back what `columns` gave; what was known before is forgotten."""
        self._start, self._loaded, self._of = columns["link_start"], columns["link"], {}

    def of(self, number: int) -> Iterator[tuple[int, int]]:
        """Its partners that are live, each with the rule."""
        if number < len(self._start) - 1:
            run = self._loaded[int(self._start[number]) : int(self._start[number + 1])].tolist()
        else:
            run = []
        for each in (*run, *self._of.get(number, ())):
            partner = each >> _RULE_BITS
            if partner in self._live:
                yield partner, each & _RULES

    def forget(self, number: int) -> None:
        """It has ended."""
        self._of.pop(number, None)

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """All links between what is live, each once: the lower number, the higher, the rule."""
        one = [np.repeat(np.arange(len(self._start) - 1), np.diff(self._start))]
        other = [self._loaded]
        counts = np.fromiter((len(links) for links in self._of.values()), np.int64, len(self._of))
        one.append(np.repeat(np.fromiter(self._of, np.int64, len(self._of)), counts))
        total = int(counts.sum())
        other.append(np.fromiter((each for links in self._of.values() for each in links), np.int64, total))
        first, link = np.concatenate(one), np.concatenate(other)
        second = link >> _RULE_BITS
        keep = first < second
        first, second, rule = first[keep], second[keep], (link & _RULES)[keep]
        live = np.fromiter(self._live, np.int64, len(self._live))
        keep = np.isin(first, live) & np.isin(second, live)
        return first[keep], second[keep], rule[keep]
