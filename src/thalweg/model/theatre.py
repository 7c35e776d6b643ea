"""A theatre: an area, its parties, its rules. Margins, matrix and clocks are data, not code (D6).

Read from a theatre file by `thalweg.formats.theatre`; documented in docs/reference/theatre.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from thalweg.model.declarations import Kind, Medium, Zone
from thalweg.model.errors import ValueRefused
from thalweg.model.identity import digest, scaled
from thalweg.model.shapes import MultiPolygon, Polygon


class Relation(StrEnum):
    """A cell of the compatibility matrix (R28)."""

    PERMITTED = "permitted"
    RESTRICTED = "restricted"  # only with the conditions that the rule states
    NOT_PERMITTED = "not_permitted"


class Between(StrEnum):
    """Which parties a rule is about. Parties that one `coordinated` group holds count as the same."""

    ANY = "any"
    OTHERS = "others"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Selector:
    """A class of declarations; an absent field matches all. Unstated media match every medium."""

    kind: Kind | None = None
    zone: Zone | None = None
    medium: Medium | None = None

    def matches(self, kind: Kind, zone: Zone | None, medium: Medium) -> bool:
        return (
            (self.kind is None or self.kind is kind)
            and (self.zone is None or self.zone is zone)
            and (self.medium is None or self.medium is medium or medium is Medium.UNSTATED)
        )


@dataclass(frozen=True, slots=True)
class Margin:
    """Two declarations conflict when closer than all three. At 0 a margin means overlap.

    `vertical_m` None: height is no separation between these kinds, whatever the bands.
    """

    horizontal_m: float = 0.0
    vertical_m: float | None = 0.0
    time_s: float = 0.0

    def __post_init__(self) -> None:
        limits = (
            ("horizontal", self.horizontal_m, 1e6),
            ("vertical", self.vertical_m or 0.0, 1e5),
            ("time", self.time_s, 1e8),
        )
        for name, value, most in limits:
            if not 0 <= value <= most:
                raise ValueRefused("margin-range", f"A {name} margin of {value} is not within 0 and {most:g}.")


@dataclass(frozen=True, slots=True)
class Rule:
    """What two classes of declarations may do near each other. The first rule that matches decides
    (`Theatre.rule_for`)."""

    id: str
    a: Selector
    b: Selector
    relation: Relation
    margin: Margin = Margin()
    between: Between = Between.ANY
    conditions: str = ""  # shown with the finding where the relation is `restricted`
    severity: str = "warning"  # information, caution, warning


@dataclass(frozen=True, slots=True)
class Party:
    id: str
    name: str
    member_of: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heights:
    """How datums that cannot be converted are bounded in this theatre (DESIGN.md section 5)."""

    ground_min_m: float = -430.0  # above EGM96; the Dead Sea shore
    ground_max_m: float = 8849.0  # the summit of Everest
    # How far a flight level may lie from its height above sea level: QNH 920 to 1080 hPa, and temperature.
    pressure_m: float = 1100.0
    egm2008_m: float = 15.0  # bound on |EGM2008 - EGM96|, with interpolation: docs/explanation/heights.md


@dataclass(frozen=True, slots=True)
class FixBounds:
    """How far a suggested change may go, and what a unit of each change is worth against the others."""

    time_s: float = 12 * 3600.0
    altitude_m: float = 3000.0
    offset_m: float = 20_000.0
    area_lost: float = 0.5  # share of the area
    step_time_s: float = 60.0
    step_altitude_m: float = 30.0
    step_offset_m: float = 100.0


# No source gives a deadline for humanitarian notices, so these are judgements. An emergency is to be with a person
# within two minutes, and goes on at 5, 10 and 15; Kunduz took 17 to be understood, Deir ez-Zor 27.
DEFAULT_CLOCKS: Mapping[str, tuple[float, ...]] = {
    "emergency": (120.0, 300.0, 600.0, 900.0),
    "warning": (900.0, 1800.0, 3600.0),
    "caution": (3600.0, 4 * 3600.0, 12 * 3600.0),
    "information": (4 * 3600.0, 12 * 3600.0, 24 * 3600.0),
    "repeat": (60.0,),  # an emergency, until there is an outcome
    "line_check": (300.0,),  # for an answer to a line check
    "remind": (7 * 86_400.0,),  # before a validity runs out
}


class KindOf(NamedTuple):
    """What the compatibility matrix asks of a declaration."""

    kind: Kind
    zone: Zone | None
    medium: Medium


_MEDIA = (Medium.AIR, Medium.GROUND, Medium.WATER)


def _strictness(rule: Rule) -> tuple[bool, float, float, float]:
    margin = rule.margin
    height = math.inf if margin.vertical_m is None else margin.vertical_m
    return (rule.relation is Relation.NOT_PERMITTED, margin.horizontal_m, height, margin.time_s)


@dataclass(frozen=True)
class Theatre:
    """Everything that a check needs besides the declarations."""

    name: str
    rules: tuple[Rule, ...]
    area: Polygon | MultiPolygon | None = None
    time_zone: str = ""  # IANA name for times written without a zone; empty: such times are flagged and refused
    languages: tuple[str, ...] = ("en",)
    parties: tuple[Party, ...] = ()
    coordinated: tuple[frozenset[str], ...] = ()  # groups that coordinate among themselves
    heights: Heights = Heights()
    lead_times_s: Mapping[str, float] = field(default_factory=dict)  # kind, "kind.emergency" -> seconds
    # How long until what is unanswered goes to the next watch, then to the secretariat: name -> seconds, one a step.
    # The severities, and "repeat", "line_check", "remind" (DEFAULT_CLOCKS).
    clocks_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    # medium -> radius of a movement that states none (R28); an unstated medium gets the widest
    moving_buffers_m: Mapping[str, float] = field(default_factory=dict)
    fixes: FixBounds = FixBounds()
    exercise: bool = False

    def clock(self, name: str) -> tuple[float, ...]:
        """The steps of a clock in seconds, the default ones where the theatre has none. KeyError: no such clock."""
        return self.clocks_s.get(name, DEFAULT_CLOCKS[name])

    def rule_for(self, a: KindOf, b: KindOf, *, same_party: bool) -> Rule | None:
        """The rule for two declarations of these kinds; None where they are permitted together.

        For each medium the first rule that matches, in either order, decides. Where a medium is unstated it
        could be any, so the strictest of the rules for each of them holds: not permitted before restricted,
        then the widest margins (horizontal, then vertical, then time).
        """
        found = [
            rule
            for medium_a in (_MEDIA if a.medium is Medium.UNSTATED else (a.medium,))
            for medium_b in (_MEDIA if b.medium is Medium.UNSTATED else (b.medium,))
            if (
                rule := self._first(
                    KindOf(a.kind, a.zone, medium_a), KindOf(b.kind, b.zone, medium_b), same_party=same_party
                )
            )
        ]
        return max(found, key=_strictness, default=None)

    def _first(self, a: KindOf, b: KindOf, *, same_party: bool) -> Rule | None:
        for rule in self.rules:
            if rule.between is (Between.OTHERS if same_party else Between.SAME):
                continue
            if (rule.a.matches(*a) and rule.b.matches(*b)) or (rule.a.matches(*b) and rule.b.matches(*a)):
                return None if rule.relation is Relation.PERMITTED else rule
        return None

    def same_party(self, a: str, b: str) -> bool:
        """One party, one a member of the other (at any depth), or both in one coordinated group."""
        if a == b or any(a in group and b in group for group in self.coordinated):
            return True
        return b in self.above(a) or a in self.above(b)

    def above(self, party: str) -> set[str]:
        """The parties that this one is a member of, at any depth."""
        parent = {each.id: each.member_of for each in self.parties if each.member_of}
        seen: set[str] = set()
        while party in parent and parent[party] not in seen:
            party = parent[party]
            seen.add(party)
        return seen

    @cached_property
    def rules_hash(self) -> str:
        """Names this exact rule set, so that a finding can be reproduced (D1)."""
        return digest(
            {
                "rules": [
                    [
                        rule.id,
                        *(str(part) for s in (rule.a, rule.b) for part in (s.kind, s.zone, s.medium)),
                        rule.relation.value,
                        scaled(rule.margin.horizontal_m, 1e3),
                        "any" if rule.margin.vertical_m is None else scaled(rule.margin.vertical_m, 1e3),
                        scaled(rule.margin.time_s, 1e3),
                        rule.between.value,
                    ]
                    for rule in self.rules
                ],
                "coordinated": sorted(sorted(group) for group in self.coordinated),
                "moving_buffers": {medium: scaled(radius_m, 1e3) for medium, radius_m in self.moving_buffers_m.items()},
                "parties": sorted([party.id, party.member_of] for party in self.parties),
                "heights": [
                    scaled(value, 1e3)
                    for value in (
                        self.heights.ground_min_m,
                        self.heights.ground_max_m,
                        self.heights.pressure_m,
                        self.heights.egm2008_m,
                    )
                ],
            }
        )[:32]
