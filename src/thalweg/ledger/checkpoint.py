"""Checkpoints (C2SP tlog-checkpoint): exactly three lines, signed by the log under its origin.

docs/spec/checkpoint.md is the text to implement from. `HeadSigner` is the only thing in the product that
puts a log's signature on a head, and it refuses whatever contradicts the last head it signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thalweg.ledger.canonical import HASH_BYTES, MAX_INTEGER, b64, unb64
from thalweg.ledger.errors import Inconsistent, Malformed, Refused
from thalweg.ledger.note import ED25519, Note, NoteKey, VerifierKey, check_name, verify_note
from thalweg.ledger.tree import Head, verify_consistency

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of one log at one size."""

    origin: str
    head: Head

    def text(self) -> str:
        return f"{self.origin}\n{self.head.size}\n{b64(self.head.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise Malformed("checkpoint.lines", "A checkpoint is exactly three lines.", found=len(lines) - 1)
        check_name(lines[0])
        root = unb64(lines[2], "root hash")
        if len(root) != HASH_BYTES:
            raise Malformed("checkpoint.root", "The root hash is not 32 bytes.")
        return cls(lines[0], Head(decimal(lines[1], "tree size"), root))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the note it stands in, every signature line kept as it came."""

    checkpoint: Checkpoint
    note: Note

    @property
    def head(self) -> Head:
        return self.checkpoint.head

    def encode(self) -> bytes:
        return self.note.encode()

    @classmethod
    def parse(cls, data: bytes) -> SignedCheckpoint:
        """Read, not verify."""
        note = Note.parse(data)
        return cls(Checkpoint.parse(note.text), note)


def require_log_signature(signed: SignedCheckpoint, origin: str, log_keys: Iterable[VerifierKey]) -> VerifierKey:
    """The log key that signed; Refused if none did."""
    if signed.checkpoint.origin != origin:
        raise Refused(
            "checkpoint.origin",
            f"This checkpoint is of the log {signed.checkpoint.origin}, not of {origin}.",
            found=signed.checkpoint.origin,
            expected=origin,
        )
    keys = [key for key in log_keys if key.algorithm == ED25519 and key.name == origin]
    lines = verify_note(signed.note, keys)
    if not lines:
        raise Refused("checkpoint.unsigned", f"No key of the log {origin} signed this checkpoint.", origin=origin)
    return lines[0].key


class HeadSigner:
    """Signs heads of one log, each only if it adds to the last one signed.

    `last` is the newest head known to have been signed by this log: from its store, from the mark kept
    away from the store, or from a witness, whichever is largest. With it, a restored backup, a fork or a
    flipped bit ends in a refusal and not in a second history.
    """

    __slots__ = ("_keys", "last", "origin")

    def __init__(self, origin: str, keys: Sequence[NoteKey], last: Head | None) -> None:
        if not keys or any(key.name != origin for key in keys):
            raise Refused("signer.name", "The log's key is named after its origin.", origin=origin)
        self.origin = origin
        self._keys = tuple(keys)
        self.last = last

    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public halves of the keys this signs with."""
        return tuple(key.verifier() for key in self._keys)

    def sign(self, head: Head, proof: Sequence[bytes]) -> SignedCheckpoint:
        """Sign `head` if `proof` shows that it only adds to `last`. Does not move `last`: see `signed`."""
        if self.last is not None:
            if head.size < self.last.size:
                raise Inconsistent(
                    "signer.rollback",
                    f"{self.last.size} entries were signed once and now there are {head.size}: not signed.",
                    signed=self.last.size,
                    found=head.size,
                )
            try:
                verify_consistency(self.last, head, proof)
            except Refused as error:
                raise Inconsistent(
                    "signer.fork",
                    f"The head of {head.size} entries does not contain the head of {self.last.size} that was "
                    "signed before; it will not be signed.",
                    signed=self.last.size,
                    found=head.size,
                ) from error
        checkpoint = Checkpoint(self.origin, head)
        text = checkpoint.text()
        return SignedCheckpoint(checkpoint, Note(text, tuple(key.sign(text) for key in self._keys)))

    def signed(self, head: Head) -> None:
        """Remember that `head` is signed *and durable*: from now on nothing smaller will be signed."""
        self.last = head


def decimal(text: str, what: str) -> int:
    """A non-negative decimal without leading zeros, at most 2**53 - 1."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_INTEGER:
        raise Malformed("checkpoint.decimal", f"The {what} is not a plain decimal number.", found=text[:40])
    return int(text)
