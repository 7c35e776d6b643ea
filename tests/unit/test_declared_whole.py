"""What can be checked can be declared, however much stands beside it (R7, R30)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.serving import Serving, serving
from tests.unit.pages.officers import screen
from tests.unit.test_intake import CONTEXT
from thalweg.desk.intake import Blob, intake_blobs
from thalweg.drafts.beside import fitted, holds
from thalweg.formats import event as kinds
from thalweg.model.characters import LONGEST_NAME, LONGEST_TEXT, MOST_TEXTS
from thalweg.model.declarations import Declaration
from thalweg.model.events import Declared


def intent(volumes: int) -> bytes:
    """An operational intent of a USS: a trajectory as a chain of volumes."""

    def volume(number: int) -> dict[str, Any]:
        west, begin = 40.1 + number * 0.002, f"2031-09-15T{10 + number // 60:02}:{number % 60:02}"
        corners = ((35.3, west), (35.31, west), (35.31, west + 0.003), (35.3, west + 0.003))
        height = {"reference": "W84", "units": "M"}
        return {
            "volume": {
                "outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in corners]},
                "altitude_lower": {"value": 100 + number, **height},
                "altitude_upper": {"value": 200 + number, **height},
            },
            "time_start": {"value": f"{begin}:00Z", "format": "RFC3339"},
            "time_end": {"value": f"{begin}:50Z", "format": "RFC3339"},
        }

    chain = [volume(number) for number in range(volumes)]
    reference = {
        "id": "2f8343be-6482-4d1b-a474-16847e01af1e", "manager": "alpha", "version": 1, "state": "Accepted",
        "time_start": chain[0]["time_start"], "time_end": chain[-1]["time_end"], "uss_base_url": "https://uss.example",
    }  # fmt: skip
    details = {"volumes": chain, "off_nominal_volumes": [], "priority": 0}
    return json.dumps({"operational_intent": {"reference": reference, "details": details}}).encode()


def receiver(points: int) -> bytes:
    """A log of a receiver, with what it says beside each position."""
    rows = "".join(
        f"m1,movement,2031-09-15T{10 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z,{35.3 + i * 1e-4:.5f},40.10000,"
        f"{10 + i % 7}.{i % 10},{i % 360},fix {i}\n"
        for i in range(points)
    )
    return f"id,kind,time,lat,lon,speed,course,remark\n{rows}".encode()


def placed(name: str, words: Mapping[str, str]) -> bytes:
    """A hospital, of which somebody's form asks much."""
    properties = {"id": name, "name": "H", "kind": "hospital", **words}
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [40.12, 35.31]},
    }
    return json.dumps(feature).encode()


FILES = {
    "intent.json": intent(300),
    "log.csv": receiver(900),
    "form.geojson": placed("asked", {f"question {number}": f"answer {number}" for number in range(900)}),
    "essay.geojson": placed("told", {"history": "It was built. " * 3_000, "n" * 400: "named at length"}),
}


def only(name: str) -> Declaration:
    found = intake_blobs([Blob(name, FILES[name])], CONTEXT)
    assert not found.problems
    (declared,) = found.declarations
    return declared


@pytest.mark.parametrize("name", FILES)
def test_what_is_checked_can_be_written_as_an_entry_and_read_again(name: str) -> None:
    declared = only(name)
    read = kinds.read(*kinds.write(Declared("alpha", declared)))
    assert isinstance(read, Declared)
    assert (read.declaration.version_id, read.declaration.details) == (declared.version_id, declared.details)


def test_each_value_of_a_log_stands_beside_its_movement() -> None:
    details = only("log.csv").details
    assert len(details) < 20
    said = "; ".join(details.values())
    assert all(f"; {i + 2}: fix {i}" in f"; {said}" for i in range(1, 900))
    assert {name.partition(",")[0] for name in details} == {"speed", "course", "remark"}


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("id", "x" * 100, ""), ("id", "node/2658012", ""), ("id", "https://example.org/site/1", ""),
        ("id", "x" * 101, "id-unfit"), ("id", "../x", "id-unfit"), ("id", "x/", "id-unfit"), ("id", ".", "id-unfit"),
        ("party", "x" * 300, ""), ("party", "x" * 301, "text-long"),
    ],
)  # fmt: skip
def test_a_name_that_no_desk_takes_is_told_of_where_the_file_is_checked(field: str, text: str, told: str) -> None:
    (declared,) = intake_blobs([Blob("f.geojson", placed("h", {field: text}))], CONTEXT).declarations
    assert [flag.code for flag in declared.flags if flag.where == field] == ([told] if told else [])
    if not told:
        kinds.write(Declared("alpha", declared))


def test_more_beside_it_than_a_record_holds_is_told_of() -> None:
    words = {f"q{number}": "x" * 15_000 for number in range(700)}
    (declared,) = intake_blobs([Blob("f.geojson", placed("h", words))], CONTEXT).declarations
    assert [flag.where for flag in declared.flags if flag.code == "text-long"] == ["details"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("whole")) as made:
        made.parties("alpha", "bravo")
        yield made


@pytest.mark.parametrize("name", FILES)
def test_a_desk_takes_it_and_shows_it_again(desk: Serving, name: str) -> None:
    headers = {**desk.bearing("alpha-1"), "content-type": "application/octet-stream"}
    reviewed = desk.client.post(f"/v1/reviews?name={name}", content=FILES[name], headers=headers).json()
    (row,) = reviewed["rows"]
    declared = kinds.read_declaration(row["declaration"])
    desk.say("alpha-1", Declared("alpha", declared))
    shown = desk.get("alpha-1", f"/v1/declarations/{declared.declaration_id}").json()
    assert shown["declaration"]["details"] == dict(declared.details)


@pytest.mark.parametrize("name", ["node/2658012", "https://example.org/site/1", "a//b/cancel"])
def test_what_others_call_it_stays_its_id(desk: Serving, name: str) -> None:
    """R9: a list from OpenStreetMap was checked, and each of its rows refused for the slash in its id."""
    reviewed = intake_blobs([Blob("osm.geojson", placed(name, {}))], CONTEXT).declarations[0]
    declared = replace(reviewed, party="alpha")
    desk.say("alpha-1", Declared("alpha", declared))
    subject = f"alpha/{name}"
    for who in ("alpha-1", "bravo-1"):
        for address in (quote(subject), quote(subject, safe="")):
            shown = desk.get(who, f"/v1/declarations/{address}").json()
            assert (shown["subject"], shown["declaration"]["declaration_id"]) == (subject, name)
    (notice,) = [each for each in desk.notices("bravo-1") if each["subject"] == subject]
    assert "“H”" in desk.get("bravo-1", f"/v1/notices/{notice['id']}/text").text
    officer, action = screen(desk, "alpha-1"), f"/declarations/{quote(subject)}/cancel"
    officer.send(officer.see(f"/declarations/{quote(subject)}"), action, {"sure": "yes"})
    for address in (quote(subject), quote(subject, safe="")):
        assert desk.get("bravo-1", f"/v1/declarations/{address}").json()["state"] == "cancelled"


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=20),
    st.sampled_from([0, 1, MOST_TEXTS - 1, MOST_TEXTS, MOST_TEXTS + 1, 3_000]),
    st.sampled_from([0, LONGEST_TEXT - 300, LONGEST_TEXT, LONGEST_TEXT + 1, 40_000]),
    st.sampled_from([1, LONGEST_NAME, LONGEST_NAME + 1, 2_000]),
)
@example({"more, 1": "of another", "long, part 1 of 3": "too"}, 600, 40_000, 300)
def test_nothing_that_is_said_beside_is_lost(words: dict[str, str], count: int, length: int, named: int) -> None:
    asked = {f"q{number}": f"a{number}" for number in range(count)}
    texts = {**words, **asked, "l" * named: "t" * length, "long": "x" * length}
    made = fitted(texts)
    assert holds(made)
    assert made == texts or not holds(texts)
    whole = "\n".join(f"{name}: {text}" for name, text in made.items())
    for name, text in texts.items():
        if len(text) <= 100:
            assert f"{name}: {text}" in whole
    assert sum(text.count("t") for text in made.values()) >= length
    assert sum(text.count("x") for text in made.values()) >= length
