"""`thalweg check`: every conflict in files, folders or a zip.

Exit status: 0 nothing found, 1 findings, 3 whenever anything was left out (findings or not), 2 only if nothing could be
checked.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.progress import Bar
from thalweg.desk.check import check as compare
from thalweg.desk.intake import Intake, intake
from thalweg.drafts.times import Side, read_time
from thalweg.model.declarations import Kind
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.result import CheckResult
from thalweg.model.theatre import Theatre
from thalweg.policy.disclosure import Disclosed

app = App(name="check", help="Find every conflict in files, folders or a zip, from one or many parties.")

Format = Literal["table", "json", "geojson", "csv", "kml", "html", "pdf"]
NOTHING_FOUND, FINDINGS, NOTHING_CHECKED, INCOMPLETE = 0, 1, 2, 3
_THEATRE_FILES = ("theatre.yaml", "theatre.yml")


@app.default
def check(
    *paths: Annotated[Path, Parameter(name="PATH")],
    theatre: Annotated[Path | None, Parameter(name=["--theatre", "-t"])] = None,
    format: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    party: Annotated[str, Parameter(name="--party")] = "",
    kind: Annotated[Literal["operation", "movement", "static_site"] | None, Parameter(name="--kind")] = None,
    gazetteer: Annotated[tuple[Path, ...], Parameter(name="--gazetteer", negative="")] = (),
    axes: Annotated[Literal["lon-lat", "lat-lon"] | None, Parameter(name="--axes")] = None,
    fixes: Annotated[bool, Parameter(name="--fixes", negative="--no-fixes")] = True,
    at: Annotated[str, Parameter(name="--at")] = "",
) -> int:
    """Check everything that the paths hold against everything else in them.

    Parameters
    ----------
    paths
        Files (GeoJSON, CSV, XLSX, KML, KMZ, GPX, F3548, ED-269, ED-318), folders of them, or zips.
    theatre
        The theatre file: area, parties, rules. By default theatre.yaml in a folder that is checked, else the
        built-in theatre.
    format
        What to write; by default what the name of the output ends in, else a table.
    output
        Where to write; by default standard output. A PDF needs a file.
    party
        The party of whatever names none; by default the name of its file.
    kind
        The kind of whatever names none.
    gazetteer
        A GeoNames file (XX.txt) or a list of places that adds to the gazetteer; may be repeated.
    axes
        Settles the axis order of ED-269 files.
    fixes
        Look for ways out of each conflict.
    at
        The instant that dates the result, such as 2017-09-16T00:00Z; by default now.
    """
    if not paths:
        print("thalweg check: name at least one file, folder or zip.", file=sys.stderr)
        return NOTHING_CHECKED
    wanted, checked_at = asked(format, output, at)
    rules = wiring.theatre_of(theatre or _theatre_in(paths))
    context = wiring.context_of(rules, gazetteer, party, Kind(kind) if kind else None)
    with Bar() as bar:
        came = intake(paths, context, axes=axes or "", progress=lambda name, done, of: bar(f"Reading {name}", done, of))
    return report(came, rules, wanted=wanted, output=output, fixes=fixes, checked_at=checked_at, gazetteer=gazetteer)


def report(
    came: Intake,
    theatre: Theatre,
    *,
    wanted: Format,
    output: Path | None,
    fixes: bool,
    checked_at: Instant,
    gazetteer: tuple[Path, ...] = (),
) -> int:
    """Compare, write the product, and say by the exit status how it went."""
    with Bar() as bar:
        disclosed = compare(
            came,
            theatre,
            checked_at=checked_at,
            gazetteer=wiring.gazetteer_of(gazetteer) if gazetteer else None,
            fixes=fixes,
            progress=bar,
        )
    _write(disclosed, wanted, output)
    result = disclosed.value
    if not result.declarations and result.incomplete:
        return NOTHING_CHECKED
    if result.incomplete:
        return INCOMPLETE
    return FINDINGS if result.findings else NOTHING_FOUND


def asked(wanted: Format | None, output: Path | None, at: str) -> tuple[Format, Instant]:
    """What to write and the instant that dates it; refused here, before the work, if either cannot be."""
    chosen = _wanted_format(wanted, output)
    if output is not None and not output.absolute().parent.is_dir():
        raise InputError("output-unwritable", f"{output} cannot be written: there is no folder {output.parent}.")
    return chosen, _instant(at) or Instant.of(wiring.now().replace(microsecond=0))


def _wanted_format(wanted: Format | None, output: Path | None) -> Format:
    """The format asked for, or else the one that the output's name ends in; a table where neither says."""
    if wanted is None and output is not None:
        ending = output.suffix.lower().lstrip(".")
        endings: dict[str, Format] = {
            **dict.fromkeys(("txt",), "table"),
            "json": "json",
            "geojson": "geojson",
            "csv": "csv",
            "kml": "kml",
            "html": "html",
            "htm": "html",
            "pdf": "pdf",
        }
        if ending not in endings:
            raise InputError(
                "output-format",
                f"What to write to {output.name} does not follow from its name; say it with --format.",
                expected=f"a name that ends in .{', .'.join(endings)}, or --format",
                found=output.name,
            )
        return endings[ending]
    if wanted == "pdf" and output is None and sys.stdout.isatty():
        raise InputError("output-terminal", "A PDF is not for a terminal: name a file with --output.")
    return wanted or "table"


def _theatre_in(paths: Iterable[Path]) -> Path | None:
    found = [path / name for path in paths if path.is_dir() for name in _THEATRE_FILES if (path / name).is_file()]
    if len(found) > 1:
        names = ", ".join(map(str, found))
        raise InputError("theatre-ambiguous", f"There is more than one theatre file: {names}. Name one with --theatre.")
    if found:
        print(f"Rules: {found[0]}", file=sys.stderr)
        return found[0]
    return None


def _write(disclosed: Disclosed[CheckResult], wanted: Format, output: Path | None) -> None:
    # Imported by name, so that a table never pays for the maker of PDFs.
    module = importlib.import_module(f"thalweg.reports.{wanted}")
    if wanted == "table":
        terminal = output is None and sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        made = module.render(disclosed, width=max(80, min(width, 140)), colour=terminal).encode()
    elif wanted in ("html", "pdf"):
        made = module.render(disclosed, importlib.import_module("thalweg.reports.ground").packaged)
    else:
        made = module.render(disclosed)
    if output is None:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(made)
    except OSError as error:
        raise InputError("output-unwritable", f"{output} cannot be written: {error.strerror}.") from error
    print(f"Written to {output}.", file=sys.stderr)


def _instant(text: str) -> Instant | None:
    return read_time(text, side=Side.MOMENT, what="--at").instant if text else None
