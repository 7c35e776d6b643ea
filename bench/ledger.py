"""The ledger's speed beside the bare stores and pymerkle, in one run on one machine.

python -m bench.ledger all                        everything, kept in bench/results/ledger.json
python -m bench.ledger append | single | proofs | checks | pymerkle       one of them, printed

Ours and the bare store take turns, batch by batch, so that both see the same disk at the same time. The bare store
takes the same entry bytes in the same batches into one table with one key, with the same durability settings.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import apsw
import psycopg
from tests.ledger_world import ORIGIN, World, seed
from tests.pgserver import PgServer, programs

from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.note import NoteKey
from thalweg.ledger.promise import Append, NewEntry, Store
from thalweg.ledger.sequencer import Prepared, Sequencer, prepare
from thalweg.ledger.tree import (
    GrowingTree,
    Head,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from thalweg.ledger.verify import verify_receipt
from thalweg.stores.postgres import PostgresStore
from thalweg.stores.sqlite import SqliteStore

RESULTS = Path(__file__).parent / "results" / "ledger.json"
BATCH = 256
Record = dict[str, Any]


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def worked(act: Callable[[], object]) -> float:
    """Seconds of processor time of this thread: what the wall clock says once nobody else wants the core."""
    start = time.thread_time()
    act()
    return time.thread_time() - start


def spread(seconds: Sequence[float]) -> Record:
    """Median and 99th percentile in milliseconds."""
    ordered = sorted(seconds)
    return {
        "median_ms": round(statistics.median(ordered) * 1e3, 4),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3, 4),
    }


def said(world: World, count: int) -> tuple[list[bytes], list[Prepared]]:
    """Entries of one author, signed, read and checked beforehand: 'already verified'."""
    blue = world.authors["blue"]
    entries = [blue.say() for _ in range(count)]
    return entries, [prepare(data, blue.signer.key) for data in entries]


class BareSqlite:
    def __init__(self, path: Path) -> None:
        self._db = apsw.Connection(str(path))
        for setting in ("journal_mode = WAL", "synchronous = FULL"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.execute("CREATE TABLE entry (i INTEGER PRIMARY KEY, data BLOB NOT NULL)")

    def take(self, start: int, entries: Sequence[bytes]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT INTO entry VALUES (?, ?)", list(enumerate(entries, start)))
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


class BarePostgres:
    def __init__(self, conninfo: str) -> None:
        self._db = psycopg.connect(conninfo)
        self._db.execute("SET synchronous_commit = on")
        self._db.execute("CREATE TABLE bare (i bigint PRIMARY KEY, data bytea NOT NULL)")
        self._db.commit()

    def take(self, start: int, entries: Sequence[bytes]) -> None:
        numbers = list(range(start, start + len(entries)))
        self._db.execute("INSERT INTO bare SELECT * FROM unnest(%s::bigint[], %s::bytea[])", (numbers, list(entries)))
        self._db.commit()

    def close(self) -> None:
        self._db.close()


def turns(store: Store, bare: BareSqlite | BarePostgres, *, batches: int, size: int) -> Record:
    """`batches` appends of `size` entries by each, in turns."""
    world = World(store)
    entries, prepared = said(world, batches * size)
    ours, theirs = [], []
    for start in range(0, len(entries), size):
        stop = start + size
        ours.append(timed(lambda start=start, stop=stop: world.log.submit(prepared[start:stop])))  # type: ignore[misc]  # bound as defaults
        theirs.append(timed(lambda start=start, stop=stop: bare.take(start, entries[start:stop])))  # type: ignore[misc]  # bound as defaults
    if world.log.size != len(entries) + 4:
        raise SystemExit("some entries were refused")
    world.log.close()
    store.close()
    bare.close()
    return {
        "entries": len(entries),
        "batch": size,
        "entry_bytes": len(entries[0]),
        "ours_per_s": round(len(entries) / sum(ours)),
        "bare_per_s": round(len(entries) / sum(theirs)),
        "ours": spread(ours),
        "bare": spread(theirs),
        "rate_ratio": round(sum(theirs) / sum(ours), 3),
        "time_ratio_median": round(statistics.median(ours) / statistics.median(theirs), 3),
    }


def on_both(folder: Path, batches: int, size: int) -> Record:
    out = {"sqlite": turns(SqliteStore(folder / "log.db"), BareSqlite(folder / "bare.db"), batches=batches, size=size)}
    found = programs()
    if found is not None:
        server = PgServer(found)
        try:
            out["postgres"] = turns(
                PostgresStore(server.database()), BarePostgres(server.database()), batches=batches, size=size
            )
        finally:
            server.stop()
    return out


def append(folder: Path) -> Record:
    return on_both(folder, 100, BATCH)


def single(folder: Path) -> Record:
    return on_both(folder, 300, 1)


def checks(_folder: Path) -> Record:
    """Reading an entry and checking its Ed25519 signature, and verifying a receipt: on one core."""
    world = World()
    blue = world.authors["blue"]
    pairs = [(blue.say(), blue.signer.key) for _ in range(8_000)]
    one = timed(lambda: [prepare(data, key) for data, key in pairs])
    world = World()
    world.grow_to(2_000)
    world.cosigned()
    data, trust = world.log.receipt(1_000).encode(), world.trust(quorum=1, genesis=True)
    verified = [timed(lambda: verify_receipt(data, trust)) for _ in range(500)]
    cpu = [worked(lambda: verify_receipt(data, trust)) for _ in range(500)]
    return {
        "one_core_per_s": round(len(pairs) / one),
        "verify_receipt": spread(verified),
        "verify_receipt_cpu": spread(cpu),
        "receipt_bytes": len(data),
    }


def grow(path: Path, count: int) -> float:
    """A log of `count` leaves, appended to the store in batches of 4,096 without signatures of authors."""
    store = SqliteStore(path)
    fence = store.acquire()
    tree = GrowingTree()
    signer = HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log key"))], None)
    start_s = time.perf_counter()
    for start in range(0, count, 4096):
        entries = []
        for i in range(start, min(count, start + 4096)):
            data = b"entry %d " % i + bytes(240)
            entries.append(NewEntry(data, leaf_hash(data), "blue", i, hashlib.sha256(data).digest(), identity=False))
        tiles = tree.extend(item.leaf for item in entries)
        signed = signer.sign(tree.head(), [])
        store.append(Append(start, entries, tiles, tree.head(), signed.encode()), fence)
    seconds = time.perf_counter() - start_s
    store.close()
    return seconds


def read_big(path: Path, proofs: int) -> Record:
    """Run in a process of its own, so that its memory is its own: open the log, prove, and look at the peak."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store = SqliteStore(path)
    opened = timed(lambda: _open_and_close(store))
    stored = store.head()
    if stored is None:
        raise SystemExit("the log is empty")
    head = stored.head
    nodes, random = Nodes(store), Random(1)
    clocks: list[Callable[[], float]] = [time.perf_counter, time.thread_time]
    found: list[list[float]] = [[], [], [], []]
    for _ in range(proofs):
        index, old = random.randrange(head.size), random.randrange(1, head.size)
        starts = [clock() for clock in clocks]
        path_in = inclusion_proof(index, head.size, nodes)
        middles = [clock() for clock in clocks]
        path_con = consistency_proof(old, head.size, nodes)
        ends = [clock() for clock in clocks]
        for i in range(2):
            found[i].append(middles[i] - starts[i])
            found[2 + i].append(ends[i] - middles[i])
        verify_inclusion(store.leaves(index, index + 1), index, head, path_in)
        verify_consistency(Head(old, root_of(old, nodes)), head, path_con)
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "size": head.size,
        "proofs_each": proofs,
        "open_s": round(opened, 4),
        "inclusion": spread(found[0]),
        "inclusion_cpu": spread(found[1]),
        "consistency": spread(found[2]),
        "consistency_cpu": spread(found[3]),
        "peak_memory_mb": round(peak / 1024, 1),
        "memory_before_mb": round(before / 1024, 1),
    }


def _open_and_close(store: SqliteStore) -> None:
    Sequencer(store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log key"))], None)).close()


def proofs(folder: Path, count: int = 1_000_000) -> Record:
    path = folder / "big.db"
    grown = grow(path, count)
    code = (
        "import json, sys; from pathlib import Path; from bench.ledger import read_big; "
        f"print(json.dumps(read_big(Path(sys.argv[1]), {5_000})))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    record: Record = json.loads(done.stdout)
    return {**record, "raw_append_per_s": round(count / grown), "file_mb": round(path.stat().st_size / 2**20)}


def pymerkle(folder: Path, count: int = 20_000) -> Record:
    """pymerkle's SQLite tree: a tree only, no signatures; it commits each entry unless given all at once."""
    from pymerkle import SqliteTree

    tree = SqliteTree(str(folder / "pymerkle.db"))
    data = [b"entry %d " % i + bytes(240) for i in range(count)]
    singly = [timed(lambda item=item: tree.append_entry(item)) for item in data[:300]]  # type: ignore[misc]  # bound as default
    together = [timed(lambda i=i: tree.append_entries(data[i : i + BATCH])) for i in range(300, count, BATCH)]  # type: ignore[misc]  # bound as default
    size, random = tree.get_size(), Random(1)
    proving = [random.randrange(1, size) for _ in range(200)]
    inclusion = [timed(lambda index=index: tree.prove_inclusion(index, size)) for index in proving]  # type: ignore[misc]  # bound as default
    consistency = [timed(lambda old=old: tree.prove_consistency(old, size)) for old in proving]  # type: ignore[misc]  # bound as default
    tree.close()
    return {
        "size": size,
        "single": spread(singly),
        "batched_per_s": round((count - 300) / sum(together)),
        "inclusion": spread(inclusion),
        "consistency": spread(consistency),
    }


PARTS: dict[str, Callable[[Path], Record]] = {
    "append": append,
    "single": single,
    "checks": checks,
    "proofs": proofs,
    "pymerkle": pymerkle,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["all", *PARTS])
    what = parser.parse_args().what
    found: Record = {
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "cores": len(os.sched_getaffinity(0)),
    }
    for name in PARTS if what == "all" else [what]:
        with tempfile.TemporaryDirectory(prefix="bench") as folder:
            found[name] = PARTS[name](Path(folder))
        print(name, json.dumps(found[name], indent=1), flush=True)
    if what == "all":
        RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
