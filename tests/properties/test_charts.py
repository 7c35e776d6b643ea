"""The rows of the room's map, made once and joined again, say what the plain picture says; nothing finer, nothing later
(R20, R39, R40)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape as drawn_of

from tests.asof_twin import PARTIES, STEPS, History, Step, room_of
from tests.desk_world import START
from thalweg.model.declarations import Declaration, Kind, Segment, Standing, Uncertainty, Volume
from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape, Waypoint
from thalweg.model.words import HYPOTHETICAL, STALE
from thalweg.policy.asof.had import DeclarationHad, Drawable
from thalweg.policy.asof.readings import AsOfs
from thalweg.policy.asof.valid import ALWAYS, Valid
from thalweg.policy.whole import whole
from thalweg.reports import asof_map, charts
from thalweg.state.history import span_of

ROOMS = st.sampled_from(((None, True), (Level.FULL, False), (Level.FOOTPRINT, False), (Level.COARSE, False)))
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
MOST = 10_000


def holds(asofs: AsOfs, party: str, known: Instant, valid: Valid) -> None:
    """Rows that were kept from before, rows made anew, and the plain picture, held against each other."""
    picture = asofs.picture(party, known, valid)
    kept = whole(asofs.charting(party, known, valid, asofs.prepared, MOST))
    joined = charts.spelled(kept, asofs.prepared)
    assert joined == charts.spelled(whole(asofs.charting(party, known, valid, {}, MOST)), {})
    told = json.loads(joined)
    plain = picture.value
    assert told["features"] == json.loads(json.dumps(asof_map.beside(plain)))
    assert (told["thalweg"]["known"], told["thalweg"]["left_out"]) == (str(known), 0)
    assert [row[0] for row in told["rows"]] == [each.subject for each in plain.declarations]
    for row, each in zip(told["rows"], plain.declarations, strict=True):
        says_the_same(row, each, valid)
    outlines: Mapping[str, Any] = charts.exact(kept, asofs.prepared, {each.subject for each in plain.declarations})
    for feature in asof_map.drawn(picture)["features"]:
        facts = feature["properties"]
        if facts["record"] == "declaration":
            listed = [each for part in outlines[facts["subject"]].values() for each in part]
            assert json.loads(json.dumps(feature["geometry"])) in json.loads(json.dumps(listed))


def says_the_same(row: list[Any], had: DeclarationHad, valid: Valid) -> None:
    shown = had.declaration
    flags = (had.own, shown.hypothetical, had.late, shown.standing is Standing.RUMOURED)
    kind = None if had.kind is None else had.kind.value
    assert row[1:6] == [had.of, had.level.value, kind, shown.medium.value, shown.title]
    assert row[6] == sum(1 << bit for bit, holds in enumerate(flags) if holds)
    assert bool(row[9]) == (STALE in had.marks)
    assert bool(row[6] & 2) == (HYPOTHETICAL in had.marks)
    pieces: tuple[Volume | Segment, ...] = (*shown.volumes, *shown.segments)
    parts = list(enumerate(pieces, 1))
    held = [(number, part) for number, part in parts if len(parts) == 1 or valid.meets_one((span_of(part),))]
    assert [each[4] for each in row[8]] == [number for number, _ in held]
    for said, (_, part) in zip(row[8], held, strict=True):
        assert said[:2] == [None if each is None else each.epoch_s for each in (part.window.start, part.window.end)]
        assert said[2] == part.uncertainty.horizontal_m
        assert said[3] == (part.status.value if isinstance(part, Segment) else 0)
        assert (said[6][0] == "x") <= (not had.level.at_least(Level.FOOTPRINT))


@given(ROOMS, STEPS, st.data())
@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
def test_rows_that_are_kept_say_what_the_plain_picture_says_at_any_time(
    room: tuple[Level | None, bool], steps: list[Step], data: st.DataObject
) -> None:
    history = History(room_of(room[0], room=room[1]), {})
    asofs = AsOfs.over(history.room.desk.world)
    for step in steps:
        history.take(step)
        if data.draw(st.booleans()):  # what is kept from here on may not show in what is read later
            party = data.draw(st.sampled_from((*PARTIES, SECRETARIAT)))
            holds(asofs, party, Instant(history.room.now.epoch_s), ALWAYS)
    now_s = history.room.now.epoch_s
    for party in (*PARTIES, SECRETARIAT):
        for known_s in (now_s, (START.epoch_s + now_s) / 2):
            known = Instant(float(round(known_s)))
            for valid in (ALWAYS, Valid.at(known), Valid(known, Instant(known.epoch_s + 7200.0))):
                holds(asofs, party, known, valid)


def positions(corners: int) -> st.SearchStrategy[tuple[Position, ...]]:
    at = st.builds(Position, st.floats(35.0, 43.0), st.floats(31.0, 38.0))
    return st.lists(at, min_size=corners, max_size=corners, unique=True).map(tuple)


def box(at: Position, half: float) -> Polygon:
    west, south, east, north = at.lon - half, at.lat - half, at.lon + half, at.lat + half
    return Polygon((Position(west, south), Position(east, south), Position(east, north), Position(west, north)))


AT = st.builds(Position, st.floats(-179.9, 179.9), st.floats(-80.0, 80.0))
WINDOW = Window(Instant(0.0), Instant(3600.5))
SHAPES: st.SearchStrategy[Shape] = st.one_of(
    AT.map(Point),
    st.builds(Circle, AT, st.floats(10.0, 200_000.0)),
    st.builds(Path, positions(4)),
    st.builds(Corridor, positions(3), st.floats(50.0, 5_000.0)),
    st.builds(box, AT, st.floats(0.001, 0.09)),
    st.builds(lambda at: MultiPolygon((box(at, 0.02), box(Position(at.lon, at.lat + 0.5), 0.03))), AT),
)


@given(SHAPES, st.sampled_from((Level.FULL, Level.COARSE)))
@settings(max_examples=150, deadline=None)
def test_a_row_s_shape_is_the_outline_that_is_shown_or_says_that_it_is_coarser(shape: Shape, level: Level) -> None:
    declared = Declaration(Kind.STATIC_SITE, "alpha", "t", (Volume(shape, WINDOW, None, Uncertainty(12.5)),))
    had = Drawable("s", "v", "alpha", True, level, Kind.STATIC_SITE, False, declared, float("inf"))
    (part,) = json.loads(charts._prepared(had).whole + b"0]")[8]
    full = [drawn_of(asof_map.geometry(each)) for each in charts._outlines(declared.volumes[0])]
    if part[6][0] == "c":
        assert isinstance(shape, Circle)
        assert decoded(part[6][1])[0] == pytest.approx((shape.centre.lon, shape.centre.lat), abs=1e-6)
        assert part[6][2] == shape.radius_m
        return
    made = geometry(part[6])
    if not part[5]:
        assert made.hausdorff_distance(full[0]) < 2e-6
    elif isinstance(shape, Corridor):
        assert made.hausdorff_distance(full[0]) < 1.5 * charts.COARSE_DEG, "the path; how wide it is stands beside it"
        assert part[6][2] == shape.half_width_m
    else:
        assert made.hausdorff_distance(full[0]) < 1.5 * charts.COARSE_DEG


def test_a_route_is_its_way_and_its_reach() -> None:
    way = (Waypoint(Position(40.0, 35.0), Instant(0.0), 100.0), Waypoint(Position(40.01, 35.02), Instant(600.0), 200.0))
    route = Route(way, radius_m=300.0)
    volume = Volume(route, Window(Instant(0.0), Instant(600.0)))
    had = Drawable(
        "s", "v", "alpha", False, Level.FULL, None, True, Declaration(Kind.MOVEMENT, "alpha", "t", (volume,)), 9.0
    )
    prepared = charts._prepared(had)
    (part,) = json.loads(prepared.whole + b"1]")[8]
    assert part[5:] == [1, ["l", [[40_000_000, 35_000_000, 10_000, 20_000]], 300.0]]
    assert prepared.stale_from_s == 9.0


def decoded(flat: list[int]) -> list[tuple[float, float]]:
    """As the script of the page does it."""
    x = y = 0
    found = []
    for lon, lat in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + lon, y + lat
        found.append((x * 1e-6, y * 1e-6))
    return found


def geometry(said: list[Any]) -> Any:
    if said[0] == "p":
        return shapely.Point(decoded(said[1])[0])
    if said[0] == "l":
        return shapely.MultiLineString([decoded(each) for each in said[1]])
    return shapely.MultiPolygon(
        [shapely.Polygon(decoded(rings[0]), [decoded(each) for each in rings[1:]]) for rings in said[1]]
    )
