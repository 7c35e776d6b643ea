"""R13: whatever is entered, confirmed or rumoured of sources, every alert is the one that there would have been."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_world import Room, circle
from thalweg.model.events import NoticeKind, Said
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.sourced import (
    ClaimConfirmed,
    ClaimWithdrawn,
    DayTold,
    Descent,
    Force,
    GoesBack,
    NumberTold,
    PlaceTold,
    SourceEntered,
    SourceShared,
)

NAMES = ("5e" * 32, "3c" * 32)
PARTIES = ("alpha", "bravo", "charlie")
PARTY = st.sampled_from(PARTIES)
NAME = st.sampled_from(NAMES)
# A zone that a press report speaks of, over the very place where the others are.
ZONE = (PlaceTold("the north side", ("ex:1",), Position(40.0, 35.0), 30_000),)
CLAIMS = st.builds(
    ClaimConfirmed, PARTY, NAME, st.just("x/1"), st.just(0), st.integers(1, 50), st.sampled_from(Force),
    st.just("a no-fly zone over the north side"), st.just(""), st.sampled_from(["", *PARTIES]),
    about=st.just((DayTold("now", "2017-09-15", "2017-09-16"),)), places=st.just(ZONE),
    numbers=st.just((NumberTold("6", "aircraft"),)),
)  # fmt: skip
SAID = st.one_of(
    st.builds(
        SourceEntered, PARTY, NAME, st.just(10), st.just("text"), st.lists(PARTY, max_size=3, unique=True).map(tuple),
        lineage=st.sampled_from([(), (GoesBack("a1" * 32, Descent.COPY),)]),
    ),
    st.builds(SourceShared, PARTY, NAME, st.lists(PARTY, min_size=1, max_size=3, unique=True).map(tuple)),
    CLAIMS,
    st.builds(ClaimWithdrawn, PARTY, st.just("0" * 64)),
)  # fmt: skip
DECLARED = st.tuples(st.sampled_from(PARTIES), st.sampled_from(("P", "Q")), st.integers(0, 3))


def alerts(desk: Room) -> list[object]:
    """Everything about what meets what, and what each party was told and owes of it, without what hangs on hashes."""
    world = desk.desk.world
    met = sorted((each.rule, each.certainty, str(each.since)) for each in world.picture.open.values())
    told = [
        (party, each.what, each.severity, each.owed, each.of, [(f.rule, f.certainty) for f in each.findings], each.bell)
        for party in PARTIES
        for each in desk.notices(party)
        if each.what not in (NoticeKind.SOURCE, NoticeKind.CLAIM)
    ]
    # Two clocks that run out in one instant are told in the order of their notices' names, which are hashes.
    return [met, sorted(told, key=repr), sorted(world.picture.chains)]


def run(statements: list[Said | tuple[str, str, int]], *, with_sources: bool) -> list[object]:
    desk = Room(PARTIES)
    desk.channel(*PARTIES, level=Level.FULL)
    for each in statements:
        if isinstance(each, tuple):
            party, name, step = each
            known = desk.desk.world.picture.chains.get(f"{party}/{name}")
            made = circle(name, party, lon=40.0 + step / 100)
            if known is None:
                desk.declare(party, made, declines=True)
        elif with_sources:
            desk.say(each.by, each)  # type: ignore[union-attr]  # all of them name a party
    desk.later(1800)
    return alerts(desk)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(DECLARED, SAID), min_size=2, max_size=14))
def test_no_source_and_no_claim_has_an_effect_on_any_alert(statements: list[Said | tuple[str, str, int]]) -> None:
    assert run(statements, with_sources=True) == run(statements, with_sources=False)


def test_there_are_alerts_to_be_changed() -> None:
    """So that the property above can fail."""
    entered = SourceEntered("alpha", NAMES[0], 10, "text", ("bravo",))
    claim = ClaimConfirmed("alpha", NAMES[0], "x/1", 0, 9, Force.RUMOUR, "a no-fly zone", places=ZONE)
    met = run([("alpha", "P", 0), entered, claim, replace(claim, end=8), ("bravo", "Q", 0)], with_sources=True)
    assert met[0]
    assert any(findings for *_, findings, _ in met[1])  # type: ignore[attr-defined]  # a list of tuples
