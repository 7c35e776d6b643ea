"""Copies to take away and to print: marked for who takes them, on record before they are handed over (R37)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from thalweg.model.events import SECRETARIAT, Exported
from thalweg.model.result import CheckResult
from thalweg.policy.asof.valid import read_valid
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.export import copying, mark_of
from thalweg.reports import csv, geojson, json, kml
from thalweg.server.api import given_as, unknown
from thalweg.server.desk import Abreast, Asked, Desk, in_pieces, ordered, stepwise
from thalweg.server.parameters import Languages
from thalweg.server.rates import Rate
from thalweg.server.sessions import too_often
from thalweg.state.world import World

EXPORT_RATE: Final = Rate(20, 3_600_000)
"""Copies of one account: a copy is for taking away, the interface is for looking."""

router = APIRouter(prefix="/v1", route_class=Abreast)
Form = Literal["geojson", "json", "csv", "kml", "html", "pdf"]
Made = Callable[[Disclosed[CheckResult]], bytes]
_MEDIA: Final[Mapping[Form, str]] = {
    "geojson": "application/geo+json",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "kml": "application/vnd.google-earth.kml+xml",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_TYPES: Final = tuple(each.partition(";")[0] for each in _MEDIA.values())
_PLAIN: Final[Mapping[str, Made]] = {
    "geojson": geojson.render,
    "json": json.render,
    "csv": csv.render,
    "kml": kml.render,
}


@router.get("/export", response_class=Response, responses=given_as(*_TYPES), tags=["declarations"])
async def copy(
    request: Request,
    desk: Desk,
    asked: Asked,
    form: Annotated[Form, Query(description="what the copy is written as")],
    valid: Annotated[
        str,
        Query(
            max_length=90,
            description="only what holds at this instant, or at some time between two: `a/b`, `../b`, `a/..`; left out:"
            " all that is in force",
        ),
    ] = "",
) -> Response:
    """A copy of everything in force that your party declared or was shown, with the findings that it was told of.

    It is marked for you: the mark stands in it, in its metadata, in the header `thalweg-copy`, and in the log, which
    says who took it, in which form, and its SHA-256. At most 10,000 declarations and 40,000 findings; where there are
    more it is refused (`copy-too-large`), and `valid` asks for some of them.
    """
    when = read_valid(valid, asked.now) if valid else None
    await ordered(desk, asked.party)
    random = one_more(request, asked)
    made = await stepwise(
        desk,
        lambda reading: copying(
            reading.world, reading.mailboxes, asked.party, asked.principal.author, asked.now, random, desk.version,
            valid=when,
        ),
    )  # fmt: skip
    desk.reads.declarations(asked.party, asked.principal.author, made.read)
    result = made.result.value
    mark = "" if result.copy is None else result.copy.mark
    data = await run_in_threadpool(_written, made.result, form)
    items = len(result.declarations) + len(result.findings)
    return await handed_over(desk, asked, mark, form, items, data, _MEDIA[form])


@router.get("/notices/{notice}/sheet", response_class=Response, responses=given_as("application/pdf"), tags=["notices"])
async def notice_sheet(
    request: Request,
    desk: Desk,
    asked: Asked,
    notice: Annotated[str, Path(max_length=200)],
    languages: Languages = "",
) -> Response:
    """The notice on A4 (PDF/A-2b), in one language or two side by side: map, positions, boxes for read-back, what is to
    be said over a radio, hash and QR code. Marked, counted and on record as a copy."""
    reading = await desk.office.reading()
    read = reading.mailboxes.notice(asked.party, notice)
    if read is None:
        raise unknown()
    random = one_more(request, asked)
    desk.reads.notices(asked.party, asked.principal.author, (read.value,))
    sides = reading.mailboxes.sides(asked.party, notice)
    theatre, names = reading.world.membership.theatre, names_of(reading.world)
    mark = mark_of(asked.party, asked.principal.author, asked.now, random)
    sheets = import_module("thalweg.reports.sheets.notice")
    copy = sheets.Copy(mark, asked.party, desk.log.origin, asked.now)
    wanted = _wanted(languages, asked)
    ground = import_module("thalweg.reports.ground").packaged
    data = await run_in_threadpool(sheets.render_notice, read, sides, theatre, names, wanted, copy, ground)
    return await handed_over(desk, asked, mark, "pdf", 1, data, "application/pdf")


@router.get("/situation", response_class=Response, responses=given_as("application/pdf"), tags=["declarations"])
async def situation_sheet(request: Request, desk: Desk, asked: Asked, languages: Languages = "") -> Response:
    """The situation report on A4 (PDF/A-2b), in one language or two side by side: open emergencies, answers owed,
    conflicts that stand, map, everything in force that your party declared or was shown, and the channels. What does
    not fit on it is counted there; of more than 500 declarations the newest are looked at. Marked, counted and on
    record as a copy."""
    await ordered(desk, asked.party)
    random, party = one_more(request, asked), asked.party
    made = await stepwise(
        desk,
        lambda reading: copying(
            reading.world, reading.mailboxes, party, asked.principal.author, asked.now, random, desk.version,
            newest=True,
        ),
    )  # fmt: skip
    desk.reads.declarations(party, asked.principal.author, made.read)
    reading = await desk.office.reading()
    mailboxes = reading.mailboxes
    sheets = import_module("thalweg.reports.sheets.situation")
    pressing = mailboxes.inbox(party, sheets.MOST_LINES).value
    owed = [(mailboxes.notice(party, each.id), mailboxes.sides(party, each.id)) for each in pressing]
    situation = sheets.Situation(
        made.result,
        tuple((read, sides) for read, sides in owed if read is not None),
        mailboxes.emergencies(party),
        mailboxes.channels(party),
        sheets.Left(mailboxes.owed(party).value[0] - len(pressing), made.findings_left, made.declarations_left),
    )
    theatre, names = reading.world.membership.theatre, names_of(reading.world)
    wanted = _wanted(languages, asked)
    ground = import_module("thalweg.reports.ground").packaged
    origin = desk.log.origin
    data = await run_in_threadpool(sheets.render_situation, situation, theatre, names, wanted, origin, ground)
    result = made.result.value
    mark = "" if result.copy is None else result.copy.mark
    items = len(result.declarations) + len(result.findings)
    return await handed_over(desk, asked, mark, "pdf", items, data, "application/pdf")


def one_more(request: Request, asked: Asked) -> bytes:
    """Fresh bytes for the mark of one more copy. Refusal where there were too many."""
    doors = request.app.state.doors
    wait = doors.rates.take(f"export {asked.principal.account}", EXPORT_RATE, doors.now())
    if wait:
        raise too_often(wait)
    random: bytes = doors.random_bytes(16)
    return random


async def handed_over(desk: Desk, asked: Asked, mark: str, form: str, items: int, data: bytes, media: str) -> Response:
    """The copy, once it is on record."""
    sha256 = (await run_in_threadpool(hashlib.sha256, data)).hexdigest()
    await desk.office.note(Exported(asked.party, asked.principal.author, mark, form, items, sha256))
    headers = {
        "content-disposition": f'attachment; filename="thalweg-{mark}.{form}"',
        "cache-control": "no-store",
        "thalweg-copy": mark,
    }
    return in_pieces(data, headers, media)


def _wanted(languages: str, asked: Asked) -> tuple[str, ...]:
    """The languages that were asked for; one's own, with English beside it, where none were."""
    if languages:
        return tuple(languages.split(","))
    return tuple(dict.fromkeys(("en", asked.principal.language)))


def names_of(world: World) -> dict[str, str]:
    """The parties by their names."""
    return {party: world.membership.name(party) for party in (*world.membership.parties, SECRETARIAT)}


def _written(made: Disclosed[CheckResult], form: Form) -> bytes:
    if form in _PLAIN:
        return _PLAIN[form](made)
    # They draw; loaded when the first one is asked for.
    ground = import_module("thalweg.reports.ground").packaged
    drawn: bytes = import_module(f"thalweg.reports.{form}").render(made, ground)
    return drawn
