"""A log lost and made again on the command line (R39)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyrage
import pytest

from thalweg.cli import backup, ledger, restore
from thalweg.wiring.desk import open_desk


class Hands:
    """Runs commands in a folder and remembers what they printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.out = ""
        identity = pyrage.x25519.Identity.generate()
        (folder / "identity").write_text(str(identity))
        self.recipient = str(identity.to_public())

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def say(self, app: object, *words: str) -> int:
        self._capsys.readouterr()
        status = app(words, result_action="return_value")  # type: ignore[operator]  # a cyclopts App
        captured = self._capsys.readouterr()
        self.out = captured.out + captured.err
        assert isinstance(status, int)
        return status

    def append(self, home: str, text: str) -> int:
        lock = ("--identity", self.path("identity"))
        return self.say(ledger.app, "append", self.path(home), "--author", "secretariat", "--text", text, *lock)


@pytest.fixture
def hands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Hands:
    made = Hands(tmp_path, capsys)
    where = ("--origin", "example.org/lost/log", "--registrar", "secretariat", "--recipient", made.recipient)
    assert made.say(ledger.app, "init", made.path("log"), *where) == 0
    assert made.append("log", "We are north of the river.") == 0
    return made


def test_a_lost_log_is_restored_scrubbed_and_goes_on(hands: Hands) -> None:
    assert hands.say(backup.app, hands.path("log"), hands.path("copy")) == 0
    assert "2 entries" in hands.out
    assert "Keep elsewhere" in hands.out
    shutil.rmtree(hands.path("log"))
    assert hands.say(restore.app, hands.path("copy"), "--check") == 0
    assert not (hands.folder / "log").exists()
    assert hands.say(restore.app, hands.path("copy"), hands.path("log")) == 0
    assert "thalweg ledger scrub" in hands.out
    assert hands.append("log", "Too early.") == 1
    assert "log.suspicious" in hands.out
    assert hands.say(ledger.app, "scrub", hands.path("log"), "--identity", hands.path("identity")) == 0
    assert hands.append("log", "We are still north of the river.") == 0
    assert (hands.folder / "log" / "trust.json").read_bytes() == (hands.folder / "copy" / "trust.json").read_bytes()


def test_an_older_backup_is_refused_before_a_newer_mark(hands: Hands) -> None:
    assert hands.say(backup.app, hands.path("log"), hands.path("copy")) == 0
    assert hands.append("log", "And now south of it.") == 0
    words = (hands.path("copy"), hands.path("again"), "--mark", hands.path("log/keys/mark"))
    assert hands.say(restore.app, *words) == 1
    assert "restore.rollback" in hands.out
    assert hands.say(backup.app, hands.path("log"), hands.path("copy")) == 1
    assert "backup.there" in hands.out


def test_a_damaged_backup_and_a_wrong_command_say_so(hands: Hands) -> None:
    assert hands.say(backup.app, hands.path("log"), hands.path("copy")) == 0
    (hands.folder / "copy" / "entries").write_bytes(b"")
    assert hands.say(restore.app, hands.path("copy"), "--check") == 1
    assert "backup.file" in hands.out
    assert hands.say(restore.app, hands.path("copy")) == 2
    assert hands.say(restore.app, hands.path("nothing"), "--check") == 1
    assert hands.say(backup.app, hands.path("nothing"), hands.path("other")) == 1
    assert not (hands.folder / "other").exists()


def test_a_restored_desk_asks_for_the_identity_that_was_in_its_home(hands: Hands) -> None:
    open_desk(hands.folder / "desk", origin="desk.example/test").close()
    assert hands.say(backup.app, hands.path("desk"), hands.path("copy")) == 0
    assert "not in it: identity" in hands.out
    assert hands.say(restore.app, hands.path("copy"), hands.path("again")) == 0
    assert hands.say(ledger.app, "scrub", hands.path("again")) == 2
    assert "--identity" in hands.out
    shutil.copy(hands.folder / "desk" / "identity", hands.folder / "again" / "identity")
    assert hands.say(ledger.app, "scrub", hands.path("again")) == 0
