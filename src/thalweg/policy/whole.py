"""Long readings are made a step at a time, so that whoever serves many answers others between two steps."""

from __future__ import annotations

from collections.abc import Generator
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
