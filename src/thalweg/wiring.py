"""The only place that reads the clock, the environment and the source of randomness."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


def random_bytes(count: int) -> bytes:
    """Bytes fit for keys and salts, from the operating system."""
    return os.urandom(count)
