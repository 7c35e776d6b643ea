"""What a reader of somebody's file has to say about it: flags, problems, and things left out.

A *flag* marks something odd that was kept as it stands. A *problem* marks something that could not be
read and is therefore **not** checked. An *omission* marks a part of a format that Thalweg does not
support. Problems and omissions make a result incomplete, and the result says so loudly (exit status 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the input a thing stands: the file, and the row, feature or path inside it."""

    file: str
    path: str = ""  # "row 17", "features[3]", "Document/Folder[2]/Placemark[1]"

    @override
    def __str__(self) -> str:
        return f"{self.file}: {self.path}" if self.path else self.file


@dataclass(frozen=True, slots=True)
class Flag:
    """Something plausible readers would ask about. Nothing was changed (R3)."""

    code: str  # stable, documented in docs/reference/flags.md
    sentence: str  # says what is odd, that nothing was changed, and what one can do
    where: str = ""  # the field or vertex it is about: "latitude", "ring 1, vertex 4"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row, feature or file that could not be read; it was left out of the check."""

    source: Source
    code: str  # stable, documented in docs/reference/errors.md
    sentence: str
    expected: str = ""
    found: str = ""

    @property
    def told(self) -> str:
        """The sentence, with what was expected and found where it does not say so itself."""
        expected = f" Expected {self.expected}." if self.expected and self.expected not in self.sentence else ""
        found = f" Found {self.found}." if self.found and self.found not in self.sentence else ""
        return f"{self.sentence}{expected}{found}"

    @override
    def __str__(self) -> str:
        return f"{self.source}: {self.told}"


@dataclass(frozen=True, slots=True)
class Omission:
    """A part of the input that its format allows and Thalweg does not read.

    `harmless` is True only where leaving it out cannot hide a conflict (a colour, an icon); such an
    omission is named but does not make the result incomplete.
    """

    source: Source
    what: str
    why: str
    harmless: bool = False
