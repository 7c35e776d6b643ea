"""Text as people write it, made comparable: digits, spaces, invisible marks, numbers, yes and no."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from thalweg.model.characters import without_hidden
from thalweg.model.errors import InputError

# Marks that steer the direction of text, join letters or lengthen them, and say nothing (U+0640 is tatweel).
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x0640, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_STEERING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_SEPARATORS = re.compile(r"[\s_/\-–—]+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:\.\d*)?")
_COMMA = re.compile(r"([+-]?\d+),(\d+)")


def plain(text: str) -> str:
    """`text` with ASCII digits, ordinary spaces, no invisible marks and no space around it."""
    if text.isascii():
        return text.strip()
    return _plain_of_others(text)


def kept(text: str) -> str:
    """`text` as it was written, but for space around it, composed letters (NFC), marks that steer its direction and
    spaces without width: for names and ids, where № 2 is not No 2."""
    if text.isascii():
        return text.strip()
    return without_hidden(unicodedata.normalize("NFC", text).translate(_STEERING)).strip()


@lru_cache(maxsize=4096)
def _plain_of_others(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    kept = []
    for letter in text:
        digit = unicodedata.decimal(letter, None)
        kept.append(letter if digit is None else str(digit))
    return (
        "".join(kept)
        .replace("\u2212", "-")
        .replace("\u066b", ".")  # Arabic decimal separator
        .replace("\u066c", "")  # Arabic thousands separator
        .strip()
    )


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """`text` without case, accents, hyphens, underscores and doubled spaces, for looking words up."""
    text = unicodedata.normalize("NFD", plain(text).casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.replace("أ", "ا").replace("إ", "ا").replace("آ", "ا").replace("ى", "ي").replace("ة", "ه")
    return _SEPARATORS.sub(" ", text).strip(" .:*")


def number(text: str, *, thousands_by_comma: bool = False) -> float:
    """A finite number written with a point or a comma before its decimals, or spaces between thousands.

    `1,500` may be one and a half or fifteen hundred: it is refused (`number-ambiguous`) unless
    `thousands_by_comma`, which is set where three decimals make no sense, as in feet.
    """
    tidy = plain(text)
    if _NUMBER.fullmatch(tidy):
        return _finite(tidy, text)
    if _GROUPED.fullmatch(tidy):
        return _finite(tidy.replace(" ", ""), text)
    if thousands_by_comma and re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", tidy):
        return _finite(tidy.replace(",", ""), text)
    comma = _COMMA.fullmatch(tidy)
    if comma and len(comma[2]) == 3 and comma[1].lstrip("+-") != "0":
        raise InputError(
            "number-ambiguous",
            f"“{text}” can be read as two different numbers.",
            expected="a number without thousands separators, such as 1500 or 1.5",
            found=text,
        )
    if comma:
        return _finite(f"{comma[1]}.{comma[2]}", text)
    raise InputError("number-unreadable", f"“{text}” is not a number.", expected="a number", found=text)


def _finite(tidy: str, text: str) -> float:
    value = float(tidy)
    if not abs(value) < 1e300:
        raise InputError("number-unreadable", f"“{text}” is no finite number.", expected="a number", found=text)
    return value


_YES = frozenset(
    folded(w) for w in ("yes", "y", "true", "1", "x", "✓", "on", "oui", "vrai", "да", "نعم", "sí", "si", "ja")
)
_NO = frozenset(folded(w) for w in ("no", "n", "false", "0", "off", "non", "faux", "нет", "لا", "nein", "none", "-"))


def yes_or_no(text: str) -> bool:
    """`yes`, `true`, `1`, `oui`, `да`, `نعم` and their opposites; else `InputError` (`yes-no-unreadable`)."""
    word = folded(text)
    if word in _YES:
        return True
    if word in _NO or not word:
        return False
    raise InputError("yes-no-unreadable", f"“{text}” is neither yes nor no.", expected="yes or no", found=text)


def listed(text: str) -> tuple[str, ...]:
    """The items of a list written with semicolons, bars or commas, in their order, without empty ones."""
    return tuple(item.strip() for item in re.split(r"[;|,،؛\n]", text) if item.strip())
