"""Calling: at once where the place reads plainly; where it can be read in two ways, after a choice and no sooner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving import Answer, Serving, serving
from thalweg.model.events import TheatreSet
from thalweg.model.levels import Level

AREA = "name: River\nextends: default\narea: {box: [39.0, 34.0, 41.6, 36.5]}\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("calls")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.say("chair", TheatreSet(AREA, "theatre.yaml"))
        yield server


def call(server: Serving, **fields: str) -> Answer:
    headers = {**server.bearing("alpha-1"), "accept": "text/html"}
    return server.client.post("/emergency", data=fields, headers=headers, follow_redirects=False)


def calls(server: Serving) -> list[dict[str, Any]]:
    return [each for each in server.notices("bravo-1") if each["what"] == "emergency"]


def test_a_swapped_place_is_asked_about_with_all_that_was_typed_still_there(desk: Serving) -> None:
    """R3: never put right by itself."""
    asked = call(desk, text="Stop <b>now</b>", position="40.45, 35.02", radius_km="2", once="swapped-0")
    assert asked.status_code == 422
    assert "Latitude and longitude may be swapped." in asked.text
    assert "Stop &lt;b&gt;now" in asked.text
    assert 'value="40.45, 35.02"' in asked.text
    assert calls(desk) == []


def test_the_reading_that_is_chosen_goes_out(desk: Serving) -> None:
    answer = call(desk, text="Stop", position="40.45, 35.02", choice="other", once="swapped-1")
    assert answer.status_code == 303
    place = calls(desk)[-1]["place"]
    assert "35.02" in str(place)
    assert str(place).index("40.45") < str(place).index("35.02")  # longitude first, as everywhere


def test_a_place_that_nobody_can_read_stops_the_call_and_an_empty_one_does_not(desk: Serving) -> None:
    """R17: nothing but the press is needed."""
    before = len(calls(desk))
    assert call(desk, position="by the old bridge", once="unread-1").status_code == 422
    assert len(calls(desk)) == before
    assert call(desk, once="empty-call").status_code == 303
    assert call(desk, once="empty-call").status_code == 303
    assert len(calls(desk)) == before + 1
