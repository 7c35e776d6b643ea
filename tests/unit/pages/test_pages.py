"""Every page in every language, as a browser without scripts has it (R18, R25)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.never_said import said
from tests.serving import Serving, instant, serving, soon
from tests.unit.pages.officers import Officer, Seen, officer
from thalweg.model.declarations import Kind
from thalweg.model.events import SECRETARIAT, ChannelState, ChannelStated, EmergencySent, PartyNamed, Role, TheatreSet
from thalweg.model.shapes import Position
from thalweg.reports.messages.catalogue import LANGUAGES

BUDGET = 50_000  # bytes of an inbox, compressed (issue: usable on 2G)
PLACES = ("40.18", "35.39", "40.14", "35.336", "35°", "040°")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("pages")) as made:
        made.officer("head", SECRETARIAT, Role.SECRETARIAT)
        made.say("head", TheatreSet("name: Middle Euphrates\nextends: default\nexercise: true\n", "theatre.yaml"))
        made.parties("alpha", "bravo")
        made.declare("bravo-1", replace(soon("b", "bravo", 40.15, 35.34), title="Air operation"))
        shown = [each["version"] for each in made.notices("alpha-1") if each["version"]]
        made.declare("alpha-1", replace(soon("m", "alpha", kind=Kind.MOVEMENT), title="قافلة إغاثة"), 201, *shown)
        made.declare("alpha-1", replace(soon("s", "alpha", 40.45, 35.02, kind=Kind.STATIC_SITE), title="Clinic"))
        made.say("alpha-1", ChannelStated("alpha", "line", ChannelState.DOWN, instant(-60)))
        made.say("alpha-1", EmergencySent("alpha", "أوقفوا", "ar", place=Position(40.18, 35.39), radius_m=6000))
        yield made


@pytest.fixture(scope="module")
def people(server: Serving) -> dict[str, Officer]:
    return {"bravo": officer(server, "b-2", "bravo"), "alpha": officer(server, "a-2", "alpha", Role.ADMIN)}


def notices(server: Serving, who: str = "bravo-1") -> dict[str, str]:
    """The newest notice of each kind."""
    return {each["what"]: each["id"] for each in server.notices(who)}


def all_pages(server: Serving, people: dict[str, Officer]) -> list[tuple[Officer, str]]:
    bravo, alpha = people["bravo"], people["alpha"]
    ids = notices(server)
    return [
        (Officer(server), "/sign-in"),
        (Officer(server), "/join"),
        *((bravo, path) for path in ("/inbox", "/inbox?severity=warning&of=alpha", "/declarations", "/ledger")),
        (bravo, "/emergency"),
        *((bravo, f"/notices/{each}") for each in ids.values()),
        (bravo, f"/notices/{ids['emergency']}?answer=object"),
        *((bravo, path) for path in ("/settings", "/prove")),
        *((alpha, path) for path in ("/declarations?own=1", "/declarations/alpha/m", "/declarations/alpha/s")),
        (alpha, "/settings"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_valid_in_every_language_and_says_no_word_of_permission(
    server: Serving, people: dict[str, Officer], language: str
) -> None:
    """R18, R25: the text of whole pages, whatever put it together."""
    for who, path in all_pages(server, people):
        reads = Officer(server, who.name, who.party, language, dict(who.cookies))
        choose(reads, language)
        seen = reads.see(path)
        seen.valid()
        assert seen.root.get("lang") == language, path
        assert seen.root.get("dir") == ("rtl" if language == "ar" else "ltr"), path
        assert not said(visible(seen, language), language), path
    for who in people.values():
        choose(who, "en")


def choose(reads: Officer, language: str) -> None:
    """The language by the settings, where there is somebody whose they are."""
    if reads.name:
        form = reads.see("/settings")
        reads.send(form, "/settings", {"language": language})


def visible(seen: Seen, language: str) -> str:
    """The words of a page in its language: without the English beside them, and without the check words for voice,
    which are drawn from a list and mean nothing (one of them is an aubergine, and begins like a permission)."""
    root = seen.root
    for each in [
        *root.iter("script"),
        *root.find_class("source"),
        *root.find_class("languages"),
        *root.find_class("voice"),
    ]:
        each.drop_tree()
    for each in root.iter("option"):
        each.text = each.text if each.get("value") not in LANGUAGES else ""
    return " ".join(root.text_content().split())


def test_no_page_has_a_position_in_its_title_or_in_an_address(server: Serving, people: dict[str, Officer]) -> None:
    for who, path in all_pages(server, people):
        seen = who.see(path)
        addresses = [
            each.get(name) for each in seen.root.iter() for name in ("href", "action", "src") if each.get(name)
        ]
        for place in PLACES:
            assert place not in seen.title, path
            assert not any(place in each for each in addresses), (path, place)


def test_a_page_asks_for_one_style_sheet_before_it_is_shown_and_for_nothing_elsewhere(
    server: Serving, people: dict[str, Officer]
) -> None:
    """No script stands in the way (modules wait), no style and no script in the page itself, no other origin."""
    for who, path in all_pages(server, people):
        root = who.see(path).root
        assert len([each for each in root.iter("link") if each.get("rel") == "stylesheet"]) == 1, path
        for each in root.iter("script"):
            assert each.get("type") in ("module", "application/json"), path
            assert each.get("type") == "application/json" or not (each.text or "").strip(), path
        for each in root.iter():
            assert each.get("style") is None, path
            assert not any(name.startswith("on") for name in each.attrib), path
            for name in ("href", "src", "action"):
                assert not re.match(r"(\w+:)?//", each.get(name) or ""), (path, each.get(name))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_inbox_of_many_is_below_its_budget(tmp_path: Path, language: str) -> None:
    with serving(tmp_path) as server:
        server.parties("alpha", "bravo")
        for number in range(60):
            server.declare(
                "alpha-1",
                replace(
                    soon(f"s{number}", "alpha", 40.0 + number / 30, kind=Kind.STATIC_SITE), title=f"Clinic {number}"
                ),
            )
        reads = officer(server, "b-2", "bravo")
        choose(reads, language)
        answer = reads.see("/inbox").answer
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < BUDGET
        assert len(Seen(answer).root.find_class("item")) == 40
        styles = Seen(answer).root.find(".//link[@rel='stylesheet']").get("href")
        assert len(gzip.compress(server.client.get(styles).content)) < 20_000


def test_what_pages_are_made_with_is_kept_for_good_and_comes_compressed(server: Serving) -> None:
    page = Officer(server).see("/sign-in")
    style = page.root.find(".//link[@rel='stylesheet']").get("href")
    answer = server.client.get(style)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    fonts = re.findall(r"url\(([^)]*)\)", answer.text)
    assert len(fonts) == 12
    for each in fonts:
        assert server.client.get(each).headers["content-type"] == "font/woff2"
    assert server.client.get("/static/room.css").status_code == 404
    assert server.client.get("/static/../shell.py").status_code == 404


def test_a_page_is_kept_by_nobody(server: Serving, people: dict[str, Officer]) -> None:
    for path in ("/inbox", "/settings", "/sign-in"):
        assert people["bravo"].see(path).answer.headers["cache-control"] == "no-store"


def test_an_exercise_says_so_above_every_page(server: Serving, people: dict[str, Officer]) -> None:
    """R49."""
    for who, path in all_pages(server, people):
        if who.name:
            band = who.see(path).root.find_class("exercise")
            assert band or path == "/prove", path
            assert all("EXERCISE" in each.text_content() for each in band)


def test_the_strip_says_how_each_side_sees_the_line_the_age_of_the_data_and_the_size_of_the_record(
    people: dict[str, Officer],
) -> None:
    """R21."""
    seen = people["alpha"].see("/inbox")
    text = " ".join(seen.root.find_class("strip")[0].text_content().split())
    assert "Middle Euphrates" in text
    assert "We say Down" in text
    assert "They say Unknown" in text
    assert re.search(r"as of \d\d:\d\d:\d\dZ", text)
    assert re.search(r"to entry \d+", text)


def test_the_four_answers_are_alike_and_say_what_they_are(people: dict[str, Officer], server: Serving) -> None:
    """D8: a receipt, not permission."""
    seen = people["bravo"].see(f"/notices/{notices(server)['emergency']}")
    buttons = [each for each in seen.root.iter("button") if each.get("name") == "response"]
    assert [each.get("value") for each in buttons] == ["received", "understood", "need_more", "object"]
    assert len({each.get("class") for each in buttons}) == 1
    assert "Your answer is a receipt, not permission." in seen.text


def test_the_title_counts_what_is_owed_and_marks_an_emergency(people: dict[str, Officer]) -> None:
    assert re.match(r"!\(\d+\) Owed by you$", people["bravo"].see("/inbox").title)
    assert "!" not in people["alpha"].see("/inbox").title


def test_an_unreviewed_language_has_the_english_beside_each_message(
    server: Serving, people: dict[str, Officer]
) -> None:
    reads = Officer(server, "b-2", "bravo", "ar", dict(people["bravo"].cookies))
    choose(reads, "ar")
    seen = reads.see("/inbox")
    told = seen.root.find_class("told")
    assert told
    for each in told:
        beside = each.find_class("source")
        assert beside
        assert beside[0].find("p").get("lang") == "en"
    choose(reads, "en")
    assert not reads.see("/inbox").root.find_class("source")


def test_an_empty_inbox_says_so_and_keeps_the_place_of_emergencies(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.parties("alpha", "bravo", level=None)
        text = officer(server, "a-2", "alpha").see("/inbox").text
        assert "Nothing is owed by you." in text
        assert "No emergency open" in text
        assert "Absence from this list removes no protection." in text


def test_a_filter_says_that_it_leaves_something_out(people: dict[str, Officer]) -> None:
    everything = people["bravo"].see("/inbox")
    some = people["bravo"].see("/inbox?severity=information")
    assert len(some.root.find_class("item")) < len(everything.root.find_class("item"))
    assert "left out of this list" in some.text
    assert "left out of this list" not in everything.text


def test_who_has_not_answered_is_named_to_whom_it_waits(people: dict[str, Officer]) -> None:
    waiting = people["alpha"].see("/inbox").root.get_element_by_id("waiting").getparent().getparent()
    assert "bravo" in waiting.text_content()


def test_the_page_of_a_stranger_is_not_found_and_is_a_page(people: dict[str, Officer], server: Serving) -> None:
    other = officer(server, "x-1", "alpha")
    seen = other.see(f"/notices/{notices(server)['emergency']}", expect=404)
    seen.valid()
    assert "There is nothing here that you may see." in seen.text
    absent = other.see("/notices/n-absent", expect=404)
    strip = re.compile(r"request \w+|\d\d:\d\d:\d\dZ")
    assert strip.sub("", absent.text) == strip.sub("", seen.text)


def test_a_program_is_given_problems_as_json(server: Serving) -> None:
    answer = server.client.get("/inbox", headers={"accept": "*/*"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(server: Serving) -> None:
    answer = Officer(server)._ask("GET", "/notices/n-1?answer=object")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/notices/n-1%3Fanswer%3Dobject"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(server: Serving, elsewhere: str) -> None:
    page = Officer(server).see(f"/sign-in?next={elsewhere}")
    assert page.form("/sign-in")["next"] == ["/"]


def test_a_third_party_with_nothing_gets_pages_with_nothing(server: Serving) -> None:
    server.say("head", PartyNamed("delta", "Delta"))
    stranger = officer(server, "d-1", "delta")
    for path in ("/inbox", "/declarations", "/ledger", "/emergency", "/settings"):
        text = stranger.see(path).text
        for word in ("Clinic", "Air operation", "قافلة", "أوقفوا"):
            assert word not in text, path
