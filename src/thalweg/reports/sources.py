"""Sources and claims as the interface gives them (docs/reference/api.md): disclosed readings, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from thalweg.model.sourced import DayTold
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.source_reads import ClaimRead, Claims, EnteredRead, SourcePage, SourceRead
from thalweg.reports import json

if TYPE_CHECKING:
    from thalweg.reports import given

NOT_DECIDED = "Somebody has read it there; whether it is so, nothing here says. No claim changes an alert."


def page(disclosed: Disclosed[SourcePage]) -> given.Sources:
    """Some of the sources; `reports` counts those that are one report once."""
    found = disclosed.value
    return {
        "sources": [_source(each) for each in found.lines],
        "total": found.total,
        "reports": found.reports,
        "next": found.next,
        "status": NOT_DECIDED,
        "disclaimers": list(DISCLAIMERS),
    }


def one(disclosed: Disclosed[SourceRead]) -> given.Source:
    """One source with everything confirmed in it."""
    return {**_source(disclosed.value), "status": NOT_DECIDED, "disclaimers": list(DISCLAIMERS)}


def claims(disclosed: Disclosed[Claims]) -> given.Claims:
    """Claims, and in what they differ, both sides given."""
    found = disclosed.value
    return {
        "claims": [claim(each) for each in found.claims],
        "total": found.total,
        "places": {
            each.id: {
                **json.place(each.position),
                "radius_m": each.radius_m,
                "name": each.name,
                "kind": each.kind,
                "country": each.country,
            }
            for each in found.places
        },
        "differ": [
            {"differ": each.differ.value, "a": each.a, "b": each.b, "told": list(each.told), "why": each.why,
             "copy": each.copy}
            for each in found.differ
        ],
        "next": found.next,
        "status": NOT_DECIDED,
        "disclaimers": list(DISCLAIMERS),
    }  # fmt: skip


def _source(read: SourceRead) -> given.SourceLine:
    return {
        "sha256": read.sha256,
        "one_with": list(read.one_with),
        "entered": [_entered(each) for each in read.entered],
    }


def _entered(read: EnteredRead) -> given.EnteredTold:
    said = read.said
    return {
        "by": said.by,
        "officer": read.officer,
        "statement": read.event,
        "index": read.index,
        "at": str(read.at),
        "size": said.size,
        "media": said.media,
        "title": said.title,
        "outlet": said.outlet,
        "address": said.address,
        "obtained": json.time(said.obtained),
        "published": said.published,
        "language": said.language,
        "text": said.text,
        "text_sha256": said.text_sha256,
        "characters": said.characters,
        "lineage": [{"source": each.source, "how": each.how.value, "why": each.why} for each in said.lineage],
        "words": said.words,
        "shown_to": list(read.shown_to),
        "claims": [claim(each) for each in read.claims],
    }


def claim(read: ClaimRead) -> given.Claim:
    """One claim, as it was confirmed."""
    said = read.said
    return {
        "statement": read.event,
        "index": read.index,
        "at": str(read.at),
        "by": read.by,
        "officer": read.officer,
        "source": said.source,
        "text": said.text,
        "characters": [said.start, said.end],
        "force": said.force.value,
        "quote": said.quote,
        "said_by": said.said_by,
        "party": said.party,
        "through": list(said.through),
        "said": _days(said.said),
        "about": _days(said.about),
        "places": [
            {
                "words": each.words,
                "may_be": list(each.may_be),
                "place": None if each.place is None else {**json.place(each.place), "radius_m": each.radius_m},
            }
            for each in said.places
        ],
        "numbers": [{"value": each.value, "unit": each.unit, "words": each.words} for each in said.numbers],
        "inserted": list(said.inserted),
        "draft": said.draft,
        "corrected": said.corrected,
        "supersedes": said.supersedes,
        "superseded_by": read.superseded_by,
        "withdrawn": json.time(read.withdrawn),
        "words": {"text": said.words, "language": said.language} if said.words else None,
    }


def _days(days: Iterable[DayTold]) -> list[given.DayTold]:
    return [{"words": each.words, "first": each.first, "last": each.last, "why": each.why} for each in days]
