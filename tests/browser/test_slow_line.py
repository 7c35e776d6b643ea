"""A telephone on a 2G line, in Arabic: nothing typed is lost, and no page that is behind looks like one that is not."""

from __future__ import annotations

from tests.browser.room import Browse, Screen, ServedDesk
from tests.serving import soon

SLOW = {"offline": False, "latency": 650, "downloadThroughput": 50_000 / 8, "uploadThroughput": 20_000 / 8}
LINE_IS_UP = '[data-island="connection"][data-state="live"]'
COUNT = "() => document.querySelectorAll('li[data-item]').length"


def slowed(screen: Screen, **other: object) -> None:
    """From here on: a page that came already is not what is tried."""
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW | other)


def test_a_burst_of_warnings_comes_while_one_is_answered_and_the_page_says_that_it_is_behind(
    desk: ServedDesk, browse: Browse
) -> None:
    desk.declare("alpha-1", soon("slow-0", "alpha", lon=40.3))
    screen = browse("bravo-1", language="ar", phone=True).open("/inbox")
    page = screen.page
    page.wait_for_selector(LINE_IS_UP)
    before = page.evaluate(COUNT)
    slowed(screen, downloadThroughput=12_000 / 8)  # a page takes five seconds
    began = len(screen.asked)
    for n in range(1, 5):
        desk.declare("alpha-1", soon(f"slow-{n}", "alpha", lon=40.3 + n / 5))
        page.wait_for_timeout(700)
    page.wait_for_selector(".stale")
    assert "غير محدَّث منذ" in page.inner_text(".stale")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert not screen.axe(within=".stale")
    page.wait_for_function(f"before => ({COUNT})() >= before + 4", arg=before)
    page.wait_for_selector(".stale", state="detached")
    asked = [each for each in screen.asked[began:] if each.endswith("/inbox")]
    assert len(asked) <= 5, "a page that is behind was asked for without a rest"
    desk.declare("alpha-1", soon("slow-5", "alpha", lon=41.4))  # and one comes while another is answered
    answered = page.locator("li[data-item] form.answers").first.evaluate("each => each.closest('li').dataset.item")
    with page.expect_navigation():
        page.locator("li[data-item] form.answers button").first.click()
    assert page.locator(f'[data-item="{answered}"] form.answers').count() == 0


def test_what_is_typed_stays_while_the_line_goes_and_comes_and_another_tab_is_right_too(
    desk: ServedDesk, browse: Browse
) -> None:
    screen = browse("bravo-1", language="ar", phone=True).open("/declare")
    page = screen.page
    page.wait_for_selector(LINE_IS_UP)
    other = page.context.new_page()
    other.goto(desk.url("/inbox"))
    other.wait_for_selector(LINE_IS_UP)
    before = other.evaluate(COUNT)
    page.bring_to_front()
    slowed(screen)
    page.locator("#f-title").press_sequentially("بئر")
    page.fill("#at1", "35.33588N 40.14084E")
    page.wait_for_selector("#e1 .reference")
    page.context.set_offline(True)
    page.wait_for_selector(".offline:not(.stale)")
    page.fill("#at1", "34.60000N 039.50000E")
    page.wait_for_selector(".stale")
    desk.declare("alpha-1", soon("slow-tab", "alpha", lon=39.6))
    page.focus("#f-title")
    page.keyboard.press("End")
    page.keyboard.type(" ثانية")
    page.context.set_offline(False)
    slowed(screen)
    page.wait_for_selector(".offline:not(.stale)", state="detached")
    page.wait_for_selector("#send input[name=at1][value^='34.6']", state="attached")
    page.wait_for_selector(".stale", state="detached")
    assert page.input_value("#f-title") == "بئر ثانية"
    assert page.input_value("#at1") == "34.60000N 039.50000E"
    other.bring_to_front()
    other.wait_for_function(f"before => ({COUNT})() > before", arg=before)
    other.wait_for_selector(".stale", state="detached")
