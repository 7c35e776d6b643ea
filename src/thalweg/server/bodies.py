"""What is made of a question before any route looks at it: it has one reading, or it is refused (RFC 8259, 9110).

A parameter that is given twice says two things, and so does a header of which one is kept. A number is written in
digits: what else Python reads as one (`1_0`, `+5`, `٥`), others do not. A date is not a number of seconds. An object
that names a member twice says two things, and parsers differ in which they keep: a statement that was read as its
second half would be taken, and nobody told of the first. Nor is a body that is said to be in another character set read
as if it were not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from email.message import Message
from typing import Annotated, Final, get_args

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict

from thalweg.server.problems import Refusal

_UTF_8 = frozenset({"", "utf-8", "utf8"})
_FOR_PROGRAMS: Final = ("/v1/", "/sign-in/")
ONCE: Final = ("content-type", "idempotency-key", "last-event-id")
"""Headers that are sent once at most."""
_FORMS: Final = (
    (int, re.compile(r"-?[0-9]{1,20}"), "a whole number in the digits 0 to 9"),
    (
        datetime,
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.ASCII | re.DOTALL),
        "a date such as 2026-11-22T10:00:00Z",
    ),
)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number: to JSON 50.0 is one (JSON Schema, section 6.1.1 of its validation), as no text and no `true` is."""


class Body(BaseModel):
    """What is sent as JSON: these fields and no others, each of its own type. `"5"` is no number, and 1 is not
    `true`."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def one_reading(request: Request) -> None:
    """FastAPI dependency of every route. `Refusal` for a question or a body that could be read in two ways."""
    if request.scope["path"].startswith(_FOR_PROGRAMS):
        _asked_once(request)
    kind = request.headers.get("content-type", "")
    if not is_json(kind):
        return
    charset = _message(kind).get_content_charset("")
    if charset not in _UTF_8:
        raise Refusal("media-type", f"JSON is taken in UTF-8, and this one is said to be in {charset[:40]!r}.")
    body = await request.body()
    if not body:
        return
    try:
        json.loads(body.decode("utf-8-sig"), object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise Refusal("request-invalid", "The body is not JSON in UTF-8.") from error
    except (ValueError, RecursionError):
        return  # what is no JSON is refused by whoever wants the value of it


def _asked_once(request: Request) -> None:
    if (name := _twice(name for name, _ in request.query_params.multi_items())) is not None:
        raise Refusal("parameter-twice", f"{name[:60]!r} is asked twice; which is meant is not guessed.")
    if (name := _twice(name for name, _ in request.headers.items() if name in ONCE)) is not None:
        raise Refusal("header-twice", f"The header {name!r} is sent twice; which is meant is not guessed.")
    route = request.scope.get("route")
    if isinstance(route, APIRoute) and (request.query_params or request.path_params):
        _known(route, request)
        _as_written(route, request)


def _known(route: APIRoute, request: Request) -> None:
    """A parameter that is passed over is a question that was not answered: a misspelt `known` would show today."""
    names = sorted({each.alias for each in route.dependant.query_params})
    for name in request.query_params:
        if name not in names:
            what = f"takes {', '.join(names)}" if names else "takes no parameters"
            raise Refusal("parameter-unknown", f"{name[:60]!r} is not a parameter of this: it {what}.", known=names)


def _as_written(route: APIRoute, request: Request) -> None:
    """Numbers and dates are as they are written everywhere."""
    raw = re.fullmatch(route.path_regex, request.scope["path"])
    given = {"query": dict(request.query_params), "path": {} if raw is None else raw.groupdict()}
    for place, fields in (("query", route.dependant.query_params), ("path", route.dependant.path_params)):
        for each in fields:
            text = given[place].get(each.alias)
            kinds = (each.field_info.annotation, *get_args(each.field_info.annotation))
            for kind, form, what in _FORMS:
                if text is not None and kind in kinds and form.fullmatch(text) is None:
                    found = [{"where": f"{place}.{each.alias}", "what": f"It is {what}."}]
                    raise Refusal("request-invalid", f"{each.alias!r} is {what}.", found=found)


def _twice(names: Iterable[str]) -> str | None:
    """The first that comes a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def is_json(content_type: str) -> bool:
    """Whether a body of that type is read as JSON."""
    message = _message(content_type)
    return message.get_content_maintype() == "application" and (
        message.get_content_subtype() == "json" or message.get_content_subtype().endswith("+json")
    )


def _message(content_type: str) -> Message:
    message = Message()
    message["content-type"] = content_type
    return message


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        name = next(each for each in names if names.count(each) > 1)
        raise Refusal(
            "json-twice", f"The body has the member {name[:60]!r} twice in one object; which is meant is not guessed."
        )
    return made
