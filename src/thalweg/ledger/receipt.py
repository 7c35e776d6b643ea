"""What is handed out: proven entries, tlog-proofs, receipts and bundles. Reading here is not yet believing.

docs/spec/receipt.md is the text to implement from; `thalweg.ledger.verify` does the believing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader, Value, b64, hashes_of
from thalweg.ledger.checkpoint import SignedCheckpoint, decimal
from thalweg.ledger.entry import MEDIA_TYPE
from thalweg.ledger.errors import Malformed
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.tree import leaf_hash

RECEIPT = "thalweg/receipt/v1"
BUNDLE = "thalweg/bundle/v1"
EVIDENCE = "thalweg/bundle/v2"  # with documents, or with entries withheld
BUNDLES = (BUNDLE, EVIDENCE)
CLASSES = ("declaration", "notice", "answer", "exchange", "case", "source", "other")
"""What an entry that is withheld from a reader may be said to be."""
TLOG_PROOF = "c2sp.org/tlog-proof@v1"
MAX_FILE_BYTES = 256 * 1024 * 1024
_MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry's bytes, its index, its inclusion proof, and the consistency proof from the head it cites."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    seen: tuple[bytes, ...]

    def value(self) -> Value:
        return {
            "entry": b64(self.entry),
            "index": self.index,
            "path": _texts(self.path),
            "seen": _texts(self.seen),
        }

    @classmethod
    def read(cls, value: Value) -> ProvenEntry:
        reader = Reader(value, "a proven entry")
        out = cls(reader.blob("entry"), reader.integer("index"), _path(reader, "path"), _path(reader, "seen"))
        reader.done()
        return out


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A C2SP tlog-proof: index, inclusion proof and checkpoint, readable by tools that are not ours."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def text(self) -> str:
        lines = [TLOG_PROOF, f"index {self.index}", *_texts(self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint.encode().decode()

    @classmethod
    def parse(cls, text: str) -> TlogProof:
        """Read a proof; one with an `extra` line is refused, since nothing would vouch for it."""
        header, gap, checkpoint = text.partition("\n\n")
        first, *rest = header.split("\n")
        if not gap or first != TLOG_PROOF or not rest:
            raise Malformed("proof.form", f"The proof does not begin with {TLOG_PROOF} and an index.")
        word, _, number = rest[0].partition(" ")
        if word != "index":
            raise Malformed("proof.form", "The second line of the proof is not its index.", found=rest[0][:40])
        if len(rest) > _MAX_PATH + 1:
            raise Malformed("proof.form", "The inclusion proof has more hashes than a tree has levels.")
        path = hashes_of(rest[1:], "inclusion proof")
        try:
            data = checkpoint.encode()
        except UnicodeEncodeError as error:
            raise Malformed("note.text", "The checkpoint is not Unicode text.") from error
        return cls(decimal(number, "index"), path, SignedCheckpoint.parse(data))


@dataclass(frozen=True, slots=True)
class Receipt:
    """One entry, its proof, and the part of the key history that it rests on."""

    entry: bytes
    proof: TlogProof
    seen: tuple[bytes, ...]
    keys: tuple[ProvenEntry, ...]

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "entry": b64(self.entry),
                "keys": [item.value() for item in self.keys],
                "proof": self.proof.text(),
                "seen": _texts(self.seen),
                "v": RECEIPT,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        reader, _ = _open(data, (RECEIPT,), "the receipt")
        out = cls(
            reader.blob("entry"),
            TlogProof.parse(reader.text("proof")),
            _path(reader, "seen"),
            tuple(ProvenEntry.read(item) for item in reader.array("keys")),
        )
        reader.done()
        return out


@dataclass(frozen=True, slots=True)
class Policy:
    """Which log, which witnesses, and how many of them must have cosigned."""

    origin: str
    log_key: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    quorum: int

    def value(self) -> Value:
        return {
            "log_key": self.log_key.text(),
            "origin": self.origin,
            "quorum": self.quorum,
            "witnesses": [key.text() for key in self.witnesses],
        }

    @classmethod
    def read(cls, value: Value) -> Policy:
        reader = Reader(value, "the policy")
        out = cls(
            reader.text("origin", longest=255),
            VerifierKey.parse(reader.text("log_key", longest=512)),
            tuple(VerifierKey.parse(text) for text in reader.texts("witnesses")),
            reader.integer("quorum"),
        )
        reader.done()
        if out.quorum > len(set(out.witnesses)):
            raise Malformed("policy.quorum", "The quorum is larger than the number of witnesses.")
        return out


@dataclass(frozen=True, slots=True)
class EarlierCheckpoint:
    """A checkpoint signed before, with its consistency proof to the bundle's own."""

    checkpoint: SignedCheckpoint
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DisclosedPayload:
    """A payload with the salt of its commitment."""

    payload: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class Withheld:
    """An entry that this reader is not shown: its leaf hash, its place in the log with the proof, and its class."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    what: str

    @classmethod
    def of(cls, proven: ProvenEntry, what: str) -> Withheld:
        return cls(proven.index, leaf_hash(proven.entry), proven.path, what)

    def value(self) -> Value:
        return {"index": self.index, "leaf": b64(self.leaf), "path": _texts(self.path), "what": self.what}

    @classmethod
    def read(cls, value: Value) -> Withheld:
        reader = Reader(value, "a withheld entry")
        leaf = hashes_of([reader.text("leaf")], "leaf")[0]
        out = cls(reader.integer("index"), leaf, _path(reader, "path"), reader.choice("what", CLASSES))
        reader.done()
        return out


@dataclass(frozen=True, slots=True)
class Document:
    """Something that was made of the entries, carried with them: its bytes, and their SHA-256 in hexadecimal."""

    name: str
    media: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, name: str, media: str, data: bytes) -> Document:
        return cls(name, media, data, hashlib.sha256(data).hexdigest())

    def value(self) -> Value:
        return {"data": b64(self.data), "media": self.media, "name": self.name, "sha256": self.sha256}

    @classmethod
    def read(cls, value: Value) -> Document:
        reader = Reader(value, "a document")
        out = cls(
            reader.text("name", longest=200),
            reader.match("media", MEDIA_TYPE),
            reader.blob("data"),
            reader.digest("sha256").hex(),
        )
        reader.done()
        return out


@dataclass(frozen=True, slots=True)
class Bundle:
    """One file for a reader years later: entries, proofs, key history, checkpoints, policy.

    With documents that were made of it, and with entries withheld from this reader, it is of the second version.
    """

    policy: Policy
    checkpoint: SignedCheckpoint
    entries: tuple[ProvenEntry, ...]
    keys: tuple[ProvenEntry, ...]
    checkpoints: tuple[EarlierCheckpoint, ...] = ()
    payloads: tuple[DisclosedPayload, ...] = ()
    documents: tuple[Document, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def second(self) -> bool:
        """Whether it is of the second version."""
        return bool(self.documents or self.withheld)

    def encode(self) -> bytes:
        second: dict[str, Value] = {}
        if self.second:
            second = {
                "documents": [item.value() for item in self.documents],
                "withheld": [item.value() for item in self.withheld],
            }
        # Entry by entry: what spells all of them in one go lets no other thread run until it is done.
        entries = b",".join(canonical.encode(item.value(), within=2) for item in self.entries)
        return canonical.spliced(
            {
                **second,
                "checkpoint": self.checkpoint.encode().decode(),
                "checkpoints": [
                    {"note": item.checkpoint.encode().decode(), "path": _texts(item.path)} for item in self.checkpoints
                ],
                "keys": [item.value() for item in self.keys],
                "payloads": [{"payload": b64(item.payload), "salt": item.salt.hex()} for item in self.payloads],
                "policy": self.policy.value(),
                "v": EVIDENCE if self.second else BUNDLE,
            },
            "entries",
            b"[%b]" % entries,
        )

    @classmethod
    def parse(cls, data: bytes) -> Bundle:
        reader, version = _open(data, BUNDLES, "the bundle")
        out = cls(
            Policy.read(reader.object("policy")),
            SignedCheckpoint.parse(reader.text("checkpoint").encode()),
            tuple(ProvenEntry.read(item) for item in reader.array("entries")),
            tuple(ProvenEntry.read(item) for item in reader.array("keys")),
            tuple(_earlier(item) for item in reader.array("checkpoints")),
            tuple(_payload(item) for item in reader.array("payloads")),
            tuple(Document.read(item) for item in reader.array("documents")) if version == EVIDENCE else (),
            tuple(Withheld.read(item) for item in reader.array("withheld")) if version == EVIDENCE else (),
        )
        reader.done()
        return out


def _open(data: bytes, versions: Sequence[str], where: str) -> tuple[Reader, str]:
    if len(data) > MAX_FILE_BYTES:
        raise Malformed("file.size", f"Files above {MAX_FILE_BYTES} bytes are not read.", size=len(data))
    reader = Reader(canonical.decode(data), where)
    found = reader.text("v")
    if found not in versions:
        known = " or ".join(versions)
        raise Malformed("file.version", f"This is {found[:60]!r}; {known} is what is read here.", found=found[:60])
    return reader, found


def _path(reader: Reader, name: str) -> tuple[bytes, ...]:
    texts = reader.texts(name)
    if len(texts) > _MAX_PATH:
        raise Malformed("proof.form", "The proof has more hashes than a tree has levels.", found=len(texts))
    return hashes_of(texts, name)


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [b64(item) for item in hashes]


def _earlier(value: Value) -> EarlierCheckpoint:
    reader = Reader(value, "an earlier checkpoint")
    out = EarlierCheckpoint(SignedCheckpoint.parse(reader.text("note").encode()), _path(reader, "path"))
    reader.done()
    return out


def _payload(value: Value) -> DisclosedPayload:
    reader = Reader(value, "a payload")
    out = DisclosedPayload(reader.blob("payload"), reader.digest("salt"))
    reader.done()
    return out
