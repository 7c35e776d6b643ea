"""Incidents: reported, told two ways, asked about, assessed, and never closed (R41, R42, R44)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import START, Room, circle, refused
from thalweg.model.cases import (
    AccountGiven,
    Case,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Kind
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Committed,
    MessageSent,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    Response,
    Said,
    Taken,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.state.cases import DUE, REMINDED, InCase, Incident

HOUR = 3600.0
KHUSHAM = Position(40.21, 35.395)
SEEN = Particulars(
    Instant(START.epoch_s - 2 * HOUR),
    Instant(START.epoch_s - HOUR),
    KHUSHAM,
    1500,
    "near Khusham",
    Named(("alpha",), ("a bridge", "eleven people"), Joined.AND),
    Named(("bravo", "charlie"), ("somebody else",), Joined.OR),
)
REPORT = IncidentReported("alpha", "Fire near Khusham", SEEN, ("bravo",), "Fire from the east for twenty minutes.")


def room() -> Room:
    return Room(("alpha", "bravo", "charlie", "delta"))


def taken(answer: object) -> str:
    """The event of a statement that was taken."""
    assert isinstance(answer, Taken), answer
    return answer.statement


def say(desk: Room, said: Said) -> str:
    assert not isinstance(said, Taken)
    return taken(desk.say(said.by, said))  # type: ignore[union-attr]  # all of them name a party


def told(desk: Room, party: str, *kinds: NoticeKind) -> list[Notice]:
    return [each for each in desk.notices(party) if not kinds or each.what in kinds]


def reported(desk: Room, said: IncidentReported = REPORT) -> Incident:
    event = say(desk, said)
    incident = desk.desk.world.cases.incident_of(event)
    assert incident is not None
    return incident


def test_the_reporter_is_given_a_reference_and_those_named_are_told() -> None:
    """R41."""
    desk = room()
    incident = reported(desk)
    (own,) = told(desk, "alpha", NoticeKind.INCIDENT)
    assert own.subject == incident.reference
    assert own.subject.startswith("i-")
    assert len(own.subject) == 12
    assert not own.owed
    (notice,) = told(desk, "bravo", NoticeKind.INCIDENT)
    assert (notice.subject, notice.of, notice.owed, notice.statement) == (own.subject, "alpha", True, incident.event)
    assert notice.words == REPORT.text
    assert notice.place == KHUSHAM
    # Charlie is said to have had a part in it, and nobody has told charlie.
    assert all(each.subject != own.subject for each in told(desk, "charlie"))
    assert incident.particulars.alleged == Named(("bravo", "charlie"), ("somebody else",), Joined.OR)
    desk.say("bravo", Acknowledged("bravo", notice.id, Response.RECEIVED))
    assert told(desk, "alpha", NoticeKind.ACKNOWLEDGED)[-1].subject == own.subject


def test_each_side_has_its_own_account_and_what_is_superseded_stays() -> None:
    """R41: accounts per party, never merged, superseded and never overwritten."""
    desk = room()
    incident = reported(desk)
    name = incident.reference
    first = say(desk, AccountGiven("bravo", name, "None of ours fired.", "en"))
    second = say(desk, AccountGiven("bravo", name, "One of ours fired back.", "en", supersedes=first))
    third = say(desk, AccountGiven("alpha", name, "Forty minutes, not twenty.", "en", supersedes=incident.event))
    assert [(each.by, each.what, each.superseded_by) for each in incident.items] == [
        ("alpha", InCase.REPORT, third),
        ("bravo", InCase.ACCOUNT, second),
        ("bravo", InCase.ACCOUNT, ""),
        ("alpha", InCase.ACCOUNT, ""),
    ]
    accounts = told(desk, "alpha", NoticeKind.ACCOUNT)
    assert [each.words for each in accounts] == ["None of ours fired.", "One of ours fired back."]
    assert accounts[1].facts["supersedes"] == first
    for wrong in (
        AccountGiven("bravo", name, "Again.", supersedes=first),  # not the newest
        AccountGiven("bravo", name, "Yours.", supersedes=third),
        AccountGiven("bravo", name, "None.", supersedes="4f" * 32),
    ):
        assert refused(desk.say("bravo", wrong)) == "account-supersedes"


def test_whoever_gets_it_later_gets_all_that_was_said() -> None:
    desk = room()
    incident = reported(desk)
    name = incident.reference
    say(desk, AccountGiven("bravo", name, "None of ours fired."))
    say(desk, ExplanationAsked("alpha", name, "bravo", "Which unit?", Instant(START.epoch_s + HOUR)))
    say(desk, RiskAssessed("bravo", name, Risk.D))
    promised = say(desk, Committed("bravo", name, "We ask them.", Instant(START.epoch_s + HOUR)))
    say(desk, OutcomeStated("alpha", promised, Outcome.KEPT, "They did."))
    desk.later(60)
    say(desk, IncidentShared("alpha", name, ("charlie",)))
    got = [each for each in told(desk, "charlie") if each.subject == name]
    assert [each.what for each in got] == [
        NoticeKind.INCIDENT,
        NoticeKind.ACCOUNT,
        NoticeKind.EXPLANATION_REQUEST,
        NoticeKind.ASSESSMENT,
        NoticeKind.COMMITMENT,
        NoticeKind.OUTCOME,
        NoticeKind.INCIDENT,
    ]
    assert [each.statement for each in got] == [each.event for each in incident.items]
    assert [each.owed for each in got] == [True, False, False, False, False, False, False]
    assert got[1].facts["said"] == str(START)
    assert told(desk, "bravo", NoticeKind.INCIDENT)[-1].facts["with"] == "charlie"
    assert list(incident.held) == ["alpha", "bravo", "charlie"]
    say(desk, AccountGiven("charlie", name, "We heard it."))
    assert told(desk, "alpha")[-1].of == told(desk, "bravo")[-1].of == "charlie"
    assert refused(desk.say("alpha", IncidentShared("alpha", name, ("bravo", "charlie")))) == "incident-shared"


def test_only_the_reporter_shares_and_withdraws_and_nothing_is_closed_by_it() -> None:
    """R41: status always live."""
    desk = room()
    incident = reported(desk)
    name = incident.reference
    for wrong in (IncidentWithdrawn("bravo", name), IncidentShared("bravo", name, ("charlie",))):
        assert refused(desk.say("bravo", wrong)) == "incident-not-reporter"
    say(desk, IncidentWithdrawn("alpha", name, "It was thunder."))
    assert incident.withdrawn == START
    assert told(desk, "bravo")[-1].facts["what"] == "withdrawn"
    assert refused(desk.say("alpha", IncidentWithdrawn("alpha", name))) == "incident-withdrawn"
    say(desk, AccountGiven("bravo", name, "It was not thunder."))
    say(desk, IncidentShared("alpha", name, ("charlie",)))
    assert [each.facts.get("what") for each in told(desk, "charlie", NoticeKind.INCIDENT)][-3:] == [
        "reported",
        "withdrawn",
        "shared",
    ]


def test_whoever_does_not_have_it_is_told_that_there_is_none() -> None:
    desk = room()
    incident = reported(desk)
    request = say(
        desk, ExplanationAsked("alpha", incident.reference, "bravo", "Which unit?", Instant(START.epoch_s + HOUR))
    )
    promise = say(desk, Committed("bravo", incident.reference, "We ask.", Instant(START.epoch_s + HOUR)))
    for reference in (incident.reference, "i-aaaaaaaaaa"):
        wrong: tuple[Case, ...] = (
            AccountGiven("charlie", reference, "We saw it."),
            IncidentShared("charlie", reference, ("charlie",)),
            IncidentWithdrawn("charlie", reference),
            ExplanationAsked("charlie", reference, "bravo", "?", Instant(START.epoch_s + HOUR)),
            CauseAssessed("charlie", reference, Grade.PLAUSIBLE, "Theirs."),
            RiskAssessed("charlie", reference, Risk.A),
            EvidenceLaid("charlie", reference, Evidence.SOURCE, "5e" * 32),
        )
        assert {refused(desk.say("charlie", each)) for each in wrong} == {"incident-unknown"}
        assert refused(desk.say("charlie", Committed("charlie", reference, "We do.", Instant(START.epoch_s + 1)))) == (
            "notice-unknown"
        )
    for name in (request, "4f" * 32):
        assert refused(desk.say("charlie", ExplanationGiven("charlie", name, "Ours."))) == "explanation-unknown"
    for name in (promise, "4f" * 32):
        assert refused(desk.say("charlie", OutcomeStated("charlie", name, Outcome.KEPT))) == "commitment-unknown"


def test_a_request_is_owed_until_it_is_explained_reminded_of_once_and_then_on_record() -> None:
    """R42."""
    desk = room()
    incident = reported(desk)
    due = Instant(START.epoch_s + 30 * 24 * HOUR)
    event = say(desk, ExplanationAsked("alpha", incident.reference, "bravo", "Which unit?", due))
    request = desk.desk.world.cases.requests[event]
    asked = told(desk, "bravo", NoticeKind.EXPLANATION_REQUEST)[-1]
    assert (asked.owed, asked.due, asked.answers) == (True, due, event)
    owed = desk.desk.world.exchange.outstanding
    desk.say("bravo", Acknowledged("bravo", asked.id, Response.UNDERSTOOD))
    assert asked.id in {each.id for each in owed("bravo")}, "a receipt is no explanation"
    remind_s = desk.desk.world.membership.theatre.clock("remind")[0]
    desk.later(30 * 24 * HOUR - remind_s - 1)
    assert request.step == 0
    assert not told(desk, "bravo", NoticeKind.REMINDER)
    desk.later(2)
    assert request.step == REMINDED
    assert told(desk, "bravo", NoticeKind.REMINDER)[-1].answers == event
    desk.later(remind_s)
    assert request.step == DUE
    assert {party: told(desk, party, NoticeKind.LAPSED)[-1].severity for party in ("alpha", "bravo")} == {
        "alpha": "caution",
        "bravo": "caution",
    }
    desk.later(30 * 24 * HOUR)
    assert len(told(desk, "bravo", NoticeKind.REMINDER)) == 1
    assert len(told(desk, "alpha", NoticeKind.LAPSED)) == 1
    assert asked.id in {each.id for each in owed("bravo")}
    assert asked.id not in {each.answers for each in told(desk, "bravo", NoticeKind.ESCALATED)}, "it has its own clock"
    assert refused(desk.say("alpha", ExplanationGiven("alpha", event, "We know it."))) == "explanation-addressee"
    say(desk, ExplanationGiven("bravo", event, "The third."))
    assert request.late
    assert told(desk, "alpha", NoticeKind.EXPLANATION)[-1].facts["late"] == "1"
    assert asked.id not in {each.id for each in owed("bravo")}
    say(desk, ExplanationGiven("bravo", event, "And the fourth."))
    assert len(request.answers) == 2


def test_an_answer_in_time_ends_the_reminders() -> None:
    desk = room()
    incident = reported(desk)
    due = Instant(START.epoch_s + 2 * HOUR)
    event = say(desk, ExplanationAsked("alpha", incident.reference, "bravo", "Which unit?", due))
    desk.later(0.9 * HOUR)
    assert not told(desk, "bravo", NoticeKind.REMINDER)
    say(desk, ExplanationGiven("bravo", event, "The third."))
    desk.later(30 * HOUR)
    assert not told(desk, "bravo", NoticeKind.REMINDER)
    assert not told(desk, "alpha", NoticeKind.LAPSED)
    assert not desk.desk.world.cases.requests[event].late


def test_cause_and_risk_are_assessed_apart_and_d_is_an_answer() -> None:
    """R41, R44."""
    desk = room()
    incident = reported(desk)
    name = incident.reference
    first = say(desk, CauseAssessed("alpha", name, Grade.PLAUSIBLE, "Fired from the left bank."))
    say(desk, CauseAssessed("alpha", name, Grade.HIGHLY_PROBABLE, "As the first, and seen.", supersedes=first))
    say(desk, CauseAssessed("bravo", name, Grade.NOT_DETERMINED, "Nobody can tell."))
    say(desk, RiskAssessed("bravo", name, Risk.B))
    say(desk, RiskAssessed("bravo", name, Risk.D, "On second thoughts nobody can tell."))
    say(desk, RiskAssessed("alpha", name, Risk.A))
    standing = [(each.by, each.what, each.grade) for each in incident.items if each.grade and not each.superseded_by]
    assert standing == [
        ("alpha", InCase.CAUSE, "highly_probable"),
        ("bravo", InCase.CAUSE, "not_determined"),
        ("bravo", InCase.RISK, "D"),
        ("alpha", InCase.RISK, "A"),
    ]
    assert [each.facts["grade"] for each in told(desk, "alpha", NoticeKind.ASSESSMENT)] == ["not_determined", "B", "D"]
    assert refused(desk.say("bravo", CauseAssessed("bravo", name, Grade.PLAUSIBLE, "No.", supersedes=first))) == (
        "finding-supersedes"
    )


def test_a_promise_about_an_incident_is_for_all_that_have_it() -> None:
    desk = room()
    incident = reported(desk, replace(REPORT, to=("bravo", "charlie")))
    name = incident.reference
    event = say(desk, Committed("bravo", name, "We send the record.", Instant(START.epoch_s + HOUR)))
    assert told(desk, "charlie")[-1].what is NoticeKind.COMMITMENT
    assert told(desk, "charlie")[-1].subject == name
    desk.later(2 * HOUR)
    for party in ("alpha", "bravo", "charlie"):
        assert told(desk, party, NoticeKind.LAPSED)[-1].answers == event
    assert not told(desk, SECRETARIAT, NoticeKind.LAPSED), "it was not reported to the secretariat"
    say(desk, OutcomeStated("charlie", event, Outcome.BROKEN, "Nothing came."))
    assert [each.what for each in incident.items] == [InCase.REPORT, InCase.COMMITMENT, InCase.OUTCOME]


@pytest.mark.parametrize("level", [Level.FULL, Level.COARSE, Level.NOTHING])
def test_to_lay_a_declaration_beside_an_incident_discloses_nothing_of_it(level: Level) -> None:
    desk = Room(("alpha", "bravo", "charlie"))
    desk.channel("alpha", "bravo", level=level, name="ab")
    desk.declare("alpha", circle("S-1", "alpha", kind=Kind.STATIC_SITE))
    incident = reported(desk, replace(REPORT, to=("bravo", "charlie")))
    event = say(desk, EvidenceLaid("alpha", incident.reference, Evidence.DECLARATION, "S-1", "The hospital."))
    to_bravo, to_charlie = (told(desk, party, NoticeKind.EVIDENCE)[-1] for party in ("bravo", "charlie"))
    assert to_charlie.facts["withheld"] == "1"
    assert not to_charlie.statement
    assert "S-1" not in str(to_charlie)
    match level:
        case Level.FULL:
            assert (to_bravo.facts["name"], to_bravo.statement) == ("alpha/S-1", event)
        case Level.COARSE:
            assert to_bravo.facts["name"].startswith("x-")
            assert not to_bravo.statement
        case _:
            assert to_bravo.facts["withheld"] == "1"
    if level is Level.COARSE:
        # Bravo's opaque id is for bravo alone, and alpha knows its own.
        alias = to_bravo.facts["name"]
        say(desk, EvidenceLaid("bravo", incident.reference, Evidence.DECLARATION, alias))
        assert told(desk, "alpha", NoticeKind.EVIDENCE)[-1].facts["name"] == "alpha/S-1"
        assert not told(desk, "alpha", NoticeKind.EVIDENCE)[-1].statement
        assert told(desk, "charlie", NoticeKind.EVIDENCE)[-1].facts["withheld"] == "1"


def test_evidence_is_what_its_author_has() -> None:
    desk = room()
    desk.channel("alpha", "bravo", level=Level.FULL)
    incident = reported(desk, replace(REPORT, to=("bravo", "charlie")))
    name = incident.reference
    words = say(desk, MessageSent("bravo", "line", "Nobody of ours is there."))
    notice = told(desk, "alpha", NoticeKind.MESSAGE)[-1].id
    say(desk, EvidenceLaid("alpha", name, Evidence.STATEMENT, words))
    assert told(desk, "bravo", NoticeKind.EVIDENCE)[-1].facts["name"] == words
    assert told(desk, "charlie", NoticeKind.EVIDENCE)[-1].facts["withheld"] == "1"
    say(desk, EvidenceLaid("alpha", name, Evidence.NOTICE, notice))
    assert told(desk, "bravo", NoticeKind.EVIDENCE)[-1].facts["withheld"] == "1"
    say(desk, EvidenceLaid("charlie", name, Evidence.SOURCE, "5e" * 32))
    assert told(desk, "bravo", NoticeKind.EVIDENCE)[-1].facts["name"] == "5e" * 32
    for what, wrong, code in (
        (Evidence.STATEMENT, words, "evidence-unknown"),
        (Evidence.STATEMENT, "no hash", "evidence-unknown"),
        (Evidence.NOTICE, notice, "notice-unknown"),
        (Evidence.DECLARATION, "alpha/S-1", "declaration-unknown"),
        (Evidence.SOURCE, "a book", "evidence-source"),
    ):
        assert refused(desk.say("charlie", EvidenceLaid("charlie", name, what, wrong))) == code


@pytest.mark.parametrize(
    ("particulars", "code"),
    [
        (Particulars(), "incident-time"),
        (Particulars(START, Instant(START.epoch_s - 1)), "incident-time"),
        (Particulars(Instant(START.epoch_s + HOUR), Instant(START.epoch_s + HOUR)), "incident-future"),
        (Particulars(START, START, None, 5), "incident-place"),
        (Particulars(START, START, KHUSHAM, -1), "incident-place"),
        (Particulars(START, START, alleged=Named(("echo",))), "party-unknown"),
        (Particulars(START, START, affected=Named(("echo",))), "party-unknown"),
    ],
)
def test_what_cannot_be_so_is_not_taken(particulars: Particulars, code: str) -> None:
    desk = room()
    assert refused(desk.say("alpha", replace(REPORT, particulars=particulars))) == code
    if particulars != Particulars():
        name = reported(desk).reference
        assert refused(desk.say("bravo", AccountGiven("bravo", name, "So.", particulars=particulars))) == code


def test_words_and_addressees_are_looked_at() -> None:
    desk = room()
    assert refused(desk.say("alpha", replace(REPORT, title=" "))) == "incident-words"
    assert refused(desk.say("alpha", replace(REPORT, to=("echo",)))) == "party-unknown"
    name = reported(desk).reference
    later = Instant(START.epoch_s + HOUR)
    assert refused(desk.say("alpha", AccountGiven("alpha", name, "\n"))) == "account-empty"
    assert refused(desk.say("alpha", CauseAssessed("alpha", name, Grade.PLAUSIBLE, ""))) == "finding-empty"
    assert refused(desk.say("alpha", ExplanationAsked("alpha", name, "bravo", "", later))) == "explanation-empty"
    for to in ("alpha", "charlie", SECRETARIAT):
        assert refused(desk.say("alpha", ExplanationAsked("alpha", name, to, "Why?", later))) == "explanation-to"
    assert refused(desk.say("alpha", ExplanationAsked("alpha", name, "bravo", "Why?", START))) == "due-past"
    event = say(desk, ExplanationAsked("alpha", name, "bravo", "Why?", later))
    assert refused(desk.say("bravo", ExplanationGiven("bravo", event, " "))) == "explanation-empty"


def test_the_secretariat_reads_what_it_is_told_of_and_says_nothing_in_it() -> None:
    """R48."""
    desk = room()
    incident = reported(desk, replace(REPORT, to=("bravo", SECRETARIAT)))
    assert told(desk, SECRETARIAT, NoticeKind.INCIDENT)[-1].statement == incident.event


def test_nothing_in_an_incident_changes_an_alert() -> None:
    """R13."""
    desk = room()
    desk.channel("alpha", "bravo", level=Level.FULL)
    desk.declare("alpha", circle("P", "alpha"))
    desk.declare("bravo", circle("Q", "bravo"), *desk.desk.world.picture.chains["alpha/P"].versions[0][:1])
    open_before = dict(desk.desk.world.picture.open)
    engine = desk.desk.online.versions
    warned = len(told(desk, "bravo", NoticeKind.WARNING))
    incident = reported(desk)
    say(desk, AccountGiven("bravo", incident.reference, "None of ours.", particulars=SEEN))
    say(desk, CauseAssessed("alpha", incident.reference, Grade.HIGHLY_PROBABLE, "Theirs."))
    say(desk, EvidenceLaid("alpha", incident.reference, Evidence.DECLARATION, "alpha/P"))
    assert desk.desk.world.picture.open == open_before
    assert desk.desk.online.versions == engine
    assert len(told(desk, "bravo", NoticeKind.WARNING)) == warned


def test_long_words_stand_in_the_entry_and_a_notice_begins_with_them() -> None:
    desk = room()
    incident = reported(desk)
    long = "\U0001f691" * 15_000
    event = say(desk, AccountGiven("bravo", incident.reference, long))
    notice = told(desk, "alpha", NoticeKind.ACCOUNT)[-1]
    assert notice.facts["more"] == "1"
    assert long.startswith(notice.words)
    assert notice.statement == event


def test_it_is_folded_again_to_the_same() -> None:
    desk = room()
    incident = reported(desk)
    event = say(
        desk, ExplanationAsked("alpha", incident.reference, "bravo", "Which unit?", Instant(START.epoch_s + HOUR))
    )
    desk.later(40 * 60)
    again = desk.open()
    assert again.world.cases.incidents == desk.desk.world.cases.incidents
    assert again.world.cases.requests == desk.desk.world.cases.requests
    desk.desk = again
    desk.later(HOUR)
    assert desk.desk.world.cases.requests[event].step == DUE
