"""Makes src/thalweg/formats/national_boxes.csv, by which the reader of ED-269 tells its axis order.

    pip install country-bounding-boxes        # Natural Earth 1:50m admin-0 map subunits, public domain
    python scripts/national_boxes.py > src/thalweg/formats/national_boxes.csv

Boxes are rounded outwards to 0.1 degrees. Countries that Natural Earth cuts into subunits keep one box for
each, so that islands far away do not blow one box up over half the Earth.
"""

from __future__ import annotations

import importlib.util
import math
from collections import defaultdict
from pathlib import Path

HEADER = """\
# Bounding boxes of countries, degrees, rounded outwards to 0.1: ISO 3166-1 alpha-3, then
# one or more boxes 'west south east north', separated by semicolons.
# From Natural Earth 1:50m admin-0 map subunits (public domain), by scripts/national_boxes.py."""


def main() -> None:
    # The package's own __init__ wants another package, which is not needed for its table.
    package = importlib.util.find_spec("country_bounding_boxes")
    if package is None or package.origin is None:
        raise SystemExit("country-bounding-boxes is not installed")
    table = importlib.util.spec_from_file_location("table", Path(package.origin).with_name("generated.py"))
    if table is None or table.loader is None:
        raise SystemExit("country-bounding-boxes has no table")
    module = importlib.util.module_from_spec(table)
    table.loader.exec_module(module)
    boxes: dict[str, set[tuple[float, float, float, float]]] = defaultdict(set)
    for country in module.countries:
        west, south, east, north = country.bbox
        code = country.iso_a3 if country.iso_a3 and country.iso_a3 != "-99" else country.adm0_a3
        boxes["XKX" if code == "KOS" else code].add((_down(west), _down(south), _up(east), _up(north)))
    print(HEADER)
    for code, found in sorted(boxes.items()):
        print(f"{code}," + ";".join(" ".join(f"{value:g}" for value in box) for box in sorted(found)))


def _down(value: float) -> float:
    return math.floor(value * 10) / 10


def _up(value: float) -> float:
    return math.ceil(value * 10) / 10


if __name__ == "__main__":
    main()
