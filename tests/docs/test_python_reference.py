"""docs/reference/python.md names what there is, and every example in the documentation runs."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

import thalweg.engine
from thalweg.model.findings import Finding, Fix, Suggestions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/python.md").read_text("utf-8")
NAMED = set(re.findall(r"`([A-Za-z_]+)", PAGE))
EXAMPLES = [
    path for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")) if "```python" in path.read_text("utf-8")
]


def test_every_public_name_of_the_engine_is_documented() -> None:
    assert set(thalweg.engine.__all__) <= NAMED


@pytest.mark.parametrize("value", [Finding, Fix, Suggestions, thalweg.engine.Change])
def test_every_field_is_documented(value: type) -> None:
    assert {each.name for each in fields(value)} <= NAMED


def test_every_value_in_the_table_of_the_model_exists() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.*) \|$", PAGE.split("for making declarations")[1].split("\n## ")[0], re.MULTILINE
    )
    assert len(rows) > 6
    for module, told in rows:
        for name in re.findall(r"`([A-Z]\w+)`", told):
            assert hasattr(import_module(f"thalweg.model.{module}"), name), name


def test_every_function_with_its_whole_name_exists() -> None:
    for path in re.findall(r"`(thalweg\.[\w.]+)\(", PAGE):
        module, name = path.rsplit(".", 1)
        assert callable(getattr(import_module(module), name)), path


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.name)
def test_every_python_example_of_a_page_runs_one_after_the_other(page: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
