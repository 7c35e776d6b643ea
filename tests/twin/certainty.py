"""How sure a conflict is, by trying values within the stated bounds: many of them, one after another.

A shape is shifted as a whole. Shifts are made in a plane that keeps distances and azimuths from its middle
(azimuthal equidistant, by geographiclib): over 20 km it is true to some centimetres, over 50 km to half a
metre, and callers leave that much room. Everything else is as in `brute`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.twin.brute import (
    Geoid,
    Placed,
    closer,
    hard,
    no_geoid,
    offset_m,
    undulation_between_m,
)
from tests.twin.moving import legs, where_affine
from tests.twin.oracle import Region, inverse
from thalweg.model.measures import Datum
from thalweg.model.shapes import Position
from thalweg.model.theatre import Heights, Margin

Flat = tuple[float, float]
_Height = Callable[[float], float]  # seconds -> metres


@dataclass(frozen=True, slots=True)
class Shift:
    """One value within the bounds: where A may lie against B, in metres and seconds, and how datums differ.

    `b_over_a_m` and `a_over_b_m` are added to (lower of B - upper of A) and (lower of A - upper of B).
    """

    east_m: float
    north_m: float
    up_m: float
    later_s: float
    b_over_a_m: float
    a_over_b_m: float


class Pair:
    """Two volumes laid into a plane around A's anchor, to be shifted against each other again and again."""

    def __init__(self, a: Placed, b: Placed, margin: Margin, heights: Heights, *, geoid: Geoid = no_geoid) -> None:
        self.a, self.b, self.margin, self.heights = a, b, margin, heights
        self.middle = a.region.anchor
        self.flat_a, self.flat_b = self._flat_region(a.region), self._flat_region(b.region)
        self.legs_a, self.legs_b = self._flat_legs(a), self._flat_legs(b)
        self.radii_m = a.region.radius_m + b.region.radius_m
        self.undulation_m = undulation_between_m(a, b, geoid)
        one, other = hard(a.volume.uncertainty), hard(b.volume.uncertainty)
        self.horizontal_m = (one.horizontal_m, other.horizontal_m)
        self.vertical_m = (one.vertical_m, other.vertical_m)
        self.time_s = (one.time_s, other.time_s)
        self.datums_m = self._datum_ranges()

    def _flat(self, p: Position) -> Flat:
        away, azimuth, _ = inverse(self.middle, p)
        return away * math.sin(math.radians(azimuth)), away * math.cos(math.radians(azimuth))

    def _flat_region(self, r: Region) -> FlatRegion:
        polygons = tuple(
            tuple(tuple(self._flat(p) for p in ring) for ring in (polygon.outer, *polygon.holes))
            for polygon in r.polygons
        )
        return FlatRegion(tuple((self._flat(e.a), self._flat(e.b)) for e in r.edges), polygons)

    def _flat_legs(self, p: Placed) -> tuple[FlatLeg, ...]:
        if p.route is None:
            return ()
        return tuple(
            FlatLeg(self._flat(g.edge.a), self._flat(g.edge.b), g.start_s, g.end_s, g.start_z, g.end_z)
            for g in legs(p.route)
        )

    def _datum_ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        def limits(p: Placed) -> tuple[Datum, Datum] | None:
            if p.has_profile and p.route is not None:
                return p.route.datum, p.route.datum
            e = p.extent
            return (e.lower_datum, e.upper_datum) if e.stated and not e.everywhere else None

        a, b = limits(self.a), limits(self.b)
        if a is None or b is None:
            return (0.0, 0.0), (0.0, 0.0)
        return (
            offset_m(b[0], a[1], self.undulation_m, self.heights),
            offset_m(a[0], b[1], self.undulation_m, self.heights),
        )

    @property
    def one_offset(self) -> bool:
        """Whether one number says how both datums differ, so that one gap grows as the other shrinks."""
        (low, high), (low_back, high_back) = self.datums_m
        return low == -high_back and high == -low_back

    def shift(self, s: Shift) -> bool:
        """Whether the two conflict when A is shifted so."""
        if not self.a.route and not self.b.route:
            return self._still(s)
        return self._moving(s)

    def _still(self, s: Shift) -> bool:
        a, b = self.a.volume.window, self.b.volume.window
        gap_s = max(a.start_s + s.later_s - b.end_s, b.start_s - a.end_s - s.later_s)
        if not gap_s < self.margin.time_s:
            return False
        if not self.bands_meet(s):
            return False
        away_m = self.flat_a.moved(s.east_m, s.north_m).gap_m(self.flat_b) - self.radii_m
        return closer(away_m, self.margin.horizontal_m, 0.0)

    def bands_meet(self, s: Shift) -> bool:
        a, b, v_m = self.a.extent, self.b.extent, self.margin.vertical_m
        if v_m is None or not (a.stated and b.stated):
            return True
        above = b.lower_m - a.upper_m - s.up_m + s.b_over_a_m
        below = a.lower_m + s.up_m - b.upper_m + s.a_over_b_m
        return closer(above, v_m, 0.0) and closer(below, v_m, 0.0)

    def _moving(self, s: Shift) -> bool:
        """At one and the same instant: only for rules without a time margin."""
        assert self.margin.time_s == 0.0
        if not (self.a.has_profile or self.b.has_profile) and not self.bands_meet(s):
            return False
        nearest = math.inf
        for a in self._parts(self.a, self.legs_a, s):
            for b in self._parts(self.b, self.legs_b, Shift(0.0, 0.0, 0.0, 0.0, s.b_over_a_m, s.a_over_b_m)):
                nearest = min(nearest, self._nearest_m(a, b, s))
        return closer(nearest - self.radii_m, self.margin.horizontal_m, 0.0)

    def _parts(self, p: Placed, flat: tuple[FlatLeg, ...], s: Shift) -> list[FlatLeg | FlatStill]:
        if flat:
            return [leg.moved(s) for leg in flat]
        w = p.volume.window
        shape = (self.flat_a if p is self.a else self.flat_b).moved(s.east_m, s.north_m)
        return [FlatStill(shape, w.start_s + s.later_s, w.end_s + s.later_s, s.up_m)]

    def _nearest_m(self, a: FlatLeg | FlatStill, b: FlatLeg | FlatStill, s: Shift) -> float:
        start, end = max(a.start_s, b.start_s), min(a.end_s, b.end_s)
        if start >= end:
            return math.inf
        when = self._while_level(a, b, start, end, s)
        if when is None:
            return math.inf
        start, end = when
        if isinstance(a, FlatLeg) and isinstance(b, FlatLeg):
            one = _minus(a.at(start), b.at(start))
            other = _minus(a.at(end), b.at(end))
            return _point_to_segment_m((0.0, 0.0), one, other)
        leg, still = (a, b) if isinstance(a, FlatLeg) else (b, a)
        assert isinstance(leg, FlatLeg)
        assert isinstance(still, FlatStill)
        return FlatRegion(((leg.at(start), leg.at(end)),), ()).gap_m(still.shape)

    def _while_level(
        self, a: FlatLeg | FlatStill, b: FlatLeg | FlatStill, start: float, end: float, s: Shift
    ) -> Flat | None:
        v_m = self.margin.vertical_m
        if v_m is None or not (self.a.has_profile or self.b.has_profile):
            return start, end
        e_a, e_b = self.a.extent, self.b.extent
        if not (self.a.has_profile or e_a.stated) or not (self.b.has_profile or e_b.stated):
            return start, end
        low_a, high_a = self._limits(self.a, a, s.up_m)
        low_b, high_b = self._limits(self.b, b, 0.0)
        first = where_affine(lambda t: low_b(t) - high_a(t) + s.b_over_a_m, start, end, -math.inf, v_m)
        if first is None:
            return None
        return where_affine(lambda t: low_a(t) - high_b(t) + s.a_over_b_m, *first, -math.inf, v_m)

    def _limits(self, p: Placed, part: FlatLeg | FlatStill, up_m: float) -> tuple[_Height, _Height]:
        if p.has_profile and isinstance(part, FlatLeg) and p.route is not None:
            half_m = p.route.half_height_m
            return (lambda t: part.z_m(t) - half_m), (lambda t: part.z_m(t) + half_m)
        e = p.extent
        return (lambda t: max(e.lower_m, -1e9) + up_m), (lambda t: min(e.upper_m, 1e9) + up_m)


@dataclass(frozen=True, slots=True)
class FlatLeg:
    a: Flat
    b: Flat
    start_s: float
    end_s: float
    start_z: float | None
    end_z: float | None

    def at(self, t_s: float) -> Flat:
        share = (t_s - self.start_s) / (self.end_s - self.start_s)
        return self.a[0] + share * (self.b[0] - self.a[0]), self.a[1] + share * (self.b[1] - self.a[1])

    def z_m(self, t_s: float) -> float:
        assert self.start_z is not None
        assert self.end_z is not None
        share = (t_s - self.start_s) / (self.end_s - self.start_s)
        return self.start_z + share * (self.end_z - self.start_z)

    def moved(self, s: Shift) -> FlatLeg:
        return FlatLeg(
            (self.a[0] + s.east_m, self.a[1] + s.north_m),
            (self.b[0] + s.east_m, self.b[1] + s.north_m),
            self.start_s + s.later_s,
            self.end_s + s.later_s,
            None if self.start_z is None else self.start_z + s.up_m,
            None if self.end_z is None else self.end_z + s.up_m,
        )


@dataclass(frozen=True, slots=True)
class FlatRegion:
    edges: tuple[tuple[Flat, Flat], ...]
    polygons: tuple[tuple[tuple[Flat, ...], ...], ...]

    def moved(self, east_m: float, north_m: float) -> FlatRegion:
        def to(p: Flat) -> Flat:
            return p[0] + east_m, p[1] + north_m

        return FlatRegion(
            tuple((to(a), to(b)) for a, b in self.edges),
            tuple(tuple(tuple(to(p) for p in ring) for ring in polygon) for polygon in self.polygons),
        )

    def holds(self, p: Flat) -> bool:
        return any(
            _winds(polygon[0], p) and not any(_winds(hole, p) for hole in polygon[1:]) for polygon in self.polygons
        )

    def spots(self) -> list[Flat]:
        return [polygon[0][0] for polygon in self.polygons] or [self.edges[0][0]]

    def gap_m(self, other: FlatRegion) -> float:
        if any(other.holds(p) for p in self.spots()) or any(self.holds(p) for p in other.spots()):
            return 0.0
        return min(_segments_m(*e, *f) for e in self.edges for f in other.edges)


@dataclass(frozen=True, slots=True)
class FlatStill:
    shape: FlatRegion
    start_s: float
    end_s: float
    up_m: float


def _minus(a: Flat, b: Flat) -> Flat:
    return a[0] - b[0], a[1] - b[1]


def _cross(a: Flat, b: Flat) -> float:
    return a[0] * b[1] - a[1] * b[0]


def _point_to_segment_m(p: Flat, a: Flat, b: Flat) -> float:
    along, to_p = _minus(b, a), _minus(p, a)
    square = along[0] ** 2 + along[1] ** 2
    share = 0.0 if square == 0.0 else (to_p[0] * along[0] + to_p[1] * along[1]) / square
    share = max(0.0, min(1.0, share))
    return math.dist(p, (a[0] + share * along[0], a[1] + share * along[1]))


def _segments_m(a: Flat, b: Flat, c: Flat, d: Flat) -> float:
    ab, cd = _minus(b, a), _minus(d, c)
    if _cross(ab, _minus(c, a)) * _cross(ab, _minus(d, a)) < 0 and (
        _cross(cd, _minus(a, c)) * _cross(cd, _minus(b, c)) < 0
    ):
        return 0.0
    return min(
        _point_to_segment_m(a, c, d),
        _point_to_segment_m(b, c, d),
        _point_to_segment_m(c, a, b),
        _point_to_segment_m(d, a, b),
    )


def _winds(ring: tuple[Flat, ...], p: Flat) -> bool:
    turned = 0.0
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        one, other = _minus(a, p), _minus(b, p)
        turned += math.atan2(_cross(one, other), one[0] * other[0] + one[1] * other[1])
    return abs(turned) > math.pi


# What values there are


def random_shifts(pair: Pair, count: int, seed: int) -> Iterator[Shift]:
    """Values drawn uniformly within each one's bounds: discs, intervals, and the range of each datum."""
    rng = random.Random(seed)
    for _ in range(count):
        east_m = north_m = up_m = later_s = 0.0
        for sign, h_m, v_m, t_s in zip((1.0, -1.0), pair.horizontal_m, pair.vertical_m, pair.time_s, strict=True):
            radius_m, turn = h_m * math.sqrt(rng.random()), rng.uniform(0.0, 2.0 * math.pi)
            east_m += sign * radius_m * math.sin(turn)
            north_m += sign * radius_m * math.cos(turn)
            up_m += rng.uniform(-v_m, v_m)
            later_s += rng.uniform(-t_s, t_s)
        b_over_a_m = rng.uniform(*pair.datums_m[0])
        a_over_b_m = -b_over_a_m if pair.one_offset else rng.uniform(*pair.datums_m[1])
        yield Shift(east_m, north_m, up_m, later_s, b_over_a_m, a_over_b_m)


def extreme_shifts(pair: Pair, *, stretch: float = 1.0) -> Iterator[Shift]:
    """The rim of the bounds, and some of what is inside, all `stretch` times as wide as stated."""
    h_m, v_m, t_s = (stretch * sum(b) for b in (pair.horizontal_m, pair.vertical_m, pair.time_s))
    discs = [(0.0, 0.0)]
    if h_m > 0.0:
        for share, directions in ((1.0, 36), (0.66, 12), (0.33, 6)):
            for k in range(directions):
                turn = 2.0 * math.pi * k / directions
                discs.append((share * h_m * math.sin(turn), share * h_m * math.cos(turn)))
    ups = sorted({-v_m, 0.0, v_m})
    laters = sorted({-t_s, -t_s / 2.0, 0.0, t_s / 2.0, t_s})
    for east_m, north_m in discs:
        for up_m in ups:
            for later_s in laters:
                for b_over_a_m in _ends(pair.datums_m[0], stretch):
                    for a_over_b_m in [-b_over_a_m] if pair.one_offset else _ends(pair.datums_m[1], stretch):
                        yield Shift(east_m, north_m, up_m, later_s, b_over_a_m, a_over_b_m)


def _ends(limits: tuple[float, float], stretch: float) -> list[float]:
    middle_m, half_m = (limits[0] + limits[1]) / 2.0, (limits[1] - limits[0]) / 2.0 * min(1.0, stretch)
    return sorted({middle_m - half_m, middle_m + half_m})


def always(pair: Pair, *, stretch: float = 1.0) -> bool:
    return all(pair.shift(s) for s in extreme_shifts(pair, stretch=stretch))


def share(pair: Pair, *, count: int = 400, seed: int = 1) -> float:
    return sum(pair.shift(s) for s in random_shifts(pair, count, seed)) / count
