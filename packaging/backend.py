"""setuptools, plus a C compiler and Node.js from the package registry where the machine has none.

The engine's inner loops are plain C without Python headers (src/thalweg/geometry/kernel/). A machine
with a compiler uses it; on any other, the build asks for `ziglang`, which carries one.
The islands of the pages are built with Node.js (packaging/islands.py).
"""

from shutil import which

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  the whole PEP 517 interface, extended below

import islands

_COMPILER = [] if which("cc") or which("gcc") or which("clang") else ["ziglang>=0.13"]


def get_requires_for_build_wheel(config_settings=None):
    return build_meta.get_requires_for_build_wheel(config_settings) + _COMPILER + islands.requirements()


def get_requires_for_build_editable(config_settings=None):
    return build_meta.get_requires_for_build_editable(config_settings) + _COMPILER + islands.requirements()
