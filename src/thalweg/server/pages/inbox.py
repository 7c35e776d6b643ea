"""What is owed, most pressing first."""

from __future__ import annotations

from fastapi import APIRouter, Response

from thalweg.server.pages.shell import Opened

router = APIRouter(include_in_schema=False)


@router.get("/inbox")
async def inbox(page: Opened) -> Response:
    """What one's party owes an answer to."""
    owed = page.reading.mailboxes.inbox(page.party)
    page.desk.reads.notices(page.party, page.asked.principal.author, owed.value)
    return page.render("inbox.html", owed=owed.value)
