"""A seeded history of events among many live declarations, the same for the engine and for PostGIS.

The first `live` rows of a world are there at the beginning. Then half of the events declare the next spare
row, a quarter replace a live row by the next spare one, a fifth cancel a live row, and one in twenty moves
the clock on by a minute, whereupon every declaration whose window has ended goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from bench.generate import FIRST_S, Floats, Ints, World

SHARES = (0.50, 0.25, 0.20, 0.05)


class Kind(IntEnum):
    DECLARE = 0
    REPLACE = 1
    CANCEL = 2
    TICK = 3


@dataclass(frozen=True, slots=True)
class Stream:
    """E events as columns. row: the row declared, or -1. old: the row replaced or cancelled, or -1.

    now_s: the clock at and after the event, POSIX seconds. still: which rows are live after the last event.
    """

    live: int
    kind: Ints
    row: Ints
    old: Ints
    now_s: Floats
    still: npt.NDArray[np.bool_]


def stream(world: World, live: int, events: int, *, seed: int = 1) -> Stream:
    """Needs `events` spare rows in the world beyond the first `live`."""
    rng = np.random.default_rng([seed, live, events])
    kinds = rng.choice(4, events, p=SHARES)
    row, old = np.full(events, -1), np.full(events, -1)
    now_s = np.empty(events)
    present = np.zeros(world.count, bool)
    present[:live] = True
    spare, clock_s = live, FIRST_S
    for event, kind in enumerate(kinds):
        if kind == Kind.TICK:
            clock_s += 60.0
        if kind in (Kind.REPLACE, Kind.CANCEL):
            target = int(rng.integers(0, spare))
            while not (present[target] and world.end_s[target] > clock_s):
                target = int(rng.integers(0, spare))
            old[event] = target
            present[target] = False
        if kind in (Kind.DECLARE, Kind.REPLACE):
            row[event] = spare
            present[spare] = True
            spare += 1
        now_s[event] = clock_s
    return Stream(live=live, kind=kinds, row=row, old=old, now_s=now_s, still=present & (world.end_s > clock_s))


def latencies(given: Stream, spent_us: Floats) -> dict[str, dict[str, float]]:
    """Percentiles over all events and over each kind, microseconds."""
    told = {"all": np.ones(len(spent_us), bool), **{k.name.lower(): given.kind == k for k in Kind}}
    return {
        name: {
            "events": int(chosen.sum()),
            **{f"p{q}_us": round(float(np.percentile(spent_us[chosen], q)), 1) for q in (50, 90, 99)},
            "max_us": round(float(spent_us[chosen].max()), 1),
        }
        for name, chosen in told.items()
        if chosen.any()
    }
