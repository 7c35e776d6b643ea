"""How much the islands weigh on the wire, and how the map moves with thousands on it, drawn by the processor alone.

    python -m bench.islands            both; keeps them in bench/results/islands.json
    python -m bench.islands sizes      what a page asks for, compressed as the desk sends it

Frames are counted while the map is dragged and zoomed in a headless Chromium without a graphics card. Processor time is
of all of the browser's processes, per step of the hand: it does not change with what else the machine does, as seconds
do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from tests.browser import room

from bench.accounting import tree_cpu_s
from thalweg.server.pages.words import words

OUT = Path(__file__).parent / "results/islands.json"
COUNTS = (100, 1_000, 10_000)
SEED = 7
_PARTIES = {
    name: {"tag": name.upper(), "name": name, "side": side}
    for name, side in (("cj", "own"), ("ru", "other"), ("hu", "relief"), ("sy", "third"))
}
_WATCH = """() => {
  const frames = window.frames_seen = [];
  let last = performance.now();
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    window.frames_asked = requestAnimationFrame(frame);
  };
  window.frames_asked = requestAnimationFrame(frame);
}"""
_SEEN = "() => { cancelAnimationFrame(window.frames_asked); return window.frames_seen.slice(1); }"
_STEPS = 60


def sizes() -> dict[str, Any]:
    """Of each island: its own script and styles, and with what it asks for at once (`first`) or later (`later`)."""
    manifest: dict[str, Any] = json.loads((room.ISLANDS / ".vite/manifest.json").read_text("utf-8"))

    def reached(chunk: dict[str, Any], seen: set[str]) -> set[str]:
        for name in (chunk["file"], *chunk.get("css", ())):
            seen.add(name)
        for each in chunk.get("imports", ()):
            if manifest[each]["file"] not in seen:
                reached(manifest[each], seen)
        return seen

    def weigh(names: set[str]) -> dict[str, int]:
        data = [(room.ISLANDS / name).read_bytes() for name in names]
        return {"files": len(data), "bytes": sum(map(len, data)), "gzip": sum(len(gzip.compress(d, 9)) for d in data)}

    found = {}
    for chunk in manifest.values():
        if not chunk.get("isEntry"):
            continue
        first = reached(chunk, set())
        later: set[str] = set()
        for each in chunk.get("dynamicImports", ()):
            reached(manifest[each], later)
            later |= set(manifest[each].get("assets", ()))
        found[chunk["name"]] = {"first": weigh(first), "later": weigh(later - first)}
    named = {chunk["file"] for chunk in manifest.values() if "name" in chunk}
    beside = {path.name for path in room.ISLANDS.glob("*.js*")} - named
    found["beside the map"] = {"first": weigh(set()), "later": weigh(beside)}  # its worker, and the basemap
    return found


def frames(count: int) -> dict[str, Any]:
    """The map of so many declarations: until it stands and is whole, and how it moves."""
    given = json.dumps(_declared(count))
    html = room.stub(
        "map",
        {"parties": _PARTIES, "bounds": [38.5, 33.8, 42.5, 36.8]},
        f'<script type="application/json" id="island-words">{json.dumps(words("en").of_islands())}</script>',
        head="<style>[data-island=map]{height:700px}</style>",
    )
    with room.chromium() as browser, room.served_desk(Path(tempfile.mkdtemp())) as desk:
        desk.parties("alpha", "bravo")
        page = room.Browse(browser, desk)("alpha-1").page
        page.route("**/stub", lambda route: room.show(route, html, styles=True))
        page.route("**/room/map*", lambda route: route.fulfill(body=given, content_type="application/geo+json"))
        before_s, began = tree_cpu_s(), time.perf_counter()
        page.goto(desk.url("/stub"), wait_until="domcontentloaded")
        page.wait_for_selector("[data-shown]", timeout=120_000)
        shown_s = time.perf_counter() - began
        page.wait_for_selector("[data-idle]", timeout=120_000)
        whole = {"whole_s": round(time.perf_counter() - began, 2), "whole_cpu_s": round(tree_cpu_s() - before_s, 2)}
        moved = {}
        for name, act in (("drag", drag), ("zoom", zoom)):
            where = page.evaluate("location.hash")
            page.evaluate(_WATCH)
            before = tree_cpu_s() * 1000
            act(page)
            cpu_ms = tree_cpu_s() * 1000 - before
            times = sorted(page.evaluate(_SEEN))
            moved[name] = {
                "median_ms": round(times[len(times) // 2], 1),
                "p95_ms": round(times[int(len(times) * 0.95)], 1),
                "frames": len(times),
                "cpu_ms": round(cpu_ms / _STEPS, 1),  # of a step: moves that find no frame are drawn together
            }
            page.wait_for_timeout(2_000)
            assert page.evaluate("location.hash") != where, f"{name}: the map has not moved"
    return {"count": count, "shown_s": round(shown_s, 2), **whole, **moved}


def drag(page: Page) -> None:
    """By a hand: 240 pixels one way and a third of that the other."""
    page.mouse.move(900, 500)
    page.mouse.down()
    for i in range(1, _STEPS + 1):
        page.mouse.move(900 - 4 * i, 500 - 2 * i)
    page.mouse.up()


def zoom(page: Page) -> None:
    """By a wheel: about two levels nearer."""
    for _ in range(_STEPS):
        page.mouse.wheel(0, -15)


def _declared(count: int) -> dict[str, Any]:
    """Sites, movements and operations of four parties, over the region of the scenario."""
    told = random.Random(SEED)
    features = []
    for i in range(count):
        lon, lat, of = told.uniform(35.5, 43), told.uniform(32, 37.4), told.choice(list(_PARTIES))
        sort = told.random()
        where: Any
        if sort < 0.4:
            kind, shape, where = "static_site", "Point", [lon, lat]
        elif sort < 0.7:
            kind, shape = "movement", "LineString"
            where = [[lon + told.uniform(-0.2, 0.2), lat + told.uniform(-0.2, 0.2)] for _ in range(4)]
        else:
            half = told.uniform(0.01, 0.06)
            ring = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
            kind, shape, where = "operation", "Polygon", [[[lon + x * half, lat + y * half] for x, y in ring]]
        facts = {
            "record": "declaration", "of": of, "own": of == "cj", "subject": f"D-{i}", "version": f"D-{i} v1",
            "kind": kind, "level": "full", "standing": "declared", "title": f"D-{i}", "medium": "ground",
            "uncertainty_m": told.choice([0, 500, 2000]), "marks": [], "late": False, "hypothetical": False,
        }  # fmt: skip
        features.append({"type": "Feature", "geometry": {"type": shape, "coordinates": where}, "properties": facts})
    return {"type": "FeatureCollection", "features": features}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("sizes", "all"), default="all")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)))
    told = parser.parse_args()
    held: dict[str, Any] = json.loads(OUT.read_text("utf-8")) if OUT.is_file() else {}
    held |= {"date": datetime.now(tz=UTC).date().isoformat(), "sizes": sizes()}
    if told.what == "all":
        held |= {
            "seed": SEED,
            "cpus": os.cpu_count(),
            "machine": platform.machine(),
            "load_before": round(os.getloadavg()[0], 1),
            "map": [frames(int(count)) for count in told.counts.split(",")],
        }
    OUT.write_text(json.dumps(held, indent=1) + "\n", "utf-8")
    print(json.dumps(held, indent=1))


if __name__ == "__main__":
    main()
