"""`thalweg ack`: answer a notice. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, say, told
from thalweg.model.events import Acknowledged, Response

app = App(name="ack", help="Answer a notice: received, understood, need more, or object.")


@app.default
@told
def ack(
    notice: Annotated[str, Parameter(name="NOTICE")],
    response: Annotated[Literal["received", "understood", "need_more", "object"], Parameter(name="RESPONSE")],
    *,
    text: Annotated[str, Parameter(name="--text")] = "",
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "en",
    at: AtDesk = HERE,
) -> int:
    """An acknowledgement is a receipt, and never permission.

    Parameters
    ----------
    notice
        Its id, such as n-irop3cfqdr.
    response
        received, understood, need_more or object.
    text
        Words that go with it; they stay in their language.
    language
        The language of the words.
    """
    return say(at, lambda client: Acknowledged(client.party, notice, Response(response), text, language), "Answered.")
