"""Paper: a notice and a situation report, in two languages, made from what a party was shown (R4, R19, R25, R37)."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from tests.serving import Serving, serving, soon
from tests.unit.test_copies import noted
from thalweg.model.declarations import Kind, Uncertainty
from thalweg.model.errors import InputError
from thalweg.model.events import EmergencySent, Exported, Term, TheatreSet
from thalweg.model.levels import Level
from thalweg.model.shapes import Corridor, Position
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue_in
from thalweg.reports.messages.speech import PLACEHOLDER
from thalweg.reports.sheets.words import CATALOGUES, spots, tongues

THEATRE = "name: Night training\nextends: default\nexercise: true\n"
ROOM = CATALOGUES.parent
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.glob("*.py")))
COGNATES = {("fr", "sheet.version"), ("fr", "sheet.position")}


def text_of(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("sheets")) as held:
        held.parties("alpha", "bravo")
        held.say("chair", TheatreSet(THEATRE, "night.yaml"))
        route = soon("convoy", "alpha", kind=Kind.MOVEMENT)
        path = Corridor((Position(40.115, 35.325), Position(40.315, 35.218)), 1000.0)
        (volume,) = route.volumes
        held.declare("alpha-1", replace(route, volumes=(replace(volume, shape=path, uncertainty=Uncertainty(300.0)),)))
        held.say("alpha-1", EmergencySent("alpha", "Hold off.", place=Position(40.2, 35.3), to=("bravo",)))
        yield held


def told(desk: Serving, what: str, who: str = "bravo-1") -> str:
    return str(next(each["id"] for each in desk.notices(who) if each["what"] == what))


def test_a_notice_on_paper_says_whose_what_where_and_when_in_both_languages_and_is_on_record(desk: Serving) -> None:
    notice = told(desk, "declared")
    answer = desk.get("bravo-1", f"/v1/notices/{notice}/sheet?languages=en,ar")
    assert answer.status_code == 200
    text = text_of(answer.content)
    assert f"EX-{notice}" in text
    assert "EXERCISE" in text
    for words in ("convoy of alpha", "35°19′30.0″N 040°06′54.0″E", "37S FV 01343 09655", "Read back to the sender"):
        assert words in text
    assert "within 300 m" in text
    assert "Absence from this list removes no protection" in text
    assert re.search(r"\d+ NOTICE \d+ LINES", text)
    assert re.search(r"[\u0600-\u06ff\ufb50-\ufefc]{3}", text)
    mark = answer.headers["thalweg-copy"]
    assert mark in text, text
    entry = next(each for each in noted(desk, Exported) if each.mark == mark)
    assert entry.sha256 == hashlib.sha256(answer.content).hexdigest()


def test_the_hash_on_paper_is_that_of_the_entry_that_holds_the_notice(desk: Serving) -> None:
    notice = desk.get("bravo-1", f"/v1/notices/{told(desk, 'declared')}").json()
    text = text_of(desk.get("bravo-1", f"/v1/notices/{notice['id']}/sheet?languages=en").content)
    assert notice["event"] in text.replace(" ", ""), text
    assert f"entry {notice['index']}" in text


def test_an_emergency_has_its_place_on_the_sheet_and_its_words_as_they_were_said(desk: Serving) -> None:
    text = text_of(desk.get("bravo-1", f"/v1/notices/{told(desk, 'emergency')}/sheet?languages=fr").content)
    assert "Hold off." in text
    assert "35°18′00.0″N 040°12′00.0″E" in text


def test_a_language_that_nobody_fluent_has_read_has_the_english_beside_it(desk: Serving) -> None:
    text = text_of(desk.get("bravo-1", f"/v1/notices/{told(desk, 'declared')}/sheet?languages=tr").content)
    assert "New declaration" in text


@pytest.mark.parametrize("languages", ["en", "en,ar", "ar", "ru,ku", "fr,tr"])
def test_the_situation_has_what_is_open_owed_and_in_force(desk: Serving, languages: str) -> None:
    answer = desk.get("bravo-1", f"/v1/situation?languages={languages}")
    assert answer.status_code == 200
    text = text_of(answer.content)
    assert "convoy of alpha" in text
    assert told(desk, "declared") in text
    assert "35°19′30.0″N" in text
    assert answer.headers["thalweg-copy"] in text


@pytest.mark.parametrize("languages", ["en,en", "en,ar,ru", "xx", "en,"])
def test_languages_that_there_are_not_are_refused(desk: Serving, languages: str) -> None:
    assert desk.get("bravo-1", f"/v1/situation?languages={languages}").status_code == 400


@pytest.mark.parametrize("level", [Level.EXISTS, Level.COARSE, Level.FOOTPRINT])
def test_paper_shows_no_more_than_the_level(tmp_path: Path, level: Level) -> None:
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo", terms=(Term(level),))
        held.declare("alpha-1", soon("ephrem", "alpha", 40.1234567, 35.7654321, kind=Kind.STATIC_SITE))
        sheets = ["/v1/situation?languages=en"]
        sheets += [f"/v1/notices/{each['id']}/sheet?languages=en" for each in held.notices("bravo-1")]
        assert len(sheets) > 1
        for sheet in sheets:
            text = text_of(held.get("bravo-1", sheet).content)
            assert "ephrem" not in text.lower()  # which is none of the check words of the voice form
            if level is not Level.FOOTPRINT:
                assert "35°45′55" not in text


def test_a_sheet_of_somebody_elses_notice_is_not_found(desk: Serving) -> None:
    assert desk.get("alpha-1", f"/v1/notices/{told(desk, 'declared')}/sheet").status_code == 404


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_text_of_the_sheets_is_missing_or_its_english_source(language: str) -> None:
    """R25."""
    english, there = catalogue_in(CATALOGUES, "en").entries, catalogue_in(CATALOGUES, language).entries
    assert there.keys() == english.keys()
    equal = [
        key for key, text in there.items() if text == english[key] and text != "UTC" and (language, key) not in COGNATES
    ]
    assert equal == []
    for key, text in there.items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[key])), key


def test_every_text_of_the_sheets_is_said_somewhere() -> None:
    for key in catalogue_in(CATALOGUES, "en").entries:
        name = key.removeprefix("sheet.").removesuffix(".none")
        assert f'"{key}"' in SOURCES or f'"{name}"' in SOURCES, key


def test_a_sheet_is_in_one_language_or_two_and_the_one_from_the_right_stands_on_the_right() -> None:
    assert [each.language for each in tongues(("ar", "en"))] == ["en", "ar"]
    with pytest.raises(InputError):
        tongues(("en", "en"))


def test_a_position_that_is_named_twice_stands_once_in_the_table() -> None:
    declared = soon("camp", "alpha")
    twice = replace(declared, volumes=declared.volumes * 2)
    assert len(spots(twice)) == 1
