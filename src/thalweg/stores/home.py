"""A log's home: one folder with its settings, its sealed keys, its mark, and (unless told otherwise) its
store.

::

    log.json     origin, log key, registrar, where the store is: nothing secret, given to whoever verifies
    log.db       the SQLite store, unless the store is a PostgreSQL conninfo
    desk.db      what the desk keeps beside an SQLite store; snapshots.db, a cache of its state
    keys/        age files, the recipient they are sealed for, and the mark of the last signed head
    suspicious   there from the first sign of damage until a scrub has passed: meanwhile nothing is signed
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from math import ceil
from pathlib import Path

from thalweg.ledger import canonical, identity
from thalweg.ledger.canonical import Reader, Value
from thalweg.ledger.checkpoint import HeadSigner, SignedCheckpoint, require_log_signature
from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.errors import Inconsistent, LedgerError, Malformed, Refused
from thalweg.ledger.note import NoteKey, VerifierKey
from thalweg.ledger.promise import Store
from thalweg.ledger.sequencer import Log, Placed, Sequencer, prepare
from thalweg.ledger.tree import EMPTY_ROOT, Head, verify_consistency
from thalweg.model.keeping import DeskTables
from thalweg.stores.files import NEXT, KeyRing, Mark, Unlocked, write_durably

SETTINGS = "thalweg/log/v1"
_TURN_S = 0.2


@dataclass(frozen=True, slots=True)
class Settings:
    """What a log's home says about it."""

    origin: str
    log_key: VerifierKey
    registrar: str
    store: str
    """`sqlite:` and a file in the home, or `postgres:` and a conninfo."""

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "log_key": self.log_key.text(),
                "origin": self.origin,
                "registrar": self.registrar,
                "store": self.store,
                "v": SETTINGS,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Settings:
        reader = Reader(canonical.decode(data), "log.json")
        if reader.text("v") != SETTINGS:
            raise Malformed("file.version", f"{SETTINGS} is what is read here.")
        out = cls(
            reader.text("origin", longest=255),
            VerifierKey.parse(reader.text("log_key", longest=512)),
            reader.text("registrar"),
            reader.text("store"),
        )
        reader.done()
        return out


class Home:
    """An existing home. Reading needs no key; writing needs the key ring unlocked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = KeyRing(folder / "keys")
        self.mark = Mark(folder / "keys" / "mark")
        file = folder / "log.json"
        if not file.exists():
            raise Refused("home.absent", f"There is no log in {folder}; make one with 'thalweg ledger init'.")
        self.settings = Settings.parse(file.read_bytes())
        self._suspicion = folder / "suspicious"
        self._closing = threading.Event()
        self.store = open_store(self.settings.store, folder)

    def suspect(self) -> None:
        """From now on, and over every restart, nothing is signed until a scrub has passed."""
        write_durably(self._suspicion, b"")

    def scrub(self, unlocked: Unlocked) -> Head:
        """Recompute the root from the entries; Damaged says what is off, and the log stays suspicious."""
        self.suspect()
        writer = self.writer(unlocked)
        head = writer.log.scrub()
        self._suspicion.unlink()
        writer.remember()
        return head

    def reader(self) -> Log:
        return Log(self.store, self.settings.origin)

    def writer(self, unlocked: Unlocked) -> Writer:
        """Become the writer. The mark makes an older copy of the store refuse to be signed."""
        marked = self.mark.read()
        keys = unlocked.log_keys(self.settings.origin)
        signer = HeadSigner(self.settings.origin, keys, None if marked is None else marked.head)
        writer = Writer(self, unlocked, Sequencer(self.store, signer, suspicious=self._suspicion.exists()))
        try:
            self._settle(writer, keys)
        except (LedgerError, OSError):
            writer.close()  # a writer that nobody has must not keep others from becoming one
            raise
        return writer

    def writer_in_turn(self, unlocked: Unlocked, timeout_s: float) -> Writer | None:
        """Stand by, and become the writer as soon as nobody else is; None if that took longer than told.

        The lock of a writer that was killed is gone at once, and that of a machine that vanished within some ten
        seconds. One that hangs keeps it: whoever is sure may `acquire(take_over=True)`.
        """
        for _ in range(max(1, ceil(timeout_s / _TURN_S))):
            try:
                return self.writer(unlocked)
            except Refused as error:
                if error.code != "store.held":
                    raise
            if self._closing.wait(_TURN_S):
                break
        return None

    def move_mark(self) -> SignedCheckpoint | None:
        """Move this home's mark to the newest head of the store, once it is shown to add to the one marked.

        For every server process on a beat, whether it writes or follows: then each machine knows how far the log
        had come, and whichever becomes the writer next refuses an older copy. Inconsistent if the store is behind
        the mark or contradicts it; None before the first entry.
        """
        log, marked = self.reader(), self.mark.read()
        signed = log.head()
        if signed is None or (marked is not None and signed.head.size < marked.head.size):
            if marked is None:
                return None
            found = 0 if signed is None else signed.head.size
            raise Inconsistent(
                "signer.rollback",
                f"{marked.head.size} entries were signed once, the store has {found}: an older copy.",
                signed=marked.head.size,
                found=found,
            )
        try:
            if marked is not None:
                proof = log.consistency(marked.head.size, signed.head.size)
                verify_consistency(marked.head, signed.head, proof)
        except Refused as error:
            raise Inconsistent(
                "signer.fork",
                f"The store does not contain the head of {marked.head.size if marked else 0} entries that was signed.",
            ) from error
        self._require_own(log, signed, anchored=marked is not None)
        if marked is None or marked.head != signed.head:
            self.mark.write(signed)
        return signed

    def _require_own(self, log: Log, signed: SignedCheckpoint, *, anchored: bool) -> None:
        """The head is signed by the key in the settings; or, if it adds to a head known before, by the key that the
        registrar has entered since (another machine changed it)."""
        try:
            require_log_signature(signed, self.settings.origin, [self.settings.log_key])
        except Refused:
            if not anchored:
                raise
            log.prove(0, signed)
            keys = log.history(signed.head.size).log_keys(signed.head.size)
            require_log_signature(signed, self.settings.origin, keys)

    def desk_tables(self, seal: bytes = b"") -> DeskTables:
        """What the desk keeps beside this log: in the same database, or in files of its own beside the log's."""
        return open_desk_tables(self.settings.store, self.folder, seal)

    def rotate_log_key(self, unlocked: Unlocked, seed: bytes, *, at_ms: int, salt: bytes) -> VerifierKey:
        """Replace the log's own key: the registrar signs `log.key/1`; both keys sign the head that holds it.

        The new key is on disk before the log names it. After a crash in between, both keys sign until the
        change is made again; after one later on, the next writer settles it.
        """
        self.keys.replace("log", self.settings.origin + NEXT, seed)
        writer = self.writer(unlocked)
        new = NoteKey(self.settings.origin, seed).verifier()
        writer.say(self.settings.registrar, identity.LOG_KEY, identity.log_key_body(new), at_ms=at_ms, salt=salt)
        self._settle(writer, unlocked.log_keys(self.settings.origin))
        writer.close()
        return new

    def _settle(self, writer: Writer, keys: Sequence[NoteKey]) -> None:
        """Once the log names the key that was to come, it is the log's key, and the old one is gone."""
        named = writer.log.history().log_keys(writer.log.size)
        if len(keys) > 1 and named == (keys[-1].verifier(),):
            self.keys.promote("log", self.settings.origin)
            write_durably(self.folder / "log.json", replace(self.settings, log_key=named[0]).encode())

    def close(self) -> None:
        self._closing.set()
        self.store.close()


class Writer:
    """The writing side of a home, for as long as one command or one server runs."""

    def __init__(self, home: Home, unlocked: Unlocked, log: Sequencer) -> None:
        self._home = home
        self._unlocked = unlocked
        self.log = log

    def say(
        self,
        author: str,
        kind: str,
        body: Mapping[str, Value],
        *,
        at_ms: int,
        salt: bytes,
        signer: AuthorSigner | None = None,
        payloads: tuple[tuple[bytes, bytes, str], ...] = (),
    ) -> Placed:
        """Sign and append one event of an author whose key is in the ring. `payloads` are (bytes, salt,
        media).

        The author is taken to have seen the newest head, since it is this very home that shows it.
        """
        signer = self._signer(author) if signer is None else signer
        tip = self._home.store.tip(author)
        head = self.log.head()
        entry = signer.say(
            log=self._home.settings.origin,
            author=author,
            after=None if tip is None else (tip.seq, tip.event_hash),
            seen=Head(0, EMPTY_ROOT) if head is None else head.head,
            kind=kind,
            body=body,
            at_ms=at_ms,
            salt=salt,
            payloads=payloads,
        )
        return self.take(entry.encode(), tuple((payload, fresh) for payload, fresh, _ in payloads))

    def _signer(self, author: str) -> AuthorSigner:
        """The author's key; the next one, if a rotation reached the log and then the machine stopped."""
        signer = self._unlocked.author(author)
        record = self.log.history().key(signer.key.key_id)
        if record is not None and record.reason == "rotated" and self._home.keys.pending("author", author):
            self._home.keys.promote("author", author)
            signer = self._unlocked.author(author)
        return signer

    def take(self, entry: bytes, payloads: tuple[tuple[bytes, bytes], ...] = ()) -> Placed:
        """Append an entry that somebody signed elsewhere; the refusal is raised."""
        (outcome,) = self.log.submit([prepare(entry, payloads=payloads)])
        if isinstance(outcome, LedgerError):
            raise outcome
        self.remember()
        return outcome

    def remember(self) -> None:
        """Move the mark to the newest head."""
        signed = self.log.head()
        if signed is not None:
            self._home.mark.write(signed)

    def close(self) -> None:
        self.log.close()


def create(
    folder: Path,
    *,
    origin: str,
    registrar: str,
    store: str,
    passphrase: str | None,
    recipient: str | None,
    random_bytes: Callable[[int], bytes],
    at_ms: int,
) -> Home:
    """Make a home: keys, settings, an empty store, and the genesis entry signed by the registrar.

    Exactly one of `passphrase` and `recipient` says how the keys are sealed.
    """
    if (folder / "log.json").exists():
        raise Refused("home.there", f"There is a log in {folder} already.")
    folder.mkdir(parents=True, exist_ok=True)
    opened = open_store(store, folder)  # first: if there is no database there, nothing is begun
    try:
        ring = KeyRing(folder / "keys")
        ring.open_for(passphrase, recipient)
        log_seed, registrar_seed = random_bytes(32), random_bytes(32)
        log_key = NoteKey(origin, log_seed)
        signer = AuthorSigner(registrar_seed)
        ring.seal("log", origin, log_seed)
        ring.seal("author", registrar, registrar_seed)
        settings = Settings(origin, log_key.verifier(), registrar, store)
        log = Sequencer(opened, HeadSigner(origin, [log_key], None))
        genesis = signer.say(
            log=origin,
            author=registrar,
            after=None,
            seen=Head(0, EMPTY_ROOT),
            kind=identity.GENESIS,
            body=identity.genesis_body(settings.log_key, signer.key),
            at_ms=at_ms,
            salt=random_bytes(32),
        )
        log.append(genesis.encode())
        signed = log.head()
        if signed is not None:
            Mark(folder / "keys" / "mark").write(signed)
        log.close()
    finally:
        opened.close()
    write_durably(folder / "log.json", settings.encode())
    return Home(folder)


def open_store(where: str, folder: Path) -> Store:
    """The store that a home's settings name. Each driver is loaded only when its store is asked for."""
    scheme, _, rest = where.partition(":")
    opened: Store
    if scheme == "sqlite" and rest:
        opened = import_module("thalweg.stores.sqlite").SqliteStore(folder / rest)
    elif scheme == "postgres" and rest:
        opened = import_module("thalweg.stores.postgres").PostgresStore(rest)
    else:
        raise Refused("home.store", "A store is 'sqlite:FILE' or 'postgres:CONNINFO'.", found=where)
    return opened


def open_desk_tables(where: str, folder: Path, seal: bytes = b"") -> DeskTables:
    """The tables of the desk beside the store that a home's settings name."""
    opened: DeskTables
    scheme, _, rest = where.partition(":")
    if scheme == "postgres":
        opened = import_module("thalweg.stores.postgres_desk").PostgresDesk(rest, seal=seal)
    else:
        opened = import_module("thalweg.stores.sqlite_desk").SqliteDesk(folder, seal=seal)
    return opened
