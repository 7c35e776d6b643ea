"""What a client is told when something is refused or breaks: problem+json (RFC 9457) with a stable code.

One table says which code goes with which status; what is not in it goes by the member of the error family. What
broke inside (5xx) is told by a reference only: the sentence of such an error may speak of what the asker was not
shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused, StoreFailed
from thalweg.model.errors import EngineError, InputError, RulesError, ThalwegError, ValueRefused

MEDIA_TYPE = "application/problem+json"


class Refusal(ThalwegError):
    """Not let in, or not let through. A field `retry_after_s` becomes the header Retry-After."""


STATUS: Mapping[str, int] = MappingProxyType(
    {
        "ceremony-over": 400,
        "device-key": 400,
        "framing-ambiguous": 400,
        "header-twice": 400,
        "http-malformed": 400,
        "json-twice": 400,
        "parameter-twice": 400,
        "parameter-unknown": 400,
        "passkey-refused": 400,
        "sign-in-needed": 401,
        "sign-in-refused": 401,
        "session-over": 401,
        "token-refused": 401,
        "certificate-refused": 401,
        "account-disabled": 403,
        "act-refused": 403,
        "csrf-refused": 403,
        "invitation-refused": 403,
        "metrics-refused": 403,
        "origin-refused": 403,
        "person-needed": 403,
        "scope-missing": 403,
        "step-up-needed": 403,
        "key-absent": 404,
        "not-found": 404,
        "method-not-allowed": 405,
        "request-too-slow": 408,
        "cursor-ahead": 409,
        "desk-refused": 409,
        "way-out-gone": 409,
        "key-known": 409,
        "key-last": 409,
        "login-taken": 409,
        "request-too-large": 413,
        "media-type": 415,
        "host-refused": 421,
        "account-value": 422,
        "certificate-unreadable": 422,
        "idempotency-key-used": 422,
        "password-weak": 422,
        "passwords-differ": 422,
        "request-invalid": 422,
        "webhook-inside": 422,
        "rate-limited": 429,
        "headers-too-large": 431,
        "internal-error": 500,
        "not-ready": 503,
        "http-version": 505,
    }
)
"""Codes of this room; `ShellSettings.statuses` adds those of others."""

_BY_FAMILY: tuple[tuple[type[Exception], int], ...] = (
    (Refusal, 403),
    (ValueRefused, 422),
    (InputError, 400),
    (RulesError, 500),
    (EngineError, 503),
    (Malformed, 400),
    (Refused, 403),
    (Inconsistent, 409),
    (Damaged, 503),
    (StoreFailed, 503),
)


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """One answer: `code` for a program, `detail` for a person, `fields` with the same facts."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request: str) -> bytes:
        """The JSON; `request` is the request's id, by which the operator finds the log line."""
        value: dict[str, object] = {
            "type": f"/problems/{self.code}",
            "title": title(self.status),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request": request,
        }
        if self.fields:
            value["fields"] = dict(self.fields)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def title(status: int) -> str:
    """The phrase of HTTP for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def status_of(error: ThalwegError | LedgerError, statuses: Mapping[str, int] = STATUS) -> int:
    """By code, else by the member of the family, else 500."""
    by_code = statuses.get(error.code, STATUS.get(error.code))
    if by_code is not None:
        return by_code
    return next((status for kind, status in _BY_FAMILY if isinstance(error, kind)), 500)


def answer_to(error: ThalwegError | LedgerError, statuses: Mapping[str, int] = STATUS) -> ProblemAnswer:
    """What the client is told of an error of ours."""
    status = status_of(error, statuses)
    headers = {"WWW-Authenticate": 'Bearer realm="thalweg"'} if status == 401 else {}
    wait = error.fields.get("retry_after_s")
    if isinstance(wait, int):
        headers["Retry-After"] = str(wait)
    if status == 503:
        headers.setdefault("Retry-After", "1")
    if status == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED:
        return ProblemAnswer(status, error.code, error.sentence, {}, {"Connection": "close"})
    if status >= 500:
        detail = "This could not be answered now; try again. If it stays so, give the operator the request's id."
        return ProblemAnswer(status, error.code, detail, {}, headers)
    fields = {name: value for name, value in error.fields.items() if _plain(value)}
    return ProblemAnswer(status, error.code, error.sentence, fields, headers)


def _plain(value: object) -> bool:
    """Whether it can go into JSON as it is."""
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _plain(each) for name, each in value.items())
    return value is None or isinstance(value, str | int | float | bool)
