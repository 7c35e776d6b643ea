"""How much a field of an entry may hold, as annotations of its type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Longest:
    """How many characters a text may have."""

    characters: int


@dataclass(frozen=True, slots=True)
class Most:
    """How many items a list may have."""

    items: int


Id = Annotated[str, Longest(200)]
Text = Annotated[str, Longest(16_000)]
Short = Annotated[str, Longest(300)]
Document = Annotated[str, Longest(48_000)]
