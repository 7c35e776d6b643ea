"""Declaring in a browser: what is typed comes back read while one types, and what is drawn is typed (R4)."""

from __future__ import annotations

from tests.browser import room


def test_a_position_is_read_back_while_it_is_typed_and_nothing_is_changed(
    desk: room.ServedDesk, browse: room.Browse
) -> None:
    screen = browse("alpha-1").open("/declare")
    page = screen.page
    page.fill("#at1", "35.0198, 40.4515")
    page.wait_for_function("() => document.querySelector('[data-live=e1]').textContent.includes('Mayadin')")
    assert page.evaluate("() => document.activeElement.id") == "at1", "the focus stays where one types"
    page.fill("#at1", "40.4515, 35.0198")
    page.wait_for_function("() => !document.querySelector('[data-live=e1]').textContent.includes('Mayadin')")
    assert page.inner_text("[data-live=e1]")
    assert page.input_value("#at1") == "40.4515, 35.0198", "nothing was changed"
    assert not screen.strangers()
    assert not [asked for asked in screen.asked if "40.45" in asked], "a position stood in an address"


def test_what_is_drawn_by_keyboard_is_typed_into_the_form(desk: room.ServedDesk, browse: room.Browse) -> None:
    screen = browse("alpha-1").open("/declare")
    page = screen.page
    page.wait_for_selector(".drawing[data-shown]")
    page.click(".drawing button:has-text('Corridor')")
    page.focus(".drawing canvas")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#f-positions').value.split('\\n').length === 1")
    page.focus(".drawing canvas")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#f-positions').value.split('\\n').length === 2")
    lines = page.input_value("#f-positions").split("\n")
    assert len(lines) == 2
    assert all(line[8] == "N" and line[-1] == "E" for line in lines)
    assert not screen.strangers()


def test_a_draft_survives_the_page_and_is_unreadable_on_the_disk(desk: room.ServedDesk, browse: room.Browse) -> None:
    screen = browse("alpha-1").open("/declare")
    page = screen.page
    page.wait_for_selector("form[data-draft] .draft", state="attached")
    page.fill("#f-title", "Relief convoy, six vehicles")
    page.wait_for_function("() => document.querySelector('.draft').textContent.includes('Draft kept')")
    held = page.evaluate(
        """() => new Promise(done => { const open = indexedDB.open('thalweg'); open.onsuccess = () => {
             const all = open.result.transaction('kept').objectStore('kept').getAll();
             all.onsuccess = () => done(all.result.map(each => Array.from(new Uint8Array(each.data)))) } })"""
    )
    assert held
    assert not [each for each in held if b"convoy" in bytes(each)]
    page.goto(desk.url("/inbox"))
    page.goto(desk.url("/declare"))
    page.click(".draft button >> nth=0")
    assert page.input_value("#f-title") == "Relief convoy, six vehicles"
