"""Run benchmarks and keep their results as data.

    python -m bench.run peers --counts 1000,10000,100000       peers and the engine on the same question
    python -m bench.run one strtree --count 100000 --options '{"slab_h": 6}'     one run, printed

Each run is a process of its own, so that memory and warm caches of one cannot help another.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.accounting import Meter, keep, versions
from bench.generate import digest, kept, load

RESULTS = Path(__file__).parent / "results"

# Some peers take hours at a million: they stop at the count where they already are hundreds of times slower.
NEVER_MORE = 10**9


@dataclass(frozen=True, slots=True)
class Subject:
    """One program with its arrangement. module: has `find(world, meter, **options)` and PACKAGES."""

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    at_most: int = NEVER_MORE
    in_plane: bool = True
    same_question: bool = True


SUBJECTS = {
    "thalweg": Subject("bench.adapter", {"margins": False}, in_plane=False),
    "thalweg with margins": Subject("bench.adapter", {"margins": True}, in_plane=False, same_question=False),
    "postgis": Subject("bench.peers.postgis", {"index": "columns"}),
    "postgis 4-D box": Subject("bench.peers.postgis", {"index": "box"}, at_most=100_000),
    "sedonadb": Subject("bench.peers.sedonadb", at_most=100_000),
    "duckdb": Subject("bench.peers.duckdb", at_most=100_000),
    "strtree": Subject("bench.peers.strtree"),
    "strtree per time slab": Subject("bench.peers.strtree", {"slab_h": 6.0}),
    "strtree per time and height slab": Subject("bench.peers.strtree", {"slab_h": 12.0, "slab_m": 2000.0}),
}


def one(subject: str, count: int, seed: int, options: dict[str, Any]) -> dict[str, Any]:
    """Run one subject in this process."""
    about = SUBJECTS[subject]
    module = import_module(about.module)
    chosen = {**about.options, **options}
    world = load(kept(count, seed=seed), without=("lon_deg", "lat_deg") if about.in_plane else ("x_m", "y_m"))
    meter = Meter()
    pairs = module.find(world, meter, **chosen)
    return {
        "what": "batch",
        "subject": subject,
        "count": count,
        "seed": seed,
        "options": chosen,
        "cpu_s": meter.counted_cpu_s(),
        "phases": meter.phases,
        "peak_mb": meter.peak_mb,
        "pairs": len(pairs),
        "digest": digest(pairs),
        "versions": {**versions(*module.PACKAGES), **meter.versions},
    }


def apart(subject: str, count: int, seed: int, options: dict[str, Any]) -> dict[str, Any]:
    """Run one subject in a new process."""
    told = subprocess.run(
        [
            sys.executable, "-m", "bench.run", "one", subject,
            "--count", str(count), "--seed", str(seed), "--options", json.dumps(options),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    record: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return record


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    single = commands.add_parser("one")
    single.add_argument("subject", choices=sorted(SUBJECTS))
    single.add_argument("--count", type=int, required=True)
    single.add_argument("--seed", type=int, default=1)
    single.add_argument("--options", type=json.loads, default={})
    many = commands.add_parser("peers")
    many.add_argument("--counts", default="1000,10000,100000")
    many.add_argument("--subjects", default=",".join(SUBJECTS))
    many.add_argument("--seed", type=int, default=1)
    many.add_argument("--repeat", type=int, default=1, help="runs of each; the least processor time is kept")
    many.add_argument("--date", default=datetime.now(tz=UTC).date().isoformat())
    many.add_argument("--out", type=Path, default=RESULTS / "peers.json")
    told = parser.parse_args()
    if told.command == "one":
        print(json.dumps(one(told.subject, told.count, told.seed, told.options)))
        return 0
    return _peers(told)


def _peers(told: argparse.Namespace) -> int:
    disagreed = False
    for count in map(int, told.counts.split(",")):
        kept(count, seed=told.seed)
        digests = {}
        for subject in told.subjects.split(","):
            if count > SUBJECTS[subject].at_most:
                continue
            runs = [apart(subject, count, told.seed, {}) for _ in range(told.repeat)]
            best = min(runs, key=lambda run: float(run["cpu_s"]))
            keep(told.out, told.date, [{**best, "runs": told.repeat}], ("subject", "count", "seed"))
            if SUBJECTS[subject].same_question:
                digests[subject] = best["digest"]
            cost = f"{best['cpu_s']:10.3f} CPU s {best['peak_mb']:8.0f} MB {best['pairs']:>9,} pairs"
            print(f"{count:>9,} {subject:32} {cost}", flush=True)
        if len(set(digests.values())) > 1:
            disagreed = True
            print(f"{count:>9,} NOT THE SAME PAIRS: {digests}", file=sys.stderr)
    return 1 if disagreed else 0


if __name__ == "__main__":
    sys.exit(main())
