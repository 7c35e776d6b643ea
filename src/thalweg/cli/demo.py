"""`thalweg demo`: the check of a bundled scenario, its files to look at and to change, or its replay at a live desk.

Exit status: that of `thalweg check`; with --write 0, or 2 if the files could not be written; with --live 0, or 2 if
anything did not go as it is written.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.check import Format, asked, report
from thalweg.cli.progress import Bar
from thalweg.desk import scenarios
from thalweg.desk.intake import Blob, intake_blobs
from thalweg.formats.theatre import read_theatre
from thalweg.model.errors import InputError

app = App(name="demo", help="Check a bundled scenario: Deir ez-Zor in autumn 2017, or an invented wildfire.")


Scenario = Literal["deir-ez-zor", "wildfire"]


@app.default
def demo(
    scenario: Annotated[Scenario, Parameter(name="SCENARIO")] = "deir-ez-zor",
    *,
    format: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    write: Annotated[Path | None, Parameter(name="--write")] = None,
    fixes: Annotated[bool, Parameter(name="--fixes", negative="--no-fixes")] = True,
    at: Annotated[str, Parameter(name="--at")] = "",
    live: Annotated[bool, Parameter(name="--live", negative="")] = False,
    room: Annotated[bool, Parameter(name="--room", negative="")] = False,
    port: Annotated[int, Parameter(name="--port")] = 8017,
    keep: Annotated[Path | None, Parameter(name="--keep")] = None,
) -> int:
    """Check the files of a scenario as `thalweg check` would, or unpack them, or play it through a live desk.

    Parameters
    ----------
    scenario
        "deir-ez-zor" (from published accounts; drawn geometry is marked) or "wildfire" (invented).
    format
        What to write; by default what the name of the output ends in, else a table.
    output
        Where to write; by default standard output. A PDF needs a file.
    write
        Unpack the scenario's files into this folder, new or empty, instead of checking them.
    fixes
        Look for ways out of each conflict.
    at
        The instant that dates the result, such as 2017-09-16T00:00Z; by default now.
    live
        Play Deir ez-Zor through a desk of its own on this machine, with a process and keys for each officer, and tell
        the story again from each party's bundle, verified offline. An exercise; it takes half a minute on two cores.
    room
        Play it, then hold the desk open: prints a link to the screen of an officer on watch for each of three parties.
        The clock runs on, the others' officers answer, and half a minute after you came in something comes too near.
    port
        With --room: where the desk listens.
    keep
        With --live or --room: keep the desk, the officers' folders and the bundles in this folder, new or empty.
    """
    if room:
        return _open(scenario, port, keep)
    if live or keep is not None:
        return _play(scenario, keep)
    if write is not None:
        _unpack(scenario, write)
        print(
            f"Written to {write}. Read {scenarios.README} there, change what you like, then run: thalweg check {write}"
        )
        return 0
    wanted, checked_at = asked(format, output, at)
    rules = read_theatre(scenarios.theatre(scenario), scenarios.THEATRE)
    blobs = [Blob(name, data) for name, data in scenarios.inputs(scenario).items()]
    with Bar() as bar:
        came = intake_blobs(
            blobs,
            wiring.context_of(rules, (), "", None),
            progress=lambda name, done, of: bar(f"Reading {name}", done, of),
        )
    if wanted == "table":
        print(_NOTES[scenario], file=sys.stderr)
    return report(came, rules, wanted=wanted, output=output, fixes=fixes, checked_at=checked_at)


_NOTES = {
    "deir-ez-zor": "Deir ez-Zor, autumn 2017: claims as published, drawn geometry marked. "
    "A tour: docs/tutorial/deir-ez-zor.md; the files: thalweg demo --write FOLDER",
    "wildfire": "A wildfire, invented. A tour: docs/tutorial/wildfire.md; "
    "the files: thalweg demo wildfire --write FOLDER",
}


def _open(scenario: str, port: int, keep: Path | None) -> int:
    _require_replay(scenario)
    import_module("thalweg.cli.replay.room").room(_say, port, keep)
    return 0


def _require_replay(scenario: str) -> None:
    if scenario != "deir-ez-zor":
        raise InputError(
            "scenario-unknown", f"There is no replay of “{scenario}”.", expected="deir-ez-zor", found=scenario
        )


def _play(scenario: str, keep: Path | None) -> int:
    _require_replay(scenario)
    told = import_module("thalweg.cli.replay.run").replay(_say, keep)
    print(f"The story is the same in every bundle, at the detail that each was entitled to. {told.seconds:.0f} s.")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _unpack(scenario: str, folder: Path) -> None:
    files = {
        **scenarios.inputs(scenario),
        scenarios.THEATRE: scenarios.theatre(scenario),
        scenarios.README: scenarios.readme(scenario),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(
                "folder-not-empty", f"{folder} is not empty: name a new folder, so that nothing is mixed up with it."
            )
        for name, data in files.items():
            with (folder / name).open("xb") as target:
                target.write(data)
    except OSError as error:
        raise InputError("output-unwritable", f"{folder} cannot be written: {error.strerror}.") from error
