"""What a party owes an answer to: a map of what is outstanding, and beside it the order in which it presses.

The map is what is put away (`state.shelved`); the order is made of it when it is first asked for, and kept with it from
then on. So a page of the inbox reads as many of them as it shows, however many are owed.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterator, MutableMapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Final, Protocol

from typing_extensions import override

from thalweg.model.bulk import collector_paused
from thalweg.model.instants import Instant
from thalweg.state.packed import Table, lengthened


class Owed(Protocol):
    """What is said of one of them (`exchange.Owed`)."""

    @property
    def notice(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def of(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def due(self) -> Instant | None: ...


SEVERITIES: Final = ("emergency", "warning", "caution", "information")
"""The most severe first; what has none of these comes last, and is counted with the last."""

_RANKS: Final = {severity: rank for rank, severity in enumerate(SEVERITIES)}

Place = tuple[int, float, int]
"""Where something stands in the order: its severity, when it is due in seconds since the epoch, its number."""

_Order = list[tuple[Place, str]]
_ROW_BYTES: Final = 96


def place_of(owed: Owed) -> Place:
    """The most severe first, then the soonest due."""
    return _RANKS.get(owed.severity, len(SEVERITIES)), math.inf if owed.due is None else owed.due.epoch_s, owed.n


class Owing(MutableMapping[str, Owed]):
    """By the id of the notice. `held` is what it keeps them in."""

    def __init__(self, held: MutableMapping[str, Owed] | None = None) -> None:
        self.held: MutableMapping[str, Owed] = {} if held is None else held
        self._orders: dict[str, _Order] | None = None  # whose it is about -> in order; "" of all
        self._subjects: dict[str, dict[str, int]] = {}  # whose it is about -> subject -> how many show a version of it

    @override
    def __getitem__(self, key: str) -> Owed:
        return self.held[key]

    @override
    def __setitem__(self, key: str, value: Owed) -> None:
        if self._orders is not None:
            before = self.held.get(key)
            if before is not None:
                self._drop(key, before)
            self._add(key, value)
        self.held[key] = value

    @override
    def __delitem__(self, key: str) -> None:
        if self._orders is not None and key in self.held:
            self._drop(key, self.held[key])
        del self.held[key]

    @override
    def __contains__(self, key: object) -> bool:
        return key in self.held

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    @override
    def __len__(self) -> int:
        return len(self.held)

    def pressing(
        self, most: int | None = None, *, after: Place | None = None, severity: str = "", of: str = ""
    ) -> Sequence[str]:
        """The notices that press most, with those behind a place only, of one severity, and about a party's."""
        order, first, last = self._range(severity, of)
        begin = first if after is None else max(first, bisect_left(order, ((*after[:2], after[2] + 1), "")))
        end = last if most is None else min(last, begin + most)
        return [notice for _, notice in islice(order, begin, max(begin, end))]

    def count(self, *, severity: str = "", of: str = "") -> int:
        """How many, of one severity, and about a party's."""
        _, first, last = self._range(severity, of)
        return last - first

    def subjects(self, of: str) -> dict[str, int]:
        """The subjects of a party's of which a version is shown by what is owed, with how often; the one that was
        shown last comes last."""
        self._ordered()
        return self._subjects.get(of, {})

    def _range(self, severity: str, of: str) -> tuple[_Order, int, int]:
        order = self._ordered().get(of, [])
        if not severity:
            return order, 0, len(order)
        if severity not in SEVERITIES:
            return order, 0, 0
        rank = SEVERITIES.index(severity)
        first = bisect_left(order, ((rank, -math.inf, 0), ""))
        if severity == SEVERITIES[-1]:
            return order, first, len(order)
        return order, first, bisect_left(order, ((rank + 1, -math.inf, 0), ""))

    def _ordered(self) -> dict[str, _Order]:
        if self._orders is None:
            with collector_paused(len(self.held) * _ROW_BYTES):
                self._orders = self._in_order()
        return self._orders

    def _in_order(self) -> dict[str, _Order]:
        whole: _Order = []
        orders = {"": whole}
        for n, severity, due_s, key, of, subject, version in sorted(self._facts(), key=itemgetter(0)):
            entry = ((severity, due_s, n), key)
            whole.append(entry)
            if of:
                orders.setdefault(of, []).append(entry)
            if version:
                self._count(of, subject, 1)
        for order in orders.values():
            order.sort()
        return orders

    def _facts(self) -> Iterator[tuple[int, int, float, str, str, str, object]]:
        """Of each its number, severity, when it is due, id, whose it is about, subject, and version. At a start there
        may be a million rows, of which no object is made: the fields of `exchange.Owed` as they are put away, an
        instant as `("I", seconds)`."""
        if not isinstance(self.held, Table):
            for owed in self.held.values():
                severity, due_s, n = place_of(owed)
                yield n, severity, due_s, owed.notice, owed.of, owed.subject, owed.version
            return
        for key, n, of, subject, version, severe, due in self.held.short():
            yield (
                n, _RANKS.get(severe, len(SEVERITIES)), math.inf if due is None else due[1], lengthened(key), of,
                lengthened(subject), version,
            )  # fmt: skip

    def _add(self, key: str, owed: Owed) -> None:
        entry = (place_of(owed), key)
        for of in dict.fromkeys(("", owed.of)):
            insort(self._ordered().setdefault(of, []), entry)
        if owed.version:
            self._count(owed.of, owed.subject, 1)

    def _drop(self, key: str, owed: Owed) -> None:
        entry = (place_of(owed), key)
        for of in dict.fromkeys(("", owed.of)):
            order = self._ordered()[of]
            del order[bisect_left(order, entry)]
        if owed.version:
            self._count(owed.of, owed.subject, -1)

    def _count(self, of: str, subject: str, by: int) -> None:
        counted = self._subjects.setdefault(of, {})
        number = counted.get(subject, 0) + by
        if not number or by > 0:
            counted.pop(subject, None)
        if number:
            counted[subject] = number
