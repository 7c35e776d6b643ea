"""What a party owed an answer to at a time is what the desk waited for then, of what had reached the party; where the
two differ, it is by what the rule of `policy.asof.owed` names, and each of that is named here (R16, R40)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.asof_twin import DEEDS, DOINGS, PARTIES, History, Step, brute, records, room_of
from tests.desk_world import START
from thalweg.model.events import DESK, SECRETARIAT, ClockTold, Committed, Notice, NoticeKind, Refused, Taken
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.asof.readings import AsOfs
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
    read = AsOfs.over(world).notices(party, known, 0, 10_000).value.notices
    return {each.notice.id: each.notice for each in read}, {each.notice.id for each in read if each.outstanding}


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
