"""Maps of millions of rows, put away as bytes and read a row at a time.

A restart must not make a million objects of which few are ever asked for. So what was put away stays as it was read:

    ends    of each row, where it ends in `rows`; u64
    hashes  of the keys, sorted; u64
    places  which row each hash is of; u32
    rows    one behind the other, each a tuple in the form of `marshal`, its first item the key

Half of a state are ids and hashes in hexadecimal; in the rows they take half the room, as bytes behind one that says
what they are (`_SIGNS`).

`Table` is such a map with what has changed since laid over it: a dictionary in all that the folds use of one, its
order included. `Names` are texts by number. When either is put away again, the rows that nobody touched are copied as
they stand.
"""

from __future__ import annotations

import marshal
from bisect import bisect_left
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
    ValuesView,
)
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from thalweg.model.bulk import hash_of
from thalweg.model.errors import EngineError

Row = tuple[Any, ...]
K = TypeVar("K")
V = TypeVar("V")
_MARSHAL: Final = 4
_SIGNS: Final = {"": b"\1", "v-": b"\2", "f-": b"\3"}
"""Before the bytes of a text that is a hash, an id of a version, an id of a finding; a zero before plain bytes."""
_PREFIXES: Final = tuple(["", *_SIGNS])
_LENGTHS: Final = frozenset((34, 64))  # of such texts
_TYPES: Final = ("<u8", "<u8", "<u4", "|u1")
_PLAIN: Final = frozenset((str, bytes, int))
_ASKED: Final = 512  # keys of which the row is kept: what a statement is about is asked for several times
_ABSENT: Final[Any] = object()


class Packed:
    """Rows as they were put away; they are never changed. `arrays` are `ends`, `hashes`, `places` and `rows`."""

    def __init__(self, arrays: Sequence[npt.NDArray[Any]]) -> None:
        self.arrays = tuple(np.ascontiguousarray(each, kind) for each, kind in zip(arrays, _TYPES, strict=True))
        # views of memory give plain numbers, and sooner
        self._ends, self._hashes, self._places, self._rows = (each.data for each in self.arrays)
        self._runs: tuple[int, memoryview] | None = None  # made when it is first needed
        self._asked: dict[object, tuple[int, Row] | None] = {}  # rows never change
        count = len(self._ends)
        whole = self._ends[-1] if count else 0
        if not len(self._hashes) == len(self._places) == count or whole != len(self._rows):
            raise EngineError("snapshot-damaged", "The rows of the snapshot do not fit their index.")

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Packed:
        """These, in this order."""
        return NOTHING.changed({}, rows)

    def __len__(self) -> int:
        return len(self._ends)

    def row(self, place: int) -> Row:
        """The row in that place."""
        return _wide_row(self.short(place))

    def find(self, key: object) -> tuple[int, Row] | None:
        """The row of a key, and its place."""
        found = self.seek(key)
        return None if found is None else (found[0], _wide_row(found[1]))

    def seek(self, key: object) -> tuple[int, Row] | None:
        """The same, the row in the form in which it is put away (`shortened`)."""
        if type(key) not in _PLAIN:  # of what only equals them the hash may be another
            return self._sought(key)
        asked = self._asked
        known: tuple[int, Row] | None = asked.get(key, _ABSENT)
        if known is not _ABSENT:
            return known
        if len(asked) >= _ASKED:
            asked.clear()
        found = asked[key] = self._sought(key)
        return found

    def _sought(self, key: object) -> tuple[int, Row] | None:
        if not self._hashes:
            return None
        wanted = hash_of(key)
        if self._runs is None:
            self._runs = self._made_runs()
        shift, begin = self._runs
        run = wanted >> shift
        at = bisect_left(self._hashes, wanted, begin[run], begin[run + 1])
        while at < len(self._hashes) and self._hashes[at] == wanted:
            place = self._places[at]
            row = self.short(place)
            if row[0] == shortened(key):
                return place, row
            at += 1
        return None

    def _made_runs(self) -> tuple[int, memoryview]:
        """Hashes are spread evenly, so their first bits say to within a few where one stands: an index of a sixteenth
        of their size, in the place of twenty looks all over memory."""
        bits = max(0, len(self._hashes).bit_length() - 3)
        first = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits) if bits else np.zeros(1, np.uint64)
        begin = np.append(np.searchsorted(self.arrays[1], first), len(self._hashes))
        return 64 - bits, begin.astype(np.uint32).data

    def changed(self, other: Mapping[int, Row | None], more: Iterable[Row]) -> Packed:
        """The same with other rows in some places, under the same keys; without those that are None; and with more
        rows at the end."""
        added: list[int] = []
        found: list[int] = []
        made: list[bytes] = []
        for row in more:
            made.append(marshal.dumps(shortened(row), _MARSHAL))
            added.append(len(made[-1]))
            found.append(hash_of(row[0]))
        if not other and not made:
            return self
        lengths = np.diff(self.arrays[0].astype(np.int64), prepend=0)
        pieces: list[bytes | memoryview] = []
        done = 0
        for place in sorted(other):
            changed = other[place]
            written = b"" if changed is None else marshal.dumps(shortened(changed), _MARSHAL)
            pieces += (self._rows[done : self._begin(place)], written)
            lengths[place], done = len(written), self._ends[place]
        pieces.append(self._rows[done:])
        pieces += made
        there = lengths > 0
        ends = np.cumsum(np.concatenate([lengths[there], np.array(added, np.int64)]))
        # Two sorted runs, which a stable sort merges: with a million rows that takes a tenth of the time.
        standing = there[self.arrays[2]]
        later = np.argsort(np.array(found, np.uint64), kind="stable")
        hashes = np.concatenate([self.arrays[1][standing], np.array(found, np.uint64)[later]])
        places = np.concatenate(
            [(np.cumsum(there) - 1)[self.arrays[2][standing]], later + int(np.count_nonzero(there))]
        )
        order = np.argsort(hashes, kind="stable")
        return Packed((ends, hashes[order], places[order], np.frombuffer(b"".join(pieces), np.uint8)))

    def copied(self) -> Packed:
        """The same, in memory of its own."""
        return Packed([each.copy() for each in self.arrays]) if len(self) else NOTHING

    def short(self, place: int) -> Row:
        """The same in the form in which it is put away (`shortened`)."""
        row: Row = marshal.loads(self._rows[self._begin(place) : self._ends[place]])  # noqa: S302  # sealed by its keeper
        return row

    def _begin(self, place: int) -> int:
        return self._ends[place - 1] if place else 0


def shortened(value: Any) -> Any:  # noqa: ANN401  # whatever stands in a row
    """What stands in a row as it is put away: ids and hashes as bytes."""
    kind = type(value)
    if kind is tuple:
        return tuple([shortened(each) for each in value])
    if kind is bytes:
        return b"\0" + value
    if kind is not str or len(value) not in _LENGTHS:
        return value
    prefix = value[:2] if value[1] == "-" else ""
    digits = value[len(prefix) :]
    try:
        made = bytes.fromhex(digits)
    except ValueError:
        return value
    return _SIGNS[prefix] + made if prefix in _SIGNS and made.hex() == digits else value


def _wide_row(row: Row) -> Row:
    # Most of what stands in a row is neither, and is not looked at by a call of its own.
    return tuple([lengthened(each) if (kind := type(each)) is tuple or kind is bytes else each for each in row])


def lengthened(value: Any) -> Any:  # noqa: ANN401  # whatever stands in a row
    """What `shortened` was given."""
    if type(value) is tuple:
        return _wide_row(value)
    if type(value) is not bytes:
        return value
    return _PREFIXES[value[0]] + value[1:].hex() if value[0] else value[1:]


NOTHING: Final = Packed([np.empty(0)] * 4)


class Form(NamedTuple, Generic[K, V]):
    """What the rows of a table look like. `lasting`: what was made of a row is kept, and everybody gets the same: where
    it may be changed by whoever has it, or is asked for again and again. `short` is `value` of a row in the form in
    which it is put away, for forms that know a shorter way to it than through the row itself, and `part` some of its
    attributes."""

    row: Callable[[K, V], Row]
    value: Callable[[Row], V]
    lasting: bool
    short: Callable[[Row], V] | None = None
    part: Callable[[Row, Sequence[str]], Sequence[Any]] | None = None


class Table(MutableMapping[K, V]):
    """A map of packed rows, and what has become of it since."""

    def __init__(self, form: Form[K, V], packed: Packed = NOTHING) -> None:
        self._form = form
        self._packed = packed
        self._held: dict[K, V] = {}  # in the place of rows: made of them and kept, or put there since
        self._more: dict[K, V] = {}  # behind the rows
        self._gone: set[int] = set()  # places of rows that are there no longer

    @override
    def __getitem__(self, key: K) -> V:
        value: V = self.get(key, _ABSENT)
        if value is _ABSENT:
            raise KeyError(key)
        return value

    @override
    def get(self, key: K, default: Any = None) -> Any:  # what the mapping's own does, without raising
        # Asked for dozens of times for each statement: nothing is called here that need not be.
        more, held = self._more, self._held
        if key in more:
            return more[key]
        if key in held:
            return held[key]
        found = self._packed.seek(key)
        if found is None or found[0] in self._gone:
            return default
        return self._made(key, found[1])

    @override
    def setdefault(self, key: K, default: Any = None) -> Any:  # the same: looked up once, and not three times
        found = self.get(key, _ABSENT)
        return self._more.setdefault(key, default) if found is _ABSENT else found

    @override
    def __setitem__(self, key: K, value: V) -> None:
        in_place = key not in self._more and (key in self._held or self._find(key) is not None)
        (self._held if in_place else self._more)[key] = value

    @override
    def __delitem__(self, key: K) -> None:
        if key in self._more:
            del self._more[key]
            return
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        self._gone.add(found[0])
        self._held.pop(key, None)

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._more or key in self._held or self._find(key) is not None

    @override
    def __len__(self) -> int:
        return len(self._packed) - len(self._gone) + len(self._more)

    @override
    def __iter__(self) -> Iterator[K]:
        yield from (lengthened(row[0]) for _, row in self._standing())
        yield from self._more

    def __reversed__(self) -> Iterator[K]:
        yield from reversed(self._more)
        for place in reversed(range(len(self._packed))):
            if place not in self._gone:
                yield self._packed.row(place)[0]

    @override
    def items(self) -> ItemsView[K, V]:
        return _Items(self)

    @override
    def values(self) -> ValuesView[V]:
        return _Values(self)

    @override
    def clear(self) -> None:
        self._packed = NOTHING
        self._held, self._more, self._gone = {}, {}, set()

    def glance(self, key: K, names: Sequence[str]) -> Sequence[Any]:
        """Some attributes of a value, of which nothing is made for it if it stands in a row. Raises `KeyError`."""
        part = self._form.part
        if part is not None and key not in self._more and key not in self._held:
            found = self._find(key)
            if found is not None:
                return part(found[1], names)
        value = self[key]
        return [getattr(value, name) for name in names]

    def pairs(self) -> Iterator[tuple[K, V]]:
        """Keys and values, oldest first, without looking each key up."""
        for _, row in self._standing():
            key: K = lengthened(row[0])
            yield key, self._held[key] if key in self._held else self._made(key, row)
        yield from self._more.items()

    def passing(self) -> Iterator[V]:
        """The values, oldest first, for whoever only looks: nothing that is made of a row is kept, nor may be
        changed."""
        for place, row in enumerate(map(self._packed.short, range(len(self._packed)))):
            if place not in self._gone:
                key: K | None = lengthened(row[0]) if self._held else None
                yield self._held[key] if key in self._held else self._of_row(row)
        yield from self._more.values()

    def short(self) -> Iterator[Row]:
        """The rows, oldest first, in the form in which they are put away (`shortened`): the fastest way to look at all
        of them, since nothing is made of what nobody touched."""
        for place, row in enumerate(map(self._packed.short, range(len(self._packed)))):
            if place not in self._gone:
                key: K | None = lengthened(row[0]) if self._held else None
                yield shortened(self._form.row(key, self._held[key])) if key in self._held else row
        for more, value in self._more.items():
            yield shortened(self._form.row(more, value))

    def row_as_read(self, place: int) -> Row:
        """The row in a place as it stood when it was read, in the form in which it is put away."""
        return self._packed.short(place)

    def as_read(self) -> Iterator[Row]:
        """All rows as they stood when they were read, in the form in which they are put away."""
        return map(self._packed.short, range(len(self._packed)))

    def since(self) -> tuple[dict[int, tuple[K, V] | None], Mapping[K, V]]:
        """What has become of these: what stands in the place of a row, None where it is there no longer; and what is
        behind them. `packed` puts them away in this order."""
        other: dict[int, tuple[K, V] | None] = dict.fromkeys(self._gone)
        for key, value in self._held.items():
            found = self._find(key)
            if found is not None:
                other[found[0]] = (key, value)
        return other, self._more

    def hashes(self) -> npt.NDArray[np.uint64]:
        """`hash_of` of every key, in no order; no row is read for it."""
        standing = self._packed.arrays[1]
        if self._gone:
            standing = standing[~np.isin(self._packed.arrays[2], np.fromiter(self._gone, np.uint32, len(self._gone)))]
        return np.concatenate([standing, hashes_of(self._more)])

    def settled(self) -> Table[K, V]:
        """The same, all of it in rows of its own: what it was read from is let go of."""
        packed = self.packed()
        return Table(self._form, packed.copied() if packed is self._packed else packed)

    def packed(self) -> Packed:
        """All of it, to be put away."""
        other, more = self.since()
        rows = {place: None if each is None else self._form.row(*each) for place, each in other.items()}
        return self._packed.changed(rows, (self._form.row(key, value) for key, value in more.items()))

    def _standing(self) -> Iterator[tuple[int, Row]]:
        for place in range(len(self._packed)):
            if place not in self._gone:
                yield place, self._packed.short(place)

    def _find(self, key: object) -> tuple[int, Row] | None:
        found = self._packed.seek(key)
        return None if found is None or found[0] in self._gone else found

    def _of_row(self, row: Row) -> V:
        """What a row stands for, as it is put away."""
        form = self._form
        return form.value(_wide_row(row)) if form.short is None else form.short(row)

    def _made(self, key: K, row: Row) -> V:
        value = self._of_row(row)
        return self._held.setdefault(key, value) if self._form.lasting else value


class _Items(ItemsView[K, V]):
    _mapping: Table[K, V]

    @override
    def __iter__(self) -> Iterator[tuple[K, V]]:
        return self._mapping.pairs()


class _Values(ValuesView[V]):
    _mapping: Table[Any, V]

    @override
    def __iter__(self) -> Iterator[V]:
        return (value for _, value in self._mapping.pairs())


def hashes_of(keys: Collection[Any]) -> npt.NDArray[np.uint64]:
    """`hash_of` of each of these, or of every key of a table, in no order."""
    held = getattr(keys, "held", keys)  # a table with something beside it
    return held.hashes() if isinstance(held, Table) else np.fromiter(map(hash_of, held), np.uint64, len(held))


def passing(held: MutableMapping[Any, V]) -> Iterator[V]:
    """The values of a map, table or not, for whoever only looks at each of them (`Table.passing`)."""
    return held.passing() if isinstance(held, Table) else iter(held.values())


def glance(held: MutableMapping[K, Any], key: K, *names: str) -> Sequence[Any]:
    """Some attributes of what a map has under a key, table or not, for whoever needs no more of it (`Table.glance`)."""
    if isinstance(held, Table):
        return held.glance(key, names)
    value = held[key]
    return [getattr(value, name) for name in names]


class Names:
    """Texts, each once, by number in the order in which they came."""

    def __init__(self, packed: Packed = NOTHING) -> None:
        self._packed = packed
        self._number: dict[str, int] = {}  # of those that came since
        self._text: list[str] = []

    def __len__(self) -> int:
        return len(self._packed) + len(self._text)

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, number: int) -> str:
        before = len(self._packed)
        text: str = self._packed.row(number)[0] if number < before else self._text[number - before]
        return text

    def number(self, text: str) -> int:
        """Its number; -1 if it never came."""
        known = self._number.get(text)
        if known is None:
            found = self._packed.seek(text)
            known = -1 if found is None else found[0]
        return known

    def add(self, text: str) -> int:
        """Its number, a new one if it comes for the first time."""
        known = self.number(text)
        if known < 0:
            known = self._number[text] = len(self)
            self._text.append(text)
        return known

    def settled(self) -> Names:
        """As `Table.settled`."""
        packed = self.packed()
        return Names(packed.copied() if packed is self._packed else packed)

    def packed(self) -> Packed:
        """All of them, to be put away."""
        return self._packed.changed({}, ((each,) for each in self._text))
