"""Writes the JSON Schema of a dossier, `thalweg/dossier/v1`, from the types that it is made of.

Run from the root of the repository: python -m scripts.dossier_schema. A test makes it again and compares, so that a
field without its place in the schema does not pass.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from thalweg.model import dossier as values
from thalweg.model.declarations import Declaration
from thalweg.model.dossier import Dossier, Values
from thalweg.model.instants import Instant
from thalweg.reports.dossier.digest import FORM

FILE = Path(__file__).parents[1] / "src" / "thalweg" / "reports" / "schemas" / "dossier.schema.json"
Json = dict[str, Any]
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
_BOUNDS: Mapping[tuple[str, str], Json] = {
    ("Position", "lon"): {"minimum": -180, "maximum": 180},
    ("Position", "lat"): {"minimum": -90, "maximum": 90},
    ("Cited", "event"): {"pattern": "^[0-9a-f]{64}$"},
    ("SourceRead", "sha256"): {"pattern": "^[0-9a-f]{64}$"},
    ("Withheld", "count"): {"minimum": 1},
    ("Assessment", "what"): {"enum": ["cause", "risk"]},
}


def schema() -> Json:
    """The schema, as it stands in the package."""
    defs: dict[str, Json] = {}
    top = _object(Dossier, defs)
    top["properties"] = {"v": {"const": FORM}, **top["properties"]}
    # Of all that the party held, or of what had reached it by then: the second says what shows that it had.
    top["properties"]["reached"] = {"type": "array", "items": _of(values.Arrived, defs)}
    top["required"] = ["v", *(name for name in top["required"] if name != "reached")]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Thalweg dossier of an incident, version 1",
        "description": (
            "What one party's part of the record proves about one incident, and what it cannot say; the document that "
            "an evidence bundle carries as application/vnd.thalweg.dossier+json. Metres, seconds, degrees (WGS 84), "
            "UTC. Entries are named by their index in the log, declarations by their version. `reached` is there in a "
            "dossier of a time past. The bytes are canonical: keys sorted, no white space."
        ),
        **top,
        "$defs": dict(sorted(defs.items())),
    }


def encode() -> str:
    """The schema as the file has it."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _object(made: type, defs: dict[str, Json]) -> Json:
    hints = get_type_hints(made, include_extras=True)
    names = [each.name for each in dataclasses.fields(made)]
    return {
        "type": "object",
        "properties": {name: {**_of(hints[name], defs), **_BOUNDS.get((made.__name__, name), {})} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _of(hint: Any, defs: dict[str, Json]) -> Json:  # noqa: ANN401  # a type, as Python states it
    """The schema of a type; those with a name are defined once."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    origin, parts = get_origin(hint), get_args(hint)
    if hint == Values:
        return {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    if origin is tuple:
        return {"type": "array", "items": _of(parts[0], defs)}
    if origin in (Union, types.UnionType):
        given = [_of(each, defs) for each in parts if each is not type(None)]
        return {"anyOf": [*given, {"type": "null"}]}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(parts[1], defs)}
    if hint is Declaration:
        return {"type": "string", "description": "The version of a declaration."}
    if hint is Instant:
        return dict(_TIME)
    plain = {str: "string", bool: "boolean", int: "integer", float: "number"}
    if hint in plain:
        return {"type": plain[hint]}
    return {"$ref": f"#/$defs/{_define(hint, defs)}"}


def _define(made: type, defs: dict[str, Json]) -> str:
    name = made.__name__[0].lower() + made.__name__[1:]
    if name not in defs:
        defs[name] = {}
        told = " ".join((made.__doc__ or "").split("\n\n")[0].split()).replace("`", "")
        if issubclass(made, Enum):
            defs[name] = {"description": told, "enum": [each.value for each in made]}
        else:
            defs[name] = {"description": told, **_object(made, defs)}
    return name


if __name__ == "__main__":
    FILE.write_text(encode(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")
