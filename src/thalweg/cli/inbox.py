"""`thalweg inbox`: what one's party owes an answer to. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, full, told

app = App(name="inbox", help="What your party owes an answer to, the most pressing first.")


@app.default
@told
def inbox(
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="")] = False,
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "",
    at: AtDesk = HERE,
) -> int:
    """Print each notice that waits for an answer.

    Parameters
    ----------
    all_
        Every notice there ever was, oldest first.
    language
        The language to say them in: en, ar, ru, fr, tr or ku; by default your own.
    """
    with at.client() as client:
        found = client.notices() if all_ else client.inbox()
        for notice in found:
            for line in full(client, notice, language):
                print(line)
        if not found:
            print("Nothing waits for an answer." if not all_ else "There are no notices yet.")
    return DONE
