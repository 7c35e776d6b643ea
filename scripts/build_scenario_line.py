"""Prints the course of the Euphrates for the scenario's dividing line, from the basemap that the package carries.

World Data Bank II, level 1, chained from piece to piece downstream; cut at At Tibni, Al Mayadin, Abu Kamal and 41 E,
the last vertex before Iraq; simplified by at most 100 m in UTM zone 37; rounded to 0.0001 degrees. The output is the
`coordinates` of the MultiLineString in deir-ez-zor-2017/euphrates-line.geojson, whose second part stands twice there:
once tacit, once agreed.

    python scripts/build_scenario_line.py
"""

from __future__ import annotations

import json
from itertools import pairwise

from pyproj import Transformer
from shapely import LineString, Point
from shapely.ops import substring

from thalweg.places.basemap import layer

# Longitude and latitude: At Tibni, Al Mayadin, Abu Kamal (GeoNames), and the river at 41 E.
CUTS = ((39.8181, 35.6117), (40.45154, 35.01982), (40.91854, 34.45226), (41.0, 34.42971))
SIMPLIFY_M = 100.0
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
TO_DEGREES = Transformer.from_crs("EPSG:32637", "EPSG:4326", always_xy=True)


def chained() -> list[tuple[float, float]]:
    """The river from 39 E downstream to 42 E."""
    pieces = [
        [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]]
        for feature in layer("rivers_wdbii")["features"]
        if feature["properties"]["level"] == 1
    ]
    pieces = [piece for piece in pieces if len(piece) > 2]  # two equal points mark the edge of a map sheet
    (course,) = [p for p in pieces if {39.0, 40.0} <= {p[0][0], p[-1][0]} and max(lat for _, lat in p) < 36.0]
    if course[0][0] > course[-1][0]:
        course = course[::-1]
    while course[-1][0] < 42.0:
        end = course[-1]
        (further,) = [
            way
            for piece in pieces
            for way in (piece, piece[::-1])
            if abs(way[0][0] - end[0]) + abs(way[0][1] - end[1]) < 0.001 and way[1] != course[-2]
        ]
        course = course + further[1:]
    return course


def main() -> None:
    line = LineString([TO_METRES.transform(lon, lat) for lon, lat in chained()])
    along = [line.project(Point(TO_METRES.transform(lon, lat))) for lon, lat in CUTS]
    parts: list[list[list[float]]] = []
    for start, end in pairwise(along):
        piece = substring(line, start, end).simplify(SIMPLIFY_M)
        part = [[round(value, 4) for value in TO_DEGREES.transform(x, y)] for x, y in piece.coords]
        if parts:
            part[0] = parts[-1][-1]
        parts.append(part)
    print(json.dumps(parts))


if __name__ == "__main__":
    main()
