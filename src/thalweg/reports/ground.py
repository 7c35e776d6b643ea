"""The ground below a map, from the data that the package carries: rivers, lakes, borders and towns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from thalweg.model.errors import EngineError
from thalweg.model.shapes import Position
from thalweg.places import basemap
from thalweg.places.gazetteer import KIND_CODES, Kind, PackagedShelf
from thalweg.reports.map import BaseLine, Basemap, BaseTown, Bounds
from thalweg.reports.messages.places import place_name

_LINES: Final = (("rivers_wdbii", "water"), ("rivers_ne", "river"), ("lakes", "lake"), ("borders", "border"))
_MOST_TOWNS: Final = 60
_TOWNS_BY: Final = "GeoNames (CC BY 4.0)"
_LINES_BY: Final = "Natural Earth, World Data Bank II (GSHHG)"


def packaged(bounds: Bounds) -> Basemap:
    """What the package knows within the bounds: lines in the region of the scenario, towns everywhere."""
    lines = tuple(
        BaseLine(kind, name, tuple(Position(lon, lat) for lon, lat in piece.tolist()))
        for kind, name, points in _lines()
        for piece in _within(points, bounds)
    )
    return Basemap(lines, _towns(bounds), lines_by=_LINES_BY, towns_by=_TOWNS_BY)


@cache
def _lines() -> tuple[tuple[str, str, NDArray[np.float64]], ...]:
    return tuple(
        (kind, str(feature["properties"].get("name") or ""), np.array(points)[:, :2])
        for layer, kind in _LINES
        for feature in basemap.layer(layer)["features"]
        for points in _strings(feature["geometry"])
    )


def _strings(geometry: Mapping[str, Any]) -> Iterator[list[list[float]]]:
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "LineString":
            yield coordinates
        case "MultiLineString" | "Polygon":
            yield from coordinates
        case "MultiPolygon":
            for polygon in coordinates:
                yield from polygon
        case other:
            raise EngineError("basemap-geometry", f"The carried basemap has a {other}, which is not a line.")


def _within(points: NDArray[np.float64], bounds: Bounds) -> list[NDArray[np.float64]]:
    """The pieces of a line that lie within or near the bounds, each with a point beyond either end."""
    if bounds.west > bounds.east:
        return []  # the lines carried are far from the antimeridian
    wide, tall = (bounds.east - bounds.west) / 4, (bounds.north - bounds.south) / 4
    lon, lat = points.T
    near = (lon >= bounds.west - wide) & (lon <= bounds.east + wide)
    near &= (lat >= bounds.south - tall) & (lat <= bounds.north + tall)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]])))
    return [points[max(a - 1, 0) : b + 1] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


@cache
def _shelf() -> PackagedShelf:
    return PackagedShelf()


def _towns(bounds: Bounds) -> tuple[BaseTown, ...]:
    """The most populous towns; settlements too, where towns are few."""
    shelf = _shelf()
    lon, lat, kind = shelf.lon, shelf.lat, shelf.kind
    if bounds.west <= bounds.east:
        inside = (lon >= bounds.west) & (lon <= bounds.east)
    else:
        inside = (lon >= bounds.west) | (lon <= bounds.east)
    inside &= (lat >= bounds.south) & (lat <= bounds.north)
    chosen = np.flatnonzero(inside & (kind == KIND_CODES.index(Kind.TOWN)))
    if len(chosen) < 12:
        chosen = np.flatnonzero(inside & np.isin(kind, [KIND_CODES.index(k) for k in (Kind.TOWN, Kind.SETTLEMENT)]))
    if len(chosen) > 4000:
        chosen = chosen[:: len(chosen) // 4000 + 1]  # a continent: the map has room for thirty
    places = sorted((shelf.place(int(number)) for number in chosen), key=lambda p: (-p.population, p.id))
    return tuple(
        BaseTown(place_name(place), Position(place.lon, place.lat), rank)
        for rank, place in enumerate(places[:_MOST_TOWNS])
    )
