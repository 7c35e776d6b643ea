"""The properties again, at thousands of examples. Long: marked storm.

pytest -m storm tests/properties/test_engine_at_length.py
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties import test_certainty_against_sampling as certainty
from tests.properties import test_engine_agrees_with_twin as agreement
from tests.properties import test_engine_holds_still as stillness
from tests.properties import test_fixes_clear as fixes
from tests.properties import test_online_equals_batch as online

EXAMPLES = 3000
WITH_DATA = (
    agreement.test_every_pair_of_up_to_five_declarations_is_judged_as_by_brute_force,
    agreement.test_pairs_of_five_hundred_kilometres_are_judged_as_by_brute_force,
    agreement.test_heights_in_any_datums_are_judged_as_by_brute_force,
    agreement.test_what_is_a_little_nearer_than_the_margin_conflicts_and_a_little_farther_does_not,
    agreement.test_moving_positions_are_judged_right_next_to_the_threshold,
    agreement.test_lines_and_their_sides_are_judged_as_by_brute_force,
    agreement.test_the_closest_points_lie_on_the_two_and_are_as_far_apart_as_said,
    certainty.test_how_sure_a_finding_is_agrees_with_trying_values,
    fixes.test_a_fix_that_is_offered_clears_all_and_makes_nothing_new,
)


@pytest.mark.storm
@pytest.mark.parametrize("property_", WITH_DATA, ids=lambda p: p.__name__.removeprefix("test_"))
def test_the_property_holds_at_thousands_of_examples(property_: Callable[..., None]) -> None:
    at_length(property_, st.data())


@pytest.mark.storm
def test_nothing_changes_what_must_not_at_thousands_of_examples() -> None:
    at_length(stillness.test_a_version_given_twice_is_one, stillness.cases())
    at_length(
        stillness.test_the_order_of_the_inputs_changes_nothing_in_any_finding,
        stillness.cases(),
        st.randoms(use_true_random=False),
    )
    at_length(
        stillness.test_adding_a_declaration_never_removes_or_changes_anothers_finding,
        stillness.cases(),
        st.data(),
    )
    at_length(
        stillness.test_turning_the_earth_changes_no_judgement,
        stillness.cases(),
        st.integers(-18_000, 18_000),
    )
    at_length(stillness.test_another_day_changes_no_judgement, stillness.cases(), st.integers(-20_000, 20_000))


@pytest.mark.storm
def test_online_is_batch_at_thousands_of_histories() -> None:
    at_length(online.test_after_every_event_the_open_findings_are_those_of_batch, online.histories())


def at_length(property_: Callable[..., None], *strategies: st.SearchStrategy[object]) -> None:
    """The body of a property under many more examples than each run gives it."""
    body = property_.hypothesis.inner_test  # type: ignore[attr-defined]  # set by `given`, for such use
    more = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    more(given(*strategies)(body))()
