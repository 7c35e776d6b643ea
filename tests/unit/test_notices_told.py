"""A notice in words and as lines for a radio, over the interface (R23, R24, R25)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_world import START, Room, circle
from tests.serving import Serving, serving, soon
from thalweg.formats import voice
from thalweg.formats.theatre import default_theatre
from thalweg.model import spoken
from thalweg.model.declarations import Kind
from thalweg.model.events import EmergencySent, Notice, NoticeKind, Term
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import Mailboxes, NoticeRead
from thalweg.policy.sealing import seal
from thalweg.reports import told
from thalweg.reports.messages.catalogue import LANGUAGES


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("told")) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        shown = [each["version"] for each in held.notices("bravo-1") if each["version"]]
        held.declare("bravo-1", soon("patrol", "bravo"), 201, *shown)
        held.say("alpha-1", EmergencySent("alpha", "Shells on the roof", "en", place=Position(40.14, 35.336)))
        yield held


def test_a_warning_is_said_in_the_language_that_is_asked_for_with_the_english_beside_it(desk: Serving) -> None:
    notice = next(each for each in desk.notices("alpha-1") if each["findings"])
    said = desk.get("alpha-1", f"/v1/notices/{notice['id']}/text?language=ar&zone=Asia/Damascus").json()
    english = desk.get("alpha-1", f"/v1/notices/{notice['id']}/text").json()
    assert said["direction"] == "rtl"
    assert english["language"] == "en"
    assert "hospital of alpha" in english["texts"][-1]["text"] or "patrol of bravo" in english["texts"][-1]["text"]
    if not said["reviewed"]:
        assert said["texts"][0]["source"]
        assert said["note"]
    assert len(said["disclaimers"]) == 4
    assert english["texts"][0]["source"] == ""


def test_the_subject_has_no_place_party_or_time_in_it(desk: Serving) -> None:
    for each in desk.notices("alpha-1"):
        for language in LANGUAGES:
            line = desk.get("alpha-1", f"/v1/notices/{each['id']}/text?language={language}").json()["subject"]
            assert not any(character.isdigit() for character in line)
            assert "hospital" not in line.lower()
            assert "bravo" not in line.lower()


def test_what_a_notice_shows_is_read_back_from_its_lines(desk: Serving) -> None:
    notice = next(each for each in desk.notices("bravo-1") if each["kind"] == "static_site")
    for language in voice.LANGUAGES:
        said = desk.get("bravo-1", f"/v1/notices/{notice['id']}/voice?language={language}").json()
        read = voice.read(said["lines"])
        assert isinstance(read.message, spoken.Notice)
        assert read.message.declaration.declaration_id == "hospital"
        assert "\n".join(said["sms"]).split("\n") == said["lines"]


def test_an_emergency_is_said_by_voice(desk: Serving) -> None:
    notice = next(each for each in desk.notices("bravo-1") if each["what"] == "emergency")
    said = desk.get("bravo-1", f"/v1/notices/{notice['id']}/voice").json()
    read = voice.read(said["lines"])
    assert isinstance(read.message, spoken.Emergency)
    assert read.message.party == "alpha"


@pytest.mark.parametrize("language", list(voice.LANGUAGES))
def test_every_notice_has_a_voice_form_and_what_shows_no_place_is_said_in_its_words(
    desk: Serving, language: str
) -> None:
    """R23: a promise, a proposal or an invitation reaches whoever has a radio and no network, too."""
    for notice in desk.notices("bravo-1"):
        said = desk.get("bravo-1", f"/v1/notices/{notice['id']}/voice?language={language}").json()
        read = voice.read(said["lines"])
        assert read.language == language
        if isinstance(read.message, spoken.Words):
            text = desk.get("bravo-1", f"/v1/notices/{notice['id']}/text?language={language}").json()
            assert read.message.message_id == notice["id"]
            assert heard(read.message.text) == heard(" ".join(each["text"] for each in text["texts"]))
    assert any(each["what"] == "channel" for each in desk.notices("bravo-1"))


def heard(text: str) -> str:
    """Letters and digits alone, which is what the check words are made of."""
    return "".join(filter(str.isalnum, text))


def test_another_partys_notice_is_not_found_and_neither_is_a_language(desk: Serving) -> None:
    notice = desk.notices("bravo-1")[0]["id"]
    for form in ("text", "voice"):
        mine = desk.get("alpha-1", f"/v1/notices/{notice}/{form}")
        never = desk.get("alpha-1", f"/v1/notices/nobody-7/{form}")
        assert (
            (mine.status_code, mine.json()["code"]) == (never.status_code, never.json()["code"]) == (404, "not-found")
        )
        assert mine.json()["detail"] == never.json()["detail"]
        assert desk.get("bravo-1", f"/v1/notices/{notice}/{form}?language=xx").status_code in (400, 404)
    assert desk.get("bravo-1", f"/v1/notices/{notice}/text?zone=Nowhere/No").status_code == 400


def bare(what: NoticeKind) -> NoticeRead:
    """A notice of a kind with nothing in it but what every one has."""
    facts = {
        NoticeKind.ACKNOWLEDGED: {"response": "received"},
        NoticeKind.VERIFIED: {"outcome": "verified", "by": "bravo"},
        NoticeKind.DISSEMINATED: {"unit": "Second battery"},
        NoticeKind.RELAYED: {"to": "charlie", "bearer": "voice"},
        NoticeKind.OUTCOME: {"outcome": "kept"},
        NoticeKind.ANSWERED: {"answer": "accept", "matter": "fix", "state": "accepted"},
        NoticeKind.CHANNEL: {"channel": "line", "what": "joined"},
        NoticeKind.CROSSING: {"who": "unknown", "at": "2017-09-16T00:00:00Z", "count": "1"},
        NoticeKind.CUSTODY: {"matter": "custody"},
        NoticeKind.PROBING: {"times": "9"},
        NoticeKind.INCIDENT: {"what": "reported", "title": "Shots"},
        NoticeKind.ASSESSMENT: {"what": "risk", "grade": "D"},
        NoticeKind.EVIDENCE: {"what": "source", "withheld": "1"},
    }.get(what, {})
    notice = Notice("alpha", 1, what, START, of="bravo", subject="thing", answers="0" * 64, facts=facts)
    return NoticeRead("alpha-1", notice, 3, "0" * 64, None, None, 0, False, (), (), (), (), (), exercise=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", NoticeKind)
def test_every_kind_of_notice_has_a_text_in_every_language(what: NoticeKind, language: str) -> None:
    theatre = default_theatre()
    said = told.words(seal(bare(what), "alpha"), seal({}, "alpha"), theatre, {"bravo": "Bravo"}, language)
    texts = said["texts"]
    assert isinstance(texts, list)
    assert texts
    assert all(each["text"].strip() for each in texts)
    assert str(said["subject"]).strip()
    lines = told.voice(seal(bare(what), "alpha"), said)["lines"]
    assert voice.read(lines).language == language


def test_at_footprint_the_finding_is_said_between_what_its_reader_has() -> None:
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FOOTPRINT)
    room.declare("alpha", circle("one", "alpha"))
    cites = [each.version for each in room.notices("bravo") if each.version]
    room.declare("bravo", circle("two", "bravo"), *cites)
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    for party, other in (("alpha", "bravo"), ("bravo", "alpha")):
        warned = next(each for each in room.desk.world.exchange.mailbox(party) if room.told(each).findings)
        sides = mailboxes.sides(party, warned.id).value
        assert {each.party for each in sides.values()} == {"alpha", "bravo"}
        shown = next(each for each in sides.values() if each.party == other)
        assert shown.title == ""  # a footprint has none
    assert mailboxes.sides("alpha", "bravo-1").value == {}


def test_what_was_told_anew_takes_the_place_of_an_older_finding_at_footprint_too() -> None:
    """A view has a version id of its own: a finding with it is over once the subject was told of again (R31)."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FOOTPRINT)
    room.declare("alpha", circle("one", "alpha"))
    cites = [each.version for each in room.notices("bravo") if each.version]
    room.declare("bravo", circle("two", "bravo"), *cites)
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    assert len(mailboxes.findings("bravo", room.now).value) == 1
    room.declare("alpha", circle("one", "alpha", 41.9, revision=1))
    assert mailboxes.findings("bravo", room.now).value == ()


def test_below_footprint_cells_are_said_in_words_and_never_as_a_place(tmp_path: Path) -> None:
    """Cells are told for talking, not for marking on a map as the place itself (D13)."""
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo", terms=(Term(Level.COARSE),))
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        shown = next(each for each in held.notices("bravo-1") if each["level"] == "coarse" and each["version"])
        said = held.get("bravo-1", f"/v1/notices/{shown['id']}/voice").json()
        assert isinstance(voice.read(said["lines"]).message, spoken.Words)
