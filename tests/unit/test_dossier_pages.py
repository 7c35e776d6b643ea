"""A dossier on paper and as a page: everything in it, in every language, right to left where the language is."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

import pypdf
import pytest
from lxml import html as parsed

from tests.dossier_sample import sample
from tests.never_said import said
from thalweg.model.dossier import Asked, Dossier, Fact, Known
from thalweg.model.errors import InputError
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.sealing import seal
from thalweg.reports.dossier import html, pdf
from thalweg.reports.dossier.content import languages
from thalweg.reports.dossier.digest import digest
from thalweg.reports.dossier.words import CATALOGUES, Words
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER
from thalweg.reports.review.feedback import CATALOGUES as REVIEW

ENGLISH = catalogue_in(CATALOGUES, "en")
OTHERS = [each for each in LANGUAGES if each != "en"]
BOTH = ("en", "ar")


@pytest.fixture(scope="module")
def made() -> Disclosed[Dossier]:
    return seal(sample(), "DMC")


def text_of(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


# --- the words ---


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_is_missing_out_of_date_or_its_english_source(language: str) -> None:
    """R25."""
    words = catalogue_in(CATALOGUES, language)
    assert set(words.entries) == set(ENGLISH.entries)
    equal = [key for key, text in words.entries.items() if text == ENGLISH.entries[key]]
    assert [key for key in equal if re.search(r"[^\W\d_]", PLACEHOLDER.sub("", ENGLISH.entries[key]))] == []
    for key, text in words.entries.items():
        assert Counter(PLACEHOLDER.findall(text)) == Counter(PLACEHOLDER.findall(ENGLISH.entries[key])), key


def test_every_word_is_used_and_every_answer_has_one() -> None:
    source = "".join(
        path.read_text("utf-8")
        for folder in (CATALOGUES.parent, CATALOGUES.parents[2] / "policy")
        for path in folder.rglob("*.py")
    )
    made_up = set(re.findall(r'f"(\w+)[._]\{', source))  # families whose last word is a value
    unused = [
        key
        for key in ENGLISH.entries
        for family, _, rest in [key.partition(".")]
        if f'"{key}"' not in source
        and f'"{rest}"' not in source
        and (family not in made_up or family in ("fact", "cannot"))
        and rest.partition("_")[0] not in made_up
    ]
    assert unused == []
    for asked in Asked:
        assert f"asked.{asked.value}" in ENGLISH.entries
    for known in Known:
        assert f"known.{known.value}" in ENGLISH.entries


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_a_dossier_is_said_in_every_language(language: str) -> None:
    words = Words(language, sample().names)
    value = sample()
    for answer in value.answers:
        for fact in answer.facts:
            assert "{" not in words.fact(fact)
    for fact in value.cannot:
        assert "{" not in words.fact(fact, "cannot")
    assert words.fact(Fact("outcome_kept", {"of": "RUS"}))


def test_a_dossier_is_in_one_language_or_two() -> None:
    assert languages("ar,en") == ("ar", "en")
    assert languages("ku") == ("ku",)
    for text in ("", "en,ar,fr", "xx", "en,xx"):
        with pytest.raises(InputError):
            languages(text)


def test_the_bytes_of_the_first_form_of_dossier_are_what_they_were() -> None:
    """Old bundles are made again by what is written here: another spelling is another form, with another name."""
    assert digest(seal(sample(), "DMC")) == "32f69d471013697651295c7e1025ab4942dadb35cb99bbc93ba6829bd96888cf"


# --- paper ---


def test_the_paper_is_pdf_a_with_its_fonts_and_the_same_each_time(made: Disclosed[Dossier]) -> None:
    data = pdf.render(made, BOTH)
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in data
    assert pdf.render(made, BOTH) == data
    held = pypdf.PdfReader(io.BytesIO(data)).metadata
    assert held is not None
    assert digest(made) in str(held["/Keywords"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_number_the_hash_the_exercise_mark_and_the_disclaimer(
    made: Disclosed[Dossier], language: str
) -> None:
    """R19, R49."""
    pages = text_of(pdf.render(made, (language,)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert digest(made) in page.replace(" ", "")
        assert "EX-i-7kq2w4m9xb" in page
        if language == "en":
            assert f"page {number} of {len(pages)}" in page
            assert "EXERCISE" in page
            assert "Absence from this list removes no protection" in page


def test_the_first_page_answers_every_question_and_says_what_it_cannot_say(made: Disclosed[Dossier]) -> None:
    """What issue 5 asks of one page; in one language and in two."""
    for chosen in (("en",), BOTH):
        first = text_of(pdf.render(made, chosen))[0]
        for asked in Asked:
            assert ENGLISH.entries[f"asked.{asked.value}"] in first
        assert "What the record cannot say" in first
        assert "absence from the record proves nothing" in first
        assert "As known at 2017-09-18 21:30Z" in first.replace("\u00a0", " ")
        assert "within 10 km of the stated region" in first


def test_bilingual_paper_has_one_map_and_one_table_of_coordinates(made: Disclosed[Dossier]) -> None:
    whole = " ".join(text_of(pdf.render(made, BOTH)))
    assert whole.count("37S FV 08087 15834") == 1
    assert whole.count("Towns: GeoNames") == 0  # there is no ground here
    assert html.render(made, BOTH).decode().count('<svg class="map"') == 1


def test_superseded_accounts_denials_and_silence_are_on_the_paper(made: Disclosed[Dossier]) -> None:
    whole = " ".join(text_of(pdf.render(made, ("en",)))).replace("\u00a0", " ")
    assert "superseded 2017-09-16 17:00Z; it stays on record" in whole
    assert "No account known at this time" in whole
    assert "unanswered, and it was due" in whole
    assert "Hypothetical geometry" in whole
    assert "Withheld from this reader" in whole
    assert "counted once" in whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_permission_and_nothing_decided(language: str) -> None:
    """R18, R38, D8. A denial is something that a side says, and is called one."""
    for folder in (CATALOGUES, REVIEW):
        for key, text in catalogue_in(folder, language).entries.items():
            if key not in ("force.denial", "account.none"):
                assert said(text, language) == [], key
            assert not re.search(r"\b(guilty|verdict|responsible)\b", text, re.IGNORECASE)


def test_a_dossier_with_next_to_nothing_in_it_is_set_all_the_same() -> None:
    """No exercise, no sources, nobody silent, no questions, no place."""
    value = sample()
    place = replace(value.incident.particulars, place=None, earliest=None, latest=None)
    bare = replace(
        value, exercise=False, near=(), spots=(), sources=(), withheld=(), requests=(), assessments=(), silent=(),
        incident=replace(value.incident, particulars=place),
    )  # fmt: skip
    (first, *_) = text_of(pdf.render(seal(bare, "DMC"), ("en",)))
    assert "EXERCISE" not in first
    assert "EX-" not in first
    assert "No position is stated" in html.render(seal(bare, "DMC"), BOTH).decode()


# --- the page ---


@pytest.mark.parametrize("chosen", [("en",), ("ar",), ("ru", "ku"), BOTH])
def test_the_page_is_whole_without_script_or_network(made: Disclosed[Dossier], chosen: tuple[str, ...]) -> None:
    text = html.render(made, chosen).decode()
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=", text)
    assert "default-src 'none'" in text
    assert digest(made) in text
    tree = parsed.fromstring(text)
    assert tree.get("lang") == sorted(chosen, key=lambda each: each == "ar")[0]
    assert tree.get("dir") == ("rtl" if chosen == ("ar",) else "ltr")
    assert len(tree.findall(".//h1")) == 1
    for each in tree.iter("span", "p", "td", "div"):
        if each.get("lang"):
            assert each.get("dir") == ("rtl" if each.get("lang") == "ar" else "ltr")


def test_what_people_wrote_becomes_no_markup() -> None:
    value = sample()
    hostile = "<b onload=x>&amp;\u202e#set page"
    value = replace(value, incident=replace(value.incident, title=hostile, text=hostile))
    text = html.render(seal(value, "DMC"), ("en",)).decode()
    assert "<b onload" not in text
    assert "[U+202E]" in text
    assert "#set page" in " ".join(text_of(pdf.render(seal(value, "DMC"), ("en",))))
