"""Signed notes and the two kinds of Ed25519 line on them (C2SP signed-note and tlog-cosignature).

docs/spec/checkpoint.md is the text to implement from. A note is text, an empty line, and signature lines::

    example.org/deir-ez-zor/log
    2
    fQ0kKhfuLAXbNQLcAqPXSXcLmkSsN2vLpKG5VdYD0nE=

    — example.org/deir-ez-zor/log <base64 of 4 bytes key id and the signature>

Lines by keys that a reader does not know are ignored, as the format demands; a line by a key that it does
know and that does not verify condemns the note.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from thalweg.ledger.canonical import b64, unb64
from thalweg.ledger.errors import Malformed, Refused

ED25519 = 0x01
COSIGNATURE = 0x04

MAX_NOTE_BYTES = 65_536
MAX_SIGNATURES = 64
_DASH = "\u2014"
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_MAX_TIME = 2**63 - 1

# The y coordinates of the eight points of small order on edwards25519 (RFC 8032 section 5.1), with the two that have
# a second spelling within 255 bits. Under such a public key anybody can write a signature that holds.
_P = 2**255 - 19
_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_WEAK_Y = frozenset((0, 1, _P - 1, _P, _P + 1, _ORDER_8_Y, _P - _ORDER_8_Y))
_Y_BITS = 2**255 - 1


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, as `name+keyid+base64` (the vkey of signed-note)."""

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.algorithm not in (ED25519, COSIGNATURE) or len(self.public) != _PUBLIC_BYTES:
            raise Malformed("note.key", f"The key of {self.name} is of a kind that is not read here.", name=self.name)
        if is_weak(self.public):
            raise Malformed("note.key", f"The key of {self.name} lets anybody sign.", name=self.name)

    @property
    def key_id(self) -> bytes:
        material = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(material).digest()[:_KEY_ID_BYTES]

    def text(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        name, _, rest = text.partition("+")
        key_id, _, material = rest.partition("+")
        data = unb64(material, "verifier key")
        if not data:
            raise Malformed("note.key", "A verifier key is name+keyid+base64.", found=text)
        key = cls(name, data[0], data[1:])
        if key.text() != text:
            raise Malformed("note.key", f"The key id of {name} is not that of its key.", found=key_id)
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: a name, the first four bytes (key id) and the rest."""

    name: str
    key_id: bytes
    blob: bytes

    def line(self) -> str:
        return f"{_DASH} {self.name} {b64(self.key_id + self.blob)}\n"

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read one line, without its newline."""
        dash, _, rest = line.partition(" ")
        name, _, material = rest.partition(" ")
        if dash != _DASH:
            raise Malformed("note.line", "A signature line begins with an em dash and a space.", found=line)
        check_name(name)
        data = unb64(material, "signature line")
        if len(data) <= _KEY_ID_BYTES:
            raise Malformed("note.line", f"The signature line of {name} is too short.", name=name)
        return cls(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """Text that ends in a newline, and the signatures on it, in the order they stand."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Note:
        if len(data) > MAX_NOTE_BYTES:
            raise Malformed("note.size", f"A note is at most {MAX_NOTE_BYTES} bytes.", size=len(data))
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("note.text", "The note is not UTF-8.") from error
        if _CONTROL.search(whole) is not None:
            raise Malformed("note.text", "The note holds a control character.")
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise Malformed("note.text", "A note is text, an empty line, and signature lines.")
        found = lines[:-1].split("\n")
        if len(found) > MAX_SIGNATURES:
            raise Malformed("note.size", f"A note carries at most {MAX_SIGNATURES} signatures.", found=len(found))
        return cls(text + "\n", tuple(NoteSignature.parse(line) for line in found))

    def with_signatures(self, more: Iterable[NoteSignature]) -> Note:
        """The note with further lines, each at most once, those already there first."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


@dataclass(frozen=True, slots=True)
class Signed:
    """A line that verified: whose, and for a cosignature the Unix second it states."""

    key: VerifierKey
    time: int | None


class NoteKey:
    """A private key that signs notes under one name. Its text form (the default one) shows nothing of it."""

    __slots__ = ("_private", "name", "public")

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed` is the 32 bytes of RFC 8032; it comes from wiring."""
        check_name(name)
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def verifier(self, algorithm: int = ED25519) -> VerifierKey:
        return VerifierKey(self.name, algorithm, self.public)

    def sign(self, text: str) -> NoteSignature:
        """A plain Ed25519 line (type 0x01) over the text."""
        return NoteSignature(self.name, self.verifier().key_id, self._private.sign(text.encode()))

    def cosign(self, text: str, time: int) -> NoteSignature:
        """A cosignature/v1 line (type 0x04) stating that the checkpoint was seen at Unix second `time`."""
        signature = self._private.sign(_cosigned(text, time))
        blob = time.to_bytes(8, "big") + signature
        return NoteSignature(self.name, self.verifier(COSIGNATURE).key_id, blob)


def verify_line(key: VerifierKey, text: str, signature: NoteSignature) -> Signed:
    """Refused unless this line is by this key over this text."""
    time: int | None = None
    blob, message = signature.blob, text.encode()
    if key.algorithm == COSIGNATURE:
        time = int.from_bytes(blob[:8], "big")
        if len(blob) != 8 + 64 or time > _MAX_TIME:
            raise Refused("note.signature", f"The cosignature of {key.name} has the wrong form.", name=key.name)
        blob, message = blob[8:], _cosigned(text, time)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
    except (InvalidSignature, ValueError) as error:
        raise Refused("note.signature", f"The signature of {key.name} does not hold.", name=key.name) from error
    return Signed(key, time)


def verify_note(note: Note, known: Iterable[VerifierKey]) -> tuple[Signed, ...]:
    """The lines by known keys, each verified; one that fails condemns the note. May be empty.

    As in Go's `note.Open`, a second line by the same key is not looked at.
    """
    by_id = {(key.name, key.key_id): key for key in known}
    found: dict[tuple[str, bytes], Signed] = {}
    for signature in note.signatures:
        name = (signature.name, signature.key_id)
        key = by_id.get(name)
        if key is not None and name not in found:
            found[name] = verify_line(key, note.text, signature)
    return tuple(found.values())


def check_name(name: str) -> None:
    """Malformed unless `name` may name a key: not empty, no Unicode space, no plus, no control character."""
    if _NAME.fullmatch(name) is None:
        raise Malformed("note.name", "A key name is not empty and has no space and no plus.", found=name)


def is_weak(public: bytes) -> bool:
    """Whether this Ed25519 public key is a point of small order; nobody who makes a key honestly gets one."""
    return int.from_bytes(public, "little") & _Y_BITS in _WEAK_Y


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
