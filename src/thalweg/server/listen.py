"""How uvicorn listens: TLS with clients' certificates, no words of its own, and nothing believed that a client says."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from thalweg.server.peer import TlsProtocol

_HEADER_BYTES = 65_536  # more than the shell takes, so that it is the shell that answers


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. `clients` are the issuers of the certificates that machines may show; None asks for none."""

    certificate: Path
    key: Path
    clients: Path | None = None


def server_config(app: Any, host: str, port: int, *, tls: Tls | None = None, graceful_s: int = 30) -> uvicorn.Config:  # noqa: ANN401  # any ASGI application
    """For `uvicorn.Server`. Port 0 picks one.

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
