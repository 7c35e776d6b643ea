"""E-mail: plain text by an SMTP server of one's own, one message to one address."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from thalweg.model.accounts import Contact
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant
from thalweg.server.webhooks import NotCarried

Security = Literal["starttls", "tls", "none"]
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The SMTP server that takes our mail. `security`: `starttls` (port 587), `tls` from the start (465), or `none`,
    which is for a server on this machine."""

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    issuers: str = ""
    wait_s: float = 20.0

    def __post_init__(self) -> None:
        if "@" not in self.sender or not self.sender.isprintable() or not self.host:
            raise ValueRefused("mail-sender", "Mail needs a server, and a sender such as desk@desk.example.")
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueRefused("mail-tls", "Without TLS, mail is handed to a server on this machine only.")


@dataclass(frozen=True, slots=True)
class Mail:
    """Hands mail to the server."""

    settings: MailSettings
    context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        context = ssl.create_default_context()
        if self.settings.issuers:
            context.load_verify_locations(self.settings.issuers)
        object.__setattr__(self, "context", context)

    async def carry(self, contact: Contact, message_id: str, subject: str, text: str, at: Instant) -> str:
        """Hand over one message; what the server said once it had taken it (250). Raises `NotCarried`."""
        settings = self.settings
        message = EmailMessage()
        domain = settings.sender.rpartition("@")[2]
        for name, value in _headers(settings.sender, contact.address, subject, f"<{message_id}@{domain}>", at).items():
            message[name] = value
        message.set_content(text)
        try:
            refused, said = await aiosmtplib.send(
                message,
                sender=settings.sender,
                recipients=[contact.address],
                hostname=settings.host,
                port=settings.port,
                username=settings.user or None,
                password=settings.password or None,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                tls_context=None if settings.security == "none" else self.context,
                timeout=settings.wait_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            raise NotCarried(f"SMTP {codes[0] if codes else 0}", final=all(code >= 500 for code in codes)) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotCarried(f"SMTP {error.code}: the server does not let us in") from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotCarried(f"SMTP {error.code}", final=error.code >= 500) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotCarried(f"not reached: {type(error).__name__}") from error
        return "SMTP 250" if not refused and said is not None else "SMTP"


def _headers(sender: str, to: str, subject: str, message_id: str, at: Instant) -> Mapping[str, str]:
    return {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at.as_datetime()),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday answer comes back
    }
