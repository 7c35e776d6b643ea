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

    Parameters
    ----------
    file
        Where to write it.
    """
    with at.client() as client:
        data, verdict = client.bundle()
        try:
            file.write_bytes(data)
        except OSError as error:
            raise InputError("output-unwritable", f"{file} cannot be written: {error.strerror}.") from error
        print(f"{verdict.sentence()}")
        print(f"Written to {file}; verify it with: thalweg verify {file} --trust {client.home.folder / 'trust.json'}")
    return DONE
