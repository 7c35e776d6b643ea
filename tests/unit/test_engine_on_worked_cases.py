"""The engine against conflicts worked out by hand (R1, R12, R13, R27, R28, R29, R33, R34)."""

from __future__ import annotations

import pytest

from tests.corpus.engine.cases import CASES, Case
from thalweg.engine import batch
from thalweg.model.findings import FindingType


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_finds_what_was_worked_out_by_hand(case: Case) -> None:
    titles = {d.version_id: d.title for d in case.declarations}
    found = {}
    for finding in batch(case.declarations, case.theatre):
        one, other = sorted(titles[v] for v in finding.versions)
        assert (one, other) not in found, "one finding for each pair"
        found[one, other] = (finding.type, finding.certainty)
    expected = {
        pair: told if isinstance(told, tuple) else (FindingType.CONFLICT, told) for pair, told in case.expected.items()
    }
    assert found == expected, case.why
