"""Every page there is, by the routes of the server, and the states that a page can be in: nobody is kept out (R25).

A page that is added is looked at here without being named; one whose address has a part that nothing here fills in
fails. Each is looked at full and empty, in an exercise, in both directions, wide and narrow, by day and by night.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser

from tests.browser.room import Browse, Screen, ServedDesk, served_desk
from tests.browser.test_acts import fine
from tests.serving import soon
from tests.unit.pages.test_declare_file import many
from tests.unit.test_sources_at_the_desk import CLAIM, COURIER, ENTERED
from thalweg.model.cases import AccountGiven, EvidenceLaid, ExplanationAsked, IncidentReported, Particulars
from thalweg.model.cases import Evidence as Beside
from thalweg.model.declarations import Kind
from thalweg.model.events import EmergencySent, LineChecked, Proposed, TheatreSet, WatchTaken
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import Mailboxes
from thalweg.server.pages import assets, routes
from thalweg.wiring import now_ms

AREA: Final = (
    "name: River\nextends: default\nexercise: true\narea: {box: [39.0, 34.0, 41.6, 36.5]}\ntime_zone: Asia/Damascus\n"
)
PAGE: Final = Path(__file__).parents[1] / "corpus/sources/pages/a01.html-article.html"
NO_PAGES: Final = frozenset(("/room/map", "/findings/{finding}/ways"))
"""What scripts ask for: no pages of their own."""
PATHS: Final = sorted(
    route.path
    for router in routes._ROUTERS
    if router is not assets.router
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path not in NO_PAGES
)
LOOKS: Final = [
    ("alpha-1", "en", False, "light"), ("alpha-1", "ar", True, "night"), ("carol-1", "ar", False, "dark"),
    ("carol-1", "ku", True, "light"),
]  # fmt: skip


def mailboxes(desk: ServedDesk) -> Mailboxes:
    return asyncio.run_coroutine_threadsafe(desk.opened.office.reading(), desk.loop).result(60).mailboxes


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    with served_desk(tmp_path_factory.mktemp("every")) as served:
        served.parties("alpha", "bravo")
        served.officer("carol-1", "carol")  # who shares nothing with anybody: all pages are empty
        yield served


@pytest.fixture(scope="module")
def ids(desk: ServedDesk, chromium: Browser) -> Mapping[str, str]:
    """Something of each kind, all in alpha's hands; what the parts of addresses are."""
    desk.say("chair", TheatreSet(AREA, "theatre.yaml"))
    now = Instant(float(now_ms() // 1000))
    ours = replace(soon("survey", "alpha"), title="مسح")
    desk.declare("alpha-1", ours)
    desk.declare("bravo-1", replace(soon("overflight", "bravo", 40.145, 35.338), title="Overflight"), ours.version_id)
    desk.declare("bravo-1", replace(soon("clinic", "bravo", 40.6, 35.0, kind=Kind.STATIC_SITE), title="Clinic"))
    desk.say("bravo-1", LineChecked("bravo", "line"))
    desk.say("alpha-1", WatchTaken("alpha", words="Night"))
    (found, *_) = mailboxes(desk).findings("alpha", now).value
    (theirs, *_) = mailboxes(desk).findings("bravo", now).value
    lapses = Instant(now.epoch_s + 7200)
    desk.say("bravo-1", Proposed("bravo", ("alpha",), theirs.cite, lapses, None, "time", "Later?", "en"))
    desk.say("bravo-1", EmergencySent("bravo", "أوقفوا", "ar", place=Position(40.18, 35.39), radius_m=6000))
    when = Particulars(Instant(now.epoch_s - 7200), Instant(now.epoch_s - 3600), Position(40.185, 35.385), 6000, "zone")
    desk.say("bravo-1", IncidentReported("bravo", "Strike", when, ("alpha",), "They were struck."))
    (line,) = mailboxes(desk).incidents("alpha", most=5).value.lines
    desk.say("alpha-1", AccountGiven("alpha", line.reference, "Nothing of ours.", "en", when))
    asked = ExplanationAsked("bravo", line.reference, "alpha", "Who was it?", Instant(now.epoch_s + 86_400))
    desk.say("bravo-1", asked)
    desk.say("alpha-1", ENTERED)
    desk.say("alpha-1", replace(CLAIM, party=""))
    desk.say("alpha-1", EvidenceLaid("alpha", line.reference, Beside.SOURCE, COURIER))
    browse = Browse(chromium, desk)
    page = browse("alpha-1").open("/sources/read").page
    page.set_input_files("#f-file", PAGE)
    page.click("main form button.first")
    page.wait_for_url(re.compile("/sources/read/[0-9a-f]{64}"))
    read = page.url.rpartition("/")[2]
    page = browse("alpha-1").open("/declare/file").page
    page.set_input_files("#f-file", {"name": "wells.csv", "mimeType": "text/csv", "buffer": many(6, odd=(2,))})
    page.click("main form button.first")
    page.wait_for_selector("table.of-file")
    browse.close()
    return {
        "/declare/file/{sha256}": f"/declare/file/{hashlib.sha256(many(6, odd=(2,))).hexdigest()}",
        "/sources/read/{sha256}": f"/sources/read/{read}",
        "{sha256}": COURIER,
        "{notice}": next(each.id for each in mailboxes(desk).inbox("alpha").value if each.notice.version),
        "{finding}": found.finding.id,
        "{reference}": line.reference,
        "{channel}": "line",
        "{subject:path}": "alpha/survey",
    }


def address(path: str, ids: Mapping[str, str]) -> str:
    for part, value in ids.items():
        path = path.replace(part, value)
    assert "{" not in path, f"{path}: say in `ids` what its part may be"
    return path


@pytest.mark.parametrize(("who", "language", "phone", "theme"), LOOKS)
def test_every_page_keeps_nobody_out_full_and_empty(
    desk: ServedDesk, ids: Mapping[str, str], browse: Browse, who: str, language: str, phone: bool, theme: str
) -> None:
    screen = browse(who, language=language, phone=phone, theme=theme)
    for path in PATHS:
        if who != "alpha-1" and "{" in path:
            continue  # of others: not found, which is looked at below
        screen.open(address(path, ids))
        fine(screen, path)
        assert screen.page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert screen.page.locator("aside.exercise").count() == (path not in ("/sign-in", "/join", "/prove"))


REFUSED: Final = [
    # the page, the form on it, what is typed in it, and the field that is wrong
    ("/notices/{notice}", "/read-back", {"identity": "مسح", "start": "half past"}, "start"),
    ("/emergency", "/emergency", {"text": "Stop", "radius_km": "six"}, "radius_km"),
    ("/channels", "/channels", {"name": "Line 2", "beat": "often"}, "party"),
    ("/watch", "/watch/take", {"words": "Night"}, "read"),
    ("/declarations/alpha/survey", "/vouch", {"until": "soon"}, "until"),
    ("/incidents/report", "/report", {"title": "Strike", "earliest": "yesterday"}, "earliest"),
    ("/incidents/{reference}", "/request", {"text": "Who?", "due": "soon"}, "due"),
]


@pytest.mark.parametrize(("language", "phone", "theme"), [("en", False, "light"), ("ar", True, "night")])
def test_every_state_of_being_refused_keeps_nobody_out(
    desk: ServedDesk, ids: Mapping[str, str], browse: Browse, language: str, phone: bool, theme: str
) -> None:
    """What was typed stands there, the refusal has the focus, and the field says what is wrong (WCAG 3.3.1, 3.3.3)."""
    screen = browse("alpha-1", language=language, phone=phone, theme=theme)
    page = screen.page
    for path, form, typed, wrong in REFUSED:
        screen.open(address(path, ids))
        held = page.locator(f'form[action$="{form}"]').first
        with page.expect_navigation():
            held.evaluate(
                """(form, typed) => { form.noValidate = true;
                  for (const [name, value] of Object.entries(typed)) form.elements.namedItem(name).value = value;
                  form.submit(); }""",
                typed,
            )
        page.wait_for_selector(".refused-form")
        screen.troubles[:] = [each for each in screen.troubles if "status of 4" not in each]  # that is meant
        fine(screen, path + form)
        for name, value in typed.items():
            assert page.locator(f'form[action$="{form}"] [name="{name}"]').first.input_value() == value, (path, name)
        assert page.evaluate("() => document.activeElement.classList.contains('refused-form')"), path
        assert page.locator(f'[name="{wrong}"][aria-invalid="true"]').count() == 1, (path, wrong)
        assert page.url.endswith(address(path, ids)), "where it can be loaded again"


@pytest.mark.parametrize(("language", "phone"), [("en", False), ("ar", True)])
def test_what_is_not_there_and_who_is_not_let_in(desk: ServedDesk, browse: Browse, language: str, phone: bool) -> None:
    screen = browse("carol-1", language=language, phone=phone)
    for path in ("/notices/n-none", "/incidents/i-none", "/no-such-page", "/room?known=nonsense"):
        screen.open(path)
        screen.troubles[:] = [each for each in screen.troubles if "status of 4" not in each]
        fine(screen, path)
    nobody = browse(language=language, phone=phone)
    nobody.open("/sign-in")
    nobody.page.fill("#f-login", "nobody")
    nobody.page.fill("#f-password", "no password of anybody")
    nobody.page.locator('form[action="/sign-in"]').evaluate("form => { form.noValidate = true }")
    nobody.page.locator('form[action="/sign-in"] button').last.click()
    nobody.page.wait_for_selector("[role=alert]")
    nobody.troubles[:] = [each for each in nobody.troubles if "status of 4" not in each]
    fine(nobody, "/sign-in refused")
    assert nobody.page.input_value("#f-login") == "nobody"


def test_nothing_moves_for_who_asked_for_that(desk: ServedDesk, ids: Mapping[str, str], browse: Browse) -> None:
    screen = browse("alpha-1", calm=True)
    for path in ("/inbox", "/room", "/declare"):
        screen.open(path)
        moving = screen.page.evaluate(
            "() => document.getAnimations().filter(each => each.playState === 'running').map(each => String(each))"
        )
        assert moving == [], path


def test_every_field_and_button_shows_that_it_has_the_focus(
    desk: ServedDesk, ids: Mapping[str, str], browse: Browse
) -> None:
    """The ring of 3 px, on everything that the Tab key comes to."""
    screen: Screen = browse("alpha-1")
    for path in ("/inbox", "/declare", "/emergency", "/settings"):
        screen.open(path)
        seen = set()
        for _ in range(60):
            screen.page.keyboard.press("Tab")
            told = screen.page.evaluate(
                """() => { const at = document.activeElement; const style = getComputedStyle(at);
                  const label = at.closest('label'); const around = label ? getComputedStyle(label) : style;
                  const inside = at.nextElementSibling ? getComputedStyle(at.nextElementSibling) : style;
                  return [at.outerHTML.slice(0, 90), [style, around, inside].some(
                    each => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) >= 2)]; }"""
            )
            if told[0] in seen or told[0].startswith("<body"):
                break
            seen.add(told[0])
            assert told[1], (path, told[0])
        assert len(seen) > 10, path


@pytest.mark.parametrize("theme", ["light", "dark", "night"])
def test_a_box_can_be_seen_ticked_or_not_in_the_colours_of_its_page(
    desk: ServedDesk, ids: Mapping[str, str], browse: Browse, theme: str
) -> None:
    """WCAG 1.4.11: 3 to 1 between its edge and what it stands on, its mark and its ground; by night no grey."""
    page = browse("alpha-1", theme=theme).open("/settings").page
    box = page.locator('input[type="checkbox"]:visible').first
    box.set_checked(False)
    edge, under = box.evaluate(
        """box => { const own = getComputedStyle(box); let at = box.parentElement;
          while (getComputedStyle(at).backgroundColor === 'rgba(0, 0, 0, 0)') at = at.parentElement;
          return [own.borderTopColor, getComputedStyle(at).backgroundColor]; }"""
    )
    assert contrast(edge, under) >= 3
    box.set_checked(True)
    ground, mark = box.evaluate(
        "box => [getComputedStyle(box).backgroundColor, getComputedStyle(box, '::before').backgroundColor]"
    )
    assert contrast(ground, mark) >= 3
    assert contrast(ground, under) >= 3
    if theme == "night":
        for each in (edge, ground):
            red, green, blue = channels(each)
            assert red > green > blue, "night has one hue"


def channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in re.findall(r"\d+", colour)[:3])
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [each / 255 for each in channels(colour)]
        red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_what_was_found_stands_on_the_bar_of_time_and_an_emergencys_words_stand_once(
    desk: ServedDesk, ids: Mapping[str, str], browse: Browse
) -> None:
    page = browse("alpha-1").open("/room").page
    page.wait_for_selector(".timebar")
    page.locator(".tb-spans button").nth(2).click()  # seven days: the finding is two days ahead
    mark = page.locator(".tb-track [data-at]").first
    mark.wait_for()
    box, track = mark.bounding_box(), page.locator(".tb-track").bounding_box()
    assert box is not None
    assert track is not None
    share = (box["x"] + box["width"] / 2 - track["x"]) / track["width"]
    assert 0.5 < share < 1, "it is yet to come"
    page.locator(".tb-spans button").first.click()
    mark.wait_for(state="hidden")
    assert page.locator(".pane-detail").inner_text().count("أوقفوا") == 1
