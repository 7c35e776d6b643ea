"""Messages for tests: strategies for any value of any kind. Nobody in them exists."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, cast, get_args

from hypothesis import strategies as st

from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.reports.messages.kinds import MESSAGES, Message
from thalweg.reports.messages.slots import (
    Apart,
    As,
    Counted,
    FreeText,
    Mark,
    Meeting,
    Meets,
    Period,
    Phrase,
    PlaceName,
    RuleAsks,
)
from thalweg.reports.messages.speech import bare, hints

MIDNIGHT = 1_505_520_000.0  # 2017-09-16T00:00:00Z

# Letters of many scripts and all that a name has besides; no words of any template.
LETTERS = "qzxQZXéŞîжЯдшفقشעé0174-'’ .,:;/()“”«»[]&"


def names() -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=12).map(lambda text: " ".join(f"z{text}x".split()))


def ids() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z]-[0-9a-f]{4,12}", fullmatch=True)


def instants() -> st.SearchStrategy[Instant]:
    return st.floats(MIDNIGHT - 1e8, MIDNIGHT + 1e8).map(Instant)


def positions() -> st.SearchStrategy[Position]:
    return st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))


def _leaf(hint: object) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    if hint is bool:
        return st.booleans()
    if hint is Instant:
        return instants()
    if hint is Position:
        return positions()
    how = get_args(hint)[1]
    if isinstance(how, Counted):
        return st.integers(0, 300)
    return {
        As.NAME: names(),
        As.NAMES: st.lists(names(), min_size=1, max_size=4).map(tuple),
        As.ID: ids(),
        As.IDS: st.lists(ids(), min_size=1, max_size=4).map(tuple),
        As.DISTANCE: st.floats(0, 2e6),
        As.HEIGHT: st.floats(-500, 30_000),
        As.DURATION: st.floats(0, 1e7),
        As.EXACT_DURATION: st.integers(0, 90_000).map(float),
        As.SHARE: st.floats(0, 1),
        As.IN_TEN: st.integers(0, 10),
        As.BEARING: st.floats(0, 360),
        As.DEGREES: st.floats(0, 360),
        As.RIVER: st.sampled_from(["Euphrates", "Khabur", "Tigris"]) | names(),
        As.LANGUAGE: st.sampled_from(["en", "ar", "ru", "fr", "tr", "ku", "hy", "syr-Syrc"]),
        As.PLACE: names().map(PlaceName),
    }[how]


@st.composite
def phrases(draw: st.DrawFn, cls: type[Phrase]) -> Phrase:
    """Any value of the class; what a variant does not say is left out, as it would not be heard."""
    values: dict[str, Any] = {}
    if cls is Period:
        ends = sorted(draw(st.tuples(instants(), instants())))
        first, last = draw(st.booleans()), draw(st.booleans())
        return Period(first=ends[0] if first else None, last=ends[1] if last else None)
    if cls is Meeting:
        meets = draw(st.sampled_from(Meets))
        values = {"meets": meets, "distance_m": None, "side": None}
        if meets is Meets.APPROACH:
            values["distance_m"] = draw(st.floats(0.1, 1e5))
        if meets is Meets.WRONG_SIDE:
            values["side"] = draw(phrases(FreeText))
    if cls is RuleAsks:
        how = draw(st.sampled_from(RuleAsks.variants))
        if how == "neutral":
            return RuleAsks(how=how)
        if how == "binds":
            return RuleAsks(how=how, side=cast("FreeText", draw(phrases(FreeText))))
        values = {"how": how, "apart": draw(phrases(Apart)), "side": None}
    for name, hint in hints(cls).items():
        if name in values:
            continue
        inner, optional = bare(hint)
        if name == cls.by and inner is str:
            values[name] = draw(st.sampled_from(cls.variants))
        elif optional and draw(st.booleans()):
            values[name] = None
        elif isinstance(inner, type) and issubclass(inner, Phrase):
            values[name] = draw(phrases(inner))
        else:
            values[name] = draw(_leaf(inner))
    if cls.__name__ == "Locality" and values["town"] is None:
        values["near"] = None
    if cls.__name__ == "Change":
        values |= {
            name: draw(_leaf(bare(hints(cls)[name])[0])) for name in ("time_s", "metres", "bearing_deg", "share")
        }
        values["text"] = draw(phrases(FreeText))
    if issubclass(cls, Message):
        values["marks"] = draw(st.sets(st.sampled_from(Mark)).map(lambda some: tuple(m for m in Mark if m in some)))
    return cls(**values)


def messages() -> st.SearchStrategy[Phrase]:
    """Any message."""
    return st.one_of([phrases(cls) for cls in MESSAGES])
