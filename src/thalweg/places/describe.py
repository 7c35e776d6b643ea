"""A position in words that do not repeat its coordinates: the independent reference that R4 asks for.

"7.2 km ESE of Deir ez-Zor, left bank of the Euphrates". The fields carry the facts; only `english`
puts them into words, so that another language is another function and not another description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from thalweg.places import ground
from thalweg.places.around import Found, Neighbourhood, river_beside, river_side
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


def texts(positions: Sequence[tuple[float, float]], *, gazetteer: Gazetteer | None = None) -> list[str]:
    """The text of each of many positions (longitude, latitude), in their order: of `describe_all`, for whoever wants
    nothing else of it."""
    source = gazetteer or packaged()
    neighbourhood = _neighbourhood(source)
    return [_text(lon, lat, neighbourhood, source) for lon, lat in positions]


def _text(lon: float, lat: float, neighbourhood: Neighbourhood, source: Gazetteer) -> str:
    town, settlement = _apart(*neighbourhood.nearest(lon, lat))
    river = river_beside(lon, lat)
    return _phrase(
        "" if town is None else _from_place(source, town),
        "" if settlement is None else _from_place(source, settlement),
        "" if river is None else _beside(*river[:4]),
    )


def _from_place(source: Gazetteer, found: Found) -> str:
    number, distance_m, bearing_deg = found
    return _seen_from(source.place(number).name, distance_m, ground.compass(bearing_deg))


def _apart(town: Found | None, settlement: Found | None) -> tuple[Found | None, Found | None]:
    """The settlement, where it is not the town itself."""
    if town is not None and settlement is not None and settlement[0] == town[0]:
        settlement = None
    return town, settlement


def _described(
    lon: float, lat: float, neighbourhood: Neighbourhood, source: Gazetteer, uncertainty_m: float
) -> Description:
    town, settlement = _apart(*neighbourhood.nearest(lon, lat))
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
    town, settlement, river = description.town, description.settlement, description.river
    return _phrase(
        english_reference(town) if town else "",
        english_reference(settlement) if settlement else "",
        english_river(river) if river else "",
    )


def _phrase(town: str, settlement: str, river: str) -> str:
    said = town or settlement or "no known place near"
    if town and settlement:
        said += f" ({settlement})"
    return f"{said}, {river}" if river else said


def english_reference(reference: Reference) -> str:
    """ "7.2 km ESE of Deir ez-Zor", or "at Deir ez-Zor" within 100 m."""
    return _seen_from(reference.place.name, reference.distance_m, reference.compass)


def _seen_from(name: str, distance_m: float, compass: str) -> str:
    return f"at {name}" if distance_m < _AT_M else f"{kilometres(distance_m)} {compass} of {name}"


def english_river(side: RiverSide) -> str:
    """The bank, or that it is uncertain and why."""
    return _beside(side.river, side.bank, side.distance_m, side.lake)


def _beside(river: str, bank: Bank, distance_m: float, lake: str) -> str:
    if lake:
        return f"within {lake}, bank of the {river} uncertain"
    if bank is Bank.UNCERTAIN:
        return f"bank of the {river} uncertain: {kilometres(distance_m)} from the channel"
    if distance_m <= _BESIDE_RIVER_M:
        return f"{bank} bank of the {river}"
    return f"on the {bank}-bank side of the {river}, {kilometres(distance_m)} from the channel"


def kilometres(metres: float) -> str:
    """A distance as people say it: one decimal below 10 km, none above."""
    if metres < 50:
        return "less than 0.1 km"
    if metres < 9950:
        return f"{metres / 1000:.1f} km"
    return f"{metres / 1000:,.0f} km".replace(",", " ")
