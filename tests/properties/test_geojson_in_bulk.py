"""A hundred thousand features are read within the time that a person waits."""

from __future__ import annotations

import json
from math import cos, radians, sin
from time import process_time

import pytest

from thalweg.drafts import Context
from thalweg.formats.geojson import read
from thalweg.model.theatre import Theatre


def collection(count: int) -> bytes:
    features = []
    for number in range(count):
        lon, lat, radius = 38.0 + (number % 997) / 300, 33.0 + (number % 1009) / 300, 0.01 + (number % 31) / 500
        corners = 4 + number % 37
        ring = [
            [lon + radius * sin(radians(360 * c / corners)), lat + radius * cos(radians(360 * c / corners))]
            for c in range(corners)
        ]
        properties = {
            "kind": "operation",
            "party": f"p{number % 7}",
            "start": "2017-09-16T03:00:00Z",
            "end": f"2017-09-16T{4 + number % 20:02d}:{number % 60:02d}:00Z",
            "lower": number % 900,
            "upper": "FL100",
            "datum": "AMSL",
        }
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def seconds(count: int) -> float:
    data = collection(count)
    began = process_time()
    found = read(data, "bulk.geojson", Context(Theatre("plain", ())))
    took = process_time() - began
    assert (len(found.declarations), found.problems) == (count, ())
    return took


def test_reading_is_linear_in_the_number_of_features() -> None:
    seconds(50)  # warm caches
    assert seconds(2000) < 40 * seconds(200)  # ten times the work; four times that for a busy machine


@pytest.mark.storm
def test_a_hundred_thousand_features_take_less_than_half_a_minute_of_cpu() -> None:
    assert seconds(100_000) < 30
