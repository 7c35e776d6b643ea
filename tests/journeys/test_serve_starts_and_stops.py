"""`thalweg serve` at its beginning and its end: it says in one sentence why it does not start, with status 2, and ends
with 0 when it is told to."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_site import ROOT, Served, Site, Voice, free_port
from thalweg.model.events import MessageSent
from thalweg.stores.home import Home


def serve(*words: str, timeout_s: float = 120.0) -> tuple[int, str]:
    """Status and what was said on standard error, of a server that is not expected to run."""
    done = subprocess.run(
        [sys.executable, "-m", "thalweg", "serve", *words], cwd=ROOT, capture_output=True, text=True, timeout=timeout_s
    )
    return done.returncode, done.stderr


def told(said: str) -> str:
    """The one sentence; nothing of Python beside it."""
    assert "Traceback" not in said, said
    (sentence,) = [line for line in said.splitlines() if line.startswith("thalweg: ")]
    return sentence


@contextlib.contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    port = words[words.index("--port") + 1]
    child = subprocess.Popen(
        [sys.executable, "-m", "thalweg", "serve", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(2400):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
                break
            time.sleep(0.05)
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def test_a_port_in_use_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = serve(str(tmp_path / "desk"), "--port", str(port))
    assert status == 2
    assert told(said).endswith("[serve-port]")
    assert str(port) in said
    assert not (tmp_path / "desk").exists()


def test_an_address_of_another_machine_is_said(tmp_path: Path) -> None:
    status, said = serve(str(tmp_path / "desk"), "--port", str(free_port()), "--host", "192.0.2.1")
    assert status == 2
    assert "192.0.2.1" in told(said)


def test_a_home_that_another_process_serves_is_said_and_that_one_goes_on(tmp_path: Path) -> None:
    home, port = str(tmp_path / "desk"), free_port()
    with running(home, "--port", str(port)) as first:
        status, said = serve(home, "--port", str(free_port()))
        assert (status, told(said)) == (2, "thalweg: Another process writes this log. [store.held]")
        assert first.poll() is None
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0


def test_keys_that_do_not_open_are_said(tmp_path: Path) -> None:
    home, right, wrong = str(tmp_path / "desk"), tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse battery staple\n")
    wrong.write_text("another horse\n")
    port = free_port()
    with running(home, "--port", str(port), "--passphrase-file", str(right)) as child:
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    for words in (("--passphrase-file", str(wrong)), ("--identity", str(wrong)), ()):
        status, said = serve(home, "--port", str(port), *words)
        assert status == 2, said
        assert "[keys.locked]" in told(said)


def test_a_database_that_is_not_there_is_said_and_the_home_can_be_made_later(tmp_path: Path) -> None:
    home, port = str(tmp_path / "desk"), str(free_port())
    status, said = serve(home, "--port", port, "--database", "host=/nowhere/at/all dbname=thalweg")
    assert status == 2
    assert "[store.failed]" in said
    assert "Traceback" not in said
    with running(home, "--port", port) as child:
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0


def test_a_home_that_must_be_scrubbed_first_is_not_served(tmp_path: Path) -> None:
    home, port = tmp_path / "desk", str(free_port())
    with running(str(home), "--port", port) as child:
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    made = Home(home)
    made.suspect()
    made.close()
    status, said = serve(str(home), "--port", port)
    assert status == 2
    assert "[log.suspicious]" in told(said)


def test_an_older_copy_of_the_store_is_not_served(tmp_path: Path) -> None:
    """The mark moves along while a desk is served, so that the copy is known to be one."""
    site = Site(tmp_path)
    older = tmp_path / "older.db"
    shutil.copy(site.home / "log.db", older)
    with Served(site, port=site.port) as served:
        voice = Voice("alpha-1")
        assert served.state(voice.say(MessageSent("alpha", "room", "one")), "alpha-1")[0] == 201
        assert served.stop() == 0
    for file in site.home.glob("log.db*"):
        file.unlink()
    shutil.copy(older, site.home / "log.db")
    status, said = serve(str(site.home), "--port", str(free_port()))
    assert status == 2
    assert "[signer.rollback]" in told(said)


@pytest.mark.parametrize("word", ["--certificate", "--key"])
def test_half_of_a_certificate_is_said(tmp_path: Path, word: str) -> None:
    status, said = serve(str(tmp_path / "desk"), word, str(tmp_path / "file.pem"))
    assert status == 2
    assert told(said).endswith("[serve-tls]")
