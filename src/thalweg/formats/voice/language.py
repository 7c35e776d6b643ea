"""The words of the six languages: keywords, check words, and how letters and digits are said aloud.

`keywords.csv` has a column for each language; alternatives are parted by a bar and the first is written.
`alphabet.csv` has how a letter is said (Annex 10 of the Chicago Convention, volume II, 5.2.1.3).
`words/LANGUAGE.txt` has 256 check words, in the order of their numbers. Any two of them, folded, are at least
`LEAST_DISTANCE` edits apart (a letter lost, added, changed, or two neighbours swapped), and from every word of a
keyword at least two: no slip of two letters makes one check word of another.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from thalweg.formats.voice.folding import fold, fold_alike
from thalweg.model.errors import InputError

LANGUAGES = ("en", "ar", "ru", "fr", "tr", "ku")
LEAST_DISTANCE = 3
SPELLING = frozenset(("dash", "slash", "dot", "underscore", "space", "capital", "capitals", "code", "stop"))
DIGITS = tuple("0123456789")

_FOLDER = files("thalweg.formats.voice")
_LATIN = "en", "fr", "tr", "ku"


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes and reads the form."""

    code: str
    written: Mapping[str, str]  # keyword -> as it is written
    phrases: Mapping[tuple[str, ...], str]  # folded words -> keyword; without those that spell
    spelling: Mapping[tuple[str, ...], str]  # folded words -> keyword that spells
    words: tuple[str, ...]  # check words by number, as they are written
    numbers: Mapping[str, int]  # folded check word -> number
    alphabet: Mapping[str, str]  # letter or digit -> as it is said

    def folded(self, text: str) -> str:
        """Words of the form as the tables have them, also where letters of another script look like theirs."""
        return fold_alike(text, cyrillic=self.code == "ru")


@cache
def language_of(code: str) -> Language:
    """The language of that code. `InputError` if there is no voice form in it."""
    if code not in LANGUAGES:
        raise InputError(
            "voice-language",
            f"There is no voice form in “{code}”.",
            expected=f"one of {', '.join(LANGUAGES)}",
            found=code,
        )
    written: dict[str, str] = {}
    phrases: dict[tuple[str, ...], str] = {}
    spelling: dict[tuple[str, ...], str] = {}
    for row in _rows("keywords.csv"):
        keyword, alternatives = row["id"], row[code].split("|")
        written[keyword] = _shown(alternatives[0], code)
        table = spelling if keyword in SPELLING else phrases
        table.update({tuple(fold(each).split()): keyword for each in alternatives})
    words = _FOLDER.joinpath("words", f"{code}.txt").read_text("utf-8").split()
    letters = {row["letter"]: row[code] for row in _rows("alphabet.csv")}
    return Language(
        code=code,
        written=written,
        phrases=phrases,
        spelling=spelling,
        words=tuple(_shown(word, code) for word in words),
        numbers={fold(word): number for number, word in enumerate(words)},
        alphabet={**letters, **{digit: written[digit].lower() for digit in DIGITS}},
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_FOLDER.joinpath(name).read_text("utf-8").splitlines()))


def _shown(text: str, code: str) -> str:
    """As it is sent: Latin letters in capitals without accents, so that one SMS holds 160 of them."""
    return fold(text).upper() if code in _LATIN else text.upper()
