"""What somebody tries who is not to come in, and what they get (R46, D13)."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.doors_world import ORIGIN, PASSWORD, Answer, Authenticator, Browser, World, text
from thalweg.model.accounts import Failures, digest
from thalweg.server import signin
from thalweg.server.rates import Rate
from thalweg.stores.accounts_memory import MemoryAccounts

CREDENTIAL = dict[str, Any]


def asked(browser: Browser) -> dict[str, Any]:
    options: dict[str, Any] = browser.post("/sign-in/passkey/options").json()
    return options


def shown(browser: Browser, credential: CREDENTIAL) -> tuple[int, str]:
    answer = browser.post("/sign-in/passkey", {"credential": credential})
    return answer.status_code, answer.json().get("code", "")


# --- passkeys ---


def test_an_answer_is_taken_once() -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    credential = key.get(asked(browser), ORIGIN)
    cookie = dict(browser.client.cookies)["__Host-thalweg-ceremony"]
    assert shown(browser, credential)[0] == 200
    thief = world.browser()
    replayed = thief.post("/sign-in/passkey", {"credential": credential}, cookie=f"__Host-thalweg-ceremony={cookie}")
    assert (replayed.status_code, replayed.json()["code"]) == (400, "ceremony-over")


def test_a_failed_answer_uses_up_the_challenge_too() -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    options = asked(browser)
    cookie = dict(browser.client.cookies)["__Host-thalweg-ceremony"]
    assert shown(browser, key.get(options, "https://evil.example"))[0] == 401
    again = browser.post(
        "/sign-in/passkey",
        {"credential": key.get(options, ORIGIN)},
        cookie=f"__Host-thalweg-ceremony={cookie}",
    )
    assert again.json()["code"] == "ceremony-over"


def test_a_challenge_is_for_the_browser_that_asked_and_for_five_minutes() -> None:
    world = World()
    _, key = world.person()
    victim, thief = world.browser(), world.browser()
    asked(thief)
    assert shown(thief, key.get(asked(victim), ORIGIN)) == (401, "sign-in-refused")
    options = asked(victim)
    world.wait(world.settings.ceremony_ms)
    assert shown(victim, key.get(options, ORIGIN)) == (400, "ceremony-over")


def test_a_challenge_for_one_purpose_does_not_serve_another() -> None:
    world = World()
    browser, key = world.person()
    credential = key.get(asked(browser), ORIGIN)
    stepped = browser.post("/sign-in/step-up/passkey", {"credential": credential})
    assert stepped.json()["code"] == "ceremony-over"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://desk.example.evil.example", "http://desk.example", "https://desk"]
)
def test_an_answer_made_for_another_origin_is_refused(origin: str) -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    assert shown(browser, key.get(asked(browser), origin)) == (401, "sign-in-refused")


def test_an_answer_from_a_frame_in_another_sites_page_is_refused() -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    assert shown(browser, key.get(asked(browser), ORIGIN, framed=True)) == (401, "sign-in-refused")


def test_an_answer_for_another_name_of_ours_is_refused() -> None:
    world = World()
    _, key = world.person()
    browser = world.browser()
    options = {**asked(browser), "rpId": "evil.example"}
    assert shown(browser, key.get(options, ORIGIN)) == (401, "sign-in-refused")


@pytest.mark.parametrize("flags", [0x00, 0x01, 0x04])
def test_an_authenticator_that_did_not_verify_the_person_is_refused(flags: int) -> None:
    world = World()
    _, key = world.person()
    assert world.browser().sign_in(key, flags=flags).status_code == 401


def test_registering_without_verifying_the_person_or_for_another_origin_is_refused() -> None:
    world = World()
    for origin, flags in ((ORIGIN, 0x41), ("https://evil.example", 0x45)):
        browser, key = world.browser(), Authenticator()
        invitation = signin.invite(world.doors, party="blue", role="watch").text
        options = browser.post("/sign-in/join/passkey/options", {"invitation": invitation, "login": "anna"}).json()
        answer = browser.post("/sign-in/join/passkey", {"credential": key.create(options, origin, flags=flags)})
        assert (answer.status_code, answer.json()["code"]) == (400, "passkey-refused")
    assert world.store.accounts() == []


def test_a_signature_by_another_key_and_anothers_user_handle_are_refused() -> None:
    world = World()
    _, anna = world.person("anna")
    world.person("bert")
    forger = Authenticator("forger")
    forger.id, forger.handle = anna.id, anna.handle
    assert world.browser().sign_in(forger).status_code == 401
    bert = world.store.account_by_login("bert")
    assert bert is not None
    anna.handle = text(bert.id.encode())
    assert world.browser().sign_in(anna).status_code == 401


def test_anothers_passkey_does_not_step_up_my_session() -> None:
    world = World()
    browser, _ = world.person("anna")
    _, bert = world.person("bert")
    options = browser.post("/sign-in/step-up/passkey/options").json()
    answer = browser.post("/sign-in/step-up/passkey", {"credential": bert.get(options, ORIGIN)})
    assert answer.status_code == 401


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ("id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle")


@given(name=st.sampled_from((*_FIELDS, "attestationObject", "transports")), value=_json)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_answer_of_an_authenticator_ends_in_a_traceback(name: str, value: object) -> None:
    world = _world_with_wide_doors()
    _, key = world.person()

    def spoil(credential: CREDENTIAL) -> CREDENTIAL:
        if name in credential:
            return {**credential, name: value}
        return {**credential, "response": {**credential["response"], name: value}}

    browser = world.browser()
    signed = browser.post("/sign-in/passkey", {"credential": spoil(key.get(asked(browser), ORIGIN))})
    # the transports, and what is only sent when registering, say nothing here
    harmless = name in ("attestationObject", "transports") or (name == "userHandle" and value is None)
    assert signed.status_code in ((200,) if harmless else (401, 400, 422))
    invitation = signin.invite(world.doors, party="blue", role="watch").text
    options = browser.post("/sign-in/join/passkey/options", {"invitation": invitation, "login": "x1"}).json()
    made = browser.post("/sign-in/join/passkey", {"credential": spoil(Authenticator().create(options, ORIGIN))})
    assert made.status_code in (200, 400, 422)
    assert [line for line in world.lines if line["event"] == "error"] == []


def _world_with_wide_doors() -> World:
    world = World()
    object.__setattr__(world.settings, "door_rate", Rate(100_000, 60_000))
    return world


# --- passwords ---


WRONG = "wrong password 1"


def guess(world: World, login: str, address: str = "198.51.100.9", password: str = WRONG) -> Answer:
    return world.browser(address).sign_in_with_password(login, "123456", password)


def test_the_answer_for_a_login_that_exists_is_the_same_as_for_one_that_does_not() -> None:
    world = World()
    world.person_with_password("omar")
    bodies = []
    for login, password in (
        ("omar", PASSWORD),
        ("omar", "wrong password 1"),
        ("nobody", "wrong password 1"),
        ("é", "x"),
    ):
        answer = guess(world, login, password=password)
        body = answer.json()
        del body["request"]
        bodies.append((answer.status_code, body, sorted(answer.headers)))
    assert all(each == bodies[0] for each in bodies)


def test_refusing_takes_as_long_for_a_login_that_does_not_exist() -> None:
    """The bucket is wide, since the machine is shared: without the stand-in the ratio is above five."""
    world = _world_with_wide_doors()
    world.person_with_password("omar")
    took: dict[str, list[float]] = {"omar": [], "nobody": []}
    for _ in range(12):
        for login in took:
            began = time.perf_counter()
            assert guess(world, login).status_code == 401
            took[login].append(time.perf_counter() - began)
            world.wait(16 * 60_000)
    ratio = statistics.median(took["omar"]) / statistics.median(took["nobody"])
    assert 0.5 < ratio < 2


def test_guessing_is_slowed_down_by_login_from_however_many_addresses_it_comes() -> None:
    world = World()
    world.person_with_password("omar")
    for login in ("omar", "nobody"):
        got = [guess(world, login, f"198.51.100.{n}").status_code for n in range(8)]
        assert got == [401] * 5 + [429] * 3
        world.wait(1_000)
        assert guess(world, login).status_code == 401
        last = guess(world, login)
        assert (last.status_code, last.headers["retry-after"]) == (429, "2")


def test_in_a_day_of_guessing_without_a_pause_only_a_hundred_or_so_are_looked_at() -> None:
    world = _world_with_wide_doors()
    tried = 0
    for _ in range(24 * 12):
        tried += guess(world, "nobody").status_code == 401
        world.wait(5 * 60_000)
    assert tried < 110


class Gated(MemoryAccounts):
    """Lets nobody go on who has looked at the count until all have."""

    gate: threading.Barrier | None = None

    @override
    def failures(self, name: bytes) -> Failures:
        found = super().failures(name)
        if self.gate is not None:
            self.gate.wait(timeout=60)
        return found


def test_many_guesses_in_the_same_instant_do_not_slip_through_together() -> None:
    store = Gated()
    world = World(store=store)
    for _ in range(5):
        guess(world, "nobody")
    world.wait(1_000)
    store.gate = threading.Barrier(6)
    got: list[int] = []

    def run() -> None:
        got.append(guess(world, "nobody").status_code)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [401] + [429] * 5


def test_strangers_who_guess_do_not_keep_an_officer_out_of_the_browser_they_know() -> None:
    world = World()
    known, seed, _ = world.person_with_password("omar")
    for n in range(9):
        guess(world, "omar", f"198.51.100.{n}")
    assert world.browser().sign_in_with_password("omar", world.code(seed)).status_code == 429
    assert known.sign_in_with_password("omar", world.code(seed)).status_code == 200


def test_the_right_answer_clears_the_count() -> None:
    world = World()
    _, seed, _ = world.person_with_password("omar")
    for _ in range(3):
        for _ in range(4):
            assert guess(world, "omar").status_code == 401
        assert world.browser("203.0.113.1").sign_in_with_password("omar", world.code(seed)).status_code == 200
        world.wait(60_000)


def test_one_address_may_knock_thirty_times_a_minute() -> None:
    world = World()
    got = [world.browser().post("/sign-in/passkey/options").status_code for _ in range(31)]
    assert got == [200] * 30 + [429]
    assert world.browser("192.0.2.8").post("/sign-in/passkey/options").status_code == 200
    world.wait(2_000)
    assert world.browser().post("/sign-in/passkey/options").status_code == 200


def test_a_code_that_was_seen_over_the_shoulder_is_worth_nothing_and_neither_is_the_one_before() -> None:
    world = World()
    _, seed, _ = world.person_with_password("omar")
    code, before = world.code(seed), world.code(seed, -1)
    assert world.browser().sign_in_with_password("omar", code).status_code == 200
    assert world.browser().sign_in_with_password("omar", code).status_code == 401
    assert world.browser().sign_in_with_password("omar", before).status_code == 401


def test_whoever_reads_the_store_finds_nothing_that_opens_a_door() -> None:
    world = World()
    browser, seed, codes = world.person_with_password("omar")
    held = world.store.account_by_login("omar")
    assert held is not None
    cookie = dict(browser.client.cookies)["__Host-thalweg"]
    password, totp = world.store.password(held.id), world.store.totp(held.id)
    recovery, sessions = world.store.recovery(held.id), world.store.sessions(held.id)
    assert password is not None
    assert totp is not None
    everything = repr((password.hash, totp.sealed, recovery and recovery.digests, [each.digest for each in sessions]))
    for secret in (PASSWORD, seed, cookie, *codes):
        assert secret not in everything
    assert password.hash.startswith("$argon2id$")


def test_a_seed_moved_to_another_account_opens_nothing() -> None:
    world = World()
    _, seed, _ = world.person_with_password("omar")
    world.person_with_password("mona")
    omar, mona = world.store.account_by_login("omar"), world.store.account_by_login("mona")
    assert omar is not None
    assert mona is not None
    held = world.store.totp(omar.id)
    assert held is not None
    world.store.set_totp(type(held)(mona.id, held.sealed, 0, held.created_ms))
    assert world.browser().sign_in_with_password("mona", world.code(seed)).status_code == 401


# --- sessions ---


def test_a_session_planted_beforehand_is_not_the_one_that_is_signed_in() -> None:
    """Fixation: the thief plants a cookie, the victim signs in, the thief uses the cookie."""
    world = World()
    thief, _ = world.person("mallory")
    planted = dict(thief.client.cookies)["__Host-thalweg"]
    _, key = world.person("anna")
    victim = world.browser()
    victim.client.cookies.set("__Host-thalweg", planted, domain="desk.example", path="/")
    answer = victim.sign_in(key)
    new = [value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-thalweg=")]
    assert len(new) == 1
    assert planted not in new[0]
    assert thief.get("/who/1").status_code == 401


def test_the_cookies_are_for_this_host_this_path_tls_and_no_script() -> None:
    world = World()
    _, key = world.person()
    sent = world.browser().sign_in(key).headers.get_list("set-cookie")
    assert len(sent) == 3
    for cookie in sent:
        assert cookie.startswith("__Host-thalweg")
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=strict"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "=" * 43, "A" * 5000, "../../etc/passwd", "é" * 43])
def test_a_cookie_that_was_made_up_opens_nothing(cookie: str) -> None:
    world = World()
    world.person()
    answer = world.browser().client.get("/who/1", headers=[(b"cookie", f"__Host-thalweg={cookie}".encode())])
    assert answer.status_code == 401


def post_note(browser: Browser, csrf: str | None = None, **headers: str) -> tuple[int, str]:
    told = {} if csrf is None else {"x_csrf_token": csrf}
    answer = browser.post("/notes", {"text": "x"}, **told, **headers)
    return answer.status_code, answer.json().get("code", "")


def test_what_changes_anything_needs_the_sessions_own_token_and_our_own_page() -> None:
    world = World()
    browser, _ = world.person("anna")
    other, _ = world.person("bert")
    assert post_note(browser) == (200, "")
    assert post_note(browser, "absent") == (403, "csrf-refused")
    assert post_note(browser, other.csrf) == (403, "csrf-refused")
    assert post_note(browser, "x") == (403, "csrf-refused")
    for origin in ("https://evil.example", "null", "http://desk.example", "https://desk.example:444"):
        assert post_note(browser, origin=origin) == (403, "origin-refused")
    assert post_note(browser, origin="absent") == (200, "")
    assert post_note(browser, origin="absent", sec_fetch_site="cross-site") == (403, "origin-refused")
    assert post_note(browser, origin="absent", sec_fetch_site="same-site") == (403, "origin-refused")


def test_a_form_carries_the_token_in_a_field() -> None:
    world = World()
    browser, _ = world.person()

    def form(body: str) -> int:
        kind = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
        return browser.client.post("/forms", content=body, headers=kind).status_code

    assert form(f"a=1&csrf={browser.csrf}") == 200
    assert form("a=1") == 403
    assert form("a=1&csrf=") == 403
    assert form("&".join(f"a{n}=1" for n in range(2_000))) == 403


def test_signing_in_from_another_sites_page_is_refused() -> None:
    """Login CSRF: a page that signs the victim into the thief's account."""
    world = World()
    browser = world.browser()
    evil = browser.post("/sign-in/passkey/options", origin="https://evil.example")
    assert (evil.status_code, evil.json()["code"]) == (403, "origin-refused")
    plain = browser.client.post("/sign-in/passkey/options", content="{}", headers={"content-type": "text/plain"})
    assert (plain.status_code, plain.json()["code"]) == (415, "media-type")


# --- tokens ---


def test_a_wrong_token_is_refused_and_never_falls_back_on_the_cookie() -> None:
    world = World()
    browser, _ = world.person()
    for sent in ("Bearer thw_" + "A" * 43, "Bearer x", "Bearer", "Basic YTpi", "Bearer thw_é", ""):
        answer = browser.client.get("/who/1", headers=[(b"authorization", sent.encode())])
        assert (answer.status_code, answer.json()["code"]) == (401, "token-refused"), sent
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_reaches_what_its_scopes_say_until_it_is_over_or_ended() -> None:
    world = World()
    browser, _ = world.person()
    made = browser.post("/sign-in/tokens", {"label": "radar", "scopes": ["read"], "days": 1}).json()
    machine = world.browser()
    bearer = {"authorization": f"Bearer {made['token']}", "origin": "absent"}
    assert machine.get("/who/1", **bearer).json()["how"] == "token"
    refused = machine.post("/notes", {"text": "x"}, **bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert machine.get("/sign-in/keys", **bearer).json()["code"] == "person-needed"
    assert browser.delete(f"/sign-in/tokens/{made['id']}").status_code == 204
    assert machine.get("/who/1", **bearer).status_code == 401
    second = browser.post("/sign-in/tokens", {"label": "radar", "scopes": ["read", "write"], "days": 1}).json()
    bearer = {"authorization": f"Bearer {second['token']}", "origin": "absent"}
    assert machine.post("/notes", {"text": "x"}, **bearer).status_code == 200
    world.wait(86_400_000)
    assert machine.get("/who/1", **bearer).status_code == 401
    assert world.store.token(digest(second["token"].encode())) is not None


# --- the shell ---


@pytest.mark.parametrize(
    "attack",
    [
        lambda client: client.get("/who/1", headers={"x-request-id": "mine\\r\\nset-cookie: a=b"}),
        lambda client: client.get("/who/%0d%0aset-cookie:%20a=b"),
        lambda client: client.get("/problems/%0d%0aset-cookie:%20a=b"),
        lambda client: client.delete("/sign-in/sessions/%0d%0ax:%20y"),
    ],
)
def test_nothing_that_was_sent_comes_back_in_a_header(attack: Callable[[Any], Answer]) -> None:
    world = World()
    browser, _ = world.person()
    answer = attack(browser.client)
    assert "a=b" not in str(answer.headers)
    assert "mine" not in str(answer.headers)


def test_an_address_in_a_header_is_believed_from_nobody_unless_named() -> None:
    world = World()
    got = [
        world.browser().post("/sign-in/passkey/options", x_forwarded_for=f"203.0.113.{n}").status_code
        for n in range(31)
    ]
    assert got[-1] == 429


def test_a_certificate_in_a_header_is_believed_from_nobody_unless_named() -> None:
    world = World()
    machine = world.machine()
    assert machine.machine
    answer = world.browser().get("/who/1", client_cert=":AAAA:")
    assert answer.json()["code"] == "sign-in-needed"
