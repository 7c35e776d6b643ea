"""What the gazetteer costs a start: time and memory are part of the promise of `thalweg check`."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from thalweg.places.gazetteer import Gazetteer, PackagedShelf

TWENTY_DECLARATIONS = """
import resource, time
import numpy, json, zipfile, gzip
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
from thalweg.places.coordinates import read_position
from thalweg.places.describe import describe_all
from thalweg.places.flags import check_position
from thalweg.places.gazetteer import packaged
loaded = time.process_time()
names = ["Deir Ezzor", "Salhiya", "Hatla", "Khusham", "Mayadin", "Abu Kamal", "Hajin", "Raqqa", "Marat", "Lisboa"]
for i, name in enumerate(names * 2):
    at = read_position(f"35.{10 + i}33N 40.{10 + i}2E")
    check_position(at.lon, at.lat, written=at, named=packaged().lookup(name), claimed_m=5)
describe_all([(40.1 + i / 50, 35.1 + i / 50) for i in range(20)])
print(time.process_time() - loaded, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_twenty_declarations_pay_little_for_the_gazetteer() -> None:
    """Under 150 ms of processor and 30 MB, modules included, in a process of its own; best of three."""
    runs = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", TWENTY_DECLARATIONS], capture_output=True, text=True, check=True)
        seconds, megabytes = (float(word) for word in done.stdout.split())
        runs.append((seconds, megabytes))
    assert min(seconds for seconds, _ in runs) < 0.150
    assert min(megabytes for _, megabytes in runs) < 30


def test_the_nearest_place_of_ten_thousand_positions_takes_half_a_second() -> None:
    """In a region carried in depth and over the whole world, index included; best of three."""
    seeded = np.random.default_rng(1)
    syria = (seeded.uniform(36, 42, 10_000), seeded.uniform(32.5, 37, 10_000))
    world = (seeded.uniform(-180, 180, 10_000), np.degrees(np.arcsin(seeded.uniform(-1, 1, 10_000))))
    for lons, lats in (syria, world):
        spent = []
        for _ in range(3):
            gazetteer = Gazetteer(PackagedShelf())
            start = time.process_time()
            gazetteer.nearest(lons, lats)
            spent.append(time.process_time() - start)
        assert min(spent) < 0.5
