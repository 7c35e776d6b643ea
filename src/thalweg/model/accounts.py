"""Who may come in, and by which key: values that stand beside the ledger and never in it.

The ledger knows authors by pseudonyms. Which login, device, telephone or address belongs to an author is here,
in a store of its own, so that it can be corrected and erased while every proof stays as it was. Roles are not
here: they are grants in the ledger.

Times are milliseconds of Unix time. What would open a door (a session's cookie, a token, a recovery code, an
invitation) is kept as a SHA-256 digest only; each has 80 bits of randomness or more, so that nobody guesses it from
its digest. Passwords, which people choose, are kept as Argon2id.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from thalweg.model.errors import ValueRefused

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LANGUAGES = ("en", "ar", "fr", "ku", "ru", "tr")
SCOPES = ("read", "write")
LONGEST_LABEL = 80
LONGEST_PARTY = 64  # characters of a party's id, as `desk.checks` has it
DIGEST_BYTES = 32

How = Literal["passkey", "password+totp", "device-key", "token", "certificate"]
"""How somebody came in."""

StrongHow = Literal["passkey", "password+totp", "device-key"]
"""How a person comes in: something they have, and something they know or are. What opens a device key, its holder
decides."""

ContactKind = Literal["email", "phone", "webhook"]


def digest(secret: bytes) -> bytes:
    """What is kept of a secret that the server itself made."""
    return hashlib.sha256(secret).digest()


def _need(name: str, *, holds: bool) -> None:
    if not holds:
        raise ValueRefused("account-value", f"The {name} is not one that can be kept; see docs/reference/sign-in.md.")


def _party(text: str) -> bool:
    """Whether it is a party's id as the secretariat may enter one: `RUS`, `WFP Syria`; or nothing."""
    return len(text) <= LONGEST_PARTY and text.isprintable() and "/" not in text


def _label(text: str) -> None:
    _need("label", holds=len(text) <= LONGEST_LABEL and text.isprintable())


@dataclass(frozen=True, slots=True)
class Account:
    """A person or machine that signs in. `author` is the pseudonym under which the ledger knows it."""

    id: str
    login: str
    author: str
    party: str
    language: str
    created_ms: int
    machine: bool = False
    disabled: bool = False

    def __post_init__(self) -> None:
        _need("account id", holds=NAME.fullmatch(self.id) is not None)
        _need("login", holds=LOGIN.fullmatch(self.login) is not None)
        _need("author", holds=NAME.fullmatch(self.author) is not None)
        _need("party", holds=_party(self.party))
        _need("language", holds=self.language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential. `public_key` is the COSE key as the authenticator gave it."""

    credential: bytes
    account: str
    public_key: bytes
    sign_count: int
    label: str
    transports: tuple[str, ...]
    created_ms: int
    used_ms: int

    def __post_init__(self) -> None:
        _label(self.label)
        _need("credential", holds=0 < len(self.credential) <= 1023)


@dataclass(frozen=True, slots=True)
class PasswordSecret:
    """An Argon2id hash in its usual text form."""

    account: str
    hash: str = field(repr=False)
    changed_ms: int


@dataclass(frozen=True, slots=True)
class TotpSecret:
    """The seed of a code generator (RFC 6238), sealed under a key of the server's that the store never sees.

    `last_step` is the 30-second step of the newest code taken: the same code is not taken again.
    """

    account: str
    sealed: bytes = field(repr=False)
    last_step: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Digests of the codes on paper that are not used up yet."""

    account: str
    digests: tuple[bytes, ...] = field(repr=False)
    created_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. `digest` names it; the cookie's value is not kept.

    `strong_ms` is when the person last proved who they are; `agent` is a short label of the browser.
    """

    digest: bytes = field(repr=False)
    account: str
    how: StrongHow
    created_ms: int
    expires_ms: int
    seen_ms: int
    strong_ms: int
    agent: str

    @property
    def name(self) -> str:
        """What a person points at to end it; opens nothing."""
        return self.digest.hex()[:16]


@dataclass(frozen=True, slots=True)
class Device:
    """A browser from which an account has signed in before, known by a cookie of its own."""

    digest: bytes = field(repr=False)
    account: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Token:
    """A machine's bearer token. `scopes` are of `SCOPES`; it reaches what its account's party does."""

    id: str
    digest: bytes = field(repr=False)
    account: str
    scopes: tuple[str, ...]
    created_ms: int
    expires_ms: int
    used_ms: int
    label: str

    def __post_init__(self) -> None:
        _label(self.label)
        _need("scope", holds=bool(self.scopes) and set(self.scopes) <= set(SCOPES))
        _need("expiry", holds=self.expires_ms > self.created_ms)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A TLS client certificate by its SHA-256 fingerprint (of the DER form)."""

    fingerprint: bytes
    account: str
    scopes: tuple[str, ...]
    created_ms: int
    expires_ms: int
    label: str

    def __post_init__(self) -> None:
        _label(self.label)
        _need("fingerprint", holds=len(self.fingerprint) == DIGEST_BYTES)
        _need("scope", holds=bool(self.scopes) and set(self.scopes) <= set(SCOPES))


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a watch is reached. `owner` is an account id, or `party:` and a party.

    The ledger gets `salted()` only: erasing this row leaves a digest that nobody can guess back.
    """

    id: str
    owner: str
    kind: ContactKind
    address: str = field(repr=False)
    secret: bytes = field(repr=False)
    """Signs what is sent to a webhook, sealed under a key that the store never sees; empty for the others."""
    salt: bytes = field(repr=False)
    language: str
    created_ms: int

    def __post_init__(self) -> None:
        _need("contact", holds=_reachable(self.kind, self.address))
        _need("salt", holds=len(self.salt) == DIGEST_BYTES)
        _need("language", holds=self.language in LANGUAGES)

    def salted(self) -> bytes:
        """The digest that stands for this contact in the ledger."""
        text = f"{self.kind}\n{self.address}".encode()
        return hashlib.sha256(b"thalweg/contact/v1\n" + self.salt + text).digest()


@dataclass(frozen=True, slots=True)
class Invitation:
    """Lets one person make, or make anew, an account: once, and not after `expires_ms`.

    `author` is the pseudonym that the account will have. With `account` set, it is that account which gets new keys,
    and its old ones and its sessions end.
    """

    digest: bytes = field(repr=False)
    party: str
    role: str
    author: str
    account: str
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the server must remember between asking and checking: taken out once, by whoever asked.

    `digest` is that of the browser's ceremony cookie, or of a device's challenge; `content` is the challenge, or sealed
    bytes.
    """

    digest: bytes = field(repr=False)
    purpose: str
    account: str
    content: bytes = field(repr=False)
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row something was tried in vain, and when last."""

    count: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Joining:
    """Everything that comes into being when an invitation is accepted."""

    invitation: bytes = field(repr=False)
    account: Account
    passkey: Passkey | None = None
    password: PasswordSecret | None = None
    totp: TotpSecret | None = None
    recovery: RecoveryCodes | None = None


class AccountStore(Protocol):
    """Keeps accounts and their keys.

    **Durable**: what a call has returned from is on disk. **Whole**: each call happens entirely or not at all;
    those that answer `bool` say whether it was this call that made the change, so of two callers with one
    invitation, ceremony, code or recovery code exactly one gets it, over all server processes. **Absence** is `None`,
    an empty sequence or False. **Erased** contacts are gone from the file, not only from the answers. A driver's
    failure leaves as `StoreFailed` or `Damaged` of `thalweg.ledger.errors`.

    Whoever owns the store can sign in as anybody (by adding a passkey), and can read contacts and party membership.
    They cannot read passwords, tokens, recovery codes or code generators' seeds, nor sign for an officer whose
    signing key is the officer's own.
    """

    def add_account(self, account: Account) -> bool:
        """False if the id or the login is taken."""
        ...

    def change_account(self, account: Account) -> bool:
        """Replaces language and `disabled`; disabling ends all its sessions in the same step."""
        ...

    def account(self, account: str) -> Account | None: ...

    def account_by_login(self, login: str) -> Account | None: ...

    def accounts(self) -> Sequence[Account]:
        """All, by login."""
        ...

    def add_passkey(self, passkey: Passkey) -> bool:
        """False if the credential is known already, to whichever account."""
        ...

    def passkey(self, credential: bytes) -> Passkey | None: ...

    def passkeys(self, account: str) -> Sequence[Passkey]: ...

    def use_passkey(self, credential: bytes, sign_count: int, used_ms: int) -> bool: ...

    def remove_passkey(self, account: str, credential: bytes) -> bool: ...

    def set_password(self, secret: PasswordSecret) -> None: ...

    def password(self, account: str) -> PasswordSecret | None: ...

    def set_totp(self, secret: TotpSecret) -> None: ...

    def totp(self, account: str) -> TotpSecret | None: ...

    def set_password_keys(self, secret: PasswordSecret, totp: TotpSecret, codes: RecoveryCodes) -> None:
        """All three at once: a password is worth nothing without its generator."""
        ...

    def use_totp(self, account: str, step: int) -> bool:
        """True if `step` is later than every step used before."""
        ...

    def set_recovery(self, codes: RecoveryCodes) -> None: ...

    def recovery(self, account: str) -> RecoveryCodes | None: ...

    def use_recovery(self, account: str, code: bytes) -> bool:
        """Uses up the code with this digest."""
        ...

    def add_session(self, session: Session) -> None: ...

    def session(self, digest: bytes) -> Session | None: ...

    def sessions(self, account: str) -> Sequence[Session]:
        """Newest first."""
        ...

    def see_session(self, digest: bytes, seen_ms: int) -> bool: ...

    def replace_session(self, old: bytes, new: Session) -> bool:
        """The old one ends and the new one begins in one step; False if the old one had ended."""
        ...

    def end_session(self, digest: bytes) -> bool: ...

    def end_sessions(self, account: str, keep: bytes) -> int:
        """Ends all but the one with the digest `keep` (empty: all); says how many."""
        ...

    def add_device(self, device: Device) -> None: ...

    def device(self, digest: bytes, account: str) -> Device | None: ...

    def add_token(self, token: Token) -> None: ...

    def token(self, digest: bytes) -> Token | None: ...

    def tokens(self, account: str) -> Sequence[Token]: ...

    def use_token(self, digest: bytes, used_ms: int) -> bool: ...

    def remove_token(self, account: str, token: str) -> bool: ...

    def add_certificate(self, certificate: ClientCertificate) -> bool:
        """False if the certificate is known already."""
        ...

    def certificate(self, fingerprint: bytes) -> ClientCertificate | None: ...

    def certificates(self, account: str) -> Sequence[ClientCertificate]: ...

    def remove_certificate(self, account: str, fingerprint: bytes) -> bool: ...

    def add_contact(self, contact: Contact) -> None: ...

    def contacts(self, owner: str) -> Sequence[Contact]: ...

    def erase_contact(self, owner: str, contact: str) -> bool:
        """Gone from the disk when this returns."""
        ...

    def add_invitation(self, invitation: Invitation) -> None: ...

    def invitation(self, digest: bytes) -> Invitation | None: ...

    def join(self, joining: Joining) -> bool:
        """Uses up the invitation and makes the account with its keys, in one step.

        False, and nothing is changed, if the invitation is gone or the login or credential is taken. For an account
        that exists, its old keys, tokens, certificates and sessions go in the same step.
        """
        ...

    def add_ceremony(self, ceremony: Ceremony) -> None:
        """Replaces one with the same digest."""
        ...

    def take_ceremony(self, digest: bytes) -> Ceremony | None: ...

    def failures(self, name: bytes) -> Failures: ...

    def fail(self, name: bytes, at_ms: int) -> Failures:
        """One more; returns the new count."""
        ...

    def forgive(self, name: bytes) -> None: ...

    def sweep(self, now_ms: int) -> None:
        """Drops sessions, ceremonies and invitations that are over, and failures older than a day."""
        ...

    def close(self) -> None: ...


_EMAIL = re.compile(r"[^@\s<>\"',;:\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_WEBHOOK = re.compile(
    r"(?:https://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|http://(?:localhost|127\.0\.0\.1))"
    r"(?::[0-9]{1,5})?(?:/[!-~]{0,1000})?"
)
_FORMS = {"email": _EMAIL, "phone": _PHONE, "webhook": _WEBHOOK}


def _reachable(kind: str, address: str) -> bool:
    form = _FORMS.get(kind)
    return form is not None and address.isprintable() and form.fullmatch(address) is not None
