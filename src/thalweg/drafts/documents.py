"""JSON as it comes from outside: parsed without surprises, and taken apart without trust.

Refused are what JSON (RFC 8259) refuses and Python's parser lets through (NaN, Infinity), nesting without
end, and an object that names a member twice: which of the two is meant is not guessed. The last costs the
object in which it stands, not the file: it is refused when somebody takes that object apart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import NoReturn

from thalweg.drafts.texts import number as number_from_text
from thalweg.model.encodings import decoded
from thalweg.model.errors import InputError
from thalweg.model.notes import Omission, Source


class _Twice(dict[str, object]):
    """An object that names one of its members twice."""

    member = ""


def parse(data: bytes, name: str) -> object:
    """The JSON value. Raises InputError (`json-encoding`, `json-syntax`, `json-depth`)."""
    text = decoded(data, "json-encoding", name)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            "json-syntax",
            f"{name} is broken off or is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            expected="JSON (RFC 8259)",
            found=repr(error.doc[error.pos : error.pos + 20]) if error.doc[error.pos :] else "the end of the file",
        ) from error
    except RecursionError as error:
        raise InputError(
            "json-depth", f"{name} is nested too deeply.", expected="a few levels", found="hundreds"
        ) from error
    except ValueError as error:  # NaN, Infinity, an integer of thousands of digits
        raise InputError(
            "json-syntax", f"{name} cannot be read: {error}.", expected="JSON (RFC 8259)", found=""
        ) from error


def object_of(value: object, what: str) -> dict[str, object]:
    """The value as an object; `what` names it in the refusal (`json-shape`, `json-twice`)."""
    if isinstance(value, _Twice):
        raise InputError(
            "json-twice",
            f"The {what} has the member “{value.member}” twice; which one is meant is not guessed.",
            expected="each member once",
            found=value.member,
        )
    if not isinstance(value, dict):
        _refuse(value, what, "an object")
    return value


def list_of(value: object, what: str) -> list[object]:
    """The value as an array, None as an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        _refuse(value, what, "an array")
    return value


def number_of(value: object, what: str) -> float:
    """A finite number; numbers written as text are read too, since national files have them."""
    if isinstance(value, str):
        return number_from_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(value, what, "a number")
    try:
        found = float(value)
    except OverflowError:  # an integer of hundreds of digits; of a fraction it is infinite
        found = math.inf
    if not math.isfinite(found):
        raise InputError(
            "number-unreadable", f"The {what} is too large for any number.", expected="a number", found="infinity"
        )
    return found


def scalar_of(value: object, what: str) -> str:
    """Any scalar as text, null as empty: for names, which an array or an object is not."""
    if isinstance(value, list | dict):
        _refuse(value, what, "a text")
    return text_of(value)


def text_of(value: object) -> str:
    """Any scalar as text, null as empty, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def not_of_format(file: str, names: Collection[str]) -> list[Omission]:
    """What is said of a file with members that its format does not have; nothing of one without any."""
    if not names:
        return []
    listed = ", ".join(sorted(names))
    what = f"members {listed if len(listed) <= 200 else listed[:197] + '...'}"
    return [Omission(Source(file), what, "the format does not have them: nothing was read from them", harmless=True)]


def name_of(value: object) -> str:
    """What the value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return f"the text “{value[:40]}”"
        case int() | float():
            return "a number"
        case list():
            return "an array"
        case _:
            return "an object"


def _refuse(value: object, what: str, expected: str) -> NoReturn:
    raise InputError("json-shape", f"The {what} is {name_of(value)}.", expected=expected, found=name_of(value))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice = _Twice(made)
    names = [name for name, _ in pairs]
    twice.member = next(name for name in names if names.count(name) > 1)
    return twice


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
