"""Declarations back from lines. Whatever is not expected is refused with its line number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from thalweg.formats.voice.lines import Counted, Free, Item, Line, Number, Spelled, Word
from thalweg.formats.voice.notice import MEDIA, Told
from thalweg.formats.voice.quantities import DATUM_OF
from thalweg.model.declarations import (
    EXACT,
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Standing,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import METRES_PER_FOOT, Band, Datum
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Ring,
    Route,
    Shape,
    Waypoint,
)
from thalweg.model.spoken import Notice

_MEDIUM_OF = {word: medium for medium, word in MEDIA.items()}


class Cursor:
    """Goes through the lines of a message that are known to be as they were said."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines, self._index = lines, 0

    @property
    def keyword(self) -> str:
        """The first word of the line ahead; empty at the end."""
        return self._lines[self._index].keyword if self._index < len(self._lines) else ""

    def take(self, keyword: str) -> Fields:
        """The line ahead, which must begin with this keyword."""
        if self.keyword != keyword:
            raise self.refused(f"It should be a line “{keyword}”.")
        self._index += 1
        return Fields(self._lines[self._index - 1])

    def refused(self, sentence: str) -> InputError:
        line = self._lines[min(self._index, len(self._lines) - 1)]
        return InputError("voice-unreadable", f"Line {line.number}: {sentence}", found=line.neutral)


class Fields:
    """Goes through the items of one line after its first keyword."""

    def __init__(self, line: Line) -> None:
        self._line, self._items, self._index = line, line.items[1:], 0

    @property
    def ahead(self) -> Item | None:
        return self._items[self._index] if self._index < len(self._items) else None

    def refused(self, sentence: str) -> InputError:
        return InputError("voice-unreadable", f"Line {self._line.number}: {sentence}", found=self._line.neutral)

    def found(self, keyword: str) -> bool:
        """Whether the next item is this keyword; it is then taken."""
        if self.ahead != Word(keyword):
            return False
        self._index += 1
        return True

    def expect(self, keyword: str) -> None:
        if not self.found(keyword):
            raise self.refused(f"“{keyword}” is missing.")

    def word(self, among: Sequence[str]) -> str:
        item = self.ahead
        if not isinstance(item, Word) or item.id not in among:
            raise self.refused(f"One of {', '.join(among)} is missing.")
        self._index += 1
        return item.id

    def number(self) -> float:
        item = self.ahead
        try:
            value = float(item.digits) if isinstance(item, Number) else math.nan
        except ValueError:
            value = math.nan
        if not value < 1e12:
            raise self.refused("A number is missing, or larger than any here.")
        self._index += 1
        return value

    def whole(self) -> int:
        value = self.number()
        if value != int(value) or value > 1e6:
            raise self.refused("A whole number is missing.")
        return int(value)

    def text(self) -> str:
        item = self.ahead
        if not isinstance(item, Spelled | Free):
            raise self.refused("A text is missing.")
        self._index += 1
        return item.text

    def reference(self) -> str:
        numbers = self._items[self._index : self._index + 4]
        if len(numbers) != 4 or not all(isinstance(each, Counted) for each in numbers):
            raise self.refused("Four words of the check list are missing.")
        self._index += 4
        return bytes(each.number for each in numbers if isinstance(each, Counted)).hex()

    def instant(self) -> Instant:
        item = self.ahead
        digits = item.digits if isinstance(item, Number) else ""
        whole, _, fraction = digits.partition(".")
        if len(whole) not in (12, 14) or (fraction and len(whole) != 14):
            raise self.refused("A date and a time are missing: year, month, day, hour, minute.")
        self._index += 1
        self.expect("utc")
        try:
            month, day, hour, minute, second = (int(f"{whole:0<14}"[at : at + 2]) for at in range(4, 14, 2))
            base = datetime(int(whole[:4]), month, day, hour, minute, second, tzinfo=UTC).timestamp()
        except ValueError as error:
            raise self.refused("There is no such date or time.") from error
        micros = round(base) * 10**6 + int(f"{fraction:0<6}"[:6] or "0")
        return Instant(micros / 1e6)

    def position(self) -> Position:
        lat = (1.0 if self.word(("north", "south")) == "north" else -1.0) * self.number()
        lon = (1.0 if self.word(("east", "west")) == "east" else -1.0) * self.number()
        return Position(lon + 0.0, lat + 0.0)

    def metres(self) -> float:
        value = self.number()
        self.expect("metres")
        return value

    def height(self) -> float:
        """Metres above whatever datum is said elsewhere."""
        if self.found("level"):
            return round(self.whole() * 100 * METRES_PER_FOOT, 3)
        sign = -1.0 if self.found("minus") else 1.0
        value = self.number()
        if self.word(("metres", "feet")) == "metres":
            return sign * value
        return sign * value * METRES_PER_FOOT

    def band(self) -> Band:
        """After `bottom`."""
        lower = None if self.found("open") else self.height()
        item = self.ahead
        own = None
        if isinstance(item, Word) and item.id in DATUM_OF:
            own = DATUM_OF[self.word(tuple(DATUM_OF))]
        self.expect("top")
        upper = None if self.found("open") else self.height()
        datum = DATUM_OF[self.word(tuple(DATUM_OF))]
        return Band(lower, upper, datum) if own is None else Band(lower, upper, own, datum)

    def end(self) -> None:
        if self.ahead is not None:
            raise self.refused("There is more on it than belongs there.")


def read_notice(cursor: Cursor) -> tuple[Notice, Told]:
    """The declaration that the lines say. `InputError` voice-unreadable if they say none."""
    head = cursor.take("notice")
    head.whole()
    head.expect("lines")
    kind = Kind(head.word([kind.value for kind in Kind]))
    zone = Zone(head.word([zone.value for zone in Zone])) if kind is Kind.RESTRICTED_ZONE else None
    medium = _MEDIUM_OF[head.word(tuple(_MEDIUM_OF))] if head.ahead else Medium.UNSTATED
    head.end()
    marks = _marks(cursor)
    party = name_of(cursor, "party")
    chain = name_of(cursor, "declaration_id")
    revision = 0
    if cursor.keyword == "revision":
        line = cursor.take("revision")
        revision = (-1 if line.found("minus") else 1) * line.whole()
    replaces = name_of(cursor, "replaces") if cursor.keyword == "replaces" else ""
    told = _told(cursor)
    title = text_of(cursor, "title")
    details: dict[str, str] = {}
    while cursor.keyword == "detail":
        name = text_of(cursor, "detail")
        details[name] = text_of(cursor, "value")
    valid = [instant_of(cursor, word) if cursor.keyword == word else None for word in ("valid_from", "valid_until")]
    standing = Standing.REPORTED if "reported" in marks else Standing.DECLARED
    try:
        return (
            Notice(
                Declaration(
                    kind, party, title,
                    volumes=() if kind is Kind.LINE else tuple(_volumes(cursor)),
                    segments=tuple(_segments(cursor)) if kind is Kind.LINE else (),
                    sides=_sides(cursor) if kind is Kind.LINE else None,
                    zone=zone, medium=medium, declaration_id=chain, revision=revision, replaces=replaces,
                    valid_from=valid[0], valid_until=valid[1],
                    standing=Standing.RUMOURED if "rumoured" in marks else standing,
                    hypothetical="hypothetical" in marks, emergency="emergency" in marks, details=details,
                ),
                exercise="exercise" in marks,
            ),
            told,
        )  # fmt: skip
    except ValueRefused as error:
        raise InputError("voice-unreadable", f"The lines contradict themselves. {error.sentence}") from error


_MARKS = ("emergency", "exercise", "hypothetical", "reported", "rumoured")


def _marks(cursor: Cursor) -> set[str]:
    if cursor.keyword not in _MARKS:
        return set()
    marks = {cursor.keyword}
    line = cursor.take(cursor.keyword)
    while line.ahead is not None:
        marks.add(line.word(_MARKS))
    return marks


def name_of(cursor: Cursor, keyword: str) -> str:
    """A spelled name, from as many lines as it was spelled on."""
    name = cursor.take(keyword).text()
    while cursor.keyword == "continued":
        name += cursor.take("continued").text()
    return name


def text_of(cursor: Cursor, keyword: str) -> str:
    """Free text with its continuations; empty where the line ahead is another."""
    if cursor.keyword != keyword:
        return ""
    parts = [cursor.take(keyword).text()]
    while cursor.keyword == "more":
        parts.append(cursor.take("more").text())
    return " ".join(part for part in parts if part)


def instant_of(cursor: Cursor, keyword: str) -> Instant:
    line = cursor.take(keyword)
    instant = line.instant()
    line.end()
    return instant


def _told(cursor: Cursor) -> Told:
    line = cursor.take("version")
    reference = line.reference()
    rounded, partial = line.found("rounded"), line.found("partial")
    if not (rounded or partial):
        line.expect("exact")
    line.end()
    return Told(rounded, partial, reference)


def window_of(cursor: Cursor) -> Window:
    if cursor.keyword == "time":
        cursor.take("time").expect("always")
        return ALWAYS
    ends: list[Instant | None] = []
    for word in ("start", "end"):
        line = cursor.take(word)
        ends.append(None if line.found("open") else line.instant())
        line.end()
    return Window(ends[0], ends[1])


def _volumes(cursor: Cursor) -> Iterator[Volume]:
    if cursor.keyword != "volume":
        yield _read_volume(cursor)
        return
    while cursor.keyword == "volume":
        cursor.take("volume").whole()
        yield _read_volume(cursor)


def _read_volume(cursor: Cursor) -> Volume:
    window = window_of(cursor) if cursor.keyword in ("time", "start") else None
    band = None
    if cursor.keyword == "bottom":
        line = cursor.take("bottom")
        band = line.band()
        line.end()
    unsure = _read_uncertainty(cursor)
    shape = _shape(cursor)
    if isinstance(shape, Route):
        window = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
    if window is None:
        raise cursor.refused("It does not say when.")
    return Volume(shape, window, band, unsure)


def _read_uncertainty(cursor: Cursor) -> Uncertainty:
    if cursor.keyword != "unsure":
        return EXACT
    line = cursor.take("unsure")
    horizontal_m = line.metres()
    vertical_m = line.metres() if line.found("height") else 0.0
    time_s = 0.0
    if line.found("time"):
        time_s = line.number()
        line.expect("seconds")
    at_95 = line.found("probable")
    line.end()
    return Uncertainty(horizontal_m, vertical_m, time_s, at_95)


def _shape(cursor: Cursor) -> Shape:
    match cursor.keyword:
        case "point":
            return Point(_one_position(cursor, "point"))
        case "area":
            return _read_polygon(cursor)
        case "areas":
            return MultiPolygon(tuple(_read_polygon(cursor) for _ in range(cursor.take("areas").whole())))
        case "circle":
            radius_m = _extent(cursor, "circle", "radius")
            return Circle(_one_position(cursor, "position"), radius_m)
        case "corridor":
            half_width_m = _extent(cursor, "corridor", "half_width")
            return Corridor(tuple(_many(cursor, "via")), half_width_m)
        case "path":
            cursor.take("path").end()
            return Path(tuple(_many(cursor, "via")))
        case "route":
            return _route(cursor)
        case _:
            raise cursor.refused("It does not say where.")


def _extent(cursor: Cursor, keyword: str, word: str) -> float:
    line = cursor.take(keyword)
    line.expect(word)
    value = line.metres()
    line.end()
    return value


def _one_position(cursor: Cursor, keyword: str) -> Position:
    line = cursor.take(keyword)
    position = line.position()
    line.end()
    return position


def _many(cursor: Cursor, keyword: str) -> Iterator[Position]:
    while cursor.keyword == keyword:
        yield _one_position(cursor, keyword)


def _read_polygon(cursor: Cursor) -> Polygon:
    rings = [_ring(cursor, "area")]
    while cursor.keyword == "hole":
        rings.append(_ring(cursor, "hole"))
    return Polygon(rings[0], tuple(rings[1:]))


def _ring(cursor: Cursor, keyword: str) -> Ring:
    line = cursor.take(keyword)
    count = line.whole()
    line.expect("corners")
    line.end()
    return tuple(_one_position(cursor, "corner") for _ in range(count))


def _route(cursor: Cursor) -> Route:
    radius_m = _extent(cursor, "route", "radius")
    half_height_m, datum = 0.0, Datum.UNKNOWN
    if cursor.keyword == "half_height":
        line = cursor.take("half_height")
        half_height_m = line.metres()
        line.end()
    if cursor.keyword == "height":
        datum = DATUM_OF[cursor.take("height").word(tuple(DATUM_OF))]
    waypoints = []
    while cursor.keyword == "passing":
        time = instant_of(cursor, "passing")
        line = cursor.take("via")
        at = line.position()
        waypoints.append(Waypoint(at, time, line.height() if line.found("height") else None))
        line.end()
    return Route(tuple(waypoints), radius_m, datum, half_height_m)


def _segments(cursor: Cursor) -> Iterator[Segment]:
    for _ in range(cursor.take("segments").whole()):
        status = LineStatus(cursor.take("segment").word([status.value for status in LineStatus]))
        window = window_of(cursor)
        unsure = _read_uncertainty(cursor)
        yield Segment(Path(tuple(_many(cursor, "via"))), status, window, unsure)


def _sides(cursor: Cursor) -> Sides | None:
    if cursor.keyword != "left_name":
        return None
    left_name = text_of(cursor, "left_name")
    left = frozenset(_parties(cursor, "left"))
    right_name = text_of(cursor, "right_name")
    return Sides(left, frozenset(_parties(cursor, "right")), left_name, right_name)


def _parties(cursor: Cursor, keyword: str) -> Iterator[str]:
    while cursor.keyword == keyword:
        yield name_of(cursor, keyword)
