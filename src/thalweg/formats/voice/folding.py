"""What makes no difference when somebody types: case, accents, forms of letters and digits, marks of direction."""

from __future__ import annotations

import re
import unicodedata

# Letters that people type for one another, or leave out; after decomposition, so hamza on a carrier is gone already.
_SAME = str.maketrans({
    "ı": "i", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ە": "ه", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ۃ": "ه", "ھ": "ه",
    "ٱ": "ا", "ک": "ك", "ء": "", "ـ": "", "٫": ".", "،": ",", "؛": " ", "٬": "", "٪": "%",
    **dict.fromkeys("'’‘‛`′ʹʻʼʽʾʿ", ""),
})  # fmt: skip

# Letters, digits, and the signs that are said with a number and change it. A minus stands right before its number.
_HEARD = re.compile(r"[^\W_]|[%‰±<>≤≥]|(?<=\d)[.,/\u2044\u2215](?=\d)|(?<!\w)[-\u2010\u2012\u2013\u2212](?=\d)")
_SIGN = str.maketrans(",\u2044\u2215\u2010\u2012\u2013\u2212", ".//----")

# Taken apart, each is the sign of its opposite and a stroke, which is dropped with the accents.
_NEGATED = str.maketrans("\u226e\u226f\u2270\u2271", "≥≤><")  # not less, not greater, and neither of these nor equal

# Letters whose capitals look alike: Latin, Cyrillic, Greek. The words of the form are written in capitals.
_ALIKE = ("aаα", "bвβ", "cс", "eеε", "hнη", "iіι", "jј", "kкκ", "mмμ", "oоο", "pрρ", "sѕ", "tтτ", "xхχ", "yуυ")
_TO_LATIN = str.maketrans({other: group[0] for group in _ALIKE for other in group[1:]} | {"ν": "n", "ζ": "z"})
_TO_CYRILLIC = str.maketrans({other: group[1] for group in _ALIKE for other in group[0] + group[2:]})


def fold(text: str) -> str:
    """Lower case without accents and marks; any decimal digit as 0 to 9; one form of each Arabic letter."""
    made = []
    whole = unicodedata.normalize("NFKC", text).translate(_NEGATED).casefold()
    for char in unicodedata.normalize("NFD", whole):
        category = unicodedata.category(char)
        if category in ("Mn", "Cf", "Me"):
            continue
        made.append(str(unicodedata.digit(char)) if category == "Nd" else char)
    return "".join(made).translate(_SAME)


def fold_alike(text: str, *, cyrillic: bool) -> str:
    """Folded, and letters of another script as those that they look like. Never for names: both may be meant there."""
    return fold(text).translate(_TO_CYRILLIC if cyrillic else _TO_LATIN)


def heard(text: str) -> str:
    """Only what can be heard of free text: folded letters and digits, and the signs of numbers, without spaces."""
    return "".join(_HEARD.findall(fold(text))).translate(_SIGN)
