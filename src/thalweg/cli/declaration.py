"""`thalweg declaration …`: what is declared, and what becomes of it. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, choosing, instant, level_of, say, shown, table, told
from thalweg.client import Notice
from thalweg.client import told as typed
from thalweg.drafts.times import Side
from thalweg.model.events import (
    ConsentStated,
    DuplicateJudged,
    NoticeKind,
    Release,
    Released,
    Revalidated,
    Verification,
    Verified,
    Withdrawn,
)

app = App(name="declaration", help="What is declared: list, show, cancel, re-validate, verify, release, consent, link.")

Subject = Annotated[str, Parameter(name="ID")]


@app.command(name="list")
@told
def list_(
    *, own: Annotated[bool | None, Parameter(name="--own", negative="--others")] = None, at: AtDesk = HERE
) -> int:
    """Everything in force that your party declared or was shown.

    Parameters
    ----------
    own
        Only your own, or only the others'.
    """
    with at.client() as client:
        rows = [
            (each.subject, each.of, each.kind or "", each.level.value, _title(each), ", ".join(each.marks))
            for each in client.declarations(own=own)
        ]
    table("In force, as far as you were told", ("id", "of", "kind", "level", "title", "marks"), rows)
    return DONE


@app.command
@told
def show(subject: Subject, *, at: AtDesk = HERE) -> int:
    """One declaration; of your own, who has which copy and what became of it.

    Parameters
    ----------
    subject
        Its id.
    """
    with at.client() as client:
        read = client.declaration(subject)
    print(
        f"{read.subject} of {read.of}: {read.kind or 'not shown'}, {read.state}; {read.level.value};"
        f" version {read.version}"
    )
    notice = Notice(
        read.notice, 0, "", 0, "", NoticeKind.DECLARED, read.at, read.level, subject=read.subject,
        declaration=read.declaration,
    )  # fmt: skip
    for line in shown(notice):
        print(line)
    if read.verification is not None and read.verification.by:
        print(f"    {read.verification.outcome.replace('_', ' ')} by {read.verification.by} {read.verification.method}")
    rows = [
        (
            copy.to,
            copy.level.value,
            copy.notice,
            _when(copy.delivered),
            _what(copy.responses),
            _what(copy.read_back, "matches"),
            _what(copy.disseminated),
            "an answer" if copy.outstanding else "",
        )
        for copy in read.copies
    ]
    if rows:
        columns = ("to", "level", "notice", "delivered", "answered", "read back", "passed on", "owed")
        table("Who has it", columns, rows)
    return DONE


@app.command
@told
def cancel(subject: Subject, *, words: Words = "", at: AtDesk = HERE) -> int:
    """End one of your own: the only thing that ends a protection.

    Parameters
    ----------
    subject
        Its id.
    words
        Why, or what comes after.
    """
    return say(at, lambda client: Withdrawn(client.party, subject, words), "Cancelled.")


@app.command
@told
def revalidate(subject: Subject, *, until: Annotated[str, Parameter(name="--until")], at: AtDesk = HERE) -> int:
    """Say that one of your own still holds, and until when you vouch for it.

    Parameters
    ----------
    subject
        Its id.
    until
        Until when, with the time zone, or "+30 days".
    """
    end = instant(until, "--until", Side.END)
    return say(at, lambda client: Revalidated(client.party, subject, end), "Vouched for.")


@app.command
@told
def verify(
    subject: Subject,
    outcome: Annotated[Literal["verified", "doubted", "unverified", "not_verified_by_us"], Parameter(name="OUTCOME")],
    *,
    method: Annotated[str, Parameter(name="--method")] = "",
    at: AtDesk = HERE,
) -> int:
    """State whether what a declaration says was verified, apart from the declaration itself.

    Parameters
    ----------
    subject
        Its id.
    outcome
        verified, doubted, unverified or not_verified_by_us.
    method
        How it was verified.
    """
    return say(at, lambda client: Verified(client.party, subject, Verification(outcome), method), "Stated.")


@app.command
@told
def release(
    subject: Subject,
    to: Annotated[str, Parameter(name="PARTY")],
    level: Annotated[str, Parameter(name="LEVEL")],
    *,
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """Change what one party is shown of one of your own; "nothing" revokes, and lists who still holds a copy.

    Parameters
    ----------
    subject
        Its id.
    to
        The party.
    level
        full, footprint, coarse, exists or nothing.
    words
        Words that go with it.
    """
    chosen = (Release(to, level_of(level)),)
    choosing([each.level for each in chosen])
    return say(at, lambda client: Released(client.party, subject, chosen, words), "Released.")


@app.command
@told
def consent(
    subject: Subject,
    answer: Annotated[Literal["given", "withdrawn"], Parameter(name="ANSWER")],
    *,
    of: Annotated[str, Parameter(name="--of")] = "",
    words: Words = "",
    at: AtDesk = HERE,
) -> int:
    """State whether the organisation that a declaration is about agrees to its being shared.

    Parameters
    ----------
    subject
        Its id.
    answer
        given or withdrawn.
    of
        The organisation, where you pass on for it.
    words
        Words that go with it.
    """
    given = answer == "given"
    return say(at, lambda client: ConsentStated(client.party, subject, given, of, words), "Stated.")


@app.command
@told
def same(
    first: Annotated[str, Parameter(name="ID")],
    second: Annotated[str, Parameter(name="OTHER")],
    *,
    different: Annotated[bool, Parameter(name="--different", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """State that two declarations are one and the same thing. A link: neither is merged or ended.

    Parameters
    ----------
    first
        The id of one.
    second
        The id of the other.
    different
        They are not.
    """
    return say(at, lambda client: DuplicateJudged(client.party, first, second, not different), "Stated.")


def _title(read: typed.Declared) -> str:
    return "" if read.declaration is None else str(read.declaration.get("title", ""))


def _when(facts: tuple[typed.Fact, ...]) -> str:
    return str(facts[0].at) if facts else ""


def _what(facts: tuple[typed.Fact, ...], nothing: str = "") -> str:
    return (facts[-1].what or nothing) if facts else ""
