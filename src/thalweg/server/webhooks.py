"""Webhooks: signed as Standard Webhooks are, and posted to nowhere that nobody meant.

::

    webhook-id: 5f0c…           the same at every try, so that whoever takes it twice knows
    webhook-timestamp: 1505…    seconds, of this try
    webhook-signature: v1,…     base64 of HMAC-SHA256 over "id.timestamp.body" under the contact's secret

(Standard Webhooks 1.0.0, standard-webhooks/spec.) The address is chosen by whoever entered the contact, so a server
that posted wherever it was told would be a way into its own network. Hence: https alone; the name is resolved here,
every address that it has must be one of the open internet (or in `allowed`), and the connection goes to exactly the
address that was looked at; no redirect is followed; nothing of the answer but its status is kept, or told to anybody.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

import h11
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from thalweg.model.accounts import Contact
from thalweg.model.errors import ValueRefused
from thalweg.server.doors import Doors
from thalweg.server.problems import Refusal

_ANSWER_BYTES: Final = 65_536
_NONCE_BYTES: Final = 12
_NO_ADDRESS: Final = "its port or its name is none that there can be"
_INSIDE: Final = "the address is not one of the open internet"
_PLAIN: Final = "without TLS a webhook is for this machine only, where that is set"
_REMEDIES: Final = {
    _NO_ADDRESS: "Look for a slip in it; a port is a number from 1 to 65535.",
    _INSIDE: "Whoever runs the server lets it post to networks inside, with --webhook-network.",
    _PLAIN: "Give an https:// address; for http://localhost whoever runs the server sets --webhook-loopback.",
}
# Ways round the check by writing an IPv4 address inside an IPv6 one: NAT64, 6to4, Teredo.
_DRESSED: Final = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`allowed` are networks, such as `fd12:3456::/32`, that may be posted to though they are not the open internet.

    `plain_loopback` lets `http://localhost` be posted to, for a receiver on the same machine. `issuers` is a PEM file
    with authorities to believe besides the system's.
    """

    allowed: tuple[str, ...] = ()
    plain_loopback: bool = False
    issuers: str = ""
    wait_s: float = 10.0
    """For all of one try: to resolve, connect, send and be answered."""

    def __post_init__(self) -> None:
        for each in self.allowed:
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueRefused("webhook-network", "A network is like fd12:3456::/32.", found=each) from error


def unreachable(settings: WebhookSettings, url: str) -> str:
    """Why nothing will ever be posted there, and what helps, as far as the address itself says it; empty where it does
    not. What a name stands for is looked at when it is posted to, for it may be another by then."""
    why = _without_asking(settings, url)
    return f"Nothing would ever be posted there: {why}. {_REMEDIES[why]}" if why else ""


def _without_asking(settings: WebhookSettings, url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        _ = _port(parts), host.encode("idna")
    except ValueError:
        return _NO_ADDRESS
    address = _in_numbers(host)
    return "" if address is None else _barred(settings, address, secure=parts.scheme == "https")


def _port(parts: SplitResult) -> int:
    """`ValueError` where there is no such port."""
    if parts.port == 0:
        raise ValueError(parts.port)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _in_numbers(host: str) -> Address | None:
    """The address that a host is, in any of the ways in which it is read when something is posted; None for a name."""
    if host == "localhost":
        return ipaddress.IPv4Address("127.0.0.1")
    with contextlib.suppress(OSError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    return None


class NotCarried(Exception):
    """A bearer did not take something. `why` names no address and nothing of what was sent. `final`: try no more."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.why, self.final = why, final


def signature(secret: bytes, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def seal_secret(doors: Doors, contact: str, secret: bytes) -> bytes:
    """A contact's secret as it is kept: the store alone does not sign for us."""
    nonce = doors.random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(doors.derive("webhook")).encrypt(nonce, secret, contact.encode())


def open_secret(doors: Doors, contact: Contact) -> bytes:
    """The secret again. Refusal if it was sealed by another server's key, or changed."""
    sealed = contact.secret
    try:
        key = AESGCM(doors.derive("webhook"))
        return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], contact.id.encode())
    except (InvalidTag, ValueError) as error:
        raise Refusal(
            "key-absent", "The secret of this webhook does not open here; enter the contact again."
        ) from error


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Posts to webhooks."""

    settings: WebhookSettings
    doors: Doors
    context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.settings.issuers:
            context.load_verify_locations(self.settings.issuers)
        object.__setattr__(self, "context", context)

    async def carry(self, contact: Contact, message_id: str, body: bytes) -> str:
        """Post the body; what was answered, once it was taken (2xx). Raises `NotCarried`."""
        now_s = self.doors.now() // 1000
        headers = [
            ("webhook-id", message_id),
            ("webhook-timestamp", str(now_s)),
            ("webhook-signature", signature(open_secret(self.doors, contact), message_id, now_s, body)),
        ]
        try:
            async with asyncio.timeout(self.settings.wait_s):
                status = await self._post(contact.address, headers, body)
        except TimeoutError as error:
            raise NotCarried("no answer in time") from error
        except ssl.SSLError as error:
            raise NotCarried(f"TLS: {error.reason or 'refused'}"[:100]) from error
        except (OSError, EOFError) as error:
            raise NotCarried(f"not reached: {type(error).__name__}") from error
        except h11.RemoteProtocolError as error:
            raise NotCarried("the answer is no HTTP") from error
        except ValueError as error:  # of what takes the address apart, or asks for the name
            raise NotCarried(_NO_ADDRESS, final=True) from error
        if 200 <= status < 300:
            return f"HTTP {status}"
        # 410: the receiver says that this webhook is no more (Standard Webhooks, "disabling endpoints").
        raise NotCarried(f"HTTP {status}", final=status == 410)

    async def _post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> int:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = _port(parts)
        reader, writer = await self._connected(
            await self._resolved(host, port, secure=secure), host, port, secure=secure
        )
        try:
            link = h11.Connection(h11.CLIENT, max_incomplete_event_size=16_384)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            given = [
                ("host", parts.netloc),
                ("user-agent", "thalweg"),
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
                *headers,
            ]
            for event in (
                h11.Request(method="POST", target=target, headers=given),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                writer.write(link.send(event) or b"")
            await writer.drain()
            return await _status(reader, link)
        finally:
            writer.close()

    async def _connected(
        self, addresses: Sequence[str], host: str, port: int, *, secure: bool
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first of the addresses that answers."""
        context, name = (self.context, host) if secure else (None, None)
        for address in addresses[:-1]:
            with contextlib.suppress(ConnectionError):
                return await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
        return await asyncio.open_connection(addresses[-1], port, ssl=context, server_hostname=name)

    async def _resolved(self, host: str, port: int, *, secure: bool) -> Sequence[str]:
        """The addresses of the name, every one of which was looked at."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)  # a stream
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        if not addresses:
            raise NotCarried("the name has no address")
        for address in addresses:
            if why := _barred(self.settings, address, secure=secure):
                raise NotCarried(why, final=True)
        return tuple(dict.fromkeys(map(str, addresses)))


def _barred(settings: WebhookSettings, address: Address, *, secure: bool) -> str:
    """Why nothing is posted to this address; empty where something may be."""
    address = _bare(address)
    if not secure:
        here = settings.plain_loopback and address.is_loopback
        return "" if here else _PLAIN
    if any(address in ipaddress.ip_network(each) for each in settings.allowed):
        return ""
    dressed = any(address in network for network in _DRESSED)
    if address.is_global and not address.is_multicast and not dressed:
        return ""
    return _INSIDE


async def _status(reader: asyncio.StreamReader, link: h11.Connection) -> int:
    """The status of the answer. Its body is read to its end, up to a size, so that the receiver is not cut off."""
    status, size = 0, 0
    while True:
        event = link.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(8192)
            size += len(data)
            if size > _ANSWER_BYTES:
                return status
            link.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            return status


def _bare(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one, as itself."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
