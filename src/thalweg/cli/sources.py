"""`thalweg sources`: press reports read, drafted as claims, compared; and claims that a person confirms, signed.

Exit status of read and compare: 0 everything was read, 3 something could not be read or not be drafted, 2 nothing could
be. Of confirm, claims and retract: `thalweg.cli.at_desk`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.at_desk import DONE, HERE, REFUSED, AtDesk, answered, told
from thalweg.client import Client, DeskError
from thalweg.model.cases import Evidence, EvidenceLaid
from thalweg.model.errors import InputError
from thalweg.model.sourced import ClaimWithdrawn
from thalweg.places.areas import Outline
from thalweg.places.gazetteer import packaged
from thalweg.places.regions import read_region

if TYPE_CHECKING:  # the rules and their words are loaded when a page has been read
    from thalweg.sources.article import Article
    from thalweg.sources.claims import Claim
    from thalweg.sources.days import Day
    from thalweg.sources.lineage import Lineage, Source
    from thalweg.sources.mentions import PlaceNamed

app = App(name="sources", help="Read press reports and statements, draft their claims, and list where they differ.")

_READ, _NOTHING, _INCOMPLETE = 0, 2, 3
_Theatre = Annotated[Path | None, Parameter(name=["--theatre", "-t"])]
_Places = Annotated[tuple[Path, ...], Parameter(name="--gazetteer", negative="")]
_Published = Annotated[str, Parameter(name="--published")]
_Format = Annotated[Literal["text", "json"], Parameter(name=["--format", "-f"])]
_Files = Annotated[Path, Parameter(name="FILE")]


@dataclass(frozen=True, slots=True)
class _Page:
    file: str
    article: Article | None
    claims: tuple[Claim, ...]
    problems: tuple[InputError, ...]


@app.command(name="read")
def read_pages(
    *files: _Files,
    theatre: _Theatre = None,
    gazetteer: _Places = (),
    published: _Published = "",
    format: _Format = "text",
    drafts: Annotated[Path | None, Parameter(name="--drafts")] = None,
) -> int:
    """Draft the claims of each page, each with the characters it rests on, for a person to confirm.

    Parameters
    ----------
    files
        Pages: HTML, PDF, a saved page (.mhtml) or plain text.
    theatre
        The theatre file, for its parties and its area.
    gazetteer
        A GeoNames file (XX.txt) or a list of places that adds to the gazetteer; may be repeated.
    published
        The day of whatever page does not state its own, such as 2031-03-10.
    format
        "text" for people, "json" for programs.
    drafts
        A folder: a file of drafts is written there for each page, for a person to confirm, correct or reject.
    """
    pages = _pages(files, theatre, gazetteer, published)
    if drafts is not None:
        _write_drafts(pages, files, drafts)
    if format == "json":
        print(
            json.dumps(
                {"disclaimer": _DISCLAIMER, "pages": [_page_data(each) for each in pages]}, ensure_ascii=False, indent=2
            )
        )
    else:
        print("\n\n".join(["\n".join(_page_lines(each)) for each in pages] + [_DISCLAIMER]))
    return _status(pages)


@app.command(name="compare")
def compare_pages(
    *files: _Files,
    theatre: _Theatre = None,
    gazetteer: _Places = (),
    published: _Published = "",
    format: _Format = "text",
) -> int:
    """Tell which pages are one source, what copies changed, and in what sources differ.

    Parameters
    ----------
    files
        Pages: HTML, PDF, a saved page (.mhtml) or plain text.
    theatre
        The theatre file, for its parties and its area.
    gazetteer
        A GeoNames file (XX.txt) or a list of places that adds to the gazetteer; may be repeated.
    published
        The day of whatever page does not state its own, such as 2031-03-10.
    format
        "text" for people, "json" for programs.
    """
    pages = _pages(files, theatre, gazetteer, published)
    known = [each for each in pages if each.article]
    articles = [each.article for each in known if each.article]
    lines: Lineage = importlib.import_module("thalweg.sources.lineage").lineage(articles)
    found = importlib.import_module("thalweg.sources.compare").contradictions(
        articles, [each.claims for each in known], lines
    )
    sources = [_source_data(source, known) for source in lines.sources]
    passages = [
        {
            "relation": p.relation.value,
            "in": known[p.later].file,
            "of": known[p.earlier].file,
            "words": p.of_later.of(articles[p.later].text)[:200],
            "why": p.why,
            "characters": [p.of_later.start, p.of_later.end],
            "characters_of": [p.of_earlier.start, p.of_earlier.end],
        }
        for p in lines.passages
    ]
    differ = [
        {
            "differ": each.differ.value,
            "sentence": each.sentence,
            "in_common": list(each.in_common),
            "sides": [_side(known[page], known[page].claims[claim]) for page, claim in (each.a, each.b)],
        }
        for each in found
    ]
    problems = [_problem(page, each) for page in pages for each in page.problems]
    if format == "json":
        data = {
            "disclaimer": _DISCLAIMER,
            "sources": sources,
            "passages": passages,
            "differ": differ,
            "problems": problems,
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_compared(sources, passages, differ, problems, len(known))))
    return _status(pages)


_DISCLAIMER = (
    "Drafts for a person to confirm or drop. Nothing here is decided, and nothing here has an effect on any alert."
)


# --- reading ---


def _pages(files: Sequence[Path], theatre: Path | None, gazetteer: tuple[Path, ...], published: str) -> list[_Page]:
    if not files:
        raise InputError("source-none", "Name at least one page to read.", expected="HTML, PDF, .mhtml or plain text")
    rules = wiring.theatre_of(theatre)
    known = packaged()
    for path in gazetteer:
        known = known.with_places(read_region(path))
    area = Outline(rules.area) if rules.area else None
    day = _day(published)
    pages_room = importlib.import_module("thalweg.wiring.pages")
    drafting = importlib.import_module("thalweg.sources.claims")
    pages = []
    for path in files:
        try:
            article = pages_room.read_page(pages_room.page_bytes(path), published=day)
        except InputError as error:
            pages.append(_Page(path.name, None, (), (error,)))
            continue
        try:
            claims = drafting.draft(article, known, parties=rules.parties, area=area)
            pages.append(_Page(path.name, article, claims, ()))
        except InputError as error:
            pages.append(_Page(path.name, article, (), (error,)))
    return pages


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "source-day", f"“{text}” is no day.", expected="a day such as 2031-03-10", found=text
        ) from error


def _status(pages: list[_Page]) -> int:
    if all(each.article is None for each in pages):
        for page in pages:
            for each in page.problems:
                print(f"thalweg: {page.file}: {each.sentence} [{each.code}]", file=sys.stderr)
        return _NOTHING
    return _INCOMPLETE if any(each.problems for each in pages) else _READ


# --- for programs ---


def _problem(page: _Page, error: InputError) -> dict[str, str]:
    return {"file": page.file, "code": error.code, "sentence": error.sentence}


def _page_data(page: _Page) -> dict[str, Any]:
    article = page.article
    data: dict[str, Any] = {"file": page.file, "problems": [_problem(page, each) for each in page.problems]}
    if article is None:
        return data
    return data | {
        "sha256": article.sha256,
        "medium": article.medium,
        "headline": article.headline,
        "outlet": article.outlet,
        "byline": article.byline,
        "url": article.url,
        "published": _iso(article.published),
        "updated": _iso(article.updated),
        "language": article.language,
        "credits": [{"name": each.name, "from": each.start} for each in article.credits],
        "characters": len(article.text),
        "paragraphs": [[each.start, each.end] for each in article.paragraphs],
        "left_out": [{"part": each.part.value, "begins": each.text[:60], "why": each.why} for each in article.left_out],
        "flags": [{"code": each.code, "sentence": each.sentence} for each in article.flags],
        "claims": [_claim_data(article, each) for each in page.claims],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _claim_data(article: Article, claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "characters": [claim.sentence.start, claim.sentence.end],
        "content": [claim.content.start, claim.content.end],
        "words": claim.words,
        "force": claim.force.value,
        "force_rests_on": claim.force_why,
        "speaker": claim.speaker and {
            "as_written": claim.speaker.text,
            "name": claim.speaker.name,
            "characters": [claim.speaker.span.start, claim.speaker.span.end],
            "parties": list(claim.speaker_parties),
        },
        "via": [{"name": each.name, "characters": [each.span.start, each.span.end]} for each in claim.via],
        "credited_to": list(claim.credited),
        "said": [_day_data(each) for each in claim.said],
        "about": [_day_data(each) for each in claim.about],
        "places": [
            {
                "as_written": each.name,
                "kind": each.kind,
                "characters": [each.span.start, each.span.end],
                "may_be": [c.place.id for c in each.looked_up.candidates],
                "choices": _choices(each),
                "areas": [c.place.id for c in each.looked_up.areas],
                "spelt_alike": [c.place.id for c in each.looked_up.similar],
            }
            for each in claim.places
        ],
        "numbers": [
            {
                "value": each.value,
                "unit": each.unit,
                "counted": each.counted,
                "about": each.about,
                "characters": [each.span.start, each.span.end],
            }
            for each in claim.numbers
        ],
        "parties": [
            {"as_written": each.name, "may_be": list(each.parties), "characters": [each.span.start, each.span.end]}
            for each in claim.parties
        ],
        "quoted": [
            {"spoken": q.spoken(article.text), "characters": [q.span.start, q.span.end]} for q in claim.quoted
        ],
        "inserted": [[each.start, each.end] for each in claim.inserted],
        "flags": [{"code": each.code, "sentence": each.sentence, "where": each.where} for each in claim.flags],
    }  # fmt: skip


def _day_data(day: Day) -> dict[str, Any]:
    return {
        "as_written": day.text,
        "characters": [day.span.start, day.span.end],
        "readings": [{"first": _iso(r.first), "last": _iso(r.last), "reason": r.reason} for r in day.readings],
        "reason": day.reason,
        "bound": day.bound,
        "hour": day.hour,
    }


def _source_data(source: Source, pages: list[_Page]) -> dict[str, Any]:
    return {
        "pages": [pages[each].file for each in source.articles],
        "first": pages[source.first].file if source.first is not None else None,
        "why_first": source.why_first,
        "copies": [
            {"file": pages[each.article].file, "alike": round(each.alike, 3), "changes": list(each.changes)}
            for each in source.copies
        ],
    }


def _side(page: _Page, claim: Claim) -> dict[str, Any]:
    return {
        "file": page.file,
        "claim": claim.id,
        "who": claim.speaker.name if claim.speaker else None,
        "via": [each.name for each in claim.via],
        "force": claim.force.value,
        "words": claim.words,
        "characters": [claim.sentence.start, claim.sentence.end],
    }


# --- for people ---


def _page_lines(page: _Page) -> list[str]:
    article = page.article
    problems = [f"  ! {each.sentence} [{each.code}]" for each in page.problems]
    if article is None:
        return [page.file, *problems]
    day = f", {article.published}" if article.published else ", no day stated"
    lines = [
        f"{article.headline or page.file}",
        f"  {article.outlet or 'outlet not stated'}{day}{f', updated {article.updated}' if article.updated else ''}; "
        f"{page.file}, {article.medium}, SHA-256 {article.sha256[:16]}…",
        f"  {len(article.paragraphs)} paragraphs kept, {len(article.left_out)} left out: {_counts(article)}",
        *(f"  its text is credited to {each.name}" for each in article.credits),
        *(f"  ? {each.sentence}" for each in article.flags),
        *problems,
    ]
    for claim in page.claims:
        lines += ["", *_claim_lines(article, claim)]
    return lines


def _counts(article: Article) -> str:
    parts = [each.part.value for each in article.left_out]
    return ", ".join(f"{parts.count(part)} {part}" for part in dict.fromkeys(parts)) or "nothing"


def _claim_lines(article: Article, claim: Claim) -> list[str]:
    if claim.speaker:
        as_written = f" (“{claim.speaker.text}”)" if claim.speaker.text != claim.speaker.name else ""
        who = f"{claim.speaker.name or 'somebody'}{as_written}"
        who += f" [{', '.join(claim.speaker_parties)}]" if claim.speaker_parties else ""
    else:
        who = "nobody named" if claim.via or claim.force.value == "rumour" else "the outlet itself"
    chain = "".join(f" ← {each}" for each in (*(v.name for v in claim.via), *claim.credited))
    lines = [
        f"  {claim.force.value}, {who}{chain}   characters {claim.sentence.start}–{claim.sentence.end}",
        f"    {claim.words}",
    ]
    for label, days in (("said", claim.said), ("about", claim.about)):
        lines += [f"    {label} “{day.text}”: {_told(day)}" for day in days]
    for place in claim.places:
        may_be = _choices(place)
        if len(may_be) == 1:
            lines.append(f"    place “{place.name}”: {may_be[0]['told']}  [{may_be[0]['id']}]")
            continue
        lines.append(f"    place “{place.name}”: {f'one of {len(may_be)}:' if may_be else 'not in the gazetteer'}")
        lines += [f"      {each['told']}  [{each['id']}]" for each in may_be[:_PLACES]]
        lines += [f"      … and {len(may_be) - _PLACES} more" for _ in may_be[_PLACES : _PLACES + 1]]
    lines += [
        f"    number {each.value:,g} {each.counted or each.unit}{f' ({each.about})' if each.about else ''}"
        for each in claim.numbers
    ]
    lines += [f"    editor's words: {each.of(article.text)}" for each in claim.inserted]
    return lines + [f"    ? {each.sentence}" for each in claim.flags]


def _choices(place: PlaceNamed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = importlib.import_module("thalweg.sources.drafted").choices(place)
    return found


_PLACES = 12  # that a name may mean, in the text; the drafts have them all
_RELATED = {"quotes": "quotes", "shares": "shares with", "translation": "is perhaps a translation of"}


def _told(day: Day) -> str:
    if not day.readings:
        return f"open; {day.reason}"
    told = " or ".join(str(r.first) if r.first == r.last else f"{r.first} to {r.last}" for r in day.readings)
    return f"{f'{day.bound} ' if day.bound else ''}{told}{f', {day.hour}' if day.hour else ''} ({day.reason})"


def _shared(passage: dict[str, Any]) -> str:
    return str(passage["why"] or f"“{passage['words']}”")


def _compared(
    sources: list[dict[str, Any]], passages: list[dict[str, Any]], differ: list[dict[str, Any]],
    problems: list[dict[str, str]], count: int,
) -> list[str]:  # fmt: skip
    pages = f"{count} page{'s' if count != 1 else ''}"
    lines = [f"{pages}, {len(sources)} source{'s' if len(sources) != 1 else ''}."]
    lines += [f"  ! {each['file']}: {each['sentence']} [{each['code']}]" for each in problems]
    for number, source in enumerate(sources, start=1):
        first = source["first"]
        lines += ["", f"Source {number}: {first or ' = '.join(source['pages'])} ({source['why_first']})"]
        for copy in source["copies"]:
            lines += [
                f"  copy: {copy['file']}, {copy['alike']:.0%} alike",
                *(f"    {each}" for each in copy["changes"]),
            ]
    if passages:
        lines += ["", "Words that two sources have in common:"]
        lines += [f"  {each['in']} {_RELATED[each['relation']]} {each['of']}: {_shared(each)}" for each in passages]
    lines += [
        "",
        f"{len(differ)} differences, none decided:"
        if differ
        else "No difference found; that is no proof that there is none.",
    ]
    for each in differ:
        lines += ["", f"  {each['differ']}: {each['sentence']}"]
        lines += [
            f"    {side['file']}, {side['who'] or 'no speaker'}, {side['force']}: {side['words']}"
            for side in each["sides"]
        ]
    return [*lines, "", _DISCLAIMER]


# --- drafts, and what a person confirms ---


@app.command
@told
def confirm(
    drafts: Annotated[Path, Parameter(name="DRAFTS")],
    *,
    page: Annotated[Path | None, Parameter(name="--page")] = None,
    to: Annotated[tuple[str, ...], Parameter(name="--to", negative="")] = (),
    incident: Annotated[str, Parameter(name="--incident")] = "",
    ask: Annotated[bool, Parameter(name="--ask", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Sign the claims of a file of drafts that a person decided to confirm, one by one, and enter their source.

    Parameters
    ----------
    drafts
        A file that sources read --drafts wrote, with decisions in it.
    page
        The page itself: its hash is compared, and with --ask the words of each claim are shown.
    to
        A party that is shown the source and its claims, or secretariat; may be repeated.
    incident
        Lay every confirmed claim beside this incident, and show the source to those that have it.
    ask
        Ask for a decision on every claim that has none yet.
    """
    drafted = importlib.import_module("thalweg.sources.drafted")
    data = drafted.read_drafts(wiring.read_file(drafts))
    article = _same_page(page, data["source"]) if page is not None else None
    if ask:
        _decide(data, drafts, article)
    wanted = [each for each in data["claims"] if each["decision"] == "confirm" and not each.get("statement")]
    status = DONE
    with at.client() as client:
        named = [*to]
        if incident:
            named += [each.party for each in client.incident(incident).has_it if each.party != client.party]
        source = data["source"]
        if wanted and not source.get("statement"):
            answer = client.send(drafted.entered(source, client.party, tuple(dict.fromkeys(named))))
            status = answered(client, answer, "Entered.")
            if status != DONE:
                return status
            source["statement"] = answer.statement
            _keep(drafts, data)
        for entry in wanted:
            answer = client.send(drafted.confirmed(entry, source, client.party))
            status = max(status, answered(client, answer, "Confirmed."))
            if answer.taken:
                entry["statement"] = answer.statement
                _keep(drafts, data)  # at once: what is signed is not signed again
                if incident:
                    laid = EvidenceLaid(client.party, incident, Evidence.STATEMENT, answer.statement)
                    status = max(status, answered(client, client.send(laid), "Laid beside the incident."))
    left = sum(not each["decision"] for each in data["claims"])
    dropped = sum(each["decision"] == "reject" for each in data["claims"])
    signed = sum(bool(each.get("statement")) for each in wanted)
    print(f"{signed} confirmed now, {dropped} dropped, {left} without a decision. {_NOT_DECIDED}")
    return status


@app.command(name="import")
@told
def import_pages(
    folder: Annotated[Path, Parameter(name="FOLDER")],
    *,
    confirmed: Annotated[Path | None, Parameter(name="--confirmed")] = None,
    to: Annotated[tuple[str, ...], Parameter(name="--to", negative="")] = (),
    check: Annotated[bool, Parameter(name="--check", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Enter a folder of pages with the claims that were confirmed in them before, once each is seen to stand there.

    A page is known by its SHA-256. Its main text is made again, and every quotation is looked for at its characters;
    what is not found is said, and not entered. What your party has entered already is left alone.

    Parameters
    ----------
    folder
        The pages.
    confirmed
        A folder of files of drafts with decisions; by default those of the scenario deir-ez-zor, which are carried.
    to
        A party that is shown the sources and their claims, or secretariat; may be repeated.
    check
        Only look whether everything is found; nothing is said at a desk.
    """
    drafted = importlib.import_module("thalweg.sources.drafted")
    files = _confirmed_before(confirmed)
    known = {data["source"]["sha256"]: data for data in map(drafted.read_drafts, files)}
    found, lines, complete = _found_again(folder, known, drafted)
    for line in lines:
        print(line)
    if not found:
        print(f"thalweg: no page in {folder} is one that claims were confirmed in", file=sys.stderr)
        return _NOTHING
    status = DONE if complete else _INCOMPLETE
    if check:
        print(f"{sum(len(claims) for _, claims in found)} claims stand where they were confirmed. Nothing was entered.")
        return status
    with at.client() as client:
        entered = 0
        for data, claims in found:
            source = data["source"]
            own = _own_claims(client, source["sha256"])
            if own is None:
                answer = client.send(drafted.entered(source, client.party, to))
                if answered(client, answer, f"Entered {source['title']}.") != DONE:
                    return REFUSED
            for entry in claims:
                if _place_of(entry) in (own or ()):
                    continue
                answer = client.send(drafted.confirmed(entry, source, client.party))
                if not answer.taken:
                    return answered(client, answer, "")
                entered += 1
    print(f"{entered} claims confirmed. {_NOT_DECIDED}")
    return status


def _confirmed_before(folder: Path | None) -> list[bytes]:
    if folder is None:
        return list(importlib.import_module("thalweg.desk.scenarios").claims("deir-ez-zor").values())
    files = sorted(folder.glob("*.drafts.json"))
    if not files:
        raise InputError("source-drafts", f"{folder} holds no file of drafts.", expected="files named *.drafts.json")
    return [wiring.read_file(each) for each in files]


def _found_again(
    folder: Path, known: dict[str, dict[str, Any]], drafted: ModuleType
) -> tuple[list[tuple[dict[str, Any], list[dict[str, Any]]]], list[str], bool]:
    """The sources whose page is here with the claims that stand there, a line on each, and whether all was found."""
    room = importlib.import_module("thalweg.wiring.pages")
    if not folder.is_dir():
        raise InputError("source-folder", f"{folder} is no folder.", expected="a folder of pages", found=str(folder))
    found, lines, seen = [], [], set()
    titles = {str(data["source"]["title"]): sha256 for sha256, data in known.items()}
    complete = True
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        data = room.page_bytes(path)
        sha256 = hashlib.sha256(data).hexdigest()
        carried = known.get(sha256)
        try:
            day = _day(str(carried["source"]["published"])) if carried else None
            article: Article = room.read_page(data, published=day)
        except InputError as error:
            lines.append(f"! {path.name}: {error.sentence}")
            complete = False
            continue
        if carried is None:
            changed = titles.get(article.headline)
            why = f"; it has the headline of {changed[:16]}…, and other bytes" if changed else ""
            lines.append(f"! {path.name}: no claims were confirmed in a page of SHA-256 {sha256[:16]}…{why}")
            complete = False
            continue
        seen.add(sha256)
        if why := drafted.unlike(carried["source"], article):
            lines.append(f"! {path.name}: {why}")
            complete = False
            continue
        wanted = [each for each in carried["claims"] if each["decision"] == "confirm"]
        amiss = {id(each): why for each in wanted if (why := drafted.misplaced(each, article))}
        standing = [each for each in wanted if id(each) not in amiss]
        lines.append(f"{path.name}: {carried['source']['title']}; {len(standing)} of {len(wanted)} claims stand there")
        lines += [f"  ! {why}" for why in amiss.values()]
        complete = complete and not amiss
        found.append((carried, standing))
    for sha256, carried in known.items():
        if sha256 not in seen:
            lines.append(f"! no page of SHA-256 {sha256[:16]}… is here: {carried['source']['title']}")
            complete = False
    return found, lines, complete


def _own_claims(client: Client, sha256: str) -> set[tuple[int, int, str, str]] | None:
    """What one's party has confirmed in a source, by where and how it was said; None where it has not entered it."""
    try:
        read = client.source(sha256)
    except DeskError as error:
        if error.code != "not-found":
            raise
        return None
    own = [each for each in read["entered"] if each["by"] == client.party]
    return {_place_of(claim) for each in own for claim in each["claims"]} if own else None


def _place_of(claim: dict[str, Any]) -> tuple[int, int, str, str]:
    start, end = claim["characters"]
    return start, end, claim["force"], claim["quote"]


@app.command(name="claims")
@told
def list_claims(*, incident: Annotated[str, Parameter(name="--incident")] = "", at: AtDesk = HERE) -> int:
    """List the claims that your party confirmed or is shown, and in what they differ.

    Parameters
    ----------
    incident
        Only those that are laid beside this incident, or whose source is.
    """
    with at.client() as client:
        found = client.claims(incident)
    for each in found["claims"]:
        fallen = " SUPERSEDED" if each["superseded_by"] else " WITHDRAWN" if each["withdrawn"] else ""
        chain = "".join(f" ← {via}" for via in each["through"])
        print(f"{each['statement'][:12]}  {each['force']}, {each['said_by'] or 'nobody named'}{chain}{fallen}")
        print(
            f"    “{each['quote']}”  characters {each['characters'][0]}–{each['characters'][1]} of "
            f"{each['source'][:12]}; confirmed by {each['by']}"
        )
    for each in found["differ"]:
        sides = f"{each['a'][:12]}, {each['b'][:12]}"
        print(f"{each['differ']}: {each['told'][0]} / {each['told'][1]} ({each['why']}); {sides}")
    print(found["status"])
    return DONE


@app.command(name="retract")
@told
def retract_claim(
    claim: Annotated[str, Parameter(name="CLAIM")], *words: Annotated[str, Parameter(name="TEXT")], at: AtDesk = HERE
) -> int:
    """Take a claim back that your party confirmed. It stays on record.

    Parameters
    ----------
    claim
        Its id, or the beginning of it.
    words
        Why, in your words.
    """
    with at.client() as client:
        own = [each["statement"] for each in client.claims()["claims"] if each["by"] == client.party]
        found = [each for each in own if each.startswith(claim)]
        name = found[0] if len(found) == 1 else claim
        return answered(client, client.send(ClaimWithdrawn(client.party, name, " ".join(words))), "Withdrawn.")


_NOT_DECIDED = "Whether any of it is so, nothing here says."


def _write_drafts(pages: Sequence[_Page], files: Sequence[Path], folder: Path) -> None:
    """A file for each page that was read, beside the others; what a person has decided before is not overwritten."""
    drafted = importlib.import_module("thalweg.sources.drafted")
    known = [each for each in pages if each.article]
    back = importlib.import_module("thalweg.sources.lineage").goes_back([each.article for each in known])
    lineage = {id(page): each for page, each in zip(known, back, strict=True)}
    for page, file in zip(pages, files, strict=True):
        if page.article is None:
            continue
        path = folder / f"{page.article.sha256[:16]}.drafts.json"
        if path.exists():
            print(f"thalweg: {path} is there already and was left as it is", file=sys.stderr)
            continue
        size = file.stat().st_size
        _keep(path, drafted.drafts_data(page.article, page.claims, size=size, lineage=lineage[id(page)]))
        print(f"thalweg: drafts of {page.file} in {path}", file=sys.stderr)


def _keep(path: Path, data: dict[str, Any]) -> None:
    wiring.write_file(path, (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def _same_page(page: Path, source: dict[str, Any]) -> Article:
    """The page that the drafts are of. `InputError` for another one, or where its text is now made in another way."""
    room = importlib.import_module("thalweg.wiring.pages")
    article: Article = room.read_page(room.page_bytes(page), published=_day(str(source.get("published") or "")))
    made = hashlib.sha256(article.text.encode()).hexdigest()
    if article.sha256 != source["sha256"] or made != source["text_sha256"]:
        raise InputError(
            "source-other-page",
            f"{page.name} is not the page that these drafts are of, or its text is made otherwise now.",
            expected=str(source["sha256"]),
            found=article.sha256,
        )
    return article


def _decide(data: dict[str, Any], path: Path, article: Article | None) -> None:
    """Ask for each claim without a decision. An empty answer leaves it for later; `q` ends."""
    for entry in data["claims"]:
        if entry["decision"]:
            continue
        start, end = entry["characters"]
        print()
        if article is not None:
            print(f"  {article.text[start:end]}")
        who = f"{entry['said_by'] or 'nobody named'}{''.join(f' ← {each}' for each in entry['through'])}"
        print(f"  {entry['force']}, {who}: “{entry['quote']}”")
        for name in ("said", "about", "places", "numbers", "inserted", "doubts"):
            for each in entry[name]:
                line = each if isinstance(each, str) else ", ".join(str(part) for part in each.values() if part)
                print(f"    {name}: {line}")
        answer = input("confirm, reject, FIELD=VALUE to correct, empty for later, q to end: ").strip()
        while "=" in answer:
            name, _, value = answer.partition("=")
            if name.strip() in _CORRECTED:
                entry[name.strip()] = value.strip()
            else:
                print(f"{', '.join(_CORRECTED)} are corrected here; the rest in the file")
            answer = input("confirm, reject, FIELD=VALUE: ").strip()
        if answer == "q":
            break
        if answer and "confirm".startswith(answer):
            entry["decision"] = "confirm"
        elif answer and "reject".startswith(answer):
            entry["decision"] = "reject"
        _keep(path, data)


_CORRECTED = ("force", "quote", "said_by", "party", "words")
