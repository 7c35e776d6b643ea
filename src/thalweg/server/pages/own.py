"""What one does with a declaration: vouch for it, show it to others, hand it over, cancel it; and verify another's.

The forms stand on the page of the declaration. Cancelling is the only thing that ends a protection, and is asked twice.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response

from thalweg.model.events import (
    ConsentStated,
    CustodyOffered,
    Release,
    Released,
    Revalidated,
    Verification,
    Verified,
    Withdrawn,
)
from thalweg.model.levels import Level
from thalweg.policy.mailbox import DeclarationRead
from thalweg.server.desk import Abreast
from thalweg.server.pages.shell import Filled, Opened, Page, in_field, say
from thalweg.server.pages.typed import ahead
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

_LONGEST: Final = 2_000


@router.post("/declarations/{subject:path}/cancel")
async def cancel(page: Opened, filled: Filled, subject: str) -> Response:
    """Ends one of one's own."""
    read = _own(page, subject)
    if filled["sure"] != "yes":
        raise Refusal("request-invalid", "Say that it is to be cancelled.", field="sure")
    return await say(page, filled, Withdrawn(page.party, read.subject, filled["words"][:_LONGEST]), _path(read), "said")


@router.post("/declarations/{subject:path}/vouch")
async def vouch(page: Opened, filled: Filled, subject: str) -> Response:
    """Says that it still holds, and until when one vouches for it."""
    read = _own(page, subject)
    with in_field("until"):
        until = ahead(filled.need("until", 60), page.now, "until")
    return await say(page, filled, Revalidated(page.party, read.subject, until), _path(read), "said")


@router.post("/declarations/{subject:path}/release")
async def release(page: Opened, filled: Filled, subject: str) -> Response:
    """Chooses what one party is shown of it, whatever the terms of channels."""
    read = _own(page, subject)
    to = filled.need("to", 100)
    if to not in page.reading.world.membership.parties or filled["level"] not in set(Level):
        raise Refusal("request-invalid", "Choose a party and what it is shown.", field="to")
    chosen = (Release(to, Level(filled["level"])),)
    return await say(page, filled, Released(page.party, read.subject, chosen), _path(read), "said")


@router.post("/declarations/{subject:path}/consent")
async def consent(page: Opened, filled: Filled, subject: str) -> Response:
    """States whether the organisation that it is about agrees to its being shared."""
    read = _own(page, subject)
    if filled["given"] not in ("yes", "no"):
        raise Refusal("request-invalid", "Say whether it is given.", field="given")
    said = ConsentStated(page.party, read.subject, filled["given"] == "yes", filled.within("of", 200))
    return await say(page, filled, said, _path(read), "said")


@router.post("/declarations/{subject:path}/hand-over")
async def hand_over(page: Opened, filled: Filled, subject: str) -> Response:
    """Offers that a site goes over to another party, by two signatures."""
    read = _own(page, subject)
    said = CustodyOffered(page.party, read.subject, filled.need("to", 100), filled["words"][:_LONGEST])
    return await say(page, filled, said, "/agreements", "said")


@router.post("/declarations/{subject:path}/verify")
async def verify(page: Opened, filled: Filled, subject: str) -> Response:
    """States what one's own party found of it, or that it does not verify (R11)."""
    read = _known(page, subject)
    if filled["outcome"] not in set(Verification):
        raise Refusal("request-invalid", "Say what was found.", field="outcome")
    said = Verified(page.party, read.subject, Verification(filled["outcome"]), filled["method"][:_LONGEST])
    return await say(page, filled, said, _path(read), "said")


def _known(page: Page, subject: str) -> DeclarationRead:
    read = page.reading.mailboxes.declaration(page.party, subject, page.now)
    if read is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return read.value


def _own(page: Page, subject: str) -> DeclarationRead:
    read = _known(page, subject)
    if read.of != page.party:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return read


def _path(read: DeclarationRead) -> str:
    return f"/declarations/{quote(read.subject)}"
