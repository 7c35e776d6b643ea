"""Reading the values of a body: integers, strings, arrays and objects, and nothing else.

Every function raises `InputError` (`event.field`) that names the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from thalweg.model.characters import LONGEST_NAME, LONGEST_TEXT, MOST_TEXTS
from thalweg.model.errors import InputError

Value: TypeAlias = "int | str | Sequence[Value] | Mapping[str, Value]"

MAX_INTEGER = 2**53 - 1


def wrong(where: str, expected: str) -> InputError:
    """What to raise for a field that is not in its form."""
    return InputError("event.field", f"{where} should be {expected}.", field=where, expected=expected)


def text(value: Value, where: str, longest: int = LONGEST_NAME) -> str:
    """A string of at most so many characters."""
    if not isinstance(value, str) or len(value) > longest:
        raise wrong(where, f"a text of at most {longest} characters")
    return value


def number(value: Value, where: str, low: int = -MAX_INTEGER, high: int = MAX_INTEGER) -> int:
    """An integer within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise wrong(where, f"an integer from {low} to {high}")
    return value


def items(value: Value, where: str, most: int = 100_000) -> Sequence[Value]:
    """An array of at most so many values."""
    if not isinstance(value, (list, tuple)) or len(value) > most:
        raise wrong(where, f"an array of at most {most} values")
    return value


def text_map(value: Value, where: str) -> dict[str, str]:
    """An object whose values are texts."""
    if not isinstance(value, Mapping) or len(value) > MOST_TEXTS:
        raise wrong(where, f"an object of at most {MOST_TEXTS} texts")
    return {text(key, where): text(item, f"{where}.{key}", LONGEST_TEXT) for key, item in value.items()}
