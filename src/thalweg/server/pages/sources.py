"""Sources in the room: what was entered, what goes back to what, and the claims that a person confirmed in each (R43).

A source proves that something was said, not that it is so. Copies of one report count once; where claims differ both
sides stand there, and nothing is decided. Nothing on these pages changes an alert (R13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimWithdrawn, SourceShared
from thalweg.policy.source_reads import ClaimRead, Claims, Difference, EnteredRead, SourceRead
from thalweg.server.desk import Abreast
from thalweg.server.pages.shell import Filled, Opened, Page, say
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

_PAGE: Final = 25
_TEXT: Final = 2_000
_MOST_CLAIMS: Final = 200
_NUMBER: Final = 9  # digits of a place in the list


@dataclass(frozen=True, slots=True)
class Entered:
    """A source as one party entered it, with its claims, and what they were confirmed by."""

    by: str
    read: EnteredRead


@dataclass(frozen=True, slots=True)
class Seen:
    """One source: what it is called, what is the same report, and by whom it was entered."""

    sha256: str
    title: str
    outlet: str
    published: str
    language: str
    entered: tuple[Entered, ...]
    copies: tuple[tuple[str, str], ...]  # the SHA-256 and what it is called
    claims: int

    @property
    def called(self) -> str:
        """Outlet and headline; its SHA-256 where neither was given."""
        return ": ".join(each for each in (self.outlet, self.title) if each) or self.sha256[:16]


@dataclass(frozen=True, slots=True)
class Differs:
    """In what two claims differ, with both of them."""

    difference: Difference
    one: ClaimRead
    other: ClaimRead
    why: str


@router.get("/sources")
async def sources(page: Opened) -> Response:
    """Those that one's party entered or is shown, the newest first; searched by words."""
    asked = page.request.query_params
    text, before = asked.get("text", "")[:300], asked.get("before", "")
    at = int(before) if before.isdecimal() and len(before) <= _NUMBER else None
    found = page.reading.mailboxes.sources(page.party, text=text, before=at, most=_PAGE).value
    return page.render("sources.html", found=found, lines=[seen(page, each) for each in found.lines], text=text)


@router.get("/sources/{sha256}")
async def source(page: Opened, sha256: str) -> Response:
    """One of them, as each entered it that shows it, with every claim, the superseded and the withdrawn ones too."""
    read = _read(page, sha256)
    claims = [claim for each in read.entered for claim in each.claims]
    near = await _compared(page)
    events = {each.event for each in claims}
    differs = [] if near is None else differing(near)
    own = next((each for each in read.entered if each.said.by == page.party), None)
    held = {page.party} if own is None else {page.party, *own.shown_to}
    parties = [party for party in (*page.reading.world.membership.parties, SECRETARIAT) if party not in held]
    shown = seen(page, read)
    await arrived(page, (shown,))
    return page.render(
        "source.html",
        source=shown,
        own=own,
        shares=[(party, page.name(party)) for party in parties],
        differs=[each for each in differs if each.one.event in events or each.other.event in events],
        titles=titles(page, (back.source for each in read.entered for back in each.said.lineage)),
    )


@router.post("/sources/{sha256}/share")
async def share(page: Opened, sha256: str, filled: Filled) -> Response:
    """Shows it to more parties, with every claim that one's own party confirmed in it."""
    _read(page, sha256)
    to = tuple(filled.all("to"))
    if not to:
        raise Refusal("request-invalid", "The form needs somebody to show it to.", field="to")
    said = SourceShared(page.party, sha256, to, filled["text"][:_TEXT], page.reader.language)
    return await say(page, filled, said, f"/sources/{sha256}", "said")


@router.post("/sources/{sha256}/retract")
async def retract(page: Opened, sha256: str, filled: Filled) -> Response:
    """Takes back a claim that one's own party confirmed. It stays on record."""
    _read(page, sha256)
    said = ClaimWithdrawn(page.party, filled.need("claim", 200), filled["text"][:_TEXT], page.reader.language)
    return await say(page, filled, said, f"/sources/{sha256}", "said")


async def arrived(page: Page, shown: Iterable[Seen]) -> None:
    """A screen shows these sources and claims: what tells of them has reached the party."""
    entered = [each for one in shown for each in one.entered if each.by != page.party]
    events = {each.read.event for each in entered} | {claim.event for each in entered for claim in each.read.claims}
    if events:
        await page.arrived(page.reading.mailboxes.telling(page.party, events).value)


def seen(page: Page, read: SourceRead, held: Mapping[str, ClaimRead] | None = None) -> Seen:
    """What is shown of a source; of its claims those alone that are `held`, as they are there, or all."""
    entered = tuple(
        Entered(
            each.said.by,
            each
            if held is None
            else replace(each, claims=tuple(held[claim.event] for claim in each.claims if claim.event in held)),
        )
        for each in read.entered
    )
    first = read.entered[-1].said
    called = titles(page, read.one_with)
    return Seen(
        read.sha256, first.title, first.outlet, first.published, first.language, entered,
        tuple((each, called.get(each, each[:16])) for each in read.one_with),
        sum(len(each.read.claims) for each in entered),
    )  # fmt: skip


def titles(page: Page, names: Iterable[str]) -> dict[str, str]:
    """What sources are called that the party is shown, by their SHA-256."""
    found = {}
    for name in dict.fromkeys(names):
        read = page.reading.mailboxes.source(page.party, name)
        if read is not None:
            said = read.value.entered[-1].said
            found[name] = ": ".join(each for each in (said.outlet, said.title) if each) or name[:16]
    return found


def differing(claims: Claims) -> list[Differs]:
    """In what they differ, each with the two claims that it is between."""
    held = {each.event: each for each in claims.claims}
    return [
        Differs(each, held[each.a], held[each.b], each.why.replace(" ", "_"))
        for each in claims.differ
        if each.a in held and each.b in held
    ]


async def laid(
    page: Page, reference: str, beside: Iterable[str], known: Instant | None
) -> tuple[list[Seen], list[Differs]]:
    """The sources that are laid `beside` an incident, or claims of which are: with the claims that its reader's party
    has, or had at `known`, as they stood then; and in what these differ."""
    claims = await _compared(page, reference, known)
    if claims is None:
        return [], []
    held = {each.event: each for each in claims.claims}
    arrived = page.reading.mailboxes.arrived(page.party).value
    found = []
    for sha256 in dict.fromkeys((*beside, *(each.said.source for each in reversed(claims.claims)))):
        one = page.reading.mailboxes.source(page.party, sha256)
        if one is None:
            continue
        read = one.value
        if known is not None:  # of those who entered it, whose entry the party had by then
            whens = (
                (each, each.at if each.said.by == page.party else arrived.of_source(each.event))
                for each in read.entered
            )
            read = replace(read, entered=tuple(each for each, at in whens if at is not None and at <= known))
        if read.entered:
            found.append(seen(page, read, held))
    return found, differing(claims)


async def _compared(page: Page, incident: str = "", known: Instant | None = None) -> Claims | None:
    """The newest claims that the party has or had, and in what they differ, found beside the event loop."""
    made = page.reading.mailboxes.claiming(page.party, incident=incident, most=_MOST_CLAIMS, known=known)
    if made is None:
        return None
    return (await run_in_threadpool(made)).value


def _read(page: Page, sha256: str) -> SourceRead:
    read = page.reading.mailboxes.source(page.party, sha256)
    if read is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return read.value
