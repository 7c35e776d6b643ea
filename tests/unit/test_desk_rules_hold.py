"""Rules of the desk that nobody gets round, and inputs that must not stop it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import START, Room, circle, refused
from thalweg.model.characters import LONGEST_ID
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Sides, Zone
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    Answer,
    ChannelOpened,
    CustodyAnswered,
    CustodyOffered,
    LineChecked,
    LineJudged,
    LineProposed,
    NoticeKind,
    OfficerAdded,
    QuietGuaranteed,
    QuietProposed,
    Revalidated,
    Role,
    Taken,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Path, Position
from thalweg.state.picture import Standing

TOMORROW = Instant(START.epoch_s + 86_400)


def room(*parties: str) -> Room:
    made = Room(parties or ("alpha", "bravo"))
    made.channel(*(parties or ("alpha", "bravo")), room=True)
    return made


def site(party: str, name: str = "S1", **more: object) -> Declaration:
    return circle(name, party, kind=Kind.STATIC_SITE, radius_m=100.0, **more)  # type: ignore[arg-type]  # fields by name


def line(party: str, status: LineStatus, revision: int = 0) -> Declaration:
    path = Path((Position(40.0, 35.0), Position(40.0, 36.0)))
    return Declaration(
        Kind.LINE,
        party,
        "the river",
        segments=(Segment(path, status),),
        sides=Sides(frozenset({"alpha"}), frozenset({"bravo"})),
        declaration_id="L1",
        revision=revision,
    )


def proposed(desk: Room) -> str:
    """The newest proposal."""
    return list(desk.desk.world.agreements.agreements)[-1]


def agreed_line() -> Room:
    made = room()
    made.say("alpha", LineProposed("alpha", ("bravo",), line("alpha", LineStatus.AGREED), TOMORROW))
    assert isinstance(made.say("bravo", LineJudged("bravo", proposed(made), Answer.ACCEPT)), Taken)
    return made


def test_an_agreed_line_is_not_changed_cancelled_or_replaced_by_one_side() -> None:
    """R34: only by all its sides."""
    desk = agreed_line()
    for attempt in (
        line("alpha", LineStatus.TACIT, revision=1),
        replace(line("alpha", LineStatus.TACIT), declaration_id="L2", replaces="L1"),
    ):
        assert refused(desk.declare("alpha", attempt)) == "line-agreed"
    assert refused(desk.say("alpha", Withdrawn("alpha", "L1"))) == "line-agreed"
    desk.say("alpha", LineProposed("alpha", ("bravo",), line("alpha", LineStatus.AGREED, revision=1), TOMORROW))
    assert isinstance(desk.say("bravo", LineJudged("bravo", proposed(desk), Answer.ACCEPT)), Taken)
    assert desk.desk.world.picture.chains["alpha/L1"].revision == 1


def test_what_is_proposed_under_an_old_revision_is_not_brought_into_force() -> None:
    """R34: of two proposals of one line the first to be accepted holds."""
    desk = room()
    first, second = (line("alpha", LineStatus.AGREED), line("alpha", LineStatus.AGREED, revision=1))
    desk.say("alpha", LineProposed("alpha", ("bravo",), first, TOMORROW))
    older = proposed(desk)
    desk.say("alpha", LineProposed("alpha", ("bravo",), second, TOMORROW))
    assert isinstance(desk.say("bravo", LineJudged("bravo", proposed(desk), Answer.ACCEPT)), Taken)
    assert refused(desk.say("bravo", LineJudged("bravo", older, Answer.ACCEPT))) == "proposal-over"
    assert isinstance(desk.say("bravo", LineJudged("bravo", older, Answer.REJECT)), Taken)
    again = LineProposed("alpha", ("bravo",), first, TOMORROW)
    assert refused(desk.say("alpha", again)) == "revision-old"


def test_a_quiet_window_takes_no_others_place() -> None:
    """R32."""
    desk = room()
    desk.declare("alpha", circle("Q1", "alpha", kind=Kind.RESTRICTED_ZONE, zone=Zone.NO_FIRE, revision=3))
    window = circle("Q1", "alpha", kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW)
    assert refused(desk.say("alpha", QuietProposed("alpha", ("bravo",), window, "mines", TOMORROW))) == "revision-old"
    for name in ("/Q9", "Q9/", ".", "a/../Q9", "Q" * 101):
        other = replace(window, declaration_id=name)
        said = QuietProposed("alpha", ("bravo",), other, "mines", TOMORROW)
        assert refused(desk.say("alpha", said)) == "declaration-id"
    newer = replace(window, declaration_id="Q9")
    desk.say("alpha", QuietProposed("alpha", ("bravo",), newer, "mines", TOMORROW))
    assert isinstance(desk.say("bravo", QuietGuaranteed("bravo", proposed(desk))), Taken)


def test_a_site_that_was_offered_to_two_goes_to_the_first_that_accepts() -> None:
    """By two signatures: the second offer is not one of its notifier any more."""
    desk = room("alpha", "bravo", "relief")
    desk.declare("alpha", site("alpha"))
    for party in ("bravo", "relief"):
        desk.say("alpha", CustodyOffered("alpha", "S1", party))
    first, second = desk.desk.world.agreements.agreements
    assert isinstance(desk.say("bravo", CustodyAnswered("bravo", first, Answer.ACCEPT)), Taken)
    assert refused(desk.say("relief", CustodyAnswered("relief", second, Answer.ACCEPT))) == "proposal-over"
    assert desk.desk.world.picture.chains["alpha/S1"].notifier == "bravo"


def test_a_site_that_was_cancelled_meanwhile_is_not_taken_over() -> None:
    desk = room()
    desk.declare("alpha", site("alpha"))
    desk.say("alpha", CustodyOffered("alpha", "S1", "bravo"))
    desk.say("alpha", Withdrawn("alpha", "S1"))
    assert refused(desk.say("bravo", CustodyAnswered("bravo", proposed(desk), Answer.ACCEPT))) == "proposal-over"


def test_a_site_that_is_taken_over_does_not_hide_one_of_the_same_id() -> None:
    """R9: nothing but its notifier's cancellation ends a protection, and its notifier can reach it."""
    desk = room()
    desk.declare("alpha", site("alpha"))
    desk.declare("bravo", site("bravo", lon=41.0))
    desk.say("alpha", CustodyOffered("alpha", "S1", "bravo"))
    assert refused(desk.say("bravo", CustodyAnswered("bravo", proposed(desk), Answer.ACCEPT))) == "custody-id"
    desk.say("bravo", Withdrawn("bravo", "S1"))
    chains = desk.desk.world.picture.chains
    assert (chains["bravo/S1"].standing, chains["alpha/S1"].standing) == (Standing.CANCELLED, Standing.IN_FORCE)


def test_the_secretariat_may_check_a_line_that_it_is_not_on() -> None:
    desk = room()
    assert isinstance(desk.say(desk.chair, LineChecked(SECRETARIAT, "line")), Taken)
    desk.later(3600)
    assert isinstance(desk.say("alpha", LineChecked("alpha", "line")), Taken)


@pytest.mark.parametrize("beat_s", [-1, 1, 59])
def test_a_beat_that_would_never_let_the_desk_rest_is_refused(beat_s: int) -> None:
    desk = room()
    opened = ChannelOpened("alpha", "fast", "Fast", ("alpha", "bravo"), line_check_s=beat_s)
    assert refused(desk.say("alpha", opened)) == "line-check-beat"
    assert isinstance(desk.say("alpha", replace(opened, line_check_s=60)), Taken)


@pytest.mark.parametrize("officer", [DESK, "No Body", "", "a" * 65, "дежурный"])
def test_an_officer_whom_the_ledger_would_not_take_is_refused_on_record(officer: str) -> None:
    desk = room()
    said = desk.say(desk.chair, OfficerAdded(SECRETARIAT, officer, Role.WATCH, "alpha"))
    assert refused(said) == "officer-id"


def test_an_id_too_long_to_be_named_in_notices_is_refused() -> None:
    desk = room()
    assert refused(desk.declare("alpha", site("alpha", "x" * (LONGEST_ID + 1)))) == "declaration-id"
    assert isinstance(desk.declare("alpha", site("alpha", "x" * LONGEST_ID)), Taken)


def test_a_party_that_is_named_twice_is_told_once() -> None:
    desk = room()
    desk.say("alpha", ChannelOpened("alpha", "other", "Other", ("alpha", "bravo", "bravo")))
    assert [notice.subject for notice in desk.notices("bravo")].count("other") == 1


def test_what_has_run_out_is_told_once_and_not_again_after_a_restart() -> None:
    """R8."""

    def stale() -> int:
        told = [each for each in desk.notices("alpha") if each.what is NoticeKind.REMINDER]
        return sum(each.facts["stale"] == "1" for each in told)

    desk = room()
    desk.declare("alpha", site("alpha", valid_until=TOMORROW))
    desk.later(2 * 86_400)
    assert stale() == 1
    desk.desk = desk.open()
    desk.later(60)
    assert stale() == 1
    desk.say("alpha", Revalidated("alpha", "S1", Instant(desk.now.epoch_s + 3600)))
    desk.say("alpha", Revalidated("alpha", "S1", Instant(desk.now.epoch_s + 3600)))
    desk.later(2 * 3600)
    assert stale() == 2
