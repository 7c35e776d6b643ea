"""Every code, command and page of the ledger is documented, and every link between the pages leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from thalweg.cli import ledger, verify
from thalweg.formats.event import KEY_HISTORY, KINDS

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "docs" / "spec"
COMMANDS = ROOT / "docs" / "reference" / "ledger.md"
EVENTS = ROOT / "docs" / "reference" / "events.md"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ledger_errors", ROOT / "scripts" / "ledger_errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_error_code_has_its_line() -> None:
    ledger_errors = script()
    assert ledger_errors.PAGE.read_text(encoding="utf-8") == ledger_errors.page(), "run scripts/ledger_errors.py"


def test_every_kind_of_entry_is_in_the_specification_or_the_reference() -> None:
    assert "(events.md)" in COMMANDS.read_text(encoding="utf-8")
    identity, events = (SPEC / "identity.md").read_text(encoding="utf-8"), EVENTS.read_text(encoding="utf-8")
    assert [kind for kind in sorted(KEY_HISTORY) if f"`{kind}`" not in identity] == []
    assert [kind for kind in sorted(KINDS - KEY_HISTORY) if f"### `{kind}`\n" not in events] == []


def test_every_command_and_option_is_in_the_reference() -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    apps = {
        "ledger": ledger.app,
        "ledger author": ledger.author.app,
        "ledger keys": ledger.keys.app,
        "ledger witness": ledger.witness.app,
    }
    for noun, app in apps.items():
        for name in app:
            if not name.startswith("-") and name not in ("author", "keys", "witness"):
                assert f"`thalweg {noun} {name}" in text, name
    files = [*Path(ledger.__file__).parent.glob("*.py"), Path(verify.__file__)]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    for option in sorted(set(re.findall(r'"(--[a-z-]+)"', source))):
        assert option in text, option


@pytest.mark.parametrize("page", sorted(path.name for path in SPEC.glob("*.md")))
def test_links_and_vector_files_named_in_a_page_are_there(page: str) -> None:
    text = (SPEC / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"`(vectors/[a-z]+\.json)`", text):
        assert (SPEC / target).exists(), target
