"""The server of one desk: its doors, its interface, its streams, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI

from thalweg import __version__
from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.desk.office import KeyEntry
from thalweg.ledger.entry import AuthorKey
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.identity import GRANT, KEY_ADD, KEY_REVOKE, grant_body, key_add_body, key_revoke_body
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import Trust
from thalweg.model.accounts import Account
from thalweg.model.bulk import settle
from thalweg.model.events import SECRETARIAT, Role
from thalweg.model.instants import Instant
from thalweg.model.theatre import Theatre
from thalweg.server import api, as_of, copies, dossiers, incidents, keys, reviews, signin, sources
from thalweg.server.bearers import Bearers
from thalweg.server.beats import Beats, DeskMetrics
from thalweg.server.described import describe
from thalweg.server.desk import DeskRoutes
from thalweg.server.doors import Doors, DoorSettings, Principal
from thalweg.server.mail import Mail, MailSettings
from thalweg.server.pages import routes as room
from thalweg.server.pages.shell import warm
from thalweg.server.reads import Reads
from thalweg.server.shell import ShellSettings, build_shell, raised_in
from thalweg.server.steps import STEP_S, Steps
from thalweg.server.streams import Streams
from thalweg.server.webhooks import Webhooks, WebhookSettings
from thalweg.wiring import context_of, monotonic, now_ms, random_bytes
from thalweg.wiring.desk import OpenDesk

DESCRIPTION = (
    "The channel of a deconfliction desk: declare where you will be, be warned, acknowledge, agree, hold the proof. "
    "Taking part is voluntary. Absence from anything here removes no protection, and nothing here is permission."
)
_SWITCH_S = 0.001  # what waits for the disk in a thread is let go on so soon once it is there
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
    mail: MailSettings | None = None
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    steps: Steps = field(default_factory=lambda: Steps(STEP_S))


def _nothing() -> None:
    """Nobody runs it."""


@dataclass(slots=True)
class Course:
    """How it goes with a desk that is served: whoever runs it sets `stop`, and looks at `fault` when it has ended."""

    stop: Callable[[], None] = _nothing
    closing: Callable[[], None] = _nothing
    """To be called on the loop when the process is about to stop: ends the streams."""
    fault: Exception | None = None
    """What kept it from starting, or ended it."""


@dataclass(frozen=True, slots=True)
class Built:
    """The application, its doors, and what to tell whoever started it."""

    app: FastAPI
    doors: Doors
    course: Course
    bearers: Bearers
    beats: Beats

    def first_invitation(self) -> str:
        """Where the first officer of the secretariat joins; empty once somebody has."""
        invite = signin.first_invitation(self.doors, party=SECRETARIAT, role=Role.SECRETARIAT.value)
        return "" if invite is None else invite.link


def build(opened: OpenDesk, settings: ServeSettings) -> Built:
    """The application over an open desk. It starts the office when it starts, and stops it when it stops."""
    loop: list[asyncio.AbstractEventLoop] = []
    office = opened.office

    def register(entries: Sequence[KeyEntry]) -> None:
        asyncio.run_coroutine_threadsafe(office.register(entries), loop[0]).result()

    author_keys = _AuthorKeys(opened, register)

    def joined(account: Account, role: str, key: AuthorKey | None) -> None:
        """Somebody came in: the registrar enters the key that they bring, or one that the server holds for them until
        they bring their own. Called from a worker thread; returns when it is in the log."""
        scope = "" if role == Role.SECRETARIAT.value else account.party
        granted = Role.WATCH.value if role == "machine" else role
        grant = KeyEntry(GRANT, grant_body(account.author, granted, scope))
        if key is None:
            register((KeyEntry(KEY_ADD, key_add_body(account.author, opened.home.hold_key(account.author).key)), grant))
        else:
            author_keys.bring(account.author, key, "lost", grant)

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
        keys=author_keys,
    )
    streams = Streams(office, settings.steps, lambda: Instant.of(opened.clock()))
    reads = Reads(office, lambda: Instant.of(opened.clock()))
    bearers = Bearers(
        office=office,
        contacts=opened.accounts,
        outbox=opened.tables.outbox,
        webhooks=Webhooks(settings.webhooks, doors),
        mail=None if settings.mail is None else Mail(settings.mail),
        origin=opened.log.origin,
        owner=random_bytes(8).hex(),
        now_ms=now_ms,
        log=settings.log,
    )

    beats = Beats(office, doors, opened.tables, streams, bearers, reads, settings.log, opened.keeper)
    course = Course(closing=streams.close)
    office.report_to(lambda what, error: settings.log(_fault_line(what, error)))

    async def watch() -> None:
        """An office that has ended of itself ends the process, which is started again by whoever started it."""
        await office.over.wait()
        course.fault = office.fault or StoreFailed("desk.replaced", "Another process writes this log now.")
        course.stop()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop.append(asyncio.get_running_loop())
        try:
            await office.start()
            settle()
            for why in opened.told:
                settings.log(json.dumps({"event": "snapshot", "told": why}))
            sys.setswitchinterval(_SWITCH_S)
        except Exception as error:
            course.fault = error
            raise
        watching = asyncio.create_task(watch(), name="watch")
        bearers.start()
        beats.start()
        asyncio.get_running_loop().run_in_executor(None, warm)
        try:
            yield
        finally:
            watching.cancel()
            streams.close()
            await bearers.stop()
            await beats.stop()
            await office.stop()

    app = FastAPI(
        title="Thalweg", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/v1/openapi.json",
    )  # fmt: skip
    app.include_router(api.router)  # routes are looked through in order, and these are asked for most
    app.include_router(copies.router)
    app.include_router(as_of.router)
    app.include_router(incidents.router)
    app.include_router(dossiers.router)
    app.include_router(reviews.router)
    app.include_router(sources.router)
    app.include_router(signin.router)
    app.include_router(keys.router)
    as_page = room.add(app)
    app.state.desk = DeskRoutes(
        office=office,
        streams=streams,
        reads=reads,
        log=opened.log,
        tip=opened.home.home.store.tip,
        payload=opened.home.home.store.payload,
        now=lambda: Instant.of(opened.clock()),
        review=review,
        describe=opened.describe,
        trust=ReceiptPolicy(opened.log.origin, opened.home.home.settings.log_key, (), 0),
        holds_key=author_keys.held_here,
        version=__version__,
    )
    shell = ShellSettings(
        log=settings.log,
        ticks=monotonic,
        statuses=STATUSES,
        body_bytes_under={
            "/v1/reviews": 64 << 20,
            "/declare/file": 16 << 20,
            "/sources/read": 16 << 20,
            "/v1/statements": 26 << 20,
        },
        metrics_token=settings.metrics_token,
        hosts=settings.hosts,
        ready=office.trouble,
        as_page=as_page,
        steps=settings.steps,
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # as FastAPI's documentation says to
    build_shell(app, doors, shell)
    DeskMetrics(beats, app.state.metrics.registry)
    return Built(app, doors, course, bearers, beats)


class _AuthorKeys:
    """The keys of authors, as the log has them and as the registrar changes them (`doors.AuthorKeys`)."""

    def __init__(self, opened: OpenDesk, register: Callable[[Sequence[KeyEntry]], None]) -> None:
        self._opened = opened
        self._register = register

    def valid(self, author: str) -> tuple[AuthorKey, ...]:
        records = self._opened.log.history().records()
        return tuple(each.key for each in records if each.author == author and each.ended is None)

    def bring(self, author: str, key: AuthorKey, reason: str, *more: KeyEntry) -> None:
        ended = [each.key_id for each in self.valid(author) if each.key_id != key.key_id]
        self._register(
            (
                KeyEntry(KEY_ADD, key_add_body(author, key)),
                *(KeyEntry(KEY_REVOKE, key_revoke_body(author, each, reason, None)) for each in ended),
                *more,
            )
        )
        self._opened.home.let_go(author)

    def end(self, author: str, key: str, reason: str) -> None:
        self._register((KeyEntry(KEY_REVOKE, key_revoke_body(author, key, reason, None)),))

    def told(self, author: str) -> tuple[str, bytes, bytes]:
        log, home = self._opened.log, self._opened.home.home
        tip = home.store.tip(author)
        trust = Trust(log.origin, (home.settings.log_key,), leaf_hash(log.entry(0)))
        return log.origin, write_trust(trust), b"" if tip is None else log.entry(tip.index)

    def held_here(self, author: str) -> bool:
        return self._opened.home.officer(author) is not None


def review(data: bytes, name: str, party: str, theatre: Theatre) -> Intake:
    """A file read row by row, as `thalweg check` reads it, for a party."""
    return intake_blobs([Blob(name, data)], context_of(theatre, (), party, None))


def _fault_line(what: str, error: BaseException) -> str:
    """Which sort of error, and where: its own words may hold what somebody sent. Those of the ledger hold none."""
    line = {
        "event": "fault",
        "what": what,
        "error": type(error).__name__,
        "code": getattr(error, "code", ""),
        "said": error.sentence if isinstance(error, LedgerError) else "",
        "raised": raised_in(error),
    }
    return json.dumps(line, sort_keys=True)


def _audit_line(kind: str, fields: Mapping[str, str | int]) -> str:
    return json.dumps({"audit": kind, **fields}, sort_keys=True)
