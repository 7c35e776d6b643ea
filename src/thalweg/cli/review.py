"""`thalweg review`: the joint review of a period, fit to be published (R46). Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, instant, told
from thalweg.model.errors import InputError

app = App(name="review", help="The joint review of a period: counts, times and shares, without any place.")


@app.default
@told
def review(
    *,
    since: Annotated[str, Parameter(name="--since")],
    until: Annotated[str, Parameter(name="--until")],
    language: Annotated[str, Parameter(name="--language")] = "en",
    csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    html: Annotated[Path | None, Parameter(name="--html")] = None,
    pdf: Annotated[Path | None, Parameter(name="--pdf")] = None,
    at: AtDesk = HERE,
) -> int:
    """Write the joint review of whole days (UTC), seven at least. Rounded, so that it can be published.

    Parameters
    ----------
    since
        The first day, such as "2017-09-01 00:00Z".
    until
        The day after the last, at 00:00Z.
    language
        One language or two of en, ar, ru, fr, tr, ku, such as en,ar.
    csv
        Write it as a table for programs.
    html
        Write it as one page without script.
    pdf
        Write it on paper (PDF/A-2b).
    """
    files = [(file, form) for file, form in ((csv, "csv"), (html, "html"), (pdf, "pdf")) if file is not None]
    if not files:
        raise InputError("review-file", "Name a file with --csv, --html or --pdf.")
    first, last = instant(since, "--since"), instant(until, "--until")
    with at.client() as client:
        for file, form in files:
            data = client.joint_review(first, last, form, language)
            try:
                file.write_bytes(data)
            except OSError as error:
                raise InputError("output-unwritable", f"{file} cannot be written: {error.strerror}.") from error
            print(f"Written: {file}")
    return DONE
