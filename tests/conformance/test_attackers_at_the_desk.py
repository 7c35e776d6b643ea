"""Scripted attackers against the whole desk: it answers them as the desk whose leakage was measured (D13).

`bench/attackers.py` measures what its model of a desk gives away; docs/explanation/no-oracle.md states it. Here the
same scripts ask a real one, with signed statements, and each answer is compared with one that rests on the cells.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.attackers import bisection, shifted, small_shifts

from tests.desk_world import Room, circle
from thalweg.desk.decide import OVER_BUDGET
from thalweg.model.declarations import Declaration, Kind, Zone
from thalweg.model.events import NoticeKind, Refused
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.coarse import Grid, cell_at, centre
from thalweg.policy.view import findings, view

HIDDEN = Position(40.14, 35.336)


def room_with_a_secret(level: Level, at: Position = HIDDEN) -> tuple[Room, Declaration]:
    """Bravo has a site, shown to alpha at a level; charlie looks on from the same channel."""
    room = Room(("alpha", "bravo", "charlie"))
    room.channel("alpha", "bravo", "charlie", level=level)
    site = circle("site", "bravo", at.lon, at.lat, 50.0, kind=Kind.STATIC_SITE)
    room.declare("bravo", site)
    return room, site


class Asker:
    """Asks by declaring, and keeps the answers: whether it was told of anything of bravo's."""

    def __init__(self, room: Room, kind: Kind, parties: tuple[str, ...] = ("alpha",)) -> None:
        self.room, self.kind, self.parties = room, kind, parties
        self.zone = Zone.NO_ENTRY if kind is Kind.RESTRICTED_ZONE else None
        self.asked: list[tuple[Declaration, bool]] = []
        self.refused: list[Refused] = []

    def __call__(self, at: Position, radius_m: float) -> bool:
        party = self.parties[len(self.asked) % len(self.parties)]
        asked = circle(f"q-{len(self.asked)}", party, at.lon, at.lat, radius_m, kind=self.kind, zone=self.zone)
        before = self.room.desk.world.exchange.count(party)
        answer = self.room.declare(party, asked)
        said = self.room.notices(party)[before:]
        # Of its own operations that meet each other it is told too.
        others = [finding for each in said for finding in each.findings if "Bravo" in finding.sentence]
        told = bool(others) or any(each.talk_to or each.what is NoticeKind.LACKING for each in said)
        if isinstance(answer, Refused):
            self.refused.append(answer)
            told = told or "bravo" in answer.talk_to or bool(answer.lacking)
        self.asked.append((asked, told))
        return told


def by_cells(room: Room, site: Declaration, asked: Declaration, level: Level) -> bool:
    """What an answer that rests on cells alone must be."""
    theatre = room.desk.world.membership.theatre
    at = Level.COARSE if level is Level.COARSE else Level.EXISTS
    return bool(findings(view(site, at, Grid.of(theatre), "x"), asked, theatre))


@pytest.mark.parametrize("level", [Level.COARSE, Level.NOTHING])
@pytest.mark.parametrize("attack", [bisection, small_shifts])
def test_the_desk_answers_an_attacker_by_the_cells_alone(attack: object, level: Level) -> None:
    room, site = room_with_a_secret(level)
    asker = Asker(room, Kind.OPERATION)
    if attack is bisection:
        bisection(asker, shifted(HIDDEN, 9_000.0, -7_000.0), 9)
    else:
        small_shifts(asker, shifted(HIDDEN, 700.0, -400.0), 9, step_m=6_000.0)
    assert [told for _, told in asker.asked] == [by_cells(room, site, each, level) for each, _ in asker.asked]
    assert {told for _, told in asker.asked} == {True, False}, "the attack asks on both sides of the edge"


@pytest.mark.parametrize("level", [Level.COARSE, Level.EXISTS])
def test_all_places_in_a_cell_give_an_attacker_the_same_answers(level: Level) -> None:
    """The gain is bounded by the cell: nothing that is asked tells places within it apart."""
    middle = centre(cell_at(HIDDEN, 5_000.0))
    answers = []
    for east, north in ((-2_000.0, 1_900.0), (2_100.0, -2_000.0)):
        room, _ = room_with_a_secret(level, shifted(middle, east, north))
        asker = Asker(room, Kind.OPERATION)
        bisection(asker, shifted(middle, 9_000.0, -7_000.0), 9)
        answers.append([told for _, told in asker.asked])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("parties", [("alpha",), ("alpha", "charlie")])
def test_small_steps_around_a_site_are_told_to_its_notifier_and_the_secretariat(parties: tuple[str, ...]) -> None:
    room, _ = room_with_a_secret(Level.EXISTS)
    asker = Asker(room, Kind.RESTRICTED_ZONE, parties)
    for step in range(13):
        asker(shifted(HIDDEN, 300.0 * step, 0.0), 100.0)
    for reader in ("bravo", "secretariat"):
        alerts = [each for each in room.notices(reader) if each.what is NoticeKind.PROBING]
        assert any(set(each.facts["parties"].split(", ")) <= set(parties) for each in alerts), reader
    assert not [each for party in parties for each in room.notices(party) if each.what is NoticeKind.PROBING]


def test_whoever_is_over_the_budget_is_told_whom_to_talk_to() -> None:
    room, _ = room_with_a_secret(Level.EXISTS)
    asker = Asker(room, Kind.OPERATION)
    for step in range(22):
        asker(shifted(HIDDEN, 200.0 * step, 150.0 * step), 100.0)
    last = asker.refused[-1]
    assert last.code == OVER_BUDGET
    assert last.talk_to == ("bravo",)
    assert "Talk to the parties named" in last.sentence
    # A hospital is taken all the same.
    site = replace(circle("hospital", "alpha", HIDDEN.lon, HIDDEN.lat, kind=Kind.STATIC_SITE), title="Hospital")
    assert not isinstance(room.declare("alpha", site), Refused)
