"""JSON: the whole result for a program. Stable keys; `thalweg schema check` prints the schema.

Text is exactly as it was given; only what UTF-8 cannot hold (a lone surrogate) is replaced, and the
characters that reorder text are written as escapes, so that the file reads in the order in which it is
written. Numbers are metres, seconds and degrees; times are UTC; positions are `[lon, lat]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, assert_never

import orjson

from thalweg.model.declarations import Declaration, Segment, Uncertainty, Volume
from thalweg.model.findings import Finding, Fix, Suggestions
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.notes import Flag, Source
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import phrases

if TYPE_CHECKING:
    from thalweg.reports import given

FORMAT: Final = "thalweg-check"
VERSION: Final = 1

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PIECE: Final = 1 << 18  # characters
_REORDERS: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]")

Json = dict[str, object]


def render(disclosed: Disclosed[CheckResult]) -> bytes:
    """The whole result, as the bytes of a file."""
    return text(content(disclosed.value)).encode()


def text(value: object) -> str:
    """JSON text, indented, in which no character reorders the others."""
    dumped = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    # A piece at a time: one search through all of a long text would let no other thread run until it is done.
    return "".join(_readable(dumped[begin : begin + _PIECE]) for begin in range(0, len(dumped), _PIECE)) + "\n"


def _readable(dumped: str) -> str:
    """What is sought is one character long each time, and can stand in strings only, where an escape means the same."""
    readable = _REORDERS.sub(lambda hit: f"\\u{ord(hit[0]):04x}", dumped)
    return _SURROGATE.sub("\ufffd", readable)


def content(result: CheckResult) -> Json:
    """The result as values that JSON can hold."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "summary": summary(result),
        "findings": [finding_content(result, number, finding) for number, finding in enumerate(result.findings, 1)],
        "suggestions": [_suggestions(item) for item in result.suggestions.values()],
        "problems": [
            {
                "source": _source(problem.source),
                "code": problem.code,
                "sentence": problem.sentence,
                "expected": problem.expected,
                "found": problem.found,
            }
            for problem in result.problems
        ],
        "omissions": [
            {
                "source": _source(omission.source),
                "what": omission.what,
                "why": omission.why,
                "harmless": omission.harmless,
            }
            for omission in result.omissions
        ],
        "declarations": [
            declaration_content(result, version, declaration) for version, declaration in result.declarations.items()
        ],
    }


def summary(result: CheckResult) -> Json:
    """What every machine-readable product says first: how complete it is, and what it is not."""
    counts = result.counts
    return {
        "headline": phrases.headline(result),
        "incomplete": result.incomplete,
        "incomplete_sentence": phrases.incomplete_line(result),
        "disclaimers": list(DISCLAIMERS),
        "exercise": result.exercise,
        "marks": list(phrases.all_marks(result)),
        "theatre": result.theatre,
        "rules_hash": result.rules_hash,
        "engine_version": result.engine_version,
        "checked_at": str(result.checked_at),
        "parties": {party: result.party_name(party) for party in _parties(result)},
        "counts": {
            "findings": len(result.findings),
            "problems": len(result.problems),
            "omissions": len(result.omissions),
            "flags": len(result.flags),
            "declarations": len(result.declarations),
            "files": counts.files,
            "seen": counts.seen,
            "read": counts.read,
            "cancellations": counts.cancellations,
            "duplicates": counts.duplicates,
            "superseded": counts.superseded,
            "compared": counts.compared,
        },
        **_copy(result),
    }


def _copy(result: CheckResult) -> Json:
    """Whose copy it is, where it was made for one recipient."""
    held = result.copy
    if held is None:
        return {}
    return {"copy": {"mark": held.mark, "party": held.party, "officer": held.officer, "at": str(held.at)}}


def _parties(result: CheckResult) -> list[str]:
    return list(dict.fromkeys(declaration.party for declaration in result.declarations.values()))


def finding_content(result: CheckResult, number: int, finding: Finding) -> Json:
    """One finding; `number` counts from 1 in the order in which they are to be read."""
    facts: Json = {**finding_facts(finding)}
    return {
        "id": facts.pop("id"),
        "number": number,
        **facts,
        "region": [_polygon(polygon) for polygon in finding.region],
        "marks": list(phrases.marks_of(result, finding)),
        "fixes": [fix_facts(fix) for fix in phrases.fixes_of(result, finding)],
    }


def finding_facts(finding: Finding) -> given.Finding:
    """A finding by itself, as it is told to one who knows nothing besides."""
    margin = finding.margin
    return {
        "id": finding.id,
        "type": finding.type.value,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "rule_sentence": finding.rule_sentence,
        "versions": list(finding.versions),
        "rule": finding.rule,
        "relation": finding.relation.value,
        "certainty": finding.certainty.value,
        "certainty_word": phrases.certainty_word(finding),
        "share": round(finding.share, 4),
        "can_tell": finding.can_tell,
        "reasons": list(finding.reasons),
        "horizontal_m": _metres(finding.horizontal_m),
        "vertical_m": None if finding.vertical_m is None else _metres(finding.vertical_m),
        "time_gap_s": round(finding.time_gap_s, 3),
        "datum_allowance_m": _metres(finding.datum_allowance_m),
        "rule_margin": {
            "horizontal_m": _metres(margin.horizontal_m),
            "vertical_m": None if margin.vertical_m is None else _metres(margin.vertical_m),
            "time_s": round(margin.time_s, 3),
        },
        "closest": _closest(finding),
        "reference": finding.reference,
        "first": time(finding.first),
        "closest_at": time(finding.closest_at),
        "last": time(finding.last),
        "marks": list(finding.marks),
        "line_status": finding.line_status,
    }


def finding_spelled(finding: Finding) -> bytes:
    """`finding_facts` as JSON in UTF-8."""
    # Both sides of a conflict, and everyone who listens for them, are told of one finding. By identity, since comparing
    # two costs more than telling one; keeping it keeps its id from being reused.
    known = _told.get(id(finding))
    if known is None:
        if len(_told) >= _TOLD:
            _told.clear()
        known = _told[id(finding)] = (finding, orjson.dumps(finding_facts(finding)))
    return known[1]


_TOLD: Final = 2_000
_told: Final[dict[int, tuple[Finding, bytes]]] = {}


def declaration_content(result: CheckResult, version: str, declaration: Declaration) -> given.DeclarationFacts:
    """One declaration as it was compared, with its marks, flags, source and what was entered."""
    return declaration_facts(version, declaration, result.marks(version))


def declaration_facts(version: str, declaration: Declaration, marks: Sequence[str]) -> given.DeclarationFacts:
    """A declaration by itself, under the version id by which its reader knows it."""
    sides = declaration.sides
    return {
        "version_id": version,
        "declaration_id": declaration.declaration_id,
        "revision": declaration.revision,
        "replaces": declaration.replaces,
        "kind": declaration.kind.value if phrases.kind_shown(declaration) else None,
        "zone": declaration.zone.value if declaration.zone else "",
        "medium": declaration.medium.value,
        "party": declaration.party,
        "title": declaration.title,
        "standing": declaration.standing.value,
        "hypothetical": declaration.hypothetical,
        "emergency": declaration.emergency,
        "marks": list(marks),
        "volumes": [_volume(volume) for volume in declaration.volumes],
        "segments": [_segment(segment) for segment in declaration.segments],
        "sides": None
        if sides is None
        else {
            "left": sorted(sides.left),
            "right": sorted(sides.right),
            "left_name": sides.left_name,
            "right_name": sides.right_name,
        },
        "valid_from": time(declaration.valid_from),
        "valid_until": time(declaration.valid_until),
        "submitted": time(declaration.submitted),
        "details": dict(declaration.details),
        "entered": dict(declaration.entered),
        "source": _source(declaration.source),
        "flags": [_flag(flag) for flag in declaration.flags],
    }


def place(position: Position) -> given.Place:
    """A position in the three ways in which people read it."""
    return {
        "position": _xy(position),
        "dms": phrases.dms(position),
        "decimal": phrases.decimal(position),
        "mgrs": phrases.mgrs(position),
    }


def _closest(finding: Finding) -> list[given.Place]:
    one, other = finding.closest
    said = place(one)
    return [said, said if other == one else place(other)]  # where the two overlap they are one


def first_position(declaration: Declaration) -> Position | None:
    """The position to describe a declaration by: the first that it names."""
    for volume in declaration.volumes:
        match volume.shape:
            case Point(at=at) | Circle(centre=at):
                return at
            case Polygon(outer=(at, *_)) | Corridor(path=(at, *_)) | Path(points=(at, *_)):
                return at
            case MultiPolygon(polygons=(polygon, *_)):
                return polygon.outer[0]
            case Route(waypoints=(first, *_)):
                return first.at
            case _:
                continue
    return declaration.segments[0].path.points[0] if declaration.segments else None


def _suggestions(item: Suggestions) -> Json:
    return {
        "version": item.version,
        "fixes": [fix_facts(fix) for fix in item.fixes],
        "searched": item.searched,
        "not_offered": dict(item.not_offered),
    }


def fix_facts(fix: Fix) -> given.Fix:
    return {
        "version": fix.version,
        "change": fix.change,
        "amount": fix.amount,
        "cost": round(fix.cost, 6),
        "sentence": fix.sentence,
        "resolves": list(fix.clears),
        "changed_version": fix.changed.version_id,
        "changed_volumes": [_volume(volume) for volume in fix.changed.volumes],
    }


def _volume(volume: Volume) -> given.Volume:
    return {
        "shape": _shape(volume.shape),
        "window": _window(volume.window),
        "band": _band(volume.band),
        "uncertainty": _uncertainty(volume.uncertainty),
    }


def _segment(segment: Segment) -> given.Segment:
    return {
        "shape": _shape(segment.path),
        "status": segment.status.value,
        "window": _window(segment.window),
        "uncertainty": _uncertainty(segment.uncertainty),
    }


def _shape(shape: Shape) -> given.Shape:
    match shape:
        case Point():
            return {"type": "point", "at": _xy(shape.at)}
        case Polygon():
            return {"type": "polygon", "rings": _polygon(shape)}
        case MultiPolygon():
            return {"type": "multipolygon", "polygons": [_polygon(part) for part in shape.polygons]}
        case Circle():
            return {"type": "circle", "centre": _xy(shape.centre), "radius_m": shape.radius_m}
        case Corridor():
            return {
                "type": "corridor",
                "path": [_xy(point) for point in shape.path],
                "half_width_m": shape.half_width_m,
            }
        case Path():
            return {"type": "path", "points": [_xy(point) for point in shape.points]}
        case Route():
            return {
                "type": "route",
                "waypoints": [
                    {"at": _xy(point.at), "time": str(point.time), "height_m": point.height_m}
                    for point in shape.waypoints
                ],
                "radius_m": shape.radius_m,
                "datum": shape.datum.value,
                "half_height_m": shape.half_height_m,
            }
        case _ as never:
            assert_never(never)


def _polygon(polygon: Polygon) -> list[list[list[float]]]:
    """Rings without the first vertex repeated, as in the model; edges are geodesics."""
    return [[_xy(point) for point in ring] for ring in (polygon.outer, *polygon.holes)]


def _xy(position: Position) -> list[float]:
    return [round(position.lon, 9), round(position.lat, 9)]


def _metres(value: float) -> float:
    return round(value, 3)


def _window(window: Window) -> given.Span:
    return {"start": time(window.start), "end": time(window.end)}


def _band(band: Band | None) -> given.Band | None:
    if band is None:
        return None
    return {
        "lower_m": band.lower_m,
        "lower_datum": band.datum.value,
        "upper_m": band.upper_m,
        "upper_datum": band.datum_of_upper.value,
    }


def _uncertainty(said: Uncertainty) -> given.Doubt:
    return {
        "horizontal_m": said.horizontal_m,
        "vertical_m": said.vertical_m,
        "time_s": said.time_s,
        "at_95": said.at_95,
    }


def time(when: Instant | None) -> str | None:
    """As it is written; None where there is none."""
    return None if when is None else str(when)


def _source(source: Source) -> given.SourceFile:
    return {"file": source.file, "path": source.path}


def _flag(flag: Flag) -> given.Flag:
    return {
        "code": flag.code,
        "sentence": flag.sentence,
        "where": flag.where,
        "fields": dict(flag.fields),
    }


def joined(texts: Iterable[str]) -> str:
    """Several texts in one property of a flat format."""
    return "; ".join(texts)
