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
from thalweg.geometry.plane import A_M, Plane, frames, lonlat
from thalweg.model.bulk import collector_paused
from thalweg.model.shapes import Polygon, Position, Ring

Floats = npt.NDArray[np.float64]

_LEAST_M2 = 1.0  # slivers below a square metre are contact, not overlap


def overlaps(
    parts: Parts, a: npt.NDArray[np.int32], b: npt.NDArray[np.int32], lon: Floats, lat: Floats
) -> list[tuple[Polygon, ...]]:
    """For n pairs of parts with a contact in degrees, the polygons that their regions share; empty for lines and
    points without a radius, and where they only touch."""
    if not len(a):
        return []
    planes = frames(lon, lat)
    drawn_of = _outlines(parts, np.concatenate([a, b]), np.concatenate([planes, planes]))
    shared = shapely.intersection(drawn_of[: len(a)], drawn_of[len(a) :])
    pieces, pair = shapely.get_parts(shared, return_index=True)
    keep = (shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON) & (shapely.area(pieces) >= _LEAST_M2)
    pieces, pair = pieces[keep], pair[keep]
    rings, piece = shapely.get_rings(pieces, return_index=True)  # of each piece its outer ring, then its holes
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    plane = planes[pair[piece[ring]]]
    lons, lats = lonlat(plane[:, 0] + xy[:, :1] * plane[:, 1] + xy[:, 1:] * plane[:, 2])
    with collector_paused(len(xy) << 4):
        positions = list(map(Position, lons.tolist(), lats.tolist()))
        ends = np.searchsorted(ring, np.arange(len(rings)), side="right").tolist()
        drawn = [_distinct(positions[first : last - 1]) for first, last in zip([0, *ends], ends, strict=False)]
        first_ring = np.searchsorted(piece, np.arange(len(pieces) + 1)).tolist()
        out: list[tuple[Polygon, ...]] = [()] * len(a)
        for number, which in enumerate(pair.tolist()):
            begin, end = first_ring[number], first_ring[number + 1]
            holes = tuple(hole for hole in drawn[begin + 1 : end] if len(hole) > 2)
            if len(drawn[begin]) > 2:
                out[which] = (*out[which], Polygon(drawn[begin], holes))
        return out


def _distinct(ring: list[Position]) -> Ring:
    """The ring without vertices that repeat the one before: what differs by nanometres in a plane is one position."""
    return tuple(each for each, before in zip(ring, ring[-1:] + ring[:-1], strict=True) if each != before)


def _outlines(parts: Parts, rows: npt.NDArray[np.int32], planes: Floats) -> npt.NDArray[np.object_]:
    """Each part's region in its pair's plane, as shapely geometries."""
    counts = parts.first[rows + 1] - parts.first[rows]
    of = np.repeat(np.arange(len(rows)), counts)
    vertex = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + parts.first[rows][of]
    ecef = np.stack([parts.ex[vertex], parts.ey[vertex], parts.ez[vertex]], axis=1)
    origin, up = planes[of, 0], planes[of, 3]
    height = np.einsum("ij,ij->i", ecef, up)
    # Beyond the horizon the projection has no picture; such a vertex is drawn far out in its own direction.
    scale = np.einsum("ij,ij->i", origin, up) / np.maximum(height, 0.05 * A_M)
    offset = ecef * scale[:, None] - origin
    xy = np.stack([np.einsum("ij,ij->i", offset, planes[of, 1]), np.einsum("ij,ij->i", offset, planes[of, 2])], axis=1)

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
        polygons = _areas(parts, rows[areas], xy, starts[areas])
        broken = ~shapely.is_valid(polygons)
        if broken.any():
            polygons[broken] = shapely.make_valid(polygons[broken])
        out[areas] = polygons
    radius = parts.radius[rows]
    if (radius > 0).any():
        wide = radius > 0
        out[wide] = shapely.buffer(out[wide], radius[wide], quad_segs=8)
    return out


def _areas(
    parts: Parts, rows: npt.NDArray[np.int32], xy: Floats, starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Polygons of areas whose vertices, gathered in `xy`, begin at `starts`."""
    rings = parts.ring[rows + 1] - parts.ring[rows]
    area = np.repeat(np.arange(len(rows)), rings)
    ring = np.arange(len(area)) - np.repeat(np.cumsum(rings) - rings, rings) + parts.ring[rows][area]
    begin = parts.ring_first[ring] - parts.first[rows][area] + starts[area]
    length = parts.ring_first[ring + 1] - parts.ring_first[ring]
    # each ring is closed by its first vertex again
    offsets = np.append(0, np.cumsum(length + 1))
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], length + 1)
    vertex = np.repeat(begin, length + 1) + within % np.repeat(length, length + 1)
    of_polygon = np.append(0, np.cumsum(rings))
    drawn: npt.NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, np.ascontiguousarray(xy[vertex]), (offsets, of_polygon)
    )
    return drawn


def flat_polygon(plane: Plane, polygon: Polygon) -> shapely.Geometry:
    """The polygon in the plane, valid even where its ring crosses itself."""
    drawn = shapely.Polygon(plane.flat(polygon.outer), [plane.flat(hole) for hole in polygon.holes])
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


def flat_core(plane: Plane, parts: Parts, row: int) -> shapely.Geometry:
    """The core of a part, without its radius, in the plane."""
    span = slice(parts.first[row], parts.first[row + 1])
    xy = plane.project(np.stack([parts.ex[span], parts.ey[span], parts.ez[span]], axis=1))
    if parts.core[row] == POINT:
        return shapely.Point(xy[0])
    if parts.core[row] != AREA:
        return shapely.LineString(xy)
    first = parts.first[row]
    rings = [
        xy[parts.ring_first[ring] - first : parts.ring_first[ring + 1] - first]
        for ring in range(parts.ring[row], parts.ring[row + 1])
    ]
    drawn = shapely.Polygon(rings[0], rings[1:])
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


def round_polygon(plane: Plane, polygon: shapely.Polygon) -> Polygon:
    """Back on the ellipsoid."""
    outer, *holes = (
        _distinct(plane.back(shapely.get_coordinates(ring)[:-1])) for ring in (polygon.exterior, *polygon.interiors)
    )
    return Polygon(outer, tuple(hole for hole in holes if len(hole) > 2))
