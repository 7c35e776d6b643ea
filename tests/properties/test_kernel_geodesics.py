"""The kernel's own geodesics against geographiclib, everywhere on the Earth but next to the antipode."""

from __future__ import annotations

import numpy as np
from geographiclib.geodesic import Geodesic
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from thalweg.geometry import kernel

LONGITUDES = st.one_of(st.floats(-180, 180), st.sampled_from((-180.0, -90.0, 0.0, 90.0, 180.0)))
LATITUDES = st.one_of(st.floats(-90, 90), st.sampled_from((-90.0, -89.9999999, 0.0, 89.9999999, 90.0)))
FARTHEST_M = 19_000e3


def inverse(x0: float, y0: float, x1: float, y1: float) -> float:
    distance: float = Geodesic.WGS84.Inverse(y0, x0, y1, x1)["s12"]
    return distance


@settings(max_examples=500, deadline=None)
@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_distances_are_good_to_a_millimetre(x0: float, y0: float, x1: float, y1: float) -> None:
    expected = inverse(x0, y0, x1, y1)
    assume(expected < FARTHEST_M)
    told = kernel.geodesic(*(np.array([each]) for each in (x0, y0, x1, y1)))[0]
    assert abs(told - expected) < 1e-3


@settings(max_examples=150, deadline=None)
@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_long_edges_are_cut_where_the_geodesic_runs(x0: float, y0: float, x1: float, y1: float) -> None:
    """Pieces are equal, no longer than 10 km, and every cut lies within a centimetre of the geodesic's own point."""
    whole = inverse(x0, y0, x1, y1)
    assume(whole < FARTHEST_M)
    lon, lat, edge, along = kernel.cut_path(np.array([x0, x1]), np.array([y0, y1]))
    assert (np.abs(lon) <= 180.0).all()
    assert (np.abs(lat) <= 90.0).all()
    assert (edge[:-1] == 0).all()
    line = Geodesic.WGS84.InverseLine(y0, x0, y1, x1)
    for k in range(0, len(lon) - 1, max(1, len(lon) // 12)):
        at = line.Position(along[k] * whole)
        assert inverse(lon[k], lat[k], at["lon2"], at["lat2"]) < 0.01
    pieces = kernel.geodesic(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert pieces.max() <= 10_000.0
    assert len(pieces) == 1 or pieces.max() - pieces.min() < 0.01
