"""The lines among what a party has in force are found without reading everything (R33), and rightly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import Room, circle, taken
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment
from thalweg.model.events import Declared, Release, Withdrawn
from thalweg.model.levels import Level
from thalweg.model.shapes import Path, Position
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.recorded import Recorded

PARTIES = ("alpha", "bravo", "charlie", "delta")


def line(name: str, party: str, revision: int = 0) -> Declaration:
    path = Path((Position(40.0, 35.0), Position(40.5 + revision / 10, 35.5)))
    return Declaration(
        kind=Kind.LINE,
        party=party,
        title="the river",
        declaration_id=name,
        revision=revision,
        segments=(Segment(path, LineStatus.TACIT),),
    )


def site(name: str, party: str, revision: int = 0) -> Declaration:
    return circle(name, party, 10.0, 20.0, kind=Kind.STATIC_SITE, revision=revision)


def filled() -> Room:
    """A line shown in full, one at each level below, and sites."""
    room = Room(PARTIES)
    room.channel(*PARTIES, level=Level.FULL)
    for number in range(6):
        taken(room.declare("alpha", site(f"s{number}", "alpha")))
    taken(room.declare("alpha", line("river", "alpha")))
    for level in (Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING):
        releases = tuple(Release(each, level) for each in ("alpha", "charlie", "delta"))
        taken(room.declare("bravo", line(f"at-{level.value}", "bravo"), releases=releases))
    return room


def read_one_by_one(room: Room, party: str) -> list[tuple[str, str, Level]]:
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    every = mailboxes.declarations(party, room.now).value.declarations
    return [(each.subject, each.version, each.level) for each in every if each.kind is Kind.LINE]


def found(mailboxes: Mailboxes, room: Room, party: str) -> list[tuple[str, str, Level]]:
    return [(each.subject, each.version, each.level) for each in mailboxes.lines(party, room.now).value]


def test_they_are_those_that_reading_everything_finds_at_every_level_and_whatever_is_said_meanwhile() -> None:
    room = filled()
    kept = Mailboxes(room.desk.world, room.desk.policy)
    assert len(read_one_by_one(room, "alpha")) > 1
    says = (
        ("alpha", Declared("alpha", line("river", "alpha", 1))),
        ("alpha", Declared("alpha", line("canal", "alpha"))),
        ("bravo", Declared("bravo", line("at-footprint", "bravo", 1))),
        ("bravo", Withdrawn("bravo", "at-footprint")),
        ("alpha", Withdrawn("alpha", "river")),
    )
    for who, said in (("alpha", None), *says):
        if said is not None:
            room.say(who, said)
        for party in PARTIES:
            assert found(kept, room, party) == read_one_by_one(room, party), (party, said)


def test_a_declaration_that_becomes_a_line_and_one_that_is_one_no_longer_are_known_as_what_was_shown() -> None:
    room = Room(PARTIES)
    room.channel(*PARTIES, level=Level.FULL)
    kept = Mailboxes(room.desk.world, room.desk.policy)
    room.declare("alpha", site("x", "alpha"))
    room.declare("alpha", line("y", "alpha"))
    for step in range(2):
        if step:
            room.declare("alpha", replace(line("x", "alpha"), revision=1))
            room.declare("alpha", site("y", "alpha", 1))
        for mailboxes in (kept, Mailboxes(room.desk.world, room.desk.policy)):
            for party in PARTIES:
                assert found(mailboxes, room, party) == read_one_by_one(room, party)


def test_nothing_is_read_for_it_but_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    room = filled()
    world = room.desk.world
    mailboxes = Mailboxes(world, room.desk.policy)
    read: list[int] = []
    load, declared_at = world.load, world.picture.declared_at

    def loaded(index: int) -> Recorded:
        read.append(index)
        return load(index)

    def stated(index: int) -> Declaration:
        read.append(index)
        return declared_at(index)

    monkeypatch.setattr(world, "load", loaded)
    monkeypatch.setattr(world.picture, "declared_at", stated)
    while not (mailboxes.ready("delta") and mailboxes.lined("delta")):
        pass
    assert read == []
    assert mailboxes.lines("delta", room.now).value
    assert read


def test_what_is_withdrawn_while_it_is_looked_at_holds_nobody_up() -> None:
    """A preview and the lines go through what stood when they began; what is withdrawn meanwhile is passed by."""
    room = filled()
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    comparing = mailboxes.comparing("alpha", circle("new", "alpha"), room.now)
    assert not mailboxes.lined("alpha")
    for number in range(6):
        taken(room.say("alpha", Withdrawn("alpha", f"s{number}")))
    for _ in range(50):
        if comparing.step():
            break
    else:
        pytest.fail("it never ends")
    while not mailboxes.lined("alpha"):
        pass
    assert found(mailboxes, room, "alpha") == read_one_by_one(room, "alpha")
