"""Rings and paths as formats give them: what is odd is flagged and kept, what is nowhere is refused (R3)."""

from __future__ import annotations

import pytest

from thalweg.drafts.outlines import AreaOutline, LonLat, PathOutline, area_shape, path_points, timed_points
from thalweg.model.errors import InputError, ThalwegError, ValueRefused
from thalweg.model.shapes import Path, Polygon, Position, edge_without_course

SQUARE: tuple[LonLat, ...] = ((40.123, 35.1), (40.223, 35.1), (40.223, 35.2), (40.123, 35.2), (40.123, 35.1))


def codes(ring: tuple[LonLat, ...], *holes: tuple[LonLat, ...], straight: bool = False) -> list[str]:
    return [flag.code for flag in area_shape(AreaOutline(((ring, *holes),), straight))[1]]


def test_a_plain_ring_keeps_its_vertices_and_gets_no_flag() -> None:
    shape, flags = area_shape(AreaOutline(((SQUARE,),)))
    assert shape == Polygon(tuple(Position(lon, lat) for lon, lat in SQUARE[:-1]))
    assert flags == ()


def test_a_bow_tie_is_flagged_and_kept() -> None:
    bow = (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])
    shape, flags = area_shape(AreaOutline(((bow,),)))
    assert [flag.code for flag in flags] == ["ring-self-crossing"]
    assert isinstance(shape, Polygon)
    assert [(p.lon, p.lat) for p in shape.outer] == list(bow[:-1])


@pytest.mark.parametrize("turn", range(7))
def test_a_crossing_is_found_wherever_the_ring_begins(turn: int) -> None:
    ring = ((0.1, 0.0), (4.0, 0.0), (4.0, 3.0), (2.0, 3.0), (2.0, -1.0), (1.0, -1.0), (1.0, 3.0))
    assert codes(ring[turn:] + ring[:turn]) == ["ring-self-crossing"]


@pytest.mark.parametrize("turn", range(8))
def test_a_star_a_spiral_and_a_comb_cross_nothing(turn: int) -> None:
    comb = ((0.0, 0.0), (8.0, 0.0), (8.0, 5.0), (6.0, 5.0), (6.0, 1.0), (2.0, 1.0), (2.0, 5.0), (0.0, 5.0))
    assert codes(comb[turn:] + comb[:turn]) == []


def test_a_ring_that_touches_itself_in_a_vertex_is_flagged_as_touching() -> None:
    eight = ((0.0, 0.0), (2.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 2.0), (1.0, 1.0))
    assert codes(eight) == ["ring-self-touching"]


def test_a_ring_wound_twice_is_not_taken_for_simple() -> None:
    around = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
    inner = tuple((lon * 0.5 + 0.01, lat * 0.5 + 0.02) for lon, lat in around)
    assert codes(around + inner) == ["ring-self-crossing"]


def test_repeated_vertices_are_left_out_and_flagged() -> None:
    shape, flags = area_shape(AreaOutline(((SQUARE[:2] + SQUARE[1:],),)))
    assert [flag.code for flag in flags] == ["vertex-repeated"]
    assert isinstance(shape, Polygon)
    assert len(shape.outer) == 4


def test_a_hole_outside_its_ring_is_flagged() -> None:
    hole = tuple((lon + 1, lat) for lon, lat in SQUARE)
    assert codes(SQUARE, hole) == ["hole-outside"]
    inside = tuple((40.15 + (lon - 40.123) / 4, 35.12 + (lat - 35.1) / 4) for lon, lat in SQUARE)
    assert codes(SQUARE, inside) == []


@pytest.mark.parametrize("straight", [True, False])
def test_holes_that_leave_nothing_of_their_ring_are_refused(straight: bool) -> None:
    """Nothing in it would meet anything: no conflict would be found where one was declared."""
    around = tuple((40.173 + (lon - 40.173) * 2, 35.15 + (lat - 35.15) * 2) for lon, lat in SQUARE)
    west = ((40.1, 35.0), (40.18, 35.0), (40.18, 35.3), (40.1, 35.3))
    east = tuple((lon + 0.06, lat) for lon, lat in west)
    turned = (*SQUARE[2:-1], *SQUARE[:3])
    for holes in ((SQUARE,), (SQUARE[::-1],), (turned,), (around,), (west, east)):
        with pytest.raises(InputError) as refused:
            codes(SQUARE, *holes, straight=straight)
        assert refused.value.code == "hole-whole"


def test_holes_that_leave_something_are_kept() -> None:
    corner = (SQUARE[0], SQUARE[1], SQUARE[2])
    (sw, se, ne, nw, _), mid = SQUARE, (40.173, 35.15)
    star = (sw, (40.173, 35.14), se, (40.183, 35.15), ne, (40.173, 35.16), nw, mid)
    for hole in (corner, star):
        assert isinstance(area_shape(AreaOutline(((SQUARE, hole),)))[0], Polygon)


def test_a_hole_is_compared_across_the_antimeridian() -> None:
    ring = ((179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0))
    hole = ((-179.5, 11.0), (179.5, 11.0), (179.5, 10.0), (-179.5, 10.0))
    with pytest.raises(InputError):
        codes(ring, hole)
    inner = ((179.8, 10.2), (-179.8, 10.2), (-179.8, 10.6))
    assert isinstance(area_shape(AreaOutline(((ring, inner),)))[0], Polygon)


def test_a_jump_over_the_antimeridian_is_read_the_short_way_and_flagged_in_straight_formats() -> None:
    ring = ((179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0), (179.5, 10.0))
    assert codes(ring, straight=True) == ["antimeridian-jump"]
    assert codes(ring) == []
    shape, _ = area_shape(AreaOutline(((ring,),), straight=True))
    assert isinstance(shape, Polygon)
    assert all(abs(p.lon) >= 179.5 for p in shape.outer)


def test_an_edge_around_the_whole_earth_is_refused_rather_than_collapsed() -> None:
    belt = ((-180.0, 50.0), (180.0, 50.0), (180.0, 60.0), (-180.0, 60.0), (-180.0, 50.0))
    with pytest.raises(InputError) as refused:
        area_shape(AreaOutline(((belt,),), straight=True))
    assert refused.value.code == "ring-around"


def test_more_than_a_hemisphere_is_refused_for_its_inside_would_be_the_other_side() -> None:
    wide = ((-89.0, -80.0), (89.0, -80.0), (179.0, -80.0), (179.0, 80.0), (0.0, 80.0), (-120.0, 80.0), (-120.0, -80.0))
    with pytest.raises(InputError) as refused:
        area_shape(AreaOutline(((wide,),), straight=True))
    assert refused.value.code == "ring-hemisphere"


def test_a_ring_around_a_pole_is_flagged() -> None:
    cap = ((0.0, 80.0), (90.0, 80.0), (180.0, 80.0), (-90.0, 80.0))
    assert codes(cap) == ["edge-long", "ring-around-pole"] or codes(cap) == ["ring-around-pole"]


def test_a_continent_by_mistake_is_flagged() -> None:
    big = ((-20.0, -10.0), (60.0, -10.0), (60.0, 60.0), (-20.0, 60.0))
    assert set(codes(big)) == {"edge-long", "ring-huge"}


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        (((40.0, 35.0), (40.1, 35.0), (40.0, 35.0)), "ring-short"),
        (((40.0, 35.0), (400.0, 35.0), (40.0, 36.0)), "position-range"),
        (((40.0, 35.0), (40.0, float("nan")), (41.0, 36.0)), "position-range"),
        (((40.0, 35.0), (float("inf"), 35.0), (41.0, 36.0)), "position-range"),
        ((), "ring-short"),
    ],
)
def test_a_ring_that_is_nowhere_is_refused(ring: tuple[LonLat, ...], code: str) -> None:
    with pytest.raises(ThalwegError) as refused:
        area_shape(AreaOutline(((ring,),)))
    assert refused.value.code == code


def test_antarctica_as_rfc_7946_cuts_it_is_a_cap() -> None:
    ring = (
        (-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (90.0, -70.0), (0.0, -70.0), (-90.0, -70.0),
        (-180.0, -70.0), (-180.0, -90.0),
    )  # fmt: skip
    shape, _ = area_shape(AreaOutline(((ring,),), straight=True))
    assert isinstance(shape, Polygon)
    assert {round(p.lat) for p in shape.outer} >= {-90, -70}


def test_a_path_needs_two_places_and_a_route_may_stand_still() -> None:
    with pytest.raises(InputError):
        path_points(PathOutline(((40.0, 35.0), (40.0, 35.0))))
    made, _ = timed_points(PathOutline(((40.0, 35.0), (40.0, 35.0), (40.1, 35.0))))
    assert [(leg, share) for leg, share, _ in made] == [(0, 0.0), (1, 0.0), (1, 1.0)]


def test_a_missing_digit_makes_a_long_edge_that_is_flagged() -> None:
    _, flags = path_points(PathOutline(((40.1, 35.3), (4.01, 35.3), (40.2, 35.4))))
    assert [flag.code for flag in flags] == ["edge-long"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((10.0, 20.0), (-170.0, -20.0)),
        ((10.0, 20.0), (-169.4, -20.5)),
        ((-90.0, 0.0), (90.0, 0.0)),
        ((0.0, 0.0), (179.4, 0.4)),
        ((5.0, 90.0), (60.0, -90.0)),
        ((5.0, 89.7), (60.0, -89.7)),
    ],
)
def test_an_edge_to_the_opposite_side_of_the_earth_has_no_course_and_is_refused(a: LonLat, b: LonLat) -> None:
    """R3: which way round is meant is not guessed, and what may run anywhere is not told to run along one way."""
    for points in ((a, b), (b, a), ((1.0, 1.0), a, b)):
        for read in (path_points, timed_points):
            with pytest.raises(InputError) as refused:
                read(PathOutline(points))
            assert refused.value.code == "edge-antipodal"
            assert "every way round is as short" in refused.value.sentence
    with pytest.raises(InputError) as refused:
        area_shape(AreaOutline((((a, b, ((a[0] + b[0]) / 2, 10.0)),),)))
    assert refused.value.code == "edge-antipodal"
    assert edge_without_course(Path((Position(*a), Position(*b)))) == (Position(*a), Position(*b))


@pytest.mark.parametrize(
    ("a", "b"), [((10.0, 20.0), (-170.0, -18.9)), ((0.0, 0.0), (178.9, 0.0)), ((0.0, 0.0), (0.0, 0.0))]
)
def test_a_very_long_edge_that_still_has_a_course_is_kept(a: LonLat, b: LonLat) -> None:
    assert timed_points(PathOutline((a, b)))[0]
    assert edge_without_course(Path((Position(*a), Position(*b)))) is None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((-80.0, 0.0), (100.0, 0.0)),
        ((7.0, 90.0), (7.0, -90.0)),
        ((-80.0, 0.1), (99.8, 0.0)),
        ((7.0, 89.6), (7.0, -90.0)),
    ],
)
def test_a_straight_edge_half_round_the_earth_has_its_course(a: LonLat, b: LonLat) -> None:
    """In longitude and latitude it runs along the parallel or the meridian, through the vertices that are put in."""
    points, flags = path_points(PathOutline((a, b), straight=True))
    assert edge_without_course(Path(points)) is None
    for share, point in zip((1 / 3, 2 / 3), points[1:-1], strict=False):
        if len(points) == 4:
            assert (point.lon, point.lat) == pytest.approx((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    assert [flag.code for flag in flags] == ["edge-long"]


def test_positions_off_the_earth_are_refused_on_paths_too() -> None:
    with pytest.raises(ValueRefused):
        path_points(PathOutline(((40.1, 95.3), (40.2, 35.4))))
