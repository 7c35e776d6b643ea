"""What ends when."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from thalweg.engine.ends import Ends

MOMENTS = st.one_of(st.integers(0, 20).map(float), st.just(math.inf))


@given(st.lists(MOMENTS), st.lists(st.integers(-1, 25).map(float)).map(sorted))
def test_each_key_comes_out_once_by_time_and_then_as_it_came(moments: list[float], asked: list[float]) -> None:
    ends: Ends[int] = Ends()
    for key, moment in enumerate(moments):
        ends.add(moment, key)
    latest = -1.0
    for now_s in asked:
        due = [(moment, key) for key, moment in enumerate(moments) if latest < moment <= now_s]
        assert list(ends.until(now_s)) == [key for _, key in sorted(due)]
        latest = now_s


def test_what_is_added_late_comes_out_at_the_next_question() -> None:
    ends: Ends[str] = Ends()
    assert list(ends.until(10.0)) == []
    ends.add(5.0, "late")
    assert list(ends.until(10.0)) == ["late"]
    assert list(ends.until(10.0)) == []
