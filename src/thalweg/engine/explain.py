"""From pairs of parts to findings: one for each pair of declarations, with what, where, when and how sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.engine import sentences
from thalweg.engine.columns import Columns
from thalweg.engine.region import overlaps
from thalweg.geometry import kernel
from thalweg.geometry.kernel import CERTAIN, Matrix, Pairs
from thalweg.model.declarations import Declaration, Kind, Standing
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.identity import digest
from thalweg.model.instants import Instant
from thalweg.model.shapes import Polygon, Position
from thalweg.model.theatre import Rule, Theatre
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, STALE

Describe = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], Sequence[str]]

_CERTAINTY = {1: Certainty.POSSIBLE, 2: Certainty.LIKELY, 3: Certainty.CERTAIN}
# The one that moves or acts is named first: it is the one that can be changed.
_SPEAKS_FIRST = {
    kind: place
    for place, kind in enumerate(
        (Kind.OPERATION, Kind.MOVEMENT, Kind.NEGATIVE, Kind.RESTRICTED_ZONE, Kind.STATIC_SITE, Kind.LINE)
    )
}


def finding_id(a: str, b: str, rule: str) -> str:
    """The hash of the version ids compared, in either order, and the rule (DESIGN.md section 5)."""
    return "f-" + digest([*sorted((a, b)), rule])[:32]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of declarations that may conflict, each with its part pairs as a run `start[g]:start[g + 1]` of `order`."""

    order: npt.NDArray[np.int64]  # rows of the pairs, sorted by pair of declarations
    start: npt.NDArray[np.int64]
    verdict: npt.NDArray[np.uint8]  # POSSIBLE, LIKELY or CERTAIN
    share: npt.NDArray[np.float64]
    told: npt.NDArray[np.bool_]


def judge(columns: Columns, matrix: Matrix, pairs: Pairs) -> Judged:
    """One verdict for each pair of declarations, over all of its parts together."""
    parts = columns.parts
    da, db = parts.declaration[pairs.a], parts.declaration[pairs.b]
    key = da.astype(np.int64) * len(parts.kind) + db
    order = np.lexsort((pairs.b, pairs.a, key))
    _, start = np.unique(key[order], return_index=True)
    start = np.append(start, len(order)).astype(np.int64)
    groups = len(start) - 1
    verdict = np.zeros(groups, np.uint8)
    share = np.ones(groups)
    told = np.ones(groups, np.bool_)
    if groups:
        sorted_verdict = pairs.verdict[order]
        certain = np.maximum.reduceat(sorted_verdict == CERTAIN, start[:-1])
        undecided = np.flatnonzero(~certain)
        verdict[certain] = CERTAIN
        if len(undecided):
            _judge_together(columns, matrix, pairs, order, start, undecided, verdict, share, told)
    return Judged(order, start, verdict, share, told)


def _judge_together(
    columns: Columns,
    matrix: Matrix,
    pairs: Pairs,
    order: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    verdict: npt.NDArray[np.uint8],
    share: npt.NDArray[np.float64],
    told: npt.NDArray[np.bool_],
) -> None:
    counts = start[groups + 1] - start[groups]
    runs = np.concatenate([order[start[g] : start[g + 1]] for g in groups])
    share[groups], can_tell = kernel.shares(
        columns.parts,
        matrix,
        np.append(0, np.cumsum(counts)).astype(np.int64),
        np.ascontiguousarray(pairs.a[runs]),
        np.ascontiguousarray(pairs.b[runs]),
        np.ascontiguousarray(pairs.rule[runs]),
    )
    told[groups] = can_tell.astype(np.bool_)
    verdict[groups] = np.where((share[groups] >= 0.5) & told[groups], kernel.LIKELY, kernel.POSSIBLE)


def findings(
    declarations: Sequence[Declaration],
    columns: Columns,
    matrix: Matrix,
    rules: Sequence[Rule],
    pairs: Pairs,
    theatre: Theatre,
    describe: Describe | None,
) -> list[Finding]:
    """Explained findings, in the order of their ids' pairs; `describe` gives the independent reference of places."""
    judged = judge(columns, matrix, pairs)
    groups = len(judged.start) - 1
    if not groups:
        return []
    order, starts = judged.order, judged.start[:-1]
    a, b = np.ascontiguousarray(pairs.a[order]), np.ascontiguousarray(pairs.b[order])
    rule = np.ascontiguousarray(pairs.rule[order])
    told = kernel.explain(columns.parts, matrix, a, b, rule)
    group = np.repeat(np.arange(groups), np.diff(judged.start))
    # the worst of the part pairs is told: the nearest, then the nearest in height
    height = np.nan_to_num(told["vertical"], nan=0.0)
    worst = np.lexsort((height, np.nan_to_num(told["d"], nan=np.inf), group))[starts]
    # nan_to_num would otherwise make an open end the largest finite number, which is no time
    first = np.minimum.reduceat(np.nan_to_num(told["first"], nan=np.inf, posinf=np.inf, neginf=-np.inf), starts)
    last = np.maximum.reduceat(np.nan_to_num(told["last"], nan=-np.inf, posinf=np.inf, neginf=-np.inf), starts)
    lon = 0.5 * (told["lon_a"] + told["lon_b"])[worst]
    lat = 0.5 * (told["lat_a"] + told["lat_b"])[worst]
    apart = np.abs(told["lon_a"] - told["lon_b"])[worst] > 180.0
    lon[apart] = told["lon_a"][worst][apart]
    references = describe(lon, lat) if describe else [""] * groups
    touching = np.flatnonzero(told["d"][worst] == 0.0)
    regions = dict(
        zip(
            touching.tolist(),
            overlaps(columns.parts, a[worst[touching]], b[worst[touching]], lon[touching], lat[touching]),
            strict=True,
        )
    )
    parts = columns.parts
    return [
        _finding(
            declarations[parts.declaration[a[row]]],
            declarations[parts.declaration[b[row]]],
            rules[rule[row]],
            theatre,
            certainty=_CERTAINTY[int(judged.verdict[g])],
            share=float(judged.share[g]),
            told=bool(judged.told[g]),
            numbers={name: float(values[row]) for name, values in told.items()},
            gap_s=max(0.0, float(max(parts.t0[a[row]], parts.t0[b[row]]) - min(parts.t1[a[row]], parts.t1[b[row]]))),
            first=_instant(first[g]),
            last=_instant(last[g]),
            region=regions.get(g, ()),
            reference=references[g],
            bounds=tuple(float(column[a[row]] + column[b[row]]) for column in (parts.u, parts.zu, parts.tu)),
        )
        for g, row in enumerate(worst.tolist())
    ]


def _instant(seconds: float) -> Instant | None:
    return Instant(float(seconds)) if np.isfinite(seconds) else None


def _finding(
    a: Declaration,
    b: Declaration,
    rule: Rule,
    theatre: Theatre,
    *,
    certainty: Certainty,
    share: float,
    told: bool,
    numbers: dict[str, float],
    gap_s: float,
    first: Instant | None,
    last: Instant | None,
    region: tuple[Polygon, ...],
    reference: str,
    bounds: tuple[float, ...],
) -> Finding:
    closest = (Position(numbers["lon_a"], numbers["lat_a"]), Position(numbers["lon_b"], numbers["lat_b"]))
    if (_SPEAKS_FIRST[b.kind], b.version_id) < (_SPEAKS_FIRST[a.kind], a.version_id):
        a, b, closest = b, a, (closest[1], closest[0])
    type_ = FindingType.CONTRADICTION if Kind.NEGATIVE in (a.kind, b.kind) else FindingType.CONFLICT
    vertical = None if np.isnan(numbers["vertical"]) or np.isinf(numbers["vertical"]) else numbers["vertical"]
    allowance = numbers["allowance"] if np.isfinite(numbers["allowance"]) else 0.0
    return Finding(
        id=finding_id(a.version_id, b.version_id, rule.id),
        type=type_,
        versions=(a.version_id, b.version_id),
        rule=rule.id,
        relation=rule.relation,
        severity=rule.severity,
        margin=rule.margin,
        certainty=certainty,
        share=share,
        reasons=_reasons(certainty, bounds, allowance, told=told),
        horizontal_m=numbers["d"],
        vertical_m=vertical,
        time_gap_s=gap_s,
        datum_allowance_m=allowance,
        closest=closest,
        region=region,
        first=first,
        closest_at=_instant(numbers["closest"]),
        last=last,
        reference=reference,
        sentence=sentences.finding(
            a,
            b,
            theatre,
            type_=type_,
            certainty=certainty,
            share=share,
            horizontal_m=numbers["d"],
            vertical_m=vertical,
            first=first,
            last=last,
            reference=reference,
            told=told,
        ),
        rule_sentence=sentences.rule(rule),
        marks=marks((a, b), last, theatre),
        can_tell=told,
    )


def _reasons(certainty: Certainty, bounds: tuple[float, ...], allowance: float, *, told: bool) -> tuple[str, ...]:
    if certainty is Certainty.CERTAIN:
        return ()
    ground, height, time = bounds
    said = (
        (ground, f"Positions are known to within {sentences.metres(ground)}, both together."),
        (height, f"Heights are known to within {sentences.metres(height)}, both together."),
        (time, f"Times are known to within {sentences.duration(time)}, both together."),
        (allowance, f"The heights have different datums; {sentences.metres(allowance)} is allowed for that."),
        (not told, "A height is not stated, or its datum is not known: it cannot be told."),
    )
    return tuple(sentence for applies, sentence in said if applies)


def marks(declarations: Sequence[Declaration], last: Instant | None, theatre: Theatre) -> tuple[str, ...]:
    """What must stand beside the finding in every product: exercise, hypothetical, stale, reported."""
    stale = any(d.valid_until is not None and (last is None or d.valid_until < last) for d in declarations)
    said = (
        (theatre.exercise, EXERCISE),
        (any(d.hypothetical for d in declarations), HYPOTHETICAL),
        (stale, STALE),
        (any(d.standing is Standing.REPORTED for d in declarations), REPORTED),
    )
    return tuple(mark for applies, mark in said if applies)
