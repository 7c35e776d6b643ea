"""How far a first start is: for whoever waits for it, in counts and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thalweg.model.errors import EngineError
from thalweg.wiring import monotonic

_TOLD_S: Final = 10.0


class Step(StrEnum):
    """What a start is about."""

    FOLDING = "folding"  # entries of the log
    COMPARING = "comparing"  # declarations in force, with each other
    READY = "ready"


def _untold(_progress: Progress) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Progress:
    """Where a start is; `tell` is called every ten seconds at most, from the thread that folds."""

    step: Step = Step.READY
    done: int = 0
    of: int = 0
    tell: Callable[[Progress], None] = _untold
    ended: bool = False
    """Set by whoever does not want to wait for its end."""
    _next_s: float = 0.0

    def at(self, step: Step, done: int, of: int) -> None:
        """So far. `EngineError` (`fold-ended`) once nobody waits for it any more."""
        if self.ended:
            raise EngineError("fold-ended", "The fold was ended before it was done; the next start goes on with it.")
        if step is not self.step:
            self._next_s = monotonic() + _TOLD_S  # a short one is not worth a word
        self.step, self.done, self.of = step, done, of
        if step is not Step.READY and monotonic() >= self._next_s:
            self._next_s = monotonic() + _TOLD_S
            self.tell(self)

    def words(self) -> dict[str, str | int]:
        """For a log and for whoever asks: `{"step": "folding", "done": 812000, "of": 4700000}`."""
        return {"step": self.step.value, "done": self.done, "of": self.of}
