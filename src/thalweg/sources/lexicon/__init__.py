"""Words that the rules know, by language. English is handled; other languages are told, and refused for
drafting.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

HANDLED: Final = ("en",)


@cache
def words(text: str) -> tuple[str, ...]:
    """The words of a list in a lexicon; quotes hold a group of words together."""
    return tuple(shlex.split(text.replace("'", "’"), comments=False))


def any_of(patterns: list[str], *, whole: bool = False) -> re.Pattern[str]:
    """One pattern for several; with `whole` each must be the whole text, unless it ends in "…"."""
    return _one_of(tuple(patterns), whole=whole)


@cache
def _one_of(patterns: tuple[str, ...], *, whole: bool) -> re.Pattern[str]:
    if whole:
        parts = [each[:-1] + ".*" if each.endswith("…") else each.replace("…", ".*") for each in patterns]
        return re.compile(rf"\s*(?:{'|'.join(parts)})\s*", re.IGNORECASE | re.DOTALL)
    return re.compile("|".join(patterns), re.IGNORECASE)


@cache
def _lower(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in listed)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The raw tables, and the few that every module asks for."""

    language: str
    table: dict[str, Any]

    def set_of(self, *path: str) -> frozenset[str]:
        """A list of words by its path in the file, in lower case."""
        return _lower(self.list_of(*path))

    def list_of(self, *path: str) -> tuple[str, ...]:
        value: Any = self.table
        for step in path:
            value = value[step]
        return words(str(value))


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a handled language; `KeyError` for another, which callers ask about first (`HANDLED`)."""
    if language not in HANDLED:
        raise KeyError(language)
    text = (resources.files(__name__) / f"{language}.yaml").read_text("utf-8")
    return Lexicon(language, yaml.safe_load(text))
