"""What sign-in needs of the world, told once by wiring; and the value it makes: who is asking."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from thalweg.ledger.entry import AuthorKey
from thalweg.model.accounts import Account, AccountStore, How
from thalweg.model.errors import ValueRefused
from thalweg.server.problems import Refusal
from thalweg.server.rates import Rate, Rates

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
_KNOWN_AT_MOST = 10_000
_DOOR_RATE = Rate(30, _MINUTE_MS)
_PRINCIPAL_RATE = Rate(24_000, _MINUTE_MS)

Audit = Callable[[str, Mapping[str, str | int]], None]
"""Told facts for the operator's log: a kind, and fields that name accounts by their author and never a contact or
address."""


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Times in milliseconds. `origin` is the one address under which people reach the server."""

    origin: str
    name: str = "Thalweg"
    idle_ms: int = 2 * _HOUR_MS
    session_ms: int = 14 * _HOUR_MS
    """A watch and its handing over."""
    step_up_ms: int = 10 * _MINUTE_MS
    ceremony_ms: int = 5 * _MINUTE_MS
    invitation_ms: int = 3 * _DAY_MS
    token_ms: int = 400 * _DAY_MS
    """The longest that a token or a certificate's entry lasts."""
    known_ms: int = 1_000
    """For how long a process believes what the store said about a session, token or certificate."""
    door_rate: Rate = _DOOR_RATE
    """Tries at signing in, each address."""
    principal_rate: Rate = _PRINCIPAL_RATE
    """Requests of one account."""
    trusted_proxies: frozenset[str] = frozenset()
    """Addresses of proxies whose X-Forwarded-For is believed."""
    certificate_header: str = ""
    """Where a trusted proxy puts the client certificate it has verified: `Client-Cert` (RFC 9440)."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        local = parts.scheme == "http" and parts.hostname == "localhost"
        if not parts.hostname or self.origin != f"{parts.scheme}://{parts.netloc}" or parts.username is not None:
            raise ValueRefused("door-origin", "The origin is like https://desk.example, and no more than that.")
        if parts.scheme != "https" and not local:
            raise ValueRefused("door-origin", "Without TLS the server is for http://localhost only.")
        for proxy in self.trusted_proxies:
            _address(proxy)
        if self.certificate_header and not self.trusted_proxies:
            raise ValueRefused("door-proxy", "A header with certificates is believed from named proxies only.")

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https:")

    @property
    def host(self) -> str:
        """The Host header that belongs to the origin."""
        return urlsplit(self.origin).netloc

    @property
    def rp_id(self) -> str:
        """The name that passkeys are bound to."""
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. What they may do is for `policy`, by the grants to `author`.

    `key` names what opened the door: the digest of the session, token or certificate. `session` is the same for a
    person and empty for a machine; `strong_ms` is when a person last proved who they are.
    """

    account: str
    login: str
    author: str
    party: str
    language: str
    how: How
    scopes: frozenset[str]
    key: bytes = field(repr=False)
    session: bytes = field(default=b"", repr=False)
    strong_ms: int = 0
    until_ms: int = 0
    """When the session, token or certificate's entry ends."""


class AuthorKeys(Protocol):
    """The keys of authors in the ledger. Called from worker threads; what returns is in the log."""

    def valid(self, author: str, /) -> Sequence[AuthorKey]:
        """Those that the author signs with now, whoever holds them."""

    def bring(self, author: str, key: AuthorKey, reason: str, /) -> None:
        """Enter a key of the author's own; every other one ends, for that reason (`identity.REASONS`)."""

    def end(self, author: str, key: str, reason: str, /) -> None:
        """End one key, by its id."""

    def way_in(self, author: str, what: str, key: str = "", by: str = "", /) -> None:
        """Tell the parties on whose rolls the author is that their account has a new way in: it was made `anew`; or a
        `passkey`; password and `codes`; the token or certificate of a `program`; or that it is `closed` or `reopened`.
        `key` names it, and opens nothing; `by` is who has it so, nobody where an invitation was accepted. To be called
        before it is so: of whatever opens, they were told."""

    def told(self, author: str, /) -> tuple[str, bytes, bytes]:
        """What the author's device has to know: the log's origin, its trust file, and the author's newest entry."""


class NoKeys:
    """For a server without a desk: nobody signs anything."""

    def valid(self, *_: str) -> Sequence[AuthorKey]:
        return ()

    def bring(self, *_: str | AuthorKey) -> None:
        raise _no_desk()

    def end(self, *_: str) -> None:
        raise _no_desk()

    def way_in(self, *_: str) -> None:
        """There is nobody to tell."""

    def told(self, *_: str) -> tuple[str, bytes, bytes]:
        raise _no_desk()


def _no_desk() -> Refusal:
    return Refusal("key-absent", "There is no desk behind these doors, and so nothing to sign.")


def _nobody(_account: Account, _role: str, _key: AuthorKey | None) -> None:
    """For a server without a desk."""


def _said_nowhere(_url: str) -> str:
    """For a server that posts nothing."""
    return ""


def _may_nothing(_principal: Principal, _act: str, _party: str, _role: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that `sessions`, `signin` and `keys` need. `key` is 32 secret bytes of this installation.

    `may(principal, act, party, role)` answers from the ledger's grants whether somebody may `invite` (for a party and
    role), keep `machine` accounts or `contacts` of a party, or `disable` its accounts. `joined(account, role, key)` is
    called when an invitation was accepted, and with the role `machine` when a machine was added: the desk then enters
    the grant and a key, the author's own if they bring one, and ends every key from before. All of them are called from
    worker threads. `unreachable(url)` is why a webhook there would never be posted to, as sentences, and empty where it
    may be.
    """

    store: AccountStore
    settings: DoorSettings
    now: Callable[[], int]
    random_bytes: Callable[[int], bytes]
    key: bytes = field(repr=False)
    audit: Audit
    may: Callable[[Principal, str, str, str], bool] = _may_nothing
    joined: Callable[[Account, str, AuthorKey | None], None] = _nobody
    keys: AuthorKeys = field(default_factory=NoKeys)
    unreachable: Callable[[str], str] = _said_nowhere
    rates: Rates = field(default_factory=Rates)
    known: dict[bytes, tuple[Principal, int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != 32:
            raise ValueRefused("door-key", "The server's key for accounts is 32 bytes.")

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose."""
        return hmac.new(self.key, f"thalweg/door/{purpose}/v1".encode(), hashlib.sha256).digest()

    def recall(self, name: bytes) -> Principal | None:
        """Whom the store named for this key a moment ago."""
        held = self.known.get(name)
        # Not before it was remembered either: the clock may have been set back.
        return held[0] if held is not None and 0 < held[1] - self.now() <= self.settings.known_ms else None

    def remember(self, name: bytes, principal: Principal) -> None:
        if len(self.known) >= _KNOWN_AT_MOST:
            self.known.clear()
        self.known[name] = (principal, self.now() + self.settings.known_ms)

    def forget(self) -> None:
        """A key was ended: ask the store again for everybody."""
        self.known.clear()


def _address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ValueRefused("door-proxy", "A trusted proxy is named by its address.", found=text) from error
