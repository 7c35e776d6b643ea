"""A world put away as bytes, and taken out again: so that a restart need not fold the whole log.

A cache and never truth. Whoever keeps it seals it (`model.keeping.Snapshots`) and compares its root with the log's;
here it is only told apart whether it was written by a program whose state has exactly the same form. ::

    {"form": "<64 hex>", "format": 4, "program": "0.1.0", "python": "3.11", "size": 4711} ⏎
    spaces up to a multiple of 8, then sections, each filled up to a multiple of 8
    [["rest", 1234], ["picture.chains/ends", 800], …] ⏎      the directory: which sections, and how long
    where the directory begins, u64, little-endian

What there may be millions of stands in sections of its own as packed rows (`state.packed`), and stays as it was read
until one is asked for; the columns of what each party had (`state.history`) as they are. The rest is one value,
marshalled: plain tuples, lists, dictionaries, numbers and texts. No code is named in any of it or run by it beyond the
classes of `thalweg.model` and `thalweg.state`. `form` is a digest of their fields: a state that has since got another
field is folded anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import marshal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence, Set
from enum import Enum
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, Final, cast

import numpy as np

from thalweg import __version__
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.state.cases import Incident
from thalweg.state.exchange import NoticeState, Owed
from thalweg.state.history import Had
from thalweg.state.in_force import InForce
from thalweg.state.owing import COLUMNS, Owing, Pressing
from thalweg.state.packed import Form, Names, Packed, Table, lengthened
from thalweg.state.picture import Chain, OpenFinding
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

FORMAT: Final = 4
_HEAD_BYTES: Final = 4096  # in which the first line ends

# What is plain through and through goes as it is. `name` of `part`, or of the world itself.
_PLAIN: Final = {
    "": ("size", "_about", "_about_index"),
    "picture": ("_held",),
    "cases": ("by_party", "withdrawn", "_incident_of"),
    "cases.sought": ("words", "times", "places", "parties"),
    "sourced": ("by_party",),
    "exchange": ("mailboxes", "_asked", "unanswered", "alarms"),
    "channels": ("_of",),
    "membership": ("theatre_text", "_roles"),
}
_OTHER: Final = {
    "": ("latest", "probes", "_waiting", "_weighed"),
    "exchange": ("emergencies", "commitments"),
    "channels": ("channels",),
    "agreements": ("agreements",),
    "cases": ("requests",),
    "sourced": ("sources", "claims"),
    "membership": ("parties", "theatre", "_watches", "_handed", "_base", "_theatres"),
}
_PARTS: Final = (
    "picture",
    "exchange",
    "channels",
    "agreements",
    "cases",
    "cases.sought",
    "sourced",
    "membership",
    "history",
)
_NOT: Final = {
    "": ("_load", "ahead", "_recent", *_PARTS),
    "cases": ("sought",),
    "history": ("parties",),
    "picture": ("_load", "_decoded"),
}
_HAD_PLAIN: Final = ("_held", "_offered", "_proposed", "_checks", "_asked")
_HAD_TABLES: Final = ("several", "found", "_showing", "_newest", "_latest")
_HAD_NOT: Final = ("_viewed", "_viewed_to")
_ARRAYS: Final = {"ends": "<u8", "hashes": "<u8", "places": "<u4", "rows": "|u1"}


def _of_class(cls: type, *, lasting: bool = True) -> Form[str, Any]:
    """Rows of the fields of a class; the first is the key."""

    def row(_: str, value: object) -> tuple[Any, ...]:
        return tuple(_values(cls, value))

    def value(row: tuple[Any, ...]) -> object:
        return cls(*[_in(each) if type(each) is tuple else each for each in row])

    def short(row: tuple[Any, ...]) -> object:
        return cls(*[_in_short(each) if (kind := type(each)) is tuple or kind is bytes else each for each in row])

    def part(row: tuple[Any, ...], names: Sequence[str]) -> list[Any]:
        places = _places(cls)
        return [_in_short(row[places[name]]) for name in names]

    return Form(row, value, lasting, short, part)


_SINGLE: Final[Form[Any, Any]] = Form(
    lambda key, value: (key, value), lambda row: row[1], lasting=False, short=lambda row: lengthened(row[1])
)
"""Plain values that nobody changes."""
_MADE: Final[Form[Any, Any]] = Form(
    lambda key, value: (key, _out(value)), lambda row: _in(row[1]), lasting=True, short=lambda row: _in_short(row[1])
)
"""Lists and sets."""


def settle(world: World) -> None:
    """Make rows of everything of which there may be millions, as if the world had been put away and taken out again:
    what was made in folding is let go of. One map after the other, so that none but the largest stands twice."""
    for part, forms in _TABLES.items():
        for name, kind in forms.items():
            setattr(_part(world, part), name, _settled(getattr(_part(world, part), name), kind))
    for part, forms in _OF_PARTY.items():
        for name, kind in forms.items():
            parties = getattr(_part(world, part), name)
            for party in parties:
                parties[party] = _settled(parties[party], kind)
    for had in world.history.parties.values():
        had.words = had.words.settled()
        for name in _HAD_TABLES:
            setattr(had, name, _settled(getattr(had, name), _SINGLE))


def _settled(held: MutableMapping[Any, Any], kind: Form[Any, Any]) -> MutableMapping[Any, Any]:
    beneath = getattr(held, "held", None)
    if beneath is not None:  # with an order beside it, which is made again when it is asked for
        made: MutableMapping[Any, Any] = type(held)(_settled(beneath, kind))  # type: ignore[call-arg]  # from what it holds
        return made
    if isinstance(held, Table):
        return held.settled()
    return Table(kind, Packed.of(kind.row(key, value) for key, value in held.items()))


def put_away(world: World) -> bytes:
    """The world as bytes; `EngineError` as of `sections`."""
    return b"".join(sections(world))


def sections(world: World) -> Iterator[bytes | memoryview]:
    """The world as bytes, piece by piece. Nothing of it may be ahead of the log, nor change before the last piece.
    `EngineError` (`snapshot-value`) for a state that has something in it that is not known here."""
    _require_whole(world)
    return _sections(world)


def _sections(world: World) -> Iterator[bytes | memoryview]:
    head = {"form": form(), "format": FORMAT, "program": __version__, "python": _python(), "size": world.size}
    line = json.dumps(head, sort_keys=True).encode() + b"\n"
    at = len(line) + -len(line) % 8
    yield line.ljust(at)
    directory: list[tuple[str, int]] = []
    for name, data in _named(world):
        yield data
        yield bytes(-len(data) % 8)
        directory.append((name, len(data)))
        at += len(data) + -len(data) % 8
    yield json.dumps(directory).encode() + b"\n" + at.to_bytes(8, "little")


def _named(world: World) -> Iterator[tuple[str, bytes | memoryview]]:
    """Every section with its name."""
    value: dict[str, Any] = {}
    for part, names in _PLAIN.items():
        value |= {f"{part}.{name}": getattr(_part(world, part), name) for name in names}
    for part, names in _OTHER.items():
        value |= {f"{part}.{name}": _out(getattr(_part(world, part), name)) for name in names}
    value["history"] = {
        had.party: {name: getattr(had, name) for name in _HAD_PLAIN} for had in world.history.parties.values()
    }
    for part, forms in _OF_PARTY.items():
        value |= {f"{part}.{name}": list(getattr(_part(world, part), name)) for name in forms}
    yield "rest", marshal.dumps(value, 4)
    for part, forms in _TABLES.items():
        for name, kind in forms.items():
            yield from _table(f"{part}.{name}", getattr(_part(world, part), name), kind)
    for part, forms in _OF_PARTY.items():
        for name, kind in forms.items():
            for party, held in getattr(_part(world, part), name).items():
                yield from _table(f"{part}.{name}.{party}", held, kind)
    for party, owing in world.exchange.owing.items():
        for name, facts in owing.put_away().columns.items():
            yield f"exchange.pressing.{name}.{party}", np.ascontiguousarray(facts).view(np.uint8).data
    for had in world.history.parties.values():
        yield from _packed(f"history.words.{had.party}", had.words.packed())
        for name in _HAD_TABLES:
            yield from _table(f"history.{name}.{had.party}", getattr(had, name), _SINGLE)
        for table, columns in had.columns.items():
            for name, column in columns.items():
                yield f"history.{table}.{name}.{had.party}", column.tobytes()


def _table(name: str, held: MutableMapping[Any, Any], kind: Form[Any, Any]) -> Iterator[tuple[str, memoryview]]:
    if isinstance(held, Owing | InForce):
        held = held.held
    if isinstance(held, Table):
        return _packed(name, held.packed())
    return _packed(name, Packed.of(kind.row(key, value) for key, value in held.items()))


def _packed(name: str, packed: Packed) -> Iterator[tuple[str, memoryview]]:
    for array, data in zip(_ARRAYS, packed.arrays, strict=True):
        yield f"{name}/{array}", data.view(np.uint8).data


def take_out(data: bytes | memoryview, load: Callable[[int], Recorded]) -> World:
    """The world that was put away; it reads from `data` for as long as it lives. `EngineError` if it is of another form
    (`snapshot-version`), or not whole (`snapshot-damaged`)."""
    line = bytes(data[:_HEAD_BYTES])
    end = line.find(b"\n")
    try:
        head = json.loads(line[:end])
    except ValueError:
        head = {}
    for name, ours in (("format", FORMAT), ("program", __version__), ("python", _python()), ("form", form())):
        if not isinstance(head, dict) or head.get(name) != ours:
            raise EngineError("snapshot-version", f"The snapshot of the state has another {name}.", found=name)
    held = _Sections(data, end + 1)
    value = marshal.loads(held.bytes("rest"))  # noqa: S302  # sealed by whoever keeps it, see above
    world = World(load)
    for part, names in _PLAIN.items():
        for name in names:
            setattr(_part(world, part), name, value[f"{part}.{name}"])
    for part, names in _OTHER.items():
        for name in names:
            setattr(_part(world, part), name, _in(value[f"{part}.{name}"]))
    for part, forms in _TABLES.items():
        for name, kind in forms.items():
            setattr(_part(world, part), name, Table(kind, held.packed(f"{part}.{name}")))
    for part, forms in _OF_PARTY.items():
        for name, kind in forms.items():
            tables = {party: Table(kind, held.packed(f"{part}.{name}.{party}")) for party in value[f"{part}.{name}"]}
            setattr(_part(world, part), name, {each: _with(name, each, table, held) for each, table in tables.items()})
    world.history.parties = {party: _had(party, plain, held) for party, plain in value["history"].items()}
    return world


def _with(name: str, party: str, table: Table[Any, Any], held: _Sections) -> MutableMapping[Any, Any]:
    """A party's table, with what stands beside it."""
    match name:
        case "by_party":
            return InForce(table)
        case "owing":
            beside = {
                each: np.frombuffer(held.bytes(f"exchange.pressing.{each}.{party}"), kind)
                for each, kind in COLUMNS.items()
            }
            kept = Pressing(beside)
            kept.require(len(table))
            return Owing(table, kept)
        case _:
            return table


def _had(party: str, plain: Mapping[str, Any], held: _Sections) -> Had:
    had = Had(party)
    for name, value in plain.items():
        setattr(had, name, value)
    had.words = Names(held.packed(f"history.words.{party}"))
    for name in _HAD_TABLES:
        setattr(had, name, Table(_SINGLE, held.packed(f"history.{name}.{party}")))
    for table, columns in had.columns.items():
        for name, column in columns.items():
            column.frombytes(held.bytes(f"history.{table}.{name}.{party}"))
    return had


class _Sections:
    """The sections of what was put away, by name; nothing is copied."""

    def __init__(self, data: bytes | memoryview, first: int) -> None:
        self._data = memoryview(data)
        try:
            start = int.from_bytes(self._data[-8:], "little")
            at, self._where = first + -first % 8, {}
            for name, length in json.loads(bytes(self._data[start:-8])):
                self._where[name] = (at, length)
                at += length + -length % 8
        except ValueError as error:
            raise _damaged() from error
        if at != start:
            raise _damaged()

    def bytes(self, name: str) -> memoryview:
        if name not in self._where:
            raise _damaged()
        at, length = self._where[name]
        return self._data[at : at + length]

    def packed(self, name: str) -> Packed:
        arrays = [np.frombuffer(self.bytes(f"{name}/{array}"), kind) for array, kind in _ARRAYS.items()]
        return Packed(arrays)


def _damaged() -> EngineError:
    return EngineError("snapshot-damaged", "The snapshot of the state is not whole.")


@cache
def form() -> str:
    """A digest of the fields of everything that a world is made of, and of how it is written."""
    world = World(_nothing)
    told: list[Any] = [(part, sorted(vars(_part(world, part)))) for part in ("", *_PARTS)]
    had = Had("")
    told.append(("had", sorted(vars(had).keys() - set(_HAD_NOT))))
    told += [(table, [f"{name} {each.typecode}" for name, each in held.items()]) for table, held in had.columns.items()]
    told.append(("pressing", sorted(COLUMNS.items())))
    classes = sorted(_classes().items())
    fields = [(name, [(each.name, str(each.type)) for each in dataclasses.fields(cls)]) for name, cls in classes]
    return hashlib.sha256(json.dumps([told, fields, _spelled()]).encode()).hexdigest()


_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))


def _out(value: Any) -> Any:  # noqa: ANN401  # whatever a state is made of
    """The value as scalars and tuples whose first item says what they are."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is Instant:
        return ("I", value.epoch_s)
    if isinstance(value, Enum):
        number = _numbers().get((kind, value.value))
        return ("E", _name(type(value)), value.value) if number is None else ("E", number)
    if kind is tuple:
        return ("T", *[_out(each) for each in value])
    if kind is list:
        return ("L", *[_out(each) for each in value])
    if kind is set or kind is frozenset:
        return ("S" if kind is set else "F", *sorted([_out(each) for each in value], key=repr))
    if kind is deque:
        return ("Q", *[_out(each) for each in value])
    if isinstance(value, Mapping):
        return ("D", *[part for key, each in value.items() for part in (_out(key), _out(each))])
    if dataclasses.is_dataclass(kind):
        return ("O", _short(kind), *_values(kind, value))
    raise EngineError("snapshot-value", f"{kind.__qualname__} cannot be put away.", found=kind.__qualname__)


def _in(value: Any) -> Any:  # noqa: ANN401  # whatever a state is made of
    if type(value) is not tuple:
        return value
    match value[0]:
        case "I":
            return Instant(value[1])
        case "E":
            return _spelling()[value[1]] if len(value) == 2 else _member(value[1], value[2])
        case "T":
            return tuple([_in(each) for each in value[1:]])
        case "L":
            return [_in(each) for each in value[1:]]
        case "S":
            return {_in(each) for each in value[1:]}
        case "F":
            return frozenset(_in(each) for each in value[1:])
        case "Q":
            return deque(_in(each) for each in value[1:])
        case "D":
            return {_in(value[at]): _in(value[at + 1]) for at in range(1, len(value), 2)}
        case _:
            cls = _spelling()[value[1]] if type(value[1]) is int else _class(value[1])
            made: Any = object.__new__(cls)
            for name, each in zip(_fields(cls), value[2:], strict=True):
                object.__setattr__(made, name, _in(each))
            return made


def _in_short(value: Any) -> Any:  # noqa: ANN401  # whatever a state is made of
    """`_in` of what `packed.lengthened` makes of it, in one way through: half of the work on a row that is asked for
    first. What is seldom in rows takes the two."""
    if type(value) is not tuple:
        return lengthened(value)
    match value[0]:
        case "I":
            return Instant(value[1])
        case "E" if len(value) == 2:
            return _spelling()[value[1]]
        case "T":
            return tuple([_in_short(each) for each in value[1:]])
        case "L":
            return [_in_short(each) for each in value[1:]]
        case "S":
            return {_in_short(each) for each in value[1:]}
        case _:
            return _in(lengthened(value))


def _values(cls: type, value: object) -> list[Any]:
    return [_out(getattr(value, field)) for field in _fields(cls)]


@cache
def _fields(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(cls))


@cache
def _places(cls: type) -> dict[str, int]:
    return {name: place for place, name in enumerate(_fields(cls))}


@cache
def _name(cls: type) -> str:
    if not cls.__module__.startswith(("thalweg.model.", "thalweg.state.", "thalweg.formats.event")):
        raise EngineError("snapshot-value", f"{cls.__qualname__} cannot be put away.", found=cls.__qualname__)
    return f"{cls.__module__}:{cls.__qualname__}"


def _short(cls: type) -> str | int:
    number = _numbers().get((cls, None))
    return _name(cls) if number is None else number


@cache
def _class(name: str) -> type:
    module, _, qualified = name.partition(":")
    found = getattr(import_module(module), qualified)
    if not isinstance(found, type) or _name(found) != name:
        raise EngineError("snapshot-value", f"{name} cannot be taken out.", found=name)
    return found


@cache
def _member(name: str, value: str) -> Enum:
    return cast("Enum", _class(name)(value))


def _classes() -> dict[str, type]:
    """Every record of the rooms that a state is made of."""
    return {name: cls for name, cls in _in_rooms().items() if dataclasses.is_dataclass(cls)}


@cache
def _in_rooms() -> dict[str, type]:
    found: dict[str, type] = {}
    for name, module in tuple(sys.modules.items()):
        if name in _ROOMS:
            made = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name]
            found |= {_name(each): each for each in made}
    return dict(sorted(found.items()))


@cache
def _spelling() -> tuple[Any, ...]:
    """The classes of those rooms, and the members of those that have some: what stands so often is written as its
    number here."""
    classes = tuple(_in_rooms().values())
    members = (member for cls in classes if issubclass(cls, Enum) for member in cls)
    return (*(cls for cls in classes if dataclasses.is_dataclass(cls)), *members)


@cache
def _numbers() -> dict[tuple[type, Any], int]:
    """By class and value; None for the class itself."""
    return {
        (type(each), each.value) if isinstance(each, Enum) else (each, None): number
        for number, each in enumerate(_spelling())
    }


def _spelled() -> list[str]:
    return [f"{_name(type(each))} {each.value}" if isinstance(each, Enum) else _name(each) for each in _spelling()]


_ROOMS: Final = frozenset(
    (
        *(
            f"thalweg.model.{each}"
            for each in (
                "cases",
                "declarations",
                "events",
                "instants",
                "levels",
                "measures",
                "notes",
                "shapes",
                "sourced",
            )
        ),
        *(f"thalweg.state.{each}" for each in ("agreements", "cases", "channels", "exchange", "membership")),
        *(f"thalweg.state.{each}" for each in ("picture", "recorded", "sourced")),
        "thalweg.model.theatre",
    )
)


def _require_whole(world: World) -> None:
    """Everything that a world has is either put away or known not to be."""
    for part in ("", *_PARTS):
        known = {each for names in (_PLAIN, _OTHER, _TABLES, _OF_PARTY, _NOT) for each in names.get(part, ())}
        _require_known(_part(world, part), known)
    for had in world.history.parties.values():
        _require_known(had, {"party", "columns", "words", *_HAD_PLAIN, *_HAD_TABLES, *_HAD_NOT})


def _require_known(part: object, known: Set[str]) -> None:
    more = sorted(vars(part).keys() - known)
    if more:
        raise EngineError("snapshot-value", f"{', '.join(more)} cannot be put away.", found=more)


def _part(world: World, part: str) -> Any:  # noqa: ANN401  # one of the folds
    return attrgetter(part)(world) if part else world


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _nothing(index: int) -> Recorded:
    raise EngineError("entry-absent", f"Entry {index} is not there.", index=index)


# What there may be millions of.
_TABLES: Final[Mapping[str, Mapping[str, Form[Any, Any]]]] = {
    "": {"said_for": _SINGLE, "answers": _SINGLE},
    "picture": {
        "chains": _of_class(Chain),
        "open": _of_class(OpenFinding, lasting=False),
        "_of": _MADE,
        "_chain_of": _SINGLE,
        "_named": _SINGLE,
    },
    "exchange": {"notices": _of_class(NoticeState), "about": _MADE},
    "cases": {"incidents": _of_class(Incident)},
}
# The same, where each party has one.
_OF_PARTY: Final[Mapping[str, Mapping[str, Form[Any, Any]]]] = {
    "picture": {"by_party": _SINGLE},
    "exchange": {"known": _MADE, "of_incident": _MADE, "owing": _of_class(Owed)},
}
