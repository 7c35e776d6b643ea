"""The result of a check refuses to exist when it contradicts itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import samples
from thalweg.model.errors import ValueRefused


def test_a_finding_about_a_version_that_is_not_there_is_refused() -> None:
    result = samples.result()
    rest = dict(result.declarations)
    del rest[samples.ZONE.version_id]
    with pytest.raises(ValueRefused) as refused:
        replace(result, declarations=rest)
    assert refused.value.code == "result-dangling"


def test_a_declaration_under_another_id_than_its_own_is_refused() -> None:
    result = samples.quiet()
    with pytest.raises(ValueRefused) as refused:
        replace(result, declarations={"v-other": samples.ZONE})
    assert refused.value.code == "result-version"


def test_a_suggestion_for_nothing_is_refused() -> None:
    with pytest.raises(ValueRefused):
        replace(samples.quiet(), suggestions=samples.SUGGESTIONS)


def test_problems_and_harmful_omissions_make_a_result_incomplete_and_decoration_does_not() -> None:
    result = samples.result()
    assert result.incomplete
    assert replace(result, problems=()).incomplete
    harmless = tuple(omission for omission in result.omissions if omission.harmless)
    assert not replace(result, problems=(), omissions=harmless).incomplete


def test_marks_follow_the_declaration_and_the_time_of_the_check() -> None:
    """R8, R13."""
    result = samples.result()
    assert result.marks(samples.HOSPITAL.version_id) == ("exercise", "stale")
    earlier = replace(result, checked_at=samples.at(-48))
    assert "stale" not in earlier.marks(samples.HOSPITAL.version_id)
    assert "hypothetical geometry" in result.marks(samples.OWN_PEOPLE.version_id)
    assert "reported" in result.marks(samples.RIVER.version_id)
    assert "rumoured, no effect" in result.marks(samples.RUMOUR.version_id)


def test_every_flag_is_listed_with_its_version() -> None:
    flagged = samples.result().flags
    assert [(item.version, item.flag.code) for item in flagged] == [
        (samples.CONVOY.version_id, "place-homonym"),
        (samples.HOSPITAL.version_id, "precision-coarse"),
    ]
