"""What surrounds every answer: limits, headers, problems instead of tracebacks, counts, and a log that tells little.

::

    request → id, address → sizes → host → rate → the application → steps → headers → counts and one log line → answer

The log has JSON lines with exactly the fields of `_line`: the route's pattern and not the path (ids stand in paths),
never a query, a body, a title, a position or a name, and the address as a keyed digest only, so that an operator can
see that one caller is behind many lines without a list of who came from where.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import orjson
import prometheus_client
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from thalweg.ledger.errors import LedgerError
from thalweg.model.errors import ThalwegError, ValueRefused
from thalweg.server.bodies import is_json
from thalweg.server.doors import Doors
from thalweg.server.peer import address_of, is_direct_loopback, network_of
from thalweg.server.problems import MEDIA_TYPE, STATUS, ProblemAnswer, Refusal, answer_to, title
from thalweg.server.rates import Rate
from thalweg.server.requests import framing, in_origin_form, packed
from thalweg.server.sessions import too_often
from thalweg.server.steps import Steps

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
_ANSWERED_AT_ONCE = ("/healthz", "/readyz", "/metrics", "/static/", "/problems/")
_MINUTE_MS = 60_000
_ADDRESS_RATE = Rate(1_200, _MINUTE_MS)
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+){0,8}", re.ASCII)
_REFERENCE = "docs/reference/errors.md"
_CODES = {
    401: "sign-in-needed",
    404: "not-found",
    405: "method-not-allowed",
    408: "request-too-slow",
    413: "request-too-large",
}
_GONE = 499  # who asked did not wait; as nginx logs it


AsPage = Callable[[Request, ProblemAnswer], Response | None]
Straight = Callable[[Request], Awaitable[Response | None]]
"""Answers a request without the router; None where it goes the ordinary way."""


def _always_ready() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Starting:
    """What a start is about, and how much of that is done: `folding`, entry 812000 of 4700000."""

    step: str
    done: int
    of: int

    def answer(self, reasons: Sequence[str]) -> ProblemAnswer:
        fields = {"reasons": list(reasons), "step": self.step, "done": self.done, "of": self.of}
        return _not_ready(f"Not ready yet: {self.step}, {self.done} of {self.of}.", fields)


def _not_ready(sentence: str, fields: Mapping[str, Any]) -> ProblemAnswer:
    return ProblemAnswer(503, "not-ready", sentence, fields, {"Retry-After": "1"})


def _started() -> None:
    """A server that answers from its beginning on."""


def _no_page(_request: Request, _answer: ProblemAnswer) -> None:
    """A server without pages."""


@dataclass(frozen=True, slots=True)
class ShellSettings:
    """What the shell is told. `log` takes one JSON line; `ticks` is a monotonic clock in seconds.

    `ready` gives the reasons why no request should be sent here yet; empty is ready. `starting` is how far a start is
    that takes long: until it is done, everything but health and pages' files is answered so.
    """

    log: Callable[[str], None]
    ticks: Callable[[], float]
    ready: Callable[[], tuple[str, ...]] = _always_ready
    starting: Callable[[], Starting | None] = _started
    statuses: Mapping[str, int] = field(default_factory=dict)
    """Statuses of further error codes."""
    body_bytes: int = 1 << 20
    body_bytes_under: Mapping[str, int] = field(default_factory=dict)
    """By the beginning of the path, for routes that take whole files; the longest that fits counts."""
    body_wait_s: float = 20.0
    """The longest wait for the next piece of a body."""
    header_bytes: int = 32_768
    header_count: int = 100
    address_rate: Rate = _ADDRESS_RATE
    """Requests of one address that nobody signed for; a /64 counts as one."""
    hosts: frozenset[str] = frozenset()
    """Further Host headers besides the origin's."""
    metrics_token: str = field(default="", repr=False)
    """Lets somebody read /metrics from elsewhere; empty: on this machine only."""
    hsts_s: int = 63_072_000
    steps: Steps = field(default_factory=Steps)
    """On which answers begin to whoever is signed in."""
    straight: Mapping[tuple[str, str], Straight] = field(default_factory=dict)
    """By method and path: what is asked for so often that the way through the router would cost more than the rest."""
    as_page: AsPage = _no_page
    """A problem as a page, for a browser that asks for one; None for a program."""

    def __post_init__(self) -> None:
        if self.metrics_token and len(self.metrics_token) < 32:
            raise ValueRefused("shell-token", "The token for metrics has 32 characters or more.")


class Metrics:
    """Counts and times by route pattern; no label names anybody."""

    def __init__(self) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        self.requests = prometheus_client.Counter(
            "thalweg_http_requests", "Answers", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = prometheus_client.Histogram(
            "thalweg_http_seconds", "Until the answer was made", ["route"], buckets=_BUCKETS, registry=self.registry
        )
        self.open = prometheus_client.Gauge("thalweg_http_open", "Requests being answered", registry=self.registry)
        self.refused = prometheus_client.Counter(
            "thalweg_http_refused", "Problems by code", ["code"], registry=self.registry
        )


_BODY_UNREADABLE = "The body is not JSON in UTF-8, or is compressed, or nested too deeply."

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> dict[str, bool]:
    """The process answers."""
    return {"alive": True}


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """Requests can be sent here; otherwise 503 with the reasons."""
    settings: ShellSettings = request.app.state.shell
    reasons, starting = settings.ready(), settings.starting()
    if starting is not None:
        return problem_response(request.scope, starting.answer(reasons))
    if reasons:
        return problem_response(request.scope, _not_ready("Not ready yet.", {"reasons": list(reasons)}))
    return Response(b'{"ready":true}', media_type="application/json")


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text, for this machine or for whoever has the token."""
    settings: ShellSettings = request.app.state.shell
    doors: Doors = request.app.state.doors
    sent = request.headers.get("authorization", "").encode("utf-8", "replace")
    expected = f"Bearer {settings.metrics_token}".encode()
    held = bool(settings.metrics_token) and hmac.compare_digest(sent, expected)
    if not held and not is_direct_loopback(request.scope, doors.settings):
        raise Refusal("metrics-refused", "Metrics are for this machine, or with the token for them.")
    held_metrics: Metrics = request.app.state.metrics
    text = prometheus_client.generate_latest(held_metrics.registry)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/problems/{code}")
async def problem(code: str, request: Request) -> dict[str, str | int]:
    """What the `type` of a problem leads to: where its code is explained, and its status where that is always the same.
    Codes of rows, rules and entries are as many as there are refusals; they are told apart by their form alone."""
    if _CODE.fullmatch(code) is None:
        raise HTTPException(404)
    settings: ShellSettings = request.app.state.shell
    status = settings.statuses.get(code, STATUS.get(code))
    told: dict[str, str | int] = {"code": code, "reference": _REFERENCE}
    return told if status is None else {**told, "status": status, "title": title(status)}


def build_shell(app: FastAPI, doors: Doors, settings: ShellSettings) -> FastAPI:
    """Puts the shell around `app`, which then answers health, readiness and metrics too. Returns the same app.

    Leaves `app.state.doors`, `app.state.shell` and `app.state.metrics` for routes to use. Call it last: what is
    added by `add_middleware` afterwards is outside of the shell.
    """
    app.state.doors, app.state.shell, app.state.metrics = doors, settings, Metrics()
    app.include_router(router)
    app.add_exception_handler(ThalwegError, _on_error)
    app.add_exception_handler(LedgerError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_middleware(Shell, doors=doors, settings=settings, metrics=app.state.metrics)
    return app


def problem_response(scope: Scope, answer: ProblemAnswer) -> Response:
    """The answer as a response; the shell counts its code."""
    state = scope.setdefault("state", {})
    state["problem"] = answer.code
    if "app" in scope:
        settings: ShellSettings = scope["app"].state.shell
        page = settings.as_page(Request(scope), answer)
        if page is not None:
            return page
    body = answer.body(state.get("request_id", ""))
    return Response(body, answer.status, headers=dict(answer.headers), media_type=MEDIA_TYPE)


async def _on_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ThalwegError | LedgerError):
        raise error
    settings: ShellSettings = request.app.state.shell
    answer = answer_to(error, settings.statuses)
    if answer.status >= 500:
        _log_error(settings, request.app.state.doors, request.scope, error)
    return problem_response(request.scope, answer)


async def _on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = _CODES.get(error.status_code, "request-invalid" if error.status_code < 500 else "internal-error")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    # The one thing that is refused by 400 before a route is asked is a body that no parser takes.
    sentence = _BODY_UNREADABLE if error.status_code == 400 else f"{title(error.status_code)}."
    return problem_response(request.scope, ProblemAnswer(error.status_code, code, sentence, {}, headers))


def _allowed(request: Request) -> list[str]:
    """The methods of what is at that path (RFC 9110 section 10.2.1), whichever routes answer them: a route that is
    asked with another's method knows its own only. What has a path of its own is not also one of many."""
    path = request.scope["path"]
    there = [each for each in iter_route_contexts(request.app.routes) if each.methods and each.path_regex.match(path)]
    own = [each for each in there if each.path == path]
    return sorted({method for each in own or there for method in each.methods or ()})


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    kind = request.headers.get("content-type", "")
    if (
        any(tuple(each["loc"]) == ("body",) for each in error.errors())
        and request.method != "GET"
        and not is_json(kind)
    ):
        return problem_response(request.scope, answer_to(Refusal("media-type", "Send the body as application/json.")))
    # Where and what is wrong; never what was sent, which would come back into somebody's log.
    found = [
        {"where": ".".join(str(part) for part in each["loc"]), "what": str(each["msg"])} for each in error.errors()
    ]
    answer = ProblemAnswer(
        422, "request-invalid", "The request is not in the form that is asked for.", {"found": found}
    )
    return problem_response(request.scope, answer)


class _AlreadyBegunError(Exception):
    """An answer broke off in the middle. Says nothing of what it was about; uvicorn closes the connection."""


class Shell:
    """The ASGI application around the application."""

    def __init__(self, app: Asgi, doors: Doors, settings: ShellSettings, metrics: Metrics) -> None:
        self._app = app
        self._doors = doors
        self._settings = settings
        self._metrics = metrics
        self._hosts = {doors.settings.host, *settings.hosts}
        self._veil = doors.derive("address")
        self._plain = dict(self._security_headers("", ""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        in_origin_form(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = self._doors.random_bytes(8).hex()
        state["csp_nonce"] = base64.b64encode(self._doors.random_bytes(16)).decode()
        await _Exchange(self, scope, receive, send).run()

    @property
    def doors(self) -> Doors:
        return self._doors

    @property
    def settings(self) -> ShellSettings:
        return self._settings

    @property
    def metrics(self) -> Metrics:
        return self._metrics

    @property
    def app(self) -> Asgi:
        return self._app

    def admit(self, scope: Scope) -> Refusal | None:
        """Framing, sizes, host and rate, before anything is read."""
        settings, headers = self._settings, scope["headers"]
        if (unclear := framing(scope) or packed(scope)) is not None:
            return unclear
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > settings.header_count or size > settings.header_bytes:
            return Refusal("headers-too-large", "The headers are larger than any that are needed here.")
        lengths = [value for name, value in headers if name == b"content-length"]
        limit = self.body_limit(scope)
        if any(not value.isdigit() or len(value) > 15 or int(value) > limit for value in lengths):
            return too_large(limit)
        if scope["path"] in _OPEN:
            return None
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return Refusal("host-refused", "This server does not answer under that name.")
        wait = self._doors.rates.wait(self._address_name(scope), settings.address_rate, self._doors.now())
        return too_often(wait) if wait else None

    def body_limit(self, scope: Scope) -> int:
        fitting = [begin for begin in self._settings.body_bytes_under if scope["path"].startswith(begin)]
        return self._settings.body_bytes_under[max(fitting, key=len)] if fitting else self._settings.body_bytes

    def count_address(self, scope: Scope) -> None:
        """One request that nobody signed for."""
        if scope["path"] not in _OPEN:
            self._doors.rates.take(self._address_name(scope), self._settings.address_rate, self._doors.now())

    def _address_name(self, scope: Scope) -> str:
        return f"address {network_of(address_of(scope, self._doors.settings))}"

    def security_headers(self, scope: Scope, media: str) -> dict[bytes, bytes]:
        """For every answer. A page may run scripts of this origin, and inline ones that carry its nonce."""
        if media.startswith("text/html"):
            return dict(self._security_headers(scope["state"]["csp_nonce"], media))
        return {**self._plain}

    def veiled(self, scope: Scope) -> str:
        """The address as a log may have it: who came from where cannot be read from it, only what came from one."""
        return _veiled(self._veil, network_of(address_of(scope, self._doors.settings)))

    def _security_headers(self, nonce: str, media: str) -> Iterable[tuple[bytes, bytes]]:
        policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        if media.startswith("text/html"):
            policy = (
                f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
                "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
                "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            )
        yield b"content-security-policy", policy.encode()
        yield b"x-content-type-options", b"nosniff"
        # A form of a page with `no-referrer` would be sent with `Origin: null`, which is no origin of ours.
        yield b"referrer-policy", b"same-origin" if media.startswith("text/html") else b"no-referrer"
        yield b"x-frame-options", b"DENY"
        yield b"cross-origin-opener-policy", b"same-origin"
        yield b"cross-origin-resource-policy", b"same-origin"
        yield (
            b"permissions-policy",
            b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
            b"publickey-credentials-get=(self), publickey-credentials-create=(self)",
        )
        if self._doors.settings.secure:
            yield b"strict-transport-security", f"max-age={self._settings.hsts_s}; includeSubDomains".encode()


class _Exchange:
    """One request and its answer."""

    def __init__(self, shell: Shell, scope: Scope, receive: Receive, send: Send) -> None:
        self._shell, self._receive, self._send = shell, receive, send
        self._method = scope["method"]
        # HEAD is asked of every route that answers GET, and is the same in all but that no body is sent: who may ask,
        # how often, what is kept of it, and the headers (RFC 9110, section 9.3.2). The server keeps its own scope.
        self._scope = {**scope, "method": "GET"} if self._method == "HEAD" else scope
        self._began = self._asked = shell.settings.ticks()
        self._status = 0
        self._bytes_in = self._bytes_out = 0
        self._first_s = 0.0
        self._body_ended = False

    async def run(self) -> None:
        shell, scope = self._shell, self._scope
        shell.metrics.open.inc()
        try:
            refusal = shell.admit(scope)
            starting = shell.settings.starting()
            if refusal is not None:
                await self._answer(answer_to(refusal))
            elif starting is not None and not scope["path"].startswith(_ANSWERED_AT_ONCE):
                await self._answer(starting.answer(shell.settings.ready()))
            else:
                await self._through()
        finally:
            shell.metrics.open.dec()
            if scope["state"].get("principal") is None:
                shell.count_address(scope)
            self._count()

    async def _through(self) -> None:
        try:
            straight = self._shell.settings.straight.get((self._method, self._scope["path"]))
            if straight is None:
                await self._shell.app(self._scope, self._limited, self._guarded)
            else:
                await self._straight(straight)
        except Refusal as refusal:
            if self._status:
                raise _AlreadyBegunError from None
            await self._answer(answer_to(refusal))
        except ClientDisconnect:
            self._status = self._status or _GONE
        except Exception as error:  # noqa: BLE001  # the outermost edge: nothing of it may reach the client or a log
            _log_error(self._shell.settings, self._shell.doors, self._scope, error)
            if self._status:
                raise _AlreadyBegunError from None
            await self._answer(answer_to(Refusal("internal-error", "")))

    async def _straight(self, straight: Straight) -> None:
        """Answered without the router, if it can be; what was read of the body is then read once more."""
        read: list[Message] = []

        async def receive() -> Message:
            read.append(await self._limited())
            return read[-1]

        async def again() -> Message:
            return read.pop(0) if read else await self._limited()

        request = Request(self._scope, receive)
        try:
            response = await straight(request)
        except (ThalwegError, LedgerError) as error:
            response = await _on_error(request, error)
        except HTTPException as error:
            response = await _on_http_error(request, error)
        if response is None:
            await self._shell.app(self._scope, again, self._guarded)
        else:
            await response(self._scope, self._receive, self._guarded)

    async def _answer(self, answer: ProblemAnswer) -> None:
        response = problem_response(self._scope, answer)
        if not self._finished_reading():
            response.headers["connection"] = "close"
        await response(self._scope, self._receive, self._guarded)

    def _finished_reading(self) -> bool:
        names = {name for name, _ in self._scope["headers"]}
        return not names & {b"content-length", b"transfer-encoding"}

    async def _limited(self) -> Message:
        """The request's body, up to the limit, whatever its length was said to be."""
        if self._body_ended:
            return await self._receive()  # waits for the other side to go away, however long a stream lasts
        try:
            async with asyncio.timeout(self._shell.settings.body_wait_s):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        if message["type"] == "http.request":
            self._body_ended = not message.get("more_body", False)
            self._asked = self._shell.settings.ticks()
            self._bytes_in += len(message.get("body", b""))
            limit = self._shell.body_limit(self._scope)
            if self._bytes_in > limit:
                # FastAPI lets this kind through from where it reads a body, and turns every other into a 400.
                raise HTTPException(413)
        return message

    async def _guarded(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._first_s = self._shell.settings.ticks() - self._began
            if self._scope["state"].get("principal") is not None:
                await self._shell.settings.steps.out(self._shell.settings.ticks() - self._asked)
            message["headers"] = list(self._headers(message.get("headers", [])))
            await self._send(message)
            if self._method == "HEAD":  # done, so that a stream that never ends by itself hears that nobody reads
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if self._method == "HEAD" and message["type"] == "http.response.body":
            return
        if message["type"] == "http.response.body":
            self._bytes_out += len(message.get("body", b""))
        await self._send(message)

    def _headers(self, given: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
        held = [(name.lower(), value) for name, value in given]
        state = self._scope["state"]
        media = next((value.decode("latin-1") for name, value in held if name == b"content-type"), "")
        own = self._shell.security_headers(self._scope, media)
        private = state.get("principal") is not None or any(name == b"set-cookie" for name, _ in held)
        cached = any(name == b"cache-control" for name, _ in held)
        if private or self._status >= 400 or not cached:
            own[b"cache-control"] = b"no-store"
        own[b"x-request-id"] = state["request_id"].encode()
        own[b"server"] = b"thalweg"
        for name, value in held:
            if name == b"allow" and b"GET" in (allowed := value.split(b", ")) and b"HEAD" not in allowed:
                yield name, value + b", HEAD"
            elif name not in own:
                yield name, value
        yield from own.items()

    def _count(self) -> None:
        shell, scope, state = self._shell, self._scope, self._scope["state"]
        route, method = _route(scope), self._method if self._method in _METHODS else "other"
        total_ms = round((shell.settings.ticks() - self._began) * 1000, 1)
        shell.metrics.requests.labels(method, route, f"{self._status // 100}xx").inc()
        shell.metrics.seconds.labels(route).observe(self._first_s)
        code = state.get("problem", "")
        if code:
            shell.metrics.refused.labels(code).inc()
        principal = state.get("principal")
        line = {
            "at": shell.doors.now(),
            "event": "request",
            "request": state["request_id"],
            "method": method,
            "route": route,
            "status": self._status,
            "code": code,
            "how": "" if principal is None else principal.how,
            "from": shell.veiled(scope),
            "first_ms": round(self._first_s * 1000, 1),
            "ms": total_ms,
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
        }
        shell.settings.log(orjson.dumps(line).decode())


def too_large(limit: int) -> Refusal:
    return Refusal("request-too-large", f"At most {limit} bytes are taken here.", limit=limit)


def _log_error(settings: ShellSettings, doors: Doors, scope: Scope, error: BaseException) -> None:
    """Which sort of error, and where in the source: an error's own words may hold what somebody sent."""
    ours, raised = raised_in(error)
    line = {
        "at": doors.now(),
        "event": "error",
        "request": scope["state"]["request_id"],
        "route": _route(scope),
        "error": type(error).__name__,
        "code": getattr(error, "code", ""),
        "ours": ours,
        "raised": raised,
    }
    settings.log(json.dumps(line, separators=(",", ":")))


def raised_in(error: BaseException) -> tuple[str, str]:
    """Where an error came up: the last place in our own source, and the last of all."""
    ours, raised, step = "", "", error.__traceback__
    while step is not None:
        file = PurePath(step.tb_frame.f_code.co_filename)
        raised = f"{'/'.join(file.parts[-3:])}:{step.tb_lineno}"
        # By its package: the folder of a checkout may have that name too, and hold whatever was installed beside it.
        ours = raised if step.tb_frame.f_globals.get("__name__", "").partition(".")[0] == "thalweg" else ours
        step = step.tb_next
    return ours, raised


def _route(scope: Scope) -> str:
    """The pattern of the route; never the path, which has ids in it."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else _NO_ROUTE


@lru_cache(maxsize=1024)  # whoever asks asks again
def _veiled(key: bytes, network: str) -> str:
    return hmac.digest(key, network.encode(), "sha256").hex()[:12]
