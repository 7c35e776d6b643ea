"""Shapes as they are drawn: points, lines and areas in longitude and latitude.

For drawing and for exchange, never for finding anything. Edges are geodesics inside; a drawn edge is
straight in longitude and latitude (RFC 7946, 3.1.1), so each is cut into pieces that stay within
`TOLERANCE_M` of the geodesic. A drawn circle, and the round side of a corridor, is drawn around the true
one and not inside it (less than 0.1 % larger), so that a drawing never shows less than was declared.

Longitudes are *unwrapped*: along one shape they run on past 180 rather than jump, until `cut` brings
them home.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, assert_never

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from pyproj import Geod, Proj
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from thalweg.model import shapes
from thalweg.model.shapes import Position, Shape

TOLERANCE_M: Final = 1.0
_MOST_PIECES: Final = 200  # of one edge: enough for 1 m on 1,000 km at 60 degrees
_QUARTER: Final = 24  # segments of a quarter circle
_AROUND: Final = 1 / math.cos(math.pi / (4 * _QUARTER))  # a polygon of 96 sides that holds its circle
_SHORT_M: Final = 20_000.0
_LEAST_RADIUS_M: Final = 6_300_000.0  # of curvature, of WGS84, rounded down
_PIECE_M: Final = 100_000.0  # a corridor is buffered in planes of this reach: distortion below 5e-5

GEOD: Final = Geod(ellps="WGS84")

Floats = NDArray[np.float64]
LonLat = tuple[float, float]


class Frame:
    """An azimuthal equidistant plane about a centre, metres east and north.

    Distances from the centre are exact; elsewhere they are stretched across the direction to it by about
    d²/6R²: 1e-5 at 50 km, 1e-3 at 500 km.
    """

    __slots__ = ("_proj", "centre")

    def __init__(self, centre: LonLat) -> None:
        self.centre = centre
        lon = math.remainder(centre[0], 360.0)
        self._proj = Proj(proj="aeqd", lon_0=lon, lat_0=centre[1], ellps="WGS84")

    def to_plane(self, lonlat: Floats) -> Floats:
        """(n, 2) degrees → (n, 2) metres."""
        x, y = self._proj(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([x, y])

    def to_lonlat(self, xy: Floats) -> Floats:
        """(n, 2) metres → (n, 2) degrees."""
        lon, lat = self._proj(xy[:, 0], xy[:, 1], inverse=True)
        return np.column_stack([lon, lat])

    def project(self, geometry: BaseGeometry) -> BaseGeometry:
        """A drawn geometry in this plane."""
        return shapely.transform(geometry, self.to_plane)


def line(shape: Shape) -> LineString | None:
    """The path, or the middle of a corridor or route; None for shapes without one."""
    match shape:
        case shapes.Path():
            points = shape.points
        case shapes.Corridor():
            points = shape.path
        case shapes.Route():
            points = tuple(waypoint.at for waypoint in shape.waypoints)
        case shapes.Point() | shapes.Polygon() | shapes.MultiPolygon() | shapes.Circle():
            return None
        case _ as never:
            assert_never(never)
    return LineString(along(points))


def area(shape: Shape) -> BaseGeometry | None:
    """The region of a shape that has one, in unwrapped longitudes; None for points and paths.

    That of a route is everything that it passes over with its own buffer.
    """
    match shape:
        case shapes.Polygon():
            return polygon(shape)
        case shapes.MultiPolygon():
            return shapely.union_all([polygon(part) for part in shape.polygons])
        case shapes.Circle():
            return circle(shape.centre, shape.radius_m)
        case shapes.Corridor():
            return corridor(shape.path, shape.half_width_m)
        case shapes.Route():
            if not shape.radius_m:
                return None
            return corridor(tuple(waypoint.at for waypoint in shape.waypoints), shape.radius_m)
        case shapes.Point() | shapes.Path():
            return None
        case _ as never:
            assert_never(never)


def polygon(shape: shapes.Polygon) -> BaseGeometry:
    """A polygon with its edges as drawn."""
    drawn = _around_pole(along(shape.outer, closed=True))
    middle = float(np.mean(drawn[:, 0]))
    holes = []
    for hole in shape.holes:
        ring = along(hole, closed=True)
        holes.append(_near(ring, middle))
    return _valid(Polygon(drawn, holes))


def circle(centre: Position, radius_m: float) -> BaseGeometry:
    """A geodesic circle, drawn by the polygon of 96 sides around it."""
    azimuths = np.linspace(0.0, 360.0, 4 * _QUARTER, endpoint=False)
    full = np.full_like
    lon, lat, _ = GEOD.fwd(
        full(azimuths, centre.lon), full(azimuths, centre.lat), azimuths, full(azimuths, radius_m * _AROUND)
    )
    return _valid(Polygon(_around_pole(_closed(_unwrapped(np.column_stack([lon, lat]))))))


def corridor(path: Sequence[Position], half_width_m: float) -> BaseGeometry:
    """Everything within `half_width_m` of the path, measured on the ground, with round ends."""
    drawn = _pieces(along(path))
    carrier = Frame(_middle(drawn))
    parts = []
    for piece in drawn if half_width_m else ():
        frame = Frame((float(piece[0, 0]), float(piece[0, 1])))
        buffered = LineString(frame.to_plane(piece)).buffer(half_width_m * _AROUND, quad_segs=_QUARTER)
        ground = shapely.transform(buffered, frame.to_lonlat)
        parts.append(shapely.transform(ground, carrier.to_plane))
    return _home(shapely.union_all(parts), carrier)


def along(points: Sequence[Position], *, closed: bool = False) -> Floats:
    """The geodesic through the points, as (n, 2) unwrapped degrees; `closed` repeats the first at the end."""
    lon = np.array([point.lon for point in points])
    lat = np.array([point.lat for point in points])
    if closed:
        lon, lat = np.append(lon, lon[0]), np.append(lat, lat[0])
    azimuth, _, length = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    if _straight_enough(lat, length):
        return _unwrapped(np.column_stack([lon, lat]))
    pieces = _pieces_needed(lon, lat, azimuth, length)
    if pieces.max() == 1:
        return _unwrapped(np.column_stack([lon, lat]))
    edge = np.repeat(np.arange(len(pieces)), pieces)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (np.arange(len(edge)) - first) / pieces[edge]
    inner_lon, inner_lat, _ = GEOD.fwd(lon[edge], lat[edge], azimuth[edge], share * length[edge])
    # Vertices stay exactly as they are: only what lies between them is computed.
    at_vertex = share == 0
    inner_lon, inner_lat = np.asarray(inner_lon), np.asarray(inner_lat)
    inner_lon[at_vertex], inner_lat[at_vertex] = lon[:-1], lat[:-1]
    return _unwrapped(np.column_stack([np.append(inner_lon, lon[-1]), np.append(inner_lat, lat[-1])]))


def _straight_enough(lat: Floats, length: Floats) -> bool:
    """Whether no edge can be off by `TOLERANCE_M`, without measuring: along an edge of length L both the geodesic and
    the straight edge in longitude and latitude turn by at most L tan(lat) / R, so that they part by at most twice
    L² tan(lat) / 8R; R is taken a little small."""
    steepest = math.radians(min(float(np.abs(lat).max()) + 0.2, 89.9))  # an edge of this length stays below that
    longest = float(np.max(length))
    return longest < _SHORT_M and longest**2 * math.tan(steepest) < 4 * _LEAST_RADIUS_M * TOLERANCE_M


def _pieces_needed(lon: Floats, lat: Floats, azimuth: Floats, length: Floats) -> NDArray[np.int64]:
    """Into how many pieces each edge is cut: the distance between the middle of the geodesic and the
    middle of the drawn edge falls with the square of the number of pieces."""
    middle_lon, middle_lat, _ = GEOD.fwd(lon[:-1], lat[:-1], azimuth, length / 2)
    straight = np.unwrap(np.column_stack([lon[:-1], lon[1:]]), period=360.0).mean(axis=1)
    _, _, off = GEOD.inv(middle_lon, middle_lat, straight, (lat[:-1] + lat[1:]) / 2)
    return np.clip(np.ceil(np.sqrt(np.asarray(off) / TOLERANCE_M)), 1, _MOST_PIECES).astype(np.int64)


def cut(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry with longitudes in [-180, 180], cut at the antimeridian (RFC 7946, 3.1.9)."""
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    parts = []
    for turn in range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1):
        strip = shapely.box(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        inside = shapely.intersection(geometry, strip)
        moved = shapely.affinity.translate(inside, xoff=-360.0 * turn)
        parts += [
            part
            for part in shapely.get_parts(moved).tolist()
            if not part.is_empty and part.geom_type == _single(geometry)
        ]
    return MultiLineString(parts) if _single(geometry) == "LineString" else MultiPolygon(parts)


def oriented(geometry: BaseGeometry) -> BaseGeometry:
    """Outer rings anticlockwise, holes clockwise (RFC 7946, 3.1.6)."""
    return shapely.orient_polygons(geometry, exterior_cw=False)


def _valid(drawn: Polygon) -> BaseGeometry:
    """The same region as a valid polygon or several; the ring as a line where it encloses nothing."""
    if drawn.is_valid:
        return drawn
    region = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    return LineString(drawn.exterior.coords) if region.is_empty else region


def _single(geometry: BaseGeometry) -> str:
    return geometry.geom_type.removeprefix("Multi")


def _unwrapped(lonlat: Floats) -> Floats:
    if np.ptp(lonlat[:, 0]) < 180.0:
        return lonlat
    lonlat[:, 0] = np.unwrap(lonlat[:, 0], period=360.0)
    return lonlat


def _closed(lonlat: Floats) -> Floats:
    first = lonlat[0].copy()
    first[0] += 360.0 * round((lonlat[-1, 0] - first[0]) / 360.0)
    return np.vstack([lonlat, first])


def _around_pole(ring: Floats) -> Floats:
    """A ring that goes round a pole does not close in unwrapped longitudes: lead it over the pole."""
    turn = ring[-1, 0] - ring[0, 0]
    if abs(turn) < 180:
        return ring
    pole = math.copysign(90.0, float(np.mean(ring[:, 1])))
    # Begin the strip at the antimeridian, so that it comes home in one piece: [-180, 180].
    if turn < 0:
        ring = ring[::-1]
    body = ring[:-1]
    wrapped = (body[:, 0] + 180.0) % 360.0 - 180.0
    start = int(np.argmin(wrapped))
    body = np.roll(np.column_stack([wrapped, body[:, 1]]), -start, axis=0)
    gap = body[0, 0] + 360.0 - body[-1, 0]
    share = (180.0 - body[-1, 0]) / gap if gap else 0.0
    edge = float(body[-1, 1] + share * (body[0, 1] - body[-1, 1]))
    return np.vstack([[-180.0, edge], body, [180.0, edge], [180.0, pole], [-180.0, pole], [-180.0, edge]])


def _pieces(lonlat: Floats) -> list[Floats]:
    """A path in pieces of at most `_PIECE_M`, each beginning where the one before it ends."""
    _, _, step = GEOD.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    refined = [lonlat[:1]]
    for index, length in enumerate(np.asarray(step)):
        between = max(1, math.ceil(length / (_PIECE_M / 2)))
        if between > 1:
            (lon1, lat1), (lon2, lat2) = lonlat[index].tolist(), lonlat[index + 1].tolist()
            inner = GEOD.npts(lon1, lat1, lon2, lat2, between - 1)
            refined.append(np.array(inner))
        refined.append(lonlat[index + 1 : index + 2])
    path = _unwrapped(np.vstack(refined))
    _, _, step = GEOD.inv(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1])
    reached = np.concatenate([[0.0], np.cumsum(step)])
    pieces, begin = [], 0
    for index in range(1, len(path)):
        if index == len(path) - 1 or reached[index + 1] - reached[begin] > _PIECE_M:
            pieces.append(path[begin : index + 1])
            begin = index
    return pieces


def _middle(pieces: Sequence[Floats]) -> LonLat:
    piece = pieces[len(pieces) // 2]
    return float(piece[0, 0]), float(piece[0, 1])


def _home(flat: BaseGeometry, carrier: Frame) -> BaseGeometry:
    """From the plane of the carrier to unwrapped longitudes near its centre."""
    made = []
    for part in shapely.get_parts(flat).tolist():
        outer, *holes = (
            _near(_unwrapped(carrier.to_lonlat(shapely.get_coordinates(ring))), carrier.centre[0])
            for ring in (part.exterior, *part.interiors)
        )
        made.append(_valid(Polygon(_around_pole(outer), holes)))
    return shapely.union_all(made)


def _near(lonlat: Floats, lon: float) -> Floats:
    turns = round((lon - float(np.mean(lonlat[:, 0]))) / 360.0)
    return np.add(lonlat, (360.0 * turns, 0.0))
