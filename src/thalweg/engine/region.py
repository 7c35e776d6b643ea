"""Where two regions overlap, as polygons to be shown.

Drawn, not decided: the engine decides on exact distances (kernel/pair.h), and this draws what it found, in the
central projection onto the plane that touches the ellipsoid at the contact. There geodesics are straight; buffers
are drawn with 32-sided rounds and true to 1 part in 10^5 within 20 km of the contact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from thalweg.geometry.kernel import AREA, POINT, Parts
from thalweg.model.shapes import Polygon, Position

Floats = npt.NDArray[np.float64]

_A = 6378137.0
_E2 = (1 / 298.257223563) * (2 - 1 / 298.257223563)
_LEAST_M2 = 1.0  # slivers below a square metre are contact, not overlap


def overlaps(
    parts: Parts, a: npt.NDArray[np.int32], b: npt.NDArray[np.int32], lon: Floats, lat: Floats
) -> list[tuple[Polygon, ...]]:
    """For n pairs of parts with a contact in degrees, the polygons that their regions share; empty for lines and
    points without a radius, and where they only touch."""
    if not len(a):
        return []
    frames = _frames(lon, lat)
    shapes_a, shapes_b = _outlines(parts, a, frames), _outlines(parts, b, frames)
    shared = shapely.intersection(shapes_a, shapes_b)
    return [_polygons(shape, frame) for shape, frame in zip(shared, frames, strict=True)]


def _frames(lon: Floats, lat: Floats) -> Floats:
    """Rows of [origin, east, north, up], shape (n, 4, 3), at surface points in degrees."""
    east_of, north_of = np.radians(lon), np.radians(lat)
    sl, cl, sp, cp = np.sin(east_of), np.cos(east_of), np.sin(north_of), np.cos(north_of)
    n = _A / np.sqrt(1 - _E2 * sp * sp)
    zero = np.zeros_like(sl)
    origin = np.stack([n * cp * cl, n * cp * sl, n * (1 - _E2) * sp], axis=1)
    east = np.stack([-sl, cl, zero], axis=1)
    north = np.stack([-sp * cl, -sp * sl, cp], axis=1)
    up = np.stack([cp * cl, cp * sl, sp], axis=1)
    return np.stack([origin, east, north, up], axis=1)


def _outlines(parts: Parts, rows: npt.NDArray[np.int32], frames: Floats) -> npt.NDArray[np.object_]:
    """Each part's region in its pair's plane, as shapely geometries."""
    counts = parts.first[rows + 1] - parts.first[rows]
    of = np.repeat(np.arange(len(rows)), counts)
    vertex = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + parts.first[rows][of]
    ecef = np.stack([parts.ex[vertex], parts.ey[vertex], parts.ez[vertex]], axis=1)
    origin, up = frames[of, 0], frames[of, 3]
    height = np.einsum("ij,ij->i", ecef, up)
    # Beyond the horizon the projection has no picture; such a vertex is drawn far out in its own direction.
    scale = np.einsum("ij,ij->i", origin, up) / np.maximum(height, 0.05 * _A)
    offset = ecef * scale[:, None] - origin
    xy = np.stack([np.einsum("ij,ij->i", offset, frames[of, 1]), np.einsum("ij,ij->i", offset, frames[of, 2])], axis=1)

    out = np.empty(len(rows), np.object_)
    core = parts.core[rows]
    points = core == POINT
    starts = np.cumsum(counts) - counts
    if points.any():
        out[points] = shapely.points(xy[starts[points]])
    areas = core == AREA
    paths = ~points & ~areas
    if paths.any():
        keep = paths[of]
        _, index = np.unique(of[keep], return_inverse=True)
        out[paths] = shapely.linestrings(xy[keep], indices=index)
    if areas.any():
        # a ring of the table is a run of vertices; where each ring starts among the vertices gathered here
        ring_of, ring_rows, ring_index = [], [], 0
        for row in np.flatnonzero(areas):
            first = parts.first[rows[row]]
            for ring in range(parts.ring[rows[row]], parts.ring[rows[row] + 1]):
                begin = starts[row] + parts.ring_first[ring] - first
                end = starts[row] + parts.ring_first[ring + 1] - first
                ring_rows.append(np.arange(begin, end))
                ring_of.append(np.full(end - begin, ring_index))
                ring_index += 1
        rings = shapely.linearrings(xy[np.concatenate(ring_rows)], indices=np.concatenate(ring_of))
        polygon_of = np.repeat(
            np.arange(int(areas.sum())), (parts.ring[rows[areas] + 1] - parts.ring[rows[areas]]).astype(np.int64)
        )
        polygons = shapely.polygons(rings, indices=polygon_of)
        broken = ~shapely.is_valid(polygons)
        if broken.any():
            polygons[broken] = shapely.make_valid(polygons[broken])
        out[areas] = polygons
    radius = parts.radius[rows]
    if (radius > 0).any():
        wide = radius > 0
        out[wide] = shapely.buffer(out[wide], radius[wide], quad_segs=8)
    return out


def _polygons(shape: shapely.Geometry, frame: Floats) -> tuple[Polygon, ...]:
    return tuple(
        Polygon(_ring(part.exterior, frame), tuple(_ring(hole, frame) for hole in part.interiors))
        for part in shapely.get_parts(shape)
        if isinstance(part, shapely.Polygon) and part.area >= _LEAST_M2
    )


def _ring(ring: shapely.LinearRing, frame: Floats) -> tuple[Position, ...]:
    xy = shapely.get_coordinates(ring)[:-1]
    ecef = frame[0] + xy[:, :1] * frame[1] + xy[:, 1:] * frame[2]
    # the ray from the Earth's centre meets the ellipsoid at the same direction: latitude from z / (rho (1 - e2))
    lon = np.degrees(np.arctan2(ecef[:, 1], ecef[:, 0]))
    lat = np.degrees(np.arctan2(ecef[:, 2], np.hypot(ecef[:, 0], ecef[:, 1]) * (1 - _E2)))
    return tuple(map(Position, lon.tolist(), lat.tolist()))
