"""The independent reference of a position (R4) as slots: distance, direction, place and bank."""

from __future__ import annotations

import unicodedata

from thalweg.places.banks import Bank, RiverSide
from thalweg.places.describe import Description, Reference
from thalweg.places.gazetteer import Place
from thalweg.reports.messages.slots import ByRiver, FromPlace, Locality, OnBank, PlaceName

_BESIDE_RIVER_M = 10_000.0  # up to here people say "on the bank", as in places.describe


def locality(description: Description) -> Locality:
    """What lies around a position."""
    town, near = description.town or description.settlement, description.settlement
    return Locality(
        town=_from_place(town) if town else None,
        near=_from_place(near) if near and description.town else None,
        river=_by_river(description.river) if description.river else None,
    )


def place_name(place: Place) -> PlaceName:
    """A place with the first of its names in each script; the gazetteer puts the usual one first."""
    return PlaceName(place.name, place.id, _first(place.aliases, "ARABIC"), _first(place.aliases, "CYRILLIC"))


def _from_place(reference: Reference) -> FromPlace:
    return FromPlace(
        place=place_name(reference.place), distance_m=reference.distance_m, bearing_deg=reference.bearing_deg
    )


def _by_river(side: RiverSide) -> ByRiver:
    return ByRiver(bank=_bank(side), river=side.river, channel_m=side.distance_m)


def _bank(side: RiverSide) -> OnBank:
    if side.bank is Bank.UNCERTAIN:
        return OnBank.UNCERTAIN
    beside = side.distance_m <= _BESIDE_RIVER_M
    if side.bank is Bank.LEFT:
        return OnBank.LEFT if beside else OnBank.LEFT_SIDE
    return OnBank.RIGHT if beside else OnBank.RIGHT_SIDE


def _first(names: tuple[str, ...], script: str) -> str:
    return next((name for name in names if all(_in_script(letter, script) for letter in name)), "")


def _in_script(letter: str, script: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith(script)
