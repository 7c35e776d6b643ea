"""A world put away as bytes, and taken out again: so that a restart need not fold the whole log.

A cache and never truth. Whoever keeps it seals it (`model.keeping.Snapshots`) and compares its root with the log's;
here it is only told apart whether it was written by a program whose state has exactly the same form. ::

    {"format": 1, "form": "<64 hex>", "program": "0.1.0", "python": "3.11", "size": 4711} ⏎
    one value, marshalled

The value is made of plain tuples, lists, dictionaries, numbers and texts, which `marshal` reads at a hundred megabytes
a second; no code is named in it or run by it beyond the classes of `thalweg.model` and `thalweg.state`. `form` is a
digest of their fields: a state that has since got another field is folded anew. Chains, notices and findings, of which
there may be millions, are made of their rows when they are first asked for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import marshal
import sys
from collections import deque
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from enum import Enum
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, Final, cast

from typing_extensions import override

from thalweg import __version__
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.state.cases import Incident
from thalweg.state.exchange import NoticeState
from thalweg.state.history import Had
from thalweg.state.picture import Chain, OpenFinding
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

FORMAT: Final = 1

# What is plain through and through goes as it is. `name` of `part`, or of the world itself.
_PLAIN: Final = {
    "": ("size", "said_for", "answers", "_about", "_about_index"),
    "picture": ("_of", "_chain_of", "_held", "_named", "by_party"),
    "cases": ("by_party", "withdrawn", "_incident_of"),
    "cases.sought": ("words", "times", "places", "parties"),
    "sourced": ("by_party",),
    "exchange": ("mailboxes", "known", "about", "of_incident", "_asked"),
    "channels": ("_of",),
    "membership": ("theatre_text", "_roles"),
}
_ROWS: Final[Mapping[str, Mapping[str, type]]] = {
    "cases": {"incidents": Incident},
    "picture": {"chains": Chain, "open": OpenFinding},
    "exchange": {"notices": NoticeState},
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
_NOT: Final = {"": ("_load", "ahead", "_recent", *_PARTS), "cases": ("sought",), "history": ("parties",)}
_NOT_OF_PICTURE: Final = ("_load", "_decoded")


def put_away(world: World) -> bytes:
    """The world as bytes. Nothing of it may be ahead of the log. `EngineError` (`snapshot-value`) for a state that has
    something in it that is not known here."""
    _require_whole(world)
    value: dict[str, Any] = {}
    for part, names in _PLAIN.items():
        value |= {f"{part}.{name}": getattr(_part(world, part), name) for name in names}
    for part, names in _OTHER.items():
        value |= {f"{part}.{name}": _out(getattr(_part(world, part), name)) for name in names}
    for part, kinds in _ROWS.items():
        for name, cls in kinds.items():
            held: dict[str, Any] = getattr(_part(world, part), name)
            fields = _fields(cls)
            rows = held.raw() if isinstance(held, Rows) else held.items()
            value[f"{part}.{name}"] = {
                key: each if type(each) is tuple else tuple([_out(getattr(each, field)) for field in fields])
                for key, each in rows
            }
    value["history"] = [had.plain() for had in world.history.parties.values()]
    head = {"form": form(), "format": FORMAT, "program": __version__, "python": _python(), "size": world.size}
    return json.dumps(head, sort_keys=True).encode() + b"\n" + marshal.dumps(value, 4)


def take_out(data: bytes, load: Callable[[int], Recorded]) -> World:
    """The world that was put away. `EngineError` (`snapshot-version`) if it is of another form."""
    end = data.index(b"\n") if b"\n" in data else len(data)
    try:
        head = json.loads(data[:end])
    except ValueError:
        head = {}
    for name, ours in (("format", FORMAT), ("program", __version__), ("python", _python()), ("form", form())):
        if not isinstance(head, dict) or head.get(name) != ours:
            raise EngineError("snapshot-version", f"The snapshot of the state has another {name}.", found=name)
    value = marshal.loads(memoryview(data)[end + 1 :])  # noqa: S302  # sealed by whoever keeps it, see above
    world = World(load)
    for part, names in _PLAIN.items():
        for name in names:
            setattr(_part(world, part), name, value[f"{part}.{name}"])
    for part, names in _OTHER.items():
        for name in names:
            setattr(_part(world, part), name, _in(value[f"{part}.{name}"]))
    for part, kinds in _ROWS.items():
        for name, cls in kinds.items():
            setattr(_part(world, part), name, Rows(cls, value[f"{part}.{name}"]))
    world.history.parties = {had.party: had for had in map(Had.of_plain, value["history"])}
    return world


@cache
def form() -> str:
    """A digest of the fields of everything that a world is made of."""
    world = World(_nothing)
    told = [(part, sorted(vars(_part(world, part)))) for part in sorted({*_PLAIN, *_OTHER, *_ROWS})]
    had = Had("")
    told.append(("had", sorted(vars(had))))
    told += [(table, [f"{name} {each.typecode}" for name, each in held.items()]) for table, held in had.columns.items()]
    classes = sorted(_classes().items())
    fields = [(name, [(each.name, str(each.type)) for each in dataclasses.fields(cls)]) for name, cls in classes]
    return hashlib.sha256(json.dumps([told, fields]).encode()).hexdigest()


class Rows(dict[str, Any]):
    """A dictionary of things that are made of their rows when they are first asked for."""

    def __init__(self, cls: type, rows: Mapping[str, Any]) -> None:
        super().__init__(rows)
        self._cls = cls

    def raw(self) -> ItemsView[str, Any]:
        """What is held: rows, and what has been made of them."""
        return super().items()

    @override
    def __getitem__(self, key: str, /) -> Any:
        held = super().__getitem__(key)
        if type(held) is tuple:
            held = self._made(key, held)
        return held

    @override
    def get(self, key: str, default: Any = None, /) -> Any:
        held = super().get(key)
        if held is None:
            return default
        return self._made(key, held) if type(held) is tuple else held

    @override
    def pop(self, key: str, *default: Any) -> Any:
        held = super().pop(key, *default)
        return self._of_row(held) if type(held) is tuple else held

    @override
    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # a view of what is made, not of what is held
        return _Values(self)

    @override
    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]  # a view of what is made, not of what is held
        return _Items(self)

    def _made(self, key: str, row: tuple[Any, ...]) -> object:
        made = self._of_row(row)
        super().__setitem__(key, made)
        return made

    def _of_row(self, row: tuple[Any, ...]) -> object:
        return self._cls(*[_in(each) if type(each) is tuple else each for each in row])


class _Values(ValuesView[Any]):
    _mapping: Rows

    @override
    def __iter__(self) -> Iterator[Any]:
        return (self._mapping[key] for key in list(self._mapping))


class _Items(ItemsView[str, Any]):
    _mapping: Rows

    @override
    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((key, self._mapping[key]) for key in list(self._mapping))


_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))


def _out(value: Any) -> Any:  # noqa: ANN401  # whatever a state is made of
    """The value as scalars and tuples whose first item says what they are."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is Instant:
        return ("I", value.epoch_s)
    if isinstance(value, Enum):
        return ("E", _name(type(value)), value.value)
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
        return ("O", _name(kind), *[_out(getattr(value, field)) for field in _fields(kind)])
    raise EngineError("snapshot-value", f"{kind.__qualname__} cannot be put away.", found=kind.__qualname__)


def _in(value: Any) -> Any:  # noqa: ANN401  # whatever a state is made of
    if type(value) is not tuple:
        return value
    match value[0]:
        case "I":
            return Instant(value[1])
        case "E":
            return _member(value[1], value[2])
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
            cls = _class(value[1])
            made: Any = object.__new__(cls)
            for name, each in zip(_fields(cls), value[2:], strict=True):
                object.__setattr__(made, name, _in(each))
            return made


@cache
def _fields(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(cls))


@cache
def _name(cls: type) -> str:
    if not cls.__module__.startswith(("thalweg.model.", "thalweg.state.", "thalweg.formats.event")):
        raise EngineError("snapshot-value", f"{cls.__qualname__} cannot be put away.", found=cls.__qualname__)
    return f"{cls.__module__}:{cls.__qualname__}"


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
    found: dict[str, type] = {}
    for room in ("model", "state"):
        for name, module in tuple(sys.modules.items()):
            if name.startswith(f"thalweg.{room}."):
                made = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name]
                found |= {_name(each): each for each in made if dataclasses.is_dataclass(each)}
    return {name: cls for name, cls in found.items() if name.split(":")[0] in _ROOMS}


_ROOMS: Final = frozenset(
    (
        *(
            f"thalweg.model.{each}"
            for each in ("cases", "declarations", "events", "instants", "measures", "notes", "shapes", "sourced")
        ),
        *(f"thalweg.state.{each}" for each in ("agreements", "cases", "channels", "exchange", "membership")),
        *(f"thalweg.state.{each}" for each in ("picture", "recorded", "sourced")),
        "thalweg.model.theatre",
    )
)


def _require_whole(world: World) -> None:
    """Everything that a world has is either put away or known not to be."""
    for part in ("", *_PARTS):
        known = {*_PLAIN.get(part, ()), *_OTHER.get(part, ()), *_ROWS.get(part, {}), *_NOT.get(part, ())}
        if part == "picture":
            known |= set(_NOT_OF_PICTURE)
        more = sorted(vars(_part(world, part)).keys() - known)
        if more:
            raise EngineError("snapshot-value", f"{', '.join(more)} cannot be put away.", found=more)


def _part(world: World, part: str) -> Any:  # noqa: ANN401  # one of the folds
    return attrgetter(part)(world) if part else world


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _nothing(index: int) -> Recorded:
    raise EngineError("entry-absent", f"Entry {index} is not there.", index=index)
