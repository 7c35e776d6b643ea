"""`thalweg demo`: the bundled files are checked as anybody's would be, and can be had to change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from thalweg.cli.check import FINDINGS, INCOMPLETE, Format, check
from thalweg.cli.demo import Scenario, demo
from thalweg.desk import scenarios
from thalweg.model.errors import InputError

NOON = "2017-12-14T12:00Z"


def written(path: Path) -> dict[str, Any]:
    product: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return product


def test_the_demo_knows_every_bundled_scenario() -> None:
    assert get_args(Scenario) == scenarios.NAMES


@pytest.mark.parametrize("scenario", scenarios.NAMES)
def test_the_demo_finds_what_check_finds_in_the_unpacked_files(scenario: Scenario, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    assert demo(scenario, write=folder) == 0
    bundled, unpacked = tmp_path / "demo.json", tmp_path / "check.json"
    assert demo(scenario, output=bundled, at=NOON, fixes=False) == FINDINGS
    assert check(folder, output=unpacked, at=NOON, fixes=False) == FINDINGS
    ids = [finding["id"] for finding in written(bundled)["findings"]]
    assert ids
    assert ids == [finding["id"] for finding in written(unpacked)["findings"]]


def test_the_unpacked_folder_has_the_files_the_rules_and_the_readme(tmp_path: Path) -> None:
    demo("wildfire", write=tmp_path / "fire")
    names = {path.name for path in (tmp_path / "fire").iterdir()}
    assert names == {*scenarios.inputs("wildfire"), scenarios.THEATRE, scenarios.README}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        demo("wildfire", write=tmp_path)
    assert refused.value.code == "folder-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.geojson"]


def test_a_file_that_breaks_in_somebodys_hands_is_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    folder, product = tmp_path / "fire", tmp_path / "out.json"
    demo("wildfire", write=folder)
    broken = folder / "helicopters.geojson"
    broken.write_text(broken.read_text(encoding="utf-8").replace("13:03:25Z", "25:03:25Z", 1), encoding="utf-8")
    assert check(folder, output=product, at=NOON, fixes=False) == INCOMPLETE
    text = product.read_text(encoding="utf-8")
    assert "helicopters.geojson" in json.dumps(written(product)["problems"])
    assert "drop-north" in text


def test_ways_out_are_offered_for_the_helicopter_and_the_tanker_by_time_and_by_height(tmp_path: Path) -> None:
    product = tmp_path / "fire.json"
    demo("wildfire", output=product, at=NOON)
    (entry,) = [each for each in yaml.safe_load(scenarios.expected("wildfire"))["found"] if "fix" in each]
    given = written(product)
    versions = {d["version_id"] for d in given["declarations"] if d["declaration_id"] in entry["pair"]}
    changes = {fix["change"] for each in given["suggestions"] for fix in each["fixes"] if each["version"] in versions}
    assert len(versions) == 2
    assert set(entry["fix"]) <= changes


@pytest.mark.parametrize("form", ["geojson", "csv", "kml", "html", "table"])
def test_drawn_geometry_is_marked_in_every_form(form: Format, tmp_path: Path) -> None:
    product = tmp_path / f"demo.{form}"
    demo("deir-ez-zor", format=form, output=product, at=NOON, fixes=False)
    assert "hypothetical geometry" in product.read_text(encoding="utf-8").casefold()
