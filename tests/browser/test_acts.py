"""Declaring, findings, watch, channels and agreements in a browser: nobody kept out, a swapped position stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.browser.room import Browse, Screen, ServedDesk
from tests.serving import soon
from thalweg.model.events import LineChecked, Proposed, TheatreSet, WatchTaken
from thalweg.model.instants import Instant
from thalweg.wiring import now_ms

AREA = "name: River\nextends: default\narea: {box: [39.0, 34.0, 41.6, 36.5]}\ntime_zone: Asia/Damascus\n"


@pytest.fixture(scope="module")
def finding(desk: ServedDesk) -> str:
    """Two operations that come too near each other, a line check, a proposal, somebody on watch; the finding's id."""
    desk.say("chair", TheatreSet(AREA, "theatre.yaml"))
    ours = replace(soon("survey", "alpha"), title="Survey")
    theirs = replace(soon("overflight", "bravo", 40.145, 35.338), title="Overflight")
    desk.declare("alpha-1", ours)
    desk.declare("bravo-1", theirs, ours.version_id)
    desk.say("bravo-1", LineChecked("bravo", "line"))
    desk.say("alpha-1", WatchTaken("alpha", words="Night"))
    now = Instant(now_ms() / 1000)
    reading = asyncio.run_coroutine_threadsafe(desk.opened.office.reading(), desk.loop).result(60)
    found: str = reading.mailboxes.findings("alpha", now).value[0].finding.id
    (met, *_) = reading.mailboxes.findings("bravo", now).value
    lapses = Instant(float(round(now.epoch_s)) + 7200)
    desk.say("bravo-1", Proposed("bravo", ("alpha",), met.cite, lapses, None, "time", "Later?", "en"))
    return found


@pytest.mark.parametrize(
    ("language", "phone", "theme"), [("en", False, "light"), ("ar", True, "dark"), ("fr", True, "night")]
)
def test_no_page_keeps_anybody_out(browse: Browse, finding: str, language: str, phone: bool, theme: str) -> None:
    screen = browse("alpha-1", language=language, phone=phone, theme=theme)
    for path in (
        f"/findings/{finding}", "/findings", "/declare", "/declare?kind=line", "/declare/file", "/watch", "/channels",
        "/channels/line", "/agreements", "/declarations/alpha/survey",
    ):  # fmt: skip
        fine(screen.open(path), path)


def fine(screen: Screen, path: str) -> None:
    """As `Screen.fine`, and it says what was wrong where."""
    broken = [line for line in screen.desk.lines if '"error"' in line]
    heard = [each for each in screen.troubles if "AudioContext" not in each]
    assert (path, screen.axe(), heard, screen.strangers(), broken) == (path, [], [], [], [])
    assert screen.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_swapped_position_is_stopped_chosen_confirmed_and_sent_without_scripts(
    browse: Browse, finding: str, language: str
) -> None:
    """R3, R4, at 390 px."""
    screen = browse("alpha-1", language=language, phone=True, script=False).open("/declare")
    page = screen.page
    page.check("input[name=kind][value=static_site]")
    page.fill("#f-title", f"Well {language}")
    page.fill("#at1", "40.45, 35.02")
    page.locator("form#declare button.first").click()
    assert page.locator("#send button.blocked").is_disabled()
    assert page.input_value("#at1") == "40.45, 35.02", "it stays as it was typed"
    page.check("input[name=choice1][value=other]")
    page.locator("form#declare button.first").click()
    page.locator("#send button.first").click()
    assert page.url.endswith("/declare"), "an unticked confirmation keeps the browser from sending"
    page.check("input[name=sure]")
    page.locator("#send button.first").click()
    page.wait_for_url("**/declarations/*")
    page.get_by_text(f"Well {language}").first.wait_for()
    assert not [each for each in screen.asked if "35.02" in each or "40.45" in each], "no position in an address"


def test_what_is_typed_is_read_back_while_one_types(browse: Browse, finding: str) -> None:
    screen = browse("alpha-1").open("/declare")
    page = screen.page
    page.fill("#f-title", "Live")
    page.fill("#at1", "35.33588N 40.14084E")
    page.locator("#e1 .reference").wait_for()
    assert "Deir ez-Zor" in (page.locator("#e1").text_content() or "")
    page.locator("ul.confirm input[name=sure]").wait_for()
    assert page.input_value("#f-title") == "Live"


def test_what_is_filled_in_and_not_sent_stays_when_a_warning_comes(
    desk: ServedDesk, browse: Browse, finding: str
) -> None:
    """The page that is asked for again knows nothing of what was typed."""
    screen = browse("bravo-1").open("/declare")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    page.fill("#at1", "40.45, 35.02")
    page.wait_for_selector("[data-live=e1] .swap")
    page.check("input[name=choice1][value=other]")
    page.check("input[name=sure]")
    page.focus("#f-title")
    page.evaluate("() => document.addEventListener('thalweg:notice', () => { document.body.dataset.heard = 'yes' })")
    desk.declare("alpha-1", soon("filled-1", "alpha", lon=40.9))
    page.wait_for_selector("body[data-heard=yes]")
    assert page.input_value("#at1") == "40.45, 35.02"
    assert page.is_checked("input[name=choice1][value=other]")
    assert page.is_checked("input[name=sure]")
    page.fill("#f-title", "Another")  # what is ticked says the same of the same place
    with page.expect_response("**/declare"):
        page.focus("#at1")
    page.wait_for_selector("#send input[name=title][value=Another]", state="attached")
    assert page.is_checked("input[name=sure]")
    screen.fine()


def test_a_request_is_shown_around_what_somebody_is_typing_and_what_one_would_meet_before_it_is_sent(
    desk: ServedDesk, browse: Browse, finding: str
) -> None:
    """R16: nothing new waits until somebody stops typing, and nothing that they typed is lost."""
    asked = browse("alpha-1").open("/agreements").page
    asked.wait_for_selector('[data-island="connection"][data-state="live"]')
    rows = "[data-live=asked] > li[id]"
    before = asked.locator(rows).count()
    asked.locator(f"{rows} [name=words]").first.press_sequentially("Until no")
    asked.keyboard.press("ArrowLeft")
    declaring = browse("alpha-1").open("/declare").page
    declaring.wait_for_selector('[data-island="connection"][data-state="live"]')
    declaring.fill("#f-title", "Well")
    declaring.fill("#at1", "34.60000N 039.50000E")
    declaring.wait_for_selector("#e1 .reference")
    meets = declaring.locator("[data-live=before] .meets li")
    assert meets.count() == 0
    desk.declare("bravo-1", soon("well-2", "bravo", 39.5, 34.6))
    meets.first.wait_for()
    assert declaring.input_value("#at1") == "34.60000N 039.50000E"
    reading = asyncio.run_coroutine_threadsafe(desk.opened.office.reading(), desk.loop).result(60)
    now = Instant(now_ms() / 1000)
    (met, *_) = reading.mailboxes.findings("bravo", now).value
    lapses = Instant(float(round(now.epoch_s)) + 7200)
    desk.say("bravo-1", Proposed("bravo", ("alpha",), met.cite, lapses, None, "time", "And this?", "en"))
    asked.wait_for_function(f"before => document.querySelectorAll('{rows}').length > before", arg=before)
    asked.keyboard.type("o")
    assert asked.evaluate("() => document.activeElement.value") == "Until noo", "typed on in the same place"


def test_a_way_out_is_proposed_by_one_press(browse: Browse, finding: str) -> None:
    """R31."""
    screen = browse("alpha-1", script=False).open(f"/findings/{finding}")
    screen.page.locator(".ways button").first.click()
    screen.page.wait_for_url("**/agreements")
    screen.page.get_by_text("Survey").first.wait_for()
