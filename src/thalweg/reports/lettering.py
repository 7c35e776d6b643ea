"""What is written on a map, in the language of its document: one, or the two of a bilingual print.

What reads alike in both is written once. Coordinates, tags and ids stay left to right in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from thalweg.model.declarations import Declaration, LineStatus
from thalweg.model.words import HYPOTHETICAL, REPORTED, RUMOURED, STALE
from thalweg.reports import phrases
from thalweg.reports.messages.catalogue import FSI, PDI, catalogue, catalogue_in
from thalweg.reports.messages.slots import PlaceName, what
from thalweg.reports.messages.speech import PLACEHOLDER, Voice

CATALOGUES: Final = Path(__file__).parent / "catalogues"

_RLI: Final = "\u2067"
_MARKS: Final = {HYPOTHETICAL: "hypothetical", STALE: "stale", REPORTED: "reported", RUMOURED: "rumoured"}
# As the layers of the ground name them, each in the language of its country.
_RIVERS: Final = {"Al Furat": "Euphrates", "Firat": "Euphrates", "Dicle": "Tigris"}


class _Tongue:
    def __init__(self, language: str) -> None:
        self.messages = catalogue(language)
        self.voice = Voice(self.messages)
        self._own = catalogue_in(CATALOGUES, language)

    def text(self, key: str, **values: str) -> str:
        return PLACEHOLDER.sub(lambda hit: values[hit[1]], self._own.text(key))

    def river(self, name: str) -> str:
        known = _RIVERS.get(name, name)
        return self._own.entries.get(f"map.river.{known}") or phrases.plain(known)


class Lettering:
    """Says all that a map says. Raises InputError (`language-unknown`)."""

    def __init__(self, languages: Sequence[str] = ("en",)) -> None:
        self._tongues = tuple(map(_Tongue, languages))
        self.right_to_left = all(each.messages.right_to_left for each in self._tongues)

    def label(self, *parts: str) -> str:
        """The parts of a label in a line, none of which turns another round. In a right-to-left document it runs from
        the right, whatever it begins with: by an isolate, for what sets a drawing on paper knows no `direction`.
        """
        shown = [each for each in parts if each]
        if not any(each.messages.right_to_left for each in self._tongues):
            return " ".join(shown)
        line = " ".join(map(_isolated, shown))
        return f"{_RLI}{line}{PDI}" if self.right_to_left else line

    def distance(self, metres: float) -> str:
        return self._each(lambda tongue: tongue.voice.distance(metres))

    def doubt(self, metres: float) -> str:
        """`±500 m`; empty where none is stated."""
        return self._each(lambda tongue: f"±{tongue.voice.distance(metres)}") if metres else ""

    def north(self) -> str:
        return self._each(lambda tongue: tongue.text("map.north"), "/")

    def town(self, name: PlaceName) -> str:
        """In the script of the reader where its name in that is known; else in Latin letters."""
        return self._each(lambda tongue: phrases.plain(name.in_script(tongue.messages.script) or name.name))

    def river(self, name: str) -> str:
        return self._each(lambda tongue: tongue.river(name))

    def segment(self, status: LineStatus) -> str:
        """`line, tacit`: the word that always stands on a line."""
        return self._each(lambda tongue: tongue.text("map.line", status=tongue.voice.word(status)))

    def title(self, declaration: Declaration) -> str:
        """The title as its author wrote it; where there is none, what it is."""
        own = phrases.plain(declaration.title)
        if own:
            return own
        if not phrases.kind_shown(declaration):
            return self._each(lambda tongue: tongue.text("map.untitled", what=tongue.messages.text("what.unstated")))
        return self._each(lambda tongue: tongue.text("map.untitled", what=tongue.voice.word(what(declaration))))

    def mark(self, mark: str) -> str:
        """A mark in a word or two; one that is none of ours as it is."""
        known = _MARKS.get(mark)
        return self._each(lambda tongue: tongue.text(f"map.mark.{known}")) if known else phrases.plain(mark)

    def more(self, number: int) -> str:
        return self._each(lambda tongue: tongue.text("map.more", n=str(number)))

    def credit(self, towns: str, lines: str) -> str:
        return self._each(lambda tongue: tongue.text("map.credit", towns=towns, lines=lines), " ")

    def about(self, declarations: int, findings: int) -> str:
        return self._each(
            lambda tongue: tongue.text("map.about", declarations=str(declarations), findings=str(findings)), " "
        )

    def _each(self, say: Callable[[_Tongue], str], between: str = " / ") -> str:
        said = dict.fromkeys(map(say, self._tongues))
        mixed = len(said) > 1 and any(each.messages.right_to_left for each in self._tongues)
        return between.join(_isolated(each) if mixed else each for each in said)


def _isolated(text: str) -> str:
    return f"{FSI}{text}{PDI}"
