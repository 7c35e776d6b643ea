"""R23, R24: a notice goes over a radio and comes back as a file that is checked; on the command line, offline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTICE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "R-7",
            "geometry": {"type": "Point", "coordinates": [40.14806, 35.35278]},
            "properties": {
                "kind": "operation", "party": "relief", "medium": "air", "radius_m": 1500, "contact": "desk 4",
                "start": "2017-09-16T00:00Z", "end": "2017-09-16T06:00Z", "lower": "GND", "upper": "1000 ft AGL",
            },
        },
        {
            "type": "Feature",
            "id": "R-8",
            "geometry": {"type": "Point", "coordinates": [40.1, 35.3]},
            "properties": {"kind": "static_site", "party": "relief"},
        },
    ],
}  # fmt: skip


def run(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "thalweg", "voice", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, input=typed, check=False)


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "notice.geojson"
    file.write_text(json.dumps(NOTICE), "utf-8")
    return file


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_notice_goes_out_is_misheard_said_again_and_checked(notice: Path, language: str, tmp_path: Path) -> None:
    written = run("write", notice, "--declaration", "R-7", "--language", language)
    assert written.returncode == 0
    lines = written.stdout.splitlines()
    place = next(k for k, line in enumerate(lines) if "35.35278" in line)
    heard = [*lines]
    heard[place] = heard[place].replace("35.35278", "35.39278")
    refused = run("read", typed="\n".join(heard))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith(f"Say again line {place + 1}. [voice-misheard]")
    assert f"Perhaps: {lines[place]}" in refused.stderr
    file = tmp_path / "typed.txt"
    file.write_text("\n".join([*heard, lines[place]]), "utf-8")
    read = run("read", file)
    assert read.returncode == 0
    assert "very version" in read.stderr
    back = tmp_path / "back.geojson"
    back.write_text(read.stdout, "utf-8")
    again = run("write", back, "--language", language)
    assert again.stdout == written.stdout


def test_every_declaration_of_a_file_is_written(notice: Path) -> None:
    text = run("write", notice).stdout
    assert text.count("NOTICE") == 2
    assert len(text.split("\n\n")) == 2


def test_messages_are_short_and_what_is_said_has_no_digits(notice: Path) -> None:
    messages = run("write", notice, "-d", "R-7", "--sms", "--no-details").stdout.split("\n\n")
    assert all(len(message.strip()) <= 160 for message in messages)
    assert len(messages) <= 4
    said = run("write", notice, "-d", "R-8", "--spoken").stdout
    assert not any(char.isdigit() for char in said)
    assert "Romeo" in said


def test_a_table_for_people_and_other_messages() -> None:
    corpus = Path(__file__).parents[1] / "corpus/voice"
    told = run("read", corpus / "0-notice.ar.txt", "--format", "text")
    assert "declaration_id: R-0412" in told.stdout
    emergency = json.loads(run("read", corpus / "1-emergency.ru.txt").stdout)["emergency"]
    assert (emergency["message_id"], emergency["at"]) == ("E-3", [40.14806, 35.35278])
    back = json.loads(run("read", corpus / "3-readback.tr.txt").stdout)["readback"]
    assert back["band"]["upper_m"] == 3048.0
    text = run("read", corpus / "3-readback.tr.txt", "-f", "text").stdout
    assert "position: -35.35278, 40.14806" in text


def test_what_cannot_be_done_is_said_in_a_sentence(notice: Path, tmp_path: Path) -> None:
    nothing = run("read", typed="")
    assert (nothing.returncode, nothing.stdout) == (2, "")
    assert "[voice-empty]" in nothing.stderr
    unknown = run("write", notice, "-d", "R-9")
    assert unknown.returncode == 2
    assert "Expected R-7, R-8. [voice-declaration]" in unknown.stderr
    assert run("write").returncode == 2
    broken = tmp_path / "broken.geojson"
    broken.write_text(json.dumps({**NOTICE, "features": [*NOTICE["features"], {"type": "Feature"}]}), "utf-8")
    partly = run("write", broken)
    assert partly.returncode == 3
    assert "Not written:" in partly.stderr
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"1 NOTICE \xff")
    assert "[voice-encoding]" in run("read", latin).stderr
