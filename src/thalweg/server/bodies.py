"""What is made of a body in JSON before any route looks at it: it has one reading, or it is refused (RFC 8259, 9110).

An object that names a member twice says two things, and parsers differ in which they keep: a statement that was read as
its second half would be taken, and nobody told of the first. Nor is a body that is said to be in another character set
read as if it were not.
"""

from __future__ import annotations

import json
from email.message import Message

from fastapi import Request

from thalweg.server.problems import Refusal

_UTF_8 = frozenset({"", "utf-8", "utf8"})


async def one_reading(request: Request) -> None:
    """FastAPI dependency of every route. `Refusal` for a body that could be read in two ways."""
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
