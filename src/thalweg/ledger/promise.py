"""The promise that a store makes to the ledger. Three stores keep it, each in its own way; one suite
judges them.

**What is kept.** Entries at dense indexes 0, 1, 2, …; the leaf hash of each; full tiles; every signed
checkpoint; for each author the number and hash of its newest event; payloads beside the tree.

**Durability.** When `append` returns, the entries, the tiles that became full, the authors' positions and
the signed checkpoint are all on stable storage, together, and survive loss of power. Before it returns
none of them is visible to any reader. There is no state in which some of them are there and some not.

**Order and concurrency.** One writer at a time. `acquire` hands out a fencing number larger than any
before and thereby ends whoever held the last one (a lock keeps a second writer from asking while the
first lives; the number, not the lock, is what keeps the log whole): an append under an older number, or
from another size than the log has, is refused with `store.fenced` or `store.moved` and changes nothing,
however late it arrives. Any number of readers may read meanwhile; each sees some durable state, never a
mixture, never an older one than the same reader saw before. Each call is a state of its own: a follower
that takes the size from `wait` or `head` first and reads entries and tiles below it afterwards reads one log,
since what is below a durable size never changes.

**Waiting.** `wait` returns within milliseconds of an append by the process that has the store open for it, and on
PostgreSQL by any process; on SQLite an append by another process is noticed within a twentieth of a second.

**Retries.** An append that failed with `happened = "no"` did nothing and may be sent again as it is. With
`happened = "unknown"` it may have happened: read `head` and look for the entries before anything else.
Nothing is ever applied twice, since an append names the size that it starts from.

**Absence.** An index at or beyond the size, an unknown author, a tile not begun, a payload erased or
never stored: each is None or the empty string, never an error. An index below the size that cannot be
read is `Damaged`, never absence.

**What someone who owns the store could do.** They can delete it, serve an older copy of it, and read what
is in it. They can change bytes: a changed entry, tile, or checkpoint is found by the proof that no longer
verifies, on opening for the edge of the tree, and by a scrub for all of it. They cannot sign: the keys
are not in it. They cannot make a receipt for an entry that is not there, nor take one back from whoever
holds it. An older copy served after a restore is found by the mark kept with the key, and by the
witnesses.

**Not trusted for secrecy.** Payloads that must be secret are encrypted before they get here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from thalweg.ledger.tree import FullTile, Head


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The newest durable head: its size, its root, and the signed checkpoint as bytes."""

    head: Head
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class AuthorTip:
    """The newest event of one author: its number, its hash, and the index it has in the log."""

    seq: int
    event_hash: bytes
    index: int


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One entry to be stored: its bytes, leaf hash, and what finds it again."""

    data: bytes
    leaf: bytes
    author: str
    seq: int
    event_hash: bytes
    identity: bool


@dataclass(frozen=True, slots=True)
class Append:
    """Everything that one append makes durable, together or not at all."""

    start: int
    entries: Sequence[NewEntry]
    tiles: Sequence[FullTile]
    head: Head
    checkpoint: bytes
    payloads: Sequence[StoredPayload] = ()


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """A payload beside the tree, found by the digest of its commitment."""

    digest: bytes
    salt: bytes
    payload: bytes


class ReadStore(Protocol):
    """What it takes to read a log and to prove from it. A party's mirror is one of these."""

    def head(self) -> StoredHead | None:
        """None before the first append."""

    def entry(self, index: int) -> bytes | None: ...

    def tile(self, level: int, index: int) -> bytes:
        """See `thalweg.ledger.tree.ReadsTiles`."""

    def identity(self) -> Iterator[tuple[int, bytes]]:
        """The entries of the key history in order, with their indexes."""

    def checkpoint(self, size: int) -> bytes | None:
        """The signed checkpoint of exactly that size, if one was made."""

    def checkpoint_sizes(self) -> Sequence[int]:
        """The sizes of every checkpoint, ascending."""

    def payload(self, digest: bytes) -> StoredPayload | None: ...


class Store(ReadStore, Protocol):
    """See the promise above. Every method raises StoreFailed if the store cannot be reached."""

    def acquire(self, *, take_over: bool = False) -> int:
        """Become the writer; returns the fencing number to append under.

        Refused with `store.held` while another writer lives, unless told to take over from one that hangs. Taking
        over ends its connection where there is one; on SQLite a process that was stopped within an append keeps
        the file until it is ended (`store.busy`).
        """

    def leads(self) -> bool:
        """Whether this store became the writer and nobody has taken over since.

        For a beat: a writer that appends nothing would not learn otherwise that it was replaced. One whose
        connection broke takes its lock again here, if it is still free.
        """

    def beat(self) -> None:
        """Show those who stand by that this writer lives. To be called every second, also while it is about something
        long, and by what stops when the process hangs."""

    def hangs(self, silent_s: float, *, end: bool = False) -> bool:
        """Whether another writer has been silent for longer than that while nothing was done for it; with `end` its
        hold is ended, so that another may become the writer. False where that cannot be told.
        """

    def release(self) -> None:
        """Stop being the writer, if this is one. The log stays as it is."""

    def append(self, batch: Append, fence: int) -> None: ...

    def wait(self, size: int, timeout_s: float) -> int:
        """The durable size, as soon as it is larger than `size`, or when `timeout_s` seconds are over, or
        earlier (when the store is closed, say): not larger means ask again. Blocks its thread; `close` wakes it.
        """

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Entries start..stop-1 in order; fewer if the log is shorter."""

    def payloads(self, digests: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Those of these payloads that have not been erased, without their salts, at once."""

    def leaves(self, start: int, stop: int) -> bytes:
        """The leaf hashes of those entries, concatenated."""

    def find(self, author: str, seq: int) -> AuthorTip | None:
        """The event of that author with that number."""

    def tip(self, author: str) -> AuthorTip | None:
        """The newest event of that author."""

    def cosign(self, size: int, checkpoint: bytes) -> None:
        """Replace the checkpoint of that size by the same one with more lines; durable on return."""

    def erase(self, digest: bytes) -> bool:
        """Erase a payload and its salt for good, on disk too; False if it was not there."""

    def close(self) -> None: ...
