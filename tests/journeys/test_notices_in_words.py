"""What the desk tells a party, in words: all notices of a busy night, said alike in every language."""

from __future__ import annotations

from functools import cache

import pytest

from tests.desk_world import Room, circle
from tests.never_said import said
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import (
    Acknowledged,
    Committed,
    ConsentStated,
    Disseminated,
    EmergencySent,
    LineChecked,
    MessageSent,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    ReadBack,
    Response,
    Revalidated,
    Taken,
    Verification,
    Verified,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import Mailboxes
from thalweg.reports.messages import kinds
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.reports.messages.kinds import Message
from thalweg.reports.messages.notices import of_notice
from thalweg.reports.messages.render import read_back, render, subject
from thalweg.reports.messages.slots import What

PARTIES = ("alpha", "bravo", "charlie")


def shown(room: Room, party: str) -> list[str]:
    """Every version that the party was shown, to be cited."""
    return [notice.version for notice in room.notices(party) if notice.version]


@cache
def night() -> Room:
    """Three parties on a channel; charlie sees that things exist, and no more."""
    room = Room(PARTIES)
    room.channel("alpha", "bravo", level=Level.FULL)
    room.channel("bravo", "charlie", level=Level.EXISTS, name="far")
    room.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
    notice = room.desk.world.exchange.mailbox("bravo")[-1].id
    room.say("bravo", Acknowledged("bravo", notice, Response.NEED_MORE, "Which building?", "en"))
    room.say("bravo", ReadBack("bravo", notice, identity="hospital", position=Position(40.24, 35.336)))
    room.say("bravo", ReadBack("bravo", notice, identity="hospital", position=Position(40.14, 35.336)))
    room.say("bravo", Disseminated("bravo", notice, "Second battery"))
    room.declare("charlie", circle("flight", "charlie", 40.15))  # refused: it has not cited what it was not shown
    room.declare("charlie", circle("flight", "charlie", 40.15), *shown(room, "charlie"))
    room.declare("bravo", circle("patrol", "bravo"), *shown(room, "bravo"))
    room.declare("bravo", circle("patrol", "bravo"), *shown(room, "bravo"))
    room.say("alpha", Revalidated("alpha", "hospital", Instant(room.now.epoch_s + 864_000)))
    room.say("bravo", Verified("bravo", "hospital", Verification.VERIFIED, "Visited"))
    room.say("bravo", MessageSent("bravo", "line", "نحن في الطريق", "ar"))
    room.say("alpha", LineChecked("alpha", "line"))
    called = room.say("alpha", EmergencySent("alpha", "Shells on the roof", "en", place=Position(40.14, 35.336)))
    assert isinstance(called, Taken)
    promised = room.say("bravo", Committed("bravo", called.statement, "we stop", Instant(room.now.epoch_s + 600)))
    assert isinstance(promised, Taken)
    room.later(700)
    room.say("alpha", OutcomeStated("alpha", promised.statement, Outcome.KEPT))
    room.say("alpha", ParticipationStated("alpha", "alpha", Participation.SUSPENDED, room.now))
    room.say("alpha", ConsentStated("alpha", "hospital", given=False))
    room.say("alpha", Withdrawn("alpha", "hospital"))
    room.later(86_400)
    return room


@cache
def told() -> list[tuple[Notice, tuple[Message, ...]]]:
    room = night()
    mailboxes, world = Mailboxes(room.desk.world, room.desk.policy), room.desk.world
    names = {party: world.membership.name(party) for party in PARTIES}
    found = []
    for party in PARTIES:
        known: dict[str, Declaration] = {}
        for chain in world.picture.chains.values():
            if chain.notifier == party:
                known |= {version: world.picture.declaration(version) for version, _ in chain.versions}
        for each in world.exchange.mailbox(party):
            disclosed = mailboxes.notice(party, each.id)
            assert disclosed is not None
            if disclosed.value.declaration is not None:
                known[disclosed.value.declaration.version_id] = disclosed.value.declaration
            made = of_notice(disclosed, world.membership.theatre, names=names, known=known)
            found.append((disclosed.value.notice, made))
    return found


def test_the_night_has_notices_of_most_kinds() -> None:
    assert {notice.what for notice, _ in told()} >= {
        NoticeKind.DECLARED, NoticeKind.WARNING, NoticeKind.ACKNOWLEDGED, NoticeKind.READ_BACK, NoticeKind.EMERGENCY,
        NoticeKind.COMMITMENT, NoticeKind.OUTCOME, NoticeKind.CANCELLED, NoticeKind.PARTICIPATION, NoticeKind.ESCALATED,
    }  # fmt: skip


def test_every_notice_has_a_message() -> None:
    assert [notice for notice, messages in told() if not messages] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_night_reads_back_the_same_in_every_language(language: str) -> None:
    """R24, R25, R18."""
    for _, messages in told():
        for message in messages:
            text = render(message, language, zone="Asia/Damascus")
            assert read_back(text, language) == read_back(render(message, "en"), "en")
            assert said(text, language) == []
            assert subject(message, language)


def test_what_a_reader_is_told_below_footprint_holds_nothing_of_the_other_declaration() -> None:
    """R31, D13."""
    low = [(n, m) for n, m in told() if n.level in (Level.EXISTS, Level.COARSE)]
    assert low
    for notice, messages in low:
        for message in messages:
            text = render(message, "en")
            assert "of bravo" not in text or notice.to == "bravo"
            assert "of alpha" not in text or notice.to == "alpha"
            assert not isinstance(message, kinds.Declared | kinds.Warned)


def test_a_conflict_is_said_in_full_to_whoever_sees_both_and_as_a_party_to_talk_to_otherwise() -> None:
    """R31: nobody is told to talk to itself."""
    warned = {notice.to for notice, messages in told() for each in messages if isinstance(each, kinds.Warned)}
    assert warned == {"alpha", "bravo"}
    talks = {
        (notice.to, each.other) for notice, messages in told() for each in messages if isinstance(each, kinds.TalkTo)
    }
    assert talks == {("bravo", "Charlie"), ("charlie", "Alpha")}


def test_a_wrong_read_back_is_told_as_one_and_a_right_one_as_right() -> None:
    """R15."""
    to_alpha = [message for notice, messages in told() if notice.to == "alpha" for message in messages]
    assert any(isinstance(each, kinds.Mismatch) and each.part is kinds.Part.POSITION for each in to_alpha)
    assert any(isinstance(each, kinds.ReadBackMatches) for each in to_alpha)


def test_a_cancellation_names_what_its_reader_had_been_shown() -> None:
    """R9. Whoever saw that something exists learns that something was cancelled, and not what."""
    who = {notice.to: each.who for notice, messages in told() for each in messages if isinstance(each, kinds.Cancelled)}
    assert (who["bravo"].what, who["bravo"].title) == (What.SITE, "hospital of alpha")
    assert (who["charlie"].what, who["charlie"].title) == (What.UNSTATED, None)


def test_whoever_owes_an_answer_is_told_by_when() -> None:
    """R16."""
    for notice, messages in told():
        if notice.owed and notice.due:
            minute = str(notice.due).replace("T", " ")[:16]
            assert any(minute in render(message, "en") for message in messages), notice.what
