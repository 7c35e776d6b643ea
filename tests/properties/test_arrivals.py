"""When notices reached a party is looked up, and is what going through its whole mailbox gives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from math import inf

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk_world import Room
from tests.unit.test_sources_at_the_desk import CLAIM, COURIER, ENTERED
from thalweg.model.events import SECRETARIAT, Acknowledged, NoticeKind, Response, Taken
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimWithdrawn, SourceShared
from thalweg.policy.arrivals import Arrivals
from thalweg.state.exchange import NoticeState
from thalweg.state.world import World

READERS = ("alpha", "bravo", "charlie", "delta", SECRETARIAT)
STEPS = st.lists(
    st.tuples(st.sampled_from(("claim", "supersede", "withdraw", "share", "acknowledge")), st.integers(0, 11)),
    max_size=12,
)


def history(steps: list[tuple[str, int]]) -> tuple[World, list[str]]:
    """A desk on which such things were said, and the statements that it took."""
    room = Room(READERS[:4])
    room.channel("alpha", "bravo")  # notices that are of no source
    taken: list[str] = []
    claims: list[str] = []

    def say(said: object, by: str = "alpha") -> str:
        answer = room.say(by, said)  # type: ignore[arg-type]  # all of them are statements
        if isinstance(answer, Taken):
            taken.append(answer.statement)
            return answer.statement
        return ""

    say(ENTERED)
    for step, number in steps:
        if step == "claim":
            claims.append(say(replace(CLAIM, start=number, end=number + 170)))
        elif step == "supersede" and claims:
            claims.append(say(replace(CLAIM, supersedes=claims[number % len(claims)], corrected=True)))
        elif step == "withdraw" and claims:
            say(ClaimWithdrawn("alpha", claims[number % len(claims)]))
        elif step == "share":
            say(SourceShared("alpha", COURIER, (READERS[2 + number % 3],)))
        elif step == "acknowledge":
            by = READERS[1 + number % 3]
            sent = room.notices(by)
            if sent:
                say(Acknowledged(by, sent[number % len(sent)].id, Response.UNDERSTOOD), by)
    return room.desk.world, [*filter(None, (*taken, *claims)), "0" * 64]


def mailbox(world: World, party: str) -> Iterator[tuple[NoticeState, Instant | None]]:
    """The slow twin: every notice, with when it came."""
    told = world.history.of(party).columns["told"]
    for state in world.exchange.mailbox(party):
        row = bisect_left(told["index"], state.index)
        came = told["reached"][row]
        yield state, None if came == inf else Instant(came)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_what_is_looked_up_is_what_the_whole_mailbox_says(steps: list[tuple[str, int]]) -> None:
    """R40, R43."""
    world, statements = history(steps)
    for party in READERS:
        arrivals, every = Arrivals(world, party), list(mailbox(world, party))
        for other in READERS:
            for state, at in mailbox(world, other):
                assert arrivals.of_notice(state.id) == (at if other == party else None)
        assert arrivals.of_notice("n-none") is None
        about = [each for each in every if each[0].what in (NoticeKind.SOURCE, NoticeKind.CLAIM)]
        for statement in statements:
            came = [at for state, at in about if at is not None and state.statement == statement]
            assert arrivals.of_source(statement) == min(came, default=None)
            assert arrivals.telling({statement}) == tuple(
                state.id
                for state, _ in every
                if (state.statement == statement and state.what in (NoticeKind.SOURCE, NoticeKind.CLAIM))
                or (state.what is NoticeKind.CLAIM and state.answers == statement)
            )
        back: dict[str, Instant] = {}
        for state, at in every:
            if state.what is NoticeKind.CLAIM and at is not None and state.answers not in ("", state.statement):
                back.setdefault(state.answers, at)
        assert arrivals.retracted() == back


def test_the_histories_hold_what_is_looked_up() -> None:
    """Else the property would hold of nothing."""
    world, _ = history([("claim", 0), ("acknowledge", 1), ("acknowledge", 4), ("withdraw", 0), ("acknowledge", 3)])
    arrivals = [Arrivals(world, party) for party in READERS]
    assert any(at is not None for party in READERS for _, at in mailbox(world, party))
    assert any(each.retracted() or each.telling(set(world.sourced.claims)) for each in arrivals)
