"""What every operation has in common, in the OpenAPI description: the ways to sign in, problems as answers, and answers
that have not changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from thalweg.server.problems import MEDIA_TYPE
from thalweg.server.sessions import SECURITY_SCHEMES, principal

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457, with a stable code; the codes are in docs/reference/errors.md.",
    "required": ["type", "title", "status", "detail", "code", "request"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request": {"type": "string"},
        "fields": {"type": "object"},
    },
}
_CONVERTOR = re.compile(r":\w+}")
_ANSWER = {
    "description": "A problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "401": {"WWW-Authenticate": {"description": "how to sign in", "schema": {"type": "string"}}},
    "429": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    "503": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
}
_TAG = {"ETag": {"description": "names exactly this answer", "schema": {"type": "string"}}}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the `ETag` of an answer that one has; 304 while it is the same",
    "schema": {"type": "string"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the application, for `app.openapi`; made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    description = FastAPI.openapi(app)
    parts = description.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = dict(PROBLEM_SCHEMA)
    parts["securitySchemes"] = {name: dict(scheme) for name, scheme in SECURITY_SCHEMES.items()}
    # The description has no convertors in its paths: {subject:path} is {subject} there.
    guarded = {(each.method, _CONVERTOR.sub("}", each.path)) for each in operations(app) if each.guarded}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            answers.pop("422", None)
            answers["default"] = _ANSWER
            for status, answer in answers.items():
                if MEDIA_TYPE in answer.get("content", {}):
                    answers[status] = {**answer, "content": _ANSWER["content"], "headers": _HEADERS.get(status, {})}
            if method == "get" and path.startswith("/v1/") and _is_value(answers.get("200", {})):
                operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
                answers["200"]["headers"] = _TAG
                answers["304"] = {"description": "As you have it", "headers": _TAG}
            if (method.upper(), path) in guarded:
                operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
    return description


def _is_value(answer: Mapping[str, Any]) -> bool:
    """Whether it is a JSON value with a form of its own (`desk.answer`), and no file."""
    return any("$ref" in each.get("schema", {}) for each in answer.get("content", {}).values())


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the route table. `guarded`: it asks who is asking, and refuses who cannot say."""

    method: str
    path: str
    name: str
    guarded: bool


def operations(app: FastAPI) -> tuple[Operation, ...]:
    """Every operation of the application, whatever router it stands in: what tests of access go through."""
    return tuple(
        Operation(method, context.path or "", context.name or "", _asks(context.dependant))
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.methods or ())
    )


def _asks(dependant: Dependant) -> bool:
    return dependant.call is principal or any(map(_asks, dependant.dependencies))
