"""The server of one desk: its doors, its interface, its streams, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fastapi import Depends, FastAPI

from thalweg import __version__
from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.desk.office import Office
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.model.bulk import settle
from thalweg.model.events import SECRETARIAT, Role
from thalweg.model.instants import Instant
from thalweg.model.theatre import Theatre
from thalweg.server import api, as_of, copies, dossiers, incidents, keys, reviews, signin, sources
from thalweg.server.bearers import Bearers
from thalweg.server.beats import Beats, DeskMetrics
from thalweg.server.beginning import Beginning
from thalweg.server.bodies import one_reading
from thalweg.server.described import describe
from thalweg.server.desk import DeskRoutes
from thalweg.server.doors import Doors, DoorSettings
from thalweg.server.mail import Mail, MailSettings
from thalweg.server.pages import routes as room
from thalweg.server.pages.shell import warm
from thalweg.server.reads import Reads
from thalweg.server.registrar import Registrar
from thalweg.server.shell import AsPage, ShellSettings, build_shell, raised_in
from thalweg.server.steps import STEP_S, Steps
from thalweg.server.streams import Streams
from thalweg.server.webhooks import Webhooks, WebhookSettings, unreachable
from thalweg.wiring import context_of, monotonic, now_ms, random_bytes
from thalweg.wiring.desk import OpenDesk

DESCRIPTION = (
    "The channel of a deconfliction desk: declare where you will be, be warned, acknowledge, agree, hold the proof. "
    "Taking part is voluntary. Absence from anything here removes no protection, and nothing here is permission."
)
_ROUTES: Final = (api, copies, as_of, incidents, dossiers, reviews, sources, signin, keys)
"""They are looked through in this order: what is asked for most stands first."""
_BODY_BYTES: Final = {
    "/v1/reviews": 64 << 20,
    "/declare/file": 16 << 20,
    "/sources/read": 16 << 20,
    "/v1/statements": 26 << 20,
}
_SWITCH_S: Final = 0.001  # what waits for the disk in a thread is let go on so soon once it is there
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
    office, registrar = opened.office, Registrar(opened)
    doors = _doors(opened, settings, registrar)
    reads = Reads(office, _now(opened))
    streams = Streams(office, settings.steps, _now(opened), reads.sites)
    bearers = _bearers(opened, settings, doors)
    beats = Beats(office, doors, opened.tables, streams, bearers, reads, settings.log, opened.keeper)
    course = Course(closing=streams.close)
    office.report_to(lambda what, error: settings.log(_fault_line(what, error)))

    def begin() -> None:
        _settle(opened, settings)
        bearers.start()
        beats.start()
        asyncio.get_running_loop().run_in_executor(None, warm)

    def failed(error: Exception) -> None:
        course.fault = error
        course.stop()

    beginning = Beginning(office, opened.progress, settings.log, begin, lambda: _watch(office, course), failed)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        registrar.start()
        try:
            await beginning.start()
        except Exception as error:
            course.fault = error
            raise
        try:
            yield
        finally:
            await beginning.stop()
            streams.close()
            if beginning.begun:
                await bearers.stop()
                await beats.stop()
            await office.stop()

    app = FastAPI(
        title="Thalweg", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/v1/openapi.json", dependencies=[Depends(one_reading)],
    )  # fmt: skip
    for routes in _ROUTES:
        app.include_router(routes.router)
    as_page = room.add(app)
    app.state.desk = _desk_routes(opened, streams, reads, registrar)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # as FastAPI's documentation says to
    build_shell(app, doors, _shell(settings, beginning, as_page))
    DeskMetrics(beats, app.state.metrics.registry)
    return Built(app, doors, course, bearers, beats)


def _settle(opened: OpenDesk, settings: ServeSettings) -> None:
    settle()
    for why in opened.told:
        settings.log(json.dumps({"event": "snapshot", "told": why}))
    sys.setswitchinterval(_SWITCH_S)


async def _watch(office: Office, course: Course) -> None:
    """An office that has ended of itself ends the process, which is started again by whoever started it."""
    await office.over.wait()
    course.fault = office.fault or StoreFailed("desk.replaced", "Another process writes this log now.")
    course.stop()


# --- its parts ---


def _now(opened: OpenDesk) -> Callable[[], Instant]:
    return lambda: Instant.of(opened.clock())


def _doors(opened: OpenDesk, settings: ServeSettings, registrar: Registrar) -> Doors:
    return Doors(
        store=opened.accounts,
        settings=settings.doors or DoorSettings(settings.origin),
        now=now_ms,
        random_bytes=random_bytes,
        key=opened.home.secret("doors"),
        audit=lambda kind, fields: settings.log(_audit_line(kind, fields)),
        may=registrar.may,
        joined=registrar.joined,
        keys=registrar,
        unreachable=partial(unreachable, settings.webhooks),
    )


def _bearers(opened: OpenDesk, settings: ServeSettings, doors: Doors) -> Bearers:
    return Bearers(
        office=opened.office,
        contacts=opened.accounts,
        outbox=opened.tables.outbox,
        webhooks=Webhooks(settings.webhooks, doors),
        mail=None if settings.mail is None else Mail(settings.mail),
        origin=opened.log.origin,
        owner=random_bytes(8).hex(),
        now_ms=now_ms,
        log=settings.log,
    )


def _desk_routes(opened: OpenDesk, streams: Streams, reads: Reads, registrar: Registrar) -> DeskRoutes:
    return DeskRoutes(
        office=opened.office,
        streams=streams,
        reads=reads,
        log=opened.log,
        tip=opened.home.home.store.tip,
        payload=opened.home.home.store.payload,
        now=_now(opened),
        review=review,
        describe=opened.describe,
        trust=ReceiptPolicy(opened.log.origin, opened.home.home.settings.log_key, (), 0),
        holds_key=registrar.held_here,
        version=__version__,
    )


def _shell(settings: ServeSettings, beginning: Beginning, as_page: AsPage) -> ShellSettings:
    return ShellSettings(
        log=settings.log,
        ticks=monotonic,
        statuses=STATUSES,
        body_bytes_under=_BODY_BYTES,
        metrics_token=settings.metrics_token,
        hosts=settings.hosts,
        ready=beginning.trouble,
        starting=beginning.starting,
        straight={("POST", "/v1/statements"): api.straight},
        as_page=as_page,
        steps=settings.steps,
    )


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
