"""Building millions of small values without the cycle collector looking at each of them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_WORTH_IT = 1 << 20  # bytes of input


def settle() -> None:
    """What is there now is there to stay: the cycle collector does not look at it again, and looks at the rest less
    often. For a server, once it has folded its log: each look at a hundred thousand declarations would hold up every
    answer for a good part of a second."""
    gc.collect()
    gc.freeze()
    # A look at 50 thousand, as the second number makes it, takes some 20 ms; everything is looked at when that was done
    # so often, and there is a quarter more.
    gc.set_threshold(10_000, 4, 250)


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
