"""The islands are built anew unless everything that was built from the same sources is there."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "packaging/islands.py"


@pytest.fixture
def islands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("islands_of_packaging", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    monkeypatch.delenv("THALWEG_ISLANDS", raising=False)
    monkeypatch.setattr(program, "BUILT", tmp_path)
    monkeypatch.setattr(program, "_modules", lambda *_: None)
    (tmp_path / ".vite").mkdir()
    manifest = {"src/room.ts": {"file": "room-1.js", "css": ["room-1.css"], "assets": ["ground-1.json"]}}
    (tmp_path / ".vite/manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / ".vite/made-from").write_text(program.digest(), "ascii")
    for name in ("room-1.js", "room-1.css", "ground-1.json"):
        (tmp_path / name).touch()
    return program


@pytest.mark.parametrize("lost", ["", "room-1.js", "room-1.css", "ground-1.json", ".vite/manifest.json"])
def test_a_file_that_the_manifest_names_and_that_is_not_there_is_built_anew(
    islands: Any, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(islands, "_run", lambda script, *_: ran.append(script))
    if lost:
        (islands.BUILT / lost).unlink()
    islands.build()
    assert len(ran) == (1 if lost else 0)
