"""`thalweg officer`: oneself, other officers, the watch, and keys. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, say, table, told
from thalweg.model.events import OfficerAdded, OfficerEnded, Role, WatchEnded, WatchTaken
from thalweg.model.instants import Instant

app = App(name="officer", help="Who you are to the desk, who else speaks for your party, the watch, and your keys.")

Officer = Annotated[str, Parameter(name="OFFICER")]
RoleOf = Annotated[Literal["watch", "admin", "secretariat", "observer"], Parameter(name="ROLE")]
Scope = Annotated[str, Parameter(name="--scope")]


@app.command
@told
def me(*, at: AtDesk = HERE) -> int:
    """Who you are to the desk, and what the log shows."""
    with at.client() as client:
        held = client.me()
        print(f"{held.author} of {held.name} ({held.party}); signs: {held.signs}")
        print(
            f"  roles: {', '.join(f'{each.role} of {each.scope}' if each.scope else each.role for each in held.roles)}"
        )
        print(f"  on watch: {', '.join(held.on_watch) or 'nobody'}")
        print(f"  notices to your party: {held.notices}")
        print(f"  theatre: {held.theatre}{' (EXERCISE)' if held.exercise else ''}, rules {held.rules}")
        head = client.home.shown.head()
        print(f"  log: {held.origin}, {head.size} entries at the newest head that was verified here")
        print(f"  desk: {client.home.facts.url}, thalweg {held.version}, {held.now}")
    return DONE


@app.command
@told
def invite(
    party: Annotated[str, Parameter(name="PARTY")],
    role: RoleOf = "watch",
    *,
    account: Annotated[str, Parameter(name="--account")] = "",
    at: AtDesk = HERE,
) -> int:
    """Make an invitation, to be handed to the person; shown this once.

    Parameters
    ----------
    party
        The party that the officer will speak for, or secretariat.
    role
        watch (by default), admin, secretariat or observer.
    account
        The account of somebody who has lost every key.
    """
    with at.client() as client:
        made = client.invite(party, role, account=account)
    print(f"{made.author}, {role} of {party}, joins at (until {Instant(made.expires_ms / 1000)}):")
    print(f"  {made.link}")
    return DONE


@app.command
@told
def add(officer: Officer, role: RoleOf, *, scope: Scope = "", at: AtDesk = HERE) -> int:
    """Give somebody who has joined a further role.

    Parameters
    ----------
    officer
        The id of the officer, such as o-2lrcazt2oh.
    role
        watch, admin, secretariat or observer.
    scope
        The party, or for observers the channel; by default your own party.
    """
    return say(at, lambda client: OfficerAdded(client.party, officer, Role(role), scope or client.party), "Added.")


@app.command
@told
def end(officer: Officer, role: RoleOf, *, scope: Scope = "", at: AtDesk = HERE) -> int:
    """End a role of an officer, at once.

    Parameters
    ----------
    officer
        The id of the officer.
    role
        watch, admin, secretariat or observer.
    scope
        The party, or for observers the channel; by default your own party.
    """
    return say(at, lambda client: OfficerEnded(client.party, officer, Role(role), scope or client.party), "Ended.")


@app.command
@told
def watch(
    on: Annotated[Literal["on", "off"], Parameter(name="ON|OFF")],
    *,
    order: Annotated[int, Parameter(name="--order")] = 0,
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """Go on watch for your party, or off.

    Parameters
    ----------
    on
        on or off.
    order
        Who is asked first when a notice comes: the lowest.
    words
        Words that go with it.
    """
    if on == "on":
        return say(at, lambda client: WatchTaken(client.party, order, words), "On watch.")
    return say(at, lambda client: WatchEnded(client.party, words), "Off watch.")


@app.command
@told
def keys(*, at: AtDesk = HERE) -> int:
    """What your statements are signed with, and the tokens of your account."""
    with at.client() as client:
        held = client.keys()
        own = client.home.facts.token_id
    for each in held.author_keys:
        print(f"signs with {each.key}, held by the {each.holder}")
    rows = [
        (
            each.id + (" (this one)" if each.id == own else ""),
            each.label,
            ", ".join(each.scopes),
            str(Instant(each.created_ms // 1000)),
            str(Instant(each.expires_ms // 1000)),
        )
        for each in held.tokens
    ]
    table("Tokens", ("id", "label", "may", "made", "ends"), rows)
    return DONE


@app.command(name="end-token")
@told
def end_token(token: Annotated[str, Parameter(name="TOKEN")], *, at: AtDesk = HERE) -> int:
    """End a token at once.

    Parameters
    ----------
    token
        Its id (thalweg officer keys).
    """
    with at.client() as client:
        client.end_token(token)
    print("Ended.")
    return DONE


@app.command
@told
def rotate(*, at: AtDesk = HERE) -> int:
    """Make another key and another token for this folder; those before end."""
    with at.client() as client:
        print(f"From now on you sign with {client.rotate()}.")
    return DONE


@app.command(name="catch-up")
@told
def catch_up(*, at: AtDesk = HERE) -> int:
    """For a folder restored from a backup: take in what was said from it since, as the log holds it."""
    with at.client() as client:
        print(f"{client.catch_up()} entries taken in; this folder is as new as the log.")
    return DONE
