"""Housekeeping of a server: streams that end with the key or the role behind them, counts, sweeping (R22, R46)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.serving import Serving, serving, soon
from tests.unit.test_bearers import until
from thalweg.model.accounts import Ceremony
from thalweg.model.declarations import Kind
from thalweg.model.events import EmergencySent, OfficerEnded, Role
from thalweg.model.shapes import Position
from thalweg.server.beats import rests_s
from thalweg.server.doors import Principal
from thalweg.wiring import now_ms


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("beats")) as held:
        held.parties("alpha", "bravo")
        yield held


def listening(desk: Serving, name: str, party: str) -> Future[int]:
    """A stream that is open, and how many bytes came when it has ended."""
    asked = desk.get(name, "/v1/me")
    assert asked.status_code == 200
    doors, streams = desk.built.doors, desk.built.app.state.desk.streams
    who = next(each for each, _ in doors.known.values() if each.author == name)
    assert isinstance(who, Principal)

    async def listen() -> int:
        return sum([len(each) async for each in streams.follow(party, 0, who)])

    before = streams.open
    started: Future[int] = desk.portal.start_task_soon(listen)
    until(lambda: streams.open > before)
    return started


def metrics(desk: Serving) -> dict[str, float]:
    text = desk.client.get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^(thalweg_\S+) (\S+)$", text, re.MULTILINE)}


def test_a_stream_ends_when_the_token_behind_it_is_ended_elsewhere(desk: Serving) -> None:
    desk.officer("bravo-2", "bravo")
    other = listening(desk, "alpha-1", "alpha")
    stream = listening(desk, "bravo-2", "bravo")
    time.sleep(1.5)
    assert not stream.done()
    assert desk.opened.accounts.remove_token("m-bravo-2", "t-bravo-2")
    assert stream.result(timeout=60) > 0
    assert not other.done()  # nobody else's ends with it
    desk.built.app.state.desk.streams.cut({next(iter(desk.built.app.state.desk.streams.listening())).key})
    other.result(timeout=60)


def test_a_stream_ends_when_its_officer_is_taken_off_the_rolls(desk: Serving) -> None:
    desk.officer("bravo-3", "bravo")
    desk.officer("bravo-admin", "bravo", Role.ADMIN)
    stream = listening(desk, "bravo-3", "bravo")
    desk.say("bravo-admin", OfficerEnded("bravo", "bravo-3", Role.WATCH, "bravo"))
    stream.result(timeout=60)
    assert desk.get("bravo-3", "/v1/me").status_code == 403


def test_the_desk_is_counted_without_naming_anybody(desk: Serving) -> None:
    before = metrics(desk)
    desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
    desk.declare("bravo-1", soon("patrol", "bravo"), 409)  # it has not cited what it was shown
    desk.say("alpha-1", EmergencySent("alpha", "Shells on the roof", "en", place=Position(40.14, 35.336)))
    after = metrics(desk)
    assert after["thalweg_desk_taken_total"] == before["thalweg_desk_taken_total"] + 2
    assert after["thalweg_desk_refused_total"] == before["thalweg_desk_refused_total"] + 1
    assert after["thalweg_desk_entries_total"] >= before["thalweg_desk_entries_total"] + 6
    assert after["thalweg_desk_decides"] == 1
    beats = desk.built.beats
    desk.portal.call(beats._count)
    told = metrics(desk)
    assert told['thalweg_desk_owed{severity="emergency"}'] >= 1
    assert told["thalweg_desk_oldest_emergency_seconds"] >= 0
    text = desk.client.get("/metrics").text
    assert not re.search(r"alpha|bravo|hospital|40\.14", text)


def test_what_is_owed_is_counted_again_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("again")
    with serving(folder) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        held.portal.call(held.built.beats._count)
        owed = held.built.beats.counts.owed
        assert sum(owed.values()) > 0
    with serving(folder) as held:
        until(lambda: held.built.beats.counts.owed == owed)


def test_putting_in_order_leaves_the_processor_to_whoever_declares() -> None:
    step_s = 0.013
    assert step_s / (step_s + rests_s(step_s, quiet_s=0.2)) < 0.01
    assert step_s / (step_s + rests_s(step_s, quiet_s=60.0)) > 0.3  # and is soon done where nobody does


def test_what_is_over_is_swept(desk: Serving) -> None:
    store = desk.opened.accounts
    store.add_ceremony(Ceremony(bytes(32), "test", "", b"", now_ms() - 10_000))
    desk.built.beats._sweep()
    assert store.take_ceremony(bytes(32)) is None


def test_a_store_that_is_away_for_a_beat_ends_nothing(desk: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    from thalweg.ledger.errors import StoreFailed

    def away() -> list[object]:
        raise StoreFailed("store.away", "The store does not answer.", happened="no")

    beats = desk.built.beats
    with monkeypatch.context() as patched:
        patched.setattr(type(desk.opened.tables.outbox), "queued", lambda _self: away())
        with pytest.raises(StoreFailed):
            desk.portal.call(beats._count)
    assert beats._task is not None
    assert not beats._task.done()


def test_the_log_says_when_requests_cannot_be_sent_here(desk: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(type(desk.opened.office), "trouble", lambda _self: ("store-away",))
        until(lambda: any(line["what"] == "not-ready" for line in desk.events("desk")))
    until(lambda: any(line["what"] == "ready" for line in desk.events("desk")))


def test_every_count_is_in_the_reference(desk: Serving) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/sign-in.md").read_text("utf-8")
    held = {name.partition("{")[0] for name in metrics(desk)}
    assert {name for name in held if "_http_" not in name and f"`{name}`" not in page} == set()
