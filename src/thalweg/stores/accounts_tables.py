"""The promise of `thalweg.model.accounts` in the tables of `sql/*_accounts`, said once for both databases.

The statements have the same names and the same columns on both; what differs (how to connect, how a transaction
begins, how a row is wiped from the disk) is in `accounts_sqlite` and `accounts_postgres`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from thalweg.model.accounts import (
    Account,
    Ceremony,
    ClientCertificate,
    Contact,
    Device,
    Failures,
    Invitation,
    Joining,
    Passkey,
    PasswordSecret,
    RecoveryCodes,
    Session,
    Token,
    TotpSecret,
)

_DAY_MS = 86_400_000
Row = Sequence[Any]
T = TypeVar("T")


class Statements(Protocol):
    """A database that knows the named statements."""

    def read(self, name: str, *values: object) -> list[Row]: ...

    def change(self, name: str, *values: object) -> int:
        """Runs one statement, durably unless within `together`; says how many rows it touched."""
        ...

    def change_returning(self, name: str, *values: object) -> list[Row]: ...

    def together(self) -> AbstractContextManager[None]:
        """All within, or nothing if it raises."""
        ...

    def wipe_contacts(self) -> None:
        """What was deleted from door_contact is overwritten on the disk when this returns."""
        ...

    def close(self) -> None: ...


class _UndoError(Exception):
    """Leaves a transaction without a trace; caught where it began."""


class AccountTables:
    """An `AccountStore` over a database."""

    def __init__(self, statements: Statements) -> None:
        self._sql = statements

    def add_account(self, account: Account) -> bool:
        return self._sql.change("add-account", *_account_row(account)) == 1

    def change_account(self, account: Account) -> bool:
        with self._sql.together():
            changed = self._sql.change("change-account", account.language, account.disabled, account.id) == 1
            if account.disabled:
                self._sql.change("end-sessions", account.id, b"")
        return changed

    def account(self, account: str) -> Account | None:
        return _first(map(_account, self._sql.read("account", account)))

    def account_by_login(self, login: str) -> Account | None:
        return _first(map(_account, self._sql.read("account-by-login", login)))

    def accounts(self) -> Sequence[Account]:
        return [_account(row) for row in self._sql.read("accounts")]

    def add_passkey(self, passkey: Passkey) -> bool:
        return self._sql.change("add-passkey", *_passkey_row(passkey)) == 1

    def passkey(self, credential: bytes) -> Passkey | None:
        return _first(map(_passkey, self._sql.read("passkey", credential)))

    def passkeys(self, account: str) -> Sequence[Passkey]:
        return [_passkey(row) for row in self._sql.read("passkeys", account)]

    def use_passkey(self, credential: bytes, sign_count: int, used_ms: int) -> bool:
        return self._sql.change("use-passkey", sign_count, used_ms, credential) == 1

    def remove_passkey(self, account: str, credential: bytes) -> bool:
        return self._sql.change("remove-passkey", account, credential) == 1

    def set_password(self, secret: PasswordSecret) -> None:
        self._sql.change("set-password", secret.account, secret.hash, secret.changed_ms)

    def password(self, account: str) -> PasswordSecret | None:
        return _first(PasswordSecret(*row) for row in self._sql.read("password", account))

    def set_totp(self, secret: TotpSecret) -> None:
        self._sql.change("set-totp", secret.account, secret.sealed, secret.last_step, secret.created_ms)

    def totp(self, account: str) -> TotpSecret | None:
        return _first(TotpSecret(*row) for row in self._sql.read("totp", account))

    def set_password_keys(self, secret: PasswordSecret, totp: TotpSecret, codes: RecoveryCodes) -> None:
        with self._sql.together():
            self.set_password(secret)
            self.set_totp(totp)
            self._set_recovery(codes)

    def use_totp(self, account: str, step: int) -> bool:
        return self._sql.change("use-totp", step, account, step) == 1

    def set_recovery(self, codes: RecoveryCodes) -> None:
        with self._sql.together():
            self._set_recovery(codes)

    def _set_recovery(self, codes: RecoveryCodes) -> None:
        self._sql.change("remove-recovery", codes.account)
        for code in codes.digests:
            self._sql.change("add-recovery", codes.account, code, codes.created_ms)

    def recovery(self, account: str) -> RecoveryCodes | None:
        rows = self._sql.read("recovery", account)
        return RecoveryCodes(account, tuple(row[1] for row in rows), rows[0][2]) if rows else None

    def use_recovery(self, account: str, code: bytes) -> bool:
        return self._sql.change("use-recovery", account, code) == 1

    def add_session(self, session: Session) -> None:
        self._sql.change("add-session", *_session_row(session))

    def session(self, digest: bytes) -> Session | None:
        return _first(Session(*row) for row in self._sql.read("session", digest))

    def sessions(self, account: str) -> Sequence[Session]:
        return [Session(*row) for row in self._sql.read("sessions", account)]

    def see_session(self, digest: bytes, seen_ms: int) -> bool:
        return self._sql.change("see-session", seen_ms, digest) == 1

    def replace_session(self, old: bytes, new: Session) -> bool:
        with self._sql.together():
            ended = self._sql.change("end-session", old) == 1
            if ended:
                self._sql.change("add-session", *_session_row(new))
        return ended

    def end_session(self, digest: bytes) -> bool:
        return self._sql.change("end-session", digest) == 1

    def end_sessions(self, account: str, keep: bytes) -> int:
        return self._sql.change("end-sessions", account, keep)

    def add_device(self, device: Device) -> None:
        self._sql.change("add-device", device.digest, device.account, device.created_ms)

    def device(self, digest: bytes, account: str) -> Device | None:
        return _first(Device(*row) for row in self._sql.read("device", digest, account))

    def add_token(self, token: Token) -> None:
        self._sql.change("add-token", *_token_row(token))

    def token(self, digest: bytes) -> Token | None:
        return _first(map(_token, self._sql.read("token", digest)))

    def tokens(self, account: str) -> Sequence[Token]:
        return [_token(row) for row in self._sql.read("tokens", account)]

    def use_token(self, digest: bytes, used_ms: int) -> bool:
        return self._sql.change("use-token", used_ms, digest) == 1

    def remove_token(self, account: str, token: str) -> bool:
        return self._sql.change("remove-token", account, token) == 1

    def add_certificate(self, certificate: ClientCertificate) -> bool:
        held = certificate
        row = (held.fingerprint, held.account, " ".join(held.scopes), held.created_ms, held.expires_ms, held.label)
        return self._sql.change("add-certificate", *row) == 1

    def certificate(self, fingerprint: bytes) -> ClientCertificate | None:
        return _first(map(_certificate, self._sql.read("certificate", fingerprint)))

    def certificates(self, account: str) -> Sequence[ClientCertificate]:
        return [_certificate(row) for row in self._sql.read("certificates", account)]

    def remove_certificate(self, account: str, fingerprint: bytes) -> bool:
        return self._sql.change("remove-certificate", account, fingerprint) == 1

    def add_contact(self, contact: Contact) -> None:
        held = contact
        row = (held.id, held.owner, held.kind, held.address, held.secret, held.salt, held.language, held.created_ms)
        self._sql.change("add-contact", *row)

    def contacts(self, owner: str) -> Sequence[Contact]:
        return [Contact(*row) for row in self._sql.read("contacts", owner)]

    def erase_contact(self, owner: str, contact: str) -> bool:
        gone = self._sql.change("erase-contact", owner, contact) == 1
        # Also if there was none: an earlier attempt may have deleted the row and then failed to overwrite it.
        self._sql.wipe_contacts()
        return gone

    def add_invitation(self, invitation: Invitation) -> None:
        held = invitation
        row = (held.digest, held.party, held.role, held.author, held.account, held.created_ms, held.expires_ms)
        self._sql.change("add-invitation", *row)

    def invitation(self, digest: bytes) -> Invitation | None:
        return _first(Invitation(*row) for row in self._sql.read("invitation", digest))

    def join(self, joining: Joining) -> bool:
        try:
            with self._sql.together():
                self._join(joining)
        except _UndoError:
            return False
        return True

    def _join(self, joining: Joining) -> None:
        self._only_if(self._sql.change("use-invitation", joining.invitation) == 1)
        account = joining.account
        if self._sql.read("account", account.id):
            for kind in ("passkeys", "password", "totp", "recovery", "tokens", "certificates", "devices"):
                self._sql.change(f"remove-{kind}", account.id)
            self._sql.change("end-sessions", account.id, b"")
            self._sql.change("change-account", account.language, account.disabled, account.id)
        else:
            self._only_if(self.add_account(account))
        if joining.passkey is not None:
            self._only_if(self.add_passkey(joining.passkey))
        if joining.password is not None:
            self.set_password(joining.password)
        if joining.totp is not None:
            self.set_totp(joining.totp)
        if joining.recovery is not None:
            self._set_recovery(joining.recovery)

    @staticmethod
    def _only_if(happened: object) -> None:
        if not happened:
            raise _UndoError

    def add_ceremony(self, ceremony: Ceremony) -> None:
        held = ceremony
        self._sql.change("add-ceremony", held.digest, held.purpose, held.account, held.content, held.expires_ms)

    def take_ceremony(self, digest: bytes) -> Ceremony | None:
        return _first(Ceremony(*row) for row in self._sql.change_returning("take-ceremony", digest))

    def failures(self, name: bytes) -> Failures:
        return _first(Failures(*row) for row in self._sql.read("failures", name)) or Failures(0, 0)

    def fail(self, name: bytes, at_ms: int) -> Failures:
        return Failures(*self._sql.change_returning("fail", name, at_ms)[0])

    def forgive(self, name: bytes) -> None:
        self._sql.change("forgive", name)

    def sweep(self, now_ms: int) -> None:
        with self._sql.together():
            for kind in ("sessions", "ceremonies", "invitations"):
                self._sql.change(f"sweep-{kind}", now_ms)
            self._sql.change("sweep-failures", now_ms - _DAY_MS)

    def close(self) -> None:
        self._sql.close()


def _first(values: Iterable[T]) -> T | None:
    return next(iter(values), None)


def _account_row(held: Account) -> Row:
    return (
        held.id, held.login, held.author, held.party, held.language, held.created_ms, held.machine, held.disabled
    )  # fmt: skip


def _account(row: Row) -> Account:
    values: list[Any] = [*row[:6], bool(row[6]), bool(row[7])]
    return Account(*values)


def _passkey_row(held: Passkey) -> Row:
    return (
        held.credential, held.account, held.public_key, held.sign_count, held.label, " ".join(held.transports),
        held.created_ms, held.used_ms,
    )  # fmt: skip


def _passkey(row: Row) -> Passkey:
    return Passkey(*_with_list(row, 5))


def _session_row(held: Session) -> Row:
    return (
        held.digest, held.account, held.how, held.created_ms, held.expires_ms, held.seen_ms, held.strong_ms, held.agent
    )  # fmt: skip


def _token_row(held: Token) -> Row:
    return (
        held.id, held.digest, held.account, " ".join(held.scopes), held.created_ms, held.expires_ms, held.used_ms,
        held.label,
    )  # fmt: skip


def _token(row: Row) -> Token:
    return Token(*_with_list(row, 3))


def _certificate(row: Row) -> ClientCertificate:
    return ClientCertificate(*_with_list(row, 2))


def _with_list(row: Row, at: int) -> list[Any]:
    """The row, with the words of the text at `at` as a tuple."""
    return [*row[:at], tuple(row[at].split()), *row[at + 1 :]]
