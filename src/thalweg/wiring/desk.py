"""The desk, opened: its log, its keys, its clock, its folds."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg import __version__
from thalweg.desk.book import Hands
from thalweg.desk.check import references
from thalweg.desk.decide import Desk
from thalweg.desk.live import LiveDesk
from thalweg.engine import Online
from thalweg.engine.explain import Describe
from thalweg.ledger.entry import Entry
from thalweg.ledger.identity import KEY_ADD, key_add_body
from thalweg.ledger.sequencer import Log
from thalweg.model.errors import EngineError
from thalweg.model.events import DESK
from thalweg.model.instants import Instant
from thalweg.policy.alias import Aliases
from thalweg.policy.tell import Policy
from thalweg.state.recorded import Recorded, recorded
from thalweg.state.world import World
from thalweg.wiring import monotonic, now, now_ms, random_bytes

if TYPE_CHECKING:
    from thalweg.ledger.promise import Store
    from thalweg.model.accounts import AccountStore
    from thalweg.model.keeping import DeskTables
    from thalweg.stores.desk_home import DeskHome

_FOLD_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """Everything that a server of one log needs of the world; `made` if the home is new."""

    home: DeskHome
    office: LiveDesk
    log: Log
    accounts: AccountStore
    tables: DeskTables
    describe: Describe
    made: bool

    def close(self) -> None:
        """Let go of the stores. Stop the office first."""
        self.office.log.close()
        self.tables.close()
        self.home.home.close()


def open_desk(
    folder: Path,
    *,
    origin: str = "thalweg.local/desk",
    store: str = "sqlite:log.db",
    passphrase: str | None = None,
    identity: str | None = None,
) -> OpenDesk:
    """The desk in `folder` as the one that decides; made if there is none (`stores.desk_home`)."""
    keys, made = import_module("thalweg.stores.desk_home").open_desk_home(
        folder,
        origin=origin,
        store=store,
        random_bytes=random_bytes,
        at_ms=now_ms(),
        passphrase=passphrase,
        identity_text=identity,
    )
    writer = keys.home.writer(keys.unlocked)
    desk, registrar = keys.desk_signer, keys.registrar_signer
    if writer.log.history().key(desk.key.key_id) is None:
        body = key_add_body(DESK, desk.key)
        writer.say(keys.home.settings.registrar, KEY_ADD, body, at_ms=now_ms(), salt=random_bytes(32))
    describe = references()
    hands = Hands(desk, registrar, keys.home.settings.registrar, random_bytes, keys.secret("desk"), keys.officer)
    reader: Log = keys.home.reader()

    def opened() -> Desk:
        return fold_desk(keys.home.store, hands.secret, describe)

    office = LiveDesk(writer.log, hands, opened, lambda: Instant.of(now()), monotonic)
    return OpenDesk(keys, office, reader, keys.accounts(), keys.home.desk_tables(keys.secret("desk")), describe, made)


def fold_desk(store: Store, secret: bytes, describe: Describe | None) -> Desk:
    """The deciding desk over everything that a store holds."""

    def payload(digest: bytes) -> bytes | None:
        held = store.payload(digest)
        return None if held is None else held.payload

    def load(index: int) -> Recorded:
        data = store.entry(index)
        if data is None:
            raise EngineError("entry-absent", f"Entry {index} is not in the store.", index=index)
        return recorded(index, Entry.parse(data), payload)

    world = World(load)
    head = store.head()
    size = 0 if head is None else head.head.size
    for start in range(0, size, _FOLD_AT_ONCE):
        for index, data in enumerate(store.entries(start, min(size, start + _FOLD_AT_ONCE)), start):
            world.apply(recorded(index, Entry.parse(data), payload))
    policy = Policy(world, Aliases(secret), describe)
    return Desk(world, policy, lambda theatre: Online(theatre, describe=describe), __version__)
