"""`GET /v1/export`: a copy to take away, marked for who takes it, on record before it is handed over (R37)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from thalweg.model.events import Exported
from thalweg.model.result import CheckResult
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.export import export
from thalweg.reports import csv, geojson, json, kml
from thalweg.server.api import given_as
from thalweg.server.desk import Asked, Desk, in_thread
from thalweg.server.rates import Rate
from thalweg.server.sessions import too_often

EXPORT_RATE: Final = Rate(20, 3_600_000)
"""Copies of one account: a copy is for taking away, the interface is for looking."""

router = APIRouter(prefix="/v1")
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
) -> Response:
    """A copy of everything in force that your party declared or was shown, with the findings that it was told of.

    It is marked for you: the mark stands in it, in its metadata, in the header `thalweg-copy`, and in the log, which
    says who took it, in which form, and its SHA-256.
    """
    doors = request.app.state.doors
    wait = doors.rates.take(f"export {asked.principal.account}", EXPORT_RATE, doors.now())
    if wait:
        raise too_often(wait)
    reading = await desk.office.reading()
    made = export(
        reading.world, reading.mailboxes, asked.party, asked.principal.author, asked.now, doors.random_bytes(16),
        desk.version,
    )  # fmt: skip
    desk.reads.declarations(
        asked.party, asked.principal.author, reading.mailboxes.declarations(asked.party, asked.now).value.declarations
    )
    result = made.value
    mark = "" if result.copy is None else result.copy.mark
    data: Any = await in_thread(lambda: _written(made, form))
    items = len(result.declarations) + len(result.findings)
    sha256 = hashlib.sha256(data).hexdigest()
    await desk.office.note(Exported(asked.party, asked.principal.author, mark, form, items, sha256))
    headers = {
        "content-disposition": f'attachment; filename="thalweg-{mark}.{form}"',
        "cache-control": "no-store",
        "thalweg-copy": mark,
    }
    return Response(data, media_type=_MEDIA[form], headers=headers)


def _written(made: Disclosed[CheckResult], form: Form) -> bytes:
    if form in _PLAIN:
        return _PLAIN[form](made)
    # They draw; loaded when the first one is asked for.
    ground = import_module("thalweg.reports.ground").packaged
    drawn: bytes = import_module(f"thalweg.reports.{form}").render(made, ground)
    return drawn
