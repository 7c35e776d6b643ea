"""What is said by the forms of pages, as a browser without scripts sends them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tests.serving import Serving, serving, soon
from tests.unit.pages.officers import Officer, officer, signed_in
from thalweg.model.declarations import Declaration
from thalweg.model.events import EmergencySent, Role

POSITION = (40.14, 35.336)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("forms")) as made:
        made.parties("alpha", "bravo")
        made.say("alpha-1", EmergencySent("alpha", "Stop", to=("bravo",)))
        yield made


@pytest.fixture(scope="module")
def bravo(server: Serving) -> Officer:
    return officer(server, "b-2", "bravo")


@pytest.fixture(scope="module")
def alpha(server: Serving) -> Officer:
    return officer(server, "a-2", "alpha")


@pytest.fixture
def told(server: Serving, request: pytest.FixtureRequest) -> tuple[str, Declaration]:
    """A new declaration of alpha's far from every other, and bravo's notice of it."""
    number = 1 + int(re.sub(r"\D", "", str(abs(hash(request.node.name))))[:5])
    made = replace(soon(f"d{number}", "alpha", 30 + number % 400 / 50, 30 + number % 70 / 10), title=f"Move {number}")
    server.declare("alpha-1", made)
    return server.notices("bravo-1")[-1]["id"], made


def facts(server: Serving, notice: str) -> dict[str, object]:
    found: dict[str, object] = server.get("bravo-1", f"/v1/notices/{notice}").json()
    return found


@pytest.mark.parametrize("response", ["received", "understood"])
def test_an_answer_is_one_press_from_the_inbox(
    server: Serving, bravo: Officer, told: tuple[str, Declaration], response: str
) -> None:
    notice, _ = told
    seen = bravo.see(f"/notices/{notice}")
    answer = bravo.send(seen, f"/notices/{notice}/answer", {"response": response})
    assert answer.headers["location"] == "/inbox"
    assert "Your answer is on record." in bravo.follow(answer).text
    assert "Your answer is on record." not in bravo.see("/inbox").text
    held = facts(server, notice)
    assert [each["what"] for each in held["responses"]] == [response]  # type: ignore[attr-defined]  # JSON
    assert held["outstanding"] is False


@pytest.mark.parametrize("response", ["need_more", "object"])
def test_need_more_and_object_are_on_record_at_once_and_then_ask_for_words(
    server: Serving, bravo: Officer, told: tuple[str, Declaration], response: str
) -> None:
    notice, _ = told
    answer = bravo.send(bravo.see(f"/notices/{notice}"), f"/notices/{notice}/answer", {"response": response})
    assert answer.headers["location"] == f"/notices/{notice}?answer={response}#words"
    seen = bravo.follow(answer)
    words = next(place for place in range(3) if "text" in seen.form(f"/notices/{notice}/answer", place))
    after = bravo.send(seen, f"/notices/{notice}/answer", {"text": "أي ضفة؟"}, place=words)
    assert after.headers["location"] == "/inbox"
    assert [each["what"] for each in facts(server, notice)["responses"]] == [response, response]  # type: ignore[attr-defined]  # JSON
    assert server.notices("alpha-1")[-1]["words"]["text"] == "أي ضفة؟"


def test_a_form_that_is_sent_twice_says_its_thing_once(
    server: Serving, bravo: Officer, told: tuple[str, Declaration]
) -> None:
    notice, _ = told
    seen = bravo.see(f"/notices/{notice}")
    for _ in range(2):
        bravo.send(seen, f"/notices/{notice}/answer", {"response": "received"})
    assert len(facts(server, notice)["responses"]) == 1  # type: ignore[arg-type]  # JSON
    bravo.send(bravo.see(f"/notices/{notice}?answer=received"), f"/notices/{notice}/answer", {"response": "received"})
    assert len(facts(server, notice)["responses"]) == 2  # type: ignore[arg-type]  # JSON


def test_a_form_without_the_token_of_its_session_says_nothing(
    server: Serving, bravo: Officer, told: tuple[str, Declaration]
) -> None:
    notice, _ = told
    fields = bravo.see(f"/notices/{notice}").form(f"/notices/{notice}/answer")
    for csrf in ("", "A" * 43):
        answer = bravo.post(f"/notices/{notice}/answer", once=fields["once"][0], response="received", csrf=csrf)
        assert answer.status_code == 403
        assert "what you wrote is not sent" in answer.text
    assert facts(server, notice)["responses"] == []


def test_a_form_says_nothing_about_what_one_was_not_told(
    server: Serving, alpha: Officer, told: tuple[str, Declaration]
) -> None:
    notice, _ = told
    seen = alpha.see("/inbox")
    csrf = seen.form("/sign-out")["csrf"][0]
    for path in ("answer", "read-back", "passed-on", "relayed", "commitment"):
        answer = alpha.post(f"/notices/{notice}/{path}", csrf=csrf, once="1" * 24, response="received", unit="1st")
        assert answer.status_code == 404, path


def test_a_wrong_read_back_opens_the_notice_again_and_a_right_one_closes_it(
    server: Serving, bravo: Officer, told: tuple[str, Declaration]
) -> None:
    """R15: the desk compares; a slip is shown, told to the other side, and asks for the answer again."""
    notice, made = told
    bravo.send(bravo.see(f"/notices/{notice}"), f"/notices/{notice}/answer", {"response": "received"})
    assert facts(server, notice)["outstanding"] is False
    path = f"/notices/{notice}/read-back"
    answer = bravo.send(bravo.see(f"/notices/{notice}"), path, {"position": "35.02 N 40.20 E"})
    seen = bravo.follow(answer)
    assert "Your read-back differs." in seen.text
    assert "This notice is open again" in seen.text
    assert facts(server, notice)["outstanding"] is True
    assert notice in bravo.see("/inbox").answer.text
    start = made.volumes[0].window.start
    assert start is not None
    shape = made.volumes[0].shape
    right: dict[str, str | Sequence[str]] = {
        "identity": made.title,
        "position": f"{shape.centre.lat:.4f} N {shape.centre.lon:.4f} E",  # type: ignore[union-attr]  # a circle
        "start": str(start),
    }
    seen = bravo.follow(bravo.send(seen, path, right))
    assert "Your read-back matches." in seen.text
    assert facts(server, notice)["outstanding"] is False


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("position", "???", "coordinate-"),
        ("start", "soon", "time-unreadable"),
        ("lower", "high", "height-unreadable"),
        ("lower", "nan", "height-unreadable"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_recorded(
    server: Serving, bravo: Officer, told: tuple[str, Declaration], field: str, text: str, code: str
) -> None:
    notice, _ = told
    answer = bravo.send(bravo.see(f"/notices/{notice}"), f"/notices/{notice}/read-back", {field: text}, expect=400)
    assert code in answer.text
    assert facts(server, notice)["read_back"] == []


def test_passed_on_to_a_unit_is_seen_by_whoever_declared(
    server: Serving, bravo: Officer, alpha: Officer, told: tuple[str, Declaration]
) -> None:
    """R14: five facts, each with its time."""
    notice, made = told
    seen = bravo.see(f"/notices/{notice}")
    bravo.send(seen, f"/notices/{notice}/passed-on", {"unit": "1st Company", "how": "by radio"})
    assert "Unit told: 1st Company" in bravo.see(f"/notices/{notice}").text
    who = alpha.see(f"/declarations/alpha/{made.declaration_id}").root.find_class("who")[0].text_content()
    assert "1st Company" in who


def test_a_hop_is_recorded_as_one(server: Serving, bravo: Officer, told: tuple[str, Declaration]) -> None:
    """R20."""
    notice, _ = told
    bravo.send(bravo.see(f"/notices/{notice}"), f"/notices/{notice}/relayed", {"to": "Field office", "bearer": "voice"})
    assert [each["what"] for each in facts(server, notice)["relayed"]]  # type: ignore[attr-defined]  # JSON


def test_an_emergency_goes_from_the_call_to_a_promise_to_its_outcome(
    server: Serving, bravo: Officer, alpha: Officer
) -> None:
    """R17, by forms alone."""
    page = alpha.see("/emergency")
    answer = alpha.send(
        page, "/emergency", {"text": "نتعرض للقصف", "position": "35°23′24″N 040°10′48″E", "radius_km": "2.5"}
    )
    assert "The call is out." in alpha.follow(answer).text
    first = [each for each in bravo.see("/inbox").root.find_class("item")][:2]  # one is from before
    assert all("emergency" in each.get("class").split() for each in first)
    notice = next(each.get("id") for each in first if "نتعرض للقصف" in each.text_content())
    seen = bravo.see(f"/notices/{notice}")
    bravo.send(seen, f"/notices/{notice}/commitment", {"action": "We stop", "minutes": "5"})
    page = bravo.see("/emergency")
    assert [each.get("value") for each in page.root.iter("button") if each.get("name") == "outcome"] == ["broken"]
    page = alpha.see("/emergency")
    path = next(each.get("action") for each in page.root.iter("form") if each.get("action", "").endswith("/outcome"))
    alpha.send(page, path, {"outcome": "kept"})
    assert "Kept" in bravo.see("/emergency").text
    stranger = alpha.see("/emergency").form("/sign-out")["csrf"][0]
    assert alpha.post("/commitments/absent/outcome", csrf=stranger, once="2" * 24, outcome="kept").status_code == 404


def test_a_radius_is_a_number_of_kilometres(alpha: Officer) -> None:
    for radius in ("far", "-1", "900", "nan"):
        alpha.send(alpha.see("/emergency"), "/emergency", {"radius_km": radius}, expect=422)


def test_what_the_desk_refuses_is_a_page_with_its_words(server: Serving) -> None:
    """An observer reads and says nothing."""
    reads = officer(server, "b-7", "bravo", Role.OBSERVER)
    notice = server.notices("bravo-1")[0]["id"]
    answer = reads.send(
        reads.see(f"/notices/{notice}?answer=received"),
        f"/notices/{notice}/answer",
        {"response": "received"},
        expect=403,
    )
    assert "This could not be done" in answer.text


def test_an_officer_with_a_key_of_their_own_is_told_that_the_desk_cannot_sign(server: Serving) -> None:
    reads = officer(server, "b-8", "bravo", holds_key=False)
    notice = server.notices("bravo-1")[0]["id"]
    seen = reads.see(f"/notices/{notice}?answer=received")
    assert "You sign with your own key." in seen.text
    form = next(each for each in seen.root.iter("form") if each.get("action") == f"/notices/{notice}/answer")
    assert form.get("data-island") == "sign"
    answer = reads.send(seen, f"/notices/{notice}/answer", {"response": "received"}, expect=409)
    assert "You sign with a key of your own" in answer.text
    prepared = reads.send(
        seen, f"/notices/{notice}/answer", {"response": "received", "sign-with": "passkey"}, expect=200
    )
    assert prepared.json() == {
        "kind": "acknowledgement/1",
        "body": prepared.json()["body"],
        "then": "/inbox",
    }


def test_a_session_that_was_ended_elsewhere_is_out_at_its_next_step(server: Serving, bravo: Officer) -> None:
    """A device that was lost or seized."""
    account = server.opened.accounts.account("p-b-2")
    assert account is not None
    lost = signed_in(server, account)
    lost.see("/inbox")
    page = bravo.see("/settings")
    path = "/settings/sessions/end"
    which = page.form(path)["which"][0]
    bravo.send(page, path, {"which": which})
    answer = lost._ask("GET", "/inbox")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/inbox")
    bravo.see("/inbox")


def test_settings_change_how_a_page_is_written(server: Serving) -> None:
    reads = officer(server, "b-9", "bravo")
    notice = next(each["id"] for each in server.notices("bravo-1") if each["what"] == "declared")
    assert "°" in reads.see(f"/notices/{notice}").root.find_class("places")[0].text_content()
    changed: dict[str, str | Sequence[str]] = {
        "language": "fr",
        "theme": "night",
        "coordinates": "mgrs",
        "zone": "Asia/Damascus",
        "keys": "on",
    }
    after = reads.follow(reads.send(reads.see("/settings"), "/settings", changed))
    assert after.root.get("lang") == "fr"
    assert after.root.get("data-theme") == "night"
    places = reads.see(f"/notices/{notice}").root.find_class("places")[0].text_content()
    assert re.search(r"\d\d[A-Z] [A-Z]{2} \d{4} \d{4}", places)
    assert "Damascus, UTC+3" in reads.see("/inbox").text
    account = server.opened.accounts.account("p-b-9")
    assert account is not None
    assert account.language == "fr"


def test_a_form_that_was_gone_back_to_and_filled_in_otherwise_says_the_other_thing_too(
    server: Serving, bravo: Officer, told: tuple[str, Declaration]
) -> None:
    """It had been answered as the first, and what was changed was lost."""
    notice, _ = told
    seen = bravo.see(f"/notices/{notice}")
    for response in ("received", "object", "object"):
        bravo.send(seen, f"/notices/{notice}/answer", {"response": response})
    assert [each["what"] for each in facts(server, notice)["responses"]] == ["received", "object"]  # type: ignore[attr-defined]  # JSON


def test_words_that_do_not_fit_are_refused_and_never_cut(
    server: Serving, bravo: Officer, told: tuple[str, Declaration]
) -> None:
    notice, _ = told
    first = bravo.send(bravo.see(f"/notices/{notice}"), f"/notices/{notice}/answer", {"response": "object"})
    seen = bravo.follow(first)
    words = next(place for place in range(3) if "text" in seen.form(f"/notices/{notice}/answer", place))
    answer = bravo.send(seen, f"/notices/{notice}/answer", {"text": "x" * 2_001}, place=words, expect=422)
    assert "text has 2,001 characters, and 2,000 fit." in answer.text
    assert len(facts(server, notice)["responses"]) == 1  # type: ignore[arg-type]  # JSON
