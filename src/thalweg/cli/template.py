"""`thalweg template`: the empty notification, as CSV or as a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.formats.template import template_csv, template_xlsx

app = App(name="template", help="Write the empty notification of sites, movements, operations and zones.")


@app.default
def template(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    *,
    format: Annotated[Literal["csv", "xlsx"] | None, Parameter(name="--format")] = None,
) -> int:
    """Write the template to FILE, or to standard output.

    Parameters
    ----------
    file
        Where to write; an existing file is left alone. Without it the template goes to standard output.
    format
        "csv" or "xlsx"; by default what the name of the file ends in, else csv.
    """
    ending = file.suffix.lower().lstrip(".") if file else ""
    wanted = format or ("xlsx" if ending == "xlsx" else "csv")
    data = template_xlsx() if wanted == "xlsx" else template_csv()
    if file is None:
        if wanted == "xlsx" and sys.stdout.isatty():
            print("A spreadsheet is not for a terminal: name a file, such as notice.xlsx.", file=sys.stderr)
            return 2
        sys.stdout.buffer.write(data)
        return 0
    try:
        with file.open("xb") as target:
            target.write(data)
    except FileExistsError:
        print(
            f"The template was not written: there is a file {file} already. It was left alone; name another.",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        print(f"The template was not written to {file}: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"Written to {file}. Fill in the rows, then run: thalweg check {file}")
    return 0
