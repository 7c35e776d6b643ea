"""Bodies of requests that could be read in two ways are refused, and nothing of them is taken."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import count

import pytest

from tests.serving import Answer, Serving, serving
from thalweg.formats import event as kinds
from thalweg.model.events import MessageSent

NUMBERS = count()
KIND, BODY = kinds.write(MessageSent("alpha", "line", "hello"))
PLAIN = json.dumps({"kind": KIND, "body": BODY}).encode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("bodies")) as made:
        made.parties("alpha", "bravo")
        yield made


def sent(desk: Serving, body: bytes, path: str = "/v1/statements/unsigned", **headers: str) -> Answer:
    told = {"content-type": "application/json", "idempotency-key": f"body-{next(NUMBERS):06d}"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return desk.client.post(path, content=body, headers={**desk.bearing("alpha-1"), **told})


@pytest.mark.parametrize(
    "body",
    [
        PLAIN.replace(b'"hello"', b'"hello", "text": "bye"'),
        PLAIN.replace(b'"kind"', b'"kind": "watch/1", "kind"', 1),
        PLAIN.replace(b'"text"', b'"\\u0074ext": "bye", "text"'),
    ],
)
def test_a_member_given_twice_is_refused_and_neither_is_taken(desk: Serving, body: bytes) -> None:
    before = desk.get("alpha-1", "/v1/channels/line/log").text
    answer = sent(desk, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "json-twice")
    assert desk.get("alpha-1", "/v1/channels/line/log").text == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"entry":"AA==","entry":"AAAA"}',
        b'{"entry":"AA==","payloads":[],"payloads":[]}',
        b'{"entry":"AA==","\\u0065ntry":"AAAA"}',
    ],
)
def test_a_signed_entry_beside_another_is_refused_as_one_given_twice(desk: Serving, body: bytes) -> None:
    answer = sent(desk, body, "/v1/statements")
    assert (answer.status_code, answer.json()["code"]) == (400, "json-twice")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PLAIN, {"content_encoding": "br"}),
        (PLAIN, {"content_encoding": "gzip"}),
        (gzip.compress(PLAIN), {"content_encoding": "gzip"}),
        (PLAIN, {"content_type": "application/json; charset=latin-1"}),
        (PLAIN, {"content_type": "application/json; charset=utf-16"}),
        (PLAIN, {"content_type": "text/plain"}),
        (PLAIN, {"content_type": "application/xml"}),
    ],
)
def test_a_body_that_is_said_to_be_something_else_is_not_read_as_if_it_were_not(
    desk: Serving, body: bytes, headers: dict[str, str]
) -> None:
    answer = sent(desk, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type")
    packed = sent(desk, b"{}", "/v1/statements", content_encoding="gzip")
    assert packed.status_code == 415


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PLAIN, {}),
        (PLAIN, {"content_type": "application/json; charset=UTF-8"}),
        (PLAIN, {"content_encoding": "identity"}),
        (b"\xef\xbb\xbf" + PLAIN, {}),
    ],
)
def test_json_in_utf_8_is_taken(desk: Serving, body: bytes, headers: dict[str, str]) -> None:
    assert sent(desk, body, **headers).status_code == 201


def test_json_in_another_encoding_that_a_parser_would_guess_is_refused(desk: Serving) -> None:
    assert sent(desk, json.dumps({"kind": KIND, "body": BODY}).encode("utf-16")).json()["code"] == "request-invalid"
