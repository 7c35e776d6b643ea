"""What a party owed an answer to at a time is what the desk waited for then, of what had reached the party; where the
two differ, it is by what the rule of `policy.asof.owed` names, and each of that is named here (R16, R40)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.asof_twin import DEEDS, DOINGS, PARTIES, History, Step, brute, records, room_of
from tests.desk_world import START
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    ClockTold,
    Committed,
    LineAnswered,
    LineChecked,
    Notice,
    NoticeKind,
    OutcomeStated,
    Refused,
    Taken,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.owed import outstanding
from thalweg.policy.asof.readings import AsOfs, held_by
from thalweg.policy.asof.valid import Mask
from thalweg.policy.held import of_log
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.whole import whole
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

ROOMS = st.sampled_from(((None, True), (Level.FULL, False), (Level.FOOTPRINT, False), (Level.COARSE, False)))
READERS = (*PARTIES, SECRETARIAT)
EVER = (float("-inf"), float("inf"))


def replay(room: tuple[Level | None, bool], steps: Sequence[Step]) -> History:
    history = History(room_of(room[0], room=room[1]), {})
    for step in steps:
        history.take(step)
    return history


def folded(log: Sequence[Recorded], known: Instant) -> World:
    """The desk as it was: the log until the first entry that it made later."""
    world = World(log.__getitem__)
    for record in log:
        if made_s(record) > known.epoch_s:
            break
        world.apply(record)
    return world


def made_s(record: Recorded) -> float:
    match record.body:
        case Taken() | Refused():
            return record.body.received.epoch_s
        case Notice() | ClockTold():
            return record.body.at.epoch_s
        case _:
            return record.said_at.epoch_s if record.author == DESK else 0.0


def owed(world: World, party: str, known: Instant) -> tuple[dict[str, Notice], set[str]]:
    """The notices that had reached the party, and those of them that it owed an answer to, as it knew."""
    asofs = AsOfs.over(world)
    read = asofs.notices(party, known, 0, 10_000).value.notices
    asked = whole(asofs.noticing(party, known, 0, 10_000, owed_only=True)).value.notices
    assert asked == tuple(each for each in read if each.outstanding)
    return {each.notice.id: each.notice for each in read}, {each.notice.id for each in asked}


def had_everything(log: Sequence[Recorded], party: str, known: Instant) -> set[str]:
    """What the party would have owed if every notice had reached it when it was made."""
    world = folded(log, known)
    told = world.history.to(party).columns["told"]
    told["reached"][:] = told["made"]
    return owed(world, party, known)[1]


def never_told(log: Sequence[Recorded], world: World, notice: Notice) -> bool:
    """Whether no notice tells the party of the end of this one."""
    match notice.what:
        case NoticeKind.LINE_CHECK:
            return True  # another answered it: that is told to whoever asked
        case NoticeKind.EMERGENCY | NoticeKind.LAPSED if notice.to == SECRETARIAT:
            return True  # it is told that there was a call, and not how it went on
        case NoticeKind.EMERGENCY:
            # A promise about the notice by which another was called does not say to the others of which call it is.
            promises = [each.body for each in log[: world.size] if isinstance(each.body, Committed)]
            mine = {each.id for each in world.exchange.mailbox(notice.to)} | {notice.answers}
            about = {each.about for each in promises}
            return any(
                world.exchange.notices[each].answers == notice.answers
                for each in about - mine
                if each in world.exchange.notices
            )
        case _:
            return False


def compare(history: History, party: str, known: Instant) -> None:
    log = records(history.room)
    world = folded(log, known)
    came, had = owed(world, party, known)
    twin = brute(log, party, known.epoch_s, EVER)
    assert (set(came), had) == (set(twin["notices"]), twin["outstanding"])
    live = {each.id for each in world.exchange.outstanding(party)} & set(came)
    told_all = had_everything(log, party, known)
    # The desk waits longer than the party knew only for what was over by its time.
    assert live - had <= twin["over"], [came[each] for each in live - had - twin["over"]]
    # The party owed more as it knew than the desk waited for where an end had not reached it, or reaches it never.
    more = [came[each] for each in had - live]
    assert [each for each in more if each.id in told_all and not never_told(log, world, each)] == []


@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_what_each_deed_settles_is_owed_no_longer(deed: str) -> None:
    """R16, R40: at each moment of it, and to each reader."""
    history = replay((Level.FULL, False), DEEDS[deed])
    log = records(history.room)
    settled = set()
    before: dict[str, set[str]] = {}
    for known_s in sorted({made_s(each) for each in log if made_s(each) >= START.epoch_s}):
        for party in READERS:
            known = Instant(known_s + 0.5)
            compare(history, party, known)
            now = owed(folded(log, known), party, known)[1]
            settled |= before.get(party, set()) - now
            before[party] = now
    assert settled


class Counted(Cut):
    """A cut that counts what is read again, and how often all notices are gone through."""

    def __init__(self, world: World, party: str, known: Instant) -> None:
        self.loaded = self.gone_through = 0
        super().__init__(world.history.of(party), known, self._counting(world))

    def _counting(self, world: World) -> Callable[[int], Recorded]:
        def load(index: int) -> Recorded:
            self.loaded += 1
            return world.load(index)

        return load

    @override
    def is_what(self, *whats: NoticeKind) -> Mask:
        self.gone_through += 1
        return super().is_what(*whats)


def cost(history: History, party: str) -> tuple[int, int]:
    cut = Counted(history.room.desk.world, party, history.room.now)
    whole(outstanding(cut))
    return cut.loaded, cut.gone_through


def test_what_is_owed_is_read_in_small_steps() -> None:
    """The server answers others between two: of a party that has not joined a channel since long ago, every act since
    then is read."""
    history = replay((Level.FULL, False), [*DEEDS["joined"][:2], ("emergency", 0, 0, 0), *[("commit", 1, 0, 0)] * 150])
    world, known = history.room.desk.world, history.room.now
    loaded = 0

    def load(index: int) -> Recorded:
        nonlocal loaded
        loaded += 1
        return world.load(index)

    for what in ("notices", "picture"):
        asofs = AsOfs(world.history.of, load, exercise=False)
        held, before = [], loaded
        for _ in asofs.noticing("bravo", known, 0, 50) if what == "notices" else asofs.picturing("bravo", known):
            held.append(loaded - before)
            before = loaded
        assert sum(held) > 150
        assert max(held) <= 60, held


def test_twice_as_many_read_backs_and_calls_are_twice_the_work() -> None:
    """And not four times."""
    back = [("declare", 0, 0, 1), ("deliver", 1, 0, 0)]
    of_another = [
        [*back, *[("name", 1, 0, 3)] * many, ("deliver", 0, 0, 0), *[("name", 1, 0, 2)] * many, ("deliver", 0, 0, 0)]
        for many in (6, 12)
    ]
    (few, _), (many, _) = (cost(replay((Level.FULL, False), each), "alpha") for each in of_another)
    assert 12 <= many <= 2.5 * few
    calls = [[*[("emergency", 0, 0, 1)] * many, ("deliver", 1, 0, 0)] for many in (3, 12)]
    (_, few), (_, many) = (cost(replay((Level.FULL, False), each), "bravo") for each in calls)
    assert few == many


def test_a_refused_answer_of_the_same_instant_answers_no_line_check() -> None:
    """One of two checks was answered by another side before: that is told to whoever asked, and not to this party,
    which owes it as it knows until its time is over."""
    history = replay((Level.FULL, False), [("check", 0, 0, 0), ("check", 0, 0, 2), ("deliver", 1, 0, 0)])
    room = history.room
    first, second = (each.event for each in records(room) if isinstance(each.body, LineChecked))
    assert isinstance(room.say("charlie", LineAnswered("charlie", "line", first)), Taken)
    assert isinstance(room.say("bravo", LineAnswered("bravo", "line", first)), Refused)
    assert isinstance(room.say("bravo", LineAnswered("bravo", "line", second)), Taken)
    came, had = owed(room.desk.world, "bravo", room.now)
    assert {each.answers for name, each in came.items() if each.what is NoticeKind.LINE_CHECK} == {first, second}
    assert {came[name].answers for name in had if came[name].what is NoticeKind.LINE_CHECK} == {first}
    compare(history, "bravo", room.now)


@pytest.mark.parametrize(("deed", "party"), [("promised", "charlie"), ("lapsed", "alpha")])
def test_an_outcome_that_a_notice_does_not_say_is_read_where_it_is_shown(deed: str, party: str) -> None:
    """A desk says it in each such notice; the form of a notice asks for nothing of it. Whoever was shown the statement
    was told what came of the promise; whoever was not has an emergency that is not over."""
    history = replay((Level.FULL, False), DEEDS[deed])
    world, known = history.room.desk.world, history.room.now
    held = of_log(world, Mailboxes(world, history.room.desk.policy).entries(party).value, party)
    silent = tuple(without_its_outcome(each) for each in held)
    unshown = tuple(each for each in silent if not isinstance(each.body, OutcomeStated))
    assert held != silent
    assert silent != unshown
    expected = brute(held, party, known.epoch_s, EVER)
    for entries in (silent, unshown):
        twin = brute(entries, party, known.epoch_s, EVER)
        asofs = held_by(party, entries, exercise=False)
        had = asofs.notices(party, known, 0, 10_000).value.notices
        picture = asofs.picture(party, known).value
        promises = {each.event: (each.by, each.outcome, each.lapsed) for each in picture.commitments}
        assert ({each.notice.id for each in had if each.outstanding}, promises) == (
            twin["outstanding"], twin["promises"],
        )  # fmt: skip
        if entries is silent:
            assert (twin["outstanding"], twin["promises"]) == (expected["outstanding"], expected["promises"])
        else:
            assert {outcome for _, outcome, _ in promises.values()} <= {""}
            assert all(each.open is not False for each in picture.emergencies)
            assert twin["outstanding"] >= expected["outstanding"]


def without_its_outcome(record: Recorded) -> Recorded:
    body = record.body
    told = isinstance(body, Notice) and body.what is NoticeKind.OUTCOME
    return replace(record, body=replace(body, facts={})) if isinstance(body, Notice) and told else record


@settings(
    max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(ROOMS, DOINGS, st.data())
def test_what_was_owed_as_a_party_knew_is_what_the_desk_waited_for(
    room: tuple[Level | None, bool], steps: list[Step], data: st.DataObject
) -> None:
    """R16, R40."""
    history = replay(room, steps)
    now_s = history.room.now.epoch_s
    party = data.draw(st.sampled_from(READERS))
    for part in (data.draw(st.floats(0.0, 1.0)), 1.0):
        compare(history, party, Instant(round(START.epoch_s + part * (now_s - START.epoch_s)) + 0.5))
