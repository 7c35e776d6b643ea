"""What the desk keeps beside the ledger, and the promises that its stores make about it. Values only.

Nothing here is evidence: whoever deletes all of it takes nothing from what anybody can prove. Three things are
kept, each under its promise below: requests on their way to the one writer, snapshots of the folded state, and
messages to be handed to bearers.

**Common to all.** Times are told, in milliseconds of Unix time; no store reads a clock. Ids are unique for ever
within their table. Any thread may call; any number of processes may have the same tables open, except on SQLite
(one process serves) and in memory. What a method did has survived the death of this process when it returns,
kill -9 included; where loss of power may take it all the same, the promise says so. A method that waits
returns early with nothing if the store is closed, and may return early with nothing at any other time: ask again.

**Failure.** Methods raise the ledger's `StoreFailed` if the store cannot be reached. Every one may then be sent
again as it is: none does anything twice.

**What someone who owns the store could do.** Read all of it, withhold it, deliver a message twice or never, give
a false answer to a client (whose receipt would not verify). They can put nothing into the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from thalweg.model.errors import ValueRefused

REQUESTS_AT_ONCE = 64
"""What fits one round trip well; more is allowed."""


class Requests(Protocol):
    """Signed entries that another process hands to the writer, and the answers on their way back.

    **Durability.** A request that was offered survives loss of power. An answer may be lost with it; its request
    is then waiting again, and the writer answers a second time. A writer that dies between its append and its
    answer leaves the request waiting too: the next one gives the same answer, since answers follow from the log.

    **Order.** `waiting` is in order of arrival; the order within one offer is kept. **Retries.** An id that is
    there is not taken in again, answered or not; the first answer stays.
    """

    def offer(self, requests: Sequence[tuple[bytes, bytes]]) -> None:
        """Hand over (id, body) pairs, all or none, and wake whoever waits for them."""

    def waiting(
        self, limit: int = REQUESTS_AT_ONCE, *, besides: Collection[bytes] = (), timeout_s: float = 0.0
    ) -> list[tuple[bytes, bytes]]:
        """The oldest unanswered (id, body) pairs but those in `besides`, waiting up to `timeout_s` for the first."""

    def answer(self, answers: Sequence[tuple[bytes, bytes]], at_ms: int) -> None:
        """Answer (id, answer) pairs, all or none, and wake whoever waits. An unknown id is passed by."""

    def answered(self, ids: Collection[bytes], timeout_s: float = 0.0) -> dict[bytes, bytes]:
        """The answers there are to these, waiting up to `timeout_s` for the first. One call serves many waiters."""

    def wait(self, request_id: bytes, timeout_s: float) -> bytes | None:
        """The answer to one; None if there is none yet."""

    def clean(self, before_ms: int) -> int:
        """Delete what was answered before then; says how many. What waits is never deleted."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folded state as of `size` entries with that root. `passed_over` says why a newer one was not used, or ""."""

    size: int
    root: bytes
    data: bytes | memoryview
    passed_over: str = ""


@dataclass(frozen=True, slots=True)
class NoSnapshot:
    """There is none to use: `why` says whether none was ever kept, or what is damaged."""

    why: str


class Snapshots(Protocol):
    """A cache of folded states, never truth: at most two of each name, the newest first.

    **Durability.** A snapshot is there as a whole or not at all, however the process ends. Loss of power may take
    it. **Damage.** Each carries a checksum over name, size, root and data, keyed if the store was opened with a seal;
    one that does not fit is passed over and the reason told, never used. The caller still compares the root with
    the log's at that size. **Concurrency.** One saver of a name at a time; readers at any time.
    """

    def save(self, name: str, size: int, root: bytes, data: Iterable[bytes]) -> None:
        """Keep the pieces of `data` in order, streamed. A snapshot of the same name and size is replaced."""

    def newest(self, name: str) -> Snapshot | NoSnapshot:
        """The newest whole one."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one bearer (`e-mail`, `webhook`). `address_ref` names an address, it is not one.

    `due_ms` orders the queue: 0 overtakes everything.
    """

    id: str
    recipient: str
    bearer: str
    address_ref: str
    body: bytes
    due_ms: int

    def __post_init__(self) -> None:
        if not self.id or self.due_ms < 0:
            raise ValueRefused("message-id", "A message has an id and is due at some time.", id=self.id)


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that is still to be handed over: how often that was tried, and what was said the last time."""

    message: Message
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A message that is over: `done` with the bearer's word for it, or `dead` with the reason."""

    message: Message
    tries: int
    done: bool
    fact: str


class Outbox(Protocol):
    """Messages to be handed to bearers. At least once, since a bearer may take one and the process then die.

    **Durability.** Survives loss of power. **Concurrency.** Who sends claims first: until the lease runs out or
    the message is ended, no other claim gets it. A lease that has run out is taken over without asking, so it is
    made longer than a bearer may take. `done` and `dead` hold whoever says them, since they are facts; `retry` by
    somebody who no longer holds the lease changes nothing.
    """

    def put(self, messages: Sequence[Message]) -> int:
        """Queue them, all or none; says how many were new. An id that is there is left as it is."""

    def due(self, now_ms: int, limit: int) -> list[Queued]:
        """What is due and not leased to anybody, the longest due first. Takes nothing."""

    def claim(self, owner: str, now_ms: int, lease_ms: int, limit: int) -> list[Queued]:
        """The same, leased to `owner` until `now_ms + lease_ms`; each claim counts as a try."""

    def done(self, message_id: str, fact: str) -> bool:
        """Handed over; `fact` is what the bearer said. False if it had ended before, or was never there."""

    def retry(self, message_id: str, at_ms: int, why: str, *, owner: str) -> bool:
        """Try again at `at_ms`. False if `owner` does not hold it."""

    def dead(self, message_id: str, why: str) -> bool:
        """Given up. False if it had ended before, or was never there."""

    def ended(self, message_id: str) -> Ended | None:
        """How it ended; None while it is queued, and when it was never there or has been cleaned."""

    def queued(self) -> list[Queued]:
        """Everything that has not ended, for a backup."""

    def clean(self, before_ms: int) -> int:
        """Forget what has ended and was due before then; says how many."""


class DeskTables(Protocol):
    """All three, opened together."""

    @property
    def requests(self) -> Requests: ...

    @property
    def snapshots(self) -> Snapshots: ...

    @property
    def outbox(self) -> Outbox: ...

    def close(self) -> None:
        """Let go; whoever waits returns."""
