"""Declaring by the form alone: read back, stopped, confirmed, sent once; and what is lacking is shown, then cited."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Answer, Serving, serving, soon
from thalweg.model.declarations import Declaration, Kind, Medium, Uncertainty, Volume
from thalweg.model.events import TheatreSet
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Datum
from thalweg.model.shapes import Position, Route, Waypoint
from thalweg.server.pages.declare import KEPT, typed_of

AREA = "name: River\nextends: default\narea: {box: [39.0, 34.0, 41.6, 36.5]}\ntime_zone: Asia/Damascus\n"
CONVOY = {
    "kind": "movement", "medium": "ground", "title": "Convoy <i>6</i>", "shape": "route", "rows": "3",
    "start": "2040-11-24 05:00Z", "end": "2040-11-24 08:30Z", "at1": "35.3250, 40.1150", "radius": "300 m",
    "at2": "35°13′05″N 040°18′54″E", "at3": "40.4515, 35.0198",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("declaring")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.say("chair", TheatreSet(AREA, "theatre.yaml"))
        yield server


def post(server: Serving, who: str = "alpha-1", /, **fields: str) -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post("/declare", data=fields, headers=headers, follow_redirects=False)


def sure(page: str) -> list[str]:
    return re.findall(r'name="sure" value="([^"]+)"', page)


def send(server: Serving, once: str, tokens: list[str], who: str = "alpha-1", /, **fields: str) -> Answer:
    data: dict[str, str | list[str]] = {**fields, "do": "send", "once": once, "sure": tokens}
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post("/declare", data=data, headers=headers, follow_redirects=False)


def declared(server: Serving, who: str = "alpha-1") -> list[str]:
    found = server.get(who, "/v1/declarations?own=true").json()["declarations"]
    return [each["declaration"]["title"] for each in found]


def test_a_swapped_position_is_stopped_and_left_as_it_was_typed(desk: Serving) -> None:
    """R3, R4."""
    page = post(desk, do="look", **CONVOY).text
    assert "Latitude and longitude may be swapped." in page
    assert 'value="40.4515, 35.0198"' in page
    assert "Send: choose which point" in page
    assert len(sure(page)) == 2, "the two that are settled"
    assert send(desk, "too-early", ["1:35.325000,40.115000"], **CONVOY).status_code == 422
    assert declared(desk) == []


def test_each_position_is_read_back_in_words_and_in_three_forms(desk: Serving) -> None:
    """R4."""
    page = post(desk, do="look", **CONVOY).text
    assert "2.6 km WSW of Deir ez-Zor" in page
    assert "right bank of the Euphrates" in page
    assert "37S FV 0134 0965" in page
    assert page.count('<svg class="map"') == 1


def test_chosen_confirmed_and_sent_it_is_declared_once(desk: Serving) -> None:
    """R1, R2: what was typed is kept beside what it was read as."""
    chosen = {**CONVOY, "choice3": "other"}
    page = post(desk, do="look", **chosen).text
    tokens = sure(page)
    assert len(tokens) == 3
    assert "&lt;i&gt;6" in page
    assert "<i>6" not in page
    assert send(desk, "without-one", tokens[:2], **chosen).status_code == 422
    answers = [send(desk, "the-same", tokens, **chosen) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert declared(desk) == ["Convoy <i>6</i>"]
    told = desk.get("bravo-1", answers[0].headers["location"].replace("/declarations/", "/v1/declarations/alpha%2F"))
    assert told.status_code == 200
    assert "40.4515, 35.0198" in told.text


def test_a_confirmation_holds_for_the_reading_that_was_confirmed_and_no_other(desk: Serving) -> None:
    chosen = {**CONVOY, "choice3": "other"}
    tokens = sure(post(desk, do="look", **chosen).text)
    moved = {**chosen, "at1": "35.4250, 40.1150", "title": "Moved"}
    assert send(desk, "moved", tokens, **moved).status_code == 422


def test_what_it_lacks_is_shown_to_be_read_and_then_cited(desk: Serving) -> None:
    """R30."""
    theirs = replace(soon("air-7", "bravo", 40.2, 35.4), title="Overflight")
    desk.declare("bravo-1", theirs)
    window = theirs.volumes[0].window
    fields = {
        "kind": "operation", "medium": "air", "title": "Survey", "shape": "point", "rows": "1", "radius": "500 m",
        "at1": "35.4 N 40.2 E", "start": str(window.start), "end": str(window.end),
    }  # fmt: skip
    page = post(desk, do="look", **fields).text
    assert "Overflight" in page, "the preview says what it would meet"
    assert f'name="cite" value="{theirs.version_id}" checked' in page
    refused = send(desk, "uncited", sure(page), **fields)
    assert refused.status_code == 422
    assert "you were shown these, and do not cite them" in refused.text
    assert f'name="cite" value="{theirs.version_id}"' in refused.text
    assert "Survey" not in declared(desk)
    assert send(desk, "cited", sure(page), cite=theirs.version_id, **fields).status_code == 303
    assert "Survey" in declared(desk)


def test_a_change_goes_on_with_its_chain_one_revision_up(desk: Serving) -> None:
    """R9."""
    site = replace(soon("clinic", "alpha", 40.3, 35.2, kind=Kind.STATIC_SITE), title="Clinic")
    desk.declare("alpha-1", site)
    page = desk.get("alpha-1", "/declare?from=alpha%2Fclinic&as=change", accept="text/html").text
    assert 'name="id" value="clinic"' in page
    assert 'name="revision" value="1"' in page
    fields = {"kind": "static_site", "title": "Clinic, moved", "shape": "point", "rows": "1", "at1": "35.21N 40.31E",
              "id": "clinic", "revision": "1"}  # fmt: skip
    tokens = sure(post(desk, do="look", **fields).text)
    assert send(desk, "change", tokens, **fields).status_code == 303
    assert declared(desk).count("Clinic, moved") == 1
    assert "Clinic" not in declared(desk)


def test_another_partys_declaration_is_nothing_to_begin_from(desk: Serving) -> None:
    """D7."""
    found = desk.get("bravo-1", "/declare?from=alpha%2Fclinic&as=copy", accept="text/html")
    missing = desk.get("bravo-1", "/declare?from=alpha%2Fnone", accept="text/html")
    assert (found.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "' onfocus='x", '" autofocus x="', "\u202e35.1N", "9" * 160, "0x10, NaN", "{{7*7}}"],
)
def test_whatever_is_typed_as_a_position_is_text(desk: Serving, hostile: str) -> None:
    answer = post(desk, do="look", kind="operation", shape="point", rows="1", at1=hostile, title=hostile)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert 'x="" ' not in answer.text
    assert "cannot be read as a position" in answer.text


@pytest.mark.parametrize("rows", ["-1", "1e9", "99999", "x", ""])
def test_a_count_of_rows_that_is_none_does_no_harm(desk: Serving, rows: str) -> None:
    assert post(desk, do="look", kind="movement", shape="route", rows=rows).status_code == 200


def test_a_base_that_this_page_did_not_send_is_refused(desk: Serving) -> None:
    answer = post(desk, do="look", base='{"kind": "operation"}', shape="kept", rows="0")
    assert answer.status_code == 400


def test_what_the_form_cannot_take_apart_stays_whole() -> None:
    volumes = soon("two", "alpha").volumes * 2
    many = Declaration(Kind.OPERATION, "alpha", "Two", volumes, declaration_id="two")
    assert typed_of(many, change=True).shape == KEPT


def test_a_flight_is_taken_apart_and_put_together_again_as_it_was(desk: Serving) -> None:
    """R9: heights, their half, and details that the form has no field for."""
    start = Instant(2_200_000_000.0)
    way = tuple(Waypoint(Position(40.1 + n / 10, 35.3), Instant(start.epoch_s + 600 * n), 400.0 + n) for n in range(3))
    shape = Route(way, 150.0, Datum.AGL, 30.0)
    volume = Volume(shape, Window(way[0].time, way[-1].time), None, Uncertainty(300.0, 50.0, 10.0))
    flight = Declaration(
        Kind.MOVEMENT, "alpha", "Flight", (volume,), medium=Medium.AIR, declaration_id="f-1",
        details={"crew": "4", "contact": "Channel 3"},
    )  # fmt: skip
    desk.declare("alpha-1", flight)
    page = desk.get("alpha-1", "/declare?from=alpha%2Ff-1&as=change", accept="text/html").text
    form = re.search(r'<form method="post" action="/declare" id="declare".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = {name: html.unescape(text) for name, text in re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form[0])}
    fields |= {"kind": "movement", "medium": "air", "shape": "route", "datum": "AGL", "d-contact": "Channel 3"}
    tokens = sure(post(desk, **{**fields, "do": "look"}).text)
    assert len(tokens) == 3
    assert send(desk, "flight-change", tokens, **fields).status_code == 303
    read = desk.get("alpha-1", "/v1/declarations/alpha%2Ff-1").json()["declaration"]
    assert read["details"] == {"crew": "4", "contact": "Channel 3"}
    assert read["revision"] == 1


def test_whoever_signs_with_a_key_of_their_own_is_given_the_statement_once_confirmed(desk: Serving) -> None:
    fields = {"kind": "static_site", "title": "Well", "shape": "point", "rows": "1", "at1": "35.25N 40.35E"}
    tokens = sure(post(desk, do="look", **fields).text)
    early = send(desk, "own-0", [], **fields, **{"sign-with": "00" * 32})
    assert early.status_code == 422
    given = send(desk, "own-1", tokens, **fields, **{"sign-with": "00" * 32})
    assert given.json()["kind"].startswith("declaration/")
    assert "Well" not in declared(desk)


def test_more_positions_than_the_form_takes_are_refused_and_the_last_corners_never_left_out(desk: Serving) -> None:
    corners = "\n".join(f"35.{n:03d}, 40.{n:03d}" for n in range(100, 161))
    answer = post(desk, do="look", kind="operation", shape="area", rows="1", positions=corners, title="A large area")
    assert answer.status_code == 422
    assert "61 positions were given, and this form takes 60" in answer.text
    answer = post(desk, do="look", kind="operation", shape="area", rows="61", at61="35.3, 40.1", title="A large area")
    assert "61 positions were given" in answer.text
