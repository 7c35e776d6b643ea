"""The promise of thalweg.model.accounts, sentence by sentence, on every store of accounts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from tests.pgserver import PgServer
from thalweg.ledger.errors import Refused, StoreFailed
from thalweg.model.accounts import (
    Account,
    AccountStore,
    Ceremony,
    ClientCertificate,
    Contact,
    Device,
    Failures,
    Invitation,
    Joining,
    Passkey,
    PasswordSecret,
    RecoveryCodes,
    Session,
    Token,
    TotpSecret,
    digest,
)
from thalweg.stores.accounts_memory import MemoryAccounts
from thalweg.stores.accounts_postgres import PostgresAccounts
from thalweg.stores.accounts_sqlite import SqliteAccounts
from thalweg.stores.sql import migrations, queries

OpenAccounts = Callable[[], AccountStore]
ANNA = Account("a1", "anna", "o-anna", "blue", "en", 1)
OMAR = Account("a2", "omar", "o-omar", "amber", "ar", 2, machine=True)
KEY = Passkey(b"cred", "a1", b"cose", 0, "phone", ("internal", "hybrid"), 3, 3)
SESSION = Session(digest(b"s1"), "a1", "passkey", 10, 100, 10, 10, "Firefox on Linux")
CANARY = "canary-2f6d1c@example.org"
MAIL = Contact("c1", "a1", "email", CANARY, b"", bytes(32), "en", 5)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_accounts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenAccounts]:
    """Opens the same accounts each time it is called, as another process would; memory gives those it has."""
    opened: list[AccountStore] = []
    memory = MemoryAccounts()
    conninfo = request.getfixturevalue("pg_server").database() if request.param == "postgres" else ""

    def open_one() -> AccountStore:
        match request.param:
            case "memory":
                return memory
            case "sqlite":
                opened.append(SqliteAccounts(tmp_path / "accounts.db"))
            case _:
                opened.append(PostgresAccounts(conninfo))
        return opened[-1]

    yield open_one
    for store in (memory, *opened):
        store.close()


@pytest.fixture
def store(open_accounts: OpenAccounts) -> AccountStore:
    made = open_accounts()
    assert made.add_account(ANNA)
    return made


def test_both_databases_know_the_same_statements_and_steps() -> None:
    sqlite, postgres = queries("sqlite_accounts"), queries("postgres_accounts")
    own = {"rewrite-contacts", "schema-version", "make-version", "first-version", "version", "set-version"}
    assert set(postgres) - set(sqlite) == own
    assert {name: text.replace("?", "%s") for name, text in sqlite.items()} == {
        name: text for name, text in postgres.items() if name not in own
    }
    assert [step.version for step in migrations("sqlite_accounts")] == [
        step.version for step in migrations("postgres_accounts")
    ]


def test_what_is_absent_is_none_or_empty_and_no_error(open_accounts: OpenAccounts) -> None:
    store = open_accounts()
    nothing = digest(b"nothing")
    assert store.account("x") is None
    assert store.account_by_login("x") is None
    assert [*store.accounts(), *store.passkeys("x"), *store.sessions("x"), *store.tokens("x")] == []
    assert [*store.certificates("x"), *store.contacts("x")] == []
    assert store.passkey(b"x") is None
    assert store.password("x") is None
    assert store.totp("x") is None
    assert store.recovery("x") is None
    assert store.session(nothing) is None
    assert store.device(nothing, "x") is None
    assert store.token(nothing) is None
    assert store.certificate(nothing) is None
    assert store.invitation(nothing) is None
    assert store.take_ceremony(nothing) is None
    assert store.failures(b"x") == Failures(0, 0)
    assert not store.end_session(nothing)
    assert not store.erase_contact("x", "x")


def test_an_account_is_what_was_added_and_its_login_is_taken_once(
    store: AccountStore, open_accounts: OpenAccounts
) -> None:
    assert store.add_account(OMAR)
    assert not store.add_account(replace(OMAR, id="a3"))
    assert not store.add_account(replace(OMAR, login="other"))
    again = open_accounts()
    assert [again.account("a1"), again.account_by_login("omar")] == [ANNA, OMAR]
    assert list(again.accounts()) == [ANNA, OMAR]


def test_disabling_an_account_ends_its_sessions(store: AccountStore) -> None:
    store.add_session(SESSION)
    assert store.change_account(replace(ANNA, language="fr"))
    assert store.session(SESSION.digest) == SESSION
    assert store.change_account(replace(ANNA, disabled=True))
    assert store.session(SESSION.digest) is None
    held = store.account("a1")
    assert held is not None
    assert held.disabled
    assert not store.change_account(replace(ANNA, id="nobody"))


def test_passkeys_are_kept_used_and_removed(store: AccountStore) -> None:
    other = replace(KEY, credential=b"other", transports=(), label="", created_ms=9)
    assert store.add_passkey(KEY)
    assert store.add_passkey(other)
    assert not store.add_passkey(replace(KEY, label="again"))
    assert list(store.passkeys("a1")) == [KEY, other]
    assert store.use_passkey(b"cred", 7, 99)
    assert store.passkey(b"cred") == replace(KEY, sign_count=7, used_ms=99)
    assert not store.remove_passkey("a2", b"cred")
    assert store.remove_passkey("a1", b"cred")
    assert not store.remove_passkey("a1", b"cred")
    assert not store.use_passkey(b"cred", 8, 100)


def test_a_password_and_a_code_generator_are_one_each(store: AccountStore) -> None:
    for text in ("first", "second"):
        store.set_password(PasswordSecret("a1", text, 5))
        store.set_totp(TotpSecret("a1", text.encode(), 10, 5))
    assert store.password("a1") == PasswordSecret("a1", "second", 5)
    assert store.totp("a1") == TotpSecret("a1", b"second", 10, 5)


def test_password_generator_and_recovery_codes_change_together(store: AccountStore) -> None:
    keys = PasswordSecret("a1", "hash", 5), TotpSecret("a1", b"sealed", 10, 5), RecoveryCodes("a1", (digest(b"r"),), 5)
    store.set_password_keys(*keys)
    assert (store.password("a1"), store.totp("a1"), store.recovery("a1")) == keys
    with pytest.raises(StoreFailed):  # twice the same code
        store.set_password_keys(
            replace(keys[0], hash="new"), replace(keys[1], sealed=b"new"), replace(keys[2], digests=(bytes(32),) * 2)
        )
    assert (store.password("a1"), store.totp("a1"), store.recovery("a1")) == keys


def test_a_code_is_taken_once_and_never_an_older_one(store: AccountStore) -> None:
    store.set_totp(TotpSecret("a1", b"sealed", 10, 5))
    assert [store.use_totp("a1", step) for step in (10, 11, 11, 9, 13)] == [False, True, False, False, True]


def test_a_recovery_code_is_used_once(store: AccountStore) -> None:
    codes = tuple(sorted(digest(bytes([n])) for n in range(3)))
    store.set_recovery(RecoveryCodes("a1", (digest(b"old"),), 1))
    store.set_recovery(RecoveryCodes("a1", codes, 2))
    assert store.recovery("a1") == RecoveryCodes("a1", codes, 2)
    assert not store.use_recovery("a1", digest(b"old"))
    assert store.use_recovery("a1", codes[1])
    assert not store.use_recovery("a1", codes[1])
    assert store.recovery("a1") == RecoveryCodes("a1", (codes[0], codes[2]), 2)


def test_sessions_are_listed_seen_replaced_and_ended(store: AccountStore) -> None:
    second = replace(SESSION, digest=digest(b"s2"), created_ms=20)
    third = replace(SESSION, digest=digest(b"s3"), created_ms=30)
    store.add_session(SESSION)
    store.add_session(second)
    assert store.see_session(SESSION.digest, 50)
    assert list(store.sessions("a1")) == [second, replace(SESSION, seen_ms=50)]
    assert store.replace_session(second.digest, third)
    assert not store.replace_session(second.digest, replace(third, digest=digest(b"s4")))
    assert store.session(digest(b"s4")) is None
    assert store.end_sessions("a1", third.digest) == 1
    assert list(store.sessions("a1")) == [third]
    assert store.end_sessions("a1", b"") == 1
    assert not store.see_session(third.digest, 60)


def test_tokens_certificates_and_devices_are_found_by_their_digest(store: AccountStore) -> None:
    token = Token("t1", digest(b"t1"), "a1", ("read", "write"), 1, 9, 0, "radar")
    certificate = ClientCertificate(digest(b"der"), "a1", ("read",), 1, 9, "radar")
    store.add_token(token)
    assert store.use_token(token.digest, 5)
    assert store.token(token.digest) == replace(token, used_ms=5)
    assert store.tokens("a1") == [replace(token, used_ms=5)]
    assert not store.remove_token("a2", "t1")
    assert store.remove_token("a1", "t1")
    assert store.token(token.digest) is None
    assert store.add_certificate(certificate)
    assert not store.add_certificate(certificate)
    assert store.certificate(certificate.fingerprint) == certificate
    assert store.certificates("a1") == [certificate]
    assert store.remove_certificate("a1", certificate.fingerprint)
    assert not store.remove_certificate("a1", certificate.fingerprint)
    device = Device(digest(b"d"), "a1", 4)
    store.add_device(device)
    store.add_device(replace(device, created_ms=5))
    assert store.device(device.digest, "a1") == device
    assert store.device(device.digest, "a2") is None


def test_an_invitation_makes_an_account_with_its_keys_once(store: AccountStore, open_accounts: OpenAccounts) -> None:
    invitation = Invitation(digest(b"i"), "amber", "watch", "o-omar", "", 1, 99)
    store.add_invitation(invitation)
    assert store.invitation(invitation.digest) == invitation
    key = replace(KEY, account="a2", credential=b"omar")
    joining = Joining(invitation.digest, OMAR, passkey=key)
    # what is taken by somebody else leaves the invitation as it was
    assert not store.join(replace(joining, account=replace(OMAR, login="anna")))
    assert store.add_passkey(KEY)
    assert not store.join(replace(joining, passkey=replace(KEY, account="a2")))
    assert store.account("a2") is None
    assert store.invitation(invitation.digest) == invitation
    assert open_accounts().join(joining)
    assert not store.join(replace(joining, account=replace(OMAR, id="a3", login="third")))
    assert store.account("a2") == OMAR
    assert store.passkey(b"omar") == key


def test_an_invitation_for_an_account_that_exists_replaces_all_its_keys(store: AccountStore) -> None:
    store.add_invitation(Invitation(digest(b"i"), "blue", "watch", "o-anna", "a1", 1, 99))
    store.add_passkey(KEY)
    store.add_session(SESSION)
    store.add_token(Token("t1", digest(b"t1"), "a1", ("read",), 1, 9, 0, ""))
    store.add_device(Device(digest(b"d"), "a1", 4))
    codes = RecoveryCodes("a1", (digest(b"r"),), 7)
    password, totp = PasswordSecret("a1", "hash", 7), TotpSecret("a1", b"sealed", 0, 7)
    assert store.join(Joining(digest(b"i"), ANNA, password=password, totp=totp, recovery=codes))
    assert list(store.passkeys("a1")) == []
    assert list(store.tokens("a1")) == []
    assert store.session(SESSION.digest) is None
    assert store.device(digest(b"d"), "a1") is None
    assert (store.password("a1"), store.totp("a1"), store.recovery("a1")) == (password, totp, codes)


def test_of_many_who_take_one_ceremony_or_invitation_exactly_one_gets_it(open_accounts: OpenAccounts) -> None:
    stores = [open_accounts() for _ in range(4)]
    stores[0].add_ceremony(Ceremony(digest(b"c"), "sign-in", "", b"first", 9))
    stores[0].add_ceremony(Ceremony(digest(b"c"), "sign-in", "", b"challenge", 9))
    stores[0].add_invitation(Invitation(digest(b"i"), "blue", "watch", "o-x", "", 1, 99))
    taken: list[Ceremony | None] = []
    joined: list[bool] = []
    together = threading.Barrier(len(stores))

    def run(number: int, mine: AccountStore) -> None:
        together.wait()
        taken.append(mine.take_ceremony(digest(b"c")))
        account = replace(ANNA, id=f"b{number}", login=f"login{number}")
        joined.append(mine.join(Joining(digest(b"i"), account)))

    threads = [threading.Thread(target=run, args=each) for each in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each for each in taken if each] == [Ceremony(digest(b"c"), "sign-in", "", b"challenge", 9)]
    assert sorted(joined) == [False, False, False, True]
    assert len(stores[0].accounts()) == 1


def test_failures_are_counted_in_a_row_and_forgiven(store: AccountStore) -> None:
    assert [store.fail(b"anna", at) for at in (5, 7)] == [Failures(1, 5), Failures(2, 7)]
    assert store.failures(b"anna") == Failures(2, 7)
    store.forgive(b"anna")
    assert store.failures(b"anna") == Failures(0, 0)


def test_what_is_over_is_swept_and_the_rest_stays(store: AccountStore) -> None:
    day = 86_400_000
    store.add_session(replace(SESSION, expires_ms=day))
    store.add_session(replace(SESSION, digest=digest(b"s2"), expires_ms=day + 1))
    store.add_ceremony(Ceremony(digest(b"c"), "sign-in", "", b"", day))
    store.add_invitation(Invitation(digest(b"i"), "blue", "watch", "o-x", "", 1, day))
    store.fail(b"old", 0)
    store.fail(b"new", 1)
    store.sweep(day)
    assert [held.digest for held in store.sessions("a1")] == [digest(b"s2")]
    assert store.take_ceremony(digest(b"c")) is None
    assert store.invitation(digest(b"i")) is None
    assert (store.failures(b"old").count, store.failures(b"new").count) == (0, 1)


def test_a_key_without_an_account_is_refused_as_the_stores_failure(store: AccountStore) -> None:
    with pytest.raises(StoreFailed) as caught:
        store.add_session(replace(SESSION, account="nobody"))
    assert caught.value.code == "store.failed"
    store.add_session(SESSION)


def test_contacts_are_kept_and_erased(store: AccountStore) -> None:
    other = replace(MAIL, id="c2", kind="webhook", address="https://example.org/hook", secret=b"whsec")
    store.add_contact(MAIL)
    store.add_contact(other)
    assert list(store.contacts("a1")) == [MAIL, other]
    assert not store.erase_contact("a2", "c1")
    assert store.erase_contact("a1", "c1")
    assert list(store.contacts("a1")) == [other]


def test_an_erased_contact_is_in_no_file_of_sqlite(tmp_path: Path) -> None:
    store = SqliteAccounts(tmp_path / "accounts.db")
    store.add_contact(MAIL)
    assert any(CANARY.encode() in file.read_bytes() for file in tmp_path.iterdir())
    store.add_contact(replace(MAIL, id="c2", address="other@example.org"))
    assert store.erase_contact("a1", "c1")
    assert [file.name for file in tmp_path.iterdir() if CANARY.encode() in file.read_bytes()] == []
    store.close()


def test_an_erased_contact_is_in_no_table_of_postgres(pg_server: PgServer) -> None:
    store = PostgresAccounts(pg_server.database())
    store.add_contact(MAIL)
    pg_server.checkpoint()
    files = [file for file in (pg_server.data / "base").rglob("*") if file.is_file()]
    assert any(CANARY.encode() in file.read_bytes() for file in files)
    assert store.erase_contact("a1", "c1")
    pg_server.checkpoint()
    files = [file for file in (pg_server.data / "base").rglob("*") if file.is_file()]
    assert not any(CANARY.encode() in file.read_bytes() for file in files)
    store.close()


def test_the_file_is_its_owners_alone_and_a_foreign_or_newer_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "accounts.db"
    SqliteAccounts(file).close()
    assert file.stat().st_mode & 0o077 == 0
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Refused) as newer:
        SqliteAccounts(file)
    assert newer.value.code == "store.newer"
    other = apsw.Connection(str(tmp_path / "other.db"))
    other.execute("CREATE TABLE t (x); PRAGMA user_version = 7")
    other.close()
    with pytest.raises(Refused) as foreign:
        SqliteAccounts(tmp_path / "other.db")
    assert foreign.value.code == "store.foreign"


def test_nothing_that_opens_a_door_is_printed() -> None:
    for held in (
        PasswordSecret("a1", "$argon2id$secret", 1),
        TotpSecret("a1", b"secret", 0, 1),
        RecoveryCodes("a1", (b"secret",), 1),
        replace(MAIL, address="secret@example.org", secret=b"secret"),
        Ceremony(b"secret", "sign-in", "", b"secret", 1),
    ):
        assert "secret" not in repr(held).replace("secret=", "")
