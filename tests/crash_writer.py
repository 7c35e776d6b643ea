"""A process to be killed: appends without end and says on standard output what it has been promised.

Usage: python -m tests.crash_writer sqlite PATH | postgres CONNINFO. Each line is a size, a root in hex, and the
index that the last entry got. Whoever starts it reads the lines and kills it without warning.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from tests.ledger_world import ORIGIN, World, seed
from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.note import NoteKey
from thalweg.ledger.promise import Store
from thalweg.ledger.sequencer import Sequencer
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.sqlite import SqliteStore


def open_store(kind: str, where: str) -> Store:
    return SqliteStore(Path(where)) if kind == "sqlite" else PostgresStore(where)


def resumed(store: Store) -> World:
    """The world of a log that is already there: its authors take up their chains where the store has them."""
    if store.head() is None:
        return World(store)
    world = World()
    world.store = store
    world.log = Sequencer(store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log key"))], None))
    for author in (world.registrar, *world.authors.values()):
        tip = store.tip(author.name)
        if tip is not None:
            author.seq, author.prev = tip.seq + 1, tip.event_hash
    return world


def main() -> None:
    world = resumed(open_store(sys.argv[1], sys.argv[2]))
    random = Random(world.log.size)
    while True:
        indexes = world.fill(random.choice((1, 1, 3, 20)), random.choice(("blue", "red")))
        head = world.head().head
        print(head.size, head.root.hex(), indexes[-1], flush=True)


if __name__ == "__main__":
    main()
