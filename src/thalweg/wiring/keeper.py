"""The folds are put away while the desk works: by a process of its own (`wiring.keeping`), which nobody waits for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ENTRIES: Final = 20_000
"""So many entries of the log are put away together; fewer after `QUIET_S`."""
QUIET_S: Final = 900.0
FEW: Final = 1_000
"""Entries that are folded sooner than put away: with fewer there is nothing to do."""
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
                [sys.executable, "-P", "-m", "thalweg.wiring.keeping", str(self.folder), str(FEW)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
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
