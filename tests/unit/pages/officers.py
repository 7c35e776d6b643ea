"""Officers who use the pages as a browser without scripts does: they load, fill in the form there, and send it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

import html5lib
from lxml import html

from tests.serving import ORIGIN, Answer, Serving
from thalweg.desk.office import KeyEntry
from thalweg.ledger.identity import GRANT, KEY_ADD, grant_body, key_add_body
from thalweg.model.accounts import Account, Session, digest
from thalweg.model.events import SECRETARIAT, Role
from thalweg.wiring import now_ms, random_bytes

HOUR_MS = 3_600_000


@dataclass
class Seen:
    """A page as it came: its text, and its elements."""

    answer: Answer

    @property
    def root(self) -> Any:
        return html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        return " ".join(self.root.text_content().split())

    @property
    def title(self) -> str:
        return str(self.root.findtext(".//title"))

    def form(self, action: str, place: int = 0) -> dict[str, list[str]]:
        """What the form with this action would send as it stands."""
        forms = [each for each in self.root.iter("form") if each.get("action") == action]
        assert forms, f"no form {action} on {[each.get('action') for each in self.root.iter('form')]}"
        fields: dict[str, list[str]] = {}
        for name, value in forms[place].form_values():
            fields.setdefault(name, []).append(value)
        return fields

    def valid(self) -> None:
        """Refused by the HTML5 parser for nothing; with one heading of the first rank, and every field labelled."""
        html5lib.HTMLParser(strict=True).parse(self.answer.text)
        root = self.root
        assert len(list(root.iter("h1"))) == 1
        assert len(list(root.iter("main"))) == 1
        assert root.get("lang")
        assert root.get("dir") in ("ltr", "rtl")
        ids = [each.get("id") for each in root.iter() if each.get("id")]
        assert len(ids) == len(set(ids)), sorted({each for each in ids if ids.count(each) > 1})
        labelled = {each.get("for") for each in root.iter("label")}
        for each in root.iter("input", "select", "textarea"):
            named = each.get("id") in labelled or each.getparent().tag == "label"
            assert each.get("type") == "hidden" or named, html.tostring(each)
        for each in root.iter("button"):
            assert each.text_content().strip(), html.tostring(each)


@dataclass
class Officer:
    """Somebody with a browser; `cookies` is theirs alone."""

    server: Serving
    name: str = ""
    party: str = ""
    language: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def see(self, path: str, expect: int = 200) -> Seen:
        answer = self._ask("GET", path)
        assert answer.status_code == expect, (path, answer.status_code, answer.text[:2000], self.server.lines[-3:])
        return Seen(answer)

    def send(
        self,
        seen: Seen,
        action: str,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        expect: int = 303,
        place: int = 0,
    ) -> Answer:
        """The form of a page that was seen, with these fields filled in."""
        filled: dict[str, str | Sequence[str]] = {**seen.form(action, place), **(fields or {})}
        answer = self._ask("POST", action, urlencode(filled, doseq=True))
        assert answer.status_code == expect, (action, answer.status_code, unescape(answer.text[:3000]))
        return answer

    def post(self, path: str, **fields: str | Sequence[str]) -> Answer:
        return self._ask("POST", path, urlencode(fields, doseq=True))

    def follow(self, answer: Answer) -> Seen:
        """Where a form leads."""
        return self.see(answer.headers["location"].partition("#")[0])

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        headers = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.language:
            headers["accept-language"] = self.language
        if method == "POST":
            headers |= {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
        self.server.client.cookies.clear()
        answer = self.server.client.request(method, path, content=body or None, headers=headers, follow_redirects=False)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for each in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in each:
                self.cookies.pop(each.partition("=")[0], None)
        self.server.client.cookies.clear()
        return answer


def officer(
    server: Serving, name: str, party: str, role: Role = Role.WATCH, language: str = "en", *, holds_key: bool = True
) -> Officer:
    """Somebody of a party who has just signed in; the desk holds their key unless told otherwise."""
    scope = "" if role is Role.SECRETARIAT else party
    entries = [KeyEntry(GRANT, grant_body(name, role.value, scope))]
    if holds_key:
        entries.insert(0, KeyEntry(KEY_ADD, key_add_body(name, server.opened.home.hold_key(name).key)))
    server.portal.call(server.opened.office.register, tuple(entries))
    account = Account(f"p-{name}", name, name, party if party != SECRETARIAT else SECRETARIAT, language, now_ms())
    assert server.opened.accounts.add_account(account)
    return signed_in(server, account)


def signed_in(server: Serving, account: Account) -> Officer:
    """One more browser of an account."""
    now, secret = now_ms(), random_bytes(32)
    held = Session(digest(secret), account.id, "passkey", now, now + 12 * HOUR_MS, now, now, "Firefox on Linux")
    server.opened.accounts.add_session(held)
    server.built.doors.forget()
    cookie = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return Officer(server, account.login, account.party, cookies={"thalweg": cookie})


def screen(server: Serving, login: str) -> Officer:
    """The browser of a machine's account: what a page shows there is on a screen."""
    account = server.opened.accounts.account(f"m-{login}")
    assert account is not None
    return signed_in(server, account)
