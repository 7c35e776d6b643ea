"""A log that is folded in rounds, each of them made into rows before the next, is the world that is folded at once:
a desk that has lost what it had put away loses and invents nothing (R42's ground)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_world import SECRET, Room
from tests.properties.test_kept_worlds import LEVELS, STEP, loads, same, take, timers
from thalweg.desk.decide import Desk
from thalweg.engine import Online
from thalweg.policy.alias import Aliases
from thalweg.policy.tell import Policy
from thalweg.state.packed import Table
from thalweg.state.shelved import put_away, settle, take_out
from thalweg.state.world import World


@settings(max_examples=10, deadline=None)
@given(
    st.lists(STEP, max_size=9),
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=12),
    st.booleans(),
)
def test_a_log_folded_in_rounds_of_any_size_is_the_world_folded_at_once(
    steps: list[tuple[str, int, int, int]], rounds: list[tuple[int, bool]], open_terms: bool
) -> None:
    """`rounds`: how many entries each has, and whether the fold is broken off after it and goes on from what was put
    away."""
    room = Room()
    room.channel("alpha", "bravo", room=open_terms, level=None if open_terms else LEVELS[2])
    revisions: dict[tuple[str, int], int] = {}
    for step in steps:
        take(room, step, revisions)
    load = loads(room)
    world, whole = World(load), World(load)
    size, number = room.desk.world.size, 0
    while world.size < size:
        entries, broken = rounds[number % len(rounds)]
        number += 1
        for index in range(world.size, min(size, world.size + entries)):
            world.apply(load(index))
        settle(world)
        if broken:
            world = take_out(put_away(world), load)
    for index in range(size):
        whole.apply(load(index))
    assert isinstance(world.picture.chains, Table)
    same(world, whole)
    same(take_out(put_away(world), load), whole)
    one, other = (
        Desk(
            each,
            Policy(each, Aliases(SECRET)),
            lambda theatre, each=each: Online(theatre, declaration_of=each.picture.declaration, regions=False),  # type: ignore[misc]  # of a loop
            "test",
        )
        for each in (world, whole)
    )
    assert {each.id for each in one.online.findings} == {each.id for each in room.desk.online.findings}
    assert set(one.online.versions) == set(room.desk.online.versions)
    assert one.online.snapshot() == other.online.snapshot()
    assert timers(one, room.now) == timers(other, room.now)
