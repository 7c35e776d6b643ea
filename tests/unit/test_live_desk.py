"""The live desk when something goes wrong: whoever waits is answered, nothing is taken twice, nobody is shown what is
not durable (R31, R39)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.desk_world import START, Officer, Room, circle
from thalweg.desk.live import LiveDesk
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.errors import LedgerError, Refused, StoreFailed
from thalweg.ledger.sequencer import Batch, Sequencer
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.errors import EngineError
from thalweg.model.events import ClockFact, ClockTold, Declared, MessageSent, Said, Taken
from thalweg.model.instants import Instant


def signed(room: Room, officer: Officer, body: Said) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    """An entry and its payloads, as they are sent."""
    parts = kinds.parts(body)
    beside = tuple((canonical.encode(value), room.salt(32), media) for value, media in parts.payloads)
    entry = officer.signer.say(
        log=room.log.origin,
        author=officer.name,
        after=officer.tip,
        seen=Head(0, EMPTY_ROOT),
        kind=parts.kind,
        body=parts.value,
        at_ms=kinds.milliseconds(room.now),
        salt=room.salt(32),
        payloads=beside,
    )
    officer.tip = (entry.event.seq, entry.event.hash())
    return entry.encode(), tuple((data, salt) for data, salt, _ in beside)


@dataclass
class Stage:
    """A live desk over a room, whose log can be made to fail."""

    room: Room = field(default_factory=Room)
    on_commit: list[Callable[[Batch], None]] = field(default_factory=list)
    on_open: list[Callable[[], None]] = field(default_factory=list)
    leads: bool = True
    reported: list[tuple[str, BaseException]] = field(default_factory=list)

    def __post_init__(self) -> None:
        stage, log = self, self.room.log
        self.room.channel("alpha", "bravo", room=True)
        commit = log.commit

        class Failing:
            def __getattr__(self, name: str) -> object:
                return getattr(log, name)

            def commit(self, batch: Batch) -> None:
                if stage.on_commit and batch.new:
                    stage.on_commit.pop(0)(batch)
                commit(batch)

        def opened() -> object:
            if stage.on_open:
                stage.on_open.pop(0)()
            return self.room.open()

        self.live = LiveDesk(
            Failing(),  # type: ignore[arg-type]  # a sequencer but for one method
            self.room.hands,
            opened,  # type: ignore[arg-type]  # a desk
            lambda: self.room.now,
            time.monotonic,
            lambda: self.leads,
            lambda what, error: self.reported.append((what, error)),
        )

    def message(self, text: str, party: str = "alpha") -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
        return signed(self.room, self.room.of(party), MessageSent(party, "line", text))

    def refolded(self) -> None:
        """The world is what the log folds to."""
        desk = self.live._desk
        assert desk is not None
        assert desk.world.answers == self.room.open().world.answers
        assert desk.world.size == self.room.log.size


def fail(error: Exception) -> Callable[..., None]:
    def act(*_: object) -> None:
        raise error

    return act


def away(happened: str = "no") -> StoreFailed:
    return StoreFailed("store.failed", "The disk is full.", happened=happened)


async def refusal(work: object) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        await asyncio.wait_for(work, 5.0)  # type: ignore[arg-type]  # a coroutine
    return caught.value


def run(play: Callable[[Stage], object], stage: Stage | None = None) -> Stage:
    stage = stage or Stage()

    async def whole() -> None:
        await stage.live.start()
        try:
            await asyncio.wait_for(play(stage), 20.0)  # type: ignore[arg-type]  # a coroutine
        finally:
            await asyncio.wait_for(stage.live.stop(), 5.0)

    asyncio.run(whole())
    return stage


def test_an_append_that_failed_is_told_and_the_same_entry_is_taken_once_afterwards() -> None:
    for happened in ("no", "unknown"):

        async def play(stage: Stage, happened: str = happened) -> None:
            stage.on_commit.append(fail(away(happened)))
            data, beside = stage.message("hello")
            assert (await refusal(stage.live.take(data, beside))).code == "store.failed"
            event = await stage.live.take(data, beside)
            assert await stage.live.take(data, beside) == event
            stage.refolded()
            assert [what for what, _ in stage.reported] == ["append-failed"]

        run(play)


def test_what_was_appended_although_the_store_said_nothing_is_found_again() -> None:
    async def play(stage: Stage) -> None:
        def done_and_lost(batch: Batch) -> None:
            Sequencer.commit(stage.room.log, batch)
            stage.room.log._unsure = True
            raise away("unknown")

        stage.on_commit.append(done_and_lost)
        data, beside = stage.message("hello")
        await refusal(stage.live.take(data, beside))
        size = stage.room.log.size
        await stage.live.take(data, beside)
        assert stage.room.log.size == size
        stage.refolded()

    run(play)


def test_while_the_store_is_away_everybody_is_told_at_once_and_it_goes_on_when_it_is_back() -> None:
    async def play(stage: Stage) -> None:
        stage.on_commit.append(fail(away()))
        stage.on_open += [fail(away())] * 3
        first, second = stage.message("one"), stage.message("two", "bravo")
        await refusal(stage.live.take(*first))
        assert (await refusal(stage.live.take(*second))).code == "desk.store_away"
        assert (await refusal(stage.live.reading())).code == "desk.store_away"
        assert stage.live.trouble() == ("store-away",)
        while stage.live.trouble():
            await asyncio.sleep(0.02)
        await stage.live.take(*first)
        await stage.live.take(*second)
        stage.refolded()

    run(play)


def test_an_error_that_nobody_foresaw_ends_the_desk_and_leaves_nobody_waiting() -> None:
    async def play(stage: Stage) -> None:
        stage.on_commit.append(fail(OSError(5, "Input/output error")))
        errors = await asyncio.gather(
            refusal(stage.live.take(*stage.message("one"))), refusal(stage.live.take(*stage.message("two", "bravo")))
        )
        assert {error.code for error in errors} == {"desk.failed"}
        await asyncio.wait_for(stage.live.over.wait(), 30.0)
        assert isinstance(stage.live.fault, OSError)
        assert stage.live.trouble() == ("desk-failed",)
        assert (await refusal(stage.live.reading())).code == "desk.failed"
        assert (await refusal(stage.live.take(*stage.message("three")))).code == "desk.failed"
        assert [what for what, _ in stage.reported] == ["desk-failed"]

    run(play)


def test_damage_ends_the_desk() -> None:
    async def play(stage: Stage) -> None:
        stage.on_commit.append(fail(Refused("signer.key", "Another key.")))
        assert (await refusal(stage.live.take(*stage.message("one")))).code == "desk.failed"
        assert stage.live.fault is not None

    run(play)


def test_a_statement_that_cannot_be_decided_fails_alone() -> None:
    async def play(stage: Stage) -> None:
        bad, beside = stage.message("bad")
        desk = stage.live._desk
        assert desk is not None

        def spoil(opened: object) -> None:
            decide = opened.decide  # type: ignore[attr-defined]  # a desk

            def deciding(record: object, said: object, book: object) -> None:
                if getattr(said, "text", "") == "bad":
                    raise ZeroDivisionError
                decide(record, said, book)

            opened.decide = deciding  # type: ignore[attr-defined]  # a desk

        spoil(desk)
        good = stage.message("good", "bravo")
        found = await asyncio.gather(stage.live.take(bad, beside), stage.live.take(*good), return_exceptions=True)
        assert isinstance(found[0], ZeroDivisionError)
        assert isinstance(found[1], str)
        stage.refolded()
        assert [what for what, _ in stage.reported] == ["statement-undecided"]

    run(play)


def test_what_came_due_and_cannot_be_decided_is_reported_and_passed_over() -> None:
    async def play(stage: Stage) -> None:
        room = stage.room
        declared = signed(room, room.of("alpha"), Declared("alpha", circle("one", "alpha", hours=(1.0, 2.0))))
        await stage.live.take(*declared)
        opened = stage.live.open_desk

        def spoiled() -> object:
            desk = opened()

            def broken(*_: object) -> None:
                raise EngineError("broken", "It does not fit.")

            desk._end = broken  # type: ignore[assignment]  # of one clock
            return desk

        stage.live.open_desk = spoiled  # type: ignore[assignment]  # a desk
        assert stage.live._desk is not None
        stage.live._desk._end = lambda *_: fail(EngineError("broken", ""))()  # type: ignore[method-assign]  # of one clock
        room.now = Instant(START.epoch_s + 90 * 3600)
        await asyncio.sleep(1.3)
        await stage.live.take(*stage.message("it goes on"))
        assert [what for what, _ in stage.reported] == ["clock-undecided"]

    run(play)


def test_a_desk_that_was_replaced_shows_nothing_that_is_not_in_the_log() -> None:
    async def play(stage: Stage) -> None:
        stage.on_commit.append(fail(Refused("store.fenced", "Another writer has taken over this log.")))
        assert (await refusal(stage.live.take(*stage.message("one")))).code == "desk.replaced"
        assert stage.live.lost.is_set()
        assert stage.live.fault is None
        assert (await refusal(stage.live.reading())).code == "desk.replaced"

    run(play)


def test_a_desk_with_nothing_to_append_learns_that_it_was_replaced() -> None:
    async def play(stage: Stage) -> None:
        stage.leads = False
        await asyncio.wait_for(stage.live.lost.wait(), 30.0)
        await asyncio.wait_for(stage.live.over.wait(), 30.0)

    run(play)


def test_whoever_no_longer_waits_does_not_bring_the_desk_down() -> None:
    async def play(stage: Stage) -> None:
        gone = asyncio.ensure_future(stage.live.take(*stage.message("gone")))

        def slow(_batch: Batch) -> None:
            time.sleep(0.2)
            raise away()

        stage.on_commit.append(slow)
        await asyncio.sleep(0.05)
        gone.cancel()
        await asyncio.sleep(0.4)
        assert not stage.live.over.is_set()
        await stage.live.take(*stage.message("next", "bravo"))

    run(play)


def test_a_log_that_cannot_be_signed_keeps_the_desk_from_starting() -> None:
    stage = Stage()
    stage.room.log._scrubbed = False
    with pytest.raises(LedgerError) as caught:
        asyncio.run(stage.live.start())
    assert caught.value.code == "log.suspicious"


# --- clocks ---


def jumps(room: Room) -> list[float]:
    world = room.open().world
    bodies = [world.load(index).body for index in range(world.size)]
    return [
        float(body.facts["by_s"]) for body in bodies if isinstance(body, ClockTold) and body.what is ClockFact.JUMPED
    ]


def test_a_clock_set_back_by_hours_is_on_record_and_no_time_in_the_log_runs_backwards() -> None:
    async def play(stage: Stage) -> None:
        room = stage.room
        await stage.live.take(*stage.message("before"))
        room.now = Instant(room.now.epoch_s - 5 * 3600)
        await stage.live.take(*stage.message("after"))
        await stage.live.take(*stage.message("after that"))
        world = room.open().world
        bodies = [world.load(index).body for index in range(world.size)]
        times = [body.received.epoch_s for body in bodies if isinstance(body, Taken)]
        assert times == sorted(times)

    stage = run(play)
    assert [round(each) for each in jumps(stage.room)] == [-5 * 3600]
    stage.refolded()


def test_a_clock_set_forward_by_hours_is_on_record_and_what_ended_is_told_once() -> None:
    async def play(stage: Stage) -> None:
        room = stage.room
        operation = Declared("alpha", circle("one", "alpha", hours=(72.0, 75.0)))
        await stage.live.take(*signed(room, room.of("alpha"), operation))
        room.now = Instant(room.now.epoch_s + 100 * 3600)
        await stage.live.take(*stage.message("after"))
        room.now = Instant(room.now.epoch_s - 100 * 3600)
        await stage.live.take(*stage.message("and set right again"))
        await asyncio.sleep(1.2)

    stage = run(play)
    assert [round(each) for each in jumps(stage.room)] == [100 * 3600, -100 * 3600]
    world = stage.room.open().world
    bodies = [world.load(index).body for index in range(world.size)]
    told = [(each.what, each.subject, each.step) for each in bodies if isinstance(each, ClockTold)]
    due = [each for each in told if each[0] is not ClockFact.JUMPED]
    assert due
    assert len(due) == len(set(due)), "something came due twice"
    stage.refolded()
