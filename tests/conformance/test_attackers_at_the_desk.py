"""Scripted attackers against the whole desk: it answers them as the desk whose leakage was measured (D13).

`bench/attackers.py` measures what its model of a desk gives away; docs/explanation/no-oracle.md states it. Here the
same scripts ask a real one, with signed statements, and each answer is compared with one that rests on the cells.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.attackers import bisection, shifted, small_shifts

from tests.desk_world import Room, circle
from tests.telling_world import normal, notices
from thalweg.desk.decide import OVER_BUDGET
from thalweg.model.declarations import Declaration, Kind, Zone
from thalweg.model.events import (
    Acknowledged,
    Committed,
    Declared,
    NoticeKind,
    Proposed,
    Refused,
    Response,
    Term,
    TermsSet,
    Verification,
    Verified,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Position
from thalweg.policy.coarse import Grid, cell_at, centre
from thalweg.policy.mailbox import Mailboxes
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


Heard = dict[str, list[object]]
DAYS, TURNS = 2, 2
COLLUDING = {"alpha": Level.COARSE, "charlie": Level.EXISTS, "delta": Level.NOTHING}


def everything_tried(site: Declaration) -> tuple[Heard, set[bool]]:
    """Three parties that are shown a secret at three levels put together all that they are told, and decide by it what
    each asks next, for days: by operations, and by protected sites, which are taken at once and never refused. They
    read what they lack and cite it, answer, propose, promise, doubt, and ask for previews and ways out. What they
    heard, and whether they were told. (An observer of a party reads what the party reads.)"""
    room = Room((*COLLUDING, "bravo"))
    for party, level in COLLUDING.items():
        room.channel(party, "bravo", level=Level.FULL, name=f"to-{party}")
        room.say("bravo", TermsSet("bravo", f"to-{party}", (Term(level),), party))
    room.declare("bravo", site)
    heard: Heard = {party: [] for party in COLLUDING}
    low, high, asked = 0.0, 60_000.0, 0
    outcomes = set()
    for _ in range(DAYS):
        for turn in range(TURNS):
            for party in COLLUDING:
                kind = Kind.OPERATION if turn % 2 == 0 else Kind.STATIC_SITE
                at = shifted(HIDDEN, *((-9_000.0, 7_000.0) if asked % 2 else (11_000.0, -3_000.0)))
                radius_m = max(50.0, (low + high) / 2.0)
                asked += 1
                told = _tried(
                    room, party, circle(f"q-{asked}", party, at.lon, at.lat, radius_m, kind=kind), heard[party]
                )
                outcomes.add(told)
                low, high = (low, radius_m) if told else (radius_m, high)
        room.later(86_400.0)
    for party, said in heard.items():
        said += notices(room, party)
    return {party: [normal(each) for each in said] for party, said in heard.items()}, outcomes


def _tried(room: Room, party: str, asked: Declaration, heard: list[object]) -> bool:
    """One question by one of them, and everything that it can do with the answer; whether it was told of bravo's."""
    before = room.desk.world.exchange.count(party)
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    comparing = mailboxes.comparing(party, asked, room.now)
    while not comparing.step():
        pass
    found, ways = comparing.preview().value
    heard.append([[each.sentence for each in found], [each.sentence for each in ways.fixes] if ways else []])
    answer = room.say(party, Declared(party, asked))
    heard.append(_answered(answer))
    if isinstance(answer, Refused) and answer.lacking:
        cites = tuple(room.desk.world.exchange.notices[each].version for each in answer.lacking)
        answer = room.say(party, Declared(party, asked, cites=cites))
        heard.append(_answered(answer))
    told = room.desk.world.exchange.mailbox(party)[before:]
    of_theirs = [each for each in told if each.of == "bravo" and each.version]
    for each in of_theirs[-1:]:
        soon = Instant(room.now.epoch_s + 7200.0)
        for said in (
            Acknowledged(party, each.id, Response.NEED_MORE, "Where?"),
            Proposed(party, ("bravo",), each.id, soon, words="Move?"),
            Committed(party, each.id, "We wait.", soon),
            Verified(party, each.subject, Verification.DOUBTED),
        ):
            heard.append(_answered(room.say(party, said)))
    heard.append([cited.cite for cited in Mailboxes(room.desk.world, room.desk.policy).findings(party, room.now).value])
    talk = isinstance(answer, Refused) and "bravo" in answer.talk_to
    return talk or bool(of_theirs) or any("bravo" in notice.talk_to for notice in room.notices(party)[before:])


def _answered(answer: object) -> object:
    if isinstance(answer, Refused):
        return [answer.code, answer.sentence, list(answer.lacking), list(answer.talk_to)]
    return ["taken", str(getattr(answer, "lead_s", "")), str(getattr(answer, "late", ""))]


def test_colluding_attackers_with_every_means_and_days_of_time_learn_the_cell_and_no_more() -> None:
    """D13, R35: for all places in a cell, all starts in a stretch of hours and all heights, every word that three
    parties hear is the same."""
    middle = centre(cell_at(HIDDEN, 5_000.0))

    def secret(east: float, north: float, start_h: float, top: float, title: str) -> Declaration:
        at = shifted(middle, east, north)
        made = circle("secret", "bravo", at.lon, at.lat, 50.0, hours=(start_h, start_h + 8.0))
        volume = replace(made.volumes[0], band=Band(0.0, top, Datum.EGM96))
        return replace(made, title=title, volumes=(volume,))

    one, outcomes = everything_tried(secret(-2_000.0, 1_900.0, 30.0, 300.0, "Depot"))
    other, _ = everything_tried(secret(2_100.0, -2_000.0, 33.0, 2_000.0, "Clinic"))
    assert outcomes == {True, False}, "they ask on both sides of the edge"
    assert one == other


def test_whoever_is_over_the_budget_learns_nothing_of_what_it_did_not_meet() -> None:
    """D13: what is told of nothing is taken, whether or not something undisclosed is near."""
    room, site = room_with_a_secret(Level.EXISTS)

    def north(by_m: float, name: str = "asked") -> Declaration:
        at = shifted(HIDDEN, 0.0, by_m)
        return circle(name, "alpha", at.lon, at.lat, 100.0)

    edge = next(by_m for by_m in range(0, 60_000, 500) if not by_cells(room, site, north(by_m), Level.EXISTS))
    # Further from the first than one's own cells reach, and in the same area as what was asked at its edge.
    beside = north(edge + 12_000.0, "beside")
    own = view(beside, Level.COARSE, Grid.of(room.desk.world.membership.theatre), "x").declaration
    assert own is not None
    assert not by_cells(room, site, own, Level.EXISTS)
    for by_m in range(edge + 14_000, 120_000, 500):
        at = shifted(HIDDEN, 0.0, by_m)
        second = replace(site, declaration_id="second", volumes=circle("s", "bravo", at.lon, at.lat, 50.0).volumes)
        met = [by_cells(room, second, each, Level.EXISTS) for each in (beside, own)]
        if met == [False, True]:
            break
    else:
        raise AssertionError("no place is near and not met")
    answers = []
    for more in ((), (second,)):
        room, _ = room_with_a_secret(Level.EXISTS)
        for each in more:
            room.declare("bravo", each)
        asker = Asker(room, Kind.OPERATION)
        for step in range(22):
            asker(shifted(HIDDEN, 10.0 * step, edge - 1_500.0), 100.0)
        assert asker.refused[-1].code == OVER_BUDGET
        answer = room.declare("alpha", beside)
        answers.append(answer.code if isinstance(answer, Refused) else "taken")
    assert answers == ["taken", "taken"]


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
