"""What a person meets who mistypes, points at nothing, runs out of disk, or has seen enough."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

THALWEG = [sys.executable, "-m", "thalweg"]
BOTH_SIDES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [40.14, 35.33]},
            "properties": {"kind": kind, "party": party, "title": title},
        }
        for kind, party, title in (("operation", "A", "Works"), ("static_site", "B", "Hospital"))
    ],
}


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*THALWEG, *map(str, words)], capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chekc"], 'thalweg: Unknown command "chekc". Did you mean "check"?'),
        (["check"], "thalweg check: name at least one file, folder or zip."),
        (["check", "--colour", "x"], "thalweg: Unknown option: --colour. See: thalweg check --help"),
        (["check", "x", "--format", "docx"], 'Invalid value "docx" for --format.'),
        (["check", "x", "--at", "never"], "The --at “never” is not a time. Expected a time such as"),
        (["check", "x", "-o", "x.docx"], "Expected a name that ends in .txt, .json"),
        (["check", "x", "-o", "no/where/x.html"], "there is no folder no/where."),
        (["check", "x", "--theatre", "none.yaml"], "none.yaml cannot be read: No such file or directory."),
        (["check", "x", "--gazetteer", "none.txt"], "Expected a GeoNames file"),
        (["demo", "nowhere"], 'Choose from: "deir-ez-zor", "wildfire".'),
        (["verify"], "thalweg: FILE is missing. See: thalweg verify --help"),
        (["check", "--kind"], "thalweg: --kind needs a value. See: thalweg check --help"),
        (["ledger", "init", "log"], "thalweg: --origin is missing. See: thalweg ledger init --help"),
        (["template", "a.csv", "b"], "thalweg: b is more than this command takes."),
        (["place"], "thalweg place: name a place, or give a position."),
        (["schema", "nope"], "There is no schema “nope”. There are: check,"),
        (["template", "no/where/x.csv"], "The template was not written to no/where/x.csv"),
    ],
)
def test_a_slip_gets_one_line_that_says_what_to_do_and_status_2(words: list[str], said: str, tmp_path: Path) -> None:
    told = run(*words, cwd=tmp_path)
    assert told.returncode == 2
    assert said in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.geojson", None, "There is no such file."),
        ("broken.geojson", '{"type": "FeatureCollection", "features": [', "Found the end of the file."),
        ("broken.csv", "once,upon\na,time\n", "(table-header)"),
        ("notes.txt", "hello", "The file is of no format that is read here"),
        ("nothing.json", "", "(json-empty)"),
        ("header.csv", "kind,party,latitude,longitude\n", "The file declares nothing"),
        ("hollow.geojson", '{"type": "FeatureCollection", "features": []}', "The file declares nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_checked_is_status_2(
    name: str, content: str | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    told = run("check", file)
    assert told.returncode == 2
    assert "Nothing was checked" in told.stdout
    assert "INCOMPLETE" in told.stdout
    assert name in told.stdout
    assert said in " ".join(told.stdout.split())


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    told = run("check", tmp_path)
    assert (told.returncode, "The folder has no file in it." in told.stdout) == (2, True)


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    """`thalweg demo | head`; 141 is what shells expect, and no answer about findings."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        told = subprocess.run([*THALWEG, "demo"], stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert told.returncode == 141
    assert "Traceback" not in told.stderr
    assert "thalweg:" not in told.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["demo"], ["place", "Deir ez-Zor"], ["--help"]])
def test_a_full_disk_is_never_mistaken_for_an_answer(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run([*THALWEG, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert told.returncode == 2
    assert "No space left on device. [system-refused]" in told.stderr
    assert "Traceback" not in told.stderr


def opened(pipe: Path, running: subprocess.Popen[str]) -> int:
    """The other end of a pipe, once that process reads it: only then it can be opened without waiting."""
    while running.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(0.02)
    raise AssertionError("it ended without reading the pipe")


def test_an_interrupted_check_says_so_and_ends_with_130(tmp_path: Path) -> None:
    pipe = tmp_path / "slow.geojson"
    os.mkfifo(pipe)
    running = subprocess.Popen(
        [*THALWEG, "check", "--theatre", pipe, pipe],
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has had them ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        writing = opened(pipe, running)
        time.sleep(0.2)  # it now waits for the theatre file in which nobody writes
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        os.close(writing)
    finally:
        running.kill()
    assert running.returncode == 130
    assert said == "thalweg: Interrupted; nothing that was written is complete.\n"


def test_an_error_of_our_own_is_not_read_as_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking = (
        "import sys; from thalweg.cli import main, app; import thalweg.cli.check as check\n"
        "def broken(*_): raise ZeroDivisionError('planted')\n"
        "check.compare = lambda *_, **__: broken()\n"
        "sys.argv[1:] = ['check', sys.argv[1]]; main()"
    )
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps(BOTH_SIDES))
    told = subprocess.run([sys.executable, "-c", breaking, file], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "ZeroDivisionError: planted" in told.stderr
    assert "an error of Thalweg itself" in told.stderr


def test_the_exit_status_tells_findings_from_none_and_from_incomplete(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps(BOTH_SIDES))
    assert run("check", file).returncode == 1
    file.write_text(json.dumps({**BOTH_SIDES, "features": BOTH_SIDES["features"][:1]}))
    assert run("check", file).returncode == 0
    assert run("check", file, tmp_path / "absent.geojson").returncode == 3


def test_the_list_of_commands_says_what_each_is_for() -> None:
    told = run("--help")
    assert told.returncode == 0
    for noun in ("check", "demo", "place", "template", "schema", "ledger", "verify"):
        line = next(line for line in told.stdout.splitlines() if line.startswith(f"│ {noun} "))
        assert len(line.strip("│ ")) > len(noun) + 10


def test_the_list_of_commands_loads_none_of_them_and_says_what_each_says_itself() -> None:
    """Help comes at once. What the list says of a command stands beside the command, and must be what it says."""
    script = """
import sys
from importlib import import_module
import thalweg.cli as cli
try:
    sys.argv = ["thalweg", "--help"]
    cli.main()
except SystemExit:
    pass
loaded = sorted({"numpy", "fastapi", "thalweg.wiring", "thalweg.server"} & set(sys.modules))
assert not loaded, loaded
for nouns in cli._NOUNS.values():
    for noun, said in nouns.items():
        file = cli._FILES.get(noun, noun.replace("-", "_"))
        assert import_module("thalweg.cli." + file).app.help == said, noun
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
