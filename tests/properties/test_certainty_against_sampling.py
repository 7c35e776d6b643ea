"""Certain, likely, possible (R29): against values drawn within the stated bounds, one after another.

The twin's sampling lays shapes into a plane, so what is asked leaves room: `certain` must hold at every
value tried, and must be said where it holds even with bounds a tenth wider; between `likely` and `possible`
nothing is asked where the share is near a half.
"""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.properties.geoid import geoid_m
from tests.twin import strategies as twin
from tests.twin.brute import Placed, datums_of
from tests.twin.certainty import Pair, always, extreme_shifts, share
from thalweg.engine import batch
from thalweg.model.declarations import Declaration, Kind, Uncertainty, Volume
from thalweg.model.findings import Certainty
from thalweg.model.measures import Datum
from thalweg.model.shapes import Circle, Point
from thalweg.model.theatre import Heights, Margin, Relation, Rule, Selector, Theatre

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def one_rule(margin: Margin, heights: Heights) -> Theatre:
    rule = Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, margin)
    return Theatre("property", (rule,), heights=heights)


@st.composite
def known_about(draw: st.DrawFn, scene: twin.Scene) -> Uncertainty:
    return Uncertainty(
        scene.size_m * draw(st.sampled_from((0, 10, 50, 150))) / 1000.0,
        draw(st.sampled_from((0.0, 50.0, 300.0))),
        draw(st.sampled_from((0.0, 120.0, 900.0))),
    )


@settings(SLOW, max_examples=100)
@given(st.data())
def test_how_sure_a_finding_is_agrees_with_trying_values(data: st.DataObject) -> None:
    scene = data.draw(twin.scenes((2e3, 10e3)))
    drawn = []
    for title in ("a", "b"):
        moving = title == "a" and data.draw(st.booleans())
        plain = data.draw(twin.volumes(scene, datums=twin.ALL_DATUMS, moving=moving, uncertain=False))
        volume = Volume(plain.shape, plain.window, plain.band, data.draw(known_about(scene)))
        kind = data.draw(st.sampled_from((Kind.OPERATION, Kind.NEGATIVE))) if title == "b" else Kind.OPERATION
        drawn.append(Declaration(kind, title, title, (volume,)))
    a, b = drawn
    p, q = Placed(a.kind, a.volumes[0]), Placed(b.kind, b.volumes[0])
    margin = data.draw(twin.margins(scene))
    if p.route or q.route:
        margin = Margin(margin.horizontal_m, margin.vertical_m)
    heights = Heights(ground_min_m=0.0, ground_max_m=500.0, pressure_m=300.0)
    found = batch((a, b), one_rule(margin, heights))
    assume(found)
    said = found[0].certainty
    event(said.value)
    pair = Pair(p, q, margin, heights, geoid=geoid_m)
    told = p.has_profile or p.extent.stated, q.has_profile or q.extent.stated
    everywhere = reaches_through(p) or reaches_through(q)
    if margin.vertical_m is not None and not everywhere and told in ((True, False), (False, True)):
        assert said is Certainty.POSSIBLE, "one states no height"
        return
    if said is Certainty.CERTAIN:
        # A little inside the bounds and beyond the margin, so that no touch at a rim is held against the engine.
        wider = replace(margin, horizontal_m=margin.horizontal_m + 0.5)
        roomy = Pair(p, q, wider, heights, geoid=geoid_m)
        for value in extreme_shifts(roomy, stretch=0.98):
            assert roomy.shift(value), value
        return
    if always(pair, stretch=1.1) and not _at_a_touch(pair):
        # It may be unable to prove it, for outlines that interlock; for discs and points it must be able to.
        assert found[0].share > 0.99
        assert not all(isinstance(x.volume.shape, Circle | Point) for x in (p, q))
        return
    part = share(pair, count=1500)
    assert abs(found[0].share - part) < 0.12
    if said is Certainty.LIKELY:
        assert part > 0.42
    elif Datum.UNKNOWN not in datums_of(p) | datums_of(q):
        assert part < 0.58
    if Datum.UNKNOWN in datums_of(p) | datums_of(q) and not everywhere and not always_level(pair):
        assert said is Certainty.POSSIBLE, "the datum of one is unknown"


def reaches_through(p: Placed) -> bool:
    """Whether it takes every height, by its kind or by a band that is open both ways."""
    e = p.extent
    return not p.has_profile and e.stated and e.lower_m == -math.inf and e.upper_m == math.inf


def always_level(pair: Pair) -> bool:
    """Whether height parts them at no value: every reading of an unknown datum meets. Profiles: not asked."""
    if pair.a.has_profile or pair.b.has_profile:
        return True
    return all(pair.bands_meet(value) for value in extreme_shifts(pair))


def _at_a_touch(pair: Pair) -> bool:
    """Whether the margins a hair smaller would make it uncertain: nothing is asked then."""
    m = pair.margin
    smaller = Margin(max(0.0, m.horizontal_m - 2.0), m.vertical_m, m.time_s)
    shrunk = Pair(pair.a, pair.b, smaller, pair.heights, geoid=geoid_m)
    return not always(shrunk, stretch=1.1)
