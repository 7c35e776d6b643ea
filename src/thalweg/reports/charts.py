"""What the room's map draws: the picture as a party had it, in short rows that are made once and joined again.

A declaration that was shown at a level never changes, so that its row is kept as the bytes that are sent, and a map of
ten thousand is a join. Shapes are sent as they were stated (a circle is its middle and its radius), in whole millionths
of a degree, each the difference to the one before. What would take very many points is sent coarser than a pixel of the
far view; its exact outline is had from `exact`, for what somebody looks at closely. Nothing here is finer than what the
party was shown.

`spelled` gives JSON::

    {"thalweg": {…as of /v1/as-of/map…, "rows": n},
     "rows": [[subject, of, level, kind, medium, title, flags, sides, parts, stale], …],
     "features": […findings, crossings and emergencies as in /v1/as-of/map…]}

`flags` adds 1 own, 2 hypothetical, 4 late, 8 rumoured. `sides` is 0, or the parties to the left and to the right of a
line. A part is `[start, end, uncertainty_m, status, number, coarse, shape]`: seconds since the epoch or null, the
status of a line or 0, its number among the volumes or segments, 1 where `exact` has more, and one of

    ["c", [lon, lat], radius_m]        a circle
    ["p", [lon, lat]]                  a point
    ["l", [line, …], half_width_m]     paths, and how far a corridor reaches to either side
    ["a", [[ring, …], …]]              polygons; "x" where they are the cells of a level below footprint

where `[lon, lat]`, lines and rings are flat lists of millionths of a degree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Set
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Kind, Segment, Standing, Volume
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Position, Route, Shape
from thalweg.model.shapes import Polygon as Drawn
from thalweg.policy.asof.had import Chart, Drawable, Token
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import asof, asof_map, geojson, outlines
from thalweg.reports.json import Json
from thalweg.state.history import span_of

COARSE_DEG: Final = 0.0005  # half a pixel of a map that shows 250 m in each
_POINTS: Final = 40  # an outline with more is sent coarser first
_WIDEST_M: Final = 50_000.0  # a circle up to this size is drawn where it is shown
_PLAIN: Final = Position(170.0, 75.0)  # up to here no shape of that size comes near a pole or the antimeridian
_OWN, _HYPOTHETICAL, _LATE, _RUMOURED = 1, 2, 4, 8

Floats = np.typing.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row as it is sent. `parts`: from when to when each holds, in seconds since the epoch, and what it says."""

    subject: str
    head: bytes
    parts: tuple[tuple[float, float, bytes], ...]
    whole: bytes  # head and all parts
    stale_from_s: float
    declaration: Declaration
    cells: bool
    site: str = ""
    """The version of a protected site of another party."""


def spelled(disclosed: Disclosed[Chart], kept: MutableMapping[Token, Prepared]) -> bytes:
    """All of it, as JSON in UTF-8. What was not prepared is prepared now."""
    chart = disclosed.value
    rows = [_row(_of(kept, *each), chart) for each in chart.rows]
    picture = chart.picture
    head = orjson.dumps(
        {
            **asof.head(picture),
            "left_out": picture.counts.valid - len(chart.rows),
            "findings_left_out": picture.counts.findings - len(picture.findings),
            "rows": len(rows),
        }
    )
    beside = orjson.dumps(asof_map.beside(chart.picture))
    return b"".join((b'{"thalweg":', head, b',"rows":[', b",".join(rows), b'],"features":', beside, b"}"))


def exact(disclosed: Disclosed[Chart], kept: MutableMapping[Token, Prepared], subjects: Set[str]) -> Json:
    """The outlines in full of some of its declarations: by subject and number of the part, as GeoJSON geometries."""
    chart = disclosed.value
    found: Json = {}
    for token, drawable in chart.rows:
        prepared = _of(kept, token, drawable)
        if prepared.subject in subjects:
            found[prepared.subject] = {
                str(number): [asof_map.geometry(each) for each in _outlines(part)]
                for number, part in _parts(prepared.declaration)
            }
    return found


def sites(disclosed: Disclosed[Chart], kept: MutableMapping[Token, Prepared]) -> Iterator[tuple[str, str]]:
    """The protected sites of others that it shows, as `policy.looked` names them: subject and version."""
    for token, drawable in disclosed.value.rows:
        prepared = _of(kept, token, drawable)
        if prepared.site:
            yield prepared.subject, prepared.site


def _of(kept: MutableMapping[Token, Prepared], token: Token, drawable: Drawable | None) -> Prepared:
    known = kept.get(token)
    if known is None:
        if drawable is None:
            raise LookupError(token)
        known = kept[token] = _prepared(drawable)
    return known


def _row(prepared: Prepared, chart: Chart) -> bytes:
    stale = b"1]" if prepared.stale_from_s <= chart.moment_s else b"0]"
    if len(prepared.parts) == 1:
        return prepared.whole + stale  # it was chosen because that one holds then
    held = [said for since, until, said in prepared.parts if _holds(chart.picture.valid, since, until)]
    return b"".join((prepared.head, b"[", b",".join(held), b"],", stale))


def _holds(valid: Valid, since: float, until: float) -> bool:
    return valid.meets_one(((since, until),))


def _prepared(had: Drawable) -> Prepared:
    shown = had.declaration
    flags = (
        (_OWN, had.own),
        (_HYPOTHETICAL, shown.hypothetical),
        (_LATE, had.late),
        (_RUMOURED, shown.standing is Standing.RUMOURED),
    )
    sides = 0 if shown.sides is None else [sorted(shown.sides.left), sorted(shown.sides.right)]
    row = [
        had.subject, had.of, had.level.value, None if had.kind is None else had.kind.value, shown.medium.value,
        shown.title, sum(bit for bit, holds in flags if holds), sides,
    ]  # fmt: skip
    head = orjson.dumps(row)[:-1] + b","
    cells = not had.level.at_least(Level.FOOTPRINT)
    parts = tuple((*span_of(part), orjson.dumps(_part(part, number, cells=cells))) for number, part in _parts(shown))
    whole = b"".join((head, b"[", b",".join(said for _, _, said in parts), b"],"))
    site = had.version if had.kind is Kind.STATIC_SITE and not had.own else ""
    return Prepared(had.subject, head, parts, whole, had.stale_from_s, shown, cells, site)


def _parts(shown: Declaration) -> Iterator[tuple[int, Volume | Segment]]:
    yield from enumerate((*shown.volumes, *shown.segments), 1)


def _part(part: Volume | Segment, number: int, *, cells: bool) -> list[Any]:
    window, doubt = part.window, part.uncertainty
    shape, coarse = _shape(part.path if isinstance(part, Segment) else part.shape, cells=cells)
    return [
        None if window.start is None else _whole(window.start.epoch_s),
        None if window.end is None else _whole(window.end.epoch_s),
        _whole(doubt.horizontal_m),
        part.status.value if isinstance(part, Segment) else 0,
        number,
        int(coarse),
        shape,
    ]


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


# --- shapes ---


def _shape(shape: Shape, *, cells: bool) -> tuple[list[Any], bool]:
    """The shape, and whether it is coarser than it was shown."""
    match shape:
        case Point(at=at):
            return ["p", _spot(at)], False
        case Circle(centre=at, radius_m=radius_m) if radius_m <= _WIDEST_M and _plain((at,)):
            return ["c", _spot(at), radius_m], False
        case Path(points=points):
            return _line(points, 0.0)
        case Corridor(path=path, half_width_m=half_m):
            return _line(path, half_m)
        case Route(waypoints=way, radius_m=radius_m):
            return _line(tuple(each.at for each in way), radius_m)
        case Circle() | Drawn() | MultiPolygon():
            return _area(outlines.area(shape), cells=cells)


def _plain(points: Iterable[Position]) -> bool:
    return all(abs(each.lat) <= _PLAIN.lat and abs(each.lon) <= _PLAIN.lon for each in points)


def _line(points: tuple[Position, ...], half_m: float) -> tuple[list[Any], bool]:
    way = outlines.along(points)
    coarse = half_m > 0
    if _plain(points) and len(way) <= _POINTS:
        return ["l", [_flat(way)], half_m], coarse
    home = outlines.cut(LineString(way))
    if shapely.get_num_coordinates(home) > _POINTS:
        home, coarse = home.simplify(COARSE_DEG), True
    return ["l", [_flat(shapely.get_coordinates(each)) for each in _each(home)], half_m], coarse


def _area(area: BaseGeometry | None, *, cells: bool) -> tuple[list[Any], bool]:
    coarse = False
    home = outlines.oriented(outlines.cut(Polygon() if area is None else area))
    if shapely.get_num_coordinates(home) > _POINTS:
        home, coarse = home.simplify(COARSE_DEG), True
    polygons = [each for each in _each(home) if isinstance(each, Polygon)]
    if not polygons:  # a ring that encloses nothing is a line
        return ["l", [_flat(shapely.get_coordinates(each)) for each in _each(home)], 0.0], coarse
    rings = [[_flat(shapely.get_coordinates(ring)) for ring in (each.exterior, *each.interiors)] for each in polygons]
    return ["x" if cells else "a", rings], coarse


def _each(geometry: BaseGeometry) -> list[Any]:
    found: list[Any] = shapely.get_parts(geometry).tolist()
    return [each for each in found if not each.is_empty]


def _spot(at: Position) -> list[int]:
    return [round(at.lon * 1e6), round(at.lat * 1e6)]


def _flat(lonlat: Floats) -> list[int]:
    """In millionths of a degree, each but the first as the difference to the one before."""
    whole = np.rint(lonlat * 1e6).astype(np.int64)
    whole[1:] = np.diff(whole, axis=0)
    found: list[int] = whole.ravel().tolist()
    return found


def _outlines(part: Volume | Segment) -> Iterator[BaseGeometry]:
    if isinstance(part, Volume):
        yield from (each for _, each in geojson.parts(part))
    else:
        line = outlines.line(part.path)
        if line is not None:
            yield line
