"""Measures, times, positions and names as items of lines."""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.formats.voice.lines import Counted, Free, Item, Number, Spelled, Word
from thalweg.model.declarations import EXACT, Uncertainty
from thalweg.model.identity import scaled
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import METRES_PER_FOOT, Band, Datum
from thalweg.model.shapes import Position

Items = tuple[Item, ...]

DECIMALS = 5  # of a degree: 1.1 m

DATUMS = {
    Datum.WGS84: "wgs84", Datum.EGM96: "egm96", Datum.EGM2008: "egm2008", Datum.AGL: "agl", Datum.FL: "fl",
    Datum.UNKNOWN: "unknown",
}  # fmt: skip

DATUM_OF = {word: datum for datum, word in DATUMS.items()}

_TEXT_AT_ONCE = 40  # characters of free text on a line

_PIECES_AT_ONCE = 24  # characters of a name on a line


def named(keyword: str, text: str) -> Iterator[Items]:
    """A name that is spelled, on as many lines as it needs."""
    for start in range(0, max(1, len(text)), _PIECES_AT_ONCE):
        yield Word("continued" if start else keyword), Spelled(text[start : start + _PIECES_AT_ONCE])


def free(keyword: str, text: str, *, always: bool = False) -> Iterator[Items]:
    """Free text, parted at its spaces."""
    line = ""
    first = True
    for word in text.split():
        if line and len(line) + 1 + len(word) > _TEXT_AT_ONCE:
            yield Word(keyword if first else "more"), Free(line)
            line, first = "", False
        line = f"{line} {word}" if line else word
    if line or always:
        yield Word(keyword if first else "more"), Free(line)


def reference_items(reference: str) -> Items:
    return tuple(Counted(byte) for byte in bytes.fromhex(reference))


def window_items(window: Window) -> Iterator[Items]:
    if window == ALWAYS:
        yield Word("time"), Word("always")
        return
    for word, instant in (("start", window.start), ("end", window.end)):
        yield Word(word), *((Word("open"),) if instant is None else instant_items(instant))


def instant_items(instant: Instant) -> Items:
    micros = scaled(instant.epoch_s, 1e6)
    seconds, fraction = divmod(micros, 10**6)
    when = Instant(float(seconds)).as_datetime()
    text = f"{when.year:04}-{when:%m-%d %H:%M}"
    if when.second or fraction:
        text += f":{when:%S}"
    if fraction:
        text += f".{fraction:06}".rstrip("0")
    return Number(text), Word("utc")


def position_items(position: Position) -> Items:
    return (
        Word("south" if position.lat < 0 else "north"), Number(_degrees(position.lat)),
        Word("west" if position.lon < 0 else "east"), Number(_degrees(position.lon)),
    )  # fmt: skip


def place_items(word: str, position: Position) -> Items:
    return (Word(word), *position_items(position))


def _degrees(value: float) -> str:
    whole, part = divmod(abs(scaled(value, 1e9)), 10**9)
    digits = f"{part:09}"
    return f"{whole}.{digits[:DECIMALS]}{digits[DECIMALS:].rstrip('0')}"


def signed(value: int) -> Items:
    return (Word("minus"), Number(str(-value))) if value < 0 else (Number(str(value)),)


def _decimal(value: float) -> str:
    whole, part = divmod(abs(scaled(value, 1e3)), 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".")


def metres(value_m: float) -> Items:
    return Number(_decimal(value_m)), Word("metres")


def height_items(value_m: float, datum: Datum) -> Items:
    minus = (Word("minus"),) if scaled(value_m, 1e3) < 0 else ()
    millimetres = abs(scaled(value_m, 1e3))
    feet = round(abs(value_m) / METRES_PER_FOOT)
    in_feet = scaled(feet * METRES_PER_FOOT, 1e3) == millimetres
    if datum is Datum.FL and in_feet and feet % 100 == 0 and not minus:
        return Word("level"), Number(str(feet // 100))
    if millimetres % 1000 and in_feet:
        return *minus, Number(str(feet)), Word("feet")
    return *minus, *metres(value_m)


def band_items(band: Band) -> Items:
    lower: Items = (Word("open"),) if band.lower_m is None else height_items(band.lower_m, band.datum)
    upper: Items = (Word("open"),) if band.upper_m is None else height_items(band.upper_m, band.datum_of_upper)
    own = (Word(DATUMS[band.datum]),) if band.upper_datum is not None else ()
    return Word("bottom"), *lower, *own, Word("top"), *upper, Word(DATUMS[band.datum_of_upper])


def uncertainty_items(said: Uncertainty) -> Iterator[Items]:
    if said == EXACT:
        return
    items: Items = Word("unsure"), *metres(said.horizontal_m)
    if said.vertical_m:
        items = *items, Word("height"), *metres(said.vertical_m)
    if said.time_s:
        items = *items, Word("time"), Number(_decimal(said.time_s)), Word("seconds")
    yield (*items, Word("probable")) if said.at_95 else items


def sayable(value_m: float, datum: Datum) -> bool:
    """Whether a height is whole metres, feet or flight levels."""
    items = height_items(value_m, datum)
    return all("." not in item.text for item in items if isinstance(item, Number))
