"""The folds are put away while the desk works: by a process of its own, so that nobody waits for it.

::

    python -P -m thalweg.wiring.keeper FOLDER FEW  <  the desk's secret, as hexadecimal  >  {"size": …, "told": […]}

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
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from thalweg.ledger.errors import LedgerError
from thalweg.model.errors import EngineError

ENTRIES: Final = 20_000
"""So many entries of the log are put away together; fewer after `QUIET_S`."""
QUIET_S: Final = 900.0
FEW: Final = 1_000
"""Entries that are folded sooner than put away: with fewer there is nothing to do."""
_LOWEST: Final = 19
_PATIENCE_S: Final = 3_600.0


@dataclass(slots=True)
class Keeper:
    """Puts the folds of one home away, one round at a time. `round` blocks, and is called in a thread."""

    folder: Path
    secret: bytes = field(repr=False)
    size: int = 0
    """Entries in what was put away last, as far as is known here."""
    _process: subprocess.Popen[str] | None = None
    _ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self, size: int, since_s: float) -> bool:
        """Whether it is time for a round, with a log of `size` entries and so long after the last."""
        return size - self.size >= ENTRIES or (size > self.size and since_s >= QUIET_S)

    def round(self) -> tuple[str, ...]:
        """One round, to its end. What there is to tell of it: why folds that were kept were passed over, or why nothing
        could be put away."""
        with self._lock:
            if self._ended:
                return ()
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                [sys.executable, "-P", "-m", "thalweg.wiring.keeper", str(self.folder), str(FEW)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        try:
            said = self._said_by(self._process)
            answer: dict[str, Any] = json.loads(said)
            self.size = max(self.size, int(answer["size"]))
            return tuple(map(str, answer["told"]))
        except (ValueError, KeyError, TypeError, OSError):
            self._end_process()
            return self._broke()

    def _said_by(self, process: subprocess.Popen[str]) -> str:
        """What it answers. Its input stays open meanwhile, so that it sees the end of a server that was killed."""
        slow = threading.Timer(_PATIENCE_S, process.kill)
        slow.daemon = True
        slow.start()
        try:
            with process:  # closes the pipes, and waits
                if process.stdin is None or process.stdout is None:
                    return ""
                process.stdin.write(self.secret.hex() + "\n")
                process.stdin.flush()
                return process.stdout.read()
        finally:
            slow.cancel()

    def end(self) -> None:
        """End a round that is under way, and begin no other."""
        with self._lock:
            self._ended = True
        self._end_process()

    def _broke(self) -> tuple[str, ...]:
        return () if self._ended else ("The folds could not be put away: their keeper broke.",)

    def _end_process(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


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
        home = import_module("thalweg.stores.home").Home(Path(sys.argv[1]))
        try:
            put_away_beside = import_module("thalweg.wiring.desk").put_away_beside
            size = put_away_beside(home, secret, told.append, int(sys.argv[2]))
        finally:
            home.close()
    except (LedgerError, EngineError) as error:
        told.append(f"The folds could not be put away. {error.sentence}")
    sys.stdout.write(json.dumps({"size": size, "told": told}))


if __name__ == "__main__":
    main()
