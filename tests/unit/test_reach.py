"""The sieve before a preview leaves out nothing that the preview would have said anything about."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.desk_world import circle
from thalweg.engine.preview import preview
from thalweg.engine.reach import within_reach
from thalweg.formats.theatre import default_theatre
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.shapes import Corridor, Path, Position, Route, Waypoint

THEATRE = default_theatre()
KINDS = (Kind.OPERATION, Kind.MOVEMENT, Kind.STATIC_SITE, Kind.NEGATIVE)


def drawn(chance: random.Random, name: str, party: str) -> Declaration:
    """Something within some 60 km and some hours of the others, of any kind and shape."""
    lon, lat = 40 + chance.random() * 0.6, 35 + chance.random() * 0.6
    made = circle(name, party, lon, lat, kind=chance.choice(KINDS))
    volume = made.volumes[0]
    start = 1_505_500_000.0 + chance.random() * 20_000
    ends = Position(lon, lat), Position(lon + chance.random() * 0.2, lat + chance.random() * 0.2)
    way = tuple(Waypoint(at, Instant(start + 1800 * n)) for n, at in enumerate(ends))
    shape = chance.choice((volume.shape, Corridor(ends, 200.0), Route(way, 150.0)))
    if isinstance(shape, Route):
        return replace(made, volumes=(Volume(shape, Window(way[0].time, way[-1].time)),))
    window = Window(Instant(start), Instant(start + 1800 + chance.random() * 3600))
    if made.kind is Kind.STATIC_SITE:
        return replace(made, volumes=(replace(volume, shape=shape),))
    return replace(made, volumes=(replace(volume, shape=shape, window=window),))


@pytest.mark.parametrize("seed", range(6))
def test_a_preview_of_what_is_within_reach_is_that_of_everything(seed: int) -> None:
    """R31: findings and ways out are the same, however little of the theatre is looked at."""
    chance = random.Random(seed)  # shapes for a test
    shown = [drawn(chance, f"d{n}", f"p{n % 4}") for n in range(60)]
    own = drawn(chance, "own", "me")
    near = within_reach(own, shown, THEATRE)
    everything, some = preview(own, shown, THEATRE), preview(own, near, THEATRE)
    assert everything == some


def test_what_is_far_in_space_or_time_is_left_out_and_a_line_never() -> None:
    own = circle("own", "me", 40.0, 35.0, kind=Kind.OPERATION)
    far = circle("far", "p", 45.0, 35.0, kind=Kind.OPERATION)
    near = circle("near", "p", 40.01, 35.0, kind=Kind.OPERATION)
    path = Path((Position(60.0, 10.0), Position(61.0, 10.0)))
    line = Declaration(Kind.LINE, "p", "Line", segments=(Segment(path, LineStatus.TACIT),))
    late = replace(
        near, volumes=tuple(replace(each, window=Window(Instant(3e9), Instant(3.1e9))) for each in near.volumes)
    )
    assert within_reach(own, (far, near, line, late), THEATRE) == (near, line)
