"""Findings: what the engine has to say about two declarations, so that it can be read over a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from thalweg.model.declarations import Declaration
from thalweg.model.instants import Instant
from thalweg.model.shapes import Polygon, Position
from thalweg.model.theatre import Margin, Relation


class FindingType(StrEnum):
    CONFLICT = "conflict"  # closer than the rule allows
    CROSSING = "crossing"  # over a line: a neutral fact (R33)
    WRONG_SIDE = "wrong_side"  # of a line that binds this party
    CONTRADICTION = "contradiction"  # of a party's own "none of ours there" (R12)


class Certainty(StrEnum):
    """`certain`: every value within the stated bounds conflicts. `likely`: at least half of them.
    `possible`: the rest, and whatever cannot be told for want of data. On screen: will, may, may."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """One pair of versions under one rule; the same pair can meet in several places, the worst is told.

    Distances are those between the stated regions, buffers included and uncertainties not; zero where
    they overlap. `horizontal_m` is geodesic. `vertical_m` is the gap between the bands in a common datum,
    None where height is not stated or is no separation under the rule.
    """

    id: str
    type: FindingType
    versions: tuple[str, str]  # version ids, in the order that the sentence names them
    rule: str  # id of the rule
    relation: Relation
    severity: str
    margin: Margin
    certainty: Certainty
    share: float  # share of the values within the stated bounds that conflict, 0 to 1
    reasons: tuple[str, ...]  # why it is not certain, one sentence each
    horizontal_m: float
    vertical_m: float | None
    time_gap_s: float
    datum_allowance_m: float  # by how much the vertical test was widened for datums
    closest: tuple[Position, Position]  # on the first and the second; equal where they overlap
    region: tuple[Polygon, ...]  # where they overlap; empty where they only come close
    first: Instant | None  # when the conflict begins; None: open
    closest_at: Instant | None
    last: Instant | None  # when it ends; None: open
    reference: str  # "7.2 km ESE of Deir ez-Zor, left bank of the Euphrates"
    sentence: str  # the finding, to be read over a phone
    rule_sentence: str
    marks: tuple[str, ...] = ()  # "stale", "hypothetical geometry", "exercise", "reported"
    can_tell: bool = True  # False: possible for want of data (a height not stated, a datum not known)
    line_status: str = ""  # agreed, tacit or disputed, for findings about a line


@dataclass(frozen=True, slots=True)
class Fix:
    """One change to one declaration that clears all its conflicts and makes none, as re-checked."""

    version: str  # of the declaration to be changed
    change: str  # "time", "altitude", "offset", "trim"
    amount: float  # seconds, metres, metres, share of the area lost; signed where a direction is meant
    cost: float  # comparable between the kinds of change: share of the theatre's bound for it
    sentence: str
    clears: tuple[str, ...]  # ids of the findings it clears
    changed: Declaration  # the declaration as it would be


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Up to three fixes for one declaration, cheapest first; or none, with the bounds that were searched."""

    version: str
    fixes: tuple[Fix, ...]
    searched: str
    not_offered: Mapping[str, str] = field(default_factory=dict)  # kind of change -> why there is none
