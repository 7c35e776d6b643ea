"""docs/reference/outputs.md names every key and every column."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from thalweg.model.words import DISCLAIMERS, MARK_MEANING
from thalweg.reports import csv

PAGE = Path(__file__).parents[2].joinpath("docs", "reference", "outputs.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))


def test_every_column_of_the_csv_is_documented() -> None:
    assert set(csv.COLUMNS) <= NAMED


def test_every_key_of_the_json_and_of_its_findings_fixes_and_summary_is_documented() -> None:
    text = resources.files("thalweg.reports").joinpath("schemas/check.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    parts = [schema, *(schema["$defs"][name] for name in ("finding", "fix", "summary", "source"))]
    keys = {key for part in parts for key in part["properties"]}
    keys |= set(schema["$defs"]["summary"]["properties"]["counts"]["properties"])
    assert {key for key in keys if f"`{key}`" not in PAGE and f"`{key}[]`" not in PAGE} == set()


def test_the_disclaimers_and_the_marks_are_documented_word_for_word() -> None:
    for sentence in (*DISCLAIMERS, *(f"`{mark}`" for mark in MARK_MEANING)):
        assert sentence in PAGE
