"""What a desk works out from its world and would work out anew at a restart: put away beside the world itself.

Timers, whether anybody sees less than a footprint of anything, and which chains may have been declared twice. Each is
looked at again in the state before anything follows from it, so what stands here needs to be no more than enough: a
timer that is over is passed over, one that is missing would be a clock that nobody winds. Therefore what the log has
gone on to say since counts only if it is of the kinds below, each of which winds the clocks that it sets; after
anything else (terms, members, rules) everything is worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from thalweg.desk.clocks import KeptTimers
from thalweg.engine.snapshot import seal, unseal
from thalweg.model.events import (
    Acknowledged,
    ClockTold,
    Declared,
    Delivered,
    Disseminated,
    Exported,
    MessageSent,
    Notice,
    Probed,
    ReadBack,
    Refused,
    Relayed,
    Revalidated,
    SitesRead,
    Taken,
    Weighed,
    Withdrawn,
)
from thalweg.state.recorded import Recorded

_FORMAT: Final = 1
_WINDS_ITS_OWN: Final = (
    *(Taken, Refused, Weighed, Probed, Notice, ClockTold, Delivered, Exported, SitesRead, Declared, Withdrawn),
    *(Revalidated, Acknowledged, ReadBack, Disseminated, Relayed, MessageSent),
)


@dataclass(frozen=True, slots=True)
class KeptDesk:
    """As it was when the log had `size` entries."""

    size: int
    timers: KeptTimers
    casts: bool  # somebody sees less than a footprint of something
    things: tuple[str, ...]  # chains that may have been declared twice

    def encode(self) -> bytes:
        names = [each.encode("utf-8", "surrogatepass") for each in self.things]
        arrays = {
            **self.timers.columns,
            "thing": np.frombuffer(b"".join(names), np.uint8),
            "thing_length": np.fromiter(map(len, names), np.int32, len(names)),
        }
        return seal({"desk": _FORMAT, "size": self.size, "casts": self.casts}, arrays)

    @classmethod
    def decode(cls, data: bytes | memoryview, *, checked: bool = False) -> KeptDesk | None:
        """None for one of another form. `EngineError` for what is damaged. `checked` as in `engine.snapshot`."""
        head, arrays = unseal(data, checked=checked)
        if head.get("desk") != _FORMAT:
            return None
        blob, cut = arrays["thing"].tobytes(), np.cumsum(arrays["thing_length"], dtype=np.int64).tolist()
        things = tuple(
            blob[begin:end].decode("utf-8", "surrogatepass") for begin, end in zip([0, *cut], cut, strict=False)
        )
        return cls(head["size"], KeptTimers(arrays), head["casts"], things)


def wind_their_own(since: Sequence[Recorded]) -> bool:
    """Whether all that was said since winds the clocks that it sets, and moves nothing else."""
    return all(isinstance(each.body, _WINDS_ITS_OWN) for each in since)
