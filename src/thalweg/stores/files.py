"""Small durable files: keys sealed with age, the mark of the last signed head, a witness's records, a
mirror.

A file is replaced as a whole: written beside, synced, renamed over, and the folder synced. After a crash
it is the old one or the new one."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pyrage

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.identity import IDENTITY_KINDS
from thalweg.ledger.mirror import Pulled
from thalweg.ledger.note import NoteKey
from thalweg.ledger.promise import StoredHead, StoredPayload
from thalweg.ledger.receipt import ProvenEntry
from thalweg.ledger.tree import TILE_HEIGHT, TILE_WIDTH, leaf_hash, tile_path, verify_inclusion

_SAFE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KINDS = ("log", "author", "witness", "secret")
NEXT = ".next"


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace `path` by `data`, for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class KeyRing:
    """Private keys at rest, each an age file, all for one recipient.

    The recipient's own identity lies beside them sealed with a passphrase, or not at all: then it is the
    operator's, on a token or another machine. New keys can be sealed without unlocking anything.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, passphrase: str) -> None:
        """Make an identity, sealed with the passphrase, for the keys to be sealed to."""
        identity = pyrage.x25519.Identity.generate()
        sealed = pyrage.passphrase.encrypt(str(identity).encode(), passphrase)
        write_durably(self._folder / "identity.age", sealed, 0o600)
        self.adopt(str(identity.to_public()))

    def adopt(self, recipient: str) -> None:
        """Seal keys to a recipient (age1…) whose identity is kept elsewhere."""
        try:
            pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError as error:
            raise Malformed("keys.recipient", "This is not an age recipient (age1…).", found=recipient) from error
        write_durably(self._folder / "recipient", recipient.encode() + b"\n")

    def open_for(self, passphrase: str | None, recipient: str | None) -> None:
        """`adopt` the recipient, or else `create` with the passphrase; Refused with neither."""
        if recipient:
            self.adopt(recipient)
        elif passphrase:
            self.create(passphrase)
        else:
            raise Refused("keys.unsealed", "Keys are not kept unsealed: give a passphrase or an age recipient.")

    @property
    def by_passphrase(self) -> bool:
        """Whether a passphrase opens the ring; else an identity that is kept elsewhere does."""
        return (self._folder / "identity.age").exists()

    @property
    def beside(self) -> Path | None:
        """The file of the identity that lies in the home, as `thalweg serve` leaves it there; None if none does."""
        file = self._folder.parent / "identity"
        return file if file.exists() else None

    def unlock(self, *, passphrase: str | None = None, identity: str | None = None) -> Unlocked:
        """Open the ring with the passphrase, or with an identity (AGE-SECRET-KEY-1…) kept elsewhere."""
        try:
            if identity is None:
                sealed = (self._folder / "identity.age").read_bytes()
                identity = pyrage.passphrase.decrypt(sealed, passphrase or "").decode()
            return Unlocked(self._folder, pyrage.x25519.Identity.from_str(identity.strip()))
        except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
            raise Refused("keys.locked", "The keys do not open with what was given.") from error

    def seal(self, kind: str, name: str, seed: bytes, holder: str = "author") -> None:
        """Keep the 32-byte seed of a new key. Refused if there is a key under that name already."""
        file = _key_file(self._folder, kind, name)
        if file.exists():
            raise Refused("keys.there", f"There is a key of {name} already; rotate it instead.", name=name)
        self.replace(kind, name, seed, holder)

    def replace(self, kind: str, name: str, seed: bytes, holder: str = "author") -> None:
        """As `seal`, over a key that has ended."""
        recipient = pyrage.x25519.Recipient.from_str((self._folder / "recipient").read_text().strip())
        owner = name.removesuffix(NEXT)
        secret = canonical.encode({"holder": holder, "kind": kind, "name": owner, "seed": seed.hex()})
        write_durably(_key_file(self._folder, kind, name), pyrage.encrypt(secret, [recipient]), 0o600)

    def there(self, kind: str, name: str) -> bool:
        """Whether there is a key of that name."""
        return _key_file(self._folder, kind, name).exists()

    def remove(self, kind: str, name: str) -> None:
        """Forget a key that has ended."""
        _key_file(self._folder, kind, name).unlink(missing_ok=True)

    def pending(self, kind: str, name: str) -> bool:
        """Whether a key is sealed that is to take the place of the one of that name."""
        return _key_file(self._folder, kind, name + NEXT).exists()

    def promote(self, kind: str, name: str) -> None:
        """Let the key sealed under `name`.next take the place of the one that has ended."""
        _key_file(self._folder, kind, name + NEXT).replace(_key_file(self._folder, kind, name))

    def names(self) -> list[str]:
        """The files there are: kind and name, never a key."""
        return sorted(file.stem for file in self._folder.glob("*.age") if file.stem != "identity")


class Unlocked:
    """A key ring that has been opened. Its text form shows nothing."""

    def __init__(self, folder: Path, identity: pyrage.x25519.Identity) -> None:
        self._folder = folder
        self._identity = identity

    def note_key(self, kind: str, name: str) -> NoteKey:
        """A key that signs notes: of kind `log` or `witness`."""
        seed, _ = self._open(kind, name)
        return NoteKey(name, seed)

    def log_keys(self, origin: str) -> list[NoteKey]:
        """The log's key, and after it the one that is about to take its place, if there is one."""
        keys = [self.note_key("log", origin)]
        if _key_file(self._folder, "log", origin + NEXT).exists():
            keys.append(NoteKey(origin, self._open("log", origin + NEXT)[0]))
        return keys

    def secret(self, name: str) -> bytes:
        """Thirty-two bytes that are no signing key, kept as keys are."""
        return self._open("secret", name)[0]

    def author(self, name: str) -> AuthorSigner:
        seed, holder = self._open("author", name)
        return AuthorSigner(seed, holder)

    def _open(self, kind: str, name: str) -> tuple[bytes, str]:
        try:
            data = pyrage.decrypt(_key_file(self._folder, kind, name).read_bytes(), [self._identity])
        except OSError as error:
            raise Refused("keys.absent", f"There is no {kind} key of {name} here.", name=name) from error
        except pyrage.DecryptError as error:
            raise Refused("keys.locked", f"The {kind} key of {name} was not sealed for this identity.") from error
        reader = Reader(canonical.decode(data), "the key file")
        holder = reader.text("holder")
        if (reader.text("kind"), reader.text("name")) != (kind, name.removesuffix(NEXT)):
            raise Refused("keys.wrong", f"The file of {name} holds another key.", name=name)
        seed = reader.digest("seed")
        reader.done()
        return seed, holder


class Mark:
    """The newest head that a log is known to have signed, kept with its key and away from its store.

    Several processes on one machine may share it: it only ever moves forward.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> SignedCheckpoint | None:
        return SignedCheckpoint.parse(self._path.read_bytes()) if self._path.exists() else None

    def write(self, signed: SignedCheckpoint) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(self._path.name + ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            held = self.read()
            if held is None or held.head.size <= signed.head.size:
                write_durably(self._path, signed.encode())


class WitnessFiles:
    """A witness's memory: the latest checkpoint of each log, and every checkpoint it was ever shown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Held from reading the record to having replaced it, against threads and processes alike."""
        with (self._folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def latest(self, origin: str) -> SignedCheckpoint | None:
        file = self._of(origin) / "latest"
        return SignedCheckpoint.parse(file.read_bytes()) if file.exists() else None

    def record(self, signed: SignedCheckpoint) -> None:
        write_durably(self._of(signed.checkpoint.origin) / "latest", signed.encode())

    def keep(self, signed: SignedCheckpoint) -> None:
        """Keep the whole checkpoint for good; the same bytes once."""
        name = f"{signed.head.size:020d}-{sha256(signed.encode()).hexdigest()[:16]}"
        file = self._of(signed.checkpoint.origin) / "seen" / name
        if not file.exists():
            write_durably(file, signed.encode())

    def seen(self, origin: str) -> list[SignedCheckpoint]:
        """Every checkpoint kept of a log, by size."""
        return [SignedCheckpoint.parse(file.read_bytes()) for file in sorted((self._of(origin) / "seen").glob("*"))]

    def _of(self, origin: str) -> Path:
        return self._folder / quote(origin, safe="")


class MirrorFiles:
    """A party's own copy: every hash as C2SP tlog-tiles lays them out, and the entries disclosed to it.

    Any web server can serve the folder's `checkpoint` and `tile`. It is a `ReadStore`, so a `Log` reads
    and proves from it with the server gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def held(self) -> SignedCheckpoint | None:
        file = self._folder / "checkpoint"
        return SignedCheckpoint.parse(file.read_bytes()) if file.exists() else None

    def keep(self, pulled: Pulled) -> None:
        """Tiles first and the checkpoint last, so that a crash leaves the old checkpoint over more tiles."""
        for tile in pulled.tiles:
            path = tile_path(tile.level, tile.index, len(tile.hashes) // 32)
            write_durably(self._folder / path, tile.hashes)
        data = pulled.checkpoint.encode()
        write_durably(self._folder / "checkpoints" / str(pulled.checkpoint.head.size), data)
        write_durably(self._folder / "checkpoint", data)

    def keep_evidence(self, name: str, data: bytes) -> Path:
        file = self._folder / "evidence" / f"{name}-{sha256(data).hexdigest()[:16]}"
        write_durably(file, data)
        return file

    def take_in(self, entries: Sequence[ProvenEntry], checkpoint: SignedCheckpoint) -> int:
        """Keep disclosed entries that the mirrored tree holds; Refused if one is not in it. Says how many."""
        held = self.held()
        for item in entries:
            verify_inclusion(leaf_hash(item.entry), item.index, checkpoint.head, item.path)
            if held is None or item.index >= held.head.size:
                raise Refused("mirror.behind", "The mirror is older than this entry; pull first.", index=item.index)
            tile = self.tile(0, item.index // TILE_WIDTH)
            at = item.index % TILE_WIDTH * 32
            if tile[at : at + 32] != leaf_hash(item.entry):
                raise Refused(
                    "mirror.entry", f"The mirrored log holds another entry at {item.index}.", index=item.index
                )
        for item in entries:
            write_durably(self._folder / "entry" / str(item.index), item.entry)
        return len(entries)

    def lay_out(self, read: Callable[[int, int], bytes], signed: SignedCheckpoint) -> int:
        """Write the checkpoint and every hash of a log, read as (tile level, index); returns how many tiles."""
        size, level, count = signed.head.size, 0, 0
        while size >> (TILE_HEIGHT * level):
            there = size >> (TILE_HEIGHT * level)
            for index in range(-(-there // TILE_WIDTH)):
                width = min(TILE_WIDTH, there - index * TILE_WIDTH)
                write_durably(self._folder / tile_path(level, index, width), read(level, index)[: width * 32])
                count += 1
            level += 1
        write_durably(self._folder / "checkpoint", signed.encode())
        return count

    def head(self) -> StoredHead | None:
        held = self.held()
        return None if held is None else StoredHead(held.head, held.encode())

    def entry(self, index: int) -> bytes | None:
        file = self._folder / "entry" / str(index)
        return file.read_bytes() if file.exists() else None

    def tile(self, level: int, index: int) -> bytes:
        full = self._folder / tile_path(level, index)
        if full.is_file():
            return full.read_bytes()
        widths = [int(file.name) for file in full.with_name(full.name + ".p").glob("[0-9]*") if file.name.isdigit()]
        return (self._folder / tile_path(level, index, max(widths))).read_bytes() if widths else b""

    def identity(self) -> Iterator[tuple[int, bytes]]:
        numbers = sorted(int(file.name) for file in (self._folder / "entry").glob("[0-9]*") if file.name.isdigit())
        for index in numbers:
            data = self.entry(index)
            if data is not None and Entry.parse(data).event.kind in IDENTITY_KINDS:
                yield index, data

    def checkpoint(self, size: int) -> bytes | None:
        file = self._folder / "checkpoints" / str(size)
        return file.read_bytes() if file.exists() else None

    def checkpoint_sizes(self) -> Sequence[int]:
        return sorted(int(file.name) for file in (self._folder / "checkpoints").glob("[0-9]*") if file.name.isdigit())

    def payload(self, digest: bytes) -> StoredPayload | None:  # noqa: ARG002  # the promise: absent is None
        """A mirror keeps no payloads."""
        return None


def _key_file(folder: Path, kind: str, name: str) -> Path:
    if kind not in _KINDS:
        raise Malformed("keys.kind", f"There are no keys of kind {kind}.")
    return folder / (f"{kind}-{name}.age" if _SAFE.fullmatch(name) else f"{kind}-{quote(name, safe='')}.age")
