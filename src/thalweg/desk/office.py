"""What a server process offers its routes, whether it is the one that decides or stands by.

**Promise.** `take`, `say_for` and `register` return when what was handed in, and all that follows from it, is durable
and inside a signed checkpoint, and a `reading` made afterwards on this process shows it. What raises `StoreFailed` is
unknown: send it again as it is. A `reading` shows a state of the log in which everything is durable, never an older
one than an earlier reading of the same process; it is to be used before the next `await`, since the world goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from thalweg.ledger.canonical import Value
from thalweg.ledger.entry import Entry
from thalweg.model.events import Delivered, Exported, Said, SitesRead
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import Policy
from thalweg.state.recorded import Recorded
from thalweg.state.world import World


@dataclass(frozen=True, slots=True)
class Reading:
    """The world as it is, and what policy makes of it."""

    world: World
    policy: Policy
    mailboxes: Mailboxes


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry of the key history for the registrar to sign. `tells`: of a role the party is told on whose rolls it is
    given or ended; of a key every party on whose rolls its officer is."""

    kind: str
    fields: Mapping[str, Value]
    tells: bool = False


@dataclass(frozen=True, slots=True)
class WayIn:
    """A way into the account of an officer that is new, or an account that is closed or opened again, of which the log
    has nothing: `what` is a word of `KeyChange` (`reports.messages`), `key` a name that opens nothing. `by`: the author
    who has it so; empty for whoever accepted an invitation."""

    author: str
    what: str
    key: str = ""
    by: str = ""


OnRecord = Delivered | Exported | SitesRead
"""What a server puts on record of its own: that a bearer took notices, that a copy was made, that sites were read."""

Listener = Callable[[Sequence[Recorded]], None]
"""Told the new entries of each append, on the event loop, once they are durable."""

Report = Callable[[str, BaseException], None]
"""Told what went wrong that is nobody's own doing: a stable word, and the error. For the operator's log."""


class Office(Protocol):
    """See the promise above."""

    async def start(self) -> None:
        """Fold the log and begin; on the event loop that all else is called on."""

    async def stop(self) -> None:
        """Answer what came in, then stop, and let another process decide."""

    async def take(
        self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = (), *, entry: Entry | None = None
    ) -> str:
        """A signed entry with its (payload, salt) pairs; the hash of its event. `entry` is what was read from `data`,
        from whoever has done so."""

    async def say_for(self, author: str, said: Said, nonce: bytes) -> str:
        """A statement by an officer whose key the server holds. The same nonce again is the same statement."""

    async def register(self, entries: Sequence[KeyEntry]) -> None:
        """Entries of the key history, in one append; those that are in force already are left out."""

    async def tell(self, way: WayIn) -> None:
        """Tell every party on whose rolls the officer is; nothing else is put on record."""

    async def note(self, body: OnRecord) -> str:
        """What the server itself brought about, under the desk's key; the hash of its event. That a bearer brought a
        notice is on record once: noted again, the event is that of the first time."""

    async def reading(self) -> Reading:
        """The world, once no append is in flight."""

    async def abreast(self) -> None:
        """Once a `reading` shows all that was durable when this was called, wherever it was decided. StoreFailed where
        that is not soon."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener from now on; the result stops it."""

    def trouble(self) -> tuple[str, ...]:
        """Why no request should be sent here now; empty if there is no reason."""

    over: asyncio.Event
    """Set once the office has ended of itself or was stopped. One that has ended does nothing any more: the process
    is to end too, and to be started again."""
    fault: Exception | None
    """What ended it, where that was an error."""

    def report_to(self, report: Report) -> None:
        """Tell of errors there from now on."""

    @property
    def decides(self) -> bool:
        """Whether this process is the one that writes."""
