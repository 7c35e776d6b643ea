"""Whatever a party writes, every finding and every problem arrives, and nothing breaks out of its place."""

from __future__ import annotations

import functools
import io
import json
import unicodedata
from collections import Counter
from dataclasses import replace

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import products, samples
from thalweg.model.notes import Problem, Source
from thalweg.model.result import CheckResult
from thalweg.policy.disclosure import disclose_everything
from thalweg.reports import csv as csv_report
from thalweg.reports import geojson, pdf, phrases, table
from thalweg.reports import json as json_report

_NASTY = st.one_of(
    st.sampled_from(samples.HOSTILE_TEXTS),
    st.text(max_size=40),
    st.text(st.sampled_from("<>&'\"]=+-@#$\\`*_[]{}()|%\x00\x1b\u202e\u2067\u2069\n\r\t,;:/!?؀ا"), max_size=40),
    st.builds(
        lambda a, b, c: a + b + c,
        st.sampled_from(samples.HOSTILE_TEXTS),
        st.text(max_size=5),
        st.sampled_from(samples.HOSTILE_TEXTS),
    ),
)
_CALM = "a calm text"
FORMULA = tuple("=+-@＝＋－＠|\t\r\n")


@functools.cache
def _calm_page() -> products.Page:
    return products.html_page(samples.hostile(_CALM))


def _numbered(text: str, findings: int, problems: int) -> CheckResult:
    """A result with these numbers of findings and problems, each with a text of its own after `text`."""
    base = samples.hostile(text)
    kinds = base.findings
    return replace(
        base,
        findings=tuple(
            replace(kinds[n % len(kinds)], id=f"f-{n}", sentence=f"{text} finding-{n}-end") for n in range(findings)
        ),
        problems=tuple(
            Problem(Source("file", text), "code", f"{text} problem-{n}-end", text, text) for n in range(problems)
        ),
    )


@settings(max_examples=25, deadline=None)
@given(_NASTY, st.integers(0, 9), st.integers(0, 5))
def test_as_many_findings_and_problems_arrive_as_there_are(text: str, findings: int, problems: int) -> None:
    result = _numbered(text, findings, problems)
    for form in ("table", "json", "csv", "geojson", "kml", "html"):
        said = products.TEXTS[form](result).replace(" ", "")
        for number in range(findings):
            assert f"finding-{number}-end" in said, (form, number)
        for number in range(problems):
            assert f"problem-{number}-end" in said, (form, number)
        assert f"finding-{findings}-end" not in said
    rows = Counter(row["record"] for row in products.csv_rows(result))
    assert (rows["finding"], rows["problem"], rows["summary"]) == (findings, problems, 1)
    content = json.loads(json_report.render(disclose_everything(result)))
    assert (len(content["findings"]), len(content["problems"])) == (findings, problems)
    features = json.loads(geojson.render(disclose_everything(result)))["features"]
    records = Counter(feature["properties"]["record"] for feature in features)
    assert (records["finding"], records["problem"]) == (findings, problems)


@pytest.mark.parametrize("text", samples.HOSTILE_TEXTS)
def test_the_pdf_has_every_finding_and_problem_and_no_text_becomes_markup_in_it(text: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(disclose_everything(_numbered(text, 3, 2)))))
    said = "".join("".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    for number in range(3):
        assert f"finding-{number}-end" in said
    for number in range(2):
        assert f"problem-{number}-end" in said
    begins = "".join(phrases.plain(text).split())[:12]
    if begins.isascii():
        assert begins in said
    for page in reader.pages:
        for annotation in page.get("/Annots") or ():
            assert "/URI" not in str(annotation.get_object())


@settings(max_examples=40, deadline=None)
@given(_NASTY)
def test_no_text_becomes_markup_in_the_page(text: str) -> None:
    page = products.html_page(samples.hostile(text))
    calm = _calm_page()
    # Labels that find no room on a map are left off, and a text of no words has its own place-holder.
    drawn = {"text", "g", "path", "rect", "circle"}
    assert Counter(e for e in page.elements if e not in drawn) == Counter(e for e in calm.elements if e not in drawn)
    assert len(page.scripts) == len(calm.scripts) == 1
    assert page.scripts == calm.scripts
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert {v for _, n, v in page.attributes if n == "href"} == {v for _, n, v in calm.attributes if n == "href"}
    raw = page.raw
    assert not set(raw) & set("\u202a\u202b\u202d\u202e\u2066\u2067\x00\x1b")


@settings(max_examples=60, deadline=None)
@given(_NASTY)
def test_no_text_becomes_markup_in_the_kml(text: str) -> None:
    root = products.kml_root(samples.hostile(text))
    calm = products.kml_root(samples.hostile(_CALM))
    assert {element.tag for element in root.iter()} == {element.tag for element in calm.iter()}
    marks = f"{products.KML}Placemark"
    assert sum(1 for _ in root.iter(marks)) == sum(1 for _ in calm.iter(marks))
    for description in root.iter(f"{products.KML}description"):
        # Viewers read it as HTML: what is in it must be text to them too.
        page = products.Page((description.text or "").encode("utf-8", "replace"))
        assert not page.elements or description is root.find(f".//{products.KML}description")


@settings(max_examples=200, deadline=None)
@given(_NASTY)
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    numbers = {
        "number", "share", "horizontal_m", "rule_horizontal_m", "vertical_m", "rule_vertical_m", "time_gap_s",
        "rule_time_s", "datum_allowance_m", "lat_1", "lon_1", "lat_2", "lon_2",
    }  # fmt: skip
    raw = csv_report.render(disclose_everything(samples.hostile(text)))
    assert raw.startswith(b"\xef\xbb\xbf")
    for row in products.csv_rows(samples.hostile(text)):
        assert None not in row
        for name, cell in row.items():
            assert "\n" not in cell
            if name in numbers and cell:
                float(cell)
            else:
                assert not cell.startswith(FORMULA), (name, cell)


@settings(max_examples=150, deadline=None)
@given(_NASTY, st.integers(60, 160))
def test_no_text_takes_over_the_terminal(text: str, width: int) -> None:
    said = table.render(disclose_everything(samples.hostile(text)), width=width)
    moves = {letter for letter in said if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} - {"\n"}
    assert not moves
    assert not set(said) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    said = table.render(disclose_everything(samples.hostile(text)), width=width, colour=True)
    assert set(part.split("m", 1)[0] for part in said.split("\x1b[")[1:]) <= {
        "0", "1", "2", "1;33", "1;36", "1;7;31",
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(_NASTY)
def test_the_json_gives_back_exactly_what_was_written(text: str) -> None:
    raw = json_report.render(disclose_everything(samples.hostile(text)))
    kept = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    content = json.loads(raw)
    assert content["findings"][0]["sentence"] == kept
    assert content["declarations"][0]["title"] == kept


@given(st.text())
def test_plain_text_is_a_fixed_point_and_loses_no_letter(text: str) -> None:
    once = phrases.plain(text)
    assert phrases.plain(once) == once
    assert [c for c in once if c.isalnum()][: len(text)] or not any(c.isalnum() for c in text)
