"""When an answer begins, and when a notice is sent: on steps, so that how long the work took tells little (D7, D13).

A statement is compared with everything in force, also with what its author is not shown; what follows from it is
signed and told to others. So the time until the answer depends on what is hidden. It is given out in whole steps after
the moment at which all of the question was here: whoever asks sees the number of steps, and not the milliseconds
between. The moment is that of the last byte, since whoever chooses when that comes would otherwise choose how near to
the end of a step the work begins. A notice is sent on a stream a whole number of steps after the time that is in it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from thalweg.model.errors import ValueRefused

STEP_S: Final = 0.02
"""Most statements are answered within one; a person does not notice half of it, which is what it costs."""


def rest_s(since_s: float, step_s: float) -> float:
    """How long it is still to the end of a step, so long after its beginning; one step is the least there is. Nothing,
    where there are no steps."""
    if step_s <= 0.0:
        return 0.0
    return max(1, math.ceil(since_s / step_s)) * step_s - since_s


@dataclass(frozen=True, slots=True)
class Steps:
    """`step_s` is their length, 0 for none; `pause` waits for so many seconds."""

    step_s: float = 0.0
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    def __post_init__(self) -> None:
        if not 0.0 <= self.step_s <= 1.0:  # nor what is no number
            raise ValueRefused("steps-length", "A step is of one second at most.", step_s=self.step_s)

    async def out(self, since_s: float) -> None:
        """Wait for the end of the step, so long after its beginning."""
        rest = rest_s(since_s, self.step_s)
        if rest > 0.0:
            await self.pause(rest)
