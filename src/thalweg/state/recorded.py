"""An entry of the log as the folds take it: who said what, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from thalweg.formats import event as kinds
from thalweg.formats.event import Body, Value
from thalweg.ledger import canonical
from thalweg.ledger.entry import Entry
from thalweg.model.errors import EngineError, InputError
from thalweg.model.events import Notice
from thalweg.model.instants import Instant

Payload = Callable[[bytes], "bytes | None"]
"""The payload beside the tree with this digest, None if it was erased."""


@dataclass(frozen=True, slots=True)
class KeyFact:
    """An entry of the key history; the ledger has checked it already."""

    kind: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Recorded:
    """`event` is the event's hash in hexadecimal; `said_at` is what its author claims. `salt` is the event's, by which
    a statement that the server signs for an officer is known again when it is sent twice."""

    index: int
    event: str
    author: str
    holder: str
    said_at: Instant
    body: Body | KeyFact
    salt: bytes = b""


def recorded(index: int, entry: Entry, payload: Payload) -> Recorded:
    """The entry at `index`, read. `InputError` if its body is not in the form of its kind."""
    event = entry.event
    if event.kind in kinds.KEY_HISTORY:
        body: Body | KeyFact = KeyFact(event.kind, event.body)
    else:
        if event.kind == kinds.DECLARATION and event.body.get("aside") != kinds.PAYLOAD:
            raise InputError("event.aside", "What a declaration cites stands beside the tree, not in the entry.")
        declaration = None
        if any(event.body.get(name) == kinds.PAYLOAD for name in kinds.WITH_DECLARATION):
            declaration = kinds.read_declaration(_beside(entry, kinds.DECLARATION_MEDIA, payload))
        aside = None
        if event.body.get("aside") == kinds.PAYLOAD:
            aside = _beside(entry, kinds.ASIDE_MEDIA, payload)
        body = kinds.read(event.kind, event.body, declaration, aside)
    return Recorded(index, event.hash().hex(), event.author, event.holder, Instant(event.at / 1e3), body, event.salt)


def notice_in(record: Recorded) -> Notice:
    """The notice that an entry is. `EngineError` if it is none: who passed it over would show that nothing was told."""
    if isinstance(record.body, Notice):
        return record.body
    raise EngineError("entry-kind", f"Entry {record.index} is no notice.", index=record.index)


def _beside(entry: Entry, media: str, payload: Payload) -> Value:
    """What stands beside the tree, where the body says so."""
    for commitment in entry.event.payloads:
        if commitment.media == media:
            data = payload(commitment.digest)
            if data is not None:
                return canonical.decode(data)
    raise InputError("event.payload", "The entry says that something stands beside the tree, and it is not there.")
