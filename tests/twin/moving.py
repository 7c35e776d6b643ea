"""Moving positions the slow way: where a route is at a time, and how close two routes come.

A leg is a geodesic edge followed at constant speed, its height changing at a constant rate. Over a leg, or
a pair of legs, the distance is a convex function of time to far within what matters here (in the plane it
is the norm of an affine function); even so it is searched on a grid first and then narrowed down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tests.twin.oracle import Edge, Region, core_gap_m, distance_m, edge, point_to_edge_m
from thalweg.model.shapes import Position, Route

GRID = 16
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, eq=False)
class Leg:
    """One leg of a route: an edge, from `start_s` to `end_s`, from `start_z` to `end_z` metres if known."""

    edge: Edge
    start_s: float
    end_s: float
    start_z: float | None
    end_z: float | None

    @property
    def speed(self) -> float:
        return self.edge.length_m / (self.end_s - self.start_s)

    def at(self, t_s: float) -> Position:
        return self.edge.at((t_s - self.start_s) * self.speed)

    def z_m(self, t_s: float) -> float:
        if self.start_z is None or self.end_z is None:
            raise AssertionError("a leg without heights was asked for one")
        share = (t_s - self.start_s) / (self.end_s - self.start_s)
        return self.start_z + share * (self.end_z - self.start_z)

    def piece(self, from_s: float, to_s: float) -> Edge:
        """The part of the edge that is followed between two times."""
        return self.edge.piece((from_s - self.start_s) * self.speed, (to_s - self.start_s) * self.speed)

    def while_between(self, low_m: float, high_m: float) -> tuple[float, float] | None:
        """When, within the leg, the height is within the two: a closed interval, as it runs straight."""
        if self.start_z is None or self.end_z is None or (low_m <= -math.inf and high_m >= math.inf):
            return self.start_s, self.end_s
        return where_affine(self.z_m, self.start_s, self.end_s, low_m, high_m)


def where_affine(
    f: Callable[[float], float], start: float, end: float, low: float, high: float
) -> tuple[float, float] | None:
    """Where an affine function is within [low, high] on [start, end]; None where nowhere."""
    at_start, at_end = f(start), f(end)
    slope = (at_end - at_start) / (end - start) if end > start else 0.0
    if abs(at_end - at_start) < 1e-12:
        return (start, end) if low <= at_start <= high else None
    one, other = start + (low - at_start) / slope, start + (high - at_start) / slope
    first, last = max(start, min(one, other)), min(end, max(one, other))
    return (first, last) if first <= last else None


@lru_cache(maxsize=1 << 12)
def legs(route: Route) -> tuple[Leg, ...]:
    return tuple(
        Leg(edge(a.at, b.at), a.time.epoch_s, b.time.epoch_s, a.height_m, b.height_m)
        for a, b in pairwise(route.waypoints)
    )


def position_at(route: Route, t_s: float) -> Position:
    """Where the route is; at its first or last way-point outside its window."""
    for leg in legs(route):
        if t_s <= leg.end_s:
            return leg.at(max(t_s, leg.start_s))
    return route.waypoints[-1].at


def least(f: Callable[[float], float], start: float, end: float, *, grid: int = GRID) -> float:
    """The least value of `f` on [start, end]: a grid, then golden section around its best point."""
    if end <= start:
        return f(start)
    times = [start + (end - start) * i / grid for i in range(grid + 1)]
    values = [f(t) for t in times]
    i = min(range(len(values)), key=values.__getitem__)
    low, high = times[max(0, i - 1)], times[min(grid, i + 1)]
    best = values[i]
    c, d = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_c, at_d = f(c), f(d)
    for _ in range(60):
        best = min(best, at_c, at_d)
        if high - low < 1e-6:
            break
        if at_c < at_d:
            high, d, at_d = d, c, at_c
            c = high - GOLDEN * (high - low)
            at_c = f(c)
        else:
            low, c, at_c = c, d, at_d
            d = low + GOLDEN * (high - low)
            at_d = f(d)
    return best


def closest_together_m(a: Leg, b: Leg, low_m: float, high_m: float) -> float:
    """The least distance at one and the same instant while `low_m <= z_a - z_b <= high_m`; inf if never.

    Windows are half-open: legs that only touch in time share no instant.
    """
    start, end = max(a.start_s, b.start_s), min(a.end_s, b.end_s)
    if start >= end:
        return math.inf
    if a.start_z is not None and b.start_z is not None:
        when = where_affine(lambda t: a.z_m(t) - b.z_m(t), start, end, low_m, high_m)
        if when is None:
            return math.inf
        start, end = when
    return least(lambda t: distance_m(a.at(t), b.at(t)), start, end)


def closest_within_m(a: Leg, b: Leg, apart_s: float, low_m: float, high_m: float) -> float:
    """The least distance of A at some t_a from B at some t_b with `|t_a - t_b| < apart_s` and
    `low_m <= z_a(t_a) - z_b(t_b) <= high_m`; inf if there are none."""
    if apart_s <= 0.0:
        return closest_together_m(a, b, low_m, high_m)
    if max(a.start_s - b.end_s, b.start_s - a.end_s) >= apart_s:
        return math.inf
    heights = a.start_z is not None and b.start_z is not None

    def from_a(t_s: float) -> float:
        first, last = max(b.start_s, t_s - apart_s), min(b.end_s, t_s + apart_s)
        if first > last:
            return math.inf
        if heights:
            z_a = a.z_m(t_s)
            when = where_affine(b.z_m, first, last, z_a - high_m, z_a - low_m)
            if when is None:
                return math.inf
            first, last = when
        return point_to_edge_m(a.at(t_s), b.piece(first, last))

    start, end = max(a.start_s, b.start_s - apart_s), min(a.end_s, b.end_s + apart_s)
    if start > end:
        return math.inf
    if heights:
        # Only the times of A for which B has a fitting height: their set is an interval, for it is the
        # shadow of a convex set. Its ends are found by halving.
        feasible = _feasible(from_a, start, end)
        if feasible is None:
            return math.inf
        start, end = feasible
    return least(from_a, start, end, grid=24)


def _feasible(f: Callable[[float], float], start: float, end: float) -> tuple[float, float] | None:
    grid = 64
    times = [start + (end - start) * i / grid for i in range(grid + 1)]
    good = [t for t in times if f(t) < math.inf]
    if not good:
        return None
    return _edge_of(f, good[0], start), _edge_of(f, good[-1], end)


def _edge_of(f: Callable[[float], float], good: float, limit: float) -> float:
    if f(limit) < math.inf:
        return limit
    bad = limit
    for _ in range(50):
        middle = (good + bad) / 2.0
        if f(middle) < math.inf:
            good = middle
        else:
            bad = middle
    return good


def closest_to_static_m(leg: Leg, static: Region, start_s: float, end_s: float, low_m: float, high_m: float) -> float:
    """The least distance from a core at times in [start_s, end_s] while the height is within the two."""
    when = leg.while_between(low_m, high_m)
    if when is None:
        return math.inf
    first, last = max(when[0], start_s), min(when[1], end_s)
    if first > last:
        return math.inf
    piece = leg.piece(first, last)
    return core_gap_m(Region((piece,), (), 0.0), static)
