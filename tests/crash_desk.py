"""A process to be killed: offers requests, puts messages and takes keys without end, and says what it was promised.

Usage: python -m tests.crash_desk sqlite FOLDER | postgres CONNINFO. Each line is the number of the round that is
done. Whoever starts it reads the lines and kills it without warning.
"""

from __future__ import annotations

import sys
from pathlib import Path

from thalweg.model.keeping import DeskTables, Message
from thalweg.stores.postgres_desk import PostgresDesk
from thalweg.stores.sqlite_desk import SqliteDesk


def open_desk(kind: str, where: str) -> DeskTables:
    return SqliteDesk(Path(where)) if kind == "sqlite" else PostgresDesk(where)


def name(i: int) -> bytes:
    return b"%032d" % i


def message(i: int) -> Message:
    return Message(f"m{i}", "blue", "e-mail", "watch", b"body %d" % i, i)


def main() -> None:
    desk = open_desk(sys.argv[1], sys.argv[2])
    start = int(sys.argv[3])
    for i in range(start, 1_000_000):
        desk.requests.offer([(name(2 * i), b"a"), (name(2 * i + 1), b"b")])
        desk.requests.answer([(name(2 * i), b"done")], i)
        desk.outbox.put([message(2 * i), message(2 * i + 1)])
        (claimed,) = desk.outbox.claim("me", 4 * i + 4, 10**12, 1)
        desk.outbox.done(claimed.message.id, "taken")
        desk.snapshots.save("state", i + 1, bytes(32), [b"%d" % i] * 1000)
        print(i, flush=True)


if __name__ == "__main__":
    main()
