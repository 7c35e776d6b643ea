"""How uvicorn listens: TLS with clients' certificates, no words of its own, and nothing believed that a client says."""

from __future__ import annotations

import errno
import json
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from typing_extensions import override

from thalweg.model.errors import InputError
from thalweg.server.peer import TlsProtocol

_HEADER_BYTES = 65_536  # more than the shell takes, so that it is the shell that answers


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. `clients` are the issuers of the certificates that machines may show; None asks for none."""

    certificate: Path
    key: Path
    clients: Path | None = None


def server_config(
    app: Callable[..., Any], host: str, port: int, *, tls: Tls | None = None, graceful_s: int = 30
) -> uvicorn.Config:
    """For `uvicorn.Server`: any ASGI application. Port 0 picks one.

    The shell reads X-Forwarded-For by itself, and only from proxies that are named; uvicorn is told not to.
    Certificates of clients are asked for and not demanded: people come without.
    """
    files: dict[str, Any] = {}
    if tls is not None:
        files = {"ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)}
        if tls.clients is not None:
            files |= {"ssl_ca_certs": str(tls.clients), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=TlsProtocol,
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=graceful_s,
        **files,
    )


_PORTS = 65_535


def bind(host: str, port: int) -> socket.socket:
    """The socket to listen on, taken before anything else is done. InputError says why it cannot be had."""
    if not 0 <= port <= _PORTS:  # the system takes it modulo 65,536, and would listen somewhere else
        raise InputError(
            "serve-port", f"There is no port {port}: they end at {_PORTS}.", expected=f"0 to {_PORTS}", found=port
        )
    # It names its protocol, for by that asyncio knows TCP and sends what is written at once: else the second half of an
    # answer waits 40 ms for the word that the first has arrived.
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise InputError("serve-address", f"{host} is no address of this machine.", found=host) from error
    family, kind, protocol, _, address = found[0]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        opened.close()
        raise InputError("serve-port", _why(error, host, port), found=port) from error
    return opened


def _why(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} of {host} is in use: another program, or another desk, listens there."
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine."
        case errno.EACCES:
            return f"Port {port} may not be listened on by this user; ports below 1024 are for the system."
        case _:
            return f"Port {port} of {host} cannot be listened on: {error.strerror}."


class _Lines(logging.Handler):
    """uvicorn's own warnings as lines of our log: their last line, and the sort of error; never a whole traceback, in
    which somebody's words may stand."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().strip().splitlines() or [""]
        kind = record.exc_info[0] if record.exc_info else None
        line = {
            "at": round(record.created * 1000),
            "event": "server",
            "said": said[-1][:300],
            "error": "" if kind is None else kind.__name__,
        }
        self._log(json.dumps(line, separators=(",", ":")))


def log_through(log: Callable[[str], None]) -> None:
    """What uvicorn has to say goes there."""
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn"
    logging.getLogger("uvicorn").addHandler(_Lines(log))


class DeskServer(uvicorn.Server):
    """uvicorn, told to stop as a desk stops: streams end at once, what came in is answered, and the status is ours.

    uvicorn waits for every connection to end before it lets the application know, and a stream never ends by itself;
    and it raises the signal again when all is done, which would end the process before the stores are closed."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing_now = closing
        self._told = False

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    @override
    async def on_tick(self, counter: int) -> bool:
        ending = await super().on_tick(counter)
        if ending and not self._told:
            self._told = True
            self._closing_now()
        return ending
