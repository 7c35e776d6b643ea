"""How the fields of an event become integers and strings, by their types.

| type of the field | value |
|---|---|
| text, word with few values | string |
| whole number | integer |
| yes or no | 1 or 0 |
| instant | integer: milliseconds of Unix time |
| position | array of longitude and latitude in 1e-9 degrees |
| list | array |
| texts by name | object of strings |
| another record | object with its fields |
| anything that may be absent | array of nothing or one |
| declaration, finding | objects of their own: `declaration.py`, `finding.py` |

A reader and a writer are made once for each class, from its annotations.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, TypeAlias, cast, get_args, get_origin

from thalweg.formats.event.declaration import read_declaration, read_position, write_declaration, write_position
from thalweg.formats.event.finding import read_finding, write_finding
from thalweg.formats.event.values import Value, items, number, text, text_map, wrong
from thalweg.model.declarations import Declaration
from thalweg.model.errors import ValueRefused
from thalweg.model.findings import Finding
from thalweg.model.identity import scaled
from thalweg.model.instants import Instant
from thalweg.model.limits import Longest, Most
from thalweg.model.shapes import Position

_Write: TypeAlias = Callable[[object], Value]
_Read: TypeAlias = Callable[[Value, str], object]
_MOST = 4096
_LAST_MS = 253_402_300_799_999  # the end of the year 9999


_RECORDS: dict[object, tuple[_Write, _Read]] = {}


def without(cls: type, name: str) -> _Write:
    """The writer of a dataclass that leaves one field out, for whoever has it written already."""
    known = _WITHOUT.get((cls, name))
    if known is None:
        hints = typing.get_type_hints(cls, include_extras=True)
        parts = {each.name: _field(hints[each.name])[0] for each in dataclasses.fields(cls) if each.name != name}

        def known(value: object) -> Value:
            return {each: write(getattr(value, each)) for each, write in parts.items()}

        _WITHOUT[cls, name] = known
    return known


_WITHOUT: dict[tuple[type, str], _Write] = {}


def record(cls: type) -> tuple[_Write, _Read]:
    """The writer and the reader of a dataclass."""
    known = _RECORDS.get(cls)
    if known is None:
        known = _RECORDS[cls] = _record(cls)
    return known


def _record(cls: type) -> tuple[_Write, _Read]:
    hints = typing.get_type_hints(cls, include_extras=True)
    names = tuple(each.name for each in dataclasses.fields(cls))
    parts = {name: _field(hints[name]) for name in names}
    ordered = tuple(sorted(names))
    known = frozenset(names)
    listed = f"the fields {', '.join(ordered)} and no others" if ordered else "no fields"

    def write(value: object) -> Value:
        return {name: parts[name][0](getattr(value, name)) for name in names}

    def read(value: Value, where: str) -> object:
        if not isinstance(value, (dict, Mapping)) or value.keys() != known:
            raise wrong(where, f"an object with {listed}")
        try:
            return cls(**{name: parts[name][1](value[name], f"{where}.{name}") for name in names})
        except ValueRefused as error:
            raise wrong(where, error.sentence) from error

    return write, read


def _field(hint: object) -> tuple[_Write, _Read]:
    extras: tuple[object, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        extras = tuple(rest)
    limits = {type(each): each for each in extras}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (each for each in arguments if each is not type(None))
        return _optional(*_field(inner))
    if origin is tuple:
        return _list(*_field(arguments[0]), cast("Most", limits.get(Most, Most(_MOST))).items)
    if origin is Mapping or origin is dict or hint is Mapping:
        return (lambda value: dict(cast("Mapping[str, str]", value))), text_map
    if isinstance(hint, type):
        return _scalar(hint, cast("Longest", limits.get(Longest, Longest(300))).characters)
    raise TypeError(f"There is no way to write a field of the type {hint}.")


def _scalar(hint: type, longest: int) -> tuple[_Write, _Read]:
    if issubclass(hint, StrEnum):
        return (lambda value: str(value)), _word(hint)
    if hint is bool:
        return (lambda value: int(cast("bool", value))), (lambda value, where: bool(number(value, where, 0, 1)))
    if hint is int:
        return (lambda value: cast("int", value)), number
    if hint is str:
        return (lambda value: cast("str", value)), (lambda value, where: text(value, where, longest))
    if hint is Instant:
        return (lambda value: milliseconds(cast("Instant", value))), _instant
    special: dict[type, tuple[_Write, _Read]] = {
        Position: (lambda value: write_position(cast("Position", value)), read_position),
        Declaration: (lambda value: write_declaration(cast("Declaration", value)), read_declaration),
        Finding: (lambda value: write_finding(cast("Finding", value)), read_finding),
    }
    return special[hint] if hint in special else record(hint)


def milliseconds(instant: Instant) -> int:
    """Whole milliseconds of Unix time, as events state them."""
    return scaled(instant.epoch_s, 1e3)


def _instant(value: Value, where: str) -> Instant:
    return Instant(number(value, where, -62_135_596_800_000, _LAST_MS) / 1e3)


def _word(of: type[StrEnum]) -> _Read:
    def read(value: Value, where: str) -> object:
        try:
            return of(text(value, where))
        except ValueError as error:
            raise wrong(where, f"one of {', '.join(each.value for each in of)}") from error

    return read


def _optional(write: _Write, read: _Read) -> tuple[_Write, _Read]:
    def reading(value: Value, where: str) -> object:
        found = items(value, where, 1)
        return read(found[0], where) if found else None

    return (lambda value: [] if value is None else [write(value)]), reading


def _list(write: _Write, read: _Read, most: int) -> tuple[_Write, _Read]:
    def reading(value: Value, where: str) -> object:
        return tuple(read(each, where) for each in items(value, where, most))

    def writing(value: object) -> Value:
        return [write(each) for each in cast("tuple[object, ...]", value)]

    return writing, reading
