"""The HTML report in a real browser: it shows, it sorts, and it asks for nothing."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests import samples
from thalweg.model.result import CheckResult
from thalweg.policy.disclosure import disclose_everything
from thalweg.reports import html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: apt-get install chromium")


def _browse(folder: Path, result: CheckResult, *options: str) -> str:
    page = folder / "report.html"
    page.write_bytes(html.render(disclose_everything(result)))
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *options, page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not console, console
    return done.stdout


def test_the_page_runs_its_own_script_and_none_of_a_partys(tmp_path: Path) -> None:
    dom = _browse(tmp_path, samples.result(), "--dump-dom")
    # The heads of the sortable tables became buttons: the policy let the page's own script through.
    assert dom.count('<button type="button">') == 9 + 7
    assert dom.count("<article") == len(samples.FINDINGS)


@pytest.mark.parametrize("text", samples.HOSTILE_TEXTS[:3])
def test_a_hostile_title_is_text_to_a_browser(tmp_path: Path, text: str) -> None:
    dom = _browse(tmp_path, samples.hostile(text), "--dump-dom")
    assert len(re.findall(r"<script", dom)) == 1
    assert "<img" not in dom
    assert "onload=" not in re.sub(r"&[a-z]+;|>[^<]*<|\"[^\"]*\"", "", dom)


def test_the_page_asks_for_nothing_but_itself(tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    _browse(tmp_path, samples.result(), "--dump-dom", f"--log-net-log={log}")
    asked = re.findall(r'"url":"([a-z]+:[^"]*)"', log.read_text(encoding="utf-8"))
    # A browser asks for things of its own (updates, a search engine's list); a page's request names its
    # initiator, and a file's is "null".
    content = json.loads(log.read_text(encoding="utf-8"))
    from_page = [
        event["params"]["url"]
        for event in content["events"]
        if event.get("params", {}).get("initiator") == "null" or "file:" in event.get("params", {}).get("initiator", "")
    ]
    assert not [url for url in from_page if not url.startswith(("file:", "data:"))], asked


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_page_fills_a_desk_and_a_phone(tmp_path: Path, width: int, height: int) -> None:
    shot = tmp_path / "shot.png"
    _browse(tmp_path, samples.result(), f"--screenshot={shot}", f"--window-size={width},{height}", "--hide-scrollbars")
    raw = shot.read_bytes()
    assert struct.unpack(">II", raw[16:24]) == (width, height)
    assert len(raw) > 20_000
