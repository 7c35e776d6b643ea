"""The folds are put away while the desk runs, so that one that is killed folds little (issue 4: restart)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving import Serving, serving, soon
from tests.unit.test_bearers import until
from thalweg.ledger.errors import StoreFailed
from thalweg.ledger.promise import Store
from thalweg.model.keeping import Snapshot
from thalweg.state.recorded import Recorded
from thalweg.state.world import World
from thalweg.wiring import desk as wired
from thalweg.wiring import keeper
from thalweg.wiring.kept import DESK, ENGINE, WORLD


def sizes(desk: Serving) -> tuple[int, ...]:
    """Of what is put away: the state, the index, and the rest of the desk."""
    found = (desk.opened.tables.snapshots.newest(each) for each in (WORLD, ENGINE, DESK))
    return tuple(each.size if isinstance(each, Snapshot) else 0 for each in found)


def test_a_desk_that_works_is_put_away_by_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "FEW", 1)
    monkeypatch.setattr(keeper, "ENTRIES", 5)
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        until(lambda: sizes(desk)[0] > 0, 60)
        first = sizes(desk)[0]
        assert sizes(desk) == (first, first, first)
        for number in range(3):
            desk.declare("alpha-1", soon(f"patrol {number}", "alpha"))
        until(lambda: sizes(desk)[0] > first, 60)


def test_after_a_failed_append_the_desk_begins_from_what_was_put_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[int] = []
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        assert wired.put_away_beside(desk.opened.home.home, desk.opened.home.secret("desk"), lambda _: None) > 10
        store, catch_up = desk.opened.home.home.store, wired.catch_up
        append = store.append

        def fails(*_: object) -> None:
            monkeypatch.setattr(store, "append", append)
            raise StoreFailed("store.failed", "The disk is full.", happened="no")

        def counted(world: World, held: Store, since: list[Recorded] | None) -> None:
            head = held.head()
            folded.append(0 if head is None else head.head.size - world.size)
            catch_up(world, held, since)

        monkeypatch.setattr(wired, "catch_up", counted)
        monkeypatch.setattr(store, "append", fails)
        desk.declare("alpha-1", soon("patrol", "alpha"), 503)
        desk.declare("alpha-1", soon("patrol", "alpha"))
    assert folded, "the desk was folded again"
    assert max(folded) < 10, "and not from the first entry on"


def test_a_desk_that_cannot_put_its_state_away_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise StoreFailed("store.full", "The disk is full.", happened="no")

    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
    opened = wired.open_desk(tmp_path / "desk")
    monkeypatch.setattr(type(opened), "keep", full)
    assert "could not be put away" in opened.close()
