"""A watch by keyboard alone: in at the door, the most urgent warning read, answered and read back, the map's table and
the bar of time, a declaration, and out again. At each stop the focus can be seen, and nothing holds it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pyotp import TOTP

from tests.browser.room import Browse, Screen, ServedDesk, served_desk
from tests.serving import soon
from thalweg.model.declarations import Kind
from thalweg.model.events import TheatreSet
from thalweg.server.signin import invite

AREA = "name: River\nextends: default\narea: {box: [39.0, 34.0, 41.6, 36.5]}\ntime_zone: Asia/Damascus\n"
LIVE = '[data-island="connection"][data-state="live"]'
SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ringed = [at, at.closest("label"), at.nextElementSibling, at.firstElementChild].filter(Boolean).some(each => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  });
  const box = at.getBoundingClientRect();
  const held = at === window.stopBefore;
  return {what: at.outerHTML.slice(0, 160), held, ringed, on: box.bottom > 0 && box.top < innerHeight};
}"""
PASSWORD = "a long enough passphrase"  # noqa: S105  # of nobody, at a desk that lives for a test


class Keyboard:
    """Nothing but keys. Every stop of the Tab key is looked at."""

    def __init__(self, screen: Screen) -> None:
        self.page = screen.page
        self.stops = 0

    def to(self, wanted: str, *, back: bool = False, most: int = 90) -> None:
        """Tab until what `wanted` selects has the focus; a stop that is not left again is a trap."""
        before = ""
        for _ in range(most):
            if self.page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
                self.look()
                return
            self.page.evaluate("() => { window.stopBefore = document.activeElement; }")
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            before = self.look(moved=True)
        raise AssertionError(f"{wanted} is not reached by Tab on {self.page.url}; last was {before}")

    def look(self, *, moved: bool = False) -> str:
        """What has the focus; "" where that is the page. It is in view, its ring is seen, a Tab has moved it."""
        told = self.page.evaluate(SEEN)
        if told is None:
            return ""
        self.stops += 1
        assert not (moved and told["held"]), f"held at {told['what']}"
        assert told["ringed"], f"no ring on {told['what']}"
        assert told["on"], f"out of sight: {told['what']}"
        return str(told["what"])

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, wanted: str, text: str) -> None:
        self.to(wanted)
        self.page.keyboard.type(text)

    def follow(self, wanted: str, key: str = "Enter") -> None:
        """Press what leads to another page, and be there."""
        self.to(wanted)
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    with served_desk(tmp_path_factory.mktemp("keyboard")) as served:
        served.parties("alpha", "bravo")
        served.say("chair", TheatreSet(AREA, "theatre.yaml"))
        yield served


@pytest.fixture(scope="module")
def seeds(chromium: Browser, desk: ServedDesk) -> dict[str, str]:
    """Two officers of bravo with a password and a generator, by the language that they read."""
    made: dict[str, str] = {}
    opened = Browse(chromium, desk)
    for language in ("en", "ar"):
        page = opened(language=language, script=False).open("/join").page
        page.fill("#f-invitation", invite(desk.built.doors, party="bravo", role="watch").link)
        page.click("main form button.first")
        for field, text in (("login", f"key-{language}"), ("password", PASSWORD), ("again", PASSWORD)):
            page.fill(f"#f-{field}", text)
        page.click("main form button.first")
        made[language] = page.inner_text("figure.qr code").replace(" ", "")
        page.fill("#f-code", TOTP(made[language]).now())
        page.click("main form button.first")
        page.wait_for_selector("ol.codes li")
    opened.close()
    return made


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_watch_is_stood_by_keyboard_alone(
    desk: ServedDesk, seeds: dict[str, str], browse: Browse, language: str
) -> None:
    lon = 40.14 if language == "en" else 40.64
    own = soon(f"own-{language}", "bravo", lon, 35.34)
    desk.declare("bravo-1", own)
    desk.declare("alpha-1", soon(f"near-{language}", "alpha", lon, 35.336), own.version_id)
    screen = browse(language=language).open("/sign-in")
    page, keys = screen.page, Keyboard(screen)
    assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")

    keys.type("#f-login", f"key-{language}")
    keys.type("#f-password", PASSWORD)
    # The code of the setting up was the one of this half minute: the next one opens, and is taken as early.
    keys.type("#f-code", TOTP(seeds[language]).at(time.time() + 30))
    keys.follow("main form button.first")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr"), "as the door was"

    # The inbox: over the skip link, and straight to what is owed.
    keys.follow('nav.wide a[href="/inbox"]')
    page.wait_for_selector(LIVE)
    keys.to("a.skip")
    keys.press("Enter")
    keys.follow('[data-severity="warning"] a[href^="/notices/"]')
    page.wait_for_selector("article.notice.warning")
    notice = page.url
    assert str(round(lon, 2)) not in page.url, "no position in an address"

    # Answered; and read back, from the notice itself.
    keys.follow("#answer button")
    page.wait_for_selector(".done")
    page.goto(notice)
    keys.type("#f-position", f"35.336, {lon}")
    keys.follow("#read-back button.first, #read-back form button")
    page.wait_for_selector("#became")
    page.goto(notice)
    assert page.locator("#became li").filter(has=page.locator("small bdi")).count() >= 2, "an answer and a read-back"

    # The map: its table has the same facts, a row of it opens the card, and Escape gives the focus back.
    keys.follow('nav.wide a[href="/room"]')
    page.wait_for_selector('[data-island="map"] [data-shown]')
    page.wait_for_selector(LIVE)
    page.wait_for_selector("canvas.maplibregl-canvas")
    keys.to("canvas.maplibregl-canvas")
    for key in ("ArrowRight", "Shift+ArrowUp", "+"):
        keys.press(key)
    page.wait_for_function("() => /[NS] \\d/.test(document.querySelector('#announced')?.textContent ?? '')")
    assert page.locator(".map-aim").is_visible()
    keys.press("Escape")
    assert not page.evaluate("() => document.activeElement.matches('canvas')")
    keys.to('.map-head button[data-key="t"]')
    keys.press("Enter")
    keys.to(".map-table tbody button")
    keys.press("Enter")
    page.wait_for_function("() => location.search.includes('on=')")

    # The bar of time, by its handles.
    for name, key in (("valid", "PageDown"), ("known", "PageDown")):
        keys.to(f".tb-{name}")
        keys.press(key)
        page.wait_for_function("name => location.search.includes(`${name}=`)", arg=name)
    page.wait_for_function("() => document.documentElement.hasAttribute('data-past')")
    keys.to(".tb-buttons button", back=True)
    keys.press("n")
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-past')")

    # A declaration: typed, read back, confirmed, sent.
    keys.follow('nav.wide a[href="/declare"]')
    keys.to("input[name=kind]")
    for _ in range(6):
        if page.evaluate("() => document.activeElement.value") == Kind.STATIC_SITE.value:
            break
        keys.press("ArrowDown")
        keys.look()
    keys.press("Space")
    keys.type("#f-title", f"Well {language}")
    keys.type("#at1", "35.1 N 40.9 E")
    keys.to("form#declare button.first")
    keys.press("Enter")
    page.wait_for_selector("input[name=sure]")
    keys.to("input[name=sure]")
    keys.press("Space")
    keys.follow("#send button.first")
    page.wait_for_url("**/declarations/*")
    page.get_by_text(f"Well {language}").first.wait_for()

    keys.follow('form[action="/sign-out"] button')
    assert keys.stops > 100
    assert page.locator("[data-live=nav]").count() == 0, "nobody sits here any more"
    assert not screen.strangers()
