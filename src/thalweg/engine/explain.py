"""From pairs of parts to findings: one for each pair of declarations, with what, where, when and how sure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from thalweg.engine import sentences
from thalweg.engine.columns import Columns
from thalweg.engine.region import overlaps
from thalweg.geometry import kernel
from thalweg.geometry.kernel import Matrix, Pairs
from thalweg.model.bulk import collector_paused
from thalweg.model.declarations import Declaration, Kind, Standing, Zone
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.instants import Instant
from thalweg.model.shapes import Polygon, Position
from thalweg.model.theatre import Rule, Theatre
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, STALE

Describe = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], Sequence[str]]


class Named(Protocol):
    """What a finding says of either side: a declaration, or as much of one (`Label`)."""

    @property
    def version_id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def zone(self) -> Zone | None: ...
    @property
    def party(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def hypothetical(self) -> bool: ...
    @property
    def valid_until(self) -> Instant | None: ...


@dataclass(frozen=True, slots=True)
class Label:
    """As much of a declaration as a finding says of it: a hundredth of its size."""

    version_id: str
    kind: Kind
    zone: Zone | None
    party: str
    title: str
    standing: Standing
    hypothetical: bool
    valid_until: Instant | None

    @classmethod
    def of(cls, declaration: Declaration) -> Label:
        return cls(
            declaration.version_id,
            declaration.kind,
            declaration.zone,
            declaration.party,
            declaration.title,
            declaration.standing,
            declaration.hypothetical,
            declaration.valid_until,
        )


class NumberedNames(Protocol):
    """Declarations by number, as far as a finding names them."""

    def __getitem__(self, number: int, /) -> Named: ...


class Numbered(Protocol):
    """Declarations by number: all of them, or those that are asked for."""

    def __getitem__(self, number: int, /) -> Declaration: ...


_POSSIBLE, _LIKELY, _CERTAIN = range(3)
_CERTAINTY = (Certainty.POSSIBLE, Certainty.LIKELY, Certainty.CERTAIN)
# The one that moves or acts is named first: it is the one that can be changed.
_SPEAKS_FIRST = {
    kind: place
    for place, kind in enumerate(
        (Kind.OPERATION, Kind.MOVEMENT, Kind.NEGATIVE, Kind.RESTRICTED_ZONE, Kind.STATIC_SITE, Kind.LINE)
    )
}


def finding_id(a: str, b: str, rule: str) -> str:
    """The hash of the version ids compared, in either order, and the rule (DESIGN.md section 5)."""
    first, second = sorted((a, b))
    return "f-" + sha256(f"{first}\n{second}\n{rule}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of declarations that may conflict, each with its part pairs as a run `start[g]:start[g + 1]` of `order`."""

    order: npt.NDArray[np.int64]  # rows of the pairs, sorted by pair of declarations
    start: npt.NDArray[np.int64]
    verdict: npt.NDArray[np.uint8]  # an index into _CERTAINTY
    share: npt.NDArray[np.float64]
    told: npt.NDArray[np.bool_]


def judge(columns: Columns, matrix: Matrix, pairs: Pairs) -> Judged:
    """One verdict for each pair of declarations, over all of its parts together."""
    parts = columns.parts
    da, db = parts.declaration[pairs.a], parts.declaration[pairs.b]
    key = da.astype(np.int64) * len(parts.kind) + db
    order = np.lexsort((pairs.b, pairs.a, key))
    sorted_ = key[order]
    another = np.ones(len(order) + 1, np.bool_)
    another[1:-1] = sorted_[1:] != sorted_[:-1]
    start = np.flatnonzero(another) if len(order) else np.zeros(1, np.int64)
    groups = len(start) - 1
    verdict = np.zeros(groups, np.uint8)
    share = np.ones(groups)
    told = np.ones(groups, np.bool_)
    if groups:
        certain = np.logical_or.reduceat(pairs.certain[order], start[:-1])
        verdict[certain] = _CERTAIN
        open_ = np.flatnonzero(~certain)
        if len(open_):
            counts = start[open_ + 1] - start[open_]
            runs = np.concatenate([order[start[g] : start[g + 1]] for g in open_])
            share[open_], can_tell = kernel.shares(
                parts,
                matrix,
                np.append(0, np.cumsum(counts)).astype(np.int64),
                np.ascontiguousarray(pairs.a[runs]),
                np.ascontiguousarray(pairs.b[runs]),
                np.ascontiguousarray(pairs.rule[runs]),
            )
            told[open_] = can_tell.astype(np.bool_)
            verdict[open_] = np.where((share[open_] >= 0.5) & told[open_], _LIKELY, _POSSIBLE)
    return Judged(order, start, verdict, share, told)


def findings(
    declarations: NumberedNames,
    columns: Columns,
    matrix: Matrix,
    rules: Sequence[Rule],
    pairs: Pairs,
    words: Words,
    describe: Describe | None,
    *,
    regions: bool = True,
) -> list[Finding]:
    """Explained findings, in the order of their ids' pairs; `describe` gives the independent reference of places.
    `regions`: whether to draw where the two overlap."""
    if not len(pairs.a):
        return []
    measured = (_few if len(pairs.a) <= _FEW else _many)(columns, matrix, pairs)
    groups = len(measured)
    lon, lat = np.array([each.at for each in measured]).T
    references = describe(lon, lat) if describe else [""] * groups
    touching = [g for g, each in enumerate(measured) if each.numbers[0] == 0.0] if regions else []
    drawn: dict[int, tuple[Polygon, ...]] = {}
    if touching:
        one, other = np.array([measured[g].parts for g in touching], np.int32).T
        shared = overlaps(columns.parts, one, other, lon[touching], lat[touching])
        drawn = dict(zip(touching, shared, strict=True))
    with collector_paused(groups << 8):  # a quarter of a kilobyte of values for each, at the least
        return [
            _finding(
                declarations[each.declarations[0]],
                declarations[each.declarations[1]],
                rules[each.rule],
                words,
                each,
                rule_sentence=words.rules[each.rule],
                region=drawn.get(g, ()),
                reference=reference,
            )
            for g, (each, reference) in enumerate(zip(measured, references, strict=True))
        ]


class Measured(NamedTuple):
    """A pair of declarations that may conflict, as it is measured in the worst of its pairs of parts."""

    declarations: tuple[int, int]
    parts: tuple[int, int]
    rule: int
    verdict: int  # an index into _CERTAINTY
    share: float
    told: bool
    gap_s: float
    first: float  # seconds since the epoch, infinite or NaN where open
    last: float
    at: tuple[float, float]  # between the closest positions, in degrees
    bounds: tuple[float, float, float]  # metres, metres and seconds: both uncertainties together
    numbers: tuple[float, ...]  # by _NUMBERS


def _many(columns: Columns, matrix: Matrix, pairs: Pairs) -> list[Measured]:
    """The pairs of declarations in the order of their numbers."""
    judged = judge(columns, matrix, pairs)
    groups = len(judged.start) - 1
    order, starts = judged.order, judged.start[:-1]
    a, b = np.ascontiguousarray(pairs.a[order]), np.ascontiguousarray(pairs.b[order])
    rule = np.ascontiguousarray(pairs.rule[order])
    detail = kernel.explain(columns.parts, matrix, a, b, rule)
    worst, first, last = starts, detail["first"], detail["last"]
    if len(order) > groups:  # else each has one pair of parts, and there is nothing to choose
        group = np.repeat(np.arange(groups), np.diff(judged.start))
        # the worst of the part pairs is told: the nearest, then the nearest in height
        worst = np.lexsort((_else(detail["vertical"], 0.0), _else(detail["d"], np.inf), group))[starts]
        first = np.minimum.reduceat(_else(first, np.inf), starts)
        last = np.maximum.reduceat(_else(last, -np.inf), starts)
    lon = 0.5 * (detail["lon_a"] + detail["lon_b"])[worst]
    lat = 0.5 * (detail["lat_a"] + detail["lat_b"])[worst]
    apart = np.abs(detail["lon_a"] - detail["lon_b"])[worst] > 180.0
    lon[apart] = detail["lon_a"][worst][apart]
    parts = columns.parts
    one, other = a[worst], b[worst]
    gap = np.maximum(parts.t0[one], parts.t0[other]) - np.minimum(parts.t1[one], parts.t1[other])
    bounds = [(column[one] + column[other]).tolist() for column in (parts.u, parts.zu, parts.tu)]
    rows = zip(
        zip(parts.declaration[one].tolist(), parts.declaration[other].tolist(), strict=True),
        zip(one.tolist(), other.tolist(), strict=True),
        rule[worst].tolist(),
        judged.verdict.tolist(),
        judged.share.tolist(),
        judged.told.tolist(),
        np.maximum(gap, 0.0).tolist(),
        first.tolist(),
        last.tolist(),
        zip(lon.tolist(), lat.tolist(), strict=True),
        zip(*bounds, strict=True),
        zip(*(detail[name][worst].tolist() for name in _NUMBERS), strict=True),
        strict=True,
    )
    with collector_paused(groups << 8):
        return list(map(Measured._make, rows))


def _few(columns: Columns, matrix: Matrix, pairs: Pairs) -> list[Measured]:
    """`_many`, number by number: of the few pairs of one declaration, arrays cost more than what stands in them."""
    parts, count = columns.parts, len(pairs.a)
    a, b, rule, certain = (column.tolist() for column in (pairs.a, pairs.b, pairs.rule, pairs.certain))
    both = np.concatenate((pairs.a, pairs.b))
    of, t0, t1, u, zu, tu = (
        column[both].tolist() for column in (parts.declaration, parts.t0, parts.t1, parts.u, parts.zu, parts.tu)
    )
    detail = {name: values.tolist() for name, values in kernel.explain(
        parts, matrix, pairs.a, pairs.b, pairs.rule
    ).items()}  # fmt: skip
    d, vertical, lon_a, lon_b, lat_a, lat_b, first, last = (
        detail[name] for name in ("d", "vertical", "lon_a", "lon_b", "lat_a", "lat_b", "first", "last")
    )
    numbers = list(zip(*(detail[name] for name in _NUMBERS), strict=True))
    runs: dict[tuple[int, int], list[int]] = {}
    for _, _, _, _, row in sorted(zip(of[:count], of[count:], a, b, range(count), strict=True)):
        runs.setdefault((of[row], of[count + row]), []).append(row)
    sure = [any([certain[row] for row in run]) for run in runs.values()]
    shares = _shares(columns, matrix, pairs, [run for run, each in zip(runs.values(), sure, strict=True) if not each])
    found = []
    for (declarations, run), is_certain in zip(runs.items(), sure, strict=True):
        worst = run[0]
        begins, ends = first[worst], last[worst]
        if len(run) > 1:
            worst = min(run, key=lambda row: (_known(d[row], math.inf), _known(vertical[row], 0.0)))
            begins = min(_known(first[row], math.inf) for row in run)
            ends = max(_known(last[row], -math.inf) for row in run)
        share, told = (1.0, True) if is_certain else next(shares)
        verdict = _CERTAIN if is_certain else _LIKELY if share >= 0.5 and told else _POSSIBLE
        lon = 0.5 * (lon_a[worst] + lon_b[worst])
        if abs(lon_a[worst] - lon_b[worst]) > 180.0:
            lon = lon_a[worst]
        other = count + worst
        found.append(
            Measured(
                declarations,
                (a[worst], b[worst]),
                rule[worst],
                verdict,
                share,
                told,
                max(max(t0[worst], t0[other]) - min(t1[worst], t1[other]), 0.0),
                begins,
                ends,
                (lon, 0.5 * (lat_a[worst] + lat_b[worst])),
                (u[worst] + u[other], zu[worst] + zu[other], tu[worst] + tu[other]),
                numbers[worst],
            )
        )
    return found


def _shares(columns: Columns, matrix: Matrix, pairs: Pairs, runs: list[list[int]]) -> Iterator[tuple[float, bool]]:
    """Of each pair of declarations that is not certain, the share of the cases, and whether it can be told."""
    if not runs:
        return iter(())
    rows = np.array([row for run in runs for row in run])
    start = np.array([0, *accumulate(map(len, runs))], np.int64)
    share, told = kernel.shares(columns.parts, matrix, start, pairs.a[rows], pairs.b[rows], pairs.rule[rows])
    return zip(share.tolist(), map(bool, told.tolist()), strict=True)


def _known(value: float, instead: float) -> float:
    """The value, with something instead of NaN."""
    return instead if math.isnan(value) else value


def _else(values: npt.NDArray[np.float64], instead: float) -> npt.NDArray[np.float64]:
    """The values, with something instead of NaN."""
    return np.where(np.isnan(values), instead, values)


_FEW = 32  # pairs of parts
_NUMBERS = ("d", "lon_a", "lat_a", "lon_b", "lat_b", "vertical", "allowance", "closest")


class Words:
    """What is said again and again: the rules, and the names of parties."""

    def __init__(self, theatre: Theatre, rules: Sequence[Rule]) -> None:
        self.theatre = theatre
        self.rules = [sentences.rule(each) for each in rules]
        self._parties = sentences.party_names(theatre)

    def name(self, declaration: Named) -> str:
        return sentences.name(declaration, self._parties)


def _instant(seconds: float) -> Instant | None:
    return Instant(seconds) if math.isfinite(seconds) else None


def _finding(
    a: Named,
    b: Named,
    rule: Rule,
    words: Words,
    measured: Measured,
    *,
    rule_sentence: str,
    region: tuple[Polygon, ...],
    reference: str,
) -> Finding:
    horizontal, lon_a, lat_a, lon_b, lat_b, height, allowance, closest_s = measured.numbers
    certainty, share, told = _CERTAINTY[measured.verdict], measured.share, measured.told
    first, last = _instant(measured.first), _instant(measured.last)
    closest = (Position(lon_a, lat_a), Position(lon_b, lat_b))
    if (_SPEAKS_FIRST[b.kind], b.version_id) < (_SPEAKS_FIRST[a.kind], a.version_id):
        a, b, closest = b, a, (closest[1], closest[0])
    own = Kind.NEGATIVE in (a.kind, b.kind) and words.theatre.same_party(a.party, b.party)
    type_ = FindingType.CONTRADICTION if own else FindingType.CONFLICT
    vertical = height if math.isfinite(height) else None
    allowance = allowance if math.isfinite(allowance) else 0.0
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
        reasons=_reasons(certainty, measured.bounds, allowance, told=told),
        horizontal_m=horizontal,
        vertical_m=vertical,
        time_gap_s=measured.gap_s,
        datum_allowance_m=allowance,
        closest=closest,
        region=region,
        first=first,
        closest_at=_instant(closest_s),
        last=last,
        reference=reference,
        sentence=sentences.finding(
            words.name(a),
            words.name(b),
            type_=type_,
            certainty=certainty,
            share=share,
            horizontal_m=horizontal,
            vertical_m=vertical,
            first=first,
            last=last,
            reference=reference,
            told=told,
        ),
        rule_sentence=rule_sentence,
        marks=marks((a, b), last, words.theatre),
        can_tell=told,
    )


def _reasons(
    certainty: Certainty, bounds: tuple[float, float, float], allowance: float, *, told: bool
) -> tuple[str, ...]:
    if certainty is Certainty.CERTAIN:
        return ()
    ground, height, time = bounds
    said = []
    if ground:
        said.append(f"Positions are known to within {sentences.metres(ground)}, both together.")
    if height:
        said.append(f"Heights are known to within {sentences.metres(height)}, both together.")
    if time:
        said.append(f"Times are known to within {sentences.duration(time)}, both together.")
    if allowance:
        said.append(f"The heights have different datums; {sentences.metres(allowance)} is allowed for that.")
    if not told:
        said.append("A height is not stated, or its datum is not known: it cannot be told.")
    return tuple(said)


def marks(declarations: Sequence[Named], last: Instant | None, theatre: Theatre) -> tuple[str, ...]:
    """What must stand beside the finding in every product: exercise, hypothetical, stale, reported."""
    said = [EXERCISE] if theatre.exercise else []
    hypothetical = stale = reported = False
    for each in declarations:
        hypothetical = hypothetical or each.hypothetical
        reported = reported or each.standing is Standing.REPORTED
        stale = stale or (each.valid_until is not None and (last is None or each.valid_until < last))
    if hypothetical:
        said.append(HYPOTHETICAL)
    if stale:
        said.append(STALE)
    if reported:
        said.append(REPORTED)
    return tuple(said)
