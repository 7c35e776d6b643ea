"""The catalogues: for each language one gettext file, `catalogues/<language>.po`, with every word that messages and
pages say in it.

An entry is found by its context (`msgctxt "meeting.approach.may"`); `msgid` is the English text it was translated
from, so that an entry whose English has changed since is seen to be out of date, and is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po

from thalweg.model.errors import InputError

# Each under its own name, in the order in which they are offered.
LANGUAGES: Final = {
    "en": "English",
    "ar": "العربية",
    "ru": "Русский",
    "fr": "Français",
    "tr": "Türkçe",
    "ku": "Kurdî (Kurmancî)",
}
# Arabic with the month names of the Levant (أيلول); English with the day before the month.
_LOCALES: Final = {"en": "en_GB", "ar": "ar_SY"}
_SCRIPTS: Final = {"ar": "arabic", "ru": "cyrillic"}

_REVIEWED: Final = '"X-Thalweg-Reviewed: yes\\n"'  # a header of the file; Babel keeps its own alone

# Isolates of UAX 9: what stands between them cannot turn round what stands beside them.
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"


@dataclass(frozen=True)
class Catalogue:
    """Everything that one language says. `entries` maps keys to texts, `plurals` to texts by plural category."""

    language: str
    locale: Locale
    reviewed: bool  # by a fluent reader
    entries: Mapping[str, str]
    plurals: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, str]  # key -> the English that it was translated from

    @property
    def right_to_left(self) -> bool:
        return self.locale.character_order == "right-to-left"

    @property
    def script(self) -> str:
        return _SCRIPTS.get(self.language, "latin")

    def text(self, key: str) -> str:
        """The template of this key."""
        try:
            return self.entries[key]
        except KeyError:
            raise InputError(
                "message-text-missing", f"The language {self.language} has no text for {key}.", key=key
            ) from None

    def plural(self, key: str, number: int) -> str:
        """The template of this key in the form that goes with the number."""
        forms = self.plurals.get(key)
        if forms is None:
            raise InputError("message-text-missing", f"The language {self.language} has no forms for {key}.", key=key)
        # CLDR has a form for millions in some languages that no whole number below one takes.
        return forms.get(self.locale.plural_form(number)) or list(forms.values())[-1]

    def isolated(self, text: str, *, left_to_right: bool = False) -> str:
        """In a right-to-left language, with isolates round it; elsewhere as it is."""
        if not self.right_to_left:
            return text
        return f"{LRI if left_to_right else FSI}{text}{PDI}"


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; asking for one that there is none of is refused."""
    if language not in LANGUAGES:
        raise InputError(
            "language-unknown",
            f"There is no language {language!r}. There are: {', '.join(LANGUAGES)}.",
            found=language,
            expected=", ".join(LANGUAGES),
        )
    return _read(Path(__file__).parent / "catalogues", language, None if language == "en" else catalogue("en"))


@cache
def catalogue_in(folder: Path, language: str) -> Catalogue:
    """The catalogue of a language in a folder of its own, as pages have one each; read as the one of the messages."""
    return _read(folder, language, None if language == "en" else catalogue_in(folder, "en"))


def _read(folder: Path, language: str, source: Catalogue | None) -> Catalogue:
    written = (folder / f"{language}.po").read_text("utf-8")
    read = read_po(StringIO(written), locale=language)
    locale = Locale.parse(_LOCALES.get(language, language))
    english = {} if source is None else source.sources
    entries: dict[str, str] = {}
    plurals: dict[str, dict[str, str]] = {}
    sources: dict[str, str] = {}
    for message in read:
        said = message.string
        if not message.id or message.fuzzy or not said:
            continue
        key = str(message.context)
        source_text = message.id if isinstance(message.id, str) else message.id[0]
        if english and english.get(key) != source_text:
            continue  # its English has changed since
        sources[key] = source_text
        if isinstance(said, str):
            entries[key] = said
        else:
            plurals[key] = dict(zip(_categories(locale), said, strict=False))
    return Catalogue(language, locale, _REVIEWED in written, entries, plurals, sources)


_FORMS: Final = ("zero", "one", "two", "few", "many", "other")


def _categories(locale: Locale) -> tuple[str, ...]:
    """The plural categories that whole numbers below a million take, in the order of the catalogue's forms."""
    taken = {locale.plural_form(number) for number in (*range(201), 1000)}
    return tuple(form for form in _FORMS if form in taken)
