"""The evidence bundle of a dossier: every entry that it cites, with proofs and key history, and the dossier itself.

`prove` gives the bundle of entries by their indexes, payloads and all; it is the log's, or cuts them out of a bundle
that was verified (`cut`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.identity import KeyHistory
from thalweg.ledger.receipt import Bundle, ProvenEntry
from thalweg.model.dossier import Dossier
from thalweg.model.errors import InputError
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier.made import keys_of
from thalweg.policy.sealing import seal

Prove = Callable[[Sequence[int]], Bundle]


def proved(made: Disclosed[Dossier], prove: Prove) -> tuple[Disclosed[Dossier], Bundle]:
    """The dossier with the key history that its entries rest on, and the bundle of exactly these entries."""
    value = made.value
    bundle = prove([each.index for each in value.entries])
    return seal(replace(value, keys=keys_of(bundle)), made.reader), bundle


def cut(bundle: Bundle, indexes: Iterable[int]) -> Bundle:
    """Of a bundle, these entries, the payloads that they commit to and the key history that they rest on: as the log
    would give it. `InputError` where an entry is not in it."""
    wanted = set(indexes)
    entries = tuple(each for each in bundle.entries if each.index in wanted)
    missing = wanted - {each.index for each in entries}
    if missing:
        raise InputError("bundle-entry", f"Entry {min(missing)} is not in the bundle.", index=min(missing))
    committed = {item.digest for each in entries for item in Entry.parse(each.entry).event.payloads}
    payloads = tuple(each for each in bundle.payloads if payload_digest(each.payload, each.salt) in committed)
    keys = _closure(bundle, {Entry.parse(each.entry).event.author for each in entries})
    return replace(bundle, entries=entries, payloads=payloads, keys=keys, documents=(), withheld=())


def _closure(bundle: Bundle, authors: set[str]) -> tuple[ProvenEntry, ...]:
    """The part of the bundle's key history that these authors and its witnesses rest on."""
    history = KeyHistory()
    for item in bundle.keys:
        history.apply(item.index, Entry.parse(item.entry))
    lines = {(line.name, line.key_id) for line in bundle.checkpoint.note.signatures}
    witnesses = [item.key for item in history.witnesses() if (item.key.name, item.key.key_id) in lines]
    wanted = set(history.closure(sorted(authors), witnesses))
    return tuple(item for item in bundle.keys if item.index in wanted)
