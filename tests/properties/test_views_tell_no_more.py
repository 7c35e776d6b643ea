"""What is shown below full depends on what may be shown, and on nothing else (D7, D13; R35, R36)."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.twin.oracle import direct
from tests.twin.strategies import FIRST_S, PLACES, declarations, lines, scenes, theatres, worlds
from thalweg.engine import batch
from thalweg.geometry.plane import earth_centred, lonlat
from thalweg.model.declarations import (
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Standing,
    Uncertainty,
    Volume,
)
from thalweg.model.errors import ValueRefused
from thalweg.model.findings import FindingType
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Source
from thalweg.model.shapes import Circle, Path, Point, Polygon, Position, Route, Waypoint
from thalweg.model.theatre import Between, Margin, Relation, Rule, Selector, Theatre
from thalweg.policy.coarse import (
    Cell,
    Coarse,
    Grid,
    cell_area_m2,
    cell_at,
    cells,
    centre,
    coarsen,
    outline,
    widen,
)
from thalweg.policy.view import View, findings, lower, terms, view

BELOW_FULL = (Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING)
GRID = Grid(margin_m=1_000.0, margin_s=600.0, buffer_m=2_000.0)
SITES = Selector(Kind.STATIC_SITE)
BARE = Theatre("bare", (Rule("all", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(0.0, None, 0.0)),))
# The same, but that sites may be near each other.
TELLING = replace(BARE, rules=(Rule("sites", SITES, SITES, Relation.PERMITTED, between=Between.SAME), *BARE.rules))

places = st.builds(
    lambda lon, lat: Position(lon / 1e4, lat / 1e4), st.integers(-1_800_000, 1_800_000), st.integers(-900_000, 900_000)
) | st.sampled_from(PLACES)
sizes = st.sampled_from((500.0, 5_000.0, 20_000.0, 160_000.0))


def declared(at: Position, party: str = "relief", window: Window = ALWAYS) -> Declaration:
    return Declaration(Kind.STATIC_SITE, party, volumes=(Volume(Point(at), window),))


# ---- nothing that is not to be shown ----

SECRET = {
    "title": ("", "Field hospital 3"),
    "revision": (0, 7),
    "replaces": ("", "d-other"),
    "declaration_id": ("site-1", "site-2"),
    "valid_from": (None, Instant(FIRST_S)),
    "valid_until": (None, Instant(FIRST_S + 1e6)),
    "emergency": (False, True),
    "submitted": (None, Instant(FIRST_S - 5.0)),
    "details": ({}, {"contact": "somebody", "markings": "a red cross on the roof"}),
    "source": (Source(""), Source("sites.csv", "row 17")),
    "entered": ({}, {"latitude": "35 20 N"}),
    "flags": ((), (Flag("far", "Far from the theatre."),)),
}
SHOWN = {
    Level.FOOTPRINT: {"kind", "party", "volumes", "zone", "medium", "segments", "sides", "standing", "hypothetical"},
    Level.COARSE: {"kind", "party", "volumes", "zone", "segments", "standing", "hypothetical"},
    Level.EXISTS: {"party", "volumes", "segments", "standing", "hypothetical"},
    Level.NOTHING: set(),
}


def test_every_field_of_a_declaration_is_either_shown_at_footprint_or_proven_not_to_be() -> None:
    assert {field.name for field in fields(Declaration)} == SHOWN[Level.FOOTPRINT] | set(SECRET)


@given(scenes().flatmap(lambda scene: declarations(scene) | lines(scene)), st.data())
@settings(max_examples=100, deadline=None)
def test_what_is_not_shown_changes_no_byte_of_a_view(declaration: Declaration, data: st.DataObject) -> None:
    """R36. The view is compared as text, so that fields which do not take part in equality are compared as well."""
    change = {name: data.draw(st.sampled_from(values), label=name) for name, values in SECRET.items()}
    other = replace(declaration, **change)  # type: ignore[arg-type]  # a mapping of fields to their own types
    for level in BELOW_FULL:
        assert repr(view(declaration, level, GRID, "a-1")) == repr(view(other, level, GRID, "a-1"))
        shown = view(other, level, GRID, "a-1").declaration
        if shown is not None:
            assert shown.declaration_id == "a-1"
            assert shown.version_id != other.version_id


@given(scenes().flatmap(declarations), st.data())
@settings(max_examples=100, deadline=None)
def test_below_footprint_medium_heights_and_who_reported_it_change_nothing(
    declaration: Declaration, data: st.DataObject
) -> None:
    def with_band(volume: Volume) -> Volume:
        uncertainty = replace(volume.uncertainty, vertical_m=data.draw(st.sampled_from((0.0, 50.0))))
        return replace(
            volume, band=data.draw(st.sampled_from((None, Band(10.0, 20.0, Datum.AGL)))), uncertainty=uncertainty
        )

    other = replace(
        declaration,
        volumes=tuple(map(with_band, declaration.volumes)),
        medium=data.draw(st.sampled_from(tuple(Medium))),
        standing=data.draw(st.sampled_from((Standing.DECLARED, Standing.REPORTED))),
    )
    for level in (Level.COARSE, Level.EXISTS):
        assert repr(view(declaration, level, GRID, "a-1")) == repr(view(other, level, GRID, "a-1"))


@given(scenes().flatmap(declarations))
@settings(max_examples=50, deadline=None)
def test_at_exists_the_kind_changes_nothing(declaration: Declaration) -> None:
    site = replace(declaration, kind=Kind.STATIC_SITE, zone=None)
    assert repr(view(declaration, Level.EXISTS, GRID, "a-1")) == repr(view(site, Level.EXISTS, GRID, "a-1"))
    assert view(declaration, Level.EXISTS, GRID, "a-1").kind is None


def test_a_line_is_told_by_its_place_only_below_footprint() -> None:
    path = Path((Position(40.0, 35.0), Position(40.2, 35.1)))
    line = Declaration(Kind.LINE, "relief", segments=(Segment(path, LineStatus.AGREED),))
    other = replace(
        line,
        segments=(Segment(path, LineStatus.DISPUTED),),
        sides=Sides(frozenset({"north"}), frozenset({"south"}), "the hill", "the bank"),
    )
    for level in (Level.COARSE, Level.EXISTS):
        assert repr(view(line, level, GRID, "a")) == repr(view(other, level, GRID, "a"))
    shown = view(other, Level.FOOTPRINT, GRID, "a").declaration
    assert shown is not None
    assert shown.segments == other.segments
    assert shown.sides is not None
    assert (shown.sides.left, shown.sides.left_name) == (frozenset({"north"}), "left")


@given(scenes().flatmap(declarations), st.sampled_from(Level), st.sampled_from(Level))
@settings(max_examples=100, deadline=None)
def test_a_lower_view_is_a_function_of_the_higher_one(declaration: Declaration, one: Level, two: Level) -> None:
    shown = view(declaration, one, GRID, "a-1")
    if one.at_least(two):
        assert repr(lower(shown, two, GRID, "a-1")) == repr(view(declaration, two, GRID, "a-1"))
    else:
        with pytest.raises(ValueRefused, match="cannot be shown"):
            lower(shown, two, GRID, "a-1")


def test_nothing_is_one_value_and_full_is_the_declaration_itself() -> None:
    declaration = declared(Position(40.0, 35.0))
    assert view(declaration, Level.NOTHING, GRID, "a-1") == View(Level.NOTHING)
    assert view(declaration, Level.FULL, GRID, "").declaration is declaration
    assert findings(View(Level.NOTHING), declaration, BARE) == ()


def test_below_full_there_must_be_an_alias() -> None:
    with pytest.raises(ValueRefused) as refused:
        view(declared(Position(40.0, 35.0)), Level.COARSE, GRID, "")
    assert refused.value.code == "alias-missing"


def test_a_claim_that_none_of_ours_are_there_is_not_enlarged() -> None:
    """R12: enlarged it would say more than its party did."""
    negative = Declaration(Kind.NEGATIVE, "relief", volumes=(Volume(Point(Position(40.0, 35.0))),))
    shown = view(negative, Level.COARSE, GRID, "a-1")
    assert shown.kind is None
    assert shown.declaration is not None
    assert shown.declaration.kind is not Kind.NEGATIVE


# ---- the same cells, whatever the truth within them ----


def moved(positions: list[Position], start: Position, goal: Position) -> list[Position]:
    """Moved unturned, by the least rotation that takes one position to the other."""

    def unit(position: Position) -> npt.NDArray[np.float64]:
        ecef = earth_centred(np.array([position.lon]), np.array([position.lat]))[0]
        out: npt.NDArray[np.float64] = ecef / np.linalg.norm(ecef)
        return out

    a, b = unit(start), unit(goal)
    axis = np.cross(a, b)
    out = []
    for position in positions:
        p = earth_centred(np.array([position.lon]), np.array([position.lat]))[0]
        turned = p + np.cross(axis, p) + np.cross(axis, np.cross(axis, p)) / (1.0 + a @ b)
        lon, lat = lonlat(turned[None, :])
        out.append(Position(float(lon[0]), float(lat[0])))
    return out


@st.composite
def twice_in_a_cell(draw: st.DrawFn) -> tuple[Position, Position]:
    """Two positions in one cell of 5 km."""
    cell = cell_at(draw(places), GRID.coarse_m)
    middle = centre(cell)
    pair = []
    for _ in range(2):
        azimuth, metres = draw(st.integers(0, 359)), draw(st.integers(0, 35)) * 100.0
        pair.append(direct(middle, float(azimuth), metres))
    assume(all(cell_at(each, GRID.coarse_m) == cell for each in pair))
    return pair[0], pair[1]


@given(twice_in_a_cell(), st.integers(0, 5_000), st.integers(0, 3_000))
@settings(max_examples=200, deadline=None)
def test_a_site_anywhere_in_its_cell_is_shown_the_same(
    pair: tuple[Position, Position], radius_m: int, uncertainty_m: int
) -> None:
    """R36, D13: averaging over versions, or asking at its edges, reveals nothing."""

    def site(at: Position) -> Declaration:
        shape = Circle(at, float(radius_m)) if radius_m else Point(at)
        return Declaration(
            Kind.STATIC_SITE, "relief", volumes=(Volume(shape, ALWAYS, None, Uncertainty(float(uncertainty_m))),)
        )

    for level in (Level.COARSE, Level.EXISTS):
        one, two = (view(site(at), level, GRID, "a-1") for at in pair)
        assert repr(one) == repr(two)


@given(places, st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=4, max_size=8), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_at_exists_a_site_anywhere_in_the_larger_cell_is_shown_the_same(
    near: Position, offsets: list[tuple[int, int]], km: int
) -> None:
    """The larger cell is that of the centre of the smaller one."""
    middle = centre(cell_at(near, GRID.exists_m))
    shown: dict[Cell, set[str]] = {}
    for east, north in offsets:
        at = direct(direct(middle, 90.0, 1_000.0 * east), 0.0, 1_000.0 * north)
        large = cell_at(centre(cell_at(at, GRID.coarse_m)), GRID.exists_m)
        shape = Circle(at, 1_000.0 * km) if km else Point(at)
        site = Declaration(Kind.STATIC_SITE, "relief", volumes=(Volume(shape),))
        shown.setdefault(large, set()).add(repr(view(site, Level.EXISTS, GRID, "a-1")))
    assert all(len(views) == 1 for views in shown.values())


@given(
    twice_in_a_cell(),
    st.lists(st.tuples(st.integers(0, 359), st.integers(1, 300)), min_size=3, max_size=6),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_a_form_of_any_extent_moved_within_the_anchors_cell_is_shown_the_same(
    pair: tuple[Position, Position], corners: list[tuple[int, int]], area: bool
) -> None:
    drawn = [direct(pair[0], float(azimuth), 100.0 * far) for azimuth, far in corners]
    assume(len(set(drawn)) == len(drawn))
    ecef = earth_centred(np.array([p.lon for p in drawn]), np.array([p.lat for p in drawn])).mean(axis=0)
    lon, lat = lonlat(ecef[None, :])
    anchor = Position(float(lon[0]), float(lat[0]))
    cell = cell_at(anchor, GRID.coarse_m)
    goal = moved([pair[1]], pair[0], anchor)[0]
    assume(cell_at(goal, GRID.coarse_m) == cell)

    def form(points: list[Position]) -> Declaration:
        shape = Polygon(tuple(points)) if area else Path(tuple(points))
        return Declaration(Kind.OPERATION, "north", volumes=(Volume(shape),))

    for level in (Level.COARSE, Level.EXISTS):
        one = view(form(drawn), level, GRID, "a-1")
        two = view(form(moved(drawn, anchor, goal)), level, GRID, "a-1")
        assume(one.coarse is not None and one.coarse.anchor.size_m <= GRID.exists_m)
        if level is Level.COARSE:
            assume(one.coarse is not None and one.coarse.anchor.size_m == GRID.coarse_m)
        assert repr(one) == repr(two)


@given(st.integers(0, 6 * 60 - 1), st.integers(0, 6 * 60 - 1), st.integers(1, 5_000), st.integers(0, 50))
@settings(max_examples=100, deadline=None)
def test_a_window_anywhere_in_its_time_cell_is_shown_the_same(one: int, two: int, minutes: int, apart: int) -> None:
    """Two volumes keep their places to each other, and tell no more of either than of one."""

    def at(minute: int) -> Declaration:
        # The margin of ten minutes is taken off before the cell is looked up.
        start = FIRST_S + 60.0 * minute + 600.0
        windows = (
            Window(Instant(start), Instant(start + 60.0 * minutes)),
            Window(Instant(start + 60.0 * apart), None),
        )
        shape = Point(Position(40.0, 35.0))
        return Declaration(Kind.OPERATION, "north", volumes=tuple(Volume(shape, window) for window in windows))

    for level in (Level.COARSE, Level.EXISTS):
        assert repr(view(at(one), level, GRID, "a-1")) == repr(view(at(two), level, GRID, "a-1"))


def test_an_open_window_stays_open_and_the_end_of_the_calendar_is_open_too() -> None:
    site = declared(Position(40.0, 35.0))
    assert [patch.window for patch in coarsen(site, GRID).patches] == [ALWAYS]
    late = declared(Position(40.0, 35.0), window=Window(Instant(FIRST_S), Instant(253_402_300_000.0)))
    assert coarsen(late, GRID).patches[0].window.end is None
    until = declared(Position(40.0, 35.0), window=Window(None, Instant(FIRST_S)))
    window = coarsen(until, GRID).patches[0].window
    assert window.start is None
    assert window.end is not None
    assert FIRST_S + 600.0 <= window.end.epoch_s <= FIRST_S + 2 * GRID.coarse_s


# ---- never less than the truth ----


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_conflicts_with_the_truth_conflicts_with_what_is_shown_of_it(data: st.DataObject) -> None:
    """The coarse region contains the true one, its uncertainty, its buffers and the widest margin, at ordinary places,
    at the poles and across the antimeridian."""
    scene = data.draw(scenes())
    theatre = data.draw(theatres(scene))
    theatre = replace(theatre, moving_buffers_m=data.draw(st.sampled_from(({}, {"air": 3_000.0, "ground": 500.0}))))
    hidden, other = data.draw(worlds(scene, most=2))
    size_m = data.draw(st.sampled_from((300.0, 5_000.0)))
    grid = Grid.of(theatre, coarse_m=size_m, exists_m=4.0 * size_m, coarse_s=900.0, exists_s=3_600.0)
    assume(batch((hidden, other), theatre))
    for level in (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS):
        assert findings(view(hidden, level, grid, "a-1"), other, theatre), level


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_crosses_a_line_meets_what_is_shown_of_it(data: st.DataObject) -> None:
    scene = data.draw(scenes())
    line = data.draw(lines(scene))
    line = replace(line, sides=None)  # sides bind far beyond the line; who is bound must be shown it at footprint
    other = data.draw(declarations(scene, kinds=(Kind.OPERATION, Kind.MOVEMENT)))
    theatre = data.draw(theatres(scene))
    grid = Grid.of(theatre, coarse_s=900.0, exists_s=3_600.0)
    found = batch((line, other), theatre)
    assume(any(each.type is FindingType.CROSSING and each.horizontal_m == 0.0 for each in found))
    for level in (Level.COARSE, Level.EXISTS):
        assert findings(view(line, level, grid, "a-1"), other, theatre), level


@given(st.sampled_from(PLACES), st.integers(100, 3_000))
@settings(max_examples=30, deadline=None)
def test_large_regions_are_told_in_larger_cells_and_still_contained(middle: Position, km: int) -> None:
    hidden = Declaration(Kind.OPERATION, "north", volumes=(Volume(Circle(middle, km * 1000.0)),))
    region = coarsen(hidden, GRID)
    assert len(region.cells) < 1_500
    at_edge = [declared(direct(middle, float(azimuth), km * 999.0), "south") for azimuth in range(0, 360, 45)]
    for level in (Level.COARSE, Level.EXISTS):
        shown = view(hidden, level, GRID, "a-1").declaration
        assert shown is not None
        met = {version for finding in batch((shown, *at_edge), TELLING) for version in finding.versions}
        assert {each.version_id for each in at_edge} <= met


# ---- the world in cells ----


@given(places, sizes)
@settings(max_examples=200, deadline=None)
def test_every_position_lies_within_the_outline_of_its_cell(position: Position, size_m: float) -> None:
    cell = cell_at(position, size_m)
    assert cell_at(centre(cell), size_m) == cell
    drawn = Declaration(Kind.OPERATION, "north", volumes=(Volume(outline([cell])),))
    assert batch((drawn, declared(position)), BARE)


@given(places, st.integers(0, 359))
@settings(max_examples=100, deadline=None)
def test_between_the_rows_of_an_outline_nothing_falls_through(middle: Position, azimuth: int) -> None:
    region = coarsen(declared(middle), GRID)
    drawn = Declaration(Kind.OPERATION, "north", volumes=(Volume(outline(region.cells)),))
    for metres in range(0, 3_500, 250):
        at = direct(middle, float(azimuth), float(metres))
        if cell_at(at, GRID.coarse_m) in region.cells:
            assert batch((drawn, declared(at)), BARE)


@given(places, st.integers(0, 359), st.integers(0, 999))
@settings(max_examples=200, deadline=None)
def test_cells_contain_a_site_and_its_margin(middle: Position, azimuth: int, metres: int) -> None:
    assert cell_at(direct(middle, float(azimuth), float(metres)), GRID.coarse_m) in cells(declared(middle), GRID)


def test_the_cells_of_the_world_are_the_world() -> None:
    size_m = 500_000.0
    rows: list[Cell] = []
    for row in range(40):
        cell = cell_at(Position(-180.0, row * 4.5 - 89.9), size_m)
        assert cell.row == row
        columns = {cell_at(Position(lon / 2.0, row * 4.5 - 89.9), size_m).column for lon in range(-360, 360)}
        rows += [Cell(size_m, row, column) for column in columns]
    assert sum(map(cell_area_m2, rows)) == pytest.approx(510_065_621.724e6, rel=1e-9)  # WGS84


def test_cells_are_about_as_wide_as_high_up_to_85_degrees() -> None:
    for lat in range(-85, 86, 5):
        assert cell_area_m2(cell_at(Position(10.0, float(lat)), 5_000.0)) == pytest.approx(25e6, rel=0.025)


# ---- over the versions of a chain ----


@st.composite
def walks(draw: st.DrawFn) -> list[Declaration]:
    """Versions of one site that wander by up to a kilometre at a time."""
    at = draw(places)
    out = [declared(at)]
    for _ in range(draw(st.integers(1, 8))):
        at = direct(at, float(draw(st.integers(0, 359))), draw(st.integers(0, 1_000)) * 1.0)
        out.append(declared(at))
    return out


@given(walks())
@settings(max_examples=60, deadline=None)
def test_what_is_held_over_versions_always_contains_the_latest(versions: list[Declaration]) -> None:
    held: Coarse | None = None
    for version in versions:
        held = coarsen(version, GRID, held=held)
        assert {cell_at(direct(_at(version), float(a), 999.0), GRID.coarse_m) for a in range(0, 360, 45)} <= held.cells
        wide = {cell_at(direct(_at(version), float(a), 999.0), GRID.exists_m) for a in range(0, 360, 45)}
        assert wide <= widen(held).cells


def _at(version: Declaration) -> Position:
    shape = version.volumes[0].shape
    assert isinstance(shape, Point)
    return shape.at


@given(places, st.integers(0, 359))
@settings(max_examples=60, deadline=None)
def test_a_site_that_moves_to_and_fro_across_an_edge_does_not_tell_where_the_edge_is(
    at: Position, azimuth: int
) -> None:
    first = coarsen(declared(at), GRID)
    there = declared(direct(at, float(azimuth), 900.0))
    held = first
    for version in (there, declared(at), there):
        held = coarsen(version, GRID, held=held)
        assert held == first


def test_a_site_that_shrinks_is_not_held_in_what_it_was() -> None:
    middle = Position(40.14, 35.33)
    large = Declaration(Kind.OPERATION, "north", volumes=(Volume(Circle(middle, 30_000.0)),))
    small = Declaration(Kind.OPERATION, "north", volumes=(Volume(Circle(middle, 500.0)),))
    assert coarsen(small, GRID, held=coarsen(large, GRID)) == coarsen(small, GRID)
    long = declared(middle, window=Window(Instant(FIRST_S), Instant(FIRST_S + 60 * 86_400.0)))
    short = declared(middle, window=Window(Instant(FIRST_S), Instant(FIRST_S + 3_600.0)))
    assert coarsen(short, GRID, held=coarsen(long, GRID)) == coarsen(short, GRID)
    assert coarsen(long, GRID, held=coarsen(short, GRID)) == coarsen(long, GRID)


# ---- settings ----


def test_a_grid_has_room_for_every_rule_and_buffer_of_the_theatre() -> None:
    theatre = replace(
        BARE,
        rules=(
            Rule("near", Selector(), Selector(), Relation.RESTRICTED, Margin(9_260.0, 300.0, 60.0)),
            Rule("late", Selector(), Selector(), Relation.RESTRICTED, Margin(100.0, 300.0, 7_200.0)),
        ),
        moving_buffers_m={"air": 5_000.0, "water": 9_000.0},
    )
    grid = Grid.of(theatre)
    assert (grid.margin_m, grid.margin_s, grid.buffer_m) == (9_260.0, 7_200.0, 9_000.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("coarse_m", 10.0), ("exists_m", 4_000.0), ("exists_m", float("nan")), ("coarse_s", 1.0), ("exists_s", 60.0)],
)
def test_cells_that_are_none_are_refused(field: str, value: float) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(GRID, **{field: value})
    assert refused.value.code == "grid-cells"


def test_at_coarse_the_matrix_holds_and_at_exists_one_rule_for_all() -> None:
    permitted = Rule("sites", Selector(Kind.STATIC_SITE), Selector(Kind.STATIC_SITE), Relation.PERMITTED)
    theatre = replace(BARE, rules=(permitted, *BARE.rules))
    here = Position(40.0, 35.0)
    site, other = declared(here), declared(here, party="north")
    operation = Declaration(Kind.OPERATION, "north", volumes=(Volume(Point(here)),))
    assert findings(view(site, Level.COARSE, GRID, "a"), other, theatre) == ()
    assert findings(view(site, Level.COARSE, GRID, "a"), operation, theatre)
    assert [each.rule for each in findings(view(site, Level.EXISTS, GRID, "a"), other, theatre)] == ["area"]
    assert terms(view(site, Level.FOOTPRINT, GRID, "a"), theatre) is theatre


def test_a_movement_is_shown_all_along_its_way_for_all_of_its_time() -> None:
    way = (Position(40.0, 35.0), Position(40.5, 35.0))
    route = Route(tuple(Waypoint(p, Instant(FIRST_S + 3_600.0 * k)) for k, p in enumerate(way)))
    journey = Declaration(
        Kind.MOVEMENT, "relief", volumes=(Volume(route, Window(Instant(FIRST_S), Instant(FIRST_S + 3_600.0))),)
    )
    shown = coarsen(journey, GRID)
    assert len(shown.patches) == 1
    for lon in (40.0, 40.1, 40.25, 40.4, 40.5):
        assert cell_at(Position(lon, 35.0), GRID.coarse_m) in shown.cells
