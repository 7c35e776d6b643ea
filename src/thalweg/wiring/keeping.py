"""The process that puts the folds away while the desk works (`wiring.keeper` begins it).

::

    python -P -m thalweg.wiring.keeping FOLDER FEW  <  the desk's secret, as hexadecimal  >  {"size": …, "told": […]}

Its input stays open for as long as the server lives: at the end of it the process ends too, whatever it is about.

It reads the store as any reader does, begins from what was put away before, folds what the log has gone on to say, and
puts that away. A desk that is killed then has to fold no more than what was said since. It has no key to sign with:
only the secret that seals what is put away. It is given the lowest priority and may be ended at any time; what it has
put away is there as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Final

from thalweg.ledger.errors import LedgerError
from thalweg.model.errors import EngineError
from thalweg.stores.home import Home
from thalweg.wiring.desk import put_away_beside

_LOWEST: Final = 19


def _end_with_the_server(source: int) -> None:
    """Ends this process when the server that began it is no more."""
    while os.read(source, 1):
        pass
    os._exit(1)


def main() -> None:
    """One round, for the home that is named."""
    secret = bytes.fromhex(sys.stdin.readline())
    threading.Thread(target=_end_with_the_server, args=(sys.stdin.fileno(),), daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(_LOWEST)
    told: list[str] = []
    size = 0
    try:
        home = Home(Path(sys.argv[1]))
        try:
            size = put_away_beside(home, secret, told.append, int(sys.argv[2]))
        finally:
            home.close()
    except (LedgerError, EngineError) as error:
        told.append(f"The folds could not be put away. {error.sentence}")
    sys.stdout.write(json.dumps({"size": size, "told": told}))


if __name__ == "__main__":
    main()
