"""The scripted attackers, in short: what they find out stays within what is promised (D13).

At length: bench/attackers.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench import attackers
from bench.attackers import (
    FIRST_S,
    GRID,
    MIDDLES,
    Desk,
    asking,
    averaging,
    bisection,
    bound_m2,
    exact_area_m2,
    hidden_sites,
    in_height,
    in_place,
    in_time,
    shifted,
    site,
    small_shifts,
)

from thalweg.geometry import kernel
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.coarse import cell_at, centre

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "no-oracle.md"
SITES = hidden_sites(each=1, seed=3)


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(attackers.RESULTS.read_text("utf-8"))
    return read


def test_a_desk_that_tests_against_the_site_itself_falls_to_a_few_dozen_questions() -> None:
    """What must not be done, so that the attack is known to be one."""
    at, box = SITES[0]
    curve = in_place(bisection, at, box, "exact", 36)
    assert curve.area_km2[36] < 0.01
    assert curve.area_km2[0] == 10_000.0


@pytest.mark.parametrize("level", [Level.COARSE, Level.EXISTS])
@pytest.mark.parametrize("number", [0, 1, 5])
def test_bisection_finds_the_cell_and_no_more(level: Level, number: int) -> None:
    """Also of a site that lies 20 m from the corner of its cell, and across the antimeridian."""
    at, box = SITES[number]
    promised = bound_m2(at, level) / 1e6
    curve = in_place(bisection, at, box, level.value, 30)
    assert min(curve.area_km2.values()) >= promised * 0.999
    assert curve.area_km2[30] < 3.0 * promised  # and it does find it: an attack that finds nothing proves nothing
    assert curve.alert is not None


@pytest.mark.parametrize("level", [Level.COARSE, Level.EXISTS])
def test_small_shifts_find_the_cell_and_no_more_and_are_noticed_first(level: Level) -> None:
    at, box = SITES[1]
    curve = in_place(small_shifts, at, box, level.value, 100)
    assert min(curve.area_km2.values()) >= bound_m2(at, level) / 1e6 * 0.999
    assert curve.alert is not None
    assert curve.alert <= 10


def test_two_parties_together_are_told_what_one_is_and_noticed() -> None:
    at, box = SITES[0]
    one = in_place(bisection, at, box, "coarse", 24)
    two = in_place(bisection, at, box, "coarse", 24, parties=("north", "south"))
    assert two.area_km2 == one.area_km2
    assert two.alert is not None


def test_everywhere_in_a_cell_the_answers_are_the_same() -> None:
    """The measured posterior takes a cell as a whole; so this must hold."""
    at = MIDDLES[0]
    middle = centre(cell_at(at, GRID.coarse_m))
    places = [shifted(middle, x, y) for x, y in ((0, 0), (2_400, 2_400), (-2_400, 900), (10, -2_400))]
    for kind in ("coarse", "exists"):
        desks = [Desk(site(place), kind) for place in places]
        for k in range(12):
            question = asking(shifted(middle, 2_500.0 * k, 1_700.0 * k), 300.0)
            assert len({desk(question) for desk in desks}) == 1


def test_the_area_that_answers_about_a_site_leave_contains_the_site() -> None:
    at, box = SITES[0]
    desk = Desk(site(at), "exact")
    bisection(lambda place, radius_m: desk(asking(place, radius_m)), box, 18)
    for question in desk.asked:
        d = kernel.geodesic(*(np.array([v]) for v in (question.centre.lon, question.centre.lat, at.lon, at.lat)))
        assert question.told == bool(d[0] < question.radius_m + attackers.MARGIN.horizontal_m)
    left = [exact_area_m2(desk.asked[:k], box) for k in (0, 6, 12, 18)]
    assert left == sorted(left, reverse=True)
    assert left[-1] > 0.0


def test_bisection_in_time_finds_the_time_cell_and_no_more() -> None:
    start_s = FIRST_S + 86_400.0 + 12_345.0
    assert in_time("exact", start_s, 32, days=3)[32] < 1.0
    assert in_time("coarse", start_s, 8, days=3)[8] == GRID.coarse_s
    assert in_time("exists", start_s, 8, days=3)[8] == GRID.exists_s


def test_bisection_in_height_finds_nothing() -> None:
    assert in_height("exact", 1_234.0, 32)[32] < 0.001
    for kind in ("coarse", "exists"):
        assert in_height(kind, 1_234.0, 4)[4] == 5_000.0
        below, above = (Desk(site(MIDDLES[0]), kind) for _ in range(2))
        assert below(asking(MIDDLES[0], 100.0)) == above(asking(MIDDLES[0], 100.0)) is True


def test_averaging_over_versions_finds_nothing_and_over_an_edge_only_where_nothing_is_held() -> None:
    middle = centre(cell_at(MIDDLES[0], GRID.coarse_m))
    within = averaging(middle, 30, 1_000.0, 1, hold=False, step_m=200.0)
    assert within["seen"] == 1
    assert within["left_km2"] >= within["bound_km2"]
    edge = shifted(middle, 2_450.0, 0.0)
    loose = averaging(edge, 30, 500.0, 2, hold=False, step_m=200.0)
    held = averaging(edge, 30, 500.0, 2, hold=True, step_m=200.0)
    assert loose["left_km2"] < 10.0  # known, and told in docs/explanation/no-oracle.md
    assert held["seen"] == 1
    assert held["left_km2"] >= held["bound_km2"]


def test_what_was_measured_at_length_is_within_what_is_promised(kept: dict[str, Any]) -> None:
    for name in attackers.ATTACKS:
        for desk in ("coarse", "exists"):
            found = kept[name][desk]
            assert found["sites"] >= 12
            assert found["least_share_of_promise"] >= 0.999, (name, desk)
        assert list(kept[name]["exact"]["median_km2"].values())[-1] < 0.001
    left = kept["bisection in time, seconds left"]
    assert (left["coarse"]["64"], left["exists"]["64"]) == (GRID.coarse_s, GRID.exists_s)
    assert set(kept["bisection in height, metres left"]["coarse"].values()) == {5_000.0}


def test_the_page_tells_what_was_measured(kept: dict[str, Any]) -> None:
    """Where this fails, results are newer than the page: put `bench.attackers.table` into it."""
    assert attackers.table(kept) in PAGE.read_text("utf-8")
    across = kept["averaging over 200 versions"]["across an edge"]["left_km2"]
    assert f"{across:.1f} km²" in PAGE.read_text("utf-8")


def test_a_square_holds_its_sites() -> None:
    for at, box in hidden_sites(each=3, seed=20_170_916):
        assert isinstance(at, Position)
        d = kernel.geodesic(*(np.array([v]) for v in (at.lon, at.lat, box.lon, box.lat)))
        assert float(d[0]) < attackers.SIDE_M / 2.0
