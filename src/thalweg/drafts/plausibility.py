"""Questions about where a declaration lies, asked of `thalweg.places.flags` (R3).

Kept apart from `draft`, because a gazetteer and a river are only needed where a position is to be doubted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from thalweg.model.declarations import Declaration, Volume
from thalweg.model.notes import Flag
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.theatre import Theatre
from thalweg.places.areas import Area, Box, Outline
from thalweg.places.flags import check_position, null_island, read_bank, unknown_place
from thalweg.places.gazetteer import Gazetteer, Lookup


class Doubts:
    """A `drafts.draft.Plausibility`: call it with a declaration and its fields.

    Of a shape with many vertices the first, the middle and the last are asked about in full and all are
    compared with 0, 0; each question is asked once. `gazetteer` is called when a place is first named.
    """

    def __init__(self, theatre: Theatre, gazetteer: Callable[[], Gazetteer]) -> None:
        self._area = area_of(theatre)
        self._gazetteer = gazetteer
        self._lookup = lru_cache(maxsize=4096)(self._look_up)

    def __call__(self, declaration: Declaration, fields: Mapping[str, str]) -> tuple[Flag, ...]:
        place, bank = fields.get("place", "").strip(), fields.get("bank", "").strip()
        named = self._lookup(place) if place else None
        stated = (read_bank(bank) or read_bank(f"{bank} bank")) if bank else None
        found: dict[str, Flag] = {}
        if named is not None:
            unknown = unknown_place(named, where="place")
            if unknown:
                found[unknown.code] = unknown
        for positions, uncertainty_m, claimed_m in _places_of(declaration):
            for position in positions:
                if -1 < position.lon < 1 and -1 < position.lat < 1:
                    zero = null_island(position.lon, position.lat, where="coordinates")
                    if zero:
                        found.setdefault(zero.code, zero)
            for position in _ends_and_middle(positions):
                if named is None and stated is None and self._is_plain(position):
                    continue
                for flag in check_position(
                    position.lon,
                    position.lat,
                    where="coordinates",
                    area=self._area,
                    named=named,
                    stated_bank=stated,
                    uncertainty_m=uncertainty_m + claimed_m,
                ):
                    found.setdefault(flag.code, flag)
        return tuple(found.values())

    def _is_plain(self, position: Position) -> bool:
        """Whether a position alone, where it should be, can raise no question."""
        return position.lon != position.lat and (self._area is None or self._area.holds(position.lon, position.lat))

    def _look_up(self, name: str) -> Lookup:
        return self._gazetteer().lookup(name, within=self._area)


def area_of(theatre: Theatre) -> Area | None:
    """The theatre's area; a box as a box, for then the question is quickly answered."""
    if theatre.area is None:
        return None
    if isinstance(theatre.area, Polygon) and not theatre.area.holes:
        lons = [position.lon for position in theatre.area.outer]
        lats = [position.lat for position in theatre.area.outer]
        west, south, east, north = min(lons), min(lats), max(lons), max(lats)
        corners = {(west, south), (east, south), (east, north), (west, north)}
        on_edges = all(lon in (west, east) or lat in (south, north) for lon, lat in zip(lons, lats, strict=True))
        if east - west < 180.0 and on_edges and corners <= set(zip(lons, lats, strict=True)):
            return Box(west, south, east, north)
    return Outline(theatre.area)


def _places_of(declaration: Declaration) -> list[tuple[tuple[Position, ...], float, float]]:
    """Vertices, uncertainty and radius of each volume and segment; metres."""
    places = [(_vertices(volume), volume.uncertainty.horizontal_m, _reach_m(volume)) for volume in declaration.volumes]
    places.extend((segment.path.points, segment.uncertainty.horizontal_m, 0.0) for segment in declaration.segments)
    return places


def _vertices(volume: Volume) -> tuple[Position, ...]:
    match volume.shape:
        case Point(at=at) | Circle(centre=at):
            return (at,)
        case Polygon(outer=outer):
            return outer
        case MultiPolygon(polygons=polygons):
            return tuple(position for polygon in polygons for position in polygon.outer)
        case Corridor(path=path):
            return path
        case Path(points=points):
            return points
        case Route(waypoints=waypoints):
            return tuple(waypoint.at for waypoint in waypoints)


def _reach_m(volume: Volume) -> float:
    return volume.shape.radius_m if isinstance(volume.shape, Circle) else 0.0


def _ends_and_middle(positions: tuple[Position, ...]) -> tuple[Position, ...]:
    if len(positions) < 4:
        return positions
    return positions[0], positions[len(positions) // 2], positions[-1]
