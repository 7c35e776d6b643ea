"""What is shown of a time past is shown at the level that its reader had then (R35, R40)."""

from __future__ import annotations

from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.model.events import Bearer, Delivered, Notice, NoticeKind, Release, Released, Taken
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes


def test_the_sides_of_a_finding_have_no_title_before_it_had_reached_its_reader() -> None:
    """A footprint that was shown then, and in full since: then it is a footprint, also when the notice in full was
    sent and had not arrived."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FOOTPRINT)
    room.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    room.later(60)
    cites = tuple(each.version for each in room.notices("bravo") if each.version)
    room.declare("bravo", circle("flight", "bravo", hours=(24.0, 26.0)), *cites, declines=True)
    warning = next(each for each in room.notices("bravo") if each.findings)
    receive(room, "bravo")
    then = room.now
    room.later(60)
    released = room.say("alpha", Released("alpha", "hospital", (Release("bravo", Level.FULL),)))
    assert isinstance(released, Taken)
    room.later(60)
    between = room.now
    room.later(60)
    receive(room, "bravo")

    assert titles(room, warning, then) == titles(room, warning, between) == {""}
    newest = next(each for each in reversed(room.notices("bravo")) if each.of == "alpha" and each.findings)
    assert (newest.level, newest.what) == (Level.FULL, NoticeKind.RELEASED)
    assert titles(room, newest, room.now) == titles(room, newest, None) == {"hospital of alpha"}
    assert titles(room, newest, between) == set()  # of what it names, nothing had been shown


def receive(room: Room, party: str) -> None:
    """Everything that was sent arrives."""
    ids = tuple(each.id for each in room.notices(party))
    assert isinstance(room.say(party, Delivered(party, ids, Bearer.STREAM)), Taken)


def titles(room: Room, notice: Notice, known: Instant | None) -> set[str]:
    """Of the other side, as far as bravo had been shown it."""
    sides = Mailboxes(room.desk.world, room.desk.policy).sides("bravo", notice.id, known).value
    return {each.title for each in sides.values() if each.party == "alpha"}
