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

from thalweg.model.errors import InputError
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER, Voice

CATALOGUES: Final = Path(__file__).parent / "catalogues"
Value = str | int | Markup


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
        return _filled(key, self.template(key), values, str)

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
    return f"<bdi>{escape(value)}</bdi>"


def _filled(key: str, template: str, values: Mapping[str, Value], written: Callable[[Value], str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise InputError("message-text-missing", f"{key} needs a value for {match[1]}.", key=key)
        return written(values[match[1]])

    return PLACEHOLDER.sub(fill, template)
