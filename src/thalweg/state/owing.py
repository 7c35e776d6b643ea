"""What a party owes an answer to: a map of what is outstanding, and beside it the order in which it presses.

A page of the inbox reads as many of them as it shows, however many are owed. After a restart the order is read as it
was put away with the map (`state.shelved`), in columns beside its rows:

    n         its number
    due       seconds since the epoch; infinity if it has no time
    severity  its rank
    of        whose it is about, by number in `names`
    shows     whether it shows a version of its subject
    order     the rows, in the order in which they press

What has been answered since is marked in these; what came since stands in lists that are kept in order.
"""

from __future__ import annotations

import marshal
import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Reversible, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from thalweg.model.bulk import collector_paused
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.state.packed import Row, Table, lengthened


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

COLUMNS: Final = {
    "n": "<u4",
    "due": "<f8",
    "severity": "|u1",
    "of": "<u4",
    "shows": "|u1",
    "order": "<u4",
    "names": "|u1",
}

_Entry = tuple[Place, str]
_Order = list[_Entry]
_Fact = tuple[Place, str, bool]  # where it stands, whose it is about, whether it shows a version
_ROW_BYTES: Final = 96
_FEW: Final = 64  # rows that are looked at together, at first
_MANY: Final = 65_536
_PAGED: Final = 1024  # keys of rows that were on a page
_SUBJECT: Final = 3  # which field of a row (`exchange.Owed`)


def place_of(owed: Owed) -> Place:
    """The most severe first, then the soonest due."""
    return _RANKS.get(owed.severity, len(SEVERITIES)), math.inf if owed.due is None else owed.due.epoch_s, owed.n


@dataclass(frozen=True, slots=True)
class Pressing:
    """The order of the rows of a map, as it is put away: `columns` by the names in `COLUMNS`."""

    columns: Mapping[str, npt.NDArray[Any]]

    @classmethod
    def of(cls, facts: Iterable[_Fact]) -> Pressing:
        """Of rows in this order."""
        return _EMPTY.changed({}, facts)

    def __len__(self) -> int:
        return len(self.columns["n"])

    @property
    def names(self) -> list[str]:
        found: list[str] = marshal.loads(self.columns["names"].tobytes())  # noqa: S302  # sealed by its keeper
        return found

    def require(self, rows: int) -> None:
        """`EngineError` (`snapshot-damaged`) unless it is the order of so many rows."""
        if any(len(column) != rows for name, column in self.columns.items() if name != "names"):
            raise EngineError("snapshot-damaged", "The order of what is owed does not fit what is owed.")

    def changed(self, other: Mapping[int, _Fact | None], more: Iterable[_Fact]) -> Pressing:
        """Of the same rows with other facts in some places, without those that are None, and with more at the end."""
        added = list(more)
        if not other and not added:
            return self
        numbers = {name: number for number, name in enumerate(self.names)}
        columns = {name: self.columns[name].copy() for name in _FACTS}
        there = np.ones(len(self), np.bool_)
        for at, fact in other.items():
            if fact is None:
                there[at] = False
            else:
                for name, (value,) in _in_columns([fact], numbers).items():
                    columns[name][at] = value
        last = _in_columns(added, numbers)
        columns = {name: np.concatenate([columns[name][there], last[name]]) for name in _FACTS}
        order = np.lexsort((columns["n"], columns["due"], columns["severity"])).astype(np.uint32)
        spelled = np.frombuffer(marshal.dumps(list(numbers), 4), np.uint8)
        return Pressing({**columns, "order": order, "names": spelled})


def _in_columns(facts: Sequence[_Fact], numbers: dict[str, int]) -> dict[str, npt.NDArray[Any]]:
    """`numbers` of the names, to which those are added that are new."""
    values = {
        "severity": [place[0] for place, _, _ in facts],
        "due": [place[1] for place, _, _ in facts],
        "n": [place[2] for place, _, _ in facts],
        "of": [numbers.setdefault(of, len(numbers)) for _, of, _ in facts],
        "shows": [shows for _, _, shows in facts],
    }
    return {name: np.array(each, COLUMNS[name]) for name, each in values.items()}


_FACTS: Final = ("n", "due", "severity", "of", "shows")
_EMPTY: Final = Pressing(
    {
        **{name: np.empty(0, COLUMNS[name]) for name in (*_FACTS, "order")},
        "names": np.frombuffer(marshal.dumps([], 4), np.uint8),
    }
)


class Owing(MutableMapping[str, Owed]):
    """By the id of the notice. `held` is what it keeps them in; `kept` the order of a table's rows, as it was read."""

    def __init__(self, held: MutableMapping[str, Owed] | None = None, kept: Pressing | None = None) -> None:
        self.held: MutableMapping[str, Owed] = {} if held is None else held
        self._kept = kept
        self._ordered = False  # whether the order is kept with the map: from when it is first asked for
        self._rows: _Rows | None = None  # those that were put away
        self._orders: dict[str, _Order] = {}  # of what came since: whose it is about -> in order; "" of all
        self._subjects: dict[str, dict[str, int]] = {}  # of the same -> subject -> how many show a version of it

    @override
    def __getitem__(self, key: str) -> Owed:
        return self.held[key]

    @override
    def __setitem__(self, key: str, value: Owed) -> None:
        if self._ordered:
            before = self.held.get(key)
            if before is not None:
                self._drop(key, before)
            self._add(key, value)
        self.held[key] = value

    @override
    def __delitem__(self, key: str) -> None:
        if self._ordered and key in self.held:
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
        self.order()
        low, high = _range(severity)
        begin = low if after is None else max(low, (*after[:2], after[2] + 1))
        came: Iterable[_Entry] = _between(self._orders.get(of, []), begin, high)
        run = None if self._rows is None else self._rows.run(of)
        if self._rows is not None and run is not None:
            came = merge(self._rows.entries(run, begin, high), came)
        return [notice for _, notice in islice(came, most)]

    def count(self, *, severity: str = "", of: str = "") -> int:
        """How many, of one severity, and about a party's."""
        self.order()
        low, high = _range(severity)
        order = self._orders.get(of, [])
        since = bisect_left(order, (high, "")) - bisect_left(order, (low, ""))
        run = None if self._rows is None else self._rows.run(of)
        return since if run is None else since + sum(run.left[low[0] : high[0]])

    def subjects(self, of: str) -> Reversible[str]:
        """The subjects of a party's of which a version is shown by what is owed; the one that was shown last comes
        last, and is read first."""
        self.order()
        return _Subjects(self._subjects.get(of, {}), self._rows, of)

    def order(self) -> None:
        """Put it in order, and keep it so: else that is done when somebody asks first."""
        if self._ordered:
            return
        self._ordered = True
        if not isinstance(self.held, Table):
            self._take(self.held.items())
            return
        other, more = self.held.since()
        self._rows = _Rows(self.held, self._as_read(self.held), other)
        self._take([*filter(None, other.values()), *more.items()])

    def put_away(self) -> Pressing:
        """The order of the rows that the map is put away in."""
        if not isinstance(self.held, Table):
            return Pressing.of(map(_fact, self.held.values()))
        other, more = self.held.since()
        facts = {place: None if changed is None else _fact(changed[1]) for place, changed in other.items()}
        return self._as_read(self.held).changed(facts, map(_fact, more.values()))

    def _as_read(self, table: Table[str, Owed]) -> Pressing:
        """The order of the rows as they stood when they were read."""
        if self._kept is None:
            with collector_paused(len(table) * _ROW_BYTES):
                self._kept = Pressing.of(map(_short_fact, table.as_read()))
        return self._kept

    def _take(self, pairs: Iterable[tuple[str, Owed]]) -> None:
        """Many at once."""
        for key, owed in sorted(pairs, key=lambda pair: pair[1].n):
            for of in dict.fromkeys(("", owed.of)):
                self._orders.setdefault(of, []).append((place_of(owed), key))
            self._show(owed)
        for order in self._orders.values():
            order.sort()

    def _add(self, key: str, owed: Owed) -> None:
        entry = (place_of(owed), key)
        for of in dict.fromkeys(("", owed.of)):
            insort(self._orders.setdefault(of, []), entry)
        self._show(owed)

    def _show(self, owed: Owed) -> None:
        if owed.version:
            counted = self._subjects.setdefault(owed.of, {})
            counted[owed.subject] = counted.pop(owed.subject, 0) + 1

    def _drop(self, key: str, owed: Owed) -> None:
        entry = (place_of(owed), key)
        order = self._orders.get("", [])
        at = bisect_left(order, entry)
        if at == len(order) or order[at] != entry:
            if self._rows is not None:
                self._rows.drop(entry[0], owed.of)
            return
        for of in dict.fromkeys(("", owed.of)):
            order = self._orders[of]
            del order[bisect_left(order, entry)]
        if owed.version:
            counted = self._subjects[owed.of]
            counted[owed.subject] -= 1
            if not counted[owed.subject]:
                del counted[owed.subject]


class _Run:
    """Rows in order, in columns, of which some have gone. Memory is looked at through views that give plain numbers."""

    def __init__(
        self,
        severity: npt.NDArray[np.uint8],
        due: npt.NDArray[np.float64],
        n: npt.NDArray[np.uint32],
        row: npt.NDArray[np.uint32],
        standing: npt.NDArray[np.bool_],
    ) -> None:
        self.severity = severity.data
        self.standing = standing
        self.due, self.n, self.row = due.data, n.data, row.data
        self._columns = (severity, due, n, row)
        self._begin: list[int] = np.searchsorted(severity, np.arange(len(SEVERITIES) + 2)).tolist()
        self.left: list[int] = np.bincount(severity[standing], minlength=len(SEVERITIES) + 1).tolist()
        self.newest: npt.NDArray[np.int64] | None = None  # the rows that show a version, as they came

    def some(self, which: npt.NDArray[np.int64]) -> _Run:
        """Of these the same."""
        severity, due, n, row = self._columns
        return _Run(severity[which], due[which], n[which], row[which], self.standing[which])

    def first(self, place: Place) -> int:
        """The first row that stands there or behind."""
        rank, due_s, n = place
        if rank > len(SEVERITIES):
            return self._begin[-1]
        begin, end = self._begin[rank], self._begin[rank + 1]
        begin, end = bisect_left(self.due, due_s, begin, end), bisect_right(self.due, due_s, begin, end)
        return bisect_left(self.n, n, begin, end)

    def drop(self, place: Place) -> None:
        self.standing[self.first(place)] = False
        self.left[place[0]] -= 1

    def between(self, begin: int, end: int) -> Iterator[int]:
        """Those that have not gone: a few at a time, and ever more, since most pages end soon and what is answered
        goes together."""
        step = _FEW
        while begin < end:
            stop = min(end, begin + step)
            yield from (begin + np.flatnonzero(self.standing[begin:stop])).tolist()
            begin, step = stop, min(2 * step, _MANY)


class _Rows:
    """The rows of a table, as they stood when it was read."""

    def __init__(self, table: Table[str, Any], kept: Pressing, gone: Iterable[int]) -> None:
        columns, order = kept.columns, kept.columns["order"]
        self._table = table
        self._keys: dict[int, str] = {}  # of rows that were on a page: most are asked for again
        self._names = {name: number for number, name in enumerate(kept.names)}
        self._of, self._shows = columns["of"][order], columns["shows"][order]
        there = np.ones(len(order), np.bool_)
        there[list(gone)] = False
        standing = there[order]
        whole = _Run(columns["severity"][order], columns["due"][order], columns["n"][order], order, standing)
        self._runs = {"": whole}

    def run(self, of: str) -> _Run | None:
        """Those about a party's; None if there are none. "" for all."""
        if of not in self._runs and of in self._names:
            self._runs[of] = self._runs[""].some(np.flatnonzero(self._of == self._names[of]))
        return self._runs.get(of)

    def entries(self, run: _Run, low: Place, high: Place) -> Iterator[_Entry]:
        """Those from one place to another."""
        for at in run.between(run.first(low), run.first(high)):
            yield (run.severity[at], run.due[at], run.n[at]), self._key(run.row[at])

    def _key(self, row: int) -> str:
        known = self._keys.get(row)
        if known is None:
            if len(self._keys) >= _PAGED:
                self._keys.clear()
            known = self._keys[row] = lengthened(self._table.row_as_read(row)[0])
        return known

    def drop(self, place: Place, of: str) -> None:
        for each in dict.fromkeys(("", of)):
            if each in self._runs:
                self._runs[each].drop(place)

    def subjects(self, of: str) -> Iterator[str]:
        """Of which they show a version, the one that was shown last first; some of them twice."""
        run = self.run(of)
        if run is None:
            return
        if run.newest is None:
            shows = self._shows if not of else self._shows[self._of == self._names[of]]
            some = np.flatnonzero(shows)
            run.newest = some[np.argsort(np.asarray(run.n)[some], kind="stable")]
        end, step = len(run.newest), _FEW
        while end:
            begin = max(0, end - step)
            some = run.newest[begin:end]
            for at in reversed(some[run.standing[some]].tolist()):
                subject: str = lengthened(self._table.row_as_read(run.row[at])[_SUBJECT])
                yield subject
            end, step = begin, min(2 * step, _MANY)


class _Subjects(Reversible[str]):
    def __init__(self, since: Mapping[str, int], rows: _Rows | None, of: str) -> None:
        self._since = since
        self._rows = rows
        self._of = of

    @override
    def __iter__(self) -> Iterator[str]:
        return reversed(list(reversed(self)))

    @override
    def __reversed__(self) -> Iterator[str]:
        seen: set[str] = set()
        both = [reversed(list(self._since))]
        if self._rows is not None:
            both.append(self._rows.subjects(self._of))
        for subjects in both:
            for subject in subjects:
                if subject not in seen:
                    seen.add(subject)
                    yield subject


def _range(severity: str) -> tuple[Place, Place]:
    """From where to where what is of one severity stands; of any, where none is named."""
    rank, next_ = 0, len(SEVERITIES) + 1
    if severity in _RANKS:
        rank = _RANKS[severity]
        next_ = next_ if severity == SEVERITIES[-1] else rank + 1
    elif severity:
        next_ = 0
    return (rank, -math.inf, 0), (next_, -math.inf, 0)


def _between(order: _Order, low: Place, high: Place) -> Iterator[_Entry]:
    return islice(order, bisect_left(order, (low, "")), max(0, bisect_left(order, (high, ""))))


def _fact(owed: Owed) -> _Fact:
    return place_of(owed), owed.of, bool(owed.version)


def _short_fact(row: Row) -> _Fact:
    """Of a row as it stands, of which no object is made: the fields of `exchange.Owed` as they are put away, an instant
    as `("I", seconds)`."""
    _, n, of, _, version, severe, due = row
    return (_RANKS.get(severe, len(SEVERITIES)), math.inf if due is None else due[1], n), lengthened(of), bool(version)
