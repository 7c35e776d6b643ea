"""Entries that should not be taken, handed in over HTTP: each is refused by its code, and nothing goes on record."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving import Serving, serving
from thalweg.desk.office import KeyEntry
from thalweg.formats import event as kinds
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.identity import GRANT, KEY_ADD, KEY_REVOKE, grant_body, key_add_body, key_revoke_body
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.events import MessageSent, Role
from thalweg.wiring import now_ms

Tip = tuple[int, bytes] | None
OWN, FOREIGN = AuthorSigner(b"\x01" * 32), AuthorSigner(b"\x02" * 32)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("signed")) as desk:
        desk.parties("alpha", "bravo")
        joins(desk, "alpha-2", OWN)
        yield desk


def joins(desk: Serving, name: str, signer: AuthorSigner) -> None:
    """An officer of alpha with a device of their own."""
    desk.officer(name, "alpha")  # the token; the server's key for them is not used here
    desk.portal.call(desk.opened.office.register, (KeyEntry(KEY_ADD, key_add_body(name, signer.key)),))


def said(desk: Serving, name: str, signer: AuthorSigner, tip: Tip, **more: Any) -> Entry:
    parts = kinds.parts(MessageSent("alpha", "line", "All quiet."))
    given = {
        "log": desk.get("chair", "/v1/me").json()["origin"],
        "author": name,
        "after": tip,
        "seen": Head(0, EMPTY_ROOT),
        "kind": parts.kind,
        "body": parts.value,
        "at_ms": now_ms(),
        "salt": os.urandom(32),
    }
    return signer.say(**(given | more))


def handed(desk: Serving, who: str, data: bytes) -> tuple[int, str]:
    """Status and code, of what must leave the log as it was unless it was taken."""
    answer = desk.client.post(
        "/v1/statements", json={"entry": base64.b64encode(data).decode()}, headers=desk.bearing(who)
    )
    return answer.status_code, answer.json().get("code", "")


def size(desk: Serving) -> int:
    return int(desk.get("chair", "/v1/log/checkpoint").text.split("\n")[1])


def tip(desk: Serving, name: str) -> Tip:
    told = desk.get(name, "/v1/me").json()["tip"]
    return None if told is None else (told["seq"], bytes.fromhex(told["hash"]))


def test_what_its_author_did_not_sign_or_not_for_this_place_is_refused_and_leaves_no_entry(desk: Serving) -> None:
    """R48: nobody speaks for another, and nothing is said twice or elsewhere."""
    first = said(desk, "alpha-2", OWN, None)
    assert handed(desk, "alpha-2", first.encode()) == (201, "")
    at = tip(desk, "alpha-2")
    assert at is not None
    good = said(desk, "alpha-2", OWN, at)
    cases = {
        "by a key that nobody has": (said(desk, "alpha-2", FOREIGN, at), 403, "identity.unknown_key"),
        "in another's name": (said(desk, "alpha-1", OWN, tip(desk, "alpha-1")), 403, "not-your-entry"),
        "in the desk's name": (said(desk, "desk", OWN, None), 403, "not-your-entry"),
        "a second with one number": (said(desk, "alpha-2", OWN, None), 409, "admit.author_fork"),
        "with a gap": (said(desk, "alpha-2", OWN, (at[0] + 3, at[1])), 409, "admit.sequence"),
        "after what was not said": (said(desk, "alpha-2", OWN, (at[0], bytes(31) + b"\x01")), 409, "admit.sequence"),
        "for another log": (said(desk, "alpha-2", OWN, at, log="other.example/log"), 403, "admit.log"),
        "having seen what never was": (
            said(desk, "alpha-2", OWN, at, seen=Head(10**6, b"\x03" * 32)), 409, "admit.seen",
        ),
        "about keys": (
            said(desk, "alpha-2", OWN, at, kind=GRANT, body=grant_body("alpha-2", Role.SECRETARIAT.value)),
            403, "not-a-statement",
        ),
    }  # fmt: skip
    before = size(desk)
    for name, (entry, status, code) in cases.items():
        assert handed(desk, "alpha-2", entry.encode()) == (status, code), name
    changed = good.encode().replace(b"All quiet.", b"All clear.")
    assert handed(desk, "alpha-2", changed) == (403, "entry.signature")
    assert handed(desk, "alpha-2", good.encode() + b" ") == (400, "canonical.spelling")
    assert handed(desk, "bravo-1", good.encode()) == (403, "not-your-entry")
    assert size(desk) == before
    assert handed(desk, "alpha-2", good.encode()) == (201, "")
    assert handed(desk, "alpha-2", first.encode()) == (201, ""), "the same again gets the same answer"


def test_a_key_that_was_ended_signs_nothing_new_and_what_it_signed_before_stays_answered(desk: Serving) -> None:
    lost = AuthorSigner(b"\x04" * 32)
    joins(desk, "alpha-3", lost)
    before = said(desk, "alpha-3", lost, None)
    assert handed(desk, "alpha-3", before.encode()) == (201, "")
    after = said(desk, "alpha-3", lost, tip(desk, "alpha-3"))
    ended = KeyEntry(KEY_REVOKE, key_revoke_body("alpha-3", lost.key.key_id, "stolen", None))
    desk.portal.call(desk.opened.office.register, (ended,))
    entries = size(desk)
    assert handed(desk, "alpha-3", after.encode()) == (403, "identity.not_valid")
    assert handed(desk, "alpha-3", before.encode()) == (201, "")
    assert size(desk) == entries
