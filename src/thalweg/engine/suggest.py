"""Ways out: the smallest changes to one operation or movement that clear all of its conflicts and make none.

For each kind of change the neighbours that could matter within its bounds are found once; the kernel then tries the
changes in the order of their size against exactly those (the widest reading of every uncertainty), and what clears is
built as a declaration and compared again by the engine before it is offered.

What is in conflict with nothing, and only on the wrong side of a line, is moved to its own side; height and trimming
are no way there, and time would rest on the end of a line.

D13: sites, zones, lines and negative declarations are never offered a change. No shift in time rests on the end of a
protection: for that question every site and zone lasts for ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from thalweg.engine import lines, region, sentences
from thalweg.engine.batch import distinct
from thalweg.engine.columns import Columns, pack
from thalweg.geometry import kernel
from thalweg.geometry.kernel import Growth, Herd, Matrix, Pairs, Parts, Tree
from thalweg.geometry.plane import Plane
from thalweg.model.declarations import Declaration, Kind, Medium, Sides, Standing, Volume
from thalweg.model.findings import Finding, FindingType, Fix, Suggestions
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Route,
    Shape,
)
from thalweg.model.theatre import FixBounds, Theatre

Floats = npt.NDArray[np.float64]

_OFFERED = (Kind.OPERATION, Kind.MOVEMENT)
_PROTECTIONS = (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE)
_TO_CLEAR = (FindingType.CONFLICT, FindingType.CONTRADICTION)
_DIRECTIONS = 36
_COARSE = 10  # sizes from one look across a line to the next
_MOST_FIXES = 3
_FLAT_M = 500_000.0  # what reaches farther is not drawn in a plane, and would be slow to draw
_AGAIN = 8  # how many steps further a change may be taken when the engine does not confirm the first


@dataclass(frozen=True, slots=True)
class _Field:
    """Everything that is live, to be asked what a changed declaration would meet."""

    herd: Herd
    tree: Tree

    @property
    def parts(self) -> Parts:
        return self.herd.parts

    def conflicts(self, changed: Columns, span: tuple[int, int], number: int, kind: int, party: int) -> bool:
        """Would the changed declaration conflict with anything but what it was changed from (its parts: `span`)?"""
        herd = self.herd
        added = herd.append(changed.parts, (0, changed.parts.n_parts), number, kind, party, int(changed.parts.rank[0]))
        herd.alive[span[0] : span[1]] = 0
        herd.alive[added[0] : added[1]] = 1
        found = herd.near([self.tree], added[0], added)
        herd.alive[span[0] : span[1]] = 1
        herd.forget(added)
        return bool((found.rule != 0).any())  # rule 0 hands over to lines


@dataclass(frozen=True, slots=True)
class _Ground:
    """Everything that the suggestions for one set of declarations share."""

    live: list[Declaration]
    theatre: Theatre
    columns: Columns
    matrix: Matrix
    growth: Growth
    actual: _Field
    lasting: _Field  # the same, but every site and zone lasts for ever once it has begun
    rows: dict[str, int]  # version id -> number of the declaration
    lines: list[Declaration]


@dataclass(frozen=True, slots=True)
class _Case:
    """One declaration that is to be changed."""

    ground: _Ground
    declaration: Declaration
    span: tuple[int, int]  # its parts
    clears: tuple[str, ...]
    others: Mapping[
        tuple[str, str], float
    ]  # (other version, rule) -> share of findings besides: no change may raise it
    across: tuple[str, ...] = ()  # the lines on whose wrong side it is, if nothing else is to be cleared

    @property
    def bounds(self) -> FixBounds:
        return self.ground.theatre.fixes


def suggest(
    declarations: Sequence[Declaration], findings: Sequence[Finding], theatre: Theatre, *, about: str = ""
) -> Iterator[tuple[int, Suggestions]]:
    """For each conflicting operation or movement its suggestions, each with how many there will be in all.

    `findings` are those of `batch` over the same declarations, or with `about`, a version id, those that it has a part
    in: then it alone is asked about. Lazy: a caller that shows progress, or stops early, pays for what it has taken.
    """
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        for version in finding.versions:
            of.setdefault(version, []).append(finding)
    live = distinct(declarations)
    rows = {each.version_id: row for row, each in enumerate(live)}
    asked = [
        version
        for version in sorted(of)
        if about in ("", version)
        and _may_change(live[rows[version]])
        and any(finding.type in (*_TO_CLEAR, FindingType.WRONG_SIDE) for finding in of[version])
    ]
    if not asked:
        return
    ground = _ground(live, rows, theatre)
    declaration_of = ground.columns.parts.declaration
    for version in asked:
        mine = np.flatnonzero(declaration_of == rows[version])
        only_side = not any(finding.type in _TO_CLEAR for finding in of[version])
        clears = (FindingType.WRONG_SIDE,) if only_side else _TO_CLEAR
        case = _Case(
            ground,
            live[rows[version]],
            (int(mine[0]), int(mine[-1]) + 1),
            tuple(sorted(finding.id for finding in of[version] if finding.type in clears)),
            {_other(finding, version): finding.share for finding in of[version] if finding.type not in clears},
            tuple(_other(finding, version)[0] for finding in of[version] if only_side and finding.type in clears),
        )
        yield len(asked), _for_one(case)


def _may_change(declaration: Declaration) -> bool:
    """Only what its own party declares can be changed; what others report has happened or is not theirs."""
    return declaration.kind in _OFFERED and declaration.standing is Standing.DECLARED


def _ground(live: list[Declaration], rows: dict[str, int], theatre: Theatre) -> _Ground:
    columns = pack(live, theatre)
    matrix, _ = columns.matrix(theatre)
    growth = columns.growth(matrix)
    parts = columns.parts
    items = np.arange(parts.n_parts, dtype=np.int32)
    protective = np.array([each.kind in _PROTECTIONS for each in live], np.bool_)[parts.declaration]
    lasting = replace(parts, t1=np.where(protective, np.inf, parts.t1))
    return _Ground(
        live,
        theatre,
        columns,
        matrix,
        growth,
        _field(parts, matrix, growth, items),
        _field(lasting, matrix, growth, items),
        rows,
        [each for each in live if each.kind is Kind.LINE],
    )


def _field(parts: Parts, matrix: Matrix, growth: Growth, items: npt.NDArray[np.int32]) -> _Field:
    herd = Herd(replace(parts), matrix, growth)
    return _Field(herd, herd.tree(items))


def _other(finding: Finding, version: str) -> tuple[str, str]:
    first, second = finding.versions
    return (second if first == version else first, finding.rule)


def _for_one(case: _Case) -> Suggestions:
    fixes: list[Fix] = []
    refused: dict[str, str] = {}
    for name, ask in _CHANGES.items():
        answer = ask(case) if name == "offset" or not case.across else "it would still be on the wrong side of a line"
        if isinstance(answer, str):
            refused[name] = answer
        else:
            fixes += answer
    fixes.sort(key=lambda fix: (fix.cost, fix.change, fix.amount))
    return Suggestions(case.declaration.version_id, tuple(fixes[:_MOST_FIXES]), _searched(case.bounds), refused)


def _searched(bounds: FixBounds) -> str:
    return (
        f"up to {sentences.duration(bounds.time_s)} earlier or later, {sentences.metres(bounds.altitude_m)} "
        f"higher or lower, {sentences.metres(bounds.offset_m)} to any side, up to {bounds.area_lost:.0%} of the area"
    )


def _neighbours(case: _Case, field: _Field, **reach: float) -> Pairs:
    ground = case.ground
    found = kernel.neighbours(field.parts, ground.matrix, ground.growth, field.tree, case.span, **reach)
    return found.where(found.rule != 0)  # lines are looked at when a change is confirmed


def _sizes(most: float, step: float) -> Floats:
    """Amounts to try, rising: sixths of a step up to ten steps, so that a small change is not rounded up by
    much, then whole steps."""
    fine = np.arange(1, 61) * step / 6.0
    sizes = np.concatenate([fine, np.arange(11, math.floor(most / step) + 1) * step])
    return sizes[sizes <= most]


def _smallest(
    case: _Case,
    field: _Field,
    pairs: Pairs,
    amounts: Floats,
    build: Callable[[int], Declaration | None],
    *,
    east: Floats | None = None,
    north: Floats | None = None,
    higher: Floats | None = None,
    later: Floats | None = None,
) -> tuple[int, Declaration] | None:
    """The first of the changes that clears, as the kernel finds it and the engine confirms it."""
    none = np.zeros(len(amounts))
    columns = [np.ascontiguousarray(none if each is None else each) for each in (east, north, higher, later)]
    at = 0
    for _ in range(_AGAIN):
        rest = [np.ascontiguousarray(column[at:]) for column in columns]
        found = kernel.first_clear(field.parts, case.ground.matrix, pairs, *rest)
        if found is None:
            return None
        at += found
        changed = build(at)
        if changed is not None and _confirmed(case, changed, lasting=later is not None):
            return at, changed
        at += 1
        if at >= len(amounts):
            return None
    return None


def _confirmed(case: _Case, changed: Declaration, *, lasting: bool = False) -> bool:
    """Does the engine find nothing that must be cleared, and nothing across a line that was not there before?"""
    ground = case.ground
    columns = pack([changed], ground.theatre, complete=not ground.columns.parts.geoid.any())
    number = ground.rows[case.declaration.version_id]
    kind, party = (int(each[number]) for each in (ground.columns.parts.kind, ground.columns.parts.party))
    field = ground.lasting if lasting else ground.actual
    if field.conflicts(columns, case.span, len(ground.live), kind, party):
        return False
    return not ground.lines or all(
        finding.type is FindingType.CROSSING
        or finding.share <= case.others.get(_other(finding, changed.version_id), -1.0) + 1e-9
        for finding in lines.alone([changed, *ground.lines], changed.version_id, ground.theatre, None)
    )


# ---- later or earlier ----


def _shift_in_time(case: _Case) -> list[Fix] | str:
    declaration = case.declaration
    if any(each.window.start is None or each.window.end is None for each in declaration.volumes):
        return "its time is open-ended"
    bounds = case.bounds
    pairs = _neighbours(case, case.ground.lasting, late_s=bounds.time_s)
    sizes = _sizes(bounds.time_s, bounds.step_time_s)

    def smallest(amounts: Floats) -> tuple[int, Declaration] | None:
        field = case.ground.lasting
        return _smallest(case, field, pairs, amounts, lambda at: _later(declaration, float(amounts[at])), later=amounts)

    fixes = []
    for sign, word in ((-1.0, "earlier"), (1.0, "later")):
        amounts = sign * sizes
        if found := smallest(amounts):
            at, changed = found
            amount = float(amounts[at])
            sentence = f"Start and end {sentences.exact_duration(abs(amount))} {word}."
            fixes.append(_fix(case, "time", amount, abs(amount) / bounds.time_s, sentence, changed))
    return fixes or f"none within {sentences.duration(bounds.time_s)}"


def _later(declaration: Declaration, seconds: float) -> Declaration | None:
    """So many seconds later; None where that leaves the calendar."""
    ends = [end for each in declaration.volumes for end in (each.window.start_s, each.window.end_s)]
    if not all(Instant.possible(end + seconds) for end in ends):
        return None

    def instant(each: Instant) -> Instant:
        return Instant(each.epoch_s + seconds)

    def volume(each: Volume) -> Volume:
        start, end = each.window.start, each.window.end
        window = Window(start and instant(start), end and instant(end))
        shape = each.shape
        if isinstance(shape, Route):
            shape = replace(shape, waypoints=tuple(replace(w, time=instant(w.time)) for w in shape.waypoints))
        return replace(each, shape=shape, window=window)

    return _changed(declaration, [volume(each) for each in declaration.volumes])


# ---- higher or lower ----


def _shift_in_height(case: _Case) -> list[Fix] | str:
    declaration, bounds = case.declaration, case.bounds
    if declaration.medium in (Medium.GROUND, Medium.WATER):
        return "it is on the ground"
    lows = [_lowest(each) for each in declaration.volumes]
    if any(low is None for low in lows):
        return "its height is not stated, or open"
    pairs = _neighbours(case, case.ground.actual, up_m=bounds.altitude_m)
    if (case.ground.matrix.v[pairs.rule] < 0).any() and _blocked_at_every_height(case):
        return "height is no separation from what it conflicts with"
    sizes = _sizes(bounds.altitude_m, bounds.step_altitude_m)

    def smallest(amounts: Floats) -> tuple[int, Declaration] | None:
        field = case.ground.actual
        return _smallest(
            case, field, pairs, amounts, lambda at: _higher(declaration, float(amounts[at])), higher=amounts
        )

    fixes = []
    for sign, word in ((1.0, "higher"), (-1.0, "lower")):
        amounts = sign * sizes
        if sign < 0:
            floor = min(_floor(low, datum, case.ground.theatre) for low, datum in (each for each in lows if each))
            amounts = amounts[-amounts <= floor]
        if not len(amounts):
            continue
        if found := smallest(amounts):
            at, changed = found
            amount = float(amounts[at])
            sentence = f"{sentences.exact_metres(abs(amount))} {word}."
            fixes.append(_fix(case, "altitude", amount, abs(amount) / bounds.altitude_m, sentence, changed))
    return fixes or f"none within {sentences.metres(bounds.altitude_m)}"


def _blocked_at_every_height(case: _Case) -> bool:
    here = _neighbours(case, case.ground.actual)
    return bool((case.ground.matrix.v[here.rule] < 0).any())


def _lowest(volume: Volume) -> tuple[float, Datum] | None:
    shape = volume.shape
    if isinstance(shape, Route) and shape.has_heights:
        return min(w.height_m for w in shape.waypoints if w.height_m is not None) - shape.half_height_m, shape.datum
    band = volume.band
    if band is None or band.lower_m is None or band.upper_m is None:
        return None
    return band.lower_m, band.datum


def _floor(low: float, datum: Datum, theatre: Theatre) -> float:
    """How far down it may go: to the ground where heights are above it, else to the theatre's highest ground."""
    return max(0.0, low if datum is Datum.AGL else low - theatre.heights.ground_max_m)


def _higher(declaration: Declaration, metres: float) -> Declaration:
    def volume(each: Volume) -> Volume:
        shape, band = each.shape, each.band
        if isinstance(shape, Route) and shape.has_heights:
            points = tuple(replace(w, height_m=(w.height_m or 0.0) + metres) for w in shape.waypoints)
            shape = replace(shape, waypoints=points)
        if band is not None:
            band = Band(
                None if band.lower_m is None else band.lower_m + metres,
                None if band.upper_m is None else band.upper_m + metres,
                band.datum,
                band.upper_datum,
            )
        return replace(each, shape=shape, band=band)

    return _changed(declaration, [volume(each) for each in declaration.volumes])


# ---- to one side ----

_COMPASS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


def _shift_aside(case: _Case) -> list[Fix] | str:
    bounds = case.bounds
    pairs = _neighbours(case, case.ground.actual, side_m=bounds.offset_m)
    sizes = np.repeat(_sizes(bounds.offset_m, bounds.step_offset_m), _DIRECTIONS)
    bearings = np.tile(np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS, len(sizes) // _DIRECTIONS)
    east, north = sizes * np.sin(bearings), sizes * np.cos(bearings)
    declaration = case.declaration
    if case.across and len(sizes):  # bounds may be shorter than a step
        there = _on_own_side(case, east, north)
        sizes, bearings, east, north = (each[there] for each in (sizes, bearings, east, north))
        if not len(sizes):
            return f"the other side of the line is farther than {sentences.metres(bounds.offset_m)}"
    found = _smallest(
        case,
        case.ground.actual,
        pairs,
        sizes,
        lambda at: _aside(declaration, float(east[at]), float(north[at])),
        east=east,
        north=north,
    )
    if not found:
        return f"none within {sentences.metres(bounds.offset_m)}"
    at, changed = found
    amount = float(sizes[at])
    point = _COMPASS[round(float(bearings[at]) / (2 * np.pi) * 16) % 16]
    whole = "the route" if any(isinstance(each.shape, Route) for each in declaration.volumes) else "the area"
    sentence = (
        f"Move {whole} {sentences.exact_metres(amount)} to the {point}, at bearing {np.degrees(bearings[at]):03.0f}°."
    )
    return [_fix(case, "offset", amount, amount / bounds.offset_m, sentence, changed)]


def _on_own_side(case: _Case, east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    """Of changes, sizes rising and all directions of each together, those that bring every corner, with its radius and
    all uncertainty, to the side that the party is bound to, of every line that it is across now. In each direction the
    first is looked for in steps of ten; what lies beyond it is taken to be there too, until it is confirmed."""
    ground = case.ground
    parts = ground.columns.parts
    corners = slice(parts.first[case.span[0]], parts.first[case.span[1]])
    here = list(map(Position, parts.lon[corners].tolist(), parts.lat[corners].tolist()))
    plane = Plane.around(here)
    flat = plane.flat(here)
    mine = slice(*case.span)
    radius = float(np.max(parts.radius[mine] + parts.u[mine])) + 2.0
    lines_across = [(ground.rows[version], ground.live[ground.rows[version]]) for version in case.across]

    def there(at: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        moved = flat + np.stack([east[at], north[at]], axis=1)[:, None, :]
        points = plane.back(moved.reshape(-1, 2))
        lon, lat = np.array([each.lon for each in points]), np.array([each.lat for each in points])
        good = np.ones(len(at), np.bool_)
        for number, line in lines_across:
            side = lines.bound_to(case.declaration.party, line.sides or Sides(), ground.theatre)
            for part in np.flatnonzero(parts.declaration == number):
                span = slice(parts.first[part], parts.first[part + 1])
                signed, _, _ = kernel.sides(parts.lon[span], parts.lat[span], lon, lat)
                clear = np.isnan(signed) | (signed * side > radius + parts.u[part])
                good &= clear.reshape(len(at), -1).all(axis=1)
        return good

    steps = np.arange(len(east)).reshape(-1, _DIRECTIONS)
    coarse = np.unique(np.append(np.arange(0, len(steps), _COARSE), len(steps) - 1))
    reached = there(steps[coarse].ravel()).reshape(len(coarse), _DIRECTIONS)
    found = np.zeros(steps.shape, np.bool_)
    for direction in np.flatnonzero(reached.any(axis=0)).tolist():
        at = int(np.argmax(reached[:, direction]))
        last = int(coarse[at])
        first = int(coarse[at - 1]) + 1 if at else 0
        fine = there(steps[first : last + 1, direction])
        found[first + int(np.argmax(fine)) :, direction] = True
    return found.ravel()


def _aside(declaration: Declaration, east: float, north: float) -> Declaration:
    points = [point for volume in declaration.volumes for point in _points(volume.shape)]
    plane = Plane.around(points)
    moved = iter(plane.back(plane.flat(points) + np.array([east, north])))
    return _changed(
        declaration,
        [replace(volume, shape=_with_points(volume.shape, lambda: next(moved))) for volume in declaration.volumes],
    )


def _points(shape: Shape) -> list[Position]:
    found: list[Position] = []

    def take(point: Position) -> Position:
        found.append(point)
        return point

    _each_point(shape, take)
    return found


def _with_points(shape: Shape, following: Callable[[], Position]) -> Shape:
    return _each_point(shape, lambda _: following())


def _each_point(shape: Shape, do: Callable[[Position], Position]) -> Shape:
    """The shape with each of its positions replaced, always in the same order."""
    match shape:
        case Point():
            return Point(do(shape.at))
        case Circle():
            return replace(shape, centre=do(shape.centre))
        case Corridor():
            return replace(shape, path=tuple(map(do, shape.path)))
        case Path():
            return Path(tuple(map(do, shape.points)))
        case Polygon():
            return Polygon(tuple(map(do, shape.outer)), tuple(tuple(map(do, hole)) for hole in shape.holes))
        case MultiPolygon():
            polygons = []
            for each in shape.polygons:
                polygons.append(Polygon(tuple(map(do, each.outer)), tuple(tuple(map(do, hole)) for hole in each.holes)))
            return MultiPolygon(tuple(polygons))
        case Route():
            return replace(shape, waypoints=tuple(replace(w, at=do(w.at)) for w in shape.waypoints))


# ---- a smaller area ----


def _trim(case: _Case) -> list[Fix] | str:
    """Cut away what lies too close to each conflicting region, and keep the largest piece."""
    declaration, bounds, ground = case.declaration, case.bounds, case.ground
    volume = declaration.volumes[0] if len(declaration.volumes) == 1 else None
    if volume is None or not isinstance(volume.shape, Polygon):
        return "only a single area can be trimmed"
    shape = volume.shape
    parts = ground.actual.parts
    pairs = _neighbours(case, ground.actual)
    plane = Plane.around(list(shape.outer))
    area = region.flat_polygon(plane, shape)
    rest: shapely.Geometry = area
    for a, b, rule in zip(pairs.a.tolist(), pairs.b.tolist(), pairs.rule.tolist(), strict=True):
        apart = float(ground.matrix.h[rule] + parts.radius[b] + parts.u[a] + parts.u[b])
        if max(apart, parts.reach[a], parts.reach[b]) > _FLAT_M:
            return f"what is larger than {sentences.metres(_FLAT_M)} is not trimmed"
        core = region.flat_core(plane, parts, b)
        # a round of 64 sides lies inside the true one by 0.12 %, the plane by 1 part in 10^5
        rest = shapely.difference(rest, shapely.buffer(core, apart * 1.0013 + 2.0, quad_segs=16))
    pieces = [piece for piece in shapely.get_parts(rest) if isinstance(piece, shapely.Polygon) and piece.area > 1.0]
    if not pieces:
        return "nothing would be left of the area"
    largest = max(pieces, key=lambda piece: piece.area)
    lost = 1.0 - largest.area / float(shapely.area(area))
    if not 0 < lost <= bounds.area_lost:
        return f"more than {bounds.area_lost:.0%} of the area would be lost"
    changed = _changed(declaration, [replace(volume, shape=region.round_polygon(plane, largest))])
    if not _confirmed(case, changed):
        return "trimming the area does not clear everything"
    sentence = f"Leave {lost:.0%} of the area out, {'one hole' if largest.interiors else 'along its edge'}."
    return [_fix(case, "trim", lost, lost / bounds.area_lost, sentence, changed)]


def _fix(case: _Case, change: str, amount: float, cost: float, sentence: str, changed: Declaration) -> Fix:
    # Whose change it is: both declarations of a finding may be offered the same one.
    whose = sentences.name(case.declaration, sentences.party_names(case.ground.theatre))
    said = f"{whose}: {sentence[0].lower()}{sentence[1:]}"
    return Fix(case.declaration.version_id, change, amount, cost, said, case.clears, changed)


def _changed(declaration: Declaration, volumes: Sequence[Volume]) -> Declaration:
    return replace(declaration, volumes=tuple(volumes), revision=declaration.revision + 1)


_CHANGES: dict[str, Callable[[_Case], list[Fix] | str]] = {
    "time": _shift_in_time,
    "altitude": _shift_in_height,
    "offset": _shift_aside,
    "trim": _trim,
}
