"""A whole small log for tests: a log key, a registrar, authors who keep their own chains, and witnesses.

Everything is made from names, so a test that fails fails the same way again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from thalweg.ledger import identity
from thalweg.ledger.canonical import Value
from thalweg.ledger.checkpoint import HeadSigner, SignedCheckpoint
from thalweg.ledger.entry import NO_PREVIOUS, AuthorSigner, Commitment, Event
from thalweg.ledger.note import COSIGNATURE, NoteKey
from thalweg.ledger.promise import Store
from thalweg.ledger.sequencer import Log, Sequencer
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.ledger.verify import Trust
from thalweg.stores.memory import MemoryStore
from thalweg.stores.sqlite import SqliteStore

ORIGIN = "example.org/deir-ez-zor/log"
REGISTRAR = "secretariat"
NOVEMBER_2017 = 1_510_000_000


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


class Author:
    """One author, who counts and chains events and remembers the head last shown."""

    def __init__(self, name: str, origin: str = ORIGIN, holder: str = "author", key: str = "") -> None:
        self.name = name
        self.origin = origin
        self.signer = AuthorSigner(seed(f"author {key or name}"), holder)
        self.seq = 0
        self.prev = NO_PREVIOUS
        self.seen = Head(0, EMPTY_ROOT)

    def event(
        self,
        kind: str = "note/1",
        body: Mapping[str, Value] | None = None,
        payloads: tuple[Commitment, ...] = (),
    ) -> Event:
        return Event(
            log=self.origin,
            author=self.name,
            holder=self.signer.key.holder,
            key=self.signer.key.key_id,
            kind=kind,
            seq=self.seq,
            prev=self.prev,
            seen=self.seen,
            at=(NOVEMBER_2017 + self.seq) * 1000,
            salt=seed(f"salt {self.name} {self.seq}"),
            body={"text": f"{self.name} says {self.seq}"} if body is None else body,
            payloads=payloads,
        )

    def say(
        self,
        kind: str = "note/1",
        body: Mapping[str, Value] | None = None,
        payloads: tuple[Commitment, ...] = (),
    ) -> bytes:
        """The next entry of this author."""
        event = self.event(kind, body, payloads)
        self.seq += 1
        self.prev = event.hash()
        return self.signer.sign(event).encode()


class World:
    """A log on some store, opened, with its genesis and as many known authors as asked for."""

    def __init__(self, store: Store | None = None, authors: tuple[str, ...] = ("blue", "red")) -> None:
        self.store = MemoryStore() if store is None else store
        self.log_key = NoteKey(ORIGIN, seed("log key"))
        self.registrar = Author(REGISTRAR)
        self.authors = {name: Author(name) for name in authors}
        self.witness = NoteKey("example.org/blue/witness", seed("witness blue"))
        self.log = Sequencer(self.store, HeadSigner(ORIGIN, [self.log_key], None))
        self.log.append(
            self.registrar.say(
                identity.GENESIS, identity.genesis_body(self.log_key.verifier(), self.registrar.signer.key)
            ),
            *(self.welcome(author) for author in self.authors.values()),
            self.registrar.say(
                identity.WITNESS_ADD, identity.witness_add_body("blue", self.witness.verifier(COSIGNATURE))
            ),
        )

    def welcome(self, author: Author) -> bytes:
        body = identity.key_add_body(author.name, author.signer.key)
        return self.registrar.say(identity.KEY_ADD, body)

    def fill(self, count: int, author: str = "blue") -> list[int]:
        return self.log.append(*(self.authors[author].say() for _ in range(count)))

    def grow_to(self, size: int, batch: int = 64) -> None:
        while self.log.size < size:
            self.fill(min(batch, size - self.log.size))

    def head(self) -> SignedCheckpoint:
        head = self.log.head()
        assert head is not None
        return head

    def cosigned(self, time: int = NOVEMBER_2017, key: NoteKey | None = None) -> SignedCheckpoint:
        """The newest checkpoint with a witness's line, adopted by the log."""
        signed = self.head()
        line = (key or self.witness).cosign(signed.note.text, time)
        self.log.adopt(SignedCheckpoint(signed.checkpoint, signed.note.with_signatures([line])))
        return self.head()

    def trust(self, *, quorum: int = 0, genesis: bool = False) -> Trust:
        return Trust(
            ORIGIN,
            (self.log_key.verifier(),),
            genesis=self.store.leaves(0, 1) if genesis else None,
            witnesses=(self.witness.verifier(COSIGNATURE),) if quorum else (),
            quorum=quorum,
        )

    def reopen(self, store: Store | None = None, last: Head | None = None) -> Sequencer:
        """Close and open again, as after a restart."""
        self.log.close()
        self.store = self.store if store is None else store
        self.log = Sequencer(self.store, HeadSigner(ORIGIN, [self.log_key], last))
        return self.log

    def reader(self) -> Log:
        return Log(self.store, ORIGIN)


def sqlite_world(path: Path) -> World:
    return World(SqliteStore(path / "log.db"))
