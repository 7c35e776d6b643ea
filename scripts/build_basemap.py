"""Build the basemap layers and the named, directed rivers under src/thalweg/places/data.

    python scripts/build_basemap.py --basemap FOLDER --out src/thalweg/places/data

FOLDER holds countries, borders, lakes, places_ne and rivers_ne (Natural Earth, cut to a region) and
rivers_wdbii (World Data Bank II, as distributed with GSHHG), all GeoJSON. World Data Bank II has neither
names nor directions and is cut at every degree: RIVERS says where each river enters and leaves, and the
pieces between are chained in the direction of the flow. Natural Earth has names, and flows downstream.
Writes basemap/<layer>.geojson.gz and rivers.json.gz, the same bytes for the same inputs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LAYERS = ("countries", "borders", "lakes", "places_ne", "rivers_ne", "rivers_wdbii")
WDBII_M = 1000.0  # 90 % of its Euphrates lies within this of the best line at hand
NATURAL_EARTH_M = 3000.0  # 95 % of its Euphrates and Tigris lies within 2.1 km of those of WDBII
JOIN_M = 1000.0  # pieces of one river that are this close are one

Point = Sequence[float]
Stretch = tuple[Point, Point]
Line = list[list[float]]

# id: name, other names, Natural Earth's names, level in WDBII, its stretches there (upstream, downstream)
RIVERS: dict[str, tuple[str, list[str], list[str], int, list[Stretch]]] = {
    "euphrates": (
        "Euphrates", ["al-Furat", "Firat", "Fırat", "الفرات", "نهر الفرات", "Евфрат", "Firat Nehri"],
        ["Euphrates", "Firat", "Al Furat"], 1,
        [((39.08428, 38.0), (38.0, 37.44154)), ((38.0, 36.95862), (43.0, 33.52889))],
    ),
    "khabur": (
        "Khabur", ["al-Khabur", "Khabour", "Habur", "الخابور", "نهر الخابور", "Хабур"],
        [], 3, [((41.85139, 37.22167), (40.42806, 35.13611))],
    ),
    "tigris": (
        "Tigris", ["Dijla", "Dicle", "دجلة", "نهر دجلة", "Тигр"],
        ["Tigris", "Dicle"], 1, [((40.24808, 38.0), (43.0, 36.40027))],
    ),
    "jordan": ("Jordan", ["نهر الأردن", "Иордан"], ["Jordan"], 0, []),
    "ceyhan": ("Ceyhan", ["جيحان", "Джейхан"], ["Ceyhan"], 0, []),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--basemap", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    (options.out / "basemap").mkdir(parents=True, exist_ok=True)
    layers = {name: json.loads((options.basemap / f"{name}.geojson").read_text("utf-8")) for name in LAYERS}
    for name, layer in layers.items():
        _write(options.out / "basemap" / f"{name}.geojson.gz", layer)
    rivers = []
    for identifier, (name, aliases, ne_names, level, stretches) in RIVERS.items():
        parts = [
            {"source": "WDBII", "accuracy_m": WDBII_M, "line": _chain(layers["rivers_wdbii"], level, *ends)}
            for ends in stretches
        ]
        parts += [
            {"source": "Natural Earth", "accuracy_m": NATURAL_EARTH_M, "line": line}
            for line in _named(layers["rivers_ne"], ne_names)
        ]
        rivers.append({"id": identifier, "name": name, "aliases": aliases, "parts": parts})
        print(name, [(part["source"], len(part["line"])) for part in parts])
    _write(options.out / "rivers.json.gz", rivers)


def _chain(layer: dict[str, Any], level: int, upstream: tuple[float, float], downstream: tuple[float, float]) -> Line:
    """Pieces from the upstream end to the downstream end, each turned to follow the one before."""
    pieces: list[Line] = [
        f["geometry"]["coordinates"]
        for f in layer["features"]
        if f["properties"]["level"] == level and f["geometry"]["coordinates"][0] != f["geometry"]["coordinates"][-1]
    ]
    line: Line = []
    end = upstream
    while not line or _metres(end, downstream) > JOIN_M:
        ends = [(min(_metres(p[0], end), _metres(p[-1], end)), i) for i, p in enumerate(pieces)]
        gap, i = min(ends)
        if gap > JOIN_M:
            raise SystemExit(f"the chain from {upstream} breaks at {end}: the next piece is {gap:.0f} m away")
        piece = pieces.pop(i)
        if _metres(piece[-1], end) < _metres(piece[0], end):
            piece = piece[::-1]
        line += piece if not line or piece[0] != line[-1] else piece[1:]
        end = line[-1]
    return [[round(x, 5), round(y, 5)] for x, y in line]


def _named(layer: dict[str, Any], names: list[str]) -> list[Line]:
    found = []
    for feature in layer["features"]:
        if feature["properties"]["name"] in names:
            shape = feature["geometry"]
            lines = shape["coordinates"] if shape["type"] == "MultiLineString" else [shape["coordinates"]]
            # Stubs of a few hundred metres have no direction worth the name.
            found += [line for line in lines if _metres(line[0], line[-1]) > 3000]
    return [[[round(x, 5), round(y, 5)] for x, y, *_ in line] for line in found]


def _metres(a: Point, b: Point) -> float:
    return 111_200 * math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1])), a[1] - b[1])


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
