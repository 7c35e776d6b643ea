"""Every flag, problem, error, field and column of the drafts, GeoJSON, tables and theatres is documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from thalweg.drafts.names import ALIASES, FIELDS
from thalweg.formats.template import SHEETS
from thalweg.model.declarations import Kind, Zone
from thalweg.model.theatre import Relation

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
SOURCES = ROOT / "src" / "thalweg"
MODULES = [
    *(f"drafts/{name}" for name in ("draft", "heights", "outlines", "plausibility", "positions")),
    *(f"drafts/{name}" for name in ("texts", "times", "words")),
    *(f"formats/{name}" for name in ("geojson", "table", "theatre")),
    *(f"model/{name}" for name in ("declarations", "instants", "measures", "shapes", "theatre")),
]
# Codes that are put together from a word and an ending.
COMPOSED = {
    *(f"{word}-unknown" for word in ("kind", "zone", "medium", "standing", "status", "action")),
    *(f"{part}-{ending}" for part in ("volumes", "segments") for ending in ("count", "entry")),
}
ERRORS = {"InputError", "Problem", "ValueRefused", "RulesError", "_error", "_unknown"}
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def codes(module: str, makers: set[str]) -> set[str]:
    """The literal codes that calls of `makers` are given, first or second."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((SOURCES / f"{module}.py").read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name not in makers:
            continue
        for argument in node.args[:2]:
            literals = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            found |= {
                literal.value
                for literal in literals
                if isinstance(literal, ast.Constant)
                and isinstance(literal.value, str)
                and CODE.fullmatch(literal.value)
            }
    return found


def documented(page: str) -> list[str]:
    return re.findall(r"^\| `([a-z0-9-]+)` \|", (REFERENCE / page).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_flag_is_documented(module: str) -> None:
    assert codes(module, {"Flag"}) <= {*documented("flags.md")}


@pytest.mark.parametrize("module", MODULES)
def test_every_error_is_documented(module: str) -> None:
    assert codes(module, ERRORS) <= {*documented("errors.md")}


def test_codes_put_together_from_words_are_documented() -> None:
    assert {*documented("errors.md")} >= COMPOSED


@pytest.mark.parametrize("page", ["flags.md", "errors.md"])
def test_no_code_is_documented_twice(page: str) -> None:
    found = documented(page)
    assert sorted(found) == sorted(set(found))


def test_nothing_is_documented_that_no_reader_says() -> None:
    sources = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    for page in ("flags.md", "errors.md"):
        assert {code for code in documented(page) if f'"{code}"' not in sources} <= COMPOSED


def test_every_field_of_the_profile_is_documented() -> None:
    page = (REFERENCE / "formats" / "geojson.md").read_text("utf-8")
    for name in (*FIELDS, "times", "heights_m", "segments", "volumes", "edges", "defaults"):
        assert f"`{name}`" in page, name


def test_every_column_of_the_template_is_documented() -> None:
    page = (REFERENCE / "formats" / "csv-xlsx.md").read_text("utf-8")
    for sheet in SHEETS:
        for column in sheet.columns:
            assert f"`{column.name}`" in page, column.name


def test_every_alias_of_a_field_is_documented() -> None:
    page = (REFERENCE / "formats" / "csv-xlsx.md").read_text("utf-8")
    for field, aliases in ALIASES.items():
        assert f"| `{field}` | {', '.join(aliases.split('|'))} |" in page, field


def test_every_key_and_word_of_a_theatre_file_is_documented() -> None:
    page = (REFERENCE / "theatre.md").read_text("utf-8")
    tree = ast.parse((SOURCES / "formats" / "theatre.py").read_text("utf-8"))
    keys = {
        element.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.endswith("_KEYS")
        for element in node.value.elts
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    }
    assert len(keys) > 20
    for word in (*keys, *Kind, *Zone, *Relation):
        assert f"`{word}`" in page, word
