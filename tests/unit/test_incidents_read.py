"""What a party reads of incidents: all that was said in those it has, and nothing of the others (R41, R42, R44; D7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.desk_world import START, Room, circle
from tests.unit.test_incidents import HOUR, KHUSHAM, REPORT, SEEN, reported, room, say, told
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentShared,
    IncidentWithdrawn,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Kind
from thalweg.model.events import Acknowledged, Bearer, Committed, Delivered, NoticeKind, Response
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.incident_reads import IncidentRead, Wanted
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.cases import InCase

RAQQA = Position(39.01, 35.95)


def reads(desk: Room) -> Mailboxes:
    return Mailboxes(desk.desk.world, desk.desk.policy)


def one(desk: Room, party: str, reference: str) -> IncidentRead:
    read = reads(desk).incident(party, reference, desk.now)
    assert read is not None
    return read.value


def found(desk: Room, party: str, wanted: Wanted) -> list[str]:
    return [each.title for each in reads(desk).incidents(party, wanted).value.lines]


def test_both_sides_read_the_same_of_an_incident_and_who_received_what() -> None:
    """R41: accounts by party, the superseded ones too."""
    desk = room()
    incident = reported(desk)
    name = incident.reference
    first = say(desk, AccountGiven("bravo", name, "None of ours fired.", "en"))
    say(desk, AccountGiven("bravo", name, "إحدى وحداتنا ردّت.", "ar", supersedes=first))
    request = say(desk, ExplanationAsked("alpha", name, "bravo", "Which unit?", Instant(START.epoch_s + HOUR)))
    say(desk, RiskAssessed("alpha", name, Risk.B))
    say(desk, RiskAssessed("alpha", name, Risk.D))
    say(desk, Committed("bravo", name, "We ask.", Instant(START.epoch_s + HOUR)))
    notice = told(desk, "alpha", NoticeKind.ACCOUNT)[0].id
    desk.say("alpha", Delivered("alpha", (notice,), Bearer.STREAM))
    desk.say("alpha", Acknowledged("alpha", notice, Response.RECEIVED))
    desk.later(2 * HOUR)
    say(desk, ExplanationGiven("bravo", request, "The third."))
    say(desk, IncidentWithdrawn("alpha", name))
    alpha, bravo = one(desk, "alpha", name), one(desk, "bravo", name)
    bare = [[replace(each, notice="", received=(), told=START) for each in read.items] for read in (alpha, bravo)]
    assert bare[0] == bare[1]
    assert [each.text for each in alpha.accounts["bravo"]] == ["None of ours fired.", "إحدى وحداتنا ردّت."]
    assert [each.superseded_by for each in alpha.accounts["bravo"]] == [alpha.accounts["bravo"][1].event, ""]
    assert alpha.accounts["alpha"][0].text == REPORT.text
    risks = alpha.said(InCase.RISK)
    assert (risks[0].superseded_by, risks[1].supersedes) == (risks[1].event, risks[0].event)
    (asked,) = alpha.requests
    assert (asked.reminded, asked.unanswered, asked.late, asked.notice) == (True, False, True, "")
    assert bravo.requests[0].notice == told(desk, "bravo", NoticeKind.EXPLANATION_REQUEST)[0].id
    assert alpha.withdrawn == desk.now
    (received,) = bravo.said(InCase.ACCOUNT)[0].received
    assert (received.to, len(received.delivered), len(received.responses)) == ("alpha", 1, 1)
    assert not alpha.said(InCase.ACCOUNT)[0].received, "what became of it is its author's to know"
    assert [(each.party, each.event) for each in alpha.held] == [("alpha", incident.event), ("bravo", incident.event)]


def test_nobody_else_reads_it_the_alleged_included() -> None:
    desk = room()
    incident = reported(desk)
    assert reads(desk).incident("charlie", incident.reference, desk.now) is None
    assert not found(desk, "charlie", Wanted())
    say(desk, IncidentShared("alpha", incident.reference, ("charlie",)))
    assert found(desk, "charlie", Wanted()) == [REPORT.title]
    assert one(desk, "charlie", incident.reference).items[0].text == REPORT.text


@pytest.mark.parametrize("late", [False, True])
def test_evidence_that_is_withheld_has_neither_name_nor_entry(late: bool) -> None:
    desk = room()
    desk.declare("alpha", circle("S-1", "alpha", kind=Kind.STATIC_SITE))
    incident = reported(desk)
    name = incident.reference
    say(desk, EvidenceLaid("alpha", name, Evidence.SOURCE, "5e" * 32, "A report."))
    if late:
        say(desk, EvidenceLaid("alpha", name, Evidence.DECLARATION, "S-1", "The hospital."))
        say(desk, IncidentShared("alpha", name, ("charlie",)))
    else:
        say(desk, IncidentShared("alpha", name, ("charlie",)))
        say(desk, EvidenceLaid("alpha", name, Evidence.DECLARATION, "S-1", "The hospital."))
    source, hidden = one(desk, "charlie", name).said(InCase.EVIDENCE)
    assert (source.name, source.withheld, source.text) == ("5e" * 32, False, "A report.")
    assert (hidden.name, hidden.withheld, hidden.text, hidden.event) == ("", True, "The hospital.", "")
    own = one(desk, "alpha", name).said(InCase.EVIDENCE)[1]
    assert (own.name, own.withheld) == ("S-1", False)
    assert [each.to for each in own.received] == (["bravo"] if late else ["bravo", "charlie"])


def test_a_search_is_of_words_times_places_and_parties_whoever_said_them() -> None:
    desk = room()
    when = Instant(START.epoch_s - 30 * 24 * HOUR)
    reported(desk)
    other = replace(
        REPORT,
        title="Boats at Raqqa",
        text="Two boats, shot at. Дождь.",
        particulars=Particulars(when, when, RAQQA, 100, "by the bridge"),
    )
    second = reported(desk, other)
    third = reported(desk, replace(other, title="Nobody knows where", particulars=Particulars(when, when), to=()))
    say(desk, AccountGiven("bravo", second.reference, "كان ذلك قرب الجسر القديم.", "ar", Particulars(where="Raqqa")))
    cases: tuple[tuple[Wanted, set[str]], ...] = (
        (Wanted("khush"), {REPORT.title}),
        (Wanted("RAQQA boats"), {other.title}),
        (Wanted("дождь"), {other.title, "Nobody knows where"}),
        (Wanted("الجسر القديم"), {other.title}),
        (Wanted("ردم"), set()),
        (Wanted(second.reference.upper()), {other.title}),
        (Wanted(since=Instant(START.epoch_s - 24 * HOUR)), {REPORT.title}),
        (Wanted(until=when), {other.title, "Nobody knows where"}),
        (Wanted(since=when, until=when), {other.title, "Nobody knows where"}),
        (Wanted(near=KHUSHAM, within_m=10_000), {REPORT.title}),
        (Wanted(near=RAQQA, within_m=0), {other.title}),
        (Wanted(party="charlie"), {REPORT.title}),  # said to have had a part in it
        (Wanted(party="bravo"), {REPORT.title, other.title}),
        (Wanted(withdrawn=True), set()),
        (Wanted("boats", near=KHUSHAM, within_m=10_000), set()),
    )
    for wanted, titles in cases:
        assert set(found(desk, "alpha", wanted)) == titles, wanted
    say(desk, IncidentWithdrawn("alpha", third.reference))
    assert found(desk, "alpha", Wanted(withdrawn=True)) == ["Nobody knows where"]
    say(desk, ExplanationAsked("alpha", second.reference, "bravo", "Why?", Instant(START.epoch_s + HOUR)))
    assert found(desk, "bravo", Wanted(owed=True)) == [other.title]
    assert found(desk, "bravo", Wanted(owed=False)) == [REPORT.title]
    # What was added later is found by as well.
    say(desk, AccountGiven("bravo", second.reference, "It was foggy.", "en", replace(SEEN, place=None, radius_m=0)))
    assert set(found(desk, "alpha", Wanted("fog"))) == {other.title}
    assert set(found(desk, "alpha", Wanted(since=Instant(START.epoch_s - 24 * HOUR)))) == {REPORT.title, other.title}


def test_a_list_is_read_page_by_page_and_says_what_stands() -> None:
    desk = room()
    names = [reported(desk, replace(REPORT, title=f"No. {number}")).reference for number in range(7)]
    say(desk, CauseAssessed("bravo", names[6], Grade.NOT_DETERMINED, "Nobody can tell."))
    say(desk, RiskAssessed("bravo", names[6], Risk.C))
    say(desk, RiskAssessed("bravo", names[6], Risk.D))
    seen: list[str] = []
    before = None
    while True:
        page = reads(desk).incidents("bravo", before=before, most=3).value
        assert page.total == 7
        seen += [each.reference for each in page.lines]
        if not seen[3:]:
            line = page.lines[0]
            assert line.grades == (("bravo", InCase.CAUSE, "not_determined"), ("bravo", InCase.RISK, "D"))
            reported(desk, replace(REPORT, to=()))  # bravo does not have it, and the pages do not move
        before = page.next
        if before is None:
            break
    assert seen == list(reversed(names))


def test_an_incident_of_many_statements_is_read_in_one_walk_over_what_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fills an incident with accounts makes reading it longer by these, and not by their square."""
    desk = room()
    name = reported(desk).reference
    for number in range(20):
        say(desk, AccountGiven("alpha", name, f"Account {number}.", "en"))
    exchange, walks = desk.desk.world.exchange, []
    walk = exchange.told_of

    def counted(party: str, subject: str) -> Sequence[str]:
        walks.append(party)
        return walk(party, subject)

    monkeypatch.setattr(exchange, "told_of", counted)
    read = one(desk, "alpha", name)
    assert all(each.received for each in read.items if each.what is InCase.ACCOUNT)
    assert len(walks) <= 2 * len(read.held)
