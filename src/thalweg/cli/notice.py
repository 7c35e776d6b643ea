"""`thalweg notice`: one notice, in full. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, full, told

app = App(name="notice", help="One notice: what it says, what it shows, and what became of it.")


@app.default
@told
def notice(
    notice: Annotated[str, Parameter(name="NOTICE")],
    *,
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "",
    voice: Annotated[bool, Parameter(name="--voice", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Print it.

    Parameters
    ----------
    notice
        Its id, such as n-irop3cfqdr.
    language
        The language to say it in: en, ar, ru, fr, tr or ku; by default your own.
    voice
        Only the lines to be read over a radio, with their check words (thalweg voice).
    """
    with at.client() as client:
        if voice:
            for line in client.voice(notice, language):
                print(line)
            return DONE
        read = client.notice(notice)
        client.verify(read.index)
        for line in full(client, read, language):
            print(line)
        if read.version:
            print(f"    version {read.version}; entry {read.index}, verified")
    return DONE
