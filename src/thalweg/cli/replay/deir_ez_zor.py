"""Deir ez-Zor, autumn 2017, beat by beat at a live desk: who says what, when, and to whom.

What was published is in the bundled scenario and keeps its words. That any of it went over one channel, that anybody
was warned, and what was answered, is invented: nobody compared the notices then. Hours that no account gives are drawn.
docs/tutorial/deir-ez-zor-live.md tells them apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from thalweg import wiring
from thalweg.cli.replay import incidents
from thalweg.cli.replay.play import Play
from thalweg.desk import scenarios
from thalweg.desk.intake import Blob, intake_blobs
from thalweg.formats.theatre import read_theatre
from thalweg.model.declarations import Declaration
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Answer,
    ChannelJoined,
    ChannelOpened,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    DecisionStated,
    Disseminated,
    EmergencySent,
    LineJudged,
    LineProposed,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    PartyNamed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Response,
    Term,
    TermsSet,
    TheatreSet,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position

NAME: Final = "deir-ez-zor"
BEGINS: Final = "2017-09-12T06:00:00Z"

_NAMES: Final = {
    "CJTF": "US-led coalition (CJTF-OIR)",
    "SDF": "Syrian Democratic Forces",
    "DMC": "Deir ez-Zor Military Council",
    "YPG": "People's Protection Units",
    "RUS": "Russian forces in Syria",
    "SYR": "Syrian government forces",
    "AID": "Relief organisation (hypothetical)",
    "TEST": "A party that asks too much (invented)",
}
_MEMBER_OF: Final = {"DMC": "SDF", "YPG": "SDF"}
_STATES: Final = frozenset({"RUS", "SYR"})
PARTIES: Final = ("CJTF", "DMC", "YPG", "RUS", "SYR", "AID", "TEST")
_ZONE: Final = Position(40.185, 35.385)  # of `dmc-industrial-zone`, the editors'
_FULL, _FOOTPRINT, _COARSE, _NOTHING = (
    Term(each) for each in (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.NOTHING)
)


def theatre() -> str:
    """The scenario's rules, for an exercise."""
    text = scenarios.theatre(NAME).decode()
    return text.replace(
        "name: Deir ez-Zor, autumn 2017\n", "name: Deir ez-Zor, autumn 2017, replayed\nexercise: true\n"
    )


def perform(play: Play) -> None:
    """The whole of it."""
    files = _files(play.stage.folder)
    _assemble(play)
    _september(play, files)
    _the_night(play)
    incidents.sixteenth(play)
    _agreeing(play)
    incidents.unanswered(play)
    _questions(play, files)
    _november(play, files)
    _december(play, files)
    _khasham(play, files)


def _assemble(play: Play) -> None:
    """Everybody comes in, and says what the others will see."""
    chair = play.secretariat
    chair.say(TheatreSet(theatre(), scenarios.THEATRE))
    for party, name in _NAMES.items():
        chair.say(PartyNamed(party, name, _MEMBER_OF.get(party, ""), party in _STATES, f"desk of {party}"))
    play.come_in(PARTIES)
    chair.say(ChannelOpened(SECRETARIAT, "line", "The line", ("CJTF", "DMC", "RUS")))
    play.say("CJTF", ChannelJoined("CJTF", "line", (_FOOTPRINT,)), "joins the line: footprint, without words")
    play.say("DMC", ChannelJoined("DMC", "line", (_FOOTPRINT,)), "joins the line: footprint")
    play.say("RUS", ChannelJoined("RUS", "line", (_FOOTPRINT,)), "joins the line: footprint")
    play.say(
        "CJTF",
        ChannelOpened("CJTF", "partners", "Partners", ("CJTF", "DMC"), terms=(_FULL,)),
        "opens a channel with its partner: everything",
    )
    play.say("DMC", ChannelJoined("DMC", "partners", (_FULL,)), "joins it: everything")
    play.say(
        "RUS",
        ChannelOpened("RUS", "allies", "Allies", ("RUS", "SYR"), terms=(_FULL,)),
        "opens a channel with Damascus: everything",
    )
    play.say("SYR", ChannelJoined("SYR", "allies", (_FULL,)), "joins it: everything")
    play.say(
        "AID",
        ChannelOpened("AID", "relief", "Relief", ("AID", "CJTF", "DMC", "RUS", "SYR"), terms=(_FOOTPRINT,)),
        "opens a channel for its notices: footprint",
    )
    play.say(
        "AID",
        TermsSet("AID", "relief", (_COARSE, Term(Level.FOOTPRINT, "movement")), "RUS"),
        "shows Russia cells of 5 km, and journeys as they are",
    )
    play.say(
        "AID",
        TermsSet("AID", "relief", (_NOTHING, Term(Level.FOOTPRINT, "movement")), "SYR"),
        "shows Damascus journeys and no sites",
    )
    for party in ("CJTF", "DMC", "RUS", "SYR"):
        play.say(party, ChannelJoined(party, "relief", (_NOTHING,)), "joins it, and shows nothing of its own")


def _september(play: Play, files: Mapping[str, Path]) -> None:
    play.at("2017-09-12T07:00:00Z")
    play.declares("AID", files["AID"], "field-hospital")
    play.declares("AID", files["AID"], "water-station", releases=(("SYR", "full"),))
    play.declares(
        "AID", files["drawn AID"], "mobile-clinic", releases=(("DMC", "full"), ("CJTF", "nothing"), ("RUS", "nothing"))
    )
    play.at("2017-09-12T08:00:00Z")
    play.declares("RUS", files["RUS"], "rus-operation-2017-09")
    play.at("2017-09-13T05:00:00Z")
    play.declares("CJTF", files["CJTF"], "line-euphrates-tacit")
    play.declares("RUS", files["RUS"], "line-euphrates-disputed")
    play.at("2017-09-13T06:00:00Z")
    play.declares("DMC", files["DMC"], "dmc-jazeera-storm")
    # The coalition's copy of the warning is left lying, climbs from watch to watch, and ends with the secretariat.
    play.unanswered("CJTF", play.newest("CJTF", "warning", of="DMC"))
    play.at("2017-09-15T12:00:00Z")
    play.declares("DMC", files["DMC"], "dmc-industrial-zone")
    # It is read back, wrong by two digits, and the notice is open again.
    warning = play.newest("RUS", "warning", of="DMC")
    play.say("RUS", Acknowledged("RUS", warning, Response.RECEIVED), "answers: received")
    wrong = ReadBack("RUS", warning, position=Position(40.185, 35.304), start=_instant("2017-09-15T21:00:00Z"))
    play.say("RUS", wrong, "reads it back, 9 km off", expect_mismatch=True)
    play.say("RUS", replace(wrong, position=_ZONE), "reads it back again, right")
    play.say(
        "RUS",
        Disseminated("RUS", warning, "air operations, next shift", "by telephone"),
        "passes it on to the unit that acts",
    )


def _the_night(play: Play) -> None:
    play.at("2017-09-16T00:31:00Z")
    called = play.say(
        "DMC",
        EmergencySent(
            "DMC", "We are being hit in the industrial zone. Cease.", place=_ZONE, radius_m=6000, to=("CJTF", "RUS")
        ),
        "calls an emergency",
    )
    play.at("2017-09-16T00:33:00Z")
    play.rings_again("RUS", "emergency")
    promise = play.say(
        "RUS",
        Committed(
            "RUS",
            called["statement"],
            "No flights east of the river until we have spoken.",
            _instant("2017-09-16T00:45:00Z"),
        ),
        "commits to something by 00:45",
    )
    play.at("2017-09-16T00:44:00Z")
    play.say("DMC", OutcomeStated("DMC", promise["statement"], Outcome.KEPT, "It stopped."), "states the outcome: kept")
    play.at("2017-09-16T06:00:00Z")
    warning = play.newest("DMC", "declared", of="RUS")
    proposal = play.say(
        "DMC",
        Proposed(
            "DMC",
            ("RUS",),
            warning,
            _instant("2017-09-16T12:00:00Z"),
            fix="offset",
            words="Keep 5 km west of the industrial zone.",
        ),
        "proposes a way out",
    )
    play.say("RUS", ProposalAnswered("RUS", proposal["statement"], Answer.ACCEPT, "Agreed."), "accepts")


def _agreeing(play: Play) -> None:
    play.at("2017-09-18T08:00:00Z")
    drawn = {each.declaration_id: each for each in _drawn()}
    quiet = play.say(
        "AID",
        QuietProposed(
            "AID", ("RUS", "SYR"), drawn["pump-repair"], "the repair of the pumps", _instant("2017-09-19T08:00:00Z")
        ),
        "asks for a quiet window",
    )
    play.say("RUS", QuietGuaranteed("RUS", quiet["statement"]), "guarantees it")
    play.say("SYR", QuietGuaranteed("SYR", quiet["statement"]), "guarantees it: in force")


def _questions(play: Play, files: Mapping[str, Path]) -> None:
    play.at("2017-10-06T06:00:00Z")
    for number in range(9):
        play.declares("TEST", files["TEST"], f"walk-{number}")
        if play.has("AID", "probing"):
            break


def _november(play: Play, files: Mapping[str, Path]) -> None:
    play.at("2017-11-08T09:00:00Z")
    agreed = {each.declaration_id: each for each in _read("CJTF", _features()["CJTF"])}
    line = play.say(
        "CJTF",
        LineProposed("CJTF", ("RUS",), agreed["line-euphrates-agreed"], _instant("2017-11-09T09:00:00Z")),
        "proposes 45 miles of the river as an agreed line",
    )
    play.say("RUS", LineJudged("RUS", line["statement"], Answer.ACCEPT), "accepts: agreed by both")
    play.at("2017-11-20T09:00:00Z")
    play.declares("CJTF", files["CJTF"], "cjtf-east-bank-air")
    play.at("2017-11-29T09:00:00Z")
    play.say(
        "CJTF",
        CrossingLogged(
            "CJTF",
            "CJTF/line-euphrates-agreed",
            _instant("2017-11-29T08:03:00Z"),
            "RUS",
            "air",
            Position(40.445, 35.05),
            "left",
            "One of six to eight a day, as the coalition says.",
        ),
        "logs a crossing, without intent",
    )


def _december(play: Play, files: Mapping[str, Path]) -> None:
    play.at("2017-12-03T10:00:00Z")
    play.say(
        "RUS",
        ChannelOpened("RUS", "salhiya", "Joint operation room", ("RUS", "YPG"), room=True),
        "opens the joint operation room with the YPG",
    )
    play.say("YPG", ChannelJoined("YPG", "salhiya"), "joins it")
    play.declares("RUS", files["RUS"], "joint-room-salhiya")
    play.say(
        "RUS",
        DecisionStated("RUS", "salhiya", "A joint committee looks after the east bank (HERON)."),
        "states a decision of the room",
    )
    play.at("2017-12-04T05:00:00Z")
    play.declares("AID", files["AID"], "relief-journey")
    incidents.salhiya(play)
    play.at("2017-12-09T12:00:00Z")
    told = CrossingLogged(
        "RUS",
        "CJTF/line-euphrates-agreed",
        _instant("2017-11-23T12:00:00Z"),
        "CJTF",
        "air",
        to_side="right",
        words="An F-22, as Russia says; the hour is drawn. The Pentagon says that this is incorrect.",
    )
    play.say("RUS", told, "logs a crossing the other way, by its own account")
    incidents.november(play)
    play.at("2017-12-10T09:00:00Z")
    offer = play.say(
        "AID",
        CustodyOffered("AID", "AID/water-station", "SYR", "Run by the city's water works from today."),
        "hands the water station over",
    )
    play.say("SYR", CustodyAnswered("SYR", offer["statement"], Answer.ACCEPT), "takes it: two signatures")
    play.at("2017-12-13T12:00:00Z")
    since = _instant("2017-12-13T12:00:00Z")
    play.say(
        "RUS",
        ParticipationStated(
            "RUS", "RUS", Participation.SUSPENDED, since, "Until what happened today has been looked into."
        ),
        "suspends its part",
    )
    play.at("2017-12-14T12:00:00Z")
    again = _instant("2017-12-14T12:00:00Z")
    play.say(
        "RUS", ParticipationStated("RUS", "RUS", Participation.JOINED, again, "We take part again."), "takes part again"
    )
    incidents.thirteenth(play)


def _khasham(play: Play, files: Mapping[str, Path]) -> None:
    play.at("2018-02-05T08:00:00Z")
    play.declares("SYR", files["SYR"], "ferry-khasham")
    play.at("2018-02-07T17:00:00Z")
    play.declares("RUS", files["RUS"], "rus-negative-khasham")


# --- the files, each in the hands of its party ---


def _files(folder: Path) -> dict[str, Path]:
    """Each party's own files, written where its officer reads them."""
    made: dict[str, Path] = {}
    for name, features in _features().items():
        made[name] = folder / f"{name.replace(' ', '-')}.geojson"
        made[name].write_bytes(_collection(features))
    made["AID"] = folder / "AID.csv"
    made["AID"].write_bytes(scenarios.inputs(NAME)["humanitarian.csv"])
    return made


def _features() -> dict[str, list[dict[str, Any]]]:
    """The features of each party. What a member of a party announced, or a source reported, is declared here by the
    party that is at the desk; `for` says whose it was."""
    published = {
        each["properties"]["id"]: each
        for file in ("russia.geojson", "coalition.geojson", "euphrates-line.geojson")
        for each in json.loads(scenarios.inputs(NAME)[file])["features"]
    }

    def of(party: str, name: str) -> dict[str, Any]:
        found = published[name]
        properties = {**found["properties"], "party": party, "standing": "declared"}
        if found["properties"]["party"] != party:
            properties["for"] = found["properties"]["party"]
        return {**found, "properties": properties}

    drawn = json.loads(scenarios.drawn(NAME))["features"]
    mine = {party: [each for each in drawn if each["properties"]["party"] == party] for party in ("AID", "SYR", "TEST")}
    return {
        "RUS": [
            *(of("RUS", name) for name in ("rus-operation-2017-09", "joint-room-salhiya", "rus-negative-khasham")),
            _reach(of("RUS", "line-euphrates"), "line-euphrates-disputed", 0, "disputed"),
        ],
        "CJTF": [
            of("CJTF", "cjtf-east-bank-air"),
            _reach(of("CJTF", "line-euphrates"), "line-euphrates-tacit", 1, "tacit"),
            _reach(of("CJTF", "line-euphrates"), "line-euphrates-agreed", 2, "agreed"),
        ],
        "DMC": [of("DMC", name) for name in ("dmc-jazeera-storm", "dmc-industrial-zone")],
        "SYR": mine["SYR"],
        "TEST": mine["TEST"],
        "drawn AID": mine["AID"],
    }


def _reach(line: dict[str, Any], name: str, part: int, status: str) -> dict[str, Any]:
    """One of the four reaches of the river, with the status that the replay gives it."""
    properties = {key: value for key, value in line["properties"].items() if key != "segments"}
    properties |= {
        "id": name,
        "status": status,
        "hypothetical": True,
        "title": f"{properties['title']}: reach {part + 1}, {status}",
    }
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": line["geometry"]["coordinates"][part]},
    }


def _collection(features: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _read(party: str, features: list[dict[str, Any]]) -> tuple[Declaration, ...]:
    rules = read_theatre(theatre().encode(), scenarios.THEATRE)
    came = intake_blobs([Blob("features.geojson", _collection(features))], wiring.context_of(rules, (), party, None))
    return came.declarations


def _drawn() -> tuple[Declaration, ...]:
    return _read("AID", json.loads(scenarios.drawn(NAME))["features"])


def _instant(text: str) -> Instant:
    """A time with its zone."""
    return Instant.of(datetime.fromisoformat(text))
