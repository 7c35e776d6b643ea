"""`thalweg place`: exit status and what it prints. Proves R4, R5."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thalweg.cli.place import app, place


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["Deir", "ez-Zor"], 0, "geonames:170794"),
        (["دير الزور"], 0, "37S FV 03678 10888"),
        (["Salhiya"], 1, "is the name of 2 places"),
        (["Deir Ezor"], 1, "spelt alike: Deir ez-Zor"),
        (["Lisbonn"], 1, "Did you mean Lisbon"),
        (["SY0701"], 1, "is not in the gazetteer"),
        (["35.36N", "40.215E"], 0, "7.3 km ENE of Deir ez-Zor"),
        (["-35.3", "149.1"], 0, "Canberra"),
        (["0,0"], 0, "where empty fields end up"),
        (["37S FV 0367 1088"], 0, "as entered  37S FV 0367 1088"),
    ],
)
def test_a_name_or_a_position_is_told(
    words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """R4, R5: 0 found one, 1 several or none."""
    assert place(*words) == status
    assert said in capsys.readouterr().out


def test_nothing_to_look_up_is_2_and_asks_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert place("") == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "name a place, or give a position" in captured.err


@pytest.mark.parametrize("text", ["140 35", "37S FV 12345 0987x", "37S FV 123"])
def test_what_is_not_understood_is_2_and_says_what_was_expected(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert place(text) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "xpected" in captured.err


def test_json_holds_every_candidate_with_its_bank(capsys: pytest.CaptureFixture[str]) -> None:
    """R5."""
    assert place("Salhiya", format="json") == 1
    data = json.loads(capsys.readouterr().out)
    assert data["ambiguous"] is True
    assert data["found"] is None
    assert {c["stated_bank"] for c in data["candidates"]} == {"left", "right"}
    assert all(c["description"]["river"]["name"] == "Euphrates" for c in data["candidates"])


def test_json_of_a_position_and_of_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    """R2, R4."""
    assert place("40.215 35.36", format="json", lon_first=True) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["position"]["as_entered"] == "40.215 35.36"
    assert data["position"]["axis_order"] == "lon lat"
    assert data["description"]["river"]["bank"] == "left"
    assert [flag["code"] for flag in data["flags"]] == ["axis-order-assumed"]
    assert place("140 35", format="json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "coordinate-range"


def test_a_gazetteer_file_adds_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_text("pcode,name,lat,lon\nPT1013,Pedrógão Grande,39.91784,-8.14493\n", "utf-8")
    assert place("Pedrogao Grande", gazetteer=(path,)) == 0
    assert "PT1013" in capsys.readouterr().out
    assert place("x", gazetteer=(tmp_path / "none.csv",)) == 2


def test_the_command_line_takes_a_negative_position_without_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["-35.3", "149.1", "--format", "json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["position"]["latitude"] == -35.3
