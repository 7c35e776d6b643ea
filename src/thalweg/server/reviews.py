"""What came of notices: `GET /v1/feedback`, to whoever gave them (R45), and `GET /v1/review`, to be published (R46)."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.policy.export import mark_of
from thalweg.policy.review import feedback, review
from thalweg.reports import given
from thalweg.server.api import PROBLEMS, given_as
from thalweg.server.copies import handed_over, names_of, one_more
from thalweg.server.desk import Abreast, Asked, Desk, answer, stepwise
from thalweg.server.parameters import Language, Languages

router = APIRouter(prefix="/v1", route_class=Abreast)
Form = Literal["csv", "html", "pdf"]
_MEDIA: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_TYPES: Final = tuple(each.partition(";")[0] for each in _MEDIA.values())
_MONTH_S: Final = 30 * 86_400


@router.get("/feedback", response_model=given.Feedback, responses=PROBLEMS, tags=["declarations"])
async def given_back(
    request: Request,
    desk: Desk,
    asked: Asked,
    since: Annotated[datetime | None, Query(description="taken from then on; if absent thirty days ago")] = None,
    until: Annotated[datetime | None, Query(description="and before then; if absent now")] = None,
    language: Language = "",
) -> Response:
    """What came of your party's declarations: who was told, when it arrived, who answered, read back and passed on,
    and whether anybody changed something after it, as far as your party was told; in numbers, and as `text` to read."""
    last = asked.now if until is None else instant(until, "until")
    first = Instant(last.epoch_s - _MONTH_S) if since is None else instant(since, "since")
    made = await stepwise(desk, lambda reading: feedback(reading.world, reading.mailboxes, asked.party, first, last))
    reading = await desk.office.reading()
    says = import_module("thalweg.reports.review.feedback")
    names = names_of(reading.world)
    spoken = language or asked.principal.language
    text = await run_in_threadpool(lambda: list(says.lines(made, spoken, names)))
    return answer(request, {**says.value(made), "language": spoken, "text": text})


@router.get("/review", response_class=Response, responses=given_as(*_TYPES), tags=["evidence"])
async def joint(
    request: Request,
    desk: Desk,
    asked: Asked,
    since: Annotated[datetime, Query(description="the first day, at 00:00Z")],
    until: Annotated[datetime, Query(description="the day after the last, at 00:00Z; seven days later at least")],
    form: Annotated[Form, Query(description="what it is written as")] = "html",
    languages: Languages = "",
) -> Response:
    """The joint review of a period: how many notices, how soon they were answered, how many late, reopened and
    escalated; emergencies and what came of them; incidents by cause and by risk. The secretariat's is of all pairs
    that talk to each other, a party's of its own. Rounded, and without any place, title or words, so that it can be
    published. On record as a copy."""
    first, last = instant(since, "since"), instant(until, "until")
    made = await stepwise(desk, lambda reading: review(reading.world, reading.policy, asked.party, first, last))
    random = one_more(request, asked)
    mark = mark_of(asked.party, asked.principal.author, asked.now, random)
    chosen = import_module("thalweg.reports.dossier.content").languages(
        languages or ",".join(dict.fromkeys(("en", asked.principal.language)))
    )
    says = import_module("thalweg.reports.review.review")
    data = await run_in_threadpool(lambda: says.csv(made) if form == "csv" else getattr(says, form)(made, chosen))
    party = "" if asked.party == SECRETARIAT else asked.party
    return await handed_over(desk, asked, mark, form, len(made.value.pairs) + bool(party), data, _MEDIA[form])


def instant(when: datetime, what: str) -> Instant:
    """An instant of a query. `InputError` where it has no zone."""
    if when.tzinfo is None:
        raise InputError("time-unzoned", f"`{what}` has no time zone; write 2017-09-18T06:10:42Z.", found=str(when))
    return Instant.of(when)
