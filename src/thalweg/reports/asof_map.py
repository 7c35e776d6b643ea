"""The picture as a party had it at a time, as GeoJSON: docs/reference/api.md lists the properties.

Takes what policy disclosed and nothing else. A declaration is drawn as fine as it was shown: below footprint the cells,
and nothing in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import shapely
from shapely.geometry import LineString
from shapely.geometry import Point as DrawnPoint
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Segment, Volume
from thalweg.model.instants import Window
from thalweg.model.levels import Level
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.asof.had import AsOf, DeclarationHad, FindingHad
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import geojson, json, outlines
from thalweg.reports.asof import head
from thalweg.reports.json import Json
from thalweg.state.history import span_of

if TYPE_CHECKING:
    from thalweg.reports import given

_DIGITS: Final = 6  # of degrees: a decimetre
MOST_DRAWN: Final = 5_000  # declarations of one answer: some five megabytes
MOST_FOUND: Final = 1_000  # and findings: some three kilobytes each, with their regions


def drawn(disclosed: Disclosed[AsOf], following: str = "") -> given.Map:
    """The picture as a GeoJSON feature collection (RFC 7946); of what has no place, nothing is in it. `following` is
    where the rest of it is had: a link as OGC API Features has them, which programs for maps follow by themselves."""
    read = disclosed.value
    features = [each for had in read.declarations for each in _drawn(had, read.valid)]
    features += beside(read)
    said: given.MapHead = {
        **head(read),
        "left_out": read.counts.valid - len(read.declarations),
        "next": read.next,
        "findings_left_out": read.counts.findings - len(read.findings),
        "findings_next": read.findings_next,
        "note": _note(read),
        "disclaimers": list(DISCLAIMERS),
    }
    links: list[given.Link] = []
    if read.next is not None or read.findings_next is not None:
        links = [{"rel": "next", "type": "application/geo+json", "href": following}]
    return {"type": "FeatureCollection", "thalweg": said, "links": links, "features": features}


def _note(read: AsOf) -> str:
    """That this is not all of the picture, in words; empty where it is."""
    here, found = len(read.declarations), len(read.findings)
    if (here, found) == (read.counts.valid, read.counts.findings):
        return ""
    goes_on = read.next is not None or read.findings_next is not None
    rest = "ask for the following ones at the link `next`" if goes_on else "the others are in the answers before it"
    return (
        f"This answer has {here:,} of {read.counts.valid:,} declarations and {found:,} of {read.counts.findings:,}"
        f" findings: {rest}. That something is not in it says nothing about it."
    )


def beside(read: AsOf) -> list[given.Feature]:
    """Of the features of `drawn` those that are no declarations."""
    features = [each for found in read.findings for each in _drawn_finding(found)]
    for crossing in read.crossings:
        if crossing.position is not None:
            properties: Json = {
                "record": "crossing",
                "line": crossing.line,
                "at": str(crossing.at),
                "who": crossing.who,
                "by": crossing.by,
                "medium": crossing.medium,
                "notice": crossing.notice,
                "told": str(crossing.told),
                "reached": str(crossing.reached),
            }
            spot = DrawnPoint(crossing.position.lon, crossing.position.lat)
            features.append(_feature(f"crossing/{crossing.line}/{crossing.at}", spot, properties))
    for call in read.emergencies:
        if call.place is not None:
            properties = {
                "record": "emergency",
                "id": call.event,
                "by": call.by,
                "at": str(call.at),
                "open": call.open,
                "radius_m": call.radius_m,
            }
            features.append(_feature(f"emergency/{call.event}", DrawnPoint(call.place.lon, call.place.lat), properties))
    return features


def geometry(drawn: BaseGeometry) -> Json:
    """As GeoJSON has it, to a decimetre."""
    home = outlines.oriented(outlines.cut(drawn))
    made: Json = shapely.geometry.mapping(shapely.transform(home, lambda xy: xy.round(_DIGITS)))
    return {"type": made["type"], "coordinates": made["coordinates"]}


def _drawn(had: DeclarationHad, valid: Valid) -> Iterator[given.Feature]:
    shown = had.declaration
    common: Json = {
        "record": "declaration",
        "subject": had.subject,
        "version": had.version,
        "of": had.of,
        "own": had.own,
        "level": had.level.value,
        "kind": None if had.kind is None else had.kind.value,
        "zone": shown.zone.value if shown.zone is not None and had.kind is not None else None,
        "medium": shown.medium.value,
        "state": had.stood.value,
        "over": json.time(had.over),
        "title": shown.title,
        "standing": shown.standing.value,
        "hypothetical": shown.hypothetical,
        "late": had.late,
        "marks": list(had.marks),
        "notice": had.notice,
        "statement": had.statement,
        "at": str(had.at),
        "reached": str(had.reached),
    }
    cells = not had.level.at_least(Level.FOOTPRINT)
    for number, volume in enumerate(shown.volumes, 1):
        if not _holds(volume, valid):
            continue
        properties = {**common, **_volume(volume)}
        for part, geometry in geojson.parts(volume):
            name = "cells" if cells else part
            yield _feature(f"{had.version}/volume-{number}/{part}", geometry, {**properties, "part": name})
    for number, segment in enumerate(shown.segments, 1):
        if _holds(segment, valid):
            properties = {**common, "line_status": segment.status.value, **_part(segment), "part": "path"}
            yield _feature(f"{had.version}/segment-{number}", outlines.line(segment.path), properties)


def _holds(part: Volume | Segment, valid: Valid) -> bool:
    return valid.meets_one((span_of(part),))


def _volume(volume: Volume) -> Json:
    band = volume.band
    return {
        **_part(volume),
        "shape": type(volume.shape).__name__.lower(),
        "lower_m": None if band is None else band.lower_m,
        "lower_datum": None if band is None else band.datum.value,
        "upper_m": None if band is None else band.upper_m,
        "upper_datum": None if band is None else band.datum_of_upper.value,
    }


def _part(part: Volume | Segment) -> Json:
    doubt = part.uncertainty
    return {
        **_window(part.window),
        "uncertainty_m": doubt.horizontal_m,
        "uncertainty_height_m": doubt.vertical_m,
        "uncertainty_s": doubt.time_s,
        "uncertainty_at_95": doubt.at_95,
    }


def _drawn_finding(had: FindingHad) -> Iterator[given.Feature]:
    finding = had.finding
    properties: Json = {
        "record": "finding",
        "finding": finding.id,
        "type": finding.type.value,
        "severity": finding.severity,
        "certainty": finding.certainty.value,
        "relation": finding.relation.value,
        "sentence": finding.sentence,
        "first": json.time(finding.first),
        "last": json.time(finding.last),
        "versions": list(finding.versions),
        "of": had.of,
        "notice": had.notice,
        "told": str(had.told),
        "reached": str(had.reached),
    }
    p, q = finding.closest
    geometry: BaseGeometry
    geometry = DrawnPoint(p.lon, p.lat) if p == q else LineString(outlines.along((p, q)))
    yield _feature(finding.id, geometry, properties)
    for number, region in enumerate(finding.region, 1):
        overlap = {**properties, "record": "finding_region"}
        yield _feature(f"{finding.id}/region-{number}", outlines.polygon(region), overlap)


def _feature(name: str, drawn: BaseGeometry | None, properties: Json) -> given.Feature:
    return {
        "type": "Feature",
        "id": name,
        "geometry": None if drawn is None else geometry(drawn),
        "properties": properties,
    }


def _window(window: Window) -> Json:
    return {"start": json.time(window.start), "end": json.time(window.end)}
