"""The bar of time in a browser: two handles, by pointer and by key, in both directions of writing (R40)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser import room
from thalweg.server.pages.words import words

NOW = datetime(2017, 9, 16, 0, 30, 18, tzinfo=UTC)
"""What the desk of this page says the time is: a replay runs in another year."""


@pytest.fixture
def bar(browse: room.Browse) -> Callable[..., room.Screen]:
    def open_page(language: str = "en", query: str = "", **how: Any) -> room.Screen:
        screen = browse("alpha-1", language=language, **how)
        spoken = json.dumps(words(language).of_islands()).replace("<", "\\u003c")
        inside = (
            f'<b data-clock="{round(NOW.timestamp() * 1000)}">00:30:18Z</b>'
            f'<script type="application/json" id="island-words">{spoken}</script>'
        )
        html = room.stub("timebar", {}, inside, language=language)
        screen.page.route("**/stub*", lambda route: room.show(route, html, styles=True))
        screen.page.route("**/v1/as-of/times*", _times)
        screen.open(f"/stub{query}")
        screen.page.wait_for_selector(".tb-bars i", state="attached")
        return screen

    return open_page


def _times(route: Route) -> None:
    buckets = int(parse_qs(urlsplit(route.request.url).query)["buckets"][0])
    route.fulfill(
        body=json.dumps({"valid": [i % 9 for i in range(buckets)], "known_counts": [0] * buckets}),
        content_type="application/json",
    )


def _query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(page.evaluate("() => location.search.slice(1)")).items()}


def test_it_stands_at_now_and_steps_by_key(bar: Callable[..., room.Screen]) -> None:
    screen = bar()
    page = screen.page
    valid, known = page.locator(".tb-valid"), page.locator(".tb-known")
    assert "(now)" in (known.get_attribute("aria-valuetext") or "")
    valid.focus()
    page.keyboard.press("ArrowRight")
    assert re.match(r"2017-09-16T00:35:\d\dZ", _query(page)["valid"])
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert re.match(r"2017-09-16T00:25:\d\dZ", _query(page)["valid"])
    known.focus()
    page.keyboard.press("ArrowRight")
    assert "known" not in _query(page), "nobody knows what is still to come"
    page.keyboard.press("PageDown")
    assert re.match(r"2017-09-15T23:30:\d\dZ", _query(page)["known"])
    assert page.evaluate("() => document.documentElement.hasAttribute('data-past')")
    page.click("button[data-key=n]")
    assert _query(page) == {}
    assert not page.evaluate("() => document.documentElement.hasAttribute('data-past')")
    screen.fine()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_handle_is_dragged_and_time_runs_as_one_reads(bar: Callable[..., room.Screen], language: str) -> None:
    screen = bar(language)
    page = screen.page
    track, handle = page.locator(".tb-track").bounding_box(), page.locator(".tb-valid").bounding_box()
    assert track is not None
    assert handle is not None
    later = -1 if language == "ar" else 1
    page.mouse.move(handle["x"] + 12, handle["y"] + 12)
    page.mouse.down()
    page.mouse.move(handle["x"] + 12 + later * track["width"] / 7, handle["y"] + 12, steps=6)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('valid=')")
    assert re.match(r"2017-09-16T01:(29|30|31)", _query(page)["valid"]), "an hour later is a seventh of the bar on"
    ticks = [box for each in page.locator(".tb-ticks span").all() if (box := each.bounding_box())]
    assert [box["x"] for box in ticks] == sorted((box["x"] for box in ticks), reverse=language == "ar")
    assert ("←" if language == "ar" else "→") in page.inner_text(".tb-arrow")
    page.go_back()
    page.wait_for_function("() => !location.search.includes('valid=')")
    assert "valid" not in _query(page), "what was passed through on the way is no step to go back to"
    screen.fine()


def test_the_address_holds_the_view_and_play_moves_it(bar: Callable[..., room.Screen]) -> None:
    screen = bar(query="?valid=2017-09-15T22:00:00Z&known=2017-09-15T23:00:00Z")
    page = screen.page
    assert "22:00:00Z" in page.inner_text(".tb-valid .tb-label")
    assert "23:00:00Z" in page.inner_text(".tb-known .tb-label")
    page.click("text=Play")
    page.wait_for_url("**valid=2017-09-15T22:1*")
    page.click("text=Pause")
    assert _query(page)["known"] == "2017-09-15T23:00:00Z"
    screen.fine()


def test_it_fits_a_phone(bar: Callable[..., room.Screen]) -> None:
    bar(phone=True).fine()


def test_a_burst_of_notices_asks_for_the_counts_at_once_and_once_after(bar: Callable[..., room.Screen]) -> None:
    screen = bar()
    page = screen.page

    def asked() -> int:
        return sum("/v1/as-of/times" in each for each in screen.asked)

    before = asked()
    burst = "() => { for (let i = 0; i < 200; i += 1) document.dispatchEvent(new CustomEvent('thalweg:notice')); }"
    with page.expect_response("**/v1/as-of/times*"):
        page.evaluate(burst)
    assert asked() == before + 1, "the first at once"
    page.wait_for_event("response", lambda each: "/v1/as-of/times" in each.url)
    page.evaluate("() => 0")
    assert asked() == before + 2, "and one for all the others"
