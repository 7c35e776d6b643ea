"""One's keys, the keys of a party's machines, where a watch is reached, and invitations.

What adds or removes a key needs a person who has just proved who they are. Every change is told to the operator's log
by `Doors.audit`: the author, the kind of key, and a name that opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from cryptography import x509
from fastapi import APIRouter, Request, Response
from pydantic import Field

from thalweg.model.accounts import NAME, Account, ClientCertificate, Contact, ContactKind, Token, digest
from thalweg.server import passkeys, passwords
from thalweg.server.bodies import Body, Whole
from thalweg.server.doors import Doors, Principal
from thalweg.server.peer import certificate_bytes
from thalweg.server.problems import Refusal
from thalweg.server.sessions import (
    doors_of,
    remember_signing,
    set_ceremony,
    signing_here,
    take_ceremony,
    take_challenge,
)
from thalweg.server.signin import (
    CodeAnswer,
    DeviceTold,
    FreshPerson,
    KeyAnswer,
    KeyChallenge,
    Label,
    Login,
    PasskeyAnswer,
    Password,
    Seed,
    Someone,
    device_key,
    device_told,
    end_others,
    held_by,
    invite,
    keep_token,
    key_challenge,
    new_author,
    new_id,
    new_token,
    password_keys,
    password_plan,
    seal,
    unseal,
)
from thalweg.server.webhooks import seal_secret

_DAY_MS = 86_400_000
_WEBHOOK_SECRET_BYTES = 24

router = APIRouter(prefix="/sign-in", tags=["keys"])

Scope = Literal["read", "write"]
Name = Annotated[str, Field(max_length=64, pattern=r"^([a-z0-9][a-z0-9._-]*)?$")]
PartyId = Annotated[str, Field(max_length=64, pattern=r"^[^/\x00-\x1f\x7f]*$")]  # as the secretariat enters them


class PasskeyStart(Body):
    label: Label = ""


class SigningKey(Body):
    """A passkey that signs one's statements. `credentials` are those of it that this browser has; none where it was
    made on another."""

    key: str
    rp_id: str
    credentials: list[str]


class DeviceStart(Body):
    """`key` is the public half of the device's key; `label` names its token."""

    key: dict[str, str]
    label: Label = ""


class PasswordStart(Body):
    password: Password


class TokenStart(Body):
    """`account` is a machine of the party; empty is one's own account."""

    label: Label
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2)]
    days: Annotated[Whole, Field(ge=1, le=400)] = 90
    account: Name = ""


class CertificateStart(TokenStart):
    pem: Annotated[str, Field(max_length=32_768)]


class MachineStart(Body):
    login: Login
    party: PartyId


class ContactStart(Body):
    """`party` is the party whose watch this reaches; empty is oneself."""

    kind: ContactKind
    address: Annotated[str, Field(max_length=1300)]
    language: Annotated[str, Field(max_length=8)] = "en"
    party: PartyId = ""


class InvitationStart(Body):
    """`account` is one that has lost its keys; empty for somebody new."""

    party: PartyId
    role: Name
    account: Name = ""


class DisabledChange(Body):
    disabled: bool


class PasskeyTold(Body):
    credential: str
    label: str
    transports: list[str]
    created_ms: int
    used_ms: int


class TokenTold(Body):
    id: str
    label: str
    scopes: list[str]
    created_ms: int
    expires_ms: int
    used_ms: int


class CertificateTold(Body):
    fingerprint: str
    label: str
    scopes: list[str]
    created_ms: int
    expires_ms: int


class ContactTold(Body):
    """`digest` stands for the contact in the ledger."""

    id: str
    kind: str
    address: str
    language: str
    digest: str


class AuthorKeyTold(Body):
    """A key that one's statements are signed with; `holder` is `author` or `server`."""

    key: str
    holder: str


class KeysTold(Body):
    author_keys: list[AuthorKeyTold]
    passkeys: list[PasskeyTold]
    password: bool
    recovery_codes: int
    tokens: list[TokenTold]
    certificates: list[CertificateTold]


class NewToken(TokenTold):
    """`token` is shown this once."""

    token: str


class NewContact(ContactTold):
    """`secret` signs what is sent to a webhook (Standard Webhooks); shown this once."""

    secret: str = ""


class RecoveryTold(Body):
    recovery_codes: list[str]


class NewInvitation(Body):
    """`link` is shown this once."""

    author: str
    link: str
    expires_ms: int


class AccountTold(Body):
    account: str
    login: str
    author: str
    party: str
    machine: bool
    disabled: bool


@router.get("/keys")
def list_keys(request: Request, asking: Someone, account: Name = "") -> KeysTold:
    """The keys of one's account, or of a machine of the party: what they are, and nothing that opens anything."""
    doors = doors_of(request)
    owner = _owner(doors, asking, account)
    recovery = doors.store.recovery(owner.id)
    return KeysTold(
        author_keys=[AuthorKeyTold(key=held.key_id, holder=held.holder) for held in doors.keys.valid(owner.author)],
        passkeys=[
            PasskeyTold(
                credential=_text(held.credential),
                label=held.label,
                transports=list(held.transports),
                created_ms=held.created_ms,
                used_ms=held.used_ms,
            )
            for held in doors.store.passkeys(owner.id)
        ],
        password=doors.store.password(owner.id) is not None,
        recovery_codes=0 if recovery is None else len(recovery.digests),
        tokens=[_token_told(held) for held in doors.store.tokens(owner.id)],
        certificates=[_certificate_told(held) for held in doors.store.certificates(owner.id)],
    )


@router.post("/keys/passkey/options")
def passkey_options(request: Request, response: Response, asking: FreshPerson, body: PasskeyStart) -> dict[str, Any]:
    """What to give to `navigator.credentials.create` for another passkey."""
    doors = doors_of(request)
    challenge = doors.random_bytes(passkeys.CHALLENGE_BYTES)
    content = {"challenge": challenge.hex(), "label": body.label}
    set_ceremony(request, response, "add-passkey", asking.session.hex(), seal(doors, "add-passkey", content))
    held = doors.store.passkeys(asking.account)
    return passkeys.registration_options(doors.settings, challenge, asking.account, asking.login, held)


@router.post("/keys/passkey", status_code=201)
def add_passkey(request: Request, response: Response, asking: FreshPerson, body: PasskeyAnswer) -> PasskeyTold:
    """Adds a passkey to one's account."""
    doors = doors_of(request)
    plan = unseal(doors, "add-passkey", take_ceremony(request, response, "add-passkey", asking.session.hex()))
    made = passkeys.register(
        doors.settings, bytes.fromhex(plan["challenge"]), asking.account, plan["label"], body.credential, doors.now()
    )
    named = digest(made.credential).hex()
    if doors.store.passkey(made.credential) is None:
        doors.keys.way_in(asking.author, "passkey", named, asking.author)
    if not doors.store.add_passkey(made):
        raise Refusal("key-known", "That passkey is known already.")
    doors.audit("passkey.added", {"author": asking.author, "key": named})
    return PasskeyTold(
        credential=_text(made.credential),
        label=made.label,
        transports=list(made.transports),
        created_ms=made.created_ms,
        used_ms=made.used_ms,
    )


@router.delete("/keys/passkey/{credential}", status_code=204)
def remove_passkey(request: Request, credential: str, asking: FreshPerson) -> None:
    """Removes a passkey, not the last way in; sessions elsewhere end."""
    doors = doors_of(request)
    held = [each.credential for each in doors.store.passkeys(asking.account)]
    named = next((each for each in held if _text(each) == credential), None)
    if named is None:
        raise _absent()
    if len(held) == 1 and doors.store.password(asking.account) is None:
        raise Refusal("key-last", "This is the only way into the account; add another passkey first.")
    if not doors.store.remove_passkey(asking.account, named):
        raise _absent()
    end_others(doors, asking)
    doors.audit("passkey.removed", {"author": asking.author, "key": digest(named).hex()})


@router.post("/keys/signing/options")
def signing_options(request: Request, response: Response, asking: FreshPerson, body: PasskeyStart) -> dict[str, Any]:
    """What to give to `navigator.credentials.create` for a passkey of its own, that signs statements and opens nothing:
    whoever runs the server chooses what one signs so as to sign in."""
    doors = doors_of(request)
    challenge = doors.random_bytes(passkeys.CHALLENGE_BYTES)
    content = {"challenge": challenge.hex(), "label": body.label}
    set_ceremony(request, response, "add-signing", asking.session.hex(), seal(doors, "add-signing", content))
    # Under another user handle, so that it does not take the place of the passkey that opens the door.
    return passkeys.registration_options(doors.settings, challenge, f"{asking.account}/signs", asking.login, ())


@router.post("/keys/signing", status_code=201)
def add_signing(request: Request, response: Response, asking: FreshPerson, body: PasskeyAnswer) -> SigningKey:
    """Enters the passkey as the key that one signs with; the one before it, on a device or here, is retired."""
    doors = doors_of(request)
    plan = unseal(doors, "add-signing", take_ceremony(request, response, "add-signing", asking.session.hex()))
    challenge = bytes.fromhex(plan["challenge"])
    made = passkeys.register(doors.settings, challenge, asking.account, plan["label"], body.credential, doors.now())
    key = passkeys.author_key(doors.settings, made)
    if any(held.key_id == key.key_id for held in doors.keys.valid(asking.author)):
        raise Refusal("key-known", "That key is known already.")
    doors.keys.bring(asking.author, key, "retired")
    doors.audit("signing.added", {"author": asking.author, "key": key.key_id})
    remember_signing(response, doors, asking.account, key.key_id, made.credential)
    return SigningKey(key=key.key_id, rp_id=key.rp_id, credentials=[_text(made.credential)])


@router.get("/keys/signing")
def signing_key(request: Request, asking: Someone) -> SigningKey:
    """The passkey that one signs with, and by what this browser asks its authenticator for it. 404 where one signs
    otherwise."""
    doors = doors_of(request)
    held = [each for each in doors.keys.valid(asking.author) if each.algorithm != "ed25519" and each.holder == "author"]
    if not held:
        raise _absent()
    key, credential = signing_here(request, doors, asking.account)
    found = next((each for each in held if each.key_id == key), held[-1])
    return SigningKey(key=found.key_id, rp_id=found.rp_id, credentials=[credential] if found.key_id == key else [])


@router.post("/keys/device/start")
def device_start(request: Request, asking: FreshPerson, body: DeviceStart) -> KeyChallenge:
    """A challenge for the key of a device from which one will sign oneself, or for the key that replaces it."""
    doors = doors_of(request)
    content = {"key": device_key(body.key).value(), "label": body.label}
    return key_challenge(doors, "add-device", asking.account, asking.author, seal(doors, "add-device", content))


@router.post("/keys/device", status_code=201)
def add_device(request: Request, asking: FreshPerson, body: KeyAnswer) -> DeviceTold:
    """Enters the device's key; the one before it, on a device or at the server, is retired. A key that is entered
    already is told again what a device has to know: the answer may have been lost."""
    doors = doors_of(request)
    challenge = bytes.fromhex(body.challenge)
    plan = unseal(doors, "add-device", take_challenge(doors, challenge, "add-device", asking.account))
    key, account = device_key(plan["key"]), doors.store.account(asking.account)
    held_by(doors, key, asking.author, challenge, body.signature)
    if account is None:
        raise _absent()
    if all(held.key_id != key.key_id for held in doors.keys.valid(asking.author)):
        doors.keys.bring(asking.author, key, "retired")
        doors.audit("device.added", {"author": asking.author, "key": key.key_id})
    else:
        doors.keys.way_in(asking.author, "program", key.key_id, asking.author)  # another token
    return device_told(doors, account, key, plan["label"])


@router.delete("/keys/device/{key}", status_code=204)
def end_device(request: Request, key: str, asking: FreshPerson) -> None:
    """Ends the key of a device that was lost; nothing can be signed for its officer until another is brought."""
    doors = doors_of(request)
    if not any(held.key_id == key and held.holder == "author" for held in doors.keys.valid(asking.author)):
        raise _absent()
    doors.keys.end(asking.author, key, "lost")
    end_others(doors, asking)
    doors.audit("device.ended", {"author": asking.author, "key": key})


@router.post("/keys/password/start")
def password_start(request: Request, response: Response, asking: FreshPerson, body: PasswordStart) -> Seed:
    """A new password, and a new generator to go with it; nothing changes until its first code is shown."""
    doors = doors_of(request)
    content, seed = password_plan(doors, asking, body.password)
    set_ceremony(request, response, "set-password", asking.session.hex(), seal(doors, "set-password", content))
    return seed


@router.post("/keys/password")
def set_password(request: Request, response: Response, asking: FreshPerson, body: CodeAnswer) -> RecoveryTold:
    """Replaces password, generator and recovery codes; sessions elsewhere end."""
    doors = doors_of(request)
    plan = unseal(doors, "set-password", take_ceremony(request, response, "set-password", asking.session.hex()))
    secret, totp, recovery, codes = password_keys(doors, asking.account, plan, body.code)
    doors.keys.way_in(asking.author, "codes", "", asking.author)
    doors.store.set_password_keys(secret, totp, recovery)
    end_others(doors, asking)
    doors.audit("password.changed", {"author": asking.author})
    return RecoveryTold(recovery_codes=list(codes))


@router.post("/keys/recovery")
def new_recovery(request: Request, asking: FreshPerson) -> RecoveryTold:
    """New recovery codes; the old ones are worth nothing any more."""
    doors = doors_of(request)
    if doors.store.password(asking.account) is None:
        raise Refusal("key-absent", "Recovery codes go with a password, and this account has none.")
    recovery, codes = passwords.make_recovery(doors, asking.account)
    doors.keys.way_in(asking.author, "codes", "", asking.author)
    doors.store.set_recovery(recovery)
    doors.audit("recovery.made", {"author": asking.author})
    return RecoveryTold(recovery_codes=list(codes))


@router.post("/machines", status_code=201)
def add_machine(request: Request, asking: FreshPerson, body: MachineStart) -> AccountTold:
    """An account for a machine of the party; it signs in with tokens or a certificate only."""
    doors = doors_of(request)
    _need_may(doors, asking, "machine", body.party)
    made = Account(
        new_id(doors, "m"), body.login.strip().lower(), new_author(doors), body.party, "en", doors.now(), machine=True
    )
    if not doors.store.add_account(made):
        raise Refusal("login-taken", "That login belongs to somebody already.")
    doors.audit("machine.added", {"author": made.author, "party": made.party, "by": asking.author})
    doors.joined(made, "machine", None)
    return _account_told(made)


@router.post("/accounts/{account}/disabled")
def change_disabled(request: Request, account: str, asking: FreshPerson, body: DisabledChange) -> AccountTold:
    """Closes an account at once, with all its sessions and keys, or opens it again."""
    doors = doors_of(request)
    held = doors.store.account(account) if NAME.fullmatch(account) else None
    # The same answer for an account of another party as for none.
    if held is None or not doors.may(asking, "disable", held.party, ""):
        raise Refusal("act-refused", "You may not close or open that account.")
    if held.disabled and not body.disabled:
        doors.keys.way_in(held.author, "reopened", "", asking.author)
    changed = replace(held, disabled=body.disabled)
    if not doors.store.change_account(changed):
        raise _absent()
    doors.forget()
    if body.disabled and not held.disabled:  # closed first: that only protects
        doors.keys.way_in(held.author, "closed", "", asking.author)
    kind = "account.disabled" if body.disabled else "account.enabled"
    doors.audit(kind, {"author": held.author, "by": asking.author})
    return _account_told(changed)


@router.post("/tokens", status_code=201)
def add_token(request: Request, asking: FreshPerson, body: TokenStart) -> NewToken:
    """A bearer token for a machine, or for a program of one's own."""
    doors = doors_of(request)
    owner = _owner(doors, asking, body.account)
    made, text = new_token(doors, owner, body.scopes, _lasts(doors, body.days), body.label)
    doors.keys.way_in(owner.author, "program", made.id, asking.author)
    keep_token(doors, owner, made)
    return NewToken(**_token_told(made).model_dump(), token=text)


@router.delete("/tokens/{token}", status_code=204)
def remove_token(request: Request, token: str, asking: Someone, account: Name = "") -> None:
    """Ends a token at once. No fresh proof is asked for: what has leaked must be ended fast."""
    doors = doors_of(request)
    owner = _owner(doors, asking, account)
    if not NAME.fullmatch(token) or not doors.store.remove_token(owner.id, token):
        raise _absent()
    doors.forget()
    doors.audit("token.ended", {"author": owner.author, "token": token})


@router.post("/certificates", status_code=201)
def add_certificate(request: Request, asking: FreshPerson, body: CertificateStart) -> CertificateTold:
    """Lets whoever holds this certificate's key in; the server must trust its issuer, too."""
    doors = doors_of(request)
    owner = _owner(doors, asking, body.account)
    der = certificate_bytes(body.pem)
    try:
        ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError as error:
        raise Refusal("certificate-unreadable", "That is no certificate in PEM.") from error
    now = doors.now()
    expires = min(_milliseconds(ends), now + _lasts(doors, body.days))
    if expires <= now:
        raise Refusal("certificate-unreadable", "That certificate is over.")
    made = ClientCertificate(
        hashlib.sha256(der).digest(), owner.id, tuple(sorted(set(body.scopes))), now, expires, body.label
    )
    if doors.store.certificate(made.fingerprint) is None:
        doors.keys.way_in(owner.author, "program", made.fingerprint.hex(), asking.author)
    if not doors.store.add_certificate(made):
        raise Refusal("key-known", "That certificate is known already.")
    doors.audit("certificate.added", {"author": owner.author, "key": made.fingerprint.hex()})
    return _certificate_told(made)


@router.delete("/certificates/{fingerprint}", status_code=204)
def remove_certificate(request: Request, fingerprint: str, asking: Someone, account: Name = "") -> None:
    """Ends a certificate at once."""
    doors = doors_of(request)
    owner = _owner(doors, asking, account)
    named = bytes.fromhex(fingerprint) if re.fullmatch(r"[0-9a-f]{64}", fingerprint) else b""
    if not doors.store.remove_certificate(owner.id, named):
        raise _absent()
    doors.forget()
    doors.audit("certificate.removed", {"author": owner.author, "key": fingerprint})


@router.get("/contacts")
def list_contacts(request: Request, asking: Someone, party: PartyId = "") -> list[ContactTold]:
    """Where oneself, or a party's watch, is reached."""
    doors = doors_of(request)
    return [_contact_told(held) for held in doors.store.contacts(_watch(doors, asking, party))]


@router.post("/contacts", status_code=201)
def add_contact(request: Request, asking: FreshPerson, body: ContactStart) -> NewContact:
    """A further bearer of warnings: the ledger gets a salted digest, never the address."""
    doors = doors_of(request)
    owner = _watch(doors, asking, body.party)
    if body.kind == "webhook" and (why := doors.unreachable(body.address)):
        raise Refusal("webhook-inside", why)
    secret = doors.random_bytes(_WEBHOOK_SECRET_BYTES) if body.kind == "webhook" else b""
    name = new_id(doors, "c")
    sealed = seal_secret(doors, name, secret) if secret else b""
    made = Contact(name, owner, body.kind, body.address, sealed, doors.random_bytes(32), body.language, doors.now())
    doors.store.add_contact(made)
    doors.audit("contact.added", {"author": asking.author, "kind": made.kind, "digest": made.salted().hex()})
    shown = "whsec_" + base64.b64encode(secret).decode() if secret else ""
    return NewContact(**_contact_told(made).model_dump(), secret=shown)


@router.delete("/contacts/{contact}", status_code=204)
def erase_contact(request: Request, contact: str, asking: Someone, party: PartyId = "") -> None:
    """Erases a contact, from the disk too."""
    doors = doors_of(request)
    owner = _watch(doors, asking, party)
    held = next((each for each in doors.store.contacts(owner) if each.id == contact), None)
    if held is None or not doors.store.erase_contact(owner, contact):
        raise _absent()
    doors.audit("contact.erased", {"author": asking.author, "kind": held.kind, "digest": held.salted().hex()})


@router.post("/invitations", status_code=201)
def add_invitation(request: Request, asking: FreshPerson, body: InvitationStart) -> NewInvitation:
    """Invites an officer of a party, or one who has lost all keys."""
    doors = doors_of(request)
    if not body.role:
        raise Refusal("request-invalid", "Say which role.")
    _need_may(doors, asking, "invite", body.party, body.role)
    account = None
    if body.account:
        account = doors.store.account(body.account)
        if account is None or account.party != body.party or account.machine:
            raise Refusal("act-refused", "You may not do that for this party.", act="invite")
    made = invite(doors, party=body.party, role=body.role, account=account)
    return NewInvitation(author=made.invitation.author, link=made.link, expires_ms=made.invitation.expires_ms)


def _owner(doors: Doors, asking: Principal, account: str) -> Account:
    """Oneself, or a machine of a party whose machines one may keep; the same refusal whatever else it is."""
    held = doors.store.account(account or asking.account)
    if held is not None and held.id == asking.account:
        return held
    if held is None or not held.machine or not doors.may(asking, "machine", held.party, ""):
        raise Refusal("act-refused", "You may not do that for this account.", act="machine")
    return held


def _watch(doors: Doors, asking: Principal, party: str) -> str:
    if not party:
        return asking.account
    _need_may(doors, asking, "contacts", party)
    return f"party:{party}"


def _need_may(doors: Doors, asking: Principal, act: str, party: str, role: str = "") -> None:
    if not doors.may(asking, act, party, role):
        raise Refusal("act-refused", "You may not do that for this party.", act=act)


def _lasts(doors: Doors, days: int) -> int:
    return min(days * _DAY_MS, doors.settings.token_ms)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _absent() -> Refusal:
    return Refusal("key-absent", "There is no such key, session or contact.")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _token_told(held: Token) -> TokenTold:
    return TokenTold(
        id=held.id,
        label=held.label,
        scopes=list(held.scopes),
        created_ms=held.created_ms,
        expires_ms=held.expires_ms,
        used_ms=held.used_ms,
    )


def _certificate_told(held: ClientCertificate) -> CertificateTold:
    return CertificateTold(
        fingerprint=held.fingerprint.hex(),
        label=held.label,
        scopes=list(held.scopes),
        created_ms=held.created_ms,
        expires_ms=held.expires_ms,
    )


def _contact_told(held: Contact) -> ContactTold:
    return ContactTold(
        id=held.id, kind=held.kind, address=held.address, language=held.language, digest=held.salted().hex()
    )


def _account_told(held: Account) -> AccountTold:
    return AccountTold(
        account=held.id,
        login=held.login,
        author=held.author,
        party=held.party,
        machine=held.machine,
        disabled=held.disabled,
    )
