"""`thalweg backup HOME TO`: a home copied while it runs, and the copy verified.

Exit status: 0 done and verified, 1 refused or damaged, 2 cannot be read or used wrongly.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.ledger.errors import LedgerError, Malformed
from thalweg.ledger.verify import utc

if TYPE_CHECKING:
    from thalweg.wiring import BackupReport

app = App(name="backup", help="Copy a log's home while it runs, and verify the copy.")

DONE, REFUSED, WRONG = 0, 1, 2

P = ParamSpec("P")


def told(command: Callable[P, int]) -> Callable[P, int]:
    """A refusal of the ledger becomes its sentence and an exit status."""

    @functools.wraps(command)
    def saying(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except LedgerError as error:
            print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
            return WRONG if isinstance(error, Malformed) else REFUSED

    return saying


def tell(report: BackupReport) -> None:
    """What a verified backup holds, and what must be kept besides."""
    print(f"The backup of {report.origin} of {utc(report.made_ms // 1000)} is whole:")
    print(f"  {report.head.size} entries with the root {report.head.root.hex()}, signed by the log")
    print(f"  {report.checkpoints} checkpoints, {report.payloads} payloads, {report.messages} messages not yet sent")
    print(f"  sealed keys: {', '.join(name.removeprefix('keys/') for name in report.keys) or 'none'}")
    if report.beside:
        print(f"  beside the log: {', '.join(name.removeprefix('beside/') for name in report.beside)}")
    for name in report.left_out:
        print(f"  not in it: {name}")
    print("Keep elsewhere: the passphrase or age identity that opens the keys, and the newest keys/mark.")


@app.default
@told
def backup(folder: Annotated[Path, Parameter(name="HOME")], to: Annotated[Path, Parameter(name="TO")]) -> int:
    """Copy the log in HOME into the new folder TO. A server may be running.

    Parameters
    ----------
    folder
        The log's home.
    to
        A folder that does not exist yet, or is empty.
    """
    tell(wiring.back_up(folder, to))
    return DONE
