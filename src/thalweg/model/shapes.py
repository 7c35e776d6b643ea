"""Where a declaration is: shapes on the WGS84 ellipsoid.

Edges between vertices are geodesics. A ring is given without repeating its first vertex, and its
interior is its smaller side, so orientation carries no meaning. A format whose edges are something
else (RFC 7946: straight in longitude and latitude) densifies in its reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, degrees, radians, sin, sqrt

from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant
from thalweg.model.measures import Datum


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the WGS84 ellipsoid, in degrees: longitude in [-180, 180], latitude in [-90, 90]."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180.0 <= self.lon <= 180.0 and -90.0 <= self.lat <= 90.0):
            raise ValueRefused(
                "position-range",
                f"Longitude {self.lon}, latitude {self.lat} is not on the Earth.",
                lon=self.lon,
                lat=self.lat,
            )


Ring = tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A single position. How well it is known is the volume's uncertainty."""

    at: Position


@dataclass(frozen=True, slots=True)
class Polygon:
    """One outer ring and its holes; the boundary belongs to the region."""

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def __post_init__(self) -> None:
        for ring in (self.outer, *self.holes):
            if len(ring) < 3:
                raise ValueRefused(
                    "ring-short",
                    f"A ring needs three vertices; this one has {len(ring)}.",
                    vertices=len(ring),
                )
            if ring[0] == ring[-1]:
                raise ValueRefused("ring-closed", "A ring is given without repeating its first vertex.")


@dataclass(frozen=True, slots=True)
class MultiPolygon:
    """Several polygons that are one region."""

    polygons: tuple[Polygon, ...]

    def __post_init__(self) -> None:
        if not self.polygons:
            raise ValueRefused("shape-empty", "A multipolygon without polygons is nowhere.")


@dataclass(frozen=True, slots=True)
class Circle:
    """All positions whose geodesic distance from `centre` is at most `radius_m`."""

    centre: Position
    radius_m: float

    def __post_init__(self) -> None:
        _check_extent("radius", self.radius_m)


@dataclass(frozen=True, slots=True)
class Corridor:
    """All positions within `half_width_m` of the path, measured on the ground; its ends are round."""

    path: tuple[Position, ...]
    half_width_m: float

    def __post_init__(self) -> None:
        _check_path(self.path)
        _check_extent("half-width", self.half_width_m)


@dataclass(frozen=True, slots=True)
class Path:
    """A line without width."""

    points: tuple[Position, ...]

    def __post_init__(self) -> None:
        _check_path(self.points)


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A position to be passed at a time, at a height above the route's datum where that is known."""

    at: Position
    time: Instant
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A moving position with its own buffer (R28).

    Between way-points it follows the geodesic at constant speed and changes height at a constant rate.
    Whatever moves occupies, at each instant, the disc of `radius_m` around the position and
    `half_height_m` above and below its height. Two way-points with one position are a stop. Heights
    are all given or all absent; when absent, the volume's band holds for the whole route.
    """

    waypoints: tuple[Waypoint, ...]
    radius_m: float = 0.0
    datum: Datum = Datum.UNKNOWN
    half_height_m: float = 0.0

    def __post_init__(self) -> None:
        if len(self.waypoints) < 2:
            raise ValueRefused("route-short", "A route needs two timed way-points.", waypoints=len(self.waypoints))
        for before, after in zip(self.waypoints, self.waypoints[1:], strict=False):
            if not before.time < after.time:
                raise ValueRefused(
                    "route-time-order",
                    f"Way-point times must increase: {after.time} comes after {before.time}.",
                    before=str(before.time),
                    after=str(after.time),
                )
        given = sum(point.height_m is not None for point in self.waypoints)
        if given not in (0, len(self.waypoints)):
            raise ValueRefused("route-heights", "Either every way-point has a height or none has.", given=given)
        _check_extent("radius", self.radius_m, least=0.0)
        _check_extent("half-height", self.half_height_m, least=0.0)

    @property
    def has_heights(self) -> bool:
        return self.waypoints[0].height_m is not None


Shape = Point | Polygon | MultiPolygon | Circle | Corridor | Path | Route

# Within a degree of each other's antipode no geodesic is to be had between two positions: on the ellipsoid its course
# there changes by half a turn within half a degree (Karney, Algorithms for geodesics, 2013, figure 4), and at the edge
# of that degree what a position may be off by at one end is fifty times that half way.
ANTIPODAL_DEG = 1.0


def antipodal(a: Position, b: Position) -> bool:
    """Whether `b` lies so near the antipode of `a` that which way an edge between them runs cannot be told."""
    if abs(a.lat + b.lat) >= ANTIPODAL_DEG:
        return False
    lat, other, turn = radians(a.lat), radians(-b.lat), radians(b.lon + 180.0 - a.lon)
    half = sin((other - lat) / 2) ** 2 + cos(lat) * cos(other) * sin(turn / 2) ** 2
    return 2 * degrees(asin(min(1.0, sqrt(half)))) < ANTIPODAL_DEG


def edge_without_course(shape: Shape) -> tuple[Position, Position] | None:
    """The first edge whose ends are `antipodal`, if there is one."""
    return next((edge for edge in _edges(shape) if antipodal(*edge)), None)


def _edges(shape: Shape) -> Iterator[tuple[Position, Position]]:
    match shape:
        case Path(points=points) | Corridor(path=points):
            yield from pairwise(points)
        case Route(waypoints=waypoints):
            yield from pairwise([each.at for each in waypoints])
        case Polygon():
            for ring in (shape.outer, *shape.holes):
                yield from pairwise((*ring, ring[0]))
        case MultiPolygon():
            for each in shape.polygons:
                yield from _edges(each)
        case Point() | Circle():
            return


def _check_extent(name: str, value_m: float, *, least: float = 1e-3) -> None:
    # Above 5,000 km a "radius" is a slip of unit, and discs would no longer be smaller than their outside.
    if not least <= value_m <= 5e6:
        raise ValueRefused("extent-range", f"A {name} of {value_m} m is not one.", found=value_m)


def _check_path(points: tuple[Position, ...]) -> None:
    if len(points) < 2:
        raise ValueRefused("path-short", "A path needs two points.", points=len(points))
