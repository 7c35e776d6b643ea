"""Timers that were put away, and others set since, are those that would be there otherwise, in the same order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thalweg.desk.clocks import Due, KeptTimers, Timer

LASTING = st.builds(
    Timer,
    st.sampled_from([0.0, 1.0, 1.5, 2.0]),
    st.sampled_from([Due.ANSWER, Due.END, Due.FADE]),
    st.sampled_from(["", "a", "é"]),
    st.sampled_from(["alpha/1", "bravo/2", "\udc80", ""]),
    st.integers(0, 2),
)
OTHER = st.builds(Timer, st.just(1.0), st.just(Due.BEAT), st.just(""), st.just("room"))


@given(st.lists(LASTING, max_size=12), st.integers(0, 12), st.lists(st.one_of(LASTING, OTHER), max_size=12))
def test_timers_set_since_stand_where_they_belong(before: list[Timer], popped: int, since: list[Timer]) -> None:
    kept = KeptTimers.of(before)
    for _ in range(popped):
        kept.pop()
    merged = kept.merged(since)
    lasting = [each for each in since if each.what is not Due.BEAT]
    assert list(merged.left()) == sorted([*sorted(before)[popped:], *lasting])
    assert list(kept.left()) == sorted(before)[popped:], "what it was made of is as it was"
