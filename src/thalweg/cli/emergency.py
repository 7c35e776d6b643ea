"""`thalweg emergency`: call everybody at once, and see what is open. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, brief, position, say, table, told
from thalweg.drafts.heights import read_length
from thalweg.model.errors import InputError
from thalweg.model.events import EmergencySent

app = App(
    name="emergency", help="Call the other side at once: it overtakes everything, and repeats until a commitment."
)


@app.default
@told
def emergency(
    *text: Annotated[str, Parameter(name="TEXT")],
    place: Annotated[str, Parameter(name="--place", allow_leading_hyphen=True)] = "",
    radius: Annotated[str, Parameter(name="--radius")] = "",
    about: Annotated[str, Parameter(name="--about")] = "",
    to: Annotated[tuple[str, ...], Parameter(name="--to", negative="")] = (),
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "en",
    show: Annotated[bool, Parameter(name="--list", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Say what is happening.

    Parameters
    ----------
    text
        Words; they stay in their language.
    place
        Where, in any form that people write.
    radius
        How far around, such as "500 m".
    about
        The id of one of your own declarations.
    to
        Only this party; may be repeated. By default every party of every channel of yours.
    language
        The language of the words.
    show
        Call nobody: list emergencies and the commitments about them.
    """
    if show:
        return _list(at)
    if not text and not place and not about:
        raise InputError("emergency-what", "Say what is happening, or where, or about which declaration.")
    spot = position(place) if place else None
    around = round(read_length(radius, what="radius")) if radius else 0
    return say(
        at,
        lambda client: EmergencySent(client.party, " ".join(text), language, about, spot, around, to),
        "Called.",
    )


def _list(at: AtDesk) -> int:
    with at.client() as client:
        called = [
            (brief(each.id), each.by, str(each.at), "OPEN" if each.open else "over", str(each.repeated))
            for each in client.emergencies()
        ]
        promised = [
            (
                brief(each.id),
                each.by,
                brief(each.about),
                str(each.due),
                each.outcome or ("LAPSED" if each.lapsed else "open"),
            )
            for each in client.commitments()
        ]
    table("Emergencies", ("id", "by", "called", "state", "repeated"), called)
    table("Commitments", ("id", "by", "about", "due", "outcome"), promised)
    return DONE
