"""What a run cost: processor seconds and memory of this process and everything that it started.

A database server and its parallel workers count in full. Processor time is user + system; it is the measure
used throughout, because on a machine shared with others the wall clock measures the others.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
SAMPLE_EVERY_S = 0.05


@dataclass(slots=True)
class Meter:
    """Phases of one run: name → {"cpu_s", "wall_s"}; `peak_mb` is the largest memory seen at once.

    Peak memory is the sum over the process tree of private and file-backed resident pages, plus the largest
    count of shared pages of any one process (a server's buffers are the same pages in each of its processes).
    It includes the interpreter and the input.
    """

    phases: dict[str, dict[str, float]] = field(default_factory=dict)
    peak_mb: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)  # what a package's metadata cannot say
    _watching_s: float = 0.0  # processor time of the watcher itself: not the subject's

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop,))
        watcher.start()
        cpu_s, wall_s = tree_cpu_s() - self._watching_s, time.perf_counter()
        try:
            yield
        finally:
            wall_s = time.perf_counter() - wall_s
            stop.set()
            watcher.join()
            spent = {"cpu_s": max(0.0, tree_cpu_s() - self._watching_s - cpu_s), "wall_s": wall_s}
            before = self.phases.get(name, {"cpu_s": 0.0, "wall_s": 0.0})
            self.phases[name] = {key: round(before[key] + spent[key], 4) for key in spent}

    def _watch(self, stop: threading.Event) -> None:
        before_s = self._watching_s
        while not stop.wait(SAMPLE_EVERY_S):
            self.peak_mb = max(self.peak_mb, tree_memory_mb())
            self._watching_s = before_s + time.thread_time()
        self.peak_mb = max(self.peak_mb, tree_memory_mb())
        self._watching_s = before_s + time.thread_time()

    def counted_cpu_s(self) -> float:
        """What the ratios compare: everything except putting the input into the peer's own form and back."""
        return round(sum(p["cpu_s"] for name, p in self.phases.items() if name not in ("load", "fetch")), 4)


def tree_cpu_s() -> float:
    """Processor seconds of this process and all its descendants, dead ones that were waited for included."""
    own = _stat(os.getpid())
    reaped_s = (int(own[13]) + int(own[14])) * TICK_S if own else 0.0
    living_s = sum(sum(int(stat[k]) for k in range(11, 15)) * TICK_S for stat in map(_stat, _descendants()) if stat)
    return time.process_time() + reaped_s + living_s


def tree_memory_mb() -> float:
    private_kb = shared_kb = 0
    for pid in [os.getpid(), *_descendants()]:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:  # it ended in between
            continue
        size = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Rss")}
        private_kb += size.get("RssAnon", 0) + size.get("RssFile", 0)
        shared_kb = max(shared_kb, size.get("RssShmem", 0))
    return round((private_kb + shared_kb) / 1024.0, 1)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on (proc(5)): utime, stime, cutime, cstime are 11 to 14."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _descendants() -> list[int]:
    found, waiting = [], [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
        found += children
        waiting += children
    return found


def machine() -> dict[str, Any]:
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    total_kb = (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(next(total_kb, 0) / 2**20, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(*packages: str) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit of the working tree, with a plus sign where tracked files differ from it."""
    here = Path(__file__).parent
    told = subprocess.run(
        ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def keep(path: Path, date: str, records: list[dict[str, Any]], same: tuple[str, ...]) -> None:
    """Put records into a file of JSON lines, over earlier ones that agree in the fields `same`.

    The first line is the machine. A file from another machine is begun anew: its figures do not compare.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    here = {"what": "machine", **machine()}
    known = {tuple(record.get(name) for name in same): record for record in _earlier(path, here)}
    for record in records:
        known[tuple(record.get(name) for name in same)] = {**record, "date": date, "commit": commit()}
    path.write_text("".join(json.dumps(record) + "\n" for record in [here, *known.values()]))


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The machine and the records of one file of results."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return lines[0], lines[1:]


def _earlier(path: Path, here: dict[str, Any]) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    there, records = read(path)
    return records if there == here else []


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
