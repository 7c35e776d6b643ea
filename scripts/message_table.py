"""Writes the tables of docs/reference/messages.md from the classes and the English catalogue.

    python scripts/message_table.py

`tests/docs/test_messages_reference.py` fails where the page is not what this makes.
"""

from __future__ import annotations

import re
from pathlib import Path

from thalweg.reports.messages.catalogue import catalogue
from thalweg.reports.messages.kinds import MESSAGES
from thalweg.reports.messages.slots import Phrase
from thalweg.reports.messages.speech import PLACEHOLDER, bare, hints, template_key

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "messages.md"
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def kinds() -> str:
    """Each message with its subject and its English template; what may be missing stands in brackets."""
    rows = ["| message | subject | text |", "|---|---|---|"]
    words = catalogue("en")
    for message in MESSAGES:
        for number, variant in enumerate(message.variants):
            name = f"`{message.__name__}`" if number == 0 else ""
            subject = words.text(f"subject.{message.key()}") if number == 0 else ""
            rows.append(f"| {name} | {subject} | {_shown(message, variant)} |")
    return "\n".join(rows)


def parts() -> str:
    """Each value with a template of its own that stands in a message."""
    rows = ["| part | text |", "|---|---|"]
    for part in _parts():
        for number, variant in enumerate(part.variants):
            rows.append(f"| {f'`{part.__name__}`' if number == 0 else ''} | {_shown(part, variant)} |")
    return "\n".join(rows)


def page(text: str) -> str:
    """The page with its tables as they are now."""
    made = {"kinds": kinds(), "parts": parts()}
    return _TABLE.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", text)


def _shown(cls: type[Phrase], variant: str) -> str:
    words = catalogue("en")

    def clause(match: re.Match[str]) -> str:
        optional = words.entries.get(f"{cls.key()}[{match[1]}]")
        return match[0] if optional is None else f"[{optional}]"

    return PLACEHOLDER.sub(clause, words.text(template_key(cls, variant))).replace("|", "\\|")


def _parts() -> list[type[Phrase]]:
    found: dict[type[Phrase], None] = {}

    def look(cls: type[Phrase]) -> None:
        for hint in hints(cls).values():
            inner, _ = bare(hint)
            if isinstance(inner, type) and issubclass(inner, Phrase) and inner not in found:
                found[inner] = None
                look(inner)

    for message in MESSAGES:
        look(message)
    return list(found)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
