"""`thalweg bundle`: everything that one's party may hold, proved. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, told
from thalweg.model.errors import InputError

app = App(name="bundle", help="Fetch one file with every entry that your party may hold, proved.")


@app.default
@told
def bundle(file: Annotated[Path, Parameter(name="FILE")], *, at: AtDesk = HERE) -> int:
    """Write FILE, verified; anybody verifies it again with: thalweg verify FILE --trust trust.json

    A record of more than some twenty thousand entries is written as several files, each verified by itself: FILE, and
    beside it FILE with a number before its ending.

    Parameters
    ----------
    file
        Where to write it.
    """
    with at.client() as client:
        trust = client.home.folder / "trust.json"
        for number, (data, verdict) in enumerate(client.bundles(), 1):
            part = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
            try:
                part.write_bytes(data)
            except OSError as error:
                raise InputError("output-unwritable", f"{part} cannot be written: {error.strerror}.") from error
            print(f"{verdict.sentence()}")
            print(f"Written to {part}; verify it with: thalweg verify {part} --trust {trust}")
    return DONE
