"""KML 2.2 (OGC 07-147r2), for Google Earth, GDAL and every viewer on a desk.

Folders: findings first, then each party's declarations, then what was not checked. Times are `TimeSpan`
and `TimeStamp`. Heights: KML knows above ground (`relativeToGround`) and above the EGM96 sea level
(`absolute`); a band in one of them is drawn there, any other is clamped to the ground and said in words.
A band that reaches the ground is extruded; one that floats is drawn as its lower and upper face.

KML has no dashes and no hatches, and an icon of one's own would be fetched from somewhere. So shape tells
kinds apart: an area has its outline, a zone a cross, "none of ours" dots, a tacit or disputed line is cut
into dashes. Every name begins with the party's tag and the kind; colour only repeats it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Standing, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.measures import Band, Datum
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Point, Position, Route
from thalweg.model.words import DISCLAIMERS, MARK_MEANING
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import outlines, phrases

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"

_ABSOLUTE: Final = (Datum.EGM96, Datum.EGM2008)
# aabbggrr, from the tokens p1, p2, p3, p0, and warn.
_PARTY_COLOURS: Final = ("ff9f5714", "ff8e2a77", "ff5a6506", "ff605b55")
_WARN: Final = "ff0043a8"


def render(disclosed: Disclosed[CheckResult]) -> bytes:
    """The whole result, as the bytes of a file."""
    result = disclosed.value
    root = ET.Element("kml", xmlns=NAMESPACE)
    document = ET.SubElement(root, "Document")
    marks = phrases.all_marks(result)
    _text(document, "name", phrases.heading(result))
    _text(document, "open", "1")
    loud = phrases.incomplete_line(result)
    _text(document, "Snippet", loud or phrases.headline(result))
    _text(
        document, "description",
        "\n\n".join(
            part for part in (
                loud, phrases.headline(result), *(MARK_MEANING[mark] for mark in marks if mark in MARK_MEANING),
                *DISCLAIMERS, phrases.made_by(result),
            ) if part
        ),
    )  # fmt: skip
    tags = phrases.tags(declaration.party for declaration in result.declarations.values())
    _styles(document, len(tags))
    if result.copy is not None:
        _data(document, {"copy": str(result.copy)})
    order = {party: index % len(_PARTY_COLOURS) for index, party in enumerate(tags)}

    findings = _folder(document, f"Findings ({len(result.findings)})")
    for number, finding in enumerate(result.findings, 1):
        _finding(findings, result, number, finding)
    for party, tag in tags.items():
        folder = _folder(document, f"{tag}: {result.party_name(party)}")
        for version, declaration in result.declarations.items():
            if declaration.party == party:
                _declaration(folder, result, version, declaration, tag, f"p{order[party]}")
    if result.problems or result.omissions:
        folder = _folder(document, f"NOT CHECKED ({len(result.problems)})")
        for problem in result.problems:
            placemark = _placemark(folder, f"NOT CHECKED: {problem.source}", str(problem))
            _data(placemark, {"record": "problem", "code": problem.code, "found": problem.found})
        for omission in result.omissions:
            _placemark(
                folder,
                f"Left out: {omission.what}",
                f"{omission.source}: {omission.why}" + (" It cannot hide a conflict." if omission.harmless else ""),
            )
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


# ---------------------------------------------------------------- contents


def _finding(folder: ET.Element, result: CheckResult, number: int, finding: Finding) -> None:
    marks = phrases.marks_of(result, finding)
    name = f"{number}. {phrases.severity(finding)}: {phrases.finding_type(finding)}{_bracketed(marks)}"
    rules = [f"{what}: {found} (rule: {asked})" for what, found, asked in phrases.against_rule(finding)]
    fixes = [f"Fix: {fix.sentence} ({phrases.cost(fix)})" for fix in phrases.fixes_of(result, finding)]
    fixes += [phrases.in_vain(result, item) for item in phrases.without_fix(result, finding)]
    lines = [
        finding.sentence, finding.rule_sentence, phrases.certainty(finding), *finding.reasons, *rules,
        phrases.datums(finding),
        f"First {phrases.instant(finding.first)}, closest {phrases.instant(finding.closest_at)}, "
        f"last {phrases.instant(finding.last)}",
        *(f"{phrases.dms(p)} = {phrases.decimal(p)} = {phrases.mgrs(p)}" for p in dict.fromkeys(finding.closest)),
        finding.reference, *fixes, *(MARK_MEANING[mark] for mark in marks if mark in MARK_MEANING),
    ]  # fmt: skip
    placemark = _placemark(folder, name, "\n\n".join(line for line in lines if line))
    _span(placemark, finding.first, finding.last)
    _text(placemark, "styleUrl", "#finding")
    _data(
        placemark,
        {
            "record": "finding", "id": finding.id, "type": finding.type.value,
            "severity": finding.severity, "certainty": finding.certainty.value,
            "horizontal_m": f"{finding.horizontal_m:.1f}",
            "vertical_m": "" if finding.vertical_m is None else f"{finding.vertical_m:.1f}",
            "version_1": finding.versions[0], "version_2": finding.versions[1],
            "reference": finding.reference, "marks": "; ".join(marks), "line_status": finding.line_status,
        },
    )  # fmt: skip
    several = ET.SubElement(placemark, "MultiGeometry")
    _point(several, finding.closest[0])
    if finding.closest[0] != finding.closest[1]:
        _point(several, finding.closest[1])
        _drawn(several, LineString(outlines.along(finding.closest)), None)
    for region in finding.region:
        _drawn(several, outlines.polygon(region), None)


def _declaration(
    folder: ET.Element, result: CheckResult, version: str, declaration: Declaration, tag: str, style: str
) -> None:
    marks = result.marks(version)
    name = f"{tag} {phrases.kind(declaration)}: {phrases.title(declaration)}{_bracketed(marks)}"
    lines = [
        f"Party: {result.party_name(declaration.party)}",
        f"Declaration {declaration.declaration_id}, version {declaration.revision}",
        *(MARK_MEANING[mark] for mark in marks if mark in MARK_MEANING),
        *(f"{field}: {text}" for field, text in declaration.details.items()),
        *(f"Flag: {flag.sentence}" for flag in declaration.flags),
        f"Source: {declaration.source}",
    ]
    data = {
        "record": "declaration",
        "version_id": version,
        "declaration_id": declaration.declaration_id,
        "kind": declaration.kind.value if phrases.kind_shown(declaration) else "not shown",
        "party": declaration.party,
        "standing": declaration.standing.value,
        "marks": "; ".join(marks),
    }
    for index, volume in enumerate(declaration.volumes, 1):
        part = f" ({index} of {len(declaration.volumes)})" if len(declaration.volumes) > 1 else ""
        about = [phrases.shape(volume.shape), phrases.window(volume.window), phrases.band(volume.band)]
        said = phrases.uncertainty(volume)
        placemark = _placemark(folder, name + part, "\n\n".join([*lines, *about, *([said] if said else [])]))
        _span(placemark, volume.window.start, volume.window.end)
        _text(placemark, "styleUrl", f"#{_style(declaration, style)}")
        _data(placemark, data)
        _volume(ET.SubElement(placemark, "MultiGeometry"), declaration, volume)
        if isinstance(volume.shape, Route):
            for waypoint in volume.shape.waypoints:
                stop = _placemark(folder, f"{tag} {phrases.clock(waypoint.time)}", name)
                _text(ET.SubElement(stop, "TimeStamp"), "when", str(waypoint.time))
                _text(stop, "styleUrl", f"#{style}-waypoint")
                height_m, mode = waypoint.height_m, _mode(volume.shape.datum)
                _point(stop, waypoint.at, height_m if mode else None, mode)
    for segment in declaration.segments:
        status = phrases.line_status(segment.status)
        about = [f"Line: {status}", phrases.window(segment.window)]
        placemark = _placemark(folder, f"{name} ({status})", "\n\n".join([*lines, *about]))
        _span(placemark, segment.window.start, segment.window.end)
        _text(placemark, "styleUrl", "#line")
        _data(placemark, data | {"line_status": segment.status.value})
        _segment(ET.SubElement(placemark, "MultiGeometry"), segment)


def _volume(parent: ET.Element, declaration: Declaration, volume: Volume) -> None:
    shape = volume.shape
    if isinstance(shape, Point):
        _point(parent, shape.at)
        return
    path, area = outlines.line(shape), outlines.area(shape)
    if isinstance(shape, Route) and shape.has_heights and _mode(shape.datum):
        _track(parent, shape)
    elif path is not None:
        _drawn(parent, path, None)
    if area is not None:
        _drawn(parent, area, volume.band)
        if declaration.kind is Kind.RESTRICTED_ZONE and declaration.standing is not Standing.RUMOURED:
            _cross(parent, area)
        if declaration.kind is Kind.NEGATIVE:
            _dots(parent, area)


def _segment(parent: ET.Element, segment: Segment) -> None:
    path = outlines.line(segment.path)
    if path is None:
        return
    if segment.status is LineStatus.AGREED:
        _drawn(parent, path, None)
        return
    # Dash and dot for a tacit line, short dashes for a disputed one, as shares of one period.
    pattern = ((0.0, 0.6), (0.75, 0.85)) if segment.status is LineStatus.TACIT else ((0.0, 0.5),)
    periods = max(4, min(60, round(path.length / 0.02)))
    for period in range(periods):
        for begin, end in pattern:
            dash = shapely.ops.substring(path, (period + begin) / periods, (period + end) / periods, normalized=True)
            if dash.geom_type == "LineString":
                _drawn(parent, dash, None)


# ---------------------------------------------------------------- geometry


def _mode(datum: Datum) -> str:
    """The altitude mode that means this datum; empty where KML has none."""
    if datum is Datum.AGL:
        return "relativeToGround"
    return "absolute" if datum in _ABSOLUTE else ""


def _drawn(parent: ET.Element, geometry: BaseGeometry, band: Band | None) -> None:
    faces: list[tuple[float | None, str, bool]] = [(None, "", False)]
    if band is not None and band.upper_m is not None and _mode(band.datum_of_upper):
        mode = _mode(band.datum_of_upper)
        grounded = band.lower_m is None or (band.lower_m <= 0 and band.datum is Datum.AGL)
        faces = [(band.upper_m, mode, grounded)]
        if not grounded and band.lower_m is not None and _mode(band.datum):
            faces.append((band.lower_m, _mode(band.datum), False))
    home = outlines.oriented(outlines.cut(geometry))
    for part in shapely.get_parts(home).tolist():
        for altitude_m, mode, extruded in faces:
            if part.geom_type == "Polygon":
                _polygon(parent, part, altitude_m, mode, extruded=extruded)
            elif part.geom_type == "LineString":
                element = ET.SubElement(parent, "LineString")
                _text(element, "tessellate", "1")
                _text(element, "coordinates", _coordinates(part, None))


def _polygon(parent: ET.Element, part: BaseGeometry, altitude_m: float | None, mode: str, *, extruded: bool) -> None:
    element = ET.SubElement(parent, "Polygon")
    if mode:
        _text(element, "extrude", "1" if extruded else "0")
        _text(element, "altitudeMode", mode)
    else:
        _text(element, "tessellate", "1")
    shell, *holes = shapely.get_rings(part).tolist()
    for name, ring in [("outerBoundaryIs", shell), *(("innerBoundaryIs", hole) for hole in holes)]:
        linear = ET.SubElement(ET.SubElement(element, name), "LinearRing")
        _text(linear, "coordinates", _coordinates(ring, altitude_m))


def _track(parent: ET.Element, route: Route) -> None:
    """A route with heights that KML can place: its line at height, each way-point extruded by its own point."""
    points = [waypoint.at for waypoint in route.waypoints]
    heights = [waypoint.height_m or 0.0 for waypoint in route.waypoints]
    path = outlines.along(points)
    knots = outlines.GEOD.inv(
        [p.lon for p in points[:-1]],
        [p.lat for p in points[:-1]],
        [p.lon for p in points[1:]],
        [p.lat for p in points[1:]],
    )[2]
    steps = outlines.GEOD.inv(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1])[2]
    z = np.interp(np.concatenate([[0.0], np.cumsum(steps)]), np.concatenate([[0.0], np.cumsum(knots)]), heights)
    flat = outlines.cut(LineString(np.column_stack([path, z])))
    for part in shapely.get_parts(flat).tolist():
        element = ET.SubElement(parent, "LineString")
        _text(element, "extrude", "1")
        _text(element, "altitudeMode", _mode(route.datum))
        _text(
            element,
            "coordinates",
            " ".join(f"{x:.7f},{y:.7f},{h:.1f}" for x, y, h in shapely.get_coordinates(part, include_z=True)),
        )


def _cross(parent: ET.Element, area: BaseGeometry) -> None:
    """Two strokes through a zone, so that it is told from an operation without its colour."""
    west, south, east, north = area.bounds
    for stroke in (
        LineString([(west, south), (east, north)]),
        LineString([(west, north), (east, south)]),
    ):
        for part in shapely.get_parts(shapely.intersection(area, stroke)).tolist():
            if part.geom_type == "LineString":
                _drawn(parent, part, None)


def _dots(parent: ET.Element, area: BaseGeometry) -> None:
    """Short strokes spread over "none of ours there"."""
    west, south, east, north = area.bounds
    step = max(east - west, north - south) / 7
    x = np.arange(west + step / 2, east, step)
    y = np.arange(south + step / 2, north, step)
    for lon in x:
        for lat in y:
            if shapely.contains_xy(area, lon, lat):
                _drawn(parent, LineString([(lon, lat), (lon + step / 12, lat)]), None)


def _point(parent: ET.Element, at: Position, altitude_m: float | None = None, mode: str = "") -> None:
    element = ET.SubElement(parent, "Point")
    if mode:
        _text(element, "extrude", "1")
        _text(element, "altitudeMode", mode)
    tail = "" if altitude_m is None else f",{altitude_m:.1f}"
    _text(element, "coordinates", f"{at.lon:.7f},{at.lat:.7f}{tail}")


def _coordinates(geometry: BaseGeometry, altitude_m: float | None) -> str:
    tail = "" if altitude_m is None else f",{altitude_m:.1f}"
    return " ".join(f"{lon:.7f},{lat:.7f}{tail}" for lon, lat in shapely.get_coordinates(geometry))


# ---------------------------------------------------------------- the tree


def _text(parent: ET.Element, name: str, text: str) -> None:
    """A child with text. Paragraphs survive; whatever XML or a viewer would take for more does not."""
    element = ET.SubElement(parent, name)
    paragraphs = [phrases.plain(paragraph) for paragraph in text.split("\n\n")]
    element.text = "\n\n".join(paragraphs)


def _folder(parent: ET.Element, name: str) -> ET.Element:
    folder = ET.SubElement(parent, "Folder")
    _text(folder, "name", name)
    return folder


def _placemark(folder: ET.Element, name: str, description: str) -> ET.Element:
    placemark = ET.SubElement(folder, "Placemark")
    _text(placemark, "name", name)
    # Viewers show a description as HTML: escape once here, and once more when the tree is written.
    shown = description.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    _text(placemark, "description", shown)
    return placemark


def _span(placemark: ET.Element, begin: Instant | None, end: Instant | None) -> None:
    if begin is None and end is None:
        return
    span = ET.SubElement(placemark, "TimeSpan")
    if begin is not None:
        _text(span, "begin", str(begin))
    if end is not None:
        _text(span, "end", str(end))


def _data(placemark: ET.Element, values: dict[str, str]) -> None:
    extended = ET.SubElement(placemark, "ExtendedData")
    for name, value in values.items():
        if value:
            _text(ET.SubElement(extended, "Data", name=name), "value", value)


def _bracketed(marks: Sequence[str]) -> str:
    return f" [{', '.join(marks)}]" if marks else ""


def _style(declaration: Declaration, style: str) -> str:
    if declaration.standing is Standing.RUMOURED:
        return "rumour"
    return f"{style}-zone" if declaration.kind is Kind.RESTRICTED_ZONE else style


def _styles(document: ET.Element, parties: int) -> None:
    _line_style(document, "finding", _WARN, 5.0, "660043a8", 1.3)
    _line_style(document, "line", "ff151915", 3.0, "00000000", 0.8)
    _line_style(document, "rumour", "ff909090", 1.0, "00ffffff", 0.6)
    for index, colour in enumerate(_PARTY_COLOURS[: max(parties, 1)]):
        _line_style(document, f"p{index}", colour, 2.0, "44" + colour[2:], 0.9)
        _line_style(document, f"p{index}-zone", colour, 4.0, "22" + colour[2:], 0.9)
        _line_style(document, f"p{index}-waypoint", colour, 1.0, "00ffffff", 0.5)


def _line_style(document: ET.Element, name: str, line: str, width: float, fill: str, label_scale: float) -> None:
    style = ET.SubElement(document, "Style", id=name)
    icon = ET.SubElement(style, "IconStyle")
    _text(icon, "color", line)
    label = ET.SubElement(style, "LabelStyle")
    _text(label, "scale", str(label_scale))
    stroke = ET.SubElement(style, "LineStyle")
    _text(stroke, "color", line)
    _text(stroke, "width", str(width))
    area = ET.SubElement(style, "PolyStyle")
    _text(area, "color", fill)
