"""Which entries a party may be given is found without reading its mailbox again and again (R37)."""

from __future__ import annotations

import pytest

from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.model.events import MessageSent
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.recorded import Recorded


def filled(count: int) -> Room:
    room = Room(("alpha", "bravo", "charlie"))
    room.channel("alpha", "bravo", level=Level.FULL)
    for number in range(count):
        room.declare("alpha", circle(f"s{number}", "alpha", 10.0 + number / 10, kind=Kind.STATIC_SITE))
    return room


def test_what_was_looked_at_once_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty entries, each asked about: as many are read, and each notice once."""
    room = filled(30)
    world = room.desk.world
    mailboxes = Mailboxes(world, room.desk.policy)
    held = mailboxes.entries("bravo").value
    read: list[int] = []
    load = world.load

    def counted(index: int) -> Recorded:
        read.append(index)
        return load(index)

    monkeypatch.setattr(world, "load", counted)
    assert mailboxes.entries("bravo").value == held
    assert read == []
    assert [index for index in range(world.size) if mailboxes.may_hold("bravo", index)] == list(held)
    # The entry itself, and for the desk's answers the statement before.
    assert len(read) <= 3 * world.size


def test_what_is_told_later_is_given_too_and_nothing_else() -> None:
    room = filled(3)
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    before = set(mailboxes.entries("bravo").value)
    others = set(mailboxes.entries("charlie").value)
    room.say("alpha", MessageSent("alpha", "line", "Here."))
    fresh = set(mailboxes.entries("bravo").value) - before
    bodies = [type(room.desk.world.load(index).body).__name__ for index in sorted(fresh)]
    assert bodies == ["MessageSent", "Notice"]
    assert set(mailboxes.entries("charlie").value) == others
