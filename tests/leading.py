"""A process that leads a log until it is killed: appends without end, and says the size it has reached.

Usage: python -m tests.leading HOME IDENTITY-FILE [told]. The first line it prints says that it leads. Told, it appends
once for each line it reads.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from thalweg.stores.home import Home


def main() -> None:
    home = Home(Path(sys.argv[1]))
    unlocked = home.keys.unlock(identity=Path(sys.argv[2]).read_text())
    writer = home.writer_in_turn(unlocked, 60.0)
    assert writer is not None
    print("leads", flush=True)
    told = sys.argv[3:] == ["told"]
    while not told or sys.stdin.readline():
        salt = hashlib.sha256(b"%d" % writer.log.size).digest()
        placed = writer.say(home.settings.registrar, "note/1", {"text": "lead"}, at_ms=1_510_000_000_000, salt=salt)
        print(placed.index + 1, flush=True)


if __name__ == "__main__":
    main()
