"""A desk in a process of its own (`thalweg serve`), and officers at their command lines, each with a folder."""

from __future__ import annotations

import contextlib
import io
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from thalweg import cli

LINK = re.compile(r"https?\S+#thi_\S+")


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    def find(self, pattern: str) -> str:
        """The first group of the first place that matches."""
        found = re.search(pattern, self.out + self.err)
        assert found is not None, f"{pattern} is not in\n{self.out}{self.err}"
        return found[1]


@dataclass
class Desk:
    """The server process, and where its officers keep their folders."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    first_invitation: str
    options: Sequence[str] = ()

    def say(self, who: str, *words: str | Path, stdin: str = "", expect: int | None = 0) -> Said:
        """One command of an officer, as at a terminal."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            status = cli._run([*map(str, words), "--home", str(self.folder / who)])
        said = Said(status, out.getvalue(), err.getvalue())
        assert expect is None or status == expect, f"{words} ended with {status}:\n{said.out}{said.err}"
        return said

    def join(self, who: str, link: str) -> Said:
        return self.say(who, "join", link, "--login", who)

    def invited(self, party: str, role: str = "watch") -> str:
        """A link, made by the secretariat."""
        return self.say("secretariat", "officer", "invite", party, role).find(r"(http\S+#thi_\S+)")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(30)

    def start(self) -> None:
        """The same desk again, on the same port."""
        self.process, _ = _started(self.folder, self.port, self.options)


@contextmanager
def running(folder: Path, *options: str, port: int = 0) -> Iterator[Desk]:
    """A new desk, serving, on a free port unless told; stopped at the end."""
    port = port or free_port()
    process, invitation = _started(folder, port, options)
    desk = Desk(folder, port, process, invitation, options)
    try:
        yield desk
    finally:
        if desk.process.poll() is None:
            desk.stop()


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _started(folder: Path, port: int, options: Sequence[str]) -> tuple[subprocess.Popen[str], str]:
    with (folder / "serve.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "thalweg", "serve", str(folder / "desk"), "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    invitation = ""
    for line in process.stdout:
        found = LINK.search(line)
        invitation = found[0] if found else invitation
        if found or ("Serving" in line and (folder / "secretariat").exists()):
            break
    process.stdout.close()
    for _ in range(1200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, invitation
        time.sleep(0.05)
    raise AssertionError("The desk does not listen: " + (folder / "serve.log").read_text()[-2000:])
