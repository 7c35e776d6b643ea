"""What must not change what the engine finds: order, repetition, turning the Earth, the calendar, company."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties.geoid import geoid_m
from tests.twin import brute
from tests.twin import strategies as twin
from tests.twin.transforms import later, mirrored, rotated
from thalweg.engine import batch, explain
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.theatre import Theatre

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def by_id(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    named = {f.id: f for f in findings}
    assert len(named) == len(findings)
    return named


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Declaration, ...], Theatre]:
    scene = draw(twin.scenes())
    world = draw(twin.worlds(scene, most=6))
    if draw(st.booleans()):
        world = (*world, draw(twin.lines(scene)))
    return world, draw(twin.theatres(scene))


@settings(SLOW, max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_changes_nothing_in_any_finding(
    case: tuple[tuple[Declaration, ...], Theatre], rng: Random
) -> None:
    world, theatre = case
    shuffled = list(world)
    rng.shuffle(shuffled)
    assert by_id(batch(shuffled, theatre)) == by_id(batch(world, theatre))
    assert batch(shuffled, theatre) == batch(world, theatre), "findings come in one order"


@settings(SLOW, max_examples=100)
@given(cases())
def test_a_few_pairs_are_told_to_the_last_bit_as_many_are(case: tuple[tuple[Declaration, ...], Theatre]) -> None:
    """Number by number, and as arrays: the same findings, written alike."""
    world, theatre = case
    with patch.object(explain, "_FEW", 1 << 30):
        few = batch(world, theatre)
    with patch.object(explain, "_FEW", 0):
        many = batch(world, theatre)
    assert few == many
    assert repr(few) == repr(many)


@settings(SLOW, max_examples=60)
@given(cases())
def test_a_version_given_twice_is_one(case: tuple[tuple[Declaration, ...], Theatre]) -> None:
    world, theatre = case
    twice = (*world, *(replace(d, title=d.title) for d in reversed(world)))
    assert batch(twice, theatre) == batch(world, theatre)


@settings(SLOW, max_examples=60)
@given(cases(), st.data())
def test_adding_a_declaration_never_removes_or_changes_anothers_finding(
    case: tuple[tuple[Declaration, ...], Theatre], data: st.DataObject
) -> None:
    """One crossing flight is a conflict; the same and a harmless parallel flight must be one too."""
    world, theatre = case
    before = by_id(batch(world[:-1], theatre))
    after = by_id(batch(world, theatre))
    assert before.items() <= after.items()
    new = world[-1].version_id
    assert all(new in finding.versions for i, finding in after.items() if i not in before)


@settings(SLOW, max_examples=60)
@given(cases())
def test_an_id_names_the_versions_and_the_rule_and_nothing_else(
    case: tuple[tuple[Declaration, ...], Theatre],
) -> None:
    world, theatre = case
    named = by_id(batch(world, theatre))
    assert len({(frozenset(f.versions), f.rule) for f in named.values()}) == len(named)
    by_version = {d.version_id: d for d in world}
    for finding in named.values():
        alone = tuple(by_version[v] for v in finding.versions)
        assert [f.id for f in batch(alone, theatre)] == [finding.id]


@settings(SLOW, max_examples=60)
@given(cases(), st.integers(-18_000, 18_000))
def test_turning_the_earth_changes_no_judgement(case: tuple[tuple[Declaration, ...], Theatre], hundredths: int) -> None:
    world, theatre = case
    assert_same_pairs(world, tuple(rotated(d, hundredths / 100.0) for d in world), theatre)


@settings(SLOW, max_examples=50)
@given(cases())
def test_the_other_hemisphere_is_judged_alike(case: tuple[tuple[Declaration, ...], Theatre]) -> None:
    world, theatre = case
    still = tuple(d for d in world if not d.segments)  # left and right change sides in a mirror
    assert_same_pairs(still, tuple(mirrored(d) for d in still), theatre)


@settings(SLOW, max_examples=60)
@given(cases(), st.integers(-20_000, 20_000))
def test_another_day_changes_no_judgement(case: tuple[tuple[Declaration, ...], Theatre], hours: int) -> None:
    world, theatre = case
    assert_same_pairs(world, tuple(later(d, 3600.0 * hours) for d in world), theatre)


def assert_same_pairs(world: tuple[Declaration, ...], changed: tuple[Declaration, ...], theatre: Theatre) -> None:
    """The same pairs, by title, as near as before; pairs that the twin sees at their threshold may differ."""
    before, after = (_by_title(w, theatre) for w in (world, changed))
    by_title = {d.title: d for d in world}
    for names in before.keys() ^ after.keys():
        one, other = (by_title[name] for name in names)
        found = brute.pair(one, other, theatre, geoid=geoid_m)
        assert found is not None
        assert found.answer is brute.Answer.NEAR, sorted(names)
    for names in before.keys() & after.keys():
        one_finding, other_finding = before[names], after[names]
        assert one_finding.type is other_finding.type
        assert abs(one_finding.horizontal_m - other_finding.horizontal_m) < 0.2


def _by_title(world: tuple[Declaration, ...], theatre: Theatre) -> dict[frozenset[str], Finding]:
    titles = {d.version_id: d.title for d in world}
    return {frozenset(titles[v] for v in f.versions): f for f in batch(world, theatre)}
