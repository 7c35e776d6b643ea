"""`thalweg propose`: a way out, a quiet window, a line, a site. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, brief, instant, say, table, told
from thalweg.client import Client
from thalweg.drafts.times import Side
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError
from thalweg.model.events import CustodyOffered, LineProposed, Proposed, QuietProposed, Said

app = App(name="propose", help="Propose a way out, a quiet window, a line, or that a site changes hands.")

To = Annotated[tuple[str, ...], Parameter(name="--to", negative="")]
Expires = Annotated[str, Parameter(name="--expires")]
_LASTS = "+24 h"


@app.command(name="list")
@told
def list_(*, at: AtDesk = HERE) -> int:
    """Everything that was proposed by you or to you, and what each side answered."""
    with at.client() as client:
        rows = [
            (
                brief(each.id),
                each.matter.replace("_", " "),
                f"{each.by} to {', '.join(each.to)}",
                each.state,
                ", ".join(f"{answer.by}: {answer.answer.value}" for answer in each.answers),
                each.words,
            )
            for each in client.agreements()
        ]
    table("Proposals", ("id", "what", "between", "state", "answers", "words"), rows)
    return DONE


@app.command(name="way-out")
@told
def way_out(
    about: Annotated[str, Parameter(name="ABOUT")],
    *,
    to: To,
    changed: Annotated[Path | None, Parameter(name="--changed")] = None,
    fix: Annotated[Literal["time", "altitude", "offset", "trim", ""], Parameter(name="--fix", show_choices=False)] = "",
    words: Words = "",
    language: Annotated[str, Parameter(name=["--language", "-l"])] = "en",
    expires: Expires = _LASTS,
    at: AtDesk = HERE,
) -> int:
    """Propose how a conflict could be ended. Nothing changes until a notifier declares it.

    Parameters
    ----------
    about
        The id of a finding or of a notice to you.
    to
        A party that it is put to; may be repeated.
    changed
        A file with one declaration: how it would then read.
    fix
        What kind of change that is: time, altitude, offset or trim.
    words
        The proposal in words; they stay in their language.
    language
        The language of the words.
    expires
        When it lapses, with the time zone, or "+24 h" (by default).
    """

    def said(client: Client) -> Said:
        new = None if changed is None else one(client, changed)
        cited = next((each.cite for each in client.findings() if each.id == about), about)
        return Proposed(
            client.party, to, cited, instant(expires, "--expires", Side.END, ahead=True), new, fix, words, language
        )

    return say(at, said, "Proposed.")


@app.command
@told
def quiet(
    file: Annotated[Path, Parameter(name="FILE")],
    *,
    to: To,
    task: Annotated[str, Parameter(name="--task")],
    expires: Expires = _LASTS,
    at: AtDesk = HERE,
) -> int:
    """Propose a quiet window for a named task; it stands once every side guarantees it.

    Parameters
    ----------
    file
        A file with one declaration: a restricted zone of the kind quiet_window.
    to
        A party that is asked to guarantee it; may be repeated.
    task
        What it is for.
    expires
        When the proposal lapses, with the time zone, or "+24 h" (by default).
    """
    return say(
        at,
        lambda client: QuietProposed(
            client.party, to, one(client, file), task, instant(expires, "--expires", Side.END, ahead=True)
        ),
        "Proposed.",
    )


@app.command
@told
def line(file: Annotated[Path, Parameter(name="FILE")], *, to: To, expires: Expires = _LASTS, at: AtDesk = HERE) -> int:
    """Propose a dividing line, or a change of one; it is agreed once every side accepts it.

    Parameters
    ----------
    file
        A file with one declaration: a line.
    to
        A party on the line; may be repeated.
    expires
        When the proposal lapses, with the time zone, or "+24 h" (by default).
    """
    return say(
        at,
        lambda client: LineProposed(
            client.party, to, one(client, file), instant(expires, "--expires", Side.END, ahead=True)
        ),
        "Proposed.",
    )


@app.command(name="hand-over")
@told
def hand_over(
    site: Annotated[str, Parameter(name="SITE")],
    to: Annotated[str, Parameter(name="PARTY")],
    *,
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """Offer that one of your sites goes over to another party; its declaration goes on without a gap.

    Parameters
    ----------
    site
        The id of the site's declaration.
    to
        The party that is to have it.
    words
        Words that go with it.
    """
    return say(at, lambda client: CustodyOffered(client.party, site, to, words), "Offered.")


def one(client: Client, file: Path) -> Declaration:
    """The one declaration of a file. `InputError` (`propose-file`) if it has none or several."""
    found = client.review([file])
    if len(found.rows) != 1 or not found.intake.complete:
        told_of = "; ".join(str(each) for each in found.intake.problems)
        raise InputError(
            "propose-file", f"{file} should hold one declaration, and all of it readable. {told_of}".strip()
        )
    return found.rows[0].declaration
