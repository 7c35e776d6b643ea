"""Levels of disclosure are one order from all to nothing (R36)."""

from __future__ import annotations

from itertools import product

from thalweg.model.levels import Level, highest

ORDER = (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING)


def test_the_levels_are_in_order_from_all_to_nothing() -> None:
    assert tuple(Level) == ORDER
    assert [level.rank for level in ORDER] == [4, 3, 2, 1, 0]


def test_a_level_is_at_least_itself_and_all_that_show_less() -> None:
    for a, b in product(ORDER, repeat=2):
        assert a.at_least(b) == (ORDER.index(a) <= ORDER.index(b))


def test_the_highest_is_found_in_any_order() -> None:
    for a, b in product(ORDER, repeat=2):
        assert highest([a, b]) == ORDER[min(ORDER.index(a), ORDER.index(b))]


def test_without_any_level_nothing_is_shown() -> None:
    assert highest([]) is Level.NOTHING
