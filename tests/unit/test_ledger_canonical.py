"""Canonical bytes: the same as an independent RFC 8785 implementation, and one spelling only."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from thalweg.ledger import canonical
from thalweg.ledger.canonical import MAX_INTEGER, Reader, Value
from thalweg.ledger.errors import LedgerError, Malformed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_bytes_are_those_of_another_implementation_and_read_back(value: Value) -> None:
    data = canonical.encode(value)
    assert data == rfc8785.dumps(cast(Any, value))
    assert canonical.decode(data) == value


def test_names_are_ordered_by_utf16_units_and_not_by_code_points() -> None:
    # RFC 8785 section 3.2.3: U+1F600 is written with the unit D83D, which comes before U+FB33.
    data = canonical.encode({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5})
    assert list(json.loads(data)) == ["\r", "1", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1 ",
        b"01",
        b"-0",
        b"1.0",
        b"1e2",
        b"NaN",
        b"null",
        b"true",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\u0041"',
        b'"\\u001F"',
        b'"\\/"',
        b'"\xff"',
        b'"\\ud800"',
        b"9007199254740992",
        b"1" * 5000,
        b"[" * 100 + b"]" * 100,
        b"[" * 100_000,
        b"\xef\xbb\xbf1",
    ],
)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.decode(data)


@pytest.mark.parametrize("value", [1.5, None, True, MAX_INTEGER + 1, "\ud800", {1: 2}, b"x", {"a": {2}}])
def test_what_has_no_canonical_spelling_is_not_written(value: object) -> None:
    with pytest.raises(Malformed):
        canonical.encode(cast(Value, value))


@given(st.binary(max_size=60))
def test_hostile_bytes_end_in_our_error_or_in_a_value(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except LedgerError:
        return
    assert canonical.encode(value) == data


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "QQ==QQ==", "_-8=", "ä"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        canonical.unb64(text)


def test_a_reader_names_the_field_that_is_missing_wrong_or_too_much() -> None:
    value: Value = {"n": 5, "s": "text", "h": "00" * 32}
    reader = Reader(value, "the sample")
    assert reader.integer("n") == 5
    with pytest.raises(Malformed, match="In the sample, n is missing"):
        reader.integer("n")
    with pytest.raises(Malformed, match="s should be an integer"):
        reader.integer("s")
    with pytest.raises(Malformed, match="h should not be there"):
        reader.done()
    with pytest.raises(Malformed, match="64 lower-case"):
        Reader({"h": "0A" * 32}, "the sample").digest("h")
    with pytest.raises(Malformed, match="should be an object"):
        Reader([1], "the sample")


def test_names_beyond_the_basic_plane_are_read_in_the_order_in_which_they_are_written() -> None:
    value: dict[str, Value] = {"\U0001f600": 1, "\ue000": 2, "a": 3, "é": 4}
    data = canonical.encode(value)
    # UTF-16 puts the surrogates of U+1F600 before U+E000; code points would put it last.
    assert data == '{"a":3,"é":4,"\U0001f600":1,"\ue000":2}'.encode()
    assert canonical.decode(data) == value
    with pytest.raises(Malformed):
        canonical.decode('{"a":3,"é":4,"\ue000":2,"\U0001f600":1}'.encode())
    with pytest.raises(Malformed):
        canonical.decode(b'{"a":3,"\\ud83d\\ude00":1}')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "canonical.duplicate"),
        (b'[{"b":1,"b":2}]', "canonical.duplicate"),
        (b'{"b":1,"a":1}', "canonical.spelling"),
        (b"1.0", "canonical.float"),
        (b"1e2", "canonical.float"),
        (b"NaN", "canonical.float"),
        (b"-Infinity", "canonical.float"),
        (b"-0", "canonical.spelling"),
        (b"9" * 5_000, "canonical.json"),
        (b"9007199254740992", "canonical.integer"),
        (b"[true]", "canonical.type"),
        (b"null", "canonical.type"),
        (b"\xef\xbb\xbf1", "canonical.json"),
        (b"1 ", "canonical.spelling"),
    ],
)
def test_each_spelling_is_refused_for_its_own_reason(data: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        canonical.decode(data)
    assert caught.value.code == code


@given(st.dictionaries(st.text("abcdef", max_size=3), VALUES, max_size=5), st.text("abcdef", max_size=3), VALUES)
def test_what_is_written_already_is_put_in_where_its_name_belongs(
    value: dict[str, Value], name: str, more: Value
) -> None:
    value.pop(name, None)
    assert canonical.spliced(value, name, canonical.encode(more)) == canonical.encode({**value, name: more})
