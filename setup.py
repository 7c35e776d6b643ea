"""Builds the geometry kernel; everything else about the package is in pyproject.toml."""

import importlib.util
import os
import shutil
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class KernelBuild(build_ext):
    """Plain C, loaded through ctypes: no Python headers, no module entry point.

    No -ffast-math and no contraction to fused multiply-add: the same input gives the same findings on
    every machine.
    """

    def build_extensions(self):
        if not any(map(shutil.which, ("cc", "gcc", "clang"))) and importlib.util.find_spec("ziglang"):
            zig = [sys.executable, "-m", "ziglang", "cc"]
            self.compiler.set_executables(
                compiler_so=[*zig, "-fPIC"], linker_so=[*zig, "-shared"], compiler=zig, linker_exe=zig
            )
        for extension in self.extensions:
            extension.extra_compile_args = [
                *("-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
                "-fvisibility=hidden",
            ]
            if os.environ.get("THALWEG_PORTABLE") != "1":  # wheels for others are built without
                extension.extra_compile_args.append("-march=native")
        super().build_extensions()


setup(
    ext_modules=[
        Extension(
            "thalweg.geometry._kernel",
            sources=["src/thalweg/geometry/kernel/kernel.c"],
            depends=[
                f"src/thalweg/geometry/kernel/{name}.h"
                for name in ("ellipsoid", "extent", "pair", "parts", "plane", "tree", "verdict")
            ],
            libraries=["m"],
        )
    ],
    cmdclass={"build_ext": KernelBuild},
)
