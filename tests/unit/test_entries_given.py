"""Which entries a party may be given is found without reading its mailbox again and again (R37)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk_world import Room, circle
from tests.serving import serving
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


def test_how_an_entry_is_looked_for_does_not_tell_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D13: a statement of another's that no notice shows, what the desk said of it, and no entry at all: alike."""
    waited: list[str] = []
    gathered = Mailboxes.gathered
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo", level=Level.NOTHING)

        def waits(self: Mailboxes, party: str) -> bool:
            waited.append(party)
            return gathered(self, party)

        monkeypatch.setattr(Mailboxes, "gathered", waits)
        desk.declare("alpha-1", circle("here", "alpha", kind=Kind.STATIC_SITE))
        held = desk.get("bravo-1", "/v1/entries").json()["entries"]
        size = int(desk.get("bravo-1", "/v1/me").json()["checkpoint"].split("\n")[1])
        others = [index for index in range(size + 2) if index not in held]
        assert len(others) > 4
        for index in others:
            waited.clear()
            assert desk.get("bravo-1", f"/v1/entries/{index}").status_code == 404
            assert waited == ["bravo"] * 2, index  # and again, once nothing is unread


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


def test_pages_are_the_whole_list_whatever_is_said_between_two_of_their_steps() -> None:
    """Gathered step by step while the desk goes on, read forwards and backwards, and in parts as a bundle is."""
    room = filled(40)
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    steps = 0
    while not mailboxes.gathered("bravo"):
        steps += 1
        if steps < 5:
            room.say("alpha", MessageSent("alpha", "line", f"Here, {steps}."))
    assert steps > 2
    room.say("bravo", MessageSent("bravo", "line", "Heard."))
    world = room.desk.world
    held = [index for index in range(world.size) if mailboxes.may_hold("bravo", index)]
    assert list(mailboxes.entries("bravo").value) == held
    assert mailboxes.holds("bravo").value == len(held)
    forwards: list[int] = []
    while page := mailboxes.entries("bravo", after=forwards[-1] if forwards else -1, most=7).value:
        forwards += page
    backwards: list[int] = []
    while page := mailboxes.newest_entries("bravo", before=backwards[-1] if backwards else None, most=7).value:
        backwards += page
    assert forwards == backwards[::-1] == held
    ends = mailboxes.every_entry("bravo", 7).value
    assert list(ends) == [index for number, index in enumerate(held, 1) if not number % 7 and index != held[-1]]
