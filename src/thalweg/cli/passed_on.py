"""`thalweg passed-on`: a unit below has it, or another carries it further. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, say, told
from thalweg.model.events import Bearer, Disseminated, Relayed

app = App(name="passed-on", help="State that a unit has a notice, or that you relayed it.")


@app.default
@told
def passed_on(
    notice: Annotated[str, Parameter(name="NOTICE")],
    unit: Annotated[str, Parameter(name="UNIT")],
    *,
    how: Annotated[str, Parameter(name="--how")] = "",
    relay: Annotated[Literal["stream", "webhook", "email", "voice", "paper"] | None, Parameter(name="--relay")] = None,
    at: AtDesk = HERE,
) -> int:
    """State it under your own key.

    Parameters
    ----------
    notice
        Its id, such as n-irop3cfqdr.
    unit
        The unit that has it.
    how
        By what way it got there, or words that go with a relay.
    relay
        You passed it on to somebody who is not of yours, by this bearer: a hop, and no receipt of theirs.
    """
    if relay is not None:
        bearer = Bearer(relay)
        return say(at, lambda client: Relayed(client.party, notice, unit, bearer, how), "Relayed.")
    return say(at, lambda client: Disseminated(client.party, notice, unit, how), "Passed on.")
