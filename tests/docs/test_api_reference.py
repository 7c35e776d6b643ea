"""The reference of the interface is what the server says of itself, and names every field of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from scripts import api_reference
from tests.serving import Serving, serving, soon

from thalweg.model.declarations import Kind
from thalweg.model.events import Committed, EmergencySent, LineChecked, MessageSent, Proposed
from thalweg.server.described import operations
from thalweg.wiring import now_ms

PAGE = api_reference.PAGE.read_text("utf-8")
NAMED = set(re.findall(r"`([a-z_]+)(?:\[\])?`", PAGE + (api_reference.PAGE.parent / "outputs.md").read_text("utf-8")))
# Values whose keys are other people's words, or a page of their own.
ELSEWHERE = frozenset({"facts", "details", "entered", "fields", "volumes", "segments", "sides", "flags", "source"})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("api")) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        held.declare("bravo-1", soon("patrol", "bravo"), 409)
        cites = [each["version"] for each in held.notices("bravo-1") if each["version"]]
        held.declare("bravo-1", soon("patrol", "bravo"), 201, *cites)
        held.say("alpha-1", MessageSent("alpha", "line", "We are here", "en"))
        held.say("alpha-1", LineChecked("alpha", "line"))
        called = held.say("alpha-1", EmergencySent("alpha", "Shells on the roof", "en"))["statement"]
        held.say("bravo-1", Committed("bravo", called, "we stop", soon_at(600)))
        finding = held.get("alpha-1", "/v1/findings").json()["findings"][0]["cite"]
        held.say("alpha-1", Proposed("alpha", ("bravo",), finding, soon_at(3600), words="An hour later?"))
        yield held


def soon_at(in_s: int) -> Any:
    from thalweg.model.instants import Instant

    return Instant(now_ms() // 1000 + in_s)


def test_the_list_of_routes_is_what_the_server_says() -> None:
    assert api_reference.page() == PAGE, "run python -m scripts.api_reference"


def test_every_route_of_the_interface_is_in_the_description(desk: Serving) -> None:
    held = {(each.method, each.path) for each in operations(desk.built.app) if each.path.startswith("/v1/")}
    told = set(re.findall(r"^### ([A-Z]+) (/v1/\S+)$", PAGE, re.MULTILINE))
    assert {(method, path.replace(":path", "")) for method, path in held} == told


def test_every_parameter_and_field_that_is_asked_for_is_told() -> None:
    described = api_reference.description()
    for path, methods in described["paths"].items():
        for operation in methods.values():
            if path.startswith("/v1/"):
                for each in operation.get("parameters", ()):
                    if each["name"] == "If-None-Match":
                        assert "`If-None-Match`" in PAGE  # told once for all of them
                        continue
                    assert f"| `{each['name']}` | {each['in']} |" in PAGE
                assert operation["responses"].keys() & {"200", "201"}
                assert "default" in operation["responses"]
                assert operation["security"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/me", "/v1/theatre", "/v1/parties", "/v1/notices", "/v1/inbox", "/v1/declarations", "/v1/findings",
        "/v1/channels", "/v1/channels/line/log", "/v1/agreements", "/v1/commitments", "/v1/emergencies", "/v1/entries",
        "/v1/as-of?valid=../..", "/v1/as-of/notices", "/v1/as-of/times",
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["alpha-1", "bravo-1"])
def test_every_field_of_an_answer_is_told(desk: Serving, who: str, path: str) -> None:
    answer = desk.get(who, path)
    assert answer.status_code == 200
    assert {key for key in keys(answer.json()) if key not in NAMED} == set()


def test_every_field_of_one_thing_is_told(desk: Serving) -> None:
    notice = next(each for each in desk.notices("bravo-1") if each["findings"])
    said = desk.get("alpha-1", "/v1/declarations").json()["declarations"][0]
    for who, path in (
        ("bravo-1", f"/v1/notices/{notice['id']}"),
        ("bravo-1", f"/v1/notices/{notice['id']}/text"),
        ("alpha-1", f"/v1/declarations/{said['subject']}"),
        ("alpha-1", f"/v1/statements/{said['statement']}"),
    ):
        answer = desk.get(who, path)
        assert answer.status_code == 200
        assert {key for key in keys(answer.json()) if key not in NAMED} == set()


def keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, held in value.items():
            yield key
            if key not in ELSEWHERE:
                yield from keys(held)
    elif isinstance(value, list):
        for held in value:
            yield from keys(held)


def test_the_page_leads_to_pages_that_there_are() -> None:
    for link in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (Path(api_reference.PAGE).parent / link).resolve().exists()


def test_no_position_stands_in_an_address() -> None:
    """Addresses are kept by browsers, proxies and logs: what has a place in it is sent in a body (R37)."""
    asked = [
        f"{method} {path} {each['name']}"
        for path, methods in api_reference.description()["paths"].items()
        for method, operation in methods.items()
        for each in operation.get("parameters", ())
        if each["in"] in ("query", "path")
        and re.search(r"(?<![a-z])(lon|lat|lng|near|position|place|bbox|bounds|mgrs|centre)(?![a-z_])", each["name"])
    ]
    assert asked == []
