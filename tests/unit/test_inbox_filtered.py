"""What a party owes, filtered: no more of it is read than is shown (R16)."""

from __future__ import annotations

import pytest

from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes, NoticeRead
from thalweg.state.exchange import NoticeState


def test_a_filtered_inbox_reads_no_more_notices_than_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are owed: whoever fills an inbox keeps nobody waiting by it."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FULL)
    for number in range(6):
        room.declare("alpha", circle(f"s{number}", "alpha", 38.0 + number / 2, kind=Kind.STATIC_SITE))
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    count, _ = mailboxes.owed("bravo", severity="information", of="alpha").value
    read: list[str] = []
    whole = Mailboxes._read

    def counted(self: Mailboxes, state: NoticeState) -> NoticeRead:
        read.append(state.id)
        return whole(self, state)

    monkeypatch.setattr(Mailboxes, "_read", counted)
    shown = mailboxes.inbox("bravo", 2, severity="information", of="alpha").value
    assert count >= 6
    assert [each.id for each in shown] == read
    assert len(read) == 2
    assert mailboxes.inbox("bravo", 2, severity="emergency").value == ()
    assert mailboxes.owed("bravo", of="bravo").value == (0, "")
