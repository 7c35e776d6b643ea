"""Several server processes over one log: one decides, the others stand by, read, and pass on what comes to them (D11).

::

    process 1   decides ──append──▶ log ◀──follows── process 2   reads, streams
                   ▲                                     │
                   └──────── requests (a table) ◀────────┘   what came in there, and its answer on the way back

Who holds the store's writer lock decides. A process that stands by follows the log, tries for the lock twice a second,
and takes over with the world that it has. Whoever was replaced finds its append refused, or learns within a second
that it was, and stands by from then on. What was passed on and not answered is waiting in the table for whoever decides
next; deciding it twice changes nothing, since an entry gets one index and one answer.

Each passing on is a request of its own, so that what was refused once because of how things stood (an author's numbers
out of order, a role not granted yet) is decided anew when it is sent again.

One that hangs keeps the lock for as long as its machine answers for it. So whoever decides shows every second that it
lives, from a thread that the event loop keeps going, also while it folds. Whoever stands by and has seen nothing of it
for fifteen seconds, at two looks, ends its hold and decides. What that costs, where it was only slow, is one more
taking over; it is waited for twice as long the next time, so that two slow processes do not take it from each other
for ever.

Readers are never shown a world that is ahead of the log: between two worlds they wait. What nobody foresaw ends the
office (`fault`), and with it the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from thalweg.desk.checks import NotAllowed, screen
from thalweg.desk.live import REPLACED, LiveDesk
from thalweg.desk.office import KeyEntry, Listener, OnRecord, Reading, Report, WayIn
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Value, b64, unb64
from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused, StoreFailed
from thalweg.model.errors import EngineError, InputError, RulesError, ThalwegError, ValueRefused
from thalweg.model.events import DESK, Delivered, Exported, Said, SitesRead, Taken
from thalweg.model.events import Refused as Refusal
from thalweg.model.keeping import REQUESTS_AT_ONCE, Requests
from thalweg.state.recorded import KeyFact, Recorded, recorded
from thalweg.state.world import World

_TURN_S = 0.5
_ANSWER_S = 20.0  # how long an answer is waited for; the request stays, and may be sent again
_AT_ONCE = 200  # entries folded before others get their turn
_BEAT_S = 1.0  # how often whoever decides shows that it lives
_SILENCE_S = 15.0  # after so much silence it is taken for one that hangs
_LONGEST_SILENCE_S = 120.0
_FORGIVEN_S = 3600.0  # so long after the last time, one is as patient as at first
_NEAR = 500  # entries that are folded sooner than looked through
_KEPT_MS = 3_600_000  # answers are kept that long
_PATIENCE_S = 5.0  # how long a reader waits between two worlds
_FAMILY: Mapping[str, type[ThalwegError] | type[LedgerError]] = {
    each.__name__: each
    for each in (
        *(NotAllowed, InputError, ValueRefused, RulesError, EngineError),
        *(Malformed, Refused, Inconsistent, Damaged, StoreFailed),
    )
}  # fmt: skip


T = TypeVar("T")


def _unreported(_what: str, _error: BaseException) -> None:
    """For an office that nobody watches."""


def _nothing() -> None:
    """For a store by which nobody stands."""


def _never(_silent_s: float) -> bool:
    """Where nobody can tell."""
    return False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The store as a process that stands by uses it. All of them wait, and are called in threads.

    `wait(size, seconds)` is the durable size once it is larger; `read(start, stop)` the entries; `fold()` a world from
    the beginning; `become(world)` makes this process the one that decides, None while another is: the live desk that it
    gives starts from that world, and folds what it has not seen. `beat()` shows that this process lives, where it has
    the lock; `hangs(seconds)` tells whether another that has it was silent for longer, and `end_hold(seconds)` takes it
    from that one.
    """

    wait: Callable[[int, float], int]
    read: Callable[[int, int], Sequence[Recorded]]
    fold: Callable[[], World]
    become: Callable[[World], LiveDesk | None]
    reading: Callable[[World], Reading]
    beat: Callable[[], None] = _nothing
    hangs: Callable[[float], bool] = _never
    end_hold: Callable[[float], bool] = _never


@dataclass(slots=True)
class SharedOffice:
    """An `Office` that decides or stands by, whichever the store's lock says."""

    shelf: Shelf
    requests: Requests
    now_ms: Callable[[], int]
    random_bytes: Callable[[int], bytes]
    report: Report = _unreported
    silence_s: float = _SILENCE_S
    """How long whoever decides may be silent before it is taken for one that hangs."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None
    _live: LiveDesk | None = None
    _read: Reading | None = None  # while another process decides
    _told: int = 0  # up to which entry the listeners have been told
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _listeners: list[Listener] = field(default_factory=list)
    _pending: dict[bytes, asyncio.Future[bytes]] = field(default_factory=dict)
    _offers: list[tuple[bytes, bytes]] = field(default_factory=list)
    _offered: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _ones: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: set[bytes] = field(default_factory=set)
    _doubted: bool = False  # at the last look whoever decides was silent
    _look_s: float = 0.0  # by the loop: when it is looked at next
    _ended_s: float = 0.0  # and when a hold was ended last
    _patience_s: float = 0.0  # as long as now; 0 for as long as at first
    _beats: ThreadPoolExecutor | None = None
    _away: bool = False
    _closing: bool = False

    # --- Office ---

    async def start(self) -> None:
        """Fold the log, then decide or stand by. A store that goes away meanwhile is waited for: to begin anew costs a
        machine with too much to do more than all of this."""
        try:
            await self._fold()
            await self._turn()
        except StoreFailed as error:
            self.report("store-away", error)
            self._away = True
        for name, work in (("follow", self._follow), ("offers", self._offer), ("answers", self._answers)):
            self._begin(name, work())

    async def stop(self) -> None:
        """Answer what came in, and let go of the lock so that another takes over at once."""
        self._closing = True
        live = self._live
        if live is not None:
            await live.stop()
            if self._ones:
                await asyncio.wait(tuple(self._ones), timeout=_TURN_S)
            with contextlib.suppress(StoreFailed):  # the lock goes with the connection
                await asyncio.to_thread(live.log.close)
        for task in (*self._tasks, *self._ones):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._ones, return_exceptions=True)
        if self._beats is not None:
            self._beats.shutdown(wait=False)
        self.over.set()

    @property
    def decides(self) -> bool:
        """Whether this process is the one that writes."""
        return self._live is not None

    @property
    def deciding(self) -> LiveDesk | None:
        """The desk that decides, while this process is the one."""
        return self._live

    def report_to(self, report: Report) -> None:
        """See `Office`."""
        self.report = report

    def trouble(self) -> tuple[str, ...]:
        """See `Office`."""
        if self.fault is not None:
            return ("desk-failed",)
        if self._live is not None:
            return self._live.trouble()
        if self._read is None:
            return ("desk-starting",)
        return ("store-away",) if self._away else ()

    async def reading(self) -> Reading:
        """See `Office`. StoreFailed if there is none soon."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    if self._live is not None:
                        with contextlib.suppress(_NotDecidingError):
                            return await self._of_live(self._live.reading())
                        await asyncio.sleep(0.01)  # it is let go of in a moment
                    elif self._read is not None:
                        return self._read
                    else:  # without asking again and again, for many may wait, and it is folded beside them
                        async with self._changed:
                            await self._changed.wait_for(lambda: self._live is not None or self._read is not None)
        except TimeoutError as error:
            raise StoreFailed(
                "desk.store_away", "There is no reading of the log yet; ask again.", happened="no", retry_after_s=1
            ) from error

    async def abreast(self) -> None:
        """See `Office`. What a process that takes itself for the one that decides has read may be old: it may have
        lost its connection, and with it the lock, and not know it yet."""
        live = self._live
        if live is not None:
            with contextlib.suppress(_NotDecidingError):
                await self._of_live(live.abreast())
                return
        size = await asyncio.to_thread(self.shelf.wait, 0, 0.0)

        def read() -> bool:
            """By following, or by having taken over since: whoever takes over has read all."""
            return self._has(size) and (self._live is None or self._live is not live)

        if not await self._until(read, _ANSWER_S):
            raise StoreFailed(
                "desk.behind", "This process has not read so far yet; ask again.", happened="no", retry_after_s=1
            )

    def listen(self, listener: Listener) -> Callable[[], None]:
        """See `Office`."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def take(
        self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = (), *, entry: Entry | None = None
    ) -> str:
        """See `Office`."""
        entry = Entry.parse(data) if entry is None else entry
        if (event := await self._decided_here(lambda live: live.take(data, payloads, entry=entry))) is not None:
            return event
        held = {payload_digest(payload, salt): payload for payload, salt in payloads}
        record = recorded(0, entry, held.get)
        if isinstance(record.body, KeyFact):
            raise NotAllowed("not-a-statement", "Entries of the key history are not sent to the desk.")
        await self._screened(record.body, record.author)
        beside: list[Value] = [{"payload": b64(payload), "salt": salt.hex()} for payload, salt in payloads]
        return await self._pass_on({"entry": b64(data), "payloads": beside, "what": "entry"})

    async def say_for(self, author: str, said: Said, nonce: bytes) -> str:
        """See `Office`."""
        if (event := await self._decided_here(lambda live: live.say_for(author, said, nonce))) is not None:
            return event
        kind, body = kinds.written(said)
        value: dict[str, Value] = {"author": author, "body": body, "kind": kind, "nonce": b64(nonce), "what": "said"}
        return await self._pass_on(value)

    async def register(self, entries: Sequence[KeyEntry]) -> None:
        """See `Office`."""
        if await self._decided_here(lambda live: live.register_all(entries)) is not None:
            return
        made: list[Value] = [{"fields": each.fields, "kind": each.kind, "tells": int(each.tells)} for each in entries]
        await self._pass_on({"entries": made, "what": "keys"})

    async def tell(self, way: WayIn) -> None:
        """See `Office`."""
        if await self._decided_here(lambda live: live.tell_of(way)) is None:
            told = {"author": way.author, "by": way.by, "change": way.what, "key": way.key}
            await self._pass_on({**told, "what": "way_in"})

    async def note(self, body: OnRecord) -> str:
        """See `Office`."""
        if (event := await self._decided_here(lambda live: live.note(body))) is not None:
            return event
        kind, fields = kinds.written(body)
        return await self._pass_on({"body": fields, "kind": kind, "what": "note"})

    async def _decided_here(self, act: Callable[[LiveDesk], Awaitable[str]]) -> str | None:
        """What the desk answers if this process decides; None if another one does, or has come to meanwhile."""
        if self._live is None:
            return None
        with contextlib.suppress(_NotDecidingError):
            return await self._of_live(act(self._live))
        return None

    @staticmethod
    async def _of_live(made: Awaitable[T]) -> T:
        try:
            return await made
        except StoreFailed as error:
            if error.code == REPLACED:  # nothing of it is in the log: it goes to whoever decides now
                raise _NotDecidingError from error
            raise

    # --- standing by ---

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._watched(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watched(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """What nobody foresaw ends the office: half of one would keep people waiting, or show them an old world."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  # it is kept, reported, and ends the process
            self._fail(name, error)

    def _fail(self, name: str, error: Exception) -> None:
        if self.fault is None:
            self.fault = error
            self.report(f"office-failed-{name}", error)
        self.over.set()

    async def _follow(self) -> None:
        while not self._closing:
            try:
                if self._live is not None:
                    await self._ended(self._live)
                elif self._read is None:
                    await self._fold()
                else:
                    await self._catch_up(await asyncio.to_thread(self.shelf.wait, self._size, _TURN_S))
                    await self._turn()
                    await self._doubt()
                self._away = False
            except StoreFailed as error:
                # Readers see the last durable state; whoever states something is told that it failed.
                if self._live is not None and self._live.fault is error:
                    raise
                if not self._away:
                    self.report("store-away", error)
                self._away = True
                await asyncio.sleep(_TURN_S)

    @property
    def _size(self) -> int:
        return 0 if self._read is None else self._read.world.size

    async def _fold(self) -> None:
        """A world from the beginning; listeners hear what they have not been told of."""
        world = await asyncio.to_thread(self.shelf.fold)
        start, self._told = self._told or world.size, world.size
        for first in range(start, world.size, _AT_ONCE):
            self._tell(await asyncio.to_thread(self.shelf.read, first, min(world.size, first + _AT_ONCE)))
        self._read = self.shelf.reading(world)
        await self._notify()

    async def _catch_up(self, size: int) -> None:
        while self._read is not None and self._read.world.size < size:
            world = self._read.world
            records = await asyncio.to_thread(self.shelf.read, world.size, min(size, world.size + _AT_ONCE))
            if not records:
                return  # the next look finds them
            for record in records:
                world.apply(record)
            self._told = world.size
            self._tell(records)
            await self._notify()

    async def _turn(self) -> None:
        """Try for the lock, and decide if it is free."""
        if self._read is None:
            return
        live = await asyncio.to_thread(self.shelf.become, self._read.world)
        if live is None:
            return
        beating = self._begin("beat", self._beat(live))
        try:
            live.report_to(self._reported)
            # Nobody else appends from now on. What is left is folded here, on the loop, where the readers are, and
            # not by the desk in its thread.
            await self._catch_up(await asyncio.to_thread(self.shelf.wait, self._size, 0.0))
            await live.start()
        except Exception:
            beating.cancel()
            await asyncio.to_thread(live.log.close)
            raise
        live.listen(self._told_live)
        self._live, self._read = live, None
        self._begin("requests", self._pump(live))
        await self._notify()

    async def _beat(self, live: LiveDesk) -> None:
        """Show that this process lives for as long as the desk does. The thread is for nothing else, so that it never
        waits for a turn."""
        if self._beats is None:
            self._beats = ThreadPoolExecutor(1, thread_name_prefix="beat")
        loop = asyncio.get_running_loop()
        while not live.over.is_set():
            with contextlib.suppress(StoreFailed):  # the desk finds that out by itself
                await loop.run_in_executor(self._beats, self.shelf.beat)
            await asyncio.sleep(_BEAT_S)

    async def _doubt(self) -> None:
        """End the hold of one that hangs. Two looks, because after a pause of everything, its first beat may still be
        on its way."""
        loop_s = asyncio.get_running_loop().time()
        if self._live is not None or loop_s < self._look_s:
            return
        if loop_s - self._ended_s > _FORGIVEN_S or not self._patience_s:
            self._patience_s = self.silence_s
        self._look_s = loop_s + self._patience_s / 5
        doubted, self._doubted = self._doubted, await asyncio.to_thread(self.shelf.hangs, self._patience_s)
        if doubted and self._doubted and await asyncio.to_thread(self.shelf.end_hold, self._patience_s):
            self._doubted, self._ended_s = False, loop_s
            self._patience_s = max(self.silence_s, min(_LONGEST_SILENCE_S, 2 * self._patience_s))
            self.report("leader-silent", StoreFailed("store.silent", "Whoever decides was silent.", happened="no"))

    async def _ended(self, live: LiveDesk) -> None:
        """Once another process decides, fold what it has made of the log, and follow. Until that is done nobody reads:
        the world of the desk that ended may be ahead of the log."""
        await live.over.wait()
        if live.fault is not None:
            with contextlib.suppress(LedgerError):  # this process ends as soon as it can; another decides at once
                await asyncio.to_thread(live.log.close)
            raise live.fault
        if self._closing:
            return
        self._live = None
        await live.stop()
        with contextlib.suppress(StoreFailed):
            await asyncio.to_thread(live.log.close)
        await self._fold()

    def _reported(self, what: str, error: BaseException) -> None:
        self.report(what, error)

    def _told_live(self, records: Sequence[Recorded]) -> None:
        self._told = max([self._told, *(record.index + 1 for record in records)])
        self._tell(records)

    def _tell(self, records: Sequence[Recorded]) -> None:
        for listener in tuple(self._listeners):
            listener(records)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for something that a change of world brings about; whether it did in time."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            return holds()
        return True

    # --- passing on ---

    async def _screened(self, said: kinds.Body, author: str) -> None:
        """As the deciding process will, so that it is not sent what nobody may say. A refusal may rest on something
        that this process has not folded yet: then it is for the other one to say."""
        try:
            screen(said, author, (await self.reading()).world)
        except NotAllowed:
            await self.abreast()
            screen(said, author, (await self.reading()).world)

    def _has(self, size: int) -> bool:
        return self._live is not None or (self._read is not None and self._read.world.size >= size)

    async def _pass_on(self, value: dict[str, Value]) -> str:
        body = canonical.encode({**value, "attempt": b64(self.random_bytes(16))})
        name = hashlib.sha256(body).digest()
        future = self._pending[name] = asyncio.get_running_loop().create_future()
        self._offers.append((name, body))
        self._offered.set()
        self._asked.set()
        try:
            answer = await asyncio.wait_for(future, _ANSWER_S)
        except TimeoutError as error:
            raise StoreFailed(
                "desk.nobody", "No process has answered yet; send it again as it is.", happened="unknown"
            ) from error
        finally:
            self._pending.pop(name, None)
        return await self._understood(answer)

    async def _understood(self, answer: bytes) -> str:
        value = canonical.decode(answer)
        if not isinstance(value, Mapping):
            raise Malformed("desk.answer", "The answer of the deciding process is not in its form.")
        if "event" in value:
            size = value["size"]
            # Whoever said something reads that it was said.
            if not await self._until(lambda: self._has(size if isinstance(size, int) else 0), _ANSWER_S):
                raise StoreFailed(
                    "desk.behind",
                    "It may be taken, and this process has not read so far yet; send it again.",
                    happened="unknown",
                )
            return str(value["event"])
        fields = value["fields"]
        family = _FAMILY.get(str(value["family"]), StoreFailed)
        raise family(
            str(value["code"]), str(value["sentence"]), **(dict(fields) if isinstance(fields, Mapping) else {})
        )

    async def _offer(self) -> None:
        """What came in since the last time goes into the table at once, in one round trip."""
        while not self._closing:
            await self._offered.wait()
            some, self._offers = self._offers[:REQUESTS_AT_ONCE], self._offers[REQUESTS_AT_ONCE:]
            if not self._offers:
                self._offered.clear()
            some = [each for each in some if each[0] in self._pending]
            try:
                await asyncio.to_thread(self.requests.offer, some)
            except StoreFailed as error:
                for name, _ in some:
                    future = self._pending.get(name)
                    if future is not None and not future.done():
                        future.set_exception(error)

    async def _answers(self) -> None:
        """One question to the table for all that wait here."""
        while not self._closing:
            names = [name for name, future in self._pending.items() if not future.done()]
            if not names:
                self._asked.clear()
                await self._asked.wait()
                continue
            try:
                answers = await asyncio.to_thread(self.requests.answered, names, 0.05)
            except StoreFailed:
                await asyncio.sleep(_TURN_S)
                continue
            for name, answer in answers.items():
                future = self._pending.get(name)
                if future is not None and not future.done():
                    future.set_result(answer)

    # --- deciding what others pass on ---

    async def _pump(self, live: LiveDesk) -> None:
        cleaned_ms = self.now_ms()
        while self._live is live and not self._closing and not live.over.is_set():
            try:
                found = await asyncio.to_thread(
                    lambda: self.requests.waiting(besides=tuple(self._busy), timeout_s=_TURN_S)
                )
                for name, body in found:
                    self._busy.add(name)
                    task = asyncio.create_task(self._one(live, name, body))
                    self._ones.add(task)
                    task.add_done_callback(self._ones.discard)
                if abs(self.now_ms() - cleaned_ms) > _KEPT_MS // 60:
                    cleaned_ms = self.now_ms()
                    await asyncio.to_thread(self.requests.clean, cleaned_ms - _KEPT_MS)
            except StoreFailed:
                await asyncio.sleep(_TURN_S)

    async def _one(self, live: LiveDesk, name: bytes, body: bytes) -> None:
        try:
            answer = await self._answer(live, body)
            if answer is None:
                await asyncio.sleep(_TURN_S)  # it goes on waiting, and is decided again, here or by the next one
            else:
                with contextlib.suppress(StoreFailed):  # the same answer follows from the log
                    await asyncio.to_thread(self.requests.answer, [(name, canonical.encode(answer))], self.now_ms())
        finally:
            self._busy.discard(name)

    async def _answer(self, live: LiveDesk, body: bytes) -> dict[str, Value] | None:
        """What to answer to a request; None if nothing is known."""
        try:
            event = await _hand_in(live, body)
            world = (await live.reading()).world
            return {"event": event, "size": await asyncio.to_thread(_through, world.answers.get(event), world)}
        except StoreFailed:
            return None
        except (ThalwegError, LedgerError) as error:
            if error.code == "desk.closed":
                return None  # this process is stopping; the next one decides it
            return _told(error)
        except Exception as error:  # noqa: BLE001  # whoever waits is told, and it must not come back for ever
            self.report("request-undecided", error)
            return _told(EngineError("desk-undecided", "This could not be decided; it is not on record."))


def _through(answer: int | None, world: World) -> int:
    """Up to where the log holds a statement's answer, which is an entry, and what follows from it. Whoever passed it on
    has to have folded so far, and no further: one that is far behind would never reach the end of a log that grows."""
    if answer is None or world.size - answer <= _NEAR:
        return world.size
    for index in range(answer + 1, answer + _NEAR):
        record = world.load(index)
        if record.author != DESK or isinstance(record.body, Taken | Refusal):
            return index
    return answer + _NEAR


def _told(error: ThalwegError | LedgerError) -> dict[str, Value]:
    return {
        "code": error.code,
        "family": type(error).__name__,
        "fields": {key: str(item) for key, item in error.fields.items()},
        "sentence": error.sentence,
    }


class _NotDecidingError(Exception):
    """This process was replaced; another one decides."""


async def _hand_in(live: LiveDesk, body: bytes) -> str:
    """What another process passed on, to the desk."""
    value = canonical.decode(body)
    if not isinstance(value, Mapping):
        raise Malformed("desk.request", "What was passed on is not in its form.")
    match value.get("what"):
        case "entry":
            beside = value["payloads"]
            pairs = [(unb64(str(each["payload"])), bytes.fromhex(str(each["salt"]))) for each in _objects(beside)]
            return await live.take(unb64(str(value["entry"])), pairs)
        case "said":
            fields = value["body"]
            said = kinds.read(str(value["kind"]), fields if isinstance(fields, Mapping) else {})
            reading = await live.reading()
            author = str(value["author"])
            return await live.say_for(author, screen(said, author, reading.world), unb64(str(value["nonce"])))
        case "note":
            fields = value["body"]
            noted = kinds.read(str(value["kind"]), fields if isinstance(fields, Mapping) else {})
            if not isinstance(noted, Delivered | Exported | SitesRead):
                raise Malformed("desk.request", "What was passed on is nothing that a server puts on record.")
            return await live.note(noted)
        case "way_in":
            return await live.tell_of(WayIn(*(str(value[name]) for name in ("author", "change", "key", "by"))))
        case "keys":
            entries = [
                KeyEntry(str(each["kind"]), fields, tells=bool(each.get("tells")))
                for each in _objects(value["entries"])
                if isinstance(fields := each["fields"], Mapping)
            ]
            return await live.register_all(entries)
        case _:
            raise Malformed("desk.request", "What was passed on is of no kind that is passed on.")


def _objects(value: Value) -> list[Mapping[str, Value]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []
