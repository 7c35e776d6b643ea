"""What is left of a page once it has been read: the article's own text, and what was left out of it, with
reasons.

Offsets count characters (Unicode code points) of `Article.text`, from 0, half-open. That text is made so,
and the same bytes always give the same text:

    1  each paragraph in Unicode NFC; invisible characters (soft hyphen, zero-width space, byte order mark,
       direction marks) taken out; half a surrogate pair is U+FFFD; of marks stacked on a letter the first 30
    2  runs of ordinary white space inside a paragraph are one space; no-break spaces stay as they are
    3  paragraphs of the article's own in their order, parted by one empty line ("\\n\\n")

`comparable` folds what editors change without changing a word (no-break spaces, quotation marks, dashes),
one character for one, so that an offset in the folded text is one in the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from thalweg.model.notes import Flag


class Part(StrEnum):
    """What a paragraph of a page is."""

    BODY = "body"  # the article's own text
    HEADING = "heading"  # of a section of it; stands in the text
    HEADLINE = "headline"
    BYLINE = "byline"  # who wrote it and when
    CAPTION = "caption"  # of a picture: it often tells of another day
    CREDIT = "credit"  # "Source: …": whose text it is
    FURNITURE = "furniture"  # navigation, sharing, other articles, small print
    COMMENT = "comment"  # a reader's


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (half-open) of `Article.text`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def holds(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A paragraph that is not the article's own text, and why it was taken for that."""

    part: Part
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose text it is by the article's own word, and from which character of its text on."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Article:
    """One page as read. `published` and `updated` are days as the page states them, None where it does not.

    `language` is an ISO 639-1 code, "" where it cannot be told.
    """

    sha256: str  # of the bytes, hexadecimal
    medium: str  # "html", "pdf", "saved page", "text"
    text: str
    paragraphs: tuple[Span, ...]
    headings: tuple[Span, ...] = ()
    headline: str = ""
    outlet: str = ""
    byline: str = ""
    url: str = ""
    published: date | None = None
    updated: date | None = None
    language: str = ""
    credits: tuple[Credit, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def name(self) -> str:
        """How to call it in a sentence."""
        return self.outlet or self.headline or f"the page {self.sha256[:8]}"


_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F)]
)
_LONE: Final = re.compile("[\ud800-\udfff]")  # half a letter, as JSON can spell it: no text has one
# No letter of any language bears more marks than 30 (Unicode, Stream-Safe Text); thousands take an hour to compose.
_STACKED: Final = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a\u0e31-\u0e4e"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]{30})"
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a\u0e31-\u0e4e"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]+"
)
_ORDINARY_SPACE: Final = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u2008\u3000", " "),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("–—‐‑‒―−", "-"),
    }
)


def without_towers(text: str) -> str:
    """The text with no more than 30 marks on a letter: what puts letters together takes hours over more."""
    return text if text.isascii() else _STACKED.sub(r"\1", text)


def normal(text: str) -> str:
    """A paragraph as it stands in `Article.text` (rules 1 and 2)."""
    kept = text.translate(_INVISIBLE)
    if not kept.isascii():
        kept = unicodedata.normalize("NFC", without_towers(_LONE.sub("\ufffd", kept)))
    return _ORDINARY_SPACE.sub(" ", kept).strip(" \u00a0")


@lru_cache(maxsize=256)  # every rule asks for that of the whole text, sentence by sentence
def comparable(text: str) -> str:
    """The same text, character for character, with the spaces, quotation marks and dashes of a typewriter."""
    return text.translate(_FOLDED)


_SCRIPTS: Final = (("ar", "ARABIC"), ("ru", "CYRILLIC"), ("he", "HEBREW"), ("el", "GREEK"))
# The commonest words of languages in Latin letters that are met beside English; enough to tell that it is
# not English.
_COMMON: Final = {
    "en": "the and of to in that is was for on with said by at from it has had have its be are were",
    "fr": "le la les des et du une dans est que pour sur avec par qui aux ont été plus ce cette",
    "de": "der die das und den von mit ist im dem nicht ein eine auf für des sich auch wurde",
    "es": "el la los las del y en que por con para una su fue según más como sus este",
    "tr": "ve bir bu için ile olarak da de olan daha çok sonra kadar ise göre olduğunu",
    "ku": "û li ku ji bi di de ev jî wê bo hate kir dike xwe",
}


_NEIGHBOURS: Final = {"ar": ("پچژگێۆەڵڕ", "fa"), "ru": ("іїєґў", "uk")}


def _has(letters: list[str], foreign: str) -> bool:
    return bool(foreign) and sum(char.casefold() in foreign for char in letters) > 0.008 * len(letters)


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language that the text is in, "" where it cannot be told.

    By script first: Arabic script is "ar" unless it has letters that Arabic has not (then "fa", as Persian, Kurdish and
    Urdu are told alike), Cyrillic is "ru" unless it has those of Ukrainian. Then by how many of its words are among the
    commonest of a few languages, and carefully: a text has at least one such word in eight, and twice as many as of any
    other language.
    """
    letters = [char for char in text[:20_000] if char.isalpha()]
    if len(letters) < 20:
        return ""
    for code, script in _SCRIPTS:
        if sum(unicodedata.name(char, "").startswith(script) for char in letters[:2000]) > 0.5 * len(letters[:2000]):
            return _NEIGHBOURS.get(code, ("", code))[1] if _has(letters, _NEIGHBOURS.get(code, ("", ""))[0]) else code
    if sum(char in "ığşİĞŞ" for char in letters) > 0.012 * len(letters) and "ə" not in letters:
        return "tr"
    said = re.findall(r"[^\W\d_]+", text[:20_000].casefold())
    counted = {code: sum(word in frozenset(common.split()) for word in said) for code, common in _COMMON.items()}
    best, second, *_ = sorted(counted.values(), reverse=True)
    if best * 8 < len(said) or second * 2 > best:
        return ""
    return next(code for code, count in counted.items() if count == best)
