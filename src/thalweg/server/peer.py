"""Who is at the other end of the connection: the address, and the client's certificate.

uvicorn tells an application nothing of TLS (its issues 400 and 745 are open questions still), so the protocol here
adds the ASGI TLS extension to the scope. The certificate in it has been verified against `ssl_ca_certs` by OpenSSL
before a byte of the request was read; uvicorn must be told `ssl_cert_reqs=ssl.CERT_OPTIONAL` (or `CERT_REQUIRED`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import ipaddress
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from thalweg.server.doors import DoorSettings
from thalweg.server.problems import MEDIA_TYPE, Refusal, answer_to

Scope = Mapping[str, Any]
_LONGEST_CERTIFICATE = 32_768
_MUCH = 65_536  # bytes of an answer, to be held back until the loop comes round


class _Joined(asyncio.Transport):
    """What uvicorn writes to instead of the connection's own transport: what comes in one turn of the loop goes out as
    one piece, unless it is much, of which the transport must know so that the writer can be told to wait. uvicorn
    writes the head of an answer and its body one after the other, and each would be a packet of its own, with which the
    other side is woken once more. Has what uvicorn asks of a transport once a connection is made."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        self._pieces: list[bytes | bytearray | memoryview] = []
        self._held = 0

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not data:
            return
        if not self._pieces:
            self._loop.call_soon(self.flush)
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= _MUCH:
            self.flush()

    @override
    def close(self) -> None:
        self.flush()
        self._transport.close()

    @override
    def is_closing(self) -> bool:
        return self._transport.is_closing()

    @override
    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def flush(self) -> None:
        """What is held goes out now."""
        if self._pieces:
            data = b"".join(self._pieces)
            self._pieces.clear()
            self._held = 0
            self._transport.write(data)


class TlsProtocol(H11Protocol):
    """`uvicorn.Config(http=TlsProtocol)`: HTTP/1.1 with `scope["extensions"]["tls"]`.

    And with an end to waiting: uvicorn lets whoever sends a request's head byte by byte hold a connection for ever.
    """

    head_s = 10.0
    """Seconds for the head of a request, from its first byte, or from the connection's beginning."""

    _late: asyncio.TimerHandle | None = None
    _joined: _Joined

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        super().connection_made(transport)
        self.transport = self._joined = _Joined(transport, self.loop)
        self._late = self.loop.call_later(self.head_s, transport.close)
        tls = _tls(transport.get_extra_info("ssl_object"))
        if tls is None:
            return
        app = self.app

        async def with_tls(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI's own types are open
            scope["extensions"] = {**scope.get("extensions", {}), "tls": tls}
            await app(scope, receive, send)

        self.app = with_tls

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._on_time()
        elif self._late is None and self.conn.trailing_data[0]:
            self._late = self.loop.call_later(self.head_s, self.transport.close)

    @override
    def eof_received(self) -> None:
        self._joined.flush()  # the connection closes now, and takes nothing more

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._on_time()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is told so as every refusal is; in the midst of an answer there is nothing more to say."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            said = answer_to(Refusal("http-malformed", f"This is no HTTP request: {msg.rstrip('.')}."))
            body = said.body("")
            head = f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\ncache-control: no-store\r\n"
            self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{head}connection: close\r\n\r\n".encode() + body)
        self.transport.close()

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def _tls(session: ssl.SSLObject | None) -> dict[str, object] | None:
    if session is None:
        return None
    der = session.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [] if der is None else [ssl.DER_cert_to_PEM_cert(der)],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": None,
        "cipher_suite": None,
    }


def address_of(scope: Scope, settings: DoorSettings) -> str:
    """The client's address; behind a trusted proxy, the last one in X-Forwarded-For that is no trusted proxy."""
    peer = _peer(scope)
    if peer not in settings.trusted_proxies:
        return peer
    hops = ",".join(_headers(scope, b"x-forwarded-for")).split(",")
    for hop in reversed(hops):
        text = hop.strip()
        if text in settings.trusted_proxies:
            continue
        return _plain(text) or peer
    return peer


@lru_cache(maxsize=1024)  # whoever asks asks again
def network_of(address: str) -> str:
    """What counts as one address: an IPv6 customer has a /64 at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def is_direct_loopback(scope: Scope, settings: DoorSettings) -> bool:
    """Asked on this very machine, and not through a proxy that happens to run here."""
    forwarded = any(name in (b"x-forwarded-for", b"forwarded", b"x-real-ip") for name, _ in scope["headers"])
    address = address_of(scope, settings)
    try:
        return not forwarded and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def fingerprint_of(scope: Scope, settings: DoorSettings) -> bytes | None:
    """SHA-256 of the client's certificate, from the connection or from a trusted proxy's header; None without.

    Refusal if the trusted proxy sends something else.
    """
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", [])
    if chain:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(chain[0])).digest()
    if not settings.certificate_header or _peer(scope) not in settings.trusted_proxies:
        return None
    sent = _headers(scope, settings.certificate_header.lower().encode("latin-1"))
    if not sent or sent == [""]:
        return None
    if len(sent) > 1:
        raise Refusal("certificate-refused", "The proxy sent two client certificates.")
    return hashlib.sha256(certificate_bytes(sent[0])).digest()


def certificate_bytes(text: str) -> bytes:
    """DER from PEM (as it is, or percent-encoded as nginx sends it) or from RFC 9440's `:base64:`. Refusal if none."""
    text = unquote(text).strip() if text.startswith("-----BEGIN%20") else text.strip()
    try:
        if text.startswith(":") and text.endswith(":"):
            der = base64.b64decode(text[1:-1], validate=True)
        else:
            der = ssl.PEM_cert_to_DER_cert(text)
    except (ValueError, binascii.Error) as error:
        raise Refusal("certificate-unreadable", "That is no certificate in PEM.") from error
    if not 0 < len(der) <= _LONGEST_CERTIFICATE:
        raise Refusal("certificate-unreadable", "That is no certificate in PEM.")
    return der


def _peer(scope: Scope) -> str:
    told = str((scope.get("client") or ("unknown",))[0])
    return _plain(told) or told


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    """The address in its one form: on a socket for both families, IPv4 comes dressed as IPv6. Empty if it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _headers(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
