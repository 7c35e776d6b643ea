"""Writes the list of routes in docs/reference/api.md from the OpenAPI description of the server.

Run from the root of the repository: python -m scripts.api_reference. What stands above the marker is written by hand
and stays. A test writes the list again and compares, so that a route, a parameter or a field without its line in the
documentation does not pass.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from thalweg.server.app import ServeSettings, build
from thalweg.server.described import describe
from thalweg.wiring.desk import open_desk

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "api.md"
MARKER = "<!-- From here on written by scripts/api_reference.py. -->\n"
TAGS = {
    "me": "Who asks",
    "theatre": "The theatre and its parties",
    "statements": "Statements",
    "notices": "What is told",
    "declarations": "Declarations and findings",
    "channels": "Channels and agreements",
    "incidents": "Incidents",
    "sources": "Sources and claims",
    "as of": "Who knew what when",
    "evidence": "Evidence",
}
_JSON = "application/json"
_EVERYWHERE = "If-None-Match"  # told once, under "Reading"


def description() -> dict[str, Any]:
    """The OpenAPI description of a server with everything in it."""
    with tempfile.TemporaryDirectory() as folder:
        opened = open_desk(Path(folder) / "desk", origin="desk.example/theatre")
        try:
            return describe(build(opened, ServeSettings("http://localhost", log=_nowhere)).app)
        finally:
            opened.close()


def page() -> str:
    """The whole page: what was written by hand, and the list."""
    by_hand = PAGE.read_text("utf-8").partition(MARKER)[0] if PAGE.exists() else ""
    return by_hand + MARKER + "\n" + listed(description())


def listed(described: Mapping[str, Any]) -> str:
    """Every route of `/v1`, by subject, in the order of the description."""
    parts = []
    for tag, heading in TAGS.items():
        routes = [
            _route(method, path, operation, described)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if path.startswith("/v1/") and operation.get("tags") == [tag]
        ]
        parts.append(f"## {heading}\n\n" + "\n".join(routes))
    return "\n".join(parts)


def _route(method: str, path: str, operation: Mapping[str, Any], described: Mapping[str, Any]) -> str:
    lines = [f"### {method.upper()} {path}", "", " ".join(operation["description"].split()), ""]
    given = [each for each in operation.get("parameters", ()) if each["name"] != _EVERYWHERE]
    rows = [*map(_parameter, given), *_body(operation, described)]
    if rows:
        lines += ["| given | where | what |", "|---|---|---|", *rows, ""]
    answers = [
        f"{status} {', '.join(f'`{media}`' for media in answer.get('content', {}))}".strip()
        for status, answer in operation["responses"].items()
        if status[0] == "2"
    ]
    lines += [f"Answers {'; '.join(answers)}.", ""]
    return "\n".join(lines)


def _parameter(told: Mapping[str, Any]) -> str:
    schema = told["schema"]
    what = [told.get("description", ""), _limits(schema)]
    if "default" in schema and schema["default"] not in ("", None):
        what.append(f"if absent `{schema['default']}`")
    if told.get("required") and told["in"] != "path":
        what.append("needed")
    return f"| `{told['name']}` | {told['in']} | {'; '.join(part for part in what if part)} |"


def _body(operation: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if _JSON not in content:
        return
    reference = content[_JSON]["schema"]["$ref"].rpartition("/")[2]
    yield from _fields(reference, "", described)


def _fields(name: str, prefix: str, described: Mapping[str, Any]) -> Iterator[str]:
    schema = described["components"]["schemas"][name]
    for field, told in schema["properties"].items():
        what = [told.get("description", ""), _limits(told)]
        if field not in schema.get("required", ()):
            what.append("may be left out")
        yield f"| `{prefix}{field}` | body | {'; '.join(part for part in what if part)} |"
        inner = told.get("items", {}).get("$ref")
        if inner:
            yield from _fields(inner.rpartition("/")[2], f"{prefix}{field}[].", described)
        for each in told.get("anyOf", ()):
            if "$ref" in each:
                yield from _fields(each["$ref"].rpartition("/")[2], f"{prefix}{field}.", described)


def _number(bound: float | None) -> str:
    return "" if bound is None else str(int(bound) if float(bound).is_integer() else bound)


def _limits(schema: Mapping[str, Any]) -> str:
    several = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    held = several[0] if several else schema
    said = [f"one of {', '.join(f'`{each}`' for each in held['enum'] if each)}"] if "enum" in held else []
    if held.get("type") in ("integer", "number", "boolean"):
        said.append(str(held["type"]))
    if "minimum" in held or "maximum" in held:
        said.append(f"{_number(held.get('minimum'))} to {_number(held.get('maximum'))}".strip())
    if "maxLength" in held:
        said.append(f"at most {held['maxLength']} characters")
    if "maxItems" in held:
        said.append(f"at most {held['maxItems']}")
    if "pattern" in held:
        said.append("`" + held["pattern"].replace("|", r"\|") + "`")  # else it ends the cell, in ticks too
    return ", ".join(said)


def _nowhere(_line: str) -> None:
    """No log."""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
