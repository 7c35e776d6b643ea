"""Areas of interest, for plausibility and for telling homonyms apart; findings use `thalweg.geometry`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from thalweg.model.shapes import MultiPolygon, Polygon, Ring


class Area(Protocol):
    """Anything that can say whether it holds a position in degrees."""

    def holds(self, lon: float, lat: float) -> bool: ...


@dataclass(frozen=True, slots=True)
class Box:
    """An area of interest in degrees; `west` > `east` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        across = self.west <= lon <= self.east
        if self.west > self.east:
            across = lon >= self.west or lon <= self.east
        return across and self.south <= lat <= self.north


@dataclass(frozen=True, slots=True)
class Outline:
    """A theatre's area from its polygons.

    Edges are taken straight in longitude and latitude, which leaves a geodesic of 500 km by at most
    about 2 km in middle latitudes: enough for "outside the theatre", where nothing turns on a border.
    A ring may cross the antimeridian; one around a pole is not supported and holds nothing near it.
    """

    shape: Polygon | MultiPolygon

    def holds(self, lon: float, lat: float) -> bool:
        polygons = self.shape.polygons if isinstance(self.shape, MultiPolygon) else (self.shape,)
        return any(
            _ring_holds(polygon.outer, lon, lat) and not any(_ring_holds(hole, lon, lat) for hole in polygon.holes)
            for polygon in polygons
        )


def _ring_holds(ring: Ring, lon: float, lat: float) -> bool:
    """Even-odd rule, with every longitude taken on the turn nearest to the one before it."""
    xs = [ring[0].lon]
    for vertex in ring[1:]:
        xs.append(xs[-1] + (vertex.lon - xs[-1] + 180) % 360 - 180)
    ys = [vertex.lat for vertex in ring]
    turns = (lon - 360, lon, lon + 360)
    return any(_crossings(xs, ys, x, lat) % 2 for x in turns)


def _crossings(xs: list[float], ys: list[float], x: float, y: float) -> int:
    count = 0
    for i in range(len(xs)):
        x1, y1, x2, y2 = xs[i - 1], ys[i - 1], xs[i], ys[i]
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            count += 1
    return count
