"""What people type: positions in any form, read back before anything is said (R4), and times to come.

A position is never put right for anybody. Where another reading fits the theatre or the named place, both stand side
by side, and whoever typed it chooses (R3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from thalweg.drafts.plausibility import area_of
from thalweg.drafts.times import Side, read_duration, read_time
from thalweg.model.errors import InputError, ThalwegError
from thalweg.model.instants import Instant
from thalweg.model.notes import Flag
from thalweg.model.shapes import Position
from thalweg.model.theatre import Theatre
from thalweg.places.areas import Area
from thalweg.places.coordinates import Form, Written, read_position, write_position
from thalweg.places.flags import StatedBank, check_position, read_bank, unknown_place
from thalweg.places.gazetteer import Lookup, packaged

LONGEST: Final = 160
TYPED, OTHER = "typed", "other"
_ASK: Final = frozenset(("position-swapped", "position-sign"))
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?\s*(Z|UTC|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_FORMS: Final = (Form.DMS, Form.DECIMAL, Form.MGRS)


@dataclass(frozen=True, slots=True)
class Echo:
    """One typed position, read back. `at` is the reading that was chosen, or the only one; None where it could not be
    read, with why, or while a choice is open. `typed` and `other` are both readings where there are two."""

    number: int
    text: str
    at: Position | None = None
    typed: Position | None = None
    other: Position | None = None
    chosen: str = ""
    flags: tuple[Flag, ...] = ()
    code: str = ""
    sentence: str = ""
    precision_m: float = 0.0

    @property
    def asks(self) -> bool:
        """Whether there are two readings, and nobody has chosen."""
        return self.other is not None and not self.chosen

    @property
    def token(self) -> str:
        """Names the reading, so that a confirmation holds for it and for no other."""
        return "" if self.at is None else f"{self.number}:{self.at.lat:.6f},{self.at.lon:.6f}"


@dataclass(frozen=True, slots=True)
class Beside:
    """What positions are compared with: the theatre's area, and a place and a bank that the author names."""

    area: Area | None = None
    named: Lookup | None = None
    bank: StatedBank | None = None


def beside(theatre: Theatre, place: str = "", bank: str = "") -> Beside:
    """The gazetteer is asked only where a place is named."""
    area = area_of(theatre)
    stated = (read_bank(bank) or read_bank(f"{bank} bank")) if bank else None
    return Beside(area, packaged().lookup(place, within=area) if place else None, stated)


def echo(number: int, text: str, known: Beside, *, choice: str = "", off_m: float = 0.0) -> Echo:
    """Read one position. `choice`: which of two readings is meant, by whoever typed it."""
    try:
        written = read_position(text[:LONGEST])
        typed = Position(written.lon, written.lat)
    except ThalwegError as error:
        return Echo(number, text, code=error.code, sentence=error.sentence)
    flags = _flags(typed, known, off_m, written)
    ask = next((each for each in flags if each.code in _ASK), None)
    if ask is None:
        return Echo(number, text, typed, typed, flags=flags, precision_m=written.precision_m)
    other = Position(float(ask.fields["other_longitude"]), float(ask.fields["other_latitude"]))
    at = {TYPED: typed, OTHER: other}.get(choice)
    if choice == OTHER:
        flags = _flags(other, known, off_m, None)
    return Echo(
        number, text, at, typed, other, choice if at is not None else "", flags, precision_m=written.precision_m
    )


def forms(at: Position) -> tuple[tuple[str, str], ...]:
    """The position in degrees and seconds, in decimal degrees and as a grid reference."""
    found = []
    for form in _FORMS:
        if form is Form.MGRS and not -80 <= at.lat <= 84:
            continue
        found.append((form.value, write_position(at.lon, at.lat, form, digits=_DIGITS[form])))
    return tuple(found)


_DIGITS: Final = {Form.DMS: 0, Form.DECIMAL: 5, Form.MGRS: 4}


def ahead(text: str, now: Instant, what: str) -> Instant:
    """A time to come: a clock time such as `02:25Z` (the next there is), `+20 min`, or a date and time. UTC where no
    zone stands. Raises `InputError`."""
    plain = text.strip()
    if plain.startswith("+"):
        return Instant(now.epoch_s + read_duration(plain[1:].strip(), what=what))
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", plain):
        plain += "Z"
    if _CLOCK.fullmatch(plain):
        today = datetime.fromtimestamp(now.epoch_s, UTC).date()
        days: Sequence[int] = (-1, 0, 1, 2)  # whatever the zone
        times = (read_time(f"{today + timedelta(days=day)} {plain}", side=Side.MOMENT, what=what) for day in days)
        return next(each.instant for each in times if each.instant is not None and each.instant > now)
    read = read_time(plain, side=Side.MOMENT, what=what, zone="UTC").instant
    if read is None:
        raise InputError("time-open", f"The {what} is a time, and not open.", found=text)
    return read


def moment(text: str, now: Instant, what: str) -> Instant:
    """A time that may be past: now where nothing is typed, a clock time of the last day, or a date and time. UTC where
    no zone stands. Raises `InputError`."""
    plain = text.strip()
    if not plain:
        return Instant(float(round(now.epoch_s)))
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", plain):
        plain += "Z"
    if _CLOCK.fullmatch(plain):
        today = datetime.fromtimestamp(now.epoch_s, UTC).date()
        days: Sequence[int] = (2, 1, 0, -1, -2)
        times = (read_time(f"{today + timedelta(days=day)} {plain}", side=Side.MOMENT, what=what) for day in days)
        return next(each.instant for each in times if each.instant is not None and each.instant <= now)
    read = read_time(plain, side=Side.MOMENT, what=what, zone="UTC").instant
    if read is None:
        raise InputError("time-open", f"The {what} is a time, and not open.", found=text)
    return read


def _flags(at: Position, known: Beside, off_m: float, written: Written | None) -> tuple[Flag, ...]:
    unknown = unknown_place(known.named, where="place") if known.named is not None else None
    found = check_position(
        at.lon, at.lat, where="coordinates", written=written, area=known.area, named=known.named,
        stated_bank=known.bank, uncertainty_m=off_m,
    )  # fmt: skip
    if known.area is not None and known.area.holds(at.lon, at.lat):
        # Where it should be, the order that two bare numbers were read in is no question.
        found = tuple(each for each in found if each.code != "axis-order-assumed")
    return (*found, *((unknown,) if unknown is not None else ()))
