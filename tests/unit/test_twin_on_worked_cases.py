"""The twin against cases worked out by hand (R1, R12, R13, R27, R28, R29, R33, R34)."""

from __future__ import annotations

import pytest

from tests.corpus.engine.cases import CASES, Case
from tests.twin.brute import Answer, Placed, findings
from tests.twin.certainty import Pair, always, share
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Certainty, FindingType
from thalweg.model.shapes import Route


def near_deir_ez_zor(lon: float, lat: float) -> float:
    """The undulation there, to some metres: the cases leave more room than that."""
    return 20.0


def titles(case: Case, versions: frozenset[str]) -> tuple[str, str]:
    one, other = sorted(
        d.title for d in {d.version_id: d for d in case.declarations}.values() if d.version_id in versions
    )
    return one, other


def is_simple(case: Case) -> bool:
    """Of what the sampling can do: one volume each, and no time margin between moving positions."""
    volumes = [v for d in case.declarations for v in d.volumes]
    moving = any(isinstance(v.shape, Route) for v in volumes)
    timed = any(rule.margin.time_s for rule in case.theatre.rules)
    return len(volumes) == len(case.declarations) and not (moving and timed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_twin_finds_what_was_worked_out_by_hand(case: Case) -> None:
    found = findings(case.declarations, case.theatre, geoid=near_deir_ez_zor)
    assert {titles(case, f.versions) for f in found.values() if f.answer is Answer.YES} == set(case.expected), case.why
    for f in found.values():
        expected = case.expected.get(titles(case, f.versions))
        if isinstance(expected, tuple):
            assert f.type is expected[0]
        else:
            assert f.type is FindingType.CONFLICT


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.expected and is_simple(case)],
    ids=lambda case: case.name,
)
def test_values_within_the_bounds_are_as_sure_as_was_worked_out_by_hand(case: Case) -> None:
    by_title = {d.title: d for d in case.declarations}
    for (one, other), expected in case.expected.items():
        a, b = by_title[one], by_title[other]
        certainty = expected[1] if isinstance(expected, tuple) else expected
        assert _judged(a, b, case) is certainty, (one, other)


def _judged(a: Declaration, b: Declaration, case: Case) -> Certainty:
    p, q = Placed(a.kind, a.volumes[0]), Placed(b.kind, b.volumes[0])
    margin = case.theatre.rules[-1].margin
    pair = Pair(p, q, margin, case.theatre.heights, geoid=near_deir_ez_zor)
    unstated = {p.extent.stated or p.has_profile, q.extent.stated or q.has_profile} == {True, False}
    every = p.extent.everywhere or q.extent.everywhere
    if margin.vertical_m is not None and unstated and not every:
        return Certainty.POSSIBLE
    if always(pair):
        return Certainty.CERTAIN
    return Certainty.LIKELY if share(pair) >= 0.5 else Certainty.POSSIBLE
