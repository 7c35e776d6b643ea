"""Several server processes over one log: one decides, the others stand by, read, and pass on what comes to them (D11).

::

    process 1   decides ──append──▶ log ◀──follows── process 2   reads, streams
                   ▲                                     │
                   └──────── requests (a table) ◀────────┘   what came in there, and its answer on the way back

Who holds the store's writer lock decides. A process that stands by follows the log, tries for the lock twice a second,
and takes over with the world that it has. Whoever was replaced finds its append refused, and stands by from then on.
What was passed on and not answered is waiting in the table for whoever decides next; deciding it twice changes nothing,
since an entry gets one index and one answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from thalweg.desk.checks import NotAllowed, screen
from thalweg.desk.live import LiveDesk
from thalweg.desk.office import KeyEntry, Listener, Reading
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Value, b64, unb64
from thalweg.ledger.entry import Entry
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused, StoreFailed
from thalweg.model.errors import EngineError, InputError, RulesError, ThalwegError, ValueRefused
from thalweg.model.events import Said
from thalweg.model.keeping import Requests
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

_TURN_S = 0.5
_ANSWER_S = 20.0  # how long an answer is waited for; the request stays, and may be sent again
_AT_ONCE = 200  # entries folded before others get their turn
_KEPT_MS = 3_600_000  # answers are kept that long for whoever asks again
_FAMILY: Mapping[str, type[ThalwegError] | type[LedgerError]] = {
    each.__name__: each
    for each in (
        *(NotAllowed, InputError, ValueRefused, RulesError, EngineError),
        *(Malformed, Refused, Inconsistent, Damaged, StoreFailed),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """The store as a process that stands by uses it. All of them wait, and are called in threads.

    `wait(size, seconds)` is the durable size once it is larger; `read(start, stop)` the entries; `fold()` a world from
    the beginning; `become(world)` makes this process the one that decides, None while another is: the live desk that it
    gives starts from that world, and folds what it has not seen.
    """

    wait: Callable[[int, float], int]
    read: Callable[[int, int], Sequence[Recorded]]
    fold: Callable[[], World]
    become: Callable[[World], LiveDesk | None]
    reading: Callable[[World], Reading]


@dataclass(slots=True)
class SharedOffice:
    """An `Office` that decides or stands by, whichever the store's lock says."""

    shelf: Shelf
    requests: Requests
    now_ms: Callable[[], int]
    random_bytes: Callable[[int], bytes]
    _live: LiveDesk | None = None
    _read: Reading | None = None
    _grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    _listeners: list[Listener] = field(default_factory=list)
    _pending: dict[bytes, asyncio.Future[bytes]] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _busy: set[bytes] = field(default_factory=set)
    _closing: bool = False

    # --- Office ---

    async def start(self) -> None:
        """Fold the log, then decide or stand by."""
        world = await asyncio.to_thread(self.shelf.fold)
        self._read = self.shelf.reading(world)
        await self._turn()
        self._tasks = [asyncio.create_task(self._follow(), name="follow"), asyncio.create_task(self._answers())]

    async def stop(self) -> None:
        """Answer what came in, and let go of the lock so that another takes over at once."""
        self._closing = True
        if self._live is not None:
            await self._live.stop()
            await asyncio.to_thread(self._live.log.close)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def decides(self) -> bool:
        """Whether this process is the one that writes."""
        return self._live is not None

    async def reading(self) -> Reading:
        """See `Office`."""
        if self._live is not None:
            return await self._live.reading()
        if self._read is None:
            raise Refused("desk.closed", "The desk is not open yet.")
        return self._read

    def listen(self, listener: Listener) -> Callable[[], None]:
        """See `Office`."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def take(self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = ()) -> str:
        """See `Office`."""
        if self._live is not None:
            with contextlib.suppress(_NotDecidingError):
                return await self._decide(lambda live: live.take(data, payloads))
        reading = await self.reading()
        entry = Entry.parse(data)
        if not any(entry.event.body.get(name) == kinds.PAYLOAD for name in kinds.WITH_DECLARATION):
            screen(kinds.read(entry.event.kind, entry.event.body), entry.event.author, reading.world)
        beside: list[Value] = [{"payload": b64(payload), "salt": salt.hex()} for payload, salt in payloads]
        return await self._pass_on({"entry": b64(data), "payloads": beside, "what": "entry"})

    async def say_for(self, author: str, said: Said, nonce: bytes) -> str:
        """See `Office`."""
        if self._live is not None:
            with contextlib.suppress(_NotDecidingError):
                return await self._decide(lambda live: live.say_for(author, said, nonce))
        kind, body = kinds.written(said)
        value: dict[str, Value] = {"author": author, "body": body, "kind": kind, "nonce": b64(nonce), "what": "said"}
        return await self._pass_on(value)

    async def register(self, entries: Sequence[KeyEntry]) -> None:
        """See `Office`."""
        if self._live is not None:
            with contextlib.suppress(_NotDecidingError):
                await self._decide(lambda live: live.register_all(entries))
                return
        made: list[Value] = [{"fields": each.fields, "kind": each.kind} for each in entries]
        await self._pass_on({"entries": made, "nonce": b64(self.random_bytes(16)), "what": "keys"})

    async def _decide(self, act: Callable[[LiveDesk], object]) -> str:
        live = self._live
        if live is None or live.lost.is_set():
            raise _NotDecidingError
        made = await act(live)  # type: ignore[misc]  # one of three coroutines of the live desk
        return str(made)

    # --- standing by ---

    async def _follow(self) -> None:
        while not self._closing:
            if self._live is not None:
                await self._live.lost.wait()
                await self._step_down()
                continue
            try:
                await self._catch_up(await asyncio.to_thread(self.shelf.wait, self._world.size, _TURN_S))
                await self._turn()
            except StoreFailed:
                await asyncio.sleep(_TURN_S)  # readers see the last durable state; whoever states is told it failed

    @property
    def _world(self) -> World:
        if self._read is None:
            raise Refused("desk.closed", "The desk is not open yet.")
        return self._read.world

    async def _catch_up(self, size: int) -> None:
        while self._world.size < size:
            start = self._world.size
            records = await asyncio.to_thread(self.shelf.read, start, min(size, start + _AT_ONCE))
            for record in records:
                self._world.apply(record)
            await self._tell(records)

    async def _turn(self) -> None:
        live = await asyncio.to_thread(self.shelf.become, self._world)
        if live is None:
            return
        await live.start()
        live.listen(self._told)
        self._live = live
        self._tasks.append(asyncio.create_task(self._pump(live), name="requests"))

    async def _step_down(self) -> None:
        """Another process decides: fold what it has made of the log, and follow."""
        self._live = None
        world = await asyncio.to_thread(self.shelf.fold)
        self._read = self.shelf.reading(world)

    def _told(self, records: Sequence[Recorded]) -> None:
        for listener in tuple(self._listeners):
            listener(records)

    async def _tell(self, records: Sequence[Recorded]) -> None:
        self._told(records)
        async with self._grown:
            self._grown.notify_all()

    # --- passing on ---

    async def _pass_on(self, value: Mapping[str, Value]) -> str:
        body = canonical.encode(value)
        name = hashlib.sha256(body).digest()
        future = self._pending.get(name)
        if future is None:
            future = self._pending[name] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.to_thread(self.requests.offer, [(name, body)])
            answer = await asyncio.wait_for(asyncio.shield(future), _ANSWER_S)
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
            await self._reached(size if isinstance(size, int) else 0)
            return str(value["event"])
        fields = value["fields"]
        family = _FAMILY.get(str(value["family"]), StoreFailed)
        raise family(
            str(value["code"]), str(value["sentence"]), **(dict(fields) if isinstance(fields, Mapping) else {})
        )

    async def _reached(self, size: int) -> None:
        """Wait until this process has folded so many entries: whoever said something reads that it was said."""
        while self._live is None and self._world.size < size and not self._closing:
            async with self._grown:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._grown.wait(), _TURN_S)

    async def _answers(self) -> None:
        """One question to the table for all that wait here."""
        while not self._closing:
            names = list(self._pending)
            if not names:
                await asyncio.sleep(0.005)
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
        running: set[asyncio.Task[None]] = set()
        while self._live is live and not self._closing:
            try:
                found = await asyncio.to_thread(
                    lambda: self.requests.waiting(besides=tuple(self._busy), timeout_s=_TURN_S)
                )
                for name, body in found:
                    self._busy.add(name)
                    task = asyncio.create_task(self._one(live, name, body))
                    running.add(task)
                    task.add_done_callback(running.discard)
                if self.now_ms() - cleaned_ms > _KEPT_MS // 60:
                    cleaned_ms = self.now_ms()
                    await asyncio.to_thread(self.requests.clean, cleaned_ms - _KEPT_MS)
            except StoreFailed:
                await asyncio.sleep(_TURN_S)

    async def _one(self, live: LiveDesk, name: bytes, body: bytes) -> None:
        try:
            event = await _hand_in(live, body)
            size = (await live.reading()).world.size
            answer: dict[str, Value] = {"event": event, "size": size}
        except StoreFailed:
            self._busy.discard(name)  # nothing is known: it is still waiting, and is decided again
            return
        except (ThalwegError, LedgerError) as error:
            answer = {
                "code": error.code,
                "family": type(error).__name__,
                "fields": {key: str(item) for key, item in error.fields.items()},
                "sentence": error.sentence,
            }
        try:
            await asyncio.to_thread(self.requests.answer, [(name, canonical.encode(answer))], self.now_ms())
        except StoreFailed:
            pass  # it is still waiting; the same answer follows from the log
        finally:
            self._busy.discard(name)


class _NotDecidingError(Exception):
    """This process was replaced; another one decides."""


async def _hand_in(live: LiveDesk, body: bytes) -> str:
    """What another process passed on, to the desk."""
    value = canonical.decode(body)
    if not isinstance(value, Mapping):
        raise Malformed("desk.request", "What was passed on is not in its form.")
    match value["what"]:
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
        case _:
            entries = [
                KeyEntry(str(each["kind"]), fields)
                for each in _objects(value["entries"])
                if isinstance(fields := each["fields"], Mapping)
            ]
            return await live.register_all(entries)


def _objects(value: Value) -> list[Mapping[str, Value]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []
