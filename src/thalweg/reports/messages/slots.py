"""What messages are made of: typed values that each language says in its own words.

A leaf (a name, a distance, an instant) is a field annotated with how it is said. A `Phrase` is a value made of
such fields, with one template in each catalogue for each of its `variants`. Nothing here holds words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Self

from typing_extensions import override

from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Zone
from thalweg.model.errors import ValueRefused
from thalweg.model.findings import Certainty
from thalweg.model.instants import Instant
from thalweg.model.measures import Datum


class As(StrEnum):
    """How a field of a plain type is said."""

    NAME = "name"  # as its owner writes it, isolated so that it turns nothing round
    NAMES = "names"
    ID = "id"  # letter by letter the same in every language
    IDS = "ids"
    DISTANCE = "distance"  # metres, three figures at most
    HEIGHT = "height"  # metres, and never kilometres
    DURATION = "duration"  # seconds, two units at most
    EXACT_DURATION = "exact duration"  # seconds, to the second
    SHARE = "share"  # 0 to 1, in whole per cent
    IN_TEN = "in ten"  # 0 (fewer than 1) to 10 (more than 9)
    BEARING = "bearing"  # degrees, as the nearest of sixteen points
    DEGREES = "degrees"
    RIVER = "river"  # by its name in the language where the catalogue has one
    LANGUAGE = "language"  # a language tag, by its name where the catalogue has one
    PLACE = "place"  # a PlaceName


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of something; `noun` names an entry with plural forms, `count.<noun>`."""

    noun: str


Name = Annotated[str, As.NAME]
Names = Annotated[tuple[str, ...], As.NAMES]
Id = Annotated[str, As.ID]
Ids = Annotated[tuple[str, ...], As.IDS]
Distance = Annotated[float, As.DISTANCE]
Duration = Annotated[float, As.DURATION]
Share = Annotated[float, As.SHARE]
InTen = Annotated[int, As.IN_TEN]
Bearing = Annotated[float, As.BEARING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A value that is said by a template of its own.

    The key of its template is its class name in small letters, and after a dot the `variant`. Where a class
    names a field in `by`, that field's words are its variants.
    """

    variants: ClassVar[tuple[str, ...]] = ("",)
    by: ClassVar[str] = ""

    @classmethod
    def key(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def variant(self) -> str:
        """Which template says it."""
        return str(getattr(self, self.by)) if self.by else ""

    @classmethod
    def heard(cls, variant: str, fields: Mapping[str, Any]) -> Self:  # noqa: ARG003 for those who override it
        """The value that the template of `variant` with these fields means; `fields` has the one of `by` too."""
        return cls(**fields)


# ------------------------------------------------------------------- words


class What(StrEnum):
    """Kind, zone and medium in one, because adjectives agree with their nouns."""

    OPERATION = "operation"
    OPERATION_AIR = "operation_air"
    OPERATION_GROUND = "operation_ground"
    OPERATION_WATER = "operation_water"
    MOVEMENT = "movement"
    MOVEMENT_AIR = "movement_air"
    MOVEMENT_GROUND = "movement_ground"
    MOVEMENT_WATER = "movement_water"
    SITE = "site"
    NO_ENTRY = "no_entry"
    NO_FIRE = "no_fire"
    RESTRICTED_AIRSPACE = "restricted_airspace"
    QUIET_WINDOW = "quiet_window"
    LINE = "line"
    NEGATIVE = "negative"
    UNSTATED = "unstated"  # disclosed below that detail


class Severity(StrEnum):
    INFORMATION = "information"
    CAUTION = "caution"
    WARNING = "warning"
    EMERGENCY = "emergency"

    @classmethod
    def of(cls, word: str) -> Severity:
        """A theatre's own word that is none of these counts as a warning."""
        return cls(word) if word in set(cls) else cls.WARNING


class Promise(StrEnum):
    STOP = "stop"
    HOLD = "hold"
    TURN_BACK = "turn_back"
    STAY_OUT = "stay_out"
    TELL = "tell"  # pass it to the unit
    OTHER = "other"


class Mark(StrEnum):
    """Marks that survive into every message (DESIGN.md section 5)."""

    EXERCISE = "exercise"
    HYPOTHETICAL = "hypothetical"
    STALE = "stale"
    REPORTED = "reported"
    RUMOURED = "rumoured"


_MEDIA: Final = {
    (Kind.OPERATION, Medium.AIR): What.OPERATION_AIR,
    (Kind.OPERATION, Medium.GROUND): What.OPERATION_GROUND,
    (Kind.OPERATION, Medium.WATER): What.OPERATION_WATER,
    (Kind.OPERATION, Medium.UNSTATED): What.OPERATION,
    (Kind.MOVEMENT, Medium.AIR): What.MOVEMENT_AIR,
    (Kind.MOVEMENT, Medium.GROUND): What.MOVEMENT_GROUND,
    (Kind.MOVEMENT, Medium.WATER): What.MOVEMENT_WATER,
    (Kind.MOVEMENT, Medium.UNSTATED): What.MOVEMENT,
}
_ZONES: Final = {
    Zone.NO_ENTRY: What.NO_ENTRY,
    Zone.NO_FIRE: What.NO_FIRE,
    Zone.RESTRICTED_AIRSPACE: What.RESTRICTED_AIRSPACE,
    Zone.QUIET_WINDOW: What.QUIET_WINDOW,
}
_OTHERS: Final = {Kind.STATIC_SITE: What.SITE, Kind.LINE: What.LINE, Kind.NEGATIVE: What.NEGATIVE}


def what(declaration: Declaration) -> What:
    """What is declared, as one word of the catalogues."""
    if declaration.zone is not None:
        return _ZONES[declaration.zone]
    return _OTHERS.get(declaration.kind) or _MEDIA[declaration.kind, declaration.medium]


# ----------------------------------------------------------------- phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(Phrase):
    """What a person wrote, in the language it was written in; never translated. `language` is a tag, "" if unknown."""

    variants: ClassVar[tuple[str, ...]] = ("tagged", "untagged")

    text: Name
    language: Annotated[str, As.LANGUAGE] = ""

    @property
    @override
    def variant(self) -> str:
        return "tagged" if self.language else "untagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who(Phrase):
    """Whose, what, and its title as its owner wrote it."""

    party: Name
    what: What
    title: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Phrase):
    """When: from `first` to `last`, either of them open; equal for a moment."""

    variants: ClassVar[tuple[str, ...]] = ("between", "moment", "since", "until", "always")

    first: Instant | None = None
    last: Instant | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise ValueRefused("time-inverted", f"The period ends ({self.last}) before it begins ({self.first}).")

    @property
    @override
    def variant(self) -> str:
        if self.first is None:
            return "always" if self.last is None else "until"
        if self.last is None:
            return "since"
        # As it is said, to the second.
        return "moment" if int(self.first.epoch_s) == int(self.last.epoch_s) else "between"

    @classmethod
    @override
    def heard(cls, variant: str, fields: Mapping[str, Any]) -> Self:
        return cls(first=fields["first"], last=fields["first"]) if variant == "moment" else cls(**fields)


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place by its id, and its names: the Latin one, and that of each script it is known in (R5)."""

    name: str
    id: str = ""
    arabic: str = ""
    cyrillic: str = ""

    def in_script(self, script: str) -> str:
        """Its name in the script, "" where none is known."""
        return {"arabic": self.arabic, "cyrillic": self.cyrillic}.get(script, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FromPlace(Phrase):
    """How far, and in which direction, a position lies from a place."""

    variants: ClassVar[tuple[str, ...]] = ("off", "at")

    place: Annotated[PlaceName, As.PLACE]
    distance_m: Distance = 0.0
    bearing_deg: Bearing = 0.0

    @property
    @override
    def variant(self) -> str:
        return "at" if self.distance_m < _AT_M else "off"


_AT_M: Final = 100.0  # nearer than this a direction is noise; as in places.describe


class OnBank(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    LEFT_SIDE = "left_side"  # too far from the channel to be called a bank
    RIGHT_SIDE = "right_side"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRiver(Phrase):
    """On which bank of which river, `channel_m` from its channel where that is said."""

    variants: ClassVar[tuple[str, ...]] = tuple(OnBank)
    by: ClassVar[str] = "bank"

    bank: OnBank
    river: Annotated[str, As.RIVER]
    channel_m: Distance = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality(Phrase):
    """The independent reference of a position (R4): town, nearest settlement, bank."""

    variants: ClassVar[tuple[str, ...]] = ("known", "unknown")

    town: FromPlace | None = None
    near: FromPlace | None = None
    river: ByRiver | None = None

    def __post_init__(self) -> None:
        if self.near is not None and self.town is None:
            raise ValueRefused("locality-town", "A nearest settlement is said beside a town, or instead of it.")

    @property
    @override
    def variant(self) -> str:
        return "known" if self.town else "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Height(Phrase):
    """Metres above a datum (R27)."""

    metres: Annotated[float, As.HEIGHT]
    datum: Datum


@dataclass(frozen=True, slots=True, kw_only=True)
class Heights(Phrase):
    """Between which heights; an absent limit is open."""

    variants: ClassVar[tuple[str, ...]] = ("between", "above", "below", "all")

    lower: Height | None = None
    upper: Height | None = None

    @property
    @override
    def variant(self) -> str:
        if self.lower is None:
            return "all" if self.upper is None else "below"
        return "above" if self.upper is None else "between"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure(Phrase):
    """How sure a finding is; `untold`: possible for want of data."""

    variants: ClassVar[tuple[str, ...]] = ("certain", "likely", "possible", "untold")
    by: ClassVar[str] = "how"

    how: str
    in_ten: InTen = 10

    @classmethod
    def of(cls, certainty: Certainty, share: float, *, can_tell: bool) -> Sure:
        """From a finding's numbers: the share in tenths, `fewer than 1` below 0.05, `more than 9` from 0.95."""
        if not can_tell:
            return cls(how="untold")
        if certainty is Certainty.CERTAIN:
            return cls(how="certain")
        tenths = 0 if share < 0.05 else 10 if share >= 0.95 else max(1, round(share * 10))
        return cls(how=certainty.value, in_ten=tenths)


class Meets(StrEnum):
    APPROACH = "approach"
    OVERLAP = "overlap"
    CONTRADICT = "contradict"
    WRONG_SIDE = "wrong_side"
    CROSS = "cross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting(Phrase):
    """The sentence: who will or may come how close to whom, when, where, and how sure that is."""

    variants: ClassVar[tuple[str, ...]] = tuple(f"{meets}.{sure}" for meets in Meets for sure in ("will", "may"))

    meets: Meets
    will: bool  # else may
    who: Who
    whom: Who
    distance_m: Distance | None = None  # of an approach
    vertical_m: Distance | None = None
    side: FreeText | None = None  # of a line, by the name that its notifier gave it
    status: LineStatus | None = None  # of a line
    period: Period
    where: Locality | None = None
    sure: Sure

    def __post_init__(self) -> None:
        if (self.meets is Meets.APPROACH) != (self.distance_m is not None):
            raise ValueRefused("meeting-distance", "An approach, and nothing else, has a distance.")
        if (self.meets is Meets.WRONG_SIDE) != (self.side is not None):
            raise ValueRefused("meeting-side", "Being on the wrong side, and nothing else, names the side.")

    @property
    @override
    def variant(self) -> str:
        return f"{self.meets}.{'will' if self.will else 'may'}"

    @classmethod
    @override
    def heard(cls, variant: str, fields: Mapping[str, Any]) -> Self:
        meets, _, sure = variant.partition(".")
        return cls(meets=Meets(meets), will=sure == "will", **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart(Phrase):
    """What keeps two declarations apart under a rule: any one of the distances that are said."""

    variants: ClassVar[tuple[str, ...]] = ("apart", "no_overlap")

    horizontal_m: Distance = 0.0
    any_height: bool = False  # height is no separation
    vertical_m: Distance | None = None
    time_s: Duration | None = None

    @property
    @override
    def variant(self) -> str:
        return "apart" if self.horizontal_m else "no_overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsks(Phrase):
    """The rule of a finding, in one sentence."""

    variants: ClassVar[tuple[str, ...]] = ("keep", "conditions", "binds", "neutral")
    by: ClassVar[str] = "how"

    how: str
    rule: Id = ""
    apart: Apart | None = None
    conditions: FreeText | None = None
    side: FreeText | None = None  # to which a line binds the party

    def __post_init__(self) -> None:
        if (self.how in ("keep", "conditions")) != (self.apart is not None) or (self.how == "binds") != bool(self.side):
            raise ValueRefused("rule-asks", "A margin is asked by a rule, a side by a line.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Phrase):
    """One change to one declaration, as it was checked."""

    variants: ClassVar[tuple[str, ...]] = ("later", "earlier", "higher", "lower", "aside", "trim", "other")
    by: ClassVar[str] = "how"

    how: str
    time_s: Annotated[float, As.EXACT_DURATION] | None = None
    metres: Annotated[float, As.HEIGHT] | None = None
    bearing_deg: Annotated[float, As.DEGREES] | None = None
    share: Share | None = None
    text: FreeText | None = None
