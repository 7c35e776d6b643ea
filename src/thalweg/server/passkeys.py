"""Passkeys: the two ceremonies of WebAuthn, through py_webauthn, with what is asked for fixed here.

The person is verified (PIN, finger, face) every time, and the credential is one that the authenticator finds by
itself, so that nobody names an account before signing in. No attestation is asked for: which make of authenticator
an officer has is not the desk's business. A signature counter that did not grow is told, and not refused: passkeys
that are synced between devices do not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from cryptography.exceptions import InvalidSignature
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import (
    DecodedEC2PublicKey,
    DecodedOKPPublicKey,
    decode_credential_public_key,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from thalweg.ledger.entry import AuthorKey
from thalweg.model.accounts import Passkey
from thalweg.server.doors import DoorSettings
from thalweg.server.problems import Refusal

CHALLENGE_BYTES = 32
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# What the library raises on bytes that are no answer of an authenticator at all.
_HOSTILE = (
    WebAuthnException, InvalidSignature, ValueError, TypeError, LookupError, AttributeError, OverflowError,
    RecursionError,
)  # fmt: skip
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)

Options = dict[str, Any]
Credential = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An authenticator's answer that holds. `regressed`: its counter did not grow."""

    passkey: Passkey
    sign_count: int
    regressed: bool


def registration_options(
    settings: DoorSettings, challenge: bytes, account: str, login: str, held: Sequence[Passkey]
) -> Options:
    """For `navigator.credentials.create`. The user handle is the account's id and says nothing."""
    options = webauthn.generate_registration_options(
        rp_id=settings.rp_id,
        rp_name=settings.name,
        user_id=account.encode(),
        user_name=login,
        challenge=challenge,
        timeout=settings.ceremony_ms,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in held],
        supported_pub_key_algs=_ALGORITHMS,
    )
    made: Options = json.loads(webauthn.options_to_json(options))
    return made


def register(
    settings: DoorSettings, challenge: bytes, account: str, label: str, credential: Credential, now_ms: int
) -> Passkey:
    """The passkey to keep; Refusal if the answer is not to our challenge, at our origin, of a verified person."""
    try:
        _check_frame(credential)
        shown = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=settings.rp_id,
            expected_origin=settings.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except _HOSTILE as error:
        raise Refusal("passkey-refused", "The authenticator's answer does not hold; begin again.") from error
    told = credential.get("response")
    sent = told.get("transports") if isinstance(told, Mapping) else None
    listed = sent if isinstance(sent, list) else []
    known = tuple(sorted({each for each in listed if isinstance(each, str)} & _TRANSPORTS))
    return Passkey(
        shown.credential_id, account, shown.credential_public_key, shown.sign_count, label, known, now_ms, now_ms
    )


def authentication_options(settings: DoorSettings, challenge: bytes, held: Sequence[Passkey] = ()) -> Options:
    """For `navigator.credentials.get`: whoever the authenticator knows, or one of `held`."""
    options = webauthn.generate_authentication_options(
        rp_id=settings.rp_id,
        challenge=challenge,
        timeout=settings.ceremony_ms,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in held] or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    made: Options = json.loads(webauthn.options_to_json(options))
    return made


def credential_id(credential: Credential) -> bytes:
    """Which passkey the answer claims to be of; Refusal if it names none."""
    try:
        return webauthn.base64url_to_bytes(credential["id"])
    except _HOSTILE as error:
        raise _refused() from error


def user_handle(credential: Credential) -> str | None:
    """Which account the authenticator says the passkey is for; None if it does not say."""
    told = credential.get("response")
    sent = told.get("userHandle") if isinstance(told, Mapping) else None
    if sent is None:
        return None
    try:
        return webauthn.base64url_to_bytes(sent).decode()
    except _HOSTILE as error:
        raise _refused() from error


def authenticate(settings: DoorSettings, challenge: bytes, passkey: Passkey, credential: Credential) -> Shown:
    """What the authenticator showed; Refusal if it does not hold."""
    try:
        _check_frame(credential)
        # The counter is compared here and not by the library, which would refuse.
        shown = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=settings.rp_id,
            expected_origin=settings.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _HOSTILE as error:
        raise _refused() from error
    counts = shown.new_sign_count > 0 or passkey.sign_count > 0
    return Shown(passkey, shown.new_sign_count, counts and shown.new_sign_count <= passkey.sign_count)


def author_key(settings: DoorSettings, passkey: Passkey) -> AuthorKey:
    """The same passkey as a key that signs entries in the ledger, for a browser without another signing key.

    Refusal if it is of a kind that the ledger does not read. Only a passkey of its own should sign: whoever runs the
    server chooses sign-in challenges, and could choose the hash of an entry (docs/explanation/sign-in.md).
    """
    try:
        held = decode_credential_public_key(passkey.public_key)
    except _HOSTILE as error:
        raise Refusal("passkey-refused", "The authenticator's key cannot be read.") from error
    match held:
        case DecodedEC2PublicKey(alg=COSEAlgorithmIdentifier.ECDSA_SHA_256, x=x, y=y):
            public, algorithm = b"\x04" + x + y, "webauthn-es256"
        case DecodedOKPPublicKey(alg=COSEAlgorithmIdentifier.EDDSA, x=x):
            public, algorithm = x, "webauthn-ed25519"
        case _:
            raise Refusal("passkey-refused", "Entries are signed with ES256 or Ed25519; this passkey can do neither.")
    return AuthorKey(algorithm, public, "author", settings.rp_id, (settings.origin,))


def _check_frame(credential: Credential) -> None:
    """The library does not ask whether the page that used the passkey stood in a frame of another site."""
    told = json.loads(webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"]))
    if told.get("crossOrigin", False) is not False:
        raise ValueError("used in a frame of another site")


def _refused() -> Refusal:
    return Refusal("sign-in-refused", "This passkey does not open this door.")
