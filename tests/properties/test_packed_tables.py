"""A table of packed rows is a dictionary in all that the folds use of one, however often it is put away in between; and
texts by number are a list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.bulk import hash_of
from thalweg.model.errors import EngineError
from thalweg.state.packed import NOTHING, Form, Names, Packed, Row, Table, glance, lengthened

PLAIN: Form[Any, Any] = Form(lambda key, value: (key, value), lambda row: row[1], lasting=False)
LISTS: Form[Any, Any] = Form(lambda key, value: (key, tuple(value)), lambda row: list(row[1]), lasting=True)

DIGITS = st.text("0123456789abcdef", min_size=32, max_size=32)
KEYS = st.one_of(
    st.sampled_from(
        ["", "a", "alpha/site", "v-" + "0" * 32, "f-" + "0" * 32, "0" * 64, "0" * 63 + "G", "x-" + "0" * 32]
    ),
    st.text(max_size=3),
    st.integers(-2, 3),
    st.binary(max_size=2),
    st.tuples(st.sampled_from(["own", "told"]), st.integers(0, 2)),
    DIGITS.map(lambda digits: f"v-{digits}"),
    DIGITS.map(lambda digits: f"f-{digits.upper()}"),
    st.text("0123456789abcdef ", min_size=64, max_size=64),
)
VALUES = st.one_of(KEYS, st.none(), st.floats(allow_nan=False), st.tuples(KEYS, st.tuples(KEYS)))
STEP = st.tuples(
    st.sampled_from(["set", "set", "default", "remove", "get", "put away", "clear", "count"]), KEYS, VALUES
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_a_table_is_a_dictionary(steps: list[tuple[str, Any, Any]]) -> None:
    table, twin = Table(PLAIN), dict[Any, Any]()
    for what, key, value in steps:
        match what:
            case "set":
                table[key] = twin[key] = value
            case "remove":
                assert table.pop(key, "none") == twin.pop(key, "none")
            case "default":
                assert table.setdefault(key, value) == twin.setdefault(key, value)
            case "get":
                assert table.get(key, "none") == twin.get(key, "none")
                assert (key in table) == (key in twin)
            case "clear" if value is None:
                table.clear()
                twin.clear()
            case "count":  # not after every step: it finds out what stands where
                assert len(table) == len(twin)
            case _:
                table = Table(PLAIN, table.packed())
    assert len(Table(PLAIN, table.packed())) == len(twin)
    assert list(table.items()) == list(twin.items())
    assert list(table) == list(twin)
    assert list(reversed(table)) == list(reversed(twin))
    assert list(table.values()) == list(table.passing()) == list(twin.values())
    assert [lengthened(row) for row in table.short()] == list(twin.items())
    again = Table(PLAIN, table.packed())
    assert [(key, type(key), value) for key, value in again.items()] == [
        (key, type(key), value) for key, value in twin.items()
    ]


@given(st.lists(st.tuples(st.sampled_from(["add", "drop", "put away"]), st.integers(0, 3)), max_size=30))
def test_what_is_changed_in_place_is_put_away_as_it_is(steps: list[tuple[str, int]]) -> None:
    table, twin = Table(LISTS), dict[int, list[int]]()
    for what, key in steps:
        if what == "add":
            for each in (table, twin):
                each.setdefault(key, []).append(key)
        elif what == "drop":
            table.pop(key, None)
            twin.pop(key, None)
        else:
            table = Table(LISTS, table.packed())
    assert [lengthened(row) for row in table.short()] == [(key, tuple(each)) for key, each in twin.items()]
    assert list(Table(LISTS, table.packed()).items()) == list(twin.items())


@given(st.lists(st.one_of(st.text(max_size=4), st.just("put away")), max_size=20))
def test_names_are_numbered_as_they_came(texts: list[str]) -> None:
    names, twin = Names(), list[str]()
    for text in texts:
        if text == "put away":
            names = Names(names.packed())
            continue
        if text not in twin:
            assert names.number(text) == -1
            twin.append(text)
        assert names.add(text) == names.number(text) == twin.index(text)
    assert list(names) == twin
    assert len(names) == len(twin)


def test_keys_of_one_hash_are_told_apart() -> None:
    made = Packed.of([("one", 1), ("other", 2)])
    ends, _, _, rows = made.arrays
    same = np.full(2, hash_of("other"), np.uint64)
    mixed = Packed((ends, same, np.arange(2), rows))
    assert mixed.find("other") == (1, ("other", 2))
    assert mixed.find("third") is None


def test_rows_that_nobody_touched_are_kept_as_they_are() -> None:
    made = Packed.of((f"key {number}", number) for number in range(100))
    table = Table(PLAIN, made)
    assert table["key 7"] == 7
    assert table.packed() is made, "nothing has changed"
    table["key 7"], table["more"] = 8, 9
    changed = table.packed()
    rows, before = bytes(changed.arrays[3]), bytes(made.arrays[3])
    at = int(made.arrays[0][6])
    assert rows[:at] == before[:at]
    assert Table(PLAIN, changed)["key 7"] == 8


def test_rows_that_do_not_fit_their_index_are_refused() -> None:
    arrays = Packed.of([("key", 1)]).arrays
    for wrong in ((*arrays[:3], arrays[3][:-1]), (arrays[0], arrays[1][:0], *arrays[2:])):
        with pytest.raises(EngineError) as caught:
            Packed(wrong)
        assert caught.value.code == "snapshot-damaged"
    assert len(NOTHING) == 0


def test_a_glance_at_a_row_makes_nothing_of_it_and_tells_what_the_value_would() -> None:
    made: list[Row] = []

    def value(row: Row) -> complex:
        made.append(row)
        return complex(*row[1])

    form: Form[str, complex] = Form(
        lambda key, value: (key, (value.real, value.imag)),
        value,
        lasting=True,
        part=lambda row, names: [row[1][["real", "imag"].index(name)] for name in names],
    )
    table = Table(form, Packed.of([("old", (1.0, 2.0))]))
    table["new"] = 3 + 4j
    assert list(glance(table, "old", "imag", "real")) == [2.0, 1.0]
    assert made == []
    assert list(glance(table, "new", "imag")) == list(glance({"new": 3 + 4j}, "new", "imag")) == [4.0]
    table["old"] = 5 + 6j
    assert list(glance(table, "old", "real")) == [5.0]
    del table["old"]
    with pytest.raises(KeyError):
        glance(table, "old", "real")
