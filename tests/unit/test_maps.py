"""What is drawn on the map, and where."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.shapes import Point, Position
from thalweg.reports import map as maps

numbers = st.floats(-200.0, 1200.0)
sizes = st.floats(0.0, 400.0)
boxes = st.builds(lambda x, y, wide, tall: maps._Box(x, y, x + wide, y + tall), numbers, numbers, sizes, sizes)


@given(st.lists(boxes, max_size=30), boxes)
def test_what_a_label_would_hide_is_what_it_shares_with_each_box_that_is_taken(
    there: list[maps._Box], label: maps._Box
) -> None:
    """The obvious twin asks every box; the same sum, to the last bit, or no label stands where it stood."""
    taken = maps._Taken()
    taken.add(*there)
    whole = 0.0
    for each in there:
        whole += label.shared(each)
    assert taken.hidden(label, float("inf")) == whole
    for most in (0.0, whole / 2):
        assert (taken.hidden(label, most) > most) == (whole > most)


def site(lon: float, lat: float) -> Declaration:
    return Declaration(kind=Kind.STATIC_SITE, party="relief", volumes=(Volume(Point(Position(lon, lat))),))


@pytest.mark.parametrize(
    ("west", "east", "named"),
    [
        (179.5, -179.9, ["179°33′E", "179°57′E", "180°"]),
        (179.98, -179.9, ["179°59′E", "180°", "179°59′W", "179°55.5′W"]),
        (-0.05, 0.05, ["0°1′W", "0°", "0°1′E"]),
    ],
)
def test_the_grid_is_drawn_and_named_across_the_meridians_where_degrees_turn(
    west: float, east: float, named: list[str]
) -> None:
    shown = {each.version_id: each for each in (site(west, 52.0), site(east, 52.01))}
    svg = maps.draw(replace(samples.result(), declarations=shown, findings=(), suggestions={})).svg
    names = re.findall(r'mp-grid-name"[^>]*>([^<]*)', svg)
    assert set(named) <= set(names), names
    assert not {"180°E", "180°W", "0°E", "0°W"} & set(names)
