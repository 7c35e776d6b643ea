"""Coming in: signing in with a passkey or with password and code, accepting an invitation, and one's sessions.

Every route here answers JSON under /sign-in. What is asked for in two steps (options, then an answer) is
remembered for the browser that asked, once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from thalweg.ledger.entry import AuthorKey
from thalweg.ledger.errors import LedgerError
from thalweg.model.accounts import (
    LOGIN,
    Account,
    Invitation,
    Joining,
    Passkey,
    PasswordSecret,
    RecoveryCodes,
    StrongHow,
    Token,
    TotpSecret,
    digest,
)
from thalweg.server import passkeys, passwords
from thalweg.server.bodies import Body
from thalweg.server.doors import Doors, Principal
from thalweg.server.problems import Refusal
from thalweg.server.sessions import (
    TOKEN_PREFIX,
    Begun,
    at_the_door,
    begin,
    csrf_token,
    doors_of,
    end,
    fresh_person,
    knock,
    known_device,
    person,
    set_ceremony,
    set_challenge,
    strengthen,
    take_ceremony,
    take_challenge,
)

INVITATION_PREFIX = "thi_"
_NONCE_BYTES = 12

router = APIRouter(prefix="/sign-in", tags=["sign-in"])

AsksAnyone = Depends(at_the_door)
Someone = Annotated[Principal, Depends(person)]
FreshPerson = Annotated[Principal, Depends(fresh_person)]


Login = Annotated[str, Field(min_length=1, max_length=64)]
Code = Annotated[str, Field(min_length=6, max_length=40)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]
Label = Annotated[str, Field(max_length=80)]
InvitationText = Annotated[str, Field(min_length=8, max_length=80)]
Challenge = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Nothing(Body):
    """An empty object: as JSON, which no form of another site's page can send."""


class PasskeyAnswer(Body):
    """What `navigator.credentials` returned, as JSON."""

    credential: dict[str, Any]


class PasswordAnswer(Body):
    """`code` is from the generator; a recovery code goes into `recovery_code` instead."""

    login: Login
    password: Password
    code: Code | None = None
    recovery_code: Code | None = None


class ProofAnswer(Body):
    """Password and code of somebody who is signed in."""

    password: Password
    code: Code


class OpenInvitation(Body):
    invitation: InvitationText


class JoinStart(Body):
    """`login` and `language` are ignored for an account that exists."""

    invitation: InvitationText
    login: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=8)] = "en"
    label: Label = ""


class JoinPassword(JoinStart):
    password: Password


class JoinKey(JoinStart):
    """`key` is the public half of the device's key, as entries name it (docs/spec/identity.md)."""

    key: dict[str, str]


class KeyAnswer(Body):
    """The challenge that was given, and the key's signature over origin, author and challenge
    (docs/reference/sign-in.md), as base64."""

    challenge: Challenge
    signature: Annotated[str, Field(max_length=128)]


class KeyStart(Body):
    author: Annotated[str, Field(min_length=1, max_length=64)]


class KeySignIn(KeyStart, KeyAnswer):
    """Signs in the author whose device this is."""


class CodeAnswer(Body):
    code: Code


class SignedIn(BaseModel):
    """Who is signed in. `csrf` goes into the header X-CSRF-Token, or the form field `csrf`, of every change."""

    account: str
    login: str
    author: str
    party: str
    language: str
    how: str
    csrf: str
    strong_ms: int
    expires_ms: int


class Joined(SignedIn):
    """`recovery_codes` are shown this once."""

    recovery_codes: list[str] = []


class KeyChallenge(BaseModel):
    """What the device signs to show that it holds its key."""

    author: str
    origin: str
    challenge: str
    expires_ms: int


class DeviceTold(BaseModel):
    """What a device needs so as to sign and to verify. `trust` is the log's trust file; `newest` the author's newest
    entry as base64, empty where there is none; `token` is shown this once."""

    account: str
    login: str
    author: str
    party: str
    language: str
    key: str
    origin: str
    trust: str
    newest: str
    token: str
    token_id: str
    token_expires_ms: int


class Seed(BaseModel):
    """The code generator's seed, as text to type and as the URI of a QR code."""

    secret: str
    uri: str


class Invited(BaseModel):
    party: str
    role: str
    login: str
    expires_ms: int


class SessionTold(BaseModel):
    name: str
    agent: str
    how: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    this: bool


class Count(BaseModel):
    ended: int


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation as it is handed over: the text is not kept anywhere."""

    invitation: Invitation
    text: str
    link: str


def invite(doors: Doors, *, party: str, role: str, account: Account | None = None) -> Invite:
    """A new invitation: for somebody new, or for an account that has lost its keys."""
    secret = base64.urlsafe_b64encode(doors.random_bytes(32)).rstrip(b"=").decode()
    text = INVITATION_PREFIX + secret
    author = new_author(doors) if account is None else account.author
    now = doors.now()
    made = Invitation(
        digest(text.encode()),
        party,
        role,
        author,
        "" if account is None else account.id,
        now,
        now + doors.settings.invitation_ms,
    )
    doors.store.add_invitation(made)
    doors.audit("invitation.made", {"author": author, "party": party, "role": role, "anew": int(account is not None)})
    # After the #: browsers keep it to themselves, so that it is in no log and no Referer.
    return Invite(made, text, f"{doors.settings.origin}/join#{text}")


def first_invitation(doors: Doors, *, party: str = "", role: str = "secretariat") -> Invite | None:
    """For the first officer of a new installation, to be printed at its start; None once there is any account.

    Printed anew at each start until somebody has joined: who can read the terminal owns the machine anyway.
    """
    return None if doors.store.accounts() else invite(doors, party=party, role=role)


def new_author(doors: Doors) -> str:
    """A pseudonym that says nothing: 50 bits, in the form of the ledger's author ids."""
    return "o-" + base64.b32encode(doors.random_bytes(8)).decode().lower()[:10]


def new_id(doors: Doors, kind: str) -> str:
    return f"{kind}-{doors.random_bytes(10).hex()}"


@router.post("/passkey/options", dependencies=[AsksAnyone])
def passkey_options(request: Request, response: Response, _: Nothing) -> dict[str, Any]:
    """What to give to `navigator.credentials.get`; the same for everybody."""
    doors = doors_of(request)
    challenge = doors.random_bytes(passkeys.CHALLENGE_BYTES)
    set_ceremony(request, response, "sign-in", "", challenge)
    return passkeys.authentication_options(doors.settings, challenge)


@router.post("/passkey", dependencies=[AsksAnyone])
def with_passkey(request: Request, response: Response, body: PasskeyAnswer) -> SignedIn:
    """Signs in with what the authenticator answered."""
    doors = doors_of(request)
    challenge = take_ceremony(request, response, "sign-in", "")
    account = _shown_by_passkey(doors, challenge, body.credential)
    return _told(account, begin(request, response, account, "passkey"))


@router.post("/password", dependencies=[AsksAnyone])
def with_password(request: Request, response: Response, body: PasswordAnswer) -> SignedIn:
    """Signs in where there is no authenticator."""
    if (body.code is None) == (body.recovery_code is None):
        raise Refusal("request-invalid", "Give the code, or one recovery code.")
    account = _shown_by_password(request, body.login, body.password, body.code, body.recovery_code)
    return _told(account, begin(request, response, account, "password+totp"))


@router.post("/invitation", dependencies=[AsksAnyone])
def open_invitation(request: Request, body: OpenInvitation) -> Invited:
    """What an invitation is for; it stays valid."""
    doors = doors_of(request)
    held = _invitation(doors, body.invitation)
    account = doors.store.account(held.account) if held.account else None
    login = "" if account is None else account.login
    return Invited(party=held.party, role=held.role, login=login, expires_ms=held.expires_ms)


@router.post("/join/passkey/options", dependencies=[AsksAnyone])
def join_passkey_options(request: Request, response: Response, body: JoinStart) -> dict[str, Any]:
    """What to give to `navigator.credentials.create` so as to accept an invitation."""
    doors = doors_of(request)
    held, account = _joining(doors, body)
    challenge = doors.random_bytes(passkeys.CHALLENGE_BYTES)
    content = {"challenge": challenge.hex(), "label": body.label, **_plan(held, account)}
    set_ceremony(request, response, "join-passkey", "", seal(doors, "join-passkey", content))
    return passkeys.registration_options(doors.settings, challenge, account.id, account.login, ())


@router.post("/join/passkey", dependencies=[AsksAnyone])
def join_with_passkey(request: Request, response: Response, body: PasskeyAnswer) -> Joined:
    """Accepts an invitation with a new passkey, and signs in."""
    doors = doors_of(request)
    plan = unseal(doors, "join-passkey", take_ceremony(request, response, "join-passkey", ""))
    account = _planned(doors, plan)
    passkey = passkeys.register(
        doors.settings, bytes.fromhex(plan["challenge"]), account.id, plan["label"], body.credential, doors.now()
    )
    return _join(request, response, plan, account, "passkey", passkey=passkey)


@router.post("/join/password/start", dependencies=[AsksAnyone])
def join_password_start(request: Request, response: Response, body: JoinPassword) -> Seed:
    """Where there is no authenticator: takes the password, and gives the code generator its seed."""
    doors = doors_of(request)
    held, account = _joining(doors, body)
    content, seed = _password_plan(doors, account.id, account.login, body.password)
    content |= _plan(held, account)
    set_ceremony(request, response, "join-password", "", seal(doors, "join-password", content))
    return seed


@router.post("/join/password", dependencies=[AsksAnyone])
def join_with_password(request: Request, response: Response, body: CodeAnswer) -> Joined:
    """Accepts an invitation once the generator shows the right code, and signs in."""
    doors = doors_of(request)
    plan = unseal(doors, "join-password", take_ceremony(request, response, "join-password", ""))
    account = _planned(doors, plan)
    secret, totp, recovery, codes = password_keys(doors, account.id, plan, body.code)
    return _join(
        request,
        response,
        plan,
        account,
        "password+totp",
        password=secret,
        totp=totp,
        recovery=recovery,
        codes=codes,
    )


@router.post("/join/key/start", dependencies=[AsksAnyone])
def join_key_start(request: Request, body: JoinKey) -> KeyChallenge:
    """For whoever signs on a device of their own: a challenge for its key, to accept an invitation with."""
    doors = doors_of(request)
    held, account = _joining(doors, body)
    content = {"key": device_key(body.key).value(), "label": body.label, **_plan(held, account)}
    return key_challenge(doors, "join-key", "", account.author, seal(doors, "join-key", content))


@router.post("/join/key", dependencies=[AsksAnyone])
def join_with_key(request: Request, body: KeyAnswer) -> DeviceTold:
    """Accepts an invitation with the device's key, which the registrar enters, and gives the device a token. The server
    holds no key for this officer. For an account made anew, every key that it had ends as lost."""
    doors = doors_of(request)
    challenge = bytes.fromhex(body.challenge)
    plan = unseal(doors, "join-key", take_challenge(doors, challenge, "join-key", ""))
    account, key = _planned(doors, plan), device_key(plan["key"])
    held_by(doors, key, account.author, challenge, body.signature)
    _accept(doors, plan, Joining(bytes.fromhex(plan["invitation"]), account), "device-key", key)
    return device_told(doors, account, key, plan["label"])


@router.post("/key/start", dependencies=[AsksAnyone])
def key_start(request: Request, body: KeyStart) -> KeyChallenge:
    """A challenge for the key of an author's device; the same for an author that there is not."""
    return key_challenge(doors_of(request), "sign-in-key", body.author, body.author, b"")


@router.post("/key", dependencies=[AsksAnyone])
def with_key(request: Request, response: Response, body: KeySignIn) -> SignedIn:
    """Signs in with the key of one's device, so as to change keys or invite."""
    doors = doors_of(request)
    challenge = bytes.fromhex(body.challenge)
    take_challenge(doors, challenge, "sign-in-key", body.author)
    account = next((each for each in doors.store.accounts() if each.author == body.author), None)
    if account is None or not any(
        _proved(key, doors.settings.origin, body.author, challenge, body.signature)
        for key in doors.keys.valid(body.author)
        if key.holder == "author"
    ):
        raise Refusal("sign-in-refused", "This key does not open this door.")
    return _told(account, begin(request, response, account, "device-key"))


@router.get("/me")
def me(request: Request, asking: Someone) -> SignedIn:
    """Who is signed in here."""
    return SignedIn(
        account=asking.account,
        login=asking.login,
        author=asking.author,
        party=asking.party,
        language=asking.language,
        how=asking.how,
        csrf=csrf_token(doors_of(request), asking.session),
        strong_ms=asking.strong_ms,
        expires_ms=asking.until_ms,
    )


@router.post("/out", status_code=204)
def sign_out(request: Request, response: Response, asking: Someone) -> None:
    """Ends this session."""
    end(request, response, asking)


@router.post("/step-up/passkey/options")
def step_up_options(request: Request, response: Response, asking: Someone) -> dict[str, Any]:
    """What to give to `navigator.credentials.get` so as to prove oneself once more."""
    doors = doors_of(request)
    held = doors.store.passkeys(asking.account)
    if not held:
        raise Refusal("key-absent", "This account has no passkey; use password and code.")
    challenge = doors.random_bytes(passkeys.CHALLENGE_BYTES)
    set_ceremony(request, response, "step-up", asking.session.hex(), challenge)
    return passkeys.authentication_options(doors.settings, challenge, held)


@router.post("/step-up/passkey")
def step_up_with_passkey(request: Request, response: Response, body: PasskeyAnswer, asking: Someone) -> SignedIn:
    """Proves oneself once more, for changing keys."""
    doors = doors_of(request)
    challenge = take_ceremony(request, response, "step-up", asking.session.hex())
    account = _shown_by_passkey(doors, challenge, body.credential)
    if account.id != asking.account:
        raise Refusal("sign-in-refused", "That is the passkey of another account.")
    return _told(account, strengthen(request, response, asking, "passkey"))


@router.post("/step-up/password")
def step_up_with_password(request: Request, response: Response, body: ProofAnswer, asking: Someone) -> SignedIn:
    """The same with password and code."""
    knock(request, doors_of(request))
    account = _shown_by_password(request, asking.login, body.password, body.code, None)
    return _told(account, strengthen(request, response, asking, "password+totp"))


@router.get("/sessions")
def list_sessions(request: Request, asking: Someone) -> list[SessionTold]:
    """Where this account is signed in."""
    return [
        SessionTold(
            name=held.name,
            agent=held.agent,
            how=held.how,
            created_ms=held.created_ms,
            seen_ms=held.seen_ms,
            expires_ms=held.expires_ms,
            this=held.digest == asking.session,
        )
        for held in doors_of(request).store.sessions(asking.account)
    ]


@router.delete("/sessions/{name}", status_code=204)
def end_session(request: Request, name: str, asking: Someone) -> None:
    """Signs out elsewhere."""
    doors = doors_of(request)
    held = next((each for each in doors.store.sessions(asking.account) if each.name == name), None)
    if held is None or not doors.store.end_session(held.digest):
        raise Refusal("key-absent", "There is no such session.")
    doors.forget()
    doors.audit("session.ended", {"author": asking.author, "sessions": 1})


@router.delete("/sessions")
def end_other_sessions(request: Request, asking: Someone) -> Count:
    """Signs out everywhere but here."""
    return Count(ended=end_others(doors_of(request), asking))


def end_others(doors: Doors, asking: Principal) -> int:
    """Ends all sessions of the account but this one."""
    ended = doors.store.end_sessions(asking.account, asking.session)
    doors.forget()
    if ended:
        doors.audit("session.ended", {"author": asking.author, "sessions": ended})
    return ended


def seal(doors: Doors, purpose: str, content: Mapping[str, Any]) -> bytes:
    """What a ceremony remembers, unreadable to whoever reads the store."""
    nonce = doors.random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(doors.derive("ceremony")).encrypt(nonce, json.dumps(content).encode(), purpose.encode())


def unseal(doors: Doors, purpose: str, sealed: bytes) -> dict[str, Any]:
    text = AESGCM(doors.derive("ceremony")).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    content: dict[str, Any] = json.loads(text)
    return content


def device_key(value: Mapping[str, Any]) -> AuthorKey:
    """The public key of a device. Refusal unless it is one that its author holds."""
    key = AuthorKey.read(dict(value))
    if key.algorithm != "ed25519" or key.holder != "author":
        raise Refusal("device-key", "A device signs with an Ed25519 key that its author holds.")
    return key


def key_challenge(doors: Doors, purpose: str, whose: str, author: str, content: bytes) -> KeyChallenge:
    """A fresh challenge for a device's key."""
    challenge = set_challenge(doors, purpose, whose, content)
    return KeyChallenge(
        author=author,
        origin=doors.settings.origin,
        challenge=challenge.hex(),
        expires_ms=doors.now() + doors.settings.ceremony_ms,
    )


def held_by(doors: Doors, key: AuthorKey, author: str, challenge: bytes, signature: str) -> None:
    """Refusal unless whoever answers holds the key."""
    if not _proved(key, doors.settings.origin, author, challenge, signature):
        raise Refusal("device-key", "The signature does not show that you hold this key; begin again.")


def device_told(doors: Doors, account: Account, key: AuthorKey, label: str) -> DeviceTold:
    """What the device is to keep, with a token of its own."""
    made, text = new_token(doors, account, ("read", "write"), doors.settings.token_ms, label or "device")
    keep_token(doors, account, made)
    origin, trust, newest = doors.keys.told(account.author)
    return DeviceTold(
        account=account.id,
        login=account.login,
        author=account.author,
        party=account.party,
        language=account.language,
        key=key.key_id,
        origin=origin,
        trust=trust.decode(),
        newest=base64.b64encode(newest).decode(),
        token=text,
        token_id=made.id,
        token_expires_ms=made.expires_ms,
    )


def new_token(doors: Doors, owner: Account, scopes: Sequence[str], lasts_ms: int, label: str) -> tuple[Token, str]:
    """A bearer token of an account, which opens nothing before it is kept, and its text, which is kept nowhere."""
    text = TOKEN_PREFIX + base64.urlsafe_b64encode(doors.random_bytes(32)).rstrip(b"=").decode()
    now = doors.now()
    made = Token(
        new_id(doors, "t"), digest(text.encode()), owner.id, tuple(sorted(set(scopes))), now, now + lasts_ms, 0, label
    )
    return made, text


def keep_token(doors: Doors, owner: Account, made: Token) -> None:
    """From now on it opens the account."""
    doors.store.add_token(made)
    doors.audit("token.made", {"author": owner.author, "token": made.id, "scopes": " ".join(made.scopes)})


def _proved(key: AuthorKey, origin: str, author: str, challenge: bytes, signature: str) -> bool:
    try:
        key.verify_possession(base64.b64decode(signature, validate=True), origin, author, challenge)
    except (LedgerError, ValueError):
        return False
    return True


def password_plan(doors: Doors, asking: Principal, password: str) -> tuple[dict[str, Any], Seed]:
    """What to remember of a password whose generator is not confirmed yet, and the generator's seed."""
    return _password_plan(doors, asking.account, asking.login, password)


def password_keys(
    doors: Doors, account: str, plan: Mapping[str, Any], code: str
) -> tuple[PasswordSecret, TotpSecret, RecoveryCodes, tuple[str, ...]]:
    """The three keys to keep once the generator has shown the right code, and the recovery codes to print."""
    totp = passwords.confirm_generator(doors, account, bytes.fromhex(plan["seed"]), code)
    recovery, codes = passwords.make_recovery(doors, account)
    return PasswordSecret(account, plan["hash"], doors.now()), totp, recovery, codes


def _password_plan(doors: Doors, account: str, login: str, password: str) -> tuple[dict[str, Any], Seed]:
    made = passwords.make_password(account, login, password, doors.random_bytes(16), doors.now())
    seed = passwords.new_seed(doors)
    told = Seed(secret=passwords.seed_text(seed), uri=passwords.seed_uri(doors, login, seed))
    return {"hash": made.hash, "seed": seed.hex()}, told


def _shown_by_passkey(doors: Doors, challenge: bytes, credential: Mapping[str, Any]) -> Account:
    refused = Refusal("sign-in-refused", "This passkey does not open this door.")
    held = doors.store.passkey(passkeys.credential_id(credential))
    if held is None or passkeys.user_handle(credential) not in (None, held.account):
        raise refused
    shown = passkeys.authenticate(doors.settings, challenge, held, credential)
    account = doors.store.account(held.account)
    if account is None:
        raise refused
    if shown.regressed:
        doors.audit("passkey.regressed", {"author": account.author, "counter": shown.sign_count})
    doors.store.use_passkey(held.credential, max(shown.sign_count, held.sign_count), doors.now())
    return account


def _shown_by_password(request: Request, login: str, password: str, code: str | None, recovery: str | None) -> Account:
    doors = doors_of(request)
    login = login.strip().lower()
    account = doors.store.account_by_login(login) if LOGIN.fullmatch(login) else None
    device = None if account is None else known_device(request, account.id)
    if recovery is not None:
        return passwords.check_password(doors, login, device, password, recovery, "recovery")
    return passwords.check_password(doors, login, device, password, code or "", "code")


def _invitation(doors: Doors, text: str) -> Invitation:
    held = doors.store.invitation(digest(text.encode("utf-8", "replace")))
    if held is None or doors.now() >= held.expires_ms:
        raise Refusal("invitation-refused", "This invitation was used, withdrawn, or is over; ask for another.")
    return held


def _joining(doors: Doors, body: JoinStart) -> tuple[Invitation, Account]:
    """The invitation, and the account that it is going to make or make anew."""
    held = _invitation(doors, body.invitation)
    if held.account:
        account = doors.store.account(held.account)
        if account is None or account.disabled:
            raise Refusal("invitation-refused", "The account of this invitation is closed; ask for another.")
        return held, account
    login = body.login.strip().lower()
    account = Account(new_id(doors, "a"), login, held.author, held.party, body.language, doors.now())
    if doors.store.account_by_login(login) is not None:
        raise _taken()
    return held, account


def _plan(held: Invitation, account: Account) -> dict[str, Any]:
    return {
        "invitation": held.digest.hex(),
        "role": held.role,
        "account": account.id,
        "login": account.login,
        "author": account.author,
        "party": account.party,
        "language": account.language,
        "created_ms": account.created_ms,
    }


def _planned(doors: Doors, plan: Mapping[str, Any]) -> Account:
    held = doors.store.account(plan["account"])
    if held is None:
        names = ("login", "author", "party", "language", "created_ms")
        return Account(plan["account"], *(plan[name] for name in names))
    if held.disabled:
        raise Refusal("invitation-refused", "The account of this invitation is closed; ask for another.")
    return held


def _join(
    request: Request,
    response: Response,
    plan: Mapping[str, Any],
    account: Account,
    how: StrongHow,
    *,
    passkey: Passkey | None = None,
    password: PasswordSecret | None = None,
    totp: TotpSecret | None = None,
    recovery: RecoveryCodes | None = None,
    codes: tuple[str, ...] = (),
) -> Joined:
    joining = Joining(bytes.fromhex(plan["invitation"]), account, passkey, password, totp, recovery)
    _accept(doors_of(request), plan, joining, how)
    begun = begin(request, response, account, how)
    return Joined(**_told(account, begun).model_dump(), recovery_codes=list(codes))


def _accept(
    doors: Doors, plan: Mapping[str, Any], joining: Joining, how: StrongHow, key: AuthorKey | None = None
) -> None:
    account = joining.account
    anew = doors.store.account(account.id) is not None
    held = doors.store.invitation(joining.invitation)
    if held is not None and anew and doors.now() < held.expires_ms:
        doors.keys.way_in(account.author, "anew")
    if held is None or doors.now() >= held.expires_ms or not doors.store.join(joining):
        if held is not None and doors.store.invitation(joining.invitation) is not None:
            raise _taken()
        raise Refusal("invitation-refused", "This invitation was used, withdrawn, or is over; ask for another.")
    doors.forget()
    kind = "account.rejoined" if anew else "account.joined"
    doors.audit(kind, {"author": account.author, "party": account.party, "role": plan["role"], "how": how})
    doors.joined(account, plan["role"], key)


def _taken() -> Refusal:
    return Refusal("login-taken", "That login, or that passkey, belongs to somebody already.")


def _told(account: Account, begun: Begun) -> SignedIn:
    return SignedIn(
        account=account.id,
        login=account.login,
        author=account.author,
        party=account.party,
        language=account.language,
        how=begun.session.how,
        csrf=begun.csrf,
        strong_ms=begun.session.strong_ms,
        expires_ms=begun.session.expires_ms,
    )
