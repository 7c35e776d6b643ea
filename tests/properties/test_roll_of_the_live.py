"""The roll of what is live agrees with plain dictionaries, whatever came, ended and was put away in between."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.engine.roll import Held, Roll, chain_of, name_of
from thalweg.model.bulk import hash_of


def version_of(number: int) -> str:
    return "v-" + hashlib.sha256(b"%d" % number).hexdigest()[:32]


def agree(roll: Roll, twin: dict[int, Held]) -> None:
    assert {number: roll[number] for number in roll} == twin
    assert len(roll) == len(twin)
    assert sorted(roll.versions()) == sorted(held.version for held in twin.values())
    assert sorted(roll.hashes().tolist()) == sorted(hash_of(name_of(held.chain)) for held in twin.values())
    for number, held in twin.items():
        assert number in roll
        assert roll.of_version(held.version) == number
        assert roll.of_chain(held.chain) == number
    assert roll.of_version("v-of nobody") is roll.of_version(version_of(-1)) is roll.of_chain("a\nnone") is None
    assert -1 not in roll
    assert 10_000 not in roll


STEPS = st.one_of(
    st.tuples(st.just("declare"), st.integers(0, 5)),
    st.tuples(st.just("again"), st.integers(0, 20)),
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("restart"), st.just(0)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_the_roll_is_what_dictionaries_would_be(steps: list[tuple[str, int]]) -> None:
    """Issue 4: a restart takes it back without making anything of it."""
    roll, twin, next_, ended = Roll(), dict[int, Held](), 0, list[Held]()
    for what, which in steps:
        some = list(twin)
        if what == "declare":
            chain = chain_of(f"party-{which % 2}", f"Übung/{which}")
            for number in [number for number, held in twin.items() if held.chain == chain]:
                ended.append(twin.pop(number))
                assert roll.pop(number) == ended[-1]
            twin[next_] = Held(version_of(next_), chain, which)
        elif what == "again" and ended:  # the same version of the same chain is live once more
            held = ended[which % len(ended)]
            if any(each.version == held.version or each.chain == held.chain for each in twin.values()):
                continue
            twin[next_] = held
        elif what == "end" and some:
            number = some[which % len(some)]
            ended.append(twin.pop(number))
            assert roll.pop(number) == ended[-1]
            assert number not in roll
            continue
        elif what == "restart":
            held_now = list(twin.values())
            twin = dict(enumerate(held_now))
            roll = Roll()
            roll.restore(Roll.columns(held_now))
            next_ = len(twin)
            agree(roll, twin)
            continue
        else:
            continue
        # A number is given once, and a version has a number of its own.
        if twin[next_].version in [held.version for number, held in twin.items() if number != next_]:
            twin[next_] = twin[next_]._replace(version=version_of(next_ + 1000 + len(ended)))
        roll.add(next_, twin[next_])
        next_ += 1
    agree(roll, twin)
