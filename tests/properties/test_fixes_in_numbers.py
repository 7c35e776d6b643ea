"""A thousand random sets: how often there is a fix where brute force finds one, and what it costs against that.

Long: marked storm. Its result is kept in tests/results/fixes.json; run it with

    pytest -m storm tests/properties/test_fixes_in_numbers.py
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from tests.twin import brute
from tests.twin.brute import Answer
from tests.twin.oracle import direct
from tests.twin.transforms import aside, higher, later, without_end
from thalweg.engine import batch, suggest
from thalweg.model.declarations import Declaration, Kind, Medium, Volume, Zone
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Corridor, Polygon, Position, Route, Shape, Waypoint
from thalweg.model.theatre import FixBounds, Heights, Margin, Relation, Rule, Selector, Theatre

RESULT = Path(__file__).parents[1] / "results" / "fixes.json"
SETS = 1000
MIDDLE = Position(40.14, 35.33)
FIRST_S = 1_505_520_000.0
BOUNDS = FixBounds(time_s=3 * 3600.0, altitude_m=1000.0, offset_m=5000.0)
LOWEST_GROUND_M, HIGHEST_GROUND_M = 150.0, 300.0
DIRECTIONS = 16
MAY_CHANGE = (Kind.OPERATION, Kind.MOVEMENT)
PROTECTIONS = (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE)


def random_set(seed: int) -> tuple[list[Declaration], Theatre]:
    """Four to seven declarations in 8 km, two hours and 2,500 m; one rule."""
    rng = random.Random(seed)
    margin = Margin(rng.choice((0.0, 100.0, 500.0)), rng.choice((0.0, 100.0, None)), rng.choice((0.0, 0.0, 300.0)))
    rule = Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, margin)
    heights = Heights(ground_min_m=LOWEST_GROUND_M, ground_max_m=HIGHEST_GROUND_M)
    world = [random_declaration(rng, f"d{k}") for k in range(rng.randint(4, 7))]
    return world, Theatre("a thousand sets", (rule,), heights=heights, fixes=BOUNDS)


def random_declaration(rng: random.Random, title: str) -> Declaration:
    kind = rng.choice((Kind.OPERATION, Kind.OPERATION, Kind.MOVEMENT, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE))
    zone = Zone.RESTRICTED_AIRSPACE if kind is Kind.RESTRICTED_ZONE else None
    medium = rng.choice((Medium.AIR, Medium.AIR, Medium.GROUND)) if kind in MAY_CHANGE else Medium.UNSTATED
    return Declaration(kind, title, title, (random_volume(rng, kind),), zone=zone, medium=medium)


def random_volume(rng: random.Random, kind: Kind) -> Volume:
    def spot() -> Position:
        return direct(MIDDLE, rng.uniform(0.0, 360.0), 4e3 * math.sqrt(rng.random()))

    start_s = FIRST_S + 60.0 * rng.randint(0, 60)
    window = Window(Instant(start_s), Instant(start_s + 60.0 * rng.randint(10, 60)))
    lower_m = 50.0 * rng.randint(6, 40)
    band = Band(lower_m, lower_m + 50.0 * rng.randint(1, 10), Datum.EGM96)
    if kind is Kind.MOVEMENT:
        waypoints, t_s = [], start_s
        for _ in range(rng.randint(2, 3)):
            waypoints.append(Waypoint(spot(), Instant(t_s)))
            t_s += 60.0 * rng.randint(2, 20)
        route = Route(tuple(waypoints), rng.choice((0.0, 50.0, 200.0)))
        return Volume(route, Window(waypoints[0].time, waypoints[-1].time), band)
    shape: Shape = Circle(spot(), rng.uniform(50.0, 1500.0))
    if kind is not Kind.STATIC_SITE and rng.random() < 0.6:
        middle, size_m = spot(), rng.uniform(200.0, 2500.0)
        corners = range(rng.randint(3, 7))
        shape = Polygon(
            tuple(direct(middle, 360.0 * k / len(corners), size_m * rng.uniform(0.4, 1.0)) for k in corners)
        )
    elif kind is Kind.OPERATION and rng.random() < 0.5:
        shape = Corridor((spot(), spot()), rng.uniform(50.0, 500.0))
    if kind is Kind.STATIC_SITE:
        return Volume(shape, ALWAYS)
    return Volume(shape, window, band)


# The search, by trying everything in the order of its cost


def clears(d: Declaration, others: list[Declaration], theatre: Theatre) -> bool:
    """As the twin sees it, and not merely at the threshold."""
    for other in others:
        one = brute.pair(d, other, theatre)
        if one is not None and one.answer is not Answer.NO:
            return False
    return True


def cheapest(d: Declaration, others: list[Declaration], theatre: Theatre) -> float | None:
    """The least cost of a shift in time, in height or to a side that clears: by steps, the last one refined."""
    lasting = [without_end(o) if o.kind in PROTECTIONS else o for o in others]
    tries: list[tuple[float, Callable[[float], bool]]] = []

    def add(bound: float, step: float, test: Callable[[float], bool]) -> None:
        tries.extend((k * step / bound, test) for k in range(1, math.floor(bound / step) + 1))

    for sign in (-1.0, 1.0):
        add(
            BOUNDS.time_s,
            120.0,
            lambda cost, sign=sign: clears(later(d, sign * cost * BOUNDS.time_s), lasting, theatre),  # type: ignore[misc]  # bound now
        )
    low_m = d.volumes[0].band.lower_m if d.volumes[0].band else None
    if d.medium is not Medium.GROUND and low_m is not None:
        for sign in (-1.0, 1.0):

            def by_height(cost: float, sign: float = sign) -> bool:
                by_m = sign * cost * BOUNDS.altitude_m
                return low_m + by_m >= HIGHEST_GROUND_M and clears(higher(d, by_m), others, theatre)

            add(BOUNDS.altitude_m, 30.0, by_height)
    for k in range(DIRECTIONS):
        bearing = 360.0 * k / DIRECTIONS
        add(
            BOUNDS.offset_m,
            200.0,
            lambda cost, bearing=bearing: clears(aside(d, bearing, cost * BOUNDS.offset_m), others, theatre),  # type: ignore[misc]  # bound now
        )
    before: dict[int, float] = {}
    best: float | None = None
    for cost, test in sorted(tries, key=lambda one: one[0]):
        if best is not None and before.get(id(test), 0.0) >= best:
            continue
        if best is not None and cost - before.get(id(test), 0.0) <= 0.0:
            continue
        if best is not None and cost > best + 0.05:
            break
        if test(cost):
            low, high = before.get(id(test), 0.0), cost
            for _ in range(6):
                middle = (low + high) / 2.0
                low, high = (low, middle) if test(middle) else (middle, high)
            best = high if best is None else min(best, high)
        before[id(test)] = cost
    return best


def one_set(seed: int) -> list[tuple[float | None, float | None, tuple[str, ...]]]:
    """For the first conflicting operation or movement: cost by brute force, the engine's, and its changes."""
    world, theatre = random_set(seed)
    by_version = {d.version_id: d for d in world}
    for _, suggestions in suggest(world, batch(world, theatre), theatre):
        d = by_version[suggestions.version]
        others = [o for o in world if o is not d]
        for fix in suggestions.fixes:
            held_against = [o for o in others if _conflicts(fix.changed, o, theatre)]
            assert not held_against, (seed, fix.sentence)
        offered = min((fix.cost for fix in suggestions.fixes), default=None)
        return [(cheapest(d, others, theatre), offered, tuple(fix.change for fix in suggestions.fixes))]
    return []


def _conflicts(d: Declaration, other: Declaration, theatre: Theatre) -> bool:
    one = brute.pair(d, other, theatre)
    return one is not None and one.answer is Answer.YES


@pytest.mark.storm
def test_nearly_every_solvable_case_gets_a_fix_within_a_tenth_of_the_cheapest() -> None:
    """A sixth of a step is what a small change may be rounded up by."""
    seen = list(chain.from_iterable(one_set(seed) for seed in range(SETS)))
    summary = summarise(seen)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    assert summary["share_of_solvable_that_got_a_fix"] >= 0.99
    assert summary["share_within_a_tenth_and_the_finest_step"] >= 0.95


def summarise(seen: list[tuple[float | None, float | None, tuple[str, ...]]]) -> dict[str, float | int]:
    solvable = [(least, offered) for least, offered, _ in seen if least is not None]
    solved = [(least, offered) for least, offered in solvable if offered is not None]
    ratios = sorted(offered / least for least, offered in solved)
    dearer = [ratio for ratio in ratios if ratio > 1.1]
    # The finest step of any change, a sixth of its step, as a cost: what rounding alone may add.
    finest = (
        max(
            BOUNDS.step_time_s / BOUNDS.time_s,
            BOUNDS.step_altitude_m / BOUNDS.altitude_m,
            BOUNDS.step_offset_m / BOUNDS.offset_m,
        )
        / 6.0
    )
    beyond_rounding = sum(offered > 1.1 * least + finest for least, offered in solved)
    kinds = [change for _, _, changes in seen for change in changes]
    return {
        "sets": SETS,
        "with_a_conflict_that_may_be_changed": len(seen),
        "solvable_by_brute_force": len(solvable),
        "solvable_that_got_a_fix": len(solved),
        "share_of_solvable_that_got_a_fix": round(len(solved) / max(1, len(solvable)), 4),
        "fixed_though_brute_force_found_none": sum(offered is not None for least, offered, _ in seen if least is None),
        "share_within_a_tenth_of_brute_force": round(1.0 - len(dearer) / max(1, len(solved)), 4),
        "share_within_a_tenth_and_the_finest_step": round(1.0 - beyond_rounding / max(1, len(solved)), 4),
        "cost_ratio_median": round(ratios[len(ratios) // 2], 4) if ratios else 0,
        "cost_ratio_95th_percentile": round(ratios[int(len(ratios) * 0.95)], 4) if ratios else 0,
        "cost_ratio_worst": round(ratios[-1], 4) if ratios else 0,
        **{f"offered_{change}": kinds.count(change) for change in sorted(set(kinds))},
    }
