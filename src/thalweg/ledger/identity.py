"""Who may sign: the key history, a fold over the few kinds of entry that the ledger itself reads.

docs/spec/identity.md is the text to implement from. A key is valid for a range of indexes, so what was
signed while it was valid stays valid, and what is signed after its end is refused, whatever the clock says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from thalweg.ledger.canonical import MAX_INTEGER, Reader, Value
from thalweg.ledger.entry import AUTHOR, AuthorKey, Entry, Event
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.note import COSIGNATURE, ED25519, VerifierKey

GENESIS = "genesis/1"
KEY_ADD = "key.add/1"
KEY_ROTATE = "key.rotate/1"
KEY_REVOKE = "key.revoke/1"
GRANT = "grant/1"
GRANT_END = "grant.end/1"
LOG_KEY = "log.key/1"
WITNESS_ADD = "witness.add/1"
WITNESS_END = "witness.end/1"
IDENTITY_KINDS = frozenset(
    (GENESIS, KEY_ADD, KEY_ROTATE, KEY_REVOKE, GRANT, GRANT_END, LOG_KEY, WITNESS_ADD, WITNESS_END)
)
REGISTRAR = "registrar"
REASONS = ("lost", "stolen", "retired")

_ROLE = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_KEY_ID = re.compile(r"[0-9a-f]{64}")
_LOG = "log"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One author key and the indexes it may sign: added < index <= ended (no end while `ended` is None).

    `reason` is why it ended: rotated, lost, stolen or retired; empty while it has not. From index
    `suspect_from` on, the author no longer vouches for what it signed.
    """

    author: str
    key: AuthorKey
    added: int
    ended: int | None = None
    reason: str = ""
    suspect_from: int | None = None

    def valid_at(self, index: int) -> bool:
        return self.added < index and (self.ended is None or index <= self.ended)

    def suspect_at(self, index: int) -> bool:
        return self.suspect_from is not None and index >= self.suspect_from


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that an author holds for start < index <= end."""

    author: str
    role: str
    scope: str
    start: int
    end: int | None = None

    def valid_at(self, index: int) -> bool:
        return self.start < index and (self.end is None or index <= self.end)


@dataclass(frozen=True, slots=True)
class WitnessRecord:
    """A party's witness, known from index `added` on."""

    party: str
    key: VerifierKey
    added: int
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one identity entry is about, and whose authority it rests on."""

    index: int
    subject: str
    signer: str


class KeyHistory:
    """The fold. `apply` takes identity entries in ascending index, each checked against those before.

    Feeding part of a history is allowed as long as it holds what its own entries rest on (`closure`);
    whatever was left out is simply not known.
    """

    __slots__ = ("_grants", "_keys", "_log_keys", "_seen", "_witnesses")

    def __init__(self) -> None:
        self._keys: dict[str, KeyRecord] = {}
        self._grants: dict[tuple[str, str, str], Grant] = {}
        self._log_keys: list[tuple[int, VerifierKey]] = []
        self._witnesses: dict[str, WitnessRecord] = {}
        self._seen: list[_Seen] = []

    def copy(self) -> KeyHistory:
        twin = KeyHistory()
        twin._keys = dict(self._keys)
        twin._grants = dict(self._grants)
        twin._log_keys = list(self._log_keys)
        twin._witnesses = dict(self._witnesses)
        twin._seen = list(self._seen)
        return twin

    def check(self, entry: Entry, index: int) -> KeyRecord:
        """The key record under which this entry is signed at this index; Refused if it is not.

        Checks the range of the key, that it is the author's own, the stated holder, and the signature.
        """
        record = self.key_of(entry.event, index)
        record.key.verify(entry)
        return record

    def key_of(self, event: Event, index: int) -> KeyRecord:
        """As `check`, without looking at the signature."""
        return self.key_named(event.author, event.key, event.holder, index)

    def key_named(self, author: str, key: str, holder: str, index: int) -> KeyRecord:
        """As `key_of`, for an event of which these fields are known."""
        record = self._keys.get(key)
        if record is None or record.author != author:
            raise Refused(
                "identity.unknown_key",
                f"{author} has no key {key[:12]}… in this log.",
                author=author,
                key=key,
            )
        if not record.valid_at(index):
            raise Refused(
                "identity.not_valid",
                f"The key {key[:12]}… of {author} is not valid at index {index}.",
                author=author,
                key=key,
                index=index,
                added=record.added,
                ended=record.ended,
            )
        if record.key.holder != holder:
            raise Refused(
                "identity.holder",
                f"The event says its key is held by the {holder}; it is held by the {record.key.holder}.",
                author=author,
            )
        return record

    def apply(self, index: int, entry: Entry) -> None:
        """Add one identity entry. Refused if its signature or its authority does not hold."""
        event = entry.event
        reader = Reader(event.body, f"the body of {event.kind}")
        if self._seen and index <= self._seen[-1].index:
            raise Refused("identity.order", "The key history is not in ascending order.", index=index)
        if (event.kind == GENESIS) != (index == 0):
            raise Refused("identity.genesis", "Entry 0, and only entry 0, is the genesis.", index=index)
        match event.kind:
            case "genesis/1":
                subject = self._genesis(entry, reader)
            case "key.add/1":
                subject = self._add(entry, index, reader)
            case "key.rotate/1":
                subject = self._rotate(entry, index, reader)
            case "key.revoke/1":
                subject = self._revoke(entry, index, reader)
            case "grant/1" | "grant.end/1":
                subject = self._grant(entry, index, reader)
            case "log.key/1":
                self._need_registrar(entry, index)
                self._log_keys.append((index, _log_key(reader, event.log)))
                subject = _LOG
            case "witness.add/1" | "witness.end/1":
                subject = self._witness(entry, index, reader)
            case _:
                raise Refused("identity.kind", f"{event.kind} is not a kind of the key history.")
        reader.done()
        self._seen.append(_Seen(index, subject, event.author))

    def key(self, key_id: str) -> KeyRecord | None:
        """The record of a key by its id, whether or not it is still valid."""
        return self._keys.get(key_id)

    def is_registrar(self, author: str, index: int) -> bool:
        return self.has_role(author, REGISTRAR, "", index)

    def has_role(self, author: str, role: str, scope: str, index: int) -> bool:
        grant = self._grants.get((author, role, scope))
        return grant is not None and grant.valid_at(index)

    def records(self) -> tuple[KeyRecord, ...]:
        """Every author key ever added, in the order they were."""
        return tuple(self._keys.values())

    def log_keys(self, size: int) -> tuple[VerifierKey, ...]:
        """The log keys that may sign a checkpoint of `size`: the newest one added below it."""
        good = [key for index, key in self._log_keys if index < size]
        return tuple(good[-1:])

    def witnesses(self) -> tuple[WitnessRecord, ...]:
        """Every witness ever added. A cosignature stays evidence after the witness has ended."""
        return tuple(self._witnesses.values())

    def closure(self, authors: Iterable[str], witnesses: Iterable[VerifierKey]) -> list[int]:
        """Indexes of the identity entries that these authors' keys and these witnesses rest on."""
        need = {*authors, *(key.text() for key in witnesses), _LOG}
        while True:
            found = [item for item in self._seen if item.subject in need or item.index == 0]
            more = need | {item.signer for item in found}
            if more == need:
                return [item.index for item in found]
            need = more

    def _genesis(self, entry: Entry, reader: Reader) -> str:
        event = entry.event
        log_key = _log_key(reader, event.log)
        key = AuthorKey.read(reader.object("registrar"))
        self._keys[key.key_id] = KeyRecord(event.author, key, -1)
        self._grants[event.author, REGISTRAR, ""] = Grant(event.author, REGISTRAR, "", -1)
        self._log_keys.append((-1, log_key))
        self.check(entry, 0)
        return event.author

    def _add(self, entry: Entry, index: int, reader: Reader) -> str:
        author = reader.match("author", AUTHOR)
        key = AuthorKey.read(reader.object("key"))
        self._need_registrar(entry, index, unless=author)
        self._new_key(author, key, index)
        return author

    def _rotate(self, entry: Entry, index: int, reader: Reader) -> str:
        author = entry.event.author
        key = AuthorKey.read(reader.object("key"))
        old = reader.match("old", _KEY_ID)
        self.check(entry, index)
        self._end(author, old, index, "rotated", None)
        self._new_key(author, key, index)
        return author

    def _revoke(self, entry: Entry, index: int, reader: Reader) -> str:
        author = reader.match("author", AUTHOR)
        key = reader.match("key", _KEY_ID)
        reason = reader.choice("reason", REASONS)
        suspect = reader.integer("suspect_from", -1, MAX_INTEGER)
        self._need_registrar(entry, index, unless=author)
        self._end(author, key, index, reason, None if suspect < 0 else suspect)
        return author

    def _grant(self, entry: Entry, index: int, reader: Reader) -> str:
        author = reader.match("author", AUTHOR)
        name = (author, reader.match("role", _ROLE), reader.text("scope", longest=255))
        self._need_registrar(entry, index)
        held = self._grants.get(name)
        holds = held is not None and held.end is None
        if entry.event.kind == GRANT:
            if holds:
                raise Refused("identity.grant", f"{author} already holds {name[1]}.", author=author)
            self._grants[name] = Grant(*name, index)
        else:
            if held is None or not holds:
                raise Refused("identity.grant", f"{author} does not hold {name[1]}.", author=author)
            self._grants[name] = replace(held, end=index)
        return author

    def _witness(self, entry: Entry, index: int, reader: Reader) -> str:
        event = entry.event
        party = reader.match("party", AUTHOR) if event.kind == WITNESS_ADD else ""
        key = VerifierKey.parse(reader.text("witness", longest=512))
        text = key.text()
        self._need_registrar(entry, index)
        held = self._witnesses.get(text)
        if event.kind == WITNESS_ADD:
            if key.algorithm != COSIGNATURE or held is not None:
                raise Refused("identity.witness", f"The witness {key.name} is known, or its key is no cosigner's.")
            self._witnesses[text] = WitnessRecord(party, key, index)
        else:
            if held is None or held.ended is not None:
                raise Refused("identity.witness", f"The witness {key.name} is not known.")
            self._witnesses[text] = replace(held, ended=index)
        return text

    def _need_registrar(self, entry: Entry, index: int, unless: str = "") -> None:
        self.check(entry, index)
        author = entry.event.author
        if author != unless and not self.is_registrar(author, index):
            raise Refused("identity.authority", f"{author} may not sign {entry.event.kind}.", author=author)

    def _new_key(self, author: str, key: AuthorKey, index: int) -> None:
        if key.key_id in self._keys:
            raise Refused("identity.reuse", f"The key {key.key_id[:12]}… was already added once.", key=key.key_id)
        self._keys[key.key_id] = KeyRecord(author, key, index)

    def _end(self, author: str, key: str, index: int, reason: str, suspect_from: int | None) -> None:
        record = self._keys.get(key)
        if record is None or record.author != author or record.ended is not None:
            raise Refused("identity.end", f"{author} has no valid key {key[:12]}… to end.", author=author, key=key)
        self._keys[key] = replace(record, ended=index, reason=reason, suspect_from=suspect_from)


def genesis_body(log_key: VerifierKey, registrar: AuthorKey) -> Mapping[str, Value]:
    return {"log_key": log_key.text(), "registrar": registrar.value()}


def key_add_body(author: str, key: AuthorKey) -> Mapping[str, Value]:
    return {"author": author, "key": key.value()}


def key_rotate_body(old: str, key: AuthorKey) -> Mapping[str, Value]:
    return {"key": key.value(), "old": old}


def key_revoke_body(author: str, key: str, reason: str, suspect_from: int | None) -> Mapping[str, Value]:
    return {
        "author": author,
        "key": key,
        "reason": reason,
        "suspect_from": -1 if suspect_from is None else suspect_from,
    }


def grant_body(author: str, role: str, scope: str = "") -> Mapping[str, Value]:
    """The body of grant/1 and of grant.end/1."""
    return {"author": author, "role": role, "scope": scope}


def log_key_body(log_key: VerifierKey) -> Mapping[str, Value]:
    return {"log_key": log_key.text()}


def witness_add_body(party: str, witness: VerifierKey) -> Mapping[str, Value]:
    return {"party": party, "witness": witness.text()}


def witness_end_body(witness: VerifierKey) -> Mapping[str, Value]:
    return {"witness": witness.text()}


def _log_key(reader: Reader, origin: str) -> VerifierKey:
    key = VerifierKey.parse(reader.text("log_key", longest=512))
    if key.algorithm != ED25519 or key.name != origin:
        raise Malformed("identity.log_key", "The log's key is an Ed25519 key named after the origin.")
    return key
