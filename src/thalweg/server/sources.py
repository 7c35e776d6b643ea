"""`GET /v1/sources…` and `GET /v1/claims`: what a party entered or is shown. What is said about a source goes to
`POST /v1/statements`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from thalweg.model.sourced import Force
from thalweg.reports import given
from thalweg.reports import sources as wire
from thalweg.server.api import PROBLEMS, Limit, Name
from thalweg.server.desk import Abreast, Asked, Desk, answer
from thalweg.server.problems import Refusal

router = APIRouter(prefix="/v1", route_class=Abreast)

_Before = Annotated[int | None, Query(ge=0, le=2**53, description="`next` of the answer before")]


@router.get("/sources", response_model=given.Sources, responses=PROBLEMS, tags=["sources"])
async def sources(
    request: Request,
    desk: Desk,
    asked: Asked,
    text: Annotated[
        str, Query(max_length=300, description="words of its title, its outlet or where it was got, all of them")
    ] = "",
    before: _Before = None,
    limit: Limit = 50,
) -> Response:
    """The sources that your party entered or is shown, the newest first, each with the claims confirmed in it.
    `reports` counts copies of one report once."""
    found = (await desk.office.reading()).mailboxes.sources(asked.party, text=text, before=before, most=limit)
    return answer(request, wire.page(found))


@router.get("/sources/{sha256}", response_model=given.Source, responses=PROBLEMS, tags=["sources"])
async def source(request: Request, desk: Desk, asked: Asked, sha256: Name) -> Response:
    """One of them, as each of those entered it that show it to you, with every claim, the superseded ones too."""
    read = (await desk.office.reading()).mailboxes.source(asked.party, sha256)
    if read is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return answer(request, wire.one(read))


@router.get("/claims", response_model=given.Claims, responses=PROBLEMS, tags=["sources"])
async def claims(
    request: Request,
    desk: Desk,
    asked: Asked,
    incident: Annotated[
        str, Query(max_length=200, description="only those laid beside it as evidence, or whose source is")
    ] = "",
    force: Annotated[Force | None, Query(description="only those of this force")] = None,
    before: _Before = None,
    limit: Limit = 50,
) -> Response:
    """The claims that your party confirmed or is shown, the newest first, and in what those that stand differ: numbers,
    days, places, and what one says and another denies. Both sides are given, and nothing is decided. `places` has the
    name and the position of each id of `may_be` that the carried gazetteer knows."""
    mailboxes = (await desk.office.reading()).mailboxes
    made = mailboxes.claiming(asked.party, incident=incident, force=force, before=before, most=limit)
    if made is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return answer(request, wire.claims(await run_in_threadpool(made)))
