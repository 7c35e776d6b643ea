"""What the desk writes: entries admitted to one batch of the log, and folded into the world as they are.

A batch is made durable as a whole or not at all (`thalweg.desk.live`). Until then the world is ahead of the log, and
nobody is shown it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from thalweg.desk.spelled import findings_bytes
from thalweg.formats import event as kinds
from thalweg.ledger import canonical, identity
from thalweg.ledger.canonical import Value
from thalweg.ledger.entry import AuthorKey, AuthorSigner, Entry
from thalweg.ledger.errors import Refused as NotHeld
from thalweg.ledger.promise import NewEntry, StoredPayload
from thalweg.ledger.sequencer import Batch, Placed, Prepared, Sequencer
from thalweg.ledger.tree import EMPTY_ROOT, Head, leaf_hash
from thalweg.model.events import DESK, ByDesk, Delivered, Notice, Said
from thalweg.model.instants import Instant
from thalweg.state.recorded import KeyFact, Recorded, recorded
from thalweg.state.world import World

_LARGEST_VIEW = 24_000  # bytes: leaves room for the findings of one notice


def _no_officer(_author: str) -> AuthorSigner | None:
    return None


@dataclass(frozen=True, slots=True)
class Hands:
    """The keys that the server itself holds: its own, and the registrar's; and where salt comes from."""

    desk: AuthorSigner
    registrar: AuthorSigner
    registrar_name: str
    random_bytes: Callable[[int], bytes]
    secret: bytes
    officer: Callable[[str], AuthorSigner | None] = _no_officer  # keys held for officers without a device


class Book:
    """One batch. `now` is the desk's clock, told once for the whole batch.

    The desk's time never runs backwards: where the clock is behind what stands in the log (`behind_s`), the newest time
    there holds. It has whole milliseconds, as the log has. `moved_s`: by how much the clock was set since the last
    batch, where whoever keeps it knows.
    """

    def __init__(self, log: Sequencer, world: World, hands: Hands, now: Instant, *, moved_s: float = 0.0) -> None:
        read = Instant(kinds.milliseconds(now) / 1e3)
        self.now = max(read, world.latest)
        self.behind_s = self.now.epoch_s - read.epoch_s
        self.moved_s = moved_s
        world.ahead.clear()  # all that was folded before is in the log
        self.batch: Batch = log.begin()
        self._log = log
        self._world = world
        self._hands = hands
        head = log.last_signed
        self._seen = head if head is not None and head.size == self.batch.start else Head(0, EMPTY_ROOT)
        self.written: list[Recorded] = []
        self._beside: dict[bytes, bytes] = {}

    def take(self, prepared: Prepared, read: Recorded | None = None) -> tuple[Placed, Recorded | None]:
        """A statement that somebody signed. None if it is in the log already. Raises as `Sequencer.admit`. `read` is
        the entry as it was read, from whoever has done so; its index is not known yet."""
        placed = self._log.admit(prepared, self.batch)
        if not placed.fresh:
            return placed, None
        self._beside.update({payload.digest: payload.payload for payload in prepared.payloads})
        if read is None:
            record = recorded(placed.index, Entry.parse(prepared.new.data), self._beside.get)
        else:
            record = replace(read, index=placed.index)
        self._fold(record)
        return placed, record

    def say(self, body: ByDesk | Delivered) -> Recorded:
        """What the desk itself has to say, under its own key; of deliveries, those by bearers."""
        findings = body.findings if isinstance(body, Notice) else ()
        kind, value = kinds.written_without(body, "findings") if findings else kinds.written(body)
        beside: tuple[tuple[bytes, bytes, str], ...] = ()
        view = value.get("view")
        if isinstance(view, list) and view:
            # What does not fit into an entry goes beside the tree.
            data = canonical.encode(view[0])
            if len(data) > _LARGEST_VIEW:
                beside = ((data, self._hands.random_bytes(32), kinds.DECLARATION_MEDIA),)
                value = {**value, "view": kinds.PAYLOAD}
        spelled = canonical.spliced(value, "findings", findings_bytes(findings)) if findings else None
        return self._sign(self._hands.desk, DESK, kind, value, body, beside, spelled=spelled)

    def sign_for(self, author: str, said: Said, nonce: bytes) -> tuple[str, Recorded | None]:
        """A statement under a key that the server holds, as the entry says: its event's hash, and the record unless
        the very same statement is in the log. The salt is made from the nonce under the desk's secret, so that what is
        sent twice is one.

        Raises `Refused` (`desk.no_key`) if no key is held for the author."""
        signer = self._hands.officer(author)
        if signer is None:
            raise NotHeld("desk.no_key", f"No key is held here for {author}; sign on your own device.", author=author)
        made = kinds.parts(said)
        salt = hmac.new(self._hands.secret, b"thalweg/nonce/v1\n" + author.encode() + b"\n" + nonce, "sha256").digest()
        again = self._world.said_for.get(salt)
        if again is not None:
            return again, None
        beside = tuple(
            (canonical.encode(value), hashlib.sha256(salt + media.encode()).digest(), media)
            for value, media in made.payloads
        )
        record = self._sign(signer, author, made.kind, made.value, said, beside, salt)
        return record.event, record

    def registered(self, kind: str, fields: Mapping[str, Value]) -> bool:
        """Whether what such an entry would bring about is the case already."""
        author = str(fields.get("author", ""))
        match kind:
            case identity.KEY_ADD:
                key = fields["key"]
                return isinstance(key, Mapping) and self.batch.history.key(AuthorKey.read(key).key_id) is not None
            case identity.GRANT | identity.GRANT_END:
                held = (str(fields["role"]), str(fields["scope"])) in self._world.membership.roles(author)
                return held == (kind == identity.GRANT)
            case _:
                return False

    def register(self, kind: str, fields: Mapping[str, Value]) -> Recorded:
        """An entry of the key history, under the registrar's key."""
        return self._sign(self._hands.registrar, self._hands.registrar_name, kind, fields, KeyFact(kind, fields))

    def _sign(
        self,
        signer: AuthorSigner,
        author: str,
        kind: str,
        value: Mapping[str, Value],
        body: Said | ByDesk | KeyFact,
        beside: tuple[tuple[bytes, bytes, str], ...] = (),
        salt: bytes = b"",
        spelled: bytes | None = None,
    ) -> Recorded:
        tip = self._log.tip(author, self.batch)
        salt = salt or self._hands.random_bytes(32)
        entry = signer.say(
            log=self._log.origin,
            author=author,
            after=tip,
            seen=self._seen,
            kind=kind,
            body=value,
            at_ms=kinds.milliseconds(self.now),
            salt=salt,
            payloads=beside,
            spelled=spelled,
        )
        kept = tuple(
            StoredPayload(made.digest, fresh, data)
            for made, (data, fresh, _) in zip(entry.event.payloads, beside, strict=True)
        )
        prepared = own(entry, signer.key, kept, identity=isinstance(body, KeyFact))
        placed = self._log.admit(prepared, self.batch)
        event = prepared.new.event_hash.hex()
        record = Recorded(placed.index, event, author, entry.event.holder, self.now, body, salt)
        self._fold(record)
        return record

    def _fold(self, record: Recorded) -> None:
        self.written.append(record)
        self._world.ahead[record.index] = record
        self._world.apply(record)


def own(entry: Entry, key: AuthorKey, payloads: tuple[StoredPayload, ...], *, identity: bool) -> Prepared:
    """As `ledger.sequencer.prepare`, for an entry that was signed here just now: nothing is read or checked again."""
    data, event = entry.encode(), entry.event
    new = NewEntry(data, leaf_hash(data), event.author, event.seq, event.hash(), identity)
    return Prepared(new, event.log, event.holder, event.key, event.kind, event.prev, event.seen, key, payloads)
