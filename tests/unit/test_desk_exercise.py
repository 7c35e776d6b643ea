"""An exercise is an exercise from its first declaration to its last (R49)."""

from __future__ import annotations

from tests.desk_world import Room, circle, refused
from thalweg.model.events import Taken, TheatreSet

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
