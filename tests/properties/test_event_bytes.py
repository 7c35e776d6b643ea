"""What is said comes back as it was said: bodies to values, to canonical bytes, and back (R39).

The strategies are made from the annotations of the classes themselves, as the reader and the writer are, so a new
field is tested without anybody thinking of it.
"""

from __future__ import annotations

import dataclasses
import random
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.hostile import World
from tests.samples import result
from thalweg.desk.spelled import finding_bytes
from thalweg.formats import event as kinds
from thalweg.formats.event import Body, Value
from thalweg.formats.event.finding import read_finding, write_finding
from thalweg.ledger import canonical
from thalweg.ledger.errors import Malformed
from thalweg.model import events
from thalweg.model.declarations import Declaration, Kind, Standing
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.events import ByDesk, Said
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.instants import Instant
from thalweg.model.limits import Longest, Most
from thalweg.model.notes import Flag, Source
from thalweg.model.shapes import Position
from thalweg.model.theatre import Margin, Relation

CLASSES = tuple(get_args(Said)) + tuple(get_args(ByDesk))
LAST_MICRO = 2**53 - 1  # in the year 2255

# Every letter but halves of surrogate pairs, which no JSON in UTF-8 holds.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def texts(longest: int) -> st.SearchStrategy[str]:
    return st.one_of(TEXTS, st.sampled_from(["", "x" * longest, "دير الزور", "\U0001f691\x00\n"]))


def instants() -> st.SearchStrategy[Instant]:
    return st.integers(-62_135_596_800_000, 253_402_300_799_999).map(lambda ms: Instant(ms / 1e3))


def moments() -> st.SearchStrategy[Instant]:
    """To the microsecond, as declarations have them."""
    return st.integers(-LAST_MICRO, LAST_MICRO).map(lambda micro: Instant(micro / 1e6))


def positions() -> st.SearchStrategy[Position]:
    return st.builds(
        lambda lon, lat: Position(lon / 1e9, lat / 1e9),
        st.integers(-180_000_000_000, 180_000_000_000),
        st.integers(-90_000_000_000, 90_000_000_000),
    )


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    """Extreme in place and time, hostile in words."""
    made = World(draw(st.integers(0, 2**32))).declaration("a")
    words = st.dictionaries(TEXTS, TEXTS, max_size=3)
    ends = sorted(draw(st.lists(moments(), max_size=2, unique=True)))
    sides = made.sides
    if sides is not None:
        parties = st.frozensets(TEXTS, max_size=3)
        sides = replace(sides, left=draw(parties), right=draw(parties), left_name=draw(TEXTS))
    return replace(
        made,
        party=draw(TEXTS.filter(lambda text: bool(text.strip()))),
        title=draw(texts(4000)),
        sides=sides,
        declaration_id=draw(TEXTS),
        revision=draw(st.integers(0, 2**53 - 1)),
        replaces=draw(TEXTS),
        valid_from=ends[0] if ends else None,
        valid_until=ends[1] if len(ends) > 1 else None,
        standing=draw(st.sampled_from(Standing)),
        hypothetical=draw(st.booleans()),
        emergency=draw(st.booleans()),
        submitted=draw(st.none() | moments()),
        details=draw(words),
        source=Source(draw(TEXTS), draw(TEXTS)),
        entered=draw(words),
        flags=tuple(draw(st.lists(st.builds(Flag, TEXTS, TEXTS, TEXTS, words), max_size=2))),
    )


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    metres = st.integers(0, 10**12).map(lambda mm: mm / 1e3)
    times = st.none() | moments()
    some = st.lists(TEXTS, max_size=2).map(tuple)
    return Finding(
        id=draw(TEXTS),
        type=draw(st.sampled_from(FindingType)),
        versions=(draw(TEXTS), draw(TEXTS)),
        rule=draw(TEXTS),
        relation=draw(st.sampled_from(Relation)),
        severity=draw(TEXTS),
        margin=Margin(
            draw(st.integers(0, 10**9)) / 1e3,
            draw(st.none() | st.integers(0, 10**8).map(lambda mm: mm / 1e3)),
            draw(st.integers(0, 10**11)) / 1e3,
        ),
        certainty=draw(st.sampled_from(Certainty)),
        share=draw(st.integers(0, 10**6)) / 1e6,
        reasons=draw(some),
        horizontal_m=draw(metres),
        vertical_m=draw(st.none() | metres),
        time_gap_s=draw(metres),
        datum_allowance_m=draw(metres),
        closest=(draw(positions()), draw(positions())),
        region=(),
        first=draw(times),
        closest_at=draw(times),
        last=draw(times),
        reference=draw(TEXTS),
        sentence=draw(texts(4000)),
        rule_sentence=draw(TEXTS),
        marks=draw(some),
        can_tell=draw(st.booleans()),
        line_status=draw(TEXTS),
    )


@cache
def written_once() -> st.SearchStrategy[Declaration]:
    """Declarations that have been through an entry: in whole units, so that they can be compared as they are."""

    def through(declaration: Declaration) -> Declaration | None:
        try:
            return kinds.read_declaration(kinds.write_declaration(declaration))
        except InputError:
            return None  # rounding to units closed a ring, or made two moments one

    found = declarations().map(through).filter(lambda made: made is not None)
    return typing.cast("st.SearchStrategy[Declaration]", found)


def field(hint: Any) -> st.SearchStrategy[Any]:
    extras: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        extras = tuple(rest)
    if get_origin(hint) in (types.UnionType, typing.Union):
        return st.one_of(*(st.none() if each is type(None) else field(each) for each in get_args(hint)))
    if get_origin(hint) is tuple:
        most = next((each.items for each in extras if isinstance(each, Most)), 4096)
        return st.lists(field(get_args(hint)[0]), max_size=min(3, most)).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(TEXTS, TEXTS, max_size=3)
    longest = next((each.characters for each in extras if isinstance(each, Longest)), 300)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    known: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(-(2**53 - 1), 2**53 - 1),
        str: texts(longest),
        Instant: instants(),
        Position: positions(),
        Declaration: written_once(),
        Finding: findings(),
    }
    return known[hint] if hint in known else values(hint)


@cache
def values(cls: type) -> st.SearchStrategy[Any]:
    """Any value of a dataclass, by its annotations."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{each.name: field(hints[each.name]) for each in dataclasses.fields(cls)})


T = typing.TypeVar("T")


def outcome(read: Callable[[], T]) -> T | InputError:
    """What was read, or why not. Anything else that is raised fails the test."""
    try:
        return read()
    except InputError as refused:
        return refused


def bodies() -> st.SearchStrategy[Body]:
    return st.one_of(*(values(cls) for cls in CLASSES))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_body_comes_back_as_it_was_said(cls: type, data: st.DataObject) -> None:
    """R39."""
    body = data.draw(values(cls))
    kind, value = kinds.write(body)
    back = canonical.decode(canonical.encode(value))
    assert isinstance(back, Mapping)
    assert kinds.read(kind, back) == body
    assert kinds.kind_of(body) == kind


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(declarations())
def test_a_declaration_in_an_entry_keeps_its_version(declaration: Declaration) -> None:
    """R9, R39: what is cited by version is what was signed; where it came from comes along."""
    value = kinds.write_declaration(declaration)
    back = outcome(lambda: kinds.read_declaration(canonical.decode(canonical.encode(value))))
    if isinstance(back, InputError):
        # Two vertices less than 0.1 mm apart, or two moments in one microsecond, are one in an entry.
        assert back.code in {"ring-closed", "time-inverted", "validity-inverted", "route-time-order"}
        return
    assert back.version_id == declaration.version_id
    assert (back.declaration_id, back.party) == (declaration.declaration_id, declaration.party)
    assert (back.source, back.entered, back.flags) == (declaration.source, declaration.entered, declaration.flags)
    assert back.submitted == declaration.submitted
    assert kinds.write_declaration(back) == value


@settings(max_examples=150)
@given(findings())
def test_a_finding_in_a_notice_is_the_finding_without_its_region(finding: Finding) -> None:
    back = read_finding(canonical.decode(canonical.encode(write_finding(finding))))
    assert back == finding


@settings(max_examples=150)
@given(findings())
def test_a_finding_is_spelled_as_any_value_is(finding: Finding) -> None:
    """Without being looked through: what is signed is the same to the last byte."""
    assert finding_bytes(finding) == canonical.encode(write_finding(finding))


@pytest.mark.parametrize("change", [{"sentence": "half a pair: \ud83d"}, {"datum_allowance_m": 1e13}, {"share": 1e300}])
def test_a_finding_that_cannot_be_spelled_is_refused_as_any_value_is(change: Mapping[str, Any]) -> None:
    finding = replace(result().findings[0], **change)
    with pytest.raises(Malformed) as expected:
        canonical.encode(write_finding(finding))
    with pytest.raises(Malformed) as found:
        finding_bytes(finding)
    assert found.value.code == expected.value.code


def test_the_findings_of_a_check_stand_in_a_notice_as_they_are() -> None:
    for finding in result().findings:
        assert read_finding(write_finding(finding)) == replace(finding, region=())


# --- hostile values ---

JSON = st.recursive(
    st.one_of(st.integers(-(2**53 - 1), 2**53 - 1), TEXTS, st.sampled_from(["payload", "", "0", "-0", "point", "1e5"])),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


def _mutated(value: Any, rng: random.Random, other: Value) -> Any:
    """The value with one thing in it changed, somewhere."""
    if isinstance(value, Mapping) and value and rng.random() < 0.93:
        name = rng.choice(sorted(value))
        if rng.random() < 0.05:
            return {each: item for each, item in value.items() if each != name}
        return {**value, name: _mutated(value[name], rng, other)}
    if isinstance(value, (list, tuple)) and value and rng.random() < 0.93:
        at, items = rng.randrange(len(value)), list(value)
        match rng.randrange(8):
            case 0:
                return [*items[:at], *items[at + 1 :]]
            case 1:
                return [*items, items[at]]
            case 2:
                rng.shuffle(items)
                return items
            case _:
                return [*items[:at], _mutated(items[at], rng, other), *items[at + 1 :]]
    if isinstance(value, int) and rng.random() < 0.8:
        return rng.choice([value + 1, value - 1, -value, 0, 1, 10**15 + 1, 2**53 - 1, -(2**53 - 1), value * 7 % 2**53])
    if isinstance(value, str) and rng.random() < 0.8:
        digits = str(rng.randrange(10**18))
        changed = [value + "0", "0" + value, "-" + value, "+" + value, value[:-1]]
        return rng.choice([*changed, "", digits, "-0", "٣", "payload"])
    return other


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(body=bodies(), seed=st.integers(0, 2**32), times=st.integers(1, 3), other=JSON)
def test_a_changed_value_is_refused_or_is_the_one_spelling_of_another_body(
    body: Body, seed: int, times: int, other: Value
) -> None:
    """Two spellings of one body would be two hashes of one statement."""
    kind, value = kinds.write(body)
    rng = random.Random(seed)
    for _ in range(times):
        value = _mutated(value, rng, other)
    assume(isinstance(value, Mapping))
    read = outcome(lambda: kinds.read(kind, value))
    if isinstance(read, InputError):
        assert read.code
        assert read.sentence
        return
    assert canonical.encode(kinds.write(read)[1]) == canonical.encode(value)


@settings(max_examples=600)
@given(kind=st.sampled_from(sorted(kinds.KINDS - kinds.KEY_HISTORY)), value=st.dictionaries(TEXTS, JSON, max_size=6))
def test_any_object_under_any_kind_raises_nothing_but_what_is_documented(kind: str, value: Mapping[str, Value]) -> None:
    read = outcome(lambda: kinds.read(kind, value))
    assert not isinstance(read, InputError) or read.code in {"event.fields", "event.field", "event.kind"}


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(body=values(events.Declared), name=st.text(max_size=3), junk=JSON, data=st.data())
def test_any_json_in_any_field_of_a_declaration_is_refused_by_an_input_error(
    body: events.Declared, name: str, junk: Value, data: st.DataObject
) -> None:
    value = dict(kinds.write_declaration(body.declaration))
    value[data.draw(st.sampled_from([*sorted(value), name]))] = junk
    read = outcome(lambda: kinds.read_declaration(value))
    if isinstance(read, InputError):
        return
    assert canonical.encode(kinds.write_declaration(read)) == canonical.encode(value)


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("submitted", "-0"),
        ("submitted", "+5"),
        ("submitted", "05"),
        ("submitted", "٥"),
        ("submitted", "253402300799000001"),  # a double has no such microsecond in the year 9999
        ("sides", [["b", "a"], [], "left", "right"]),
        ("sides", [["a", "a"], [], "left", "right"]),
        ("sides", [["a"], [], "left"]),
        ("id", ""),
        ("emergency", 2),
        ("emergency", True),
        ("revision", -1),
        ("kind", "target"),
        ("zone", "free_fire"),
        ("title", "x" * 4001),
        ("volumes", [[["route", [], 0, "AGL", 0], ["", ""], [], [0, 0, 0, 0]]]),
        ("segments", []),
    ],
)
def test_a_second_spelling_or_a_value_beyond_its_limit_is_refused(field_name: str, value: Value) -> None:
    line = next(each for each in result().declarations.values() if each.kind is Kind.LINE)
    with pytest.raises(InputError):
        kinds.read_declaration({**kinds.write_declaration(line), field_name: value})


def test_what_our_own_code_made_wrong_does_not_become_an_input_error() -> None:
    """`ValueRefused` of a value made here is an error of ours; only what was read is somebody's input."""
    with pytest.raises(ValueRefused):
        Position(181.0, 0.0)
