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
        b'{"entry":"AA==","payloads":[{"payload":"AA==","payload":"AAAA","salt":"%b"}]}' % (b"0" * 64),
        b'{"entry":"AA==","payloads":[{"payload":"AA==","salt":"%b","salt":"%b"}]}' % (b"0" * 64, b"1" * 64),
    ],
)
def test_a_signed_entry_beside_another_is_refused_as_one_given_twice(desk: Serving, body: bytes) -> None:
    answer = sent(desk, body, "/v1/statements")
    assert (answer.status_code, answer.json()["code"]) == (400, "json-twice")


@pytest.mark.parametrize(
    ("body", "bearing", "status", "code"),
    [
        (b'{"entry":"AA=="}', True, 400, "canonical.json"),  # refused by what reads an entry
        (b'{"entry":"AA=="}', False, 401, "sign-in-needed"),  # by the doors
        (b'{"entry":"AA==","besides":1}', True, 422, "request-invalid"),  # by the ordinary way, after another was tried
        (b"{", True, 422, "request-invalid"),
    ],
)
def test_a_signed_entry_gets_the_same_answer_by_the_short_way_and_by_the_long_one(
    desk: Serving, body: bytes, bearing: bool, status: int, code: str
) -> None:
    who = desk.bearing("alpha-1") if bearing else {}
    for kind in ("application/json", "application/json; charset=utf-8"):
        before = len(desk.lines)
        answer = desk.client.post("/v1/statements", content=body, headers={**who, "content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        (line,) = [each for each in desk.lines[before:] if each.get("event") == "request"]
        assert (line["status"], line["code"], line["bytes_in"]) == (status, code, len(body))
        assert line["route"] == "/v1/statements"


def test_a_signed_entry_without_its_type_is_not_taken_for_what_another_header_says(desk: Serving) -> None:
    """The short way looks at two headers: neither is read as the other."""
    told = {**desk.bearing("alpha-1"), "idempotency-key": "application/json"}
    answer = desk.client.post("/v1/statements", content=b'{"entry":"AA=="}', headers=told)
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type")


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


@pytest.mark.parametrize("asked", ["after=0&after=3", "after=0&limit=5&limit=5", "a=1&%61=2", "after=&after=1"])
def test_a_parameter_that_is_given_twice_is_refused(desk: Serving, asked: str) -> None:
    answer = desk.get("alpha-1", f"/v1/notices?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-twice")


@pytest.mark.parametrize(
    "path",
    [
        *(f"/v1/notices?after={text}" for text in ("1_0", "%2B5", "%205", "5%20", "%D9%A5", "1.0", "0x1", "")),
        "/v1/entries/1_0",
        "/v1/entries/%D9%A5/receipt",
        "/v1/feedback?since=20261120",
        "/v1/feedback?since=1795000000.5",
    ],
)
def test_a_number_is_read_as_everybody_reads_it_and_a_date_is_no_number(desk: Serving, path: str) -> None:
    answer = desk.get("alpha-1", path)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert answer.json()["fields"]["found"][0]["where"].rpartition(".")[2] in path + "index"


@pytest.mark.parametrize(
    "path", ["/v1/notices?after=0&limit=010", "/v1/entries/0", "/v1/feedback?since=2026-11-20T00:00Z"]
)
def test_what_is_asked_once_and_plainly_is_answered(desk: Serving, path: str) -> None:
    assert desk.get("alpha-1", path).status_code in {200, 404}


@pytest.mark.parametrize(
    "path", ["/v1/as-of?Known=2026-11-20T00:00:00Z", "/v1/notices?after[]=1", "/v1/me?x=", "/v1/entries/0?after=1"]
)
def test_a_parameter_that_a_route_does_not_have_is_refused_and_not_passed_over(desk: Serving, path: str) -> None:
    """A misspelt `known` was answered as of now."""
    answer = desk.get("alpha-1", path)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-unknown")
    if "as-of" in path:
        assert "known" in answer.json()["fields"]["known"]


def test_a_stream_that_is_to_resume_after_two_numbers_is_refused(desk: Serving) -> None:
    """Resumed after the greater, it would never tell what lies between."""
    told = [*desk.bearing("alpha-1").items(), ("Last-Event-ID", "2"), ("last-event-id", "1")]
    answer = desk.client.get("/v1/stream", headers=told)
    assert (answer.status_code, answer.json()["code"]) == (400, "header-twice")


def test_two_keys_against_repetition_are_refused_and_nothing_is_taken(desk: Serving) -> None:
    """Each proxy and each server would keep another of them, and do again under one what was done under another."""
    before = desk.get("alpha-1", "/v1/channels/line/log").text
    told = [(name, value) for name, value in desk.bearing("alpha-1").items()]
    told += [("content-type", "application/json"), ("idempotency-key", "key-00001"), ("Idempotency-Key", "key-00002")]
    answer = desk.client.post("/v1/statements/unsigned", content=PLAIN, headers=told)
    assert (answer.status_code, answer.json()["code"]) == (400, "header-twice")
    assert desk.get("alpha-1", "/v1/channels/line/log").text == before


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        ("?a=1&a=2", [], "parameter-twice"),
        ("", [("Content-Type", "text/plain")], "header-twice"),
        ("", [("idempotency-key", "key-00001"), ("Idempotency-Key", "key-00002")], "header-twice"),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_a_signed_entry_under_what_is_said_twice_is_refused_by_the_short_way_too(
    desk: Serving, query: str, more: list[tuple[str, str]], code: str, kind: str
) -> None:
    told = [*desk.bearing("alpha-1").items(), ("content-type", kind), *more]
    answer = desk.client.post(f"/v1/statements{query}", content=b'{"entry":"AA=="}', headers=told)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
