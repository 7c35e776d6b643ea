"""Two thousand open streams at one server process: what each costs in memory, and how soon all of them are warned.

python -m bench.streams FOLDER --streams 2000       kept in bench/results/desk.json

FOLDER is a desk that `bench.desk load` has filled.

Half of the streams are of each party. They are opened by two processes and read by them. Then one officer declares, one
statement at a time; for each the time from its accepting answer to the arrival of the notice at every stream of the
other side is noted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.accounting import keep
from bench.desk import OFFICERS, PARTIES, Line, answer_of, cpu_of, declare, memory, officer, quiet, serve, spread_ms
from bench.run import RESULTS
from thalweg.server.listen import bind

Record = dict[str, Any]


def many_files() -> None:
    """As many open connections as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve_many(folder: Path, listening: socket.socket, told: Any) -> None:
    many_files()
    serve(folder, "sqlite:log.db", listening, told)


def listen_many(port: int, party: str, count: int, after: int, told: Any, stop: Any) -> None:
    """Follows `count` streams of a party; tells when each notice came at each."""
    many_files()
    told.put(asyncio.run(_listen_many(port, party, count, after, told, stop)))


async def _listen_many(port: int, party: str, count: int, after: int, told: Any, stop: Any) -> Record:
    came: dict[str, list[float]] = {}

    async def follow(number: int) -> None:
        line = await Line(port, officer(party, number % OFFICERS)).open()
        reader = await line.follow(after)
        opened.append(number)
        held = b""
        while True:
            held += await reader.read(1 << 16)
            at_s = time.monotonic()
            *whole, held = held.split(b"\n\n")
            for each in whole:
                place = each.find(b'"statement":"')
                if place >= 0 and each.find(b'"of":"' + party.encode() + b'"') < 0:
                    came.setdefault(each[place + 13 : place + 77].decode(), []).append(at_s)

    opened: list[int] = []
    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(follow(number)))
        if number % 20 == 19:
            await asyncio.sleep(0.02)
    while len(opened) < count:
        for each in tasks:
            if each.done():
                each.result()  # says why it ended
        await asyncio.sleep(0.05)
    told.put("listening")
    while not stop.is_set():
        await asyncio.sleep(0.05)
    await asyncio.sleep(2.0)
    for task in tasks:
        task.cancel()
    return came


def rss_mb(pid: int | None) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return round(int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))) / 1024, 1)


def measure(folder: Path, streams: int, count: int, rate: float, first_row: int) -> Record:
    record = json.loads((folder / "bench.json").read_text())
    go = folder / "go"
    go.unlink(missing_ok=True)
    record |= {"go": str(go), "lanes": 1}
    context = multiprocessing.get_context("spawn")
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    told, stop, said = context.Queue(), context.Event(), context.Queue()
    server = context.Process(target=serve_many, args=(folder, listening, told))
    server.start()
    answer_of(server, told)
    after = quiet(port)
    before_mb = rss_mb(server.pid)
    ears = []
    for party in PARTIES:
        queue = context.Queue()
        each = context.Process(target=listen_many, args=(port, party, streams // 2, after[party], queue, stop))
        each.start()
        ears.append((each, queue))
    opening_s, opening_cpu_s = time.monotonic(), cpu_of(server.pid)
    for process, queue in ears:
        assert answer_of(process, queue, "the streams did not open") == "listening"
    opening = {
        "all_open_s": round(time.monotonic() - opening_s, 1),
        "cpu_ms_each": round((cpu_of(server.pid) - opening_cpu_s) / streams * 1e3, 2),
    }
    time.sleep(2.0)
    open_mb = rss_mb(server.pid)
    rows = [row for row in range(first_row, first_row + 2 * count) if row % 2 == 0]
    mouth = context.Process(target=declare, args=(port, record, PARTIES[0], rows, rate, said))
    mouth.start()
    assert said.get(timeout=120) == "signed"
    cpu_before_s = cpu_of(server.pid)
    go.touch()
    answers = said.get(timeout=300)["answers"]
    cpu_s = cpu_of(server.pid) - cpu_before_s
    after_mb = rss_mb(server.pid)
    stop.set()
    came: dict[str, list[float]] = {}
    for process, queue in ears:
        for event, times in queue.get(timeout=60).items():
            came.setdefault(event, []).extend(times)
        process.join()
    mouth.join()
    os.kill(server.pid or 0, 15)
    server.join()
    go.unlink()
    waits = sorted(at_s - end for event, _, end, status in answers if status == 201 for at_s in came.get(event, []))
    last = sorted(max(came[event]) - end for event, _, end, status in answers if status == 201 and event in came)
    return {
        "streams": streams,
        "live": record["live"],
        "declared": len(answers),
        "rate": rate,
        "arrived": len(waits),
        "expected": sum(1 for each in answers if each[3] == 201) * (streams // 2),
        "warned": spread_ms(waits),
        "last_stream_warned": spread_ms(last),
        "answered": spread_ms(sorted(end - begin for _, begin, end, _ in answers)),
        "memory": {
            "before_mb": before_mb,
            "open_mb": open_mb,
            "after_mb": after_mb,
            "each_kb": round((open_mb - before_mb) * 1024 / streams, 1),
        },
        "server_cpu_ms_each_declaration": round(cpu_s / max(len(answers), 1) * 1e3, 1),
        "opening": opening,
        "load_1m": round(os.getloadavg()[0], 2),
        "client": memory(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--streams", type=int, default=2_000)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--rate", type=float, default=2.0)
    parser.add_argument("--first-row", type=int, default=1_000_000)
    asked = parser.parse_args()
    with contextlib.suppress(ValueError, OSError):
        many_files()
    found = measure(asked.folder, asked.streams, asked.count, asked.rate, asked.first_row)
    record = {"what": "streams", "store": "sqlite", **found}
    keep(RESULTS / "desk.json", datetime.now(UTC).date().isoformat(), [record], ("what", "store", "live"))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
