"""The bundled scenarios: ordinary input files, carried as package data and read as anybody's would be.

Each folder holds one file a party or source, a `theatre.yaml` and a `README.md` that says what is fact and
what is drawn; `expected.yaml` beside them lists, by hand, what a check must and must not find.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from thalweg.model.errors import InputError

THEATRE = "theatre.yaml"
README = "README.md"
EXPECTED = "expected.yaml"
LIVE, DRAWN, ROOM, CLAIMS = "live", "drawn.geojson", "room.geojson", "claims"

_FOLDERS = {"deir-ez-zor": "deir-ez-zor-2017", "wildfire": "wildfire"}
NAMES = tuple(_FOLDERS)


def inputs(name: str) -> Mapping[str, bytes]:
    """File name -> bytes of what the parties and sources gave, by name. `InputError` (`scenario-unknown`)."""
    return {file: data for file, data in _folder(name).items() if file not in (THEATRE, README, EXPECTED)}


def drawn(name: str) -> bytes:
    """What the editors drew for the replay through a live desk, as GeoJSON. `InputError` (`scenario-unknown`) where
    there is no such replay."""
    return _live(name, DRAWN)


def room(name: str) -> bytes:
    """What the editors drew for the room that stays open after the replay. `InputError` as `drawn`."""
    return _live(name, ROOM)


def claims(name: str) -> Mapping[str, bytes]:
    """File name -> what was confirmed in one published article: its hash, and its claims with characters and short
    quotations (`thalweg.sources.drafted`). The articles are not carried. None where nothing was."""
    folder = resources.files(__package__).joinpath(_FOLDERS.get(name, name), LIVE, CLAIMS)
    files = sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
    return {entry.name: entry.read_bytes() for entry in files if entry.name.endswith(".drafts.json")}


def _live(name: str, what: str) -> bytes:
    file = resources.files(__package__).joinpath(_FOLDERS.get(name, name), LIVE, what)
    if not file.is_file():
        raise InputError("scenario-unknown", f"There is no replay of “{name}”.", expected="deir-ez-zor", found=name)
    return file.read_bytes()


def theatre(name: str) -> bytes:
    """The theatre file. `InputError` (`scenario-unknown`)."""
    return _folder(name)[THEATRE]


def readme(name: str) -> bytes:
    """What is fact, what is drawn and what is to be found, as Markdown. `InputError` (`scenario-unknown`)."""
    return _folder(name)[README]


def expected(name: str) -> bytes:
    """What a check of the scenario must and must not find, as YAML. `InputError` (`scenario-unknown`)."""
    return _folder(name)[EXPECTED]


def _folder(name: str) -> dict[str, bytes]:
    folder = _FOLDERS.get(name)
    if folder is None:
        raise InputError(
            "scenario-unknown",
            f"There is no bundled scenario “{name}”. There are: {', '.join(NAMES)}.",
            expected=", ".join(NAMES),
            found=name,
        )
    root = resources.files(__package__).joinpath(folder)
    files = sorted((entry for entry in root.iterdir() if entry.is_file()), key=lambda entry: entry.name)
    return {entry.name: entry.read_bytes() for entry in files}
