"""Folding of place names: which spellings are one name, and which only look alike.

Three keys, from strict to loose (docs/reference/places.md has the table):

    name       script marks, case, hyphens, apostrophes, spaces and Arabic letter variants do not count:
               "Deïr ez Zor" = "deir ez-zor" = "Deirezzor";  "دير الزور" = "ديرالزور"
    article    the Arabic article does not count either: "Deir ez-Zor" = "Deir al-Zor" = "Deir Zor"
    spelling   nor does the way Arabic is romanised: "Dayr", "Deir", "Dair"; "Raqqa", "Rakka"

The last two are for names of places where Arabic is written (`ARABIC_COUNTRIES`), and are kept apart from
the first by a prefix, so that El Paso in Texas never folds into Paso.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Match(StrEnum):
    """How a name was found, the strictest way first."""

    ID = "id"  # by its id or P-code
    NAME = "name"
    ARTICLE = "article"
    SPELLING = "spelling"


ARABIC_COUNTRIES = frozenset(
    ["AE", "BH", "DJ", "DZ", "EG", "EH", "ER", "IL", "IQ", "JO", "KM", "KW", "LB", "LY", "MA", "MR"]
).union(["OM", "PS", "QA", "SA", "SD", "SO", "SY", "TD", "TN", "YE"])

_PREFIX = {Match.ID: "#", Match.NAME: "", Match.ARTICLE: "~", Match.SPELLING: "≈"}

# Combining marks of these scripts are decoration to a reader in a hurry; those of Indic scripts are vowels.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LETTERS = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e",
        "ŋ": "n", "ħ": "h",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه",
        "ء": None, "ـ": None, "ё": "е", "ґ": "г", "ъ": None, "ь": None,
    }
)  # fmt: skip
_ARTICLES = frozenset(
    vowel + consonant for vowel in "aeiu" for consonant in ("l", "d", "dh", "r", "s", "sh", "t", "th", "z", "n")
)
# An article written onto its noun, as in "Deir Ezzor": a vowel and a doubled sun letter, not at the start.
_JOINED_ARTICLE = re.compile(r"^[aeu](?=(ssh|tth|ddh|dd|rr|ss|tt|zz|nn|ll))[a-z]")
_GENERIC = frozenset(
    [
        "city",
        "town",
        "village",
        "of",
        "the",
        "ville",
        "مدينه",
        "بلده",
        "قريه",
        "город",
        "г",
        "село",
        "деревня",
    ]
)
_ROMANISATIONS = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"tch|ch", "sh"),
        (r"dj", "j"),
        (r"q", "k"),
        (r"ph", "f"),
        (r"ou|oo|aw|au|ow|uw|o|w", "u"),
        (r"ay|ai|ey|ei|ee|iy|y", "i"),
        (r"h$|e$|eh$", ""),
        (r"e", "a"),
        (r"(.)\1+", r"\1"),
        (r"ia$|i$|a$", "i"),
    )
)


def fold(name: str) -> str:
    """The `name` key: letters and digits only, without marks, case or spaces."""
    return "".join(_words(name))


def words(text: str) -> str:
    """The words of a text, folded like names and with one space before each: to be searched for other such words."""
    return "".join(f" {word}" for word in _words(text))


def keys(name: str, *, arabic: bool) -> tuple[str, ...]:
    """The keys under which a place of this name is filed; empty for a name without letters or digits."""
    words = _words(name)
    if not words:
        return ()
    found = ["".join(words)]
    if arabic:
        bare = _without_article(words)
        found.append(_PREFIX[Match.ARTICLE] + bare)
        if bare.isascii():
            found.append(_PREFIX[Match.SPELLING] + _sound(bare))
    return tuple(found)


def wanted(name: str) -> tuple[tuple[Match, str], ...]:
    """The keys to look a name up by, strictest first."""
    words = _words(name)
    if not words:
        return ()
    bare = _without_article(words)
    found = [(Match.NAME, "".join(words)), (Match.ARTICLE, _PREFIX[Match.ARTICLE] + bare)]
    if bare.isascii():
        found.append((Match.SPELLING, _PREFIX[Match.SPELLING] + _sound(bare)))
    return tuple(found)


def without_generic_words(name: str) -> str:
    """The name without "city of", "village", "مدينة" and the like; "" when nothing else is left."""
    return " ".join(word for word in _words(name) if word not in _GENERIC)


def id_key(identifier: str) -> str:
    """The key of an id ("geonames:170794") or a P-code ("SY070000"), which fold in case only."""
    return _PREFIX[Match.ID] + identifier.strip().casefold()


def _words(name: str) -> list[str]:
    # Case is folded on both sides: what a sign such as ℻ is taken apart into may be capitals again.
    decomposed = unicodedata.normalize("NFKD", name.casefold()).casefold()
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", decomposed).translate(_LETTERS))
    joined = re.sub(r"(?<=\w)['’‘ʼʻʿʾˈ`´′ˌʹ]+(?=\w)|[ʿʾʻʼ`‘’']", "", plain)
    # Vowel signs of Indic scripts are marks, not letters; they belong to the word.
    return "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in joined).split()


def bare_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, without generic words and the Arabic article: "مدينة دير الزور" is دير, زور."""
    return tuple(_bare([word for word in _words(name) if word not in _GENERIC]))


def sound(word: str) -> str:
    """A folded word in Latin letters as it sounds, however it was romanised: Dayr and Deir are one."""
    return _sound(word)


def _without_article(words: list[str]) -> str:
    return "".join(_bare(words)) or "".join(words)


def _bare(words: list[str]) -> list[str]:
    kept = []
    for i, word in enumerate(words):
        if word in _ARTICLES and len(words) > 1:
            continue
        joined = (word.startswith("ال") and len(word) > 4) or (i and _JOINED_ARTICLE.match(word))
        kept.append(word[2:] if joined else word)
    return kept


def _sound(bare: str) -> str:
    for pattern, plain in _ROMANISATIONS:
        bare = pattern.sub(plain, bare)
    return bare
