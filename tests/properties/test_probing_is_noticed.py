"""Questions about undisclosed regions are counted, and series of small moves are noticed (D13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.oracle import direct, distance_m
from tests.twin.strategies import FIRST_S
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Point, Position
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre
from thalweg.policy.budget import Limits, Probing, Trial, form, probing, recent, trial, verdict
from thalweg.policy.coarse import Cell, Grid, cell_at
from thalweg.policy.view import view

HERE = Position(40.14, 35.33)
THEATRE = Theatre(
    "probing", (Rule("all", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(1_000.0, 300.0, 600.0)),)
)
GRID = Grid.of(THEATRE)
LIMITS = Limits(window_s=1_000.0, told=2, near_m=2_000.0, near_s=60.0, moves=2, moves_together=3)
AREAS = tuple(Cell(20_000.0, 700, column) for column in range(3))


def at(seconds: float) -> Instant:
    return Instant(FIRST_S + seconds)


# ---- against the slow twin ----

trials = st.lists(
    st.builds(
        lambda second, party, form, about, told, areas: Trial(
            at(float(second)),
            party,
            f"{form}",
            about,
            told,
            # One form is one place and time.
            direct(HERE, 90.0, 700.0 * (form % 5)),
            FIRST_S + 40.0 * (form // 5),
            frozenset(areas),
        ),
        st.integers(0, 3_000),
        st.sampled_from(("north", "south", "relief")),
        st.integers(0, 20),
        st.sampled_from(("d-1", "d-2")),
        st.booleans(),
        st.sets(st.sampled_from(AREAS), min_size=1),
    ),
    max_size=25,
)
moments = st.integers(0, 3_500).map(lambda second: at(float(second)))


def within(each: Trial, now: Instant) -> bool:
    age_s = now.epoch_s - each.at.epoch_s
    return 0.0 <= age_s < LIMITS.window_s


def slow_used(some: Sequence[Trial], party: str, areas: Sequence[Cell], now: Instant) -> int:
    return max(
        len({e.form for e in some if within(e, now) and e.party == party and e.told and area in e.areas})
        for area in areas
    )


def slow_moves(some: Sequence[Trial]) -> list[Trial]:
    """By definition: the first of its form, with one before it of another form, near in place and time."""
    firsts = [e for k, e in enumerate(some) if all(o.form != e.form for o in some[:k])]
    return [
        e
        for k, e in enumerate(firsts)
        if any(
            distance_m(o.place, e.place) <= LIMITS.near_m and abs(o.start_s - e.start_s) <= LIMITS.near_s
            for o in firsts[:k]
        )
    ]


@given(trials, moments, st.sampled_from(("north", "south")), st.sets(st.sampled_from(AREAS), min_size=1))
@settings(max_examples=300, deadline=None)
def test_a_budget_counts_what_the_slow_twin_counts(
    some: list[Trial], now: Instant, party: str, areas: set[Cell]
) -> None:
    told = verdict(some, party, areas, now, LIMITS)
    assert told.used == slow_used(some, party, sorted(areas), now)
    assert told.within == (told.used <= LIMITS.told)
    assert told == verdict(list(reversed(some)), party, areas, now, LIMITS)
    assert (told.again is None) == told.within
    if told.again is not None:
        # Of those known now: within again then, and not a moment before.
        known = [each for each in some if each.at <= now]
        assert slow_used(known, party, sorted(areas), told.again) <= LIMITS.told
        assert slow_used(known, party, sorted(areas), Instant(told.again.epoch_s - 0.001)) > LIMITS.told


@given(trials, moments)
@settings(max_examples=300, deadline=None)
def test_probing_is_what_the_slow_twin_finds(some: list[Trial], now: Instant) -> None:
    kept = sorted((e for e in some if within(e, now)), key=lambda e: (e.at, e.party, e.form, e.about))
    expected = []
    for about in ("d-1", "d-2"):
        series = [e for e in kept if e.about == about]
        groups = [(frozenset({p}), LIMITS.moves) for p in ("north", "relief", "south")]
        groups.append((frozenset({"north", "relief", "south"}), LIMITS.moves_together))
        for group, limit in groups:
            own = [e for e in series if e.party in group]
            moves = slow_moves(own)
            parties = tuple(sorted({e.party for e in moves}))
            if len(moves) >= limit and (len(group) == 1 or len(parties) > 1):
                told = len({e.form for e in own if e.told})
                expected.append(Probing(about, parties, len(moves), told, moves[0].at, moves[-1].at))
    assert list(probing(some, now, LIMITS)) == sorted(expected, key=lambda e: (e.about, e.parties))
    assert probing(reversed(some), now, LIMITS) == probing(some, now, LIMITS)
    assert probing(recent(some, now, LIMITS), now, LIMITS) == probing(some, now, LIMITS)


# ---- worked cases ----


def operation(east_m: float, *, party: str = "north", minutes: int = 0, top_m: float | None = None) -> Declaration:
    start = FIRST_S + 60.0 * minutes
    band = None if top_m is None else Band(0.0, top_m, Datum.AGL)
    volume = Volume(Circle(direct(HERE, 90.0, east_m), 200.0), Window(Instant(start), Instant(start + 3_600.0)), band)
    return Declaration(Kind.OPERATION, party, volumes=(volume,))


def asked(declarations: Sequence[Declaration]) -> list[Trial]:
    """The trials of some declarations, a minute apart, about one hidden site."""
    site = Declaration(Kind.STATIC_SITE, "relief", volumes=(Volume(Point(HERE)),))
    hidden = view(site, Level.EXISTS, GRID, "x-1")
    out = [trial(each, at(60.0 * k), hidden, "d-site", THEATRE, GRID) for k, each in enumerate(declarations)]
    return [each for each in out if each is not None]


def test_what_comes_nowhere_near_is_no_question() -> None:
    assert asked([operation(500_000.0)]) == []


def test_a_question_says_whether_it_was_answered_and_where_it_was_put() -> None:
    (near,) = asked([operation(3_000.0)])
    assert near.told
    assert cell_at(HERE, GRID.exists_m) in near.areas
    assert near.start_s == FIRST_S
    edge = [each for each in asked([operation(1_000.0 * k) for k in range(20, 60)]) if not each.told]
    assert edge  # near, and not told


def test_what_is_shown_in_full_is_not_asked_about() -> None:
    site = Declaration(Kind.STATIC_SITE, "relief", volumes=(Volume(Point(HERE)),))
    for level in (Level.FULL, Level.FOOTPRINT, Level.NOTHING):
        assert trial(operation(0.0), at(0.0), view(site, level, GRID, "x-1"), "d-site", THEATRE, GRID) is None


def test_the_same_plan_again_in_other_words_is_the_same_form() -> None:
    plan = operation(1_000.0)
    again = replace(plan, title="again", revision=2, declaration_id="d-9", details={"contact": "somebody"})
    assert form(plan) == form(again)
    assert (
        len(
            {form(plan), form(operation(1_000.1)), form(operation(1_000.0, minutes=1)), form(operation(1e3, top_m=9.0))}
        )
        == 4
    )
    limits = Limits(moves=1)
    assert probing(asked([plan, again, plan]), at(600.0), limits) == ()


def test_an_ordinary_change_of_plan_is_no_probing() -> None:
    """Warned, moved twice, delayed once: that is planning."""
    plans = [operation(0.0), operation(4_000.0), operation(9_000.0), operation(9_000.0, minutes=60)]
    assert probing(asked(plans), at(600.0), Limits()) == ()
    assert verdict(asked(plans), "north", asked(plans)[0].areas, at(600.0), Limits()).within


@pytest.mark.parametrize("how", ["place", "time", "height"])
def test_a_bisection_in_place_time_or_height_is_noticed(how: str) -> None:
    """Its notifier is told of the seventh at the latest, once the steps are small."""
    low, high, plans = 0.0, 64.0, []
    for step in range(14):
        mid = (low + high) / 2.0
        plans.append(
            operation(1_000.0 * mid)
            if how == "place"
            else operation(0.0, minutes=int(20 * mid))
            if how == "time"
            else operation(0.0, top_m=100.0 * mid)
        )
        low, high = (mid, high) if step % 2 else (low, mid)
    (alert,) = probing(asked(plans), at(3_600.0), Limits())
    assert alert.about == "d-site"
    assert alert.parties == ("north",)
    assert alert.moves >= 6
    assert probing(asked(plans[:6]), at(3_600.0), Limits()) == ()


def test_parties_that_take_turns_are_noticed_together() -> None:
    plans = [operation(500.0 * k, party=("north", "south", "west")[k % 3]) for k in range(12)]
    (alert,) = probing(asked(plans), at(3_600.0), Limits())
    assert alert.parties == ("north", "south", "west")
    assert alert.moves == 11


def test_what_is_longer_ago_than_the_window_is_forgotten() -> None:
    plans = asked([operation(500.0 * k) for k in range(8)])
    end = plans[-1].at.epoch_s
    assert probing(plans, at(600.0), Limits())
    assert probing(plans, Instant(end + 7 * 86_400.0 + 1.0), Limits()) == ()
    told = verdict(plans, "north", plans[0].areas, at(600.0), Limits(told=3))
    assert not told.within
    assert told.again is not None
    assert told.again.epoch_s == plans[4].at.epoch_s + 7 * 86_400.0
    assert verdict(plans, "south", plans[0].areas, at(600.0), Limits(told=3)).used == 0


@pytest.mark.parametrize("wrong", [{"window_s": 0.0}, {"near_m": -1.0}, {"told": 0}, {"near_s": float("nan")}])
def test_limits_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(Limits(), **wrong)  # type: ignore[arg-type]  # a mapping of fields to their own types
    assert refused.value.code == "budget-limits"


def test_the_moves_are_counted_from_the_first_to_the_last() -> None:
    plans = asked([operation(500.0 * k) for k in range(8)])
    (alert,) = probing(plans, at(600.0), Limits())
    assert (alert.first, alert.last) == (plans[1].at, plans[-1].at)
    assert all(a.at < b.at for a, b in pairwise(plans))
