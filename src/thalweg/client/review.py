"""A file, row by row, for a person to look at before anything of it is said."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thalweg import wiring
from thalweg.desk.intake import Intake, intake
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.errors import InputError
from thalweg.model.events import Row
from thalweg.model.instants import Instant
from thalweg.model.notes import Flag
from thalweg.model.shapes import Position
from thalweg.model.theatre import Theatre
from thalweg.places.describe import describe_all
from thalweg.reports.json import first_position


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One row. `where` is its first position in words that do not repeat its coordinates; `lead_s` is from now to the
    start, `needed_s` what the theatre asks for. `refused` says why it cannot be declared as it stands."""

    row: Row
    declaration: Declaration
    position: Position | None
    where: str
    flags: tuple[Flag, ...]
    lead_s: int | None
    needed_s: int | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a file holds: its rows, and the intake with all that could not be read."""

    rows: tuple[Reviewed, ...]
    intake: Intake


def review(
    paths: Sequence[Path],
    theatre: Theatre,
    party: str,
    now: Instant,
    *,
    kind: Kind | None = None,
    gazetteer: Sequence[Path] = (),
) -> Review:
    """Read files as `thalweg check` reads them. `InputError` for one that is not there."""
    for path in paths:
        if not path.exists():
            raise InputError("file-unreadable", f"{path} cannot be read: there is no such file.", found=str(path))
    came = intake(paths, wiring.context_of(theatre, tuple(gazetteer), party, kind))
    digests = {source.name: source.sha256 for source in came.sources}
    spots = [first_position(each) for each in came.declarations]
    known = wiring.gazetteer_of(tuple(gazetteer)) if gazetteer else None
    placed = describe_all([(spot.lon, spot.lat) for spot in spots if spot is not None], gazetteer=known)
    words = iter(placed)
    rows = tuple(
        _reviewed(
            each, spot, "" if spot is None else next(words).text, digests.get(each.source.file, ""), theatre, party, now
        )
        for each, spot in zip(came.declarations, spots, strict=True)
    )
    return Review(tuple(_told_apart(rows)), came)


def _reviewed(
    declaration: Declaration, spot: Position | None, where: str, sha: str, theatre: Theatre, party: str, now: Instant
) -> Reviewed:
    refused = ""
    if declaration.party != party:
        refused = f"It names {declaration.party} as its party, and you speak for {party}."
    leads, name = theatre.lead_times_s, declaration.kind.value
    needed = leads.get(f"{name}.emergency", leads.get(name)) if declaration.emergency else leads.get(name)
    starts = [volume.window.start for volume in declaration.volumes]
    begins = [start.epoch_s for start in starts if start is not None]
    lead = int(min(begins) - now.epoch_s) if begins and None not in starts else None
    return Reviewed(
        Row(sha or _digest(declaration.source.file), declaration.source.path),
        declaration,
        spot,
        where,
        declaration.flags,
        lead,
        None if needed is None else int(needed),
        refused,
    )


def _told_apart(rows: Sequence[Reviewed]) -> Iterator[Reviewed]:
    """Rows of one place in a file, such as two shapes of one feature, each under a path of its own."""
    count: Counter[Row] = Counter()
    for each in rows:
        count[each.row] += 1
        number = count[each.row]
        yield each if number == 1 else replace(each, row=replace(each.row, path=f"{each.row.path} ({number})"))


def _digest(name: str) -> str:
    """For a member of an archive, which is named and not hashed by itself."""
    return hashlib.sha256(name.encode()).hexdigest()
