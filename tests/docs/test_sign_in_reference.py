"""Every route, setting, fact and status of the doors and the shell is on its page, and nothing else is."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

from tests.doors_world import World

from thalweg.server.described import operations
from thalweg.server.doors import DoorSettings
from thalweg.server.problems import STATUS
from thalweg.server.shell import ShellSettings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/sign-in.md").read_text("utf-8")
ERRORS = (ROOT / "docs/reference/errors.md").read_text("utf-8")
SERVER = [ROOT / "src/thalweg/server" / f"{name}.py" for name in ("sessions", "signin", "keys", "passwords", "shell")]
OF_THE_TEST = re.compile(r"/(?:who|notes|forms|open|page|breaks)\b.*")


def test_every_route_is_told_and_no_other() -> None:
    held = {f"{each.method} {each.path}" for each in operations(World().app) if not OF_THE_TEST.fullmatch(each.path)}
    assert held == set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", PAGE, re.MULTILINE))


def test_every_setting_is_told_and_no_other() -> None:
    held = {field.name for settings in (DoorSettings, ShellSettings) for field in dataclasses.fields(settings)}
    told = PAGE.split("## Settings\n")[1].split("\n## ")[0]
    assert held == set(re.findall(r"^\| `([a-z_]+)` \|", told, re.MULTILINE))


def test_every_fact_for_the_ledger_is_told_and_no_other() -> None:
    held = set()
    for file in SERVER:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                held |= set(re.findall(r"^[a-z]+\.[a-z]+$", node.value))
    told = PAGE.split("## Facts for the ledger\n")[1].split("\n## ")[0]
    assert {name for name in held if not name.startswith("http.")} == set(re.findall(r"`([a-z]+\.[a-z]+)`", told))


def test_every_code_with_a_status_is_among_the_errors() -> None:
    assert set(STATUS) <= set(re.findall(r"^\| `([a-z-]+)` \|", ERRORS, re.MULTILINE))


def test_every_metric_is_told() -> None:
    source = (ROOT / "src/thalweg/server/shell.py").read_text("utf-8")
    for name in re.findall(r'"(thalweg_http_[a-z]+)"', source):
        assert f"`{name}" in PAGE
