"""GeoJSON (RFC 7946) with the properties of the Thalweg profile.

    {"type": "FeatureCollection",
     "defaults": {"party": "…", "time_zone": "Asia/Damascus"},        fields for features that lack them
     "edges": "straight" | "geodesic",                                 straight in lon/lat if absent
     "features": [
       {"type": "Feature", "id": "…", "geometry": {…},
        "properties": {"kind": "operation", "start": "…", "upper": "FL100", …}}]}

`read` makes declarations of it, `write` the other way round.
The profile is docs/reference/formats/geojson.md and schemas/geojson-profile.schema.json. Read as well:
a lone feature or geometry, newline-delimited GeoJSON and text sequences (RFC 8142), and the time members
that converters from KML and GPX write (`coordTimes`, `coordinateProperties.times`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import NoReturn

from thalweg.drafts import (
    AreaOutline,
    Context,
    Draft,
    DraftVolume,
    Outcome,
    Outline,
    PathOutline,
    PointOutline,
    field_named,
    finish,
    flag_open,
    reading_of,
    with_unit,
)
from thalweg.drafts.names import VOLUME_FIELDS
from thalweg.drafts.texts import folded, listed
from thalweg.model.bulk import collector_paused
from thalweg.model.declarations import Declaration, Medium, Standing, Uncertainty, Volume
from thalweg.model.encodings import decoded
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route

NAME = "geojson"
_LISTS = ("times", "heights_m", "segments", "volumes")  # arrays of the profile, beside left and right
_MEMBERS = frozenset({"type", "id", "geometry", "properties", "bbox", "edges", "crs"})
_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
_DEEPEST_COLLECTION = 5
_KNOWN_CRS = re.compile(r"(urn:ogc:def:crs:)?(OGC:?[0-9.]*:CRS84|EPSG:[0-9.]*:?4326|CRS84|WGS ?84)", re.IGNORECASE)


class _Twice(dict[str, object]):
    """A JSON object that names one of its members twice."""

    name = ""


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What the file says for features that do not say it themselves."""

    fields: Mapping[str, str]
    straight: bool = True


def read(data: bytes, file: str, context: Context) -> Reading:
    """Everything in the file. Problems with the file itself leave nothing else in the reading."""
    with collector_paused(len(data)):
        return _read(data, file, context)


def _read(data: bytes, file: str, context: Context) -> Reading:
    try:
        text = decoded(data, "json-encoding", "The file")
        documents = _documents(text, file)
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(file), error),))
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    omissions: list[Omission] = []
    for path, document in documents:
        if isinstance(document, Problem):
            outcomes.append(document)
            continue
        try:
            for outcome in _document(document, path, file, context, omissions):
                outcomes.append(outcome)
        except InputError as error:
            problems.append(_problem(Source(file, path), error))
    return reading_of(NAME, outcomes, problems=problems, omissions=omissions)


# --- bytes to JSON ---


def _documents(text: str, file: str) -> list[tuple[str, object]]:
    """`(path, JSON value or Problem)` for each document: one, or one a line."""
    if not text.strip():
        raise InputError("json-empty", "The file is empty.", expected="a GeoJSON object", found="nothing")
    try:
        return [("", _parsed(text))]
    except InputError as error:
        lines = [(number, line.strip(" \t\r\x1e")) for number, line in enumerate(text.split("\n"), start=1)]
        lines = [(number, line) for number, line in lines if line]
        if len(lines) < 2 or not _is_object(lines[0][1]):
            raise
        if error.code == "json-depth":
            raise
    documents: list[tuple[str, object]] = []
    for number, line in lines:
        path = f"line {number}"
        try:
            documents.append((path, _parsed(line)))
        except InputError as error:
            documents.append((path, _problem(Source(file, path), error)))
    return documents


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parsed(line), dict)
    except InputError:
        return False


def _parsed(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            "json-syntax",
            f"The JSON breaks off at line {error.lineno}, column {error.colno}: {error.msg}.",
            expected="JSON (RFC 8259)",
            found=repr(text[error.pos : error.pos + 20]) if text[error.pos :] else "the end of the file",
        ) from error
    except RecursionError as error:
        raise InputError("json-depth", "The JSON is nested too deeply.", expected="GeoJSON", found="") from error
    except ValueError as error:  # NaN is told by the one who meets it, so this is an integer
        raise InputError(
            "json-syntax",
            "The JSON cannot be read: it has an integer of thousands of digits.",
            expected="JSON",
            found="",
        ) from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice = _Twice(made)
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            twice.name = name
        seen.add(name)
    return twice


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


# --- GeoJSON objects ---


def _document(document: object, path: str, file: str, context: Context, omissions: list[Omission]) -> Iterator[Outcome]:
    if not isinstance(document, dict):
        raise InputError(
            "geojson-type",
            "This is JSON, but not GeoJSON.",
            expected="an object with a type",
            found=_name_of(document),
        )
    _refuse_twice(document)
    kind = document.get("type")
    prefix = f"{path}, " if path else ""
    if kind == "FeatureCollection":
        _check_crs(document)
        features = document.get("features")
        if not isinstance(features, list):
            raise InputError(
                "geojson-features",
                "The feature collection has no list of features.",
                expected="an array",
                found=_name_of(features),
            )
        defaults = _defaults(document)
        extra = [name for name in document if name not in _MEMBERS | {"features", "defaults", "name"}]
        if extra:
            omissions.append(
                Omission(
                    Source(file, path),
                    f"members {', '.join(extra)[:200]}",
                    "not part of the profile",
                    harmless=True,
                )
            )
        for index, feature in enumerate(features):
            yield _feature(feature, Source(file, f"{prefix}features[{index}]"), context, defaults)
    elif kind == "Feature":
        yield _feature(document, Source(file, path), context, _defaults(document))
    elif isinstance(kind, str) and kind in _GEOMETRIES:
        feature = {"type": "Feature", "properties": {}, "geometry": document}
        yield _feature(feature, Source(file, path), context, _defaults({}))
    else:
        raise InputError(
            "geojson-type",
            "This is JSON, but not GeoJSON.",
            expected="FeatureCollection, Feature or a geometry as its type",
            found=_name_of(kind) if not isinstance(kind, str) else kind[:60],
        )


def _defaults(document: dict[str, object]) -> _Defaults:
    given = document.get("defaults")
    straight = _straight(document.get("edges"))
    if given is None:
        return _Defaults({}, True if straight is None else straight)
    if not isinstance(given, dict):
        raise InputError("geojson-defaults", "The defaults are not an object.", expected="an object", found="")
    _refuse_twice(given)
    fields: dict[str, str] = {}
    for name, value in given.items():
        known = field_named(name)
        if known is None or known[0] in ("id", "revision", "action", "replaces"):
            raise InputError(
                "geojson-defaults",
                f"The defaults name “{name}”, which cannot be a default.",
                expected="fields of the profile such as party, time_zone, datum",
                found=name,
            )
        text = _value_text(value)
        if text:
            fields[known[0]] = with_unit(text, known[1])
    return _Defaults(fields, True if straight is None else straight)


def _feature(feature: object, source: Source, context: Context, defaults: _Defaults) -> Outcome:
    try:
        draft = _draft(feature, source, defaults)
    except InputError as error:
        return _problem(source, error)
    return finish(draft, context)


def _draft(feature: object, source: Source, defaults: _Defaults) -> Draft:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InputError(
            "geojson-feature",
            "This is not a feature.",
            expected='an object with "type": "Feature"',
            found=_name_of(feature),
        )
    _refuse_twice(feature)
    _check_crs(feature)
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise InputError(
            "geojson-properties",
            "The properties are not an object.",
            expected="an object",
            found=_name_of(properties),
        )
    _refuse_twice(properties)
    flags: list[Flag] = []
    fields, details, lists = _sorted_properties(properties)
    member_id = feature.get("id")
    if member_id is not None and not fields.get("id"):
        fields["id"] = _value_text(member_id)
    for name, value in feature.items():
        if name not in _MEMBERS:
            details[name] = _value_text(value)
    if defaults.fields:
        fields = {**defaults.fields, **{name: text for name, text in fields.items() if text}}
    straight = _straight(feature.get("edges", properties.get("edges")))
    geometry = feature.get("geometry")
    volumes: tuple[DraftVolume, ...] = ()
    if geometry is not None:
        volumes = _volumes(geometry, lists, flags, straight=defaults.straight if straight is None else straight)
    elif fields.get("action", "").strip() == "":
        raise InputError("geometry-missing", "The feature has no geometry.", expected="a geometry", found="null")
    return Draft(source, fields, volumes, details, tuple(flags))


def _sorted_properties(
    properties: dict[str, object],
) -> tuple[dict[str, str], dict[str, str], dict[str, object]]:
    """Fields of the profile, everything else as text, and the arrays of the profile."""
    fields: dict[str, str] = {}
    details: dict[str, str] = {}
    lists: dict[str, object] = {}
    for name, value in properties.items():
        if value is None or name == "edges":
            continue
        known = field_named(name)
        if known is None:
            array = _array_named(name)
            if array:
                lists[array] = value
            elif name == "coordinateProperties" and isinstance(value, dict) and "times" in value:
                lists["times"] = value["times"]
            else:
                details[name] = _value_text(value)
            continue
        field, unit = known
        text = with_unit(_value_text(value), unit)
        before = fields.get(field)
        if not before or before == text:
            fields[field] = text
        elif name == field:  # the profile's own name wins over an alias, which stays readable
            details[f"{field} (other)"] = before
            fields[field] = text
        elif field in ("title", "party", "place") or field in properties:
            details[name] = text
        elif text:
            raise InputError(
                "field-twice",
                f"Two properties are both its {field}, and differ.",
                expected=f"one of them, named {field}",
                found=f"{before} and {text}",
            )
    return fields, details, lists


@lru_cache(maxsize=4096)
def _array_named(name: str) -> str:
    word = folded(name).replace(" ", "")
    return {
        "times": "times", "coordtimes": "times", "heightsm": "heights_m", "heights": "heights_m",
        "segments": "segments", "volumes": "volumes",
    }.get(word, "")  # fmt: skip


def _value_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(item for item in value if isinstance(item, str))
    return json.dumps(value, ensure_ascii=False)


# --- geometries ---


def _volumes(
    geometry: object, lists: dict[str, object], flags: list[Flag], *, straight: bool
) -> tuple[DraftVolume, ...]:
    outlines = tuple(_outlines(geometry, flags, straight=straight))
    if not outlines:
        raise InputError("geometry-empty", "The geometry is empty.", expected="coordinates", found="none")
    is_collection = isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection"
    own = _own_fields(lists, "volumes" if is_collection or "volumes" in lists else "segments", len(outlines))
    times = _times(lists.get("times"), outlines)
    heights = _heights(lists.get("heights_m"), outlines)
    made = []
    for index, given in enumerate(outlines):
        outline = given
        if heights is not None and isinstance(outline, PathOutline):
            outline = replace(outline, heights_m=heights)
        fields, own_times = own[index] if own else ({}, ())
        made.append(
            DraftVolume(
                outline,
                fields,
                own_times or times[index],
                heights_datum=Datum.WGS84 if heights is None else None,  # RFC 7946 section 4: the ellipsoid
            )
        )
    return tuple(made)


def _own_fields(lists: dict[str, object], name: str, count: int) -> list[tuple[dict[str, str], tuple[str, ...]]]:
    given = lists.get(name)
    if given is None:
        return []
    if isinstance(given, str):
        given = _parsed(given)
    if not isinstance(given, list) or len(given) != count:
        raise InputError(
            f"{name}-count",
            f"The geometry has {count} parts, and {name} does not have as many entries.",
            expected=f"an array of {count} objects",
            found=f"{len(given)} entries" if isinstance(given, list) else _name_of(given),
        )
    made = []
    for entry in given:
        if not isinstance(entry, dict):
            raise InputError(
                f"{name}-entry",
                f"An entry of {name} is not an object.",
                expected="an object",
                found=_name_of(entry),
            )
        _refuse_twice(entry)
        fields: dict[str, str] = {}
        times: tuple[str, ...] = ()
        for key, value in entry.items():
            if key == "times":
                times = _time_texts(value)
                continue
            known = field_named(key)
            if known is None or known[0] not in VOLUME_FIELDS:
                raise InputError(
                    f"{name}-entry",
                    f"An entry of {name} has “{key}”, which belongs to the whole declaration or to nothing.",
                    expected=", ".join(VOLUME_FIELDS),
                    found=key,
                )
            fields[known[0]] = with_unit(_value_text(value), known[1])
        made.append((fields, times))
    return made


def _time_texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parsed = _parsed(value) if value.lstrip().startswith("[") else list(listed(value))
        value = parsed
    if not isinstance(value, list):
        raise InputError("times-unreadable", "The times are not a list.", expected="an array", found=_name_of(value))
    return tuple("" if item is None else _value_text(item) for item in value)


def _times(value: object, outlines: tuple[Outline, ...]) -> tuple[tuple[str, ...], ...]:
    """Times for each outline: one list for a single path, a list of lists for several."""
    if value is None:
        return ((),) * len(outlines)
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _parsed(value)
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        made = tuple(_time_texts(item) for item in value)
    else:
        made = (_time_texts(value),)
    paths = sum(isinstance(outline, PathOutline) for outline in outlines)
    if not any(made) and paths:
        return ((),) * len(outlines)
    if len(made) != len(outlines) or paths != len(outlines):
        raise InputError(
            "times-count",
            f"There are {len(made)} lists of times for {paths} lines.",
            expected="one time for each vertex of each line",
            found=f"{len(made)} lists",
        )
    return made


def _heights(value: object, outlines: tuple[Outline, ...]) -> tuple[float | None, ...] | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = _parsed(value)
    if len(outlines) != 1 or not isinstance(outlines[0], PathOutline) or not isinstance(value, list):
        raise InputError(
            "heights-count",
            "Heights are a list for a single line.",
            expected="heights_m for a LineString",
            found="",
        )
    if len(value) != len(outlines[0].points):
        raise InputError(
            "heights-count",
            f"There are {len(value)} heights for {len(outlines[0].points)} vertices.",
            expected="one height for each vertex",
            found=str(len(value)),
        )
    return tuple(None if item is None else _number(item) for item in value)


def _outlines(geometry: object, flags: list[Flag], *, straight: bool, depth: int = 0) -> Iterator[Outline]:
    if not isinstance(geometry, dict):
        raise InputError(
            "geometry-type", "The geometry is not an object.", expected="a geometry", found=_name_of(geometry)
        )
    _refuse_twice(geometry)
    _check_crs(geometry)
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list):
            raise InputError(
                "geometry-type",
                "The collection has no list of geometries.",
                expected="an array",
                found=_name_of(members),
            )
        if depth >= _DEEPEST_COLLECTION:
            raise InputError(
                "geometry-depth",
                f"Its collections of geometries are nested deeper than {_DEEPEST_COLLECTION}, which are read.",
                expected="one collection with all its geometries (RFC 7946 section 3.1.8)",
                found=f"more than {_DEEPEST_COLLECTION} in one another",
            )
        for member in members:
            yield from _outlines(member, flags, straight=straight, depth=depth + 1)
        return
    if not isinstance(kind, str) or kind not in _GEOMETRIES:
        raise InputError(
            "geometry-type",
            f"The geometry is of no type that GeoJSON has: {_name_of(kind)}.",
            expected=", ".join(sorted(_GEOMETRIES)),
            found=str(kind)[:60],
        )
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise InputError(
            "coordinates-unreadable",
            "The coordinates are not an array.",
            expected="an array",
            found=_name_of(coordinates),
        )
    match kind:
        case "Point":
            if coordinates:
                yield _point(coordinates, flags)
        case "MultiPoint":
            for member in coordinates:
                yield _point(member, flags)
        case "LineString":
            if coordinates:
                yield _path(coordinates, flags, straight=straight)
        case "MultiLineString":
            for member in coordinates:
                yield _path(member, flags, straight=straight)
        case "Polygon":
            if coordinates:
                yield AreaOutline((_polygon(coordinates, flags),), straight)
        case _:
            polygons = tuple([_polygon(member, flags) for member in coordinates])
            if polygons:
                yield AreaOutline(polygons, straight)


def _point(position: object, flags: list[Flag]) -> PointOutline:
    points, heights = _positions([position], flags)
    return PointOutline(points[0], heights[0] if heights else None, json.dumps(position))


def _path(positions: object, flags: list[Flag], *, straight: bool) -> PathOutline:
    points, heights = _positions(positions, flags)
    if len(points) < 2:
        raise InputError(
            "path-short", "A line needs two points.", expected="two or more positions", found=str(len(points))
        )
    return PathOutline(points, straight, heights)


def _polygon(rings: object, flags: list[Flag]) -> tuple[tuple[tuple[float, float], ...], ...]:
    if not isinstance(rings, list):
        raise InputError("coordinates-unreadable", "A polygon is not an array of rings.", expected="rings", found="")
    made = []
    for number, ring in enumerate(rings):
        points, _ = _positions(ring, flags)
        flag_open(points, number, flags)
        made.append(points)
    return tuple(made)


_NUMBERS = {float, int}


def _positions(
    positions: object, flags: list[Flag]
) -> tuple[tuple[tuple[float, float], ...], tuple[float | None, ...]]:
    """Longitudes and latitudes, and heights if any position has one."""
    if not isinstance(positions, list):
        raise InputError(
            "coordinates-unreadable",
            "The positions are not an array.",
            expected="an array",
            found=_name_of(positions),
        )
    # Whole lists at a time: this is where the time goes in a file of a hundred thousand features.
    if set(map(type, positions)) - {list}:
        _refuse_position(positions)
    sizes = set(map(len, positions))
    types = set(map(type, chain.from_iterable(positions)))
    if not types <= _NUMBERS or (sizes and min(sizes) < 2):
        _refuse_position(positions)
    if sizes == {2} and types == {float}:
        return tuple([(lon, lat) for lon, lat in positions]), ()
    try:
        points = tuple([(float(position[0]), float(position[1])) for position in positions])
    except OverflowError as error:
        raise InputError(
            "coordinates-unreadable", "A coordinate is not on the Earth.", expected="degrees", found=""
        ) from error
    if sizes <= {2}:
        return points, ()
    if max(sizes) > 3:
        flags.append(
            Flag(
                "coordinates-extra",
                "Positions have a fourth value, which RFC 7946 gives no meaning; it is not used.",
                "coordinates",
            )
        )
    return points, tuple([_number(position[2]) if len(position) > 2 else None for position in positions])


def _refuse_position(positions: list[object]) -> NoReturn:
    for position in positions:
        if isinstance(position, list) and len(position) >= 2:
            if {type(value) for value in position} <= _NUMBERS:
                continue
            raise InputError(
                "coordinates-unreadable",
                "A coordinate is not a number.",
                expected="[longitude, latitude]",
                found=_value_text(position)[:80],
            )
        break
    raise InputError(
        "coordinates-unreadable",
        "A position is not an array of longitude and latitude.",
        expected="[longitude, latitude]",
        found=_value_text(position)[:80],
    )


def _number(value: object) -> float:
    if type(value) in _NUMBERS and isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if abs(number) < 1e7:
            return number
    raise InputError(
        "height-unreadable",
        "A height is not a number of metres.",
        expected="metres",
        found=_value_text(value)[:40],
    )


# --- small checks ---


def _straight(edges: object) -> bool | None:
    """True: straight in longitude and latitude. None: not said."""
    if edges is None:
        return None
    if edges in ("geodesic", "spherical", "great-circle"):
        return False
    if edges in ("straight", "planar", "lonlat", "cartesian"):
        return True
    raise InputError(
        "edges-unknown",
        "It does not say how edges run.",
        expected="straight or geodesic",
        found=_value_text(edges)[:40],
    )


def _check_crs(item: dict[str, object]) -> None:
    crs = item.get("crs")
    if crs is None:
        return
    name: object = crs
    if isinstance(crs, dict):
        properties = crs.get("properties")
        name = properties.get("name") if isinstance(properties, dict) else None
    if not (isinstance(name, str) and _KNOWN_CRS.fullmatch(name.strip())):
        raise InputError(
            "crs-unsupported",
            "The coordinates are in another reference system than WGS84.",
            expected="WGS84 longitude and latitude (RFC 7946 section 4)",
            found=_value_text(crs)[:120],
        )


def _refuse_twice(item: dict[str, object]) -> None:
    if isinstance(item, _Twice):
        raise InputError(
            "json-twice",
            f"The member “{item.name}” is given twice; which one is meant is not guessed.",
            expected="each member once",
            found=item.name,
        )


def _name_of(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "text", bool: "true or false", type(None): "null"}
    for kind, name in names.items():
        if isinstance(value, kind):
            return name
    return "a number"


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = str(error.fields.get("expected", "")), str(error.fields.get("found", ""))
    return Problem(source, error.code, error.sentence, expected, found)


# --- writing ---


def write(declarations: Iterable[Declaration]) -> bytes:
    """Declarations in the profile, as `read` takes them back: the same versions, but for the windows of static sites,
    which the profile reads as their validity."""
    collection = {
        "type": "FeatureCollection",
        "edges": "geodesic",
        "features": [_written(declaration) for declaration in declarations],
    }
    return (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode()


def _written(declaration: Declaration) -> dict[str, object]:
    sides = declaration.sides
    said: dict[str, object] = {
        "kind": declaration.kind.value,
        "zone": declaration.zone.value if declaration.zone else None,
        "medium": declaration.medium.value if declaration.medium is not Medium.UNSTATED else None,
        "party": declaration.party,
        "title": declaration.title or None,
        "revision": declaration.revision or None,
        "replaces": declaration.replaces or None,
        "valid_from": _time_text(declaration.valid_from),
        "valid_until": _time_text(declaration.valid_until),
        "standing": declaration.standing.value if declaration.standing is not Standing.DECLARED else None,
        "hypothetical": declaration.hypothetical or None,
        "emergency": declaration.emergency or None,
        "submitted": _time_text(declaration.submitted),
        "left": sorted(sides.left) if sides else None,
        "right": sorted(sides.right) if sides else None,
        "left_name": sides.left_name if sides else None,
        "right_name": sides.right_name if sides else None,
        **{_free_name(name): text for name, text in declaration.details.items()},
    }
    if declaration.segments:
        geometry: dict[str, object] = {
            "type": "MultiLineString",
            "coordinates": [_pairs(segment.path.points) for segment in declaration.segments],
        }
        said["segments"] = [
            _present({"status": s.status.value, **_span(s.window), **_bounds(s.uncertainty)})
            for s in declaration.segments
        ]
    else:
        parts = [_part(volume) for volume in declaration.volumes]
        if len(parts) == 1:
            geometry, own = parts[0]
            said |= own
        else:
            geometry = {"type": "GeometryCollection", "geometries": [part for part, _ in parts]}
            said["volumes"] = [_present(own) for _, own in parts]
    return {"type": "Feature", "id": declaration.declaration_id, "properties": _present(said), "geometry": geometry}


def _free_name(name: str) -> str:
    """The name of a detail, which must not be taken for a field of the profile."""
    return name if field_named(name) is None and not _array_named(name) and name != "edges" else f"detail {name}"


def _part(volume: Volume) -> tuple[dict[str, object], dict[str, object]]:
    """The geometry of a volume, and its properties."""
    shape, band = volume.shape, volume.band
    own: dict[str, object] = {**_bounds(volume.uncertainty)}
    if band is not None:
        own |= {"lower": band.lower_m, "upper": band.upper_m, "lower_datum": band.datum.value}
        own |= {"upper_datum": band.datum_of_upper.value}
        if band.upper_datum is None:
            own = {name: value for name, value in own.items() if not name.endswith("_datum")}
            own["datum"] = band.datum.value
    if not isinstance(shape, Route):
        own |= _span(volume.window)
    match shape:
        case Point():
            return {"type": "Point", "coordinates": [shape.at.lon, shape.at.lat]}, own
        case Circle():
            own["radius_m"] = shape.radius_m
            return {"type": "Point", "coordinates": [shape.centre.lon, shape.centre.lat]}, own
        case Polygon():
            return {"type": "Polygon", "coordinates": _rings(shape)}, own
        case MultiPolygon():
            return {"type": "MultiPolygon", "coordinates": [_rings(polygon) for polygon in shape.polygons]}, own
        case Corridor():
            own["half_width_m"] = shape.half_width_m
            return {"type": "LineString", "coordinates": _pairs(shape.path)}, own
        case Path():
            return {"type": "LineString", "coordinates": _pairs(shape.points)}, own
        case Route():
            own |= {"times": [_time_text(w.time) for w in shape.waypoints], "buffer_m": shape.radius_m}
            if shape.has_heights:
                own |= {"datum": shape.datum.value, "half_height_m": shape.half_height_m}
            return {
                "type": "LineString",
                "coordinates": [
                    [w.at.lon, w.at.lat] if w.height_m is None else [w.at.lon, w.at.lat, w.height_m]
                    for w in shape.waypoints
                ],
            }, own


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [_pairs((*ring, ring[0])) for ring in (polygon.outer, *polygon.holes)]


def _pairs(points: Iterable[Position]) -> list[list[float]]:
    return [[point.lon, point.lat] for point in points]


def _bounds(said: Uncertainty) -> dict[str, object]:
    return {
        "uncertainty_m": said.horizontal_m or None,
        "uncertainty_vertical_m": said.vertical_m or None,
        "uncertainty_s": said.time_s or None,
        "uncertainty_at_95": said.at_95 or None,
    }


def _span(window: Window) -> dict[str, object]:
    return {"start": _time_text(window.start), "end": _time_text(window.end)}


def _time_text(instant: Instant | None) -> str | None:
    return None if instant is None else instant.as_datetime().isoformat().replace("+00:00", "Z")


def _present(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
