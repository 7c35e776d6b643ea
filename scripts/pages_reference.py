"""Writes the list of pages in docs/reference/room.md from the routes of the server.

Run from the root of the repository: python -m scripts.pages_reference. What stands above the marker is written by hand
and stays. A test writes the list again and compares, so that a page without its line does not pass.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi.routing import APIRoute, iter_route_contexts

from thalweg.server import pages
from thalweg.server.app import ServeSettings, build
from thalweg.server.described import operations
from thalweg.wiring.desk import open_desk

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "room.md"
MARKER = "<!-- From here on written by scripts/pages_reference.py. -->\n"


def page() -> str:
    """The whole page: what was written by hand, and the list."""
    by_hand = PAGE.read_text("utf-8").partition(MARKER)[0] if PAGE.exists() else ""
    return by_hand + MARKER + "\n" + listed()


def listed() -> str:
    """Every route of the room, pages before what forms are sent to."""
    with tempfile.TemporaryDirectory() as folder:
        opened = open_desk(Path(folder) / "desk", origin="desk.example/theatre")
        try:
            app = build(opened, ServeSettings("http://localhost", log=_nowhere)).app
        finally:
            opened.close()
    guarded = {(each.method, each.path): each.guarded for each in operations(app)}
    rows: dict[str, list[str]] = {"GET": [], "POST": []}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or not route.endpoint.__module__.startswith(pages.__name__):
            continue
        said = " ".join((route.endpoint.__doc__ or "").split())
        path = context.path or ""
        for method in sorted(context.methods or ()):
            who = "an officer" if guarded[method, path] else "anybody"
            rows.setdefault(method, []).append(f"| `{path}` | {who} | {said} |")
    head = ["| address | for | what |", "|---|---|---|"]
    sent = "Sent as forms are, answered by a page or by going to one."
    return "\n".join(["## Pages", "", *head, *rows["GET"], "", "## Forms", "", sent, "", *head, *rows["POST"], ""])


def _nowhere(_line: str) -> None:
    """Nobody reads the log of this server."""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
