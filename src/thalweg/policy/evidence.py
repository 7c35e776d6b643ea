"""The evidence bundle of a dossier: every entry that it cites, with proofs and key history, and the dossier itself.

`prove` gives the bundle of entries by their indexes, payloads and all; it is the log's, or cuts them out of a bundle
that was verified (`cut`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.errors import Refused
from thalweg.ledger.receipt import Bundle
from thalweg.model.dossier import Dossier
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier import keys_of
from thalweg.policy.sealing import seal

Prove = Callable[[Sequence[int]], Bundle]


def proved(made: Disclosed[Dossier], prove: Prove) -> tuple[Disclosed[Dossier], Bundle]:
    """The dossier with the key history that its entries rest on, and the bundle of exactly these entries."""
    value = made.value
    bundle = prove([each.index for each in value.entries])
    return seal(replace(value, keys=keys_of(bundle)), made.reader), bundle


def cut(bundle: Bundle, indexes: Iterable[int]) -> Bundle:
    """Of a bundle, these entries and the payloads that they commit to. The key history stays whole: what of it is
    needed is not told by the entries alone. `Refused` where an entry is not in it."""
    wanted = set(indexes)
    entries = tuple(each for each in bundle.entries if each.index in wanted)
    missing = wanted - {each.index for each in entries}
    if missing:
        raise Refused("bundle.entry", f"Entry {min(missing)} is not in the bundle.", index=min(missing))
    committed = {item.digest for each in entries for item in Entry.parse(each.entry).event.payloads}
    payloads = tuple(each for each in bundle.payloads if payload_digest(each.payload, each.salt) in committed)
    return replace(bundle, entries=entries, payloads=payloads, documents=(), withheld=())
