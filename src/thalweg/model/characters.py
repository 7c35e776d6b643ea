"""Which characters a text may hold, and which are shown by their number instead of being obeyed.

Arabic, Hebrew, Persian and Kurdish need marks that are not seen: direction marks, isolates, embeddings, joiners. They
stay. What is never needed is refused where something is stated: controls, which move a terminal's cursor or end a text;
overrides, which turn digits round (35.12 is 21.53 to whoever looks at it); and, in titles and names, spaces without
width, by which two names that look alike differ. What stands in a log already is read as ever, and shown by `visible`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from thalweg.model.errors import InputError

LONGEST_TITLE: Final = 1_000
"""Characters of a title. One that is longer is a text, or a quotation mark that was never closed."""

LONGEST_ID: Final = 100
"""Characters of a declaration's id at a desk: a notice names many, and has to fit into one entry."""
LONGEST_NAME: Final = 300
"""Characters of an id in an entry, a party or the name of a text beside a statement."""
LONGEST_TEXT: Final = 16_000
"""Characters of a text beside a statement."""
MOST_TEXTS: Final = 500
"""Texts by name beside a statement."""

_NEVER: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u206a-\u206f\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef"
    "\U000e0000-\U000e007f" + "".join(chr((plane << 16) + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
)
_HIDDEN: Final = "\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0"
_IN_TEXT: Final = re.compile(f"[{_NEVER}]|\r(?!\n)")
_IN_LINE: Final = re.compile(f"[{_NEVER}{_HIDDEN}\t\n\r]")
_UNSEEN: Final = re.compile(f"[{_NEVER}\u200b\u2060-\u2065\u180e\ufeff]")
_NAMES: Final = {0x09: "a tab", 0x0A: "a line end", 0x0D: "a line end", 0x7F: "a control character"}


@dataclass(frozen=True, slots=True)
class Unfit:
    """A character that a text may not hold: how many stand before it, and what it is."""

    after: int
    character: str

    @property
    def code(self) -> str:
        """`U+202E`."""
        return f"U+{ord(self.character):04X}"

    @override
    def __str__(self) -> str:
        number = ord(self.character)
        name = _NAMES.get(number) or unicodedata.name(self.character, "").lower()
        if not name:
            category = unicodedata.category(self.character)
            name = {"Cc": "a control character", "Cs": "half of a surrogate pair"}.get(category, "no character")
        return f"{self.code} ({name}) as character {self.after + 1}"


def unfit_id(text: str) -> str:
    """Why a desk takes no declaration of this id, as a sentence; empty where it may. It stands in the address of the
    declaration, which a browser makes shorter by `.` and `..` between slashes. Others' ids have slashes: `node/26580`
    of OpenStreetMap, and the addresses of linked data."""
    if len(text) > LONGEST_ID:
        return f"A declaration's id has up to {LONGEST_ID} characters, and this one has {len(text):,}."
    if text.startswith("/") or text.endswith("/") or not {".", ".."}.isdisjoint(text.split("/")):
        return (
            "A declaration's id does not begin or end with a slash, and is no “.” or “..”, nor has one between slashes."
        )
    return ""


def unfit(text: str, *, lines: bool = False) -> Unfit | None:
    """The first character that a title or name, or with `lines` a text of several lines, may not hold."""
    if text.isascii() and text.isprintable():
        return None
    found = (_IN_TEXT if lines else _IN_LINE).search(text)
    return None if found is None else Unfit(found.start(), found[0])


def require_seen(text: str, what: str) -> None:
    """`InputError` (`text-character`) for a text of which something is read, and which is seen as another.

    35.12 behind an override of direction is seen as 21.53: whoever checks what was entered checks the wrong place.
    """
    found = unfit(text, lines=True)
    if found is not None:
        raise InputError(
            "text-character",
            f"The {what} has {found}: what is seen there is not what is read.",
            expected=f"the {what} typed again without it",
            found=visible(text[:80]),
        )


def without_hidden(text: str) -> str:
    """`text` without spaces and hyphens that have no width."""
    return text if text.isascii() else re.sub(f"[{_HIDDEN}]", "", text)


def visible(text: str) -> str:
    """`text` with what would be obeyed or not be seen shown by its number: `[U+202E]`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", text)
