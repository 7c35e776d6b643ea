"""The published schema of a dossier is made of its types, and every dossier is what it says (R40)."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scripts.dossier_schema import FILE, encode

from tests.dossier_sample import sample
from tests.dossier_world import Told
from thalweg.model.levels import Level
from thalweg.policy.sealing import seal
from thalweg.reports.dossier import digest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "dossier.md"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """As the package carries it."""
    held = resources.files("thalweg.reports").joinpath("schemas/dossier.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(held)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def test_the_schema_is_what_the_types_say() -> None:
    """Else: python -m scripts.dossier_schema"""
    assert FILE.read_text(encoding="utf-8") == encode()


def test_dossiers_of_each_party_of_now_and_of_then_are_what_the_schema_says(schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(digest.encode(seal(sample(), "DMC"))))
    for level in (Level.FULL, Level.COARSE):
        told = Told(level=level)
        for party in ("alpha", "bravo"):
            validator.validate(json.loads(digest.encode(told.evidence(party)[0])))
        past = json.loads(digest.encode(told.evidence("alpha", past=True)[0]))
        validator.validate(past)
        assert past["reached"]


@pytest.mark.parametrize(
    "change",
    [{"v": "thalweg/dossier/v0"}, {"known_at": "yesterday"}, {"extra": 1}, {"near": [{}]}, {"reached": None}],
)
def test_what_is_no_dossier_is_refused(schema: dict[str, Any], change: dict[str, Any]) -> None:
    value = {**json.loads(digest.encode(seal(sample(), "DMC"))), **change}
    assert not jsonschema.Draft202012Validator(schema).is_valid(value)


def test_every_key_is_in_the_reference(schema: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [key for key in schema["properties"] if f"`{key}`" not in page] == []
