"""The inbox in a browser: warnings come by themselves, keys answer, and a line that is lost is said and survived."""

from __future__ import annotations

import re

from tests.browser import room
from tests.serving import soon


def test_a_warning_is_painted_in_place_with_title_and_focus_kept(desk: room.ServedDesk, browse: room.Browse) -> None:
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    before = page.locator("[data-item]").count()
    page.focus("nav.wide a >> nth=0")
    desk.declare("alpha-1", soon("live-1", "alpha"))
    page.wait_for_function("count => document.querySelectorAll('[data-item]').length > count", arg=before)
    assert page.title().startswith("(")
    assert page.evaluate("() => document.activeElement.closest('nav') !== null"), "the focus moved"
    screen.fine()


def test_keys_move_and_answer_and_ask_once_more_for_what_is_new(desk: room.ServedDesk, browse: room.Browse) -> None:
    desk.declare("alpha-1", soon("keys-1", "alpha", lon=40.4))
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    page.keyboard.press("j")
    first = page.evaluate("() => document.activeElement.closest('[data-item]')?.dataset.item")
    assert first
    page.keyboard.press("2")
    assert "/inbox" in page.url, "one key was enough, on an item that had just come"
    assert page.evaluate("() => document.activeElement.localName") == "button"
    with page.expect_navigation():
        page.keyboard.press("2")
    page.wait_for_load_state()
    assert page.locator(f'[data-item="{first}"] form.answers').count() == 0
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    screen.fine()


def test_an_answer_given_without_a_line_is_kept_and_goes_out_when_it_is_back(
    desk: room.ServedDesk, browse: room.Browse
) -> None:
    """R33: the list stays with its age, and nothing is lost."""
    desk.declare("alpha-1", soon("lost-1", "alpha", lon=40.7))
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    before = page.locator("[data-item]").count()
    page.context.set_offline(True)
    page.wait_for_selector(".offline")
    assert "No link since" in page.inner_text(".offline")
    page.locator("form.answers button").first.click()
    page.wait_for_selector(".not-sent")
    assert "not sent" in page.inner_text(".not-sent")
    kept = page.evaluate(
        """() => new Promise(done => { const open = indexedDB.open('thalweg'); open.onsuccess = () => {
             const all = open.result.transaction('kept').objectStore('kept').getAll();
             all.onsuccess = () => done(
               all.result.map(each => [each.id, Array.from(new Uint8Array(each.data))])) } })"""
    )
    assert kept
    assert not [each for _, each in kept if b"response" in bytes(each)], "an answer lies readable on the disk"
    assert [name for name, _ in kept if not re.fullmatch(r"[A-Za-z0-9+/]{43}=", name)] == [], "a name can be read"
    assert not screen.axe()
    page.context.set_offline(False)
    page.wait_for_selector(".sent")
    page.wait_for_function("count => document.querySelectorAll('[data-item]').length < count", arg=before)
    assert page.locator(".offline").count() == 0


def test_a_session_that_ends_elsewhere_leaves_nothing(desk: room.ServedDesk, browse: room.Browse) -> None:
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    page.evaluate("() => { localStorage.setItem('x', '1'); }")
    desk.built.doors.store.end_sessions(desk.officers["bravo-1"].id, b"")
    desk.built.doors.forget()
    page.context.set_offline(True)
    page.context.set_offline(False)
    page.wait_for_url("**/sign-in")
    page.wait_for_selector('form[action="/sign-in"]')
    assert page.evaluate("() => localStorage.length") == 0


def test_whose_rights_are_taken_reads_nothing_more_on_an_open_screen(
    desk: room.ServedDesk, browse: room.Browse
) -> None:
    """The desk answers 403 then, not 401: it is no line that was lost."""
    desk.officer("bravo-9", "bravo")
    screen = browse("bravo-9").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    page.evaluate("() => { localStorage.setItem('x', '1'); }")
    desk.revoke("bravo-9", "bravo")
    page.context.set_offline(True)
    page.context.set_offline(False)
    page.wait_for_function("() => !document.querySelector('[data-item], [data-live=list]')")
    page.wait_for_function("() => localStorage.length === 0")


def test_signing_out_without_a_line_wipes_at_once_and_tells_the_desk_later(
    desk: room.ServedDesk, browse: room.Browse
) -> None:
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    page.evaluate("() => { localStorage.setItem('x', '1'); }")
    page.context.set_offline(True)
    page.wait_for_selector(".offline")
    page.click("nav.wide form button")
    page.wait_for_function("() => localStorage.length === 0 && !document.querySelector('.strip')")
    assert "Signed out here" in page.inner_text("h1")
    assert not screen.axe()
    page.context.set_offline(False)
    page.wait_for_url("**/sign-in")
    screen.open("/inbox")
    page.wait_for_url("**/sign-in?next=/inbox")
