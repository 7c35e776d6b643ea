"""Where values meet the world: the only reader of the clock, the environment and the source of randomness."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.drafts import Context
from thalweg.drafts.plausibility import Doubts
from thalweg.formats.theatre import default_theatre, read_theatre
from thalweg.model.declarations import Kind
from thalweg.model.encodings import decoded
from thalweg.model.errors import InputError
from thalweg.model.theatre import Theatre
from thalweg.places.gazetteer import Gazetteer, packaged
from thalweg.places.regions import read_region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from thalweg.ledger.canonical import Value
    from thalweg.ledger.note import VerifierKey
    from thalweg.model.keeping import DeskTables
    from thalweg.stores.author import AuthorHome
    from thalweg.stores.author import Said as Said  # named again, so that the command line may say it
    from thalweg.stores.backup import BackupReport as BackupReport  # named again, so that the command line may say it
    from thalweg.stores.files import KeyRing as KeyRing  # named again, so that the command line may say it
    from thalweg.stores.files import MirrorFiles, WitnessFiles
    from thalweg.stores.files import Unlocked as Unlocked  # named again, so that the command line may say it
    from thalweg.stores.home import Home as Home  # named again, so that the command line may say it


def now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


class ToldClock:
    """The time of an exercise as a file tells it: its first line is an instant with its zone, and from when it is read
    time runs as it does. Written anew, it sets the clock; a file that cannot be read changes nothing.

    `InputError` if there is no time in it to begin with.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._told = datetime.fromtimestamp(0, UTC)
        self._since_s = 0.0
        problem = self._look()
        if problem:
            raise InputError("exercise-clock", f"{file} tells no time: {problem}.", expected="2017-09-12T06:00:00Z")

    def __call__(self) -> datetime:
        """What time it is in the exercise."""
        self._look()
        return self._told + timedelta(seconds=time.monotonic() - self._since_s)

    def _look(self) -> str:
        """Take the time from the file if it was written anew; what is wrong with it, if anything."""
        try:
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp == self._stamp:
                return ""
            told = datetime.fromisoformat(self._file.read_text("utf-8").partition("\n")[0].strip())
        except OSError as error:
            return error.strerror or "it cannot be read"
        except ValueError as error:
            return str(error)
        if told.tzinfo is None:
            return "it names no zone"
        self._stamp, self._told, self._since_s = stamp, told.astimezone(UTC), time.monotonic()
        return ""


def random_bytes(count: int) -> bytes:
    """Bytes fit for keys and salts, from the operating system."""
    return os.urandom(count)


def theatre_of(file: Path | None) -> Theatre:
    """The theatre of the file, or the default one. `InputError` if it cannot be read, `RulesError` if it is wrong."""
    return default_theatre() if file is None else read_theatre(read_file(file), file.name)


def read_file(file: Path) -> bytes:
    """The bytes of a file that the person named. `InputError` if there is none."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError("file-unreadable", f"{file} cannot be read: {error.strerror}.", found=str(file)) from error


def words_of(file: Path) -> str:
    """The letters of a file that the person named. `InputError` if there is none, or it is no text."""
    return decoded(read_file(file), "file-encoding", str(file))


def write_file(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made. `InputError` where that cannot be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(file.name + ".part")
        beside.write_bytes(data)
        beside.replace(file)
    except OSError as error:
        raise InputError("file-unwritable", f"{file} cannot be written: {error.strerror}.", found=str(file)) from error


def gazetteer_of(files: tuple[Path, ...]) -> Gazetteer:
    """The packaged gazetteer, with the places of the given GeoNames files or place lists."""
    known = packaged()
    for file in files:
        known = known.with_places(read_region(file))
    return known


def context_of(theatre: Theatre, gazetteer_files: tuple[Path, ...], party: str, kind: Kind | None) -> Context:
    """What readers know besides the files. The gazetteer is loaded when a place is first named."""
    doubts = Doubts(theatre, lambda: gazetteer_of(gazetteer_files))
    return Context(theatre, default_party=party, default_kind=kind, plausibility=doubts)


def log_home(folder: Path) -> Home:
    """The log that lives in `folder`, opened. The stores are loaded only here, when a log is asked for."""
    home: Home = import_module("thalweg.stores.home").Home(folder)
    return home


def make_log_home(
    folder: Path, *, origin: str, registrar: str, store: str, passphrase: str | None, recipient: str | None
) -> Home:
    """A new log in `folder`, with fresh keys and its genesis entry."""
    home: Home = import_module("thalweg.stores.home").create(
        folder,
        origin=origin,
        registrar=registrar,
        store=store,
        passphrase=passphrase,
        recipient=recipient,
        random_bytes=random_bytes,
        at_ms=now_ms(),
    )
    return home


def rotate_log_key(home: Home, unlocked: Unlocked) -> VerifierKey:
    """A fresh key for a log, entered in it."""
    return home.rotate_log_key(unlocked, random_bytes(32), at_ms=now_ms(), salt=random_bytes(32))


def author_home(folder: Path) -> AuthorHome:
    """The folder from which an author signs."""
    home: AuthorHome = import_module("thalweg.stores.author").AuthorHome(folder)
    return home


def make_author_home(
    folder: Path,
    *,
    author: str,
    origin: str,
    trust: bytes,
    passphrase: str | None,
    recipient: str | None,
    after: bytes | None,
) -> AuthorHome:
    """A folder for an author to sign from, with a fresh key."""
    home: AuthorHome = import_module("thalweg.stores.author").make_author(
        folder,
        author=author,
        origin=origin,
        trust=trust,
        seed=random_bytes(32),
        passphrase=passphrase,
        recipient=recipient,
        after=after,
    )
    return home


def sign_as(
    home: AuthorHome,
    unlocked: Unlocked,
    kind: str,
    body: Mapping[str, Value],
    payloads: tuple[tuple[bytes, str], ...],
    clock: Callable[[], datetime] = now,
) -> Said:
    """An author's next entry, stamped with the present by the author's clock."""
    at_ms = int(clock().timestamp() * 1000)
    return home.sign(unlocked, kind, body, at_ms=at_ms, random_bytes=random_bytes, payloads=payloads)


def rotate_author_key(home: AuthorHome, unlocked: Unlocked) -> Said:
    """The entry by which an author's key is replaced by a fresh one."""
    return home.rotate(unlocked, random_bytes(32), at_ms=now_ms(), random_bytes=random_bytes)


def key_ring(folder: Path) -> KeyRing:
    """The sealed keys in `folder`."""
    ring: KeyRing = import_module("thalweg.stores.files").KeyRing(folder)
    return ring


def witness_files(folder: Path) -> WitnessFiles:
    """A witness's memory in `folder`."""
    files: WitnessFiles = import_module("thalweg.stores.files").WitnessFiles(folder)
    return files


def mirror_files(folder: Path) -> MirrorFiles:
    """A party's mirror of a log in `folder`."""
    files: MirrorFiles = import_module("thalweg.stores.files").MirrorFiles(folder)
    return files


def now_ms() -> int:
    """The present in milliseconds of Unix time, as entries state it."""
    return round(now().timestamp() * 1000)


def desk_tables(home: Home, seal: bytes = b"") -> DeskTables:
    """What the desk keeps beside a log. `seal` is the secret under which its snapshots are checked."""
    return home.desk_tables(seal)


def back_up(folder: Path, to: Path) -> BackupReport:
    """Copy the home of a log, which may be running, and verify the copy."""
    report: BackupReport = import_module("thalweg.stores.backup").back_up(folder, to, now_ms())
    return report


def verify_backup(backup: Path) -> BackupReport:
    """Recompute a backup's root from its entries; the ledger's errors say what is off."""
    report: BackupReport = import_module("thalweg.stores.backup").verify_backup(backup)
    return report


def restore_home(backup: Path, folder: Path, *, store: str, mark: bytes | None) -> BackupReport:
    """A home made again from a verified backup, suspicious until it has been scrubbed."""
    report: BackupReport = import_module("thalweg.stores.backup").restore(backup, folder, store=store, mark=mark)
    return report


def monotonic() -> float:
    """Seconds from some start that never run backwards."""
    return time.monotonic()
