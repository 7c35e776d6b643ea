"""The picture as a party had it at a time, as JSON values and as GeoJSON: docs/reference/api.md lists the fields.

Takes what policy disclosed and nothing else. On the map a declaration is drawn as fine as it was shown: below footprint
the cells, and nothing in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import shapely
from shapely.geometry import LineString
from shapely.geometry import Point as DrawnPoint
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Segment, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.asof.had import AsOf, DeclarationHad, FindingHad, IncidentHad, NoticeHad, NoticesHad, Times
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import geojson, json, outlines
from thalweg.reports.json import Json
from thalweg.state.exchange import Fact
from thalweg.state.history import span_of

if TYPE_CHECKING:
    from thalweg.reports import given

_DIGITS: Final = 6  # of degrees: a decimetre
MOST_DRAWN: Final = 20_000


def picture(disclosed: Disclosed[AsOf]) -> given.AsOf:
    """All of it."""
    read = disclosed.value
    counts = read.counts
    return {
        **head(read),
        "counts": {
            "declarations": counts.known,
            "own": counts.own,
            "valid": counts.valid,
            "findings": len(read.findings),
            "notices": counts.notices,
            "outstanding": counts.outstanding,
        },
        "declarations": [_declaration(each) for each in read.declarations],
        "next": read.next,
        "findings": [_finding(each) for each in read.findings],
        "crossings": [
            {
                "line": each.line,
                "at": str(each.at),
                "who": each.who,
                "by": each.by,
                "medium": each.medium,
                "position": None if each.position is None else json.place(each.position),
                "to_side": each.to_side,
                "told": str(each.told),
                "reached": str(each.reached),
                "notice": each.notice,
            }
            for each in read.crossings
        ],
        "channels": [
            {
                "id": each.channel,
                "name": each.name,
                "room": each.room,
                "opened_by": each.opened_by,
                "invited": list(each.invited),
                "joined": [{"party": party, "told": str(told)} for party, told in each.joined],
                "lines": [
                    {"party": line.party, "state": line.state.value, "since": _time(line.since)} for line in each.lines
                ],
            }
            for each in read.channels
        ],
        "agreements": [
            {
                "id": each.event,
                "matter": each.matter.value,
                "by": each.by,
                "to": list(each.to),
                "state": each.state.value,
                "at": str(each.at),
                "expires": _time(each.expires),
                "answers": [{"by": by, "answer": given.value, "at": str(at)} for by, given, at in each.answers],
                "words": each.words,
                "declaration": None if each.changed is None else _plain(each.changed),
            }
            for each in read.agreements
        ],
        "commitments": [
            {
                "id": each.event,
                "by": each.by,
                "about": each.about,
                "action": each.action,
                "due": str(each.due),
                "at": str(each.at),
                "outcome": each.outcome or None,
                "lapsed": each.lapsed,
            }
            for each in read.commitments
        ],
        "emergencies": [
            {
                "id": each.event,
                "by": each.by,
                "at": str(each.at),
                "text": each.text,
                "place": None if each.place is None else json.place(each.place),
                "radius_m": each.radius_m,
                "repeated": each.repeated,
                "open": each.open,
            }
            for each in read.emergencies
        ],
        "participation": [
            {
                "party": each.party,
                "by": each.by,
                "status": each.status,
                "since": str(each.since),
                "told": str(each.told),
            }
            for each in read.participation
        ],
        "incidents": [_incident(each) for each in read.incidents],
        "disclaimers": list(DISCLAIMERS),
    }


def _incident(had: IncidentHad) -> given.AsOfIncident:
    return {
        "reference": had.reference,
        "title": had.title,
        "by": had.by,
        "at": str(had.at),
        "withdrawn": _time(had.withdrawn),
        "said": [
            {
                "what": each.what,
                "by": each.by,
                "at": str(each.at),
                "reached": str(each.reached),
                "notice": each.notice,
                "statement": each.statement,
                "text": each.text,
                "language": each.language,
                "grade": each.grade,
                "to": each.to,
                "due": _time(each.due),
                "answered": _time(each.answered),
            }
            for each in had.said
        ],
    }


def notices(disclosed: Disclosed[NoticesHad]) -> given.AsOfNotices:
    """A page of the notices that had reached the party; `next` is what to ask after for the following ones."""
    read = disclosed.value
    return {
        "party": read.party,
        "known": str(read.known),
        "notices": [_notice(each) for each in read.notices],
        "next": read.notices[-1].notice.n if read.notices else None,
        "more": read.more,
        "disclaimers": list(DISCLAIMERS),
    }


def times(disclosed: Disclosed[Times]) -> given.AsOfTimes:
    """What a time bar draws."""
    read = disclosed.value
    return {
        "party": read.party,
        "known": str(read.known_at),
        "from": str(read.since),
        "until": str(Instant(read.since.epoch_s + read.step_s * len(read.valid))),
        "step_s": read.step_s,
        "valid": list(read.valid),
        "known_counts": list(read.known),
    }


def drawn(disclosed: Disclosed[AsOf]) -> given.Map:
    """The picture as a GeoJSON feature collection (RFC 7946); of what has no place, nothing is in it."""
    read = disclosed.value
    features = [each for had in read.declarations for each in _drawn(had, read.valid)]
    features += beside(read)
    left_out = read.counts.valid - len(read.declarations)
    said: given.MapHead = {**head(read), "left_out": left_out, "disclaimers": list(DISCLAIMERS)}
    return {"type": "FeatureCollection", "thalweg": said, "features": features}


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


def head(read: AsOf) -> given.AsOfHead:
    """Whose picture it is, and of when."""
    return {
        "party": read.party,
        "known": str(read.known),
        "valid": _valid(read.valid),
        "exercise": read.exercise,
    }


def _declaration(had: DeclarationHad) -> given.AsOfDeclaration:
    shown = json.declaration_facts(had.version, had.declaration, had.marks)
    if had.kind is None:
        shown["kind"], shown["zone"] = None, ""
    since, until = min(each[0] for each in had.spans), max(each[1] for each in had.spans)
    return {
        "subject": had.subject,
        "version": had.version,
        "of": had.of,
        "own": had.own,
        "level": had.level.value,
        "kind": None if had.kind is None else had.kind.value,
        "state": had.stood.value,
        "over": _time(had.over),
        "valid": {"from": _bound(since), "until": _bound(until)},
        "at": str(had.at),
        "reached": str(had.reached),
        "notice": had.notice,
        "statement": had.statement,
        "late": had.late,
        "marks": list(had.marks),
        "not_cited": [{"notice": each.notice, "shown": str(each.at)} for each in had.not_cited],
        "answers": [
            {
                "by": each.by,
                "what": each.what.value,
                **dict(each.facts),
                "at": str(each.at),
                "reached": str(each.reached),
                "notice": each.notice,
            }
            for each in had.became
        ],
        "declaration": shown,
    }


def _finding(had: FindingHad) -> given.AsOfFinding:
    return {
        **json.finding_facts(had.finding),
        "of": had.of,
        "notice": had.notice,
        "told": str(had.told),
        "reached": str(had.reached),
    }


def _notice(had: NoticeHad) -> given.AsOfNotice:
    said = had.notice
    return {
        "id": said.id,
        "n": said.n,
        "index": had.index,
        "what": said.what.value,
        "at": str(said.at),
        "reached": str(had.reached),
        "reached_by": had.by,
        "of": said.of,
        "subject": said.subject,
        "version": said.version,
        "level": said.level.value,
        "severity": said.severity,
        "owed": said.owed,
        "outstanding": had.outstanding,
        "due": _time(said.due),
        "answers": said.answers,
        "findings": len(said.findings),
        "talk_to": list(said.talk_to),
        "facts": dict(said.facts),
        "words": {"text": said.words, "language": said.language} if said.words else None,
        "delivered": _facts(had.delivered),
        "responses": _facts(had.responses),
        "read_back": _facts(had.read_back),
        "disseminated": _facts(had.disseminated),
        "relayed": _facts(had.relayed),
    }


# --- the map ---


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
        "over": _time(had.over),
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
        "first": _time(finding.first),
        "last": _time(finding.last),
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


def geometry(drawn: BaseGeometry) -> Json:
    """As GeoJSON has it, to a decimetre."""
    home = outlines.oriented(outlines.cut(drawn))
    made: Json = shapely.geometry.mapping(shapely.transform(home, lambda xy: xy.round(_DIGITS)))
    return {"type": made["type"], "coordinates": made["coordinates"]}


# --- values ---


def _plain(declaration: Declaration) -> given.DeclarationFacts:
    return json.declaration_facts(declaration.version_id, declaration, ())


def _facts(facts: Iterable[Fact]) -> list[given.Fact]:
    return [{"officer": each.officer, "at": str(each.at), "index": each.index, "what": each.what} for each in facts]


def _valid(valid: Valid) -> given.Bounds:
    return {"from": _time(valid.since), "until": _time(valid.until)}


def _window(window: Window) -> Json:
    return {"start": _time(window.start), "end": _time(window.end)}


def _bound(epoch_s: float) -> str | None:
    return str(Instant(epoch_s)) if Instant.possible(epoch_s) else None


def _time(when: Instant | None) -> str | None:
    return None if when is None else str(when)
