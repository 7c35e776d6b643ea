"""What erasing does to a desk: what it was told stays, what was kept beside words goes, and the desk goes on (R38)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving import Serving, serving, soon
from thalweg.cli import backup, ledger, restore, verify
from thalweg.ledger.receipt import Bundle
from thalweg.model.declarations import Kind

WORDS = b"The duty officer's own telephone: +963 51 000 000"


_NOUNS = {"backup": backup.app, "ledger": ledger.app, "restore": restore.app, "verify": verify.app}


class Home:
    """The folder of a desk, and the command line over it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.desk, self._capsys = folder, str(folder / "desk"), capsys
        self.out = ""

    def run(self, noun: str, *words: str, key: bool = False) -> int:
        opened = ("--identity", f"{self.desk}/identity") if key else ()
        self._capsys.readouterr()
        status = _NOUNS[noun]((*words, *opened), result_action="return_value")
        told = self._capsys.readouterr()
        self.out = told.out + told.err
        assert isinstance(status, int)
        return status

    def erase(self, index: int) -> int:
        return self.run(
            "ledger", "erase", self.desk, str(index), "--author", "alpha-1", "--reason", "request", key=True
        )

    def holds(self, name: str) -> bool:
        """Whether the words stand anywhere in a folder."""
        return any(WORDS in each.read_bytes() for each in (self.folder / name).rglob("*") if each.is_file())


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, capsys)


def bundle(held: Serving, home: Home) -> list[int]:
    """The entries of alpha's bundle, which verifies."""
    for name, path in (("bundle", "/v1/bundle"), ("trust", "/v1/log/trust")):
        answer = held.get("alpha-2", path)
        assert answer.status_code == 200
        (home.folder / name).write_bytes(answer.content)
    assert home.run("verify", str(home.folder / "bundle"), "--trust", str(home.folder / "trust")) == 0
    return [each.index for each in Bundle.parse((home.folder / "bundle").read_bytes()).entries]


def test_what_a_desk_was_told_is_never_erased_and_what_lies_beside_words_is_and_the_desk_goes_on(home: Home) -> None:
    (home.folder / "words").write_bytes(WORDS)
    say = ("ledger", "append", home.desk, "--author", "alpha-1", "--text", "Whom to call", "--payload")
    with serving(home.folder) as held:
        held.parties("alpha", "bravo")
        told = held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))["index"]
        assert home.erase(told) == 1, "what findings, dossiers and bundles rest on"
        assert "erase.kept" in home.out
        assert home.run(*say, str(home.folder / "words"), key=True) == 1, "while it runs the desk alone writes"
        assert "store.held" in home.out
    assert home.erase(told) == 1, "nor while it stands still"
    assert home.run(*say, str(home.folder / "words"), key=True) == 0
    at = int(home.out.split()[1])
    with serving(home.folder):
        assert home.erase(at) == 1
        assert "store.held" in home.out
        assert home.run("backup", home.desk, str(home.folder / "before")) == 0
    assert home.erase(at) == 0
    assert f"beside entry {at} are erased; entry {at + 1} says so." in home.out
    assert (home.holds("desk"), home.holds("before")) == (False, True), "older backups keep what they have"
    tokens: dict[str, str] = {}
    for start in range(2):  # the second from what the first put away
        with serving(home.folder) as held:
            if not start:
                held.officer("alpha-2", "alpha")
                tokens = held.tokens
            held.tokens, held.said = tokens, 1_000 * (start + 1)
            declared = {each["subject"] for each in held.get("alpha-2", "/v1/declarations").json()["declarations"]}
            assert "alpha/hospital" in declared
            assert held.get("alpha-2", "/v1/as-of").status_code == 200
            assert told in bundle(held, home)
            held.declare("alpha-2", soon(f"clinic-{start}", "alpha", 40.5 + start, kind=Kind.STATIC_SITE))
    assert home.run("backup", home.desk, str(home.folder / "after")) == 0
    assert home.run("restore", str(home.folder / "after"), str(home.folder / "back")) == 0
    assert home.run("ledger", "scrub", str(home.folder / "back"), key=True) == 0
    assert home.run("ledger", "show", str(home.folder / "back"), str(at)) == 0
    assert f"by reason of request (alpha-1, entry {at + 1})" in home.out
    assert (home.holds("after"), home.holds("back")) == (False, False)
