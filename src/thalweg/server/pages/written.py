"""Times, distances, places and coordinates as one reader has them: in templates, `w`.

Times are UTC with their `Z`; coordinates in the reader's form. Both are isolated left to right, in digits that two
desks read aloud alike; Arabic-Indic digits, for who wants them, are for prose alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup, escape

from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.places.coordinates import Form, write_position
from thalweg.places.describe import describe
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.slots import Locality
from thalweg.server.pages.reader import Reader
from thalweg.server.pages.words import Words, contained

_ARABIC_INDIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Written:
    """How one reader writes."""

    words: Words
    reader: Reader

    def clock(self, at: Instant) -> Markup:
        """`00:30:18Z`."""
        return _time(at, _utc(at).strftime("%H:%M:%SZ"))

    def minute(self, at: Instant) -> Markup:
        """`00:30Z`."""
        return _time(at, _utc(at).strftime("%H:%MZ"))

    def day(self, at: Instant) -> str:
        """`16 Sep 2017`, in the reader's language."""
        form = "d MMM y" if self.reader.language != "ku" else "d.MM.y"
        return format_date(_utc(at), form, locale=self.words.messages.locale)

    def when(self, at: Instant, now: Instant | None = None) -> Markup:
        """The time alone within half a day of `now`, else with its date."""
        if now is not None and abs(at.epoch_s - now.epoch_s) < _DAY_S / 2:
            return self.minute(at)
        return Markup("{} {}").format(self.day(at), self.minute(at))

    def span(self, start: Instant, end: Instant, now: Instant | None = None) -> Markup:
        """From one time to another; a date that both share is said once."""
        same = _utc(start).date() == _utc(end).date()
        return Markup("{} – {}").format(self.when(start, now), self.minute(end) if same else self.when(end, now))

    def at(self, at: Instant) -> Markup:
        """Date and time to the second."""
        return Markup("{} {}").format(self.day(at), self.clock(at))

    def local(self, at: Instant) -> Markup:
        """The same instant in the reader's other zone: `03:30 Damascus, UTC+3`. Empty where that is UTC."""
        if self.reader.zone == "UTC":
            return Markup()
        there = _utc(at).astimezone(ZoneInfo(self.reader.zone))
        offset = there.utcoffset()
        minutes = 0 if offset is None else round(offset.total_seconds() / 60)
        sign, minutes = ("+", minutes) if minutes >= 0 else ("−", -minutes)
        shown = f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
        city = self.reader.zone.rpartition("/")[2].replace("_", " ")
        return Markup('<bdi dir="ltr">{} {}, {}</bdi>').format(there.strftime("%H:%M"), city, shown)

    def ago(self, seconds: float) -> str:
        """How long something took, or has been: `4 min`, `2 h 10 min`."""
        return self.words.voice.duration(max(0, round(seconds)))

    def left(self, due: Instant, now: Instant) -> str:
        """How much time is left, in figures: `3:12`, `2:10:00`, `3 d 4 h`; what is over has a minus."""
        seconds = round(due.epoch_s - now.epoch_s)
        sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
        if seconds >= 2 * _DAY_S:
            return sign + self.words.voice.duration(seconds // 3600 * 3600)
        hours, rest = divmod(seconds, 3600)
        minutes, over = divmod(rest, 60)
        return f"{sign}{hours}:{minutes:02d}:{over:02d}" if hours else f"{sign}{minutes}:{over:02d}"

    def distance(self, metres: float) -> str:
        return self.words.voice.distance(metres)

    def number(self, value: float, decimals: int = 0) -> str:
        """For prose: in the digits that the reader wants."""
        text = self.words.voice.number(value, decimals)
        wants = self.reader.digits == "arabic" and self.reader.language == "ar"
        return text.translate(_ARABIC_INDIC) if wants else text

    def position(self, where: Position) -> Markup:
        """Coordinates in the reader's form."""
        return Markup('<bdi class="coordinates" dir="ltr">{}</bdi>').format(self.coordinates(where))

    def coordinates(self, where: Position) -> str:
        form = self.reader.coordinates
        if form in (Form.DMS, Form.DDM):
            written = (_angle(where.lat, 2, "NS", form), _angle(where.lon, 3, "EW", form))
            return " ".join(written)
        if form is Form.UTM and not -80 <= where.lat <= 84:
            form = Form.MGRS
        return write_position(where.lon, where.lat, form, digits=_DIGITS[form])

    def whole(self, text: str) -> Markup:
        """A sentence in which no time and no id is broken over two lines: from right to left its ends would change
        places."""
        said = str(escape(text if isinstance(text, Markup) else contained(text)))
        return Markup(_PIECES.sub(r'<span class="whole">\g<0></span>', said))  # noqa: S704  # escaped above

    def reference(self, where: Position) -> str:
        """Where that is, in words that do not repeat the coordinates: place, distance, direction, bank (R4)."""
        return self.words.voice.say(_locality(where.lon, where.lat))


_PIECES: Final = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?Z)?|\b[a-z]-[0-9a-z]{8,40}\b…?")
_DIGITS: Final = {Form.DECIMAL: 4, Form.MGRS: 4, Form.UTM: 0}


@lru_cache(maxsize=4096)  # the same positions stand on page after page
def _locality(lon: float, lat: float) -> Locality:
    return locality(describe(lon, lat))


def _angle(degrees: float, width: int, hemispheres: str, form: Form) -> str:
    """`040°25′11″E`, `040°25.19′E`: every longitude with three figures, so that it is told from a latitude by eye."""
    whole = 3600 if form is Form.DMS else 6000  # of the last place, in a degree
    count = round(abs(degrees) * whole)
    side = hemispheres[degrees < 0 and count > 0]
    units, rest = divmod(count, whole)
    if form is Form.DMS:
        return f"{units:0{width}d}°{rest // 60:02d}′{rest % 60:02d}″{side}"
    return f"{units:0{width}d}°{rest / 100:05.2f}′{side}"


def _utc(at: Instant) -> datetime:
    return datetime.fromtimestamp(at.epoch_s, UTC)


def _time(at: Instant, text: str) -> Markup:
    return Markup('<time datetime="{}" dir="ltr">{}</time>').format(str(at), text)
