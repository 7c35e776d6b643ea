"""The picture for a map, a part at a time: what is not in an answer is said, and where it is had (R19, R40)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving import Serving, serving, soon
from tests.unit.pages.officers import screen
from thalweg.reports import asof_map


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("map")) as held:
        held.parties("alpha", "bravo")
        ours = [soon(f"survey-{n}", "alpha", 40.1 + n / 10) for n in range(3)]
        for each in ours:
            held.declare("alpha-1", each)
        held.declare("bravo-1", soon("overflight", "bravo", 40.1), 201, ours[0].version_id)
        screen(held, "alpha-1").see("/room")  # all that was told has reached it
        yield held


def pages(desk: Serving, address: str) -> Iterator[dict[str, Any]]:
    while address:
        answer = desk.get("alpha-1", address)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        yield page
        address = "".join(each["href"] for each in page["links"] if each["rel"] == "next")


def test_the_links_of_the_answers_lead_through_all_of_the_picture(desk: Serving) -> None:
    (whole,) = pages(desk, "/v1/as-of/map?valid=../..")
    assert (whole["thalweg"]["note"], whole["links"]) == ("", [])
    read = list(pages(desk, "/v1/as-of/map?valid=../..&limit=1"))
    assert len(read) == 4
    assert {each["id"] for page in read for each in page["features"]} == {each["id"] for each in whole["features"]}
    assert read[0]["thalweg"]["note"] == (
        "This answer has 1 of 4 declarations and 1 of 1 findings: ask for the following ones at the link `next`. That"
        " something is not in it says nothing about it."
    )
    assert (
        "has 1 of 4 declarations and 0 of 1 findings: the others are in the answers before it"
        in (read[-1]["thalweg"]["note"])
    )


def test_an_answer_holds_no_more_than_what_a_map_takes_in(desk: Serving) -> None:
    assert asof_map.MOST_DRAWN == 5_000
    assert desk.get("alpha-1", "/v1/as-of/map?limit=5001").status_code == 422
