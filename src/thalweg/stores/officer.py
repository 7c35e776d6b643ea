"""An officer's folder: what a device needs to take part in one desk, and all that it has said and been answered.

::

    officer.json   which desk, who, and who signs: nothing secret
    token          opens the interface; readable by its owner alone
    identity       what opens the keys, where nobody keeps it elsewhere; the same
    author.json …  the folder of an author (`stores.author`), where the officer signs here
    trust.json     how this officer knows the log: pinned at joining
    answers/       what the desk answered to each entry, by its number
    waiting/       statements that the server is to sign and has not answered yet
    journal/       what became of each row of a file, by the file's SHA-256
    evidence/      checkpoints that contradict each other
    cursor         the number of the newest notice that was received
    lock           held by whoever signs or sends
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyrage

from thalweg.ledger.errors import Malformed, Refused
from thalweg.stores.author import AuthorHome, ShownHead, make_author
from thalweg.stores.files import Unlocked, write_durably

OFFICER_FILE: Final = "thalweg/officer/v1"
HERE: Final = "author"


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """`signs` says who holds the key: `author` (this folder) or `server`. `ca` is a file of issuers, or empty."""

    url: str
    login: str
    author: str
    party: str
    origin: str
    signs: str
    token_id: str = ""
    ca: str = ""


class OfficerHome:
    """An existing folder of an officer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "officer.json"
        if not file.exists():
            raise Refused("officer.absent", f"Nobody has joined a desk from {folder}; 'thalweg join' does.")
        held = json.loads(file.read_bytes())
        if held.pop("v", "") != OFFICER_FILE:
            raise Malformed("file.version", f"{OFFICER_FILE} is what is read here.")
        self.facts = OfficerFacts(**held)
        self.author = AuthorHome(folder) if self.facts.signs == HERE else None
        self.shown = self.author.shown if self.author is not None else ShownHead(folder / "seen")

    @property
    def trust(self) -> bytes:
        """The trust file that was pinned."""
        return (self.folder / "trust.json").read_bytes()

    @property
    def token(self) -> str:
        """The bearer token."""
        return (self.folder / "token").read_text().strip()

    @property
    def identity(self) -> str | None:
        """What opens the keys, where it lies here."""
        file = self.folder / "identity"
        return file.read_text() if file.exists() else None

    def set_token(self, token: str, token_id: str) -> None:
        """Another token from now on."""
        write_durably(self.folder / "token", token.encode() + b"\n", 0o600)
        self._write(OfficerFacts(**{**asdict(self.facts), "token_id": token_id}))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time signs and sends: a chain has one newest entry."""
        with (self.folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # --- answers ---

    def unanswered(self) -> list[int]:
        """Numbers of own entries that no answer was kept for, oldest first."""
        if self.author is None:
            return []
        folder = self.folder / "answers"
        answered = set(os.listdir(folder)) if folder.exists() else set()
        return [seq for seq in self.author.numbers() if f"{seq:016d}" not in answered]

    def answered(self, seq: int, answer: bytes) -> None:
        """Keep the desk's answer to an own entry."""
        write_durably(self.folder / "answers" / f"{seq:016d}", answer)

    def answer(self, seq: int) -> bytes | None:
        """The answer that was kept."""
        file = self.folder / "answers" / f"{seq:016d}"
        return file.read_bytes() if file.exists() else None

    # --- statements that the server signs ---

    def wait(self, request: Mapping[str, Any]) -> str:
        """Keep a request until it is answered; its name."""
        data = json.dumps(request, ensure_ascii=False, sort_keys=True).encode()
        folder = self.folder / "waiting"
        last = max((int(file.name.partition("-")[0]) for file in folder.glob("[0-9]*")), default=0)
        name = f"{last + 1:06d}-{sha256(data).hexdigest()[:16]}"
        write_durably(folder / name, data)
        return name

    def waiting(self) -> list[tuple[str, dict[str, Any]]]:
        """What is not answered yet, oldest first."""
        files = sorted(file for file in (self.folder / "waiting").glob("[0-9]*") if not file.name.endswith(".new"))
        return [(file.name, json.loads(file.read_bytes())) for file in files]

    def done_waiting(self, name: str) -> None:
        """It was answered."""
        (self.folder / "waiting" / name).unlink(missing_ok=True)

    # --- the rest ---

    def journal(self, sha: str) -> dict[str, str]:
        """What became of each row of a file: row -> `skipped`, or the hash of its statement."""
        file = self.folder / "journal" / sha
        held: dict[str, str] = json.loads(file.read_bytes()) if file.exists() else {}
        return held

    def note(self, sha: str, row: str, what: str) -> None:
        """Keep what became of a row."""
        held = {**self.journal(sha), row: what}
        write_durably(self.folder / "journal" / sha, json.dumps(held, ensure_ascii=False, indent=1).encode())

    def cursor(self) -> int:
        """The number of the newest notice that was received and receipted."""
        file = self.folder / "cursor"
        return int(file.read_text()) if file.exists() else 0

    def move_cursor(self, number: int) -> None:
        """Remember that; it only ever moves forward."""
        if number > self.cursor():
            write_durably(self.folder / "cursor", str(number).encode())

    def keep_evidence(self, name: str, data: bytes) -> Path:
        """Keep what shows that the log contradicts itself."""
        file = self.folder / "evidence" / f"{name}-{sha256(data).hexdigest()[:16]}"
        write_durably(file, data)
        return file

    def _write(self, facts: OfficerFacts) -> None:
        write_durably(
            self.folder / "officer.json",
            json.dumps({"v": OFFICER_FILE, **asdict(facts)}, ensure_ascii=False, indent=1).encode() + b"\n",
        )
        self.facts = facts


class JoiningHome:
    """A folder in which a key was made that no desk knows yet. What is made is made once: whoever is interrupted while
    joining joins with the same key."""

    def __init__(self, folder: Path, random_bytes: Callable[[int], bytes], *, passphrase: str | None) -> None:
        if (folder / "officer.json").exists():
            raise Refused("officer.there", f"Somebody has joined a desk from {folder} already.")
        self._folder = folder
        self._passphrase = passphrase
        self._identity: str | None = None
        file = folder / "identity"
        if passphrase is None:
            if not file.exists():
                write_durably(file, str(pyrage.x25519.Identity.generate()).encode() + b"\n", 0o600)
            self._identity = file.read_text().strip()
        seed = folder / "seed"
        if not seed.exists():
            write_durably(seed, self._sealed(random_bytes(32)), 0o600)
        self.seed = self._opened(seed.read_bytes())

    @property
    def author(self) -> str | None:
        """As whom the desk was asked before to take this key; None if it was not."""
        file = self._folder / "joining"
        return file.read_text().strip() if file.exists() else None

    def begin(self, author: str) -> None:
        """Keep that the desk is being asked."""
        write_durably(self._folder / "joining", author.encode() + b"\n")

    def become(
        self, facts: OfficerFacts, *, trust: bytes, newest: bytes, token: str
    ) -> tuple[OfficerHome, Unlocked | None]:
        """The officer's folder, once the desk has answered."""
        recipient = None if self._identity is None else str(pyrage.x25519.Identity.from_str(self._identity).to_public())
        if not (self._folder / "author.json").exists():
            author = make_author(
                self._folder, author=facts.author, origin=facts.origin, trust=trust, seed=self.seed,
                passphrase=self._passphrase, recipient=recipient, after=newest or None,
            )  # fmt: skip
            if newest:
                write_durably(self._folder / "answers" / f"{author.numbers()[-1]:016d}", b"{}")
        home = _established(self._folder, facts, trust, token)
        for name in ("seed", "joining"):
            (self._folder / name).unlink(missing_ok=True)
        return home, home.author.keys.unlock(
            passphrase=self._passphrase, identity=self._identity
        ) if home.author else None

    def _sealed(self, seed: bytes) -> bytes:
        if self._passphrase is not None:
            sealed: bytes = pyrage.passphrase.encrypt(seed, self._passphrase)
        else:
            sealed = pyrage.encrypt(seed, [pyrage.x25519.Identity.from_str(self._identity).to_public()])
        return sealed

    def _opened(self, sealed: bytes) -> bytes:
        try:
            if self._passphrase is not None:
                seed: bytes = pyrage.passphrase.decrypt(sealed, self._passphrase)
            else:
                seed = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(self._identity)])
        except pyrage.DecryptError as error:
            raise Refused("keys.locked", "The key made here before does not open with what was given.") from error
        return seed


def make_guest(folder: Path, facts: OfficerFacts, *, trust: bytes, token: str) -> OfficerHome:
    """A folder for an officer whose key the server holds."""
    if (folder / "officer.json").exists():
        raise Refused("officer.there", f"Somebody has joined a desk from {folder} already.")
    return _established(folder, facts, trust, token)


def _established(folder: Path, facts: OfficerFacts, trust: bytes, token: str) -> OfficerHome:
    write_durably(folder / "trust.json", trust)
    write_durably(folder / "token", token.encode() + b"\n", 0o600)
    held = json.dumps({"v": OFFICER_FILE, **asdict(facts)}, ensure_ascii=False, indent=1)
    write_durably(folder / "officer.json", held.encode() + b"\n")
    return OfficerHome(folder)
