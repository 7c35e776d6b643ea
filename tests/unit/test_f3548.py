"""ASTM F3548-21: operational intents, constraints, and answers that only point to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from thalweg.drafts import Context
from thalweg.formats import f3548
from thalweg.model.declarations import Declaration, Kind, Medium, Zone
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Polygon, Position
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("test", ()))
ID = "2f8343be-6482-4d1b-a474-16847e01af1e"


def read(document: object) -> Reading:
    return f3548.read(json.dumps(document).encode(), "test.json", CONTEXT)


def one(document: object) -> Declaration:
    reading = read(document)
    assert reading.problems == ()
    (declaration,) = reading.declarations
    return declaration


def altitude(value: float) -> dict[str, Any]:
    return {"value": value, "reference": "W84", "units": "M"}


def time(text: str) -> dict[str, str]:
    return {"value": text, "format": "RFC3339"}


def volume(**outline: object) -> dict[str, Any]:
    outline = outline or {
        "outline_polygon": {
            "vertices": [
                {"lat": 35.0, "lng": 40.0},
                {"lat": 35.0, "lng": 40.1},
                {"lat": 35.1, "lng": 40.1},
            ]
        }
    }
    return {
        "volume": {**outline, "altitude_lower": altitude(50), "altitude_upper": altitude(120)},
        "time_start": time("2024-01-01T10:00:00Z"),
        "time_end": time("2024-01-01T11:00:00Z"),
    }


def intent(state: str = "Accepted", **details: object) -> dict[str, Any]:
    return {
        "reference": {
            "id": ID,
            "manager": "uss1",
            "version": 3,
            "state": state,
            "ovn": "x",
            "uss_base_url": "https://u",
        },
        "details": {"volumes": [volume()], "priority": 10, **details},
    }


def test_an_operational_intent_is_an_operation_of_its_manager_in_the_air() -> None:
    found = one({"operational_intent": intent()})
    assert (found.kind, found.medium, found.party) == (Kind.OPERATION, Medium.AIR, "uss1")
    assert (found.declaration_id, found.revision) == (ID, 3)
    assert found.volumes[0].band == Band(50.0, 120.0, Datum.WGS84)
    assert str(found.volumes[0].window) == "2024-01-01T10:00:00Z / 2024-01-01T11:00:00Z"
    assert found.details["priority"] == "10"


def test_latitude_and_longitude_are_told_by_their_names() -> None:
    """R2."""
    shape = one({"operational_intent": intent()}).volumes[0].shape
    assert isinstance(shape, Polygon)
    assert shape.outer == (Position(40.0, 35.0), Position(40.1, 35.0), Position(40.1, 35.1))


def test_edges_are_shortest_paths_and_get_no_further_vertices() -> None:
    far = {"vertices": [{"lat": 60, "lng": 0}, {"lat": 60, "lng": 30}, {"lat": 50, "lng": 15}]}
    shape = one({"operational_intent": intent(volumes=[volume(outline_polygon=far)])}).volumes[0].shape
    assert isinstance(shape, Polygon)
    assert len(shape.outer) == 3


def test_a_circle_is_a_circle() -> None:
    circle = {"center": {"lat": 35.0, "lng": 40.0}, "radius": {"value": 300.183, "units": "M"}}
    found = one({"operational_intent": intent(volumes=[volume(outline_circle=circle)])})
    assert found.volumes[0].shape == Circle(Position(40.0, 35.0), 300.183)


def test_a_constraint_is_a_restricted_zone_of_airspace() -> None:
    body = {
        "reference": {"id": ID, "manager": "authority", "version": 1},
        "details": {"volumes": [volume()], "type": "com.example.tfr"},
    }
    found = one({"constraint": body})
    assert (found.kind, found.zone, found.title) == (
        Kind.RESTRICTED_ZONE,
        Zone.RESTRICTED_AIRSPACE,
        "com.example.tfr",
    )


def test_a_constraint_that_restricts_nothing_is_reported_and_no_zone() -> None:
    body = {
        "reference": {"id": ID, "manager": "authority", "version": 1},
        "details": {"volumes": [volume()], "geozone": {"restriction": "NO_RESTRICTION"}},
    }
    reading = read({"constraint": body})
    assert reading.declarations == ()
    assert [omission.harmless for omission in reading.omissions] == [True]


def test_off_nominal_volumes_are_tested_too_and_the_state_is_flagged() -> None:
    found = one({"operational_intent": intent("Contingent", volumes=[], off_nominal_volumes=[volume(), volume()])})
    assert len(found.volumes) == 2
    assert {"f3548-off-nominal", "f3548-state"} <= {flag.code for flag in found.flags}


def test_an_unknown_state_is_flagged_and_tested() -> None:
    found = one({"operational_intent": intent("Ended")})
    assert "f3548-state" in {flag.code for flag in found.flags}


def test_a_request_to_a_dss_is_tested_by_its_extents() -> None:
    request = {"extents": [volume()], "state": "Accepted", "uss_base_url": "https://u", "key": []}
    found = one(request)
    assert found.kind is Kind.OPERATION
    assert "f3548-extents" in {flag.code for flag in found.flags}
    assert one({"extents": [volume()], "uss_base_url": "https://u"}).kind is Kind.RESTRICTED_ZONE


def test_references_without_volumes_are_a_problem_each() -> None:
    reference = intent()["reference"]
    reading = read({"operational_intent_references": [reference, reference]})
    assert [problem.code for problem in reading.problems] == ["f3548-reference-only"] * 2
    assert reading.seen == 2


def test_a_conflict_answer_names_what_is_missing() -> None:
    reading = read({"message": "no", "missing_operational_intents": [intent()["reference"]]})
    assert [problem.source.path for problem in reading.problems] == ["missing_operational_intents[0]"]


def test_a_notification_without_the_intent_cancels_it() -> None:
    """R9."""
    reading = read({"operational_intent_id": ID, "subscriptions": []})
    (cancellation,) = reading.cancellations
    assert cancellation.declaration_id == ID


def test_a_notification_with_the_intent_declares_it() -> None:
    assert one({"operational_intent_id": ID, "operational_intent": intent(), "subscriptions": []}).revision == 3


def test_lists_hold_several_and_one_broken_item_leaves_the_others() -> None:
    reading = read([{"operational_intent": intent()}, {"nothing": 1}, {"constraint": {"reference": {}, "details": {}}}])
    assert len(reading.declarations) == 1
    assert [problem.code for problem in reading.problems] == ["f3548-document", "place-missing"]
    assert reading.seen == 3


def test_open_limits_stay_open() -> None:
    item = volume()
    del item["volume"]["altitude_upper"]
    item["time_end"] = None
    found = one({"operational_intent": intent(volumes=[item])})
    assert found.volumes[0].band == Band(50.0, None, Datum.WGS84)
    assert found.volumes[0].window.end is None
    assert "window-open" in {flag.code for flag in found.flags}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outline_circle": {}, "outline_polygon": {}}, "f3548-outline"),
        ({"outline_circle": None, "outline_polygon": None}, "f3548-outline"),
        ({"outline_polygon": {"vertices": [{"lat": 35, "lng": 40}]}}, "ring-short"),
        (
            {"outline_polygon": {"vertices": [{"lat": 95, "lng": 40}, {"lat": 3, "lng": 4}, {"lat": 5, "lng": 4}]}},
            "position-range",
        ),
        ({"outline_circle": {"center": {"lat": 35, "lng": 40}, "radius": {"value": 5, "units": "NM"}}}, "f3548-units"),
        ({"outline_circle": {"center": {"lat": 35, "lng": 40}, "radius": {"value": -5, "units": "M"}}}, "extent-range"),
        ({"outline_polygon": "here"}, "json-shape"),
    ],
)
def test_volumes_that_are_wrong_are_problems(change: dict[str, Any], code: str) -> None:
    (problem,) = read({"operational_intent": intent(volumes=[volume(**change)])}).problems
    assert problem.code == code


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"value": 50, "reference": "W84", "units": "cubits"}, "unit-unknown"),
        ({"value": 50, "reference": "W84", "units": "M AGL"}, "unit-unknown"),
        ({"value": 10**400, "reference": "W84", "units": "M"}, "number-unreadable"),
        ({"value": 50, "reference": ["W84"], "units": "M"}, "json-shape"),
    ],
)
def test_heights_that_are_wrong_are_problems(limit: dict[str, Any], code: str) -> None:
    item = volume()
    item["volume"]["altitude_lower"] = limit
    (problem,) = read({"operational_intent": intent(volumes=[item])}).problems
    assert problem.code == code


def test_a_number_beyond_all_numbers_is_refused_as_one() -> None:
    text = json.dumps({"operational_intent": intent()}).replace('"value": 50', '"value": 1e400', 1)
    (problem,) = f3548.read(text.encode(), "test.json", CONTEXT).problems
    assert problem.code == "number-unreadable"
    assert "altitude_lower" in problem.sentence


def test_a_height_without_its_units_or_its_reference_is_flagged() -> None:
    """R27."""
    item = volume()
    item["volume"]["altitude_lower"] = {"value": 50}
    found = one({"operational_intent": intent(volumes=[item])})
    assert {"f3548-units-assumed", "height-datum-missing"} <= {flag.code for flag in found.flags}
    assert found.volumes[0].band == Band(50.0, 120.0, Datum.UNKNOWN, Datum.WGS84)


@pytest.mark.parametrize("entity", [{}, False, 0, ""])
def test_only_an_absent_intent_cancels(entity: object) -> None:
    """A broken one may be the one that is there (R9)."""
    reading = read({"operational_intent_id": ID, "operational_intent": entity})
    assert reading.cancellations == ()
    assert [problem.code for problem in reading.problems] == ["json-shape"]


def test_every_message_of_a_document_is_read_and_an_end_beside_others_is_not_guessed() -> None:
    zone = {"reference": {"id": "z", "manager": "authority", "version": 1}, "details": {"volumes": [volume()]}}
    reading = read({"operational_intent_id": ID, "constraint": zone, "operational_intents": [intent()]})
    assert {found.declaration_id for found in reading.declarations} == {ID, "z"}
    assert reading.cancellations == ()
    assert [problem.code for problem in reading.problems] == ["f3548-document"]
    both = read({"extents": [volume()], "state": "Accepted", **intent(), "constraints": [zone]})
    assert len(both.declarations) == 3


def test_what_holds_another_id_than_its_notification_names_is_flagged() -> None:
    found = one({"operational_intent_id": "another", "operational_intent": intent()})
    assert found.declaration_id == ID
    assert "f3548-id" in {flag.code for flag in found.flags}


def test_a_geozone_that_contradicts_itself_is_kept_as_a_zone() -> None:
    body = {
        "reference": {"id": ID, "manager": "authority", "version": 1},
        "details": {"volumes": [volume()], "geozone": {"restriction": "PROHIBITED", "type": "NO_RESTRICTION"}},
    }
    assert one({"constraint": body}).zone is Zone.RESTRICTED_AIRSPACE


def test_members_that_the_standard_lacks_are_named() -> None:
    item = volume() | {"altitude": 5}
    (omission,) = read({"operational_intent": intent(volumes=[item], speed=9)}).omissions
    assert omission.what == "members altitude, speed"


@pytest.mark.parametrize(
    ("end", "short"),
    [("10:00:00.000001Z", True), ("10:00:00.999Z", True), ("10:00:01Z", False)],
)
def test_a_window_of_less_than_a_second_is_flagged_and_written_as_it_is(end: str, short: bool) -> None:
    """R26: it was shown as ending when it begins."""
    item = volume()
    item["time_end"]["value"] = f"2024-01-01T{end}"
    found = one({"operational_intent": intent(volumes=[item])})
    assert ("window-short" in {flag.code for flag in found.flags}) is short
    assert str(found.volumes[0].window) == f"2024-01-01T10:00:00Z / 2024-01-01T{end}"


def test_a_window_that_ends_when_it_begins_is_a_problem() -> None:
    item = volume()
    item["time_end"] = item["time_start"]
    (problem,) = read({"operational_intent": intent(volumes=[item])}).problems
    assert problem.code == "time-inverted"


def test_a_member_given_twice_is_not_guessed() -> None:
    text = '{"operational_intent": {"reference": {"id": "a", "id": "b"}, "details": {}}}'
    (problem,) = f3548.read(text.encode(), "test.json", CONTEXT).problems
    assert problem.code == "json-twice"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 5000, b'{"a": NaN}', b"\xff", b"3", b"{}", b'{"extents": 3}', b"[[[[1]]]]"]
)
def test_what_is_no_message_is_a_problem(data: bytes) -> None:
    reading = f3548.read(data, "test.json", CONTEXT)
    assert reading.declarations == ()
    assert reading.problems
