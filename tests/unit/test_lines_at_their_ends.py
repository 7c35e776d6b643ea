"""Lines near their ends, with vertices given twice, and seen from very far (R33, R34)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thalweg.engine import batch
from thalweg.geometry import kernel
from thalweg.model.declarations import EXACT, Declaration, Kind, LineStatus, Segment, Sides, Uncertainty, Volume
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.instants import Instant, Window
from thalweg.model.shapes import Circle, Corridor, Path, Polygon, Position, Route, Shape, Waypoint
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

RULES = Theatre("lines", (Rule("none", Selector(), Selector(), Relation.PERMITTED, Margin()),))
# 0.9 km to the east: the left is the north, to which the party "a" is bound
LINE = ((40.0, 35.0), (40.01, 35.0))


def line(points: tuple[tuple[float, float], ...] = LINE, known: Uncertainty = EXACT) -> Declaration:
    segment = Segment(Path(tuple(Position(*each) for each in points)), LineStatus.AGREED, uncertainty=known)
    return Declaration(Kind.LINE, "l", "line", segments=(segment,), sides=Sides(left=frozenset("a")))


def presence(shape: Shape) -> Declaration:
    if isinstance(shape, Route):
        window = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
        return Declaration(Kind.MOVEMENT, "a", "presence", (Volume(shape, window),))
    return Declaration(Kind.OPERATION, "a", "presence", (Volume(shape),))


def route(*points: tuple[float, float]) -> Route:
    return Route(tuple(Waypoint(Position(*at), Instant(600.0 * k)) for k, at in enumerate(points)))


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def signed(points: tuple[tuple[float, float], ...], at: list[tuple[float, float]]) -> kernel.Floats:
    path, spots = np.array(points, np.float64).T, np.array(at, np.float64).T
    return kernel.sides(*map(np.ascontiguousarray, (*path, *spots)))[0]


@pytest.mark.parametrize(
    "shape",
    [
        route((39.95, 34.99), (40.05, 34.99)),
        route((39.96, 34.97), (40.04, 34.995)),
        Corridor((Position(39.97, 34.98), Position(40.04, 34.985)), 1.0),
        Polygon(tuple(Position(*at) for at in ((39.97, 34.95), (40.04, 34.95), (40.04, 34.99), (39.97, 34.99)))),
    ],
    ids=["route", "slanting route", "corridor", "area"],
)
def test_what_reaches_across_between_two_corners_beyond_the_ends_is_across(shape: Shape) -> None:
    finding = only(batch((line(), presence(shape)), RULES))
    assert (finding.type, finding.certainty) == (FindingType.WRONG_SIDE, Certainty.CERTAIN)


def test_what_passes_the_line_on_its_own_side_or_beyond_its_ends_is_not_across() -> None:
    assert not batch((line(), presence(route((39.95, 35.01), (40.05, 35.01)))), RULES)
    assert not batch((line(), presence(route((40.02, 34.9), (40.02, 35.1)))), RULES)
    assert not batch((line(), presence(route((39.95, 34.9), (39.99, 35.1)))), RULES)


def test_a_route_is_across_from_where_it_passes_the_line_to_where_it_passes_the_end() -> None:
    """From 39.99 to 40.02 in ten minutes, through the line at 40.005: south of it from 40.000 on."""
    finding = only(batch((line(), presence(route((39.99, 34.999), (40.02, 35.001)))), RULES))
    assert finding.first is not None
    assert finding.last is not None
    assert abs(finding.first.epoch_s - 200.0) < 0.5
    assert abs(finding.last.epoch_s - 300.0) < 0.5


def test_a_vertex_given_twice_is_neither_a_bend_nor_an_end() -> None:
    bend, again = (
        ((0.0, 0.0), (1.0, 0.0), (0.2, 0.3)),
        ((0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (0.2, 0.3), (0.2, 0.3)),
    )
    at = [(1.2, 0.1), (1.2, -0.1), (1.1, 0.5), (1.05, 0.3), (0.5, 0.05), (-0.1, 0.1), (0.1, 0.3)]
    np.testing.assert_array_equal(signed(bend, at), signed(again, at))
    assert np.isnan(signed(((0.0, 0.0), (0.0, 0.0)), at)).all()


def test_from_the_other_side_of_the_earth_a_line_has_no_sides() -> None:
    assert np.isnan(signed(LINE, [(-140.0, -35.0), (-139.99, -35.01), (-139.0, -34.0)])).all()


def test_what_may_reach_only_the_end_of_a_line_is_told_in_finite_figures() -> None:
    """All of it lies beyond the end, so it has no side; but it may touch: its distance is the one to the end."""
    beside = presence(Circle(Position(40.0115, 35.0), 20.0))
    finding = only(batch((line(known=Uncertainty(200.0)), beside), RULES))
    assert finding.certainty is Certainty.POSSIBLE
    assert math.isclose(finding.horizontal_m, 116.9, abs_tol=0.2)
