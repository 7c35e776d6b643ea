"""The desk at work: statements come in from anywhere, and are decided, made durable and answered in order.

::

    take(entry) → gathered → decided, one after the other → one append, durable and signed → answered, published

While one batch is being made durable the next one gathers. Deciding changes the world ahead of the log, so whoever
reads waits for the append in flight (`settled`): nobody is shown what could still be lost.

What may go wrong, and what comes of it:

================================  ====================================================================================
the store does not answer         the world is thrown away and folded again from the log; everyone in the batch is
                                  told that nothing is known of it yet, everyone else to come back; until it works
the store takes long to answer    whoever reads or waits is told so after some seconds, and nothing is given up
one statement cannot be decided   its author is told so, and the others of its batch are decided without it
what came due cannot be decided   it is reported and passed over, so that it does not hold up every other clock
another process writes            the desk ends (`lost`); nothing of its last batch is in the log
anything else                     the desk ends (`fault`), and with it the process: nobody is left to wait for an answer
                                  that will not come
================================  ====================================================================================

Runs on one event loop. Only what waits for the disk is given to a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from thalweg.desk.book import Book, Hands
from thalweg.desk.checks import NotAllowed, screen
from thalweg.desk.clocks import Due
from thalweg.desk.decide import Desk
from thalweg.desk.office import KeyEntry, Listener, OnRecord, Reading, Report, WayIn
from thalweg.formats.event import Body
from thalweg.ledger.entry import Entry
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.errors import Refused as NotAdmitted
from thalweg.ledger.sequencer import Prepared, Sequencer, prepare
from thalweg.model.errors import InputError, ThalwegError
from thalweg.model.events import DESK, ByDesk, Delivered, Exported, Said, SitesRead
from thalweg.model.instants import Instant
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.recorded import KeyFact, Recorded, recorded
from thalweg.state.world import World

_AT_ONCE = 64  # statements in one batch at most
_DECIDING_S = 0.05  # and no more than it takes so long to decide
_DUE_AT_ONCE = 64  # things that came due, looked at in one batch: as long as a statement may wait for them
_REPLACED = ("store.fenced", "store.moved")
_WAKE_S = 1.0  # the longest the clocks go unlooked at
_BEAT_S = 1.0  # how often it is asked whether this is still the process that writes
_MOST_WAITING = 8192  # statements; whoever comes then is told to come back
_PATIENCE_S = 1.0  # how long whoever asks waits for the store to come back, before being told so
_READ_S = 5.0  # how long whoever reads waits for an append in flight
_ANSWER_S = 20.0  # and whoever states something, for its own
_PAUSES_S = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0)  # after one, two, … appends in a row that failed
REPLACED = "desk.replaced"
"""The code where another process decides: nothing of the statement is in the log, and it is to be sent there."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ForOfficer:
    """A statement of an officer whose key the server holds. It is signed when its turn comes."""

    author: str
    said: Said
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """A statement that its officer signed, checked under the key that the log knows, and read; its index is not known
    yet."""

    prepared: Prepared
    record: Recorded
    body: Body | ByDesk


@dataclass(slots=True)
class Waiting:
    """Something on its way, and where its answer goes: the hash of its event once it is durable, or nothing."""

    what: Handed | ForOfficer | OnRecord | WayIn | tuple[KeyEntry, ...]
    future: asyncio.Future[str]
    event: str = ""


def _handed(entry: Entry, prepared: Prepared) -> Handed:
    """The entry with its body. Refuses before the log what nobody may say or is in no form; the rest is refused on
    record."""
    if entry.event.author == DESK:
        raise NotAllowed("not-a-statement", "Entries of the desk are not sent to it.")
    record = recorded(0, entry, {payload.digest: payload.payload for payload in prepared.payloads}.get)
    if isinstance(record.body, KeyFact):
        raise NotAllowed("not-a-statement", "Entries of the key history are not sent to the desk.")
    return Handed(prepared, record, record.body)


def _not_on_record(body: Delivered, world: World) -> tuple[tuple[str, ...], str]:
    """Those of its notices that this bearer is not known yet to have brought, each once; and the event that says so of
    another. Two pages that show a notice at once, or a bearer that was not told that its word had arrived, say it
    twice."""
    fresh: dict[str, None] = {}
    before = ""
    for each in body.notices:
        known = world.exchange.notices[each].delivered
        held = next((fact for fact in known if fact.officer == DESK and fact.what == body.bearer.value), None)
        if held is None:
            fresh[each] = None
        else:
            before = world.load(held.index).event
    return tuple(fresh), before


class _Undecided(Exception):
    """Deciding a statement failed half-way, for a reason that is none of its author's doing."""

    def __init__(self, waiting: Waiting, why: Exception) -> None:
        super().__init__(str(why))
        self.waiting = waiting
        self.why = why


class _OverdueUndecided(Exception):
    """Deciding what had come due failed half-way."""

    def __init__(self, what: tuple[Due, str], why: Exception) -> None:
        super().__init__(str(why))
        self.what = what
        self.why = why


@dataclass(slots=True)
class Counters:
    """What the desk has done since it started; for metrics."""

    taken: int = 0
    refused: int = 0
    batches: int = 0
    entries: int = 0
    failed: int = 0


def _still_leads() -> bool:
    return True


def _unreported(_what: str, _error: BaseException) -> None:
    """For a desk that nobody watches."""


@dataclass(slots=True)
class LiveDesk:
    """One log's desk in this process.

    `open_desk` folds the log and makes the deciding desk; it is called at the start and after a failed append.
    `now` is the clock; `loop_s` counts seconds for the batches, from any start. `leads` asks the store once a second
    whether this is still the process that writes; `report` is told of every error that is not its author's.
    """

    log: Sequencer
    hands: Hands
    open_desk: Callable[[], Desk]
    now: Callable[[], Instant]
    loop_s: Callable[[], float]
    leads: Callable[[], bool] = _still_leads
    report: Report = _unreported
    counters: Counters = field(default_factory=Counters)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once another process has become the one that decides."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once this desk has ended, whatever ended it."""
    fault: Exception | None = None
    """What ended it, if that was neither `stop` nor another process."""
    _away: bool = False  # the store does not answer
    _asked_s: float | None = None  # since when the store is waited for
    _failures: int = 0  # appends in a row that failed
    _beat_s: float = float("-inf")
    _told: tuple[float, float] | None = None  # the clock and the loop's seconds at the last append
    _heard: int = 0  # up to which entry the listeners have been told
    _passed_over: set[tuple[Due, str]] = field(default_factory=set)
    _taken: list[Waiting] = field(default_factory=list)  # in the batch that is being decided or made durable
    _desk: Desk | None = None
    _begun: Desk | None = None  # the desk that has looked at what was entered while none decided
    _queue: list[Waiting] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _pool: ThreadPoolExecutor | None = None
    _closing: bool = False
    _listeners: list[Listener] = field(default_factory=list)
    _reading: tuple[Desk, Reading] | None = None

    async def start(self) -> None:
        """Fold the log and begin. Raises what keeps it from being folded or signed."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="append")
        try:
            self._desk = await self._in_pool(self._opened)
        except Exception:
            self._pool.shutdown()
            raise
        self._heard = self._desk.world.size
        self._settled.set()
        self._task = asyncio.create_task(self._run(), name="desk")

    async def stop(self) -> None:
        """Answer what came in, then stop. What ended the desk before, if anything did, is in `fault`."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._pool is not None:
            self._pool.shutdown()

    @property
    def desk(self) -> Desk | None:
        """The desk itself; to be looked at once the office has stopped."""
        return self._desk

    async def settled(self) -> Desk:
        """The desk with a world in which everything is durable. Use it before the next `await`.

        StoreFailed while the store does not answer, and once the desk has ended."""
        while self._desk is None or not self._settled.is_set():
            self._require_here()
            try:
                async with asyncio.timeout(_READ_S):
                    await self._settled.wait()
            except TimeoutError as error:
                raise _slow() from error
        return self._desk

    def report_to(self, report: Report) -> None:
        """See `Office`."""
        self.report = report

    def trouble(self) -> tuple[str, ...]:
        """See `Office`."""
        if self.fault is not None:
            return ("desk-failed",)
        if self.lost.is_set():
            return ("desk-replaced",)
        if self._task is None:
            return ("desk-starting",)
        slow = self._asked_s is not None and self.loop_s() - self._asked_s > _READ_S
        return ("store-away",) if self._away or slow else ()

    def _require_here(self) -> None:
        if self.lost.is_set():
            raise _replaced()
        if self.fault is not None:
            raise _failed()
        if self._away:
            raise _store_away()
        if self._task is not None and self._task.done():
            raise NotAdmitted("desk.closed", "The desk is closed.")

    def _opened(self) -> Desk:
        """Called in the thread: the log as it is, and a world folded from it."""
        self.log.begin()  # after a commit of which nothing is known, this reads the log again
        desk = self.open_desk()
        desk.passed_over |= self._passed_over
        return desk

    async def _in_pool(self, act: Callable[[], T]) -> T:
        self._asked_s = self.loop_s()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, act)
        finally:
            self._asked_s = None

    async def reading(self) -> Reading:
        """See `Office`."""
        desk = await self.settled()
        if self._reading is None or self._reading[0] is not desk:
            self._reading = (desk, Reading(desk.world, desk.policy, Mailboxes(desk.world, desk.policy)))
        return self._reading[1]

    async def abreast(self) -> None:
        """See `Office`. A desk that another has replaced, and that has not heard of it, has what it had: so the store
        is asked. StoreFailed (`desk.replaced`) where it was."""
        await self.settled()
        self._require_here()
        if self._closing:
            raise _closing()
        if not await asyncio.get_running_loop().run_in_executor(self._pool, self.leads):
            raise _replaced()

    @property
    def decides(self) -> bool:
        """This process writes."""
        return True

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with the new entries after each durable append; the result stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def take(
        self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = (), *, entry: Entry | None = None
    ) -> str:
        """Hand in a signed entry. Returns the hash of its event once it, and what follows from it, is durable; what
        the desk answered is then in the world.

        Raises `Malformed`, `Refused` or `Inconsistent` of the ledger, `InputError` for a body that is not in its form,
        and `NotAllowed`, where nothing went on record; `StoreFailed` where nothing is known: send it again as it is.
        """
        # All that needs no world is done first, while the append in flight is waited for.
        entry = Entry.parse(data) if entry is None else entry
        signed = self.log.history().key(entry.event.key)
        prepared = prepare(data, None if signed is None else signed.key, payloads, entry=entry)
        handed = _handed(entry, prepared)
        desk = await self.settled()
        if prepared.new.event_hash.hex() not in desk.world.answers:
            screen(handed.body, handed.record.author, desk.world)
        return await self._queued(handed)

    async def say_for(self, author: str, said: Said, nonce: bytes) -> str:
        """A statement by an officer whose key the server holds; raises as `take`."""
        desk = await self.settled()
        screen(said, author, desk.world)
        return await self._queued(ForOfficer(author, said, nonce))

    async def register(self, entries: Sequence[KeyEntry]) -> None:
        """Entries of the key history under the registrar's key; raises as `take`."""
        await self.register_all(entries)

    async def register_all(self, entries: Sequence[KeyEntry]) -> str:
        """As `register`; the result is empty, for there is no one event."""
        return await self._queued(tuple(entries))

    async def tell(self, way: WayIn) -> None:
        """See `Office`; raises as `take`."""
        await self.tell_of(way)

    async def tell_of(self, way: WayIn) -> str:
        """As `tell`; the result is empty, for there is no event."""
        return await self._queued(way)

    async def note(self, body: OnRecord) -> str:
        """See `Office`; raises as `take`."""
        desk = await self.settled()
        if isinstance(body, Delivered) and not desk.world.exchange.notices.keys() >= set(body.notices):
            raise InputError("notice-unknown", "There is no such notice to have been delivered.")
        return await self._queued(body)

    async def _queued(self, what: Handed | ForOfficer | OnRecord | WayIn | tuple[KeyEntry, ...]) -> str:
        if self.lost.is_set() or self.fault is not None or self._away:
            self._require_here()
        if self._closing:
            raise _closing()
        if len(self._queue) >= _MOST_WAITING:
            raise StoreFailed(
                "desk.busy", "More is waiting than can be decided soon; send it again.", happened="no", retry_after_s=1
            )
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(what, future))
        self._wake.set()
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await future
        except TimeoutError as error:
            raise _slow() from error

    async def _run(self) -> None:
        try:
            while not (self._closing and not self._queue):
                await self._wait()
                if self._queue or not self._closing:
                    await self._batch()
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody may go on waiting for a desk that is no more
            self.counters.failed += 1
            self.fault = error
            self.report("desk-failed", error)
        finally:
            self._end()

    def _end(self) -> None:
        """Nobody is left waiting, and nobody is shown a world that ran ahead of the log."""
        self._closing = True
        why = _replaced() if self.lost.is_set() else _failed()
        self._tell_all(self._taken, why)
        self._tell_all(self._queue, why)
        if self.lost.is_set() or self.fault is not None:
            self._desk = None
        self._settled.set()
        self.over.set()

    @staticmethod
    def _tell_all(some: list[Waiting], why: Exception) -> None:
        for waiting in some:
            if not waiting.future.done():
                waiting.future.set_exception(why)
        some.clear()

    async def _wait(self) -> None:
        """For a statement, for the next thing that comes due, or for a second."""
        pause_s = _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        if pause_s:
            await asyncio.sleep(pause_s)
        due_s = math.inf if self._desk is None else self._desk.clocks.next_s - self.now().epoch_s
        pause_s = min(_WAKE_S, max(0.0, due_s))
        if not self._queue and not self._closing and pause_s > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause_s)
        self._wake.clear()

    async def _batch(self) -> None:
        try:
            if self._away or self.loop_s() - self._beat_s >= _BEAT_S:
                await self._beat()
            if not self._away:
                await self._decided()
        except _Undecided as failure:
            # Nothing of this batch was appended. All but the one that cannot be decided are tried again.
            self.counters.failed += 1
            self.report("statement-undecided", failure.why)
            self._queue[:0] = [waiting for waiting in self._taken if waiting is not failure.waiting]
            self._taken.clear()
            self._tell_all([failure.waiting], failure.why)
            await self._again()
        except _OverdueUndecided as failure:
            self.counters.failed += 1
            self.report("clock-undecided", failure.why)
            self._passed_over.add(failure.what)
            await self._again()
        except StoreFailed as error:
            self.counters.failed += 1
            self._failures += 1
            self.report("append-failed", error)
            self._tell_all(self._taken, error)
            await self._again()
        except NotAdmitted as error:
            if error.code not in _REPLACED:
                raise
            self.lost.set()
            self._closing = True
            self._tell_all(self._queue, _replaced())

    async def _beat(self) -> None:
        """A writer that was replaced while it had nothing to append learns it here, and not by its readers."""
        try:
            leads = await self._in_pool(self.leads)
        except StoreFailed as error:
            if not self._away:
                self.report("store-away", error)
            self._failures += 1
            self._gone()  # what was folded is durable, and goes on being read
            return
        finally:
            self._beat_s = self.loop_s()
        if self._away:
            self._away, self._failures = False, 0
        if not leads:
            raise NotAdmitted("store.fenced", "Another writer has taken over this log.")

    async def _decided(self) -> None:
        """Decide a batch, make it durable, answer."""
        desk = self._desk
        if desk is None:
            raise _store_away()
        self._settled.clear()
        now, loop_s = self.now(), self.loop_s()
        moved_s = 0.0 if self._told is None else (now.epoch_s - self._told[0]) - (loop_s - self._told[1])
        book = Book(self.log, desk.world, self.hands, now, moved_s=moved_s)
        self._decide(desk, book)
        if book.written:
            await self._in_pool(lambda: self.log.commit(book.batch))
        self._told = (now.epoch_s, loop_s)
        self._failures = 0
        self.counters.batches += 1
        self.counters.entries += len(book.written)
        self._settled.set()
        self._tell(book.written)
        for waiting in self._taken:
            if not waiting.future.done():
                waiting.future.set_result(waiting.event)
        self._taken.clear()
        # Whoever waited for this append reads before the next one begins.
        await asyncio.sleep(0)

    def _tell(self, records: Sequence[Recorded]) -> None:
        self._heard += len(records)
        for listener in tuple(self._listeners):
            listener(records)

    def _decide(self, desk: Desk, book: Book) -> None:
        start_s = self.loop_s()
        if desk is not self._begun:
            desk.entered_beside(book)
            self._begun = desk
        try:
            desk.tick(book, _DUE_AT_ONCE)
        except StoreFailed:
            raise
        except Exception as error:
            timer = desk.looking_at
            if timer is None or (timer.what, timer.subject) in self._passed_over:
                raise
            raise _OverdueUndecided((timer.what, timer.subject), error) from error
        while self._queue and len(self._taken) < _AT_ONCE and self.loop_s() - start_s < _DECIDING_S:
            waiting = self._queue.pop(0)
            if waiting.future.done():
                continue  # whoever sent it has gone; it may be sent again
            before = len(book.batch.new)
            try:
                record, said = self._admit(desk, book, waiting)
            except Exception as error:
                if len(book.batch.new) != before:
                    raise _Undecided(waiting, error) from error
                if not isinstance(error, ThalwegError | LedgerError):
                    self.report("statement-undecided", error)
                waiting.future.set_exception(error)
                continue
            self._taken.append(waiting)
            if record is not None and said is not None:
                try:
                    desk.decide(record, said, book)
                except Exception as error:
                    raise _Undecided(waiting, error) from error
        if self._queue:
            self._wake.set()

    @staticmethod
    def _admit(desk: Desk, book: Book, waiting: Waiting) -> tuple[Recorded | None, Said | None]:
        """Screen a statement and put it into the book; None if it is in the log. What raises has changed nothing."""
        match waiting.what:
            case ForOfficer(author, said, nonce):
                screen(said, author, desk.world)
                waiting.event, record = book.sign_for(author, said, nonce)
                return record, said
            case Handed(prepared, probe, body):
                waiting.event = prepared.new.event_hash.hex()
                if waiting.event in desk.world.answers:
                    return None, None  # answered as it was, whoever may speak now
                screened = screen(body, probe.author, desk.world)
                return book.take(prepared, probe)[1], screened
            case Delivered() as body:
                fresh, before = _not_on_record(body, desk.world)
                waiting.event = book.say(replace(body, notices=fresh)).event if fresh else before
                return None, None
            case Exported() | SitesRead() as body:
                waiting.event = book.say(body).event
                return None, None
            case WayIn(author, what, key, by):
                desk.way_in(author, what, key, by, book)
                return None, None
            case tuple() as entries:
                for entry in entries:
                    if not book.registered(entry.kind, entry.fields):
                        record = book.register(entry.kind, entry.fields)
                        if entry.tells:
                            desk.entered(record, book)
                return None, None

    async def _again(self) -> None:
        """The world ran ahead of a log that did not follow: fold it again. Tried until the log can be read; whoever
        comes meanwhile is not kept waiting for long."""
        self._desk = None
        missed: list[Recorded] = []
        failures = 0
        while self._desk is None:
            folding = asyncio.ensure_future(self._in_pool(self._opened))
            await asyncio.wait([folding], timeout=_PATIENCE_S)
            if not folding.done():
                self._gone()
            try:
                desk = await folding
                # What was appended although the store had not said so: nobody else would tell of it.
                missed = await self._in_pool(partial(self._between, desk.world, self._heard, desk.world.size))
                self._desk = desk
            except StoreFailed as error:
                if not failures:
                    self.report("store-away", error)
                failures += 1
                self._gone()
                if self._closing:
                    raise
                await asyncio.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
        self._away = False
        self._settled.set()
        if missed:
            self._tell(missed)

    @staticmethod
    def _between(world: World, start: int, stop: int) -> list[Recorded]:
        return [world.load(index) for index in range(start, stop)]

    def _gone(self) -> None:
        """The store does not answer: whoever waits, or comes while it lasts, is told so."""
        self._away = True
        self._tell_all(self._queue, _store_away())
        self._settled.set()


def _closing() -> NotAdmitted:
    return NotAdmitted("desk.closed", "The desk is closing; send it to another, or again later.")


def _store_away() -> StoreFailed:
    return StoreFailed(
        "desk.store_away", "The store does not answer now; send it again as it is.", happened="no", retry_after_s=1
    )


def _slow() -> StoreFailed:
    return StoreFailed(
        "desk.slow", "The store has not answered yet; send it again as it is.", happened="unknown", retry_after_s=1
    )


def _replaced() -> StoreFailed:
    return StoreFailed(REPLACED, "Another process decides now; send it again.", happened="no", retry_after_s=1)


def _failed() -> StoreFailed:
    return StoreFailed(
        "desk.failed", "The desk has ended and is started again; send it again as it is.", happened="unknown"
    )
