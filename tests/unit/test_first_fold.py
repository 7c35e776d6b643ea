"""A desk that has nothing put away folds its whole log in rounds: it is put away on the way, told of, and what it is
killed in goes on (issue 4: restart)."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.properties.test_kept_worlds import same
from tests.serving import ORIGIN, serving, soon
from thalweg.engine import Cancelled
from thalweg.ledger.errors import StoreFailed
from thalweg.model.declarations import Cancellation
from thalweg.model.errors import EngineError
from thalweg.model.keeping import NoSnapshot, Snapshot
from thalweg.server import beginning
from thalweg.server.app import ServeSettings, build
from thalweg.server.steps import Steps
from thalweg.state.shelved import settle
from thalweg.state.world import World
from thalweg.wiring import desk as wired
from thalweg.wiring import progress as progressing
from thalweg.wiring.kept import DESK, ENGINE, WORLD, keep, keep_world
from thalweg.wiring.progress import Progress, Step

DAYS = 6


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk with some two hundred entries."""
    folder = tmp_path_factory.mktemp("filled")
    with serving(folder) as desk:
        desk.parties("alpha", "bravo")
        for number in range(DAYS):
            desk.declare("alpha-1", soon(f"patrol {number}", "alpha", 40.14 + number * 0.05))
            cites = [each["version"] for each in desk.notices("bravo-1") if each["version"]]
            desk.declare("bravo-1", soon(f"convoy {number}", "bravo", 40.14 + number * 0.05), 201, *cites)
    return folder / "desk"


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A copy of it that has nothing put away."""
    copy = tmp_path / "desk"
    subprocess.run(["cp", "-r", str(filled), str(copy)], check=True)
    for file in copy.glob("snapshots.db*"):
        file.unlink()
    return copy


def kept_sizes(opened: wired.OpenDesk) -> list[int]:
    found = (opened.tables.snapshots.newest(each) for each in (WORLD, ENGINE, DESK))
    return [each.size if isinstance(each, Snapshot) else -1 for each in found]


def small_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wired, "_ROUND", 20)
    monkeypatch.setattr(wired, "_FOLD_AT_ONCE", 7)


def test_a_first_fold_is_in_rounds_and_all_of_it_is_put_away_before_anything_is_decided(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = wired.open_desk(home, origin="desk.example/test")
    try:
        store = opened.home.home.store
        whole = wired.desk_over(wired.fold_world(store), opened.home.secret("desk"), None, resume=lambda _: None)
        small_rounds(monkeypatch)
        rounds: list[int] = []

        def settled(world: World) -> None:
            rounds.append(world.size)
            settle(world)

        monkeypatch.setattr(wired, "settle", settled)
        desk = opened.office.open_desk()  # type: ignore[attr-defined]  # on SQLite
        assert len(rounds) > 3
        assert rounds == sorted(rounds)
        same(desk.world, whole.world)
        assert {each.id for each in desk.online.findings} == {each.id for each in whole.online.findings}
        assert len(desk.online.findings) >= DAYS
        assert kept_sizes(opened) == [desk.world.size] * 3
        assert opened.keeper.size == desk.world.size, "so that it is not put away once more at once"
        assert opened.progress.words() == {"step": "ready", "done": desk.world.size, "of": desk.world.size}
    finally:
        opened.close()


KILLED = """
import sys, time
from pathlib import Path
import thalweg.wiring.desk as wired
wired._ROUND = 20
put_away = wired.keep_world
def slowly(world, *rest):
    put_away(world, *rest)
    print(world.size, flush=True)
    if world.size >= 40:
        time.sleep(600.0)
wired.keep_world = slowly
wired.open_desk(Path(sys.argv[1]), origin="desk.example/test").office.open_desk()
"""


def test_a_first_fold_that_is_killed_goes_on_from_its_last_round(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 to a real process, in the middle of its fold."""
    with subprocess.Popen([sys.executable, "-c", KILLED, str(home)], stdout=subprocess.PIPE, text=True) as folding:
        assert folding.stdout is not None
        said = [int(folding.stdout.readline()) for _ in range(2)]
        folding.kill()
    assert said == [20, 40]
    opened = wired.open_desk(home, origin="desk.example/test")
    try:
        store = opened.home.home.store
        whole = wired.fold_world(store, None)
        small_rounds(monkeypatch)
        begun: list[int] = []
        catch_up = wired._catch_up

        def counted(world: World, *rest: object) -> None:
            begun.append(world.size)
            catch_up(world, *rest)  # type: ignore[arg-type]  # handed on as they are

        monkeypatch.setattr(wired, "_catch_up", counted)
        desk = opened.office.open_desk()  # type: ignore[attr-defined]  # on SQLite
        assert begun[0] == 40, "and not from the first entry on"
        assert not [each for each in opened.told if "world" in each]
        same(desk.world, whole)
        assert set(desk.online.versions) == {each.version for each in whole.picture.in_force()}
    finally:
        opened.close()


def test_a_first_fold_goes_on_where_nothing_can_be_put_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = wired.open_desk(home, origin="desk.example/test")
    try:
        whole = wired.fold_world(opened.home.home.store)
        small_rounds(monkeypatch)

        def full(*_: object) -> bool:
            raise StoreFailed("store.full", "The disk is full.", happened="no")

        with monkeypatch.context() as while_full:
            while_full.setattr(type(opened.tables.snapshots), "save", full)
            desk = opened.office.open_desk()  # type: ignore[attr-defined]  # on SQLite
        same(desk.world, whole)
        assert isinstance(opened.tables.snapshots.newest(WORLD), NoSnapshot)
        assert [each for each in opened.told if "could not be put away" in each]
    finally:
        opened.close()


def test_while_a_log_is_folded_the_server_says_how_far_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left without an answer, and nothing is answered from half of a world."""
    monkeypatch.setattr(beginning, "_SOON_S", 0.0)
    monkeypatch.setattr(progressing, "_TOLD_S", 0.0)
    small_rounds(monkeypatch)
    on, reached = threading.Event(), threading.Event()

    def waits(*given: object) -> None:
        keep_world(*given)  # type: ignore[arg-type]  # handed on as they are
        reached.set()
        assert on.wait(120.0)

    monkeypatch.setattr(wired, "keep_world", waits)
    opened = wired.open_desk(home, origin="desk.example/test")
    lines: list[str] = []
    built = build(opened, ServeSettings(ORIGIN, lines.append, steps=Steps()))
    try:
        with TestClient(built.app, base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
            assert reached.wait(120.0)
            asked = client.get("/readyz")
            assert (asked.status_code, asked.json()["code"]) == (503, "not-ready")
            told = asked.json()["fields"]
            assert told["reasons"] == ["desk-starting"]
            assert told["step"] == "folding"
            assert 0 < told["done"] < told["of"]
            assert f"folding, {told['done']} of {told['of']}" in asked.json()["detail"]
            assert client.get("/healthz").status_code == 200
            for path in ("/v1/notices", "/", "/sign-in"):
                answer = client.get(path, headers={"accept": "text/html" if path != "/v1/notices" else "*/*"})
                assert answer.status_code == 503
                assert answer.headers["retry-after"] == "1"
            on.set()
            end_s = time.monotonic() + 120.0
            while client.get("/readyz").status_code != 200:
                assert time.monotonic() < end_s
                time.sleep(0.02)
            assert client.get("/v1/notices").status_code == 401, "and it asks who is there"
    finally:
        opened.close()
    assert any('"step": "folding"' in each for each in lines)
    assert any('"step": "ready"' in each for each in lines)
    assert not any("lon" in each for each in lines)


def test_a_server_that_is_stopped_in_a_fold_does_not_wait_for_its_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginning, "_SOON_S", 0.0)
    small_rounds(monkeypatch)
    reached = threading.Event()
    opened = wired.open_desk(home, origin="desk.example/test")

    def until_stopped(*given: object) -> None:
        keep_world(*given)  # type: ignore[arg-type]  # handed on as they are
        reached.set()
        end_s = time.monotonic() + 120.0
        while not opened.progress.ended:
            assert time.monotonic() < end_s
            time.sleep(0.01)

    monkeypatch.setattr(wired, "keep_world", until_stopped)
    built = build(opened, ServeSettings(ORIGIN, lambda _: None, steps=Steps()))
    try:
        with TestClient(built.app, base_url=ORIGIN):
            assert reached.wait(120.0), "one that is stopped sooner has nothing to put away"
        assert built.course.fault is None
        assert kept_sizes(opened) == [20, -1, -1], "its first round and no more; the next start goes on from there"
    finally:
        opened.close()


def test_progress_is_told_now_and_then_and_ends_a_fold_that_nobody_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progressing, "monotonic", lambda: clock[0])
    told: list[dict[str, str | int]] = []
    progress = Progress(tell=lambda at: told.append(at.words()))
    for number in range(25):
        clock[0] = float(number)
        progress.at(Step.FOLDING, number, 25)
    assert [each["done"] for each in told] == [10, 20]
    progress.ended = True
    with pytest.raises(EngineError):
        progress.at(Step.FOLDING, 25, 25)


@pytest.mark.parametrize("what", ["misses", "has more"])
def test_an_index_that_is_not_of_the_state_is_told_of_and_everything_is_folded(tmp_path: Path, what: str) -> None:
    """Their seals fit, and each is of the same log: whoever wrote them was wrong."""
    told: list[str] = []
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        patrol = soon("patrol", "alpha")
        desk.declare("alpha-1", patrol)
        desk.declare("alpha-1", soon("other", "alpha", 41.0))
        home, secret = desk.opened.home.home, desk.opened.home.secret("desk")
        snapshots, store = desk.opened.tables.snapshots, home.store
        kept = wired.Kept(snapshots, told.append)
        wrong = wired.fold(store, None, told.append).desk(store, secret, None, kept)
        if what == "misses":
            wrong.online.feed(Cancelled(Cancellation(patrol.declaration_id, "alpha")))
        else:
            wrong.online.load([soon("never declared", "bravo", 42.0)], ())
        assert keep(wrong, snapshots, store)
        told.clear()
        begun = wired.fold(store, snapshots, told.append).desk(store, secret, None, kept)
        assert "does not hold together" in told[-1]
        assert sorted(each.title for each in begun.online.live) == ["other of alpha", "patrol of alpha"]
        assert keep(begun, snapshots, store)
        told.clear()
        wired.fold(store, snapshots, told.append).desk(store, secret, None, kept)
        assert not told
