"""`/v1/incidents…`: the incidents that a party has, listed and searched. What is said in them goes to
`POST /v1/statements`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from thalweg.model.shapes import Position
from thalweg.policy.asof.valid import read_instant
from thalweg.policy.incident_reads import Wanted
from thalweg.reports import given
from thalweg.reports import incidents as wire
from thalweg.server.api import MOST, PROBLEMS, Limit, Name
from thalweg.server.bodies import Body, Whole
from thalweg.server.desk import Abreast, Asked, Asking, Desk, DeskRoutes, answer
from thalweg.server.parameters import INSTANT
from thalweg.server.problems import Refusal

router = APIRouter(prefix="/v1", route_class=Abreast)

_INSTANT: Final = "an instant (ISO 8601, with its zone)"
_TEXT: Final = (
    "words, or beginnings of words, all of them in what was said, in any language and spelling of names; or a reference"
)
_PARTY: Final = "has it, is affected, or is said to have caused it"
_WITHDRAWN: Final = "only those that are, or are not"
_OWED: Final = "only those in which you owe an explanation, or do not"
_BEFORE: Final = "`next` of the answer before"
Bound = Annotated[str, Query(max_length=40, description=_INSTANT, json_schema_extra=INSTANT)]


class Near(Body):
    """A circle to search in, WGS 84."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, description="degrees, east positive")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="degrees, north positive")
    within_m: float = Field(default=0.0, ge=0, le=20_100_000, allow_inf_nan=False, description="metres from there")


class Search(Body):
    """What is asked for of incidents; whatever is left out is not asked for."""

    text: str = Field(default="", max_length=300, description=_TEXT)
    since: str = Field(default="", max_length=40, description=_INSTANT, json_schema_extra=INSTANT)
    until: str = Field(default="", max_length=40, description=_INSTANT, json_schema_extra=INSTANT)
    party: str = Field(default="", max_length=200, description=_PARTY)
    near: Near | None = Field(default=None, description="it may have happened there")
    withdrawn: bool | None = Field(default=None, description=_WITHDRAWN)
    owed: bool | None = Field(default=None, description=_OWED)
    before: Whole | None = Field(default=None, ge=0, le=2**53, description=_BEFORE)
    limit: Whole = Field(default=50, ge=1, le=MOST, description="how many at most")


@router.get("/incidents", response_model=given.Incidents, responses=PROBLEMS, tags=["incidents"])
async def incidents(
    request: Request,
    desk: Desk,
    asked: Asked,
    text: Annotated[str, Query(max_length=300, description=_TEXT)] = "",
    since: Bound = "",
    until: Bound = "",
    party: Annotated[str, Query(max_length=200, description=_PARTY)] = "",
    withdrawn: Annotated[bool | None, Query(description=_WITHDRAWN)] = None,
    owed: Annotated[bool | None, Query(description=_OWED)] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53, description=_BEFORE)] = None,
    limit: Limit = 50,
) -> Response:
    """The incidents that your party reported or that were reported to it, the newest report first, of which all that
    is asked for may be so by what any side says. `total` counts all of them. By place: `POST /v1/incidents/searches`,
    so that no position stands in an address."""
    search = Search(
        text=text, since=since, until=until, party=party, withdrawn=withdrawn, owed=owed, before=before, limit=limit
    )
    return await _found(request, desk, asked, search)


@router.post("/incidents/searches", response_model=given.Incidents, responses=PROBLEMS, tags=["incidents"])
async def searched(request: Request, desk: Desk, asked: Asked, search: Search) -> Response:
    """The same, also by place. Nothing of the question is kept; as every POST it takes a token that may write."""
    return await _found(request, desk, asked, search)


async def _found(request: Request, desk: DeskRoutes, asked: Asking, search: Search) -> Response:
    near = search.near
    wanted = Wanted(
        search.text,
        read_instant(search.since) if search.since else None,
        read_instant(search.until) if search.until else None,
        search.party,
        None if near is None else Position(near.lon, near.lat),
        0.0 if near is None else near.within_m,
        search.withdrawn,
        search.owed,
    )
    reading = await desk.office.reading()
    found = reading.mailboxes.incidents(asked.party, wanted, before=search.before, most=search.limit)
    return answer(request, wire.page(found))


@router.get("/incidents/{reference}", response_model=given.Incident, responses=PROBLEMS, tags=["incidents"])
async def incident(request: Request, desk: Desk, asked: Asked, reference: Name) -> Response:
    """One of them: each side's accounts, what was asked and answered, findings, evidence, and who has it. Of evidence
    that you are not shown it says that it is withheld. `received`, of your own statements: what became of each."""
    read = (await desk.office.reading()).mailboxes.incident(asked.party, reference, asked.now)
    if read is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return answer(request, wire.one(read))
