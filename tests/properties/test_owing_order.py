"""The order of what is owed agrees with a plain sort of it, however it was answered, put away and read again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant
from thalweg.state.exchange import Owed
from thalweg.state.owing import SEVERITIES, Owing, Place, Pressing, place_of
from thalweg.state.packed import Form, Packed, Row, Table

PARTIES = ("bravo", "charlie", "ab" * 32)  # the last is of a form that rows shorten


def row(_: str, owed: Any) -> Row:
    due = None if owed.due is None else ("I", owed.due.epoch_s)
    return (owed.notice, owed.n, owed.of, owed.subject, owed.version, owed.severity, due)


def value(made: Row) -> Owed:
    notice, n, of, subject, version, severity, due = made
    return Owed(notice, n, of, subject, version, severity, None if due is None else Instant(due[1]))


FORM: Form[str, Any] = Form(row, value, lasting=True)


def read_again(owing: Owing, *, with_order: bool) -> Owing:
    """As a restart reads it."""
    held = owing.held
    packed = held.packed() if isinstance(held, Table) else Packed.of(row(key, held[key]) for key in held)
    kept = owing.put_away()
    kept.require(len(packed))
    return Owing(Table(FORM, packed), kept if with_order else None)


def expected(held: dict[str, Owed], after: Place | None, severity: str, of: str) -> list[str]:
    """The slow twin."""

    def fits(owed: Owed) -> bool:
        last = severity == SEVERITIES[-1] and owed.severity not in SEVERITIES
        return (not severity or owed.severity == severity or last) and (not of or owed.of == of)

    found = [owed for owed in held.values() if fits(owed) and (after is None or place_of(owed) > after)]
    return [owed.notice for owed in sorted(found, key=place_of)]


def agree(owing: Owing, held: dict[str, Owed]) -> None:
    assert dict(owing) == held
    for severity in ("", *SEVERITIES, "unheard of"):
        if severity == "unheard of":
            assert owing.count(severity=severity) == 0
            assert list(owing.pressing(severity=severity)) == []
            continue
        for of in ("", *PARTIES, "nobody"):
            whole = expected(held, None, severity, of)
            assert list(owing.pressing(severity=severity, of=of)) == whole
            assert list(owing.pressing(2, severity=severity, of=of)) == whole[:2]
            assert owing.count(severity=severity, of=of) == len(whole)
            for after in (*[place_of(each) for each in held.values()][:3], (2, -math.inf, 0), (4, math.inf, 99)):
                assert (
                    list(owing.pressing(3, after=after, severity=severity, of=of))
                    == expected(held, after, severity, of)[:3]
                )
    for of in PARTIES:
        told = list(reversed(owing.subjects(of)))
        assert len(told) == len(set(told))
        assert set(told) == {each.subject for each in held.values() if each.of == of and each.version}
        assert list(owing.subjects(of)) == told[::-1]


STEPS = st.one_of(
    st.tuples(
        st.just("tell"),
        st.sampled_from((*SEVERITIES, "")),
        st.sampled_from(PARTIES),
        st.sampled_from((None, 10.0, 20.0)),
        st.integers(0, 3),
        st.booleans(),
    ),
    st.tuples(st.just("answer"), st.integers(0, 40)),
    st.tuples(st.just("open again"), st.integers(0, 40)),
    st.tuples(st.just("put off"), st.integers(0, 40)),
    st.tuples(st.just("ask")),
    st.tuples(st.just("restart"), st.booleans()),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_what_is_owed_is_in_order_whatever_became_of_it(steps: list[tuple[object, ...]]) -> None:
    """Issue 4: a restart does not put it in order anew."""
    owing, held, gone = Owing(), dict[str, Owed](), dict[str, Owed]()
    for number, (what, *more) in enumerate(steps, 1):
        some = list(held.values())
        match what, more:
            case "tell", [str(severity), str(of), due, int(subject), bool(shows)]:
                when = Instant(due) if isinstance(due, float) else None
                version = "v-" + "12" * 16 if shows else ""
                held[f"n-{number}"] = Owed(f"n-{number}", number, of, f"{of}/{subject}", version, severity, when)
                owing[f"n-{number}"] = held[f"n-{number}"]
            case "answer", [int(which)] if some:
                key = some[which % len(some)].notice
                gone[key] = held.pop(key)
                del owing[key]
            case "open again", [int(which)] if gone:
                key = list(gone)[which % len(gone)]
                held[key] = owing[key] = gone.pop(key)
            case "put off", [int(which)] if some:
                one = some[which % len(some)]
                held[one.notice] = owing[one.notice] = replace(one, due=Instant(15.0))
            case "ask", []:
                agree(owing, held)
            case "restart", [bool(with_order)]:
                owing = read_again(owing, with_order=with_order)
            case _:
                pass
    agree(owing, held)
    agree(read_again(owing, with_order=True), held)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_after_a_restart_the_subject_that_was_shown_last_comes_last(told: list[tuple[int, bool]]) -> None:
    owing, last = Owing(), dict[str, int]()
    for n, (subject, shows) in enumerate(told, 1):
        version = "v-1" if shows else ""
        owing[f"n-{n}"] = Owed(f"n-{n}", n, "bravo", f"bravo/{subject}", version, "warning", None)
        if shows:
            last[f"bravo/{subject}"] = n
    assert list(owing.subjects("bravo")) == sorted(last, key=last.__getitem__)
    again = read_again(owing, with_order=True)
    assert list(again.subjects("bravo")) == sorted(last, key=last.__getitem__)


def test_many_that_were_answered_are_passed_over_and_the_rest_is_whole() -> None:
    """More than are looked at together at once."""
    owing = Owing()
    for n in range(1, 2001):
        owing[f"n-{n}"] = Owed(f"n-{n}", n, "bravo", f"bravo/{n}", "v-1", "warning", Instant(float(n)))
    again = read_again(owing, with_order=True)
    for n in range(1, 1500):
        del again[f"n-{n}"]
    assert list(again.pressing(3)) == ["n-1500", "n-1501", "n-1502"]
    assert len(again.pressing()) == again.count(of="bravo") == 501
    for n in range(1990, 2001):
        del again[f"n-{n}"]
    assert next(reversed(again.subjects("bravo"))) == "bravo/1989"
    assert next(iter(again.subjects("bravo"))) == "bravo/1500"


def test_an_order_that_does_not_fit_its_rows_is_refused() -> None:
    kept = Pressing.of([((1, 10.0, 1), "bravo", True)])
    kept.require(1)
    with pytest.raises(EngineError, match="does not fit"):
        kept.require(2)
    with pytest.raises(EngineError, match="does not fit"):
        Pressing({**kept.columns, "order": np.empty(0, np.uint32)}).require(1)
