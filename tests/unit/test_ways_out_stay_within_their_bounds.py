"""Ways out: never farther than the theatre allows, never below the ground, never for a protection's end (D13)."""

from __future__ import annotations

import pytest

from thalweg.engine import batch
from thalweg.engine.suggest import suggest
from thalweg.model.declarations import Declaration, Kind, Medium, Volume
from thalweg.model.findings import Fix
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Polygon, Position, Shape
from thalweg.model.theatre import FixBounds, Margin, Relation, Rule, Selector, Theatre

NOON = Window(Instant(43_200.0), Instant(46_800.0))


def theatre(bounds: FixBounds) -> Theatre:
    rule = Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, Margin())
    return Theatre("bounds", (rule,), fixes=bounds)


def disc(lon: float, radius_m: float) -> Circle:
    return Circle(Position(lon, 35.0), radius_m)


def flown(*volumes: tuple[Shape, Band], window: Window = NOON) -> Declaration:
    """By air, with heights above the ground."""
    placed = tuple(Volume(shape, window, band) for shape, band in volumes)
    return Declaration(Kind.OPERATION, "wing", "flight", placed, medium=Medium.AIR)


def band(lower_m: float, upper_m: float) -> Band:
    return Band(lower_m, upper_m, Datum.AGL)


def protected(shape: Shape, over: Band, window: Window = NOON) -> Declaration:
    return Declaration(Kind.STATIC_SITE, "clinic", "site", (Volume(shape, window, over),))


def fixes(world: tuple[Declaration, ...], bounds: FixBounds) -> list[Fix]:
    rules = theatre(bounds)
    found = batch(world, rules)
    assert found
    offered = [fix for _, each in suggest(world, found, rules) for fix in each.fixes]
    for fix in offered:
        changed = [fix.changed if each.version_id == fix.version else each for each in world]
        assert not batch(changed, rules), fix.sentence
    return offered


@pytest.mark.parametrize("least", [0.0, 0.25, 1.0, 1.5, 3.0, 9.0, 10.0, 25.0])
def test_no_change_is_larger_than_the_theatre_allows(least: float) -> None:
    """Each bound in turn is a few steps only, or none: what would clear lies at 8 steps."""
    none = {"time_s": 0.0, "altitude_m": 0.0, "offset_m": 0.0, "area_lost": 0.0}
    steps = {"time_s": 450.0, "altitude_m": 30.0, "offset_m": 500.0}
    world = (
        flown((disc(40.0, 2000.0), band(1000.0, 1200.0))),
        Declaration(Kind.OPERATION, "other", "other", (Volume(disc(40.0, 1990.0), NOON, band(1000.0, 1230.0)),)),
    )
    for name, step in steps.items():
        most = least * step
        bounds = FixBounds(
            **{**none, name: most},
            step_time_s=steps["time_s"],
            step_altitude_m=steps["altitude_m"],
            step_offset_m=steps["offset_m"],
        )
        offered = fixes(world, bounds)
        assert all(abs(fix.amount) <= most for fix in offered), name
        assert {fix.change for fix in offered} == ({name.partition("_")[0]} if least > 8.0 else set())


def test_no_volume_is_sent_below_the_ground() -> None:
    """The lower of two volumes has 60 m beneath it, the higher 3,900 m; clearing downwards takes 330 m."""
    world = (
        flown((disc(40.2, 500.0), band(60.0, 100.0)), (disc(40.0, 500.0), band(3900.0, 4100.0))),
        protected(disc(40.0, 3000.0), band(3800.0, 6900.0)),
    )
    for fix in fixes(world, FixBounds(offset_m=200.0, time_s=60.0, area_lost=0.0)):
        assert all(volume.band.lower_m >= 0.0 for volume in fix.changed.volumes if volume.band), fix.sentence  # type: ignore[operator]  # stated above


def test_no_shift_in_time_waits_for_the_end_of_a_protection() -> None:
    """D13: the site's window ends an hour later, and a shift beyond it would clear; an earlier one clears honestly."""
    evening = Window(Instant(44_000.0), Instant(50_000.0))
    square = Polygon(tuple(Position(40.0 + x / 50, 35.0 + y / 50) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))))
    for shape in (disc(40.0, 900.0), square):
        world = (flown((shape, band(0.0, 100.0))), protected(disc(40.0, 900.0), band(0.0, 5000.0), evening))
        shifts = [fix.amount for fix in fixes(world, FixBounds()) if fix.change == "time"]
        assert shifts
        assert all(each <= -2800.0 for each in shifts)
