"""Every command, option, setting, output form and code is in the reference, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from cyclopts import App

from thalweg.cli import app
from thalweg.cli.check import Format
from thalweg.cli.demo import Scenario

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
SOURCES = sorted((ROOT / "src" / "thalweg").rglob("*.py"))
CLI = (REFERENCE / "cli.md").read_text("utf-8")
LEDGER = (REFERENCE / "ledger.md").read_text("utf-8")

# Positions, help, which every command has, and what only holds several options.
_NO_OPTION = re.compile(r"(?:--)?[A-Z|]+|--help|-h|--version|\*")


def commands(parent: App = app, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Every command that can be said, with its words."""
    for name in parent:
        if not name.startswith("-"):
            command = parent[name]
            if command.default_command:
                yield (*path, name), command
            yield from commands(command, (*path, name))


def options(command: App) -> set[str]:
    names = {name for argument in command.assemble_argument_collection() for name in argument.names}
    return {name for name in names if not _NO_OPTION.fullmatch(name)}


COMMANDS = dict(commands())
OWN = [path for path in COMMANDS if path[0] not in ("ledger", "verify")]  # the others are on a page of their own


def section(path: tuple[str, ...]) -> str:
    heading = f"## thalweg {' '.join(path)}\n"
    assert heading in CLI
    return CLI.split(heading)[1].split("\n## ")[0]


def test_the_search_for_commands_finds_them() -> None:
    assert {("check",), ("demo",), ("ledger", "keys", "add"), ("verify",)} <= set(COMMANDS)
    assert {"--theatre", "-t", "--no-fixes"} <= options(COMMANDS["check",])


@pytest.mark.parametrize("path", OWN, ids=" ".join)
def test_every_command_has_a_section_with_exactly_its_options(path: tuple[str, ...]) -> None:
    rows = re.findall(r"^\| (`-.*?`) \|", section(path), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(-[^` ]+)", row)}
    assert told == options(COMMANDS[path])


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in OWN], ids=" ".join)
def test_every_command_and_option_of_the_ledger_is_on_its_page(path: tuple[str, ...]) -> None:
    assert f"`thalweg {' '.join(path)}" in LEDGER
    assert {name for name in options(COMMANDS[path]) if name.startswith("--") and f"`{name}" not in LEDGER} == set()


def test_help_shows_what_is_told_by_its_place_without_an_option_of_that_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in COMMANDS:
        app([*path, "--help"])
    told = capsys.readouterr().out
    assert "Usage: thalweg officer invite" in told
    assert " PARTY " in told
    assert "--account" in told
    assert re.findall(r"--[A-Z|]+\b", told) == []


def test_no_option_is_told_of_that_no_command_has() -> None:
    known = {"--help", "--version"}.union(*map(options, COMMANDS.values()))
    for page in (CLI, LEDGER):
        assert set(re.findall(r"`(--[a-z-]+)", page)) <= known


@pytest.mark.parametrize("word", [*get_args(Format), *get_args(Scenario)])
def test_every_output_form_and_scenario_is_documented(word: str) -> None:
    assert f"`{word}`" in CLI
    if word in get_args(Format):
        assert f"`{word}`" in (REFERENCE / "outputs.md").read_text("utf-8") or f"## {word.title()}" in (
            REFERENCE / "outputs.md"
        ).read_text("utf-8")


def test_every_published_schema_is_documented() -> None:
    names = [path.name.removesuffix(".schema.json") for path in (ROOT / "src").rglob("*.schema.json")]
    assert len(names) > 3
    for name in names:
        assert f"`{name}`" in section(("schema",)), name


def test_every_exit_status_of_the_command_line_is_documented() -> None:
    statuses: set[int] = set()
    for file in (ROOT / "src/thalweg/cli").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
                numbers = [each.value for each in node.value.elts if isinstance(each, ast.Constant)]
                statuses |= {each for each in numbers if isinstance(each, int) and not isinstance(each, bool)}
    assert {0, 1, 2, 3, 130, 141} <= statuses
    assert statuses - {25} == {int(told) for told in re.findall(r"^\| (\d+) \|", CLI, re.MULTILINE)}


def test_every_setting_is_documented() -> None:
    """Thalweg itself reads no variable yet; what the scripts read is told."""
    read = "".join((ROOT / name).read_text("utf-8") for name in ("dev", "setup.py", "packaging/backend.py", ".ci/run"))
    read += "".join(path.read_text("utf-8") for path in SOURCES)
    settings = set(re.findall(r"\bTHALWEG_[A-Z]+\b", read))
    assert settings == set(re.findall(r"^\| `(THALWEG_[A-Z]+)` \|", CLI, re.MULTILINE))
    assert "os.environ" not in "".join(path.read_text("utf-8") for path in SOURCES)


# --- codes; those of the ledger have dots ---

_CODE = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)+")
_FAMILY = {"ThalwegError", "Problem", "Flag", "LedgerError", "No"}  # No: the desk's refusal of a statement
_PAGES = [*REFERENCE.rglob("*.md"), ROOT / "docs" / "spec" / "errors.md"]
# Put together from a word and an ending.
_COMPOSED = {
    *(f"{word}-unknown" for word in ("kind", "zone", "medium", "standing", "status", "action")),
    *(f"{part}-{ending}" for part in ("volumes", "segments") for ending in ("count", "entry")),
}


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _makers() -> set[str]:
    """The error family, flags, problems, and every function that passes on a `code` of its caller's."""
    family = set(_FAMILY)
    classes = [node for file in SOURCES for node in ast.walk(_tree(file)) if isinstance(node, ast.ClassDef)]
    while more := {
        node.name
        for node in classes
        if {base.id for base in node.bases if isinstance(base, ast.Name)} & family and node.name not in family
    }:
        family |= more
    passing = {
        node.name
        for file in SOURCES
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.FunctionDef) and "code" in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
    }
    return family | passing


def codes() -> dict[str, Path]:
    """Every literal code in the sources, with a file that it stands in."""
    makers, found = _makers(), {}
    for file in SOURCES:
        for node in ast.walk(_tree(file)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called not in makers:
                continue
            given = [*node.args[:2], *(k.value for k in node.keywords if k.arg == "code")]
            for argument in given:
                for literal in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]:
                    text = literal.value if isinstance(literal, ast.Constant) else None
                    if isinstance(text, str) and _CODE.fullmatch(text):
                        found[text] = file
    return found


def _told() -> set[str]:
    return {code for page in _PAGES for code in re.findall(rf"`({_CODE.pattern})`", page.read_text("utf-8"))}


def test_the_search_for_codes_finds_them() -> None:
    assert len(codes()) > 200
    assert {"theatre-rule-twice", "pdf-set", "coordinate-axis", "place-far", "folder-empty"} <= set(codes())


def test_every_code_that_anything_raises_is_in_the_reference() -> None:
    told = _told()
    assert {code: str(file.relative_to(ROOT)) for code, file in codes().items() if code not in told} == {}


@pytest.mark.parametrize("page", ["errors.md", "flags.md", "coordinates.md", "places.md"])
def test_every_code_in_the_reference_exists(page: str) -> None:
    text = "".join(path.read_text("utf-8") for path in SOURCES)
    rows = re.findall(rf"^\| `({_CODE.pattern})` \|", (REFERENCE / page).read_text("utf-8"), re.MULTILINE)
    assert rows
    assert {code for code in rows if f'"{code}"' not in text} <= _COMPOSED
