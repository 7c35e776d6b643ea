"""Journeys through the room, driven as officers would, on the evening of 7 February 2018 (`tests.browser.autumn`).

With `pytest tests/browser --pictures` each page is also photographed into docs/pictures/room.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest
from pyotp import TOTP

from tests.browser import room
from tests.browser.autumn import ZONE, Autumn, autumn
from tests.browser.room import Browse, Screen, ServedDesk
from thalweg.model.events import NoticeKind, Outcome
from thalweg.model.instants import Instant, Window
from thalweg.model.shapes import Circle
from thalweg.server.signin import invite

PICTURES: Final = room.ROOT / "docs/pictures/room"
LIVE: Final = '[data-island="connection"][data-state="live"]'
Photograph = Callable[..., None]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Autumn]:
    with autumn(tmp_path_factory.mktemp("journeys")) as held:
        yield held


@pytest.fixture(scope="module")
def desk(told: Autumn) -> ServedDesk:
    return told.desk


@pytest.fixture
def photograph(request: pytest.FixtureRequest) -> Photograph:
    """Writes a picture of the screen, in 128 colours, where pictures are asked for."""
    asked = request.config.getoption("--pictures", default=False)

    def take(screen: Screen, name: str, *, whole: bool = False, at: str = "") -> None:
        if asked:
            if at:
                screen.page.evaluate("at => document.querySelector(at).scrollIntoView({block: 'center'})", at)
            if whole:
                screen.page.evaluate("() => scrollTo(0, 0)")
            screen.page.wait_for_timeout(700)
            path = screen.shot(PICTURES / f"{name}.png", whole=whole)
            subprocess.run(["convert", path, "-strip", "+dither", "-colors", "128", f"PNG8:{path}"], check=True)

    return take


def fine(screen: Screen) -> None:
    """As `Screen.fine`, and it says where. That a browser holds back sound until a key is pressed is no trouble."""
    where = screen.page.url
    heard = [each for each in screen.troubles if "AudioContext" not in each]
    broken = [line for line in screen.desk.lines if '"level": "error"' in line]
    assert (where, screen.axe(), heard, screen.strangers(), broken) == (where, [], [], [], [])
    assert screen.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"


def live(screen: Screen) -> Screen:
    screen.page.wait_for_selector(LIVE)
    return screen


def drawn(screen: Screen) -> Screen:
    """Once the map stands."""
    screen.page.wait_for_selector('[data-island="map"] [data-shown], [data-island="map"][data-shown]')
    return live(screen)


# --- coming in ---


def test_one_joins_and_signs_in_with_password_and_code_without_scripts(
    desk: ServedDesk, browse: Browse, photograph: Photograph
) -> None:
    """In Arabic on a phone: the invitation is pasted, the generator's seed typed over, and the next code opens."""
    link = invite(desk.built.doors, party="AID", role="watch").link
    screen = browse(language="ar", phone=True, script=False).open("/sign-in")
    page = screen.page
    assert page.get_attribute("html", "dir") == "rtl"
    page.click('main a[href="/join"]')
    page.fill("#f-invitation", link)
    page.click("main form button.first")
    page.fill("#f-login", "salma")
    page.fill("#f-password", "a long enough passphrase")
    page.fill("#f-again", "a long enough passphrase")
    page.click("main form button.first")
    seed = TOTP(page.inner_text("figure.qr code").replace(" ", ""))
    page.fill("#f-code", seed.now())
    page.click("main form button.first")
    assert page.locator("ol.codes li").count() >= 8
    page.click("main a.button.first")
    assert page.url.endswith("/inbox")
    page.locator('form[action="/sign-out"] button').first.evaluate("button => button.form.requestSubmit()")
    page.wait_for_url(re.compile("/(sign-in)?$"))
    page.goto(desk.url("/sign-in"))
    page.fill("#f-login", "salma")
    page.fill("#f-password", "a long enough passphrase")
    page.fill("#f-code", seed.at(time.time() + 30))
    photograph(screen, "sign-in-phone-ar")
    page.click("main form button.first")
    page.wait_for_url(re.compile("/(room|inbox)?$"))
    assert page.locator(".strip .clock").count() == 1


def test_one_joins_with_a_passkey_in_arabic_on_a_phone(desk: ServedDesk, browse: Browse) -> None:
    link = invite(desk.built.doors, party="AID", role="watch").link
    screen = browse(language="ar", phone=True)
    page = screen.page
    room.virtual_passkey(page.context, page)
    page.goto(link)
    page.wait_for_selector("#passkey-login")
    fine(screen)
    page.fill("#passkey-login", "huda")
    page.click("button.passkey")
    page.wait_for_url("**/inbox")
    fine(live(screen))


# --- declaring ---


@pytest.mark.parametrize(("language", "phone"), [("en", False), ("ar", True)])
def test_a_swapped_coordinate_stops_a_declaration_until_it_is_chosen_and_confirmed(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool
) -> None:
    """R3, R4: nothing is changed by itself, nothing is sent unread."""
    screen = browse("aid-1", language=language, phone=phone).open("/declare")
    page = screen.page
    page.check('input[name="kind"][value="movement"]')
    title = {"en": "Medical convoy", "ar": "قافلة طبية"}[language]
    page.fill("#f-title", title)
    page.fill("#f-start", "2018-02-09 05:00Z")
    page.fill("#f-end", "2018-02-09 08:30Z")
    page.fill("#at1", "40.1850, 35.3850")
    page.wait_for_selector("[data-live=e1] .swap")
    assert page.input_value("#at1") == "40.1850, 35.3850"
    page.locator('#declare button.first[value="look"]').click()
    page.wait_for_selector("#send")
    assert page.locator("#send button.blocked").is_disabled()
    fine(live(screen))
    photograph(screen, f"declare-{'phone-' if phone else ''}{language}", at="[data-live=e1]")
    page.check('input[name="choice1"][value="other"]')
    page.locator('[data-live=e1] button[value="look"]').click()
    page.wait_for_selector('input[name="sure"]')
    page.check('input[name="sure"]')
    page.locator('#send button.first[value="send"]').click()
    page.wait_for_url("**/declarations/**")
    assert page.locator(f"text={title}").count()
    fine(live(screen))
    photograph(screen, f"declaration-{'phone-' if phone else ''}{language}")


def test_a_draft_is_kept_while_there_is_no_line(told: Autumn, browse: Browse) -> None:
    """R33: the bar says since when, the clock of the data stands, and what was typed comes back."""
    screen = live(browse("aid-1").open("/declare"))
    page = screen.page
    page.wait_for_selector("form[data-draft] .draft", state="attached")
    page.context.set_offline(True)
    page.wait_for_selector(".offline")
    page.fill("#f-title", "Written without a line")
    page.wait_for_function("() => document.querySelector('.draft').textContent.includes('Draft kept')")
    page.context.set_offline(False)
    page.wait_for_selector(LIVE)
    page.reload()
    page.click(".draft button >> nth=0")
    assert page.input_value("#f-title") == "Written without a line"


# --- being warned ---


def test_a_warning_comes_into_the_room_and_is_answered_by_key(
    told: Autumn, browse: Browse, photograph: Photograph
) -> None:
    """R18, R19: it comes by itself, asks once more while it is new, and leads back to the room."""
    screen = drawn(browse("cjtf-1").open("/room"))
    page = screen.page
    fine(screen)
    told.declare("evening-flight")
    page.wait_for_selector('.pane-owed [data-item][data-severity="warning"]')
    page.wait_for_selector(".pane-detail article.finding")
    page.wait_for_timeout(1500)
    fine(screen)
    photograph(screen, "room-en")
    owed = page.locator(".pane-owed [data-item]").count()
    page.keyboard.press("j")
    page.keyboard.press("2")
    page.keyboard.press("2")
    page.wait_for_function("n => document.querySelectorAll('.pane-owed [data-item]').length < n", arg=owed)
    assert "/room" in page.url, "whoever answers in the room stays there"
    page.wait_for_selector(".done")


@pytest.mark.parametrize(("language", "phone", "theme"), [
    ("ar", False, "light"), ("ar", True, "light"), ("en", False, "dark"), ("en", False, "night"), ("ar", True, "night"),
])  # fmt: skip
def test_the_room_and_the_inbox_in_each_light_and_direction(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, theme: str
) -> None:
    name = f"{'phone-' if phone else ''}{language}{'' if theme == 'light' else '-' + theme}"
    screen = drawn(browse("rus-1", language=language, phone=phone, theme=theme).open("/room"))
    fine(screen)
    photograph(screen, f"room-{name}")
    screen.open("/inbox")
    fine(live(screen))
    photograph(screen, f"inbox-{name}")


def test_without_a_line_nothing_pretends(told: Autumn, browse: Browse, photograph: Photograph) -> None:
    """R33: the list stays with its age, an answer is kept as not sent, and goes out when the line is back."""
    screen = live(browse("rus-1").open("/inbox"))
    page = screen.page
    notice = (page.locator("form.answers").first.get_attribute("action") or "").removesuffix("/answer")
    page.context.set_offline(True)
    page.wait_for_selector(".offline")
    page.locator("form.answers button").first.click()
    page.wait_for_selector(".not-sent")
    assert not screen.axe()
    photograph(screen, "offline-en")
    page.context.set_offline(False)
    page.wait_for_function("() => document.body.innerText.includes('sent now')")
    assert page.locator(".offline, .not-sent").count() == 0
    # What is asked for an explanation stays owed until one is given; that it was received is on record all the same.
    screen.open(notice)
    assert "Received" in page.inner_text("#became")


@pytest.mark.parametrize(("language", "phone", "script"), [("en", False, True), ("ar", True, False)])
def test_what_is_read_back_wrongly_opens_the_notice_again(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, script: bool
) -> None:
    """R17, with scripts and without."""
    site = replace(told.declared["dmc-industrial-zone"], declaration_id=f"post-{language}", title="Check post")
    now = Instant(float(round(told.clock().timestamp())))
    volume = replace(site.volumes[0], shape=Circle(ZONE, 500.0), window=Window(now, Instant(now.epoch_s + 14_400)))
    told.declared[site.declaration_id] = replace(site, volumes=(volume,))
    told.declare(site.declaration_id)
    notice = told.newest("RUS", of="DMC")
    screen = browse("rus-1", language=language, phone=phone, script=script).open(f"/notices/{notice}")
    page = screen.page
    page.locator('form.answers button[value="received"]').click()
    page.wait_for_url("**/inbox")
    screen.open(f"/notices/{notice}")
    assert page.locator("form.answers").count() == 0
    page.fill("#f-position", "35.304, 40.185")
    page.locator("#read-back button.first").click()
    page.wait_for_selector("#became .mark.late")
    assert page.locator("form.answers").count() == 1, "it is open again"
    if script:
        fine(live(screen))
    photograph(screen, f"notice-{'phone-' if phone else ''}{language}", whole=not phone)
    page.fill("#f-position", "35.385, 40.185")
    page.locator("#read-back button.first").click()
    page.wait_for_selector(".done")


def test_a_notice_is_printed(told: Autumn, browse: Browse) -> None:
    screen = browse("cjtf-1").open("/inbox")
    got = screen.page.request.get(told.desk.url(f"/v1/notices/{told.newest('CJTF')}/sheet"))
    assert got.status == 200
    assert got.body().startswith(b"%PDF-")


# --- agreeing ---


def test_a_way_out_is_proposed_by_one_and_accepted_by_the_other(
    told: Autumn, browse: Browse, photograph: Photograph
) -> None:
    if "evening-flight" not in told.said:
        told.declare("evening-flight")
    notices = told.mailboxes().notices("CJTF", 0, 10_000).value.notices
    found = next(each.notice.findings[0].id for each in notices if each.notice.of == "RUS" and each.notice.findings)
    screen = browse("cjtf-1").open(f"/findings/{found}")
    fine(live(screen))
    photograph(screen, "finding-en", whole=True)
    screen.page.locator("form[action$='/propose'] button").first.click()
    screen.page.wait_for_selector(".done")
    other = browse("rus-1", language="ar", phone=True, script=False).open("/agreements")
    other.page.locator('button[value="accept"]').first.click()
    other.page.wait_for_selector(".done")
    screen.open("/agreements")
    fine(live(screen))
    photograph(screen, "agreements-en")


# --- an emergency ---


@pytest.mark.parametrize(("language", "phone", "script"), [("en", False, True), ("ar", True, False)])
def test_an_emergency_leads_to_a_promise_and_its_outcome(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, script: bool
) -> None:
    caller = browse("dmc-1", language=language, phone=phone, script=script).open("/emergency")
    page = caller.page
    page.fill("#f-text", "We are being hit in the industrial zone. Cease.")
    if script:
        fine(live(caller))
    page.locator("form[action='/emergency'] button.stop").click()
    page.wait_for_selector(".done")
    answerer = browse("rus-1", language=language, phone=phone, script=script).open("/inbox")
    assert answerer.page.title().startswith("!(")
    photograph(answerer, f"called-{'phone-' if phone else ''}{language}")
    if script:
        fine(live(answerer))
    answerer.page.locator(".item.emergency a.stop").first.click()
    answerer.page.fill("#f-action", "No flights there until we have spoken.")
    answerer.page.locator("#commit button.stop").click()
    answerer.page.wait_for_selector(".done")
    caller.open("/emergency")
    page.locator(f"#promises ~ ul button[value={Outcome.KEPT.value}]").first.click()
    page.wait_for_selector(".done")
    if script:
        fine(live(caller))
        photograph(caller, "promises-en")
    notices = told.mailboxes().notices("RUS", 0, 10_000).value.notices
    assert any(each.notice.what is NoticeKind.EMERGENCY for each in notices)


# --- looking back ---


@pytest.mark.parametrize(("language", "phone", "script"), [("en", False, True), ("ar", True, False)])
def test_the_sixteenth_of_september_is_walked_as_it_was_known(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, script: bool
) -> None:
    """R40, R44: at the report nothing is there of what was said later, silence is silence, and each moment adds."""
    screen = browse("dmc-1", language=language, phone=phone, script=script).open(f"/incidents/{told.incident}")
    page = screen.page
    russian, american = "разведанным", "Russia struck east"
    main = page.inner_text("main")
    assert russian in main
    assert american in main
    if script:
        fine(live(screen))
    photograph(screen, f"incident-{'phone-' if phone else ''}{language}")
    moments = page.locator(".moments a").count()
    assert moments >= 4
    if script:
        page.focus(".known-slider")
        page.keyboard.press("Home")
        page.wait_for_url(re.compile("known=2017-09-16T06"))
    else:
        page.locator(".moments a").first.click()
    main = page.inner_text("main")
    assert russian not in main
    assert american not in main
    assert page.locator("td.silent").count() >= 1
    if script:
        fine(live(screen))
        photograph(screen, "incident-as-known-en")
    page.locator(".moments a").nth(1).click()
    main = page.inner_text("main")
    assert american in main
    assert russian not in main
    page.goto(told.desk.url(f"/incidents/{told.incident}?known=2017-09-16T05:00:00Z"))
    assert american not in page.inner_text("body"), "before its report nothing was known of it"


def test_the_map_the_list_and_the_table_choose_one_thing_and_the_bar_moves_all(
    told: Autumn, browse: Browse, photograph: Photograph
) -> None:
    screen = drawn(browse("dmc-1").open("/room"))
    page = screen.page
    page.click("button[data-key=t]")
    page.wait_for_selector(".map-table tbody tr")
    fine(screen)
    photograph(screen, "room-table-en")
    page.locator(".map-table tbody tr button").first.click()
    page.wait_for_url(re.compile("[?&]on="))
    page.wait_for_selector(".pane-detail.chosen article, .pane-detail article")
    page.click("button[data-key=m]")
    page.locator(".tb-known").focus()
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile("known=2018-02-07T1"))
    page.wait_for_selector(".pane-owed .then")
    page.locator(".tb-valid").focus()
    page.keyboard.press("PageUp")
    page.wait_for_url(re.compile("valid=2018-02-07T"))
    page.wait_for_timeout(500)
    fine(screen)
    photograph(screen, "room-as-known-en")
    page.click(".timebar button[data-key=n], button[data-key=n]")
    page.wait_for_function("() => !location.search.includes('known')")


def test_a_room_at_a_time_is_read_without_scripts(told: Autumn, browse: Browse) -> None:
    screen = browse("dmc-1", language="ar", phone=True, script=False).open("/room?known=2017-09-17T12:00:00Z")
    assert screen.page.locator("body.as-known").count() == 1
    assert screen.page.locator(".pane-chart tbody tr").count() >= 3


# --- the watch, and a machine that is lost ---


def test_a_watch_is_taken_over_and_signed_by_both(told: Autumn, browse: Browse, photograph: Photograph) -> None:
    first, second = browse("cjtf-1", script=False), browse("cjtf-2")
    for screen in (first, second):
        screen.open("/watch")
        screen.page.check('form[action="/watch/take"] input[name="read"]')
        screen.page.fill('form[action="/watch/take"] textarea', "Quiet so far.")
        screen.page.locator('form[action="/watch/take"] button.first').click()
        screen.page.wait_for_selector(".done")
    fine(live(second))
    photograph(second, "watch-en", whole=True)
    first.open("/watch")
    first.page.check('form[action="/watch/end"] input[name="sure"]')
    first.page.locator('form[action="/watch/end"] button').click()
    first.page.wait_for_selector(".done")
    second.open("/watch")
    log = second.page.inner_text('[data-live="log"]')
    assert "cjtf-1" in log
    assert "cjtf-2" in log


def test_a_lost_device_is_signed_out_from_another_and_keeps_nothing(told: Autumn, browse: Browse) -> None:
    lost = live(browse("aid-2").open("/inbox"))
    lost.page.evaluate("() => localStorage.setItem('x', '1')")
    here = browse("aid-2", script=False).open("/settings")
    here.page.locator('form[action="/settings/sessions/end"] button').last.click()
    here.page.wait_for_selector(".done")
    lost.page.wait_for_url(re.compile("/sign-in"))
    assert lost.page.evaluate("() => localStorage.length") == 0


@pytest.mark.parametrize(("language", "phone", "script"), [("en", False, True), ("ar", True, False)])
def test_a_page_of_the_press_is_read_entered_and_a_claim_confirmed(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, script: bool
) -> None:
    """R43: one draft beside the characters that it rests on, signed by the desk. The article is invented."""
    screen = browse("dmc-1", language=language, phone=phone, script=script).open("/sources/read")
    page = screen.page
    pages = room.ROOT / "tests/corpus/sources/pages"
    page.set_input_files("#f-file", pages / ("a01.html-article.html" if script else "a01.saved.mhtml"))
    page.locator("main form button.first").click()
    page.wait_for_url(re.compile("/sources/read/[0-9a-f]{64}"))
    assert page.locator("#draft button[value=confirm]").is_disabled(), "before its source is entered nothing is"
    page.locator('form[action$="/enter"] button.first').click()
    page.wait_for_selector("#draft button[value=confirm]:enabled")
    marked = page.locator("#draft mark").first.inner_text()
    assert marked.startswith("Shells struck a depot")
    if script:
        fine(live(screen))
    photograph(screen, f"sources-read-{'phone-' if phone else ''}{language}", at="#draft .paper")
    page.locator("#draft button[value=confirm]").click()
    page.wait_for_selector(".done")
    page.wait_for_selector("#draft-h")
    assert page.locator("ol.rows li").first.locator(".mark:not(.late)").count() == 1
    screen.open("/sources")
    page.locator(".source-line").first.wait_for()
    if script:
        fine(live(screen))
    photograph(screen, f"sources-{'phone-' if phone else ''}{language}")


# --- every page ---


@pytest.mark.parametrize(("language", "phone", "theme"), [
    ("en", False, "light"), ("ar", True, "light"), ("en", False, "dark"), ("ar", False, "night"),
])  # fmt: skip
def test_every_page_of_the_autumn_keeps_nobody_out(
    told: Autumn, browse: Browse, photograph: Photograph, language: str, phone: bool, theme: str
) -> None:
    screen = browse("dmc-1", language=language, phone=phone, theme=theme)
    for path in (
        "/declarations", "/channels", "/channels/line", "/findings", "/incidents", "/incidents/report", "/ledger",
        "/settings", "/emergency",
    ):  # fmt: skip
        screen.open(path)
        fine(live(screen))
        if theme == "light":
            name = path.strip("/").replace("/", "-")
            photograph(screen, f"{name}-{'phone-' if phone else ''}{language}")
