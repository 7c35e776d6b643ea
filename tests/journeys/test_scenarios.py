"""The bundled scenarios, from their files to findings: what `expected.yaml` lists by hand is what is found.

R1, R3, R5, R12, R13, R26, R29, R34 and R49 in one piece; the scenario's facts are in its README.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from pyproj import Transformer
from shapely import LineString

from thalweg.desk import scenarios
from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.drafts import Context
from thalweg.drafts.plausibility import Doubts
from thalweg.engine.batch import batch
from thalweg.formats.theatre import read_theatre
from thalweg.model.declarations import Declaration, Kind, LineStatus, Standing
from thalweg.model.errors import InputError
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.theatre import Theatre
from thalweg.places.basemap import layer
from thalweg.places.gazetteer import packaged

_ORDER = (Certainty.POSSIBLE, Certainty.LIKELY, Certainty.CERTAIN)


@cache
def theatre(name: str) -> Theatre:
    return read_theatre(scenarios.theatre(name), scenarios.THEATRE)


@cache
def taken(name: str) -> Intake:
    rules = theatre(name)
    blobs = [Blob(file, data) for file, data in scenarios.inputs(name).items()]
    return intake_blobs(blobs, Context(rules, plausibility=Doubts(rules, packaged)))


@cache
def found(name: str) -> Mapping[frozenset[str], Finding]:
    """The findings by the declaration ids of their pair."""
    intake = taken(name)
    ids = {d.version_id: d.declaration_id for d in intake.declarations}
    findings = batch(intake.declarations, theatre(name))
    by_pair = {frozenset(ids[version] for version in finding.versions): finding for finding in findings}
    assert len(by_pair) == len(findings)
    return by_pair


@cache
def expected(name: str) -> Mapping[str, Any]:
    listed: dict[str, Any] = yaml.safe_load(scenarios.expected(name))
    return listed


def declaration(name: str, declaration_id: str) -> Declaration:
    (one,) = [d for d in taken(name).declarations if d.declaration_id == declaration_id]
    return one


def pair_of(name: str, entry: Mapping[str, Any]) -> frozenset[str]:
    aliases = expected(name).get("aliases", {})
    pair = frozenset(aliases.get(each, each) for each in entry["pair"])
    unknown = pair - {d.declaration_id for d in taken(name).declarations}
    assert not unknown, f"expected.yaml names {sorted(unknown)}, which no file declares"
    return pair


def entries(name: str, key: str) -> list[Any]:
    listed = yaml.safe_load(scenarios.expected(name))[key]
    return [pytest.param(name, entry, id=f"{name}: {' / '.join(entry['pair'])}") for entry in listed]


def of_all(key: str) -> list[Any]:
    return [each for name in scenarios.NAMES for each in entries(name, key)]


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_every_file_of_a_scenario_is_read_whole(name: str) -> None:
    intake = taken(name)
    assert intake.problems == ()
    assert intake.complete
    assert {source.name for source in intake.sources} == set(scenarios.inputs(name))
    assert intake.duplicates == 0
    assert intake.superseded == ()


@pytest.mark.parametrize(("name", "entry"), of_all("found"))
def test_what_was_worked_out_by_hand_is_found(name: str, entry: Mapping[str, Any]) -> None:
    finding = found(name).get(pair_of(name, entry))
    assert finding is not None, entry["why"]
    assert finding.type is FindingType(entry["type"])
    assert _ORDER.index(finding.certainty) >= _ORDER.index(Certainty(entry["at_least"])), finding.share


@pytest.mark.parametrize(("name", "entry"), of_all("not_found"))
def test_what_looks_alike_and_is_no_conflict_is_not_found(name: str, entry: Mapping[str, Any]) -> None:
    finding = found(name).get(pair_of(name, entry))
    assert finding is None, entry["why"]


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_nothing_else_is_more_than_possible(name: str) -> None:
    listed = {pair_of(name, entry) for entry in expected(name)["found"]}
    others = {pair: finding for pair, finding in found(name).items() if pair not in listed}
    if expected(name)["complete"]:
        assert not others
    assert all(finding.certainty is Certainty.POSSIBLE for finding in others.values())


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_a_rumour_is_in_force_for_nobody(name: str) -> None:
    """R13: the rumoured no-fly zone lies over half of the aircraft of the scenario, and touches none."""
    named = frozenset[str]().union(*found(name))
    assert not named & set(expected(name)["in_no_finding"])


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_what_should_be_asked_about_is_flagged(name: str) -> None:
    for entry in expected(name)["flags"]:
        codes = [flag.code for flag in declaration(name, entry["id"]).flags]
        assert entry["code"] in codes, entry["why"]


def test_salhiya_is_shown_as_two_places_on_opposite_banks_and_none_is_picked() -> None:
    """R5, and the homonym of the scenario."""
    (flag,) = [f for f in declaration("deir-ez-zor", "joint-room-salhiya").flags if f.code == "place-ambiguous"]
    assert "left bank" in flag.sentence
    assert "right bank" in flag.sentence


def test_the_rumoured_zone_is_kept_as_a_rumour_of_nobody() -> None:
    zone = declaration("deir-ez-zor", "nfz-rumour")
    assert zone.standing is Standing.RUMOURED
    assert zone.kind is Kind.RESTRICTED_ZONE
    assert zone.hypothetical


def test_the_river_is_tacit_and_from_november_agreed_between_mayadin_and_abu_kamal() -> None:
    """R34: segments of one line with their own status and dates."""
    line = declaration("deir-ez-zor", "line-euphrates")
    statuses = [segment.status for segment in line.segments]
    assert statuses == [LineStatus.TACIT, LineStatus.TACIT, LineStatus.AGREED, LineStatus.TACIT]
    before, agreed = line.segments[1], line.segments[2]
    assert before.path == agreed.path
    assert before.window.end == agreed.window.start
    # Downstream, so that left is the north-east bank: Deir ez-Zor first, the border last.
    assert line.segments[0].path.points[0].lat > line.segments[-1].path.points[-1].lat


def test_the_line_follows_the_river_of_the_basemap_within_the_simplification_it_states() -> None:
    """100 m of simplification and 0.0001 degrees of rounding, against World Data Bank II as it is carried."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True).transform
    river = [
        LineString([to_metres(lon, lat) for lon, lat in feature["geometry"]["coordinates"]])
        for feature in layer("rivers_wdbii")["features"]
        if feature["properties"]["level"] == 1
    ]
    for segment in declaration("deir-ez-zor", "line-euphrates").segments:
        drawn = LineString([to_metres(p.lon, p.lat) for p in segment.path.points])
        farthest = max(
            min(drawn.interpolate(at).distance(each) for each in river) for at in range(0, int(drawn.length), 500)
        )
        assert farthest < 120


def test_the_agreed_stretch_is_named_as_agreed_in_the_findings_of_december() -> None:
    finding = found("deir-ez-zor")[frozenset({"us-account-1213-su25", "line-euphrates"})]
    assert finding.line_status == LineStatus.AGREED


def test_the_two_accounts_of_13_december_are_never_paired_with_each_other() -> None:
    """R41 in small: accounts stand side by side and are never merged."""
    for pair in found("deir-ez-zor"):
        accounts = {each.split("-account-")[0] for each in pair if "-account-1213-" in each}
        assert len(accounts) < 2, pair


def test_hypothetical_geometry_is_marked_in_every_finding_that_rests_on_it() -> None:
    for name in scenarios.NAMES:
        drawn = {d.declaration_id for d in taken(name).declarations if d.hypothetical}
        for pair, finding in found(name).items():
            assert ("hypothetical geometry" in finding.marks) == bool(pair & drawn), pair


def test_every_declaration_of_deir_ez_zor_says_on_what_it_rests() -> None:
    for each in taken("deir-ez-zor").declarations:
        told = each.details.get("basis") or each.details.get("Basis") or each.details.get("desc")
        assert told, each.declaration_id
        sourced = any(each.details.get(name) for name in ("source_url", "src"))
        assert sourced or (each.hypothetical and each.party == "AID"), each.declaration_id


def test_no_position_of_deir_ez_zor_is_finer_than_the_press_published() -> None:
    """What is not drawn, and marked so, is stated to no better than 3 km."""
    for each in taken("deir-ez-zor").declarations:
        spans = [volume.uncertainty.horizontal_m for volume in each.volumes]
        spans += [segment.uncertainty.horizontal_m for segment in each.segments]
        assert each.hypothetical or min(spans) >= 3000, each.declaration_id


def test_every_party_of_a_scenario_is_in_its_theatre() -> None:
    for name in scenarios.NAMES:
        parties = {party.id for party in theatre(name).parties} | {"unknown"}
        assert {d.party for d in taken(name).declarations} <= parties


def test_the_order_of_the_files_does_not_change_what_is_found() -> None:
    for name in scenarios.NAMES:
        backwards = tuple(reversed(taken(name).declarations))
        ids = {finding.id for finding in batch(backwards, theatre(name))}
        assert ids == {finding.id for finding in found(name).values()}


def test_a_scenario_that_is_not_bundled_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(InputError) as refused:
        scenarios.inputs("atlantis")
    assert refused.value.code == "scenario-unknown"
    assert all(name in refused.value.sentence for name in scenarios.NAMES)
