"""`thalweg serve` on a machine whose clock is wrong by as many seconds as a file says.

Usage: python -m tests.desk_shifted FILE serve …
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import thalweg.wiring

_shift = Path(sys.argv.pop(1))


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(_shift.read_text() or 0))


thalweg.wiring.now = _now

if __name__ == "__main__":
    from thalweg.cli import main

    main()
