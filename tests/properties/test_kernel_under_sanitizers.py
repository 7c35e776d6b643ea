"""The kernel with hostile worlds, as it is built and as a compiler builds it that watches every access.

The storm looks for reads and writes out of bounds, use after free, signed overflow and conversions that do not fit;
both look for numbers that are none, and for worlds that are judged otherwise together than pair by pair or one by one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import hostile

SOURCE = Path(__file__).parents[2] / "src" / "thalweg" / "geometry" / "kernel" / "kernel.c"
ROUNDS = 250
# Loads the other kernel wherever the package asks for its own, then runs the worlds.
PROGRAM = """
import ctypes, runpy, sys
library = sys.argv[3]
class Swapped(ctypes.CDLL):
    def __init__(self, name, *args, **settings):
        super().__init__(library if "_kernel" in str(name) else name, *args, **settings)
ctypes.CDLL = Swapped
sys.argv[:] = ["hostile", *sys.argv[1:3]]
runpy.run_module("tests.hostile", run_name="__main__")
"""


def test_hostile_worlds_are_judged_alike_together_pair_by_pair_and_one_by_one() -> None:
    assert len(list(hostile.trials(70_000, 40))) == 40


@pytest.mark.storm
def test_no_hostile_world_makes_the_kernel_touch_what_is_not_its_own(tmp_path: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not SOURCE.exists():
        pytest.skip("needs a compiler with sanitizers, and the kernel's source")
    library = tmp_path / "_kernel_watched.so"
    flags = ("-g", "-O1", "-std=gnu11", "-ffp-contract=off", "-fno-omit-frame-pointer", "-fPIC", "-shared")
    watch = ("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all")
    built = subprocess.run(
        [compiler, *flags, *watch, "-fvisibility=hidden", "-o", str(library), str(SOURCE), "-lm"],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        pytest.skip(f"the compiler has no sanitizers: {built.stderr[-200:]}")
    # the C++ runtime first, or the watcher does not know how exceptions within GEOS are thrown
    watchers = [
        subprocess.run(
            [compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so.6")
    ]
    environment = {
        **os.environ,
        "LD_PRELOAD": ":".join(watchers),
        "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter's own
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",  # so that arrays have guarded borders
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, "0", str(ROUNDS), str(library)],
        cwd=SOURCE.parents[4],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    assert run.stdout == f"{ROUNDS} worlds\n"
