"""What the lines can carry of a volume: rounded outward, and the declared uncertainty with it.

Windows, bands, radii and widths grow to the next whole unit. Where a position moves, the horizontal uncertainty
grows by the metre that covers it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    shape, moved = _rounded_shape(volume.shape)
    vertical_m = time_s = 0.0
    window = rounded_window(volume.window)
    if isinstance(shape, Route) and isinstance(volume.shape, Route):
        shape, vertical_m, time_s = _rounded_route(volume.shape, shape)
        window = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
    band = None if volume.band is None else rounded_band(volume.band)
    unsure = _grown(volume.uncertainty, ROUNDING_M if moved else 0.0, vertical_m, time_s)
    return Volume(shape, window, band, unsure)


def rounded_segment(segment: Segment, *, exact: bool) -> Segment:
    if exact:
        return segment
    points, moved = _rounded_points((segment.path.points,), closed=False)
    unsure = _grown(segment.uncertainty, ROUNDING_M if moved else 0.0, 0.0, 0.0)
    return Segment(Path(points[0]), segment.status, rounded_window(segment.window), unsure)


def _grown(said: Uncertainty, horizontal_m: float, vertical_m: float, time_s: float) -> Uncertainty:
    return Uncertainty(
        _up_m(said.horizontal_m + horizontal_m, exact=False),
        _up_m(said.vertical_m + vertical_m, exact=False),
        _up_m(said.time_s + time_s, exact=False),
        said.at_95,
    )


def _rounded_shape(shape: Shape) -> tuple[Shape, bool]:
    """The shape to five decimals of a degree, or as many more as it needs to stay one; whether anything moved."""
    match shape:
        case Point():
            points, moved = _rounded_points(((shape.at,),), closed=False)
            return Point(points[0][0]), moved
        case Circle():
            points, moved = _rounded_points(((shape.centre,),), closed=False)
            return Circle(points[0][0], _up_m(shape.radius_m, exact=False)), moved
        case Corridor():
            points, moved = _rounded_points((shape.path,), closed=False)
            return Corridor(points[0], _up_m(shape.half_width_m, exact=False)), moved
        case Path():
            points, moved = _rounded_points((shape.points,), closed=False)
            return Path(points[0]), moved
        case Polygon():
            rings, moved = _rounded_points((shape.outer, *shape.holes), closed=True)
            return Polygon(rings[0], tuple(rings[1:])), moved
        case MultiPolygon():
            counts = [1 + len(polygon.holes) for polygon in shape.polygons]
            rings, moved = _rounded_points([r for p in shape.polygons for r in (p.outer, *p.holes)], closed=True)
            made, start = [], 0
            for count in counts:
                made.append(Polygon(rings[start], tuple(rings[start + 1 : start + count])))
                start += count
            return MultiPolygon(tuple(made)), moved
        case Route():
            points, moved = _rounded_points((tuple(w.at for w in shape.waypoints),), closed=False)
            waypoints = tuple(replace(w, at=p) for w, p in zip(shape.waypoints, points[0], strict=True))
            return replace(shape, waypoints=waypoints), moved


def _rounded_points(lists: Sequence[Ring], *, closed: bool) -> tuple[list[Ring], bool]:
    for points in lists:
        edges = zip(points, [*points[1:], points[0]] if closed else points[1:], strict=False)
        if any(_apart_m(a, b) > LONGEST_EDGE_M for a, b in edges):
            return list(lists), False
    for decimals in (DECIMALS, 7):
        made = [tuple(_at(point, decimals) for point in points) for points in lists]
        if all(_same_shape(points, rounded, closed=closed) for points, rounded in zip(lists, made, strict=True)):
            return made, any(map(_moved, lists, made))
    return list(lists), False


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


_XY = tuple[float, float]


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
