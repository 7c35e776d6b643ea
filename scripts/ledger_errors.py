"""Writes docs/spec/errors.md from the places where the ledger, its stores and its commands refuse something.

Run from the root of the repository: python -m scripts.ledger_errors. A test writes it again and compares, so a
code without its line in the documentation does not pass.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "spec" / "errors.md"
WHERE = ("ledger", "stores", "server/witness.py", "cli/ledger", "cli/restore.py", "cli/verify.py")
MEMBERS = ("Malformed", "Refused", "Inconsistent", "Damaged", "StoreFailed")
HEAD = """# Errors of the ledger

Written by `scripts/ledger_errors.py` from the source. An error has a stable code, a sentence for the person
(here with … where it names something), and fields for a program. Its member says what to do next:

| member | meaning | next |
|---|---|---|
| `Malformed` | bytes not in the form that these pages fix | ask for them again |
| `Refused` | well-formed, and a signature, proof, key or rule does not hold | do not believe it |
| `Inconsistent` | two signed views, of a log or an author, that cannot both be true | keep both: evidence |
| `Damaged` | the store contradicts itself | stop; restore; scrub before anything is signed |
| `StoreFailed` | the store did not answer; `happened` is `no` or `unknown` | `no`: send again; `unknown`: look first |

| code | member | sentence |
|---|---|---|
"""


def sentence(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            said = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
            return "".join(str(item) for item in said)
        case _:
            return "…"


def codes() -> dict[str, tuple[str, str]]:
    """Code → (member, first sentence found for it, by file and line)."""
    found: dict[str, tuple[str, str]] = {}
    for place in WHERE:
        path = ROOT / "src" / "thalweg" / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=member), args=[ast.Constant(value=str() as code), said, *_]):
                        if member in MEMBERS:
                            found.setdefault(code, (member, sentence(said)))
                    case _:
                        continue
    return found


def page() -> str:
    lines = [f"| `{code}` | {member} | {said.replace('|', '/')} |" for code, (member, said) in sorted(codes().items())]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
