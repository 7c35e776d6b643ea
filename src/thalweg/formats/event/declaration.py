"""A declaration as it stands in an entry: integers and strings only, nothing rounded away.

::

    {"kind": "operation", "zone": "", "medium": "air", "party": "coalition", "title": "…", "id": "d-…",
     "revision": 0, "replaces": "", "valid": ["", "1505692800000000"], "standing": "declared",
     "hypothetical": 0, "emergency": 0, "submitted": "", "volumes": [volume …], "segments": [segment …],
     "sides": [[left …], [right …], "left name", "right name"] or [],
     "details": {…}, "entered": {…}, "flags": [[code, sentence, where, {…}] …], "source": ["file", "row 3"]}

    volume   [shape, [start, end], [lower, datum, upper, datum] or [], [horizontal, vertical, time, at_95]]
    segment  [path, status, [start, end], [horizontal, vertical, time, at_95]]
    shape    ["point", [lon, lat]] · ["polygon", [ring …]] · ["multipolygon", [polygon …]] ·
             ["circle", [lon, lat], radius] · ["corridor", [[lon, lat] …], half width] · ["path", [[lon, lat] …]] ·
             ["route", [[[lon, lat], time, height] …], radius, datum, half height]

Degrees are in units of 1e-9, metres and seconds of uncertainty of 1e-3. Instants are microseconds of Unix time, and
heights that may be absent millimetres, as strings of digits; the empty string where there is none. They are the scales
under which `version_id` hashes the content, so what is read has the version id of what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from thalweg.formats.event.values import Value, items, number, text, text_map, wrong
from thalweg.model.declarations import (
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Standing,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.identity import scaled
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Source
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Route,
    Shape,
    Waypoint,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

FIELDS = (
    *("details", "emergency", "entered", "flags", "hypothetical", "id", "kind", "medium", "party", "replaces"),
    *("revision", "segments", "sides", "source", "standing", "submitted", "title", "valid", "volumes", "zone"),
)
_DEGREES, _METRES, _SECONDS, _MICRO = 1e9, 1e3, 1e3, 1e6


# --- writing ---


def write_declaration(declaration: Declaration) -> Mapping[str, Value]:
    """The declaration as a value for an entry."""
    sides = declaration.sides
    return {
        "details": dict(declaration.details),
        "emergency": int(declaration.emergency),
        "entered": dict(declaration.entered),
        "flags": [[flag.code, flag.sentence, flag.where, dict(flag.fields)] for flag in declaration.flags],
        "hypothetical": int(declaration.hypothetical),
        "id": declaration.declaration_id,
        "kind": declaration.kind.value,
        "medium": declaration.medium.value,
        "party": declaration.party,
        "replaces": declaration.replaces,
        "revision": declaration.revision,
        "segments": [
            [_write_shape(each.path), each.status.value, _write_window(each.window), _write_doubt(each.uncertainty)]
            for each in declaration.segments
        ],
        "sides": [] if sides is None else [sorted(sides.left), sorted(sides.right), sides.left_name, sides.right_name],
        "source": [declaration.source.file, declaration.source.path],
        "standing": declaration.standing.value,
        "submitted": write_instant(declaration.submitted),
        "title": declaration.title,
        "valid": [write_instant(declaration.valid_from), write_instant(declaration.valid_until)],
        "volumes": [_write_volume(volume) for volume in declaration.volumes],
        "zone": "" if declaration.zone is None else declaration.zone.value,
    }


def write_instant(instant: Instant | None) -> str:
    """Microseconds of Unix time as digits; empty for none."""
    return "" if instant is None else str(scaled(instant.epoch_s, _MICRO))


def write_position(position: Position) -> list[int]:
    """Longitude and latitude in units of 1e-9 degrees."""
    return [scaled(position.lon, _DEGREES), scaled(position.lat, _DEGREES)]


def _write_window(window: Window) -> list[Value]:
    return [write_instant(window.start), write_instant(window.end)]


def _write_doubt(doubt: Uncertainty) -> list[Value]:
    return [
        scaled(doubt.horizontal_m, _METRES),
        scaled(doubt.vertical_m, _METRES),
        scaled(doubt.time_s, _SECONDS),
        int(doubt.at_95),
    ]


def _write_height(height_m: float | None) -> str:
    return "" if height_m is None else str(scaled(height_m, _METRES))


def _write_volume(volume: Volume) -> list[Value]:
    band = volume.band
    heights: list[Value] = []
    if band is not None:
        heights = [
            _write_height(band.lower_m),
            band.datum.value,
            _write_height(band.upper_m),
            "" if band.upper_datum is None else band.upper_datum.value,
        ]
    return [_write_shape(volume.shape), _write_window(volume.window), heights, _write_doubt(volume.uncertainty)]


def _write_rings(polygon: Polygon) -> list[Value]:
    return [[write_position(position) for position in ring] for ring in (polygon.outer, *polygon.holes)]


def _write_shape(shape: Shape) -> list[Value]:
    match shape:
        case Point():
            return ["point", write_position(shape.at)]
        case Polygon():
            return ["polygon", _write_rings(shape)]
        case MultiPolygon():
            return ["multipolygon", [_write_rings(polygon) for polygon in shape.polygons]]
        case Circle():
            return ["circle", write_position(shape.centre), scaled(shape.radius_m, _METRES)]
        case Corridor():
            return ["corridor", [write_position(p) for p in shape.path], scaled(shape.half_width_m, _METRES)]
        case Path():
            return ["path", [write_position(p) for p in shape.points]]
        case Route():
            return [
                "route",
                [[write_position(w.at), write_instant(w.time), _write_height(w.height_m)] for w in shape.waypoints],
                scaled(shape.radius_m, _METRES),
                shape.datum.value,
                scaled(shape.half_height_m, _METRES),
            ]


# --- reading ---


def read_declaration(value: Value, where: str = "declaration") -> Declaration:
    """The declaration of a value. `InputError` if it is not in its form, or says what cannot be."""
    if not isinstance(value, Mapping) or sorted(value) != sorted(FIELDS):
        raise wrong(where, f"an object with the fields {', '.join(FIELDS)} and no others")
    kind = _choice(Kind, value["kind"], f"{where}.kind")
    sides = items(value["sides"], f"{where}.sides")
    if sides and len(sides) != 4:
        raise wrong(f"{where}.sides", "empty, or the two sides and their names")
    valid = _exactly(value["valid"], 2, f"{where}.valid")
    source = _exactly(value["source"], 2, f"{where}.source")
    identifier = text(value["id"], f"{where}.id")
    if not identifier:
        raise wrong(f"{where}.id", "the id of the declaration's chain")
    try:
        return Declaration(
            kind=kind,
            party=text(value["party"], f"{where}.party"),
            title=text(value["title"], f"{where}.title", 4000),
            volumes=tuple(_read_volume(each, f"{where}.volumes") for each in items(value["volumes"], where)),
            zone=None if value["zone"] == "" else _choice(Zone, value["zone"], f"{where}.zone"),
            medium=_choice(Medium, value["medium"], f"{where}.medium"),
            segments=tuple(_read_segment(each, f"{where}.segments") for each in items(value["segments"], where)),
            sides=None
            if not sides
            else Sides(
                _read_side(sides[0], f"{where}.sides"),
                _read_side(sides[1], f"{where}.sides"),
                text(sides[2], f"{where}.sides"),
                text(sides[3], f"{where}.sides"),
            ),
            declaration_id=identifier,
            revision=number(value["revision"], f"{where}.revision", 0),
            replaces=text(value["replaces"], f"{where}.replaces"),
            valid_from=read_instant(valid[0], f"{where}.valid"),
            valid_until=read_instant(valid[1], f"{where}.valid"),
            standing=_choice(Standing, value["standing"], f"{where}.standing"),
            hypothetical=bool(number(value["hypothetical"], f"{where}.hypothetical", 0, 1)),
            emergency=bool(number(value["emergency"], f"{where}.emergency", 0, 1)),
            submitted=read_instant(value["submitted"], f"{where}.submitted"),
            details=text_map(value["details"], f"{where}.details"),
            source=Source(text(source[0], f"{where}.source", 1000), text(source[1], f"{where}.source", 1000)),
            entered=text_map(value["entered"], f"{where}.entered"),
            flags=tuple(_read_flag(each, f"{where}.flags") for each in items(value["flags"], f"{where}.flags")),
        )
    except ValueRefused as error:
        raise InputError(error.code, error.sentence, where=where, **error.fields) from error


def read_instant(value: Value, where: str) -> Instant | None:
    """The instant of a string of microseconds; None for the empty string."""
    count = _digits(value, where, _MICRO)
    return None if count is None else _made(where, lambda: Instant(count / _MICRO))


def read_position(value: Value, where: str) -> Position:
    """The position of a pair of 1e-9 degrees. `InputError` if it is not on the Earth."""
    pair = items(value, where)
    if len(pair) != 2:
        raise wrong(where, "longitude and latitude")
    lon, lat = number(pair[0], where), number(pair[1], where)
    return _made(where, lambda: Position(lon / _DEGREES, lat / _DEGREES))


def _made(where: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except ValueRefused as error:
        raise InputError(error.code, error.sentence, where=where, **error.fields) from error


def _digits(value: Value, where: str, by: float) -> int | None:
    """How many units of `1 / by` a string of digits says; None for the empty string."""
    digits = text(value, where)
    if digits == "":
        return None
    body = digits.removeprefix("-")
    # One spelling each: no plus, no leading zero, no minus zero, no digits of other scripts.
    if not (body.isascii() and body.isdigit()) or len(body) > 18 or (body[0] == "0" and digits != "0"):
        raise wrong(where, "a whole number as digits")
    count = int(digits)
    # Nor one that a double does not hold (of instants, microseconds after 2255): it would be hashed as another.
    if scaled(count / by, by) != count:
        raise wrong(where, "a number that a double holds to the unit")
    return count


def _choice(of: type[E], value: Value, where: str) -> E:
    try:
        return of(text(value, where))
    except ValueError as error:
        raise wrong(where, f"one of {', '.join(each.value for each in of)}") from error


def _exactly(value: Value, count: int, where: str) -> Sequence[Value]:
    found = items(value, where)
    if len(found) != count:
        raise wrong(where, f"{count} values")
    return found


def _metres(value: Value, where: str) -> float:
    return number(value, where, 0) / _METRES


def _read_height(value: Value, where: str) -> float | None:
    count = _digits(value, where, _METRES)
    return None if count is None else count / _METRES


def _read_window(value: Value, where: str) -> Window:
    start, end = _exactly(value, 2, where)
    if start == "" and end == "":
        return ALWAYS
    first, last = read_instant(start, where), read_instant(end, where)
    return _made(where, lambda: Window(first, last))


def _read_doubt(value: Value, where: str) -> Uncertainty:
    horizontal, vertical, time, at_95 = _exactly(value, 4, where)
    return _made(
        where,
        lambda: Uncertainty(
            _metres(horizontal, where),
            _metres(vertical, where),
            number(time, where, 0) / _SECONDS,
            bool(number(at_95, where, 0, 1)),
        ),
    )


def _read_side(value: Value, where: str) -> frozenset[str]:
    parties = [text(each, where) for each in items(value, where)]
    if parties != sorted(set(parties)):
        raise wrong(where, "parties in order, each once")
    return frozenset(parties)


def _read_volume(value: Value, where: str) -> Volume:
    shape, window, heights, doubt = _exactly(value, 4, where)
    band = None
    if items(heights, where):
        lower, datum, upper, upper_datum = _exactly(heights, 4, where)
        low, high = _read_height(lower, where), _read_height(upper, where)
        below = _choice(Datum, datum, where)
        above = None if upper_datum == "" else _choice(Datum, upper_datum, where)
        band = _made(where, lambda: Band(low, high, below, above))
    read, when, doubts = _read_shape(shape, where), _read_window(window, where), _read_doubt(doubt, where)
    return _made(where, lambda: Volume(read, when, band, doubts))


def _read_segment(value: Value, where: str) -> Segment:
    path, status, window, doubt = _exactly(value, 4, where)
    read = _read_shape(path, where)
    if not isinstance(read, Path):
        raise wrong(where, "a path")
    return Segment(read, _choice(LineStatus, status, where), _read_window(window, where), _read_doubt(doubt, where))


def _read_positions(value: Value, where: str) -> tuple[Position, ...]:
    return tuple(read_position(each, where) for each in items(value, where))


def _read_polygon(value: Value, where: str) -> Polygon:
    rings = tuple(_read_positions(ring, where) for ring in items(value, where))
    if not rings:
        raise wrong(where, "at least one ring")
    return Polygon(rings[0], rings[1:])


def _read_waypoint(value: Value, where: str) -> Waypoint:
    at, time, height = _exactly(value, 3, where)
    instant = read_instant(time, where)
    if instant is None:
        raise wrong(where, "a time for each way-point")
    return Waypoint(read_position(at, where), instant, _read_height(height, where))


def _read_shape(value: Value, where: str) -> Shape:
    parts = items(value, where)
    name = parts[0] if parts else ""
    lengths = {"point": 2, "polygon": 2, "multipolygon": 2, "circle": 3, "corridor": 3, "path": 2, "route": 5}
    if not isinstance(name, str) or len(parts) != lengths.get(name, -1):
        raise wrong(where, f"a shape: one of {', '.join(lengths)}, with its values")

    def make() -> Shape:
        match name:
            case "point":
                return Point(read_position(parts[1], where))
            case "polygon":
                return _read_polygon(parts[1], where)
            case "multipolygon":
                return MultiPolygon(tuple(_read_polygon(each, where) for each in items(parts[1], where)))
            case "circle":
                return Circle(read_position(parts[1], where), _metres(parts[2], where))
            case "corridor":
                return Corridor(_read_positions(parts[1], where), _metres(parts[2], where))
            case "path":
                return Path(_read_positions(parts[1], where))
            case _:
                return Route(
                    tuple(_read_waypoint(each, where) for each in items(parts[1], where)),
                    _metres(parts[2], where),
                    _choice(Datum, parts[3], where),
                    _metres(parts[4], where),
                )

    return _made(where, make)


def _read_flag(value: Value, where: str) -> Flag:
    code, sentence, at, fields = _exactly(value, 4, where)
    return Flag(text(code, where), text(sentence, where, 4000), text(at, where), text_map(fields, where))
