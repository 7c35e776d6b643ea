"""Deir ez-Zor, autumn 2017, at a served desk in exercise, for the journeys of browser tests and their pictures.

The same declarations as in `thalweg demo --room`, told in this process. That anybody was warned, and what was answered,
is hypothetical; the incident of 16 September has the published accounts of both sides in the editors' words.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.browser.room import ServedDesk, served_desk
from thalweg import wiring
from thalweg.cli.replay import deir_ez_zor
from thalweg.desk import scenarios
from thalweg.desk.decide import LACKING
from thalweg.desk.intake import Blob, intake_blobs
from thalweg.formats.theatre import read_theatre
from thalweg.model.cases import AccountGiven, ExplanationAsked, IncidentReported, Joined, Named, Particulars
from thalweg.model.declarations import Declaration
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Answer,
    ChannelJoined,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    LineJudged,
    LineProposed,
    PartyNamed,
    Refused,
    Response,
    Role,
    Taken,
    Term,
    TheatreSet,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import Mailboxes

BEGINS: Final = "2017-09-12T06:00:00Z"
EVENING: Final = "2018-02-07T18:00:00Z"
NIGHT: Final = "2017-09-16T00:31:00Z"
ZONE: Final = Position(40.185, 35.385)
PARTIES: Final = {
    "CJTF": "US-led coalition (CJTF-OIR)",
    "DMC": "Deir ez-Zor Military Council",
    "RUS": "Russian forces in Syria",
    "AID": "Relief organisation (hypothetical)",
}


class Clock:
    """What the desk takes the time to be: from where it was set it runs as time does."""

    def __init__(self) -> None:
        self.set(BEGINS)

    def set(self, at: str) -> None:
        self._told, self._since_s = datetime.fromisoformat(at).astimezone(UTC), time.monotonic()

    def __call__(self) -> datetime:
        return self._told + timedelta(seconds=time.monotonic() - self._since_s)


class Autumn:
    """The desk, its clock, and everything that the scenario's parties declare."""

    def __init__(self, desk: ServedDesk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self.declared: dict[str, Declaration] = {}
        self.said: set[str] = set()  # of those, what has been declared
        self.incident = ""

    def mailboxes(self) -> Mailboxes:
        return asyncio.run_coroutine_threadsafe(self.desk.opened.office.reading(), self.desk.loop).result(30).mailboxes

    def declare(self, name: str) -> str:
        """Declares it for its party, citing what the desk says that it lacks."""
        made = self.declared[name]
        self.said.add(name)
        who = f"{made.party.lower()}-1"
        event = self.desk.declare(who, made)
        read = self.mailboxes().statement(made.party, event)
        assert read is not None
        if isinstance(read.value.answer, Refused):
            assert read.value.answer.code == LACKING, read.value.answer
            shown = self.mailboxes().notices(made.party, 0, 1000).value.notices
            cites = dict.fromkeys(each.notice.version for each in shown if each.notice.version)
            event = self.desk.declare(who, made, *cites)
            read = self.mailboxes().statement(made.party, event)
            assert read is not None
        assert isinstance(read.value.answer, Taken), read.value.answer
        return event

    def newest(self, party: str, of: str = "") -> str:
        """The newest notice to a party, of what another declared."""
        notices = self.mailboxes().notices(party, 0, 1000).value.notices
        return next(each.id for each in reversed(notices) if each.notice.version and of in ("", each.notice.of))

    def answer_all(self) -> None:
        """Everybody answers what they owe, so that nothing climbs when the clock is set."""
        for party in PARTIES:
            for each in self.mailboxes().inbox(party).value:
                self.desk.say(f"{party.lower()}-1", Acknowledged(party, each.notice.id, Response.RECEIVED))

    def at(self, time_: str) -> None:
        self.answer_all()
        self.clock.set(time_)


@contextmanager
def autumn(folder: Path) -> Iterator[Autumn]:
    """The desk on the evening of 7 February 2018, as one finds it: quiet, with the record of an autumn."""
    clock = Clock()
    with served_desk(folder, clock) as desk:
        held = Autumn(desk, clock)
        _assemble(held)
        _september(held)
        held.at("2017-11-08T09:00:00Z")
        line = LineProposed("CJTF", ("RUS",), held.declared["line-euphrates-agreed"], _instant("2017-11-09T09:00:00Z"))
        desk.say("rus-1", LineJudged("RUS", desk.say("cjtf-1", line), Answer.ACCEPT))
        held.at("2017-12-04T05:00:00Z")
        held.declare("relief-journey")
        held.at(EVENING)
        held.declare("night-watch-khasham")
        held.declare("night-journey")
        held.answer_all()
        yield held


def _assemble(held: Autumn) -> None:
    desk = held.desk
    desk.officer("chair", SECRETARIAT, Role.SECRETARIAT)
    rules = deir_ez_zor.theatre()
    desk.say("chair", TheatreSet(rules, scenarios.THEATRE))
    read = read_theatre(rules.encode(), scenarios.THEATRE)
    for party, name in PARTIES.items():
        desk.say("chair", PartyNamed(party, name, "", party == "RUS", f"desk of {party}"))
        desk.officer(f"{party.lower()}-1", party)
        desk.officer(f"{party.lower()}-2", party)
    footprint, full = Term(Level.FOOTPRINT), Term(Level.FULL)
    desk.say("cjtf-1", ChannelOpened("CJTF", "line", "The line", ("CJTF", "DMC", "RUS"), terms=(full,)))
    for party in ("DMC", "RUS"):
        desk.say(f"{party.lower()}-1", ChannelJoined(party, "line", (full,)))
    desk.say("aid-1", ChannelOpened("AID", "relief", "Relief", tuple(PARTIES), terms=(full,)))
    for party in ("CJTF", "DMC", "RUS"):
        desk.say(f"{party.lower()}-1", ChannelJoined(party, "relief", (footprint,)))
    for party in ("CJTF", "RUS"):
        desk.say(f"{party.lower()}-1", ChannelStated(party, "line", ChannelState.NORMAL, _instant(BEGINS)))
    features = deir_ez_zor._features()
    files: list[tuple[str, str, bytes]] = [
        ("AID", "AID.csv", scenarios.inputs(deir_ez_zor.NAME)["humanitarian.csv"]),
        *((each, "f.geojson", deir_ez_zor._collection(features[each])) for each in ("RUS", "CJTF", "DMC")),
        ("", "room.geojson", scenarios.room(deir_ez_zor.NAME)),
    ]
    for party, name, data in files:
        came = intake_blobs([Blob(name, data)], wiring.context_of(read, (), party, None))
        held.declared |= {each.declaration_id: each for each in came.declarations}


def _september(held: Autumn) -> None:
    """Up to the strike of 16 September 2017, and what each side said of it, when."""
    desk = held.desk
    for name in ("field-hospital", "water-station"):
        held.declare(name)
    held.declare("rus-operation-2017-09")
    held.at("2017-09-13T05:00:00Z")
    for name in ("line-euphrates-tacit", "line-euphrates-disputed", "dmc-jazeera-storm"):
        held.declare(name)
    held.at("2017-09-15T12:00:00Z")
    held.declare("dmc-industrial-zone")
    held.at("2017-09-16T06:00:00Z")
    at = Particulars(
        _instant("2017-09-16T00:00:00Z"), _instant("2017-09-16T01:00:00Z"), ZONE, 6000, "industrial zone",
        Named(("DMC",), ("six fighters",)), Named(("RUS",), ("Syrian aircraft",), Joined.AND),
    )  # fmt: skip
    desk.say(
        "dmc-1",
        IncidentReported(
            "DMC", "Strike on the industrial zone, 16 September 2017", at, ("CJTF", "RUS"),
            "Aircraft struck our fighters in the industrial zone. Six were wounded.",
        ),
    )  # fmt: skip
    held.incident = _reference(held)
    held.at("2017-09-16T15:00:00Z")
    said = "Russia struck east of the Euphrates, near our partners and advisers. Russia had known where they were."
    desk.say("cjtf-1", AccountGiven("CJTF", held.incident, said, "en", at))
    due = _instant("2017-09-18T15:00:00Z")
    asked = "Which aircraft flew there at that hour, and what had their crews been told?"
    desk.say("cjtf-1", ExplanationAsked("CJTF", held.incident, "RUS", asked, due))
    held.at("2017-09-17T11:00:00Z")
    said = "Мы наносим удары только по разведанным целям и заранее предупредили о границах операции."
    desk.say("rus-1", AccountGiven("RUS", held.incident, said, "ru"))


def _reference(held: Autumn) -> str:
    return str(held.mailboxes().incidents("DMC").value.lines[0].reference)


def _instant(text: str) -> Instant:
    return Instant.of(datetime.fromisoformat(text))
