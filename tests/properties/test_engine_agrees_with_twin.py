"""The engine against the brute-force twin, outside the band where the two may differ by rounding.

The band is 0.1 m for features up to 50 km and 10 m up to 500 km (`brute.slack_for`). Inside it nothing is
asked; the cases at a threshold are made so that they lie just outside it.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.properties.geoid import geoid_m
from tests.twin import brute
from tests.twin import strategies as twin
from tests.twin.brute import Answer, Placed
from tests.twin.oracle import core_gap_m, direct, distance_m, gap_m, region
from thalweg.engine import batch
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Route
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ANY = Selector()


def one_rule(margin: Margin) -> Theatre:
    return Theatre("property", (Rule("any", ANY, ANY, Relation.NOT_PERMITTED, margin),))


def by_pair(findings: tuple[Finding, ...]) -> dict[tuple[frozenset[str], str], Finding]:
    pairs = {(frozenset(f.versions), f.rule): f for f in findings}
    assert len(pairs) == len(findings), "one finding for each pair of versions and rule"
    return pairs


def assert_agree(world: tuple[Declaration, ...], theatre: Theatre) -> None:
    found = by_pair(batch(world, theatre))
    expected = brute.findings(world, theatre, geoid=geoid_m)
    titles = {d.version_id: d.title for d in world}
    negative = {d.version_id for d in world if d.kind is Kind.NEGATIVE}
    for key, twin_found in expected.items():
        names = sorted(titles[v] for v in key[0])
        if twin_found.answer is Answer.YES:
            assert key in found, f"missed: {names}"
            if not negative & key[0]:
                assert found[key].type is twin_found.type, names
            if twin_found.horizontal_m is not None:
                reach_m = max(region(v.shape).reach_m for d in world for v in d.volumes)
                off_m = abs(found[key].horizontal_m - twin_found.horizontal_m)
                assert off_m <= (0.1 if reach_m <= 50e3 else 10.0), (names, twin_found.horizontal_m)
    for key in found:
        assert key in expected, f"made up: {sorted(titles[v] for v in key[0])}"


@settings(SLOW, max_examples=60)
@given(st.data())
def test_every_pair_of_up_to_five_declarations_is_judged_as_by_brute_force(data: st.DataObject) -> None:
    """R1, R12, R13, R28, R29."""
    scene = data.draw(twin.scenes())
    theatre = data.draw(twin.theatres(scene))
    assert_agree(data.draw(twin.worlds(scene)), theatre)


@settings(SLOW, max_examples=50)
@given(st.data())
def test_pairs_of_five_hundred_kilometres_are_judged_as_by_brute_force(data: st.DataObject) -> None:
    scene = data.draw(twin.scenes((200e3, 500e3)))
    theatre = data.draw(twin.theatres(scene))
    assert_agree(data.draw(twin.worlds(scene, most=4)), theatre)


@settings(SLOW, max_examples=50)
@given(st.data())
def test_heights_in_any_datums_are_judged_as_by_brute_force(data: st.DataObject) -> None:
    """R27."""
    scene = data.draw(twin.scenes((2e3, 20e3)))
    theatre = data.draw(twin.theatres(scene))
    assert_agree(data.draw(twin.worlds(scene, most=4, datums=twin.ALL_DATUMS)), theatre)


@settings(SLOW, max_examples=60)
@given(st.data())
def test_what_is_a_little_nearer_than_the_margin_conflicts_and_a_little_farther_does_not(
    data: st.DataObject,
) -> None:
    """The twin measures; the disc is given the radius that leaves 15 cm more, or less, than the margin."""
    scene = data.draw(twin.scenes((300.0, 3e3, 20e3)))
    shape = data.draw(twin.still_shapes(scene))
    azimuth, away = data.draw(st.integers(0, 359)), data.draw(st.integers(110, 250))
    centre = direct(scene.middle, azimuth, scene.size_m * away / 100.0)
    away_m = gap_m(region(shape), region(Circle(centre, 1e-3)))
    margin_m = round(away_m * data.draw(st.integers(1, 9)) / 10.0)
    for off_m in (-0.15, 0.15):
        radius_m = away_m - margin_m - off_m
        if radius_m < 0.01:
            continue
        theatre = one_rule(Margin(margin_m, None))
        band = Band(0.0, 100.0, Datum.EGM96)
        world = (
            Declaration(Kind.OPERATION, "north", "a", (Volume(shape, band=band),)),
            Declaration(Kind.OPERATION, "south", "b", (Volume(Circle(centre, radius_m), band=band),)),
        )
        assert bool(batch(world, theatre)) is (off_m < 0.0), (away_m, margin_m, radius_m)


@settings(SLOW, max_examples=60)
@given(st.data())
def test_moving_positions_are_judged_right_next_to_the_threshold(data: st.DataObject) -> None:
    """As above for two routes: the twin finds the closest approach, and the margin is set by it."""
    scene = data.draw(twin.scenes((3e3, 20e3)))
    one, other = (data.draw(twin.routes(scene, twin.ONE_DATUM)) for _ in range(2))
    margin = Margin(0.0, None, data.draw(st.sampled_from((0.0, 0.0, 60.0, 600.0))))
    a, b = _movement("a", one), _movement("b", other)
    p, q = Placed(a.kind, a.volumes[0]), Placed(b.kind, b.volumes[0])
    if brute.time_gap_s(p.volume.window, q.volume.window) >= margin.time_s:
        assert not batch((a, b), one_rule(margin))
        return
    nearest_m = brute.nearest_core_m(p, q, margin)
    radii_m = one.radius_m + other.radius_m
    note(f"closest approach {nearest_m}, radii {radii_m}")
    for off_m in (-0.15, 0.15):
        margin_m = nearest_m - radii_m - off_m
        if margin_m <= 0.01:
            continue
        theatre = one_rule(Margin(margin_m, None, margin.time_s))
        assert bool(batch((a, b), theatre)) is (off_m < 0.0), (nearest_m, margin_m)


def _movement(title: str, route: Route) -> Declaration:
    window = Window(route.waypoints[0].time, route.waypoints[-1].time)
    return Declaration(Kind.MOVEMENT, title, title, (Volume(route, window),))


@settings(SLOW, max_examples=60)
@given(st.data())
def test_lines_and_their_sides_are_judged_as_by_brute_force(data: st.DataObject) -> None:
    """R33, R34."""
    scene = data.draw(twin.scenes((20e3, 50e3)))
    line = data.draw(twin.lines(scene))
    others = data.draw(twin.worlds(scene, most=3, most_volumes=1))
    theatre = Theatre("lines", (Rule("none", ANY, ANY, Relation.PERMITTED),))
    assert_agree((line, *others), theatre)


@settings(SLOW, max_examples=50)
@given(st.data())
def test_the_closest_points_lie_on_the_two_and_are_as_far_apart_as_said(data: st.DataObject) -> None:
    """The two points that a finding names are on the stated regions and their distance is the finding's."""
    scene = data.draw(twin.scenes((2e3, 20e3)))
    theatre = one_rule(Margin(scene.size_m * 2.0, None))
    world = tuple(
        Declaration(Kind.OPERATION, title, title, (Volume(data.draw(twin.still_shapes(scene))),))
        for title in ("a", "b")
    )
    titles = {d.version_id: d for d in world}
    for finding in batch(world, theatre):
        p, q = finding.closest
        assert abs(distance_m(p, q) - finding.horizontal_m) < 0.1
        for spot, version in zip((p, q), finding.versions, strict=True):
            shape = region(titles[version].volumes[0].shape)
            assert core_gap_m(region(Circle(spot, 1.0)), shape) - shape.radius_m < 0.1
