"""Entries: what an author says (the event), and the author's signature over it.

docs/spec/entry.md is the text to implement from. The ledger reads the envelope, never the body: what a
kind means belongs to the rooms above. The exceptions are the few kinds of `thalweg.ledger.identity`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from thalweg.ledger import canonical
from thalweg.ledger.canonical import HASH_BYTES, MAX_INTEGER, Reader, Value, b64
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.note import check_name, is_weak
from thalweg.ledger.tree import Head

MAX_ENTRY_BYTES = 65_535
MAX_REFS = 256
EVENT_PREFIX = b"thalweg/event/v1\n"
PAYLOAD_PREFIX = b"thalweg/payload/v1\n"
POSSESSION_PREFIX = b"thalweg/possession/v1\n"
NO_PREVIOUS = bytes(HASH_BYTES)
AUTHOR = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
KIND = re.compile(r"[a-z][a-z0-9.-]{0,59}/[1-9][0-9]{0,2}")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
HOLDERS = ("author", "server")
ALGORITHMS = ("ed25519", "webauthn-ed25519", "webauthn-es256")

_EVENT = b'{"event":'
_PROOF = b',"proof":{'
_NO_BODY = b'"body":""'
_BODY = 2  # how deep a body stands in its entry

# WebAuthn section 6.1: bits of the flags byte in authenticatorData.
_USER_PRESENT = 0x01
_USER_VERIFIED = 0x04


@dataclass(frozen=True, slots=True)
class Commitment:
    """Bytes kept beside the tree: their salted digest, length and media type.

    Erasing the bytes and their salt leaves the commitment, and every proof, as it was.
    """

    digest: bytes
    size: int
    media: str

    @classmethod
    def to(cls, payload: bytes, salt: bytes, media: str) -> Commitment:
        return cls(payload_digest(payload, salt), len(payload), media)

    def value(self) -> Value:
        return {"digest": self.digest.hex(), "media": self.media, "size": self.size}

    @classmethod
    def read(cls, value: Value) -> Commitment:
        reader = Reader(value, "a payload commitment")
        out = cls(reader.digest("digest"), reader.integer("size"), reader.match("media", MEDIA_TYPE))
        reader.done()
        return out


@dataclass(frozen=True, slots=True)
class Event:
    """One statement by one author, complete but for the signature.

    `at` is milliseconds of Unix time as the author states them: a claim, not a proof. `seen` is the
    newest checkpoint the author had been shown, which proves "not before"; cosignatures prove "not after".
    `refs` are event hashes. `salt` is 32 fresh random bytes, without which a neighbour's leaf hash in
    somebody's proof could be guessed at. `holder` says who holds the key: the author, or the server for
    a desk without a signing device.
    """

    log: str
    author: str
    holder: str
    key: str
    kind: str
    seq: int
    prev: bytes
    seen: Head
    at: int
    salt: bytes
    body: Mapping[str, Value]
    refs: tuple[bytes, ...] = ()
    payloads: tuple[Commitment, ...] = ()
    # The bytes this was read from, or was written as. Not an argument, so that `dataclasses.replace` cannot carry it
    # over to an event that says something else.
    _bytes: bytes | None = field(default=None, init=False, compare=False, repr=False)

    def value(self) -> Value:
        return {**self._envelope(), "body": self.body}

    def _envelope(self) -> dict[str, Value]:
        return {
            "at": self.at,
            "author": self.author,
            "holder": self.holder,
            "key": self.key,
            "kind": self.kind,
            "log": self.log,
            "payloads": [item.value() for item in self.payloads],
            "prev": self.prev.hex(),
            "refs": [ref.hex() for ref in self.refs],
            "salt": self.salt.hex(),
            "seen": {"root": self.seen.root.hex(), "size": self.seen.size},
            "seq": self.seq,
            "v": 1,
        }

    def encode(self) -> bytes:
        """The event's canonical bytes; made once."""
        return self.spelled(canonical.encode(self.body, within=_BODY)) if self._bytes is None else self._bytes

    def spelled(self, body: bytes) -> bytes:
        """`encode`, for whoever has the canonical bytes of the body already. They are believed, and kept."""
        # Before the body stand a number and a text, in which no quotation mark is bare: the first place is the one.
        head, _, tail = canonical.encode({**self._envelope(), "body": ""}).partition(_NO_BODY)
        data = b'%b"body":%b%b' % (head, body, tail)
        object.__setattr__(self, "_bytes", data)
        return data

    def signed_bytes(self) -> bytes:
        """What an Ed25519 author key signs."""
        return EVENT_PREFIX + self.encode()

    def hash(self) -> bytes:
        """The event's name: what `prev` and `refs` cite, and the challenge of a passkey."""
        return hashlib.sha256(self.signed_bytes()).digest()

    @classmethod
    def read(cls, value: Value) -> Event:
        reader = Reader(value, "the event")
        reader.integer("v", 1, 1)
        seen = Reader(reader.object("seen"), "the event's seen")
        head = Head(seen.integer("size"), seen.digest("root"))
        seen.done()
        out = cls(
            log=reader.text("log", longest=255),
            author=reader.match("author", AUTHOR),
            holder=reader.choice("holder", HOLDERS),
            key=reader.digest("key").hex(),
            kind=reader.match("kind", KIND),
            seq=reader.integer("seq"),
            prev=reader.digest("prev"),
            seen=head,
            at=reader.integer("at", -MAX_INTEGER),
            salt=reader.digest("salt"),
            body=reader.object("body"),
            refs=tuple(_ref(item) for item in reader.texts("refs")),
            payloads=tuple(Commitment.read(item) for item in reader.array("payloads")),
        )
        reader.done()
        check_name(out.log)
        if len(out.refs) > MAX_REFS:
            raise Malformed("entry.refs", f"An event cites at most {MAX_REFS} others.", found=len(out.refs))
        if (out.seq == 0) != (out.prev == NO_PREVIOUS):
            raise Malformed("entry.prev", "The first event of an author, and only that, has no previous one.")
        return out


@dataclass(frozen=True, slots=True)
class Ed25519Signature:
    signature: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's answer: authenticatorData, clientDataJSON and the signature, each as the device gave it."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its author's signature: the bytes of one leaf."""

    event: Event
    signature: Ed25519Signature | Assertion

    def encode(self) -> bytes:
        match self.signature:
            case Ed25519Signature(signature):
                # base64 needs no escapes, so the canonical bytes can be said outright
                proof = b'{"alg":"ed25519","sig":"%b"}' % b64(signature).encode("ascii")
            case Assertion(authenticator_data, client_data, signature):
                proof = canonical.encode(
                    {
                        "alg": "webauthn",
                        "auth": b64(authenticator_data),
                        "client": b64(client_data),
                        "sig": b64(signature),
                    }
                )
            case _:
                assert_never(self.signature)
        data = b'{"event":%b,"proof":%b}' % (self.event.encode(), proof)
        if len(data) > MAX_ENTRY_BYTES:
            raise Malformed(
                "entry.size",
                f"The entry is {len(data)} bytes, {MAX_ENTRY_BYTES} fit; larger things go beside the tree.",
                size=len(data),
            )
        return data

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        if len(data) > MAX_ENTRY_BYTES:
            raise Malformed("entry.size", f"An entry is at most {MAX_ENTRY_BYTES} bytes.", size=len(data))
        reader = Reader(canonical.decode(data), "the entry")
        event = Event.read(reader.object("event"))
        proof = Reader(reader.object("proof"), "the entry's proof")
        reader.done()
        signature: Ed25519Signature | Assertion
        if proof.choice("alg", ("ed25519", "webauthn")) == "ed25519":
            signature = Ed25519Signature(proof.blob("sig"))
        else:
            signature = Assertion(proof.blob("auth"), proof.blob("client"), proof.blob("sig"))
        proof.done()
        # The entry is canonical and has an event and a proof, no more. So the event's own bytes stand in it as they
        # are: after `{"event":` and up to the last `,"proof":{`, which cannot occur within a proof. This spares two
        # more encodings of each.
        object.__setattr__(event, "_bytes", data[len(_EVENT) : data.rindex(_PROOF)])
        return cls(event, signature)


@dataclass(frozen=True, slots=True)
class AuthorKey:
    """A public key that an author signs with.

    For passkeys `rp_id` and `origins` fix where the assertion must have been made, and
    `user_verification` whether the device must have verified its user (PIN, finger, face).
    """

    algorithm: str
    public: bytes
    holder: str = "author"
    rp_id: str = ""
    origins: tuple[str, ...] = ()
    user_verification: bool = True

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS or self.holder not in HOLDERS:
            raise Malformed("key.kind", f"A key of kind {self.algorithm} is not read here.")
        named = (bool(self.rp_id), bool(self.origins))
        if named != ((False, False) if self.algorithm == "ed25519" else (True, True)):
            raise Malformed("key.passkey", "A passkey, and only a passkey, names its relying party and origins.")
        try:
            self._load()
        except ValueError as error:
            raise Malformed("key.public", "The public key is not a key of its kind.") from error

    @property
    def key_id(self) -> str:
        """SHA-256 over the algorithm, a newline and the public key, in hexadecimal."""
        return _named(self.algorithm, self.public)

    def value(self) -> Value:
        out: dict[str, Value] = {"alg": self.algorithm, "holder": self.holder, "public": b64(self.public)}
        if self.algorithm != "ed25519":
            out["origins"] = list(self.origins)
            out["rp_id"] = self.rp_id
            out["uv"] = "required" if self.user_verification else "preferred"
        return out

    @classmethod
    def read(cls, value: Value) -> AuthorKey:
        reader = Reader(value, "the key")
        algorithm = reader.choice("alg", ALGORITHMS)
        holder = reader.choice("holder", HOLDERS)
        public = reader.blob("public")
        if algorithm == "ed25519":
            out = cls(algorithm, public, holder)
        else:
            out = cls(
                algorithm,
                public,
                holder,
                reader.text("rp_id", longest=255),
                reader.texts("origins"),
                reader.choice("uv", ("required", "preferred")) == "required",
            )
        reader.done()
        return out

    def verify_possession(self, signature: bytes, origin: str, author: str, challenge: bytes) -> None:
        """Refused unless whoever was asked holds the private half of this key. Ed25519 only."""
        if self.algorithm != "ed25519":
            raise Refused("key.possession", "Only an Ed25519 key shows in this way that it is held.")
        self._check(signature, possession(origin, author, challenge))

    def verify(self, entry: Entry) -> None:
        """Refused unless this key made the entry's signature."""
        match entry.signature:
            case Ed25519Signature(signature) if self.algorithm == "ed25519":
                self._check(signature, entry.event.signed_bytes())
            case Assertion() if self.algorithm != "ed25519":
                self._check_assertion(entry.signature, entry.event.hash())
            case _:
                raise Refused("entry.algorithm", "The signature is not of the kind that the author's key makes.")

    def _check(self, signature: bytes, message: bytes) -> None:
        key = self._load()
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, message)
            else:
                key.verify(signature, message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise Refused("entry.signature", "The author's signature does not hold.") from error

    def _check_assertion(self, assertion: Assertion, challenge: bytes) -> None:
        """WebAuthn section 7.2, the steps that concern a key whose assertion is itself the signature.

        1. the client data is of type webauthn.get, 2. its challenge is the hash of this event, 3. its
        origin is one the key allows and not crossed, 4. the authenticator served the key's relying party,
        5. with the user present, and verified where the key demands it, 6. and it signed both.
        """
        try:
            client = json.loads(assertion.client_data.decode("utf-8"), object_pairs_hook=_once)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as error:
            raise Malformed("passkey.client", "The passkey's client data is not JSON.") from error
        if not isinstance(client, dict) or client.get("type") != "webauthn.get":  # 1
            raise Refused("passkey.type", "The passkey's answer is not an assertion.")
        if client.get("challenge") != _b64url(challenge):  # 2
            raise Refused("passkey.challenge", "The passkey signed something other than this event.")
        if client.get("origin") not in self.origins or client.get("crossOrigin", False) is not False:  # 3
            raise Refused("passkey.origin", "The passkey was used on another site.", found=client.get("origin"))
        data = assertion.authenticator_data
        if len(data) < 37 or data[:32] != hashlib.sha256(self.rp_id.encode()).digest():  # 4
            raise Refused("passkey.party", "The passkey belongs to another relying party.")
        demanded = _USER_PRESENT | (_USER_VERIFIED if self.user_verification else 0)
        if data[32] & demanded != demanded:  # 5
            raise Refused("passkey.user", "The passkey did not confirm that its user was there.")
        message = data + hashlib.sha256(assertion.client_data).digest()
        self._check(assertion.signature, message)  # 6

    def _load(self) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
        return _loaded(self.algorithm, self.public)


@lru_cache(maxsize=1024)
def _named(algorithm: str, public: bytes) -> str:
    return hashlib.sha256(algorithm.encode() + b"\n" + public).hexdigest()


@lru_cache(maxsize=1024)
def _loaded(algorithm: str, public: bytes) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    """The key ready for use; ValueError if it is none. Remembered, since one key signs many entries."""
    if algorithm == "webauthn-es256":
        if len(public) != 65:
            raise ValueError("not an uncompressed point")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    if is_weak(public):
        raise ValueError("a point of small order")
    return Ed25519PublicKey.from_public_bytes(public)


class AuthorSigner:
    """A private Ed25519 author key. Its text form (the default one) shows nothing of it."""

    __slots__ = ("_private", "key")

    def __init__(self, seed: bytes, holder: str = "author") -> None:
        """`seed` is the 32 bytes of RFC 8032; it comes from wiring."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = AuthorKey("ed25519", self._private.public_key().public_bytes_raw(), holder)

    def sign(self, event: Event) -> Entry:
        return Entry(event, Ed25519Signature(self._private.sign(event.signed_bytes())))

    def possess(self, origin: str, author: str, challenge: bytes) -> bytes:
        """The signature that shows a server at `origin` that this key is held here."""
        return self._private.sign(possession(origin, author, challenge))

    def say(
        self,
        *,
        log: str,
        author: str,
        after: tuple[int, bytes] | None,
        seen: Head,
        kind: str,
        body: Mapping[str, Value],
        at_ms: int,
        salt: bytes,
        payloads: Sequence[tuple[bytes, bytes, str]] = (),
        spelled: bytes | None = None,
    ) -> Entry:
        """The author's next event, signed. `after` is the number and hash of the one before it, None for the first.

        `payloads` are (bytes, salt, media type), to be kept beside the tree. `spelled` are the canonical bytes of the
        body, from whoever has them.
        """
        event = Event(
            log=log,
            author=author,
            holder=self.key.holder,
            key=self.key.key_id,
            kind=kind,
            seq=0 if after is None else after[0] + 1,
            prev=NO_PREVIOUS if after is None else after[1],
            seen=seen,
            at=at_ms,
            salt=salt,
            body=body,
            payloads=tuple(Commitment.to(payload, fresh, media) for payload, fresh, media in payloads),
        )
        if spelled is not None:
            event.spelled(spelled)
        return self.sign(event)


def possession(origin: str, author: str, challenge: bytes) -> bytes:
    """What a key signs to show that it is held: for one server, one author and one challenge, and never an event."""
    return POSSESSION_PREFIX + f"{origin}\n{author}\n{challenge.hex()}\n".encode()


def payload_digest(payload: bytes, salt: bytes) -> bytes:
    """SHA-256 over the prefix, the 32-byte salt and the payload; the salt is kept, and erased, with it."""
    if len(salt) != HASH_BYTES:
        raise Malformed("payload.salt", "The salt of a payload is 32 bytes.", size=len(salt))
    return hashlib.sha256(PAYLOAD_PREFIX + salt + payload).digest()


def _ref(text: str) -> bytes:
    reader = Reader({"ref": text}, "the event's refs")
    return reader.digest("ref")


def _b64url(data: bytes) -> str:
    return b64(data).rstrip("=").replace("+", "-").replace("/", "_")


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("passkey.client", "A name occurs twice in the passkey's client data.")
    return out
