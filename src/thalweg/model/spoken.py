"""What is said over a radio besides a notice: emergencies, answers, read-backs (R14, R17, R23).

Plain values, as the voice form carries them. A version is named by the first eight hexadecimal digits of its id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from thalweg.model.declarations import Declaration
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.shapes import Position

_REFERENCE = re.compile(r"[0-9a-f]{8}")


class Answer(StrEnum):
    """Four answers, none of which is a permission (D8)."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    NEED_MORE = "need_more"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Notice:
    """A declaration as it is told to somebody; `exercise` is a mark of the theatre, not of the declaration."""

    declaration: Declaration
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    """People in danger within `radius_m` of a position, now. `declaration_id` names what was declared there."""

    party: str
    message_id: str
    at: Position
    since: Instant
    radius_m: float = 0.0
    declaration_id: str = ""
    text: str = ""
    exercise: bool = False

    def __post_init__(self) -> None:
        _check_named(self.party, self.message_id)
        if not 0 <= self.radius_m <= 5e6:
            raise ValueRefused("extent-range", f"A radius of {self.radius_m} m is not one.", found=self.radius_m)


@dataclass(frozen=True, slots=True)
class Words:
    """A notice that is words alone: of a promise, a proposal, a line, whatever shows no place of its own."""

    party: str  # whose it is
    message_id: str
    at: Instant
    text: str
    exercise: bool = False

    def __post_init__(self) -> None:
        _check_named(self.party, self.message_id)
        if not self.text:
            raise ValueRefused("text-empty", "A message in words has words.")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One party's answer to one version of another's declaration."""

    party: str
    declaration_id: str
    version: str  # eight hexadecimal digits: version_reference
    answer: Answer
    at: Instant
    text: str = ""
    exercise: bool = False

    def __post_init__(self) -> None:
        _check_named(self.party, self.declaration_id)
        _check_reference(self.version)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a party understood of a notice: identity, position, time, altitude. Absent is "not read back"."""

    party: str
    declaration_id: str
    version: str  # eight hexadecimal digits: version_reference
    position: Position | None = None
    window: Window | None = None
    band: Band | None = None
    exercise: bool = False

    def __post_init__(self) -> None:
        _check_named(self.party, self.declaration_id)
        _check_reference(self.version)


def version_reference(version_id: str) -> str:
    """The first eight hexadecimal digits of a version id, by which a version is named in few words."""
    return version_id.removeprefix("v-")[:8]


def _check_named(party: str, chain: str) -> None:
    if not party.strip() or not chain.strip():
        raise ValueRefused("spoken-unnamed", "A message names the party that says it, and what it is about.")


def _check_reference(version: str) -> None:
    if not _REFERENCE.fullmatch(version):
        raise ValueRefused("spoken-version", "A version is named by eight hexadecimal digits.", found=version)
