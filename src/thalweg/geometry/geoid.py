"""The geoid: how far mean sea level (EGM96) lies above the WGS84 ellipsoid.

The NGA's 15-minute grid ships with the package (public domain; scripts/build_geoid.py). Interpolation is bilinear,
which agrees with the full model to better than a metre nearly everywhere; EGM2008 is treated as EGM96 with the
theatre's stated bound.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEP = 0.25  # degrees
_FEW = 8  # positions for which arrays cost more than they save


@lru_cache(maxsize=1)
def _grid() -> npt.NDArray[np.int16]:
    with files("thalweg.geometry").joinpath("egm96.npz").open("rb") as file, np.load(file) as data:
        grid: npt.NDArray[np.int16] = np.cumsum(data["west_differences"], axis=1, dtype=np.int16)
    return grid


def undulation(lon: Floats, lat: Floats) -> Floats:
    """Metres of EGM96 above the ellipsoid, for arrays of degrees (longitude -180 to 180)."""
    grid = _grid()
    rows, columns = grid.shape
    if len(lon) <= _FEW:
        return np.array([_one(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)], np.float64)
    y = (np.asarray(lat) + 90.0) / _STEP
    x = (np.asarray(lon) + 180.0) / _STEP
    row = np.clip(np.floor(y).astype(np.int64), 0, rows - 2)
    column = np.floor(x).astype(np.int64)
    v, u = y - row, x - column
    west, east = column % columns, (column + 1) % columns
    south = grid[row, west] * (1.0 - u) + grid[row, east] * u
    north = grid[row + 1, west] * (1.0 - u) + grid[row + 1, east] * u
    metres: Floats = (south * (1.0 - v) + north * v) / 100.0
    return metres


def _one(lon: float, lat: float) -> float:
    """`undulation` at one position, by the same steps: to the last bit what the arrays give."""
    grid = _grid()
    rows, columns = grid.shape
    y, x = (lat + 90.0) / _STEP, (lon + 180.0) / _STEP
    row, column = min(max(math.floor(y), 0), rows - 2), math.floor(x)
    v, u = y - row, x - column
    west, east = column % columns, (column + 1) % columns
    south = grid.item(row, west) * (1.0 - u) + grid.item(row, east) * u
    north = grid.item(row + 1, west) * (1.0 - u) + grid.item(row + 1, east) * u
    metres: float = (south * (1.0 - v) + north * v) / 100.0
    return metres
