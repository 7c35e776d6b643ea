"""The geoid as data: the twin does its own arithmetic with heights, but not its own survey of the Earth."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from thalweg.geometry.geoid import undulation


@lru_cache(maxsize=4096)
def geoid_m(lon: float, lat: float) -> float:
    """EGM96 undulation in metres, from the grid that ships with the package."""
    return float(undulation(np.array([lon]), np.array([lat]))[0])
