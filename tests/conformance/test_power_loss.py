"""Power loss on SQLite: what was acknowledged is there, whatever the disk kept of the rest (R39).

The same test must catch what FULL is there for: NORMAL loses acknowledged entries, OFF breaks the file.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random

import apsw
import pytest

from tests.ledger_world import ORIGIN, World
from tests.powerloss import Acknowledged, Disk, Image, RecordingVFS, images
from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.sequencer import Sequencer
from thalweg.ledger.tree import Head
from thalweg.stores.sqlite import SqliteStore

_NAMES = count()


def record(folder: Path, synchronous: str, appends: int, seed: int) -> tuple[Disk, World]:
    """A log grown by appends of mixed size, long enough for the WAL to be reset more than once."""
    random = Random(seed)
    disk = Disk()
    name = f"recording{next(_NAMES)}"
    vfs = RecordingVFS(name, disk)
    folder.mkdir()
    world = World(SqliteStore(folder / "log.db", vfs=name, synchronous=synchronous))
    for _ in range(appends):
        note(disk, world)
        world.fill(random.choice((1, 1, 2, 7, 64, 256)), random.choice(("blue", "red")))
    note(disk, world)
    world.log.close()
    world.store.close()
    vfs.unregister()
    return disk, world


def note(disk: Disk, world: World) -> None:
    head = world.head().head
    disk.steps.append(Acknowledged(head.size, head.root))


def judge(image: Image, folder: Path, world: World) -> str:
    """'kept', or what went wrong with this image."""
    image.lay_out(folder)
    promised = image.acknowledged
    last = None if promised is None else Head(promised.size, promised.root)
    try:
        store = SqliteStore(folder / "log.db")
        try:
            if apsw.Connection(str(folder / "log.db")).execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return "broken: file"
            stored = store.head()
            size = 0 if stored is None else stored.head.size
            if promised is not None and size < promised.size:
                return "lost"
            log = Sequencer(store, HeadSigner(ORIGIN, [world.log_key], last))
            log.scrub()
            if size:
                goes_on(log, world, store)
        finally:
            store.close()
    except LedgerError as error:
        return f"broken: {error.code}"
    finally:
        shutil.rmtree(folder)
    return "kept"


def goes_on(log: Sequencer, world: World, store: SqliteStore) -> None:
    """The next append works, and continues the chain of an author as the image has it."""
    tip = store.tip("secretariat")
    assert tip is not None
    author = world.registrar
    author.seq, author.prev = tip.seq + 1, tip.event_hash
    (index,) = log.append(author.say())
    assert index == log.size - 1


def run(folder: Path, synchronous: str, *, appends: int, points: int, seed: int) -> Counter[str]:
    disk, world = record(folder / "run", synchronous, appends, seed)
    random = Random(seed)
    chosen = random.sample(range(1, len(disk.steps) + 1), min(points, len(disk.steps)))
    found: Counter[str] = Counter()
    for place, image in enumerate(images(disk.steps, chosen, random)):
        found[judge(image, folder / f"image{place}", world)] += 1
    return found


def test_no_acknowledged_entry_is_lost_in_any_image(tmp_path: Path) -> None:
    assert run(tmp_path, "FULL", appends=14, points=20, seed=1) == {"kept": 80}


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_same_images_catch_a_store_that_syncs_less(tmp_path: Path, synchronous: str) -> None:
    found = run(tmp_path, synchronous, appends=14, points=15, seed=2)
    assert found["lost"] > 0
    assert found["kept"] < 60


@pytest.mark.storm
def test_four_thousand_images(tmp_path: Path) -> None:
    """The counts are kept in tests/results/power_loss.json."""
    results: dict[str, Counter[str]] = {}
    for synchronous, runs in (("FULL", 10), ("NORMAL", 3), ("OFF", 3)):
        found: Counter[str] = Counter()
        for seed in range(runs):
            folder = tmp_path / f"{synchronous}{seed}"
            folder.mkdir()
            found += run(folder, synchronous, appends=40, points=100, seed=seed)
        results[synchronous] = found
    kept = Path(__file__).parents[1] / "results" / "power_loss.json"
    kept.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    assert results["FULL"] == {"kept": 4_000}
    assert results["NORMAL"]["lost"] > 200
    assert results["OFF"]["kept"] < 1_000


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_disk_that_fails_at_any_write_leaves_a_log_that_knows_what_it_holds(tmp_path: Path, fault: str) -> None:
    """Every write and sync of an append fails once: with nothing done, and with the thing done all the same."""
    place = 0
    while True:
        place += 1
        folder = tmp_path / f"{fault}{place}"
        folder.mkdir()
        if not one_fault(folder, place, fault):
            break
    assert place > 5


def one_fault(folder: Path, place: int, fault: str) -> bool:
    """False if the append was over before the fault was due."""
    disk = Disk(fail="before" if fault == "before" else "after")
    name = f"failing{next(_NAMES)}"
    vfs = RecordingVFS(name, disk)
    store = SqliteStore(folder / "log.db", vfs=name)
    world = World(store)
    world.fill(3)
    entries = [world.authors["red"].say() for _ in range(3)]
    before = world.head().head
    disk.touched, disk.fail_at = 0, place
    answered = None
    with suppress(StoreFailed):
        answered = world.log.append(*entries)
    disk.fail_at = None
    # Sent again, the same entries get one index each, whether or not they had been stored the first time.
    again = world.log.append(*entries)
    assert again == list(range(before.size, before.size + 3))
    assert answered in (None, again)
    world.fill(2)
    world.log.scrub()
    assert world.log.size == before.size + 5
    world.reopen(SqliteStore(folder / "log.db"), world.log.last_signed).scrub()
    world.log.close()
    world.store.close()
    store.close()
    vfs.unregister()
    return disk.failed > 0
