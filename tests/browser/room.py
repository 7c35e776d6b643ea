"""One served desk for a file of browser tests, officers who are signed in to it, and what a page must always be.

::

    def test_…(desk: ServedDesk, browse: Browse) -> None:
        page = browse("alpha-1", language="ar", phone=True)      # signed in, in Arabic, 390 px wide
        page.goto(desk.url("/inbox"))
        page.fine()                                              # axe, nothing asked of others, no error on the console

The desk runs on a thread of the test's process, so that a test can also say things as other officers do; the browser is
Debian's Chromium.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, ViewportSize, sync_playwright

from thalweg.desk.office import KeyEntry
from thalweg.ledger.entry import AuthorKey
from thalweg.ledger.identity import GRANT, GRANT_END, KEY_ADD, grant_body, key_add_body
from thalweg.model.accounts import Account, Session, digest
from thalweg.model.declarations import Declaration
from thalweg.model.events import (
    SECRETARIAT,
    ChannelJoined,
    ChannelOpened,
    Declared,
    PartyNamed,
    Role,
    Said,
    Term,
)
from thalweg.model.levels import Level
from thalweg.server.app import Built, ServeSettings, build
from thalweg.server.pages import reader
from thalweg.wiring import now, now_ms, random_bytes
from thalweg.wiring.desk import OpenDesk, open_desk

ROOT: Final = Path(__file__).parents[2]
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS: Final = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic",
)  # fmt: skip
DESKTOP: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
ISLANDS: Final = ROOT / "src/thalweg/server/pages/static/islands"
AXE: Final = ROOT / "web/node_modules/axe-core/axe.min.js"
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PATIENCE_MS: Final = 60_000
"""How long a page is waited for: no test is one of speed, and a machine may have a lot to do besides."""
_HOUR_MS: Final = 3_600_000


def missing() -> str:
    """Why no browser test can run here; empty where they can."""
    if CHROMIUM is None:
        return "needs a Chromium: apt-get install chromium"
    if not AXE.is_file():
        return "needs the packages of web/: ./dev check installs them"
    return ""


@dataclass
class ServedDesk:
    """A desk at http://localhost, with officers whose keys it holds."""

    origin: str
    opened: OpenDesk
    built: Built
    loop: asyncio.AbstractEventLoop
    lines: list[str]
    officers: dict[str, Account] = field(default_factory=dict)
    _said: int = 0

    def url(self, path: str) -> str:
        return self.origin + path

    def officer(
        self, name: str, party: str, role: Role = Role.WATCH, language: str = "en", key: AuthorKey | None = None
    ) -> Account:
        """An account with a key that the desk holds, or with `key` of the officer's own."""
        held = self.opened.home.hold_key(name).key if key is None else key
        scope = "" if role is Role.SECRETARIAT else party
        entries = (KeyEntry(KEY_ADD, key_add_body(name, held)), KeyEntry(GRANT, grant_body(name, role.value, scope)))
        self._run(self.opened.office.register(entries))
        account = Account(f"m-{name}", name, name, party, language, now_ms())
        assert self.opened.accounts.add_account(account)
        self.officers[name] = account
        return account

    def revoke(self, name: str, party: str, role: Role = Role.WATCH) -> None:
        """Takes an officer's rights; the session stays."""
        self._run(self.opened.office.register((KeyEntry(GRANT_END, grant_body(name, role.value, party)),)))

    def parties(self, *parties: str, level: Level | None = Level.FULL, terms: tuple[Term, ...] = ()) -> None:
        """A secretariat (`chair`), parties with one officer each (`<party>-1`), and a channel `line` between them."""
        self.officer("chair", SECRETARIAT, Role.SECRETARIAT)
        for party in parties:
            self.say("chair", PartyNamed(party, party.title()))
            self.officer(f"{party}-1", party)
        terms = terms or ((Term(level),) if level is not None else ())
        if terms:
            first, *others = parties
            self.say(f"{first}-1", ChannelOpened(first, "line", "Line", parties, terms=terms))
            for party in others:
                self.say(f"{party}-1", ChannelJoined(party, "line", terms))

    def say(self, who: str, said: Said) -> str:
        """A statement of an officer whose key the desk holds; returns the id of its entry."""
        self._said += 1
        event: str = self._run(self.opened.office.say_for(who, said, f"browser-{self._said}".encode()))
        return event

    def declare(self, who: str, declaration: Declaration, *cites: str) -> str:
        return self.say(who, Declared(declaration.party, declaration, cites=cites))

    def session(self, who: str, how: Any = "passkey") -> str:
        """The cookie of somebody who has just signed in."""
        now, secret = now_ms(), random_bytes(32)
        made = Session(
            digest(secret), self.officers[who].id, how, now, now + 12 * _HOUR_MS, now, now, "Chrome on Linux"
        )
        self.opened.accounts.add_session(made)
        self.built.doors.forget()
        return _base64url(secret)

    def _run(self, made: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(made, self.loop).result(60)


@contextmanager
def served_desk(folder: Path, clock: Callable[[], datetime] = now) -> Iterator[ServedDesk]:
    """A new desk on a free port, by this machine's clock or an exercise's; stopped at the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        origin = f"http://localhost:{listening.getsockname()[1]}"
        lines: list[str] = []
        opened = open_desk(folder / "desk", origin="desk.example/browser", clock=clock)
        built = build(opened, ServeSettings(origin, lines.append))
        server = uvicorn.Server(
            uvicorn.Config(built.app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
        )
        loops: list[asyncio.AbstractEventLoop] = []

        async def serve() -> None:
            loops.append(asyncio.get_running_loop())
            await server.serve(sockets=[listening])

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served desk", daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), lines[-5:]
            assert time.monotonic() < until, lines[-5:]
            time.sleep(0.01)
        try:
            yield ServedDesk(origin, opened, built, loops[0], lines)
        finally:
            loops[0].call_soon_threadsafe(built.course.closing)
            server.should_exit = True
            thread.join(30)
            opened.close()


class Screen:
    """A page in a browser of one officer; everything of `page` is at hand under its own name."""

    def __init__(self, page: Page, desk: ServedDesk) -> None:
        self.page = page
        self.desk = desk
        self.troubles: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", self._asking)

    def open(self, path: str) -> Screen:
        self.page.goto(self.desk.url(path), wait_until="domcontentloaded")
        return self

    def axe(self, *without: str, within: str = "") -> list[str]:
        """What axe finds against WCAG 2.2 AA and its own good practice: one line for each element."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        options = {
            "runOnly": {"type": "tag", "values": list(WCAG)},
            "rules": {each: {"enabled": False} for each in without},
        }
        found = self.page.evaluate("([within, options]) => axe.run(within || document, options)", [within, options])
        return [
            f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def fine(self, *without: str) -> None:
        """No violation of accessibility, no error of a script, no request off the machine, no sideways scrolling."""
        assert not self.axe(*without)
        assert not self.troubles
        assert not self.strangers()
        assert self.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"

    def strangers(self) -> list[str]:
        """What was asked of anybody but the desk."""
        own = urlsplit(self.desk.origin).netloc
        return [
            each
            for each in self.asked
            if urlsplit(each).scheme not in ("data", "blob") and urlsplit(each).netloc != own
        ]

    def shot(self, path: Path, *, whole: bool = False) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=whole)
        return path

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.troubles.append(f"{kind}: {text}")

    def _asking(self, request: Request) -> None:
        self.asked.append(request.url)


class Browse:
    """Opens screens: `browse("alpha-1", language="ar", phone=True)`. Without a name nobody is signed in."""

    def __init__(self, browser: Browser, desk: ServedDesk) -> None:
        self._browser = browser
        self._desk = desk
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        who: str = "",
        *,
        language: str = "",
        phone: bool = False,
        viewport: ViewportSize | None = None,
        theme: str = "",
        script: bool = True,
        calm: bool = False,
        settings: Sequence[Callable[[BrowserContext], None]] = (),
    ) -> Screen:
        context = self._browser.new_context(
            viewport=viewport or (PHONE if phone else DESKTOP),
            java_script_enabled=script,
            reduced_motion="reduce" if calm else "no-preference",
            color_scheme="dark" if theme in ("dark", "night") else "light",
            locale=language or "en",
            service_workers="block",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        cookies = {}
        if who:
            cookies["thalweg"] = self._desk.session(who)
        name, value = reader_cookie(self._desk, who, language, theme)
        cookies[name] = value
        context.add_cookies([{"name": key, "value": text, "url": self._desk.origin} for key, text in cookies.items()])
        for each in settings:
            each(context)
        return Screen(context.new_page(), self._desk)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


def reader_cookie(desk: ServedDesk, who: str, language: str, theme: str) -> tuple[str, str]:
    """The cookie of a person's settings, as the settings page sets it."""
    account = desk.officers[who] if who else None
    wanted = reader.Reader(language=language or (account.language if account else "en"), theme=theme or "auto")
    return reader._cookie(desk.built.doors, account.id if account else ""), wanted.written()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def virtual_passkey(context: BrowserContext, page: Page) -> str:
    """Gives a page an authenticator that verifies its user and keeps passkeys; returns its id."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    found: str = made["authenticatorId"]
    return found


def show(route: Route, html: str, *, styles: bool = False) -> None:
    """Answers with a page under the policy that every page has; `styles` where a test gives it a size of its own."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'"
    )
    if styles:
        policy = policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"content-security-policy": policy})


def stub(name: str, props: object, inside: str = "", *, head: str = "", language: str = "en") -> str:
    """A small page of a test's own with one island on it, as a template would ask for it."""
    direction = "rtl" if language == "ar" else "ltr"
    manifest = json.loads((ISLANDS / ".vite/manifest.json").read_text("utf-8"))
    found = next(each for each in manifest.values() if each.get("isEntry") and each["name"] == name)
    styles = "".join(f'<link rel="stylesheet" href="/static/islands/{each}">' for each in found.get("css", ()))
    written = json.dumps(props).replace("<", "\\u003c")
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{name}</title>{head}{styles}</head><body><main><h1>{name}</h1>"
        f'<div data-island="{name}"><script type="application/json">{written}</script>{inside}</div></main>'
        f'<script type="module" src="/static/islands/{found["file"]}"></script></body></html>'
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
