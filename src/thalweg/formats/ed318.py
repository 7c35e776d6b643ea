"""EUROCAE ED-318 UAS geographical zones: GeoJSON with layers (github.com/UASGeoZones/ED-318).

    {"type": "FeatureCollection",
     "metadata": {"validFrom": …, "validTo": …, "issued": …, "provider": [text], "otherGeoid": …},
     "features": [{"type": "Feature",
       "geometry": {"type": "Polygon", "coordinates": [[[lon, lat], …]], "layer": layer}
                 | {"type": "Point", "coordinates": [lon, lat], "layer": layer,
                    "extent": {"subType": "Circle", "radius": 3500}}
                 | {"type": "GeometryCollection", "geometries": [ … ]}      one volume each,
       "properties": {
         "identifier": "LSTB002", "country": "CHE", "name": [text],
         "type": "PROHIBITED" | "REQ_AUTHORIZATION" | "CONDITIONAL" | "USPACE" | "NO_RESTRICTION",
         "variant": "COMMON" | "CUSTOMIZED", "restrictionConditions": …, "reason": [ … ], "message": [text],
         "limitedApplicability": [{"startDateTime": …, "endDateTime": …,
             "schedule": [{"day": ["MON"], "startTime": "16:00:00Z" | "startEvent": "SR", "endTime": …}]}],
         "zoneAuthority": [{"name": [text], "purpose": …, "intervalBefore": "P10DT00H"}]}}]}

    layer   {upper, upperReference, lower, lowerReference: "AGL" | "AMSL" | "WGS84", uom: "m" | "ft"}
    text    {"text": …, "lang": "en-GB"}: English is taken for the title where there is one, else the first

A zone becomes a restricted zone of airspace; without `limitedApplicability` it is permanent. How long the
data set is valid becomes how long the zone is vouched for: after `validTo` it is stale, and still tested.
Edges are straight in longitude and latitude (RFC 7946). AMSL is above EGM96, or above the geoid of `otherGeoid`:
EGM2008 is a datum of ours; above any other the heights are given 15 m of uncertainty, and flagged. `NO_RESTRICTION` is
reported and never a zone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from thalweg.drafts import AreaOutline, Context, Draft, DraftVolume, Outcome, finish, reading_of
from thalweg.drafts.documents import list_of, not_of_format, number_of, object_of, parse, scalar_of, text_of
from thalweg.drafts.geozones import (
    NO_RESTRICTION,
    authority_details,
    contacts_in,
    pair_only,
    rings_of,
    unrestricting,
    windows_of,
    zone_fields,
    zone_id,
)
from thalweg.drafts.heights import metres_in
from thalweg.drafts.outlines import area_shape
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, MultiPolygon, Polygon, Position

NAME = "ed318"
SUFFIXES = (".json", ".geojson")

# Any of these alone; the names of layers alone may also be properties of somebody's own GeoJSON.
_MARKS = (b'"limitedApplicability"', b'"zoneAuthority"')
_LAYERS = (b'"layer"', b'"upperReference"', b'"variant"')
_DETAILS = (
    "identifier", "country", "type", "variant", "restrictionConditions", "reason", "regulationExemption", "region",
)  # fmt: skip
_TEXTS = ("name", "message", "otherReasonInfo")
_PROPERTIES = {*_DETAILS, *_TEXTS, "extendedProperties", "limitedApplicability", "zoneAuthority"}
_DEEPEST = 4  # collections within collections
# How far another geoid than EGM96 may lie from it: the bound that a theatre gives to EGM2008 (`Heights`), for
# national ones lie nearer to that than to EGM96.
_OTHER_GEOID = "15 m"


def recognises(head: bytes, name: str) -> bool:
    """Whether these first bytes are GeoJSON with the members that ED-318 adds."""
    if name.lower().endswith((".kml", ".gpx", ".csv")):
        return False
    if b'"FeatureCollection"' not in head or b'"horizontalProjection"' in head:
        return False
    return any(mark in head for mark in _MARKS) or all(mark in head for mark in _LAYERS)


def read(data: bytes, name: str, context: Context) -> Reading:
    """The zones of an ED-318 file. Never raises for what is in the data."""
    try:
        top = object_of(parse(data, name), "document")
        features = list_of(top.get("features"), "features")
        metadata = object_of(top.get("metadata") or {}, "metadata")
        geoid = text_of(metadata.get("otherGeoid")).strip()
        validity = {
            field: text_of(metadata.get(member)).strip()
            for field, member in (("valid_from", "validFrom"), ("valid_until", "validTo"))
        }
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(name), error),))
    ids = Counter(zone_id(_properties(item)) for item in features if _type(item) != NO_RESTRICTION)
    outcomes: list[Outcome] = []
    omissions: list[Omission] = []
    unknown: set[str] = set()
    contacts = False
    for index, item in enumerate(features):
        source = Source(name, f"features[{index}]")
        try:
            feature = object_of(item, "feature")
            properties = object_of(feature.get("properties"), "properties")
            if _type(feature) == NO_RESTRICTION:
                omissions.append(unrestricting(source, zone_id(properties)))
                continue
            unknown |= properties.keys() - _PROPERTIES
            unique = ids[zone_id(properties)] == 1
            draft, has_contacts = _draft(feature, source, context, geoid, validity, unique=unique)
            contacts |= has_contacts
        except InputError as error:
            outcomes.append(_problem(source, error))
        except ValueRefused as error:
            outcomes.append(Problem(source, error.code, error.sentence))
        else:
            outcomes.append(finish(draft, context))
    if contacts:
        omissions.append(contacts_in(name))
    omissions += not_of_format(name, unknown)
    return reading_of(NAME, outcomes, omissions=omissions, seen=len(features))


def _properties(feature: object) -> dict[str, object]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _type(feature: object) -> str:
    return text_of(_properties(feature).get("type")).strip().upper()


def _draft(
    feature: dict[str, object],
    source: Source,
    context: Context,
    geoid: str,
    validity: Mapping[str, str],
    *,
    unique: bool,
) -> tuple[Draft, bool]:
    properties = object_of(feature.get("properties"), "properties")
    flags: list[Flag] = []
    fields = zone_fields(properties, _type(feature), flags, unique=unique) | dict(validity)
    details, contacts = authority_details(list_of(properties.get("zoneAuthority"), "zoneAuthority"), flags)
    for member in _DETAILS:
        if text := text_of(properties.get(member)):
            details[member] = text
    for member in _TEXTS:
        details |= _languages(member, properties.get(member))
    if properties.get("extendedProperties"):
        details["extendedProperties"] = text_of(properties["extendedProperties"])
    windows, found_flags = windows_of(
        list_of(properties.get("limitedApplicability"), "limitedApplicability"),
        zone=context.theatre.time_zone,
        checked=context.period,
        schedules=("schedule",),
    )
    flags += found_flags
    volumes: list[DraftVolume] = []
    geometry = feature.get("geometry")
    for shape, limits in _parts(geometry, flags, geoid, 0) if geometry is not None else ():
        made: AreaOutline | Circle | Polygon | MultiPolygon = shape
        if len(windows) > 1 and isinstance(shape, AreaOutline):
            made, shape_flags = area_shape(shape)  # once, and not once for each window
            flags += shape_flags
        volumes += [DraftVolume(made, limits, window=window) for window in windows]
    return Draft(source, fields, tuple(volumes), details, tuple(flags)), contacts


def _languages(member: str, value: object) -> dict[str, str]:
    """Every language of a text, each under its own key, so that none has to be translated back."""
    if not isinstance(value, list):
        return {member: text} if (text := text_of(value)) else {}
    made: dict[str, str] = {}
    for item in value:
        if isinstance(item, dict) and (text := text_of(object_of(item, member).get("text"))):
            lang = text_of(item.get("lang"))
            key = f"{member} ({lang})" if lang else member
            made[key] = f"{made[key]}; {text}" if key in made else text
    return made


def _parts(
    value: object, flags: list[Flag], geoid: str, depth: int
) -> Iterator[tuple[AreaOutline | Circle, dict[str, str]]]:
    """The shapes of a geometry with the limits of each. A layer of a collection holds for its members."""
    geometry = object_of(value, "geometry")
    form = text_of(geometry.get("type"))
    if form == "GeometryCollection":
        if depth >= _DEEPEST:
            raise InputError(
                "ed318-geometry", "Collections are nested too deeply.", expected="one level", found=str(depth)
            )
        for member in list_of(geometry.get("geometries"), "geometries"):
            own = object_of(member, "geometry")
            if "layer" not in own and "layer" in geometry:
                own = {**own, "layer": geometry["layer"]}
            yield from _parts(own, flags, geoid, depth + 1)
        return
    limits = _limits(geometry.get("layer"), flags, geoid)
    coordinates = list_of(geometry.get("coordinates"), "coordinates")
    if form == "Point":
        yield _circle(coordinates, geometry.get("extent"), flags), limits
    elif geometry.get("extent") is not None:
        raise InputError(
            "ed318-extent", f"A {form} has an extent: whether it reaches beyond what is drawn is not guessed.",
            expected="an extent of a Point alone", found=form,
        )  # fmt: skip
    elif form == "Polygon":
        yield AreaOutline((_rings(coordinates, flags),), straight=True), limits
    elif form == "MultiPolygon":
        polygons = tuple([_rings(list_of(polygon, "polygon"), flags) for polygon in coordinates])
        yield AreaOutline(polygons, straight=True), limits
    else:
        raise InputError(
            "ed318-geometry",
            f"A zone drawn as “{form}” encloses no airspace.",
            expected="Polygon, MultiPolygon, or Point with a circle as its extent",
            found=form,
        )


def _circle(coordinates: list[object], extent: object, flags: list[Flag]) -> Circle:
    lon, lat = _position(coordinates, flags)
    if extent is None:
        raise InputError(
            "ed318-extent",
            "A point without an extent encloses no airspace.",
            expected='"extent": {"subType": "Circle", "radius": …}',
            found="none",
        )
    circle = object_of(extent, "extent")
    form = text_of(circle.get("subType"))
    if form.casefold() not in ("circle", "circles") or "radius" not in circle:
        raise InputError("ed318-extent", f"The extent is “{form}”.", expected="a Circle with a radius", found=form)
    unit = scalar_of(circle.get("uom"), "uom of the extent").strip()
    if unit and metres_in(unit, "radius") != 1.0:
        raise InputError("ed318-extent", f"The radius is in {unit}.", expected="metres", found=unit)
    if form != "Circle":
        flags.append(
            Flag(
                "zone-extent-name",
                f"The extent is called “{form}”, where the format has “Circle”; it is read as one.",
                "extent",
            )
        )
    return Circle(Position(lon, lat), number_of(circle.get("radius"), "radius"))


def _limits(value: object, flags: list[Flag], geoid: str) -> dict[str, str]:
    layer = object_of(value, "layer") if value is not None else {}
    unit = scalar_of(layer.get("uom"), "uom of the layer").strip() or "m"  # metres by the schema, where it is not given
    metres_in(unit, "layer")
    limits: dict[str, str] = {}
    for side in ("lower", "upper"):
        limit = layer.get(side)
        if limit is None or limit == "":
            continue
        reference = text_of(layer.get(f"{side}Reference")).strip()
        limits[side] = f"{number_of(limit, side)!r} {unit}"
        limits[f"{side}_datum"] = reference
        if reference.upper() != "AMSL" or not geoid or _is(geoid, "EGM96"):
            continue
        if _is(geoid, "EGM2008"):
            limits[f"{side}_datum"] = "EGM2008"
        else:
            limits["uncertainty_vertical_m"] = _OTHER_GEOID
            flag = Flag(
                "geoid-other",
                f"Its heights are above the geoid {geoid}, not EGM96: they are given {_OTHER_GEOID} of uncertainty.",
                "layer",
                {"geoid": geoid},
            )
            if flag not in flags:
                flags.append(flag)
    if not limits:
        flags.append(
            Flag("zone-layer-missing", "It states no heights in a layer: it is tested at every height.", "layer")
        )
    return limits


def _is(geoid: str, name: str) -> bool:
    return name in geoid.upper().replace("-", "").replace(" ", "")


def _rings(rings: list[object], flags: list[Flag]) -> tuple[tuple[tuple[float, float], ...], ...]:
    return rings_of(
        [[_position(list_of(point, "position"), flags) for point in list_of(ring, "ring")] for ring in rings], flags
    )


def _position(numbers: list[object], flags: list[Flag]) -> tuple[float, float]:
    pair_only(numbers, flags)
    if len(numbers) < 2:
        raise InputError(
            "ed318-position", f"A position has {len(numbers)} numbers.",
            expected="[longitude, latitude]", found=json.dumps(numbers)[:60],
        )  # fmt: skip
    return number_of(numbers[0], "longitude"), number_of(numbers[1], "latitude")


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = error.fields.get("expected", ""), error.fields.get("found", "")
    return Problem(source, error.code, error.sentence, str(expected), str(found)[:120])
