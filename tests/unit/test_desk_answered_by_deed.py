"""Whoever has done what a notice asks for is not rung for an answer to it (R16), and what is over asks for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.desk_twin import differences, refolded
from tests.desk_world import START, Room, circle, refused, room, taken
from thalweg.model.declarations import Kind, Zone
from thalweg.model.events import (
    SECRETARIAT,
    Answer,
    ChannelJoined,
    ChannelOpened,
    Committed,
    CustodyAnswered,
    CustodyOffered,
    Declared,
    EmergencySent,
    LineAnswered,
    LineChecked,
    NoticeKind,
    Outcome,
    OutcomeStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Revalidated,
    Said,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.state.agreements import AgreementState

DAY_S = 86_400.0
SOON = Instant(START.epoch_s + 3600)


def owes(desk: Room, party: str, what: NoticeKind) -> int:
    return sum(each.what is what for each in desk.desk.world.exchange.outstanding(party))


def newest(desk: Room) -> str:
    return list(desk.desk.world.agreements.agreements)[-1]


def in_conflict() -> Room:
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    taken(desk.declare("bravo", circle("Q", "bravo"), desk.last("bravo").version))
    return desk


def test_joining_a_channel_answers_the_invitation_to_it() -> None:
    desk = Room(("alpha", "bravo", "charlie"))
    desk.say("alpha", ChannelOpened("alpha", "line", "Line", ("alpha", "bravo", "charlie")))
    assert [owes(desk, party, NoticeKind.CHANNEL) for party in ("bravo", "charlie")] == [1, 1]
    taken(desk.say("bravo", ChannelJoined("bravo", "line", ())))
    assert [owes(desk, party, NoticeKind.CHANNEL) for party in ("bravo", "charlie")] == [0, 1]


def test_a_line_check_is_owed_until_it_is_answered_or_its_time_is_over() -> None:
    """R21: in the inbox, for whoever is to answer it within minutes."""
    desk = room("alpha", "bravo", "charlie")
    for ending in ("answered", "over"):
        check = taken(desk.say("alpha", LineChecked("alpha", "line"))).statement
        assert [owes(desk, party, NoticeKind.LINE_CHECK) for party in ("alpha", "bravo", "charlie")] == [0, 1, 1]
        if ending == "answered":
            taken(desk.say("bravo", LineAnswered("bravo", "line", check)))
        else:
            desk.later(300)
        assert [owes(desk, party, NoticeKind.LINE_CHECK) for party in ("alpha", "bravo", "charlie")] == [0, 0, 0]
    assert differences(desk.desk.world, refolded(desk)[0]) == []


@pytest.mark.parametrize("answer", list(Answer))
def test_accepting_or_rejecting_a_proposal_answers_it(answer: Answer) -> None:
    desk = in_conflict()
    taken(desk.say("alpha", Proposed("alpha", ("bravo",), desk.last("alpha").id, SOON)))
    assert owes(desk, "bravo", NoticeKind.PROPOSAL) == 1
    taken(desk.say("bravo", ProposalAnswered("bravo", newest(desk), answer)))
    assert owes(desk, "bravo", NoticeKind.PROPOSAL) == 0
    desk.later(3 * DAY_S)
    asked = next(each.id for each in desk.notices("bravo") if each.what is NoticeKind.PROPOSAL)
    assert asked not in [each.answers for each in desk.notices("bravo") if each.what is NoticeKind.ESCALATED]
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def quiet(desk: Room, *others: str) -> None:
    window = circle("Q", "alpha", kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW)
    taken(desk.say("alpha", QuietProposed("alpha", others, window, "to mend the water main", SOON)))


def test_what_has_been_declined_or_has_lapsed_asks_nobody_any_more() -> None:
    desk = room("alpha", "bravo", "charlie")
    for ending in ("declined", "lapsed"):
        quiet(desk, "bravo", "charlie")
        assert [owes(desk, party, NoticeKind.QUIET_WINDOW) for party in ("bravo", "charlie")] == [1, 1]
        if ending == "declined":
            taken(desk.say("bravo", QuietGuaranteed("bravo", newest(desk), Answer.REJECT)))
        else:
            desk.later(3600)
        assert desk.desk.world.agreements.agreements[newest(desk)].state.value == ending
        assert [owes(desk, party, NoticeKind.QUIET_WINDOW) for party in ("bravo", "charlie")] == [0, 0]
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def test_a_proposal_is_taken_back_by_whoever_made_it() -> None:
    """R32. And nobody accepts it afterwards."""
    desk = room("alpha", "bravo", "charlie")
    quiet(desk, "bravo", "charlie")
    assert refused(desk.say("alpha", QuietGuaranteed("alpha", newest(desk), Answer.ACCEPT))) == "proposal-unknown"
    taken(desk.say("alpha", QuietGuaranteed("alpha", newest(desk), Answer.REJECT, "the pump is mended")))
    for party in ("bravo", "charlie"):
        told = desk.last(party)
        assert (told.what, told.facts["state"], told.of) == (NoticeKind.ANSWERED, "declined", "alpha")
        assert owes(desk, party, NoticeKind.QUIET_WINDOW) == 0
    assert refused(desk.say("bravo", QuietGuaranteed("bravo", newest(desk), Answer.ACCEPT))) == "proposal-over"


def test_an_offer_of_a_site_that_is_cancelled_lapses() -> None:
    """R34: one signature hands nothing over, and what is over is not taken over."""
    desk = room()
    desk.declare("alpha", circle("H", "alpha", kind=Kind.STATIC_SITE))
    taken(desk.say("alpha", CustodyOffered("alpha", "H", "bravo")))
    assert owes(desk, "bravo", NoticeKind.CUSTODY) == 1
    taken(desk.say("alpha", Withdrawn("alpha", "H")))
    assert desk.desk.world.agreements.agreements[newest(desk)].state is AgreementState.LAPSED
    assert owes(desk, "bravo", NoticeKind.CUSTODY) == 0
    assert NoticeKind.LAPSED in [each.what for each in desk.notices("bravo")]
    assert refused(desk.say("bravo", CustodyAnswered("bravo", newest(desk), Answer.ACCEPT))) == "proposal-over"
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def site(**more: object) -> Said:
    made = circle("H", "alpha", kind=Kind.STATIC_SITE, **more)  # type: ignore[arg-type]  # fields by name
    return Declared("alpha", made)


@pytest.mark.parametrize(
    "deed",
    [
        lambda: Revalidated("alpha", "H", Instant(START.epoch_s + 100 * DAY_S)),
        lambda: Withdrawn("alpha", "H"),
        lambda: site(revision=1, valid_until=Instant(START.epoch_s + 100 * DAY_S)),
        lambda: Declared("alpha", circle("I", "alpha", kind=Kind.STATIC_SITE, replaces="H")),
    ],
    ids=["revalidated", "cancelled", "declared anew", "replaced"],
)
def test_vouching_for_a_site_or_ending_it_answers_the_reminder(deed: Callable[[], Said]) -> None:
    """R8."""
    desk = room()
    taken(desk.say("alpha", site(valid_until=Instant(START.epoch_s + 10 * DAY_S))))
    desk.later(4 * DAY_S)
    assert owes(desk, "alpha", NoticeKind.REMINDER) == 1
    taken(desk.say("alpha", deed()))
    assert owes(desk, "alpha", NoticeKind.REMINDER) == 0
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def elsewhere(**more: object) -> Said:
    made = circle("R" if "replaces" in more else "Q", "bravo", lon=42.0, **more)  # type: ignore[arg-type]  # by name
    return Declared("bravo", made)


@pytest.mark.parametrize(
    "deed",
    [lambda: Withdrawn("bravo", "Q"), lambda: elsewhere(revision=1), lambda: elsewhere(replaces="Q")],
    ids=["cancelled", "declared anew", "replaced"],
)
def test_going_out_of_the_way_answers_the_warning_of_ones_own_and_no_others(deed: Callable[[], Said]) -> None:
    """R16, R31: else a conflict that is over is escalated to the secretariat."""
    desk = in_conflict()
    assert (owes(desk, "bravo", NoticeKind.WARNING), owes(desk, "alpha", NoticeKind.WARNING)) == (1, 1)
    warned = next(each for each in desk.desk.world.exchange.outstanding("bravo") if each.what is NoticeKind.WARNING)
    taken(desk.say("bravo", deed()))
    assert not list(desk.desk.world.picture.open)
    assert owes(desk, "bravo", NoticeKind.WARNING) == 0
    desk.later(2 * DAY_S)
    assert warned.step == 0  # nobody was rung for it
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def test_what_is_still_in_conflict_when_declared_anew_is_warned_of_and_asked_for_anew() -> None:
    desk = in_conflict()
    before = [each.id for each in desk.desk.world.exchange.outstanding("bravo") if each.what is NoticeKind.WARNING]
    taken(desk.say("bravo", Declared("bravo", circle("Q", "bravo", revision=1), declines=True)))
    after = [each.id for each in desk.desk.world.exchange.outstanding("bravo") if each.what is NoticeKind.WARNING]
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def test_a_promise_answers_the_call_and_saying_what_came_of_it_the_notice_that_it_lapsed() -> None:
    """R17."""
    desk = room()
    called = taken(desk.say("alpha", EmergencySent("alpha", "we are being hit"))).statement
    assert owes(desk, "bravo", NoticeKind.EMERGENCY) == 1
    promise = taken(desk.say("bravo", Committed("bravo", called, "we stop", Instant(desk.now.epoch_s + 300)))).statement
    assert owes(desk, "bravo", NoticeKind.EMERGENCY) == 0
    desk.later(301)
    everybody = ("alpha", "bravo", SECRETARIAT)
    assert [owes(desk, party, NoticeKind.LAPSED) for party in everybody] == [1, 1, 1]
    taken(desk.say("alpha", OutcomeStated("alpha", promise, Outcome.BROKEN)))
    assert [owes(desk, party, NoticeKind.LAPSED) for party in everybody] == [0, 0, 0]
    assert desk.desk.world.exchange.emergencies[called].open
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def test_a_promise_to_act_at_the_wrong_place_leaves_the_call_to_be_answered() -> None:
    """R15, R17."""
    desk = room()
    taken(desk.say("alpha", EmergencySent("alpha", "we are being hit", place=Position(40.14, 35.336), radius_m=300)))
    call = desk.last("bravo").id
    taken(desk.say("bravo", Committed("bravo", call, "we stop", Instant(desk.now.epoch_s + 300))))
    assert owes(desk, "bravo", NoticeKind.EMERGENCY) == 0
    taken(desk.say("bravo", ReadBack("bravo", call, position=Position(40.14, 35.417))))
    assert owes(desk, "bravo", NoticeKind.EMERGENCY) == 1
    assert differences(desk.desk.world, refolded(desk)[0]) == []


def test_a_right_read_back_answers_the_warnings_that_it_differed() -> None:
    """R15."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    name = desk.last("bravo").id
    for off in (12.0, 13.0):
        taken(desk.say("bravo", ReadBack("bravo", name, position=Position(off, off))))
    assert [owes(desk, party, NoticeKind.READ_BACK) for party in ("alpha", "bravo")] == [2, 2]
    taken(desk.say("bravo", ReadBack("bravo", name, position=Position(40.14, 35.336))))
    assert [owes(desk, party, NoticeKind.READ_BACK) for party in ("alpha", "bravo")] == [0, 0]
    assert differences(desk.desk.world, refolded(desk)[0]) == []
