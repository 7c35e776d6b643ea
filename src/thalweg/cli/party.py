"""`thalweg party`: the members of the theatre. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, instant, say, table, told
from thalweg.model.events import Participation, ParticipationStated, PartyNamed

app = App(name="party", help="The members of the theatre, and since when each takes part.")


@app.command
@told
def add(
    party: Annotated[str, Parameter(name="PARTY")],
    name: Annotated[str, Parameter(name="NAME")],
    *,
    member_of: Annotated[str, Parameter(name="--member-of")] = "",
    state: Annotated[bool, Parameter(name="--state", negative="")] = False,
    contact: Annotated[str, Parameter(name="--contact")] = "",
    at: AtDesk = HERE,
) -> int:
    """Enter a party, or change what is said of it; for the secretariat.

    Parameters
    ----------
    party
        Its id, a short name.
    name
        Its name for people.
    member_of
        The party that it belongs to.
    state
        It is a state; nothing follows from that here.
    contact
        How it is reached about an area, as it wants that shown to the others.
    """
    return say(at, lambda _: PartyNamed(party, name, member_of, state, contact), "Entered.")


@app.command
@told
def state(
    party: Annotated[str, Parameter(name="PARTY")],
    status: Annotated[Literal["joined", "suspended", "withdrawn"], Parameter(name="STATUS")],
    *,
    since: Annotated[str, Parameter(name="--since")] = "+0 s",
    words: Words = "",
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "en",
    at: AtDesk = HERE,
) -> int:
    """State since when a party takes part, is suspended, or has withdrawn, as you see it.

    Parameters
    ----------
    party
        Your own party, or another.
    status
        joined, suspended or withdrawn.
    since
        Since when, with the time zone; by default now; none that is to come.
    words
        Words that go with it.
    language
        The language of the words.
    """
    moment = instant(since, "--since")
    return say(
        at,
        lambda client: ParticipationStated(client.party, party, Participation(status), moment, words, language),
        "Stated.",
    )


@app.command(name="list")
@told
def list_(*, at: AtDesk = HERE) -> int:
    """Everybody who is entered, and what each stated."""
    with at.client() as client:
        rows = [
            (
                each.id,
                each.name,
                each.member_of,
                each.contact,
                ", ".join(f"{held.by}: {held.status.value} since {held.since}" for held in each.participation),
            )
            for each in client.parties()
        ]
    table("Parties", ("id", "name", "member of", "contact", "takes part"), rows)
    return DONE
