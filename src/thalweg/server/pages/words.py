"""What a page says: one gettext file for each page and language, read as those of the messages are.

Keys begin with the name of their page (`inbox.title`), so that all catalogues are one space of names: a page uses its
own words, those of the `shell` around it, and those of the messages (`severity.warning`, `kind.operation`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from thalweg.model.characters import visible
from thalweg.model.errors import InputError
from thalweg.reports.messages.catalogue import LANGUAGES, PDI, catalogue, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER, Voice

CATALOGUES: Final = Path(__file__).parent / "catalogues"
Value = str | int | Markup
_STEERS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES: Final = re.compile("[\u202a-\u202e]")
_ISOLATES: Final = "\u2066\u2067\u2068"


class Words:
    """Everything that pages say in one language. Called with a key it gives markup: values are escaped, and isolated
    (`<bdi>`) so that a name in another script does not turn round what stands beside it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.messages = catalogue(language)
        self.voice = Voice(self.messages)
        self._entries = dict(self.messages.entries)
        self.reviewed = self.messages.reviewed
        for folder in sorted(CATALOGUES.iterdir()):
            page = catalogue_in(folder, language)
            self._entries |= page.entries
            self.reviewed = self.reviewed and page.reviewed

    @property
    def direction(self) -> str:
        return "rtl" if self.messages.right_to_left else "ltr"

    def __call__(self, key: str, /, **values: Value) -> Markup:
        """The text of a key, for the body of a page."""
        filled = _filled(key, str(escape(self.template(key))), values, _isolated)
        return Markup(filled)  # noqa: S704  # its parts were escaped

    def plain(self, key: str, /, **values: Value) -> str:
        """The same without markup, for titles and attributes."""
        return _filled(key, self.template(key), values, _contained)

    def template(self, key: str) -> str:
        try:
            return self._entries[key]
        except KeyError:
            raise InputError(
                "message-text-missing", f"The language {self.language} has no text for {key}.", key=key
            ) from None

    def of_islands(self) -> dict[str, str]:
        """What scripts say: the templates of their catalogue by what follows its name, and words that messages have."""
        start = "islands."
        shared = {key: text for key, text in self._entries.items() if key.startswith(("kind.", "severity."))}
        return shared | {key.removeprefix(start): text for key, text in self._entries.items() if key.startswith(start)}

    def knows(self, key: str) -> bool:
        return key in self._entries


def contained(text: str) -> str:
    """The same, so that it turns nothing round that stands after it: no element of a page contains an override, or the
    end of an isolate that was never begun. Those are shown by their code points, as controls and what cannot be seen
    are; what was left open is closed."""
    text = visible(text)
    if not _STEERS.search(text):
        return text
    found: list[str] = []
    depth = 0
    for letter in text:
        if letter in _ISOLATES:
            depth += 1
        elif letter == PDI and depth:
            depth -= 1
        elif letter == PDI or _OVERRIDES.match(letter):
            letter = f"[U+{ord(letter):04X}]"
        found.append(letter)
    return "".join(found) + PDI * depth


def finalized(value: object) -> object:
    """What a template puts out: words are contained, markup and everything else is as it was made."""
    return contained(value) if type(value) is str else value


@cache
def words(language: str) -> Words:
    """The words of a language; made once."""
    return Words(language)


def wanted(accept_language: str) -> str:
    """The language that somebody asks for in `Accept-Language` and that there is; English where there is none."""
    asked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        code = name.strip().lower().split("-")[0]
        code = {"kmr": "ku"}.get(code, code)
        try:
            held = float(weight) if weight else 1.0
        except ValueError:
            continue
        if code in LANGUAGES and held > 0:
            asked.append((-held, place, code))
    return min(asked)[2] if asked else "en"


def _isolated(value: Value) -> str:
    if isinstance(value, Markup):
        return str(value)
    return f"<bdi>{escape(contained(str(value)))}</bdi>"


def _contained(value: Value) -> str:
    return contained(str(value))


def _filled(key: str, template: str, values: Mapping[str, Value], written: Callable[[Value], str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise InputError("message-text-missing", f"{key} needs a value for {match[1]}.", key=key)
        return written(values[match[1]])

    return PLACEHOLDER.sub(fill, template)
