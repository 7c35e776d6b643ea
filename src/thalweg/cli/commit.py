"""`thalweg commit`: promise to do something by a time. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, instant, say, told
from thalweg.client import Client
from thalweg.drafts.times import Side
from thalweg.model.events import Committed, Said

app = App(name="commit", help="Promise to do something by a time; a promise that lapses escalates.")


@app.default
@told
def commit(
    about: Annotated[str, Parameter(name="ABOUT")],
    *action: Annotated[str, Parameter(name="ACTION")],
    by: Annotated[str, Parameter(name="--by")],
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "en",
    at: AtDesk = HERE,
) -> int:
    """Such as: thalweg commit n-irop3cfqdr we stop --by 02:25Z.

    Parameters
    ----------
    about
        The id of a notice to you, the reference of an incident, or the id of an emergency (or the beginning of it).
    action
        What you will do.
    by
        By when, with the time zone: a clock time such as 02:25Z, a date and time, or "+10 min".
    language
        The language of the words.
    """
    due = instant(by, "--by", Side.END, ahead=True)

    def said(client: Client) -> Said:
        called = [each.id for each in client.emergencies() if each.id.startswith(about)]
        return Committed(client.party, called[0] if len(called) == 1 else about, " ".join(action), due, language)

    return say(at, said, "Promised.")
