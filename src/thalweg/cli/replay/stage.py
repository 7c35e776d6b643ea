"""The processes of a replay: a desk, and an officer for each party. Started here, spoken to by pipes, ended here."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from thalweg import wiring
from thalweg.formats import event as kinds
from thalweg.model.errors import ThalwegError
from thalweg.model.events import Said
from thalweg.model.instants import Instant
from thalweg.wiring.officer import pause

_LINK: Final = re.compile(r"https?\S+#thi_\S+")
_STARTS_S: Final = 120.0
_ENDS_S: Final = 20.0


class ReplayFailed(ThalwegError):
    """The replay did not go as it is written. `code` is that of what a process answered, where one did."""


@dataclass(slots=True)
class Hand:
    """The process of one officer, and the pipe to it."""

    name: str
    folder: Path
    process: subprocess.Popen[str]
    author: str = ""

    def ask(self, act: str, **asked: object) -> Any:  # noqa: ANN401  # JSON
        """Have the officer do something; what came of it. ReplayFailed if it could not be done."""
        self.tell(act, **asked)
        return self.heard()

    def tell(self, act: str, **asked: object) -> None:
        """Ask without waiting; `heard` gives the answer."""
        if self.process.stdin is None:
            raise ReplayFailed("replay-pipe", f"{self.name} cannot be spoken to.")
        self.process.stdin.write(json.dumps({"do": act, **asked}) + "\n")
        self.process.stdin.flush()

    def heard(self) -> Any:  # noqa: ANN401  # JSON
        """The answer to what was asked."""
        line = "" if self.process.stdout is None else self.process.stdout.readline()
        if not line:
            raise ReplayFailed("replay-ended", f"The process of {self.name} has ended; see {self.folder}.err.")
        came = json.loads(line)
        if "failed" in came:
            raise ReplayFailed(came["code"], f"{self.name}: {came['failed']}")
        return came["came"]

    def say(self, said: Said) -> Any:  # noqa: ANN401  # JSON
        """A statement, as a value."""
        kind, body = kinds.write(said)
        return self.ask("say", kind=kind, body=body)


@dataclass(slots=True)
class Stage:
    """A running desk in exercise, and who is at it."""

    folder: Path
    url: str
    invitation: str
    desk: subprocess.Popen[str]
    hands: dict[str, Hand] = field(default_factory=dict)

    def enter(self, *names: str) -> None:
        """Start the processes of these officers, all at once; they join nothing yet."""
        for name in names:
            folder = self.folder / name
            with (self.folder / f"{name}.err").open("w") as errors:
                process = subprocess.Popen(  # noqa: S603  # ourselves
                    [sys.executable, "-m", "thalweg.cli.replay.officer", str(folder), str(self.folder / "clock")],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                )
            self.hands[name] = Hand(name, folder, process)

    def set_clock(self, at: Instant) -> None:
        """Set the time at the desk. The file is never seen half-written."""
        _write_clock(self.folder / "clock", at)


def _write_clock(file: Path, at: Instant) -> None:
    new = file.with_suffix(".new")
    new.write_text(f"{at}\n")
    new.replace(file)


@contextmanager
def stage(folder: Path, begins: Instant, port: int = 0) -> Iterator[Stage]:
    """A new desk in `folder` on a port of this machine (0: a free one), its clock told. All its processes end with the
    context."""
    _write_clock(folder / "clock", begins)
    port = port or _free_port()
    with (folder / "desk.err").open("w") as errors:
        desk = subprocess.Popen(  # noqa: S603  # ourselves
            [sys.executable, "-m", "thalweg", "serve", str(folder / "desk"), "--port", str(port),
             "--exercise-clock", str(folder / "clock"), "--log-origin", "exercise.invalid/replay"],
            stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    built = Stage(folder, f"http://localhost:{port}", "", desk)
    try:
        built.invitation = _greeting(desk, folder)
        _listening(port, desk, folder)
        yield built
    finally:
        for hand in built.hands.values():
            _end(hand.process)
        _end(desk)


def _greeting(desk: subprocess.Popen[str], folder: Path) -> str:
    """The first invitation, out of what the desk prints."""
    found = None
    for line in desk.stdout or ():
        found = _LINK.search(line)
        if found:
            return found[0]
    raise ReplayFailed("replay-desk", f"The desk did not start; see {folder / 'desk.err'}.")


def _listening(port: int, desk: subprocess.Popen[str], folder: Path) -> None:
    end_s = wiring.monotonic() + _STARTS_S
    while desk.poll() is None and wiring.monotonic() < end_s:
        with contextlib.suppress(OSError):
            socket.create_connection(("localhost", port), 1).close()
            return
        pause(0.05)
    raise ReplayFailed("replay-desk", f"The desk does not listen; see {folder / 'desk.err'}.")


def _end(process: subprocess.Popen[str]) -> None:
    """End it, and close the pipes to it."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.terminate()
    try:
        process.wait(_ENDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def offline(file: Path, trust: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`thalweg verify` in a process of its own, in which every use of the network is an error."""
    return without_network("verify", str(file), "--trust", str(trust), *more)


def without_network(*words: str) -> subprocess.CompletedProcess[str]:
    """A command of `thalweg` in a process of its own, in which every use of the network is an error."""
    return subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", _OFFLINE, *words], capture_output=True, text=True, check=False, timeout=_STARTS_S
    )


_OFFLINE: Final = """
import sys
def watch(event, _):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        raise RuntimeError("the network was used: " + event)
sys.addaudithook(watch)
from thalweg.cli import main
main()
"""
