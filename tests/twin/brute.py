"""Findings by the definitions, over all pairs: O(n^2), plain Python, meant to be read.

The definitions are those of docs/explanation/conflict.md. A pair is judged three times where it matters:
as the definition says, and with every margin a little smaller and a little larger (`Slack`). Where those
disagree the pair is *near its threshold*, and nothing is asked of the engine about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product
from statistics import NormalDist

from tests.twin.moving import Leg, closest_to_static_m, closest_within_m, legs
from tests.twin.oracle import (
    Region,
    apart_at_least_m,
    core_gap_m,
    direct,
    gap_m,
    nearest_on,
    region,
    side_of,
    signed_gap_m,
)
from thalweg.model.declarations import Declaration, Kind, Medium, Segment, Standing, Uncertainty, Volume
from thalweg.model.findings import FindingType
from thalweg.model.instants import Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import MultiPolygon, Point, Route
from thalweg.model.theatre import Between, Heights, Margin, Relation, Rule, Selector, Theatre

Geoid = Callable[[float, float], float]  # lon, lat in degrees -> EGM96 undulation in metres

# 95 % bounds are taken as the 99.9 % bounds of the same normal distribution: Rayleigh in the plane, normal in
# height and time.
PLANE_95 = math.sqrt(math.log(0.001) / math.log(0.05))
LINE_95 = NormalDist().inv_cdf(0.9995) / NormalDist().inv_cdf(0.975)


def no_geoid(lon: float, lat: float) -> float:
    raise AssertionError("this case needs a geoid and was not given one")


class Answer(Enum):
    YES = "yes"
    NO = "no"
    NEAR = "near its threshold"


@dataclass(frozen=True, slots=True)
class Slack:
    """How much a margin may be off without anybody being wrong."""

    horizontal_m: float = 0.1
    vertical_m: float = 0.0
    time_s: float = 0.0

    def wider(self, sign: int) -> Slack:
        return Slack(sign * self.horizontal_m, sign * self.vertical_m, sign * self.time_s)


EXACTLY = Slack(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the truth may lie from what two volumes state, together."""

    horizontal_m: float
    vertical_m: float
    time_s: float


STATED = Bounds(0.0, 0.0, 0.0)


def hard(u: Uncertainty) -> Bounds:
    plane, line = (PLANE_95, LINE_95) if u.at_95 else (1.0, 1.0)
    return Bounds(u.horizontal_m * plane, u.vertical_m * line, u.time_s * line)


def together(a: Uncertainty, b: Uncertainty) -> Bounds:
    one, other = hard(a), hard(b)
    return Bounds(
        one.horizontal_m + other.horizontal_m,
        one.vertical_m + other.vertical_m,
        one.time_s + other.time_s,
    )


# Rules: the first that matches decides


def rule_for(theatre: Theatre, a: Declaration, b: Declaration) -> Rule | None:
    """Where a medium is unstated it could be any: each is looked up, and the strictest rule holds."""
    same = same_side(theatre, a.party, b.party)
    found = [
        rule
        for medium_a, medium_b in product(_media(a), _media(b))
        if (rule := _first(theatre, (a, medium_a), (b, medium_b), same=same)) is not None
    ]
    return max(found, key=_strictness, default=None)


def _media(d: Declaration) -> tuple[Medium, ...]:
    return (Medium.AIR, Medium.GROUND, Medium.WATER) if d.medium is Medium.UNSTATED else (d.medium,)


def _strictness(rule: Rule) -> tuple[int, float, float, float]:
    relations = (Relation.PERMITTED, Relation.RESTRICTED, Relation.NOT_PERMITTED)
    m = rule.margin
    v_m = math.inf if m.vertical_m is None else m.vertical_m
    return relations.index(rule.relation), m.horizontal_m, v_m, m.time_s


def _first(
    theatre: Theatre, a: tuple[Declaration, Medium], b: tuple[Declaration, Medium], *, same: bool
) -> Rule | None:
    for rule in theatre.rules:
        if rule.between is Between.OTHERS and same:
            continue
        if rule.between is Between.SAME and not same:
            continue
        if (_picks(rule.a, *a) and _picks(rule.b, *b)) or (_picks(rule.a, *b) and _picks(rule.b, *a)):
            return rule
    return None


def _picks(selector: Selector, d: Declaration, medium: Medium) -> bool:
    return selector.kind in (None, d.kind) and selector.zone in (None, d.zone) and selector.medium in (None, medium)


def same_side(theatre: Theatre, a: str, b: str) -> bool:
    """One party, one coordinated group, or one a member of the other."""
    if a == b or any(a in group and b in group for group in theatre.coordinated):
        return True
    return b in _above(theatre, a) or a in _above(theatre, b)


def _above(theatre: Theatre, party: str) -> set[str]:
    parent = {p.id: p.member_of for p in theatre.parties if p.member_of}
    seen: set[str] = set()
    while party in parent and parent[party] not in seen:
        party = parent[party]
        seen.add(party)
    return seen


# Heights


def offset_m(a: Datum, b: Datum, undulation_m: float, heights: Heights) -> tuple[float, float]:
    """What may have to be added to (height in a) - (height in b) to make it a true difference."""
    if a is b and a is not Datum.UNKNOWN:
        return 0.0, 0.0
    low_a, high_a = _above_egm96_m(a, undulation_m, heights)
    low_b, high_b = _above_egm96_m(b, undulation_m, heights)
    return low_a - high_b, high_a - low_b


def _above_egm96_m(datum: Datum, undulation_m: float, heights: Heights) -> tuple[float, float]:
    """The least and the most that turns a height in this datum into one above EGM96."""
    known = {
        Datum.EGM96: (0.0, 0.0),
        Datum.WGS84: (-undulation_m, -undulation_m),
        Datum.EGM2008: (-heights.egm2008_m, heights.egm2008_m),
        Datum.AGL: (heights.ground_min_m, heights.ground_max_m),
        Datum.FL: (-heights.pressure_m, heights.pressure_m),
    }
    if datum is Datum.UNKNOWN:
        return min(low for low, _ in known.values()), max(high for _, high in known.values())
    return known[datum]


@dataclass(frozen=True, slots=True)
class Extent:
    """The heights a volume takes: all of them, not stated, or between two limits, each with its datum."""

    lower_m: float
    upper_m: float
    lower_datum: Datum
    upper_datum: Datum
    stated: bool
    everywhere: bool = False


EVERY_HEIGHT = Extent(-math.inf, math.inf, Datum.EGM96, Datum.EGM96, stated=True, everywhere=True)
UNSTATED_HEIGHT = Extent(-math.inf, math.inf, Datum.EGM96, Datum.EGM96, stated=False)
OCCUPY_EVERY_HEIGHT = (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE, Kind.LINE, Kind.NEGATIVE)


def extent(kind: Kind, band: Band | None) -> Extent:
    if band is None:
        return EVERY_HEIGHT if kind in OCCUPY_EVERY_HEIGHT else UNSTATED_HEIGHT
    return Extent(
        -math.inf if band.lower_m is None else band.lower_m,
        math.inf if band.upper_m is None else band.upper_m,
        band.datum,
        band.datum_of_upper,
        stated=True,
    )


def vertical_gaps_m(
    a: Extent, b: Extent, undulation_m: float, heights: Heights
) -> tuple[tuple[float, float], tuple[float, float]]:
    """(lower of b - upper of a) and (lower of a - upper of b), each with its least and its most."""
    b_over_a = offset_m(b.lower_datum, a.upper_datum, undulation_m, heights)
    a_over_b = offset_m(a.lower_datum, b.upper_datum, undulation_m, heights)
    one, other = b.lower_m - a.upper_m, a.lower_m - b.upper_m
    return (one + b_over_a[0], one + b_over_a[1]), (other + a_over_b[0], other + a_over_b[1])


# Gaps against margins


def closer(gap: float, margin: float, slack: float) -> bool:
    """`gap < margin`, and at a margin of 0: not apart. Closed at 0, open above."""
    margin_with_slack = margin + slack
    return gap <= margin_with_slack if margin == 0.0 else gap < margin_with_slack


def time_gap_s(a: Window, b: Window) -> float:
    """Below 0 where half-open windows share an instant, 0 where they touch."""
    return max(a.start_s - b.end_s, b.start_s - a.end_s)


@dataclass(frozen=True, slots=True)
class Placed:
    """One volume of a declaration, with what its kind says about heights."""

    kind: Kind
    volume: Volume

    @property
    def route(self) -> Route | None:
        return self.volume.shape if isinstance(self.volume.shape, Route) else None

    @property
    def region(self) -> Region:
        return region(self.volume.shape)

    @property
    def has_profile(self) -> bool:
        return self.route is not None and self.route.has_heights

    @property
    def extent(self) -> Extent:
        return extent(self.kind, self.volume.band)


def meet(
    a: Placed,
    b: Placed,
    margin: Margin,
    heights: Heights,
    *,
    bounds: Bounds | None = None,
    slack: Slack = EXACTLY,
    geoid: Geoid = no_geoid,
) -> bool:
    """Whether two volumes conflict for some values within the bounds (those stated, unless told)."""
    if bounds is None:
        bounds = together(a.volume.uncertainty, b.volume.uncertainty)
    horizontal_m = margin.horizontal_m
    if apart_at_least_m(a.region, b.region) > horizontal_m + bounds.horizontal_m + abs(slack.horizontal_m):
        return False
    time_margin_s = margin.time_s + bounds.time_s
    if time_gap_s(a.volume.window, b.volume.window) >= time_margin_s + max(0.0, slack.time_s):
        return False
    undulation_m = undulation_between_m(a, b, geoid)
    if a.route is None and b.route is None:
        if time_gap_s(a.volume.window, b.volume.window) >= time_margin_s + slack.time_s:
            return False
        if margin.vertical_m is not None and not _heights_meet(
            a.extent, b.extent, margin.vertical_m, bounds.vertical_m, slack.vertical_m, undulation_m, heights
        ):
            return False
        return closer(signed_gap_m(a.region, b.region) - bounds.horizontal_m, horizontal_m, slack.horizontal_m)
    core_m = _moving_core_gap_m(a, b, margin, heights, bounds, slack, undulation_m)
    away_m = core_m - a.region.radius_m - b.region.radius_m - bounds.horizontal_m
    return closer(away_m, horizontal_m, slack.horizontal_m)


def undulation_between_m(a: Placed, b: Placed, geoid: Geoid) -> float:
    datums = {d for p in (a, b) for d in datums_of(p)}
    if len(datums) < 2 and Datum.UNKNOWN not in datums:
        return 0.0
    at = a.region.anchor
    return geoid(at.lon, at.lat)


def datums_of(p: Placed) -> set[Datum]:
    if p.route is not None and p.route.has_heights:
        return {p.route.datum}
    e = p.extent
    return {e.lower_datum, e.upper_datum} if e.stated and not e.everywhere else set()


def _heights_meet(
    a: Extent, b: Extent, v_m: float, bound_m: float, slack_m: float, undulation_m: float, heights: Heights
) -> bool:
    if not (a.stated and b.stated):
        return True
    (one, _), (other, _) = vertical_gaps_m(a, b, undulation_m, heights)
    return closer(one - bound_m, v_m, slack_m) and closer(other - bound_m, v_m, slack_m)


def nearest_core_m(a: Placed, b: Placed, margin: Margin) -> float:
    """The closest approach of what moves, radii not counted, while the time margin and nothing else binds."""
    no_heights = Margin(margin.horizontal_m, None, margin.time_s)
    return _moving_core_gap_m(a, b, no_heights, Heights(), STATED, EXACTLY, 0.0)


def _moving_core_gap_m(
    a: Placed,
    b: Placed,
    margin: Margin,
    heights: Heights,
    bounds: Bounds,
    slack: Slack,
    undulation_m: float,
) -> float:
    """The least distance of a moving position from what else moves or stands, while time and height allow."""
    apart_s = margin.time_s + bounds.time_s
    if apart_s > 0.0:
        apart_s = max(apart_s + slack.time_s, 1e-9)
    elif slack.time_s > 0.0:
        apart_s = slack.time_s
    room_m = None if margin.vertical_m is None else margin.vertical_m + bounds.vertical_m + slack.vertical_m
    if a.route is not None and b.route is not None:
        low_m, high_m = -math.inf, math.inf
        if room_m is not None and a.has_profile and b.has_profile:
            least_m, most_m = offset_m(a.route.datum, b.route.datum, undulation_m, heights)
            room_m += a.route.half_height_m + b.route.half_height_m
            low_m, high_m = -room_m - most_m, room_m - least_m
        elif room_m is not None and (a.has_profile or b.has_profile):
            climbing, banded = (a, b) if a.has_profile else (b, a)
            between = _between_m(climbing, banded.extent, room_m, undulation_m, heights)
            parts = [part for leg in legs(_route(climbing)) for part in _while_between(leg, *between)]
            return min(
                (
                    closest_within_m(part, other, apart_s, -math.inf, math.inf)
                    for part in parts
                    for other in legs(_route(banded))
                ),
                default=math.inf,
            )
        elif margin.vertical_m is not None and not _heights_meet(
            a.extent,
            b.extent,
            margin.vertical_m,
            bounds.vertical_m,
            slack.vertical_m,
            undulation_m,
            heights,
        ):
            return math.inf
        return min(
            closest_within_m(one, other, apart_s, low_m, high_m) for one in legs(a.route) for other in legs(b.route)
        )
    moving, static = (a, b) if a.route is not None else (b, a)
    start_s, end_s = static.volume.window.start_s - apart_s, static.volume.window.end_s + apart_s
    if not (start_s < moving.volume.window.end_s and moving.volume.window.start_s < end_s):
        return math.inf
    low_m, high_m = -math.inf, math.inf
    if room_m is not None:
        if moving.has_profile:
            low_m, high_m = _between_m(moving, static.extent, room_m, undulation_m, heights)
        elif margin.vertical_m is not None and not _heights_meet(
            a.extent,
            b.extent,
            margin.vertical_m,
            bounds.vertical_m,
            slack.vertical_m,
            undulation_m,
            heights,
        ):
            return math.inf
    return min(
        (
            closest_to_static_m(leg, static.region, start_s, end_s, low_m, high_m)
            for leg in legs(_route(moving))
            if leg.start_s < end_s and start_s < leg.end_s
        ),
        default=math.inf,
    )


def _route(p: Placed) -> Route:
    assert p.route is not None
    return p.route


def _between_m(
    climbing: Placed, other: Extent, room_m: float, undulation_m: float, heights: Heights
) -> tuple[float, float]:
    """Between which heights of the route its half-height touches a band widened by `room_m`."""
    if not other.stated or other.everywhere:
        return -math.inf, math.inf
    route = _route(climbing)
    low_offset, _ = offset_m(other.lower_datum, route.datum, undulation_m, heights)
    _, high_offset = offset_m(other.upper_datum, route.datum, undulation_m, heights)
    return (
        other.lower_m + low_offset - room_m - route.half_height_m,
        other.upper_m + high_offset + room_m + route.half_height_m,
    )


def _while_between(leg: Leg, low_m: float, high_m: float) -> list[Leg]:
    when = leg.while_between(low_m, high_m)
    if when is None or when[0] >= when[1]:
        return []
    part = leg.piece(*when)
    return [Leg(part, when[0], when[1], None, None)]


# Certainty


@dataclass(frozen=True, slots=True)
class Found:
    """What the twin says about two declarations: whether they conflict, and under which rule."""

    versions: frozenset[str]
    rule: str
    type: FindingType
    answer: Answer
    horizontal_m: float | None  # between the stated regions, where both have one volume that stands still


def findings(
    declarations: Sequence[Declaration],
    theatre: Theatre,
    *,
    slack: Slack | None = None,
    geoid: Geoid = no_geoid,
) -> dict[tuple[frozenset[str], str], Found]:
    """All pairs of versions, by version ids and rule; those that surely do not conflict are left out."""
    live = list({d.version_id: d for d in declarations if d.standing is not Standing.RUMOURED}.values())
    found = {}
    for i, a in enumerate(live):
        for b in live[:i]:
            one = pair(a, b, theatre, slack=slack, geoid=geoid)
            if one is not None and one.answer is not Answer.NO:
                found[one.versions, one.rule] = one
    return found


def pair(
    a: Declaration,
    b: Declaration,
    theatre: Theatre,
    *,
    slack: Slack | None = None,
    geoid: Geoid = no_geoid,
) -> Found | None:
    if Kind.LINE in (a.kind, b.kind):
        line, other = (a, b) if a.kind is Kind.LINE else (b, a)
        return over_line(line, other, theatre) if other.kind in PRESENT else None
    rule = rule_for(theatre, a, b)
    if rule is None or rule.relation is Relation.PERMITTED:
        return None
    answers = []
    for volume_a in a.volumes:
        for volume_b in b.volumes:
            p, q = Placed(a.kind, volume_a), Placed(b.kind, volume_b)
            answers.append(_answer(p, q, rule.margin, theatre.heights, slack or slack_for(p, q), geoid))
    answer = Answer.YES if Answer.YES in answers else Answer.NEAR if Answer.NEAR in answers else Answer.NO
    away_m = None
    if len(a.volumes) == len(b.volumes) == 1 and answer is Answer.YES:
        p, q = Placed(a.kind, a.volumes[0]), Placed(b.kind, b.volumes[0])
        if p.route is None and q.route is None:
            away_m = gap_m(p.region, q.region)
    negative = Kind.NEGATIVE in (a.kind, b.kind)
    return Found(
        frozenset((a.version_id, b.version_id)),
        rule.id,
        FindingType.CONTRADICTION if negative and a.party == b.party else FindingType.CONFLICT,
        answer,
        away_m,
    )


def slack_for(a: Placed, b: Placed) -> Slack:
    """0.1 m for features up to 50 km, 10 m beyond; bands in one datum, and windows, are compared exactly."""
    reach_m = max(a.region.reach_m, b.region.reach_m)
    datums = datums_of(a) | datums_of(b)
    mixed = len(datums) > 1 or Datum.UNKNOWN in datums
    return Slack(
        0.1 if reach_m <= 50e3 else 10.0,
        5.0 if mixed else 0.05 if _climbs(a) or _climbs(b) else 0.0,
        0.0,
    )


def _climbs(p: Placed) -> bool:
    return p.route is not None and len({w.height_m for w in p.route.waypoints}) > 1


def _answer(a: Placed, b: Placed, margin: Margin, heights: Heights, slack: Slack, geoid: Geoid) -> Answer:
    if not meet(a, b, margin, heights, slack=slack, geoid=geoid):
        return Answer.NO
    if meet(a, b, margin, heights, slack=slack.wider(-1), geoid=geoid):
        return Answer.YES
    return Answer.NEAR


# Lines


PRESENT = (Kind.OPERATION, Kind.MOVEMENT)


def over_line(line: Declaration, other: Declaration, theatre: Theatre) -> Found:
    """Presence on the wrong side for whom the line binds, a neutral crossing for everybody else."""
    parties = {other.party} | _above(theatre, other.party)
    bound_left = line.sides is not None and bool(parties & line.sides.left)
    bound_right = line.sides is not None and bool(parties & line.sides.right)
    bound = bound_left != bound_right
    answers = [Answer.NO]
    for segment in line.segments:
        for volume in other.volumes:
            reached = sides_reached(segment, volume)
            if reached is None:
                answers.append(Answer.NEAR)
            elif bound:
                wrong = -1 if bound_left else 1
                answers.append(Answer.YES if wrong in reached else Answer.NO)
            else:
                answers.append(_crosses(segment, volume, reached))
    answer = Answer.YES if Answer.YES in answers else Answer.NEAR if Answer.NEAR in answers else Answer.NO
    return Found(
        frozenset((line.version_id, other.version_id)),
        "line",
        FindingType.WRONG_SIDE if bound else FindingType.CROSSING,
        answer,
        None,
    )


def _crosses(segment: Segment, volume: Volume, reached: frozenset[int]) -> Answer:
    """A region that reaches both sides crosses. Whether several polygons of one region that each keep to a
    side do so is not said: nothing is asked about them."""
    if len(reached) < 2:
        return Answer.NO
    if isinstance(volume.shape, MultiPolygon):
        parts = (sides_reached(segment, replace(volume, shape=part)) for part in volume.shape.polygons)
        return Answer.YES if any(part is not None and len(part) == 2 for part in parts) else Answer.NEAR
    return Answer.YES


def sides_reached(segment: Segment, volume: Volume, *, slack_m: float = 10.0) -> frozenset[int] | None:
    """Which sides of a segment some part of a volume may be on while both hold; None: near its threshold."""
    bounds = together(segment.uncertainty, volume.uncertainty)
    if time_gap_s(segment.window, volume.window) >= bounds.time_s:
        return frozenset()
    cores = [region(volume.shape)]
    if isinstance(volume.shape, Route):
        start_s, end_s = segment.window.start_s - bounds.time_s, segment.window.end_s + bounds.time_s
        cores = [
            Region((leg.piece(max(leg.start_s, start_s), min(leg.end_s, end_s)),), (), volume.shape.radius_m)
            for leg in legs(volume.shape)
            if leg.start_s < end_s and start_s < leg.end_s
        ]
    line = region(segment.path)
    at_least: set[int] = set()
    at_most: set[int] = set()
    for core in cores:
        reach_m = core.radius_m + bounds.horizontal_m
        at_least |= _sides_within(core, reach_m - slack_m, line, slack_m)
        at_most |= _sides_within(core, reach_m + slack_m, line, slack_m)
    return frozenset(at_least) if at_least == at_most else None


def _sides_within(core: Region, reach_m: float, line: Region, slack_m: float) -> set[int]:
    """By sampling: points of the core; where it reaches the line also all around them at `reach_m`, and
    along the line on either side."""
    samples = [e.at(e.length_m * share / 6.0) for e in core.edges for share in range(7 if e.length_m else 1)]
    if reach_m < 0.0:
        samples = [s for s in samples if nearest_on(s, line.edges)[0] >= -reach_m]
    found = {side_of(spot, line.edges) for spot in samples}
    if core_gap_m(core, line) > max(0.0, reach_m):
        return found - {0}
    if reach_m > 0.0:
        found |= {
            side_of(direct(s, 22.5 * k, reach_m), line.edges)
            for s in samples
            if nearest_on(s, line.edges)[0] <= reach_m
            for k in range(16)
        }
    for e in line.edges:
        for share in range(1, 16):
            here, azimuth = e.heading(e.length_m * share / 16.0)
            for turn in (-90.0, 90.0):
                beside = direct(here, azimuth + turn, slack_m / 2.0)
                if core_gap_m(region(Point(beside)), core) <= reach_m:
                    found.add(side_of(beside, line.edges))
    return found - {0}
