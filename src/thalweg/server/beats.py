"""Housekeeping, once a second: what is over is let go, who may no longer listen is cut off, and what the desk does is
counted.

::

    every second      streams whose session, token, certificate or role has ended; whether requests can be sent here
    every 15 s        what waits in the outbox, what is owed by severity, the oldest emergency without an answer
    every 5 minutes   who read protected sites goes on record
    every 20,000 entries, and every 15 minutes: the folds are put away, by a process of their own (`keep`)
    every hour        sessions, invitations and failures that are over; answers and messages that nobody will ask for

A store that is away is met again at the next beat; nothing here ends the process. Counts name no party and no place.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from thalweg.desk.office import Office
from thalweg.ledger.errors import LedgerError
from thalweg.model.events import Refused, Taken
from thalweg.model.keeping import DeskTables
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import SEVERITIES
from thalweg.server.bearers import Bearers
from thalweg.server.desk import on_the_rolls
from thalweg.server.doors import Doors
from thalweg.server.reads import Reads
from thalweg.server.sessions import ended
from thalweg.server.streams import Streams
from thalweg.state.recorded import Recorded

_BEAT_S: Final = 1.0
_ORDER_S: Final = 0.01  # between two steps of putting in order, for whoever asks meanwhile
_ORDER_RESTS: Final = 150  # how many times as long as a step, while statements come in
_ORDERED: Final = (Mailboxes.ready, Mailboxes.lined, Mailboxes.gathered, Mailboxes.boxed)
"""What is put in order: for all parties what most pages wait for first, and last what takes minutes."""
_QUIET_S: Final = 1.0  # without one, before it goes on at its own pace
_COUNT_S: Final = 15
_READS_S: Final = 300
_SWEEP_S: Final = 3_600
_MESSAGES_MS: Final = 2 * 86_400_000  # longer than what is put again on taking over


@dataclass(slots=True)
class DeskCounts:
    """Since the start of the process, and as of the last beat."""

    batches: int = 0
    entries: int = 0
    taken: int = 0
    refused: int = 0
    streams_cut: int = 0
    waiting: int = 0
    owed: dict[str, int] = field(default_factory=dict)
    oldest_emergency_s: float = 0.0


class Keeping(Protocol):
    """Who puts the folds away (`wiring.keeper`)."""

    def due(self, size: int, since_s: float) -> bool: ...
    def round(self) -> tuple[str, ...]: ...
    def end(self) -> None: ...


def rests_s(step_s: float, quiet_s: float) -> float:
    """How long putting in order rests after a step that took so long, where nothing was said for so long."""
    return max(_ORDER_S, _ORDER_RESTS * step_s) if quiet_s < _QUIET_S else _ORDER_S


@dataclass(slots=True)
class Beats:
    """Beats from `start` to `stop`."""

    office: Office
    doors: Doors
    tables: DeskTables
    streams: Streams
    bearers: Bearers
    reads: Reads
    log: Callable[[str], None]
    keeper: Keeping
    counts: DeskCounts = field(default_factory=DeskCounts)
    _reasons: tuple[str, ...] = ()
    _task: asyncio.Task[None] | None = None
    _deaf: Callable[[], None] | None = None
    _keeping: asyncio.Task[tuple[str, ...]] | None = None
    _kept: int = 0  # the second of the last round
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _ordering: asyncio.Task[None] | None = None
    _told_s: float = float("-inf")  # when something was said last, by the event loop

    def start(self) -> None:
        """Begin, on the event loop; after the office."""
        self._deaf = self.office.listen(self._told)
        self._task = asyncio.create_task(self._run(), name="beats")
        self._ordering = asyncio.create_task(self._order(), name="ordering")

    async def stop(self) -> None:
        """Put on record what was read, and end; before the office stops."""
        self._closing.set()
        if self._deaf is not None:
            self._deaf()
        if self._ordering is not None:
            self._ordering.cancel()
        if self._task is not None:
            await self._task
        self.keeper.end()
        if self._keeping is not None:
            await self._keeping
        try:
            await self.reads.flush()
        except LedgerError as error:  # a desk that has ended takes nothing more
            self._say("reads-lost", code=error.code)

    def _told(self, records: Sequence[Recorded]) -> None:
        self._told_s = asyncio.get_running_loop().time()
        counts = self.counts
        counts.batches += 1
        counts.entries += len(records)
        for record in records:
            match record.body:
                case Taken():
                    counts.taken += 1
                case Refused():
                    counts.refused += 1
                case _:
                    pass

    async def _run(self) -> None:
        second = 0
        while not self._closing.is_set():
            try:
                await self._beat(second)
            except LedgerError as error:
                self._say("beat-missed", code=error.code)
            second += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _BEAT_S)

    async def _order(self) -> None:
        """Puts in order what every party reads, a few milliseconds at a time, so that nobody who asks first waits for
        all of it. What fails here fails whoever asks, and is told to them."""
        with contextlib.suppress(LedgerError):
            for done in _ORDERED:
                for party in sorted((await self.office.reading()).world.membership.parties):
                    while not await self._step(done, party):
                        pass

    async def _step(self, done: Callable[[Mailboxes, str], bool], party: str) -> bool:
        """One step, and the rest after it. Nobody waits for this yet, and whoever declares now does: without the rest
        it would take processor from them for as long as it lasts, which grows with what there is."""
        mailboxes, loop = (await self.office.reading()).mailboxes, asyncio.get_running_loop()
        begin_s = loop.time()
        if done(mailboxes, party):
            return True
        end_s = loop.time()
        await asyncio.sleep(rests_s(end_s - begin_s, end_s - self._told_s))
        return False

    async def _beat(self, second: int) -> None:
        reasons = tuple(self.office.trouble())
        if reasons != self._reasons:
            self._reasons = reasons
            self._say("ready" if not reasons else "not-ready", reasons=list(reasons))
        await self._cut()
        await self._keep(second)
        if second % _COUNT_S == 0:
            await self._count()
        if self.reads.full or second % _READS_S == _READS_S - 1:
            await self.reads.flush()
        if second % _SWEEP_S == _SWEEP_S - 1:
            await asyncio.to_thread(self._sweep)

    async def _keep(self, second: int) -> None:
        """Begin a round of putting away where one is due, and tell how the last one went."""
        if self._keeping is not None and self._keeping.done():
            for why in self._keeping.result():
                self._say("keeping", told=why)
            self._keeping = None
        size = (await self.office.reading()).world.size
        if self._keeping is None and self.office.decides and self.keeper.due(size, second - self._kept):
            self._kept = second
            self._keeping = asyncio.create_task(asyncio.to_thread(self.keeper.round), name="keeping")

    async def _cut(self) -> None:
        listening = self.streams.listening()
        if not listening:
            return
        gone = set(await ended(self.doors, listening))
        membership = (await self.office.reading()).world.membership
        gone |= {each.key for each in listening if not on_the_rolls(membership, each)}
        if gone:
            self.counts.streams_cut += self.streams.cut(gone)

    async def _count(self) -> None:
        self.counts.waiting = len(await asyncio.to_thread(self.tables.outbox.queued))
        exchange = (await self.office.reading()).world.exchange
        now_s = self.doors.now() / 1000
        self.counts.owed = {each: exchange.unanswered.get(each, 0) for each in SEVERITIES}
        self.counts.oldest_emergency_s = round(now_s - min(exchange.alarms.values(), default=now_s), 3)

    def _sweep(self) -> None:
        now_ms = self.doors.now()
        self.doors.store.sweep(now_ms)
        self.tables.outbox.clean(now_ms - _MESSAGES_MS)

    def _say(self, what: str, **fields: object) -> None:
        line = {"at": self.doors.now(), "event": "desk", "what": what, **fields}
        self.log(json.dumps(line, separators=(",", ":")))


class DeskMetrics(Collector):
    """What /metrics tells of the desk."""

    def __init__(self, beats: Beats, registry: CollectorRegistry) -> None:
        self._beats = beats
        registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """None yet: nothing is counted before there is a loop."""
        return ()

    @override
    def collect(self) -> Iterable[Metric]:
        beats, counts, carried = self._beats, self._beats.counts, self._beats.bearers.counts
        for name, told, number in (
            ("thalweg_desk_batches", "Appends that this process learned of", counts.batches),
            ("thalweg_desk_entries", "Entries in them", counts.entries),
            ("thalweg_desk_taken", "Statements that were taken", counts.taken),
            ("thalweg_desk_refused", "Statements that were refused, on record", counts.refused),
            ("thalweg_desk_streams_cut", "Streams whose listener may listen no more", counts.streams_cut),
            ("thalweg_bearers_carried", "Messages that a webhook or mail server took", carried.carried),
            ("thalweg_bearers_failed", "Tries that failed", carried.failed),
            ("thalweg_bearers_dead", "Messages that were given up", carried.dead),
        ):
            yield CounterMetricFamily(name, told, value=number)
        for name, told, value in (
            ("thalweg_desk_decides", "1 where this process is the one that decides", float(beats.office.decides)),
            ("thalweg_desk_streams", "Open streams", float(beats.streams.open)),
            ("thalweg_outbox_waiting", "Messages that wait for a bearer", float(counts.waiting)),
            (
                "thalweg_desk_oldest_emergency_seconds",
                "Since the oldest emergency that somebody has not answered; 0 if there is none",
                counts.oldest_emergency_s,
            ),
        ):
            yield GaugeMetricFamily(name, told, value=value)
        owed = GaugeMetricFamily("thalweg_desk_owed", "Notices without an answer that is owed", labels=["severity"])
        for severity, number in counts.owed.items():
            owed.add_metric([severity], number)
        yield owed
