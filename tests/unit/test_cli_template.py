"""`thalweg template` writes the empty notification and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.cli.template import template
from thalweg.drafts import Context
from thalweg.formats.table import read
from thalweg.formats.template import template_csv, template_xlsx
from thalweg.model.theatre import Theatre


def test_the_name_of_the_file_decides_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, expected in (
        ("notice.csv", template_csv()),
        ("notice.xlsx", template_xlsx()),
        ("notice", template_csv()),
    ):
        assert template(tmp_path / name) == 0
        assert (tmp_path / name).read_bytes() == expected
    assert template(tmp_path / "other.txt", format="xlsx") == 0
    assert (tmp_path / "other.txt").read_bytes() == template_xlsx()
    assert "thalweg check" in capsys.readouterr().out


def test_a_file_that_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "notice.csv"
    there.write_text("filled in")
    assert template(there) == 2
    assert there.read_text() == "filled in"
    assert "not written" in capsys.readouterr().err


def test_without_a_file_it_goes_to_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert template() == 0
    assert capsysbinary.readouterr().out == template_csv()


def test_a_template_filled_in_through_the_workbook_is_read(tmp_path: Path) -> None:
    """R6: what `thalweg template` writes, the reader reads."""
    template(tmp_path / "notice.xlsx")
    found = read((tmp_path / "notice.xlsx").read_bytes(), "notice.xlsx", Context(Theatre("plain", ())))
    assert (found.problems, found.seen) == ((), 0)
