"""Many at once at the live desk: nobody unwarned, nothing shown that could still be lost (R31, R39)."""

from __future__ import annotations

import asyncio

from tests.desk_twin import answers, unwarned
from tests.desk_world import circle
from tests.unit.test_live_desk import Stage, away, fail, run, signed
from thalweg.ledger.errors import StoreFailed
from thalweg.model.events import Declared

EACH = 10


def test_of_many_that_conflict_and_arrive_at_once_both_sides_of_every_pair_are_warned() -> None:
    """R31: also when the store fails on the way and everybody sends again; each is answered once; and no reader ever
    sees more than is durable."""
    stage = Stage()
    room = stage.room
    stage.on_commit += [fail(away()), fail(away("unknown"))]
    entries = []
    for party in ("alpha", "bravo"):
        for number in range(EACH):
            officer = room.officer(f"{party}-{number + 2}", party)
            declared = Declared(party, circle(f"P{number}", party, emergency=True))
            entries.append(signed(room, officer, declared))

    async def send(data: bytes, payloads: tuple[tuple[bytes, bytes], ...]) -> str:
        while True:
            try:
                return await stage.live.take(data, payloads)
            except StoreFailed:
                await asyncio.sleep(0.01)

    async def read(seen: list[bool]) -> None:
        while True:
            desk = await stage.live.settled()
            head = room.store.head()
            seen.append(head is not None and desk.world.size <= head.head.size)
            await asyncio.sleep(0)

    async def play(_: Stage) -> None:
        seen: list[bool] = []
        reader = asyncio.create_task(read(seen))
        taken = await asyncio.gather(*(send(*each) for each in entries))
        reader.cancel()
        assert len(set(taken)) == 2 * EACH
        assert seen
        assert all(seen)

    run(play, stage)
    room.desk = room.open()
    assert len(room.desk.world.picture.open) == EACH * EACH + EACH * (EACH - 1), "of one party's among themselves too"
    assert unwarned(room) == []
    assert all(len(each) == 1 for each in answers(room).values())
