"""When what a picture is asked for holds: at an instant, or at some time between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from thalweg.model.errors import InputError
from thalweg.model.instants import FOREVER, FOREVER_PAST, Instant
from thalweg.state.history import Spans

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Valid:
    """When what is asked for holds: at an instant where both are the same, else at some time in `[since, until)`; an
    absent bound is open."""

    since: Instant | None
    until: Instant | None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InputError("valid-inverted", f"The time asked for ends ({self.until}) before it begins.")

    @classmethod
    def at(cls, when: Instant) -> Valid:
        """At one instant."""
        return cls(when, when)

    @property
    def bounds(self) -> tuple[float, float]:
        """Seconds since the epoch, infinite where open."""
        since = FOREVER_PAST if self.since is None else self.since.epoch_s
        return since, FOREVER if self.until is None else self.until.epoch_s

    @property
    def text(self) -> str:
        """As it is asked for."""
        if self.since is not None and self.since == self.until:
            return str(self.since)
        return f"{self.since or '..'}/{self.until or '..'}"

    def meets(self, since: npt.NDArray[np.float64], until: npt.NDArray[np.float64]) -> Mask:
        """Which of the spans `[since, until)` hold then; asked for all time, every one of them."""
        start, end = self.bounds
        if start == FOREVER_PAST and end == FOREVER:
            return np.ones(len(since), np.bool_)
        if start == end:
            return (since <= start) & (start < until)
        return (since < end) & (until > start) & (since < until)

    def meets_one(self, spans: Spans) -> bool:
        """Whether any of these does."""
        ends = np.array(spans, np.float64)
        return bool(self.meets(ends[:, 0], ends[:, 1]).any())


ALWAYS: Final = Valid(None, None)


def as_recorded(known: Instant) -> Instant:
    """The time, cut to the millisecond as the record has it: whoever asks again by the `known` of an answer asks for
    the same, of a desk as of a bundle."""
    return Instant(round(known.epoch_s * 1e6) // 1000 / 1000)


def read_valid(text: str, known: Instant) -> Valid:
    """An instant, or an interval as OGC API Features writes one: `a/b`, `../b`, `a/..`; nothing is the instant
    `known`. `InputError` for anything else."""
    if not text:
        return Valid.at(known)
    since, slash, until = text.partition("/")
    if not slash:
        return Valid.at(read_instant(since))
    bounds = [None if each in ("", "..") else read_instant(each) for each in (since, until)]
    return ALWAYS if bounds == [None, None] else Valid(*bounds)


def read_instant(text: str) -> Instant:
    """An instant with its zone. `InputError` for anything else."""
    try:
        # In a query, a plus sign that was not escaped arrives as a space.
        return Instant.of(datetime.fromisoformat(text.strip().replace(" ", "+")))
    except ValueError as error:
        raise InputError(
            "time-unreadable", "This is no instant with a zone.", expected="2017-09-16T12:00:00Z", found=text
        ) from error
