"""`thalweg crossing`: a neutral fact: somebody or something crossed a line. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, Words, instant, position, say, told
from thalweg.model.events import CrossingLogged

app = App(name="crossing", help="Log that somebody or something crossed a line: a neutral fact, without intent.")


@app.default
@told
def crossing(
    line: Annotated[str, Parameter(name="LINE")],
    *,
    when: Annotated[str, Parameter(name="--at")],
    who: Annotated[str, Parameter(name="--who")] = "unknown",
    medium: Annotated[Literal["air", "ground", "water", ""], Parameter(name="--medium", show_choices=False)] = "",
    place: Annotated[str, Parameter(name="--place", allow_leading_hyphen=True)] = "",
    side: Annotated[Literal["left", "right", ""], Parameter(name="--to-side", show_choices=False)] = "",
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """It is counted, and judged by nobody here.

    Parameters
    ----------
    line
        The id of the line.
    when
        When, with the time zone.
    who
        A party, or unknown (by default).
    medium
        air, ground or water.
    place
        Where, in any form that people write.
    side
        left or right: to which side, as seen along the line.
    words
        Words that go with it.
    """
    moment = instant(when, "--at")
    spot = position(place) if place else None
    return say(
        at,
        lambda client: CrossingLogged(client.party, line, moment, who, medium, spot, side, words),
        "Logged.",
    )
