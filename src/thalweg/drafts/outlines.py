"""Outlines: vertices as a format gives them, checked, flagged and made into shapes.

An outline is in degrees, `(longitude, latitude)`, and says how its edges run: straight in longitude and
latitude (RFC 7946 section 3.1.1) or along geodesics. The model knows geodesics only, so straight edges
get further vertices, as few as keep the edge within `TOLERANCE_M` of what the format means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import atan2, ceil, cos, hypot, isfinite, radians, sin, sqrt

from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.model.shapes import MultiPolygon, Polygon, Position, Ring, Shape, antipodal

LonLat = tuple[float, float]

TOLERANCE_M = 0.05  # how far a geodesic between the vertices made here may lie from the straight edge
EARTH_M = 6.4e6  # above every radius of curvature of WGS84, so that bounds made with it hold
LONG_EDGE_M = 1_000_000.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class PointOutline:
    """One position. `text` is the coordinates as written, where they came as text (R2), and
    `precision_m` then is what one unit of their last digit is worth on the ground."""

    at: LonLat
    height_m: float | None = None
    text: str = ""
    precision_m: float | None = None


@dataclass(frozen=True, slots=True)
class PathOutline:
    """A line. `heights_m`, if not empty, has one height for each point."""

    points: tuple[LonLat, ...]
    straight: bool = False
    heights_m: tuple[float | None, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class AreaOutline:
    """Polygons, each an outer ring followed by its holes; a ring may or may not repeat its first vertex."""

    polygons: tuple[tuple[tuple[LonLat, ...], ...], ...]
    straight: bool = False
    text: str = ""


Outline = PointOutline | PathOutline | AreaOutline


def position(at: LonLat) -> Position:
    """`ValueRefused` (`position-range`) where the numbers are not a longitude and a latitude."""
    return Position(float(at[0]), float(at[1]))


def flag_open(ring: Sequence[LonLat], number: int, flags: list[Flag]) -> None:
    """For formats whose rings repeat their first vertex; `number` is that of the hole, 0 of the outer ring."""
    if ring and ring[0] != ring[-1]:
        name = f"hole {number}" if number else "outer ring"
        flags.append(Flag("ring-open", f"The {name} does not return to its first position; it is closed.", name))


def hollow(shape: Shape) -> bool:
    """Whether the holes of a polygon leave nothing of it, as far as their size and the vertices of its ring tell.

    It would be a region that nothing meets but its border. Together they are at least as large as the ring then, in
    the plane of the numbers too, and every vertex of the ring is in one of them.
    """
    match shape:
        case Polygon(holes=(_, *_)):
            return _hollow(shape)
        case MultiPolygon():
            return any(map(hollow, shape.polygons))
        case _:
            return False


def _hollow(polygon: Polygon) -> bool:
    (outer, turns), *holes = [_unwrapped([(at.lon, at.lat) for at in ring]) for ring in (polygon.outer, *polygon.holes)]
    if turns or any(turned for _, turned in holes):  # around a pole the plane of the numbers tells nothing
        return False
    moved = []
    for hole, _ in holes:
        turn = 360.0 * round((outer[0][0] - hole[0][0]) / 360.0)
        moved.append([(lon + turn, lat) for lon, lat in hole])
    if sum(map(_size, moved)) < _size(outer) * (1.0 - 1e-9):
        return False
    return all(any(_inside(point, hole) for hole in moved) for point in outer)


def _size(plane: Sequence[LonLat]) -> float:
    """Twice the area of the ring, in the plane of the numbers, reckoned from its first vertex."""
    x, y = plane[0]
    return abs(sum([(a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y) for a, b in pairwise(plane)]))


def area_shape(
    outline: AreaOutline, *, tolerance_m: float = TOLERANCE_M
) -> tuple[Polygon | MultiPolygon, tuple[Flag, ...]]:
    """The region of the outline, with flags; `InputError` or `ValueRefused` where there is none."""
    flags: list[Flag] = []
    polygons = []
    several = len(outline.polygons) > 1
    for number, rings in enumerate(outline.polygons, start=1):
        if not rings:
            raise InputError("ring-missing", "A polygon has no ring.", expected="an outer ring", found="none")
        made: list[Ring] = []
        for index, ring in enumerate(rings):
            name = "outer ring" if index == 0 else f"hole {index}"
            where = f"polygon {number}, {name}" if several else name
            points = _plain_ring(ring)
            if points is None or _crossing(points) is not None:
                points = _distinct_ring(ring, where, flags)
                _flag_ring(points, where, straight=outline.straight, flags=flags)
            if index and not _inside(points[0], rings[0]):
                flags.append(Flag("hole-outside", f"The {where} begins outside its outer ring. It is kept.", where))
            if outline.straight:
                points = densify_rhumb_like(points, closed=True, tolerance_m=tolerance_m)
            made.append(tuple([Position(lon, lat) for lon, lat in points]))
        polygons.append(Polygon(made[0], tuple(made[1:])))
        if hollow(polygons[-1]):
            which = f"polygon {number}" if several else "the polygon"
            raise InputError(
                "hole-whole",
                f"The holes of {which} leave nothing of it. It was not tested.",
                expected="holes inside of their ring, and smaller",
                found=f"{len(rings) - 1} holes",
            )
    return (polygons[0] if len(polygons) == 1 else MultiPolygon(tuple(polygons))), tuple(flags)


def path_points(outline: PathOutline) -> tuple[tuple[Position, ...], tuple[Flag, ...]]:
    """The path of the outline, repeated vertices left out (flagged) and straight edges densified."""
    flags: list[Flag] = []
    points = _distinct(outline.points, "path", flags)
    if len(points) < 2:
        raise InputError(
            "path-short", "A line needs two different points.", expected="two points", found=str(len(points))
        )
    _flag_edges(points, "path", closed=False, straight=outline.straight, flags=flags)
    if outline.straight:
        points = densify_rhumb_like(points, closed=False)
    return tuple([Position(lon, lat) for lon, lat in points]), tuple(flags)


def timed_points(outline: PathOutline) -> tuple[tuple[tuple[int, float, Position], ...], tuple[Flag, ...]]:
    """For a route: `(leg, share of the leg, position)` for each vertex and each vertex added on a leg.

    Repeated positions stay, since two way-points at one position are a stop. The share is of the way on
    the ground, so that speed along a straight leg is constant. The last entry is `(last leg, 1.0, end)`.
    """
    flags: list[Flag] = []
    points = outline.points
    _flag_edges(points, "path", closed=False, straight=outline.straight, flags=flags)
    made: list[tuple[int, float, Position]] = []
    for leg, (a, b) in enumerate(pairwise(points)):
        made.append((leg, 0.0, position(a)))
        if outline.straight:
            inner = densify_rhumb_like((a, b), closed=False)[1:-1]
            ends = [a, *inner, b]
            lengths = [rough_m(p, q) for p, q in pairwise(ends)]
            total, done = sum(lengths), 0.0
            for point, length in zip(inner, lengths, strict=False):
                done += length
                made.append((leg, done / total, position(point)))
    made.append((max(len(points) - 2, 0), 1.0, position(points[-1])))
    return tuple(made), tuple(flags)


def densify_rhumb_like(points: Sequence[LonLat], *, closed: bool, tolerance_m: float = TOLERANCE_M) -> list[LonLat]:
    """`points` with vertices added so that geodesics follow edges straight in longitude and latitude.

    The curve `(lon, lat)` linear in one parameter has, on a sphere of radius R and with heading a
    (clockwise from north), the geodesic curvature  k = tan(lat) sin(a) (1 + cos(a)**2) / R:  tan(lat)
    sin(a) / R is that of a parallel or a loxodrome, the rest comes from the heading changing along the
    way. A piece of length L leaves the geodesic between its ends by at most k L**2 / 8. With
    sin(a) = R cos(lat) dlon / L  the tangent goes out, and the bound

        |dlon| sin(max |lat|) (1 + cos(a)**2) L / 8

    stays finite at the poles. Cut into n pieces it falls by n**2, so n = ceil(sqrt(bound / tolerance)).
    Where the bound differs much from one end to the other, the edge is halved first. R is taken above
    every radius of the ellipsoid. tests/properties/test_outlines.py holds the result against geodesics.

    An edge over more than 180 degrees of longitude takes the short way; longitudes come out in
    [-180, 180]. `closed` adds the edge from the last point to the first.
    """
    made: list[LonLat] = []
    enough = tolerance_m / _QUICK
    following = [*points[1:], points[0]] if closed else points[1:]
    for here, (end_lon, end_lat) in zip(points, following, strict=False):
        made.append(here)
        lon, lat = here
        dlon, dlat = end_lon - lon, end_lat - lat
        if dlon > 180.0 or dlon < -180.0:
            dlon -= 360.0 if dlon > 0 else -360.0
        wide = dlon if dlon > 0 else -dlon
        # The sine and the turn in the bound are at most 1 and 2: most short edges are done here.
        tall = dlat if dlat > 0 else -dlat
        if wide * (wide + tall) <= enough and tall < _NEARLY_ROUND:
            continue
        for share in _cuts(lat, wide, dlat, tolerance_m):
            made.append((_wrapped(lon + share * dlon), lat + share * dlat))
    if not closed:
        made.append(points[-1])
    return made


_NEARLY_ROUND = 170.0  # degrees; ends farther apart may be opposite each other
_QUICK = radians(1.0) ** 2 * EARTH_M / 4.0


def _cuts(lat: float, wide: float, dlat: float, tolerance_m: float) -> list[float]:
    """Shares of the edge at which it is cut, without 0 and 1; `wide` and `dlat` in degrees."""
    low, high = sorted((abs(lat), abs(lat + dlat)))
    if lat * (lat + dlat) < 0:
        low = 0.0
    sin_high = sin(radians(high))
    dlon_rad, dlat_rad = radians(wide), radians(abs(dlat))
    across = cos(radians(high)) * dlon_rad  # the least that the edge runs east-west
    along = hypot(dlat_rad, cos(radians(low)) * dlon_rad) * EARTH_M
    turn = 1.0 + (dlat_rad**2 / (dlat_rad**2 + across**2) if dlat_rad else 0.0)
    bound_m = 1.02 * dlon_rad * sin_high * turn * along / 8.0
    if bound_m <= tolerance_m:  # also along the equator or a meridian, where half a turn needs a way to run
        return [1 / 3, 2 / 3] if wide + abs(dlat) >= _NEARLY_ROUND else []
    pieces = ceil(sqrt(bound_m / tolerance_m))
    if pieces > 2 and sin(radians(low)) < 0.5 * sin_high:
        first = _cuts(lat, wide / 2, dlat / 2, tolerance_m)
        second = _cuts(lat + dlat / 2, wide / 2, dlat / 2, tolerance_m)
        return [share / 2 for share in first] + [0.5] + [0.5 + share / 2 for share in second]
    return [piece / pieces for piece in range(1, pieces)]


def _wrapped(lon: float) -> float:
    if -180.0 <= lon <= 180.0:
        return lon
    return lon - 360.0 if lon > 0 else lon + 360.0


# --- what is odd about a ring or a path ---


def _same(a: LonLat, b: LonLat) -> bool:
    if a == b:
        return True
    if a[1] != b[1]:
        return False
    return abs(a[1]) == 90.0 or abs(a[0] - b[0]) == 360.0


def _distinct(points: Sequence[LonLat], where: str, flags: list[Flag]) -> list[LonLat]:
    """Without vertices that repeat the one before; that changes no region, and it is flagged."""
    for lon, lat in points:
        if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):  # also where it is no number
            position((lon, lat))  # raises, with the numbers
    kept = [points[0]] if points else []
    repeated = 0
    for before, point in pairwise(points):
        if before == point or _same(before, point):
            repeated += before == point
        else:
            kept.append(point)
    if repeated:
        flags.append(
            Flag(
                "vertex-repeated",
                f"The {where} repeats {repeated} of its vertices at once. The region is the same without.",
                where,
                {"repeated": str(repeated)},
            )
        )
    return kept


def _plain_ring(ring: Sequence[LonLat]) -> list[LonLat] | None:
    """The ring without its last vertex, if a few passes tell that nothing but its shape can be odd.

    Nearly every ring is so: closed, a few degrees wide, on the Earth, no vertex twice.
    """
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    if len(ring) < 4 or ring[0] != ring[-1] or not isfinite(sum(lons) + sum(lats)):
        return None
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    if east - west > 4.0 or north - south > 4.0 or len(set(ring)) != len(ring) - 1:
        return None
    return list(ring[:-1]) if west > -180.0 and east < 180.0 and south > -90.0 and north < 90.0 else None


def _distinct_ring(ring: Sequence[LonLat], where: str, flags: list[Flag]) -> list[LonLat]:
    points = _distinct(ring, where, flags)
    for a, b in pairwise(ring):
        if abs(a[0]) == 180.0 and a[0] == -b[0] and a[1] == b[1] and abs(a[1]) != 90.0:
            raise InputError(
                "ring-around",
                f"An edge of the {where} runs around the whole Earth, from longitude {a[0]:g} to {b[0]:g}.",
                expected="a region cut into polygons less than 180 degrees wide",
                found=f"{a[0]:g} to {b[0]:g} at latitude {a[1]:g}",
            )
    while len(points) > 1 and _same(points[0], points[-1]):
        points.pop()
    if len(set(points)) < 3:
        raise InputError(
            "ring-short",
            f"The {where} has {len(set(points))} different vertices.",
            expected="three or more",
            found=str(len(set(points))),
        )
    return points


def _flag_edges(points: Sequence[LonLat], where: str, *, closed: bool, straight: bool, flags: list[Flag]) -> None:
    jump = longest = 0
    longest_deg = 0.0
    count = len(points)
    before = points[-1] if closed else points[0]
    for index in range(count):
        point = points[index]
        wide = abs(point[0] - before[0])
        if wide > 180.0:
            wide = 360.0 - wide
            jump = jump or index + 1
        tall = abs(point[1] - before[1])
        if wide + tall > longest_deg:
            longest_deg, longest = wide + tall, index
        before = point
    if straight and jump:
        flags.append(
            Flag(
                "antimeridian-jump",
                f"The {where} jumps over more than 180 degrees of longitude at vertex {jump}. It is read as "
                "crossing the 180th meridian, the short way; RFC 7946 asks to cut it there.",
                where,
            )
        )
    if longest_deg >= _NEARLY_ROUND and not straight:
        _refuse_without_course(points, where, closed=closed)
    if longest_deg * _METRES_PER_DEGREE > LONG_EDGE_M:
        length_m = rough_m(points[longest - 1], points[longest])
        if length_m > LONG_EDGE_M:
            flags.append(
                Flag(
                    "edge-long",
                    f"An edge of the {where} is {length_m / 1000:,.0f} km long, at vertex {longest + 1}. "
                    "Is a vertex missing or mistyped?",
                    where,
                    {"vertex": str(longest + 1), "km": f"{length_m / 1000:.0f}"},
                )
            )


def _refuse_without_course(points: Sequence[LonLat], where: str, *, closed: bool) -> None:
    """An edge from one side of the Earth to the other runs any way round; which is meant is not guessed."""
    before = points[-1] if closed else points[0]
    for index, point in enumerate(points):
        if antipodal(position(before), position(point)):
            raise InputError(
                "edge-antipodal",
                f"The {where} runs at vertex {index + 1} to the opposite side of the Earth, from {_told(before)} to "
                f"{_told(point)}: every way round is as short, so where it runs cannot be told. It was not tested.",
                expected="a vertex on the way; or is a sign or a vertex mistyped?",
                found=f"{_told(before)} to {_told(point)}",
            )
        before = point


def _told(at: LonLat) -> str:
    return f"longitude {at[0]:g}, latitude {at[1]:g}"


def _flag_ring(points: Sequence[LonLat], where: str, *, straight: bool, flags: list[Flag]) -> None:
    _flag_edges(points, where, closed=True, straight=straight, flags=flags)
    plane, turns = _unwrapped(points)
    _flag_size(plane, turns, where, flags)
    crossing = None if turns else _crossing(plane)
    if crossing is not None:
        kind, i, j = crossing
        told = "crosses" if kind == "crosses" else "touches"
        flags.append(
            Flag(
                "ring-self-crossing" if kind == "crosses" else "ring-self-touching",
                f"The {where} {told} itself, between vertex {i + 1} and vertex {j + 1}. It is kept as given; "
                "ask for its vertices in order.",
                where,
                {"edges": f"{i + 1}, {j + 1}"},
            )
        )


def _unwrapped(points: Sequence[LonLat]) -> tuple[list[LonLat], int]:
    """The ring with longitudes made continuous, and how often it goes around a pole (normally 0)."""
    west = min(points)[0]
    if max(points)[0] - west <= 180.0:
        return list(points), 0
    plane = [points[0]]
    shift = 0.0
    for before, point in pairwise(points):
        step = point[0] - before[0]
        shift -= 360.0 * round(step / 360.0) if abs(step) != 180.0 else 0.0
        plane.append((point[0] + shift, point[1]))
    step = points[0][0] - points[-1][0]
    shift -= 360.0 * round(step / 360.0) if abs(step) != 180.0 else 0.0
    return plane, round(shift / 360.0)


def _flag_size(plane: list[LonLat], turns: int, where: str, flags: list[Flag]) -> None:
    """Refuses a ring whose inside is more than half of the Earth, and flags one that is suspiciously big."""
    if turns:
        flags.append(
            Flag(
                "ring-around-pole",
                f"The {where} goes around a pole: its inside is taken to be its smaller side.",
                where,
            )
        )
        return
    lons = [lon for lon, _ in plane]
    lats = [lat for _, lat in plane]
    if max(lons) - min(lons) < 60.0 and max(lats) - min(lats) < 60.0:
        return
    # Area on the unit sphere under straight edges, by trapezoids in (lon, sin lat); the whole is 4 pi.
    area = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in zip(plane, plane[1:] + plane[:1], strict=True):
        area += radians(lon_b - lon_a) * (sin(radians(lat_a)) + sin(radians(lat_b))) / 2
    share = abs(area) / 12.566370614359172
    if share >= 0.5:
        raise InputError(
            "ring-hemisphere",
            f"The {where} holds {share:.0%} of the Earth; the inside of a ring is its smaller side.",
            expected="a region smaller than a hemisphere",
            found=f"{share:.0%} of the Earth",
        )
    if share > 0.05:
        flags.append(Flag("ring-huge", f"The {where} holds {share:.0%} of the Earth. Is a vertex mistyped?", where))


def _crossing(plane: list[LonLat]) -> tuple[str, int, int] | None:
    """The first pair of edges of the ring that cross or touch, in the plane of the numbers; None if simple.

    Most rings are star-shaped around the mean of their vertices: then they are simple, and one pass
    tells. The others are swept from south to north, each edge against those that share its latitudes.
    """
    count = len(plane)
    x0 = sum([x for x, _ in plane]) / count
    y0 = sum([y for _, y in plane]) / count
    ax, ay = plane[-1][0] - x0, plane[-1][1] - y0
    left = right = upward = 0
    for x, y in plane:
        bx, by = x - x0, y - y0
        turn = ax * by - ay * bx
        if turn > 0:
            left += 1
        elif turn < 0:
            right += 1
        if ay < 0 <= by:
            upward += 1
        ax, ay = bx, by
    if upward == 1 and count in (left, right):
        return None
    edges = []
    for i in range(count):
        (ax, ay), (bx, by) = plane[i], plane[i + 1 - count]
        edges.append((min(ay, by), max(ay, by), min(ax, bx), max(ax, bx), i))
    edges.sort()
    active: list[tuple[float, float, float, float, int]] = []
    touch: tuple[str, int, int] | None = None
    for edge in edges:
        south, _, west, east, i = edge
        active = [other for other in active if other[1] >= south]
        for other in active:
            if other[2] > east or other[3] < west:
                continue
            met = _meet(plane, i, other[4])
            if met == "crosses":
                return "crosses", min(i, other[4]), max(i, other[4])
            if met and touch is None:
                touch = "touches", min(i, other[4]), max(i, other[4])
        active.append(edge)
    return touch


def _meet(plane: list[LonLat], i: int, j: int) -> str:
    """How edges i and j of the ring meet: "crosses", "touches", or "" (neighbours share a vertex: "")."""
    count = len(plane)
    i, j = sorted((i, j))
    a, b = plane[i], plane[(i + 1) % count]
    c, d = plane[j], plane[(j + 1) % count]
    if j == i + 1 or (i == 0 and j == count - 1):
        shared, before, after = (b, a, d) if j == i + 1 else (a, b, c)
        u = (before[0] - shared[0], before[1] - shared[1])
        v = (after[0] - shared[0], after[1] - shared[1])
        back = u[0] * v[1] - u[1] * v[0] == 0 and u[0] * v[0] + u[1] * v[1] > 0
        return "touches" if back else ""
    abc, abd = _turn(a, b, c), _turn(a, b, d)
    cda, cdb = _turn(c, d, a), _turn(c, d, b)
    if abc * abd < 0 and cda * cdb < 0:
        return "crosses"
    for turn, point, start, end in ((abc, c, a, b), (abd, d, a, b), (cda, a, c, d), (cdb, b, c, d)):
        if turn == 0 and _within(point, start, end):
            return "touches"
    return ""


def _turn(a: LonLat, b: LonLat, c: LonLat) -> float:
    value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    # Below the rounding of the products the three points are on one line, as far as doubles can tell.
    slack = 4e-16 * (abs(b[0] - a[0]) * abs(c[1] - a[1]) + abs(b[1] - a[1]) * abs(c[0] - a[0]))
    return 0.0 if abs(value) <= slack else value


def _within(point: LonLat, a: LonLat, b: LonLat) -> bool:
    return min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])


def _inside(point: LonLat, ring: Sequence[LonLat]) -> bool:
    """Whether the point is inside or on the ring, in the plane of the numbers (for a flag, not a finding)."""
    inside = False
    x, y = point
    count = len(ring)
    for i in range(count):
        a, b = ring[i], ring[i + 1 - count]
        if _turn(a, b, point) == 0 and _within(point, a, b):
            return True
        if (a[1] > y) != (b[1] > y) and x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]):
            inside = not inside
    return inside


def rough_m(a: LonLat, b: LonLat) -> float:
    """Great-circle distance (haversine), for flags and for shares of a leg; 0.6 % at worst."""
    lat_a, lat_b = radians(a[1]), radians(b[1])
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b[0] - a[0]) / 2) ** 2
    return 2 * 6_371_008.8 * atan2(sqrt(h), sqrt(max(0.0, 1 - h)))


# --- how finely it was written ---


@lru_cache(maxsize=65536)
def decimals(text: str) -> int:
    """Decimals of a number as written; `40.10` has two."""
    mantissa = text.partition("e")[0]
    return len(mantissa.partition(".")[2])


def grid_m(points: Sequence[LonLat]) -> float:
    """Half the step of the last decimal of latitude, in metres: how well numbers so written can be known.

    The finest number decides. JSON numbers lose trailing zeros, so a lone `40.5` may be finer than it looks.
    """
    most = 0
    for lon, lat in points:
        if lon != round(lon, 3) or lat != round(lat, 3):
            return 0.5 * _METRES_PER_DEGREE * 1e-4
        for value in (lon, lat):
            most = max(most, decimals(repr(value)) if value != int(value) else 0)
    return 0.5 * _METRES_PER_DEGREE * 10.0**-most
