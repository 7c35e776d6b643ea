"""Who reads, as far as it changes a page: language, colours, how coordinates and times are written.

It stands in a cookie of the account's own, since a watch shares its machine, and holds nothing else: no name, no
place. Before anybody has signed in there is one without an account.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request, Response

from thalweg.places.coordinates import Form
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server.doors import Doors, Principal
from thalweg.server.pages.words import wanted
from thalweg.server.sessions import session_cookie

THEMES: Final = ("auto", "light", "dark", "night")
COORDINATES: Final = (Form.DMS, Form.DECIMAL, Form.DDM, Form.MGRS, Form.UTM)
DIGITS: Final = ("latin", "arabic")
ZONES: Final = (
    "UTC", "Asia/Damascus", "Asia/Baghdad", "Asia/Beirut", "Asia/Amman", "Asia/Jerusalem", "Asia/Aden", "Asia/Dubai",
    "Africa/Cairo", "Africa/Khartoum", "Africa/Tripoli", "Europe/Istanbul", "Europe/Kyiv", "Europe/Moscow",
    "Europe/Paris", "Europe/London", "America/New_York",
)  # fmt: skip
_LASTS_S: Final = 400 * 86_400


@dataclass(frozen=True, slots=True)
class Reader:
    """One person's settings. `zone` is a second time zone beside UTC; `keys` whether single keys do anything."""

    language: str = "en"
    theme: str = "auto"
    coordinates: Form = Form.DMS
    digits: str = "latin"
    keys: bool = True
    zone: str = "UTC"

    def written(self) -> str:
        """For the cookie; only characters that stand there unquoted."""
        parts = (
            self.language,
            self.theme,
            self.coordinates.value,
            self.digits,
            "keys" if self.keys else "none",
            self.zone.replace("/", "|"),
        )
        return "~".join(parts)


def read(text: str, otherwise: Reader) -> Reader:
    """What a cookie says; whatever of it there is not, as it would be without."""
    parts = text.split("~")
    if len(parts) != 6:
        return otherwise
    language, theme, form, digits, keys, zone = parts
    found = otherwise
    if language in LANGUAGES:
        found = replace(found, language=language)
    if theme in THEMES:
        found = replace(found, theme=theme)
    if form in {each.value for each in COORDINATES}:
        found = replace(found, coordinates=Form(form))
    if digits in DIGITS:
        found = replace(found, digits=digits)
    if zone.replace("|", "/") in ZONES:
        found = replace(found, zone=zone.replace("|", "/"))
    return replace(found, keys=keys != "none")


def reader_of(request: Request, doors: Doors, who: Principal | None) -> Reader:
    """The settings of whoever asks: their own, else those of this browser, else what their account and browser say."""
    language = wanted(request.headers.get("accept-language", "")) if who is None else who.language
    before = Reader(language=language)
    if who is None:
        return read(request.cookies.get(_cookie(doors, ""), ""), before)
    return read(request.cookies.get(_cookie(doors, who.account), ""), before)


def keep(response: Response, doors: Doors, who: Principal | None, reader: Reader) -> None:
    """From now on pages are made so."""
    response.set_cookie(
        _cookie(doors, "" if who is None else who.account),
        reader.written(),
        max_age=_LASTS_S,
        path="/",
        secure=doors.settings.secure,
        httponly=True,
        samesite="lax",
    )


def _cookie(doors: Doors, account: str) -> str:
    name = f"{session_cookie(doors.settings)}-reads"
    if not account:
        return name
    return f"{name}-{hmac.new(doors.derive('reads'), account.encode(), hashlib.sha256).hexdigest()[:12]}"
