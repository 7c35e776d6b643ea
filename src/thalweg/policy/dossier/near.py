"""Which of what was declared may be near what was reported.

By the engine, on the ellipsoid, with every stated uncertainty; what is rumoured has no effect (R13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from thalweg.engine.batch import batch
from thalweg.formats.theatre import default_theatre
from thalweg.geometry import kernel
from thalweg.model.cases import Particulars
from thalweg.model.declarations import Declaration, Kind, Medium, Standing, Volume, Zone
from thalweg.model.dossier import Margins
from thalweg.model.findings import Certainty
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Position
from thalweg.model.theatre import Margin, Relation, Rule, Selector
from thalweg.policy.dossier.versions import Version

_SIDE: Final = "the incident"


@dataclass(frozen=True, slots=True)
class NearBy:
    """A version that may be near: by its number among all, how far from what was reported, and whether surely."""

    number: int
    version: Version
    away_m: float
    gap_s: float
    sure: bool


def near(versions: Sequence[Version], at: Particulars, margins: Margins) -> tuple[NearBy, ...]:
    """Which versions may be near what was reported; none where no place was."""
    if at.place is None:
        return ()
    end = None if at.latest is None else Instant(at.latest.epoch_s + 1.0)  # a moment has a second
    window = Window(at.earliest if at.earliest is not None or at.latest is None else None, end)
    incident = Declaration(
        kind=Kind.RESTRICTED_ZONE,
        party=_SIDE,
        volumes=(Volume(Circle(at.place, max(float(at.radius_m), 1.0)), window),),
        zone=Zone.QUIET_WINDOW,
        medium=Medium.UNSTATED,
        declaration_id=_SIDE,
    )
    rule = Rule(
        "near", Selector(Kind.RESTRICTED_ZONE), Selector(Kind.STATIC_SITE), Relation.RESTRICTED,
        Margin(margins.near_m, None, margins.around_s), conditions="near",
    )  # fmt: skip
    rest = Rule("rest", Selector(), Selector(), Relation.PERMITTED)
    theatre = replace(default_theatre(), rules=(rule, rest))
    found: dict[int, NearBy] = {}
    compared: dict[str, int] = {}
    plain: list[Declaration] = []
    for number, version in enumerate(versions):
        if not _may_be_then(version.declaration, window, margins.around_s):
            continue
        shape = _as_place(version.declaration, number)
        if shape is not None:
            compared[shape.version_id] = number
            plain.append(shape)
    for finding in batch((incident, *plain), theatre):
        other = next((each for each in finding.versions if each in compared), None)
        if other is not None and incident.version_id in finding.versions:
            number = compared[other]
            version = versions[number]
            sure = finding.certainty is Certainty.CERTAIN and version.level.at_least(Level.FOOTPRINT)
            found[number] = NearBy(number, version, finding.horizontal_m, finding.time_gap_s, sure)
    return tuple(found.values())


def _may_be_then(declaration: Declaration, window: Window, around_s: float) -> bool:
    """Whether any part of it comes so close in time, whatever its uncertainty; spares the engine most of a long
    record."""
    parts = [(each.window, each.uncertainty.time_s) for each in declaration.volumes]
    parts += [(each.window, each.uncertainty.time_s) for each in declaration.segments]
    return any(
        part.end_s + doubt_s + around_s >= window.start_s and part.start_s - doubt_s - around_s <= window.end_s
        for part, doubt_s in parts
    )


def _as_place(declaration: Declaration, number: int) -> Declaration | None:
    """Where and when something is, whatever it is; None where it has no effect or no place."""
    volumes = declaration.volumes or tuple(
        Volume(segment.path, segment.window, None, segment.uncertainty) for segment in declaration.segments
    )
    if not volumes or declaration.standing is Standing.RUMOURED:
        return None
    return Declaration(
        kind=Kind.STATIC_SITE, party=f"{number}", volumes=volumes, medium=Medium.UNSTATED, declaration_id=f"{number}"
    )


def apart_m(a: Position, b: Position) -> float:
    """How far two positions are from each other on the ellipsoid, in metres."""
    found = kernel.geodesic(np.array([a.lon]), np.array([a.lat]), np.array([b.lon]), np.array([b.lat]))
    return float(found[0])
