"""The map in a browser: it draws, it asks nobody but the desk, and its table and sentence say the same (R20, R40)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import room
from thalweg.server.pages.landmarks import landmarks
from thalweg.server.pages.words import words

PARTIES = {
    "cj": {"tag": "CJ", "name": "Coalition desk", "side": "own"},
    "ru": {"tag": "RU", "name": "Russian desk", "side": "other"},
    "hu": {"tag": "HU", "name": "Relief desk", "side": "relief"},
    "sy": {"tag": "SY", "name": "Syrian desk", "side": "third"},
}


def feature(geometry: str, coordinates: Any, record: str = "declaration", **facts: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": {"record": record, "marks": [], "late": False, "hypothetical": False, **facts},
    }


def declared(of: str, subject: str, kind: str, geometry: str, coordinates: Any, **facts: Any) -> dict[str, Any]:
    facts = {
        "standing": "declared",
        "title": subject,
        "medium": "unstated",
        "start": "2017-09-16T00:30:00Z",
        "end": "2017-09-16T06:00:00Z",
        **facts,
    }
    return feature(
        geometry, coordinates, of=of, own=of == "cj", subject=subject, version=f"{subject} v1", kind=kind, level="full",
        **facts,
    )  # fmt: skip


def box(lon: float, lat: float, half: float) -> list[Any]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return [[[lon + x * half, lat + y * half] for x, y in corners]]


def picture() -> dict[str, Any]:
    line = [[40.0, 35.45], [40.15, 35.33], [40.3, 35.2], [40.45, 35.02]]
    return {
        "type": "FeatureCollection",
        "features": [
            declared("cj", "M-0931", "movement", "LineString", [[40.5, 35.08], [40.42, 35.28], [40.44, 35.47]],
                     title="Casualty flight M-0931", medium="air", uncertainty_m=500),
            declared("ru", "R-0412", "operation", "LineString", [[40.05, 35.04], [40.42, 35.29], [40.35, 35.5]],
                     title="R-0412", medium="air", uncertainty_m=2000, late=True),
            declared("hu", "N-1188", "movement", "LineString", [[40.11, 35.33], [40.31, 35.22], [40.45, 35.02]],
                     title="قافلة إغاثة N-1188", medium="ground", uncertainty_m=1000),
            declared("hu", "S-1", "static_site", "Point", [40.45, 35.02], title="Hospital", uncertainty_m=3000),
            declared("cj", "Z-018", "restricted_zone", "Polygon", box(40.18, 35.29, 0.04), title="Zone Z-018"),
            declared("ru", "Q-1", "negative", "Polygon", box(40.55, 35.12, 0.05), title="None of ours"),
            declared("cj", "O-1", "operation", "Polygon", box(40.2, 35.4, 0.03), title="Own people", medium="ground",
                     hypothetical=True, marks=["stale"]),
            declared("sy", "T-1", "restricted_zone", "Polygon", box(40.3, 35.45, 0.05), title="Rumoured zone",
                     standing="rumoured"),
            declared("cj", "L-1", "line", "LineString", line[:2], line_status="agreed", sides=[["cj"], ["ru"]]),
            declared("cj", "L-2", "line", "LineString", line[1:3], line_status="tacit", sides=[["cj"], ["ru"]]),
            declared("cj", "L-3", "line", "LineString", line[2:], line_status="disputed", sides=[["cj"], ["ru"]]),
            feature("LineString", [[40.41, 35.29], [40.425, 35.275]], "finding", finding="C-207", severity="warning",
                    sentence="Russian air operation R-0412 may come within 3.1 km of your casualty flight M-0931.",
                    first="2017-09-16T00:52:00Z", last="2017-09-16T00:53:25Z"),
            feature("Polygon", box(40.418, 35.283, 0.03), "finding_region", finding="C-207", severity="warning"),
            feature("Point", [40.19, 35.30], "finding", finding="C-209", severity="caution", sentence="Into Z-018."),
            feature("Point", [40.08, 35.39], "crossing", line="L-1", at="2017-09-15T21:14:00Z", by="sy", notice="n-1"),
            feature("Point", [40.25, 35.36], "emergency", id="E-1", by="cj", at="2017-09-16T00:31:00Z", open=True,
                    radius_m=6000),
        ],
    }  # fmt: skip


@pytest.fixture
def drawn(browse: room.Browse) -> Callable[..., room.Screen]:
    """Opens a page of the test's own with the map on it, over the words of a language."""

    def open_page(
        language: str = "en", *, path: str = "/stub", coordinates: str = "dms", **how: Any
    ) -> room.Screen:  # fmt: skip
        given = picture()
        screen = browse("alpha-1", language=language, **how)
        spoken = json.dumps(words(language).of_islands()).replace("<", "\\u003c")
        inside = f'<script type="application/json" id="island-words">{spoken}</script>'
        around = [39.9, 34.95, 40.7, 35.55]
        props = {
            "parties": PARTIES, "bounds": around, "landmarks": landmarks(around, language), "coordinates": coordinates,
        }  # fmt: skip
        html = room.stub(
            "map", props, inside, language=language, head='<style>[data-island="map"]{height:700px}</style>'
        )
        screen.page.route("**/stub*", lambda route: room.show(route, html, styles=True))
        screen.page.route(
            "**/room/map*", lambda route: route.fulfill(body=json.dumps(given), content_type="application/geo+json")
        )
        screen.open(path)
        screen.page.wait_for_selector(f'[data-shown="{len(given["features"])}"]')
        return screen

    return open_page


def test_nobody_but_the_desk_is_asked_and_no_position_stands_in_an_address(drawn: Callable[..., room.Screen]) -> None:
    screen = drawn()
    page = screen.page
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    page.wait_for_function("() => location.hash.length > 5")
    assert not screen.strangers()
    assert not screen.troubles
    assert not [asked for asked in screen.asked if "35." in asked or "40." in asked]
    assert urlsplit(page.url).query == ""


def test_what_is_selected_stands_in_the_query_in_the_sentence_and_in_the_table(
    drawn: Callable[..., room.Screen],
) -> None:
    """R20: every fact of the map in a table that sorts and in a sentence."""
    screen = drawn()
    page = screen.page
    box = page.locator("canvas").bounding_box()
    assert box is not None
    # The sign of C-207 lies at 40.41 E, 35.29 N: 64 % from the left of what is shown, and 44 % from above.
    page.evaluate("() => history.replaceState(null, '', '/stub?on=C-207' + location.hash)")
    page.reload()
    page.wait_for_selector("[data-shown]")
    assert "3.1 km" in page.inner_text(".map-sentence")
    page.click("button[data-key=t]")
    rows = page.locator(".map-table tbody tr")
    assert rows.count() == 15  # the region of a finding is no fact of its own
    assert "3.1 km" in page.inner_text("tr.chosen")
    page.click("th[data-column=party] button")
    assert page.get_attribute("th[data-column=party]", "aria-sort") == "ascending"
    names = [each for each in page.locator("tbody tr td:first-child").all_inner_texts() if each]
    assert names == sorted(names)
    page.click("tr:has-text('Hospital') button")
    page.wait_for_function("() => location.search.includes('on=S-1')")
    assert "Hospital" in page.inner_text(".map-sentence")
    screen.fine()


def test_a_click_on_a_sign_selects_it_and_escape_gives_the_focus_back(drawn: Callable[..., room.Screen]) -> None:
    screen = drawn(path="/stub#12/35.3/40.19")  # the sign of C-209 in the middle
    page = screen.page
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.wait_for_selector("[data-idle]")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => location.search")
    assert page.evaluate("() => new URLSearchParams(location.search).get('on')") == "C-209"
    page.wait_for_selector(".map-sentence:text-is('Into Z-018.')")
    page.focus("button[data-key=l]")
    page.locator("canvas").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.dataset.key") == "l"


def test_layers_are_switched_off_in_the_address(drawn: Callable[..., room.Screen]) -> None:
    screen = drawn()
    page = screen.page
    page.click("button[data-key=l]")
    page.uncheck("text=Findings")
    page.wait_for_function("() => location.search === '?without=findings'")
    page.keyboard.press("Escape")
    assert page.locator(".map-layers").count() == 0
    screen.fine()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_map_is_fine_in_both_directions(drawn: Callable[..., room.Screen], language: str, phone: bool) -> None:
    screen = drawn(language, phone=phone)
    screen.fine()
    assert screen.page.evaluate("() => getComputedStyle(document.querySelector('.map-canvas')).direction") == "ltr"


def crowd(count: int) -> dict[str, Any]:
    """Rows as `/room/map` gives them: sites of two, and one corridor whose outline is finer elsewhere."""
    rows: list[Any] = [
        [f"S-{i}", "cj" if i % 2 else "ru", "full", "static_site", "ground", f"Site {i}", i % 2, 0,
         [[None, None, 0, 0, 1, 0, ["c", [40_000_000 + i % 50 * 9_000, 35_100_000 + i // 50 * 9_000], 150.0]]], 0]
        for i in range(count)
    ]  # fmt: skip
    way = [40_060_000, 35_150_000, 20_000, 30_000]
    rows.append(
        ["M-1", "cj", "full", "movement", "ground", "Convoy", 1, 0, [[0, 60, 0, 0, 1, 1, ["l", [way], 400.0]]], 0]
    )
    return {"thalweg": {"known": "2017-09-16T00:00:00Z", "left_out": 0}, "rows": rows, "features": []}


def test_a_crowd_is_drawn_and_chosen_and_turned_through_and_looked_at_closely(browse: room.Browse) -> None:
    """Two thousand: dots far off, of which a click chooses one; a table by pages; near by, outlines in full, for which
    ids are sent and no position (R20)."""
    screen = browse("alpha-1")
    page, given, exact = screen.page, crowd(2_000), []
    spoken = json.dumps(words("en").of_islands()).replace("<", "\\u003c")
    inside = f'<script type="application/json" id="island-words">{spoken}</script>'
    props = {"parties": PARTIES, "bounds": [39.9, 34.95, 40.7, 35.55], "expected": 2_000}
    html = room.stub("map", props, inside, head='<style>[data-island="map"]{height:700px}</style>')
    page.route("**/stub*", lambda route: room.show(route, html, styles=True))
    page.route("**/room/map*", lambda route: route.fulfill(body=json.dumps(given), content_type="application/json"))

    def outlines(route: Any) -> None:
        exact.append(route.request.post_data_json)
        route.fulfill(json={"M-1": {"1": [{"type": "Polygon", "coordinates": box(40.07, 35.165, 0.01)}]}})

    page.route("**/room/outlines", outlines)
    screen.open("/stub#7.5/35.28/40.225")
    page.wait_for_selector('[data-shown="2001"]')
    assert "2001" in page.inner_text(".map-sentence")
    assert exact == []
    page.evaluate("() => { location.hash = '#13/35.1/40.009' }")  # S-1 in the middle
    page.wait_for_function("() => location.hash.startsWith('#13')")
    page.wait_for_selector("[data-idle]")
    page.wait_for_timeout(1_000)
    frame = page.locator("canvas.maplibregl-canvas").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.wait_for_function("() => location.search.includes('on=S-1')")
    page.evaluate("() => { location.hash = '#12/35.165/40.07' }")
    page.wait_for_function("() => location.hash.startsWith('#12')")
    for _ in range(50):
        if exact:
            break
        page.wait_for_timeout(200)
    assert exact[0]["subjects"] == ["M-1"]
    assert "valid" in exact[0]
    page.click("button[data-key=t]")
    assert page.locator(".map-table tbody tr").count() == 100
    page.click("[data-turn=on]")
    page.wait_for_selector(".turning:has-text('101')")
    page.click("th[data-column=what] button")
    assert page.inner_text(".map-table tbody tr >> nth=0").startswith("Coalition desk")
    assert not screen.troubles
    assert not screen.axe()


@pytest.mark.parametrize(
    ("language", "coordinates", "position", "place"),
    [
        ("en", "dms", r"35°\d\d′\d\d″N 0(39|40)°\d\d′\d\d″E", r"\d km\W* [NSEW]+ of \W*\w"),
        ("ar", "mgrs", r"37S [EF]V \d{4} \d{4}", r"على بُعد .*كم.* (شمال|جنوب|شرق|غرب).*[\u0621-\u064a]{3}"),
    ],
)
def test_the_pointer_says_where_it_is_in_the_readers_form_and_from_which_place(
    drawn: Callable[..., room.Screen], language: str, coordinates: str, position: str, place: str
) -> None:
    """R4: by the pointer and by the arrow keys, of what the page was given, and nobody is asked."""
    screen = drawn(language, coordinates=coordinates)
    page = screen.page
    page.locator('[data-island="map"] [data-idle]').wait_for()
    asked = len(screen.asked)
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.wait_for_function("() => document.querySelector('.map-pointer').textContent.length > 20")
    said = page.inner_text(".map-pointer")
    assert re.search(position, said)
    assert re.search(place, said)
    assert page.locator(".map-aim").is_hidden()
    page.locator('button[data-key="m"]').focus()
    page.keyboard.press("Tab")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("() => document.querySelector('#announced')?.textContent.includes(' · ')")
    assert page.locator(".map-aim").is_visible()
    told = page.inner_text("#announced")
    assert re.search(position, told)
    assert re.search(place, told)
    page.wait_for_function(
        "told => document.querySelector('.map-pointer').textContent.includes(told.split(' · ')[0])", arg=told
    )
    assert len(screen.asked) == asked
    assert page.evaluate("() => !!document.getElementById(document.activeElement.getAttribute('aria-describedby'))")
    screen.fine()
