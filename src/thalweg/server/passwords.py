"""Passwords, codes and recovery codes, for places without an authenticator.

An answer is the same, and takes as long, whether the login exists or not: the password is hashed against a stand-in,
and the code is computed for one. Guessing is slowed down by login, known or not; a browser from which an account
has signed in before has a count of its own, so that strangers cannot keep an officer out of the desk by guessing.
"""

from __future__ import annotations

import base64
import hmac
import threading
import unicodedata
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP

from thalweg.model.accounts import LOGIN, Account, Failures, PasswordSecret, RecoveryCodes, TotpSecret, digest
from thalweg.server.doors import Doors
from thalweg.server.problems import Refusal
from thalweg.server.sessions import too_often

STEP_S = 30
SHORTEST, LONGEST = 12, 256
RECOVERY_CODES = 10
_SEED_BYTES = 20
_NONCE_BYTES = 12
_FREE_TRIES = 5
_FIRST_WAIT_MS = 1_000
_LONGEST_WAIT_MS = 15 * 60_000
# OWASP's second choice for Argon2id. At most so many at once: each needs 19 MiB and a processor.
_HASHER = Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(4)
_NOBODY_HASH = _HASHER.hash("nobody's password", salt=bytes(16))
_NOBODY_SEED = bytes(_SEED_BYTES)

Factor = Literal["code", "recovery"]


def make_password(account: str, login: str, password: str, salt: bytes, now_ms: int) -> PasswordSecret:
    """The hash to keep; Refusal if the password is too short, too long, or the login."""
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST or login in plain.lower() or len(set(plain)) < 5:
        raise Refusal(
            "password-weak",
            f"A password has {SHORTEST} to {LONGEST} characters, five different ones at least, and not the login.",
        )
    with _AT_ONCE:
        return PasswordSecret(account, _HASHER.hash(plain, salt=salt), now_ms)


def seal_seed(doors: Doors, account: str, seed: bytes) -> bytes:
    """The generator's seed under a key that the store does not have, bound to the account."""
    nonce = doors.random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(doors.derive("totp")).encrypt(nonce, seed, account.encode())


def open_seed(doors: Doors, account: str, sealed: bytes) -> bytes:
    """The seed. Sealed by another key, or for another account, it is as good as none: the usual Refusal."""
    try:
        return AESGCM(doors.derive("totp")).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account.encode())
    except InvalidTag as error:
        raise _refused() from error


def new_seed(doors: Doors) -> bytes:
    return doors.random_bytes(_SEED_BYTES)


def seed_text(seed: bytes) -> str:
    """The seed as a person types it into an authenticator app."""
    return base64.b32encode(seed).decode()


def seed_uri(doors: Doors, login: str, seed: bytes) -> str:
    """What the QR code says."""
    return TOTP(seed_text(seed)).provisioning_uri(name=login, issuer_name=doors.settings.name)


def matching_step(seed: bytes, code: str, now_ms: int) -> int | None:
    """The step whose code this is, among the present one and its neighbours; compares all, whichever matches."""
    present = now_ms // 1000 // STEP_S
    totp, found = TOTP(seed_text(seed)), None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def confirm_generator(doors: Doors, account: str, seed: bytes, code: str) -> TotpSecret:
    """The generator to keep, once a code from it has shown that it is set up; Refusal if the code is wrong."""
    step = matching_step(seed, code.strip(), doors.now())
    if step is None:
        raise Refusal("sign-in-refused", "That is not the code that the generator shows now; look at its clock.")
    return TotpSecret(account, seal_seed(doors, account, seed), step, doors.now())


def make_recovery(doors: Doors, account: str) -> tuple[RecoveryCodes, tuple[str, ...]]:
    """The digests to keep, and the codes to print: 80 bits each."""
    codes = tuple(
        "-".join(text[at : at + 4] for at in range(0, 16, 4))
        for text in (base64.b32encode(doors.random_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    )
    return RecoveryCodes(account, tuple(recovery_digest(account, code) for code in codes), doors.now()), codes


def recovery_digest(account: str, code: str) -> bytes:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return digest(f"{account}\n{plain}".encode())


def check_password(doors: Doors, login: str, device: bytes | None, password: str, code: str, factor: Factor) -> Account:
    """The account, if password and code are both right; one and the same Refusal otherwise.

    `device` is the digest of a browser that the account knows. Each try counts before it is looked at, so that
    many at once do not slip through; the right one clears the count.
    """
    name = _count_name(doors, login, device)
    _slow_down(doors, name)
    account = doors.store.account_by_login(login) if LOGIN.fullmatch(login) else None
    held = None if account is None else doors.store.password(account.id)
    totp = None if account is None else doors.store.totp(account.id)
    right = _is_password(password, _NOBODY_HASH if held is None else held.hash)
    seed = _NOBODY_SEED if account is None or totp is None else open_seed(doors, account.id, totp.sealed)
    step = matching_step(seed, code.strip(), doors.now())
    if account is None or held is None or totp is None or not right:
        raise _refused()
    match factor:
        case "code":
            taken = step is not None and doors.store.use_totp(account.id, step)
        case "recovery":
            taken = doors.store.use_recovery(account.id, recovery_digest(account.id, code))
            if taken:
                doors.audit("recovery.used", {"author": account.author})
    if not taken:
        raise _refused()
    doors.store.forgive(name)
    return account


def _slow_down(doors: Doors, name: bytes) -> None:
    now = doors.now()
    before = doors.store.failures(name)
    wait = _wait(before, now)
    if wait > 0:
        raise too_often(wait)
    counted = doors.store.fail(name, now)
    if counted.count - before.count > 1 and counted.count > _FREE_TRIES:
        # Others tried in the same instant: only the first of them is looked at.
        raise too_often(max(1, _wait(counted, now)))


def _wait(failures: Failures, now_ms: int) -> int:
    """Milliseconds until the next try: none for the first ones, then 1 s, 2 s, 4 s … up to a quarter of an hour."""
    if failures.count < _FREE_TRIES:
        return 0
    pause = min(_FIRST_WAIT_MS << min(failures.count - _FREE_TRIES, 20), _LONGEST_WAIT_MS)
    # A clock that was set back does not lengthen it.
    return min(pause, failures.last_ms + pause - now_ms)


def _count_name(doors: Doors, login: str, device: bytes | None) -> bytes:
    text = f"login\n{login}" if device is None else f"device\n{device.hex()}\n{login}"
    return hmac.digest(doors.derive("failures"), text.encode("utf-8", "replace"), "sha256")


def _is_password(password: str, held: str) -> bool:
    plain = _normal(password)
    with _AT_ONCE:
        return _HASHER.verify(plain if len(plain) <= LONGEST else "", held)


def _normal(password: str) -> str:
    """One form for what looks the same, so that another keyboard types the same password."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def _refused() -> Refusal:
    return Refusal("sign-in-refused", "Login, password or code is wrong.")
