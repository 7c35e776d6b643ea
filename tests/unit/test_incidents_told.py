"""What is told of incidents is a sentence of its own in six languages, and not "there is something to read" (R24)."""

from __future__ import annotations

import pytest

from tests.desk_world import START, Room
from tests.unit.test_incidents import HOUR, REPORT, reported, room, say
from thalweg.formats.theatre import default_theatre
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
    Risk,
    RiskAssessed,
)
from thalweg.model.instants import Instant
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.sealing import seal
from thalweg.reports.messages import kinds
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.reports.messages.kinds import Message
from thalweg.reports.messages.notices import of_notice
from thalweg.reports.messages.render import read_back, render, subject

NAMES = {"alpha": "Alpha", "bravo": "Bravo", "charlie": "Charlie"}


def messages(desk: Room, party: str) -> list[Message]:
    """Everything that the party was told in incidents, in order."""
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)
    incidents = desk.desk.world.cases.incidents
    told: list[Message] = []
    for state in desk.desk.world.exchange.mailbox(party):
        if state.subject in incidents:
            read = mailboxes.notice(party, state.id)
            assert read is not None
            told += of_notice(read, default_theatre(), names=NAMES, known=seal({}, party).value)
    return told


@pytest.fixture(scope="module")
def desk() -> Room:
    desk = room()
    incident = reported(desk)
    name = incident.reference
    request = say(desk, ExplanationAsked("alpha", name, "bravo", "Which unit?", Instant(START.epoch_s + HOUR)))
    desk.later(0.75 * HOUR)
    desk.later(HOUR)
    say(desk, AccountGiven("alpha", name, "x" * 5000))
    say(desk, RiskAssessed("alpha", name, Risk.D))
    say(desk, CauseAssessed("alpha", name, Grade.HIGHLY_PROBABLE, "From the left bank."))
    say(desk, EvidenceLaid("alpha", name, Evidence.SOURCE, "5e" * 32, "A report."))
    say(desk, ExplanationGiven("bravo", request, "The third."))
    say(desk, IncidentShared("alpha", name, ("charlie",)))
    say(desk, IncidentWithdrawn("alpha", name, "It was thunder."))
    return desk


def test_the_other_side_is_told_each_thing_in_a_sentence_of_its_own(desk: Room) -> None:
    told = messages(desk, "bravo")
    assert [type(each) for each in told if not isinstance(each, kinds.AnswerOwed | kinds.Escalated)] == [
        kinds.Incident,
        kinds.ExplanationAsked,
        kinds.ExplanationDue,
        kinds.ExplanationDue,
        kinds.Account,
        kinds.Assessment,
        kinds.Assessment,
        kinds.Evidence,
        kinds.Incident,
        kinds.Incident,
    ]
    said = "\n".join(render(each, "en") for each in told)
    for words in (
        REPORT.text,
        "Alpha asks Bravo for an explanation by",
        "Bravo owes Alpha an explanation by",
        "On record as unanswered.",
        "xxx …",
        "risk D, not determined: finding of Alpha",
        "cause highly probable: finding of Alpha",
        "Alpha lays a source beside it",
        "reports it to more parties",
        "It stays open to what comes later.",
    ):
        assert words in said, words
    assert "late explanation by Bravo" in "\n".join(render(each, "en") for each in messages(desk, "alpha"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("party", ["alpha", "bravo", "charlie"])
def test_it_means_the_same_in_every_language(desk: Room, party: str, language: str) -> None:
    for each in messages(desk, party):
        assert read_back(render(each, language), language) == each
        assert subject(each, language).strip()
