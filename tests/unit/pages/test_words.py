"""Every page says the same in six languages, and never a word of permission (R18, R25)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.never_said import said
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER
from thalweg.server.pages import words as pages_words
from thalweg.server.pages.words import CATALOGUES, contained, finalized, wanted, words

ROOM = Path(pages_words.__file__).parent
FOLDERS = sorted(CATALOGUES.iterdir())
OTHERS = [language for language in LANGUAGES if language != "en"]
NAMES = re.compile(r"\b(UTC|Thalweg|Z|QR|MGRS|UTM|DMS|WGS84|PDF|JSON|SHA|SMS|TOTP|EX)\b")
"""What is a name, and is written alike in every language."""
SOURCES = "\n".join(path.read_text("utf-8") for end in ("*.html", "*.py") for path in sorted(ROOM.rglob(end)))

SCRIPTS = "\n".join(path.read_text("utf-8") for path in sorted((ROOM.parents[3] / "web/src").rglob("*.ts")))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_page_has_six_languages_and_no_other_file(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {f"{language}.po" for language in LANGUAGES}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_text_is_missing_out_of_date_or_its_english_source(folder: Path, language: str) -> None:
    """R25."""
    english, there = catalogue_in(folder, "en").entries, catalogue_in(folder, language).entries
    assert there.keys() == english.keys()
    equal = [
        key
        for key, text in there.items()
        if text == english[key] and re.search(r"[^\W\d_]", NAMES.sub("", PLACEHOLDER.sub("", text)))
    ]
    assert equal == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_placeholders_are_those_of_the_english(folder: Path, language: str) -> None:
    english = catalogue_in(folder, "en").entries
    for key, text in catalogue_in(folder, language).entries.items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[key])), key
        assert text.count("{") == len(PLACEHOLDER.findall(text)), key


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_key_begins_with_its_page_and_is_used(folder: Path) -> None:
    """A key may be made from a beginning that stands in the source: `"inbox.kind." ~ kind`."""
    beginnings = re.findall(r"[\"']([a-z_]+\.(?:[a-z_]+\.)*)[\"']? ?(?:~|\{|\")", SOURCES)
    beginnings += re.findall(r"f\"([a-z_]+\.(?:[a-z_]+\.)*)\{", SOURCES)
    beginnings += re.findall(r"\"([a-z_]+\.[a-z_.]*_)\" ~", SOURCES)
    if folder.name == "islands":  # said by scripts, without the beginning; or made: `layer.${layer.name}`
        beginnings = [f"islands.{each}" for each in re.findall(r"`([a-z_.]+\.)\${", SCRIPTS)]
    for key in catalogue_in(folder, "en").entries:
        assert key.startswith(f"{folder.name}."), key
        if f'"{key.removeprefix("islands.")}"' in SCRIPTS:
            continue
        used = f'"{key}"' in SOURCES or f"'{key}'" in SOURCES or any(key.startswith(each) for each in beginnings)
        assert used or key.startswith("shell.done."), f"{key} is said nowhere"


def test_every_key_that_a_template_names_is_there() -> None:
    for key in re.findall(r"\bt(?:\.plain)?\(\"([a-z_.]+)\"(?! ~)", SOURCES):
        assert words("en").knows(key), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_a_word_of_permission(language: str) -> None:
    """R18: received, understood, need more, object; never approve."""
    for folder in FOLDERS:
        for key, text in catalogue_in(folder, language).entries.items():
            if key != "sources.force.denial":  # what a source does; nobody is answered with it
                assert not said(text, language), (key, text)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en"), ("ar", "ar"), ("ar-SY,ar;q=0.9,en;q=0.8", "ar"), ("de,fr;q=0.5,tr;q=0.7", "tr"), ("kmr", "ku"),
        ("en-GB,en;q=0.9", "en"), ("xx;q=nonsense,ru", "ru"), ("fr;q=0,ru;q=0.1", "ru"), ("*", "en"),
    ],
)  # fmt: skip
def test_a_browser_is_given_the_language_that_it_asks_for_most(asked: str, given: str) -> None:
    assert wanted(asked) == given


def test_values_are_escaped_and_isolated() -> None:
    """A name in another script does not turn round what stands beside it, and is no markup."""
    text = words("en")("shell.channel", party="<b>ا</b>")
    assert text == "Channel to <bdi>&lt;b&gt;ا&lt;/b&gt;</bdi>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("مشفى", "مشفى"),
        ("x\u2069\u202e321", "x[U+2069][U+202E]321"),
        ("\u2067open", "\u2067open\u2069"),
        ("\u2068whole\u2069", "\u2068whole\u2069"),
    ],
)
def test_a_name_turns_nothing_round_that_stands_after_it(text: str, shown: str) -> None:
    """Not even by ending what isolates it: the times and positions beside it read as they are (R2)."""
    assert contained(text) == shown
    assert finalized(text) == shown
    said = words("en")("finding.talk", party=text)
    assert finalized(said) is said  # markup is as it was made
    assert shown in said
    assert words("en").plain("finding.talk", party=text).count("\u202e") == 0
