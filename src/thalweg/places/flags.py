"""What a careful reader would ask about a position. Flags, never repairs (R3).

Every check is a pure function of what it is told and returns a `Flag` or None; `check_position` runs
those that the caller has evidence for. A flag names the other reading where there is one, and leaves
the position as it was entered. docs/reference/places.md lists the codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from thalweg.model.notes import Flag
from thalweg.places import banks, grids, ground, names
from thalweg.places.areas import Area
from thalweg.places.banks import Bank, River
from thalweg.places.coordinates import Assumed, Form, Written
from thalweg.places.describe import english_river, kilometres
from thalweg.places.gazetteer import Lookup, Place, reach_m

FAR_M = 10_000.0  # a thing named after a place may lie this far from it without a question
_KEPT = "Kept as entered."


@dataclass(frozen=True, slots=True)
class StatedBank:
    """What somebody wrote about a bank: a side, or a point of the compass, and perhaps a river."""

    text: str
    side: Bank | None
    compass: str  # "" or one of N, NE, E, SE, S, SW, W, NW
    river: River | None


def check_position(
    lon: float,
    lat: float,
    *,
    where: str = "",
    written: Written | None = None,
    area: Area | None = None,
    named: Lookup | None = None,
    stated_bank: StatedBank | None = None,
    uncertainty_m: float = 0.0,
    claimed_m: float | None = None,
) -> tuple[Flag, ...]:
    """Every flag that a position in degrees earns, given what else is known about it.

    `where` is the field or vertex, for the flag. `named` is the look-up of the place that the text names,
    `stated_bank` what it says about a bank (`read_bank`), `uncertainty_m` the position's own, `claimed_m`
    the uncertainty or size that its author claims for it.
    """
    claimed = uncertainty_m if claimed_m is None else claimed_m
    other = other_reading(lon, lat, area=area, named=named, where=where)
    found = [
        null_island(lon, lat, where=where),
        same_twice(lon, lat, where=where),
        other,
        outside_area(lon, lat, area, where=where) if area and not (other and "area" in other.fields) else None,
        far_from_place(lon, lat, named, uncertainty_m=uncertainty_m, where=where) if named else None,
        ambiguous_place(lon, lat, named, where=where) if named else None,
        wrong_bank(lon, lat, stated_bank, uncertainty_m=uncertainty_m, where=where) if stated_bank else None,
        other_square(written, named, where=where) if written and named else None,
        coarse(written, claimed, where=where) if written and claimed > 0 else None,
    ]
    return (*(flag for flag in found if flag), *(assumptions(written, where=where) if written else ()))


def null_island(lon: float, lat: float, *, where: str = "") -> Flag | None:
    """`position-zero`: 0,0 or within about a kilometre of it, where an empty field ends up."""
    if max(abs(lon), abs(lat)) > 0.01:
        return None
    return Flag(
        "position-zero",
        f"The position is 0, 0, in the Gulf of Guinea, where empty fields end up. {_KEPT} Is it meant?",
        where,
        _at(lon, lat),
    )


def same_twice(lon: float, lat: float, *, where: str = "") -> Flag | None:
    """`position-duplicate`: one number stands for both axes."""
    if lon != lat or lon == 0:
        return None
    return Flag(
        "position-duplicate",
        f"Latitude and longitude are both {lat:g}: one may have been copied into the other. {_KEPT}",
        where,
        _at(lon, lat),
    )


_OTHER_READINGS: tuple[tuple[str, str, Callable[[float, float], tuple[float, float]]], ...] = (
    ("position-swapped", "with latitude and longitude exchanged", lambda lon, lat: (lat, lon)),
    ("position-sign", "with the other sign of longitude", lambda lon, lat: (-lon, lat)),
    ("position-sign", "with the other sign of latitude", lambda lon, lat: (lon, -lat)),
    ("position-sign", "with both signs changed", lambda lon, lat: (-lon, -lat)),
    ("position-swapped", "exchanged, with the other sign of longitude", lambda lon, lat: (-lat, lon)),
    ("position-swapped", "exchanged, with the other sign of latitude", lambda lon, lat: (lat, -lon)),
)


def other_reading(
    lon: float, lat: float, *, area: Area | None = None, named: Lookup | None = None, where: str = ""
) -> Flag | None:
    """`position-swapped` or `position-sign`: another reading fits the area or the place and this does not.

    The named place, where there is one, is the better witness: it alone is asked. Without either there
    is no evidence, and no flag.
    """
    places = _spots(named)
    reaches = [reach_m(place) + FAR_M for place in places]

    def fits(x: float, y: float) -> str:
        if places:
            near = np.flatnonzero(_distances_m(places, x, y) <= reaches)
            return f"near {places[int(near[0])].name}" if len(near) else ""
        return "in the theatre's area" if area and area.holds(x, y) else ""

    if not (places or area) or fits(lon, lat):
        return None
    for code, change, turn in _OTHER_READINGS:
        x, y = turn(lon, lat)
        if abs(y) > 90 or (x, y) == (lon, lat):
            continue
        if witness := fits(x, y):
            return Flag(
                code,
                f"{lat:.5f}, {lon:.5f} is not {witness}; {change} it would be "
                f"({y:.5f}, {x:.5f}). {_KEPT} Ask which is meant.",
                where,
                _at(lon, lat)
                | {"other_latitude": f"{y:.6f}", "other_longitude": f"{x:.6f}", "change": change}
                | ({"place": places[0].id} if places else {"area": "theatre"}),
            )
    return None


def outside_area(lon: float, lat: float, area: Area, *, where: str = "") -> Flag | None:
    """`position-outside`: not in the theatre's area."""
    if area.holds(lon, lat):
        return None
    return Flag(
        "position-outside",
        f"{lat:.5f}, {lon:.5f} lies outside the theatre's area. {_KEPT}",
        where,
        _at(lon, lat),
    )


def far_from_place(
    lon: float,
    lat: float,
    named: Lookup,
    *,
    uncertainty_m: float = 0.0,
    far_m: float = FAR_M,
    where: str = "",
) -> Flag | None:
    """`place-far`: no place of that name is within `far_m` of the position, with both uncertainties."""
    places = _spots(named) or [c.place for c in named.areas]
    if not places:
        return None
    measured = _by_distance(places, lon, lat)
    if any(metres <= far_m + uncertainty_m + reach_m(place) for metres, place in measured):
        return None
    metres, place = measured[0]
    of_several = f", the nearest of {len(places)} with that name" if len(places) > 1 else ""
    return Flag(
        "place-far",
        f"The position is {kilometres(metres)} from {place.name}{of_several}, which the text names. "
        f"{_KEPT} Check the place and the position.",
        where,
        _at(lon, lat) | {"place": place.id, "named": named.text, "distance_m": f"{metres:.0f}"},
    )


def ambiguous_place(lon: float, lat: float, named: Lookup, *, where: str = "") -> Flag | None:
    """`place-ambiguous`: several places bear the name; says how far each is, and on which bank (R5)."""
    if not named.ambiguous:
        return None
    measured = _by_distance([c.place for c in named.candidates], lon, lat)
    told = [f"{place.name}, {kilometres(metres)} away{_bank_words(place)}" for metres, place in measured[:4]]
    more = f" and {len(measured) - 4} more" if len(measured) > 4 else ""
    return Flag(
        "place-ambiguous",
        f"“{named.text}” is the name of {len(measured)} places: {'; '.join(told)}{more}. "
        "None was picked: ask which is meant.",
        where,
        _at(lon, lat)
        | {"named": named.text, "candidates": " ".join(place.id for _, place in measured)}
        | {"distances_m": " ".join(f"{metres:.0f}" for metres, _ in measured)},
    )


def unknown_place(named: Lookup, *, where: str = "") -> Flag | None:
    """`place-unknown`: the gazetteer does not know the name, so nothing could be compared with it."""
    if named.candidates or named.areas or named.elsewhere:
        return None
    close = named.suggestions or tuple(dict.fromkeys(c.place.name for c in named.similar[:4]))
    hint = f" Did they mean {', '.join(close)}?" if close else ""
    return Flag(
        "place-unknown",
        f"“{named.text}” is not in the gazetteer, and was not read as any other.{hint}",
        where,
        {"named": named.text, "suggestions": "|".join(close)},
    )


def wrong_bank(
    lon: float, lat: float, stated: StatedBank, *, uncertainty_m: float = 0.0, where: str = ""
) -> Flag | None:
    """`bank-contradicted` or `bank-uncertain`: what the text says of the bank, against the carried river."""
    at = banks.river_side(lon, lat, uncertainty_m=uncertainty_m, river=stated.river)
    if at is None:
        return None
    agrees = _agrees(stated, at.side, at.compass)
    facts = _at(lon, lat) | {
        "stated": stated.text,
        "river": at.river,
        "bank": at.bank.value,
        "side": at.side.value,
        "distance_m": f"{at.distance_m:.0f}",
        "uncertainty_m": f"{at.uncertainty_m:.0f}",
    }
    if agrees and at.bank is not Bank.UNCERTAIN:
        return None
    if at.bank is Bank.UNCERTAIN or agrees is None:
        return Flag(
            "bank-uncertain",
            f"The text says “{stated.text}”; that cannot be confirmed ({english_river(at)}; the bank on "
            f"that side faces {at.compass}). {_KEPT}",
            where,
            facts,
        )
    return Flag(
        "bank-contradicted",
        f"The text says “{stated.text}”, but the position is on the {at.side} ({at.compass}) bank of the "
        f"{at.river}, {kilometres(at.distance_m)} from the channel. {_KEPT} Ask which is right.",
        where,
        facts,
    )


def other_square(written: Written, named: Lookup, *, where: str = "") -> Flag | None:
    """`mgrs-square`: the position is given in MGRS, in another 100 km square than the place it names."""
    places = _spots(named)
    if written.form is not Form.MGRS or not places:
        return None
    ours = grids.to_mgrs(written.lon, written.lat, 0)
    theirs = {grids.to_mgrs(p.lon, p.lat, 0) for p in places}
    nearest_m, nearest = _by_distance(places, written.lon, written.lat)[0]
    near = nearest_m <= reach_m(nearest) + FAR_M + written.precision_m
    if ours in theirs or near:
        return None
    squares = " or ".join(sorted(theirs)[:3])
    return Flag(
        "mgrs-square",
        f"{written.text} lies in square {ours}; {named.text} lies in {squares}. {_KEPT} "
        "A wrong letter moves a position by a hundred kilometres or more.",
        where,
        _at(written.lon, written.lat) | {"square": ours, "expected": " ".join(sorted(theirs))},
    )


def coarse(written: Written, claimed_m: float, *, where: str = "") -> Flag | None:
    """`precision-coarse`: the digits written cannot carry the accuracy or size that is claimed."""
    rounding = written.precision_m * (0.7072 if written.form is Form.MGRS else 0.5)
    if rounding <= claimed_m:
        return None
    return Flag(
        "precision-coarse",
        f"“{written.text}” is written to {written.precision_m:.0f} m, which cannot carry the "
        f"{claimed_m:.0f} m that are claimed. {_KEPT} Ask for more digits.",
        where,
        {"precision_m": f"{written.precision_m:.1f}", "claimed_m": f"{claimed_m:.1f}"},
    )


_ASSUMED = {
    Assumed.AXIS_ORDER: ("axis-order-assumed", "Two numbers without letters were read as {order}."),
    Assumed.UTM_BAND: (
        "utm-band-assumed",
        "The S of the zone was read as latitude band S (32 to 40 north), not as the southern hemisphere.",
    ),
    Assumed.GRID_BAND: ("grid-band", "The position lies outside the latitude band whose letter it carries."),
    Assumed.GRID_ZONE: ("grid-zone", "The position lies outside the meridians of its grid zone."),
    Assumed.LONGITUDE_TURN: ("longitude-turn", "A longitude above 180 was read as counted east all the way."),
}


def assumptions(written: Written, *, where: str = "") -> tuple[Flag, ...]:
    """One flag for each choice that the text did not settle (`Written.assumed`)."""
    return tuple(
        Flag(
            _ASSUMED[choice][0],
            _ASSUMED[choice][1].format(order=written.axis_order.value.replace(" ", ", then ")),
            where,
            {"text": written.text} | _at(written.lon, written.lat),
        )
        for choice in written.assumed
    )


# --- banks as people write them --------------------------------------------------------------------------

_SIDE_WORDS = {
    Bank.LEFT: ("left", "اليسرى", "الأيسر", "левый", "левого", "левом", "лев", "gauche", "sol"),
    Bank.RIGHT: ("right", "اليمنى", "الأيمن", "правый", "правого", "правом", "прав", "droite", "sağ"),
}
_COMPASS_WORDS = (
    ("NE", r"north-?\s?east(?:ern)?|\bne\b|الشمالية الشرقية|северо-восточн\w*"),
    ("NW", r"north-?\s?west(?:ern)?|\bnw\b|الشمالية الغربية|северо-западн\w*"),
    ("SE", r"south-?\s?east(?:ern)?|\bse\b|الجنوبية الشرقية|юго-восточн\w*"),
    ("SW", r"south-?\s?west(?:ern)?|\bsw\b|الجنوبية الغربية|юго-западн\w*"),
    ("N", r"\bnorth(?:ern)?\b|الشمالية|северн\w*"),
    ("S", r"\bsouth(?:ern)?\b|الجنوبية|южн\w*"),
    ("E", r"\beast(?:ern)?\b|الشرقية|шرق|восточн\w*"),
    ("W", r"\bwest(?:ern)?\b|الغربية|западн\w*"),
)
_BANK_WORDS = re.compile(
    r"\b(?:bank|side|shore)\b|\b(?:east|west|north|south)(?:ern)? of\b|^\s*(?:left|right)\s*$"
    r"|ضفة|الضفة|берег\w*|сторон\w*|\brive\b|\byaka\b",
    re.IGNORECASE,
)


def read_bank(text: str) -> StatedBank | None:
    """What a text says about a bank: "left bank of the Euphrates", "eastern side", "الضفة اليسرى".

    None where it does not speak of one. A river that is not carried leaves `river` None only where no
    river is named at all; a bank of a river that the package does not carry is not compared, and None too.
    """
    if not _BANK_WORDS.search(text):
        return None
    words = set(re.findall(r"\w+", text.casefold()))
    side = next((bank for bank, known in _SIDE_WORDS.items() if words & set(known)), None)
    point = next((p for p, pattern in _COMPASS_WORDS if re.search(pattern, text, re.IGNORECASE)), "")
    if side is None and not point:
        return None
    river = _river_in(text)
    if river is None and re.search(r"\b(?:bank|side|shore) of (?:the )?[A-Z]", text):
        return None
    return StatedBank(text, side, "" if side else point, river)


def _river_in(text: str) -> River | None:
    folded = names.fold(text)
    for river in banks.rivers():
        if any(names.fold(alias) in folded for alias in (river.name, *river.aliases)):
            return river
    return None


def _agrees(stated: StatedBank, side: Bank, compass: str) -> bool | None:
    """Whether the stated bank is this side; None where a compass word says neither yes nor no."""
    if stated.side is not None:
        return stated.side is side
    points = ground.COMPASS[::2]
    apart = abs(points.index(stated.compass) - points.index(compass)) * 45
    apart = min(apart, 360 - apart)
    return None if apart == 90 else apart < 90


def _spots(named: Lookup | None) -> list[Place]:
    """The places that a name may mean as a position: the strictest group of the look-up that is not empty.

    Even those that are only spelt alike are witnesses against a position far from all of them.
    """
    if named is None:
        return []
    groups = (named.candidates, named.elsewhere, () if named.areas else named.similar)
    return next(([c.place for c in group] for group in groups if group), [])


def _distances_m(places: Sequence[Place], lon: float, lat: float) -> NDArray[np.float64]:
    return ground.inverse([p.lon for p in places], [p.lat for p in places], lon, lat)[0]


def _by_distance(places: Sequence[Place], lon: float, lat: float) -> list[tuple[float, Place]]:
    measured = zip(_distances_m(places, lon, lat).tolist(), places, strict=True)
    return sorted(measured, key=lambda m: (m[0], m[1].id))


@lru_cache(maxsize=1024)
def _bank_words(place: Place) -> str:
    side = banks.river_side(place.lon, place.lat)
    if side is None:
        return ""
    if side.bank is Bank.UNCERTAIN and place.stated_bank:
        return f", {place.stated_bank} bank of the {side.river} by its source"
    return f", {english_river(side)}"


def _at(lon: float, lat: float) -> dict[str, str]:
    return {"latitude": f"{lat:.6f}", "longitude": f"{lon:.6f}"}
