"""The pages themselves: what README tells to run exists, links resolve, and no page knows anybody's machine."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from bench import chart
from bench.accounting import read
from tests.docs.test_everything_is_documented import COMMANDS, options

from thalweg.model.words import DISCLAIMERS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md"))
    if "build" not in path.parts
)
# [text](link) and ![text](link); not in code.
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|^ {4}.*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def _slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", ""))
    return kept.replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_slug(heading) for heading in re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)}


def _said(text: str) -> list[list[str]]:
    """The command lines in the indented blocks of a page, without their comments."""
    lines = re.findall(r"^ {4}((?:\./dev|\.venv/bin/thalweg|thalweg) .*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_another_page_resolves(page: Path) -> None:
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        aim = (page.parent / path).resolve() if path else page
        assert aim.exists(), link
        assert not anchor or anchor in _anchors(aim), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_knows_a_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"(?<![\w.])/(?:work|root|tmp|home|Users|opt)/\w*", text) == []
    assert re.findall(r"localhost:\d+|192\.168\.|10\.\d+\.\d+\.\d+", text) == []


def test_the_two_commands_come_first_and_exist() -> None:
    said = [words for words in _said(README) if words[0] == "./dev"]
    assert said == [["./dev", "demo"], ["./dev", "test"]]
    script = (ROOT / "dev").read_text("utf-8")
    for _, word in said:
        assert re.search(rf"^{word}\)$", script, re.MULTILINE)
    assert (ROOT / "dev").stat().st_mode & 0o111


def test_every_word_of_the_script_is_told_in_its_head_and_the_other_way_round() -> None:
    script = (ROOT / "dev").read_text("utf-8")
    assert set(re.findall(r"^#   \./dev (\w+)", script, re.MULTILINE)) == set(
        re.findall(r"^(\w+)\)$", script, re.MULTILINE)
    )


def test_continuous_integration_does_what_the_second_command_does() -> None:
    assert "exec ./dev test\n" in (ROOT / ".ci/run").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_tells_to_run_exists_with_its_options(page: Path) -> None:
    for words in _said(page.read_text("utf-8")):
        if not words[0].endswith("thalweg") or words[1].isupper() or words[1].startswith("-"):
            continue
        path = next((path for n in (3, 2, 1) if (path := tuple(words[1 : 1 + n])) in COMMANDS), None)
        assert path, words
        given = {word.partition("=")[0] for word in words if word.startswith("--") or re.fullmatch(r"-[a-z]", word)}
        assert given <= options(COMMANDS[path]), words


def test_its_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\((docs/pictures/[^)]+)\)", README)
    assert len(pictures) == 3
    for picture in pictures:
        assert 10_000 < (ROOT / picture).stat().st_size < 300_000


def test_the_table_of_ratios_is_what_was_measured() -> None:
    """Where this fails, results are newer than the page: run python -m bench.chart."""
    machine, records = read(ROOT / "bench/results/peers.json")
    assert chart.MARKS[0] in README
    assert chart.filled(README, machine, records) == README


def test_readme_carries_the_disclaimers() -> None:
    """R19."""
    for sentence in DISCLAIMERS:
        assert sentence in README


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "docs/README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        links = [link.partition("#")[0] for link in _LINK.findall(page.read_text("utf-8")) if ":" not in link]
        found = {(page.parent / link).resolve() for link in links if link.endswith(".md")}
        ahead += [aim for aim in found if aim not in reached and aim.is_relative_to(ROOT / "docs") and aim.exists()]
    assert set((ROOT / "docs").rglob("*.md")) - reached == set()


def test_what_git_keeps_names_nobody_and_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone")
    assert [
        name for name in listed.stdout.splitlines() if name.endswith((".so", ".pyc", ".orig", ".rej", ".log"))
    ] == []
