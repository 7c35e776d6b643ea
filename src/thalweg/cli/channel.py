"""`thalweg channel`: channels and joint operation rooms. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, choosing, instant, say, table, term, told
from thalweg.client import Client, DeskError
from thalweg.model.events import (
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    DecisionStated,
    LineAnswered,
    LineChecked,
    MessageSent,
    Said,
    Term,
    TermsSet,
)
from thalweg.model.levels import Level

app = App(name="channel", help="Channels between parties, their terms, line checks, and what is said on them.")

Id = Annotated[str, Parameter(name="CHANNEL")]
Terms = Annotated[tuple[str, ...], Parameter(name="--term", negative="")]
Text = Annotated[str, Parameter(name="TEXT")]
Spoken = Annotated[str, Parameter(name=["--language", "-l"])]


@app.command(name="open")
@told
def open_(
    channel: Id,
    *parties: Annotated[str, Parameter(name="PARTY")],
    name: Annotated[str, Parameter(name="--name")] = "",
    room: Annotated[bool, Parameter(name="--room", negative="")] = False,
    beat: Annotated[int, Parameter(name="--line-check")] = 0,
    terms: Terms = (),
    at: AtDesk = HERE,
) -> int:
    """Open a channel with other parties.

    Parameters
    ----------
    channel
        Its id, a short name.
    parties
        The other parties.
    name
        Its name for people.
    room
        A joint operation room: full terms, a shared log and decisions.
    beat
        Seconds between line checks; 0 (by default) is none.
    terms
        What the others see of what you declare: "full", "static_site=footprint", "coarse@3600"; may be repeated.
    """
    given = tuple(term(each) for each in terms)
    _choosing(given, room=room)

    def said(client: Client) -> Said:
        among = tuple(dict.fromkeys((*(() if client.party == "secretariat" else (client.party,)), *parties)))
        return ChannelOpened(client.party, channel, name or channel, among, room, beat, given)

    return say(at, said, "Opened.")


@app.command
@told
def join(channel: Id, *, terms: Terms = (), at: AtDesk = HERE) -> int:
    """Join a channel that you were asked to.

    Parameters
    ----------
    channel
        Its id.
    terms
        What the others see of what you declare; may be repeated.
    """
    given = tuple(term(each) for each in terms)
    _choosing(given, room=bool(given))
    return say(at, lambda client: ChannelJoined(client.party, channel, given), "Joined.")


@app.command
@told
def leave(channel: Id, *, words: Words = "", at: AtDesk = HERE) -> int:
    """Leave a channel.

    Parameters
    ----------
    channel
        Its id.
    words
        Words that go with it.
    """
    return say(at, lambda client: ChannelLeft(client.party, channel, words), "Left.")


@app.command
@told
def terms(
    channel: Id,
    *given: Annotated[str, Parameter(name="TERM")],
    to: Annotated[str, Parameter(name="--to")] = "",
    at: AtDesk = HERE,
) -> int:
    """Change what the others see of what you declare, from now on and of what is in force.

    Parameters
    ----------
    channel
        The channel's id.
    given
        Terms, such as "full", "static_site=footprint", "coarse@3600".
    to
        Only this party.
    """
    chosen = tuple(term(each) for each in given)
    _choosing(chosen, room=bool(chosen))
    return say(at, lambda client: TermsSet(client.party, channel, chosen, to), "Set.")


@app.command
@told
def state(
    channel: Id,
    condition: Annotated[Literal["normal", "down", "unknown"], Parameter(name="STATE")],
    *,
    since: Annotated[str, Parameter(name="--since")] = "+0 s",
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """State how you see the line.

    Parameters
    ----------
    channel
        The channel's id.
    condition
        normal, down or unknown.
    since
        Since when, with the time zone; by default now; none that is to come.
    words
        Words that go with it.
    """
    moment = instant(since, "--since")
    return say(
        at,
        lambda client: ChannelStated(client.party, channel, ChannelState(condition), moment, words),
        "Stated.",
    )


@app.command
@told
def check(channel: Id, *, at: AtDesk = HERE) -> int:
    """Ask the other side to answer a line check.

    Parameters
    ----------
    channel
        The channel's id.
    """
    return say(at, lambda client: LineChecked(client.party, channel), "Asked.")


@app.command(name="answer-check")
@told
def answer_check(channel: Id, *, at: AtDesk = HERE) -> int:
    """Answer the newest line check of another side.

    Parameters
    ----------
    channel
        The channel's id.
    """

    def said(client: Client) -> Said:
        held = [each for each in client.channels() if each.id == channel]
        checks = [each.event for each in (held[0].line_checks if held else ()) if each.by != client.party]
        if not checks:
            raise DeskError("line-check-none", "No line check of another side is open on this channel.")
        return LineAnswered(client.party, channel, checks[-1])

    return say(at, said, "Answered.")


@app.command(name="list")
@told
def list_(*, at: AtDesk = HERE) -> int:
    """The channels that you are on, and the line as each side sees it."""
    with at.client() as client:
        rows = [
            (
                each.id + (" (room)" if each.room else ""),
                each.name,
                ", ".join(each.joined),
                ", ".join(f"{line.party}: {line.state.value}" for line in each.lines),
                "; ".join(
                    f"{held.by} to {held.to or 'all'}: {held.kind or 'any kind'} {held.level.value}"
                    for held in each.terms
                ),
            )
            for each in client.channels()
        ]
    table("Channels", ("id", "name", "joined", "line", "terms"), rows)
    return DONE


@app.command
@told
def log(channel: Id, *, at: AtDesk = HERE) -> int:
    """Messages and decisions, in order.

    Parameters
    ----------
    channel
        The channel's id.
    """
    with at.client() as client:
        for each in client.channel_log(channel):
            kind = "DECISION " if each.decision else ""
            print(f"{each.at}  {each.by} ({each.officer}): {kind}{each.text} [{each.language}]")
    return DONE


@app.command(name="say")
@told
def say_(
    channel: Id,
    *text: Text,
    about: Annotated[str, Parameter(name="--about")] = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Say something in the shared log; words stay in their language.

    Parameters
    ----------
    channel
        The channel's id.
    text
        The words.
    about
        A declaration, notice or statement that it is about.
    language
        The language of the words.
    """
    return say(at, lambda client: MessageSent(client.party, channel, " ".join(text), language, about), "Said.")


@app.command
@told
def decide(
    channel: Id,
    *text: Text,
    about: Annotated[str, Parameter(name="--about")] = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """State a decision of a joint operation room.

    Parameters
    ----------
    channel
        The room's id.
    text
        The words.
    about
        A declaration, notice or statement that it is about.
    language
        The language of the words.
    """
    return say(at, lambda client: DecisionStated(client.party, channel, " ".join(text), language, about), "Stated.")


def _choosing(terms: Iterable[Term], *, room: bool) -> None:
    """Whoever says nothing of what the others see shows nothing, but in a room."""
    choosing([each.level for each in terms] or ([] if room else [Level.NOTHING]))
