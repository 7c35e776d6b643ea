"""A server with nothing behind its doors: a told clock, accounts in memory, soft authenticators, and browsers."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Annotated, Any

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import Depends, FastAPI, Request, Response
from fido2 import cbor
from fido2.cose import ES256
from pydantic import BaseModel
from pyotp import TOTP
from starlette.testclient import TestClient

from thalweg.model.accounts import Account, AccountStore
from thalweg.model.errors import EngineError, InputError
from thalweg.server import keys, signin
from thalweg.server.described import describe
from thalweg.server.doors import Doors, DoorSettings, Principal
from thalweg.server.sessions import CSRF_HEADER, principal
from thalweg.server.shell import ShellSettings, build_shell
from thalweg.server.webhooks import WebhookSettings, unreachable
from thalweg.stores.accounts_memory import MemoryAccounts

ORIGIN = "https://desk.example"
START_MS = 1_800_000_000_000
PASSWORD = "correct horse battery staple"  # noqa: S105  # of nobody
Answer = httpx2.Response

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Noise:
    """Bytes that look random and are the same in every run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(b"noise %d" % self.count).digest(size)


class Note(BaseModel):
    text: str


@dataclass
class World:
    settings: DoorSettings = field(default_factory=lambda: DoorSettings(ORIGIN))
    around: Mapping[str, Any] = field(default_factory=dict)
    now_ms: int = START_MS
    store: AccountStore = field(default_factory=MemoryAccounts)
    noise: Noise = field(default_factory=Noise)
    audited: list[tuple[str, Mapping[str, str | int]]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    allowed: set[tuple[str, str]] = field(default_factory=set)
    """(act, party) that everybody may."""
    joined: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.doors = Doors(
            self.store,
            self.settings,
            lambda: self.now_ms,
            self.noise,
            bytes(range(32)),
            lambda kind, fields: self.audited.append((kind, fields)),
            lambda _asking, act, party, _role: (act, party) in self.allowed,
            lambda account, role, _key: self.joined.append((account.author, role)),
            unreachable=partial(unreachable, WebhookSettings()),
        )
        told = {"log": lambda line: self.lines.append(json.loads(line)), "ticks": lambda: self.now_ms / 1000}
        self.app = application(self.doors, ShellSettings(**{**told, **self.around}))

    def browser(self, address: str = "192.0.2.7", agent: str = FIREFOX, origin: str = "") -> Browser:
        base = origin or self.settings.origin
        client = TestClient(self.app, base_url=base, client=(address, 50_000), headers={"user-agent": agent})
        return Browser(self, client, base)

    def wait(self, ms: int) -> None:
        self.now_ms += ms

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.audited]

    def person(self, login: str = "anna", party: str = "blue") -> tuple[Browser, Authenticator]:
        """Somebody who was invited and has joined with a passkey."""
        browser, key = self.browser(), Authenticator()
        invitation = signin.invite(self.doors, party=party, role="watch").text
        joined = browser.join(invitation, login, key)
        assert joined.status_code == 200, joined.text
        return browser, key

    def person_with_password(self, login: str = "omar", party: str = "amber") -> tuple[Browser, str, list[str]]:
        """Somebody who has joined with password and generator: the browser, the seed, and the recovery codes."""
        browser = self.browser()
        invitation = signin.invite(self.doors, party=party, role="watch").text
        body = {"invitation": invitation, "login": login, "password": PASSWORD}
        started = browser.post("/sign-in/join/password/start", body)
        assert started.status_code == 200, started.text
        seed = started.json()["secret"]
        joined = browser.post("/sign-in/join/password", {"code": self.code(seed)})
        assert joined.status_code == 200, joined.text
        browser.csrf = joined.json()["csrf"]
        self.wait(60_000)  # so that the next code is a new one
        return browser, seed, joined.json()["recovery_codes"]

    def code(self, seed: str, steps: int = 0) -> str:
        return TOTP(seed).at(self.now_ms // 1000 + 30 * steps)

    def machine(self, party: str = "blue", login: str = "radar") -> Account:
        made = Account(f"m-{login}", login, f"o-{login}", party, "en", self.now_ms, machine=True)
        assert self.store.add_account(made)
        return made


@dataclass
class Browser:
    """Keeps cookies, and says where its pages come from."""

    world: World
    client: TestClient
    origin: str
    csrf: str = ""

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        told = {"origin": self.origin, **({CSRF_HEADER: self.csrf} if self.csrf else {})}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**told, **named}.items() if value != "absent"}
        # Escaped, so that any text at all can be sent.
        content = None if body is None else json.dumps(body)
        return self.client.request(method, path, content=content, headers={"content-type": "application/json", **kept})

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def sign_in(self, key: Authenticator, flags: int = 0x05, count: int | None = None) -> Answer:
        options = self.post("/sign-in/passkey/options").json()
        credential = key.get(options, self.origin, flags=flags, count=count)
        return self._signed(self.post("/sign-in/passkey", {"credential": credential}))

    def sign_in_with_password(self, login: str, code: str, password: str = PASSWORD) -> Answer:
        body = {"login": login, "password": password, "code": code}
        return self._signed(self.post("/sign-in/password", body))

    def join(self, invitation: str, login: str, key: Authenticator) -> Answer:
        body = {"invitation": invitation, "login": login, "label": "a key"}
        asked = self.post("/sign-in/join/passkey/options", body)
        if asked.status_code != 200:
            return asked
        return self._signed(self.post("/sign-in/join/passkey", {"credential": key.create(asked.json(), self.origin)}))

    def step_up(self, key: Authenticator) -> Answer:
        options = self.post("/sign-in/step-up/passkey/options").json()
        credential = key.get(options, self.origin)
        return self._signed(self.post("/sign-in/step-up/passkey", {"credential": credential}))

    def _signed(self, answer: Answer) -> Answer:
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


class Authenticator:
    """A soft passkey: one ES256 credential, made with the CBOR and COSE of python-fido2."""

    made = count()

    def __init__(self, name: str = "key") -> None:
        seed = int.from_bytes(hashlib.sha256(f"{name} {next(self.made)}".encode()).digest(), "big")
        self.private = ec.derive_private_key(seed % (1 << 250) + 1, ec.SECP256R1())
        self.id = hashlib.sha256(name.encode() + seed.to_bytes(32, "big")).digest()[:20]
        self.count = 0
        self.handle = ""

    def create(self, options: Mapping[str, Any], origin: str, *, flags: int = 0x45) -> dict[str, Any]:
        self.handle = options["user"]["id"]
        self.count += 1
        public = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]  # fido2 leaves it untyped
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor.encode(dict(public))
        data = self._data(options["rp"]["id"], flags, self.count) + attested
        sent = {
            "clientDataJSON": text(client_data("webauthn.create", options["challenge"], origin)),
            "attestationObject": text(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "unheard-of"],
        }
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": sent}

    def get(
        self,
        options: Mapping[str, Any],
        origin: str,
        *,
        flags: int = 0x05,
        count: int | None = None,
        framed: bool = False,
    ) -> dict[str, Any]:
        self.count = self.count + 1 if count is None else count
        data = self._data(options["rpId"], flags, self.count)
        told = client_data("webauthn.get", options["challenge"], origin, framed=framed)
        signature = self.private.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        sent = {
            "clientDataJSON": text(told),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": self.handle,
        }
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": sent}

    @staticmethod
    def _data(rp_id: str, flags: int, count: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, count)


def client_data(kind: str, challenge: str, origin: str, *, framed: bool = False) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": framed}).encode()


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def application(doors: Doors, settings: ShellSettings) -> FastAPI:
    """The doors, and a few rooms behind them."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(signin.router)
    app.include_router(keys.router)

    @app.get("/who/{anything}")
    async def who(asking: Annotated[Principal, Depends(principal)], anything: str) -> dict[str, str]:
        return {"author": asking.author, "party": asking.party, "how": asking.how}

    @app.post("/notes")
    async def notes(asking: Annotated[Principal, Depends(principal)], note: Note) -> dict[str, str]:
        return {"by": asking.author, "text": note.text}

    @app.post("/forms")
    async def forms(asking: Annotated[Principal, Depends(principal)], request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/open")
    async def unguarded(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/page")
    async def page(request: Request) -> Response:
        return Response(f"<script nonce='{request.state.csp_nonce}'></script>", media_type="text/html")

    @app.get("/breaks/{how}")
    async def breaks(how: str) -> None:
        match how:
            case "ours":
                raise InputError("file-unreadable", "Not that one.", found="x.csv", odd=object())
            case "engine":
                raise EngineError("out-of-memory", "36.1 N 40.2 E does not fit")
            case _:
                raise KeyError("36.1 N 40.2 E, the hospital")

    build_shell(app, doors, settings)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # as FastAPI's documentation says to
    return app
