"""From pairs of parts to findings: one for each pair of declarations, with what, where, when and how sure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

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
    judged = judge(columns, matrix, pairs)
    groups = len(judged.start) - 1
    if not groups:
        return []
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
    references = describe(lon, lat) if describe else [""] * groups
    touching = np.flatnonzero(detail["d"][worst] == 0.0)[: None if regions else 0]
    drawn = dict(
        zip(
            touching.tolist(),
            overlaps(columns.parts, a[worst[touching]], b[worst[touching]], lon[touching], lat[touching]),
            strict=True,
        )
    )
    parts = columns.parts
    one, other = a[worst], b[worst]
    gap = np.maximum(parts.t0[one], parts.t0[other]) - np.minimum(parts.t1[one], parts.t1[other])
    bounds = [(column[one] + column[other]).tolist() for column in (parts.u, parts.zu, parts.tu)]
    rows = zip(
        parts.declaration[one].tolist(),
        parts.declaration[other].tolist(),
        rule[worst].tolist(),
        judged.verdict.tolist(),
        judged.share.tolist(),
        judged.told.tolist(),
        np.maximum(gap, 0.0).tolist(),
        first.tolist(),
        last.tolist(),
        references,
        zip(*bounds, strict=True),
        zip(*(detail[name][worst].tolist() for name in _NUMBERS), strict=True),
        strict=True,
    )
    with collector_paused(groups << 8):  # a quarter of a kilobyte of values for each, at the least
        return [
            _finding(
                declarations[number_a],
                declarations[number_b],
                rules[which],
                words,
                rule_sentence=words.rules[which],
                certainty=_CERTAINTY[verdict],
                share=share,
                told=can_tell,
                gap_s=gap_s,
                first=_instant(begins),
                last=_instant(ends),
                region=drawn.get(g, ()),
                reference=reference,
                bounds=bound,
                numbers=numbers,
            )
            for g, (
                number_a, number_b, which, verdict, share, can_tell, gap_s, begins, ends, reference, bound, numbers
            ) in enumerate(rows)
        ]  # fmt: skip


def _else(values: npt.NDArray[np.float64], instead: float) -> npt.NDArray[np.float64]:
    """The values, with something instead of NaN."""
    return np.where(np.isnan(values), instead, values)


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
    *,
    rule_sentence: str,
    certainty: Certainty,
    share: float,
    told: bool,
    gap_s: float,
    first: Instant | None,
    last: Instant | None,
    region: tuple[Polygon, ...],
    reference: str,
    bounds: tuple[float, float, float],
    numbers: tuple[float, ...],
) -> Finding:
    horizontal, lon_a, lat_a, lon_b, lat_b, height, allowance, closest_s = numbers
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
        reasons=_reasons(certainty, bounds, allowance, told=told),
        horizontal_m=horizontal,
        vertical_m=vertical,
        time_gap_s=gap_s,
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
