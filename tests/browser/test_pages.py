"""The pages as a browser shows them: no violation of WCAG 2.2 AA, in both directions, wide and narrow, by keyboard."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.browser.room import Browse, Screen, ServedDesk
from tests.serving import soon
from thalweg.model.declarations import Kind
from thalweg.model.events import EmergencySent
from thalweg.model.shapes import Position

PAGES = ("/inbox", "/declarations", "/declarations/alpha/site", "/ledger", "/emergency", "/settings")


@pytest.fixture(scope="module")
def told(desk: ServedDesk) -> str:
    """A site of alpha's and an emergency; bravo's notice of the latter."""
    desk.declare("alpha-1", replace(soon("site", "alpha", 40.45, 35.02, kind=Kind.STATIC_SITE), title="Clinic"))
    desk.say("alpha-1", EmergencySent("alpha", "أوقفوا", "ar", place=Position(40.18, 35.39), radius_m=6000))
    reading = asyncio.run_coroutine_threadsafe(desk.opened.office.reading(), desk.loop).result(60)
    return reading.mailboxes.inbox("bravo").value[0].id


@pytest.mark.parametrize(
    ("language", "phone", "theme"), [("en", False, "light"), ("ar", True, "dark"), ("ku", True, "night")]
)
def test_no_page_keeps_anybody_out(browse: Browse, told: str, language: str, phone: bool, theme: str) -> None:
    for who, paths in (
        ("alpha-1", PAGES),
        ("bravo-1", ("/inbox", f"/notices/{told}", f"/notices/{told}?answer=object")),
    ):
        screen = browse(who, language=language, phone=phone, theme=theme)
        for path in paths:
            fine(screen, path)


def fine(screen: Screen, path: str) -> None:
    """As `Screen.fine`, and it says what was wrong where."""
    screen.open(path)
    broken = [line for line in screen.desk.lines if '"error"' in line]
    assert (path, screen.axe(), screen.troubles, screen.strangers(), broken) == (path, [], [], [], [])
    assert screen.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def test_nobody_is_kept_out_at_the_door(browse: Browse) -> None:
    screen = browse(language="ar", phone=True)
    for path in ("/sign-in", "/join"):
        fine(screen, path)


def test_an_answer_is_given_by_keyboard_alone_without_scripts(browse: Browse, told: str) -> None:
    """From the skip link to the first answer and through it, with Tab and Enter."""
    screen = browse("bravo-1", script=False)
    screen.open("/inbox")
    keyboard = screen.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Enter")
    screen.page.wait_for_url("**/inbox#content")
    for _ in range(12):
        keyboard.press("Tab")
        if screen.page.locator("button[value=received]:focus").count():
            break
    keyboard.press("Enter")
    screen.page.wait_for_url("**/inbox")
    assert screen.page.locator(".done").inner_text() == "Your answer is on record."
