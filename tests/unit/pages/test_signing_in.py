"""Coming in by plain forms: an invitation, a password with a code, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pyotp import TOTP

from tests.serving import Serving, serving
from tests.unit.pages.officers import Officer, Seen, officer
from thalweg.model.events import SECRETARIAT, PartyNamed, Role
from thalweg.server import signin
from thalweg.wiring import now_ms

PASSWORD = "correct horse battery staple"  # noqa: S105  # of nobody


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("signing-in")) as made:
        made.officer("chair", SECRETARIAT, Role.SECRETARIAT)
        made.say("chair", PartyNamed("alpha", "Alpha"))
        yield made


def join(server: Serving, login: str, language: str = "") -> tuple[Officer, str, list[str]]:
    """Somebody who pastes an invitation, chooses a password, scans the seed and types the code."""
    link = signin.invite(server.built.doors, party="alpha", role="watch").link
    new = Officer(server, language=language)
    chosen = Seen(new.send(new.see("/join"), "/join", {"invitation": link}, expect=200))
    fields: dict[str, str | Sequence[str]] = {"login": login, "password": PASSWORD, "again": PASSWORD}
    shown = Seen(new.send(chosen, "/join/password", fields, expect=200))
    seed = re.sub(r"\s", "", shown.root.find(".//figure//code").text_content())
    assert shown.root.find(".//figure//svg") is not None
    done = Seen(new.send(shown, "/join/code", {"code": TOTP(seed).at(now_ms() // 1000)}, expect=200))
    codes = [each.text_content() for each in done.root.find_class("codes")[0].iter("code")]
    done.valid()
    return new, seed, codes


def test_somebody_joins_by_an_invitation_and_is_in(server: Serving) -> None:
    new, _, codes = join(server, "anna")
    assert len(set(codes)) == 10
    assert "Nothing is owed by you." in new.see("/inbox").text


def test_password_and_code_open_and_a_recovery_code_in_its_place_opens_once(server: Serving) -> None:
    _, seed, codes = join(server, "omar")
    for code, status in ((TOTP(seed).at(now_ms() // 1000 + 30), 303), (codes[0], 303), (codes[0], 401)):
        back = Officer(server)
        seen = back.see("/sign-in?next=/declarations")
        answer = back.send(seen, "/sign-in", {"login": "Omar", "password": PASSWORD, "code": code}, expect=status)
        if status == 303:
            assert answer.headers["location"] == "/declarations"
            back.see("/declarations")
        else:
            assert "Login, password or code is wrong." in answer.text
            assert PASSWORD not in answer.text


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(server: Serving) -> None:
    new, _, _ = join(server, "lina")
    before = dict(new.cookies)
    answer = new.send(new.see("/inbox"), "/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "You are signed out here." in new.follow(answer).text
    again = Officer(server, cookies=before)
    assert again._ask("GET", "/inbox").status_code == 303


def test_those_on_the_rolls_of_a_party_are_told_of_whoever_comes_in(server: Serving) -> None:
    """R16: whoever is on them speaks for it, and the secretariat may invite."""
    here, _, _ = join(server, "rasha")
    join(server, "yusuf")
    seen = here.see("/inbox")
    assert "Change on your rolls" in seen.text
    assert "On your rolls: " in seen.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"login": "x"}, "two at least"),
        ({"again": "another one entirely"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "too weak"),
        ({"invitation": "thi_nothing_of_the_kind"}, "was used, withdrawn"),
    ],
)
def test_what_is_wrong_with_joining_is_said_on_the_page(server: Serving, fields: dict[str, str], told: str) -> None:
    invitation = signin.invite(server.built.doors, party="alpha", role="watch").text
    new = Officer(server)
    chosen = Seen(new.send(new.see("/join"), "/join", {"invitation": invitation}, expect=200))
    held = {name: values[0] for name, values in chosen.form("/join/password").items()}
    filled = {**held, "login": "kim", "password": PASSWORD, "again": PASSWORD, **fields}
    answer = new.post("/join/password", **filled)
    assert answer.status_code in (403, 422)
    assert told in answer.text
    Seen(answer).valid()


def test_a_form_of_another_site_opens_nothing(server: Serving) -> None:
    headers = {
        "accept": "text/html",
        "origin": "https://evil.example",
        "content-type": "application/x-www-form-urlencoded",
    }
    answer = server.client.post("/sign-in", content="login=a&password=b&code=123456", headers=headers)
    assert answer.status_code == 403
    assert "did not come from a page of this desk" in answer.text


def test_a_browser_chooses_its_language_before_anybody_has_signed_in(server: Serving) -> None:
    new = Officer(server, language="ru,en;q=0.5")
    seen = new.see("/sign-in")
    assert seen.root.get("lang") == "ru"
    answer = new.post("/language", language="ar", next="/sign-in")
    assert new.follow(answer).root.get("lang") == "ar"
    assert new.post("/language", language="xx", next="//evil.example").headers["location"] == "/"


def test_changing_keys_asks_for_a_fresh_proof_and_comes_back(server: Serving) -> None:
    new, seed, _ = join(server, "dara")
    account = server.opened.accounts.account_by_login("dara")
    assert account is not None
    held = server.opened.accounts.sessions(account.id)[0]
    server.opened.accounts.replace_session(held.digest, replace(held, strong_ms=held.strong_ms - 3_600_000))
    server.built.doors.forget()
    page = new.see("/settings")
    answer = new.send(page, "/settings/tokens", {"label": "dispatch", "days": "30"})
    assert answer.headers["location"].startswith("/prove?next=/settings")
    proof: dict[str, str | Sequence[str]] = {"password": PASSWORD, "code": TOTP(seed).at(now_ms() // 1000 + 30)}
    back = new.follow(new.send(new.follow(answer), "/prove", proof))
    assert "You have proved who you are." in back.text
    made = Seen(new.send(back, "/settings/tokens", {"label": "dispatch", "days": "30"}, expect=200))
    assert re.search(r"thw_[A-Za-z0-9_-]{43}", made.text)
    token = new.see("/settings")
    assert "dispatch" in token.text
    assert "thw_" not in token.text


def test_an_admin_invites_and_the_link_is_shown_once(server: Serving) -> None:
    chief = officer(server, "chief", "alpha", Role.ADMIN)
    page = chief.see("/settings")
    answer = chief.send(page, "/settings/invitations", {"party": "alpha", "role": "watch"}, expect=200)
    link = re.search(r"http://localhost/join#thi_\S{43}", answer.text)
    assert link is not None
    plain = officer(server, "plain", "alpha")
    assert "/settings/invitations" not in plain.see("/settings").answer.text


def test_a_contact_is_added_and_erased(server: Serving) -> None:
    new = officer(server, "cora", "alpha")
    new.send(new.see("/settings"), "/settings/contacts", {"kind": "email", "address": "watch@alpha.example"})
    page = new.see("/settings")
    assert "watch@alpha.example" in page.text
    new.send(page, "/settings/contacts/end")
    assert "watch@alpha.example" not in new.see("/settings").text


def test_the_beginning_leads_in_or_to_the_door(server: Serving) -> None:
    assert Officer(server)._ask("GET", "/").headers["location"] == "/sign-in"
    assert officer(server, "vera", "alpha")._ask("GET", "/").headers["location"] in ("/inbox", "/room")
