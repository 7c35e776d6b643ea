"""Requests as bytes on a line: where they end, what they name, HEAD of whatever answers GET (RFC 9110, 9112)."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn
from typing_extensions import override
from uvicorn.server import ServerState

from tests.conformance.test_wrong_askers import OPEN
from tests.doors_world import World
from tests.serving import Serving, serving, soon
from thalweg.model.declarations import Kind
from thalweg.server.described import operations
from thalweg.server.listen import server_config
from thalweg.server.peer import TlsProtocol
from thalweg.server.rates import Rate


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of this process on a port of its own, that names itself desk.example."""
    server = uvicorn.Server(server_config(World().app, "127.0.0.1", 0, graceful_s=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def sent(port: int, request: str) -> bytes:
    """All that comes back until the server closes; the client says at once that it will send no more."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(request.encode())
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while some := line.recv(65_536):
            answer += some
    return answer


HOST = "Host: desk.example\r\n"
BODY = "5\r\nhello\r\n0\r\n\r\n"
HIDDEN = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n"


@pytest.mark.parametrize(
    "head",
    [
        f"POST /healthz HTTP/1.1\r\n{HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"POST /healthz HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nContent-Length: {len(BODY)}\r\n\r\n",
        f"GET /healthz HTTP/1.1\r\n{HOST}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"POST /healthz HTTP/1.0\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_request_that_ends_in_two_places_is_refused_and_nothing_behind_it_is_taken_for_another(
    port: int, head: str
) -> None:
    answer = sent(port, head + BODY + HIDDEN)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()
    assert b'"code":"framing-ambiguous"' in answer


def test_a_body_in_chunks_alone_or_of_a_length_alone_is_taken_and_the_next_request_is_answered(port: int) -> None:
    for told, body in (("Transfer-Encoding: chunked", BODY), ("Content-Length: 5", "hello")):
        answer = sent(port, f"POST /sign-in/password HTTP/1.1\r\n{HOST}{told}\r\n\r\n{body}{HIDDEN}")
        assert answer.count(b"HTTP/1.1 ") == 2
        assert b'{"alive":true}' in answer


@pytest.mark.parametrize("version", ["0.9", "2.0", "9.9"])
def test_another_version_of_http_is_refused_and_nothing_behind_it_is_read(port: int, version: str) -> None:
    """RFC 9110, section 15.6.6; it was answered as if it were HTTP/1.1."""
    answer = sent(port, f"GET /healthz HTTP/{version}\r\n{HOST}\r\n{HIDDEN}")
    assert answer.startswith(b"HTTP/1.1 505 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()
    assert f"and not HTTP/{version}".encode() in answer


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_minor_version_of_http_1_is_answered(port: int, version: str) -> None:
    answer = sent(port, f"GET /healthz HTTP/{version}\r\n{HOST}\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://desk.example/problems/not-found", "desk.example"),
        ("https://desk.example/problems/not-found", "desk.example"),
        ("HTTP://desk.example/problems/not-found?a=b", "desk.example"),
        ("http://desk.example/problems/not-found", "elsewhere.example"),  # the one in the target is what is asked for
        ("http://desk.example/problems/not%2Dfound", "desk.example"),
    ],
)
def test_a_target_that_names_the_server_is_taken_for_its_path(port: int, target: str, host: str) -> None:
    answer = sent(port, f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"code":"not-found"' in answer


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("http://elsewhere.example/problems/not-found", 421, b"host-refused"),
        ("http://desk.example@elsewhere.example/problems/not-found", 404, b"not-found"),
        ("http:///problems/not-found", 404, b"not-found"),
        ("ftp://desk.example/problems/not-found", 404, b"not-found"),
        ("http://desk.example", 404, b"not-found"),
    ],
)
def test_another_server_named_in_the_target_is_not_this_one(port: int, target: str, status: int, code: bytes) -> None:
    answer = sent(port, f"GET {target} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b'"code":"' + code in answer


class Wire(asyncio.Transport):
    """A connection that keeps what is written, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.pieces.append(bytes(data))

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def pause_reading(self) -> None:
        """Nothing is read here."""

    @override
    def resume_reading(self) -> None:
        """Nothing is read here."""


def answered(app: Any, asked: bytes) -> Wire:
    """What a client's bytes bring, in the pieces in which they go to the network."""

    async def run() -> Wire:
        config = server_config(app, "127.0.0.1", 0)
        config.load()
        wire = Wire()
        protocol = TlsProtocol(config, ServerState(), {})
        protocol.connection_made(wire)
        protocol.data_received(asked)
        while protocol.tasks:
            await asyncio.gather(*protocol.tasks)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        protocol.shutdown()
        return wire

    return asyncio.run(run())


def saying(*pieces: bytes, turn: bool) -> Callable[..., Awaitable[None]]:
    """An application that answers in pieces; `turn`: it waits for the loop between them."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        for each in pieces:
            await send({"type": "http.response.body", "body": each, "more_body": True})
            if turn:
                await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


ASKED = b"GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n"


def test_the_head_of_an_answer_and_its_body_go_out_as_one() -> None:
    wire = answered(saying(b"hello", turn=False), ASKED)
    assert len(wire.pieces) == 1
    assert wire.pieces[0].startswith(b"HTTP/1.1 200 ")
    assert wire.pieces[0].endswith(b"hello\r\n0\r\n\r\n")
    assert wire.closed


def test_what_is_said_later_goes_out_when_it_is_said() -> None:
    wire = answered(saying(b"one", b"two", turn=True), ASKED)
    assert [b"one" in each for each in wire.pieces][:2] == [True, False]
    assert b"two" in wire.pieces[1]


def test_an_answer_that_never_waits_is_not_held_back_as_a_whole() -> None:
    wire = answered(saying(*(bytes(40_000) for _ in range(10)), turn=False), ASKED)
    assert len(wire.pieces) > 4  # so that the connection can say that it is full
    assert max(map(len, wire.pieces)) < 130_000
    assert sum(each.count(0) for each in wire.pieces) == 400_000


def test_a_client_that_says_at_once_that_it_sends_no_more_gets_its_answer(port: int) -> None:
    for _ in range(20):
        assert b'{"alive":true}' in sent(port, HIDDEN)


def test_what_is_no_request_is_told_so_before_the_connection_is_closed() -> None:
    wire = answered(saying(turn=False), b"what is this\r\n\r\n")
    assert b"".join(wire.pieces).startswith(b"HTTP/1.1 400 ")
    assert wire.closed


@pytest.mark.parametrize(
    "request_line",
    [
        "what is this",
        "GET /health\x00z HTTP/1.1",
        "GET /healthz HTTP/1.1\r\nHost: desk.example\r\nBad Header: 1",
        "GET /healthz HTTP/1.1\r\nHost: desk.example\r\nContent-Length: one",
        "GET /healthz HTTP/1.1",
    ],
)
def test_what_is_no_request_is_refused_as_every_refusal_is(port: int, request_line: str) -> None:
    answer = sent(port, f"{request_line}\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "http-malformed")
    assert f"content-length: {len(body)}".encode() in head


def test_limits_and_counts_go_by_the_path_in_the_target() -> None:
    """What is open to everybody stays so, and what is not does not become so by another way of writing it."""
    world = World()
    server = uvicorn.Server(server_config(world.app, "127.0.0.1", 0, graceful_s=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        own = server.servers[0].sockets[0].getsockname()[1]
        answer = sent(own, f"GET http://desk.example/who/1 HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert world.lines[-1]["route"] == "/who/{anything}"
    finally:
        server.should_exit = True
        thread.join()


# --- HEAD ---

CHANGES = re.compile(r"'nonce-[^']+'")


def told(headers: object) -> dict[str, str]:
    """Headers without what is new in every answer; of those that a time in the answer changes, that they are there."""
    assert hasattr(headers, "items")
    new, some = (
        ("x-request-id", "date", "set-cookie"),
        ("etag", "content-length", "thalweg-copy", "content-disposition"),
    )
    kept = {name: value for name, value in headers.items() if name not in new}
    return {name: "some" if name in some else CHANGES.sub("nonce", value) for name, value in kept.items()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("head")) as made:
        made.parties("alpha", "bravo")
        made.declare("alpha-1", soon("clinic", "alpha", kind=Kind.STATIC_SITE))
        yield made


def test_whatever_answers_get_answers_head_with_the_same_headers_and_no_body(desk: Serving) -> None:
    """From the table of routes: to whoever may ask, to whoever may not, and to nobody known (RFC 9110, 9.3.2)."""
    asked = 0
    for operation in operations(desk.built.app):
        if operation.method != "GET" or operation.path in ("/v1/stream", "/metrics"):
            continue
        path = re.sub(r"\{[^}]+\}", "alpha/clinic" if "subject" in operation.path else "1", operation.path)
        for who in ("bravo-1", "nobody"):
            plain = desk.get(who, path, accept="*/*")
            head = desk.client.head(path, headers={**desk.bearing(who), "accept": "*/*"})
            assert (head.status_code, head.content) == (plain.status_code, b""), path
            assert told(head.headers) == told(plain.headers), path
            asked += 1
    assert asked > 80
    assert not any(method.startswith("HEAD ") for method in OPEN)


def test_head_has_the_tag_and_is_told_that_nothing_changed(desk: Serving) -> None:
    plain = desk.get("bravo-1", "/v1/parties")
    head = desk.client.head("/v1/parties", headers=desk.bearing("bravo-1"))
    assert (head.headers["etag"], head.headers["content-length"]) == (plain.headers["etag"], str(len(plain.content)))
    again = desk.client.head("/v1/parties", headers={**desk.bearing("bravo-1"), "if-none-match": head.headers["etag"]})
    assert again.status_code == 304


def test_head_of_a_stream_has_its_headers_and_ends(desk: Serving) -> None:
    head = desk.client.head("/v1/stream", headers=desk.bearing("bravo-1"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert desk.built.app.state.desk.streams.open == 0


def test_head_counts_as_reading_where_get_does(desk: Serving) -> None:
    """R37: that protected sites were asked for is on record, whichever way it was asked."""
    reads = desk.built.app.state.desk.reads
    reads._held.clear()  # before they are put on record
    desk.client.head("/v1/declarations", headers=desk.bearing("bravo-1"))
    assert ("bravo", "bravo-1") in reads._held


def test_what_has_no_get_has_no_head_and_says_what_it_has(desk: Serving) -> None:
    head = desk.client.head("/sign-in/passkey", headers=desk.bearing("bravo-1"))
    assert (head.status_code, head.content, head.headers["allow"]) == (405, b"", "POST")
    wrong = desk.client.delete("/v1/parties", headers=desk.bearing("bravo-1"))
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
    # What answers GET and what answers DELETE are two routes, and one resource.
    neither = desk.client.put("/sign-in/sessions", headers=desk.bearing("bravo-1"))
    assert (neither.status_code, neither.headers["allow"]) == (405, "DELETE, GET, HEAD")
    # `/v1/incidents/{reference}` answers GET, and this is none of these.
    searches = desk.client.put("/v1/incidents/searches", headers=desk.bearing("bravo-1"))
    assert (searches.status_code, searches.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("search", "where"),
    [({"before": False}, "body.before"), ({"limit": "5"}, "body.limit"), ({"withdrawn": 1}, "body.withdrawn"),
     ({"near": {"lon": "40.1", "lat": 35.3}}, "body.near.lon")],
)  # fmt: skip
def test_what_is_of_another_type_is_not_taken_for_what_it_may_mean(
    desk: Serving, search: dict[str, object], where: str
) -> None:
    answer = desk.client.post("/v1/incidents/searches", json=search, headers=desk.bearing("bravo-1"))
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert [each["where"] for each in answer.json()["fields"]["found"]] == [where]


def test_a_whole_number_is_one_however_json_writes_it(desk: Serving) -> None:
    answer = desk.client.post("/v1/incidents/searches", json={"limit": 5.0}, headers=desk.bearing("bravo-1"))
    assert answer.status_code == 200


def test_head_is_limited_and_counted_as_get_is() -> None:
    world = World(around={"address_rate": Rate(5, 60_000)})
    browser = world.browser()
    answers = [browser.send("HEAD", "/problems/not-found") for _ in range(7)]
    assert [each.status_code for each in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"]
    assert browser.get("/problems/not-found").status_code == 429
    assert world.lines[0]["method"] == "HEAD"
    assert world.lines[0]["bytes_out"] == 0
