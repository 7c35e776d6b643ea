"""Verification: pure, offline, without a clock. The numbers are those of docs/spec/receipt.md.

Nothing here opens a file, asks a server or reads the time, so a receipt verifies in twenty years as it
does today. What the verifier trusts is stated in `Trust` and nothing else is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from thalweg.ledger.canonical import Value
from thalweg.ledger.checkpoint import SignedCheckpoint, require_log_signature
from thalweg.ledger.entry import NO_PREVIOUS, Entry, payload_digest
from thalweg.ledger.errors import Inconsistent, Malformed, Refused
from thalweg.ledger.identity import IDENTITY_KINDS, KeyHistory
from thalweg.ledger.note import COSIGNATURE, ED25519, Signed, VerifierKey, verify_note
from thalweg.ledger.receipt import CLASSES, Bundle, Document, ProvenEntry, Receipt, Withheld
from thalweg.ledger.tree import leaf_hash, verify_consistency, verify_inclusion

_YEAR_10000 = 253_402_300_800
CLASS_WORDS = {
    "declaration": "declarations",
    "notice": "notices",
    "answer": "answers of the desk",
    "exchange": "receipts and answers",
    "case": "reports and accounts",
    "source": "sources and claims",
    "other": "other statements",
}


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along.

    `log_keys` are believed as they stand. With `genesis` (the leaf hash of entry 0) later log keys are
    believed too, as the key history gives them. `witnesses` are those that count towards `quorum`, and the
    ones named in `required` must be among them; a witness known from the key history alone is reported and
    does not count.
    """

    origin: str
    log_keys: tuple[VerifierKey, ...]
    genesis: bytes | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.log_keys:
            raise Refused("trust.empty", "To verify, at least one log key must be trusted.")
        if self.quorum > len(self.witnesses):
            raise Refused("trust.quorum", "The quorum is larger than the number of trusted witnesses.")


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's statement: it had seen this checkpoint at that Unix second. `counts` if it was trusted."""

    name: str
    time: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper bound in time, and the witnesses it rests on: all of them would have to lie for it to be wrong."""

    second: int
    names: tuple[str, ...]
    trusted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verified receipt shows."""

    entry: Entry
    index: int
    size: int
    cosigned: tuple[Cosigned, ...]
    bound: Bound | None
    suspect: bool

    @property
    def before(self) -> int | None:
        """The Unix second of `bound`; None where no witness cosigned."""
        return None if self.bound is None else self.bound.second

    def sentence(self) -> str:
        """The result in plain language."""
        event = self.entry.event
        by = f"signed by {event.author}"
        if event.holder == "server":
            by += " with a key that the server holds for them"
        if self.suspect:
            by += " WITH A KEY LATER REPORTED STOLEN"
        bound = self.bound
        if bound is None:
            when = f"Entry {self.index} is in the log of {self.size} entries (no witness bounds its time)"
        else:
            names = ", ".join(bound.names)
            when = f"Entry {self.index} was in the log before {utc(bound.second)} as witnessed by {names}"
            if not bound.trusted:
                when += " (known from the log's own key history only)"
        return f"{when}, {by}; its author had seen the log at {event.seen.size} entries; verified offline."


@dataclass(frozen=True, slots=True)
class Gap:
    """Events first..last of an author that must exist and are not in a bundle: not disclosed, or withheld."""

    author: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BundleVerdict:
    """What a verified bundle shows: a verdict for each entry, and which commitments were opened."""

    verdicts: tuple[Verdict, ...]
    size: int
    cosigned: tuple[Cosigned, ...]
    opened: frozenset[bytes]
    gaps: tuple[Gap, ...]
    documents: tuple[Document, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    def sentence(self) -> str:
        events = len(self.verdicts)
        missing = sum(gap.last - gap.first + 1 for gap in self.gaps)
        gaps = f" {missing} earlier events of these authors are not in it." if missing else ""
        return f"{events} entries verified offline in the log of {self.size} entries.{gaps}{self._withheld()}"

    def _withheld(self) -> str:
        if not self.withheld:
            return ""
        counts = Counter(item.what for item in self.withheld)
        said = ", ".join(f"{counts[what]} {CLASS_WORDS[what]}" for what in CLASSES if what in counts)
        return (
            f" WITHHELD FROM THIS READER: {len(self.withheld)} entries ({said}); that they are in the log is proved, "
            "what they say is not shown, and that they are what they are called is not proved."
        )


@dataclass(frozen=True, slots=True)
class Erased:
    """A payload of a bundle's entry that an entry of the same bundle says was erased: what stands there of it."""

    digest: bytes
    beside: int
    by: Verdict

    def sentence(self) -> str:
        event = self.by.entry.event
        return (
            f"A payload beside entry {self.beside} was erased: {event.author} says so in entry {self.by.index}, dated "
            f"{utc(event.at // 1000)}, by reason of {event.body['reason']}."
        )


def erased(found: BundleVerdict) -> tuple[Erased, ...]:
    """Of payloads that a bundle does not open, those of which it proves that their erasure was put on record."""
    beside = {
        item.digest.hex(): (item.digest, verdict.index)
        for verdict in found.verdicts
        for item in verdict.entry.event.payloads
        if item.digest not in found.opened
    }
    said = [verdict for verdict in found.verdicts if verdict.entry.event.kind == "erasure/1"]
    return tuple(
        Erased(*beside[digest], verdict)
        for verdict in said
        for digest in _digests(verdict.entry.event.body.get("digests"))
        if digest in beside and beside[digest][1] < verdict.index
    )


def _digests(value: Value | None) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()


def verify_receipt(data: bytes, trust: Trust, also: Sequence[Receipt] = ()) -> Verdict:
    """The ten steps. Raises Malformed, Refused or Inconsistent; returns only what holds.

    `also` are receipts of identity entries that the verifier knows of, such as a later revocation. They
    are held to the same rules and then count.
    """
    receipt = Receipt.parse(data)  # 1, 2
    history, cosigned = _standing(receipt.proof.checkpoint, receipt.keys, trust, also)  # 3 4 5 6
    proven = ProvenEntry(receipt.entry, receipt.proof.index, receipt.proof.path, receipt.seen)
    return _entry(proven, receipt.proof.checkpoint, trust, history, cosigned)  # 7 8 9 10


def verify_bundle(data: bytes, trust: Trust, also: Sequence[Receipt] = ()) -> BundleVerdict:
    """The same steps for each entry of a bundle; then its earlier checkpoints, payloads and chains."""
    bundle = Bundle.parse(data)
    history, cosigned = _standing(bundle.checkpoint, bundle.keys, trust, also)
    verdicts = tuple(_entry(item, bundle.checkpoint, trust, history, cosigned) for item in bundle.entries)
    _ascending([item.index for item in bundle.entries], "entries")
    _ascending([item.checkpoint.head.size for item in bundle.checkpoints], "earlier checkpoints")
    for earlier in bundle.checkpoints:
        require_log_signature(earlier.checkpoint, trust.origin, _log_keys(trust, history, earlier.checkpoint.head.size))
        verify_consistency(earlier.checkpoint.head, bundle.checkpoint.head, earlier.path)
    committed = {item.digest: item for verdict in verdicts for item in verdict.entry.event.payloads}
    opened = set()
    for disclosed in bundle.payloads:
        digest = payload_digest(disclosed.payload, disclosed.salt)
        commitment = committed.get(digest)
        if commitment is None or commitment.size != len(disclosed.payload):
            raise Refused("bundle.payload", "A payload in the bundle meets no commitment of its entries.")
        opened.add(digest)
    _require_withheld(bundle)
    for document in bundle.documents:
        if hashlib.sha256(document.data).hexdigest() != document.sha256:
            raise Refused(
                "bundle.document",
                f"The document {document.name[:60]!r} does not have the hash that the bundle gives for it.",
                name=document.name[:60],
            )
    gaps = _chains(verdicts)
    return BundleVerdict(
        verdicts, bundle.checkpoint.head.size, cosigned, frozenset(opened), gaps, bundle.documents, bundle.withheld
    )


def _require_withheld(bundle: Bundle) -> None:
    """What is withheld is in the log, each entry once, and is not shown as well."""
    _ascending([item.index for item in bundle.withheld], "withheld entries")
    for item in bundle.withheld:
        verify_inclusion(item.leaf, item.index, bundle.checkpoint.head, item.path)
    shown = {item.index for item in bundle.entries}
    if any(item.index in shown for item in bundle.withheld):
        raise Malformed("bundle.withheld", "An entry is shown in the bundle and said to be withheld.")


def verify_checkpoint(signed: SignedCheckpoint, trust: Trust) -> tuple[Cosigned, ...]:
    """A checkpoint on its own: signed by a trusted log key, with the quorum. Strangers' lines are ignored."""
    require_log_signature(signed, trust.origin, trust.log_keys)
    lines = verify_note(signed.note, trust.witnesses)
    return _quorum(lines, trust)


def utc(second: int) -> str:
    """A Unix second as UTC, for people; a second beyond the year 9999 as the bare number."""
    if not 0 <= second < _YEAR_10000:
        return f"Unix second {second}"
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _standing(
    signed: SignedCheckpoint, keys: Sequence[ProvenEntry], trust: Trust, also: Sequence[Receipt]
) -> tuple[KeyHistory, tuple[Cosigned, ...]]:
    """Steps 3 to 6: what a checkpoint and its key history are worth to this verifier."""
    _require_origin(signed, trust)  # 3
    known: dict[int, bytes] = {}
    for item in keys:  # 5, the part that needs no signature
        _include(item, signed)
        _cites_earlier(Entry.parse(item.entry), item, signed)  # no byte of a receipt or a bundle is idle
        known[item.index] = item.entry
    _ascending([item.index for item in keys], "key history")
    genesis_trusted = trust.genesis is not None and 0 in known and leaf_hash(known[0]) == trust.genesis
    if trust.genesis is not None and not genesis_trusted:
        raise Refused("verify.genesis", "The log does not begin with the entry that is trusted.")
    for receipt in also:
        beside = receipt.proof.checkpoint
        _require_origin(beside, trust)
        for item in (*receipt.keys, ProvenEntry(receipt.entry, receipt.proof.index, receipt.proof.path, receipt.seen)):
            _include(item, beside)
            _cites_earlier(Entry.parse(item.entry), item, beside)
            if known.setdefault(item.index, item.entry) != item.entry:
                raise Inconsistent(
                    "verify.fork",
                    f"Two signed checkpoints hold different entries at index {item.index}.",
                    index=item.index,
                )
    history = KeyHistory()
    for index in sorted(known):  # 5
        history.apply(index, _identity(known[index], trust))
    for receipt in also:
        beside = receipt.proof.checkpoint
        require_log_signature(beside, trust.origin, _log_keys(trust, history, beside.head.size))
    return history, _signatures(signed, trust, history)  # 4, 6


def _log_keys(trust: Trust, history: KeyHistory, size: int) -> tuple[VerifierKey, ...]:
    """The keys that may have signed a head of this size. The history speaks only if its root is trusted."""
    return trust.log_keys if trust.genesis is None else (*trust.log_keys, *history.log_keys(size))


def _signatures(signed: SignedCheckpoint, trust: Trust, history: KeyHistory) -> tuple[Cosigned, ...]:
    """Steps 4 and 6, each line verified once.

    In what we hand out no line may be by a stranger: a damaged line must not pass for one.
    """
    log_keys = _log_keys(trust, history, signed.head.size)
    from_history = (*history.log_keys(signed.head.size), *(record.key for record in history.witnesses()))
    known = set(log_keys).union(trust.witnesses, from_history)
    ids = {(key.name, key.key_id) for key in known}
    names = [(line.name, line.key_id) for line in signed.note.signatures]
    if len(set(names)) != len(names) or not set(names) <= ids:
        raise Refused("verify.stranger", "A signature line is by a key that nothing here vouches for.")
    lines = verify_note(signed.note, known)
    _require_log_line(lines, log_keys, trust.origin)
    return _quorum([line for line in lines if line.key.algorithm == COSIGNATURE], trust)


def _require_log_line(lines: Sequence[Signed], log_keys: Sequence[VerifierKey], origin: str) -> None:
    own = [key for key in log_keys if key.algorithm == ED25519 and key.name == origin]
    if not any(line.key in own for line in lines):
        raise Refused("checkpoint.unsigned", f"No trusted key of the log {origin} signed this checkpoint.")


def _quorum(lines: Sequence[Signed], trust: Trust) -> tuple[Cosigned, ...]:
    out = tuple(
        Cosigned(line.key.name, line.time, line.key in trust.witnesses) for line in lines if line.time is not None
    )
    counted = {item.name for item in out if item.counts}
    if len(counted) < trust.quorum:
        raise Refused(
            "verify.quorum",
            f"{len(counted)} trusted witnesses cosigned; {trust.quorum} are needed.",
            found=sorted(counted),
            quorum=trust.quorum,
        )
    missing = sorted(set(trust.required) - counted)
    if missing:
        raise Refused("verify.required", f"The witness {missing[0]} is required and did not cosign.", missing=missing)
    return out


def _bound(cosigned: Sequence[Cosigned], trust: Trust) -> Bound | None:
    """The earliest second by which all that the verifier demands had cosigned: its quorum, and those required.

    Not the earliest that any one of them states: then a single witness that lies could backdate an entry for
    a verifier who asked for two.
    """
    trusted = any(item.counts for item in cosigned)
    inside: list[Cosigned] = []
    for item in sorted(cosigned, key=lambda item: item.time):
        if item.counts == trusted:
            inside.append(item)
            names = {one.name for one in inside}
            if len(names) >= max(1, trust.quorum) and names >= set(trust.required):
                return Bound(item.time, tuple(dict.fromkeys(one.name for one in inside)), trusted)
    return None


def _entry(
    proven: ProvenEntry,
    signed: SignedCheckpoint,
    trust: Trust,
    history: KeyHistory,
    cosigned: tuple[Cosigned, ...],
) -> Verdict:
    """Steps 7 to 10 for one entry."""
    _include(proven, signed)  # 7
    entry = Entry.parse(proven.entry)
    if entry.event.log != trust.origin:  # 8
        raise Refused("verify.log", f"The event is meant for the log {entry.event.log}.", found=entry.event.log)
    record = history.check(entry, proven.index)  # 8, 9
    _cites_earlier(entry, proven, signed)  # 10
    bound = _bound(cosigned, trust)
    return Verdict(entry, proven.index, signed.head.size, cosigned, bound, record.suspect_at(proven.index))


def _include(item: ProvenEntry, signed: SignedCheckpoint) -> None:
    verify_inclusion(leaf_hash(item.entry), item.index, signed.head, item.path)


def _cites_earlier(entry: Entry, proven: ProvenEntry, signed: SignedCheckpoint) -> None:
    """The head that the author had seen is an earlier head of this log."""
    seen = entry.event.seen
    if seen.size > proven.index:
        raise Refused("verify.seen", "The author cites a log that already held this entry.", seen=seen.size)
    verify_consistency(seen, signed.head, proven.seen)


def _identity(data: bytes, trust: Trust) -> Entry:
    entry = Entry.parse(data)
    if entry.event.log != trust.origin or entry.event.kind not in IDENTITY_KINDS:
        raise Refused("verify.history", "An entry of the key history is not one of this log's.")
    return entry


def _require_origin(signed: SignedCheckpoint, trust: Trust) -> None:
    if signed.checkpoint.origin != trust.origin:
        raise Refused(
            "checkpoint.origin",
            f"This is of the log {signed.checkpoint.origin}, not of {trust.origin}.",
            found=signed.checkpoint.origin,
            expected=trust.origin,
        )
    if not any(key.algorithm == ED25519 and key.name == trust.origin for key in trust.log_keys):
        raise Refused("trust.origin", "No trusted log key is named after the trusted origin.")


def _ascending(numbers: Sequence[int], what: str) -> None:
    if any(low >= high for low, high in pairwise(numbers)):
        raise Malformed("file.order", f"Not in ascending order: the {what}.")


def _chains(verdicts: Sequence[Verdict]) -> tuple[Gap, ...]:
    """Where an author's consecutive events are there they must link; what is missing in between is named."""
    by_author: dict[str, dict[int, Verdict]] = {}
    for verdict in verdicts:
        event = verdict.entry.event
        mine = by_author.setdefault(event.author, {})
        if event.seq in mine:
            raise Inconsistent(
                "bundle.author_fork",
                f"{event.author} signed two events with number {event.seq}.",
                author=event.author,
                seq=event.seq,
            )
        mine[event.seq] = verdict
    gaps: list[Gap] = []
    for author, mine in sorted(by_author.items()):
        expected_seq, expected_prev, after = 0, NO_PREVIOUS, -1
        for seq in sorted(mine):
            here = mine[seq]
            event = here.entry.event
            if seq > expected_seq:
                gaps.append(Gap(author, expected_seq, seq - 1))
            elif event.prev != expected_prev:
                raise Refused(
                    "bundle.chain",
                    f"Event {seq} of {author} does not continue the one before.",
                    author=author,
                )
            if here.index <= after:
                raise Refused("bundle.chain", f"The events of {author} are out of order.", author=author, seq=seq)
            expected_seq, expected_prev, after = seq + 1, event.hash(), here.index
    return tuple(gaps)
