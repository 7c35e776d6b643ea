"""A world that was put away and taken out again, with the rest of the log folded on top, is the world of the whole log;
and what is kept is never believed against the log. Proves R42's ground: a restart loses and invents nothing."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_world import SECRET, Room, circle
from thalweg.desk.clocks import Due
from thalweg.desk.decide import Desk
from thalweg.desk.kept import KeptDesk
from thalweg.engine import Online
from thalweg.ledger.entry import Entry
from thalweg.model.declarations import Kind
from thalweg.model.errors import EngineError
from thalweg.model.events import Acknowledged, Release, Released, Response, Withdrawn
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.alias import Aliases
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import Policy
from thalweg.state.history import Had
from thalweg.state.packed import Names, Table
from thalweg.state.recorded import Recorded, recorded
from thalweg.state.shelved import FORMAT, put_away, take_out
from thalweg.state.world import World

PARTS = (
    *("picture", "exchange", "channels", "agreements", "cases", "cases.sought", "sourced", "membership", "history"),
)
NOT_THE_STATE = {"_load", "_decoded", "_recent", "ahead", "sought", *PARTS}

STEP = st.one_of(
    st.tuples(st.just("declare"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("site"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("withdraw"), st.integers(0, 1), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("release"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("answer"), st.integers(0, 1), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("later"), st.just(0), st.integers(1, 90), st.just(0)),
)
LEVELS = (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS)


def take(room: Room, step: tuple[str, int, int, int], revisions: dict[tuple[str, int], int]) -> None:
    what, side, number, more = step
    party, other = ("alpha", "bravo") if side == 0 else ("bravo", "alpha")
    match what:
        case "declare" | "site":
            kind = Kind.OPERATION if what == "declare" else Kind.STATIC_SITE
            revision = revisions[what, number] = revisions.get((what, number), -1) + 1
            name, lon = f"{party}-{what}-{number}", 40.0 + number * 0.01 + more * 0.001
            room.declare(party, circle(name, party, lon, kind=kind, revision=revision), declines=True)
        case "withdraw":
            room.say(party, Withdrawn(party, f"{party}-declare-{number}"))
        case "release":
            room.say(party, Released(party, f"{party}-declare-{number}", (Release(other, LEVELS[more]),)))
        case "answer":
            box = room.desk.world.exchange.mailbox(party)
            if box:
                room.say(party, Acknowledged(party, box[number % len(box)].id, Response.RECEIVED))
        case _:
            room.later(number * 3600.0)


def plain(value: Any) -> Any:
    """With rows made into what they are of; dictionaries keep their order."""
    if isinstance(value, Had):
        return {name: plain(held) for name, held in vars(value).items()}
    if isinstance(value, Names):
        return list(value)
    return [(key, plain(value[key])) for key in list(value)] if isinstance(value, Mapping) else value


def same(one: World, other: World) -> None:
    for part in ("", *PARTS):
        first, second = (attrgetter(part)(each) if part else each for each in (one, other))
        for name in vars(first).keys() - NOT_THE_STATE:
            assert plain(getattr(first, name)) == plain(getattr(second, name)), f"{part}.{name}"


def loads(room: Room) -> Any:
    def load(index: int) -> Recorded:
        data = room.store.entry(index)
        assert data is not None
        return recorded(index, Entry.parse(data), lambda digest: getattr(room.store.payload(digest), "payload", None))

    return load


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=14), st.lists(STEP, max_size=8), st.booleans())
def test_what_was_put_away_and_the_rest_of_the_log_are_the_world(
    before: list[tuple[str, int, int, int]], after: list[tuple[str, int, int, int]], open_terms: bool
) -> None:
    room = Room()
    room.channel("alpha", "bravo", room=open_terms, level=None if open_terms else Level.COARSE)
    revisions: dict[tuple[str, int], int] = {}
    for step in before:
        take(room, step, revisions)
    kept, engine = put_away(room.desk.world), room.desk.online.snapshot()
    for step in after:
        take(room, step, revisions)
    load = loads(room)
    world = take_out(kept, load)
    assert isinstance(world.picture.chains, Table)
    whole = World(load)
    for index in range(room.desk.world.size):
        record = load(index)
        whole.apply(record)
        if index >= world.size:
            world.apply(record)
    same(world, whole)
    same(take_out(put_away(world), load), whole)  # rows that were never looked at go on as they are

    def resume(theatre: Any) -> Online:
        return Online.restore(engine, theatre, declaration_of=world.picture.declaration, regions=False)

    desk = Desk(
        world, Policy(world, Aliases(SECRET)), lambda theatre: Online(theatre, regions=False), "test", resume=resume
    )
    assert {each.id for each in desk.online.findings} == {each.id for each in room.desk.online.findings}
    assert set(desk.online.versions) == set(room.desk.online.versions)


def timers(desk: Desk, now: Instant) -> set[tuple[float, str, str, int]]:
    """What must not be missing. When the notifier is told of silence is found out anew when it comes up, so the time is
    only the soonest that it may be; and one that came up before is over, as is seen then."""
    every = (*desk.clocks._heap, *desk.clocks._kept.left())
    return {
        (0.0 if each.what is Due.SILENCE else each.at_s, each.what.value, each.subject, each.step)
        for each in every
        if each.what is not Due.SILENCE or each.at_s > now.epoch_s
    }


@settings(max_examples=30, deadline=None)
@given(st.lists(STEP, max_size=14), st.lists(STEP, max_size=8), st.booleans(), st.booleans())
def test_a_desk_that_was_put_away_winds_every_clock_and_knows_every_chain_of_one_that_is_made_anew(
    before: list[tuple[str, int, int, int]], after: list[tuple[str, int, int, int]], open_terms: bool, plainly: bool
) -> None:
    room = Room()
    room.channel("alpha", "bravo", room=open_terms, level=None if open_terms else Level.COARSE)
    revisions: dict[tuple[str, int], int] = {}
    for step in before:
        take(room, step, revisions)
    kept = room.desk.kept().encode()
    state, engine = put_away(room.desk.world), room.desk.online.snapshot()
    for step in after:
        if not plainly or step[0] != "release":
            take(room, step, revisions)
    load = loads(room)
    world, held = take_out(state, load), KeptDesk.decode(kept)
    assert held is not None
    assert held.size == world.size
    since = [load(index) for index in range(held.size, room.desk.world.size)]
    for record in since:
        world.apply(record)

    def resume(theatre: Any) -> Online:
        return Online.restore(engine, theatre, declaration_of=world.picture.declaration, regions=False)

    policy = Policy(world, Aliases(SECRET))
    resumed = Desk(
        world, policy, lambda theatre: Online(theatre, regions=False), "test", resume=resume, kept=held, since=since
    )
    anew = room.open()
    assert timers(anew, room.now) <= timers(resumed, room.now)
    assert set(resumed.kept().things) == set(anew.kept().things)
    assert resumed.kept().casts or not anew.kept().casts
    assert set(resumed.online.versions) == set(anew.online.versions)
    again = KeptDesk.decode(resumed.kept().encode())
    assert again is not None
    assert list(again.timers.left()) == list(resumed.kept().timers.left())


def test_a_world_of_another_form_is_not_taken_out() -> None:
    room = Room()
    data = put_away(room.desk.world)
    for wrong in (
        b"",
        b"{}\n",
        data.replace(b'"format": %d' % FORMAT, b'"format": %d' % (FORMAT - 1)),
        data.replace(b'"form": "', b'"form": "0'),
    ):
        with pytest.raises(EngineError) as caught:
            take_out(wrong, loads(room))
        assert caught.value.code == "snapshot-version"


def test_a_state_that_has_something_unknown_in_it_is_not_put_away() -> None:
    room = Room()
    room.desk.world.picture.more = object()  # type: ignore[attr-defined]  # as if somebody had added it
    with pytest.raises(EngineError):
        put_away(room.desk.world)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, max_size=14), st.booleans())
def test_findings_read_after_each_notice_are_those_read_at_the_end(
    steps: list[tuple[str, int, int, int]], open_terms: bool
) -> None:
    room = Room()
    room.channel("alpha", "bravo", room=open_terms, level=None if open_terms else Level.COARSE)
    along = Mailboxes(room.desk.world, room.desk.policy)
    revisions: dict[tuple[str, int], int] = {}
    for step in steps:
        take(room, step, revisions)
        for party in ("alpha", "bravo"):
            at_once = Mailboxes(room.desk.world, room.desk.policy).findings(party, room.now)
            assert along.findings(party, room.now).value == at_once.value
