"""Canonical bytes: the part of JCS (RFC 8785) that the ledger uses, and strict reading of it.

docs/spec/canonical.md is the text to implement from. Values are objects, arrays, strings and integers
within ±(2**53 - 1): no floats (two languages print them differently), no null and no booleans (each has
an obvious string or integer). Reading is strict: `decode` accepts exactly the bytes that `encode` would
have written, so that a value has one spelling and one hash.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

from thalweg.ledger.errors import Malformed

Value: TypeAlias = "int | str | Sequence[Value] | Mapping[str, Value]"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
HASH_BYTES = 32

_HEX = re.compile(r"[0-9a-f]*")


def encode(value: Value, *, within: int = 0) -> bytes:
    """The one spelling of `value`. Raises Malformed for anything outside the subset. `within`: so deep does it stand
    in what it will be part of."""
    # What is nearly always written is plain, and a library's sorting is many times faster than `_ordered`.
    if _is_plain(value, within):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # half of a surrogate pair, for which there is a word below
            pass
    return _written(_ordered(value, within), _ENCODER)


def spliced(value: Mapping[str, Value], name: str, data: bytes, *, within: int = 0) -> bytes:
    """The spelling of `value` with one more name, whose own value has the canonical bytes `data` and is not looked at
    again. The names are in ASCII."""
    before = {each: value[each] for each in value if each < name}
    after = {each: value[each] for each in value if each > name}
    pieces = [b'"%b":%b' % (name.encode("ascii"), data)]
    if before:
        pieces.insert(0, encode(before, within=within)[1:-1])
    if after:
        pieces.append(encode(after, within=within)[1:-1])
    return b"{" + b",".join(pieces) + b"}"


def decode(data: bytes) -> Value:
    """The value whose canonical bytes are `data`; Malformed if they are not canonical."""
    try:
        value: Value = orjson.loads(data)
        if _is_plain(value, 0) and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data:
            return value
    except orjson.JSONDecodeError:
        pass
    # Names beyond ASCII, or not canonical: read again by the strictest reader, which has a word for each.
    return _decoded(data)


def _decoded(data: bytes) -> Value:
    try:
        text = data.decode("utf-8")
        value: Value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        # Not UTF-8, not JSON, nested without end, or a number of thousands of digits.
        raise Malformed("canonical.json", "These bytes are not JSON in UTF-8.") from error
    _require_plain(value, 0)
    # Within the basic plane code points and UTF-16 code units have one order, and the library's own sorting is many
    # times faster than `_ordered`. A letter that came in as an escape does not get past the comparison.
    basic = len(text.encode("utf-16-le")) == 2 * len(text)
    if (_written(value, _SORTING) if basic else encode(value)) != data:
        _DUPLICATES.decode(text)
        raise Malformed("canonical.spelling", "These bytes are JSON, but not in the canonical spelling.")
    return value


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def unb64(text: str, what: str = "value") -> bytes:
    """Read standard base64, accepting only the spelling that `b64` writes."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError as error:
        raise Malformed("canonical.base64", f"The {what} is not base64.", what=what) from error
    # The reader skips what it does not know and drops unused bits; writing again shows both.
    if b64(data) != text:
        raise Malformed("canonical.base64", f"The {what} is not base64 as it is written.", what=what)
    return data


class Reader:
    """Reads one object field by field; `done` refuses whatever was not asked for.

    Every method raises Malformed naming the object and the field, so that a reader of a refusal knows
    where to look.
    """

    __slots__ = ("_left", "_where")

    def __init__(self, value: Value, where: str) -> None:
        if not isinstance(value, (dict, Mapping)):  # a dict is usual, and found ten times faster
            raise Malformed("canonical.shape", f"{where} should be an object.", where=where)
        self._left: dict[str, Value] = dict(value)
        self._where = where

    def _take(self, name: str) -> Value:
        try:
            return self._left.pop(name)
        except KeyError as error:
            raise self._wrong(name, "is missing") from error

    def _wrong(self, name: str, found: str) -> Malformed:
        return Malformed(
            "canonical.field",
            f"In {self._where}, {name} {found}.",
            where=self._where,
            field=name,
            found=found,
        )

    def text(self, name: str, *, longest: int = 1 << 20) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > longest:
            raise self._wrong(name, f"should be a string of at most {longest} characters")
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise self._wrong(name, f"should be one of {', '.join(allowed)}")
        return value

    def match(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.text(name)
        if pattern.fullmatch(value) is None:
            raise self._wrong(name, f"should match {pattern.pattern}")
        return value

    def integer(self, name: str, low: int = 0, high: int = MAX_INTEGER) -> int:
        value = self._take(name)
        if not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(name, f"should be an integer from {low} to {high}")
        return value

    def digest(self, name: str) -> bytes:
        """32 bytes as 64 lower-case hexadecimal digits."""
        value = self.text(name)
        if len(value) != 2 * HASH_BYTES or _HEX.fullmatch(value) is None:
            raise self._wrong(name, "should be 64 lower-case hexadecimal digits")
        return bytes.fromhex(value)

    def blob(self, name: str) -> bytes:
        return unb64(self.text(name, longest=2**31), f"{name} of {self._where}")

    def array(self, name: str) -> Sequence[Value]:
        value = self._take(name)
        if not isinstance(value, list):
            raise self._wrong(name, "should be an array")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        out: list[str] = []
        for item in self.array(name):
            if not isinstance(item, str):
                raise self._wrong(name, "should hold strings only")
            out.append(item)
        return tuple(out)

    def object(self, name: str) -> Mapping[str, Value]:
        value = self._take(name)
        if not isinstance(value, (dict, Mapping)):
            raise self._wrong(name, "should be an object")
        return value

    def done(self) -> None:
        if self._left:
            raise self._wrong(", ".join(sorted(self._left)), "should not be there")


def hashes_of(texts: Sequence[str], what: str) -> tuple[bytes, ...]:
    """Base64 hashes of 32 bytes each, as proofs carry them."""
    out = tuple(unb64(text, what) for text in texts)
    if any(len(item) != HASH_BYTES for item in out):
        raise Malformed("canonical.hash", f"A hash of the {what} is not 32 bytes.", what=what)
    return out


def _is_plain(value: object, depth: int) -> bool:
    """Whether a value is of the exact types and bounds of the subset, with names in ASCII, so that it can be written as
    it is. False says nothing: `_ordered` judges."""
    if depth > MAX_DEPTH:
        return False
    kind = type(value)
    if kind is dict:
        for name, item in value.items():  # type: ignore[attr-defined]  # a dict
            if type(name) is not str or not name.isascii():
                return False
            of = type(item)
            if of is str:
                continue
            if of is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif not _is_plain(item, depth + 1):
                return False
        return True
    if kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]  # a list or a tuple
            of = type(item)
            if of is str:
                continue
            if of is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif not _is_plain(item, depth + 1):
                return False
        return True
    if kind is int:
        return -MAX_INTEGER <= value <= MAX_INTEGER  # type: ignore[operator]  # an int
    return kind is str


def _ordered(value: Value, depth: int) -> Value:
    """The value as plain dicts, lists, strings and integers, names in order. Exact types first: they are usual."""
    if depth > MAX_DEPTH:
        raise Malformed("canonical.depth", f"Nested deeper than {MAX_DEPTH}.", depth=depth)
    kind = type(value)
    if kind is str:
        return value
    if isinstance(value, bool):
        raise Malformed("canonical.type", "true and false are not written; use 1 and 0 or words.")
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Malformed("canonical.integer", f"{value} is beyond ±(2**53 - 1).", value=value)
        return int(value)
    if kind is dict or isinstance(value, Mapping):
        return _ordered_names(value, depth)  # type: ignore[arg-type]  # a dict, or found to be a mapping
    if isinstance(value, (list, tuple)):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, str):
        return str(value)
    raise Malformed("canonical.type", f"{type(value).__name__} cannot be written; use integers and strings.")


def _ordered_names(value: Mapping[str, Value], depth: int) -> Value:
    try:
        plain = "".join(value).isascii()
    except TypeError as error:
        raise Malformed("canonical.type", "The names in an object are strings.") from error
    names = sorted(value) if plain else sorted(value, key=_utf16)
    return {name: _ordered(value[name], depth + 1) for name in names}


def _utf16(name: str) -> bytes:
    """RFC 8785 section 3.2.3: names are ordered by their UTF-16 code units, which is not the order of code points
    once a name leaves the basic plane."""
    return name.encode("utf-16-be", "surrogatepass")


def _written(value: Value, encoder: json.JSONEncoder) -> bytes:
    try:
        return encoder.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("canonical.surrogate", "A string holds half of a surrogate pair.") from error


def _require_plain(value: object, depth: int) -> None:
    """Malformed for what JSON has and the subset has not: fractions, large integers, true, false, null, great depth."""
    if depth > MAX_DEPTH:
        raise Malformed("canonical.depth", f"Nested deeper than {MAX_DEPTH}.", depth=depth)
    kind = type(value)
    if kind is str:
        return
    if isinstance(value, dict):
        for item in value.values():
            _require_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item, depth + 1)
    elif isinstance(value, int) and kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Malformed("canonical.integer", "An integer is beyond ±(2**53 - 1).")
    elif kind is float:
        raise Malformed("canonical.float", f"{value} is not an integer.", found=value)
    else:
        raise Malformed("canonical.type", "true, false and null are not written; use 1 and 0 or words.")


def _no_duplicates(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("canonical.duplicate", "A name occurs twice in one object.")
    return out


# Made once: a decoder of its own for each call costs as much as reading a small entry.
_DECODER = json.JSONDecoder()
_DUPLICATES = json.JSONDecoder(object_pairs_hook=_no_duplicates)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_SORTING = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
