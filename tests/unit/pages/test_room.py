"""The room without a script: what is owed, the same facts as a table, the card, and two times (R16, R20, R40)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from lxml import html

from tests.serving import Serving, instant, serving, soon
from tests.unit.pages.officers import screen
from thalweg.desk.live import LiveDesk
from thalweg.ledger.errors import StoreFailed
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import SECRETARIAT, Acknowledged, OfficerAdded, OfficerEnded, Response, Role
from thalweg.model.instants import Instant, Window
from thalweg.wiring import now_ms


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A hospital of alpha's; a second later, a patrol of bravo's too near it."""
    with serving(tmp_path_factory.mktemp("room")) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        time.sleep(1.0)
        cites = [each["version"] for each in held.notices("bravo-1") if each["version"]]
        held.declare("bravo-1", soon("patrol", "bravo"), 201, *cites)
        yield held


def page(desk: Serving, path: str, who: str = "alpha-1") -> Any:
    return screen(desk, who).see(path).root


def at(declared: Declaration, start_s: float) -> Declaration:
    """The same, for an hour from then."""
    (volume,) = declared.volumes
    window = Window(Instant(start_s), Instant(start_s + 3600))
    return replace(declared, volumes=(replace(volume, window=window),))


def text(part: Any) -> str:
    return " ".join(part.text_content().split())


def pane(shown: html.HtmlElement, name: str) -> Any:
    (found,) = shown.xpath(f"//section[contains(@class, 'pane-{name}')]")
    return found


def test_the_most_pressing_stands_open_with_its_card_and_one_set_of_answers(desk: Serving) -> None:
    shown = page(desk, "/room")
    (open_,) = pane(shown, "owed").xpath(".//li[contains(@class, 'open')]")
    assert len(open_.xpath(".//button[@name='response']")) == 4
    card = pane(shown, "detail")
    assert "patrol of bravo" in text(card)
    assert "hospital of alpha" in text(card)
    assert not card.xpath(".//button[@name='response']")  # they stand beside it


def test_without_a_script_the_map_is_a_table_and_the_bar_of_time_a_form(desk: Serving) -> None:
    shown = page(desk, "/room?valid=../..")
    rows = pane(shown, "chart").xpath(".//tbody/tr")
    assert {text(each.xpath("./th/a")[0]) for each in rows} >= {"hospital of alpha", "patrol of bravo"}
    fields = pane(shown, "time").xpath(".//form//input/@name")
    assert set(fields) >= {"valid", "known"}


def test_without_a_time_what_is_about_to_begin_is_shown_too(desk: Serving) -> None:
    in_a_day = Instant(round(now_ms() / 1000) + 86_400)
    desk.declare("alpha-1", at(soon("convoy", "alpha", 41.0, 36.0), in_a_day.epoch_s - 3600))
    assert "convoy of alpha" in text(pane(page(desk, "/room"), "chart"))
    assert "convoy of alpha" not in text(pane(page(desk, f"/room?valid={instant()}"), "chart"))


def test_what_is_selected_stands_in_the_query_and_is_shown(desk: Serving) -> None:
    declared = desk.get("alpha-1", "/v1/declarations").json()["declarations"]
    subject = next(each["subject"] for each in declared if "hospital" in each["subject"])
    assert "hospital of alpha" in text(pane(page(desk, f"/room?on={subject}"), "detail"))
    notice = desk.notices("alpha-1")[-1]["id"]
    assert pane(page(desk, f"/room?on={notice}"), "detail").xpath(f".//a[@href='/notices/{notice}']")


def test_what_the_screen_shows_has_reached_the_party_and_that_is_on_record_once(desk: Serving) -> None:
    """R14: delivered is a fact of its own."""
    for _ in range(3):
        page(desk, "/room")
    facts = [each["delivered"] for each in desk.notices("alpha-1")]
    assert all(len(each) == 1 for each in facts)
    assert desk.get("alpha-1", "/v1/as-of?valid=../..").json()["counts"]["notices"] == len(facts)


def test_two_tabs_at_once_note_a_notice_once(desk: Serving) -> None:
    desk.declare("bravo-1", soon("survey", "bravo", 41.5, 36.2))
    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(lambda path: page(desk, path), ("/room", "/inbox", "/room", "/inbox")))
    page(desk, "/room")
    assert [len(each["delivered"]) for each in desk.notices("alpha-1")] == [1] * len(desk.notices("alpha-1"))


def test_an_observer_is_shown_the_page_and_that_is_no_delivery(desk: Serving) -> None:
    """R14: a notice that only somebody saw who may not answer has not reached the party."""
    page(desk, "/room")
    desk.officer("alpha-5", "alpha")
    desk.say("chair", OfficerAdded(SECRETARIAT, "alpha-5", Role.OBSERVER, "alpha"))
    desk.say("chair", OfficerEnded(SECRETARIAT, "alpha-5", Role.WATCH, "alpha"))
    desk.declare("bravo-1", soon("column", "bravo", 41.6, 36.3))
    page(desk, "/room", "alpha-5")
    assert not desk.notices("alpha-1")[-1]["delivered"]
    page(desk, "/room")
    assert len(desk.notices("alpha-1")[-1]["delivered"]) == 1


def test_where_the_store_takes_nothing_the_screen_is_shown_all_the_same(
    desk: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R39: who cannot write may still read; what was shown is noted when it can be."""
    desk.declare("bravo-1", soon("drone", "bravo", 41.7, 36.4))

    async def full(_body: object) -> str:
        raise StoreFailed("store.full", "The disk is full.", happened="no")

    with monkeypatch.context() as broken:
        broken.setattr(LiveDesk, "note", lambda _self, body: full(body))
        page(desk, "/inbox")
        page(desk, "/room")
    assert not desk.notices("alpha-1")[-1]["delivered"]
    page(desk, "/room")
    assert len(desk.notices("alpha-1")[-1]["delivered"]) == 1


def test_what_nobody_may_know_of_looks_like_what_there_is_not(desk: Serving) -> None:
    of_bravo = desk.notices("bravo-1")[-1]["id"]
    other, none = (text(pane(page(desk, f"/room?on={each}"), "detail")) for each in (of_bravo, "n-nothing"))
    assert other == none


def test_a_time_gone_by_shows_what_was_known_then_and_asks_for_no_answer(desk: Serving) -> None:
    """R40: the hospital was declared, the patrol was not, and nothing can be answered in the past."""
    said = [each["at"] for each in desk.get("alpha-1", "/v1/declarations").json()["declarations"]]
    known = Instant(min(Instant.of(datetime.fromisoformat(each)).epoch_s for each in said) + 0.5)
    shown = page(desk, f"/room?known={known}")
    assert "patrol" not in text(shown.xpath("//main")[0])
    assert "hospital of alpha" in text(pane(shown, "chart"))
    assert "As your party knew it" in text(pane(shown, "owed"))
    assert not shown.xpath("//main//button[@name='response']")
    assert "as-known" in shown.xpath("//body/@class")[0]


def test_all_that_was_owed_at_a_time_gone_by_is_listed(tmp_path: Path) -> None:
    """The screen of now has lines for thirty, and a page with the others."""
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        for number in range(35):
            cites = [each["version"] for each in held.notices("bravo-1") if each["version"]]
            held.declare("bravo-1", soon(f"patrol-{number}", "bravo"), 201, *cites)
        told = {each["id"] for each in held.notices("alpha-1") if each["findings"]}
        assert len(told) >= 35
        page(held, "/room")  # by which all of them have reached the party
        known = Instant(time.time())
        time.sleep(1.0)
        shown = pane(page(held, f"/room?known={known}"), "owed")
    assert {each.get("data-item") for each in shown.xpath(".//li[@data-item]")} >= told
    (count,) = shown.xpath(".//span[@class='count']")
    assert text(count) == str(len(shown.xpath(".//li[@data-item]")))


@pytest.mark.parametrize("query", ["known=9999-01-01T00:00:00Z", "on=%3Cscript%3E", "valid=../.."])
def test_an_odd_address_is_a_page_all_the_same(desk: Serving, query: str) -> None:
    shown = page(desk, f"/room?{query}")
    assert pane(shown, "owed") is not None
    assert not shown.xpath("//main//script[not(@type='application/json')][not(@src)]")


@pytest.mark.parametrize("path", ["/room?known=never", "/room?valid=x", "/incidents/i-none?known=never"])
def test_a_time_that_cannot_be_read_is_refused_and_the_present_not_shown_for_it(desk: Serving, path: str) -> None:
    answer = desk.get("alpha-1", path)
    assert answer.status_code == 400
    assert answer.json()["code"] == "time-unreadable"


def test_no_position_stands_in_an_address_of_the_room(desk: Serving) -> None:
    links = page(desk, "/room").xpath("//@href | //@action | //@src")
    for link in (each for each in links if not each.startswith("/static/")):  # whose names have digests in them
        assert "35." not in link
        assert "40." not in link


def test_the_card_at_a_time_gone_by_has_no_fact_that_came_later(desk: Serving) -> None:
    """R40: neither that somebody answered since, nor a notice that had not reached the party."""
    page(desk, "/room")
    notice = next(each for each in reversed(desk.notices("alpha-1")) if each.get("findings"))
    finding = notice["findings"][0]["id"]
    time.sleep(0.02)
    known = str(Instant(now_ms() / 1000))
    time.sleep(0.02)
    then = text(pane(page(desk, f"/room?known={known}&on={finding}"), "detail"))
    assert "patrol of bravo" in then
    desk.say("alpha-1", Acknowledged("alpha", notice["id"], Response.UNDERSTOOD))
    assert "Understood" in text(pane(page(desk, f"/room?on={finding}"), "detail"))
    again = text(pane(page(desk, f"/room?known={known}&on={finding}"), "detail"))
    assert "Understood" not in again
    assert "Ways" not in again
    sent = Instant.of(datetime.fromisoformat(notice["at"]))
    shown = page(desk, f"/room?known={Instant(sent.epoch_s + 0.0005)}&on={notice['id']}")
    assert "patrol" not in text(pane(shown, "detail"))  # it was made, and had not reached anybody


def test_a_hostile_title_is_contained_wherever_it_stands(desk: Serving) -> None:
    title = "x\u2069\u202e<b>00:00"
    with mock.patch("thalweg.desk.checks.require_fit"):  # as it may stand in a log of before
        desk.declare("bravo-1", replace(soon("hostile", "bravo", 41.5, 36.5), title=title))
    notice = next(each for each in reversed(desk.notices("alpha-1")) if each["version"])
    for path in (
        "/room?valid=../..",
        "/declarations",
        f"/declarations/{notice['subject']}",
        f"/notices/{notice['id']}",
    ):
        shown = desk.get("alpha-1", path).text
        assert "\u202e" not in shown, path
        assert "<b>00:00" not in shown
    assert "[U+202E]" in shown
