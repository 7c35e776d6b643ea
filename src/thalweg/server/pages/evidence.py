"""The record: which entries concern one's party, how large it is and how it ends, and how to check it oneself.

What is downloaded here is what the interface gives (`/v1/bundle`, `/v1/entries/…/receipt`, `/v1/log/…`): files that
`thalweg verify` checks on another machine, without the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from thalweg.policy.mailbox import Mailboxes
from thalweg.server.api import MOST_BUNDLED
from thalweg.server.desk import Abreast
from thalweg.server.pages import telling
from thalweg.server.pages.shell import Opened
from thalweg.server.pages.telling import SignedEntry

router = APIRouter(include_in_schema=False, route_class=Abreast)

_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Head:
    """The newest signed checkpoint: its size, the root hash, and the text as it is signed."""

    size: int
    root: str
    text: str


@router.get("/ledger")
async def ledger(page: Opened) -> Response:
    """The entries that one's party may hold, newest first."""
    asked = page.request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 16 else None
    await page.ordered(Mailboxes.gathered)
    mailboxes, party = page.reading.mailboxes, page.party
    count = mailboxes.holds(party).value
    found = mailboxes.newest_entries(party, before=before, most=_MOST + 1).value
    shown = found[:_MOST]

    def newest() -> Head | None:
        head = page.desk.log.head()
        return None if head is None else Head(head.head.size, head.head.root.hex(), head.encode().decode())

    rows: list[SignedEntry] = await telling.signed(page, shown)
    return page.render(
        "ledger.html",
        rows=rows,
        count=count,
        files=[0, *(each + 1 for each in mailboxes.every_entry(party, MOST_BUNDLED).value)],
        head=await run_in_threadpool(newest),
        origin=page.desk.log.origin,
        author=page.asked.principal.author,
        next=shown[-1] if len(found) > len(shown) else None,
        first=before is None,
    )
