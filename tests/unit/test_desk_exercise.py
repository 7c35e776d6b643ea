"""An exercise is an exercise from its first declaration to its last (R49)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk_world import START, Room, circle, refused
from thalweg.model.declarations import Kind, Zone
from thalweg.model.errors import InputError
from thalweg.model.events import EmergencySent, MessageSent, PartyNamed, QuietProposed, Said, Taken, TheatreSet
from thalweg.model.instants import Instant
from thalweg.wiring import ToldClock

LIVE = "name: valley\nextends: default\n"
EXERCISE = "name: valley\nextends: default\nexercise: true\n"


def test_rules_may_make_it_an_exercise_before_anything_is_declared() -> None:
    room = Room()
    assert isinstance(room.say(room.chair, TheatreSet(EXERCISE, "valley.yaml")), Taken)
    assert room.desk.world.membership.theatre.exercise


def test_live_and_exercise_never_mix_on_one_desk() -> None:
    room = Room()
    room.declare("alpha", circle("ops-1", "alpha"))
    assert refused(room.say(room.chair, TheatreSet(EXERCISE, "valley.yaml"))) == "exercise-mixed"
    assert isinstance(room.say(room.chair, TheatreSet(LIVE, "valley.yaml")), Taken)


@pytest.mark.parametrize(
    "said",
    [
        EmergencySent("alpha", "we are being hit"),
        MessageSent("alpha", "line", "good morning", "en"),
        QuietProposed(
            "alpha",
            ("bravo",),
            circle("Q", "alpha", kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW),
            "to mend the water main",
            Instant(START.epoch_s + 3600),
        ),
    ],
    ids=lambda said: type(said).__name__,
)
def test_a_call_a_message_or_a_proposal_that_was_live_never_becomes_an_exercise(said: Said) -> None:
    """R49: a call for help that is open is not to be taken for an exercise a minute later."""
    room = Room()
    room.channel("alpha", "bravo")
    assert isinstance(room.say("alpha", said), Taken)
    assert refused(room.say(room.chair, TheatreSet(EXERCISE, "valley.yaml"))) == "exercise-mixed"


def test_a_desk_whose_clock_is_told_takes_nothing_before_its_theatre_is_an_exercise() -> None:
    room = Room()
    room.desk._exercise_only = True
    assert refused(room.declare("alpha", circle("ops-1", "alpha"))) == "exercise-clock"
    assert refused(room.say(room.chair, PartyNamed("gamma", "Gamma"))) == "exercise-clock"
    assert refused(room.say(room.chair, TheatreSet(LIVE, "valley.yaml"))) == "exercise-clock"
    assert refused(room.say(room.chair, TheatreSet("exercise: [", "valley.yaml"))) == "exercise-clock"
    assert isinstance(room.say(room.chair, TheatreSet(EXERCISE, "valley.yaml")), Taken)
    assert isinstance(room.declare("alpha", circle("ops-1", "alpha")), Taken)
    assert refused(room.say(room.chair, TheatreSet(LIVE, "valley.yaml"))) == "exercise-clock"


def test_a_told_clock_is_set_by_its_file_and_runs_between(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2017-09-12T09:00:00+03:00\nwhatever stands below\n")
    clock = ToldClock(file)
    first = clock()
    assert first.isoformat().startswith("2017-09-12T06:00:00")
    assert clock() >= first
    told_anew(file, "2017-09-16T00:31:00Z")
    assert clock().isoformat().startswith("2017-09-16T00:31:0")
    told_anew(file, "half a li")
    assert clock().isoformat().startswith("2017-09-16T00:31:0"), "what cannot be read changes nothing"
    told_anew(file, "2017-09-20T00:00:00")
    assert clock().isoformat().startswith("2017-09-16T00:31:0"), "a time without a zone is none"
    file.unlink()
    assert clock().isoformat().startswith("2017-09-16T00:31:0")


@pytest.mark.parametrize("text", ["", "soon", "2017-09-20T00:00:00"])
def test_a_clock_that_tells_no_time_to_begin_with_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "clock").write_text(text)
    with pytest.raises(InputError, match="tells no time"):
        ToldClock(tmp_path / "clock")
    with pytest.raises(InputError, match="tells no time"):
        ToldClock(tmp_path / "absent")


def told_anew(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)
