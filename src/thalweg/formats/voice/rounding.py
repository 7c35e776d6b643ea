"""What the lines can carry of a volume: rounded outward, and the declared uncertainty with it.

Windows, bands, radii and widths grow to the next whole unit. Where a position moves, the horizontal uncertainty
grows by the metre that covers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from thalweg.formats.voice.quantities import DECIMALS, sayable
from thalweg.model.declarations import Segment, Uncertainty, Volume
from thalweg.model.identity import scaled
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
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
    Waypoint,
)

# A vertex moves by at most 0.79 m. Between vertices a geodesic moves by at most that over the cosine of half its
# length as an angle, which stays below this for edges up to LONGEST_EDGE_M.
ROUNDING_M = 1.0

LONGEST_EDGE_M = 8e6


_XY = tuple[float, float]


def down(instant: Instant | None, *, exact: bool) -> Instant | None:
    return instant if instant is None or exact else Instant(float(math.floor(instant.epoch_s)))


def up(instant: Instant | None, *, exact: bool) -> Instant | None:
    if instant is None or exact or not Instant.possible(float(math.ceil(instant.epoch_s))):
        return instant
    return Instant(float(math.ceil(instant.epoch_s)))


def rounded_window(window: Window) -> Window:
    """To whole seconds, outward."""
    return Window(down(window.start, exact=False), up(window.end, exact=False))


def _up_m(value: float, *, exact: bool) -> float:
    """To whole metres (or seconds), upward; what is nearer than half a millimetre is the same."""
    if exact or scaled(value, 1e3) % 1000 == 0:
        return value
    return float(math.ceil(value))


def rounded_band(band: Band) -> Band:
    """To whole metres or feet, outward."""
    return Band(
        _whole_height(band.lower_m, band.datum, upward=False),
        _whole_height(band.upper_m, band.datum_of_upper, upward=True),
        band.datum,
        band.upper_datum,
    )


def _whole_height(value_m: float | None, datum: Datum, *, upward: bool) -> float | None:
    if value_m is None or sayable(value_m, datum):
        return value_m
    return float(math.ceil(value_m) if upward else math.floor(value_m))


def rounded_volume(volume: Volume, *, exact: bool) -> Volume:
    if exact:
        return volume
    shape, moved_m = _rounded_shape(volume.shape)
    vertical_m = time_s = 0.0
    window = rounded_window(volume.window)
    if isinstance(shape, Route) and isinstance(volume.shape, Route):
        shape, vertical_m, time_s = _rounded_route(volume.shape, shape)
        window = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
    band = None if volume.band is None else rounded_band(volume.band)
    unsure = _grown(volume.uncertainty, moved_m, vertical_m, time_s)
    return Volume(shape, window, band, unsure)


def rounded_segment(segment: Segment, *, exact: bool) -> Segment:
    if exact:
        return segment
    points, moved_m = _rounded_points((segment.path.points,), closed=False)
    unsure = _grown(segment.uncertainty, moved_m, 0.0, 0.0)
    return Segment(Path(points[0]), segment.status, rounded_window(segment.window), unsure)


def _grown(said: Uncertainty, horizontal_m: float, vertical_m: float, time_s: float) -> Uncertainty:
    return Uncertainty(
        _up_m(said.horizontal_m + horizontal_m, exact=False),
        _up_m(said.vertical_m + vertical_m, exact=False),
        _up_m(said.time_s + time_s, exact=False),
        said.at_95,
    )


def _rounded_shape(shape: Shape) -> tuple[Shape, float]:
    """The shape to five decimals of a degree, or as many more as it needs to stay one, without the corners that
    only keep a long edge straight on somebody's map; and how far its edges may have moved, in metres."""
    match shape:
        case Point():
            points, moved_m = _rounded_points(((shape.at,),), closed=False)
            return Point(points[0][0]), moved_m
        case Circle():
            points, moved_m = _rounded_points(((shape.centre,),), closed=False)
            return Circle(points[0][0], _up_m(shape.radius_m, exact=False)), moved_m
        case Corridor():
            points, moved_m = _rounded_points((shape.path,), closed=False)
            return Corridor(points[0], _up_m(shape.half_width_m, exact=False)), moved_m
        case Path():
            points, moved_m = _rounded_points((shape.points,), closed=False)
            return Path(points[0]), moved_m
        case Polygon():
            rings, moved_m = _rounded_points((shape.outer, *shape.holes), closed=True)
            return Polygon(rings[0], tuple(rings[1:])), moved_m
        case MultiPolygon():
            counts = [1 + len(polygon.holes) for polygon in shape.polygons]
            rings, moved_m = _rounded_points([r for p in shape.polygons for r in (p.outer, *p.holes)], closed=True)
            made, start = [], 0
            for count in counts:
                made.append(Polygon(rings[start], tuple(rings[start + 1 : start + count])))
                start += count
            return MultiPolygon(tuple(made)), moved_m
        case Route():
            points, moved_m = _rounded_points((tuple(w.at for w in shape.waypoints),), closed=False, trim=False)
            waypoints = tuple(replace(w, at=p) for w, p in zip(shape.waypoints, points[0], strict=True))
            return replace(shape, waypoints=waypoints), moved_m


def _rounded_points(lists: Sequence[Ring], *, closed: bool, trim: bool = True) -> tuple[list[Ring], float]:
    """The same points to fewer decimals, and fewer of them where that saves two or more."""
    fewer = [_trimmed(points, closed=closed) for points in lists] if trim else list(lists)
    saved = sum(map(len, lists)) - sum(map(len, fewer))
    if saved >= 2 and not any(_touch(fewer, closed=closed)):
        made, moved_m = _to_decimals(fewer, closed=closed)
        return made, moved_m + TRIMMING_M
    return _to_decimals(list(lists), closed=closed)


def _to_decimals(lists: list[Ring], *, closed: bool) -> tuple[list[Ring], float]:
    for points in lists:
        edges = zip(points, [*points[1:], points[0]] if closed else points[1:], strict=False)
        if any(_apart_m(a, b) > LONGEST_EDGE_M for a, b in edges):
            return lists, 0.0
    for decimals in (DECIMALS, 7):
        made = [tuple(_at(point, decimals) for point in points) for points in lists]
        if all(_same_shape(points, rounded, closed=closed) for points, rounded in zip(lists, made, strict=True)):
            return made, ROUNDING_M if any(map(_moved, lists, made)) else 0.0
    return lists, 0.0


# Readers whose edges are straight in longitude and latitude put corners between the corners that were drawn. Left out
# are those within TRIM_M of the geodesic between their neighbours, on edges short enough for a sphere to tell.
TRIM_M, TRIMMING_M, TRIM_EDGE_M = 4.0, 5.0, 50_000.0
_MOST_TRIMMED = 2000


def _trimmed(points: Ring, *, closed: bool) -> Ring:
    """Without the corners that lie on the way between others (Douglas and Peucker); at least three of a ring."""
    if len(points) < (5 if closed else 4) or len(points) > _MOST_TRIMMED:
        return points
    if not closed:
        return tuple(points[k] for k in sorted({0, len(points) - 1, *_kept(points, 0, len(points) - 1)}))
    far = max(range(len(points)), key=lambda k: _apart_m(points[0], points[k]))
    around = (*points, points[0])
    kept = sorted({0, far, *_kept(around, 0, far), *_kept(around, far, len(points))} - {len(points)})
    return tuple(points[k] for k in kept) if len(kept) >= 3 else points


def _kept(points: Sequence[Position], first: int, last: int) -> set[int]:
    kept: set[int] = set()
    spans = [(first, last)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        off = [_off_m(points[k], points[a], points[b]) for k in range(a + 1, b)]
        worst = max(range(len(off)), key=off.__getitem__)
        if off[worst] <= TRIM_M and _apart_m(points[a], points[b]) <= TRIM_EDGE_M:
            continue
        at = a + 1 + worst if off[worst] > TRIM_M else (a + b) // 2
        kept.add(at)
        spans += [(a, at), (at, b)]
    return kept


def _off_m(p: Position, a: Position, b: Position) -> float:
    """How far p is from the great circle arc between a and b, in metres; infinite where they are too far apart."""
    if a == b or _apart_m(a, b) > 4 * TRIM_EDGE_M:
        return math.inf
    u, v, w = _unit(a), _unit(b), _unit(p)
    n = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    length = math.sqrt(sum(c * c for c in n))
    along = (n[1] * u[2] - n[2] * u[1], n[2] * u[0] - n[0] * u[2], n[0] * u[1] - n[1] * u[0])
    forth = sum(c * d for c, d in zip(along, w, strict=True))
    back = (v[1] * n[2] - v[2] * n[1], v[2] * n[0] - v[0] * n[2], v[0] * n[1] - v[1] * n[0])
    if length < 1e-12 or forth < 0 or sum(c * d for c, d in zip(back, w, strict=True)) < 0:
        return min(_apart_m(p, a), _apart_m(p, b))
    return 6_399_600.0 * abs(math.asin(max(-1.0, min(1.0, sum(c * d for c, d in zip(n, w, strict=True)) / length))))


def _unit(p: Position) -> tuple[float, float, float]:
    lon, lat = math.radians(p.lon), math.radians(p.lat)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _touch(rings: Sequence[Ring], *, closed: bool) -> Iterator[bool]:
    """Whether, once trimmed, a ring crosses itself or another."""
    if not closed:
        return
    if sum(map(len, rings)) > _LEGS or any(_wide(ring) for ring in rings):
        yield True
        return
    yield from map(_crosses, rings)
    for k, one in enumerate(rings):
        for other in rings[:k]:
            yield any(
                _meet(_xy(one[i - 1]), _xy(one[i]), _xy(other[j - 1]), _xy(other[j]))
                for i in range(len(one))
                for j in range(len(other))
            )


def _wide(ring: Ring) -> bool:
    return max(p.lon for p in ring) - min(p.lon for p in ring) > 90 or max(abs(p.lat) for p in ring) > 85


def _xy(p: Position) -> _XY:
    return p.lon, p.lat


def _at(point: Position, decimals: int) -> Position:
    return Position(round(point.lon, decimals) + 0.0, round(point.lat, decimals) + 0.0)


def _moved(before: Ring, after: Ring) -> bool:
    return any(
        (scaled(a.lon, 1e9), scaled(a.lat, 1e9)) != (scaled(b.lon, 1e9), scaled(b.lat, 1e9))
        for a, b in zip(before, after, strict=True)
    )


def _apart_m(a: Position, b: Position) -> float:
    """On a sphere, to within half a percent: enough to tell an edge from a long one."""
    phi, psi = math.radians(a.lat), math.radians(b.lat)
    s = math.sin((psi - phi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(s)))


_LEGS = 300  # corners up to which every pair of edges is looked at


def _same_shape(before: Ring, after: Ring, *, closed: bool) -> bool:
    """Whether rounding made no neighbours one, and no ring cross itself that did not before."""
    if any(a != b and c == d for a, b, c, d in zip(before, before[1:], after, after[1:], strict=False)):
        return False
    if not closed:
        return True
    if after[0] == after[-1] or not _moved(before, after):
        return after[0] != after[-1]
    return len(after) <= _LEGS and (not _crosses(after) or _crosses(before))


def _crosses(ring: Ring) -> bool:
    """Whether two edges meet that are not neighbours, in the plane of longitude and latitude."""
    count = len(ring)
    turned = [Position(p.lon, p.lat) for p in ring]
    if max(p.lon for p in ring) - min(p.lon for p in ring) > 180:
        xs = [p.lon % 360.0 for p in turned]
    else:
        xs = [p.lon for p in turned]
    points = list(zip(xs, (p.lat for p in turned), strict=True))
    for i in range(count):
        for j in range(i + 2, count):
            if (j + 1) % count == i:
                continue
            if _meet(points[i], points[(i + 1) % count], points[j], points[(j + 1) % count]):
                return True
    return False


def _meet(a: _XY, b: _XY, c: _XY, d: _XY) -> bool:
    def side(p: _XY, q: _XY, r: _XY) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def _rounded_route(before: Route, shape: Route) -> tuple[Route, float, float]:
    """Its times to the second and heights to the metre; how far heights and times may have moved."""
    times = [Instant(float(round(point.time.epoch_s))) for point in before.waypoints]
    if any(not a < b for a, b in pairwise(times)):
        times = [point.time for point in before.waypoints]
    time_s = max(abs(a.epoch_s - w.time.epoch_s) for a, w in zip(times, before.waypoints, strict=True))
    heights: list[float | None] = [
        w.height_m if w.height_m is None or sayable(w.height_m, before.datum) else float(round(w.height_m))
        for w in before.waypoints
    ]
    vertical_m = max(
        abs(a - w.height_m) if a is not None and w.height_m is not None else 0.0
        for a, w in zip(heights, before.waypoints, strict=True)
    )
    waypoints = tuple(
        Waypoint(w.at, time, height) for w, time, height in zip(shape.waypoints, times, heights, strict=True)
    )
    made = Route(
        waypoints,
        _up_m(before.radius_m, exact=False),
        before.datum,
        _up_m(before.half_height_m, exact=False),
    )
    return made, 1.0 if vertical_m > 5e-4 else 0.0, 1.0 if time_s > 5e-7 else 0.0
