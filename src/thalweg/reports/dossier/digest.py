"""A dossier as bytes that are the same wherever it is made: what its hash is of, and what a bundle carries."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from thalweg.model.declarations import Declaration
from thalweg.model.dossier import Dossier
from thalweg.model.instants import Instant
from thalweg.policy.disclosure import Disclosed

FORM: Final = "thalweg/dossier/v1"
MEDIA_TYPE: Final = "application/vnd.thalweg.dossier+json"


def encode(disclosed: Disclosed[Dossier]) -> bytes:
    """The dossier as JSON: keys sorted, no white space, instants as text, declarations by their version. `reached` is
    there in a picture of a time past, and absent from one of all that the party held."""
    plain = {"v": FORM, **_plain(disclosed.value)}
    if plain["reached"] is None:
        del plain["reached"]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(disclosed: Disclosed[Dossier]) -> str:
    """The SHA-256 of `encode`, in hexadecimal."""
    return hashlib.sha256(encode(disclosed)).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401  # a value of a dossier, whatever it is
    if isinstance(value, Declaration):
        return value.version_id
    if isinstance(value, Instant):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
