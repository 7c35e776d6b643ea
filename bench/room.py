"""The room in a browser: its first view with thousands of declarations, an answer's round trip, a live warning's way.

    python -m bench.room               everything; keeps it in bench/results/room.json
    python -m bench.room --count 1000  with so many declarations

A desk in this process, a headless Chromium without a graphics card, both on the cores of this machine. The declarations
of two parties are spread over the region, half of them of whoever looks; both show each other everything, so that all
of them stand on the map, and every one of the other side is owed an answer.

- `view`: from the address to a map that is drawn and a table that opens at a key (wall clock; processor time of the
  desk and of all the browser's processes). `again`: the same with what the browser had kept.
- `answer`: a form of the inbox sent to the desk and its redirect received, statement signed and durable.
- `painted`: from when the desk has accepted a declaration to when its warning stands in the other side's open inbox, at
  a desk with 500 declarations.
- `pages`: what is sent for a page, compressed as the desk sends it.

Seconds of the wall clock depend on what else the machine does: `load` is its load average when the run began.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from tests.browser import room
from tests.serving import soon

from bench.accounting import keep, tree_cpu_s
from bench.islands import sizes
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.events import Declared
from thalweg.model.instants import Instant, Window
from thalweg.model.shapes import Circle, Position
from thalweg.wiring import now_ms

OUT = Path(__file__).parent / "results/room.json"
SEED = 11
PARTIES = ("alpha", "bravo")
ANSWERS = 40
WARNINGS = 10
FEW = 500  # declarations of the desk at which warnings are timed
_BATCH = 64
_HELD = '() => document.querySelector(\'[data-island="map"] [data-shown], [data-island="map"][data-shown]\')'
_SEEN = """() => { window.seen = 0;
  const ids = () => [...document.querySelectorAll('[data-item]')].map(each => each.dataset.item), had = new Set(ids());
  new MutationObserver(() => {
    if (!window.seen && ids().some(each => !had.has(each)))
      requestAnimationFrame(() => { window.seen = window.seen || Date.now(); });
  }).observe(document.body, {childList: true, subtree: true}); }"""

Record = dict[str, Any]


def declared(row: int, told: random.Random) -> Declaration:
    """A site or an operation of one of the two, 300 m across, so that few of them meet."""
    party = PARTIES[row % 2]
    made = soon(f"d-{row}", party, kind=Kind.STATIC_SITE if told.random() < 0.5 else Kind.OPERATION)
    now_s = round(now_ms() / 1000)
    begins = now_s + 600.0 + told.randrange(20 * 3600)
    window = Window(None, None) if made.kind is Kind.STATIC_SITE else Window(Instant(begins), Instant(begins + 900.0))
    where = Circle(Position(told.uniform(35.5, 43.0), told.uniform(32.0, 37.4)), 150.0)
    return replace(made, volumes=(Volume(where, window, made.volumes[0].band),))


def fill(desk: room.ServedDesk, count: int) -> None:
    """So many declarations through the office, as officers whose keys the desk holds."""
    told = random.Random(SEED)
    made = [declared(row, told) for row in range(count)]

    async def say(chunk: list[tuple[int, Declaration]]) -> None:
        office = desk.opened.office
        await asyncio.gather(
            *(
                office.say_for(f"{each.party}-1", Declared(each.party, each), f"bench-{row}".encode())
                for row, each in chunk
            )
        )

    for first in range(0, count, _BATCH):
        chunk = list(enumerate(made[first : first + _BATCH], first))
        asyncio.run_coroutine_threadsafe(say(chunk), desk.loop).result(120)


def view(browse: room.Browse) -> tuple[Record, Record]:
    """The first view of a new browser, and the next."""
    screen = browse("alpha-1")
    return _view(screen), _view(screen)


def _view(screen: room.Screen) -> Record:
    page = screen.page
    cpu_s, began = tree_cpu_s(), time.perf_counter()
    page.goto(screen.desk.url("/room"), wait_until="commit")
    html_s = time.perf_counter() - began
    page.wait_for_selector(".pane-owed [data-item]", state="attached")
    read_s = time.perf_counter() - began
    page.wait_for_function(_HELD, timeout=120_000)
    shown_s = time.perf_counter() - began
    page.click("button[data-key=t]")
    page.wait_for_selector(".map-table tbody tr", timeout=60_000)
    ready_s = time.perf_counter() - began
    timing = {"first_byte_s": html_s, "inbox_s": read_s, "map_s": shown_s, "interactive_s": ready_s}
    return {name: round(value, 3) for name, value in timing.items()} | {"cpu_s": round(tree_cpu_s() - cpu_s, 2)}


def answers(desk: room.ServedDesk) -> Record:
    """Milliseconds from a sent form to its redirect."""
    cookies = {"thalweg": desk.session("alpha-1")}
    taken: list[float] = []
    with httpx2.Client(base_url=desk.origin, cookies=cookies, timeout=120.0) as client:
        page = client.get("/inbox", headers={"accept": "text/html"}).text
        token = page.split('name="csrf" value="')[1].split('"')[0]
        reading = asyncio.run_coroutine_threadsafe(desk.opened.office.reading(), desk.loop).result(30)
        owed = [each.notice.id for each in reading.mailboxes.inbox("alpha", ANSWERS).value]
        cpu_s = time.process_time()
        for number, notice in enumerate(owed):
            body = urlencode({"csrf": token, "once": f"bench-answer-{number}", "response": "received"})
            headers = {
                "content-type": "application/x-www-form-urlencoded",
                "origin": desk.origin,
                "accept": "text/html",
            }
            began = time.perf_counter()
            answer = client.post(f"/notices/{notice}/answer", content=body, headers=headers)
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 303, answer.text
        cpu_s = time.process_time() - cpu_s
    return {**_spread(taken), "cpu_ms": round(cpu_s * 1000 / max(1, len(taken)), 1)}


def painted(desk: room.ServedDesk, browse: room.Browse) -> Record:
    """Milliseconds from the desk's acceptance to the warning in an inbox that stood open."""
    screen = browse("bravo-1").open("/inbox")
    page = screen.page
    page.wait_for_selector('[data-island="connection"][data-state="live"]')
    taken: list[float] = []
    for number in range(WARNINGS):
        at = 44.0 + number * 0.4
        desk.declare("bravo-1", soon(f"near-{number}", "bravo", at, 38.4))
        page.wait_for_timeout(1_500)
        page.evaluate(_SEEN)
        desk.declare("alpha-1", soon(f"meets-{number}", "alpha", at, 38.4, kind=Kind.STATIC_SITE))
        accepted = time.time() * 1000
        page.wait_for_function("() => window.seen > 0", timeout=30_000)
        taken.append(max(0.0, page.evaluate("() => window.seen") - accepted))
    return _spread(taken)


def pages(desk: room.ServedDesk) -> Record:
    """Bytes on the wire of a page, compressed."""
    cookies = {"thalweg": desk.session("alpha-1")}
    found = {}
    with httpx2.Client(base_url=desk.origin, cookies=cookies, timeout=120.0) as client:
        for path in ("/inbox", "/room", "/room/map"):
            with client.stream("GET", path, headers={"accept-encoding": "gzip", "accept": "text/html"}) as answer:
                found[path] = {"status": answer.status_code, "bytes": sum(len(each) for each in answer.iter_raw())}
    return found


def _spread(taken: list[float]) -> Record:
    held = sorted(taken)
    return {
        "count": len(held),
        "median_ms": round(statistics.median(held), 1),
        "p95_ms": round(held[min(len(held) - 1, int(len(held) * 0.95))], 1),
    }


def run(count: int) -> Record:
    """All of it, of one desk."""
    load = round(os.getloadavg()[0], 1)
    with room.chromium() as browser, room.served_desk(Path(tempfile.mkdtemp())) as desk:
        desk.parties(*PARTIES)
        fill(desk, count)
        found: Record = {"what": "room", "count": count, "load": load}
        browse = room.Browse(browser, desk)
        found["view"], found["again"] = view(browse)
        browse.close()
        print(json.dumps(found), file=sys.stderr)
        found |= {"answer": answers(desk), "pages": pages(desk)}
        print(json.dumps(found), file=sys.stderr)
    with room.chromium() as browser, room.served_desk(Path(tempfile.mkdtemp())) as desk:
        desk.parties(*PARTIES)
        fill(desk, min(count, FEW))
        found["painted"] = painted(desk, room.Browse(browser, desk))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    told = parser.parse_args()
    found = run(told.count)
    weights = {name: each["first"]["gzip"] + each["later"]["gzip"] for name, each in sizes().items()}
    found["islands_gzip"] = weights
    keep(OUT, datetime.now(tz=UTC).date().isoformat(), [found], ("what", "count"))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
