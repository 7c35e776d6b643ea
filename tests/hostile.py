"""Worlds that nobody would declare, and what must hold of them all the same.

Run as a program (`python -m tests.hostile SEED ROUNDS`), in whatever kernel it is given, by
tests/properties/test_kernel_under_sanitizers.py. Everything here passes the model's own checks: extreme, not invalid.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice

from thalweg.engine import batch
from thalweg.engine.columns import pack
from thalweg.engine.online import Cancelled, Declared, Online
from thalweg.engine.suggest import suggest
from thalweg.model.declarations import (
    Cancellation,
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape, Waypoint
from thalweg.model.theatre import FixBounds, Margin, Relation, Rule, Selector, Theatre

# Poles, both sides of the antimeridian, the zero of everything, and an ordinary place.
PLACES = ((0.0, 90.0), (77.0, -90.0), (180.0, 0.0), (-180.0, 51.0), (0.0, 0.0), (40.14, 35.33), (0.0, 89.999))
SIZES_DEG = (0.0, 1e-9, 1e-6, 1e-3, 0.05, 0.7, 9.0, 60.0)
LENGTHS_M = (0.001, 0.5, 40.0, 3e3, 9.9e3, 45e3, 5e5, 5e6)
BOUNDS = (0.0, 0.0, 0.0, 1e-3, 30.0, 2e3, 1e6, 9.9e6)
HEIGHTS_M = (-9.9e6, -430.0, 0.0, 0.0, 100.0, 3000.0, 9.9e6)
TIMES_S = (0.0, 1e-6, 1.0, 600.0, 3600.0, 86_400.0, 2e9)


MOST_PAIRS = 100_000


class World:
    """One seed's theatre and declarations."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.place = self.rng.choice(PLACES)
        self.size = self.rng.choice(SIZES_DEG)

    def theatre(self) -> Theatre:
        rng = self.rng
        margin = Margin(
            rng.choice((0.0, 0.0, 500.0, 2e4, 1e6)),
            rng.choice((None, 0.0, 300.0, 1e5)),
            rng.choice((0.0, 0.0, 600.0, 1e8)),
        )
        bounds = FixBounds(rng.choice((0.0, 3600.0)), rng.choice((0.0, 300.0)), rng.choice((0.0, 2000.0)), 0.5)
        rule = Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, margin)
        return Theatre("hostile", (rule,), fixes=bounds, moving_buffers_m={"air": rng.choice((0.0, 1e4))})

    def position(self) -> Position:
        rng = self.rng
        if rng.random() < 0.004:
            lon, lat = rng.choice(PLACES)
        elif rng.random() < 0.002:  # the antipode
            lon, lat = self.place[0] + 180.0, -self.place[1]
        else:
            size = self.size * rng.choice((0.0, 0.3, 1.0, 1.0, 3.0))
            lon, lat = self.place[0] + rng.uniform(-size, size), self.place[1] + rng.uniform(-size, size)
            if abs(lat) > 80.0:
                lon += rng.choice((0.0, 90.0, 180.0, 270.0))
        lat = lat if abs(lat) <= 90.0 else math.copysign(180.0 - abs(lat), lat)
        return Position((lon + 180.0) % 360.0 - 180.0 if abs(lon) > 180.0 else lon, lat)

    def positions(self, least: int) -> tuple[Position, ...]:
        rng = self.rng
        count = rng.choice((least, least, least + 1, 7, 17, 60)) if self.size < 1.0 else least + rng.choice((0, 0, 2))
        found = [self.position() for _ in range(max(count, least))]
        for _ in range(rng.choice((0, 0, 1, 3))):  # the same vertex again
            at = rng.randrange(len(found))
            found[at] = found[at - 1]
        return tuple(found)

    def ring(self) -> tuple[Position, ...]:
        rng = self.rng
        ring: tuple[Position, ...]
        what = rng.random()
        if what < 0.02:  # a parallel, up to almost half of the Earth
            lat = rng.choice((-89.99, -30.0, -1.0, 0.5, 60.0, 89.999999))
            return tuple(Position(lon - 180.0, lat) for lon in range(0, 360, rng.choice((90, 45, 5))))
        if what < 0.2:  # no area
            a, b = self.position(), self.position()
            mid = Position((a.lon + b.lon) / 2, (a.lat + b.lat) / 2)
            ring = (a, mid, b, mid)
        elif what < 0.6:  # a star round a place
            at, count, reach = (
                self.position(),
                rng.choice((3, 5, 24, 400) if self.size < 1.0 else (3, 5)),
                max(self.size, 1e-9),
            )
            ring = tuple(
                Position(
                    (at.lon + reach * rng.uniform(0.3, 1) * math.cos(k) + 180.0) % 360.0 - 180.0,
                    max(-90.0, min(90.0, at.lat + reach * rng.uniform(0.3, 1) * math.sin(k))),
                )
                for k in (2 * math.pi * j / count for j in range(count))
            )
        else:  # crossing itself as it likes
            ring = self.positions(3)
        return ring if ring[0] != ring[-1] else (*ring, Position(-ring[0].lon / 2 + 1e-3, ring[0].lat / 2))

    def polygon(self) -> Polygon:
        return Polygon(self.ring(), tuple(self.ring() for _ in range(self.rng.choice((0, 0, 0, 1, 3)))))

    def shape(self) -> Shape:
        rng = self.rng
        match rng.randrange(8):
            case 0:
                return Point(self.position())
            case 1:
                return Circle(self.position(), rng.choice(LENGTHS_M))
            case 2:
                return Corridor(self.positions(2), rng.choice(LENGTHS_M))
            case 3:
                return Path((self.position(),) * 2)
            case 4:
                return MultiPolygon(
                    tuple(self.polygon() for _ in range(rng.choice((1, 2, 17, 40) if self.size < 0.5 else (1, 2))))
                )
            case _:
                return self.polygon()

    def route(self) -> Route:
        rng = self.rng
        at_s, points = rng.choice((0.0, 599.999, 3600.0)), []
        heights = rng.random() < 0.5
        for position in self.positions(2):
            height_m = rng.choice(HEIGHTS_M) if heights else None
            points.append(Waypoint(position, Instant(at_s), height_m))
            at_s += rng.choice((1e-3, 1.0, 60.0, 600.0, 86_400.0))
        if rng.random() < 0.3:  # round the pole
            end = points[-1]
            over = Position((end.at.lon + 360.0) % 360.0 - 180.0, end.at.lat)
            points.append(Waypoint(over, Instant(at_s), end.height_m))
        return Route(
            tuple(points), rng.choice((0.0, *LENGTHS_M)), rng.choice(tuple(Datum)), rng.choice((0.0, 50.0, 1e6))
        )

    def window(self) -> Window:
        rng = self.rng
        start = rng.choice(TIMES_S)
        end = start + rng.choice(TIMES_S[1:])
        window = Window(Instant(start), Instant(end)) if start < end else ALWAYS
        return rng.choice((window, window, ALWAYS, replace(window, start=None), replace(window, end=None)))

    def band(self) -> Band | None:
        rng = self.rng
        low, high = sorted((rng.choice(HEIGHTS_M), rng.choice(HEIGHTS_M)))
        one, other = rng.choice(tuple(Datum)), rng.choice((None, None, *Datum))
        lower, upper = rng.choice((None, low, low)), rng.choice((None, high, high))
        return rng.choice((None, Band(lower, upper, one, other), Band(low, low, one)))

    def known(self) -> Uncertainty:
        rng = self.rng
        return Uncertainty(rng.choice(BOUNDS), rng.choice(BOUNDS), rng.choice(BOUNDS), rng.random() < 0.2)

    def declaration(self, name: str) -> Declaration:
        rng = self.rng
        what = rng.random()
        if what < 0.15:
            segment = Segment(Path(self.positions(2)), LineStatus.TACIT, self.window(), self.known())
            sides = Sides(frozenset(rng.choice(("a", "b"))), frozenset("c"))
            return Declaration(Kind.LINE, name, name, segments=(segment, segment)[: rng.choice((1, 2))], sides=sides)
        if what < 0.5:
            route = self.route()
            window = Window(route.waypoints[0].time, route.waypoints[-1].time)
            volumes = (Volume(route, window, None if route.has_heights else self.band(), self.known()),)
            return Declaration(Kind.MOVEMENT, name, name, volumes, medium=rng.choice(tuple(Medium)))
        kind = rng.choice((Kind.OPERATION, Kind.OPERATION, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE, Kind.NEGATIVE))
        placed = tuple(
            Volume(self.shape(), self.window(), self.band(), self.known()) for _ in range(rng.choice((1, 1, 2, 5)))
        )
        zone = Zone.NO_ENTRY if kind is Kind.RESTRICTED_ZONE else None
        return Declaration(kind, name, name, placed, zone=zone, medium=rng.choice(tuple(Medium)))


def sound(finding: Finding) -> bool:
    """Every number is one, and no distance is below nothing."""
    numbers = [finding.horizontal_m, finding.time_gap_s, finding.datum_allowance_m, finding.share]
    numbers += [0.0 if finding.vertical_m is None else finding.vertical_m]
    return all(math.isfinite(each) and each >= 0.0 for each in numbers) and finding.share <= 1.0


def affordable(declarations: list[Declaration], theatre: Theatre) -> list[Declaration]:
    """Without the largest, until pairs of vertices are few enough to be looked at in 128 cases each."""
    sizes = []
    for each in declarations:
        parts = pack([each], theatre).parts
        sizes.append((int(parts.first[parts.n_parts]), each))
    sizes.sort(key=lambda size: size[0])
    while len(sizes) > 1 and sum(one * other for (one, _), (other, _) in combinations(sizes, 2)) > MOST_PAIRS:
        sizes.pop()
    kept = {each.title for _, each in sizes}
    return [each for each in declarations if each.title in kept]


def trial(seed: int) -> None:
    """One world: judged together, pair by pair, and event by event, and looked at for ways out."""
    world = World(seed)
    theatre = world.theatre()
    declarations = affordable(
        [world.declaration(chr(ord("a") + k)) for k in range(world.rng.choice((1, 2, 3, 5, 7)))], theatre
    )
    together = batch(declarations, theatre)
    assert all(map(sound, together)), seed
    apart: dict[str, Finding] = {}
    for one, other in combinations(declarations, 2):
        apart |= {each.id: each for each in batch((other, one), theatre)}
    assert {each.id: each for each in together} == apart, seed
    online = Online(theatre)
    for each in declarations:
        online.feed(Declared(each))
    assert online.findings == together, seed
    gone = world.rng.sample(declarations, len(declarations) // 2)
    for each in gone:
        online.feed(Cancelled(Cancellation(each.declaration_id, each.party)))
    assert online.findings == batch([each for each in declarations if each not in gone], theatre), seed
    again = {each.version_id: replace(each, revision=each.revision + 1) for each in gone}
    for each in gone:
        online.feed(Declared(each))  # a late copy of what was cancelled opens nothing
        online.feed(Declared(again[each.version_id]))
    assert online.findings == batch([again.get(each.version_id, each) for each in declarations], theatre), seed
    for _, ways in islice(suggest(declarations, together, theatre), 2):
        for fix in ways.fixes:
            changed = [fix.changed if each.version_id == fix.version else each for each in declarations]
            left = {each.id for each in batch(changed, theatre)} & set(fix.clears)
            assert not left, (seed, fix.sentence)


def trials(first: int, rounds: int) -> Iterator[int]:
    for seed in range(first, first + rounds):
        trial(seed)
        yield seed


if __name__ == "__main__":
    done = sum(1 for _ in trials(int(sys.argv[1]), int(sys.argv[2])))
    sys.stdout.write(f"{done} worlds\n")
