"""The tutorial of two desks is run, command by command, and prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from tests.officers import LINK, running

from thalweg import cli

PAGE = (Path(__file__).parents[2] / "docs/tutorial/two-desks.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(json|console) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = {"LINK": LINK.pattern, "VERSION": r"v-[0-9a-f]{32}", "NOTICE": r"\bn-[a-z2-7]{10}\b", "ID": r"(?<=Id )\w{64}"}
_ASKED = re.compile(r"^(?:Declare this row\?|Cite these).*: ([ynsq])$")


@dataclass
class Command:
    words: str
    shown: list[str] = field(default_factory=list)

    @property
    def typed(self) -> str:
        """What the person types at its questions."""
        return "".join(found[1] + "\n" for line in self.shown if (found := _ASKED.match(line)))


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line.removeprefix("$ ")))
        else:
            found[-1].shown.append(line)
    return found


def run(words: list[str], typed: str) -> tuple[int, str]:
    """One command; what it printed, in the order in which a terminal shows it."""
    out = io.StringIO()
    with (
        patch.object(sys, "stdin", io.StringIO(typed)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        status = cli._run(words)
    return status, out.getvalue()


def assert_shown(command: Command, printed: str) -> None:
    """Each line of the page stands in what was printed, in this order; an ellipsis is anything."""
    rest = printed
    for line in command.shown:
        wanted = line[:-1] if _ASKED.match(line) else line
        pattern = ".*?".join(re.escape(part.strip()) for part in wanted.split("…"))
        found = re.search(pattern, rest)
        assert found is not None, f"$ {command.words}\n{line!r} is not (or not there) in\n{printed}"
        rest = rest[found.end() :]


def test_every_command_of_the_tutorial_prints_what_the_page_shows(tmp_path: Path) -> None:
    blocks = _BLOCK.findall(PAGE)
    assert len(blocks) > 15
    held: dict[str, str] = {}
    before = Path.cwd()
    with running(tmp_path) as desk:
        held["LINK"] = desk.first_invitation
        try:
            for kind, where, text in blocks:
                folder = tmp_path / Path(where).parts[0]
                folder.mkdir(exist_ok=True)
                if kind == "json":
                    (tmp_path / where).write_text(text, "utf-8")
                    continue
                os.chdir(folder)
                for command in commands(text):
                    said = re.sub(r"\b(LINK|VERSION|NOTICE|ID)\b", lambda found: held[found[1]], command.words)
                    status, printed = run(shlex.split(said)[1:], command.typed)
                    assert_shown(command, printed)
                    refused = any(word in "\n".join(command.shown) for word in ("Refused", "Does not match"))
                    assert (status != 0) == refused, printed
                    for name, pattern in _NAMED.items():
                        if there := re.findall(pattern, printed):
                            held[name] = there[-1]
        finally:
            os.chdir(before)
