"""Where values meet the world: the only reader of the clock, the environment and the source of randomness."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from thalweg.drafts import Context
from thalweg.drafts.plausibility import Doubts
from thalweg.formats.theatre import default_theatre, read_theatre
from thalweg.model.declarations import Kind
from thalweg.model.errors import InputError
from thalweg.model.theatre import Theatre
from thalweg.places.gazetteer import Gazetteer, packaged
from thalweg.places.regions import read_region


def now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


def random_bytes(count: int) -> bytes:
    """Bytes fit for keys and salts, from the operating system."""
    return os.urandom(count)


def theatre_of(file: Path | None) -> Theatre:
    """The theatre of the file, or the default one. `InputError` if it cannot be read, `RulesError` if it is wrong."""
    return default_theatre() if file is None else read_theatre(read_file(file), file.name)


def read_file(file: Path) -> bytes:
    """The bytes of a file that the person named. `InputError` if there is none."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError("file-unreadable", f"{file} cannot be read: {error.strerror}.", found=str(file)) from error


def gazetteer_of(files: tuple[Path, ...]) -> Gazetteer:
    """The packaged gazetteer, with the places of the given GeoNames files or place lists."""
    known = packaged()
    for file in files:
        known = known.with_places(read_region(file))
    return known


def context_of(theatre: Theatre, gazetteer_files: tuple[Path, ...], party: str, kind: Kind | None) -> Context:
    """What readers know besides the files. The gazetteer is loaded when a place is first named."""
    doubts = Doubts(theatre, lambda: gazetteer_of(gazetteer_files))
    return Context(theatre, default_party=party, default_kind=kind, plausibility=doubts)
