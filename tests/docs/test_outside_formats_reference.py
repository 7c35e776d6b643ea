"""Every flag, problem and error of the outside formats and of the intake stands in the reference."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    *(f"drafts/{name}" for name in ("archive", "documents", "geozones", "markup", "schedule", "tracks", "untyped")),
    *(f"formats/{name}" for name in ("kml", "gpx", "f3548", "ed269", "ed318")),
    *(f"desk/{name}" for name in ("chains", "intake")),
]
# Shared with the drafts, and documented where those are.
SHARED = {"height-datum-unknown", "height-not-a-band", "kind-assumed"}
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def codes(module: str, makers: set[str]) -> set[str]:
    """The literal codes that calls of `makers` are given, first or second."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "src" / "thalweg" / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
            for argument in node.args[:2]:
                literals = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                for literal in literals:
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        found |= {literal.value} if CODE.fullmatch(literal.value) else set()
    return found


def documented(page: str) -> set[str]:
    return set(
        re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs" / "reference" / page).read_text("utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("module", MODULES)
def test_every_flag_is_documented(module: str) -> None:
    assert codes(module, {"Flag"}) - SHARED <= documented("flags.md")


@pytest.mark.parametrize("module", MODULES)
def test_every_problem_is_documented(module: str) -> None:
    assert codes(module, {"InputError", "Problem", "Refused"}) <= documented("errors.md")


def test_the_search_for_codes_finds_some() -> None:
    assert {"kml-sheet", "kml-shell"} <= codes("formats/kml", {"Flag"})
    assert {"file-missing", "file-unreadable", "rows-lost"} <= codes("desk/intake", {"Problem"})


@pytest.mark.parametrize("name", ["kml", "gpx", "f3548", "ed269", "ed318"])
def test_every_format_has_a_page_that_says_what_is_not_read(name: str) -> None:
    page = (ROOT / "docs" / "reference" / "formats" / f"{name}.md").read_text("utf-8")
    assert "NO_RESTRICTION" in page or "What is not read" in page
    assert "flagged" in page
