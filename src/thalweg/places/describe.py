"""A position in words that do not repeat its coordinates: the independent reference that R4 asks for.

"7.2 km ESE of Deir ez-Zor, left bank of the Euphrates". The fields carry the facts; only `english`
puts them into words, so that another language is another function and not another description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thalweg.places import banks, ground
from thalweg.places.banks import Bank, RiverSide
from thalweg.places.gazetteer import Gazetteer, Nearest, Place, packaged

_FEW, _CLOSE_DEG = 200, 0.5
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
    if not positions:
        return []
    source = gazetteer or packaged()
    lons, lats = np.array(positions, float).T
    towns = source.nearest(lons, lats, towns_only=True)
    settlements = source.nearest(lons, lats)
    described = []
    rivers = _river_sides(lons, lats, uncertainty_m)
    for i, (lon, lat) in enumerate(positions):
        town, settlement = _reference(source, towns, i), _reference(source, settlements, i)
        if town and settlement and settlement.place.id == town.place.id:
            settlement = None
        described.append(Description(lon, lat, town, settlement, rivers[i]))
    return described


def _river_sides(lons: NDArray[np.float64], lats: NDArray[np.float64], uncertainty_m: float) -> list[RiverSide | None]:
    """Positions that lie close together are asked at once; others one by one, for each passes few rivers."""
    if len(lons) > 1 and len(lons) <= _FEW and np.ptp(lons) < _CLOSE_DEG and np.ptp(lats) < _CLOSE_DEG:
        return banks.river_sides(lons, lats, uncertainty_m=uncertainty_m)
    return [
        banks.river_side(lon, lat, uncertainty_m=uncertainty_m)
        for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)
    ]


def _reference(source: Gazetteer, nearest: Nearest, i: int) -> Reference | None:
    if nearest.number[i] < 0:
        return None
    bearing = float(nearest.bearing_deg[i])
    return Reference(
        source.place(int(nearest.number[i])), float(nearest.distance_m[i]), bearing, ground.compass(bearing)
    )


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
