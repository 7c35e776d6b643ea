"""`thalweg stream`: notices as they are made. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, full, told

app = App(name="stream", help="Follow the notices to your party as they are made, and sign that they arrived.")


@app.default
@told
def stream(
    *,
    after: Annotated[int | None, Parameter(name="--after")] = None,
    count: Annotated[int, Parameter(name="--count")] = 0,
    receipts: Annotated[bool, Parameter(name="--receipts", negative="--no-receipts")] = True,
    device: Annotated[str, Parameter(name="--device")] = "",
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "",
    bell: Annotated[bool, Parameter(name="--bell", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Goes on until it is interrupted, through restarts of the desk and of the line.

    Parameters
    ----------
    after
        Begin after the notice of this number; by default where this folder stopped.
    count
        Stop after so many; 0 (by default) is never.
    receipts
        Sign delivery/1 for each as it arrives (by default).
    device
        What the receipts call this machine.
    language
        The language to say them in: en, ar, ru, fr, tr or ku; by default your own.
    bell
        Ring the terminal's bell for emergencies and warnings.
    """
    with at.client() as client:
        for number, notice in enumerate(client.stream(after, receipts=receipts, device=device), 1):
            rung = "\a" if bell and notice.severity in ("emergency", "warning") else ""
            print(rung + "\n".join(full(client, notice, language)), flush=True)
            if number == count:
                break
    return DONE
