"""The picture as a party had it at a time, as JSON values: docs/reference/api.md lists the fields.

Takes what policy disclosed and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from thalweg.model.declarations import Declaration
from thalweg.model.instants import Instant
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.asof.had import (
    AgreementHad,
    AsOf,
    ChannelHad,
    CommitmentHad,
    CrossingHad,
    DeclarationHad,
    EmergencyHad,
    FindingHad,
    IncidentHad,
    NoticeHad,
    NoticesHad,
    ParticipationHad,
    Times,
)
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import json
from thalweg.state.exchange import Fact

if TYPE_CHECKING:
    from thalweg.reports import given


def picture(disclosed: Disclosed[AsOf]) -> given.AsOf:
    """All of it."""
    read = disclosed.value
    counts = read.counts
    return {
        **head(read),
        "counts": {
            "declarations": counts.known,
            "own": counts.own,
            "valid": counts.valid,
            "findings": counts.findings,
            "notices": counts.notices,
            "outstanding": counts.outstanding,
        },
        "declarations": [_declaration(each) for each in read.declarations],
        "next": read.next,
        "findings": [_finding(each) for each in read.findings],
        "findings_next": read.findings_next,
        "crossings": [_crossing(each) for each in read.crossings],
        "channels": [_channel(each) for each in read.channels],
        "agreements": [_agreement(each) for each in read.agreements],
        "commitments": [_commitment(each) for each in read.commitments],
        "emergencies": [_emergency(each) for each in read.emergencies],
        "participation": [_participation(each) for each in read.participation],
        "incidents": [_incident(each) for each in read.incidents],
        "disclaimers": list(DISCLAIMERS),
    }


def notices(disclosed: Disclosed[NoticesHad]) -> given.AsOfNotices:
    """A page of the notices that had reached the party; `next` is what to ask after for the following ones."""
    read = disclosed.value
    return {
        "party": read.party,
        "known": str(read.known),
        "notices": [_notice(each) for each in read.notices],
        "next": read.notices[-1].notice.n if read.notices else None,
        "more": read.more,
        "disclaimers": list(DISCLAIMERS),
    }


def times(disclosed: Disclosed[Times]) -> given.AsOfTimes:
    """What a time bar draws."""
    read = disclosed.value
    return {
        "party": read.party,
        "known": str(read.known_at),
        "from": str(read.since),
        "until": str(Instant(read.since.epoch_s + read.step_s * len(read.valid))),
        "step_s": read.step_s,
        "valid": list(read.valid),
        "known_counts": list(read.known),
    }


def _crossing(had: CrossingHad) -> given.AsOfCrossing:
    return {
        "line": had.line,
        "at": str(had.at),
        "who": had.who,
        "by": had.by,
        "medium": had.medium,
        "position": None if had.position is None else json.place(had.position),
        "to_side": had.to_side,
        "told": str(had.told),
        "reached": str(had.reached),
        "notice": had.notice,
    }


def _channel(had: ChannelHad) -> given.AsOfChannel:
    return {
        "id": had.channel,
        "name": had.name,
        "room": had.room,
        "opened_by": had.opened_by,
        "invited": list(had.invited),
        "joined": [{"party": party, "told": str(told)} for party, told in had.joined],
        "lines": [
            {"party": line.party, "state": line.state.value, "since": json.time(line.since)} for line in had.lines
        ],
    }


def _agreement(had: AgreementHad) -> given.Agreement:
    return {
        "id": had.event,
        "matter": had.matter.value,
        "by": had.by,
        "to": list(had.to),
        "state": had.state.value,
        "at": str(had.at),
        "expires": json.time(had.expires),
        "answers": [{"by": by, "answer": answer.value, "at": str(at)} for by, answer, at in had.answers],
        "words": had.words,
        "declaration": None if had.changed is None else _plain(had.changed),
    }


def _commitment(had: CommitmentHad) -> given.AsOfCommitment:
    return {
        "id": had.event,
        "by": had.by,
        "about": had.about,
        "action": had.action,
        "due": str(had.due),
        "at": str(had.at),
        "outcome": had.outcome or None,
        "lapsed": had.lapsed,
    }


def _emergency(had: EmergencyHad) -> given.AsOfEmergency:
    return {
        "id": had.event,
        "by": had.by,
        "at": str(had.at),
        "text": had.text,
        "place": None if had.place is None else json.place(had.place),
        "radius_m": had.radius_m,
        "repeated": had.repeated,
        "open": had.open,
    }


def _participation(had: ParticipationHad) -> given.AsOfParticipation:
    return {
        "party": had.party,
        "by": had.by,
        "status": had.status,
        "since": str(had.since),
        "told": str(had.told),
    }


def _incident(had: IncidentHad) -> given.AsOfIncident:
    return {
        "reference": had.reference,
        "title": had.title,
        "by": had.by,
        "at": str(had.at),
        "withdrawn": json.time(had.withdrawn),
        "said": [
            {
                "what": each.what,
                "by": each.by,
                "at": str(each.at),
                "reached": str(each.reached),
                "notice": each.notice,
                "statement": each.statement,
                "text": each.text,
                "language": each.language,
                "grade": each.grade,
                "to": each.to,
                "due": json.time(each.due),
                "answered": json.time(each.answered),
            }
            for each in had.said
        ],
    }


def head(read: AsOf) -> given.AsOfHead:
    """Whose picture it is, and of when."""
    return {
        "party": read.party,
        "known": str(read.known),
        "valid": _valid(read.valid),
        "exercise": read.exercise,
    }


def _declaration(had: DeclarationHad) -> given.AsOfDeclaration:
    shown = json.declaration_facts(had.version, had.declaration, had.marks)
    if had.kind is None:
        shown["kind"], shown["zone"] = None, ""
    since, until = min(each[0] for each in had.spans), max(each[1] for each in had.spans)
    return {
        "subject": had.subject,
        "version": had.version,
        "of": had.of,
        "own": had.own,
        "level": had.level.value,
        "kind": None if had.kind is None else had.kind.value,
        "state": had.stood.value,
        "over": json.time(had.over),
        "valid": {"from": _bound(since), "until": _bound(until)},
        "at": str(had.at),
        "reached": str(had.reached),
        "notice": had.notice,
        "statement": had.statement,
        "late": had.late,
        "marks": list(had.marks),
        "not_cited": [{"notice": each.notice, "shown": str(each.at)} for each in had.not_cited],
        "answers": [
            {
                "by": each.by,
                "what": each.what.value,
                **dict(each.facts),
                "at": str(each.at),
                "reached": str(each.reached),
                "notice": each.notice,
            }
            for each in had.became
        ],
        "declaration": shown,
    }


def _finding(had: FindingHad) -> given.AsOfFinding:
    return {
        **json.finding_facts(had.finding),
        "of": had.of,
        "notice": had.notice,
        "told": str(had.told),
        "reached": str(had.reached),
    }


def _notice(had: NoticeHad) -> given.AsOfNotice:
    said = had.notice
    return {
        "id": said.id,
        "n": said.n,
        "index": had.index,
        "what": said.what.value,
        "at": str(said.at),
        "reached": str(had.reached),
        "reached_by": had.by,
        "of": said.of,
        "subject": said.subject,
        "version": said.version,
        "level": said.level.value,
        "severity": said.severity,
        "owed": said.owed,
        "outstanding": had.outstanding,
        "due": json.time(said.due),
        "answers": said.answers,
        "findings": len(said.findings),
        "talk_to": list(said.talk_to),
        "facts": dict(said.facts),
        "words": {"text": said.words, "language": said.language} if said.words else None,
        "delivered": _facts(had.delivered),
        "responses": _facts(had.responses),
        "read_back": _facts(had.read_back),
        "disseminated": _facts(had.disseminated),
        "relayed": _facts(had.relayed),
    }


# --- values ---


def _plain(declaration: Declaration) -> given.DeclarationFacts:
    return json.declaration_facts(declaration.version_id, declaration, ())


def _facts(facts: Iterable[Fact]) -> list[given.Fact]:
    return [{"officer": each.officer, "at": str(each.at), "index": each.index, "what": each.what} for each in facts]


def _valid(valid: Valid) -> given.Bounds:
    return {"from": json.time(valid.since), "until": json.time(valid.until)}


def _bound(epoch_s: float) -> str | None:
    return str(Instant(epoch_s)) if Instant.possible(epoch_s) else None
