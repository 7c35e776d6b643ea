"""Heights and lengths as people write them → metres, with the datum where there is one (R27)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from thalweg.drafts.texts import folded, number, plain
from thalweg.model.errors import InputError
from thalweg.model.measures import (
    METRES_PER_FOOT,
    METRES_PER_NAUTICAL_MILE,
    METRES_PER_STATUTE_MILE,
    Band,
    Datum,
)
from thalweg.model.notes import Flag

_UNITS = {
    folded(name): metres
    for names, metres in (
        ("m metre metres meter meters mètre mètres mtr м метр метра метров م متر", 1.0),
        ("km kilometre kilometres kilometer kilometers км كم كيلومتر", 1000.0),
        ("nm nmi naut nautical мм.мили миль м.миль", METRES_PER_NAUTICAL_MILE),
        ("ft foot feet pied pieds фут футов ' ′ قدم", METRES_PER_FOOT),
        ("mi mile miles ميل", METRES_PER_STATUTE_MILE),
    )
    for name in names.split()
} | {"nautical mile": METRES_PER_NAUTICAL_MILE, "nautical miles": METRES_PER_NAUTICAL_MILE}
# Read as metres, with the word taken for a datum, they would be another height.
_OTHER_UNITS = frozenset(
    map(
        folded,
        (
            *("fathom", "fathoms", "yard", "yards", "yd", "yds", "cm", "mm", "dm", "dam", "hm", "in", "inch", "inches"),
            *("kft", "hft", "hpa", "mb", "mbar", "сажень", "саженей", "аршин", "см", "ярд", "ярдов", "brasses", "سم"),
        ),
    )
)
_DATUMS = {
    folded(name): datum
    for names, datum in (
        (
            "AMSL|MSL|ASL|M.S.L.|masl|above sea level|above mean sea level|sea level|QNH|EGM96|geoid|"
            "absolute|orthometric|NMM|над уровнем моря|н.у.м.|niveau de la mer|au dessus du niveau de la mer|"
            "فوق مستوى سطح البحر|مستوى سطح البحر",
            Datum.EGM96,
        ),
        ("EGM2008|EGM08", Datum.EGM2008),
        ("WGS84|WGS 84|W84|HAE|ellipsoid|ellipsoidal|ellipsoidal height|эллипсоид|EPSG:4979", Datum.WGS84),
        (
            "AGL|SFC|GND|ground|above ground|above ground level|relative to ground|relativeToGround|"
            "surface|от земли|над землёй|над поверхностью|sol|au dessus du sol|ASFC|فوق سطح الارض|فوق الأرض",
            Datum.AGL,
        ),
        ("FL|STD|pressure|pressure altitude|flight level|1013|QNE|эшелон", Datum.FL),
        ("unknown|unspecified|other|?|неизвестно|inconnu|غير معروف", Datum.UNKNOWN),
    )
    for name in names.split("|")
}
_GROUND = frozenset(folded(w) for w in ("GND", "SFC", "ground", "surface", "земля", "sol", "الأرض"))
_OPEN = frozenset(
    folded(w) for w in ("UNL", "UNLTD", "unlimited", "open", "none", "illimité", "неограниченно", "غير محدود")
)
_FLIGHT_LEVEL = re.compile(r"(?:FL|F|эшелон)\s*(\d{1,3})", re.IGNORECASE)
_QUANTITY = re.compile(r"([+-]?[\d][\d.,\s]*(?:e[+-]?\d+)?)\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Height:
    """`metres` None: open ("UNL"). `datum` None: the text names none. `odd_datum`: as written."""

    metres: float | None
    datum: Datum | None = None
    odd_datum: str = ""


@lru_cache(maxsize=16384)
def read_height(text: str, *, unit: str = "", what: str = "height") -> Height:
    """`3300 m AMSL`, `1000 ft AGL`, `FL100`, `GND`, `UNL`, `450` (metres, or `unit`).

    Raises `InputError` (`height-unreadable`, `number-ambiguous`, `unit-unknown`).
    """
    tidy = plain(text)
    word = folded(tidy)
    if word in _OPEN:
        return Height(None)
    if word in _GROUND:
        return Height(0.0, Datum.AGL)
    level = _FLIGHT_LEVEL.fullmatch(tidy)
    if level:
        return Height(int(level[1]) * 100 * METRES_PER_FOOT, Datum.FL)
    match = _QUANTITY.fullmatch(tidy)
    if not match:
        raise InputError(
            "height-unreadable",
            f"The {what} “{text}” is not a height.",
            expected="a height such as 3300 m AMSL, 1000 ft AGL, FL100, GND or UNL",
            found=text,
        )
    words = match[2].replace("(", " ").replace(")", " ").split()
    factor = _UNITS.get(folded(words[0])) if words else None
    if factor is not None:
        words = words[1:]
    elif words and (folded(words[0]) in _OTHER_UNITS or any(folded(word) in _UNITS for word in words[1:])):
        raise InputError(
            "unit-unknown",
            f"The {what} “{text}” is in no unit of length known here.",
            expected="m, km, NM, ft or mi",
            found=text,
        )
    elif unit:
        factor = metres_in(unit, what)
    else:
        factor = 1.0
    metres = number(match[1], thousands_by_comma=factor == METRES_PER_FOOT) * factor
    if not words:
        return Height(metres)
    named = " ".join(words)
    datum = _DATUMS.get(folded(named))
    if datum is None:
        return Height(metres, Datum.UNKNOWN, named)
    return Height(metres, datum)


@lru_cache(maxsize=256)
def read_datum(text: str) -> tuple[Datum, str]:
    """The datum that `text` names; `(Datum.UNKNOWN, text)` where it names none that is known here."""
    datum = _DATUMS.get(folded(text))
    return (Datum.UNKNOWN, plain(text)) if datum is None else (datum, "")


@lru_cache(maxsize=16384)
def read_length(text: str, *, unit: str = "m", what: str = "length") -> float:
    """Metres from `500`, `500 m`, `0,5 km`, `3 NM`, `1500 ft`, `2 mi`. Raises `InputError`."""
    match = _QUANTITY.fullmatch(plain(text))
    if not match:
        raise InputError(
            "length-unreadable",
            f"The {what} “{text}” is not a length.",
            expected="a length such as 500 m, 2 km, 3 NM or 1500 ft",
            found=text,
        )
    factor = metres_in(match[2] or unit, what)
    metres = number(match[1], thousands_by_comma=factor == METRES_PER_FOOT) * factor
    if metres < 0:
        raise InputError("length-negative", f"The {what} “{text}” is below zero.", expected="zero or more", found=text)
    return metres


def metres_in(text: str, what: str) -> float:
    """How many metres a unit of length has; `what` is measured in it. `InputError` (`unit-unknown`)."""
    factor = _UNITS.get(folded(text))
    if factor is None:
        raise InputError(
            "unit-unknown",
            f"The {what} is in “{text.strip()}”, which is not a unit of length known here.",
            expected="m, km, NM, ft or mi",
            found=text,
        )
    return factor


def read_band(
    lower: str, upper: str, *, datum: str = "", lower_datum: str = "", upper_datum: str = "", unit: str = ""
) -> tuple[Band | None, tuple[Flag, ...]]:
    """The altitude band of two limits as written; either may be empty (open on that side), both: no band.

    A datum in the text of a limit wins over the fields. A limit without any datum, or with one that is
    not known here, gets `Datum.UNKNOWN`, which widens the test, and a flag.
    """
    if not lower.strip() and not upper.strip():
        return None, ()
    return _band(lower, upper, datum, lower_datum, upper_datum, unit)


@lru_cache(maxsize=16384)
def _band(
    lower: str, upper: str, datum: str, lower_datum: str, upper_datum: str, unit: str
) -> tuple[Band | None, tuple[Flag, ...]]:
    flags: list[Flag] = []
    low_m, low_datum = _limit(lower, lower_datum or datum, unit, "lower", flags)
    high_m, high_datum = _limit(upper, upper_datum or datum, unit, "upper", flags)
    if low_m is None and high_m is None:
        return None, tuple(flags)
    low = low_datum or high_datum or Datum.UNKNOWN
    high = high_datum or low
    if low is Datum.UNKNOWN and high is Datum.UNKNOWN and len(flags) == 2:
        flags.pop()  # one question, not two
    return Band(low_m, high_m, low, None if high is low else high), tuple(flags)


def _limit(text: str, datum_text: str, unit: str, what: str, flags: list[Flag]) -> tuple[float | None, Datum | None]:
    if not text.strip():
        return None, None
    height = read_height(text, unit=unit, what=f"{what} limit")
    if height.metres is None:
        return None, None
    datum, odd = height.datum, height.odd_datum
    if datum is None and datum_text.strip():
        datum, odd = read_datum(datum_text)
    if datum is None:
        flags.append(
            Flag(
                "height-datum-missing",
                f"The {what} limit “{text}” does not say above what: the test is widened. Ask whether it is "
                "above sea level (AMSL) or above ground (AGL).",
                what,
            )
        )
        return height.metres, Datum.UNKNOWN
    if datum is Datum.UNKNOWN:
        flags.append(
            Flag(
                "height-datum-unknown",
                f"The {what} limit “{text}” is above “{odd or 'an unknown datum'}”: the test is widened.",
                what,
                {"datum": odd},
            )
        )
    return height.metres, datum
