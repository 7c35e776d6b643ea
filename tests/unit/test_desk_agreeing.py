"""Proposals, quiet windows, crossings, custody (R32-R34), and what is odd: clocks set, sizes, one batch."""

from __future__ import annotations

import pytest

from tests.desk_twin import differences, refolded
from tests.desk_world import START, Room, circle, refused, room, taken
from thalweg.desk.book import Book
from thalweg.desk.checks import Checks
from thalweg.engine import batch
from thalweg.formats import event as kinds
from thalweg.ledger.errors import Malformed
from thalweg.ledger.sequencer import prepare
from thalweg.model.characters import LONGEST_TITLE
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Zone
from thalweg.model.events import (
    Acknowledged,
    Answer,
    ClockFact,
    ClockTold,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    EmergencySent,
    MessageSent,
    NoticeKind,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Release,
    Released,
    Response,
    Said,
    Taken,
    Term,
    TermsSet,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Path, Position
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.agreements import AgreementState
from thalweg.state.picture import Standing

SOON = Instant(START.epoch_s + 3600)


def window(party: str, **more: object) -> Declaration:
    return circle("Q", party, kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW, **more)  # type: ignore[arg-type]  # fields by name


def newest(desk: Room) -> str:
    return list(desk.desk.world.agreements.agreements)[-1]


def in_conflict(level: Level = Level.FULL, theirs: Level | None = None) -> Room:
    """`level`: at which alpha's is shown, and bravo's unless another is given."""
    desk = room(level=level)
    if theirs is not None:
        taken(desk.say("bravo", TermsSet("bravo", "line", (Term(theirs),))))
    desk.declare("alpha", circle("P", "alpha"))
    taken(desk.declare("bravo", circle("Q", "bravo"), desk.last("bravo").version))
    return desk


def test_a_proposal_is_accepted_declined_or_lapses_and_changes_nothing_by_itself() -> None:
    """R32: a dialogue with a state."""
    desk = in_conflict()
    about = desk.last("alpha").id
    for answer, state in ((Answer.ACCEPT, AgreementState.ACCEPTED), (Answer.REJECT, AgreementState.DECLINED)):
        taken(desk.say("alpha", Proposed("alpha", ("bravo",), about, SOON, fix="time", words="two hours later")))
        assert desk.last("bravo").what is NoticeKind.PROPOSAL
        taken(desk.say("bravo", ProposalAnswered("bravo", newest(desk), answer)))
        assert desk.desk.world.agreements.agreements[newest(desk)].state is state
        assert desk.last("alpha").facts["state"] == state.value
        assert refused(desk.say("bravo", ProposalAnswered("bravo", newest(desk), answer))) == "proposal-over"
    desk.say("alpha", Proposed("alpha", ("bravo",), about, SOON))
    desk.later(3600)
    assert desk.desk.world.agreements.agreements[newest(desk)].state is AgreementState.LAPSED
    assert desk.last("alpha").what is NoticeKind.LAPSED
    assert len(desk.desk.world.picture.open) == 1


def test_a_proposal_is_about_what_one_was_told_of_and_to_those_on_a_channel() -> None:
    desk = in_conflict()
    theirs = desk.last("bravo").id
    assert refused(desk.say("alpha", Proposed("alpha", ("bravo",), theirs, SOON))) == "about-unknown"
    mine = desk.last("alpha").id
    assert refused(desk.say("alpha", Proposed("alpha", ("alpha",), mine, SOON))) == "proposal-to"
    assert refused(desk.say("alpha", Proposed("alpha", ("bravo",), mine, START))) == "expires-past"
    desk.party("charlie")
    assert refused(desk.say("alpha", Proposed("alpha", ("charlie",), mine, SOON))) == "no-channel"


def told_ids(desk: Room, party: str) -> list[str]:
    return [each.id for notice in desk.notices(party) for each in notice.findings]


def cite(desk: Room, party: str) -> str:
    """By what a statement of the party names the finding that it was told of last."""
    newest_told, *_ = Mailboxes(desk.desk.world, desk.desk.policy).findings(party, desk.now).value
    return newest_told.cite


def test_a_proposal_is_about_a_finding_by_the_id_that_its_author_was_told_and_told_by_the_readers_own() -> None:
    """D7, D13: below full two parties know one finding by two ids, and neither by the hash of what it compares."""
    for level in (Level.FULL, Level.FOOTPRINT):
        desk = in_conflict(level)
        (true,) = desk.desk.world.picture.open
        mine, theirs = told_ids(desk, "alpha")[-1], told_ids(desk, "bravo")[-1]
        assert (mine == true, theirs == true) == (level is Level.FULL,) * 2
        for about in (cite(desk, "alpha"), desk.last("alpha").id):
            taken(desk.say("alpha", Proposed("alpha", ("bravo",), about, SOON)))
            assert desk.last("bravo").facts["about"] == theirs
        taken(desk.say("bravo", Proposed("bravo", ("alpha",), cite(desk, "bravo"), SOON)))
        assert desk.last("alpha").facts["about"] == mine


def test_a_statement_names_a_finding_by_nothing_that_tells_its_readers_what_they_are_not_shown() -> None:
    """D7: alpha is shown all of bravo's, and bravo less of alpha's: the true id is a hash by which bravo could test
    guesses at the rest, and what alpha signs goes to bravo."""
    desk = in_conflict(Level.FOOTPRINT, Level.FULL)
    (true,) = desk.desk.world.picture.open
    assert told_ids(desk, "alpha")[-1] == true
    assert true not in told_ids(desk, "bravo")
    before = len(desk.notices("bravo"))
    assert refused(desk.say("alpha", Proposed("alpha", ("bravo",), true, SOON))) == "about-plain"
    assert len(desk.notices("bravo")) == before
    assert cite(desk, "alpha") not in (true, cite(desk, "bravo"))
    taken(desk.say("alpha", Proposed("alpha", ("bravo",), cite(desk, "alpha"), SOON)))
    assert desk.last("bravo").facts["about"] == told_ids(desk, "bravo")[0]
    assert refused(desk.say("bravo", Proposed("bravo", ("alpha",), cite(desk, "alpha"), SOON))) == "about-unknown"


def test_an_older_entry_that_names_a_finding_by_its_own_id_is_read_as_ever() -> None:
    """Entry kinds are permanent: what was taken under the rules of before is folded the same."""
    desk = in_conflict()
    (true,) = desk.desk.world.picture.open
    body = Proposed("alpha", ("bravo",), true, SOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checks, "_proposed", lambda self, said, now: (said.about,))
        taken(desk.say("alpha", body))
    assert desk.last("bravo").facts["about"] == true
    desk.desk = desk.open()
    assert desk.desk.world.agreements.agreements[newest(desk)].about == true


def test_below_footprint_a_proposal_is_about_what_was_told_and_says_nothing_of_the_true_finding() -> None:
    desk = in_conflict(Level.COARSE)
    mine = told_ids(desk, "alpha")[-1]
    assert mine not in desk.desk.world.picture.open
    taken(desk.say("alpha", Proposed("alpha", ("bravo",), mine, SOON)))
    assert desk.last("bravo").facts["about"] == ""


def test_an_id_from_elsewhere_is_answered_exactly_as_one_that_there_never_was() -> None:
    """D13: neither that the finding stands, nor that it is between one's own and another's, is found out by asking."""
    for level in (Level.FOOTPRINT, Level.COARSE, Level.EXISTS):
        desk = in_conflict(level)
        (true,) = desk.desk.world.picture.open
        others = (true, *told_ids(desk, "bravo"), "f-" + "0" * 32, "x-" + "0" * 32, "n-aaaaaaaaaa")
        answers = []
        for name in others:
            before = len(desk.notices("bravo"))
            answer = desk.say("alpha", Proposed("alpha", ("bravo",), name, SOON))
            assert isinstance(answer, Refused)
            told = (answer.code, answer.sentence, answer.lacking, answer.talk_to)
            answers.append((*told, len(desk.notices("bravo")) - before))
        assert set(answers) == {("about-unknown", answers[0][1], (), (), 0)}


def test_what_stands_no_longer_is_proposed_about_no_more() -> None:
    desk = in_conflict(Level.FULL)
    mine = told_ids(desk, "alpha")[-1]
    desk.declare("bravo", circle("Q", "bravo", lat=36.9, revision=1))
    assert refused(desk.say("alpha", Proposed("alpha", ("bravo",), mine, SOON))) == "about-unknown"
    desk = in_conflict(Level.FOOTPRINT)
    mine = told_ids(desk, "alpha")[-1]
    desk.declare("alpha", circle("P", "alpha", lat=36.9, revision=1))
    assert refused(desk.say("alpha", Proposed("alpha", ("bravo",), mine, SOON))) == "about-unknown"


def test_how_anothers_declaration_would_read_is_proposed_to_that_one_alone() -> None:
    """D7: a proposal shows nobody else what its sender was shown."""
    desk = room("alpha", "bravo", "charlie")
    desk.declare("alpha", circle("P", "alpha"))
    taken(desk.declare("bravo", circle("Q", "bravo"), desk.last("bravo").version))
    changed = circle("Q", "bravo", lat=35.6, revision=1)
    about = desk.last("alpha").id
    said = Proposed("alpha", ("bravo", "charlie"), about, SOON, changed=changed)
    assert refused(desk.say("alpha", said)) == "proposal-to"
    taken(desk.say("alpha", Proposed("alpha", ("bravo",), about, SOON, changed=changed)))


def test_a_quiet_window_is_in_force_when_all_have_guaranteed_it() -> None:
    """R32: and then whoever operates in it is warned, and both sides are."""
    desk = room("alpha", "bravo", "charlie")
    taken(desk.say("alpha", QuietProposed("alpha", ("bravo", "charlie"), window("alpha"), "repair the line", SOON)))
    taken(desk.say("bravo", QuietGuaranteed("bravo", newest(desk))))
    assert not desk.desk.world.picture.chains
    taken(desk.say("charlie", QuietGuaranteed("charlie", newest(desk))))
    assert desk.desk.world.picture.chains["alpha/Q"].standing is Standing.IN_FORCE
    assert refused(desk.declare("bravo", circle("P", "bravo"))) == "knowledge-lacking"
    version = desk.desk.world.picture.chains["alpha/Q"].version
    taken(desk.declare("bravo", circle("P", "bravo"), version))
    assert desk.last("alpha").findings
    desk.desk = desk.open()
    assert len(desk.desk.online.findings) == 1


def test_a_guaranteed_window_is_not_changed_by_one_side() -> None:
    """R32: not by a new version, and not by another declaration in its place."""
    desk = room()
    desk.say("alpha", QuietProposed("alpha", ("bravo",), window("alpha"), "repair", SOON))
    desk.say("bravo", QuietGuaranteed("bravo", newest(desk)))
    smaller = window("alpha", radius_m=10.0, revision=1)
    assert refused(desk.declare("alpha", smaller)) == "quiet-guaranteed"
    assert refused(desk.declare("alpha", circle("Z", "alpha", replaces="Q"))) == "quiet-guaranteed"
    taken(desk.say("alpha", Withdrawn("alpha", "Q")))
    assert desk.last("bravo").what is NoticeKind.CANCELLED
    assert desk.last("bravo").owed


def test_a_guarantee_that_is_withdrawn_ends_the_window_and_all_are_told_at_once() -> None:
    """R32: a window that only one side keeps would be believed in."""
    desk = room("alpha", "bravo", "charlie")
    desk.say("alpha", QuietProposed("alpha", ("bravo", "charlie"), window("alpha"), "repair", SOON))
    for party in ("bravo", "charlie"):
        desk.say(party, QuietGuaranteed(party, newest(desk)))
    taken(desk.say("bravo", QuietGuaranteed("bravo", newest(desk), Answer.REJECT, "we cannot hold it")))
    assert desk.desk.world.picture.chains["alpha/Q"].standing is Standing.CANCELLED
    assert desk.desk.online.live == ()
    assert desk.last("charlie").what is NoticeKind.CANCELLED
    assert desk.last("alpha").words == "we cannot hold it"
    assert refused(desk.say("charlie", QuietGuaranteed("charlie", newest(desk), Answer.REJECT))) == "proposal-over"
    world, _ = refolded(desk)
    assert differences(desk.desk.world, world) == []


def test_crossings_are_neutral_facts_and_counted_for_whoever_sees_the_line() -> None:
    """R33: without intent; nobody who does not see the line hears of them."""
    desk = room("alpha", "bravo", "charlie", level=Level.EXISTS)
    path = Path((Position(40.0, 35.0), Position(40.0, 36.0)))
    line = Declaration(Kind.LINE, "alpha", "the river", segments=(Segment(path, LineStatus.TACIT),), declaration_id="L")
    desk.declare("alpha", line)
    desk.say("alpha", Released("alpha", "L", (Release("bravo", Level.FULL),)))
    for number in range(1, 4):
        taken(desk.say("bravo", CrossingLogged("bravo", "alpha/L", START, "unknown", to_side="left")))
        assert desk.last("alpha").facts["count"] == str(number)
    taken(desk.say("alpha", CrossingLogged("alpha", "L", START, "bravo")))
    assert desk.last("bravo").facts == {"at": "2017-09-15T18:26:40Z", "who": "bravo", "count": "4"}
    assert not [each for each in desk.notices("charlie") if each.what is NoticeKind.CROSSING]
    desk.say("alpha", Released("alpha", "L", (Release("bravo", Level.NOTHING),)))
    before = len(desk.notices("bravo"))
    taken(desk.say("alpha", CrossingLogged("alpha", "L", START, "bravo")))
    assert len(desk.notices("bravo")) == before, "what is no longer shown is told of no more"
    desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    assert refused(desk.say("alpha", CrossingLogged("alpha", "S", START, "bravo"))) == "crossing-line"


def test_a_site_changes_hands_by_two_signatures_and_stays_guarded_throughout() -> None:
    """R32: no gap; the former notifier cannot end it, by any name."""
    desk = room("alpha", "bravo", "charlie")
    desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    desk.say("alpha", CustodyOffered("alpha", "S", "bravo"))
    assert desk.desk.world.picture.chains["alpha/S"].notifier == "alpha"
    taken(desk.say("bravo", CustodyAnswered("bravo", newest(desk), Answer.ACCEPT)))
    chain = desk.desk.world.picture.chains["alpha/S"]
    assert chain.notifier == "bravo"
    assert desk.last("charlie").what is NoticeKind.CUSTODY
    assert refused(desk.say("alpha", Withdrawn("alpha", "S"))) == "not-notifier"
    assert refused(desk.declare("alpha", circle("S", "alpha", revision=1))) == "not-notifier"
    assert refused(desk.declare("alpha", circle("Z", "alpha", replaces="S"))) == "not-notifier"
    assert len(desk.desk.online.live) == 1
    taken(desk.declare("bravo", circle("S", "bravo", kind=Kind.STATIC_SITE, revision=1)))
    assert [each.party for each in desk.desk.online.live] == ["bravo"]
    answer = desk.declare("alpha", circle("P", "alpha"))
    assert refused(answer) == "knowledge-lacking"
    world = desk.desk.world
    in_force = [world.picture.declaration(each.version) for each in world.picture.in_force()]
    assert {each.id for each in batch(in_force, world.membership.theatre)} == set(world.picture.open)


# --- clocks ---


def test_the_desks_time_never_runs_backwards_and_a_jump_is_on_record_once() -> None:
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    desk.later(600)
    desk.now = Instant(START.epoch_s - 7200)
    desk.declare("alpha", circle("P", "alpha", revision=1))
    desk.later(1.0)
    received = [body.received for body in bodies(desk) if isinstance(body, Taken)]
    assert received == sorted(received)
    (jump,) = [body for body in bodies(desk) if isinstance(body, ClockTold) and body.what is ClockFact.JUMPED]
    assert jump.facts == {"by_s": "-7200.000"}
    forward = Book(desk.log, desk.desk.world, desk.hands, desk.now, moved_s=90.0)
    desk.desk.tick(forward)
    desk.log.commit(forward.batch)
    assert [body for body in bodies(desk) if isinstance(body, ClockTold)][-1].facts == {"by_s": "90.000"}


def bodies(desk: Room) -> list[object]:
    return [desk.desk.world.load(index).body for index in range(desk.desk.world.size)]


def test_time_in_the_desk_is_what_stands_in_the_log() -> None:
    """So that a fold from the beginning gives the same."""
    desk = room()
    desk.now = Instant(START.epoch_s + 0.123456789)
    desk.declare("alpha", circle("P", "alpha", hours=(0.5, 1.0)))
    desk.later(0.000_4)
    world, _ = refolded(desk)
    assert differences(desk.desk.world, world) == []


# --- sizes ---


@pytest.mark.parametrize("letter", ["a", "\u0628", "\U0001f54a", '"', "\n"])
def test_whatever_can_be_said_can_be_told(letter: str) -> None:
    """A statement that fits into its entry is never too large to be passed on; what is cut says so."""
    desk = room()
    for words in (16_000, 10_400):
        said = MessageSent("alpha", "line", letter * words)
        try:
            answer = desk.say("alpha", said)
        except Malformed:  # too large for its own entry: nobody could send it
            desk.of("alpha").tip = desk.log.tip("alpha-1", desk.book().batch)
            continue
        taken(answer)
        told = desk.last("bravo")
        assert told.words.startswith(letter * 1000)
        assert told.words == said.text or told.words.endswith("[…]")
        kinds.read("notice/1", kinds.written(told)[1])
    desk.open()


def test_titles_of_the_greatest_length_do_not_make_the_log_unreadable() -> None:
    desk = room()
    for party, name in (("alpha", "P"), ("bravo", "Q")):
        long = circle(name, party)
        object.__setattr__(long, "title", "\u0645" * LONGEST_TITLE)
        versions = [each.version for each in desk.notices(party) if each.version]
        taken(desk.declare(party, long, *versions))
    assert len(desk.last("alpha").findings) == 1
    assert len(desk.open().online.findings) == 1


def test_hundreds_of_conflicts_are_told_in_as_many_notices_as_it_takes() -> None:
    """R31: and what did not fit into one record of the desk goes on in the next."""
    desk = room()
    for number in range(170):
        desk.declare("alpha", circle(f"S{number}", "alpha", kind=Kind.STATIC_SITE, radius_m=10.0 + number))
    taken(desk.declare("bravo", circle("Q", "bravo", emergency=True)))
    assert len(desk.desk.world.picture.open) == 170
    for party in ("alpha", "bravo"):
        parts = [each for each in desk.notices(party) if each.what is NoticeKind.WARNING]
        assert len({finding.id for each in parts for finding in each.findings}) == 170
        assert [each.owed for each in parts] == [True, *[False] * (len(parts) - 1)]
    world, _ = refolded(desk)
    assert differences(desk.desk.world, world) == []


# --- one batch ---


def test_what_is_said_about_something_in_the_same_batch_is_decided() -> None:
    """An answer may come with what it answers, before either is in the log."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    book = desk.book()
    desk.desk.tick(book)
    head = desk.log.last_signed
    assert head is not None

    def together(who: str, said: Said) -> str:
        entry = desk.of(who).entry(said, head, desk.now, desk.salt(32))
        _, record = book.take(prepare(entry.encode()))
        assert record is not None
        desk.desk.decide(record, said, book)
        return record.event

    quiet = together("alpha", QuietProposed("alpha", ("bravo",), window("alpha"), "repair", SOON))
    together("bravo", QuietGuaranteed("bravo", quiet))
    together("alpha", EmergencySent("alpha"))
    alarm = desk.desk.world.exchange.mailbox("bravo")[-1]
    together("bravo", ReadBack("bravo", alarm.id, identity="alpha"))
    together("bravo", Acknowledged("bravo", alarm.id, Response.RECEIVED))
    desk.log.commit(book.batch)
    assert desk.desk.world.picture.chains["alpha/Q"].standing is Standing.IN_FORCE
    world, _ = refolded(desk)
    assert differences(desk.desk.world, world) == []
