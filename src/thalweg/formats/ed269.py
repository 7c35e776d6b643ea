"""EUROCAE ED-269 UAS geographical zones (JSON), as states publish them.

    {"title": …, "features": [ zone, … ]}           also under "UASZoneList", or a bare array
    zone = {
      "identifier": "LSXX", "country": "CHE", "name": …, "type": "COMMON" | "CUSTOMIZED",
      "restriction": "PROHIBITED" | "REQ_AUTHORISATION" | "CONDITIONAL" | "NO_RESTRICTION",
      "restrictionConditions": …, "reason": [ … ], "message": …, "uSpaceClass": …,
      "applicability": [{"permanent": "YES" | "NO", "startDateTime": …, "endDateTime": …,
                         "schedule": [{"day": ["SAT", …, "ANY"], "startTime": "17:00Z", "endTime": …}]}],
      "zoneAuthority": [{"name": …, "service": …, "purpose": …, "intervalBefore": "P2D"}],
      "geometry": [{"uomDimensions": "M" | "FT",
                    "lowerLimit": 0, "lowerVerticalReference": "AGL" | "AMSL",
                    "upperLimit": 120, "upperVerticalReference": "AGL",
                    "horizontalProjection": {"type": "Polygon", "coordinates": [[[a, b], …]]}
                                          | {"type": "Circle", "center": [a, b], "radius": 3000}}]}

A zone becomes a restricted zone of airspace, each geometry in each of its windows a volume.
`NO_RESTRICTION` is reported and never a zone. Edges are read as in GeoJSON, straight in lon/lat; a radius
is in metres whatever `uomDimensions` says of the heights (flagged where that says feet).

Which of `a, b` is the latitude? Published models of ED-269 comment "lat, lng" (interuss/uas_standards,
eurocae_ed269.py); the files of states are mostly lon, lat, as in GeoJSON. The order is one for the whole
file and is decided by evidence, zone by zone:

    1  a number beyond 90 cannot be a latitude
    2  the zone lies within the box of the country it names (national_boxes.csv) in one order alone
    3  the zone lies within the box of the theatre's area in one order alone

The order that more zones speak for is taken, and the first zone of the file carries a flag that says which
and why (`axis-order`). Without any evidence, or with as many for either, lon, lat is assumed, and every zone
carries that flag. A zone that speaks for the other order is kept as the file's order has it and flagged
(`axis-order-doubt`). `Axes` given by the caller ends the doubt. Each declaration keeps the order that was
read among what was entered (R2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

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
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, MultiPolygon, Polygon, Position

NAME = "ed269"
SUFFIXES = (".json",)

_Pair = tuple[float, float]
_Box = tuple[float, float, float, float]  # west, south, east, north

_DETAILS = (
    "identifier", "country", "restriction", "restrictionConditions", "reason", "otherReasonInfo",
    "regulationExemption", "uSpaceClass", "message", "region",
)  # fmt: skip
_ZONE = {*_DETAILS, "name", "type", "zoneAuthority", "applicability", "geometry"}
_GEOMETRY = {
    "uomDimensions", "lowerLimit", "lowerVerticalReference", "upperLimit", "upperVerticalReference",
    "horizontalProjection",
}  # fmt: skip

# How far a zone may reach over its country's box: sea, and the rounding of coasts.
_BEYOND_DEG = 1.0


class Axes(StrEnum):
    """The order of the two numbers of a position."""

    EVIDENCE = "evidence"
    LON_LAT = "lon-lat"
    LAT_LON = "lat-lon"


def recognises(head: bytes, name: str) -> bool:
    """Whether these first bytes are JSON with the members that only ED-269 has."""
    if name.lower().endswith((".kml", ".gpx", ".csv")) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return False
    return b'"horizontalProjection"' in head or b'"UASZoneList"' in head


def read(data: bytes, name: str, context: Context, *, axes: Axes = Axes.EVIDENCE) -> Reading:
    """The zones of an ED-269 file. Never raises for what is in the data."""
    try:
        places, items = _zones(parse(data, name))
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(name), error),))
    order = _Order(axes, "it was stated") if axes is not Axes.EVIDENCE else _order(items, context)
    ids = Counter(zone_id(item) for item in items if _restriction(item) != NO_RESTRICTION)
    outcomes: list[Outcome] = []
    omissions: list[Omission] = []
    unknown: set[str] = set()
    contacts = flagged = False
    for place, item in zip(places, items, strict=True):
        source = Source(name, place)
        try:
            zone = object_of(item, "zone")
            if _restriction(zone) == NO_RESTRICTION:
                omissions.append(unrestricting(source, zone_id(zone)))
                continue
            told = None if order.decided and flagged else order.flag()
            unique = ids[zone_id(zone)] == 1
            draft, has_contacts = _draft(zone, source, context, order.axes, told, unknown, unique=unique)
            contacts |= has_contacts
        except InputError as error:
            outcomes.append(_problem(source, error))
        except ValueRefused as error:
            outcomes.append(Problem(source, error.code, error.sentence))
        else:
            outcomes.append(finish(draft, context))
            flagged = flagged or isinstance(outcomes[-1], Declaration)
    if contacts:
        omissions.append(contacts_in(name))
    omissions += not_of_format(name, unknown)
    return reading_of(NAME, outcomes, omissions=omissions, seen=len(items))


def _zones(document: object) -> tuple[list[str], list[object]]:
    """Where each zone of the file stands, and what stands there."""
    if isinstance(document, list):
        return [f"[{index}]" for index in range(len(document))], document
    top = object_of(document, "document")
    lists = {member: list_of(top[member], member) for member in ("features", "UASZoneList") if member in top}
    if lists:
        places = [f"{member}[{index}]" for member, items in lists.items() for index in range(len(items))]
        return places, [item for items in lists.values() for item in items]
    if "geometry" in top and "restriction" in top:
        return ["zone[0]"], [top]
    raise InputError(
        "ed269-document",
        "It has no list of zones.",
        expected="features or UASZoneList",
        found=", ".join(sorted(top))[:120] or "nothing",
    )


def _restriction(zone: object) -> str:
    return text_of(zone.get("restriction")).strip().upper() if isinstance(zone, dict) else ""


def _draft(
    zone: dict[str, object],
    source: Source,
    context: Context,
    order: Axes,
    told: Flag | None,
    unknown: set[str],
    *,
    unique: bool,
) -> tuple[Draft, bool]:
    """`unknown` gathers the members that the format does not have."""
    flags = [told] if told is not None else []
    unknown |= zone.keys() - _ZONE
    fields = zone_fields(zone, _restriction(zone), flags, unique=unique) | {"axis_order": order.value}
    details, contacts = authority_details(list_of(zone.get("zoneAuthority"), "zoneAuthority"), flags)
    for member in _DETAILS:
        if text := text_of(zone.get(member)):
            details[member] = text
    periods = list_of(zone.get("applicability"), "applicability")
    if not periods:
        flags.append(
            Flag(
                "zone-applicability-missing",
                "It does not say when it applies: it is kept as permanent.",
                "applicability",
            )
        )
    windows, found_flags = windows_of(
        periods, zone=context.theatre.time_zone, checked=context.period, schedules=("schedule", "dailyPeriod")
    )
    flags += found_flags
    geometries = list_of(zone.get("geometry"), "geometry")
    volumes: list[DraftVolume] = []
    pairs: list[_Pair] = []
    for number, item in enumerate(geometries, start=1):
        geometry = object_of(item, f"geometry {number}")
        unknown |= geometry.keys() - _GEOMETRY
        outline, limits = _geometry(geometry, f"geometry {number}", order, flags)
        shape: AreaOutline | Circle | Polygon | MultiPolygon = outline
        if len(windows) > 1 and isinstance(outline, AreaOutline):
            shape, shape_flags = area_shape(outline)  # once, and not once for each window
            flags += shape_flags
        volumes += [DraftVolume(shape, limits, window=window) for window in windows]
        pairs += _pairs(geometry)
    _flag_doubt(text_of(zone.get("country")), pairs, order, context, flags)
    return Draft(source, fields, tuple(volumes), details, tuple(flags)), contacts


def _geometry(
    geometry: dict[str, object], what: str, order: Axes, flags: list[Flag]
) -> tuple[AreaOutline | Circle, dict[str, str]]:
    unit = scalar_of(geometry.get("uomDimensions"), f"uomDimensions of {what}").strip()
    if not unit:
        unit = "M"
        flags.append(
            Flag("zone-unit-assumed", f"The {what} has no uomDimensions: metres are assumed.", "uomDimensions")
        )
    unit_m = metres_in(unit, f"height of {what}")
    limits: dict[str, str] = {}
    for side in ("lower", "upper"):
        limit = geometry.get(f"{side}Limit")
        if limit is not None and limit != "":
            limits[side] = f"{number_of(limit, f'{side}Limit of {what}')!r} {unit}"
            limits[f"{side}_datum"] = text_of(geometry.get(f"{side}VerticalReference"))
    projection = object_of(geometry.get("horizontalProjection"), f"horizontalProjection of {what}")
    form = text_of(projection.get("type"))
    if form == "Circle":
        radius_m = number_of(projection.get("radius"), f"radius of {what}")
        if unit_m != 1.0:
            in_unit_m = radius_m * unit_m
            read_in = "metres" if unit_m < 1.0 else unit
            flags.append(
                Flag(
                    "zone-radius-unit",
                    f"The heights of the {what} are in {unit}; its radius is read in {read_in}, the wider reading.",
                    "radius",
                )
            )
            radius_m = max(radius_m, in_unit_m)
        centre = _lon_lat(_pair(projection.get("center"), f"center of {what}", flags), order)
        return Circle(Position(*centre), radius_m), limits
    coordinates = list_of(projection.get("coordinates"), f"coordinates of {what}")
    if form == "Polygon":
        polygons = [coordinates]
    elif form == "MultiPolygon":
        polygons = [list_of(polygon, f"polygon of {what}") for polygon in coordinates]
    else:
        raise InputError("ed269-projection", f"The {what} is a “{form}”.", expected="Circle or Polygon", found=form)
    made = []
    for rings in polygons:
        if len(rings) > 1:
            flags.append(
                Flag(
                    "zone-holes",
                    f"The {what} has {len(rings)} rings: those after the first are read as holes, as in GeoJSON.",
                    "coordinates",
                )
            )
        made.append(
            rings_of(
                [
                    [_lon_lat(_pair(point, f"vertex of {what}", flags), order) for point in list_of(ring, "ring")]
                    for ring in rings
                ],
                flags,
            )
        )
    return AreaOutline(tuple(made), straight=True), limits


def _pair(value: object, what: str, flags: list[Flag]) -> _Pair:
    numbers = list_of(value, what)
    pair_only(numbers, flags)
    if len(numbers) < 2:
        raise InputError(
            "ed269-position", f"The {what} has {len(numbers)} numbers.", expected="two", found=str(len(numbers))
        )
    return number_of(numbers[0], what), number_of(numbers[1], what)


def _lon_lat(pair: _Pair, order: Axes) -> _Pair:
    return pair if order is Axes.LON_LAT else (pair[1], pair[0])


# --- which of the two is the latitude ---


@dataclass(frozen=True, slots=True)
class _Order:
    """The order of the file, the evidence for it as half a sentence, and whether there was any."""

    axes: Axes
    evidence: str
    decided: bool = True

    def flag(self) -> Flag:
        words = "longitude, latitude" if self.axes is Axes.LON_LAT else "latitude, longitude"
        return Flag(
            "axis-order",
            f"The positions of this file are read as {words}: {self.evidence}.",
            "coordinates",
            {"order": self.axes.value, "evidence": self.evidence},
        )


def _order(items: Sequence[object], context: Context) -> _Order:
    votes: Counter[Axes] = Counter()
    reasons: dict[Axes, str] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        pairs = [
            pair
            for geometry in _objects(item.get("geometry"))
            for pair in _pairs(geometry)
        ]  # fmt: skip
        vote, reason = _vote(text_of(item.get("country")), pairs, context)
        if vote is not None:
            votes[vote] += 1
            reasons.setdefault(vote, reason)
    (for_lon_lat, for_lat_lon) = (votes[Axes.LON_LAT], votes[Axes.LAT_LON])
    if for_lon_lat == for_lat_lon:
        told = "as many of its zones speak for the one as for the other" if for_lon_lat else "nothing speaks for either"
        return _Order(
            Axes.LON_LAT, f"{told}, and most files of states have it so; state the order if it is not", decided=False
        )
    order = Axes.LON_LAT if for_lon_lat > for_lat_lon else Axes.LAT_LON
    against = min(for_lon_lat, for_lat_lon)
    told = f"{votes[order]} of its zones speak for it, {against} against (read so, {reasons[order]})"
    return _Order(order, told)


def _vote(country: str, pairs: Sequence[_Pair], context: Context) -> tuple[Axes | None, str]:
    """The order that one zone speaks for, and why; None where it speaks for neither."""
    if not pairs:
        return None, ""
    first = any(abs(a) > 90.0 for a, _ in pairs)
    second = any(abs(b) > 90.0 for _, b in pairs)
    if first != second:
        return (Axes.LON_LAT if first else Axes.LAT_LON), "no latitude is beyond 90"
    for boxes, reason in (
        (_national_boxes().get(country.strip().upper(), ()), f"it lies in {country.strip().upper()}"),
        (_theatre_boxes(context), "it lies in the theatre"),
    ):
        as_lon_lat = _all_within(pairs, boxes)
        as_lat_lon = _all_within([(b, a) for a, b in pairs], boxes)
        if as_lon_lat != as_lat_lon:
            return (Axes.LON_LAT if as_lon_lat else Axes.LAT_LON), reason
    return None, ""


def _flag_doubt(country: str, pairs: Sequence[_Pair], order: Axes, context: Context, flags: list[Flag]) -> None:
    vote, reason = _vote(country, pairs, context)
    if vote is None or vote is order:
        return
    flags.append(
        Flag(
            "axis-order-doubt",
            f"Read the other way round, {reason}. It is kept as the file's order has it; ask, or state the order.",
            "coordinates",
            {"other": vote.value},
        )
    )


def _all_within(pairs: Sequence[_Pair], boxes: Sequence[_Box]) -> bool:
    """Whether all positions, longitude first, lie in one of the boxes, a little slack included."""
    return any(
        all(
            west - _BEYOND_DEG <= lon <= east + _BEYOND_DEG and south - _BEYOND_DEG <= lat <= north + _BEYOND_DEG
            for lon, lat in pairs
        )
        for west, south, east, north in boxes
    )


def _objects(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _pairs(geometry: Mapping[str, object]) -> list[_Pair]:
    """Every pair of numbers of a geometry; whatever is none is passed over here, and refused elsewhere."""
    projection = geometry.get("horizontalProjection")
    if not isinstance(projection, dict):
        return []
    found: list[_Pair] = []
    waiting = [projection.get("center"), projection.get("coordinates")]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, list):
            continue
        numbers = [value for value in item[:2] if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == 2:
            found.append((_small(numbers[0]), _small(numbers[1])))
        else:
            waiting.extend(item)
    return found


def _small(value: float) -> float:
    """As a float; integers beyond floats count as far off the Earth."""
    return float(value) if abs(value) < 1e9 else 1e9


@cache
def _national_boxes() -> Mapping[str, tuple[_Box, ...]]:
    text = resources.files("thalweg.formats").joinpath("national_boxes.csv").read_text("utf-8")
    boxes: dict[str, tuple[_Box, ...]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        code, _, written = line.partition(",")
        made = []
        for box in written.split(";"):
            west, south, east, north = (float(value) for value in box.split())
            made.append((west, south, east, north))
        boxes[code] = tuple(made)
    return boxes


def _theatre_boxes(context: Context) -> tuple[_Box, ...]:
    area = context.theatre.area
    if area is None:
        return ()
    polygons: tuple[Polygon, ...] = area.polygons if isinstance(area, MultiPolygon) else (area,)
    boxes = []
    for polygon in polygons:
        lons = [position.lon for position in polygon.outer]
        lats = [position.lat for position in polygon.outer]
        boxes.append((min(lons), min(lats), max(lons), max(lats)))
    return tuple(boxes)


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = error.fields.get("expected", ""), error.fields.get("found", "")
    return Problem(source, error.code, error.sentence, str(expected), str(found)[:120])
