"""What others say changes nothing between two, and costs little."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import pytest

from thalweg.engine import batch
from thalweg.engine.columns import pack
from thalweg.engine.online import Declared, Online
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position
from thalweg.model.theatre import Between, Heights, Margin, Party, Relation, Rule, Selector, Theatre

ANY = Selector()
HOUR = Window(Instant(0.0), Instant(3600.0))


def theatre(**settings: object) -> Theatre:
    heights = Heights(ground_min_m=100.0, ground_max_m=400.0, pressure_m=250.0)
    rule = Rule("others", ANY, ANY, Relation.NOT_PERMITTED, Margin(), Between.OTHERS)
    return Theatre("company", (rule,), heights=heights, **settings)  # type: ignore[arg-type]  # as named by the tests


def disc(party: str, band: Band | None = None, *, lon: float = 40.0) -> Declaration:
    return Declaration(Kind.OPERATION, party, party, (Volume(Circle(Position(lon, 35.0), 900.0), HOUR, band),))


@pytest.mark.parametrize(("one", "other"), [(a, b) for a, b in product(Datum, Datum) if a <= b])
def test_heights_of_two_that_arrive_one_by_one_are_converted_as_in_one_file(one: Datum, other: Datum) -> None:
    """R27. The geoid lies 15 m from the ellipsoid here: told alone, neither declaration needs it."""
    for upper_m in (-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 40.0, 300.0):
        world = (disc("a", Band(0.0, 100.0, one)), disc("b", Band(-2000.0, upper_m, other)))
        online = Online(theatre())
        for each in world:
            online.feed(Declared(each))
        assert online.findings == batch(world, theatre()), upper_m


def test_a_third_declaration_in_another_datum_changes_nothing_between_two() -> None:
    """R29. Also not by the metres that the geoid changes between them."""
    world = (
        disc("a", Band(0.0, 100.0, Datum.EGM96), lon=40.0),
        disc("b", Band(0.0, 100.0, Datum.AGL), lon=40.01),
        disc("c", Band(0.0, 100.0, Datum.EGM2008), lon=39.99),
    )
    third = disc("d", Band(0.0, 10.0, Datum.WGS84), lon=-40.0)
    assert batch(world, theatre()) == batch((*world, third), theatre())


def test_the_kernel_is_told_where_every_column_of_a_packed_declaration_is() -> None:
    """Worked out from where a few blocks begin; asked of each array anew it is the same."""
    bands = (Band(0.0, 300.0, Datum.AGL), None)
    several = replace(disc("a"), volumes=tuple(volume for band in bands for volume in disc("a", band).volumes))
    for declarations in ([disc("a")], [several], [several, disc("b")]):
        parts = pack(declarations, theatre(), complete=False).parts
        told = bytes(parts.struct())
        parts.changed()
        assert bytes(parts.struct()) == told
    assert pack([], theatre()).parts.struct().n_parts == 0


def test_who_belongs_together_is_known_wherever_the_party_stands_among_the_others() -> None:
    """R28: `between: others` leaves alone one party, its members at any depth, and coordinated groups."""
    settings = {
        "parties": (Party("navy", "Navy", "army"), Party("divers", "Divers", "navy"), Party("press", "Press")),
        "coordinated": (frozenset({"relief", "army"}), frozenset({"x", "y"})),
    }
    names = ["army", "navy", "divers", "press", "relief", "x", "y", "z", "nobody"]
    same = {frozenset(pair) for pair in (("army", "navy"), ("navy", "divers"), ("army", "divers"), ("relief", "army"))}
    same.add(frozenset(("x", "y")))
    expected = {frozenset((a, b)) for a in names for b in names if a < b} - same
    crowd = [disc(f"{k} others", lon=50.0 + k) for k in range(20)]
    for order in (names, names[::-1]):
        world = [*crowd[:10], *(disc(name) for name in order), *crowd[10:]]
        online = Online(theatre(**settings))
        for each in world:
            online.feed(Declared(each))
        party = {each.version_id: each.party for each in world}
        for found in (batch(world, theatre(**settings)), online.findings):
            assert {frozenset(party[v] for v in each.versions) for each in found} == expected


def test_the_cost_of_many_parties_grows_with_their_number_and_not_with_its_square() -> None:
    """Thousands of operators, each a party of its own, are an ordinary day."""
    world = [disc(f"party {k}", lon=-179.0 + 0.1 * k) for k in range(3000)]
    began = time.process_time()
    batch(world, theatre())
    online = Online(theatre())
    for each in world[:500]:
        online.feed(Declared(each))
    assert time.process_time() - began < 5.0
