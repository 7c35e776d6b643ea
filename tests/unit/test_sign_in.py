"""Coming in, staying in and going out, as a browser sees it (R20, R46)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.doors_world import ORIGIN, PASSWORD, START_MS, Authenticator, World
from thalweg.model.errors import ValueRefused
from thalweg.server import signin
from thalweg.server.doors import Doors, DoorSettings
from thalweg.server.sessions import agent_label

HOUR = 3_600_000


def test_the_first_officer_comes_in_by_an_invitation_that_is_offered_until_somebody_has_joined() -> None:
    world = World()
    first = signin.first_invitation(world.doors)
    again = signin.first_invitation(world.doors)
    assert first is not None
    assert again is not None
    assert first.link == f"{ORIGIN}/join#{first.text}"
    browser, key = world.browser(), Authenticator()
    told = browser.post("/sign-in/invitation", {"invitation": first.text}).json()
    assert (told["role"], told["party"], told["login"]) == ("secretariat", "", "")
    joined = browser.join(first.text, "Dispatch", key)
    assert joined.status_code == 200
    assert joined.json()["login"] == "dispatch"
    assert world.joined == [(first.invitation.author, "secretariat")]
    assert signin.first_invitation(world.doors) is None
    assert browser.get("/who/1").json()["how"] == "passkey"


def test_a_passkey_signs_in_without_a_login_being_named() -> None:
    world = World()
    _, key = world.person("anna")
    browser = world.browser()
    options = browser.post("/sign-in/passkey/options").json()
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    answer = browser.sign_in(key)
    assert answer.status_code == 200
    assert answer.json()["login"] == "anna"
    assert browser.get("/who/1").json() == {"author": answer.json()["author"], "party": "blue", "how": "passkey"}


def test_a_new_passkey_is_asked_to_verify_the_person_and_to_be_found_by_itself() -> None:
    world = World()
    invitation = signin.invite(world.doors, party="blue", role="watch").text
    body = {"invitation": invitation, "login": "anna"}
    options = world.browser().post("/sign-in/join/passkey/options", body).json()
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "desk.example"
    assert options["attestation"] == "none"


def test_password_and_code_sign_in_where_there_is_no_authenticator() -> None:
    world = World()
    _, seed, codes = world.person_with_password("omar")
    assert len(set(codes)) == 10
    browser = world.browser()
    answer = browser.sign_in_with_password(" OMAR ", world.code(seed))
    assert answer.status_code == 200
    assert answer.json()["how"] == "password+totp"


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_a_code_is_good_for_its_half_minute_and_the_neighbours(steps: int, status: int) -> None:
    world = World()
    _, seed, _ = world.person_with_password("omar")
    assert world.browser().sign_in_with_password("omar", world.code(seed, steps)).status_code == status


def test_a_recovery_code_opens_once_however_it_is_typed() -> None:
    world = World()
    _, _, codes = world.person_with_password("omar")
    body = {"login": "omar", "password": PASSWORD, "recovery_code": codes[3].upper().replace("-", " ")}
    assert world.browser().post("/sign-in/password", body).status_code == 200
    assert world.browser().post("/sign-in/password", body).status_code == 401
    assert world.kinds().count("recovery.used") == 1
    keys = world.browser()
    keys.post("/sign-in/password", {**body, "recovery_code": codes[4]})
    assert keys.get("/sign-in/keys").json()["recovery_codes"] == 8


def test_a_password_that_looks_the_same_is_the_same() -> None:
    """Two keyboards compose é differently (NFC and NFD)."""
    world = World()
    browser = world.browser()
    invitation = signin.invite(world.doors, party="amber", role="watch").text
    body = {"invitation": invitation, "login": "rené", "password": "caf\u00e9 caf\u00e9 caf\u00e9"}
    assert browser.post("/sign-in/join/password/start", body).json()["code"] == "account-value"
    seed = browser.post("/sign-in/join/password/start", {**body, "login": "rene"}).json()["secret"]
    assert browser.post("/sign-in/join/password", {"code": world.code(seed)}).status_code == 200
    world.wait(60_000)
    answer = world.browser().sign_in_with_password("rene", world.code(seed), "cafe\u0301 cafe\u0301 cafe\u0301")
    assert answer.status_code == 200


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "my-omar-password-1", "x" * 300])
def test_a_weak_password_is_refused_before_anything_is_made(password: str) -> None:
    world = World()
    invitation = signin.invite(world.doors, party="amber", role="watch").text
    body = {"invitation": invitation, "login": "omar", "password": password}
    answer = world.browser().post("/sign-in/join/password/start", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "password-weak")
    assert world.store.accounts() == []


def test_an_invitation_works_once_and_not_after_its_time() -> None:
    world = World()
    invitation = signin.invite(world.doors, party="blue", role="watch").text
    assert world.browser().join(invitation, "anna", Authenticator()).status_code == 200
    again = world.browser().join(invitation, "bert", Authenticator())
    assert (again.status_code, again.json()["code"]) == (403, "invitation-refused")
    late = signin.invite(world.doors, party="blue", role="watch").text
    world.wait(world.settings.invitation_ms)
    assert world.browser().join(late, "bert", Authenticator()).json()["code"] == "invitation-refused"
    assert len(world.store.accounts()) == 1


def test_a_login_that_is_taken_leaves_the_invitation_for_another_one() -> None:
    world = World()
    world.person("anna")
    invitation = signin.invite(world.doors, party="blue", role="watch").text
    taken = world.browser().join(invitation, "anna", Authenticator())
    assert (taken.status_code, taken.json()["code"]) == (409, "login-taken")
    assert world.browser().join(invitation, "anna2", Authenticator()).status_code == 200


def test_of_two_who_race_for_one_login_the_second_is_told_and_keeps_the_invitation() -> None:
    world = World()
    texts = [signin.invite(world.doors, party="blue", role="watch").text for _ in range(2)]
    second, key = world.browser(), Authenticator()
    options = second.post("/sign-in/join/passkey/options", {"invitation": texts[1], "login": "anna"}).json()
    assert world.browser().join(texts[0], "anna", Authenticator()).status_code == 200
    answer = second.post("/sign-in/join/passkey", {"credential": key.create(options, ORIGIN)})
    assert (answer.status_code, answer.json()["code"]) == (409, "login-taken")
    assert second.join(texts[1], "berta", key).status_code == 200


def test_who_has_lost_every_key_comes_back_by_an_invitation_and_the_old_keys_are_worth_nothing() -> None:
    world = World()
    old_browser, old_key = world.person("anna")
    account = world.store.account_by_login("anna")
    assert account is not None
    invitation = signin.invite(world.doors, party="blue", role="watch", account=account).text
    browser, key = world.browser(), Authenticator()
    assert browser.post("/sign-in/invitation", {"invitation": invitation}).json()["login"] == "anna"
    joined = browser.join(invitation, "ignored", key)
    assert joined.json()["author"] == account.author
    assert joined.json()["login"] == "anna"
    assert world.browser().sign_in(old_key).status_code == 401
    assert old_browser.get("/who/1").status_code == 401
    assert "account.rejoined" in world.kinds()
    assert world.joined == [(account.author, "watch")] * 2  # the key with which they signed is none of theirs now


def test_a_session_ends_when_it_is_idle_and_when_its_time_is_over() -> None:
    world = World()
    browser, key = world.person()
    for _ in range(6):
        world.wait(2 * HOUR - 1)
        assert browser.get("/who/1").status_code == 200
    world.wait(2 * HOUR)
    assert browser.get("/who/1").json()["code"] == "session-over"
    browser.sign_in(key)
    for _ in range(13):
        world.wait(HOUR)
        assert browser.get("/who/1").status_code == 200
    world.wait(HOUR)
    assert browser.get("/who/1").status_code == 401


def test_each_sign_in_makes_a_new_session_and_ends_the_browsers_old_one() -> None:
    world = World()
    browser, key = world.person()
    old = dict(browser.client.cookies)["__Host-thalweg"]
    browser.sign_in(key)
    assert dict(browser.client.cookies)["__Host-thalweg"] != old
    world.wait(2_000)
    browser.client.cookies.clear()
    assert browser.get("/who/1", cookie=f"__Host-thalweg={old}").status_code == 401
    account = world.store.account_by_login("anna")
    assert account is not None
    assert len(world.store.sessions(account.id)) == 1


def test_sessions_are_listed_and_ended_from_elsewhere_at_once() -> None:
    world = World()
    here, key = world.person()
    there = world.browser(agent="Mozilla/5.0 (Android 15) Chrome/140.0 Safari/537.36")
    there.sign_in(key)
    third = world.browser()
    third.sign_in(key)
    listed = here.get("/sign-in/sessions").json()
    assert sorted(each["agent"] for each in listed) == ["Chrome on Android", "Firefox on Linux", "Firefox on Linux"]
    assert [each["this"] for each in listed].count(True) == 1
    named = next(each["name"] for each in listed if each["agent"] == "Chrome on Android")
    assert there.get("/who/1").status_code == 200
    assert here.delete(f"/sign-in/sessions/{named}").status_code == 204
    assert there.get("/who/1").status_code == 401
    assert here.delete(f"/sign-in/sessions/{named}").status_code == 404
    assert here.delete("/sign-in/sessions").json() == {"ended": 1}
    assert third.get("/who/1").status_code == 401
    assert here.get("/who/1").status_code == 200
    assert world.kinds().count("session.ended") == 2


def test_signing_out_ends_the_session_and_tells_the_browser_to_forget() -> None:
    world = World()
    browser, _ = world.person()
    cookie = dict(browser.client.cookies)["__Host-thalweg"]
    answer = browser.post("/sign-in/out")
    assert answer.status_code == 204
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "__Host-thalweg" not in dict(browser.client.cookies)
    assert browser.get("/who/1", cookie=f"__Host-thalweg={cookie}").status_code == 401


def test_signing_in_from_a_browser_never_seen_is_told_to_the_ledger_and_the_next_time_is_not() -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    browser.sign_in(key)
    browser.sign_in(key)
    assert [fields["new_device"] for kind, fields in world.audited if kind == "session.began"] == [1, 1, 0]


def test_two_officers_who_share_a_machine_each_keep_it_as_known() -> None:
    world = World()
    _, anna = world.person("anna")
    _, bert = world.person("bert")
    world.audited.clear()
    browser = world.browser()
    for key in (anna, bert, anna, bert):
        browser.sign_in(key)
    assert [fields["new_device"] for kind, fields in world.audited if kind == "session.began"] == [1, 1, 0, 0]


def test_a_counter_that_did_not_grow_is_told_and_does_not_keep_anybody_out() -> None:
    world = World()
    _, key = world.person()
    assert world.browser().sign_in(key, count=50).status_code == 200
    assert "passkey.regressed" not in world.kinds()
    assert world.browser().sign_in(key, count=50).status_code == 200
    assert world.kinds().count("passkey.regressed") == 1


def test_changing_keys_needs_a_fresh_proof_and_step_up_gives_it() -> None:
    world = World()
    browser, key = world.person()
    world.wait(world.settings.step_up_ms + 1)
    start = {"label": "second"}
    stale = browser.post("/sign-in/keys/passkey/options", start)
    assert (stale.status_code, stale.json()["code"]) == (403, "step-up-needed")
    before = dict(browser.client.cookies)["__Host-thalweg"]
    assert browser.step_up(key).status_code == 200
    assert dict(browser.client.cookies)["__Host-thalweg"] != before
    assert browser.post("/sign-in/keys/passkey/options", start).status_code == 200
    browser.client.cookies.clear()
    assert browser.get("/who/1", cookie=f"__Host-thalweg={before}").status_code == 401


def test_step_up_with_password_and_code() -> None:
    world = World()
    browser, seed, _ = world.person_with_password("omar")
    world.wait(world.settings.step_up_ms + 1)
    assert browser.post("/sign-in/keys/recovery").status_code == 403
    wrong = browser.post("/sign-in/step-up/password", {"password": PASSWORD, "code": "000000"})
    assert wrong.status_code == 401
    world.wait(1_000)
    proved = browser.post("/sign-in/step-up/password", {"password": PASSWORD, "code": world.code(seed)})
    assert proved.status_code == 200
    browser.csrf = proved.json()["csrf"]
    assert len(browser.post("/sign-in/keys/recovery").json()["recovery_codes"]) == 10


def test_a_closed_account_is_out_at_once_and_stays_out() -> None:
    world = World()
    browser, key = world.person("anna")
    admin, _ = world.person("chief")
    account = world.store.account_by_login("anna")
    assert account is not None
    path, body = f"/sign-in/accounts/{account.id}/disabled", {"disabled": True}
    assert admin.post(path, body).json()["code"] == "act-refused"
    world.allowed.add(("disable", "blue"))
    assert admin.post(path, body).json()["disabled"]
    assert browser.get("/who/1").status_code == 401
    assert world.browser().sign_in(key).json()["code"] == "account-disabled"
    assert admin.post(path, {"disabled": False}).status_code == 200
    assert world.browser().sign_in(key).status_code == 200


def test_an_old_invitation_does_not_open_a_closed_account() -> None:
    world = World()
    world.person("anna")
    account = world.store.account_by_login("anna")
    assert account is not None
    invitation = signin.invite(world.doors, party="blue", role="watch", account=account).text
    world.store.change_account(replace(account, disabled=True))
    assert world.browser().join(invitation, "x", Authenticator()).json()["code"] == "invitation-refused"


def test_me_says_who_is_signed_in_and_gives_the_forms_token() -> None:
    world = World()
    browser, _ = world.person()
    told = browser.get("/sign-in/me").json()
    assert told["csrf"] == browser.csrf
    assert told["login"] == "anna"
    assert told["expires_ms"] == START_MS + 14 * HOUR


def test_without_tls_the_server_is_for_localhost_only_and_its_cookies_do_without_secure() -> None:
    for origin in ("http://desk.example", "https://desk.example/", "desk.example", "https://u@desk.example", ""):
        with pytest.raises(ValueRefused):
            DoorSettings(origin)
    world = World(settings=DoorSettings("http://localhost:8443"))
    browser, _ = world.person()
    cookies = dict(browser.client.cookies)
    assert "thalweg" in cookies
    assert browser.get("/who/1").status_code == 200
    assert "strict-transport-security" not in browser.get("/who/1").headers


def test_settings_that_would_open_a_door_are_refused() -> None:
    with pytest.raises(ValueRefused):
        DoorSettings(ORIGIN, certificate_header="Client-Cert")
    with pytest.raises(ValueRefused):
        DoorSettings(ORIGIN, trusted_proxies=frozenset({"proxy.example"}))
    world = World()
    with pytest.raises(ValueRefused):
        Doors(world.store, world.settings, lambda: 0, bytes, b"short", lambda _kind, _fields: None)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "another program"),
        ("<script>", "another program"),
        ("", "another program"),
    ],
)
def test_a_browser_is_named_by_make_and_system_alone(agent: str, label: str) -> None:
    assert agent_label(agent) == label
