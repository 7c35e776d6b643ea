"""The folds are put away while the desk runs, so that one that is killed folds little (issue 4: restart)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.properties.test_kept_worlds import same
from tests.serving import Serving, serving, soon
from tests.unit.test_bearers import until
from thalweg.engine import Declared
from thalweg.ledger.errors import StoreFailed
from thalweg.ledger.promise import Store
from thalweg.model.keeping import Snapshot
from thalweg.state.recorded import Recorded
from thalweg.state.shelved import FORMAT
from thalweg.state.world import World
from thalweg.wiring import desk as wired
from thalweg.wiring import keeper
from thalweg.wiring.kept import DESK, ENGINE, WORLD, keep


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
        until(lambda: len(set(sizes(desk))) == 1, 60)  # one after the other, and all of one log
        first = sizes(desk)[0]
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


def test_who_puts_the_folds_away_ends_with_the_server_that_began_it(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        secret = desk.opened.home.secret("desk").hex()
    fifo = tmp_path / "desk" / "slow"
    os.mkfifo(fifo)  # a folder's file that nobody ever writes: as if the store took for ever
    slow = (
        "import thalweg.wiring.keeping as keeping\n"
        f"keeping.put_away_beside = lambda *_: open({str(fifo)!r}).read()\n"
        "keeping.main()\n"
    )
    begun = subprocess.Popen(
        [sys.executable, "-c", slow, str(tmp_path / "desk"), "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with begun:
        assert begun.stdin is not None
        begun.stdin.write(secret + "\n")
        begun.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            begun.wait(3.0)
        begun.stdin.close()  # as when the server is killed
        assert begun.wait(60.0) == 1


@pytest.mark.parametrize("whole", [(), (WORLD,), (WORLD, ENGINE)])
def test_what_was_put_away_in_part_is_passed_over_or_made_whole_from_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: tuple[str, ...]
) -> None:
    """The process that puts away is killed between two parts, and within the next: a desk that begins from that is the
    desk that folds everything."""
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        home, secret = desk.opened.home.home, desk.opened.home.secret("desk")
        desk.declare("alpha-1", soon("first", "alpha"))
        wired.put_away_beside(home, secret, lambda _: None)
        before = sizes(desk)
        cites = [each["version"] for each in desk.notices("bravo-1") if each["version"]]
        desk.declare("bravo-1", soon("second", "bravo"), 201, *cites)
        snapshots = desk.opened.tables.snapshots
        save = type(snapshots).save

        def killed(kept: object, name: str, size: int, root: bytes, data: Iterable[bytes]) -> None:
            if name in whole:
                save(kept, name, size, root, data)  # type: ignore[arg-type]  # of SQLite
                return

            def begun() -> Iterator[bytes]:
                yield next(iter(data))[:1]
                raise KeyboardInterrupt

            save(kept, name, size, root, begun())  # type: ignore[arg-type]  # of SQLite

        with monkeypatch.context() as cut:
            cut.setattr(type(snapshots), "save", killed)
            with pytest.raises(KeyboardInterrupt):
                wired.put_away_beside(home, secret, lambda _: None)
        after = sizes(desk)
        assert [one > other for one, other in zip(after, before, strict=True)] == [
            each in whole for each in (WORLD, ENGINE, DESK)
        ]
        told: list[str] = []
        store = home.store
        kept = wired.Kept(snapshots, told.append)
        resumed = wired.fold(store, snapshots, told.append)
        wired.catch_up(resumed.world, store, resumed.since)
        one = resumed.desk(store, secret, None, kept)
        anew = wired.fold(store, None, told.append)
        wired.catch_up(anew.world, store, anew.since)
        other = wired.desk_over(anew.world, secret, None, resume=lambda _: None)
        assert not told
        same(one.world, other.world)
        assert {each.id for each in one.online.findings} == {each.id for each in other.online.findings}
        assert len(one.online.findings) > 0
        assert set(one.online.versions) == set(other.online.versions)
        desk.declare("alpha-1", soon("third", "alpha", 41.0))  # and the desk goes on beside it


def test_what_was_put_away_and_contradicts_itself_is_passed_over_and_everything_is_folded(tmp_path: Path) -> None:
    """A seal says that nothing was changed since, not that whoever wrote it was right: a desk begins all the same."""
    told: list[str] = []
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        desk.declare("alpha-1", soon("patrol", "alpha"))
        home, secret = desk.opened.home.home, desk.opened.home.secret("desk")
        snapshots, store = desk.opened.tables.snapshots, home.store
        kept = wired.Kept(snapshots, told.append)
        wrong = wired.fold(store, None, told.append).desk(store, secret, None, kept)
        wrong.online.feed(Declared(soon("never declared", "bravo")))
        assert keep(wrong, snapshots, store)
        index = snapshots.newest(ENGINE)
        assert isinstance(index, Snapshot)
        snapshots.save(DESK, index.size, index.root, [b"nothing of use"])  # so that the index is gone through
        told.clear()
        begun = wired.fold(store, snapshots, told.append).desk(store, secret, None, kept)
        assert "does not hold together" in told[-1]
        assert [each.title for each in begun.online.live] == ["patrol of alpha"]
        same(begun.world, wired.fold_world(store))


@pytest.mark.parametrize("which", ["a byte of the rows", "another version", "the end"])
def test_a_state_that_was_damaged_or_is_of_another_version_is_found_before_anything_is_answered_from_it(
    tmp_path: Path, which: str
) -> None:
    """Rows are read when they are asked for, but all of them are held against the seal before the first."""
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        desk.declare("alpha-1", soon("patrol", "alpha"))
    if which == "a byte of the rows":  # which were put away as the server stopped
        damage(tmp_path / "desk" / "snapshots.db", b"alpha/patrol")
    told: list[str] = []
    opened = wired.open_desk(tmp_path / "desk")
    try:
        snapshots, store = opened.tables.snapshots, opened.home.home.store
        found = snapshots.newest(WORLD)
        if isinstance(found, Snapshot) and which == "another version":
            other = bytes(found.data).replace(b'"format": %d' % FORMAT, b'"format": %d' % (FORMAT - 1), 1)
            snapshots.save(WORLD, found.size, found.root, [other])
        elif isinstance(found, Snapshot) and which == "the end":
            snapshots.save(WORLD, found.size, found.root, [bytes(found.data[:-40])])
        begun = wired.fold(store, snapshots, told.append)
        head = store.head()
        assert head is not None
        assert begun.size < head.head.size, "it is not begun from that one"
        assert told
        same(begun.world, wired.fold_world(store))
    finally:
        opened.close()


def damage(file: Path, text: bytes) -> None:
    """Change one letter wherever that text stands in a file."""
    data = file.read_bytes()
    assert text in data
    file.write_bytes(data.replace(text, text[:-1] + b"?"))


def test_a_desk_that_cannot_put_its_state_away_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise StoreFailed("store.full", "The disk is full.", happened="no")

    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
    opened = wired.open_desk(tmp_path / "desk")
    monkeypatch.setattr(type(opened), "keep", full)
    assert "could not be put away" in opened.close()
