"""`thalweg schema`: the published JSON Schemas."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.model.errors import InputError

app = App(name="schema", help="Print a published JSON Schema, or the names of all.")
_FOLDERS = tuple(files(f"thalweg.{room}") / "schemas" for room in ("formats", "reports", "sources"))


@app.default
def schema(name: Annotated[str, Parameter(name="NAME")] = "") -> int:
    """Print the schema of that name; without a name, list them.

    Parameters
    ----------
    name
        For example geojson-profile.
    """
    known = {
        entry.name.removesuffix(".schema.json"): entry
        for folder in _FOLDERS
        for entry in folder.iterdir()
        if entry.name.endswith(".schema.json")
    }
    if not name:
        for each in sorted(known):
            print(f"{each:<16}{json.loads(known[each].read_bytes())['title']}")
        return 0
    if name not in known:
        raise InputError("schema-unknown", f"There is no schema “{name}”. There are: {', '.join(sorted(known))}.")
    sys.stdout.buffer.write(known[name].read_bytes())
    return 0
