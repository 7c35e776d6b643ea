"""What the interface gives a party, as JSON values: docs/reference/api.md lists the fields.

Takes disclosed readings and nothing else. Degrees, metres and seconds as numbers, instants as ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, cast

import orjson
from orjson import Fragment

from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Notice, Taken, Term
from thalweg.model.findings import Finding, Suggestions
from thalweg.model.words import ALWAYS_TOLD, DISCLAIMERS
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import (
    AgreementRead,
    ChannelRead,
    Copy,
    DeclarationPage,
    DeclarationRead,
    FindingRead,
    NoticeRead,
    Page,
    PartyRead,
    SaidRead,
    StatementRead,
    place_of,
    written_place,
)
from thalweg.reports import json
from thalweg.state.exchange import Commitment, Emergency, Fact

if TYPE_CHECKING:
    from thalweg.reports import given


def page(disclosed: Disclosed[Page]) -> given.Notices:
    """A page of notices; `next` is what to ask after for the following ones."""
    notices = disclosed.value.notices
    return {
        "notices": [_notice(each) for each in notices],
        "next": notices[-1].notice.n if notices else None,
        "more": disclosed.value.more,
        "disclaimers": list(DISCLAIMERS),
    }


def each_spelled(disclosed: Disclosed[Page]) -> list[bytes]:
    """The notices of a page one by one as JSON in UTF-8; their numbers follow each other without a gap."""
    return list(map(_spelled, disclosed.value.notices))


def notice(disclosed: Disclosed[NoticeRead]) -> given.Notice:
    """One notice with what became of it."""
    return _notice(disclosed.value)


def inbox(
    disclosed: Disclosed[tuple[NoticeRead, ...]], owed: Disclosed[tuple[int, str]], *, whole: bool
) -> given.Inbox:
    """What is owed, most pressing first, and how much that is. `whole`: nothing follows."""
    read = disclosed.value
    return {
        "owed": [_notice(each) for each in read],
        "count": owed.value[0],
        "next": None if whole or not read else written_place(place_of(read[-1])),
        "disclaimers": list(DISCLAIMERS),
    }


def declarations(disclosed: Disclosed[DeclarationPage]) -> given.Declarations:
    """All that a party declared or was shown."""
    return {
        "declarations": [_declaration(each) for each in disclosed.value.declarations],
        "next": disclosed.value.next,
        "disclaimers": list(DISCLAIMERS),
    }


def declaration(disclosed: Disclosed[DeclarationRead]) -> given.Declaration:
    """One of them."""
    return _declaration(disclosed.value)


def findings(disclosed: Disclosed[tuple[FindingRead, ...]], count: Disclosed[int], *, whole: bool) -> given.Findings:
    """The findings that a party was told of and that stand, and how many they are. `whole`: nothing follows."""
    read = disclosed.value
    return {
        "findings": [
            {**json.finding_facts(each.finding), "notice": each.notice, "told": str(each.told), "cite": each.cite}
            for each in read
        ],
        "count": count.value,
        "next": None if whole or not read else read[-1].place.cursor,
        "disclaimers": list(DISCLAIMERS),
    }


def statement(disclosed: Disclosed[StatementRead]) -> given.Statement:
    """The desk's answer to a statement."""
    return _statement(disclosed.value, [_notice(each) for each in disclosed.value.notices])


def statement_spelled(disclosed: Disclosed[StatementRead]) -> bytes:
    """`statement` as JSON in UTF-8."""
    # A fragment is the value that it is spelled from.
    notices = [cast("given.Notice", Fragment(_spelled(each))) for each in disclosed.value.notices]
    return spelled(_statement(disclosed.value, notices))


def spelled(value: object) -> bytes:
    """JSON in UTF-8, without spaces."""
    return orjson.dumps(value)


def _statement(read: StatementRead, notices: list[given.Notice]) -> given.Statement:
    answer = read.answer
    value: given.Statement = {
        "statement": read.event,
        "index": read.index,
        "said_at": str(read.said_at),
        "received": str(answer.received),
        "clock_off_s": read.clock_off_s,
        "taken": isinstance(answer, Taken),
        "notices": notices,
        "talk_to": list(read.talk_to),
        "rules": read.rules,
    }
    if isinstance(answer, Taken):
        return {
            **value,
            "lead_s": answer.lead_s,
            "needed_s": answer.needed_s,
            "late": answer.late,
            "not_cited": [{"notice": each.notice, "shown": str(each.at)} for each in answer.not_cited],
            "differs": list(answer.mismatch),
        }
    return {**value, "code": answer.code, "sentence": answer.sentence, "lacking": list(answer.lacking)}


def channels(disclosed: Disclosed[tuple[ChannelRead, ...]]) -> given.Channels:
    """Channels, as each side sees the line."""
    return {
        "channels": [
            {
                "id": each.channel,
                "name": each.name,
                "room": each.room,
                "opened_by": each.opened_by,
                "invited": list(each.invited),
                "joined": list(each.joined),
                "line_check_s": each.line_check_s,
                "lines": [
                    {"party": line.party, "state": line.state.value, "since": json.time(line.since)}
                    for line in each.lines
                ],
                "terms": [_term(by, to, term) for by, to, term in each.terms],
                "line_checks": [{"event": event, "by": by} for event, by in each.checks],
            }
            for each in disclosed.value
        ],
        "always_told": ALWAYS_TOLD,
    }


def channel_log(disclosed: Disclosed[tuple[SaidRead, ...]]) -> given.ChannelLog:
    """What was said on a channel."""
    return {
        "said": [
            {
                "event": each.event,
                "index": each.index,
                "by": each.by,
                "officer": each.officer,
                "at": str(each.at),
                "decision": each.decision,
                "text": each.text,
                "language": each.language,
                "about": each.about,
            }
            for each in disclosed.value
        ]
    }


def parties(disclosed: Disclosed[tuple[PartyRead, ...]]) -> given.Parties:
    """The members of the theatre, and what each stated of itself and the others."""
    return {
        "parties": [
            {
                "id": each.party,
                "name": each.name,
                "member_of": each.member_of,
                "state": each.state,
                "contact": each.contact,
                "participation": [
                    {"by": by, "status": status.value, "since": str(since)} for by, status, since in each.stated
                ],
            }
            for each in disclosed.value
        ]
    }


def agreements(disclosed: Disclosed[tuple[AgreementRead, ...]]) -> given.Agreements:
    """Proposals and what became of them."""
    return {
        "agreements": [
            {
                "id": read.agreement.event,
                "matter": read.agreement.matter.value,
                "by": read.agreement.by,
                "to": list(read.agreement.to),
                "state": read.agreement.state.value,
                "at": str(read.agreement.at),
                "expires": json.time(read.agreement.expires),
                "answers": [
                    {"by": by, "answer": answer.value, "at": str(at)}
                    for by, (answer, at) in sorted(read.agreement.answers.items())
                ],
                "declaration": None if read.changed is None else _plain(read.changed),
                "words": read.words,
            }
            for read in disclosed.value
        ]
    }


def commitments(disclosed: Disclosed[tuple[Commitment, ...]]) -> given.Commitments:
    """Promises and their outcomes."""
    return {
        "commitments": [
            {
                "id": each.event,
                "by": each.by,
                "about": each.about,
                "at": str(each.at),
                "due": str(each.due),
                "outcome": None if each.outcome is None else each.outcome.value,
                "lapsed": each.lapsed,
            }
            for each in disclosed.value
        ]
    }


def emergencies(disclosed: Disclosed[tuple[Emergency, ...]]) -> given.Emergencies:
    """Emergencies, open ones and those that are over."""
    return {
        "emergencies": [
            {
                "id": each.event,
                "by": each.by,
                "at": str(each.at),
                "open": each.open,
                "repeated": each.repeated,
                "commitments": list(each.commitments),
            }
            for each in disclosed.value
        ]
    }


def preview(disclosed: Disclosed[tuple[tuple[Finding, ...], Suggestions | None]]) -> given.Preview:
    """What a declaration would meet among what its author was shown, and ways out of that."""
    found, suggestions = disclosed.value
    return {
        "findings": [json.finding_facts(each) for each in found],
        "fixes": [] if suggestions is None else [json.fix_facts(fix) for fix in suggestions.fixes],
        "searched": "" if suggestions is None else suggestions.searched,
        "sentence": "Compared with what you declared and were shown, and with nothing else. That nothing is found here"
        " does not show that there is nothing.",
        "disclaimers": list(DISCLAIMERS),
    }


# A notice is told to whoever spoke, and on the stream of its party to everyone who listens: written down once for as
# long as nothing becomes of it.
_WRITTEN: Final = 512
_written: Final[dict[str, tuple[tuple[object, ...], bytes]]] = {}


def _spelled(read: NoticeRead) -> bytes:
    facts = (read.delivered, read.responses, read.read_back, read.disseminated, read.relayed)
    became = (read.step, read.outstanding, read.exercise, *facts)
    known = _written.get(read.event)
    if known is not None and known[0] == became:
        return known[1]
    if len(_written) >= _WRITTEN:
        _written.clear()
    data = spelled(_notice(read, _finding_fragment))
    _written[read.event] = (became, data)
    return data


def _finding_fragment(finding: Finding) -> given.Finding:
    return cast("given.Finding", Fragment(json.finding_spelled(finding)))  # the value that it is spelled from


def _notice(read: NoticeRead, finding: Callable[[Finding], given.Finding] = json.finding_facts) -> given.Notice:
    said = read.notice
    return {
        "id": read.id,
        "n": said.n,
        "to": said.to,
        "index": read.index,
        "event": read.event,
        "what": said.what.value,
        "at": str(said.at),
        "level": said.level.value,
        "of": said.of,
        "subject": said.subject,
        "version": said.version,
        "statement": said.statement,
        "kind": None if read.kind is None else read.kind.value,
        "declaration": _shown(said, read.declaration, read.kind),
        "findings": list(map(finding, said.findings)),
        "answers": said.answers,
        "severity": said.severity,
        "owed": said.owed,
        "outstanding": read.outstanding,
        "due": json.time(said.due),
        "step": read.step,
        "talk_to": list(said.talk_to),
        "facts": dict(said.facts),
        "words": {"text": said.words, "language": said.language} if said.words else None,
        "place": None if said.place is None else json.place(said.place),
        "bell": said.bell,
        "part": said.part,
        "exercise": read.exercise,
        "delivered": _facts(read.delivered),
        "responses": _facts(read.responses),
        "read_back": _facts(read.read_back),
        "disseminated": _facts(read.disseminated),
        "relayed": _facts(read.relayed),
    }


def _shown(said: Notice, shown: Declaration | None, kind: Kind | None) -> given.DeclarationFacts | None:
    if shown is None:
        return None
    value = _plain(shown, said.version)
    if kind is None:
        # It is there because every declaration has one, and says nothing.
        value["kind"] = None
        value["zone"] = ""
    return value


def _declaration(read: DeclarationRead) -> given.Declaration:
    shown = None
    if read.declaration is not None:
        shown = json.declaration_facts(read.version, read.declaration, read.marks)
        if read.kind is None:
            shown["kind"], shown["zone"] = None, ""
    outcome, by, method = read.verification
    return {
        "subject": read.subject,
        "version": read.version,
        "of": read.of,
        "level": read.level.value,
        "kind": None if read.kind is None else read.kind.value,
        "state": read.shown.value,
        "statement": read.statement,
        "notice": read.notice,
        "late": read.late,
        "at": str(read.received),
        "marks": list(read.marks),
        "consented": read.consented,
        "verification": {"outcome": outcome, "by": by, "method": method} if outcome else None,
        "declaration": shown,
        "copies": [_copy(each) for each in read.copies],
    }


def _copy(copy: Copy) -> given.Copy:
    return {
        "to": copy.to,
        "level": copy.level.value,
        "held": copy.held.value,
        "notice": copy.notice,
        "sent": str(copy.sent),
        "delivered": _facts(copy.delivered),
        "responses": _facts(copy.responses),
        "read_back": _facts(copy.read_back),
        "disseminated": _facts(copy.disseminated),
        "relayed": _facts(copy.relayed),
        "outstanding": copy.outstanding,
    }


def _plain(declaration: Declaration, version: str = "") -> given.DeclarationFacts:
    return json.declaration_facts(version or declaration.version_id, declaration, ())


def _facts(facts: Iterable[Fact]) -> list[given.Fact]:
    return [{"officer": each.officer, "at": str(each.at), "index": each.index, "what": each.what} for each in facts]


def _term(by: str, to: str, term: Term) -> given.TermTold:
    return {"by": by, "to": to, "kind": term.kind, "level": term.level.value, "delay_s": term.delay_s}
