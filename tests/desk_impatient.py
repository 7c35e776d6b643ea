"""`thalweg serve` that takes whoever decides for one that hangs after a few seconds of silence.

Usage: python -m tests.desk_impatient SECONDS serve …
"""

from __future__ import annotations

import sys

from thalweg.desk.shared import SharedOffice

_silence_s = float(sys.argv.pop(1))
_start = SharedOffice.start


async def _impatient(office: SharedOffice) -> None:
    office.silence_s = _silence_s
    await _start(office)


SharedOffice.start = _impatient  # type: ignore[method-assign, assignment]  # as on a machine where nobody waits for long

if __name__ == "__main__":
    from thalweg.cli import main

    main()
