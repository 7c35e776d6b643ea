"""The server of one desk: its doors, its interface, its streams, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI

from thalweg import __version__
from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.desk.office import KeyEntry
from thalweg.ledger.identity import GRANT, KEY_ADD, grant_body, key_add_body
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.model.accounts import Account
from thalweg.model.events import SECRETARIAT, Role
from thalweg.model.instants import Instant
from thalweg.model.theatre import Theatre
from thalweg.server import api, keys, signin
from thalweg.server.desk import DeskRoutes
from thalweg.server.doors import Doors, DoorSettings, Principal
from thalweg.server.shell import ShellSettings, build_shell
from thalweg.server.streams import Streams
from thalweg.wiring import context_of, monotonic, now, now_ms, random_bytes
from thalweg.wiring.desk import OpenDesk

DESCRIPTION = (
    "The channel of a deconfliction desk: declare where you will be, be warned, acknowledge, agree, hold the proof. "
    "Taking part is voluntary. Absence from anything here removes no protection, and nothing here is permission."
)
STATUSES: Mapping[str, int] = {
    "not-for-party": 403,
    "not-secretariat": 403,
    "not-admin": 403,
    "not-a-statement": 403,
    "not-your-entry": 403,
    "secretariat-neutral": 403,
    "identity.unknown_key": 403,
    "identity.not_valid": 403,
    "desk.no_key": 409,
    "desk.closed": 503,
    "admit.sequence": 409,
    "admit.seen": 409,
    "admit.again": 503,
    "store.held": 503,
    "store.fenced": 503,
    "store.moved": 503,
}
"""Statuses of codes that the desk and the ledger give."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """`origin` is the address under which people reach the server; `log` takes a line of JSON."""

    origin: str
    log: Callable[[str], None]
    doors: DoorSettings | None = None
    metrics_token: str = field(default="", repr=False)
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Built:
    """The application, its doors, and what to tell whoever started it."""

    app: FastAPI
    doors: Doors

    def first_invitation(self) -> str:
        """Where the first officer of the secretariat joins; empty once somebody has."""
        invite = signin.first_invitation(self.doors, party=SECRETARIAT, role=Role.SECRETARIAT.value)
        return "" if invite is None else invite.link


def build(opened: OpenDesk, settings: ServeSettings) -> Built:
    """The application over an open desk. It starts the office when it starts, and stops it when it stops."""
    loop: list[asyncio.AbstractEventLoop] = []
    office = opened.office

    def joined(account: Account, role: str) -> None:
        """Somebody came in: the server holds a key for them until they bring their own, and the registrar enters it.
        Called from a worker thread; returns when it is in the log."""
        signer = opened.home.hold_key(account.author)
        scope = "" if role == Role.SECRETARIAT.value else account.party
        granted = Role.WATCH.value if role == "machine" else role
        entries = (
            KeyEntry(KEY_ADD, key_add_body(account.author, signer.key)),
            KeyEntry(GRANT, grant_body(account.author, granted, scope)),
        )
        asyncio.run_coroutine_threadsafe(office.register(entries), loop[0]).result()

    def may(principal: Principal, act: str, party: str, role: str) -> bool:
        return asyncio.run_coroutine_threadsafe(_may(principal, act, party, role), loop[0]).result()

    async def _may(principal: Principal, act: str, party: str, role: str) -> bool:
        """The secretariat brings in officers of itself and of parties; a party's admin, whoever is of the party."""
        membership = (await office.reading()).world.membership
        if act == "invite" and party not in membership.parties and party != SECRETARIAT:
            return False
        if membership.holds(principal.author, Role.SECRETARIAT, ""):
            return role in (Role.ADMIN.value, Role.WATCH.value, Role.SECRETARIAT.value, Role.OBSERVER.value, "")
        return membership.holds(principal.author, Role.ADMIN, party) and role in (
            Role.WATCH.value, Role.ADMIN.value, "machine", "",
        )  # fmt: skip

    doors = Doors(
        store=opened.accounts,
        settings=settings.doors or DoorSettings(settings.origin),
        now=now_ms,
        random_bytes=random_bytes,
        key=opened.home.secret("doors"),
        audit=lambda kind, fields: settings.log(_audit_line(kind, fields)),
        may=may,
        joined=joined,
    )
    streams = Streams(office)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop.append(asyncio.get_running_loop())
        await office.start()
        try:
            yield
        finally:
            streams.close()
            await office.stop()

    app = FastAPI(
        title="Thalweg", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/v1/openapi.json",
    )  # fmt: skip
    app.include_router(signin.router)
    app.include_router(keys.router)
    app.include_router(api.router)
    app.state.desk = DeskRoutes(
        office=office,
        streams=streams,
        log=opened.log,
        tip=opened.home.home.store.tip,
        payload=opened.home.home.store.payload,
        now=lambda: Instant.of(now()),
        review=review,
        describe=opened.describe,
        trust=ReceiptPolicy(opened.log.origin, opened.home.home.settings.log_key, (), 0),
        holds_key=lambda author: opened.home.officer(author) is not None,
        version=__version__,
    )
    shell = ShellSettings(
        log=settings.log,
        ticks=monotonic,
        statuses=STATUSES,
        body_bytes_under={"/v1/reviews": 64 << 20, "/v1/statements": 26 << 20},
        metrics_token=settings.metrics_token,
        hosts=settings.hosts,
    )
    build_shell(app, doors, shell)
    return Built(app, doors)


def review(data: bytes, name: str, party: str, theatre: Theatre) -> Intake:
    """A file read row by row, as `thalweg check` reads it, for a party."""
    return intake_blobs([Blob(name, data)], context_of(theatre, (), party, None))


def _audit_line(kind: str, fields: Mapping[str, str | int]) -> str:
    return json.dumps({"audit": kind, **fields}, sort_keys=True)
