"""What several sides sign together is changed by all of them, has its time, and lapses at it (R32, R34)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import START, Room, circle, refused, room, taken
from thalweg.desk.checks import Checks
from thalweg.desk.no import No
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Zone
from thalweg.model.events import (
    Answer,
    ConsentStated,
    Declared,
    LineJudged,
    LineProposed,
    QuietGuaranteed,
    QuietProposed,
    Release,
    Released,
    Withdrawn,
)
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Path, Position

SOON = Instant(START.epoch_s + 3600)


def newest(desk: Room) -> str:
    return list(desk.desk.world.agreements.agreements)[-1]


def window(party: str, **more: object) -> Declaration:
    return circle("Q", party, kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW, **more)  # type: ignore[arg-type]  # fields by name


def dividing(party: str, status: LineStatus, revision: int = 0) -> Declaration:
    path = Path((Position(40.0, 35.0), Position(40.5 + revision / 10, 35.5)))
    return Declaration(
        kind=Kind.LINE,
        party=party,
        title="the river",
        declaration_id="L",
        revision=revision,
        segments=(Segment(path, status),),
    )


@pytest.mark.parametrize("status", list(LineStatus))
def test_a_line_that_both_sides_signed_is_changed_by_neither_alone(status: LineStatus) -> None:
    """R34: also where what they signed is that it is tacit, or disputed; and neither hides it from the other."""
    desk = room()
    taken(desk.say("alpha", LineProposed("alpha", ("bravo",), dividing("alpha", status), SOON)))
    taken(desk.say("bravo", LineJudged("bravo", newest(desk), Answer.ACCEPT)))
    for alone, code in (
        (Declared("alpha", dividing("alpha", LineStatus.TACIT, 1)), "line-agreed"),
        (Withdrawn("alpha", "L"), "line-agreed"),
        (Released("alpha", "L", (Release("bravo", Level.NOTHING),)), "agreed-kept"),
        (ConsentStated("alpha", "L", given=False), "agreed-kept"),
    ):
        assert refused(desk.say("alpha", alone)) == code
    taken(desk.say("alpha", Released("alpha", "L", (Release("bravo", Level.FULL),))))
    taken(desk.say("alpha", LineProposed("alpha", ("bravo",), dividing("alpha", LineStatus.DISPUTED, 1), SOON)))
    taken(desk.say("bravo", LineJudged("bravo", newest(desk), Answer.ACCEPT)))
    assert desk.desk.world.picture.chains["alpha/L"].revision == 1


def test_a_line_that_one_side_alone_drew_is_its_own() -> None:
    desk = room()
    taken(desk.declare("alpha", dividing("alpha", LineStatus.TACIT)))
    taken(desk.declare("alpha", dividing("alpha", LineStatus.DISPUTED, 1)))
    taken(desk.say("alpha", Withdrawn("alpha", "L")))


def test_a_quiet_window_has_a_beginning_and_an_end_and_is_to_come() -> None:
    """R32: time-boxed."""
    desk = room()
    proposed = window("alpha")
    endless = replace(proposed, volumes=(replace(proposed.volumes[0], window=Window(None, None)),))
    past = window("alpha", hours=(-5.0, -2.0))
    for each, code in ((endless, "quiet-times"), (past, "already-over")):
        assert refused(desk.say("alpha", QuietProposed("alpha", ("bravo",), each, "water", SOON))) == code
    soon_over = window("alpha", hours=(0.0, 0.5))
    taken(desk.say("alpha", QuietProposed("alpha", ("bravo",), soon_over, "water", SOON)))
    desk.later(45 * 60)
    assert refused(desk.say("bravo", QuietGuaranteed("bravo", newest(desk), Answer.ACCEPT))) == "proposal-over"


def test_what_has_lapsed_is_not_accepted_though_the_desk_has_not_come_to_say_so() -> None:
    desk = room()
    taken(desk.say("alpha", QuietProposed("alpha", ("bravo",), window("alpha"), "water", SOON)))
    said = QuietGuaranteed("bravo", newest(desk), Answer.ACCEPT)
    assert isinstance(Checks(desk.desk.world, desk.desk.policy).check(said, SOON), No)
