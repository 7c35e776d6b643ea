"""Deadlines and clocks in a browser: they move in place, and not for who wants no motion (R18)."""

from __future__ import annotations

import re

from playwright.sync_api import Route

from tests.browser import room
from thalweg.wiring import now_ms


def _deadlines(route: Route) -> None:
    now = now_ms()
    inside = (
        f'<p><b data-clock="{now}">00:00:00Z</b></p>'
        f'<p id="soon"><span class="due" data-due="{now + 192_500}"><b>3:12</b> <small>left</small></span></p>'
        f'<p id="over"><span class="due" data-due="{now + 1_200}"><b>0:01</b> <small>left</small></span></p>'
        f'<p id="far"><span class="due" data-due="{now + 300_000_000}"><b>3 d 11 h</b> <small>left</small></span></p>'
        '<script type="application/json" id="island-words">{"over": "overdue"}</script>'
    )
    room.show(route, room.stub("room", {}, inside))


def test_a_deadline_counts_down_in_place_and_says_when_it_is_over(browse: room.Browse) -> None:
    screen = browse("alpha-1")
    screen.page.route("**/stub", _deadlines)
    screen.open("/stub")
    first = screen.page.inner_text("#soon b")
    assert re.fullmatch(r"3:1[012]", first)
    screen.page.wait_for_function("first => document.querySelector('#soon b').textContent !== first", arg=first)
    screen.page.wait_for_selector("#over .over")
    assert screen.page.inner_text("#over small") == "overdue"
    assert screen.page.inner_text("#over b").startswith("−0:0")
    assert screen.page.inner_text("#far b") == "3 d 11 h"
    screen.fine()


def test_without_motion_a_deadline_moves_in_steps_of_ten_seconds(browse: room.Browse) -> None:
    screen = browse("alpha-1", calm=True)
    screen.page.route("**/stub", _deadlines)
    screen.open("/stub")
    screen.page.wait_for_function("() => document.querySelector('#soon b').textContent === '3:10'")
    assert screen.page.inner_text("[data-clock]").endswith("0Z")
