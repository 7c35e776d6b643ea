"""`thalweg serve`: the desk, for people and machines to connect to."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.ledger.errors import LedgerError
from thalweg.model.errors import InputError, ThalwegError
from thalweg.server.app import ServeSettings, build
from thalweg.server.listen import DeskServer, Tls, bind, log_through, server_config
from thalweg.server.mail import MailSettings, Security
from thalweg.server.webhooks import WebhookSettings
from thalweg.wiring import ToldClock, now, words_of
from thalweg.wiring.desk import open_desk

FAILED = 2

_SMTP = {"starttls": 587, "tls": 465, "none": 25}  # the usual ports

app = App(name="serve", help="Run a desk: the channel between parties, with its clocks, disclosure and proof.")


@app.default
def serve(
    home: Annotated[Path, Parameter(help="Folder of the desk; made if there is none.")] = Path("thalweg-desk"),
    /,
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
    smtp: Annotated[
        str, Parameter(help="Server that takes our e-mail, such as mail.example:587; without it no e-mail is sent.")
    ] = "",
    smtp_security: Annotated[
        Security, Parameter(help="TLS after a greeting, from the start, or none for a server on this machine.")
    ] = "starttls",
    smtp_user: Annotated[str, Parameter(help="Name under which the mail server knows us.")] = "",
    smtp_password_file: Annotated[Path | None, Parameter(help="File with the password that goes with it.")] = None,
    mail_from: Annotated[str, Parameter(help="Sender of our e-mail, such as desk@desk.example.")] = "",
    webhook_network: Annotated[
        tuple[str, ...],
        Parameter(
            negative=(),
            help="A network that webhooks may reach though it is not the open internet, such as fd12:3456::/32.",
        ),
    ] = (),
    webhook_loopback: Annotated[
        bool, Parameter(negative=(), help="Let webhooks be http://localhost, for a receiver on this machine.")
    ] = False,
    exercise_clock: Annotated[
        Path | None,
        Parameter(help="For an exercise: a file whose first line is the time at the desk; written anew, it sets it."),
    ] = None,
    issuers: Annotated[
        Path | None, Parameter(help="Authorities to believe besides the system's, of webhooks and mail servers, PEM.")
    ] = None,
) -> int:
    """Serve until stopped. With no option at all: SQLite in ./thalweg-desk, on http://localhost:8017."""
    if (certificate is None) != (key is None):
        raise InputError("serve-tls", "A certificate and its key are given together.")
    tls = None if certificate is None or key is None else Tls(certificate, key, clients)
    reached = origin or (f"https://localhost:{port}" if tls else f"http://localhost:{port}")
    mail = None
    if smtp:
        relay, _, number = smtp.partition(":")
        if number and not number.isdecimal():
            raise InputError("serve-smtp", "A mail server is given as mail.example:587.", found=smtp)
        password = "" if smtp_password_file is None else words_of(smtp_password_file).strip()
        pem = "" if issuers is None else str(issuers)
        mail = MailSettings(
            relay, mail_from, int(number or _SMTP[smtp_security]), smtp_security, smtp_user, password, pem
        )
    clock = now if exercise_clock is None else ToldClock(exercise_clock)
    listening = bind(host, port)
    try:
        opened = open_desk(
            home,
            origin=log_origin or "localhost/desk",
            store=f"postgres:{database}" if database else "sqlite:log.db",
            passphrase=None if passphrase_file is None else words_of(passphrase_file).strip(),
            identity=None if identity is None else words_of(identity),
            clock=clock,
        )
    except LedgerError as error:
        return _failed(error)
    try:
        settings = ServeSettings(
            reached,
            log=_line,
            mail=mail,
            webhooks=WebhookSettings(webhook_network, webhook_loopback, "" if issuers is None else str(issuers)),
        )
        built = build(opened, settings)
        _greet(
            home,
            reached,
            built.first_invitation(),
            exercise_clock,
            made=opened.made,
            kept=identity is None and passphrase_file is None,
        )
        server = DeskServer(server_config(built.app, host, port, tls=tls), built.course.closing)

        def stop() -> None:
            server.should_exit = True

        built.course.stop = stop
        log_through(_line)
        with contextlib.suppress(SystemExit):  # uvicorn's, when the desk did not start: the reason is below
            server.run(sockets=[listening])
        return _failed(built.course.fault) if built.course.fault is not None else 0
    except LedgerError as error:
        return _failed(error)
    finally:
        why = opened.close()
        if why:
            _line(json.dumps({"event": "snapshot", "told": why}))


def _failed(error: Exception) -> int:
    """What kept the desk from starting, or ended it, as a sentence."""
    if not isinstance(error, LedgerError | ThalwegError):
        raise error
    print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
    return FAILED


def _greet(home: Path, reached: str, invitation: str, told: Path | None, *, made: bool, kept: bool) -> None:
    if made:
        print(f"A new desk was made in {home}. Back it up with 'thalweg backup {home} FOLDER'.")
        if kept:
            print(f"The key to its keys lies beside them, in {home / 'identity'}: for real use keep it elsewhere")
            print("and start with --identity FILE.")
    print(f"Serving {reached}; the interface is at {reached}/v1, described in {reached}/v1/openapi.json.")
    if told is not None:
        print(f"EXERCISE: the time at this desk is told by {told}. It takes nothing outside of an exercise.")
    if invitation:
        print(f"Nobody has joined yet. The first officer of the secretariat joins at:\n  {invitation}")
    sys.stdout.flush()


def _line(line: str) -> None:
    with contextlib.suppress(OSError):  # a log that cannot be written must not keep the desk from answering
        os.write(sys.stderr.fileno(), line.encode() + b"\n")
