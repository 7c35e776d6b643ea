"""Whatever stands between a statement and its answer in the log, its author gets the answer, and holds both."""

from __future__ import annotations

import pytest

from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.policy.mailbox import Mailboxes


@pytest.mark.parametrize("regions", [0, 1, 3, 8])
def test_a_statement_that_asks_about_many_undisclosed_regions_is_answered(regions: int) -> None:
    """Each question is put on record between the statement and its answer (D13)."""
    room = Room()
    for number in range(regions):
        site = circle(f"site-{number}", "bravo", 40.14 + number / 1000, 35.336, 100.0, kind=Kind.STATIC_SITE)
        room.declare("bravo", site)
    room.declare("alpha", circle("ops-1", "alpha"))
    world = room.desk.world
    assert len(world.probes) == regions
    boxes = Mailboxes(world, room.desk.policy)
    event = next(name for name, index in world.answers.items() if index == max(world.answers.values()))
    read = boxes.statement("alpha", event)
    assert read is not None
    assert {read.value.index, read.value.answer_index} <= set(boxes.entries("alpha").value)
    assert read.value.answer_index - read.value.index >= regions
    assert boxes.statement("bravo", event) is None
