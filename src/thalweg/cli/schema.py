"""`thalweg schema`: the published JSON Schemas."""

from __future__ import annotations

import sys
from importlib.resources import files

from cyclopts import App

from thalweg.model.errors import InputError

app = App(name="schema", help="Print a published JSON Schema, or the names of all.")
_ROOMS = ("thalweg.formats", "thalweg.reports")


@app.default
def schema(name: str = "") -> int:
    """Print the schema of that name; without a name, list them.

    Parameters
    ----------
    name
        For example geojson-profile.
    """
    known = {
        entry.name.removesuffix(".schema.json"): entry
        for room in _ROOMS
        if (folder := files(room).joinpath("schemas")).is_dir()
        for entry in folder.iterdir()
        if entry.name.endswith(".schema.json")
    }
    if not name:
        print("\n".join(sorted(known)))
        return 0
    if name not in known:
        raise InputError("schema-unknown", f"There is no schema “{name}”. There are: {', '.join(sorted(known))}.")
    sys.stdout.buffer.write(known[name].read_bytes())
    return 0
