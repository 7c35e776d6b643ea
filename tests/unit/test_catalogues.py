"""Six catalogues say the same: complete, with the same placeholders, the right plurals, and no word of permission."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from tests.never_said import said
from thalweg.model.errors import InputError
from thalweg.model.events import Response
from thalweg.model.words import DISCLAIMERS
from thalweg.places.banks import rivers
from thalweg.places.ground import COMPASS
from thalweg.reports.messages import slots
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue
from thalweg.reports.messages.kinds import MESSAGES
from thalweg.reports.messages.render import counted, text
from thalweg.reports.messages.slots import Counted, Phrase
from thalweg.reports.messages.speech import PLACEHOLDER, bare, hints, template_key

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = catalogue("en")
CATALOGUES = Path(slots.__file__).parent / "catalogues"

# Names are names, and symbols of units are written alike where the script is.
MAY_BE_EQUAL = re.compile(r"river\.|unit\.|language\.")


def phrases() -> list[type[Phrase]]:
    """Every class that has templates: the messages, and all that stands in them."""
    found: dict[type[Phrase], None] = {}

    def add(cls: type[Phrase]) -> None:
        if cls not in found:
            found[cls] = None
            for hint in hints(cls).values():
                inner, _ = bare(hint)
                if isinstance(inner, type) and issubclass(inner, Phrase):
                    add(inner)

    for message in MESSAGES:
        add(message)
    return list(found)


def test_there_is_one_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in CATALOGUES.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_missing_or_out_of_date(language: str) -> None:
    """R25. An entry whose English has changed since is not used, and so is missing here."""
    words = catalogue(language)
    assert set(words.entries) == set(ENGLISH.entries)
    assert set(words.plurals) == set(ENGLISH.plurals)
    assert all(words.entries.values())
    assert all(all(forms.values()) for forms in words.plurals.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_stands_twice(language: str) -> None:
    written = (CATALOGUES / f"{language}.po").read_text("utf-8")
    keys = re.findall(r'^msgctxt "(.*)"$', written, re.MULTILINE)
    assert len(keys) == len(set(keys)) > 300


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_its_english_source(language: str) -> None:
    """Names and symbols excepted, and texts that are nothing but placeholders."""
    words = catalogue(language)
    equal = [
        key
        for key, said_there in words.entries.items()
        if said_there == ENGLISH.entries[key]
        and re.search(r"[^\W\d_]", PLACEHOLDER.sub("", said_there))
        and not MAY_BE_EQUAL.match(key)
    ]
    assert equal == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    words = catalogue(language)
    for key, said_there in words.entries.items():
        assert sorted(PLACEHOLDER.findall(said_there)) == sorted(PLACEHOLDER.findall(ENGLISH.entries[key])), key
        assert said_there.count("{") == len(PLACEHOLDER.findall(said_there)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_says_its_number_in_figures_or_is_of_one_number_alone(language: str) -> None:
    """Arabic says one and two in the noun itself."""
    words = catalogue(language)
    for key, forms in words.plurals.items():
        bare_forms = {category for category, form in forms.items() if "{n}" not in form}
        assert bare_forms <= ({"one", "two"} if language == "ar" else set()), key


def test_the_plural_forms_of_a_file_are_those_that_the_language_has() -> None:
    expected = {"en": 2, "ar": 6, "ru": 3, "fr": 2, "tr": 2, "ku": 2}
    for language, number in expected.items():
        with (CATALOGUES / f"{language}.po").open("rb") as file:
            read = read_po(file)
        assert read.num_plurals == number
        for message in read:
            if isinstance(message.string, (list, tuple)):
                assert len(message.string) == number, (language, message.context)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["0 notices", "1 notice", "2 notices", "5 notices", "11 notices", "1,000 notices"]),
        ("ru", ["0 уведомлений", "1 уведомление", "2 уведомления", "5 уведомлений", "11 уведомлений",
                "1\N{NO-BREAK SPACE}000 уведомлений"]),
        ("fr", ["0 avis", "1 avis", "2 avis", "5 avis", "11 avis", "1\N{NARROW NO-BREAK SPACE}000 avis"]),
        ("tr", ["0 bildirim", "1 bildirim", "2 bildirim", "5 bildirim", "11 bildirim", "1.000 bildirim"]),
        ("ar", ["0 إشعار", "إشعار واحد", "إشعاران", "5 إشعارات", "11 إشعارًا", "1,000 إشعار"]),
    ],
)  # fmt: skip
def test_counts_take_the_form_that_goes_with_the_number(language: str, expected: list[str]) -> None:
    """Six forms in Arabic, three in Russian; Western digits in all."""
    numbers = (0, 1, 2, 5, 11, 1000)
    assert [counted("notices", number, language).strip("\u2068\u2069") for number in numbers] == expected


def test_a_million_has_a_form_too() -> None:
    for language in LANGUAGES:
        assert counted("notices", 1_000_000, language)


def chosen(cls: type[Phrase]) -> set[str]:
    """The fields that choose the template, instead of standing in it."""
    return {cls.by} | ({"meets", "will"} if cls is slots.Meeting else set())


def test_every_template_and_word_that_a_message_can_ask_for_is_there_and_none_that_nothing_asks_for() -> None:
    wanted = {template_key(cls, variant) for cls in phrases() for variant in cls.variants}
    words: set[str] = set()
    for cls in phrases():
        for name, hint in hints(cls).items():
            inner, _ = bare(hint)
            if name in chosen(cls):
                continue
            if isinstance(inner, type):
                if issubclass(inner, StrEnum):
                    words |= {f"{re.sub('(?<=[a-z])(?=[A-Z])', '_', inner.__name__).lower()}.{each}" for each in inner}
            elif isinstance(get_args(inner)[1], Counted):
                assert f"count.{get_args(inner)[1].noun}" in ENGLISH.plurals
    words |= {f"compass.{point}" for point in COMPASS} | {f"subject.{kind.key()}" for kind in MESSAGES}
    assert (wanted | words) - set(ENGLISH.entries) == set()
    rooms = {cls.key() for cls in phrases()}
    there = {key for key in ENGLISH.entries if key.split(".")[0].split("[")[0] in rooms}
    clauses = {key for key in there if "[" in key}
    assert there - clauses == wanted
    for clause in clauses:
        cls = next(each for each in phrases() if each.key() == clause.split("[")[0])
        assert clause.split("[")[1].rstrip("]") in hints(cls), clause


@pytest.mark.parametrize("cls", phrases(), ids=lambda cls: cls.__name__)
def test_every_slot_of_a_message_is_in_one_of_its_templates(cls: type[Phrase]) -> None:
    said_somewhere = {
        name for variant in cls.variants for name in PLACEHOLDER.findall(ENGLISH.text(template_key(cls, variant)))
    }
    assert set(hints(cls)) - said_somewhere - chosen(cls) == set()
    for name, hint in hints(cls).items():
        if bare(hint)[0] is bool and name not in chosen(cls):
            assert f"{cls.key()}[{name}]" in ENGLISH.entries


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_speaks_of_permission(language: str) -> None:
    """R18: in any catalogue, but for saying that something is not permission."""
    words = catalogue(language)
    texts = {**words.entries, **{f"{key} {c}": f for key, forms in words.plurals.items() for c, f in forms.items()}}
    assert {key: said(each, language) for key, each in texts.items() if said(each, language)} == {}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your request was approved."), ("en", "You are allowed to enter."), ("ar", "تمت الموافقة على الطلب."),
        ("ar", "مسموح بالدخول"), ("ru", "Проход разрешён."), ("ru", "Заявка одобрена."), ("fr", "Passage autorisé."),
        ("fr", "Demande approuvée."), ("tr", "Talebiniz onaylandı."), ("tr", "Geçiş izni verildi."),
        ("ku", "Destûr hat dayîn."), ("ku", "Daxwaz hat pejirandin."),
    ],
)  # fmt: skip
def test_the_word_list_would_find_it(language: str, sentence: str) -> None:
    assert said(sentence, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_said_to_be_a_receipt_and_no_permission(language: str) -> None:
    """D8, R18: in the message, and under the buttons."""
    denied = {"en": "not permission", "ar": "ليس إذنًا", "ru": "не разрешение", "fr": "non une autorisation",
              "tr": "izin değildir", "ku": "ne destûr e"}[language]  # fmt: skip
    words = catalogue(language)
    for key in (*(f"acknowledged.{answer}" for answer in Response), "answer.note", "disclaimer.information"):
        assert denied in words.entries[key], key


def test_answers_in_arabic_are_in_the_first_person() -> None:
    arabic = catalogue("ar")
    said_there = [arabic.entries[f"answer.{answer}"] for answer in Response]
    assert said_there == ["استلمتُ", "فهمتُ", "أحتاج المزيد", "أعترض"]


def test_the_disclaimers_are_those_of_every_product() -> None:
    """R19."""
    keys = ("voluntary", "absence", "guarantee", "information")
    assert tuple(text(f"disclaimer.{key}", "en") for key in keys) == DISCLAIMERS


def test_every_river_that_is_carried_has_a_name_in_every_language() -> None:
    """So that a bank is never said of a river under a name that its people do not use."""
    for language in LANGUAGES:
        assert {f"river.{river.name}" for river in rivers()} <= set(catalogue(language).entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_one_list_are_all_different(language: str) -> None:
    """Else what was said could not be told."""
    words = catalogue(language)
    for prefix in ("what.", "compass.", "severity.", "bearer.", "promise.", "line_status.", "datum.", "river.",
                   "language.", "state.", "answer.", "subject."):  # fmt: skip
        texts = [each for key, each in words.entries.items() if key.startswith(prefix)]
        assert len(texts) == len(set(texts)) > 2, prefix


def test_only_english_counts_as_reviewed() -> None:
    """Whoever has had a language reviewed by a fluent reader changes its file, and this."""
    assert {language for language in LANGUAGES if catalogue(language).reviewed} == {"en"}


def test_a_language_or_a_text_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        catalogue("xx")
    assert refused.value.code == "language-unknown"
    with pytest.raises(InputError) as refused:
        text("page.nowhere", "ar")
    assert refused.value.code == "message-text-missing"
