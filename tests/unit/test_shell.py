"""What surrounds every answer: headers, limits, problems, counts and the log (R46)."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import quote

import anyio
import pytest
from fastapi import Depends
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import TypeIs

from tests.doors_world import ORIGIN, Browser, World
from thalweg.model.accounts import AccountStore, Token, digest
from thalweg.model.errors import ValueRefused
from thalweg.server.described import operations
from thalweg.server.doors import DoorSettings, Principal
from thalweg.server.rates import Rate, Rates
from thalweg.server.sessions import ended, principal
from thalweg.stores.accounts_memory import MemoryAccounts

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SECRET = "36.1 N 40.2 E"  # noqa: S105  # a position, which no log may have
PROXY = "10.1.1.1"


def events(world: World, event: str) -> list[dict[str, Any]]:
    return [line for line in world.lines if line["event"] == event]


# --- headers ---


@pytest.mark.parametrize("path", ["/healthz", "/who/1", "/nowhere", "/breaks/other", "/page"])
def test_every_answer_has_the_headers_that_protect_it(path: str) -> None:
    answer = World().browser().get(path)
    held = answer.headers
    assert "default-src 'none'" in held["content-security-policy"]
    assert "frame-ancestors 'none'" in held["content-security-policy"]
    assert "unsafe" not in held["content-security-policy"]
    assert held["x-content-type-options"] == "nosniff"
    # A form of a page with `no-referrer` would say `Origin: null`.
    assert held["referrer-policy"] == ("same-origin" if path == "/page" else "no-referrer")
    assert held["cross-origin-opener-policy"] == "same-origin"
    assert held["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in held["permissions-policy"]
    assert held["strict-transport-security"].startswith("max-age=63072000")
    assert held["cache-control"] == "no-store"
    assert held["server"] == "thalweg"
    assert "access-control-allow-origin" not in held


def test_a_pages_nonce_is_new_each_time_and_stands_in_the_policy() -> None:
    browser = World().browser()
    seen = set()
    for _ in range(3):
        answer = browser.get("/page")
        nonce = re.findall(r"nonce='([^']+)'", answer.text)[0]
        assert f"script-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        seen.add(nonce)
    assert len(seen) == 3


def test_what_a_signed_in_person_gets_is_kept_by_no_cache() -> None:
    world = World()
    browser, _ = world.person()
    assert browser.get("/who/1").headers["cache-control"] == "no-store"


# --- problems ---


def test_every_refusal_is_a_problem_with_a_code_and_the_requests_id() -> None:
    browser = World().browser()
    for path, status, code in (
        ("/nowhere", 404, "not-found"),
        ("/notes", 405, "method-not-allowed"),
        ("/who/1", 401, "sign-in-needed"),
        ("/breaks/ours", 400, "file-unreadable"),
        ("/breaks/engine", 503, "out-of-memory"),
        ("/breaks/other", 500, "internal-error"),
    ):
        answer = browser.get(path)
        told = answer.json()
        assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["request"] == answer.headers["x-request-id"]
        assert told["type"] == f"/problems/{code}"
        assert told["title"]


def test_the_type_of_a_problem_leads_somewhere() -> None:
    browser = World().browser()
    assert browser.get("/problems/rate-limited").json() == {
        "code": "rate-limited",
        "reference": "docs/reference/errors.md",
        "status": 429,
        "title": "Too Many Requests",
    }
    # The codes of what a desk or a ledger refuses have no status that is always the same.
    for code in ("knowledge-lacking", "desk.store_away", "admit.author_fork"):
        assert browser.get(f"/problems/{code}").json() == {"code": code, "reference": "docs/reference/errors.md"}
    for name in ("Not-A-Code", "no code", "-", "a" + ".b" * 40):
        assert browser.get(f"/problems/{name}").status_code == 404


def test_our_errors_tell_their_sentence_and_plain_fields_and_what_breaks_inside_tells_neither() -> None:
    browser = World().browser()
    ours = browser.get("/breaks/ours").json()
    assert ours["detail"] == "Not that one."
    assert ours["fields"] == {"found": "x.csv"}
    for path in ("/breaks/engine", "/breaks/other"):
        assert "N" not in browser.get(path).json().get("fields", {})
        assert "36.1" not in browser.get(path).text


def test_statuses_of_other_rooms_are_added_by_their_codes() -> None:
    world = World(around={"statuses": {"file-unreadable": 418}})
    assert world.browser().get("/breaks/ours").status_code == 418


def test_an_invalid_body_is_told_where_it_is_wrong_and_not_what_it_said() -> None:
    world = World()
    browser, _ = world.person()
    answer = browser.post("/notes", {"text": [SECRET]})
    assert answer.status_code == 422
    assert answer.json()["fields"]["found"][0]["where"] == "body.text"
    assert SECRET not in answer.text


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"text": NaN}', "\xff", "null", '"x"', ""])
def test_a_body_that_is_no_json_of_ours_never_breaks_anything(body: str) -> None:
    world = World()
    browser, _ = world.person()
    told = {"content-type": "application/json", "x-csrf-token": browser.csrf}
    answer = browser.client.post("/notes", content=body.encode("latin-1"), headers=told)
    assert answer.status_code in (400, 422)
    assert events(world, "error") == []


# --- limits ---


def test_a_body_is_taken_up_to_the_limit_whatever_its_length_was_said_to_be() -> None:
    world = World(around={"body_bytes": 100, "body_bytes_under": {"/forms": 1000, "/sign-in": 9000}})
    client = world.browser().client
    assert client.post("/open", content=b"x" * 100).json() == {"bytes": 100}
    said = client.post("/open", content=b"x" * 101)
    assert (said.status_code, said.json()["code"]) == (413, "request-too-large")
    unsaid = client.post("/open", content=iter([b"x" * 60, b"x" * 60]))
    assert (unsaid.status_code, unsaid.json()["code"]) == (413, "request-too-large")
    browser, _ = world.person()
    told = {"x-csrf-token": browser.csrf, "content-type": "text/plain"}
    assert browser.client.post("/forms", content=b"x" * 1000, headers=told).status_code == 200
    assert browser.client.post("/forms", content=b"x" * 1001, headers=told).status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 20, "1, 1"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    answer = World().browser().client.post("/open", headers={"content-length": length})
    assert answer.status_code == 413


def test_headers_are_taken_up_to_a_number_and_a_size() -> None:
    client = World().browser().client
    many = client.get("/healthz", headers=[(f"x-{n}", "1") for n in range(101)])
    assert (many.status_code, many.json()["code"]) == (431, "headers-too-large")
    assert client.get("/healthz", headers={"x": "1" * 33_000}).status_code == 431


def test_the_server_answers_under_its_own_name_only_but_for_those_who_look_after_it() -> None:
    """A name that somebody else points at our address (rebinding) must not reach us from their page."""
    world = World(around={"hosts": frozenset({"desk.internal"})})
    browser = world.browser()
    evil = browser.get("/who/1", host="evil.example")
    assert (evil.status_code, evil.json()["code"]) == (421, "host-refused")
    assert browser.get("/who/1", host="desk.internal").status_code == 401
    assert browser.get("/healthz", host="10.0.0.9").status_code == 200


def test_one_address_that_nobody_signs_for_is_slowed_down_and_one_that_has_signed_in_is_not() -> None:
    world = World(around={"address_rate": Rate(10, 60_000)})
    browser, _ = world.person()
    got = [browser.get("/who/1").status_code for _ in range(30)]
    assert got == [200] * 30
    stranger = world.browser("203.0.113.1")
    got = [stranger.get("/nowhere").status_code for _ in range(12)]
    assert got == [404] * 10 + [429] * 2
    assert stranger.get("/nowhere").headers["retry-after"] == "6"
    assert stranger.get("/healthz").status_code == 200
    world.wait(6_000)
    assert stranger.get("/nowhere").status_code == 404


def test_an_account_has_a_rate_of_its_own_over_all_its_addresses() -> None:
    world = World(settings=DoorSettings(ORIGIN, principal_rate=Rate(5, 60_000)))
    browser, key = world.person()
    other = world.browser("203.0.113.1")
    other.sign_in(key)
    got = [each.get("/who/1").status_code for _ in range(3) for each in (browser, other)]
    assert got == [200] * 5 + [429]


def test_a_rate_allows_its_count_at_once_and_then_one_at_a_time() -> None:
    rates, rate = Rates(), Rate(3, 3_000)
    assert [rates.take("a", rate, 0) for _ in range(5)] == [0, 0, 0, 1_000, 1_000]
    assert rates.take("a", rate, 999) == 1
    assert rates.take("a", rate, 1_000) == 0
    assert rates.wait("a", rate, 1_000) == 1_000
    assert rates.take("b", rate, 1_000) == 0


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer_than_a_whole_allowance() -> None:
    rates, rate = Rates(), Rate(3, 3_000)
    for _ in range(3):
        rates.take("a", rate, 10_000_000)
    assert rates.wait("a", rate, 0) <= 1_000


def test_a_clock_set_back_by_hours_locks_nobody_out_for_longer_than_an_allowance_lasts() -> None:
    rates, rate = Rates(), Rate(3, 3_000)
    for _ in range(3):
        assert rates.take("one", rate, 9_000_000) == 0
    assert rates.take("one", rate, 1_000_000) == 1_000
    assert rates.take("one", rate, 1_000_999) == 1
    assert rates.take("one", rate, 1_001_000) == 0


def test_however_many_names_there_are_the_memory_for_them_is_bounded() -> None:
    rates, rate = Rates(most=100), Rate(1, 1_000_000)
    for n in range(1_000):
        rates.take(f"{n}", rate, n)
    assert len(rates._whole_at) <= 101
    assert rates.wait("999", rate, 1_000) > 0


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueRefused):
        Rate(0, 1)


# --- log, metrics, health ---


def test_the_log_has_one_line_for_each_answer_and_nothing_of_what_was_said() -> None:
    world = World()
    browser, _ = world.person("anna")
    world.lines.clear()
    browser.get(f"/who/{SECRET}?q={SECRET}", user_agent=SECRET, referer=SECRET)
    browser.post("/notes", {"text": SECRET})
    browser.get(f"/breaks/{SECRET}")
    browser.get(f"/{SECRET}")
    told = json.dumps(world.lines)
    for word in (SECRET, "36.1", "192.0.2.7", "anna", "blue", "o-"):
        assert word not in told
    lines = events(world, "request")
    assert [line["route"] for line in lines] == ["/who/{anything}", "/notes", "/breaks/{how}", "none"]
    assert [line["status"] for line in lines] == [200, 200, 500, 404]
    assert {line["from"] for line in lines} == {lines[0]["from"]}
    assert set(lines[0]) == {
        "at", "event", "request", "method", "route", "status", "code", "how", "from", "first_ms", "ms", "bytes_in",
        "bytes_out",
    }  # fmt: skip


def test_what_breaks_is_logged_with_its_sort_and_its_place_under_the_requests_id() -> None:
    world = World()
    answer = world.browser().get("/breaks/other")
    (error,) = events(world, "error")
    assert error["error"] == "KeyError"
    assert re.fullmatch(r".*doors_world\.py:[0-9]+", error["raised"])
    assert re.fullmatch(r"thalweg/server/[a-z]+\.py:[0-9]+", error["ours"])
    assert error["request"] == answer.json()["request"]
    assert "hospital" not in json.dumps(world.lines)


def test_metrics_count_by_route_and_name_nobody() -> None:
    world = World()
    browser, _ = world.person("anna")
    for _ in range(3):
        browser.get("/who/secret-id")
    browser.get("/breaks/other")
    text = world.browser("127.0.0.1").get("/metrics").text
    assert 'thalweg_http_requests_total{method="GET",route="/who/{anything}",status="2xx"} 3.0' in text
    assert 'thalweg_http_refused_total{code="internal-error"} 1.0' in text
    assert 'thalweg_http_seconds_count{route="/who/{anything}"} 3.0' in text
    for word in ("secret-id", "anna", "blue", "192.0.2"):
        assert word not in text


def test_metrics_are_for_this_machine_or_for_whoever_has_the_token() -> None:
    token = "m" * 32
    world = World(around={"metrics_token": token})
    far = world.browser("192.0.2.7")
    assert far.get("/metrics").json()["code"] == "metrics-refused"
    assert far.get("/metrics", authorization="Bearer " + "n" * 32).status_code == 403
    assert far.get("/metrics", authorization=f"Bearer {token}").status_code == 200
    near = world.browser("127.0.0.1")
    assert near.get("/metrics").status_code == 200
    # a proxy on this machine, which nobody named, hands on what comes from elsewhere
    assert near.get("/metrics", x_forwarded_for="192.0.2.7").status_code == 403
    bare = World().browser("192.0.2.7")
    assert bare.get("/metrics", authorization="Bearer ").status_code == 403
    with pytest.raises(ValueRefused):
        World(around={"metrics_token": "short"})


def test_health_is_being_alive_and_readiness_says_what_is_missing() -> None:
    reasons: list[str] = ["the log is read"]
    world = World(around={"ready": lambda: tuple(reasons)})
    browser = world.browser()
    assert browser.get("/healthz").json() == {"alive": True}
    waiting = browser.get("/readyz")
    assert (waiting.status_code, waiting.json()["code"]) == (503, "not-ready")
    assert waiting.json()["fields"] == {"reasons": ["the log is read"]}
    reasons.clear()
    assert browser.get("/readyz").json() == {"ready": True}
    for path in ("/healthz", "/readyz"):
        asked = browser.send("HEAD", path)
        assert (asked.status_code, asked.text) == (200, "")


@pytest.mark.parametrize("body", [b'{"login":"\xff"}', b"[" * 50_000, b'{"login":' + b"9" * 5_000 + b"}"])
def test_a_body_that_no_parser_takes_is_told_why(body: bytes) -> None:
    browser = World().browser()
    answer = browser.client.post(
        "/sign-in/password", content=body, headers={"content-type": "application/json", "origin": ORIGIN}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "request-invalid")
    assert "JSON in UTF-8" in answer.json()["detail"]


# --- proxies ---


def through_proxy(world: World, forwarded: str) -> Browser:
    browser = world.browser(PROXY)
    browser.client.headers["x-forwarded-for"] = forwarded
    return browser


def test_behind_a_named_proxy_the_address_is_the_last_that_is_no_proxy() -> None:
    world = World(settings=DoorSettings(ORIGIN, trusted_proxies=frozenset({PROXY, "10.1.1.2"})))
    for forwarded in ("203.0.113.5", "1.1.1.1, 203.0.113.5", "1.1.1.1, 203.0.113.5, 10.1.1.2", "x, 203.0.113.5"):
        through_proxy(world, forwarded).get("/nowhere")
    world.browser("203.0.113.5").get("/nowhere")
    assert len({line["from"] for line in world.lines}) == 1
    through_proxy(world, "203.0.113.6").get("/nowhere")
    through_proxy(world, "nonsense").get("/nowhere")
    assert len({line["from"] for line in world.lines}) == 3


def test_addresses_of_one_ipv6_customer_count_as_one() -> None:
    world = World()
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"):
        world.browser(address).get("/nowhere")
    seen = [line["from"] for line in world.lines]
    assert seen[0] == seen[1] != seen[2]


def test_on_a_socket_for_both_families_an_ipv4_address_is_itself() -> None:
    """Dressed as IPv6, all of them are in one /64, and would share one allowance."""
    world = World(around={"address_rate": Rate(1, 60_000)})
    for address in ("::ffff:192.0.2.7", "::ffff:192.0.2.8"):
        assert world.browser(address).get("/nowhere").status_code == 404
    assert world.browser("192.0.2.7").get("/nowhere").status_code == 429
    assert world.browser("::ffff:127.0.0.1").get("/metrics").status_code == 200
    proxied = World(settings=DoorSettings(ORIGIN, trusted_proxies=frozenset({PROXY})))
    proxied.browser(f"::ffff:{PROXY}").get("/nowhere", x_forwarded_for="203.0.113.5")
    proxied.browser("203.0.113.5").get("/nowhere")
    assert proxied.lines[0]["from"] == proxied.lines[1]["from"]


# --- what fails ---


def test_while_the_store_of_accounts_does_not_answer_nobody_is_let_in_and_nothing_is_told() -> None:
    world = World()
    browser, _ = world.person()
    world.wait(1_000)
    world.store.close()
    answer = browser.get("/who/1")
    assert answer.status_code == 503
    assert "SQLite" not in answer.text
    assert world.browser().post("/sign-in/passkey/options").status_code == 503
    assert browser.get("/healthz").status_code == 200
    assert {line["error"] for line in events(world, "error")} <= {"StoreFailed"}


def _is_value(held: object) -> TypeIs[DataclassInstance]:
    return dataclasses.is_dataclass(held) and not isinstance(held, type)


class Strict:
    """A store that takes no text which PostgreSQL would refuse."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        def act(*given: Any) -> Any:
            for each in given:
                for text in dataclasses.astuple(each) if _is_value(each) else (each,):
                    if isinstance(text, str):
                        text.encode()
                        assert "\0" not in text
            return getattr(self._store, name)(*given)

        return act


_odd = st.text(st.sampled_from("a1-.é\0\ud800 \n%/\u202e"), max_size=12) | st.sampled_from(
    ["anna", "blue", "", "a" * 100]
)
_value = st.recursive(
    _odd | st.integers() | st.none() | st.booleans(), lambda inner: st.lists(inner, max_size=2), max_leaves=3
)
_KNOWN = ("login", "invitation", "language", "label", "password", "code", "recovery_code", "credential", "scopes")
_names = st.sampled_from((*_KNOWN, "days", "account", "pem", "party", "kind", "address", "role", "disabled"))


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_operation_of_the_doors_ends_in_a_5xx_whatever_is_sent(data: st.DataObject) -> None:
    world = _fuzzed()
    signed, _ = world.person("anna")
    world.allowed |= {(act, "blue") for act in ("invite", "machine", "contacts", "disable")}
    table = [each for each in operations(world.app) if each.path.startswith("/sign-in")]
    operation = data.draw(st.sampled_from(table))
    path = re.sub(r"{[^}]*}", quote(data.draw(_odd), errors="replace"), operation.path)
    body = data.draw(st.dictionaries(_names, _value, max_size=4) | _value)
    answer = signed.send(operation.method, f"{path}?account={quote(data.draw(_odd), errors='replace')}", body)
    assert answer.status_code < 500, answer.text
    assert events(world, "error") == []


def _fuzzed() -> World:
    world = World(store=cast(AccountStore, Strict(MemoryAccounts())))
    object.__setattr__(world.settings, "door_rate", Rate(100_000, 60_000))
    return world


# --- the description ---

OPEN = {
    "/healthz", "/readyz", "/metrics", "/problems/{code}", "/sign-in/passkey/options", "/sign-in/passkey",
    "/sign-in/password", "/sign-in/invitation", "/sign-in/join/passkey/options", "/sign-in/join/passkey",
    "/sign-in/join/password/start", "/sign-in/join/password", "/sign-in/join/key/start", "/sign-in/join/key",
    "/sign-in/key/start", "/sign-in/key",
}  # fmt: skip
OF_THE_TEST = {"/open", "/page", "/breaks/{how}"}


def test_every_route_asks_who_is_asking_but_for_those_that_are_named_here() -> None:
    """Generated from the route table, so that a new route cannot be forgotten."""
    table = operations(World().app)
    assert {each.path for each in table if not each.guarded} == OPEN | OF_THE_TEST
    assert len(table) > 35


def test_every_guarded_route_refuses_a_stranger_a_wrong_token_and_another_sites_page() -> None:
    world = World(around={"address_rate": Rate(10_000, 60_000)})
    signed, _ = world.person()
    for each in operations(world.app):
        if not each.guarded:
            continue
        path = re.sub(r"{[^}]*}", "x", each.path)
        stranger = world.browser("203.0.113.1").send(each.method, path, {})
        assert (stranger.status_code, stranger.json()["code"]) == (401, "sign-in-needed"), each
        wrong = signed.send(each.method, path, {}, authorization="Bearer thw_" + "A" * 43)
        assert wrong.json()["code"] == "token-refused", each
        if each.method != "GET":
            evil = signed.send(each.method, path, {}, origin="https://evil.example")
            assert evil.json()["code"] == "origin-refused", each
            blind = signed.send(each.method, path, {}, x_csrf_token="absent")  # noqa: S106  # no token at all
            assert blind.json()["code"] == "csrf-refused", each


def test_the_description_says_how_to_sign_in_and_what_a_problem_is() -> None:
    told = World().browser().get("/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert set(told["components"]["securitySchemes"]) == {"session", "token", "certificate"}
    assert "HTTPValidationError" not in json.dumps(told)
    me, start = told["paths"]["/sign-in/me"]["get"], told["paths"]["/sign-in/passkey/options"]["post"]
    assert me["security"] == [{"session": []}, {"token": []}, {"certificate": []}]
    assert "security" not in start
    assert "application/problem+json" in start["responses"]["default"]["content"]
    assert not any(path.startswith(("/healthz", "/metrics")) for path in told["paths"])


# --- streams ---


def holds(world: World, asking: Principal) -> bool:
    return not anyio.run(ended, world.doors, [asking])


def asking_of(world: World, **headers: str) -> Principal:
    """Who the server says is asking."""
    seen: list[Principal] = []

    @world.app.get("/whom")
    async def whom(asking: Annotated[Principal, Depends(principal)]) -> None:
        seen.append(asking)

    browser, _ = world.person("anna")
    if headers:
        browser.client.cookies.clear()
    assert browser.get("/whom", **headers).status_code == 200
    return seen[0]


def test_a_stream_learns_within_a_second_that_its_session_was_ended_and_keeps_it_awake_until_then() -> None:
    world = World()
    asking = asking_of(world)
    for _ in range(13):
        world.wait(3_600_000)
        assert holds(world, asking)
    world.store.end_session(asking.session)
    world.wait(1_000)
    assert not holds(world, asking)


def test_a_stream_of_a_machine_ends_with_its_token_and_with_its_account() -> None:
    for end in ("token", "account"):
        world = World()
        machine = world.machine()
        text = "thw_" + "A" * 43
        token = Token("t1", digest(text.encode()), machine.id, ("read",), world.now_ms, world.now_ms + 10**9, 0, "")
        world.store.add_token(token)
        asking = asking_of(world, authorization=f"Bearer {text}")
        world.wait(1_000)
        assert holds(world, asking)
        if end == "token":
            world.store.remove_token(machine.id, "t1")
        else:
            world.store.change_account(replace(machine, disabled=True))
        world.wait(1_000)
        assert not holds(world, asking)
