"""Declarations as columns: what the kernel compares.

Each volume becomes one part or, for multipolygons and routes, several: a core (point, path, area, leg) and a
radius around it; each segment of a line becomes a path. Rumoured declarations are in force for nobody and become
none (R13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.geometry import kernel
from thalweg.geometry.geoid import undulation
from thalweg.geometry.kernel import (
    AREA,
    CODES,
    DATUMS,
    LEG,
    PATH,
    POINT,
    VALUES,
    VERTICES,
    Growth,
    Matrix,
    Parts,
)
from thalweg.model.declarations import Declaration, Kind, Medium, Standing, Uncertainty, Volume
from thalweg.model.measures import Datum
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.theatre import KindOf, Margin, Relation, Rule, Selector, Theatre

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A 95 % bound becomes a hard one at 99.9 % of the same normal distribution: in the plane the radii stand as
# sqrt(-2 ln 0.001) to sqrt(-2 ln 0.05), on a line as the quantiles 3.2905 to 1.9600.
WIDEN_95_PLANE = 1.5185
WIDEN_95_LINE = 1.6788

# Kinds that are somebody's presence, and so can be across a line.
PRESENT = frozenset({Kind.OPERATION, Kind.MOVEMENT})
LINE_RULE = Rule(
    "line", Selector(Kind.LINE), Selector(), Relation.PERMITTED, Margin(0.0, None, 0.0), severity="information"
)

_DATUM = {Datum(name): index for index, name in enumerate(DATUMS)}


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts, with the kinds and parties that their declarations' indexes stand for."""

    parts: Parts
    kinds: tuple[KindOf, ...]
    parties: tuple[str, ...]

    def matrix(self, theatre: Theatre) -> tuple[Matrix, tuple[Rule, ...]]:
        """The theatre's rules for exactly these kinds and parties, and the rules that its indexes name.

        Rule 0 is `LINE_RULE`: it hands whatever reaches a line to `thalweg.engine.lines`.
        """
        n = len(self.kinds)
        rules: list[Rule] = [LINE_RULE]
        index: dict[str, int] = {}
        table = np.full((2, n, n), -1, np.int32)
        for same in (False, True):
            for i, a in enumerate(self.kinds):
                for j in range(i, n):
                    if Kind.LINE in (a.kind, self.kinds[j].kind):
                        if {a.kind, self.kinds[j].kind} & PRESENT:
                            table[int(same), i, j] = table[int(same), j, i] = 0
                        continue
                    rule = theatre.rule_for(a, self.kinds[j], same_party=same)
                    if rule is not None:
                        if rule.id not in index:
                            index[rule.id] = len(rules)
                            rules.append(rule)
                        table[int(same), i, j] = table[int(same), j, i] = index[rule.id]
        known = set(affiliated(theatre))
        named = self.parties[: max((at + 1 for at, party in enumerate(self.parties) if party in known), default=0)]
        same_party = np.array([[theatre.same_party(a, b) for b in named] for a in named], np.uint8)
        heights = theatre.heights
        matrix = Matrix(
            rule=table,
            same_party=same_party.reshape(len(named), len(named)),
            h=np.array([rule.margin.horizontal_m for rule in rules]),
            v=np.array([-1.0 if rule.margin.vertical_m is None else rule.margin.vertical_m for rule in rules]),
            t=np.array([rule.margin.time_s for rule in rules]),
            ground_low=heights.ground_min_m,
            ground_high=heights.ground_max_m,
            pressure=heights.pressure_m,
            egm2008=heights.egm2008_m,
        )
        return matrix, tuple(rules)

    def growth(self, matrix: Matrix) -> Growth:
        """Half of each kind's widest margin: two boxes so grown meet wherever the pair's own margin is undercut."""
        h, v, t = (np.zeros(len(self.kinds)) for _ in range(3))
        for i in range(len(self.kinds)):
            used = np.unique(matrix.rule[:, i, :])
            used = used[used >= 0]
            if len(used):
                h[i] = matrix.h[used].max() / 2
                v[i] = -1.0 if (matrix.v[used] < 0).any() else matrix.v[used].max() / 2
                t[i] = matrix.t[used].max() / 2
        starts = self.parts.t0[: self.parts.n_parts]
        finite = starts[np.isfinite(starts)]
        return Growth(h, v, t, float(np.median(finite)) if len(finite) else 0.0)


def assemble(
    *,
    first: Ints,
    closed: npt.NDArray[np.uint8],
    lon: Floats,
    lat: Floats,
    string: Ints,
    core: npt.NDArray[np.uint8],
    declaration: npt.NDArray[np.int32],
    kind: npt.NDArray[np.int32],
    party: npt.NDArray[np.int32],
    kinds: tuple[KindOf, ...],
    parties: tuple[str, ...],
    rank: npt.NDArray[np.uint64] | None = None,
    complete: bool = True,
    **columns: npt.NDArray[np.float64] | npt.NDArray[np.uint8],
) -> Columns:
    """Columns from arrays: the way in for bulk data. `pack`, of few declarations, lays them out in fewer arrays.

    Strings (rings if `closed`, else paths) are CSR: string k has vertices first[k] to first[k + 1], degrees.
    Part p has the strings string[p] to string[p + 1] (an area: outer ring, then holes) and is of declaration
    `declaration[p]`, in rising order; `kind` and `party` are indexes for each declaration, and the one with the
    lower `rank` is the first of a pair. Further columns, one entry a part: radius, u, zu (metres), t0, t1, tu
    (seconds), lower, upper (metres), lower_datum, upper_datum (indexes into DATUMS), z0, z1, half, unstated; those
    left out are zero, open or not there. `complete` False: they will be compared with others besides these.
    """
    n, declarations = len(core), len(kind)
    cut_first, cut_lon, cut_lat = kernel.cut(first, closed, lon, lat)
    floats = {
        **dict.fromkeys(("radius", "u", "zu", "tu", "half"), 0.0),
        **dict.fromkeys(("t0", "lower"), -np.inf),
        **dict.fromkeys(("t1", "upper"), np.inf),
        **dict.fromkeys(("z0", "z1"), np.nan),
    }
    values = {
        name: np.ascontiguousarray(columns[name] if name in columns else np.full(n, default), np.float64)
        for name, default in floats.items()
    }
    codes = {
        name: np.ascontiguousarray(columns[name] if name in columns else np.zeros(n), np.uint8)
        for name in ("lower_datum", "upper_datum", "unstated")
    }
    rows: dict[str, Any] = {
        **{name: np.empty(len(cut_lon)) for name in ("ex", "ey", "ez")},
        **{name: np.empty(n) for name in ("cx", "cy", "cz", "reach", "inner", "edge")},
        **values,
        **codes,
    }
    parts = Parts(
        n_parts=n,
        declaration=np.ascontiguousarray(declaration, np.int32),
        core=np.ascontiguousarray(core, np.uint8),
        first=cut_first[string],
        ring=np.ascontiguousarray(string, np.int64),
        ring_first=cut_first,
        lon=cut_lon,
        lat=cut_lat,
        kind=np.ascontiguousarray(kind, np.int32),
        party=np.ascontiguousarray(party, np.int32),
        rank=np.arange(declarations, dtype=np.uint64) if rank is None else rank,
        geoid=np.zeros(n),
        **rows,
    )
    _fill_geoid(parts, complete=complete)
    kernel.prepare(parts)
    return Columns(parts, kinds, parties)


def _fill_geoid(parts: Parts, *, complete: bool) -> None:
    """The geoid at the first vertex of every part that needs it. What other declarations say must not decide whether
    heights are converted, or one that arrives alone would be judged otherwise than in company."""
    low, high = np.isfinite(parts.lower), np.isfinite(parts.upper)
    ellipsoid, unknown = _DATUM[Datum.WGS84], _DATUM[Datum.UNKNOWN]
    if complete:
        used = set(np.unique(parts.lower_datum[low]).tolist()) | set(np.unique(parts.upper_datum[high]).tolist())
        if len(used) <= 1 and unknown not in used:
            return  # all heights are compared as they stand
    needed = np.flatnonzero((low & (parts.lower_datum != ellipsoid)) | (high & (parts.upper_datum != ellipsoid)))
    if len(needed):
        starts = parts.first[needed]
        parts.geoid[needed] = undulation(parts.lon[starts], parts.lat[starts])


def pack(declarations: Sequence[Declaration], theatre: Theatre, *, complete: bool = True) -> Columns:
    """Columns of declarations, numbered as they come. Rumours stay without parts. `complete` False: they will be
    compared with others besides these."""
    rows = _Rows(theatre)
    for number, declaration in enumerate(declarations):
        rows.add(number, declaration)
    return rows.columns(complete=complete)


def affiliated(theatre: Theatre) -> list[str]:
    """The parties that may be the same as another; all others are the same as themselves only."""
    members = {party.id for party in theatre.parties if party.member_of}
    above = {party.member_of for party in theatre.parties if party.member_of}
    return sorted(members.union(above, *theatre.coordinated))


class _Rows:
    """Rows as they are gathered, one list a column."""

    def __init__(self, theatre: Theatre) -> None:
        self._theatre = theatre
        self._kinds: dict[KindOf, int] = {}
        self._parties = {party: number for number, party in enumerate(affiliated(theatre))}
        self._kind: list[int] = []
        self._party: list[int] = []
        self._rank: list[int] = []
        self._first: list[int] = [0]
        self._closed: list[int] = []
        self._lon: list[float] = []
        self._lat: list[float] = []
        self._string: list[int] = [0]
        self._rows: list[tuple[float, ...]] = []

    def add(self, number: int, declaration: Declaration) -> None:
        kind = KindOf(declaration.kind, declaration.zone, declaration.medium)
        self._kind.append(self._kinds.setdefault(kind, len(self._kinds)))
        self._party.append(self._parties.setdefault(declaration.party, len(self._parties)))
        self._rank.append(rank_of(declaration))
        if declaration.standing is Standing.RUMOURED:
            return
        for volume in declaration.volumes:
            self._add_volume(number, declaration, volume)
        for segment in declaration.segments:
            volume = Volume(segment.path, segment.window, uncertainty=segment.uncertainty)
            self._add_core(number, declaration, volume, PATH, [segment.path.points])

    def columns(self, *, complete: bool) -> Columns:
        count = len(self._rows)
        table = np.array(self._rows, np.float64).reshape(count, len(_COLUMNS)).T
        string = np.array(self._string, np.int64)
        cut = kernel.cut(
            np.array(self._first, np.int64),
            np.array(self._closed, np.uint8),
            np.array(self._lon, np.float64),
            np.array(self._lat, np.float64),
        )
        values, codes = np.zeros((len(VALUES), count)), np.empty((len(CODES), count), np.uint8)
        values[:_STATED] = table[:_STATED]
        codes[:] = table[_STATED:-1]
        vertices = np.empty((len(VERTICES), len(cut[1])))
        vertices[:2] = cut[1:]
        others: dict[str, npt.NDArray[Any]] = {
            "declaration": table[-1].astype(np.int32),
            "first": cut[0][string],
            "ring": string,
            "ring_first": cut[0],
            "kind": np.array(self._kind, np.int32),
            "party": np.array(self._party, np.int32),
            "rank": np.array(self._rank, np.uint64),
        }
        parts = Parts.of_blocks(values, vertices, codes, others)
        _fill_geoid(parts, complete=complete)
        kernel.prepare(parts)
        return Columns(parts, tuple(self._kinds), tuple(self._parties))

    def _add_volume(self, number: int, declaration: Declaration, volume: Volume) -> None:
        shape = volume.shape
        match shape:
            case Point():
                self._add_core(number, declaration, volume, POINT, [(shape.at,)])
            case Circle():
                self._add_core(number, declaration, volume, POINT, [(shape.centre,)], radius=shape.radius_m)
            case Path():
                self._add_core(number, declaration, volume, PATH, [shape.points])
            case Corridor():
                self._add_core(number, declaration, volume, PATH, [shape.path], radius=shape.half_width_m)
            case Polygon():
                self._add_core(number, declaration, volume, AREA, [shape.outer, *shape.holes])
            case MultiPolygon():
                for polygon in shape.polygons:
                    self._add_core(number, declaration, volume, AREA, [polygon.outer, *polygon.holes])
            case Route():
                self._add_route(number, declaration, volume, shape)

    def _add_core(
        self,
        number: int,
        declaration: Declaration,
        volume: Volume,
        core: int,
        strings: Iterable[Sequence[Position]],
        radius: float = 0.0,
    ) -> None:
        for points in strings:
            self._lon.extend(point.lon for point in points)
            self._lat.extend(point.lat for point in points)
            self._first.append(len(self._lon))
            self._closed.append(int(core == AREA))
        self._string.append(len(self._closed))
        u = hard_bounds(volume.uncertainty)
        window = volume.window
        limits = _heights(declaration, volume)
        times = (window.start_s, window.end_s)
        self._rows.append((radius, *u, *times, *limits[:2], *_NO_LEG, core, *limits[2:], number))

    def _add_route(self, number: int, declaration: Declaration, volume: Volume, route: Route) -> None:
        points = route.waypoints
        lon, lat, edge_of, along = kernel.cut_path(
            np.array([point.at.lon for point in points], np.float64),
            np.array([point.at.lat for point in points], np.float64),
        )
        time = np.array([point.time.epoch_s for point in points], np.float64)
        following = np.minimum(edge_of + 1, len(points) - 1)
        times = time[edge_of] + along * (time[following] - time[edge_of])
        if route.has_heights:
            height = np.array([point.height_m for point in points], np.float64)
            heights = height[edge_of] + along * (height[following] - height[edge_of])
        else:
            heights = np.full(len(lon), np.nan)
        radius = route.radius_m or moving_buffer(declaration.medium, self._theatre)
        u = hard_bounds(volume.uncertainty)
        stated = _heights(declaration, volume)
        datum = float(_DATUM[route.datum])
        for i, j in pairwise(range(len(lon))):
            self._lon += (lon[i], lon[j])
            self._lat += (lat[i], lat[j])
            self._first.append(len(self._lon))
            self._closed.append(0)
            self._string.append(len(self._closed))
            limits = stated
            if route.has_heights:
                low = min(heights[i], heights[j]) - route.half_height_m
                high = max(heights[i], heights[j]) + route.half_height_m
                limits = (low, high, datum, datum, 0.0)
            leg = (heights[i], heights[j], route.half_height_m)
            self._rows.append((radius, *u, times[i], times[j], *limits[:2], *leg, LEG, *limits[2:], number))


_STATED = 11  # numbers of a part that are not worked out
_COLUMNS = (*VALUES[:_STATED], *CODES, "declaration")
_NO_LEG = (float("nan"), float("nan"), 0.0)


def hard_bounds(uncertainty: Uncertainty) -> tuple[float, float, float]:
    """Horizontal (m), vertical (m) and time (s) as hard bounds."""
    plane, line = (WIDEN_95_PLANE, WIDEN_95_LINE) if uncertainty.at_95 else (1.0, 1.0)
    return (uncertainty.horizontal_m * plane, uncertainty.vertical_m * line, uncertainty.time_s * line)


def rank_of(declaration: Declaration) -> int:
    """Which of a pair is looked at as the first: by the version id, so that it is the same wherever they meet."""
    return int(declaration.version_id[2:18], 16)


def moving_buffer(medium: Medium, theatre: Theatre) -> float:
    """The radius of a movement that states none, in metres; an unstated medium gets the widest (R28)."""
    buffers = theatre.moving_buffers_m
    if medium is Medium.UNSTATED:
        return max(buffers.values(), default=0.0)
    return buffers.get(medium.value, 0.0)


def _heights(declaration: Declaration, volume: Volume) -> tuple[float, float, float, float, float]:
    """Lower and upper limit, their datums, and whether the height is there but nobody said which."""
    band = volume.band
    if band is None:
        unstated = declaration.kind in (Kind.OPERATION, Kind.MOVEMENT)
        return (-np.inf, np.inf, 0.0, 0.0, float(unstated))
    lower = -np.inf if band.lower_m is None else band.lower_m
    upper = np.inf if band.upper_m is None else band.upper_m
    return (lower, upper, float(_DATUM[band.datum]), float(_DATUM[band.datum_of_upper]), 0.0)
