"""Two histories that differ only in what one party was not shown, and everything that this party receives of each.

`received` gathers it all: every answer of the interface to a member of the party, every notice as it stands in its
entry, every entry that it may hold, the live stream, e-mail, webhooks, copies to take away, and refusals. `normal`
takes out what D7 excepts, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from fastapi import FastAPI
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.desk_world import START, Room, seed
from tests.doors_world import START_MS, Noise
from thalweg.desk.office import KeyEntry, Listener, Office, Reading, WayIn
from thalweg.formats import event as kinds
from thalweg.formats.voice.hearing import hear
from thalweg.formats.voice.language import language_of
from thalweg.ledger.entry import Entry
from thalweg.ledger.note import NoteKey
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.ledger.sequencer import Log
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Segment, Volume, Zone
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Answer,
    ChannelJoined,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    Committed,
    ConsentStated,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    DecisionStated,
    Declared,
    EmergencySent,
    LineAnswered,
    LineChecked,
    LineJudged,
    LineProposed,
    MessageSent,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Release,
    Released,
    Response,
    Said,
    Taken,
    Term,
    TermsSet,
    Verification,
    Verified,
    Withdrawn,
)
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Path, Position
from thalweg.model.sourced import MAIN_TEXT, ClaimConfirmed, Force, SourceEntered
from thalweg.model.theatre import Theatre
from thalweg.policy.coarse import Coarse, Grid, coarsen, widen
from thalweg.policy.dossier.made import dossier
from thalweg.policy.held import of_log
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.view import view
from thalweg.reports import given
from thalweg.reports.dossier.digest import encode
from thalweg.server import api, as_of, copies, dossiers, incidents, reviews, sources
from thalweg.server.app import STATUSES, review
from thalweg.server.bearers import compose, mail_text, webhook_body
from thalweg.server.described import operations
from thalweg.server.desk import DeskRoutes
from thalweg.server.doors import Doors, DoorSettings, Principal
from thalweg.server.reads import Reads
from thalweg.server.sessions import principal
from thalweg.server.shell import ShellSettings, build_shell
from thalweg.server.streams import Streams
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.picture import Chain, Standing
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.stores.accounts_memory import MemoryAccounts

READER, SIDE, HIDER = "alpha", "bravo", "charlie"  # who reads; a third; and whose secrets differ
FOURTH = "delta"  # on no channel with READER
MIDDLE = Position(40.14, 35.336)
HOUR = 3600.0


# --- the interface over a room ---


class RoomOffice:
    """A room's desk as routes see it; what is handed in is decided at once."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.listeners: list[Listener] = []
        self.kept: Reading | None = None

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nor to stop."""

    async def take(self, data: bytes, payloads: Sequence[tuple[bytes, bytes]] = ()) -> str:
        entry = Entry.parse(data)
        self.room.send(entry)
        return entry.event.hash().hex()

    async def say_for(self, author: str, said: Said, nonce: bytes) -> str:
        raise AssertionError("every officer of a room has a key")

    async def register(self, entries: Sequence[KeyEntry]) -> None:
        raise AssertionError("a room registers by itself")

    async def tell(self, way: WayIn) -> None:
        raise AssertionError("nobody has an account in a room")

    async def note(self, body: object) -> None:
        """What is only put on record, for nobody to be told."""

    async def abreast(self) -> None:
        """There is no other server."""

    async def reading(self) -> Reading:
        desk, kept = self.room.desk, self.kept
        if kept is None or kept.world is not desk.world:  # one for each world: a route gathers in it step by step
            kept = self.kept = Reading(desk.world, desk.policy, Mailboxes(desk.world, desk.policy))
        return kept

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


def application(room: Room, party: str) -> tuple[FastAPI, Streams]:
    """The interface as an officer of the party meets it, the door already open."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(api.router)
    app.include_router(copies.router)
    app.include_router(incidents.router)
    app.include_router(as_of.router)
    app.include_router(dossiers.router)
    app.include_router(reviews.router)
    app.include_router(sources.router)
    office = cast(Office, RoomOffice(room))
    streams = Streams(office)
    log = Log(room.store, room.log.origin)
    app.state.desk = DeskRoutes(
        office=office,
        streams=streams,
        reads=Reads(office, lambda: room.now),
        log=log,
        tip=room.store.tip,
        payload=room.store.payload,
        now=lambda: room.now,
        review=review,
        describe=None,
        trust=ReceiptPolicy(log.origin, NoteKey(log.origin, seed("log")).verifier(), (), 0),
        holds_key=lambda _author: False,
        version="test",
    )
    noise = Noise()
    doors = Doors(
        MemoryAccounts(), DoorSettings("https://desk.example"), lambda: START_MS, noise, bytes(32), lambda *_: None
    )
    # One address asks for everything here, faster than anybody may.
    shell = ShellSettings(log=lambda _line: None, ticks=lambda: 0.0, statuses=STATUSES)
    build_shell(app, doors, shell)
    scopes = frozenset({"read", "write"})
    asker = Principal("account", party, f"{party}-1", party, "en", "token", scopes, b"key")
    app.dependency_overrides[principal] = lambda: asker
    return app, streams


# --- everything that a party receives ---

EXCEPTED = frozenset(
    {"request", "index", "answer_index", "seq", "tip", "checkpoint", "entries", "etag", "path", "version_of_server"}
)
"""Fields of answers that D7 excepts: places in the ledger, its head, and what counts requests. Hashes are
excepted wherever they stand, see `normal`. Times are not taken out: the room's clock is told, and is the same."""

_HASHES = re.compile(
    r"[ni]-[a-z2-7]{10}|x-[0-9a-f]{32}|v-[0-9a-f]{32}|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b|\b[0-9a-f]{12}\b"
)


def normal(value: object) -> object:
    """What is left of it without ledger hashes, indexes and signatures (D7).

    - A hash, or an opaque id, which is a keyed hash, becomes the order in which it appears: which of them are
      the same, and which are not, still counts.
    - Findings of one notice stand in the order of their urgency, then of their ids, which are hashes: they are put into
      an order that rests on what they say.
    - The check words of a voice form in which an id stands are taken over that id: they are held against its lines
      here, and left out; so is how many text messages its lines fill, for check words have different lengths.
    - `EXCEPTED` fields are emptied, and stay where they are.
    """
    names: dict[str, str] = {}
    return _named(_ordered(_emptied(value)), names)


def _emptied(value: object) -> object:
    if isinstance(value, Mapping):
        found = {key: None if key in EXCEPTED else _emptied(each) for key, each in value.items()}
        return _unchecked(found) if found.keys() == given.Voice.__annotations__.keys() else found
    if isinstance(value, list | tuple):
        return [_emptied(each) for each in value]
    return value


def _unchecked(voice: Mapping[str, Any]) -> Mapping[str, Any]:
    if not any(map(_HASHES.search, voice["lines"])):
        return voice
    heard = hear("\n".join(voice["lines"]), voice["language"])
    assert heard.settled, heard
    written = language_of(voice["language"]).written
    lines = [line.rpartition(" = ")[0] for line in voice["lines"]]
    return {
        **voice,
        "lines": [line for line in lines if line.split()[1] not in (written["sum"], written["last"])],
        "sms": "\n".join(voice["sms"]).split("\n") == voice["lines"],
    }


def _ordered(value: object) -> object:
    if isinstance(value, Mapping):
        found = {key: _ordered(each) for key, each in value.items()}
        findings = found.get("findings")
        if isinstance(findings, list):
            found["findings"] = sorted(findings, key=lambda each: _HASHES.sub("#", json.dumps(each)))
        return found
    return [_ordered(each) for each in value] if isinstance(value, list) else value


def _named(value: object, names: dict[str, str]) -> object:
    if isinstance(value, Mapping):
        return {key: _named(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    if isinstance(value, str):
        return _HASHES.sub(lambda hit: names.setdefault(hit.group(0), f"#{len(names)}"), value)
    return value


def received(room: Room, party: str = READER, hidden: Sequence[str] = ()) -> list[object]:
    """Everything, in pairs with where it came from. `hidden`: ids that the party must not learn anything by. That no
    true id of what it was not shown in full stands in any of it, be it a hash, is looked at here: `normal` would not
    see it."""
    found = [list(each) for each in _received(room, party, hidden)]
    text = json.dumps(found)
    for name in true_ids(room, party):
        assert name not in text, name
    return cast("list[object]", normal(found))


def _received(room: Room, party: str, hidden: Sequence[str]) -> Iterator[tuple[str, object]]:
    desk = room.desk
    mailboxes = Mailboxes(desk.world, desk.policy)
    indexes = mailboxes.entries(party).value
    yield "entries", [_entry(room, mailboxes, party, index) for index in indexes]
    _entries_alike(mailboxes, party, indexes, desk.world.size)
    yield "notices", notices(room, party)
    for reference in desk.world.cases.by_party.get(party, ()):
        made_of = of_log(desk.world, indexes, party)
        made_now = dossier(party, made_of, reference, room.now, names=copies.names_of(desk.world))
        yield f"dossier {reference}", _without_indexes(json.loads(encode(made_now)))
    app, streams = application(room, party)
    with TestClient(app, base_url="https://desk.example", raise_server_exceptions=True) as client:
        for path in paths(app, room, party, mailboxes):
            answer = client.get(path)
            yield f"GET {path}", [answer.status_code, _shown(answer.headers, answer.content)]
        absent = client.get("/v1/declarations/charlie/no-such-thing")
        for path in _not_theirs(room, party, mailboxes, hidden):
            there = client.get(path)
            assert (there.status_code, _told(there.content)) == (404, _told(absent.content)), path
        for at in (MIDDLE, Position(MIDDLE.lon + 0.09, MIDDLE.lat)):
            asked = circle_at("preview", party, at, 4000.0, Kind.OPERATION, 2.0, 30.0)
            answer = client.post("/v1/previews", json={"declaration": kinds.write_declaration(asked)})
            yield f"POST /v1/previews {at.lon}", [answer.status_code, _shown(answer.headers, answer.content)]
            near = {"lon": at.lon, "lat": at.lat, "within_m": 5000.0}
            answer = client.post("/v1/incidents/searches", json={"near": near})
            yield f"POST /v1/incidents/searches {at.lon}", [answer.status_code, _shown(answer.headers, answer.content)]
    yield "stream", asyncio.run(_stream(streams, party, desk.world.exchange.count(party)))
    reading = Reading(desk.world, desk.policy, mailboxes)
    for state in desk.world.exchange.mailbox(party):
        made = compose(reading, party, state.id, "en")
        if made is not None:
            yield "webhook", json.loads(webhook_body(made))
            yield "e-mail", [made.subject, mail_text(made)]


def _entries_alike(mailboxes: Mailboxes, party: str, indexes: tuple[int, ...], size: int) -> None:
    """Every way in which a party is told which entries it may hold says the same: those that are compared."""
    every = range(size)
    assert tuple(index for index in every if mailboxes.may_hold(party, index)) == indexes
    assert {index for index in every if mailboxes.holds_by_itself(party, index)} <= {*indexes}
    assert mailboxes.holds(party).value == len(indexes)
    assert mailboxes.newest_entries(party, most=size).value == indexes[::-1]
    assert mailboxes.every_entry(party, 1).value == indexes[:-1], "where files of one entry end"


def notices(room: Room, party: str = READER) -> list[object]:
    """Every notice to the party, as it stands in its entry."""
    return [_body(each) for each in room.notices(party)]


def paths(app: FastAPI, room: Room, party: str, mailboxes: Mailboxes) -> Iterator[str]:
    """Every GET of the route table, with each id that the party was ever given in it."""
    states = room.desk.world.exchange.mailbox(party)
    own = [event for event in room.desk.world.answers if mailboxes.statement(party, event) is not None]
    subjects = dict.fromkeys([f"{party}/{name}" for name in _OWN] + [each.subject for each in states if each.subject])
    given: dict[str, Sequence[object]] = {
        "{event}": own,
        "{notice}": [each.id for each in states],
        "{subject:path}": list(subjects),
        "{channel}": [each.channel for each in mailboxes.channels(party).value],
        "{reference}": list(room.desk.world.cases.by_party.get(party, ())),
        "{sha256}": list(room.desk.world.sourced.by_party.get(party, ())),
        "{index}": [],  # bytes of entries are hashes and signatures around the bodies that are compared above
    }
    for each in operations(app):
        if each.method != "GET" or each.path in NOT_COMPARED or not each.path.startswith("/v1/"):
            continue
        slots = re.findall(r"\{[^}]*\}", each.path)
        if not slots:
            yield from (each.path + query for query in QUERIES.get(each.path, ("",)))
        for value in given[slots[0]] if slots else ():
            yield each.path.replace(slots[0], str(value))


QUERIES: Mapping[str, Sequence[str]] = {
    "/v1/notices": ("?limit=200",),
    "/v1/as-of": ("", "?valid=../..", "?valid=../..&limit=1"),
    "/v1/as-of/map": ("", "?valid=../..", "?valid=../..&limit=1"),
    "/v1/incidents": ("", "?text=Nobody", "?party=charlie", "?owed=true"),
    "/v1/review": ("?since=2017-09-15T00:00:00Z&until=2017-09-25T00:00:00Z&form=csv",),
    "/v1/export": ("?form=geojson", "?form=csv", "?form=kml", "?form=json"),
}
"""What is asked for of a route, where it is not asked for as it stands. HTML and PDF take longer: see `pages`."""
NOT_COMPARED: Mapping[str, str] = {
    "/v1/stream": "is read to its end by itself",
    "/v1/bundle": "the entries that are compared, with proofs",
    "/v1/log/checkpoint": "a hash, a size and signatures",
    "/v1/log/consistency": "hashes",
    "/v1/incidents/{reference}/dossier": "the dossier that is compared, around indexes and hashes",
    "/v1/notices/{notice}/sheet": "a PDF of the notice that is compared, whose bytes hold hashes",
}
"""Routes whose answers are, but for what D7 excepts, compared in another way."""
_OWN = ("op-0", "op-1", "op-2", "op-3", "preview")


def _without_indexes(value: object) -> object:
    """A dossier but for where its entries stand in the log, and their hashes."""
    if isinstance(value, dict):
        return {key: _without_indexes(each) for key, each in value.items() if key not in ("entries", "event", "index")}
    return [_without_indexes(each) for each in value] if isinstance(value, list) else value


def _entry(room: Room, mailboxes: Mailboxes, party: str, index: int) -> object:
    """An entry as it is handed out: what stands beside it only as far as the party may hold that."""
    data = room.store.entry(index)
    assert data is not None
    event = Entry.parse(data).event
    beside = mailboxes.payloads(party, index, [(each.digest, each.media) for each in event.payloads]).value
    held = [room.store.payload(digest) for digest in beside]
    payloads = [each.payload.decode() for each in held if each is not None]
    return [event.author, event.kind, event.body, payloads, [each.media for each in event.payloads]]


def _not_theirs(room: Room, party: str, mailboxes: Mailboxes, hidden: Sequence[str]) -> Iterator[str]:
    """Where something is that is not the party's: a few of each kind."""
    world = room.desk.world
    own = set(mailboxes.entries(party).value)
    yield from (f"/v1/declarations/{name}" for name in hidden)
    yield from (f"/v1/notices/{each.id}" for each in world.exchange.mailbox(HIDER)[-2:])
    yield "/v1/channels/unseen/log"
    yield from (f"/v1/incidents/{name}" for name, each in world.cases.incidents.items() if party not in each.held)
    yield from (f"/v1/sources/{name}" for name in world.sourced.sources if not world.sourced.shown(party, name))
    events = [event for event in world.answers if world.load(world.answers[event] - 1).author == f"{HIDER}-1"]
    yield from (f"/v1/statements/{event}" for event in events[-2:])
    yield from (f"/v1/entries/{index}" for index in [each for each in range(world.size) if each not in own][-3:])


def true_ids(room: Room, party: str = READER) -> list[str]:
    """What HIDER's declarations are called inside the desk, where the party was never shown one in full, and did not
    guess it."""
    named = (getattr(record.body, name, "") for record in _said(room, party) for name in ("chain", "line"))
    guessed = {each for each in named if isinstance(each, str)}  # a line that is proposed stands there whole
    shown = {each.statement for each in room.desk.world.exchange.mailbox(party)}
    return [
        name
        for chain in room.desk.world.picture.chains.values()
        if chain.notifier == HIDER and chain.event not in shown
        for name in (chain.key, *(version for version, _ in chain.versions), *_found(room, chain))
        if name not in guessed
    ]


def _found(room: Room, chain: Chain) -> Iterator[str]:
    """Hashes of both sides: the open findings with a chain."""
    yield from (each.finding for each in room.desk.world.picture.findings_of(chain.version))


def _said(room: Room, party: str) -> list[Recorded]:
    world = room.desk.world
    loaded = (world.load(index) for index in range(world.size))
    return [each for each in loaded if getattr(each.body, "by", "") == party]


def pages(room: Room, party: str = READER) -> list[bytes]:
    """The copies to take away that take longest to make."""
    app, _ = application(room, party)
    with TestClient(app, base_url="https://desk.example") as client:
        answers = [client.get(f"/v1/export?form={form}") for form in ("html", "pdf")]
    assert [each.status_code for each in answers] == [200, 200]
    return [each.content for each in answers]


def _body(body: object) -> object:
    if isinstance(body, KeyFact):
        return ["key", repr(body)]
    kind, value = kinds.written(cast(Any, body))
    return [kind, value]


def _shown(headers: Mapping[str, str], content: bytes) -> object:
    kept = {name: value for name, value in headers.items() if name in ("content-type", "cache-control", "link", "vary")}
    try:
        return [kept, json.loads(content)]
    except ValueError:
        return [kept, content.decode("utf-8", "replace")]


def _told(content: bytes) -> object:
    value = json.loads(content)
    value.pop("request", None)
    return value


async def _stream(streams: Streams, party: str, count: int) -> list[object]:
    """The events of the live stream from the beginning to where it would wait."""
    events: list[object] = []
    stream = streams.follow(party, 0)
    while len(events) < count:
        data = (await asyncio.wait_for(anext(stream), 5.0)).decode()
        for block in data.split("\n\n"):
            lines = dict(line.partition(": ")[::2] for line in block.splitlines() if ": " in line)
            if "data" in lines:
                events.append([lines["id"], lines["event"], json.loads(lines["data"])])
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator
    return events


# --- histories ---


def circle_at(
    name: str,
    party: str,
    at: Position,
    radius_m: float,
    kind: Kind,
    start_h: float,
    end_h: float,
    *,
    revision: int = 0,
    title: str = "",
    details: Mapping[str, str] | None = None,
    emergency: bool = False,
) -> Declaration:
    """Something round in hours after the start."""
    window = Window(Instant(START.epoch_s + start_h * HOUR), Instant(START.epoch_s + end_h * HOUR))
    zone = Zone.NO_FIRE if kind is Kind.RESTRICTED_ZONE else None
    return Declaration(
        kind=kind,
        party=party,
        title=title or f"{name} of {party}",
        volumes=(Volume(Circle(at, radius_m), window, Band(0.0, 3000.0, Datum.EGM96)),),
        zone=zone,
        medium=Medium.UNSTATED if kind is not Kind.OPERATION else Medium.AIR,
        declaration_id=name,
        revision=revision,
        details=details or {},
        emergency=emergency,
    )


@dataclass(frozen=True, slots=True)
class Said2:
    """One step: what is done in the one room and in the other; None: nothing."""

    one: object
    other: object

    def of(self, side: int) -> object:
        return self.other if side else self.one


@dataclass(frozen=True, slots=True)
class Declare:
    declaration: Declaration
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A statement as it stands."""

    body: Said


@dataclass(frozen=True, slots=True)
class AnswerTo:
    """`by` answers the newest notice that it has about a chain of `of`, if it was told of one by the terms."""

    by: str
    of: str
    response: Response
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class AskAbout:
    """`by` proposes something to `to` about the newest notice that it has of `to`."""

    by: str
    to: str


@dataclass(frozen=True, slots=True)
class AskOf:
    """`by` proposes something to `to` about the finding that it was told of last, and signs what names that."""

    by: str
    to: str


@dataclass(frozen=True, slots=True)
class Cites:
    """A declaration that cites all that its notifier was shown of one of another party's."""

    declaration: Declaration
    of: str


@dataclass(frozen=True, slots=True)
class InIncident:
    """`by` says something in the newest incident that it has and READER has too (`shared`), or has not."""

    by: str
    what: str
    words: str = ""
    shared: bool = True


@dataclass(frozen=True, slots=True)
class HandOver:
    """`by` offers the newest site of its own whose id begins so to `to`."""

    by: str
    to: str
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Agree:
    """`by` answers the newest proposal to it that is open, of those that READER is a side of (`shared`), or is not."""

    by: str
    answer: Answer
    words: str = ""
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Promise:
    """`by` promises something about the newest emergency that it was called by, or, with an `outcome`, says what came
    of the newest promise about one that it called; of those that READER is a side of (`shared`), or is not."""

    by: str
    outcome: Outcome | None = None
    words: str = "We stop."
    shared: bool = True


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """`by` answers the newest line check of the channel that another sent."""

    by: str
    channel: str


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class History:
    """Two histories in one. `terms` are those of HIDER to READER: one level for each kind of declaration."""

    channels: tuple[tuple[str, str, Level | None, Level | None], ...]  # first, second, what each shows the other
    shared: bool
    unseen: tuple[Level, Level]  # between SIDE and HIDER, in each of the two
    steps: tuple[Said2, ...]
    hidden: tuple[str, ...] = ()


def play(history: History, side: int, look: Callable[[Room], object] | None = None) -> Room:
    """The one or the other of the two, from the beginning. `look`: called while most of it is in force."""
    room = Room((READER, SIDE, HIDER, FOURTH))
    for number, (first, second, shows, shown) in enumerate(history.channels):
        opened = ChannelOpened(
            first, f"ch-{number}", f"Line {number}", (first, second), room=number == 0, terms=_terms(shows)
        )
        room.say(first, opened)
        room.say(second, _joined(second, f"ch-{number}", shown))
    if history.shared:
        room.channel(READER, SIDE, HIDER, name="all")
    terms = _terms(history.unseen[side])
    room.say(SIDE, ChannelOpened(SIDE, "unseen", "Unseen", (SIDE, HIDER, FOURTH), room=True, terms=terms))
    room.say(HIDER, _joined(HIDER, "unseen", history.unseen[side]))
    room.say(FOURTH, _joined(FOURTH, "unseen", history.unseen[side]))
    for step in history.steps:
        do(room, step.of(side))
        room.now = Instant(room.now.epoch_s + 1.0)  # so that nothing of one step comes due with what is of another
    if look is not None:
        look(room)
    room.later(3 * 86_400.0)
    return room


def _terms(level: Level | None) -> tuple[Term, ...]:
    return () if level is None else (Term(level),)


def _joined(by: str, channel: str, level: Level | None) -> Said:
    return ChannelJoined(by, channel, _terms(level))


def do(room: Room, act: object) -> None:
    match act:
        case None:
            pass
        case Wait():
            room.later(act.seconds)
        case Plain():
            room.say(getattr(act.body, "by", SECRETARIAT), act.body)
        case Declare():
            declare(room, act.declaration, act.releases)
        case Cites():
            by = act.declaration.party
            shown = [each for each in room.desk.world.exchange.mailbox(by) if each.of == act.of and each.version]
            room.say(by, Declared(by, act.declaration, cites=tuple(each.version for each in shown)))
        case AnswerTo():
            _answer(room, act)
        case AskAbout():
            _ask(room, act)
        case AskOf():
            told = Mailboxes(room.desk.world, room.desk.policy).findings(act.by, room.now, most=1).value
            expires = Instant(room.now.epoch_s + 6 * HOUR)
            answer = room.say(act.by, Proposed(act.by, (act.to,), told[0].cite, expires, words="Shall we talk?"))
            assert isinstance(answer, Taken), answer
        case InIncident() | HandOver() | Agree() | Promise() | AnswerLine():
            said = _made(room, act)
            if said is not None:
                room.say(act.by, said)
        case _:
            raise AssertionError(act)


def _made(room: Room, act: InIncident | HandOver | Agree | Promise | AnswerLine) -> Said | None:
    match act:
        case InIncident():
            return _in_incident(room, act)
        case HandOver():
            return _offered(room, act)
        case Agree():
            return _agreed(room, act)
        case Promise():
            return _promised(room, act)
        case AnswerLine():
            held = room.desk.world.channels.channels[act.channel]
            checks = [event for event, (by, _) in held.checks.items() if by != act.by]
            return LineAnswered(act.by, act.channel, checks[-1]) if checks and act.by in held.joined else None


def _offered(room: Room, act: HandOver) -> Said | None:
    picture = room.desk.world.picture
    sites = [
        key
        for key, chain in picture.chains.items()
        if chain.notifier == act.by
        and chain.kind is Kind.STATIC_SITE
        and chain.standing is Standing.IN_FORCE
        and chain.declaration_id.startswith(act.name)
    ]
    return CustodyOffered(act.by, sites[-1], act.to, act.words) if sites else None


def _agreed(room: Room, act: Agree) -> Said | None:
    agreements = room.desk.world.agreements.agreements.values()
    open_to = [
        each
        for each in agreements
        if act.by in each.to
        and each.state is AgreementState.PROPOSED
        and act.by not in each.answers
        and (READER in (each.by, *each.to)) is act.shared
    ]
    if not open_to:
        return None
    event = open_to[-1].event
    match open_to[-1].matter:
        case Matter.FIX:
            return ProposalAnswered(act.by, event, act.answer, act.words)
        case Matter.QUIET_WINDOW:
            return QuietGuaranteed(act.by, event, act.answer, act.words)
        case Matter.LINE:
            return LineJudged(act.by, event, act.answer, act.words)
        case Matter.CUSTODY:
            return CustodyAnswered(act.by, event, act.answer, act.words)


def _promised(room: Room, act: Promise) -> Said | None:
    exchange = room.desk.world.exchange
    called = {
        event: {each.by, *(exchange.notices[name].to for name in each.notices)}
        for event, each in exchange.emergencies.items()
    }
    if act.outcome is None:
        mine = [
            event
            for event, sides in called.items()
            if act.by in sides - {exchange.emergencies[event].by} and (READER in sides) is act.shared
        ]
        due = Instant(room.now.epoch_s + HOUR / 2)
        return Committed(act.by, mine[-1], act.words, due) if mine else None
    made = [
        each.event
        for each in exchange.commitments.values()
        if each.outcome is None
        and each.about in called
        and exchange.emergencies[each.about].by == act.by
        and (READER in called[each.about]) is act.shared
    ]
    return OutcomeStated(act.by, made[-1], act.outcome, act.words) if made else None


def declare(room: Room, declaration: Declaration, releases: tuple[Release, ...] = ()) -> Taken | Refused:
    """As a careful officer does: what the desk says is lacking is read and cited."""
    said = Declared(declaration.party, declaration, releases=releases)
    answer = room.say(declaration.party, said)
    for _ in range(3):
        if isinstance(answer, Taken) or not answer.lacking:
            break
        cites = [room.desk.world.exchange.notices[each].version for each in answer.lacking]
        said = Declared(declaration.party, declaration, cites=(*said.cites, *cites), releases=releases)
        answer = room.say(declaration.party, said)
    return answer


def _answer(room: Room, act: AnswerTo) -> None:
    states = [
        each
        for each in room.desk.world.exchange.mailbox(act.by)
        if each.of == act.of and each.version and each.owed and each.subject
    ]
    if not states:
        return
    notice = states[-1]
    if act.read_back:
        room.say(act.by, ReadBack(act.by, notice.id, identity=act.of, position=Position(10.0, 10.0)))
    else:
        room.say(act.by, Acknowledged(act.by, notice.id, act.response))


def _ask(room: Room, act: AskAbout) -> None:
    states = [each for each in room.desk.world.exchange.mailbox(act.by) if each.of == act.to and each.version]
    if states:
        expires = Instant(room.now.epoch_s + 6 * HOUR)
        room.say(act.by, Proposed(act.by, (act.to,), states[-1].id, expires, words="Shall we talk?"))


def happened(by: str, to: tuple[str, ...], title: str, *, alleged: tuple[str, ...] = ()) -> IncidentReported:
    """An incident an hour before the start, in the middle."""
    times = (Instant(START.epoch_s - 2 * HOUR), Instant(START.epoch_s - HOUR))
    seen = Particulars(*times, MIDDLE, 2000, "by the ford", Named((), ("two trucks",)), Named(alleged, (), Joined.OR))
    return IncidentReported(by, title, seen, to, f"{title}, for an hour. Nobody was hurt.")


def _in_incident(room: Room, act: InIncident) -> Said | None:
    world, by = room.desk.world, act.by
    have = [
        incident
        for name in world.cases.by_party.get(by, ())
        if (READER in (incident := world.cases.incidents[name]).held) is act.shared
    ]
    if not have:
        return None
    incident, due = have[-1], Instant(room.now.epoch_s + 2 * HOUR)
    name, others = incident.reference, [each for each in incident.held if each != by]
    asked = [each for each in incident.requests if world.cases.requests[each].to == by]
    match act.what:
        case "account":
            return AccountGiven(by, name, act.words)
        case "ask" if others:
            return ExplanationAsked(by, name, others[0], act.words, due)
        case "explain" if asked:
            return ExplanationGiven(by, asked[-1], act.words)
        case "cause":
            return CauseAssessed(by, name, Grade.PLAUSIBLE, act.words)
        case "risk":
            return RiskAssessed(by, name, Risk.D, act.words)
        case "promise":
            return Committed(by, name, act.words, due)
        case "share":
            return IncidentShared(by, name, (FOURTH,))
        case "withdraw":
            return IncidentWithdrawn(by, name, act.words)
        case "declaration":
            return EvidenceLaid(by, name, Evidence.DECLARATION, act.words)
        case "notice":
            return EvidenceLaid(by, name, Evidence.NOTICE, world.exchange.mailbox(by)[-1].id)
        case "statement" if (chain := world.picture.chains.get(act.words)) is not None:
            return EvidenceLaid(by, name, Evidence.STATEMENT, chain.event)
        case _:
            return None


# --- how they are drawn ---

_KINDS = (Kind.OPERATION, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE)
_LOW = (Level.COARSE, Level.EXISTS, Level.NOTHING)
_LEVELS = tuple(Level)
_GRID = Grid.of(Theatre("default", ()))


@dataclass
class Told:
    """What has been told of one chain of HIDER, in both histories."""

    level: Level
    far: bool
    held: list[Coarse | None] = field(default_factory=lambda: [None, None])
    revision: int = -1
    kinds: tuple[Kind, Kind] = (Kind.OPERATION, Kind.OPERATION)


def grid_of_rooms() -> Grid:
    """The grid by which rooms tell."""
    return Grid.of(Room(()).desk.world.membership.theatre)


_near = st.tuples(
    st.sampled_from((-0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1)), st.sampled_from((-0.08, -0.03, 0.0, 0.04))
)
_jitter = st.tuples(st.integers(-20, 20), st.integers(-20, 20))  # thousandths of a degree: some 2 km
_hours = st.sampled_from(((6.0, 12.0), (10.0, 30.0), (25.0, 29.0), (48.0, 60.0)))
_minutes = st.integers(0, 170)
_radius = st.sampled_from((150.0, 900.0, 2500.0))


def _moved(at: Position, by: tuple[int, int]) -> Position:
    return Position(round(at.lon + by[0] / 1000.0, 6), round(at.lat + by[1] / 1000.0, 6))


@dataclass
class Drawing:
    """What has been drawn so far. `shown`: what HIDER shows READER; `count`: how many each has declared."""

    grid: Grid
    shown: Level
    told: dict[str, Told] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=lambda: {READER: 0, SIDE: 0})
    hidden: list[str] = field(default_factory=list)


@st.composite
def histories(draw: st.DrawFn, grid: Grid | None = None) -> History:
    """Two histories that differ only in what READER was not shown by HIDER, and in what passes between the others."""
    grid = grid if grid is not None else grid_of_rooms()
    shown = draw(st.sampled_from((*_LOW, Level.FOOTPRINT)))  # what HIDER shows READER
    channels = (
        (READER, SIDE, draw(st.sampled_from(_LEVELS)), draw(st.sampled_from(_LEVELS))),
        (READER, HIDER, draw(st.sampled_from(_LEVELS)), shown),
    )
    unseen = (draw(st.sampled_from(_LEVELS)), draw(st.sampled_from(_LEVELS)))
    so = Drawing(grid, shown)
    steps = [step for _ in range(draw(st.integers(3, 9))) for step in draw(st.sampled_from(_STEPS))(draw, so)]
    return History(channels, draw(st.booleans()), unseen, tuple(steps), tuple(so.hidden))


def _both(act: object) -> list[Said2]:
    return [Said2(act, act)]


def _open(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    party = draw(st.sampled_from((READER, READER, SIDE)))
    so.count[party] += 1
    dx, dy = draw(_near)
    start, end = draw(_hours)
    declaration = circle_at(
        f"op-{so.count[party] - 1}",
        party,
        Position(MIDDLE.lon + dx, MIDDLE.lat + dy),
        draw(_radius),
        draw(st.sampled_from(_KINDS)),
        start,
        end,
    )
    return _both(Declare(declaration))


def _hider(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """HIDER declares, or replaces: what differs is what its level does not show."""
    if draw(st.booleans()) and so.told:
        name = draw(st.sampled_from(sorted(so.told)))
    else:
        name = f"secret-{len(so.told)}"
        release = draw(st.sampled_from((None, None, Level.COARSE, Level.EXISTS, Level.FOOTPRINT)))
        level = so.shown if release is None else release
        kind = draw(st.sampled_from(_KINDS))
        other = draw(st.sampled_from(_KINDS)) if level in (Level.EXISTS, Level.NOTHING) else kind
        so.told[name] = Told(level, draw(st.integers(0, 3)) == 0 and level is Level.NOTHING, kinds=(kind, other))
    known = so.told[name]
    start, end = draw(_hours)
    dx, dy = draw(_near)
    at, radius = Position(MIDDLE.lon + dx, MIDDLE.lat + dy), draw(_radius)
    if known.far:
        at = Position(MIDDLE.lon + 4.0, MIDDLE.lat)
    pairs = []
    for side in (0, 1):
        moved, later = (at, 0.0) if known.level is Level.FOOTPRINT else (_moved(at, draw(_jitter)), draw(_minutes) / 60)
        if known.far and side:
            moved, radius = _moved(at, (draw(st.integers(-300, 900)), draw(st.integers(-300, 300)))), draw(_radius)
        pairs.append(
            circle_at(
                name,
                HIDER,
                moved,
                radius,
                known.kinds[side],
                start + later,
                end + later,
                revision=known.revision + 1,
                title=draw(st.sampled_from(("Hospital", "Observation post on hill 12", ""))),
                details={"unit": draw(st.sampled_from(("1st", "7th brigade of somewhere")))},
            )
        )
    if not known.far and not _alike(pairs, known, so.grid):
        pairs[1] = _words(pairs[0], pairs[1])
        if not _alike(pairs, known, so.grid):
            return []
    if known.level not in (Level.FOOTPRINT,) and not known.far:
        known.held = [coarsen(each, so.grid, held=held) for each, held in zip(pairs, known.held, strict=True)]
    known.revision += 1
    so.hidden.append(f"{HIDER}/{name}")
    releases = () if known.level is so.shown else (Release(READER, known.level),)
    return [Said2(Declare(pairs[0], releases), Declare(pairs[1], releases))]


def _words(one: Declaration, other: Declaration) -> Declaration:
    """The first with the words of the second."""
    return replace(one, title=other.title, details=other.details)


def _alike(pairs: Sequence[Declaration], known: Told, grid: Grid) -> bool:
    """Whether both show the same at the level that READER sees, by policy's own account of a single declaration."""
    if known.level is Level.FOOTPRINT:
        views = [view(each, Level.FOOTPRINT, grid, "x") for each in pairs]
        return views[0] == views[1]
    regions = [coarsen(each, grid, held=held) for each, held in zip(pairs, known.held, strict=True)]
    if known.level is Level.COARSE:
        return regions[0] == regions[1] and pairs[0].kind is pairs[1].kind
    return widen(regions[0]) == widen(regions[1])


def _cancel(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    names = [name for name, each in so.told.items() if each.revision >= 0]
    if not names:
        return []
    name = draw(st.sampled_from(names))
    del so.told[name]
    so.told[f"{name}-over-{len(so.told)}"] = Told(Level.NOTHING, far=True)
    words = (draw(st.sampled_from(("", "Moved."))), draw(st.sampled_from(("", "Handed over to them."))))
    return [Said2(*(Plain(Withdrawn(HIDER, f"{HIDER}/{name}", each)) for each in words))]


def _aside(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """Between SIDE and HIDER alone: said in one of the histories, or otherwise in the other."""
    by, to = draw(st.sampled_from(((SIDE, HIDER), (HIDER, SIDE))))
    level = draw(st.sampled_from(_LEVELS))
    bodies: list[Said | None] = [
        MessageSent(by, "unseen", draw(st.sampled_from(("Are they there?", "Do not tell alpha.")))),
        MessageSent(by, "unseen", "Nothing to report.", "ar"),
        TermsSet(by, "unseen", (Term(level),), to),
        EmergencySent(by, "Stop!", to=(to,)),
        None,
    ]
    if by == HIDER:
        window = circle_at("quiet", HIDER, Position(MIDDLE.lon + 6.0, MIDDLE.lat), 500.0, Kind.RESTRICTED_ZONE, 20, 30)
        quiet = replace(window, zone=Zone.QUIET_WINDOW)
        bodies.append(QuietProposed(by, (to,), quiet, "Repair of a pump", Instant(START.epoch_s + 9 * 86_400.0)))
    one, other = draw(st.sampled_from(bodies)), draw(st.sampled_from(bodies))
    return [Said2(None if one is None else Plain(one), None if other is None else Plain(other))]


def _reply(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    by, of = draw(st.sampled_from(((READER, HIDER), (READER, SIDE), (SIDE, READER))))
    response = draw(st.sampled_from(tuple(Response)))
    return _both(AnswerTo(by, of, response, draw(st.booleans())))


def _verify(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    names = [name for name, each in so.told.items() if each.revision >= 0]
    if not names:
        return []
    said = Verified(SIDE, f"{HIDER}/{draw(st.sampled_from(names))}", Verification.DOUBTED, "from the road")
    return [Said2(Plain(said), None)]


def _ask_about(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    return _both(AskAbout(READER, draw(st.sampled_from((HIDER, SIDE)))))


def _wait(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    return _both(Wait(draw(st.sampled_from((60.0, 1000.0, 5000.0, 40_000.0)))))


def _incident(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """One that all three have, or one between SIDE and HIDER that differs, or is in one of the histories alone."""
    title = draw(st.sampled_from(("Shots at the ford", "Low pass")))
    if draw(st.booleans()):
        by = draw(st.sampled_from((READER, SIDE, HIDER)))
        to = tuple(each for each in (READER, SIDE, HIDER) if each != by)
        return _both(Plain(happened(by, to, title, alleged=to[:1])))
    by, to = draw(st.sampled_from(((SIDE, (HIDER,)), (HIDER, (SIDE,)))))
    other = draw(st.sampled_from((None, Plain(happened(by, to, "Nobody saw it", alleged=(READER,))))))
    return [Said2(Plain(happened(by, to, title)), other)]


_SAYS = ("account", "ask", "explain", "cause", "risk", "promise", "share", "withdraw")


def _in_case(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    words = ("Nobody of ours was there.", "One of ours was.")
    if draw(st.booleans()):
        by = draw(st.sampled_from((READER, SIDE, HIDER)))
        return _both(InIncident(by, draw(st.sampled_from(_SAYS)), words[0]))
    by = draw(st.sampled_from((SIDE, HIDER)))
    one, other = (InIncident(by, draw(st.sampled_from(_SAYS)), each, shared=False) for each in words)
    return [Said2(one, draw(st.sampled_from((None, other))))]


def _lay(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """HIDER lays what it has hidden beside an incident that READER has."""
    names = [name for name, each in so.told.items() if each.revision >= 0]
    what = draw(st.sampled_from(("declaration", "statement", "notice")))
    if not names:
        return []
    return _both(InIncident(HIDER, what, f"{HIDER}/{draw(st.sampled_from(names))}"))


def _custody(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """A site changes hands: between READER and SIDE; of HIDER, and READER is told nothing of it or holds it too."""
    answer = draw(st.sampled_from(tuple(Answer)))
    if draw(st.booleans()):
        by, to = draw(st.sampled_from(((READER, SIDE), (SIDE, READER))))
        return [*_both(HandOver(by, to, "op-")), *_both(Agree(to, answer))]
    words = ("Yours.", "The keys are with the guard.")
    whole = [name for name, each in so.told.items() if each.kinds == (Kind.STATIC_SITE, Kind.STATIC_SITE)]
    unknown = [name for name in whole if so.told[name].far]
    name = draw(st.sampled_from(whole)) if whole else ""
    if name in unknown:
        made = HandOver(HIDER, FOURTH, name, words[0])
        return [Said2(made, None), Said2(Agree(FOURTH, answer, shared=False), None)]
    if not name:
        return []
    if answer is Answer.ACCEPT:  # it has another notifier now, whose new versions are not drawn here
        del so.told[name]
        so.told[f"{name}-over-{len(so.told)}"] = Told(Level.NOTHING, far=True)
    offers = (HandOver(HIDER, FOURTH, name, each) for each in words)
    answers = (Agree(FOURTH, answer, each, shared=False) for each in words)
    return [Said2(*offers), Said2(*answers)]


def line_at(name: str, party: str, lon: float, status: LineStatus = LineStatus.AGREED) -> Declaration:
    """A line from south to north, without sides."""
    path = Path((Position(lon, MIDDLE.lat - 0.2), Position(lon, MIDDLE.lat + 0.2)))
    return Declaration(Kind.LINE, party, f"Line {name}", segments=(Segment(path, status),), declaration_id=name)


LAPSES = Instant(START.epoch_s + 9 * 86_400.0)


def _line(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """A line that READER is a side of, and one that it is not; who crossed it."""
    so.count["lines"] = so.count.get("lines", 0) + 1
    name, answer = f"line-{so.count['lines']}", draw(st.sampled_from(tuple(Answer)))
    crossed = Instant(START.epoch_s - HOUR)
    if draw(st.booleans()):
        by, to = draw(st.sampled_from(((READER, SIDE), (SIDE, READER))))
        line = line_at(name, by, MIDDLE.lon + 0.3)
        cross = CrossingLogged(to, f"{by}/{name}", crossed, "unknown")
        return [*_both(Plain(LineProposed(by, (to,), line, LAPSES))), *_both(Agree(to, answer)), *_both(Plain(cross))]
    line = line_at(name, FOURTH, MIDDLE.lon + 6.0)
    cross = CrossingLogged(HIDER, f"{FOURTH}/{name}", crossed, READER)
    return [
        Said2(Plain(LineProposed(FOURTH, (HIDER,), line, LAPSES)), None),
        Said2(Agree(HIDER, answer, shared=False), None),
        Said2(Plain(cross), None),
    ]


def _answer_proposal(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    answer = draw(st.sampled_from(tuple(Answer)))
    if draw(st.booleans()):
        return _both(Agree(draw(st.sampled_from((READER, SIDE, HIDER))), answer, "So be it."))
    return [Said2(Agree(draw(st.sampled_from((SIDE, HIDER))), answer, "Between us.", shared=False), None)]


def _between(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """SIDE and HIDER propose something about what they were told of each other."""
    by, to = draw(st.sampled_from(((SIDE, HIDER), (HIDER, SIDE))))
    return [Said2(AskAbout(by, to), None)]


def _on_channel(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """Line checks, decisions, the state of a channel: READER's own, and one that it is not on."""
    shared = draw(st.booleans())
    channel = "ch-0" if shared else "unseen"
    by = draw(st.sampled_from((READER, SIDE) if shared else (SIDE, HIDER)))
    since = Instant(START.epoch_s - HOUR)
    acts: list[object] = [
        Plain(LineChecked(by, channel)),
        AnswerLine(by, channel),
        Plain(ChannelStated(by, channel, draw(st.sampled_from(tuple(ChannelState))), since, "We hear nothing.")),
        Plain(DecisionStated(by, channel, "Nobody flies before noon.")),
        Plain(MessageSent(by, channel, "Noted.")),
        Plain(TermsSet(by, channel, (Term(draw(st.sampled_from(_LEVELS))),), FOURTH if not shared else "")),
    ]
    # What HIDER shows READER stays as it was drawn; SIDE and READER may change theirs.
    act = draw(st.sampled_from(acts))
    return _both(act) if shared else [Said2(act, None)]


def _alarm(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """An emergency, a promise and what came of it: with READER, and without."""
    shared = draw(st.booleans())
    by, to = draw(st.sampled_from(((READER, SIDE), (SIDE, READER), (HIDER, READER)) if shared else ((HIDER, SIDE),)))
    place = Position(MIDDLE.lon + 0.01, MIDDLE.lat) if by != HIDER or not shared else None
    outcome = draw(st.sampled_from((None, *Outcome)))
    acts: list[object] = [Plain(EmergencySent(by, "Stop!", place=place, radius_m=500, to=(to,)))]
    acts += [Promise(to, shared=shared)] if draw(st.booleans()) else []
    acts += [Promise(by, outcome, "They did what they could.", shared)] if outcome is not None else []
    return [each for act in acts for each in (_both(act) if shared else [Said2(act, None)])]


def _released(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """HIDER takes back what it showed READER, or the consent to it, in other words in each."""
    names = [name for name, each in so.told.items() if each.revision >= 0]
    if not names:
        return []
    key, words = f"{HIDER}/{draw(st.sampled_from(names))}", ("", "They asked for it.")
    if draw(st.booleans()):
        return [Said2(*(Plain(Released(HIDER, key, (Release(READER, Level.NOTHING),), each)) for each in words))]
    given = draw(st.booleans())
    return [Said2(*(Plain(ConsentStated(HIDER, key, given, words=each)) for each in words))]


def _part(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    status = draw(st.sampled_from(tuple(Participation)))
    return _both(Plain(ParticipationStated(SIDE, SIDE, status, Instant(START.epoch_s - HOUR), "For now.")))


def _entered(draw: st.DrawFn, so: Drawing) -> list[Said2]:
    """A source that READER is shown, and one of HIDER's that it is not; the same article may be both."""
    source = draw(st.sampled_from(("5e" * 32, "3c" * 32)))
    title, outlet = "Shells hit depot", "The Courier"
    shared = draw(st.booleans())
    by, to = (SIDE, (READER, HIDER)) if shared else (HIDER, (SIDE,))
    said = Plain(SourceEntered(by, source, 4_000, "html", to, title, outlet, published="2017-09-10"))
    claim = Plain(ClaimConfirmed(by, source, MAIN_TEXT, 0, 20, Force.ASSERTION, "Six drivers.", "the mission"))
    return [*_both(said), *_both(claim)] if shared else [Said2(said, None), Said2(claim, None)]


_STEPS: tuple[Callable[[st.DrawFn, Drawing], list[Said2]], ...] = (
    _open,
    _open,
    _open,
    _hider,
    _hider,
    _hider,
    _cancel,
    _aside,
    _reply,
    _verify,
    _ask_about,
    _wait,
    _incident,
    _in_case,
    _in_case,
    _lay,
    _custody,
    _line,
    _answer_proposal,
    _between,
    _on_channel,
    _alarm,
    _released,
    _part,
    _entered,
)


def counts(room: Room, party: str = READER) -> tuple[int, int]:
    """The timing bucket: how many notices the party has had, and in how many appends they came."""
    states = room.desk.world.exchange.mailbox(party)
    return len(states), len({(each.at, room.desk.world.load(each.index).said_at) for each in states})


def difference(one: object, other: object, where: str = "") -> str:
    """Where two values first differ, and how; empty if nowhere."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in (*one, *(key for key in other if key not in one)):
            if key not in one or key not in other:
                return f"{where}/{key} is in one only: {str(one)[:300]} | {str(other)[:300]}"
            found = difference(one[key], other[key], f"{where}/{key}")
            if found:
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list):
        for number, (first, second) in enumerate(zip(one, other, strict=False)):
            name = first[0] if isinstance(first, list) and first and isinstance(first[0], str) else number
            found = difference(first, second, f"{where}/{name}")
            if found:
                return found
        rest = (str(one[len(other) :])[:600], str(other[len(one) :])[:600])
        return "" if len(one) == len(other) else f"{where}: {len(one)} and {len(other)}: {rest[0]} | {rest[1]}"
    return "" if one == other else f"{where}: {str(one)[:300]} | {str(other)[:300]}"
