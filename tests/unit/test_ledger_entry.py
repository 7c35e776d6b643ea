"""Events, author signatures, passkeys (made with an authenticator that is not ours), and commitments."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticatorData, CollectedClientData

from tests.ledger_world import Author, seed
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Value
from thalweg.ledger.entry import (
    MAX_ENTRY_BYTES,
    Assertion,
    AuthorKey,
    Commitment,
    Entry,
    Event,
    payload_digest,
)
from thalweg.ledger.errors import LedgerError, Malformed, Refused
from thalweg.ledger.note import ED25519, VerifierKey

RP = "thalweg.example"
SITE = "https://thalweg.example"


class Passkey:
    """A soft authenticator on the python-fido2 types: it builds what a browser would send."""

    def __init__(self, algorithm: str = "webauthn-es256") -> None:
        self.algorithm = algorithm
        self.es256 = ec.derive_private_key(int.from_bytes(seed("passkey"), "big") >> 8, ec.SECP256R1())
        self.ed25519 = Ed25519PrivateKey.from_private_bytes(seed("passkey"))

    def key(self, *, user_verification: bool = True, holder: str = "author") -> AuthorKey:
        if self.algorithm == "webauthn-es256":
            public = self.es256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        else:
            public = self.ed25519.public_key().public_bytes_raw()
        return AuthorKey(self.algorithm, public, holder, RP, (SITE,), user_verification)

    def answer(
        self,
        event: Event,
        *,
        flags: int = 0x05,
        rp: str = RP,
        origin: str = SITE,
        kind: str = "webauthn.get",
        challenge: bytes | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Entry:
        client = CollectedClientData.create(
            type=kind, challenge=event.hash() if challenge is None else challenge, origin=origin, **(extra or {})
        )
        auth = AuthenticatorData.create(hashlib.sha256(rp.encode()).digest(), AuthenticatorData.FLAG(flags), 7)
        message = bytes(auth) + client.hash
        if self.algorithm == "webauthn-es256":
            signature = self.es256.sign(message, ec.ECDSA(SHA256()))
            ES256.from_cryptography_key(self.es256.public_key()).verify(message, signature)  # type: ignore[no-untyped-call]  # fido2 leaves it untyped
        else:
            signature = self.ed25519.sign(message)
        return Entry(event, Assertion(bytes(auth), bytes(client), signature))


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        bytes([1]) + bytes(31),
        bytes([1]) + bytes(30) + bytes([0x80]),
        (2**255 - 20).to_bytes(32, "little"),
        (2**255 - 18).to_bytes(32, "little"),
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826.to_bytes(32, "little"),
    ],
)
def test_a_key_under_which_anybody_can_sign_is_refused(public: bytes) -> None:
    with pytest.raises(Malformed):
        AuthorKey("ed25519", public)
    with pytest.raises(Malformed):
        AuthorKey("webauthn-ed25519", public, "author", RP, (SITE,))
    with pytest.raises(Malformed):
        VerifierKey("example.org/log", ED25519, public)


def test_under_the_weakest_key_one_signature_holds_for_every_text() -> None:
    """Why such keys are refused: the library itself does not."""
    weak = bytes([1]) + bytes(31)
    for text in (b"one", b"another"):
        Ed25519PublicKey.from_public_bytes(weak).verify(weak + bytes(32), text)


@pytest.mark.parametrize(("rp", "origins"), [(RP, ()), ("", (SITE,)), ("", ())])
def test_a_passkey_names_its_relying_party_and_its_origins(rp: str, origins: tuple[str, ...]) -> None:
    public = Passkey().key().public
    with pytest.raises(Malformed):
        AuthorKey("webauthn-es256", public, "author", rp, origins)


def test_an_entry_reads_back_to_the_same_bytes_and_verifies() -> None:
    blue = Author("blue")
    data = blue.say()
    entry = Entry.parse(data)
    assert entry.encode() == data
    blue.signer.key.verify(entry)
    assert entry.event.signed_bytes() == b"thalweg/event/v1\n" + canonical.encode(entry.event.value())


def test_the_bytes_an_event_was_read_from_are_its_own_and_are_not_carried_over_to_a_changed_one() -> None:
    blue = Author("blue")
    body: dict[str, Value] = {"a": 1, "proof": {"alg": "ed25519", "sig": ',"proof":{'}}
    event = blue.event(body=body)
    entry = Entry.parse(blue.signer.sign(event).encode())
    assert entry.event.encode() == event.encode() == canonical.encode(event.value())
    changed = dataclasses.replace(entry.event, at=0)
    assert changed.encode() == canonical.encode(changed.value())
    assert changed.hash() != entry.event.hash()


def test_bytes_with_an_event_and_no_proof_are_malformed() -> None:
    good = Author("blue").say()
    data = json.loads(good)
    for bad in (
        good.replace(b'"proof"', b'"qroof"'),
        canonical.encode({"event": data["event"]}),
        canonical.encode({"event": data["event"], "proof": "none"}),
        canonical.encode({**data, "a": 1}),
    ):
        with pytest.raises(Malformed):
            Entry.parse(bad)


def test_an_entry_under_another_key_or_with_a_changed_event_is_refused() -> None:
    blue, red = Author("blue"), Author("red")
    entry = Entry.parse(blue.say())
    with pytest.raises(Refused):
        red.signer.key.verify(entry)
    changed = Entry(dataclasses.replace(entry.event, at=entry.event.at + 1), entry.signature)
    with pytest.raises(Refused):
        blue.signer.key.verify(changed)


@pytest.mark.parametrize("algorithm", ["webauthn-es256", "webauthn-ed25519"])
def test_a_passkey_assertion_over_the_event_hash_is_the_signature(algorithm: str) -> None:
    passkey = Passkey(algorithm)
    event = dataclasses.replace(Author("blue").event(), key=passkey.key().key_id)
    entry = Entry.parse(passkey.answer(event).encode())
    passkey.key().verify(entry)
    assert json.loads(entry.signature.client_data)["challenge"] == websafe_encode(event.hash())  # type: ignore[union-attr]  # a passkey entry holds an assertion


WRONG: dict[str, dict[str, Any]] = {
    "passkey.type": {"kind": "webauthn.create"},
    "passkey.challenge": {"challenge": b"x" * 32},
    "passkey.origin": {"origin": "https://evil.example"},
    "passkey.party": {"rp": "evil.example"},
    "passkey.user": {"flags": 0x01},
}


@pytest.mark.parametrize("code", WRONG)
def test_a_passkey_used_otherwise_than_its_key_allows_is_refused(code: str) -> None:
    passkey = Passkey()
    event = Author("blue").event()
    with pytest.raises(Refused) as caught:
        passkey.key().verify(passkey.answer(event, **WRONG[code]))
    assert caught.value.code == code


def test_a_crossed_origin_an_absent_user_and_a_foreign_signature_are_refused() -> None:
    passkey, event = Passkey(), Author("blue").event()
    with pytest.raises(Refused):
        passkey.key().verify(passkey.answer(event, extra={"cross_origin": True}))
    relaxed = passkey.key(user_verification=False)
    relaxed.verify(passkey.answer(event, flags=0x01))
    with pytest.raises(Refused):
        relaxed.verify(passkey.answer(event, flags=0x04))
    good = passkey.answer(event)
    assert isinstance(good.signature, Assertion)
    bent = bytearray(good.signature.signature)
    bent[-1] ^= 1
    with pytest.raises(Refused):
        passkey.key().verify(Entry(event, dataclasses.replace(good.signature, signature=bytes(bent))))
    with pytest.raises(Refused):
        passkey.key().verify(Entry(event, dataclasses.replace(good.signature, authenticator_data=b"")))
    for client in (b"", b"[]", b"{", b'{"type":"webauthn.get","type":"webauthn.get"}', b"\xff"):
        with pytest.raises(LedgerError):
            passkey.key().verify(Entry(event, dataclasses.replace(good.signature, client_data=client)))


def test_the_two_kinds_of_signature_do_not_stand_in_for_each_other() -> None:
    passkey, blue = Passkey(), Author("blue")
    with pytest.raises(Refused):
        blue.signer.key.verify(passkey.answer(blue.event()))
    with pytest.raises(Refused):
        passkey.key().verify(Entry.parse(blue.say()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("seq", -1),
        ("author", "Blue Army"),
        ("author", ""),
        ("kind", "note"),
        ("kind", "note/0"),
        ("holder", "nobody"),
        ("key", "00"),
        ("prev", "ff" * 32),
        ("log", "with space"),
        ("refs", ["00"]),
        ("refs", ["00" * 32] * 257),
        ("salt", "00" * 31),
        ("seen", {"root": "00" * 32}),
        ("body", []),
        ("payloads", [{"digest": "00" * 32, "size": 1}]),
        ("payloads", [{"digest": "00" * 32, "media": "nonsense", "size": 1}]),
        ("more", 1),
    ],
)
def test_an_event_with_a_field_out_of_form_is_refused(field: str, value: object) -> None:
    entry = json.loads(Author("blue").say())
    entry["event"][field] = value
    with pytest.raises(Malformed):
        Entry.parse(canonical.encode(entry))


def test_an_entry_too_large_for_the_tree_is_refused_when_made_and_when_read() -> None:
    blue = Author("blue")
    with pytest.raises(Malformed, match="beside the tree"):
        blue.say(body={"text": "x" * MAX_ENTRY_BYTES})
    with pytest.raises(Malformed):
        Entry.parse(b"x" * (MAX_ENTRY_BYTES + 1))


def test_a_commitment_cannot_be_tried_without_its_salt() -> None:
    phone = b"+963 51 000 000"
    first, second = seed("salt 1"), seed("salt 2")
    commitment = Commitment.to(phone, first, "text/plain")
    assert commitment.digest == payload_digest(phone, first)
    assert commitment.digest != payload_digest(phone, second)
    assert commitment.digest != hashlib.sha256(phone).digest()
    with pytest.raises(Malformed):
        payload_digest(phone, b"short")


@pytest.mark.parametrize(
    "key",
    [
        {"alg": "ed25519", "holder": "author", "public": canonical.b64(b"x" * 31)},
        {"alg": "ed25519", "holder": "nobody", "public": canonical.b64(b"x" * 32)},
        {"alg": "rsa", "holder": "author", "public": canonical.b64(b"x" * 32)},
        {"alg": "ed25519", "holder": "author", "public": canonical.b64(b"x" * 32), "rp_id": RP},
        {
            "alg": "webauthn-es256",
            "holder": "author",
            "public": canonical.b64(b"\x04" + b"x" * 64),
            "origins": [SITE],
            "rp_id": RP,
            "uv": "required",
        },
    ],
)
def test_a_key_that_is_not_one_of_ours_is_refused(key: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        AuthorKey.read(key)


def test_keys_read_back_as_they_were_written() -> None:
    for key in (Author("blue").signer.key, Passkey().key(), Passkey("webauthn-ed25519").key(holder="server")):
        assert AuthorKey.read(key.value()) == key
