"""Every operation of the route table, asked by everyone who must not have what it gives (D7; R35, R48).

The operations come from the application itself. One that is added without a line in `OUTSIDER`, `OPEN` or with a path
parameter that `Found` does not fill fails here, so that none is forgotten.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.serving import Answer, Serving, serving, soon
from thalweg.formats import event as kinds
from thalweg.model.accounts import Token, digest
from thalweg.model.cases import IncidentReported, Particulars
from thalweg.model.declarations import Kind
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    EmergencySent,
    MessageSent,
    OfficerAdded,
    OfficerEnded,
    PartyNamed,
    Response,
    Role,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.sourced import ClaimConfirmed, Force, SourceEntered
from thalweg.server.described import Operation, operations
from thalweg.wiring import now_ms

SECRETS = (
    "Observation post on hill 12",
    "Pump repair at the ford",
    "Do not tell the others",
    "Shot at by the east bank",
    "watch@alpha.example",
)
"""Words that only alpha and bravo know."""

OPEN: Mapping[str, str] = {
    "POST /sign-in/passkey/options": "to sign in",
    "POST /sign-in/passkey": "to sign in",
    "POST /sign-in/password": "to sign in",
    "POST /sign-in/invitation": "what an invitation says, to its holder",
    "POST /sign-in/join/passkey/options": "to the holder of an invitation",
    "POST /sign-in/join/passkey": "to the holder of an invitation",
    "POST /sign-in/join/password/start": "to the holder of an invitation",
    "POST /sign-in/join/password": "to the holder of an invitation",
    "POST /sign-in/join/key/start": "to the holder of an invitation",
    "POST /sign-in/join/key": "to the holder of an invitation",
    "POST /sign-in/key/start": "to sign in",
    "POST /sign-in/key": "to sign in",
    "GET /healthz": "whether the process is there",
    "GET /readyz": "whether it answers",
    "GET /metrics": "counts, to this machine or a token of their own",
    "GET /problems/{code}": "what a code means",
    "GET /static/{path:path}": "styles, fonts and scripts, the same for everybody",
    "GET /": "leads in, or to the door",
    "GET /sign-in": "to sign in",
    "POST /sign-in": "to sign in",
    "GET /join": "to the holder of an invitation",
    "POST /join": "to the holder of an invitation",
    "POST /join/password": "to the holder of an invitation",
    "POST /join/code": "to the holder of an invitation",
    "POST /language": "the language of a browser before anybody has signed in",
}
"""Operations that ask nobody who they are, and why."""

OUTSIDER: Mapping[str, frozenset[int]] = {
    **dict.fromkeys(
        (
            "GET /v1/me", "GET /v1/theatre", "GET /v1/parties", "GET /v1/notices", "GET /v1/inbox",
            "GET /v1/declarations", "GET /v1/findings", "GET /v1/channels", "GET /v1/agreements",
            "GET /v1/commitments", "GET /v1/emergencies", "GET /v1/entries", "GET /v1/bundle", "GET /v1/log/checkpoint",
            "GET /v1/log/trust", "GET /v1/log/consistency", "GET /v1/feedback", "GET /v1/export", "GET /v1/situation",
            "GET /v1/review",
            "GET /v1/stream",
            "GET /v1/sources", "GET /v1/claims",
            "GET /v1/incidents", "GET /v1/as-of", "GET /v1/as-of/notices", "GET /v1/as-of/map", "GET /v1/as-of/times",
        ),
        frozenset({200}),  # their own answer, with nothing of the others in it
    ),
    **dict.fromkeys(
        (
            "GET /v1/statements/{event}", "GET /v1/notices/{notice}", "GET /v1/notices/{notice}/text",
            "GET /v1/notices/{notice}/voice", "GET /v1/notices/{notice}/sheet", "GET /v1/declarations/{subject:path}",
            "GET /v1/channels/{channel}/log",
            "GET /v1/entries/{index}", "GET /v1/entries/{index}/receipt", "GET /v1/incidents/{reference}",
            "GET /v1/incidents/{reference}/dossier",
            "GET /v1/sources/{sha256}",
        ),
        frozenset({404}),
    ),
    **dict.fromkeys(
        ("GET /inbox", "GET /declarations", "GET /ledger", "GET /emergency"),
        frozenset({200}),  # their own pages, with nothing of the others in them
    ),
    **dict.fromkeys(
        (
            "GET /notices/{notice}", "POST /notices/{notice}/answer", "POST /notices/{notice}/read-back",
            "POST /notices/{notice}/passed-on", "POST /notices/{notice}/relayed", "POST /notices/{notice}/commitment",
            "GET /declarations/{subject:path}", "POST /commitments/{commitment}/outcome",
        ),
        frozenset({404}),
    ),
    "POST /emergency": frozenset({422}),  # a form of their own, not filled in
    **dict.fromkeys(
        (
            "GET /settings", "POST /settings", "POST /settings/sessions/end", "POST /settings/passkeys/end",
            "POST /settings/recovery", "POST /settings/tokens", "POST /settings/tokens/end", "POST /settings/contacts",
            "POST /settings/contacts/end", "POST /settings/invitations", "POST /sign-out", "GET /prove", "POST /prove",
        ),
        frozenset({403}),  # pages of a person, and these are machines
    ),
    **dict.fromkeys(
        ("GET /incidents", "GET /incidents/report", "GET /room", "GET /room/map", "GET /sources", "GET /sources/read"),
        frozenset({200}),
    ),
    "POST /incidents/report": frozenset({422}),  # a form of their own, not filled in
    **dict.fromkeys(
        (
            "GET /incidents/{reference}", "POST /incidents/{reference}/account", "POST /incidents/{reference}/request",
            "POST /incidents/{reference}/explanation", "POST /incidents/{reference}/cause",
            "POST /incidents/{reference}/risk", "POST /incidents/{reference}/evidence",
            "POST /incidents/{reference}/share", "POST /incidents/{reference}/withdraw",
            "GET /sources/{sha256}", "POST /sources/{sha256}/share", "POST /sources/{sha256}/retract",
            "GET /declare/file/{sha256}", "POST /declare/file/{sha256}/send",
            "GET /sources/read/{sha256}", "POST /sources/read/{sha256}/enter",
            "POST /sources/read/{sha256}/claims/{draft}", "POST /sources/read/{sha256}/forget",
        ),
        frozenset({404}),
    ),
    # acts of the room
    **dict.fromkeys(
        (
            "GET /findings", "GET /declare", "GET /watch", "GET /channels", "GET /agreements",
            "GET /declare/file",
        ),
        frozenset({200}),
    ),
    **dict.fromkeys(
        (
            "GET /findings/{finding}", "GET /findings/{finding}/ways", "POST /findings/{finding}/propose",
            "GET /channels/{channel}", "POST /channels/{channel}/join",
            "POST /channels/{channel}/leave", "POST /channels/{channel}/terms",
            "POST /channels/{channel}/state", "POST /channels/{channel}/check",
            "POST /channels/{channel}/answer", "POST /channels/{channel}/say",
            "POST /agreements/{event}", "POST /declarations/{subject:path}/cancel",
            "POST /declarations/{subject:path}/vouch", "POST /declarations/{subject:path}/release",
            "POST /declarations/{subject:path}/consent",
            "POST /declarations/{subject:path}/hand-over",
            "POST /declarations/{subject:path}/verify",
        ),
        frozenset({404}),
    ),
    **dict.fromkeys(
        (
            "POST /declare", "POST /watch/take", "POST /watch/end", "POST /channels",
            "POST /channels/participation", "POST /agreements/crossings", "POST /declare/file",
            "POST /sources/read", "POST /room/outlines",
        ),
        frozenset({422}),
    ),
    # end of acts
    "POST /v1/statements": frozenset({403}),
    "POST /v1/statements/unsigned": frozenset({403}),
    "POST /v1/statements/prepared": frozenset({403}),
    "POST /v1/previews": frozenset({400}),  # of a declaration of another party
    "POST /v1/incidents/searches": frozenset({200}),  # of their own, which are none
    "POST /v1/reviews": frozenset({200, 400}),  # reads the file that is sent
    **dict.fromkeys(
        ("GET /sign-in/me", "GET /sign-in/sessions"),
        frozenset({200, 403}),  # their own account, or that of a person
    ),
    **dict.fromkeys(
        (
            "POST /sign-in/out", "POST /sign-in/step-up/passkey/options", "POST /sign-in/step-up/passkey",
            "POST /sign-in/step-up/password", "DELETE /sign-in/sessions/{name}", "DELETE /sign-in/sessions",
            "POST /sign-in/keys/passkey/options", "POST /sign-in/keys/passkey",
            "POST /sign-in/keys/signing/options", "POST /sign-in/keys/signing", "GET /sign-in/keys/signing",
            "DELETE /sign-in/keys/passkey/{credential}", "POST /sign-in/keys/device/start",
            "POST /sign-in/keys/device", "DELETE /sign-in/keys/device/{key}", "POST /sign-in/keys/password/start",
            "POST /sign-in/keys/password", "POST /sign-in/keys/recovery", "POST /sign-in/machines",
            "POST /sign-in/accounts/{account}/disabled", "POST /sign-in/tokens", "POST /sign-in/certificates",
            "POST /sign-in/contacts", "POST /sign-in/invitations",
        ),
        frozenset({403}),  # by a person alone, and these are machines
    ),
    **dict.fromkeys(
        (
            "GET /sign-in/keys", "GET /sign-in/contacts", "DELETE /sign-in/tokens/{token}",
            "DELETE /sign-in/certificates/{fingerprint}", "DELETE /sign-in/contacts/{contact}",
        ),
        frozenset({403, 404}),  # of another's account or party
    ),
}  # fmt: skip
"""What a member of a third party is answered who asks for what is alpha's, with alpha's own ids."""

MINE = frozenset({"GET /sign-in/me", "GET /sign-in/sessions", "GET /sign-in/keys", "GET /sign-in/contacts"})
"""What an account may read of itself although it speaks for nobody any more."""


@dataclass
class Found:
    """The server, and the ids of everything that alpha has there."""

    serving: Serving
    ids: Mapping[str, str]
    queries: Mapping[str, str]
    bodies: Mapping[str, object]

    def ask(self, operation: Operation, headers: Mapping[str, str]) -> Answer:
        path = operation.path
        for slot in re.findall(r"\{[^}]*\}", path):
            path = path.replace(slot, self.ids[slot])
        name = f"{operation.method} {operation.path}"
        sent = {"content-type": "application/json", "idempotency-key": "wrong-asker", **headers}
        body = self.bodies.get(name, {}) if operation.method == "POST" else None
        return self.serving.client.request(operation.method, path + self.queries.get(name, ""), json=body, headers=sent)

    def operations(self) -> list[Operation]:
        return list(operations(self.serving.built.app))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    with serving(tmp_path_factory.mktemp("wrong")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.say("chair", PartyNamed("delta", "Delta"))
        server.officer("delta-1", "delta")
        site = soon("post", "alpha", kind=Kind.STATIC_SITE)
        site = replace(site, title=SECRETS[0])
        told = server.declare("alpha-1", site)
        server.say("alpha-1", MessageSent("alpha", "line", SECRETS[2]))
        server.say("alpha-1", EmergencySent("alpha", SECRETS[1], to=("bravo",)))
        notice = server.notices("bravo-1")[-1]
        server.say("bravo-1", Acknowledged("bravo", notice["id"], Response.UNDERSTOOD))
        before = Particulars(Instant(now_ms() / 1e3 - 7200), Instant(now_ms() / 1e3 - 3600))
        happened = IncidentReported("alpha", SECRETS[3], before, ("bravo",), "For an hour.")
        reported = server.say("alpha-1", happened)
        contact = server.contact("alpha", "email", SECRETS[4])
        server.say("alpha-1", SourceEntered("alpha", "5e" * 32, 900, "html", ("bravo",), SECRETS[0]))
        server.say("alpha-1", ClaimConfirmed("alpha", "5e" * 32, "x/1", 0, 40, Force.RUMOUR, SECRETS[2]))
        mine = server.notices("alpha-1")[-1]
        body = {"kind": "message/1", "body": kinds.write(MessageSent("alpha", "line", "Not mine to say."))[1]}
        entry = server.get("alpha-1", f"/v1/entries/{told['index']}").content
        size = server.opened.log.head()
        assert size is not None
        yield Found(
            server,
            {
                "{event}": told["statement"],
                "{notice}": mine["id"],
                "{subject:path}": "alpha/post",
                "{channel}": "line",
                "{reference}": reported["notices"][-1]["subject"],
                "{index}": str(told["index"]),
                "{finding}": "f-" + "0" * 32,
                "{sha256}": "5e" * 32,
                "{draft}": "d" * 16,
                "{name}": "0" * 16,
                "{credential}": "AAAA",
                "{key}": "0" * 64,
                "{account}": "m-alpha-1",
                "{token}": "t-alpha-1",
                "{fingerprint}": "0" * 64,
                "{contact}": contact.id,
                "{code}": "not-found",
                "{path:path}": "room.css",
                "{commitment}": "f" * 64,
            },
            {
                "GET /sign-in/keys": "?account=m-alpha-1",
                "GET /sign-in/contacts": "?party=alpha",
                "DELETE /sign-in/tokens/{token}": "?account=m-alpha-1",
                "DELETE /sign-in/certificates/{fingerprint}": "?account=m-alpha-1",
                "DELETE /sign-in/contacts/{contact}": "?party=alpha",
                "GET /v1/log/consistency": f"?old=1&new={size.head.size}",
                "POST /v1/reviews": "?name=sites.csv",
                "GET /v1/export": "?form=json",
                "GET /v1/review": "?since=2017-09-01T00:00:00Z&until=2017-09-15T00:00:00Z",
            },
            {
                "POST /v1/statements": {"entry": base64.b64encode(entry).decode()},
                "POST /v1/statements/unsigned": body,
                "POST /v1/statements/prepared": {**body, "key": "0" * 64},
                "POST /v1/incidents/searches": {"near": {"lon": 40.14, "lat": 35.336, "within_m": 20_000_000}},
                "POST /v1/previews": {"declaration": kinds.write_declaration(site)},
            },
        )


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def bearer(found: Found, name: str, *scopes: str, expires_s: int = 3600, account: str = "m-alpha-1") -> dict[str, str]:
    """A token of an account, made for one test."""
    secret = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
    text, at = f"thw_{secret}", now_ms()
    token = Token(name, digest(text.encode()), account, scopes, at - 7_200_000, at + 1000 * expires_s, 0, name)
    found.serving.opened.accounts.add_token(token)
    return {"authorization": f"Bearer {text}"}


def test_every_operation_is_in_exactly_one_class(found: Found) -> None:
    names = {named(each): each.guarded for each in found.operations()}
    assert {name for name, guarded in names.items() if not guarded} == OPEN.keys() & names.keys()
    assert {name for name, guarded in names.items() if guarded} <= OUTSIDER.keys(), "a route without a class"
    assert not OPEN.keys() & OUTSIDER.keys()


def test_nobody_gets_anything_and_is_told_to_sign_in(found: Found) -> None:
    for operation in found.operations():
        if operation.guarded:
            answer = found.ask(operation, {})
            assert answer.status_code == 401, named(operation)
            told_only_a_problem(answer, operation)


@pytest.mark.parametrize("wrong", ["thw_" + "A" * 43, "thw_", "nonsense", "thw_" + "A" * 4000])
def test_a_token_of_nobody_is_no_token(found: Found, wrong: str) -> None:
    for operation in found.operations():
        if operation.guarded:
            answer = found.ask(operation, {"authorization": f"Bearer {wrong}"})
            assert answer.status_code == 401, named(operation)
            told_only_a_problem(answer, operation)


def test_a_token_that_has_run_out_is_no_token(found: Found) -> None:
    over = bearer(found, "t-over", "read", "write", expires_s=-1)
    for operation in found.operations():
        if operation.guarded:
            assert found.ask(operation, over).status_code == 401, named(operation)


def test_a_token_for_the_other_scope_is_refused(found: Found) -> None:
    reads, writes = bearer(found, "t-reads", "read"), bearer(found, "t-writes", "write")
    for operation in found.operations():
        if operation.guarded:
            answer = found.ask(operation, writes if operation.method == "GET" else reads)
            assert answer.status_code == 403, named(operation)
            assert answer.json()["code"] in ("scope-missing", "person-needed"), named(operation)
            told_only_a_problem(answer, operation)


def test_a_member_of_a_third_party_gets_nothing_of_the_others(found: Found) -> None:
    asker = found.serving.bearing("delta-1")
    for operation in found.operations():
        if not operation.guarded or operation.path == "/v1/stream":
            continue
        answer = found.ask(operation, asker)
        assert answer.status_code in OUTSIDER[named(operation)], (named(operation), answer.status_code, answer.text)
        told_nothing(answer, operation)


def test_the_stream_of_a_third_party_has_no_event_of_the_others(found: Found) -> None:
    assert found.serving.notices("delta-1") == [
        each for each in found.serving.notices("delta-1") if each["what"] in ("participation", "rules")
    ]


def test_an_officer_whose_grant_has_ended_speaks_for_nobody(found: Found) -> None:
    found.serving.officer("alpha-9", "alpha")
    found.serving.say("chair", OfficerEnded(SECRETARIAT, "alpha-9", Role.WATCH, "alpha"))
    asker = found.serving.bearing("alpha-9")
    for operation in found.operations():
        if not operation.guarded:
            continue
        answer = found.ask(operation, asker)
        if named(operation) in MINE and answer.status_code == 200:
            told_nothing(answer, operation)
            continue
        assert answer.status_code in (403, 404), (named(operation), answer.status_code)
        told_only_a_problem(answer, operation)


def test_a_closed_account_is_let_in_nowhere(found: Found) -> None:
    found.serving.officer("alpha-8", "alpha")
    accounts = found.serving.opened.accounts
    account = accounts.account("m-alpha-8")
    assert account is not None
    assert accounts.change_account(replace(account, disabled=True))
    for operation in found.operations():
        if operation.guarded:
            answer = found.ask(operation, found.serving.bearing("alpha-8"))
            assert answer.status_code == 401, (named(operation), answer.text)


def test_an_observer_reads_and_says_nothing(found: Found) -> None:
    server = found.serving
    server.officer("alpha-7", "alpha")
    server.say("chair", OfficerAdded(SECRETARIAT, "alpha-7", Role.OBSERVER, "alpha"))
    server.say("chair", OfficerEnded(SECRETARIAT, "alpha-7", Role.WATCH, "alpha"))
    asker = server.bearing("alpha-7")
    assert server.client.get("/v1/notices", headers=asker).status_code == 200
    for name in ("POST /v1/statements/unsigned", "POST /v1/statements/prepared", "POST /v1/statements"):
        operation = next(each for each in found.operations() if named(each) == name)
        answer = found.ask(operation, asker)
        assert answer.status_code == 403, (name, answer.text)


def test_a_hidden_id_and_an_absent_one_are_answered_alike(found: Found) -> None:
    """No route tells that there is something which the asker may not know of."""
    asker = found.serving.bearing("delta-1")
    absent = {
        "{event}": "f" * 64,
        "{notice}": "n-absent",
        "{subject:path}": "alpha/absent",
        "{channel}": "absent",
        "{index}": str(10**9),
        "{reference}": "i-absent",
    }
    compared = 0
    for operation in found.operations():
        slots = re.findall(r"\{[^}]*\}", operation.path)
        if operation.method != "GET" or not operation.path.startswith("/v1/") or not slots:
            continue
        there = found.ask(operation, asker)
        gone = Found(found.serving, {**found.ids, **absent}, {}, {}).ask(operation, asker)
        assert (there.status_code, said(there)) == (gone.status_code, said(gone)), named(operation)
        compared += 1
    assert compared >= 8


def said(answer: Answer) -> object:
    value = answer.json()
    value.pop("request")
    return value


def told_only_a_problem(answer: Answer, operation: Operation) -> None:
    assert answer.headers["content-type"] == "application/problem+json", named(operation)
    told_nothing(answer, operation)


def told_nothing(answer: Answer, operation: Operation) -> None:
    for secret in SECRETS:
        assert secret not in answer.text, named(operation)


def test_the_secrets_are_there_to_be_found(found: Found) -> None:
    """Those who may have them get them, so that the tests above can fail."""
    texts = [found.serving.get(who, path).text for who in ("alpha-1", "bravo-1") for path in (
        "/v1/declarations", "/v1/notices?limit=200", "/v1/channels/line/log", "/v1/bundle", "/v1/incidents",
    )]  # fmt: skip
    for secret in SECRETS[:4]:
        assert any(secret in text for text in texts), secret


def test_the_folder_is_a_server_of_its_own(tmp_path: Path) -> None:
    """What a test above found refused is not refused because nothing works."""
    with serving(tmp_path) as server:
        server.parties("alpha", "bravo")
        assert server.get("alpha-1", "/v1/me").json()["party"] == "alpha"
