"""Secrets are planted, and looked for wherever bytes are kept or given out.

`MAY_BE` says where each may stand in the clear; anywhere else it is a leak.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.serving import Serving, serving, soon
from thalweg.model.accounts import TotpSecret
from thalweg.model.declarations import Kind
from thalweg.model.events import ChannelJoined, ChannelOpened, MessageSent, PartyNamed, Term
from thalweg.model.levels import Level
from thalweg.server.described import operations
from thalweg.server.passwords import make_password, seal_seed, seed_text
from thalweg.stores.backup import back_up
from thalweg.wiring import now_ms

TITLE = "Canary hospital of Saint Nobody"
WORDS = "canary words between two"
ADDRESS = "canary-officer@alpha.example"
WEBHOOK = b"canary-webhook-secret-0123456789"
SEED = b"canary-totp-seed-012"
PHRASE = "canary password of nobody at all"

MAY_BE: Mapping[str, frozenset[str]] = {
    PHRASE: frozenset(),  # only its Argon2id hash is kept
    TITLE: frozenset({"ledger", "alpha", "backup"}),  # a declaration is an entry, in the clear for who runs the server
    WORDS: frozenset({"ledger", "alpha", "bravo", "backup"}),  # so is what was said on a channel
    ADDRESS: frozenset({"accounts", "backup"}),  # a contact can be erased, so it is in no entry
    WEBHOOK.decode(): frozenset(),  # sealed under the server's key
    SEED.decode(): frozenset(),  # so is the seed of a second factor
    "seed as it is typed": frozenset(),
    "token of alpha-1": frozenset(),  # only its digest is kept
}


@dataclass
class Planted:
    secrets: Mapping[str, str]  # name in MAY_BE -> what is looked for
    places: Mapping[str, bytes]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("canaries")
    with serving(folder) as server:
        server.parties("alpha", "bravo", level=None)
        server.say("chair", PartyNamed("delta", "Delta"))
        server.officer("delta-1", "delta")
        server.say("alpha-1", ChannelOpened("alpha", "line", "Line", ("alpha", "bravo"), terms=(Term(Level.EXISTS),)))
        server.say("bravo-1", ChannelJoined("bravo", "line"))
        server.declare("alpha-1", replace(soon("post", "alpha", kind=Kind.STATIC_SITE), title=TITLE))
        server.say("alpha-1", MessageSent("alpha", "line", WORDS))
        server.contact("alpha", "email", ADDRESS)
        server.contact("alpha", "webhook", "https://hooks.alpha.example/", secret=WEBHOOK)
        keep_password(server, "m-chair")
        places = {f"{party}": answers(server, f"{party}-1") for party in ("alpha", "bravo", "delta")}
        places |= {"log lines": json.dumps(server.lines).encode()}
        places |= files(folder)
        to = tmp_path_factory.mktemp("backups") / "backup"
        back_up(folder / "desk", to, now_ms())
        places |= {"backup": b"".join(files(to).values())}
        secrets = {name: name for name in MAY_BE} | {
            "token of alpha-1": server.tokens["alpha-1"],
            "seed as it is typed": seed_text(SEED),
        }
        yield Planted(secrets, places)


def keep_password(server: Serving, account: str) -> None:
    """A password and a code generator, as they are kept for whoever has no authenticator."""
    doors, accounts = server.built.doors, server.opened.accounts
    accounts.set_password(make_password(account, "chair", PHRASE, bytes(range(16)), now_ms()))
    accounts.set_totp(TotpSecret(account, seal_seed(doors, account, SEED), 0, now_ms()))


def files(folder: Path) -> dict[str, bytes]:
    """Everything that is kept, while the server runs: databases with what is not yet moved out of their write-ahead
    files, keys, snapshots."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            place = "ledger" if path.name.startswith("log") else "accounts" if "accounts" in path.name else path.name
            found[place] = found.get(place, b"") + path.read_bytes()
    return found


def answers(server: Serving, who: str) -> bytes:
    """Every answer that needs no id."""
    found = [
        server.get(who, each.path + ("?form=json" if each.path == "/v1/export" else "")).content
        for each in operations(server.built.app)
        if each.method == "GET" and "{" not in each.path and each.path not in ("/v1/stream", "/v1/log/consistency")
    ]
    found += [server.get(who, "/v1/channels/line/log").content]
    return b"\n".join(found)


@pytest.mark.parametrize("secret", MAY_BE)
def test_a_secret_is_where_it_may_be_and_nowhere_else(planted: Planted, secret: str) -> None:
    wanted = planted.secrets[secret].encode()
    found = {place for place, held in planted.places.items() if wanted in held}
    assert found <= MAY_BE[secret], f"{secret} is in {found - MAY_BE[secret]}"


def test_what_may_be_found_is_found(planted: Planted) -> None:
    """Or the test above could not fail."""
    for secret, name in (
        *((TITLE, "alpha"), (TITLE, "ledger"), (TITLE, "backup")),
        *((WORDS, "bravo"), (ADDRESS, "accounts"), (ADDRESS, "backup")),
    ):
        assert secret.encode() in planted.places[name], (secret, name)
