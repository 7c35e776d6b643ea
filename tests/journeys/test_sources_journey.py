"""The command line of sources, from pages to drafts and differences (R43)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thalweg.cli import app

SET = Path(__file__).parents[1] / "corpus" / "sources"
KNOWN = ["-t", str(SET / "theatre.yaml"), "--gazetteer", str(SET / "gazetteer.csv")]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = app(["sources", *words])
    return int(status), capsys.readouterr().out


def test_a_page_becomes_drafts_with_their_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """R43."""
    page = SET / "pages" / "a01.html-article.html"
    status, out = run(capsys, "read", str(page), *KNOWN, "--format", "json")
    data = json.loads(out)["pages"][0]
    assert status == 0
    assert data["published"] == "2031-03-10"
    claim = next(each for each in data["claims"] if each["force"] == "denial")
    assert claim["speaker"]["name"] == "Colonel Petr Havel"
    assert claim["speaker"]["parties"] == ["COMMAND"]
    assert claim["places"][0]["may_be"] == ["ex:salheva-north", "ex:salheva-south"]
    assert [each["id"] for each in claim["places"][0]["choices"]] == claim["places"][0]["may_be"]
    for each in claim["places"][0]["choices"]:  # named, with what kind of place it is and where: to choose by
        assert each["told"].startswith("Salheva (")
        assert len(each["position"]) == 2


def test_for_people_it_says_that_nothing_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    """R43, R13."""
    status, out = run(capsys, "read", str(SET / "pages" / "a08.html-forum.html"), *KNOWN)
    assert status == 0
    assert "rumour, nobody named" in out
    assert "nothing here has an effect on any alert" in out


def test_two_outlets_with_one_report_are_one_source(capsys: pytest.CaptureFixture[str]) -> None:
    """R43."""
    pages = [
        str(SET / "pages" / name) for name in ("a01.pdf-single.pdf", "a02.html-divs.html", "a03.html-wordpress.html")
    ]
    status, out = run(capsys, "compare", *pages, *KNOWN)
    assert status == 0
    assert out.startswith("3 pages, 2 sources.")
    assert "1,450 food parcels" in out
    assert "1,540 food parcels" in out


def test_a_page_that_cannot_be_drafted_is_told_and_the_rest_is_done(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    greek = tmp_path / "greek.txt"
    greek.write_text("Τίτλος\n\nΗ διοίκηση απέρριψε τις κατηγορίες για τον βομβαρδισμό της αποθήκης.\n", "utf-8")
    pages = [str(greek), str(SET / "pages" / "a01.saved.mhtml")]
    status, out = run(capsys, "compare", *pages, *KNOWN, "--format", "json")
    assert status == 3
    assert [each["code"] for each in json.loads(out)["problems"]] == ["source-language"]
