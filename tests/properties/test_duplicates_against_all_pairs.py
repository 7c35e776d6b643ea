"""The index of suspected duplicates finds what looking at every pair finds (R10)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.desk.duplicates import NEAR_M, Duplicates
from thalweg.geometry import kernel
from thalweg.model.declarations import Declaration, Kind, Uncertainty, Volume, Zone
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.shapes import Circle, Point, Position
from thalweg.places.alike import alike, name_of
from thalweg.state import picture as state
from thalweg.state.picture import Chain

PLACES = ((40.452, 35.024), (179.9999, 10.0), (-179.9999, 10.0), (12.0, 89.9995), (-120.0, 89.9995), (0.0, 0.0))
NAMES = ("Mayadin hospital", "مستشفى الميادين", "Hatla", "Mayadin school", "", "hospital 1", "hospital 2")


@dataclass
class Standing:
    """Just so much of a chain as the index asks for."""

    key: str
    kind: Kind
    version: str
    standing: state.Standing = state.Standing.IN_FORCE


class Picture:
    def __init__(self) -> None:
        self.chains: dict[str, Standing] = {}
        self.said: dict[str, Declaration] = {}

    def key(self, party: str, declaration_id: str) -> str:
        return f"{party}/{declaration_id}"

    def passing(self) -> Iterable[Standing]:
        return iter(self.chains.values())

    def declaration(self, version: str) -> Declaration:
        return self.said[version]


class World:
    def __init__(self) -> None:
        self.picture = Picture()


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    volumes = []
    for _ in range(draw(st.integers(1, 2))):
        lon, lat = draw(st.sampled_from(PLACES))
        size = draw(st.sampled_from((1e-4, 3e-3, 3e-2, 0.3)))
        east, north = (draw(st.integers(-100, 100)) / 100 * size for _ in range(2))
        at = Position((lon + east + 180) % 360 - 180, min(90.0, lat + north))
        radius_m = draw(st.sampled_from((0.0, 0.0, 40.0, 900.0, 7000.0, 20_000.0)))
        start = draw(st.none() | st.integers(0, 10))
        window = ALWAYS if start is None else Window(Instant(start * 3600.0), Instant(start * 3600.0 + 7200.0))
        doubt = Uncertainty(
            draw(st.sampled_from((0.0, 10.0, 1500.0, 12_000.0))), 0.0, draw(st.sampled_from((0.0, 1e4)))
        )
        volumes.append(Volume(Circle(at, radius_m) if radius_m else Point(at), window, None, doubt))
    kind = draw(st.sampled_from((Kind.STATIC_SITE, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE, Kind.OPERATION)))
    return Declaration(
        kind,
        draw(st.sampled_from("abc")),
        draw(st.sampled_from(NAMES)),
        tuple(volumes),
        zone=draw(st.sampled_from((Zone.NO_FIRE, Zone.NO_ENTRY))) if kind is Kind.RESTRICTED_ZONE else None,
        declaration_id=str(draw(st.integers(0, 30))),
        replaces=draw(st.sampled_from(("", "", "1"))),
    )


def apart_m(one: Position, other: Position) -> float:
    pairs = [np.array([value]) for value in (one.lon, one.lat, other.lon, other.lat)]
    return float(kernel.geodesic(*pairs)[0])


def slowly(new: Declaration, key: str, standing: dict[str, Declaration]) -> dict[str, float]:
    """Every pair, each rule as docs say it; distances to a metre, for the Earth is round."""
    found: dict[str, float] = {}
    for other_key, other in standing.items():
        if other_key in {key, f"{new.party}/{new.replaces}"}:
            continue
        if (new.kind, new.zone) != (other.kind, other.zone) or new.kind not in (Kind.STATIC_SITE, Kind.RESTRICTED_ZONE):
            continue
        if alike(name_of(new.title, new.declaration_id), name_of(other.title, other.declaration_id)) is False:
            continue
        for one in new.volumes:
            for two in other.volumes:
                (a, r), (b, s) = (
                    (v.shape.centre, v.shape.radius_m)
                    if isinstance(v.shape, Circle)
                    else (cast("Point", v.shape).at, 0.0)
                    for v in (one, two)
                )
                both = one.uncertainty.horizontal_m + two.uncertainty.horizontal_m
                limit = both + NEAR_M + (min(r, s) if r and s else max(r, s))
                slack = one.uncertainty.time_s + two.uncertainty.time_s
                met = one.window.start_s - slack < two.window.end_s and two.window.start_s - slack < one.window.end_s
                if met and apart_m(a, b) <= limit:
                    found[other_key] = min(apart_m(a, b) - limit, found.get(other_key, math.inf))
    return found


@settings(max_examples=250)
@given(st.lists(st.tuples(declarations(), st.integers(0, 9)), min_size=2, max_size=25), st.data())
def test_the_index_finds_what_looking_at_every_pair_finds(
    steps: list[tuple[Declaration, int]], data: st.DataObject
) -> None:
    world = World()
    index = Duplicates(cast("Any", world))
    standing: dict[str, Declaration] = {}
    for declaration, chance in steps:
        key = f"{declaration.party}/{declaration.declaration_id}"
        if chance == 0 and standing:
            other = data.draw(st.sampled_from(sorted(standing)))
            index.ended(cast("Chain", world.picture.chains[other]))
            del standing[other]
        if chance == 2:  # a restart
            for gone in set(world.picture.chains) - set(standing):
                del world.picture.chains[gone]
            index = Duplicates(cast("Any", world))
        expected = slowly(declaration, key, standing)
        found = index.of(declaration, key)
        sure = {each for each, past_m in expected.items() if past_m < -1.0}
        assert sure <= {each.key for each in found}
        assert {each.key for each in found} <= set(expected) | nearly(declaration, standing)
        assert [each.away_m for each in found] == sorted(each.away_m for each in found)
        chain = world.picture.chains.setdefault(key, Standing(key, declaration.kind, declaration.version_id))
        chain.kind, chain.version = declaration.kind, declaration.version_id
        world.picture.said[chain.version] = declaration
        index.taken(cast("Chain", chain), declaration)
        standing[key] = declaration


def nearly(new: Declaration, standing: dict[str, Declaration]) -> set[str]:
    """Those within a metre of the limit, where a straight line and a geodesic may differ."""
    wider = {
        key: Declaration(
            other.kind,
            other.party,
            other.title,
            tuple(
                Volume(
                    v.shape, v.window, v.band, Uncertainty(v.uncertainty.horizontal_m + 1.0, 0.0, v.uncertainty.time_s)
                )
                for v in other.volumes
            ),
            zone=other.zone,
            declaration_id=other.declaration_id,
        )
        for key, other in standing.items()
    }
    inside = slowly(new, "", wider)
    return {key for key, past_m in inside.items() if past_m > -2.0}
