"""An author's clock that is far from the desk's is marked, and keeps nobody from saying anything (R14, R17, R26)."""

from __future__ import annotations

import pytest

from tests.desk_world import Room, circle, room, taken
from thalweg.cli.at_desk import clock_off
from thalweg.model.declarations import Kind
from thalweg.model.events import ChannelLeft, Declared, EmergencySent, MessageSent, Said
from thalweg.model.instants import Instant
from thalweg.policy.mailbox import Mailboxes
from thalweg.reports import wire


def off_s(desk: Room, said: Said, ahead_s: float) -> tuple[int | None, bool]:
    """What the answer says of the clock of an author who is so far ahead; and whether the statement was taken."""
    officer = desk.of("alpha")
    seen = desk.log.last_signed
    assert seen is not None
    entry = officer.entry(said, seen, Instant(desk.now.epoch_s + ahead_s), desk.salt(32))
    desk.send(entry)
    for again in (False, True):
        if again:
            desk.desk = desk.open()  # it follows from the log, and so is told again
        read = Mailboxes(desk.desk.world, desk.desk.policy).statement("alpha", entry.event.hash().hex())
        assert read is not None
        told = wire.statement(read)
        assert told["said_at"] == str(Instant(desk.now.epoch_s + ahead_s))
        assert told["received"] == str(desk.now)
    return told["clock_off_s"], told["taken"]


@pytest.mark.parametrize("ahead_s", [-86_400.0, -3600.0, -301.0, 301.0, 7200.0, 30 * 86_400.0])
def test_a_clock_far_from_the_desk_s_is_marked_and_what_it_dates_is_taken(ahead_s: float) -> None:
    desk = room()
    site = Declared("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    for said in (site, EmergencySent("alpha", "We are hit."), MessageSent("alpha", "line", "Here.")):
        assert off_s(desk, said, ahead_s) == (int(ahead_s), True)
    assert off_s(desk, ChannelLeft("alpha", "none"), ahead_s) == (int(ahead_s), False), "what is refused too"


@pytest.mark.parametrize("ahead_s", [-300.0, -5.0, 0.0, 0.4, 299.0])
def test_a_clock_some_minutes_off_is_none_that_need_be_told_of(ahead_s: float) -> None:
    assert off_s(room(), MessageSent("alpha", "line", "Here."), ahead_s) == (None, True)


def test_the_desk_s_own_clock_counts_whatever_its_author_s_says() -> None:
    desk = room()
    off_s(desk, Declared("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE)), 86_400.0)
    assert desk.desk.world.picture.chains["alpha/S"].received == desk.now
    assert desk.notices("bravo")[-1].at == desk.now
    taken(desk.say("alpha", MessageSent("alpha", "line", "Here.")))


def test_an_author_is_told_in_words() -> None:
    assert "2 h 0 min ahead" in clock_off(7200)
    assert "1 d 0 h before it was taken" in clock_off(-86_400)
