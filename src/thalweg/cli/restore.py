"""`thalweg restore FROM HOME`: a home made again from a backup, or a backup only checked.

Exit status: 0 done, 1 refused or damaged, 2 cannot be read or used wrongly.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.backup import DONE, tell, told
from thalweg.ledger.errors import Malformed

app = App(name="restore", help="Make a log's home again from a backup, or check the backup.")


@app.default
@told
def restore(
    source: Annotated[Path, Parameter(name="FROM")],
    folder: Annotated[Path | None, Parameter(name="HOME")] = None,
    *,
    check: Annotated[bool, Parameter(name="--check", negative="")] = False,
    store: Annotated[str, Parameter(name="--store")] = "",
    mark: Annotated[Path | None, Parameter(name="--mark")] = None,
) -> int:
    """Make the home in HOME that the backup FROM is of. Nothing is written over.

    Parameters
    ----------
    source
        A folder that 'thalweg backup' wrote.
    folder
        A folder that does not exist yet, is empty, or holds nothing but 'keys'.
    check
        Verify the backup and write nothing.
    store
        Put the log elsewhere than it was: 'sqlite:FILE' or 'postgres:CONNINFO', without entries.
    mark
        The newest keys/mark, or another signed checkpoint of this log, that the backup must not be behind.
    """
    if check or folder is None:
        if folder is not None or not check:
            raise Malformed("restore.what", "Give HOME to restore into, or --check to look only.")
        tell(wiring.verify_backup(source))
        return DONE
    report = wiring.restore_home(source, folder, store=store, mark=None if mark is None else wiring.read_file(mark))
    tell(report)
    print(f"{folder} signs nothing until a scrub has passed: thalweg ledger scrub {folder}")
    return DONE
