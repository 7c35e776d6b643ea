"""What a page gives the map to say where something is: towns with their names in the reader's script, what rivers are
called in the reader's language, and how a distance from a place is said. So the pointer's place needs no request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np

from thalweg.places import basemap
from thalweg.places.gazetteer import KIND_CODES, Kind, PackagedShelf, packaged
from thalweg.places.ground import COMPASS
from thalweg.reports.lettering import Lettering
from thalweg.reports.messages.catalogue import catalogue
from thalweg.reports.messages.places import place_name

_MOST: Final = 300
_MANY: Final = 4000
_STEP_DEG: Final = 0.5  # bounds are taken to these, so that pages share what is found
_CELL_DEG: Final = 0.1  # of the smaller settlements one in each, unless a town is there


def landmarks(bounds: Sequence[float], language: str) -> dict[str, Any]:
    """For the map's island. `bounds`: west, south, east, north in degrees; `language` one of the catalogue's."""
    west, south, east, north = bounds
    box = (
        math.floor(west / _STEP_DEG) * _STEP_DEG,
        math.floor(south / _STEP_DEG) * _STEP_DEG,
        math.ceil(east / _STEP_DEG) * _STEP_DEG,
        math.ceil(north / _STEP_DEG) * _STEP_DEG,
    )
    return {"towns": _towns(box, language), "names": _names(language), "from": _from(language)}


@cache
def _shelf() -> PackagedShelf:
    return PackagedShelf()


@lru_cache(maxsize=64)
def _towns(box: tuple[float, float, float, float], language: str) -> tuple[tuple[str, float, float], ...]:
    """Name, longitude, latitude; the most populous first."""
    west, south, east, north = box
    shelf, words = _shelf(), Lettering((language,))
    lon, lat, kind = shelf.lon, shelf.lat, shelf.kind
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    numbers = np.flatnonzero(inside & np.isin(kind, [KIND_CODES.index(each) for each in (Kind.TOWN, Kind.SETTLEMENT)]))
    if len(numbers) > _MANY:  # a country and more: its towns are enough to read
        numbers = np.flatnonzero(inside & (kind == KIND_CODES.index(Kind.TOWN)))
    places = packaged()  # the same numbers: it has this shelf alone, and its labels are read already
    found = [places.place(int(number)) for number in numbers]
    found.sort(key=lambda place: (place.kind is not Kind.TOWN, -place.population, place.id))
    kept: dict[tuple[float, float] | str, tuple[str, float, float]] = {}
    for place in found:
        cell = (place.lon // _CELL_DEG, place.lat // _CELL_DEG)
        if place.kind is Kind.TOWN or cell not in kept:
            row = (words.town(place_name(place)), round(place.lon, 3), round(place.lat, 3))
            kept[cell if cell not in kept else place.id] = row
        if len(kept) == _MOST:
            break
    return tuple(kept.values())


@lru_cache(maxsize=16)
def _names(language: str) -> dict[str, str]:
    """What the carried ground names, where the reader writes it otherwise: towns by their GeoNames number, rivers by
    the name that the source has."""
    words, places, script = Lettering((language,)), packaged(), catalogue(language).script
    said: dict[str, str] = {}
    for feature in basemap.layer("places_ne")["features"]:
        known = feature["properties"]
        number = int(known.get("geonameid") or 0)
        place = places.by_id(f"geonames:{number}") if number > 0 else None
        if place is not None and (name := place_name(place).in_script(script)):
            said[str(number)] = name
    for feature in basemap.layer("rivers_ne")["features"]:
        name = str(feature["properties"].get("name") or "")
        if name and (called := words.river(name)) != name:
            said[name] = called
    return said


@lru_cache(maxsize=16)
def _from(language: str) -> dict[str, Any]:
    """The templates of the messages, so that a page says a place as a notice does."""
    said = catalogue(language)
    return {
        "off": said.text("from_place.off"),
        "at": said.text("from_place.at"),
        "compass": [said.text(f"compass.{point}") for point in COMPASS],
    }
