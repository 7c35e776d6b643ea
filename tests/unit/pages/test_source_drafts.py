"""A page of the press in the room: read, its drafts decided one by one beside what they rest on, and signed (R43)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Answer, Serving, serving
from tests.unit.pages.officers import Officer, Seen, officer

PAGES = Path(__file__).parents[2] / "corpus/sources/pages"
PAGE = (PAGES / "a01.html-article.html").read_bytes()
SHA = hashlib.sha256(PAGE).hexdigest()
HERE = f"/sources/read/{SHA}"
TEXT = (
    b"Convoy waits\n\nThe relief mission said on Saturday that six trucks waited in San Antonio for a road to open.\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("drafts")) as made:
        made.parties("alpha", "bravo")
        yield made


@pytest.fixture(scope="module")
def alpha(server: Serving) -> Officer:
    made = officer(server, "a-2", "alpha")
    sent(made, PAGE, "a01.html")
    return made


def sent(who: Officer, data: bytes, name: str, published: str = "") -> Answer:
    """A page as a browser sends it: with the token of the form."""
    fields = {name: values[0] for name, values in who.see("/sources/read").form("/sources/read").items()}
    headers = {
        "accept": "text/html",
        "sec-fetch-site": "same-origin",
        "cookie": "; ".join(f"{key}={value}" for key, value in who.cookies.items()),
    }
    return who.server.client.post(
        "/sources/read",
        data={**fields, "published": published},
        files={"file": (name, data)},
        headers=headers,
        follow_redirects=False,
    )


def main(seen: Seen) -> str:
    (found,) = seen.root.xpath("//main")
    return " ".join(found.text_content().split())


def test_a_page_is_read_and_nothing_is_on_record_by_that(server: Serving, alpha: Officer) -> None:
    seen = alpha.see(HERE)
    seen.valid()
    shown = main(seen)
    assert "Shells hit relief depot in Salheva" in shown
    assert "Left out of the main text" in shown
    assert "What it rests on" in shown
    marked = seen.root.xpath("//mark")
    assert marked
    assert marked[0].text_content() in PAGE.decode()
    assert server.get("alpha-1", "/v1/sources").json()["sources"] == []
    assert f'href="{HERE}"' in alpha.see("/sources/read").answer.text


def test_it_is_of_the_account_that_sent_it_alone(server: Serving, alpha: Officer) -> None:
    officer(server, "a-3", "alpha").see(HERE, expect=404)
    officer(server, "b-2", "bravo").see(HERE, expect=404)


def test_drafts_are_confirmed_corrected_and_dropped_one_by_one(server: Serving, alpha: Officer) -> None:
    entered = alpha.send(alpha.see(HERE), f"{HERE}/enter", {"to": "bravo", "title": "Shells hit a depot"})
    seen = alpha.follow(entered)
    assert server.get("bravo-1", f"/v1/sources/{SHA}").json()["entered"][0]["title"] == "Shells hit a depot"
    first, second, third = [each.get("href") for each in seen.root.xpath("//ol/li/a")][:3]

    seen = alpha.see(first.partition("#")[0])
    action = f"{HERE}/claims/{first.partition('draft=')[2].partition('#')[0]}"
    fields = seen.form(action)
    confirmed = alpha.send(seen, action, {"do": "confirm", "words": "Read it myself", "through": "The Ardel Courier"})
    (claim,) = server.get("bravo-1", f"/v1/sources/{SHA}").json()["entered"][0]["claims"]
    assert claim["quote"] == fields["quote"][0]
    assert claim["corrected"] is True
    assert claim["through"] == ["The Ardel Courier"]
    assert "confirmed and on record" in alpha.follow(confirmed).text

    seen = alpha.see(second.partition("#")[0])
    action = f"{HERE}/claims/{second.partition('draft=')[2].partition('#')[0]}"
    alpha.send(seen, action, {"do": "drop"}, place=1)
    seen = alpha.see(HERE)
    assert [each.text_content() for each in seen.root.xpath("//ol/li/span")][:3] == [
        "confirmed",
        "dropped",
        "without a decision",
    ]
    assert len(server.get("bravo-1", f"/v1/sources/{SHA}").json()["entered"][0]["claims"]) == 1

    action = f"{HERE}/claims/{third.partition('draft=')[2].partition('#')[0]}"
    refused = alpha.send(seen, action, {"do": "confirm", "quote": "words that stand nowhere"}, expect=422)
    assert "does not stand at characters" in refused.text
    assert "words that stand nowhere" in refused.text

    again = sent(alpha, PAGE, "the-same.html")
    seen = alpha.follow(again)
    assert [each.text_content() for each in seen.root.xpath("//ol/li/span")][:3] == [
        "confirmed",
        "dropped",
        "without a decision",
    ], "the same file goes on where it was left"


def test_a_name_of_several_places_is_a_choice_and_stays_open_unless_one_is_taken(
    server: Serving, alpha: Officer
) -> None:
    sha = hashlib.sha256(TEXT).hexdigest()
    here = f"/sources/read/{sha}"
    seen = alpha.follow(sent(alpha, TEXT, "convoy.txt", "2031-03-11"))
    seen = alpha.follow(alpha.send(seen, f"{here}/enter"))
    (choice,) = seen.root.xpath('//select[@name="which-0"]')
    places = [each.get("value") for each in choice.iter("option")]
    assert places[0] == ""
    assert len(places) > 3
    action = seen.root.xpath('//form[.//select[@name="which-0"]]')[0].get("action")
    alpha.send(seen, action, {"do": "confirm", "which-0": places[1]})
    (claim,) = server.get("alpha-1", f"/v1/sources/{sha}").json()["entered"][0]["claims"]
    (place,) = claim["places"]
    assert place["place"] is not None
    assert len(place["may_be"]) > 1, "what else it may be stays on record"
    assert claim["said"][0]["first"] == "2031-03-08"


@pytest.mark.parametrize("data", [b"", b"<html><body><nav>Home</nav></body></html>", b"\x1f\x8b packed"])
def test_what_is_no_page_is_refused_and_said(alpha: Officer, data: bytes) -> None:
    answer = sent(alpha, data, "x.html")
    assert answer.status_code in (400, 422)
    assert "<h1>" in answer.text


def test_a_page_is_forgotten_and_its_claims_are_not(server: Serving, alpha: Officer) -> None:
    alpha.send(alpha.see(HERE), f"{HERE}/forget")
    alpha.see(HERE, expect=404)
    assert server.get("alpha-1", f"/v1/sources/{SHA}").status_code == 200
