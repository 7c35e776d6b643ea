"""Instants and windows. UTC inside; what was written is kept beside it (R26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from typing_extensions import override

from thalweg.model.errors import ValueRefused

_YEAR_1, _YEAR_10000 = -62_135_596_800.0, 253_402_300_800.0  # what a calendar date can name
FOREVER_PAST = float("-inf")
FOREVER = float("inf")


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A point in time: seconds since 1970-01-01T00:00:00Z, without leap seconds.

    Precision is that of the float (below a microsecond until the year 2200). Ordering is by time.
    """

    epoch_s: float

    def __post_init__(self) -> None:
        if not self.possible(self.epoch_s):
            raise ValueRefused("instant-range", f"{self.epoch_s!r} is not a time.", found=self.epoch_s)

    @staticmethod
    def possible(epoch_s: float) -> bool:
        """Whether a calendar date can name it (years 1 to 9999); not for NaN."""
        return _YEAR_1 <= epoch_s < _YEAR_10000

    @classmethod
    def of(cls, when: datetime) -> Instant:
        """From an aware datetime; a naive one is refused, for it names no instant."""
        if when.tzinfo is None:
            raise ValueRefused("time-unzoned", f"{when.isoformat()} has no time zone.", found=when.isoformat())
        return cls(when.timestamp())

    def as_datetime(self) -> datetime:
        """The same instant as an aware UTC datetime (years 1 to 9999)."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.epoch_s)

    @override
    def __str__(self) -> str:
        """ISO 8601 in UTC, no finer than it has to be: `2017-09-16T00:30:00Z`, and to the microsecond at most."""
        return _written(self.epoch_s)


@lru_cache(maxsize=4096)  # people write whole minutes, and what is told again and again has its time with it
def _written(epoch_s: float) -> str:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch_s)
    fine = "microseconds" if when.microsecond % 1000 else "milliseconds" if when.microsecond else "seconds"
    return when.isoformat(timespec=fine).replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open interval of time, `[start, end)`; an absent start or end is open on that side."""

    start: Instant | None
    end: Instant | None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and not self.start < self.end:
            raise ValueRefused(
                "time-inverted",
                f"The window ends ({self.end}) before or when it begins ({self.start}).",
                start=str(self.start),
                end=str(self.end),
            )

    @property
    def start_s(self) -> float:
        """Seconds since the epoch, minus infinity where the start is open."""
        return FOREVER_PAST if self.start is None else self.start.epoch_s

    @property
    def end_s(self) -> float:
        """Seconds since the epoch, infinity where the end is open."""
        return FOREVER if self.end is None else self.end.epoch_s

    @override
    def __str__(self) -> str:
        return f"{self.start or 'open'} / {self.end or 'open'}"


ALWAYS = Window(None, None)
