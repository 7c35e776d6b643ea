"""What makes no difference when somebody types: case, accents, forms of letters and digits, marks of direction."""

from __future__ import annotations

import unicodedata

# Letters that people type for one another, or leave out; after decomposition, so hamza on a carrier is gone already.
_SAME = str.maketrans({
    "ı": "i", "ى": "ي", "ی": "ي", "ې": "ي", "ە": "ه", "ة": "ه", "ۀ": "ه", "ٱ": "ا", "ک": "ك", "ء": "", "ـ": "",
    "٫": ".", "،": ",", "؛": " ", "٬": "", "’": "", "'": "", "ʼ": "", "`": "",
})  # fmt: skip


def fold(text: str) -> str:
    """Lower case without accents and marks; any decimal digit as 0 to 9; one form of each Arabic letter."""
    made = []
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()):
        category = unicodedata.category(char)
        if category in ("Mn", "Cf", "Me"):
            continue
        made.append(str(unicodedata.digit(char)) if category == "Nd" else char)
    return "".join(made).translate(_SAME)


def letters(text: str) -> str:
    """Only what can be heard of free text: its folded letters and digits, without spaces."""
    return "".join(char for char in fold(text) if char.isalnum())
