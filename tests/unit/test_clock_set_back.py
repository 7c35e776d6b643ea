"""A clock that is set back takes nothing from what a party has: the record holds the desk at its latest time (R40)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Serving, serving, soon
from tests.unit.pages.officers import screen
from thalweg.model.declarations import Kind
from thalweg.model.instants import Instant
from thalweg.wiring import now_ms


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("back")) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        yield held


def test_what_is_known_now_is_all_that_is_on_record_although_the_clock_was_set_back(
    desk: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "hospital of alpha" in screen(desk, "bravo-1").see("/room?valid=../..").text
    state = desk.built.app.state
    routes = state.desk
    monkeypatch.setattr(state, "desk", replace(routes, now=lambda: Instant(routes.now().epoch_s - 7200)))
    for who in ("alpha-1", "bravo-1"):
        had = desk.get(who, "/v1/as-of?valid=../..").json()
        assert [each["of"] for each in had["declarations"]] == ["alpha"]
        assert "hospital of alpha" in desk.get(who, "/room?valid=../..").text


def test_asking_again_by_the_time_that_an_answer_names_asks_for_the_same(
    desk: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks know microseconds, the record milliseconds: whoever pages on by `known` must not ask for another time."""
    state, second = desk.built.app.state, now_ms() // 1000 + 60
    monkeypatch.setattr(state, "desk", replace(state.desk, now=lambda: Instant(second + 0.000_6)))
    for path in ("/v1/as-of?valid=../..", "/v1/as-of", "/v1/as-of/notices", "/v1/as-of/times"):
        now = desk.get("bravo-1", path).json()
        assert now["known"] == str(Instant(float(second)))
        joint = "&" if "?" in path else "?"
        assert desk.get("bravo-1", f"{path}{joint}known={now['known']}").json() == now
