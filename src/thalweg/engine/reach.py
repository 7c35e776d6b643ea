"""What can matter to one declaration: a coarse sieve before a preview, so that its time does not rise with the theatre.

Left out is only what lies farther than every margin and every change that could be suggested reach, in space or in
time; lines stay, for who is on the wrong side of one can be told far from it. A sieve of boxes in degrees, made wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import cos, inf, radians
from typing import Final

from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.theatre import Theatre

_METRES_PER_DEGREE: Final = 110_500.0  # below what a degree of latitude is anywhere, so that boxes are too wide
_WIDER: Final = 1.25  # geodesics bulge beyond the box of their ends
_LONG_DEG: Final = 5.0  # what spans more is not sieved

Box = tuple[float, float, float, float, float, float]
"""West, south, east, north in degrees; start, end in seconds since the epoch."""
EVERYWHERE: Final[Box] = (-inf, -inf, inf, inf, -inf, inf)


def within_reach(declaration: Declaration, shown: Iterable[Declaration], theatre: Theatre) -> tuple[Declaration, ...]:
    """Those of `shown` that a preview of the declaration could say anything about, in their order."""
    own = reach_of(declaration, theatre)
    kept = []
    for each in shown:
        if each.kind is Kind.LINE or any(_meet(a, b) for b in _boxes(each, 0.0, 0.0) for a in own):
            kept.append(each)
    return tuple(kept)


def reach_of(declaration: Declaration, theatre: Theatre) -> list[Box]:
    """A box around each part of the declaration, as wide as anything reaches that a preview of it could speak of."""
    margins = [rule.margin for rule in theatre.rules]
    apart_m = max((margin.horizontal_m for margin in margins), default=0.0) + theatre.fixes.offset_m
    apart_s = max((margin.time_s for margin in margins), default=0.0) + theatre.fixes.time_s
    return list(_boxes(declaration, apart_m, apart_s))


def box_of(declaration: Declaration) -> Box:
    """One box around all of it; lines are everywhere. Whatever `within_reach` keeps meets a box of `reach_of` by it."""
    boxes = list(_boxes(declaration, 0.0, 0.0))
    if declaration.kind is Kind.LINE or not boxes:
        return EVERYWHERE
    west, south, east, north, start, end = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north), min(start), max(end)


def _boxes(declaration: Declaration, wider_m: float, longer_s: float) -> Iterator[Box]:
    for volume in declaration.volumes:
        yield _box(volume, wider_m, longer_s)
    for segment in declaration.segments:
        yield _around(segment.path.points, wider_m + segment.uncertainty.horizontal_m, -inf, inf)


def _box(volume: Volume, wider_m: float, longer_s: float) -> Box:
    off = volume.uncertainty
    start, end = volume.window.start_s - off.time_s - longer_s, volume.window.end_s + off.time_s + longer_s
    by_m = wider_m + off.horizontal_m
    match volume.shape:
        case Point(at=at):
            return _around((at,), by_m, start, end)
        case Circle(centre=at, radius_m=radius_m):
            return _around((at,), by_m + radius_m, start, end)
        case Corridor(path=path, half_width_m=half_m):
            return _around(path, by_m + half_m, start, end)
        case Route(waypoints=way, radius_m=radius_m):
            return _around(tuple(each.at for each in way), by_m + radius_m, start, end)
        case Path(points=points):
            return _around(points, by_m, start, end)
        case Polygon(outer=ring):
            return _around(ring, by_m, start, end)
        case MultiPolygon(polygons=polygons):
            return _around(tuple(at for each in polygons for at in each.outer), by_m, start, end)


def _around(points: tuple[Position, ...], by_m: float, start: float, end: float) -> Box:
    west, east = min(each.lon for each in points), max(each.lon for each in points)
    south, north = min(each.lat for each in points), max(each.lat for each in points)
    span = max(east - west, north - south)
    wide = by_m * _WIDER / _METRES_PER_DEGREE + span * (_WIDER - 1)
    high = max(abs(south), abs(north)) + wide
    if span > _LONG_DEG or high > 80.0 or max(abs(west), abs(east)) > 170.0:
        return -inf, -inf, inf, inf, start, end
    around = wide / cos(radians(high))
    return west - around, south - wide, east + around, north + wide, start, end


def _meet(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3] and a[4] <= b[5] and b[4] <= a[5]
