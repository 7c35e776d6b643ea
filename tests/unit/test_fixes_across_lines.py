"""What is only on the wrong side of a line is offered its own side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from thalweg.engine import batch, preview
from thalweg.model.declarations import (
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Uncertainty,
    Volume,
)
from thalweg.model.findings import FindingType
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Path, Position
from thalweg.model.theatre import FixBounds, Margin, Relation, Rule, Selector, Theatre

ANY = Theatre("any", (Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(1000.0, 0.0, 0.0)),))
MORNING = Window(Instant(1_505_520_000.0), Instant(1_505_530_000.0))
# Runs north: its left is the west.
RIVER = Declaration(
    Kind.LINE,
    "desk",
    "the river",
    segments=(Segment(Path((Position(40.0, 35.0), Position(40.01, 35.3), Position(40.0, 35.6))), LineStatus.AGREED),),
    sides=Sides(frozenset({"west"}), frozenset({"east"})),
)


def patrol(party: str, lon: float, lat: float = 35.33, *, u: float = 0.0) -> Declaration:
    volume = Volume(Circle(Position(lon, lat), 300.0), MORNING, Band(0.0, 100.0, Datum.AGL), Uncertainty(u))
    return Declaration(Kind.OPERATION, party, f"patrol of {party}", (volume,), medium=Medium.GROUND)


@pytest.mark.parametrize("u", [0.0, 150.0])
@pytest.mark.parametrize(("party", "lon"), [("west", 40.03), ("east", 39.99)])
def test_it_is_moved_across_by_no_more_than_it_must(party: str, lon: float, u: float) -> None:
    """R33: the wrong side is a finding like others, and has a way out."""
    one = patrol(party, lon, u=u)
    (finding,), ways = preview(one, [RIVER], ANY)
    assert finding.type is FindingType.WRONG_SIDE
    assert ways is not None
    assert [fix.change for fix in ways.fixes] == ["offset"]
    (fix,) = ways.fixes
    assert fix.clears == (finding.id,)
    assert batch([fix.changed, RIVER], ANY) == ()
    across_m = abs(lon - 40.009) * 91_000.0 + 300.0 + u
    assert across_m < fix.amount < across_m + 200.0
    assert set(ways.not_offered) == {"time", "altitude", "trim"}


def test_nothing_is_in_the_way_on_the_other_side() -> None:
    """What clears one finding must not make another."""
    one, other = patrol("west", 40.02), patrol("west too", 39.995)
    plain = preview(one, [RIVER], ANY)[1]
    ways = preview(one, [RIVER, other], ANY)[1]
    assert plain is not None
    assert ways is not None
    (before,), (after,) = plain.fixes, ways.fixes
    assert after.amount > before.amount + 500.0
    assert batch([after.changed, RIVER, other], ANY) == ()


def test_the_other_side_may_be_too_far() -> None:
    ways = preview(patrol("west", 40.4), [RIVER], ANY)[1]
    assert ways is not None
    assert ways.fixes == ()
    assert ways.not_offered["offset"] == "the other side of the line is farther than 20.0 km"


def test_a_theatre_may_allow_no_step_at_all() -> None:
    still = replace(ANY, fixes=FixBounds(offset_m=1.0, step_offset_m=100.0))
    ways = preview(patrol("west", 40.03), [RIVER], still)[1]
    assert ways is not None
    assert ways.fixes == ()
    assert ways.not_offered["offset"] == "none within 1 m"


def test_who_is_in_conflict_too_is_helped_out_of_that_first() -> None:
    one, other = patrol("west", 40.03), patrol("other", 40.035)
    findings, ways = preview(one, [RIVER, other], ANY)
    assert {finding.type for finding in findings} == {FindingType.CONFLICT, FindingType.WRONG_SIDE}
    assert ways is not None
    assert ways.fixes
    for fix in ways.fixes:
        left = [finding for finding in batch([fix.changed, RIVER, other], ANY)]
        assert {finding.type for finding in left} <= {FindingType.WRONG_SIDE}
