"""The ground below a map, from the data that the package carries: rivers, lakes, borders and towns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from thalweg.model.errors import EngineError
from thalweg.model.shapes import Position
from thalweg.places import basemap
from thalweg.places.gazetteer import KIND_CODES, Kind, PackagedShelf
from thalweg.reports.map import BaseLine, Basemap, BaseTown, Bounds

_LINES: Final = (("rivers_wdbii", "water"), ("rivers_ne", "river"), ("lakes", "lake"), ("borders", "border"))
_MOST_TOWNS: Final = 60
_CREDIT: Final = "Towns: GeoNames (CC BY 4.0). Rivers and borders: Natural Earth, World Data Bank II (GSHHG)."


def packaged(bounds: Bounds) -> Basemap:
    """What the package knows within the bounds: lines in the region of the scenario, towns everywhere."""
    lines = tuple(
        BaseLine(kind, name, tuple(Position(lon, lat) for lon, lat in points))
        for layer, kind in _LINES
        for name, points in _runs(layer)
        if len(points) > 1 and _meets(points, bounds)
    )
    return Basemap(lines, _towns(bounds), _CREDIT)


def _runs(layer: str) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    for feature in basemap.layer(layer)["features"]:
        name = str(feature["properties"].get("name") or "")
        for points in _strings(feature["geometry"]):
            yield name, [(point[0], point[1]) for point in points]


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


def _meets(points: list[tuple[float, float]], bounds: Bounds) -> bool:
    if bounds.west > bounds.east:
        return False  # the lines carried are far from the antimeridian
    lon, lat = np.array(points).T
    return bool(
        lon.min() <= bounds.east
        and lon.max() >= bounds.west
        and lat.min() <= bounds.north
        and lat.max() >= bounds.south
    )


def _towns(bounds: Bounds) -> tuple[BaseTown, ...]:
    """The most populous towns; settlements too, where towns are few."""
    shelf = PackagedShelf()
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
        BaseTown(place.name, Position(place.lon, place.lat), rank) for rank, place in enumerate(places[:_MOST_TOWNS])
    )
