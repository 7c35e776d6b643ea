"""Drafts of claims in a file, for a person to confirm, correct or reject one by one: docs/reference/claim-drafts.md.

The file holds the source's hash, spans and short quotations, and nothing else of its text. Whoever signs takes what
stands in it, so that a person corrects a draft by changing the file. `drafted` is a hash of each claim as the rules
wrote it: by it is told whether a person changed something.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.model.sourced import (
    MAIN_TEXT,
    ClaimConfirmed,
    DayTold,
    Descent,
    Force,
    GoesBack,
    NumberTold,
    PlaceTold,
    SourceEntered,
)
from thalweg.places.gazetteer import Place
from thalweg.sources.article import Article
from thalweg.sources.claims import Claim
from thalweg.sources.days import Day
from thalweg.sources.mentions import PlaceNamed

SCHEMA: Final = "thalweg-claim-drafts/1"
DECISIONS: Final = ("", "confirm", "reject")
_QUOTE: Final = 120  # characters of a quotation that is drafted; a person may make it 200
_SHORT: Final = 300
_FIELDS: Final = (
    "characters", "force", "quote", "said_by", "party", "through", "said", "about", "places", "numbers", "inserted",
)  # fmt: skip


def drafts_data(
    article: Article,
    claims: Sequence[Claim],
    *,
    size: int,
    address: str = "",
    obtained: str = "",
    lineage: Sequence[GoesBack] = (),
) -> dict[str, Any]:
    """The file of one page's drafts, as JSON can say it. Nothing is decided in it yet."""
    return {
        "schema": SCHEMA,
        "source": {
            "sha256": article.sha256,
            "size": size,
            "media": article.medium,
            "title": article.headline[:_SHORT],
            "outlet": article.outlet[:_SHORT],
            "address": (address or article.url)[:_SHORT],
            "obtained": obtained,
            "published": article.published.isoformat() if article.published else "",
            "language": article.language,
            "text": MAIN_TEXT,
            "text_sha256": hashlib.sha256(article.text.encode()).hexdigest(),
            "characters": len(article.text),
            "lineage": [{"source": each.source, "how": each.how.value, "why": each.why} for each in lineage],
            "words": "",
            "statement": "",
        },
        "claims": [_entry(article, each) for each in claims],
    }


def _entry(article: Article, claim: Claim) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": claim.id,
        "decision": "",
        "characters": [claim.sentence.start, claim.sentence.end],
        "force": claim.force.value,
        "quote": _quotation(article.text[claim.content.start : claim.content.end]),
        "said_by": claim.speaker.name[:_SHORT] if claim.speaker else "",
        "party": claim.speaker_parties[0] if len(claim.speaker_parties) == 1 else "",
        "through": [each[:_SHORT] for each in (*(via.name for via in claim.via), *claim.credited)][:16],
        "said": [each for day in claim.said for each in _days(day)][:16],
        "about": [each for day in claim.about for each in _days(day)][:32],
        "places": [
            {
                "words": place.name[:_SHORT],
                "may_be": [each.place.id for each in (*place.looked_up.candidates, *place.looked_up.areas)][:32],
                "choices": choices(place)[:32],
                "place": None,
                "radius_m": 0,
            }
            for place in claim.places
        ][:32],
        "numbers": [
            {
                "value": _digits(each.value),
                "unit": each.unit[:_SHORT],
                "words": each.span.of(article.text)[:_SHORT],
            }
            for each in claim.numbers
        ][:64],
        "inserted": [each.of(article.text)[:_SHORT] for each in claim.inserted][:16],
    }
    return entry | {
        "supersedes": "",
        "words": "",
        "language": "en",
        "doubts": [each.sentence for each in claim.flags],
        "drafted": _mark(entry),
        "statement": "",
    }


def _quotation(text: str) -> str:
    """The first words of what is said, as they stand there."""
    bare = text.strip().strip('“”"« »,')
    if len(bare) <= _QUOTE:
        return bare
    cut = bare[:_QUOTE]
    return cut[: cut.rfind(" ")] if " " in cut else cut


def _days(day: Day) -> list[dict[str, str]]:
    if not day.readings:
        return [{"words": day.text[:_SHORT], "first": "", "last": "", "why": day.reason[:_SHORT]}]
    return [
        {
            "words": day.text[:_SHORT],
            "first": each.first.isoformat(),
            "last": each.last.isoformat(),
            "why": each.reason[:_SHORT],
        }
        for each in day.readings
    ]


def _digits(value: float) -> str:
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _mark(entry: Mapping[str, Any]) -> str:
    """Of the fields that a person may correct."""
    kept = {name: entry.get(name) for name in _FIELDS}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# --- from the file to what is signed ---


def read_drafts(data: bytes) -> dict[str, Any]:
    """The file of drafts, as far as it is one. `InputError` (`source-drafts`)."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _wrong("it is no JSON", str(error)) from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise _wrong(f"its schema is not {SCHEMA}", str(found.get("schema") if isinstance(found, dict) else found)[:80])
    if not isinstance(found.get("source"), dict) or not isinstance(found.get("claims"), list):
        raise _wrong("it has no source or no claims", "other fields")
    for each in found["claims"]:
        if not isinstance(each, dict) or each.get("decision") not in DECISIONS:
            raise _wrong("a decision is confirm, reject, or none yet", str(each)[:80])
    return found


def is_corrected(entry: Mapping[str, Any]) -> bool:
    """Whether a person changed what the rules wrote; a claim without `drafted` was written by a person."""
    return bool(entry.get("drafted")) and entry["drafted"] != _mark(entry)


def unlike(source: Mapping[str, Any], article: Article) -> str:
    """Why an article is not the text whose characters the claims of this source count, in a sentence; empty if it is.

    Needed before `misplaced`: the same bytes give another text where the text is made in another way.
    """
    if article.sha256 != source["sha256"]:
        return "It is another file: its SHA-256 differs."
    if source["text"] != MAIN_TEXT:
        return f"Its claims count the characters of a text made as {source['text']}; here it is made as {MAIN_TEXT}."
    if hashlib.sha256(article.text.encode()).hexdigest() != source["text_sha256"]:
        return "Its main text is not the one that the claims were confirmed in."
    return ""


def misplaced(entry: Mapping[str, Any], article: Article) -> str:
    """What of a claim does not stand where the claim says that it stands, in a sentence; empty if all of it does."""
    start, end = (int(each) for each in entry["characters"])
    if not 0 <= start < end <= len(article.text):
        return f"The main text has no characters {start} to {end}."
    words = article.text[start:end]
    rests_on = (entry["quote"], *entry["inserted"], *(each["words"] for each in entry["numbers"]))
    absent = [each for each in rests_on if each not in words]
    return f"“{absent[0]}” does not stand at characters {start} to {end}." if absent else ""


def entered(source: Mapping[str, Any], by: str, to: Sequence[str]) -> SourceEntered:
    """What is said of the source at the desk. `InputError` (`source-drafts`)."""
    try:
        return SourceEntered(
            by,
            str(source["sha256"]),
            int(source["size"]),
            str(source["media"]),
            tuple(to),
            str(source["title"]),
            str(source["outlet"]),
            str(source["address"]),
            Instant.of(datetime.fromisoformat(str(source["obtained"]))) if source["obtained"] else None,
            str(source["published"]),
            str(source["language"]),
            str(source["text"]),
            str(source["text_sha256"]),
            int(source["characters"]),
            tuple(GoesBack(str(each["source"]), Descent(each["how"]), str(each["why"])) for each in source["lineage"]),
            str(source["words"]),
        )
    except (KeyError, TypeError, ValueError, ValueRefused) as error:
        raise _wrong("a field of its source is missing or of another kind", str(error)) from error


def confirmed(entry: Mapping[str, Any], source: Mapping[str, Any], by: str) -> ClaimConfirmed:
    """What is said of a claim at the desk, as it stands in the file. `InputError` (`source-drafts`)."""
    try:
        start, end = entry["characters"]
        return ClaimConfirmed(
            by,
            str(source["sha256"]),
            str(source["text"]),
            int(start),
            int(end),
            Force(entry["force"]),
            str(entry["quote"]),
            str(entry["said_by"]),
            str(entry["party"]),
            tuple(map(str, entry["through"])),
            tuple(_day(each) for each in entry["said"]),
            tuple(_day(each) for each in entry["about"]),
            tuple(_place(each) for each in entry["places"]),
            tuple(NumberTold(str(each["value"]), str(each["unit"]), str(each["words"])) for each in entry["numbers"]),
            tuple(map(str, entry["inserted"])),
            str(entry.get("id", "")) if entry.get("drafted") else "",
            is_corrected(entry),
            str(entry.get("supersedes", "")),
            str(entry.get("words", "")),
            str(entry.get("language", "en")),
        )
    except (KeyError, TypeError, ValueError, ValueRefused) as error:
        raise _wrong("a field of a claim is missing or of another kind", f"{entry.get('id', '')}: {error}") from error


def _day(each: Mapping[str, Any]) -> DayTold:
    return DayTold(str(each["words"]), str(each["first"]), str(each["last"]), str(each["why"]))


def choices(place: PlaceNamed) -> list[dict[str, Any]]:
    """What a name may mean, in words: the name, the kind of place, the country, and where (`[longitude, latitude]`)."""
    return [
        {
            "id": each.place.id,
            "told": told(each.place)[:_SHORT],
            "position": [round(each.place.lon, 5), round(each.place.lat, 5)],
        }
        for each in (*place.looked_up.candidates, *place.looked_up.areas)
    ]


def told(place: Place) -> str:
    """A place in a line: "Salhiya (village, SY), 34.7433 N 40.7419 E"."""
    beside = ", ".join(each for each in (place.kind.value, place.country) if each)
    ns, ew = "N" if place.lat >= 0 else "S", "E" if place.lon >= 0 else "W"
    return f"{place.name} ({beside}), {abs(place.lat):.4f} {ns} {abs(place.lon):.4f} {ew}"


def _place(each: Mapping[str, Any]) -> PlaceTold:
    at = each["place"]
    place = None if at is None else Position(float(at[0]), float(at[1]))
    return PlaceTold(str(each["words"]), tuple(map(str, each["may_be"])), place, int(each["radius_m"]))


def _wrong(why: str, found: str) -> InputError:
    return InputError(
        "source-drafts",
        f"This is no file of drafts: {why}.",
        expected="a file that thalweg sources read --drafts wrote",
        found=found,
    )
