"""What a sheet says in its two languages, and how it writes what both share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno

from thalweg.model.declarations import Declaration, Uncertainty
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant, Window
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Point, Polygon, Position, Route, Shape
from thalweg.model.shapes import Path as Run
from thalweg.places.describe import describe
from thalweg.reports import phrases
from thalweg.reports.messages.catalogue import catalogue, catalogue_in
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.slots import Phrase
from thalweg.reports.messages.speech import PLACEHOLDER, Voice

CATALOGUES: Final = Path(__file__).parent / "catalogues"
DISCLAIMERS: Final = ("voluntary", "absence", "guarantee", "information")
MOST_POSITIONS: Final = 12  # on one sheet; the record has all
_SAME: Final = 1e-9  # degrees


@dataclass(frozen=True, slots=True)
class Spot:
    """A position of a declaration, and when something is there, where that is said."""

    at: Position
    time: Instant | None = None


class Tongue:
    """One of the languages of a sheet."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.messages = catalogue(language)
        self._own = catalogue_in(CATALOGUES, language)
        self._voice = Voice(self.messages)

    @property
    def direction(self) -> str:
        return "rtl" if self.messages.right_to_left else "ltr"

    @property
    def reviewed(self) -> bool:
        """Whether a fluent reader has read all that the sheet can say."""
        return self.messages.reviewed and self._own.reviewed

    def __call__(self, key: str, /, **values: str) -> str:
        """A text of the sheets, or of the messages."""
        template = self._own.entries.get(key) or self.messages.text(key)
        return PLACEHOLDER.sub(lambda hit: self._voice.name(values[hit[1]]), template)

    def say(self, phrase: Phrase) -> str:
        return self._voice.say(phrase)

    def distance(self, metres: float) -> str:
        return self._voice.distance(metres)

    def reference(self, where: Position) -> str:
        """Where that is, in words (R4)."""
        return self.say(locality(describe(where.lon, where.lat)))

    def disclaimers(self) -> str:
        return " ".join(self.messages.text(f"disclaimer.{name}") for name in DISCLAIMERS)


def tongues(languages: Sequence[str]) -> tuple[Tongue, ...]:
    """One language or two, each once. `InputError` (`sheet-languages`, `language-unknown`)."""
    if not 1 <= len(set(languages)) == len(languages) <= 2:
        raise InputError(
            "sheet-languages", "A sheet is in one language or in two different ones.", found=", ".join(languages)
        )
    for each in languages:
        catalogue(each)  # refuses what there is not
    # A language that is written from the right stands on the right.
    return tuple(sorted(map(Tongue, languages), key=lambda each: each.direction == "rtl"))


def minute(when: Instant | None) -> str:
    """`2017-09-16 00:30Z`, to the second where there are seconds; a dash where it is open."""
    if when is None:
        return "—"
    return re.sub(r":00Z$", "Z", phrases.instant(when))


def window(span: Window) -> str:
    """Both ends; the date is said once where it is one."""
    start, end = minute(span.start), minute(span.end)
    return f"{start} – {end[11:] if start[:10] == end[:10] and len(end) > 11 else end}"


def spots(declaration: Declaration) -> tuple[Spot, ...]:
    """The positions that a declaration names, in its order; what is in two of its volumes is said once."""
    found: list[Spot] = []
    for volume in declaration.volumes:
        found += _of(volume.shape)
    for segment in declaration.segments:
        found += [Spot(at) for at in segment.path.points]
    kept: list[Spot] = []
    for spot in found:
        if not any(_same(spot, other) for other in kept):
            kept.append(spot)
    return tuple(kept)


def extent(shape: Shape, tongue: Tongue) -> str:
    """How far it reaches round its positions; empty where it does not."""
    match shape:
        case Circle():
            return f"r = {tongue.distance(shape.radius_m)}"
        case Corridor():
            return f"± {tongue.distance(shape.half_width_m)}"
        case Route() if shape.radius_m:
            return f"± {tongue.distance(shape.radius_m)}"
        case _:
            return ""


def doubt_m(declaration: Declaration) -> float:
    """The largest horizontal uncertainty in it, in metres."""
    stated: list[Uncertainty] = [volume.uncertainty for volume in declaration.volumes]
    stated += [segment.uncertainty for segment in declaration.segments]
    return max((each.horizontal_m for each in stated), default=0.0)


def row(spot: Spot, number: int, languages: Sequence[Tongue]) -> dict[str, object]:
    """A line of the table of positions."""
    return {
        "number": str(number),
        "time": minute(spot.time) if spot.time else "",
        "dms": phrases.dms(spot.at),
        "decimal": phrases.decimal(spot.at),
        "mgrs": phrases.mgrs(spot.at),
        "references": [tongue.reference(spot.at) for tongue in languages],
    }


def qr(text: str) -> str:
    """A QR code (ISO/IEC 18004) as SVG, black on white with its quiet zone."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(border=2, scale=4)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns" not in drawn else drawn


def _of(shape: Shape) -> list[Spot]:
    match shape:
        case Point():
            return [Spot(shape.at)]
        case Circle():
            return [Spot(shape.centre)]
        case Polygon():
            return [Spot(at) for at in shape.outer]
        case MultiPolygon():
            return [Spot(at) for part in shape.polygons for at in part.outer]
        case Corridor():
            return [Spot(at) for at in shape.path]
        case Run():
            return [Spot(at) for at in shape.points]
        case Route():
            return [Spot(each.at, each.time) for each in shape.waypoints]


def _same(one: Spot, other: Spot) -> bool:
    near = abs(one.at.lon - other.at.lon) < _SAME and abs(one.at.lat - other.at.lat) < _SAME
    return near and one.time == other.time
