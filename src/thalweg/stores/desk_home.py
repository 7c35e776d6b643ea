"""The home of a desk: a log's home, and beside it what a server needs to decide and to let people in.

::

    identity     what opens the keys, where nobody keeps it elsewhere: readable by its owner alone
    keys/        beside the log's: author-desk (what the desk itself says), author-… of officers without a device,
                 secret-desk (behind opaque ids), secret-doors (behind sessions and one-time codes)
    accounts.db  who may sign in, unless the store is PostgreSQL
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pyrage

from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.errors import Refused
from thalweg.model.accounts import AccountStore
from thalweg.stores.files import Unlocked, write_durably
from thalweg.stores.home import Home, create

DESK = "desk"
REGISTRAR = "registrar"
_SERVER = "server"


class DeskHome:
    """A log's home with its keys open, for a server."""

    def __init__(self, home: Home, unlocked: Unlocked, random_bytes: Callable[[int], bytes]) -> None:
        self.home = home
        self.unlocked = unlocked
        self._random_bytes = random_bytes
        self._officers: dict[str, AuthorSigner | None] = {}
        self._lock = threading.Lock()

    @property
    def desk_signer(self) -> AuthorSigner:
        return self.unlocked.author(DESK)

    @property
    def registrar_signer(self) -> AuthorSigner:
        return self.unlocked.author(self.home.settings.registrar)

    def secret(self, name: str) -> bytes:
        """`desk` or `doors`."""
        return self.unlocked.secret(name)

    def officer(self, author: str) -> AuthorSigner | None:
        """The key held here for an officer; None if there is none."""
        with self._lock:
            if author not in self._officers:
                there = self.home.keys.there("author", author)
                signer = self.unlocked.author(author) if there else None
                self._officers[author] = signer if signer is not None and signer.key.holder == _SERVER else None
            return self._officers[author]

    def hold_key(self, author: str) -> AuthorSigner:
        """Make a key for an officer without a device; the one there is, if there is one."""
        if self.officer(author) is None:
            self.home.keys.seal("author", author, self._random_bytes(32), _SERVER)
            with self._lock:
                self._officers.pop(author, None)
        signer = self.officer(author)
        if signer is None:
            raise Refused("keys.there", f"The key of {author} is not one that the server holds.", name=author)
        return signer

    def let_go(self, author: str) -> None:
        """Forget the key held here for an officer, who signs on a device of their own from now on."""
        if self.officer(author) is not None:
            self.home.keys.remove("author", author)
        with self._lock:
            self._officers.pop(author, None)

    def accounts(self) -> AccountStore:
        """Who may sign in: in the same database as the log, or in a file of its own."""
        scheme, _, rest = self.home.settings.store.partition(":")
        store: AccountStore
        if scheme == "postgres":
            store = import_module("thalweg.stores.accounts_postgres").PostgresAccounts(rest)
        else:
            store = import_module("thalweg.stores.accounts_sqlite").SqliteAccounts(self.home.folder / "accounts.db")
        return store


def open_desk_home(
    folder: Path,
    *,
    origin: str,
    store: str,
    random_bytes: Callable[[int], bytes],
    at_ms: int,
    passphrase: str | None = None,
    identity_text: str | None = None,
) -> tuple[DeskHome, bool]:
    """The desk's home in `folder`, made if there is none; and whether it was made just now.

    The keys open with `identity_text` (an age identity kept elsewhere) or with `passphrase`; with neither, by the
    identity that lies in the folder, which is made for a new home. Refused if they do not open.
    """
    made = not (folder / "log.json").exists()
    held = folder / "identity"
    if made:
        recipient = None
        if identity_text is None and passphrase is None:
            new = pyrage.x25519.Identity.generate()
            write_durably(held, str(new).encode() + b"\n", 0o600)
            recipient = str(new.to_public())
        elif identity_text is not None:
            recipient = str(pyrage.x25519.Identity.from_str(identity_text.strip()).to_public())
        home = create(
            folder, origin=origin, registrar=REGISTRAR, store=store, passphrase=passphrase, recipient=recipient,
            random_bytes=random_bytes, at_ms=at_ms,
        )  # fmt: skip
    else:
        home = Home(folder)
    if identity_text is None and passphrase is None and held.exists():
        identity_text = held.read_text()
    unlocked = home.keys.unlock(passphrase=passphrase, identity=identity_text)
    for kind, name in (("author", DESK), ("secret", DESK), ("secret", "doors")):
        if not home.keys.there(kind, name):
            home.keys.seal(kind, name, random_bytes(32), _SERVER)
    return DeskHome(home, unlocked, random_bytes), made
