"""Two kinds that any log may hold: words, and the erasure of payloads.

::

    statement/1   {"language": "ar", "text": "…"}
    erasure/1     {"digests": ["<64 hex>", …], "reason": "request"}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from thalweg.formats.event.values import Value
from thalweg.model.errors import InputError

REASONS = ("request", "retention", "mistake")
MAX_TEXT = 16_000
MAX_DIGESTS = 256

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said, in words, by the author. `language` is a BCP 47 tag."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """Payloads beside the tree that were erased, by the digests of their commitments, and why.

    Contact payloads only: declarations, receipts and accounts are never erased.
    """

    digests: tuple[bytes, ...]
    reason: str


Body: TypeAlias = Statement | Erasure


def write(body: Body) -> tuple[str, Mapping[str, Value]]:
    """The kind and the body as values. InputError if a limit is passed."""
    match body:
        case Statement(text, language):
            kind: str = "statement/1"
            value: Mapping[str, Value] = {"language": language, "text": text}
        case Erasure(digests, reason):
            kind, value = "erasure/1", {"digests": [item.hex() for item in digests], "reason": reason}
        case _:
            assert_never(body)
    read(kind, value)
    return kind, value


def read(kind: str, value: Mapping[str, Value]) -> Body:
    """The body of that kind; InputError if the kind is unknown or the value is not in its form."""
    reader = _READERS.get(kind)
    if reader is None:
        raise InputError("event.kind", f"{kind} is not a kind of entry that this version reads.", kind=kind)
    return reader(value)


def _statement(value: Mapping[str, Value]) -> Statement:
    _fields("statement/1", value, ("language", "text"))
    text, language = value["text"], value["language"]
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        raise _wrong("statement/1", "text", f"a text of 1 to {MAX_TEXT} characters")
    if not isinstance(language, str) or _LANGUAGE.fullmatch(language) is None:
        raise _wrong("statement/1", "language", "a language tag such as ar or en-GB")
    return Statement(text, language)


def _erasure(value: Mapping[str, Value]) -> Erasure:
    _fields("erasure/1", value, ("digests", "reason"))
    digests, reason = value["digests"], value["reason"]
    if not isinstance(digests, (list, tuple)) or not 0 < len(digests) <= MAX_DIGESTS:
        raise _wrong("erasure/1", "digests", f"1 to {MAX_DIGESTS} digests")
    found: list[bytes] = []
    for digest in digests:
        if not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
            raise _wrong("erasure/1", "digests", "digests of 64 lower-case hexadecimal digits")
        found.append(bytes.fromhex(digest))
    if not isinstance(reason, str) or reason not in REASONS:
        raise _wrong("erasure/1", "reason", f"one of {', '.join(REASONS)}")
    return Erasure(tuple(found), reason)


def _fields(kind: str, value: Mapping[str, Value], names: tuple[str, ...]) -> None:
    if sorted(value) != sorted(names):
        raise InputError(
            "event.fields",
            f"The body of {kind} has the fields {', '.join(names)} and no others.",
            kind=kind,
            found=sorted(value),
        )


def _wrong(kind: str, field: str, expected: str) -> InputError:
    return InputError("event.field", f"In {kind}, {field} should be {expected}.", kind=kind, field=field)


_READERS: Mapping[str, Callable[[Mapping[str, Value]], Body]] = {
    "erasure/1": _erasure,
    "statement/1": _statement,
}

KINDS = frozenset(_READERS)


def kind_of(body: Body) -> str:
    """The kind under which a body is written."""
    return "statement/1" if isinstance(body, Statement) else "erasure/1"
