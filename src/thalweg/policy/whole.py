"""Long readings are made a step at a time, so that whoever serves many answers others between two steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""A reading that is made in steps of some milliseconds. The world may go on between them: nothing that was in force
throughout is missing, and what changed meanwhile is as it was when it was read."""


def whole(steps: Steps[T]) -> T:
    """All of it at once, for whoever serves nobody else."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            made: T = done.value
            return made


class KeptUp(ABC):
    """What is made in steps when it is first asked for, and gone on with from there whenever it is asked for again."""

    _steps: Iterator[None] | None = None

    def step(self) -> bool:
        """Some of what there is to do; whether all is done."""
        if self._steps is None:
            self._steps = self._follow()
        for _ in self._steps:
            return False
        self._steps = None
        return True

    def whole(self) -> None:
        """All of it."""
        while not self.step():
            pass

    @abstractmethod
    def _follow(self) -> Iterator[None]:
        """What there is to do since this was last at an end. Yields after each step."""
