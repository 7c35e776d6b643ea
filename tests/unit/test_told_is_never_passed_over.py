"""An entry that turns out not to be the notice that it was read for ends the reading: whoever passed it over would show
that there was nothing (D5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.model.errors import EngineError
from thalweg.model.events import Acknowledged, Notice, Response
from thalweg.model.levels import Level
from thalweg.policy.asof.readings import AsOfs
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.recorded import KeyFact, Recorded


def warned() -> Room:
    """Bravo was shown a site of alpha's, and told that its own operation conflicts with it."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FOOTPRINT)
    room.declare("bravo", circle("op", "bravo"))
    room.declare("alpha", circle("site", "alpha", kind=Kind.STATIC_SITE))
    warning = next(each for each in room.notices("bravo") if each.findings)
    room.say("bravo", Acknowledged("bravo", warning.id, Response.UNDERSTOOD))
    return room


def findings_as_of(room: Room) -> object:
    return AsOfs.over(room.desk.world).picture("bravo", room.now).value.findings


def findings_now(room: Room) -> object:
    return Mailboxes(room.desk.world, room.desk.policy).findings("bravo", now=room.now).value


def shown_in_one(room: Room) -> object:
    notice = next(each for each in room.notices("bravo") if each.findings)
    return Mailboxes(room.desk.world, room.desk.policy).sides("bravo", notice.id).value


@pytest.mark.parametrize("read", [findings_as_of, findings_now, shown_in_one])
def test_no_finding_is_left_out_because_its_entry_is_no_notice(
    read: Callable[[Room], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = warned()
    assert read(room)
    load = room.desk.world.load

    def damaged(index: int) -> Recorded:
        record = load(index)
        return replace(record, body=KeyFact("key/1", {})) if isinstance(record.body, Notice) else record

    findings = [each for each in room.notices("bravo") if each.findings]
    monkeypatch.setattr(room.desk.world, "load", damaged)
    monkeypatch.setattr(room, "notices", lambda _: findings)
    with pytest.raises(EngineError) as refused:
        read(room)
    assert refused.value.code == "entry-kind"
