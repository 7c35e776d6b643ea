"""Lines and sides: presence across a dividing line, found as such for the parties that it binds, and for all others
kept as a neutral fact (R33, R34).

For every declared presence and every dated segment the signed distance of its region to the line is taken, positive
on the left as seen along it. With `most` and `least` of it over the region (buffers included) and `u` the sum of the
uncertainties, a party bound to the right

    is across for certain   if most > u         (left: least < -u)
    likely                  if most > 0
    possibly                if most > -u

and one that is bound to neither side crosses, if both sides are reached. Beyond the ends of a line there are no sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from thalweg.engine import sentences
from thalweg.engine.columns import LINE_RULE, PRESENT, Columns, pack
from thalweg.engine.explain import Describe, Numbered, finding_id, marks
from thalweg.geometry import kernel
from thalweg.geometry.kernel import AREA, LEG, POINT, Matrix, Pairs, Parts
from thalweg.geometry.plane import lonlat
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Sides
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.model.theatre import Relation, Theatre

Floats = npt.NDArray[np.float64]

_SEVERITY = {LineStatus.AGREED: "warning", LineStatus.TACIT: "caution", LineStatus.DISPUTED: "information"}
_NO_SIDES = Sides()


@dataclass(frozen=True, slots=True)
class _Places:
    """Positions of one declaration's parts with their signed distances to one segment; one row a position."""

    signed: Floats  # metres, NaN beyond the line's ends
    radius: Floats  # of the part
    time: Floats  # of a leg's position; NaN for what stands
    lon: Floats
    lat: Floats
    u: float  # metres, of both together
    first: float  # of the time in which both are there
    last: float


def findings(
    declarations: Numbered,
    columns: Columns,
    matrix: Matrix,
    touching: Pairs,
    theatre: Theatre,
    describe: Describe | None,
) -> list[Finding]:
    """Everything across any line. `touching` are the pairs of parts that may reach one."""
    parts = columns.parts
    of = parts.declaration[: parts.n_parts]  # rumours have no parts, and so are not among them
    kind = np.array([0 if each.kind is Kind.LINE else 1 if each.kind in PRESENT else 2 for each in columns.kinds])[
        parts.kind[of]
    ]
    lines = np.unique(of[kind == 0]).tolist()
    present = np.flatnonzero(kind == 1)
    if not lines or not len(present):
        return []
    reach = _Reach(parts, matrix, touching)
    found: list[Finding] = []
    for number in lines:
        line = declarations[number]
        sides = line.sides or _NO_SIDES
        parties, party = np.unique(parts.party[of[present]], return_inverse=True)
        bound = np.array([bound_to(columns.parties[each], sides, theatre) for each in parties])[party]
        first_part = int(np.searchsorted(of, number))
        best: dict[int, Finding] = {}
        for at, segment in enumerate(line.segments):
            for other, finding in _across(
                declarations, parts, line, segment, first_part + at, present, bound, reach, theatre
            ):
                before = best.get(other)
                if before is None or _firmness(finding) > _firmness(before):
                    best[other] = finding
        found += best.values()
    return _with_references(found, describe)


def alone(
    declarations: Sequence[Declaration], about: str, theatre: Theatre, describe: Describe | None
) -> list[Finding]:
    """Everything across any line that the version `about` has a part in, all else left aside."""
    columns = pack(declarations, theatre)
    matrix, _ = columns.matrix(theatre)
    pairs = kernel.batch(columns.parts, matrix, columns.growth(matrix))
    found = findings(declarations, columns, matrix, pairs.where(pairs.rule == 0), theatre, describe)
    return [finding for finding in found if about in finding.versions]


def _firmness(finding: Finding) -> tuple[int, float]:
    return (list(Certainty)[::-1].index(finding.certainty), finding.share)


class _Reach:
    """Which pairs of parts touch a line at all, and where and when."""

    def __init__(self, parts: Parts, matrix: Matrix, touching: Pairs) -> None:
        told = kernel.explain(parts, matrix, touching.a, touching.b, touching.rule)
        self._told: dict[tuple[int, int], dict[str, float]] = {}
        for row, (a, b) in enumerate(zip(touching.a.tolist(), touching.b.tolist(), strict=True)):
            numbers = {name: float(values[row]) for name, values in told.items()}
            turned = {**numbers, "lon_a": numbers["lon_b"], "lat_a": numbers["lat_b"]}
            turned |= {"lon_b": numbers["lon_a"], "lat_b": numbers["lat_a"]}
            self._told[a, b], self._told[b, a] = numbers, turned

    def __call__(self, part: int, line_part: int) -> dict[str, float] | None:
        return self._told.get((part, line_part))


def _across(
    declarations: Numbered,
    parts: Parts,
    line: Declaration,
    segment: Segment,
    line_part: int,
    present: npt.NDArray[np.int64],
    bound: npt.NDArray[np.int64],
    reach: _Reach,
    theatre: Theatre,
) -> Iterator[tuple[int, Finding]]:
    sides = line.sides or _NO_SIDES
    span = slice(parts.first[line_part], parts.first[line_part + 1])
    path = (np.ascontiguousarray(parts.lon[span]), np.ascontiguousarray(parts.lat[span]))
    tu = parts.tu[present] + parts.tu[line_part]
    together = (parts.t0[present] - tu < parts.t1[line_part]) & (parts.t0[line_part] - tu < parts.t1[present])
    rows = present[together]
    if not len(rows):
        return
    # The middle of a part and its reach decide for most: wholly on one side. Only the others are looked at closely.
    lon, lat = lonlat(np.stack([parts.cx[rows], parts.cy[rows], parts.cz[rows]], axis=1))
    at_middle, _, _ = kernel.sides(*path, lon, lat)
    margin = parts.reach[rows] * 1.001 + parts.radius[rows] + parts.u[rows] + parts.u[line_part] + 1.0
    clear = np.abs(at_middle) > margin
    number, bound = parts.declaration[rows], bound[together]
    idle = clear & ((bound == 0) | (np.sign(at_middle) == bound))
    for each, at in zip(*np.unique(number[~idle], return_index=True), strict=True):
        of_it = rows[number == each]
        side = int(bound[~idle][at])
        places = _places(parts, of_it, line_part, path)
        touched = [told for part in of_it.tolist() if (told := reach(part, line_part))]
        finding = _judge(declarations[int(each)], line, segment, side, places, touched, sides, theatre)
        if finding is not None:
            yield int(each), finding


def bound_to(party: str, sides: Sides, theatre: Theatre) -> int:
    """1: the line binds the party to its left, -1: to its right, 0: to neither (or, contradictorily, to both)."""
    names = {party, *theatre.above(party)}
    return int(bool(names & sides.left)) - int(bool(names & sides.right))


def _places(parts: Parts, rows: npt.NDArray[np.int64], line_part: int, path: tuple[Floats, Floats]) -> _Places:
    lon, lat, radius, time = [], [], [], []
    first, last = np.inf, -np.inf
    strip = _strip(parts, line_part)
    for row in rows.tolist():
        span = slice(parts.first[row], parts.first[row + 1])
        x, y, z = parts.ex[span], parts.ey[span], parts.ez[span]
        tu = parts.tu[row] + parts.tu[line_part]
        begin, end = parts.t0[line_part] - tu, parts.t1[line_part] + tu
        when = np.full(len(x), np.nan)
        if parts.core[row] == LEG:
            t0, t1 = parts.t0[row], parts.t1[row]
            when = np.array([max(t0, begin), min(t1, end)])
            along = (when - t0) / (t1 - t0)
            x, y, z = (v[0] + along * (v[1] - v[0]) for v in (x, y, z))
            edge, share = _entries(np.stack([x, y, z], axis=1), np.array([1]), strip)
            share = np.concatenate([[0.0], np.sort(share), [1.0]])
            share = np.stack([share[:-1], share[1:]], axis=1).ravel()  # stretch by stretch, two ends each
            x, y, z = (v[0] + share * (v[1] - v[0]) for v in (x, y, z))
            when = when[0] + share * (when[1] - when[0])
        elif parts.core[row] != POINT:
            corners = np.stack([x, y, z], axis=1)
            following = _following(parts, row)
            edge, share = _entries(corners, following, strip)
            entered = corners[edge] + share[:, None] * (corners[following[edge]] - corners[edge])
            x, y, z = np.concatenate([corners, entered]).T
            when = np.full(len(x), np.nan)
        first, last = min(first, max(parts.t0[row], begin)), max(last, min(parts.t1[row], end))
        here_lon, here_lat = lonlat(np.stack([x, y, z], axis=1))
        lon.append(here_lon)
        lat.append(here_lat)
        radius.append(np.full(len(x), parts.radius[row]))
        time.append(when)
    lons, lats = np.concatenate(lon), np.concatenate(lat)
    signed, _, _ = kernel.sides(*path, lons, lats)
    u = float(parts.u[rows].max() + parts.u[line_part])
    return _Places(signed, np.concatenate(radius), np.concatenate(time), lons, lats, u, first, last)


def _strip(parts: Parts, line_part: int) -> list[tuple[Floats, Floats]]:
    """The ends of a line and the direction of its first and last edge, Earth-centred: the two planes across them bound
    the strip of ground that has sides."""
    span = slice(parts.first[line_part], parts.first[line_part + 1])
    line = np.stack([parts.ex[span], parts.ey[span], parts.ez[span]], axis=1)
    bounds = []
    for end, others in ((line[0], line[1:]), (line[-1], line[-2::-1])):
        apart = np.flatnonzero((others != end).any(axis=1))
        if len(apart):
            bounds.append((end, others[apart[0]] - end))
    return bounds


def _following(parts: Parts, row: int) -> npt.NDArray[np.int64]:
    """For each vertex of a path or an area the one at the other end of its edge; a path's last has no edge: itself."""
    count = int(parts.first[row + 1] - parts.first[row])
    following = np.arange(1, count + 1)
    if parts.core[row] != AREA:
        following[-1] = count - 1
        return following
    rings = parts.ring_first[parts.ring[row] : parts.ring[row + 1] + 1] - parts.first[row]
    following[rings[1:] - 1] = rings[:-1]
    return following


def _entries(
    corners: Floats, following: npt.NDArray[np.int64], strip: list[tuple[Floats, Floats]]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Where edges enter and leave the strip, just before and after, as edge and share of it: a region may be across
    a line with all of its corners beyond the line's ends."""
    edges, shares = [np.zeros(0, np.int64)], [np.zeros(0)]
    start = corners[: len(following)]
    run = corners[following] - start
    for end, direction in strip:
        speed = run @ direction
        at = np.divide((end - start) @ direction, speed, out=np.full(len(speed), -1.0), where=speed != 0.0)
        for nudge in (-1e-6, 1e-6):
            inside = np.flatnonzero((at + nudge > 0.0) & (at + nudge < 1.0))
            edges.append(inside)
            shares.append(at[inside] + nudge)
    return np.concatenate(edges), np.concatenate(shares)


def _judge(
    declaration: Declaration,
    line: Declaration,
    segment: Segment,
    side: int,
    places: _Places,
    touched: list[dict[str, float]],
    sides: Sides,
    theatre: Theatre,
) -> Finding | None:
    known = np.isfinite(places.signed)
    reaches = any(told["d"] == 0.0 for told in touched)
    if not known.any() and not touched:
        return None
    signed = np.where(known, places.signed, 0.0)
    most = float(np.max(np.where(known, signed + places.radius, -np.inf), initial=-np.inf))
    least = float(np.min(np.where(known, signed - places.radius, np.inf), initial=np.inf))
    if reaches:  # the line itself runs through the region, perhaps between two of its corners
        most, least = max(most, 0.0), min(least, 0.0)
    if side:
        beyond = -least if side > 0 else most  # metres across, to the farthest
        found = _sure(beyond, places.u, reaches=reaches, near=bool(touched))
        if found is None:
            return None
        type_ = FindingType.WRONG_SIDE
    else:
        found = _sure(min(most, -least), places.u, reaches=reaches, near=bool(touched))
        if found is None:
            return None
        beyond = min(most, -least)
        type_ = FindingType.CROSSING
    certainty, share = found
    worst = int(np.argmax(np.where(known, -signed * side if side else -np.abs(signed), -np.inf)))
    at = Position(float(places.lon[worst]), float(places.lat[worst]))
    first, last, closest_at = _times(places, side, touched)
    if touched:
        told = min(touched, key=lambda each: each["d"])
        on_line = Position(told["lon_b"], told["lat_b"])
        at = at if side else Position(told["lon_a"], told["lat_a"])
    else:
        on_line = at
    return Finding(
        id=finding_id(declaration.version_id, line.version_id, LINE_RULE.id),
        type=type_,
        versions=(declaration.version_id, line.version_id),
        rule=LINE_RULE.id,
        relation=Relation.NOT_PERMITTED if side else Relation.PERMITTED,
        severity=_SEVERITY[segment.status] if side else "information",
        margin=LINE_RULE.margin,
        certainty=certainty,
        share=share,
        reasons=()
        if certainty is Certainty.CERTAIN
        else (f"The line and the position are known to within {sentences.metres(places.u)}, both together.",),
        horizontal_m=max(0.0, -beyond) if known.any() else min(told["d"] for told in touched),
        vertical_m=None,
        time_gap_s=0.0,
        datum_allowance_m=0.0,
        closest=(at, on_line),
        region=(),
        first=first,
        closest_at=closest_at,
        last=last,
        reference="",
        sentence=_sentence(declaration, line, segment, side, sides, certainty, max(0.0, beyond), first, last, theatre),
        rule_sentence=_rule_sentence(declaration, line, segment, side, sides, theatre),
        marks=marks((declaration, line), last, theatre),
        line_status=segment.status.value,
    )


def _sure(beyond: float, u: float, *, reaches: bool, near: bool) -> tuple[Certainty, float] | None:
    """How sure it is that a region reaching `beyond` metres across is across. The share is that of a uniform error."""
    if beyond > u:
        return Certainty.CERTAIN, 1.0
    if beyond > 0 or reaches:
        return (Certainty.CERTAIN, 1.0) if u == 0 else (Certainty.LIKELY, min(1.0, 0.5 + 0.5 * max(beyond, 0.0) / u))
    if beyond > -u or near:
        return Certainty.POSSIBLE, max(0.0, 0.5 + 0.5 * max(beyond, -u) / u) if u else 0.0
    return None


def _times(
    places: _Places, side: int, touched: list[dict[str, float]]
) -> tuple[Instant | None, Instant | None, Instant | None]:
    """First, last and nearest moment: of what moves, while it is or may be across (or at the line, if it is bound to no
    side); of what stands, the time in which both are there."""
    moving = np.isfinite(places.time)
    first, last = places.first, places.last
    if side and moving.all():
        across = -places.signed * side + places.radius
        legs = across.reshape(-1, 2), places.time.reshape(-1, 2)
        begin, end = np.inf, -np.inf
        limit = 0.0 if (across > 0).any() else -places.u
        for (s0, s1), (t0, t1) in zip(*legs, strict=True):
            if not max(s0, s1) > limit or np.isnan(s0) or np.isnan(s1):
                continue
            turn = t0 + (limit - s0) / (s1 - s0) * (t1 - t0) if (s0 > limit) != (s1 > limit) else np.nan
            begin = min(begin, t0 if s0 > limit else turn)
            end = max(end, t1 if s1 > limit else turn)
        if begin <= end:
            first, last = float(begin), float(end)
    elif not side and touched:
        first = min(told["first"] for told in touched)
        last = max(told["last"] for told in touched)
    nearest = min(touched, key=lambda told: told["d"])["closest"] if touched else first
    return _instant(first), _instant(last), _instant(nearest)


def _instant(seconds: float) -> Instant | None:
    return Instant(seconds) if np.isfinite(seconds) else None


def _sentence(
    declaration: Declaration,
    line: Declaration,
    segment: Segment,
    side: int,
    sides: Sides,
    certainty: Certainty,
    beyond: float,
    first: Instant | None,
    last: Instant | None,
    theatre: Theatre,
) -> str:
    who, what = sentences.name(declaration, sentences.party_names(theatre)), line.title or "the line"
    will = "will" if certainty is Certainty.CERTAIN else "may"
    far = f", by up to {sentences.metres(beyond)}" if beyond >= 1.0 else ""
    if side:
        other = sides.right_name if side > 0 else sides.left_name
        act = f"{will} be on the {other} side of {what} ({segment.status}){far}"
    else:
        act = f"{will} cross {what} ({segment.status}){far}"
    return f"{who} {act}, {sentences.period(first, last)}{{reference}}. How sure: {certainty}."


def _rule_sentence(
    declaration: Declaration, line: Declaration, segment: Segment, side: int, sides: Sides, theatre: Theatre
) -> str:
    title = line.title or "The line"
    if not side:
        return f"{title} ({segment.status}) does not bind this party: a neutral fact."
    party = next((p.name for p in theatre.parties if p.id == declaration.party), declaration.party)
    own = sides.left_name if side > 0 else sides.right_name
    return f"{title} ({segment.status}) binds {party} to the {own} side."


def _with_references(found: list[Finding], describe: Describe | None) -> list[Finding]:
    lon = np.array([finding.closest[0].lon for finding in found])
    lat = np.array([finding.closest[0].lat for finding in found])
    references = describe(lon, lat) if describe and found else [""] * len(found)
    return [
        replace(finding, reference=text, sentence=finding.sentence.replace("{reference}", f", {text}" if text else ""))
        for finding, text in zip(found, references, strict=True)
    ]
