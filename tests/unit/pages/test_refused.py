"""A form that is refused comes back as it was filled in, with what is wrong beside its field (WCAG 3.3.1, 3.3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml.html import FormElement

from tests.serving import Answer, Serving, serving, soon
from tests.unit.pages.officers import Officer, Seen, officer
from thalweg.model.declarations import Kind


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("refused")) as made:
        made.parties("alpha", "bravo")
        made.declare("alpha-1", replace(soon("one", "alpha"), title="One"))
        made.declare("bravo-1", replace(soon("clinic", "bravo", 41.0, 34.0, kind=Kind.STATIC_SITE), title="Clinic"))
        yield made


@pytest.fixture(scope="module")
def bravo(server: Serving) -> Officer:
    return officer(server, "b-2", "bravo")


def again(answer: Answer, action: str, status: int) -> tuple[Seen, FormElement]:
    """The page with the form that was sent, in which the refusal stands."""
    assert answer.status_code == status, answer.text[:2000]
    seen = Seen(answer)
    seen.valid()
    found = [
        each for each in seen.root.iter("form") if each.get("action") == action and each.find_class("refused-form")
    ]
    assert len(found) == 1
    assert found[0].find_class("refused-form")[0].get("role") == "alert"
    return seen, found[0]


def test_a_read_back_that_cannot_be_read_keeps_what_was_typed_and_says_where(server: Serving, bravo: Officer) -> None:
    notice = server.notices("bravo-1")[-1]["id"]
    seen = bravo.see(f"/notices/{notice}")
    action = f"/notices/{notice}/read-back"
    typed = {
        "identity": 'One "quoted" <b> & co',
        "position": "35.336 N 40.14 E",
        "start": "half past",
        "lower": "450",
        "datum": "EGM96",
    }
    answer = bravo.send(seen, action, typed, expect=400)
    shown, form = again(answer, action, 400)
    assert {name: value for name, value in form.form_values() if name in typed} == typed
    wrong = form.xpath('.//input[@aria-invalid="true"]')
    assert [each.get("name") for each in wrong] == ["start"]
    told = shown.root.get_element_by_id(wrong[0].get("aria-describedby"))
    assert "2026-01-31 05:00Z" in told.text_content()
    assert all(each.get("open") is not None for each in form.iter("details")), "no value is folded away"
    corrected = bravo.send(shown, action, {"start": "2026-01-31 05:00Z"})
    assert corrected.headers["location"].startswith(f"/notices/{notice}")


def test_a_radius_that_is_no_number_keeps_the_call_for_help(bravo: Officer) -> None:
    seen = bravo.see("/emergency")
    answer = bravo.send(seen, "/emergency", {"text": "أوقفوا", "radius_km": "six"}, expect=422)
    _, form = again(answer, "/emergency", 422)
    held = dict(form.form_values())
    assert (held["text"], held["radius_km"], held["to"]) == ("أوقفوا", "six", "alpha")


def test_in_the_language_of_the_reader(server: Serving) -> None:
    reader = officer(server, "b-3", "bravo", language="ar")
    answer = reader.send(reader.see("/emergency"), "/emergency", {"radius_km": "six"}, expect=422)
    assert "ما كتبته باقٍ أدناه" in answer.text


def test_a_folded_form_is_unfolded_and_only_the_one_that_was_sent(bravo: Officer) -> None:
    """Ticks, choices and words of one of five forms of a page."""
    page = "/declarations/bravo/clinic"
    action = f"{page}/vouch"
    answer = bravo.send(bravo.see(page), action, {"until": "soon"}, expect=400)
    shown, form = again(answer, action, 400)
    assert dict(form.form_values())["until"] == "soon"
    assert next(form.iterancestors("details")).get("open") is not None
    assert len([each for each in shown.root.iter("details") if each.get("open") is not None]) == 1


def test_ticks_and_choices_stay_as_they_were(bravo: Officer) -> None:
    sent = {"name": "", "room": "yes", "beat": "often", "level": "coarse", "party": "alpha"}
    answer = bravo.send(bravo.see("/channels"), "/channels", sent, expect=422)
    _, form = again(answer, "/channels", 422)
    assert {name: value for name, value in form.form_values() if name in sent} == sent


def test_a_delay_that_is_no_number_is_not_taken_for_none(server: Serving, bravo: Officer) -> None:
    """It would show sooner what was to be shown later."""
    answer = bravo.send(
        bravo.see("/channels/line"), "/channels/line/terms", {"level-any": "coarse", "delay-any": "1 h"}, expect=422
    )
    _, form = again(answer, "/channels/line/terms", 422)
    assert dict(form.form_values())["delay-any"] == "1 h"


def test_what_the_desk_refuses_comes_back_with_a_number_of_its_own(bravo: Officer) -> None:
    """Sent again as it was it would be the same statement, and refused again."""
    page = "/declarations/bravo/clinic"
    seen = bravo.see(page)
    before = seen.form(f"{page}/hand-over")["once"]
    answer = bravo.send(seen, f"{page}/hand-over", {"to": "bravo", "words": "Yours"}, expect=409)
    _, form = again(answer, f"{page}/hand-over", 409)
    held = dict(form.form_values())
    assert held["words"] == "Yours"
    assert [held["once"]] != before


def test_a_secret_is_never_written_into_a_page(server: Serving, bravo: Officer) -> None:
    answer = bravo.send(bravo.see("/sign-in"), "/sign-in", {"login": "b-2", "password": "hunter2-hunter2"}, expect=422)
    assert "b-2" in answer.text
    assert "hunter2" not in answer.text


def test_a_form_that_its_page_has_no_more_is_refused_on_a_page_of_its_own(bravo: Officer) -> None:
    seen = bravo.see("/emergency")
    fields = {**seen.form("/emergency"), "on-page": "/ledger", "radius_km": "six"}
    answer = bravo.post("/emergency", **fields)
    assert answer.status_code == 422
    assert "refused-form" not in answer.text
    assert "The radius" in answer.text
    elsewhere = bravo.post("/emergency", **{**fields, "on-page": "//evil.example/emergency"})
    assert elsewhere.status_code == 422
