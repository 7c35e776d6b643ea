"""An author's own folder: their key, every entry they signed, and the newest head they were shown.

::

    author.json   who signs, in which log: nothing secret
    trust.json    how this author knows the log
    key.json      the public key, for the registrar to enter
    keys/         the private key, an age file
    entries/      every entry signed here, by its number: the author's own chain
    payloads/     what those entries commit to, each with its salt before it
    aside/        entries that the log refused without keeping them, and why
    seen          the newest checkpoint shown

No store, no network and no log are needed to sign. An entry is on disk here before it is handed out: signing
another one with its number would look like a lie (`admit.author_fork`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from thalweg.ledger import canonical, identity
from thalweg.ledger.canonical import Reader, Value
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.entry import AUTHOR, NO_PREVIOUS, AuthorKey, AuthorSigner, Entry
from thalweg.ledger.errors import Inconsistent, Malformed, Refused
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.stores.files import NEXT, KeyRing, Unlocked, write_durably

AUTHOR_FILE = "thalweg/author/v1"


@dataclass(frozen=True, slots=True)
class Said:
    """What one signing made: the entry, and each payload with its salt before it, to go with the entry."""

    entry: bytes
    seq: int
    salted: tuple[bytes, ...]


class ShownHead:
    """The newest checkpoint of a log that its reader was shown, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def checkpoint(self) -> SignedCheckpoint | None:
        """The checkpoint itself; None before any was shown."""
        return SignedCheckpoint.parse(self._file.read_bytes()) if self._file.exists() else None

    def head(self) -> Head:
        """Its head; that of the empty log before any was."""
        held = self.checkpoint()
        return Head(0, EMPTY_ROOT) if held is None else held.head

    def show(self, signed: SignedCheckpoint) -> None:
        """Remember a head that was verified, if it is newer; Inconsistent if it contradicts the one held."""
        held = self.head()
        if signed.head.size == held.size and signed.head.root != held.root:
            raise Inconsistent(
                "author.two_heads",
                f"The log signed two heads of {held.size} entries; this one is not the one shown before.",
                first=self._file.read_bytes(),
                second=signed.encode(),
            )
        if signed.head.size > held.size:
            write_durably(self._file, signed.encode())


class AuthorHome:
    """An existing folder of an author."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.keys = KeyRing(folder / "keys")
        self.shown = ShownHead(folder / "seen")
        file = folder / "author.json"
        if not file.exists():
            raise Refused("author.absent", f"No author signs in {folder}; make one with 'thalweg ledger author init'.")
        reader = Reader(canonical.decode(file.read_bytes()), "author.json")
        if reader.text("v") != AUTHOR_FILE:
            raise Malformed("file.version", f"{AUTHOR_FILE} is what is read here.")
        self.author = reader.match("author", AUTHOR)
        self.origin = reader.text("origin", longest=255)
        reader.done()

    @property
    def trust(self) -> bytes:
        """The trust file by which this author knows the log."""
        return (self._folder / "trust.json").read_bytes()

    @property
    def key_file(self) -> Path:
        """The public key, for the registrar."""
        return self._folder / "key.json"

    def newest(self) -> Entry | None:
        """The entry signed last, whether or not the log has it."""
        numbers = self.numbers()
        return Entry.parse(self._entry_file(numbers[-1]).read_bytes()) if numbers else None

    def seen(self) -> Head:
        """The newest head shown; that of the empty log before any was."""
        return self.shown.head()

    def show(self, signed: SignedCheckpoint) -> None:
        """As `ShownHead.show`."""
        self.shown.show(signed)

    def numbers(self) -> list[int]:
        """The numbers of the entries that are here."""
        folder = self._folder / "entries"
        names = os.listdir(folder) if folder.exists() else []
        return sorted(int(name) for name in names if name.isdecimal())

    def entry(self, seq: int) -> bytes:
        """The bytes of one of them. Refused if it is not here."""
        file = self._entry_file(seq)
        if not file.exists():
            raise Refused("author.absent_entry", f"There is no entry {seq} of {self.author} here.", seq=seq)
        return file.read_bytes()

    def salted(self, seq: int) -> tuple[bytes, ...]:
        """The payloads of one of them, each with its salt of 32 bytes before it."""
        files = sorted((self._folder / "payloads").glob(f"{seq:016d}-[0-9]"))
        return tuple(file.read_bytes() for file in files)

    def adopt(self, data: bytes, salted: tuple[bytes, ...] = ()) -> None:
        """Take in the next entry of this author that another copy of this folder signed, as the log holds it."""
        entry, newest = Entry.parse(data), self.newest()
        event = entry.event
        after = (-1, NO_PREVIOUS) if newest is None else (newest.event.seq, newest.event.hash())
        if event.author != self.author or (event.seq - 1, event.prev) != after:
            raise Refused("author.not_next", f"This is not the entry of {self.author} that comes next.", seq=event.seq)
        for number, payload in enumerate(salted):
            write_durably(self._folder / "payloads" / f"{event.seq:016d}-{number}", payload)
        write_durably(self._entry_file(event.seq), data)

    def set_aside(self, seq: int, why: bytes) -> None:
        """The newest entry, which the log refused without keeping it, leaves the chain; its number is free again.

        It is kept with what the log said: should the log hold it after all, that is the proof of what it said.
        """
        newest = self.newest()
        if newest is None or newest.event.seq != seq:
            raise Refused("author.not_newest", f"Only the newest entry is set aside, and {seq} is not it.", seq=seq)
        aside = self._folder / "aside" / f"{seq:016d}-{newest.event.hash().hex()[:16]}"
        write_durably(aside.with_name(aside.name + ".why"), why)
        write_durably(aside, newest.encode())
        self._entry_file(seq).unlink()
        for file in (self._folder / "payloads").glob(f"{seq:016d}-[0-9]"):
            file.unlink()

    def sign(
        self,
        unlocked: Unlocked,
        kind: str,
        body: Mapping[str, Value],
        *,
        at_ms: int,
        random_bytes: Callable[[int], bytes],
        payloads: tuple[tuple[bytes, str], ...] = (),
    ) -> Said:
        """The next entry of this author, on disk before it is returned. `payloads` are (bytes, media type)."""
        salted = tuple((payload, random_bytes(32), media) for payload, media in payloads)
        newest = self.newest()
        entry = self._signer(unlocked, newest).say(
            log=self.origin,
            author=self.author,
            after=None if newest is None else (newest.event.seq, newest.event.hash()),
            seen=self.seen(),
            kind=kind,
            body=body,
            at_ms=at_ms,
            salt=random_bytes(32),
            payloads=salted,
        )
        data, seq = entry.encode(), entry.event.seq
        made = tuple(salt + payload for payload, salt, _ in salted)
        for number, payload in enumerate(made):  # before the entry: what it commits to must not be lost
            write_durably(self._folder / "payloads" / f"{seq:016d}-{number}", payload)
        write_durably(self._entry_file(seq), data)
        return Said(data, seq, made)

    def rotate(self, unlocked: Unlocked, seed: bytes, *, at_ms: int, random_bytes: Callable[[int], bytes]) -> Said:
        """Replace the key: the old one signs the change, and the new one everything after it."""
        new = AuthorSigner(seed).key
        old = self._signer(unlocked, self.newest()).key.key_id
        self.keys.replace("author", self.author + NEXT, seed)
        said = self.sign(
            unlocked, identity.KEY_ROTATE, identity.key_rotate_body(old, new), at_ms=at_ms, random_bytes=random_bytes
        )
        self._promote(new)
        return said

    def next_key(self, unlocked: Unlocked, seed: bytes) -> AuthorSigner:
        """A key that is to take the place of this one once the registrar has entered it; the one made before, if the
        machine stopped in between."""
        if not self.keys.pending("author", self.author):
            self.keys.replace("author", self.author + NEXT, seed)
        return unlocked.author(self.author + NEXT)

    def use_next_key(self, unlocked: Unlocked) -> None:
        """Sign with it from now on."""
        self._promote(unlocked.author(self.author + NEXT).key)

    def _signer(self, unlocked: Unlocked, newest: Entry | None) -> AuthorSigner:
        """The author's key; the next one, if the change was signed and then the machine stopped."""
        signer = unlocked.author(self.author)
        ended = newest is not None and newest.event.kind == identity.KEY_ROTATE and newest.event.body.get("old")
        if ended == signer.key.key_id and self.keys.pending("author", self.author):
            self._promote(unlocked.author(self.author + NEXT).key)
            signer = unlocked.author(self.author)
        return signer

    def _promote(self, key: AuthorKey) -> None:
        self.keys.promote("author", self.author)
        write_durably(self.key_file, canonical.encode(key.value()) + b"\n")

    def _entry_file(self, seq: int) -> Path:
        return self._folder / "entries" / f"{seq:016d}"


def make_author(
    folder: Path,
    *,
    author: str,
    origin: str,
    trust: bytes,
    seed: bytes,
    passphrase: str | None,
    recipient: str | None,
    after: bytes | None = None,
) -> AuthorHome:
    """A folder for an author with a new key. `after` is the newest entry of theirs in the log, if there is one."""
    if (folder / "author.json").exists():
        raise Refused("author.there", f"An author signs in {folder} already.")
    if AUTHOR.fullmatch(author) is None:
        raise Malformed("author.name", f"{author!r} cannot be an author's id: small letters, digits, dot, dash.")
    if after is not None and Entry.parse(after).event.author != author:
        raise Refused("author.after", f"The entry to continue from is not one of {author}.")
    ring = KeyRing(folder / "keys")
    ring.open_for(passphrase, recipient)
    ring.seal("author", author, seed)
    write_durably(folder / "trust.json", trust)
    write_durably(folder / "key.json", canonical.encode(AuthorSigner(seed).key.value()) + b"\n")
    if after is not None:
        write_durably(folder / "entries" / f"{Entry.parse(after).event.seq:016d}", after)
    write_durably(folder / "author.json", canonical.encode({"author": author, "origin": origin, "v": AUTHOR_FILE}))
    return AuthorHome(folder)
