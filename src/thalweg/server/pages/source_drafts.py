"""A page of the press read in the room: its claims drafted, and each confirmed, corrected or dropped by a person (R43).

::

    file → read in a process of its own → drafts → one by one, beside the characters that each rests on → signed

What is read stays in this desk's memory, for the account that sent it, and is in no log; only what somebody enters and
confirms goes on record. The same file sent again goes on where it was left: what was confirmed is known by its draft.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT
from thalweg.model.sourced import Force, GoesBack
from thalweg.places.areas import Outline
from thalweg.places.gazetteer import Lookup, Place
from thalweg.policy.source_reads import EnteredRead
from thalweg.server import multipart
from thalweg.server.desk import Abreast
from thalweg.server.pages.at_hand import AtHand
from thalweg.server.pages.shell import Filled, Form, Opened, Page, in_field, say
from thalweg.server.problems import Refusal
from thalweg.server.sessions import media_type

if TYPE_CHECKING:  # the rules, their words and the gazetteer are loaded when a page is read
    from thalweg.sources.article import Article
    from thalweg.sources.claims import Claim

router = APIRouter(include_in_schema=False, route_class=Abreast)

_OF_ONE: Final = 12  # pages that are kept for one account
_OF_ALL: Final = 60
_AROUND: Final = 2  # paragraphs before and after the one that a draft rests on
_SHORT: Final = 300
_QUOTE: Final = 200
_TEXT: Final = 2_000
_NAMES: Final = 12  # places that a name may be, as choices
_WHOLE: Final = 400_000  # characters of a main text that are shown in one page
NEITHER: Final = "none"


@dataclass(slots=True)
class Read:
    """A page as it was read for one account: its text, its drafts as the file of drafts has them, what was dropped."""

    name: str
    article: Article
    claims: tuple[Claim, ...]
    drafts: dict[str, Any]
    dropped: set[str] = field(default_factory=set)

    @property
    def called(self) -> str:
        return self.article.headline or self.name


class Pages(AtHand[Read]):
    """What was read last, by account and SHA-256."""

    def __init__(self) -> None:
        super().__init__(_OF_ONE, _OF_ALL)
        self.turn = asyncio.Lock()  # one page after the other: each may take all the memory that its reader is given


@dataclass(frozen=True, slots=True)
class Where:
    """A place as written, and what it may be."""

    words: str
    may_be: tuple[Place, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph; `rests` where the draft rests on it."""

    text: str
    rests: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in the list of them."""

    id: str
    words: str
    state: str  # confirmed, dropped, open


@router.get("/sources/read")
async def choose(page: Opened) -> Response:
    """Where a page is chosen; and those that are at hand."""
    held = [(each, _left(page, each)) for each in _held(page).of(_account(page))]
    return page.render("source_read.html", held=held)


@router.post("/sources/read")
async def upload(page: Opened) -> Response:
    """Reads a page and drafts its claims. Nothing is entered by this."""
    if media_type(page.request) != "multipart/form-data":
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    sent = multipart.read(await page.request.body(), page.request.headers.get("content-type", ""))
    file = sent.files.get("file")
    if file is None or not file.name or not file.data:
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    with in_field("published"):
        published = _day(sent.fields.get("published", "").strip())
    theatre = page.reading.world.membership.theatre

    def work() -> Read:
        article: Article = importlib.import_module("thalweg.wiring.pages").read_page(file.data, published=published)
        drafting = importlib.import_module("thalweg.sources.claims")
        gazetteer = importlib.import_module("thalweg.places.gazetteer").packaged()
        area = Outline(theatre.area) if theatre.area else None
        claims = drafting.draft(article, gazetteer, parties=theatre.parties, area=area)
        written = importlib.import_module("thalweg.sources.drafted").drafts_data(
            article, claims, size=len(file.data), lineage=_lineage(_held(page).of(_account(page)), article)
        )
        return Read(file.name[:_SHORT], article, claims, written)

    async with _held(page).turn:
        read = await run_in_threadpool(work)
    known = _held(page).get(_account(page), read.article.sha256)
    if known is not None:
        read.dropped |= known.dropped
    _held(page).put(_account(page), read.article.sha256, read)
    return page.go(f"/sources/read/{read.article.sha256}", "read_page")


@router.get("/sources/read/{sha256}")
async def review(page: Opened, sha256: str) -> Response:
    """The page's own text, what was left out of it, what is entered of it, and one draft beside what it rests on."""
    read, own = _read(page, sha256), _own(page, sha256)
    lines = _lines(read, own)
    asked = page.request.query_params.get("draft", "")
    left = [each.id for each in lines if each.state == "open"]
    number = next((n for n, each in enumerate(lines) if each.id == asked), None)
    if number is None and left:
        number = next(n for n, each in enumerate(lines) if each.id == left[0])
    claim = None if number is None else read.claims[number]
    whole = bool(page.request.query_params.get("whole"))
    return page.render(
        "source_drafts.html",
        read=read,
        article=read.article,
        source=read.drafts["source"],
        entered=own is not None,
        lines=lines,
        number=0 if number is None else number + 1,
        left=len(left),
        line=None if number is None else lines[number],
        entry=None if number is None else read.drafts["claims"][number],
        places=() if claim is None else tuple(_where(each.name, each.looked_up) for each in claim.places),
        why="" if claim is None else claim.force_why,
        text=_pieces(read.article, claim, None if whole else _AROUND),
        whole=whole,
        forces=[(each.value, page.words.plain(f"sources.force.{each.value}")) for each in Force],
        sides=[("", "–"), *((each, page.name(each)) for each in page.reading.world.membership.parties)],
        parties=[(each, page.name(each)) for each in _others(page)],
        neither=NEITHER,
    )


@router.post("/sources/read/{sha256}/enter")
async def enter(page: Opened, sha256: str, filled: Filled) -> Response:
    """Enters the source: that it was said there, and who is shown it and every claim that is confirmed in it."""
    read = _read(page, sha256)
    source = {**read.drafts["source"]}
    for name in ("title", "outlet", "address", "published", "language"):
        source[name] = filled.within(name, _SHORT)
    with in_field("published"):
        _day(source["published"])
    source["words"] = filled.within("words", _TEXT)
    known = set(_others(page))
    to = tuple(each for each in filled.all("to") if each in known)
    said = importlib.import_module("thalweg.sources.drafted").entered(source, page.party, to)
    return await say(page, filled, said, f"/sources/read/{sha256}#draft", "said")


@router.post("/sources/read/{sha256}/claims/{draft}")
async def decide(page: Opened, sha256: str, draft: str, filled: Filled) -> Response:
    """One draft: confirmed as it stands in the form, or dropped. What is dropped is not on record."""
    read, own = _read(page, sha256), _own(page, sha256)
    number = next((n for n, each in enumerate(read.claims) if each.id == draft), None)
    if number is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    entry, claim = read.drafts["claims"][number], read.claims[number]
    here = f"/sources/read/{sha256}"
    match filled["do"]:
        case "drop":
            read.dropped.add(draft)
            return page.go(f"{here}#draft", "dropped")
        case "again":
            read.dropped.discard(draft)
            return page.go(f"{here}?draft={draft}#draft")
        case "confirm":
            pass
        case _:
            raise Refusal("request-invalid", "Say whether it is confirmed or dropped.")
    if own is None:
        raise Refusal("request-invalid", "Enter the source first.")
    drafted = importlib.import_module("thalweg.sources.drafted")
    corrected = {**entry, **_corrected(filled, entry, claim), "language": page.reader.language}
    with in_field("quote"):
        if why := drafted.misplaced(corrected, read.article):
            raise Refusal("request-invalid", why)
        said = drafted.confirmed(corrected, read.drafts["source"], page.party)
    read.dropped.discard(draft)
    return await say(page, filled, said, f"{here}#draft", "confirmed")


@router.post("/sources/read/{sha256}/forget")
async def forget(page: Opened, sha256: str) -> Response:
    """Lets the page go from this desk's memory. What was entered and confirmed stays on record."""
    _read(page, sha256)
    _held(page).drop(_account(page), sha256)
    return page.go("/sources/read", "forgotten")


def _corrected(filled: Form, entry: Mapping[str, Any], claim: Claim) -> dict[str, Any]:
    """The fields of a draft as they stand in the form."""
    quote = filled["quote"]
    if len(quote) > _QUOTE:
        raise Refusal("request-invalid", "A quotation has 200 characters at most.", field="quote", longest=_QUOTE)
    if filled["force"] not in set(Force):
        raise Refusal("request-invalid", "The form needs one of the choices of force.", field="force")
    kept = filled.all("keep")
    return {
        "quote": quote,
        "force": filled["force"],
        "said_by": filled.within("said_by", _SHORT),
        "party": filled["party"],
        "through": [each[:_SHORT] for each in filled.lines("through")][:16],
        "said": [each for n, each in enumerate(entry["said"]) if f"said-{n}" in kept],
        "about": [each for n, each in enumerate(entry["about"]) if f"about-{n}" in kept],
        "numbers": list(_numbers(filled, entry["numbers"], kept)),
        "places": list(_places(filled, entry["places"], kept, claim)),
        "inserted": entry["inserted"],
        "words": filled.within("words", _TEXT),
    }


def _numbers(filled: Form, drafted: Sequence[Mapping[str, Any]], kept: Sequence[str]) -> Iterator[dict[str, Any]]:
    for n, each in enumerate(drafted):
        if f"number-{n}" in kept:
            value = filled.within(f"value-{n}", _SHORT).replace(",", ".")
            if not value.replace(".", "", 1).isdigit():
                raise Refusal("request-invalid", "A number has digits, and a point at most.", field=f"value-{n}")
            yield {**each, "value": value, "unit": filled.within(f"unit-{n}", _SHORT)}


def _places(
    filled: Form, drafted: Sequence[Mapping[str, Any]], kept: Sequence[str], claim: Claim
) -> Iterator[dict[str, Any]]:
    """A name that may be several places stays so, unless the person says which it is, or that it is none of them."""
    for n, each in enumerate(drafted):
        if f"place-{n}" not in kept:
            continue
        chosen = filled[f"which-{n}"]
        if chosen == NEITHER:
            yield {**each, "may_be": [], "place": None}
            continue
        looked_up = claim.places[n].looked_up
        known = [one.place for one in (*looked_up.candidates, *looked_up.areas)]
        found = next((one for one in known if one.id == chosen), None)
        if found is None:
            yield {**each}
        else:
            at = [round(found.lon, 7), round(found.lat, 7)]
            yield {**each, "place": at, "radius_m": round(found.uncertainty_m)}


def _lineage(held: Sequence[Read], article: Article) -> tuple[GoesBack, ...]:
    """How it goes back to those that are at hand."""
    articles = [each.article for each in held if each.article.sha256 != article.sha256]
    found: Sequence[tuple[GoesBack, ...]] = importlib.import_module("thalweg.sources.lineage").goes_back(
        [*articles, article]
    )
    return found[-1]


def _pieces(article: Article, claim: Claim | None, around: int | None) -> list[list[Piece]]:
    """The paragraphs near a draft, or all, with what it rests on marked."""
    spans = article.paragraphs
    at = 0 if claim is None else next((n for n, each in enumerate(spans) if each.meets(claim.sentence)), 0)
    shown = spans if around is None else spans[max(0, at - around) : at + around + 1] if claim is not None else ()
    found: list[list[Piece]] = []
    length = 0
    for each in shown:
        length += each.end - each.start
        if length > _WHOLE:
            break
        if claim is None or not each.meets(claim.sentence):
            found.append([Piece(each.of(article.text), rests=False)])
            continue
        start, end = max(each.start, claim.sentence.start), min(each.end, claim.sentence.end)
        parts = (
            (article.text[each.start : start], False),
            (article.text[start:end], True),
            (article.text[end : each.end], False),
        )
        found.append([Piece(text, rests) for text, rests in parts if text])
    return found


def _where(words: str, looked_up: Lookup) -> Where:
    may_be = [each.place for each in (*looked_up.candidates, *looked_up.areas)]
    return Where(words, tuple(may_be[:_NAMES]), max(0, len(may_be) - _NAMES))


def _lines(read: Read, own: EnteredRead | None) -> list[Line]:
    confirmed = set() if own is None else {each.said.draft for each in own.claims if each.withdrawn is None}
    found = []
    for each in read.claims:
        state = "confirmed" if each.id in confirmed else "dropped" if each.id in read.dropped else "open"
        found.append(Line(each.id, each.words, state))
    return found


def _left(page: Page, read: Read) -> int:
    return sum(each.state == "open" for each in _lines(read, _own(page, read.article.sha256)))


def _own(page: Page, sha256: str) -> EnteredRead | None:
    """The source as one's own party entered it."""
    found = page.reading.mailboxes.source(page.party, sha256)
    return None if found is None else next((each for each in found.value.entered if each.said.by == page.party), None)


def _others(page: Page) -> list[str]:
    return [each for each in (*page.reading.world.membership.parties, SECRETARIAT) if each != page.party]


def _read(page: Page, sha256: str) -> Read:
    found = _held(page).get(_account(page), sha256)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found


def _held(page: Page) -> Pages:
    held: Pages = page.request.app.state.read_here
    return held


def _account(page: Page) -> str:
    return page.asked.principal.account


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        sentence = f"“{text[:40]}” is no day: write it as 2031-03-10."
        raise InputError("source-day", sentence, expected="a day such as 2031-03-10", found=text[:40]) from error
