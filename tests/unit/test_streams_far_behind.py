"""Readers that come back far behind: the log is read once for all of them, and nobody is kept from an answer (R23)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.serving import Serving, serving, soon
from thalweg.desk.office import Reading
from thalweg.server import streams


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("behind")) as held:
        held.parties("alpha", "bravo")
        for number in range(40):
            held.declare("alpha-1", soon(f"patrol {number}", "alpha", 40.0 + number / 10))
        yield held


def test_what_many_readers_missed_is_read_once(desk: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_AT_ONCE", 5)
    monkeypatch.setattr(streams, "_PAGE_S", 60.0)
    read: list[int] = []
    written = streams._written

    def counted(reading: Reading, party: str, after: int, most: int) -> list[streams.Sent]:
        read.append(after)
        return written(reading, party, after, most)

    monkeypatch.setattr(streams, "_written", counted)
    held = desk.built.app.state.desk.streams
    total = len(desk.notices("bravo-1"))
    assert total >= 40

    async def follow() -> tuple[int, int]:
        came = told = 0
        async for each in held.follow("bravo", 0):
            came += each.count(b"\nevent: notice\n")
            told += each.count(b" to come\n")
            if came >= total:
                return came, told
        return came, told

    async def everyone() -> list[tuple[int, int]]:
        return await asyncio.gather(*(follow() for _ in range(20)))

    for came, told in desk.portal.call(everyone):
        assert came == total
        assert told > 0, "how much is still to come is said"
    assert len([each for each in read if each + 5 <= total]) <= total / 5, "each page once"


def test_a_reader_that_takes_everything_at_once_leaves_others_their_turn(
    desk: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_AT_ONCE", 1)
    held = desk.built.app.state.desk.streams
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def greedy() -> int:
        task = asyncio.create_task(other())
        pages = 0
        async for _ in held.follow("bravo", 0):
            pages += 1
            if pages > 60:
                break
        task.cancel()
        return pages

    desk.portal.call(greedy)
    assert turns >= 20
