"""A fix that is offered clears everything and makes nothing new: checked again by brute force, not by the engine."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.properties.geoid import geoid_m
from tests.twin import brute
from tests.twin import strategies as twin
from tests.twin.transforms import without_end
from thalweg.engine import batch, suggest
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.findings import FindingType
from thalweg.model.theatre import Theatre

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))
TO_BE_CLEARED = (FindingType.CONFLICT, FindingType.CONTRADICTION)
MAY_CHANGE = (Kind.OPERATION, Kind.MOVEMENT)
PROTECTIONS = (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE)


def conflicts(d: Declaration, others: list[Declaration], theatre: Theatre) -> set[str]:
    """Titles of those that it surely conflicts with; what lies at its threshold is not held against a fix."""
    found = set()
    for other in others:
        one = brute.pair(d, other, theatre, geoid=geoid_m)
        if one is not None and one.answer is brute.Answer.YES and one.type in TO_BE_CLEARED:
            found.add(other.title)
    return found


def across(d: Declaration, others: list[Declaration], theatre: Theatre, *answers: brute.Answer) -> set[str]:
    """Titles of the lines on whose wrong side it is, or also those where that lies at the threshold."""
    found = set()
    for other in others:
        one = brute.pair(d, other, theatre, geoid=geoid_m)
        if one is not None and one.answer in answers and one.type is FindingType.WRONG_SIDE:
            found.add(other.title)
    return found


@settings(SLOW, max_examples=50)
@given(st.data())
def test_a_fix_that_is_offered_clears_all_and_makes_nothing_new(data: st.DataObject) -> None:
    """R28, D13."""
    scene = data.draw(twin.scenes((2e3, 20e3)))
    world = list(data.draw(twin.worlds(scene, most=4)))
    if data.draw(st.integers(0, 3)) == 0:
        world.append(data.draw(twin.lines(scene)))
    theatre = data.draw(twin.theatres(scene))
    by_version = {d.version_id: d for d in world}
    for _, suggestions in suggest(world, batch(world, theatre), theatre):
        original = by_version[suggestions.version]
        others = [d for d in world if d is not original]
        assert original.kind in MAY_CHANGE, "protections, lines and negatives are never offered a change"
        assert len(suggestions.fixes) <= 3
        assert [f.cost for f in suggestions.fixes] == sorted(f.cost for f in suggestions.fixes)
        event(f"fixes: {len(suggestions.fixes)}")
        touched = conflicts(original, others, theatre)
        before = across(original, others, theatre, brute.Answer.YES, brute.Answer.NEAR)
        for fix in suggestions.fixes:
            event(fix.change)
            assert fix.version == original.version_id
            assert_only_that_changed(original, fix.changed, fix.change)
            assert not conflicts(fix.changed, others, theatre), fix.sentence
            after = across(fix.changed, others, theatre, brute.Answer.YES)
            assert after <= before, fix.sentence
            lasting = [without_end(d) for d in others if d.kind in PROTECTIONS and d.title in touched]
            if fix.change == "time":
                assert not conflicts(fix.changed, lasting, theatre), f"rests on an end: {fix.sentence}"


def assert_only_that_changed(before: Declaration, after: Declaration, change: str) -> None:
    """A fix changes the one thing that it names, and leaves who, what and the rest as declared."""
    assert replace(after, volumes=before.volumes, declaration_id="", revision=0, replaces="") == replace(
        before, declaration_id="", revision=0, replaces=""
    )
    assert len(after.volumes) == len(before.volumes) or change == "trim"
    for one, other in zip(before.volumes, after.volumes, strict=change != "trim"):
        assert one.uncertainty == other.uncertainty
        if change in ("altitude", "trim", "offset"):
            assert one.window == other.window
        if change in ("time", "trim", "offset"):
            assert one.band == other.band
        if change == "altitude" and brute.Placed(before.kind, one).route is None:
            assert one.shape == other.shape
