"""A home copied while it runs and made again from the copy, between all stores; what is off is found and refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from tests.conformance.test_takeover import AT_MS, Site, say
from tests.ledger_world import ORIGIN, REGISTRAR, seed
from tests.pgserver import PgServer
from thalweg.ledger import canonical
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused
from thalweg.ledger.verify import Trust, verify_receipt
from thalweg.model.keeping import Message
from thalweg.stores.backup import BackupReport, back_up, restore, verify_backup
from thalweg.stores.files import write_durably
from thalweg.stores.home import Home

WhereTo = Callable[[], str]
LETTER = Message("m1", "blue", "e-mail", "watch-1", b"\x00letter", 100)


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A log with some entries, payloads (one erased), a message that waits, one that was sent, and other files."""
    server = request.getfixturevalue("pg_server") if request.param == "postgres" else None
    made = Site(tmp_path, "sqlite:log.db" if server is None else f"postgres:{server.database()}")
    home = Home(made.folder / "first")
    writer = home.writer(made.unlocked(home))
    for i in range(5):
        say(writer, f"text {i}")
    secrets = [seed(f"payload {i}") for i in range(3)]
    for i, secret in enumerate(secrets):
        writer.say(
            REGISTRAR,
            "note/1",
            {"text": f"with {i}"},
            at_ms=AT_MS,
            salt=seed(f"salt {i}"),
            payloads=((secret, seed(f"fresh {i}"), "text/plain"),),
        )
    home.store.erase(hashlib.sha256(seed("fresh 1") + secrets[1]).digest())
    tables = home.desk_tables()
    tables.outbox.put([LETTER, Message("m2", "red", "webhook", "x", b"sent", 100)])
    tables.outbox.done("m2", "200")
    tables.snapshots.save("state", 3, bytes(32), [b"cache"])
    tables.close()
    (home.folder / "keys" / "plain.key").write_text("not sealed")
    (home.folder / "notes.txt").write_text("mine")
    accounts = apsw.Connection(str(home.folder / "accounts.db"))
    accounts.execute("CREATE TABLE account (name); INSERT INTO account VALUES ('watch')")
    accounts.close()
    writer.close()
    home.close()
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request: pytest.FixtureRequest) -> WhereTo:
    """A store without entries."""
    server: PgServer | None = request.getfixturevalue("pg_server") if request.param == "postgres" else None
    return lambda: "sqlite:log.db" if server is None else f"postgres:{server.database()}"


def backup_of(site: Site) -> tuple[Path, BackupReport]:
    to = site.folder / "backup"
    return to, back_up(site.folder / "first", to, AT_MS)


def test_a_backup_tells_what_it_holds_and_what_not(site: Site) -> None:
    to, report = backup_of(site)
    home = Home(site.folder / "first")
    stored = home.store.head()
    assert stored is not None
    assert (report.origin, report.head, report.checkpoint.encode()) == (ORIGIN, stored.head, stored.checkpoint)
    assert (report.checkpoints, report.messages, report.made_ms) == (len(home.store.checkpoint_sizes()), 1, AT_MS)
    erased = 1 - sum(home.store.payload(d) is not None for d in digests(home)) + 2
    assert report.payloads == 3 - erased
    assert {name.partition("-")[0] for name in report.keys} == {"keys/log", "keys/author", "keys/recipient"}
    assert report.beside == ("beside/accounts.db",)
    assert {"keys/plain.key", "notes.txt"} <= set(report.left_out)
    assert not list(to.rglob("plain.key"))
    assert not list(to.rglob("*mark*"))
    assert verify_backup(to) == report
    home.close()


def digests(home: Home) -> list[bytes]:
    from thalweg.ledger.entry import Entry

    head = home.store.head()
    assert head is not None
    entries = home.store.entries(0, head.head.size)
    return [item.digest for data in entries for item in Entry.parse(data).event.payloads]


def test_a_backup_restored_into_any_store_is_the_same_log(site: Site, elsewhere: WhereTo) -> None:
    to, report = backup_of(site)
    again = site.folder / "again"
    assert restore(to, again, store=elsewhere()) == report
    first, second = Home(site.folder / "first"), Home(again)
    size = report.head.size
    assert list(second.store.entries(0, size)) == list(first.store.entries(0, size))
    assert second.store.leaves(0, size) == first.store.leaves(0, size)
    sizes = list(first.store.checkpoint_sizes())
    assert list(second.store.checkpoint_sizes()) == sizes
    assert [second.store.checkpoint(s) for s in sizes] == [first.store.checkpoint(s) for s in sizes]
    assert [second.store.payload(d) for d in digests(first)] == [first.store.payload(d) for d in digests(first)]
    assert second.store.tip(REGISTRAR) == first.store.tip(REGISTRAR)
    assert list(second.store.identity()) == list(first.store.identity())
    tables = second.desk_tables()
    assert [item.message for item in tables.outbox.queued()] == [LETTER]
    tables.close()
    accounts = apsw.Connection(str(again / "accounts.db"))
    assert accounts.execute("SELECT name FROM account").fetchall() == [("watch",)]
    accounts.close()
    first.close()
    second.close()


def test_a_restored_home_signs_nothing_until_a_scrub_has_passed(site: Site) -> None:
    to, report = backup_of(site)
    again = site.folder / "again"
    where = Home(site.folder / "first")
    scheme = where.settings.store
    where.close()
    if scheme.startswith("postgres"):
        with pytest.raises(Refused) as caught:
            restore(to, again)
        assert caught.value.code == "restore.store"
        shutil.rmtree(again)
    restore(to, again, store="sqlite:log.db")
    home = Home(again)
    assert home.mark.read() == report.checkpoint
    writer = home.writer(site.unlocked(home))
    with pytest.raises(Damaged) as damaged:
        say(writer)
    assert damaged.value.code == "log.suspicious"
    writer.close()
    assert home.scrub(site.unlocked(home)) == report.head
    home.store.release()
    writer = home.writer(site.unlocked(home))
    index = say(writer)
    assert index == report.head.size
    trust = Trust(ORIGIN, (home.settings.log_key,), genesis=home.store.leaves(0, 1))
    verify_receipt(writer.log.receipt(index).encode(), trust)
    writer.close()
    home.close()


def test_nothing_is_written_over(site: Site) -> None:
    to, _ = backup_of(site)
    with pytest.raises(Refused) as caught:
        back_up(site.folder / "first", to, AT_MS)
    assert caught.value.code == "backup.there"
    before = sorted(path.name for path in (site.folder / "first").iterdir())
    with pytest.raises(Refused) as caught:
        restore(to, site.folder / "first", store="sqlite:log.db")
    assert caught.value.code == "restore.there"
    assert sorted(path.name for path in (site.folder / "first").iterdir()) == before


def test_a_backup_is_taken_while_the_log_grows(site: Site) -> None:
    home = Home(site.folder / "first")
    writer = home.writer(site.unlocked(home))
    stop = threading.Event()
    sizes: list[int] = []

    def grow() -> None:
        while not stop.is_set():
            sizes.append(say(writer, f"while {len(sizes)}"))

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        while len(sizes) < 3:
            pass
        before = len(sizes)
        reports = [back_up(site.folder / "first", site.folder / f"b{i}", AT_MS) for i in range(3)]
        assert len(sizes) > before
    finally:
        stop.set()
        thread.join()
    assert reports[0].head.size <= reports[2].head.size
    last = restore(site.folder / "b2", site.folder / "again", store="sqlite:log.db")
    assert last.head == reports[2].head
    writer.close()
    home.close()


def test_a_restore_behind_a_mark_or_beside_it_is_refused(site: Site) -> None:
    to, report = backup_of(site)
    home = Home(site.folder / "first")
    writer = home.writer(site.unlocked(home))
    for i in range(4):
        say(writer, f"later {i}")
    writer.close()
    mark = (home.folder / "keys" / "mark").read_bytes()
    home.close()
    again = site.folder / "again"
    with pytest.raises(Inconsistent) as caught:
        restore(to, again, store="sqlite:log.db", mark=mark)
    assert caught.value.code == "restore.rollback"
    shutil.copytree(site.folder / "first" / "keys", again / "keys")
    with pytest.raises(Inconsistent) as caught:
        restore(to, again, store="sqlite:log.db")
    assert caught.value.code == "restore.rollback"
    other = report.checkpoint.encode().replace(b"\n%d\n" % report.head.size, b"\n4\n", 1)
    write_durably(again / "keys" / "mark", other)
    with pytest.raises(Inconsistent) as caught:
        restore(to, again, store="sqlite:log.db")
    assert caught.value.code == "restore.fork"
    assert not (again / "log.json").exists()
    write_durably(again / "keys" / "mark", report.checkpoint.encode())
    keys = sorted(path.name for path in (again / "keys").iterdir())
    restore(to, again, store="sqlite:log.db", mark=report.checkpoint.encode())
    assert set(keys) <= {path.name for path in (again / "keys").iterdir()}


NAMES = [
    "entries",
    "checkpoints",
    "payloads",
    "outbox",
    "checkpoint",
    "log.json",
    "keys/recipient",
    "beside/accounts.db",
]


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_a_changed_or_missing_file_is_found(site: Site, name: str) -> None:
    to, _ = backup_of(site)
    file = to / name
    good = file.read_bytes()
    for bad in (
        good[:-1],
        good + b"x",
        good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1 :],
    ):
        file.write_bytes(bad)
        with pytest.raises(Damaged) as caught:
            verify_backup(to)
        assert caught.value.code == "backup.file"
        with pytest.raises(Damaged):
            restore(to, site.folder / "again")
        assert not (site.folder / "again").exists()
    file.unlink()
    with pytest.raises(Damaged):
        verify_backup(to)


def forge(to: Path, name: str, data: bytes) -> None:
    """Change a file and the manifest with it, as somebody who owns the backup could."""
    (to / name).write_bytes(data)
    manifest = json.loads((to / "manifest.json").read_bytes())
    manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (to / "manifest.json").write_bytes(canonical.encode(manifest))


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["entries", "checkpoints", "payloads", "checkpoint", "outbox", "log.json"])
def test_whoever_owns_a_backup_cannot_make_it_tell_another_story(site: Site, name: str) -> None:
    """Every byte changed in turn (every seventh, to be quick), the manifest to match: found, or without effect."""
    to, report = backup_of(site)
    good = (to / name).read_bytes()
    for place in range(0, len(good), 7):
        forge(to, name, good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            found = verify_backup(to)
        except LedgerError:
            continue
        if name in ("outbox", "log.json"):
            continue  # not evidence: a message, and where the store is
        assert found.head == report.head
        assert name in ("checkpoint", "checkpoints"), place
        # A cosignature line or its end may be spoilt; the log's own line and the head hold.
        assert found.checkpoint.head == report.head


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_entries_left_out_of_a_backup_are_missed(site: Site) -> None:
    to, _ = backup_of(site)
    entries = (to / "entries").read_bytes()
    records = []
    while entries:
        size = 4 + int.from_bytes(entries[:4])
        records.append(entries[:size])
        entries = entries[size:]
    for changed in (records[:-1], records[1:], [*records, records[-1]], [*records[:-2], records[-1], records[-2]]):
        forge(to, "entries", b"".join(changed))
        with pytest.raises(LedgerError):
            verify_backup(to)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "name", ["../evil", "beside/../../evil.db", "keys/../x.age", "beside/log.db", "/evil", "suspicious"]
)
def test_a_manifest_cannot_name_a_file_to_be_written_elsewhere(site: Site, name: str) -> None:
    to, _ = backup_of(site)
    manifest = json.loads((to / "manifest.json").read_bytes())
    manifest["files"][name] = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    (to / "manifest.json").write_bytes(canonical.encode(manifest))
    with pytest.raises(Malformed) as caught:
        verify_backup(to)
    assert caught.value.code == "backup.files"


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_backup_or_restore_that_was_cut_off_is_not_taken_for_whole(site: Site) -> None:
    to, _ = backup_of(site)
    manifest = (to / "manifest.json").read_bytes()
    (to / "manifest.json").unlink()
    with pytest.raises(Refused) as caught:
        verify_backup(to)
    assert caught.value.code == "backup.absent"
    (to / "manifest.json").write_bytes(manifest)
    again = site.folder / "again"
    restore(to, again)
    (again / "log.json").unlink()
    with pytest.raises(Refused):
        Home(again)
    with pytest.raises(Refused) as caught:
        restore(to, again)
    assert caught.value.code == "restore.there"


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_backup_after_the_log_key_was_changed_is_verified_by_both_in_turn(site: Site) -> None:
    home = Home(site.folder / "first")
    home.rotate_log_key(site.unlocked(home), seed("new log key"), at_ms=AT_MS, salt=seed("salt"))
    home.close()
    to, report = backup_of(site)
    assert SignedCheckpoint.parse((to / "checkpoint").read_bytes()).head == report.head
    restore(to, site.folder / "again")
    again = Home(site.folder / "again")
    again.scrub(site.unlocked(again))
    again.close()
