"""`thalweg outcome`: what became of a promise. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, Words, say, told
from thalweg.client import Client, DeskError
from thalweg.model.events import Outcome, OutcomeStated, Said

app = App(name="outcome", help="State what became of a promise: kept, broken, or overtaken by events.")


@app.default
@told
def outcome(
    commitment: Annotated[str, Parameter(name="COMMITMENT")],
    what: Annotated[Literal["kept", "broken", "overtaken"], Parameter(name="OUTCOME")],
    *,
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """Either side states it.

    Parameters
    ----------
    commitment
        Its id, or the beginning of it (thalweg emergency --list).
    what
        kept, broken or overtaken.
    words
        Words that go with it.
    """

    def said(client: Client) -> Said:
        found = [each.id for each in client.commitments() if each.id.startswith(commitment)]
        if len(found) != 1:
            raise DeskError("commitment-named", f"“{commitment}” names {len(found)} commitments; give the whole id.")
        return OutcomeStated(client.party, found[0], Outcome(what), words)

    return say(at, said, "Stated.")
