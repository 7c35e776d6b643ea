"""One's keys, a party's machines, contacts and invitations (R20, R45)."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fido2 import cbor

from tests.doors_world import ORIGIN, START_MS, Authenticator, Browser, World, text
from thalweg.ledger.entry import Assertion, Entry, Event
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.server.passkeys import author_key
from thalweg.server.problems import Refusal
from thalweg.server.webhooks import WebhookSettings, unreachable

DAY_MS = 86_400_000


def certificate(days: int = 30) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "radar")])
    start = dt.datetime.fromtimestamp(START_MS / 1000, dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start - dt.timedelta(days=40))
        .not_valid_after(start + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def add_passkey(browser: Browser, key: Authenticator) -> int:
    options = browser.post("/sign-in/keys/passkey/options", {"label": "second"}).json()
    return browser.post("/sign-in/keys/passkey", {"credential": key.create(options, ORIGIN)}).status_code


def test_a_second_passkey_is_added_listed_and_opens_and_the_last_one_cannot_be_removed() -> None:
    world = World()
    browser, first = world.person()
    second = Authenticator("second")
    world.wait(1)
    assert add_passkey(browser, second) == 201
    held = browser.get("/sign-in/keys").json()["passkeys"]
    assert [each["label"] for each in held] == ["a key", "second"]
    assert [each["transports"] for each in held] == [["internal"], ["internal"]]
    elsewhere = world.browser()
    assert elsewhere.sign_in(second).status_code == 200
    assert browser.delete(f"/sign-in/keys/passkey/{held[0]['credential']}").status_code == 204
    assert world.browser().sign_in(first).status_code == 401
    assert elsewhere.get("/who/1").status_code == 401
    assert browser.get("/who/1").status_code == 200
    last = browser.delete(f"/sign-in/keys/passkey/{held[1]['credential']}")
    assert (last.status_code, last.json()["code"]) == (409, "key-last")
    assert browser.delete("/sign-in/keys/passkey/nothing").json()["code"] == "key-absent"
    assert {"passkey.added", "passkey.removed"} <= set(world.kinds())


def test_a_passkey_belongs_to_one_account() -> None:
    world = World()
    _, annas = world.person("anna")
    bert, _ = world.person("bert")
    assert add_passkey(bert, annas) == 409


def test_a_password_replaces_nothing_until_its_generator_has_shown_a_code() -> None:
    world = World()
    browser, seed, _ = world.person_with_password("omar")
    new = browser.post("/sign-in/keys/password/start", {"password": "another good password"}).json()["secret"]
    assert browser.post("/sign-in/keys/password", {"code": "000000"}).status_code == 401
    assert world.browser().sign_in_with_password("omar", world.code(seed)).status_code == 200
    elsewhere = world.browser()
    world.wait(60_000)
    elsewhere.sign_in_with_password("omar", world.code(seed))
    new = browser.post("/sign-in/keys/password/start", {"password": "another good password"}).json()["secret"]
    changed = browser.post("/sign-in/keys/password", {"code": world.code(new)})
    assert len(changed.json()["recovery_codes"]) == 10
    assert elsewhere.get("/who/1").status_code == 401
    world.wait(60_000)
    assert world.browser().sign_in_with_password("omar", world.code(seed)).status_code == 401
    again = world.browser().sign_in_with_password("omar", world.code(new), "another good password")
    assert again.status_code == 200


def test_machines_of_ones_party_are_kept_by_whoever_may_and_reach_what_their_party_does() -> None:
    world = World()
    browser, _ = world.person("anna", "blue")
    body = {"login": "radar", "party": "blue"}
    assert browser.post("/sign-in/machines", body).json()["code"] == "act-refused"
    world.allowed.add(("machine", "blue"))
    made = browser.post("/sign-in/machines", body).json()
    assert made["machine"]
    assert world.joined[-1] == (made["author"], "machine")
    assert browser.post("/sign-in/machines", body).json()["code"] == "login-taken"
    asked = {"label": "radar", "scopes": ["write", "read"], "days": 400, "account": made["account"]}
    token = browser.post("/sign-in/tokens", asked).json()
    bearer = {"authorization": f"Bearer {token['token']}", "origin": "absent"}
    told = world.browser().get("/who/1", **bearer).json()
    assert told == {"author": made["author"], "party": "blue", "how": "token"}
    listed = browser.get(f"/sign-in/keys?account={made['account']}").json()["tokens"]
    assert [each["id"] for each in listed] == [token["id"]]
    assert "token" not in listed[0]
    other, _ = world.person("omar", "amber")
    assert other.post("/sign-in/tokens", asked).status_code == 201  # whoever may is for the ledger's grants to say
    world.allowed.clear()
    assert other.post("/sign-in/tokens", asked).json()["code"] == "act-refused"
    assert other.delete(f"/sign-in/tokens/{token['id']}").json()["code"] == "key-absent"


def test_nobody_makes_keys_for_another_person_and_cannot_tell_whether_there_is_one() -> None:
    world = World()
    browser, _ = world.person("anna")
    world.person("bert")
    world.allowed.add(("machine", "blue"))
    bert = world.store.account_by_login("bert")
    assert bert is not None
    for account in (bert.id, "a-nobody"):
        answer = browser.post("/sign-in/tokens", {"label": "x", "scopes": ["read"], "account": account})
        assert (answer.status_code, answer.json()["code"]) == (403, "act-refused")


def test_a_certificate_is_known_by_its_fingerprint_and_ends_with_itself() -> None:
    world = World()
    browser, _ = world.person()
    asked = {"label": "radar", "scopes": ["read"], "days": 400}
    made = browser.post("/sign-in/certificates", {**asked, "pem": (pem := certificate(30))})
    assert made.status_code == 201
    assert made.json()["expires_ms"] == START_MS + 30 * DAY_MS
    assert browser.post("/sign-in/certificates", {**asked, "pem": pem}).json()["code"] == "key-known"
    over = browser.post("/sign-in/certificates", {**asked, "pem": certificate(-1)})
    assert over.json()["code"] == "certificate-unreadable"
    assert browser.delete(f"/sign-in/certificates/{made.json()['fingerprint']}").status_code == 204
    assert browser.delete(f"/sign-in/certificates/{made.json()['fingerprint']}").status_code == 404
    assert browser.delete("/sign-in/certificates/nothing").status_code == 404


@pytest.mark.parametrize(
    "pem",
    ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", ":AAAA:", "::", ":é:", "-----BEGIN%20é"],
)
def test_what_is_no_certificate_is_refused(pem: str) -> None:
    world = World()
    browser, _ = world.person()
    answer = browser.post("/sign-in/certificates", {"label": "x", "scopes": ["read"], "pem": pem})
    assert (answer.status_code, answer.json()["code"]) == (422, "certificate-unreadable")


def test_a_contact_is_told_to_the_ledger_by_a_salted_digest_only_and_can_be_erased() -> None:
    world = World()
    browser, _ = world.person()
    made = browser.post("/sign-in/contacts", {"kind": "webhook", "address": "https://hooks.example/in"}).json()
    secret = made["secret"].removeprefix("whsec_")
    assert len(base64.b64decode(secret)) == 24
    browser.post("/sign-in/contacts", {"kind": "phone", "address": "+963930000000", "language": "ar"})
    listed = browser.get("/sign-in/contacts").json()
    assert [each["address"] for each in listed] == ["https://hooks.example/in", "+963930000000"]
    assert "secret" not in listed[0]
    told = dict(world.audited)["contact.added"]
    assert "hooks.example" not in str(world.audited)
    assert "+963930000000" not in str(world.audited)
    assert told["digest"] == listed[1]["digest"]
    assert browser.delete(f"/sign-in/contacts/{made['id']}").status_code == 204
    assert browser.delete(f"/sign-in/contacts/{made['id']}").status_code == 404
    assert len(browser.get("/sign-in/contacts").json()) == 1


def test_the_contacts_of_a_partys_watch_are_for_whoever_may() -> None:
    world = World()
    browser, _ = world.person("anna", "blue")
    body = {"kind": "email", "address": "watch@blue.example", "party": "blue"}
    assert browser.post("/sign-in/contacts", body).json()["code"] == "act-refused"
    assert browser.get("/sign-in/contacts?party=blue").json()["code"] == "act-refused"
    world.allowed.add(("contacts", "blue"))
    assert browser.post("/sign-in/contacts", body).status_code == 201
    assert [held.address for held in world.store.contacts("party:blue")] == ["watch@blue.example"]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b\r\nBcc: c@d"),
        ("email", "\ud800@example.org"),
        ("email", "a\x00@example.org"),
        ("phone", "00963930000000"),
        ("webhook", "http://hooks.example/"),
        ("webhook", "https://user@hooks.example/"),
        ("webhook", "file:///etc/passwd"),
    ],
)
def test_a_contact_that_cannot_be_reached_or_would_reach_elsewhere_is_refused(kind: str, address: str) -> None:
    world = World()
    browser, _ = world.person()
    answer = browser.post("/sign-in/contacts", {"kind": kind, "address": address})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("address", "helps"),
    [
        *(
            (address, "--webhook-network")
            for address in (
                "https://127.0.0.1/in",
                "https://10.1.2.3:8443/in",
                "https://169.254.169.254/latest",
                "https://2130706433/",
                "https://127.1/",
                "https://0x7f.0.0.1/",
                "https://localhost/",
                "https://LOCALHOST/",
                "https://[::1]/in",
                "https://[fd12:3456::1]:8443/in",
            )
        ),
        ("http://localhost:8080/in", "--webhook-loopback"),
        ("https://hooks.example:0/", "a number from 1 to 65535"),
        ("https://hooks.example:99999/", "a number from 1 to 65535"),
    ],
)
def test_a_webhook_to_which_nothing_would_be_posted_is_refused_when_it_is_entered(address: str, helps: str) -> None:
    world = World()
    browser, _ = world.person()
    answer = browser.post("/sign-in/contacts", {"kind": "webhook", "address": address})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook-inside")
    assert helps in answer.json()["detail"]
    assert browser.get("/sign-in/contacts").json() == []


@pytest.mark.parametrize(
    ("settings", "address", "barred"),
    [
        (WebhookSettings(), "https://hooks.example/", False),
        (WebhookSettings(), "https://9.9.9.9/", False),
        (WebhookSettings(allowed=("10.0.0.0/8",)), "https://10.1.2.3/", False),
        (WebhookSettings(allowed=("10.0.0.0/8",)), "https://192.168.1.1/", True),
        (WebhookSettings(plain_loopback=True), "http://localhost:8080/", False),
        (WebhookSettings(plain_loopback=True), "https://localhost/", True),
    ],
)
def test_those_who_run_inside_say_which_networks_may_be_posted_to(
    settings: WebhookSettings, address: str, barred: bool
) -> None:
    assert bool(unreachable(settings, address)) is barred


def test_an_invitation_is_made_by_whoever_may_for_a_role_or_for_somebody_who_lost_their_keys() -> None:
    world = World()
    browser, _ = world.person("chief", "blue")
    body = {"party": "blue", "role": "watch"}
    assert browser.post("/sign-in/invitations", body).json()["code"] == "act-refused"
    world.allowed.add(("invite", "blue"))
    link = browser.post("/sign-in/invitations", body).json()["link"]
    key = Authenticator()
    joined = world.browser().join(link.partition("#")[2], "anna", key)
    assert joined.json()["party"] == "blue"
    other, _ = world.person("omar", "amber")
    omar = world.store.account_by_login("omar")
    assert omar is not None
    assert other.get("/who/1").status_code == 200
    stolen = browser.post("/sign-in/invitations", {**body, "account": omar.id})
    assert stolen.json()["code"] == "act-refused"
    again = browser.post("/sign-in/invitations", {**body, "account": joined.json()["account"]})
    assert again.json()["author"] == joined.json()["author"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/sign-in/keys/passkey/options"),
        ("POST", "/sign-in/keys/passkey"),
        ("DELETE", "/sign-in/keys/passkey/x"),
        ("POST", "/sign-in/keys/password/start"),
        ("POST", "/sign-in/keys/password"),
        ("POST", "/sign-in/keys/recovery"),
        ("POST", "/sign-in/machines"),
        ("POST", "/sign-in/accounts/x/disabled"),
        ("POST", "/sign-in/tokens"),
        ("POST", "/sign-in/certificates"),
        ("POST", "/sign-in/contacts"),
        ("POST", "/sign-in/invitations"),
    ],
)
def test_every_way_to_get_a_new_key_needs_a_fresh_proof_and_a_person(method: str, path: str) -> None:
    world = World()
    browser, _ = world.person()
    token = browser.post("/sign-in/tokens", {"label": "x", "scopes": ["read", "write"]}).json()["token"]
    by_token = world.browser().send(method, path, {}, authorization=f"Bearer {token}", origin="absent")
    assert by_token.json()["code"] == "person-needed"
    assert world.browser().send(method, path, {}).json()["code"] == "sign-in-needed"
    world.wait(world.settings.step_up_ms + 1)
    assert browser.send(method, path, {}).json()["code"] == "step-up-needed"


def test_a_passkey_can_be_the_key_that_signs_in_the_ledger() -> None:
    """Asked with the hash of an event, the same authenticator makes a proof that the ledger takes."""
    world = World()
    browser, _ = world.person()
    key = Authenticator("for signing")
    assert add_passkey(browser, key) == 201
    (held,) = [
        each for each in world.store.passkeys(browser.get("/sign-in/me").json()["account"]) if each.credential == key.id
    ]
    public = author_key(world.settings, held)
    assert (public.algorithm, public.rp_id, public.origins) == ("webauthn-es256", "desk.example", (ORIGIN,))
    name, kind, head = "example.org/log", "declaration/1", Head(0, EMPTY_ROOT)
    event = Event(name, "o-x", "author", public.key_id, kind, 0, bytes(32), head, 1, bytes(32), {})
    answer = key.get({"rpId": "desk.example", "challenge": text(event.hash())}, ORIGIN)["response"]
    parts = (from_text(answer[name]) for name in ("authenticatorData", "clientDataJSON", "signature"))
    public.verify(Entry(event, Assertion(*parts)))
    odd = cbor.encode({1: 3, 3: -257, -1: b"n" * 256, -2: b"\x01\x00\x01"})
    with pytest.raises(Refusal):
        author_key(world.settings, replace(held, public_key=odd))
    with pytest.raises(Refusal):
        author_key(world.settings, replace(held, public_key=b"nothing"))


def from_text(sent: str) -> bytes:
    return base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4))
