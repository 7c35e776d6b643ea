"""Declarations: the list of one's own and of those one was shown, and one of them with who has it."""

from __future__ import annotations

from asyncio import sleep
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import DeclarationPage, DeclarationRead, Mailboxes, Shown
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.shell import Opened, Page
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

_MOST: Final = 50
_AT_ONCE: Final = 40  # that are looked through before others are answered
_LOOKED: Final = 2_000  # that are looked through for one page
_LONGEST: Final = 200
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
    """Everything in force that one declared or was shown, the newest first, a page at a time; `own` restricts it, and
    `find` to those whose title or id has these words in it."""
    asked = page.request.query_params
    own = {"1": True, "0": False}.get(asked.get("own", ""))
    cursor, text = asked.get("before", ""), asked.get("find", "").strip()[:_LONGEST]
    before = int(cursor) if cursor.isdecimal() and len(cursor) < 16 else None
    mailboxes = await page.ordered()
    if text:
        held = await _found(page, text, before, own=own)
    else:
        held = mailboxes.newest(page.party, page.now, own=own, before=before, most=_MOST).value
    page.desk.reads.declarations(page.party, page.asked.principal.author, held.declarations)
    mine, others = mailboxes.counted(page.party, page.now).value
    return page.render(
        "declarations.html",
        rows=[_row(each) for each in held.declarations],
        own=asked.get("own", ""),
        find=text,
        counts={"": mine + others, "1": mine, "0": others},
        first=before is None,
        next=held.next,
    )


async def _found(page: Page, text: str, before: int | None, *, own: bool | None) -> DeclarationPage:
    """Those with these words in them among the newest that can be looked through while somebody waits. The one whose id
    it is stands first."""
    mailboxes, found = page.reading.mailboxes, list[DeclarationRead]()
    named = mailboxes.declaration(page.party, text, page.now) if before is None else None
    if named is not None and named.value.shown is Shown.IN_FORCE and own in (None, named.value.of == page.party):
        found.append(named.value)
    for _ in range(_LOOKED // _AT_ONCE):
        some = mailboxes.titled(page.party, page.now, text, own=own, before=before, most=_AT_ONCE).value
        found += [each for each in some.declarations if each.subject not in {one.subject for one in found}]
        before = some.next
        if before is None or len(found) >= _MOST:
            break
        await sleep(0)
    return DeclarationPage(tuple(found), before)


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
