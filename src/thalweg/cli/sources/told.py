"""What was read in pages and found between them, for programs and for people."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from thalweg.cli.sources.page import Page
from thalweg.model.errors import InputError

if TYPE_CHECKING:  # the rules and their words are loaded when a page has been read
    from thalweg.sources.article import Article
    from thalweg.sources.claims import Claim
    from thalweg.sources.compare import Contradiction
    from thalweg.sources.days import Day
    from thalweg.sources.lineage import Lineage, Source
    from thalweg.sources.mentions import PlaceNamed

DISCLAIMER = (
    "Drafts for a person to confirm or drop. Nothing here is decided, and nothing here has an effect on any alert."
)


def _problem_data(page: Page, error: InputError) -> dict[str, str]:
    return {"file": page.file, "code": error.code, "sentence": error.sentence}


def page_data(page: Page) -> dict[str, Any]:
    """A page and its drafts, for programs. Characters count from 0 in its main text, the last exclusive."""
    article = page.article
    data: dict[str, Any] = {"file": page.file, "problems": [_problem_data(page, each) for each in page.problems]}
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
        "speaker": claim.speaker
        and {
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
        "quoted": [{"spoken": q.spoken(article.text), "characters": [q.span.start, q.span.end]} for q in claim.quoted],
        "inserted": [[each.start, each.end] for each in claim.inserted],
        "flags": [{"code": each.code, "sentence": each.sentence, "where": each.where} for each in claim.flags],
    }


def _day_data(day: Day) -> dict[str, Any]:
    return {
        "as_written": day.text,
        "characters": [day.span.start, day.span.end],
        "readings": [{"first": _iso(r.first), "last": _iso(r.last), "reason": r.reason} for r in day.readings],
        "reason": day.reason,
        "bound": day.bound,
        "hour": day.hour,
    }


def _source_data(source: Source, pages: list[Page]) -> dict[str, Any]:
    return {
        "pages": [pages[each].file for each in source.articles],
        "first": pages[source.first].file if source.first is not None else None,
        "why_first": source.why_first,
        "copies": [
            {"file": pages[each.article].file, "alike": round(each.alike, 3), "changes": list(each.changes)}
            for each in source.copies
        ],
    }


def _side(page: Page, claim: Claim) -> dict[str, Any]:
    return {
        "file": page.file,
        "claim": claim.id,
        "who": claim.speaker.name if claim.speaker else None,
        "via": [each.name for each in claim.via],
        "force": claim.force.value,
        "words": claim.words,
        "characters": [claim.sentence.start, claim.sentence.end],
    }


def comparison_data(
    pages: Sequence[Page], known: list[Page], lines: Lineage, found: Sequence[Contradiction]
) -> dict[str, Any]:
    """Which of `pages` are one source, what two sources have in common, and in what they differ; for programs.

    `known` are the pages that could be read, in the order in which `lines` and `found` number them.
    """
    articles = [each.article for each in known if each.article]
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
    problems = [_problem_data(page, each) for page in pages for each in page.problems]
    return {
        "disclaimer": DISCLAIMER,
        "sources": sources,
        "passages": passages,
        "differ": differ,
        "problems": problems,
    }


# --- for people ---


def page_lines(page: Page) -> list[str]:
    """A page and its drafts, for people."""
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


def comparison_lines(data: dict[str, Any], count: int) -> list[str]:
    """What `comparison_data` made of `count` pages, for people."""
    sources, passages, differ = data["sources"], data["passages"], data["differ"]
    pages = f"{count} page{'s' if count != 1 else ''}"
    lines = [f"{pages}, {len(sources)} source{'s' if len(sources) != 1 else ''}."]
    lines += [f"  ! {each['file']}: {each['sentence']} [{each['code']}]" for each in data["problems"]]
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
    return [*lines, "", DISCLAIMER]
