"""Builds the geometry kernel and the islands of the pages; everything else about the package is in pyproject.toml."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from setuptools import Command, Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext

sys.path.insert(0, str(Path(__file__).parent / "packaging"))
import islands  # of packaging/, which is no package


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


class IslandsBuild(Command):
    """A step of its own: setuptools would only warn if a changed `build_py` failed under `pip install --editable`."""

    description = "build the islands of the pages"
    user_options = []  # noqa: RUF012  # as setuptools asks for it
    editable_mode = False

    def initialize_options(self):
        """There are none."""

    def finalize_options(self):
        """There are none."""

    def run(self):
        islands.build()

    def get_source_files(self):
        return []

    def get_outputs(self):
        return []

    def get_output_mapping(self):
        return {}


class Build(build):
    sub_commands = [("build_islands", None), *build.sub_commands]  # noqa: RUF012  # as setuptools asks for it


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
    cmdclass={"build": Build, "build_ext": KernelBuild, "build_islands": IslandsBuild},
)
