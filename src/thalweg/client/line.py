"""The line to a desk: HTTP with a bearer token or a session, TLS verified, every wait bounded.

`ask` is one exchange. It tries again only where a kept-open connection had gone away before the request was sent.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from thalweg.client.errors import DeskError, Unanswered
from thalweg.wiring import officer

LARGEST_ANSWER: Final = 512 << 20
_LONGEST_WAIT_S: Final = 20.0  # in all, where the desk says that it is asked too often
_MOST_INDEXES: Final = 10_000
_NEXT: Final = re.compile(r'<(/[^>]*)>; *rel="next"')
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float:
        """How long the desk asks to wait; 0 where it does not say."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdecimal() else 0.0

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever the desk says, read by `told`
        """The body as JSON. DeskError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise DeskError("answer-unreadable", "The desk's answer is not JSON.", self.status) from error

    def problem(self) -> DeskError:
        """The refusal that this is."""
        if self.headers.get("content-type", "").partition(";")[0] == _PROBLEM:
            said = self.json
            return DeskError(str(said["code"]), str(said["detail"]), self.status, said.get("fields") or {})
        sentence = f"The server answered {self.status}, and not as a desk does."
        return DeskError("answer-unreadable", sentence, self.status)

    def need(self, *statuses: int) -> Reply:
        """This, if its status is one of those; else the problem is raised."""
        if self.status not in (statuses or (200,)):
            raise self.problem()
        return self


@dataclass(slots=True)
class Line:
    """`url` is the desk's origin; `ca` a file of issuers to trust instead of the system's, or empty."""

    url: str
    ca: str = ""
    timeout_s: float = 30.0
    token: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)
    pause: Callable[[float], None] = officer.pause
    _held: http.client.HTTPConnection | None = None

    def __post_init__(self) -> None:
        origin_of(self.url)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One exchange; `body` is sent as JSON, bytes as they are. `Unanswered` if none came about."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        asked = path + (f"?{urlencode(query)}" if query else "")
        left_s = _LONGEST_WAIT_S
        while True:
            reply = self._tried(method, asked, data, {**self._headers(), **(headers or {})})
            wait_s = reply.retry_after_s
            if reply.status != 429 or not 0 < wait_s <= left_s:
                return reply
            left_s -= wait_s
            self.pause(wait_s)  # too often, by its own word; it has done nothing with this

    def _tried(self, method: str, asked: str, data: bytes | None, headers: Mapping[str, str]) -> Reply:
        kept = self._held is not None
        try:
            return self._exchange(method, asked, data, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            # Either a connection that was kept had been closed meanwhile, or nobody knows what became of it. Sent again
            # as it is the same is the same, so trying a second time is safe wherever `ask` is used.
            if not kept:
                raise self._unanswered(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unanswered(error) from error
        try:
            return self._exchange(method, asked, data, headers)
        except (OSError, http.client.HTTPException) as error:
            raise self._unanswered(error) from error

    def follow(self, path: str, query: Mapping[str, str | int], headers: Mapping[str, str]) -> Iterator[bytes]:
        """The lines of an answer that does not end, without their ends, on a connection of its own."""
        connection = self._connect()
        try:
            connection.request("GET", f"{path}?{urlencode(query)}", headers={**self._headers(), **headers})
            reply = connection.getresponse()
            if reply.status != 200:
                told = Reply(reply.status, _lowered(reply), reply.read(LARGEST_ANSWER))
                raise told.problem()
            while line := reply.readline():
                yield line.rstrip(b"\r\n")
        except (OSError, http.client.HTTPException) as error:
            raise self._unanswered(error) from error
        finally:
            connection.close()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _exchange(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Reply:
        if self._held is None:
            self._held = self._connect()
        try:
            self._held.request(method, path, data, dict(headers))
            reply = self._held.getresponse()
            body = reply.read(LARGEST_ANSWER + 1)
            if reply.length and len(body) <= LARGEST_ANSWER:  # `read` with a limit does not say that the line broke
                raise http.client.IncompleteRead(body, reply.length)
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if len(body) > LARGEST_ANSWER:
            self.close()
            raise DeskError("answer-too-large", "The answer is larger than what is read here.", reply.status)
        if reply.will_close:
            self.close()
        for value in reply.headers.get_all("set-cookie") or ():
            self._take_cookie(value)
        return Reply(reply.status, _lowered(reply), body)

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=self.timeout_s)
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ssl.SSLError) as error:
            raise DeskError("ca-unreadable", f"{self.ca} cannot be read as certificates in PEM.") from error
        return http.client.HTTPSConnection(host, parts.port, timeout=self.timeout_s, context=context)

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "application/json", "content-type": "application/json", "user-agent": "thalweg"}
        if self.cookie:
            headers["cookie"] = self.cookie
            headers["x-csrf-token"] = self.csrf
        elif self.token:
            headers["authorization"] = f"Bearer {self.token}"
        return headers

    def _take_cookie(self, value: str) -> None:
        """Only the session's own; those of devices and ceremonies are for browsers."""
        pair = value.partition(";")[0].strip()
        name, _, text = pair.partition("=")
        if name in ("thalweg", "__Host-thalweg"):
            self.cookie = pair if text.strip('"') else ""

    def _unanswered(self, error: Exception) -> Unanswered:
        self.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            return Unanswered("desk-not-trusted", f"{self.url} did not show that it is itself: {error.verify_message}.")
        return Unanswered("desk-unreachable", f"{self.url} did not answer: {_why(error)}.")


def origin_of(url: str) -> str:
    """The origin of a desk. DeskError unless it is https://…, or http://localhost on this machine."""
    parts = urlsplit(url)
    with contextlib.suppress(ValueError):
        local = parts.scheme == "http" and parts.hostname == "localhost"
        good = (parts.scheme == "https" or local) and bool(parts.hostname) and parts.username is None
        if good and (parts.port is None or parts.port > 0):
            return f"{parts.scheme}://{parts.netloc}"
    raise DeskError("desk-address", "The address of a desk is like https://desk.example, or http://localhost:8017.")


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")


def _lowered(reply: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.getheaders()}


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def held_entries(get: Callable[[str, Mapping[str, str | int]], Reply]) -> list[int]:
    """The indexes of every entry that one's party may hold, in order: all pages of the list, as `get` asks for them."""
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        page = get("/v1/entries", {"after": after, "limit": _MOST_INDEXES}).json
        found += page["entries"]
        after = page["next"]
    return found


def following(reply: Reply) -> str:
    """The address under which an answer says that the rest is (RFC 8288, `rel="next"`); empty where it is whole."""
    found = _NEXT.search(reply.headers.get("link", ""))
    return "" if found is None else found[1]
