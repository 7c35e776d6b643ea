"""The command line where the shell is not as it usually is: an answer or a sentence, and never lines of a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

THALWEG = [sys.executable, "-m", "thalweg"]
SITE = """{"type": "Feature", "properties": {"kind": "static_site", "party": "x"},
"geometry": {"type": "Point", "coordinates": [40.14084, 35.33588]}}"""


def test_a_closed_output_costs_what_would_have_stood_there_and_not_the_answer(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(SITE, encoding="utf-8")
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        asked = subprocess.run(
            ["sh", "-c", f'"$@" {closed}', "sh", *THALWEG, "check", "a.geojson"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (asked.returncode, asked.stderr) == (0, "")


def test_words_in_letters_that_the_system_says_it_has_not_are_refused_in_a_sentence() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": os.environ["PATH"]}
    asked = subprocess.run([*THALWEG, "place", "دير الزور"], env=plain, capture_output=True, text=True, timeout=120)
    assert asked.returncode == 2
    assert asked.stderr.startswith("thalweg: A word of the command cannot be read")
    assert asked.stderr.endswith("[words-encoding]\n")


def test_a_port_that_there_is_not_is_refused_and_no_other_is_listened_on(tmp_path: Path) -> None:
    for port in ("65536", "99999"):
        asked = subprocess.run(
            [*THALWEG, "serve", "desk", "--port", port], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert asked.returncode == 2
        assert asked.stderr.endswith("[serve-port]\n")
        assert not (tmp_path / "desk").exists()
