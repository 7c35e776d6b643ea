"""Distances, directions and local metres on the ellipsoid, good enough to describe a place.

For words ("7.2 km ESE of …") and plausibility, not for findings, which use `thalweg.geometry`: no
compiled library is loaded for them. Arrays in, arrays out; degrees and metres.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.places.grids import E2, A, F

COMPASS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


def inverse(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Distance, and the bearings at the first point and at the second, from the first to the second.

    Lambert's formula for long lines (reduced latitudes on the auxiliary sphere, first order in the
    flattening): within 10 m up to 10 000 km. Within about a degree of the antipode, where it breaks
    down, the spherical distance is returned, which is within 0.5 %.
    """
    u1, u2 = (np.arctan((1 - F) * np.tan(np.radians(np.asarray(lat, float)))) for lat in (lat1, lat2))
    dlon = np.radians(np.asarray(lon2, float) - np.asarray(lon1, float))
    h = np.sin((u2 - u1) / 2) ** 2 + np.cos(u1) * np.cos(u2) * np.sin(dlon / 2) ** 2
    h = np.clip(h, 0.0, 1.0)
    sigma = 2 * np.arcsin(np.sqrt(h))
    p, q = (u1 + u2) / 2, (u2 - u1) / 2
    near, far = np.sin(sigma / 2) ** 2, np.cos(sigma / 2) ** 2
    x = (sigma - np.sin(sigma)) * np.sin(p) ** 2 * np.cos(q) ** 2 / np.maximum(far, 1e-4)
    y = (sigma + np.sin(sigma)) * np.cos(p) ** 2 * np.sin(q) ** 2 / np.maximum(near, 1e-300)
    distance = A * np.where(far > 1e-4, sigma - F / 2 * (x + y), sigma)
    ahead = np.degrees(
        np.arctan2(np.cos(u2) * np.sin(dlon), np.cos(u1) * np.sin(u2) - np.sin(u1) * np.cos(u2) * np.cos(dlon))
    )
    arriving = np.degrees(
        np.arctan2(np.cos(u1) * np.sin(dlon), -np.sin(u1) * np.cos(u2) + np.cos(u1) * np.sin(u2) * np.cos(dlon))
    )
    return distance, ahead % 360, arriving % 360


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance between two positions in metres."""
    return float(inverse(lon1, lat1, lon2, lat2)[0])


def metres_per_degree(lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ground length of a degree of longitude and of latitude there."""
    sin_lat = np.sin(np.radians(np.asarray(lat, float)))
    w = np.sqrt(1 - E2 * sin_lat**2)
    parallel = np.radians(A / w) * np.sqrt(1 - sin_lat**2)
    return parallel, np.radians(A * (1 - E2) / w**3)


def from_to(lon1: float, lat1: float, lon2: float, lat2: float) -> tuple[float, float]:
    """`inverse` of two positions: the distance, and the bearing at the first."""
    u1 = math.atan((1 - F) * math.tan(math.radians(lat1)))
    u2 = math.atan((1 - F) * math.tan(math.radians(lat2)))
    dlon = math.radians(lon2 - lon1)
    cos1, sin1, cos2, sin2 = math.cos(u1), math.sin(u1), math.cos(u2), math.sin(u2)
    sin2p, sin2q = math.sin((u1 + u2) / 2) ** 2, math.sin((u2 - u1) / 2) ** 2
    near = min(max(sin2q + cos1 * cos2 * math.sin(dlon / 2) ** 2, 0.0), 1.0)
    sigma, far = 2 * math.asin(math.sqrt(near)), 1 - near
    x = (sigma - math.sin(sigma)) * sin2p * (1 - sin2q) / max(far, 1e-4)
    y = (sigma + math.sin(sigma)) * (1 - sin2p) * sin2q / max(near, 1e-300)
    distance = A * (sigma - F / 2 * (x + y) if far > 1e-4 else sigma)
    bearing = math.degrees(math.atan2(cos2 * math.sin(dlon), cos1 * sin2 - sin1 * cos2 * math.cos(dlon)))
    return distance, bearing % 360


def metres_per_degree_at(lat: float) -> tuple[float, float]:
    """`metres_per_degree` at one latitude."""
    sin_lat = math.sin(math.radians(lat))
    w = math.sqrt(1 - E2 * sin_lat**2)
    return math.radians(A / w) * math.sqrt(1 - sin_lat**2), math.radians(A * (1 - E2) / w**3)


def compass(bearing_deg: float) -> str:
    """The nearest of the sixteen points of the compass."""
    return COMPASS[round(bearing_deg / 22.5) % 16]
