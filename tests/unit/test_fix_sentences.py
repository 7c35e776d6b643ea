"""What a fix says can be done as it was checked: whose it is, and the amount to the second and the metre."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from thalweg.engine import batch, suggest
from thalweg.engine.sentences import exact_duration, exact_metres
from thalweg.formats.theatre import default_theatre
from thalweg.model.declarations import Declaration, Kind, Medium, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(100.0, "1 min 40 s"), (45.0, "45 s"), (15_300.0, "4 h 15 min"), (3_610.0, "1 h 10 s"), (7_200.0, "2 h")],
)
def test_a_shift_in_time_is_said_to_the_second(seconds: float, said: str) -> None:
    assert exact_duration(seconds) == said


@pytest.mark.parametrize(("metres", "said"), [(1150.0, "1,150 m"), (116.6667, "116.7 m"), (30.0, "30 m")])
def test_a_shift_in_space_is_not_rounded_to_kilometres(metres: float, said: str) -> None:
    assert exact_metres(metres) == said


def test_a_fix_names_whose_change_it_is() -> None:
    """Both declarations of one finding may be offered the same change."""
    day = Window(Instant.of(datetime(2026, 8, 11, 6, tzinfo=UTC)), Instant.of(datetime(2026, 8, 11, 8, tzinfo=UTC)))
    made = [
        Declaration(
            Kind.OPERATION,
            party,
            title,
            medium=Medium.AIR,
            volumes=(Volume(Circle(Position(lon, 40.05), 900.0), day, Band(1000.0, 1300.0, Datum.EGM96)),),
        )
        for party, title, lon in (("survey", "Mapping", -7.60), ("tankers", "Drops", -7.59))
    ]
    theatre = default_theatre()
    offered = {each.version: each.fixes for _, each in suggest(made, batch(made, theatre), theatre)}
    assert len(offered) == 2
    for declaration in made:
        whose = f"{declaration.party}: operation “{declaration.title}”: "
        assert offered[declaration.version_id]
        assert all(fix.sentence.startswith(whose) for fix in offered[declaration.version_id])
