"""Late copies, contradictions among strangers, and datums whose every reading agrees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from thalweg.engine import Cancelled, Declared, Online, batch
from thalweg.model.declarations import Cancellation, Declaration, Kind, Medium, Uncertainty, Volume
from thalweg.model.findings import Certainty, FindingType
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

ANY = Theatre("any", (Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(1000.0, 0.0, 0.0)),))
MORNING = Window(Instant(1_505_520_000.0), Instant(1_505_530_000.0))


def operation(party: str, *, band: Band | None = None, lon: float = 40.14, u: float = 0.0) -> Declaration:
    volume = Volume(Circle(Position(lon, 35.33), 500.0), MORNING, band, Uncertainty(horizontal_m=u))
    return Declaration(Kind.OPERATION, party, "patrol", (volume,), medium=Medium.AIR, declaration_id=f"of-{party}")


def test_a_late_copy_of_what_was_replaced_or_cancelled_opens_nothing() -> None:
    """R9: a copy that took the long way must not revive what its notifier ended."""
    online, first = Online(ANY), operation("north")
    second = replace(first, title="patrol, later", revision=1)
    online.feed(Declared(operation("south")))
    online.feed(Declared(first))
    online.feed(Declared(second))
    online.feed(Declared(first))
    assert [each.title for each in online.live] == ["patrol", "patrol, later"]
    online.feed(Cancelled(Cancellation(second.declaration_id, "north")))
    assert not online.findings
    assert online.feed(Declared(second)).over, "and whoever feeds it is told that it was not taken in"
    assert online.feed(Declared(first)).over
    assert not online.findings
    assert len(online.live) == 1


@pytest.mark.parametrize(("party", "expected"), [("north", FindingType.CONTRADICTION), ("south", FindingType.CONFLICT)])
def test_only_a_partys_own_none_of_ours_is_contradicted(party: str, expected: FindingType) -> None:
    """R12."""
    nobody = Declaration(Kind.NEGATIVE, party, volumes=operation("north").volumes)
    (finding,) = batch((operation("north"), nobody), ANY)
    assert finding.type is expected


def test_a_datum_that_nobody_knows_does_not_matter_where_no_reading_of_it_separates() -> None:
    """R27: 1,650 m to 2,250 m above whatever is above 250 m above the sea; only the ground decides how sure it is."""
    odd = operation("north", band=Band(1650.0, 2250.0, Datum.UNKNOWN), u=800.0)
    high = operation("south", band=Band(250.0, None, Datum.EGM96), lon=40.16)
    (finding,) = batch((odd, high), ANY)
    assert finding.can_tell
    assert finding.certainty is not Certainty.POSSIBLE or finding.share < 0.5
    (vague,) = batch((odd, operation("south", band=Band(250.0, 3000.0, Datum.EGM96), lon=40.16)), ANY)
    assert not vague.can_tell
