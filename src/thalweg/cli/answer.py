"""`thalweg answer`: accept or reject what was proposed. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import HERE, AtDesk, Words, say, told
from thalweg.client import Client, DeskError
from thalweg.model.events import Answer, CustodyAnswered, LineJudged, ProposalAnswered, QuietGuaranteed, Said

app = App(name="answer", help="Accept or reject a way out, a quiet window, a line, or a site that is offered.")


@app.default
@told
def answer(
    proposal: Annotated[str, Parameter(name="PROPOSAL")],
    judgement: Annotated[Literal["accept", "reject"], Parameter(name="ANSWER")],
    *,
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """Answer it for your party.

    Parameters
    ----------
    proposal
        Its id (thalweg propose list), or the beginning of it, or the notice by which you were told.
    judgement
        accept or reject.
    words
        Words that go with it.
    """

    def said(client: Client) -> Said:
        matter, whole = _proposal(client, proposal)
        chosen = Answer(judgement)
        match matter:
            case "quiet_window":
                return QuietGuaranteed(client.party, whole, chosen, words)
            case "line":
                return LineJudged(client.party, whole, chosen, words)
            case "custody":
                return CustodyAnswered(client.party, whole, chosen, words)
            case _:
                return ProposalAnswered(client.party, whole, chosen, words)

    return say(at, said, "Answered.")


def _proposal(client: Client, named: str) -> tuple[str, str]:
    """What it is about, and its whole id."""
    known = client.agreements()
    found = [each for each in known if each.id.startswith(named)]
    if not found:
        notice = client.notice(named)
        found = [each for each in known if each.id in (notice.answers, notice.statement)]
    if len(found) != 1:
        raise DeskError("proposal-named", f"“{named}” names {len(found)} proposals; give the whole id.")
    return found[0].matter, found[0].id
