"""How often something may be done: the generic cell rate algorithm, with a clock that is told.

One number a name: the time at which its allowance would be whole again. Not the library `limits`: its memory
store reads the clock itself and starts a thread for every name, and nothing here may do either. Each process counts
for itself; what must hold over all processes (guessing at a password) is counted in the account store.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from thalweg.model.errors import ValueRefused


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` in every `per_ms` milliseconds, all at once if one likes."""

    count: int
    per_ms: int

    def __post_init__(self) -> None:
        if self.count < 1 or self.per_ms < 1:
            raise ValueRefused("rate-empty", "A rate allows at least one in at least a millisecond.")


class Rates:
    """Allowances by name. Holds `most` names; those whose allowance is whole are let go first."""

    def __init__(self, most: int = 100_000) -> None:
        self._whole_at: dict[str, float] = {}
        self._most = most

    def take(self, name: str, rate: Rate, now_ms: int) -> int:
        """0 and one is used up, or the milliseconds to wait and none is."""
        whole_at, wait = self._look(name, rate, now_ms)
        if wait == 0:
            self._make_room(now_ms)
            self._whole_at[name] = whole_at + rate.per_ms / rate.count
        return wait

    def wait(self, name: str, rate: Rate, now_ms: int) -> int:
        """What `take` would return, without taking."""
        return self._look(name, rate, now_ms)[1]

    def _look(self, name: str, rate: Rate, now_ms: int) -> tuple[float, int]:
        whole_at = max(self._whole_at.get(name, now_ms), now_ms)
        if whole_at > now_ms + rate.per_ms:
            # A clock that was set back must not lock anybody out for longer than a whole allowance lasts.
            whole_at = self._whole_at[name] = now_ms + rate.per_ms
        over = whole_at - now_ms - (rate.per_ms - rate.per_ms / rate.count)
        # a millionth of a millisecond: what adding fractions may be off
        return whole_at, math.ceil(over) if over > 1e-6 else 0

    def _make_room(self, now_ms: int) -> None:
        if len(self._whole_at) < self._most:
            return
        self._whole_at = {name: at for name, at in self._whole_at.items() if at > now_ms}
        if len(self._whole_at) >= self._most:
            latest = sorted(self._whole_at.items(), key=lambda item: item[1])
            self._whole_at = dict(latest[len(latest) // 2 :])
