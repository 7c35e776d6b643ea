"""GeoJSON (RFC 7946): declarations and findings as features that any GIS opens.

One feature for each volume, segment and finding, with flat properties, and one more for each region of
overlap. What could not be checked is in it too, as features without geometry (RFC 7946, 3.2): they show
in the attribute table, where people look. Rings are right-handed, and everything is cut at the
antimeridian. Edges of the model are geodesics; here they are densified to within 1 m of them.

The schema is `schemas/report-geojson.schema.json` (`thalweg schema report-geojson`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import shapely
from shapely.geometry import LineString
from shapely.geometry import Point as DrawnPoint
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Uncertainty, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Window
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Point, Route
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import json, outlines, phrases


def render(disclosed: Disclosed[CheckResult]) -> bytes:
    """The whole result, as the bytes of a file."""
    result = disclosed.value
    notice = {"record": "notice", "sentence": phrases.headline(result), **json.summary(result)}
    notice.pop("counts")
    notice.pop("parties")
    collection: json.Json = {
        "type": "FeatureCollection",
        "thalweg": json.summary(result),
        "features": [_feature("notice", None, notice), *_features(result)],
    }
    return json.text(collection).encode()


def _features(result: CheckResult) -> Iterator[json.Json]:
    for number, finding in enumerate(result.findings, 1):
        yield from _finding(result, number, finding)
    for version, declaration in result.declarations.items():
        yield from _declaration(result, version, declaration)
    for number, problem in enumerate(result.problems, 1):
        properties: json.Json = {
            "record": "problem",
            "sentence": f"NOT CHECKED: {problem.sentence}",
            "source": str(problem.source),
            "code": problem.code,
            "expected": problem.expected,
            "found": problem.found,
        }
        yield _feature(f"problem-{number}", None, properties)
    for number, omission in enumerate(result.omissions, 1):
        properties = {
            "record": "omission",
            "sentence": f"Left out: {omission.what}. {omission.why}",
            "source": str(omission.source),
        }
        yield _feature(f"omission-{number}", None, {**properties, "harmless": omission.harmless})


def _finding(result: CheckResult, number: int, finding: Finding) -> Iterator[json.Json]:
    a, b = (result.declarations[version] for version in finding.versions)
    said = json.finding_content(result, number, finding)
    properties: json.Json = {
        "record": "finding",
        **{name: said[name] for name in _PLAIN_KEYS},
        "party_1": a.party,
        "title_1": a.title,
        "version_1": finding.versions[0],
        "party_2": b.party,
        "title_2": b.title,
        "version_2": finding.versions[1],
        "rule_horizontal_m": finding.margin.horizontal_m,
        "rule_vertical_m": finding.margin.vertical_m,
        "rule_time_s": finding.margin.time_s,
        "dms": " / ".join(dict.fromkeys(phrases.dms(position) for position in finding.closest)),
        "mgrs": " / ".join(dict.fromkeys(phrases.mgrs(position) for position in finding.closest)),
        "reasons": json.joined(finding.reasons),
        "marks": json.joined(phrases.marks_of(result, finding)),
        "fixes": json.joined(fix.sentence for fix in phrases.fixes_of(result, finding)),
    }
    p, q = finding.closest
    geometry: BaseGeometry
    geometry = DrawnPoint(p.lon, p.lat) if p == q else LineString(outlines.along((p, q)))
    yield _feature(finding.id, geometry, properties)
    for index, region in enumerate(finding.region, 1):
        overlap = {**properties, "record": "finding_region", "finding": finding.id}
        yield _feature(f"{finding.id}/region-{index}", outlines.polygon(region), overlap)


_PLAIN_KEYS: Final = (
    "number", "type", "severity", "sentence", "rule_sentence", "rule", "relation", "certainty",
    "certainty_word", "share", "horizontal_m", "vertical_m", "time_gap_s", "datum_allowance_m",
    "reference", "first", "closest_at", "last", "line_status",
)  # fmt: skip


def _declaration(result: CheckResult, version: str, declaration: Declaration) -> Iterator[json.Json]:
    common: json.Json = {
        "record": "declaration",
        "version_id": version,
        "declaration_id": declaration.declaration_id,
        "revision": declaration.revision,
        "kind": declaration.kind.value if phrases.kind_shown(declaration) else None,
        "zone": declaration.zone.value if declaration.zone else None,
        "medium": declaration.medium.value,
        "party": declaration.party,
        "party_name": result.party_name(declaration.party),
        "title": declaration.title,
        "standing": declaration.standing.value,
        "hypothetical": declaration.hypothetical,
        "marks": json.joined(result.marks(version)),
        "emergency": declaration.emergency,
        "valid_until": None if declaration.valid_until is None else str(declaration.valid_until),
        "details": json.joined(f"{name}: {text}" for name, text in declaration.details.items()),
        "flags": json.joined(flag.sentence for flag in declaration.flags),
        "source": str(declaration.source),
    }
    for index, volume in enumerate(declaration.volumes, 1):
        properties = {**common, **_volume(volume)}
        for part, geometry in parts(volume):
            yield _feature(f"{version}/volume-{index}/{part}", geometry, {**properties, "part": part})
    for index, segment in enumerate(declaration.segments, 1):
        properties = {
            **common,
            "line_status": segment.status.value,
            **_when(segment.window),
            **_uncertainty(segment.uncertainty),
            "part": "path",
        }
        path = outlines.line(segment.path)
        yield _feature(f"{version}/segment-{index}", path, properties)


def parts(volume: Volume) -> Iterator[tuple[str, BaseGeometry]]:
    """The drawn parts of a volume: `point`, `path`, `area`. A moving one has its path and what it sweeps."""
    shape = volume.shape
    if isinstance(shape, Point):
        yield "point", DrawnPoint(shape.at.lon, shape.at.lat)
        return
    path, area = outlines.line(shape), outlines.area(shape)
    if path is not None:
        yield "path", path
    if area is not None:
        yield "area", area


def _volume(volume: Volume) -> json.Json:
    band, shape = volume.band, volume.shape
    properties: json.Json = {
        **_when(volume.window),
        **_uncertainty(volume.uncertainty),
        "shape": phrases.shape(shape),
        "lower_m": band.lower_m if band else None,
        "lower_datum": band.datum.value if band else None,
        "upper_m": band.upper_m if band else None,
        "upper_datum": band.datum_of_upper.value if band else None,
    }
    if isinstance(shape, Route):
        properties["waypoints"] = [
            [point.at.lon, point.at.lat, str(point.time), point.height_m] for point in shape.waypoints
        ]
        properties["waypoint_datum"] = shape.datum.value if shape.has_heights else None
    return properties


def _when(window: Window) -> json.Json:
    return {
        "start": None if window.start is None else str(window.start),
        "end": None if window.end is None else str(window.end),
    }


def _uncertainty(said: Uncertainty) -> json.Json:
    return {
        "uncertainty_m": said.horizontal_m,
        "uncertainty_height_m": said.vertical_m,
        "uncertainty_s": said.time_s,
        "uncertainty_at_95": said.at_95,
    }


def _feature(id_: str, geometry: BaseGeometry | None, properties: json.Json) -> json.Json:
    return {
        "type": "Feature",
        "id": id_,
        "geometry": None if geometry is None else _geometry(geometry),
        "properties": properties,
    }


def _geometry(geometry: BaseGeometry) -> json.Json:
    home = outlines.oriented(outlines.cut(geometry))
    made: json.Json = shapely.geometry.mapping(shapely.transform(home, lambda xy: xy.round(7)))
    return {"type": made["type"], "coordinates": made["coordinates"]}
