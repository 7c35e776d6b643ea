"""The interface of the desk, `/v1`: statements in, and what one's own party may read. docs/reference/api.md.

Every answer about the world is made by `reports.wire` of what `policy.mailbox` disclosed to the asker's party. There is
no route that asks what is not protected, and none that reads for another party.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool

from thalweg.desk.checks import screen
from thalweg.desk.intake import LARGEST_FILE
from thalweg.desk.office import Reading
from thalweg.formats import event as kinds
from thalweg.ledger.canonical import decode as canonical_decode
from thalweg.ledger.canonical import encode as canonical_encode
from thalweg.ledger.entry import NO_PREVIOUS, Commitment, Entry, Event
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.tree import EMPTY_ROOT, Head, leaf_hash
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import Trust
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT, Refused
from thalweg.places.describe import describe
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import Mailboxes, NoticeRead, read_place
from thalweg.policy.told_findings import Place
from thalweg.policy.whole import Steps
from thalweg.reports import given, told, wire
from thalweg.reports import json as plain
from thalweg.server.bodies import ONCE, Body
from thalweg.server.desk import (
    Abreast,
    Asked,
    Asking,
    Desk,
    DeskRoutes,
    MembersOnly,
    Who,
    answer,
    answer_but_for,
    answer_spelled,
    asking,
    compared,
    in_pieces,
    ordered,
    stepwise,
)
from thalweg.server.parameters import Language
from thalweg.server.problems import ProblemAnswer, Refusal
from thalweg.server.sessions import principal
from thalweg.server.shell import problem_response

router = APIRouter(prefix="/v1", route_class=Abreast)
MOST = 200
MOST_ENTRIES = 10_000
MOST_BUNDLED = 20_000  # entries of one file: some hundred megabytes, of which a reader takes twice as much
_AT_ONCE = 20  # entries read at one step
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_HASH = r"^[0-9a-f]{64}$"
_CURSOR = r"^[-0-9a-z_.]*$"

Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]
Hash = Annotated[str, Path(pattern=_HASH)]
Name = Annotated[str, Path(min_length=1, max_length=200)]
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    for status, text in (
        (400, "not in its form"), (401, "not signed in"), (403, "not for you"), (404, "not known to you"),
        (409, "refused by the desk, or contradicts what is on record"), (422, "a value is out of bounds"),
        (429, "too often"), (503, "not now; send it again as it is"),
    )
}  # fmt: skip


def given_as(*media: str) -> dict[int | str, dict[str, Any]]:
    """Answers that are no JSON values, for the description."""
    return {200: {"description": "as it is", "content": {each: {} for each in media}}, **PROBLEMS}


class Beside(Body):
    """A payload beside the tree, with the salt of its commitment."""

    payload: str = Field(description="base64", max_length=24_000_000)
    salt: str = Field(pattern=_HASH)


class Signed(Body):
    """An entry that its author signed, and the payloads that it commits to."""

    entry: str = Field(description="base64 of the entry's canonical bytes", max_length=90_000)
    payloads: list[Beside] = Field(default=[], max_length=8)


class Unsigned(Body):
    """A statement for the server to sign, with the key that it holds for the asker; the entry says so."""

    kind: str = Field(max_length=64)
    body: dict[str, Any]


class ToSign(Unsigned):
    """A statement to be signed by a passkey, or on another device."""

    key: str = Field(pattern=_HASH, description="id of the author key that will sign")


class Previewed(Body):
    """A declaration in the form of an entry (docs/spec/events.md), not signed and not kept."""

    declaration: dict[str, Any]


# --- who asks ---


@router.get("/me", response_model=given.Me, responses=PROBLEMS, tags=["me"])
async def me(request: Request, desk: Desk, asked: Asked) -> Response:
    """Who you are to the desk, what it takes to sign your next statement, and the newest checkpoint."""
    reading = await desk.office.reading()
    author = asked.principal.author
    tip = await run_in_threadpool(desk.tip, author)
    head = await run_in_threadpool(desk.log.head)
    theatre = reading.world.membership.theatre
    value: given.Me = {
        "author": author,
        "party": asked.party,
        "name": reading.world.membership.name(asked.party),
        "language": asked.principal.language,
        "roles": [{"role": role, "scope": scope} for role, scope in sorted(reading.world.membership.roles(author))],
        "on_watch": [each.officer for each in reading.world.membership.on_watch(asked.party)],
        "origin": desk.log.origin,
        "tip": None if tip is None else {"seq": tip.seq, "hash": tip.event_hash.hex()},
        "checkpoint": None if head is None else head.encode().decode(),
        "signs": "server" if desk.holds_key(author) else "author",
        "notices": reading.mailboxes.count(asked.party),
        "theatre": theatre.name,
        "rules": theatre.rules_hash,
        "exercise": theatre.exercise,
        "now": str(asked.now),
        "version": desk.version,
    }
    return answer_but_for(request, value, "now")


@router.get("/theatre", response_model=given.Theatre, responses=PROBLEMS, tags=["theatre"], dependencies=[MembersOnly])
async def theatre(request: Request, desk: Desk) -> Response:
    """The rules in force, as the text of a theatre file; empty while the default ones hold."""
    membership = (await desk.office.reading()).world.membership
    value: given.Theatre = {
        "name": membership.theatre.name,
        "rules": membership.theatre.rules_hash,
        "exercise": membership.theatre.exercise,
        "text": membership.theatre_text,
    }
    return answer(request, value)


@router.get("/parties", response_model=given.Parties, responses=PROBLEMS, tags=["theatre"])
async def parties(request: Request, desk: Desk, asked: Asked) -> Response:
    """The members, and since when each takes part as each states it."""
    return answer(request, wire.parties((await desk.office.reading()).mailboxes.parties(asked.party)))


# --- statements ---


_ONCE: Final = frozenset(name.encode() for name in ONCE)


async def straight(request: Request) -> Response | None:
    """The answer to a signed statement that is plainly in its form, without the steps of the router and of FastAPI,
    which take longer than checking a signature. None for whatever is not: it goes the ordinary way, and gets the
    ordinary answer."""
    asked = [(name, value) for name, value in request.scope["headers"] if name in _ONCE]
    if asked != [(b"content-type", b"application/json")] or request.scope["query_string"]:
        return None  # what is said twice, or in parameters, is for the ordinary way to refuse
    body = await request.body()
    # A member may be given twice, the second time in escapes, which nothing in an entry needs.
    if body.count(b'"entry"') != 1 or body.count(b'"payloads"') > 1 or b"\\u" in body:
        return None
    try:
        signed = Signed.model_validate_json(body)
    except ValidationError:
        return None
    if not body.count(b'"payload"') == body.count(b'"salt"') == len(signed.payloads):
        return None
    request.scope["route"] = _STATEMENTS
    return await state(request, request.app.state.desk, await principal(request), signed)


async def state(request: Request, desk: Desk, who: Who, signed: Signed) -> Response:
    """Hand in an entry that you signed. The answer comes when it is durable and inside a signed checkpoint. Sent
    again, the same entry gets the same answer. 409 where the desk refuses: that is on record too."""
    data = _base64(signed.entry, "entry")
    entry = Entry.parse(data)
    if entry.event.author != who.author:
        raise Refusal("not-your-entry", "An entry is handed in by the officer who signed it.")
    payloads = [(_base64(each.payload, "payload"), bytes.fromhex(each.salt)) for each in signed.payloads]
    asked = await asking(desk, who)
    event = await desk.office.take(data, payloads, entry=entry)
    return await _answered(request, desk, asked, event)


router.add_api_route(
    "/statements", state, methods=["POST"], status_code=201, response_model=given.Statement,
    responses=PROBLEMS, tags=["statements"],
)  # fmt: skip
_STATEMENTS = router.routes[-1]  # whose pattern the log and the metrics name


@router.post(
    "/statements/unsigned", status_code=201, response_model=given.Statement, responses=PROBLEMS, tags=["statements"]
)
async def state_unsigned(
    request: Request,
    desk: Desk,
    asked: Asked,
    said: Unsigned,
    key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=200)],
) -> Response:
    """Have the server sign for you, if it holds your key. `Idempotency-Key`: the same again is the same statement, and
    another statement under a key that was used is refused."""
    body = screen(kinds.read(said.kind, _value(said.body)), asked.principal.author, (await desk.office.reading()).world)
    event = await desk.office.say_for(asked.principal.author, body, key.encode())
    reading = await desk.office.reading()
    stated = reading.mailboxes.statement(asked.party, event)
    if stated is not None and not kinds.alike(reading.world.load(stated.value.index).body, body):
        # Answered as the one before it, whoever sent it would believe it taken.
        raise Refusal(
            "idempotency-key-used",
            "This Idempotency-Key was used for another statement, and this one was not taken. Send it under a new key.",
        )
    return await _answered(request, desk, asked, event)


@router.post("/statements/prepared", response_model=given.Prepared, responses=PROBLEMS, tags=["statements"])
async def prepare(request: Request, desk: Desk, asked: Asked, said: ToSign) -> Response:
    """The event for a passkey or another device to sign: its canonical bytes, and its hash, which is the challenge."""
    reading = await desk.office.reading()
    author = asked.principal.author
    made = kinds.parts(screen(kinds.read(said.kind, _value(said.body)), author, reading.world))
    doors = request.app.state.doors
    beside = [(canonical_encode(value), doors.random_bytes(32), media) for value, media in made.payloads]
    tip = await run_in_threadpool(desk.tip, author)
    head = await run_in_threadpool(desk.log.head)
    event = Event(
        log=desk.log.origin,
        author=author,
        holder="author",
        key=said.key,
        kind=said.kind,
        seq=0 if tip is None else tip.seq + 1,
        prev=NO_PREVIOUS if tip is None else tip.event_hash,
        seen=Head(0, EMPTY_ROOT) if head is None else head.head,
        at=round(asked.now.epoch_s * 1000),
        salt=doors.random_bytes(32),
        body=made.value,
        payloads=tuple(Commitment.to(data, salt, media) for data, salt, media in beside),
    )
    value: given.Prepared = {
        "event": base64.b64encode(event.encode()).decode(),
        "hash": event.hash().hex(),
        "payloads": [{"payload": base64.b64encode(data).decode(), "salt": salt.hex()} for data, salt, _ in beside],
    }
    return answer(request, value)


@router.get("/statements/{event}", response_model=given.Statement, responses=PROBLEMS, tags=["statements"])
async def statement(request: Request, desk: Desk, asked: Asked, event: Hash) -> Response:
    """The desk's answer to a statement of your party's."""
    read = (await desk.office.reading()).mailboxes.statement(asked.party, event)
    if read is None:
        raise unknown()
    desk.reads.notices(asked.party, asked.principal.author, read.value.notices)
    return answer_spelled(request, wire.statement_spelled(read))


async def _answered(request: Request, desk: Desk, asked: Asked, event: str) -> Response:
    read = (await desk.office.reading()).mailboxes.statement(asked.party, event)
    if read is None:
        raise unknown()
    desk.reads.notices(asked.party, asked.principal.author, read.value.notices)
    refused = read.value.answer
    if isinstance(refused, Refused):
        value = wire.statement(read)
        return problem_response(request.scope, ProblemAnswer(409, refused.code, refused.sentence, value))
    return answer_spelled(request, wire.statement_spelled(read), 201)


# --- what is told ---


@router.get("/notices", response_model=given.Notices, responses=PROBLEMS, tags=["notices"])
async def notices(
    request: Request,
    desk: Desk,
    asked: Asked,
    after: Annotated[int, Query(ge=0, le=2**53, description="the number of the last one you have")] = 0,
    limit: Limit = 50,
) -> Response:
    """Every notice to your party, oldest first. `next` of an answer is `after` of the following question."""
    await _told_so_far(desk, asked.party, after)
    page = (await desk.office.reading()).mailboxes.notices(asked.party, after, limit)
    desk.reads.notices(asked.party, asked.principal.author, page.value.notices)
    return answer(request, wire.page(page))


@router.get("/notices/{notice}", response_model=given.Notice, responses=PROBLEMS, tags=["notices"])
async def notice(request: Request, desk: Desk, asked: Asked, notice: Name) -> Response:
    """One of them, and what became of it."""
    read = (await desk.office.reading()).mailboxes.notice(asked.party, notice)
    if read is None:
        raise unknown()
    desk.reads.notices(asked.party, asked.principal.author, (read.value,))
    return answer(request, wire.notice(read))


@router.get("/notices/{notice}/text", response_model=given.NoticeText, responses=PROBLEMS, tags=["notices"])
async def notice_text(
    request: Request,
    desk: Desk,
    asked: Asked,
    notice: Name,
    language: Language = "",
    zone: Annotated[
        str, Query(min_length=1, max_length=64, description="a time zone (IANA) to say times in, beside UTC")
    ] = "UTC",
) -> Response:
    """The notice in words, made from what it shows; the English beside it while the language is unreviewed."""
    chosen = language or asked.principal.language
    return answer(request, _in_words(desk, await desk.office.reading(), asked, notice, chosen, zone)[1])


@router.get("/notices/{notice}/voice", response_model=given.Voice, responses=PROBLEMS, tags=["notices"])
async def notice_voice(
    request: Request,
    desk: Desk,
    asked: Asked,
    notice: Name,
    language: Language = "",
) -> Response:
    """The notice as short lines to be read over a radio or sent as SMS, and typed back in (`thalweg voice`): what it
    shows, or its words where it shows no place of its own."""
    chosen = language or asked.principal.language
    made = told.voice(*_in_words(desk, await desk.office.reading(), asked, notice, chosen))
    return answer(request, made)


@router.get("/inbox", response_model=given.Inbox, responses=PROBLEMS, tags=["notices"])
async def inbox(
    request: Request,
    desk: Desk,
    asked: Asked,
    after: Annotated[str, Query(max_length=60, pattern=_CURSOR, description="`next` of the answer before")] = "",
    limit: Limit = 100,
) -> Response:
    """What your party owes an answer to, the most pressing first. `count` is how many of them there are."""
    mailboxes = (await desk.office.reading()).mailboxes
    place = read_place(after) if after else None
    owed = mailboxes.inbox(asked.party, limit, after=place)
    desk.reads.notices(asked.party, asked.principal.author, owed.value)
    return answer(request, wire.inbox(owed, mailboxes.owed(asked.party), whole=len(owed.value) < limit))


@router.get("/stream", response_class=Response, responses=given_as("text/event-stream"), tags=["notices"])
async def stream(
    desk: Desk,
    asked: Asked,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=20)] = "",
) -> StreamingResponse:
    """Notices as they are made, as server-sent events; resumes after `Last-Event-ID`, or after `after`."""
    start = min(int(last), 2**53) if last.isdecimal() else after
    await _told_so_far(desk, asked.party, start)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    notices = desk.streams.follow(asked.party, start, asked.principal)
    return StreamingResponse(notices, headers=headers, media_type="text/event-stream")


@router.get("/declarations", response_model=given.Declarations, responses=PROBLEMS, tags=["declarations"])
async def declarations(
    request: Request,
    desk: Desk,
    asked: Asked,
    own: Annotated[bool | None, Query(description="only your own, or only those of others")] = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="`next` of the answer before")] = 0,
    limit: Limit = 100,
) -> Response:
    """Everything in force that your party declared or was shown, as far as it was shown, in the order of the log: what
    was declared or shown last comes last. Whoever goes on to the end misses nothing: what changes meanwhile goes to
    the end."""
    page = (await ordered(desk, asked.party)).mailboxes.declarations(
        asked.party, asked.now, own=own, after=after, most=limit
    )
    desk.reads.declarations(asked.party, asked.principal.author, page.value.declarations)
    return answer(request, wire.declarations(page))


@router.get("/declarations/{subject:path}", response_model=given.Declaration, responses=PROBLEMS, tags=["declarations"])
async def declaration(request: Request, desk: Desk, asked: Asked, subject: Name) -> Response:
    """One declaration by the id under which you know it; of your own, who has which copy and what became of it."""
    read = (await desk.office.reading()).mailboxes.declaration(asked.party, subject, asked.now)
    if read is None:
        raise unknown()
    desk.reads.declarations(asked.party, asked.principal.author, (read.value,))
    return answer(request, wire.declaration(read))


@router.get("/findings", response_model=given.Findings, responses=PROBLEMS, tags=["declarations"])
async def findings(
    request: Request,
    desk: Desk,
    asked: Asked,
    before: Annotated[str, Query(max_length=40, pattern=_CURSOR, description="`next` of the answer before")] = "",
    limit: Limit = 100,
) -> Response:
    """The conflicts and crossings that your party was told of and that stand, those told last first. `count` is how
    many of them there are."""
    mailboxes = (await ordered(desk, asked.party)).mailboxes
    place = Place.read(before) if before else None
    found = mailboxes.findings(asked.party, asked.now, before=place, most=limit)
    count = mailboxes.standing(asked.party, asked.now)
    desk.reads.findings(asked.party, asked.principal.author, (each.finding for each in found.value))
    return answer(request, wire.findings(found, count, whole=len(found.value) < limit))


@router.post("/previews", response_model=given.Preview, responses=PROBLEMS, tags=["declarations"])
async def preview(request: Request, desk: Desk, asked: Asked, said: Previewed) -> Response:
    """What a declaration would meet among what your party declared and was shown, and ways out; nothing is kept."""
    declared = kinds.read_declaration(_value(said.declaration))
    if declared.party != asked.party:
        raise InputError("declaration-party", "A preview is of a declaration of your own party.")
    comparing = await compared(desk, asked.party, declared, asked.now)
    made = await run_in_threadpool(comparing.preview, desk.describe)
    desk.reads.findings(asked.party, asked.principal.author, made.value[0])
    data = await run_in_threadpool(lambda: wire.spelled(wire.preview(made)))
    return answer_spelled(request, data)


@router.post(
    "/reviews",
    response_model=given.FileRead,
    responses=PROBLEMS,
    tags=["declarations"],
    openapi_extra={"requestBody": {"required": True, "description": "the file's bytes", "content": _FILE}},
)
async def review(
    request: Request,
    desk: Desk,
    asked: Asked,
    name: Annotated[str, Query(min_length=1, max_length=200, description="the file's name")],
) -> Response:
    """Read a file of any format that `thalweg check` reads, row by row, for a person to look at: each declaration in
    the form of an entry with its flags and the place in independent words, and what could not be read. Nothing is
    declared by this."""
    data = await request.body()
    if len(data) > LARGEST_FILE:
        raise InputError("file-too-large", "The file is larger than what is read; split it.")
    theatre = (await desk.office.reading()).world.membership.theatre
    intake = await run_in_threadpool(desk.review, data, name, asked.party, theatre)
    rows: list[given.Row] = [
        {
            "source": str(each.source),
            "declaration": kinds.write_declaration(each),
            "shown": plain.declaration_facts(each.version_id, each, ()),
            "reference": _reference(each),
            "flags": [{"code": flag.code, "sentence": flag.sentence, "where": flag.where} for flag in each.flags],
        }
        for each in intake.declarations
    ]
    value: given.FileRead = {
        "rows": rows,
        "problems": [
            {"source": str(each.source), "code": each.code, "sentence": each.told} for each in intake.problems
        ],
        "omissions": [
            {"source": str(each.source), "what": each.what, "why": each.why, "harmless": each.harmless}
            for each in intake.left_out
        ],
        "complete": intake.complete,
        "sha256": [each.sha256 for each in intake.sources],
    }
    return answer(request, value)


# --- channels and agreements ---


@router.get("/channels", response_model=given.Channels, responses=PROBLEMS, tags=["channels"])
async def channels(request: Request, desk: Desk, asked: Asked) -> Response:
    """The channels that you are on, their terms as far as they are yours, and the line as each side sees it."""
    return answer(request, wire.channels((await desk.office.reading()).mailboxes.channels(asked.party)))


@router.get("/channels/{channel}/log", response_model=given.ChannelLog, responses=PROBLEMS, tags=["channels"])
async def channel_log(request: Request, desk: Desk, asked: Asked, channel: Name) -> Response:
    """Messages and decisions, in order, since your party joined: what others said before is not shown to who comes
    later."""
    read = (await desk.office.reading()).mailboxes.channel_log(asked.party, channel)
    if read is None:
        raise unknown()
    return answer(request, wire.channel_log(read))


@router.get("/agreements", response_model=given.Agreements, responses=PROBLEMS, tags=["channels"])
async def agreements(request: Request, desk: Desk, asked: Asked) -> Response:
    """Proposals, quiet windows, lines and custody: what was asked, and what each side answered."""
    return answer(request, wire.agreements((await desk.office.reading()).mailboxes.agreements(asked.party)))


@router.get("/commitments", response_model=given.Commitments, responses=PROBLEMS, tags=["channels"])
async def commitments(request: Request, desk: Desk, asked: Asked) -> Response:
    """Promises, when they are due, and their outcomes."""
    return answer(request, wire.commitments((await desk.office.reading()).mailboxes.commitments(asked.party)))


@router.get("/emergencies", response_model=given.Emergencies, responses=PROBLEMS, tags=["channels"])
async def emergencies(request: Request, desk: Desk, asked: Asked) -> Response:
    """Emergencies that you called or were called by."""
    return answer(request, wire.emergencies((await desk.office.reading()).mailboxes.emergencies(asked.party)))


# --- evidence ---


@router.get("/entries", response_model=given.Entries, responses=PROBLEMS, tags=["evidence"])
async def entries(
    request: Request,
    desk: Desk,
    asked: Asked,
    after: Annotated[int, Query(ge=0, le=2**53, description="`next` of the answer before")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES, description="how many at most")] = 1_000,
) -> Response:
    """The indexes of the entries that your party may hold, in the order of the log. Whoever goes on to the end has
    every one of them; `count` is how many they are."""
    mailboxes = (await ordered(desk, asked.party, Mailboxes.gathered)).mailboxes
    page = mailboxes.entries(asked.party, after=after - 1, most=limit).value
    following = page[-1] + 1 if len(page) == limit else None
    return answer(request, {"entries": list(page), "next": following, "count": mailboxes.holds(asked.party).value})


@router.get("/entries/{index}", response_class=Response, responses=given_as("application/json"), tags=["evidence"])
async def entry(desk: Desk, asked: Asked, index: Annotated[int, Path(ge=0, le=2**53)]) -> Response:
    """The canonical bytes of an entry that your party may hold."""
    await _require_entry(desk, asked, index)
    await desk.reads.entries(asked.party, asked.principal.author, (index,))
    data = await run_in_threadpool(desk.log.entry, index)
    return Response(
        data, media_type="application/json", headers={"cache-control": "private, max-age=31536000, immutable"}
    )


@router.get(
    "/entries/{index}/receipt",
    response_class=Response,
    responses=given_as("application/vnd.thalweg.receipt+json"),
    tags=["evidence"],
)
async def receipt(desk: Desk, asked: Asked, index: Annotated[int, Path(ge=0, le=2**53)]) -> Response:
    """A receipt for it, to be verified offline: entry, proof, signed checkpoint and the keys that it rests on."""
    await _require_entry(desk, asked, index)
    await desk.reads.entries(asked.party, asked.principal.author, (index,))
    made = await run_in_threadpool(desk.log.receipt, index)
    return Response(made.encode(), media_type="application/vnd.thalweg.receipt+json")


@router.get(
    "/bundle", response_class=Response, responses=given_as("application/vnd.thalweg.bundle+json"), tags=["evidence"]
)
async def bundle(
    desk: Desk,
    asked: Asked,
    after: Annotated[int, Query(ge=0, le=2**53, description="as the `link` of the answer before has it")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_BUNDLED, description="how many entries at most")] = MOST_BUNDLED,
) -> Response:
    """One file with every entry that your party may hold, proved; `thalweg verify` checks it offline. Where they are
    more than `limit`, the first of them, and the header `link` (`rel="next"`) names the file with those that follow;
    each is verified by itself."""
    mailboxes = (await ordered(desk, asked.party, Mailboxes.gathered)).mailboxes
    indexes = mailboxes.entries(asked.party, after=after - 1, most=limit).value
    more = mailboxes.entries(asked.party, after=indexes[-1], most=1).value if indexes else ()
    await desk.reads.entries(asked.party, asked.principal.author, indexes)
    found = await run_in_threadpool(committed, desk, indexes)
    allowed = await stepwise(desk, lambda reading: allowed_of(reading.mailboxes, asked.party, found))
    data = await run_in_threadpool(lambda: bundled(desk, indexes, allowed).encode())
    headers = {"link": f'</v1/bundle?after={more[0]}&limit={limit}>; rel="next"'} if more else {}
    return in_pieces(data, headers, "application/vnd.thalweg.bundle+json")


def allowed_of(
    mailboxes: Mailboxes, party: str, found: Mapping[int, Sequence[tuple[bytes, str]]]
) -> Steps[dict[int, Sequence[bytes]]]:
    """Of these entries the payloads that the party may hold, a few entries at a step."""
    allowed: dict[int, Sequence[bytes]] = {}
    for number, (index, held) in enumerate(found.items(), 1):
        allowed[index] = mailboxes.payloads(party, index, held).value
        if not number % _AT_ONCE:
            yield
    return allowed


@router.get(
    "/log/checkpoint",
    response_class=Response,
    responses=given_as("text/plain"),
    tags=["evidence"],
    dependencies=[MembersOnly],
)
async def checkpoint(desk: Desk) -> Response:
    """The newest signed checkpoint (C2SP tlog-checkpoint)."""
    head = await run_in_threadpool(desk.log.head)
    if head is None:
        raise unknown()
    return Response(head.encode(), media_type="text/plain; charset=utf-8", headers={"cache-control": "no-store"})


@router.get(
    "/log/trust",
    response_class=Response,
    responses=given_as("application/json"),
    tags=["evidence"],
    dependencies=[MembersOnly],
)
async def trust(desk: Desk) -> Response:
    """The trust file of the log, by which its receipts are verified. Compare it with one had from somebody else."""

    def made() -> bytes:
        return write_trust(Trust(desk.log.origin, (desk.trust.log_key,), leaf_hash(desk.log.entry(0))))

    data = await run_in_threadpool(made)
    return Response(data, media_type="application/json", headers={"cache-control": "no-store"})


@router.get(
    "/log/consistency",
    response_model=given.Consistency,
    responses=PROBLEMS,
    tags=["evidence"],
    dependencies=[MembersOnly],
)
async def consistency(
    request: Request,
    desk: Desk,
    old: Annotated[int, Query(ge=0, le=2**53)],
    new: Annotated[int, Query(ge=0, le=2**53)],
) -> Response:
    """The proof that the log of `new` entries adds to that of `old` (RFC 6962)."""
    head = await run_in_threadpool(desk.log.head)
    if head is None or not old <= new <= head.head.size:
        raise unknown()
    path = await run_in_threadpool(desk.log.consistency, old, new)
    return answer(request, {"path": [base64.b64encode(each).decode() for each in path]})


def committed(desk: DeskRoutes, indexes: Sequence[int]) -> dict[int, list[tuple[bytes, str]]]:
    """The digests and media types of the payloads that each of these entries commits to, where there are any."""
    held = ((index, Entry.parse(desk.log.entry(index)).event.payloads) for index in indexes)
    return {index: [(each.digest, each.media) for each in payloads] for index, payloads in held if payloads}


def bundled(desk: DeskRoutes, indexes: Sequence[int], allowed: Mapping[int, Sequence[bytes]]) -> Bundle:
    """These entries, proved, with those of their allowed payloads that are kept still."""
    digests = [digest for index in indexes for digest in allowed.get(index, ()) if desk.payload(digest) is not None]
    return desk.log.bundle(indexes, desk.trust, digests)


async def _told_so_far(desk: Desk, party: str, after: int) -> None:
    """Whoever names a notice that this desk has not sent yet would wait for it, and hear nothing of those before: the
    desk was brought back from a backup, or the number is another's. That is said only where this process has read all
    that any has made durable; a number that another one has given out is none of these."""
    if after <= (await desk.office.reading()).mailboxes.count(party):
        return
    await desk.office.abreast()
    told = (await desk.office.reading()).mailboxes.count(party)
    if after > told:
        raise Refusal(
            "cursor-ahead",
            f"You name notice {after}, and this desk has sent you {told}: it was restored, or the number is another's."
            " Begin again from 0.",
            after=after,
            sent=told,
        )


async def _require_entry(desk: Desk, asked: Asked, index: int) -> None:
    reading = await desk.office.reading()
    if index < reading.world.size and reading.mailboxes.holds_by_itself(asked.party, index):
        return
    # All else is looked for in one way: how long that takes does not tell what stands there.
    reading = await ordered(desk, asked.party, Mailboxes.gathered)
    if index >= reading.world.size or not reading.mailboxes.may_hold(asked.party, index):
        raise unknown()


def _reference(declared: Declaration) -> str:
    spot = plain.first_position(declared)
    return "" if spot is None else describe(spot.lon, spot.lat).text


def _in_words(
    desk: DeskRoutes, reading: Reading, asked: Asking, notice: str, language: str, zone: str = "UTC"
) -> tuple[Disclosed[NoticeRead], given.NoticeText]:
    read = reading.mailboxes.notice(asked.party, notice)
    if read is None:
        raise unknown()
    desk.reads.notices(asked.party, asked.principal.author, (read.value,))
    sides = reading.mailboxes.sides(asked.party, notice)
    membership = reading.world.membership
    names = {party: membership.name(party) for party in (*membership.parties, SECRETARIAT)}
    return read, told.words(read, sides, membership.theatre, names, language, zone)


def unknown() -> Refusal:
    """One answer for what does not exist and for what you may not know of."""
    return Refusal("not-found", "Nothing of that id is known to you.")


def _base64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InputError("base64", f"The {what} is not base64.") from error


def _value(body: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON, reduced to what entries may hold
    """The body as an entry may hold it: integers and strings only, in bounds."""
    return canonical_decode(canonical_encode(body))
