"""In what claims differ, found for all of them at once, is what comparing each two of them gives (R43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimConfirmed, DayTold, Force, NumberTold, PlaceTold
from thalweg.policy import source_reads
from thalweg.policy.source_reads import ClaimRead, Differ, Difference

GROUPS = {"s0": "s0", "s1": "s0", "s2": "s2", "s3": "s3"}
DENIED = (Force.ASSERTION, Force.ANNOUNCEMENT, Force.RUMOUR)

days = st.builds(
    lambda first, more: DayTold("then", f"2031-03-{first:02d}", f"2031-03-{min(28, first + more):02d}"),
    st.sampled_from((1, 2, 9, 12, 13, 28)),
    st.sampled_from((0, 0, 2)),
) | st.just(DayTold("once", "", ""))
places = st.builds(
    PlaceTold, st.sampled_from(("A", "B")), st.sets(st.sampled_from("pqr")).map(lambda each: tuple(each))
)
numbers = st.builds(NumberTold, st.sampled_from("123"), st.sampled_from(("km", "sortie", "")))
claims = st.lists(
    st.builds(
        lambda source, force, who, party, about, where, counted, over: (
            ClaimConfirmed(
                "alpha", source, "t", 0, 5, force, "so it was", who, party, about=tuple(about), places=tuple(where),
                numbers=tuple(counted),
            ),
            over,
        ),
        st.sampled_from(sorted(GROUPS)),
        st.sampled_from((Force.ASSERTION, Force.ASSERTION, Force.DENIAL, Force.RUMOUR, Force.OPINION)),
        st.sampled_from(("", "The mayor", "the Mayor", "Ada")),
        st.sampled_from(("", "", "bravo")),
        st.lists(days, max_size=2),
        st.lists(places, max_size=2),
        st.lists(numbers, max_size=3),
        st.booleans() | st.just(False),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(claims, st.booleans())
def test_the_differences_are_those_that_comparing_each_two_gives(
    said: Sequence[tuple[ClaimConfirmed, bool]], one_matter: bool
) -> None:
    read = [
        ClaimRead(f"e{number}", number, Instant(1.0), "alpha", "a-1", each, "e99" if over else "", None)
        for number, (each, over) in reversed(list(enumerate(said)))
    ]
    assert source_reads._differences(read, GROUPS, one_matter=one_matter) == twin(read, one_matter)


def test_of_a_thousand_claims_of_one_matter_the_first_five_hundred_differences_are_told() -> None:
    """Bounded, and the order is that of all of them."""
    read = [
        ClaimRead(
            f"e{number}", number, Instant(1.0), "alpha", "a-1",
            ClaimConfirmed("alpha", f"s{number}", "t", 0, 5, Force.ASSERTION, numbers=(NumberTold(str(number), "km"),)),
            "", None,
        )
        for number in range(1000, 0, -1)
    ]  # fmt: skip
    found = source_reads._differences(read, {}, one_matter=True)
    assert [(each.a, each.b) for each in found] == [(f"e{999 - number}", "e1000") for number in range(500)]


def twin(claims: Sequence[ClaimRead], one_matter: bool) -> list[Difference]:
    """Each two of them, the older first."""
    found = []
    for b, a in combinations([each for each in claims if each.stands], 2):
        one, two = a.said, b.said
        if one.source == two.source and voice(one) == voice(two):
            continue
        copy = one.source != two.source and GROUPS[one.source] == GROUPS[two.source]
        same_place = bool(where(one) & where(two))
        same_day = any(x[0] <= y[1] and y[0] <= x[1] for x in spans(one) for y in spans(two))
        values_a, values_b = values(one), values(two)
        units = sorted(values_a.keys() & values_b.keys())
        same_number = any(values_a[unit] & values_b[unit] for unit in units)
        laid = "laid beside one incident" if one_matter else ""

        def differs(what: Differ, told: tuple[str, str], why: str) -> None:
            found.append(Difference(what, a.event, b.event, told, why, copy))  # noqa: B023  # called in this turn alone

        for unit in units:
            about = laid or ("the same place" if same_place else "the same day" if same_day else "")
            if about and not values_a[unit] & values_b[unit]:
                listed = (", ".join(sorted(each[unit])) + f" {unit}" for each in (values_a, values_b))
                differs(Differ.NUMBER, (next(listed), next(listed)), about)
        about = laid or ("the same place and number" if same_place and same_number else "")
        gaps = [abs((x[0] - y[0]).days) for x in spans(one) for y in spans(two)]
        if about and gaps and not same_day and min(gaps) <= 10:
            differs(Differ.DAY, (told_days(one), told_days(two)), about)
        about = laid or ("the same day and number" if same_day and same_number else "")
        if about and not same_place and named(one) and named(two):
            differs(Differ.PLACE, (named(one), named(two)), about)
        about = laid or ("the same day and place" if same_day and same_place else "")
        forces = {one.force, two.force} - {Force.DENIAL}
        one_denies = (one.force is Force.DENIAL) is not (two.force is Force.DENIAL)
        if about and one_denies and forces <= set(DENIED) and voice(one) != voice(two):
            differs(Differ.DENIAL, (one.quote, two.quote), about)
    return found


def voice(said: ClaimConfirmed) -> tuple[str, str]:
    return said.party, "" if said.party else said.said_by.casefold()


def where(said: ClaimConfirmed) -> set[str]:
    return {name for place in said.places for name in place.may_be}


def values(said: ClaimConfirmed) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in said.numbers:
        if each.unit:
            found.setdefault(each.unit, set()).add(each.value)
    return found


def spans(said: ClaimConfirmed) -> list[tuple[date, date]]:
    return [(date.fromisoformat(each.first), date.fromisoformat(each.last)) for each in said.about if each.first]


def told_days(said: ClaimConfirmed) -> str:
    told = (
        each.first if each.first == each.last else f"{each.first} to {each.last}" for each in said.about if each.first
    )
    return " or ".join(told)


def named(said: ClaimConfirmed) -> str:
    return ", ".join(dict.fromkeys(each.words for each in said.places if each.may_be))
