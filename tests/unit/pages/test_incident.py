"""The pages of incidents: accounts side by side, silence shown as silence, nothing later than the time asked for
(R40, R41, R42, R44)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lxml import html

from tests.serving import Answer, Serving, instant, serving
from tests.unit.pages.officers import screen
from thalweg.model.cases import Joined, Named, Particulars
from thalweg.model.events import Acknowledged, Response
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.server.pages.words import words as in_language
from thalweg.wiring import now_ms

PLACE = Particulars(
    instant(-7200), instant(-3600), Position(40.185, 35.385), 6000, "industrial zone", Named((), ("six fighters",)),
    Named(("bravo",), ("another force",), Joined.AND),
)  # fmt: skip


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("incident")) as held:
        held.parties("alpha", "bravo", "carol")
        yield held


def post(desk: Serving, who: str, path: str, once: str = "a form", /, **fields: str | list[str]) -> Answer:
    return desk.client.post(path, data={"once": once, **fields}, headers=desk.bearing(who), follow_redirects=False)


def page(desk: Serving, who: str, path: str) -> Any:
    return screen(desk, who).see(path).root


def text(desk: Serving, who: str, path: str) -> str:
    (main,) = page(desk, who, path).xpath("//main")
    return " ".join(main.text_content().split())


def times(at: Instant) -> str:
    return str(at)[:16].replace("T", " ")


FORM: Mapping[str, str | list[str]] = {
    "title": "Strike on the zone",
    "earliest": times(instant(-7200)),
    "latest": times(instant(-3600)),
    "where": "industrial zone",
    "alleged": ["bravo"],
    "alleged_words": "another force",
    "alleged_joined": "and",
    "affected_words": "six fighters\ntwo cars",
    "text": "Aircraft struck us.",
    "to": ["bravo"],
}


def reported(desk: Serving) -> str:
    answer = post(desk, "alpha-1", "/incidents/report", **FORM)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_report_by_form_gets_a_reference_and_goes_to_those_that_were_named(desk: Serving) -> None:
    path = reported(desk)
    assert re.fullmatch(r"/incidents/i-\w+", path)
    for who in ("alpha-1", "bravo-1"):
        shown = text(desk, who, path)
        for words in (
            "Strike on the zone",
            "Aircraft struck us.",
            "six fighters",
            "two cars",
            "Bravo and another force",
        ):
            assert words in shown
    assert desk.get("carol-1", path).status_code == 404
    assert "Strike on the zone" in text(desk, "bravo-1", "/incidents?text=strike")
    assert "Strike on the zone" not in text(desk, "carol-1", "/incidents")


def test_the_same_form_sent_twice_reports_one_incident(desk: Serving) -> None:
    assert reported(desk) == reported(desk)


def test_a_place_is_looked_at_before_anything_is_sent(desk: Serving) -> None:
    """R4: its reference stands there, and the form waits."""
    first = post(desk, "alpha-1", "/incidents/report", **FORM, place="35.385, 40.185", radius_m="6000")
    assert first.status_code == 200
    form = html.fromstring(first.text)
    assert "Deir ez-Zor" in form.text_content()
    assert form.xpath("//textarea[@name='text']")[0].text.strip() == "Aircraft struck us."
    assert "Strike" not in text(desk, "alpha-1", "/incidents")
    (meant,) = form.xpath("//input[@name='meant']/@value")
    other = post(desk, "alpha-1", "/incidents/report", **FORM, place="35.835, 40.185", meant=meant)
    assert other.status_code == 200  # another place than the one that was looked at
    then = post(desk, "alpha-1", "/incidents/report", **FORM, place="35.385, 40.185", radius_m="6000", meant=meant)
    assert then.status_code == 303
    assert "within 6 km" in text(desk, "bravo-1", then.headers["location"])


def test_silence_is_a_column_and_no_denial(desk: Serving) -> None:
    shown = text(desk, "alpha-1", reported(desk))
    assert "No account known at this time." in shown
    assert "Silence is shown as silence" in shown


def test_accounts_stand_side_by_side_and_an_earlier_one_stays(desk: Serving) -> None:
    path = reported(desk)
    assert post(desk, "bravo-1", f"{path}/account", "1", text="Not us.").status_code == 303
    assert post(desk, "bravo-1", f"{path}/account", "2", text="Not us, we say.", supersedes="1").status_code == 303
    shown = text(desk, "alpha-1", path)
    assert "Not us, we say." in shown
    assert "Earlier accounts that it superseded: 1" in shown
    assert "No account known" not in shown


def test_what_came_later_than_the_time_asked_for_is_not_on_the_page(desk: Serving) -> None:
    """R40: the page as one's party knew it then."""
    path = reported(desk)
    read = desk.get("alpha-1", f"/v1{path}").json()
    before = str(Instant((now_ms() - 1) / 1000))
    assert post(desk, "bravo-1", f"{path}/account", "1", text="Not us.").status_code == 303
    then = text(desk, "alpha-1", f"{path}?known={before}")
    assert "Not us." not in then
    assert "known later, hidden here" in then
    assert "No account known at this time." in then
    assert read["title"] in then
    assert "Not us." in text(desk, "alpha-1", path)


def test_an_explanation_is_asked_and_given_and_a_stranger_to_it_cannot_answer(desk: Serving) -> None:
    path = reported(desk)
    due = times(instant(86_400))
    assert post(desk, "alpha-1", f"{path}/request", "1", to="bravo", text="Where were you?", due=due).status_code == 303
    (event,) = page(desk, "bravo-1", path).xpath("//input[@name='request']/@value")
    assert not page(desk, "alpha-1", path).xpath("//input[@name='request']")
    refused = post(desk, "alpha-1", f"{path}/explanation", "2", request=event, text="Nowhere.")
    assert refused.status_code == 409
    assert post(desk, "bravo-1", f"{path}/explanation", "3", request=event, text="At home.").status_code == 303
    shown = text(desk, "alpha-1", path)
    assert "Where were you?" in shown
    assert "At home." in shown


def test_cause_and_risk_are_found_apart_and_only_the_reporter_withdraws(desk: Serving) -> None:
    path = reported(desk)
    assert post(desk, "bravo-1", f"{path}/cause", "1", grade="plausible", text="A stray bomb.").status_code == 303
    assert post(desk, "bravo-1", f"{path}/risk", "2", risk="D").status_code == 303
    assert post(desk, "bravo-1", f"{path}/cause", "3", grade="certain", text="x").status_code == 422
    shown = text(desk, "alpha-1", path)
    assert "cause: plausible" in shown
    assert "risk: D: not determined" in shown
    assert post(desk, "bravo-1", f"{path}/withdraw", "4").status_code == 409
    assert post(desk, "alpha-1", f"{path}/withdraw", "5", text="We were wrong.").status_code == 303
    assert "withdrawn by its reporter" in text(desk, "bravo-1", path)


def test_what_is_laid_beside_is_withheld_from_whom_it_is_not_shown(desk: Serving) -> None:
    path = reported(desk)
    notice = desk.notices("bravo-1")[-1]["id"]
    assert (
        post(desk, "bravo-1", f"{path}/evidence", "1", what="notice", name=notice, text="We had this.").status_code
        == 303
    )
    assert notice in text(desk, "bravo-1", path)
    shown = text(desk, "alpha-1", path)
    assert notice not in shown
    assert "withheld" in shown
    assert "We had this." in shown


@pytest.mark.parametrize("field", ["title", "earliest", "text", "radius_m"])
def test_what_is_missing_or_wrong_is_said_and_nothing_is_reported(desk: Serving, field: str) -> None:
    fields = {**FORM, field: "" if field != "radius_m" else "many"}
    answer = post(desk, "alpha-1", "/incidents/report", **fields)
    assert answer.status_code in (409, 422)
    assert "Strike" not in text(desk, "alpha-1", "/incidents")


def test_hostile_words_stay_words(desk: Serving) -> None:
    fields = {**FORM, "title": "<script>alert(1)</script>", "text": "\u2067<img src=x onerror=1>"}
    path = post(desk, "alpha-1", "/incidents/report", **fields).headers["location"]
    for where in (path, "/incidents"):
        shown = page(desk, "bravo-1", where)
        assert not shown.xpath("//main//script[contains(., 'alert')]")
        assert not shown.xpath("//img")
    assert "alert(1)" in text(desk, "bravo-1", path)


def test_nothing_that_came_of_it_later_is_on_the_page_of_an_earlier_time(desk: Serving) -> None:
    """R40: neither that it was withdrawn, nor who else has it, nor that a finding was superseded, nor that it was
    answered; and before one had it there is no such page."""
    path = reported(desk)
    assert post(desk, "alpha-1", f"{path}/risk", "1", risk="A").status_code == 303
    time.sleep(0.02)
    before = str(Instant(now_ms() / 1000))
    time.sleep(0.02)
    then = text(desk, "alpha-1", f"{path}?known={before}")
    notice = next(each for each in desk.notices("bravo-1") if each.get("subject", "") == path.rpartition("/")[2])
    desk.say("bravo-1", Acknowledged("bravo", notice["id"], Response.UNDERSTOOD))
    assert post(desk, "alpha-1", f"{path}/risk", "2", risk="B").status_code == 303
    assert post(desk, "alpha-1", f"{path}/share", "3", to="carol").status_code == 303
    assert post(desk, "alpha-1", f"{path}/withdraw", "4").status_code == 303
    now = text(desk, "alpha-1", path)
    for later in ("withdrawn by its reporter", "superseded", "Carol", "Understood"):
        assert later in now
    again = text(desk, "alpha-1", f"{path}?known={before}")
    for later in ("withdrawn by its reporter", "superseded", "Carol", "Understood"):
        assert later not in again
        assert later not in then
    assert desk.get("alpha-1", f"{path}?known=2020-01-01T00:00:00Z").status_code == 404


@pytest.mark.parametrize("digits", ["9" * 5_000, "٣" * 40])
def test_a_number_longer_than_any_is_no_fault_of_the_server(desk: Serving, digits: str) -> None:
    assert desk.get("alpha-1", f"/incidents?before={digits}").status_code == 200
    answer = post(desk, "alpha-1", "/incidents/report", **FORM, radius_m=digits)
    assert answer.status_code == 422
    reported(desk)
    notice = desk.notices("bravo-1")[-1]["id"]
    sent = post(desk, "bravo-1", f"/notices/{notice}/commitment", minutes=digits, action="we look")
    assert sent.status_code == 422


def test_the_page_answers_what_the_record_proves_with_the_entries_of_each(desk: Serving) -> None:
    """R40: what had been declared near it, who had been warned and answered, and what the record cannot say."""
    path = reported_at(desk)
    shown = text(desk, "bravo-1", path)
    for said in (
        "What the record proves",
        "Had anything been declared near it?",
        "Was it read back?",
        "Not on record",
        "What the record cannot say",
        "that nothing else was there: absence from the record proves nothing",
        "Only one side has told it",
    ):
        assert said.lower() in shown.lower()
    assert re.search(r"\[entries [\d, ]+\]", shown)
    desk.officer("bravo-2", "bravo", language="ar")
    arabic = desk.get("bravo-2", path).text
    assert in_language("ar").plain("incident.answers") in arabic
    assert in_language("ar").plain("incident.cannot") in arabic
    assert "What the record" not in arabic
    assert page(desk, "bravo-1", path).xpath("//figure//*[local-name()='svg']")


def test_what_was_sent_and_had_not_reached_the_party_is_not_in_its_picture(desk: Serving) -> None:
    """R40: the page says what `/v1/as-of` says."""
    path = reported_at(desk)
    text(desk, "bravo-1", path)  # it reaches bravo
    assert post(desk, "alpha-1", f"{path}/account", "1", text="A second account.").status_code == 303
    before = str(Instant(now_ms() / 1000))
    for _ in range(2):  # not then, whatever is looked at since
        had = desk.get("bravo-1", f"/v1/as-of?known={before}").json()["incidents"]
        assert "A second account." not in str(had)
        assert "A second account." not in text(desk, "bravo-1", f"{path}?known={before}")
        assert "A second account." in text(desk, "bravo-1", path)
    after = str(Instant(now_ms() / 1000))
    assert "A second account." in str(desk.get("bravo-1", f"/v1/as-of?known={after}").json()["incidents"])


def reported_at(desk: Serving) -> str:
    fields = {**FORM, "place": "35.385, 40.185", "radius_m": "6000"}
    first = post(desk, "alpha-1", "/incidents/report", "placed", **fields)
    (meant,) = html.fromstring(first.text).xpath("//input[@name='meant']/@value")
    answer = post(desk, "alpha-1", "/incidents/report", "placed", **fields, meant=meant)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_moments_stand_on_a_line_to_scale_that_mirrors_for_who_reads_from_the_right(desk: Serving) -> None:
    path = reported(desk)
    time.sleep(1.1)
    assert post(desk, "bravo-1", f"{path}/account", "4", text="Nothing of ours.").status_code == 303
    drawn = [
        float(each.get("cx").rstrip("%")) for each in page(desk, "alpha-1", path).xpath("//svg//circle[@cx][@r='6']")
    ]
    assert drawn == sorted(drawn)
    assert len(drawn) >= 2
    assert all(0 < each < 100 for each in drawn)
    root = page(desk, "alpha-1", path)
    (here,) = root.xpath('//ol[@class="moments"]//a[@aria-current]')
    assert here.get("data-at") == root.xpath('//ol[@class="moments"]//a/@data-at')[-1]
    assert re.search(r"\d{4} \d\d:\d\d:\d\dZ", here.get("data-at")), "day and time"
