"""Building millions of small values without the cycle collector looking at each of them again and again, and the short
hash by which one is found among so many."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

_WORTH_IT = 1 << 20  # bytes of input


def settle() -> None:
    """What is there now is there to stay: the cycle collector does not look at it again, and looks at the rest less
    often. For a server, once it has folded its log: each look at a hundred thousand declarations would hold up every
    answer for a good part of a second."""
    gc.collect()
    gc.freeze()
    # Hardly anything that a desk makes is ever part of a cycle, and nearly all of it stays. So a look costs for what it
    # looks at, however seldom it is taken, and holds up every answer meanwhile. Often and little, then, and at nothing
    # twice: what is still there after one look is old. That is what -1 says, since the middle generation is looked at,
    # with the youngest, whenever more looks were taken since than that. Everything is looked at when that was done so
    # often, and there is a quarter more.
    gc.set_threshold(2_500, -1, 5_000)


@contextmanager
def collector_paused(size: int) -> Iterator[None]:
    """Within the block the cycle collector rests, if the input of `size` bytes is large.

    What readers build is frozen values that refer only to older ones, so there is no cycle to find;
    looking for them took a third of the time for a hundred thousand features. Reference counting goes
    on as ever. The collector is left as it was found.
    """
    if size < _WORTH_IT or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def hash_of(key: object) -> int:
    """Eight bytes, the same for the same key in every process: of texts, numbers, bytes, and tuples of these."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest(), "little")
