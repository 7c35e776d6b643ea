"""Two checkpoints that cannot both be true, turned into a proof that anyone can check.

docs/spec/receipt.md, "Fork", is the text to implement from. A log that signed both has signed two
histories; the proof needs nothing but its public key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader, b64, hashes_of
from thalweg.ledger.checkpoint import SignedCheckpoint, require_log_signature
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.tree import Head, ReadNode, consistency_proof, root_of, verify_consistency

FORK = "thalweg/fork/v1"


@dataclass(frozen=True, slots=True)
class Fork:
    """`second` is at least as large as `first`; `old_root` is the root that `second` implies at first's
    size."""

    first: SignedCheckpoint
    second: SignedCheckpoint
    log_key: VerifierKey
    old_root: bytes
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "first": self.first.encode().decode(),
                "log_key": self.log_key.text(),
                "old_root": self.old_root.hex(),
                "path": [b64(item) for item in self.path],
                "second": self.second.encode().decode(),
                "v": FORK,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Fork:
        reader = Reader(canonical.decode(data), "the proof of a fork")
        if reader.text("v") != FORK:
            raise Malformed("file.version", f"{FORK} is what is read here.")
        out = cls(
            SignedCheckpoint.parse(reader.text("first").encode()),
            SignedCheckpoint.parse(reader.text("second").encode()),
            VerifierKey.parse(reader.text("log_key", longest=512)),
            reader.digest("old_root"),
            hashes_of(reader.texts("path"), "consistency proof"),
        )
        reader.done()
        return out


def compare(
    one: SignedCheckpoint, other: SignedCheckpoint, log_key: VerifierKey, larger: ReadNode | None = None
) -> Fork | None:
    """The fork between two checkpoints of one log, or None if they agree.

    `larger` reads the nodes of the tree under the larger checkpoint (a mirror, a store, tiles). It is
    needed when the sizes differ; without it Refused says so, since sizes alone show nothing.
    """
    first, second = sorted((one, other), key=lambda item: (item.head.size, item.head.root))
    for item in (first, second):
        require_log_signature(item, log_key.name, [log_key])
    if first.head.size == second.head.size:
        if first.head.root == second.head.root:
            return None
        return Fork(first, second, log_key, second.head.root, ())
    if larger is None:
        raise Refused(
            "compare.hashes",
            "The checkpoints differ in size; to compare them, give the hashes of the larger log (a mirror).",
            sizes=(first.head.size, second.head.size),
        )
    old_root = root_of(first.head.size, larger)
    path = consistency_proof(first.head.size, second.head.size, larger)
    # The hashes given must be those that the larger checkpoint signs, or they prove nothing.
    verify_consistency(Head(first.head.size, old_root), second.head, path)
    if old_root == first.head.root:
        return None
    return Fork(first, second, log_key, old_root, tuple(path))


def verify_fork(data: bytes, log_keys: Collection[VerifierKey] | None = None) -> Fork:
    """Refused unless the file proves a fork; with `log_keys`, by one of exactly these."""
    fork = Fork.parse(data)
    if log_keys is not None and fork.log_key not in log_keys:
        raise Refused("fork.key", "The proof is about another log's key.", found=fork.log_key.name)
    for item in (fork.first, fork.second):
        require_log_signature(item, fork.log_key.name, [fork.log_key])
    old = Head(fork.first.head.size, fork.old_root)
    if old.root == fork.first.head.root:
        raise Refused("fork.none", "The two checkpoints agree; this proves no fork.")
    verify_consistency(old, fork.second.head, fork.path)
    return fork
