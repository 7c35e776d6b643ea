"""Declarations as items of lines. What they cannot carry is rounded outward (`rounding`).

A statement that nobody is there is never rounded, for outward would be the wrong way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from thalweg.formats.voice.lines import Number, Word
from thalweg.formats.voice.quantities import (
    DATUMS,
    Items,
    band_items,
    free,
    height_items,
    instant_items,
    metres,
    named,
    place_items,
    reference_items,
    signed,
    uncertainty_items,
    window_items,
)
from thalweg.formats.voice.rounding import down, rounded_segment, rounded_volume, up
from thalweg.model.declarations import Declaration, Kind, Medium, Standing, Volume
from thalweg.model.measures import Datum
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Route
from thalweg.model.spoken import Notice, version_reference

MEDIA = {Medium.AIR: "air", Medium.GROUND: "ground", Medium.WATER: "water"}


@dataclass(frozen=True, slots=True)
class Told:
    """How much of a notice its lines carry."""

    rounded: bool
    partial: bool  # free text was left out or changed
    reference: str  # eight hexadecimal digits of the version that the lines tell of


def notice_items(notice: Notice, *, exact: bool, details: bool) -> list[Items]:
    """The items of every line but the sums; the count of lines is put in by the caller, as item 1 of line 1."""
    declaration = notice.declaration
    carried = carried_by(declaration, exact=exact, details=details)
    geometry = replace(carried, title=declaration.title, details=declaration.details)
    partial = (carried.title, carried.details) != (declaration.title, dict(declaration.details))
    told = Told(geometry.version_id != declaration.version_id, partial, version_reference(declaration.version_id))
    return list(_lines(carried, told, exercise=notice.exercise))


def carried_by(declaration: Declaration, *, exact: bool, details: bool) -> Declaration:
    """The declaration that the lines say: equal to this one, or rounded outward from it."""
    exact = exact or declaration.kind is Kind.NEGATIVE
    return replace(
        declaration,
        title=_plain_text(declaration.title),
        volumes=tuple(rounded_volume(volume, exact=exact) for volume in declaration.volumes),
        segments=tuple(rounded_segment(segment, exact=exact) for segment in declaration.segments),
        valid_from=down(declaration.valid_from, exact=exact),
        valid_until=up(declaration.valid_until, exact=exact),
        details={_plain_text(k): _plain_text(v) for k, v in declaration.details.items()} if details else {},
        sides=declaration.sides
        and replace(
            declaration.sides,
            left_name=_plain_text(declaration.sides.left_name),
            right_name=_plain_text(declaration.sides.right_name),
        ),
    )


def _plain_text(text: str) -> str:
    return " ".join(text.replace("=", " ").split())


def _lines(declaration: Declaration, told: Told, *, exercise: bool) -> Iterator[Items]:
    zone = (Word(declaration.zone.value),) if declaration.zone else ()
    medium = (Word(MEDIA[declaration.medium]),) if declaration.medium in MEDIA else ()
    yield Word("notice"), Number(""), Word("lines"), Word(declaration.kind.value), *zone, *medium
    marks = (
        ("emergency", declaration.emergency),
        ("exercise", exercise),
        ("hypothetical", declaration.hypothetical),
        ("reported", declaration.standing is Standing.REPORTED),
        ("rumoured", declaration.standing is Standing.RUMOURED),
    )
    if said := tuple(Word(mark) for mark, holds in marks if holds):
        yield said
    yield from named("party", declaration.party)
    yield from named("declaration_id", declaration.declaration_id)
    if declaration.revision:
        yield Word("revision"), *signed(declaration.revision)
    if declaration.replaces:
        yield from named("replaces", declaration.replaces)
    yield from version_items(told)
    yield from free("title", declaration.title)
    for name, value in declaration.details.items():
        yield from free("detail", name, always=True)
        yield from free("value", value, always=True)
    if declaration.valid_from:
        yield Word("valid_from"), *instant_items(declaration.valid_from)
    if declaration.valid_until:
        yield Word("valid_until"), *instant_items(declaration.valid_until)
    for number, volume in enumerate(declaration.volumes, 1):
        if len(declaration.volumes) > 1:
            yield Word("volume"), Number(str(number))
        yield from _volume(volume)
    if declaration.segments:
        yield Word("segments"), Number(str(len(declaration.segments)))
    for segment in declaration.segments:
        yield Word("segment"), Word(segment.status.value)
        yield from window_items(segment.window)
        yield from uncertainty_items(segment.uncertainty)
        yield from (place_items("via", point) for point in segment.path.points)
    if declaration.sides is not None:
        sides = declaration.sides
        for word, parties, name in (("left", sides.left, sides.left_name), ("right", sides.right, sides.right_name)):
            yield from free(f"{word}_name", name, always=True)
            for party in sorted(parties):
                yield from named(word, party)


def version_items(told: Told) -> Iterator[Items]:
    """The line that names the version, in four check words, and says whether this is all of it."""
    flags = (Word("rounded"),) if told.rounded else ()
    flags = (*flags, Word("partial")) if told.partial else flags
    yield Word("version"), *reference_items(told.reference), *(flags or (Word("exact"),))


def _volume(volume: Volume) -> Iterator[Items]:
    shape = volume.shape
    if not isinstance(shape, Route):
        yield from window_items(volume.window)
    if volume.band is not None:
        yield band_items(volume.band)
    yield from uncertainty_items(volume.uncertainty)
    match shape:
        case Point():
            yield place_items("point", shape.at)
        case Polygon():
            yield from _polygon(shape)
        case MultiPolygon():
            yield Word("areas"), Number(str(len(shape.polygons)))
            for polygon in shape.polygons:
                yield from _polygon(polygon)
        case Circle():
            yield Word("circle"), Word("radius"), *metres(shape.radius_m)
            yield place_items("position", shape.centre)
        case Corridor():
            yield Word("corridor"), Word("half_width"), *metres(shape.half_width_m)
            yield from (place_items("via", point) for point in shape.path)
        case Path():
            yield (Word("path"),)
            yield from (place_items("via", point) for point in shape.points)
        case Route():
            yield Word("route"), Word("radius"), *metres(shape.radius_m)
            if shape.half_height_m:
                yield Word("half_height"), *metres(shape.half_height_m)
            if shape.has_heights or shape.datum is not Datum.UNKNOWN:
                yield Word("height"), Word(DATUMS[shape.datum])
            for point in shape.waypoints:
                yield Word("passing"), *instant_items(point.time)
                height = () if point.height_m is None else (Word("height"), *height_items(point.height_m, shape.datum))
                yield *place_items("via", point.at), *height


def _polygon(polygon: Polygon) -> Iterator[Items]:
    for word, ring in (("area", polygon.outer), *(("hole", hole) for hole in polygon.holes)):
        yield Word(word), Number(str(len(ring))), Word("corners")
        yield from (place_items("corner", point) for point in ring)
