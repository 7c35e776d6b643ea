"""`thalweg theatre`: the rules in force. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.at_desk import DONE, HERE, AtDesk, say, told
from thalweg.formats.theatre import read_theatre
from thalweg.model.encodings import decoded
from thalweg.model.events import TheatreSet

app = App(name="theatre", help="The rules in force: show them, or set them for everybody.")


@app.command(name="set")
@told
def set_(file: Annotated[Path, Parameter(name="FILE")], *, at: AtDesk = HERE) -> int:
    """Set the rules, from a theatre file; for the secretariat.

    Parameters
    ----------
    file
        The theatre file.
    """
    data = wiring.read_file(file)
    read_theatre(data, file.name)  # what is wrong in it is said here, with the line, before anything is signed
    return say(at, lambda _: TheatreSet(decoded(data, "theatre-utf8", file.name), file.name), "Set.")


@app.command
@told
def show(*, at: AtDesk = HERE) -> int:
    """Print the theatre file that is in force."""
    with at.client() as client:
        held = client.theatre_text()
    print(held or "# The built-in rules hold; none were set.")
    return DONE
