"""Who is asking: a session's cookie, a machine's token, or a client certificate; and whether it was really they.

::

    Authorization: Bearer thw_…   that token or nobody: a wrong one never falls back on a cookie
    cookie                        a person's session; what changes anything needs the CSRF token, and our origin
    client certificate            a machine; what changes anything must not come from another site's page

A session is a random number in a cookie, of which the store keeps the digest. It is made anew whenever somebody
proves who they are, so that one planted beforehand is worth nothing.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, assert_never
from urllib.parse import parse_qs

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from thalweg.ledger.errors import StoreFailed
from thalweg.model.accounts import Account, Ceremony, Device, How, Session, StrongHow, digest
from thalweg.server import multipart
from thalweg.server.doors import Doors, DoorSettings, Principal
from thalweg.server.peer import address_of, fingerprint_of, network_of
from thalweg.server.problems import Refusal

SECURITY_SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-thalweg"},
    "token": {"type": "http", "scheme": "bearer"},
    "certificate": {"type": "mutualTLS"},
}
"""For OpenAPI."""
TOKEN_PREFIX = "thw_"  # noqa: S105  # how every token begins, so that one that leaked is recognised
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SEE_EVERY_MS = 60_000
_DEVICE_S = 400 * 86_400
_SECRET_BYTES = 32
_MOST_FIELDS = 1_000
_TOKEN = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{43}}")
_SIGNING = re.compile(r"([0-9a-f]{64})\.([A-Za-z0-9_-]{1,1364})")
_PERSON = frozenset({"read", "write", "keys"})
_BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


def doors_of(request: Request) -> Doors:
    """The doors of the application that answers."""
    doors: Doors = request.app.state.doors
    return doors


async def principal(request: Request) -> Principal:
    """FastAPI dependency: who is asking, entitled to the method by scope; Refusal (401, 403, 429) otherwise."""
    doors = doors_of(request)
    found = await _found(request, doors)
    # From here on the answer is somebody's own: the shell keeps it out of every cache and counts it for them.
    request.state.principal = found
    wait = doors.rates.take(f"principal {found.account}", doors.settings.principal_rate, doors.now())
    if wait:
        raise too_often(wait)
    if request.method in SAFE_METHODS:
        _need_scope(found, "read")
    else:
        await _check_intent(request, doors, found)
        _need_scope(found, "write")
    return found


async def ended(doors: Doors, asking: Sequence[Principal]) -> Collection[bytes]:
    """The keys that open the door no longer, looked up in one go: for streams, to be asked every few seconds.

    A stream that is open counts as being seen: a screen on the wall that shows warnings must not fall asleep. Its
    session ends when its time is over, or when it is ended from elsewhere.
    """
    unsure = [each for each in asking if doors.recall(each.key) is None]
    if not unsure:
        return ()
    return await run_in_threadpool(lambda: {each.key for each in unsure if not _holds(doors, each)})


def _holds(doors: Doors, asking: Principal) -> bool:
    try:
        match asking.how:
            case "token":
                _by_token_digest(asking.key, doors)
            case "certificate":
                _by_certificate(asking.key, doors)
            case "passkey" | "password+totp" | "device-key":
                return _by_session(asking.key, doors) is not None
            case _:
                assert_never(asking.how)
    except Refusal:
        return False
    return True


async def person(asking: Annotated[Principal, Depends(principal)]) -> Principal:
    """FastAPI dependency: a person in a session of theirs, not a machine."""
    if not asking.session:
        raise Refusal("person-needed", "Keys are changed by a person who has signed in, not by a machine's key.")
    return asking


async def fresh_person(request: Request, asking: Annotated[Principal, Depends(person)]) -> Principal:
    """FastAPI dependency: a person who proved who they are within the last minutes (`step_up_ms`)."""
    doors = doors_of(request)
    if not 0 <= doors.now() - asking.strong_ms <= doors.settings.step_up_ms:
        raise Refusal("step-up-needed", "Show your passkey, or password and code, once more; then try again.")
    return asking


async def at_the_door(request: Request) -> None:
    """FastAPI dependency of what anybody may call to sign in: our own pages or no page, JSON, and not too often."""
    doors = doors_of(request)
    if request.method not in SAFE_METHODS:
        check_origin(request, doors.settings)
        if media_type(request) != "application/json":
            raise Refusal("media-type", "Send application/json.")
    knock(request, doors)


def knock(request: Request, doors: Doors) -> None:
    """One try for this address; Refusal if there were too many."""
    where = network_of(address_of(request.scope, doors.settings))
    wait = doors.rates.take(f"door {where}", doors.settings.door_rate, doors.now())
    if wait:
        raise too_often(wait)


def too_often(wait_ms: int) -> Refusal:
    seconds = -(-wait_ms // 1000)
    return Refusal("rate-limited", f"Too many tries; wait {seconds} s.", retry_after_s=seconds)


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session, as it is told to whoever began it."""

    session: Session
    csrf: str


def begin(request: Request, response: Response, account: Account, how: StrongHow) -> Begun:
    """Signs somebody in who has just proved who they are. Any session that this browser had ends."""
    doors = doors_of(request)
    settings, now = doors.settings, doors.now()
    if account.disabled:
        raise Refusal("account-disabled", "This account is closed; ask whoever administers your party.")
    secret = doors.random_bytes(_SECRET_BYTES)
    agent = agent_label(request.headers.get("user-agent", ""))
    session = Session(digest(secret), account.id, how, now, now + settings.session_ms, now, now, agent)
    held = _cookie_digest(request, session_cookie(settings))
    if held is not None:
        doors.store.end_session(held)
    doors.store.add_session(session)
    doors.forget()
    _set_cookie(response, settings, session_cookie(settings), secret, settings.session_ms // 1000)
    new = _know_device(request, response, doors, account)
    doors.audit("session.began", {"author": account.author, "how": how, "new_device": int(new)})
    return Begun(session, csrf_token(doors, session.digest))


def strengthen(request: Request, response: Response, asking: Principal, how: StrongHow) -> Begun:
    """The same session under a new name, its strong moment now; Refusal if it ended meanwhile."""
    doors = doors_of(request)
    now, secret = doors.now(), doors.random_bytes(_SECRET_BYTES)
    old = doors.store.session(asking.session)
    if old is None:
        raise _over()
    new = replace(old, digest=digest(secret), how=how, strong_ms=now, seen_ms=now)
    if not doors.store.replace_session(old.digest, new):
        raise _over()
    doors.forget()
    settings = doors.settings
    _set_cookie(response, settings, session_cookie(settings), secret, max(1, (new.expires_ms - now) // 1000))
    doors.audit("session.strengthened", {"author": asking.author, "how": how})
    return Begun(new, csrf_token(doors, new.digest))


def end(request: Request, response: Response, asking: Principal) -> None:
    """Signs out of this session."""
    doors = doors_of(request)
    doors.store.end_session(asking.session)
    doors.forget()
    _drop_cookie(response, doors.settings, session_cookie(doors.settings))
    # What this origin's pages kept in the browser goes too, on a machine that a watch shares.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    doors.audit("session.ended", {"author": asking.author, "sessions": 1})


def csrf_token(doors: Doors, session: bytes) -> str:
    """What a form of this session must carry. Follows from the session, so nothing is kept."""
    return _text(hmac.new(doors.derive("csrf"), session, hashlib.sha256).digest())


def set_ceremony(request: Request, response: Response, purpose: str, account: str, content: bytes) -> None:
    """Remembers `content` for this browser alone, for some minutes, to be taken out once."""
    doors = doors_of(request)
    secret = doors.random_bytes(_SECRET_BYTES)
    lasts = doors.settings.ceremony_ms
    doors.store.add_ceremony(Ceremony(digest(secret), purpose, account, content, doors.now() + lasts))
    _set_cookie(response, doors.settings, ceremony_cookie(doors.settings), secret, lasts // 1000)


def take_ceremony(request: Request, response: Response, purpose: str, account: str) -> bytes:
    """What was remembered for this browser, this purpose and this account. Refusal if there is none, or no more."""
    doors = doors_of(request)
    name = ceremony_cookie(doors.settings)
    held = _cookie_digest(request, name)
    ceremony = None if held is None else doors.store.take_ceremony(held)
    _drop_cookie(response, doors.settings, name)
    if (
        ceremony is None
        or ceremony.expires_ms <= doors.now()
        or (ceremony.purpose, ceremony.account) != (purpose, account)
    ):
        raise _ceremony_over()
    return ceremony.content


def set_challenge(doors: Doors, purpose: str, account: str, content: bytes) -> bytes:
    """As `set_ceremony`, for a program that keeps no cookies: it is remembered under the challenge itself."""
    challenge = doors.random_bytes(_SECRET_BYTES)
    doors.store.add_ceremony(
        Ceremony(digest(challenge), purpose, account, content, doors.now() + doors.settings.ceremony_ms)
    )
    return challenge


def take_challenge(doors: Doors, challenge: bytes, purpose: str, account: str) -> bytes:
    """What was remembered under the challenge, once. Refusal as `take_ceremony`."""
    ceremony = doors.store.take_ceremony(digest(challenge))
    if (
        ceremony is None
        or ceremony.expires_ms <= doors.now()
        or (ceremony.purpose, ceremony.account) != (purpose, account)
    ):
        raise _ceremony_over()
    return ceremony.content


def known_device(request: Request, account: str) -> bytes | None:
    """The digest of this browser's device cookie, if the account has signed in from it before."""
    doors = doors_of(request)
    held = _cookie_digest(request, device_cookie(doors, account))
    return held if held is not None and doors.store.device(held, account) is not None else None


def session_cookie(settings: DoorSettings) -> str:
    """With `__Host-` no other host, path or plain connection can set it; http://localhost has no such choice."""
    return "__Host-thalweg" if settings.secure else "thalweg"


def ceremony_cookie(settings: DoorSettings) -> str:
    return session_cookie(settings) + "-ceremony"


def device_cookie(doors: Doors, account: str) -> str:
    """One for each account, since a watch shares its machine; the name tells nobody which."""
    tag = hmac.new(doors.derive("device"), account.encode(), hashlib.sha256).hexdigest()[:12]
    return f"{session_cookie(doors.settings)}-device-{tag}"


def remember_signing(response: Response, doors: Doors, account: str, key: str, credential: bytes) -> None:
    """This browser remembers by what credential its authenticator knows the passkey that the account signs with. That
    says nothing of anybody, and opens nothing."""
    settings = doors.settings
    response.set_cookie(
        _signing_cookie(doors, account), f"{key}.{_text(credential)}", max_age=_DEVICE_S, path="/",
        secure=settings.secure, httponly=True, samesite="strict",
    )  # fmt: skip


def signing_here(request: Request, doors: Doors, account: str) -> tuple[str, str]:
    """The key and the credential that this browser remembers; empty where there is none."""
    found = _SIGNING.fullmatch(request.cookies.get(_signing_cookie(doors, account), ""))
    return ("", "") if found is None else (found[1], found[2])


def _signing_cookie(doors: Doors, account: str) -> str:
    return device_cookie(doors, account).replace("-device-", "-signing-")


def check_origin(request: Request, settings: DoorSettings) -> None:
    """Refusal if a page of another site sent this. No header at all: no browser did, or a form's token decides."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if (origin is not None and origin != settings.origin) or site not in ("same-origin", "none"):
        raise Refusal("origin-refused", "This came from a page of another site.")


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def agent_label(agent: str) -> str:
    """The browser and the system, by which somebody recognises a session of theirs; no version, nothing odd."""
    browser = next((name for name in _BROWSERS if f"{name}/" in agent), "another program")
    system = next((name for name in _SYSTEMS if name in agent), "")
    browser = {"Edg": "Edge", "OPR": "Opera"}.get(browser, browser)
    return f"{browser} on {system}" if system else browser


async def _found(request: Request, doors: Doors) -> Principal:
    sent = request.headers.getlist("authorization")
    if sent:
        if len(sent) > 1 or not sent[0][:7].lower() == "bearer ":
            raise _token_refused()
        return await _by_token(sent[0][7:].strip(), doors)
    held = _cookie_digest(request, session_cookie(doors.settings))
    if held is not None:
        found = doors.recall(held) or await run_in_threadpool(_by_session, held, doors)
        if found is not None:
            return found
    fingerprint = fingerprint_of(request.scope, doors.settings)
    if fingerprint is not None:
        known = doors.recall(fingerprint)
        return known if known is not None else await run_in_threadpool(_by_certificate, fingerprint, doors)
    if held is not None:
        raise _over()
    raise Refusal("sign-in-needed", "Sign in first.")


def _by_session(held: bytes, doors: Doors) -> Principal | None:
    now, store = doors.now(), doors.store
    session = store.session(held)
    if session is None:
        return None
    if now >= session.expires_ms or now - session.seen_ms >= doors.settings.idle_ms:
        store.end_session(held)
        return None
    account = store.account(session.account)
    if account is None or account.disabled:
        return None
    if now - session.seen_ms >= _SEE_EVERY_MS:
        with contextlib.suppress(StoreFailed):  # on a full disk people still read
            store.see_session(held, now)
    found = replace(
        _principal(account, session.how, _PERSON, session.expires_ms, held), session=held, strong_ms=session.strong_ms
    )
    doors.remember(held, found)
    return found


async def _by_token(text: str, doors: Doors) -> Principal:
    if not _TOKEN.fullmatch(text):
        raise _token_refused()
    held = digest(text.encode("ascii"))
    known = doors.recall(held)
    return known if known is not None else await run_in_threadpool(_by_token_digest, held, doors)


def _by_token_digest(held: bytes, doors: Doors) -> Principal:
    now = doors.now()
    token = doors.store.token(held)
    account = None if token is None or now >= token.expires_ms else doors.store.account(token.account)
    if token is None or account is None or account.disabled:
        raise _token_refused()
    if now - token.used_ms >= _SEE_EVERY_MS:
        with contextlib.suppress(StoreFailed):  # on a full disk machines still read
            doors.store.use_token(held, now)
    found = _principal(account, "token", frozenset(token.scopes), token.expires_ms, held)
    doors.remember(held, found)
    return found


def _by_certificate(fingerprint: bytes, doors: Doors) -> Principal:
    certificate = doors.store.certificate(fingerprint)
    gone = certificate is None or doors.now() >= certificate.expires_ms
    account = None if certificate is None or gone else doors.store.account(certificate.account)
    if certificate is None or account is None or account.disabled:
        raise Refusal("certificate-refused", "This client certificate belongs to no account here.")
    found = _principal(account, "certificate", frozenset(certificate.scopes), certificate.expires_ms, fingerprint)
    doors.remember(fingerprint, found)
    return found


def _principal(account: Account, how: How, scopes: frozenset[str], until_ms: int, key: bytes) -> Principal:
    held = account
    return Principal(held.id, held.login, held.author, held.party, held.language, how, scopes, key, until_ms=until_ms)


async def _check_intent(request: Request, doors: Doors, found: Principal) -> None:
    """A browser adds cookies and client certificates by itself, to whatever page asks; a token it does not."""
    if found.how == "token":
        return
    check_origin(request, doors.settings)
    if not found.session:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and media_type(request) == "application/x-www-form-urlencoded":
        sent = _form_field(await request.body(), CSRF_FIELD)
    elif not sent and media_type(request) == "multipart/form-data":
        sent = multipart.read(await request.body(), request.headers.get("content-type", "")).fields.get(CSRF_FIELD, "")
    expected = csrf_token(doors, found.session)
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), expected.encode()):
        raise Refusal("csrf-refused", "The form is not from this session; load the page again.")


def _form_field(body: bytes, name: str) -> str:
    """The field of a form; empty if there is none, or if it is no form that a page of ours would send."""
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS).get(name, [""])[0]
    except ValueError:
        return ""


def _need_scope(found: Principal, scope: str) -> None:
    if scope not in found.scopes:
        raise Refusal("scope-missing", f"This key may not {scope}.", scope=scope)


def _know_device(request: Request, response: Response, doors: Doors, account: Account) -> bool:
    """True if the account has not signed in from this browser before; it knows it from now on."""
    if known_device(request, account.id) is not None:
        return False
    name = device_cookie(doors, account.id)
    # Always a fresh number: one that somebody planted must not become a device that is trusted.
    secret = doors.random_bytes(_SECRET_BYTES)
    doors.store.add_device(Device(digest(secret), account.id, doors.now()))
    _set_cookie(response, doors.settings, name, secret, _DEVICE_S)
    return True


def _cookie_digest(request: Request, name: str) -> bytes | None:
    text = request.cookies.get(name, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        return None
    return digest(base64.urlsafe_b64decode(text + "="))


def _set_cookie(response: Response, settings: DoorSettings, name: str, secret: bytes, max_age_s: int) -> None:
    response.set_cookie(
        name, _text(secret), max_age=max_age_s, path="/", secure=settings.secure, httponly=True, samesite="strict"
    )


def _drop_cookie(response: Response, settings: DoorSettings, name: str) -> None:
    response.set_cookie(name, "", max_age=0, path="/", secure=settings.secure, httponly=True, samesite="strict")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _ceremony_over() -> Refusal:
    return Refusal("ceremony-over", "This took too long, or was done already; begin again.")


def _over() -> Refusal:
    return Refusal("session-over", "Your session is over; sign in again.")


def _token_refused() -> Refusal:
    return Refusal("token-refused", "This token is not valid here.")
