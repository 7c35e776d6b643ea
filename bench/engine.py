"""What has no peer or only one: the online feed, explaining, a cold start, the installed size.

python -m bench.engine all                      everything, kept in bench/results/engine.json
python -m bench.engine feed thalweg --count 100000 --events 5000        one of them, printed
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench import adapter
from bench.accounting import Meter, keep, versions
from bench.generate import canonical, digest, kept, load
from bench.run import RESULTS
from bench.stream import latencies, stream

ROOT = Path(__file__).parent.parent
Record = dict[str, Any]
STARTS = 7


def feed(subject: str, count: int, events: int) -> Record:
    """Replay one history of events among `count` live declarations; the digest is of all pairs told."""
    world = load(kept(count + events), without=("lon_deg", "lat_deg") if subject == "postgis" else ("x_m", "y_m"))
    given = stream(world, count, events)
    meter = Meter()
    record: Record = {"what": "feed", "subject": subject, "count": count, "events": events}
    if subject == "postgis":
        from bench.peers import postgis

        client_us, server_us, pairs = postgis.replay(world, given, meter)
        record["client"] = latencies(given, client_us)
        record["server"] = latencies(given, server_us)
    else:
        replay = adapter.replay if subject == "thalweg" else adapter.replay_explained
        spent_us, thread_us, pairs, agrees = replay(world, given, meter)
        record["client"] = latencies(given, spent_us)
        record["processor"] = latencies(given, thread_us)
        record["equal_to_batch_at_the_end"] = agrees
    return {
        **record,
        "phases": meter.phases,
        "peak_mb": meter.peak_mb,
        "pairs": len(pairs),
        "digest": digest(canonical(pairs)),
        "versions": {**versions("thalweg", "numpy", "psycopg"), **meter.versions},
    }


def explain(count: int, *, margins: bool) -> Record:
    """Findings explained in full, for each processor second."""
    world = load(kept(count), without=("x_m", "y_m"))
    meter = Meter()
    findings = adapter.explain(world, meter, margins=margins)
    spent_s = meter.phases["explain"]["cpu_s"]
    return {
        "what": "explain",
        "subject": "thalweg with margins" if margins else "thalweg",
        "count": count,
        "findings": findings,
        "per_cpu_s": round(findings / spent_s),
        "phases": meter.phases,
        "peak_mb": meter.peak_mb,
    }


def start() -> Record:
    """`thalweg check` on 20 declarations in a new process: the median of several, and without .pyc files."""
    world = load(kept(1_000), without=("x_m", "y_m"))
    with TemporaryDirectory() as folder:
        given = Path(folder) / "twenty.geojson"
        given.write_text(json.dumps(adapter.as_geojson(world, range(20))))
        warm = [_child([*adapter.COMMAND, "check", str(given)], {}) for _ in range(STARTS)]
        empty = {"PYTHONPYCACHEPREFIX": str(Path(folder) / "pyc"), "PYTHONDONTWRITEBYTECODE": "1"}
        bare = _child([*adapter.COMMAND, "check", str(given)], empty)
    return {
        "what": "start",
        "subject": "thalweg",
        "count": 20,
        "wall_s": float(np.median([run["wall_s"] for run in warm])),
        "cpu_s": float(np.median([run["cpu_s"] for run in warm])),
        "peak_mb": max(run["peak_mb"] for run in warm),
        "without_compiled_files": bare,
        "exit_status": warm[0]["exit_status"],
        "runs": STARTS,
    }


def size() -> Record:
    """Megabytes that Thalweg and all it needs at run time add to an empty virtual environment."""
    with TemporaryDirectory() as folder:
        here = Path(folder) / "venv"
        venv.create(here, with_pip=True)
        before = _megabytes(here)
        subprocess.run([here / "bin" / "pip", "install", "-q", "--no-compile", str(ROOT)], check=True)
        added = _megabytes(here) - before
        library = next((here / "lib").glob("python*/site-packages"))
        parts = sorted(((_megabytes(p), p.name) for p in library.iterdir() if p.is_dir()), reverse=True)
    largest = {name: megabytes for megabytes, name in parts[:8]}
    return {
        "what": "size",
        "subject": "thalweg",
        "count": 0,
        "added_mb": round(added, 1),
        "largest_mb": largest,
    }


def _child(command: list[str], extra: dict[str, str]) -> dict[str, float]:
    """Run one command to its end: wall and processor seconds, peak resident memory, exit status."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, **extra}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall_s": round(time.perf_counter() - began, 3),
        "cpu_s": round(used.ru_utime + used.ru_stime, 3),
        "peak_mb": round(used.ru_maxrss / 1024.0, 1),
        "exit_status": child.returncode,
    }


def _megabytes(folder: Path) -> float:
    return round(sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_dir()) / 2**20, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one_feed = commands.add_parser("feed")
    one_feed.add_argument("subject", choices=["thalweg", "thalweg-explained", "postgis"])
    one_feed.add_argument("--count", type=int, default=1_000_000)
    one_feed.add_argument("--events", type=int, default=20_000)
    one_explain = commands.add_parser("explain")
    one_explain.add_argument("--count", type=int, default=20_000)
    one_explain.add_argument("--margins", action="store_true")
    commands.add_parser("start")
    commands.add_parser("size")
    everything = commands.add_parser("all")
    everything.add_argument("--date", default=datetime.now(tz=UTC).date().isoformat())
    everything.add_argument("--out", type=Path, default=RESULTS / "engine.json")
    everything.add_argument(
        "--parts",
        default="size,start,explain,explain --margins,"
        "feed thalweg-explained --count 20000 --events 2000,feed thalweg,feed postgis",
    )
    told = parser.parse_args()
    if told.command == "all":
        return _all(told)
    run: dict[str, Callable[[], Record]] = {
        "feed": lambda: feed(told.subject, told.count, told.events),
        "explain": lambda: explain(told.count, margins=told.margins),
        "start": start,
        "size": size,
    }
    print(json.dumps(run[told.command]()))
    return 0


def _all(told: argparse.Namespace) -> int:
    digests: dict[tuple[int, int], set[str]] = {}
    for part in told.parts.split(","):
        done = subprocess.run(
            [sys.executable, "-m", "bench.engine", *part.split()],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        record: Record = json.loads(done.stdout.splitlines()[-1])
        keep(told.out, told.date, [record], ("what", "subject", "count"))
        print(json.dumps({k: v for k, v in record.items() if k not in ("phases", "versions")}), flush=True)
        if "digest" in record:
            digests.setdefault((record["count"], record["events"]), set()).add(record["digest"])
    disagreed = any(len(each) > 1 for each in digests.values())
    if disagreed:
        print("the feeds did not tell the same pairs", file=sys.stderr)
    return 1 if disagreed else 0


if __name__ == "__main__":
    sys.exit(main())
