"""`GET /v1/incidents…`: the incidents that a party has. What is said in them goes to `POST /v1/statements`."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from thalweg.model.errors import InputError
from thalweg.model.shapes import Position
from thalweg.policy.asof import read_instant
from thalweg.policy.incident_reads import Wanted
from thalweg.reports import incidents as wire
from thalweg.server.api import PROBLEMS, Limit, Name
from thalweg.server.desk import Asked, Desk, answer
from thalweg.server.problems import Refusal

router = APIRouter(prefix="/v1")

Bound = Annotated[str, Query(max_length=40, description="an instant (ISO 8601, with its zone)")]


@router.get("/incidents", responses=PROBLEMS, tags=["incidents"])
async def incidents(
    request: Request,
    desk: Desk,
    asked: Asked,
    text: Annotated[
        str,
        Query(
            max_length=300,
            description="words, or beginnings of words, all of them in what was said, in any language and spelling of"
            " names; or a reference",
        ),
    ] = "",
    since: Bound = "",
    until: Bound = "",
    party: Annotated[str, Query(max_length=200, description="has it, is affected, or is said to have caused it")] = "",
    near: Annotated[str, Query(max_length=60, description="`longitude,latitude` in degrees")] = "",
    within_m: Annotated[float, Query(ge=0, le=20_100_000, description="of `near`: how many metres from there")] = 0.0,
    withdrawn: Annotated[bool | None, Query(description="only those that are, or are not")] = None,
    owed: Annotated[bool | None, Query(description="only those in which you owe an explanation, or do not")] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53, description="`next` of the answer before")] = None,
    limit: Limit = 50,
) -> Response:
    """The incidents that your party reported or that were reported to it, the newest report first, of which all that
    is asked for may be so by what any side says. `total` counts all of them."""
    wanted = Wanted(
        text,
        read_instant(since) if since else None,
        read_instant(until) if until else None,
        party,
        _position(near) if near else None,
        within_m,
        withdrawn,
        owed,
    )
    found = (await desk.office.reading()).mailboxes.incidents(asked.party, wanted, before=before, most=limit)
    return answer(request, wire.page(found))


@router.get("/incidents/{reference}", responses=PROBLEMS, tags=["incidents"])
async def incident(request: Request, desk: Desk, asked: Asked, reference: Name) -> Response:
    """One of them: each side's accounts, what was asked and answered, findings, evidence, and who has it. Of evidence
    that you are not shown it says that it is withheld. `received`, of your own statements: what became of each."""
    read = (await desk.office.reading()).mailboxes.incident(asked.party, reference, asked.now)
    if read is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return answer(request, wire.one(read))


def _position(text: str) -> Position:
    """A position as it stands in an address. `InputError` for anything else."""
    try:
        lon, lat = (float(each) for each in text.split(","))
    except ValueError as error:
        raise InputError(
            "position-unreadable", "This is no position.", expected="40.14,35.336 (longitude, latitude)", found=text
        ) from error
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InputError("position-unreadable", "This is no position.", expected="40.14,35.336", found=text)
    return Position(lon, lat)
