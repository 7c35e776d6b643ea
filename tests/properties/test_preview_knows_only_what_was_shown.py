"""D13: a preview is what `batch` and `suggest` say of the declaration among what was shown, and nothing more."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twin import strategies as twin
from thalweg.engine import batch, preview, suggest
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Suggestions
from thalweg.model.theatre import Theatre

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Theatre, list[Declaration], list[Declaration]]:
    """A theatre, what was shown, and what was not; chains apart. The first shown is what is asked about."""
    scene = draw(twin.scenes())
    count = draw(st.integers(2, 7))
    made = [
        replace(draw(twin.declarations(scene)), title=f"d{k}", declaration_id=f"chain-{k}", replaces="")
        for k in range(count)
    ]
    lines = [
        replace(draw(twin.lines(scene)), title=f"line {k}", declaration_id=f"line-{k}")
        for k in range(draw(st.integers(0, 1)))
    ]
    cut = draw(st.integers(1, count))
    return draw(twin.theatres(scene)), [*made[:cut], *lines], made[cut:]


@settings(SLOW, max_examples=60)
@given(worlds())
def test_a_preview_agrees_with_batch_and_suggest_over_what_was_shown(
    world: tuple[Theatre, list[Declaration], list[Declaration]],
) -> None:
    theatre, shown, _ = world
    asked = shown[0]
    version = asked.version_id
    expected = tuple(finding for finding in batch(shown, theatre) if version in finding.versions)
    ways: list[Suggestions | None] = [
        each for _, each in suggest(shown, batch(shown, theatre), theatre) if each.version == version
    ]
    findings, suggestions = preview(asked, shown[1:], theatre)
    assert findings == expected
    assert [suggestions] == (ways or [None])


@settings(SLOW, max_examples=40)
@given(worlds(), st.integers(1, 3))
def test_older_versions_and_its_own_chain_do_not_count(
    world: tuple[Theatre, list[Declaration], list[Declaration]], revision: int
) -> None:
    """R9."""
    theatre, shown, rest = world
    rest = [replace(each, party=shown[0].party) for each in rest]
    asked = replace(shown[0], revision=revision, replaces=rest[0].declaration_id if rest else "")
    later = [replace(each, title=f"{each.title}, moved", revision=each.revision + 1) for each in shown[1:]]
    once = preview(asked, later, theatre)
    assert preview(asked, [*later, *shown, *rest[:1]], theatre) == once
    assert preview(asked, [*shown, *later, asked], theatre) == once
