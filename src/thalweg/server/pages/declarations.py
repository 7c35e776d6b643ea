"""Declarations: the list of one's own and of those one was shown, and one of them with who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import DeclarationRead, Mailboxes
from thalweg.server.pages import telling
from thalweg.server.pages.shell import Opened, Page
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False)

_MOST: Final = 50
_STATEMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `answered` of `held` recipients have answered for their copies."""

    read: DeclarationRead
    start: Instant | None
    end: Instant | None
    at: Position | None
    held: int
    answered: int


@router.get("/declarations")
async def declarations(page: Opened) -> Response:
    """Everything in force that one declared or was shown, a page at a time; `own` restricts it."""
    asked = page.request.query_params
    own = {"1": True, "0": False}.get(asked.get("own", ""))
    after = asked.get("after", "0")
    begin = int(after) if after.isdecimal() and len(after) < 9 else 0
    read = page.reading.mailboxes.declarations(page.party, page.now, own=own, after=begin, most=_MOST)
    held = read.value
    page.desk.reads.declarations(page.party, page.asked.principal.author, held.declarations)
    return page.render(
        "declarations.html",
        rows=[_row(each) for each in held.declarations],
        own=asked.get("own", ""),
        begin=begin,
        next=held.next,
    )


@router.get("/declarations/{subject:path}")
async def declaration(page: Opened, subject: str) -> Response:
    """One declaration by the id under which one knows it, over or not."""
    disclosed = page.reading.mailboxes.declaration(page.party, subject, page.now)
    if disclosed is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    read = disclosed.value
    page.desk.reads.declarations(page.party, page.asked.principal.author, (read,))
    about = [] if read.of == page.party else list(page.reading.mailboxes.about(page.party, subject).value)
    return page.render(
        "declaration.html",
        read=read,
        own=read.of == page.party,
        parts_of=telling.parts(read.declaration),
        start=telling.begins(read.declaration),
        end=telling.ends(read.declaration),
        signed=await telling.signed(page, _evidence(page, page.reading.mailboxes, read)),
        about=[(each, telling.heading(page, each)) for each in reversed(about[-_STATEMENTS:])],
    )


def _evidence(page: Page, mailboxes: Mailboxes, read: DeclarationRead) -> tuple[int, ...]:
    """Of one's own, the statement; of another's, the notice that shows it and what that rests on."""
    if read.notice:
        return mailboxes.resting_on(page.party, read.notice).value
    said = mailboxes.statement(page.party, read.statement)
    return () if said is None else (said.value.index,)


def _row(read: DeclarationRead) -> Row:
    declared = read.declaration
    answered = sum(bool(each.responses) for each in read.copies)
    return Row(
        read, telling.begins(declared), telling.ends(declared), telling.where(declared), len(read.copies), answered
    )
