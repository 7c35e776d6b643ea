"""How much the islands weigh on the wire, and how the map moves with thousands on it, drawn by the processor alone.

    python -m bench.islands            both; keeps them in bench/results/islands.json
    python -m bench.islands sizes      what a page asks for, compressed as the desk sends it

Frames are counted while the map is dragged and zoomed in a headless Chromium without a graphics card. Processor time is
of all of the browser's processes, per frame: it does not change with what else the machine does, as seconds do.
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
_DRAG = """async () => {
  const canvas = document.querySelector('canvas'), box = canvas.getBoundingClientRect(), frames = [];
  const mouse = (to, kind, i) => to.dispatchEvent(new MouseEvent(kind, {bubbles: true, buttons: 1,
    clientX: box.x + 600 - i * 4, clientY: box.y + 300 - i * 2}));
  const frame = () => new Promise(requestAnimationFrame);
  mouse(canvas, 'mousedown', 0);
  let last = performance.now();
  for (let i = 1; i <= 60; i += 1) {
    mouse(document, 'mousemove', i);
    await frame();
    frames.push(performance.now() - last);
    last = performance.now();
  }
  mouse(document, 'mouseup', 60);
  return frames;
}"""
_ZOOM = """async () => {
  const canvas = document.querySelector('canvas'), box = canvas.getBoundingClientRect(), frames = [];
  let last = performance.now();
  for (let i = 0; i < 40; i += 1) {
    canvas.dispatchEvent(new WheelEvent('wheel', {bubbles: true, cancelable: true, deltaY: -30,
      clientX: box.x + 500, clientY: box.y + 300}));
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
  }
  return frames;
}"""


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
    """The map of so many declarations: until it stands, and how it moves."""
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
        page.route("**/v1/as-of/map*", lambda route: route.fulfill(body=given, content_type="application/geo+json"))
        began = time.perf_counter()
        page.goto(desk.url("/stub"), wait_until="domcontentloaded")
        page.wait_for_selector("[data-shown]", timeout=120_000)
        shown_s = time.perf_counter() - began
        page.wait_for_selector("[data-idle]", timeout=120_000)
        moved = {}
        for name, script in (("drag", _DRAG), ("zoom", _ZOOM)):
            before = tree_cpu_s() * 1000
            times = sorted(page.evaluate(script))
            moved[name] = {
                "median_ms": round(times[len(times) // 2], 1),
                "p95_ms": round(times[int(len(times) * 0.95)], 1),
                "cpu_ms": round((tree_cpu_s() * 1000 - before) / len(times), 1),
            }
            page.wait_for_timeout(2_000)
    return {"count": count, "shown_s": round(shown_s, 2), **moved}


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
