"""A coarse view with a delay: shown so long after the desk took it, earlier only as far as a conflict tells (R36)."""

from __future__ import annotations

import pytest

from tests.desk_twin import differences, refolded, working
from tests.desk_world import Room, circle
from thalweg.model.declarations import Kind
from thalweg.model.events import ClockFact, ClockTold, Notice, NoticeKind, Term, TermsSet, Withdrawn
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes

DELAY_S = 7200


def room(*terms: Term) -> Room:
    made = Room(("alpha", "bravo"))
    made.channel("alpha", "bravo", level=Level.NOTHING)
    made.say("alpha", TermsSet("alpha", "line", terms or (Term(Level.COARSE, delay_s=DELAY_S),)))
    return made


def shown(held: Room, party: str = "bravo") -> list[Notice]:
    return [each for each in held.notices(party) if each.version]


def test_it_is_shown_when_the_delay_is_over_and_not_before() -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    assert shown(held) == []
    held.later(DELAY_S - 1)
    assert shown(held) == []
    assert Mailboxes(held.desk.world, held.desk.policy).declarations("bravo", held.now).value.declarations == ()
    held.later(1)
    (notice,) = shown(held)
    assert (notice.what, notice.level, notice.owed) == (NoticeKind.RELEASED, Level.COARSE, True)
    assert notice.view is not None
    assert notice.view.title == ""
    held.later(10 * DELAY_S)
    assert len(shown(held)) == 1


def test_it_is_on_record_that_the_time_came() -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.later(DELAY_S)
    bodies = [held.desk.world.load(index).body for index in range(held.desk.world.size)]
    assert [each.what for each in bodies if isinstance(each, ClockTold) and each.what is ClockFact.SHOWN] == ["shown"]


def test_a_conflict_discloses_that_it_exists_at_once_and_the_coarse_view_in_its_time() -> None:
    held = room()
    held.declare("alpha", circle("one", "alpha"))
    held.declare("bravo", circle("two", "bravo"))  # refused: it meets what it was not shown, and is told to talk
    (first,) = shown(held)
    assert first.level is Level.EXISTS
    held.later(DELAY_S)
    assert [each.level for each in shown(held)] == [Level.EXISTS, Level.COARSE]
    assert shown(held)[-1].version == first.version  # known by the same opaque id


def test_the_conflict_is_told_again_at_coarse_with_what_it_meets() -> None:
    held = room()
    held.declare("alpha", circle("one", "alpha"))
    held.declare("bravo", circle("two", "bravo"))
    held.declare("bravo", circle("two", "bravo"), *[each.version for each in shown(held)])
    held.later(DELAY_S)
    last = shown(held)[-1]
    assert last.level is Level.COARSE
    assert last.findings


def test_each_version_waits_for_itself() -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.later(DELAY_S)
    held.declare("alpha", circle("hospital", "alpha", 41.9, kind=Kind.STATIC_SITE, revision=1))
    assert len(shown(held)) == 1
    held.later(DELAY_S - 10)
    assert len(shown(held)) == 1
    held.later(10)
    assert [each.level for each in shown(held)] == [Level.COARSE, Level.COARSE]


def test_what_is_cancelled_meanwhile_is_never_shown() -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.say("alpha", Withdrawn("alpha", "hospital"))
    held.later(DELAY_S + 10)
    assert shown(held) == []


def test_the_delay_is_that_of_the_kind_and_each_recipient() -> None:
    held = Room(("alpha", "bravo", "charlie"))
    held.channel("alpha", "bravo", "charlie", level=Level.NOTHING)
    terms = (Term(Level.COARSE, kind="static_site", delay_s=60), Term(Level.FULL))
    held.say("alpha", TermsSet("alpha", "line", terms))
    held.say("alpha", TermsSet("alpha", "line", (Term(Level.COARSE, delay_s=600),), to="charlie"))
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.declare("alpha", circle("patrol", "alpha", 41.9))
    assert [each.subject.partition("/")[2] for each in shown(held)] == ["patrol"]
    held.later(60)
    assert [each.level for each in shown(held)] == [Level.FULL, Level.COARSE]
    assert shown(held, "charlie") == []
    held.later(540)
    assert [each.level for each in shown(held, "charlie")] == [Level.COARSE, Level.COARSE]


def test_terms_with_a_delay_set_later_count_from_when_it_was_taken() -> None:
    held = Room(("alpha", "bravo"))
    held.channel("alpha", "bravo", level=Level.NOTHING)
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.later(600)
    held.say("alpha", TermsSet("alpha", "line", (Term(Level.COARSE, delay_s=900),)))
    assert shown(held) == []
    held.later(300)
    assert [each.level for each in shown(held)] == [Level.COARSE]
    held.say("alpha", TermsSet("alpha", "line", (Term(Level.COARSE, delay_s=600),)))
    assert len(shown(held)) == 1


@pytest.mark.parametrize("level", [Level.FULL, Level.FOOTPRINT, Level.EXISTS])
def test_a_delay_is_of_coarse_views_alone(level: Level) -> None:
    held = room(Term(level, delay_s=DELAY_S))
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    assert [each.level for each in shown(held)] == [level]


def test_a_desk_that_was_away_shows_what_came_due_meanwhile() -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    held.desk = held.open()
    held.later(2 * DELAY_S)
    assert [each.level for each in shown(held)] == [Level.COARSE]


@pytest.mark.parametrize("after_s", [0, DELAY_S - 1, DELAY_S, DELAY_S + 1])
def test_the_log_folded_again_gives_the_same_world_and_clocks(after_s: int) -> None:
    held = room()
    held.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    if after_s:
        held.later(after_s)
    world, clocks = refolded(held)
    assert differences(world, held.desk.world) == []
    assert working(clocks, world) == working(held.desk.clocks, held.desk.world)
    again = held.open()
    for party in ("alpha", "bravo"):
        chain = again.world.picture.chains["alpha/hospital"]
        assert again.policy.level(chain, party) is held.desk.policy.level(chain, party)
