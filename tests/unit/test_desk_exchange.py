"""What becomes of a notice, and what time makes of it (R14-R17, R20)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_twin import escalations, slow_escalations
from tests.desk_world import START, Room, circle, refused, taken
from thalweg.model.declarations import Kind, Zone
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Bearer,
    ClockFact,
    ClockTold,
    Committed,
    Delivered,
    Disseminated,
    EmergencySent,
    MessageSent,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    QuietProposed,
    ReadBack,
    Relayed,
    Response,
    Role,
    Said,
    WatchTaken,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position


def room(level: Level = Level.FULL) -> Room:
    made = Room(("alpha", "bravo"))
    made.channel("alpha", "bravo", level=level)
    return made


def clock(desk: Room, *what: ClockFact) -> list[ClockTold]:
    world = desk.desk.world
    bodies = (world.load(index).body for index in range(world.size))
    return [body for body in bodies if isinstance(body, ClockTold) and body.what in what]


def declared(desk: Room) -> str:
    """Something of alpha's that bravo was told of: the notice."""
    desk.declare("alpha", circle("P", "alpha"))
    return desk.last("bravo").id


def notice_of(desk: Room, kind: NoticeKind, party: str) -> Notice:
    return next(each for each in reversed(desk.notices(party)) if each.what is kind)


def test_five_facts_about_a_notice_stay_separate() -> None:
    """R14: none of them stands for another."""
    desk = room()
    name = declared(desk)
    state = desk.desk.world.exchange.notices[name]
    facts = ("delivered", "responses", "read_back", "disseminated", "relayed")
    said: tuple[Said, ...] = (
        Delivered("bravo", (name,), Bearer.STREAM, "tablet"),
        Acknowledged("bravo", name, Response.UNDERSTOOD),
        ReadBack("bravo", name, identity="alpha"),
        Disseminated("bravo", name, "2nd company"),
        Relayed("bravo", name, "the convoy", Bearer.VOICE),
    )
    for number, each in enumerate(said):
        taken(desk.say("bravo", each))
        assert [len(getattr(state, fact)) for fact in facts] == [int(at <= number) for at in range(5)]
    assert state.delivered[0].officer == "bravo-1"
    assert [each.what.value for each in desk.notices("alpha")][-4:] == [
        "acknowledged",
        "read_back",
        "disseminated",
        "relayed",
    ]


def test_only_its_recipient_answers_a_notice() -> None:
    desk = room()
    name = declared(desk)
    for said in (
        Acknowledged("alpha", name, Response.RECEIVED),
        ReadBack("alpha", "n-aaaaaaaaaa"),
        Delivered("alpha", ("n-aaaaaaaaaa", name), Bearer.PAPER),
    ):
        assert refused(desk.say("alpha", said)) == "notice-unknown"


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        ({"position": Position(40.14, 35.336)}, ()),
        ({"position": Position(40.14, 35.417)}, ("position",)),  # nine kilometres north
        ({"start": Instant(START.epoch_s + 72 * 3600 + 59)}, ()),
        ({"start": Instant(START.epoch_s + 73 * 3600)}, ("time",)),
        ({"end": Instant(START.epoch_s + 74 * 3600)}, ("time",)),
        ({"upper_mm": 3_010_000, "datum": "EGM96"}, ()),
        ({"upper_mm": 3_000_000, "datum": "AGL"}, ("altitude",)),
        ({"lower_mm": 914_400}, ("altitude",)),
        ({"identity": " ALPHA "}, ()),
        ({"identity": "bravo"}, ("identity",)),
        ({"position": Position(35.336, 40.14), "identity": "?", "start": START}, ("identity", "position", "time")),
        ({"datum": "AGL"}, ("altitude",)),  # the datum alone
        ({"datum": "EGM96", "identity": "alpha"}, ()),
    ],
)
def test_a_read_back_is_compared_in_position_time_altitude_and_identity(
    read: dict[str, object], wrong: tuple[str, ...]
) -> None:
    """R15."""
    desk = room()
    name = declared(desk)
    answer = taken(desk.say("bravo", ReadBack("bravo", name, **read)))  # type: ignore[arg-type]  # fields by name
    assert answer.mismatch == wrong
    assert desk.last("alpha").facts["differs"] == ", ".join(wrong)


def test_what_was_read_back_wrongly_stands_until_it_is_read_back_rightly() -> None:
    """R15: nine kilometres off is not put right by saying the name rightly, nor by saying nothing."""
    desk = room()
    name = declared(desk)
    desk.say("bravo", Acknowledged("bravo", name, Response.UNDERSTOOD))
    owed = desk.desk.world.exchange.owed
    off, there = Position(40.14, 35.417), Position(40.14, 35.336)
    assert taken(desk.say("bravo", ReadBack("bravo", name, position=off))).mismatch == ("position",)
    assert refused(desk.say("bravo", ReadBack("bravo", name))) == "readback-empty"
    assert taken(desk.say("bravo", ReadBack("bravo", name, identity="alpha"))).mismatch == ("position",)
    assert taken(desk.say("bravo", ReadBack("bravo", name, lower_mm=500_000))).mismatch == ("position", "altitude")
    assert taken(desk.say("bravo", ReadBack("bravo", name, position=there))).mismatch == ("altitude",)
    assert name in owed("bravo")
    assert taken(desk.say("bravo", ReadBack("bravo", name, lower_mm=0))).mismatch == ()
    assert name not in owed("bravo")
    assert taken(desk.say("bravo", ReadBack("bravo", name, identity="alpha"))).mismatch == ()


def test_the_place_of_a_call_for_help_is_compared_when_it_is_read_back() -> None:
    """R15, R17: and what a notice does not say at all is not confirmed by reading it back."""
    desk = room()
    taken(desk.say("alpha", EmergencySent("alpha", "we are being hit", place=Position(40.14, 35.336), radius_m=300)))
    call = desk.last("bravo").id
    for read, wrong in (
        (Position(40.14, 35.336), ()),
        (Position(40.14, 35.417), ("position",)),
    ):
        assert taken(desk.say("bravo", ReadBack("bravo", call, position=read))).mismatch == wrong
    desk.say("alpha", MessageSent("alpha", "line", "good morning", "en"))
    said = desk.last("bravo").id
    assert taken(desk.say("bravo", ReadBack("bravo", said, position=Position(40.14, 35.336)))).mismatch == ("position",)


def test_what_is_proposed_is_read_back_as_it_is_proposed() -> None:
    desk = room()
    window = circle("Q", "alpha", kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW)
    soon = Instant(START.epoch_s + 3600)
    taken(desk.say("alpha", QuietProposed("alpha", ("bravo",), window, "to mend the water main", soon)))
    asked = desk.last("bravo").id
    start = Instant(START.epoch_s + 72 * 3600)
    right = ReadBack("bravo", asked, position=Position(40.14, 35.336), start=start)
    assert taken(desk.say("bravo", right)).mismatch == ()
    assert taken(desk.say("bravo", ReadBack("bravo", asked, start=START))).mismatch == ("time",)


def test_a_wrong_read_back_opens_an_answered_notice_again_and_its_clock_runs_anew() -> None:
    """R15, R16: until a right one; and both sides are told what does not agree."""
    desk = room()
    name = declared(desk)
    desk.say("bravo", Acknowledged("bravo", name, Response.UNDERSTOOD))
    desk.later(100_000.0)
    assert escalations(desk, name) == []
    taken(desk.say("bravo", ReadBack("bravo", name, position=Position(12.0, 12.0))))
    state = desk.desk.world.exchange.notices[name]
    assert state.outstanding
    for party in ("alpha", "bravo"):
        told = notice_of(desk, NoticeKind.READ_BACK, party)
        assert (told.facts["differs"], told.owed, told.severity) == ("position", True, "warning")
    desk.later(4 * 3600 - 1)
    assert escalations(desk, name) == []
    desk.later(1)
    assert [step for _, step in escalations(desk, name)] == [1]
    taken(desk.say("bravo", ReadBack("bravo", name, position=Position(40.14, 35.336))))
    assert not state.outstanding


def test_unanswered_goes_to_the_next_watch_then_to_the_secretariat_until_somebody_answers() -> None:
    """R16: no one named person is waited for."""
    desk = room()
    second = desk.officer("bravo-2", "bravo")
    desk.say("bravo", WatchTaken("bravo", 1))
    desk.say(second, WatchTaken("bravo", 2))
    desk.declare("bravo", circle("Q", "bravo"))
    cite = desk.last("alpha").version
    taken(desk.declare("alpha", circle("P", "alpha"), cite))
    name = desk.last("bravo").id
    state = desk.desk.world.exchange.notices[name]
    assert state.severity == "warning"
    for seconds in (900, 900, 1800, 1800, 1800):
        desk.later(seconds)
    told = [body for body in clock(desk, ClockFact.ESCALATED) if body.subject == name]
    assert [body.at.epoch_s - state.at.epoch_s for body in told] == [900, 1800, 3600, 5400, 7200]
    assert [body.facts["officer"] for body in told[:3]] == ["bravo-1", "bravo-2", "bravo-1"]
    assert [body.facts["to"] for body in told] == ["watch", "watch", "secretariat", "secretariat", "secretariat"]
    chair = next(each for each in reversed(desk.notices(SECRETARIAT)) if each.facts.get("owes") == "bravo")
    assert (chair.facts, chair.subject, chair.view, chair.words) == ({"owes": "bravo", "what": "warning"}, "", None, "")
    taken(desk.say(second, Acknowledged("bravo", name, Response.OBJECT, "there is a hospital")))
    count = len(told)
    desk.later(50_000)
    assert len([body for body in clock(desk, ClockFact.ESCALATED) if body.subject == name]) == count


def test_where_nobody_is_on_watch_the_secretariat_is_told_at_the_first_step() -> None:
    """R16: nothing waits for a watch that there is not; from the last step on it is told again."""
    desk = room()
    name = declared(desk)
    desk.later(4 * 3600)
    (first,) = [each for each in desk.notices(SECRETARIAT) if each.what is NoticeKind.ESCALATED]
    assert (first.answers, first.facts) == (name, {"owes": "bravo", "what": "declared"})
    assert notice_of(desk, NoticeKind.ESCALATED, "bravo").facts == {"also": SECRETARIAT}
    for _ in range(2):
        desk.later(24 * 3600)
    told = [body.facts["to"] for body in clock(desk, ClockFact.ESCALATED) if body.subject == name]
    assert told == ["secretariat", "watch", "secretariat"]


def test_a_desk_that_was_away_takes_one_step_and_not_all_at_once() -> None:
    """R16: and a restart in the middle of an escalation goes on where it was."""
    desk = room()
    name = declared(desk)
    desk.later(5 * 3600)
    desk.desk = desk.open()
    desk.later(200_000)
    steps = [step for _, step in escalations(desk, name)]
    assert steps == [1, 2]
    desk.desk = desk.open()
    desk.later(12 * 3600)
    assert [step for _, step in escalations(desk, name)] == [1, 2, 3]


@given(
    st.lists(
        st.tuples(st.sampled_from([60.0, 3600.0, 15_000.0]), st.sampled_from(["", "ack", "wrong", "right"])),
        min_size=1,
        max_size=9,
    ),
    st.sets(st.integers(0, 8), max_size=2),
)
@settings(max_examples=15, deadline=None)
def test_escalation_goes_by_the_clock_counted_by_hand(
    course: list[tuple[float, str]], restarts: frozenset[int]
) -> None:
    """R16: whatever is answered or read back wrongly in between, and wherever the desk is started again."""
    desk = room()
    name = declared(desk)
    state = desk.desk.world.exchange.notices[name]
    assert state.due is not None
    looked: list[float] = []
    quiet: list[tuple[float, bool]] = []
    acknowledged = right = False
    ever_wrong = False
    for number, (seconds, what) in enumerate(course):
        if number in restarts:
            desk.desk = desk.open()
        desk.later(seconds)
        now = desk.now.epoch_s
        looked.append(now)
        match what:
            case "ack":
                desk.say("bravo", Acknowledged("bravo", name, Response.RECEIVED))
                acknowledged = True
                quiet.append((now, not ever_wrong or right))
            case "wrong" | "right":
                position = Position(12.0, 12.0) if what == "wrong" else Position(40.14, 35.336)
                desk.say("bravo", ReadBack("bravo", name, position=position))
                right, ever_wrong = what == "right", ever_wrong or what == "wrong"
                quiet.append((now, acknowledged and (right or not ever_wrong)))
            case _:
                pass
    assert escalations(desk, name) == by_hand(state.due.epoch_s, looked, quiet, course)


def by_hand(
    due_s: float, looked: list[float], quiet: list[tuple[float, bool]], course: list[tuple[float, str]]
) -> list[tuple[float, int]]:
    """Only a wrong read-back begins the clock anew."""
    steps = (4 * 3600.0, 12 * 3600.0, 24 * 3600.0)
    began = [now for now, (_, what) in zip(looked, course, strict=True) if what == "wrong"]
    return slow_escalations(steps, due_s, looked, quiet, began)


def test_an_emergency_overtakes_repeats_and_stays_open_until_a_promise_has_an_outcome() -> None:
    """R17."""
    desk = room()
    taken(desk.say("alpha", EmergencySent("alpha", "cease, we are being hit", place=Position(40.14, 35.336))))
    (event,) = desk.desk.world.exchange.emergencies
    first = desk.last("bravo")
    assert (first.what, first.severity, first.words, first.owed) == (
        NoticeKind.EMERGENCY,
        "emergency",
        "cease, we are being hit",
        True,
    )
    chair = desk.last(SECRETARIAT)
    assert (chair.words, chair.place, chair.statement) == ("", None, ""), "it learns that somebody called"
    for _ in range(3):
        desk.later(60)
    assert desk.last("bravo").bell == 3
    desk.say("bravo", Acknowledged("bravo", desk.last("bravo").id, Response.UNDERSTOOD))
    desk.later(60)
    assert desk.last("bravo").bell == 4, "that somebody heard does not end it"
    due = Instant(desk.now.epoch_s + 300)
    taken(desk.say("bravo", Committed("bravo", event, "we stop", due)))
    assert notice_of(desk, NoticeKind.COMMITMENT, "alpha").words == "we stop"
    bells = len([each for each in desk.notices("bravo") if each.what is NoticeKind.EMERGENCY])
    desk.later(299)
    assert len([each for each in desk.notices("bravo") if each.what is NoticeKind.EMERGENCY]) == bells
    desk.later(1)
    for party in ("alpha", "bravo", SECRETARIAT):
        assert notice_of(desk, NoticeKind.LAPSED, party).owed, "a promise that lapsed is told to both and further"
    assert len([each for each in desk.notices("bravo") if each.what is NoticeKind.EMERGENCY]) == bells + 1
    (promise,) = desk.desk.world.exchange.commitments
    taken(desk.say("alpha", OutcomeStated("alpha", promise, Outcome.KEPT)))
    assert not desk.desk.world.exchange.emergencies[event].open
    desk.later(7200)
    assert len([each for each in desk.notices("bravo") if each.what is NoticeKind.EMERGENCY]) == bells + 1
    assert refused(desk.say("bravo", OutcomeStated("bravo", promise, Outcome.BROKEN))) == "outcome-known"


def test_a_broken_promise_leaves_it_open_and_it_repeats_at_once() -> None:
    """R17: not only when the promise would have been due."""
    desk = room()
    desk.say("alpha", EmergencySent("alpha"))
    (event,) = desk.desk.world.exchange.emergencies
    desk.say("bravo", Committed("bravo", event, "we stop", Instant(START.epoch_s + 600)))
    desk.later(120)
    (promise,) = desk.desk.world.exchange.commitments
    desk.say("alpha", OutcomeStated("alpha", promise, Outcome.BROKEN))
    bells = len(clock(desk, ClockFact.REPEATED))
    desk.later(0)
    assert len(clock(desk, ClockFact.REPEATED)) == bells + 1
    desk.later(3600)
    desk.later(59)
    assert len(clock(desk, ClockFact.REPEATED)) == bells + 2, "one bell, though it was set going twice"


def test_a_promise_for_next_year_does_not_silence_an_emergency() -> None:
    """R17: nor does one side's promise silence it for another."""
    desk = Room(("alpha", "bravo", "charlie"))
    desk.channel("alpha", "bravo", "charlie")
    desk.say("alpha", EmergencySent("alpha"))
    (event,) = desk.desk.world.exchange.emergencies
    desk.say("bravo", Committed("bravo", event, "we stop", Instant(START.epoch_s + 365 * 86_400)))
    desk.later(60)
    assert desk.last("charlie").bell == 1
    assert desk.last("bravo").what is not NoticeKind.EMERGENCY or desk.last("bravo").bell == 0
    desk.say("charlie", Committed("charlie", event, "so do we", Instant(START.epoch_s + 120)))
    desk.later(61)
    assert desk.last("charlie").bell == 2
    desk.desk = desk.open()
    desk.later(60)
    assert desk.last("charlie").bell == 3


def test_an_emergency_calls_whoever_it_names_channel_or_none() -> None:
    desk = Room(("alpha", "bravo", "charlie"))
    taken(desk.say("alpha", EmergencySent("alpha", to=("charlie",))))
    assert desk.last("charlie").what is NoticeKind.EMERGENCY
    assert not [each for each in desk.notices("bravo") if each.what is NoticeKind.EMERGENCY]
    assert refused(desk.say("alpha", EmergencySent("alpha", to=("delta",)))) == "party-unknown"


def test_an_emergencys_bells_do_not_pile_up() -> None:
    """R16, R17: a day without an answer is one call that goes up its clock, and a bell a minute."""
    desk = room()
    desk.say("alpha", EmergencySent("alpha"))
    for _ in range(180):
        desk.later(60)
    owed = [each for each in desk.desk.world.exchange.outstanding("bravo") if each.what is NoticeKind.EMERGENCY]
    assert len(owed) == 1
    assert len(clock(desk, ClockFact.REPEATED)) == 180
    assert len(escalations(desk, owed[0].id)) <= 180 * 60 / 300 + 4


def test_a_commitment_is_for_a_time_to_come_and_of_somebody_concerned() -> None:
    desk = Room(("alpha", "bravo", "charlie"))
    desk.channel("alpha", "bravo")
    desk.say("alpha", EmergencySent("alpha"))
    (event,) = desk.desk.world.exchange.emergencies
    assert refused(desk.say("bravo", Committed("bravo", event, "we stop", START))) == "due-past"
    later = Instant(START.epoch_s + 60)
    assert refused(desk.say("charlie", Committed("charlie", event, "we stop", later))) == "notice-unknown"
    assert refused(desk.say("charlie", OutcomeStated("charlie", event, Outcome.KEPT))) == "commitment-unknown"


def test_who_answers_is_any_officer_on_the_rolls() -> None:
    """R16: nobody waits for one man."""
    desk = room()
    name = declared(desk)
    third = desk.officer("bravo-3", "bravo", Role.WATCH)
    taken(desk.say(third, Acknowledged("bravo", name, Response.RECEIVED)))
    assert desk.desk.world.exchange.notices[name].responses[0].officer == "bravo-3"


def test_a_relays_receipt_is_not_the_end_recipients() -> None:
    """R20."""
    desk = room()
    name = declared(desk)
    desk.say("bravo", Relayed("bravo", name, "the column at the bridge", Bearer.VOICE))
    state = desk.desk.world.exchange.notices[name]
    assert state.outstanding
    assert not state.disseminated
    assert desk.last("alpha").facts == {"to": "the column at the bridge", "bearer": "voice"}


def test_short_notice_is_owed_an_answer_sooner() -> None:
    """R16: by half of the time that is left, where the recipient may know when it begins."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha", hours=(2.0, 3.0)))
    assert desk.last("bravo").due == Instant(START.epoch_s + 3600)
    hidden = room(Level.COARSE)
    hidden.declare("alpha", circle("P", "alpha", hours=(2.0, 3.0), kind=Kind.OPERATION))
    assert hidden.last("bravo").due == Instant(START.epoch_s + 4 * 3600)


def test_nobody_but_the_caller_says_that_a_promise_about_its_emergency_was_kept() -> None:
    """R17: else a third party that was called as well could end the call of somebody who is being hit."""
    desk = Room(("alpha", "bravo", "charlie"))
    desk.channel("alpha", "bravo", "charlie", level=Level.FULL)
    called = taken(desk.say("alpha", EmergencySent("alpha", "we are being hit"))).statement
    promise = taken(desk.say("bravo", Committed("bravo", called, "we stop", Instant(desk.now.epoch_s + 300)))).statement
    for outcome in (Outcome.KEPT, Outcome.OVERTAKEN):
        assert refused(desk.say("charlie", OutcomeStated("charlie", promise, outcome))) == "outcome-own"
    assert desk.desk.world.exchange.emergencies[called].open
    taken(desk.say("alpha", OutcomeStated("alpha", promise, Outcome.KEPT)))
    assert not desk.desk.world.exchange.emergencies[called].open


def test_whoever_promised_does_not_say_that_it_was_kept() -> None:
    """R17: ten calls in six hours, each time a stop was promised; it is the one being hit who knows."""
    desk = room()
    called = taken(desk.say("alpha", EmergencySent("alpha", "we are being hit"))).statement
    promise = taken(desk.say("bravo", Committed("bravo", called, "we stop", Instant(desk.now.epoch_s + 300)))).statement
    assert refused(desk.say("bravo", OutcomeStated("bravo", promise, Outcome.KEPT))) == "outcome-own"
    assert desk.desk.world.exchange.emergencies[called].open
    taken(desk.say("bravo", OutcomeStated("bravo", promise, Outcome.BROKEN)))
    assert desk.desk.world.exchange.emergencies[called].open
