"""What is written on maps, in each language and in two at once."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests import samples
from tests.never_said import said
from thalweg.model.declarations import LineStatus
from thalweg.places.gazetteer import Kind, Place, packaged
from thalweg.reports import ground
from thalweg.reports import map as maps
from thalweg.reports.lettering import CATALOGUES, Lettering
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue_in
from thalweg.reports.messages.places import place_name
from thalweg.reports.messages.speech import PLACEHOLDER

OTHERS = [language for language in LANGUAGES if language != "en"]
ALIKE = {("map.north", "fr"), *(("map.river.Ceyhan", language) for language in ("fr", "tr", "ku"))}
"""A river that is called the same, and the N of Nord."""

DEIR_EZ_ZOR = {"ar": "دير الزور", "ru": "Дейр-эз-Зор"}


def written(*languages: str) -> list[str]:
    svg = maps.draw(samples.result(), ground.packaged, languages=languages).svg
    return [unescape(each) for each in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_of_a_map_is_missing_or_its_english_source(language: str) -> None:
    """R25."""
    english, there = catalogue_in(CATALOGUES, "en").entries, catalogue_in(CATALOGUES, language).entries
    assert there.keys() == english.keys()
    for key, text in there.items():
        assert text != english[key] or (key, language) in ALIKE, key
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[key])), key
        assert not said(text, language), key


@pytest.mark.parametrize("language", ["ar", "ru"])
def test_towns_stand_in_the_script_of_the_reader(language: str) -> None:
    assert any(DEIR_EZ_ZOR[language] in each for each in written(language))
    assert not any(each.strip("\u2067\u2068\u2069") == "Deir ez-Zor" for each in written(language))
    assert any("Deir ez-Zor" in each for each in written("ku"))


@pytest.mark.parametrize("language", OTHERS)
def test_a_line_says_its_status_in_the_language_of_the_map(language: str) -> None:
    words = Lettering((language,))
    english, own = written("en"), written(language)
    assert any(each.endswith("line, tacit") for each in english)
    assert not any("line, " in each for each in own)
    tacit = [each for each in own if each.strip("\u2067\u2068\u2069").endswith(tuple(_statuses(words)))]
    assert len(tacit) == sum("line, " in each for each in english)


def _statuses(words: Lettering) -> list[str]:
    return [words.segment(each) for each in LineStatus]


def test_an_arabic_label_runs_from_the_right_and_keeps_its_parts_together() -> None:
    """Each part is isolated, so that a Latin title cannot take the figure before the Arabic unit to itself."""
    hospital = next(each for each in written("ar") if "hospital" in each)
    assert hospital.startswith("\u2067")
    assert hospital.endswith("\u2069")
    assert "\u2068±3 كم\u2069" in hospital
    assert "\u2068[متقادم]\u2069" in hospital
    assert hospital.count("\u2069") == hospital.count("\u2067") + hospital.count("\u2068")


def test_a_print_in_two_languages_says_both_and_what_is_alike_once() -> None:
    both = written("en", "ar")
    assert any("Deir ez-Zor" in each and DEIR_EZ_ZOR["ar"] in each for each in both)
    assert any("±3 km" in each and "±3 كم" in each for each in both)
    assert not any("Deir ez-Zor / Deir ez-Zor" in each for each in written("en", "fr"))
    assert "35°20′N" in both


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert Lettering(("en",)).distance(3800.0) == "3.8 km"
    assert Lettering(("ru",)).distance(3800.0) == "3,8 км"
    assert Lettering(("en", "fr")).distance(3800.0) == "3.8 km / 3,8 km"
    assert Lettering(("en", "fr")).distance(3000.0) == "3 km"


@pytest.mark.parametrize(
    ("name", "arabic", "russian"),
    [
        ("Deir ez-Zor", "دير الزور", "Дейр-эз-Зор"), ("Raqqa", "الرقة", "Ракка"), ("Mosul", "الموصل", "Мосул"),
        ("Aleppo", "حلب", "Алеппо"), ("Damascus", "دمشق", "Дамаск"), ("Ankara", "أنقرة", "Анкара"),
        ("Erbil", "أربيل", "Эрбиль"), ("Kayseri", "قيصري", "Кайсери"), ("Moscow", "موسكو", "Москва"),
    ],
)  # fmt: skip
def test_a_name_in_a_script_is_of_the_language_that_is_meant(name: str, arabic: str, russian: str) -> None:
    """Not Persian or Kurdish for Arabic, not Bulgarian or Tajik for Russian: the gazetteer has them all, unmarked."""
    found = place_name(packaged().lookup(name).candidates[0].place)
    assert (found.arabic, found.cyrillic) == (arabic, russian)


def test_a_place_without_a_name_in_a_script_has_none_there() -> None:
    place = Place("x", "Testville", "XX", 0.0, 0.0, Kind.TOWN, aliases=("تێستڤیل", "Тествіль"))
    assert (place_name(place).arabic, place_name(place).cyrillic) == ("", "")
