"""Two server processes with one store of accounts: what begins at one goes on at the other, and ends at both (R46)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from tests.doors_world import ORIGIN, Browser, Noise, World
from tests.pgserver import PgServer
from thalweg.model.accounts import AccountStore
from thalweg.stores.accounts_postgres import PostgresAccounts
from thalweg.stores.accounts_sqlite import SqliteAccounts


class Salted(Noise):
    """Another process's randomness."""

    @override
    def __call__(self, size: int) -> bytes:
        return bytes(byte ^ 0x5A for byte in super().__call__(size))


@pytest.fixture(params=["sqlite", "postgres"])
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """SQLite has one process only; there it is two applications over one store."""
    stores: tuple[AccountStore, AccountStore]
    if request.param == "postgres":
        server: PgServer = request.getfixturevalue("pg_server")
        where = server.database()
        stores = PostgresAccounts(where), PostgresAccounts(where)
    else:
        held = SqliteAccounts(tmp_path / "accounts.db")
        stores = held, held
    yield World(store=stores[0]), World(store=stores[1], noise=Salted())
    for store in stores:
        store.close()


def moved(browser: Browser, world: World) -> Browser:
    """The same browser, answered by another process."""
    there = world.browser()
    for cookie in browser.client.cookies.jar:
        there.client.cookies.set(cookie.name, cookie.value or "", domain=cookie.domain, path=cookie.path)
    there.csrf = browser.csrf
    return there


def test_what_is_asked_at_one_process_is_answered_at_the_other_once(worlds: tuple[World, World]) -> None:
    here, there = worlds
    _, key = here.person("anna")
    browser = here.browser()
    credential = key.get(browser.post("/sign-in/passkey/options").json(), ORIGIN)
    other = moved(browser, there)
    assert other.post("/sign-in/passkey", {"credential": credential}).status_code == 200
    assert browser.post("/sign-in/passkey", {"credential": credential}).json()["code"] == "ceremony-over"


def test_a_session_opens_both_and_ends_at_both_within_a_second(worlds: tuple[World, World]) -> None:
    here, there = worlds
    browser, _ = here.person("anna")
    other = moved(browser, there)
    assert other.get("/who/1").status_code == 200
    assert other.post("/notes", {"text": "x"}).status_code == 200
    assert browser.post("/sign-in/out").status_code == 204
    there.wait(1_000)
    assert other.get("/who/1").json()["code"] == "session-over"


def test_guesses_are_counted_over_both(worlds: tuple[World, World]) -> None:
    here, there = worlds
    got = [
        world.browser().sign_in_with_password("nobody", "123456", "wrong").status_code
        for _ in range(4)
        for world in (here, there)
    ]
    assert got == [401] * 5 + [429] * 3


def test_a_code_is_good_at_one_of_them_only(worlds: tuple[World, World]) -> None:
    here, there = worlds
    _, seed, _ = here.person_with_password("omar")
    there.now_ms = here.now_ms
    code = here.code(seed)
    assert there.browser().sign_in_with_password("omar", code).status_code == 200
    assert here.browser().sign_in_with_password("omar", code).status_code == 401
