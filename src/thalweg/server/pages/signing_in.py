"""Coming in and going out, by plain forms: password and one-time code, an invitation, proving oneself once more.

With a passkey the island `passkey` does it; without a script there is password and code. All of it is what
`server.signin` does for programs; a page adds its words. Handlers that wait for the store are plain functions, which
run beside the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import segno
from fastapi import APIRouter, Response
from markupsafe import Markup

from thalweg.model.errors import ThalwegError, ValueRefused
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server import signin
from thalweg.server.pages.filled import body
from thalweg.server.pages.shell import Filled, Form, Known, Visit, Visited, back_to
from thalweg.server.problems import Refusal, status_of
from thalweg.server.sessions import check_origin, end, knock, session_cookie
from thalweg.server.signin import Someone

router = APIRouter(include_in_schema=False)

_CODE: Final = 6  # figures of a generator's code; what is longer is a recovery code
_KNOWN: Final = frozenset(
    (
        "sign-in-refused", "rate-limited", "invitation-refused", "login-taken", "password-weak", "ceremony-over",
        "request-invalid", "account-value", "account-disabled", "origin-refused",
    )
)  # fmt: skip


@router.get("/")
async def begin(page: Visited) -> Response:
    """The room for whoever is signed in; where not, that page leads to signing in."""
    if session_cookie(page.doors.settings) in page.request.cookies:
        return page.go("/room" if page.has("/room") else "/inbox")
    return page.go("/sign-in")


@router.get("/sign-in")
async def sign_in_page(page: Visited) -> Response:
    """Where to sign in."""
    return _sign_in(page, back_to(page.request.query_params.get("next", "/")))


@router.post("/sign-in")
def sign_in(page: Visited, filled: Filled) -> Response:
    """Signs in with password and code, or with a recovery code in place of the code."""
    after = back_to(filled["next"] or "/")
    response = page.go(after)
    try:
        _at_the_door(page)
        code = filled["code"].replace(" ", "")
        factor = {"code": code} if len(code) == _CODE and code.isdigit() else {"recovery_code": filled["code"]}
        sent = body(signin.PasswordAnswer, login=filled["login"], password=filled.exact("password"), **factor)
        signin.with_password(page.request, response, sent)
    except (Refusal, ValueRefused) as refusal:
        return _sign_in(page, after, refusal, filled["login"])
    return response


@router.post("/sign-out")
def sign_out(page: Visited, asking: Someone) -> Response:
    """Ends this session, and clears what the browser kept."""
    response = page.go("/sign-in", "signed_out")
    end(page.request, response, asking)
    return response


@router.get("/join")
async def join_page(page: Visited) -> Response:
    """Where an invitation is pasted. Its link has the code after the #, which a script puts in; it is in no request."""
    return page.render("join.html", step="paste", problem="", filled={}, **_NOTHING)


@router.post("/join")
def join(page: Visited, filled: Filled) -> Response:
    """What the invitation is for, and who will be who."""
    text = filled["invitation"].rpartition("#")[2]
    try:
        _at_the_door(page)
        told = signin.open_invitation(page.request, body(signin.OpenInvitation, invitation=text))
    except (Refusal, ValueRefused) as refusal:
        return _join_again(page, "paste", refusal, {"invitation": filled["invitation"]})
    values = {**_NOTHING, "told": told}
    return page.render("join.html", step="choose", problem="", filled={"invitation": text}, **values)


@router.post("/join/password")
def join_password(page: Visited, filled: Filled) -> Response:
    """Takes the password, and shows the seed of the code generator, as text and as a QR code."""
    text = filled["invitation"]
    kept = {name: filled[name] for name in ("invitation", "login", "language")}
    apart = Response()
    try:
        _at_the_door(page)
        told = signin.open_invitation(page.request, body(signin.OpenInvitation, invitation=text))
    except (Refusal, ValueRefused) as refusal:
        return _join_again(page, "paste", refusal, kept)
    try:
        _alike(filled)
        sent = body(
            signin.JoinPassword,
            invitation=text,
            login=filled["login"],
            language=filled["language"] if filled["language"] in LANGUAGES else page.reader.language,
            password=filled.exact("password"),
        )
        seed = signin.join_password_start(page.request, apart, sent)
    except (Refusal, ValueRefused) as refusal:
        return _join_again(page, "choose", refusal, kept, told)
    drawn = _drawn(seed.uri)
    shown = page.render("join.html", step="code", problem="", filled={}, **{**_NOTHING, "seed": seed, "qr": drawn})
    return _with_cookies(shown, apart)


@router.post("/join/code")
def join_code(page: Visited, filled: Filled) -> Response:
    """Makes the account once the generator shows the right code, and shows the recovery codes, this once."""
    apart = Response()
    try:
        _at_the_door(page)
        code = body(signin.CodeAnswer, code=filled["code"].replace(" ", ""))
        joined = signin.join_with_password(page.request, apart, code)
    except (Refusal, ValueRefused) as refusal:
        return _with_cookies(_join_again(page, "paste", refusal, {}), apart)
    shown = page.render("join.html", step="done", problem="", filled={}, **{**_NOTHING, "joined": joined})
    return _with_cookies(shown, apart)


@router.get("/prove")
async def prove_page(page: Known, asking: Someone) -> Response:
    """Where somebody who is signed in shows once more who they are, before keys are changed."""
    return _prove(page, asking.login, back_to(page.request.query_params.get("next", "/settings")))


@router.post("/prove")
def prove(page: Known, filled: Filled, asking: Someone) -> Response:
    """Proves oneself once more, with password and code."""
    after = back_to(filled["next"] or "/settings")
    response = page.go(after, "proved")
    try:
        sent = body(signin.ProofAnswer, password=filled.exact("password"), code=filled["code"].replace(" ", ""))
        signin.step_up_with_password(page.request, response, sent, asking)
    except (Refusal, ValueRefused) as refusal:
        return _prove(page, asking.login, after, refusal)
    return response


_NOTHING: Final[Mapping[str, Any]] = {"told": None, "seed": None, "qr": "", "joined": None}


def _sign_in(page: Visit, after: str, refusal: ThalwegError | None = None, login: str = "") -> Response:
    problem = "" if refusal is None else _problem(page, refusal)
    status = 200 if refusal is None else status_of(refusal)
    return page.render("sign_in.html", status, after=after, problem=problem, login=login)


def _prove(page: Visit, login: str, after: str, refusal: ThalwegError | None = None) -> Response:
    problem = "" if refusal is None else _problem(page, refusal)
    status = 200 if refusal is None else status_of(refusal)
    return page.render("prove.html", status, after=after, problem=problem, login=login)


def _join_again(
    page: Visit, step: str, refusal: ThalwegError, filled: Mapping[str, str], told: signin.Invited | None = None
) -> Response:
    values = {**_NOTHING, "told": told}
    return page.render(
        "join.html", status_of(refusal), step=step, problem=_problem(page, refusal), filled=dict(filled), **values
    )


def _problem(page: Visit, refusal: ThalwegError) -> Markup:
    say = page.words
    wait = refusal.fields.get("retry_after_s")
    if isinstance(wait, int):
        return say("shell.problem.wait", seconds=wait)
    if refusal.code == "passwords-differ":
        return say("signing_in.passwords_differ")
    code = refusal.code if refusal.code in _KNOWN else "request-invalid"
    return say(f"signing_in.problem.{code.replace('-', '_')}")


def _at_the_door(page: Visit) -> None:
    """Our own page, and not too often. There is no session yet whose token a form could carry: the browser's word on
    where the form was decides."""
    check_origin(page.request, page.doors.settings)
    knock(page.request, page.doors)


def _alike(filled: Form) -> None:
    if filled.exact("password") != filled.exact("again"):
        raise Refusal("passwords-differ", "The two passwords differ.")


def _with_cookies(shown: Response, apart: Response) -> Response:
    shown.raw_headers.extend(each for each in apart.raw_headers if each[0] == b"set-cookie")
    return shown


def _drawn(uri: str) -> Markup:
    """The QR code as inline SVG, dark on white whatever the theme."""
    made = segno.make(uri, error="m", micro=False).svg_inline(scale=5, border=3, dark="#000", light="#fff")
    return Markup(made)  # noqa: S704  # numbers and colours of ours
