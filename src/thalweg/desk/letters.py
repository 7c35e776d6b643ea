"""What the texts of a statement may hold, in one rule for every kind, asked before it goes on record.

Names of things that exist (ids) are not looked at: they are found, or they are not. What others wrote is kept as it was
written: the cells of a file beside a declaration (R2), and what sources say. A call for help is never refused for its
letters. Nor is anything that is in the log: `thalweg.state` does not come here.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Final, get_args, get_origin

from thalweg.model.characters import LONGEST_TITLE, unfit
from thalweg.model.declarations import Declaration, Sides
from thalweg.model.errors import InputError
from thalweg.model.events import EmergencySent, Said
from thalweg.model.limits import Longest
from thalweg.model.sourced import Sourced

_ID: Final = 200  # characters of an id (`thalweg.model.limits`)
_ONE_LINE: Final = 300
_AS_WRITTEN: Final[tuple[type, ...]] = (EmergencySent, *get_args(Sourced))
_Look = Callable[[object, str], None]


def require_fit(said: Said) -> None:
    """`InputError` (`text-character`, `title-long`) for a text that a reader could not see as it was written."""
    kind: type = type(said)
    if kind not in _AS_WRITTEN:
        _look(kind)(said, "")


@cache
def _look(cls: type) -> _Look:
    if cls is Declaration:
        return _declaration
    hints = typing.get_type_hints(cls, include_extras=True)
    parts = [(each.name, _of(hints[each.name])) for each in dataclasses.fields(cls)]
    looked = [(name, look) for name, look in parts if look is not None]

    def look(value: object, where: str) -> None:
        for name, part in looked:
            part(getattr(value, name), f"{where}.{name}" if where else name)

    return look


def _of(hint: object) -> _Look | None:
    """What looks at a field of that type; None where it holds no text."""
    longest = 0
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        longest = next((each.characters for each in extras if isinstance(each, Longest)), 0)
    inner = [each for each in get_args(hint) if each not in (type(None), Ellipsis)]
    if hint is str and longest != _ID:
        lines = longest > _ONE_LINE
        return lambda value, where: _text(value, where, lines=lines)
    if get_origin(hint) is tuple:
        each_of = _of(inner[0])
        return None if each_of is None else lambda value, where: _each(each_of, value, where)
    if type(None) in get_args(hint) and len(inner) == 1:
        one = _of(inner[0])
        return None if one is None else lambda value, where: None if value is None else one(value, where)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _look(hint)
    return None


def _each(look: _Look, value: object, where: str) -> None:
    for item in typing.cast("tuple[object, ...]", value):
        look(item, where)


def _declaration(value: object, where: str) -> None:
    declared = typing.cast("Declaration", value)
    if len(declared.title) > LONGEST_TITLE:
        raise InputError(
            "title-long",
            f"The title has {len(declared.title):,} characters, and a title has {LONGEST_TITLE:,} at most.",
            field=f"{where}.title",
            expected=f"at most {LONGEST_TITLE:,} characters",
        )
    _text(declared.title, f"{where}.title", lines=False)
    if declared.details:
        _texts(declared.details, f"{where}.details")
    if declared.sides is not None:
        _sides(declared.sides, f"{where}.sides")


def _sides(sides: Sides, where: str) -> None:
    for name in (sides.left_name, sides.right_name):
        _text(name, where, lines=False)


def _texts(held: Mapping[str, str], where: str) -> None:
    for name, text in held.items():
        _text(name, where, lines=True)  # the head of a column may have several
        _text(text, f"{where}.{name}", lines=True)


def _text(value: object, where: str, *, lines: bool) -> None:
    found = unfit(typing.cast("str", value), lines=lines)
    if found is not None:
        raise InputError(
            "text-character",
            f"{where} has {found}, which could not be seen as it was written. Type it again without.",
            field=where,
            character=found.code,
            position=found.after + 1,
        )
