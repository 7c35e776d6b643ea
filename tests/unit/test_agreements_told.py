"""What takes two signatures is said in a sentence of its own, by when it lapses, in six languages (R25, R32-R34)."""

from __future__ import annotations

import pytest

from tests.desk_world import START, Room, circle, room, taken
from tests.unit import test_duplicates as duplicates
from tests.unit.test_desk_agreeing import SOON, newest, window
from thalweg.formats.theatre import default_theatre
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment
from thalweg.model.events import (
    Answer,
    CustodyAnswered,
    CustodyOffered,
    LineProposed,
    Notice,
    NoticeKind,
    QuietProposed,
)
from thalweg.model.instants import Window
from thalweg.model.shapes import Path, Position
from thalweg.policy.mailbox import Mailboxes, NoticeRead
from thalweg.policy.sealing import seal
from thalweg.reports import told
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.reports.messages.kinds import Probing
from thalweg.reports.messages.render import read_back

NAMES = {"alpha": "Alpha", "bravo": "Bravo", "charlie": "Charlie"}


def texts(desk: Room, party: str, what: NoticeKind, language: str = "en") -> list[str]:
    """What the newest notice of a kind says to a party, sentence by sentence."""
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)
    state = [each for each in desk.desk.world.exchange.mailbox(party) if each.what is what][-1]
    read = mailboxes.notice(party, state.id)
    assert read is not None
    theatre = desk.desk.world.membership.theatre
    said = told.words(read, mailboxes.sides(party, state.id), theatre, NAMES, language)["texts"]
    assert isinstance(said, list)
    found = [str(each["text"]) for each in said]
    for each in found:
        read_back(each, language)  # raises where it cannot be heard
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_window_says_its_task_when_and_where_and_by_when_it_lapses(language: str) -> None:
    desk = room()
    taken(desk.say("alpha", QuietProposed("alpha", ("bravo",), window("alpha"), "repair the line", SOON)))
    said = texts(desk, "bravo", NoticeKind.QUIET_WINDOW, language)
    assert "repair the line" in said[0]
    assert newest(desk)[:12] in said[0]
    if language == "en":
        assert said[0].startswith("Quiet window ")
        assert "It stands only when both sides guarantee it." in said[0]
        assert str(SOON)[11:16] in said[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proposed_line_is_named(language: str) -> None:
    desk = room()
    way = Path((Position(40.1, 35.3), Position(40.2, 35.4)))
    segments = (Segment(way, LineStatus.TACIT, Window(START, None)),)
    line = Declaration(Kind.LINE, "alpha", "River line", segments=segments, declaration_id="L")
    taken(desk.say("alpha", LineProposed("alpha", ("bravo",), line, SOON)))
    said = texts(desk, "bravo", NoticeKind.LINE, language)
    assert "River line" in said[0]
    assert "Alpha" in said[0]
    assert len(said) == 2


def test_a_hand_over_is_said_to_who_takes_the_site_and_then_to_everybody_who_holds_it() -> None:
    desk = room("alpha", "bravo", "charlie")
    desk.declare("alpha", circle("plant", "alpha", kind=Kind.STATIC_SITE))
    taken(desk.say("alpha", CustodyOffered("alpha", "plant", "bravo", "with its key")))
    offered = texts(desk, "bravo", NoticeKind.CUSTODY)
    assert "From Alpha to Bravo" in offered[0]
    assert "plant" in offered[0]
    assert any("with its key" in each for each in offered)
    taken(desk.say("bravo", CustodyAnswered("bravo", newest(desk), Answer.ACCEPT)))
    over = texts(desk, "charlie", NoticeKind.CUSTODY)
    assert over[0].startswith("Handed over")
    assert "From Alpha to Bravo" in over[0]


def test_two_that_may_be_one_are_named_with_how_far_apart_they_are_and_nothing_is_decided() -> None:
    """R10."""
    desk = duplicates.room()
    desk.declare("relief", duplicates.site("relief", "H", "Deir ez-Zor hospital"))
    desk.declare("council", duplicates.site("council", "K", "Hospital, Dayr az-Zawr", duplicates.LON + 0.001))
    (said,) = texts(desk, "relief", NoticeKind.DUPLICATE)
    assert "Perhaps the same thing declared twice" in said
    assert "“H”" in said
    assert "“K”" in said
    assert "Nothing was merged." in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_around_a_site_are_said_with_whose_they_are_and_the_site_to_its_notifier_alone(language: str) -> None:
    """D13: the secretariat learns whose, and not what."""
    facts = {"parties": "bravo, charlie", "moves": "9", "since": "2017-09-15T12:00:00Z"}
    for to, of, subject in (("alpha", "bravo", "alpha/depot"), ("secretariat", "alpha", "")):
        notice = Notice(to, 1, NoticeKind.PROBING, SOON, of=of, subject=subject, facts=facts)
        read = NoticeRead(f"{to}-1", notice, 3, "0" * 64, None, None, 0, False, (), (), (), (), (), exercise=False)
        said = told.words(seal(read, to), seal({}, to), default_theatre(), NAMES, language)["texts"]
        assert isinstance(said, list)
        text = said[0]["text"]
        assert "Bravo, Charlie" in text.replace("\u2068", "").replace("\u2069", "")
        assert "Alpha" in text
        assert ("depot" in text) is (to == "alpha")
        assert isinstance(read_back(text, language), Probing)
