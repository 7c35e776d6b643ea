"""What a server itself puts on record, from whichever process it comes: deliveries, copies, reads (R14, R37)."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk_world import START, Room, circle
from tests.unit.test_shared_office import House, Process, play
from tests.unit.test_shared_office import house as house
from thalweg.model.errors import InputError
from thalweg.model.events import DESK, Bearer, Delivered, Exported, SitesRead


def test_what_a_process_that_stands_by_puts_on_record_is_signed_by_the_desk_and_read_on_both(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        await first.office.take(*house.message("We are here"))
        await second.office.take(*house.message("So are we", "bravo"))
        notice = (await first.office.reading()).world.exchange.mailboxes["bravo"][-1]
        for office, bearer in ((second.office, Bearer.WEBHOOK), (first.office, Bearer.EMAIL)):
            assert len(await office.note(Delivered("", (notice,), bearer))) == 64
        await second.office.note(Exported("bravo", "bravo-1", "mark", "json", 3, "0" * 64))
        await second.office.note(SitesRead("bravo", "bravo-1", ("alpha/hospital",), START, START))
        world = (await first.office.reading()).world
        assert [(fact.officer, fact.what) for fact in world.exchange.notices[notice].delivered] == [
            (DESK, "webhook"),
            (DESK, "email"),
        ]
        bodies = [world.load(index).body for index in range(world.size)]
        assert [each.mark for each in bodies if isinstance(each, Exported)] == ["mark"]
        assert [each.chains for each in bodies if isinstance(each, SitesRead)] == [("alpha/hospital",)]

    play(house, act)


def test_what_a_bearer_brought_is_on_record_once_however_often_and_from_wherever_it_is_noted(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        await first.office.take(*house.message("We are here"))
        await first.office.take(*house.message("And here"))
        older, newer = (await first.office.reading()).world.exchange.mailboxes["bravo"][-2:]
        noted = Delivered("", (older,), Bearer.STREAM, "screen")
        events = await asyncio.gather(*(each.office.note(noted) for each in (first, first, second, second)))
        assert len(set(events)) == 1
        event = await second.office.note(Delivered("", (older, newer, newer), Bearer.STREAM, "screen"))
        assert event not in events
        assert await first.office.note(Delivered("", (newer, older), Bearer.STREAM, "screen")) in (event, *events)
        world = (await first.office.reading()).world
        for notice in (older, newer):
            assert [fact.what for fact in world.exchange.notices[notice].delivered] == ["stream"]
        bodies = [world.load(index).body for index in range(world.size)]
        assert [each.notices for each in bodies if isinstance(each, Delivered)] == [(older,), (newer,)]

    play(house, act)


def test_a_delivery_of_what_there_is_not_is_refused_and_nothing_is_on_record(house: House) -> None:
    async def act(first: Process, second: Process) -> None:
        size = (await first.office.reading()).world.size
        for office in (first.office, second.office):
            with pytest.raises(InputError) as refused:
                await office.note(Delivered("", ("nobody-7",), Bearer.WEBHOOK))
            assert refused.value.code == "notice-unknown"
        assert (await first.office.reading()).world.size == size

    play(house, act)


def test_the_notifier_sees_that_a_bearer_took_it_and_a_fold_says_the_same() -> None:
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", room=True)
    room.declare("alpha", circle("patrol", "alpha"))
    notice = room.desk.world.exchange.mailboxes["bravo"][-1]
    book = room.book()
    book.say(Delivered("", (notice,), Bearer.EMAIL))
    room.log.commit(book.batch)
    for world in (room.desk.world, room.open().world):
        (fact,) = world.exchange.notices[notice].delivered
        assert (fact.officer, fact.what) == (DESK, "email")
