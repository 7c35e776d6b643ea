"""`GET /v1/as-of…`: the picture as the asker's own party had it at a time (R40). docs/explanation/two-times.md.

There is no way to ask for another party: whose picture it is follows from who asks.
"""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.policy.asof.findings import Some
from thalweg.policy.asof.had import AsOf
from thalweg.policy.asof.valid import Valid, as_recorded, read_instant, read_valid
from thalweg.reports import asof, asof_map, given, wire
from thalweg.server.api import PROBLEMS, Limit
from thalweg.server.desk import Abreast, Asked, Asking, Desk, DeskRoutes, answer, answer_spelled, stepwise
from thalweg.server.parameters import INSTANT

router = APIRouter(prefix="/v1", route_class=Abreast)
_END: Final = 2**53  # behind the last of anything

Known = Annotated[
    str,
    Query(
        max_length=40,
        description="known at this instant (ISO 8601, with its zone); left out: now",
        json_schema_extra=INSTANT,
    ),
]
When = Annotated[
    str,
    Query(
        max_length=90,
        description="holding at this instant, or at some time between two: `a/b`, `../b`, `a/..`, `../..`; left out:"
        " at the instant of `known`",
    ),
]
Found = Annotated[int, Query(ge=0, le=_END, description="`findings_next` of the answer before")]
Bound = Annotated[
    str,
    Query(
        max_length=40, description="an instant; left out: as far as anything known reaches", json_schema_extra=INSTANT
    ),
]


class GeoJson(JSONResponse):
    """RFC 7946."""

    media_type = "application/geo+json"


@router.get("/as-of", response_model=given.AsOf, responses=PROBLEMS, tags=["as of"])
async def as_of(
    request: Request,
    desk: Desk,
    asked: Asked,
    known: Known = "",
    valid: When = "",
    after: Annotated[int, Query(ge=0, le=_END, description="`next` of the answer before")] = 0,
    findings_after: Found = 0,
    limit: Limit = 200,
) -> Response:
    """The picture as your party had it: what it had said, and what had reached it, by `known`; of that, what holds at
    `valid`. `after` and `limit` page through `declarations`, `findings_after` and `limit` through `findings`; `counts`
    has how many of each there are."""
    moment = known_of(known, asked)
    when, some = valid_of(valid, moment), Some(findings_after, limit)
    made = await stepwise(
        desk,
        lambda reading: reading.mailboxes.as_of.picturing(
            asked.party, moment, when, after=after, most=limit, some=some
        ),
    )
    _looked(desk, asked, made.value)
    return answer(request, asof.picture(made))


@router.get("/as-of/notices", response_model=given.AsOfNotices, responses=PROBLEMS, tags=["as of"])
async def as_of_notices(
    request: Request,
    desk: Desk,
    asked: Asked,
    known: Known = "",
    after: Annotated[int, Query(ge=0, le=_END, description="the number of the last one you have")] = 0,
    limit: Limit = 50,
) -> Response:
    """The notices that had reached your party by then, by what, and what it had done about each."""
    moment = known_of(known, asked)
    made = await stepwise(desk, lambda now: now.mailboxes.as_of.noticing(asked.party, moment, after, limit))
    return answer(request, asof.notices(made))


@router.get("/as-of/map", response_class=GeoJson, response_model=given.Map, responses=PROBLEMS, tags=["as of"])
async def as_of_map(
    request: Request,
    desk: Desk,
    asked: Asked,
    known: Known = "",
    valid: When = "",
    after: Annotated[int, Query(ge=0, le=_END, description="`next` of the answer before")] = 0,
    findings_after: Found = 0,
    limit: Annotated[int, Query(ge=1, le=asof_map.MOST_DRAWN, description="how many at most")] = asof_map.MOST_DRAWN,
) -> Response:
    """The same picture as GeoJSON: a feature for each part of what holds, each finding, each crossing. Of declarations
    at most 5,000, and of findings at most 1,000. Where that is not all, `thalweg` says in words (`note`) and in numbers
    (`left_out`, `findings_left_out`) what is not in this answer, and the link `next` in `links` has the following ones:
    of the same two times, from `next` and `findings_next` on."""
    moment = known_of(known, asked)
    when, some = valid_of(valid, moment), Some(findings_after, min(limit, asof_map.MOST_FOUND))
    made = await stepwise(
        desk,
        lambda reading: reading.mailboxes.as_of.picturing(
            asked.party, moment, when, after=after, most=limit, some=some
        ),
    )
    _looked(desk, asked, made.value)
    following = f"{request.url.path}?{_following(made.value, limit)}"
    data = await run_in_threadpool(lambda: wire.spelled(asof_map.drawn(made, following)))
    return answer_spelled(request, data, media_type="application/geo+json")


def _following(picture: AsOf, limit: int) -> str:
    """What asks for the rest of a picture; for nothing more of what is at its end."""
    after, findings_after = (_END if each is None else each for each in (picture.next, picture.findings_next))
    return urlencode(
        {
            "known": str(picture.known), "valid": picture.valid.text, "after": after, "findings_after": findings_after,
            "limit": limit,
        }
    )  # fmt: skip


@router.get("/as-of/times", response_model=given.AsOfTimes, responses=PROBLEMS, tags=["as of"])
async def as_of_times(
    request: Request,
    desk: Desk,
    asked: Asked,
    known: Known = "",
    since: Annotated[Bound, Query(alias="from")] = "",
    until: Bound = "",
    buckets: Annotated[int, Query(ge=1, le=2000, description="how many parts")] = 120,
) -> Response:
    """What a time bar draws: in each of so many equal parts of time, how many declarations hold, and how much came to
    be known."""
    reading = await desk.office.reading()
    start, end = (read_instant(text) if text else None for text in (since, until))
    if start is not None and end is not None and not start < end:
        raise InputError("times-inverted", "The time asked for ends when or before it begins.")
    made = reading.mailboxes.as_of.times(asked.party, known_of(known, asked), start, end, buckets)
    return answer(request, asof.times(made))


def _looked(desk: DeskRoutes, asked: Asking, picture: AsOf) -> None:
    desk.reads.had(asked.party, asked.principal.author, picture.declarations)
    desk.reads.findings(asked.party, asked.principal.author, (each.finding for each in picture.findings))


def known_of(text: str, asked: Asking) -> Instant:
    """The time that is meant, as the record has it. Nobody knows anything later than now."""
    return as_recorded(min(read_instant(text), asked.now) if text else asked.now)


def valid_of(text: str, known: Instant) -> Valid:
    """See `policy.asof.valid.read_valid`."""
    return read_valid(text, known)
