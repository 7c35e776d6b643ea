"""The reference of the kinds is what the code says, and the specification of their bytes can be implemented from."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.hostile import World
from tests.samples import result

from thalweg.formats import event as kinds
from thalweg.formats.event import declaration, finding, values
from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Standing, Zone
from thalweg.model.findings import Certainty, FindingType
from thalweg.model.measures import Datum
from thalweg.model.theatre import Relation

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "docs" / "spec" / "events.md").read_text("utf-8")
SAMPLES = tuple(result().declarations.values())


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("events_reference", ROOT / "scripts" / "events_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_classes_say() -> None:
    reference = script()
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run scripts/events_reference.py"


def test_every_kind_is_told_of_with_who_says_it_and_every_meaning_is_of_a_field_that_exists() -> None:
    reference = script()
    assert set(reference.SAID) == kinds.KINDS - kinds.KEY_HISTORY - {"statement/1", "erasure/1"}
    records, words = reference.parts()
    known = {f"{cls.__name__}.{name}" for cls in (*reference.classes(), *records) for name in cls.__dataclass_fields__}
    told = set(reference.MEANING)
    assert {name for name in told if "." in name} <= known
    assert {name for name in told if "." not in name} <= {name.partition(".")[2] for name in known}
    page = reference.PAGE.read_text("utf-8")
    for word in words:
        assert all(f"| `{each.value}` |" in page for each in word)


@pytest.mark.parametrize("name", [*declaration.FIELDS, *finding.FIELDS])
def test_every_field_of_a_declaration_and_a_finding_is_specified(name: str) -> None:
    assert re.search(rf"^\|.*`{name}`", SPEC, re.MULTILINE)


@pytest.mark.parametrize("words", [Kind, Zone, Medium, Standing, LineStatus, Datum, Certainty, FindingType, Relation])
def test_every_word_in_a_declaration_or_a_finding_is_specified(words: type[Kind]) -> None:
    assert [each.value for each in words if f"`{each.value}`" not in SPEC] == []


def test_the_names_and_limits_of_the_specification_are_those_of_the_code() -> None:
    assert kinds.DECLARATION_MEDIA in SPEC
    assert all(f"`{name}`" in SPEC for name in (*kinds.WITH_DECLARATION, kinds.PAYLOAD))
    assert values.MAX_INTEGER == 2**53 - 1
    assert "2^53 - 1" in SPEC


def version_from_the_page(value: Any) -> str:
    """The version id of a declaration's value, by docs/spec/events.md alone."""

    def hashed(content: Any) -> str:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def shape(each: Any) -> Any:
        return ["multipolygon", [["polygon", rings] for rings in each[1]]] if each[0] == "multipolygon" else each

    def band(each: Any) -> Any:
        return [*each[:3], each[3] or each[1]] if each else each

    as_above = ("details", "kind", "medium", "party", "replaces", "revision", "standing", "title", "valid", "zone")
    content = {name: value[name] for name in (*as_above, "segments")}
    content |= {name: value[name] == 1 for name in ("emergency", "hypothetical")}
    content["sides"] = value["sides"][:2]
    content["volumes"] = [
        [shape(each), window, band(heights), doubt] for each, window, heights, doubt in value["volumes"]
    ]
    return "v-" + hashed([value["id"], hashed(content)])[:32]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda each: each.declaration_id)
def test_a_version_id_follows_from_the_specification(sample: Declaration) -> None:
    """R9, R39: whoever holds an entry can say which version it declares."""
    assert version_from_the_page(kinds.write_declaration(sample)) == sample.version_id


def test_a_version_id_of_extreme_shapes_follows_from_it_too() -> None:
    for seed in range(60):
        made = World(seed).declaration("a")
        assert version_from_the_page(kinds.write_declaration(made)) == made.version_id
