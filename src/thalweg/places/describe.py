"""A position in words that do not repeat its coordinates: the independent reference that R4 asks for.

"7.2 km ESE of Deir ez-Zor, left bank of the Euphrates". The fields carry the facts; only `english`
puts them into words, so that another language is another function and not another description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from thalweg.places import ground
from thalweg.places.around import Found, Neighbourhood, river_side
from thalweg.places.banks import Bank, RiverSide
from thalweg.places.gazetteer import Gazetteer, Place, packaged

_AT_M = 100.0  # nearer than this a direction is noise
_BESIDE_RIVER_M = 10_000.0  # up to here people say "on the bank"; beyond, "on the side of"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a position lies as seen from a place: metres, degrees, and one of sixteen compass points."""

    place: Place
    distance_m: float
    bearing_deg: float
    compass: str


@dataclass(frozen=True, slots=True)
class Description:
    """What lies around a position (WGS84 degrees).

    `town` is the nearest place above 5 000 people, `settlement` the nearest of any size, or None where
    that is the town itself. `river` is None where no carried river is within `banks.RANGE_M`.
    """

    lon: float
    lat: float
    town: Reference | None
    settlement: Reference | None
    river: RiverSide | None

    @property
    def text(self) -> str:
        """The description in English."""
        return english(self)


def describe(lon: float, lat: float, *, uncertainty_m: float = 0.0, gazetteer: Gazetteer | None = None) -> Description:
    """Describe a position. `uncertainty_m`, its own, widens the band in which the bank is uncertain."""
    return describe_all([(lon, lat)], uncertainty_m=uncertainty_m, gazetteer=gazetteer)[0]


def describe_all(
    positions: Sequence[tuple[float, float]],
    *,
    uncertainty_m: float = 0.0,
    gazetteer: Gazetteer | None = None,
) -> list[Description]:
    """Describe many positions (longitude, latitude) at once, in their order."""
    source = gazetteer or packaged()
    neighbourhood = _neighbourhood(source)
    return [_described(lon, lat, neighbourhood, source, uncertainty_m) for lon, lat in positions]


def _described(
    lon: float, lat: float, neighbourhood: Neighbourhood, source: Gazetteer, uncertainty_m: float
) -> Description:
    town, settlement = neighbourhood.nearest(lon, lat)
    if town is not None and settlement is not None and settlement[0] == town[0]:
        settlement = None
    return Description(
        lon, lat, _reference(source, town), _reference(source, settlement), river_side(lon, lat, uncertainty_m)
    )


@lru_cache(maxsize=4)
def _neighbourhood(source: Gazetteer) -> Neighbourhood:
    return Neighbourhood(source)


def _reference(source: Gazetteer, found: Found | None) -> Reference | None:
    if found is None:
        return None
    number, distance_m, bearing_deg = found
    return Reference(source.place(number), distance_m, bearing_deg, ground.compass(bearing_deg))


def english(description: Description) -> str:
    """One phrase: town, nearest settlement in brackets, bank."""
    head = description.town or description.settlement
    parts = [english_reference(head) if head else "no known place near"]
    if description.town and description.settlement:
        parts[0] += f" ({english_reference(description.settlement)})"
    if description.river:
        parts.append(english_river(description.river))
    return ", ".join(parts)


def english_reference(reference: Reference) -> str:
    """ "7.2 km ESE of Deir ez-Zor", or "at Deir ez-Zor" within 100 m."""
    if reference.distance_m < _AT_M:
        return f"at {reference.place.name}"
    return f"{kilometres(reference.distance_m)} {reference.compass} of {reference.place.name}"


def english_river(side: RiverSide) -> str:
    """The bank, or that it is uncertain and why."""
    channel = f"{kilometres(side.distance_m)} from the channel"
    if side.lake:
        return f"within {side.lake}, bank of the {side.river} uncertain"
    if side.bank is Bank.UNCERTAIN:
        return f"bank of the {side.river} uncertain: {channel}"
    if side.distance_m <= _BESIDE_RIVER_M:
        return f"{side.bank} bank of the {side.river}"
    return f"on the {side.bank}-bank side of the {side.river}, {channel}"


def kilometres(metres: float) -> str:
    """A distance as people say it: one decimal below 10 km, none above."""
    if metres < 50:
        return "less than 0.1 km"
    if metres < 9950:
        return f"{metres / 1000:.1f} km"
    return f"{metres / 1000:,.0f} km".replace(",", " ")
