"""Areas that share a border, a corner, a hole or all of it: what two parties copy from one map (R1, R28)."""

from __future__ import annotations

import random

import pytest

from tests.corpus.engine.cases import declare, theatre
from tests.twin.oracle import direct
from thalweg.engine import batch
from thalweg.model.findings import Finding
from thalweg.model.shapes import Polygon, Position, Ring

PLACES = [
    Position(rng.uniform(-180.0, 180.0), rng.uniform(-85.0, 85.0)) for rng in (random.Random(k) for k in range(40))
]


def ring(middle: Position, radius_m: float, corners: int, turn: float = 0.0) -> Ring:
    return tuple(direct(middle, turn + 360.0 * k / corners, radius_m) for k in range(corners))


def found(a: Polygon, b: Polygon) -> Finding:
    (finding,) = batch((declare("a", a), declare("b", b)), theatre())
    return finding


@pytest.mark.parametrize("hole_m", [2.0, 8.0, 50.0])
def test_two_areas_that_leave_out_the_same_hole_conflict_around_it(hole_m: float) -> None:
    for middle in PLACES:
        hole = ring(middle, hole_m, 4)
        finding = found(Polygon(ring(middle, 400.0, 5), (hole,)), Polygon(ring(middle, 380.0, 3, turn=33.0), (hole,)))
        assert finding.horizontal_m == 0.0
        assert finding.region


def test_two_versions_of_one_outline_by_two_parties_conflict() -> None:
    for middle in PLACES:
        outline = ring(middle, 900.0, 7)
        assert found(Polygon(outline), Polygon(tuple(reversed(outline)))).horizontal_m == 0.0
        assert found(Polygon(outline), Polygon((*outline[3:], *outline[:3]))).region


def test_two_areas_either_side_of_one_edge_touch() -> None:
    """Regions are closed: a border in common is overlap, although nothing of an area is shared."""
    for middle in PLACES:
        north, south = direct(middle, 0.0, 3e3), direct(middle, 180.0, 3e3)
        east, west = direct(middle, 90.0, 2e3), direct(middle, 270.0, 2e3)
        assert found(Polygon((north, south, east)), Polygon((north, south, west))).horizontal_m == 0.0


def test_two_areas_that_share_a_corner_touch() -> None:
    for middle in PLACES:
        one = Polygon((middle, direct(middle, 10.0, 2e3), direct(middle, 60.0, 2e3)))
        other = Polygon((middle, direct(middle, 190.0, 2e3), direct(middle, 240.0, 2e3)))
        assert found(one, other).horizontal_m == 0.0


def test_an_area_that_fills_the_hole_of_another_touches_its_rim() -> None:
    for middle in PLACES:
        hole = ring(middle, 300.0, 6)
        assert found(Polygon(ring(middle, 900.0, 6), (hole,)), Polygon(hole)).horizontal_m == 0.0
