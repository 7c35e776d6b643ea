"""Mail is handed to its server under TLS and with a name and password, or not at all."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.unit.test_bearers import Mailbox
from tests.unit.test_tls import Issuer
from thalweg.model.accounts import Contact
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant
from thalweg.server.mail import Mail, MailSettings, Security
from thalweg.server.webhooks import NotCarried

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # TLS is from the start
CONTACT = Contact("c-1", "party:alpha", "email", "watch@alpha.example", b"", bytes(32), "en", 0)
USER, PASSWORD = "desk", "a long password"


@dataclass
class Office:
    """A mail server, what it got, and who was let in."""

    box: Mailbox
    port: int
    issuer: Path
    tried: list[tuple[str, bool]]

    def settings(self, **more: Any) -> MailSettings:
        made = MailSettings(
            "127.0.0.1", "desk@desk.example", self.port, "starttls", USER, PASSWORD, str(self.issuer), 5.0
        )
        return replace(made, **more)

    def carry(self, **more: Any) -> str:
        mail = Mail(self.settings(**more))
        return asyncio.run(mail.carry(CONTACT, "m-1", "A notice", "What it says.", Instant(1_505_500_000.0)))


@contextmanager
def office(folder: Path, security: Security = "starttls") -> Iterator[Office]:
    """A server that takes nothing without TLS and without the password, as those of providers are."""
    issuer = Issuer(folder, "mail")
    certificate, key, _ = issuer.issue("post")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    box, tried = Mailbox(), list[tuple[str, bool]]()

    def admit(_server: object, session: Any, _envelope: object, _how: str, given: LoginPassword) -> AuthResult:
        under_tls = session.ssl is not None or security == "tls"
        tried.append((given.login.decode(), under_tls))
        known = under_tls and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=known)  # otherwise the server says 535

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    how: dict[str, Any] = {"ssl_context": context} if security == "tls" else {}
    if security == "starttls":
        how = {"tls_context": context, "require_starttls": True}
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=admit, auth_required=True,
        auth_require_tls=security == "starttls", **how,
    )  # fmt: skip
    controller.start()
    try:
        yield Office(box, port, issuer.file, tried)
    finally:
        controller.stop()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_message_goes_under_tls_to_a_server_that_was_signed_in_to(tmp_path: Path, security: Security) -> None:
    with office(tmp_path, security) as post:
        assert post.carry(security=security) == "SMTP 250"
        assert post.tried == [(USER, True)]
        (got,) = post.box.got
        assert (got["To"], got["Subject"]) == ("watch@alpha.example", "A notice")
        assert got.get_content().strip() == "What it says."


def test_a_wrong_password_is_told_and_tried_again_later(tmp_path: Path) -> None:
    with office(tmp_path) as post:
        with pytest.raises(NotCarried) as refused:
            post.carry(password=PASSWORD[::-1])
        assert not refused.value.final
        assert "535" in refused.value.why
        assert PASSWORD not in refused.value.why
        assert not post.box.got


def test_no_password_goes_to_a_server_whose_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    with office(tmp_path) as post:
        with pytest.raises(NotCarried):
            post.carry(issuers="")
        assert not post.tried
        assert not post.box.got


def test_no_password_goes_to_a_server_that_offers_no_tls(tmp_path: Path) -> None:
    with office(tmp_path, "none") as post:
        with pytest.raises(NotCarried):
            post.carry()
        assert not post.tried
        assert not post.box.got


def test_without_tls_mail_is_for_this_machine_only_and_no_password_is_shown() -> None:
    with pytest.raises(ValueRefused):
        MailSettings("mail.example", "desk@desk.example", security="none")
    assert PASSWORD not in repr(MailSettings("mail.example", "desk@desk.example", user=USER, password=PASSWORD))
