"""`thalweg serve`: the desk, for people and machines to connect to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import uvicorn
from cyclopts import App, Parameter

from thalweg.model.errors import InputError
from thalweg.server.app import ServeSettings, build
from thalweg.server.listen import Tls, server_config
from thalweg.wiring import read_file
from thalweg.wiring.desk import open_desk

app = App(name="serve", help="Run a desk: the channel between parties, with its clocks, disclosure and proof.")


@app.default
def serve(
    home: Annotated[Path, Parameter(help="Folder of the desk; made if there is none.")] = Path("thalweg-desk"),
    *,
    database: Annotated[
        str, Parameter(help="postgresql://… to keep the log there, with several servers; else SQLite in the folder.")
    ] = "",
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on.")] = 8017,
    origin: Annotated[
        str, Parameter(help="The address under which people reach it, such as https://desk.example.")
    ] = "",
    log_origin: Annotated[str, Parameter(help="Name of a new log, such as desk.example/theatre.")] = "",
    certificate: Annotated[Path | None, Parameter(help="TLS certificate chain, PEM.")] = None,
    key: Annotated[Path | None, Parameter(help="Key of the certificate, PEM.")] = None,
    clients: Annotated[
        Path | None, Parameter(help="Issuers of client certificates that machines may show, PEM.")
    ] = None,
    identity: Annotated[
        Path | None, Parameter(help="age identity that opens the keys, kept away from the folder.")
    ] = None,
    passphrase_file: Annotated[Path | None, Parameter(help="File with the passphrase that opens the keys.")] = None,
) -> int:
    """Serve until stopped. With no option at all: SQLite in ./thalweg-desk, on http://localhost:8017."""
    if (certificate is None) != (key is None):
        raise InputError("serve-tls", "A certificate and its key are given together.")
    tls = None if certificate is None or key is None else Tls(certificate, key, clients)
    reached = origin or (f"https://localhost:{port}" if tls else f"http://localhost:{port}")
    opened = open_desk(
        home,
        origin=log_origin or "localhost/desk",
        store=f"postgres:{database}" if database else "sqlite:log.db",
        passphrase=None if passphrase_file is None else read_file(passphrase_file).decode().strip(),
        identity=None if identity is None else read_file(identity).decode(),
    )
    built = build(opened, ServeSettings(reached, log=_line))
    _greet(home, reached, built.first_invitation(), made=opened.made, kept=identity is None and passphrase_file is None)
    try:
        uvicorn.Server(server_config(built.app, host, port, tls=tls)).run()
    finally:
        opened.close()
    return 0


def _greet(home: Path, reached: str, invitation: str, *, made: bool, kept: bool) -> None:
    if made:
        print(f"A new desk was made in {home}. Back it up with 'thalweg backup {home} FOLDER'.")
        if kept:
            print(f"The key to its keys lies beside them, in {home / 'identity'}: for real use keep it elsewhere")
            print("and start with --identity FILE.")
    print(f"Serving {reached}; the interface is at {reached}/v1, described in {reached}/v1/openapi.json.")
    if invitation:
        print(f"Nobody has joined yet. The first officer of the secretariat joins at:\n  {invitation}")
    sys.stdout.flush()


def _line(line: str) -> None:
    os.write(sys.stderr.fileno(), line.encode() + b"\n")
