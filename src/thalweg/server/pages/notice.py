"""One notice: what it says and shows, who signed it, what became of it, and everything that one may answer to it.

Answers, read-backs and "passed on" are what the interface takes (`Acknowledged`, `ReadBack`, `Disseminated`,
`Relayed`, `Committed`); a read-back is compared by the desk, and one that differs opens the notice again.
"""

from __future__ import annotations

from typing import Any, Final, cast

from fastapi import APIRouter, Response

from thalweg.drafts.times import Side, read_time
from thalweg.model.errors import InputError
from thalweg.model.events import (
    Acknowledged,
    Bearer,
    Committed,
    Disseminated,
    NoticeKind,
    ReadBack,
    Relayed,
    Taken,
)
from thalweg.model.events import (
    Response as Answered,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.places.coordinates import read_position
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports import told
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.inbox import level
from thalweg.server.pages.shell import Filled, Opened, Page, in_field, said_by, say
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

_WITH_WORDS: Final = frozenset((Answered.NEED_MORE, Answered.OBJECT))
_ANSWERS: Final = frozenset(each.value for each in Answered)
_BEARERS: Final = (Bearer.VOICE, Bearer.PAPER, Bearer.EMAIL, Bearer.STREAM)
_DATUMS: Final = ("AGL", "EGM96", "EGM2008", "WGS84", "FL")
_BEFORE: Final = 8  # earlier notices about the same thing


@router.get("/notices/{notice}")
async def notice(page: Opened, notice: str) -> Response:
    """The notice, as its reader was shown it."""
    await page.arrived((notice,))
    disclosed = _known(page, notice)
    read = disclosed.value
    page.desk.reads.notices(page.party, page.asked.principal.author, (read,))
    mailboxes = page.reading.mailboxes
    body = read.notice
    about = mailboxes.about(page.party, body.subject).value if body.subject else ()
    others = [each for each in about if each.id != read.id][-_BEFORE:]
    language, sides = page.reader.language, mailboxes.sides(page.party, read.id)
    theatre = page.reading.world.membership.theatre
    lines = told.voice(disclosed, told.words(disclosed, sides, theatre, page.names, language))
    answer = page.request.query_params.get("answer", "")
    return page.render(
        "notice.html",
        read=read,
        n=body,
        level=level(read),
        title=telling.heading(page, read),
        texts=telling.texts(page, disclosed),
        parts_of=telling.parts(read.declaration),
        start=telling.begins(read.declaration),
        end=telling.ends(read.declaration),
        signed=await telling.signed(page, mailboxes.resting_on(page.party, read.id).value),
        others=[(each, telling.heading(page, each)) for each in reversed(others)],
        voice=cast("dict[str, Any]", lines),
        answer=answer if answer in _ANSWERS else "",
        asks_words=answer in _WITH_WORDS and any(each.what == answer for each in read.responses),
        can_read_back=read.declaration is not None and body.of != page.party,
        emergency=body.what is NoticeKind.EMERGENCY,
        bearers=[(each.value, page.words.plain(f"bearer.{each.value}")) for each in _BEARERS],
        datums=[("", "—"), *((each, page.words.plain(f"datum.{each}")) for each in _DATUMS)],
        finding=body.findings[0] if body.findings else None,
    )


@router.post("/notices/{notice}/answer")
async def answer(page: Opened, notice: str, filled: Filled) -> Response:
    """Received, understood, need more or object: one press each. The latter two ask for words afterwards, on the
    notice's own page, so that none of the four is the easy one."""
    _known(page, notice)
    if filled["response"] not in _ANSWERS:
        raise Refusal("request-invalid", "Say one of received, understood, need_more and object.")
    response = Answered(filled["response"])
    text = filled.within("text", 2_000)
    said = Acknowledged(page.party, notice, response, text, page.reader.language)
    wants = response in _WITH_WORDS and not text
    back = "/room" if filled["from"] == "room" else "/inbox"
    then = f"/notices/{notice}?answer={response.value}#words" if wants else back
    return await say(page, filled, said, then, "answered")


@router.post("/notices/{notice}/read-back")
async def read_back(page: Opened, notice: str, filled: Filled) -> Response:
    """What one has written down, for the desk to compare. One that differs opens the notice again."""
    _known(page, notice)
    with in_field("lower"):
        lower = _height(filled["lower"], "lower")
    with in_field("upper"):
        upper = _height(filled["upper"], "upper")
    with in_field("position"):
        position = _position(filled["position"])
    with in_field("start"):
        start = _time(filled["start"], "start", Side.START)
    with in_field("end"):
        end = _time(filled["end"], "end", Side.END)
    said = ReadBack(
        page.party,
        notice,
        filled.within("identity", 300),
        position,
        start,
        end,
        lower,
        upper,
        filled["datum"] if filled["datum"] in _DATUMS and (lower is not None or upper is not None) else "",
    )
    if not (said.identity or said.position or said.start or said.end or lower is not None or upper is not None):
        raise Refusal("request-invalid", "Type at least one thing that you have written down.", field="identity")
    if filled["sign-with"]:
        return await say(page, filled, said, f"/notices/{notice}#became", "said")
    read = await said_by(page, filled, said, page.asked.principal.author)
    if not isinstance(read.answer, Taken):
        raise Refusal("desk-refused", read.answer.sentence, refused=read.answer.code)
    return page.go(f"/notices/{notice}#became", "read_differs" if read.answer.mismatch else "read_matches")


@router.post("/notices/{notice}/passed-on")
async def passed_on(page: Opened, notice: str, filled: Filled) -> Response:
    """A unit below has it."""
    _known(page, notice)
    said = Disseminated(page.party, notice, filled.need("unit"), filled.within("how", 300))
    return await say(page, filled, said, f"/notices/{notice}#became", "said")


@router.post("/notices/{notice}/relayed")
async def relayed(page: Opened, notice: str, filled: Filled) -> Response:
    """It was handed on to somebody who is not on this desk: a hop, which is no receipt of theirs."""
    _known(page, notice)
    bearer = filled["bearer"]
    if bearer not in {each.value for each in _BEARERS}:
        raise Refusal("request-invalid", "Say how it was handed on.", field="bearer")
    said = Relayed(page.party, notice, filled.need("to"), Bearer(bearer), filled.within("words", 2_000))
    return await say(page, filled, said, f"/notices/{notice}#became", "said")


@router.post("/notices/{notice}/commitment")
async def commit(page: Opened, notice: str, filled: Filled) -> Response:
    """A promise to do something by a time, about this notice: above all, to stop."""
    _known(page, notice)
    minutes = filled["minutes"]
    if not minutes.isdecimal() or len(minutes) > 4 or not 1 <= int(minutes) <= 1_440:
        raise Refusal("request-invalid", "Say within how many minutes: 1 to 1440.", field="minutes")
    due = Instant(round(page.now.epoch_s) + 60 * int(minutes))
    said = Committed(page.party, notice, filled.need("action", 2_000), due, page.reader.language)
    return await say(page, filled, said, f"/notices/{notice}#became", "said")


def _known(page: Page, notice: str) -> Disclosed[NoticeRead]:
    found = page.reading.mailboxes.notice(page.party, notice)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found


def _position(text: str) -> Position | None:
    if not text:
        return None
    read = read_position(text)
    return Position(read.lon, read.lat)


def _time(text: str, what: str, side: Side) -> Instant | None:
    return read_time(text, side=side, what=what, zone="UTC").instant if text else None


def _height(text: str, what: str) -> int | None:
    if not text:
        return None
    try:
        return round(float(text.replace(",", ".")) * 1000)
    except (ValueError, OverflowError) as error:
        raise InputError("height-unreadable", f"The {what} height is a number of metres.", found=text) from error
