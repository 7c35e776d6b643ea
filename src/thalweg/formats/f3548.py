"""ASTM F3548-21 operational intents and constraints, as the JSON of its API 1.0.0.

What USSs and a DSS send each other; one of these, or an array of them:

    {"operational_intent": {"reference": …, "details": …}}      details from a USS; also under
    {"constraint": {"reference": …, "details": …}}              `operational_intents`, `constraints`: [ … ]
    {"operational_intent_id": …, "operational_intent": …}       a notification; without the second: deleted
    {"constraint_id": …, "constraint": …}
    {"extents": [Volume4D], "state": …, "uss_base_url": …}      a request to a DSS; without state: a constraint
    {"operational_intent_references": [ … ]} and the like       answers of a DSS: no volumes, so a problem each

    reference   {id, manager, version, state, ovn, time_start, time_end, uss_base_url}
    details     {volumes: [Volume4D], off_nominal_volumes: [Volume4D], priority | type, geozone}
    Volume4D    {volume: {outline_polygon: {vertices: [{lat, lng}]} | outline_circle: {center, radius},
                          altitude_lower: {value, reference: "W84", units: "M"}, altitude_upper},
                 time_start: {value, format: "RFC3339"}, time_end}

Edges are "the shortest possible path" and the inside is "the smaller area": exactly ours. Heights are
above the WGS84 ellipsoid. An operational intent becomes an operation in the air, its `manager` the party,
`id` the declaration, `version` the revision; a constraint becomes a restricted zone of airspace.
Off-nominal volumes are where the aircraft may be instead, and are tested with the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.drafts import AreaOutline, Context, Draft, DraftVolume, Outcome, finish, reading_of
from thalweg.drafts.documents import list_of, not_of_format, number_of, object_of, parse, scalar_of, text_of
from thalweg.drafts.heights import metres_in
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Position

NAME = "f3548"
SUFFIXES = (".json",)

_MARKS = (
    b'"outline_polygon"', b'"outline_circle"',
    b'"operational_intent', b'"constraint_reference', b'"missing_operational_intents"',
)  # fmt: skip
_STATES = ("Accepted", "Activated", "Nonconforming", "Contingent")
_LISTS = {
    "operational_intents": "operational_intent",
    "constraints": "constraint",
    "operational_intent_references": "operational_intent_reference",
    "constraint_references": "constraint_reference",
    "missing_operational_intents": "operational_intent_reference",
    "missing_constraints": "constraint_reference",
}
_ENTITIES = ("operational_intent", "constraint")
_SINGLES = (*_ENTITIES, "operational_intent_reference", "constraint_reference")

# What stands beside what is read here, and says nothing about where or when.
_REFERENCE = {
    "id", "manager", "version", "state", "ovn", "uss_base_url", "uss_availability", "flight_type", "subscription_id",
    "time_start", "time_end",
}  # fmt: skip
_DETAILS = {"volumes", "off_nominal_volumes", "priority", "type", "geozone"}
_VOLUME_4D = {"volume", "time_start", "time_end"}
_VOLUME = {"outline_polygon", "outline_circle", "altitude_lower", "altitude_upper"}


def recognises(head: bytes, name: str) -> bool:
    """Whether these first bytes are JSON with the members that F3548-21 defines."""
    if name.lower().endswith((".kml", ".gpx", ".csv")) or head.lstrip()[:1] not in (b"{", b"["):
        return False
    return any(mark in head for mark in _MARKS) and b'"FeatureCollection"' not in head


def read(data: bytes, name: str, context: Context) -> Reading:
    """The declarations of an F3548-21 document. Never raises for what is in the data."""
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    omissions: list[Omission] = []
    unknown: set[str] = set()
    seen = 0
    try:
        for what, value, path, named in _entities(parse(data, name)):
            seen += 1
            if isinstance(value, InputError):
                outcomes.append(_problem(Source(name, path), value))
            else:
                _entity(what, value, named, Source(name, path), context, outcomes, omissions, unknown)
    except InputError as error:
        problems.append(_problem(Source(name), error))
    omissions += not_of_format(name, unknown)
    return reading_of(NAME, outcomes, problems=problems, omissions=omissions, seen=seen)


# What an entity is, its JSON (or why it is none), its path, and the id by which the notification names it.
_Found = tuple[str, object, str, str]


def _entities(document: object) -> Iterator[_Found]:
    """The entities of any of the documents drawn above."""
    if not isinstance(document, list):
        yield from _messages(document)
        return
    for index, item in enumerate(document):
        try:
            for what, value, path, named in _messages(item):
                yield what, value, f"[{index}].{path}" if path else f"[{index}]", named
        except InputError as error:
            yield "", error, f"[{index}]", ""


def _messages(document: object) -> Iterator[_Found]:
    top = object_of(document, "document")
    found = False
    if "extents" in top:
        found = True
        yield "request", top, "", ""
    if "reference" in top and "details" in top:
        found = True
        yield _kind_of(top["reference"]), top, "", ""
    for member, what in _LISTS.items():
        if member in top:
            found = True
            for index, item in enumerate(list_of(top[member], member)):
                yield what, item, f"{member}[{index}]", ""
    ended = [what for what in _ENTITIES if f"{what}_id" in top and top.get(what) is None]
    for what in _SINGLES:
        if what in top and what not in ended:
            found = True
            yield what, top[what], what, text_of(top.get(f"{what}_id"))
    for what in ended:
        # What ends a declaration is a message of its own: beside another, its entity may have been lost.
        yield f"deleted {what}", _beside_others(what) if found else top, "", ""
    if not found and not ended:
        raise InputError(
            "f3548-document",
            "It is JSON, and no message of F3548-21 that says where anything is.",
            expected="operational_intent, constraint, or a list of them",
            found=", ".join(sorted(top))[:120] or "nothing",
        )


def _kind_of(reference: object) -> str:
    """What a bare entity is: only an operational intent has a state."""
    return "operational_intent" if isinstance(reference, dict) and "state" in reference else "constraint"


def _beside_others(what: str) -> InputError:
    return InputError(
        "f3548-document",
        f"“{what}_id” stands without its {what} beside something else: whether that ends it is not guessed.",
        expected=f"{what}_id alone, for one that was deleted, or with its {what}",
        found=f"{what}_id and other messages",
    )


def _entity(
    what: str, value: object, named: str, source: Source, context: Context,
    outcomes: list[Outcome], omissions: list[Omission], unknown: set[str],
) -> None:  # fmt: skip
    try:
        if what.endswith("_reference"):
            raise _reference_only(object_of(value, what))
        draft = _draft(what, object_of(value, what), named, source, unknown)
        if draft is None:
            omissions.append(
                Omission(
                    source,
                    "a constraint with NO_RESTRICTION",
                    "it restricts nothing, and is no zone",
                    harmless=True,
                )
            )
        else:
            outcomes.append(finish(draft, context))
    except InputError as error:
        outcomes.append(_problem(source, error))
    except ValueRefused as error:
        outcomes.append(Problem(source, error.code, error.sentence))


def _draft(what: str, entity: dict[str, object], named: str, source: Source, unknown: set[str]) -> Draft | None:
    """What the entity declares; None for a constraint that restricts nothing. `unknown` gathers the members that the
    standard does not have."""
    if what.startswith("deleted "):
        member = what.removeprefix("deleted ") + "_id"
        return Draft(source, {"action": "cancel", "id": scalar_of(entity[member], member)}, ())
    if what == "request":
        what = "operational_intent" if "state" in entity else "constraint"
        reference, details = entity, {"volumes": entity["extents"]}
        flags = [
            Flag(
                "f3548-extents",
                "A request to a DSS gives extents that hold the volumes and may be larger; the extents are"
                " tested. Ask for the details to have the volumes.",
                "extents",
            )
        ]
    else:
        reference = object_of(entity.get("reference"), "reference")
        details = object_of(entity.get("details"), "details")
        flags = []
        unknown |= (reference.keys() - _REFERENCE) | (details.keys() - _DETAILS)
    fields = {
        "id": scalar_of(reference.get("id"), "id"),
        "revision": scalar_of(reference.get("version"), "version"),
        "party": scalar_of(reference.get("manager"), "manager"),
        "medium": "air",
    }
    if named and named != fields["id"]:
        said = f"The notification names {named}, and what it holds {fields['id'] or 'nothing'}: the latter is used."
        flags.append(Flag("f3548-id", said, "id", {"named": named}))
    notes = {
        name: text_of(reference[name])
        for name in ("state", "ovn", "uss_base_url", "uss_availability", "flight_type")
        if reference.get(name)
    }
    notes |= {name: text_of(details[name]) for name in ("priority", "type") if details.get(name) is not None}
    if what == "constraint":
        geozone = details.get("geozone")
        if geozone is not None:
            zone = object_of(geozone, "geozone")
            if (text_of(zone.get("restriction")) or zone.get("type")) == "NO_RESTRICTION":
                return None
            notes["geozone"] = text_of(zone)
        fields |= {"kind": "restricted_zone", "zone": "restricted_airspace", "title": notes.get("type", "")}
    else:
        fields["kind"] = "operation"
        flags += _state_flags(notes.get("state", ""))
    volumes = [
        _volume(item, f"{member}[{index}]", flags, unknown)
        for member in ("volumes", "off_nominal_volumes")
        for index, item in enumerate(list_of(details.get(member), member))
    ]
    if details.get("off_nominal_volumes"):
        flags.append(
            Flag(
                "f3548-off-nominal",
                "It has off-nominal volumes, where the aircraft may be instead: they are tested with the others.",
                "off_nominal_volumes",
            )
        )
    return Draft(source, fields, tuple(volumes), notes, tuple(flags))


def _state_flags(state: str) -> list[Flag]:
    if state in ("Nonconforming", "Contingent"):
        return [
            Flag(
                "f3548-state",
                f"Its state is {state}: the aircraft is, or may be, outside its volumes.",
                "state",
                {"state": state},
            )
        ]
    if state and state not in _STATES:
        return [
            Flag(
                "f3548-state",
                f"Its state is “{state}”, which F3548-21 does not have; it is tested all the same.",
                "state",
                {"state": state},
            )
        ]
    return []


def _volume(value: object, what: str, flags: list[Flag], unknown: set[str]) -> DraftVolume:
    volume4d = object_of(value, what)
    volume = object_of(volume4d.get("volume"), f"volume of {what}")
    unknown |= (volume4d.keys() - _VOLUME_4D) | (volume.keys() - _VOLUME)
    fields = {
        "start": _time(volume4d.get("time_start"), f"time_start of {what}"),
        "end": _time(volume4d.get("time_end"), f"time_end of {what}"),
    }
    for side in ("lower", "upper"):
        height = volume.get(f"altitude_{side}")
        if height is None:
            continue
        altitude = object_of(height, f"altitude_{side} of {what}")
        number = number_of(altitude.get("value"), f"altitude_{side} of {what}")
        units = _units(altitude, f"altitude_{side} of {what}", flags)
        metres_in(units, f"altitude_{side} of {what}")
        fields[side] = f"{number!r} {units}"
        fields[f"{side}_datum"] = scalar_of(altitude.get("reference"), f"reference of altitude_{side} of {what}")
    polygon, circle = volume.get("outline_polygon"), volume.get("outline_circle")
    if (polygon is None) == (circle is None):
        raise InputError(
            "f3548-outline",
            f"The {what} has {'both outlines' if polygon is not None else 'no outline'}.",
            expected="outline_polygon or outline_circle",
            found="both" if polygon is not None else "neither",
        )
    if circle is not None:
        return DraftVolume(_circle(object_of(circle, f"outline_circle of {what}"), what, flags), fields)
    vertices = list_of(object_of(polygon, f"outline_polygon of {what}").get("vertices"), "vertices")
    ring = tuple([_lon_lat(vertex, f"vertex {number} of {what}") for number, vertex in enumerate(vertices, 1)])
    return DraftVolume(AreaOutline(((ring,),)), fields)


def _units(measure: dict[str, object], what: str, flags: list[Flag]) -> str:
    """As written; metres where it is not, for the standard has no other, and flagged."""
    units = scalar_of(measure.get("units"), f"units of the {what}").strip()
    if not units:
        flags.append(Flag("f3548-units-assumed", f"The {what} has no units: metres are assumed.", "units"))
    return units or "M"


def _circle(circle: dict[str, object], what: str, flags: list[Flag]) -> Circle:
    lon, lat = _lon_lat(circle.get("center"), f"center of {what}")
    radius = object_of(circle.get("radius"), f"radius of {what}")
    units = _units(radius, f"radius of {what}", flags)
    if units.upper() != "M":
        raise InputError("f3548-units", f"The radius of {what} is in {units}.", expected="M", found=units)
    return Circle(Position(lon, lat), number_of(radius.get("value"), f"radius of {what}"))


def _lon_lat(value: object, what: str) -> tuple[float, float]:
    point = object_of(value, what)
    return number_of(point.get("lng"), f"lng of {what}"), number_of(point.get("lat"), f"lat of {what}")


def _time(value: object, what: str) -> str:
    if value is None:
        return ""
    time = object_of(value, what)
    form = text_of(time.get("format")) or "RFC3339"
    if form != "RFC3339":
        raise InputError("f3548-time", f"The {what} is written as {form}.", expected="RFC3339", found=form)
    return text_of(time.get("value"))


def _reference_only(reference: dict[str, object]) -> InputError:
    where = text_of(reference.get("uss_base_url")) or "its USS"
    return InputError(
        "f3548-reference-only",
        f"It is a reference without volumes, for {text_of(reference.get('id')) or 'something without an id'}:"
        f" where it is stands in the details, to be asked of {where}. Nothing is fetched.",
        expected="reference and details",
        found="reference",
    )


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = error.fields.get("expected", ""), error.fields.get("found", "")
    return Problem(source, error.code, error.sentence, str(expected), str(found)[:120])
