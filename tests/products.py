"""Every output of a result, as the words that a person or a program would get from it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import pypdf
from lxml import etree
from typing_extensions import override

from thalweg.model.result import CheckResult
from thalweg.policy.disclosure import disclose_everything
from thalweg.reports import csv as csv_report
from thalweg.reports import geojson, html, kml, pdf, table
from thalweg.reports import json as json_report

KML = "{http://www.opengis.net/kml/2.2}"


class Page(HTMLParser):
    """What a browser would find in a page: its elements, attributes and text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: set[str] = set()
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._in: list[str] = []
        self.raw = page.decode()
        self.feed(self.raw)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._in.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.add(value or "")

    @override
    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    @override
    def handle_data(self, data: str) -> None:
        if self._in and self._in[-1] == "script":
            self.scripts.append(data)
        elif not self._in or self._in[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def table_text(result: CheckResult) -> str:
    return " ".join(table.render(disclose_everything(result), width=100).split())


def json_text(result: CheckResult) -> str:
    return " ".join(_strings(json.loads(json_report.render(disclose_everything(result)))))


def geojson_text(result: CheckResult) -> str:
    return " ".join(_strings(json.loads(geojson.render(disclose_everything(result)))))


def csv_rows(result: CheckResult) -> list[dict[str, str]]:
    text = csv_report.render(disclose_everything(result)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def csv_text(result: CheckResult) -> str:
    return " ".join(cell for row in csv_rows(result) for cell in row.values())


def kml_root(result: CheckResult) -> etree._Element:
    return etree.fromstring(kml.render(disclose_everything(result)))


def kml_text(result: CheckResult) -> str:
    return " ".join(" ".join(kml_root(result).itertext()).split())


def html_page(result: CheckResult) -> Page:
    return Page(html.render(disclose_everything(result)))


def html_text(result: CheckResult) -> str:
    return html_page(result).text


def pdf_pages(result: CheckResult) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(disclose_everything(result))))
    # The zero-width spaces are places where a long word may break.
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in reader.pages]


def pdf_text(result: CheckResult) -> str:
    return " ".join(pdf_pages(result))


TEXTS: Mapping[str, Callable[[CheckResult], str]] = {
    "table": table_text,
    "json": json_text,
    "geojson": geojson_text,
    "csv": csv_text,
    "kml": kml_text,
    "html": html_text,
    "pdf": pdf_text,
}


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for item in value.values() for text in _strings(item)]
        case list():
            return [text for item in value for text in _strings(item)]
        case _:
            return []
