"""What every output of a check must say, and how each is formed."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import jsonschema
import pyogrio
import pypdf
import pytest
import shapely
from rich.cells import cell_len

from tests import products, samples
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.measures import Band, Datum
from thalweg.model.result import CheckResult, Counts
from thalweg.model.shapes import Polygon, Position
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.disclosure import disclose_everything
from thalweg.reports import csv as csv_report
from thalweg.reports import geojson, ground, html, kml, pdf, table
from thalweg.reports import json as json_report
from thalweg.reports.map import BaseLine, Basemap, BaseTown, Bounds
from thalweg.reports.messages.slots import PlaceName

FORMATS = list(products.TEXTS)


@functools.cache
def _said(form: str) -> str:
    return products.TEXTS[form](samples.result())


@functools.cache
def _said_of_nothing(form: str) -> str:
    return products.TEXTS[form](samples.quiet())


# ------------------------------------------------------------- every output


@pytest.mark.parametrize("form", FORMATS)
def test_every_product_carries_every_disclaimer(form: str) -> None:
    """R19, D9; also when there is nothing to report."""
    for sentence in DISCLAIMERS:
        assert sentence in _said(form)
        assert sentence in _said_of_nothing(form)


@pytest.mark.parametrize("form", FORMATS)
def test_no_product_speaks_of_approval(form: str) -> None:
    """R18, D8, R38."""
    never = re.compile(
        r"\b(approv\w*|clear(ed|ance)s?|authori[sz]\w*|grant(ed|s)?|den(y|ied)|targets?|weapons?|strikes?|"
        r"free[- ]fire|kill box|safe to proceed|no conflicts? found|not protected)\b",
        re.IGNORECASE,
    )
    for text in (_said(form), _said_of_nothing(form)):
        assert not never.search(text), never.search(text)


@pytest.mark.parametrize("form", FORMATS)
def test_every_mark_survives_into_every_product(form: str) -> None:
    """DESIGN.md section 5; R8, R13, R49."""
    for mark in ("exercise", "hypothetical geometry", "stale", "reported", "rumoured, no effect"):
        assert mark in _said(form), mark
    assert "exercise" not in _said_of_nothing(form).lower()


@pytest.mark.parametrize("form", FORMATS)
def test_a_product_is_loud_about_what_was_not_checked(form: str) -> None:
    assert "INCOMPLETE: 2 items could not be read and were NOT checked" in _said(form)
    for problem in samples.PROBLEMS:
        assert problem.sentence in _said(form)
        assert str(problem.source) in _said(form) or form == "json"
        assert problem.found in _said(form)
    for omission in samples.OMISSIONS:
        assert omission.why in _said(form)
    assert "INCOMPLETE" not in _said_of_nothing(form)


@pytest.mark.parametrize("form", FORMATS)
def test_every_finding_is_told_with_its_sentence_rule_reference_and_how_sure(form: str) -> None:
    said = _said(form)
    for finding in samples.FINDINGS:
        # The letters of a right-to-left name come out of a PDF in the order in which they are drawn.
        sentence = finding.sentence if form != "pdf" else re.split(r"[\u0600-\u06ff]+ ?", finding.sentence)[-1]
        assert sentence in said
        assert finding.rule_sentence in said
        assert finding.reference in said
        assert finding.id in said
    if form not in ("csv", "json", "geojson"):
        assert "May: about 9 in 10 of the values within the stated bounds break the rule." in said
        assert "May, cannot tell" in said
        assert "Will: every value" in said


@pytest.mark.parametrize("form", FORMATS)
def test_every_fix_is_shown_and_where_none_was_found_the_search_is_told(form: str) -> None:
    said = _said(form)
    for suggestions in samples.SUGGESTIONS.values():
        for fix in suggestions.fixes:
            assert fix.sentence in said
    if form not in ("csv", "geojson"):
        assert "20 km to either side" in said


@pytest.mark.parametrize("form", FORMATS)
def test_every_flag_is_in_every_product(form: str) -> None:
    """R3."""
    assert "There are two places called Salihiyah" in _said(form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_product_names_the_rules_the_engine_and_the_time_that_made_it(form: str) -> None:
    """D1: a finding can be reproduced."""
    said = _said(form)
    assert "1f2e8a9b44c0" in said
    assert "0.1.0" in said
    assert "2017-09-16" in said


@pytest.mark.parametrize("form", FORMATS)
def test_a_result_without_findings_says_nothing_found_and_claims_no_more(form: str) -> None:
    said = _said_of_nothing(form)
    assert "Nothing found among 2 declarations." in said


@pytest.mark.parametrize("form", ["json", "geojson", "csv", "kml", "html", "pdf"])
def test_the_same_result_gives_the_same_bytes(form: str) -> None:
    renders: dict[str, Callable[..., bytes]] = {
        "json": json_report.render,
        "geojson": geojson.render,
        "csv": csv_report.render,
        "kml": kml.render,
        "html": html.render,
        "pdf": pdf.render,
    }
    render = renders[form]
    assert render(disclose_everything(samples.result())) == render(disclose_everything(samples.result()))


# ------------------------------------------------------------------- the table


@pytest.mark.parametrize("width", [60, 80, 111, 112, 200])
def test_the_table_fits_the_terminal_and_keeps_everything(width: int) -> None:
    text = table.render(disclose_everything(samples.result()), width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    flowed = " ".join(text.split())
    for number in range(1, 8):
        assert f"{number}. " in flowed
    assert "\x1b" not in text


def test_the_table_in_colour_says_the_same() -> None:
    plain = table.render(disclose_everything(samples.result()), width=80)
    coloured = table.render(disclose_everything(samples.result()), width=80, colour=True)
    assert "\x1b[" in coloured
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_the_table_begins_and_ends_with_what_was_not_checked() -> None:
    lines = table.render(disclose_everything(samples.result())).splitlines()
    loud = [number for number, line in enumerate(lines) if line.startswith("!! INCOMPLETE")]
    assert loud[0] < 8
    assert loud[-1] > len(lines) - 12


def test_the_table_needs_none_of_the_heavy_packages() -> None:
    """The issue's limit of a second from a cold start."""
    code = (
        "import sys, thalweg.reports.table; "
        "print([m for m in ('typst','lxml','shapely','pyproj','numpy','pypdf') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------- JSON and GeoJSON


def _schema(name: str) -> jsonschema.Draft202012Validator:
    text = resources.files("thalweg.reports").joinpath("schemas", name).read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("result", [samples.result(), samples.quiet(), samples.hostile("\u202e=\x00<x>\ud800")])
def test_the_json_and_the_geojson_keep_to_their_schemas(result: CheckResult) -> None:
    _schema("check.schema.json").validate(json.loads(json_report.render(disclose_everything(result))))
    _schema("report-geojson.schema.json").validate(json.loads(geojson.render(disclose_everything(result))))


def test_the_schema_notices_a_key_that_is_missing_or_new() -> None:
    content = json.loads(json_report.render(disclose_everything(samples.result())))
    schema = _schema("check.schema.json")
    del content["findings"][0]["certainty"]
    assert not schema.is_valid(content)
    content = json.loads(json_report.render(disclose_everything(samples.result())))
    content["findings"][0]["note"] = "x"
    assert not schema.is_valid(content)


def test_the_json_keeps_what_was_entered_beside_what_it_means() -> None:
    """R2."""
    content = json.loads(json_report.render(disclose_everything(samples.result())))
    flight = next(d for d in content["declarations"] if d["declaration_id"] == "M-0931")
    assert flight["entered"] == {"waypoint 1": "35°06'36\"N 040°28'12\"E"}
    assert flight["volumes"][0]["shape"]["waypoints"][0]["at"] == [40.47, 35.11]


def test_the_json_reads_in_the_order_in_which_it_is_written() -> None:
    raw = json_report.render(disclose_everything(samples.hostile("a\u202eb\u2066c"))).decode()
    assert "\u202e" not in raw
    assert json.loads(raw)["findings"][0]["sentence"] == "a\u202eb\u2066c"


def test_rings_are_right_handed_and_nothing_crosses_the_antimeridian() -> None:
    """RFC 7946, 3.1.6 and 3.1.9."""
    across = Declaration(
        Kind.OPERATION,
        "a",
        "across",
        declaration_id="x",
        volumes=(Volume(Polygon((Position(179, 1), Position(179, -1), Position(-179, -1), Position(-179, 1)))),),
    )
    result = replace(samples.result(), declarations={**samples.result().declarations, across.version_id: across})
    content = json.loads(geojson.render(disclose_everything(result)))
    rings = 0
    for feature in content["features"]:
        if feature["geometry"] is None:
            continue
        geometry = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert geometry.is_valid, feature["id"]
        for part in shapely.get_parts(geometry).tolist():
            if part.geom_type == "Polygon":
                rings += 1
                assert part.exterior.is_ccw
                assert not any(hole.is_ccw for hole in part.interiors)
                assert part.bounds[2] - part.bounds[0] < 180
    assert rings > 8
    cut = next(f for f in content["features"] if f["properties"].get("declaration_id") == "x")
    assert cut["geometry"]["type"] == "MultiPolygon"


def test_the_geojson_opens_in_another_reader() -> None:
    raw = geojson.render(disclose_everything(samples.result()))
    meta, _, geometry, fields = pyogrio.raw.read(io.BytesIO(raw))
    records = list(fields[list(meta["fields"]).index("record")])
    assert records.count("finding") == len(samples.FINDINGS)
    assert records.count("problem") == len(samples.PROBLEMS)
    assert sum(shape is not None for shape in geometry) > 20


# ------------------------------------------------------------------------ CSV


def test_the_csv_has_one_row_a_finding_with_its_position_in_three_ways() -> None:
    rows = [row for row in products.csv_rows(samples.result()) if row["record"] == "finding"]
    assert len(rows) == len(samples.FINDINGS)
    first = rows[0]
    assert (first["lat_1"], first["lon_1"]) == ("35.294160", "40.413110")
    assert first["dms_1"] == "35°17′39.0″N 040°24′47.2″E"
    assert first["mgrs_1"] == "37S FV 28489 06580"
    assert first["horizontal_m"] == "3823.0"
    assert first["rule_horizontal_m"] == "5000.0"
    assert first["fixes"].startswith("Fly R-0412 210 m higher.")


def test_a_western_or_southern_position_stays_a_number_in_the_csv() -> None:
    west = replace(samples.NEAR_HOSPITAL, closest=(Position(-70.5, -33.4), Position(-70.6, -33.5)))
    rows = products.csv_rows(replace(samples.result(), findings=(west,)))
    assert float(rows[1]["lon_1"]) == -70.5
    assert float(rows[1]["lat_2"]) == -33.5


# ------------------------------------------------------------------------ KML


def test_the_kml_opens_in_another_reader_with_every_finding_and_every_problem() -> None:
    raw = kml.render(disclose_everything(samples.result()))
    layers = [str(name) for name, _ in pyogrio.list_layers(io.BytesIO(raw))]
    assert layers[0] == "Findings (7)"
    assert layers[-1] == "NOT CHECKED (2)"
    meta, _, geometry, fields = pyogrio.raw.read(io.BytesIO(raw), layer=layers[0])
    names = list(meta["fields"])
    assert len(geometry) == len(samples.FINDINGS)
    assert all(shape is not None for shape in geometry)
    begins = fields[names.index("begin")]
    assert str(begins[0]).startswith("2017-09-16T00:52:06")
    problems = pyogrio.raw.read(io.BytesIO(raw), layer=layers[-1])
    assert len(problems[2]) == len(samples.PROBLEMS) + len(samples.OMISSIONS)


def test_the_kml_draws_a_band_from_the_ground_extruded_and_a_floating_one_as_two_faces() -> None:
    zone, flight = samples.ZONE, samples.OWN_PEOPLE
    floating = replace(
        flight, volumes=(replace(flight.volumes[0], band=Band(300.0, 900.0, Datum.EGM96)),), declaration_id="f"
    )
    vague = replace(
        flight, volumes=(replace(flight.volumes[0], band=Band(300.0, 900.0, Datum.FL)),), declaration_id="v"
    )
    result = replace(
        samples.quiet(), declarations={d.version_id: d for d in (zone, floating, vague)}, counts=Counts(compared=3)
    )
    root = products.kml_root(result)

    def polygons(declaration: Declaration) -> list[tuple[str | None, str | None, str]]:
        mark = next(
            p
            for p in root.iter(f"{products.KML}Placemark")
            if any(v.text == declaration.declaration_id for v in p.iter(f"{products.KML}value"))
        )
        return [
            (
                p.findtext(f"{products.KML}extrude"),
                p.findtext(f"{products.KML}altitudeMode"),
                (p.findtext(f".//{products.KML}coordinates") or "").split()[0].split(",", 2)[-1],
            )
            for p in mark.iter(f"{products.KML}Polygon")
        ]

    assert [p[:2] for p in polygons(zone)] == [("1", "absolute")]
    assert polygons(zone)[0][2] == "1500.0"
    assert [(p[0], p[2]) for p in polygons(floating)] == [("0", "900.0"), ("0", "300.0")]
    assert [p[:2] for p in polygons(vague)] == [(None, None)]


def test_the_kml_carries_flags_and_is_drawn_without_fetching_anything() -> None:
    raw = kml.render(disclose_everything(samples.result())).decode()
    assert "There are two places called Salihiyah" in raw
    assert re.findall(r"https?://[^\"<\s]+", raw) == ["http://www.opengis.net/kml/2.2"]
    assert "<href" not in raw
    assert "NetworkLink>" not in raw


# ----------------------------------------------------------------------- HTML


def test_nothing_in_the_page_can_make_a_request() -> None:
    page = products.html_page(samples.result())
    for element, name, value in page.attributes:
        if name in ("href", "src", "action", "data", "srcset", "poster", "xlink:href"):
            assert value.startswith("#"), (element, name, value)
    assert not {"link", "img", "iframe", "object", "embed", "form", "base", "video", "audio"} & set(page.elements)
    raw = html.render(disclose_everything(samples.result())).decode()
    assert set(re.findall(r"https?://[^\"'<\s]+", raw)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in raw
    assert "@font-face" not in raw


def test_the_page_allows_its_own_style_and_script_and_nothing_else() -> None:
    raw = html.render(disclose_everything(samples.result())).decode()
    page = products.Page(raw.encode())
    policy = next(v for e, n, v in page.attributes if (e, n) == ("meta", "content") and "default-src" in v)
    assert policy.startswith("default-src 'none';")
    script = re.search(r"<script>(.*?)</script>", raw, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", raw, re.DOTALL)
    assert script
    assert style
    for kind, text in (("script", script[1]), ("style", style[1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [attribute for attribute in page.attributes if attribute[1] == "style"]


def test_the_page_is_made_for_those_who_cannot_see_it() -> None:
    page = products.html_page(samples.result())
    levels = [int(element[1]) for element in page.elements if re.fullmatch("h[1-6]", element)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    images = [value for element, name, value in page.attributes if (element, name) == ("svg", "role")]
    labels = [value for element, name, value in page.attributes if (element, name) == ("svg", "aria-label")]
    hidden = [value for element, name, value in page.attributes if (element, name) == ("svg", "aria-hidden")]
    assert len(images) == len(labels) >= 1 + 2 * len(samples.FINDINGS)
    assert all(labels)
    assert len(images) + len(hidden) == page.elements.count("svg")
    heads = [name for element, name, _ in page.attributes if element == "th"]
    assert heads.count("scope") == page.elements.count("th")
    links = [value[1:] for element, name, value in page.attributes if (element, name) == ("a", "href")]
    assert set(links) <= page.ids
    assert ("html", "lang", "en") in page.attributes


def test_every_finding_has_a_card_a_map_and_its_plots() -> None:
    raw = html.render(disclose_everything(samples.result())).decode()
    assert raw.count('<article class="card') == len(samples.FINDINGS)
    assert raw.count('<svg class="map"') == 1 + len(samples.FINDINGS)
    assert raw.count("Distance sideways over time.") == len(samples.FINDINGS)
    assert "Height over time." in raw


def test_beyond_a_number_of_findings_the_page_leaves_out_drawings_and_says_so() -> None:
    many = tuple(replace(samples.NEAR_HOSPITAL, id=f"f-{n}") for n in range(html.DRAWN_MOST + 3))
    raw = html.render(disclose_everything(replace(samples.result(), findings=many))).decode()
    assert raw.count('<article class="card') == len(many)
    assert raw.count('<svg class="map"') == 1 + html.DRAWN_MOST
    assert "The first 200 findings have their own map and plots" in raw


def test_the_text_of_every_token_has_contrast_enough_on_what_it_stands_on() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, in both schemes."""
    css = resources.files("thalweg.reports").joinpath("style.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root\{([^}]*--bg:[^}]*)\}", css)[:2]
    )
    for scheme in (light, dark):
        for ink in (
            "ink",
            "ink2",
            "ink3",
            "focus",
            "emerg",
            "warn",
            "caut",
            "info",
            "ok",
            "p0",
            "p1",
            "p2",
            "p3",
            "p4",
            "p5",
            "p6",
        ):
            for paper in ("surface", "bg"):
                assert _contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper)
        for ink in ("p0", "p1", "p2", "p3", "p4", "p5", "p6", "ink2", "warn", "water-ink"):
            assert _contrast(scheme[ink], scheme["land"]) >= 4.5, (ink, "land")
        assert _contrast(scheme["emerg"], scheme["emerg-bg"]) >= 4.5
        assert _contrast(scheme["ex-ink"], scheme["ex"]) >= 4.5


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_ground_below_the_map_is_asked_for_what_the_map_shows() -> None:
    asked: list[Bounds] = []

    def below(bounds: Bounds) -> Basemap:
        asked.append(bounds)
        return Basemap(
            (BaseLine("river", "Testwater", (Position(40.0, 35.4), Position(40.6, 35.0))),),
            (BaseTown(PlaceName("<Testville>"), Position(40.3, 35.2)),),
            "Drawn by nobody",
            "<Nobody>",
        )

    raw = html.render(disclose_everything(samples.result()), below).decode()
    assert len(asked) == 1 + len(samples.FINDINGS)
    assert asked[0].west < 40.0 < 40.6 < asked[0].east
    assert asked[0].south < 35.0 < 35.4 < asked[0].north
    assert "Testwater" in raw
    assert "&lt;Testville&gt;" in raw
    assert "Towns: &lt;Nobody&gt;. Rivers and borders: Drawn by nobody." in raw


def test_the_packaged_ground_knows_the_euphrates_and_towns_anywhere() -> None:
    here = ground.packaged(Bounds(40.0, 35.0, 40.5, 35.5))
    assert any(line.kind == "water" for line in here.lines)
    assert any("Deir" in town.name.name for town in here.towns)
    there = ground.packaged(Bounds(-9.5, 38.5, -8.5, 39.5))
    assert any(town.name.name in ("Lisbon", "Lisboa") for town in there.towns)
    assert not there.lines
    fiji = ground.packaged(Bounds(177.0, -19.0, -179.0, -16.0))
    assert fiji.towns


# ------------------------------------------------------------------------ PDF


def test_the_pdf_is_pdf_a_with_its_fonts_and_no_way_out() -> None:
    raw = pdf.render(disclose_everything(samples.result()))
    reader = pypdf.PdfReader(io.BytesIO(raw))
    assert b"<pdfaid:part>2</pdfaid:part>" in raw
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in raw
    for page in reader.pages:
        used = page["/Resources"].get_object()
        assert isinstance(used, pypdf.generic.DictionaryObject)
        for font in used.get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert any(key in descriptor for key in ("/FontFile2", "/FontFile3")), font
        for annotation in page.get("/Annots") or ():
            assert "/URI" not in str(annotation.get_object())
    assert reader.metadata is not None
    assert str(reader.metadata.creation_date).startswith("2017-09-16 00:30:18")


def test_every_page_of_the_pdf_has_the_disclaimers_and_its_number() -> None:
    pages = products.pdf_pages(samples.result())
    for number, page in enumerate(pages, 1):
        for sentence in DISCLAIMERS:
            assert sentence in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Exercise: nothing in this product is live." in page


def test_arabic_and_cyrillic_are_set_and_what_no_font_has_is_told_by_its_code() -> None:
    """R25. Not one missing glyph: PDF/A would refuse it, and a box could be anything."""
    said = products.pdf_text(samples.hostile("Больница مستشفى Νοσοκομείο 病院"))
    assert "Больница" in said
    assert "Νοσοκομείο" in said
    assert "[U+75C5][U+9662]" in said
    assert "[U+0645]" not in said


def test_a_year_before_1970_is_no_trouble() -> None:
    old = replace(samples.quiet(), checked_at=Instant(-1e9))
    assert pdf.render(disclose_everything(old)).startswith(b"%PDF")


# --------------------------------------------------------- parties and numbers


def test_a_thousand_findings_arrive_in_every_countable_product() -> None:
    findings: tuple[Finding, ...] = tuple(
        replace(samples.FINDINGS[n % 7], id=f"f-{n:04d}", sentence=f"Sentence number {n:04d}.") for n in range(1000)
    )
    result = replace(samples.result(), findings=findings)
    for form in ("table", "json", "csv", "geojson", "kml"):
        said = products.TEXTS[form](result)
        assert len(set(re.findall(r"Sentence number (\d{4})\.", said))) == 1000, form
