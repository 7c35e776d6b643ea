"""A home copied while it runs, and made again from the copy: a folder of files that no store is needed to read.

::

    manifest.json   written last: origin, size, root, and the size and SHA-256 of every other file
    log.json        the home's settings; trust.json, if it has one
    checkpoint      the newest signed head, for `thalweg verify`
    entries         every entry: 4 bytes of length, then the entry
    checkpoints     every signed head: 8 bytes of size, 4 of length, then the note
    payloads        those not erased: digest, salt, 4 bytes of length, then the payload
    outbox          messages that had not been handed over, one a line, canonical JSON
    keys/           the sealed keys (age files) and the recipient
    beside/         other SQLite files of the home, such as accounts

Numbers are big-endian. One form for every store, so a log that outgrew SQLite is restored into PostgreSQL. No lock
is taken: the newest head is read first, and what is below it never changes.

A backup is judged from its entries alone. The tree is grown again, the key history folded again, and every
checkpoint must name a root so found and be signed by the key that the log had there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import apsw

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader, Value, b64, unb64
from thalweg.ledger.checkpoint import SignedCheckpoint, require_log_signature
from thalweg.ledger.entry import NO_PREVIOUS, Entry, payload_digest
from thalweg.ledger.errors import Damaged, Inconsistent, Malformed, Refused, StoreFailed
from thalweg.ledger.identity import IDENTITY_KINDS, KeyHistory
from thalweg.ledger.promise import Append, NewEntry, Store, StoredPayload
from thalweg.ledger.tree import GrowingTree, Head, leaf_hash
from thalweg.model.keeping import Message
from thalweg.stores.files import Mark, write_durably
from thalweg.stores.home import Home, Settings, open_desk_tables, open_store
from thalweg.stores.sqlite_desk import DESK_FILE, SNAPSHOTS_FILE

MANIFEST = "thalweg/backup/v1"
_AGE = b"age-encryption.org/v1\n"
_TOGETHER = 512
# Whoever made the manifest must not name a file that a restore would write over, nor one outside.
_NAMED = re.compile(
    r"entries|checkpoints|payloads|outbox|checkpoint|(log|trust)\.json|keys/recipient|keys/[\w%.~-]+\.age"
    r"|beside/(?!log\.db|desk\.db|snapshots\.db)[\w-]+\.db",
    re.ASCII,
)
_OWN = ("entries", "checkpoints", "payloads", "outbox", "checkpoint", "log.json")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup was found to hold, all of it checked. `left_out` is what the home has and it has not."""

    origin: str
    head: Head
    checkpoint: SignedCheckpoint
    made_ms: int
    checkpoints: int
    payloads: int
    messages: int
    keys: tuple[str, ...]
    beside: tuple[str, ...]
    left_out: tuple[str, ...]


def back_up(folder: Path, to: Path, made_ms: int) -> BackupReport:
    """Copy the home in `folder` into the new or empty folder `to`, and verify the copy. The home may be running."""
    if to.exists() and any(to.iterdir()):
        raise Refused("backup.there", f"{to} is not empty: a backup goes into a folder of its own.")
    home = Home(folder)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(home, to, made_ms)
    finally:
        home.close()
    return verify_backup(to)


def verify_backup(backup: Path) -> BackupReport:
    """Check every file and recompute the root from the entries; Malformed, Refused or Damaged says what is off."""
    return _Backup(backup).verified()


def restore(backup: Path, folder: Path, *, store: str = "", mark: bytes | None = None) -> BackupReport:
    """Make the home that the backup is of in `folder`, which is new, empty, or holds nothing but `keys`.

    `store` puts the log elsewhere than it was (`postgres:…`, `sqlite:log.db`); it must have no entries. The home is
    suspicious, so it signs nothing until a scrub has passed. Neither a mark in `folder/keys` nor the signed
    checkpoint `mark` may be ahead of the backup, or contradict it.
    """
    if folder.exists() and {item.name for item in folder.iterdir()} - {"keys"}:
        raise Refused("restore.there", f"There is something in {folder} already; nothing is written over.")
    held = _Backup(backup)
    report = held.verified()
    here = Mark(folder / "keys" / "mark").read()
    for known in (here, None if mark is None else SignedCheckpoint.parse(mark)):
        if known is not None:
            _require_contains(held, report, known)
    settings = held.settings()
    settings = replace(settings, store=store or settings.store)
    folder.mkdir(parents=True, exist_ok=True)
    if not any((folder / "keys").glob("*.age")):
        for name in report.keys:
            write_durably(folder / name, (backup / name).read_bytes(), 0o600)
    write_durably(folder / "suspicious", b"")
    opened = open_store(settings.store, folder)
    try:
        if opened.head() is not None:
            raise Refused("restore.store", "There is a log in that store already; nothing is written over.")
        _fill(opened, held)
    finally:
        opened.close()
    for name in report.beside:
        if (folder / Path(name).name).exists():
            raise Refused("restore.store", "There is a log in that store already; nothing is written over.")
        shutil.copyfile(backup / name, folder / Path(name).name)
    if report.messages:
        tables = open_desk_tables(settings.store, folder)
        try:
            tables.outbox.put(list(held.messages()))
        finally:
            tables.close()
    Mark(folder / "keys" / "mark").write(report.checkpoint)
    if (backup / "trust.json").exists():
        write_durably(folder / "trust.json", (backup / "trust.json").read_bytes())
    # Last, so that a restore that was cut off has not made a home.
    write_durably(folder / "log.json", settings.encode())
    return report


def _write(home: Home, to: Path, made_ms: int) -> None:
    stored = home.store.head()
    if stored is None:
        raise Refused("log.empty", "This log has no entries yet.")
    head = stored.head
    files: dict[str, Path] = {}
    with _Writing(to / "entries") as entries, _Writing(to / "payloads") as payloads:
        for start in range(0, head.size, _TOGETHER):
            for data in home.store.entries(start, min(head.size, start + _TOGETHER)):
                entries.add(len(data).to_bytes(4), data)
                for commitment in Entry.parse(data).event.payloads:
                    payload = home.store.payload(commitment.digest)
                    if payload is not None:
                        size = len(payload.payload).to_bytes(4)
                        payloads.add(payload.digest, payload.salt, size, payload.payload)
    with _Writing(to / "checkpoints") as checkpoints:
        for past in home.store.checkpoint_sizes():
            note = home.store.checkpoint(past) if past <= head.size else None
            if note is not None:
                checkpoints.add(past.to_bytes(8), len(note).to_bytes(4), note)
    with _Writing(to / "outbox") as outbox:
        for message in _queued(home):
            outbox.add(_line(message), b"\n")
    write_durably(to / "checkpoint", stored.checkpoint)
    write_durably(to / "log.json", _settings(home, head).encode())
    if (home.folder / "trust.json").exists():
        write_durably(to / "trust.json", (home.folder / "trust.json").read_bytes())
    left_out = _copy_keys(home.folder / "keys", to / "keys") + _copy_beside(home, to / "beside")
    for file in sorted(to.rglob("*")):
        if file.is_file():
            files[file.relative_to(to).as_posix()] = file
    manifest: Mapping[str, Value] = {
        "files": {name: _file(path) for name, path in files.items()},
        "left_out": sorted(left_out),
        "made_ms": made_ms,
        "origin": home.settings.origin,
        "root": head.root.hex(),
        "size": head.size,
        "v": MANIFEST,
    }
    write_durably(to / "manifest.json", canonical.encode(manifest))


def _settings(home: Home, head: Head) -> Settings:
    """Those of the home; with the key that the log has now, if another machine has changed it."""
    keys = home.reader().history(head.size).log_keys(head.size)
    return home.settings if home.settings.log_key in keys else replace(home.settings, log_key=keys[-1])


def _queued(home: Home) -> list[Message]:
    if home.settings.store.startswith("sqlite") and not (home.folder / DESK_FILE).exists():
        return []
    tables = home.desk_tables()
    try:
        return [item.message for item in tables.outbox.queued()]
    finally:
        tables.close()


def _copy_keys(keys: Path, to: Path) -> list[str]:
    """Copy what is sealed; says what is not."""
    left_out = []
    for file in sorted(keys.iterdir()) if keys.exists() else []:
        sealed = file.suffix == ".age" and file.read_bytes().startswith(_AGE)
        if sealed or file.name == "recipient":
            write_durably(to / file.name, file.read_bytes(), 0o600)
        elif file.name not in ("mark", "mark.lock"):
            left_out.append(f"keys/{file.name}")
    return left_out


def _copy_beside(home: Home, to: Path) -> list[str]:
    """Copy the other SQLite files of the home, each as of one moment; says what is not."""
    known = {"log.json", "trust.json", "keys", "suspicious", DESK_FILE, SNAPSHOTS_FILE}
    known.add(home.settings.store.partition(":")[2])
    left_out = []
    for file in sorted(home.folder.iterdir()):
        if file.name in known or file.name.partition(".db-")[1] or file.name.endswith(".writer"):
            continue
        if file.suffix == ".db" and _NAMED.fullmatch(f"beside/{file.name}"):
            to.mkdir(exist_ok=True)
            _copy_sqlite(file, to / file.name)
        else:
            left_out.append(file.name)
    if home.settings.store.startswith("postgres"):
        left_out.append("other tables of the database, such as accounts: pg_dump keeps them")
    return left_out


def _copy_sqlite(file: Path, to: Path) -> None:
    try:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(5_000)
            connection.execute("VACUUM INTO ?", (str(to),))
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreFailed("backup.copy", f"{file.name} cannot be copied: {error}", happened="no") from error


class _Writing:
    """A file written in pieces, on disk when it is left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> _Writing:
        self._file = self._path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def add(self, *parts: bytes) -> None:
        if self._file is not None:
            self._file.write(b"".join(parts))


def _file(path: Path) -> Mapping[str, Value]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


@dataclass(slots=True)
class _Seen:
    """What a walk through a backup counted."""

    head: Head = field(default_factory=lambda: GrowingTree().head())
    payloads: int = 0
    heads: dict[int, bytes] = field(default_factory=dict)


class _Backup:
    """A backup on disk, read and checked as it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "manifest.json"
        if not file.exists():
            raise Refused("backup.absent", f"There is no whole backup in {folder}: it has no manifest.json.")
        reader = Reader(canonical.decode(file.read_bytes()), "manifest.json")
        if reader.text("v") != MANIFEST:
            raise Malformed("file.version", f"{MANIFEST} is what is read here.")
        self.files = reader.object("files")
        self.left_out = reader.texts("left_out")
        self.made_ms = reader.integer("made_ms")
        self.origin = reader.text("origin", longest=255)
        self.head = Head(reader.integer("size", low=1), reader.digest("root"))
        reader.done()
        if set(_OWN) - set(self.files) or not all(_NAMED.fullmatch(name) for name in self.files):
            raise Malformed("backup.files", "The manifest does not name the files of a backup.")

    def settings(self) -> Settings:
        return Settings.parse((self.folder / "log.json").read_bytes())

    def verified(self) -> BackupReport:
        self._require_files()
        settings = self.settings()
        seen = _Seen()
        for _ in self.appends(seen):
            pass
        checkpoint = SignedCheckpoint.parse((self.folder / "checkpoint").read_bytes())
        if (seen.head, checkpoint.head, settings.origin) != (self.head, self.head, self.origin):
            raise Damaged("backup.root", "The entries do not come to the head that the manifest names.")
        require_log_signature(checkpoint, self.origin, [settings.log_key])
        return BackupReport(
            self.origin,
            self.head,
            checkpoint,
            self.made_ms,
            len(seen.heads),
            seen.payloads,
            sum(1 for _ in self.messages()),
            tuple(sorted(name for name in self.files if name.startswith("keys/"))),
            tuple(sorted(name for name in self.files if name.startswith("beside/"))),
            self.left_out,
        )

    def heads(self) -> dict[int, bytes]:
        """Size → root of every checkpoint."""
        return {size: SignedCheckpoint.parse(note).head.root for size, note in self._checkpoints()}

    def messages(self) -> Iterator[Message]:
        with (self.folder / "outbox").open("rb") as file:
            for line in file:
                yield _message(line.rstrip(b"\n"))

    def appends(self, seen: _Seen) -> Iterator[Append]:
        """The appends that made the log, one for each checkpoint, each checked before it is given out."""
        tree, history = GrowingTree(), KeyHistory()
        tips: dict[str, tuple[int, bytes]] = {}
        entries = self._records("entries")
        payloads = self._payloads()
        held = next(payloads, None)
        for size, note in self._checkpoints():
            start = tree.size
            if size <= start:
                raise Damaged("backup.checkpoint", "The checkpoints are not in ascending order.", size=size)
            new: list[NewEntry] = []
            beside: list[StoredPayload] = []
            for index in range(start, size):
                data = next(entries, None)
                if data is None:
                    raise Damaged("backup.entry", f"Entry {index} is not there.", index=index)
                entry = Entry.parse(data)
                new.append(_admit(index, entry, data, history, tips))
                for commitment in entry.event.payloads:
                    if held is not None and held.digest == commitment.digest:
                        beside.append(held)
                        seen.payloads += 1
                        held = next(payloads, None)
            tiles = tree.extend(item.leaf for item in new)
            seen.head = tree.head()
            self._require_checkpoint(note, seen.head, history)
            seen.heads[size] = seen.head.root
            yield Append(start, new, tiles, seen.head, note, beside)
        if held is not None or next(entries, None) is not None:
            raise Damaged("backup.entry", "There is more in the backup than its newest checkpoint covers.")

    def _require_checkpoint(self, note: bytes, head: Head, history: KeyHistory) -> None:
        signed = SignedCheckpoint.parse(note)
        require_log_signature(signed, self.origin, history.log_keys(head.size))
        if signed.head != head:
            raise Damaged(
                "backup.checkpoint", f"The checkpoint of {head.size} entries does not fit them.", size=head.size
            )

    def _require_files(self) -> None:
        for name, value in self.files.items():
            told = Reader(value, name)
            path = self.folder / name
            if not path.is_file():
                raise Damaged("backup.file", f"The file {name} is missing.", file=name)
            found = _file(path)
            if (found["bytes"], found["sha256"]) != (told.integer("bytes"), told.digest("sha256").hex()):
                raise Damaged("backup.file", f"The file {name} is not what was written.", file=name)
            told.done()

    def _records(self, name: str) -> Iterator[bytes]:
        with (self.folder / name).open("rb") as file:
            while size := file.read(4):
                yield _exactly(file, int.from_bytes(size), name)

    def _checkpoints(self) -> Iterator[tuple[int, bytes]]:
        with (self.folder / "checkpoints").open("rb") as file:
            while size := file.read(8):
                length = int.from_bytes(_exactly(file, 4, "checkpoints"))
                yield int.from_bytes(size), _exactly(file, length, "checkpoints")

    def _payloads(self) -> Iterator[StoredPayload]:
        with (self.folder / "payloads").open("rb") as file:
            while digest := file.read(32):
                salt = _exactly(file, 32, "payloads")
                length = int.from_bytes(_exactly(file, 4, "payloads"))
                payload = _exactly(file, length, "payloads")
                if payload_digest(payload, salt) != digest:
                    raise Damaged("backup.payload", "A payload is not the one that was committed to.")
                yield StoredPayload(digest, salt, payload)


def _exactly(file: IO[bytes], count: int, name: str) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise Damaged("backup.file", f"The file {name} ends in the middle.", file=name)
    return data


def _admit(index: int, entry: Entry, data: bytes, history: KeyHistory, tips: dict[str, tuple[int, bytes]]) -> NewEntry:
    """The entry as it is to be stored, if it continues its author's chain and the key history takes it."""
    event = entry.event
    new = NewEntry(data, leaf_hash(data), event.author, event.seq, event.hash(), event.kind in IDENTITY_KINDS)
    expected = tips.get(new.author, (-1, NO_PREVIOUS))
    if (new.seq, event.prev) != (expected[0] + 1, expected[1]):
        raise Damaged("backup.author", f"Entry {index} does not continue its author's chain.", index=index)
    tips[new.author] = (new.seq, new.event_hash)
    if new.identity:
        try:
            history.apply(index, entry)
        except Refused as error:
            raise Damaged("backup.entry", f"Entry {index} should not have been admitted.", index=index) from error
    return new


def _fill(store: Store, held: _Backup) -> None:
    fence = store.acquire()
    try:
        for append in held.appends(_Seen()):
            store.append(append, fence)
    finally:
        store.release()
    head = store.head()
    if head is None or head.head != held.head:
        raise Damaged("backup.root", "The entries do not come to the head that the manifest names.")


def _require_contains(held: _Backup, report: BackupReport, known: SignedCheckpoint) -> None:
    """The backup must hold the head known from elsewhere: it is neither older nor another history."""
    if known.checkpoint.origin != report.origin:
        raise Refused("checkpoint.origin", f"The mark is of the log {known.checkpoint.origin}, not of {report.origin}.")
    if known.head.size > report.head.size:
        raise Inconsistent(
            "restore.rollback",
            f"{known.head.size} entries were signed once, the backup has {report.head.size}: find a newer one.",
            signed=known.head.size,
            found=report.head.size,
        )
    if held.heads().get(known.head.size) != known.head.root:
        raise Inconsistent(
            "restore.fork",
            f"The backup does not contain the head of {known.head.size} entries that was signed.",
            signed=known.head.size,
        )


def _line(message: Message) -> bytes:
    return canonical.encode(
        {
            "address": message.address_ref,
            "bearer": message.bearer,
            "body": b64(message.body),
            "due_ms": message.due_ms,
            "id": message.id,
            "recipient": message.recipient,
        }
    )


def _message(line: bytes) -> Message:
    reader = Reader(canonical.decode(line), "the outbox")
    message = Message(
        reader.text("id"),
        reader.text("recipient"),
        reader.text("bearer"),
        reader.text("address"),
        unb64(reader.text("body", longest=1 << 28), "body"),
        reader.integer("due_ms"),
    )
    reader.done()
    return message
