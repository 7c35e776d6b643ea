"""Every reading that the desk answers: how long, how many bytes, and for how long nobody else is answered meanwhile.

    python -m bench.reads DESK          kept in bench/results/reads.json; python -m bench.chart puts it into docs/bench
    python -m bench.reads DESK --only /v1/as-of,/findings    printed, not kept

DESK is a copy of one that `bench.desk load` has filled: readings are put on record, so it changes. An officer of one of
the two parties asks for each GET route of the application in turn, twice. Meanwhile another connection asks every 10 ms
whether the server lives: the longest that it waited is the longest that anybody would have waited for a warning
(`held_ms`). On a machine with company that measures the company too, so the server counts the processor time of each
step of its event loop as well, and tells the longest (`step_ms`). The first time is the first since the server was
started, so it holds whatever is put in order then, unless one of the routes above it in the table has had that done
already. What comes due is left alone meanwhile, as when a desk is filled.

A route that is asked here and one that is left out, with the reason, are both told; a test holds the two lists against
the application.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest import mock

from bench.accounting import keep
from bench.desk import PARTIES, Line, answer_of, cpu_of, officer, serve
from bench.run import RESULTS
from thalweg.server.listen import bind

Record = dict[str, Any]
Put = Callable[[Record], None]

_EVERY_S: Final = 0.01
_QUIET_S: Final = 0.1  # pings before and after each reading
_MOST_S: Final = 600.0
_ALL_TIME: Final = "valid=../.."

ASKED: Final[tuple[str, ...]] = (
    "/v1/me",
    "/v1/theatre",
    "/v1/parties",
    "/v1/notices",
    "/v1/notices?limit=200",
    "/v1/notices/{notice}",
    "/v1/notices/{notice}/text",
    "/v1/notices/{notice}/voice",
    "/v1/notices/{notice}/sheet",
    "/v1/inbox",
    "/v1/inbox?limit=200",
    "/v1/declarations",
    "/v1/declarations?limit=200",
    "/v1/declarations?own=true&limit=200",
    "/v1/declarations/{subject}",
    "/v1/findings",
    "/v1/findings?limit=200",
    "/v1/statements/{statement}",
    "/v1/channels",
    "/v1/channels/room/log",
    "/v1/agreements",
    "/v1/commitments",
    "/v1/emergencies",
    "/v1/entries",
    "/v1/entries?limit=10000",
    "/v1/entries/{entry}",
    "/v1/entries/{entry}/receipt",
    "/v1/bundle",
    "/v1/log/checkpoint",
    "/v1/log/trust",
    "/v1/log/consistency?old=100&new=1000",
    "/v1/as-of",
    f"/v1/as-of?{_ALL_TIME}",
    f"/v1/as-of/map?{_ALL_TIME}",
    "/v1/as-of/notices",
    "/v1/as-of/times",
    "/v1/incidents",
    "/v1/sources",
    "/v1/claims",
    "/v1/feedback",
    "/v1/review?since={since}&until={until}",
    "/v1/export?form=geojson",
    "/v1/export?form=html",
    "/v1/export?form=json",
    "/v1/export?form=csv",
    "/v1/export?form=kml",
    "/v1/situation",
    "/inbox",
    "/room",
    "/room/map",
    f"/room/map?{_ALL_TIME}",
    "/notices/{notice}",
    "/declarations",
    "/declarations/{subject}",
    "/findings",
    "/findings/{finding}",
    "/findings/{finding}/ways",
    "/declare",
    "/declare/file",
    "/emergency",
    "/channels",
    "/channels/room",
    "/agreements",
    "/incidents",
    "/incidents/report",
    "/sources",
    "/sources/read",
    "/watch",
    "/ledger",
    "/settings",
)

LEFT_OUT: Final[dict[str, str]] = {
    "/v1/stream": "never ends; bench.streams",
    "/": "of a signing-in, and of no desk's size",
    "/declare/file/{sha256}": "of what such a desk has none of",
    "/healthz": "asks after the server itself",
    "/incidents/{reference}": "of what such a desk has none of",
    "/join": "of a signing-in, and of no desk's size",
    "/metrics": "asks after the server itself",
    "/problems/{code}": "of what such a desk has none of",
    "/prove": "of a signing-in, and of no desk's size",
    "/readyz": "asks after the server itself",
    "/sign-in": "of a signing-in, and of no desk's size",
    "/sign-in/contacts": "of a signing-in, and of no desk's size",
    "/sign-in/keys": "of a signing-in, and of no desk's size",
    "/sign-in/keys/signing": "of a signing-in, and of no desk's size",
    "/sign-in/me": "of a signing-in, and of no desk's size",
    "/sign-in/sessions": "of a signing-in, and of no desk's size",
    "/sources/read/{sha256}": "of what such a desk has none of",
    "/sources/{sha256}": "of what such a desk has none of",
    "/static/{path:path}": "a packed file",
    "/v1/incidents/{reference}": "of what such a desk has none of",
    "/v1/incidents/{reference}/dossier": "of what such a desk has none of",
    "/v1/sources/{sha256}": "of what such a desk has none of",
}

_NAMES: Final = {  # where the names in paths are had, and as what
    "notice": ("/v1/notices", r'"id":"([^"]+)"'),
    "statement": ("/v1/declarations?own=true&limit=200", r'"statement":"([0-9a-f]{64})"'),
    "subject": ("/v1/declarations", r'"subject":"([^"]+)"'),
    "finding": ("/v1/findings", r'"id":"([^"]+)"'),
    "entry": ("/v1/entries", r'"entries":\[(\d+)'),
}


def serve_still(folder: Path, listening: socket.socket, told: Any, longest: Any) -> None:
    """The server, which leaves what has come due alone: a desk that was filled a while ago would begin with it. The
    longest step of its event loop, in seconds of processor, is put into `longest`."""
    run = asyncio.Handle._run  # noqa: SLF001  # the one place through which every step of a loop goes

    def timed(handle: asyncio.Handle) -> None:
        begin_s = time.thread_time()
        run(handle)
        took_s = time.thread_time() - begin_s
        if took_s > longest.value:  # written seldom: who asks sets it to 0 from another process
            longest.value = took_s

    with (
        mock.patch("thalweg.desk.live._DUE_AT_ONCE", 0),
        mock.patch.object(asyncio.Handle, "_run", timed),
    ):
        serve(folder, "sqlite:log.db", listening, told)


@dataclass(slots=True)
class _Probe:
    """Asks every 10 ms whether the server lives, and keeps the longest that it waited."""

    line: Line
    longest_s: float = 0.0
    asked: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> _Probe:
        self._tasks.append(asyncio.create_task(self._ask()))
        await asyncio.sleep(_QUIET_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(_QUIET_S)
        for each in self._tasks:
            each.cancel()
        self.line.close()

    async def _ask(self) -> None:
        request = self.line.request("GET", "/healthz")
        while True:
            begin_s = time.monotonic()
            await self.line.ask(request)
            self.longest_s = max(self.longest_s, time.monotonic() - begin_s)
            self.asked += 1
            await asyncio.sleep(max(0.0, begin_s + _EVERY_S - time.monotonic()))


async def _read(port: int, author: str, path: str) -> tuple[int, bytes, float]:
    """Status, the whole of the answer, and seconds. The connection is closed after it, so its end is the answer's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    line = Line(port, author)
    begin_s = time.monotonic()
    writer.write(line.request("GET", path).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    pieces = []
    async with asyncio.timeout(_MOST_S):
        while piece := await reader.read(1 << 18):
            pieces.append(piece)
    seconds = time.monotonic() - begin_s
    writer.close()
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    return int(head[9:12]), body, seconds


async def _ready(port: int) -> None:
    while (await _read(port, officer(PARTIES[0], 0), "/readyz"))[0] != 200:
        await asyncio.sleep(0.05)


async def _once(port: int, author: str, path: str, pid: int, longest: Any) -> tuple[Record, bytes]:
    cpu_s, longest.value = cpu_of(pid), 0.0
    async with _Probe(await Line(port, author).open()) as probe:
        status, body, seconds = await _read(port, author, path)
    found = {
        "status": status,
        "ms": round(seconds * 1e3, 1),
        "held_ms": round(probe.longest_s * 1e3, 1),
        "step_ms": round(longest.value * 1e3, 1),
        "cpu_ms": round((cpu_of(pid) - cpu_s) * 1e3),
        "bytes": len(body),
    }
    return found, body


async def _all(port: int, pid: int, live: int, only: tuple[str, ...], longest: Any, put: Put) -> None:
    author = officer(PARTIES[0], 0)
    day = datetime.now(UTC).date().isoformat()
    names = {"since": f"{day[:8]}01T00:00:00Z", "until": f"{day}T00:00:00Z"}
    for route in ASKED:
        bare = route.partition("?")[0]
        wanted = not only or route in only or bare in only
        if not wanted and not any(source == route for source, _ in _NAMES.values()):
            continue
        if missing := [each for each in re.findall(r"{(\w+)}", route) if each not in names]:
            print(f"{route:44} not asked: the desk has no {missing[0]}", flush=True)
            continue
        path = route.format_map(names)
        first, body = await _once(port, author, path, pid, longest)
        second, _ = await _once(port, author, path, pid, longest)
        for name, (source, pattern) in _NAMES.items():
            if source == route and (met := re.search(pattern, body.decode("utf-8", "replace"))):
                names[name] = met.group(1)
        if wanted:
            load_1m = round(os.getloadavg()[0], 2)
            put({"what": "reads", "route": route, "live": live, "first": first, "second": second, "load_1m": load_1m})
            print(
                f"{route:44} {first['status']} {first['ms']:9.1f} {second['ms']:9.1f} ms, held"
                f" {first['held_ms']:7.1f} {second['held_ms']:7.1f} ms, step {first['step_ms']:6.1f}"
                f" {second['step_ms']:6.1f} ms, {first['bytes']:11,d} bytes",
                flush=True,
            )


def measure(folder: Path, put: Put, only: tuple[str, ...] = ()) -> None:
    """Every reading of the desk in a folder, in the order of `ASKED`; each is put away as it comes."""
    record = json.loads((folder / "bench.json").read_text())
    context = multiprocessing.get_context("spawn")
    listening = bind("127.0.0.1", 0)
    listening.set_inheritable(True)
    told, longest = context.Queue(), context.Value("d", 0.0, lock=False)
    server = context.Process(target=serve_still, args=(folder, listening, told, longest))
    server.start()
    answer_of(server, told)
    assert server.pid is not None
    asyncio.run(_ready(listening.getsockname()[1]))
    try:
        asyncio.run(_all(listening.getsockname()[1], server.pid, record["live"], only, longest, put))
    finally:
        os.kill(server.pid, 15)
        told.get(timeout=_MOST_S)
        server.join()
        listening.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="these routes, with commas; not kept")
    asked = parser.parse_args()
    day = datetime.now(UTC).date().isoformat()

    def put(record: Record) -> None:
        if not asked.only:
            keep(RESULTS / "reads.json", day, [record], ("what", "route", "live"))

    measure(asked.folder, put, tuple(filter(None, asked.only.split(","))))


if __name__ == "__main__":
    main()
