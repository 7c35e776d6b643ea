"""The card of a finding: what it tells each side, in words, figures and rows; and a way out by one button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.serving import Answer, Serving, serving
from thalweg.model.declarations import Declaration, Kind, Medium, Uncertainty, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Datum
from thalweg.model.shapes import Position, Route, Waypoint
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.wiring import now_ms


def flight(name: str, party: str, north: float, height: float, **more: object) -> Declaration:
    """A flight to the east, in a day's time."""
    start = round(now_ms() / 1000) + 86_400
    points = tuple(
        Waypoint(Position(40.1 + 0.1 * step, 35.3 + north), Instant(float(start + 600 * step)), height)
        for step in range(4)
    )
    window = Window(points[0].time, points[-1].time)
    volume = Volume(Route(points, 100.0, Datum.AGL, 30.0), window, None, Uncertainty(200.0, 20.0, 0.0))
    made = Declaration(Kind.OPERATION, party, name, (volume,), medium=Medium.AIR, declaration_id=name)
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


@dataclass
class Met:
    server: Serving
    finding: str

    def page(self, who: str, path: str = "") -> Answer:
        return self.server.get(who, path or f"/findings/{self.finding}", accept="text/html")

    def post(self, who: str, path: str, **fields: str) -> Answer:
        headers = {**self.server.bearing(who), "accept": "text/html"}
        return self.server.client.post(path, data=fields, headers=headers, follow_redirects=False)

    def agreements(self, who: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.server.get(who, "/v1/agreements").json()["agreements"]
        return found


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    with serving(tmp_path_factory.mktemp("met")) as server:
        server.parties("alpha", "bravo", "carol", level=Level.FULL)
        ours = flight("Casualty <b>flight</b>", "alpha", 0.0, 400.0, declaration_id="m-1")
        server.declare("alpha-1", ours)
        server.declare("bravo-1", flight("Survey", "bravo", 0.004, 450.0, declaration_id="r-1"), 201, ours.version_id)
        for language in LANGUAGES:
            server.officer(f"alpha-{language}", "alpha", language=language)
        found = server.get("alpha-1", "/v1/findings").json()["findings"]
        yield Met(server, found[0]["id"])


def test_both_sides_see_the_same_figures_with_the_rule_beside_them(met: Met) -> None:
    """R29, R49: what, where with a reference, first, closest and last, distances against the rule."""
    ours, theirs = met.page("alpha-1"), met.page("bravo-1")
    assert ours.status_code == theirs.status_code == 200
    for page in (ours.text, theirs.text):
        assert 'class="coordinates"' in page
        assert "Deir ez-Zor" in page
        assert page.count('<svg class="plot"') == 2
        assert re.search(r"<b>24\d m</b>", page), "the distance sideways"
        assert 'class="pips"' in page
    assert "yours, in full" in ours.text
    assert "yours, in full" in theirs.text


def test_a_title_is_text_wherever_it_stands(met: Met) -> None:
    page = met.page("alpha-1").text
    assert "<b>flight</b>" not in page
    assert "&lt;b&gt;flight" in page


def test_no_style_and_no_script_stands_in_the_page(met: Met) -> None:
    page = met.page("alpha-1").text
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)


def test_a_third_party_gets_the_answer_that_a_wrong_id_gets(met: Met) -> None:
    """D7."""
    found, wrong = met.page("carol-1"), met.page("carol-1", "/findings/f-none")
    assert (found.status_code, wrong.status_code) == (404, 404)
    assert met.finding not in met.page("carol-1", "/findings").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_sentence_and_the_english_beside_it(met: Met, language: str) -> None:
    """R24, R25."""
    page = met.page(f"alpha-{language}").text
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert ("may come within" in page) or ("will come within" in page), "the English source stands there in any case"


def test_a_way_out_is_proposed_once_however_often_its_form_is_sent(met: Met) -> None:
    """R31: nothing changes by a proposal."""
    page = met.page("alpha-1").text
    way = re.search(r'name="way" value="([^"]+)"', page)
    assert way is not None
    path = f"/findings/{met.finding}/propose"
    before = met.server.get("alpha-1", "/v1/declarations").json()
    answers = [met.post("alpha-1", path, way=way[1], once="the-same-form") for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(met.agreements("bravo-1")) == 1
    assert met.server.get("alpha-1", "/v1/declarations").json()["declarations"] == before["declarations"]


def test_a_way_out_that_was_not_offered_is_not_proposed(met: Met) -> None:
    answer = met.post("alpha-1", f"/findings/{met.finding}/propose", way="v-" + "0" * 32, once="another-form")
    assert answer.status_code == 409
    assert "way-out-gone" in answer.text


def test_whoever_signs_with_a_key_of_their_own_is_given_the_statement(met: Met) -> None:
    """D7: it names the finding by what its author alone can read, and by no hash of what both sides declared."""
    page = met.page("alpha-1").text
    way = re.search(r'name="way" value="([^"]+)"', page)
    assert way is not None
    fields = {"way": way[1], "once": "signs-itself", "sign-with": "00" * 32}
    answer = met.post("alpha-1", f"/findings/{met.finding}/propose", **fields)
    assert answer.json()["kind"].startswith("proposal/")
    (found,) = met.server.get("alpha-1", "/v1/findings").json()["findings"]
    assert (found["id"], found["cite"]) == (met.finding, answer.json()["body"]["about"])
    assert met.finding not in answer.text
