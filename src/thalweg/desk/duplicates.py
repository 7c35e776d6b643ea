"""Sites and zones that may have been declared twice, by one notifier or by several (R10).

Suspected are two chains of one kind that are near each other, at times that overlap, under names that may be one name
or where one of them has none. They are proposed to those who may see both, and never merged: which of two is right,
and whether they are two, is for people to say (`duplicate/1`). A protection that was merged away by a machine would be
gone without anybody's cancelling it.

Near means: their middles are no further apart than both horizontal uncertainties, and `NEAR_M`, and the smaller of
their radii; where one is a point without a radius, the radius of the other, for it may be anywhere in it. Distances
are straight lines between points of the ellipsoid, which below 100 km are geodesics to a metre. The index is a
grid of cubes in space, so neither the antimeridian nor a pole is an edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from thalweg.model.declarations import Declaration, Kind, Uncertainty, Zone
from thalweg.model.instants import Window
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape
from thalweg.places.alike import Name, alike, name_of
from thalweg.state.picture import Chain, Standing
from thalweg.state.world import World

# Positions of one building differ by gate, yard and roof, by the street address that was looked up, and by the datum
# that a map was in: up to a few hundred metres, in any theatre. Two hospitals as near as that have different names.
NEAR_M: Final = 300.0

_KINDS = (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE)
_CELL_M: Final = 1024.0  # of the smallest cubes; each next size is four times as large
_A_M, _E2 = 6_378_137.0, 0.00669437999014  # WGS84

Xyz = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """One volume, as far as it matters here."""

    at: Xyz  # the middle, metres from the centre of the Earth
    radius_m: float  # to the furthest point that is named
    doubt_m: float
    start_s: float
    end_s: float

    @property
    def reach_m(self) -> float:
        return self.radius_m + self.doubt_m


@dataclass(frozen=True, slots=True)
class Thing:
    """A chain in the index."""

    kind: Kind
    zone: Zone | None
    name: Name
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A chain that may be the same thing, how far away, and whether the names say so (else one is missing)."""

    key: str
    away_m: float
    named: bool


class Duplicates:
    """The index over one world: everything of these kinds in force."""

    def __init__(self, world: World, known: Iterable[str] | None = None) -> None:
        """`known` are the keys of those chains of these kinds that are in force, from whoever has them."""
        self._world = world
        self._things: dict[str, Thing] = {}
        self._cells: dict[int, dict[tuple[int, int, int], dict[str, None]]] = {}  # size -> cube -> keys
        self._widest: dict[int, float] = {}  # size -> the furthest that any of it ever reached
        chains = world.picture.passing() if known is None else (world.picture.chains[key] for key in known)
        for chain in chains:
            if chain.kind in _KINDS and chain.standing is Standing.IN_FORCE:
                self.taken(chain, world.picture.declaration(chain.version))

    @property
    def keys(self) -> tuple[str, ...]:
        """What is in the index."""
        return tuple(self._things)

    def taken(self, chain: Chain, declaration: Declaration) -> None:
        """A version is in force; it takes the place of the one before."""
        self.ended(chain)
        if declaration.kind not in _KINDS:
            return
        thing = self._things[chain.key] = thing_of(declaration)
        for spot in thing.spots:
            size = _size(spot)
            self._widest[size] = max(self._widest.get(size, 0.0), spot.reach_m)
            self._cells.setdefault(size, {}).setdefault(_cube(spot.at, size), {})[chain.key] = None

    def ended(self, chain: Chain) -> None:
        """A chain is over."""
        thing = self._things.pop(chain.key, None)
        for spot in thing.spots if thing is not None else ():
            size = _size(spot)
            cube = _cube(spot.at, size)
            keys = self._cells[size].get(cube, {})
            keys.pop(chain.key, None)
            if not keys:
                self._cells[size].pop(cube, None)

    def of(self, declaration: Declaration, key: str) -> tuple[Suspect, ...]:
        """What a declaration, which will be a version of the chain `key`, may be a duplicate of; nearest first. Those
        too of which somebody has said whether they are: others are not told that, and are told of the two themselves
        (`Telling.alike`, which tells nobody twice)."""
        if declaration.kind not in _KINDS:
            return ()
        thing = thing_of(declaration)
        replaced = declaration.replaces and self._world.picture.key(declaration.party, declaration.replaces)
        itself = {key, replaced}
        near = dict.fromkeys(each for spot in thing.spots for each in self._near(spot))
        found = [
            suspect
            for each in near
            if each not in itself and (suspect := suspected(each, thing, self._things[each])) is not None
        ]
        return tuple(sorted(found, key=lambda each: (each.away_m, each.key)))

    def _near(self, spot: Spot) -> Iterator[str]:
        for size, cells in self._cells.items():
            away_m = spot.reach_m + self._widest[size] + NEAR_M
            low, high = (_cube(_moved(spot.at, by_m), size) for by_m in (-away_m, away_m))
            x, y, z = (range(first, last + 1) for first, last in zip(low, high, strict=True))
            few = len(x) * len(y) * len(z) <= len(cells)
            for cube in product(x, y, z) if few else tuple(cells):
                yield from cells.get(cube, ())


def thing_of(declaration: Declaration) -> Thing:
    """What of a declaration matters here."""
    spots = tuple(_spot(volume.shape, volume.window, volume.uncertainty) for volume in declaration.volumes)
    name = name_of(declaration.title, declaration.declaration_id)
    return Thing(declaration.kind, declaration.zone, name, spots)


def suspected(key: str, one: Thing, other: Thing) -> Suspect | None:
    """Whether the second may be the first."""
    if one.kind is not other.kind or one.zone is not other.zone:
        return None
    named = alike(one.name, other.name)
    if named is False:
        return None
    away = [
        away_m
        for mine, theirs in product(one.spots, other.spots)
        if mine.start_s < theirs.end_s
        and theirs.start_s < mine.end_s
        and (away_m := math.dist(mine.at, theirs.at)) <= _allowed_m(mine, theirs)
    ]
    return Suspect(key, min(away), named is True) if away else None


def _allowed_m(one: Spot, other: Spot) -> float:
    small, large = sorted((one.radius_m, other.radius_m))
    return one.doubt_m + other.doubt_m + NEAR_M + (small or large)


def _spot(shape: Shape, window: Window, doubt: Uncertainty) -> Spot:
    positions, width_m = _named(shape)
    points = [_xyz(position) for position in positions]
    middle = (
        math.fsum(x for x, _, _ in points) / len(points),
        math.fsum(y for _, y, _ in points) / len(points),
        math.fsum(z for _, _, z in points) / len(points),
    )
    radius_m = max(math.dist(middle, point) for point in points) + width_m
    return Spot(middle, radius_m, doubt.horizontal_m, window.start_s - doubt.time_s, window.end_s + doubt.time_s)


def _named(shape: Shape) -> tuple[tuple[Position, ...], float]:
    """The points that a shape names, and how far it goes beyond them."""
    match shape:
        case Point():
            return (shape.at,), 0.0
        case Circle():
            return (shape.centre,), shape.radius_m
        case Polygon():
            return shape.outer, 0.0
        case MultiPolygon():
            return tuple(position for polygon in shape.polygons for position in polygon.outer), 0.0
        case Corridor():
            return shape.path, shape.half_width_m
        case Path():
            return shape.points, 0.0
        case Route():
            return tuple(waypoint.at for waypoint in shape.waypoints), shape.radius_m


def _xyz(position: Position) -> Xyz:
    """A point of the ellipsoid in metres from the centre of the Earth (geodetic to geocentric, height 0)."""
    lon, lat = math.radians(position.lon), math.radians(position.lat)
    normal_m = _A_M / math.sqrt(1.0 - _E2 * math.sin(lat) ** 2)
    across_m = normal_m * math.cos(lat)
    return across_m * math.cos(lon), across_m * math.sin(lon), normal_m * (1.0 - _E2) * math.sin(lat)


def _size(spot: Spot) -> int:
    """The size of cube for something of this reach: its edge is at least as long."""
    return max(0, math.ceil(math.log(max(spot.reach_m, 1.0) / _CELL_M, 4)))


def _cube(at: Xyz, size: int) -> tuple[int, int, int]:
    edge_m = _CELL_M * 4.0**size
    return math.floor(at[0] / edge_m), math.floor(at[1] / edge_m), math.floor(at[2] / edge_m)


def _moved(at: Xyz, by_m: float) -> Xyz:
    return at[0] + by_m, at[1] + by_m, at[2] + by_m
