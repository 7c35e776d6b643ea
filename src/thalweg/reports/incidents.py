"""Incidents as the interface gives them (docs/reference/api.md): disclosed readings, as JSON values.

Metres and degrees as numbers, instants as ISO 8601 in UTC, words as they were said, in their language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.model.cases import Named, Particulars
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.incident_reads import (
    IncidentLine,
    IncidentPage,
    IncidentRead,
    ItemRead,
    Received,
    RequestRead,
)
from thalweg.reports import json
from thalweg.state.exchange import Fact

if TYPE_CHECKING:
    from thalweg.reports import given

OPEN = "Open to what comes later. Nothing here decides between the sides, and nothing here changes an alert."


def page(disclosed: Disclosed[IncidentPage]) -> given.Incidents:
    """Some of the incidents found; `next` is what to ask before for the following ones."""
    found = disclosed.value
    return {
        "incidents": [_line(each) for each in found.lines],
        "total": found.total,
        "next": found.next,
        "disclaimers": list(DISCLAIMERS),
    }


def one(disclosed: Disclosed[IncidentRead]) -> given.Incident:
    """One incident with everything said in it, in order, and each side's accounts by the events of them."""
    read = disclosed.value
    return {
        "reference": read.reference,
        "statement": read.event,
        "index": read.index,
        "title": read.title,
        "by": read.by,
        "at": str(read.at),
        **particulars(read.particulars),
        "withdrawn": json.time(read.withdrawn),
        "has_it": [{"party": each.party, "since": str(each.since), "statement": each.event} for each in read.held],
        "accounts": {party: [each.event for each in accounts] for party, accounts in read.accounts.items()},
        "said": [_item(each) for each in read.items],
        "requests": [_request(each) for each in read.requests],
        "status": OPEN,
        "disclaimers": list(DISCLAIMERS),
    }


def particulars(told: Particulars) -> given.Particulars:
    """When, where, whom it befell and who is said to have caused it; null where nothing was said."""
    return {
        "earliest": json.time(told.earliest),
        "latest": json.time(told.latest),
        "place": None if told.place is None else {**json.place(told.place), "radius_m": told.radius_m},
        "where": told.where,
        "affected": _named(told.affected),
        "alleged": _named(told.alleged),
    }


def _named(named: Named) -> given.Named:
    return {"parties": list(named.parties), "others": list(named.others), "joined": named.joined.value}


def _line(line: IncidentLine) -> given.IncidentLine:
    return {
        "reference": line.reference,
        "title": line.title,
        "by": line.by,
        "at": str(line.at),
        **particulars(line.particulars),
        "withdrawn": json.time(line.withdrawn),
        "sides": list(line.sides),
        "accounts": line.accounts,
        "open_requests": line.open_requests,
        "owed": line.owed,
        "grades": [{"by": by, "what": what.value, "grade": grade} for by, what, grade in line.grades],
        "newest": str(line.newest),
    }


def _item(item: ItemRead) -> given.IncidentItem:
    told = particulars(item.particulars)
    return {
        "what": item.what.value,
        "statement": item.event,
        "index": item.index,
        "by": item.by,
        "officer": item.officer,
        "at": str(item.at),
        "said_at": str(item.said_at),
        "told": str(item.told),
        "notice": item.notice,
        "words": {"text": item.text, "language": item.language} if item.text else None,
        "about": item.about,
        "to": list(item.to),
        "due": json.time(item.due),
        "grade": item.grade,
        **told,
        "supersedes": item.supersedes,
        "superseded_by": item.superseded_by,
        "evidence": None if item.evidence is None else item.evidence.value,
        "name": item.name,
        "withheld": item.withheld,
        "received": [_received(each) for each in item.received],
    }


def _request(request: RequestRead) -> given.IncidentRequest:
    return {
        "statement": request.event,
        "by": request.by,
        "to": request.to,
        "at": str(request.at),
        "due": str(request.due),
        "question": {"text": request.question, "language": request.language},
        "reminded": request.reminded,
        "unanswered": request.unanswered,
        "answered": json.time(request.answered),
        "late": request.late,
        "answers": list(request.answers),
        "notice": request.notice,
    }


def _received(received: Received) -> given.ReceivedTold:
    return {
        "to": received.to,
        "notice": received.notice,
        "sent": str(received.sent),
        "delivered": [_fact(each) for each in received.delivered],
        "responses": [_fact(each) for each in received.responses],
        "outstanding": received.outstanding,
    }


def _fact(fact: Fact) -> given.Fact:
    return {"officer": fact.officer, "at": str(fact.at), "index": fact.index, "what": fact.what}
