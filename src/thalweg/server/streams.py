"""The live stream: server-sent events, one for each notice to the party, numbered as the notices are.

A new notice is written down once for each party, as soon as it is durable, and every stream of the party sends those
bytes. No queue belongs to a reader: each stream remembers the number it has sent. One that is further behind than what
is kept reads the mailbox again, page by page, and whoever else is as far behind is sent the same pages: when thousands
come back at once after an hour, the hour is read once. How much is still to come stands in a comment before each page.
So it resumes from any number, a reader that is slow is only late, and two thousand streams cost what they remember.
(WHATWG HTML, section 9.2; `Last-Event-ID` is the number of the last notice that arrived.)
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from thalweg.desk.office import Office, Reading
from thalweg.ledger.errors import StoreFailed
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.looked import Site, met_by, site_of, sites_met
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports import wire
from thalweg.server.doors import Principal
from thalweg.server.steps import Steps
from thalweg.state.recorded import Recorded

_AT_ONCE = 50
_KEPT = 200  # newest notices of a party that are kept as they are sent
_PAGES = 64  # of older notices, kept for whoever else is as far behind
_PAGE_S = 2.0  # and no longer than that, for what became of a notice stands in it
_AGAIN_S = 0.2  # while the store is away
_BEAT_S = 15.0  # a comment, so that proxies and readers know that the line is open


Looked = Callable[[str, str, Sequence[Site]], None]
"""Is told, by party and officer, which protected sites were sent to a stream of theirs."""


def _nobody(_party: str, _officer: str, _sites: Sequence[Site]) -> None:
    """Nobody counts."""


Sent = tuple[bytes, tuple[Site, ...]]
"""A notice as it is sent, and the protected sites that it shows."""


@dataclass(slots=True)
class _Line:
    """What the streams of one party share: their bells, and the newest notices as they are sent."""

    bells: set[asyncio.Future[None]] = field(default_factory=set)
    listeners: int = 0
    newest: deque[Sent] = field(default_factory=lambda: deque(maxlen=_KEPT))
    last: int = 0  # the number of the last one in `newest`
    pages: OrderedDict[int, tuple[float, list[Sent]]] = field(default_factory=OrderedDict)
    """Older ones by the number before the first, and when they were written down."""

    def after(self, number: int) -> list[Sent]:
        """The next ones after `number`, if they are kept."""
        begin = number - (self.last - len(self.newest))
        return [] if begin < 0 else list(islice(self.newest, begin, begin + _AT_ONCE))

    def older(self, reading: Reading, party: str, number: int, now_s: float) -> list[Sent]:
        """The next ones after `number`, read again."""
        known = self.pages.get(number)
        if known is not None and now_s - known[0] <= _PAGE_S:
            return known[1]
        # Pages end at multiples of their length, so that those who are about as far behind come to share them.
        most = _AT_ONCE - number % _AT_ONCE
        page = _written(reading, party, number, most)
        if len(page) == most:  # else it is the end, and more may come at any time
            self.pages[number] = (now_s, page)
            if len(self.pages) > _PAGES:
                self.pages.popitem(last=False)
        return page

    def ring(self) -> None:
        for bell in self.bells:
            if not bell.done():
                bell.set_result(None)
        self.bells.clear()


@dataclass(slots=True)
class _Listener:
    """One stream, and who opened it."""

    line: _Line
    who: Principal | None
    cut: bool = False


class Streams:
    """The lines of all parties, rung after each append; and how many listen."""

    def __init__(
        self,
        office: Office,
        steps: Steps | None = None,
        now: Callable[[], Instant] | None = None,
        looked: Looked = _nobody,
    ) -> None:
        self._office = office
        self._steps = Steps() if steps is None else steps
        self._now = now
        self._looked = looked
        self._last: asyncio.Task[None] | None = None
        self._lines: dict[str, _Line] = {}
        self._stop = office.listen(self._heard)
        self._writing: set[asyncio.Task[None]] = set()
        self._closed = False
        self._listeners: dict[int, _Listener] = {}
        self.open = 0

    def close(self) -> None:
        """End every stream; readers come back to another process, or to this one when it is up again."""
        if self._closed:
            return
        self._closed = True
        self._stop()
        for line in self._lines.values():
            line.ring()

    def listening(self) -> Sequence[Principal]:
        """Those who listen, each key once."""
        return tuple({each.who.key: each.who for each in self._listeners.values() if each.who is not None}.values())

    def cut(self, keys: Collection[bytes]) -> int:
        """End the streams that were opened with these keys; says how many."""
        ended = [each for each in self._listeners.values() if each.who is not None and each.who.key in keys]
        for each in ended:
            each.cut = True
            each.line.ring()
        return len(ended)

    async def follow(self, party: str, after: int, who: Principal | None = None) -> AsyncIterator[bytes]:
        """The bytes of a stream of the notices to a party with numbers above `after`; until `who` is cut off."""
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(party, _Line())
        listener = _Listener(line, who)
        self._listeners[id(listener)] = listener
        self.open += 1
        line.listeners += 1
        caught_up = False
        try:
            yield b"retry: 1000\n\n"
            while not self._closed and not listener.cut:
                some = line.after(after)
                if not some and (not caught_up or after < line.last):
                    reading = await self._office.reading()
                    some = line.older(reading, party, after, loop.time())
                    caught_up = not some
                    behind = reading.mailboxes.count(party) - after
                    if behind > _AT_ONCE:
                        yield b": %d to come\n\n" % behind
                if some:
                    after += len(some)
                    if who is not None and (sites := [site for _, each in some for site in each]):
                        self._looked(party, who.author, sites)
                    yield b"".join(data for data, _ in some)
                    # What is sent to a reader that has gone, or is quick, never waits: others must have their turn, and
                    # it must be heard that it has gone.
                    await asyncio.sleep(0)
                elif not await _rung(line):
                    yield b": here\n\n"
        finally:
            self.open -= 1
            del self._listeners[id(listener)]
            line.listeners -= 1
            if not line.listeners:
                line.newest.clear()
                line.pages.clear()
                line.last = 0

    def _heard(self, records: Sequence[Recorded]) -> None:
        fresh: dict[str, list[int]] = {}
        at: Instant | None = None
        for record in records:
            if isinstance(record.body, Notice) and record.body.to in self._lines:
                fresh.setdefault(record.body.to, []).append(record.body.n)
                at = record.body.at if at is None else max(at, record.body.at)
        if fresh:
            since_s = 0.0 if at is None or self._now is None else max(0.0, self._now().epoch_s - at.epoch_s)
            writing = asyncio.get_running_loop().create_task(self._write(fresh, since_s, self._last))
            self._last = writing
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)

    async def _write(
        self, fresh: Mapping[str, Sequence[int]], since_s: float, earlier: asyncio.Task[None] | None
    ) -> None:
        await self._steps.out(since_s)
        if earlier is not None:
            await asyncio.wait([earlier])  # whose step may end later, where the clock was set
        reading = await self._reading()
        if reading is None:
            return
        for party, numbers in fresh.items():
            line = self._lines[party]
            if not line.listeners:
                continue
            before = min(numbers) - 1
            if line.last != before:
                line.newest.clear()
            line.newest.extend(_written(reading, party, before, len(numbers)))
            line.last = max(numbers)
            line.ring()

    async def _reading(self) -> Reading | None:
        """The world, waited for as long as it takes: those who listen sleep until they are rung, and it may be long
        before there is another notice. None once the streams are closed."""
        while not self._closed:
            try:
                return await self._office.reading()
            except StoreFailed:
                await asyncio.sleep(_AGAIN_S)
        return None


def _written(reading: Reading, party: str, after: int, most: int) -> list[Sent]:
    """The notices to a party with numbers above `after`, as they are sent."""
    page = reading.mailboxes.notices(party, after, most)
    return [
        (b"id: %d\nevent: notice\ndata: %b\n\n" % (number, data), _sites(reading, party, read))
        for number, (data, read) in enumerate(zip(wire.each_spelled(page), page.value.notices, strict=True), after + 1)
    ]


def _sites(reading: Reading, party: str, read: NoticeRead) -> tuple[Site, ...]:
    met = met_by((read,))
    return (*site_of(read), *(sites_met(reading.world, reading.mailboxes, party, met) if met else ()))


async def _rung(line: _Line) -> bool:
    """Whether there is something new; False when nothing came for as long as a reader should wait for a word."""
    bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    line.bells.add(bell)
    try:
        await asyncio.wait_for(bell, _BEAT_S)
    except TimeoutError:
        return False
    finally:
        line.bells.discard(bell)
    return True
