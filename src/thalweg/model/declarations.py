"""Declarations: any signed statement of where and when (R1).

There is deliberately no way to say target, weapon, strike, or any measure that permits fire (R38);
`tests/unit/test_protective.py` holds that over every name of the model and of the published schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from thalweg.model.errors import ValueRefused
from thalweg.model.identity import digest, scaled
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band
from thalweg.model.notes import Flag, Source
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Route,
    Shape,
)


class Kind(StrEnum):
    OPERATION = "operation"  # declared activity in a volume and time, no aim or target
    MOVEMENT = "movement"  # journey of staff, supplies, vehicles, vessels or aircraft
    STATIC_SITE = "static_site"  # fixed object with a protected or humanitarian function
    RESTRICTED_ZONE = "restricted_zone"
    LINE = "line"
    NEGATIVE = "negative"  # "none of ours there" (R12)


class Zone(StrEnum):
    """What a restricted zone asks for. Every one of them forbids or asks for coordination."""

    NO_ENTRY = "no_entry"
    NO_FIRE = "no_fire"
    RESTRICTED_AIRSPACE = "restricted_airspace"
    QUIET_WINDOW = "quiet_window"


class Medium(StrEnum):
    """Where it goes on. Unstated is tested as if it could be any of them."""

    AIR = "air"
    GROUND = "ground"
    WATER = "water"
    UNSTATED = "unstated"


class Standing(StrEnum):
    """Who stands behind it. Only what a party declares has effect (R13)."""

    DECLARED = "declared"
    REPORTED = "reported"  # by others than its owner, e.g. the press; tested, and marked so
    RUMOURED = "rumoured"  # in force for nobody


class LineStatus(StrEnum):
    AGREED = "agreed"
    TACIT = "tacit"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far the truth may lie from what is stated. Hard bounds, or 95 % bounds if `at_95`."""

    horizontal_m: float = 0.0  # radius
    vertical_m: float = 0.0  # either way
    time_s: float = 0.0  # either way
    at_95: bool = False

    def __post_init__(self) -> None:
        for name, value in (
            ("horizontal", self.horizontal_m),
            ("vertical", self.vertical_m),
            ("time", self.time_s),
        ):
            if not 0 <= value < 1e7:
                raise ValueRefused("uncertainty-range", f"A {name} uncertainty of {value} is not one.", found=value)


EXACT = Uncertainty()


@dataclass(frozen=True, slots=True)
class Volume:
    """A shape, when, between which heights, and how well all that is known.

    The window of a `Route` is from its first to its last way-point, and must be given so.
    """

    shape: Shape
    window: Window = ALWAYS
    band: Band | None = None
    uncertainty: Uncertainty = EXACT

    def __post_init__(self) -> None:
        if isinstance(self.shape, Route):
            span = Window(self.shape.waypoints[0].time, self.shape.waypoints[-1].time)
            if self.window != span:
                raise ValueRefused("route-window", "The window of a route runs from its first to its last way-point.")


@dataclass(frozen=True, slots=True)
class Segment:
    """A dated piece of a dividing line (R34). Left and right are as seen along the path."""

    path: Path
    status: LineStatus
    window: Window = ALWAYS
    uncertainty: Uncertainty = EXACT


@dataclass(frozen=True, slots=True)
class Sides:
    """Which parties the line binds, and to which side. All others' crossings are neutral facts."""

    left: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()
    left_name: str = "left"
    right_name: str = "right"


@dataclass(frozen=True)
class Declaration:
    """One version of one declaration.

    `declaration_id` names the chain of versions; where the notifier gave none it is taken from the
    content. `version_id` names exactly this version: two files that say the same, in whatever format,
    give the same version. `window` of a volume is when the thing is there or in force; `valid_until` is
    how long the notifier vouches for it: past that it is stale, and still tested (R8).
    """

    kind: Kind
    party: str  # id of the notifier's party
    title: str = ""
    volumes: tuple[Volume, ...] = ()
    zone: Zone | None = None
    medium: Medium = Medium.UNSTATED
    segments: tuple[Segment, ...] = ()  # of a line
    sides: Sides | None = None  # of a line
    declaration_id: str = ""
    revision: int = 0
    replaces: str = ""  # declaration_id of another chain that this one takes over
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    standing: Standing = Standing.DECLARED
    hypothetical: bool = False  # geometry drawn by us, not stated by anybody
    emergency: bool = False
    submitted: Instant | None = None
    details: Mapping[str, str] = field(default_factory=dict)  # manifest, markings, contact, verification (R6, R11)
    # How it came to us: not part of the content, and so not of the version id.
    source: Source = field(default=Source(""), compare=False)
    entered: Mapping[str, str] = field(default_factory=dict, compare=False)  # field -> text as written (R2)
    flags: tuple[Flag, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.party.strip():
            raise ValueRefused("party-missing", "A declaration needs the party that makes it.")
        if (self.kind is Kind.RESTRICTED_ZONE) != (self.zone is not None):
            raise ValueRefused("zone-type", "A restricted zone, and nothing else, says what it restricts.")
        if (self.kind is Kind.LINE) != bool(self.segments):
            raise ValueRefused("line-segments", "A line, and nothing else, has segments.")
        if (self.kind is Kind.LINE) == bool(self.volumes):
            raise ValueRefused("volumes", "Everything but a line needs a place and a time, as volumes.")
        if self.sides is not None and self.kind is not Kind.LINE:
            raise ValueRefused("line-sides", "Only a line has sides.")
        if self.valid_from and self.valid_until and not self.valid_from < self.valid_until:
            raise ValueRefused("validity-inverted", "The validity ends before it begins.")
        if not self.declaration_id:
            object.__setattr__(self, "declaration_id", "d-" + self._digest[:32])

    @cached_property
    def version_id(self) -> str:
        """Opaque; the hash of the normalised content and the chain's id, and of nothing about how it reached us."""
        return "v-" + digest([self.declaration_id, self._digest])[:32]

    @cached_property
    def _digest(self) -> str:
        return digest(self._content())

    def _content(self) -> dict[str, object]:
        return {
            "kind": self.kind.value,
            "zone": self.zone.value if self.zone else "",
            "medium": self.medium.value,
            "party": self.party,
            "title": self.title,
            "volumes": [_volume_content(volume) for volume in self.volumes],
            "segments": [
                [
                    _shape_content(s.path),
                    s.status.value,
                    _window_content(s.window),
                    _uncertainty_content(s.uncertainty),
                ]
                for s in self.segments
            ],
            "sides": [sorted(self.sides.left), sorted(self.sides.right)] if self.sides else [],
            "revision": self.revision,
            "replaces": self.replaces,
            "valid": [_instant(self.valid_from), _instant(self.valid_until)],
            "standing": self.standing.value,
            "hypothetical": self.hypothetical,
            "emergency": self.emergency,
            "details": dict(sorted(self.details.items())),
        }


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A notifier ends its own declaration; the only thing that ends a protection (R9)."""

    declaration_id: str
    party: str
    source: Source = field(default=Source(""), compare=False)


def _instant(instant: Instant | None) -> str:
    return "" if instant is None else str(scaled(instant.epoch_s, 1e6))


def _window_content(window: Window) -> list[str]:
    return [_instant(window.start), _instant(window.end)]


def _uncertainty_content(u: Uncertainty) -> list[int]:
    return [scaled(u.horizontal_m, 1e3), scaled(u.vertical_m, 1e3), scaled(u.time_s, 1e3), int(u.at_95)]


def _volume_content(volume: Volume) -> list[object]:
    band = volume.band
    return [
        _shape_content(volume.shape),
        _window_content(volume.window),
        []
        if band is None
        else [_height(band.lower_m), band.datum.value, _height(band.upper_m), band.datum_of_upper.value],
        _uncertainty_content(volume.uncertainty),
    ]


def _height(height_m: float | None) -> str:
    return "" if height_m is None else str(scaled(height_m, 1e3))


def _xy(position: Position) -> list[int]:
    return [scaled(position.lon, 1e9), scaled(position.lat, 1e9)]


def _shape_content(shape: Shape) -> list[object]:
    match shape:
        case Point():
            return ["point", _xy(shape.at)]
        case Polygon():
            return ["polygon", [[_xy(p) for p in ring] for ring in (shape.outer, *shape.holes)]]
        case MultiPolygon():
            return ["multipolygon", [_shape_content(polygon) for polygon in shape.polygons]]
        case Circle():
            return ["circle", _xy(shape.centre), scaled(shape.radius_m, 1e3)]
        case Corridor():
            return ["corridor", [_xy(p) for p in shape.path], scaled(shape.half_width_m, 1e3)]
        case Path():
            return ["path", [_xy(p) for p in shape.points]]
        case Route():
            return [
                "route",
                [[_xy(w.at), _instant(w.time), _height(w.height_m)] for w in shape.waypoints],
                scaled(shape.radius_m, 1e3),
                shape.datum.value,
                scaled(shape.half_height_m, 1e3),
            ]
