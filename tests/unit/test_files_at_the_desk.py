"""Files of a program, read by a desk row by row: nothing of them goes without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving import Serving, serving


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("files")) as desk:
        desk.parties("alpha", "bravo")
        yield desk


def intent(name: str, version: int = 1) -> dict[str, Any]:
    height = {"value": 50, "reference": "W84", "units": "M"}
    circle = {"center": {"lat": 35.3, "lng": 40.1}, "radius": {"value": 300, "units": "M"}}
    volume = {
        "volume": {"outline_circle": circle, "altitude_lower": height, "altitude_upper": height | {"value": 120}},
        "time_start": {"value": "2031-01-01T10:00:00Z", "format": "RFC3339"},
        "time_end": {"value": "2031-01-01T11:00:00.000001Z", "format": "RFC3339"},
    }
    reference = {"id": name, "manager": "alpha", "version": version, "state": "Accepted"}
    return {"operational_intent": {"reference": reference, "details": {"volumes": [volume]}}}


def read(desk: Serving, *messages: object) -> dict[str, Any]:
    headers = {**desk.bearing("alpha-1"), "content-type": "application/octet-stream"}
    data = json.dumps(messages).encode()
    answer = desk.client.post("/v1/reviews?name=intents.json", content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_a_file_ends_or_repeats_itself_is_told_beside_its_rows(desk: Serving) -> None:
    """R9: whoever declares a file row by row is told of the rows that are not among them."""
    ended = {"operational_intent_id": "C", "operational_intent": None}
    found = read(desk, intent("A"), intent("A", 2), intent("B"), intent("B"), intent("C"), ended)
    assert [(row["shown"]["declaration_id"], row["shown"]["revision"]) for row in found["rows"]] == [("A", 2), ("B", 1)]
    assert {(each["what"], each["why"]) for each in found["omissions"]} == {
        ("revision 1 of A", "Revision 2 takes its place."),
        ("revision 1 of C", "Cancelled by alpha (intents.json: [5])."),
        ("1 row that repeats another", "the same version twice is one"),
    }
    assert found["complete"]


def test_an_end_of_what_a_file_does_not_hold_is_told_and_ends_nothing(desk: Serving) -> None:
    """What it ends may be in force at the desk: that is withdrawn there."""
    (omission,) = read(desk, {"operational_intent_id": "X"})["omissions"]
    assert omission["what"] == "the cancellation of X"
    assert "nothing is ended by it" in omission["why"]


def test_a_window_is_shown_to_the_microsecond(desk: Serving) -> None:
    """As it is declared: shorter would be another window."""
    (row,) = read(desk, intent("A"))["rows"]
    (volume,) = row["shown"]["volumes"]
    assert volume["window"] == {"start": "2031-01-01T10:00:00Z", "end": "2031-01-01T11:00:00.000001Z"}
