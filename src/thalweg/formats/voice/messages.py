"""Emergencies, answers, read-backs, cancellations and messages in words as items of lines, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from thalweg.formats.voice.lines import Number, Word
from thalweg.formats.voice.notice import Told, notice_items
from thalweg.formats.voice.quantities import (
    DECIMALS,
    Items,
    band_items,
    free,
    instant_items,
    named,
    position_items,
    reference_items,
    window_items,
)
from thalweg.formats.voice.reading import Cursor, instant_of, name_of, read_notice, text_of, window_of
from thalweg.formats.voice.rounding import ROUNDING_M, rounded_band, rounded_window
from thalweg.model.declarations import Cancellation, Declaration
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.model.spoken import Acknowledgement, Answer, Emergency, Notice, ReadBack, Words

Message: TypeAlias = Notice | Emergency | Acknowledgement | ReadBack | Cancellation | Words


@dataclass(frozen=True, slots=True)
class Said:
    """A message as its lines say it; `told` is of a notice."""

    message: Message
    told: Told | None = None


def message_items(message: Message, *, exact: bool, details: bool) -> list[Items]:
    """The items of every line but the sums. Line 1 has room for the count of lines as its second item."""
    match message:
        case Notice():
            return notice_items(message, exact=exact, details=details)
        case Emergency():
            return list(_emergency(message))
        case Acknowledgement():
            return list(_acknowledgement(message))
        case ReadBack():
            return list(_read_back(message))
        case Cancellation():
            return [_head("cancellation"), *named("party", message.party), *_about(message.declaration_id)]
        case Words():
            return list(_words(message))
        case _:
            assert_never(message)


def read_message(cursor: Cursor) -> Said:
    """What the lines say. `InputError` voice-unreadable if they are in no order that means something."""
    readers: dict[str, Callable[[Cursor], Message]] = {
        "emergency_call": _read_emergency, "acknowledgement": _read_acknowledgement,
        "readback": _read_read_back, "cancellation": _read_cancellation,
        "message": _read_words,
    }  # fmt: skip
    reader = readers.get(cursor.keyword)
    try:
        said = Said(*read_notice(cursor)) if reader is None else Said(reader(cursor))
    except ValueRefused as error:
        raise InputError("voice-unreadable", f"The lines contradict themselves. {error.sentence}") from error
    if cursor.keyword:
        raise cursor.refused("It does not belong here.")
    return said


def _head(keyword: str, *, exercise: bool = False) -> Items:
    mark = (Word("exercise"),) if exercise else ()
    return Word(keyword), Number(""), Word("lines"), *mark


def _about(declaration_id: str) -> Iterator[Items]:
    return named("declaration_id", declaration_id)


def _read_head(cursor: Cursor, keyword: str) -> bool:
    """Takes the first line; whether it is an exercise."""
    head = cursor.take(keyword)
    head.whole()
    head.expect("lines")
    exercise = head.found("exercise")
    head.end()
    return exercise


def _emergency(message: Emergency) -> Iterator[Items]:
    at = Position(round(message.at.lon, DECIMALS) + 0.0, round(message.at.lat, DECIMALS) + 0.0)
    radius_m = math.ceil(message.radius_m - 5e-4 + (0.0 if at == message.at else ROUNDING_M))
    yield _head("emergency_call", exercise=message.exercise)
    yield from named("party", message.party)
    yield Word("position"), *position_items(at)
    if radius_m:
        yield Word("radius"), Number(str(radius_m)), Word("metres")
    yield Word("start"), *instant_items(Instant(float(math.floor(message.since.epoch_s))))
    yield from named("call_id", message.message_id)
    if message.declaration_id:
        yield from _about(message.declaration_id)
    yield from free("text", message.text)


def _read_emergency(cursor: Cursor) -> Emergency:
    exercise = _read_head(cursor, "emergency_call")
    party = name_of(cursor, "party")
    at = cursor.take("position").position()
    radius_m = cursor.take("radius").metres() if cursor.keyword == "radius" else 0.0
    since = instant_of(cursor, "start")
    message_id = name_of(cursor, "call_id")
    chain = name_of(cursor, "declaration_id") if cursor.keyword == "declaration_id" else ""
    return Emergency(party, message_id, at, since, radius_m, chain, text_of(cursor, "text"), exercise)


def _acknowledgement(message: Acknowledgement) -> Iterator[Items]:
    yield _head("acknowledgement", exercise=message.exercise)
    yield (Word(message.answer.value),)
    yield from named("party", message.party)
    yield from _about(message.declaration_id)
    yield Word("version"), *reference_items(message.version)
    yield Word("time"), *instant_items(Instant(float(math.floor(message.at.epoch_s))))
    yield from free("text", message.text)


def _read_acknowledgement(cursor: Cursor) -> Acknowledgement:
    exercise = _read_head(cursor, "acknowledgement")
    answers = {answer.value for answer in Answer}
    if cursor.keyword not in answers:
        raise cursor.refused("The answer is missing.")
    answer = Answer(cursor.keyword)
    cursor.take(answer.value).end()
    party = name_of(cursor, "party")
    chain = name_of(cursor, "declaration_id")
    version = cursor.take("version").reference()
    at = instant_of(cursor, "time")
    return Acknowledgement(party, chain, version, answer, at, text_of(cursor, "text"), exercise)


def _read_back(message: ReadBack) -> Iterator[Items]:
    yield _head("readback", exercise=message.exercise)
    yield from named("party", message.party)
    yield from _about(message.declaration_id)
    yield Word("version"), *reference_items(message.version)
    if message.position is not None:
        yield Word("position"), *position_items(message.position)
    if message.window is not None:
        yield from window_items(rounded_window(message.window))
    if message.band is not None:
        yield band_items(rounded_band(message.band))


def _read_read_back(cursor: Cursor) -> ReadBack:
    exercise = _read_head(cursor, "readback")
    party = name_of(cursor, "party")
    chain = name_of(cursor, "declaration_id")
    version = cursor.take("version").reference()
    position = cursor.take("position").position() if cursor.keyword == "position" else None
    window = window_of(cursor) if cursor.keyword in ("time", "start") else None
    band = cursor.take("bottom").band() if cursor.keyword == "bottom" else None
    return ReadBack(party, chain, version, position, window, band, exercise)


def _read_cancellation(cursor: Cursor) -> Cancellation:
    _read_head(cursor, "cancellation")
    party = name_of(cursor, "party")
    return Cancellation(name_of(cursor, "declaration_id"), party)


def _words(message: Words) -> Iterator[Items]:
    yield _head("message", exercise=message.exercise)
    yield from named("party", message.party)
    yield from named("call_id", message.message_id)
    yield Word("time"), *instant_items(Instant(float(math.floor(message.at.epoch_s))))
    yield from free("text", message.text)


def _read_words(cursor: Cursor) -> Words:
    exercise = _read_head(cursor, "message")
    party = name_of(cursor, "party")
    message_id = name_of(cursor, "call_id")
    return Words(party, message_id, instant_of(cursor, "time"), text_of(cursor, "text"), exercise)


def of(message: Message | Declaration) -> Message:
    """A bare declaration is a notice that is no exercise."""
    return Notice(message) if isinstance(message, Declaration) else message
