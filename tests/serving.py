"""A whole server in this process: a desk on SQLite in a folder, officers whose keys it holds, and their tokens."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient

from tests.desk_world import circle
from thalweg.desk.office import KeyEntry
from thalweg.formats import event as kinds
from thalweg.ledger.identity import GRANT, KEY_ADD, grant_body, key_add_body
from thalweg.model.accounts import Account, Contact, Token, digest
from thalweg.model.declarations import Declaration, Kind
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
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.server.app import Built, ServeSettings, build
from thalweg.server.steps import Steps
from thalweg.server.webhooks import seal_secret
from thalweg.wiring import now_ms
from thalweg.wiring.desk import OpenDesk, open_desk

ORIGIN = "http://localhost"
Answer = httpx2.Response


@dataclass
class Serving:
    """What a test does to the server: `say` through the interface, as the officer of a party."""

    opened: OpenDesk
    built: Built
    client: TestClient
    lines: list[dict[str, Any]]
    tokens: dict[str, str] = field(default_factory=dict)
    said: int = 0

    @property
    def portal(self) -> BlockingPortal:
        """The way into the loop that serves: there is one while it does."""
        assert self.client.portal is not None
        return self.client.portal

    def officer(self, name: str, party: str, role: Role = Role.WATCH, language: str = "en") -> None:
        key = self.opened.home.hold_key(name).key
        scope = "" if role is Role.SECRETARIAT else party
        entries = (KeyEntry(KEY_ADD, key_add_body(name, key)), KeyEntry(GRANT, grant_body(name, role.value, scope)))
        self.portal.call(self.opened.office.register, entries)
        account = Account(f"m-{name}", name, name, party, language, now_ms(), machine=True)
        assert self.opened.accounts.add_account(account)
        secret = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
        text = f"thw_{secret}"
        at = now_ms()
        token = Token(f"t-{name}", digest(text.encode()), account.id, ("read", "write"), at, at + 3_600_000, 0, name)
        self.opened.accounts.add_token(token)
        self.tokens[name] = text

    def parties(self, *parties: str, level: Level | None = Level.FULL, terms: tuple[Term, ...] = ()) -> None:
        """A secretariat, parties with one officer each (`<party>-1`), and a channel between them."""
        self.officer("chair", SECRETARIAT, Role.SECRETARIAT)
        for party in parties:
            self.say("chair", PartyNamed(party, party.title()))
            self.officer(f"{party}-1", party)
        if level is None and not terms:
            return
        terms = terms or ((Term(level),) if level is not None else ())
        first, *others = parties
        self.say(f"{first}-1", ChannelOpened(first, "line", "Line", parties, terms=terms))
        for party in others:
            self.say(f"{party}-1", ChannelJoined(party, "line", terms))

    def contact(self, party: str, kind: str, address: str, language: str = "en", secret: bytes = b"") -> Contact:
        name = f"c-{party}-{len(self.opened.accounts.contacts(f'party:{party}'))}"
        sealed = seal_secret(self.built.doors, name, secret) if secret else b""
        made = Contact(name, f"party:{party}", kind, address, sealed, bytes(32), language, now_ms() - 1)  # type: ignore[arg-type]  # one of three words
        self.opened.accounts.add_contact(made)
        return made

    def say(self, who: str, said: Said, expect: int = 201) -> Any:
        kind, body = kinds.write(said)
        self.said += 1
        answer = self.client.post(
            "/v1/statements/unsigned",
            json={"kind": kind, "body": body},
            headers={**self.bearing(who), "idempotency-key": f"test-{self.said:06d}"},
        )
        assert answer.status_code == expect, answer.text
        return answer.json()

    def declare(self, who: str, declaration: Declaration, expect: int = 201, *cites: str) -> Any:
        return self.say(who, Declared(declaration.party, declaration, cites=cites), expect)

    def get(self, who: str, path: str, **headers: str) -> Answer:
        return self.client.get(path, headers={**self.bearing(who), **headers})

    def notices(self, who: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(who, "/v1/notices?limit=200").json()["notices"]
        return found

    def bearing(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("event") == name]


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Serving]:
    """The server, started; stopped and closed at the end."""
    lines: list[dict[str, Any]] = []
    opened = open_desk(folder / "desk", origin="desk.example/test")
    settings = {"steps": Steps(), **settings}  # a test that asks a thousand times need not wait as often
    built = build(opened, ServeSettings(ORIGIN, lambda line: lines.append(json.loads(line)), **settings))
    try:
        with TestClient(built.app, base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
            yield Serving(opened, built, client, lines)
    finally:
        opened.close()


def soon(
    name: str, party: str, lon: float = 40.14, lat: float = 35.336, *, kind: Kind = Kind.OPERATION, **more: Any
) -> Declaration:
    """A declaration for the day after tomorrow, by the clock on the wall."""
    made = circle(name, party, lon, lat, kind=kind, **more)
    if kind is Kind.STATIC_SITE:
        return made
    at_s = now_ms() / 1000 - 1_505_500_000.0
    hours = at_s / 3600
    return circle(name, party, lon, lat, kind=kind, hours=(hours + 48, hours + 51), **more)


def instant(in_s: float = 0.0) -> Instant:
    return Instant(round(now_ms() / 1000 + in_s))
