"""Changes that must not change what conflicts: around the axis of the Earth, and along time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.twin.oracle import direct, inverse, region, wrap
from thalweg.model.declarations import Declaration, Segment, Volume
from thalweg.model.instants import Instant, Window
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
)

Move = Callable[[Position], Position]


def rotated(d: Declaration, by_degrees: float) -> Declaration:
    """The same about the axis: every longitude plus `by_degrees`."""
    return _moved(d, lambda p: Position(wrap(p.lon + by_degrees), p.lat))


def mirrored(d: Declaration) -> Declaration:
    """The same on the other hemisphere: every latitude with the other sign."""
    return _moved(d, lambda p: Position(p.lon, -p.lat))


def _moved(d: Declaration, to: Move) -> Declaration:
    return replace(
        d,
        declaration_id="",
        volumes=tuple(replace(v, shape=shape_moved(v.shape, to)) for v in d.volumes),
        segments=tuple(replace(s, path=_path_moved(s.path, to)) for s in d.segments),
    )


def shape_moved(shape: Shape, to: Move) -> Shape:
    def ring(points: Ring) -> Ring:
        return tuple(to(p) for p in points)

    match shape:
        case Point():
            return Point(to(shape.at))
        case Circle():
            return Circle(to(shape.centre), shape.radius_m)
        case Polygon():
            return Polygon(ring(shape.outer), tuple(ring(hole) for hole in shape.holes))
        case MultiPolygon():
            return MultiPolygon(
                tuple(Polygon(ring(p.outer), tuple(ring(hole) for hole in p.holes)) for p in shape.polygons)
            )
        case Corridor():
            return Corridor(ring(shape.path), shape.half_width_m)
        case Path():
            return _path_moved(shape, to)
        case Route():
            return replace(shape, waypoints=tuple(replace(w, at=to(w.at)) for w in shape.waypoints))


def _path_moved(path: Path, to: Move) -> Path:
    return Path(tuple(to(p) for p in path.points))


def later(d: Declaration, by_s: float) -> Declaration:
    """The same at another time."""

    def volume(v: Volume) -> Volume:
        shape = v.shape
        if isinstance(shape, Route):
            shape = replace(
                shape,
                waypoints=tuple(replace(w, time=Instant(w.time.epoch_s + by_s)) for w in shape.waypoints),
            )
        return replace(v, shape=shape, window=_window(v.window, by_s))

    def segment(s: Segment) -> Segment:
        return replace(s, window=_window(s.window, by_s))

    return replace(
        d,
        declaration_id="",
        volumes=tuple(volume(v) for v in d.volumes),
        segments=tuple(segment(s) for s in d.segments),
    )


def _window(w: Window, by_s: float) -> Window:
    return Window(_instant(w.start, by_s), _instant(w.end, by_s))


def _instant(instant: Instant | None, by_s: float) -> Instant | None:
    return None if instant is None else Instant(instant.epoch_s + by_s)


def higher(d: Declaration, by_m: float) -> Declaration:
    """The same at another height, bands and profiles alike."""

    def volume(v: Volume) -> Volume:
        shape, band = v.shape, v.band
        if isinstance(shape, Route):
            waypoints = (
                replace(w, height_m=None if w.height_m is None else w.height_m + by_m) for w in shape.waypoints
            )
            shape = replace(shape, waypoints=tuple(waypoints))
        if band is not None:
            lower_m = None if band.lower_m is None else band.lower_m + by_m
            upper_m = None if band.upper_m is None else band.upper_m + by_m
            band = replace(band, lower_m=lower_m, upper_m=upper_m)
        return replace(v, shape=shape, band=band)

    return replace(d, declaration_id="", volumes=tuple(volume(v) for v in d.volumes))


def aside(d: Declaration, bearing: float, by_m: float) -> Declaration:
    """The same elsewhere, not turned: its first corner goes along a geodesic, the rest keep their distance from
    that corner, and their direction from it against that geodesic."""
    first = region(d.volumes[0].shape).anchor
    there = direct(first, bearing, by_m)
    turn = inverse(first, there)[2] - bearing if by_m else 0.0

    def move(p: Position) -> Position:
        away, azimuth, _ = inverse(first, p)
        return direct(there, azimuth + turn, away)

    return _moved(d, move)


def without_end(d: Declaration) -> Declaration:
    """The same protection, as if it never ended."""
    return replace(
        d,
        declaration_id="",
        volumes=tuple(replace(v, window=Window(v.window.start, None)) for v in d.volumes),
    )
