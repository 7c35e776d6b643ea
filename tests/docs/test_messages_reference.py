"""docs/reference/messages.md has the messages as they are."""

from __future__ import annotations

from scripts.message_table import PAGE, page

from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.reports.messages.kinds import MESSAGES

TEXT = PAGE.read_text("utf-8")
EXPLANATION = (PAGE.parents[1] / "explanation" / "languages.md").read_text("utf-8")


def test_the_tables_are_those_that_the_script_makes() -> None:
    """Run `python scripts/message_table.py` where this fails."""
    assert page(TEXT) == TEXT


def test_every_message_is_in_the_table() -> None:
    assert len(MESSAGES) > 40
    assert [kind.__name__ for kind in MESSAGES if f"| `{kind.__name__}` |" not in TEXT] == []


def test_every_language_is_explained() -> None:
    for language, name in LANGUAGES.items():
        assert f"`{language}`" in EXPLANATION
        assert name.split(" ")[0] in EXPLANATION
