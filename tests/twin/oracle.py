"""Geometry on the WGS84 ellipsoid the slow way: one pair at a time, in plain Python, with geographiclib.

Nothing here knows of the engine. Every number comes from solving the inverse or the direct geodesic problem
(C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87, 2013), so distances are good to nanometres and
what is built from them to well below a millimetre.

Three facts carry it; each holds for shapes that are small against the Earth, here up to some 5,000 km:

1. *From a point, a geodesic edge is swept one way and by less than 180 degrees*, because it meets every
   other geodesic through that point at most once. So the angle that an edge subtends is the difference of
   the azimuths to its ends, wrapped to (-180, 180], and a ring winds once around exactly the points inside.
   Nothing is special at a pole or at the antimeridian.
2. *Two geodesic edges that do not cross come closest at an end of one of them.* The ellipsoid is curved
   positively everywhere, so by the second variation of length a common perpendicular between the insides of
   two edges is never a minimum (it would be one in a saddle, and a tie on a plane).
3. *No point of the Earth is curved more than the meridian at the equator*, whose radius is
   a(1 - e^2) = 6,335,439 m. So that radius times the angle between two unit vectors with geodetic latitude
   is never more than the geodesic distance. It is used to skip work, never to decide.

Distances are in metres, angles in degrees, azimuths clockwise from north.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from geographiclib.geodesic import Geodesic

from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Ring,
    Route,
    Shape,
)

WGS84 = Geodesic.WGS84
LEAST_RADIUS_M = 6_335_439.0
FAR_M = 9.5e6  # beyond this from a ring, a point is outside it (fact 1 would not hold)

Unit = tuple[float, float, float]


# Points


@lru_cache(maxsize=1 << 17)
def inverse(a: Position, b: Position) -> tuple[float, float, float]:
    """Distance, azimuth at `a` towards `b`, and azimuth at `b` of the same geodesic going on."""
    solved = WGS84.Inverse(a.lat, a.lon, b.lat, b.lon, Geodesic.DISTANCE | Geodesic.AZIMUTH)
    return solved["s12"], solved["azi1"], solved["azi2"]


def distance_m(a: Position, b: Position) -> float:
    return inverse(a, b)[0]


def direct(a: Position, azimuth: float, metres: float) -> Position:
    """The position `metres` from `a` along the geodesic that leaves at `azimuth`."""
    solved = WGS84.Direct(a.lat, a.lon, azimuth, metres, Geodesic.LATITUDE | Geodesic.LONGITUDE)
    return _position(solved["lon2"], solved["lat2"])


def _position(lon: float, lat: float) -> Position:
    return Position(wrap(lon), max(-90.0, min(90.0, lat)))


def wrap(angle: float) -> float:
    """The same angle in (-180, 180]."""
    return -((180.0 - angle) % 360.0 - 180.0)


@lru_cache(maxsize=1 << 17)
def _unit(at: Position) -> Unit:
    lat, lon = math.radians(at.lat), math.radians(at.lon)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def at_least_m(a: Position, b: Position) -> float:
    """Never more than the geodesic distance (fact 3)."""
    chord = math.dist(_unit(a), _unit(b))
    return LEAST_RADIUS_M * 2.0 * math.asin(min(1.0, chord / 2.0))


# Edges


class Edge:
    """The geodesic from `a` to `b`; of length 0 where they are one point."""

    def __init__(self, a: Position, b: Position) -> None:
        self.a, self.b = a, b
        self.line = WGS84.InverseLine(a.lat, a.lon, b.lat, b.lon)
        self.length_m = inverse(a, b)[0]
        self.middle = self.at(self.length_m / 2.0)

    def at(self, metres: float) -> Position:
        return self.heading(metres)[0]

    def heading(self, metres: float) -> tuple[Position, float]:
        """The position `metres` from `a`, and the azimuth of the edge there."""
        if metres <= 0.0 or self.length_m == 0.0:
            return self.a, inverse(self.a, self.b)[1]
        if metres >= self.length_m:
            return self.b, inverse(self.a, self.b)[2]
        solved = self.line.Position(metres)
        return _position(solved["lon2"], solved["lat2"]), solved["azi2"]

    def piece(self, from_m: float, to_m: float) -> Edge:
        if from_m <= 0.0 and to_m >= self.length_m:
            return self
        return edge(self.at(from_m), self.at(to_m))


@lru_cache(maxsize=1 << 15)
def edge(a: Position, b: Position) -> Edge:
    return Edge(a, b)


def foot_m(p: Position, e: Edge) -> float:
    """How far along the edge its point nearest to `p` lies.

    The distance to `p` falls along the edge while the angle between the edge and the way to `p` is acute.
    So the foot is where that angle is right, and it is found by stepping on by as much as a plane would
    ask for, within the bracket that the signs have left.
    """
    low, high = 0.0, e.length_m
    if high == 0.0:
        return 0.0
    if _ahead_m(p, e, low) <= 0.0:
        return low
    if _ahead_m(p, e, high) >= 0.0:
        return high
    at = high * 0.5
    for _ in range(200):
        ahead = _ahead_m(p, e, at)
        if ahead > 0.0:
            low = at
        else:
            high = at
        step = at + ahead
        if not low < step < high:
            step = (low + high) / 2.0
        if abs(step - at) < 1e-5 or high - low < 1e-5:
            return step
        at = step
    return at


def _ahead_m(p: Position, e: Edge, metres: float) -> float:
    here, azimuth = e.heading(metres)
    away, towards, _ = inverse(here, p)
    return away * math.cos(math.radians(towards - azimuth))


def point_to_edge_m(p: Position, e: Edge) -> float:
    return distance_m(p, e.at(foot_m(p, e)))


def edges_apart_at_least_m(e: Edge, f: Edge) -> float:
    """Never more than the distance between the edges: what their middles leave (fact 3)."""
    return at_least_m(e.middle, f.middle) - (e.length_m + f.length_m) / 2.0


def edges_cross(e: Edge, f: Edge) -> bool:
    """Whether each has its ends strictly on both sides of the other."""
    if e.length_m == 0.0 or f.length_m == 0.0:
        return False
    return left_of(f.a, e) * left_of(f.b, e) < 0 and left_of(e.a, f) * left_of(e.b, f) < 0


def left_of(p: Position, e: Edge) -> int:
    """1 where `p` lies left of the edge produced both ways, -1 where right of it, 0 on it."""
    away, towards, _ = inverse(e.a, p)
    turn = math.sin(math.radians(inverse(e.a, e.b)[1] - towards)) if away > 0.0 else 0.0
    return (turn > 0.0) - (turn < 0.0)


def edge_to_edge_m(e: Edge, f: Edge) -> float:
    """Distance between two edges; 0 where they meet (fact 2)."""
    if edges_cross(e, f):
        return 0.0
    return min(point_to_edge_m(e.a, f), point_to_edge_m(e.b, f), point_to_edge_m(f.a, e), point_to_edge_m(f.b, e))


# Rings and polygons


def ring_edges(ring: Ring) -> list[Edge]:
    return [edge(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True) if a != b]


def winds_around(ring: Ring, p: Position) -> bool:
    """Whether `p` is inside the ring, on its smaller side; on the ring itself, either answer (fact 1)."""
    if at_least_m(p, ring[0]) > FAR_M:
        return False
    azimuths = []
    for vertex in ring:
        away, towards, _ = inverse(p, vertex)
        if away < 1e-6:
            return True
        azimuths.append(towards)
    turned = sum(wrap(after - before) for before, after in zip(azimuths, (*azimuths[1:], azimuths[0]), strict=True))
    return abs(turned) > 180.0


def in_polygon(p: Position, polygon: Polygon) -> bool:
    """Whether `p` is in the outer ring and in no hole. Within a micrometre of a ring, either answer."""
    return winds_around(polygon.outer, p) and not any(winds_around(hole, p) for hole in polygon.holes)


# Regions: what a shape occupies


@dataclass(frozen=True, eq=False)
class Region:
    """All points within `radius_m` of the edges or of the inside of the polygons.

    Every shape is one: a circle is a point with a radius, a corridor a path with one, and the edges of a
    polygon are those of its outer ring and its holes.
    """

    edges: tuple[Edge, ...]
    polygons: tuple[Polygon, ...]
    radius_m: float

    @property
    def anchor(self) -> Position:
        return self.edges[0].a

    @property
    def reach_m(self) -> float:
        """No point of the region is farther than this from the anchor."""
        far = max(distance_m(self.anchor, e.middle) + e.length_m / 2.0 for e in self.edges)
        return far + self.radius_m

    def spots(self) -> list[Position]:
        """One point of every connected piece of the core."""
        return [polygon.outer[0] for polygon in self.polygons] or [self.edges[0].a]

    def holds(self, p: Position) -> bool:
        return any(in_polygon(p, polygon) for polygon in self.polygons)


@lru_cache(maxsize=1 << 12)
def region(shape: Shape) -> Region:
    """The region that a shape occupies; of a route, all that it ever occupies."""
    match shape:
        case Point():
            return Region((edge(shape.at, shape.at),), (), 0.0)
        case Circle():
            return Region((edge(shape.centre, shape.centre),), (), shape.radius_m)
        case Corridor():
            return Region(_path(shape.path), (), shape.half_width_m)
        case Path():
            return Region(_path(shape.points), (), 0.0)
        case Route():
            return Region(_path([w.at for w in shape.waypoints]), (), shape.radius_m)
        case Polygon():
            return _polygons((shape,))
        case MultiPolygon():
            return _polygons(shape.polygons)


def _path(points: Sequence[Position]) -> tuple[Edge, ...]:
    return tuple(edge(a, b) for a, b in pairwise(points))


def _polygons(polygons: Iterable[Polygon]) -> Region:
    polygons = tuple(polygons)
    rings = [ring for polygon in polygons for ring in (polygon.outer, *polygon.holes)]
    return Region(tuple(e for ring in rings for e in ring_edges(ring)), polygons, 0.0)


def gap_m(a: Region, b: Region) -> float:
    """Distance between two regions, 0 where they meet. Regions are closed."""
    return max(0.0, core_gap_m(a, b) - a.radius_m - b.radius_m)


def signed_gap_m(a: Region, b: Region) -> float:
    """Like `gap_m`, but below 0 where they overlap: no shift of either by less than that parts them.

    It is a lower bound of the depth, not the depth: enough to tell a touch from an overlap.
    """
    core = core_gap_m(a, b)
    return (core if core > 0.0 else -depth_m(a, b)) - a.radius_m - b.radius_m


def core_gap_m(a: Region, b: Region) -> float:
    """Distance between the regions without their radii: by containment, else between edges (fact 2)."""
    if any(b.holds(p) for p in a.spots()) or any(a.holds(p) for p in b.spots()):
        return 0.0
    pairs = sorted(
        ((edges_apart_at_least_m(e, f), i, j) for i, e in enumerate(a.edges) for j, f in enumerate(b.edges)),
    )
    best = math.inf
    for bound, i, j in pairs:
        if bound >= best or best == 0.0:
            break
        best = min(best, edge_to_edge_m(a.edges[i], b.edges[j]))
    return best


def depth_m(a: Region, b: Region) -> float:
    """By how much the cores overlap, at least: a corner of one inside the other, or edges that cross."""
    deepest = 0.0
    for one, other in ((a, b), (b, a)):
        for e in one.edges:
            if other.holds(e.a):
                deepest = max(deepest, min(point_to_edge_m(e.a, f) for f in other.edges))
    for e in a.edges:
        for f in b.edges:
            if edges_apart_at_least_m(e, f) <= 0.0 and edges_cross(e, f):
                ends = (
                    point_to_edge_m(e.a, f),
                    point_to_edge_m(e.b, f),
                    point_to_edge_m(f.a, e),
                    point_to_edge_m(f.b, e),
                )
                deepest = max(deepest, min(ends))
    return deepest


def apart_at_least_m(a: Region, b: Region) -> float:
    """Never more than the distance between the regions; may be below 0. To skip work, not to decide."""
    return at_least_m(a.anchor, b.anchor) - a.reach_m - b.reach_m


# Lines and their sides


def nearest_on(p: Position, edges: Sequence[Edge]) -> tuple[float, int, float]:
    """Distance from `p` to a path, the number of its nearest edge, and how far along that the foot lies."""
    best = (math.inf, 0, 0.0)
    for i, e in enumerate(edges):
        along = foot_m(p, e)
        away = distance_m(p, e.at(along))
        if away < best[0]:
            best = (away, i, along)
    return best


def side_of(p: Position, edges: Sequence[Edge]) -> int:
    """1 left of the path, -1 right of it; 0 on it, and beyond its ends, where sides are undefined."""
    away, i, along = nearest_on(p, edges)
    if away < 1e-9:
        return 0
    e = edges[i]
    at_start, at_end = along <= 1e-5, along >= e.length_m - 1e-5
    if (at_start and i == 0) or (at_end and i == len(edges) - 1):
        foot, azimuth = e.heading(0.0 if at_start else e.length_m)
        outward = azimuth + 180.0 if at_start else azimuth
        if math.cos(math.radians(inverse(foot, p)[1] - outward)) > 1e-9:
            return 0
    if (at_start and i > 0) or (at_end and i < len(edges) - 1):
        # At a bend the left is what lies between the way on and the way back, counter-clockwise.
        before, after = (edges[i - 1], e) if at_start else (e, edges[i + 1])
        corner, on = after.heading(0.0)
        back = before.heading(before.length_m)[1] + 180.0
        to_p = (on - inverse(corner, p)[1]) % 360.0
        return 1 if to_p < (on - back) % 360.0 else -1
    foot, azimuth = e.heading(along)
    turn = math.sin(math.radians(azimuth - inverse(foot, p)[1]))
    return (turn > 0.0) - (turn < 0.0)
