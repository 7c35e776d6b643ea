"""Whoever holds an officer's key says what that officer may say: a party is told when one is added or ended (R16)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyotp import TOTP

from tests.doors_world import Authenticator
from tests.serving import ORIGIN, Answer, Serving, serving
from tests.unit.pages.officers import Officer, officer
from tests.unit.test_bearers import post_office, until
from tests.unit.test_keys_and_contacts import certificate
from thalweg.client.desk import proof
from thalweg.desk.office import KeyEntry, WayIn
from thalweg.formats import voice
from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.errors import StoreFailed
from thalweg.ledger.identity import GRANT, KEY_ADD, KEY_REVOKE, grant_body, key_add_body, key_revoke_body
from thalweg.model import spoken
from thalweg.model.accounts import Account, AccountStore
from thalweg.model.events import SECRETARIAT, Role
from thalweg.server import signin
from thalweg.server.doors import Principal
from thalweg.stores.desk_home import open_desk_home
from thalweg.wiring import now_ms, random_bytes

PARTIES = ("alpha", "bravo")


@contextmanager
def desks(folder: Path, **settings: Any) -> Iterator[Serving]:
    with serving(folder, **settings) as made:
        made.parties(*PARTIES)
        yield made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with desks(tmp_path_factory.mktemp("keys")) as made:
        yield made


def ask(who: Officer, method: str, path: str, body: Any = None) -> Answer:
    """As a page's script does, and it is done."""
    answer = attempt(who, method, path, body)
    assert answer.is_success, answer.text
    return answer


def attempt(who: Officer, method: str, path: str, body: Any = None) -> Answer:
    """As a page's script does."""
    client = who.server.client
    client.cookies.clear()
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in who.cookies.items()), "origin": ORIGIN}
    if method != "GET" and "thalweg" in who.cookies:
        headers["x-csrf-token"] = ask(who, "GET", "/sign-in/me").json()["csrf"]
    answer = client.request(method, path, json=body, headers=headers)
    who.cookies.update(answer.cookies)
    return answer


def bring(who: Officer, signer: AuthorSigner) -> None:
    """The key of a device of one's own, which takes the place of the one before."""
    asked = ask(who, "POST", "/sign-in/keys/device/start", {"key": signer.key.value()}).json()
    ask(who, "POST", "/sign-in/keys/device", proof(signer, ORIGIN, asked))


def told(desk: Serving, who: str, officer: str) -> list[tuple[str, str, str, bool]]:
    """What somebody's party was told of an officer's keys: what, which key, by whom, and whether it owes an answer."""
    return [
        (each["facts"]["what"], each["facts"].get("key", ""), each["facts"]["by"], each["owed"])
        for each in desk.notices(who)
        if each["what"] == "watch" and "role" not in each["facts"] and each["facts"]["officer"] == officer
    ]


def held(desk: Serving, officer: str) -> str:
    """The one key with which they sign."""
    (key,) = desk.built.doors.keys.valid(officer)
    return key.key_id


def test_the_party_of_an_officer_is_told_of_a_key_that_comes_and_of_one_that_goes_and_nobody_else_is(
    desk: Serving,
) -> None:
    who = officer(desk, "walid", "alpha")
    before, elsewhere = held(desk, "walid"), len(desk.notices("bravo-1"))
    phone = AuthorSigner(b"p" * 32)
    bring(who, phone)
    came = [("added", phone.key.key_id, "registrar", True), ("retired", before, "registrar", False)]
    assert told(desk, "alpha-1", "walid") == came
    ask(who, "DELETE", f"/sign-in/keys/device/{phone.key.key_id}")
    assert told(desk, "alpha-1", "walid") == [*came, ("lost", phone.key.key_id, "registrar", False)]
    assert len(desk.notices("bravo-1")) == elsewhere
    assert not told(desk, "chair", "walid")


def test_whoever_did_not_hear_that_a_key_was_entered_brings_it_again(desk: Serving) -> None:
    """The answer has what the device needs, and may be lost: no key ends by it, and another token is told of."""
    who = officer(desk, "yusuf", "alpha")
    phone = AuthorSigner(b"y" * 32)
    bring(who, phone)
    before = told(desk, "alpha-1", "yusuf")
    asked = ask(who, "POST", "/sign-in/keys/device/start", {"key": phone.key.value()}).json()
    again = ask(who, "POST", "/sign-in/keys/device", proof(phone, ORIGIN, asked)).json()
    assert again["key"] == phone.key.key_id == held(desk, "yusuf")
    assert told(desk, "alpha-1", "yusuf") == [*before, ("program", phone.key.key_id, "yusuf", False)]


def test_every_party_of_an_officer_is_told_and_the_secretariat_of_its_own(desk: Serving) -> None:
    who = officer(desk, "nadia", "alpha")
    desk.portal.call(desk.opened.office.register, [KeyEntry(GRANT, grant_body("nadia", "admin", "bravo"))])
    signer = AuthorSigner(b"n" * 32)
    bring(who, signer)
    for each in ("alpha-1", "bravo-1"):
        assert [what for what, *_ in told(desk, each, "nadia")] == ["added", "retired"]
    assert not told(desk, "chair", "nadia")
    clerk = officer(desk, "clerk", SECRETARIAT, Role.SECRETARIAT)
    bring(clerk, AuthorSigner(b"c" * 32))
    assert [what for what, *_ in told(desk, "chair", "clerk")] == ["added", "retired"]
    assert not told(desk, "alpha-1", "clerk")


def test_whoever_is_let_in_anew_has_no_key_from_before_and_the_party_is_told(desk: Serving) -> None:
    """The device that was lost signs nothing any more, although its officer brought no other."""
    who = officer(desk, "salma", "alpha")
    lost = AuthorSigner(b"l" * 32)
    bring(who, lost)
    come_in(desk, "alpha", "watch", account=desk.opened.accounts.account("p-salma"))
    anew, added, ended = told(desk, "alpha-1", "salma")[-3:]
    assert added == ("added", held(desk, "salma"), "registrar", True)
    assert ended == ("lost", lost.key.key_id, "registrar", False)
    assert anew == ("anew", "", "desk", True)
    (key,) = desk.built.doors.keys.valid("salma")
    assert key.holder == "server", "until they bring their own"


def test_whoever_takes_an_account_over_does_not_do_so_in_silence(desk: Serving) -> None:
    """The server signs for whoever is in it, and the log has nothing of that."""
    officer(desk, "hani", "alpha")
    before = held(desk, "hani")
    come_in(desk, "alpha", "watch", account=desk.opened.accounts.account("p-hani"))
    assert held(desk, "hani") == before
    assert told(desk, "alpha-1", "hani") == [("anew", "", "desk", True)]
    assert not told(desk, "bravo-1", "hani")


def test_a_new_way_into_an_account_is_told(desk: Serving) -> None:
    who = officer(desk, "mona", "alpha")
    made = ask(who, "POST", "/sign-in/tokens", {"label": "dispatch", "scopes": ["write"]}).json()
    by_program = ("program", made["id"], "mona", False)
    assert told(desk, "alpha-1", "mona") == [by_program]
    start = {"password": "correct horse battery staple"}
    seed = ask(who, "POST", "/sign-in/keys/password/start", start).json()["secret"]
    ask(who, "POST", "/sign-in/keys/password", {"code": TOTP(seed).at(now_ms() // 1000)})
    ask(who, "POST", "/sign-in/keys/recovery")
    options = ask(who, "POST", "/sign-in/keys/passkey/options", {}).json()
    second = ask(who, "POST", "/sign-in/keys/passkey", {"credential": Authenticator().create(options, ORIGIN)}).json()
    entered = {"label": "radar", "scopes": ["read"], "pem": certificate(20_000)}
    named = ask(who, "POST", "/sign-in/certificates", entered).json()["fingerprint"]
    *_, passkey, by_certificate = ways = told(desk, "alpha-1", "mona")
    assert ways[:3] == [by_program, *[("codes", "", "mona", False)] * 2]
    assert (passkey[0], passkey[2:]) == ("passkey", ("mona", False))
    assert second["credential"] not in passkey[1], "its name opens nothing"
    assert by_certificate == ("program", named, "mona", False)
    assert not told(desk, "bravo-1", "mona")
    about = desk.portal.call(desk.opened.office.reading).world.exchange.about.values()
    ids = {each["id"] for each in desk.notices("alpha-1") if each["facts"].get("officer") == "mona"}
    assert not any(ids & set(some) for some in about), "they follow from no statement"


def test_of_a_way_in_that_another_made_the_notice_says_who_it_was(desk: Serving) -> None:
    """The token of a machine is made by whoever keeps machines for the party."""
    chief = officer(desk, "chief", "alpha", Role.ADMIN)
    machine = ask(chief, "POST", "/sign-in/machines", {"login": "sensor", "party": "alpha"}).json()
    made = ask(
        chief, "POST", "/sign-in/tokens", {"label": "s", "scopes": ["read"], "account": machine["account"]}
    ).json()
    assert told(desk, "alpha-1", machine["author"])[-1] == ("program", made["id"], "chief", True)


def test_an_account_that_is_closed_and_opened_again_is_told(desk: Serving) -> None:
    chief = officer(desk, "chief-2", "alpha", Role.ADMIN)
    officer(desk, "rana", "alpha")
    for disabled in (True, True, False):
        assert ask(chief, "POST", "/sign-in/accounts/p-rana/disabled", {"disabled": disabled}).status_code == 200
    assert told(desk, "alpha-1", "rana") == [("closed", "", "chief-2", True), ("reopened", "", "chief-2", True)]


def test_what_cannot_be_told_opens_nothing(desk: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """R16: a server that ended between the two left a way in of which nobody knew."""
    who = officer(desk, "huda", "alpha")
    accounts = desk.opened.accounts

    async def away(_: object, way: WayIn) -> None:
        raise StoreFailed("store.failed", "Not now.", happened="no")

    monkeypatch.setattr(type(desk.opened.office), "tell", away)
    before = ways(accounts, "p-huda")
    start = {"password": "correct horse battery staple"}

    def code() -> dict[str, str]:
        seed = ask(who, "POST", "/sign-in/keys/password/start", start).json()["secret"]
        return {"code": TOTP(seed).at(now_ms() // 1000)}

    def passkey() -> dict[str, Any]:
        options = ask(who, "POST", "/sign-in/keys/passkey/options", {}).json()
        return {"credential": Authenticator().create(options, ORIGIN)}

    for path, body in (
        ("tokens", lambda: {"label": "dispatch", "scopes": ["write"]}),
        ("certificates", lambda: {"label": "radar", "scopes": ["read"], "pem": certificate(20_001)}),
        ("keys/password", code),
        ("keys/passkey", passkey),
    ):
        assert attempt(who, "POST", f"/sign-in/{path}", body()).status_code == 503, path
    assert ways(accounts, "p-huda") == before


def ways(held: AccountStore, account: str) -> tuple[object, ...]:
    """All that opens an account."""
    found = held.tokens(account), held.passkeys(account), held.certificates(account)
    return *map(tuple, found), held.password(account), held.totp(account), held.recovery(account)


def test_of_somebody_new_the_role_alone_is_told_and_the_secretariat_of_its_own(desk: Serving) -> None:
    """R16: whoever comes in by an invitation was let in by one admin, or by the operator."""
    for party, who, role in (("alpha", "alpha-1", "watch"), (SECRETARIAT, "chair", "secretariat")):
        name = come_in(desk, party, role)
        assert not told(desk, who, name)
        (notice,) = [each for each in desk.notices(who) if each["facts"].get("officer") == name]
        assert notice["facts"] == {"what": "added", "role": role, "officer": name, "by": "registrar"}
        assert notice["owed"]


def come_in(desk: Serving, party: str, role: str, account: Account | None = None) -> str:
    """Somebody accepts an invitation, with a password and no key of their own; the author that they are."""
    doors, new = desk.built.doors, Officer(desk)
    made = signin.invite(doors, party=party, role=role, account=account)
    start = {"invitation": made.text, "login": f"of-{party}", "password": "correct horse battery staple"}
    seed = ask(new, "POST", "/sign-in/join/password/start", start).json()["secret"]
    code = TOTP(seed).at(now_ms() // 1000)
    joined = ask(new, "POST", "/sign-in/join/password", {"code": code}).json()
    assert joined["author"] == made.invitation.author
    return str(joined["author"])


def test_what_is_entered_beside_the_desk_is_told_when_it_starts(tmp_path: Path) -> None:
    """Whoever has the registrar's key, and the machine, can enter a key and a role while nobody decides."""
    taken, made = AuthorSigner(b"t" * 32), AuthorSigner(b"m" * 32)
    with desks(tmp_path) as desk:
        before = held(desk, "alpha-1")
        seen = {party: len(desk.notices(f"{party}-1")) for party in PARTIES}
        tokens = desk.tokens
    keys, _ = open_desk_home(
        tmp_path / "desk",
        origin="desk.example/test",
        store="sqlite:log.db",
        random_bytes=random_bytes,
        at_ms=now_ms(),
    )
    writer = keys.home.writer(keys.unlocked)
    for kind, body in (
        (KEY_ADD, key_add_body("alpha-1", taken.key)),
        (KEY_REVOKE, key_revoke_body("alpha-1", before, "stolen", 3)),
        (KEY_ADD, key_add_body("intruder", made.key)),
        (GRANT, grant_body("intruder", "watch", "alpha")),
    ):
        writer.say("registrar", kind, body, at_ms=now_ms(), salt=random_bytes(32))
    writer.close()
    keys.home.close()
    for _ in range(2):  # and not again at the next start
        with serving(tmp_path) as desk:
            desk.tokens.update(tokens)
            until(lambda: len(desk.notices("alpha-1")) > seen["alpha"])
            assert told(desk, "alpha-1", "alpha-1") == [
                ("added", taken.key.key_id, "registrar", True), ("stolen", before, "registrar", False),
            ]  # fmt: skip
            assert told(desk, "alpha-1", "intruder") == [("added", made.key.key_id, "registrar", True)]
            roles = [each["facts"] for each in desk.notices("alpha-1") if "role" in each["facts"]]
            assert roles == [{"what": "added", "role": "watch", "officer": "intruder", "by": "registrar"}]
            assert len(desk.notices("bravo-1")) == seen["bravo"]


def test_it_can_be_read_over_a_radio_and_typed_back_in(desk: Serving) -> None:
    """R23."""
    bring(officer(desk, "dalia", "alpha"), AuthorSigner(b"d" * 32))
    for notice in desk.notices("alpha-1")[-2:]:
        for language in voice.LANGUAGES:
            path = f"/v1/notices/{notice['id']}"
            said = voice.read(desk.get("alpha-1", f"{path}/voice?language={language}").json()["lines"]).message
            text = desk.get("alpha-1", f"{path}/text?language={language}").json()["texts"]
            assert isinstance(said, spoken.Words)
            assert letters(said.text) == letters(" ".join(each["text"] for each in text))
            assert "dalia" in said.text


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def test_the_stream_and_an_e_mail_tell_it_to_that_party_alone(tmp_path: Path) -> None:
    with post_office() as (box, mail), desks(tmp_path, mail=mail) as desk:
        who = officer(desk, "rami", "alpha")
        seen = {party: len(desk.notices(f"{party}-1")) for party in PARTIES}
        for party in PARTIES:
            desk.contact(party, "email", f"watch@{party}.example")
        signer = AuthorSigner(b"r" * 32)
        bring(who, signer)
        streamed = first_on_stream(desk, "alpha", seen["alpha"])
        assert '"what":"watch"' in streamed.replace(": ", ":")
        assert signer.key.key_id in streamed
        until(lambda: len(box.got) == 2)
        assert {each["to"] for each in box.got} == {"watch@alpha.example"}
        added = next(each for each in map(content, box.got) if "was added" in each)
        assert "On your rolls: rami. A key was added with which this officer signs. Entered by " in added
        assert len(desk.notices("bravo-1")) == seen["bravo"]
        assert not [each for each in box.got if "bravo" in each["to"]]


def first_on_stream(desk: Serving, party: str, after: int) -> str:
    """The next thing that the party's stream has."""
    assert desk.get(f"{party}-1", "/v1/me").status_code == 200
    who = next(each for each, _ in desk.built.doors.known.values() if each.author == f"{party}-1")
    assert isinstance(who, Principal)

    async def read() -> str:
        async for each in desk.built.app.state.desk.streams.follow(party, after, who):
            if b"data:" in each:
                return bytes(each).decode()
        raise AssertionError("the stream ended")

    return desk.portal.call(read)


def content(message: Any) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())
