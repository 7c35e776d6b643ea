"""The desk at work: statements come in from anywhere, and are decided, made durable and answered in order.

::

    take(entry) → gathered → decided, one after the other → one append, durable and signed → answered, published

While one batch is being made durable the next one gathers. Deciding changes the world ahead of the log, so whoever
reads waits for the append in flight (`settled`): nobody is shown what could still be lost. If an append fails, the
world is thrown away and folded again from the log, and everyone in the batch is told that nothing is known of it yet.

Runs on one event loop. Only the append, which waits for the disk, is given to a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from thalweg.desk.book import Book, Hands
from thalweg.desk.checks import NotAllowed, screen
from thalweg.desk.decide import Desk
from thalweg.desk.office import KeyEntry, Listener, Reading
from thalweg.formats import event as kinds
from thalweg.ledger.entry import Entry
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.errors import Refused as NotAdmitted
from thalweg.ledger.sequencer import Prepared, Sequencer, prepare
from thalweg.model.errors import ThalwegError
from thalweg.model.events import DESK, Said
from thalweg.model.instants import Instant
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.recorded import KeyFact, Recorded, recorded

_AT_ONCE = 64  # statements in one batch at most
_DECIDING_S = 0.05  # and no more than it takes so long to decide
_REPLACED = ("store.fenced", "store.moved")
_WAKE_S = 1.0  # the longest the clocks go unlooked at


@dataclass(frozen=True, slots=True)
class ForOfficer:
    """A statement of an officer whose key the server holds. It is signed when its turn comes."""

    author: str
    said: Said
    nonce: bytes


@dataclass(slots=True)
class Waiting:
    """Something on its way, and where its answer goes: the hash of its event once it is durable, or nothing."""

    what: Prepared | ForOfficer | tuple[KeyEntry, ...]
    future: asyncio.Future[str]
    event: str = ""


class _Undecided(Exception):
    """Deciding a statement failed half-way, for a reason that is none of its author's doing."""

    def __init__(self, waiting: Waiting, why: Exception) -> None:
        super().__init__(str(why))
        self.waiting = waiting
        self.why = why


@dataclass(slots=True)
class Counters:
    """What the desk has done since it started; for metrics."""

    taken: int = 0
    refused: int = 0
    batches: int = 0
    entries: int = 0
    failed: int = 0


@dataclass(slots=True)
class LiveDesk:
    """One log's desk in this process.

    `open_desk` folds the log and makes the deciding desk; it is called at the start and after a failed append.
    `now` is the clock; `loop_s` counts seconds for the batches, from any start.
    """

    log: Sequencer
    hands: Hands
    open_desk: Callable[[], Desk]
    now: Callable[[], Instant]
    loop_s: Callable[[], float]
    counters: Counters = field(default_factory=Counters)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once another process has become the one that decides."""
    _desk: Desk | None = None
    _queue: list[Waiting] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _pool: ThreadPoolExecutor | None = None
    _closing: bool = False
    _listeners: list[Listener] = field(default_factory=list)
    _reading: tuple[Desk, Reading] | None = None

    async def start(self) -> None:
        """Fold the log and begin."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="append")
        self._desk = await asyncio.get_running_loop().run_in_executor(self._pool, self.open_desk)
        self._settled.set()
        self._task = asyncio.create_task(self._run(), name="desk")

    async def stop(self) -> None:
        """Answer what came in, then stop."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._pool is not None:
            self._pool.shutdown()

    async def settled(self) -> Desk:
        """The desk with a world in which everything is durable. Use it before the next `await`."""
        while self._desk is None or not self._settled.is_set():
            if self._task is not None and self._task.done():
                self._task.result()
                raise NotAdmitted("desk.closed", "The desk is closed.")
            await self._settled.wait()
        return self._desk

    async def reading(self) -> Reading:
        """See `Office`."""
        desk = await self.settled()
        if self._reading is None or self._reading[0] is not desk:
            self._reading = (desk, Reading(desk.world, desk.policy, Mailboxes(desk.world, desk.policy)))
        return self._reading[1]

    @property
    def decides(self) -> bool:
        """This process writes."""
        return True

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with the new entries after each durable append; the result stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def take(self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = ()) -> str:
        """Hand in a signed entry. Returns the hash of its event once it, and what follows from it, is durable; what
        the desk answered is then in the world.

        Raises `Malformed`, `Refused` or `Inconsistent` of the ledger, `InputError` for a body that is not in its form,
        and `NotAllowed`, where nothing went on record; `StoreFailed` where nothing is known: send it again as it is.
        """
        prepared = prepare(data, payloads=payloads)
        event = prepared.new.event_hash.hex()
        desk = await self.settled()
        if event not in desk.world.answers:
            self._screened(desk, Entry.parse(data))
        return await self._queued(prepared)

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

    async def _queued(self, what: Prepared | ForOfficer | tuple[KeyEntry, ...]) -> str:
        if self._closing:
            raise NotAdmitted("desk.closed", "The desk is closing; send it to another, or again later.")
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(what, future))
        self._wake.set()
        return await future

    def _screened(self, desk: Desk, entry: Entry) -> None:
        """Refuse before the log what nobody may say or is in no form; the rest is refused on record."""
        event = entry.event
        if event.author == DESK or event.kind in kinds.KEY_HISTORY:
            raise NotAllowed("not-a-statement", "Entries of the desk and of the key history are not sent to it.")
        if any(event.body.get(name) == kinds.PAYLOAD for name in kinds.WITH_DECLARATION):
            return  # read when it is taken, with its payload
        screen(kinds.read(event.kind, event.body), event.author, desk.world)

    async def _run(self) -> None:
        while True:
            await self._wait()
            if self._closing and not self._queue:
                return
            await self._batch()

    async def _wait(self) -> None:
        desk = await self.settled()
        pause_s = min(_WAKE_S, max(0.0, desk.clocks.next_s - self.now().epoch_s))
        if not self._queue and not self._closing and pause_s > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause_s)
        self._wake.clear()

    async def _batch(self) -> None:
        desk = await self.settled()
        self._settled.clear()
        taken: list[Waiting] = []
        try:
            book = Book(self.log, desk.world, self.hands, self.now())
            self._decide(desk, book, taken)
            if book.written:
                await asyncio.get_running_loop().run_in_executor(self._pool, self.log.commit, book.batch)
        except _Undecided as failure:
            # Nothing of this batch was appended. All but the one that cannot be decided are tried again.
            self.counters.failed += 1
            self._queue[:0] = [waiting for waiting in taken if waiting is not failure.waiting]
            await self._again()
            failure.waiting.future.set_exception(failure.why)
            return
        except LedgerError as error:
            self.counters.failed += 1
            if error.code in _REPLACED:
                self._give_up(taken)
                return
            await self._again()
            for waiting in taken:
                waiting.future.set_exception(error)
            return
        self.counters.batches += 1
        self.counters.entries += len(book.written)
        self._settled.set()
        for listener in tuple(self._listeners):
            listener(book.written)
        for waiting in taken:
            if not waiting.future.done():
                waiting.future.set_result(waiting.event)
        # Whoever waited for this append reads before the next one begins.
        await asyncio.sleep(0)

    def _give_up(self, taken: Sequence[Waiting]) -> None:
        """Another process decides now. Nothing of this batch was appended; it is to be sent there."""
        self._closing = True
        self.lost.set()
        for waiting in (*taken, *self._queue):
            if not waiting.future.done():
                waiting.future.set_exception(
                    StoreFailed("desk.replaced", "Another process decides now; send it again.", happened="no")
                )
        self._queue.clear()
        self._settled.set()

    def _decide(self, desk: Desk, book: Book, taken: list[Waiting]) -> None:
        start_s = self.loop_s()
        desk.tick(book)
        while self._queue and len(taken) < _AT_ONCE and self.loop_s() - start_s < _DECIDING_S:
            waiting = self._queue.pop(0)
            if waiting.future.done():
                continue  # whoever sent it has gone; it may be sent again
            try:
                record, said = self._admit(desk, book, waiting)
            except ThalwegError as error:
                waiting.future.set_exception(error)
                continue
            except LedgerError as error:
                waiting.future.set_exception(error)
                continue
            taken.append(waiting)
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
            case Prepared() as prepared:
                waiting.event = prepared.new.event_hash.hex()
                beside = {payload.digest: payload.payload for payload in prepared.payloads}
                probe = recorded(0, Entry.parse(prepared.new.data), beside.get)  # read before the log is touched
                if isinstance(probe.body, KeyFact):
                    raise NotAllowed("not-a-statement", "Entries of the key history are not sent to the desk.")
                screened = screen(probe.body, probe.author, desk.world)
                return book.take(prepared)[1], screened
            case tuple() as entries:
                for entry in entries:
                    if not book.registered(entry.kind, entry.fields):
                        book.register(entry.kind, entry.fields)
                return None, None

    async def _again(self) -> None:
        """The world ran ahead of a log that did not follow: fold it again. Tried until the log can be read."""
        self._desk = None
        pause_s = 0.1
        while self._desk is None:
            try:
                self._desk = await asyncio.get_running_loop().run_in_executor(self._pool, self.open_desk)
            except LedgerError:
                if self._closing:
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(2.0, pause_s * 2)
        self._settled.set()
