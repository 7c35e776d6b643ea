"""Feedback to notifiers (R45), and a joint review that can be published without telling where anything is (R46)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import pypdf
import pytest

from tests.desk_world import START, Room, circle
from thalweg.model.cases import CauseAssessed, Grade, IncidentReported, Named, Particulars, Risk, RiskAssessed
from thalweg.model.declarations import Kind
from thalweg.model.errors import InputError
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Committed,
    Disseminated,
    EmergencySent,
    Outcome,
    OutcomeStated,
    ReadBack,
    Response,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.review import FEW, STEP, Feedback, Number, Review, feedback, review
from thalweg.policy.whole import whole
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER
from thalweg.reports.review import feedback as says
from thalweg.reports.review import review as report

DAY = 86_400.0
SINCE = Instant(START.epoch_s // DAY * DAY)
UNTIL = Instant(SINCE.epoch_s + 10 * DAY)
CANARIES = ("Khusham", "hill 12", "40.14", "35.336", "Deir ez-Zor", "ferry at Marrat")
NAMES = {"alpha": "Alpha", "bravo": "Bravo"}


@pytest.fixture(scope="module")
def room() -> Room:
    """Twelve notices from alpha to bravo and some answers; one conflict after which bravo gives way; an emergency."""
    room = Room(("alpha", "bravo", "charlie"))
    room.channel("alpha", "bravo", level=Level.FULL)
    for number in range(12):
        room.declare("alpha", circle(f"Khusham {number}", "alpha", 38.0 + number / 4, 34.5, kind=Kind.STATIC_SITE))
    for number, each in enumerate(each for each in room.notices("bravo") if each.version):
        room.later(60.0)
        if number != 5:
            room.say("bravo", Acknowledged("bravo", each.id, Response.UNDERSTOOD))
        if number == 0:
            room.say("bravo", ReadBack("bravo", each.id, position=Position(45.0, 34.5)))
            room.say("bravo", Disseminated("bravo", each.id, "the post on hill 12"))
    for number in range(20):
        room.declare("charlie", circle(f"ferry at Marrat {number}", "charlie", 30.0 + number / 4, 30.0))
    cites = tuple(each.version for each in room.notices("bravo") if each.version)
    room.declare("bravo", circle("flight", "bravo", 38.0, 34.5), *cites)
    room.later(600.0)
    room.say("bravo", Withdrawn("bravo", "flight"))
    room.say("alpha", EmergencySent("alpha", "We are hit at Khusham", place=Position(40.14, 35.336), to=("bravo",)))
    emergency = next(each for each in reversed(room.notices("bravo")) if each.what.value == "emergency")
    room.say("bravo", Committed("bravo", emergency.id, "stop at hill 12", Instant(room.now.epoch_s + 600)))
    said = room.desk.world.exchange.commitments
    room.say("alpha", OutcomeStated("alpha", next(iter(said)), Outcome.KEPT))
    particulars = Particulars(room.now, room.now, Position(40.14, 35.336), 5, "Khusham", alleged=Named(("bravo",)))
    report_ = IncidentReported("alpha", "Deir ez-Zor", particulars, ("bravo", SECRETARIAT), "At Khusham.")
    room.say("alpha", report_)
    (name,) = room.desk.world.cases.incidents
    room.say("alpha", CauseAssessed("alpha", name, Grade.PLAUSIBLE, "From hill 12."))
    room.say("bravo", RiskAssessed("bravo", name, Risk.B))
    room.later(60.0)
    return room


def told(room: Room, party: str = "alpha") -> Feedback:
    world = room.desk.world
    return whole(feedback(world, Mailboxes(world, room.desk.policy), party, SINCE, UNTIL)).value


def reviewed(room: Room, party: str = SECRETARIAT) -> Review:
    return whole(review(room.desk.world, room.desk.policy, party, SINCE, UNTIL)).value


# --- feedback ---


def test_a_notifier_is_told_who_had_each_notice_when_and_what_they_did_with_it(room: Room) -> None:
    """R45."""
    made = told(room)
    assert len(made.notices) == 12
    first = made.notices[0]
    (copy,) = first.recipients
    assert (copy.to, copy.response, copy.differs) == ("bravo", "understood", "position")
    assert copy.answered is not None
    assert copy.passed_on is not None
    assert sum(not one.answered for each in made.notices for one in each.recipients) == 1
    (bravo,) = made.recipients
    assert (bravo.notices, bravo.answered, bravo.passed_on, bravo.incidents) == (12, 11, 1, 1)
    assert bravo.median_s is not None


def test_a_notifier_is_told_what_changed_after_its_notice_as_far_as_it_was_told(room: Room) -> None:
    first, *rest = told(room).notices
    assert first.findings == 1
    assert [(each.of, each.what.value) for each in first.changed] == [("bravo", "cancelled")]
    assert all(each.changed == () for each in rest)


def test_whoever_shows_nobody_anything_is_told_so_and_nothing_of_others(room: Room) -> None:
    made = told(room, "charlie")
    assert len(made.notices) == 20
    assert made.recipients == ()
    assert made.told == 0
    world = room.desk.world
    lines = list(
        says.lines(whole(feedback(world, Mailboxes(world, room.desk.policy), "charlie", SINCE, UNTIL)), "en", {})
    )
    assert any("Nobody was shown it" in line for line in lines)
    assert "alpha" not in "\n".join(lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_reads_in_every_language(room: Room, language: str) -> None:
    world = room.desk.world
    made = whole(feedback(world, Mailboxes(world, room.desk.policy), "alpha", SINCE, UNTIL))
    lines = list(says.lines(made, language, NAMES))
    assert not any("{" in line for line in lines)
    assert sum("Bravo" in line for line in lines) >= 13
    assert says.value(made)["totals"] == {"notices": 12, "told": 12, "answered": 11, "changed": 1}


# --- the review ---


def test_a_review_counts_what_parties_told_each_other_and_rounds_it(room: Room) -> None:
    """R46."""
    made = reviewed(room)
    assert made.total.notices == Number(15, few=False)  # twelve, one flight and what warned of it
    (pair,) = made.pairs
    assert (pair.of, pair.to) == ("alpha", "bravo")
    assert pair.notices.value % STEP == 0
    assert pair.answered == 0.9
    assert pair.waited.median_s is not None
    assert pair.reopened == Number(0, few=True)
    assert dict(made.outcomes)["kept"] == Number(0, few=True)
    assert made.incidents.few


def test_what_was_shown_to_nobody_changes_no_number_of_it(room: Room) -> None:
    """D7: charlie's twenty are nowhere counted, and charlie is not named."""
    made = reviewed(room)
    assert "charlie" not in dict(made.names)
    assert made.total.notices.value < 20


def test_a_party_gets_a_review_of_its_own_pairs_alone(room: Room) -> None:
    assert [(each.of, each.to) for each in reviewed(room, "bravo").pairs] == [("alpha", "bravo")]
    nothing = reviewed(room, "charlie")
    assert nothing.pairs == ()
    assert nothing.total.notices.few
    assert nothing.incidents.few


def test_a_review_is_made_a_few_notices_at_a_step(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are answered between two steps."""
    monkeypatch.setattr("thalweg.policy.review._LOOKED", 2)
    steps = review(room.desk.world, room.desk.policy, SECRETARIAT, SINCE, UNTIL)
    told = sum(len(ids) for party, ids in room.desk.world.exchange.mailboxes.items() if party != SECRETARIAT)
    assert sum(1 for _ in steps) >= told // 2 > 10


@pytest.mark.parametrize("hours", [0, 24, 24 * 6])
def test_a_review_of_less_than_a_week_or_of_part_of_a_day_is_refused(room: Room, hours: int) -> None:
    world, policy = room.desk.world, room.desk.policy
    with pytest.raises(InputError, match="whole days"):
        whole(review(world, policy, SECRETARIAT, SINCE, Instant(SINCE.epoch_s + hours * 3600)))
    with pytest.raises(InputError, match="whole days"):
        whole(review(world, policy, SECRETARIAT, Instant(SINCE.epoch_s + 60), Instant(UNTIL.epoch_s + 60)))


def text_of(data: bytes) -> str:
    if not data.startswith(b"%PDF"):
        return data.decode("utf-8-sig")
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


@pytest.mark.parametrize("form", ["csv", "html", "pdf"])
def test_no_place_title_geometry_or_words_can_stand_in_a_review(room: Room, form: str) -> None:
    """Canaries in every text and every position of the period: none comes out in any form."""
    made = whole(review(room.desk.world, room.desk.policy, SECRETARIAT, SINCE, UNTIL))
    data = report.csv(made) if form == "csv" else getattr(report, form)(made, ("en", "ar"))
    text = text_of(data)
    for canary in CANARIES:
        assert canary not in text
    assert not re.search(r"\d+\.\d{3,}|°|MGRS", re.sub(r"<style>.*?</style>|sha256-\S+", "", text, flags=re.DOTALL))
    assert "removes no protection" in text
    if form == "pdf":
        assert b"<pdfaid:part>2</pdfaid:part>" in data
    if form == "html":
        assert "<script" not in text
        assert 'dir="rtl"' in text


def test_every_number_of_the_table_is_rounded_or_few(room: Room) -> None:
    made = whole(review(room.desk.world, room.desk.policy, SECRETARIAT, SINCE, UNTIL))
    rows = list(csv.DictReader(io.StringIO(report.csv(made).decode("utf-8-sig"))))
    counts = [row["value"] for row in rows if row["name"] in ("notices", "reopened_by_read_back", "escalated", "kept")]
    assert counts
    for count in counts:
        assert count == f"<{FEW}" or int(count) % STEP == 0


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_word_of_these_pages_is_missing_or_its_english_source(language: str) -> None:
    english, words = catalogue_in(says.CATALOGUES, "en"), catalogue_in(says.CATALOGUES, language)
    assert set(words.entries) == set(english.entries)
    for key, said in words.entries.items():
        assert said != english.entries[key], key
        assert Counter(PLACEHOLDER.findall(said)) == Counter(PLACEHOLDER.findall(english.entries[key])), key
