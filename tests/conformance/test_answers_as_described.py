"""What a busy desk answers has the form that the description of the interface gives it, field by field: nothing that
is not told there, nothing of another type, and nothing left out (R24)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from scripts.api_reference import description
from starlette.testclient import TestClient

from tests.desk_world import START, Room, circle
from tests.properties.test_non_interference import BY_HAND
from tests.serving import serving, soon
from tests.telling_world import HIDER, READER, SIDE, application, happened, paths, play
from thalweg.formats import event as kinds
from thalweg.model.cases import AccountGiven, CauseAssessed, Grade, IncidentWithdrawn, Risk, RiskAssessed
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Sides, Zone
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Answer,
    Bearer,
    ChannelState,
    ChannelStated,
    Committed,
    CrossingLogged,
    Disseminated,
    EmergencySent,
    LineChecked,
    MessageSent,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    PartyNamed,
    ProposalAnswered,
    Proposed,
    ReadBack,
    Relayed,
    Response,
    Said,
    Taken,
    Term,
    TermsSet,
    WatchTaken,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.measures import Datum
from thalweg.model.shapes import Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Waypoint
from thalweg.model.sourced import (
    MAIN_TEXT,
    ClaimConfirmed,
    ClaimWithdrawn,
    DayTold,
    Descent,
    Force,
    GoesBack,
    NumberTold,
    PlaceTold,
    SourceEntered,
)
from thalweg.policy.mailbox import Mailboxes
from thalweg.server.described import operations

AS_THEY_ARE = {"/v1/entries/{index}", "/v1/log/trust", "/v1/export", "/v1/openapi.json"}
"""JSON of another make: entries, trust files and copies have forms of their own."""


@dataclass
class Described:
    """The description, and which fields of it have been met."""

    whole: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        strict = json.loads(json.dumps(self.whole["components"]["schemas"]))
        for schema in strict.values():
            if schema.get("type") == "object" and "properties" in schema:
                schema["additionalProperties"] = False
        self.parts = {"components": {"schemas": strict}}

    def reference(self, method: str, path: str, status: int) -> str:
        told = self.whole["paths"][re.sub(r":\w+}", "}", path)][method.lower()]["responses"][str(status)]
        (content,) = told["content"].values()
        reference: str = content["schema"]["$ref"]
        return reference

    def look(self, method: str, path: str, status: int, value: object) -> None:
        """Everything in the value is told, and everything told is in it."""
        reference = self.reference(method, path, status)
        validator = Draft202012Validator({**self.parts, "$ref": reference})
        wrong = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
        assert not wrong, (method, path, wrong[:5])
        self.asked.add(f"{method} {path}")
        self._meet(reference.rpartition("/")[2], value)

    def _meet(self, name: str, value: object) -> None:
        """Notes the fields that held something."""
        schema = self.parts["components"]["schemas"][name]
        if not isinstance(value, Mapping):
            return
        for key, told in schema.get("properties", {}).items():
            held = value.get(key)
            if held not in (None, [], {}, ""):
                self.met.add(f"{name}.{key}")
            inner = re.findall(r"#/components/schemas/(\w+)", json.dumps(told))
            for each in held if isinstance(held, list) else [held]:
                for one in inner:
                    self._meet(one, each)


@pytest.fixture(scope="module")
def described() -> Described:
    return Described(description())


def ask(described: Described, app: FastAPI, room: Room, party: str) -> None:
    """Every GET that there is JSON to, with each id that the party was ever given."""
    templates = [each.path for each in operations(app) if each.method == "GET"]
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    with TestClient(app, base_url="https://desk.example") as client:
        for path in paths(app, room, party, mailboxes):
            answer = client.get(path)
            if answer.status_code != 200 or "json" not in answer.headers["content-type"]:
                continue
            template = _template(path.partition("?")[0], templates)
            if template not in AS_THEY_ARE:
                described.look("GET", template, 200, answer.json())


def _template(path: str, templates: list[str]) -> str:
    """The route that answers a path: the first that fits, as in the application."""
    for each in templates:
        pattern = re.sub(r"\{\w+:path\}", ".+", re.sub(r"\{\w+\}", "[^/]+", each))
        if re.fullmatch(pattern, path):
            return each
    raise AssertionError(path)


@pytest.mark.parametrize("name", BY_HAND)
def test_what_parties_read_has_the_form_that_is_told(described: Described, name: str) -> None:
    room = play(BY_HAND[name](), 0)
    for party in (READER, SIDE, HIDER):
        ask(described, application(room, party)[0], room, party)


AT = Position(40.14, 35.336)
SOON = Instant(START.epoch_s + 3600)
COURIER, MIRROR = "5e" * 32, "3c" * 32


def say(room: Room, said: Said) -> str:
    answer = room.say(getattr(said, "by", SECRETARIAT), said)
    assert isinstance(answer, Taken), (said, answer)
    return answer.statement


def declared(room: Room, declaration: Declaration) -> None:
    """As a careful officer does: what is lacking is read and cited."""
    cites: list[str] = []
    for _ in range(4):
        answer = room.declare(declaration.party, declaration, *cites)
        if isinstance(answer, Taken):
            return
        cites += [room.desk.world.exchange.notices[each].version for each in answer.lacking]
    raise AssertionError(answer)


def near(east: float, north: float = 0.0) -> Position:
    return Position(AT.lon + east, AT.lat + north)


def in_every_shape(party: str) -> Declaration:
    """An operation in parts of every shape, with all that may be said of one."""
    held = circle("S", party, 41.0, 36.0)
    (volume,) = held.volumes
    window = volume.window
    assert window.start is not None
    assert window.end is not None
    square = (near(1.0), near(1.01), near(1.01, 0.01), near(1.0, 0.01))
    hole = (near(1.002, 0.002), near(1.004, 0.002), near(1.004, 0.004))
    leg = (near(1.1), near(1.2))
    times = (window.start, window.end)
    route = Route(
        tuple(Waypoint(at, when, 500.0) for at, when in zip(leg, times, strict=True)), 200.0, Datum.EGM96, 30.0
    )
    shapes = (Point(near(1.3)), Polygon(square, (hole,)), MultiPolygon((Polygon(square),)), Corridor(leg, 300.0), route)
    return replace(
        held,
        volumes=(volume, *(replace(volume, shape=each) for each in shapes)),
        valid_from=START,
        valid_until=Instant(START.epoch_s + 30 * 86_400),
        submitted=START,
        details={"contact": "the watch"},
        replaces="",
    )


def busy() -> Room:
    """Most that can be said, said once."""
    room = Room((READER, SIDE, HIDER, "delta"))
    room.channel(READER, SIDE, HIDER, room=True)
    say(room, PartyNamed(READER, "Alpha", member_of=SIDE, state=True, contact="channel 16"))
    say(room, WatchTaken(READER, 1, "Night watch"))
    say(room, TermsSet(SIDE, "line", (Term(Level.FULL, "operation"), Term(Level.FULL)), READER))
    say(room, ParticipationStated(SIDE, SIDE, Participation.JOINED, START))
    declared(room, circle("site", READER, kind=Kind.STATIC_SITE))
    declared(room, circle("patrol", SIDE, emergency=False))
    warned = [each for each in room.desk.world.exchange.mailbox(READER) if each.owed][-1]
    say(room, Acknowledged(READER, warned.id, Response.UNDERSTOOD, "Seen."))
    say(room, ReadBack(READER, warned.id, identity=SIDE, position=Position(10.0, 10.0)))
    say(room, Disseminated(READER, warned.id, "2nd platoon"))
    say(room, Relayed(READER, warned.id, "the post", Bearer.VOICE))
    of_site = next(each for each in room.desk.world.exchange.mailbox(SIDE) if each.of == READER and each.version)
    say(room, Acknowledged(SIDE, of_site.id, Response.RECEIVED))
    say(room, ReadBack(SIDE, of_site.id, identity=READER, position=Position(10.0, 10.0)))
    say(room, Disseminated(SIDE, of_site.id, "1st platoon"))
    say(room, Relayed(SIDE, of_site.id, "the ford", Bearer.VOICE))
    changed = circle("site", READER, lat=35.4, kind=Kind.STATIC_SITE, revision=1)
    offer = say(room, Proposed(READER, (SIDE,), warned.id, SOON, changed, "offset", "A little to the north?"))
    say(room, ProposalAnswered(SIDE, offer, Answer.REJECT))
    promise = say(room, Committed(SIDE, of_site.id, "We stop", SOON))
    say(room, OutcomeStated(SIDE, promise, Outcome.KEPT))
    called = say(room, EmergencySent(READER, "Stop!", place=AT, radius_m=300, to=(SIDE,)))
    say(room, Committed(SIDE, called, "We stop", SOON))
    say(room, MessageSent(SIDE, "line", "Here.", about=of_site.id))
    say(room, ChannelStated(SIDE, "line", ChannelState.DOWN, START))
    say(room, LineChecked(READER, "line"))
    path = Path((near(0.5, -1.0), near(0.5, 1.0)))
    sides = Sides(frozenset({READER}), frozenset({SIDE}), "west", "east")
    segments = (Segment(path, LineStatus.TACIT),)
    declared(room, Declaration(Kind.LINE, READER, "the river", segments=segments, sides=sides, declaration_id="L"))
    say(room, CrossingLogged(READER, "L", START, SIDE, "ground", near(0.5), "left"))
    declared(room, in_every_shape(READER))
    declared(room, circle("over", SIDE, 42.0))
    say(room, Withdrawn(SIDE, "over", "Done."))
    declared(room, circle("zone", READER, 43.0, kind=Kind.RESTRICTED_ZONE, zone=Zone.NO_FIRE))
    declared(room, circle("moved", SIDE, 43.5))
    declared(room, circle("moved", SIDE, 43.6, revision=1))
    say(room, happened(READER, (SIDE, HIDER), "Low pass"))
    reference = room.desk.world.cases.by_party[READER]
    incident = next(iter(reference))
    first = say(room, AccountGiven(SIDE, incident, "Ours."))
    say(room, AccountGiven(SIDE, incident, "Not ours.", supersedes=first))
    say(room, CauseAssessed(HIDER, incident, Grade.PLAUSIBLE, "A drone."))
    say(room, RiskAssessed(HIDER, incident, Risk.B, "Close."))
    received = next(each for each in room.desk.world.exchange.mailbox(SIDE) if each.subject == incident)
    say(room, Acknowledged(SIDE, received.id, Response.RECEIVED))
    say(room, happened(READER, (SIDE,), "Shots"))
    newest = list(room.desk.world.cases.by_party[READER])[-1]
    say(room, IncidentWithdrawn(READER, newest, "A mistake."))
    lineage = (GoesBack(COURIER, Descent.COPY, "a credit"),)
    entered = SourceEntered(
        READER, COURIER, 4_000, "html", (SIDE,), "Shells", "Courier", "https://news.example/1", START, "2017-09-10",
        "en", MAIN_TEXT, "7f" * 32, 900, (), "From the archive.",
    )  # fmt: skip
    say(room, entered)
    say(room, replace(entered, source=MIRROR, lineage=lineage))
    day = (DayTold("on Sunday", "2017-09-10", "2017-09-10", "the Sunday before"),)
    place = (PlaceTold("Salheva", ("ex:salheva",), AT, 500), PlaceTold("Ardel"))
    claim = ClaimConfirmed(
        READER, COURIER, MAIN_TEXT, 0, 176, Force.ASSERTION, "wounding six", "the mission", HIDER, ("Courier",), day,
        day, place, (NumberTold("6", "driver", "six drivers"),), ("[drivers]",), "d-1", True, words="As I read it.",
    )  # fmt: skip
    told = say(room, claim)
    say(room, replace(claim, supersedes=told))
    say(room, replace(claim, start=8, said_by="the ministry", numbers=(NumberTold("9", "driver"),)))
    say(room, ClaimWithdrawn(READER, say(room, replace(claim, start=9))))
    for party in (READER, SIDE):  # by a clock that is two hours ahead
        seen = room.log.last_signed
        assert seen is not None
        ahead = Instant(room.now.epoch_s + 7200.0)
        room.send(room.of(party).entry(MessageSent(party, "ch-0", "Here."), seen, ahead, room.salt(32)))
    return room


def test_what_a_busy_desk_is_read_as_has_the_form_that_is_told(described: Described) -> None:
    room = busy()
    for later_s in (0.0, 3 * 3600.0):
        room.later(later_s)
        for party in (READER, SIDE):
            ask(described, application(room, party)[0], room, party)


def test_what_is_answered_to_a_post_has_the_form_that_is_told(
    described: Described, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serving(tmp_path_factory.mktemp("posted")) as desk:
        desk.parties("alpha", "bravo")
        hospital = soon("hospital", "alpha", kind=Kind.STATIC_SITE)
        desk.declare("alpha-1", hospital)
        cites = [each["version"] for each in desk.notices("bravo-1") if each["version"]]
        described.look("POST", "/v1/statements/unsigned", 201, desk.declare("bravo-1", soon("p", "bravo"), 201, *cites))
        kind, body = kinds.write(MessageSent("alpha", "line", "Here."))
        for path, sent in (
            ("/v1/statements/prepared", {"kind": kind, "body": body, "key": "0" * 64}),
            ("/v1/previews", {"declaration": kinds.write_declaration(soon("q", "alpha"))}),
            ("/v1/incidents/searches", {"near": {"lon": 40.14, "lat": 35.336, "within_m": 5000}}),
        ):
            answer = desk.client.post(path, json=sent, headers=desk.bearing("alpha-1"))
            described.look("POST", path, 200, answer.json())
        rows = "kind,title,lon,lat,radius_m,start,end\nstatic_site,Clinic,40.1,35.3,200,,\nstatic_site,Nowhere,,,,,\n"
        answer = desk.client.post("/v1/reviews?name=sites.csv", content=rows, headers=desk.bearing("alpha-1"))
        described.look("POST", "/v1/reviews", 200, answer.json())
        head = desk.get("alpha-1", "/v1/me").json()["checkpoint"].splitlines()[1]
        answer = desk.get("alpha-1", f"/v1/log/consistency?old=1&new={head}")
        described.look("GET", "/v1/log/consistency", 200, answer.json())


def test_no_answer_went_unasked_and_few_fields_unfilled(
    described: Described, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """So that the tests above can fail. What they asked in another process is asked here again."""
    if "POST /v1/reviews" not in described.asked:
        test_what_is_answered_to_a_post_has_the_form_that_is_told(described, tmp_path_factory)
    test_what_a_busy_desk_is_read_as_has_the_form_that_is_told(described)
    for name in BY_HAND:
        test_what_parties_read_has_the_form_that_is_told(described, name)
    told, reached = set(), set()
    for path, methods in described.whole["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                found = re.findall(r"#/components/schemas/(\w+)", json.dumps(answer))
                if path.startswith("/v1/") and status[0] == "2" and found:
                    told.add(f"{method.upper()} {path}")
                    reached |= set(found)
    asked = {re.sub(r":\w+}", "}", each) for each in described.asked}
    assert told - asked == {"POST /v1/statements"}  # answered as the unsigned ones are
    schemas, todo = described.parts["components"]["schemas"], list(reached)
    while todo:
        for each in re.findall(r"#/components/schemas/(\w+)", json.dumps(schemas[todo.pop()])):
            if each not in reached:
                reached.add(each)
                todo.append(each)
    fields = {f"{name}.{key}" for name in reached for key in schemas[name].get("properties", {})}
    unmet = fields - described.met
    assert len(unmet) < 60, sorted(unmet)
