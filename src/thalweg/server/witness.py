"""A witness over plain HTTP (C2SP tlog-witness), and the hashes of a log for whoever may mirror it (tlog-tiles).

Plain HTTP is enough: checkpoints are signed, and a witness's answer is too. Who may reach the port is for the
firewall, since hashes are for parties entitled to witness.

::

    POST /add-checkpoint            → 200 a cosignature | 400 | 403 | 404 | 409 | 422
    GET  /checkpoint                → the newest signed checkpoint of the log served beside
    GET  /tile/<L>/<N>[.p/<W>]      → hashes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import urlsplit

from typing_extensions import override

from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import LedgerError, Refused
from thalweg.ledger.note import COSIGNATURE, Note, NoteKey, NoteSignature, VerifierKey, verify_line
from thalweg.ledger.promise import ReadStore
from thalweg.ledger.tree import HASH_BYTES, TILE_WIDTH
from thalweg.ledger.witness import MAX_REQUEST_BYTES, SIZE_TYPE, AddCheckpoint, Answer, decide

_TILE = re.compile(r"/tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_TIMEOUT_S = 30
_TRIES = 2
_LARGEST_ANSWER = 128 * 1024  # a checkpoint at its largest; a tile is 8 KiB


class Records(Protocol):
    """A witness's memory; see `thalweg.stores.files.WitnessFiles`."""

    def locked(self) -> AbstractContextManager[None]: ...

    def latest(self, origin: str) -> SignedCheckpoint | None: ...

    def record(self, signed: SignedCheckpoint) -> None: ...

    def keep(self, signed: SignedCheckpoint) -> None: ...


@dataclass(frozen=True, slots=True)
class Witness:
    """What the server needs: whom it witnesses, its key, its memory, and a clock in Unix seconds."""

    logs: Mapping[str, Sequence[VerifierKey]]
    key: NoteKey
    records: Records
    clock: Callable[[], int]

    def answer(self, request: bytes) -> Answer:
        """Judge one request. What must be durable is so before this returns."""
        with self.records.locked():
            latest = {origin: self.records.latest(origin) for origin in self.logs}
            known = {origin: signed for origin, signed in latest.items() if signed is not None}
            answer = decide(request, self.logs, known, self.key, self.clock())
            if answer.keep is not None:
                self.records.keep(answer.keep)
            if answer.record is not None:
                self.records.record(answer.record)
        return answer


def serve(address: tuple[str, int], witness: Witness | None, log: ReadStore | None = None) -> ThreadingHTTPServer:
    """A server bound to `address` (port 0 picks one); the caller runs `serve_forever` and closes it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _TIMEOUT_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
                self.close_connection = True
                self._send(Answer(400, b"the request needs a Content-Length within the limit\n"))
                return
            body = self.rfile.read(int(length))
            if witness is None or self.path != "/add-checkpoint":
                self._send(Answer(404, b"not here\n"))
                return
            self._send(witness.answer(body))

        def do_GET(self) -> None:
            self._send(Answer(404, b"not here\n") if log is None else _read(log, self.path))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        @override
        def log_message(self, *_args: object, **_named: object) -> None:
            """Requests are not logged here: what matters is in the records."""

    return ThreadingHTTPServer(address, Handler)


def ask_witness(url: str, key: VerifierKey, signed: SignedCheckpoint, prove: Callable[[int], Sequence[bytes]]) -> Note:
    """Ask a witness to cosign; returns the note with its line added, verified under `key`.

    `prove` gives the consistency proof from an earlier size. A witness that knows another size says so (409) and is
    asked once more from there; a refusal after that is Refused, and is what a fork looks like from here.
    """
    if key.algorithm != COSIGNATURE:
        raise Refused("witness.key", "A witness's key is a cosigner's (type 0x04).", name=key.name)
    old = 0
    for _ in range(_TRIES):
        status, media, body = _post(url, AddCheckpoint(old, tuple(prove(old)), signed).encode())
        if status == 200:
            return _accept(key, signed, body)
        text = body.decode("utf-8", "replace").strip()
        if status != 409 or media != SIZE_TYPE or not text.isdecimal() or int(text) > signed.head.size:
            break
        if int(text) == old:
            break
        old = int(text)
    raise Refused("witness.refused", f"{key.name} did not cosign ({status}): {text}", status=status, answer=text)


def fetcher(url: str) -> Callable[[str], bytes]:
    """Reads the files of a log under a URL prefix, for `thalweg.ledger.mirror.pull`."""

    def fetch(path: str) -> bytes:
        status, body = _request("GET", f"{url.rstrip('/')}/{path}", None)[::2]
        if status != 200:
            raise Refused("mirror.fetch", f"{url} does not serve {path} ({status}).", status=status)
        return body

    return fetch


def _accept(key: VerifierKey, signed: SignedCheckpoint, body: bytes) -> Note:
    for line in body.decode("utf-8", "replace").split("\n"):
        if not line:
            continue
        signature = NoteSignature.parse(line)
        if (signature.name, signature.key_id) == (key.name, key.key_id):
            verify_line(key, signed.note.text, signature)
            return signed.note.with_signatures([signature])
    raise Refused("witness.line", f"The answer holds no line by {key.name}.", name=key.name)


def _post(url: str, body: bytes) -> tuple[int, str, bytes]:
    return _request("POST", f"{url.rstrip('/')}/add-checkpoint", body)


def _request(method: str, url: str, body: bytes | None) -> tuple[int, str, bytes]:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise Refused("http.url", "Plain http:// URLs are asked here; put TLS in front where it is wanted.", url=url)
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=_TIMEOUT_S)
    try:
        connection.request(method, parts.path, body)
        response = connection.getresponse()
        data = response.read(_LARGEST_ANSWER + 1)
        if len(data) > _LARGEST_ANSWER:
            raise Refused("http.size", f"{parts.hostname} answers with more than was asked for.", url=url)
        return response.status, response.headers.get("Content-Type", ""), data
    except (OSError, HTTPException) as error:
        raise Refused("http.failed", f"{parts.hostname} did not answer: {error}", url=url) from error
    finally:
        connection.close()


def _read(log: ReadStore, path: str) -> Answer:
    stored = log.head()
    if stored is None:
        return Answer(404, b"the log is empty\n")
    if path == "/checkpoint":
        return Answer(200, stored.checkpoint)
    match = _TILE.fullmatch(path)
    if match is None:
        return Answer(404, b"not here\n")
    index = int(match[2].replace("/", "").replace("x", ""))
    width = TILE_WIDTH if match[3] is None else int(match[3])
    try:
        hashes = log.tile(int(match[1]), index)
    except LedgerError as error:
        return Answer(500, f"{error.code}\n".encode())
    if width > TILE_WIDTH or len(hashes) < width * HASH_BYTES:
        return Answer(404, b"there is no such tile\n")
    return Answer(200, hashes[: width * HASH_BYTES], "application/octet-stream")
